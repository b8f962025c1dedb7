package payroll

import (
	"cmp"
	"context"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"zhida/payroll/journal"
	"zhida/payroll/ledger"
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/identity"
	"zhida/rules/message"
	"zhida/rules/money"
)

// Chinese is the state as screens and papers print it.
func (s PaymentState) Chinese() string {
	return map[PaymentState]string{PaymentSent: "在途", PaymentCredited: "已入账", PaymentReturned: "退票", PaymentParked: "收到未入账", PaymentRecalled: "已撤回", PaymentReissued: "已重发", PaymentGivenUp: "已上缴"}[s]
}

// stock is where the money of a payment in a state is. A reissued payment's money went
// on with the payment that replaces it.
func (s PaymentState) stock() ledger.Account {
	switch s {
	case PaymentCredited:
		return ledger.Paid
	case PaymentReturned, PaymentRecalled, PaymentReissued:
		return ledger.Returned
	case PaymentGivenUp:
		return ledger.SentUp
	}
	return ledger.Transit
}

// PaidOut is a payment that has left, with what became of it.
type PaidOut struct {
	Payment
	Channel string
	Name    string // of the person
	State   PaymentState
	Cause   ReturnCause
	Reason  string        // the bank's word
	Since   calendar.Date // of the state: the bank's date, or that of the export
	Answer  int64         // position of the answer, 0 while there is none
}

// PaymentQuery selects payments that have left; zero values select all.
type PaymentQuery struct {
	Batch  BatchID
	Person int64
	State  PaymentState
}

// PaymentList gives payments that have left, by batch and number, with their states.
func (b *Book) PaymentList(ctx context.Context, q PaymentQuery) (list []PaidOut, err error) {
	err = b.view(ctx, func(r Reader) error {
		batches, err := r.Batches(ctx)
		if err != nil {
			return err
		}
		for _, x := range batches {
			if x.State != Exported || q.Batch != 0 && x.ID != q.Batch {
				continue
			}
			err := paidOut(ctx, r, x, func(p PaidOut) error {
				if (q.Person == 0 || p.Person == q.Person) && (q.State == "" || p.State == q.State) {
					list = append(list, p)
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
		return namePaid(ctx, r, list)
	})
	return list, err
}

// namePaid fills in who the persons are.
func namePaid(ctx context.Context, r Reader, list []PaidOut) error {
	at := map[int64][]int{}
	var last int64
	for i := range list {
		at[list[i].Person] = append(at[list[i].Person], i)
		last = max(last, list[i].Person)
	}
	if last == 0 {
		return nil
	}
	return r.Facts(ctx, FactQuery{First: 1, Last: last, Kinds: []facts.Kind{facts.KindPerson}}, func(f Fact) error {
		if len(at[f.Person]) == 0 {
			return nil
		}
		var p facts.Profile
		err := decode(f, &p)
		for _, i := range at[f.Person] {
			list[i].Name = p.Name
		}
		return err
	})
}

// paidOut streams the payments of an exported batch with their states.
func paidOut(ctx context.Context, r Reader, x Batch, fn func(PaidOut) error) error {
	last := map[int]PaymentEvent{}
	if err := r.PaymentEvents(ctx, x.ID, func(e PaymentEvent) error { last[e.Seq] = e; return nil }); err != nil {
		return err
	}
	return r.Payments(ctx, x.ID, func(p Payment) error {
		out := PaidOut{Payment: p, Channel: x.Channel, State: PaymentSent}
		if e, ok := last[p.Seq]; ok {
			out.State, out.Cause, out.Reason, out.Since, out.Answer = e.State, e.Cause, e.Reason, e.Date, e.Position
		}
		return fn(out)
	})
}

// PursePart is what one purse pays of a payment.
type PursePart struct {
	Purse
	Fen money.Fen
}

// purseParts are the payments of a batch divided among purses: each person's payments, in
// their order, take from the person's purses in theirs. Every fen of a payment has a
// purse. Of a payment only its number, its purses' numbers and fen are kept.
type purseParts struct {
	purses []Purse
	parts  []purseShare // by payment number
}

type purseShare struct {
	seq, purse int32
	fen        money.Fen
}

// of gives the parts of one payment.
func (x *purseParts) of(seq int) (list []PursePart) {
	i, _ := slices.BinarySearchFunc(x.parts, seq, func(s purseShare, seq int) int { return cmp.Compare(int(s.seq), seq) })
	for ; i < len(x.parts) && int(x.parts[i].seq) == seq; i++ {
		list = append(list, PursePart{x.purses[x.parts[i].purse], x.parts[i].fen})
	}
	return list
}

// batchParts divides all payments of a batch among purses. What pays another payment again
// has the purses of that one.
func batchParts(ctx context.Context, r Reader, id BatchID) (*purseParts, error) {
	batch, err := r.Batch(ctx, id)
	if err != nil {
		return nil, err
	}
	if batch.Kind == Reissue {
		return partsAgain(ctx, r, id)
	}
	type ofPerson struct {
		person int64
		number int32 // of the payment, or of the purse
		fen    money.Fen
	}
	x := &purseParts{}
	numbers := map[Purse]int32{}
	var pays, gives []ofPerson
	if err := r.Portions(ctx, id, func(p Portion) error { // by person, fund and place
		if p.Pay <= 0 {
			return nil
		}
		n, known := numbers[p.Purse]
		if !known {
			n = int32(len(x.purses))
			numbers[p.Purse] = n
			x.purses = append(x.purses, p.Purse)
		}
		gives = append(gives, ofPerson{p.Person, n, p.Pay})
		return nil
	}); err != nil {
		return nil, err
	}
	if err := r.Payments(ctx, id, func(p Payment) error {
		pays = append(pays, ofPerson{p.Person, int32(p.Seq), p.Fen})
		return nil
	}); err != nil {
		return nil, err
	}
	slices.SortFunc(pays, func(a, b ofPerson) int {
		return cmp.Or(cmp.Compare(a.person, b.person), cmp.Compare(a.number, b.number))
	})
	next := 0
	for _, p := range pays {
		for next < len(gives) && (gives[next].person < p.person || gives[next].fen == 0) {
			next++
		}
		for k := next; p.fen > 0 && k < len(gives) && gives[k].person == p.person; k++ {
			if part := min(p.fen, gives[k].fen); part > 0 {
				x.parts = append(x.parts, purseShare{p.number, gives[k].number, part})
				gives[k].fen -= part
				p.fen -= part
			}
		}
	}
	slices.SortStableFunc(x.parts, func(a, b purseShare) int { return cmp.Compare(a.seq, b.seq) })
	return x, nil
}

// partsAgain divides a reissue: each payment takes from what is left of the parts of the
// one that it replaces, which several recipients may share.
func partsAgain(ctx context.Context, r Reader, id BatchID) (*purseParts, error) {
	var payments []Payment
	if err := r.Payments(ctx, id, func(p Payment) error { payments = append(payments, p); return nil }); err != nil {
		return nil, err
	}
	x := &purseParts{}
	numbers := map[Purse]int32{}
	before := map[BatchID]*purseParts{}
	left := map[PaymentID][]PursePart{}
	for _, p := range payments {
		if before[p.Replaces.Batch] == nil {
			var err error
			if before[p.Replaces.Batch], err = batchParts(ctx, r, p.Replaces.Batch); err != nil {
				return nil, err
			}
		}
		if _, known := left[p.Replaces]; !known {
			left[p.Replaces] = before[p.Replaces.Batch].of(p.Replaces.Seq)
		}
		parts := left[p.Replaces]
		for i := range parts {
			part := min(p.Fen, parts[i].Fen)
			if part <= 0 {
				continue
			}
			n, known := numbers[parts[i].Purse]
			if !known {
				n = int32(len(x.purses))
				numbers[parts[i].Purse] = n
				x.purses = append(x.purses, parts[i].Purse)
			}
			x.parts = append(x.parts, purseShare{int32(p.Seq), n, part})
			parts[i].Fen -= part
			p.Fen -= part
		}
	}
	return x, nil
}

// ReturnResult is what a bank's answer did.
type ReturnResult struct {
	Position  int64
	Unchanged bool // it said nothing new
	Copied    bool // the same bytes have come before, and nothing says that they are about another month
	Rows      int
	Changed   map[PaymentState]int       // payments by the state they came into
	Sums      map[PaymentState]money.Fen // and their fen
	Pending   int                        // rows that say nothing final
	Same      int                        // rows that say what is known
	Kept      []KeptRow                  // rows that were not applied
}

// ImportReturns takes a bank's answer in: it finds the payment of every row by account,
// amount and holder, moves its state and its money, and keeps what it cannot apply. only,
// when given, is the batch that the file answers: a row of another batch refuses the file.
// The same answer again changes nothing. Errors: returns.foreign, returns.other_batch,
// returns.unknown_message.
func (b *Book) ImportReturns(ctx context.Context, s *Session, f *ReturnFile, only BatchID) (result ReturnResult, err error) {
	if err := s.need(RoleMaker); err != nil {
		return result, err
	}
	err = b.store.Update(ctx, func(tx Tx) error {
		result = ReturnResult{Changed: map[PaymentState]int{}, Sums: map[PaymentState]money.Fen{}}
		imports, err := tx.Imports(ctx)
		if err != nil {
			return err
		}
		m, err := newMatcher(ctx, tx, f, only)
		if err != nil {
			return err
		}
		result.Rows = len(f.Rows)
		// Where a bank's form has no date, the answers of two months can be the same bytes: the
		// same once more counts only when its name, or the clerk, says which batch it is about.
		copied := slices.ContainsFunc(imports, func(x ImportRecord) bool { return x.Kind == "returns" && x.Digest == f.Digest })
		if copied && !m.named && only == 0 {
			result.Unchanged, result.Copied = true, true
			return nil
		}
		if err := m.match(f, only); err != nil {
			return err
		}
		if copied {
			if err := m.forgetOld(ctx, tx); err != nil {
				return err
			}
		}
		result.Pending, result.Same, result.Kept = m.pending, m.same, m.kept
		if len(m.moves) == 0 && len(m.kept) == 0 {
			result.Unchanged = true
			return nil
		}
		for _, x := range m.moves {
			result.Changed[x.State]++
			result.Sums[x.State] += m.byID[x.PaymentID].Fen
		}
		e, err := b.record(ctx, tx, s, EventReturnsImported, "kind", "returns", "file_digest", f.Digest, "layout", f.Layout, "rows", num(int64(len(f.Rows))),
			"moved", num(int64(len(m.moves))), "kept", num(int64(len(m.kept))), "moves", movesDigest(m.moves))
		if err != nil {
			return err
		}
		result.Position = e.Position
		if err := m.post(ctx, tx, e.Position); err != nil {
			return err
		}
		for i := range m.moves {
			m.moves[i].Position = e.Position
		}
		for i := range m.kept {
			m.kept[i].Position = e.Position
		}
		if err := tx.PutPaymentStates(ctx, m.moves); err != nil {
			return err
		}
		if err := tx.PutReturnRows(ctx, m.kept); err != nil {
			return err
		}
		return tx.PutImport(ctx, ImportRecord{Position: e.Position, Kind: "returns", File: f.File, Digest: f.Digest, Rows: len(f.Rows), Added: len(m.moves), Refused: len(m.kept)})
	})
	return result, err
}

// movesDigest is the digest that the event of an answer carries over what it moved.
func movesDigest(moves []PaymentEvent) string {
	s := section{h: journal.NewHash()}
	for _, x := range moves {
		s.row(x.PaymentID.String(), string(x.State), string(x.Cause), x.Reason, x.Date.String())
	}
	return hexOf(s.h.Sum(nil))
}

// candidate is a payment that an answer may be about.
type candidate struct {
	PaidOut
	place int        // in its file, from 1; 0 where the file has another order
	said  *ReturnRow // what the answer has said of it, nil while nothing
}

// matcher finds the payments that a bank's answer is about.
type matcher struct {
	byAccount map[string][]*candidate
	byID      map[PaymentID]*candidate
	byPlace   []*candidate    // of the file that the answer's reference names
	file      string          // the name of that file
	sorted    map[string]bool // files that a layout has put into an order of its own
	moves     []PaymentEvent
	kept      []KeptRow
	files     map[string]weighed
	named     bool                     // the answer's name or reference has that of a payment file in it
	left      map[string]calendar.Date // by batch, when it left
	partial   bool                     // the answer lists failures only
	pending   int
	same      int
	texts     map[string]string // each text once: most payments share bank, file and place
}

// once gives a text that is kept only once, however many payments have it.
func (m *matcher) once(s string) string {
	if known, ok := m.texts[s]; ok {
		return known
	}
	m.texts[s] = s
	return s
}

// newMatcher reads every payment that has left for one of the accounts in the file, or in
// the payment file that it refers to. Error: returns.unknown_message.
func newMatcher(ctx context.Context, r Reader, f *ReturnFile, only BatchID) (*matcher, error) {
	m := &matcher{byAccount: map[string][]*candidate{}, byID: map[PaymentID]*candidate{}, partial: f.Partial, texts: map[string]string{}, sorted: map[string]bool{}}
	batches, err := r.Batches(ctx)
	if err != nil {
		return nil, err
	}
	files, err := m.readExports(ctx, r, batches)
	if err != nil {
		return nil, err
	}
	channel := map[BatchID]string{}
	for _, x := range batches {
		if x.State == Exported {
			channel[x.ID] = x.Channel
		}
	}
	concerned := map[BatchID]bool{}
	take := func(p Payment) error {
		if channel[p.Batch] != "" && m.byID[p.ID()] == nil {
			p.Bank, p.File, p.Place, p.CNAPS, p.Branch = m.once(p.Bank), m.once(p.File), m.once(p.Place), m.once(p.CNAPS), m.once(p.Branch)
			x := &candidate{PaidOut: PaidOut{Payment: p, Channel: channel[p.Batch], State: PaymentSent}}
			m.byAccount[p.Card.Full()] = append(m.byAccount[p.Card.Full()], x)
			m.byID[p.ID()] = x
			concerned[p.Batch] = true
		}
		return nil
	}
	if f.Reference != "" {
		if err := m.readNamed(ctx, r, files, f, only, take); err != nil {
			return nil, err
		}
	}
	err = r.PaymentsTo(ctx, accountsOf(f), take)
	for _, id := range sortedNumbers(concerned) {
		if err != nil {
			break
		}
		err = m.readBatch(ctx, r, id)
	}
	if err == nil {
		m.left, err = exportDays(ctx, r, 1)
	}
	m.weigh(f)
	return m, err
}

// readExports gives the payment files of exported batches, each with the layout in which the
// bank answers it, and notes which of them the layout puts into an order of its own.
func (m *matcher) readExports(ctx context.Context, r Reader, batches []Batch) (list []ExportFile, err error) {
	county, err := settingsAt(ctx, r, 0)
	if message.Code(err) == "settings.none" {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	for _, x := range batches {
		if x.State != Exported {
			continue
		}
		files, err := r.Exports(ctx, x.ID)
		if err != nil {
			return nil, err
		}
		for _, e := range files {
			if l, err := county.Layout(e.Layout); err != nil || l.Order != "" {
				m.sorted[e.Name] = true
			}
			if l, err := county.ReturnLayout(e.Bank); err == nil {
				e.Layout = l.Code
			}
			list = append(list, e)
		}
	}
	return list, nil
}

// readNamed reads the payments of the one file that the answer's reference names, in the
// order in which they stand there: a bank may repeat nothing of them but their numbers. What
// it says of the file as one it says of each. Banks number their messages for themselves: a
// file of another bank's form is none.
func (m *matcher) readNamed(ctx context.Context, r Reader, files []ExportFile, f *ReturnFile, only BatchID, take func(Payment) error) error {
	files = slices.DeleteFunc(files, func(e ExportFile) bool {
		return e.Layout != f.Layout || only != 0 && e.Batch != only || !refersTo(f.Reference, e.Name)
	})
	switch {
	case len(files) == 1:
	case only != 0 && f.Whole == nil: // the clerk says which batch it is about
		return nil
	default:
		return message.Err("returns.unknown_message", f.File, f.Reference)
	}
	m.named, m.file = true, files[0].Name
	return r.Payments(ctx, files[0].Batch, func(p Payment) error {
		if p.File != m.file {
			return nil
		}
		if f.Whole != nil {
			row := *f.Whole
			row.Seq, row.Account, row.Holder, row.Fen = 0, p.Card.Full(), p.Holder, p.Fen
			f.Rows = append(f.Rows, row)
		}
		err := take(p)
		if !m.sorted[m.file] {
			m.byPlace = append(m.byPlace, m.byID[p.ID()])
		}
		return err
	})
}

// refersTo says whether an answer's reference, a date and a number, is that of a payment
// file, whose name ends in both.
func refersTo(reference, file string) bool {
	parts := func(s string) (date string, number int, ok bool) {
		list := strings.FieldsFunc(s, func(r rune) bool { return r == '-' || r == '_' })
		if len(list) < 2 {
			return "", 0, false
		}
		n, err := strconv.Atoi(list[len(list)-1])
		return list[len(list)-2], n, err == nil
	}
	d1, n1, ok1 := parts(reference)
	d2, n2, ok2 := parts(strings.TrimSuffix(file, path.Ext(file)))
	return ok1 && ok2 && d1 == d2 && n1 == n2
}

// accountsOf are the accounts that a file names, each once.
func accountsOf(f *ReturnFile) []string {
	list := make([]string, len(f.Rows))
	for i := range f.Rows {
		list[i] = f.Rows[i].Account
	}
	slices.Sort(list)
	return slices.DeleteFunc(slices.Compact(list), func(s string) bool { return s == "" })
}

// readBatch reads what is known of a batch's payments, and where each stands in its file.
func (m *matcher) readBatch(ctx context.Context, r Reader, id BatchID) error {
	err := r.PaymentEvents(ctx, id, func(e PaymentEvent) error {
		if x := m.byID[e.PaymentID]; x != nil {
			x.State, x.Cause, x.Reason, x.Since, x.Answer = e.State, e.Cause, m.once(e.Reason), e.Date, e.Position
		}
		return nil
	})
	if err != nil {
		return err
	}
	inFile := map[string]int{}
	return r.Payments(ctx, id, func(p Payment) error {
		inFile[p.File]++
		if x := m.byID[p.ID()]; x != nil && !m.sorted[p.File] {
			x.place = inFile[p.File]
		}
		return nil
	})
}

// Why a row waits that a later answer may settle by itself; see settledSince.
const (
	problemAmbiguous = "这个账号有几笔同样金额的款项，说不清是哪一笔，请用 --batch 写明批次再导"
	problemPending   = "失败清单里列了这一笔，却没有写明结果"
)

// match goes through the rows in their order.
func (m *matcher) match(f *ReturnFile, only BatchID) error {
	found, other := 0, BatchID(0)
	for i := range f.Rows {
		row := &f.Rows[i]
		p, problem, elsewhere := m.find(row, only)
		if elsewhere != 0 {
			other = elsewhere
		}
		if p != nil {
			found++
		}
		if row.Problem != "" && problem == "" {
			problem = row.Problem
		}
		if problem != "" || p == nil {
			m.keep(row, p, problem)
			continue
		}
		m.apply(row, p)
	}
	switch {
	case other != 0:
		return message.Err("returns.other_batch", f.File, other, only)
	case found == 0:
		return message.Err("returns.foreign", f.File)
	}
	return nil
}

// find looks for the payment of a row: account and amount must be those of one payment,
// and the holder its holder. Of several alike, the one in the file that the answer is
// about goes first; when nothing tells them apart and the bank has spoken of one before,
// nobody guesses.
func (m *matcher) find(row *ReturnRow, only BatchID) (p *candidate, problem string, elsewhere BatchID) {
	list := m.byAccount[row.Account]
	if row.Account == "" && row.Seq > 0 && row.Seq <= len(m.byPlace) { // the bank repeats the number alone
		list = m.byPlace[row.Seq-1 : row.Seq]
	}
	if len(list) == 0 {
		return nil, "没有付给这个账号的款项", 0
	}
	var alike []*candidate
	var early *candidate
	for _, x := range list {
		if x.Fen != row.Fen && (row.Account != "" || row.Fen != 0) {
			continue
		}
		if only != 0 && x.Batch != only {
			elsewhere = x.Batch
			continue
		}
		if day := m.left[x.Batch.String()]; row.Date != 0 && row.Date < day { // it had not left yet
			early = x
			continue
		}
		alike = append(alike, x)
	}
	if len(alike) == 0 {
		if early != nil {
			return early, "银行的日期 " + row.Date.String() + " 早于付出的日期 " + m.left[early.Batch.String()].String(), 0
		}
		if elsewhere != 0 {
			return nil, "是另一批次的款项", elsewhere
		}
		return list[0], "金额与所付的 " + list[0].Fen.String() + " 元不符", 0
	}
	slices.SortStableFunc(alike, func(a, b *candidate) int {
		return cmp.Or(cmp.Compare(m.evidence(b, row), m.evidence(a, row)), cmp.Compare(m.likely(b), m.likely(a)))
	})
	if p = alike[0]; row.Holder != "" && !identity.SameName(p.Holder, row.Holder) {
		return p, "户名“" + row.Holder + "”与所付的“" + p.Holder + "”不符", 0
	}
	alike = slices.DeleteFunc(alike, func(x *candidate) bool {
		return m.evidence(x, row) < m.evidence(p, row) || x.Batch == p.Batch && m.likely(x) < m.likely(p)
	})
	if p = oneMeant(alike, row); p == nil {
		return alike[0], problemAmbiguous, 0
	}
	return p, "", 0
}

// oneMeant says which of several payments alike a row is about, nil when nobody can tell:
// those of one batch in transit are as good as one another; a credit with a date repeats
// the one of that day, or is of the one batch that is still in transit.
func oneMeant(alike []*candidate, row *ReturnRow) *candidate {
	var waiting []*candidate
	for _, x := range alike {
		if x.State == PaymentSent {
			waiting = append(waiting, x)
		}
		if row.State == PaymentCredited && row.Date != 0 && x.State == PaymentCredited && x.Since == row.Date {
			return x
		}
	}
	dated := row.State == PaymentCredited && row.Date != 0
	switch {
	case len(alike) == 1 || row.State == PaymentSent:
		return alike[0]
	case len(waiting) == 0 || len(waiting) < len(alike) && !dated:
		return nil
	case slices.ContainsFunc(waiting, func(x *candidate) bool { return x.Batch != waiting[0].Batch }):
		return nil
	}
	return waiting[0]
}

// evidence is what says of a payment that a row is about it: the name of the file that it
// left in, and its place there. Nothing less decides between batches.
func (m *matcher) evidence(p *candidate, row *ReturnRow) (sum int) {
	if m.files[p.File].named {
		sum += 2
	}
	if row.Seq > 0 && p.place == row.Seq {
		sum++
	}
	return sum
}

// likely orders payments of one batch that are alike: those in the file that accounts for
// most rows go first, and of these the ones that the answer has not spoken of yet.
func (m *matcher) likely(p *candidate) int {
	sum := 2 * m.files[p.File].rows
	if p.said == nil {
		sum++
	}
	return sum
}

// weighed is what speaks for a payment file being the one that an answer is about.
type weighed struct {
	named bool // the answer's name or reference has its name in it
	rows  int  // of the answer that it could account for
}

// weigh weighs every payment file that the answer may be about.
func (m *matcher) weigh(f *ReturnFile) {
	m.files = map[string]weighed{}
	for i := range f.Rows {
		row := &f.Rows[i]
		var seen []string
		for _, p := range m.byAccount[row.Account] {
			if p.Fen == row.Fen && !slices.Contains(seen, p.File) {
				seen = append(seen, p.File)
				w := m.files[p.File]
				w.rows++
				m.files[p.File] = w
			}
		}
	}
	for name, w := range m.files {
		if strings.Contains(f.File, strings.TrimSuffix(name, path.Ext(name))) || name == m.file {
			w.named, m.named = true, true
			m.files[name] = w
		}
	}
}

// apply moves a payment to what the bank says, where that can be.
func (m *matcher) apply(row *ReturnRow, p *candidate) {
	id := p.ID()
	if before := p.said; before != nil {
		if before.State == row.State {
			m.same++
			return
		}
		const problem = "同一笔在文件里说了两次，说法不同"
		if n := len(m.moves); n > 0 { // neither is believed
			m.moves = slices.DeleteFunc(m.moves, func(x PaymentEvent) bool { return x.PaymentID == id })
			if len(m.moves) < n {
				m.keep(before, p, problem)
			}
		}
		m.keep(row, p, problem)
		return
	}
	p.said = row
	switch {
	case row.State == PaymentSent:
		if m.pending++; m.partial {
			m.keep(row, p, problemPending)
		}
	case row.State == p.State:
		m.same++
	case (p.State == PaymentReissued || p.State == PaymentGivenUp) && (row.State == PaymentReturned || row.State == PaymentRecalled):
		m.same++
	case p.State == PaymentGivenUp:
		m.keep(row, p, "这笔的钱已经上缴，银行现在说"+row.State.Chinese()+"：请查明")
	case p.State == PaymentReissued && row.State == PaymentCredited:
		m.keep(row, p, "这笔已经重发，银行现在说已入账：可能付了两次，请向银行追回一笔")
	case p.State == PaymentReissued:
		m.keep(row, p, "这笔已经重发，银行现在说"+row.State.Chinese()+"：请查明钱在哪里")
	default:
		m.moves = append(m.moves, PaymentEvent{PaymentID: id, State: row.State, Cause: row.Cause, Reason: m.once(strings.TrimSpace(row.Text + " " + row.Reason)), Date: row.Date})
	}
}

func (m *matcher) keep(row *ReturnRow, p *candidate, problem string) {
	k := KeptRow{Line: row.Line, Account: identity.Card(row.Account), Holder: row.Holder, Fen: row.Fen, State: row.State, Text: row.Text, Reason: row.Reason, Problem: problem}
	if p != nil {
		k.Payment = p.ID()
	}
	m.kept = append(m.kept, k)
}

// forgetOld leaves of an answer that has come before only what it says of payments nobody
// has answered yet: a copy is no news of a payment that has bounced since.
func (m *matcher) forgetOld(ctx context.Context, r Reader) error {
	n := len(m.moves)
	m.moves = slices.DeleteFunc(m.moves, func(x PaymentEvent) bool { return m.byID[x.PaymentID].State != PaymentSent })
	m.same += n - len(m.moves)
	known := map[KeptRow]bool{}
	err := r.ReturnRows(ctx, func(old KeptRow) error {
		old.Position = 0
		known[old] = true
		return nil
	})
	m.kept = slices.DeleteFunc(m.kept, func(x KeptRow) bool { return known[x] })
	return err
}

// post moves the money of the payments that changed their state: for each batch, purse
// and pair of stocks one sum, since each payment's own state says the rest.
func (m *matcher) post(ctx context.Context, tx Tx, position int64) error {
	type flow struct {
		Purse
		from, to ledger.Account
	}
	byBatch := map[BatchID][]PaymentEvent{}
	for _, x := range m.moves {
		byBatch[x.Batch] = append(byBatch[x.Batch], x)
	}
	p := &poster{book: ledger.Book{}}
	for _, id := range sortedNumbers(byBatch) {
		parts, err := batchParts(ctx, tx, id)
		if err != nil {
			return err
		}
		sums := map[flow]money.Fen{}
		for _, x := range byBatch[id] {
			from, to := m.byID[x.PaymentID].State.stock(), x.State.stock()
			for _, part := range parts.of(x.Seq) {
				sums[flow{part.Purse, from, to}] += part.Fen
			}
		}
		flows := slices.SortedFunc(maps.Keys(sums), func(a, b flow) int {
			return cmp.Or(comparePurses(a.Purse, b.Purse), cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to))
		})
		p.ref = id.String()
		for _, f := range flows {
			if f.from != f.to {
				p.move(f.Purse, f.from, f.to, sums[f])
			}
		}
	}
	return tx.PutPostings(ctx, position, p.list)
}

// EventReturnsImported records what a bank answered.
const EventReturnsImported = "returns.imported"
