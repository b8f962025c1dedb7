package payroll

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"zhida/payroll/journal"
	"zhida/payroll/ledger"
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/identity"
	"zhida/rules/message"
	"zhida/rules/money"
	"zhida/rules/policy"
)

// statementFact is one row of the statement of a fund's account.
type statementFact struct {
	Account string        `json:"account"`
	Serial  string        `json:"serial"`
	Date    calendar.Date `json:"date"`
	Summary string        `json:"summary"`
	Party   string        `json:"party"` // holder on the other side
	Debit   money.Fen     `json:"debit"` // left the account
	Credit  money.Fen     `json:"credit"`
	Balance money.Fen     `json:"balance"`
}

// How a row of a statement was matched.
const (
	MatchedByReference = "reference" // its summary names the document, batch or file
	MatchedByAmount    = "amount"    // amount and days agree with one movement only
	MatchedByPerson    = "person"    // somebody decided, with a reason
)

// StatementRow is a row of a statement with what it was matched to.
type StatementRow struct {
	Account string // of the fund
	Serial  string
	Date    calendar.Date
	Summary string
	Party   string
	Debit   money.Fen
	Credit  money.Fen
	By      string // how it was matched, "" while it is not
	To      string // what it was matched to: a document, a file, a payment
	Reason  string // of a person's match
	Balance money.Fen
}

// movement is something the book knows that a statement should show.
type movement struct {
	account string
	ref     string
	from    calendar.Date // earliest day the bank can show it
	until   calendar.Date // and the latest; 0: daysToShow after the first
	fen     money.Fen     // positive comes in, negative goes out
	taken   bool
}

// daysToShow is how long after a movement a statement may show it: a week, and a holiday.
const daysToShow = 15

// EventStatementMatched records that somebody matched a row of a statement by hand.
const EventStatementMatched = "statement.matched"

// Statement gives the rows of the funds' accounts that were imported, in order of account,
// day and serial, each with what it was matched to.
func (b *Book) Statement(ctx context.Context) (list []StatementRow, err error) {
	err = b.view(ctx, func(r Reader) error { list, err = statement(ctx, r); return err })
	return list, err
}

// EventStatementUnmatched records that a match by hand was taken back.
const EventStatementUnmatched = "statement.unmatched"

// MatchRow records what a row of a statement is, when neither reference nor amount tell. on
// is its day, 0 where the serial alone names one open row. What it is matched to is a
// movement of the book, of the row's amount and shown by no other row, or in words what else
// the row is. Errors: statement.what, payroll.reason_needed, statement.missing, statement.several,
// statement.taken.
func (b *Book) MatchRow(ctx context.Context, s *Session, account, serial string, on calendar.Date, to, reason string) error {
	if err := s.need(RoleChecker, RoleApprover); err != nil {
		return err
	}
	switch "" {
	case strings.TrimSpace(to):
		return message.Err("statement.what")
	case strings.TrimSpace(reason):
		return message.Err("payroll.reason_needed")
	}
	return b.update(ctx, func(tx Tx) error {
		list, err := statement(ctx, tx)
		if err != nil {
			return err
		}
		x, err := oneRow(list, account, serial, on, func(x StatementRow) bool { return x.By == "" })
		if err != nil {
			return err
		}
		moves, err := movements(ctx, tx)
		if err != nil {
			return err
		}
		known, free := false, false
		for _, m := range moves {
			if m.ref == to && m.account == account {
				known = true
				free = free || m.fen == x.Credit-x.Debit
			}
		}
		if known && (!free || slices.ContainsFunc(list, func(y StatementRow) bool {
			return y.Account == account && y.To == to && y.Credit-y.Debit == x.Credit-x.Debit
		})) {
			return message.Err("statement.taken", to, x.Credit-x.Debit)
		}
		_, err = b.record(ctx, tx, s, EventStatementMatched, "account", account, "serial", serial, "date", x.Date.String(), "fen", num(int64(x.Credit-x.Debit)), "to", to, "reason", reason)
		return err
	})
}

// UnmatchRow takes a match by hand back. Errors: payroll.reason_needed,
// statement.not_by_hand, statement.several.
func (b *Book) UnmatchRow(ctx context.Context, s *Session, account, serial string, on calendar.Date, reason string) error {
	if err := s.need(RoleChecker, RoleApprover); err != nil {
		return err
	}
	if strings.TrimSpace(reason) == "" {
		return message.Err("payroll.reason_needed")
	}
	return b.update(ctx, func(tx Tx) error {
		list, err := statement(ctx, tx)
		if err != nil {
			return err
		}
		x, err := oneRow(list, account, serial, on, func(x StatementRow) bool { return x.By == MatchedByPerson })
		if message.Code(err) == "statement.missing" {
			return message.Err("statement.not_by_hand", identity.Card(account), serial)
		}
		if err != nil {
			return err
		}
		_, err = b.record(ctx, tx, s, EventStatementUnmatched, "account", account, "serial", serial, "date", x.Date.String(), "fen", num(int64(x.Credit-x.Debit)), "reason", reason)
		return err
	})
}

// oneRow is the one row of a serial that is wanted.
func oneRow(list []StatementRow, account, serial string, on calendar.Date, wanted func(StatementRow) bool) (StatementRow, error) {
	var found []StatementRow
	for _, x := range list {
		if x.Account == account && x.Serial == serial && (on == 0 || x.Date == on) && wanted(x) {
			found = append(found, x)
		}
	}
	switch len(found) {
	case 0:
		return StatementRow{}, message.Err("statement.missing", identity.Card(account), serial)
	case 1:
		return found[0], nil
	}
	return StatementRow{}, message.Err("statement.several", identity.Card(account), serial, len(found))
}

func statement(ctx context.Context, r Reader) (list []StatementRow, err error) {
	err = r.Facts(ctx, FactQuery{Kinds: []facts.Kind{facts.KindStatement}}, func(f Fact) error {
		var x statementFact
		err := decode(f, &x)
		list = append(list, StatementRow{Account: x.Account, Serial: x.Serial, Date: x.Date, Summary: x.Summary, Party: x.Party, Debit: x.Debit, Credit: x.Credit, Balance: x.Balance})
		return err
	})
	if err != nil || len(list) == 0 {
		return nil, err
	}
	slices.SortFunc(list, func(a, b StatementRow) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Date, b.Date), cmp.Compare(a.Serial, b.Serial))
	})
	if err := decided(ctx, r, list); err != nil {
		return nil, err
	}
	moves, err := movements(ctx, r)
	if err != nil {
		return nil, err
	}
	match(list, moves)
	return list, nil
}

// decided marks the rows that somebody matched by hand: those of the day and the amount,
// since banks number their rows anew.
func decided(ctx context.Context, r Reader, list []StatementRow) error {
	head, err := r.Head(ctx)
	if err != nil {
		return err
	}
	return r.Events(ctx, 1, head.Position, func(e journal.Event) error {
		if e.Kind != EventStatementMatched && e.Kind != EventStatementUnmatched {
			return nil
		}
		pairs, err := journal.ParsePayload(e.Payload)
		for i := range list {
			x := &list[i]
			if x.Account != valueOf(pairs, "account") || x.Serial != valueOf(pairs, "serial") || x.Date.String() != valueOf(pairs, "date") || num(int64(x.Credit-x.Debit)) != valueOf(pairs, "fen") {
				continue
			}
			if x.By, x.To, x.Reason = "", "", ""; e.Kind == EventStatementMatched {
				x.By, x.To, x.Reason = MatchedByPerson, valueOf(pairs, "to"), valueOf(pairs, "reason")
			}
		}
		return err
	})
}

// match gives every row the movement it shows: first those whose summary names it, then
// those for which only one movement of the amount and the days is left.
func match(list []StatementRow, moves []movement) {
	fits := func(x *StatementRow, m *movement) bool {
		until := m.until
		if until == 0 {
			until = m.from.AddDays(daysToShow)
		}
		return !m.taken && m.account == x.Account && m.fen == x.Credit-x.Debit && x.Date >= m.from && x.Date <= until
	}
	for i := range list { // what a person matched is shown
		x := &list[i]
		var nearest *movement
		for j := range moves {
			m := &moves[j]
			if x.By == "" || m.taken || m.account != x.Account || m.ref != x.To || m.fen != x.Credit-x.Debit {
				continue
			}
			if nearest == nil || apart(m.from, x.Date) < apart(nearest.from, x.Date) {
				nearest = m
			}
		}
		if nearest != nil {
			nearest.taken = true
		}
	}
	for i := range list {
		x := &list[i]
		if x.By != "" {
			continue
		}
		for j := range moves {
			if m := &moves[j]; fits(x, m) && names(x.Summary, m.ref) {
				x.By, x.To, m.taken = MatchedByReference, m.ref, true
				break
			}
		}
	}
	for i := range list {
		x := &list[i]
		if x.By != "" {
			continue
		}
		var only *movement
		for j := range moves {
			if m := &moves[j]; fits(x, m) {
				if only != nil && only.ref != m.ref {
					only = nil
					break
				}
				only = m
			}
		}
		if only != nil {
			x.By, x.To, only.taken = MatchedByAmount, only.ref, true
		}
	}
}

// apart is how many days lie between two dates.
func apart(a, b calendar.Date) int { return max(a.Sub(b), b.Sub(a)) }

// names says whether a summary names a reference: whole, and not as the beginning of a
// longer number.
func names(summary, ref string) bool {
	for ref != "" {
		i := strings.Index(summary, ref)
		if i < 0 {
			return false
		}
		if summary = summary[i+len(ref):]; summary == "" || summary[0] < '0' || summary[0] > '9' {
			return true
		}
	}
	return false
}

// movements are what the book knows of the funds' accounts: transfers that came in, files
// that were paid from them, payments that came back, deductions remitted, repayments, and
// what went back up.
func movements(ctx context.Context, r Reader) (list []movement, err error) {
	meta, err := r.Meta(ctx)
	if err != nil {
		return nil, err
	}
	county, err := countyOf(ctx, r, meta)
	if err != nil {
		return nil, err
	}
	err = r.Facts(ctx, FactQuery{Kinds: []facts.Kind{facts.KindTransfer}}, func(f Fact) error {
		var x transferFact
		if err := decode(f, &x); err != nil {
			return err
		}
		if account := county.account(x.Fund); account != "" {
			list = append(list, movement{account: account, ref: x.Document, from: x.Date.AddDays(-daysToShow / 3), fen: x.Fen})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	batches, err := r.Batches(ctx)
	if err != nil {
		return nil, err
	}
	days, err := exportDays(ctx, r, 1)
	if err != nil {
		return nil, err
	}
	items, err := itemsEver(ctx, r)
	if err != nil {
		return nil, err
	}
	for _, x := range batches {
		if x.State != Exported {
			continue
		}
		if list, err = sentFrom(ctx, r, county, x, days[x.ID.String()], list); err != nil {
			return nil, err
		}
		if list, err = remitted(ctx, r, county, items, x, days[x.ID.String()], list); err != nil {
			return nil, err
		}
	}
	return overCounter(ctx, r, county, batches, list)
}

// remitted adds what an exported batch withheld for institutions, by account, and what it
// has back from them. Where co-funding splits a deduction between an account and another
// fund, only the account's whole sum is known.
func remitted(ctx context.Context, r Reader, county *County, items map[string]*policy.Item, x Batch, date calendar.Date, list []movement) ([]movement, error) {
	type key struct {
		account, institution string
		back                 bool
	}
	sums, lines := map[key]money.Fen{}, map[string]money.Fen{}
	err := r.Lines(ctx, LineQuery{Batch: x.ID}, func(l Line) error {
		if account := county.account(l.Fund); l.Side == Deduction && account != "" && items[l.Item] != nil {
			sums[key{account, items[l.Item].Institution, l.Fen < 0}] += l.Fen
			lines[account] += l.Fen
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	whole := map[string]money.Fen{}
	err = r.Portions(ctx, x.ID, func(p Portion) error { whole[county.account(p.Fund)] += p.Deduction; return nil })
	for _, account := range sortedKeys(whole) {
		if fen := whole[account]; account != "" && fen != lines[account] && fen != 0 {
			list = append(list, movement{account: account, ref: "代扣 " + x.ID.String(), from: date, fen: -fen})
		}
	}
	start := len(list)
	for k, fen := range sums {
		if whole[k.account] == lines[k.account] {
			list = append(list, movement{account: k.account, ref: k.institution, from: date, fen: -fen})
		}
	}
	slices.SortFunc(list[start:], func(a, b movement) int {
		return cmp.Or(cmp.Compare(a.account, b.account), cmp.Compare(a.ref, b.ref), cmp.Compare(a.fen, b.fen))
	})
	return list, err
}

// account is that of a fund that has money of its own, "" of any other.
func (c *County) account(fund string) string {
	if f := c.fund(fund); f != nil && f.Kind == FundAccount {
		return f.Account
	}
	return ""
}

// overCounter adds what the ledger has of repayments and of money that went back up.
func overCounter(ctx context.Context, r Reader, county *County, batches []Batch, list []movement) ([]movement, error) {
	head, err := r.Head(ctx)
	if err != nil {
		return nil, err
	}
	days, err := eventDays(ctx, r)
	if err != nil {
		return nil, err
	}
	kinds, void := map[string]BatchKind{}, map[string]bool{}
	for _, x := range batches {
		kinds[x.ID.String()], void[x.ID.String()] = x.Kind, !x.State.Committed()
	}
	type key struct {
		position     int64
		account, ref string
		up           bool
	}
	sums := map[key]money.Fen{}
	var order []key
	err = r.Postings(ctx, 0, head.Position, func(position int64, p ledger.Posting) error {
		account := county.account(p.Fund)
		repaid := p.Source == ledger.Recovered && kinds[p.Ref] == "" // within a batch it is set off, and no money moves
		if account == "" || void[p.Ref] || !repaid && p.Target != ledger.SentUp {
			return nil
		}
		k := key{position, account, p.Ref, p.Target == ledger.SentUp}
		if _, ok := sums[k]; !ok {
			order = append(order, k)
		}
		if sums[k] += p.Fen; k.up {
			sums[k] -= 2 * p.Fen
		}
		return nil
	})
	for _, k := range order {
		list = append(list, movement{account: k.account, ref: k.ref, from: days[k.position].AddDays(-daysToShow / 3), fen: sums[k]})
	}
	return list, err
}

// gap is a day whose rows do not lead from the balance before to one that it shows.
type gap struct {
	account string
	date    calendar.Date
	fen     money.Fen // the balance that the rows lead to
}

// gaps finds days of statements where rows lack: whatever the order of a day's rows, the
// balance before and their sum give a balance that one of them shows. Rows without a
// balance say nothing.
func gaps(list []StatementRow) (found []gap) {
	for start := 0; start < len(list); {
		end := start
		for end < len(list) && list[end].Account == list[start].Account {
			end++
		}
		var open []money.Fen // balances that the account may have had; nil before the first
		for rows := list[start:end]; len(rows) > 0; {
			n, sum := 0, money.Fen(0)
			var shown []money.Fen
			for n < len(rows) && rows[n].Date == rows[0].Date {
				sum += rows[n].Credit - rows[n].Debit
				if rows[n].Balance != 0 {
					shown = append(shown, rows[n].Balance)
				}
				n++
			}
			var ends []money.Fen
			for _, x := range open {
				if x+sum == 0 || len(shown) == 0 || slices.Contains(shown, x+sum) {
					ends = append(ends, x+sum)
				}
			}
			switch {
			case open != nil && ends == nil:
				found = append(found, gap{rows[0].Account, rows[0].Date, open[0] + sum})
				open = shown
			case open == nil && len(shown) > 0:
				open = shown
			case open != nil:
				open = ends
			}
			rows = rows[n:]
		}
		start = end
	}
	return found
}

// sentFrom adds what an exported batch does to the paying accounts: a debit a file, and a
// credit for every payment that came back.
func sentFrom(ctx context.Context, r Reader, county *County, x Batch, date calendar.Date, list []movement) ([]movement, error) {
	files, err := r.Exports(ctx, x.ID)
	if err != nil {
		return nil, err
	}
	payer := map[string]string{}
	for _, f := range files {
		payer[f.Name] = county.Banks[f.Bank].Account
		list = append(list, movement{account: payer[f.Name], ref: f.Name, from: date, fen: -f.Total})
	}
	// A payment can come back long after it was credited: the bank shows it about the day that
	// its answer gives, or at any time when that gives none.
	until := map[int]calendar.Date{}
	err = r.PaymentEvents(ctx, x.ID, func(e PaymentEvent) error {
		if e.State == PaymentReturned || e.State == PaymentRecalled {
			until[e.Seq] = calendar.Forever
			if e.Date != 0 {
				until[e.Seq] = max(e.Date, date).AddDays(daysToShow)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	back := map[string][]PaidOut{}
	err = paidOut(ctx, r, x, func(p PaidOut) error {
		if p.State.stock() == ledger.Returned || p.State == PaymentGivenUp {
			list = append(list, movement{account: payer[p.File], ref: p.ID().String(), from: date, until: until[p.Seq], fen: p.Fen})
			back[p.File] = append(back[p.File], p)
		}
		return nil
	})
	for _, file := range sortedKeys(back) { // some banks give back the sum of a file
		whole := movement{account: payer[file], ref: refundOf + file, from: date}
		for _, p := range back[file] {
			whole.fen += p.Fen
			whole.until = max(whole.until, until[p.Seq])
		}
		if len(back[file]) > 1 {
			list = append(list, whole)
		}
	}
	return list, err
}

// refundOf and the name of a file name the refund of everything in it that came back.
const refundOf = "退回 "

// exportedOn is the day on which a batch left.
func exportedOn(ctx context.Context, r Reader, x Batch) (calendar.Date, error) {
	days, err := exportDays(ctx, r, x.Horizon)
	return days[x.ID.String()], err
}

// eventDays are the days of the journal's events, by position.
func eventDays(ctx context.Context, r Reader) (map[int64]calendar.Date, error) {
	head, err := r.Head(ctx)
	if err != nil {
		return nil, err
	}
	days := map[int64]calendar.Date{}
	return days, r.Events(ctx, 1, head.Position, func(e journal.Event) error { days[e.Position] = calendar.DateIn(e.Time, zone); return nil })
}

// exportDays are the days on which batches left since a position, by printed id.
func exportDays(ctx context.Context, r Reader, since int64) (map[string]calendar.Date, error) {
	head, err := r.Head(ctx)
	if err != nil {
		return nil, err
	}
	days := map[string]calendar.Date{}
	return days, r.Events(ctx, since, head.Position, func(e journal.Event) error {
		if e.Kind != EventBatchExporting {
			return nil
		}
		pairs, err := journal.ParsePayload(e.Payload)
		if id := valueOf(pairs, "batch"); err == nil && days[id] == 0 {
			days[id], err = calendar.ParseDate(valueOf(pairs, "date"))
		}
		return err
	})
}

// ConfirmRest credits what a bank that lists failures only has not listed: when the
// statement shows the debit of the file, refunds of exactly what the bank gave as failed,
// and no other money that came in since and belongs nowhere. Where the bank has listed
// nothing, none names what says that nothing failed. Errors: returns.no_file,
// returns.lists_all of a bank that answers every row, returns.none_failed, returns.rest_open,
// returns.not_shown, returns.rest_done.
func (b *Book) ConfirmRest(ctx context.Context, s *Session, file, none string) (count int, fen money.Fen, err error) {
	if err := s.need(RoleMaker); err != nil {
		return 0, 0, err
	}
	err = b.update(ctx, func(tx Tx) error {
		count, fen = 0, 0
		rest, failed, total, err := restOf(ctx, tx, file)
		if err != nil {
			return err
		}
		if len(rest) == 0 {
			return message.Err("returns.rest_done", file)
		}
		if err := answersFailuresOnly(ctx, tx, file); err != nil {
			return err
		}
		if len(failed) == 0 && strings.TrimSpace(none) == "" {
			return message.Err("returns.none_failed", file)
		}
		if err := shown(ctx, tx, file, rest, failed, total); err != nil {
			return err
		}
		for _, x := range rest {
			count++
			fen += x.fen
		}
		adds, err := addendum(ctx, tx, batchesOf(rest)...)
		if err != nil {
			return err
		}
		e, err := b.record(ctx, tx, s, EventReturnsImported, append(adds, "kind", "rest", "file", file, "none_failed", none, "moved", num(int64(count)))...)
		if err != nil {
			return err
		}
		if err := post(ctx, tx, rest, e.Position); err != nil {
			return err
		}
		return putMoves(ctx, tx, rest, e.Position)
	})
	return count, fen, err
}

// answersFailuresOnly refuses the file of a bank that answers every row: its answer is
// what credits, and what it does not mention is not credited.
func answersFailuresOnly(ctx context.Context, r Reader, file string) error {
	county, err := settingsAt(ctx, r, 0)
	if err != nil {
		return err
	}
	sent, err := exportNamed(ctx, r, file)
	if err != nil {
		return err
	}
	layout, err := county.ReturnLayout(sent.Bank)
	if err == nil && layout.Return != nil && layout.Return.Lists != "failures" {
		err = message.Err("returns.lists_all", file, layout.Code)
	}
	return err
}

func exportNamed(ctx context.Context, r Reader, file string) (found ExportFile, err error) {
	batches, err := r.Batches(ctx)
	if err != nil {
		return found, err
	}
	for _, x := range batches {
		files, err := r.Exports(ctx, x.ID)
		if err != nil {
			return found, err
		}
		for _, f := range files {
			if f.Name == file {
				return f, nil
			}
		}
	}
	return found, message.Err("returns.no_file", file)
}

// shown holds the statement against a file: its debit, the refund of what failed, no row
// of a bank's answer about it that nobody has looked into, and after the debit no credit
// on the account that nobody knows: it may be the refund of a failure not listed yet.
func shown(ctx context.Context, r Reader, file string, rest []move, failed []PaidOut, total money.Fen) error {
	rows, err := openRows(ctx, r)
	if err != nil {
		return err
	}
	about := map[PaymentID]bool{{}: true} // also what is about no payment
	for _, x := range rest {
		about[x.PaymentID] = true
	}
	for _, x := range rows {
		if about[x.Payment] {
			return message.Err("returns.rest_open", file, x.Position, x.Line)
		}
	}
	list, err := statement(ctx, r)
	if err != nil {
		return err
	}
	to := map[string]money.Fen{} // what the statement shows, by what it was matched to
	var debit StatementRow
	for _, x := range list {
		to[x.To] += x.Credit - x.Debit
		if x.To == file {
			debit = x
		}
	}
	var refunded, lost money.Fen
	for _, p := range failed {
		lost += p.Fen
		refunded += to[p.ID().String()]
	}
	if refunded += to[refundOf+file]; to[file] != -total || refunded != lost {
		return message.Err("returns.not_shown", file, total, -to[file], lost, refunded)
	}
	for _, x := range list {
		if x.Account == debit.Account && x.By == "" && x.Credit > 0 && x.Date >= debit.Date {
			return message.Err("returns.rest_credit", file, x.Account, x.Serial, x.Credit)
		}
	}
	return nil
}

// restOf finds a file's payments of which the bank has said nothing, as moves to
// credited, and those that failed.
func restOf(ctx context.Context, r Reader, file string) (rest []move, failed []PaidOut, total money.Fen, err error) {
	batches, err := r.Batches(ctx)
	if err != nil {
		return nil, nil, 0, err
	}
	shown := outcome{from: PaymentSent, to: PaymentCredited, reason: "对账单"}
	for _, x := range batches {
		if x.State != Exported {
			continue
		}
		err := paidOut(ctx, r, x, func(p PaidOut) error {
			if p.File != file {
				return nil
			}
			total += p.Fen
			switch p.State {
			case PaymentSent:
				rest = append(rest, move{p.ID(), p.Fen, &shown})
			case PaymentReturned, PaymentRecalled, PaymentReissued, PaymentGivenUp:
				failed = append(failed, p)
			}
			return nil
		})
		if err != nil {
			return nil, nil, 0, err
		}
	}
	if total == 0 {
		return nil, nil, 0, message.Err("returns.no_file", file)
	}
	return rest, failed, total, nil
}
