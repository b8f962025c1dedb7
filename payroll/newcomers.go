package payroll

import (
	"cmp"
	"context"
	"slices"

	"zhida/rules"
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/identity"
	"zhida/rules/money"
)

// Newcomer is somebody to whom a batch pays an item that nobody has paid them before.
type Newcomer struct {
	Person   int64
	Name     string
	ID       identity.ResidentID
	Category facts.Category
	Place    string // its name, with the township's in front
	Spells   []NewcomerSpell
	Items    []NewcomerItem
}

// NewcomerSpell is one post that the book knows of.
type NewcomerSpell struct {
	Place, Post string // names
	From, To    calendar.Date
	Document    string
	Recognised  bool
}

// NewcomerItem is one item that is new to the person.
type NewcomerItem struct {
	Name, Document, Standard string
	Month                    calendar.Month
	Fen                      money.Fen
}

// Newcomers gives the persons of a category to whom a batch pays an item for the first
// time, by place and number: those for whom neither an earlier batch nor an imported
// payment has it.
func (b *Book) Newcomers(ctx context.Context, id BatchID, category facts.Category) (list []Newcomer, err error) {
	err = b.view(ctx, func(r Reader) error {
		p, err := newReport(ctx, r, id)
		if err != nil {
			return err
		}
		before, err := itemsBefore(ctx, r, p.head.Batch)
		if err != nil {
			return err
		}
		meta, err := r.Meta(ctx)
		if err != nil {
			return err
		}
		world, err := loadWorld(ctx, r, meta, p.head.Batch.Horizon)
		if err != nil {
			return err
		}
		at := map[int64]int{}
		err = r.Lines(ctx, LineQuery{Batch: id}, func(l Line) error {
			who := p.people[l.Person]
			if who == nil || who.settlement.Category != category || l.Side != Gross || l.Fen <= 0 || before[itemOf{l.Person, l.Item}] {
				return nil
			}
			i, known := at[l.Person]
			if !known {
				i = len(list)
				at[l.Person] = i
				list = append(list, Newcomer{Person: l.Person, Name: who.settlement.Name, Category: category, Place: villageName(world, who.settlement.Place)})
			}
			document := p.documents[l.Policy]
			list[i].Items = append(list[i].Items, NewcomerItem{p.names[l.Item], document, rules.Rate(p.texts[l.Text], document), l.Month, l.Fen})
			return nil
		})
		if err != nil || len(list) == 0 {
			return err
		}
		slices.SortStableFunc(list, func(x, y Newcomer) int {
			return cmp.Compare(p.people[x.Person].settlement.Place, p.people[y.Person].settlement.Place)
		})
		for i := range list {
			at[list[i].Person] = i
		}
		last, err := r.LastPerson(ctx)
		if err != nil {
			return err
		}
		return r.Facts(ctx, FactQuery{Horizon: p.head.Batch.Horizon, First: 1, Last: last, Kinds: []facts.Kind{facts.KindPerson, facts.KindSpell}}, func(f Fact) error {
			i, known := at[f.Person]
			if !known {
				return nil
			}
			if f.Kind == facts.KindPerson {
				var x facts.Profile
				err := decode(f, &x)
				list[i].ID = x.ID
				return err
			}
			var x facts.Spell
			err := decode(f, &x)
			list[i].Spells = append(list[i].Spells, NewcomerSpell{villageName(world, x.Place), x.Post, x.From, x.To, x.Document, x.Recognised})
			return err
		})
	})
	for i := range list {
		slices.SortStableFunc(list[i].Spells, func(x, y NewcomerSpell) int { return int(x.From) - int(y.From) })
	}
	return list, err
}

// itemOf is an item of a person, of whatever month.
type itemOf struct {
	person int64
	item   string
}

// itemsBefore says which items persons had before a batch was computed, by committed
// batches and by imported payments.
func itemsBefore(ctx context.Context, r Reader, batch Batch) (map[itemOf]bool, error) {
	had := map[itemOf]bool{}
	batches, err := r.Batches(ctx)
	if err != nil {
		return nil, err
	}
	for _, x := range batches {
		if x.ID == batch.ID || !x.State.Committed() || x.Horizon >= batch.Horizon {
			continue
		}
		if err := r.Lines(ctx, LineQuery{Batch: x.ID}, func(l Line) error { had[itemOf{l.Person, l.Item}] = true; return nil }); err != nil {
			return nil, err
		}
	}
	last, err := r.LastPerson(ctx)
	if err != nil {
		return nil, err
	}
	err = r.Facts(ctx, FactQuery{Horizon: batch.Horizon, First: 1, Last: last, Kinds: []facts.Kind{facts.KindPaid}}, func(f Fact) error {
		var x paidFact
		err := decode(f, &x)
		had[itemOf{f.Person, x.Item}] = true
		return err
	})
	return had, err
}
