package payroll_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"zhida/payroll"
	"zhida/payroll/journal"
	"zhida/payroll/store"
	"zhida/rules/identity"
	"zhida/rules/message"
)

// A clock behind the journal is wrong, one far ahead of it needs somebody to vouch for
// it, and then eight months off are no matter. A rehearsal has its own clock.
func TestDutiesDoubtTheClock(t *testing.T) {
	ctx, began := context.Background(), time.Date(2026, 2, 1, 1, 0, 0, 0, time.UTC)
	const day = 24 * time.Hour
	for _, c := range []struct {
		name         string
		rehearsal    bool
		now, vouched time.Time
		want         string
	}{
		{"behind", false, began.Add(-time.Second), time.Time{}, "journal.clock"},
		{"a month ahead", false, began.Add(45 * day), time.Time{}, "settings.none"}, // which comes after the clock
		{"far ahead", false, began.Add(46 * day), time.Time{}, "journal.clock_ahead"},
		{"eight months off, a time server vouches", false, began.Add(240 * day), began.Add(240 * day), "settings.none"},
		{"eight months off, somebody said so yesterday", false, began.Add(240 * day), began.Add(239 * day), "settings.none"},
		{"somebody said so long ago", false, began.Add(240 * day), began.Add(100 * day), "journal.clock_ahead"},
		{"a rehearsal", true, began.AddDate(3, 0, 0), time.Time{}, "settings.none"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := store.Create(ctx, filepath.Join(t.TempDir(), "book.db"), "430725")
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			if err := payroll.NewBook(s, func() time.Time { return began }).Found(ctx, payroll.Meta{County: "430725", Name: "桃源县", Rehearsal: c.rehearsal, Cutover: 202602}); err != nil {
				t.Fatal(err)
			}
			if _, err := payroll.NewBook(s, func() time.Time { return c.now }).Duties(ctx, c.vouched); message.Code(err) != c.want {
				t.Errorf("%v, want %s", err, c.want)
			}
		})
	}
}

// A clock that is believed on somebody's word is on record with that word; one that needs
// none, or that the word does not cover, is not.
func TestAcceptedClockIsOnRecord(t *testing.T) {
	ctx, now := context.Background(), time.Date(2026, 2, 1, 1, 0, 0, 0, time.UTC)
	s, err := store.Create(ctx, filepath.Join(t.TempDir(), "book.db"), "430725")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	b := payroll.NewBook(s, func() time.Time { return now })
	if err := b.Found(ctx, payroll.Meta{County: "430725", Name: "桃源县", Cutover: 202602}); err != nil {
		t.Fatal(err)
	}
	id, err := identity.ParseResidentID("439901197001010012")
	if err != nil {
		t.Fatal(err)
	}
	admin, _, err := b.AddActor(ctx, nil, payroll.NewActor{Name: "周正", Roles: []payroll.Role{payroll.RoleAdmin}, ID: id, Passphrase: []byte("zhida-test")})
	if err != nil {
		t.Fatal(err)
	}
	accepted := func() (n int) {
		err := s.View(ctx, func(r payroll.Reader) error {
			return r.Events(ctx, 1, 99, func(e journal.Event) error {
				if e.Kind == payroll.EventClockAccepted {
					n++
				}
				return nil
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for _, c := range []struct {
		after time.Duration // of the last event
		said  time.Duration // of now, back
		want  int
	}{{time.Hour, 0, 0}, {240 * 24 * time.Hour, 100 * 24 * time.Hour, 0}, {0, 24 * time.Hour, 1}, {time.Hour, 0, 1}} {
		now = now.Add(c.after)
		if err := b.AcceptClock(ctx, admin, now.Add(-c.said)); err != nil || accepted() != c.want {
			t.Fatalf("%+v: %d on record, %v", c, accepted(), err)
		}
	}
}
