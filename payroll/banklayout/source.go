package banklayout

// Source names the value that a field shows.
type Source string

// The sources. Those of a payment stand in detail lines only, sums in the other
// lines only, the rest anywhere.
const (
	Literal Source = "literal" // the field's text
	Empty   Source = "empty"   // nothing
	Joined  Source = "parts"   // the field's parts, one after the other

	Seq      Source = "seq"       // number of the row in its file, from 1
	Payment  Source = "payment"   // number of the payment in its batch
	Person   Source = "person"    // number of the person in the book
	Account  Source = "account"   // of the payee
	Holder   Source = "holder"    // its name, as the bank has it
	Amount   Source = "amount"    //
	BankName Source = "bank_name" // of the payee's bank
	Branch   Source = "branch"    // of the payee's account
	CNAPS    Source = "cnaps"     // of the payee's branch
	OwnBank  Source = "own_bank"  // own or other: whether the paying bank keeps the account too

	Total Source = "total" // of the file
	Count Source = "count" // of its rows

	Date         Source = "date"     // of the transfer
	Month        Source = "month"    // pay month of the batch
	Batch        Source = "batch"    // number of the batch, 2026-11/1
	FileSeq      Source = "file_seq" // number of the file
	PayerName    Source = "payer_name"
	PayerAccount Source = "payer_account"
	PayerBranch  Source = "payer_branch"
	Unit         Source = "unit"    // number that the bank gave the bureau
	Purpose      Source = "purpose" // what the payee sees
	Setting      Source = "setting" // a value agreed with the bank, by its key among the bank's extra settings
)

// The values of OwnBank.
const (
	Own   = "own"
	Other = "other"
)

// where says in which lines a source may stand.
type where int

const (
	anywhere where = iota
	inDetail
	outsideDetail
)

// kind says how a value is written.
type kind int

const (
	text   kind = iota
	digits      // digits that may begin with zeros: accounts, CNAPS numbers
	number
	amount
	date
	month
	flag   // own_bank
	fixed  // literal, empty
	joined // parts
)

type property struct {
	where where
	kind  kind
}

var sources = map[Source]property{
	Literal: {anywhere, fixed}, Empty: {anywhere, fixed}, Joined: {anywhere, joined},
	Seq: {inDetail, number}, Payment: {inDetail, number}, Person: {inDetail, number}, Account: {inDetail, digits}, Holder: {inDetail, text},
	Amount: {inDetail, amount}, BankName: {inDetail, text}, Branch: {inDetail, text}, CNAPS: {inDetail, digits}, OwnBank: {inDetail, flag},
	Total: {outsideDetail, amount}, Count: {outsideDetail, number},
	Date: {anywhere, date}, Month: {anywhere, month}, Batch: {anywhere, text}, FileSeq: {anywhere, number}, PayerName: {anywhere, text},
	PayerAccount: {anywhere, digits}, PayerBranch: {anywhere, text}, Unit: {anywhere, text}, Purpose: {anywhere, text}, Setting: {anywhere, text},
}

// withoutData are values that banks ask for and a batch does not have: payments
// carry no papers, telephone or remark of their own, and an export has a day but no
// time, since writing it again must give the same bytes.
var withoutData = []Source{"id_number", "id_kind", "phone", "remark", "time"}

// ofPayment says whether the source differs from payment to payment.
func (s Source) ofPayment() bool { return sources[s].where == inDetail }
