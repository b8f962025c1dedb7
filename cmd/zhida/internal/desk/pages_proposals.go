package desk

import (
	"fmt"
	"strconv"
	"strings"

	"zhida/cmd/zhida/internal/app"
	"zhida/payroll"
	"zhida/rules/message"
)

// decides says whether the visitor is one of those a proposal waits for; the book judges anew, by more than that.
func (r *request) decides(p payroll.Proposal) bool {
	return may(r.visit.actor, p.Waits) && p.Actor != r.visit.actor.Name && p.Concerns != r.visit.actor.Name
}

// sees says whether a proposal is for the visitor's eyes: the bureau sees all; the administrator settings and people; a department what it brought or decides.
func (r *request) sees(p payroll.Proposal) bool {
	a := r.visit.actor
	return may(a, readers) || may(a, admins) && (p.Kind == payroll.ProposeSettings || p.AboutPeople()) || p.Actor == a.Name || r.decides(p)
}

func proposalsShow(r *request) error {
	list, err := r.desk.book.ProposalList(r.Context(), true)
	if err != nil {
		return err
	}
	rows := []payroll.Proposal{}
	for _, p := range list {
		if r.sees(p) {
			rows = append(rows, p)
		}
	}
	return r.page("proposals", "待确认的事项", rows)
}

// proposalPage is what accepting a proposal would do, as those see it who decide; they decide its digest.
type proposalPage struct {
	payroll.Proposed
	Rows       []app.ProposalRow
	First      int // number of the first row shown, from 1
	Last       int
	Earlier    string // address of the rows before, "" where there are none
	Later      string
	Mine, Send bool // the visitor may accept, or send back
}

// proposalShow shows a proposal; ?from= begins with a later row.
func proposalShow(r *request) error {
	position, err := strconv.ParseInt(r.PathValue("position"), 10, 64)
	if err != nil {
		return message.Err("desk.no_page")
	}
	if _, err := r.proposal(position); err != nil {
		return err
	}
	x, err := r.desk.book.Proposed(r.Context(), r.visit.actor.Roles, position)
	if err != nil {
		return err
	}
	p := proposalPage{Proposed: x, Mine: r.decides(x.Proposal), Send: r.decides(x.Proposal) || may(r.visit.actor, judges) && x.Concerns != r.visit.actor.Name}
	from, _ := strconv.Atoi(r.URL.Query().Get("from"))
	from = max(0, min(from-1, len(x.Facts)))
	to := min(from+mostRows, len(x.Facts))
	if p.Rows, err = r.desk.book.ProposalRows(r.Context(), x, x.Facts[from:to]); err != nil {
		return err
	}
	p.First, p.Last = from+1, to
	if from > 0 {
		p.Earlier = fmt.Sprintf("/proposals/%d?from=%d", position, max(0, from-mostRows)+1)
	}
	if to < len(x.Facts) {
		p.Later = fmt.Sprintf("/proposals/%d?from=%d", position, to+1)
	}
	return r.render(200, "proposal", message.Said(r.lang, x.Title), p)
}

// decide accepts a proposal, or sends it back: the one whose digest stood on the page.
func decide(accept bool) func(*request) (string, error) {
	return func(r *request) (string, error) {
		position, err := strconv.ParseInt(r.PathValue("position"), 10, 64)
		if err != nil {
			return "", message.Err("desk.no_page")
		}
		if _, err := r.proposal(position); err != nil {
			return "", err
		}
		seen := r.PostFormValue("digest")
		if seen == "" { // on the desk nothing is decided unseen
			return "", message.Err("proposal.unseen", position)
		}
		if !accept && strings.TrimSpace(r.PostFormValue("reason")) == "" {
			return "", message.Err("payroll.reason_needed")
		}
		done, err := r.desk.book.Decide(r.Context(), r.signer, position, accept, r.PostFormValue("reason"), seen)
		switch {
		case err != nil:
			return "", err
		case !done:
			r.say("proposal.passed", position)
		case accept:
			r.say("proposal.accepted", position)
		default:
			r.say("proposal.rejected", position)
		}
		return "/proposals", nil
	}
}
