package desk

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"zhida/payroll"
	"zhida/testdata/chromium"
)

// person is somebody at their own machine.
type person struct {
	*chromium.Window
	o    *office
	name string
}

// sit lets somebody sit down at a machine and sign in, by what the page says.
func (o *office) sit(b *chromium.Browser, name string) *person {
	o.t.Helper()
	p := &person{b.Window(1280), o, name}
	p.Visit(o.URL)
	p.signIn(passphrase)
	return p
}

func (p *person) signIn(pass string) {
	p.o.t.Helper()
	p.Fill("姓名", p.name, "")
	p.Fill("口令", pass, "")
	p.Press("登录", "")
}

func (p *person) sees(words ...string) {
	p.o.t.Helper()
	text := p.Text()
	for _, w := range words {
		if !strings.Contains(text, w) {
			p.o.t.Errorf("%s does not see %q:\n%s", p.Path(), w, text)
		}
	}
}

// Buttons that move money do it once however they are pressed: twice at once, with scripts switched off, from the page before, in
// a second window that shows the same. What is pressed after the visit has ended is not done.
func TestButtonsInChromium(t *testing.T) {
	o := open(t)
	b := chromium.Start(t)
	maker, checker, approver := o.sit(b, "张敏"), o.sit(b, "李复"), b.Window(1280)

	once := func(p *person, what string, state payroll.State, press func()) {
		t.Helper()
		before := o.head()
		press()
		if after := o.head(); after != before+1 {
			t.Errorf("%s: the journal went from %d to %d:\n%s", what, before, after, p.Text())
		}
		if s := o.state(first); s != state {
			t.Errorf("%s: it is %s", what, s)
		}
	}
	none := func(what string, press func()) {
		t.Helper()
		before := o.head()
		press()
		if after := o.head(); after != before {
			t.Errorf("%s: the journal went from %d to %d", what, before, after)
		}
	}

	once(maker, "run", payroll.Draft, func() { maker.PressTwice("计算本月", "") })
	maker.Press("2026-10/1", "")
	maker.Fill("口令", passphrase, "提交")
	once(maker, "submit", payroll.Submitted, func() { maker.PressTwice("提交", "提交") })

	// Two windows show the batch to be checked; only what is pressed first is done.
	second := o.sit(b, "李复")
	for _, p := range []*person{checker, second} {
		p.Visit(o.URL + "/batch/2026-10/1")
		p.Fill("口令", passphrase, "复核")
	}
	checker.Scripts(false)
	checker.Reload()
	checker.Scripts(true)
	checker.Fill("口令", passphrase, "复核")
	once(checker, "check", payroll.Checked, func() { checker.PressTwice("复核", "复核") })
	none("check in a second window", func() { second.Press("复核", "复核") })
	second.sees("的状态是“已复核”，现在不能复核")
	checker.Back()
	if checker.Path() != "/batch/2026-10/1" || checker.Has("口令", "复核") {
		t.Errorf("back on the page before, it still asks for a signature that was made: %s", checker.Path())
	}

	p := &person{approver, o, "王审"}
	p.Visit(o.URL)
	p.signIn("not-the-one")
	p.sees("desk.wrong")
	p.Back()
	p.signIn(passphrase)
	p.Visit(o.URL + "/batch/2026-10/1")
	p.Fill("口令", passphrase, "审批")
	o.later(idle + 1)
	none("approval after the visit has ended", func() { p.Press("审批", "审批") })
	p.sees("登录已经过期，这一次没有办")
	p.signIn(passphrase)
	p.Visit(o.URL + "/batch/2026-10/1")
	p.Fill("口令", passphrase, "审批")
	once(p, "approve", payroll.Approved, func() { p.PressTwice("审批", "审批") })

	for _, x := range []*person{maker, checker, second, p} {
		x.fair()
	}
}

// Every page of everybody's holds WCAG AA in both languages, fits its window, can be walked by the Tab
// key, asks nobody else for anything, and prints without its frame, saying on every sheet what it belongs to.
func TestPagesInChromium(t *testing.T) {
	o := open(t)
	o.run("submit", "check", "approve")
	b := chromium.Start(t)
	print := tool(t, "pdftotext")
	seen := map[string]bool{}
	policies, err := o.book.PolicyList(t.Context())
	if err != nil || len(policies) == 0 {
		t.Fatal(err)
	}
	position := strconv.FormatInt(policies[0].Position, 10)
	proposal := strconv.FormatInt(o.waits(), 10)
	for _, x := range everybody {
		p := o.sit(b, x.name)
		for _, rt := range o.routes {
			method, path, _ := strings.Cut(rt.pattern, " ")
			path = strings.NewReplacer("{$}", "", "{month}", "2026-10", "{seq}", "1", "{person}", "1", "/proposals/{position}", "/proposals/"+proposal, "{position}", position, "{code}", "430725102", "{fund}", "F01").Replace(path)
			if method != "GET" || rt.who == nil && !rt.open || strings.Contains(path, "{") || strings.Contains(path, "/receipt/") || strings.Contains(path, "/notice/") || strings.HasSuffix(path, "/sheet") || strings.HasPrefix(path, "/proposals/") && x.name != "李复" || strings.HasSuffix(path, "/flow") || // files and pictures
				seen[path] || !may(payroll.Actor{Roles: x.roles}, rt.who) {
				continue
			}
			seen[path] = true
			p.Visit(o.URL + path)
			if p.Has("姓名", "") && p.Has("口令", "") {
				t.Fatalf("%s signed %s out", path, x.name)
			}
			for _, wrong := range append(p.Audit(), p.Walk()...) {
				t.Error(wrong)
			}
			p.prints(print, path)
			p.Press("English", "")
			p.Visit(o.URL + path)
			for _, wrong := range p.Audit() {
				t.Error("in English: ", wrong)
			}
			p.Press("中文", "")
		}
		p.fair()
	}
	for _, rt := range o.routes {
		if rt.nav != "" && !seen[strings.TrimPrefix(rt.pattern, "GET ")] {
			t.Errorf("nobody looked at %s", rt.pattern)
		}
	}
}

var (
	spaces  = regexp.MustCompile(`\s+`)
	ofBatch = regexp.MustCompile(`^/batch/2026-10/1(/|$)`)
	seal    = regexp.MustCompile(`批次2026-10/1封印[0-9a-f]{8}`)
)

// prints holds the page on paper against what a paper has to say of itself: on the first sheet whatever the browser, else on each.
func (p *person) prints(pdftotext, path string) {
	p.o.t.Helper()
	if n := chromium.Ask[int](p.Window, `Array.from(document.images).filter(function (i) { return !i.complete || !i.naturalWidth; }).length`); n != 0 {
		p.o.t.Errorf("%s prints without %d of its pictures", path, n)
	}
	pdf := filepath.Join(p.o.t.TempDir(), "page.pdf")
	if err := os.WriteFile(pdf, p.Print(), 0o600); err != nil {
		p.o.t.Fatal(err)
	}
	out, err := exec.Command(pdftotext, "-layout", pdf, "-").Output()
	if err != nil {
		p.o.t.Fatal(err)
	}
	text := spaces.ReplaceAllString(string(out), "")
	if strings.Contains(text, "退出") || strings.Contains(text, "跳到正文") {
		p.o.t.Errorf("%s prints its frame: %s", path, text)
	}
	sheets := strings.Split(strings.TrimSuffix(string(out), "\f"), "\f")
	if path == "/funds" && !strings.Contains(sheets[0], "县级人员经费") { // a drawing and a broad table on a sheet that is turned
		p.o.t.Errorf("the first sheet of %s is empty", path)
	}
	for i, sheet := range sheets {
		sheet = spaces.ReplaceAllString(sheet, "")
		if !p.MarginBoxes() && i > 0 {
			continue
		}
		says := []string{"桃源县财政局", "账本桃源县"}
		if p.MarginBoxes() {
			says = append(says, fmt.Sprintf("第%d页共%d页", i+1, len(sheets)))
		}
		if !strings.Contains(openedAt.ReplaceAllString(sheet, "<opened>"), "<opened>"+p.name) {
			p.o.t.Errorf("sheet %d of %s does not say when, by the book's clock, and by whom it was opened: %s", i+1, path, sheet)
		}
		for _, want := range says {
			if !strings.Contains(sheet, want) {
				p.o.t.Errorf("sheet %d of %s does not say %q: %s", i+1, path, want, sheet)
			}
		}
		if has := seal.MatchString(sheet); has != ofBatch.MatchString(path) {
			p.o.t.Errorf("sheet %d of %s: a seal is there: %v: %s", i+1, path, has, sheet)
		}
	}
	if signed := strings.Contains(text, "（签字）："); signed != signedPages.MatchString(path) {
		p.o.t.Errorf("%s: there is room for signatures: %v", path, signed)
	}
}

// openedAt is the time of a printed page: the clock of the book begins at nine and goes on.
var openedAt = regexp.MustCompile(`2026-10-2609:[0-5][0-9]`)

// Tables with a sentence in each row are turned on paper, and an item is not broken character by character.
func TestSentencesPrintTurned(t *testing.T) {
	o := open(t)
	o.run("submit", "check", "approve")
	p := o.sit(chromium.Start(t), "孙计")
	info := tool(t, "pdfinfo")
	for _, page := range []string{"/batch/2026-10/1/lines", "/batch/2026-10/2/lines"} {
		p.Visit(o.URL + page)
		pdf := filepath.Join(t.TempDir(), "page.pdf")
		if err := os.WriteFile(pdf, p.Print(), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command(info, pdf).Output()
		m := regexp.MustCompile(`Page size: +([\d.]+) x ([\d.]+)`).FindStringSubmatch(string(out))
		if err != nil || m == nil {
			t.Fatalf("%v %s", err, out)
		}
		if w, _ := strconv.ParseFloat(m[1], 64); w < 800 {
			t.Errorf("%s is %s x %s", page, m[1], m[2])
		}
		if n := chromium.Ask[int](p.Window, `Math.min(...Array.from(document.querySelectorAll("td.item")).map(function (c) { return c.getBoundingClientRect().width; }))`); n < 100 {
			t.Errorf("%s: the narrowest item has %d pixels", page, n)
		}
	}
}

// signedPages are those that people sign on paper.
var signedPages = regexp.MustCompile(`^/(batch/2026-10/1(/compare|/findings)?|statement|funds|place/[0-9]+/attendance/2026-10)$`)

// waits has something wait for a second person and gives its position.
func (o *office) waits() int64 {
	o.t.Helper()
	o.as("张敏").imports("amounts", "身份证号,姓名,起始月份,基本工资,住房公积金,社会保险费,个人所得税\n439901198804120017,李乙,2026-11,4700.00,552.00,368.00,0.00\n")
	list, err := o.book.ProposalList(context.Background(), true)
	if err != nil || len(list) != 1 {
		o.t.Fatal(len(list), err)
	}
	return list[0].Position
}

// fair says what the browser complains about, and what a page asked of another machine.
func (p *person) fair() {
	p.o.t.Helper()
	for _, c := range p.Complaints() {
		p.o.t.Errorf("the browser complains: %s", c)
	}
	for _, a := range p.Asked() {
		if !strings.HasPrefix(a, p.o.URL+"/") && a != "about:blank" && !strings.HasPrefix(a, "data:") {
			p.o.t.Errorf("a page asks for %s", a)
		}
	}
}

// tool finds a program; without it the test is skipped, or fails with CI=true.
func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil && os.Getenv("CI") == "true" {
		t.Fatal(err)
	}
	if err != nil {
		t.Skip(err)
	}
	return path
}
