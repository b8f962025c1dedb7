package main

import (
	"context"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"zhida/cmd/zhida/internal/app"
)

// The command serves pages until it is told to end, and then it is gone.
func TestDeskCommand(t *testing.T) {
	t.Chdir(t.TempDir())
	if code := run([]string{"init", "book.db", "--county", "430725", "--name", "桃源县", "--cutover", "2026-10"}, os.Stdin, io.Discard, io.Discard); code != 0 {
		t.Fatal(code)
	}
	c := &cli{book: "book.db", out: io.Discard, errs: io.Discard, lang: "zh"}
	ctx, end := context.WithCancel(context.Background())
	cmd := &cobra.Command{}
	cmd.SetContext(ctx)
	url, ended := make(chan string, 1), make(chan error, 1)
	go func() {
		ended <- c.inBook(cmd, c.open, func(ctx context.Context, a *app.App) error {
			return c.serveDesk(ctx, a, deskFlags{listen: "127.0.0.1:0"}, func(at string) { url <- at })
		})
	}()
	var at string
	select {
	case at = <-url:
	case err := <-ended:
		t.Fatal(err)
	}
	r, err := http.Get(at)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if text, err := io.ReadAll(r.Body); err != nil || r.StatusCode != http.StatusUnauthorized || !strings.Contains(string(text), "桃源县") {
		t.Errorf("%d %s %v", r.StatusCode, text, err)
	}
	end()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(time.Minute):
		t.Fatal("it does not end")
	}
	if _, err := http.Get(at); err == nil {
		t.Error("it still answers")
	}
}
