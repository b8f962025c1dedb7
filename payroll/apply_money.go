package payroll

import (
	"context"
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"zhida/rules/facts"
	"zhida/rules/message"
	"zhida/rules/money"
)

// fundBook is what rows about the money of funds are held against.
type fundBook struct {
	county *County
	closed map[int]bool                     // years, of those that the rows name
	months []Closed                         // that are closed
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
	if k.funds.months, err = closings(ctx, r); err != nil {
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

// moneyFact is what rows of money that came in, of budget authority and of payment vouchers say of themselves.
type moneyFact struct {
	Fund     string    `json:"fund"`
	Document string    `json:"document"`
	Place    string    `json:"place"`
	Voucher  string    `json:"voucher"`
	Batch    string    `json:"batch"`
	Fen      money.Fen `json:"fen"`
}

// String is what tells it from others under its number: F03 湘财预〔2026〕31号.
func (m moneyFact) String() string {
	return strings.Join(slices.DeleteFunc([]string{m.Batch, m.Fund, m.Document, m.Place}, func(s string) bool { return s == "" }), " ")
}

// documentYear is the year in a folded number of a document.
var documentYear = regexp.MustCompile(`\((\d{4})\)`)

// asksDate asks about money dated before the year of its document, as all dates are that moved from a workbook whose days count from
// 1904, and about money in a month that is closed, whose report stays without it.
func (b *fundBook) asksDate(row *ImportRow, ask func(column string, m message.Message)) {
	var x moneyFact
	if decode(row.Fact, &x) != nil {
		return
	}
	date := row.Fact.From
	if found := documentYear.FindStringSubmatch(FoldNumber(x.Document)); found != nil {
		if year, err := strconv.Atoi(found[1]); err == nil && date.Year() < year {
			ask("date", message.M("import.before_document", date, x.Document))
		}
	}
	if i := slices.IndexFunc(b.months, func(c Closed) bool { return c.Month == date.Month() }); i >= 0 {
		ask("date", message.M("import.month_closed", date, date.Month(), b.months[i].On))
	}
}

// registeredTwice asks about money that another row has under the same number, in the book or in the file.
func (p *importPlan) registeredTwice(known *knownFacts, in *ImportBatch) {
	switch in.FactKind() {
	case facts.KindTransfer, facts.KindAuthority, facts.KindVoucher:
	default:
		return
	}
	ended := map[factKey]bool{}
	for _, f := range p.end {
		ended[keyOf(f)] = true
	}
	var standing []Fact
	for _, f := range known.facts {
		if f.Kind == in.FactKind() && !ended[keyOf(f)] {
			standing = append(standing, f)
		}
	}
	sortFacts(standing)
	for _, f := range p.put {
		if at := slices.IndexFunc(standing, func(x Fact) bool { return sameMoney(x, f) }); at >= 0 {
			var was, is moneyFact
			if x := standing[at]; decode(x, &was) == nil && decode(f, &is) == nil {
				column, number := "voucher", is.Voucher
				if number == "" {
					column, number = "document", is.Document
				}
				p.ask(in.File, rowAt(in, f), column, message.M("import.money_twice", number, was, x.From, was.Fen, x.Where, is, f.From, is.Fen))
			}
		}
		standing = append(standing, f)
	}
}

// sameMoney says whether two rows are likely the same money. One voucher may be divided among places; numbers of vouchers begin anew
// each year; a budget document may give to several funds, but hardly the same amount.
func sameMoney(a, b Fact) bool {
	var x, y moneyFact
	if decode(a, &x) != nil || decode(b, &y) != nil {
		return false
	}
	if b.Kind == facts.KindAuthority {
		return FoldNumber(x.Document) == FoldNumber(y.Document) && x.Fen == y.Fen
	}
	divided := x.Place != "" && y.Place != "" && x.Place != y.Place && x.Fund == y.Fund && FoldNumber(x.Document) == FoldNumber(y.Document)
	return foldVoucher(x.Voucher) == foldVoucher(y.Voucher) && !divided && (a.From.Year() == b.From.Year() || x.Fen == y.Fen)
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
