package payroll

import (
	"context"
	"encoding/json"
	"strconv"

	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/message"
)

// paying is from when on a book pays.
type paying struct {
	first calendar.Month // it settles no month before
	next  calendar.Date  // the next batch pays to the accounts in force on this day, or on a later one
}

// findIdle notes the rows that came in and change no money that the book pays: what they state ended before its first month, or
// something later holds from before it. They may be kept for the record, and a wrong date looks
// just so. Nothing is said before the book has a first month, nor of kinds of which that cannot be told:
// service counts whenever it was, documents may read any reference, a calendar comes for a whole year.
func (p *importPlan) findIdle(ctx context.Context, r Reader, known *knownFacts, in *ImportBatch, came []*ImportRow) error {
	meta, err := r.Meta(ctx)
	if err != nil {
		return err
	}
	batches, err := r.Batches(ctx)
	if err != nil {
		return err
	}
	ran, err := lastPaid(ctx, r)
	if err != nil {
		return err
	}
	t := paying{first: cutover(meta, batches)}
	if t.next = max(t.first, ran).Last(); t.first == 0 {
		return nil
	}
	if p.idleAt(known, in, came, t); len(p.idle) == 0 {
		return nil
	}
	last, err := r.LastPerson(ctx)
	if err != nil {
		return err
	}
	paid, err := firstPaidMonth(ctx, r, &calc{last: last}) // reads much, so it is asked last
	if err != nil || paid == 0 || paid >= t.first {
		return err
	}
	t.first = paid
	p.idle = nil
	p.idleAt(known, in, came, t)
	return nil
}

func (p *importPlan) idleAt(known *knownFacts, in *ImportBatch, came []*ImportRow, t paying) {
	type cell struct{ sheet, cell string }
	ended, refused := map[factKey]bool{}, map[cell]bool{}
	for _, f := range p.end {
		ended[keyOf(f)] = true
	}
	for _, x := range p.problems {
		refused[cell{x.Sheet, strconv.Itoa(rowOf(x.Cell))}] = true
	}
	for _, row := range came {
		if refused[cell{row.Sheet, strconv.Itoa(row.Row)}] {
			continue
		}
		if m := known.idle(row, ended, t); !m.IsZero() {
			column := "from"
			for _, c := range []string{"date", "year"} { // of a kind without a column 起始日期
				if row.Columns[column] == "" && row.Columns[c] != "" {
					column = c
				}
			}
			p.idle = append(p.idle, message.Problem{File: in.File, Sheet: row.Sheet, Cell: row.Cell(column), Message: m})
		}
	}
}

// idle says why a row changes no money that the book pays; nothing where it may.
func (k *knownFacts) idle(row *ImportRow, ended map[factKey]bool, t paying) (m message.Message) {
	f, first := row.Fact, t.first.First()
	if row.PersonID != "" {
		f.Person = k.persons[row.PersonID]
	}
	switch f.Kind {
	case facts.KindDay:
		f.To = f.From
	case facts.KindAbsence, facts.KindHold, facts.KindOrder, facts.KindRecipient:
	case facts.KindPerson:
		var p facts.Profile
		if decode(f, &p) != nil || p.Died != 0 {
			return m // a death is known for good
		}
	case facts.KindPlace, facts.KindAmount, facts.KindAccount:
	case facts.KindAssessment:
		var a facts.Assessment
		if decode(f, &a) == nil && a.Year < t.first.Year()-1 {
			return message.M("import.idle_year", a.Year, t.first)
		}
		return m
	default:
		return m
	}
	if f.To < first {
		return message.M("import.idle_ended", f.To, t.first)
	}
	after := k.following(f, ended)
	switch {
	case after == nil:
	case f.Kind == facts.KindAccount && after.From <= t.next:
		var a facts.Account
		if json.Unmarshal([]byte(after.Body), &a) == nil {
			return message.M("import.idle_account", f.From, after.From, a.Card)
		}
	case f.Kind != facts.KindAccount && after.From <= first:
		return message.M("import.idle_followed", f.From, after.From, t.first)
	}
	return m
}

// following is what the book has of the same state from the nearest later day on; happenings are followed by nothing.
func (k *knownFacts) following(f Fact, ended map[factKey]bool) (after *Fact) {
	switch f.Kind {
	case facts.KindPerson, facts.KindPlace, facts.KindAmount, facts.KindAccount:
	default:
		return nil
	}
	list := k.series[seriesOf(f)]
	for i := range list {
		if x := &list[i]; x.From > f.From && !ended[keyOf(*x)] && (after == nil || x.From < after.From) {
			after = x
		}
	}
	return after
}
