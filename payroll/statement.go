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
	"zhida/rules/message"
	"zhida/rules/money"
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
}

// movement is something the book knows that a statement should show.
type movement struct {
	account string
	ref     string
	from    calendar.Date // earliest day the bank can show it
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

// MatchRow records what a row of a statement is, when neither reference nor amount tell.
// Errors: payroll.reason_needed, statement.missing.
func (b *Book) MatchRow(ctx context.Context, s *Session, account, serial, to, reason string) error {
	if err := s.need(RoleChecker, RoleApprover); err != nil {
		return err
	}
	if strings.TrimSpace(reason) == "" || strings.TrimSpace(to) == "" {
		return message.Err("payroll.reason_needed")
	}
	return b.store.Update(ctx, func(tx Tx) error {
		list, err := statement(ctx, tx)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(list, func(x StatementRow) bool { return x.Account == account && x.Serial == serial && x.By == "" }) {
			return message.Err("statement.missing", account, serial)
		}
		_, err = b.record(ctx, tx, s, EventStatementMatched, "account", account, "serial", serial, "to", to, "reason", reason)
		return err
	})
}

func statement(ctx context.Context, r Reader) (list []StatementRow, err error) {
	err = r.Facts(ctx, FactQuery{Kinds: []facts.Kind{facts.KindStatement}}, func(f Fact) error {
		var x statementFact
		err := decode(f, &x)
		list = append(list, StatementRow{Account: x.Account, Serial: x.Serial, Date: x.Date, Summary: x.Summary, Party: x.Party, Debit: x.Debit, Credit: x.Credit})
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

// decided marks the rows that somebody matched by hand.
func decided(ctx context.Context, r Reader, list []StatementRow) error {
	head, err := r.Head(ctx)
	if err != nil {
		return err
	}
	return r.Events(ctx, 1, head.Position, func(e journal.Event) error {
		if e.Kind != EventStatementMatched {
			return nil
		}
		pairs, err := journal.ParsePayload(e.Payload)
		for i := range list {
			if x := &list[i]; x.Account == valueOf(pairs, "account") && x.Serial == valueOf(pairs, "serial") {
				x.By, x.To = MatchedByPerson, valueOf(pairs, "to")+"（"+valueOf(pairs, "reason")+"）"
			}
		}
		return err
	})
}

// match gives every row the movement it shows: first those whose summary names it, then
// those for which only one movement of the amount and the days is left.
func match(list []StatementRow, moves []movement) {
	fits := func(x *StatementRow, m *movement) bool {
		return !m.taken && m.account == x.Account && m.fen == x.Credit-x.Debit && x.Date >= m.from && x.Date <= m.from.AddDays(daysToShow)
	}
	for i := range list {
		x := &list[i]
		if x.By != "" {
			continue
		}
		for j := range moves {
			if m := &moves[j]; fits(x, m) && m.ref != "" && strings.Contains(x.Summary, m.ref) {
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

// movements are what the book knows of the funds' accounts: transfers that came in, files
// that were paid from them, payments that came back, repayments.
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
		if fund := county.fund(x.Fund); fund != nil && fund.Kind == FundAccount {
			list = append(list, movement{account: fund.Account, ref: x.Document, from: x.Date.AddDays(-daysToShow / 3), fen: x.Fen})
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
	for _, x := range batches {
		if x.State == Exported {
			if list, err = sentFrom(ctx, r, county, x, list); err != nil {
				return nil, err
			}
		}
	}
	return list, nil
}

// sentFrom adds what an exported batch does to the paying accounts: a debit a file, and a
// credit for every payment that came back.
func sentFrom(ctx context.Context, r Reader, county *County, x Batch, list []movement) ([]movement, error) {
	files, err := r.Exports(ctx, x.ID)
	if err != nil {
		return nil, err
	}
	date, err := exportedOn(ctx, r, x)
	if err != nil {
		return nil, err
	}
	payer := map[string]string{}
	for _, f := range files {
		payer[f.Name] = county.Banks[f.Bank].Account
		list = append(list, movement{account: payer[f.Name], ref: f.Name, from: date, fen: -f.Total})
	}
	back := map[string][]PaidOut{}
	err = paidOut(ctx, r, x, func(p PaidOut) error {
		if p.State.stock() == ledger.Returned || p.State == PaymentGivenUp {
			list = append(list, movement{account: payer[p.File], ref: p.ID().String(), from: date, fen: p.Fen})
			back[p.File] = append(back[p.File], p)
		}
		return nil
	})
	for _, file := range sortedKeys(back) { // some banks give back the sum of a file
		var sum money.Fen
		for _, p := range back[file] {
			sum += p.Fen
		}
		if len(back[file]) > 1 {
			list = append(list, movement{account: payer[file], ref: refundOf + file, from: date, fen: sum})
		}
	}
	return list, err
}

// refundOf and the name of a file name the refund of everything in it that came back.
const refundOf = "退回 "

// exportedOn is the day on which a batch left.
func exportedOn(ctx context.Context, r Reader, x Batch) (date calendar.Date, err error) {
	head, err := r.Head(ctx)
	if err != nil {
		return 0, err
	}
	err = r.Events(ctx, x.Horizon, head.Position, func(e journal.Event) error {
		if e.Kind != EventBatchExporting || date != 0 {
			return nil
		}
		pairs, err := journal.ParsePayload(e.Payload)
		if err == nil && valueOf(pairs, "batch") == x.ID.String() {
			date, err = calendar.ParseDate(valueOf(pairs, "date"))
		}
		return err
	})
	return date, err
}

// ConfirmRest credits what a bank that lists failures only has not listed: when the
// statement shows the debit of the file, and refunds of exactly what the bank gave as
// failed. Errors: returns.no_file, returns.not_shown.
func (b *Book) ConfirmRest(ctx context.Context, s *Session, file string) (count int, fen money.Fen, err error) {
	if err := s.need(RoleMaker); err != nil {
		return 0, 0, err
	}
	err = b.store.Update(ctx, func(tx Tx) error {
		count, fen = 0, 0
		shown, err := statement(ctx, tx)
		if err != nil {
			return err
		}
		to := map[string]money.Fen{} // what the statement shows, by what it was matched to
		for _, x := range shown {
			to[x.To] += x.Credit - x.Debit
		}
		m, failed, total, err := restOf(ctx, tx, file)
		if err != nil {
			return err
		}
		var refunded, lost money.Fen
		for _, p := range failed {
			lost += p.Fen
			refunded += to[p.ID().String()]
		}
		if refunded += to[refundOf+file]; to[file] != -total || refunded != lost || len(m.moves) == 0 {
			return message.Err("returns.not_shown", file, total, -to[file], lost, refunded)
		}
		for _, x := range m.moves {
			count++
			fen += m.byID[x.PaymentID].Fen
		}
		e, err := b.record(ctx, tx, s, EventReturnsImported, "kind", "rest", "file", file, "moved", num(int64(count)), "moves", movesDigest(m.moves))
		if err != nil {
			return err
		}
		if err := m.post(ctx, tx, e.Position); err != nil {
			return err
		}
		for i := range m.moves {
			m.moves[i].Position = e.Position
		}
		return tx.PutPaymentStates(ctx, m.moves)
	})
	return count, fen, err
}

// restOf finds a file's payments of which the bank has said nothing, as moves to
// credited, and those that failed.
func restOf(ctx context.Context, r Reader, file string) (m *matcher, failed []PaidOut, total money.Fen, err error) {
	m = &matcher{byID: map[PaymentID]*PaidOut{}}
	batches, err := r.Batches(ctx)
	if err != nil {
		return nil, nil, 0, err
	}
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
				m.byID[p.ID()] = &p
				m.moves = append(m.moves, PaymentEvent{PaymentID: p.ID(), State: PaymentCredited, Reason: "对账单"})
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
	return m, failed, total, nil
}
