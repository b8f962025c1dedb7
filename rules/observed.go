package rules

import (
	"cmp"
	"slices"

	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/money"
)

// Observed is what the groups of a month came to when everybody was observed, so that one person can be computed without everybody.
type Observed struct {
	Peers []ObservedPeers `json:",omitempty"`
	Sums  []ObservedSum   `json:",omitempty"`
}

// ObservedPeers are the peers of a top-up.
type ObservedPeers struct {
	Item, Group string
	Fen         money.Fen // of all of them
	Count       int
	Refused     int64 `json:",omitempty"` // lowest number of a person who could not be computed
}

// ObservedSum is an item in a scope, of those in one post; "" for everybody.
type ObservedSum struct {
	Item, Scope, Post string
	Fen               money.Fen
	Count             int
	Refused           int64 `json:",omitempty"`
}

// Observed gives what the groups of a month of the evaluation came to. ok is false where items rest on more than sums: on who holds which
// post, or on the members of a pool.
func (e *Evaluation) Observed(m calendar.Month) (o Observed, ok bool) {
	e.lock.Lock()
	defer e.lock.Unlock()
	if e.program.rostered || len(e.pools) > 0 {
		return o, false
	}
	for k, g := range e.groups {
		if k.month == m {
			o.Peers = append(o.Peers, ObservedPeers{k.item, k.group, g.total, g.count, g.refused})
		}
	}
	for k, s := range e.sums {
		if k.month == m {
			o.Sums = append(o.Sums, ObservedSum{k.item, k.scope, k.post, s.total, s.count, s.refused})
		}
	}
	slices.SortFunc(o.Peers, func(a, b ObservedPeers) int {
		return cmp.Or(cmp.Compare(a.Item, b.Item), cmp.Compare(a.Group, b.Group))
	})
	slices.SortFunc(o.Sums, func(a, b ObservedSum) int {
		return cmp.Or(cmp.Compare(a.Item, b.Item), cmp.Compare(a.Scope, b.Scope), cmp.Compare(a.Post, b.Post))
	})
	return o, true
}

// Take takes in what was observed of a month before, in place of Observe: the same documents and facts must hold.
func (e *Evaluation) Take(m calendar.Month, o Observed) {
	e.lock.Lock()
	defer e.lock.Unlock()
	for _, x := range o.Peers {
		e.groups[groupKey{x.Item, x.Group, m}] = &group{x.Fen, x.Count, x.Refused}
	}
	for _, x := range o.Sums {
		e.sums[sumKey{m, x.Item, x.Scope, x.Post}] = sum{x.Fen, x.Count, x.Refused}
	}
}

// Move puts some persons as they are now in the place of what they were when everybody was observed: each group loses what they gave it
// and gains what they give. ok is false where that does not tell what the groups come to, because groups rest on groups or somebody of
// theirs could not be computed; then the evaluation is of no use any more.
func (e *Evaluation) Move(before, now []facts.Person) (ok bool) {
	if e.program.passes > 1 {
		return false
	}
	was, is := e.look(1, before), e.look(1, now)
	e.forgetGrouped()
	e.lock.Lock()
	defer e.lock.Unlock()
	for k, gave := range was.groups {
		g := e.groups[k]
		if g == nil || g.refused != 0 || gave.refused != 0 {
			return false
		}
		g.total, g.count = g.total-gave.total, g.count-gave.count
	}
	for k, gave := range was.sums {
		s := e.sums[k]
		if s.refused != 0 || gave.refused != 0 {
			return false
		}
		s.total, s.count = s.total-gave.total, s.count-gave.count
		e.sums[k] = s
	}
	e.take(is)
	return true
}
