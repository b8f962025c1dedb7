package payroll

import (
	"context"
	"errors"

	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/message"
	"zhida/rules/money"
)

// Overview is a batch as a page shows it: sums and names, no row of anybody who is paid. It is read without going over the lines,
// so it is there at once for a batch of any size.
type Overview struct {
	Head                        ReportHead // without what a comparison adds
	Items, Townships            []OverviewSum
	Paid, Held, Refused, NotDue int            // people
	Turned                      []TurnedPerson // those held or refused, by person
}

// OverviewSum is what the lines of an item or township come to; deductions count in no township.
type OverviewSum struct {
	Code, Name string
	Deduction  bool // of an item: it is taken off
	Lines      int
	Fen        money.Fen
}

// TurnedPerson is somebody who is held or refused.
type TurnedPerson struct {
	Person  int64
	Name    string
	Status  Status
	Balance money.Fen // held after the batch
	Reason  string    // Chinese
}

// batchTotals are the sums of a batch's rows, which its digest covers.
type batchTotals struct {
	lines    []LineTotal
	statuses []StatusCount
	shares   []ReportShare
}

// totalsOf reads what was added up while the batch was written; rows never change under a digest. What the sums come to is held against
// the head, which the digest covers; fsck adds the rows up anew. Error: batch.tampered.
func totalsOf(ctx context.Context, r Reader, batch Batch) (*batchTotals, error) {
	county, err := countyOf(ctx, r, Meta{})
	if err != nil {
		return nil, err
	}
	t := &batchTotals{}
	var sum Batch
	err = errors.Join(
		r.LineTotals(ctx, batch.ID, func(x LineTotal) error {
			t.lines = append(t.lines, x)
			if sum.Lines += x.Count; x.Side == Deduction {
				sum.Deduction += x.Fen
			} else {
				sum.Gross += x.Fen
			}
			return nil
		}),
		r.StatusCounts(ctx, batch.ID, func(x StatusCount) error {
			t.statuses = append(t.statuses, x)
			sum.Roster += x.Count
			return nil
		}))
	if err != nil {
		return nil, err
	}
	if sum.Lines != batch.Lines || sum.Gross != batch.Gross || sum.Deduction != batch.Deduction || sum.Roster != batch.Roster {
		return nil, message.Err("batch.tampered", batch.ID)
	}
	purses, err := keptPurses(ctx, r, batch)
	for _, x := range purses { // by fund
		n := len(t.shares)
		if n == 0 || t.shares[n-1].Code != x.Fund {
			t.shares = append(t.shares, ReportShare{ReportFund: ReportFund{x.Fund, county.FundName(x.Fund)}})
			n++
		}
		s := &t.shares[n-1]
		s.Gross, s.Deduction, s.Moved, s.Held, s.Owed = s.Gross+x.Gross, s.Deduction+x.Deduction, s.Moved+x.Moved-x.given, s.Held+x.Held-x.released, s.Owed+x.Owed
		s.Reissued, s.Pay = s.Reissued+x.Reissued, s.Pay+x.Pay
	}
	return t, err
}

// keptPurses is portionsByPurse from the sums that were kept while the batch was written, for pages: what they come to is held against the
// head, as totalsOf does. Error: batch.tampered.
func keptPurses(ctx context.Context, r Reader, batch Batch) (list []Portion, err error) {
	var sum Portion
	err = r.KeptPurses(ctx, batch.ID, func(x PurseTotal) error {
		list = append(list, x.portion(batch.ID))
		sum.Gross, sum.Deduction, sum.Held, sum.Reissued, sum.Pay = sum.Gross+x.Gross, sum.Deduction+x.Deduction, sum.Held+x.Held-x.Released, sum.Reissued+x.Reissued, sum.Pay+x.Pay
		sum.Moved += x.Moved - x.Given
		return nil
	})
	if err == nil && (sum.Gross != batch.Gross || sum.Deduction != batch.Deduction || sum.Held != batch.Held || sum.Reissued != batch.Reissued || sum.Pay != batch.Net || sum.Moved != 0) {
		err = message.Err("batch.tampered", batch.ID)
	}
	return list, err
}

// Overview gives a batch without its rows. Error: batch.missing.
func (b *Book) Overview(ctx context.Context, id BatchID) (o Overview, err error) {
	err = b.view(ctx, func(r Reader) error {
		p, t, err := b.light(ctx, r, id)
		if err != nil {
			return err
		}
		if err := errors.Join(p.loadEvents(), p.loadChecking()); err != nil {
			return err
		}
		o.Head = p.head
		o.Head.Shares = t.shares
		o.add(t)
		err = r.Turned(ctx, id, func(s Settlement) error {
			p.people[s.Person] = &reportPerson{settlement: s}
			p.order = append(p.order, s.Person)
			return nil
		})
		if err != nil {
			return err
		}
		if err := p.loadBalances(); err != nil {
			return err
		}
		for _, no := range p.order {
			who := p.people[no]
			o.Turned = append(o.Turned, TurnedPerson{no, who.settlement.Name, who.settlement.Status, who.balance, reasonText(&who.settlement)})
		}
		return nil
	})
	return o, err
}

// light is a report of which only the names are loaded that its rows use, with the sums of them.
func (b *Book) light(ctx context.Context, r Reader, id BatchID) (*batchReport, *batchTotals, error) {
	p := &batchReport{ctx: ctx, r: r, people: map[int64]*reportPerson{}, documents: map[int64]string{}, causes: map[string]string{}, brought: map[int64]string{}, kinds: map[int64]string{}, withdrawn: map[int64]bool{}}
	batch, err := batchOf(ctx, r, id)
	if err != nil {
		return nil, nil, err
	}
	p.head.Batch = batch
	t, err := totalsOf(ctx, r, batch)
	if err != nil {
		return nil, nil, err
	}
	places, funds, items, used := map[string]bool{}, map[string]bool{}, map[string]bool{}, map[int64]bool{}
	for _, x := range t.lines {
		places[x.Place], funds[x.Fund], items[x.Item], used[x.Policy] = true, true, true, true
	}
	for _, x := range t.statuses {
		places[x.Place] = true
	}
	for _, load := range []func() error{p.loadPolicies, func() error { return p.loadHead(places, funds) }, func() error { return p.loadDocuments(used, items) }} {
		if err := load(); err != nil {
			return nil, nil, err
		}
	}
	return p, t, nil
}

// add puts the sums under the names of the head.
func (o *Overview) add(t *batchTotals) {
	items, townships := map[string]int{}, map[string]int{}
	for i, x := range o.Head.Items {
		items[x.Code] = i
		o.Items = append(o.Items, OverviewSum{Code: x.Code, Name: x.Name})
	}
	for i, x := range o.Head.Townships {
		townships[x.Code] = i
		o.Townships = append(o.Townships, OverviewSum{Code: x.Code, Name: x.Name})
	}
	for _, x := range t.lines {
		item := &o.Items[items[x.Item]]
		item.count(x)
		item.Deduction = x.Side == Deduction
		if x.Side != Deduction {
			o.Townships[townships[facts.Township(x.Place)]].count(x)
		}
	}
	for _, x := range t.statuses {
		*map[Status]*int{Paid: &o.Paid, OnHold: &o.Held, Refused: &o.Refused, NotDue: &o.NotDue}[x.Status] += x.Count
	}
}

func (s *OverviewSum) count(x LineTotal) {
	s.Lines += x.Count
	s.Fen += x.Fen
}

// TownshipLines are the first lines of a township in a batch.
type TownshipLines struct {
	Head     ReportHead // without what a comparison adds
	Township string     // code; the first of the batch where none was asked for
	Lines    []ReportLine
	Count    int       // of all lines of the township
	Sum      money.Fen // of all of them, deductions taken off
}

// errEnough ends a stream of which enough is read.
var errEnough = errors.New("payroll: enough rows")

// TownshipLines gives the lines of a township by person, item, month, at most so many from the one with the index from on, and what all
// of them come to. Error: batch.missing.
func (b *Book) TownshipLines(ctx context.Context, id BatchID, township string, from, most int) (x TownshipLines, err error) {
	err = b.view(ctx, func(r Reader) error {
		p, t, err := b.light(ctx, r, id)
		if err != nil {
			return err
		}
		x.Head, x.Township = p.head, township
		if x.Township == "" && len(p.head.Townships) > 0 {
			x.Township = p.head.Townships[0].Code
		}
		for _, l := range t.lines {
			if facts.Township(l.Place) != x.Township {
				continue
			}
			x.Count += l.Count
			if l.Side == Deduction {
				x.Sum -= l.Fen
			} else {
				x.Sum += l.Fen
			}
		}
		if x.Count <= from {
			return nil
		}
		var lines []Line
		skip := from
		err = r.Lines(ctx, LineQuery{Batch: id, Within: x.Township}, func(l Line) error {
			if skip--; skip >= 0 {
				return nil
			}
			lines = append(lines, l)
			if len(lines) == most {
				return errEnough
			}
			return nil
		})
		if err != nil && !errors.Is(err, errEnough) {
			return err
		}
		x.Lines, err = p.written(lines)
		return err
	})
	return x, err
}

// written puts names, causes and sentences to some lines.
func (p *batchReport) written(lines []Line) (list []ReportLine, err error) {
	who := map[int64]*facts.Profile{}
	k := &knownFacts{persons: map[string]int64{}}
	for _, l := range lines {
		who[l.Person] = nil
		k.persons[num(l.Person)] = l.Person
	}
	for _, run := range k.runs() {
		if err := profilesIn(p.ctx, p.r, p.head.Batch, run[0], run[1], who); err != nil {
			return nil, err
		}
	}
	for no, f := range who {
		if f != nil {
			p.people[no] = &reportPerson{settlement: Settlement{Person: no, Name: f.Name, Category: f.Category}, id: f.ID.String()}
		}
	}
	if err := errors.Join(p.loadRuns(), p.loadBrought()); err != nil {
		return nil, err
	}
	if p.texts, err = p.r.Texts(p.ctx, p.head.Batch.ID); err != nil {
		return nil, err
	}
	for _, l := range lines {
		x, err := p.line(l)
		if err != nil {
			return nil, err
		}
		list = append(list, x)
	}
	return list, nil
}

// observedKey says what an observation of everybody depends on: all that the book knows, and the month.
type observedKey struct {
	digest string // of the journal's head
	month  calendar.Month
}
