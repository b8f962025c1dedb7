package payroll

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"zhida/rules/facts"
	"zhida/rules/message"
	"zhida/rules/money"
)

// fundBook is what rows about the money of funds are held against.
type fundBook struct {
	county *County
	closed map[int]bool                     // years, of those that the rows name
	pays   map[BatchID]map[string]money.Fen // what each batch that the rows name pays from each fund; nil for one that is not approved
}

// loadFunds reads what rows about the money of funds name; it is read once for a file of such.
func (k *knownFacts) loadFunds(ctx context.Context, r Reader, in *ImportBatch) error {
	switch in.FactKind() {
	case facts.KindTransfer, facts.KindAuthority, facts.KindVoucher:
	default:
		return nil
	}
	k.funds = fundBook{closed: map[int]bool{}, pays: map[BatchID]map[string]money.Fen{}}
	var err error
	if k.funds.county, err = settingsAt(ctx, r, 0); err != nil && message.Code(err) != "settings.none" {
		return err
	}
	for i := range in.Rows {
		f := in.Rows[i].Fact
		if year := f.From.Month().Year(); f.Kind != facts.KindVoucher && !has(k.funds.closed, year) {
			at, err := yearClosed(ctx, r, year)
			if err != nil {
				return err
			}
			k.funds.closed[year] = at != 0
		}
		var v voucherFact
		if f.Kind != facts.KindVoucher || json.Unmarshal([]byte(f.Body), &v) != nil || has(k.funds.pays, v.Batch) {
			continue
		}
		batch, err := r.Batch(ctx, v.Batch)
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		k.funds.pays[v.Batch] = nil
		if !batch.State.Committed() {
			continue
		}
		portions, err := portionsByPurse(ctx, r, v.Batch)
		if err != nil {
			return err
		}
		k.funds.pays[v.Batch] = map[string]money.Fen{}
		for _, p := range portions {
			k.funds.pays[v.Batch][p.Fund] += p.Pay
		}
	}
	return nil
}

func has[K comparable, V any](m map[K]V, key K) bool { _, is := m[key]; return is }

// check holds a row about money against funds, years and batches.
func (b *fundBook) check(row *ImportRow, bad func(column, code string, args ...any)) {
	var x struct {
		Fund  string    `json:"fund"`
		Batch string    `json:"batch"`
		Fen   money.Fen `json:"fen"`
	}
	if json.Unmarshal([]byte(row.Fact.Body), &x) != nil {
		return
	}
	if m := b.unknown(x.Fund); !m.IsZero() {
		bad("fund", m.Code, anys(m.Args)...)
	}
	if row.Fact.Kind != facts.KindVoucher {
		if year := row.Fact.From.Month().Year(); b.closed[year] {
			bad("date", "fund.year_done", year)
		}
		return
	}
	id, err := ParseBatchID(x.Batch)
	pays, there := b.pays[id]
	switch {
	case err != nil:
		bad("batch", "batch.id", x.Batch)
	case !there:
		bad("batch", "batch.missing", id)
	case b.county.fund(x.Fund) != nil && !row.Withdraw && (pays == nil || pays[x.Fund] != x.Fen):
		bad("fen", "fund.voucher", id.String()+" "+x.Fund, x.Fen, pays[x.Fund])
	}
}

// unknown says that the settings have no fund of a code, with the one that was likely meant: by its name, or the nearest code.
func (b *fundBook) unknown(code string) (m message.Message) {
	if b.county.fund(code) != nil {
		return m
	}
	if b.county == nil || len(b.county.Funds) == 0 {
		return message.M("fund.unknown", code)
	}
	var codes, all []string
	near := ""
	for _, f := range b.county.Funds {
		codes, all = append(codes, f.Code), append(all, f.Code+" "+f.Name)
		if f.Name == code {
			near = f.Code
		}
	}
	if near == "" && code != "" {
		near = nearest(code, codes)
		if slices.ContainsFunc(codes, func(x string) bool { return x != near && message.Distance(code, x) <= message.Distance(code, near) }) {
			near = "" // F9 is as near to F1 as to F2
		}
	}
	if near == "" {
		return message.M("import.fund", code, strings.Join(all, "、"))
	}
	return message.M("import.fund_near", code, all[slices.Index(codes, near)], strings.Join(all, "、"))
}
