package payroll

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"zhida/payroll/journal"
	"zhida/payroll/ledger"
	"zhida/rules/policy"
)

// update runs f in one write transaction and ends it with the one event that f recorded.
// The event carries a digest over the rows that were written beside it, table by table: a
// row that is edited later no longer agrees with a signed event (ADR 40).
func (b *Book) update(ctx context.Context, f func(Tx) error) error {
	return b.store.Update(ctx, func(tx Tx) error {
		w := &bound{Tx: tx}
		if err := f(w); err != nil {
			return err
		}
		return w.finish(ctx)
	})
}

// bound is a Tx that notes what is written outside batches. The rows of a batch have the
// batch's digest.
type bound struct {
	Tx
	rows rowDigests

	event   *journal.Event // recorded, and appended at the end
	pairs   []string
	session *Session
}

// rowDigests are running digests over rows of several tables, each row tab-separated fields
// in the table's order (docs/evidence.en.md).
type rowDigests map[string]*section

func (d rowDigests) row(table string, fields ...string) {
	if d[table] == nil {
		d[table] = newSection()
	}
	d[table].row(fields...)
}

// rowsPrefix begins the names under which an event carries the digests.
const rowsPrefix = "rows."

// payload are the digests as pairs of an event, by table.
func (d rowDigests) payload() (pairs []string) {
	for _, table := range sortedKeys(d) {
		pairs = append(pairs, rowsPrefix+table, hexOf(d[table].h.Sum(nil)))
	}
	return pairs
}

// finish appends the event.
func (w *bound) finish(ctx context.Context) error {
	if w.event == nil {
		if len(w.rows) > 0 {
			return errors.New("payroll: rows were written without an event: " + strings.Join(sortedKeys(w.rows), ", "))
		}
		return nil
	}
	head, err := w.Tx.Head(ctx)
	if err != nil {
		return err
	}
	e, err := journal.New(head, w.event.Time, w.event.Actor, w.event.Kind, journal.Payload(append(w.pairs, w.rows.payload()...)...))
	if err != nil {
		return err
	}
	if err := e.Sign(w.session.key); err != nil {
		return err
	}
	return w.Tx.AppendEvent(ctx, e)
}

// Head counts the event that is about to be appended; its digest is not known yet.
func (w *bound) Head(ctx context.Context) (journal.Head, error) {
	if w.event != nil {
		return journal.Head{Position: w.event.Position, Time: w.event.Time}, nil
	}
	return w.Tx.Head(ctx)
}

// inOrderOf gives a list in an order, itself where it has it already.
func inOrderOf[T any](list []T, compare func(a, b T) int) []T {
	if slices.IsSortedFunc(list, compare) {
		return list
	}
	sorted := slices.Clone(list)
	slices.SortStableFunc(sorted, compare)
	return sorted
}

func compareEntries(a, b Entry) int {
	return cmp.Or(cmp.Compare(a.Person, b.Person), cmp.Compare(a.Way, b.Way), cmp.Compare(a.Origin, b.Origin), cmp.Compare(a.Month, b.Month), cmp.Compare(a.Item, b.Item))
}

func comparePayments(a, b PaymentID) int {
	return cmp.Or(cmp.Compare(a.Batch, b.Batch), cmp.Compare(a.Seq, b.Seq))
}

func (w *bound) note(table string, fields ...string) {
	if w.rows == nil {
		w.rows = rowDigests{}
	}
	w.rows.row(table, fields...)
}

// The tables that events bind, as the names of their digests say them. Rows stand in the
// order of the table's key below the event.
const (
	boundFact     = "fact"          // by person, kind, key, first day
	boundFactEnd  = "fact_end"      // the same
	boundImport   = "import"        // one
	boundPolicy   = "policy"        // one
	boundDocument = "document"      // by item, as in the text
	boundEnd      = "policy_end"    // one
	boundSettings = "settings"      // one
	boundProposal = "proposal"      // one
	boundDecided  = "decision"      // one
	boundActor    = "actor"         // one
	boundEntry    = "receivable"    // by person, way, origin, month, item
	boundPosting  = "posting"       // as they were made
	boundState    = "payment_state" // by batch, number
	boundReturn   = "return_row"    // by line
	boundExport   = "export"        // by name
	boundFile     = "payment_file"  // by file, number
	boundErased   = "erased"        // by person
	boundRemains  = "remainder"     // by batch, section
)

// PutFacts also notes what the facts rest on.
func (w *bound) PutFacts(ctx context.Context, list []Fact) error {
	for _, f := range inOrderOf(list, compareFacts) {
		w.note(boundFact, factRow(&f)...)
	}
	return w.Tx.PutFacts(ctx, list)
}

func factRow(f *Fact) []string { return []string{num(f.Person), string(f.Kind), f.binding()} }

// commitment is what binds a fact without saying it.
func (f *Fact) commitment() string {
	if f.Commitment != "" {
		return f.Commitment
	}
	return journal.Commitment(f.Salt, CanonicalFact(*f))
}

// binding binds beside the fact where it stood and what it is a snapshot of. Nothing of a
// fact is said in the open but whose it is and its kind: once its salt is gone it is
// nowhere any more.
func (f *Fact) binding() string {
	if f.Binding != "" {
		return f.Binding
	}
	return journal.Commitment(f.Salt, CanonicalFact(*f)+"\n"+f.Where+"\n"+f.Scope)
}

// EndFacts also notes which facts the event ends.
func (w *bound) EndFacts(ctx context.Context, list []Fact, at int64) error {
	for _, f := range inOrderOf(list, compareFacts) {
		w.note(boundFactEnd, factEndRow(&f)...)
	}
	return w.Tx.EndFacts(ctx, list, at)
}

func factEndRow(f *Fact) []string { return []string{f.binding()} }

// PutImport also notes the record.
func (w *bound) PutImport(ctx context.Context, r ImportRecord) error {
	if err := Lasting(r.File); err != nil {
		return err
	}
	w.note(boundImport, importRow(r)...)
	return w.Tx.PutImport(ctx, r)
}

func importRow(r ImportRecord) []string {
	return []string{r.Kind, r.File, r.Digest, strconv.Itoa(r.Rows), strconv.Itoa(r.Added), strconv.Itoa(r.Ended), strconv.Itoa(r.Refused)}
}

// PutPolicy also notes the policy.
func (w *bound) PutPolicy(ctx context.Context, p AdoptedPolicy) error {
	w.note(boundPolicy, policyRow(p)...)
	rows, err := documentRows(p)
	if err != nil {
		return err
	}
	for _, row := range rows {
		w.note(boundDocument, row...)
	}
	return w.Tx.PutPolicy(ctx, p)
}

// documentRows are what a document grants, an item a row, so that nobody has to understand
// the language of policies to look it up.
func documentRows(p AdoptedPolicy) (rows [][]string, err error) {
	pol, err := policy.Read(p.Code, []byte(p.Text))
	if err != nil {
		return nil, err
	}
	for _, it := range pol.Items {
		side := Gross
		if it.Deduction {
			side = Deduction
		}
		rows = append(rows, []string{pol.Document.Number, pol.Document.Title, pol.Document.From.String(), pol.Document.Until.String(), it.Code, it.Name, it.Channel, string(side)})
	}
	return rows, nil
}

func policyRow(p AdoptedPolicy) []string {
	return []string{p.Code, p.Document, p.Title, p.Digest, journal.Digest([]byte(p.Text))}
}

// WithdrawPolicy also notes which policy the event withdraws.
func (w *bound) WithdrawPolicy(ctx context.Context, position, at int64) error {
	w.note(boundEnd, num(position))
	return w.Tx.WithdrawPolicy(ctx, position, at)
}

// PutSettings also notes the settings.
func (w *bound) PutSettings(ctx context.Context, s Settings) error {
	w.note(boundSettings, journal.Digest([]byte(s.Text)))
	return w.Tx.PutSettings(ctx, s)
}

// PutProposal also notes the proposal.
func (w *bound) PutProposal(ctx context.Context, p Proposal) error {
	w.note(boundProposal, proposalRow(p)...)
	return w.Tx.PutProposal(ctx, p)
}

func proposalRow(p Proposal) []string {
	digest, erased := strings.CutPrefix(string(p.Payload), erasedPayload)
	if !erased {
		digest = journal.Digest(p.Payload)
	}
	return []string{p.Kind, p.Actor, p.Title, digest}
}

// DecideProposal also notes the decision.
func (w *bound) DecideProposal(ctx context.Context, position, at int64, accepted bool) error {
	w.note(boundDecided, num(position), yesNo(accepted))
	return w.Tx.DecideProposal(ctx, position, at, accepted)
}

// PutActor also notes the actor.
func (w *bound) PutActor(ctx context.Context, a Actor) error {
	w.note(boundActor, actorRow(a)...)
	return w.Tx.PutActor(ctx, a)
}

func actorRow(a Actor) []string {
	return []string{a.Name, joinRoles(a.Roles), a.Natural, a.KeyID, hexOf(a.PublicKey), journal.Digest(a.SealedKey), num(a.Added), num(a.Removed)}
}

// PutEntries also notes what moves outside batches.
func (w *bound) PutEntries(ctx context.Context, list []Entry) error {
	for _, e := range inOrderOf(list, compareEntries) {
		if e.Batch == 0 {
			w.note(boundEntry, entryRow(&e)...)
		}
	}
	return w.Tx.PutEntries(ctx, list)
}

func entryRow(e *Entry) []string {
	return []string{num(e.Person), string(e.Way), num(int64(e.Origin)), num(int64(e.Month)), e.Item, e.Fund, num(int64(e.Fen)), num(int64(e.Date)), e.Document, e.Place}
}

// PutPostings also notes the postings.
func (w *bound) PutPostings(ctx context.Context, position int64, list []ledger.Posting) error {
	for i := range list {
		w.note(boundPosting, postingRow(&list[i])...)
	}
	return w.Tx.PutPostings(ctx, position, list)
}

func postingRow(p *ledger.Posting) []string {
	return []string{p.Fund, p.Place, string(p.Source), string(p.Target), num(int64(p.Fen)), p.Ref}
}

// PutPaymentStates also notes the states.
func (w *bound) PutPaymentStates(ctx context.Context, list []PaymentEvent) error {
	for _, x := range inOrderOf(list, func(a, b PaymentEvent) int { return comparePayments(a.PaymentID, b.PaymentID) }) {
		w.note(boundState, stateRow(&x)...)
	}
	return w.Tx.PutPaymentStates(ctx, list)
}

func stateRow(p *PaymentEvent) []string {
	return []string{p.PaymentID.String(), string(p.State), string(p.Cause), p.Reason, num(int64(p.Date))}
}

// PutReturnRows also notes the rows of a bank's answer that were kept, accounts masked.
func (w *bound) PutReturnRows(ctx context.Context, list []KeptRow) error {
	for _, x := range inOrderOf(list, func(a, b KeptRow) int { return cmp.Compare(a.Line, b.Line) }) {
		w.note(boundReturn, keptRow(&x)...)
	}
	return w.Tx.PutReturnRows(ctx, list)
}

func keptRow(x *KeptRow) []string {
	return []string{strconv.Itoa(x.Line), x.Payment.String(), x.Account.String(), x.Holder, num(int64(x.Fen)), string(x.State), x.Text, x.Reason, x.Problem}
}

// PutExports also notes the files of an export that begins; that they are done says the
// event that ends it.
func (w *bound) PutExports(ctx context.Context, list []ExportFile) error {
	for _, x := range inOrderOf(list, func(a, b ExportFile) int { return cmp.Compare(a.Name, b.Name) }) {
		if !x.Done {
			w.note(boundExport, exportRow(&x)...)
		}
	}
	return w.Tx.PutExports(ctx, list)
}

func exportRow(x *ExportFile) []string {
	return []string{x.Batch.String(), x.Name, x.Layout, x.Bank, strconv.Itoa(x.Count), num(int64(x.Total)), x.SM3, x.SHA256}
}

// SetPaymentFile also notes which payments go into the file.
func (w *bound) SetPaymentFile(ctx context.Context, id BatchID, seqs []int, file string) error {
	for _, seq := range seqs {
		w.note(boundFile, fileRow(id, seq, file)...)
	}
	return w.Tx.SetPaymentFile(ctx, id, seqs, file)
}

func fileRow(id BatchID, seq int, file string) []string {
	return []string{PaymentID{id, seq}.String(), file}
}

// PutRemainders also notes what an erasure left.
func (w *bound) PutRemainders(ctx context.Context, list []Remainder) error {
	for i := range list {
		w.note(boundRemains, remainderRow(&list[i])...)
	}
	return w.Tx.PutRemainders(ctx, list)
}

func remainderRow(x *Remainder) []string {
	return []string{x.Batch.String(), x.Section, x.Sealed, x.Remains}
}

func newSection() *section { return &section{h: journal.NewHash()} }

// Erase also notes whose data is erased.
func (w *bound) Erase(ctx context.Context, x Erasure) error {
	for _, person := range inOrderOf(x.Persons, func(a, b int64) int { return cmp.Compare(a, b) }) {
		w.note(boundErased, num(person))
	}
	return w.Tx.Erase(ctx, x)
}
