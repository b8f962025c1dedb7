package payroll

import (
	"testing"

	"zhida/rules/money"
)

// Of more changes than a page shows the greatest are kept, whichever way they go and wherever they come, and the others are counted.
func TestGreatestChangesAreKept(t *testing.T) {
	x := &Comparison{}
	const people = 5 * mostChanges
	for i := range int64(people) {
		c := ReportChange{Person: i + 1, Part: PartMonth, Item: "wage", Causes: []string{VarianceStandard}, Before: 500000, Now: 500000 + money.Fen(i%7+1)*100}
		switch i {
		case people / 2:
			c.Now = 10 * c.Before
		case people - 1:
			c.Now = 0
		}
		x.Add(c)
	}
	x.finish(&ReportHead{})
	for key, p := range x.Parts {
		if len(p.Rows) != mostChanges || p.More != people-mostChanges || p.Sum.Count != people {
			t.Errorf("%q: %d rows, %d more, %d in all", key, len(p.Rows), p.More, p.Sum.Count)
		}
		seen := map[int64]bool{}
		for i, c := range p.Rows {
			seen[c.Person] = true
			if i > 0 && p.Rows[i-1].Person >= c.Person {
				t.Fatalf("%q: person %d comes after %d", key, c.Person, p.Rows[i-1].Person)
			}
		}
		if !seen[people/2+1] || !seen[people] {
			t.Errorf("%q: the pay of ten times %v, the pay that ended %v", key, seen[people/2+1], seen[people])
		}
	}
}
