package checks

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The paper describes every check, with the same words, sources and parameters, and no check
// that does not exist.
func TestPaper(t *testing.T) {
	b, err := os.ReadFile("../../docs/checks.md")
	if err != nil {
		t.Fatal(err)
	}
	paper := string(b)
	known := map[string]bool{}
	for _, c := range List() {
		known[c.Code] = true
		tags := c.Severity.Chinese()
		for _, tag := range []struct {
			is   bool
			word string
		}{{c.Softer, "，轻的复核"}, {c.Standing, "、长效"}, {c.Period, "、跨月"}} {
			if tag.is {
				tags += tag.word
			}
		}
		_, part, ok := strings.Cut(paper, "### `"+c.Code+"` "+c.Name+"（"+tags+"）")
		if !ok {
			t.Errorf("the paper has no heading of %s", c.Code)
			continue
		}
		part, _, _ = strings.Cut(part, "\n## ")
		part, _, _ = strings.Cut(part, "\n### ")
		want := []string{c.Looks, c.Spares}
		for _, s := range append(append([]Source{}, c.Needs...), c.Uses...) {
			want = append(want, s.Chinese())
		}
		for _, p := range c.Params {
			want = append(want, "`"+p+"`")
		}
		for _, w := range want {
			if !strings.Contains(part, w) {
				t.Errorf("what the paper says of %s lacks %q", c.Code, w)
			}
		}
	}
	for _, m := range regexp.MustCompile("(?m)^### `([a-z_]+)`").FindAllStringSubmatch(paper, -1) {
		if !known[m[1]] {
			t.Errorf("the paper describes %s, which is no check", m[1])
		}
	}
	for _, p := range Params() {
		if !strings.Contains(paper, "| `"+p.Name+"` | "+p.Default+" | "+p.Meaning+" |") {
			t.Errorf("the paper does not describe the parameter %s as the program does", p.Name)
		}
	}
	for class := range Registers {
		if !strings.Contains(paper, "\n| "+class+" | ") {
			t.Errorf("the paper does not say what a register of %s needs", class)
		}
	}
}

// The English paper has a row of every check with its weight, and of no other.
func TestPaperInEnglish(t *testing.T) {
	b, err := os.ReadFile("../../docs/checks.en.md")
	if err != nil {
		t.Fatal(err)
	}
	weights := map[string]string{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\| ([a-z, ]+) \\| .+ \\| .+ \\|$").FindAllStringSubmatch(string(b), -1) {
		weights[m[1]] = m[2]
	}
	want := map[string]string{}
	for _, c := range List() {
		w := []string{string(c.Severity)}
		for _, tag := range []struct {
			is   bool
			word string
		}{{c.Softer, "mild"}, {c.Standing, "standing"}, {c.Period, "months"}} {
			if tag.is {
				w = append(w, tag.word)
			}
		}
		want[c.Code] = strings.Join(w, ", ")
	}
	if d := cmp.Diff(want, weights); d != "" {
		t.Error(d)
	}
}
