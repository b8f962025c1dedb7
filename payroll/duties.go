package payroll

import (
	"context"
	"errors"
	"time"

	"zhida/payroll/schedule"
	"zhida/rules/calendar"
	"zhida/rules/message"
)

// EventReminded records that people were reminded of a step of the pay calendar.
const EventReminded = "duty.reminded"

// DutyRecord is a duty that somebody has taken up. Position is the journal event that
// did it, 0 while it is being done; Until is when the taker is given up for dead.
type DutyRecord struct {
	schedule.Duty
	Until    time.Time
	Position int64
	Sent     bool // a reminder has reached those outside, or nobody is to be told
}

// lease is how long a taken duty is left to its taker. A killed daemon's duty is taken
// up again after it; a slow one's too, which costs only a second computation.
const lease = 45 * time.Second

// Duties says what is due now by the county's calendar. Errors: settings.none,
// schedule.none, schedule.no_calendar, and journal.clock when the clock is behind the book.
func (b *Book) Duties(ctx context.Context) (list []schedule.Duty, err error) {
	now := b.now()
	err = b.view(ctx, func(r Reader) error {
		head, err := r.Head(ctx)
		if err != nil {
			return err
		}
		if now.Before(head.Time) {
			return message.Err("journal.clock", now.In(zone).Format(time.DateTime), head.Time.In(zone).Format(time.DateTime))
		}
		steps, days, err := payCalendar(ctx, r)
		if err != nil {
			return err
		}
		meta, err := r.Meta(ctx)
		if err != nil {
			return err
		}
		batches, err := r.Batches(ctx)
		if err != nil {
			return err
		}
		records, err := r.DutyRecords(ctx)
		if err != nil {
			return err
		}
		taken := map[schedule.Duty]bool{}
		drafted := map[calendar.Month]bool{}
		for _, d := range records {
			taken[d.Duty] = d.Position != 0 || d.Until.After(now)
			drafted[d.Month] = drafted[d.Month] || d.Kind == schedule.Draft && d.Position != 0
		}
		today := calendar.DateIn(now, zone)
		first := cutover(meta, batches)
		if first == 0 {
			first = today.Month()
		}
		list, err = schedule.Duties(today, first, steps, days, func(m calendar.Month) schedule.Progress {
			return progress(batches, m, drafted[m])
		}, func(d schedule.Duty) bool { return taken[d] })
		return err
	})
	return list, err
}

// progress is how far the regular batches of a month are.
func progress(batches []Batch, m calendar.Month, drafted bool) schedule.Progress {
	p := schedule.Progress{Ran: drafted, Approved: true, Exported: true}
	for _, x := range batches {
		if x.Kind != Regular || x.State == Cancelled {
			continue
		}
		if x.ID.Month() > m { // a later month has settled this one too
			p.Ran = true
		}
		if x.ID.Month() != m {
			continue
		}
		p.Ran = true
		p.Open = p.Open || x.State.open()
		p.Approved = p.Approved && x.State.Committed()
		p.Exported = p.Exported && x.State == Exported
	}
	p.Approved, p.Exported = p.Approved && p.Ran, p.Exported && p.Ran
	return p
}

// ErrTaken says that another daemon does the duty, or somebody is computing.
var ErrTaken = errors.New("payroll: the duty is taken")

// Perform does one duty, once whatever number of daemons ask: it computes a draft or
// records a reminder. Error: ErrTaken, and those of Run.
func (b *Book) Perform(ctx context.Context, s *Session, d schedule.Duty) error {
	if err := s.need(RoleMaker); err != nil {
		return err
	}
	if d.Kind == schedule.Remind {
		return b.store.Update(ctx, func(tx Tx) error {
			ok, err := tx.TakeDuty(ctx, DutyRecord{Duty: d}, b.now())
			if err != nil {
				return err
			}
			if !ok {
				return ErrTaken
			}
			e, err := b.record(ctx, tx, s, EventReminded, "month", d.Month.String(), "step", d.Step, "date", d.Date.String())
			if err != nil {
				return err
			}
			return tx.FinishDuty(ctx, d, e.Position)
		})
	}
	err := b.store.Update(ctx, func(tx Tx) error {
		now := b.now()
		busy, err := computing(ctx, tx, now)
		if err != nil {
			return err
		}
		if busy {
			return ErrTaken
		}
		ok, err := tx.TakeDuty(ctx, DutyRecord{Duty: d, Until: now.Add(lease), Sent: true}, now)
		if err == nil && !ok {
			err = ErrTaken
		}
		return err
	})
	if err != nil {
		return err
	}
	if _, err := b.Run(ctx, s, d.Month, Regular); err != nil {
		return err
	}
	return b.store.Update(ctx, func(tx Tx) error {
		head, err := tx.Head(ctx)
		if err != nil {
			return err
		}
		return tx.FinishDuty(ctx, d, head.Position)
	})
}

// computing says whether somebody's run is being written, or was begun just now: a
// daemon waits for people, it does not push their rows aside.
func computing(ctx context.Context, tx Tx, now time.Time) (bool, error) {
	list, err := tx.StagingBatches(ctx)
	for _, id := range list {
		if err != nil {
			break
		}
		var x Batch
		if x, err = tx.Batch(ctx, id); err == nil && now.Sub(x.ComputedAt) < lease {
			return true, nil
		}
	}
	return false, err
}

// Unsent lists reminders that have not reached those outside, oldest first.
func (b *Book) Unsent(ctx context.Context) (list []schedule.Duty, err error) {
	err = b.view(ctx, func(r Reader) error {
		records, err := r.DutyRecords(ctx)
		for _, d := range records {
			if !d.Sent && d.Position != 0 {
				list = append(list, d.Duty)
			}
		}
		return err
	})
	return list, err
}

// Sent notes that a reminder has reached those outside.
func (b *Book) Sent(ctx context.Context, d schedule.Duty) error {
	return b.store.Update(ctx, func(tx Tx) error { return tx.SetDutySent(ctx, d) })
}

// Notify is where reminders go besides journal and log.
type Notify struct {
	Webhook string   `yaml:"webhook"` // http address on this machine
	SMTP    string   `yaml:"smtp"`    // host:port
	From    string   `yaml:"from"`
	To      []string `yaml:"to"`
}

// Notify gives the county's setting; nil while reminders stay in journal and log.
func (b *Book) Notify(ctx context.Context) (n *Notify, err error) {
	err = b.view(ctx, func(r Reader) error {
		county, err := settingsAt(ctx, r, 0)
		if err == nil {
			n = county.Notify
		}
		return err
	})
	return n, err
}
