package payroll

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"zhida/payroll/journal"
	"zhida/payroll/ledger"
	"zhida/rules/calendar"
	"zhida/rules/message"
	"zhida/rules/money"
)

// sendUp is the payload of ProposeSendUp: money of a purse that goes back to the giver or
// to the treasury, out of what is available or of payments that came back.
type sendUp struct {
	Fund     string      `json:"fund"`
	Place    string      `json:"place"`
	Fen      money.Fen   `json:"fen,omitempty"`      // out of what is available
	Payments []PaymentID `json:"payments,omitempty"` // that came back and are given up
	Document string      `json:"document"`
}

// MarshalText writes the form of String.
func (id PaymentID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads the form of ParsePaymentID.
func (id *PaymentID) UnmarshalText(b []byte) (err error) {
	*id, err = ParsePaymentID(string(b))
	return err
}

// ProposeSendUp proposes to send money of a fund back up: fen out of what is available to
// the place ("" for the fund's general money), or the payments named, which came back. An
// approver accepts it. Errors: owed.document, fund.not_there, fund.payment_twice,
// fund.not_back.
func (b *Book) ProposeSendUp(ctx context.Context, s *Session, fund, place string, fen money.Fen, payments []PaymentID, document string) (at int64, err error) {
	if err := s.need(RoleMaker); err != nil {
		return 0, err
	}
	if strings.TrimSpace(document) == "" {
		return 0, message.Err("owed.document")
	}
	x := sendUp{fund, place, fen, payments, document}
	err = b.update(ctx, func(tx Tx) error {
		if _, err := x.postings(ctx, tx); err != nil {
			return err
		}
		title := "上缴资金 " + fund + " " + fen.String() + " 元（" + document + "）"
		if len(payments) > 0 {
			title = "上缴退票 " + num(int64(len(payments))) + " 笔（" + document + "）"
		}
		at, err = b.propose(ctx, tx, s, ProposeSendUp, title, x)
		return err
	})
	return at, err
}

// postings makes what sending up posts, and refuses what is not there.
func (x *sendUp) postings(ctx context.Context, r Reader) (*poster, error) {
	p, err := newPoster(ctx, r, x.Document)
	if err != nil {
		return nil, err
	}
	if len(x.Payments) == 0 {
		k := Purse{Fund: x.Fund, Place: x.Place}
		if there := p.book[k][ledger.Available]; x.Fen <= 0 || there < x.Fen {
			return nil, message.Err("fund.not_there", x.Fund, max(there, 0), x.Fen)
		}
		p.move(k, ledger.Available, ledger.SentUp, x.Fen)
		return p, nil
	}
	seen := map[PaymentID]bool{}
	byBatch := map[BatchID][]PaymentID{}
	for _, id := range x.Payments {
		if seen[id] {
			return nil, message.Err("fund.payment_twice", id)
		}
		seen[id] = true
		byBatch[id.Batch] = append(byBatch[id.Batch], id)
	}
	for _, batchID := range sortedNumbers(byBatch) {
		batch, err := batchOf(ctx, r, batchID)
		if err != nil {
			return nil, err
		}
		parts, err := batchParts(ctx, r, batchID)
		if err != nil {
			return nil, err
		}
		back := map[int]bool{}
		err = paidOut(ctx, r, batch, func(y PaidOut) error {
			back[y.Seq] = y.State == PaymentReturned || y.State == PaymentRecalled
			return nil
		})
		if err != nil {
			return nil, err
		}
		for _, id := range byBatch[batchID] {
			if !back[id.Seq] {
				return nil, message.Err("fund.not_back", id)
			}
			p.ref = id.String()
			for _, part := range parts.of(id.Seq) {
				p.move(part.Purse, ledger.Returned, ledger.SentUp, part.Fen)
			}
		}
	}
	return p, nil
}

// applySendUp moves the money when the approver accepts. A payment that was given up can
// be paid again later, from money that a document names.
func (b *Book) applySendUp(ctx context.Context, tx Tx, s *Session, p Proposal, note []string) (int64, error) {
	if err := s.need(RoleApprover); err != nil {
		return 0, err
	}
	var x sendUp
	if err := json.Unmarshal(p.Payload, &x); err != nil {
		return 0, err
	}
	posts, err := x.postings(ctx, tx)
	if err != nil {
		return 0, err
	}
	e, err := b.record(ctx, tx, s, EventProposalAccepted, append(note, "sent_up", x.Document)...)
	if err != nil {
		return 0, err
	}
	var states []PaymentEvent
	for _, id := range x.Payments {
		states = append(states, PaymentEvent{PaymentID: id, Position: e.Position, State: PaymentGivenUp, Reason: x.Document})
	}
	if err := tx.PutPaymentStates(ctx, states); err != nil {
		return 0, err
	}
	return e.Position, tx.PutPostings(ctx, e.Position, posts.list)
}

// YearReport is what a year leaves behind: payments that are not settled, by age, and what
// funds still have.
type YearReport struct {
	Year   int
	Ages   []AgeRow
	Left   []PurseClosing // purses with anything in a stock
	Below  []BelowMinimum // villages that got less than a fund is to bring them
	Closed int64          // position of the closing, 0 while open
}

// BelowMinimum is a village that a fund has brought less in the year than its minimum.
type BelowMinimum struct {
	Fund    string
	Place   string
	Name    string
	Minimum money.Fen
	Brought money.Fen
}

// AgeRow adds up payments of the year that are in transit or came back, by how long ago
// the bank or the export said so.
type AgeRow struct {
	State    PaymentState
	MostDays int // at most so many days old; 0: older than all others
	Count    int
	Fen      money.Fen
}

// ages are the borders of AgeRow, in days.
var ages = []int{30, 90, 180, 0}

// EventYearClosed records that a year is closed, with the documents by which money is carried over.
const EventYearClosed = "fund.year_closed"

// Year reports what a year leaves behind, as it stands now.
func (b *Book) Year(ctx context.Context, year int) (report YearReport, err error) {
	today := calendar.DateIn(b.now(), zone)
	err = b.view(ctx, func(r Reader) error { report, err = yearReport(ctx, r, year, today); return err })
	return report, err
}

// CloseYear closes a year after its last month: authority that is still available lapses
// unless a document carries it over, and accounts keep their money. carried gives the
// documents by fund. Errors: fund.year_open while December is not closed, fund.year_done,
// fund.unknown, fund.lapses naming the funds that need a document or sending up.
func (b *Book) CloseYear(ctx context.Context, s *Session, year int, carried map[string]string) (report YearReport, err error) {
	if err := s.need(RoleApprover); err != nil {
		return report, err
	}
	today := calendar.DateIn(b.now(), zone)
	err = b.update(ctx, func(tx Tx) error {
		if report, err = yearReport(ctx, tx, year, today); err != nil {
			return err
		}
		if report.Closed != 0 {
			return message.Err("fund.year_done", year)
		}
		done, err := closings(ctx, tx)
		if err != nil {
			return err
		}
		if n := len(done); n == 0 || done[n-1].Month < calendar.Month(year*100+12) {
			return message.Err("fund.year_open", year)
		}
		meta, err := tx.Meta(ctx)
		if err != nil {
			return err
		}
		county, err := countyOf(ctx, tx, meta)
		if err != nil {
			return err
		}
		for _, code := range sortedKeys(carried) {
			if county.fund(code) == nil {
				return message.Err("fund.unknown", code)
			}
		}
		var problems message.Problems
		lapsing := map[string]money.Fen{}
		for _, k := range report.Left {
			if f := county.fund(k.Fund); f != nil && f.Kind == FundAuthority && strings.TrimSpace(carried[k.Fund]) == "" {
				lapsing[k.Fund] += k.Stock[ledger.Available]
			}
		}
		for _, code := range sortedKeys(lapsing) {
			if lapsing[code] > 0 {
				problems = append(problems, message.Problem{Message: message.M("fund.lapses", code, county.FundName(code), lapsing[code])})
			}
		}
		if problems != nil {
			return problems
		}
		pairs := []string{"year", num(int64(year))}
		for _, code := range sortedKeys(carried) {
			pairs = append(pairs, "fund", code, "document", carried[code])
		}
		e, err := b.record(ctx, tx, s, EventYearClosed, pairs...)
		report.Closed = e.Position
		return err
	})
	return report, err
}

// yearClosed is the position at which a year was closed, 0 while it is open.
func yearClosed(ctx context.Context, r Reader, year int) (position int64, err error) {
	head, err := r.Head(ctx)
	if err != nil {
		return 0, err
	}
	err = r.Events(ctx, 1, head.Position, func(e journal.Event) error {
		if e.Kind != EventYearClosed {
			return nil
		}
		pairs, err := journal.ParsePayload(e.Payload)
		if valueOf(pairs, "year") == num(int64(year)) {
			position = e.Position
		}
		return err
	})
	return position, err
}

func yearReport(ctx context.Context, r Reader, year int, today calendar.Date) (y YearReport, err error) {
	y.Year = year
	if y.Closed, err = yearClosed(ctx, r, year); err != nil {
		return y, err
	}
	f, err := fundReport(ctx, r, 0, false)
	if err != nil {
		return y, err
	}
	for _, p := range f.Purses {
		if slices.ContainsFunc(ledger.Stocks, func(a ledger.Account) bool { return p.Stock[a] != 0 }) {
			y.Left = append(y.Left, p)
		}
	}
	states := []PaymentState{PaymentSent, PaymentParked, PaymentReturned, PaymentRecalled}
	for _, s := range states {
		for _, d := range ages {
			y.Ages = append(y.Ages, AgeRow{State: s, MostDays: d})
		}
	}
	batches, err := r.Batches(ctx)
	if err != nil {
		return y, err
	}
	for _, x := range batches {
		if x.State != Exported || x.ID.Month().Year() > year {
			continue
		}
		left, err := exportedOn(ctx, r, x)
		if err != nil {
			return y, err
		}
		err = paidOut(ctx, r, x, func(p PaidOut) error {
			since := p.Since
			if since == 0 {
				since = left
			}
			for i := range y.Ages {
				if a := &y.Ages[i]; a.State == p.State && (a.MostDays == 0 || today.Sub(since) <= a.MostDays) {
					a.Count++
					a.Fen += p.Fen
					break
				}
			}
			return nil
		})
		if err != nil {
			return y, err
		}
	}
	y.Ages = slices.DeleteFunc(y.Ages, func(a AgeRow) bool { return a.Count == 0 })
	y.Below, err = belowMinimum(ctx, r, year)
	return y, err
}

// belowMinimum holds what batches of a year took from funds for each village against the
// funds' minimum.
func belowMinimum(ctx context.Context, r Reader, year int) (list []BelowMinimum, err error) {
	meta, err := r.Meta(ctx)
	if err != nil {
		return nil, err
	}
	county, err := countyOf(ctx, r, meta)
	if err != nil || !slices.ContainsFunc(county.Funds, func(f Fund) bool { return f.Minimum != "" }) {
		return nil, err
	}
	world, err := loadWorld(ctx, r, meta, 0)
	if err != nil {
		return nil, err
	}
	head, err := r.Head(ctx)
	if err != nil {
		return nil, err
	}
	brought := map[Purse]money.Fen{}
	err = r.Postings(ctx, 0, head.Position, func(_ int64, p ledger.Posting) error {
		id, err := ParseBatchID(p.Ref)
		if err != nil || id.Month().Year() != year {
			return nil // not of a batch
		}
		k := Purse{Fund: p.Fund, Place: p.Place}
		committed := func(a ledger.Account) bool { return a == ledger.Reserved || a == ledger.Held || a == ledger.Paid }
		switch {
		case p.Source == ledger.Available && committed(p.Target):
			brought[k] += p.Fen
		case committed(p.Source) && p.Target == ledger.Available:
			brought[k] -= p.Fen
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, f := range county.Funds {
		if f.Minimum == "" {
			continue
		}
		least, err := money.ParseYuan(f.Minimum)
		if err != nil {
			return nil, err
		}
		for _, code := range sortedKeys(world.Places) {
			if got := brought[Purse{Fund: f.Code, Place: code}]; len(code) == 12 && got < least {
				list = append(list, BelowMinimum{f.Code, code, villageName(world, code), least, got})
			}
		}
	}
	return list, nil
}
