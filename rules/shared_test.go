package rules_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zhida/rules"
	"zhida/rules/facts"
	"zhida/rules/money"
	"zhida/rules/policy"
)

// A shared cap looks at what each person's own earlier items used, also where the
// results of others before them are remembered; and the slip says what gave way.
func TestSharedCapOfManyPeople(t *testing.T) {
	files, _ := filepath.Glob("../testdata/cases/pc-23-*.yaml")
	text, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	p, err := policy.Read(files[0], text)
	if err != nil {
		t.Fatal(err)
	}
	e := evaluation(t, []rules.Granted{{Position: 1, Policy: p}}, sampleWorld(), 201201, 201201)
	for round := range 2 {
		for no := range int64(40) {
			post, transport, meals := money.Fen(no%5*5000), money.Fen(no%3*10000), money.Fen(15000+no%7*4000)
			person := facts.Person{No: no + 1, Profiles: []facts.Profile{{Category: facts.TownshipCadre, Place: "430725101", From: 20000101}},
				Amounts: []facts.Amount{{Item: "field_meals", Fen: meals, From: 201201}, {Item: "post_pay", Fen: post, From: 201201}, {Item: "transport", Fen: transport, From: 201201}}}
			want := min(meals, 50000-min(post, 20000)-min(transport, 20000))
			for _, x := range e.Person(&person) {
				if x.Item != "field_meals" {
					continue
				}
				if x.Fen != want {
					t.Errorf("round %d, person %d: %s, want %s", round, no, x.Fen, want)
				}
				if cut := strings.Contains(x.Sentence, "合计封顶500.00元"); cut != (want < meals) {
					t.Errorf("person %d: the sentence %q, cut %v", no, x.Sentence, want < meals)
				}
			}
		}
	}
}
