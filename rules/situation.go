package rules

import (
	"fmt"
	"sort"
	"strings"

	"github.com/shopspring/decimal"

	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/message"
	"zhida/rules/money"
	"zhida/rules/policy"
)

// situation is one person in one month: the segments of the month, where they
// stand in it now, and the items computed so far.
type situation struct {
	e        *Evaluation
	person   *facts.Person
	month    calendar.Month
	died     calendar.Date
	segments []segment
	results  map[string]*result

	// where a formula is being evaluated
	policy *policy.Policy
	seg    *segment
	spell  *facts.Spell

	notes   []string // of the item being computed, for its sentence
	trace   []Step
	tracing bool
}

// segment is a run of days in which posts, profile and places stay the same.
type segment struct {
	from, to calendar.Date
	profile  *facts.Profile
	spells   []*facts.Spell
}

func (g *segment) days() int { return g.to.Sub(g.from) + 1 }

// result is what an item came to.
type result struct {
	outcome  Outcome
	fen      money.Fen
	reason   message.Message
	err      error
	place    string
	sentence string
	steps    []Step
}

func newSituation(e *Evaluation, p *facts.Person, m calendar.Month) *situation {
	s := &situation{e: e, person: p, month: m, results: map[string]*result{}}
	for i := range p.Profiles {
		if d := p.Profiles[i].Died; d != 0 {
			s.died = d
		}
	}
	s.cut()
	return s
}

// cut divides the month where something begins or ends.
func (s *situation) cut() {
	first, last := s.month.First(), s.month.Last()
	starts := []calendar.Date{first}
	add := func(d calendar.Date) {
		if d > first && d <= last {
			starts = append(starts, d)
		}
	}
	for i := range s.person.Profiles {
		add(s.person.Profiles[i].From)
	}
	for i := range s.person.Spells {
		sp := &s.person.Spells[i]
		add(sp.From)
		if sp.To != 0 && sp.To >= first && sp.To < last {
			add(sp.To.AddDays(1))
		}
		for _, code := range []string{sp.Place, facts.Township(sp.Place)} {
			for j := range s.e.places[code] {
				add(s.e.places[code][j].From)
			}
		}
	}
	if s.died >= first && s.died < last {
		add(s.died.AddDays(1))
	}
	sort.Slice(starts, func(i, j int) bool { return starts[i] < starts[j] })
	for i, d := range starts {
		if i > 0 && d == starts[i-1] {
			continue
		}
		end := last
		for _, next := range starts[i+1:] {
			if next > d {
				end = next.AddDays(-1)
				break
			}
		}
		s.segments = append(s.segments, s.segment(d, end))
	}
}

func (s *situation) segment(from, to calendar.Date) segment {
	g := segment{from: from, to: to}
	for i := range s.person.Profiles {
		if p := &s.person.Profiles[i]; g.profile == nil || p.From <= from {
			g.profile = p
		}
	}
	if s.died != 0 && from > s.died {
		return g
	}
	for i := range s.person.Spells {
		if sp := &s.person.Spells[i]; sp.From <= from && (sp.To == 0 || sp.To >= from) {
			g.spells = append(g.spells, sp)
		}
	}
	return g
}

// Call gives the value of a term of the vocabulary.
func (s *situation) Call(id string, args []any) (any, error) {
	f, ok := vocabulary[id]
	if !ok {
		return nil, fmt.Errorf("rules: the term %s has no meaning", id)
	}
	return f(s, args)
}

// Name evaluates a named sub-expression of the policy at hand.
func (s *situation) Name(name string) (any, error) {
	v, err := s.policy.Names[name].Eval(s)
	if err == nil {
		s.step("name", fmt.Sprintf("%s = %s = %v", name, s.policy.Names[name].Source, show(v)), facts.Source{})
	}
	return v, err
}

// Lookup finds the row of a table of the policy at hand.
func (s *situation) Lookup(name, column string) (decimal.Decimal, error) {
	t := s.policy.Tables[name]
	values := make([]any, len(t.Keys))
	for i, k := range t.Keys {
		v, err := k.Formula.Eval(s)
		if err != nil {
			return decimal.Decimal{}, err
		}
		values[i] = v
	}
	row := t.Find(values)
	if row == nil {
		found := make([]string, len(values))
		for i, v := range values {
			found[i] = fmt.Sprintf("%s=%s", t.Keys[i].Title, show(v))
		}
		if t.GapsOK {
			return decimal.Decimal{}, message.Err("rules.table_gap", t.GapText)
		}
		return decimal.Decimal{}, message.Err("rules.no_row", name, strings.Join(found, "、"))
	}
	v := row.Value[t.Column(column)]
	source := t.Source
	if source == "" {
		source = "表“" + name + "”"
	}
	s.note(fmt.Sprintf("%s“%s”%s", source, row.Describe(), plain(v)))
	s.step("table", fmt.Sprintf("%s %s，第%d行“%s”：%s", name, t.Source, row.Line, row.Describe(), plain(v)), facts.Source{})
	return v, nil
}

// note keeps something for the sentence, once.
func (s *situation) note(text string) {
	for _, n := range s.notes {
		if n == text {
			return
		}
	}
	s.notes = append(s.notes, text)
}

// fact notes a value taken from a fact, and where the fact came from.
func (s *situation) fact(name, value string, src facts.Source) {
	s.step("fact", name+" = "+value, src)
}

func (s *situation) step(kind, text string, src facts.Source) {
	if s.tracing {
		s.trace = append(s.trace, Step{Kind: kind, Text: text, Source: src})
	}
}

// show prints a value for people.
func show(v any) string {
	switch v := v.(type) {
	case decimal.Decimal:
		return plain(v)
	case bool:
		if v {
			return "是"
		}
		return "否"
	}
	return fmt.Sprint(v)
}

// plain prints a number: whole numbers and fractions as they are, to four places at most.
func plain(d decimal.Decimal) string {
	if d.IsInteger() {
		return d.StringFixed(0)
	}
	if d.Round(2).Equal(d) {
		return d.StringFixed(2)
	}
	return d.Round(4).String()
}

func number(n int) decimal.Decimal { return decimal.New(int64(n), 0) }
