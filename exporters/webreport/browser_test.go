package webreport

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"errors"
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
	"time"

	"zhida/rules/money"
)

// tool finds a program. Without it the test is skipped, or fails when CI=true.
func tool(t *testing.T, names ...string) string {
	t.Helper()
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("CI") == "true" {
		t.Fatal(names[0] + " is missing")
	}
	t.Skip(names[0] + " is missing")
	return ""
}

// tab is a page in a browser without a window, driven over a pipe by the browser's own
// protocol: messages are JSON, each ended by a zero byte.
type tab struct {
	t       *testing.T
	to      *os.File
	from    *bufio.Reader
	session string
	last    int
	asked   []string // addresses that the page asked for
	wrong   []string // exceptions, and what the policy refused
}

// newTab starts a browser with an empty page of the width.
func newTab(t *testing.T, width int) *tab {
	t.Helper()
	program := tool(t, "chromium", "chromium-browser", "google-chrome")
	in, to, err := os.Pipe()
	from, out, err2 := os.Pipe()
	if err = errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
	c := exec.Command(program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--remote-debugging-pipe", "--user-data-dir="+t.TempDir(), "about:blank")
	c.ExtraFiles = []*os.File{in, out} // the browser's descriptors 3 and 4
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	in.Close()
	out.Close()
	b := &tab{t: t, to: to, from: bufio.NewReader(from)}
	slow := time.AfterFunc(2*time.Minute, func() { _ = c.Process.Kill() })
	t.Cleanup(func() {
		_, _ = to.WriteString(`{"id":1000000,"method":"Browser.close"}` + "\x00")
		_ = c.Wait() // the profile is in use until then
		slow.Stop()
		to.Close()
		from.Close()
	})
	var target struct{ TargetID string }
	b.call("Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	var attached struct{ SessionID string }
	b.call("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &attached)
	b.session = attached.SessionID
	for _, domain := range []string{"Page", "Network", "Runtime", "Log"} {
		b.call(domain+".enable", nil, nil)
	}
	b.call("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": false}, nil)
	return b
}

// call asks the browser something and waits for the answer, noting what happens meanwhile.
func (b *tab) call(method string, params map[string]any, result any) {
	b.t.Helper()
	b.last++
	message, err := json.Marshal(map[string]any{"id": b.last, "method": method, "params": params, "sessionId": b.session})
	if b.session == "" {
		message, err = json.Marshal(map[string]any{"id": b.last, "method": method, "params": params})
	}
	if err == nil {
		_, err = b.to.Write(append(message, 0))
	}
	for err == nil {
		var text []byte
		if text, err = b.from.ReadBytes(0); err != nil {
			break
		}
		var answer struct {
			ID     int
			Method string
			Params json.RawMessage
			Result json.RawMessage
			Error  *struct{ Message string }
		}
		if err = json.Unmarshal(text[:len(text)-1], &answer); err != nil {
			break
		}
		b.note(answer.Method, answer.Params)
		if answer.ID != b.last {
			continue
		}
		if answer.Error != nil {
			b.t.Fatalf("%s: %s", method, answer.Error.Message)
		}
		if result != nil {
			err = json.Unmarshal(answer.Result, result)
		}
		break
	}
	if err != nil {
		b.t.Fatalf("%s: %v", method, err)
	}
}

func (b *tab) note(method string, params json.RawMessage) {
	switch method {
	case "Network.requestWillBeSent":
		var x struct{ Request struct{ URL string } }
		if json.Unmarshal(params, &x) == nil {
			b.asked = append(b.asked, x.Request.URL)
		}
	case "Runtime.exceptionThrown", "Log.entryAdded":
		b.wrong = append(b.wrong, string(params))
	}
}

// eval gives what an expression comes to in the page, as text.
func (b *tab) eval(expression string) string {
	b.t.Helper()
	var x struct {
		Result           struct{ Value any }
		ExceptionDetails json.RawMessage
	}
	b.call("Runtime.evaluate", map[string]any{"expression": expression, "awaitPromise": true, "returnByValue": true}, &x)
	if x.ExceptionDetails != nil {
		b.t.Fatalf("%s: %s", expression, x.ExceptionDetails)
	}
	return fmt.Sprint(x.Result.Value)
}

// until waits for an expression to come to a text.
func (b *tab) until(expression, want string) {
	b.t.Helper()
	got := ""
	for range 400 {
		if got = b.eval(expression); got == want {
			return
		}
		time.Sleep(25 * time.Millisecond)
	}
	b.t.Fatalf("%s is %q, want %q; %v", expression, got, want, b.wrong)
}

func (b *tab) open(address string) {
	b.t.Helper()
	b.call("Page.navigate", map[string]any{"url": address}, nil)
	b.until(`document.readyState`, "complete")
}

func (b *tab) press(key string, code int) {
	for _, kind := range []string{"keyDown", "keyUp"} {
		params := map[string]any{"type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code}
		if key == "Enter" && kind == "keyDown" {
			params["text"] = "\r"
		}
		b.call("Input.dispatchKeyEvent", params, nil)
	}
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
	b := newTab(t, 1440)
	address := saved(t, page)
	b.open(address)
	b.until(found, "找到 3000 人，实发合计 "+r.head.Batch.Net.Grouped()+" 元")
	if n := b.eval(`document.querySelectorAll(".who").length`); n != "100" {
		t.Errorf("%s people are shown at once", n)
	}
	b.eval(`document.getElementById("q").focus()`)
	b.call("Input.insertText", map[string]any{"text": `">赵`}, nil)
	p := r.people[7]
	b.until(found, "找到 1 人，实发合计 "+p.Pay.Grouped()+" 元")
	b.until(filled, "done")
	if sum := b.eval(`document.querySelector(".who .sum").children[4].textContent`); sum != (p.Gross - p.Deduction).Grouped() {
		t.Errorf("the lines come to %s, want %s", sum, p.Gross-p.Deduction)
	}
	if name := b.eval(`document.querySelector(".who summary span").textContent`); name != p.Name {
		t.Errorf("the name shows as %s", name)
	}

	b.eval(`document.getElementById("q").select()`)
	b.call("Input.insertText", map[string]any{"text": "甲12"}, nil)
	b.until(`String(document.querySelectorAll(".who").length)`, "100")
	b.eval(`document.querySelector(".who summary").focus()`)
	b.press("Enter", 13)
	b.until(filled, "done")

	town := r.head.Townships[3]
	b.eval(`document.querySelector(".tile[href='#p=` + town.Code + `']").click()`)
	people, pay := 0, money.Fen(0)
	for _, x := range r.people {
		if x.Township == town.Code {
			people, pay = people+1, pay+x.Pay
		}
	}
	b.until(found, fmt.Sprintf("找到 %d 人，实发合计 %s 元", people, pay.Grouped()))
	for _, asked := range b.asked {
		if !strings.HasPrefix(asked, address) {
			t.Errorf("the page asked for %s", asked)
		}
	}
	b.eval(`location.hash = "#p=%E4%"`) // a broken link breaks nothing
	b.until(`String(document.querySelectorAll(".who").length > 0)`, "true")
	if len(b.wrong) > 0 {
		t.Errorf("the page did something wrong: %v", b.wrong)
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
	b := newTab(t, 800)
	b.open(saved(t, page) + "#q=" + url.QueryEscape("img"))
	b.until(filled, "done")
	b.eval(`document.body.insertAdjacentHTML("beforeend", '<img src="` + server.URL + `/forced">')`) // as if it had got in all the same
	b.until(`new Promise(function (done) { setTimeout(function () { done("waited") }, 300) })`, "waited")
	if n := asked.Load(); n != 0 {
		t.Errorf("the page asked %d times", n)
	}
	b.open(saved(t, `<!DOCTYPE html><title>x</title><img src="`+server.URL+`/x">`))
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
	for _, width := range []int{800, 1440} {
		b := newTab(t, width)
		b.open(address)
		b.until(`String(document.querySelectorAll(".who").length)`, "100")
		if over := b.eval(`document.documentElement.scrollWidth - document.documentElement.clientWidth`); over != "0" {
			t.Errorf("at %d the page is %s too wide", width, over)
		}
		if bad := b.eval(unreadable); bad != "" {
			t.Errorf("at %d hard to read: %s", width, bad)
		}
		if ragged := b.eval(`String(Array.prototype.filter.call(document.querySelectorAll("td.n"), function (e) { return getComputedStyle(e).textAlign !== "right" }).length)`); ragged != "0" {
			t.Errorf("%s amounts are not aligned", ragged)
		}
	}
}

// TestPrint prints on A4: every page says what it belongs to and which one it is, the
// sums are there, and everybody's lines are not.
func TestPrint(t *testing.T) {
	info, words := tool(t, "pdfinfo"), tool(t, "pdftotext")
	b := newTab(t, 1440)
	r := newFake(1000, 1, "统发")
	b.open(saved(t, written(t, fakeSurvey(r))))
	b.until(`String(document.querySelectorAll(".who").length)`, "100")
	var printed struct{ Data string }
	b.call("Page.printToPDF", map[string]any{"preferCSSPageSize": true}, &printed)
	data, err := base64.StdEncoding.DecodeString(printed.Data)
	name := filepath.Join(t.TempDir(), "a.pdf")
	if err = errors.Join(err, os.WriteFile(name, data, 0o600)); err != nil {
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
