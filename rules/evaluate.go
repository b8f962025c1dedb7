package rules

import (
	"errors"
	"slices"
	"sort"
	"sync"

	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/message"
	"zhida/rules/money"
	"zhida/rules/policy"
)

// PeerRefused is the reason when a group's mean is not known because a member of
// the group could not be computed.
const PeerRefused = "rules.peer_refused"

// MissingReference is a reason that concerns everybody: a run that meets it fails.
const MissingReference = "rules.no_reference"

// Evaluation computes entitlements for a range of pay months. Where an item rests
// on other people, Observe everybody as many times as Passes says, then ask for Person.
// It is safe for concurrent use; results do not depend on the order of observing.
type Evaluation struct {
	program    *Program
	world      *facts.World
	months     []calendar.Month
	now        calendar.Month // what is paid later than this is not due yet
	plans      map[calendar.Month]*plan
	past       map[calendar.Month]*plan // of months before, made when somebody asks
	idle       sync.Pool                // of situations, to be used again
	places     map[string][]facts.Place
	moved      map[string][]calendar.Date // days on which a place has a new version
	references map[referenceKey]facts.Reference
	local      map[referenceKey]bool // figures that are stated by place
	frozen     map[groupKey]facts.Average
	workdays   *calendar.Workdays
	notices    map[calendar.Date]facts.Source // of moved days
	watch      watcher
	since      func(*facts.Person) calendar.Month // months before are left out; nil for none

	lock   sync.Mutex
	groups map[groupKey]*group
	pools  map[groupKey]*pool
	sums   map[sumKey]sum
	roster roster
}

// referenceKey tells references apart; place is "" for the whole county.
type referenceKey struct{ code, period, place string }

type groupKey struct {
	item, group string
	month       calendar.Month
}

// said names the group on a screen: a document that does not divide has one, of the whole county.
func (k groupKey) said() string {
	if k.group == "" {
		return "全县"
	}
	return k.group
}

// group is a peer group while it is being observed.
type group struct {
	total   money.Fen
	count   int
	refused int64 // lowest number of a person who could not be computed, 0 for none
}

// plan is the items in force in a month.
type plan struct {
	items    []*grant // in print order
	older    []*grant // that the one in force replaced, by position; nil for none
	memories []*memory
	byCode   map[string]int // position in items
	last     calendar.Date  // of the month
}

// NewEvaluation prepares the months from..to. Error: rules.no_policy when no
// document is in force in one of them.
func NewEvaluation(p *Program, w *facts.World, from, to calendar.Month) (*Evaluation, error) {
	e := &Evaluation{program: p, world: w, now: to, plans: map[calendar.Month]*plan{}, past: map[calendar.Month]*plan{}, places: w.Places, moved: map[string][]calendar.Date{},
		references: map[referenceKey]facts.Reference{}, local: map[referenceKey]bool{}, frozen: map[groupKey]facts.Average{}, groups: map[groupKey]*group{},
		pools: map[groupKey]*pool{}, sums: map[sumKey]sum{}, roster: roster{map[string][]stint{}, map[string]*ranking{}},
		workdays: calendar.NewWorkdays(), notices: map[calendar.Date]facts.Source{}}
	switch {
	case w.Example && len(w.Calendar) == 0:
		e.workdays = calendar.PlainWeeks()
	case w.Example:
		e.workdays = calendar.FewDays()
	}
	for _, d := range w.Calendar {
		e.workdays.Move(d.Date, d.Nature == facts.DayWorked)
		e.notices[d.Date] = d.Source
	}
	for m := from; m <= to; m = m.Add(1) {
		e.months = append(e.months, m)
		e.plans[m] = p.plan(m)
		if len(e.plans[m].items) == 0 {
			return nil, message.Err("rules.no_policy", m)
		}
	}
	for code, versions := range w.Places {
		for i := range versions {
			if d := versions[i].From; i > 0 || d > from.First() && d <= to.Last() {
				e.moved[code] = append(e.moved[code], d)
			}
		}
	}
	for _, r := range w.References {
		e.references[referenceKey{r.Code, r.Period, r.Place}] = r
		if r.Place != "" {
			e.local[referenceKey{r.Code, r.Period, ""}] = true
		}
	}
	for _, a := range w.Averages {
		e.frozen[groupKey{a.Item, a.Group, a.Month}] = a
	}
	return e, nil
}

// PayableAt sets the month up to which amounts that are paid together later are due;
// without it, the last month of the evaluation.
func (e *Evaluation) PayableAt(m calendar.Month) { e.now = m }

// Since leaves out, for each person, the months before one: in Person, and in Observe,
// where a group that has no frozen mean yet must then consist of people with no
// months left out. Program.Stays says where that holds.
func (e *Evaluation) Since(f func(*facts.Person) calendar.Month) { e.since = f }

// monthsOf are the months computed for a person.
func (e *Evaluation) monthsOf(p *facts.Person) []calendar.Month {
	if e.since == nil {
		return e.months
	}
	first := e.since(p)
	i := 0
	for i < len(e.months) && e.months[i] < first {
		i++
	}
	return e.months[i:]
}

// at is the grant in force for an item in a month of the evaluation, nil when none is.
func (e *Evaluation) at(code string, m calendar.Month) *grant {
	l := e.planAt(m)
	if i, ok := l.byCode[code]; ok {
		return l.items[i]
	}
	return nil
}

// planAt is the items in force in a month, before the evaluation too.
func (e *Evaluation) planAt(m calendar.Month) *plan {
	if l := e.plans[m]; l != nil {
		return l
	}
	e.lock.Lock()
	defer e.lock.Unlock()
	if e.past[m] == nil {
		e.past[m] = e.program.plan(m)
	}
	return e.past[m]
}

// isFrozen says whether the mean of a group stays as it was first approved.
func (e *Evaluation) isFrozen(x *grant, key groupKey) bool {
	_, known := e.frozen[key]
	return known && x.item.TopUp.Frozen
}

// Passes is how many times everybody must be observed before anybody is computed.
// That is so even where means are frozen: a group may be new.
func (e *Evaluation) Passes() int { return e.program.passes }

// Observe takes persons into the groups that others ask about: pass 1 for everybody,
// then pass 2, up to Passes.
func (e *Evaluation) Observe(pass int, people []facts.Person) {
	o := e.look(pass, people)
	e.forgetGrouped()
	e.lock.Lock()
	defer e.lock.Unlock()
	e.take(o)
}

// look is what persons add to the groups in a pass.
func (e *Evaluation) look(pass int, people []facts.Person) *observation {
	o := &observation{groups: map[groupKey]*group{}, pools: map[groupKey]*pool{}, sums: map[sumKey]sum{}, stints: map[string][]stint{}}
	for i := range people {
		if pass == 1 && e.program.rostered {
			e.meet(&people[i], o.stints)
		}
		for _, m := range e.monthsOf(&people[i]) {
			e.observe(&people[i], m, pass, o)
		}
	}
	return o
}

// observation is what some persons add to the groups.
type observation struct {
	groups map[groupKey]*group
	pools  map[groupKey]*pool
	sums   map[sumKey]sum
	stints map[string][]stint
}

// take adds an observation; the order of taking does not matter.
func (e *Evaluation) take(o *observation) {
	for k, s := range o.groups {
		g := e.groups[k]
		if g == nil {
			g = &group{}
			e.groups[k] = g
		}
		g.total += s.total
		g.count += s.count
		if s.refused != 0 && (g.refused == 0 || s.refused < g.refused) {
			g.refused = s.refused
		}
	}
	for k, s := range o.pools {
		if e.pools[k] == nil {
			e.pools[k] = &pool{}
		}
		e.pools[k].add(s)
	}
	for k, s := range o.sums {
		t := e.sums[k]
		t.add(s)
		e.sums[k] = t
	}
	for k, list := range o.stints {
		e.roster.stints[k] = append(e.roster.stints[k], list...)
	}
}

// forgetGrouped drops results that rested on groups before these persons were observed.
func (e *Evaluation) forgetGrouped() {
	for _, l := range e.plans {
		for i, x := range l.items {
			if e.program.level[x.item.Code] > 0 {
				l.memories[i].forget()
			}
		}
	}
}

// observe takes one month of a person into the groups of a pass.
func (e *Evaluation) observe(p *facts.Person, m calendar.Month, pass int, o *observation) {
	var s *situation
	for _, x := range e.plans[m].items {
		code := x.item.Code
		grouped := (x.item.TopUp != nil || x.item.Pool != nil) && e.program.level[code] == pass
		if !grouped && !(e.program.summed[code] && e.program.level[code] == pass-1) {
			continue
		}
		if s == nil {
			s = e.situation(p, m)
			defer e.idle.Put(s)
		}
		switch {
		case grouped && x.item.TopUp != nil:
			s.joinPeers(x, o.groups)
		case grouped:
			s.joinPool(x, o.pools)
		}
	}
	if s != nil {
		s.addUp(pass, o.sums)
	}
}

// joinPeers adds the person to the peer group of a top-up, when they belong to it.
func (s *situation) joinPeers(x *grant, into map[groupKey]*group) {
	key, own, counted, err := s.peer(x)
	if !counted && err == nil {
		return
	}
	g := into[key]
	if g == nil {
		g = &group{}
		into[key] = g
	}
	if err != nil {
		if g.refused == 0 || s.person.No < g.refused {
			g.refused = s.person.No
		}
		return
	}
	g.total += own
	g.count++
}

// average is the mean of a group in fen, rounded as the policy says.
func (e *Evaluation) average(x *grant, key groupKey) (facts.Average, error) {
	if e.isFrozen(x, key) {
		return e.frozen[key], nil
	}
	e.lock.Lock()
	g := e.groups[key]
	e.lock.Unlock()
	if g == nil {
		return facts.Average{}, message.Err("rules.no_peers", x.item.Name, key.said(), key.month)
	}
	if g.refused != 0 {
		return facts.Average{}, message.Err(PeerRefused, x.item.Name, g.refused)
	}
	if g.count == 0 {
		return facts.Average{}, message.Err("rules.no_peers", x.item.Name, key.said(), key.month)
	}
	mean := g.total.Yuan().DivRound(number(g.count), exactPlaces)
	fen, err := money.Round(mean, x.item.TopUp.Rounding, x.item.TopUp.Unit)
	return facts.Average{Item: key.item, Group: key.group, Month: key.month, Fen: fen, Count: g.count}, err
}

// Averages lists the means in use: computed ones (without a source) and frozen
// ones, by item, month and group. Groups with a refused member have none.
func (e *Evaluation) Averages() []facts.Average {
	var list []facts.Average
	for _, m := range e.months {
		for _, x := range e.plans[m].items {
			if x.item.TopUp == nil {
				continue
			}
			keys := map[groupKey]bool{}
			for k := range e.frozen {
				keys[k] = true
			}
			e.lock.Lock()
			for k := range e.groups {
				keys[k] = true
			}
			e.lock.Unlock()
			for k := range keys {
				if k.item == x.item.Code && k.month == m {
					if a, err := e.average(x, k); err == nil {
						list = append(list, a)
					}
				}
			}
		}
	}
	sort.Slice(list, func(i, j int) bool {
		a, b := list[i], list[j]
		if a.Item != b.Item {
			return a.Item < b.Item
		}
		return a.Month < b.Month || a.Month == b.Month && a.Group < b.Group
	})
	return list
}

// Person computes everything one person is due in the months, ordered by month and
// print order. Items of other payee categories are left out.
func (e *Evaluation) Person(p *facts.Person) []Entitlement {
	var list []Entitlement
	for _, m := range e.monthsOf(p) {
		s := e.situation(p, m)
		for i, x := range e.plans[m].items {
			if !s.concerns(x) {
				continue
			}
			if list == nil {
				list = make([]Entitlement, 0, len(e.months)*(len(e.plans[m].items)-i))
			}
			list = append(list, s.entitlement(i))
		}
		e.idle.Put(s)
	}
	return list
}

// Explain computes one month of one person with the whole trace; item "" gives all items.
func (e *Evaluation) Explain(p *facts.Person, m calendar.Month, item string) []Explanation {
	var list []Explanation
	if e.plans[m] == nil {
		return nil
	}
	s := e.situation(p, m)
	s.tracing = true
	for i, x := range e.plans[m].items {
		if s.concerns(x) && (item == "" || item == x.item.Code) {
			ent := s.entitlement(i)
			list = append(list, Explanation{Entitlement: ent, English: s.results[i].english, Item: s.describes(i), Steps: s.results[i].steps})
		}
	}
	return list // s is not used again: the steps are its own
}

// concerns says whether the item is meant for a category the person has in the month.
func (s *situation) concerns(x *grant) bool {
	for i := range s.segments {
		if seg := &s.segments[i]; seg.profile != nil && slices.Contains(x.item.Categories, seg.profile.Category) {
			return true
		}
	}
	return false
}

// entitlement gives the result of an item as the world sees it.
func (s *situation) entitlement(i int) Entitlement {
	x, r := s.grantAt(i), s.item(i)
	if x == nil {
		x = s.plan.items[i]
	}
	ent := Entitlement{Item: x.item.Code, Month: s.month, Policy: x.position, Place: s.placeOf(r)}
	payable := x.item.Schedule.Payable(s.month)
	switch {
	case r.err == nil && r.outcome == Due && payable > s.e.now:
		ent.Outcome, ent.Reason = NotDue, message.M("rules.later", r.fen, payable)
	case r.err != nil:
		ent.Outcome, ent.Reason = Refused, asMessage(r.err)
	case r.outcome != Due:
		ent.Outcome, ent.Reason = r.outcome, r.reason
	default:
		ent.Outcome, ent.Fen, ent.Sentence = Due, r.fen, r.sentence
	}
	return ent
}

// describes gives the item as the document that counts for the person grants it.
func (s *situation) describes(i int) Item {
	if x := s.grantAt(i); x != nil {
		return x.info
	}
	return s.plan.items[i].info
}

func asMessage(err error) message.Message {
	var m *message.Error
	if errors.As(err, &m) {
		return m.Message
	}
	return message.M("rules.failed", err)
}

var _ policy.Context = (*situation)(nil)
