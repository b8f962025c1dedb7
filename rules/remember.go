package rules

import (
	"slices"
	"sync"

	"github.com/shopspring/decimal"

	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/policy"
)

// Most people of a month are in a situation that somebody before them was in: the
// same class, rank and post. A result rests only on the values that its formulas
// read, in the order in which they read them; so results are kept in a tree whose
// branches are those values. Whoever reads the same values gets the same result,
// without formulas, tables, decimals or sentences being worked again.

// memory remembers the results of one item in one month. It is safe for concurrent use.
type memory struct {
	lock  sync.RWMutex
	roots [4]*branch // by the number of posts held
	size  int
}

// maxRemembered bounds a memory; items whose values differ for everybody (given
// amounts) fill it and are then simply computed.
const maxRemembered = 4096

// branch is what is read next and where each value leads, or a result.
type branch struct {
	ask    question
	next   map[answer]*branch
	result *result
}

// question is one reading of a fact: which term, with what arguments, seen from which post.
type question struct {
	term  *policy.Term
	mean  meaning
	args  []any
	spell int // index in the segment, -1 for none
}

// answer is a value in a form that can be compared.
type answer struct {
	text  string
	value int64
	exp   int32
	kind  uint8
}

// comparable turns a value into an answer; a number beyond 18 digits has none.
func comparable(v any) (answer, bool) {
	switch v := v.(type) {
	case decimal.Decimal:
		if v.NumDigits() > 18 {
			return answer{}, false
		}
		return answer{kind: 1, value: v.CoefficientInt64(), exp: v.Exponent()}, true
	case string:
		return answer{kind: 2, text: v}, true
	case bool:
		if v {
			return answer{kind: 3, value: 1}, true
		}
		return answer{kind: 3}, true
	case calendar.Date:
		return answer{kind: 4, value: int64(v)}, true
	}
	return answer{}, false
}

// recording is the questions one computation asked, with their answers.
type recording struct {
	asked   []question
	values  []any
	answers []answer
	spoiled bool // a value cannot be compared
}

// read gives the value of a term, from the recording when it was asked before.
func (r *recording) read(s *situation, t *policy.Term, f meaning, args []any) (any, error) {
	q := question{term: t, mean: f, spell: s.spellIndex()}
	for i := range r.asked {
		if r.asked[i].term == t && r.asked[i].spell == q.spell && sameArgs(r.asked[i].args, args) {
			return r.values[i], nil
		}
	}
	q.args = slices.Clone(args)
	s.record = nil // what another item reads is recorded for that item
	v, err := f(s, args)
	s.record = r
	if err != nil {
		r.spoiled = true
		return v, err
	}
	a, ok := comparable(v)
	r.spoiled = r.spoiled || !ok
	r.asked, r.values, r.answers = append(r.asked, q), append(r.values, v), append(r.answers, a)
	return v, nil
}

func sameArgs(a, b []any) bool {
	return slices.EqualFunc(a, b, func(x, y any) bool {
		if d, ok := x.(decimal.Decimal); ok {
			e, ok := y.(decimal.Decimal)
			return ok && d.Equal(e)
		}
		return x == y
	})
}

// rememberable says whether a result can be shared: nothing begins or ends in the
// month, nobody dies in it (not even on its last day) and no absence touches it, so
// that the formulas alone decide.
func (s *situation) rememberable(x *grant) bool {
	if s.died >= s.first && s.died <= s.last {
		return false
	}
	if s.tracing || len(s.segments) != 1 || s.absent && len(x.item.Stops) > 0 || x.item.Several == policy.InOrder || x.item.Pool != nil {
		return false
	}
	g := &s.segments[0]
	return len(g.spells) < len(memory{}.roots) && s.covers(x, g)
}

// remembered computes an item, or finds the result of somebody in the same situation.
func (s *situation) remembered(x *grant, m *memory) *result {
	g := &s.segments[0]
	s.seg, s.quiet = g, true
	r := m.find(s, g)
	s.seg, s.spell, s.quiet = nil, nil, false
	if r != nil {
		return r
	}
	s.record = &recording{}
	r = s.compute(x)
	if r.err == nil && !s.record.spoiled {
		m.keep(len(g.spells), s.record, r)
	}
	return r
}

// find walks the tree, asking this person's facts.
func (m *memory) find(s *situation, g *segment) *result {
	m.lock.RLock()
	defer m.lock.RUnlock()
	b := m.roots[len(g.spells)]
	for b != nil && b.result == nil {
		s.spell = nil
		if b.ask.spell >= 0 {
			s.spell = g.spells[b.ask.spell]
		}
		v, err := b.ask.mean(s, b.ask.args)
		if err != nil {
			return nil
		}
		a, ok := comparable(v)
		if !ok {
			return nil
		}
		b = b.next[a]
	}
	if b == nil {
		return nil
	}
	return b.result
}

// keep adds a result at the end of its answers. The same answers always lead to
// the same next question, since formulas depend on nothing else.
func (m *memory) keep(posts int, record *recording, r *result) {
	m.lock.Lock()
	defer m.lock.Unlock()
	if m.size >= maxRemembered {
		return
	}
	m.size++
	if len(record.asked) == 0 {
		m.roots[posts] = &branch{result: r}
		return
	}
	if m.roots[posts] == nil {
		m.roots[posts] = record.branch(0)
	}
	b := m.roots[posts]
	for i, a := range record.answers {
		if b.next[a] == nil {
			b.next[a] = record.branch(i + 1)
		}
		b = b.next[a]
	}
	b.result = r
}

// branch asks the i-th question; after the last there is only a result.
func (r *recording) branch(i int) *branch {
	if i == len(r.asked) {
		return &branch{}
	}
	return &branch{ask: r.asked[i], next: map[answer]*branch{}}
}

// forget empties the memory.
func (m *memory) forget() {
	m.lock.Lock()
	defer m.lock.Unlock()
	m.roots, m.size = [len(m.roots)]*branch{}, 0
}

// spellIndex is where the post at hand stands in its segment, -1 for none.
func (s *situation) spellIndex() int {
	if s.spell == nil {
		return -1
	}
	return slices.IndexFunc(s.seg.spells, func(p *facts.Spell) bool { return p == s.spell })
}
