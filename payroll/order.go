package payroll

import (
	"context"
	"slices"

	"zhida/rules/calendar"
	"zhida/rules/facts"
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
	People  int // with a payment that the fund shares
	Fen     money.Fen
	Taken   money.Fen // deductions out of it
	Voucher string    // of the treasury, "" while it has not come back
	Places  []OrderPlace
}

// OrderPlace is what one fund pays for one place.
type OrderPlace struct {
	Place  string // division code
	Name   string
	People int
	Fen    money.Fen
}

// voucherFact is the number under which the treasury paid a fund's part of a batch.
type voucherFact struct {
	Batch   BatchID   `json:"batch"`
	Fund    string    `json:"fund"`
	Voucher string    `json:"voucher"`
	Fen     money.Fen `json:"fen"`
}

// vouchersOf are the vouchers of a batch, by fund.
func vouchersOf(ctx context.Context, r Reader, id BatchID) (map[string]string, error) {
	numbers := map[string]string{}
	err := r.Facts(ctx, FactQuery{Kinds: []facts.Kind{facts.KindVoucher}}, func(f Fact) error {
		var v voucherFact
		err := decode(f, &v)
		if err == nil && v.Batch == id {
			numbers[v.Fund] = v.Voucher
		}
		return err
	})
	return numbers, err
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
		places := map[string]map[string]*OrderPlace{}
		err = r.Portions(ctx, id, func(p Portion) error {
			x := at[p.Fund]
			if x == nil {
				x = &OrderFund{Fund: Fund{Code: p.Fund, Name: out.County.FundName(p.Fund)}}
				if f := out.County.fund(p.Fund); f != nil {
					x.Fund = *f
				}
				at[p.Fund], places[p.Fund] = x, map[string]*OrderPlace{}
			}
			if p.Pay > 0 {
				if places[p.Fund][p.Place] == nil {
					places[p.Fund][p.Place] = &OrderPlace{}
				}
				places[p.Fund][p.Place].People++
				places[p.Fund][p.Place].Fen += p.Pay
			}
			if p.Pay > 0 && last[p.Fund] != p.Person {
				x.People++
				last[p.Fund] = p.Person
			}
			x.Fen += p.Pay
			x.Taken += p.Deduction
			return nil
		})
		if err != nil {
			return err
		}
		numbers, err := vouchersOf(ctx, r, id)
		if err != nil {
			return err
		}
		world, err := loadWorld(ctx, r, out.Meta, 0)
		if err != nil {
			return err
		}
		for _, code := range sortedKeys(at) {
			x := at[code]
			x.Voucher = numbers[code]
			for _, place := range sortedKeys(places[code]) {
				x.Places = append(x.Places, OrderPlace{place, villageName(world, place), places[code][place].People, places[code][place].Fen})
			}
			o.Funds = append(o.Funds, *x)
		}
		return nil
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
