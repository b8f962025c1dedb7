package cmd_test

import (
	"go/ast"
	"go/token"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"zhida/rules/message"
)

// code is the form of a message code: area, dot, what.
var code = regexp.MustCompile(`^[a-z]+\.[a-z][a-z0-9_]*$`)

// place is an argument's place in a sentence.
var place = regexp.MustCompile(`\{(\d+)\}`)

// catalogueFile says whether a file is where the sentences stand.
func catalogueFile(name string) bool {
	return strings.HasPrefix(name, "rules/message/catalogue_")
}

// literal gives the text of a string literal, or "".
func literal(n ast.Node) string {
	b, ok := n.(*ast.BasicLit)
	if !ok || b.Kind != token.STRING {
		return ""
	}
	s, err := strconv.Unquote(b.Value)
	if err != nil {
		return ""
	}
	return s
}

// TestMessagesHaveSentences holds every code that is used against the catalogue,
// with the number of its arguments where the call shows it.
func TestMessagesHaveSentences(t *testing.T) {
	entries := map[string]message.Entry{}
	for _, e := range message.Entries() {
		entries[e.Code] = e
	}
	eachNode(func(f source, n ast.Node, at token.Position) {
		call, ok := n.(*ast.CallExpr)
		if !ok || f.test || len(call.Args) == 0 {
			return
		}
		c := literal(call.Args[0])
		if !code.MatchString(c) || !makesMessage(call.Fun) {
			return
		}
		e, ok := entries[c]
		if !ok {
			t.Errorf("%s:%d: %s is not in the catalogue", f.path, at.Line, c)
			return
		}
		if need := places(e); !call.Ellipsis.IsValid() && len(call.Args)-1 < need {
			t.Errorf("%s:%d: %s is given %d arguments, its sentences ask for %d", f.path, at.Line, c, len(call.Args)-1, need)
		}
	})
}

// makesMessage knows message.Err, message.M and the commands' say.
func makesMessage(fun ast.Expr) bool {
	switch fun := fun.(type) {
	case *ast.SelectorExpr:
		return selected(fun, "message", "Err", "M") || fun.Sel.Name == "say"
	case *ast.Ident:
		return fun.Name == "Err" || fun.Name == "M"
	}
	return false
}

// places is the number of arguments that the sentences and hints of an entry ask for.
func places(e message.Entry) int {
	most := 0
	for _, m := range place.FindAllStringSubmatch(e.Zh+e.ZhHint+e.En+e.EnHint, -1) {
		if n, _ := strconv.Atoi(m[1]); n+1 > most {
			most = n + 1
		}
	}
	return most
}

// noHint lists the errors that say nothing about what to do next, and why.
var noHint = map[string]string{
	"cli.problems":      "each problem above it has its own hint",
	"cli.problems_rest": "each problem above it has its own hint",
}

// TestCatalogueIsWhole asks for both languages, for a hint on every error, and
// that something uses the entry.
func TestCatalogueIsWhole(t *testing.T) {
	used := map[string]bool{}
	eachNode(func(f source, n ast.Node, _ token.Position) {
		if s := literal(n); !f.test && !catalogueFile(f.path) && code.MatchString(s) {
			used[s] = true
		}
	})
	chinese, english := regexp.MustCompile(`\p{Han}|^\{0\}$`), regexp.MustCompile(`[a-z]{2}|^\{0\}$`)
	for _, e := range message.Entries() {
		switch {
		case !code.MatchString(e.Code):
			t.Errorf("%q is not a code of the form area.what", e.Code)
		case !chinese.MatchString(e.Zh):
			t.Errorf("%s has no Chinese sentence", e.Code)
		case !english.MatchString(e.En):
			t.Errorf("%s has no English sentence", e.Code)
		case (e.ZhHint == "") != (e.EnHint == ""):
			t.Errorf("%s has a hint in one language only", e.Code)
		case e.Exit != message.ExitDone && e.ZhHint == "" && noHint[e.Code] == "":
			t.Errorf("%s is an error that does not say what to do next", e.Code)
		case e.Exit < message.ExitDone || e.Exit > message.ExitInterrupt:
			t.Errorf("%s has the exit code %d, which no one documents", e.Code, e.Exit)
		case !used[e.Code]:
			t.Errorf("%s is in the catalogue and used nowhere", e.Code)
		}
	}
}
