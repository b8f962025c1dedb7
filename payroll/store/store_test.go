package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"zhida/payroll"
	"zhida/payroll/schedule"
	"zhida/payroll/store/pgtest"
	"zhida/payroll/store/storetest"
	"zhida/rules/message"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func TestSQLite(t *testing.T) {
	storetest.Run(t, func(t *testing.T) payroll.Store { return create(t, filepath.Join(t.TempDir(), "桃源 #1?.db")) })
}

func TestPostgreSQL(t *testing.T) {
	pgtest.Database(t) // skips, or fails in CI, where there is none
	storetest.Run(t, func(t *testing.T) payroll.Store { return create(t, pgtest.Database(t)) })
}

func create(t *testing.T, book string) *Store {
	t.Helper()
	s, err := Create(context.Background(), book, "430725")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func found(t *testing.T, s *Store) {
	t.Helper()
	ctx := context.Background()
	if err := s.Update(ctx, func(tx payroll.Tx) error { return tx.InitBook(ctx, payroll.Meta{County: "430725", Name: "桃源县"}) }); err != nil {
		t.Fatal(err)
	}
}

func TestOpenRefusesWhatIsNoBook(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	missing := filepath.Join(dir, "missing.db")
	if _, err := Open(ctx, missing); message.Code(err) != "book.missing" {
		t.Errorf("a missing file: %v", err)
	}
	if _, err := os.Stat(missing); err == nil {
		t.Error("opening a missing book made one")
	}
	text := filepath.Join(dir, "text.db")
	if err := os.WriteFile(text, []byte(strings.Repeat("not a database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(ctx, text); message.Code(err) != "book.format" {
		t.Errorf("a text file: %v", err)
	}
	path := filepath.Join(dir, "book.db")
	s := create(t, path)
	s.Close()
	if _, err := Open(ctx, path); message.Code(err) != "book.unfinished" {
		t.Errorf("a book without its first event: %v", err)
	}
	if _, err := Create(ctx, path, "430725"); message.Code(err) != "book.exists" {
		t.Errorf("a book over another: %v", err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the book is not private: %v %v", info.Mode(), err)
	}
}

func TestPostgreSQLSchemas(t *testing.T) {
	ctx := context.Background()
	address := pgtest.Database(t)
	if _, err := Open(ctx, address); message.Code(err) != "book.missing" {
		t.Errorf("an empty database: %v", err)
	}
	for _, county := range []string{"430725", "430726"} {
		s, err := Create(ctx, address, county)
		if err != nil {
			t.Fatal(err)
		}
		found(t, s)
		s.Close()
	}
	if _, err := Create(ctx, address, "430725"); message.Code(err) != "book.exists" {
		t.Errorf("a second book of the county: %v", err)
	}
	if _, err := Open(ctx, address); message.Code(err) != "book.which_county" {
		t.Errorf("two counties and none named: %v", err)
	}
	s, err := Open(ctx, address+"&county=430726")
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
}

// upgraded opens a book of any earlier schema and brings it up to date.
func upgraded(ctx context.Context, book string) (*Store, error) {
	s, err := OpenAsIs(ctx, book)
	if err == nil {
		err = s.Upgrade(ctx)
	}
	return s, err
}

// A book that an earlier program made is not opened for work, and not changed, until it is
// brought up to date, by several programs at once too.
func TestUpgrade(t *testing.T) {
	books := map[string]string{"sqlite": filepath.Join(t.TempDir(), "book.db"), "postgresql": pgtest.Database(t)}
	for name, book := range books {
		t.Run(name, func(t *testing.T) {
			ctx := context.Background()
			s := create(t, book)
			found(t, s)
			p, err := s.migrations()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := p.DownTo(ctx, 1); err != nil { // as the first program left it
				t.Fatal(err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			if _, err := Open(ctx, book); message.Code(err) != "book.older" {
				t.Errorf("opened as it is: %v", err)
			}
			if s, err := OpenAsIs(ctx, book); err != nil || s.Version != 1 {
				t.Errorf("opening it changed it: %v", err)
			} else {
				s.Close()
			}
			errs := make(chan error)
			for range 4 {
				go func() {
					s, err := upgraded(ctx, book)
					if err == nil {
						err = s.View(ctx, func(r payroll.Reader) error { _, err := r.Batches(ctx); return err })
						s.Close()
					}
					errs <- err
				}()
			}
			for range 4 {
				if err := <-errs; err != nil {
					t.Error(err)
				}
			}
			if s, err = Open(ctx, book); err != nil {
				t.Fatal(err)
			}
			s.Close()
		})
	}
}

// What a book of before one turn had of duties is kept: done is done, a draft that was
// begun is begun, and a reminder that had not gone out is on its way by both channels.
func TestUpgradeOfDuties(t *testing.T) {
	for name, book := range map[string]string{"sqlite": filepath.Join(t.TempDir(), "book.db"), "postgresql": pgtest.Database(t)} {
		t.Run(name, func(t *testing.T) {
			ctx := context.Background()
			s := create(t, book)
			found(t, s)
			p, err := s.migrations()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := p.DownTo(ctx, 4); err != nil {
				t.Fatal(err)
			}
			if _, err := s.write.Exec(`INSERT INTO duty (month, kind, step, due, until, position, sent) VALUES
				(202610, 'draft', '', 20261011, 99, 7, 1), (202611, 'draft', '', 20261111, 99, 0, 1), (202610, 'remind', 'review', 20261015, 0, 8, 0), (202610, 'remind', 'credit', 20261023, 0, 9, 1)`); err != nil {
				t.Fatal(err)
			}
			s.Close()
			if s, err = upgraded(ctx, book); err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			review := schedule.Duty{Kind: "remind", Month: 202610, Step: "review", Date: 20261015}
			err = s.View(ctx, func(r payroll.Reader) error {
				records, err := r.DutyRecords(ctx)
				if diff := cmp.Diff([]payroll.DutyRecord{
					{Duty: schedule.Duty{Kind: "draft", Month: 202610, Date: 20261011}, Position: 7},
					{Duty: schedule.Duty{Kind: "remind", Month: 202610, Step: "credit", Date: 20261023}, Position: 9},
					{Duty: review, Position: 8},
					{Duty: schedule.Duty{Kind: "draft", Month: 202611, Date: 20261111}},
				}, records); diff != "" {
					t.Error(diff)
				}
				waiting, err2 := r.Undelivered(ctx)
				never := time.Unix(0, 0).UTC()
				if diff := cmp.Diff([]payroll.Delivery{{Duty: review, Channel: payroll.ByMail, Next: never}, {Duty: review, Channel: payroll.ByWebhook, Next: never}}, waiting); diff != "" {
					t.Error(diff)
				}
				return errors.Join(err, err2)
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}

// Whoever waits for the county's lock is told after a while that the book is busy, and
// stops waiting at once when it is told to end.
func TestWaitingForTheLockEnds(t *testing.T) {
	ctx := context.Background()
	address := pgtest.Database(t)
	s := create(t, address)
	defer s.Close()
	found(t, s)
	nothing := func(payroll.Tx) error { t.Error("two write at once"); return nil }
	err := s.Update(ctx, func(payroll.Tx) error {
		other, err := Open(ctx, address)
		if err != nil {
			return err
		}
		defer other.Close()
		other.write.SetMaxOpenConns(1) // so that what is set holds for every transaction
		var limit string
		if err := other.write.Get(&limit, `SHOW lock_timeout`); err != nil || limit != "10s" {
			t.Errorf("a lock is waited for %s: %v", limit, err)
		}
		if _, err := other.write.Exec(`SET lock_timeout = '100ms'`); err != nil {
			t.Error(err)
		}
		if err := other.Update(ctx, nothing); message.Code(err) != "store.busy" {
			t.Errorf("after the time: %v", err)
		}
		if _, err := other.write.Exec(`SET lock_timeout = '10s'`); err != nil {
			t.Error(err)
		}
		told, stop := context.WithTimeout(ctx, 100*time.Millisecond)
		defer stop()
		began := time.Now()
		if err := other.Update(told, nothing); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) > 5*time.Second {
			t.Errorf("told to end, it ends after %s with %v", time.Since(began), err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// A book that nobody has open is one file: a copy of it is the whole book.
func TestClosedBookIsOneFile(t *testing.T) {
	ctx, path := context.Background(), filepath.Join(t.TempDir(), "book.db")
	s, err := Create(ctx, path, "430725")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Update(ctx, func(tx payroll.Tx) error {
		return tx.InitBook(ctx, payroll.Meta{County: "430725", Name: "桃源县", Format: format})
	}); err != nil {
		t.Fatal(err)
	}
	if err := s.View(ctx, func(r payroll.Reader) error { _, err := r.Meta(ctx); return err }); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for _, beside := range []string{"-wal", "-shm"} {
		if _, err := os.Stat(path + beside); err == nil {
			t.Errorf("book.db%s stays behind", beside)
		}
	}
}
