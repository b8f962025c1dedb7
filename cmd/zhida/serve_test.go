package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"zhida/payroll"
	"zhida/payroll/journal"
	"zhida/payroll/store"
)

// daemonProcess starts the daemon and gives it with the address of its health page.
func daemonProcess(t *testing.T, dir string) (*exec.Cmd, string) {
	t.Helper()
	c := exec.Command(filepath.Join(dir, "zhida"), "serve", "--every", "1s", "--listen", "127.0.0.1:0", "--as", "张敏")
	c.Dir = dir
	c.Env = append(os.Environ(), "ZHIDA_BOOK=book.db", "ZHIDA_LANG=zh", "ZHIDA_PASSPHRASE_FILE=pass")
	log, err := c.StderrPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Process.Kill() })
	lines := bufio.NewReader(log)
	first, err := lines.ReadString('\n')
	address := regexp.MustCompile(`listen=(\S+)`).FindStringSubmatch(first)
	if err != nil || address == nil {
		t.Fatalf("the daemon says %q: %v", first, err)
	}
	go func() { _, _ = io.Copy(io.Discard, lines) }()
	return c, "http://" + address[1]
}

// served makes a book whose October is due, with a working-day calendar up to today.
func served(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if out, err := exec.Command("go", "build", "-o", filepath.Join(dir, "zhida"), ".").CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	prepare(t, dir)
	days := "日期,性质,依据\n"
	for y := 2026; y <= time.Now().Year(); y++ {
		for d := 1; d <= 5; d++ {
			days += fmt.Sprintf("%d-01-%02d,休,样例\n", y, d)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "days.csv"), []byte(days), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, ok := zhidaProcess(t, dir, 0, "import", "calendar", "days.csv", "--as", "张敏"); !ok {
		t.Fatal(out)
	}
	return dir
}

// computed counts how often a run of October was recorded, and verifies the chain.
func computed(t *testing.T, dir string) (n int) {
	t.Helper()
	ctx := context.Background()
	s, err := store.Open(ctx, filepath.Join(dir, "book.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	err = s.View(ctx, func(r payroll.Reader) error {
		actors, err := r.Actors(ctx)
		if err != nil {
			return err
		}
		keys := map[string][]byte{}
		for _, a := range actors {
			keys[a.Name] = a.PublicKey
		}
		prev := journal.Head{}
		return r.Events(ctx, 1, 0, func(e journal.Event) error {
			if e.Kind == payroll.EventBatchComputed && strings.Contains(string(e.Payload), "2026-10") {
				n++
			}
			err := journal.Verify(&e, prev, keys[e.Actor])
			prev = e.Head()
			return err
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func waitForDraft(t *testing.T, dir string, limit time.Duration) {
	t.Helper()
	for end := time.Now().Add(limit); stateOf(t, dir) != "draft"; {
		if time.Now().After(end) {
			t.Fatalf("no draft after %s", limit)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

func get(t *testing.T, url string) string {
	t.Helper()
	r, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != http.StatusOK {
		t.Errorf("%s: %s %s %v", url, r.Status, text, err)
	}
	return string(text)
}

// Two daemons and a person at the command line: October is computed once, the journal
// is whole, and SIGTERM ends both cleanly.
func TestTwoDaemonsOneDraft(t *testing.T) {
	dir := served(t)
	first, address := daemonProcess(t, dir)
	second, _ := daemonProcess(t, dir)
	for range 3 {
		if out, ok := zhidaProcess(t, dir, 0, "import", "calendar", "days.csv", "--as", "张敏"); !ok {
			t.Errorf("a person is disturbed: %s", out)
		}
	}
	waitForDraft(t, dir, 20*time.Second)
	time.Sleep(2500 * time.Millisecond) // two more rings each
	if body := get(t, address+"/healthz"); body != "ok\n" {
		t.Errorf("the health page says %q", body)
	}
	if body := get(t, address+"/metrics"); !strings.Contains(body, "\nzhida_batches_open 1\n") || !strings.Contains(body, "\nzhida_ring_failures_total 0\n") {
		t.Errorf("the metrics say %s", body)
	}
	for _, c := range []*exec.Cmd{first, second} {
		if err := c.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []*exec.Cmd{first, second} {
		if err := c.Wait(); err != nil {
			t.Errorf("SIGTERM ends the daemon with %v", err)
		}
	}
	if n := computed(t, dir); n != 1 {
		t.Errorf("October was computed %d times", n)
	}
}

// Killed while it computes, the daemon leaves nothing half done, and another one does
// it within a minute.
func TestKilledDaemon(t *testing.T) {
	if os.Getenv("ZHIDA_LONG") == "" {
		t.Skip("takes minutes: set ZHIDA_LONG")
	}
	dir := served(t)
	for _, after := range []time.Duration{50, 120, 200, 350} {
		c, _ := daemonProcess(t, dir)
		time.Sleep(after * time.Millisecond)
		if err := c.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = c.Wait()
	}
	c, _ := daemonProcess(t, dir)
	waitForDraft(t, dir, time.Minute)
	_ = c.Process.Signal(syscall.SIGTERM)
	if err := c.Wait(); err != nil {
		t.Error(err)
	}
	if n := computed(t, dir); n != 1 {
		t.Errorf("October was computed %d times", n)
	}
}
