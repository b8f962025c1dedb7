package payroll

import (
	"cmp"
	"context"
	"slices"

	"zhida/rules/calendar"
)

// Trend is what each item comes to in the committed batches of the twelve months up to one, of all channels, corrections in the
// months of their batches; with a fund, its lines alone. By month, then item.
func (b *Book) Trend(ctx context.Context, upto calendar.Month, fund string) (list []TrendSum, err error) {
	err = b.view(ctx, func(r Reader) error {
		batches, err := r.Batches(ctx)
		if err != nil {
			return err
		}
		names, err := printedNames(ctx, r)
		if err != nil {
			return err
		}
		ids, _ := lastMonths(batches, upto)
		list, err = trendOf(ctx, r, ids, fund, names)
		return err
	})
	return list, err
}

// lastMonths are the committed batches of the twelve months up to one, and the months that they are of, in order.
func lastMonths(batches []Batch, upto calendar.Month) (ids []BatchID, months []calendar.Month) {
	for _, x := range batches { // by id, so by month
		m := x.ID.Month()
		if ago := upto.Sub(m); !x.State.Committed() || ago < 0 || ago >= trendMonths {
			continue
		}
		ids = append(ids, x.ID)
		if n := len(months); n == 0 || months[n-1] != m {
			months = append(months, m)
		}
	}
	return ids, months
}

// trendOf adds the lines of batches up by the month of the batch and item.
func trendOf(ctx context.Context, r Reader, ids []BatchID, fund string, names map[string]string) (list []TrendSum, err error) {
	type key struct {
		month calendar.Month
		item  string
	}
	at := map[key]*TrendSum{}
	err = r.LineSums(ctx, ids, fund, func(l LineSum) error {
		k := key{l.Batch.Month(), l.Item}
		if at[k] == nil {
			at[k] = &TrendSum{Month: k.month, Item: l.Item, ItemName: cmp.Or(names[l.Item], l.Item), Deduction: l.Side == Deduction}
		}
		at[k].Fen += l.Fen
		return nil
	})
	for _, sum := range at {
		list = append(list, *sum)
	}
	slices.SortFunc(list, func(a, b TrendSum) int { return cmp.Or(cmp.Compare(a.Month, b.Month), cmp.Compare(a.Item, b.Item)) })
	return list, err
}
