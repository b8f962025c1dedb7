package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"zhida/rules/message"
)

func hasChinese(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// What stands in Chinese on a sheet or in the settings is named in Chinese in English help too.
var onSheets = strings.NewReplacer("生效日期", "", "全部", "", "不读", "", "公示", "", "没有查", "")

// Help is in English from the first line to the last flag.
func TestHelpInEnglish(t *testing.T) {
	root := (&cli{}).root()
	translate(root)
	var walk func(*cobra.Command)
	walk = func(cmd *cobra.Command) {
		for _, s := range []string{cmd.Short, cmd.Long} {
			if hasChinese(onSheets.Replace(s)) {
				t.Errorf("%s: %s", cmd.CommandPath(), s)
			}
		}
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if hasChinese(onSheets.Replace(f.Usage)) {
				t.Errorf("%s --%s: %s", cmd.CommandPath(), f.Name, f.Usage)
			}
		})
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
	}
	walk(root)
	if strings.ContainsFunc(inEnglish.Replace(usageText), func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		t.Error(inEnglish.Replace(usageText))
	}
}

// pieces stay Chinese on an English screen: a language's name in itself, and the name of a folder.
var pieces = []string{"zh\t中文", "/evidence/证据_*/"}

// Every word that a screen shows has its English.
func TestScreensInEnglish(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			if kv, ok := n.(*ast.KeyValueExpr); ok {
				if key, ok := kv.Key.(*ast.Ident); ok && key.Name == "Example" {
					return false
				}
			}
			l, ok := n.(*ast.BasicLit)
			if !ok || l.Kind != token.STRING {
				return true
			}
			s, err := strconv.Unquote(l.Value)
			if err != nil {
				t.Fatal(err)
			}
			if !hasChinese(s) || s == usageText || hasChinese(inEnglish.Replace(s)) != hasChinese(s) {
				return true
			}
			seen[s] = true
			if !message.HasWord(s) && !slices.Contains(pieces, s) {
				t.Errorf("%s: %q has no English in rules/message/words.go", file, s)
			}
			return true
		})
	}
	for _, s := range pieces {
		if !seen[s] || message.HasWord(s) {
			t.Errorf("%q is no piece any more", s)
		}
	}
}

// Cells that are put together from words are English in each part; what the county wrote stays.
func TestCellsInEnglish(t *testing.T) {
	for chinese, want := range map[string]string{
		"审批": "approver",
		"情况：考勤、任职；同组的人":               "facts: attendance, service; others of the group",
		"月份（年限、年龄、发放月、天数）和标准":         "month (years, age, month of payment, days) and standard",
		"组织部（数据主管）":                   "组织部 (owns facts)",
		"批次 2026-11/1 还没有办完":          "batch 2026-11/1 is not finished",
		"变动截止（已过期）":                   "cut-off (overdue)",
		"陬市镇、盘塘镇":                     "陬市镇、盘塘镇",
		"桃政发〔2026〕3号 关于住房、通信、下村补助的规定": "桃政发〔2026〕3号 关于住房、通信、下村补助的规定",
		"区域补贴（收入补差）":                  "区域补贴（收入补差）",
	} {
		if got := message.Said(message.English, chinese); got != want {
			t.Errorf("%s: %s, want %s", chinese, got, want)
		}
	}
}

// States, steps and kinds say their own Chinese: each of them that a table shows has its English.
func TestOwnWordsInEnglish(t *testing.T) {
	var files []string
	for _, dir := range []string{"../../payroll", "../../payroll/schedule", "../../payroll/checks", "../../payroll/ledger", "../../rules", "../../rules/facts"} {
		list, err := filepath.Glob(dir + "/*.go")
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, list...)
	}
	seen := 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range parsed.Decls {
			named := ""
			switch d := d.(type) {
			case *ast.FuncDecl:
				named = d.Name.Name
			case *ast.GenDecl:
				if v, ok := d.Specs[0].(*ast.ValueSpec); ok {
					named = v.Names[0].Name
				}
			}
			if !slices.Contains([]string{"Chinese", "State", "chained", "codes", "varianceWords", "factWords", "EventChinese", "PartChinese", "registerWords"}, named) {
				continue
			}
			ast.Inspect(d, func(n ast.Node) bool {
				l, ok := n.(*ast.BasicLit)
				if !ok || l.Kind != token.STRING {
					return true
				}
				s, err := strconv.Unquote(l.Value)
				if err != nil {
					t.Fatal(err)
				}
				if hasChinese(s) {
					if seen++; !message.HasWord(s) && !message.HasWord(strings.Trim(s, "（）")) {
						t.Errorf("%s: %q has no English in rules/message/words.go", file, s)
					}
				}
				return true
			})
		}
	}
	if seen < 50 {
		t.Errorf("only %d words were looked at", seen)
	}
}
