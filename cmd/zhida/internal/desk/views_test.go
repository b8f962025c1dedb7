package desk

import (
	"math"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"zhida/payroll"
	"zhida/payroll/checks"
	"zhida/rules/calendar"
	"zhida/rules/message"
)

// plain is what a page says: its main part without marks, with single spaces.
func plain(page string) string {
	_, page, _ = strings.Cut(page, "<main")
	return strings.Join(strings.Fields(marks.ReplaceAllString(page, " ")), " ")
}

var marks = regexp.MustCompile(`(?s)<svg.*?</svg>|<[^>]*>`)

// shows fetches a page and holds what it says against words that it must have, and against numbers that it must not.
func (b *browser) shows(path string, words ...string) string {
	b.o.t.Helper()
	status, text := b.get(path)
	b.o.says(path, status, text, words...)
	return text
}

func (o *office) says(what string, status int, text string, words ...string) {
	o.t.Helper()
	if status != http.StatusOK {
		o.t.Fatalf("%s: %d %s\n%s", what, status, plain(text), o.log)
	}
	for _, w := range words {
		if !strings.Contains(plain(text), w) {
			o.t.Errorf("%s does not say %q:\n%s", what, w, plain(text))
		}
	}
	if n := whole.FindString(plain(text)); n != "" {
		o.t.Errorf("%s shows a whole number", what)
	}
	accessible(o.t, what, text)
}

var whole = regexp.MustCompile(`\b\d{15,}X?\b`)

// answers sends a form that a page answers.
func (b *browser) answers(path string, pairs []string, words ...string) (text string) {
	b.o.t.Helper()
	status, to, text := b.post(path, pairs...)
	if status == http.StatusSeeOther {
		status, text = b.get(to)
	}
	b.o.says(path, status, text, words...)
	return text
}

// What the pages show is what the book says: of the county of the tests, by hand.
func TestViews(t *testing.T) {
	o := open(t)
	o.run("submit", "check", "approve")
	for _, name := range []string{"张敏", "李复", "王审", "孙计"} {
		b := o.as(name)
		b.shows("/month/2026-10", "近十二个月", "基本工资")
		b.shows("/roster/2026-10", "花名册 2026年10月", "乡镇干部", "1 / 1")
		b.shows("/attendance/2026-10", "还没有报的乡镇")
		if page := b.shows("/statement", "还没有导入过对账单"); strings.Contains(page, "对上了。") {
			t.Errorf("nothing was imported, and all of it is matched: %s", plain(page))
		}
		b.shows("/policies", "用真实花名册试算草案")
	}
	b := o.as("张敏")
	county, err := o.book.Roster(t.Context(), "", "", 20261031, 0, 100)
	people := county.Members
	if err != nil || len(people) == 0 || len(people) != county.All {
		t.Fatal(len(people), county.All, err)
	}
	roster := b.shows("/roster/2026-10")
	for _, p := range people {
		if !strings.Contains(roster, `<a href="/person/`+strconv.FormatInt(p.Person, 10)+`">`+p.Name+`</a>`) {
			t.Errorf("%s is not on the roster", p.Name)
		}
		batch, err := o.book.Batch(t.Context(), first)
		if err != nil {
			t.Fatal(err)
		}
		account, err := o.book.PlaceAccount(t.Context(), p.Place, 20261031)
		if err != nil || len(account.Months) != 1 {
			t.Fatalf("%+v %v", account, err)
		}
		for _, x := range account.People {
			if x.Person == p.Person {
				b.shows("/place/"+p.Place, p.Name, x.Sum.Grouped())
				b.shows("/person/"+strconv.FormatInt(p.Person, 10), p.Name, "任职经历", "银行账户", batch.ID.Month().Chinese())
			}
		}
		if name := p.ID.Full(); strings.Contains(roster, name) {
			t.Errorf("the whole number of %d is on the roster", p.Person)
		}
	}
	id := people[0].ID.Full()
	b.answers("/search", []string{"text", id[len(id)-6:]}, people[0].Name)
	b.answers("/search", []string{"text", "2026-10/1"}, "批次 2026-10/1")
	b.answers("/search", []string{"text", "盘塘"}, "乡镇和村")
	b.answers("/search", []string{"text", "〔2026〕"}, "政策文件")
	b.answers("/search", []string{"text", "没有这样的"}, "没有找到")
	b.shows("/batch/2026-10/1", "各笔资金", "县级人员经费")
	b.shows("/fund/F01", "县级人员经费", "钱现在在哪里", "近十二个月付了哪些项目")
	for _, path := range []string{"/fund/F01/flow", "/place/" + people[0].Place + "/flow"} {
		if status, svg := b.get(path); status != http.StatusOK || !strings.HasPrefix(svg, "<svg") {
			t.Errorf("%s: %d %.80s", path, status, svg)
		}
	}
	if status, file := b.get("/place/430725101/notice/2026-10/1"); status != http.StatusOK || !strings.HasPrefix(file, "PK") {
		t.Errorf("the notices of a township: %d %.80q", status, file)
	}
	if page := b.shows("/place/430725102200", "审批过的批次里没有这里的人"); strings.Contains(page, "/notice/") {
		t.Error("a village that no batch pays leads to its notice")
	}
	if page := b.shows("/place/" + people[0].Place); !strings.Contains(page, "/place/"+people[0].Place+"/notice/2026-10/1") {
		t.Errorf("a place that a batch pays does not lead to its notice: %s", plain(page))
	}
	b.shows("/place/430725102200/notice/2026-10/1", message.M("desk.no_notice", first).Text(message.Chinese))
	for _, path := range []string{"/fund/F99", "/place/430725999", "/roster/2026-10?page=2", "/roster/2026-10?place=x", "/attendance/x"} {
		if status, _ := b.get(path); status == http.StatusOK {
			t.Errorf("%s is a page", path)
		}
	}
}

// A row of the bank's statement that nothing explains is explained by somebody, and the explanation can be taken back; the account of
// a fund never stands whole on a page.
func TestStatement(t *testing.T) {
	o := open(t)
	maker, checker := o.as("张敏"), o.as("李复")
	status, to, text := maker.upload("/import", map[string]string{"对账单.csv": "本方账号,流水号,交易日期,摘要,对方户名,借方金额,贷方金额,余额\n1860000000000000002,20261020000001,2026-10-20,存款利息,银行,,12.34,12.34\n9430000000000000004,20260930000001,2026-09-30,开户,银行,,0.01,0.01\n"}, append(maker.form("/import", "/import"), "kind", "statement")...)
	if status != http.StatusSeeOther {
		t.Fatalf("%d %s", status, plain(text))
	}
	if _, text := maker.wait(to); !strings.Contains(text, "2 行") {
		t.Fatal(plain(text))
	}
	if page := maker.shows("/statement", "没有对上", "存款利息", "12.34"); strings.Contains(page, "1860000000000000002") || strings.Contains(page, `action="/statement/match"`) {
		t.Error("a maker sees a whole account, or the form of a checker")
	}
	row := regexp.MustCompile(`<option value="([^"|]+\|[^"]+)">`)
	press := func(path string, pairs ...string) {
		t.Helper()
		found := row.FindStringSubmatch(checker.shows("/statement"))
		if found == nil {
			t.Fatal("no row to choose")
		}
		status, _, text := checker.post(path, append(checker.form("/statement", path), append(pairs, "row", found[1], "reason", "银行计息单", "passphrase", passphrase)...)...)
		if status != http.StatusSeeOther {
			t.Fatalf("%s: %d %s", path, status, plain(text))
		}
	}
	press("/statement/match", "to", "开户") // the account that no fund has stands last, and its row first
	checker.shows("/statement", "0002 2026-10-20 2026-10-20 1 1", "0004 2026-09-30 2026-09-30 1 0 2026年10月")
	press("/statement/match", "to", "利息")
	checker.shows("/statement", "导入的每一行都对上了", "利息 人工", "2026-10-20 2026-10-20 1 0")
	press("/statement/unmatch")
	checker.shows("/statement", "没有对上的 账号")
	if status, _, text := checker.post("/statement/match", append(checker.form("/statement", "/statement/match"), "row", "x|2026-10-20|1", "to", "利息", "reason", "x", "passphrase", passphrase)...); status == http.StatusSeeOther || !strings.Contains(text, "desk.form_broken") {
		t.Errorf("a row that is not there: %d %s", status, plain(text))
	}
}

// The roster of a month against the one before, and which township has reported: by people of whom it is known.
func TestRosterOfAMonth(t *testing.T) {
	o := open(t)
	maker := o.as("张敏")
	bring := func(kind, csv string) {
		t.Helper()
		status, to, text := maker.upload("/import", map[string]string{kind + ".csv": csv}, append(maker.form("/import?kind="+kind, "/import"), "kind", kind)...)
		if status != http.StatusSeeOther {
			t.Fatalf("%d %s", status, plain(text))
		}
		if status, text := maker.wait(to); status != http.StatusOK || strings.Contains(text, `class="warn"`) { // refused, or taken in part
			t.Fatalf("%d %s", status, plain(text))
		}
	}
	maker.shows("/roster/2026-10/changes", "这个月花名册没有变动")
	bring("tenure", "身份证号,姓名,单位代码,职务,职级,任职日期,离任日期,组织认定\n"+
		"439901198804120017,李乙,430725102,站所长,一级科员,2016-07-01,2026-10-10,是\n439901198503010017,张甲,430725101,副书记,一级科员,2026-10-01,,是\n")
	bring("days", "身份证号,姓名,单位代码,日期,类型\n439901198503010017,张甲,430725101,2026-10-03,下村\n439901198503010017,张甲,430725101,2026-10-04,下村\n")
	maker.shows("/roster/2026-10/changes", "减少 1", "职务变动 1", "减少 李乙 盘塘镇 乡镇干部 站所长", "职务变动 张甲 陬市镇 乡镇干部 一般干部 陬市镇 乡镇干部 一般干部、副书记")
	if page := maker.shows("/roster/2026-10/changes?place=430725101", "职务变动 1"); strings.Contains(page, "李乙") {
		t.Error("another township's change is shown")
	}
	if page := maker.shows("/roster/2026-10?category=township_cadre", "张甲", "1 / 1"); strings.Contains(plain(page), "李乙") || strings.Contains(plain(page), "王丙") {
		t.Error("who has left, or is of another category, is shown")
	}
	maker.shows("/roster/2026-09?category=township_cadre", "李乙")
	maker.shows("/roster/2026-09?place=430725102200", "王丙", "赵丁") // a former cadre has no post
	maker.shows("/attendance/2026-10", "各乡镇都报了", "陬市镇 1 1 2 已报", "盘塘镇 0 0 0 没有人员")
	maker.shows("/attendance/2026-09", "还没有报的乡镇：2", "盘塘镇 1 没有报")
}

// The sums of a place are those of its batch: over all townships, month by month.
func TestPlacesAddUp(t *testing.T) {
	o := open(t)
	o.run("submit", "check", "approve")
	batches, err := o.book.BatchList(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := int64(0)
	for _, x := range batches {
		if x.State.Committed() {
			want += int64(x.Net)
		}
	}
	names, err := o.book.PlaceNames(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got := int64(0)
	for code := range names {
		if len(code) == 9 {
			a, err := o.book.PlaceAccount(t.Context(), code, 20261031)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range a.People {
				got += int64(p.Sum)
			}
		}
	}
	if got != want || want == 0 {
		t.Errorf("townships add up to %d fen, batches pay %d", got, want)
	}
}

// A document is read in words, compared with another, and tried without being adopted.
func TestDocuments(t *testing.T) {
	o := open(t)
	b := o.as("张敏")
	list, err := o.book.PolicyList(t.Context())
	if err != nil || len(list) < 2 {
		t.Fatal(len(list), err)
	}
	for _, p := range list {
		page := b.shows("/policies/"+strconv.FormatInt(p.Position, 10), p.Title, "每个案例算出来都相符")
		if says, _, _ := strings.Cut(page, "<details>"); strings.Contains(says, "base_salary") || strings.Contains(says, "代码:") {
			t.Errorf("%s shows codes or YAML before its details", p.Document)
		}
	}
	at := func(i int) string { return strconv.FormatInt(list[i].Position, 10) }
	b.answers("/policies/compare", []string{"old", at(0), "new", at(1)}, "改了什么", "标题：由“"+list[0].Title+"”改为“"+list[1].Title+"”")
	before := o.head()
	status, to, text := b.upload("/policies/try", map[string]string{"draft.yaml": list[0].Text}, append(b.form("/policies", "/policies/try"), "from", "2026-10", "to", "2026-11")...)
	if status != http.StatusSeeOther {
		t.Fatalf("%d %s", status, text)
	}
	status, text = b.wait(to)
	o.says("trial", status, text, "没有采用，账本什么也没有变", "按乡镇", list[0].Document)
	if after := o.head(); after != before {
		t.Errorf("a trial wrote to the journal: %d to %d", before, after)
	}
	if status, _, _ := b.post("/sign-out", "once", b.own()); status != http.StatusSeeOther {
		t.Fatal(status)
	}
	if left, err := filepath.Glob(filepath.Join(o.scratch, "*")); err != nil || len(left) != 0 {
		t.Errorf("after signing out it is still on disk: %v %v", left, err)
	}
}

// A batch is verified by whoever reads it, and its evidence goes to the bureau alone, with a passphrase.
func TestProof(t *testing.T) {
	o := open(t)
	o.run("submit", "check", "approve")
	auditor, maker := o.as("孙计"), o.as("张敏")
	const page = "/batch/2026-10/1"
	status, to, text := auditor.post(page+"/prove", auditor.form(page+"/proof", page+"/prove")...)
	if status != http.StatusSeeOther {
		t.Fatalf("%d %s", status, text)
	}
	status, text = auditor.wait(to)
	o.says("verified", status, text, "摘要一样", "每一行都与日志一致")
	if _, text := auditor.get(page + "/proof"); strings.Contains(text, page+"/evidence") {
		t.Error("an auditor is offered the evidence")
	}
	form := maker.form(page+"/proof", page+"/evidence")
	if status, _, text := maker.post(page+"/evidence", append(form, "passphrase", "no")...); status != http.StatusForbidden {
		t.Errorf("evidence with a wrong passphrase: %d %s", status, plain(text))
	}
	status, to, text = maker.post(page+"/evidence", append(maker.form(page+"/proof", page+"/evidence"), "passphrase", passphrase)...)
	if status != http.StatusSeeOther {
		t.Fatalf("%d %s", status, text)
	}
	status, text = maker.wait(to)
	o.says("evidence", status, text, "下载证据压缩包", "封签的摘要")
	file := regexp.MustCompile(`/file/[^"]+`).FindString(text)
	if _, zip := maker.get(file); !strings.HasPrefix(zip, "PK") {
		t.Errorf("%s is no archive", file)
	}
	if status, _ := auditor.get(file); status == http.StatusOK {
		t.Error("an auditor fetches the maker's file")
	}
	if status, _, _ := maker.post("/sign-out", "once", maker.own()); status != http.StatusSeeOther {
		t.Fatal(status)
	}
	left, err := filepath.Glob(filepath.Join(o.scratch, "*", "*", "*"))
	if flat, _ := filepath.Glob(filepath.Join(o.scratch, "*", "*.zip")); err != nil || len(left)+len(flat) != 0 {
		t.Errorf("after signing out its whole numbers are still on disk: %v %v %v", left, flat, err)
	}
}

var (
	headings = regexp.MustCompile(`<h([1-6])[ >]`)
	controls = regexp.MustCompile(`(?s)<label.*?</label>|<input type="hidden"[^>]*>|<(input|select|textarea)\b[^>]*>`)
	headers  = regexp.MustCompile(`<th\b[^>]*>(\s*</th>)?`)
	images   = regexp.MustCompile(`<img\b[^>]*>`)
	navs     = regexp.MustCompile(`<nav\b[^>]*>`)
)

// accessible holds what can be held without eyes: one first heading and none left out below it, a label around every field, headers that
// say of what, words for pictures, a language, a way past the list of pages.
func accessible(t *testing.T, what, page string) {
	t.Helper()
	level, firsts := 0, 0
	for _, m := range headings.FindAllStringSubmatch(page, -1) {
		n, _ := strconv.Atoi(m[1])
		if n > level+1 {
			t.Errorf("%s: a heading %d after %d", what, n, level)
		}
		if n == 1 {
			firsts++
		}
		level = n
	}
	if firsts != 1 {
		t.Errorf("%s: %d first headings", what, firsts)
	}
	for _, m := range controls.FindAllStringSubmatch(page, -1) {
		if m[1] != "" && !strings.Contains(m[0], "aria-label=\"") {
			t.Errorf("%s: %s has no label", what, m[0])
		}
	}
	for _, m := range headers.FindAllStringSubmatch(page, -1) {
		if !strings.Contains(m[0], "scope=") || m[1] != "" {
			t.Errorf("%s: %s does not say of what", what, m[0])
		}
	}
	for _, m := range images.FindAllString(page, -1) {
		if !strings.Contains(m, `alt="`) || strings.Contains(m, `alt=""`) {
			t.Errorf("%s: %s has no words", what, m)
		}
	}
	for _, m := range navs.FindAllString(page, -1) {
		if !strings.Contains(m, "aria-label=") {
			t.Errorf("%s: %s has no name", what, m)
		}
	}
	if !strings.Contains(page, `<html lang="`) || !strings.Contains(page, `class="skip" href="#main"`) || !strings.Contains(page, `<main id="main">`) {
		t.Errorf("%s has no language or no way past the list of pages", what)
	}
}

// Every page that somebody may see by its address alone is accessible, in both languages.
func TestAccessible(t *testing.T) {
	o := open(t)
	o.run("submit", "check", "approve")
	for _, name := range []string{"周正", "张敏", "王审", "孙计", "钱组"} {
		b := o.as(name)
		for _, lang := range []message.Lang{message.English, message.Chinese} {
			b.post("/language", "once", b.own(), "lang", string(lang))
			seen := 0
			for _, rt := range table() {
				method, path, _ := strings.Cut(rt.pattern, " ")
				path = strings.NewReplacer("{$}", "", "{month}", "2026-10", "{seq}", "1", "{kind}", "x", "{paper}", "x", "{name}", "x", "{person}", "1", "{position}", "9", "{code}", "430725101", "{fund}", "F01", "{job}", "x", "{file}", "x").Replace(path)
				if method != http.MethodGet || strings.HasSuffix(path, "/flow") || strings.Contains(path, "/receipt/") || strings.Contains(path, "/notice/") {
					continue // no pages
				}
				if _, text := b.get(path); strings.HasPrefix(text, "<!doctype html>") {
					accessible(t, string(lang)+" "+name+" "+path, text)
					seen++
				}
			}
			if seen < 10 {
				t.Errorf("%s saw %d pages", name, seen)
			}
		}
	}
}

var (
	property = regexp.MustCompile(`(--[a-z]+):\s*(#[0-9a-f]{3,6})`)
	rule     = regexp.MustCompile(`(?m)^\s*([^{}@/]+?)\s*\{([^}]*)\}`)
	colour   = regexp.MustCompile(`(?:^|[;{\s])(color|background)\s*:\s*([^;]+)`)
)

// Every text of the desk has the contrast to what lies behind it that WCAG 2.2 asks for (1.4.3, level AA), and what marks the field at
// hand that of 1.4.11.
func TestContrast(t *testing.T) {
	css, err := os.ReadFile("static/desk.css")
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]string{}
	for _, m := range property.FindAllStringSubmatch(string(css), -1) {
		named[m[1]] = m[2]
	}
	hex := func(value string) string {
		value = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "!important"))
		if v, ok := strings.CutPrefix(value, "var("); ok {
			value = named[strings.TrimSuffix(v, ")")]
		}
		return value
	}
	inks, grounds := map[string]bool{}, map[string]bool{hex("var(--ground)"): true, hex("var(--paper)"): true}
	pairs := 0
	check := func(where, ink, ground string, least float64) {
		pairs++
		if c := contrast(t, ink, ground); c < least {
			t.Errorf("%s: %s on %s has %.2f:1, not %.1f:1", where, ink, ground, c, least)
		}
	}
	for _, m := range rule.FindAllStringSubmatch(string(css), -1) {
		ink, ground := "", ""
		for _, c := range colour.FindAllStringSubmatch(m[2], -1) {
			switch v := hex(c[2]); {
			case !strings.HasPrefix(v, "#"): // none, transparent: what lies behind shows
			case c[1] == "color":
				ink = v
			default:
				ground = v
			}
		}
		switch {
		case ink != "" && ground != "":
			check(m[1], ink, ground, 4.5)
		case ink != "" && strings.HasPrefix(m[1], ".bar"), strings.HasPrefix(m[1], ".who") && ink != "": // in the bar
			check(m[1], ink, hex("var(--main)"), 4.5)
		case ink != "":
			inks[ink] = true
		case ground != "":
			grounds[ground] = true
		}
	}
	for ink := range inks { // any of them may stand on any ground
		for ground := range grounds {
			check("text", ink, ground, 4.5)
		}
	}
	for _, x := range []struct {
		rule    string
		grounds []string
	}{{`(?m)^:focus-visible \{ outline: 3px solid (#\w+);`, []string{"var(--ground)", "var(--paper)"}}, {`(?m)^\.bar :focus-visible \{ outline-color: (#\w+);`, []string{"var(--main)"}}} {
		mark := regexp.MustCompile(x.rule).FindStringSubmatch(string(css))
		if mark == nil {
			t.Fatalf("nothing marks the field at hand: %s", x.rule)
		}
		for _, ground := range x.grounds {
			check("focus", mark[1], hex(ground), 3)
		}
	}
	if pairs < 20 || !slices.Contains([]string{"#fff", "#ffffff"}, hex("var(--paper)")) {
		t.Errorf("only %d pairs were found, paper is %s", pairs, hex("var(--paper)"))
	}
}

// contrast is the ratio of the relative luminances of two colours, by the definition of WCAG 2.2.
func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	luminance := func(hex string) float64 {
		hex = strings.TrimPrefix(hex, "#")
		if len(hex) == 3 {
			hex = string([]byte{hex[0], hex[0], hex[1], hex[1], hex[2], hex[2]})
		}
		if len(hex) != 6 {
			t.Fatalf("%q is no colour", hex)
		}
		sum := 0.0
		for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
			n, err := strconv.ParseUint(hex[2*i:2*i+2], 16, 8)
			if err != nil {
				t.Fatal(err)
			}
			c := float64(n) / 255
			if c <= 0.04045 {
				c /= 12.92
			} else {
				c = math.Pow((c+0.055)/1.055, 2.4)
			}
			sum += weight * c
		}
		return sum
	}
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// WCAG gives these ratios itself, or they follow from its definition.
func TestContrastFormula(t *testing.T) {
	for _, x := range []struct {
		a, b string
		want float64
	}{{"#000", "#ffffff", 21}, {"#fff", "#fff", 1}, {"#777777", "#ffffff", 4.48}, {"#767676", "#fff", 4.54}} {
		if got := contrast(t, x.a, x.b); math.Abs(got-x.want) > 0.005 {
			t.Errorf("%s on %s: %.3f, not %.2f", x.a, x.b, got, x.want)
		}
	}
}

// Before anybody signs, the month and the batch say what is in the way; a draft that is out of date is not submitted, and the way to compute it again is named.
func TestInTheWay(t *testing.T) {
	o := open(t)
	o.run()
	maker := o.as("张敏")
	maker.shows("/batch/2026-10/1", "本页", "应发", "扣款", "合计")
	status, to, text := maker.upload("/import", map[string]string{"class.csv": "区划代码,名称,地区类别,距县城公里,户籍人口,生效日期\n430725102,盘塘镇,三类,33,21000,2026-10-01\n"}, append(maker.form("/import", "/import"), "kind", "places", "passphrase", passphrase)...)
	if status != http.StatusSeeOther {
		t.Fatalf("%d %s", status, plain(text))
	}
	if _, text := maker.wait(to); !strings.Contains(text, "class.csv") {
		t.Fatal(plain(text))
	}
	maker.shows("/batch/2026-10/1", "批准以前要办的", "计算以后账本又有 1 处变动（class.csv 张敏 2026-10-26）")
	maker.shows("/month/2026-10", "计算以后账本又有 1 处变动（class.csv 张敏 2026-10-26）：重新计算")
	if _, text := maker.step("/batch/2026-10/1", "submit"); !strings.Contains(text, "batch.outdated") || !strings.Contains(plain(text), "class.csv") {
		t.Errorf("a draft out of date is submitted: %s", plain(text))
	}
	o.run("submit")
}

// A month that is closed says since when and by whom; an approver, and nobody else, finds on the page of the funds how to open it again.
func TestClosedMonth(t *testing.T) {
	o := open(t)
	checker, approver := o.as("李复"), o.as("王审")
	if status, _, text := checker.post("/funds/close", append(checker.form("/funds", "/funds/close"), "month", "2026-10", "seen", "1", "passphrase", passphrase)...); status != http.StatusSeeOther {
		t.Fatalf("%d %s", status, plain(text))
	}
	checker.shows("/month/2026-10", "已关账 2026-10-26 李复")
	checker.shows("/funds", "期初是这个月关账时的：2026年10月")
	if text := checker.shows("/funds", "已关账的月份"); strings.Contains(text, "/funds/reopen") {
		t.Error("a checker is offered to open the month again")
	}
	if status, _, text := approver.post("/funds/reopen", append(approver.form("/funds", "/funds/reopen"), "reason", "补登回盘", "passphrase", passphrase)...); status != http.StatusSeeOther {
		t.Fatalf("%d %s", status, plain(text))
	}
	if text := checker.shows("/month/2026-10"); strings.Contains(text, "已关账") {
		t.Error("the month still says that it is closed")
	}
}

// The office of a township is registered and shown by the township's name, a department by its own; no code is typed.
func TestActorsByName(t *testing.T) {
	o := open(t)
	b := o.as("周正")
	page := b.shows("/actors", "盘塘镇（数据主管）", "组织部（数据主管）")
	if strings.Contains(plain(page), "430725") || strings.Contains(plain(page), "owner:") {
		t.Errorf("codes stand before the administrator: %s", plain(page))
	}
	form := append(b.form("/actors", "/actors/add"), "name", "覃镇", "id", "439901197001120019", "township", "430725102", "department", "编办，民政局", "new_passphrase", passphrase, "new_passphrase_again", passphrase, "passphrase", passphrase)
	if status, to, text := b.post("/actors/add", form...); status != http.StatusSeeOther {
		t.Fatalf("%d %s %s", status, to, plain(text))
	}
	b.shows("/actors", "覃镇 编办（数据主管）、民政局（数据主管）、")
	list, err := o.book.ActorList(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []payroll.Role{payroll.Owner("编办"), payroll.Owner("民政局"), payroll.Owner("430725102")}
	if i := slices.IndexFunc(list, func(a payroll.Actor) bool { return a.Name == "覃镇" }); i < 0 || !slices.Equal(list[i].Roles, want) {
		t.Errorf("%+v", list)
	}
}

// An auditor sees the findings of some months side by side, as the command line's checks find them.
func TestFindingsOverMonths(t *testing.T) {
	o := open(t)
	o.reviewed()
	auditor := o.as("孙计")
	look := func(from, to string) string {
		t.Helper()
		status, at, text := auditor.post("/audit/findings", append(auditor.form("/audit", "/audit/findings"), "from", from, "to", to)...)
		if status == http.StatusSeeOther {
			status, text = auditor.wait(at)
		}
		if status != http.StatusOK {
			return text
		}
		return plain(text)
	}
	type counts struct{ found, open int }
	found := map[string]map[calendar.Month]counts{}
	count := func(month calendar.Month, x payroll.Checking) {
		for _, f := range x.Findings {
			check, _ := checks.Find(f.Check)
			row := check.Name + " " + f.Check + " " + f.Severity.Chinese()
			if found[row] == nil {
				found[row] = map[calendar.Month]counts{}
			}
			for _, m := range []calendar.Month{month, 0} { // 0 is the sum
				c := found[row][m]
				c.found++
				if f.Open() {
					c.open++
				}
				found[row][m] = c
			}
		}
	}
	before := o.head()
	whole, err := o.book.CheckPeriod(t.Context(), 202610, 202611, func(x payroll.Checking) error { count(x.Batch.Month(), x); return nil })
	if err != nil || len(found) == 0 {
		t.Fatal(len(found), err)
	}
	count(-1, whole)
	page := look("2026-10", "2026-11")
	for row, by := range found {
		for _, m := range []calendar.Month{202610, 202611, 0} {
			if c := by[m]; c.found > 0 {
				row += " " + strconv.Itoa(c.found)
				if c.open > 0 {
					row += " 未答复 " + strconv.Itoa(c.open)
				}
			}
		}
		if !strings.Contains(page, row+" ") {
			t.Errorf("the table has no %q: %s", row, page)
		}
	}
	if !strings.Contains(page, "2026-11/1 查的日期") || !strings.Contains(page, "张甲") || !strings.Contains(page, "跨月的") {
		t.Errorf("a batch, whom it is about or the period is missing: %s", page)
	}
	if page := look("2026-10", "2026-10"); strings.Contains(page, "2026-11") {
		t.Errorf("another month: %s", page)
	}
	if text := look("2026-11", "2026-10"); !strings.Contains(text, "audit.months") {
		t.Errorf("from the last to the first: %s", plain(text))
	}
	if o.head() != before {
		t.Error("looking wrote to the journal")
	}
}

// The lines of a township stand on pages, each on one of them, and the sum is that of all.
func TestLinesInPages(t *testing.T) {
	o := open(t)
	o.run("submit")
	all, err := o.book.TownshipLines(t.Context(), first, "430725101", 0, 1000)
	if err != nil || len(all.Lines) < 3 || len(all.Lines) != all.Count {
		t.Fatal(len(all.Lines), all.Count, err)
	}
	for from := 0; from <= len(all.Lines)+1; from++ {
		x, err := o.book.TownshipLines(t.Context(), first, "430725101", from, 2)
		if err != nil {
			t.Fatal(err)
		}
		at := min(from, len(all.Lines))
		if diff := cmp.Diff(all.Lines[at:min(at+2, len(all.Lines))], x.Lines, cmpopts.EquateEmpty()); diff != "" || x.Count != all.Count || x.Sum != all.Sum {
			t.Errorf("from %d: %d lines, %s: %s", from, x.Count, x.Sum, diff)
		}
	}
	b := o.as("王审")
	b.shows("/batch/2026-10/1/lines?township=430725101", "合计，不只是这一页，扣款已减 "+all.Sum.Grouped(), "1 / 1 共 "+strconv.Itoa(all.Count))
	for _, page := range []string{"0", "2", "x"} {
		if status, _ := b.get("/batch/2026-10/1/lines?township=430725101&page=" + page); status != http.StatusNotFound {
			t.Errorf("page %s: %d", page, status)
		}
	}
}
