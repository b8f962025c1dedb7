package schedule

import (
	"context"
	"time"

	"github.com/robfig/cron/v3"
)

// Bell rings f at once and then every interval until ctx ends, and returns when the
// last ring has ended. f may ask to be rung once more at a time before that; the zero
// time asks for nothing. A ring that takes longer than the interval lets the next one
// pass; one that panics is reported and the next one rings all the same. The bell
// decides nothing: what is due is Duties' matter, so that a missed ring loses nothing.
// failed is told of panics.
func Bell(ctx context.Context, every time.Duration, failed func(error), f func(context.Context) time.Time) {
	clock := cron.New(cron.WithLogger(bellLog{failed}))
	var job cron.Job
	var asked cron.EntryID // rings never overlap, so that one of them is enough
	ring := func() {
		if ctx.Err() != nil {
			return
		}
		if at := f(ctx); !at.IsZero() {
			clock.Remove(asked)
			asked = clock.Schedule(once(at), job)
		}
	}
	// Recover stands inside: a panic must give the turn back that SkipIfStillRunning lent.
	job = cron.NewChain(cron.SkipIfStillRunning(bellLog{failed}), cron.Recover(bellLog{failed})).Then(cron.FuncJob(ring))
	clock.Schedule(cron.Every(every), job)
	clock.Start()
	job.Run()
	<-ctx.Done()
	<-clock.Stop().Done()
}

// once is a schedule of one time.
type once time.Time

// Next gives the time while it lies ahead; after it there is none.
func (o once) Next(now time.Time) time.Time {
	if at := time.Time(o); at.After(now) {
		return at
	}
	return time.Time{}
}

// bellLog passes on what the bell reports of itself: panics, not every ring.
type bellLog struct{ failed func(error) }

func (l bellLog) Info(string, ...any) {}

func (l bellLog) Error(err error, _ string, _ ...any) { l.failed(err) }
