package app

import (
	"context"
	"database/sql"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"zhida/payroll/schedule"
	"zhida/payroll/store"
	"zhida/payroll/store/pgtest"
	"zhida/rules/message"
)

// settled makes a county's book of a month that was approved, closed, and gives its file with
// the end of its journal and the digest of the batch.
func settled(t *testing.T) (file string, position int64, digest string) {
	t.Helper()
	b := newFundBook(t)
	b.fund()
	id := b.run(202601).ID
	b.must(b.approve(id))
	ctx := context.Background()
	head, err := b.app.Head(ctx)
	b.must(err)
	batch, err := b.app.Batch(ctx, id)
	b.must(err)
	file = filepath.Join(t.TempDir(), "book.db")
	_, _, err = b.app.BackUp(ctx, filepath.Dir(file))
	b.must(err)
	list, err := filepath.Glob(filepath.Join(filepath.Dir(file), "备份_*.db"))
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	b.must(os.Rename(list[0], file))
	b.must(os.Remove(listOf(list[0])))
	return file, head.Position, batch.Digest
}

// sameBook opens a book and holds it against what it was made of.
func sameBook(t *testing.T, book string, position int64, digest string) {
	t.Helper()
	ctx := context.Background()
	a, err := Open(ctx, book, nil)
	if err != nil {
		t.Fatalf("%s: %v", store.Shown(book), err)
	}
	defer a.Close()
	h, err := a.Fsck(ctx, nil)
	if err != nil || len(h.Faults) > 0 || h.Recomputed != 1 {
		t.Fatalf("%s: %+v %v", store.Shown(book), h, err)
	}
	head, err := a.Head(ctx)
	if err != nil || head.Position != position {
		t.Errorf("%s ends at %d: %v", store.Shown(book), head.Position, err)
	}
	list, err := a.BatchList(ctx)
	if err != nil || len(list) != 1 || list[0].Digest != digest {
		t.Errorf("%s has other batches: %v %v", store.Shown(book), list, err)
	}
}

// A backup of a book in PostgreSQL is a file like any other: it is restored as a file and in
// PostgreSQL, and the book moves there and back with the same journal and the same digests.
func TestBookGoesBetweenDatabases(t *testing.T) {
	ctx := context.Background()
	file, position, digest := settled(t)
	dir, server := t.TempDir(), pgtest.Database(t)
	m, err := Move(ctx, file, server, false)
	if err != nil || m.Batches != 1 {
		t.Fatal(m, err)
	}
	sameBook(t, server, position, digest)
	for _, x := range Doctor(ctx, server, nil) {
		if x.Mark == Failure && x.What != "disk" {
			t.Errorf("the doctor says of a book in PostgreSQL: %v", x)
		}
	}
	kept, b, err := BackUp(ctx, server, nil, filepath.Join(dir, "kept"), false)
	if err != nil || b.Digest != m.Copied.Digest || b.Position != position || b.Checked != checkedFsck {
		t.Fatal(b, err)
	}
	other := pgtest.Database(t)
	for _, to := range []string{filepath.Join(dir, "restored.db"), other} {
		if r, err := Restore(ctx, kept, to, server, nil, false); err != nil || r.Apart || r.Unread != nil || len(r.Against) > 0 {
			t.Fatal(r, err)
		}
		sameBook(t, to, position, digest)
	}
	back := filepath.Join(dir, "back.db")
	again, err := Move(ctx, server, back, false)
	if err != nil || again.Copied.Digest != m.Copied.Digest {
		t.Fatal(again, err)
	}
	sameBook(t, back, position, digest)
	if _, err := Open(ctx, server, nil); message.Code(err) != "book.moved" {
		t.Errorf("the book that was moved opens: %v", err)
	}
}

// A book in PostgreSQL of an earlier program is brought up to date only after somebody said
// where its backup goes.
func TestUpgradeAsksForABackup(t *testing.T) {
	ctx := context.Background()
	file, position, digest := settled(t)
	server, dir := pgtest.Database(t), t.TempDir()
	if _, err := Move(ctx, file, server, false); err != nil {
		t.Fatal(err)
	}
	earlier(t, server)
	for range 2 {
		if _, err := Open(ctx, server, nil); message.Code(err) != "book.older" {
			t.Fatalf("it opens: %v", err)
		}
		if _, err := Upgrade(ctx, server, nil, ""); message.Code(err) != "book.older" {
			t.Fatalf("it is brought up to date without a backup: %v", err)
		}
	}
	u, err := Upgrade(ctx, server, nil, dir)
	if err != nil || u.From != store.Newest()-1 || u.To != store.Newest() {
		t.Fatal(u, err)
	}
	sameBook(t, server, position, digest)
	before := filepath.Join(dir, "before.db")
	if r, err := Restore(ctx, u.Backup, before, "", nil, false); err != nil || r.Backup.Checked != checkedRows || r.Backup.Schema != u.From {
		t.Fatal(r, err)
	}
	sameBook(t, before, position, digest)
}

// earlier takes the latest migration back.
func earlier(t *testing.T, server string) {
	t.Helper()
	db, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(`SET search_path = zhida_430725; DROP INDEX proposal_open; DROP TABLE purse_total; DELETE FROM goose_db_version WHERE version_id = 13;
		CREATE TABLE fund_total (batch BIGINT, fund TEXT COLLATE "C", gross BIGINT, deduction BIGINT, moved BIGINT, held BIGINT, owed BIGINT, reissued BIGINT, pay BIGINT, PRIMARY KEY (batch, fund))`); err != nil {
		t.Fatal(err)
	}
}

// Only this book's backups go, and only with their lists; what is no backup is left alone.
func TestPrune(t *testing.T) {
	dir := t.TempDir()
	put := func(name, book string, day, faults int) Backup {
		b := Backup{Format: backupFormat, Founded: book, Made: time.Date(2026, time.November, day, 1, 0, 0, 0, time.UTC), Faults: faults, File: name}
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte("a book"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := b.list(file); err != nil {
			t.Fatal(err)
		}
		return b
	}
	put("1.db", "ours", 1, 0)
	put("2.db", "theirs", 1, 0)
	put("3.db", "ours", 2, 0)
	put("4.db", "ours", 3, 0)
	put("5.db", "ours", 4, 2)
	put("7.db", "ours", 6, 3)
	for name, text := range map[string]string{"8.db": "a book without a list", "9.json": `{"file": "9.db"}`, "x.json": "{"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Remove(filepath.Join(dir, "3.db")); err != nil { // a removal that was cut off
		t.Fatal(err)
	}
	latest := put("6.db", "ours", 5, 0)
	keep := schedule.Retention{Daily: 1}
	for _, bad := range []Backup{put("7.db", "ours", 6, 3), {File: "8.db", Bytes: 1, Founded: "ours"}} {
		if removed, err := Prune(dir, keep, bad); err != nil || removed != nil {
			t.Errorf("after %s: %v %v", bad.File, removed, err)
		}
	}
	removed, err := Prune(dir, keep, latest)
	if diff := cmp.Diff([]string{"1.db", "3.db", "4.db", "5.db"}, removed); diff != "" || err != nil {
		t.Error(diff, err)
	}
	var left []string
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range list {
		left = append(left, x.Name())
	}
	if diff := cmp.Diff([]string{"2.db", "2.json", "6.db", "6.json", "7.db", "7.json", "8.db", "9.json", "x.json"}, left); diff != "" {
		t.Error(diff)
	}
}

// Killed at any moment, a backup, a restore and a move leave a whole book or none, and the
// next one succeeds and clears up.
func TestKilledCopies(t *testing.T) {
	rounds := 4
	if os.Getenv("ZHIDA_LONG") != "" {
		rounds = 100
	}
	program := filepath.Join(t.TempDir(), "zhida")
	if out, err := exec.Command("go", "build", "-o", program, "zhida/cmd/zhida").CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	ctx := context.Background()
	file, position, digest := settled(t)
	dir := filepath.Dir(file)
	runs := func(after time.Duration, args ...string) (string, time.Duration, bool) {
		c := exec.Command(program, args...)
		var out strings.Builder
		c.Stdout, c.Stderr = &out, &out
		began := time.Now()
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		if after > 0 {
			defer time.AfterFunc(after, func() { _ = c.Process.Kill() }).Stop()
		}
		err := c.Wait()
		return out.String(), time.Since(began), err == nil
	}
	random := rand.New(rand.NewPCG(3, 5))
	whole, source := 0, ""
	if out, _, ok := runs(0, "--book", file, "backup", "--out", filepath.Join(dir, "source.db")); !ok {
		t.Fatal(out)
	}
	source = filepath.Join(dir, "source.db")
	for _, x := range []struct {
		name   string
		target func(string) string // of a round
		args   func(from, to string) []string
	}{
		{"backup", func(d string) string { return filepath.Join(d, "copy.db") }, func(from, to string) []string { return []string{"--book", from, "backup", "--out", to} }},
		{"restore", func(d string) string { return filepath.Join(d, "copy.db") }, func(_, to string) []string { return []string{"restore", source, "--book", to} }},
		{"restore to PostgreSQL", func(string) string { return pgtest.Database(t) }, func(_, to string) []string { return []string{"restore", source, "--book", to} }},
		{"move", func(d string) string { return filepath.Join(d, "copy.db") }, func(from, to string) []string { return []string{"--book", from, "move", "--to", to} }},
		{"move to PostgreSQL", func(string) string { return pgtest.Database(t) }, func(from, to string) []string { return []string{"--book", from, "move", "--to", to} }},
	} {
		t.Run(x.name, func(t *testing.T) {
			start := func() (from, to string) {
				d := t.TempDir()
				from = filepath.Join(d, "book.db")
				data, err := os.ReadFile(file)
				if err == nil {
					err = os.WriteFile(from, data, 0o600)
				}
				if err != nil {
					t.Fatal(err)
				}
				return from, x.target(d)
			}
			from, to := start()
			out, took, ok := runs(0, x.args(from, to)...)
			if !ok {
				t.Fatal(out)
			}
			for round := range rounds {
				from, to := start()
				after := time.Duration(random.Int64N(int64(took))) + time.Millisecond
				_, _, ended := runs(after, x.args(from, to)...)
				s, err := store.OpenAsIs(ctx, to)
				switch {
				case err == nil:
					s.Close()
					sameBook(t, to, position, digest)
					whole++
				case message.Code(err) != "book.missing" || ended:
					t.Fatalf("round %d, killed after %s: %v", round, after, err)
				}
				out, _, ok := runs(0, x.args(from, to)...)
				switch {
				case err == nil && strings.HasPrefix(x.name, "move"): // it was moved, or is now
					if !ok && !strings.Contains(out, to) && !strings.Contains(out, store.Shown(to)) {
						t.Fatalf("round %d: %s", round, out)
					}
				case err != nil && !ok:
					t.Fatalf("round %d: once more: %s", round, out)
				}
				sameBook(t, to, position, digest)
				if strings.HasPrefix(x.name, "move") {
					if _, err := store.Open(ctx, from); message.Code(err) != "book.moved" {
						t.Fatalf("round %d: both books go on: %v", round, err)
					}
				}
				left, err := filepath.Glob(filepath.Join(filepath.Dir(from), ".zhida-*"))
				if err != nil || ok && len(left) > 0 {
					t.Errorf("round %d: left behind: %v %v", round, left, err)
				}
			}
		})
	}
	t.Logf("%d of %d were whole when they were killed", whole, 5*rounds)
}
