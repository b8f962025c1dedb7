package payroll

import (
	"context"
	"slices"

	"zhida/rules/calendar"
	"zhida/rules/message"
	"zhida/rules/money"
)

// PaymentOrder is what goes to the bank and the treasury on paper for a batch: the files
// with their sums, and what each fund pays. All totals are the batch's.
type PaymentOrder struct {
	County *County
	Batch  Batch
	Date   calendar.Date // of the export
	Files  []OrderFile
	Funds  []OrderFund
	Taken  []OrderInstitution
	Total  money.Fen // of the files, which is what the funds pay and what the list comes to
}

// OrderFile is one bank file on the order.
type OrderFile struct {
	ExportFile
	Setting BankSetting
}

// OrderFund is what one fund pays of a batch.
type OrderFund struct {
	Fund
	People int // with a payment that the fund shares
	Fen    money.Fen
	Taken  money.Fen // deductions out of it
}

// OrderInstitution is what one institution gets of the deductions.
type OrderInstitution struct {
	Institution string
	Rows        int
	Fen         money.Fen
}

// PaymentOrder gathers the papers of a batch that has been exported. Errors: batch.state,
// fund.totals when files, list and funds do not agree.
func (b *Book) PaymentOrder(ctx context.Context, id BatchID) (o PaymentOrder, err error) {
	out, err := b.Outgoing(ctx, id)
	if err != nil {
		return o, err
	}
	o = PaymentOrder{County: out.County, Batch: out.Batch, Date: out.Date}
	for _, r := range out.Remittances {
		n := len(o.Taken)
		if n == 0 || o.Taken[n-1].Institution != r.Institution {
			o.Taken = append(o.Taken, OrderInstitution{Institution: r.Institution})
			n++
		}
		o.Taken[n-1].Rows++
		o.Taken[n-1].Fen += r.Fen
	}
	var list money.Fen
	for _, p := range out.Payments {
		list += p.Fen
	}
	err = b.view(ctx, func(r Reader) error {
		files, err := r.Exports(ctx, id)
		if err != nil {
			return err
		}
		if len(files) == 0 && len(out.Payments) > 0 {
			return message.Err("order.not_exported", id)
		}
		for _, f := range files {
			o.Files = append(o.Files, OrderFile{f, out.County.Banks[f.Bank]})
			o.Total += f.Total
		}
		at, last := map[string]*OrderFund{}, map[string]int64{}
		err = r.Portions(ctx, id, func(p Portion) error {
			x := at[p.Fund]
			if x == nil {
				x = &OrderFund{Fund: Fund{Code: p.Fund, Name: out.County.FundName(p.Fund)}}
				if f := out.County.fund(p.Fund); f != nil {
					x.Fund = *f
				}
				at[p.Fund] = x
			}
			if p.Pay > 0 && last[p.Fund] != p.Person {
				x.People++
				last[p.Fund] = p.Person
			}
			x.Fen += p.Pay
			x.Taken += p.Deduction
			return nil
		})
		for _, code := range sortedKeys(at) {
			o.Funds = append(o.Funds, *at[code])
		}
		return err
	})
	if err != nil {
		return o, err
	}
	o.Funds = slices.DeleteFunc(o.Funds, func(f OrderFund) bool { return f.Fen == 0 && f.Taken == 0 })
	var funds money.Fen
	for _, f := range o.Funds {
		funds += f.Fen
	}
	if o.Total != list || funds != list || list != o.Batch.Net {
		return o, message.Err("fund.totals", id, o.Total, list, funds)
	}
	return o, nil
}
