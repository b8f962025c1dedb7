package payroll

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"zhida/payroll/journal"
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/money"
	"zhida/rules/policy"
)

// Death is the case of somebody who has died: what stops, what was paid too long, what
// is owed either way, and to whom what is left goes. It is read from the book; nothing
// has to be opened by hand.
type Death struct {
	Person   int64
	Name     string
	Place    string // division code
	Village  string // its name, with the township's in front
	Died     calendar.Date
	Known    int64     // journal position at which the death became known
	Settled  bool      // a batch has been committed that knew of it
	Reported time.Time // and when, by whom
	By       string
	Stops    []DeathStop
	Lines    []DeathLine // of the month of death and later, that batches have committed
	Overpaid money.Fen   // taken back from months after the death, positive
	Owed     money.Fen   // receivables left, in all channels
	Held     money.Fen   // due to the estate and not paid out
	Heirs    []Heir
	Whole    bool      // the heirs' shares make 100
	Paid     money.Fen // to heirs
}

// DeathStop says by which rule an item ends.
type DeathStop struct {
	Item     string // printed name
	Document string
	Rule     string // 去世当月全月，次月停发
}

// DeathLine is a committed line of the month of death or a later month.
type DeathLine struct {
	Batch BatchID
	Item  string // printed name
	Month calendar.Month
	Fen   money.Fen
}

// Heir is somebody who is named to receive for the dead.
type Heir struct {
	Name, Relation, Document string
	Share                    decimal.Decimal // percent
}

// State words what is still to be done in the case.
func (d *Death) State() string {
	switch {
	case !d.Settled:
		return "等下一批结算"
	case d.Held > 0 && !d.Whole:
		return "等登记继承人"
	case d.Held > 0:
		return "待发继承人"
	case d.Owed > 0:
		return "待收回"
	}
	return "已结清"
}

// Deaths gives the case of everybody known to have died, by person; person 0 gives all.
func (b *Book) Deaths(ctx context.Context, person int64) (list []Death, err error) {
	err = b.view(ctx, func(r Reader) error {
		head, err := r.Head(ctx)
		if err != nil {
			return err
		}
		world, err := worldNow(ctx, r)
		if err != nil {
			return err
		}
		if list, err = deaths(ctx, r, person); err != nil {
			return err
		}
		reports := map[int64]journal.Event{}
		if err := r.Events(ctx, 1, head.Position, func(e journal.Event) error {
			reports[e.Position] = journal.Event{Time: e.Time.In(zone), Actor: e.Actor}
			return nil
		}); err != nil {
			return err
		}
		program, err := programNow(ctx, r)
		if err != nil {
			return err
		}
		items, err := itemsEver(ctx, r)
		if err != nil {
			return err
		}
		batches, err := r.Batches(ctx)
		if err != nil {
			return err
		}
		var counted []BatchID
		latest := int64(0)
		for _, x := range batches {
			if x.State.Committed() {
				counted = append(counted, x.ID)
				latest = max(latest, x.Horizon)
			}
		}
		for i := range list {
			d := &list[i]
			d.Settled = latest >= d.Known
			d.Village = villageName(world, d.Place)
			d.Reported, d.By = reports[d.Known].Time, reports[d.Known].Actor
			if err := d.follow(ctx, r, counted, items); err != nil {
				return err
			}
			owing, err := debtors(ctx, r, d.Person, head.Position)
			if err != nil {
				return err
			}
			for _, x := range owing {
				d.Owed += x.Owed
			}
			for _, it := range program.Items() {
				if x := items[it.Code]; slices.ContainsFunc(d.Lines, func(l DeathLine) bool { return l.Item == x.Name }) || x.Basis == policy.ByDeath {
					d.Stops = append(d.Stops, DeathStop{x.Name, it.Document, deathRule(x)})
				}
			}
		}
		return nil
	})
	return list, err
}

// deathRule words how an item ends with a death.
func deathRule(x *policy.Item) string {
	if x.Basis == policy.ByDeath {
		return "去世当月发一次，发给继承人"
	}
	return map[string]string{"full": "去世当月全月，次月停发", "none": "去世当月不发", "days": "去世当月按日，次月停发"}[x.Part.Death]
}

// deaths finds who has died and since when that is known, with the heirs named.
func deaths(ctx context.Context, r Reader, person int64) (list []Death, err error) {
	q := FactQuery{First: person, Last: person, Kinds: []facts.Kind{facts.KindPerson, facts.KindRecipient}}
	if person == 0 {
		if q.Last, err = r.LastPerson(ctx); err != nil {
			return nil, err
		}
		q.First = 1
	}
	heirs := map[int64][]Heir{}
	err = r.Facts(ctx, q, func(f Fact) error {
		if f.Kind == facts.KindRecipient {
			var x recipientFact
			err := decode(f, &x)
			if x.Relation == relationGuardian {
				return err
			}
			heirs[f.Person] = append(heirs[f.Person], Heir{Name: x.Recipient, Relation: x.Relation, Document: x.Document, Share: x.Share})
			return err
		}
		var p facts.Profile
		if err := decode(f, &p); err != nil || p.Died == 0 {
			return err
		}
		if n := len(list); n > 0 && list[n-1].Person == f.Person {
			list = list[:n-1] // a later profile of the same person
		}
		list = append(list, Death{Person: f.Person, Name: p.Name, Place: p.Place, Died: p.Died, Known: f.KnownFrom})
		return nil
	})
	hundred := decimal.New(100, 0)
	for i := range list {
		d, sum := &list[i], decimal.Decimal{}
		d.Heirs = heirs[d.Person]
		for _, h := range d.Heirs {
			sum = sum.Add(h.Share)
		}
		d.Whole = sum.Equal(hundred)
	}
	return list, err
}

// follow adds up what batches have done since the death.
func (d *Death) follow(ctx context.Context, r Reader, counted []BatchID, items map[string]*policy.Item) error {
	is := map[BatchID]bool{}
	for _, id := range counted {
		is[id] = true
	}
	err := r.Lines(ctx, LineQuery{Person: d.Person}, func(l Line) error {
		if !is[l.Batch] || l.Month < d.Died.Month() {
			return nil
		}
		name := l.Item
		if it := items[l.Item]; it != nil {
			name = it.Name
		}
		d.Lines = append(d.Lines, DeathLine{l.Batch, name, l.Month, l.Fen})
		if l.Fen < 0 && l.Side == Gross {
			d.Overpaid -= l.Fen
		}
		return nil
	})
	if err != nil {
		return err
	}
	slices.SortStableFunc(d.Lines, func(x, y DeathLine) int { return cmp.Or(cmp.Compare(x.Month, y.Month), cmp.Compare(x.Batch, y.Batch)) })
	if err := r.Balances(ctx, counted, d.Person, d.Person, func(x Balance) error { d.Held += x.Held; return nil }); err != nil {
		return err
	}
	return r.PaidTo(ctx, counted, d.Person, d.Person, func(_ int64, target string, fen money.Fen) error {
		if strings.HasPrefix(target, targetHeir) {
			d.Paid += fen
		}
		return nil
	})
}
