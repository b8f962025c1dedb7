package payroll

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"zhida/payroll/checks"
	"zhida/payroll/journal"
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/message"
)

// Checking is what the checks found in a batch on a day, with what was answered. It is
// worked out and fixed when the batch is submitted; check and approval find the same, or
// are refused.
type Checking struct {
	Batch    BatchID
	Day      calendar.Date
	States   []checks.State // how each check ended: what was not run is said
	Findings []CheckFinding
}

// CheckFinding is a finding with its number in the batch, from 1, and its answer.
type CheckFinding struct {
	checks.Finding
	Seq        int
	Answer     string // why it is in order; empty while it is open
	Paper      string // document of the answer
	AnsweredBy string
	AnsweredAt int64 // journal position; of a standing check it may lie before the batch
}

// Open says whether nobody has answered.
func (f *CheckFinding) Open() bool { return f.Answer == "" }

// Count counts findings of a severity, and those of them that are open.
func (c *Checking) Count(s checks.Severity) (all, open int) {
	for i := range c.Findings {
		if f := &c.Findings[i]; f.Severity == s {
			all++
			if f.Open() {
				open++
			}
		}
	}
	return all, open
}

// EventFindingsAnswered records an answer to findings of a submitted batch.
const EventFindingsAnswered = "batch.findings_answered"

// digest covers day, states, findings and answers.
func (c *Checking) digest() string {
	s := newSection()
	c.rows(s, true)
	return hexOf(s.h.Sum(nil))
}

// found covers the same without the answers, which come after the seal.
func (c *Checking) found() string {
	s := newSection()
	c.rows(s, false)
	return hexOf(s.h.Sum(nil))
}

func (c *Checking) rows(s *section, answers bool) {
	s.row("zhida-findings", "1", c.Batch.String(), c.Day.String())
	for _, x := range c.States {
		f := []string{"check", x.Check, yesNo(x.Ran), strconv.Itoa(x.Found), x.AsOf.String()}
		for _, l := range x.Lacking {
			f = append(f, string(l))
		}
		s.row(f...)
	}
	for i := range c.Findings {
		f := &c.Findings[i]
		row := []string{"finding", strconv.Itoa(f.Seq), f.Mark(), f.Name}
		if answers {
			row = append(row, f.Answer, f.Paper, f.AnsweredBy, num(f.AnsweredAt))
		}
		s.row(row...)
	}
}

// pairs are what an event says about the findings.
func (c *Checking) pairs() []string {
	stop, openStop := c.Count(checks.Stop)
	review, openReview := c.Count(checks.Review)
	return []string{"answers", c.digest(), "stop", strconv.Itoa(stop), "open_stop", strconv.Itoa(openStop), "review", strconv.Itoa(review), "open_review", strconv.Itoa(openReview)}
}

// Checking gives what was fixed at the submission of a batch; of a draft, and of a batch
// that an earlier program submitted, what the checks find today.
func (b *Book) Checking(ctx context.Context, id BatchID) (c Checking, err error) {
	var batch Batch
	err = b.view(ctx, func(r Reader) error {
		if batch, err = batchOf(ctx, r, id); err != nil || batch.State == Draft {
			return err
		}
		c, err = fixedChecking(ctx, r, batch)
		return err
	})
	if err != nil || c.Batch != 0 {
		return c, err
	}
	w, err := b.workOut(ctx, batch, batch.Maker, b.today(), checks.Run)
	return w.Checking, err
}

// Now is the moment by the book's clock, which in a rehearsal is not the clock on the wall.
func (b *Book) Now() time.Time { return b.now() }

func (b *Book) today() calendar.Date { return calendar.DateIn(b.now(), zone) }

// fixedChecking reads what was fixed at submission and holds it against the digest in the
// journal; it is empty when nothing was. Error: finding.tampered.
func fixedChecking(ctx context.Context, r Reader, batch Batch) (c Checking, err error) {
	if c, err = r.Checking(ctx, batch.ID); err != nil {
		if errors.Is(err, ErrNotFound) {
			return Checking{}, nil
		}
		return c, err
	}
	head, err := r.Head(ctx)
	if err != nil {
		return c, err
	}
	signed := ""
	err = r.Events(ctx, batch.Horizon, head.Position, func(e journal.Event) error {
		if !strings.HasPrefix(e.Kind, "batch.") {
			return nil
		}
		pairs, err := journal.ParsePayload(e.Payload)
		if digest := valueOf(pairs, "answers"); err == nil && digest != "" && valueOf(pairs, "batch") == batch.ID.String() {
			signed = digest
		}
		return err
	})
	if err != nil {
		return c, err
	}
	left, err := remaindersOf(ctx, r, batch.ID)
	if err == nil && signed != left.sealed(sectionAnswers, c.digest()) {
		err = message.Err("finding.tampered", batch.ID)
	}
	return c, err
}

// worked is what the checks find now, and the journal position at which they looked.
type worked struct {
	Checking
	position  int64
	compared  Comparison      // with the month before
	concerned map[string]bool // actors whose own amount changed, or that of their kin: they judge no such batch
}

var errMoved = errors.New("payroll: the journal moved while the checks looked")

// withFindings works the findings of a batch out and hands them to a step of its life. The
// looking takes longer than a transaction should: when the journal has moved in between,
// it looks again. A batch in another state than the step is for is left to the step to refuse.
func (b *Book) withFindings(ctx context.Context, s *Session, id BatchID, from State, step func(*worked) (Batch, error)) (Batch, error) {
	for range 3 {
		batch, err := b.Batch(ctx, id)
		if err != nil {
			return batch, err
		}
		w := &worked{}
		if batch.State == from {
			day, maker := b.today(), s.Actor.Name
			if from != Draft { // what depends on the day is held against the day of the submission
				maker = batch.Maker
				err := b.view(ctx, func(r Reader) error {
					fixed, err := r.Checking(ctx, id)
					if err == nil {
						day = fixed.Day
					}
					if errors.Is(err, ErrNotFound) {
						return nil
					}
					return err
				})
				if err != nil {
					return batch, err
				}
			}
			if w, err = b.workOut(ctx, batch, maker, day, checks.Run); err != nil {
				return batch, err
			}
		}
		if batch, err = step(w); !errors.Is(err, errMoved) {
			return batch, err
		}
	}
	return Batch{}, message.Err("batch.raced", id)
}

func (w *worked) unmoved(ctx context.Context, r Reader) error {
	head, err := r.Head(ctx)
	if err == nil && head.Position != w.position {
		err = errMoved
	}
	return err
}

// fix keeps what was found at submission. Answers that were given to the same findings
// before stay: in this batch before it was sent back, and of standing checks in the last
// batch of the channel; those to stops of whoever made this batch do not. Error: finding.tampered.
func (w *worked) fix(ctx context.Context, tx Tx, batch *Batch) ([]string, error) {
	if err := w.unmoved(ctx, tx); err != nil {
		return nil, err
	}
	answered := map[string]*CheckFinding{}
	keep := func(of Batch, key func(*CheckFinding) string) error {
		before, err := fixedChecking(ctx, tx, of) // an answer that somebody wrote behind the program's back is none
		for i := range before.Findings {
			if f := &before.Findings[i]; !f.Open() && key(f) != "" {
				answered[key(f)] = f
			}
		}
		return err
	}
	standing := map[string]bool{}
	for _, c := range checks.List() {
		standing[c.Code] = c.Standing
	}
	lasting := func(f *CheckFinding) string {
		if !standing[f.Check] {
			return ""
		}
		return "lasting" + f.Lasting()
	}
	batches, err := tx.Batches(ctx)
	if err != nil {
		return nil, err
	}
	last := Batch{}
	for _, x := range batches {
		if x.Channel == batch.Channel && x.State.Committed() && x.Horizon < batch.Horizon && x.Horizon > last.Horizon {
			last = x
		}
	}
	if err := errors.Join(keep(last, lasting), keep(*batch, func(f *CheckFinding) string { return f.Mark() })); err != nil {
		return nil, err
	}
	for i := range w.Findings {
		f := &w.Findings[i]
		for _, key := range []string{lasting(f), f.Mark()} {
			if old := answered[key]; old != nil && key != "" {
				if f.Severity == checks.Stop { // who answered it may have made this batch since
					what, err := handIn(ctx, tx, *batch, old.AnsweredBy)
					if err != nil {
						return nil, err
					}
					if what != "" {
						continue
					}
				}
				f.Answer, f.Paper, f.AnsweredBy, f.AnsweredAt = old.Answer, old.Paper, old.AnsweredBy, old.AnsweredAt
			}
		}
	}
	return w.pairs(), tx.PutChecking(ctx, w.Checking)
}

// gate lets a checker or approver go on: the findings are those of the submission, none is
// about them, stops are answered and for an approval reviews as well. It gives what the event
// says. Errors: finding.differ, finding.own_approval, finding.stop_open, finding.review_open,
// finding.tampered.
func (w *worked) gate(ctx context.Context, tx Tx, s *Session, batch *Batch, reviewsToo bool) ([]string, error) {
	if err := w.unmoved(ctx, tx); err != nil {
		return nil, err
	}
	fixed, err := fixedChecking(ctx, tx, *batch)
	if err != nil {
		return nil, err
	}
	if more, fewer := differ(fixed.Findings, w.Findings); more+fewer > 0 {
		return nil, message.Err("finding.differ", batch.ID, more, fewer)
	}
	if w.concerned[s.Actor.Name] {
		return nil, message.Err("finding.own_approval", s.Actor.Name, batch.ID)
	}
	if _, open := fixed.Count(checks.Stop); open > 0 {
		return nil, message.Err("finding.stop_open", batch.ID, open)
	}
	if _, open := fixed.Count(checks.Review); open > 0 && reviewsToo {
		return nil, message.Err("finding.review_open", batch.ID, open)
	}
	if fixed.Batch == 0 { // submitted by an earlier program, and nothing was found
		return nil, nil
	}
	return fixed.pairs(), nil
}

// differ counts the findings that are there now and were not at submission, and those that
// are gone. Of checks whose amounts drift with what others do, only a new one counts.
func differ(before, now []CheckFinding) (more, fewer int) {
	drifts := map[string]bool{}
	for _, c := range checks.List() {
		drifts[c.Code] = c.Drifts
	}
	key := func(f *CheckFinding) string {
		if drifts[f.Check] {
			return strings.Join([]string{f.Check, f.Message.Code, f.Place, f.Document}, "\x1f")
		}
		return f.Mark()
	}
	marks := map[string]*CheckFinding{}
	for i := range before {
		marks[key(&before[i])] = &before[i]
	}
	for i := range now {
		k := key(&now[i])
		if marks[k] == nil {
			more++
		}
		delete(marks, k)
	}
	for _, f := range marks {
		if !drifts[f.Check] {
			fewer++
		}
	}
	return more, fewer
}

// FindingQuery selects open findings to answer; zero values select all.
type FindingQuery struct {
	Seq   int
	Check string
	Place string // division code; a township stands for its villages
}

func (q FindingQuery) matches(f *CheckFinding) bool {
	return (q.Seq == 0 || q.Seq == f.Seq) && (q.Check == "" || q.Check == f.Check) && (q.Place == "" || q.Place == f.Place || q.Place == facts.Township(f.Place))
}

// AnswerFindings answers the open findings of a submitted batch that the query selects, by
// one event, and says how many. A stop takes an approver who has no hand in the batch, and a
// document; several at once take a document too. A review may be answered by the maker as
// well: the checker and the approver see the answer before they agree. Errors:
// finding.not_submitted, finding.none_matches, finding.document_needed, finding.maker_answers,
// finding.about_you, payroll.reason_needed.
func (b *Book) AnswerFindings(ctx context.Context, s *Session, id BatchID, q FindingQuery, reason, document string) (count int, err error) {
	if err := s.need(RoleMaker, RoleChecker, RoleApprover); err != nil {
		return 0, err
	}
	if strings.TrimSpace(reason) == "" {
		return 0, message.Err("payroll.reason_needed")
	}
	batch, err := b.Batch(ctx, id)
	if err != nil {
		return 0, err
	}
	if batch.State == Draft {
		return 0, message.Err("finding.not_submitted", id)
	}
	_, err = b.step(ctx, s, id, []State{Submitted, Checked}, EventFindingsAnswered, func(tx Tx, batch *Batch) ([]string, error) {
		c, err := fixedChecking(ctx, tx, *batch)
		if err != nil {
			return nil, err
		}
		head, err := tx.Head(ctx)
		if err != nil {
			return nil, err
		}
		persons, err := registerOf(ctx, tx)
		if err != nil {
			return nil, err
		}
		myself := int64(0) // as a payee
		if slices.ContainsFunc(c.Findings, func(f CheckFinding) bool { return f.Person != 0 && f.Open() && q.matches(&f) }) {
			me, err := itself(ctx, tx, DossierOf{Actor: s.Actor.Name})
			if err != nil {
				return nil, err
			}
			myself = me.Person
		}
		stops := 0
		count = 0
		for i := range c.Findings {
			f := &c.Findings[i]
			if !f.Open() || !q.matches(f) {
				continue
			}
			if f.Actor != "" && persons.same(f.Actor, s.Actor.Name) || f.Person != 0 && f.Person == myself {
				return nil, message.Err("finding.about_you", s.Actor.Name)
			}
			if f.Severity == checks.Stop {
				stops++
			}
			f.Answer, f.Paper, f.AnsweredBy, f.AnsweredAt = reason, document, s.Actor.Name, head.Position+1
			count++
		}
		switch {
		case count == 0:
			return nil, message.Err("finding.none_matches", id)
		case (stops > 0 || count > 1) && strings.TrimSpace(document) == "":
			return nil, message.Err("finding.document_needed")
		case stops > 0:
			if err := mayAnswerStops(ctx, tx, s, *batch); err != nil {
				return nil, err
			}
		}
		if err := tx.PutChecking(ctx, c); err != nil {
			return nil, err
		}
		return append([]string{"seq", strconv.Itoa(q.Seq), "check", q.Check, "place", q.Place, "answered", strconv.Itoa(count), "reason", reason, "document", document}, c.pairs()...), nil
	})
	return count, err
}

// mayAnswerStops refuses whoever has no approver's role, and who made the batch or entered
// its inputs.
func mayAnswerStops(ctx context.Context, r Reader, s *Session, batch Batch) error {
	if err := s.need(RoleApprover); err != nil {
		return err
	}
	what, err := handIn(ctx, r, batch, s.Actor.Name)
	if err == nil && what != "" {
		err = message.Err("finding.maker_answers", s.Actor.Name, batch.ID, what)
	}
	return err
}
