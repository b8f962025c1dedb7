package payroll

import (
	"cmp"
	"slices"

	"github.com/shopspring/decimal"

	"zhida/payroll/ledger"
	"zhida/rules/money"
)

// Purse is a fund's money for one place: what portions, postings and closings add up by.
type Purse = ledger.Purse

func comparePurses(a, b Purse) int {
	return cmp.Or(cmp.Compare(a.Fund, b.Fund), cmp.Compare(a.Place, b.Place))
}

// Portion is what a batch does to one person's money of one purse, in fen:
//
//	Gross - Deduction + Moved + Reissued = Pay + Held - Owed
//
// summed over a person's purses it is the settlement, and Moved comes to nothing.
type Portion struct {
	Batch  BatchID
	Person int64
	Purse
	Gross     money.Fen // of the lines, shared among co-funding funds
	Deduction money.Fen // withheld from this purse for institutions
	Moved     money.Fen // set off between purses: positive came from another, negative went to one
	Held      money.Fen // change
	Owed      money.Fen // change
	Reissued  money.Fen // paid again from what had come back
	Pay       money.Fen

	// Of portions added up over persons, where Held and Moved have only what is positive:
	// what was released, and what went to other purses.
	released, given money.Fen
	payees          int
}

func (p *Portion) idle() bool {
	return p.Gross == 0 && p.Deduction == 0 && p.Moved == 0 && p.Held == 0 && p.Owed == 0 && p.Reissued == 0 && p.Pay == 0
}

// portion shares what a settlement does among the purses that its lines, its entries and
// the money held before belong to. held is what was held before the batch, by purse.
// Deductions come out of the purses in proportion to what they give; a purse that falls
// below nothing, because money comes back to it, is filled from the others: that is what
// setting off means for funds.
func (p *channelPart) portion(county *County, held map[Purse]money.Fen) []Portion {
	at := map[Purse]*Portion{}
	of := func(k Purse) *Portion {
		if at[k] == nil {
			at[k] = &Portion{Person: p.settlement.Person, Purse: k}
		}
		return at[k]
	}
	for i := range p.lines {
		if l := &p.lines[i]; l.Side == Gross {
			for _, x := range county.shares(&l.Line, l.whole) {
				of(Purse{Fund: x.fund, Place: l.Place}).Gross += x.fen
			}
		}
	}
	for i := range p.entries {
		if e := &p.entries[i]; e.Way != Reinstated {
			of(Purse{Fund: e.Fund, Place: e.Place}).Owed += e.Fen
		}
	}
	for k := range held {
		of(k)
	}
	list := make([]*Portion, 0, len(at))
	for _, x := range at {
		list = append(list, x)
	}
	slices.SortFunc(list, func(a, b *Portion) int { return comparePurses(a.Purse, b.Purse) })
	p.withhold(list, of)
	if len(at) > len(list) { // a refunded deduction had a purse of its own
		list = list[:0]
		for _, x := range at {
			list = append(list, x)
		}
		slices.SortFunc(list, func(a, b *Portion) int { return comparePurses(a.Purse, b.Purse) })
	}
	left := make([]money.Fen, len(list)) // to be paid or held, by purse
	for i, x := range list {
		left[i] = x.Gross - x.Deduction + held[x.Purse] + x.Owed
	}
	setOff(list, left)
	p.payOut(list, left, held)
	out := make([]Portion, 0, len(list))
	for _, x := range list {
		if !x.idle() {
			out = append(out, *x)
		}
	}
	return out
}

// withhold takes the deductions out of the purses, in proportion to what each gives; a
// refund goes to the purse of its own line.
func (p *channelPart) withhold(list []*Portion, of func(Purse) *Portion) {
	var withheld money.Fen
	for i := range p.lines {
		l := &p.lines[i]
		switch {
		case l.Side != Deduction:
		case l.Fen > 0:
			withheld += l.Fen
		default:
			of(Purse{Fund: l.Fund, Place: l.Place}).Deduction += l.Fen
		}
	}
	if withheld == 0 {
		return
	}
	weights := make([]decimal.Decimal, len(list))
	for i, x := range list {
		weights[i] = decimal.New(int64(max(x.Gross, 0)), 0)
	}
	parts, err := money.Split(withheld, weights)
	if err != nil { // no purse gives anything: there was a refund to take it from
		for i := range p.lines {
			if l := &p.lines[i]; l.Side == Deduction && l.Fen > 0 {
				of(Purse{Fund: l.Fund, Place: l.Place}).Deduction += l.Fen
			}
		}
		return
	}
	for i, x := range list {
		x.Deduction += parts[i]
	}
}

// setOff fills purses below nothing from the others, those of the same fund first.
func setOff(list []*Portion, left []money.Fen) {
	for i := range list {
		for _, sameFund := range []bool{true, false} {
			for j := range list {
				if left[i] >= 0 {
					break
				}
				if (list[j].Fund == list[i].Fund) != sameFund || left[j] <= 0 {
					continue
				}
				part := min(left[j], -left[i])
				left[i], left[j] = left[i]+part, left[j]-part
				list[i].Moved += part
				list[j].Moved -= part
			}
		}
	}
}

// payOut parts what is left into what stays held and what is paid.
func (p *channelPart) payOut(list []*Portion, left []money.Fen, held map[Purse]money.Fen) {
	var before money.Fen
	for _, fen := range held {
		before += fen
	}
	keep := before + p.settlement.Held // held after the batch
	stays := make([]money.Fen, len(list))
	for _, most := range []func(i int) money.Fen{
		func(i int) money.Fen { return held[list[i].Purse] }, // what was held stays where it was, as far as it goes
		func(i int) money.Fen { return left[i] },
	} {
		for i := range list {
			part := max(min(keep, min(most(i), left[i])-stays[i]), 0)
			stays[i] += part
			keep -= part
		}
	}
	for i, x := range list {
		x.Held = stays[i] - held[x.Purse]
		x.Pay = left[i] - stays[i]
	}
}

// fundShare is a part of a line that one fund pays.
type fundShare struct {
	fund string
	fen  money.Fen
}

// shares divides a line among the funds that pay it; without a co-funding rule, or with
// whole, its own fund pays it whole. The parts add up to the line, whatever its sign.
func (c *County) shares(l *Line, whole bool) []fundShare {
	if c == nil || whole {
		return []fundShare{{l.Fund, l.Fen}}
	}
	rule := c.cofunding(l)
	if rule == nil {
		return []fundShare{{l.Fund, l.Fen}}
	}
	weights := make([]decimal.Decimal, len(rule.Shares))
	for i, s := range rule.Shares {
		weights[i] = decimal.New(int64(s.Share), 0)
	}
	parts, err := money.Split(l.Fen, weights)
	if err != nil {
		return []fundShare{{l.Fund, l.Fen}} // the settings were checked: shares are positive
	}
	list := make([]fundShare, 0, len(parts))
	for i, part := range parts {
		list = append(list, fundShare{rule.Shares[i].Fund, part})
	}
	return list
}
