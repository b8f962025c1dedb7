package rules

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// Every format that is said has an English form with the same arguments, and nothing
// Chinese is left in it.
func TestPhrasesHaveEnglish(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	said := 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) == 0 {
				return true
			}
			name := ""
			switch fun := call.Fun.(type) {
			case *ast.Ident:
				name = fun.Name
			case *ast.SelectorExpr:
				name = fun.Sel.Name
			}
			if name != "say" && name != "note" && name != "fact" && name != "word" {
				return true
			}
			ast.Inspect(call.Args[0], func(n ast.Node) bool {
				if kv, ok := n.(*ast.KeyValueExpr); ok { // a choice among formats
					n = kv.Value
				}
				if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
					s, _ := strconv.Unquote(lit.Value)
					if !hasHan(s) && !strings.Contains(s, "%") {
						return true
					}
					said++
					if e, ok := english[s]; !ok || name != "word" && verbs(s) != verbs(e) {
						t.Errorf("%s: %q has the English form %q", file, s, e)
					}
				}
				return true
			})
			return true
		})
	}
	if said < 50 {
		t.Errorf("only %d phrases found", said)
	}
	for zh, en := range english {
		if hasHan(en) {
			t.Errorf("%q is not English: %q", zh, en)
		}
	}
}

func hasHan(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

var verb = regexp.MustCompile(`%(?:\[\d\])?[sd]`)

func verbs(s string) int { return len(verb.FindAllString(s, -1)) }

// The sentences and steps of every case can be told in English, with the same
// amounts: only names, formulas and words of the document stay Chinese.
func TestEnglishSentences(t *testing.T) {
	files, _ := filepath.Glob("../testdata/cases/*.yaml")
	number := regexp.MustCompile(`[0-9]+(?:\.[0-9]+)?`)
	told := 0
	for _, file := range files {
		p := ReadCaseFile(t, file)
		for _, c := range p.Cases {
			e, _, err := caseDue(p, c, nil)
			if err != nil {
				t.Fatal(err)
			}
			person := withGiven(c.Person, c)
			for _, x := range e.Explain(&person, c.Month, "") {
				if x.Outcome != Due {
					continue
				}
				told++
				_, zh, _ := strings.Cut(x.Sentence, p.Document.Number)
				_, en, _ := strings.Cut(x.English, p.Document.Number)
				a, b := number.FindAllString(zh, -1), number.FindAllString(en, -1)
				if len(a) != len(b) || !strings.HasSuffix(x.English, "yuan") && !strings.Contains(en, x.Fen.String()+" yuan") {
					t.Errorf("%s: %q in English %q", c.Name, x.Sentence, x.English)
				}
				for _, s := range x.Steps {
					if s.English == "" || strings.Contains(s.English, "%!") {
						t.Errorf("%s: step %q in English %q", c.Name, s.Text, s.English)
					}
				}
			}
		}
	}
	if told < 200 {
		t.Errorf("only %d sentences told", told)
	}
}
