package desk

import (
	"context"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"zhida/payroll"
	"zhida/rules/message"
)

// job is work that takes longer than a browser waits: a page asks how far it is. It goes on when the browser
// leaves; when the desk ends, it is interrupted, and the book is as if it had never begun.
type job struct {
	Actor string
	What  message.Message
	Began time.Time

	lock        sync.Mutex
	step        string // code of what it does
	done, total int64
	over        bool
	outcome     outcome
	err         error
}

// outcome is where work leads: to another page, or to a page that shows what it did.
type outcome struct {
	to          string
	page, title string
	body        any
	once        bool // what it shows is not kept: the page is there for one look
}

// jobs are the running ones, and for a while those that are over.
type jobs struct {
	now  func() time.Time
	log  *slog.Logger
	ctx  context.Context
	stop context.CancelFunc
	all  sync.WaitGroup
	lock sync.Mutex
	of   map[string]*job
}

// kept is how long the outcome of work can be asked for.
const kept = time.Hour

func newJobs(now func() time.Time, log *slog.Logger) *jobs {
	ctx, stop := context.WithCancel(context.Background())
	return &jobs{now: now, log: log, ctx: ctx, stop: stop, of: map[string]*job{}}
}

func (j *jobs) close() {
	j.stop()
	j.all.Wait()
}

// begin starts work for somebody and gives the address that tells how far it is.
func (j *jobs) begin(actor string, what message.Message, f func(context.Context) (outcome, error)) string {
	x := &job{Actor: actor, What: what, Began: j.now()}
	name := secret()
	j.lock.Lock()
	for k, old := range j.of {
		if s := old.state(); s.over && x.Began.Sub(old.Began) > kept {
			delete(j.of, k)
		}
	}
	j.of[name] = x
	j.lock.Unlock()
	ctx := payroll.WithProgress(j.ctx, func(step string, done, total int64) {
		x.lock.Lock()
		defer x.lock.Unlock()
		x.step, x.done, x.total = step, done, total
	})
	j.all.Go(func() {
		end, err := outcome{}, error(message.Err("desk.failed")) // unless f comes back
		defer func() {
			if x := recover(); x != nil { // one piece of work does not end the desk
				j.log.Error("work broke", "what", what.Code, "stack", string(debug.Stack()))
			}
			x.lock.Lock()
			defer x.lock.Unlock()
			x.over, x.outcome, x.err = true, end, err
		}()
		end, err = f(ctx)
	})
	return "/job/" + name
}

// find gives somebody's work; nobody sees that of another.
func (j *jobs) find(name, actor string) *job {
	j.lock.Lock()
	defer j.lock.Unlock()
	if x := j.of[name]; x != nil && x.Actor == actor {
		return x
	}
	return nil
}

// drop forgets work, so that what it found is nowhere any more.
func (j *jobs) drop(name string) {
	j.lock.Lock()
	defer j.lock.Unlock()
	delete(j.of, name)
}

// jobState is a job at a moment.
type jobState struct {
	step        string
	done, total int64
	over        bool
	outcome     outcome
	err         error
}

func (x *job) state() jobState {
	x.lock.Lock()
	defer x.lock.Unlock()
	return jobState{x.step, x.done, x.total, x.over, x.outcome, x.err}
}
