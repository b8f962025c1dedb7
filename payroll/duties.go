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

// EventClockAccepted records that somebody stood for a clock far before the journal.
const EventClockAccepted = "clock.accepted"

// AcceptClock records on whose word a clock is believed that is far before the journal and
// that no time server stands for. It records nothing of a clock that needs no word, or of
// one that the day said does not cover: Duties refuses that.
func (b *Book) AcceptClock(ctx context.Context, s *Session, said time.Time) error {
	return b.update(ctx, func(tx Tx) error {
		head, err := tx.Head(ctx)
		if err != nil {
			return err
		}
		if now := b.now(); now.Before(head.Time) || !now.After(head.Time.Add(farAhead)) || now.After(said.Add(farAhead)) {
			return nil
		}
		_, err = b.record(ctx, tx, s, EventClockAccepted, "day", calendar.DateIn(said, zone).String(), "last", head.Time.In(zone).Format(time.DateTime))
		return err
	})
}

// DutyRecord is a duty that somebody has begun. Position is the journal event that did
// it, 0 of a draft whose end is not known.
type DutyRecord struct {
	schedule.Duty
	Position int64
}

// farAhead is how far a clock may be ahead of the journal before somebody has to vouch
// for it. A book that is in use has an event every month.
const farAhead = 45 * 24 * time.Hour

// Duties says what is due now by the county's calendar. vouched is the latest time that
// somebody other than this machine's clock stands for, zero without any; a rehearsal has
// a clock of its own. Errors: settings.none, schedule.none, schedule.no_cutover,
// journal.clock when the clock is behind the book and journal.clock_ahead when it is far
// before it: an event dated in the future would bar every event after it. With
// schedule.no_calendar comes the list of what is due all the same.
func (b *Book) Duties(ctx context.Context, vouched time.Time) (list []schedule.Duty, err error) {
	now := b.now()
	err = b.view(ctx, func(r Reader) error {
		head, err := r.Head(ctx)
		if err != nil {
			return err
		}
		meta, err := r.Meta(ctx)
		if err != nil {
			return err
		}
		if now.Before(head.Time) {
			return message.Err("journal.clock", now.In(zone).Format(time.DateTime), head.Time.In(zone).Format(time.DateTime))
		}
		if known := latest(head.Time, vouched); !meta.Rehearsal && now.After(known.Add(farAhead)) {
			return message.Err("journal.clock_ahead", now.In(zone).Format(time.DateTime), head.Time.In(zone).Format(time.DateTime))
		}
		steps, days, err := payCalendar(ctx, r)
		if err != nil {
			return err
		}
		batches, err := r.Batches(ctx)
		if err != nil {
			return err
		}
		first := cutover(meta, batches)
		if first == 0 {
			return message.Err("schedule.no_cutover")
		}
		records, err := r.DutyRecords(ctx)
		if err != nil {
			return err
		}
		done := map[schedule.Duty]bool{}
		for _, d := range records {
			done[d.Duty] = d.Position != 0
		}
		list, err = schedule.Duties(calendar.DateIn(now, zone), first, steps, days, schedule.Known{
			Progress: func(m calendar.Month, draftDay calendar.Date) schedule.Progress {
				return progress(batches, records, m, draftDay)
			},
			Done: func(d schedule.Duty) bool { return done[d] },
			Left: leftOpen(batches),
		})
		return err
	})
	return list, err
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// leftOpen lists back-pay and corrections that nobody has finished. Back-pay has a slot
// of its own and keeps nothing from being computed.
func leftOpen(batches []Batch) (list []schedule.Left) {
	for _, x := range batches {
		if x.Kind != Regular && x.State.open() {
			list = append(list, schedule.Left{Batch: x.ID.String(), Month: x.ID.Month(), Since: calendar.DateIn(x.ComputedAt, zone), Blocks: x.Kind == Correction})
		}
	}
	return list
}

// regularOf are the regular batches that stand for a month. A draft from before the draft
// day does not know the last changes; it is computed again, given up or not.
func regularOf(batches []Batch, m calendar.Month, draftDay calendar.Date) (list []Batch) {
	for _, x := range batches {
		if x.Kind == Regular && x.ID.Month() == m && (!early(x, draftDay) || x.State != Draft && x.State != Cancelled) {
			list = append(list, x)
		}
	}
	return list
}

func early(x Batch, draftDay calendar.Date) bool {
	return calendar.DateIn(x.ComputedAt, zone) < draftDay
}

// progress is how far the regular batches of a month are. What was given up is not done
// until a later month's batches, which settle it too, are as far.
func progress(batches []Batch, records []DutyRecord, m calendar.Month, draftDay calendar.Date) (p schedule.Progress) {
	own := regularOf(batches, m, draftDay)
	if len(own) > 0 {
		p = schedule.Progress{Ran: true, Approved: true, Exported: true}
	}
	approved := map[string]bool{} // by channel
	for _, x := range own {
		approved[x.Channel] = approved[x.Channel] || x.State.Committed()
		p.Open = p.Open || x.State.open()
		p.Exported = p.Exported && (x.State == Exported || x.State == Cancelled)
		if early(x, draftDay) && x.State != Cancelled {
			p.Early = x.ID.String()
		}
	}
	for _, some := range approved {
		p.Approved = p.Approved && some
	}
	later, committed, left := false, false, false
	for _, x := range batches {
		if x.Kind == Regular && x.ID.Month() > m && x.State != Cancelled {
			later, committed, left = true, committed || x.State.Committed(), left || x.State == Exported
		}
	}
	for _, d := range records {
		if d.Kind != schedule.Draft || d.Month != m {
			continue
		}
		p.Cut = p.Cut || d.Position == 0 && !later
		if len(own) == 0 && d.Position != 0 && d.Date >= draftDay { // computed, and nothing was due
			p.Ran, p.Approved, p.Exported = true, true, true
		}
	}
	p.Approved = p.Approved && !p.Open
	if later && !p.Approved && !p.Open {
		p.Ran, p.Approved, p.Exported = true, committed, left
	}
	p.Exported = p.Exported && p.Approved
	return p
}

// ErrTaken says that another daemon has done the duty.
var ErrTaken = errors.New("payroll: the duty is done")

// Perform does one duty, once whatever number of daemons ask: it computes a draft or
// records a reminder. Errors: ErrTaken, and those of Run, among them Busy.
func (b *Book) Perform(ctx context.Context, s *Session, d schedule.Duty) (r RunResult, err error) {
	if err := s.need(RoleMaker); err != nil {
		return r, err
	}
	if d.Kind == schedule.Remind {
		return r, b.remind(ctx, s, d)
	}
	err = b.alone(ctx, func(ctx context.Context, b *Book) error {
		made := false
		err := b.update(ctx, func(tx Tx) error {
			ok, err := tx.BeginDuty(ctx, d)
			if err == nil && !ok {
				err = ErrTaken
			}
			if err != nil {
				return err
			}
			batches, err := tx.Batches(ctx)
			made = len(regularOf(batches, d.Month, d.Date)) > 0
			return err
		})
		if err != nil {
			return err
		}
		if !made {
			if r, err = b.run(ctx, s, d.Month, Regular, Narrow{}); err != nil {
				return err
			}
		} // else whoever began was killed before the back-pay, and people may be at the batch by now
		if err := b.backPay(ctx, s, d.Month, &r); err != nil {
			return err
		}
		return b.update(ctx, func(tx Tx) error {
			head, err := tx.Head(ctx)
			if err != nil {
				return err
			}
			return tx.FinishDuty(ctx, d, head.Position)
		})
	})
	return r, err
}

// remind records a reminder, and that it is to go to whom the county names at this time.
func (b *Book) remind(ctx context.Context, s *Session, d schedule.Duty) error {
	return b.update(ctx, func(tx Tx) error {
		ok, err := tx.BeginDuty(ctx, d)
		if err != nil {
			return err
		}
		if !ok {
			return ErrTaken
		}
		n, err := notifyOf(ctx, tx)
		if err != nil {
			return err
		}
		for _, channel := range n.channels() {
			if err := tx.PutDelivery(ctx, Delivery{Duty: d, Channel: channel}); err != nil {
				return err
			}
		}
		e, err := b.record(ctx, tx, s, EventReminded, "month", d.Month.String(), "step", d.Step, "date", d.Date.String())
		if err != nil {
			return err
		}
		return tx.FinishDuty(ctx, d, e.Position)
	})
}
