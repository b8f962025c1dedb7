package rules

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/shopspring/decimal"

	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/message"
	"zhida/rules/money"
	"zhida/rules/policy"
)

// situation is one person in one month: the segments of the month, where they
// stand in it now, and the items computed so far. It belongs to one goroutine.
type situation struct {
	e        *Evaluation
	person   *facts.Person
	month    calendar.Month
	first    calendar.Date // of the month
	last     calendar.Date
	died     calendar.Date
	retired  calendar.Date
	plan     *plan
	segments []segment
	results  []*result                     // by position in the plan, nil while not computed
	earlier  map[calendar.Month]*situation // the same person in months before; shared between them
	absent   bool                          // an absence touches the month, or began in the year before

	here
	trace   []Step
	tracing bool
	record  *recording // reads of facts, where a result is to be remembered; nil otherwise
	quiet   bool       // notes are not wanted: only values are
}

// here is where a formula is being evaluated.
type here struct {
	policy *policy.Policy
	grant  *grant // nil where no item is computed
	seg    *segment
	spell  *facts.Spell
	notes  *notes
}

// notes are what a computation says about itself, for the sentence.
type notes struct {
	texts   []phrase
	sources []string // of tables: 附表1
	split   phrase   // of a longer period's amount: 每年29932.00元分12期
}

// segment is a run of days in which posts, profile and places stay the same.
type segment struct {
	from, to calendar.Date
	profile  *facts.Profile
	spells   []*facts.Spell
	over     bool // after death, or after retirement from service
}

func (g *segment) days() int { return g.to.Sub(g.from) + 1 }

// result is what an item came to. It is shared between persons in the same
// situation and never changes once made.
type result struct {
	outcome  Outcome
	fen      money.Fen
	reason   message.Message
	err      error
	seg      int // position of the segment that gives the place, -1 for none
	spell    int // position of the post in it, -1 for none
	sentence string
	english  string // the same in English, where steps are kept
	steps    []Step
}

// situation gives one that is not in use, or a new one.
func (e *Evaluation) situation(p *facts.Person, m calendar.Month) *situation {
	s, _ := e.idle.Get().(*situation)
	if s == nil {
		s = &situation{}
	}
	*s = situation{e: e, person: p, month: m, first: m.First(), plan: e.planAt(m), segments: s.segments[:0], results: s.results[:0]}
	s.last = s.plan.last
	for range s.plan.items {
		s.results = append(s.results, nil)
	}
	s.died = p.Died()
	for i := range p.Profiles {
		if d := p.Profiles[i].Retired; d != 0 {
			s.retired = d
		}
	}
	s.absent = slices.ContainsFunc(p.Absences, func(a facts.Absence) bool { return s.touched(&a) || s.yearBefore(&a) })
	s.cut()
	return s
}

// placeOf is the division code that the pay belongs to: the place of the post that counted.
func (s *situation) placeOf(r *result) string {
	switch {
	case r.seg < 0 || r.err != nil:
		return ""
	case r.spell < 0:
		return s.segments[r.seg].profile.Place
	}
	return s.segments[r.seg].spells[r.spell].Place
}

// cut divides the month where something begins or ends.
func (s *situation) cut() {
	first, last := s.first, s.last
	starts := append(make([]calendar.Date, 0, 8), first)
	add := func(d calendar.Date) {
		if d > first && d <= last {
			starts = append(starts, d)
		}
	}
	after := func(d calendar.Date) {
		if d >= first && d < last {
			add(d.AddDays(1))
		}
	}
	place := func(code string) {
		if len(s.e.moved) == 0 {
			return
		}
		for _, d := range s.e.moved[code] {
			add(d)
		}
	}
	for i := range s.person.Profiles {
		add(s.person.Profiles[i].From)
		place(s.person.Profiles[i].Place)
		place(facts.Township(s.person.Profiles[i].Place))
	}
	for i := range s.person.Spells {
		sp := &s.person.Spells[i]
		if sp.From > last || sp.To != 0 && sp.To < first {
			continue
		}
		add(sp.From)
		after(sp.To)
		place(sp.Place)
		place(facts.Township(sp.Place))
	}
	after(s.died)
	after(s.retired)
	if len(starts) > 1 {
		slices.Sort(starts)
		starts = slices.Compact(starts)
	}
	for i, d := range starts {
		end := last
		if i+1 < len(starts) {
			end = starts[i+1].AddDays(-1)
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
	serving := g.profile != nil && g.profile.Category != facts.FormerVillageCadre
	if s.died != 0 && from > s.died || serving && s.retired != 0 && from > s.retired {
		g.over = true
		return g
	}
	for i := range s.person.Spells {
		if sp := &s.person.Spells[i]; sp.From <= from && (sp.To == 0 || sp.To >= from) {
			g.spells = append(g.spells, sp)
		}
	}
	if len(g.spells) > 1 { // which of two posts is looked at first must not depend on how facts came in
		slices.SortFunc(g.spells, func(a, b *facts.Spell) int {
			return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.Place, b.Place), cmp.Compare(a.Post, b.Post), cmp.Compare(a.Rank, b.Rank))
		})
	}
	return g
}

// covers says whether the item can be due for the days of a segment.
func (s *situation) covers(x *grant, g *segment) bool {
	if x.item.Basis == policy.ByDeath { // also of somebody who had retired
		return s.died != 0 && g.to == s.died && g.profile != nil && slices.Contains(x.item.Categories, g.profile.Category)
	}
	return g.profile != nil && !g.over && slices.Contains(x.item.Categories, g.profile.Category) && (x.item.Basis != policy.ByPost || len(g.spells) > 0)
}

// Call gives the value of a term of the vocabulary.
func (s *situation) Call(t *policy.Term, args []any) (any, error) {
	f := s.e.program.meanings[t]
	if f == nil {
		return nil, fmt.Errorf("rules: the term %s has no meaning", t.ID)
	}
	if s.record == nil || !t.Remembers() {
		return f(s, args)
	}
	return s.record.read(s, t, f, args)
}

// Name evaluates a named sub-expression of the policy at hand.
func (s *situation) Name(name string) (any, error) {
	f := s.policy.Names[name]
	s.watch(f)
	v, err := f.Eval(s)
	if err == nil && s.tracing {
		s.step("name", quoted(name+" = "+s.worked(f, v)), facts.Source{})
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
		if d, ok := v.(decimal.Decimal); ok && s.e.watch != nil {
			s.e.watch(k.Formula.Identity(), d)
		}
	}
	row := t.Find(values)
	if row == nil {
		if t.GapsOK {
			return decimal.Decimal{}, message.Err("rules.table_gap", t.GapText)
		}
		return decimal.Decimal{}, message.Err("rules.no_row", name, keysAndValues(t, values))
	}
	v := row.Value[t.Column(column)]
	source := t.Origin()
	if s.notes != nil {
		addOnce(&s.notes.sources, source)
	}
	if s.tracing {
		s.step("table", say("%s（%s）第%d行“%s”：%s", name, source, row.Line, row.Describe(), plain(v)), facts.Source{})
	}
	return v, nil
}

func keysAndValues(t *policy.Table, values []any) string {
	list := ""
	for i, v := range values {
		if i > 0 {
			list += "、"
		}
		list += t.Keys[i].Title + "=" + show(v)
	}
	return list
}

// note keeps something for the sentence, once.
func (s *situation) note(format string, args ...any) {
	if s.notes == nil || s.quiet {
		return
	}
	addPhrase(&s.notes.texts, say(format, args...))
}

func addOnce(list *[]string, text string) {
	if !slices.Contains(*list, text) {
		*list = append(*list, text)
	}
}

// fact notes a value taken from a fact, and where the fact came from.
func (s *situation) fact(name string, value any, src facts.Source) {
	if s.tracing {
		s.step("fact", say("%s = %s", word(name), shown(value)), src)
	}
}

// factOf is fact under a name that is a phrase.
func (s *situation) factOf(name phrase, value any, src facts.Source) {
	if s.tracing {
		s.step("fact", say("%s = %s", name, shown(value)), src)
	}
}

func (s *situation) step(kind string, what phrase, src facts.Source) {
	if !s.tracing {
		return
	}
	step := Step{Kind: kind, Text: what.zh, English: what.english(), Source: src}
	if !(kind == "fact" && slices.Contains(s.trace, step)) {
		s.trace = append(s.trace, step)
	}
}

// shown is a value as an argument of a phrase.
func shown(v any) any {
	switch v := v.(type) {
	case phrase:
		return v
	case bool:
		return word(show(v))
	}
	return show(v)
}

// worked writes a formula, the numbers put in, and its value: 年限 * 8 = 22 * 8 = 176.
func (s *situation) worked(f *policy.Formula, v any) string {
	outer, seen := s.trace, s.notes
	s.tracing, s.notes = false, nil
	numbers := f.Numbers(s, show)
	s.tracing, s.trace, s.notes = true, outer, seen
	text := f.Source
	if numbers != text {
		text += " = " + numbers
	}
	if value := show(v); value != numbers {
		text += " = " + value
	}
	return text
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

// inYuan prints an amount for a sentence: 340.00, or with the places it needs, four at most.
func inYuan(d decimal.Decimal) string {
	if d.Round(2).Equal(d) {
		return d.StringFixed(2)
	}
	return plain(d)
}

func number(n int) decimal.Decimal { return decimal.New(int64(n), 0) }
