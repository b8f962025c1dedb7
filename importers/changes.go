package importers

import (
	"slices"
	"strings"

	"zhida/payroll"
	"zhida/rules/message"
)

// changesForm is the sheet of changes (变动表): one row a change.
var changesForm = form{kind: payroll.KindChanges, title: "变动表", fact: payroll.ChangeRow, key: []string{"type", "from_place", "from_post", "place", "post"}, from: "date", columns: []column{
	hidden(idColumn), hidden(nameColumn),
	{code: "type", title: "变动类型", synonyms: []string{"变动类别", "类型", "变动事项", "type"}, required: true, choices: changeChoices, help: "各类要填哪些列见“填表说明”", example: "调动"},
	{code: "date", title: "变动日期", synonyms: []string{"日期", "生效日期", "执行日期", "date"}, kind: day, required: true, help: "离任填在任的最后一天；其余填变动后的第一天；死亡填去世日期", example: "2026-11-16"},
	{code: "document", title: "文号", synonyms: []string{"依据", "文件", "document"}, required: true, help: "任免文件、证明或申请的编号", example: "桃组任〔2026〕18号"},
	{code: "category", title: "人员类别", synonyms: []string{"类别", "category"}, choices: categoryChoices, help: "新增的填"},
	{code: "from_place", title: "原单位代码", synonyms: []string{"调出单位代码", "原单位", "from place"}, kind: place, help: "调动、离任、职务变动的可以填，填了就核对"},
	{code: "from_post", title: "原职务", synonyms: []string{"原任职务", "免去职务", "from post"}, help: "只免一个职务的填；新职务与原职务兼任的写“兼任”"},
	{code: "place", title: "单位代码", synonyms: []string{"现单位代码", "调入单位代码", "新单位代码", "村代码", "乡镇代码", "place"}, kind: place, help: "新增、调动的填", example: "430725102"},
	{code: "post", title: "职务", synonyms: []string{"现职务", "新职务", "现任职务", "post"}, help: "新增、职务变动的填；调动的空着是职务不变", list: anyPosts, example: "站所长"},
	{code: "rank", title: "职级", synonyms: []string{"现职级", "岗位等级", "rank"}, help: "空着是不变", list: ranks},
	{code: "until", title: "截止日期", synonyms: []string{"结束日期", "止", "until"}, kind: day, help: "借调、处分到哪一天；空着是还没有结束，结束了把这一行填上截止日期再导入"},
	{code: "card", title: "银行卡号", synonyms: []string{"账号", "卡号", "银行账号", "card"}, kind: card, help: "换卡的填，新增的可以填；文本格式"},
	{code: "bank", title: "开户银行", synonyms: []string{"银行", "bank"}, kind: bank},
	{code: "branch", title: "开户网点", synonyms: []string{"开户行", "支行", "branch"}},
	{code: "holder", title: "户名", synonyms: []string{"账户名", "持卡人", "holder"}, help: "填了卡号的必填"},
	{code: "reason", title: "原因", synonyms: []string{"离任原因", "变动原因", "备注", "reason"}, help: "离任的填：届满、辞职、退休、罢免等", list: reasons},
	{code: "new_name", title: "新姓名", synonyms: []string{"变更后姓名", "改后姓名", "现姓名", "new name"}, help: "改名的填；姓名一栏写原来的。银行的户名已经改了的填上户名"},
}}

// changeChoices are the words for the changes.
var changeChoices = map[string]string{"新增": payroll.ChangeJoin, "入职": payroll.ChangeJoin, "离任": payroll.ChangeLeave, "调动": payroll.ChangeMove, "职务变动": payroll.ChangePost, "死亡": payroll.ChangeDeath, "去世": payroll.ChangeDeath,
	"借调": payroll.ChangeSecond, "处分": payroll.ChangeSanction, "换卡": payroll.ChangeCard, "改名": payroll.ChangeName}

// changeNeeds are the columns that a change cannot do without, beside those of every row.
var changeNeeds = map[string][]string{payroll.ChangeJoin: {"category", "place", "post"}, payroll.ChangeLeave: {"reason"}, payroll.ChangeMove: {"place"}, payroll.ChangePost: {"post"}, payroll.ChangeCard: {"card", "holder"}, payroll.ChangeName: {"new_name"}}

// change checks what a row of its type needs beyond the columns of the form.
func (r *reading) change(v map[string]string, cell func(string) string) {
	needs := changeNeeds[v["type"]]
	if v["card"] != "" && v["type"] != payroll.ChangeCard && !r.lacks("type") {
		needs = append(slices.Clone(needs), "holder")
	}
	for _, code := range needs {
		if v[code] != "" || r.lacks(code) || code == "post" && (v["category"] == categoryChoices["离任村干部"] || r.lacks("category")) {
			continue
		}
		r.problem(cell(code), message.M("change.needs", wordOf(changeChoices, v["type"]), r.form.titleOf(code)))
	}
	switch v["type"] {
	case payroll.ChangeJoin:
		r.newcomer("name", v, cell)
	case payroll.ChangeName:
		r.newcomer("new_name", v, cell)
	}
	r.account(v, cell)
}

// wordOf is the first of the words that stand for what is stored, all of them when there are several.
func wordOf(choices map[string]string, stored string) string {
	var list []string
	for _, w := range words(choices) {
		if choices[w] == stored {
			list = append(list, w)
		}
	}
	return strings.Join(list, "、")
}
