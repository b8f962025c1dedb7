package payroll

import (
	"context"
	"strings"
	"time"

	"zhida/payroll/journal"
	"zhida/payroll/schedule"
	"zhida/rules/calendar"
	"zhida/rules/message"
)

// BackupSetting says where the daemon backs the book up, how often, and what it keeps.
type BackupSetting struct {
	Folder string             `yaml:"folder"` // of the machine that the daemon runs on, from its root
	Every  int                `yaml:"every"`  // days
	Keep   schedule.Retention `yaml:"keep"`
}

// checkBackup refuses a setting that backs up nowhere or keeps nothing.
func (c *County) checkBackup(file string) error {
	x := c.Backup
	if x == nil {
		return nil
	}
	if !strings.HasPrefix(x.Folder, "/") && !strings.Contains(x.Folder, `:\`) || x.Every < 1 || x.Every > 31 || x.Keep.Daily < 1 || x.Keep.Weekly < 0 || x.Keep.Monthly < 0 {
		return message.Err("settings.backup", file)
	}
	return nil
}

// BackupDue gives the county's setting, nil while it has none, and whether a backup is due
// now. It asks for no pay calendar: a book is backed up before it pays anybody.
func (b *Book) BackupDue(ctx context.Context) (set *BackupSetting, d schedule.Duty, due bool, err error) {
	err = b.view(ctx, func(r Reader) error {
		county, err := settingsAt(ctx, r, 0)
		if message.Code(err) == "settings.none" {
			return nil
		}
		if err != nil || county.Backup == nil {
			return err
		}
		set = county.Backup
		records, err := r.DutyRecords(ctx)
		if err != nil {
			return err
		}
		var made []calendar.Date
		for _, x := range records {
			if x.Kind == schedule.Backup && x.Position != 0 {
				made = append(made, x.Date)
			}
		}
		d, due = schedule.BackupDuty(calendar.DateIn(b.now(), zone), set.Every, made)
		return nil
	})
	return set, d, due, err
}

// BackedUp notes that the backup of a day was made. That is no event: a book is not changed
// by being copied, and the next copy is to be the same where nothing happened. Error: ErrTaken.
func (b *Book) BackedUp(ctx context.Context, d schedule.Duty) error {
	return b.update(ctx, func(tx Tx) error {
		ok, err := tx.BeginDuty(ctx, d)
		if err != nil {
			return err
		}
		if !ok {
			return ErrTaken
		}
		head, err := tx.Head(ctx)
		if err != nil {
			return err
		}
		return tx.FinishDuty(ctx, d, head.Position)
	})
}

// BackupFailed reminds people that the backup of a day was not made, once, and gives the
// reminder. Error: ErrTaken.
func (b *Book) BackupFailed(ctx context.Context, s *Session, d schedule.Duty) (schedule.Duty, error) {
	d.Kind, d.Step = schedule.Remind, schedule.BackupFailed
	if err := s.need(RoleMaker); err != nil {
		return d, err
	}
	return d, b.remind(ctx, s, d)
}

// Happened is an event in words.
type Happened struct {
	Position int64
	Time     time.Time
	Actor    string
	What     string
	Batches  []BatchID
}

// HappenedSince lists what happened after a position, whose event has the digest given; ok
// is false when this book has another event there, or none: it is then not the same book,
// or went another way.
func (b *Book) HappenedSince(ctx context.Context, position int64, digest string) (list []Happened, ok bool, err error) {
	err = b.view(ctx, func(r Reader) error {
		return r.Events(ctx, position, 0, func(e journal.Event) error {
			if e.Position == position {
				ok = e.Digest == digest
				return nil
			}
			pairs, err := journal.ParsePayload(e.Payload)
			if err != nil {
				return err
			}
			list = append(list, Happened{e.Position, e.Time, e.Actor, eventWord(e.Kind), batchesNamed(pairs)})
			return nil
		})
	})
	return list, ok, err
}

// Founding is the digest of the first event, by which a book is known among others.
func (b *Book) Founding(ctx context.Context) (digest string, err error) {
	err = b.view(ctx, func(r Reader) error {
		return r.Events(ctx, 1, 1, func(e journal.Event) error { digest = e.Digest; return nil })
	})
	return digest, err
}

// Head is the end of the journal.
func (b *Book) Head(ctx context.Context) (h journal.Head, err error) {
	err = b.view(ctx, func(r Reader) error { h, err = r.Head(ctx); return err })
	return h, err
}

// HolidaysKnown says whether the working days of a year are imported.
func (b *Book) HolidaysKnown(ctx context.Context, year int) (known bool, err error) {
	err = b.view(ctx, func(r Reader) error {
		world, err := worldNow(ctx, r)
		if err == nil {
			known = workdays(world).Known(year)
		}
		return err
	})
	return known, err
}
