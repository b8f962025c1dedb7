package desk

import (
	"context"
	"slices"

	"zhida/payroll"
	"zhida/payroll/checks"
	"zhida/rules/message"
	"zhida/rules/money"
)

// batchPage is a batch as those who judge it see it. Whoever signs, signs its digest.
type batchPage struct {
	payroll.ReportHead
	Items, Townships            []sumRow
	Paid, Held, Refused, NotDue int                    // people
	Turned                      []payroll.ReportPerson // held and refused
	Stops, Reviews              int                    // findings that are open
	May, Signs                  map[string]bool        // what the page offers; of that, what signs the digest
	Maker                       bool
	Papers                      []link
	Attachments                 []payroll.Attachment
	TownChart, FundChart        drawings
}

type sumRow struct {
	Name  string
	Code  string // of a place
	Lines int
	Fen   money.Fen
}

func batchShow(r *request) error {
	id, err := r.batch()
	if err != nil {
		return err
	}
	p := batchPage{}
	err = r.desk.book.Report(r.Context(), id, func(rep payroll.Report) error {
		p.ReportHead = rep.Head()
		return p.gather(rep)
	})
	if err != nil {
		return err
	}
	if p.Attachments, err = r.desk.book.Attachments(r.Context(), id); err != nil {
		return err
	}
	_, p.Stops = p.Checking.Count(checks.Stop)
	_, p.Reviews = p.Checking.Count(checks.Review)
	p.May, p.Signs = stepsOf(p.Batch, r.visit.actor), map[string]bool{}
	for _, s := range []string{"submit", "check", "approve", "reject", "cancel"} {
		if p.May[s] {
			p.Signs[s] = true
		}
	}
	p.Maker = may(r.visit.actor, makers)
	p.TownChart = sumBars(message.Word(r.lang, "各乡镇应发"), p.Townships)
	p.FundChart = sumBars(message.Word(r.lang, "各笔资金实发"), shareRows(p.Shares))
	for _, x := range papers {
		p.Papers = append(p.Papers, link{x.name, x.title})
	}
	return r.page("batch", "批次", p)
}

// gather adds the lines up by item and township, and counts people.
func (p *batchPage) gather(rep payroll.Report) error {
	items, townships := map[string]*sumRow{}, map[string]*sumRow{}
	for _, x := range p.ReportHead.Items {
		items[x.Code] = &sumRow{Name: x.Name}
	}
	for _, x := range p.ReportHead.Townships {
		townships[x.Code] = &sumRow{Name: x.Name, Code: x.Code}
	}
	add := func(s *sumRow, f money.Fen) {
		s.Lines++
		s.Fen += f
	}
	err := rep.Lines(func(l payroll.ReportLine) error {
		add(items[l.Item], l.Fen)
		if !l.Deduction {
			add(townships[l.Township], l.Fen)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, x := range p.ReportHead.Items {
		p.Items = append(p.Items, *items[x.Code])
	}
	for _, x := range p.ReportHead.Townships {
		p.Townships = append(p.Townships, *townships[x.Code])
	}
	return rep.People(func(x payroll.ReportPerson) error {
		switch x.Status {
		case payroll.Paid:
			p.Paid++
		case payroll.NotDue:
			p.NotDue++
		case payroll.OnHold:
			p.Held++
			p.Turned = append(p.Turned, x)
		case payroll.Refused:
			p.Refused++
			p.Turned = append(p.Turned, x)
		}
		return nil
	})
}

// steps are the steps of a batch's life that a page offers: who may, and in which states. The book judges anew, by more than that.
var steps = []struct {
	name   string
	who    payroll.Role
	states []payroll.State
}{
	{"submit", payroll.RoleMaker, []payroll.State{payroll.Draft}},
	{"check", payroll.RoleChecker, []payroll.State{payroll.Submitted}},
	{"approve", payroll.RoleApprover, []payroll.State{payroll.Checked}},
	{"reject", payroll.RoleChecker, []payroll.State{payroll.Submitted, payroll.Checked}},
	{"reject", payroll.RoleApprover, []payroll.State{payroll.Submitted, payroll.Checked}},
	{"export", payroll.RoleMaker, []payroll.State{payroll.Approved}},
	{"cancel", payroll.RoleMaker, []payroll.State{payroll.Draft, payroll.Submitted, payroll.Checked, payroll.Approved}},
}

func stepsOf(b payroll.Batch, a payroll.Actor) map[string]bool {
	offered := map[string]bool{}
	for _, s := range steps {
		if slices.Contains(s.states, b.State) && slices.Contains(a.Roles, s.who) {
			offered[s.name] = true
		}
	}
	return offered
}

// seen reads the batch that a form is about and the digest that stood on its page, and refuses a batch that is not that any more.
func (r *request) seen() (payroll.BatchID, string, error) {
	id, err := r.batch()
	if err != nil {
		return id, "", err
	}
	b, err := r.desk.book.Batch(r.Context(), id)
	if err != nil {
		return id, "", err
	}
	digest := r.PostFormValue("digest")
	if digest == "" || digest != b.Digest {
		return id, "", message.Err("desk.changed", id)
	}
	return id, digest, nil
}

// step takes a step of a batch over the digest that stood on the page, while the browser waits on a page that says how far it is.
func step(take func(context.Context, *payroll.Book, *payroll.Session, payroll.BatchID, string) error, running, done string) func(*request) (string, error) {
	return func(r *request) (string, error) {
		id, digest, err := r.seen()
		if err != nil {
			return "", err
		}
		book, signer, visit := r.desk.book.Book, r.signer, r.visit
		return r.desk.jobs.begin(visit.actor.Name, message.M(running, id), func(ctx context.Context) (outcome, error) {
			if err := take(ctx, book, signer, id, digest); err != nil {
				return outcome{}, err
			}
			visit.say(message.M(done, id))
			return outcome{to: batchPath(id)}, nil
		}), nil
	}
}

var (
	submitDo = step(func(ctx context.Context, b *payroll.Book, s *payroll.Session, id payroll.BatchID, _ string) error {
		_, err := b.Submit(ctx, s, id)
		return err
	}, "desk.submitted_running", "desk.submitted")
	checkDo = step(func(ctx context.Context, b *payroll.Book, s *payroll.Session, id payroll.BatchID, digest string) error {
		_, err := b.Check(ctx, s, id, digest)
		return err
	}, "desk.checked_running", "desk.checked")
	approveDo = step(func(ctx context.Context, b *payroll.Book, s *payroll.Session, id payroll.BatchID, digest string) error {
		_, err := b.Approve(ctx, s, id, digest)
		return err
	}, "desk.approved_running", "desk.approved")
)

func rejectDo(r *request) (string, error) {
	id, _, err := r.seen()
	if err != nil {
		return "", err
	}
	if _, err := r.desk.book.Reject(r.Context(), r.signer, id, r.PostFormValue("reason")); err != nil {
		return "", err
	}
	r.say("desk.rejected", id)
	return batchPath(id), nil
}

// cancelDo gives a batch up; one that is approved takes somebody else to confirm.
func cancelDo(r *request) (string, error) {
	id, _, err := r.seen()
	if err != nil {
		return "", err
	}
	at, err := r.desk.book.Cancel(r.Context(), r.signer, id, r.PostFormValue("reason"))
	switch {
	case err != nil:
		return "", err
	case at != 0:
		r.say("proposal.made", at)
	default:
		r.say("batch.done", id)
	}
	return batchPath(id), nil
}
