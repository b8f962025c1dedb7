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
	"testing"
	"time"

	"zhida/cmd/zhida/internal/app"
	"zhida/cmd/zhida/internal/desk"
	"zhida/rules/message"
)

// BenchmarkDesk asks the desk for its main pages over a draft of 100,000 payees (ZHIDA_PAYEES), each as a browser does. The first look at
// each is measured by itself: when something is answered, which may be how far the work is, and when the page is there. Time per operation is that of every later look.
func BenchmarkDesk(b *testing.B) {
	book := app.BenchBook(b)
	ctx := context.Background()
	a, err := app.Open(ctx, book, app.BenchNow)
	if err != nil {
		b.Fatal(err)
	}
	defer a.Close()
	d, err := desk.New(ctx, a, desk.Options{Files: b.TempDir(), Lang: message.Chinese, Log: slog.New(slog.DiscardHandler), Now: time.Now})
	if err != nil {
		b.Fatal(err)
	}
	defer d.Close()
	server := httptest.NewServer(d.Handler())
	defer server.Close()
	jar, err := cookiejar.New(nil)
	if err != nil {
		b.Fatal(err)
	}
	browser := &http.Client{Jar: jar}
	ask := func(b *testing.B, path string) (ready bool) {
		r, err := browser.Get(server.URL + path)
		if err != nil {
			b.Fatal(err)
		}
		defer r.Body.Close()
		text, err := io.ReadAll(r.Body)
		if err != nil || r.StatusCode != http.StatusOK {
			b.Fatal(path, r.Status, err, string(text))
		}
		return !bytes.Contains(text, []byte(`http-equiv="refresh"`))
	}
	if r, err := browser.PostForm(server.URL+"/sign-in", url.Values{"name": {"张敏"}, "passphrase": {app.DemoPassphrase}}); err != nil || r.StatusCode != http.StatusOK {
		b.Fatal(r, err)
	} else {
		r.Body.Close()
	}
	for _, page := range []string{"/month", "/batch/2026-10/1", "/batch/2026-10/1/lines", "/batch/2026-10/1/compare", "/batch/2026-10/1/findings", "/person/50", "/payments", "/proposals", "/funds"} {
		b.Run(fmt.Sprintf("page=%s", page[1:]), func(b *testing.B) {
			began := time.Now()
			ready := ask(b, page)
			answered := time.Since(began)
			for !ready {
				time.Sleep(20 * time.Millisecond)
				ready = ask(b, page)
			}
			whole := time.Since(began)
			for b.Loop() {
				if !ask(b, page) {
					b.Fatal("a page that was there is not")
				}
			}
			b.ReportMetric(float64(answered.Milliseconds()), "answered_ms")
			b.ReportMetric(float64(whole.Milliseconds()), "whole_ms")
		})
	}
}
