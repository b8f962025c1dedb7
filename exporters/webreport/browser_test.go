package webreport

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"zhida/rules/money"
	"zhida/testdata/chromium"
)

// tool finds a program. Without it the test is skipped, or fails when CI=true.
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

// until waits for an expression to come to a text.
func until(t *testing.T, w *chromium.Window, expression, want string) {
	t.Helper()
	if got, ok := w.Await(expression, want); !ok {
		t.Fatalf("%s is %q, want %q; %v", expression, got, want, w.Complaints())
	}
}

// do does something in the page.
func do(w *chromium.Window, script string) {
	chromium.Ask[bool](w, "(function () { "+script+"; return true })()")
}

// filled is "done" once the page has drawn the first person that it found; before that there may be none.
const filled = `(document.querySelector(".who") || {dataset: {}}).dataset.filled || ""`

// saved writes a page to a file and gives its address.
func saved(t *testing.T, page string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "审计报告 #1.html")
	if err := os.WriteFile(name, []byte(page), 0o600); err != nil {
		t.Fatal(err)
	}
	return (&url.URL{Scheme: "file", Path: name}).String()
}

const found = `document.getElementById("found").textContent`

// TestSearch opens the report as somebody who got the file does: from the disk. Typing a
// name finds the person, the keyboard opens the lines, which add up; a tile shows a
// township; nothing is asked of anybody.
func TestSearch(t *testing.T) {
	r := newFake(3000, 1, "统发")
	r.people[7].Name = `<img src="http://127.0.0.1/x">赵`
	page := written(t, fakeSurvey(r))
	b := chromium.Start(t).Window(1440)
	address := saved(t, page)
	b.Visit(address)
	until(t, b, found, "找到 3000 人，实发合计 "+r.head.Batch.Net.Grouped()+" 元")
	if n := chromium.Ask[int](b, `document.querySelectorAll(".who").length`); n != 100 {
		t.Errorf("%d people are shown at once", n)
	}
	do(b, `document.getElementById("q").focus()`)
	b.Type(`">赵`)
	p := r.people[7]
	until(t, b, found, "找到 1 人，实发合计 "+p.Pay.Grouped()+" 元")
	until(t, b, filled, "done")
	if sum := chromium.Ask[string](b, `document.querySelector(".who .sum").children[4].textContent`); sum != (p.Gross - p.Deduction).Grouped() {
		t.Errorf("the lines come to %s, want %s", sum, p.Gross-p.Deduction)
	}
	if name := chromium.Ask[string](b, `document.querySelector(".who summary span").textContent`); name != p.Name {
		t.Errorf("the name shows as %s", name)
	}

	do(b, `document.getElementById("q").select()`)
	b.Type("甲12")
	until(t, b, `String(document.querySelectorAll(".who").length)`, "100")
	do(b, `document.querySelector(".who summary").focus()`)
	b.Key("\r")
	until(t, b, filled, "done")

	town := r.head.Townships[3]
	do(b, `document.querySelector(".tile[href='#p=`+town.Code+`']").click()`)
	people, pay := 0, money.Fen(0)
	for _, x := range r.people {
		if x.Township == town.Code {
			people, pay = people+1, pay+x.Pay
		}
	}
	until(t, b, found, fmt.Sprintf("找到 %d 人，实发合计 %s 元", people, pay.Grouped()))
	for _, asked := range b.Asked() {
		if !strings.HasPrefix(asked, address) {
			t.Errorf("the page asked for %s", asked)
		}
	}
	do(b, `location.hash = "#p=%E4%"`) // a broken link breaks nothing
	until(t, b, `String(document.querySelectorAll(".who").length > 0)`, "true")
	if wrong := b.Complaints(); len(wrong) > 0 {
		t.Errorf("the page did something wrong: %v", wrong)
	}
}

// TestAsksNobody has a server listen that the page's texts name. Another page, without
// a policy, shows that the server would notice.
func TestAsksNobody(t *testing.T) {
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer server.Close()
	image := `"><img src="` + server.URL + `/x"><script>fetch("` + server.URL + `")</script>`
	r := newFake(100, 1, "统发")
	r.people[0].Name, r.lines[0].Sentence, r.head.Townships[0].Name, r.head.Unit = image, image, image, image
	page := written(t, fakeSurvey(r), Finding{Severity: Review, Subject: image, Text: image})
	b := chromium.Start(t).Window(800)
	b.Visit(saved(t, page) + "#q=" + url.QueryEscape("img"))
	until(t, b, filled, "done")
	do(b, `document.body.insertAdjacentHTML("beforeend", '<img src="`+server.URL+`/forced">')`) // as if it had got in all the same
	do(b, `setTimeout(function () { window.waited = true }, 300)`)
	until(t, b, `String(window.waited)`, "true")
	if n := asked.Load(); n != 0 {
		t.Errorf("the page asked %d times", n)
	}
	b.Visit(saved(t, `<!DOCTYPE html><title>x</title><img src="`+server.URL+`/x">`))
	if asked.Load() == 0 {
		t.Error("the server does not notice a page that asks")
	}
}

// unreadable lists texts whose contrast is below 4.5 to 1, which WCAG AA asks for.
const unreadable = `(function () {
  function parts(c) { return c.match(/[0-9.]+/g).map(Number); }
  function light(c) {
    var v = parts(c).slice(0, 3).map(function (x) { x /= 255; return x <= 0.03928 ? x / 12.92 : Math.pow((x + 0.055) / 1.055, 2.4); });
    return 0.2126 * v[0] + 0.7152 * v[1] + 0.0722 * v[2];
  }
  function behind(e) {
    for (; e; e = e.parentElement) { var c = getComputedStyle(e).backgroundColor, p = parts(c); if (p.length < 4 || p[3] > 0) return c; }
    return "rgb(255,255,255)";
  }
  var bad = [], seen = 0;
  document.querySelectorAll("body *:not(script):not(svg *)").forEach(function (e) {
    if (!Array.prototype.some.call(e.childNodes, function (n) { return n.nodeType === 3 && n.textContent.trim(); })) return;
    seen++;
    var a = light(getComputedStyle(e).color), b = light(behind(e)), ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) bad.push(e.tagName + "." + e.className + " " + ratio.toFixed(2));
  });
  return seen > 500 ? bad.join("; ") : "only " + seen + " texts";
})()`

// TestLooks holds the page against what eyes and screens need.
func TestLooks(t *testing.T) {
	address := saved(t, written(t, fakeSurvey(newFake(300, 1, "统发"), newFake(300, 2, "一卡通")), Finding{Severity: Stop, Text: "一"}, Finding{Severity: Review, Text: "二"}, Finding{Severity: NotRun, Text: "三"}))
	for _, width := range []int64{800, 1440} {
		b := chromium.Start(t).Window(width)
		b.Visit(address)
		until(t, b, `String(document.querySelectorAll(".who").length)`, "100")
		if over := chromium.Ask[int](b, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over != 0 {
			t.Errorf("at %d the page is %d too wide", width, over)
		}
		if bad := chromium.Ask[string](b, unreadable); bad != "" {
			t.Errorf("at %d hard to read: %s", width, bad)
		}
		if ragged := chromium.Ask[string](b, `String(Array.prototype.filter.call(document.querySelectorAll("td.n"), function (e) { return getComputedStyle(e).textAlign !== "right" }).length)`); ragged != "0" {
			t.Errorf("%s amounts are not aligned", ragged)
		}
	}
}

// TestPrint prints on A4: every page says what it belongs to and which one it is, the
// sums are there, and everybody's lines are not.
func TestPrint(t *testing.T) {
	info, words := tool(t, "pdfinfo"), tool(t, "pdftotext")
	b := chromium.Start(t).Window(1440)
	r := newFake(1000, 1, "统发")
	b.Visit(saved(t, written(t, fakeSurvey(r))))
	until(t, b, `String(document.querySelectorAll(".who").length)`, "100")
	name := filepath.Join(t.TempDir(), "a.pdf")
	if err := os.WriteFile(name, b.Print(), 0o600); err != nil {
		t.Fatal(err)
	}
	size, err := exec.Command(info, name).Output()
	if err != nil || !regexp.MustCompile(`Page size: +84[12]\.\d+ x 59[45]\.\d+ pts \(A4\)`).Match(size) {
		t.Errorf("%v: %s", err, size)
	}
	text, err := exec.Command(words, "-layout", name, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	pages := strings.Split(strings.TrimSuffix(string(text), "\f"), "\f")
	if len(pages) < 12 || len(pages) > 24 {
		t.Errorf("%d pages", len(pages))
	}
	space := regexp.MustCompile(`\s+`)
	for i, p := range pages {
		p = space.ReplaceAllString(p, "")
		if !b.MarginBoxes() { // an older browser prints the title with batch and seal itself, when asked for headers
			break
		}
		if !strings.Contains(p, "批次2026-11/1封印3f9a1c57") || !strings.Contains(p, fmt.Sprintf("第%d页共%d页", i+1, len(pages))) {
			t.Errorf("page %d does not say which it is: %s", i+1, p)
		}
	}
	whole := space.ReplaceAllString(string(text), "")
	for _, want := range []string{"样例县2026年11月待遇发放审计报告", r.head.Batch.Net.Grouped(), r.head.Batch.Net.Capital(), "十三、封印与核验", "制表", "打印件只有汇总", r.head.Seal} {
		if !strings.Contains(whole, want) {
			t.Errorf("%s is not printed", want)
		}
	}
	if slices.ContainsFunc(pages, func(p string) bool { return strings.Contains(p, "正在打开") || strings.Contains(p, "找到") }) {
		t.Error("the search is printed")
	}
}
