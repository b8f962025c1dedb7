package payroll

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"zhida/payroll/journal"
	"zhida/payroll/ledger"
	"zhida/rules/calendar"
	"zhida/rules/message"
	"zhida/rules/money"
)

// Events of closings.
const (
	EventMonthClosed   = "fund.closed"
	EventMonthReopened = "fund.reopened"
	EventRowResolved   = "returns.resolved"
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

// Funds gives the report of a month as it stands now. month 0 is the one after the last closing.
func (b *Book) Funds(ctx context.Context, month calendar.Month) (report FundReport, err error) {
	err = b.view(ctx, func(r Reader) error { report, err = fundReport(ctx, r, month); return err })
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
	err = b.store.Update(ctx, func(tx Tx) error {
		if report, err = fundReport(ctx, tx, month); err != nil {
			return err
		}
		if report.Closed != 0 {
			return message.Err("fund.closed_already", month)
		}
		done, err := closings(ctx, tx)
		if err != nil {
			return err
		}
		if n := len(done); n > 0 && month != done[n-1].month.Add(1) {
			return message.Err("fund.order", month, done[n-1].month)
		}
		var problems message.Problems
		for _, d := range report.Differences {
			problems = append(problems, message.Problem{Message: d.Message})
		}
		if problems != nil {
			return problems
		}
		e, err := b.record(ctx, tx, s, EventMonthClosed, "month", month.String(), "from", num(report.From), "to", num(report.To), "digest", report.digest())
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
	return b.store.Update(ctx, func(tx Tx) error {
		closings, err := closings(ctx, tx)
		if err != nil {
			return err
		}
		if n := len(closings); n == 0 || closings[n-1].month != month {
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

// ResolveRow records that somebody has looked into a row of a bank's answer that was not
// applied, and what came of it.
func (b *Book) ResolveRow(ctx context.Context, s *Session, position int64, line int, reason string) error {
	if err := s.need(RoleChecker, RoleApprover); err != nil {
		return err
	}
	if strings.TrimSpace(reason) == "" {
		return message.Err("payroll.reason_needed")
	}
	return b.store.Update(ctx, func(tx Tx) error {
		open, err := openRows(ctx, tx)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(open, func(x KeptRow) bool { return x.Position == position && x.Line == line }) {
			return message.Err("returns.no_row", position, line)
		}
		_, err = b.record(ctx, tx, s, EventRowResolved, "position", num(position), "line", num(int64(line)), "reason", reason)
		return err
	})
}

// OpenRows gives the rows of banks' answers that nobody has looked into yet.
func (b *Book) OpenRows(ctx context.Context) (list []KeptRow, err error) {
	err = b.view(ctx, func(r Reader) error { list, err = openRows(ctx, r); return err })
	return list, err
}

func openRows(ctx context.Context, r Reader) ([]KeptRow, error) {
	var list []KeptRow
	if err := r.ReturnRows(ctx, func(x KeptRow) error { list = append(list, x); return nil }); err != nil || len(list) == 0 {
		return nil, err
	}
	head, err := r.Head(ctx)
	if err != nil {
		return nil, err
	}
	err = r.Events(ctx, list[0].Position, head.Position, func(e journal.Event) error {
		if e.Kind != EventRowResolved {
			return nil
		}
		pairs, err := journal.ParsePayload(e.Payload)
		if err != nil {
			return err
		}
		position, line := parseNum(valueOf(pairs, "position")), int(parseNum(valueOf(pairs, "line")))
		list = slices.DeleteFunc(list, func(x KeptRow) bool { return x.Position == position && x.Line == line })
		return nil
	})
	if err != nil {
		return nil, err
	}
	return settledSince(ctx, r, list)
}

// settledSince leaves out rows that a later answer has settled: of those that nobody could
// tell apart, the same file came again and moved one to the account into the state that the
// row gave; of those without a result, the payment has got one.
func settledSince(ctx context.Context, r Reader, list []KeptRow) ([]KeptRow, error) {
	asked := map[string]bool{}
	for _, x := range list {
		if x.Problem == problemAmbiguous || x.Problem == problemPending {
			asked[x.Account.Full()] = true
		}
	}
	if len(asked) == 0 {
		return list, nil
	}
	imports, err := r.Imports(ctx)
	if err != nil {
		return nil, err
	}
	files := map[int64]string{} // digest of the answer, by position
	for _, x := range imports {
		files[x.Position] = x.Digest
	}
	paid := map[PaymentID]Payment{}
	batches := map[BatchID]bool{}
	if err := r.PaymentsTo(ctx, sortedKeys(asked), func(p Payment) error {
		paid[p.ID()], batches[p.Batch] = p, true
		return nil
	}); err != nil {
		return nil, err
	}
	byAccount := map[string][]int{}
	for i := range list {
		byAccount[list[i].Account.Full()] = append(byAccount[list[i].Account.Full()], i)
	}
	settled := map[int]bool{}
	for _, id := range sortedNumbers(batches) {
		err := r.PaymentEvents(ctx, id, func(e PaymentEvent) error {
			p, ok := paid[e.PaymentID]
			if !ok {
				return nil
			}
			for _, i := range byAccount[p.Card.Full()] { // each answer settles one row
				x := &list[i]
				again := files[e.Position] != "" && files[e.Position] == files[x.Position] && x.Fen == p.Fen && x.State == e.State
				if !settled[i] && e.Position > x.Position && (x.Problem == problemAmbiguous && again || x.Problem == problemPending && x.Payment == e.PaymentID) {
					settled[i] = true
					break
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	var open []KeptRow
	for i := range list {
		if !settled[i] {
			open = append(open, list[i])
		}
	}
	return open, nil
}

type closing struct {
	month    calendar.Month
	position int64
}

// closings are the closings that count, in order.
func closings(ctx context.Context, r Reader) (list []closing, err error) {
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
			list = append(list, closing{month, e.Position})
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
// stock against the batches and payments that it is made of.
func fundReport(ctx context.Context, r Reader, month calendar.Month) (f FundReport, err error) {
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
		month = done[n-1].month.Add(1)
	}
	f.Month = month
	for i, c := range done {
		switch {
		case c.month < month:
			f.From = c.position
		case c.month == month:
			f.To, f.Closed = c.position, c.position
		case i == len(done)-1:
			return f, message.Err("fund.order", month, c.month)
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
	return f, f.compare(ctx, r, after)
}

func (f *FundReport) differ(k Purse, code string, args ...any) {
	f.Differences = append(f.Differences, Difference{k, message.M(code, args...)})
}

// compare holds the stocks against what they are made of, and the three control totals
// of every batch that has left against one another.
func (f *FundReport) compare(ctx context.Context, r Reader, book ledger.Book) error {
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
			portions, err := portionsByPurse(ctx, r, x.ID)
			if err != nil {
				return err
			}
			for _, p := range portions {
				made[ledger.Reserved][p.Purse] += p.Pay + max(p.Deduction, 0)
			}
			continue
		}
		if err := f.control(ctx, r, x, made); err != nil {
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
	purses := book.Purses()
	for _, a := range ledger.Stocks[1:] {
		for k := range made[a] {
			if book[k] == nil {
				purses = append(purses, k)
				book[k] = ledger.Sheet{}
			}
		}
	}
	slices.SortFunc(purses, comparePurses)
	for _, k := range purses {
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
			f.differ(Purse{}, "fund.statement", x.Account, x.Serial, x.Date, x.Credit-x.Debit, x.Summary)
		}
	}
	for _, g := range gaps(shown) {
		f.differ(Purse{}, "fund.gap", g.account, g.date, g.fen)
	}
	rows, err := openRows(ctx, r)
	for _, x := range rows {
		f.differ(Purse{}, "fund.row", x.Position, x.Line, x.Fen, x.Problem)
	}
	return err
}

// control adds up a batch that has left: its files, its payments, the bank's answers.
func (f *FundReport) control(ctx context.Context, r Reader, x Batch, made map[ledger.Account]map[Purse]money.Fen) error {
	t := ControlTotals{Batch: x.ID}
	files, err := r.Exports(ctx, x.ID)
	if err != nil {
		return err
	}
	for _, file := range files {
		t.Order += file.Total
	}
	parts, err := batchParts(ctx, r, x.ID)
	if err != nil {
		return err
	}
	err = paidOut(ctx, r, x, func(p PaidOut) error {
		t.List += p.Fen
		switch p.State {
		case PaymentCredited:
			t.Credited += p.Fen
		case PaymentSent, PaymentParked:
			t.Pending += p.Fen
		default:
			t.Back += p.Fen
		}
		if a := p.State.stock(); a != ledger.Paid && a != ledger.SentUp && p.State != PaymentReissued {
			for _, part := range parts.of(p.Seq) {
				made[a][part.Purse] += part.Fen
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if t.Order != t.List || t.List != t.Credited+t.Back+t.Pending || t.List != x.Net {
		f.differ(Purse{}, "fund.totals", x.ID, t.Order, t.List, t.Credited+t.Back+t.Pending)
	}
	f.Totals = append(f.Totals, t)
	return nil
}

// Lot is money of one origin: a transfer, a grant of authority, or what was recovered.
type Lot struct {
	Ref string // document of the transfer; "" for money nobody has brought in
	Fen money.Fen
}

// FlowStep is money of one lot that one payment carries, or with Rest money that no payment
// carries.
type FlowStep struct {
	Payment PaymentID // of RestDeduction the batch alone
	Person  int64
	Place   string
	Fund    string
	Lot     string
	Fen     money.Fen
	State   PaymentState // "" while the batch has not left
	Rest    string       // RestDeduction …; "" of a payment
}

// Where money is that no payment carries.
const (
	RestDeduction = "deduction" // withheld for institutions
	RestAvailable = "available"
	RestHeld      = "held"
	RestSentUp    = "sent_up"
	RestSetOff    = "set_off" // against what another purse has to have back of the same person
)

// Chinese is where the money of a step is.
func (s FlowStep) Chinese() string {
	switch {
	case s.Rest != "":
		return map[string]string{RestDeduction: "代扣上缴", RestAvailable: "没有动用", RestHeld: "缓发", RestSentUp: "上缴", RestSetOff: "互抵"}[s.Rest]
	case s.State == "":
		return "已核定未付"
	}
	return s.State.Chinese()
}

// Trace follows money from what came in to where it is: the payments that carried it, what
// was withheld, went back up, is held or not used. Over all steps but those of payments that
// were paid again, a document's money adds up to what it brought. Money of a purse leaves in
// the order in which it came. keep says which steps are wanted.
func (b *Book) Trace(ctx context.Context, keep func(FlowStep) bool) (list []FlowStep, err error) {
	err = b.view(ctx, func(r Reader) error {
		lots, rest, err := replayLots(ctx, r)
		if err != nil {
			return err
		}
		batches, err := r.Batches(ctx)
		if err != nil {
			return err
		}
		anew := map[PaymentID]bool{}
		carried := map[PaymentID]map[Purse][]Lot{} // of payments that were paid again: what replaces them carries the same
		for _, x := range batches {
			if x.Kind != Reissue || !x.State.Committed() {
				continue
			}
			again, err := paidAnew(ctx, r, x)
			if err != nil {
				return err
			}
			maps.Copy(anew, again)
			if err := r.Payments(ctx, x.ID, func(p Payment) error { carried[p.Replaces] = nil; return nil }); err != nil {
				return err
			}
		}
		for _, x := range batches {
			if !x.State.Committed() {
				continue
			}
			if err := traceBatch(ctx, r, x, lots[x.ID.String()], carried, anew, func(s FlowStep) {
				if keep(s) {
					list = append(list, s)
				}
			}); err != nil {
				return err
			}
		}
		for _, s := range rest {
			if keep(s) {
				list = append(list, s)
			}
		}
		return nil
	})
	return list, err
}

// traceBatch hands the lots that a batch reserved on to its payments, in their order, and
// what is left to the institutions that it withheld for. anew are payments whose money went
// up before they were paid again: what replaces them carries new money.
func traceBatch(ctx context.Context, r Reader, x Batch, lots map[Purse][]Lot, carried map[PaymentID]map[Purse][]Lot, anew map[PaymentID]bool, fn func(FlowStep)) error {
	parts, err := batchParts(ctx, r, x.ID)
	if err != nil {
		return err
	}
	err = paidOut(ctx, r, x, func(p PaidOut) error {
		switch {
		case x.State == Approved:
			p.State = ""
		case anew[p.ID()]:
			p.State = PaymentGivenUp
		}
		from := lots
		if p.Replaces != (PaymentID{}) && !anew[p.Replaces] {
			from = carried[p.Replaces]
		}
		own := map[Purse][]Lot{}
		for _, part := range parts.of(p.Seq) {
			taken, rest := takeLots(from[part.Purse], part.Fen)
			if from != nil {
				from[part.Purse] = rest
			}
			own[part.Purse] = append(own[part.Purse], taken...)
			for _, l := range taken {
				fn(FlowStep{Payment: p.ID(), Person: p.Person, Place: part.Place, Fund: part.Fund, Lot: l.Ref, Fen: l.Fen, State: p.State})
			}
		}
		if _, again := carried[p.ID()]; again {
			carried[p.ID()] = own
		}
		return nil
	})
	if err != nil {
		return err
	}
	portions, err := portionsByPurse(ctx, r, x.ID)
	for _, p := range portions {
		taken, _ := takeLots(lots[p.Purse], max(p.Deduction, 0))
		for _, l := range taken {
			fn(FlowStep{Payment: PaymentID{Batch: x.ID}, Place: p.Place, Fund: p.Fund, Lot: l.Ref, Fen: l.Fen, Rest: RestDeduction})
		}
	}
	return err
}

// paidAnew are the payments that a reissue pays again from new money: theirs had gone back
// up before.
func paidAnew(ctx context.Context, r Reader, x Batch) (map[PaymentID]bool, error) {
	if x.Kind != Reissue {
		return nil, nil
	}
	from := map[BatchID]bool{}
	if err := r.Payments(ctx, x.ID, func(p Payment) error { from[p.Replaces.Batch] = true; return nil }); err != nil {
		return nil, err
	}
	anew, before := map[PaymentID]bool{}, map[PaymentID]PaymentState{}
	for _, id := range sortedNumbers(from) {
		err := r.PaymentEvents(ctx, id, func(e PaymentEvent) error { // by position
			if by, err := ParsePaymentID(e.Reason); e.State == PaymentReissued && err == nil && by.Batch == x.ID {
				anew[e.PaymentID] = before[e.PaymentID] == PaymentGivenUp
			}
			before[e.PaymentID] = e.State
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return anew, nil
}

func ofDocument(l Lot, ref string) int {
	if l.Ref == ref {
		return 1
	}
	return 0
}

// takeLots takes fen from the front of a queue of lots; what is lacking comes from nowhere.
func takeLots(queue []Lot, fen money.Fen) (taken, rest []Lot) {
	queue = slices.Clone(queue)
	for fen > 0 && len(queue) > 0 {
		part := min(fen, queue[0].Fen)
		taken = append(taken, Lot{queue[0].Ref, part})
		fen -= part
		if queue[0].Fen -= part; queue[0].Fen == 0 {
			queue = queue[1:]
		}
	}
	if fen > 0 {
		taken = append(taken, Lot{"", fen})
	}
	return taken, queue
}

// replayLots replays the postings with their origins and gives, by batch and purse, the
// lots that its approval reserved, and where the money is that no batch has reserved.
func replayLots(ctx context.Context, r Reader) (reserved map[string]map[Purse][]Lot, rest []FlowStep, err error) {
	head, err := r.Head(ctx)
	if err != nil {
		return nil, nil, err
	}
	type stock struct {
		Purse
		account ledger.Account
	}
	batches, err := r.Batches(ctx)
	if err != nil {
		return nil, nil, err
	}
	void := map[string]bool{} // what they took they gave back: as if they had not been
	for _, x := range batches {
		void[x.ID.String()] = !x.State.Committed()
	}
	queues := map[stock][]Lot{}
	reserved = map[string]map[Purse][]Lot{}
	var assigned []Lot // between a fund's general money and a place: the next posting takes it up
	err = r.Postings(ctx, 0, head.Position, func(_ int64, p ledger.Posting) error {
		if void[p.Ref] {
			return nil
		}
		k := Purse{Fund: p.Fund, Place: p.Place}
		var lots []Lot
		switch p.Source {
		case ledger.Received:
			lots = []Lot{{p.Ref, p.Fen}}
		case ledger.Recovered:
			lots = []Lot{{"收回", p.Fen}}
		case ledger.Assigned:
			lots, assigned = takeLots(assigned, p.Fen)
		default:
			queue := queues[stock{k, p.Source}]
			if p.Target == ledger.Received { // a document brought less than it said: its own money goes first
				slices.SortStableFunc(queue, func(a, b Lot) int { return -cmp.Compare(ofDocument(a, p.Ref), ofDocument(b, p.Ref)) })
			}
			lots, queues[stock{k, p.Source}] = takeLots(queue, p.Fen)
		}
		if p.Target == ledger.Assigned {
			assigned = append(assigned, lots...)
			return nil
		}
		if p.Target == ledger.Reserved && p.Source != ledger.Returned { // what came back goes on with the payment that replaces it
			if reserved[p.Ref] == nil {
				reserved[p.Ref] = map[Purse][]Lot{}
			}
			reserved[p.Ref][k] = append(reserved[p.Ref][k], lots...)
		}
		switch {
		case p.Target == ledger.SentUp && p.Source == ledger.Returned: // the payment says so
			return nil
		case p.Target == ledger.Paid && p.Source == ledger.Available:
			for _, l := range lots {
				rest = append(rest, FlowStep{Place: k.Place, Fund: k.Fund, Lot: l.Ref, Fen: l.Fen, Rest: RestSetOff})
			}
			return nil
		}
		queues[stock{k, p.Target}] = append(queues[stock{k, p.Target}], lots...)
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("payroll: replaying the ledger: %w", err)
	}
	names := map[ledger.Account]string{ledger.Available: RestAvailable, ledger.Held: RestHeld, ledger.SentUp: RestSentUp}
	for k, lots := range queues {
		for _, l := range lots {
			if names[k.account] != "" {
				rest = append(rest, FlowStep{Place: k.Place, Fund: k.Fund, Lot: l.Ref, Fen: l.Fen, Rest: names[k.account]})
			}
		}
	}
	slices.SortStableFunc(rest, func(a, b FlowStep) int {
		return cmp.Or(cmp.Compare(a.Fund, b.Fund), cmp.Compare(a.Place, b.Place), cmp.Compare(a.Rest, b.Rest))
	})
	return reserved, rest, nil
}

// Brought gives the documents by which money came in, in order.
func (b *Book) Brought(ctx context.Context) (list []string, err error) {
	err = b.view(ctx, func(r Reader) error {
		head, err := r.Head(ctx)
		if err != nil {
			return err
		}
		return r.Postings(ctx, 0, head.Position, func(_ int64, p ledger.Posting) error {
			if p.Source == ledger.Received && !slices.Contains(list, p.Ref) {
				list = append(list, p.Ref)
			}
			return nil
		})
	})
	return list, err
}
