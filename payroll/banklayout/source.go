package banklayout

// Source names the value that a field shows.
type Source string

// The sources. Those of a payment stand in detail lines only, sums in the other
// lines only, the rest anywhere.
const (
	Literal Source = "literal" // the field's text
	Empty   Source = "empty"   // nothing

	Seq      Source = "seq"       // number of the row in its file, from 1
	Payment  Source = "payment"   // number of the payment in its batch
	Account  Source = "account"   // of the payee
	Holder   Source = "holder"    // its name, as the bank has it
	Amount   Source = "amount"    //
	BankName Source = "bank_name" // of the payee's bank
	Branch   Source = "branch"    // of the payee's account
	CNAPS    Source = "cnaps"     // of the payee's branch

	Total Source = "total" // of the file
	Count Source = "count" // of its rows

	Date         Source = "date"     // of the transfer
	Batch        Source = "batch"    // number of the batch, 2026-11/1
	FileSeq      Source = "file_seq" // number of the file
	PayerName    Source = "payer_name"
	PayerAccount Source = "payer_account"
	PayerBranch  Source = "payer_branch"
	Unit         Source = "unit"    // number that the bank gave the bureau
	Purpose      Source = "purpose" // what the payee sees
	Setting      Source = "setting" // a value agreed with the bank, by its key among the bank's extra settings
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
	fixed // literal, empty
)

type property struct {
	where where
	kind  kind
}

var sources = map[Source]property{
	Literal: {anywhere, fixed}, Empty: {anywhere, fixed},
	Seq: {inDetail, number}, Payment: {inDetail, number}, Account: {inDetail, digits}, Holder: {inDetail, text}, Amount: {inDetail, amount},
	BankName: {inDetail, text}, Branch: {inDetail, text}, CNAPS: {inDetail, digits},
	Total: {outsideDetail, amount}, Count: {outsideDetail, number},
	Date: {anywhere, date}, Batch: {anywhere, text}, FileSeq: {anywhere, number}, PayerName: {anywhere, text},
	PayerAccount: {anywhere, digits}, PayerBranch: {anywhere, text}, Unit: {anywhere, text}, Purpose: {anywhere, text}, Setting: {anywhere, text},
}

// reservedSources are known to the language and not done by this version.
var reservedSources = []Source{"id_number", "id_kind", "month", "time", "own_bank", "person", "phone", "remark", "fee_account"}

// OfPayment says whether the source differs from payment to payment.
func (s Source) OfPayment() bool {
	switch s {
	case Seq, Payment, Account, Holder, Amount, BankName, Branch, CNAPS:
		return true
	}
	return false
}
