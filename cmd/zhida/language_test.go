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

// pieces are parts of cells that are put together with names and numbers, and names of samples:
// they stay Chinese on an English screen.
var pieces = []string{
	"（扣款）", "日）", " 提前", "日", "一", "二", "三", "四", "五", "六", "zh\t中文", "returns\t银行回盘", "%6.2f 秒  %s\n", "账本（口令：", "十一月的证据，一个批次一个文件夹和一个压缩包：zhida-verify ", "/evidence/证据_*/",
	"%d 号 %s（%s） %s\n", " 天以内", " 笔没有送达", " 同意", "批次 ", "已撤销（日志第", "条）", "待", " 试算", "无误（", "已更正（日志 ", " 过期", " 今天", "除外）",
}

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
