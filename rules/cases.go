package rules

import (
	"maps"
	"slices"
	"strings"

	"zhida/rules/facts"
	"zhida/rules/message"
	"zhida/rules/policy"
)

// CaseResult is what one case of a policy file came to.
type CaseResult struct {
	Name   string
	Line   int
	Checks []CaseCheck
}

// CaseCheck compares one item of a case.
type CaseCheck struct {
	Item     string
	Expected string // amount in yuan, or outcome with reason
	Computed string
	Reason   string // why it did not come to an amount, Chinese; "" when it did
	Passed   bool
}

// Passed says whether every item came to what the case expects.
func (c CaseResult) Passed() bool {
	for _, x := range c.Checks {
		if !x.Passed {
			return false
		}
	}
	return len(c.Checks) > 0
}

// TestCases runs the cases of a policy file. Items that other documents grant have
// the amounts the case gives them.
func TestCases(p *policy.Policy) []CaseResult {
	list := make([]CaseResult, 0, len(p.Cases))
	for _, c := range p.Cases {
		list = append(list, testCase(p, c, nil))
	}
	return list
}

func testCase(p *policy.Policy, c policy.Case, watch watcher) CaseResult {
	r := CaseResult{Name: c.Name, Line: c.Line}
	e, due, err := caseDue(p, c, watch)
	if message.Code(err) == "rules.no_policy" { // the document is not in force: nothing is due
		err = nil
	}
	if err != nil {
		r.Checks = append(r.Checks, CaseCheck{Item: c.Name, Expected: "可以计算", Computed: asMessage(err).Text(message.Chinese)})
		return r
	}
	for _, want := range c.Expect {
		r.Checks = append(r.Checks, compare(want, total(due, want, c)))
	}
	for _, name := range slices.Sorted(maps.Keys(c.Rules)) {
		r.Checks = append(r.Checks, e.compareRule(name, c))
	}
	return r
}

// compareRule holds what a case says of a rule against what the person's place comes to.
func (e *Evaluation) compareRule(name string, c policy.Case) CaseCheck {
	words := map[bool]string{true: "符合", false: "不符合"}
	check := CaseCheck{Item: "核对 " + name, Expected: words[c.Rules[name]], Computed: "没有这条核对，或当地没有人任职"}
	place := c.Person.Profiles[0].Place
	if e == nil {
		return check
	}
	for _, r := range e.Rules(c.Month) {
		if r.Name == name && (r.Place == place || r.Place == facts.Township(place)) {
			check.Reason = r.Reason.Text(message.Chinese)
			check.Computed = words[r.Holds] + " " + check.Reason
			check.Passed = r.Holds == c.Rules[name] && (r.Holds || r.Reason.Code == "rules.rule")
		}
	}
	return check
}

// caseDue is what the person of a case is due in its months.
func caseDue(p *policy.Policy, c policy.Case, watch watcher) (*Evaluation, []Entitlement, error) {
	program, err := compileCase(p, c)
	if err != nil {
		return nil, nil, err
	}
	world := &facts.World{Places: map[string][]facts.Place{}, References: c.References, Calendar: c.Calendar, Example: true}
	for _, x := range c.Places {
		world.Places[x.Code] = append(world.Places[x.Code], x)
	}
	e, err := NewEvaluation(program, world, c.Month, c.Last)
	if err != nil {
		return nil, nil, err
	}
	e.watch = watch
	person := withGiven(c.Person, c)
	e.observeAll(append([]facts.Person{person}, c.Others...))
	return e, e.Person(&person), nil
}

// total joins the entitlements of an item that an expectation is about: one month,
// or the sum over all months of the case; the reason of the last month stands for all.
func total(due []Entitlement, want policy.Expectation, c policy.Case) (t Entitlement) {
	for _, x := range due {
		if x.Item != want.Item || want.Month != 0 && x.Month != want.Month {
			continue
		}
		sum := t.Fen + x.Fen
		if t.Outcome == Refused || t.Outcome == Due && x.Outcome != Refused {
			t.Fen = sum
			continue
		}
		t = x
		t.Fen = sum
	}
	return t
}

func compare(want policy.Expectation, got Entitlement) CaseCheck {
	check := CaseCheck{Item: want.Item, Expected: want.Fen.String()}
	if want.Month != 0 {
		check.Item += " " + want.Month.String()
	}
	if want.Outcome != "" {
		check.Expected = outcomeChinese(Outcome(want.Outcome)) + " " + want.Reason
	}
	switch {
	case got.Item == "":
		check.Reason = "人员类别不符，文件没有施行，或没有这个项目"
		check.Computed = "不符合 " + check.Reason
		check.Passed = want.Outcome == string(NotDue) && want.Reason == ""
	case got.Outcome == Due:
		check.Computed = got.Fen.String()
		check.Passed = want.Outcome == "" && got.Fen == want.Fen
	default:
		check.Reason = got.Reason.Text(message.Chinese)
		check.Computed = outcomeChinese(got.Outcome) + " " + check.Reason
		check.Passed = string(got.Outcome) == want.Outcome && strings.Contains(check.Reason, want.Reason)
	}
	return check
}

// observeAll observes a whole roster at once.
func (e *Evaluation) observeAll(people []facts.Person) {
	for pass := 1; pass <= e.Passes(); pass++ {
		e.Observe(pass, people)
	}
}

// outcomeChinese is the word by which a case expects an outcome.
func outcomeChinese(o Outcome) string {
	return map[Outcome]string{NotDue: "不符合", Zero: "为零", Refused: "拒绝"}[o]
}

// compileCase compiles the policy beside a document that grants the given items as given amounts.
func compileCase(p *policy.Policy, c policy.Case) (*Program, error) {
	granted := []Granted{{Position: 1, Policy: p}}
	own := p.Granted()
	text := ""
	needed := map[string]bool{}
	for _, it := range p.Items {
		for _, code := range p.Needs(it) {
			needed[code] = true
		}
	}
	for _, code := range slices.Sorted(maps.Keys(needed)) {
		if _, ok := own[code]; !ok {
			text += strings.ReplaceAll(givenItem, "CODE", code)
		}
	}
	if text != "" {
		q, err := policy.Read("案例", []byte(givenDocument+text))
		if err != nil {
			return nil, err
		}
		granted = append(granted, Granted{Position: 2, Policy: q})
	}
	return Compile(granted)
}

const givenDocument = `document: {number: 案例, title: 案例, issuer: 案例, issued: 1990-01-01, from: 1900-01}
items:
`

const givenItem = `  - {code: CODE, name: CODE, order: 0, payees: [township_cadre, village_cadre, former_village_cadre], channel: 案例, fund: 案例,
     basis: person, arrival: full, departure: full, death: full, change: last, rounding: half_up/1, amount: 'given("CODE")'}
`

// withGiven states the amounts of other documents' items for the person.
func withGiven(p facts.Person, c policy.Case) facts.Person {
	for _, code := range slices.Sorted(maps.Keys(c.Given)) {
		p.Amounts = append(p.Amounts, facts.Amount{Item: code, Fen: c.Given[code], From: 190001})
	}
	return p
}
