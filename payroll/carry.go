package payroll

import (
	"context"
	"slices"

	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/message"
	"zhida/rules/money"
)

// carry moves receivables by what a file says is owed from before this book: by the
// difference to what it said before, so that what has been settled since stays settled.
// Error: owed.settled_more when more has been settled than is now said to be owed.
func carry(ctx context.Context, tx Tx, plan *importPlan, position int64) error {
	type receivable struct {
		person int64
		item   string
		month  calendar.Month
	}
	change := map[receivable]money.Fen{}
	documents := map[receivable]debtFact{}
	var order []receivable
	for i, f := range slices.Concat(plan.put, plan.end) {
		if f.Kind != facts.KindDebt {
			continue
		}
		var d debtFact
		if err := decode(f, &d); err != nil {
			return err
		}
		k := receivable{f.Person, d.Item, d.Month}
		if _, ok := change[k]; !ok {
			order = append(order, k)
			documents[k] = d
		}
		if i < len(plan.put) {
			change[k] += d.Fen
		} else {
			change[k] -= d.Fen
		}
	}
	if len(order) == 0 {
		return nil
	}
	items, err := itemsEver(ctx, tx)
	if err != nil {
		return err
	}
	var moves []Entry
	for _, k := range order {
		if change[k] == 0 { // other terms, the same amount
			continue
		}
		e := Entry{Person: k.person, Origin: NewBatchID(k.month, 0), Item: k.item, Month: k.month, Position: position, Way: Carried,
			Fund: items[k.item].Fund, Fen: change[k], Date: documents[k].Date, Document: documents[k].Document}
		if e.Fen < 0 {
			m, err := stillOwed(ctx, tx, e, position)
			if err != nil {
				return err
			}
			if !m.IsZero() {
				return &message.Error{Message: m}
			}
		}
		moves = append(moves, e)
	}
	return tx.PutEntries(ctx, moves)
}

// stillOwed refuses to take away from a receivable more than is left of it.
func stillOwed(ctx context.Context, r Reader, e Entry, horizon int64) (m message.Message, err error) {
	list, err := debtors(ctx, r, e.Person, horizon)
	if err != nil {
		return m, err
	}
	left := money.Fen(0)
	for _, d := range list {
		for _, x := range d.Open {
			if x.Origin == e.Origin && x.Item == e.Item && x.Month == e.Month {
				left = x.Fen
			}
		}
	}
	if left+e.Fen < 0 {
		m = message.M("owed.settled_more", e.Person, left, -e.Fen)
	}
	return m, nil
}

// debtOf finds the terms on which something is owed from before this book.
func debtOf(ctx context.Context, r Reader, e Entry) (d debtFact, err error) {
	err = r.Facts(ctx, FactQuery{First: e.Person, Last: e.Person, Kinds: []facts.Kind{facts.KindDebt}}, func(f Fact) error {
		var x debtFact
		if err := decode(f, &x); err != nil {
			return err
		}
		if x.Item == e.Item && x.Month == e.Month {
			d = x
		}
		return nil
	})
	return d, err
}
