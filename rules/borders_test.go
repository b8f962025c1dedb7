package rules_test

import (
	"errors"
	"strings"
	"testing"

	"zhida/rules"
	"zhida/rules/message"
	"zhida/rules/policy"
)

const bordered = `
文件: {文号: 测〔2026〕9号, 标题: 测试, 发文机关: 测试, 印发日期: 2026-01-01, 施行: 2026-01}
任职口径: {计月: 起止月都算, 零头: 舍去, 截至: 月末, 凭据: 不限}
表:
  标准: {键: [任职年限()], 值: [每月], 行: [['[0,9]', 80], ['>=10', 700]]}
项目:
  - {代码: pay, 名称: 补贴, 顺序: 10, 人员: [村干部], 渠道: 一卡通, 资金: F03, 依据: 按任职, 金额: '查表("标准")', 多职: 就高,
     条件: [{要求: '年龄(月末) >= 40 且 距离 > 12.5', 否则: 不符合年龄或距离}],
     停发: [{缺勤类别: 事假, 工作日: '>10', 理由: 事假}],
     到任当月: 全月, 离任当月: 全月, 去世当月: 全月, 变动当月: 末日, 舍入: 四舍五入到分}
案例:
`

// borderCase is a person of 2026-01, with days of leave.
func borderCase(name, born, start, distance, days, want string) string {
	return "  - {名称: " + name + ", 月份: 2026-01, 地点: {'430725101': {距离: " + distance + "}}, 人员: {类别: 村干部, 单位: '430725101', 出生: " + born +
		", 任职: [{职务: 书记, 起: " + start + "}], 缺勤: [{类别: 事假, 起: 2026-01-05, 止: 2026-01-23, 工作日: " + days + "}]}, 应得: {pay: " + want + "}}\n"
}

// A border has its two cases or is named, with the side that lacks one.
func TestUntouchedBorders(t *testing.T) {
	nine := borderCase("甲", "1986-01-31", "2016-02-01", "13", "10", "700.00")
	all := nine + borderCase("乙", "1986-02-01", "2016-03-01", "13", "10", "'不符合：年龄'") + borderCase("丙", "1986-01-31", "2016-03-01", "13", "10", "80.00") +
		borderCase("丁", "1986-01-31", "2016-03-01", "12.5", "10", "'不符合：年龄'") + borderCase("戊", "1986-01-31", "2016-03-01", "13", "11", "'为零：事假'")
	for _, c := range []struct {
		name, cases string
		want        []string
	}{
		{"both sides of each", all, nil},
		{"one case", nine, []string{"任职年限() 的界线 9 下边", "事假”的工作日 的界线 10 上边", "年龄(月末) 的界线 40 下边", "距离 的界线 12.50 下边"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := read(t, bordered+c.cases)
			for _, r := range rules.TestCases(p) {
				if !r.Passed() {
					t.Errorf("%+v", r)
				}
			}
			got := rules.Untouched(p)
			if len(got) != len(c.want) {
				t.Errorf("%d borders, want %d", len(got), len(c.want))
			}
			for i, x := range got {
				if text := x.Text(message.Chinese); i < len(c.want) && !strings.Contains(text, c.want[i]) {
					t.Errorf("border %d is %q, want %q", i, text, c.want[i])
				}
			}
		})
	}
}

// What a shared cap, a part pay, a share or a step of months cannot be is said.
func TestLimitsOfNewWords(t *testing.T) {
	item := func(code string, extra string) string {
		return "  - {代码: " + code + ", 名称: " + code + ", 顺序: 10, 人员: [村干部], 渠道: 一卡通, 资金: F03, 依据: 按人员, " + extra +
			", 到任当月: 全月, 离任当月: 全月, 去世当月: 全月, 变动当月: 末日, 舍入: 四舍五入到分}\n"
	}
	head := "文件: {文号: 测〔2026〕9号, 标题: 测试, 发文机关: 测试, 印发日期: 2026-01-01, 施行: 2026-01}\n项目:\n"
	two := head + item("a", "金额: '1'") + item("b", "金额: '2'")
	for _, c := range []struct{ text, want string }{
		{two + "合计封顶: [{每月上限: '5', 项目: [a, c]}]", "没有项目“c”"},
		{two + "合计封顶: [{每月上限: '5', 项目: [a]}]", "至少要有两个项目"},
		{two + "合计封顶: [{每月上限: '5', 项目: [a, b]}, {每月上限: '6', 项目: [b, a]}]", "已经在一个合计封顶里"},
	} {
		_, err := policy.Read("测试.yaml", []byte(c.text))
		var ps message.Problems
		if !errors.As(err, &ps) || !strings.Contains(ps[0].Text(message.Chinese), c.want) {
			t.Errorf("want %s, got %v", c.want, err)
		}
	}
	cycle := read(t, head+item("a", `金额: '项目额("b")'`)+item("b", "金额: '2'")+"合计封顶: [{每月上限: '5', 项目: [a, b]}]")
	if found := policy.Check(cycle); len(found) != 1 || found[0].Code != "policy.cycle" {
		t.Errorf("a cap that closes a cycle: %v", found)
	}
	for amount, want := range map[string]string{
		"分摊(100, 3, 1, 1)":     "只有 2 份",
		"分摊(100, 1.5, 1, 1)":   "只有 2 份",
		"分摊(100, 1, 0, 0)":     "份额",
		"月差(月初, 加月(月初, 2401))": "月数 2401",
		"月差(月初, 加月(月初, 0.5))":  "月数 0.5",
	} {
		p := read(t, head+item("a", "金额: '"+amount+"'")+"案例:\n  - {名称: 甲, 月份: 2026-01, 人员: {类别: 村干部, 单位: '430725101'}, 应得: {a: '拒绝：'}}\n")
		got := rules.TestCases(p)[0].Checks[0].Computed
		if !strings.Contains(got, want) {
			t.Errorf("%s: %s, want %s", amount, got, want)
		}
	}
	part := read(t, head+item("a", "金额: '100', 停发: [{缺勤类别: 留置, 情形: 涉及, 发给: '1.5', 理由: 留置}]")+
		"案例:\n  - {名称: 甲, 月份: 2026-01, 人员: {类别: 村干部, 单位: '430725101', 缺勤: [{类别: 留置, 起: 2026-01-01}]}, 应得: {a: '拒绝：0 到 1 之间'}}\n")
	if r := rules.TestCases(part)[0]; !r.Passed() {
		t.Errorf("%+v", r)
	}
}
