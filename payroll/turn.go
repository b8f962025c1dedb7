package payroll

import (
	"context"
	"errors"
	"sync"
	"time"

	"zhida/rules/message"
)

// Turn is a turn to compute. A book has one at a time, whoever asks: a run stages rows,
// replaces drafts and numbers batches, and no two can do that side by side.
type Turn struct {
	Number int64     // grows with every turn taken; a smaller one has been lost
	Until  time.Time // when its holder is given up for dead
}

// A turn is held as long as its holder says every heartbeat that it lives, however long
// the run takes, and is free a lease after the last word of one that was killed. A lease
// and an interval of the daemon are less than the minute in which a due date is met.
const (
	lease     = 20 * time.Second
	heartbeat = 5 * time.Second
)

// Busy is the error run.busy: somebody else computes. Until is when their turn ends if
// they are dead; the living prolong it.
type Busy struct{ Until time.Time }

// Unwrap gives the message.
func (e *Busy) Unwrap() error {
	return message.Err("run.busy", e.Until.In(zone).Format(time.TimeOnly))
}

// Error is the English sentence.
func (e *Busy) Error() string { return e.Unwrap().Error() }

// held says whether somebody has the turn. One that reaches further than any lease was
// taken by a clock that ran ahead, and binds nobody.
func (t Turn) held(now time.Time) bool {
	return t.Until.After(now) && !t.Until.After(now.Add(lease))
}

// alone runs f while nobody else computes, with a book that holds the turn. Errors: Busy,
// and run.overtaken when this program stood still for longer than a lease.
func (b *Book) alone(ctx context.Context, f func(context.Context, *Book) error) error {
	if b.dry { // nothing it does stays
		return f(ctx, b)
	}
	var turn Turn
	err := b.update(ctx, func(tx Tx) error {
		last, err := tx.Turn(ctx)
		if err != nil {
			return err
		}
		now := b.now()
		if last.held(now) {
			return &Busy{last.Until}
		}
		turn = Turn{last.Number + 1, now.Add(lease)}
		return tx.SetTurn(ctx, last.Number, turn)
	})
	if err != nil {
		return err
	}
	holder := *b
	holder.turn = turn.Number
	ctx, stop := context.WithCancelCause(ctx)
	var beats sync.WaitGroup
	beats.Go(func() { b.beat(ctx, turn, stop) })
	defer func() { // after a panic too: the daemon survives it
		stop(nil)
		beats.Wait()
		ctx := context.WithoutCancel(ctx)
		// A turn that cannot be given back ends by itself.
		_ = b.update(ctx, func(tx Tx) error {
			return tx.SetTurn(ctx, turn.Number, Turn{Number: turn.Number, Until: time.Unix(0, 0)})
		})
	}()
	err = f(ctx, &holder)
	if lost := context.Cause(ctx); err != nil && message.Code(lost) == "run.overtaken" {
		return lost
	}
	return err
}

// beat prolongs a turn until ctx ends, and ends ctx when the turn is lost. It measures
// by its ticks how long it has been and does not ask the book's clock, which in a
// rehearsal moves with every question.
func (b *Book) beat(ctx context.Context, turn Turn, stop context.CancelCauseFunc) {
	every := time.NewTicker(heartbeat)
	defer every.Stop()
	var began time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case at := <-every.C:
			if began.IsZero() {
				began = at.Add(-heartbeat)
			}
			err := b.update(ctx, func(tx Tx) error {
				return tx.SetTurn(ctx, turn.Number, Turn{turn.Number, turn.Until.Add(at.Sub(began))})
			})
			if errors.Is(err, ErrConflict) {
				stop(message.Err("run.overtaken"))
				return
			} // whatever else is wrong may pass before the lease ends
		}
	}
}

// holds refuses a transaction of a run whose turn somebody else has taken, and whose rows
// these would mix with.
func (b *Book) holds(ctx context.Context, tx Tx) error {
	t, err := tx.Turn(ctx)
	if err == nil && t.Number != b.turn {
		err = message.Err("run.overtaken")
	}
	return err
}
