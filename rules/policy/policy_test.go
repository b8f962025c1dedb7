package policy_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"zhida/rules"
	"zhida/rules/message"
	"zhida/rules/policy"
)

const head = `文件: {文号: 测〔2026〕1号, 标题: 测试, 发文机关: 测试, 印发日期: 2026-01-01, 施行: 2026-01}
`

// with writes a file with one item whose amount is a formula on its own line.
func with(formula string, more ...string) string {
	return head + strings.Join(more, "") + `项目:
  - 代码: pay
    名称: 补贴
    顺序: 10
    人员: [村干部]
    渠道: 一卡通
    资金: F03
    依据: 按人员
    金额: ` + formula + `
    到任当月: 全月
    离任当月: 全月
    去世当月: 全月
    变动当月: 末日
    舍入: 四舍五入到分
`
}

// problems reads and gives line:column and sentence of everything wrong.
func problems(t *testing.T, text string) []string {
	t.Helper()
	p, err := policy.Read("测试.yaml", []byte(text))
	var list []message.Problem
	if err != nil {
		var ps message.Problems
		if !errors.As(err, &ps) {
			t.Fatalf("not problems: %v", err)
		}
		list = ps
	} else {
		list = append(policy.Check(p), p.Open()...)
	}
	var texts []string
	for _, x := range list {
		texts = append(texts, x.Cell+" "+x.Text(message.Chinese))
	}
	return texts
}

func TestFormulaTypes(t *testing.T) {
	for _, c := range []struct{ formula, at, want string }{
		{"100", "", ""},
		{"100 * 8%", "", ""},
		{"0.1 + 0.2", "", ""},
		{"'性别 == “男” 且 年龄(月末) ≥ 60 ? 100 × 2 : 50 ÷ 2'", "", ""},
		{"'(年龄（月末） - 60) * -1'", "", ""},
		{"'职务 in [\"书记\", \"主任\"] ? 1 : 2'", "", ""},
		{"'非 (年龄(月末) < 60 或 户籍 != \"本县\") ? 1 : 2'", "", ""},
		{"年龄(月末) * 未知词", "10:18", "没有“未知词”这个词"},
		{"年龄 * 2", "10:9", "要写括号"},
		{"年龄(月末) + 性别", "10:16", "数 与 文字"},
		{"性别", "10:9", "要一个数"},
		{"1 +", "10:", "没有写完"},
		{"2 ** 8", "10:", "不能用 **"},
		{"7 % 3", "10:", ""},
		{"1e9", "10:9", "普通小数"},
		{"0x10", "10:9", "普通小数"},
		{"1_000", "10:9", "普通小数"},
		{"123456789012345678901234", "10:", "太大"},
		{"查表(\"没有\")", "10:", "没有名为“没有”的表"},
		{"'\"a\" matches \"a\" ? 1 : 2'", "10:", "不能用 matches"},
		{"'[1,2][0]'", "10:", ""},
		{"let x = 1; x", "10:", ""},
		{"map([1], # * 2)", "10:", ""},
		{"ctx", "10:9", "保留"},
		{"四舍五入(1.005, 2)", "", ""},
	} {
		t.Run(c.formula, func(t *testing.T) {
			got := problems(t, with(c.formula))
			if c.at == "" {
				if len(got) > 0 {
					t.Fatalf("refused: %v", got)
				}
				return
			}
			if len(got) != 1 || !strings.HasPrefix(got[0], c.at) || !strings.Contains(got[0], c.want) {
				t.Fatalf("got %q, want one problem at %s with %q", got, c.at, c.want)
			}
			if !strings.Contains(got[0], "^") {
				t.Errorf("no caret: %s", got[0])
			}
		})
	}
}

// The caret stands under the word, also behind wide characters and quotes.
func TestCaret(t *testing.T) {
	for _, text := range []string{"年龄(月末) * 未知词", "'年龄(月末) × 未知词'", "'8% * 未知词'"} {
		got := problems(t, with(text))
		if len(got) != 1 {
			t.Fatal(got)
		}
		lines := strings.Split(got[0], "\n")
		source, caret := lines[len(lines)-2], lines[len(lines)-1]
		width := 0
		for _, r := range source[:strings.Index(source, "未知词")] {
			if width++; r >= 0x1100 {
				width++
			}
		}
		if len(caret)-1 != width {
			t.Errorf("caret at %d, word at %d:\n%s\n%s", len(caret)-1, width, source, caret)
		}
	}
}

func TestReading(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"an unknown key", strings.Replace(with("1"), "渠道", "渠道类", 1), "不认识的键“渠道类”"},
		{"a key twice in two languages", strings.Replace(with("1"), "    渠道: 一卡通\n", "    渠道: 一卡通\n    channel: 一卡通\n", 1), "写了两次"},
		{"no items", head, "缺少“项目”"},
		{"a wrong choice", strings.Replace(with("1"), "变动当月: 末日", "变动当月: 随便", 1), "“随便”不能写在这里"},
		{"a wrong date", strings.Replace(with("1"), "2026-01-01", "2026-02-30", 1), "“2026-02-30”不是日期"},
		{"a word of the vocabulary as a name", with("1", "名称式: {年龄: 1}\n"), "是词汇表里的词"},
		{"a row too short", with(`查表("标准")`, "表: {标准: {键: [年龄(月末)], 值: [元], 行: [['>=0', 1], [2]]}}\n"), "每行要有 2 格"},
		{"a bad interval", with(`查表("标准")`, "表: {标准: {键: [年龄(月末)], 值: [元], 行: [['[5,3]', 1]]}}\n"), "是空的"},
		{"overlapping rows", with(`查表("标准")`, "表: {标准: {键: [年龄(月末)], 值: [元], 行: [['<60', 1], ['[59,70]', 2], ['>70', 3]]}}\n"), "重叠"},
		{"a gap", with(`查表("标准")`, "表: {标准: {键: [年龄(月末)], 值: [元], 行: [['<60', 1], ['[62,70]', 2], ['>70', 3]]}}\n"), "没有 年龄(月末)=60"},
		{"a gap between fractions", with(`查表("标准")`, "表: {标准: {键: [距离], 值: [元], 行: [['<=5', 1], ['>=6', 2]]}}\n"), "没有 距离="},
		{"no gap between whole years", with(`查表("标准")`, "表: {标准: {键: [年龄(月末)], 值: [元], 行: [['<=5', 1], ['>=6', 2]]}}\n"), ""},
		{"no gap between whole years with a name", with(`查表("标准")`, "名称式: {岁数: 年龄(月末)}\n表: {标准: {键: [岁数], 值: [元], 行: [['<=5', 1], ['>=6', 2]]}}\n"), ""},
		{"a declared gap", with(`查表("标准")`, "表: {标准: {键: [年龄(月末)], 值: [元], 行: [['>=60', 2]], 留空: 不满六十}}\n"), ""},
		{"a missing combination", with(`查表("标准")`, "表: {标准: {键: [性别, 户籍], 值: [元], 行: [[男, 本县, 1], [女, 本县|外县, 2]]}}\n"), "性别=男、户籍=外县"},
		{"an item that reads itself", with(`项目额("pay") + 1`), "pay → pay"},
		{"an open decision", strings.Replace(with("1"), "    去世当月: 全月\n", "", 1), "没有写明“去世当月”"},
		{"open counting of service", with("任职年限()"), "没有写明“计月”"},
		{"instalments without a month in a period", strings.Replace(with("1"), "    金额", "    发放: {周期: 半年, 发放月份: [3]}\n    金额", 1), "没有发放月份"},
		{"half-yearly", strings.Replace(with("1"), "    金额", "    发放: {周期: 半年, 发放月份: [6, 12]}\n    金额", 1), ""},
		{"a stop with both rules", strings.Replace(with("1"), "    金额", "    停发: [{缺勤类别: 事假, 工作日: '>10', 情形: 满月, 理由: 事假}]\n    金额", 1), "只写一个"},
		{"an anchor", head + "项目: &a []\n", "锚点"},
		{"damaged yaml", head + "项目: [\n", "括号没有配好"},
		{"a brace left open", strings.Replace(with("1"), "    金额", "    说明: '{年龄(月末)'\n    金额", 1), "没有对应的"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := strings.Join(problems(t, c.text), "\n")
			if c.want == "" && got != "" || !strings.Contains(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// Every decision an item can leave open is reported by its own name.
func TestOpen(t *testing.T) {
	p, err := policy.Read("测试.yaml", []byte(head+`项目:
  - {代码: pay, 名称: 补贴, 顺序: 10, 人员: [村干部], 渠道: 一卡通, 资金: F03, 依据: 按任职, 金额: 任职月数()}
`))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, x := range p.Open() {
		got = append(got, x.Args[3])
	}
	want := []string{"舍入", "到任当月", "离任当月", "去世当月", "变动当月", "多职", "计月", "零头", "凭据", "截至"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// English and Chinese keys and words mean the same.
func TestEnglishTwin(t *testing.T) {
	english := `document: {number: 测〔2026〕1号, title: 测试, issuer: 测试, issued: 2026-01-01, from: 2026-01}
items:
  - {code: pay, name: 补贴, order: 10, payees: [village_cadre], channel: 一卡通, fund: F03, basis: person, amount: 'max(age(month_end) - 60, 0) * 2',
     arrival: full, departure: full, death: full, change: last, rounding: half_up/1}
`
	chinese := with("取大(年龄(月末) - 60, 0) * 2")
	var got []policy.Item
	for _, text := range []string{english, chinese} {
		p, err := policy.Read("a.yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		it := *p.Items[0]
		it.Amount, it.Line = nil, 0
		got = append(got, it)
	}
	if d := cmp.Diff(got[0], got[1]); d != "" {
		t.Error(d)
	}
}

func FuzzRead(f *testing.F) {
	for _, pattern := range []string{"../../testdata/counties/*/policies/*.yaml", "../../testdata/cases/*.yaml"} {
		files, _ := filepath.Glob(pattern)
		for _, name := range files {
			text, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(text)
		}
	}
	f.Add([]byte(with("1 + 2 * (3 - 年龄(月末)) ÷ 8%")))
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) > 1<<16 {
			return
		}
		start := time.Now()
		defer func() {
			if d := time.Since(start); d > 30*time.Second {
				t.Fatalf("took %s: no file may keep the program busy", d)
			}
		}()
		p, err := policy.Read("fuzz.yaml", text)
		if err != nil {
			var ps message.Problems
			if !errors.As(err, &ps) || len(ps) == 0 {
				t.Fatalf("an error that is no problem: %v", err)
			}
			return
		}
		again, err := policy.Read("fuzz.yaml", text)
		if err != nil {
			t.Fatalf("reads once and not twice: %v", err)
		}
		if d := cmp.Diff(policy.Check(p), policy.Check(again)); d != "" {
			t.Fatalf("checks differ: %s", d)
		}
		if d := cmp.Diff(rules.TestCases(p), rules.TestCases(again)); d != "" {
			t.Fatalf("cases differ: %s", d)
		}
		if list := policy.Diff(p, again); len(list) != 1 || list[0].Code != "policy.diff_none" {
			t.Fatalf("a file differs from itself: %v", list)
		}
		if d := cmp.Diff(rules.Untouched(p), rules.Untouched(again)); d != "" {
			t.Fatalf("borders differ: %s", d)
		}
	})
}

func FuzzFormula(f *testing.F) {
	for _, s := range []string{"1+2", "8% * 年龄(月末)", "'a' == \"b\" ? 1 : 2", "((((1))))", "取大(1,", "“书记” 属于 [“书记”]", "0.5%%", "- - 1", "参考(\"a\", 年-1)"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		text := with("'" + strings.NewReplacer("'", "''", "\n", " ", "\r", " ").Replace(s) + "'")
		p, err := policy.Read("fuzz.yaml", []byte(text))
		if err != nil {
			return
		}
		if a := p.Items[0].Amount; a == nil || a.Result != policy.Num {
			t.Fatalf("an amount that is no number: %q", s)
		}
	})
}

// Putting the rows of spreadsheets into any text gives an error or a text that reads
// as YAML with as many lines, and once they are in it nothing is put in again.
func FuzzEmbed(f *testing.F) {
	f.Add([]byte("表: {标准: {键: [职务], 值: [每月], 来自: a.csv}}\n"), "一类", ">=3")
	f.Add([]byte("表:\n  标准:\n    键: [职务]\n    值: [每月]\n    来自: {表格: a.xlsx, 工作表: '标''准'} # 注\n项目: []\n"), "it's", "[0,10)")
	f.Add([]byte("tables:\n  t:\n    keys: [post]\n    values: [x]\n    sheet: 'a.csv'\n"), "\"", "1}]")
	f.Fuzz(func(t *testing.T, text []byte, a, b string) {
		if len(text) > 1<<14 || strings.ContainsAny(a+b, "\n\r") {
			return
		}
		open := func(s policy.Spreadsheet) (policy.SheetRows, error) {
			return policy.SheetRows{Digest: "0123", Rows: []policy.SheetRow{{Number: 2, Cells: []string{a, b}}}}, nil
		}
		once, err := policy.Embed("fuzz.yaml", text, open)
		if err != nil {
			return
		}
		if bytes.Count(once, []byte("\n")) != bytes.Count(text, []byte("\n")) {
			t.Fatalf("%q has another number of lines than %q", once, text)
		}
		if !utf8.ValidString(a+b) || strings.ContainsFunc(a+b, unicode.IsControl) || bytes.Equal(once, text) {
			return
		}
		again, err := policy.Embed("fuzz.yaml", once, open)
		if err != nil || !bytes.Equal(once, again) {
			t.Fatalf("%q embedded again is %q: %v", once, again, err)
		}
	})
}
