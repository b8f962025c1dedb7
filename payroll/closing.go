package payroll

import (
	"context"
	"slices"
	"strings"

	"zhida/payroll/journal"
	"zhida/payroll/ledger"
	"zhida/rules/calendar"
	"zhida/rules/identity"
	"zhida/rules/message"
	"zhida/rules/money"
)

// Events of closings.
const (
	EventMonthClosed   = "fund.closed"
	EventMonthReopened = "fund.reopened"
)

// FundReport is what a month's closing rests on: every purse, and everything that does
// not add up. A month closes only when Differences is empty.
type FundReport struct {
	Month       calendar.Month
	From, To    int64 // journal positions: after the closing before, up to now
	Purses      []PurseClosing
	Totals      []ControlTotals
	Differences []Difference
	Closed      int64 // position of the closing, 0 while open
}

// ByFund adds the purses up by fund.
func (r FundReport) ByFund() []PurseClosing {
	var out []PurseClosing
	for _, x := range r.Purses {
		n := len(out)
		if n == 0 || out[n-1].Fund != x.Fund {
			x.Place, x.PlaceName = "", ""
			before, after := x.Opening, x.Stock
			x.Opening, x.Stock = ledger.Sheet{}, ledger.Sheet{}
			for _, a := range ledger.Stocks {
				x.Opening[a], x.Stock[a] = before[a], after[a]
			}
			out = append(out, x)
			continue
		}
		sum := &out[n-1]
		for _, a := range ledger.Stocks {
			sum.Opening[a] += x.Opening[a]
			sum.Stock[a] += x.Stock[a]
		}
		sum.Received, sum.Recovered, sum.Assigned, sum.Paid, sum.SentUp = sum.Received+x.Received, sum.Recovered+x.Recovered, sum.Assigned+x.Assigned, sum.Paid+x.Paid, sum.SentUp+x.SentUp
	}
	return out
}

// PurseClosing is the closing of one purse with its names.
type PurseClosing struct {
	ledger.Closing
	FundName  string
	PlaceName string
}

// ControlTotals are the three sums of one batch that must agree: what the treasury or the
// fund account is asked to pay, the persons' list, and what the bank has answered.
type ControlTotals struct {
	Batch    BatchID
	Order    money.Fen // sum of the files
	List     money.Fen // sum of the payments
	Credited money.Fen
	Back     money.Fen // returned and recalled, reissued since or not
	Pending  money.Fen // in transit, parked
}

// Difference is something that does not add up, with where to look.
type Difference struct {
	Purse
	Message message.Message
}

// Funds gives the report of a month as it stands now, from what was added up of batches while they were written: CloseMonth goes over their
// rows. month 0 is the one after the last closing. Errors: fund.order, batch.tampered.
func (b *Book) Funds(ctx context.Context, month calendar.Month) (report FundReport, err error) {
	err = b.view(ctx, func(r Reader) error { report, err = fundReport(ctx, r, month, true); return err })
	return report, err
}

// CloseMonth closes a month: the purses as they stand, when everything adds up. Months
// close in order. Errors: fund.closed_already, fund.ahead of a month that has not begun,
// fund.order, and message.Problems with each difference.
func (b *Book) CloseMonth(ctx context.Context, s *Session, month calendar.Month) (report FundReport, err error) {
	if err := s.need(RoleChecker, RoleApprover); err != nil {
		return report, err
	}
	if today := calendar.DateIn(b.now(), zone).Month(); month > today {
		return report, message.Err("fund.ahead", month, today)
	}
	err = b.update(ctx, func(tx Tx) error {
		if report, err = fundReport(ctx, tx, month, false); err != nil {
			return err
		}
		if report.Closed != 0 {
			return message.Err("fund.closed_already", month)
		}
		done, err := closings(ctx, tx)
		if err != nil {
			return err
		}
		if n := len(done); n > 0 && month != done[n-1].Month.Add(1) {
			return message.Err("fund.order", month, done[n-1].Month)
		}
		var problems message.Problems
		for _, d := range report.Differences {
			problems = append(problems, message.Problem{Message: d.Message})
		}
		if problems != nil {
			return problems
		}
		var ids []BatchID
		for _, t := range report.Totals {
			ids = append(ids, t.Batch)
		}
		adds, err := addendum(ctx, tx, ids...)
		if err != nil {
			return err
		}
		e, err := b.record(ctx, tx, s, EventMonthClosed, append(adds, "month", month.String(), "from", num(report.From), "to", num(report.To), "digest", report.digest())...)
		report.Closed = e.Position
		return err
	})
	return report, err
}

// ReopenMonth takes the latest closing back, with a reason. Errors: fund.not_last,
// fund.year_done once its year is closed.
func (b *Book) ReopenMonth(ctx context.Context, s *Session, month calendar.Month, reason string) error {
	if err := s.need(RoleApprover); err != nil {
		return err
	}
	if strings.TrimSpace(reason) == "" {
		return message.Err("payroll.reason_needed")
	}
	return b.update(ctx, func(tx Tx) error {
		closings, err := closings(ctx, tx)
		if err != nil {
			return err
		}
		if n := len(closings); n == 0 || closings[n-1].Month != month {
			return message.Err("fund.not_last", month)
		}
		at, err := yearClosed(ctx, tx, month.Year())
		if err != nil {
			return err
		}
		if at != 0 {
			return message.Err("fund.year_done", month.Year())
		}
		_, err = b.record(ctx, tx, s, EventMonthReopened, "month", month.String(), "reason", reason)
		return err
	})
}

// Closed is a closing that counts.
type Closed struct {
	Month    calendar.Month
	Position int64 // in the journal
	On       calendar.Date
	By       string
}

// Closings are the months that are closed, in order. Only the last can be opened again.
func (b *Book) Closings(ctx context.Context) (list []Closed, err error) {
	err = b.view(ctx, func(r Reader) error { list, err = closings(ctx, r); return err })
	return list, err
}

// closings are the closings that count, in order.
func closings(ctx context.Context, r Reader) (list []Closed, err error) {
	head, err := r.Head(ctx)
	if err != nil {
		return nil, err
	}
	err = r.Events(ctx, 1, head.Position, func(e journal.Event) error {
		switch e.Kind {
		case EventMonthClosed:
			pairs, err := journal.ParsePayload(e.Payload)
			if err != nil {
				return err
			}
			month, err := calendar.ParseMonth(valueOf(pairs, "month"))
			list = append(list, Closed{month, e.Position, calendar.DateIn(e.Time, zone), e.Actor})
			return err
		case EventMonthReopened:
			list = list[:len(list)-1]
		}
		return nil
	})
	return list, err
}

// digest is what a closing's event carries of its purses.
func (f *FundReport) digest() string {
	s := section{h: journal.NewHash()}
	for i := range f.Purses {
		c := &f.Purses[i]
		row := []string{c.Fund, c.Place}
		for _, a := range ledger.Stocks {
			row = append(row, num(int64(c.Opening[a])), num(int64(c.Stock[a])))
		}
		s.row(append(row, num(int64(c.Received)), num(int64(c.Recovered)), num(int64(c.Assigned)), num(int64(c.Paid)), num(int64(c.SentUp)))...)
	}
	return hexOf(s.h.Sum(nil))
}

// fundReport adds up the period after the last closing before the month, and holds every
// stock against the batches and payments that it is made of: against each of their rows, or
// for pages against the sums that were kept of them.
func fundReport(ctx context.Context, r Reader, month calendar.Month, kept bool) (f FundReport, err error) {
	head, err := r.Head(ctx)
	if err != nil {
		return f, err
	}
	f.To = head.Position
	done, err := closings(ctx, r)
	if err != nil {
		return f, err
	}
	if n := len(done); month == 0 && n > 0 {
		month = done[n-1].Month.Add(1)
	}
	f.Month = month
	for i, c := range done {
		switch {
		case c.Month < month:
			f.From = c.Position
		case c.Month == month:
			f.To, f.Closed = c.Position, c.Position
		case i == len(done)-1 && f.Closed == 0:
			return f, message.Err("fund.order", month, c.Month)
		}
	}
	meta, err := r.Meta(ctx)
	if err != nil {
		return f, err
	}
	county, err := countyOf(ctx, r, meta)
	if err != nil {
		return f, err
	}
	world, err := loadWorld(ctx, r, meta, 0)
	if err != nil {
		return f, err
	}
	before, err := ledgerAt(ctx, r, f.From)
	if err != nil {
		return f, err
	}
	after, err := ledgerAt(ctx, r, f.To)
	if err != nil {
		return f, err
	}
	for _, k := range after.Purses() {
		c := PurseClosing{Closing: ledger.Close(k, before[k], after[k]), FundName: county.FundName(k.Fund), PlaceName: villageName(world, k.Place)}
		f.Purses = append(f.Purses, c)
		if left := c.Unexplained(); left != 0 {
			f.differ(k, "fund.unexplained", k.Fund, c.PlaceName, left)
		}
		if x := county.fund(k.Fund); x != nil && x.Kind != "" && c.Stock[ledger.Available] < 0 {
			f.differ(k, "fund.negative", k.Fund, c.PlaceName, c.Stock[ledger.Available])
		}
	}
	if f.Closed != 0 {
		return f, nil // what the stocks were made of then is in the closing's event
	}
	return f, f.compare(ctx, r, after, kept)
}

func (f *FundReport) differ(k Purse, code string, args ...any) {
	f.Differences = append(f.Differences, Difference{k, message.M(code, args...)})
}

// compare holds the stocks against what they are made of, and the three control totals
// of every batch that has left against one another.
func (f *FundReport) compare(ctx context.Context, r Reader, book ledger.Book, kept bool) error {
	purses, paid := portionsByPurse, addedUp
	if kept {
		purses, paid = keptPurses, keptSums
	}
	batches, err := r.Batches(ctx)
	if err != nil {
		return err
	}
	made := map[ledger.Account]map[Purse]money.Fen{}
	for _, a := range ledger.Stocks[1:] {
		made[a] = map[Purse]money.Fen{}
	}
	var committed []BatchID
	for _, x := range batches {
		if !x.State.Committed() {
			continue
		}
		committed = append(committed, x.ID)
		if x.State == Approved {
			portions, err := purses(ctx, r, x)
			if err != nil {
				return err
			}
			for _, p := range portions {
				made[ledger.Reserved][p.Purse] += p.Pay + max(p.Deduction, 0)
			}
			continue
		}
		if err := f.control(ctx, r, x, paid, made); err != nil {
			return err
		}
	}
	last, err := r.LastPerson(ctx)
	if err != nil {
		return err
	}
	err = r.HeldIn(ctx, committed, 1, last, func(_ int64, k Purse, fen money.Fen) error { made[ledger.Held][k] += fen; return nil })
	if err != nil {
		return err
	}
	all := book.Purses()
	for _, a := range ledger.Stocks[1:] {
		for k := range made[a] {
			if book[k] == nil {
				all = append(all, k)
				book[k] = ledger.Sheet{}
			}
		}
	}
	slices.SortFunc(all, comparePurses)
	for _, k := range all {
		for _, a := range ledger.Stocks[1:] {
			if book[k][a] != made[a][k] {
				f.differ(k, "fund.stock", k.Fund, k.Place, a.Chinese(), book[k][a], made[a][k])
			}
		}
	}
	shown, err := statement(ctx, r)
	if err != nil {
		return err
	}
	for _, x := range shown {
		if x.By == "" {
			f.differ(Purse{}, "fund.statement", identity.Card(x.Account).String(), x.Serial, x.Date, x.Credit-x.Debit, x.Summary)
		}
	}
	for _, g := range gaps(shown) {
		f.differ(Purse{}, "fund.gap", identity.Card(g.account).String(), g.date, g.fen)
	}
	rows, err := openRows(ctx, r)
	for _, x := range rows {
		f.differ(Purse{}, "fund.row", x.Position, x.Line, x.Fen, x.Problem)
	}
	return err
}

// control adds up a batch that has left: its files, its payments, the bank's answers.
func (f *FundReport) control(ctx context.Context, r Reader, x Batch, paid func(context.Context, Reader, Batch) (money.Fen, paidSums, error), made map[ledger.Account]map[Purse]money.Fen) error {
	t := ControlTotals{Batch: x.ID}
	files, err := r.Exports(ctx, x.ID)
	if err != nil {
		return err
	}
	for _, file := range files {
		t.Order += file.Total
	}
	list, sums, err := paid(ctx, r, x)
	if err != nil {
		return err
	}
	t.List = list
	for state, purses := range sums {
		in := state.stock()
		for k, fen := range purses {
			switch state {
			case PaymentCredited:
				t.Credited += fen
			case PaymentSent, PaymentParked:
				t.Pending += fen
			default:
				t.Back += fen
			}
			if in != ledger.Paid && in != ledger.SentUp && state != PaymentReissued {
				made[in][k] += fen
			}
		}
	}
	if t.Order != t.List || t.List != t.Credited+t.Back+t.Pending || t.List != x.Net {
		f.differ(Purse{}, "fund.totals", x.ID, t.Order, t.List, t.Credited+t.Back+t.Pending)
	}
	f.Totals = append(f.Totals, t)
	return nil
}
