package payroll

import (
	"zhida/rules/calendar"
	"zhida/rules/identity"
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

// ReturnFile is a bank's answer as a reader understood it: rows in the order of the
// file, none left out. It says nothing about which payments they answer.
type ReturnFile struct {
	File    string
	Digest  string // hex SM3 of the bytes
	Layout  string // code of the layout that it was read by
	Bank    string // code; empty when the layout serves several
	Partial bool   // lists failures only: what is not listed is not thereby credited
	// Reference is what names the payment file it answers, where the bank repeats it: the
	// message id of a pain.001, the number of an instruction; else empty.
	Reference string
	Count     int       // rows that the file says it answers, 0 when it does not say
	Total     money.Fen // and their sum, 0 when it does not say
	Rows      []ReturnRow
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
