package payroll

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"zhida/payroll/journal"
	"zhida/payroll/ledger"
	"zhida/rules"
	"zhida/rules/facts"
	"zhida/rules/message"
	"zhida/rules/money"
)

// Anchor is the end of a journal as something outside the book remembers it: an evidence
// folder, a manifest.
type Anchor struct {
	Where    string // what remembers it
	Position int64
	Digest   string
}

// Fault is one thing about a book that its signed journal does not bear out.
type Fault struct {
	Position int64 // of the event that says otherwise, 0 for none
	Table    string
	Message  message.Message
}

// Health is what looking through a book came to.
type Health struct {
	EventCount, BatchCount int
	Recomputed             int       // batches that computed to the same digest again
	Unbound                int64     // events before this position are of a program that bound no rows; 0 for none
	Skipped                []BatchID // not computed again: of another version of the rules
	Erased                 []BatchID // not computed again: data of somebody in them was erased
	Anchored               []Anchor  // that the journal bears out
	Alone                  []Alone   // who can act by one person's word
	Faults                 []Fault
}

// Fsck is FsckRows, and computes every committed batch again.
func (b *Book) Fsck(ctx context.Context, anchors []Anchor) (Health, error) {
	f, err := b.fsckRows(ctx, anchors)
	if err == nil {
		err = f.recompute(b)
	}
	return f.sorted(), err
}

// FsckRows holds every row of a book against the signed events of its journal, the journal
// against itself and against what is remembered outside, every batch against its digest and
// seal, and the ledger against the batches. It changes nothing. Faults are not an error.
func (b *Book) FsckRows(ctx context.Context, anchors []Anchor) (Health, error) {
	f, err := b.fsckRows(ctx, anchors)
	return f.sorted(), err
}

func (b *Book) fsckRows(ctx context.Context, anchors []Anchor) (*fsck, error) {
	f := &fsck{ctx: ctx, bound: map[int64]map[string]string{}, salted: map[int64]string{}, actors: map[string]string{}, export: map[BatchID]int64{}, anchors: map[int64][]Anchor{},
		known: newRegister(), offered: map[int64]string{}, judged: map[string][]string{}}
	for _, a := range anchors {
		f.anchors[a.Position] = append(f.anchors[a.Position], a)
	}
	return f, b.view(ctx, func(r Reader) error {
		f.Reader = r
		for _, part := range []func() error{f.journal, f.meta, f.people, f.facts, f.documents, f.moves, f.batches, f.ledger} {
			if err := part(); err != nil {
				return err
			}
		}
		f.Alone = f.known.alones()
		return nil
	})
}

// sorted is what was found, by position.
func (f *fsck) sorted() Health {
	slices.SortStableFunc(f.Faults, func(x, y Fault) int { return int(x.Position - y.Position) })
	return f.Health
}

type fsck struct {
	Reader
	Health
	ctx     context.Context
	head    int64
	bound   map[int64]map[string]string // by position and table, what the event says of its rows
	salted  map[int64]string            // by position, what an import says of its facts
	founded []string
	actors  map[string]string // by name, what the latest event says of the actor's row
	known   *register
	offered map[int64]string    // who made a proposal, by position
	judged  map[string][]string // who submitted a batch last, and who has judged it since
	steps   []batchStep
	export  map[BatchID]int64 // position of the event that began it
	anchors map[int64][]Anchor
}

// batchStep is an event in the life of a batch.
type batchStep struct {
	batch              BatchID
	position           int64
	kind, actor        string
	digest, seal, root string
	horizon            int64
	computed           string // when, of the event that computed it
}

func (f *fsck) fault(position int64, table, code string, args ...any) {
	f.Faults = append(f.Faults, Fault{position, table, message.M(code, args...)})
}

// journal holds the chain against itself, every signature against the key that its actor
// had then, and the anchors against the chain.
func (f *fsck) journal() error {
	keys := map[string][]byte{}
	var head journal.Head
	end, err := f.Head(f.ctx)
	if err != nil {
		return err
	}
	f.head = end.Position
	last := int64(0)
	err = f.Events(f.ctx, 1, 0, func(e journal.Event) error {
		f.EventCount++
		pairs, err := journal.ParsePayload(e.Payload)
		if err != nil {
			f.fault(e.Position, "event", "fsck.payload", e.Position)
			return nil
		}
		if e.Position == 2 && e.Kind == EventActorAdded { // the first administrator vouches for themselves
			keys[e.Actor], _ = unhex(valueOf(pairs, "public_key"))
		}
		if err := journal.Verify(&e, head, keys[e.Actor]); err != nil {
			f.Faults = append(f.Faults, Fault{e.Position, "event", faultOf(err)})
		}
		head = journal.Head{Position: e.Position, Time: e.Time, Digest: e.Digest}
		for _, a := range f.anchors[e.Position] {
			if a.Digest != e.Digest {
				f.fault(e.Position, "event", "fsck.anchor", e.Position, a.Where)
				continue
			}
			f.Anchored = append(f.Anchored, a)
		}
		last = e.Position
		f.hands(&e, pairs)
		return f.note(&e, pairs, keys)
	})
	for position, list := range f.anchors {
		for _, a := range list {
			if position > last {
				f.fault(last, "event", "fsck.tail", last, a.Where, position)
			}
		}
	}
	return err
}

// faultOf is the message of an error, whole where it is one of ours.
func faultOf(err error) message.Message {
	var known *message.Error
	if errors.As(err, &known) {
		return known.Message
	}
	return message.M("fsck.other", err.Error())
}

// maySign are the roles whose signature a step of a batch takes.
var maySign = map[string]Role{EventBatchSubmitted: RoleMaker, EventBatchChecked: RoleChecker, EventBatchApproved: RoleApprover}

// hands holds who signed an event against the register: an actor with a program of their own
// can sign with their key whatever they like.
func (f *fsck) hands(e *journal.Event, pairs []string) {
	if wrong := f.known.note(e, pairs); !wrong.IsZero() {
		f.Faults = append(f.Faults, Fault{e.Position, "event", wrong})
	}
	one := func(before, does string) {
		if f.known.same(before, e.Actor) {
			f.fault(e.Position, "event", "fsck.one_person", e.Position, before, e.Actor, does)
		}
	}
	switch e.Kind {
	case EventProposed:
		f.offered[e.Position] = e.Actor
	case EventProposalAccepted:
		if by := f.offered[parseNum(valueOf(pairs, "proposal"))]; by != "" {
			one(by, stepWords[e.Kind])
		}
	case EventBatchSubmitted, EventBatchChecked, EventBatchApproved:
		batch := valueOf(pairs, "batch")
		if e.Kind == EventBatchSubmitted {
			f.judged[batch] = nil
		}
		if !f.known.has(e.Actor, maySign[e.Kind]) {
			f.fault(e.Position, "event", "fsck.role", e.Position, e.Actor, EventChinese(e.Kind))
		}
		for _, before := range f.judged[batch] {
			one(before, EventChinese(e.Kind))
		}
		f.judged[batch] = append(f.judged[batch], e.Actor)
	}
}

// note keeps what an event says about rows.
func (f *fsck) note(e *journal.Event, pairs []string, keys map[string][]byte) error {
	for i := 0; i+1 < len(pairs); i += 2 {
		if table, ok := strings.CutPrefix(pairs[i], rowsPrefix); ok {
			if f.bound[e.Position] == nil {
				f.bound[e.Position] = map[string]string{}
			}
			f.bound[e.Position][table] = pairs[i+1]
		}
	}
	if v := valueOf(pairs, "facts"); v != "" {
		f.salted[e.Position] = v
	}
	name := valueOf(pairs, "name")
	switch e.Kind {
	case EventFounded:
		f.founded = pairs
	case EventActorAdded, EventActorRekeyed:
		keys[name], _ = unhex(valueOf(pairs, "public_key"))
		f.actors[name] = f.bound[e.Position][boundActor]
		if e.Position == 2 && f.bound[2] == nil {
			f.Unbound = f.head
		}
	case EventActorRemoved:
		delete(keys, name)
		f.actors[name] = f.bound[e.Position][boundActor]
	case EventBatchComputed:
		for i := 0; i+3 < len(pairs); i += 2 {
			if pairs[i] == "batch" && pairs[i+2] == "digest" {
				f.step(e, pairs, pairs[i+1], pairs[i+3])
			}
		}
	case EventBatchAnswered, EventBatchSubmitted, EventBatchChecked, EventBatchApproved, EventBatchRejected, EventBatchCancelled, EventBatchExporting, EventBatchExported:
		f.step(e, pairs, valueOf(pairs, "batch"), valueOf(pairs, "digest"))
	}
	return nil
}

func (f *fsck) step(e *journal.Event, pairs []string, batch, digest string) {
	id, err := ParseBatchID(batch)
	if err != nil {
		return
	}
	f.steps = append(f.steps, batchStep{id, e.Position, e.Kind, e.Actor, digest, valueOf(pairs, "seal"), valueOf(pairs, "root"), parseNum(valueOf(pairs, "horizon")), valueOf(pairs, "computed")})
	if e.Kind == EventBatchExporting {
		f.export[id] = e.Position
	}
}

func (f *fsck) meta() error {
	m, err := f.Meta(f.ctx)
	if err != nil {
		return err
	}
	for name, value := range map[string]string{"county": m.County, "name": m.Name, "cutover": m.Cutover.String(), "rehearsal": yesNo(m.Rehearsal), "salt": m.Salt} {
		if valueOf(f.founded, name) != value {
			f.fault(1, "meta", "fsck.meta", name)
		}
	}
	return nil
}

// rowsAt are digests over rows by the position of their event.
type rowsAt map[int64]rowDigests

func (x rowsAt) row(position int64, table string, fields ...string) {
	if x[position] == nil {
		x[position] = rowDigests{}
	}
	x[position].row(table, fields...)
}

// agree holds the rows of some tables against what events say of them.
func (f *fsck) agree(found rowsAt, tables ...string) {
	positions := slices.Collect(maps.Keys(found))
	for position := range f.bound {
		if found[position] == nil {
			positions = append(positions, position)
		}
	}
	slices.Sort(positions)
	for _, position := range positions {
		if f.Unbound > 0 && position <= f.Unbound {
			continue
		}
		for _, table := range tables {
			got := ""
			if s := found[position][table]; s != nil {
				got = hexOf(s.h.Sum(nil))
			}
			if want := f.bound[position][table]; got != want {
				f.fault(position, table, "fsck.rows", position, tableChinese[table])
			}
		}
	}
}

// tableChinese is what screens call the tables that events bind.
var tableChinese = map[string]string{
	boundFact: "事实", boundFactEnd: "事实的失效", boundImport: "导入记录", boundPolicy: "文件", boundDocument: "文件规定的项目", boundEnd: "文件的撤回", boundSettings: "设置", boundProposal: "提议", boundDecided: "提议的决定",
	boundActor: "操作人员", boundEntry: "待扣", boundPosting: "资金分录", boundState: "款项状态", boundReturn: "回盘里没有登记的行", boundExport: "银行文件", boundFile: "款项所在的文件", boundErased: "销毁的数据", boundRemains: "销毁以后留下的各行",
}

// people holds the actors, and everybody's number and cards, against the journal and the facts.
func (f *fsck) people() error {
	actors, err := f.Actors(f.ctx)
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, a := range actors {
		seen[a.Name] = true
		s := newSection()
		s.row(actorRow(a)...)
		if f.Unbound == 0 && f.actors[a.Name] != hexOf(s.h.Sum(nil)) {
			f.fault(a.Added, boundActor, "fsck.actor", a.Name)
		}
	}
	for _, name := range sortedKeys(f.actors) {
		if !seen[name] {
			f.fault(0, boundActor, "fsck.actor", name)
		}
	}
	last, err := f.LastPerson(f.ctx)
	if err != nil {
		return err
	}
	owners := map[string]int64{} // latest IDs and cards
	cards := map[string][]int64{}
	err = f.Facts(f.ctx, FactQuery{First: 1, Last: last, Kinds: []facts.Kind{facts.KindPerson, facts.KindAccount}}, func(x Fact) error {
		if x.Kind == facts.KindPerson {
			var p facts.Profile
			err := decode(x, &p)
			if p.ID.Full() != "" {
				owners[p.ID.Full()] = x.Person
			}
			return err
		}
		var a facts.Account
		err := decode(x, &a)
		if full := a.Card.Full(); full != "" && !slices.Contains(cards[full], x.Person) {
			cards[full] = append(cards[full], x.Person)
		}
		return err
	})
	if err != nil {
		return err
	}
	numbers, err := f.PersonsByID(f.ctx, sortedKeys(owners))
	if err != nil {
		return err
	}
	for _, id := range sortedKeys(owners) {
		if numbers[id] != owners[id] {
			f.fault(0, "identity", "fsck.identity", owners[id])
		}
	}
	holders, err := f.CardHolders(f.ctx, sortedKeys(cards))
	if err != nil {
		return err
	}
	for _, card := range sortedKeys(cards) {
		slices.Sort(holders[card])
		if slices.Sort(cards[card]); !slices.Equal(holders[card], cards[card]) {
			f.fault(0, "card", "fsck.card", cards[card][0])
		}
	}
	return nil
}

// facts holds every version of every fact against the event that brought it and the one
// that ended it.
func (f *fsck) facts() error {
	found := rowsAt{}
	plain := map[int64]interface {
		Write([]byte) (int, error)
		Sum([]byte) []byte
	}{}
	gone, err := f.Reader.Erased(f.ctx)
	if err != nil {
		return err
	}
	for _, person := range sortedNumbers(gone) {
		found.row(gone[person], boundErased, num(person))
	}
	rest, err := f.Remainders(f.ctx, 0)
	if err != nil {
		return err
	}
	for i := range rest {
		found.row(rest[i].Position, boundRemains, remainderRow(&rest[i])...)
	}
	err = f.ChangedSince(f.ctx, 0, f.head, func(x Fact) error {
		if (x.Commitment != "" || x.Binding != "") != (gone[x.Person] != 0) {
			f.fault(gone[x.Person], boundErased, "fsck.erased", x.Person)
		}
		commitment := x.commitment()
		found.row(x.KnownFrom, boundFact, factRow(&x)...)
		if x.KnownTo != 0 {
			found.row(x.KnownTo, boundFactEnd, factEndRow(&x)...)
		}
		if plain[x.KnownFrom] == nil {
			plain[x.KnownFrom] = journal.NewHash()
		}
		_, err := plain[x.KnownFrom].Write([]byte(commitment))
		return err
	})
	if err != nil {
		return err
	}
	f.agree(found, boundFact, boundFactEnd, boundErased, boundRemains)
	empty := hexOf(journal.NewHash().Sum(nil))
	for _, position := range sortedNumbers(f.salted) {
		got := empty
		if plain[position] != nil {
			got = hexOf(plain[position].Sum(nil))
		}
		if f.salted[position] != got && position <= f.Unbound { // else it was said already
			f.fault(position, boundFact, "fsck.rows", position, tableChinese[boundFact])
		}
	}
	return nil
}

// documents holds imports, policies, settings and proposals against their events.
func (f *fsck) documents() error {
	found := rowsAt{}
	imports, err := f.Imports(f.ctx)
	if err != nil {
		return err
	}
	for _, x := range imports {
		found.row(x.Position, boundImport, importRow(x)...)
	}
	policies, err := f.AllPolicies(f.ctx)
	if err != nil {
		return err
	}
	for _, p := range policies {
		found.row(p.Position, boundPolicy, policyRow(p)...)
		rows, err := documentRows(p)
		if err != nil { // the text was edited, which its digest says as well
			f.Faults = append(f.Faults, Fault{p.Position, boundPolicy, faultOf(err)})
		}
		for _, row := range rows {
			found.row(p.Position, boundDocument, row...)
		}
		if p.Withdrawn != 0 {
			found.row(p.Withdrawn, boundEnd, num(p.Position))
		}
	}
	for at := f.head; at > 0; {
		s, err := f.Settings(f.ctx, at)
		if message.Code(err) == message.Code(ErrNotFound) {
			break
		}
		if err != nil {
			return err
		}
		found.row(s.Position, boundSettings, journal.Digest([]byte(s.Text)))
		at = s.Position - 1
	}
	proposals, err := f.Proposals(f.ctx, false)
	if err != nil {
		return err
	}
	for _, p := range proposals {
		found.row(p.Position, boundProposal, proposalRow(p)...)
		if p.Decided != 0 {
			found.row(p.Decided, boundDecided, num(p.Position), yesNo(p.Accepted))
		}
	}
	f.agree(found, boundImport, boundPolicy, boundDocument, boundEnd, boundSettings, boundProposal, boundDecided)
	return nil
}

// moves holds what moved outside batches, postings, states of payments and kept rows
// against their events.
func (f *fsck) moves() error {
	found := rowsAt{}
	last, err := f.LastPerson(f.ctx)
	if err != nil {
		return err
	}
	if err := f.Entries(f.ctx, EntryQuery{Horizon: f.head, First: 1, Last: last}, func(x Entry) error {
		found.row(x.Position, boundEntry, entryRow(&x)...)
		return nil
	}); err != nil {
		return err
	}
	if err := f.Postings(f.ctx, 0, f.head, func(position int64, p ledger.Posting) error {
		found.row(position, boundPosting, postingRow(&p)...)
		return nil
	}); err != nil {
		return err
	}
	batches, err := f.Reader.Batches(f.ctx)
	if err != nil {
		return err
	}
	for _, x := range batches {
		if err := f.PaymentEvents(f.ctx, x.ID, func(p PaymentEvent) error {
			found.row(p.Position, boundState, stateRow(&p)...)
			return nil
		}); err != nil {
			return err
		}
		if err := f.files(found, x); err != nil {
			return err
		}
	}
	erased := map[int64]bool{} // positions of answers with a row of somebody whose data was erased
	if err := f.ReturnRows(f.ctx, func(x KeptRow) error {
		found.row(x.Position, boundReturn, keptRow(&x)...)
		if x.Account == "" && x.Holder == "" && x.Payment != (PaymentID{}) {
			erased[x.Position] = true
		}
		return nil
	}); err != nil {
		return err
	}
	if gone, err := f.Reader.Erased(f.ctx); err != nil {
		return err
	} else if len(gone) > 0 {
		for position := range erased {
			delete(found[position], boundReturn)
			delete(f.bound[position], boundReturn)
		}
	}
	f.agree(found, boundEntry, boundPosting, boundState, boundReturn, boundExport, boundFile)
	return nil
}

// files adds the files of a batch and which payments are in them, under the event that
// began its export.
func (f *fsck) files(found rowsAt, x Batch) error {
	files, err := f.Exports(f.ctx, x.ID)
	if err != nil {
		return err
	}
	at := f.export[x.ID]
	for i := range files {
		if found.row(at, boundExport, exportRow(&files[i])...); files[i].Done != (x.State == Exported) {
			f.fault(at, boundExport, "fsck.done", files[i].Name, x.ID)
		}
	}
	inFile := map[string][]int{}
	err = f.Payments(f.ctx, x.ID, func(p Payment) error {
		if p.File != "" {
			inFile[p.File] = append(inFile[p.File], p.Seq)
		}
		return nil
	})
	for _, name := range sortedKeys(inFile) {
		for _, seq := range inFile[name] {
			found.row(at, boundFile, fileRow(x.ID, seq, name)...)
		}
	}
	return err
}

// batches holds heads against rows, and both against the steps that the journal has.
func (f *fsck) batches() error {
	list, err := f.Reader.Batches(f.ctx)
	if err != nil {
		return err
	}
	f.BatchCount = len(list)
	byBatch := map[BatchID][]batchStep{}
	for _, s := range f.steps {
		byBatch[s.batch] = append(byBatch[s.batch], s)
	}
	for _, x := range list {
		steps := byBatch[x.ID]
		if len(steps) == 0 {
			f.fault(0, "batch", "fsck.no_event", x.ID)
			continue
		}
		f.life(x, steps)
		if err := f.content(x, steps); err != nil {
			return err
		}
		delete(byBatch, x.ID)
	}
	for _, id := range sortedNumbers(byBatch) { // a draft replaced by nothing leaves no row
		if last := byBatch[id][len(byBatch[id])-1]; slices.ContainsFunc(byBatch[id], func(s batchStep) bool { return s.kind == EventBatchSubmitted }) {
			f.fault(last.position, "batch", "fsck.no_batch", id)
		}
	}
	return nil
}

// life holds the state of a batch and who took its steps against the journal.
func (f *fsck) life(x Batch, steps []batchStep) {
	want, computed := Batch{State: Draft}, ""
	for _, s := range steps {
		if s.digest != "" {
			want.Digest = s.digest
		}
		if s.horizon != 0 {
			want.Horizon, computed = s.horizon, s.computed
		}
		switch s.kind {
		case EventBatchComputed:
			want.State, want.Maker, want.Checker, want.Approver = Draft, "", "", ""
		case EventBatchRejected:
			want.State, want.Maker, want.Checker = Draft, "", ""
		case EventBatchSubmitted:
			want.State, want.Maker = Submitted, s.actor
		case EventBatchChecked:
			want.State, want.Checker = Checked, s.actor
		case EventBatchApproved:
			want.State, want.Approver = Approved, s.actor
		case EventBatchCancelled:
			want.State = Cancelled
		case EventBatchExported:
			want.State = Exported
		}
	}
	at := steps[len(steps)-1].position
	for what, same := range map[string]bool{"状态": want.State == x.State, "经办人": want.Maker == x.Maker, "复核人": want.Checker == x.Checker, "审批人": want.Approver == x.Approver,
		"摘要": want.Digest == x.Digest, "计算时的日志位置": want.Horizon == x.Horizon || want.Horizon == 0, "计算时间": computed == x.ComputedAt.UTC().Format(time.RFC3339) || computed == ""} {
		if !same {
			f.fault(at, "batch", "fsck.head", x.ID, what)
		}
	}
}

// content holds the rows of a batch against its digest, its head and its seal.
func (f *fsck) content(x Batch, steps []batchStep) error {
	at := steps[len(steps)-1].position
	if x.State == Cancelled && len(steps) > 0 {
		if rows, err := f.any(x.ID); err != nil || !rows {
			return err
		}
	}
	if erased, err := touchedBy(f.ctx, f.Reader, x.ID); err != nil {
		return err
	} else if erased != 0 {
		f.Health.Erased = append(f.Health.Erased, x.ID)
	}
	if _, err := fixedChecking(f.ctx, f.Reader, x); message.Code(err) == "finding.tampered" {
		f.fault(at, "finding", "finding.tampered", x.ID)
	} else if err != nil {
		return err
	}
	if err := lookHolds(f.ctx, f.Reader, x); message.Code(err) == "finding.tampered" {
		f.fault(at, "look", "finding.tampered", x.ID)
	} else if err != nil {
		return err
	}
	digest, err := digestOf(f.ctx, f.Reader, x)
	if err != nil {
		return err
	}
	if digest != x.Digest {
		f.fault(at, "batch", "batch.tampered", x.ID)
	}
	err = f.Entries(f.ctx, EntryQuery{Batch: x.ID}, func(e Entry) error { // what the digest leaves to the batch itself
		if e.Position != 0 || e.Date != 0 || e.Way == Charged && e.Origin != x.ID {
			f.fault(at, boundEntry, "batch.tampered", x.ID)
		}
		return nil
	})
	if err != nil {
		return err
	}
	sums, err := f.sums(x)
	if err != nil {
		return err
	}
	if sums != "" {
		f.fault(at, "batch", "fsck.head", x.ID, sums)
	}
	sealed := slices.IndexFunc(steps, func(s batchStep) bool { return s.seal != "" }) >= 0
	if !sealed || x.State != Approved && x.State != Exported && x.State != Submitted && x.State != Checked {
		return nil
	}
	seal, err := sealOf(f.ctx, f.Reader, x, nil)
	if err != nil {
		return err
	}
	salts, err := saltsOf(f.ctx, f.Reader, x.ID)
	if err != nil {
		return err
	}
	gone, err := f.Reader.Erased(f.ctx)
	if err != nil {
		return err
	}
	partly := func(s LeafSalt) bool {
		return (s.Salt == "") != (gone[s.Person] != 0) || (s.PublicDigest+s.PrivateDigest != "") != (gone[s.Person] != 0)
	}
	if len(salts) != seal.Leaves || slices.ContainsFunc(slices.Collect(maps.Values(salts)), partly) {
		f.fault(at, "leaf", "fsck.seal", x.ID)
	}
	latest := map[string]batchStep{}
	for _, s := range steps {
		if s.seal != "" {
			latest[s.kind] = s
		}
	}
	for _, s := range latest {
		if s.kind != EventBatchSubmitted && s.position < latest[EventBatchSubmitted].position {
			continue // of before it was sent back
		}
		if s.seal != seal.Sum() || s.root != seal.Root {
			f.fault(s.position, "leaf", "fsck.seal", x.ID)
		}
	}
	return nil
}

func (f *fsck) any(id BatchID) (found bool, err error) {
	err = f.Settlements(f.ctx, id, func(Settlement) error { found = true; return nil })
	return found, err
}

// sums says which sum of a head is not that of its rows, "" when all are.
func (f *fsck) sums(x Batch) (string, error) {
	var got Batch
	kept := keptTotals{}
	err := f.Settlements(f.ctx, x.ID, func(s Settlement) error {
		got.Roster++
		kept.status(StatusCount{s.Status, s.Place, 1})
		got.Net, got.Held, got.Owed, got.Reissued = got.Net+s.Pay, got.Held+s.Held, got.Owed+s.Owed, got.Reissued+s.Reissued
		if s.Pay > 0 {
			got.Payees++
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	err = f.Lines(f.ctx, LineQuery{Batch: x.ID}, func(l Line) error {
		kept.line(LineTotal{l.Item, l.Side, l.Place, l.Policy, l.Fund, 1, l.Fen})
		if got.Lines++; l.Side == Deduction {
			got.Deduction += l.Fen
		} else {
			got.Gross += l.Fen
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	agree, err := kept.agree(f.ctx, f.Reader, x.ID)
	for _, c := range []struct {
		what string
		same bool
	}{{"人数", got.Roster == x.Roster}, {"实发人数", got.Payees == x.Payees}, {"行数", got.Lines == x.Lines}, {"应发", got.Gross == x.Gross}, {"扣款", got.Deduction == x.Deduction},
		{"实发", got.Net == x.Net}, {"缓发增减", got.Held == x.Held}, {"待扣增减", got.Owed == x.Owed}, {"重发", got.Reissued == x.Reissued}, {"分项合计", agree}} {
		if !c.same {
			return c.what, err
		}
	}
	return "", err
}

// keptTotals are the sums that pages show of a batch, added up anew from its rows: what was kept takes away what the rows give.
type keptTotals map[any][10]money.Fen

func (k keptTotals) add(key any, sums ...money.Fen) {
	at := k[key]
	for i, n := range sums {
		at[i] += n
	}
	if k[key] = at; at == ([10]money.Fen{}) {
		delete(k, key)
	}
}

func (k keptTotals) line(x LineTotal) {
	count, fen := x.Count, x.Fen
	x.Count, x.Fen = 0, 0
	k.add(x, money.Fen(count), fen)
}

func (k keptTotals) status(x StatusCount) {
	count := x.Count
	x.Count = 0
	k.add(x, money.Fen(count))
}

// agree says whether the sums that are kept are those of the rows.
func (k keptTotals) agree(ctx context.Context, r Reader, id BatchID) (bool, error) {
	err := errors.Join(
		r.Portions(ctx, id, func(p Portion) error {
			payees := money.Fen(0)
			if p.Pay > 0 {
				payees = 1
			}
			k.add(p.Purse, p.Gross, p.Deduction, max(p.Moved, 0), max(-p.Moved, 0), max(p.Held, 0), max(-p.Held, 0), p.Owed, p.Reissued, p.Pay, payees)
			return nil
		}),
		r.LineTotals(ctx, id, func(x LineTotal) error { x.Count, x.Fen = -x.Count, -x.Fen; k.line(x); return nil }),
		r.StatusCounts(ctx, id, func(x StatusCount) error { x.Count = -x.Count; k.status(x); return nil }),
		r.KeptPurses(ctx, id, func(x PurseTotal) error {
			k.add(x.Purse, -x.Gross, -x.Deduction, -x.Moved, -x.Given, -x.Held, -x.Released, -x.Owed, -x.Reissued, -x.Pay, -money.Fen(x.Payees))
			return nil
		}))
	return len(k) == 0, err
}

// ledger holds the stocks against the batches and payments that they are made of, and the
// months that were closed against what their closing says.
func (f *fsck) ledger() error {
	report, err := fundReport(f.ctx, f.Reader, 0, false)
	if err != nil {
		return err
	}
	for _, d := range report.Differences {
		switch d.Message.Code {
		case "fund.unexplained", "fund.stock", "fund.totals":
			f.Faults = append(f.Faults, Fault{0, boundPosting, d.Message})
		}
	}
	done, err := closings(f.ctx, f.Reader)
	if err != nil {
		return err
	}
	for _, c := range done {
		report, err := fundReport(f.ctx, f.Reader, c.Month, false)
		if err != nil {
			return err
		}
		said := ""
		err = f.Events(f.ctx, c.Position, c.Position, func(e journal.Event) error {
			pairs, err := journal.ParsePayload(e.Payload)
			said = valueOf(pairs, "digest")
			return err
		})
		if err != nil {
			return err
		}
		if said != report.digest() {
			f.fault(c.Position, boundPosting, "fsck.closing", c.Month)
		}
	}
	return nil
}

// recompute computes every committed batch again.
func (f *fsck) recompute(b *Book) error {
	batches, err := b.BatchList(f.ctx)
	if err != nil {
		return err
	}
	for _, x := range batches {
		if !x.State.Committed() || slices.Contains(f.Health.Erased, x.ID) {
			continue
		}
		if x.RulesVersion != rules.Version {
			f.Skipped = append(f.Skipped, x.ID)
			continue
		}
		digest, err := b.Recompute(f.ctx, x.ID)
		if f.ctx.Err() != nil {
			return f.ctx.Err()
		}
		switch {
		case err != nil:
			f.Faults = append(f.Faults, Fault{0, "batch", message.M("fsck.cannot", x.ID, faultOf(err).Text(message.Chinese))})
		case digest != x.Digest:
			f.fault(0, "batch", "fsck.recompute", x.ID)
		default:
			f.Recomputed++
		}
	}
	return nil
}
