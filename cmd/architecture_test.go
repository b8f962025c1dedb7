// Package cmd_test holds the whole tree against the rules of the house: who may
// import whom (this file), how code and papers are written (house_test.go), and
// that every message has its sentences (messages_test.go). It tests no behaviour.
package cmd_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

const module = "zhida"

// root is the folder of the module, seen from this test.
const root = ".."

// within lists, for every package, the packages of this module it may import.
// "rules/..." stands for rules and everything below. A package that is missing
// here fails, and so does one that is here and nowhere else: the list is the map.
var within = map[string][]string{
	"rules/message":  {},
	"rules/calendar": {},
	"rules/money":    {"rules/message"},
	"rules/identity": {"rules/calendar", "rules/message"},
	"rules/yamltext": {"rules/message"},
	"rules/facts":    {"rules/calendar", "rules/identity", "rules/money"},
	"rules/tenure":   {"rules/calendar", "rules/facts"},
	"rules/policy":   {"rules/calendar", "rules/facts", "rules/identity", "rules/message", "rules/money", "rules/yamltext"},
	"rules":          {"rules/..."},

	"payroll/journal":    {"rules/message"},
	"payroll/banklayout": {"rules/message", "rules/money", "rules/yamltext"},
	"payroll/ledger":     {"rules/money"},
	"payroll/checks":     {"rules/calendar", "rules/facts", "rules/identity", "rules/message", "rules/money"},
	"payroll/schedule":   {"rules/calendar", "rules/message"},
	"payroll":            {"payroll/banklayout", "payroll/checks", "payroll/journal", "payroll/ledger", "payroll/schedule", "rules/..."},
	"payroll/store":      {"payroll", "payroll/checks", "payroll/journal", "payroll/ledger", "payroll/schedule", "rules/..."},

	"payroll/store/pgtest":    {},
	"payroll/store/storetest": {"payroll", "payroll/checks", "payroll/journal", "payroll/ledger", "payroll/schedule", "rules/..."},

	"importers/sheet":     {"rules/message"},
	"importers":           {"importers/sheet", "payroll", "payroll/checks", "payroll/journal", "rules/..."},
	"importers/returns":   {"importers/sheet", "payroll", "payroll/banklayout", "payroll/journal", "rules/..."},
	"exporters":           {"payroll", "payroll/journal", "rules/message"},
	"importers/evidence":  {"payroll", "payroll/journal", "rules/..."},
	"exporters/evidence":  {"exporters", "payroll/journal", "rules/message"},
	"exporters/drawing":   {"rules/calendar", "rules/money"},
	"exporters/bankfile":  {"payroll", "payroll/banklayout", "rules/..."},
	"exporters/workbook":  {"payroll", "payroll/checks", "payroll/ledger", "rules/..."},
	"exporters/auditdata": {"exporters", "payroll", "rules/..."},
	"exporters/paper":     {"exporters", "payroll", "rules/..."},
	"exporters/webreport": {"exporters", "exporters/drawing", "payroll", "payroll/ledger", "rules/..."},

	"cmd":                     {"rules/identity", "rules/message"}, // these tests
	"cmd/zhida":               {"cmd/zhida/internal/...", "exporters", "exporters/bankfile", "importers", "payroll", "payroll/banklayout", "payroll/checks", "payroll/ledger", "payroll/schedule", "rules/..."},
	"cmd/zhida-verify":        {}, // nothing of ours: it judges what we prove
	"cmd/zhida/internal/app":  {"exporters/...", "importers/...", "payroll", "payroll/banklayout", "payroll/checks", "payroll/journal", "payroll/schedule", "payroll/store", "rules/...", "testdata/counties/taoyuan"},
	"cmd/zhida/internal/desk": {"cmd/zhida/internal/app", "exporters", "exporters/drawing", "importers", "payroll", "payroll/checks", "payroll/ledger", "rules/..."}, // what the command line has, and nothing of its own
	"cmd/zhida/internal/term": {"rules/identity"},

	"testdata/bank":              {}, // nothing of ours: it judges what we write
	"testdata/chromium":          {}, // nothing of ours: it sees what people see
	"testdata/counties/gen":      {"rules/calendar", "rules/identity"},
	"testdata/counties/pictures": {"testdata/smallpng"},
	"testdata/counties/taoyuan":  {},
	"testdata/problems/gen":      {},
	"testdata/smallpng":          {},
}

// forTests are packages that only tests import; the rules for tests hold for them.
var forTests = []string{"payroll/store/pgtest", "payroll/store/storetest", "testdata/bank", "testdata/chromium"}

// testsToo lists what the tests of a package may import beyond the package's own list.
var testsToo = map[string][]string{
	"cmd/zhida":               {"payroll/journal", "payroll/store", "testdata/chromium", "testdata/smallpng"},
	"cmd/zhida/internal/app":  {"cmd/zhida/internal/desk", "payroll/ledger", "payroll/store/pgtest", "testdata/bank", "testdata/chromium"},
	"cmd/zhida/internal/desk": {"testdata/chromium"},
	"exporters/webreport":     {"testdata/chromium"},
	"exporters/workbook":      {"payroll/journal"},
	"importers":               {"testdata/counties/taoyuan"},
	"payroll":                 {"payroll/store"},
	"payroll/store":           {"payroll/store/pgtest", "payroll/store/storetest"},
	"rules":                   {"testdata/counties/taoyuan"},
	"rules/policy":            {"rules"},
	"testdata/counties/gen":   {"importers", "payroll", "rules/..."},
}

// homes lists, for every library, the packages that may import it. One home each
// for what touches the outside, so that replacing a library is a change of one package.
var homes = map[string][]string{
	"github.com/shopspring/decimal": {"rules", "rules/facts", "rules/money", "rules/policy", "importers", "importers/returns", "importers/sheet", "payroll"},
	"github.com/expr-lang/expr":     {"rules/policy"},
	"go.yaml.in/yaml/v3":            {"rules/yamltext"},
	"github.com/emmansun/gmsm":      {"payroll/journal"},
	"golang.org/x/crypto":           {"payroll/journal"},
	"github.com/jmoiron/sqlx":       {"payroll/store"},
	"github.com/mattn/go-sqlite3":   {"payroll/store"},
	"github.com/jackc/pgx/v5":       {"payroll/store"},
	"github.com/pressly/goose/v3":   {"payroll/store"},
	"github.com/chromedp/chromedp":  {"testdata/chromium"},
	"github.com/chromedp/cdproto":   {"testdata/chromium"},
	"github.com/xuri/excelize/v2":   {"importers/sheet", "exporters/bankfile", "exporters/workbook", "testdata/bank", "testdata/counties/gen"},
	"golang.org/x/text":             {"importers/sheet", "importers/returns", "exporters/bankfile", "testdata/bank", "testdata/counties/gen", "testdata/problems/gen"},
	"github.com/spf13/cobra":        {"cmd/zhida"},
	"github.com/spf13/pflag":        {"cmd/zhida"},
	"github.com/robfig/cron/v3":     {"payroll/schedule"},
	"rsc.io/qr":                     {"exporters/paper"},
	"golang.org/x/term":             {"cmd/zhida"},
	"github.com/jedib0t/go-pretty":  {"cmd/zhida/internal/term"},
}

// testLibraries may be imported by any test and by nothing else.
var testLibraries = []string{"github.com/google/go-cmp", "pgregory.net/rapid", "github.com/rogpeppe/go-internal"}

// outside lists the parts of the standard library that reach beyond a computation,
// and the trees that may not import them outside their tests.
var outside = map[string][]string{
	"os":           {"rules", "payroll", "importers"},
	"net":          {"rules", "payroll", "importers", "exporters"},
	"database/sql": {"rules", "payroll", "importers", "exporters", "cmd"},
	"log":          {"rules", "payroll", "importers", "exporters"},
	"math/rand":    {"rules", "payroll", "importers", "exporters", "cmd"},
	"crypto/rand":  {"rules", "importers", "exporters"},
	"unsafe":       {"rules", "payroll", "importers", "exporters", "cmd"},
}

// reachesOut lists the packages below those trees whose work is to reach out.
var reachesOut = map[string][]string{
	"payroll/store": {"os", "net", "database/sql"},
}

// source is one parsed Go file of the tree.
type source struct {
	path string // from the root, with slashes
	dir  string
	test bool
	*ast.File
}

// tree is every Go file of the module, parsed once for all tests.
var tree = sync.OnceValues(func() ([]source, *token.FileSet) {
	var list []source
	set := token.NewFileSet()
	err := walk(func(name string, _ fs.DirEntry) error {
		if path.Ext(name) != ".go" {
			return nil
		}
		f, err := parser.ParseFile(set, filepath.Join(root, name), nil, parser.ParseComments|parser.SkipObjectResolution)
		dir := path.Dir(name)
		list = append(list, source{name, dir, strings.HasSuffix(name, "_test.go") || slices.Contains(forTests, dir), f})
		return err
	})
	if err != nil {
		panic(err)
	}
	return list, set
})

// walk visits every file that belongs to the repository: what git or a build left is passed over.
func walk(visit func(name string, e fs.DirEntry) error) error {
	return fs.WalkDir(os.DirFS(root), ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() {
			if slices.Contains([]string{".git", "bin", "demo", "out"}, name) {
				return fs.SkipDir
			}
			return nil
		}
		return visit(name, e)
	})
}

func importPath(t *testing.T, s *ast.ImportSpec) string {
	t.Helper()
	p, err := strconv.Unquote(s.Path.Value)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// covers says whether a pattern of the lists means the package.
func covers(pattern, pkg string) bool {
	if tree, ok := strings.CutSuffix(pattern, "/..."); ok {
		return pkg == tree || strings.HasPrefix(pkg, tree+"/")
	}
	return pkg == pattern
}

func anyCovers(patterns []string, pkg string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return covers(p, pkg) })
}

func TestImports(t *testing.T) {
	files, _ := tree()
	for _, f := range files {
		if _, known := within[f.dir]; !known {
			continue // TestEveryPackageIsListed names it
		}
		for _, spec := range f.Imports {
			p := importPath(t, spec)
			if wrong := whyNot(f, p); wrong != "" {
				t.Errorf("%s imports %s: %s", f.path, p, wrong)
			}
		}
	}
}

// whyNot says why the file may not import the path, or nothing.
func whyNot(f source, p string) string {
	if own, ok := strings.CutPrefix(p, module+"/"); ok {
		switch {
		case anyCovers(within[f.dir], own), f.test && (own == f.dir || anyCovers(testsToo[f.dir], own)):
			return ""
		}
		return "its list in cmd/architecture_test.go does not have it"
	}
	if first, _, _ := strings.Cut(p, "/"); !strings.Contains(first, ".") {
		return whyNotStandard(f, p)
	}
	for library, list := range homes {
		if covers(library+"/...", p) {
			if f.test || slices.Contains(list, f.dir) {
				return ""
			}
			return "only " + strings.Join(list, ", ") + " may"
		}
	}
	for _, library := range testLibraries {
		if covers(library+"/...", p) {
			if f.test {
				return ""
			}
			return "it is for tests"
		}
	}
	return "the library has no home in cmd/architecture_test.go"
}

func whyNotStandard(f source, p string) string {
	if f.test {
		return ""
	}
	for part, trees := range outside {
		if !covers(part+"/...", p) || anyCovers(reachesOut[f.dir], part) {
			continue
		}
		for _, tree := range trees {
			if covers(tree+"/...", f.dir) {
				return tree + " keeps away from it"
			}
		}
	}
	return ""
}

// TestListsAreTheTree keeps the lists complete and free of what is gone.
func TestListsAreTheTree(t *testing.T) {
	files, _ := tree()
	there := map[string]bool{}
	for _, f := range files {
		there[f.dir] = true
	}
	for _, dir := range slices.Sorted(maps.Keys(there)) {
		if _, ok := within[dir]; !ok {
			t.Errorf("package %s is not in the list of cmd/architecture_test.go: say what it may import", dir)
		}
	}
	listed := slices.Concat(slices.Collect(maps.Keys(within)), slices.Collect(maps.Keys(testsToo)), slices.Collect(maps.Keys(reachesOut)), slices.Concat(slices.Collect(maps.Values(homes))...))
	slices.Sort(listed)
	for _, dir := range slices.Compact(listed) {
		if !there[dir] {
			t.Errorf("package %s is in the lists of cmd/architecture_test.go but not in the tree", dir)
		}
	}
}

// TestListsPointDown holds the lists themselves against the one direction:
// cmd -> importers, exporters, payroll/store -> payroll -> rules, and nothing across.
func TestListsPointDown(t *testing.T) {
	for pkg, list := range within {
		for _, other := range list {
			if to := strings.TrimSuffix(other, "/..."); pkg != "cmd" && !below(to, pkg) {
				t.Errorf("the list lets %s import %s: that is not down", pkg, other)
			}
		}
	}
}

// layers from the top; packages of one layer and of different trees never import each other.
var layers = [][]string{{"cmd"}, {"importers", "exporters", "payroll/store"}, {"payroll"}, {"rules"}}

func layerOf(pkg string) (depth int, tree string) {
	for i, trees := range layers {
		for _, tree := range trees {
			if covers(tree+"/...", pkg) {
				return i, tree
			}
		}
	}
	return 0, pkg // testdata: beside the layers, on top
}

func below(to, from string) bool {
	if strings.HasPrefix(to, "testdata/") {
		return strings.HasPrefix(from, "cmd/") || strings.HasPrefix(from, "testdata/")
	}
	toDepth, toTree := layerOf(to)
	fromDepth, fromTree := layerOf(from)
	return toDepth > fromDepth || toTree == fromTree
}

// TestPackageComments asks every package to say what it owns.
func TestPackageComments(t *testing.T) {
	files, _ := tree()
	comment := map[string]string{}
	for _, f := range files {
		if f.Doc != nil && (!strings.HasSuffix(f.path, "_test.go") || f.dir == "cmd") {
			comment[f.dir] += f.Doc.Text()
		}
	}
	for dir := range within {
		if len(comment[dir]) < 60 {
			t.Errorf("package %s has no package comment that says what it owns and never does", dir)
		}
	}
}
