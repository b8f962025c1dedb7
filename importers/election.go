package importers

import (
	"slices"
	"strings"

	"zhida/payroll"
	"zhida/rules/calendar"
	"zhida/rules/message"
)

// electionForm is the result of elections (换届结果表): per village one row for each post
// that somebody was elected to, and for each person who leaves.
var electionForm = form{kind: payroll.KindElection, title: "换届结果", fact: payroll.ResultRow, key: []string{"place", "outcome", "post"}, from: "handover", whole: "place", columns: []column{
	{code: "place", title: "村代码", synonyms: []string{"单位代码", "村（社区）代码", "区划代码", "place"}, kind: place, required: true, help: "12 位；一个村的各行要一起报，这个村全体当选人都要有", list: villages, example: "430725101200"},
	{code: "date", title: "选举日期", synonyms: []string{"换届日期", "选举时间", "date"}, kind: day, required: true, example: "2026-11-08"},
	{code: "handover", title: "交接日期", synonyms: []string{"到任日期", "任职日期", "handover"}, kind: day, required: true, help: "新一届到任的第一天；没有当选的任职到前一天为止", example: "2026-11-11"},
	{code: "document", title: "文号", synonyms: []string{"批复文号", "任免文号", "依据", "document"}, required: true, example: "桃组〔2026〕61号"},
	{code: "outcome", title: "结果", synonyms: []string{"选举结果", "outcome"}, required: true, choices: map[string]string{"当选": payroll.ResultElected, "离任": payroll.ResultLeft, "空缺": payroll.ResultVacant}, help: "当选的每个职务一行；离任的每人一行，写原因；没有选出人的职务一行，写“空缺”", example: "当选"},
	{code: "post", title: "职务", synonyms: []string{"当选职务", "任职职务", "post"}, help: "当选、空缺的必填；一肩挑的书记、主任各一行", list: posts, example: "书记"},
	optional(hidden(idColumn)), optional(hidden(nameColumn)), // a post without anybody has neither
	{code: "again", title: "是否连任", synonyms: []string{"连任", "again"}, choices: map[string]string{"是": "yes", "否": "no"}, help: "填了就与账上核对；同一职务连选连任的写“是”", example: "是"},
	{code: "reason", title: "离任原因", synonyms: []string{"原因", "去向", "reason"}, help: "离任的必填：届满、落选、辞职、罢免等", list: reasons},
}}

// result checks what a row of a result needs beyond the columns of the form.
func (r *reading) result(v map[string]string, cell func(string) string) {
	date, _ := calendar.ParseDate(v["date"])
	handover, _ := calendar.ParseDate(v["handover"])
	needs := map[string]string{payroll.ResultElected: "post", payroll.ResultVacant: "post", payroll.ResultLeft: "reason"}[v["outcome"]]
	for _, code := range []string{"id", "name"} {
		switch vacant := v["outcome"] == payroll.ResultVacant; {
		case r.lacks("outcome") || r.lacks(code):
		case vacant && v[code] != "":
			r.problem(cell(code), message.M("election.vacant_person", r.form.titleOf(code)))
			return // elected, or vacant: nobody knows which
		case !vacant && v[code] == "":
			r.problem(cell(code), message.M("import.required", r.form.titleOf(code)))
		}
	}
	if !r.lacks("place") && len(v["place"]) != 12 {
		r.problem(cell("place"), message.M("election.village_code", v["place"]))
	}
	if !r.lacks("date") && !r.lacks("handover") && handover < date {
		r.problem(cell("handover"), message.M("election.handover_before", handover, date))
	}
	if needs != "" && v[needs] == "" && !r.lacks(needs) {
		r.problem(cell(needs), message.M("change.needs", wordOf(r.form.choicesOf("outcome"), v["outcome"]), r.form.titleOf(needs)))
	}
}

// keepWhole leaves out every row of a village of which one row is wrong; when it cannot be
// read of which village a wrong row is, it may be any's, and all are left out.
func (r *reading) keepWhole() {
	if r.form.whole == "" || len(r.batch.Problems) == 0 {
		return
	}
	wrong, unknown := map[string]bool{}, false
	bad := map[int]bool{}
	for _, p := range r.batch.Problems {
		if p.Sheet == r.table.Sheet {
			bad[rowOf(p.Cell)] = true
		}
	}
	whole := column{}
	for _, c := range r.form.columns {
		if c.code == r.form.whole {
			whole = c
		}
	}
	for i := range r.table.Rows {
		row := &r.table.Rows[i]
		if !bad[row.Number] {
			continue
		}
		v, err := whole.value(row.At(r.found.at[r.form.whole]))
		unknown = unknown || err != nil || v == ""
		wrong[v] = true
	}
	left, first := map[string]int{}, map[string]string{}
	r.batch.Rows = slices.DeleteFunc(r.batch.Rows, func(row payroll.ImportRow) bool {
		code, _, _ := strings.Cut(row.Fact.Key, "|")
		if row.Sheet != r.table.Sheet || !unknown && !wrong[code] {
			return false
		}
		if left[code]++; first[code] == "" {
			first[code] = row.Cell(r.form.whole)
		}
		r.batch.Wrong = append(r.batch.Wrong, row)
		return true
	})
	for _, code := range words(first) {
		r.problem(first[code], message.M("election.village_waits", code, left[code]))
	}
}
