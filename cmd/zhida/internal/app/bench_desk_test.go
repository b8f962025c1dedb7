package app_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"zhida/cmd/zhida/internal/app"
	"zhida/cmd/zhida/internal/desk"
	"zhida/rules/message"
	"zhida/testdata/chromium"
)

// deskPages is every kind of page that the desk has, by who looks at it. What stands after a blank answers a form: its fields, own for the visit's token.
var deskPages = []struct {
	who   string
	pages []string
}{
	{"张敏", []string{
		"/month", "/month/2026-10", "/import", "/proposals", "/proposals/{position}", "/template/roster",
		"/batch/2026-11/1", "/batch/2026-11/1/compare", "/batch/2026-11/1/findings", "/batch/2026-11/1/lines", "/batch/2026-11/1/lines?place=430725115",
		"/batch/2026-10/1", "/batch/2026-10/1/compare", "/batch/2026-10/1/findings", "/batch/2026-10/1/lines", "/batch/2026-10/1/files", "/batch/2026-10/1/proof",
		"/payments", "/payments?state=returned", "/funds", "/fund/F01", "/fund/F01/flow", "/statement", "/trace", "/trace text=2026-10/1", "/trace text=430725107",
		"/policies", "/policies/{position}",
		"/roster", "/roster/2026-10", "/roster?place=430725115", "/roster/2026-11?category=township_cadre&page=900", "/roster/2026-11/changes", "/roster/2026-11/changes?place=430725115",
		"/attendance", "/attendance/2026-10", "/place/430725100", "/place/430725100/attendance/2026-10", "/place/430725100/flow", "/place/430725100/notice/2026-10/1",
		"/search", "/search text=甲九九〇〇〇", "/search text=甲", "/search text=0019", "/search text=620059000000099000", "/search text=2026-10/1", "/search text=乡镇7", "/search text=津贴",
		"/person/50", "/person/50/2026-10", "/person/99000", "/audit",
	}},
	{"陈镇", []string{"/office", "/notices", "/roster", "/attendance", "/place/430725100", "/place/430725100/attendance/2026-11", "/place/430725100/attendance/2026-11/sheet own=1", "/payments", "/proposals"}},
	{"周正", []string{"/actors", "/settings", "/proposals"}},
}

// BenchmarkDesk asks the desk for each of its pages over a book of 100,000 payees (ZHIDA_PAYEES): a month that is paid, and the draft of
// the next. The first look is that of a desk which has just been opened on the book and has shown nothing; time per operation is that of every later look.
func BenchmarkDesk(b *testing.B) {
	book := app.BenchBook(b)
	for _, visitor := range deskPages {
		for _, page := range visitor.pages {
			b.Run("page="+visitor.who+strings.ReplaceAll(page, " ", "?"), func(b *testing.B) {
				browser := newBrowser(b, book, visitor.who)
				if list, of, ok := strings.Cut(page, "{position}"); ok {
					at := regexp.MustCompile(regexp.QuoteMeta(list) + `\d+`).Find(browser.ask(b, strings.TrimSuffix(list, "/")))
					if at == nil {
						b.Skip("nothing stands there")
					}
					page = string(at) + of
					browser = newBrowser(b, book, visitor.who)
				}
				runtime.GC()
				began, used := time.Now(), app.Processor()
				text := browser.ask(b, page)
				answered := time.Since(began)
				for waits(text) {
					time.Sleep(5 * time.Millisecond)
					text = browser.ask(b, page)
				}
				whole, used := time.Since(began), app.Processor()-used
				for b.Loop() {
					if waits(browser.ask(b, page)) {
						b.Fatal("a page that was there is not")
					}
				}
				b.ReportMetric(float64(answered.Milliseconds()), "answered_ms")
				b.ReportMetric(float64(whole.Milliseconds()), "first_ms")
				b.ReportMetric(used*1000, "first_cpu_ms")
			})
		}
	}
}

// BenchmarkDeskInChromium opens the main pages of the same book in a real browser, each at a desk that has shown nothing but the
// page of the month, on which whoever signs in arrives. Times are the browser's own, from the press to the page having loaded; time
// per operation says nothing.
func BenchmarkDeskInChromium(b *testing.B) {
	book := app.BenchBook(b)
	chrome := chromium.Start(b)
	for _, page := range []string{"/month/2026-11", "/batch/2026-11/1", "/batch/2026-11/1/compare", "/batch/2026-11/1/findings", "/batch/2026-11/1/lines", "/batch/2026-10/1", "/batch/2026-10/1/proof",
		"/payments", "/funds", "/fund/F01", "/fund/F01/flow", "/roster", "/attendance/2026-10", "/place/430725100", "/person/50", "/person/50/2026-10", "/audit"} {
		b.Run("page="+page, func(b *testing.B) {
			at := serve(b, book)
			w := chrome.Window(1280)
			w.Visit(at)
			w.Fill("姓名", "张敏", "")
			w.Fill("口令", app.DemoPassphrase, "")
			w.Press("登录", "")
			open := func() (ms float64) {
				began := chromium.Ask[float64](w, `performance.timeOrigin + performance.now()`)
				w.Visit(at + page)
				return chromium.Ask[float64](w, `performance.timeOrigin + performance.getEntriesByType("navigation")[0].loadEventEnd`) - began
			}
			first, later, looks := open(), 0.0, 0
			for b.Loop() {
				later, looks = later+open(), looks+1
			}
			b.ReportMetric(first, "first_ms")
			b.ReportMetric(later/float64(looks), "later_ms")
		})
	}
}

// waits says whether a page only says how far the work is.
func waits(text []byte) bool { return bytes.Contains(text, []byte(`http-equiv="refresh"`)) }

// browser is somebody's, signed in at a desk of its own.
type browser struct {
	http.Client
	at  string
	own string // token of forms that may be sent again
}

// serve opens a desk on the book, and gives its address.
func serve(b *testing.B, book string) string {
	b.Helper()
	ctx := context.Background()
	a, err := app.Open(ctx, book, app.BenchNow)
	if err != nil {
		b.Fatal(err)
	}
	d, err := desk.New(ctx, a, desk.Options{Files: b.TempDir(), Lang: message.Chinese, Log: slog.New(slog.DiscardHandler), Now: app.BenchNow})
	if err != nil {
		b.Fatal(err)
	}
	server := httptest.NewServer(d.Handler())
	b.Cleanup(func() {
		server.Close()
		_ = d.Close()
		_ = a.Close()
	})
	return server.URL
}

func newBrowser(b *testing.B, book, who string) *browser {
	b.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		b.Fatal(err)
	}
	x := &browser{http.Client{Jar: jar, CheckRedirect: notHome}, serve(b, book), ""}
	r, err := x.PostForm(x.at+"/sign-in", url.Values{"name": {who}, "passphrase": {app.DemoPassphrase}})
	if err != nil || r.StatusCode != http.StatusSeeOther {
		b.Fatal(r, err)
	}
	r.Body.Close()
	if r, err = x.Get(x.at + "/nowhere"); err != nil { // a page that reads nothing has the token as well
		b.Fatal(err)
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	token := regexp.MustCompile(`name="once" value="([^"]+)"`).FindSubmatch(text)
	if err != nil || token == nil {
		b.Fatal(err, string(text))
	}
	x.own = string(token[1])
	return x
}

// notHome lets a browser that has just signed in look at nothing yet.
func notHome(r *http.Request, _ []*http.Request) error {
	if r.URL.Path == "/" {
		return http.ErrUseLastResponse
	}
	return nil
}

// ask gives a page; one with fields after a blank is asked for by its form.
func (x *browser) ask(b *testing.B, page string) []byte {
	b.Helper()
	path, form, posted := strings.Cut(page, " ")
	var r *http.Response
	var err error
	if posted {
		fields, bad := url.ParseQuery(form)
		if bad != nil {
			b.Fatal(bad)
		}
		if fields.Has("own") {
			fields.Set("once", x.own)
		}
		r, err = x.PostForm(x.at+path, fields)
	} else {
		r, err = x.Get(x.at + path)
	}
	if err != nil {
		b.Fatal(err)
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != http.StatusOK {
		b.Fatal(path, r.Status, err, fmt.Sprintf("%.3000s", text))
	}
	return text
}
