package desk

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"zhida/payroll"
	"zhida/rules/calendar"
)

// townshipOffice is an office with what is its own, and nobody else's, in the county of the tests.
type townshipOffice struct {
	actor, code, village string
	own                  []string // words that only its pages may have
}

var offices = []townshipOffice{
	{"陈镇", "430725101", "430725101", []string{"陬市镇", "张甲", "430725101"}},
	{"何镇", "430725102", "430725102200", []string{"盘塘镇", "盘塘村", "李乙", "王丙", "赵丁", "430725102"}},
}

// seen is an answer without what is another each time: tokens, the number of a refusal, and the value that was asked for.
func seen(text, value string) string {
	text = regexp.MustCompile(`name="once" value="[^"]*"|name="at" value="/refused/[0-9]+[^"]*"`).ReplaceAllString(text, "")
	return regexp.MustCompile(`\b`+value+`\b`).ReplaceAllString(text, "")
}

// In every state of a batch, whatever a township asks for in the name of another's place, batch, proposal, slip, work or file is answered
// as what does not exist: with the same status and the same words; and no page of its own names a place or a person of another's.
func TestTownshipsDoNotSeeEachOther(t *testing.T) {
	for _, steps := range [][]string{nil, {"submit"}, {"submit", "check"}, {"submit", "check", "approve"}} {
		o := chained(t)
		decided, err := o.book.ProposalList(context.Background(), false)
		if err != nil || len(decided) == 0 {
			t.Fatal(len(decided), err)
		}
		settled := decided[len(decided)-1].Position // the county's settings
		waiting := map[string]int64{}
		for _, x := range offices {
			waiting[x.code] = o.brings(x)
		}
		o.run(steps...)
		slip := o.sendBack("李乙", "days", "")
		for i, x := range offices {
			b, other := o.as(x.actor), offices[1-i]
			before := o.head()
			asked := 0
			for _, rt := range o.routes {
				method, pattern, _ := strings.Cut(rt.pattern, " ")
				if !strings.Contains(pattern, "{") || pattern == "/{$}" || !may(payroll.Actor{Roles: []payroll.Role{payroll.Owner(x.code)}}, rt.who) {
					continue
				}
				if method == http.MethodGet && (strings.Contains(pattern, "{job}") || strings.Contains(pattern, "{number}") || strings.Contains(pattern, "{file}") || strings.Contains(pattern, "{kind}") || strings.HasPrefix(pattern, "/roster") || strings.HasPrefix(pattern, "/attendance")) {
					continue // of no place; looked at below
				}
				foreign := []string{other.code, other.village}
				nothing := "430725999"
				name := "{code}"
				switch {
				case strings.Contains(pattern, "{position}") && strings.HasPrefix(pattern, "/sent-back"):
					if x.code == "430725102" {
						continue // it is its own
					}
					foreign, nothing, name = []string{fmt.Sprint(slip)}, "99999", "{position}"
				case strings.Contains(pattern, "{position}"):
					foreign, nothing, name = []string{fmt.Sprint(waiting[other.code]), fmt.Sprint(settled)}, "99999", "{position}"
				case !strings.Contains(pattern, name):
					t.Errorf("the test does not know what %s is about", rt.pattern)
				}
				ask := func(value string) string {
					path := strings.NewReplacer(name, value, "{month}", "2026-10", "{seq}", "1").Replace(pattern)
					asked++
					if method == http.MethodGet {
						status, text := b.get(path)
						return fmt.Sprint(status, " ", seen(text, value))
					}
					once := b.form("/import", "/import")[1]
					if rt.again {
						once = b.own()
					}
					status, to, text := b.post(path, "once", once, "passphrase", passphrase, "document", "陬政函〔2026〕1号", "reason", "不对", "digest", strings.Repeat("0", 64), "from", "2026-10-01", "to", "2026-10-08")
					return fmt.Sprint(status, to, " ", seen(text, value))
				}
				none := ask(nothing)
				if !strings.HasPrefix(none, "404") {
					t.Errorf("%v %s %s: what does not exist: %.300s", steps, x.actor, rt.pattern, none)
				}
				for _, value := range foreign {
					if got := ask(value); got != none {
						t.Errorf("%v %s %s of %s: %.300s\nnot as what does not exist: %.300s", steps, x.actor, rt.pattern, value, got, none)
					}
				}
			}
			if asked < 20 {
				t.Errorf("only %d questions were asked", asked)
			}
			if after := o.head(); after != before {
				t.Errorf("%v: the journal went from %d to %d", steps, before, after)
			}
			for _, path := range []string{"/roster?place=", "/roster/2026-10?place="} {
				none, _ := b.get(path + "430725999")
				_, text := b.get(path + "430725999")
				status, got := b.get(path + other.code)
				if status != none || seen(got, other.code) != seen(text, "430725999") || status != http.StatusNotFound {
					t.Errorf("%s of another: %d", path, status)
				}
			}
			pages := []string{"/office", "/proposals", "/import", "/notices", "/roster", "/roster/2026-10", "/attendance", "/attendance/2026-10", "/payments", "/payments?state=sent", "/place/" + x.code, "/place/" + x.village,
				"/place/" + x.code + "/attendance/2026-10", fmt.Sprintf("/proposals/%d", waiting[x.code])}
			for _, page := range pages {
				status, text := b.get(page)
				if status != http.StatusOK {
					t.Errorf("%v %s %s: %d %s", steps, x.actor, page, status, text)
				}
				for _, w := range other.own {
					if strings.Contains(text, w) {
						t.Errorf("%v %s %s names %s", steps, x.actor, page, w)
					}
				}
				for _, to := range regexp.MustCompile(`href="(/[^"#]*)"`).FindAllStringSubmatch(text, -1) {
					if status, _ := b.get(strings.ReplaceAll(to[1], "&amp;", "&")); status != http.StatusOK {
						t.Errorf("%v %s %s leads to %s: %d", steps, x.actor, page, to[1], status)
					}
				}
			}
			status, _ := b.get("/place/" + x.code + "/notice/2026-10/1")
			if want := map[bool]int{true: http.StatusOK, false: http.StatusNotFound}[len(steps) == 3]; status != want {
				t.Errorf("%v its notice: %d", steps, status)
			}
		}
	}
}

// chained is an office in whose county townships and the organization department confirm what they own.
func chained(t *testing.T) *office {
	t.Helper()
	o, ctx := open(t), context.Background()
	settings, err := os.ReadFile("../../../../testdata/counties/taoyuan/settings.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text := string(settings) + `
chains:
  - {categories: [township_cadre], kinds: [days, absences], steps: [乡镇, 财政]}
  - {categories: [village_cadre, former_village_cadre], kinds: [tenure], steps: [乡镇, 组织部, 财政]}
  - {categories: [former_village_cadre], kinds: [publicity], steps: [乡镇, 财政]}
`
	by := map[string]*payroll.Session{}
	for _, name := range []string{"周正", "李复"} {
		if by[name], err = o.book.Unlock(ctx, name, []byte(passphrase)); err != nil {
			t.Fatal(err)
		}
	}
	at, err := o.book.ProposeSettings(ctx, by["周正"], "settings.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.book.Decide(ctx, by["李复"], at, true, "", ""); err != nil {
		t.Fatal(err)
	}
	return o
}

// brings brings a township's days in, as its office does, and gives the position of the proposal.
func (o *office) brings(x townshipOffice) int64 {
	o.t.Helper()
	who := map[string]string{"430725101": "439901198503010017,张甲", "430725102": "439901198804120017,李乙"}[x.code]
	b := o.as(x.actor)
	if text := b.imports("days", "身份证号,姓名,单位代码,日期,类型\n"+who+","+x.code+",2026-10-12,下村\n"); strings.Contains(text, "没有导入") {
		o.t.Fatal(text)
	}
	list, err := o.book.ProposalList(context.Background(), true)
	if err != nil || len(list) == 0 {
		o.t.Fatal(list, err)
	}
	return list[len(list)-1].Position
}

// imports brings a sheet in and gives the page that says what came of it.
func (b *browser) imports(kind, sheet string, more ...string) string {
	b.o.t.Helper()
	status, to, text := b.upload("/import", map[string]string{kind + ".csv": sheet}, append([]string{"once", b.form("/import", "/import")[1], "kind", kind}, more...)...)
	if status != http.StatusSeeOther {
		b.o.t.Fatalf("%d %s", status, text)
	}
	_, text = b.wait(to)
	return text
}

// sendBack has the bureau send a fact about somebody back, to the department or with "" to its owner.
func (o *office) sendBack(name, kind, to string) int64 {
	o.t.Helper()
	ctx := context.Background()
	s, err := o.book.Unlock(ctx, "李复", []byte(passphrase))
	if err != nil {
		o.t.Fatal(err)
	}
	p, err := o.book.Person(ctx, name)
	if err != nil {
		o.t.Fatal(err)
	}
	slip, err := o.book.SendBack(ctx, s, p.Person, kind, to, "天数与记录不符")
	if err != nil {
		o.t.Fatal(err)
	}
	return slip.Position
}

// A file about people of another township tells nothing of them: not on trial, not in the workbook that goes back, and not more than
// about people who do not exist.
func TestTownshipLearnsNothingByTrying(t *testing.T) {
	o := chained(t)
	b := o.as("陈镇")
	head := "身份证号,姓名,单位代码,日期,类型\n"
	tries := map[string]string{ // by who it is about
		"nobody":          head + "439901198804120025,李乙,430725101,2026-10-12,下村\n",
		"another's":       head + "439901198804120017,李乙,430725101,2026-10-12,下村\n",
		"by another name": head + "439901198804120017,李丙,430725101,2026-10-12,下村\n",
		"at their place":  head + "439901198804120017,李乙,430725102,2026-10-12,下村\n",
	}
	answer := func(who, dry string) string {
		text := b.imports("days", tries[who], "dry", dry)
		_, text, _ = strings.Cut(text, "<main")
		return regexp.MustCompile(`/file/[^"]*|李[乙丙]`).ReplaceAllString(text, "")
	}
	for _, dry := range []string{"1", ""} {
		for _, who := range []string{"another's", "by another name"} {
			if got, want := answer(who, dry), answer("nobody", dry); got != want {
				t.Errorf("%s: %s\nnot as of nobody: %s", who, got, want)
			}
		}
		if text := answer("at their place", dry); strings.Contains(text, "盘塘") {
			t.Errorf("it names the place: %s", text)
		}
	}
	changed := func(id string) string {
		text := b.imports("changes", "身份证号,姓名,变动类型,变动日期,单位代码,职务,文号,人员类别\n"+id+",李乙,去世,2026-10-12,430725101,一般干部,桃组任〔2026〕19号,乡镇干部\n", "dry", "1")
		_, text, _ = strings.Cut(text, "<main")
		return regexp.MustCompile(`/file/[^"]*`).ReplaceAllString(text, "")
	}
	if got, want := changed("439901198804120017"), changed("439901198804120025"); got != want || !strings.Contains(got, "not_on_your_roster") {
		t.Errorf("a change of another's: %s\nnot as of nobody: %s", got, want)
	}
	if status, to, text := b.upload("/import", map[string]string{"a.txt": "x"}, "once", b.form("/import", "/import")[1], "kind", returnsKind); status != http.StatusForbidden {
		t.Errorf("a bank's answer: %d %s %s", status, to, text)
	}
	const days = "/place/430725101/attendance/2026-10/sheet"
	for path, kind := range map[string]string{"/template/days": "陬市镇", "/template/tenure": "430725101", days: "439901198503010017"} {
		status, text := b.get(path)
		if path == days {
			status, _, text = b.post(path, b.form(strings.TrimSuffix(path, "/sheet"), path)...)
		}
		book := unzipped(t, text)
		if status != http.StatusOK || !strings.Contains(book, kind) {
			t.Errorf("%s: %d has no %s", path, status, kind)
		}
		for _, w := range offices[1].own {
			if strings.Contains(book, w) {
				t.Errorf("%s offers %s", path, w)
			}
		}
	}
}

// Taking only the good rows of a sheet about another's month tells nothing of what the book has there: neither who reported days
// nor how many.
func TestGoodRowsTellNothingOfAnotherTownship(t *testing.T) {
	o := chained(t)
	s, err := o.book.Unlock(context.Background(), "李复", []byte(passphrase))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.book.Decide(context.Background(), s, o.brings(offices[1]), true, "", ""); err != nil {
		t.Fatal(err)
	}
	for _, who := range []string{"439901198804120025,无名", "439901198503010017,张甲"} { // nobody, and one's own
		for _, dry := range []string{"1", ""} {
			text := o.as("陈镇").imports("days", "身份证号,姓名,单位代码,日期,类型\n"+who+",430725102,2026-10-13,下村\n", "dry", dry, "accept_good", "1")
			if !strings.Contains(text, "import.not_on_your_roster") {
				t.Errorf("%s: %s", who, text)
			}
			for _, w := range offices[1].own {
				if strings.Contains(text, w) {
					t.Errorf("%s learns of %s: %s", who, w, text)
				}
			}
		}
	}
}

// Only scope.go reads names of places from the book: every page takes them from there.
func TestPlacesAreReadInOneSpot(t *testing.T) {
	names, err := filepath.Glob("*.go")
	if err != nil || len(names) < 10 {
		t.Fatal(len(names), err)
	}
	found := 0
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, call := range []string{"book.PlaceNames(", "book.FormLists("} {
			if strings.HasSuffix(name, "_test.go") || !bytes.Contains(text, []byte(call)) {
				continue
			}
			if found++; name != "scope.go" {
				t.Errorf("%s calls %s", name, call)
			}
		}
	}
	if found != 2 {
		t.Errorf("%d calls", found)
	}
}

// What the bureau doubts stands on its owner's first page, and is answered there by a document: by the owner alone.
func TestSlips(t *testing.T) {
	o := chained(t)
	slip := o.sendBack("李乙", "days", "")
	path := fmt.Sprintf("/sent-back/%d/keep", slip)
	for name, own := range map[string]int64{"陈镇": o.sendBack("张甲", "days", ""), "钱组": o.sendBack("王丙", "tenure", "组织部")} {
		b := o.as(name)
		if _, text := b.get("/office"); strings.Contains(text, "李乙") {
			t.Errorf("%s sees it: %s", name, text)
		}
		before := o.head()
		if status, _, text := b.post(path, "once", b.form("/office", fmt.Sprintf("/sent-back/%d/keep", own))[1], "document", "盘政函〔2026〕1号", "passphrase", passphrase); status != http.StatusNotFound || o.head() != before {
			t.Errorf("%s answers: %d %s", name, status, text)
		}
	}
	b := o.as("何镇")
	if _, text := b.get("/office"); !strings.Contains(text, "天数与记录不符") || !strings.Contains(text, "/import?kind=days") {
		t.Errorf("its owner sees: %s", text)
	}
	if status, to, text := b.post(path, append(b.form("/office", path), "document", "盘政函〔2026〕1号", "passphrase", passphrase)...); status != http.StatusSeeOther {
		t.Fatalf("%d %s %s", status, to, text)
	}
	list, err := o.book.SentBacks(context.Background())
	if err != nil || len(list) != 3 || list[0].Answer != "盘政函〔2026〕1号" {
		t.Errorf("%+v %v", list, err)
	}
	if _, text := b.get("/office"); strings.Contains(text, "天数与记录不符") {
		t.Errorf("answered, it is still there: %s", text)
	}
}

// An owning department sees the content of what waits for it before it confirms or sends it back.
func TestDepartment(t *testing.T) {
	o := chained(t)
	text := o.as("何镇").imports("tenure", "身份证号,姓名,单位代码,职务,职级,任职日期,离任日期,组织认定\n439901196010100023,赵丁,430725102200,书记,,2021-01-15,2026-09-16,是\n")
	list, err := o.book.ProposalList(context.Background(), true)
	if err != nil || len(list) != 1 {
		t.Fatalf("%v %v %s", list, err, text)
	}
	page := fmt.Sprintf("/proposals/%d", list[0].Position)
	b := o.as("钱组")
	if _, text := b.get("/office"); !strings.Contains(text, page) {
		t.Errorf("the first page does not lead there: %s", text)
	}
	_, text = b.get(page)
	if !strings.Contains(text, "2026-09-16") || !strings.Contains(text, "赵丁") || strings.Contains(text, "439901196010100023") || strings.Contains(text, `href="/person/`) {
		t.Errorf("the content: %s", text)
	}
	if status, to, text := b.post(page+"/reject", append(b.form(page, page+"/reject"), "reason", "任免文件写的是一月十五日", "passphrase", passphrase)...); status != http.StatusSeeOther {
		t.Fatalf("%d %s %s", status, to, text)
	}
	if list, err := o.book.ProposalList(context.Background(), true); err != nil || len(list) != 0 {
		t.Errorf("%v %v", list, err)
	}
}

// A township sees what came back of its own people's payments, with the bank's word and a masked account.
func TestBouncedPayments(t *testing.T) {
	o := chained(t)
	o.run("submit", "check", "approve")
	if status, text := o.as("张敏").step("/batch/2026-10/1", "export"); status != http.StatusOK {
		t.Fatalf("%d %s", status, text)
	}
	for i, x := range offices {
		b := o.as(x.actor)
		_, text := b.get("/payments?state=sent")
		if strings.Contains(text, offices[1-i].own[1]) || regexp.MustCompile(`\d{12,}`).MatchString(text) {
			t.Errorf("%s: %s", x.actor, text)
		}
	}
	if _, text := o.as("陈镇").get("/payments?state=sent"); !strings.Contains(text, "张甲") || !strings.Contains(text, "0006") || strings.Contains(text, `href="/person/`) {
		t.Errorf("its own: %s", text)
	}
}

// unzipped is all text of a workbook.
func unzipped(t *testing.T, data string) string {
	t.Helper()
	z, err := zip.NewReader(strings.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatalf("%v: %.200s", err, data)
	}
	var all strings.Builder
	for _, f := range z.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(&all, in); err != nil {
			t.Fatal(err)
		}
		in.Close()
	}
	return all.String()
}

// The days of a month are counted by person for the township that reported them, beside the absences of its own people.
func TestAttendance(t *testing.T) {
	o := chained(t)
	ctx := context.Background()
	checker, err := o.book.Unlock(ctx, "李复", []byte(passphrase))
	if err != nil {
		t.Fatal(err)
	}
	o.as("何镇").imports("days", "身份证号,姓名,单位代码,日期,类型\n439901198804120017,李乙,430725102,2026-10-12,下村\n439901198804120017,李乙,430725102,2026-10-13,下村\n439901198804120017,李乙,430725102,2026-09-28,下村\n")
	o.as("何镇").imports("absences", "身份证号,姓名,类型,开始日期,结束日期,工作日数\n439901198804120017,李乙,事假,2026-10-20,2026-10-21,2\n")
	list, err := o.book.ProposalList(ctx, true)
	if err != nil || len(list) != 2 {
		t.Fatal(list, err)
	}
	for _, p := range list {
		if _, err := o.book.Decide(ctx, checker, p.Position, true, "", ""); err != nil {
			t.Fatal(err)
		}
	}
	for month, want := range map[calendar.Month]string{202609: "李乙 [1] 0", 202610: "李乙 [2] 1", 202611: "李乙 [] 0"} {
		kinds, people, err := o.book.Attendance(ctx, "430725102", month)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, x := range people {
			if x.Name == "李乙" {
				got = fmt.Sprint(x.Name, " ", x.Days, " ", len(x.Absences))
			}
		}
		if got != want || len(people) != 3 || len(kinds) > 1 {
			t.Errorf("%s: %s of %d people, %v", month, got, len(people), kinds)
		}
	}
	if _, people, err := o.book.Attendance(ctx, "430725101", 202610); err != nil || len(people) != 1 || people[0].Name != "张甲" {
		t.Errorf("of the other township: %v %v", people, err)
	}
	if _, text := o.as("何镇").get("/office"); !strings.Contains(text, "已报") || strings.Contains(text, "没有报") {
		t.Errorf("its first page: %s", text)
	}
}

// A township registers the notice of its own village, for which somebody's pay waits, with a photograph; the bureau confirms it.
func TestNoticeIsRegistered(t *testing.T) {
	o := chained(t)
	ctx := context.Background()
	by := map[string]*payroll.Session{}
	for _, name := range []string{"张敏", "李复", "王审"} {
		s, err := o.book.Unlock(ctx, name, []byte(passphrase))
		if err != nil {
			t.Fatal(err)
		}
		by[name] = s
	}
	at, err := o.book.ProposePolicy(ctx, by["张敏"], "慰问.yaml", []byte(`文件: {文号: 桃办发〔2026〕9号, 标题: 慰问, 发文机关: 桃源县, 印发日期: 2026-06-01, 施行: 2026-10, 补发对象: 全部}
公示: {内容: [姓名, 金额], 公示天数: 5, 先公示: 是}
项目:
  - {代码: visit, 名称: 离任慰问, 顺序: 90, 人员: [离任村干部], 渠道: 一卡通, 资金: F04, 依据: 按人员, 金额: '120', 到任当月: 全月, 离任当月: 全月, 去世当月: 全月, 变动当月: 末日, 舍入: 四舍五入到分}
`))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.book.Decide(ctx, by["李复"], at, true, "", ""); err != nil {
		t.Fatal(err)
	}
	o.run()
	const second = payroll.BatchID(202610002)
	batch, err := o.book.Submit(ctx, by["张敏"], second)
	if err != nil {
		t.Fatal(err)
	}
	b := o.as("何镇")
	path := "/place/430725102200/notice/2026-10/2"
	if status, _, text := b.post(path, "once", b.form("/import", "/import")[1], "from", "2026-10-20", "to", "2026-10-24"); status != http.StatusNotFound {
		t.Errorf("of a batch that is not approved: %d %s", status, text)
	}
	if _, err := o.book.Check(ctx, by["李复"], second, batch.Digest); err != nil {
		t.Fatal(err)
	}
	if _, err := o.book.Approve(ctx, by["王审"], second, batch.Digest); err != nil {
		t.Fatal(err)
	}
	if _, text := b.get("/office"); !strings.Contains(text, "有人等公示登记后才能发") {
		t.Errorf("its first page: %s", text)
	}
	if _, text := o.as("陈镇").get("/notices"); strings.Contains(text, "王丙") || strings.Contains(text, "盘塘") {
		t.Errorf("another township: %s", text)
	}
	status, to, text := b.uploadAs("photo", path, map[string]string{"公示栏.jpg": "a photograph"}, append(b.form("/notices", path), "from", "2026-10-20", "to", "2026-10-24")...)
	if status != http.StatusSeeOther {
		t.Fatalf("%d %s %s", status, to, text)
	}
	list, err := o.book.ProposalList(ctx, true)
	if err != nil || len(list) != 1 || list[0].Actor != "何镇" {
		t.Fatalf("%v %v", list, err)
	}
	if done, err := o.book.Decide(ctx, by["李复"], list[0].Position, true, "", ""); err != nil || !done {
		t.Errorf("%v %v", done, err)
	}
	if _, text := b.get("/office"); strings.Contains(text, "有人等公示登记后才能发") {
		t.Errorf("registered, it is still asked for: %s", text)
	}
}

// The days of somebody who has moved belong to the township of the day: both offices bring theirs in and neither the other's, and both
// sheets of the month have the person.
func TestDaysOfWhoHasMoved(t *testing.T) {
	o := chained(t)
	if text := o.as("张敏").imports("changes", "身份证号,姓名,变动类型,变动日期,单位代码,职务,文号\n439901198804120017,李乙,调动,2026-10-16,430725101,一般干部,桃组任〔2026〕19号\n"); strings.Contains(text, "没有导入") {
		t.Fatal(text)
	}
	days := func(place, date string) string {
		return "身份证号,姓名,单位代码,日期,类型\n439901198804120017,李乙," + place + "," + date + ",下村\n"
	}
	for _, x := range []struct {
		actor, place, date string
		taken              bool
	}{
		{"何镇", "430725102", "2026-10-15", true},
		{"何镇", "430725102", "2026-10-16", false},
		{"陈镇", "430725101", "2026-10-15", false},
		{"陈镇", "430725101", "2026-10-16", true},
	} {
		before := o.head()
		text := o.as(x.actor).imports("days", days(x.place, x.date))
		if refused := strings.Contains(text, "import.not_on_your_roster"); refused == x.taken || x.taken != (o.head() > before) {
			t.Errorf("%+v: %s", x, text)
		}
	}
	list, err := o.book.ProposalList(context.Background(), true)
	if err != nil || len(list) != 2 {
		t.Errorf("%+v %v", list, err)
	}
	for _, x := range offices {
		page, had := "/place/"+x.code+"/attendance/2026-10", len(o.unmasked())
		b := o.as(x.actor)
		status, _, text := b.post(page+"/sheet", b.form(page, page+"/sheet")...)
		if got := o.unmasked(); len(got) != had+1 || !strings.Contains(got[had], ","+x.actor+",") {
			t.Errorf("the journal does not keep that %s took it: %q", x.actor, got)
		}
		if status != http.StatusOK || !strings.Contains(unzipped(t, text), "439901198804120017") {
			t.Errorf("%s: %d, not in its sheet", x.actor, status)
		}
	}
}
