package payroll

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"zhida/payroll/journal"
	"zhida/rules/facts"
	"zhida/rules/message"
	"zhida/rules/policy"
)

// Proposed is what accepting a proposal would do to the book as it is now: what somebody sees before they decide.
type Proposed struct {
	Proposal
	Digest   string            // hex SM3 over all of it: who decides names it, and decides nothing else
	Said     []message.Message // what would be done, in sentences
	Facts    []ProposedFact    // of an import: what would be known otherwise, by person, kind, key, day
	Problems message.Problems  // of an import: rows left out, and what stands in its way by now
	Text     string            // of a document or of settings: all of it, to the letter
	Items    map[string]string // printed names of items that facts name by code
}

// ProposedFact is one fact that would become known, or would not hold any more. Bodies hold full IDs and cards: who shows them hides those.
type ProposedFact struct {
	Person int64  // 0 of the world, and of somebody who would be new
	Name   string // of the person
	Before *Fact  // what holds now; nil where the book has nothing
	After  *Fact  // what would hold; nil of a fact that is withdrawn
}

// Proposed gives the content of an open proposal to somebody with the roles given, with nil to whoever has the book in hand. Whose account
// a problem is about no department is told. Errors: proposal.missing, proposal.decided, proposal.tampered.
func (b *Book) Proposed(ctx context.Context, as []Role, position int64) (x Proposed, err error) {
	err = b.view(ctx, func(r Reader) error {
		p, err := r.Proposal(ctx, position)
		switch {
		case errors.Is(err, ErrNotFound):
			return message.Err("proposal.missing", position)
		case err != nil:
			return err
		case p.Decided != 0:
			return message.Err("proposal.decided", position)
		}
		list := []Proposal{p}
		if err := place(ctx, r, list); err != nil {
			return err
		}
		x, err = b.proposed(ctx, r, list[0])
		return err
	})
	if as != nil && !slices.ContainsFunc(as, func(r Role) bool { return r == RoleMaker || r == RoleChecker || r == RoleApprover || r == RoleAuditor }) {
		untold(x.Problems) // the digest is the same for everybody
	}
	return x, err
}

// proposed works out the content of a proposal, and the digest that says it is this and nothing else.
func (b *Book) proposed(ctx context.Context, r Reader, p Proposal) (Proposed, error) {
	x := Proposed{Proposal: p}
	if err := b.proposalIntact(ctx, r, p); err != nil {
		return x, err
	}
	var err error
	switch p.Kind {
	case ProposeAdopt:
		err = x.adopts(ctx, r)
	case ProposeSettings:
		err = x.sets(ctx, r)
	case ProposeWithdraw, ProposeVoid:
		err = x.ends(ctx, r)
	case ProposeRepaid, ProposeWriteOff:
		err = x.relieves(ctx, r)
	case ProposeSendUp:
		err = x.sendsUp(ctx, r)
	case ProposeErase:
		err = x.erases(ctx, r)
	case ProposeActorAdd, ProposeActorRemove, ProposeActorRekey:
		err = x.registers(ctx, r)
	default:
		if !strings.HasPrefix(p.Kind, importProposal) {
			return x, message.Err("proposal.kind", p.Kind)
		}
		err = x.imports(ctx, b, r)
	}
	if err != nil {
		return x, err
	}
	x.Digest, err = x.digest()
	return x, err
}

// digest covers the payload and what it does to the book; of facts the whole bodies, also where two look the same with numbers hidden.
func (x *Proposed) digest() (string, error) {
	type line struct{ Before, After string }
	var lines []line
	written := func(f *Fact) string {
		if f == nil {
			return ""
		}
		return CanonicalFact(*f)
	}
	for _, f := range x.Facts {
		lines = append(lines, line{written(f.Before), written(f.After)})
	}
	text, err := json.Marshal(struct {
		Position       int64
		Kind, Payload  string
		Said           []message.Message
		Facts          []line
		Asks, Problems []message.Problem
	}{x.Position, x.Kind, journal.Digest(x.Payload), x.Said, lines, x.Asks, x.Problems})
	return journal.Digest(text), err
}

// asSeen refuses to decide what nobody has seen: seen are the first 8 or more letters of the digest that was shown, "" for whoever names none.
func (b *Book) asSeen(ctx context.Context, r Reader, p Proposal, seen string) error {
	if seen == "" {
		return nil
	}
	x, err := b.proposed(ctx, r, p)
	if err == nil && (len(seen) < 8 || !strings.HasPrefix(x.Digest, seen)) {
		return message.Err("proposal.unseen", p.Position)
	}
	return err
}

func (x *Proposed) say(code string, args ...any) { x.Said = append(x.Said, message.M(code, args...)) }

// refusedBy keeps an error that would keep the proposal from being accepted now: it is shown, and can be sent back.
func (x *Proposed) refusedBy(err error) error {
	var m *message.Error
	var list message.Problems
	switch {
	case errors.As(err, &list):
		x.Problems = append(x.Problems, list...)
	case errors.As(err, &m):
		x.Problems = append(x.Problems, message.Problem{Message: m.Message})
	default:
		return err
	}
	return nil
}

// adopts compares a document with the one before it: the last adopted one that grants one of the same items.
func (x *Proposed) adopts(ctx context.Context, r Reader) error {
	var a adoption
	if err := json.Unmarshal(x.Payload, &a); err != nil {
		return err
	}
	x.Text = a.Text
	fresh, err := checkedPolicy(a.File, []byte(a.Text))
	if err != nil {
		return x.refusedBy(err)
	}
	granted, err := grantedAt(ctx, r, 0)
	if err != nil {
		return err
	}
	old := &policy.Policy{}
	x.say("proposal.adopts", fresh.Document.Number, fresh.Document.Title, fresh.Document.From)
	for _, g := range slices.Backward(granted) {
		if slices.ContainsFunc(g.Policy.Items, func(o *policy.Item) bool {
			return slices.ContainsFunc(fresh.Items, func(n *policy.Item) bool { return n.Code == o.Code })
		}) {
			old = g.Policy
			x.say("proposal.compared", g.Policy.Document.Number, g.Position)
			break
		}
	}
	x.Said = append(x.Said, policy.Diff(old, fresh)...)
	return x.refusedBy(fits(ctx, r, fresh, []byte(a.Text)))
}

// sets compares settings with those in force, line by line.
func (x *Proposed) sets(ctx context.Context, r Reader) error {
	var a adoption
	if err := json.Unmarshal(x.Payload, &a); err != nil {
		return err
	}
	x.Text = a.Text
	old, err := r.Settings(ctx, 0)
	switch {
	case errors.Is(err, ErrNotFound):
		x.say("proposal.first_settings")
	case err != nil:
		return err
	default:
		x.say("proposal.settings", old.Position)
	}
	n := len(x.Said)
	for _, l := range changedLines(strings.Split(old.Text, "\n"), strings.Split(a.Text, "\n")) {
		if strings.TrimSpace(l.text) != "" {
			x.say(map[bool]string{true: "proposal.line_new", false: "proposal.line_gone"}[l.fresh], l.text)
		}
	}
	if len(x.Said) == n {
		x.say("proposal.same_lines")
	}
	return nil
}

// ends says which document would be withdrawn, or which batch voided, and why.
func (x *Proposed) ends(ctx context.Context, r Reader) error {
	var w withdrawal
	if err := json.Unmarshal(x.Payload, &w); err != nil {
		return err
	}
	if x.Kind == ProposeWithdraw {
		p, err := adoptedAt(ctx, r, w.Position)
		if err != nil {
			return x.refusedBy(err)
		}
		x.Text = p.Text
		x.say("proposal.withdraws", p.Document, p.Title, p.Position, w.Reason)
		return nil
	}
	b, err := batchOf(ctx, r, w.Batch)
	if err != nil {
		return x.refusedBy(err)
	}
	x.say("proposal.voids", b.ID, b.State.Chinese(), b.Payees, b.Net.Grouped(), w.Reason)
	return nil
}

// relieves says what somebody has repaid or would not owe any more, receivable by receivable.
func (x *Proposed) relieves(ctx context.Context, r Reader) error {
	var l relief
	if err := json.Unmarshal(x.Payload, &l); err != nil {
		return err
	}
	name, err := nameOf(ctx, r, l.Person)
	if err != nil {
		return err
	}
	x.say(map[string]string{ProposeRepaid: "proposal.repaid", ProposeWriteOff: "proposal.writes_off"}[x.Kind], name, l.Person, l.Fen.Grouped(), l.Date, l.Document)
	moves, err := allocate(ctx, r, l)
	if err != nil {
		return x.refusedBy(err)
	}
	if x.Items, err = printedNames(ctx, r); err != nil {
		return err
	}
	for _, e := range moves {
		x.say("proposal.receivable", e.Origin, cmp.Or(x.Items[e.Item], e.Item), e.Month, (-e.Fen).Grouped())
	}
	return nil
}

// sendsUp says which money would go back up.
func (x *Proposed) sendsUp(ctx context.Context, r Reader) error {
	var s sendUp
	if err := json.Unmarshal(x.Payload, &s); err != nil {
		return err
	}
	county, err := settingsAt(ctx, r, 0)
	if err != nil {
		return err
	}
	if len(s.Payments) == 0 {
		x.say("proposal.sends_up", county.FundName(s.Fund), s.Place, s.Fen.Grouped(), s.Document)
	}
	for _, id := range s.Payments {
		x.say("proposal.sends_back", id, s.Document)
	}
	_, err = s.postings(ctx, r)
	return x.refusedBy(err)
}

// erases names everybody whose data would be destroyed.
func (x *Proposed) erases(ctx context.Context, r Reader) error {
	var d destruction
	if err := json.Unmarshal(x.Payload, &d); err != nil {
		return err
	}
	x.say("proposal.erases", len(d.Persons), d.Document)
	for _, no := range d.Persons {
		name, err := nameOf(ctx, r, no)
		if err != nil {
			return err
		}
		x.say("proposal.erased_person", name, no)
	}
	return nil
}

// imports holds the rows of a file against the book as an acceptance would.
func (x *Proposed) imports(ctx context.Context, b *Book, r Reader) error {
	var in ImportBatch
	if err := json.Unmarshal(x.Payload, &in); err != nil {
		return err
	}
	plan, err := b.planImport(ctx, r, &in, asItIs)
	if err != nil {
		return x.refusedBy(err)
	}
	x.Asks, x.Problems = plan.asks, plan.problems // asked of the book as it is now
	x.Facts = plan.changes()
	var added, changed, gone int
	for _, f := range x.Facts {
		switch {
		case f.After == nil:
			gone++
		case f.Before == nil:
			added++
		default:
			changed++
		}
	}
	x.say("proposal.imports", in.File, len(in.Rows), added, changed, gone)
	if proposedImports[in.Kind] {
		x.say("proposal.by_hand")
	}
	x.Said = append(append(x.Said, in.Notes...), plan.notes...)
	if len(plan.idle) > 0 {
		var cells []string
		for _, p := range plan.idle {
			cells = append(cells, strings.TrimSpace(p.Sheet+" "+p.Cell))
		}
		x.say("proposal.idle", len(cells), namesOf(cells))
	}
	if err := x.refusedBy(stillHolds(ctx, r, plan, &in, x.Position)); err != nil {
		return err
	}
	x.Items, err = printedNames(ctx, r)
	return err
}

// changes puts what would become known beside what holds now: the same fact, or of a state the one that the new one would follow.
func (p *importPlan) changes() (list []ProposedFact) {
	type line struct {
		person int64
		kind   facts.Kind
		key    string
	}
	known := map[line][]Fact{}
	for _, f := range p.known.facts {
		l := line{f.Person, f.Kind, f.Key}
		known[l] = append(known[l], f)
	}
	replaced := map[factKey]bool{}
	for i := range p.put {
		f := p.put[i]
		c := ProposedFact{Person: f.Person, Name: p.known.names[f.Person], After: &f}
		if f.Person == 0 && p.ids[i] != "" {
			c.Name = p.known.comes[p.ids[i]].Name
		}
		for _, old := range known[line{f.Person, f.Kind, f.Key}] {
			if (f.Person != 0 || p.ids[i] == "") && old.From <= f.From && (c.Before == nil || old.From > c.Before.From) {
				c.Before = &old
			}
		}
		if c.Before != nil && c.Before.From == f.From {
			replaced[keyOf(*c.Before)] = true
		}
		list = append(list, c)
	}
	for _, f := range p.end {
		if !replaced[keyOf(f)] {
			list = append(list, ProposedFact{Person: f.Person, Name: p.known.names[f.Person], Before: &f})
		}
	}
	slices.SortStableFunc(list, func(a, b ProposedFact) int { return compareFacts(a.fact(), b.fact()) })
	return list
}

func (c ProposedFact) fact() Fact {
	if c.After != nil {
		return *c.After
	}
	return *c.Before
}

func nameOf(ctx context.Context, r Reader, person int64) (name string, err error) {
	err = r.Facts(ctx, FactQuery{First: person, Last: person, Kinds: []facts.Kind{facts.KindPerson}}, func(f Fact) error {
		var p facts.Profile
		err := decode(f, &p)
		name = p.Name
		return err
	})
	return name, err
}

// printedNames are the names of all items ever granted, by code.
func printedNames(ctx context.Context, r Reader) (map[string]string, error) {
	granted, err := grantedEver(ctx, r)
	return itemNames(granted), err
}

// changedLine is a line that only one of two texts has.
type changedLine struct {
	text  string
	fresh bool
}

// changedLines are the lines by which two texts differ, in their order: all but a longest common part.
func changedLines(old, fresh []string) (list []changedLine) {
	common := make([][]int, len(old)+1) // how many lines two ends have in common
	for i := range common {
		common[i] = make([]int, len(fresh)+1)
	}
	for i := len(old) - 1; i >= 0; i-- {
		for j := len(fresh) - 1; j >= 0; j-- {
			if old[i] == fresh[j] {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	i, j := 0, 0
	for i < len(old) || j < len(fresh) {
		switch {
		case i < len(old) && j < len(fresh) && old[i] == fresh[j]:
			i, j = i+1, j+1
		case j == len(fresh) || i < len(old) && common[i+1][j] >= common[i][j+1]:
			list = append(list, changedLine{old[i], false})
			i++
		default:
			list = append(list, changedLine{fresh[j], true})
			j++
		}
	}
	return list
}
