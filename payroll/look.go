package payroll

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"zhida/payroll/checks"
	"zhida/payroll/journal"
	"zhida/rules"
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/message"
	"zhida/rules/money"
)

// A run keeps what the checks and the comparison found in its draft, for pages: the event of the run names the digest of it. Nothing rests
// on it. Submission, check and approval look anew, and what is not kept is worked out by whoever asks.

// Looked is what the checks found in a draft when it was computed.
type Looked struct {
	Checking
	Since int64 // events of the journal since: what they brought in the checks have not seen
}

// Comparison is what makes a batch differ from the month before, or a correction from the month as it stood, added up.
type Comparison struct {
	Bridge        Bridge
	Entered, Left int                        // people
	Parts         map[string]*ComparisonPart // by StepKey, "" for all

	entered, left int64 // the last of them
}

// ComparisonPart are the changes of one step of the bridge: the greatest of them as people come, and all added up.
type ComparisonPart struct {
	Rows []ReportChange
	More int // changes that are not among Rows
	Sum  ChangeSum
	Sums []ChangeSum // by causes, what differs, and township; the most money that moved first
}

// ChangeSum is what changes come to.
type ChangeSum struct {
	Causes, Subject string // Chinese
	Township        string // code
	Count           int
	Before, Now     money.Fen
	Up, Down        money.Fen // of which more, and less
}

// mostChanges is how many rows of a part are kept, the greatest; the workbook has all.
const mostChanges = 500

// StepKey names a step of a bridge.
func StepKey(part string, causes []string) string {
	return strings.Join(append([]string{part}, causes...), " ")
}

// Add counts a change in; people come in order.
func (x *Comparison) Add(c ReportChange) {
	x.Bridge.Add(c)
	if c.Entered && c.Person != x.entered {
		x.entered = c.Person
		x.Entered++
	}
	if c.Left && c.Person != x.left {
		x.left = c.Person
		x.Left++
	}
	if x.Parts == nil {
		x.Parts = map[string]*ComparisonPart{}
	}
	for _, key := range []string{"", StepKey(c.Part, c.Causes)} {
		if x.Parts[key] == nil {
			x.Parts[key] = &ComparisonPart{}
		}
		x.Parts[key].add(c)
	}
}

func (p *ComparisonPart) add(c ReportChange) {
	p.Sum.add(c)
	causes, subject := VarianceChinese(c.Causes), c.Subject()
	i := slices.IndexFunc(p.Sums, func(s ChangeSum) bool { return s.Township == c.Township && s.Subject == subject && s.Causes == causes })
	if i < 0 {
		i = len(p.Sums)
		p.Sums = append(p.Sums, ChangeSum{Causes: causes, Subject: subject, Township: c.Township})
	}
	p.Sums[i].add(c)
	p.Rows = append(p.Rows, c)
	if len(p.Rows) >= 2*mostChanges {
		p.cut()
	}
}

// cut keeps the greatest changes, of those that are as great the first, in the order in which they came: among a hundred thousand ordinary changes
// the one of ten times the pay stands on the page.
func (p *ComparisonPart) cut() {
	more := len(p.Rows) - mostChanges
	if more <= 0 {
		return
	}
	sizes := make([]money.Fen, len(p.Rows))
	for i, c := range p.Rows {
		sizes[i] = c.Size()
	}
	slices.Sort(sizes)
	least := sizes[more] // that is kept
	as := 0              // how many of that size are kept
	for _, x := range sizes[more:] {
		if x == least {
			as++
		}
	}
	p.Rows = slices.DeleteFunc(p.Rows, func(c ReportChange) bool {
		if c.Size() == least {
			as--
			return as < 0
		}
		return c.Size() < least
	})
	p.More += more
}

// Size is how much a change moves, whichever way.
func (c ReportChange) Size() money.Fen { return max(c.Now-c.Before, c.Before-c.Now) }

func (s *ChangeSum) add(c ReportChange) {
	s.Count++
	s.Before, s.Now = s.Before+c.Before, s.Now+c.Now
	s.Up, s.Down = s.Up+max(c.Now-c.Before, 0), s.Down+min(c.Now-c.Before, 0)
}

// finish puts everything in order. What goes up and down again is not out of sight: sums are ordered by what moved, whichever way.
func (x *Comparison) finish(head *ReportHead) {
	x.Bridge.Before, x.Bridge.Now = head.PreviousNet, head.MonthNet
	x.Bridge.Sort()
	for _, p := range x.Parts {
		p.cut()
		slices.SortFunc(p.Sums, func(a, b ChangeSum) int {
			return cmp.Or(cmp.Compare(b.Up-b.Down, a.Up-a.Down), cmp.Compare(a.Causes, b.Causes), cmp.Compare(a.Subject, b.Subject), cmp.Compare(a.Township, b.Township))
		})
	}
}

// The parts of a look. The first names the digests of the others, and the event of the run that of the first.
const (
	lookHead     = "head"
	lookFindings = "findings"
	lookGroups   = "groups" // of a regular run: what everybody comes to, where sums say it
	lookStep     = "step "  // followed by a StepKey
)

// lookedHead is the part of a look that every page of it reads.
type lookedHead struct {
	Batch         string
	Digest        string // of the batch
	Position      int64  // of the journal's head when the checks looked
	Day           calendar.Date
	States        []checks.State
	Comparison    string // what the comparison rests on, see comparisonKey
	Bridge        Bridge
	Entered, Left int
	Parts         map[string]string // digests of the other parts
}

// looks works out what the pages of each channel's draft show.
func (w *stage) looks(ctx context.Context) (map[string]map[string]string, error) {
	looks := map[string]map[string]string{}
	for i, channel := range w.calc.channels {
		tell(ctx, "progress.look", int64(i), int64(len(w.calc.channels)))
		d := w.drafts[channel]
		if d.empty() {
			continue
		}
		found, err := w.lookAt(ctx, d)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil { // submission says why; a run does not fail for it
			continue
		}
		if looks[channel], err = w.keep(ctx, d, found); err != nil {
			return nil, err
		}
	}
	return looks, nil
}

// lookAt lets the checks look at a draft while it is staged; who makes it is known when it is submitted.
func (w *stage) lookAt(ctx context.Context, d *draft) (*worked, error) {
	staged := d.Batch
	staged.ID = d.scratch
	var broken []BrokenRule
	if w.calc.ruled {
		broken = brokenRules(w.calc.eval, w.calc.world, w.calc.month)
	}
	return w.book.workOutWith(ctx, staged, staged.Maker, w.book.today(), checks.Run, broken, w.calc.ruled)
}

// keep writes down what was found, part by part.
func (w *stage) keep(ctx context.Context, d *draft, found *worked) (map[string]string, error) {
	x := &found.compared
	h := lookedHead{Batch: d.ID.String(), Digest: d.Digest, Position: found.position, Day: found.Day, States: found.States, Bridge: x.Bridge, Entered: x.Entered, Left: x.Left, Parts: map[string]string{}}
	err := w.book.view(ctx, func(r Reader) (err error) {
		h.Comparison, err = comparisonKey(ctx, r, d.Batch)
		return err
	})
	if err != nil {
		return nil, err
	}
	parts := map[string]any{lookFindings: found.Findings}
	for key, p := range x.Parts {
		parts[lookStep+key] = p
	}
	if o, ok := w.calc.eval.Observed(w.calc.month); ok && d.Kind == Regular {
		parts[lookGroups] = o
	}
	bodies := map[string]string{}
	for name, part := range parts {
		text, err := json.Marshal(part)
		if err != nil {
			return nil, err
		}
		bodies[name], h.Parts[name] = string(text), lookDigest(text)
	}
	text, err := json.Marshal(h)
	bodies[lookHead] = string(text)
	return bodies, err
}

func lookDigest(text []byte) string {
	h := journal.NewHash()
	h.Write(text)
	return hexOf(h.Sum(nil))
}

// keptLook reads the head of what a run kept of a batch and holds it against the event of the run. Errors: ErrNotFound, finding.tampered.
func keptLook(ctx context.Context, r Reader, batch Batch) (h lookedHead, err error) {
	text, err := r.LookPart(ctx, batch.ID, lookHead)
	if err != nil {
		return h, err
	}
	head, err := r.Head(ctx)
	if err != nil {
		return h, err
	}
	signed := ""
	err = r.Events(ctx, batch.Horizon+1, head.Position, func(e journal.Event) error {
		if e.Kind != EventBatchComputed {
			return nil
		}
		pairs, err := journal.ParsePayload(e.Payload)
		if look := lookIn(pairs, batch.ID); look != "" {
			signed = look
		}
		return err
	})
	if err != nil {
		return h, err
	}
	if signed != lookDigest([]byte(text)) {
		return h, message.Err("finding.tampered", batch.ID)
	}
	err = json.Unmarshal([]byte(text), &h)
	if err == nil && (h.Batch != batch.ID.String() || h.Digest != batch.Digest) {
		err = ErrNotFound
	}
	return h, err
}

// lookIn is the digest of what a run kept of a batch; "" where its event names none.
func lookIn(pairs []string, id BatchID) string {
	batch := ""
	for i := 0; i+1 < len(pairs); i += 2 {
		switch pairs[i] {
		case "batch":
			batch = pairs[i+1]
		case "look":
			if batch == id.String() {
				return pairs[i+1]
			}
		}
	}
	return ""
}

// part reads one of the other parts into a value. Error: finding.tampered.
func (h *lookedHead) part(ctx context.Context, r Reader, id BatchID, name string, into any) error {
	text, err := h.text(ctx, r, id, name)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, into)
}

func (h *lookedHead) text(ctx context.Context, r Reader, id BatchID, name string) ([]byte, error) {
	text, err := r.LookPart(ctx, id, name)
	if errors.Is(err, ErrNotFound) || err == nil && lookDigest([]byte(text)) != h.Parts[name] {
		err = message.Err("finding.tampered", id)
	}
	return []byte(text), err
}

// lookHolds holds all that is kept of a batch against the event of the run. Error: finding.tampered.
func lookHolds(ctx context.Context, r Reader, batch Batch) error {
	h, err := keptLook(ctx, r, batch)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	for _, name := range sortedKeys(h.Parts) {
		if err == nil {
			_, err = h.text(ctx, r, batch.ID, name)
		}
	}
	return err
}

// mostMoved is how many persons may have become others since a run, before observing everybody costs no more than they do.
const mostMoved = chunkSize

// observedByRun takes in what the run of a month has observed of everybody, with those as they are now about whom something has become
// known since; ok says whether that could be told. Means that an approval has frozen since are those that the run computed.
func observedByRun(ctx context.Context, r Reader, c *calc, batches []Batch) (ok bool, err error) {
	var last Batch
	for _, x := range batches {
		if x.Kind == Regular && x.ID.Month() == c.month && x.State != Cancelled && x.Horizon > last.Horizon && x.Horizon <= c.horizon && x.RulesVersion == rules.Version {
			last = x
		}
	}
	if last.ID == 0 || slices.ContainsFunc(c.policies, func(p AdoptedPolicy) bool { return p.Position > last.Horizon || p.Withdrawn > last.Horizon }) {
		return false, nil
	}
	persons, err := movedSince(ctx, r, c, last.Horizon)
	if err != nil || persons == nil {
		return false, err
	}
	h, err := keptLook(ctx, r, last)
	if errors.Is(err, ErrNotFound) || err == nil && h.Parts[lookGroups] == "" {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	var o rules.Observed
	if err := h.part(ctx, r, last.ID, lookGroups, &o); err != nil {
		return false, err
	}
	c.eval.Take(c.month, o)
	if len(persons) == 0 {
		return true, nil
	}
	var before, now []facts.Person
	for _, no := range sortedNumbers(persons) {
		was, _, err := loadPersons(ctx, r, last.Horizon, no, no)
		if err != nil {
			return false, err
		}
		is, _, err := loadPersons(ctx, r, c.horizon, no, no)
		if err != nil {
			return false, err
		}
		before, now = append(before, was...), append(now, is...)
	}
	if c.eval.Move(before, now) {
		return true, nil
	}
	return false, c.evaluate() // anew, with nothing observed
}

// movedSince are the persons of whom something has become known since a position that decides what is due; nil where what everybody
// rests on has, or so many have moved that it is all the same.
func movedSince(ctx context.Context, r Reader, c *calc, since int64) (persons map[int64]bool, err error) {
	persons = map[int64]bool{}
	err = r.ChangedSince(ctx, since, c.horizon, func(f Fact) error {
		switch {
		case f.Commitment != "": // nobody can say any more what it was
			return errEnough
		case f.Kind == facts.KindAverage, f.Person != 0 && payoutOnly(f.Kind):
			return nil
		case f.Person == 0 && (f.Kind == facts.KindPlace || c.program.Reads(c.month, f.Kind)):
			return errEnough
		case f.Person == 0:
			return nil
		}
		if persons[f.Person] = true; len(persons) > mostMoved {
			return errEnough
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		return nil, nil
	}
	return persons, err
}

// Looked gives what the checks found in a draft when it was computed. Errors: batch.missing, finding.tampered, ErrNotFound where nothing was
// kept, or the batch is no draft any more: what counts then is Checking.
func (b *Book) Looked(ctx context.Context, id BatchID) (x Looked, err error) {
	err = b.view(ctx, func(r Reader) error {
		batch, err := batchOf(ctx, r, id)
		if err != nil {
			return err
		}
		if batch.State != Draft {
			return ErrNotFound
		}
		h, err := keptLook(ctx, r, batch)
		if err != nil {
			return err
		}
		x.Batch, x.Day, x.States = id, h.Day, h.States
		if err := h.part(ctx, r, id, lookFindings, &x.Findings); err != nil {
			return err
		}
		head, err := r.Head(ctx)
		x.Since = head.Position - h.Position - 1 // the event of the run itself
		return err
	})
	return x, err
}

// KeptComparison gives what a run kept of the comparison, of its parts that of one step alone. Errors: batch.missing, finding.tampered,
// ErrNotFound where nothing was kept, or what it rests on has changed since.
func (b *Book) KeptComparison(ctx context.Context, id BatchID, step string) (head ReportHead, x *Comparison, err error) {
	err = b.view(ctx, func(r Reader) error {
		batch, err := batchOf(ctx, r, id)
		if err != nil {
			return err
		}
		h, err := keptLook(ctx, r, batch)
		if err != nil {
			return err
		}
		key, err := comparisonKey(ctx, r, batch)
		if err != nil {
			return err
		}
		if key != h.Comparison {
			return ErrNotFound
		}
		p, _, err := b.light(ctx, r, id)
		if err != nil {
			return err
		}
		if err := p.findPrevious(); err != nil {
			return err
		}
		head, x = p.head, &Comparison{Bridge: h.Bridge, Entered: h.Entered, Left: h.Left, Parts: map[string]*ComparisonPart{}}
		if h.Bridge.Before != head.PreviousNet || h.Bridge.Now != head.MonthNet {
			return message.Err("finding.tampered", id)
		}
		if h.Parts[lookStep+step] == "" { // no such step
			return nil
		}
		part := &ComparisonPart{}
		x.Parts[step] = part
		return h.part(ctx, r, id, lookStep+step, part)
	})
	return head, x, err
}

// Compare works out what makes a batch differ from the month before; nothing where there is none. Error: batch.missing.
func (b *Book) Compare(ctx context.Context, id BatchID) (head ReportHead, x *Comparison, err error) {
	err = b.view(ctx, func(r Reader) error {
		light, _, err := b.light(ctx, r, id)
		if err != nil {
			return err
		}
		if err := light.findPrevious(); err != nil {
			return err
		}
		if head, x = light.head, (&Comparison{}); !head.Compared() {
			return nil
		}
		p, err := newComparing(ctx, r, head.Batch)
		if err != nil {
			return err
		}
		err = p.Changes(func(c ReportChange) error { x.Add(c); return nil })
		x.finish(&head)
		return err
	})
	return head, x, err
}

// ComparisonKey names everything that a comparison rests on. Error: batch.missing.
func (b *Book) ComparisonKey(ctx context.Context, id BatchID) (key string, err error) {
	err = b.view(ctx, func(r Reader) error {
		batch, err := batchOf(ctx, r, id)
		if err != nil {
			return err
		}
		key, err = comparisonKey(ctx, r, batch)
		return err
	})
	return key, err
}

// comparisonKey is the digest of the batch, the batches committed before it, and the documents. What came in since the batch was computed
// is not among it.
func comparisonKey(ctx context.Context, r Reader, batch Batch) (string, error) {
	batches, err := r.Batches(ctx)
	if err != nil {
		return "", err
	}
	h := journal.NewHash()
	fmt.Fprintln(h, batch.ID, batch.Digest)
	for _, x := range batches {
		if x.State.Committed() && x.Horizon < batch.Horizon {
			fmt.Fprintln(h, x.ID, x.Digest)
		}
	}
	policies, err := r.AllPolicies(ctx)
	for _, x := range policies {
		fmt.Fprintln(h, x.Position, x.Withdrawn)
	}
	return hexOf(h.Sum(nil)), err
}
