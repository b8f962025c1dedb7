package main

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"zhida/cmd/zhida/internal/app"
	"zhida/payroll"
	"zhida/payroll/schedule"
	"zhida/rules/message"
)

// rehearsed makes the book of the script serve.txtar, with more settings, and a daemon on
// it whose clock the test sets.
func rehearsed(t *testing.T, more string) (*daemon, *atomic.Pointer[time.Time]) {
	t.Helper()
	files, err := txtar.ParseFile("../../testdata/script/serve.txtar")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, f := range files.Files {
		if f.Name == "settings.yaml" {
			f.Data = append(f.Data, more...)
		}
		if err := os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	t.Setenv("ZHIDA_BOOK", "book.db")
	t.Setenv("ZHIDA_PASSPHRASE_FILE", "pass")
	for i, line := range strings.Split(strings.TrimSpace(`init book.db --county 430725 --name 桃源县 --cutover 2026-02 --rehearsal
actor add 周正 --role admin --id-file admin.id --new-passphrase-file pass
actor add 张敏 --role maker --id-file maker.id --new-passphrase-file pass --as 周正
actor add 李复 --role checker --id-file checker.id --new-passphrase-file pass --as 周正
settings set settings.yaml --as 周正
policy adopt pay.yaml --as 张敏
proposal accept 5 6 --as 李复
import calendar calendar.csv --as 张敏
import places places.csv --as 张敏
import roster roster.csv --as 张敏
import tenure tenure.csv --as 张敏
import accounts accounts.csv --as 张敏`), "\n") {
		var out bytes.Buffer
		if exit := run(append(strings.Fields(line), "--now", "2026-02-0"+string('1'+rune(i/3))+"T1"+string('0'+rune(i%3))+":00:00+08:00"), nil, &out, &out); exit != 0 {
			t.Fatalf("%s: %s", line, out.String())
		}
	}
	clock := new(atomic.Pointer[time.Time])
	set(clock, "2026-02-13T09:00:00+08:00")
	ctx := context.Background()
	a, err := app.Open(ctx, "book.db", func() time.Time { return *clock.Load() })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	s, err := a.Unlock(ctx, "张敏", []byte("zhida-test"))
	if err != nil {
		t.Fatal(err)
	}
	return &daemon{app: a, session: s, every: time.Second, vouched: func() time.Time { return time.Time{} }, log: slog.New(slog.DiscardHandler)}, clock
}

func set(clock *atomic.Pointer[time.Time], text string) {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	clock.Store(&at)
}

func (d *daemon) page() string {
	var w bytes.Buffer
	d.metrics(context.Background(), &w)
	return w.String()
}

// A reminder goes out once by each channel. One that fails comes again after a pause and
// keeps neither the other channel nor the next reminder; what was recorded while nobody
// was to be told stays untold.
func TestReminderGoesOutOnce(t *testing.T) {
	answer := http.StatusInternalServerError
	var steps []string
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if strings.Contains(string(body), `"review"`) {
			steps = append(steps, "review")
			w.WriteHeader(answer)
			return
		}
		steps = append(steps, "other")
	}))
	defer hook.Close()
	d, clock := rehearsed(t, "notify: {webhook: \""+hook.URL+"\"}\n")
	ctx := context.Background()
	// On the 13th review is due; on the 25th it is late and credit is due.
	for _, at := range []string{"2026-02-13T09:00:00+08:00", "2026-02-25T09:00:00+08:00"} {
		set(clock, at)
		if _, err := d.ring(ctx); err != nil {
			t.Fatal(err)
		}
	}
	d.deliver(ctx)
	if got := strings.Join(steps, " "); got != "review review other" {
		t.Errorf("first came %q", got)
	}
	if !strings.Contains(d.page(), "\nzhida_reminders_unsent 2\n") {
		t.Error(d.page())
	}
	d.deliver(ctx)
	if len(steps) != 3 {
		t.Errorf("a failed reminder is not given a pause: %q", steps)
	}
	answer = http.StatusOK
	set(clock, "2026-02-25T09:02:00+08:00")
	d.deliver(ctx)
	set(clock, "2026-02-25T19:00:00+08:00")
	d.deliver(ctx)
	if got := strings.Join(steps, " "); got != "review review other review review" {
		t.Errorf("in the end came %q", got)
	}
	if !strings.Contains(d.page(), "\nzhida_reminders_unsent 0\n") {
		t.Error(d.page())
	}
}

// With nobody to be told there is nothing to deliver, also later.
func TestReminderToNobody(t *testing.T) {
	d, _ := rehearsed(t, "")
	if l, err := d.ring(context.Background()); err != nil || len(l.done) != 2 {
		t.Fatal(l.done, err)
	}
	if n, err := d.app.Unsent(context.Background()); n != 0 || err != nil {
		t.Errorf("%d reminders wait for somebody: %v", n, err)
	}
}

// A mail server that hangs keeps neither a draft nor the end of the daemon.
func TestHangingMailServer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	hanging := make(chan struct{}, 100)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			defer c.Close()
			hanging <- struct{}{}
		}
	}()
	d, clock := rehearsed(t, "notify: {smtp: \""+l.Addr().String()+"\", from: a@example.gov.cn, to: [b@example.gov.cn]}\n")
	set(clock, "2026-02-10T09:00:00+08:00") // the cut-off, of which people are reminded
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- d.serve(ctx, "") }()
	<-hanging
	set(clock, "2026-02-11T09:00:00+08:00")
	for end := time.Now().Add(8 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		list, err := d.app.BatchList(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if len(list) == 1 {
			break
		}
		if time.Now().After(end) {
			t.Fatal("no draft while the mail server hangs")
		}
	}
	stop()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(5 * time.Second):
		t.Error("it does not end")
	}
}

// The health page tells of a duty that fails every time and of a ring that panics, and is
// patient with a long ring; the metrics tell of the process when the book cannot be read.
func TestHealth(t *testing.T) {
	d, _ := rehearsed(t, "")
	now := time.Now()
	d.since = now
	if d.begin(); d.state(now.Add(10*time.Minute)) != "ok" || d.state(now.Add(2*longestRing)) != "late" {
		t.Errorf("a long first ring is %s, one that hangs %s", d.state(now.Add(10*time.Minute)), d.state(now.Add(2*longestRing)))
	}
	ctx := context.Background()
	var out bytes.Buffer
	if exit := run(strings.Fields("policy withdraw 8 --reason 试 --as 张敏 --now 2026-02-06"), nil, &out, &out); exit != 0 {
		t.Fatal(out.String())
	}
	if exit := run(strings.Fields("proposal accept 14 --as 李复 --now 2026-02-07"), nil, &out, &out); exit != 0 {
		t.Fatal(out.String())
	}
	for i := range 2 { // the second try is not put off by what the first left
		if _, err := d.ring(ctx); message.Code(err) != "run.no_policy" {
			t.Errorf("ring %d: %v", i, err)
		}
		if state := d.state(time.Now()); state != "failing run.no_policy" {
			t.Errorf("a draft that fails is %q", state)
		}
	}
	if page := d.page(); !strings.Contains(page, "\nzhida_last_ring_timestamp_seconds 0\n") || !strings.Contains(page, "\nzhida_book_up 1\n") {
		t.Error(page)
	}
	d.failing = ""
	whole := d.app
	d.app = nil
	func() {
		defer func() {
			if recover() == nil {
				t.Error("no panic")
			}
		}()
		_, _ = d.ring(ctx)
	}()
	if state := d.state(time.Now()); state != "failing internal" {
		t.Errorf("a panic is %q", state)
	}
	d.app = whole
	if err := d.app.Close(); err != nil {
		t.Fatal(err)
	}
	if page := d.page(); !strings.Contains(page, "\nzhida_ring_failures_total 3\n") || !strings.Contains(page, "\nzhida_book_up 0\n") {
		t.Error(page)
	}
}

// Somebody else is computing: the look by itself says so and ends with 8.
func TestOnceBesideAnother(t *testing.T) {
	d, _ := rehearsed(t, "")
	if err := d.app.Store().Update(context.Background(), func(tx payroll.Tx) error {
		return tx.SetTurn(context.Background(), 0, payroll.Turn{Number: 1, Until: time.Date(2026, 2, 13, 1, 0, 15, 0, time.UTC)})
	}); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	c := &cli{out: &out, errs: &out, lang: "zh"}
	if exit := c.report(c.once(context.Background(), d)); exit != message.ExitBusy || !strings.Contains(out.String(), "09:00:15 以后可以接手") {
		t.Errorf("exit %d: %s", exit, out.String())
	}
	if strings.Contains(out.String(), "没有到期") {
		t.Error(out.String())
	}
}

// SIGTERM ends a look by itself before its draft: it says that it was interrupted.
func TestInterrupted(t *testing.T) {
	dir := served(t)
	db, err := sql.Open("sqlite3", filepath.Join(dir, "book.db")+"?_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	interrupted(t, dir, db, syscall.SIGTERM, "serve", "--once", "--as", "张敏")
}

// The daemon backs the book up once a day, keeps what the county keeps, and reminds people
// once of a backup that fails; the last good one is never removed.
func TestBackups(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "kept")
	d, clock := rehearsed(t, "backup: {folder: "+folder+", every: 1, keep: {daily: 2, weekly: 0, monthly: 0}}\n")
	ctx := context.Background()
	ring := func(at string) (words []string, err error) {
		set(clock, at)
		l, err := d.ring(ctx)
		for _, x := range l.done {
			if x.Kind == schedule.Backup || x.Step == schedule.BackupFailed {
				words = append(words, x.Chinese())
			}
		}
		return words, err
	}
	expect := func(at, want string, files ...string) {
		t.Helper()
		words, err := ring(at)
		if err != nil || strings.Join(words, "，") != want {
			t.Errorf("%s: %v, %v", at, words, err)
		}
		list, err := filepath.Glob(filepath.Join(folder, "*.db"))
		if err != nil {
			t.Fatal(err)
		}
		for i, x := range list {
			list[i] = strings.TrimSuffix(strings.TrimPrefix(filepath.Base(x), "备份_430725_"), ".db")
		}
		if diff := cmp.Diff(files, list); diff != "" {
			t.Errorf("%s: %s", at, diff)
		}
	}
	expect("2026-02-13T01:00:00+08:00", "备份", "2026-02-13_010000")
	expect("2026-02-13T09:00:00+08:00", "", "2026-02-13_010000")
	expect("2026-02-14T01:00:00+08:00", "备份", "2026-02-13_010000", "2026-02-14_010000")
	expect("2026-02-16T01:00:00+08:00", "备份", "2026-02-14_010000", "2026-02-16_010000") // the 15th: off

	// Nowhere to write: told once, tried again later, and nothing that was there is gone.
	if err := errors.Join(os.Rename(folder, folder+".away"), os.WriteFile(folder, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	words, err := ring("2026-02-17T01:00:00+08:00")
	if diff := cmp.Diff([]string{"备份没有做成，原因在守护进程的输出里"}, words); diff != "" || message.Code(err) != "export.write" {
		t.Errorf("%s %v", diff, err)
	}
	for range 2 { // at once: it is not tried; an hour later: it is, and fails, and nobody is told again
		if words, err = ring("2026-02-17T02:30:00+08:00"); len(words) > 0 || err == nil {
			t.Errorf("%v %v", words, err)
		}
		d.backup.next = time.Time{}
	}
	if state := d.state(time.Now()); state != "failing export.write" {
		t.Errorf("the health page says %q", state)
	}
	if err := errors.Join(os.Remove(folder), os.Rename(folder+".away", folder)); err != nil {
		t.Fatal(err)
	}
	expect("2026-02-17T04:00:00+08:00", "备份", "2026-02-16_010000", "2026-02-17_040000")
	if state := d.state(time.Now()); state != "ok" {
		t.Errorf("the health page says %q", state)
	}

	// A book with a fault is copied as it is; that is no good backup, and takes no good one's place.
	edit := func(body string) {
		db, err := sql.Open("sqlite3", "book.db")
		if err == nil {
			_, err = db.Exec(`UPDATE fact SET valid_to = valid_to ` + body + ` 1 WHERE person = 1 AND kind = 'person'`)
			db.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	edit("+")
	for _, at := range []string{"2026-02-18T01:00:00+08:00", "2026-02-19T01:00:00+08:00", "2026-02-20T01:00:00+08:00"} {
		d.backup.next = time.Time{}
		if _, err := ring(at); message.Code(err) != "backup.faults" {
			t.Errorf("%s: %v", at, err)
		}
		d.backup.next = time.Time{}
		if words, err := ring(at); message.Code(err) != "backup.faults" || len(words) > 0 { // once a day
			t.Errorf("%s: %v %v", at, words, err)
		}
	}
	if list, err := filepath.Glob(filepath.Join(folder, "*.db")); err != nil || len(list) != 2+3 {
		t.Errorf("%v %v", list, err)
	}
	edit("-")
	expect("2026-02-21T01:00:00+08:00", "备份", "2026-02-17_040000", "2026-02-21_010000") // the good ones of two days

	// The doctor looks at the latest: its age and every byte of it.
	doctor := func(at, want string) {
		t.Helper()
		set(clock, at)
		got := ""
		for _, x := range app.Doctor(ctx, "book.db", func() time.Time { return *clock.Load() }) {
			if x.What == "backup" {
				got += string(x.Mark) + " " + x.Message.Code
			}
		}
		if got != want {
			t.Errorf("%s: %s, want %s", at, got, want)
		}
	}
	doctor("2026-02-22T09:00:00+08:00", "ok doctor.backup")
	doctor("2026-02-25T09:00:00+08:00", "failure doctor.backup_old")
	latest := filepath.Join(folder, "备份_430725_2026-02-21_010000.db")
	data, err := os.ReadFile(latest)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)/2] ^= 1
	if err := os.WriteFile(latest, data, 0o600); err != nil {
		t.Fatal(err)
	}
	doctor("2026-02-22T09:00:00+08:00", "failure backup.differs")
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	doctor("2026-02-22T09:00:00+08:00", "failure doctor.backup_missing")
}
