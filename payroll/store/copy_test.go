package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jmoiron/sqlx"

	"zhida/payroll"
	"zhida/payroll/store/pgtest"
	"zhida/rules/message"
)

// nothing looks at a copy and finds nothing wrong.
func nothing(*Store, Copied) error { return nil }

// fill puts rows into every table that a schema has, text that the databases order and
// quote differently among them.
func fill(t *testing.T, s *Store, rows int) {
	t.Helper()
	ctx := context.Background()
	list, err := tables(ctx, s.Version)
	if err != nil {
		t.Fatal(err)
	}
	words := []string{"", "a", "B", "_", "é", "桃源", "㛃", "𠮷", "it's\n\\x", "0"}
	types := columnTypes(t)
	err = s.update(ctx, func(q *queries) error {
		for _, table := range list {
			if table.name == "meta" || table.name == "turn" {
				continue
			}
			err := q.insert(ctx, table.name+" ("+strings.Join(table.columns, ", ")+")", len(table.columns), rows, func(i int, args []any) {
				for c, column := range table.columns {
					switch types[table.name+"."+column] {
					case "INTEGER":
						args[c] = int64(i)
						if !slices.Contains(table.key, column) && column != "batch" {
							args[c] = []int64{math.MinInt64, -1, 0, int64(i), math.MaxInt64}[i%5]
						}
					case "BLOB":
						args[c] = []byte{0, 0xff, byte(i), '\''}
					default:
						args[c] = fmt.Sprintf("%s%d", words[i%len(words)], i)
					}
				}
			})
			if err != nil {
				return fmt.Errorf("%s: %w", table.name, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func columnTypes(t *testing.T) map[string]string {
	t.Helper()
	db, err := sqlx.Open("sqlite3", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if err := (&Store{write: db, read: db}).migrate(context.Background(), newest); err != nil {
		t.Fatal(err)
	}
	var list []struct{ Name, Type string }
	if err := db.Select(&list, `SELECT s.name || '.' || c.name AS name, c.type AS type FROM sqlite_schema s, pragma_table_info(s.name) c WHERE s.type = 'table'`); err != nil {
		t.Fatal(err)
	}
	types := map[string]string{}
	for _, x := range list {
		types[x.Name] = x.Type
	}
	return types
}

// book makes a founded book with rows in every table.
func book(t *testing.T, at string, rows int) *Store {
	t.Helper()
	s := create(t, at)
	t.Cleanup(func() { s.Close() })
	found(t, s)
	fill(t, s, rows)
	return s
}

// A copy has every row of every table, whichever databases it goes between, and there and
// back it is the same.
func TestCopy(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	first := book(t, filepath.Join(dir, "first.db"), rowsPerPortion+100)
	address, again := pgtest.Database(t), pgtest.Database(t)
	stations := []string{address, again, filepath.Join(dir, "back #1?.db"), filepath.Join(dir, "last.db")}
	want := Copied{}
	from := first
	for i, to := range stations {
		looked := false
		c, err := from.CopyTo(ctx, to, func(s *Store, c Copied) error {
			looked = true
			return s.View(ctx, func(r payroll.Reader) error { _, err := r.Meta(ctx); return err })
		})
		if err != nil || !looked {
			t.Fatalf("to %s: %v", Shown(to), err)
		}
		if i == 0 {
			want = c
		}
		if diff := cmp.Diff(want, c, cmp.AllowUnexported(Copied{}, tableSum{})); diff != "" {
			t.Errorf("to %s: %s", Shown(to), diff)
		}
		if _, err := first.CopyTo(ctx, to, nothing); message.Code(err) != "book.exists" {
			t.Errorf("over a book: %v", err)
		}
		if from, err = Open(ctx, to); err != nil {
			t.Fatal(err)
		}
		defer from.Close()
	}
	if want.Rows < rowsPerPortion*15 || want.Version != Newest() {
		t.Errorf("%d rows of schema %d", want.Rows, want.Version)
	}
	info, err := os.Stat(filepath.Join(dir, "last.db"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the copy is not private: %v %v", info, err)
	}
	for _, x := range []*Store{first, from} {
		x.Close()
	}
	one, err1 := os.ReadFile(filepath.Join(dir, "back #1?.db"))
	two, err2 := os.ReadFile(filepath.Join(dir, "last.db"))
	if err := errors.Join(err1, err2); err != nil || !bytes.Equal(one, two) {
		t.Errorf("copies of the same rows are not the same bytes: %v", err)
	}
	onlyBooks(t, dir, "back #1?.db", "first.db", "last.db")
}

// onlyBooks says that a folder has these books and nothing else but their logs.
func onlyBooks(t *testing.T, dir string, want ...string) {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, x := range list {
		if !strings.HasSuffix(x.Name(), "-wal") && !strings.HasSuffix(x.Name(), "-shm") {
			names = append(names, x.Name())
		}
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
}

// Every table of both databases is copied: one that PostgreSQL had alone would be lost.
func TestTablesAreAllTables(t *testing.T) {
	ctx := context.Background()
	s := create(t, pgtest.Database(t))
	defer s.Close()
	var want []string
	if err := s.read.Select(&want, `SELECT c.table_name || '.' || c.column_name FROM information_schema.columns c WHERE c.table_schema = $1 AND c.table_name <> 'goose_db_version'`, s.schema); err != nil {
		t.Fatal(err)
	}
	list, err := tables(ctx, s.Version)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, x := range list {
		for _, c := range x.columns {
			got = append(got, x.name+"."+c)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// A copy that is refused leaves nothing.
func TestCopyThatFailsLeavesNothing(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	s := book(t, filepath.Join(dir, "book.db"), 10)
	address := pgtest.Database(t)
	refused := errors.New("refused")
	for _, to := range []string{filepath.Join(dir, "copy.db"), address} {
		if _, err := s.CopyTo(ctx, to, func(*Store, Copied) error { return refused }); !errors.Is(err, refused) {
			t.Errorf("to %s: %v", Shown(to), err)
		}
		if _, err := OpenAsIs(ctx, to); message.Code(err) != "book.missing" {
			t.Errorf("%s has a book: %v", Shown(to), err)
		}
	}
	onlyBooks(t, dir, "book.db")
	schemas := 0
	if _, err := s.CopyTo(ctx, address+"&county=430799", nothing); message.Code(err) != "copy.county" {
		t.Errorf("another county: %v", err)
	}
	config, _, err := postgresConfig(address)
	if err != nil {
		t.Fatal(err)
	}
	there := postgresStore(config, "public")
	defer there.Close()
	if err := there.read.Get(&schemas, `SELECT COUNT(*) FROM pg_namespace WHERE nspname LIKE '%zhida%'`); err != nil || schemas != 0 {
		t.Errorf("%d schemas are left: %v", schemas, err)
	}
}

// What a killed copy left is removed by the next one; one under way is left alone.
func TestCopyRemovesWhatKilledOnesLeft(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	s := book(t, filepath.Join(dir, "book.db"), 10)
	left := filepath.Join(dir, unfinishedFolder+"1")
	if err := os.Mkdir(left, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(left, "book.db"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	address := pgtest.Database(t)
	config, _, err := postgresConfig(address)
	if err != nil {
		t.Fatal(err)
	}
	killed := postgresStore(config, "public")
	defer killed.Close()
	if _, err := killed.write.Exec(`CREATE SCHEMA unfinished_zhida_430725 CREATE TABLE meta (a INTEGER)`); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenAsIs(ctx, address); message.Code(err) != "book.missing" {
		t.Errorf("what a killed copy left is taken for a book: %v", err)
	}
	_, err = s.CopyTo(ctx, filepath.Join(dir, "one.db"), func(*Store, Copied) error {
		if _, err := os.Stat(left); err == nil {
			t.Error("what a killed copy left is still there")
		}
		_, err := s.CopyTo(ctx, filepath.Join(dir, "two.db"), nothing) // beside one under way
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.CopyTo(ctx, address, func(*Store, Copied) error {
		if _, err := s.CopyTo(ctx, address, nothing); message.Code(err) != "store.busy" {
			t.Errorf("two copies into one database: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	onlyBooks(t, dir, "book.db", "one.db", "two.db")
}

// A copy is of one moment, and others write meanwhile.
func TestCopyIsOfOneMoment(t *testing.T) {
	for name, at := range map[string]string{"sqlite": filepath.Join(t.TempDir(), "book.db"), "postgresql": pgtest.Database(t)} {
		t.Run(name, func(t *testing.T) {
			ctx := context.Background()
			s := book(t, at, 50)
			c, err := s.CopyTo(ctx, filepath.Join(t.TempDir(), "copy.db"), func(copied *Store, c Copied) error {
				return s.update(ctx, func(q *queries) error { return q.exec(ctx, `UPDATE fact SET body = '"later"'`) })
			})
			if err != nil {
				t.Fatal(err)
			}
			later, err := s.CopyTo(ctx, filepath.Join(t.TempDir(), "copy.db"), nothing)
			if err != nil || c.Digest == later.Digest {
				t.Errorf("what was written later is not seen later: %v", err)
			}
		})
	}
}

// A book that was moved takes nothing more, also from one who had it open, and says where it
// is; moving it again finishes a move that was cut off.
func TestMove(t *testing.T) {
	for name, way := range map[string][2]string{
		"to postgresql": {filepath.Join(t.TempDir(), "book.db"), pgtest.Database(t)},
		"to a file":     {pgtest.Database(t), filepath.Join(t.TempDir(), "book.db")},
	} {
		t.Run(name, func(t *testing.T) {
			ctx := context.Background()
			s := book(t, way[0], 20)
			cut := errors.New("cut off")
			if _, err := s.MoveTo(ctx, way[1], func(*Store, Copied) error { return cut }); !errors.Is(err, cut) {
				t.Fatal(err)
			}
			// Cut off between the two books: the copy has its name, and the old one does not know.
			c, err := s.CopyTo(ctx, way[1], nothing)
			if err != nil {
				t.Fatal(err)
			}
			moved, err := s.MoveTo(ctx, way[1], nothing)
			if err != nil || moved.Digest != c.Digest {
				t.Fatalf("%v %v", moved, err)
			}
			write := func(tx payroll.Tx) error { return nil }
			if err := s.Update(ctx, write); message.Code(err) != "book.moved" {
				t.Errorf("one who had it open writes: %v", err)
			}
			if _, err := Open(ctx, way[0]); message.Code(err) != "book.moved" {
				t.Errorf("the old book opens: %v", err)
			}
			there, err := Open(ctx, way[1])
			if err != nil {
				t.Fatal(err)
			}
			defer there.Close()
			if err := there.Update(ctx, write); err != nil {
				t.Errorf("the new book takes nothing: %v", err)
			}
			back := filepath.Join(t.TempDir(), "again.db")
			again, err := there.MoveTo(ctx, back, nothing)
			if err != nil || again.Digest != c.Digest {
				t.Errorf("back again: %v", err)
			}
		})
	}
}

// Whoever computes while a book is copied or moved computes in the old one: the other is free at once.
func TestCopyLeavesNobodysTurn(t *testing.T) {
	for name, way := range map[string][2]string{
		"to postgresql": {filepath.Join(t.TempDir(), "book.db"), pgtest.Database(t)},
		"to a file":     {pgtest.Database(t), filepath.Join(t.TempDir(), "book.db")},
	} {
		t.Run(name, func(t *testing.T) {
			ctx := context.Background()
			s := book(t, way[0], 20)
			var before payroll.Turn
			taken := time.Unix(4102444800, 0).UTC()
			if err := s.Update(ctx, func(tx payroll.Tx) (err error) {
				if before, err = tx.Turn(ctx); err != nil {
					return err
				}
				return tx.SetTurn(ctx, before.Number, payroll.Turn{Number: before.Number + 1, Until: taken})
			}); err != nil {
				t.Fatal(err)
			}
			for _, move := range []func() (Copied, error){
				func() (Copied, error) { return s.CopyTo(ctx, way[1], nothing) },
				func() (Copied, error) { return s.MoveTo(ctx, way[1], nothing) }, // which finds the copy
			} {
				if _, err := move(); err != nil {
					t.Fatal(err)
				}
			}
			there, err := Open(ctx, way[1])
			if err != nil {
				t.Fatal(err)
			}
			defer there.Close()
			if err := there.View(ctx, func(r payroll.Reader) error {
				got, err := r.Turn(ctx)
				if got.Number != before.Number+1 || got.Until.Unix() != 0 {
					t.Errorf("the copy has turn %+v", got)
				}
				return err
			}); err != nil {
				t.Error(err)
			}
		})
	}
}

// Another book under the name is never taken for the copy.
func TestMoveOntoAnotherBook(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	s, other := book(t, filepath.Join(dir, "book.db"), 20), book(t, filepath.Join(dir, "other.db"), 19)
	if _, err := s.MoveTo(ctx, filepath.Join(dir, "other.db"), nothing); message.Code(err) != "book.exists" {
		t.Errorf("over another book: %v", err)
	}
	for _, x := range []*Store{s, other} {
		if err := x.Update(ctx, func(payroll.Tx) error { return nil }); err != nil {
			t.Error(err)
		}
	}
}

// A book of an earlier program is copied as it is.
func TestCopyOfAnEarlierSchema(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	for name, at := range map[string]string{"sqlite": filepath.Join(dir, "book.db"), "postgresql": pgtest.Database(t)} {
		s := create(t, at)
		found(t, s)
		p, err := s.migrations()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.DownTo(ctx, 5); err != nil {
			t.Fatal(err)
		}
		s.Close()
		if s, err = OpenAsIs(ctx, at); err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		to := filepath.Join(dir, name+".copy.db")
		if c, err := s.CopyTo(ctx, to, nothing); err != nil || c.Version != 5 {
			t.Fatalf("%s: schema %d, %v", name, c.Version, err)
		}
		if _, err := Open(ctx, to); message.Code(err) != "book.older" {
			t.Errorf("%s: the copy is of this program's schema: %v", name, err)
		}
	}
}

// A book of a newer program is named and left alone to the byte.
func TestNewerBook(t *testing.T) {
	ctx := context.Background()
	file := filepath.Join(t.TempDir(), "book.db")
	for name, at := range map[string]string{"sqlite": file, "postgresql": pgtest.Database(t)} {
		s := create(t, at)
		found(t, s)
		if err := s.update(ctx, func(q *queries) error {
			return q.exec(ctx, `INSERT INTO goose_db_version (version_id, is_applied) SELECT 9999, is_applied FROM goose_db_version WHERE version_id = 1`)
		}); err != nil {
			t.Fatal(err)
		}
		s.Close()
		before, _ := os.ReadFile(file)
		for _, open := range []func(context.Context, string) (*Store, error){Open, OpenAsIs} {
			if _, err := open(ctx, at); message.Code(err) != "book.newer" {
				t.Errorf("%s: %v", name, err)
			}
		}
		if after, _ := os.ReadFile(file); !bytes.Equal(before, after) {
			t.Errorf("%s: opening changed it", name)
		}
	}
}

// A disk that is full ends a copy with a sentence, and leaves nothing on it.
func TestCopyOntoAFullDisk(t *testing.T) {
	ctx, small := context.Background(), t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", small).CombinedOutput(); err != nil {
		t.Skipf("no small disk can be mounted here: %s", out)
	}
	defer func() {
		if out, err := exec.Command("umount", small).CombinedOutput(); err != nil {
			t.Errorf("%s", out)
		}
	}()
	s := book(t, filepath.Join(t.TempDir(), "book.db"), 3000)
	if _, err := s.CopyTo(ctx, filepath.Join(small, "copy.db"), nothing); message.Code(err) != "store.disk" {
		t.Errorf("%v", err)
	}
	onlyBooks(t, small)
}
