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
	payroll.Overview
	Batch                payroll.Batch
	Events               []payroll.ReportEvent
	More                 int // held and refused that are not shown
	Stops, Reviews       int // findings that are open
	InTheWay             []obstacle
	May, Signs           map[string]bool // what the page offers; of that, what signs the digest
	Maker                bool
	Papers               []link
	Attachments          []payroll.Attachment
	TownChart, FundChart drawings
	Again                []payroll.PaidOut   // what a reissue pays again
	AgainMore            int                 // of them that are not shown
	Off                  payroll.OverviewSum // of the items that are taken off
	Due, Towns           payroll.OverviewSum // of the other items, of the townships
	Shared               payroll.ReportShare // of the funds
	TurnedSum, AgainSum  money.Fen
	FoldTowns            bool // there are more townships than fit beside the items
}

// obstacle is what keeps a batch from being approved, with the page on which it is looked at or done; "" where it is this one.
type obstacle struct {
	Said message.Message
	Page string
}

// wayTo is the page on which an obstacle of a batch is got out of the way, for those who may.
func (r *request) wayTo(m message.Message, id payroll.BatchID) string {
	switch m.Code {
	case "status.stops", "status.reviews":
		return pageOf(payroll.Task{What: m, Batch: id})
	case "status.again":
		if may(r.visit.actor, makers) {
			return pageOf(payroll.Task{What: m, Batch: id})
		}
	case "status.short":
		return "/fund/" + m.Args[1]
	}
	return ""
}

func batchShow(r *request) error {
	id, err := r.batch()
	if err != nil {
		return err
	}
	o, err := r.desk.book.Overview(r.Context(), id)
	if err != nil {
		return err
	}
	p := batchPage{Overview: o, Batch: o.Head.Batch, Events: o.Head.Events, May: stepsOf(o.Head.Batch, r.visit.actor), Signs: map[string]bool{}, Maker: may(r.visit.actor, makers)}
	for _, x := range p.Turned {
		p.TurnedSum += x.Balance
	}
	if len(p.Turned) > mostRows {
		p.More, p.Turned = len(p.Turned)-mostRows, p.Turned[:mostRows]
	}
	way, err := r.desk.book.InTheWay(r.Context(), id)
	if err != nil {
		return err
	}
	for _, m := range way {
		p.InTheWay = append(p.InTheWay, obstacle{m, r.wayTo(m, id)})
	}
	if p.Attachments, err = r.desk.book.Attachments(r.Context(), id); err != nil {
		return err
	}
	if p.Batch.Kind == payroll.Reissue {
		if p.Again, err = r.desk.book.Reissued(r.Context(), id); err != nil {
			return err
		}
		for _, x := range p.Again {
			p.AgainSum += x.Fen
		}
		if len(p.Again) > mostRows {
			p.AgainMore, p.Again = len(p.Again)-mostRows, p.Again[:mostRows]
		}
	}
	_, p.Stops = o.Head.Checking.Count(checks.Stop)
	_, p.Reviews = o.Head.Checking.Count(checks.Review)
	for _, s := range []string{"submit", "check", "approve", "reject", "cancel"} {
		if p.May[s] {
			p.Signs[s] = true
		}
	}
	p.addUp()
	p.TownChart = sumBars(message.Word(r.lang, "各乡镇应发"), p.Townships)
	p.FundChart = sumBars(message.Word(r.lang, "各笔资金实发"), shareRows(o.Head.Shares))
	for _, x := range papers {
		if x.name != "order" || p.Batch.State == payroll.Exported { // it lists the files that go to the bank
			p.Papers = append(p.Papers, link{x.name, x.title})
		}
	}
	return r.page("batch", "批次", p)
}

// fewTowns is how many townships stand open on the page.
const fewTowns = 12

// addUp makes the sums at the feet of the tables.
func (p *batchPage) addUp() {
	add := func(to *payroll.OverviewSum, x payroll.OverviewSum) {
		to.Lines, to.Fen = to.Lines+x.Lines, to.Fen+x.Fen
	}
	for _, x := range p.Items {
		if x.Deduction {
			add(&p.Off, x)
		} else {
			add(&p.Due, x)
		}
	}
	for _, x := range p.Townships {
		add(&p.Towns, x)
	}
	p.FoldTowns = len(p.Townships) > fewTowns
	for _, x := range p.Head.Shares {
		s := &p.Shared
		s.Gross, s.Deduction, s.Held, s.Owed, s.Pay = s.Gross+x.Gross, s.Deduction+x.Deduction, s.Held+x.Held, s.Owed+x.Owed, s.Pay+x.Pay
	}
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
	{"old_cards", payroll.RoleApprover, []payroll.State{payroll.Approved}},
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
