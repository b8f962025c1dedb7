package rules_test

import (
	"errors"
	"path/filepath"
	"testing"

	"zhida/rules"
	"zhida/rules/message"
	"zhida/rules/policy"
)

// Every policy file under testdata reads, leaves nothing open, checks clean, passes
// its own cases, and has a case on each side of each border.
func TestPolicyFiles(t *testing.T) {
	var files []string
	for _, pattern := range []string{"../testdata/counties/*/policies/*.yaml", "../testdata/cases/*.yaml"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	if len(files) < 6 {
		t.Fatalf("only %d policy files found", len(files))
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			p := rules.ReadCaseFile(t, name)
			for _, x := range append(policy.Check(p), p.Open()...) {
				t.Error(x.Cell, x.Text(message.Chinese))
			}
			for _, x := range rules.Untouched(p) {
				t.Error(x.Text(message.Chinese))
			}
			for _, c := range rules.TestCases(p) {
				if len(c.Checks) == 0 {
					t.Errorf("%s (line %d) checks nothing", c.Name, c.Line)
				}
				for _, x := range c.Checks {
					if !x.Passed {
						t.Errorf("%s (line %d): %s: want %s, got %s", c.Name, c.Line, x.Item, x.Expected, x.Computed)
					}
				}
			}
		})
	}
}

func show(t *testing.T, err error) {
	t.Helper()
	var ps message.Problems
	if errors.As(err, &ps) {
		for _, p := range ps {
			t.Error(p.Cell, p.Text(message.Chinese))
		}
	}
	t.Fatal(err)
}
