package main

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zhida/rules/calendar"
	"zhida/rules/identity"
	"zhida/rules/message"
)

// started is the program as a process of its own, on the book of a folder.
func started(t *testing.T, dir string, out io.Writer, args ...string) *exec.Cmd {
	t.Helper()
	c := exec.Command(filepath.Join(dir, "zhida"), args...)
	c.Dir = dir
	c.Env = append(os.Environ(), "ZHIDA_BOOK=book.db", "ZHIDA_LANG=zh", "ZHIDA_PASSPHRASE_FILE=pass")
	c.Stdout, c.Stderr = out, out
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	return c
}

// zhidaProcess runs the program as a process of its own, and kills it after a while
// unless after is 0. It gives the output and whether it ended by itself with code 0.
func zhidaProcess(t *testing.T, dir string, after time.Duration, args ...string) (string, bool) {
	t.Helper()
	var out strings.Builder
	c := started(t, dir, &out, args...)
	if after > 0 {
		timer := time.AfterFunc(after, func() { _ = c.Process.Kill() })
		defer timer.Stop()
	}
	err := c.Wait()
	return out.String(), err == nil
}

// passLease stands for the seconds after which the turn of a killed run is free.
func passLease(t *testing.T, dir string) {
	t.Helper()
	db, err := sql.Open("sqlite3", filepath.Join(dir, "book.db"))
	if err == nil {
		_, err = db.Exec(`UPDATE turn SET until = 0`)
		db.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Killed at any moment of run, submit, check, approve and export, the program goes
// on where it was, and in the end everybody is paid once: the same digest and the
// same bank files as without any kill.
func TestKilledAtEveryStep(t *testing.T) {
	rounds := 5
	if os.Getenv("ZHIDA_LONG") != "" {
		rounds = 200
	}
	base := t.TempDir()
	build := exec.Command("go", "build", "-o", filepath.Join(base, "zhida"), ".")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	prepare(t, base)
	want := finish(t, clone(t, base), nil)
	random := rand.New(rand.NewPCG(1, 2))
	for round := range rounds {
		dir := clone(t, base)
		if got := finish(t, dir, random); got != want {
			t.Errorf("round %d: %s, want %s", round, got, want)
		}
	}
}

// Ctrl-C in the middle of an import, a run and an export ends them with 9 and leaves nothing:
// no event, no batch, no file; done again, they do the whole of it.
func TestInterruptedByHand(t *testing.T) {
	dir := t.TempDir()
	if out, err := exec.Command("go", "build", "-o", filepath.Join(dir, "zhida"), ".").CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	prepare(t, dir)
	county, err := filepath.Abs("../../testdata/counties/taoyuan")
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite3", filepath.Join(dir, "book.db")+"?_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	position := func() (n int64) {
		if err := db.QueryRow(`SELECT max(position) FROM event`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for _, args := range [][]string{{"import", "tenure", county + "/03-任职/村干部任职经历.xlsx", "--as", "张敏"}, steps[0], steps[1], steps[2], steps[3], steps[4]} {
		if args[0] != "batch" {
			before, files := position(), treeOf(dir)
			interrupted(t, dir, db, os.Interrupt, args...)
			passLease(t, dir)
			if after := position(); after != before {
				t.Errorf("%v has written %d events", args, after-before)
			}
			for path := range treeOf(dir) {
				if files[path] == "" && !strings.HasPrefix(filepath.Base(path), "book.db") {
					t.Errorf("%v has left %s", args, path)
				}
			}
		}
		if out, ok := zhidaProcess(t, dir, 0, args...); !ok {
			t.Fatalf("%v done again: %s", args, out)
		}
	}
	if s := stateOf(t, dir); s != "exported" {
		t.Errorf("the batch is %q", s)
	}
}

// interrupted runs a command that has to wait for the book, and sends it a signal while it does.
func interrupted(t *testing.T, dir string, db *sql.DB, signal os.Signal, args ...string) {
	t.Helper()
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	c := started(t, dir, &out, args...)
	time.Sleep(1500 * time.Millisecond)
	if err := c.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	time.Sleep(100 * time.Millisecond)
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	err = c.Wait()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != message.ExitInterrupt || !strings.Contains(out.String(), "（cli.interrupted）") {
		t.Errorf("%v: %v: %s", args, err, out.String())
	}
}

// steps of a month; each is repeated until it succeeds or finds itself done.
var steps = [][]string{
	{"run", "2026-10", "--as", "张敏"},
	{"batch", "submit", "2026-10/1", "--as", "张敏"},
	{"batch", "check", "2026-10/1", "--as", "李复"},
	{"batch", "approve", "2026-10/1", "--as", "王审"},
	{"export", "2026-10/1", "--out", "bank", "--as", "张敏"},
}

var reached = []string{"draft", "submitted", "checked", "approved", "exported"}

// finish takes the month to its end, with a kill in each step where random is given.
func finish(t *testing.T, dir string, random *rand.Rand) string {
	t.Helper()
	for i, step := range steps {
		for try := 0; ; try++ {
			after := time.Duration(0)
			if random != nil && try == 0 {
				after = time.Duration(1+random.IntN(400)) * time.Millisecond
			}
			out, ok := zhidaProcess(t, dir, after, step...)
			if after > 0 {
				passLease(t, dir)
			}
			state := stateOf(t, dir)
			if ok && state != reached[i] {
				t.Fatalf("%v says it is done, and the batch is %q: %s", step, state, out)
			}
			if state == reached[i] {
				break
			}
			if try > 3 {
				t.Fatalf("%v does not succeed: %s", step, out)
			}
		}
	}
	// Exporting again after everything gives the same bytes or is refused.
	if out, ok := zhidaProcess(t, dir, 0, steps[4]...); !ok {
		t.Fatalf("exporting again: %s", out)
	}
	if out, ok := zhidaProcess(t, dir, 0, "run", "2026-10", "--as", "张敏"); !ok || !strings.Contains(out, "没有应发的差额") {
		t.Fatalf("running again: %s", out)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "bank", ".zhida-*")); err != nil || random == nil && len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
	return summary(t, dir)
}

type shown struct {
	State  string `json:"state"`
	Digest string `json:"digest"`
	Net    int64  `json:"net_fen"`
}

func show(t *testing.T, dir string) (s shown) {
	t.Helper()
	out, ok := zhidaProcess(t, dir, 0, "batch", "list", "--json")
	var list []shown
	if !ok || json.Unmarshal([]byte(out), &list) != nil {
		t.Fatalf("the book does not open after a kill: %s", out)
	}
	if len(list) > 0 {
		s = list[0]
	}
	return s
}

func stateOf(t *testing.T, dir string) string { return show(t, dir).State }

func summary(t *testing.T, dir string) string {
	t.Helper()
	s := show(t, dir)
	manifest, err := os.ReadFile(filepath.Join(dir, "bank", "manifest-2026-10-1.json"))
	if err != nil {
		t.Fatal(err)
	}
	var m struct {
		Total int64 `json:"total_fen"`
		Count int   `json:"count"`
	}
	if err := json.Unmarshal(manifest, &m); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%s net %d manifest %d/%d", s.Digest, s.Net, m.Count, m.Total)
}

// prepare makes a book with the former cadres of the sample county, ready to run.
func prepare(t *testing.T, dir string) {
	t.Helper()
	county, err := filepath.Abs("../../testdata/counties/taoyuan")
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("pass", "zhida-test\n")
	for i, name := range []string{"admin", "maker", "checker", "approver"} {
		write(name+".id", identity.MakeResidentID("439901", calendar.Date(19700101+i), 1).Full())
	}
	for _, args := range [][]string{
		{"init", "book.db", "--county", "430725", "--name", "桃源县", "--cutover", "2026-10"},
		{"actor", "add", "周正", "--role", "admin", "--id-file", "admin.id", "--new-passphrase-file", "pass"},
		{"actor", "add", "张敏", "--role", "maker", "--id-file", "maker.id", "--new-passphrase-file", "pass", "--as", "周正"},
		{"actor", "add", "李复", "--role", "checker", "--id-file", "checker.id", "--new-passphrase-file", "pass", "--as", "周正"},
		{"actor", "add", "王审", "--role", "approver", "--id-file", "approver.id", "--new-passphrase-file", "pass", "--as", "周正"},
		{"settings", "set", county + "/settings.yaml", "--as", "周正"},
		{"policy", "adopt", county + "/policies/05-离任村干部补偿.yaml", "--as", "张敏"},
		{"proposal", "accept", "6", "7", "--as", "李复"},
		{"import", "places", county + "/01-基础/行政区划.xlsx", "--as", "张敏"},
		{"import", "roster", county + "/02-花名册/离任村干部花名册.xlsx", "--as", "张敏"},
		{"import", "tenure", county + "/03-任职/离任村干部任职经历.xlsx", "--as", "张敏"},
		{"import", "roster", county + "/02-花名册/村干部花名册.xlsx", "--as", "张敏"},
		{"import", "accounts", county + "/04-账户/村干部一卡通账户.xlsx", "--as", "张敏"},
	} {
		if out, ok := zhidaProcess(t, dir, 0, args...); !ok {
			t.Fatalf("%v: %s", args, out)
		}
	}
}

// clone copies a prepared folder; no process has the book open.
func clone(t *testing.T, from string) string {
	t.Helper()
	to := t.TempDir()
	list, err := os.ReadDir(from)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		info, err := e.Info()
		if err != nil || e.IsDir() {
			continue
		}
		data, err := os.ReadFile(filepath.Join(from, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(to, e.Name()), data, info.Mode()); err != nil {
			t.Fatal(err)
		}
	}
	return to
}
