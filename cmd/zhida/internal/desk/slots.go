package desk

import (
	"context"
	"sync"
)

// mostHeavy is how many things that take much memory are made at a time: papers, exports, imports, runs, pages that look at a whole batch.
const mostHeavy = 2

// slots are the places for them. A visitor has one of them, whatever it is for: who opens a slow page ten times, or sends ten sheets,
// waits for himself, and the other place is for others.
type slots struct {
	free chan struct{}
	lock sync.Mutex
	own  map[string]chan struct{} // by visitor's name
}

func newSlots() *slots {
	return &slots{free: make(chan struct{}, mostHeavy), own: map[string]chan struct{}{}}
}

// take waits for a place; who is the visitor whose only one it is, "" for work that is nobody's page.
func (p *slots) take(ctx context.Context, who string) (leave func(), err error) {
	own := p.of(who)
	select {
	case own <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	select {
	case p.free <- struct{}{}:
		return func() { <-p.free; <-own }, nil
	case <-ctx.Done():
		<-own
		return nil, ctx.Err()
	}
}

func (p *slots) of(who string) chan struct{} {
	if who == "" {
		return make(chan struct{}, 1)
	}
	p.lock.Lock()
	defer p.lock.Unlock()
	if p.own[who] == nil {
		p.own[who] = make(chan struct{}, 1)
	}
	return p.own[who]
}
