// Package payroll owns the life of a batch: what is due minus what is already
// committed, from the draft through check and approval to the files that leave.
// It knows actors, states and the journal; it holds no SQL, no file format and
// no clock, and computes no standard: rules does.
package payroll

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/identity"
	"zhida/rules/message"
	"zhida/rules/money"
)

// BatchID is month*1000+sequence (202611001); it prints as 2026-11/1.
type BatchID int64

// NewBatchID joins a month and a sequence from 1 to 999.
func NewBatchID(m calendar.Month, seq int) BatchID { return BatchID(int64(m)*1000 + int64(seq)) }

// ParseBatchID reads the form 2026-11/1.
func ParseBatchID(s string) (BatchID, error) {
	head, tail, ok := strings.Cut(s, "/")
	m, err := calendar.ParseMonth(head)
	seq, err2 := strconv.Atoi(tail)
	if !ok || err != nil || err2 != nil || seq < 1 || seq > 999 || strconv.Itoa(seq) != tail {
		return 0, message.Err("batch.id", s)
	}
	return NewBatchID(m, seq), nil
}

// Month is the month of the run.
func (id BatchID) Month() calendar.Month { return calendar.Month(id / 1000) }

// Seq is the number within the month, from 1.
func (id BatchID) Seq() int { return int(id % 1000) }

// String is the form 2026-11/1.
func (id BatchID) String() string { return fmt.Sprintf("%s/%d", id.Month(), id.Seq()) }

// MarshalText writes the form of String.
func (id BatchID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads the form of ParseBatchID.
func (id *BatchID) UnmarshalText(b []byte) (err error) {
	*id, err = ParseBatchID(string(b))
	return err
}

// State is where a batch stands.
type State string

// The states of a batch. Staging is invisible: rows are being written, and a
// crash leaves nothing but rows that the next run removes.
const (
	Staging   State = "staging"
	Draft     State = "draft"
	Submitted State = "submitted"
	Checked   State = "checked"
	Approved  State = "approved"
	Exported  State = "exported"
	Cancelled State = "cancelled" // a draft given up, or voided before export
)

// open says whether a batch is still being worked on.
func (s State) open() bool { return s == Draft || s == Submitted || s == Checked }

// Committed says whether lines in this state count as committed.
func (s State) Committed() bool { return s == Approved || s == Exported }

// BatchKind tells a month's regular batch from a correction (rerun).
type BatchKind string

// The kinds of batch.
const (
	Regular    BatchKind = "regular"
	Correction BatchKind = "correction"
	Reissue    BatchKind = "reissue" // payments that came back, paid again; it has no lines
	BackPay    BatchKind = "backpay" // earlier months' differences, where the county has them apart
)

// Chinese is the kind as screens and papers print it.
func (k BatchKind) Chinese() string {
	switch k {
	case Correction:
		return "更正批次"
	case BackPay:
		return "补发批次"
	case Reissue:
		return "重发批次"
	}
	return "月度批次"
}

// Batch is the head of a batch; sums are in fen.
type Batch struct {
	ID           BatchID
	Kind         BatchKind
	Narrowed     string // of a correction, what it was narrowed to; see Narrow
	Channel      string // 统发, 一卡通 …; a batch never mixes channels
	Apart        bool   // of a regular batch: earlier months are left to a back-pay batch
	State        State
	Horizon      int64  // journal position it was computed at
	RulesVersion int    // of package rules; a rerun under another is refused
	Digest       string // hex SM3 over everything below the head; approval signs it
	ComputedAt   time.Time
	Maker        string // who submitted
	Checker      string
	Approver     string

	Roster    int // persons considered
	Payees    int // persons with a payment
	Lines     int
	Gross     money.Fen
	Deduction money.Fen
	Net       money.Fen // sum of payments
	Held      money.Fen // change in held
	Owed      money.Fen // change in receivables (positive: more is owed to the county)
	Reissued  money.Fen // paid again from what had come back

	Averages []facts.Average // peer averages this batch would freeze; kept as JSON
}

// Side tells what is due to the person from what is withheld for an institution.
type Side string

// The sides of a line.
const (
	Gross     Side = "gross"
	Deduction Side = "deduction"
)

// Line commits the difference for one obligation (person, item, pay month), whole
// and signed. A batch has at most one line per obligation.
type Line struct {
	Batch     BatchID
	Person    int64
	Item      string
	Month     calendar.Month // pay month
	Side      Side
	Fen       money.Fen // due minus committed; deductions are positive when withheld
	Due       money.Fen // entitlement as known at the horizon
	Committed money.Fen // by earlier batches and imported payments
	Place     string    // division code the pay belongs to
	Policy    int64     // journal position at which the granting document was adopted
	Fund      string
	Cause     string // "month" for first pay of a month; else journal positions in order, "12,15", or "program"
	Text      int    // number of the sentence in the batch's texts
}

// Status is how a person of the roster ends in a batch.
type Status string

// Every person of the roster has exactly one of these, with a reason.
const (
	Paid    Status = "paid"
	OnHold  Status = "held"    // due, but not payable now: no valid account
	Refused Status = "refused" // something about this person is wrong; nothing is committed
	NotDue  Status = "not_due" // nothing due this time
)

// Settlement is what a batch does to one person's account. Amounts in fen:
// Gross - Deduction + Reissued = Pay + Held - Owed.
type Settlement struct {
	Batch     BatchID
	Person    int64
	Status    Status
	Reason    message.Message
	Name      string // as on the roster at the end of the pay month
	Category  facts.Category
	Place     string
	Gross     money.Fen
	Deduction money.Fen
	Held      money.Fen // change: positive goes to hold, negative is released
	Owed      money.Fen // change: positive becomes a receivable, negative is collected
	Pay       money.Fen // to the card, never negative
	Reissued  money.Fen // paid again from what had come back
	Items     []Refusal // items of this person that were refused
	Answer    string    // why the refusal was accepted, and by which document; empty while open
}

// Refusal is an item (or, with an empty item, a whole person) that could not be computed.
type Refusal struct {
	Item    string
	Month   calendar.Month
	Problem message.Message
}

// Payment is one transfer to one account; a person can have several. Seq counts
// from 1 in the fixed order bank, township, place, person.
type Payment struct {
	Batch  BatchID
	Seq    int
	Person int64
	Fen    money.Fen
	Bank   string
	Card   identity.Card
	CNAPS  string
	Branch string
	Holder string
	Place  string
	Target string // why it goes to somebody else than the person (TargetChinese); empty for the person
	File   string // name of the bank file, set at export

	Replaces PaymentID // the payment that came back and that this one pays again; zero for none
}

// PaymentID names a payment: 2026-11/1#12.
type PaymentID struct {
	Batch BatchID
	Seq   int
}

// String is the form 2026-11/1#12.
func (id PaymentID) String() string { return fmt.Sprintf("%s#%d", id.Batch, id.Seq) }

// ParsePaymentID reads the form 2026-11/1#12. Error: payment.id.
func ParsePaymentID(s string) (PaymentID, error) {
	head, tail, ok := strings.Cut(s, "#")
	id, err := ParseBatchID(head)
	seq, err2 := strconv.Atoi(tail)
	if !ok || err != nil || err2 != nil || seq < 1 {
		return PaymentID{}, message.Err("payment.id", s)
	}
	return PaymentID{id, seq}, nil
}

// ID names the payment.
func (p *Payment) ID() PaymentID { return PaymentID{p.Batch, p.Seq} }

// Obligation is what is settled: person, item, pay month.
type Obligation struct {
	Person int64
	Item   string
	Month  calendar.Month
}

// Role is what an actor may do.
type Role string

// The roles. An actor may have several; the two- and three-person rules hold all the same.
const (
	RoleAdmin    Role = "admin"    // people and keys, settings; no money
	RoleMaker    Role = "maker"    // 经办: imports, runs, submits
	RoleChecker  Role = "checker"  // 复核: confirms proposals, checks batches
	RoleApprover Role = "approver" // 审批: approves batches
	RoleAuditor  Role = "auditor"  // reads, unmasks with a reason
)

// Actor is one natural person who acts, with the key that signs for them.
type Actor struct {
	Name      string
	Roles     []Role
	Natural   string // hex SM3 over the book's salt and the ID number: one actor a person
	PublicKey []byte // SM2 point, 65 bytes uncompressed
	KeyID     string // hex of the first 16 bytes of SM3 of the public key
	SealedKey []byte // private key under the passphrase
	Added     int64  // journal position
	Removed   int64  // 0 while active
}

// Meta is what a book is. Written once, by init.
type Meta struct {
	County    string         // division code, 430725
	Name      string         // 桃源县
	Rehearsal bool           // only such a book accepts a clock of its own
	Format    int            // of the book
	Salt      string         // hex, 32 bytes: for digests of ID numbers in the journal
	Cutover   calendar.Month // first month this book pays; 0: the month of its first regular batch
	MovedTo   string         // the book that goes on in this one's place; empty for one that goes on itself
}

// Fact is a fact at rest. Person is 0 for places, references and averages.
type Fact struct {
	Person    int64
	Kind      facts.Kind
	Key       string
	From      calendar.Date // valid from
	To        calendar.Date // valid to, calendar.Forever when open; a later From of the same key ends a state earlier
	KnownFrom int64
	KnownTo   int64  // 0 while it is the latest word
	Body      string // canonical JSON: one flat object of strings and integers, empty fields left out
	Salt      string // hex, 32 bytes
	Where     string // "花名册!B7"
	Scope     string // of a snapshot fact: what stated it, see Scope.String; else empty

	// Of a fact that was erased, what events bind; everything else but person, kind and
	// positions is gone then. Empty of all others.
	Commitment, Binding string
}

// ImportRecord is one accepted file.
type ImportRecord struct {
	Position int64
	Kind     string
	File     string
	Digest   string // hex SM3 of the bytes
	Rows     int
	Added    int // facts that became known
	Ended    int // facts superseded or withdrawn
	Refused  int // rows left out on the clerk's demand
}

// AdoptedPolicy is a policy file in the book.
type AdoptedPolicy struct {
	Position  int64 // of its adoption
	Code      string
	Document  string
	Title     string
	Digest    string // hex SM3 of the text
	Text      string
	Withdrawn int64 // journal position, 0 while adopted
}

// Settings is the county's configuration as adopted: payer, banks, funds, institutions.
type Settings struct {
	Position int64
	Text     string // YAML
}

// Proposal is something that takes a second actor: adopting or withdrawing a
// policy, settings, manual amounts, imported payments, voiding.
type Proposal struct {
	Position int64 // of the proposing event
	Kind     string
	Actor    string
	Title    string // one line for the list
	Payload  []byte // canonical JSON of what will be applied
	Decided  int64  // 0 while open
	Accepted bool
	Route    string // on a chain, its steps in words with those passed marked; not stored
	Waits    []Role // who may decide it, or pass its next step; not stored
	Concerns string // of a proposal about people, the actor whom it is about and who does not decide it; not stored beside the payload

	Asks []message.Problem // of a file, what whoever decides it has to look at; not stored beside the payload
}

// ExportFile is one file that left, or is about to.
type ExportFile struct {
	Batch  BatchID
	Name   string
	Layout string
	Bank   string
	Count  int
	Total  money.Fen
	SM3    string
	SHA256 string
	Done   bool // renamed, read back and compared
}

// Chinese is the state as screens print it.
func (s State) Chinese() string {
	switch s {
	case Staging:
		return "计算中"
	case Draft:
		return "草稿"
	case Submitted:
		return "已提交"
	case Checked:
		return "已复核"
	case Approved:
		return "已审批"
	case Exported:
		return "已导出"
	case Cancelled:
		return "已作废"
	}
	return string(s)
}
