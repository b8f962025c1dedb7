package payroll

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/identity"
	"zhida/rules/message"
)

// Member is somebody who is on the roster on a day: in office, or one of the former cadres, and living.
type Member struct {
	Person   int64
	Name     string
	ID       identity.ResidentID // prints masked
	Category facts.Category
	Place    string        // code of the township or village that keeps the person
	Posts    []facts.Spell // running on the day, by their first days
}

// PostsText are the posts in words.
func (m Member) PostsText() string {
	var words []string
	for _, s := range m.Posts {
		words = append(words, s.Post)
	}
	return strings.Join(words, "、")
}

// RosterPage is a part of the roster of a place.
type RosterPage struct {
	Counts  map[facts.Category]int // of the whole place
	All     int                    // people of the category that was asked for
	Members []Member               // those of the part, by place and person
}

// Roster are the people on the roster of a place on a day, of a township with its villages, or with "" of the county, as known now: of a
// category, or with "" of all, so many after those that are skipped.
func (b *Book) Roster(ctx context.Context, place string, category facts.Category, on calendar.Date, skip, most int) (p RosterPage, err error) {
	p.Counts = map[facts.Category]int{}
	towns := map[string]int{} // by code: a village's begins with that of its township
	err = b.view(ctx, func(r Reader) error {
		err := r.RosterCounts(ctx, place, on, func(x RosterCount) error {
			p.Counts[x.Category] += x.Count
			if category == "" || x.Category == category {
				towns[facts.Township(x.Place)] += x.Count
			}
			return nil
		})
		if err != nil {
			return err
		}
		for _, town := range sortedKeys(towns) {
			first, last := max(skip-p.All, 0), min(skip+most-p.All, towns[town])
			if p.All += towns[town]; first >= last {
				continue
			}
			var rows []RosterRow
			err := r.Roster(ctx, cmp.Or(place, town), on, func(x RosterRow) error {
				if facts.Township(x.Place) == town && (category == "" || x.Category == category) {
					rows = append(rows, x)
				}
				return nil
			})
			if err != nil {
				return err
			}
			slices.SortStableFunc(rows, func(a, b RosterRow) int { return cmp.Compare(a.Place, b.Place) })
			for _, x := range rows[first:last] {
				m, err := memberOf(ctx, r, x.Person, on)
				if err != nil {
					return err
				}
				p.Members = append(p.Members, m)
			}
		}
		return nil
	})
	return p, err
}

// memberOf reads somebody who is on the roster on a day. Error: person.missing of who is not.
func memberOf(ctx context.Context, r Reader, no int64, on calendar.Date) (Member, error) {
	p := facts.Person{No: no}
	err := r.Facts(ctx, FactQuery{First: no, Last: no, Kinds: []facts.Kind{facts.KindPerson, facts.KindSpell}}, func(f Fact) error { return addFact(&p, f) })
	if err != nil {
		return Member{}, err
	}
	orderFacts(&p)
	m, ok := memberOn(&p, on)
	if !ok {
		return m, message.Err("person.missing", no)
	}
	return m, nil
}

// TownshipCadres counts the cadres that the townships themselves have on the roster on a day, by township, as known now.
func (b *Book) TownshipCadres(ctx context.Context, on calendar.Date) (cadres map[string]int, err error) {
	cadres = map[string]int{}
	err = b.view(ctx, func(r Reader) error {
		return r.RosterCounts(ctx, "", on, func(x RosterCount) error {
			if x.Category == facts.TownshipCadre {
				cadres[facts.Township(x.Place)] += x.Count
			}
			return nil
		})
	})
	return cadres, err
}

// MemberChange is what became of somebody between the last day of one month and that of the next.
type MemberChange struct {
	Before, Now Member // a zero Person: not on the roster
	Died        calendar.Date
	Spells      []facts.Spell // that began or ended between the days
}

// What a change is.
const (
	MemberCame    = "came"
	MemberLeft    = "left"
	MemberMoved   = "moved"   // to another place
	MemberBecame  = "became"  // of another category
	MemberPost    = "post"    // other posts
	MemberRenamed = "renamed" // another name
)

// What says which of them a change is, the weightiest first.
func (c MemberChange) What() string {
	switch {
	case c.Before.Person == 0:
		return MemberCame
	case c.Now.Person == 0:
		return MemberLeft
	case c.Before.Category != c.Now.Category:
		return MemberBecame
	case c.Before.Place != c.Now.Place:
		return MemberMoved
	case c.Before.PostsText() != c.Now.PostsText():
		return MemberPost
	}
	return MemberRenamed
}

// Who is the person as the roster has them, or had them.
func (c MemberChange) Who() Member {
	if c.Now.Person == 0 {
		return c.Before
	}
	return c.Now
}

// MemberChanges are the people of a place, or with "" of the county, whom the roster has otherwise at the end of a month than at the
// end of the month before, as known now; by person.
func (b *Book) MemberChanges(ctx context.Context, place string, month calendar.Month) (list []MemberChange, err error) {
	before, now := month.Add(-1).Last(), month.Last()
	err = b.view(ctx, func(r Reader) error {
		return eachOf(ctx, r, &About{Turns: &Turns{before, now}}, []facts.Kind{facts.KindPerson, facts.KindSpell}, func(p *facts.Person) error {
			c := MemberChange{Died: p.Died()}
			c.Before, _ = memberOn(p, before)
			c.Now, _ = memberOn(p, now)
			if !within(c.Before.Place, place) && !within(c.Now.Place, place) || c.Before.same(c.Now) {
				return nil
			}
			for _, s := range p.Spells {
				if s.From > before && s.From <= now || s.To >= before && s.To < now && s.To != 0 {
					c.Spells = append(c.Spells, s)
				}
			}
			list = append(list, c)
			return nil
		})
	})
	return list, err
}

func (m Member) same(o Member) bool {
	return m.Person == o.Person && m.Name == o.Name && m.Category == o.Category && m.Place == o.Place && m.PostsText() == o.PostsText()
}

// memberOn is how the roster has somebody on a day.
func memberOn(p *facts.Person, on calendar.Date) (m Member, ok bool) {
	f := (&file{Person: *p}).profileOn(on)
	if died := p.Died(); f == nil || died != 0 && died <= on {
		return m, false
	}
	m = Member{Person: p.No, Name: f.Name, ID: f.ID, Category: f.Category, Place: f.Place}
	for i := range p.Spells {
		if runsOn(&p.Spells[i], on) {
			m.Posts = append(m.Posts, p.Spells[i])
		}
	}
	if len(m.Posts) == 0 && f.Category != facts.FormerVillageCadre {
		return Member{}, false
	}
	return m, true
}

// within says whether a place lies in another, of which "" is the county.
func within(place, of string) bool {
	return place != "" && (of == "" || place == of || facts.Township(place) == of)
}

// at are the persons whom a fact puts at a place; nil, for everybody, with "".
func at(place string) *About {
	if place == "" {
		return nil
	}
	return &About{Place: place}
}

// eachOf streams people with the facts of some kinds as known now, by person: those whom a fact names so, or with nil everybody.
func eachOf(ctx context.Context, r Reader, about *About, kinds []facts.Kind, fn func(*facts.Person) error) error {
	last, err := r.LastPerson(ctx)
	if err != nil || last == 0 {
		return err
	}
	var own []Fact
	flush := func() error {
		p := facts.Person{No: own[0].Person}
		for _, f := range own {
			if err := addFact(&p, f); err != nil {
				return err
			}
		}
		orderFacts(&p)
		return fn(&p)
	}
	err = r.Facts(ctx, FactQuery{First: 1, Last: last, Kinds: kinds, About: about}, func(f Fact) error {
		if len(own) > 0 && own[0].Person != f.Person {
			if err := flush(); err != nil {
				return err
			}
			own = own[:0]
		}
		own = append(own, f)
		return nil
	})
	if err != nil || len(own) == 0 {
		return err
	}
	return flush()
}
