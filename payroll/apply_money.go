package payroll

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"zhida/payroll/ledger"
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/identity"
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
	case facts.KindTransfer, facts.KindAuthority, facts.KindVoucher, facts.KindStatement:
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
		if year := f.From.Month().Year(); (f.Kind == facts.KindTransfer || f.Kind == facts.KindAuthority) && !has(k.funds.closed, year) {
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
		portions, err := portionsByPurse(ctx, r, batch)
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

// moneyRow is what a row of money that came in, of budget authority or of a payment voucher says of itself.
type moneyRow struct {
	Fund     string    `json:"fund"`
	Document string    `json:"document"`
	Place    string    `json:"place"`
	Voucher  string    `json:"voucher"`
	Batch    string    `json:"batch"`
	Fen      money.Fen `json:"fen"`

	date  calendar.Date
	where string
}

func moneyRowOf(f Fact) (m moneyRow, err error) {
	m.date, m.where = f.From, f.Where
	return m, decode(f, &m)
}

// String is what tells it from others under its number: F03 湘财预〔2026〕31号.
func (m moneyRow) String() string {
	return strings.Join(slices.DeleteFunc([]string{m.Batch, m.Fund, m.Document, m.Place}, func(s string) bool { return s == "" }), " ")
}

// number is that of its voucher, of budget authority that of its document, and the column it stands in.
func (m moneyRow) number() (number, column string) {
	if m.Voucher == "" {
		return m.Document, "document"
	}
	return m.Voucher, "voucher"
}

// again says whether two rows of one number are likely the same money. One voucher may be divided among places; numbers of vouchers begin
// anew each year; a budget document may give to several funds, but hardly the same amount.
func (m moneyRow) again(old moneyRow) bool {
	if m.Voucher == "" {
		return m.Fen == old.Fen
	}
	divided := m.Place != "" && old.Place != "" && m.Place != old.Place && m.Fund == old.Fund && FoldNumber(m.Document) == FoldNumber(old.Document)
	return !divided && (m.date.Year() == old.date.Year() || m.Fen == old.Fen)
}

// documentYear is the year in a folded number of a document.
var documentYear = regexp.MustCompile(`\((\d{4})\)`)

// asksDate asks about money dated before the year of its document, as all dates are that moved from a workbook whose days count from
// 1904, and about money in a month that is closed, whose report stays without it.
func (b *fundBook) asksDate(row *ImportRow, ask func(column string, m message.Message)) {
	x, err := moneyRowOf(row.Fact)
	if err != nil {
		return // registeredTwice says it
	}
	date := x.date
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
func (p *importPlan) registeredTwice(known *knownFacts, in *ImportBatch) error {
	switch in.FactKind() {
	case facts.KindTransfer, facts.KindAuthority, facts.KindVoucher:
	default:
		return nil
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
	rows := map[string][]moneyRow{} // by folded number
	for i, f := range slices.Concat(standing, p.put) {
		row, err := moneyRowOf(f)
		if err != nil {
			return err
		}
		number, column := row.number()
		list := rows[foldVoucher(number)]
		if at := slices.IndexFunc(list, row.again); i >= len(standing) && at >= 0 {
			old := list[at]
			p.ask(in.File, rowAt(in, f), column, message.M("import.money_twice", number, old, old.date, old.Fen, old.where, row, row.date, row.Fen))
		}
		rows[foldVoucher(number)] = append(list, row)
	}
	return nil
}

// turned is what a row does to money that the book may have already.
type turned struct {
	row           *ImportRow
	before, after *Fact // nil of what is new, and of what is withdrawn
}

// column is where the row says so.
func (t *turned) column() string {
	if t.row.Withdraw {
		return "withdraw"
	}
	return "fen"
}

// turns puts what good rows end beside what they put in its place.
func (p *importPlan) turns(known *knownFacts, in *ImportBatch) (list []turned) {
	ends, puts := map[factKey]*Fact{}, map[factKey]*Fact{}
	for i := range p.end {
		ends[keyOf(p.end[i])] = &p.end[i]
	}
	for i := range p.put {
		puts[keyOf(p.put[i])] = &p.put[i]
	}
	for i := range in.Rows {
		row := &in.Rows[i]
		f := row.Fact
		f.Person = known.persons[row.PersonID]
		k := keyOf(f)
		if before, after := ends[k], puts[k]; (before != nil || after != nil) && !p.bad[placeOf(row)] {
			list = append(list, turned{row, before, after})
			delete(ends, k)
			delete(puts, k)
		}
	}
	return list
}

// takesBack refuses rows by which more is taken back than there is: of what is owed from before the book what has been settled since, and
// money of a fund that has been given away.
func (p *importPlan) takesBack(ctx context.Context, r Reader, known *knownFacts, in *ImportBatch) error {
	switch in.FactKind() {
	case facts.KindDebt:
		return p.settledMore(ctx, r, known, in)
	case facts.KindTransfer, facts.KindAuthority:
		return p.overdraws(ctx, r, known, in)
	}
	return nil
}

func (p *importPlan) settledMore(ctx context.Context, r Reader, known *knownFacts, in *ImportBatch) error {
	head, err := r.Head(ctx)
	if err != nil {
		return err
	}
	for _, t := range p.turns(known, in) {
		if t.before == nil {
			continue
		}
		var was, is debtFact
		if err := decode(*t.before, &was); err != nil {
			return err
		}
		if t.after != nil {
			if err := decode(*t.after, &is); err != nil {
				return err
			}
		}
		if is.Fen >= was.Fen {
			continue
		}
		e := Entry{Person: t.before.Person, Origin: NewBatchID(was.Month, 0), Item: was.Item, Month: was.Month, Fen: is.Fen - was.Fen}
		m, err := stillOwed(ctx, r, e, head.Position)
		if err != nil {
			return err
		}
		if !m.IsZero() {
			p.refuse(message.Problems{{File: in.File, Sheet: t.row.Sheet, Cell: t.row.Cell(t.column()), Message: m}}, false)
		}
	}
	return nil
}

func (p *importPlan) overdraws(ctx context.Context, r Reader, known *knownFacts, in *ImportBatch) error {
	changes := p.turns(known, in)
	if !slices.ContainsFunc(changes, func(t turned) bool { return t.before != nil }) {
		return nil // nothing is taken out
	}
	post, err := newPoster(ctx, r, "")
	if err != nil {
		return err
	}
	effects := make([]map[string]money.Fen, len(changes)) // of each, by fund
	for i, t := range changes {
		effects[i] = map[string]money.Fen{}
		for _, f := range []*Fact{t.before, t.after} {
			if f == nil {
				continue
			}
			var x transferFact
			if err := decode(*f, &x); err != nil {
				return err
			}
			if f == t.before {
				x.Fen = -x.Fen
			}
			post.move(Purse{Fund: x.Fund, Place: x.Place}, ledger.Received, ledger.Available, x.Fen)
			effects[i][x.Fund] += x.Fen
		}
	}
	lacks := post.overdrawn(known.funds.county)
	for i, t := range changes {
		for _, fund := range sortedKeys(effects[i]) {
			if lacks[fund] > 0 && effects[i][fund] < 0 {
				p.refuse(message.Problems{{File: in.File, Sheet: t.row.Sheet, Cell: t.row.Cell(t.column()), Message: message.M("fund.spent", fund, known.funds.county.FundName(fund), lacks[fund])}}, false)
			}
		}
	}
	return nil
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
		near = likeliest(code, codes)
	}
	if near == "" {
		return message.M("import.fund", code, strings.Join(all, "、"))
	}
	return message.M("import.fund_near", code, all[slices.Index(codes, near)], strings.Join(all, "、"))
}

// unknownAccount says that the settings have no account of a number, with the one that was likely meant: a statement of another account
// matches nothing, and the month stays open for what is not there.
func (b *fundBook) unknownAccount(account string) (m message.Message) {
	var accounts, all []string
	if b.county != nil {
		for _, f := range b.county.Funds {
			if f.Kind == FundAccount {
				accounts, all = with(accounts, f.Account), with(all, f.Account+" "+f.Name)
			}
		}
		for _, code := range sortedKeys(b.county.Banks) {
			if own := b.county.Banks[code].Account; !slices.Contains(accounts, own) {
				accounts, all = with(accounts, own), with(all, own+" "+code)
			}
		}
	}
	if slices.Contains(accounts, account) {
		return m
	}
	if near := likeliest(account, accounts); near != "" {
		return message.M("import.account_near", identity.Hide(narrow.Replace(account)), near, strings.Join(all, "、"))
	}
	return message.M("import.account_unknown", identity.Hide(narrow.Replace(account)), cmp.Or(strings.Join(all, "、"), "—"))
}
