// Package bank plays the bank in tests: it keeps accounts, reads payment files,
// credits what can be credited, and answers in the forms of the banks. It owns its own
// reading of the published forms (testdata/bank/README.md) and the books of a bank that
// does not exist. It never imports a package of this module: where the program's writer and
// this reader disagree, a real bank would have refused the file, and that is what it is for.
// It never asks a clock, a network or chance: dates and seeds are arguments, so the same
// calls give the same bytes.
package bank

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"slices"
	"time"
)

// Codes of the banks that New knows. City and Rural stand for the small banks, which
// take the forms of Lanzhou, Jinzhong, Jilin and the rural starting point.
const (
	ICBC  = "ICBC"
	ABC   = "ABC"
	CCB   = "CCB"
	BOC   = "BOC"
	PSBC  = "PSBC"
	BOCOM = "BOCOM"
	CMB   = "CMB"
	City  = "CITY"
	Rural = "RURAL"
)

// Bank is one bank with the accounts of the payees and the one account of the payer.
// It is not safe for concurrent use.
type Bank struct {
	code     string
	today    string
	accounts map[string]*account
	payer    struct{ account, holder string }
	ledger   []entry

	names     map[string]bool            // of files taken
	contents  map[[sha256.Size]byte]bool // of files taken
	messages  map[string]bool            // MsgId of pain.001 taken
	announced map[string]totals
	executed  []*Instruction

	debited, refunded int64
}

type totals struct {
	count int
	fen   int64
}

type account struct {
	holder string
	state  Cause // empty: open
	limit  int64 // fen of one credit, 0: none
	parked bool
	fen    int64 // credited and not bounced
}

// entry is one movement of the payer's account.
type entry struct {
	date, summary, party, account string
	debit, credit                 int64
	serial                        string
	deposit                       bool // not of a file
}

// New opens a bank by one of the codes above. It panics on another code, since that is
// a mistake of the test.
func New(code string) *Bank {
	if _, ok := forms[code]; !ok {
		panic("bank: no bank has the code " + code)
	}
	return &Bank{
		code: code, accounts: map[string]*account{}, names: map[string]bool{}, contents: map[[sha256.Size]byte]bool{},
		messages: map[string]bool{}, announced: map[string]totals{},
	}
}

// Today sets the date (2006-01-02) that jinzhong-txt compares with. Without it any date will
// do. A file whose content was taken on an earlier day is not taken for a repetition: forms
// without a date in them say the same every month.
func (b *Bank) Today(date string) {
	mustDate(date)
	if date != b.today {
		clear(b.contents)
	}
	b.today = date
}

// OpenPayer opens the account that pays, with a first deposit in fen. From then on files
// that name another payer's account are refused. It panics when a payer is there.
func (b *Bank) OpenPayer(account, holder string, fen int64, date string) {
	if b.payer.account != "" {
		panic("bank: the payer's account is open already")
	}
	b.payer.account, b.payer.holder = account, holder
	b.Deposit(fen, date)
}

// Deposit puts fen into the payer's account. It panics when none is open.
func (b *Bank) Deposit(fen int64, date string) {
	mustDate(date)
	if b.payer.account == "" || fen < 0 {
		panic("bank: a deposit needs the payer's account and is not negative")
	}
	if fen > 0 {
		b.post(entry{date: date, summary: "财政拨款", party: "财政国库", credit: fen, deposit: true})
	}
}

// OpenAccount opens a payee's account. It panics when the number is taken.
func (b *Bank) OpenAccount(number, holder string) {
	if b.accounts[number] != nil || number == "" || holder == "" {
		panic("bank: the account is taken, or number or holder is empty")
	}
	b.accounts[number] = &account{holder: holder}
}

// Close closes an account; later credits come back with [Closed]. This and the following
// panic when the account was never opened.
func (b *Bank) Close(number string) { b.must(number).state = Closed }

// Freeze stops an account.
func (b *Bank) Freeze(number string) { b.must(number).state = Frozen }

// MakeDormant puts an account to sleep.
func (b *Bank) MakeDormant(number string) { b.must(number).state = Dormant }

// ReportLost marks the card as lost.
func (b *Bank) ReportLost(number string) { b.must(number).state = Lost }

// MakeNotSettlement makes the account one that takes no pay, such as a savings certificate.
func (b *Bank) MakeNotSettlement(number string) { b.must(number).state = NotSettlement }

// Limit refuses single credits above fen; 0 lifts it.
func (b *Bank) Limit(number string, fen int64) { b.must(number).limit = fen }

// Reopen takes back what was done to an account, except its name.
func (b *Bank) Reopen(number string) {
	a := b.must(number)
	a.state, a.limit, a.parked = "", 0, false
}

// Rename gives the account another holder.
func (b *Bank) Rename(number, holder string) { b.must(number).holder = holder }

// Park makes the bank receive what comes for the account without crediting it: the money
// is neither with the payee nor back with the payer until [Bank.Release].
func (b *Bank) Park(number string) { b.must(number).parked = true }

func (b *Bank) must(number string) *account {
	a := b.accounts[number]
	if a == nil {
		panic("bank: no such account")
	}
	return a
}

// Refund says how money that could not be credited comes back to the payer.
type Refund int

const (
	RefundEach Refund = iota // one entry per failed row
	RefundSum                // one entry for all failed rows of the file
)

// Settlement says when the money moves. Dates are 2006-01-02; an empty Refunded is the day of the debit.
type Settlement struct {
	Debited  string
	Refunded string
	Refund   Refund
}

// Status is what became of a row.
type Status int

const (
	Waiting  Status = iota // not executed
	Credited               // the payee has it
	Failed                 // refunded to the payer
	Parked                 // received, with neither
	Bounced                // was credited, came back
)

// Outcome is what became of a row, with the normal cause and the bank's own words for it.
type Outcome struct {
	Status Status
	Cause  Cause
	Words  string
	Serial string // of the credit, or of the refund when there is one per row
}

// Execute carries out an instruction that [Bank.Load] of this bank gave: one debit of the
// total, then every row is credited or refunded. It changes nothing and answers an error when
// the instruction was executed already, is another bank's, or the payer has too little.
func (b *Bank) Execute(i *Instruction, s Settlement) error {
	refunded := cmp.Or(s.Refunded, s.Debited)
	for _, date := range []string{s.Debited, refunded} {
		if err := checkDate(date); err != nil {
			return err
		}
	}
	switch {
	case refunded < s.Debited:
		return fmt.Errorf("bank: refunded on %s before it was debited on %s", refunded, s.Debited)
	case i.bank != b:
		return fmt.Errorf("bank: %s was not loaded by this bank", i.File)
	case i.outcomes != nil:
		return fmt.Errorf("bank: %s was executed already", i.File)
	case b.payer.account == "":
		return fmt.Errorf("bank: %s cannot be paid, no payer's account is open", i.File)
	case min(b.Balance(), b.balanceOn(s.Debited)) < i.Total:
		return fmt.Errorf("bank: %s needs %s yuan, the payer's account has %s: 余额不足", i.File, yuan(i.Total), yuan(min(b.Balance(), b.balanceOn(s.Debited))))
	}

	serial := b.post(entry{date: s.Debited, summary: fmt.Sprintf("批量代发 %d笔", i.Count), party: "代发过渡户", debit: i.Total})
	b.debited += i.Total
	i.settled = s.Debited
	b.executed = append(b.executed, i)
	var failed int
	var sum int64
	for n, row := range i.Rows {
		o := b.credit(row)
		o.Serial = fmt.Sprintf("%s-%05d", serial, n+1)
		if o.Status == Failed {
			failed++
			sum += row.Fen
			b.refunded += row.Fen
			if s.Refund == RefundEach {
				o.Serial = b.post(entry{date: refunded, summary: "代发退款 " + o.Words, party: row.Holder, account: row.Account, credit: row.Fen})
			}
		}
		i.outcomes = append(i.outcomes, o)
	}
	if s.Refund == RefundSum && failed > 0 {
		b.post(entry{date: refunded, summary: fmt.Sprintf("代发失败退款 %d笔", failed), party: "代发过渡户", credit: sum})
	}
	return nil
}

// credit credits a row or says why not. A bank looks for the account, then at the name, then at its state.
func (b *Bank) credit(row Row) Outcome {
	a := b.accounts[row.Account]
	fail := func(c Cause) Outcome { return Outcome{Status: Failed, Cause: c, Words: b.Words(c)} }
	switch {
	case a == nil:
		return fail(NoAccount)
	case a.state == Closed:
		return fail(Closed)
	case a.holder != row.Holder:
		return fail(NameMismatch)
	case a.state != "":
		return fail(a.state)
	case a.limit > 0 && row.Fen > a.limit:
		return fail(Limit)
	case a.parked:
		return Outcome{Status: Parked, Cause: ReceivedNotCredited, Words: b.Words(ReceivedNotCredited)}
	}
	a.fen += row.Fen
	return Outcome{Status: Credited}
}

// Release ends the parking of one amount: credited to the payee, or back to the payer.
// The account takes credits again.
func (b *Bank) Release(number string, fen int64, date string, credit bool) error {
	i, n, err := b.find(number, fen, Parked, date)
	if err != nil {
		return err
	}
	b.must(number).parked = false
	o := &i.outcomes[n]
	if credit {
		b.must(number).fen += fen
		*o = Outcome{Status: Credited, Serial: o.Serial}
		return nil
	}
	o.Status = Failed
	o.Serial = b.giveBack(i.Rows[n], date, "退汇 ", o.Words)
	return nil
}

// Bounce takes back the last credit of fen to the account, days after it was reported as
// paid, and refunds the payer on the date. The cause is the state that the account has
// now; an open account gives [Other].
func (b *Bank) Bounce(number string, fen int64, date string) error {
	i, n, err := b.find(number, fen, Credited, date)
	if err != nil {
		return err
	}
	a := b.must(number)
	cause := cmp.Or(a.state, Other)
	if a.state == "" && a.holder != i.Rows[n].Holder {
		cause = NameMismatch
	}
	a.fen -= fen
	words := b.Words(cause)
	i.outcomes[n] = Outcome{Status: Bounced, Cause: cause, Words: words, Serial: b.giveBack(i.Rows[n], date, "退汇 ", words)}
	return nil
}

func (b *Bank) giveBack(row Row, date, summary, words string) string {
	b.refunded += row.Fen
	return b.post(entry{date: date, summary: summary + words, party: row.Holder, account: row.Account, credit: row.Fen})
}

// find gives the latest row to the account with that amount and status.
func (b *Bank) find(number string, fen int64, status Status, date string) (*Instruction, int, error) {
	if err := checkDate(date); err != nil {
		return nil, 0, err
	}
	for _, i := range slices.Backward(b.executed) {
		for n, row := range slices.Backward(i.Rows) {
			if row.Account != number || row.Fen != fen || i.outcomes[n].Status != status {
				continue
			}
			if date < i.settled {
				return nil, 0, fmt.Errorf("bank: the money moved on %s, it cannot come back on %s", i.settled, date)
			}
			return i, n, nil
		}
	}
	return nil, 0, fmt.Errorf("bank: nothing of %s yuan is there to take back", yuan(fen))
}

// post enters a movement and gives its serial number.
func (b *Bank) post(e entry) string {
	e.serial = fmt.Sprintf("%s%s%06d", b.code, compact(e.date), len(b.ledger)+1)
	b.ledger = append(b.ledger, e)
	return e.serial
}

// Outcome says what became of the row with that sequence number; [Waiting] before [Bank.Execute].
func (b *Bank) Outcome(i *Instruction, seq int) Outcome {
	if i.outcomes == nil || seq < 1 || seq > len(i.outcomes) {
		return Outcome{}
	}
	return i.outcomes[seq-1]
}

// Credited gives the fen that the account got and kept.
func (b *Bank) Credited(number string) int64 {
	if a := b.accounts[number]; a != nil {
		return a.fen
	}
	return 0
}

// Balance gives the fen in the payer's account.
func (b *Bank) Balance() (fen int64) {
	for _, e := range b.ledger {
		fen += e.credit - e.debit
	}
	return fen
}

func (b *Bank) balanceOn(date string) (fen int64) {
	for _, e := range b.ledger {
		if e.date <= date {
			fen += e.credit - e.debit
		}
	}
	return fen
}

// Debited gives the fen that left the payer's account for payees.
func (b *Bank) Debited() int64 { return b.debited }

// Refunded gives the fen that came back to the payer's account.
func (b *Bank) Refunded() int64 { return b.refunded }

// TotalCredited gives the fen that all payees got and kept.
func (b *Bank) TotalCredited() (fen int64) {
	for _, a := range b.accounts {
		fen += a.fen
	}
	return fen
}

// Suspense gives the fen that are parked.
func (b *Bank) Suspense() (fen int64) {
	for _, i := range b.executed {
		for n, o := range i.outcomes {
			if o.Status == Parked {
				fen += i.Rows[n].Fen
			}
		}
	}
	return fen
}

// Check holds the books against each other: debited = credited + refunded + parked, and
// the ledger of the payer says the same.
func (b *Bank) Check() error {
	if got := b.TotalCredited() + b.refunded + b.Suspense(); got != b.debited {
		return fmt.Errorf("bank: debited %s yuan, but credited %s, refunded %s, parked %s", yuan(b.debited), yuan(b.TotalCredited()), yuan(b.refunded), yuan(b.Suspense()))
	}
	var out, back int64
	for _, e := range b.ledger {
		out += e.debit
		if !e.deposit {
			back += e.credit
		}
	}
	if out != b.debited || back != b.refunded {
		return fmt.Errorf("bank: the ledger has %s yuan out and %s back, the books %s and %s", yuan(out), yuan(back), yuan(b.debited), yuan(b.refunded))
	}
	return nil
}

const dateForm = "2006-01-02"

func checkDate(date string) error {
	if _, err := time.Parse(dateForm, date); err != nil {
		return fmt.Errorf("bank: %q is not a date like 2026-11-10", date)
	}
	return nil
}

func mustDate(date string) {
	if err := checkDate(date); err != nil {
		panic(err)
	}
}

// compact turns 2026-11-10 into 20261110.
func compact(date string) string {
	if len(date) != len(dateForm) {
		return date
	}
	return date[:4] + date[5:7] + date[8:]
}
