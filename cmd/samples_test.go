package cmd_test

import (
	"go/ast"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"zhida/rules/message"
)

// readingFiles are the packages that do nothing but read files of others: what they refuse, a file shows.
var readingFiles = []string{"importers", "importers/sheet", "importers/returns", "rules/identity", "rules/money"}

// holdingRows are the files of payroll that hold the rows of a sheet, or of a bank's answer,
// against the book. No other makes a problem with a cell, which the test below checks.
var holdingRows = []string{"payroll/apply_check.go", "payroll/apply_doubts.go", "payroll/apply_idle.go", "payroll/apply_money.go", "payroll/changes.go", "payroll/election.go", "payroll/offices.go", "payroll/unfold.go", "payroll/words.go"}

// noSample lists the codes of reading a file that no file of testdata/problems shows, and why.
var noSample = map[string]string{
	"import.kind": "an argument of the command", "import.map_field": "what --map says", "import.map_heading": "what --map says", "sheet.no_sheet": "what --sheet says",
	"returns.too_large":         "it takes a file of more than 20 MiB",
	"value.wrong":               "for an error without a code, of which none is known",
	"fund.unknown":              "a book whose settings have no funds",
	"fund.spent":                "it takes an approved batch; a test of the application shows it",
	"fund.voucher":              "it takes an approved batch; a test of the application shows it",
	"fund.year_done":            "it takes a closed year; a test of the application shows it",
	"settings.none":             "a book without settings",
	"import.paid_here":          "it takes a month that the book has paid; a script shows it",
	"import.not_on_your_roster": "it takes somebody of a department; a script shows it",
	"money.range":               "a sum or the formula of a document",
	"money.weights":             "the formula of a document",
}

// Every code with which a file that comes in can be refused has a file in testdata/problems that
// is refused with it. The codes are those that the reading code names.
func TestEveryProblemHasASample(t *testing.T) {
	shown := map[string]bool{}
	entries, err := os.ReadDir("../testdata/problems")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		shown[strings.TrimPrefix(strings.TrimSuffix(e.Name(), filepath.Ext(e.Name())), "book.")] = true
	}
	exits := map[string]int{}
	for _, e := range message.Entries() {
		exits[e.Code] = e.Exit
	}
	named := map[string]bool{}
	eachNode(func(f source, n ast.Node, at token.Position) {
		if f.test {
			return
		}
		if makesProblem(n) && filepath.Dir(f.path) == "payroll" && !slices.Contains(append(holdingRows, "payroll/apply.go"), f.path) {
			t.Errorf("%s:%d makes a problem with a cell: add the file to holdingRows", f.path, at.Line)
		}
		if !slices.Contains(readingFiles, filepath.Dir(f.path)) && !slices.Contains(holdingRows, f.path) {
			return
		}
		if s := literal(n); code.MatchString(s) && exits[s] != message.ExitDone {
			named[s] = true
		}
	})
	if len(named) < 100 {
		t.Errorf("only %d codes were found", len(named))
	}
	for c := range named {
		if shown[c] == (noSample[c] != "") {
			t.Errorf("%s: file in testdata/problems %v, reason for having none %q", c, shown[c], noSample[c])
		}
	}
	for c := range noSample {
		if !named[c] {
			t.Errorf("%s is no code of reading a file", c)
		}
	}
}

// makesProblem says that a problem is made of a place of a file.
func makesProblem(n ast.Node) bool {
	lit, ok := n.(*ast.CompositeLit)
	if !ok || !selected(lit.Type, "message", "Problem") {
		return false
	}
	return slices.ContainsFunc(lit.Elts, func(e ast.Expr) bool {
		kv, ok := e.(*ast.KeyValueExpr)
		if !ok {
			return false
		}
		key, ok := kv.Key.(*ast.Ident)
		return ok && key.Name == "Cell"
	})
}
