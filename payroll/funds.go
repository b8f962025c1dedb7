package payroll

import (
	"context"
	"slices"

	"zhida/payroll/journal"
	"zhida/payroll/ledger"
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/message"
	"zhida/rules/money"
)

// transferFact is what facts of money that came in say of it; budget authority has only
// fund, document, date and amount.
type transferFact struct {
	Fund     string        `json:"fund"`
	Document string        `json:"document"`
	Place    string        `json:"place"` // "" for the fund as a whole
	Date     calendar.Date `json:"date"`
	Fen      money.Fen     `json:"fen"`
}

// ledgerAt adds the postings up to a position up by purse.
func ledgerAt(ctx context.Context, r Reader, position int64) (ledger.Book, error) {
	book := ledger.Book{}
	err := r.Postings(ctx, 0, position, func(_ int64, p ledger.Posting) error { book.Post(p); return nil })
	return book, err
}

// poster makes the postings of one event. It keeps the ledger as it goes, so that money
// that is spent is first looked for in the purse and then in the fund's general money.
type poster struct {
	book  ledger.Book
	list  []ledger.Posting
	ref   string
	short map[string]money.Fen // by fund that must not lack money, what it lacks
}

func newPoster(ctx context.Context, r Reader, ref string) (*poster, error) {
	head, err := r.Head(ctx)
	if err != nil {
		return nil, err
	}
	book, err := ledgerAt(ctx, r, head.Position)
	return &poster{book: book, ref: ref, short: map[string]money.Fen{}}, err
}

// move posts fen of a purse; nothing when there are none, backwards when they are negative.
func (p *poster) move(k Purse, from, to ledger.Account, fen money.Fen) {
	if fen < 0 {
		from, to, fen = to, from, -fen
	}
	if fen == 0 {
		return
	}
	x := ledger.Posting{Fund: k.Fund, Place: k.Place, Source: from, Target: to, Fen: fen, Ref: p.ref}
	p.book.Post(x)
	p.list = append(p.list, x)
}

// spend takes fen of what is available to a purse; what it lacks comes from what the fund
// has for the township and then from its general money, and so does what the purse was
// overdrawn by. strict notes what even that does not give.
func (p *poster) spend(k Purse, to ledger.Account, fen money.Fen, strict bool) {
	if fen <= 0 {
		p.move(k, ledger.Available, to, fen)
		return
	}
	if lack := fen - p.book[k][ledger.Available]; lack > 0 && k.Place != "" {
		if township := (Purse{Fund: k.Fund, Place: facts.Township(k.Place)}); township != k {
			part := min(lack, max(p.book[township][ledger.Available], 0))
			p.assign(township, k, part)
			lack -= part
		}
		general := Purse{Fund: k.Fund}
		if strict {
			lack = min(lack, max(p.book[general][ledger.Available], 0))
		}
		p.assign(general, k, lack)
	}
	if lack := fen - p.book[k][ledger.Available]; lack > 0 && strict {
		p.short[k.Fund] += lack
		fen = max(fen-lack, 0) // what is lacking is counted once
	}
	p.move(k, ledger.Available, to, fen)
}

// assign gives a purse money of another of its fund.
func (p *poster) assign(from, to Purse, fen money.Fen) {
	p.move(from, ledger.Available, ledger.Assigned, fen)
	p.move(to, ledger.Assigned, ledger.Available, fen)
}

// reserve makes the postings of an approval: what is held before is released, what comes
// back is there again, and then what leaves or stays held is taken.
func (p *poster) reserve(county *County, portions []Portion) {
	for i := range portions {
		x := &portions[i]
		p.move(x.Purse, ledger.Held, ledger.Available, x.released)
		p.move(x.Purse, ledger.Recovered, ledger.Available, x.Moved)
		p.move(x.Purse, ledger.Returned, ledger.Reserved, x.Reissued)
	}
	for i := range portions {
		x := &portions[i]
		strict := county.enforces(x.Fund)
		p.spend(x.Purse, ledger.Reserved, x.Pay+max(x.Deduction, 0)-x.Reissued, strict)
		p.spend(x.Purse, ledger.Held, x.Held, strict)
		p.spend(x.Purse, ledger.Paid, x.given, strict)
		p.move(x.Purse, ledger.Recovered, ledger.Available, max(-x.Deduction, 0)) // an institution gives back
	}
}

// setAside says that a line is paid whole by the fund that the county has set aside for
// back-pay.
func (c *County) setAside(kind BatchKind, fen money.Fen) bool {
	return kind == BackPay && fen > 0 && c != nil && c.BackPay != nil && c.BackPay.Fund != ""
}

// enforces says whether a fund may not be overdrawn.
func (c *County) enforces(fund string) bool {
	f := c.fund(fund)
	return f != nil && f.Kind != ""
}

// lacking says which funds lack how much. Error: message.Problems with fund.short for each.
func (p *poster) lacking(county *County) error {
	var problems message.Problems
	for _, code := range sortedKeys(p.short) {
		problems = append(problems, message.Problem{Message: message.M("fund.short", code, county.FundName(code), p.short[code])})
	}
	if problems != nil {
		return problems
	}
	return nil
}

// portionsByPurse adds a batch's portions up by purse, in order of fund and place. What one person's money does must not be netted with
// another's: what is released is not what is held, and what comes back is not what is set off.
func portionsByPurse(ctx context.Context, r Reader, x Batch) (list []Portion, err error) {
	err = r.PurseTotals(ctx, x.ID, func(sum PurseTotal) error {
		list = append(list, sum.portion(x.ID))
		return nil
	})
	return list, err
}

// portion is a purse's total as what an approval posts.
func (x PurseTotal) portion(id BatchID) Portion {
	return Portion{Batch: id, Purse: x.Purse, Gross: x.Gross, Deduction: x.Deduction, Moved: x.Moved, Held: x.Held, Owed: x.Owed, Reissued: x.Reissued, Pay: x.Pay, released: x.Released, given: x.Given, payees: x.Payees}
}

// covered refuses lines that a fund does not pay for. Error: fund.purpose.
func covered(ctx context.Context, r Reader, county *County, batch *Batch) error {
	narrow := slices.ContainsFunc(county.Funds, func(f Fund) bool { return len(f.Items) > 0 })
	if !narrow {
		return nil
	}
	var wrong *Fund
	var item string
	err := r.Lines(ctx, LineQuery{Batch: batch.ID}, func(l Line) error {
		if l.Side != Gross || wrong != nil {
			return nil
		}
		for _, s := range county.shares(&l, county.setAside(batch.Kind, l.Fen)) {
			if f := county.fund(s.fund); f != nil && len(f.Items) > 0 && !slices.Contains(f.Items, l.Item) {
				wrong, item = f, l.Item
			}
		}
		return nil
	})
	if err != nil || wrong == nil {
		return err
	}
	name, err := itemWord(ctx, r, item)
	if err != nil {
		return err
	}
	return message.Err("fund.purpose", wrong.Code, wrong.Name, name)
}

// fundApproval posts what an approval commits. position is that of the approval.
func fundApproval(ctx context.Context, tx Tx, batch *Batch, position int64) error {
	p, err := newPoster(ctx, tx, batch.ID.String())
	if err != nil {
		return err
	}
	portions, err := portionsByPurse(ctx, tx, *batch)
	if err != nil {
		return err
	}
	county, err := p.approve(ctx, tx, batch, portions)
	if err != nil {
		return err
	}
	if err := covered(ctx, tx, county, batch); err != nil {
		return err
	}
	if err := p.lacking(county); err != nil {
		return err
	}
	return tx.PutPostings(ctx, position, p.list)
}

// approve makes the postings of a batch's approval out of its purses, by the settings that the batch was computed with, and gives them.
func (p *poster) approve(ctx context.Context, r Reader, batch *Batch, portions []Portion) (*County, error) {
	county, err := settingsAt(ctx, r, batch.Horizon)
	if message.Code(err) == "settings.none" {
		county, err = &County{}, nil
	}
	if err != nil {
		return nil, err
	}
	if batch.Kind == Reissue {
		again, err := givenUp(ctx, r, batch)
		if err != nil {
			return nil, err
		}
		for i := range portions {
			portions[i].Reissued -= again[portions[i].Purse]
		}
	}
	p.reserve(county, portions)
	return county, sentUp(ctx, r, county, batch, p)
}

// sentUp posts what a batch collects for payments of an earlier year: it goes on to the
// treasury. The pay it is kept back from is still the fund's to give: a village whose pay
// comes from the general money has it from there.
func sentUp(ctx context.Context, r Reader, county *County, batch *Batch, p *poster) error {
	channel, err := committedChannels(ctx, r)
	if err != nil {
		return err
	}
	var collected []Entry
	err = r.Entries(ctx, EntryQuery{Batch: batch.ID}, func(e Entry) error {
		if e.Way == Collected {
			collected = append(collected, e)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, e := range collected {
		paid, err := paidYears(ctx, r, e.Person, channel)
		if err != nil {
			return err
		}
		e.Batch = batch.ID
		if source(e, paid(e)) == SourceTreasury {
			p.spend(Purse{Fund: e.Fund, Place: e.Place}, ledger.SentUp, -e.Fen, county.enforces(e.Fund))
		}
	}
	return nil
}

// fundVoid takes the postings of an approval back.
func fundVoid(ctx context.Context, tx Tx, batch *Batch, position int64) error {
	head, err := tx.Head(ctx)
	if err != nil {
		return err
	}
	approved := int64(0)
	err = tx.Events(ctx, batch.Horizon, head.Position, func(e journal.Event) error {
		if e.Kind == EventBatchApproved {
			pairs, err := journal.ParsePayload(e.Payload)
			if err != nil {
				return err
			}
			if valueOf(pairs, "batch") == batch.ID.String() {
				approved = e.Position
			}
		}
		return nil
	})
	if err != nil || approved == 0 {
		return err
	}
	var list []ledger.Posting
	err = tx.Postings(ctx, approved-1, approved, func(_ int64, p ledger.Posting) error {
		p.Source, p.Target = p.Target, p.Source
		list = append(list, p)
		return nil
	})
	if err != nil {
		return err
	}
	slices.Reverse(list)
	return tx.PutPostings(ctx, position, list)
}

// fundExport posts that a batch has left: payments are in transit, deductions are with
// their institutions.
func fundExport(ctx context.Context, tx Tx, batch *Batch, position int64) error {
	portions, err := portionsByPurse(ctx, tx, *batch)
	if err != nil {
		return err
	}
	p := &poster{book: ledger.Book{}, ref: batch.ID.String()}
	for i := range portions {
		x := &portions[i]
		p.move(x.Purse, ledger.Reserved, ledger.Transit, x.Pay)
		p.move(x.Purse, ledger.Reserved, ledger.Paid, max(x.Deduction, 0))
	}
	return tx.PutPostings(ctx, position, p.list)
}

// bringIn posts what a file says came in: by the difference to what it said before, so
// that a corrected amount moves the ledger by the correction. Its funds exist and its years are
// open: each row was held against them. Errors: fund.year_done where a row takes the place of one of a closed
// year, fund.spent of a fund that may not be overdrawn.
func bringIn(ctx context.Context, tx Tx, plan *importPlan, position int64) error {
	moneyFacts := func(f Fact) bool { return f.Kind != facts.KindTransfer && f.Kind != facts.KindAuthority }
	put, end := slices.DeleteFunc(slices.Clone(plan.put), moneyFacts), slices.DeleteFunc(slices.Clone(plan.end), moneyFacts)
	if len(put)+len(end) == 0 {
		return nil
	}
	p, err := newPoster(ctx, tx, "")
	if err != nil {
		return err
	}
	county, err := settingsAt(ctx, tx, 0)
	if err != nil && message.Code(err) != "settings.none" {
		return err
	}
	closed := map[int]bool{}
	for i, f := range slices.Concat(put, end) {
		var x transferFact
		if err := decode(f, &x); err != nil {
			return err
		}
		year := x.Date.Month().Year()
		if _, known := closed[year]; !known {
			at, err := yearClosed(ctx, tx, year)
			if err != nil {
				return err
			}
			closed[year] = at != 0
		}
		if closed[year] {
			return message.Err("fund.year_done", year)
		}
		if i >= len(put) {
			x.Fen = -x.Fen
		}
		p.ref = x.Document
		p.move(Purse{Fund: x.Fund, Place: x.Place}, ledger.Received, ledger.Available, x.Fen)
	}
	lacks := p.overdrawn(county)
	if funds := sortedKeys(lacks); len(funds) > 0 { // where good rows alone are taken, and the one that brought it is not
		return message.Err("fund.spent", funds[0], county.FundName(funds[0]), lacks[funds[0]])
	}
	return tx.PutPostings(ctx, position, p.list)
}

// overdrawn gives what funds lack from which more is taken out than they have: of a fund that
// may not be overdrawn, when a file takes more out than it brings, every purse that it
// touches must have it. What only goes to another place may be spent: the next approval
// fills the purse that lacks it.
func (p *poster) overdrawn(county *County) map[string]money.Fen {
	change, low := map[string]money.Fen{}, map[string]money.Fen{}
	for _, x := range p.list {
		fen := x.Fen
		if x.Target == ledger.Received {
			fen = -fen
			if left := p.book[Purse{Fund: x.Fund, Place: x.Place}][ledger.Available]; left < 0 {
				low[x.Fund] = min(low[x.Fund], left)
			}
		}
		change[x.Fund] += fen
	}
	lacks := map[string]money.Fen{}
	for fund := range low {
		if county.enforces(fund) && change[fund] < 0 {
			lacks[fund] = -low[fund]
		}
	}
	return lacks
}

// committedChannels are the channels of the batches that count, by batch.
func committedChannels(ctx context.Context, r Reader) (map[BatchID]string, error) {
	batches, err := r.Batches(ctx)
	channel := map[BatchID]string{}
	for _, x := range batches {
		if x.State.Committed() {
			channel[x.ID] = x.Channel
		}
	}
	return channel, err
}

// fundRelief posts a repayment: within the year of the payment the fund has the money
// again, later it goes on to the treasury. A write-off moves no money.
func fundRelief(ctx context.Context, tx Tx, moves []Entry, position int64) error {
	channel, err := committedChannels(ctx, tx)
	if err != nil {
		return err
	}
	p := &poster{book: ledger.Book{}}
	for _, e := range moves {
		if e.Way != Repaid {
			continue
		}
		paid, err := paidYears(ctx, tx, e.Person, channel)
		if err != nil {
			return err
		}
		p.ref = e.Document
		k := Purse{Fund: e.Fund, Place: e.Place}
		p.move(k, ledger.Recovered, ledger.Available, -e.Fen)
		if source(e, paid(e)) == SourceTreasury {
			p.move(k, ledger.Available, ledger.SentUp, -e.Fen)
		}
	}
	return tx.PutPostings(ctx, position, p.list)
}
