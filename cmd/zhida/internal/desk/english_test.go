package desk

import (
	"cmp"
	"context"
	"html"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"zhida/payroll"
	"zhida/rules/message"
)

// inEnglish lets a browser show pages in English.
func (b *browser) inEnglish() *browser {
	b.Jar.SetCookies(b.o.address(), []*http.Cookie{{Name: "lang", Value: string(message.English)}})
	return b
}

// keptWords stay Chinese on English pages, beside what the county has named, and why.
var keptWords = map[string]string{
	"覃镇":        "a person who is to be registered",
	"湖南省农村信用社":  "a bank without an English name of its own in the list: nobody guesses one",
	"换卡依据":      "a heading, to be written on a sheet as it stands",
	"乡镇编号=单位代码": "headings, to be written as they stand",
	"下村":        "a word of sheets",
	"天数与记录不符":   "a reason that somebody wrote",
	"存款利息":      "what a bank wrote on its statement",
	"开户":        "what a bank wrote on its statement",
}

// ownWords are the words of the county that the book knows: names of people, places, documents, items, funds, and what its sheets say of posts and
// classes. The longest come first.
func (o *office) ownWords() *strings.Replacer {
	o.t.Helper()
	ctx, words := context.Background(), map[string]bool{}
	must := func(err error) {
		o.t.Helper()
		if err != nil {
			o.t.Fatal(err)
		}
	}
	meta, err := o.book.Meta(ctx)
	must(err)
	county, err := o.book.County(ctx)
	must(err)
	words[meta.Name], words[county.Unit] = true, true
	actors, err := o.book.ActorList(ctx)
	must(err)
	for _, a := range actors {
		words[a.Name] = true
		for _, r := range a.Roles {
			words[strings.TrimPrefix(string(r), string(owner))] = true // a department
		}
	}
	lists, err := o.book.FormLists(ctx)
	must(err)
	for _, name := range lists.Names {
		words[name] = true
	}
	roster, err := o.book.Roster(ctx, "", "", 20261031, 0, 100)
	must(err)
	for _, m := range roster.Members {
		words[m.Name] = true
	}
	policies, err := o.book.PolicyList(ctx)
	must(err)
	for _, p := range policies {
		words[p.Document], words[p.Title] = true, true
	}
	items, err := o.book.ItemNames(ctx)
	must(err)
	for _, name := range items {
		words[name] = true
	}
	funds, err := o.book.FundNames(ctx)
	must(err)
	for _, name := range funds {
		words[name] = true
	}
	script, err := os.ReadFile("../../../../testdata/script/approval.txtar")
	must(err)
	for _, f := range txtar.Parse(script).Files {
		if strings.HasSuffix(f.Name, ".csv") {
			for _, cell := range strings.FieldsFunc(string(f.Data), func(r rune) bool { return r == ',' || r == '\n' }) {
				if !message.HasWord(cell) { // what the program has a word for is the program's
					words[cell] = true
				}
			}
		}
	}
	for w := range keptWords {
		words[w] = true
	}
	var pairs []string
	for _, w := range slices.SortedFunc(maps.Keys(words), func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b)) }) {
		if w != "" {
			pairs = append(pairs, w, "")
		}
	}
	return strings.NewReplacer(pairs...)
}

// Whoever reads English reads it on every page: what is left in Chinese is the county's own.
func TestDeskInEnglish(t *testing.T) {
	o := chained(t)
	left := map[string]string{}
	var own *strings.Replacer
	look := func(where, text string) {
		t.Helper()
		if !strings.Contains(text, `<html lang="en">`) && !strings.HasPrefix(text, "<svg") {
			t.Errorf("%s is no page: %s", where, text)
		}
		text = html.UnescapeString(keptChinese.ReplaceAllString(text, ""))
		for _, line := range strings.Split(text, "\n") {
			for _, line := range strings.Split(between.ReplaceAllString(line, "\n$1\n"), "\n") {
				if rest := strings.TrimSpace(own.Replace(quotes.ReplaceAllString(line, ""))); chinese.MatchString(rest) && left[rest] == "" {
					left[rest] = where + ": " + strings.TrimSpace(line)
				}
			}
		}
	}
	own = o.ownWords()
	o.wholeMonth(look)
	for _, x := range everybody {
		b := o.as(x.name).inEnglish()
		from := map[string]string{"/": "the start"}
		kinds := map[string]int{}
		for next := []string{"/"}; len(next) > 0; next = next[1:] {
			at := next[0]
			if printed.MatchString(at) {
				continue
			}
			_, text := b.get(at)
			look(at, text)
			for _, m := range linkedOrDrawn.FindAllStringSubmatch(text, -1) {
				to, _, _ := strings.Cut(html.UnescapeString(m[1]), "#")
				kind := figure.ReplaceAllString(to, "#")
				if _, known := from[to]; !known && !far(to) && kinds[kind] < 6 { // of a kind of pages the first ones say how all are made
					kinds[kind]++
					from[to] = at
					next = append(next, to)
				}
			}
		}
	}
	for _, rt := range table() {
		if strings.HasPrefix(rt.pattern, "GET ") && !printed.MatchString(rt.pattern) && !strings.Contains(o.log.String(), `route="`+rt.pattern+`"`) {
			t.Errorf("nobody has seen %s", rt.pattern)
		}
	}
	for _, rest := range slices.Sorted(maps.Keys(left)) {
		t.Errorf("%s", left[rest])
	}
}

var (
	// keptChinese are parts of pages that stay Chinese: the text of documents and settings, the other language's name in itself, what is
	// the county's own (see TestOwnWords), and what the visitor has typed.
	keptChinese = regexp.MustCompile(`(?s)<pre class="document">.*?</pre>|>中文<|<input type="hidden"[^>]*>|<span lang="zh-CN">.*?</span>|<input name="text"[^>]*>`)
	// quotes hold what a sheet or a document says.
	quotes = regexp.MustCompile(`“[^”]*”`)
	// figure tells one page of a kind from the others.
	figure = regexp.MustCompile(`[0-9]+`)
	// printed are the addresses of papers, forms and files of the county, which are printed in Chinese.
	printed = regexp.MustCompile(`/(template|paper|notice|receipt|file|files|audit/month)/|/sheet$|^/static/`)
	// linkedOrDrawn are the addresses that a page leads to or shows.
	linkedOrDrawn = regexp.MustCompile(`(?:href|src)="(/[^"]*)"`)
	// between takes marks apart, but leaves their texts: titles, labels, values.
	between = regexp.MustCompile(`<[a-z/!][^>"]*|"([^"]*)"|>`)
)

// ownParts are what pages mark as the county's own, which may be Chinese on an English page, and why.
var ownParts = map[string]string{
	".":            "a remark of the county, or of a bank",
	"$name":        "a case that a document calls so",
	"$f.Before":    "a cell of a sheet",
	"$f.After":     "a cell of a sheet",
	"(t $f.Title)": "a heading of a sheet, where the program has no word for it",
	"(t .Value)":   "the value of a statement of a document: a formula or a sentence as it is written",
	".Name":        "a table that a document calls so",
	".What":        "a name that a document gives to a formula",
	".Expected":    "what a document expects of its own case",
	".Computed":    "the same, computed",
	".Sentence":    "the sentence of a line: it was signed so, and stands so on the slip",
	"(said .)":     "begins with the sentence of the document",
	"(stepText .)": "formulas as the document writes them",
	".Answer":      "what a colleague has answered",
	".Paper":       "the number of a document",
	".Text":        "a row as a finding or a bank has it",
	".Post":        "a post as the roster has it",
	".Rank":        "a rank as the roster has it",
	".PostsText":   "posts as the roster has them",
	".Grade":       "a grade as the sheet has it",
	".Kind":        "a kind of absence as the sheet has it",
	".Reason":      "a reason that somebody has written",
	"(t .Reason)":  "a reason that somebody has written, or words of the program",
	"(t .Problem)": "words of the program around what a bank has written",
	".Why":         "why something is owed or paid to somebody else, as it was recorded",
	".Document":    "the number of a document",
	".Proof":       "the number of a document",
	".Holder":      "a name",
	".Summary":     "what a bank has written",
	".Party":       "a name",
	".Said":        "what a bank has written",
	".Rule":        "a rule that a document calls so",
	"(t .To)":      "what a row of a statement was matched with: a document, or words of the program",
	"(t .Lot)":     "the number of a document, or words of the program",
	"(t .Title)":   "the name of a document or file, or words of the program",
}

// Nothing is marked as the county's own but what the list above has.
func TestOwnWords(t *testing.T) {
	files, err := fs.Glob(pages, "pages/*.html")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, file := range files {
		text, err := fs.ReadFile(pages, file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`\{\{own ([^}]*)\}\}`).FindAllStringSubmatch(string(text), -1) {
			if seen[m[1]] = true; ownParts[m[1]] == "" {
				t.Errorf("%s marks %s as the county's own", file, m[1])
			}
		}
	}
	for part := range ownParts {
		if !seen[part] {
			t.Errorf("no page has %s any more", part)
		}
	}
}

// wholeMonth takes the book through October and into November, with everything that goes wrong in a month, and looks at the pages on the way.
func (o *office) wholeMonth(look func(where, text string)) {
	t, ctx := o.t, context.Background()
	t.Helper()
	maker, checker, admin := o.as("张敏").inEnglish(), o.as("李复").inEnglish(), o.as("周正").inEnglish()
	bring := func(b *browser, kind, text string, more ...string) {
		t.Helper()
		status, to, page := b.upload("/import", map[string]string{kind + ".csv": text}, append([]string{"once", b.form("/import", "/import")[1], "kind", kind}, more...)...)
		if status != http.StatusSeeOther {
			t.Fatalf("%d %s", status, page)
		}
		_, page = b.wait(to)
		look("import of "+kind, page)
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	bring(maker, "days", "身份证号,姓名,单位代码,日期,类型\n439901198503010017,张丙,430725101,2026-10-12,下村\n439901198804120017,李乙,430725102,2026-10-12,上村\n", "dry", "1")
	bring(maker, "roster", "姓名,单位\n张甲,陬市镇\n")
	sent, session := o.sent()
	back := sent[0]
	f := &payroll.ReturnFile{File: "hp.txt", Digest: "hp", Layout: "ccb-txt", Rows: payroll.RowList{
		{Line: 1, Account: back.Card.Full(), Holder: back.Holder, Fen: back.Fen, State: payroll.PaymentReturned, Cause: payroll.CauseClosed, Text: "销户"},
		{Line: 2, Account: "6200590000000000097", Holder: "刘戊", Fen: 100, State: payroll.PaymentReturned, Cause: payroll.CauseName, Text: "户名不符"}}}
	_, err := o.book.ImportReturns(ctx, session, f, 0)
	must(err)
	bring(maker, "statement", "本方账号,流水号,交易日期,摘要,对方户名,借方金额,贷方金额,余额\n1860000000000000002,20261020000001,2026-10-20,存款利息,银行,,12.34,12.34\n1860000000000000010,20260930000001,2026-09-30,开户,银行,,0.01,0.01\n")
	bring(maker, "accounts", "身份证号,姓名,银行卡号,户名,生效日期\n439901198804120017,李乙,6228480000000000034,李乙,2026-11-01\n")
	bring(maker, "places", "区划代码,名称,地区类别,距县城公里,户籍人口,生效日期\n430725102,盘塘镇,三类,33,21000,2026-09-01\n")
	bring(maker, "amounts", "身份证号,姓名,起始月份,基本工资,住房公积金,社会保险费,个人所得税\n439901198503010017,张甲,2026-11,48200.00,578.40,385.60,0.00\n")
	_, text := maker.step("/batch/2026-10/2", "cancel", "reason", "不发")
	look("cancel", text)
	status, to, text := maker.post("/run", append(maker.form("/month/2026-11", "/run"), "kind", "run")...)
	if status != http.StatusSeeOther {
		t.Fatal(text)
	}
	_, text = maker.wait(to)
	look("run", text)
	_, text = maker.step("/batch/2026-11/1", "submit")
	look("submit", text)
	o.sendBack("张甲", "tenure", "组织部")
	o.brings(offices[0])
	_, text = maker.wait("/batch/2026-11/1/compare")
	look("compare", text)
	_, _, text = maker.post("/batch/2026-11/1/cancel", "once", "x")
	look("a form that is gone", text)
	_, to, _ = admin.post("/actors/add", append(admin.form("/actors", "/actors/add"), "name", "覃镇", "id", "439901197001120019", "township", "430725102", "new_passphrase", passphrase, "new_passphrase_again", passphrase, "passphrase", passphrase)...)
	_, text = admin.get(to)
	look("add", text)
	list, err := o.book.PolicyList(ctx)
	must(err)
	status, to, text = maker.upload("/policies/try", map[string]string{"draft.yaml": list[0].Text}, append(maker.form("/policies", "/policies/try"), "from", "2026-10", "to", "2026-11")...)
	if status != http.StatusSeeOther {
		t.Fatal(text)
	}
	_, text = maker.wait(to)
	look("trial", text)
	for _, asked := range []string{"张甲", "镇", "2026-10", "村"} {
		for _, path := range []string{"/search", "/trace"} {
			_, to, _ := checker.post(path, "text", asked)
			_, text := checker.get(to)
			look(path+" "+asked, text)
		}
	}
	if status, to, text = checker.post("/batch/2026-10/1/prove", checker.form("/batch/2026-10/1/proof", "/batch/2026-10/1/prove")...); status != http.StatusSeeOther {
		t.Fatal(text)
	}
	_, text = checker.wait(to)
	look("prove", text)
	if status, to, text = checker.post("/audit/findings", append(checker.form("/audit", "/audit/findings"), "from", "2026-10", "to", "2026-11")...); status != http.StatusSeeOther {
		t.Fatal(text)
	}
	_, text = checker.wait(to)
	look("findings over months", text)
	_, _, text = checker.post("/policies/compare", "old", strconv.FormatInt(list[0].Position, 10), "new", strconv.FormatInt(list[1].Position, 10))
	look("compared", text)
	_, _, text = checker.post("/funds/close", append(checker.form("/funds", "/funds/close"), "month", "2026-10", "seen", "1", "passphrase", passphrase)...)
	look("close", text)
	_, text = checker.get("/refused/0")
	look("what was refused", text)
}
