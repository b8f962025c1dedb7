package rules

import (
	"slices"
	"sort"

	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/message"
	"zhida/rules/policy"
)

// Program is a set of adopted policies, ready to evaluate. It is safe for concurrent use.
type Program struct {
	grants map[string][]*grant // by item code, in order of the documents' first month
	codes  []string            // in print order

	meanings map[*policy.Term]meaning
	policies []*policy.Policy    // in the order given
	rostered bool                // who holds which post is asked for
	passes   int                 // over everybody before anybody is computed
	bases    map[string][]string // items that count into a base
	level    map[string]int      // of items: passes before their value is known
	summed   map[string]bool     // items whose totals over other people are asked for
}

// grant is one item as one document grants it.
type grant struct {
	item     *policy.Item
	policy   *policy.Policy
	info     Item
	needs    []string // items it reads
	position int64
}

// Compile joins the adopted policies. A document that follows another grants the
// same item code from a later month and wins from there on. Errors:
// policy.granted_twice, policy.cycle_across, policy.nested_top_up, policy.unknown_item.
func Compile(granted []Granted) (*Program, error) {
	p := &Program{grants: map[string][]*grant{}, meanings: meanings()}
	for _, g := range granted {
		p.policies = append(p.policies, g.Policy)
		for _, it := range g.Policy.Items {
			p.grants[it.Code] = append(p.grants[it.Code], newGrant(g, it))
		}
	}
	p.countBases()
	for code, list := range p.grants {
		sort.SliceStable(list, func(i, j int) bool { return list[i].policy.Document.From < list[j].policy.Document.From })
		for i := 1; i < len(list); i++ {
			if list[i].policy.Document.From == list[i-1].policy.Document.From {
				return nil, message.Err("policy.granted_twice", code, list[i-1].info.Document, list[i].info.Document, list[i].policy.Document.From)
			}
		}
		p.codes = append(p.codes, code)
	}
	sort.Slice(p.codes, func(i, j int) bool {
		a, b := p.grants[p.codes[i]][0].item, p.grants[p.codes[j]][0].item
		return a.Order < b.Order || a.Order == b.Order && a.Code < b.Code
	})
	if err := p.checkGraph(); err != nil {
		return nil, err
	}
	p.levels()
	return p, p.checkEarlier()
}

// checkEarlier refuses to read earlier months of items nobody grants, or of items that
// rest on other people: for those months nobody was observed.
func (p *Program) checkEarlier() (err error) {
	for _, code := range p.codes {
		for _, x := range p.grants[code] {
			x.policy.Each(x.item.Formulas(), func(f *policy.Formula) {
				for _, e := range f.Earlier {
					switch {
					case len(p.grants[e]) == 0:
						err = message.Err("policy.unknown_item", x.info.Document, code, e)
					case p.level[e] > 0:
						err = message.Err("policy.earlier_grouped", x.info.Document, code, e)
					}
				}
			})
		}
	}
	return err
}

// countBases makes items that read a base need every item that counts into it,
// whichever document grants it.
func (p *Program) countBases() {
	p.bases = map[string][]string{}
	for _, g := range p.policies {
		for _, it := range g.Items {
			for _, b := range it.Bases {
				if !slices.Contains(p.bases[b.Name], it.Code) {
					p.bases[b.Name] = append(p.bases[b.Name], it.Code)
				}
			}
		}
	}
	for name := range p.bases {
		slices.Sort(p.bases[name])
	}
	for _, list := range p.grants {
		for _, x := range list {
			x.policy.Each(x.item.Formulas(), func(f *policy.Formula) {
				for _, name := range f.Bases {
					for _, code := range p.bases[name] {
						if !slices.Contains(x.needs, code) {
							x.needs = append(x.needs, code)
						}
					}
				}
			})
		}
	}
}

func newGrant(g Granted, it *policy.Item) *grant {
	x := &grant{item: it, policy: g.Policy, position: g.Position, needs: g.Policy.Needs(it)}
	x.info = Item{Code: it.Code, Name: it.Name, Order: it.Order, Category: it.Categories, Channel: it.Channel, Fund: it.Fund, Deduction: it.Deduction,
		Institution: it.Institution, Schedule: it.Schedule, Policy: g.Position, Document: g.Policy.Document.Number, Grouped: it.TopUp != nil || it.Pool != nil, Recovery: g.Policy.Document.Recovery}
	if n := g.Policy.Notice; n != nil && !it.Deduction {
		x.info.PublicFirst, x.info.PublicDays = n.First, n.Days
	}
	return x
}

// reads collects the kinds of facts that an item's result can depend on, those of
// the items it reads included; it says whether the month itself can change the result.
func (p *Program) reads(x *grant, seen map[*grant]bool, into map[facts.Kind]bool) bool {
	if seen[x] {
		return x.info.Moves
	}
	seen[x] = true
	moves := !x.item.Schedule.Monthly() || len(x.item.Schedule.Later) > 0 || x.item.Part.Change == "days"
	for i := range x.item.Stops {
		moves = moves || x.item.Stops[i].How != "touching"
	}
	into[facts.KindPerson] = true // category, death
	if x.item.Basis == policy.ByPost {
		into[facts.KindSpell] = true
	}
	for i := range x.item.Stops {
		into[facts.KindAbsence] = true
		if x.item.Stops[i].Days != nil {
			into[facts.KindCalendar] = true
		}
	}
	x.policy.Each(x.item.Formulas(), func(f *policy.Formula) {
		for _, k := range f.Reads {
			into[k] = true
		}
		x.info.Grouped = x.info.Grouped || f.Roster || len(f.Sums) > 0
		moves = moves || f.Month
		for _, code := range f.Earlier {
			for _, y := range p.grants[code] {
				moves = p.reads(y, seen, into) || moves
			}
		}
	})
	for _, code := range x.needs {
		for _, y := range p.grants[code] {
			moves = p.reads(y, seen, into) || moves
		}
	}
	x.info.Moves = x.info.Moves || moves
	return moves
}

// checkGraph refuses cycles between items of different documents, items nobody
// grants, and a top-up that counts another top-up; and fills in Item.Reads.
func (p *Program) checkGraph() error {
	state := map[string]int{}
	var visit func(code string, path []string) error
	visit = func(code string, path []string) error {
		if state[code] == 1 {
			return message.Err("policy.cycle_across", joinPath(append(path, code)))
		}
		if state[code] == 2 {
			return nil
		}
		state[code] = 1
		for _, x := range p.grants[code] {
			for _, need := range x.needs {
				if len(p.grants[need]) == 0 {
					return message.Err("policy.unknown_item", x.info.Document, code, need)
				}
				if x.item.TopUp != nil && slices.ContainsFunc(p.grants[need], func(y *grant) bool { return y.item.TopUp != nil }) {
					return message.Err("policy.nested_top_up", x.info.Document, code, need)
				}
				if err := visit(need, append(path, code)); err != nil {
					return err
				}
			}
		}
		state[code] = 2
		return nil
	}
	for _, code := range p.codes {
		if err := visit(code, nil); err != nil {
			return err
		}
	}
	for _, list := range p.grants {
		for _, x := range list {
			kinds := map[facts.Kind]bool{}
			p.reads(x, map[*grant]bool{}, kinds)
			for k := range kinds {
				x.info.Reads = append(x.info.Reads, k)
			}
			slices.Sort(x.info.Reads)
		}
	}
	return nil
}

func joinPath(path []string) string {
	s := ""
	for i, c := range path {
		if i > 0 {
			s += " → "
		}
		s += c
	}
	return s
}

// at is the grant in force for an item in a month, nil when none is.
func (p *Program) at(code string, m calendar.Month) *grant {
	var found *grant
	for _, x := range p.grants[code] {
		if x.policy.Document.InForce(m) {
			found = x
		}
	}
	return found
}

// ItemAt describes an item as the document in force in a month grants it.
func (p *Program) ItemAt(code string, m calendar.Month) (Item, bool) {
	x := p.at(code, m)
	if x == nil {
		return Item{}, false
	}
	return x.info, true
}

// Items lists every item once, in print order, as its latest document describes it.
func (p *Program) Items() []Item {
	list := make([]Item, len(p.codes))
	for i, c := range p.codes {
		g := p.grants[c]
		list[i] = g[len(g)-1].info
	}
	return list
}

// before is the grant that a later one replaced for a month, nil when it replaced none.
func (p *Program) before(x *grant, m calendar.Month) (older *grant) {
	for _, y := range p.grants[x.item.Code] {
		if y == x {
			return older
		}
		if y.policy.Document.InForce(m) {
			older = y
		}
	}
	return nil
}

// plan is the items in force in a month.
// Stays says whether what a person was due in a month can change only by facts about
// that person, places, published figures or documents: no item in force rests on
// other people, except on a mean that stays as first approved, and none is paid later.
func (p *Program) Stays(m calendar.Month) bool {
	for _, x := range p.plan(m).items {
		rests := x.item.Pool != nil || x.item.TopUp != nil && !x.item.TopUp.Frozen
		x.policy.Each(x.item.Formulas(), func(f *policy.Formula) { rests = rests || f.Roster || len(f.Sums) > 0 })
		if rests || len(x.item.Schedule.Later) > 0 {
			return false
		}
	}
	return true
}

// Reads says whether any item in force in a month reads facts of a kind.
func (p *Program) Reads(m calendar.Month, kind facts.Kind) bool {
	return slices.ContainsFunc(p.plan(m).items, func(x *grant) bool { return slices.Contains(x.info.Reads, kind) })
}

func (p *Program) plan(m calendar.Month) *plan {
	l := &plan{byCode: map[string]int{}, last: m.Last()}
	for _, c := range p.codes {
		if x := p.at(c, m); x != nil {
			l.items = append(l.items, x)
		}
	}
	sort.SliceStable(l.items, func(i, j int) bool { return l.items[i].item.Order < l.items[j].item.Order })
	for i, x := range l.items {
		l.byCode[x.item.Code] = i
		l.older = append(l.older, p.before(x, m))
		l.memories = append(l.memories, &memory{})
	}
	return l
}
