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
	"zhida/rules/identity"
	"zhida/rules/message"
	"zhida/rules/money"
)

// ReturnResult is what a bank's answer did.
type ReturnResult struct {
	Position  int64
	Unchanged bool // it said nothing new
	Copied    bool // the same bytes have come before, and nothing of them was left open
	Rows      int
	Changed   map[PaymentState]int       // payments by the state they came into
	Sums      map[PaymentState]money.Fen // and their fen
	Pending   int                        // rows that say nothing final
	Words     map[string]int             // what the bank says in these, and in how many
	Same      int                        // rows that say what is known
	Kept      []KeptRow                  // rows that were not applied
	Revised   []Revision                 // payments of which the bank had said something else
	Files     []ExportFile               // payment files of which something moved
	Waiting   []Waiting                  // of these, those that it answers in part; of a list of failures nothing
}

// Said says in a sentence what the answer did.
func (r *ReturnResult) Said(file string) message.Message {
	switch {
	case r.Copied:
		return message.M("returns.copied", file)
	case r.Unchanged && r.Pending > 0:
		return message.M("returns.nothing_final", file, r.Rows, r.Pending, r.Same)
	case r.Unchanged:
		return message.M("returns.unchanged", file)
	}
	return message.M("returns.done", file, r.Rows, r.Changed[PaymentCredited], r.Sums[PaymentCredited].Grouped(), r.Changed[PaymentReturned], r.Sums[PaymentReturned].Grouped(),
		r.Changed[PaymentParked], r.Pending, r.Same)
}

// Notes say what somebody has to know beside it: answers taken back, words of the bank that
// say nothing final, payments not answered.
func (r *ReturnResult) Notes() (list []message.Message) {
	n, fen := map[bool]int{}, map[bool]money.Fen{} // by whether they are credited now
	for _, x := range r.Revised {
		now := x.Now == PaymentCredited
		n[now]++
		fen[now] += x.Fen
	}
	if n[false] > 0 {
		list = append(list, message.M("returns.reversed", n[false], fen[false].Grouped()))
	}
	if n[true] > 0 {
		list = append(list, message.M("returns.revived", n[true], fen[true].Grouped()))
	}
	if len(r.Words) > 0 {
		var words []string
		for _, word := range sortedKeys(r.Words) {
			words = append(words, "“"+word+"” "+strconv.Itoa(r.Words[word]))
		}
		list = append(list, message.M("returns.words", strings.Join(words, ", ")))
	}
	for _, x := range r.Waiting {
		list = append(list, message.M("returns.waiting", x.Batch, x.File, x.Count))
	}
	return list
}

// Revision is a payment of which a bank takes back what it had answered: credited, and now
// returned, or the other way.
type Revision struct {
	PaidOut              // as it was, with the position of the answer that said so
	Before  string       // name of the file of that answer, "" when a statement said so
	Now     PaymentState // what the bank says now
	Said    string       // in its words
}

// Waiting says of how many payments of a file that was sent no answer has said anything final.
type Waiting struct {
	Batch BatchID
	File  string
	Count int
}

// ImportReturns takes a bank's answer in: it finds the payment of every row by account,
// amount and holder, moves its state and its money, and keeps what it cannot apply. only,
// when given, is the batch that the file answers: a row of another batch refuses the file.
// The same answer again changes nothing, whatever its line ends and encoding and whatever batch
// the clerk names: only rows that it left open take a batch, and payments of a file whose name
// the bank gave it. Errors:
// returns.foreign, returns.other_batch, returns.unknown_message, returns.sent_differs.
func (b *Book) ImportReturns(ctx context.Context, s *Session, f *ReturnFile, only BatchID) (result ReturnResult, err error) {
	if err := s.need(RoleMaker); err != nil {
		return result, err
	}
	err = b.update(ctx, func(tx Tx) error {
		result = ReturnResult{Changed: map[PaymentState]int{}, Sums: map[PaymentState]money.Fen{}}
		imports, err := tx.Imports(ctx)
		if err != nil {
			return err
		}
		m, err := newMatcher(ctx, tx, f, only)
		if err != nil {
			return err
		}
		said, err := answersSaid(ctx, tx, imports)
		if err != nil {
			return err
		}
		content := cmp.Or(f.Content, f.Digest)
		before := map[int64]bool{} // where the same came in
		for _, x := range imports {
			if x.Kind == "returns" && (x.Digest == f.Digest || said[x.Position] == content) {
				before[x.Position] = true
			}
		}
		if m.copied = len(before) > 0; m.copied && only != 0 {
			if m.open, err = linesOpen(ctx, tx, before); err != nil {
				return err
			}
		}
		if err := m.match(ctx, tx); err != nil {
			return err
		}
		result.Rows = m.len()
		if m.copied {
			if err := m.forgetOld(ctx, tx); err != nil {
				return err
			}
			if len(m.moves) == 0 && len(m.kept) == 0 {
				result.Unchanged, result.Copied = true, true
				return nil
			}
		}
		result.Pending, result.Words, result.Same, result.Kept = m.pending, m.words, m.same, m.kept
		if result.Revised, err = m.revisions(ctx, tx, imports); err != nil {
			return err
		}
		if len(m.moves) == 0 && len(m.kept) == 0 {
			result.Unchanged = true
			return nil
		}
		for _, x := range m.moves {
			result.Changed[x.to]++
			result.Sums[x.to] += x.fen
		}
		adds, err := addendum(ctx, tx, batchesOf(m.moves)...)
		if err != nil {
			return err
		}
		adds = append(adds, "kind", "returns", "file_digest", f.Digest, "content", content, "layout", f.Layout, "rows", num(int64(result.Rows)),
			"moved", num(int64(len(m.moves))), "kept", num(int64(len(m.kept))))
		for _, x := range result.Revised {
			adds = append(adds, "revised", x.ID().String(), "fen", num(int64(x.Fen)), "from", string(x.State), "to", string(x.Now), "answered_at", num(x.Answer))
		}
		e, err := b.record(ctx, tx, s, EventReturnsImported, adds...)
		if err != nil {
			return err
		}
		result.Position = e.Position
		if err := post(ctx, tx, m.moves, e.Position); err != nil {
			return err
		}
		for i := range m.kept {
			m.kept[i].Position = e.Position
		}
		if err := putMoves(ctx, tx, m.moves, e.Position); err != nil {
			return err
		}
		if err := tx.PutReturnRows(ctx, m.kept); err != nil {
			return err
		}
		if result.Files, result.Waiting, err = filesAnswered(ctx, tx, m.moves); err != nil {
			return err
		}
		if f.Partial {
			result.Waiting = nil
		}
		return tx.PutImport(ctx, ImportRecord{Position: e.Position, Kind: "returns", File: f.File, Digest: f.Digest, Rows: result.Rows, Added: len(m.moves), Refused: len(m.kept)})
	})
	return result, err
}

// linesOpen are the lines of answers, by position, that nobody could tell a payment for, and that wait still.
func linesOpen(ctx context.Context, r Reader, answers map[int64]bool) (map[int]bool, error) {
	list, err := openRows(ctx, r)
	lines := map[int]bool{}
	for _, x := range list {
		if answers[x.Position] {
			lines[x.Line] = true
		}
	}
	return lines, err
}

// answersSaid are the digests of what banks' answers said, by position. Those that an earlier
// program took in have that of their bytes alone.
func answersSaid(ctx context.Context, r Reader, imports []ImportRecord) (map[int64]string, error) {
	said := map[int64]string{}
	for _, x := range imports {
		if x.Kind != "returns" {
			continue
		}
		said[x.Position] = x.Digest
		err := r.Events(ctx, x.Position, x.Position, func(e journal.Event) error {
			pairs, err := journal.ParsePayload(e.Payload)
			said[x.Position] = cmp.Or(valueOf(pairs, "content"), x.Digest)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return said, nil
}

// NotSent refuses a file that is one of the payment files of the book, which somebody took for
// the bank's answer. digest is the hex SM3 of its bytes. Error: returns.sent_file.
func (b *Book) NotSent(ctx context.Context, file, digest string) error {
	return b.view(ctx, func(r Reader) error {
		batches, err := r.Batches(ctx)
		if err != nil {
			return err
		}
		for _, x := range batches {
			sent, err := r.Exports(ctx, x.ID)
			if err != nil {
				return err
			}
			for _, f := range sent {
				if f.SM3 == digest {
					return message.Err("returns.sent_file", file, x.ID, f.Name)
				}
			}
		}
		return nil
	})
}

// filesAnswered are the payment files of which something moved, and of these the payments that have no
// answer at all. Moves stand in the order of their batches.
func filesAnswered(ctx context.Context, r Reader, moves []move) (files []ExportFile, list []Waiting, err error) {
	for len(moves) > 0 {
		id := moves[0].Batch
		var answered, moved seqSet
		for ; len(moves) > 0 && moves[0].Batch == id; moves = moves[1:] {
			moved.add(moves[0].Seq)
		}
		if err := r.PaymentEvents(ctx, id, func(e PaymentEvent) error { answered.add(e.Seq); return nil }); err != nil {
			return nil, nil, err
		}
		waiting, touched := map[string]int{}, map[string]bool{}
		err := r.Payments(ctx, id, func(p Payment) error {
			if touched[p.File] = touched[p.File] || moved.has(p.Seq); !answered.has(p.Seq) {
				waiting[p.File]++
			}
			return nil
		})
		if err != nil {
			return nil, nil, err
		}
		exports, err := r.Exports(ctx, id)
		if err != nil {
			return nil, nil, err
		}
		for _, x := range exports {
			if touched[x.Name] {
				files = append(files, x)
			}
		}
		for _, file := range sortedKeys(touched) {
			if touched[file] && waiting[file] > 0 {
				list = append(list, Waiting{id, file, waiting[file]})
			}
		}
	}
	return files, list, nil
}

// seqSet is a set of numbers of payments of a batch, of which there may be a million.
type seqSet []bool

func (s *seqSet) add(seq int) {
	for len(*s) <= seq {
		*s = append(*s, false)
	}
	(*s)[seq] = true
}

func (s seqSet) has(seq int) bool { return seq < len(s) && s[seq] }

// move is a payment on its way from one state to another.
type move struct {
	PaymentID
	fen money.Fen
	*outcome
}

// outcome is what an answer says of a payment in a state. Most payments share a few of them.
type outcome struct {
	from, to PaymentState
	cause    ReturnCause
	reason   string
	date     calendar.Date
}

// putMoves writes the states that an event has brought.
func putMoves(ctx context.Context, tx Tx, moves []move, position int64) error {
	const chunk = 10000
	for part := range slices.Chunk(moves, chunk) {
		states := make([]PaymentEvent, len(part))
		for i := range part {
			x := &part[i]
			states[i] = PaymentEvent{PaymentID: x.PaymentID, Position: position, State: x.to, Cause: x.cause, Reason: x.reason, Date: x.date}
		}
		if err := tx.PutPaymentStates(ctx, states); err != nil {
			return err
		}
	}
	return nil
}

// batchesOf are the batches of moves, each once.
func batchesOf(moves []move) []BatchID {
	ids := map[BatchID]bool{}
	for i := range moves {
		ids[moves[i].Batch] = true
	}
	return sortedNumbers(ids)
}

// candidate is a payment that an answer may be about.
type candidate struct {
	PaidOut
	place int        // among the payments of its file, from 1; 0 where nobody has to know
	said  *ReturnRow // what the answer has said of it, nil while nothing
}

// matcher finds the payments that a bank's answer is about. It holds the answer, what it
// moves, and of the book the payments to a slice of the answer's accounts at a time.
type matcher struct {
	name    string                   // of the answer
	rows    ReturnRows               // of the answer
	whole   *ReturnRow               // what it says of the payment file as one
	partial bool                     // it lists failures only
	only    BatchID                  // the batch that the clerk says it is about, 0 for none
	file    string                   // name of the one payment file that its reference names, "" for none
	there   []string                 // the accounts in that file, by number of the payment
	sorted  map[string]bool          // payment files that a layout has put into an order of its own
	left    map[string]calendar.Date // by batch, when it left
	channel map[BatchID]string       // of batches that have left
	changes map[outcome]*outcome
	places  map[BatchID][]int32 // by number of the payment, its place among those of its file
	weights map[string]int      // by payment file, how many rows it could account for

	byAccount map[string][]*candidate // to the accounts of the slice
	group     int                     // the moves before those of the account at hand

	moves   []move
	kept    []KeptRow
	revised map[PaymentID]Revision
	copied  bool         // the same content has come before
	open    map[int]bool // lines of it that wait for the clerk to name the batch
	pending int
	words   map[string]int
	same    int
	found   int
	other   BatchID // a batch that a row is about instead

	numbered BatchID // a batch other than the one named that numbers of rows point to
	asNamed  bool    // a row fits the one named as well as any
}

// newMatcher prepares to match an answer. Errors: returns.unknown_message, returns.sent_differs, returns.other_batch.
func newMatcher(ctx context.Context, r Reader, f *ReturnFile, only BatchID) (*matcher, error) {
	m := &matcher{name: f.File, rows: f.Rows, whole: f.Whole, partial: f.Partial, only: only, sorted: map[string]bool{}, channel: map[BatchID]string{}, changes: map[outcome]*outcome{},
		places: map[BatchID][]int32{}, weights: map[string]int{}, revised: map[PaymentID]Revision{}, words: map[string]int{}}
	batches, err := r.Batches(ctx)
	if err != nil {
		return nil, err
	}
	for _, x := range batches {
		if x.State == Exported {
			m.channel[x.ID] = x.Channel
		}
	}
	files, err := m.readExports(ctx, r, batches)
	if err == nil && f.Reference != "" {
		err = m.readNamed(ctx, r, files, f)
	}
	if err == nil {
		m.left, err = exportDays(ctx, r, 1)
	}
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

// readNamed reads the accounts in the one file that the answer's reference names, in the
// order in which they stand there: a bank may repeat nothing of its payments but their
// numbers. What it says of the file as one it says of each. Banks number their messages for
// themselves: a file of another bank's form is none.
func (m *matcher) readNamed(ctx context.Context, r Reader, files []ExportFile, f *ReturnFile) error {
	files = slices.DeleteFunc(files, func(e ExportFile) bool { return e.Layout != f.Layout || !refersTo(f.Reference, e.Name) })
	if m.only != 0 && len(files) > 0 {
		told := files[0].Batch
		if files = slices.DeleteFunc(files, func(e ExportFile) bool { return e.Batch != m.only }); len(files) == 0 {
			return message.Err("returns.other_batch", f.File, told, m.only)
		}
	}
	switch {
	case len(files) == 1:
	case m.only != 0 && f.Whole == nil: // the clerk says which batch it is about
		return nil
	default:
		return message.Err("returns.unknown_message", f.File, f.Reference)
	}
	if sent := files[0]; f.Count > 0 && f.Count != sent.Count || f.Total > 0 && f.Total != sent.Total {
		return message.Err("returns.sent_differs", f.File, f.Count, f.Total, sent.Name, sent.Count, sent.Total)
	}
	m.file = files[0].Name
	return r.Payments(ctx, files[0].Batch, func(p Payment) error {
		if p.File != m.file {
			return nil
		}
		m.there = append(m.there, p.Card.Full())
		return nil
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

// Why a row waits that a later answer may settle by itself; see settledSince. What is ambiguous goes on with the payments that may be meant.
const (
	problemAmbiguous = "这个账号有几笔同样金额的款项"
	problemPending   = "失败清单里列了这一笔，却没有写明结果"

	// nothing settles this by itself
	problemTwice = "这笔已经重发，银行现在说已入账：可能付了两次，请向银行追回一笔"
)

// rowsPerSlice is how many rows of an answer are matched with the book at once: what a
// long answer costs beyond its own rows does not grow with it.
const rowsPerSlice = 20000

// len is how many rows there are to match: of what is said of a file as one, as many as it
// has payments.
func (m *matcher) len() int {
	if m.whole != nil {
		return len(m.there)
	}
	return m.rows.Len()
}

// row is one of them, from 0.
func (m *matcher) row(i int32) *ReturnRow {
	if m.whole == nil {
		row := m.rows.Row(int(i))
		return &row
	}
	row := *m.whole
	row.Seq = int(i) + 1
	return &row
}

// byNumber says that a row names a payment of the file by its number alone, which a layout
// with an order of its own does not allow.
func (m *matcher) byNumber(row *ReturnRow) bool {
	return row.Account == "" && row.Seq > 0 && row.Seq <= len(m.there) && (m.whole != nil || !m.sorted[m.file])
}

// accountOf is the account that a row is about, "" for none.
func (m *matcher) accountOf(row *ReturnRow) string {
	if m.byNumber(row) {
		return m.there[row.Seq-1]
	}
	return row.Account
}

// match goes through the rows account by account. Accounts whose payments of one batch left
// in several files wait until it is known for how many rows each file accounts. Errors:
// returns.foreign, returns.other_batch.
func (m *matcher) match(ctx context.Context, r Reader) error {
	order := make([]keyed, m.len())
	for i := range order {
		order[i] = keyed{accountKey(m.accountOf(m.row(int32(i)))), int32(i)}
	}
	slices.SortFunc(order, func(a, b keyed) int { return cmp.Or(cmp.Compare(a.account, b.account), cmp.Compare(a.row, b.row)) })
	var wait []keyed
	err := m.inSlices(ctx, r, order, func(group []keyed, rows []*ReturnRow) {
		m.weigh(rows)
		if m.torn(rows) {
			wait = append(wait, group...)
			return
		}
		m.matchRows(rows)
	})
	if err == nil {
		err = m.inSlices(ctx, r, wait, func(_ []keyed, rows []*ReturnRow) { m.matchRows(rows) })
	}
	switch told := m.elsewhere(); {
	case err != nil:
		return err
	case told != 0:
		return message.Err("returns.other_batch", m.name, told, m.only)
	case m.found == 0:
		return message.Err("returns.foreign", m.name)
	}
	slices.SortFunc(m.moves, func(a, b move) int { return cmp.Or(cmp.Compare(a.Batch, b.Batch), cmp.Compare(a.Seq, b.Seq)) })
	slices.SortStableFunc(m.kept, func(a, b KeptRow) int { return cmp.Compare(a.Line, b.Line) })
	return nil
}

// keyed is a row of an answer and what stands for its account. Two accounts may have the
// same: their rows are then matched together.
type keyed struct {
	account uint64
	row     int32
}

// accountKey is an account's digits as a number, which keeps the order of those of up to 19:
// a book gives accounts that are neighbours faster than others.
func accountKey(account string) (key uint64) {
	for _, c := range []byte(account) {
		key = 10*key + uint64(c-'0')
	}
	return key
}

// inSlices reads a slice of the rows, which are ordered by account, and the payments to
// their accounts, and gives fn the rows of one account after the other.
func (m *matcher) inSlices(ctx context.Context, r Reader, order []keyed, fn func(group []keyed, rows []*ReturnRow)) error {
	for len(order) > 0 {
		n := min(rowsPerSlice, len(order))
		for n < len(order) && order[n].account == order[n-1].account {
			n++
		}
		rows := make([]*ReturnRow, n)
		accounts := map[string]bool{}
		for i := range rows {
			rows[i] = m.row(order[i].row)
			accounts[m.accountOf(rows[i])] = true
		}
		delete(accounts, "")
		if err := m.read(ctx, r, sortedKeys(accounts)); err != nil {
			return err
		}
		for first := 0; first < n; {
			last := first + 1
			for last < n && order[last].account == order[first].account {
				last++
			}
			fn(order[first:last], rows[first:last])
			first = last
		}
		order = order[n:]
	}
	return nil
}

// read reads the payments that have left for the given accounts.
func (m *matcher) read(ctx context.Context, r Reader, accounts []string) error {
	m.byAccount = make(map[string][]*candidate, len(accounts))
	placed := map[BatchID]bool{}
	err := r.PaymentsTo(ctx, accounts, func(p PaidOut) error {
		if p.Channel = m.channel[p.Batch]; p.Channel == "" {
			return nil
		}
		list := append(m.byAccount[p.Card.Full()], &candidate{PaidOut: p})
		if m.byAccount[p.Card.Full()] = list; len(list) > 1 || len(m.there) > 0 { // their places tell them apart
			for _, x := range list {
				placed[x.Batch] = true
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, id := range sortedNumbers(placed) {
		if err := m.readPlaces(ctx, r, id); err != nil {
			return err
		}
	}
	for _, list := range m.byAccount {
		for _, x := range list {
			if places := m.places[x.Batch]; x.Seq <= len(places) {
				x.place = int(places[x.Seq-1])
			}
		}
	}
	return nil
}

// readPlaces reads the places of the payments of a batch among those of their files, once.
func (m *matcher) readPlaces(ctx context.Context, r Reader, id BatchID) error {
	if m.places[id] != nil {
		return nil
	}
	inFile := map[string]int32{}
	list := []int32{}
	err := r.Payments(ctx, id, func(p Payment) error {
		inFile[p.File]++
		for len(list) < p.Seq {
			list = append(list, 0)
		}
		list[p.Seq-1] = inFile[p.File]
		return nil
	})
	m.places[id] = list
	return err
}

// torn says whether payments to an account that are alike left in several files of one
// batch: which of them a row is about depends on the answer as a whole.
func (m *matcher) torn(rows []*ReturnRow) bool {
	for _, row := range rows {
		list := m.byAccount[m.accountOf(row)]
		for i, a := range list {
			if slices.ContainsFunc(list[:i], func(b *candidate) bool { return a.Batch == b.Batch && a.Fen == b.Fen && a.File != b.File }) {
				return true
			}
		}
	}
	return false
}

// matchRows goes through all rows of an account in their order.
func (m *matcher) matchRows(rows []*ReturnRow) {
	m.group = len(m.moves)
	for _, row := range rows {
		p, problem, elsewhere := m.find(row)
		if elsewhere != 0 && (m.other == 0 || elsewhere < m.other) {
			m.other = elsewhere
		}
		if p != nil {
			m.found++
			if m.whole != nil {
				row.Seq, row.Account, row.Holder, row.Fen = 0, p.Card.Full(), p.Holder, p.Fen
			}
		}
		if row.Problem != "" { // what was not read differs from what was paid, and that says nothing
			problem = row.Problem
		}
		if m.heard(row, p) {
			m.same++
			continue
		}
		if problem != "" || p == nil {
			m.keep(row, p, problem)
			continue
		}
		m.apply(row, p)
	}
}

// find looks for the payment of a row: account and amount must be those of one payment,
// and the holder its holder. Of several alike, the one in the file that the answer is
// about goes first; when nothing tells them apart and the bank has spoken of one before,
// nobody guesses.
func (m *matcher) find(row *ReturnRow) (p *candidate, problem string, elsewhere BatchID) {
	list := m.byAccount[m.accountOf(row)]
	if m.byNumber(row) {
		list = slices.DeleteFunc(slices.Clone(list), func(x *candidate) bool { return x.File != m.file || x.place != row.Seq })
	}
	if len(list) == 0 {
		return nil, "没有付给这个账号的款项", 0
	}
	var alike []*candidate
	var early, other *candidate
	for _, x := range list {
		if x.Fen != row.Fen && (row.Account != "" || row.Fen != 0) {
			continue
		}
		day := m.left[x.Batch.String()]
		switch soon, named := row.Date != 0 && row.Date < day, m.only == 0 || x.Batch == m.only; { // soon: it had not left yet
		case !named && !soon && (other == nil || m.evidence(x, row) > m.evidence(other, row)):
			other = x
		case named && soon:
			early = x
		case named:
			alike = append(alike, x)
		}
	}
	if len(alike) == 0 {
		if other != nil {
			return nil, "是另一批次的款项", other.Batch
		}
		if early != nil {
			return early, "银行的日期 " + row.Date.String() + " 早于付出的日期 " + m.left[early.Batch.String()].String(), 0
		}
		if m.only != 0 {
			list = slices.DeleteFunc(slices.Clone(list), func(x *candidate) bool { return x.Batch != m.only })
		}
		if len(list) == 0 {
			return nil, "批次 " + m.only.String() + " 没有付给这个账号的款项", 0
		}
		p = slices.MaxFunc(list, func(a, b *candidate) int { return cmp.Compare(m.evidence(a, row), m.evidence(b, row)) })
		return p, "金额与所付的 " + p.Fen.String() + " 元不符", 0
	}
	slices.SortStableFunc(alike, func(a, b *candidate) int {
		return cmp.Or(cmp.Compare(m.evidence(b, row), m.evidence(a, row)), cmp.Compare(m.likely(b), m.likely(a)))
	})
	if p = alike[0]; other != nil && m.names(other.File) && !m.names(p.File) {
		return nil, "是另一批次的款项", other.Batch
	}
	m.tell(p, other, row)
	if row.Holder != "" && !identity.SameName(p.Holder, row.Holder) {
		return p, "户名“" + row.Holder + "”与所付的“" + p.Holder + "”不符", 0
	}
	alike = slices.DeleteFunc(alike, func(x *candidate) bool {
		return m.evidence(x, row) < m.evidence(p, row) || x.Batch == p.Batch && m.likely(x) < m.likely(p)
	})
	if p = oneMeant(alike, row); p == nil {
		return alike[0], ambiguous(alike), 0
	}
	return p, "", 0
}

// ambiguous says which payments a row may be about, in their order.
func ambiguous(alike []*candidate) string {
	list := slices.SortedFunc(slices.Values(alike), func(a, b *candidate) int { return cmp.Or(cmp.Compare(a.Batch, b.Batch), cmp.Compare(a.Seq, b.Seq)) })
	var ids []string
	for _, x := range list {
		ids = append(ids, x.ID().String())
	}
	return problemAmbiguous + "（" + namesOf(ids) + "），说不清是哪一笔，请用 --batch 写明批次再导"
}

// tell notes of which batch a row is by its number in the payment file: of the one that the clerk has named,
// where p is, or of another that it would fit as well.
func (m *matcher) tell(p, other *candidate, row *ReturnRow) {
	if other != nil && m.evidence(other, row) > m.evidence(p, row) {
		m.numbered = other.Batch
		return
	}
	m.asNamed = m.asNamed || m.only != 0
}

// elsewhere is the batch that the answer is about instead of the one named, 0 when nothing says so. Numbers alone
// say so only where no row fits the one named: a bank may number its answer for itself.
func (m *matcher) elsewhere() BatchID {
	if m.other == 0 && !m.asNamed {
		return m.numbered
	}
	return m.other
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
	if m.names(p.File) {
		sum += 2
	}
	if row.Seq > 0 && p.place == row.Seq && !m.sorted[p.File] {
		sum++
	}
	return sum
}

// names says whether the answer's name or its reference has that of a payment file in it.
func (m *matcher) names(file string) bool {
	return file == m.file || strings.Contains(m.name, strings.TrimSuffix(file, path.Ext(file)))
}

// likely orders payments of one batch that are alike: those in the file that accounts for
// most rows go first, and of these the ones that the answer has not spoken of yet.
func (m *matcher) likely(p *candidate) int {
	sum := 2 * m.weights[p.File]
	if p.said == nil {
		sum++
	}
	return sum
}

// weigh counts the rows of one account for every payment file that could account for them.
func (m *matcher) weigh(rows []*ReturnRow) {
	for _, row := range rows {
		var seen []string
		for _, p := range m.byAccount[row.Account] {
			if p.Fen == row.Fen && !slices.Contains(seen, p.File) {
				seen = append(seen, p.File)
				m.weights[p.File]++
			}
		}
	}
}

// heard says whether a row was taken in before, with the whole answer, and speaks of nothing else now. Where a
// bank's form has no date, the answers of two months can be the same bytes: then the name of
// the payment file says so. That a clerk names another batch does not: an old file taken for a new one looks like that.
func (m *matcher) heard(row *ReturnRow, p *candidate) bool {
	return m.copied && !m.open[row.Line] && (p == nil || !m.names(p.File))
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
		since := m.moves[m.group:]                                                                // rows of one payment stand together
		if i := slices.IndexFunc(since, func(x move) bool { return x.PaymentID == id }); i >= 0 { // neither is believed
			m.moves = slices.Delete(m.moves, m.group+i, m.group+i+1)
			m.keep(before, p, problem)
		}
		m.keep(row, p, problem)
		return
	}
	p.said = row
	switch {
	case row.State == PaymentSent:
		m.pending++
		m.count(row.Text)
		if m.partial {
			m.keep(row, p, problemPending)
		}
	case row.State == p.State:
		m.same++
	case (p.State == PaymentReissued || p.State == PaymentGivenUp) && (row.State == PaymentReturned || row.State == PaymentRecalled):
		m.same++
	case p.State == PaymentGivenUp:
		m.keep(row, p, "这笔的钱已经上缴，银行现在说"+row.State.Chinese()+"：请查明")
	case p.State == PaymentReissued && row.State == PaymentCredited:
		m.keep(row, p, problemTwice)
	case p.State == PaymentReissued:
		m.keep(row, p, "这笔已经重发，银行现在说"+row.State.Chinese()+"：请查明钱在哪里")
	default:
		c := outcome{p.State, row.State, row.Cause, strings.TrimSpace(row.Text + " " + row.Reason), row.Date}
		if m.changes[c] == nil {
			m.changes[c] = &c
		}
		m.moves = append(m.moves, move{id, p.Fen, m.changes[c]})
		if (p.State == PaymentCredited) != (row.State == PaymentCredited) && p.State != PaymentSent && p.State != PaymentParked {
			m.revised[id] = Revision{PaidOut: p.PaidOut, Now: row.State, Said: c.reason}
		}
	}
}

// count counts a word of the bank that says nothing final. Where a layout is wrong anything can
// stand there: an account, or another text in every row.
func (m *matcher) count(word string) {
	const other, most = "…", 20
	digits := strings.IndexFunc(word, func(c rune) bool { return '0' <= c && c <= '9' }) >= 0 && len(word) > 8
	if _, known := m.words[word]; digits || !known && len(m.words) >= most {
		word = other
	}
	m.words[word]++
}

// revisions are the payments, in their order, of which the answer takes back what was said.
func (m *matcher) revisions(ctx context.Context, r Reader, imports []ImportRecord) (list []Revision, err error) {
	files := map[int64]string{}
	for _, x := range imports {
		files[x.Position] = x.File
	}
	var paid []PaidOut
	for _, x := range m.moves {
		if was, ok := m.revised[x.PaymentID]; ok {
			was.Before = files[was.Answer]
			list, paid = append(list, was), append(paid, was.PaidOut)
		}
	}
	err = namePaid(ctx, r, paid)
	for i := range list {
		list[i].Name = paid[i].Name
	}
	return list, err
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
	m.moves = slices.DeleteFunc(m.moves, func(x move) bool { return x.from != PaymentSent })
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

// post moves the money of payments, by batch, that changed their state: for each batch, purse
// and pair of stocks one sum, since each payment's own state says the rest.
func post(ctx context.Context, tx Tx, moves []move, position int64) error {
	type flow struct {
		Purse
		from, to ledger.Account
	}
	p := &poster{book: ledger.Book{}}
	for len(moves) > 0 {
		id, n := moves[0].Batch, 1
		for n < len(moves) && moves[n].Batch == id {
			n++
		}
		parts, err := batchParts(ctx, tx, id)
		if err != nil {
			return err
		}
		sums := map[flow]money.Fen{}
		for i := range moves[:n] {
			x := &moves[i]
			from, to := x.from.stock(), x.to.stock()
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
		moves = moves[n:]
	}
	return tx.PutPostings(ctx, position, p.list)
}

// EventReturnsImported records what a bank answered.
const EventReturnsImported = "returns.imported"
