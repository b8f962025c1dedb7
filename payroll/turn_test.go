package payroll

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"zhida/rules/message"
)

// oneTurn is a store that keeps nothing but the turn.
type oneTurn struct {
	Store
	lock sync.Mutex
	turn Turn
}

type oneTurnTx struct {
	Tx
	*oneTurn
}

func (s *oneTurn) Update(ctx context.Context, f func(Tx) error) error {
	s.lock.Lock()
	defer s.lock.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	return f(oneTurnTx{oneTurn: s})
}

func (t oneTurnTx) Turn(context.Context) (Turn, error) { return t.turn, nil }

func (t oneTurnTx) SetTurn(ctx context.Context, from int64, next Turn) error {
	if err := ctx.Err(); err != nil { // as a database has it
		return err
	}
	if t.turn.Number != from {
		return ErrConflict
	}
	t.oneTurn.turn = next
	return nil
}

// A run keeps its turn however long it takes, gives it back whatever its end is, and
// nobody else computes meanwhile.
func TestTurnIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		b := NewBook(&oneTurn{}, time.Now)
		nobody := func(context.Context, *Book) error { t.Error("two compute at once"); return nil }
		long := func(end error) func(context.Context, *Book) error {
			return func(ctx context.Context, held *Book) error {
				for range 60 {
					time.Sleep(time.Minute)
					var busy *Busy
					if err := b.alone(ctx, nobody); !errors.As(err, &busy) || message.Code(err) != "run.busy" || time.Until(busy.Until) > lease {
						t.Errorf("somebody else learns %v", err)
					}
				}
				if err := b.update(ctx, func(tx Tx) error { return held.holds(ctx, tx) }); err != nil {
					t.Error(err)
				}
				return end
			}
		}
		broken := errors.New("broken")
		for _, end := range []error{nil, broken, nil} {
			if err := b.alone(ctx, long(end)); !errors.Is(err, end) {
				t.Errorf("it ends with %v, not %v", err, end)
			}
		}
		func() {
			defer func() { _ = recover() }()
			_ = b.alone(ctx, func(context.Context, *Book) error { panic("a fault") })
		}()
		if err := b.alone(ctx, func(context.Context, *Book) error { return nil }); err != nil {
			t.Errorf("after a panic: %v", err)
		}
	})
}

// The turn of one that was killed is free after its lease, and no later; one that was
// taken by a clock far ahead binds nobody. Who wakes up after it writes nothing more.
func TestTurnIsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		s := &oneTurn{turn: Turn{7, time.Now().Add(lease)}}
		b := NewBook(s, time.Now)
		nothing := func(context.Context, *Book) error { return nil }
		time.Sleep(lease - time.Second)
		err := b.alone(ctx, nothing)
		if message.Code(err) != "run.busy" {
			t.Errorf("within the lease: %v", err)
		}
		var busy *message.Error
		if errors.As(err, &busy) && strings.Contains(busy.Hint(message.Chinese)+busy.Hint(message.English), "--now") {
			t.Errorf("a book that is no rehearsal has no clock to move: %s", busy.Hint(message.Chinese))
		}
		time.Sleep(time.Second)
		if err := b.alone(ctx, nothing); err != nil {
			t.Errorf("after the lease: %v", err)
		}
		s.turn.Until = time.Now().AddDate(1, 0, 0)
		if err := b.alone(ctx, nothing); err != nil {
			t.Errorf("of a clock a year ahead: %v", err)
		}
		err = b.alone(ctx, func(ctx context.Context, held *Book) error {
			s.lock.Lock()
			s.turn = Turn{s.turn.Number + 1, time.Now().Add(lease)} // as if this one had been asleep
			s.lock.Unlock()
			if err := s.Update(ctx, func(tx Tx) error { return held.holds(ctx, tx) }); message.Code(err) != "run.overtaken" {
				t.Errorf("it writes on: %v", err)
			}
			<-ctx.Done()
			return ctx.Err()
		})
		if message.Code(err) != "run.overtaken" {
			t.Errorf("it learns %v", err)
		}
		if !s.turn.held(time.Now()) {
			t.Error("it gave back a turn that is not its own")
		}
	})
}
