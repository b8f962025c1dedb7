package payroll

import (
	"context"
	"encoding/json"
	"fmt"
	"sort"
	"strings"
	"sync"

	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/money"
)

// paidFact is the body of a fact of kind paid: what an earlier system paid.
type paidFact struct {
	Item  string         `json:"item"`
	Month calendar.Month `json:"month"`
	Fen   money.Fen      `json:"fen"`
}

// personData is one person's input to the computation.
type personData struct {
	facts.Person
	standing
	committed   []CommittedSum
	balances    map[string]Balance             // by channel
	held        map[string]map[Purse]money.Fen // the same by purse
	receivables map[string][]Entry             // open ones by channel, oldest first
	forgiven    map[string][]Entry             // what was written off of them
	collected   money.Fen                      // in the month at hand so far, over all channels
	courts      courtPayments
	had         map[string]int64 // see readHad
}

// worldNow is the world as the book knows it now.
func worldNow(ctx context.Context, r Reader) (*facts.World, error) {
	meta, err := r.Meta(ctx)
	if err != nil {
		return nil, err
	}
	return loadWorld(ctx, r, meta, 0)
}

// loadWorld reads places, references, the calendar and frozen averages as known at the horizon.
func loadWorld(ctx context.Context, r Reader, m Meta, horizon int64) (*facts.World, error) {
	w := &facts.World{County: m.County, Places: map[string][]facts.Place{}}
	err := r.Facts(ctx, FactQuery{Horizon: horizon}, func(f Fact) error {
		src := facts.Source{Position: f.KnownFrom, Where: f.Where}
		switch f.Kind {
		case facts.KindPlace:
			var p facts.Place
			if err := decode(f, &p); err != nil {
				return err
			}
			p.From, p.Source = f.From, src
			w.Places[p.Code] = append(w.Places[p.Code], p)
		case facts.KindReference:
			var v facts.Reference
			if err := decode(f, &v); err != nil {
				return err
			}
			v.Source = src
			w.References = append(w.References, v)
		case facts.KindCalendar:
			var v facts.CalendarDay
			if err := decode(f, &v); err != nil {
				return err
			}
			v.Source = src
			w.Calendar = append(w.Calendar, v)
		case facts.KindAverage:
			var a facts.Average
			if err := decode(f, &a); err != nil {
				return err
			}
			a.Source = src
			w.Averages = append(w.Averages, a)
		}
		return nil
	})
	return w, err
}

// loadPersons reads the persons first..last with everything known about them at the
// horizon: what decides what is due, and apart from it what decides how it is paid out.
func loadPersons(ctx context.Context, r Reader, horizon, first, last int64) ([]facts.Person, map[int64]*standing, error) {
	var list []facts.Person
	standings := map[int64]*standing{}
	err := r.Facts(ctx, FactQuery{Horizon: horizon, First: first, Last: last}, func(f Fact) error {
		if len(list) == 0 || list[len(list)-1].No != f.Person {
			list = append(list, facts.Person{No: f.Person})
		}
		s := standings[f.Person]
		if s == nil {
			s = &standing{}
			standings[f.Person] = s
		}
		if ok, err := s.add(f); ok || err != nil {
			return err
		}
		return addFact(&list[len(list)-1], f)
	})
	for i := range list {
		orderFacts(&list[i])
	}
	return list, standings, err
}

func addFact(p *facts.Person, f Fact) error {
	src := facts.Source{Position: f.KnownFrom, Where: f.Where}
	switch f.Kind {
	case facts.KindPerson:
		return appendFact(&p.Profiles, f, func(v *facts.Profile) { v.From, v.Source = f.From, src })
	case facts.KindAccount:
		return appendFact(&p.Accounts, f, func(v *facts.Account) { v.From, v.Source = f.From, src })
	case facts.KindSpell:
		return appendFact(&p.Spells, f, func(v *facts.Spell) { v.Source = src })
	case facts.KindDay:
		return appendFact(&p.Days, f, func(v *facts.Day) { v.Source = src })
	case facts.KindAbsence:
		return appendFact(&p.Absences, f, func(v *facts.Absence) { v.Source = src })
	case facts.KindAssessment:
		return appendFact(&p.Assessments, f, func(v *facts.Assessment) { v.Source = src })
	case facts.KindAmount:
		return appendFact(&p.Amounts, f, func(v *facts.Amount) { v.Source = src })
	}
	return fmt.Errorf("payroll: a person has a fact of kind %q", f.Kind)
}

func appendFact[T any](list *[]T, f Fact, finish func(*T)) error {
	var v T
	if err := decode(f, &v); err != nil {
		return err
	}
	finish(&v)
	*list = append(*list, v)
	return nil
}

func decode(f Fact, into any) error {
	if err := json.Unmarshal([]byte(f.Body), into); err != nil {
		return fmt.Errorf("payroll: the body of fact %d %s %s is damaged: %w", f.Person, f.Kind, f.Key, err)
	}
	return nil
}

// orderFacts puts happenings in the order of their days; states come ordered from the store.
func orderFacts(p *facts.Person) {
	sort.SliceStable(p.Spells, func(i, j int) bool { return p.Spells[i].From < p.Spells[j].From })
	sort.SliceStable(p.Days, func(i, j int) bool { return p.Days[i].Date < p.Days[j].Date })
	sort.SliceStable(p.Absences, func(i, j int) bool { return p.Absences[i].From < p.Absences[j].From })
}

// profileAt is the profile in force on a day, or the first one there is; nil when the person has none.
func profileAt(p *facts.Person, d calendar.Date) *facts.Profile {
	var at *facts.Profile
	for i := range p.Profiles {
		if at == nil || p.Profiles[i].From <= d {
			at = &p.Profiles[i]
		}
	}
	return at
}

// accountAt is the account in force on a day; ok is false when there is none.
func accountAt(p *facts.Person, d calendar.Date) (a facts.Account, ok bool) {
	for _, x := range p.Accounts {
		if x.From <= d {
			a, ok = x, true
		}
	}
	return a, ok && a.Card != "" && a.Bank != "" && a.Holder != ""
}

// firstPaidMonth is the earliest month for which an earlier system's payments were
// imported, 0 when none were.
func firstPaidMonth(ctx context.Context, r Reader, c *calc) (first calendar.Month, err error) {
	err = r.Facts(ctx, FactQuery{Horizon: c.horizon, First: 1, Last: c.last, Kinds: []facts.Kind{facts.KindPaid}}, func(f Fact) error {
		_, month, _ := strings.Cut(f.Key, "|")
		if c.paidAt == 0 || f.KnownFrom < c.paidAt {
			c.paidAt = f.KnownFrom
		}
		m, err := calendar.ParseMonth(month)
		if err == nil && (first == 0 || m < first) {
			first = m
		}
		return err
	})
	return first, err
}

// change is a fact that became known or ceased to be known.
type change struct {
	at   int64
	kind facts.Kind
	key  string
}

// changeIndex finds what changed since something was committed.
type changeIndex struct {
	person map[int64][]change
	world  []change
	grants []change // adoption or withdrawal of a policy; key is the position of the adoption

	once   sync.Once
	byKind map[facts.Kind]map[int64]bool // positions, made when a peer group asks
}

// loadChanges reads what changed since the first commitment. While nothing is
// committed it stays empty: there is nothing to explain.
func loadChanges(ctx context.Context, r Reader, c *calc) (*changeIndex, error) {
	x := &changeIndex{person: map[int64][]change{}}
	for _, p := range c.policies {
		x.grants = append(x.grants, change{at: p.Position, key: num(p.Position)})
		if p.Withdrawn != 0 && p.Withdrawn <= c.horizon {
			x.grants = append(x.grants, change{at: p.Withdrawn, key: num(p.Position)})
		}
	}
	after := c.settledAt()
	if !c.unchanged.all {
		after = min(after, c.unchanged.since)
	}
	if c.paidAt != 0 {
		after = min(after, c.paidAt)
	}
	err := r.ChangedSince(ctx, after, c.horizon, func(f Fact) error {
		for _, at := range []int64{f.KnownFrom, f.KnownTo} {
			if at <= after || at > c.horizon {
				continue
			}
			ch := change{at, f.Kind, f.Key}
			if f.Person == 0 {
				x.world = append(x.world, ch)
			} else {
				x.person[f.Person] = append(x.person[f.Person], ch)
			}
		}
		return nil
	})
	return x, err
}
