package app_test

import (
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

// BenchmarkDesk asks the desk for its main pages over a draft of 100,000 payees (ZHIDA_PAYEES), each as a browser does and as often as
// the benchmark likes. What a page keeps for the next look is kept: the first look of each is a measure of its own (first_ms).
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
	ask := func(b *testing.B, path string) {
		r, err := browser.Get(server.URL + path)
		if err != nil {
			b.Fatal(err)
		}
		defer r.Body.Close()
		if text, err := io.ReadAll(r.Body); err != nil || r.StatusCode != http.StatusOK {
			b.Fatal(path, r.Status, err, string(text))
		}
	}
	if r, err := browser.PostForm(server.URL+"/sign-in", url.Values{"name": {"张敏"}, "passphrase": {app.DemoPassphrase}}); err != nil || r.StatusCode != http.StatusOK {
		b.Fatal(r, err)
	} else {
		r.Body.Close()
	}
	for _, page := range []string{"/month", "/batch/2026-10/1", "/batch/2026-10/1/lines", "/batch/2026-10/1/compare", "/batch/2026-10/1/findings", "/person/50", "/payments", "/proposals", "/funds"} {
		b.Run(fmt.Sprintf("page=%s", page[1:]), func(b *testing.B) {
			began := time.Now()
			ask(b, page)
			first := time.Since(began)
			for b.Loop() {
				ask(b, page)
			}
			b.ReportMetric(float64(first.Milliseconds()), "first_ms")
		})
	}
}
