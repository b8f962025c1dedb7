package desk

import (
	"slices"
	"strconv"

	"zhida/payroll"
	"zhida/rules/message"
)

// proposalRow is something that takes somebody else to come into force.
type proposalRow struct {
	payroll.Proposal
	Mine bool // the visitor may decide it
}

func proposalsShow(r *request) error {
	list, err := r.desk.book.ProposalList(r.Context(), true)
	if err != nil {
		return err
	}
	rows := []proposalRow{}
	for _, p := range list {
		mine := may(r.visit.actor, p.Waits) && p.Actor != r.visit.actor.Name
		if !mine && !may(r.visit.actor, append(readers, payroll.RoleAdmin)) && !slices.Contains(r.visit.actor.Roles, payroll.RoleMaker) && p.Actor != r.visit.actor.Name {
			continue // a department sees what is its own
		}
		rows = append(rows, proposalRow{p, mine})
	}
	return r.page("proposals", "待确认的事项", rows)
}

// decide accepts a proposal, or sends it back.
func decide(accept bool) func(*request) (string, error) {
	return func(r *request) (string, error) {
		position, err := strconv.ParseInt(r.PathValue("position"), 10, 64)
		if err != nil {
			return "", message.Err("desk.no_page")
		}
		done, err := r.desk.book.Decide(r.Context(), r.signer, position, accept, r.PostFormValue("reason"))
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
