package rules_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"zhida/rules"
	"zhida/rules/message"
	"zhida/rules/policy"
)

// The guide's whole examples are policies that pass their cases, and its list of words is complete.
func TestGuide(t *testing.T) {
	b, err := os.ReadFile("../docs/policy-guide.md")
	if err != nil {
		t.Fatal(err)
	}
	guide := string(b)
	for _, term := range policy.Vocabulary {
		if !strings.Contains(guide, "| `"+term.Zh) || !strings.Contains(guide, "| `"+term.ID+"` |") || !strings.Contains(guide, term.Doc) {
			t.Errorf("the guide does not explain %s as the vocabulary does", term.Zh)
		}
	}
	testExamples(t, guide)
}

// The English guide explains the same words, and its example passes too.
func TestEnglishGuide(t *testing.T) {
	b, err := os.ReadFile("../docs/policy-guide.en.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, term := range policy.Vocabulary {
		if !strings.Contains(string(b), "| `"+term.ID+"` |") {
			t.Errorf("the English guide does not explain %s", term.ID)
		}
	}
	testExamples(t, string(b))
}

// testExamples reads, checks and tests the whole policies of a guide.
func testExamples(t *testing.T, guide string) {
	t.Helper()
	tested := 0
	for _, block := range strings.Split(guide, "```yaml\n")[1:] {
		text, _, _ := strings.Cut(block, "```")
		if !strings.HasPrefix(text, "文件:") && !strings.HasPrefix(text, "document:") {
			continue
		}
		p := read(t, text)
		for _, x := range append(policy.Check(p), p.Open()...) {
			t.Error(x.Text(message.Chinese))
		}
		for _, r := range rules.TestCases(p) {
			tested++
			if !r.Passed() {
				t.Errorf("%+v", r)
			}
		}
	}
	if tested < 3 {
		t.Errorf("only %d cases in the guide", tested)
	}
}

// Every word has a meaning and can be called in Chinese and in English.
func TestEveryWordHasAMeaning(t *testing.T) {
	for _, term := range policy.Vocabulary {
		for _, name := range []string{term.Zh, term.ID} {
			call := name
			if len(term.Args) > 0 {
				values := map[policy.Type]string{policy.Num: "2025", policy.Text: `"pay"`, policy.Day: "月末"}
				args := []string{}
				for _, a := range term.Args {
					args = append(args, values[a])
				}
				call += "(" + strings.Join(args, ", ") + ")"
			}
			switch term.ID {
			case "item", "lookup", "group_total", "group_average": // name an item or a table, which other tests have
				continue
			case "group_count", "group_rank":
				call = name + `("本村", "书记")`
			case "date":
				call = name + `("2026-01-31")`
			case "round":
				call = name + "(1.25, 1)"
			}
			test := map[policy.Type]string{policy.Num: " == 1", policy.Text: ` == "a"`, policy.Bool: "", policy.Day: " == 月末"}[term.Result]
			p := read(t, rule("AMOUNT", "'"+call+test+" ? 1 : 2'")+"任职口径: {计月: 起止月都算, 零头: 舍去, 截至: 月末, 凭据: 须认定}\n")
			person := villager(cadre(1, "一级科员", 0).Spells...)
			e := evaluation(t, []rules.Granted{{Position: 1, Policy: p}}, sampleWorld(), 202611, 202611)
			if x := e.Person(&person)[0]; x.Reason.Code == "rules.failed" || x.Reason.Code == "rules.formula_failed" {
				t.Errorf("%s: %s", call, x.Reason.Text(message.Chinese))
			}
		}
	}
}

// Both pages of shapes have all thirty-two, each names a policy file that is tested
// with the others, and their fragments stand in it line by line.
func TestShapes(t *testing.T) {
	for _, page := range []string{"../docs/policy-shapes.md", "../docs/policy-shapes.en.md"} {
		b, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		sections := strings.Split(string(b), "\n## ")[1:]
		if len(sections) != 32 {
			t.Errorf("%s has %d sections", page, len(sections))
		}
		for i, s := range sections {
			if !strings.HasPrefix(s, fmt.Sprintf("%d. ", i+1)) {
				t.Errorf("%s: section %d begins %q", page, i+1, s[:20])
			}
			_, rest, found := strings.Cut(s, "`testdata/cases/")
			name, _, _ := strings.Cut(rest, "`")
			text, err := os.ReadFile("../testdata/cases/" + name)
			if !found || err != nil {
				t.Errorf("%s: section %d names no policy file: %v", page, i+1, err)
				continue
			}
			lines := map[string]bool{}
			for _, l := range strings.Split(string(text), "\n") {
				lines[strings.TrimSpace(l)] = true
			}
			_, fragment, _ := strings.Cut(s, "```yaml\n")
			fragment, _, found = strings.Cut(fragment, "\n```")
			if !found || strings.TrimSpace(fragment) == "" {
				t.Errorf("%s: section %d has no fragment", page, i+1)
			}
			for _, l := range strings.Split(fragment, "\n") {
				if !lines[strings.TrimSpace(l)] {
					t.Errorf("%s: section %d: %q does not stand in %s", page, i+1, l, name)
				}
			}
		}
	}
}
