package policy

import (
	"reflect"

	"github.com/shopspring/decimal"

	"zhida/rules/calendar"
	"zhida/rules/facts"
)

// Term is a word of the vocabulary: a function that a formula calls, under a
// Chinese and an English name of the same meaning. A term without arguments is
// written without parentheses.
type Term struct {
	ID     string // English name
	Zh     string
	Args   []Type
	Many   bool // the last argument repeats, also not at all
	Opt    bool // the last argument may be left out
	Result Type
	Reads  []facts.Kind
	Doc    string // what it means, Chinese; unit included
}

// pure says that the term only computes with its arguments.
func (t *Term) pure() bool {
	switch t.ID {
	case "min", "max", "floor", "ceil", "round", "months_between", "add_months", "allocate":
		return true
	}
	return false
}

// month says that the value can be another in another month although no fact has
// changed: an age, completed service, the length of the month.
func (t *Term) month() bool {
	switch t.ID {
	case "age", "seniority", "in_post", "whole_month", "tenure_months", "tenure_years", "continuous_months", "running_months", "days", "days_without",
		"absence_days", "absent_all_month", "absent_in_month", "absent_began_before", "absence_months", "earlier",
		"year_start", "year", "month", "days_in_month", "workdays", "month_start", "month_end", "previous_month_end":
		return true
	}
	return false
}

// bare says that the term can be written without parentheses.
func (t *Term) bare() bool { return len(t.Args) == 0 || t.Many && len(t.Args) == 1 }

// Remembers says that the value rests on facts of the person, the places or the
// world, so that a result computed once holds wherever the value is the same.
func (t *Term) Remembers() bool {
	return len(t.Reads) > 0 || t.ID == "item" || t.ID == "base" || t.ID == "earlier"
}

// Type is a type of the language.
type Type string

// The types: exact number, text, yes or no, day.
const (
	Num  Type = "number"
	Text Type = "text"
	Bool Type = "bool"
	Day  Type = "date"
)

var goTypes = map[Type]reflect.Type{
	Num:  reflect.TypeFor[decimal.Decimal](),
	Text: reflect.TypeFor[string](),
	Bool: reflect.TypeFor[bool](),
	Day:  reflect.TypeFor[calendar.Date](),
}

// Context is the situation that a formula is evaluated in: one person, month and
// part of the month. package rules implements it.
type Context interface {
	// Call gives the value of a term: decimal.Decimal, string, bool or calendar.Date.
	// args is only lent: it is reused after the call.
	Call(t *Term, args []any) (any, error)
	// Name gives the value of a named sub-expression of the policy.
	Name(name string) (any, error)
	// Lookup finds the row of a table for the situation.
	Lookup(table, column string) (decimal.Decimal, error)
}

var (
	// scopes are whom a word of a group is about.
	scopes = []string{"本村", "本乡镇", "全县"}

	person  = []facts.Kind{facts.KindPerson}
	spells  = []facts.Kind{facts.KindSpell}
	places  = []facts.Kind{facts.KindPlace, facts.KindSpell, facts.KindPerson}
	absence = []facts.Kind{facts.KindAbsence}
)

// Vocabulary is every word a formula can use, in the order of the guide.
var Vocabulary = []Term{
	{"category", "人员类别", nil, false, false, Text, person, "乡镇干部、村干部或离任村干部"},
	{"sex", "性别", nil, false, false, Text, person, "男或女，按身份证号"},
	{"age", "年龄", []Type{Day}, false, false, Num, person, "到某日的周岁数：年龄(月末)"},
	{"born", "出生日期", nil, false, false, Day, person, "身份证号上的出生日期"},
	{"flag", "标记", []Type{Text}, false, false, Bool, person, "花名册上有这个标记：标记(\"鳏寡孤独\")"},
	{"hukou", "户籍", nil, false, false, Text, person, "花名册上的户籍"},
	{"seniority", "工龄", []Type{Day}, false, false, Num, person, "从参加工作到某日的整年数"},
	{"post", "职务", nil, false, false, Text, spells, "当前任职的职务"},
	{"rank", "职级", nil, false, false, Text, spells, "当前任职的职级"},
	{"in_post", "任职中", []Type{Day}, false, false, Bool, spells, "某日有没有任何职务"},
	{"whole_month", "全月在职", nil, false, false, Bool, spells, "当月每天都有职务"},
	{"dual_role", "一肩挑", nil, false, false, Bool, spells, "当前在同一村同时任书记和主任"},
	{"tenure_months", "任职月数", []Type{Text}, true, false, Num, spells, "累计任职月数，同时多职只算一次，算到哪天、零头怎么算见“任职口径”；可写职务：任职月数(\"书记\",\"主任\")，不写为全部职务"},
	{"tenure_years", "任职年限", []Type{Text}, true, false, Num, spells, "任职月数折成的年数，零头按“任职口径”"},
	{"continuous_months", "连续任职月数", []Type{Text}, true, false, Num, spells, "最长一段不中断的任职月数"},
	{"running_months", "在任月数", []Type{Text}, true, false, Num, spells, "至今不中断的任职月数，现在不在任为 0"},
	{"tenure_months_within", "期间任职月数", []Type{Day, Day, Text}, true, false, Num, spells, "两日之间（含）的累计任职月数"},
	{"left_on", "离任日", []Type{Text}, true, false, Day, spells, "最后一次离任的日期，可写职务；发放月末还在任的是 9999-12-31：加月(离任日, 36)"},
	{"last_post", "末任职务", []Type{Text}, true, false, Text, spells, "最后担任的职务；同时离任时按所写顺序取先"},
	{"highest_post", "最高职务", []Type{Text}, true, false, Text, spells, "曾任职务中按所写顺序最先的一个"},
	{"place", "单位", nil, false, false, Text, places, "所在乡镇或村的区划代码；按任职的项目是任职的单位"},
	{"group_count", "组人数", []Type{Text, Text}, true, false, Num, spells, "本村、本乡镇或全县任所列职务的人数，不写职务为所有任职的人：组人数(\"本村\",\"书记\",\"主任\")"},
	{"group_rank", "组位次", []Type{Text, Text}, true, false, Num, spells, "本人在本村、本乡镇或全县任职的人里排第几：先按所列职务的先后，再按任职先后，没有列出的职务排在后面"},
	{"group_total", "组合计", []Type{Text, Text, Text}, true, false, Num, spells, "本村、本乡镇或全县的人当月某项目合计（元），可写职务：组合计(\"本村\",\"village_base_pay\")"},
	{"group_average", "组平均", []Type{Text, Text, Text}, true, false, Num, spells, "应发该项目的人的平均（元），可写职务，没有人时是缺少数据：组平均(\"本村\",\"village_base_pay\",\"书记\")"},
	{"township_class", "乡镇类别", nil, false, false, Text, places, "所在乡镇的地区类别"},
	{"distance", "距离", nil, false, false, Num, places, "所在乡镇或村到县城的公里数"},
	{"population", "人口", nil, false, false, Num, places, "所在乡镇或村的户籍人口"},
	{"days", "天数", []Type{Text}, false, false, Num, []facts.Kind{facts.KindDay}, "当月经批准的某类天数，同一天只算一次：天数(\"下村\")"},
	{"days_without", "天数除外", []Type{Text, Text}, false, false, Num, []facts.Kind{facts.KindDay}, "当月某类天数，除去同日另有一类的天：天数除外(\"驻村\",\"差旅\")"},
	{"absence_days", "缺勤天数", []Type{Text}, false, false, Num, []facts.Kind{facts.KindAbsence, facts.KindCalendar}, "当月某类缺勤的工作日数，跨月的按工作日历数"},
	{"absent_all_month", "缺勤满月", []Type{Text}, false, false, Bool, absence, "某类缺勤盖满整个当月"},
	{"absent_in_month", "缺勤涉及", []Type{Text}, false, false, Bool, absence, "当月有一天以上属于某类"},
	{"absent_began_before", "缺勤早于", []Type{Text, Day}, false, false, Bool, absence, "当月仍在的某类缺勤，开始于某日之前，且当月没有结束"},
	{"absence_months", "缺勤月序", []Type{Text}, false, false, Num, absence, "发放月是某类缺勤开始以来的第几个月，开始的当月是 1，没有这类缺勤是 0"},
	{"grade", "考核", []Type{Num}, false, false, Text, []facts.Kind{facts.KindAssessment}, "某年的考核等次：考核(年-1)"},
	{"reference", "参考", []Type{Text, Num}, false, false, Num, []facts.Kind{facts.KindReference}, "某年公布的参考数，先找本村的，再找本乡镇的，再找全县的：参考(\"rural_income\", 年-1)"},
	{"has_grade", "有考核", []Type{Num}, false, false, Bool, []facts.Kind{facts.KindAssessment}, "某年有没有考核结果：有考核(年-1)"},
	{"score", "考核分", []Type{Num}, false, false, Num, []facts.Kind{facts.KindAssessment}, "某年的考核得分：考核分(年-1)"},
	{"has_reference", "有参考", []Type{Text, Num}, false, false, Bool, []facts.Kind{facts.KindReference}, "某年的参考数公布了没有：有参考(\"rural_income\", 年-1)"},
	{"has_given", "有给定额", []Type{Text}, false, false, Bool, []facts.Kind{facts.KindAmount}, "当月有没有给定的金额"},
	{"given", "给定额", []Type{Text}, false, false, Num, []facts.Kind{facts.KindAmount}, "当月给定的金额（元）：给定额(\"base_salary\")"},
	{"item", "项目额", []Type{Text}, false, false, Num, nil, "本人当月另一项目的金额（元），不应发时为零"},
	{"base", "基数", []Type{Text}, false, false, Num, nil, "本人当月计入某基数的各项目合计（元），项目里写“计入”的才算：基数(\"个人所得税\")"},
	{"earlier", "此前累计", []Type{Text, Day}, false, false, Num, nil, "本人某项目从某日所在的月到上个月的应得合计（元），只看应得、不看实发：此前累计(\"pay\", 年初)"},
	{"year_start", "年初", nil, false, false, Day, nil, "发放月所在年的1月1日"},
	{"year", "年", nil, false, false, Num, nil, "发放月所在的年"},
	{"month", "月", nil, false, false, Num, nil, "发放月的月份，1 至 12"},
	{"days_in_month", "当月天数", nil, false, false, Num, nil, "发放月的日历天数"},
	{"workdays", "当月工作日", nil, false, false, Num, []facts.Kind{facts.KindCalendar}, "发放月的工作日数，按导入的工作日历，调休上班的日子算工作日"},
	{"month_start", "月初", nil, false, false, Day, nil, "发放月的第一天"},
	{"month_end", "月末", nil, false, false, Day, nil, "发放月的最后一天"},
	{"previous_month_end", "上月末", nil, false, false, Day, nil, "发放月前一天"},
	{"date", "日期", []Type{Text}, false, false, Day, nil, "固定日期：日期(\"2008-12-31\")"},
	{"min", "取小", []Type{Num, Num}, false, false, Num, nil, "两数中小的"},
	{"max", "取大", []Type{Num, Num}, false, false, Num, nil, "两数中大的"},
	{"floor", "取整", []Type{Num}, false, false, Num, nil, "舍去小数"},
	{"ceil", "进整", []Type{Num}, false, false, Num, nil, "有小数就进一"},
	{"round", "四舍五入", []Type{Num, Num}, false, false, Num, nil, "四舍五入到几位小数"},
	{"months_between", "月差", []Type{Day, Day}, false, false, Num, nil, "从一日到另一日的整月数，后一日较早时为 0"},
	{"add_months", "加月", []Type{Day, Num}, false, false, Day, nil, "一日之后若干个月的同一日：加月(出生日期, 60*12)"},
	{"allocate", "分摊", []Type{Num, Num, Num}, true, false, Num, nil, "把一笔钱按份额分到分，各份之和正好是这笔钱，取其中第几份：分摊(保费, 1, 25, 20, 25, 30)"},
	{"lookup", "查表", []Type{Text, Text}, false, true, Num, nil, "按当前情形查本文件的表：查表(\"标准\")，或指明值列：查表(\"标准\",\"列\")"},
}

var terms = func() map[string]*Term {
	m := map[string]*Term{}
	for i := range Vocabulary {
		m[Vocabulary[i].ID], m[Vocabulary[i].Zh] = &Vocabulary[i], &Vocabulary[i]
	}
	return m
}()
