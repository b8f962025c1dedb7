package payroll

import (
	"context"
	"slices"

	"zhida/rules"
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/message"
)

// publicityFact is one person's notice for an item: when it hung, what shows that it did,
// what was objected and answered. The first day is that of the fact.
type publicityFact struct {
	Item      string        `json:"item"`
	Through   calendar.Date `json:"through"`
	Photo     string        `json:"photo"` // digest of the photograph of the notice on the wall
	Objection string        `json:"objection"`
	Answer    string        `json:"answer"`
	from      calendar.Date
}

// publicFirst are the items whose documents want a new beneficiary put up in public before
// anything is paid, as their latest documents have it.
func publicFirst(p *rules.Program) (list []rules.Item) {
	for _, it := range p.Items() {
		if it.PublicFirst {
			list = append(list, it)
		}
	}
	return list
}

// readHad notes since when persons have the items that want a notice first: 0 for what was
// paid before this book, else the horizon of the first batch that committed any of it.
func readHad(ctx context.Context, r Reader, c *calc, index map[int64]*personData, first, last int64) error {
	if len(c.public) == 0 {
		return nil
	}
	wanted := map[string]bool{}
	for _, it := range c.public {
		wanted[it.Code] = true
	}
	for _, p := range index {
		p.had = map[string]int64{}
		for _, x := range p.paid {
			if wanted[x.Item] {
				p.had[x.Item] = 0
			}
		}
	}
	return r.Committed(ctx, c.counted, first, last, func(s CommittedSum) error {
		p := index[s.Person]
		if p == nil || !wanted[s.Item] || s.Horizon == 0 {
			return nil
		}
		if before, known := p.had[s.Item]; !known || before > s.Horizon {
			p.had[s.Item] = s.Horizon
		}
		return nil
	})
}

// unpublicised says why a new beneficiary may not be paid yet: an item of the channel that
// wants a notice first has none that hung for its days and is over, with every objection
// answered. Who had the item before its document asked for the notice is no new one.
func (a *account) unpublicised(p *channelPart) message.Message {
	for i := range a.calc.public {
		it := &a.calc.public[i]
		since, had := a.had[it.Code]
		concerned := had || slices.ContainsFunc(p.lines, func(l draftLine) bool { return l.Item == it.Code && l.Fen > 0 })
		if it.Channel != p.channel || !concerned || had && since < it.Policy {
			continue
		}
		if why := a.lacks(it); !why.IsZero() {
			return why
		}
	}
	return message.Message{}
}

// lacks says what the notices of an item lack; empty when one of them lacks nothing.
func (a *account) lacks(it *rules.Item) message.Message {
	why := message.M("settle.not_publicised", it.Name, it.Document)
	for _, x := range a.publicity {
		if x.Item != it.Code {
			continue
		}
		switch {
		case x.Through.Sub(x.from)+1 < it.PublicDays:
			why = message.M("settle.publicised_short", it.Name, x.from, x.Through, it.PublicDays)
		case x.Through >= a.on:
			why = message.M("settle.publicised_until", it.Name, x.Through)
		case x.Objection != "" && x.Answer == "":
			why = message.M("settle.objection_open", it.Name)
		default:
			return message.Message{}
		}
	}
	return why
}

// KindPublicity is the kind of import that states notices.
const KindPublicity = "publicity"

// AwaitNotice are those of Unpublicised for whom no notice has become known since the batch was computed: somebody has to put it up
// and register it. Error: batch.missing.
func (b *Book) AwaitNotice(ctx context.Context, id BatchID, place string) (list []Found, err error) {
	persons, items, err := b.Unpublicised(ctx, id, place)
	if err != nil || len(persons) == 0 {
		return nil, err
	}
	err = b.view(ctx, func(r Reader) error {
		batch, err := batchOf(ctx, r, id)
		if err != nil {
			return err
		}
		for _, p := range persons {
			lacking := slices.Clone(items[p.Person])
			err := r.Facts(ctx, FactQuery{First: p.Person, Last: p.Person, Kinds: []facts.Kind{facts.KindPublicity}}, func(f Fact) error {
				var x publicityFact
				err := decode(f, &x)
				lacking = slices.DeleteFunc(lacking, func(item string) bool { return item == x.Item && f.KnownFrom > batch.Horizon })
				return err
			})
			if err != nil {
				return err
			}
			if len(lacking) > 0 {
				list = append(list, p)
			}
		}
		return nil
	})
	return list, err
}

// Unpublicised are the persons of a place whose pay a batch holds because a notice is
// lacking, with the items that want one. Error: batch.missing.
func (b *Book) Unpublicised(ctx context.Context, id BatchID, place string) (persons []Found, items map[int64][]string, err error) {
	items = map[int64][]string{}
	err = b.view(ctx, func(r Reader) error {
		batch, err := batchOf(ctx, r, id)
		if err != nil {
			return err
		}
		program, err := programNow(ctx, r)
		if err != nil {
			return err
		}
		wanted := map[string]bool{}
		for _, it := range publicFirst(program) {
			wanted[it.Code] = true
		}
		if len(wanted) == 0 { // nobody waits, and a batch of any size need not be read
			return nil
		}
		held := map[int64]bool{}
		err = r.Turned(ctx, id, func(s Settlement) error {
			lies := s.Place == place || len(place) == 9 && facts.Township(s.Place) == place
			if lies && s.Status == OnHold && s.Reason.Code == "settle.not_publicised" {
				held[s.Person] = true
			}
			return nil
		})
		if err != nil {
			return err
		}
		err = r.Lines(ctx, LineQuery{Batch: id, Settled: place}, func(l Line) error {
			if held[l.Person] && wanted[l.Item] && !slices.Contains(items[l.Person], l.Item) {
				items[l.Person] = append(items[l.Person], l.Item)
			}
			return nil
		})
		if err != nil {
			return err
		}
		who := map[int64]*facts.Profile{}
		for _, no := range sortedNumbers(held) {
			who[no] = nil
		}
		if err := profiles(ctx, r, batch, who); err != nil {
			return err
		}
		for _, no := range sortedNumbers(held) {
			if f := who[no]; f != nil && len(items[no]) > 0 {
				persons = append(persons, Found{no, f.Name, f.ID, f.Place})
			}
		}
		return nil
	})
	return persons, items, err
}
