package payroll

import (
	"context"
	"slices"
	"strings"

	"zhida/payroll/journal"
	"zhida/rules/calendar"
	"zhida/rules/identity"
	"zhida/rules/message"
	"zhida/rules/money"
)

// PaymentState is what became of a payment that has left the house.
type PaymentState string

// The states of a payment. Sent is every payment of a file that has left and of which
// the bank has said nothing final. Success is revocable: a payment can come back days
// after the bank reported it as credited.
const (
	PaymentSent     PaymentState = "sent"         // 在途: the file has left
	PaymentCredited PaymentState = "credited"     // 已入账
	PaymentReturned PaymentState = "returned"     // 退票: the money is back, or never left the account
	PaymentParked   PaymentState = "not_credited" // 收到未入账: the bank has it and the card does not
	PaymentRecalled PaymentState = "recalled"     // 撤回: the bureau asked for it back
	PaymentReissued PaymentState = "reissued"     // 已重发: another payment replaces it
	PaymentGivenUp  PaymentState = "given_up"     // 已上缴: came back and its money went back up; paying it again takes new money
)

// ReturnRows are the rows of a bank's answer in the order of the file, none left out. A
// reader of long files reads a row each time it is asked for.
type ReturnRows interface {
	Len() int
	Row(i int) ReturnRow // 0 <= i < Len()
}

// RowList is ReturnRows that are all there.
type RowList []ReturnRow

// Len is how many rows there are.
func (l RowList) Len() int { return len(l) }

// Row is one of them, from 0.
func (l RowList) Row(i int) ReturnRow { return l[i] }

// ReturnFile is a bank's answer as a reader understood it. It says nothing about which
// payments its rows answer.
type ReturnFile struct {
	File    string
	Digest  string // hex SM3 of the bytes
	Content string // hex SM3 of what it says, whatever its encoding and line ends; "" counts as Digest
	Layout  string // code of the layout that it was read by
	Bank    string // code; empty when the layout serves several
	Partial bool   // lists failures only: what is not listed is not thereby credited
	// Reference is what names the payment file it answers, where the bank repeats it: the
	// message id of a pain.001, the number of an instruction; else empty.
	Reference string
	Count     int       // rows that the file says it answers, 0 when it does not say
	Total     money.Fen // and their sum, 0 when it does not say
	Rows      ReturnRows
	// Whole is what a bank says of a file as one, without naming payments: nil where it
	// names them. A refused file has returned all that is in it.
	Whole *ReturnRow
}

// ReturnRow is one row of a bank's answer.
type ReturnRow struct {
	Line    int    // in the file, from 1
	Seq     int    // number of the payment in the file that was sent, 0 when the bank does not repeat it
	Account string // as in the file, digits only
	Holder  string // as in the file
	Fen     money.Fen
	State   PaymentState  // by the exact map of the layout; an unknown text leaves PaymentSent
	Text    string        // the bank's word for the state
	Reason  string        // the bank's word for the cause, "" for none
	Cause   ReturnCause   // the cause normalised, "" when there is none
	Date    calendar.Date // of the credit or the return, 0 when the file does not say
	Problem string        // Chinese: what of the row could not be read; State is then PaymentSent
}

// ReturnCause is why a payment was not credited.
type ReturnCause string

// The causes, whatever words a bank has for them.
const (
	CauseName        ReturnCause = "NAME_MISMATCH"
	CauseNoAccount   ReturnCause = "NO_ACCOUNT"
	CauseClosed      ReturnCause = "CLOSED"
	CauseFrozen      ReturnCause = "FROZEN"
	CauseDormant     ReturnCause = "DORMANT"
	CauseNotSettling ReturnCause = "NOT_SETTLEMENT"
	CauseLost        ReturnCause = "LOST"
	CauseID          ReturnCause = "ID_MISMATCH"
	CauseLimit       ReturnCause = "LIMIT"
	CauseDuplicate   ReturnCause = "DUPLICATE"
	CauseUnsupported ReturnCause = "BANK_UNSUPPORTED"
	CauseRecalled    ReturnCause = "RECALLED"
	CauseParked      ReturnCause = "RECEIVED_NOT_CREDITED"
	CauseOther       ReturnCause = "OTHER"
)

// PaymentEvent is a state that a payment came into; the latest position counts.
type PaymentEvent struct {
	PaymentID
	Position int64 // of the journal event
	State    PaymentState
	Cause    ReturnCause
	Reason   string        // the bank's word
	Date     calendar.Date // of the bank, 0 when it gave none
}

// KeptRow is a row of a bank's answer that was not applied: it matched no payment, or
// says what cannot be. It is kept until somebody has looked at it.
type KeptRow struct {
	Position int64 // of the import
	Line     int
	Payment  PaymentID // the payment it seems to be about; zero when none
	Account  identity.Card
	Holder   string
	Fen      money.Fen
	State    PaymentState
	Text     string
	Reason   string
	Problem  string // Chinese: why it was not applied
}

// ID names the row.
func (k *KeptRow) ID() RowID { return RowID{k.Position, k.Line} }

// EventRowResolved records that somebody has looked into a row that was kept.
const EventRowResolved = "returns.resolved"

// RowID names a row of a bank's answer.
type RowID struct {
	Position int64 // of the import
	Line     int   // in the file
}

// ResolveRows records that somebody has looked into rows of banks' answers that were not
// applied, and what came of them, in one event: all of them or none. Errors:
// payroll.reason_needed, returns.choose, returns.no_row.
func (b *Book) ResolveRows(ctx context.Context, s *Session, rows []RowID, reason string) error {
	if err := s.need(RoleChecker, RoleApprover); err != nil {
		return err
	}
	if strings.TrimSpace(reason) == "" {
		return message.Err("payroll.reason_needed")
	}
	if len(rows) == 0 {
		return message.Err("returns.choose")
	}
	return b.update(ctx, func(tx Tx) error {
		list, err := openRows(ctx, tx)
		if err != nil {
			return err
		}
		open := map[RowID]bool{}
		for _, x := range list {
			open[x.ID()] = true
		}
		var pairs []string
		for _, x := range rows {
			if !open[x] {
				return message.Err("returns.no_row", x.Position, x.Line)
			}
			open[x] = false // named twice it is not there any more
			pairs = append(pairs, "position", num(x.Position), "line", num(int64(x.Line)))
		}
		_, err = b.record(ctx, tx, s, EventRowResolved, append(pairs, "reason", reason)...)
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
	resolved := map[RowID]bool{}
	err = r.Events(ctx, list[0].Position, head.Position, func(e journal.Event) error {
		if e.Kind != EventRowResolved {
			return nil
		}
		pairs, err := journal.ParsePayload(e.Payload)
		var row RowID
		for i := 0; i+1 < len(pairs); i += 2 {
			switch pairs[i] {
			case "position":
				row.Position = parseNum(pairs[i+1])
			case "line":
				row.Line = int(parseNum(pairs[i+1]))
				resolved[row] = true
			}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(x KeptRow) bool { return resolved[x.ID()] })
	return settledSince(ctx, r, list)
}

// settledSince leaves out rows that a later answer has settled: of those that nobody could
// tell apart, the same file came again and moved one to the account into the state that the
// row gave; of those without a result, the payment has got one.
func settledSince(ctx context.Context, r Reader, list []KeptRow) ([]KeptRow, error) {
	asked := map[string]bool{}
	for _, x := range list {
		if strings.HasPrefix(x.Problem, problemAmbiguous) || x.Problem == problemPending {
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
	files, err := answersSaid(ctx, r, imports)
	if err != nil {
		return nil, err
	}
	paid := map[PaymentID]Payment{}
	batches := map[BatchID]bool{}
	if err := r.PaymentsTo(ctx, sortedKeys(asked), func(p PaidOut) error {
		paid[p.ID()], batches[p.Batch] = p.Payment, true
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
				if !settled[i] && e.Position > x.Position && (strings.HasPrefix(x.Problem, problemAmbiguous) && again || x.Problem == problemPending && x.Payment == e.PaymentID) {
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
