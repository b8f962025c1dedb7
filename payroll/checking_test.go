package payroll

import (
	"testing"

	"zhida/payroll/checks"
	"zhida/rules/message"
)

// What others do to the money of drifting checks does not make findings differ; everything
// else does, in amount and in number.
func TestDiffer(t *testing.T) {
	finding := func(check, place string, fen int64) CheckFinding {
		return CheckFinding{Finding: checks.Finding{Check: check, Place: place, Message: message.M("check.holder", fen)}}
	}
	for _, c := range []struct {
		name        string
		before, now []CheckFinding
		more, fewer int
	}{
		{"same, answered or not", []CheckFinding{{Finding: finding("holder", "a", 1).Finding, Answer: "x"}}, []CheckFinding{finding("holder", "a", 1)}, 0, 0},
		{"another amount", []CheckFinding{finding("holder", "a", 1)}, []CheckFinding{finding("holder", "a", 2)}, 1, 1},
		{"a new one", nil, []CheckFinding{finding("holder", "a", 1)}, 1, 0},
		{"one gone", []CheckFinding{finding("holder", "a", 1), finding("holder", "b", 1)}, []CheckFinding{finding("holder", "b", 1)}, 0, 1},
		{"a transfer of which less is left", []CheckFinding{finding("idle", "a", 9)}, []CheckFinding{finding("idle", "a", 4)}, 0, 0},
		{"a bank that has answered", []CheckFinding{finding("unreturned", "", 9)}, nil, 0, 0},
		{"a transfer nobody saw", []CheckFinding{finding("idle", "a", 9)}, []CheckFinding{finding("idle", "a", 9), finding("idle", "b", 9)}, 1, 0},
	} {
		if more, fewer := differ(c.before, c.now); more != c.more || fewer != c.fewer {
			t.Errorf("%s: %d more, %d fewer", c.name, more, fewer)
		}
	}
}

// An answer to a place takes its villages with it, and no neighbour whose code begins alike.
func TestFindingQuery(t *testing.T) {
	f := CheckFinding{Finding: checks.Finding{Check: "holder", Place: "430725101200"}, Seq: 3}
	for q, want := range map[FindingQuery]bool{
		{}: true, {Seq: 3}: true, {Seq: 2}: false, {Check: "holder"}: true, {Check: "once"}: false, {Place: "430725101"}: true, {Place: "430725101200"}: true, {Place: "43072510"}: false, {Place: "430725102"}: false,
	} {
		if q.matches(&f) != want {
			t.Errorf("%+v: %v", q, !want)
		}
	}
}
