// Package chromium drives a real Chromium for tests and pictures: it reads pages as people do, by the words they see, and
// presses, types and chooses with the browser's own mouse and keyboard. It owns windows, what a page complained about, what
// WCAG finds wrong in it, and pictures; it knows nothing of Zhida.
package chromium

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Browser is one Chromium without a screen. It ends with its test.
type Browser struct {
	t   testing.TB
	ctx context.Context
}

// patience is how long a page may take; machines of tests are slow and shared.
const patience = 2 * time.Minute

// Start starts a browser: the one that CHROMIUM names, or that of the distribution. Where there is none the test is skipped, or fails with CI=true.
func Start(t testing.TB) *Browser {
	t.Helper()
	program := program(t)
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.ExecPath(program), chromedp.NoSandbox,
		chromedp.Flag("disable-gpu", true), chromedp.Flag("lang", "zh-CN"), chromedp.UserDataDir(t.TempDir()))
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx) // waits until the profile is free
		cancel()
		stop()
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	return &Browser{t, ctx}
}

// program is where the browser lies.
func program(t testing.TB) string {
	t.Helper()
	names := []string{"chromium", "chromium-browser", "google-chrome"}
	if other := os.Getenv("CHROMIUM"); other != "" {
		names = []string{other}
	}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("CI") == "true" || len(names) == 1 {
		t.Fatal(names[0] + " is missing")
	}
	t.Skip(names[0] + " is missing")
	return ""
}

// Window is a page on somebody's own machine: it shares no cookie with any other window.
type Window struct {
	t         testing.TB
	ctx       context.Context
	downloads string

	lock       sync.Mutex
	complaints []string
	asked      []string
}

// Window opens an empty page of so many pixels across.
func (b *Browser) Window(width int64) *Window {
	b.t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	b.t.Cleanup(cancel)
	w := &Window{t: b.t, ctx: ctx, downloads: b.t.TempDir()}
	if err := chromedp.Listen(ctx, w.note); err != nil {
		b.t.Fatal(err)
	}
	w.run(chromedp.EmulateViewport(width, 900), command(network.Enable, network.EnableParams{}), command(log.Enable, cdp.Empty{}))
	if _, err := chromedp.CallBrowser(ctx, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{Behavior: browser.SetDownloadBehaviorBehaviorAllow,
		DownloadPath: w.downloads, BrowserContextID: chromedp.FromContext(ctx).BrowserContextID}); err != nil {
		b.t.Fatal(err)
	}
	return w
}

// command is a command of the browser's protocol as a step.
func command[P any](c cdp.Command[P, cdp.Empty], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, c, params)
		return err
	})
}

func (w *Window) note(event any) {
	w.lock.Lock()
	defer w.lock.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		w.complaints = append(w.complaints, fmt.Sprint(e.ExceptionDetails.Text, " ", e.ExceptionDetails.URL))
	case *log.EventEntryAdded:
		// A refusal is a page with a status of its own: the browser notes it, and it is no fault of the page.
		if e.Entry.Source != log.EntrySourceNetwork && e.Entry.Level != log.EntryLevelVerbose && e.Entry.Level != log.EntryLevelInfo {
			w.complaints = append(w.complaints, e.Entry.Text)
		}
	case *network.EventRequestWillBeSent:
		w.asked = append(w.asked, e.Request.URL)
	}
}

// Complaints is what the browser found wrong with the pages so far: exceptions of scripts, what a policy refused.
func (w *Window) Complaints() []string {
	w.lock.Lock()
	defer w.lock.Unlock()
	return slices.Clone(w.complaints)
}

// Asked is every address that the pages so far asked for.
func (w *Window) Asked() []string {
	w.lock.Lock()
	defer w.lock.Unlock()
	return slices.Clone(w.asked)
}

// click presses the mouse where something stands.
func click(s spot) chromedp.Action[chromedp.Void] {
	return chromedp.MouseClickXY(float64(s.X), float64(s.Y))
}

// run does things in the browser, within the time that a page may take.
func (w *Window) run(actions ...chromedp.Action[chromedp.Void]) {
	w.t.Helper()
	if err := w.try(actions...); err != nil {
		w.t.Fatalf("at %s: %v", w.address(), err)
	}
}

func (w *Window) try(actions ...chromedp.Action[chromedp.Void]) error {
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	return chromedp.Do(ctx, actions...)
}

func (w *Window) address() string {
	at, _ := ask[string](w, `location.href`)
	return at
}

// Path is the path of the page in the window.
func (w *Window) Path() string {
	u, err := url.Parse(w.address())
	if err != nil {
		return ""
	}
	return u.Path
}

// Visit opens an address, as typed.
func (w *Window) Visit(address string) {
	w.t.Helper()
	w.leave(chromedp.Navigate(address))
}

// Back goes back a page.
func (w *Window) Back() {
	w.t.Helper()
	Ask[bool](w, `window.left = true`)
	Ask[bool](w, `history.back() === undefined`)
	// A page that the browser kept comes back as it was left, with its marks.
	if !w.until(func() bool {
		there, err := ask[bool](w, `document.readyState === "complete" && !window.left`)
		return err == nil && there
	}) {
		w.t.Fatalf("nothing is before %s", w.address())
	}
}

// Reload loads the page again.
func (w *Window) Reload() {
	w.t.Helper()
	w.leave(chromedp.Reload())
}

// leave does what leads to another page and waits until that is there; a page that loads itself again is waited for as well.
func (w *Window) leave(actions ...chromedp.Action[chromedp.Void]) {
	w.t.Helper()
	Ask[bool](w, `window.before = true`)
	w.run(actions...)
	const there = `document.readyState === "complete" && !window.before && !document.querySelector("meta[http-equiv=refresh]")`
	if !w.until(func() bool { ready, err := ask[bool](w, there); return err == nil && ready }) { // while a page goes, scripts fail
		w.t.Fatalf("no page follows %s:\n%s", w.address(), w.Text())
	}
}

// until asks again and again, as long as a page may take.
func (w *Window) until(done func() bool) bool {
	const pause = 30 * time.Millisecond
	for range patience / pause {
		if done() {
			return true
		}
		_ = w.try(chromedp.Sleep(pause))
	}
	return false
}

// Await waits until an expression comes to a text, and gives what it came to last.
func (w *Window) Await(expression, want string) (got string, ok bool) {
	w.t.Helper()
	ok = w.until(func() bool { got = Ask[string](w, expression); return got == want })
	return got, ok
}

// Text is what the page says.
func (w *Window) Text() string {
	w.t.Helper()
	return Ask[string](w, `document.body.innerText`)
}

// Ask evaluates an expression in the page.
func Ask[T any](w *Window, expression string) T {
	w.t.Helper()
	result, err := ask[T](w, expression)
	if err != nil {
		w.t.Fatalf("%s: %v", expression, err)
	}
	return result
}

func ask[T any](w *Window, expression string) (T, error) {
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[T](expression))
}

// found is what find.js found last.
const found = chromedp.CSS("[data-found]")

//go:embed find.js
var finding string

// spot is where something stands in the window, in pixels.
type spot struct {
	X, Y int64
	Kind string // as the browser calls it: select-one, file, date, text, ...
	Why  string // nothing, or why the words name no one thing
}

// Has says whether the page has a field with the label, in the part under a heading.
func (w *Window) Has(label, under string) bool {
	w.t.Helper()
	s, err := w.look("fill", label, under)
	return err == nil && s.Why == ""
}

// look asks find.js.
func (w *Window) look(what, words, under string) (spot, error) {
	arguments, err := json.Marshal([]string{what, words, under})
	if err != nil {
		return spot{}, err
	}
	return ask[spot](w, finding+"("+string(arguments)+")")
}

// find brings what the words name into the window: what is a kind of thing, "press" or "fill", within the part under a heading, or "".
func (w *Window) find(what, words, under string) spot {
	w.t.Helper()
	s, err := w.look(what, words, under)
	if err != nil {
		w.t.Fatal(err)
	}
	if s.Why != "" {
		w.t.Fatalf("%s: %s %q: %s\n%s", w.address(), what, words, s.Why, w.Text())
	}
	return s
}

// Press presses the one link or button that bears the words, in the part of the page under a heading, or anywhere for "", and waits
// for the page that follows.
func (w *Window) Press(words, under string) {
	w.t.Helper()
	s := w.find("press", words, under)
	w.leave(click(s))
}

// PressTwice presses it as people do who wait for something to open: twice, at once.
func (w *Window) PressTwice(words, under string) {
	w.t.Helper()
	s := w.find("press", words, under)
	w.leave(click(s), click(s))
}

// Unfold presses what opens a part of the same page.
func (w *Window) Unfold(words, under string) {
	w.t.Helper()
	s := w.find("press", words, under)
	w.run(click(s))
}

// Download presses a link or button that gives a file, and gives where that lies, once it is whole. A file that stays empty is none.
func (w *Window) Download(words, under string) string {
	w.t.Helper()
	s := w.find("press", words, under)
	had := w.files()
	w.run(click(s))
	file := ""
	if w.until(func() bool {
		for _, name := range w.files() {
			// The browser reserves the name with an empty file, and puts the whole one in its place.
			info, err := os.Stat(name)
			if err == nil && info.Size() > 0 && !slices.Contains(had, name) && !strings.HasSuffix(name, ".crdownload") && !strings.HasPrefix(filepath.Base(name), ".") {
				file = name
			}
		}
		return file != ""
	}) {
		return file
	}
	w.t.Fatalf("%s: %q gives no file:\n%s", w.address(), words, w.Text())
	return ""
}

func (w *Window) files() []string {
	list, err := filepath.Glob(filepath.Join(w.downloads, "*"))
	if err != nil {
		w.t.Fatal(err)
	}
	return list
}

// Fill types into the field that bears the label, or chooses what is called so from its list.
func (w *Window) Fill(label, value, under string) {
	w.t.Helper()
	s := w.find("fill", label, under)
	switch s.Kind {
	case "select-one":
		chosen, err := json.Marshal(value)
		if err != nil {
			w.t.Fatal(err)
		}
		if !Ask[bool](w, `(function (v) { var s = document.querySelector("[data-found]"); var o = Array.from(s.options).filter(function (o) { return o.text.trim() === v; });
			if (o.length !== 1) { return false; } s.value = o[0].value; s.dispatchEvent(new Event("change", {bubbles: true})); return true; })(`+string(chosen)+`)`) {
			w.t.Fatalf("%s: the list %q has no %q", w.address(), label, value)
		}
	case "checkbox", "radio":
		w.run(click(s))
	case "date", "month":
		w.run(chromedp.SetValue(found, value))
	default:
		w.run(click(s))
		Ask[bool](w, `document.querySelector("[data-found]").select() === undefined`)
		w.run(command(input.InsertText, input.InsertTextParams{Text: value}))
		if has := Ask[string](w, `document.querySelector("[data-found]").value`); has != value {
			w.t.Fatalf("%s: %q takes %q as %q", w.address(), label, value, has)
		}
	}
}

// Choose gives files to the field that bears the label.
func (w *Window) Choose(label, under string, files ...string) {
	w.t.Helper()
	if s := w.find("fill", label, under); s.Kind != "file" {
		w.t.Fatalf("%s: %q takes no file", w.address(), label)
	}
	w.run(chromedp.SetUploadFiles(found, files))
}

// Key presses a key, as "\t" or "\r".
func (w *Window) Key(key string) {
	w.t.Helper()
	w.run(chromedp.KeyEvent(key))
}

// Scripts says whether pages may run scripts from now on.
func (w *Window) Scripts(on bool) {
	w.t.Helper()
	w.run(command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on}))
}

// MarginBoxes says whether the browser prints what a style sheet puts into the margins of sheets, as Chromium does from release 131.
func (w *Window) MarginBoxes() bool {
	w.t.Helper()
	return Ask[int](w, `Number(navigator.userAgent.match(/Chrome\/(\d+)/)[1])`) >= 131
}

// Print is the page as it is printed, a PDF: on A4 upright where its style sheet does not say otherwise.
func (w *Window) Print() []byte {
	w.t.Helper()
	return get(w, chromedp.PrintToPDF(chromedp.PDFPaper(chromedp.PaperA4), chromedp.PDFPreferCSSPageSize(), chromedp.PDFPrintBackground()))
}

// get runs what gives something.
func get[T any](w *Window, a chromedp.Action[T]) T {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	result, err := chromedp.Run(ctx, a)
	if err != nil {
		w.t.Fatal(err)
	}
	return result
}

// Picture is the whole page as a PNG.
func (w *Window) Picture() []byte {
	w.t.Helper()
	return get(w, chromedp.FullScreenshot(100))
}

//go:embed audit.js
var auditing string

// Audit is what WCAG 2.1 AA finds wrong in the page, of what a program can measure: contrast of every text, names of fields and
// buttons, order of headings, headers of tables, one name for one thing; and whether the page is wider than its window.
func (w *Window) Audit() []string {
	w.t.Helper()
	list := Ask[[]string](w, auditing)
	for i := range list {
		list[i] = fmt.Sprintf("%s: %s", w.Path(), list[i])
	}
	return list
}
