package payroll

import (
	"cmp"
	"context"
	"slices"

	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/identity"
	"zhida/rules/message"
	"zhida/rules/money"
)

// PersonRecord is what the book knows of one person, and what it committed for them in twelve months.
type PersonRecord struct {
	facts.Person
	Measures []MeasureOf
	Others   []PayeeOf
	Months   []calendar.Month  // of the batches of Lines, in order
	Lines    []PersonLine      // by batch, item, month
	Names    map[string]string // printed names of all items, by code
}

// MeasureOf is a hold or a stop against a person's account.
type MeasureOf struct {
	Measure          string // MeasureHold, MeasureStop
	Reason, Document string
	From, To         calendar.Date // To is zero while it runs
}

// PayeeOf is somebody else who is paid of a person's money: a court, an heir, a carer.
type PayeeOf struct {
	Why      string // number of the court's case, or the relation
	Holder   string
	Card     identity.Card // prints masked
	Bank     string        // name
	Document string
	From, To calendar.Date // To is zero while it runs
}

// PersonLine is a line with its words.
type PersonLine struct {
	Line
	ItemName string
	Document string // that grants it
	Sentence string
}

// PersonRecord reads one person as known now, with the lines of the committed batches of the twelve months up to one. It computes
// nothing. Errors: person.missing.
func (b *Book) PersonRecord(ctx context.Context, person int64, upto calendar.Month) (x PersonRecord, err error) {
	err = b.view(ctx, func(r Reader) error {
		people, standings, err := loadPersons(ctx, r, 0, person, person)
		if err != nil {
			return err
		}
		if len(people) != 1 {
			return message.Err("person.missing", person)
		}
		x.Person = people[0]
		x.ofStanding(standings[person])
		return x.lines(ctx, r, upto)
	})
	return x, err
}

func (x *PersonRecord) ofStanding(s *standing) {
	until := func(d calendar.Date) calendar.Date {
		if d == calendar.Forever {
			return 0
		}
		return d
	}
	for _, h := range s.holds {
		x.Measures = append(x.Measures, MeasureOf{h.Measure, h.Reason, h.Document, h.from, until(h.to)})
	}
	for _, o := range s.orders {
		x.Others = append(x.Others, PayeeOf{o.Number, o.Holder, o.Card, identity.BankName(o.Bank), "", o.from, until(o.to)})
	}
	for _, p := range s.recipients {
		x.Others = append(x.Others, PayeeOf{p.Relation, p.Recipient, p.Card, identity.BankName(p.Bank), p.Document, p.from, until(p.to)})
	}
}

func (x *PersonRecord) lines(ctx context.Context, r Reader, upto calendar.Month) error {
	batches, err := r.Batches(ctx)
	if err != nil {
		return err
	}
	adopted, err := r.AllPolicies(ctx)
	if err != nil {
		return err
	}
	granted, err := readGranted(adopted)
	if err != nil {
		return err
	}
	x.Names = itemNames(granted)
	documents := map[int64]string{}
	for _, a := range adopted {
		documents[a.Position] = a.Document
	}
	ids, _ := lastMonths(batches, upto)
	for _, id := range ids {
		if err := r.Lines(ctx, LineQuery{Batch: id, Person: x.No}, func(l Line) error {
			x.Lines = append(x.Lines, PersonLine{Line: l, ItemName: cmp.Or(x.Names[l.Item], l.Item), Document: documents[l.Policy]})
			return nil
		}); err != nil {
			return err
		}
	}
	for i := range x.Lines {
		l := &x.Lines[i]
		if l.Sentence, err = r.Text(ctx, l.Batch, l.Text); err != nil {
			return err
		}
		if m := l.Batch.Month(); !slices.Contains(x.Months, m) {
			x.Months = append(x.Months, m)
		}
	}
	return nil
}

// FundIncome is a document that brought a fund money, or authority to spend.
type FundIncome struct {
	Document string
	Voucher  string // "" of budget authority
	Place    string // division code; "" for the fund as a whole
	Purpose  string
	Giver    string
	Date     calendar.Date
	Fen      money.Fen
	Granted  bool  // budget authority
	Known    int64 // position of the journal
}

// FundIncome are the documents that brought a fund money, by day.
func (b *Book) FundIncome(ctx context.Context, fund string) (list []FundIncome, err error) {
	err = b.view(ctx, func(r Reader) error {
		return r.Facts(ctx, FactQuery{Kinds: []facts.Kind{facts.KindTransfer, facts.KindAuthority}}, func(f Fact) error {
			var t struct {
				transferFact
				Voucher string `json:"voucher"`
				Purpose string `json:"purpose"`
				Giver   string `json:"giver"`
			}
			if err := decode(f, &t); err != nil || t.Fund != fund {
				return err
			}
			list = append(list, FundIncome{t.Document, t.Voucher, t.Place, t.Purpose, t.Giver, f.From, t.Fen, f.Kind == facts.KindAuthority, f.KnownFrom})
			return nil
		})
	})
	slices.SortStableFunc(list, func(a, b FundIncome) int {
		return cmp.Or(cmp.Compare(a.Date, b.Date), cmp.Compare(a.Document, b.Document))
	})
	return list, err
}
