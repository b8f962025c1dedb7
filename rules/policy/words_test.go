package policy_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"zhida/rules/policy"
)

// The words that a document reads facts by are found wherever it writes them: in arguments,
// comparisons on either side, lists, names, keys of tables and stops; other texts are none.
func TestWordsOfADocument(t *testing.T) {
	p, err := policy.Read("测试.yaml", []byte(head+`表:
  标准: {键: [职务, 考核(年-1)], 值: [月], 行: [[书记|主任, 优秀, 100], [会计, 任意, 50]]}
  等次: {键: [考核(年-1)], 值: [系数], 行: [[称职, 1]]}
名称式:
  等次: 考核(年-2)
  受过处分: 标记("党纪处分")
  天: 天数除外("下村", "差旅")
项目:
  - 代码: pay
    名称: 补贴
    顺序: 10
    人员: [村干部]
    条件:
      - {要求: '非 受过处分', 否则: 受过处分}
      - {要求: '等次 != "不称职"', 否则: 不称职}
      - {要求: '职务 in ["书记", "副书记"] 或 "外县" == 户籍', 否则: 不是}
    金额: '查表("标准") + 任职年限("副主任") + 组人数("本村", "委员") + 天 + 缺勤天数("旷工") + (职级 == "一级" ? 1 : 0) + 参考("rural_income", 2025)'
    停发: [{缺勤类别: 病假, 工作日: '>=20', 理由: 久病}]
    渠道: 一卡通
    资金: F03
    依据: 按任职
    多职: 就高
    任职口径: {计月: 起止月都算, 零头: 舍去, 截至: 月末, 凭据: 须认定}
    到任当月: 全月
    离任当月: 全月
    去世当月: 全月
    变动当月: 末日
    舍入: 四舍五入到分
`))
	if err != nil {
		t.Fatal(err)
	}
	got := map[policy.WordList][]string{}
	p.EachWord(func(it *policy.Item, w policy.Word) {
		if it.Code != "pay" {
			t.Errorf("%v of %s", w, it.Code)
		}
		if !slices.Contains(got[w.List], w.Text) {
			got[w.List] = append(got[w.List], w.Text)
		}
	})
	for _, list := range got {
		slices.Sort(list)
	}
	want := map[policy.WordList][]string{
		policy.PostWords: {"主任", "书记", "会计", "副主任", "副书记", "委员"}, policy.RankWords: {"一级"}, policy.FlagWords: {"党纪处分"}, policy.DayWords: {"下村", "差旅"},
		policy.AbsenceWords: {"旷工", "病假"}, policy.GradeWords: {"不称职", "优秀"}, policy.HukouWords: {"外县"}, // 称职 stands in a table that nothing looks up
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
