package desk

import (
	"context"
	"log/slog"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"zhida/payroll"
	"zhida/rules/message"
)

// job is work that takes longer than a browser waits: a page asks how far it is. It goes on when the browser
// leaves; when the desk ends, it is interrupted, and the book is as if it had never begun.
type job struct {
	Actor string // who alone may ask for it; "" for a page that is prepared for everybody who may see it
	What  message.Message
	Began time.Time
	name  string
	ended chan struct{} // closed when it is over
	work  func(context.Context) (outcome, error)
	ctx   context.Context // of the work

	waiting context.Context // of those in whose place it could be done, until it is begun
	found   context.CancelFunc
	askers  map[string]bool // who they are

	lock        sync.Mutex
	begun       bool
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
	kept        any  // of a page that was prepared: what it shows
}

// jobs are the running ones, and for a while those that are over.
type jobs struct {
	now      func() time.Time
	log      *slog.Logger
	ctx      context.Context
	stop     context.CancelFunc
	all      sync.WaitGroup
	slots    *slots
	lock     sync.Mutex
	of       map[string]*job
	prepared map[string]*job // by what they depend on
	keys     []string        // of those, the oldest first
}

// kept is how long the outcome of work can be asked for.
const kept = time.Hour

// mostPrepared is how many pages are kept that took long to work out.
const mostPrepared = 40

func newJobs(now func() time.Time, log *slog.Logger, slots *slots) *jobs {
	ctx, stop := context.WithCancel(context.Background())
	return &jobs{now: now, log: log, ctx: ctx, stop: stop, slots: slots, of: map[string]*job{}, prepared: map[string]*job{}}
}

func (j *jobs) close() {
	j.stop()
	j.all.Wait()
}

// begin starts work for somebody, in the one place that they have, and gives the address that tells how far it is.
func (j *jobs) begin(actor string, what message.Message, f func(context.Context) (outcome, error)) string {
	j.lock.Lock()
	defer j.lock.Unlock()
	return j.start(actor, actor, what, f).address()
}

func (x *job) address() string { return "/job/" + x.name }

// start starts work; j is locked. whose says who alone may ask for it, by whose place it takes.
func (j *jobs) start(whose, by string, what message.Message, f func(context.Context) (outcome, error)) *job {
	x := &job{Actor: whose, What: what, Began: j.now(), name: secret(), ended: make(chan struct{}), work: f, askers: map[string]bool{}}
	for k, old := range j.of {
		if s := old.state(); s.over && x.Began.Sub(old.Began) > kept {
			delete(j.of, k)
		}
	}
	j.of[x.name] = x
	x.ctx = payroll.WithProgress(j.ctx, func(step string, done, total int64) {
		x.lock.Lock()
		defer x.lock.Unlock()
		x.step, x.done, x.total = step, done, total
	})
	x.waiting, x.found = context.WithCancel(x.ctx)
	j.join(x, by)
	return x
}

// join waits for the place that somebody has, to do the work there unless another's place comes first; j is locked.
func (j *jobs) join(x *job, by string) {
	if x.askers[by] {
		return
	}
	x.askers[by] = true
	j.all.Go(func() {
		leave, none := j.slots.take(x.waiting, by) // others' work goes first
		if none == nil {
			defer leave()
		}
		if x.begin() {
			j.do(x, none)
		}
	})
}

// begin says whether nobody has begun the work yet: then it is the caller's.
func (x *job) begin() bool {
	x.lock.Lock()
	defer x.lock.Unlock()
	if x.begun {
		return false
	}
	x.begun = true
	x.found()
	return true
}

// do does the work, unless there is no place for it.
func (j *jobs) do(x *job, none error) {
	defer close(x.ended)
	end, err := outcome{}, error(message.Err("desk.failed")) // unless the work comes back
	defer func() {
		if broke := recover(); broke != nil { // one piece of work does not end the desk
			j.log.Error("work broke", "what", x.What.Code, "stack", string(debug.Stack()))
		}
		x.lock.Lock()
		defer x.lock.Unlock()
		x.over, x.outcome, x.err = true, end, err
	}()
	if none != nil {
		err = none
		return
	}
	end, err = x.work(x.ctx)
}

// prepare gives work that is under way or done under a key, or begins it for somebody. Work that failed is begun again.
func (j *jobs) prepare(by, key string, what message.Message, f func(context.Context) (outcome, error)) *job {
	j.lock.Lock()
	defer j.lock.Unlock()
	if x := j.prepared[key]; x != nil {
		s := x.state()
		if !s.over { // it may wait behind what somebody else does: it is done in whichever place comes first
			j.join(x, by)
		}
		if !s.over || s.err == nil {
			return x
		}
	} else if j.keys = append(j.keys, key); len(j.keys) > mostPrepared {
		delete(j.prepared, j.keys[0])
		j.keys = j.keys[1:]
	}
	x := j.start("", by, what, f)
	j.prepared[key] = x
	return x
}

// elsewhere is the error of a page that is not there yet: the browser waits at the address.
type elsewhere string

func (e elsewhere) Error() string { return "wait at " + string(e) }

// patience is how long a request waits by itself before the browser is shown how far the work is.
const patience = 250 * time.Millisecond

// prepared gives what a page shows that takes long to work out. key says everything it depends on, so that it is worked out once for
// everybody; until it is there, the error is elsewhere, and the browser comes back to the address it asked for.
func prepared[T any](r *request, key string, what message.Message, work func(context.Context) (T, error)) (none T, err error) {
	return awaited[T](r, begun(r, key, what, work), patience)
}

// begun begins what prepared waits for: a page that has other things to read does that meanwhile.
func begun[T any](r *request, key string, what message.Message, work func(context.Context) (T, error)) *job {
	back := r.URL.RequestURI()
	return r.desk.jobs.prepare(r.who(), key, what, func(ctx context.Context) (outcome, error) {
		v, err := work(ctx)
		return outcome{to: back, kept: v}, err
	})
}

func awaited[T any](r *request, x *job, patience time.Duration) (none T, err error) {
	wait := time.NewTimer(patience)
	defer wait.Stop()
	select {
	case <-x.ended:
	case <-wait.C:
	case <-r.Context().Done():
		return none, r.Context().Err()
	}
	switch s := x.state(); {
	case !s.over:
		return none, elsewhere(x.address())
	case s.err != nil:
		return none, s.err
	default:
		return s.outcome.kept.(T), nil
	}
}

// find gives somebody's work; nobody sees that of another. Of a page that is prepared it only leads there.
func (j *jobs) find(name, actor string) *job {
	j.lock.Lock()
	defer j.lock.Unlock()
	if x := j.of[name]; x != nil && (x.Actor == actor || x.Actor == "") {
		return x
	}
	return nil
}

// failed says whether an address is that of work that came to nothing.
func (j *jobs) failed(address string) bool {
	j.lock.Lock()
	x := j.of[strings.TrimPrefix(address, "/job/")]
	j.lock.Unlock()
	if x == nil || x.address() != address {
		return false
	}
	s := x.state()
	return s.over && s.err != nil
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
