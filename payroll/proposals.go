package payroll

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"zhida/payroll/journal"
	"zhida/rules"
	"zhida/rules/message"
	"zhida/rules/policy"
)

// Kinds of proposals: what takes a second actor before it holds.
const (
	ProposeAdopt    = "policy.adopt"
	ProposeWithdraw = "policy.withdraw"
	ProposeSettings = "settings"
	ProposeVoid     = "batch.void"
	ProposeRepaid   = "receivable.repaid"
	ProposeWriteOff = "receivable.write_off"
	ProposeSendUp   = "fund.send_up"
)

// importProposal and the kind of import make the kind of proposal for a file that
// somebody else confirms before it holds.
const importProposal = "import."

// propose records that somebody wants something done; nothing holds until another
// actor accepts it. The payload stays outside the chain, its digest inside.
func (b *Book) propose(ctx context.Context, tx Tx, s *Session, kind, title string, payload any, pairs ...string) (int64, error) {
	text, err := json.Marshal(payload)
	if err != nil {
		return 0, err
	}
	e, err := b.record(ctx, tx, s, EventProposed, append([]string{"proposal", kind, "title", title, "digest", journal.Digest(text)}, pairs...)...)
	if err != nil {
		return 0, err
	}
	return e.Position, tx.PutProposal(ctx, Proposal{Position: e.Position, Kind: kind, Actor: s.Actor.Name, Title: title, Payload: text})
}

// adoption is the payload of ProposeAdopt and ProposeSettings.
type adoption struct {
	File string `json:"file"`
	Text string `json:"text"`
}

// withdrawal is the payload of ProposeWithdraw and ProposeVoid.
type withdrawal struct {
	Position int64   `json:"position,omitempty"`
	Batch    BatchID `json:"batch,omitzero"`
	Reason   string  `json:"reason"`
}

// ProposePolicy checks a policy file as adoption will and proposes it. A file that
// is adopted already, letter for letter, is policy.adopted_already.
func (b *Book) ProposePolicy(ctx context.Context, s *Session, file string, text []byte) (int64, error) {
	if err := s.need(RoleMaker); err != nil {
		return 0, err
	}
	p, err := checkedPolicy(file, text)
	if err != nil {
		return 0, err
	}
	var at int64
	err = b.update(ctx, func(tx Tx) error {
		if err := fits(ctx, tx, p, text); err != nil {
			return err
		}
		at, err = b.propose(ctx, tx, s, ProposeAdopt, p.Document.Number+" "+p.Document.Title, adoption{file, string(text)})
		return err
	})
	return at, err
}

// checkedPolicy reads a policy and refuses it while anything is wrong or left open, or a case of its own fails.
func checkedPolicy(file string, text []byte) (*policy.Policy, error) {
	p, err := policy.Read(file, text)
	if err != nil {
		return nil, err
	}
	if ps := append(policy.Check(p), p.Open()...); len(ps) > 0 {
		return nil, message.Problems(ps)
	}
	for _, c := range rules.TestCases(p) {
		if !c.Passed() {
			return nil, message.Err("policy.case_failed", p.Document.Number, c.Name)
		}
	}
	return p, nil
}

// fits refuses a policy that the book has already, or that does not compile beside the adopted ones.
func fits(ctx context.Context, r Reader, p *policy.Policy, text []byte) error {
	adopted, err := r.Policies(ctx, 0)
	if err != nil {
		return err
	}
	digest := journal.Digest(text)
	for _, a := range adopted {
		if a.Digest == digest {
			return message.Err("policy.adopted_already", a.Document)
		}
	}
	granted, err := readGranted(adopted)
	if err != nil {
		return err
	}
	_, err = rules.Compile(append(granted, rules.Granted{Position: 1 << 62, Policy: p}))
	return err
}

// grantedAt reads the documents that are adopted and not withdrawn as known at a horizon, 0 for now.
func grantedAt(ctx context.Context, r Reader, horizon int64) ([]rules.Granted, error) {
	adopted, err := r.Policies(ctx, horizon)
	if err != nil {
		return nil, err
	}
	return readGranted(adopted)
}

// grantedEver reads all documents ever adopted, those withdrawn since as well.
func grantedEver(ctx context.Context, r Reader) ([]rules.Granted, error) {
	adopted, err := r.AllPolicies(ctx)
	if err != nil {
		return nil, err
	}
	return readGranted(adopted)
}

func readGranted(adopted []AdoptedPolicy) ([]rules.Granted, error) {
	granted := make([]rules.Granted, 0, len(adopted))
	for _, a := range adopted {
		p, err := policy.Read(a.Document, []byte(a.Text))
		if err != nil {
			return nil, err
		}
		granted = append(granted, rules.Granted{Position: a.Position, Policy: p})
	}
	return granted, nil
}

// ProposeWithdrawal proposes to withdraw the policy adopted at a position.
func (b *Book) ProposeWithdrawal(ctx context.Context, s *Session, position int64, reason string) (at int64, err error) {
	if err := s.need(RoleMaker); err != nil {
		return 0, err
	}
	if reason == "" {
		return 0, message.Err("payroll.reason_needed")
	}
	err = b.update(ctx, func(tx Tx) error {
		p, err := adoptedAt(ctx, tx, position)
		if err != nil {
			return err
		}
		at, err = b.propose(ctx, tx, s, ProposeWithdraw, p.Document+" "+p.Title, withdrawal{Position: position, Reason: reason})
		return err
	})
	return at, err
}

func adoptedAt(ctx context.Context, r Reader, position int64) (AdoptedPolicy, error) {
	list, err := r.Policies(ctx, 0)
	if err != nil {
		return AdoptedPolicy{}, err
	}
	for _, p := range list {
		if p.Position == position {
			return p, nil
		}
	}
	return AdoptedPolicy{}, message.Err("policy.not_adopted", position)
}

// ProposeSettings checks the county's settings and proposes them.
func (b *Book) ProposeSettings(ctx context.Context, s *Session, file string, text []byte) (at int64, err error) {
	if err := s.need(RoleAdmin); err != nil {
		return 0, err
	}
	if _, err := ReadSettings(file, text); err != nil {
		return 0, err
	}
	err = b.update(ctx, func(tx Tx) error {
		at, err = b.propose(ctx, tx, s, ProposeSettings, file, adoption{file, string(text)})
		return err
	})
	return at, err
}

// onlyApprover are the kinds of proposals that give money up: the approver decides them.
var onlyApprover = map[string]bool{ProposeWriteOff: true, ProposeSendUp: true, ProposeErase: true}

// ProposalList gives the proposals by position, with where they stand on their chains.
func (b *Book) ProposalList(ctx context.Context, openOnly bool) (list []Proposal, err error) {
	err = b.view(ctx, func(r Reader) error {
		if list, err = r.Proposals(ctx, openOnly); err != nil || len(list) == 0 {
			return err
		}
		return place(ctx, r, list)
	})
	return list, err
}

// place says of proposals, by position, where they stand and whom they wait for.
func place(ctx context.Context, r Reader, list []Proposal) error {
	ways, err := routes(ctx, r, list[0].Position)
	for i := range list {
		list[i].Waits = []Role{RoleChecker, RoleApprover}
		if onlyApprover[list[i].Kind] {
			list[i].Waits = []Role{RoleApprover}
		}
		if strings.HasPrefix(list[i].Kind, importProposal) && list[i].Decided == 0 {
			var in struct {
				Asks []message.Problem `json:"asks"`
			}
			if err := json.Unmarshal(list[i].Payload, &in); err != nil {
				return err
			}
			list[i].Asks = in.Asks
		}
		if list[i].AboutPeople() {
			var in personnel
			if err := json.Unmarshal(list[i].Payload, &in); err != nil {
				return err
			}
			list[i].Concerns = in.Name
		}
		if way := ways[list[i].Position]; way != nil {
			list[i].Route = way.text()
			if list[i].Decided == 0 {
				list[i].Waits = way.roles(way.next())
			}
		}
	}
	return err
}

// Decide accepts or rejects a proposal. Accepting takes another actor than the one
// who proposed, and applies the proposal to the book as it is now. On a chain each
// step takes an actor of its own, and the last applies it; done says whether it is
// decided. Whoever could confirm the next step, or the bureau, can send it back. seen is the beginning of
// the digest that Proposed gave, at least 8 letters: what has another content by now is proposal.unseen. Empty, it is not asked.
func (b *Book) Decide(ctx context.Context, s *Session, position int64, accept bool, reason, seen string) (done bool, err error) {
	err = b.update(ctx, func(tx Tx) error {
		p, err := tx.Proposal(ctx, position)
		if errors.Is(err, ErrNotFound) {
			return message.Err("proposal.missing", position)
		}
		if err != nil {
			return err
		}
		if p.Decided != 0 {
			return message.Err("proposal.decided", position)
		}
		ways, err := routes(ctx, tx, position)
		if err != nil {
			return err
		}
		way, judges := ways[position], []Role{RoleChecker, RoleApprover}
		if way != nil && !accept {
			judges = append(judges, way.roles(way.next())...)
			if strings.TrimSpace(reason) == "" {
				return message.Err("payroll.reason_needed")
			}
		}
		if err := s.need(judges...); err != nil && (way == nil || !accept) {
			return err
		}
		persons, err := registerOf(ctx, tx)
		if err != nil {
			return err
		}
		if accept && persons.same(p.Actor, s.Actor.Name) {
			return message.Err("proposal.same_actor", position, p.Actor)
		}
		if p.AboutPeople() {
			if err := persons.mayJudge(position, s.Actor.Name, accept); err != nil {
				return err
			}
		}
		if err := b.proposalIntact(ctx, tx, p); err != nil {
			return err
		}
		if err := b.asSeen(ctx, tx, p, seen); err != nil {
			return err
		}
		if way != nil && accept {
			if done, err = b.pass(ctx, tx, s, p, way, persons); err != nil || !done {
				return err
			}
		}
		done = true
		var at int64
		if accept {
			at, err = b.accept(ctx, tx, s, p)
		} else {
			var e journal.Event
			e, err = b.record(ctx, tx, s, EventProposalRejected, "proposal", strconv.FormatInt(position, 10), "reason", reason)
			at = e.Position
		}
		if err != nil {
			return err
		}
		return tx.DecideProposal(ctx, position, at, accept)
	})
	return done, err
}

// proposalIntact holds the stored payload against the digest in the signed event.
func (b *Book) proposalIntact(ctx context.Context, r Reader, p Proposal) error {
	return r.Events(ctx, p.Position, p.Position, func(e journal.Event) error {
		pairs, err := journal.ParsePayload(e.Payload)
		if err != nil {
			return err
		}
		if valueOf(pairs, "digest") != journal.Digest(p.Payload) {
			return message.Err("proposal.tampered", p.Position)
		}
		return nil
	})
}

// accept applies a proposal and returns the position of the event that did it.
func (b *Book) accept(ctx context.Context, tx Tx, s *Session, p Proposal) (int64, error) {
	note := []string{"proposal", strconv.FormatInt(p.Position, 10)}
	if strings.HasPrefix(p.Kind, importProposal) {
		var in ImportBatch
		if err := json.Unmarshal(p.Payload, &in); err != nil {
			return 0, err
		}
		plan, err := b.planImport(ctx, tx, &in, asItIs)
		if err != nil {
			return 0, err
		}
		if len(plan.problems) > len(in.Problems) {
			return 0, plan.problems
		}
		if err := stillHolds(ctx, tx, plan, &in, p.Position); err != nil {
			return 0, err
		}
		return b.applyImport(ctx, tx, s, EventProposalAccepted, plan, &in, note...)
	}
	switch p.Kind {
	case ProposeRepaid, ProposeWriteOff:
		return b.applyRelief(ctx, tx, s, p, note)
	case ProposeErase:
		return b.applyErase(ctx, tx, s, p, note)
	case ProposeSendUp:
		return b.applySendUp(ctx, tx, s, p, note)
	case ProposeAdopt:
		return b.adopt(ctx, tx, s, p, note)
	case ProposeActorAdd, ProposeActorRemove, ProposeActorRekey:
		return b.applyPersonnel(ctx, tx, s, p, note)
	case ProposeSettings:
		var a adoption
		if err := json.Unmarshal(p.Payload, &a); err != nil {
			return 0, err
		}
		e, err := b.record(ctx, tx, s, EventProposalAccepted, append(note, "settings", journal.Digest([]byte(a.Text)))...)
		if err != nil {
			return 0, err
		}
		return e.Position, tx.PutSettings(ctx, Settings{Position: e.Position, Text: a.Text})
	case ProposeWithdraw, ProposeVoid:
		var w withdrawal
		if err := json.Unmarshal(p.Payload, &w); err != nil {
			return 0, err
		}
		if p.Kind == ProposeVoid {
			return b.void(ctx, tx, s, w, note)
		}
		if _, err := adoptedAt(ctx, tx, w.Position); err != nil {
			return 0, err
		}
		e, err := b.record(ctx, tx, s, EventProposalAccepted, append(note, "withdrawn", strconv.FormatInt(w.Position, 10), "reason", w.Reason)...)
		if err != nil {
			return 0, err
		}
		return e.Position, tx.WithdrawPolicy(ctx, w.Position, e.Position)
	}
	return 0, message.Err("proposal.kind", p.Kind)
}

// stillHolds refuses an import that was proposed when the book has gone on so that it cannot be accepted any more. Errors: proposal.changed,
// proposal.overtaken.
func stillHolds(ctx context.Context, r Reader, plan *importPlan, in *ImportBatch, position int64) error {
	for _, x := range plan.asks { // nobody confirms what they were not shown
		if !slices.ContainsFunc(in.Asks, func(shown message.Problem) bool {
			return shown.Cell == x.Cell && shown.Code == x.Code && slices.Equal(shown.Args, x.Args)
		}) {
			return message.Err("proposal.changed", position)
		}
	}
	ends := plan.end
	if unfolds(in.Kind) { // events come on top of what holds, whenever that was stated
		ends = nil
	}
	return notOvertaken(ctx, r, plan, ends, position)
}

// notOvertaken refuses a proposal that would undo what was stated after it: end one of some facts that came in
// since, or bring back one that was withdrawn since. What a proposal did was stated when it was
// proposed, not when it was accepted: of two proposals the later is the last word.
func notOvertaken(ctx context.Context, r Reader, plan *importPlan, ends []Fact, position int64) error {
	back := map[factKey]bool{} // that the book does not have now
	for _, f := range plan.put {
		if _, known := plan.known.facts[keyOf(f)]; !known {
			back[keyOf(f)] = true
		}
	}
	since := map[int64]bool{}
	for _, f := range ends {
		since[f.KnownFrom] = true
	}
	head, err := r.Head(ctx)
	if err != nil {
		return err
	}
	err = r.ChangedSince(ctx, position, head.Position, func(f Fact) error {
		if f.KnownTo != 0 && back[keyOf(f)] {
			since[f.KnownTo] = true
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, at := range slices.Sorted(maps.Keys(since)) {
		if at <= position {
			continue
		}
		err := r.Events(ctx, at, at, func(e journal.Event) error {
			pairs, err := journal.ParsePayload(e.Payload)
			if err != nil {
				return err
			}
			if e.Kind != EventProposalAccepted || parseNum(valueOf(pairs, "proposal")) > position {
				return message.Err("proposal.overtaken", position, at)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (b *Book) adopt(ctx context.Context, tx Tx, s *Session, p Proposal, note []string) (int64, error) {
	var a adoption
	if err := json.Unmarshal(p.Payload, &a); err != nil {
		return 0, err
	}
	pol, err := checkedPolicy(a.File, []byte(a.Text))
	if err != nil {
		return 0, err
	}
	if err := fits(ctx, tx, pol, []byte(a.Text)); err != nil {
		return 0, err
	}
	digest := journal.Digest([]byte(a.Text))
	e, err := b.record(ctx, tx, s, EventProposalAccepted, append(note, "document", pol.Document.Number, "policy", digest)...)
	if err != nil {
		return 0, err
	}
	return e.Position, tx.PutPolicy(ctx, AdoptedPolicy{Position: e.Position, Code: a.File, Document: pol.Document.Number,
		Title: pol.Document.Title, Digest: digest, Text: a.Text})
}

// valueOf finds the value of a name in parsed payload pairs.
func valueOf(pairs []string, name string) string {
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i] == name {
			return pairs[i+1]
		}
	}
	return ""
}

// PolicyList gives every policy ever adopted, by position.
func (b *Book) PolicyList(ctx context.Context) (list []AdoptedPolicy, err error) {
	err = b.view(ctx, func(r Reader) error { list, err = r.AllPolicies(ctx); return err })
	return list, err
}
