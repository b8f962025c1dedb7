package payroll

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"zhida/payroll/journal"
	"zhida/rules/facts"
	"zhida/rules/message"
	"zhida/rules/policy"
)

// Chain is the route on which facts of some kinds about some payees reach the book:
// who confirms them, one after the other, before they hold.
type Chain struct {
	Categories []facts.Category `yaml:"categories"`
	Kinds      []string         `yaml:"kinds"` // of import: roster, tenure …
	Steps      []string         `yaml:"steps"` // departments in order; StepTownship, StepFinance
}

// Steps that are no department's name.
const (
	StepTownship = "乡镇" // the owner of the township that the rows belong to
	StepFinance  = "财政" // a checker or approver of the bureau
)

// Owner is the role of somebody who confirms facts for a department: 组织部, or the
// division code of a township.
func Owner(department string) Role { return Role(ownerPrefix + department) }

const ownerPrefix = "owner:"

// Department is whose facts somebody with an owner's role confirms: 组织部, or the division code of a township; "" of every other role.
func (r Role) Department() string {
	department, _ := strings.CutPrefix(string(r), ownerPrefix)
	if department == string(r) {
		return ""
	}
	return department
}

// Brings are the kinds of import whose files somebody with these roles can bring, because a chain begins with a department of theirs: in
// the order of the chains, and last those that are worked out into such facts.
func (c *County) Brings(roles []Role) (kinds []string) {
	for _, x := range c.Chains {
		mine := len(x.Steps) > 0 && slices.ContainsFunc(roles, func(r Role) bool {
			return r.Department() == x.Steps[0] && r.Department() != "" || x.Steps[0] == StepTownship && r.Township() != ""
		})
		for _, kind := range x.Kinds {
			if mine && !slices.Contains(kinds, kind) {
				kinds = append(kinds, kind)
			}
		}
	}
	if slices.ContainsFunc(stirred, func(k facts.Kind) bool { return slices.Contains(kinds, importOf(k)) }) {
		kinds = append(kinds, KindChanges, KindElection)
	}
	return kinds
}

// Township is the division code of the township whose office the role is; "" of every other role.
func (r Role) Township() string {
	if code := r.Department(); len(code) == 9 && strings.Trim(code, "0123456789") == "" {
		return code
	}
	return ""
}

// checkChains refuses chains that no file could pass.
func (c *County) checkChains(file string) error {
	type fact struct {
		category facts.Category
		kind     string
	}
	seen := map[fact]bool{}
	for _, x := range c.Chains {
		if len(x.Categories) == 0 || len(x.Kinds) == 0 || len(x.Steps) == 0 || slices.Contains(x.Steps, "") {
			return message.Err("settings.chain", file)
		}
		for _, k := range x.Categories {
			if policy.CategoryChinese(k) == string(k) {
				return message.Err("settings.chain", file)
			}
			for _, kind := range x.Kinds {
				if chained[kind] == "" || seen[fact{k, kind}] {
					return message.Err("settings.chain_kind", file, kind)
				}
				seen[fact{k, kind}] = true
			}
		}
	}
	return nil
}

// departments are all that confirm facts on the county's chains, the bureau last.
func (c *County) departments() (list []string) {
	for _, x := range c.Chains {
		for _, step := range x.Steps {
			if step != StepFinance && !slices.Contains(list, step) {
				list = append(list, step)
			}
		}
	}
	if len(list) > 0 {
		list = append(list, StepFinance)
	}
	return list
}

// chained are the kinds of import about persons that a chain can hold, with the word
// for what they state.
var chained = map[string]string{"roster": "花名册", "tenure": "任职", "accounts": "账户", "days": "下村天数", "absences": "缺勤", "assessments": "考核", "amounts": "给定金额",
	"paid": "已发金额", "holds": "缓发停付", "notices": "通知送达", "orders": "协助执行", "verifications": "资格认证", "recipients": "继承人", "receivables": "旧欠待扣款", KindPublicity: "公示"}

// route is where a proposal stands on its chain. It is read from the journal.
type route struct {
	steps    []string
	township string   // whose rows the file has, where the chain asks the township
	passed   []string // actors who have confirmed, by step
}

// next is the step that is to be confirmed now.
func (r *route) next() string { return r.steps[len(r.passed)] }

// roles are those that may confirm a step.
func (r *route) roles(step string) []Role {
	switch {
	case step == StepFinance:
		return []Role{RoleChecker, RoleApprover}
	case step == StepTownship:
		return []Role{Owner(r.township)}
	case strings.HasPrefix(step, stepLeft):
		return []Role{Owner(strings.TrimPrefix(step, stepLeft))}
	}
	return []Role{Owner(step)}
}

// stepLeft and a code is the step of the township that a person leaves: nobody is taken
// out of a township's register without it.
const stepLeft = StepTownship + ":"

// text is the route in words, with what is behind.
func (r *route) text() string {
	words := make([]string, len(r.steps))
	for i, s := range r.steps {
		if words[i] = strings.Replace(s, stepLeft, "调出乡镇", 1); i < len(r.passed) {
			words[i] += "√"
		}
	}
	return strings.Join(words, " → ")
}

// routeFor finds the chain that a file's rows must pass; nil when there is none. All
// rows must have the same, and one township where the chain asks it.
func routeFor(ctx context.Context, r Reader, in *ImportBatch, plan *importPlan) (*route, error) {
	county, err := settingsAt(ctx, r, 0)
	if message.Code(err) == "settings.none" {
		return nil, nil
	}
	if err != nil || len(county.Chains) == 0 || chained[in.Kind] == "" && !unfolds(in.Kind) {
		return nil, err
	}
	byKind, townships := map[string][][]string{}, map[string]bool{}
	for k, places := range plan.concerns {
		kind := k.kind
		if !unfolds(in.Kind) {
			kind = in.Kind
		}
		if chained[kind] == "" {
			continue
		}
		byKind[kind] = append(byKind[kind], county.steps(k, kind))
		for _, place := range places {
			townships[facts.Township(place)] = true
		}
	}
	var all [][]string
	for _, kind := range sortedKeys(byKind) {
		list := byKind[kind]
		slices.SortFunc(list, func(a, b []string) int { return slices.Compare(b, a) }) // who lets somebody go comes first
		// A village's result cannot be divided by the registers of those whom it concerns.
		if in.Kind != KindElection && !slices.Equal(list[0], list[len(list)-1]) {
			return nil, message.Err("import.mixed_chains", in.File)
		}
		all = append(all, list...)
	}
	steps := oneAfterAnother(all...)
	if len(steps) == 0 {
		return nil, nil
	}
	way := &route{steps: steps}
	if slices.Contains(steps, StepTownship) {
		if len(townships) != 1 {
			return nil, message.Err("import.several_townships", in.File, len(townships))
		}
		way.township = sortedKeys(townships)[0]
	}
	if proposedImports[in.Kind] && !slices.Contains(way.steps, StepFinance) {
		way.steps = append(slices.Clone(way.steps), StepFinance) // money by hand takes a second actor of the bureau
	}
	return way, nil
}

// concern is the category that a fact's person has, the one that the fact gives them, the
// township that they leave by it, "" when they stay, and the kind of import that states such facts.
type concern struct {
	from, to facts.Category
	left     string
	kind     string
}

// steps are those of the chain that a fact must pass; of somebody who changes category
// those of the old chain, then those that the new one has besides, the bureau last; of
// somebody who changes township that of the one they leave before that of the new one.
func (c *County) steps(k concern, kind string) []string {
	var chains [][]string
	for _, category := range []facts.Category{k.from, k.to} {
		if x := c.chain(category, kind); x != nil {
			chains = append(chains, x.Steps)
		}
	}
	steps := oneAfterAnother(chains...)
	if i := slices.Index(steps, StepTownship); i >= 0 && k.left != "" {
		steps = slices.Insert(steps, i, stepLeft+k.left)
	}
	return steps
}

// oneAfterAnother are the steps of several chains, each once, the bureau last.
func oneAfterAnother(chains ...[]string) []string {
	steps := slices.Concat(chains...)
	seen := map[string]bool{}
	finance := slices.Contains(steps, StepFinance)
	steps = slices.DeleteFunc(steps, func(s string) bool {
		again := seen[s] || s == StepFinance
		seen[s] = true
		return again
	})
	if finance {
		steps = append(steps, StepFinance)
	}
	return steps
}

func (c *County) chain(k facts.Category, kind string) *Chain {
	for i := range c.Chains {
		if x := &c.Chains[i]; slices.Contains(x.Categories, k) && slices.Contains(x.Kinds, kind) {
			return x
		}
	}
	return nil
}

// owner is the department that answers for facts of a kind about a payee of a
// category: the last one before the bureau on their chain; "" when the county has set none.
func (c *County) owner(k facts.Category, kind string) string {
	if x := c.chain(k, kind); x != nil {
		for _, step := range slices.Backward(x.Steps) {
			if step != StepFinance {
				return step
			}
		}
	}
	return ""
}

// note keeps whose facts a file changes, for the chain: by concern, the places.
func (p *importPlan) note(known *knownFacts, f Fact, id string) {
	category, place := known.answering(f.Person, f)
	k := concern{from: category, to: category, kind: importOf(f.Kind)}
	profile, moves := known.comes[id]
	if f.Kind == facts.KindPerson {
		moves = json.Unmarshal([]byte(f.Body), &profile) == nil
	}
	if moves {
		k.to = profile.Category
		if k.from == "" { // somebody new
			k.from = k.to
		}
		if facts.Township(place) != facts.Township(profile.Place) {
			k.left = facts.Township(place)
		}
		place = profile.Place
	}
	if p.concerns == nil {
		p.concerns = map[concern][]string{}
	}
	if !slices.Contains(p.concerns[k], place) {
		p.concerns[k] = append(p.concerns[k], place)
	}
}

// proposeOn proposes an import that must pass a chain. Somebody who owns the first
// step has confirmed it by bringing the file.
func (b *Book) proposeOn(ctx context.Context, tx Tx, s *Session, in *ImportBatch, way *route) (int64, error) {
	pairs := []string{"chain", strings.Join(way.steps, ","), "township", way.township}
	if s.need(way.roles(way.steps[0])...) == nil {
		pairs = append(pairs, "brought_by", way.steps[0])
		if len(way.steps) == 1 {
			return 0, message.Err("import.alone", in.File)
		}
	}
	return b.propose(ctx, tx, s, importProposal+in.Kind, in.File, in, pairs...)
}

// routes reads where proposals stand on their chains, by position; those without a
// chain are absent.
func routes(ctx context.Context, r Reader, from int64) (map[int64]*route, error) {
	found := map[int64]*route{}
	head, err := r.Head(ctx)
	if err != nil {
		return nil, err
	}
	err = r.Events(ctx, from, head.Position, func(e journal.Event) error {
		if e.Kind != EventProposed && e.Kind != EventProposalPassed {
			return nil
		}
		pairs, err := journal.ParsePayload(e.Payload)
		if err != nil {
			return err
		}
		if e.Kind == EventProposalPassed {
			if way := found[parseNum(valueOf(pairs, "proposal"))]; way != nil {
				way.passed = append(way.passed, e.Actor)
			}
			return nil
		}
		if chain := valueOf(pairs, "chain"); chain != "" {
			way := &route{steps: strings.Split(chain, ","), township: valueOf(pairs, "township")}
			if valueOf(pairs, "brought_by") != "" {
				way.passed = append(way.passed, e.Actor)
			}
			found[e.Position] = way
		}
		return nil
	})
	return found, err
}

// pass lets an actor confirm the next step of a chain; last says that it was the last.
func (b *Book) pass(ctx context.Context, tx Tx, s *Session, p Proposal, way *route, persons *register) (last bool, err error) {
	step := way.next()
	if err := s.need(way.roles(step)...); err != nil {
		return false, err
	}
	if slices.ContainsFunc(way.passed, func(name string) bool { return persons.same(name, s.Actor.Name) }) {
		return false, message.Err("proposal.passed_before", p.Position, s.Actor.Name)
	}
	if len(way.passed)+1 == len(way.steps) {
		return true, nil
	}
	_, err = b.record(ctx, tx, s, EventProposalPassed, "proposal", num(p.Position), "step", step)
	return false, err
}
