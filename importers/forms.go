// Package importers owns the forms that come in: which columns each kind of sheet
// has, how a cell becomes a value, and what is wrong with those that do not. One
// definition serves the reader and the empty template. It never opens the book:
// what only the book can know is checked by payroll.
package importers

import (
	"zhida/rules/facts"
	"zhida/rules/message"
)

// valueKind is how a cell is read.
type valueKind int

const (
	text valueKind = iota
	personID
	card
	bank
	amount
	whole
	decimalNumber
	day
	month
	yes
	place
	period
)

// column is one column of a form.
type column struct {
	code     string // name in the fact's body; see package facts
	title    string // Chinese heading of the template
	synonyms []string
	kind     valueKind
	required bool
	choices  map[string]string // Chinese word to what is stored; nil for free text
	help     string
	example  string
	meta     bool // not part of the body
}

// form is one kind of sheet.
type form struct {
	kind    string
	title   string
	fact    facts.Kind
	columns []column
	key     []string // codes whose values make the fact's key
	from    string   // code of the column that gives the first day, "" for the valid-from column or option
	to      string   // code of the column that gives the last day
	scope   bool     // days: a snapshot of township, month and kind
	wide    bool     // item names can be headings
	world   bool     // facts of the world, not of a person
}

// exampleID stands in the example row of every template; nobody has it.
const exampleID = "439901190001019998"

var (
	idColumn   = column{code: "id", title: "身份证号", synonyms: []string{"身份证号码", "公民身份号码", "身份证", "证件号码", "id number", "id"}, kind: personID, required: true, help: "文本格式，18 位", example: exampleID}
	nameColumn = column{code: "name", title: "姓名", synonyms: []string{"名字", "name"}, required: true, example: "张小满"}
	validFrom  = column{code: "from", title: "生效日期", synonyms: []string{"起始日期", "启用日期", "valid from"}, kind: day, meta: true, help: "从哪一天起是这样；空着时用导入命令的 --from", example: "2026-10-01"}

	categoryChoices = map[string]string{"乡镇干部": string(facts.TownshipCadre), "村干部": string(facts.VillageCadre), "离任村干部": string(facts.FormerVillageCadre), "退职村干部": string(facts.FormerVillageCadre)}
)

func hidden(c column) column { c.meta = true; return c }

// forms are the kinds that can be imported, in the order a bureau needs them.
var forms = []form{
	{kind: "places", title: "行政区划", fact: facts.KindPlace, key: []string{"code"}, world: true, columns: []column{
		{code: "code", title: "区划代码", synonyms: []string{"代码", "行政区划代码", "单位代码", "code"}, kind: place, required: true, help: "乡镇 9 位，村 12 位", example: "430725101"},
		{code: "name", title: "名称", synonyms: []string{"单位名称", "乡镇名称", "村名", "name"}, required: true, example: "陬市镇"},
		{code: "class", title: "地区类别", synonyms: []string{"类别", "class"}, choices: map[string]string{"一类": "一类", "二类": "二类", "三类": "三类", "四类": "四类", "五类": "五类", "六类": "六类"}, help: "只填乡镇", example: "一类"},
		{code: "distance", title: "距县城公里", synonyms: []string{"距离", "公里数", "distance"}, kind: decimalNumber, example: "12.5"},
		{code: "population", title: "户籍人口", synonyms: []string{"人口", "population"}, kind: whole, example: "42000"},
		validFrom,
	}},
	{kind: "roster", title: "花名册", fact: facts.KindPerson, columns: []column{
		idColumn, nameColumn,
		{code: "category", title: "人员类别", synonyms: []string{"类别", "category"}, required: true, choices: categoryChoices, example: "乡镇干部"},
		{code: "place", title: "单位代码", synonyms: []string{"单位（村）代码", "村代码", "所在村代码", "乡镇代码", "区划代码", "place"}, kind: place, required: true, example: "430725101"},
		{code: "joined", title: "参加工作日期", synonyms: []string{"参加工作时间", "参工时间", "joined"}, kind: day, example: "2008-07-01"},
		{code: "hukou", title: "户籍", synonyms: []string{"户籍地", "hukou"}, example: "本县"},
		{code: "flags", title: "标记", synonyms: []string{"备注标记", "特殊情况", "flags"}, help: "多个用顿号隔开", example: "鳏寡孤独"},
		{code: "died", title: "去世日期", synonyms: []string{"死亡日期", "去世时间", "died"}, kind: day},
		{code: "retired", title: "退休日期", synonyms: []string{"退休时间", "retired"}, kind: day},
		validFrom,
	}},
	{kind: "tenure", title: "任职经历", fact: facts.KindSpell, key: []string{"place", "post", "from"}, from: "from", to: "to", columns: []column{
		hidden(idColumn), hidden(nameColumn),
		{code: "place", title: "单位代码", synonyms: []string{"单位（村）代码", "任职单位代码", "村代码", "乡镇代码", "place"}, kind: place, required: true, example: "430725101"},
		{code: "post", title: "职务", synonyms: []string{"担任职务", "任职职务", "post"}, required: true, example: "站所长"},
		{code: "rank", title: "职级", synonyms: []string{"岗位等级", "rank"}, example: "一级科员"},
		{code: "from", title: "任职日期", synonyms: []string{"任职时间", "起始日期", "开始日期", "from"}, kind: day, required: true, example: "2021-01-15"},
		{code: "to", title: "离任日期", synonyms: []string{"离任时间", "免职日期", "截止日期", "to"}, kind: day, help: "空着是在任"},
		{code: "document", title: "任免文号", synonyms: []string{"任职文件", "文号", "document"}, example: "桃组任〔2021〕9号"},
		{code: "recognised", title: "组织认定", synonyms: []string{"是否认定", "认定", "recognised"}, kind: yes, required: true, help: "组织部门是否认定这段经历", example: "是"},
		{code: "withdraw", title: "操作", synonyms: []string{"operation"}, meta: true, choices: map[string]string{"撤销": "withdraw", "新增": "", "修改": ""}, help: "写“撤销”时这段经历作废"},
	}},
	{kind: "accounts", title: "银行账户", fact: facts.KindAccount, columns: []column{
		hidden(idColumn), hidden(nameColumn),
		{code: "card", title: "银行卡号", synonyms: []string{"银行账号", "账号", "卡号", "收款账号", "card"}, kind: card, required: true, help: "文本格式", example: "6200590000009999992"},
		{code: "bank", title: "开户银行", synonyms: []string{"银行", "开户行名称", "bank"}, kind: bank, example: "中国农业银行"},
		{code: "branch", title: "开户网点", synonyms: []string{"开户行", "支行", "网点", "branch"}, example: "中国农业银行桃源县支行"},
		{code: "cnaps", title: "联行号", synonyms: []string{"行号", "cnaps"}},
		{code: "holder", title: "户名", synonyms: []string{"账户名", "持卡人", "holder"}, required: true, example: "张小满"},
		validFrom,
	}},
	{kind: "days", title: "下村考勤", fact: facts.KindDay, key: []string{"kind", "date", "place"}, from: "date", to: "date", scope: true, columns: []column{
		hidden(idColumn), hidden(nameColumn),
		{code: "place", title: "单位代码", synonyms: []string{"乡镇代码", "填报单位代码", "place"}, kind: place, required: true, help: "填报的乡镇，9 位", example: "430725101"},
		{code: "date", title: "日期", synonyms: []string{"下村日期", "出勤日期", "date"}, kind: day, required: true, example: "2026-10-12"},
		{code: "kind", title: "类型", synonyms: []string{"考勤类型", "事项", "kind"}, required: true, example: "下村"},
		{code: "village", title: "所到村", synonyms: []string{"下村地点", "到村", "village"}, meta: true, example: "桃花源村"},
	}},
	{kind: "absences", title: "缺勤", fact: facts.KindAbsence, key: []string{"kind", "from"}, from: "from", to: "to", columns: []column{
		hidden(idColumn), hidden(nameColumn),
		{code: "kind", title: "类型", synonyms: []string{"缺勤类型", "请假类型", "kind"}, required: true, example: "事假"},
		{code: "from", title: "开始日期", synonyms: []string{"起始日期", "起", "from"}, kind: day, required: true, example: "2026-10-12"},
		{code: "to", title: "结束日期", synonyms: []string{"截止日期", "止", "to"}, kind: day, help: "空着是还没有结束", example: "2026-10-14"},
		{code: "working_days", title: "工作日数", synonyms: []string{"工作日", "天数", "working days"}, kind: whole, example: "3"},
		{code: "document", title: "文号", synonyms: []string{"依据", "document"}},
	}},
	{kind: "assessments", title: "年度考核", fact: facts.KindAssessment, key: []string{"year"}, columns: []column{
		hidden(idColumn), hidden(nameColumn),
		{code: "year", title: "年度", synonyms: []string{"考核年度", "year"}, kind: whole, required: true, example: "2025"},
		{code: "grade", title: "考核等次", synonyms: []string{"等次", "考核结果", "grade"}, required: true, example: "称职"},
		{code: "score", title: "得分", synonyms: []string{"分数", "score"}},
	}},
	{kind: "amounts", title: "给定金额", fact: facts.KindAmount, key: []string{"item"}, from: "from", to: "until", wide: true, columns: []column{
		hidden(idColumn), hidden(nameColumn),
		{code: "item", title: "项目", synonyms: []string{"项目代码", "item"}, example: "基本工资"},
		{code: "fen", title: "金额", synonyms: []string{"月金额", "金额（元）", "amount"}, kind: amount, example: "4820.00"},
		{code: "from", title: "起始月份", synonyms: []string{"执行月份", "from"}, kind: month, required: true, example: "2026-10"},
		{code: "until", title: "终止月份", synonyms: []string{"until"}, kind: month, help: "空着是长期"},
		{code: "document", title: "文号", synonyms: []string{"依据", "document"}},
	}},
	{kind: "references", title: "参考数据", fact: facts.KindReference, key: []string{"code", "period", "place"}, world: true, columns: []column{
		{code: "code", title: "代码", synonyms: []string{"指标代码", "code"}, required: true, example: "rural_income"},
		{code: "period", title: "时期", synonyms: []string{"年度", "年份", "period"}, kind: period, required: true, example: "2025"},
		{code: "place", title: "单位代码", synonyms: []string{"区划代码", "村代码", "乡镇代码", "place"}, kind: place, help: "只对一个乡镇或村的数才填"},
		{code: "value", title: "数值", synonyms: []string{"数据", "value"}, kind: decimalNumber, required: true, example: "21380"},
		{code: "unit", title: "单位", synonyms: []string{"计量单位", "unit"}, example: "元"},
		{code: "document", title: "来源", synonyms: []string{"发布文件", "文号", "document"}, example: "2025年桃源县国民经济和社会发展统计公报"},
	}},
	{kind: "calendar", title: "工作日历", fact: facts.KindCalendar, key: []string{"date"}, from: "date", to: "date", world: true, columns: []column{
		{code: "date", title: "日期", synonyms: []string{"放假日期", "调休日期", "date"}, kind: day, required: true, help: "每天一行", example: "2026-10-01"},
		{code: "nature", title: "性质", synonyms: []string{"类型", "安排", "nature"}, required: true, choices: map[string]string{"休": facts.DayOff, "放假": facts.DayOff, "班": facts.DayWorked, "上班": facts.DayWorked}, help: "休：放假；班：周末上班", example: "休"},
		{code: "document", title: "依据", synonyms: []string{"文号", "通知", "document"}, example: "国办发明电〔2025〕7号"},
	}},
	{kind: "paid", title: "已发金额", fact: facts.KindPaid, key: []string{"item", "month"}, from: "month", wide: true, columns: []column{
		hidden(idColumn), hidden(nameColumn),
		{code: "item", title: "项目", synonyms: []string{"项目代码", "item"}, example: "离任村干部补偿"},
		{code: "month", title: "所属月份", synonyms: []string{"发放月份", "月份", "month"}, kind: month, required: true, example: "2026-09"},
		{code: "fen", title: "金额", synonyms: []string{"已发金额", "金额（元）", "amount"}, kind: amount, example: "120.00"},
	}},
}

// Kinds lists what can be imported.
func Kinds() []string {
	list := make([]string, len(forms))
	for i := range forms {
		list[i] = forms[i].kind
	}
	return list
}

func formOf(kind string) (*form, error) {
	for i := range forms {
		if forms[i].kind == kind {
			return &forms[i], nil
		}
	}
	return nil, message.Err("import.kind", kind)
}
