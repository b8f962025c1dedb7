package payroll

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"zhida/payroll/journal"
	"zhida/rules"
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/message"
)

// step moves a batch from one state to another by one signed event. permit sees
// the batch inside the transaction and may refuse.
func (b *Book) step(ctx context.Context, s *Session, id BatchID, from []State, kind string, move func(tx Tx, batch *Batch) ([]string, error)) (Batch, error) {
	var batch Batch
	err := b.update(ctx, func(tx Tx) (err error) {
		if batch, err = batchOf(ctx, tx, id); err != nil {
			return err
		}
		old := batch.State
		if !slices.Contains(from, old) {
			return message.Err("batch.state", id, old.Chinese(), EventChinese(kind))
		}
		pairs, err := move(tx, &batch)
		if err != nil {
			return err
		}
		if _, err := b.record(ctx, tx, s, kind, append([]string{"batch", id.String(), "digest", batch.Digest}, pairs...)...); err != nil {
			return err
		}
		return tx.SetBatch(ctx, batch, old)
	})
	return batch, err
}

// EventChinese is what an event does, for messages and papers.
func EventChinese(kind string) string {
	switch kind {
	case EventBatchComputed:
		return "计算"
	case EventBatchAnswered:
		return "答复"
	case EventFindingsAnswered:
		return "答复审核事项"
	case EventBatchSubmitted:
		return "提交"
	case EventBatchChecked:
		return "复核"
	case EventBatchApproved:
		return "审批"
	case EventBatchRejected:
		return "退回"
	case EventBatchCancelled:
		return "作废"
	case EventBatchExporting:
		return "开始导出"
	case EventBatchExported:
		return "导出"
	case EventBatchAttached:
		return "登记盖章件"
	}
	return kind
}

// Answer accepts a person's refusal with a reason, so that the batch can be
// submitted without them. person 0 answers all that are open.
func (b *Book) Answer(ctx context.Context, s *Session, id BatchID, person int64, reason string) error {
	if err := s.need(RoleMaker); err != nil {
		return err
	}
	if strings.TrimSpace(reason) == "" {
		return message.Err("payroll.reason_needed")
	}
	_, err := b.step(ctx, s, id, []State{Draft}, EventBatchAnswered, func(tx Tx, batch *Batch) ([]string, error) {
		open, err := tx.OpenRefusals(ctx, id)
		if err != nil {
			return nil, err
		}
		answered := 0
		for _, p := range open {
			if person == 0 || p == person {
				if err := tx.SetAnswer(ctx, id, p, reason); err != nil {
					return nil, err
				}
				answered++
			}
		}
		if answered == 0 {
			return nil, message.Err("batch.nothing_to_answer", id)
		}
		batch.Digest, err = digestOf(ctx, tx, *batch)
		return []string{"person", num(person), "answered", strconv.Itoa(answered), "reason", reason}, err
	})
	return err
}

// Submit hands a draft to the checker, with what the checks find in it. Refused while a
// refusal is unanswered, a difference has no cause but the program, or what came in since would change it.
func (b *Book) Submit(ctx context.Context, s *Session, id BatchID) (Batch, error) {
	if err := s.need(RoleMaker); err != nil {
		return Batch{}, err
	}
	if _, err := b.stillHolds(ctx, id, Draft); err != nil {
		return Batch{}, err
	}
	return b.withFindings(ctx, s, id, Draft, func(w *worked) (Batch, error) { return b.submit(ctx, s, id, w) })
}

func (b *Book) submit(ctx context.Context, s *Session, id BatchID, w *worked) (Batch, error) {
	return b.step(ctx, s, id, []State{Draft}, EventBatchSubmitted, func(tx Tx, batch *Batch) ([]string, error) {
		open, err := tx.OpenRefusals(ctx, id)
		if err != nil {
			return nil, err
		}
		if len(open) > 0 {
			return nil, message.Err("batch.unanswered", id, len(open), open[0])
		}
		var unexplained *Line
		err = tx.Lines(ctx, LineQuery{Batch: id, Cause: causeProgram}, func(l Line) error {
			unexplained = cmp.Or(unexplained, &l)
			return nil
		})
		if err != nil {
			return nil, err
		}
		if l := unexplained; l != nil {
			item, err := itemWord(ctx, tx, l.Item)
			if err != nil {
				return nil, err
			}
			return nil, message.Err("batch.program_cause", id, l.Person, item, l.Month)
		}
		batch.Maker = s.Actor.Name
		found, err := w.fix(ctx, tx, batch)
		if err != nil {
			return nil, err
		}
		seal, err := b.newSeal(ctx, tx, *batch)
		if err != nil {
			return nil, err
		}
		batch.State = Submitted
		return s.signed(seal, found...)
	})
}

// intact holds a batch's rows against its digest: rows edited behind the program's back are found here.
func intact(ctx context.Context, r Reader, batch Batch) error {
	digest, err := digestOf(ctx, r, batch)
	if err != nil {
		return err
	}
	if digest != batch.Digest {
		return message.Err("batch.tampered", batch.ID)
	}
	return nil
}

// Check is the checker's agreement. digest, when given, is that of the batch (or its first
// eight or more characters) that the checker saw. Nobody's time goes into a batch that cannot be
// approved any more: refused when what came in since would change it.
func (b *Book) Check(ctx context.Context, s *Session, id BatchID, digest string) (Batch, error) {
	if err := s.need(RoleChecker); err != nil {
		return Batch{}, err
	}
	if _, err := b.stillHolds(ctx, id, Submitted); err != nil {
		return Batch{}, err
	}
	return b.withFindings(ctx, s, id, Submitted, func(w *worked) (Batch, error) {
		return b.step(ctx, s, id, []State{Submitted}, EventBatchChecked, func(tx Tx, batch *Batch) ([]string, error) {
			seal, err := b.mayJudge(ctx, tx, s, *batch, digest)
			if err != nil {
				return nil, err
			}
			batch.State, batch.Checker = Checked, s.Actor.Name
			found, err := w.gate(ctx, tx, s, batch, false)
			if err != nil {
				return nil, err
			}
			return s.signed(seal, found...)
		})
	})
}

// Approve commits a batch: it signs the digest of exactly what is there, freezes
// the averages it rests on, and refuses when anything it rests on has changed since
// its horizon so that computing now would give something else.
func (b *Book) Approve(ctx context.Context, s *Session, id BatchID, digest string) (Batch, error) {
	if err := s.need(RoleApprover); err != nil {
		return Batch{}, err
	}
	fresh, err := b.stillHolds(ctx, id, Checked)
	if err != nil {
		return Batch{}, err
	}
	return b.withFindings(ctx, s, id, Checked, func(w *worked) (Batch, error) { return b.approve(ctx, s, id, digest, fresh, w) })
}

func (b *Book) approve(ctx context.Context, s *Session, id BatchID, digest string, fresh int64, w *worked) (Batch, error) {
	return b.step(ctx, s, id, []State{Checked}, EventBatchApproved, func(tx Tx, batch *Batch) ([]string, error) {
		seal, err := b.mayJudge(ctx, tx, s, *batch, digest)
		if err != nil {
			return nil, err
		}
		persons, err := registerOf(ctx, tx)
		if err != nil {
			return nil, err
		}
		if persons.same(batch.Checker, s.Actor.Name) {
			return nil, message.Err("batch.checker_approves", id)
		}
		head, err := tx.Head(ctx)
		if err != nil {
			return nil, err
		}
		if inputs, err := inputsBetween(ctx, tx, fresh, head.Position, batch.Channel); err != nil || len(inputs) > 0 {
			return nil, errors.Join(err, message.Err("batch.raced", id))
		}
		if batch.Kind == Reissue { // a bank may have answered in between
			if err := b.reissueHolds(ctx, tx, *batch); err != nil {
				return nil, err
			}
		}
		found, err := w.gate(ctx, tx, s, batch, true)
		if err != nil {
			return nil, err
		}
		batch.State, batch.Approver = Approved, s.Actor.Name
		frozen, err := b.freeze(ctx, tx, *batch, head.Position+1)
		if err != nil {
			return nil, err
		}
		if err := fundApproval(ctx, tx, batch, head.Position+1); err != nil {
			return nil, err
		}
		signed, err := s.signed(seal, found...)
		if err != nil {
			return nil, err
		}
		return append(signed, "facts", frozen), replaced(ctx, tx, batch, head.Position+1)
	})
}

// mayJudge refuses a checker or approver who made the batch or entered its inputs,
// one who saw something else, and rows that were edited. It gives the seal to be signed.
func (b *Book) mayJudge(ctx context.Context, tx Tx, s *Session, batch Batch, digest string) (Seal, error) {
	if digest != "" && (len(digest) < 8 || !strings.HasPrefix(batch.Digest, digest)) {
		return Seal{}, message.Err("batch.other_seal", batch.ID, batch.Digest[:8])
	}
	if what, err := handIn(ctx, tx, batch, s.Actor.Name); err != nil {
		return Seal{}, err
	} else if what != "" {
		return Seal{}, message.Err("batch.maker_judges", s.Actor.Name, batch.ID, what)
	}
	seal, err := intactSeal(ctx, tx, batch)
	if err != nil {
		return seal, err
	}
	return seal, sameSeal(ctx, tx, batch, seal)
}

// handIn says what somebody did to make a batch, under whatever name they acted; "" for nothing.
func handIn(ctx context.Context, r Reader, batch Batch, name string) (string, error) {
	makers, err := makersOf(ctx, r, batch)
	if err != nil {
		return "", err
	}
	persons, err := registerOf(ctx, r)
	if err != nil || makers[name] != "" {
		return makers[name], err
	}
	for _, maker := range sortedKeys(makers) {
		if persons.same(maker, name) {
			return "就是 " + maker + "，" + makers[maker], nil
		}
	}
	return "", nil
}

// makersOf are those who submitted the batch, also before it was sent back, or answered for
// whom it leaves out, and whoever entered its inputs since the last approved batch of the
// channel that took them all in; the value says what they did.
func makersOf(ctx context.Context, r Reader, batch Batch) (map[string]string, error) {
	makers := map[string]string{}
	batches, err := r.Batches(ctx)
	if err != nil {
		return nil, err
	}
	since := int64(0)
	for _, x := range batches {
		if x.Channel == batch.Channel && x.State.Committed() && x.Horizon < batch.Horizon && takesIn(x, batch) {
			since = max(since, x.Horizon)
		}
	}
	err = r.Events(ctx, since+1, batch.Horizon, func(e journal.Event) error {
		entered := e.Kind == EventImported
		if e.Kind == EventProposed {
			pairs, err := journal.ParsePayload(e.Payload)
			if err != nil {
				return err
			}
			entered = !aboutPeople(valueOf(pairs, "proposal")) // no batch rests on who may act
		}
		if entered {
			makers[e.Actor] = "录入了它依据的数据（日志第 " + num(e.Position) + " 条）"
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	head, err := r.Head(ctx)
	if err != nil {
		return nil, err
	}
	err = r.Events(ctx, batch.Horizon+1, head.Position, func(e journal.Event) error {
		what := map[string]string{EventBatchAnswered: "答复了它拒发的人员", EventBatchSubmitted: "提交过这个批次"}[e.Kind]
		if what == "" {
			return nil
		}
		pairs, err := journal.ParsePayload(e.Payload)
		if err == nil && valueOf(pairs, "batch") == batch.ID.String() {
			makers[e.Actor] = what
		}
		return err
	})
	if batch.Maker != "" {
		makers[batch.Maker] = "提交了这个批次"
	}
	return makers, err
}

// takesIn says whether everything that a batch could rest on at the horizon of an earlier one
// was judged with that: what pays again, or is narrowed to somebody, or to other months, has
// left inputs to the next, and with them the question who entered them.
func takesIn(earlier, batch Batch) bool {
	switch earlier.Kind {
	case Regular:
		return !earlier.Apart || batch.Kind == Regular && batch.Apart
	case BackPay:
		return batch.Kind == BackPay
	}
	return false
}

// stillHolds gives the journal position up to which a batch in the state is known to hold. When
// inputs came in after its horizon, the batch is computed again as known now and
// must come to the same digest. Errors: batch.tampered, batch.outdated of a draft, batch.stale of one that is submitted.
func (b *Book) stillHolds(ctx context.Context, id BatchID, state State) (int64, error) {
	var batch Batch
	var head journal.Head
	var inputs []input
	var names string
	err := b.view(ctx, func(r Reader) (err error) {
		if batch, err = batchOf(ctx, r, id); err != nil {
			return err
		}
		if head, err = r.Head(ctx); err != nil {
			return err
		}
		if batch.Kind == Reissue && batch.State == state {
			return b.reissueHolds(ctx, r, batch)
		}
		if inputs, err = inputsBetween(ctx, r, batch.Horizon, head.Position, batch.Channel); err != nil {
			return err
		}
		names, err = inputNames(ctx, r, inputs)
		return err
	})
	if err != nil || len(inputs) == 0 || batch.State != state || batch.Kind == Reissue {
		return head.Position, err
	}
	stale := message.Err("batch.stale", id, names)
	if state == Draft {
		stale = message.Err("batch.outdated", id, names, batch.again())
	}
	digest, horizon, err := b.recompute(ctx, batch)
	if err != nil {
		return 0, errors.Join(stale, err)
	}
	if digest == batch.Digest {
		return horizon, nil
	}
	// A file is not blamed for rows that somebody has edited behind the program's back.
	if err := b.view(ctx, func(r Reader) error { return intact(ctx, r, batch) }); err != nil {
		return 0, err
	}
	return 0, stale
}

// again is the command that computes a batch again.
func (b *Batch) again() string {
	if b.Kind == Correction {
		return "rerun " + b.ID.Month().String()
	}
	return "run " + b.ID.Month().String()
}

// input is something that came into the book and on which a batch may rest.
type input struct {
	event journal.Event
	batch BatchID // another batch of the channel, which began or ceased to count; 0 for anything else
}

// inputsBetween are the events in (after, upto] that a batch of the channel may rest on.
func inputsBetween(ctx context.Context, r Reader, after, upto int64, channel string) (list []input, err error) {
	var moved []input // batches of whatever channel
	err = r.Events(ctx, after+1, upto, func(e journal.Event) error {
		switch e.Kind {
		case EventImported, EventProposalAccepted:
			list = append(list, input{event: e})
		case EventBatchApproved, EventBatchCancelled:
			pairs, err := journal.ParsePayload(e.Payload)
			if err != nil {
				return err
			}
			if e.Kind == EventBatchCancelled && valueOf(pairs, "proposal") == "" { // it never counted
				return nil
			}
			id, err := ParseBatchID(valueOf(pairs, "batch"))
			moved = append(moved, input{e, id})
			return err
		}
		return nil
	})
	for _, x := range moved {
		if err != nil {
			break
		}
		var other Batch
		if other, err = r.Batch(ctx, x.batch); err == nil && other.Channel == channel {
			list = append(list, x)
		}
	}
	return list, err
}

// inputNames names inputs as whoever brought them in knows them: files, titles of proposals, numbers of batches.
func inputNames(ctx context.Context, r Reader, list []input) (string, error) {
	if len(list) == 0 {
		return "", nil
	}
	imports, err := r.Imports(ctx)
	if err != nil {
		return "", err
	}
	files := map[int64]string{}
	for _, x := range imports {
		files[x.Position] = x.File
	}
	var names []string
	for _, x := range list {
		name := files[x.event.Position]
		switch {
		case x.batch != 0:
			name = x.batch.String()
		case name == "":
			pairs, err := journal.ParsePayload(x.event.Payload)
			if err != nil {
				return "", err
			}
			p, err := r.Proposal(ctx, parseNum(valueOf(pairs, "proposal")))
			if err != nil {
				return "", err
			}
			name = p.Title
		}
		if name += " " + x.event.Actor + " " + calendar.DateIn(x.event.Time, zone).String(); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return namesOf(names), nil
}

// recompute computes a batch as known now without writing anything, and gives the
// digest it would have, with the answers that were given, and the horizon used.
func (b *Book) recompute(ctx context.Context, batch Batch) (string, int64, error) {
	only, err := ParseNarrow(batch.Narrowed)
	if err != nil {
		return "", 0, err
	}
	c, err := b.prepareAt(ctx, batch.ID.Month(), batch.Kind, only, 0)
	if err != nil {
		return "", 0, err
	}
	digest, err := b.digestAsComputed(ctx, c, batch, newSealer())
	return digest, c.horizon, err
}

// digestAsComputed is the digest that a computation gives to a batch's id. seal is new; it may
// also write what it digests.
func (b *Book) digestAsComputed(ctx context.Context, c *calc, batch Batch, seal *sealer) (string, error) {
	if batch.RulesVersion != rules.Version {
		return "", message.Err("batch.rules_version", batch.ID, batch.RulesVersion, rules.Version)
	}
	answers := map[int64]string{}
	err := b.view(ctx, func(r Reader) error {
		return r.Settlements(ctx, batch.ID, func(s Settlement) error {
			if s.Answer != "" {
				answers[s.Person] = s.Answer
			}
			return nil
		})
	})
	if err != nil {
		return "", err
	}
	d := &draft{Batch: batch, texts: map[string]int{}, seal: seal}
	err = b.compute(ctx, c, func(_ context.Context, chunk []personResult) error {
		for i := range chunk {
			for j := range chunk[i].parts {
				if part := &chunk[i].parts[j]; part.channel == batch.Channel {
					part.settlement.Answer = answers[part.settlement.Person]
					d.add(part)
				}
			}
		}
		d.fresh = nil
		return nil
	})
	if err != nil {
		return "", err
	}
	d.payments()
	d.Averages = averagesOf(c, c.fresh(), batch.Channel)
	return d.seal.sum(d.Batch), nil
}

// Recompute proves that a batch, computed again as known at its horizon, gives the
// same digest. For a committed batch what was committed later does not count. Every
// month is worked out again for everybody, also those that the run could leave out. Error:
// evidence.erased of a batch in which somebody was erased.
func (b *Book) Recompute(ctx context.Context, id BatchID) (string, error) {
	if err := b.view(ctx, func(r Reader) error {
		at, err := touchedBy(ctx, r, id)
		if err == nil && at != 0 {
			err = message.Err("evidence.erased", id, at)
		}
		return err
	}); err != nil {
		return "", err
	}
	return b.recomputed(ctx, id, newSealer())
}

// RecomputeTo is Recompute that writes the rows it computes into a folder, in files as
// Evidence has them.
func (b *Book) RecomputeTo(ctx context.Context, id BatchID, folder Folder) (string, error) {
	seal := newSealerTo(folder, SealedDir, allSections)
	digest, err := b.recomputed(ctx, id, seal)
	return digest, errors.Join(err, seal.close())
}

func (b *Book) recomputed(ctx context.Context, id BatchID, seal *sealer) (string, error) {
	batch, err := b.Batch(ctx, id)
	if err != nil {
		return "", err
	}
	if batch.Kind == Reissue { // it was computed from payments, and those are in its rows
		var digest string
		err := b.view(ctx, func(r Reader) (err error) { digest, err = seal.digest(ctx, r, id, batch); return err })
		return digest, err
	}
	only, err := ParseNarrow(batch.Narrowed)
	if err != nil {
		return "", err
	}
	c, err := b.prepareAt(ctx, batch.ID.Month(), batch.Kind, only, batch.Horizon)
	if err != nil {
		return "", err
	}
	c.unchanged.all = true
	return b.digestAsComputed(ctx, c, batch, seal)
}

// freeze records the averages that an approval makes final, as facts of the world,
// and gives the digest over their commitments, as an import does for its facts.
func (b *Book) freeze(ctx context.Context, tx Tx, batch Batch, at int64) (string, error) {
	list := make([]Fact, 0, len(batch.Averages))
	for _, a := range batch.Averages {
		body, err := json.Marshal(a)
		if err != nil {
			return "", err
		}
		list = append(list, Fact{Kind: facts.KindAverage, Key: a.Item + "|" + a.Group + "|" + a.Month.String(), From: a.Month.First(),
			To: calendar.Forever, KnownFrom: at, Body: string(body)})
	}
	digest, err := b.saltFacts(list)
	if err != nil {
		return "", err
	}
	return digest, tx.PutFacts(ctx, list)
}

// Reject sends a submitted or checked batch back to its maker as a draft.
func (b *Book) Reject(ctx context.Context, s *Session, id BatchID, reason string) (Batch, error) {
	if err := s.need(RoleChecker, RoleApprover); err != nil {
		return Batch{}, err
	}
	if strings.TrimSpace(reason) == "" {
		return Batch{}, message.Err("payroll.reason_needed")
	}
	return b.step(ctx, s, id, []State{Submitted, Checked}, EventBatchRejected, func(_ Tx, batch *Batch) ([]string, error) {
		batch.State, batch.Maker, batch.Checker = Draft, "", ""
		return []string{"reason", reason}, nil
	})
}

// Rejection is one time that a batch was sent back to its maker.
type Rejection struct {
	Time   time.Time
	Actor  string
	Reason string
}

// Rejections gives the times that a batch was sent back since it was computed, in their order;
// a batch computed again has none.
func (b *Book) Rejections(ctx context.Context, id BatchID) (list []Rejection, err error) {
	err = b.view(ctx, func(r Reader) error {
		batch, err := batchOf(ctx, r, id)
		if err == nil {
			list, err = rejections(ctx, r, batch)
		}
		return err
	})
	return list, err
}

func rejections(ctx context.Context, r Reader, batch Batch) (list []Rejection, err error) {
	head, err := r.Head(ctx)
	if err != nil {
		return nil, err
	}
	err = r.Events(ctx, batch.Horizon+1, head.Position, func(e journal.Event) error {
		if e.Kind != EventBatchRejected {
			return nil
		}
		pairs, err := journal.ParsePayload(e.Payload)
		if err == nil && valueOf(pairs, "batch") == batch.ID.String() {
			list = append(list, Rejection{e.Time, e.Actor, valueOf(pairs, "reason")})
		}
		return err
	})
	return list, err
}

// Cancel gives up a batch that is not approved. An approved one takes a second
// actor: Cancel then makes a proposal and gives its position.
func (b *Book) Cancel(ctx context.Context, s *Session, id BatchID, reason string) (proposal int64, err error) {
	if err := s.need(RoleMaker); err != nil {
		return 0, err
	}
	if strings.TrimSpace(reason) == "" {
		return 0, message.Err("payroll.reason_needed")
	}
	batch, err := b.Batch(ctx, id)
	if err != nil {
		return 0, err
	}
	if batch.State == Approved {
		err = b.update(ctx, func(tx Tx) (err error) {
			proposal, err = b.propose(ctx, tx, s, ProposeVoid, "作废批次 "+id.String(), withdrawal{Batch: id, Reason: reason})
			return err
		})
		return proposal, err
	}
	_, err = b.step(ctx, s, id, []State{Draft, Submitted, Checked}, EventBatchCancelled, func(_ Tx, batch *Batch) ([]string, error) {
		batch.State = Cancelled
		return []string{"reason", reason}, nil
	})
	return 0, err
}

// void takes back an approved batch before anything left the house. The averages
// it froze go with it. A later committed batch of the channel rests on it and forbids it.
func (b *Book) void(ctx context.Context, tx Tx, s *Session, w withdrawal, note []string) (int64, error) {
	batch, err := batchOf(ctx, tx, w.Batch)
	if err != nil {
		return 0, err
	}
	if batch.State != Approved {
		return 0, message.Err("batch.state", batch.ID, batch.State.Chinese(), EventChinese(EventBatchCancelled))
	}
	if files, err := tx.Exports(ctx, batch.ID); err != nil {
		return 0, err
	} else if len(files) > 0 { // one may have reached the bank
		return 0, message.Err("batch.export_begun", batch.ID)
	}
	batches, err := tx.Batches(ctx)
	if err != nil {
		return 0, err
	}
	for _, x := range batches {
		if x.Channel == batch.Channel && x.State.Committed() && x.Horizon > batch.Horizon && x.ID != batch.ID {
			return 0, message.Err("batch.rested_on", batch.ID, x.ID)
		}
	}
	last, err := tx.LastPerson(ctx)
	if err != nil {
		return 0, err
	}
	head, err := tx.Head(ctx)
	if err != nil {
		return 0, err
	}
	err = tx.Entries(ctx, EntryQuery{Horizon: head.Position, First: 1, Last: last}, func(e Entry) error {
		if e.Origin == batch.ID { // somebody has repaid what it charged, or was forgiven it
			return message.Err("batch.relieved", batch.ID, e.Person)
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	var frozen []Fact
	err = tx.Facts(ctx, FactQuery{Kinds: []facts.Kind{facts.KindAverage}}, func(f Fact) error {
		for _, a := range batch.Averages {
			if f.Key == a.Item+"|"+a.Group+"|"+a.Month.String() {
				frozen = append(frozen, f)
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	e, err := b.record(ctx, tx, s, EventBatchCancelled, append(note, "batch", batch.ID.String(), "digest", batch.Digest, "reason", w.Reason)...)
	if err != nil {
		return 0, err
	}
	if err := tx.EndFacts(ctx, frozen, e.Position); err != nil {
		return 0, err
	}
	if err := restored(ctx, tx, &batch, e.Position); err != nil {
		return 0, err
	}
	if err := fundVoid(ctx, tx, &batch, e.Position); err != nil {
		return 0, err
	}
	batch.State = Cancelled
	return e.Position, tx.SetBatch(ctx, batch, Approved)
}
