package cmd_test

import (
	"archive/zip"
	"bytes"
	"go/ast"
	"go/token"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"zhida/rules/identity"
)

// floats lists the files that may use binary fractions, none of them for money.
var floats = map[string]string{
	"cmd/zhida/demo.go":              "seconds",
	"cmd/zhida/internal/app/demo.go": "seconds",
	"exporters/workbook/frame.go":    "column widths",
	"exporters/workbook/style.go":    "font sizes",
	"importers/sheet/mark.go":        "font sizes, column widths",
	"importers/sheet/template.go":    "column widths",
	"testdata/counties/gen/files.go": "column widths",
	"testdata/counties/gen/main.go":  "kilometres, drawn and printed",
}

// floatCalls make binary fractions out of exact numbers, or the other way round.
var floatCalls = []string{"Float64", "InexactFloat64", "NewFromFloat", "NewFromFloat32", "NewFromFloatWithExponent", "ParseFloat", "FormatFloat"}

func TestNoFloats(t *testing.T) {
	used := map[string]bool{}
	eachNode(func(f source, n ast.Node, at token.Position) {
		if f.test || !isFloat(n) {
			return
		}
		used[f.path] = true
		if _, ok := floats[f.path]; !ok {
			t.Errorf("%s:%d uses a binary fraction; money is fen, and decimal.Decimal inside a formula", f.path, at.Line)
		}
	})
	for name := range floats {
		if !used[name] {
			t.Errorf("%s is excepted in cmd/house_test.go but uses no binary fraction", name)
		}
	}
}

func isFloat(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.Ident:
		return n.Name == "float64" || n.Name == "float32"
	case *ast.BasicLit:
		return n.Kind == token.FLOAT
	case *ast.SelectorExpr:
		return slices.Contains(floatCalls, n.Sel.Name)
	}
	return false
}

// eachNode visits every node of every Go file.
func eachNode(visit func(f source, n ast.Node, at token.Position)) {
	files, set := tree()
	for _, f := range files {
		ast.Inspect(f.File, func(n ast.Node) bool {
			if n != nil {
				visit(f, n, set.Position(n.Pos()))
			}
			return true
		})
	}
}

// selected says whether a node is pkg.name for one of the names.
func selected(n ast.Node, pkg string, names ...string) bool {
	s, ok := n.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	x, ok := s.X.(*ast.Ident)
	return ok && x.Name == pkg && slices.Contains(names, s.Sel.Name)
}

// TestTimeIsAnArgument keeps the clock in cmd: everything below is told what time it is.
func TestTimeIsAnArgument(t *testing.T) {
	eachNode(func(f source, n ast.Node, at token.Position) {
		if !f.test && !strings.HasPrefix(f.dir, "cmd") && selected(n, "time", "Now", "Since", "Until", "After", "Tick", "Sleep", "Local") {
			t.Errorf("%s:%d asks the clock; take the time as an argument", f.path, at.Line)
		}
	})
}

// inits lists the files that may have an init function, and why.
var inits = map[string]string{
	"rules/vocabulary.go": "its table and the functions in it refer to each other",
}

func TestNoWorkAtStart(t *testing.T) {
	eachNode(func(f source, n ast.Node, at token.Position) {
		if d, ok := n.(*ast.FuncDecl); ok && d.Recv == nil && d.Name.Name == "init" && inits[f.path] == "" {
			t.Errorf("%s:%d has an init function; let the caller call", f.path, at.Line)
		}
	})
}

func TestComparisonsAreReadable(t *testing.T) {
	eachNode(func(f source, n ast.Node, at token.Position) {
		if selected(n, "reflect", "DeepEqual") {
			t.Errorf("%s:%d uses reflect.DeepEqual; cmp.Diff says what differs and knows decimals", f.path, at.Line)
		}
	})
}

// texts gives the content of every text file.
func texts(t *testing.T, visit func(name string, content []byte)) {
	t.Helper()
	files(t, func(name string, content []byte) {
		if path.Ext(name) != ".xlsx" && (utf8.Valid(content) || path.Ext(name) == ".csv") {
			visit(name, content)
		}
	})
}

// workbooks gives every part of every workbook.
func workbooks(t *testing.T, visit func(name string, content []byte)) {
	t.Helper()
	files(t, func(name string, content []byte) {
		if path.Ext(name) == ".xlsx" {
			parts(name, content, visit)
		}
	})
}

func files(t *testing.T, visit func(name string, content []byte)) {
	t.Helper()
	err := walk(func(name string, _ fs.DirEntry) error {
		content, err := os.ReadFile(filepath.Join(root, name))
		if err == nil {
			visit(name, content)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// parts visits what can be read of a workbook; damaged ones are among the samples on purpose.
func parts(name string, b []byte, visit func(name string, content []byte)) {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return
	}
	for _, part := range z.File {
		r, err := part.Open()
		if err != nil {
			continue
		}
		content, _ := io.ReadAll(io.LimitReader(r, 64<<20))
		r.Close()
		visit(name+" "+part.Name, content)
	}
}

// publishedIDs are examples that standards and textbooks print.
var publishedIDs = []string{"11010519491231002X", "440524188001010014"}

// TestNobodyIsNamed looks for resident IDs that could be somebody's: right in form,
// birth date and check digit, and not under the division 439901 that does not exist.
func TestNobodyIsNamed(t *testing.T) {
	look := func(name string, content []byte) {
		for _, s := range eighteens(content) {
			id, err := identity.ParseResidentID(s)
			if err != nil || strings.HasPrefix(s, "439901") || slices.Contains(publishedIDs, string(id)) {
				continue
			}
			t.Errorf("%s holds %s, which may be a living person's number; samples begin with 439901", name, id)
		}
	}
	texts(t, look)
	workbooks(t, look)
}

// eighteens finds runs of exactly 17 digits and a digit or X, without a regular
// expression, since the workbooks of the sample county unpack to many megabytes.
func eighteens(b []byte) (list []string) {
	for i := 0; i < len(b); i++ {
		if b[i] < '0' || b[i] > '9' {
			continue
		}
		start := i
		for i < len(b) && b[i] >= '0' && b[i] <= '9' {
			i++
		}
		switch n := i - start; {
		case n == 17 && i < len(b) && (b[i] == 'X' || b[i] == 'x'):
			list = append(list, string(b[start:i+1]))
		case n == 18:
			list = append(list, string(b[start:i]))
		}
	}
	return list
}

// TestNothingIsLeftOpen refuses notes to oneself: what is not done belongs into an issue.
func TestNothingIsLeftOpen(t *testing.T) {
	note := regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|X` + `XX|HA` + `CK)\b`)
	texts(t, func(name string, content []byte) {
		switch path.Ext(name) {
		case ".go", ".md", ".yaml", ".sql", ".txtar", "":
			if at := note.FindIndex(content); at != nil {
				t.Errorf("%s:%d has a note to oneself: %s", name, 1+bytes.Count(content[:at[0]], []byte("\n")), content[at[0]:at[1]])
			}
		}
	})
}

// TestNoPlaceOfThisMachine keeps the repository free of where somebody happened to build it.
func TestNoPlaceOfThisMachine(t *testing.T) {
	here, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	var places []string
	for _, place := range []string{here, filepath.Dir(here)} {
		if strings.Count(place, "/") > 1 && place != os.TempDir() { // a short one, such as /src, is nobody's in particular
			places = append(places, place)
		}
	}
	if home, err := os.UserHomeDir(); err == nil && home != "/" {
		places = append(places, home)
	}
	for _, place := range places {
		mention := regexp.MustCompile(`(^|[^A-Za-z0-9_./-])` + regexp.QuoteMeta(place) + `(/|\b)`)
		texts(t, func(name string, content []byte) {
			if mention.Match(content) {
				t.Errorf("%s names %s, a place of this machine", name, place)
			}
		})
	}
}

// TestPapersNameWhatExists follows every path that a paper puts in backticks.
func TestPapersNameWhatExists(t *testing.T) {
	quoted := regexp.MustCompile("`((?:cmd|payroll|rules|importers|exporters|testdata|docs|\\.ci)(?:/[^`\\s…*<>{}]*)?|[A-Z][A-Za-z.]*\\.md|Makefile)`")
	texts(t, func(name string, content []byte) {
		if path.Ext(name) != ".md" {
			return
		}
		for _, m := range quoted.FindAllSubmatch(content, -1) {
			if _, err := os.Stat(filepath.Join(root, string(m[1]))); err != nil {
				t.Errorf("%s speaks of %s, which does not exist", name, m[1])
			}
		}
	})
}
