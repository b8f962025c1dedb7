package payroll

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"zhida/payroll/journal"
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
	err = paidOut(ctx, r, x, func(p PaidOut) error {
		if p.State.stock() == "returned" {
			list = append(list, movement{account: payer[p.File], ref: p.ID().String(), from: date, fen: p.Fen})
		}
		return nil
	})
	return list, err
}

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
