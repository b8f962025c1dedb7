// Package importers owns the forms that come in: which columns each kind of sheet
// has, how a cell becomes a value, and what is wrong with those that do not. One
// definition serves the reader and the empty template. It never opens the book:
// what only the book can know is checked by payroll.
package importers

import (
	"slices"
	"strings"

	"zhida/payroll"
	"zhida/payroll/checks"
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
	percent // of a hundred: 30
	day
	month
	yes
	place
	period
	birth // a day, or a month
	year  // of four digits: 25 and 205 are slips of the hand
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
	least    least
	list     listKind // what a drop-down suggests beside choices
}

// least says how small a number may be.
type least int

const (
	anyNumber least = iota
	notNegative
	positive
)

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
	answers []string // codes that whoever gets the printed form fills in: a row with none of them waits
	whole   string   // code of the column whose rows come in together or not at all
}

// exampleID stands in the example row of every template; nobody has it.
const exampleID = "439901190001019998"

var (
	idColumn   = column{code: "id", title: "身份证号", synonyms: []string{"身份证号码", "公民身份号码", "身份证", "证件号码", "id number", "id"}, kind: personID, required: true, help: "文本格式，18 位", example: exampleID}
	nameColumn = column{code: "name", title: "姓名", synonyms: []string{"名字", "name"}, required: true, example: "张小满"}
	validFrom  = column{code: "from", title: "生效日期", synonyms: []string{"起始日期", "启用日期", "valid from"}, kind: day, meta: true, help: "从哪一天起是这样；空着时用导入命令的 --from", example: "2026-10-01"}

	withdrawColumn = column{code: "withdraw", title: "操作", synonyms: []string{"operation"}, meta: true, choices: map[string]string{"撤销": "withdraw", "新增": "", "修改": ""}, help: "写“撤销”时这一行作废"}

	categoryChoices = map[string]string{"乡镇干部": string(facts.TownshipCadre), "村干部": string(facts.VillageCadre), "离任村干部": string(facts.FormerVillageCadre), "退职村干部": string(facts.FormerVillageCadre)}
)

func hidden(c column) column { c.meta = true; return c }

func optional(c column) column { c.required = false; return c }

// registerClasses are the words of the column 类别 of registers: each is stored as it stands.
func registerClasses() map[string]string {
	words := map[string]string{}
	for class := range checks.Registers {
		words[class] = class
	}
	return words
}

// registerNeeds are the columns that a row of a class cannot do without. A class without
// a single row has one that says 无 for the name.
var registerNeeds = map[checks.Source][]string{
	checks.Deaths: {"id", "date"}, checks.Departures: {"id", "date"}, checks.Retirements: {"id", "date"}, checks.Sanctions: {"id", "date"}, checks.Establishing: {"id"},
	checks.Posts: {"place", "number"}, checks.Payrolls: {"id", "date", "party", "item"}, checks.Claims: {"id", "date", "party", "item"}, checks.Kin: {"id", "party", "item"}, checks.Agents: {"id", "date", "party"},
}

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
		{code: "born", title: "出生日期", synonyms: []string{"出生年月", "出生年月日", "出生时间", "出生", "born"}, kind: birth, meta: true, help: "可以不填；填了就与身份证号核对", example: "1990-01-01"},
		{code: "joined", title: "参加工作日期", synonyms: []string{"参加工作时间", "参工时间", "joined"}, kind: day, example: "2008-07-01"},
		{code: "group", title: "村民小组", synonyms: []string{"小组", "村组", "组别", "group"}, help: "同村同名的人在公示表上按小组区分", example: "三组"},
		{code: "hukou", title: "户籍", synonyms: []string{"户籍地", "hukou"}, example: "本县", list: hukous},
		{code: "flags", title: "标记", synonyms: []string{"备注标记", "特殊情况", "flags"}, help: "多个用顿号隔开", example: "鳏寡孤独", list: flags},
		{code: "died", title: "去世日期", synonyms: []string{"死亡日期", "去世时间", "died"}, kind: day},
		{code: "retired", title: "退休日期", synonyms: []string{"退休时间", "retired"}, kind: day},
		validFrom,
	}},
	{kind: "tenure", title: "任职经历", fact: facts.KindSpell, key: []string{"place", "post", "from"}, from: "from", to: "to", columns: []column{
		hidden(idColumn), hidden(nameColumn),
		{code: "place", title: "单位代码", synonyms: []string{"单位（村）代码", "任职单位代码", "村代码", "乡镇代码", "place"}, kind: place, required: true, example: "430725101"},
		{code: "post", title: "职务", synonyms: []string{"担任职务", "任职职务", "post"}, required: true, example: "站所长", list: anyPosts},
		{code: "rank", title: "职级", synonyms: []string{"岗位等级", "rank"}, example: "一级科员", list: ranks},
		{code: "from", title: "任职日期", synonyms: []string{"任职时间", "起始日期", "开始日期", "from"}, kind: day, required: true, example: "2021-01-15"},
		{code: "to", title: "离任日期", synonyms: []string{"离任时间", "免职日期", "截止日期", "to"}, kind: day, help: "空着是在任"},
		{code: "document", title: "任免文号", synonyms: []string{"任职文件", "文号", "document"}, example: "桃组任〔2021〕9号"},
		{code: "recognised", title: "组织认定", synonyms: []string{"是否认定", "认定", "recognised"}, kind: yes, required: true, help: "组织部门是否认定这段经历", example: "是"},
		{code: "reason", title: "离任原因", synonyms: []string{"去向", "reason"}, help: "届满、辞职、罢免等；在任的空着", list: reasons},
		withdrawColumn,
	}},
	changesForm, electionForm,
	{kind: "accounts", title: "银行账户", fact: facts.KindAccount, columns: []column{
		hidden(idColumn), hidden(nameColumn),
		{code: "card", title: "银行卡号", synonyms: []string{"银行账号", "账号", "卡号", "收款账号", "card"}, kind: card, required: true, help: "文本格式", example: "6200590000009999992"},
		{code: "bank", title: "开户银行", synonyms: []string{"银行", "开户行名称", "bank"}, kind: bank, example: "中国农业银行"},
		{code: "branch", title: "开户网点", synonyms: []string{"开户行", "支行", "网点", "branch"}, example: "中国农业银行桃源县支行"},
		{code: "cnaps", title: "联行号", synonyms: []string{"行号", "cnaps"}},
		{code: "holder", title: "户名", synonyms: []string{"账户名", "持卡人", "holder"}, required: true, example: "张小满"},
		{code: "proof", title: "换卡依据", synonyms: []string{"证明材料", "户名证明", "proof"}, help: "换卡时写银行的户名账号证明或本人的申请；不写的由另一人确认"},
		validFrom,
	}},
	{kind: "days", title: "下村考勤", fact: facts.KindDay, key: []string{"kind", "date", "place"}, from: "date", to: "date", scope: true, columns: []column{
		hidden(idColumn), hidden(nameColumn),
		{code: "place", title: "单位代码", synonyms: []string{"乡镇代码", "填报单位代码", "place"}, kind: place, required: true, help: "填报的乡镇，9 位", list: townships, example: "430725101"},
		{code: "date", title: "日期", synonyms: []string{"下村日期", "出勤日期", "date"}, kind: day, required: true, example: "2026-10-12"},
		{code: "kind", title: "类型", synonyms: []string{"考勤类型", "事项", "kind"}, required: true, example: "下村", list: dayKinds},
		{code: "village", title: "所到村", synonyms: []string{"下村地点", "到村", "village"}, meta: true, example: "桃花源村"},
	}},
	{kind: "absences", title: "缺勤", fact: facts.KindAbsence, key: []string{"kind", "from"}, from: "from", to: "to", columns: []column{
		hidden(idColumn), hidden(nameColumn),
		{code: "kind", title: "类型", synonyms: []string{"缺勤类型", "请假类型", "kind"}, required: true, example: "事假", list: absenceKinds},
		{code: "from", title: "开始日期", synonyms: []string{"起始日期", "起", "from"}, kind: day, required: true, example: "2026-10-12"},
		{code: "to", title: "结束日期", synonyms: []string{"截止日期", "止", "to"}, kind: day, help: "空着是还没有结束", example: "2026-10-14"},
		{code: "working_days", title: "工作日数", synonyms: []string{"工作日", "天数", "working days"}, kind: whole, example: "3"},
		{code: "document", title: "文号", synonyms: []string{"依据", "document"}},
		withdrawColumn,
	}},
	{kind: "assessments", title: "年度考核", fact: facts.KindAssessment, key: []string{"year"}, columns: []column{
		hidden(idColumn), hidden(nameColumn),
		{code: "year", title: "年度", synonyms: []string{"考核年度", "year"}, kind: year, required: true, example: "2025"},
		{code: "grade", title: "考核等次", synonyms: []string{"等次", "考核结果", "grade"}, required: true, example: "称职", list: grades},
		{code: "score", title: "得分", synonyms: []string{"分数", "score"}},
	}},
	{kind: "amounts", title: "给定金额", fact: facts.KindAmount, key: []string{"item"}, from: "from", to: "until", wide: true, columns: []column{
		hidden(idColumn), hidden(nameColumn),
		{code: "item", title: "项目", synonyms: []string{"项目代码", "item"}, example: "基本工资"},
		{code: "fen", title: "金额", synonyms: []string{"月金额", "金额（元）", "amount"}, kind: amount, least: notNegative, help: "代扣的也写正数；与以前的、与同项目其他人的差十倍以上的由另一人核对", example: "4820.00"},
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
	{kind: "holds", title: "缓发停付名单", fact: facts.KindHold, key: []string{"reason", "from"}, from: "from", to: "to", columns: []column{
		hidden(idColumn), hidden(nameColumn),
		{code: "measure", title: "措施", synonyms: []string{"处理", "measure"}, required: true, choices: map[string]string{"缓发": payroll.MeasureHold, "停付": payroll.MeasureStop}, help: "缓发：查清后补发；停付：列入停付名单", example: "缓发"},
		{code: "reason", title: "原因", synonyms: []string{"缓发原因", "停付原因", "reason"}, required: true, example: "材料不全"},
		{code: "from", title: "开始日期", synonyms: []string{"起始日期", "起", "from"}, kind: day, required: true, example: "2026-11-01"},
		{code: "to", title: "解除日期", synonyms: []string{"恢复日期", "止", "to"}, kind: day, help: "空着是还没有解除；解除当月起补发"},
		{code: "document", title: "文号", synonyms: []string{"依据", "document"}, required: true, example: "桃财社〔2026〕31号"},
		withdrawColumn,
	}},
	{kind: "notices", title: "扣回通知送达", fact: facts.KindNotice, key: []string{"date"}, from: "date", to: "date", columns: []column{
		hidden(idColumn), hidden(nameColumn),
		{code: "date", title: "送达日期", synonyms: []string{"签收日期", "date"}, kind: day, required: true, example: "2026-11-20"},
		{code: "way", title: "送达方式", synonyms: []string{"方式", "way"}, required: true, choices: map[string]string{"签收": "signed", "留置": "left", "邮寄": "posted", "公告": "published"}, example: "签收"},
		{code: "consent", title: "本人同意扣回", synonyms: []string{"本人同意", "同意", "consent"}, kind: yes, required: true, example: "是"},
		{code: "monthly", title: "同意每月扣回", synonyms: []string{"每月扣回金额", "每月金额", "monthly"}, kind: amount, least: positive, help: "本人同意的每月金额，空着时按文件规定的上限；文件没有规定的要写，不写不扣", example: "300.00"},
		{code: "document", title: "文号", synonyms: []string{"通知书编号", "依据", "document"}, required: true, example: "桃财扣通〔2026〕3号"},
		withdrawColumn,
	}},
	{kind: "orders", title: "法院协助执行", fact: facts.KindOrder, key: []string{"number"}, from: "from", to: "to", columns: []column{
		hidden(idColumn), hidden(nameColumn),
		{code: "number", title: "案号", synonyms: []string{"执行案号", "文号", "number"}, required: true, example: "（2026）湘0725执31号"},
		{code: "rank", title: "顺位", synonyms: []string{"顺序", "rank"}, kind: whole, required: true, help: "数小的先扣", example: "1"},
		{code: "total", title: "总额", synonyms: []string{"执行总额", "total"}, kind: amount, least: positive, help: "空着是没有总额，扣到终止日期", example: "20000.00"},
		{code: "monthly", title: "每月金额", synonyms: []string{"每月扣划", "monthly"}, kind: amount, least: positive, help: "空着是保留生活费以外的全部", example: "1000.00"},
		{code: "share", title: "比例（%）", synonyms: []string{"扣划比例", "比例", "share"}, kind: percent, least: positive, help: "每月实发的百分之几；空着是不按比例", example: "30"},
		{code: "protected", title: "保留生活费", synonyms: []string{"每月保留", "protected"}, kind: amount, least: notNegative, required: true, example: "1500.00"},
		{code: "holder", title: "收款单位", synonyms: []string{"收款户名", "户名", "holder"}, required: true, example: "桃源县人民法院"},
		{code: "card", title: "收款账号", synonyms: []string{"账号", "card"}, kind: card, required: true, help: "文本格式", example: "18510101040012345"},
		{code: "bank", title: "收款银行", synonyms: []string{"开户银行", "银行", "bank"}, kind: bank, required: true, example: "中国农业银行"},
		{code: "branch", title: "开户网点", synonyms: []string{"开户行", "支行", "branch"}, example: "中国农业银行桃源县支行"},
		{code: "cnaps", title: "联行号", synonyms: []string{"行号", "cnaps"}},
		{code: "from", title: "开始日期", synonyms: []string{"起始日期", "from"}, kind: day, required: true, example: "2026-11-01"},
		{code: "to", title: "终止日期", synonyms: []string{"解除日期", "to"}, kind: day},
		withdrawColumn,
	}},
	{kind: "verifications", title: "资格认证结果", fact: facts.KindVerified, key: []string{"year"}, from: "date", answers: []string{"result", "date", "signed"}, columns: []column{
		hidden(idColumn), hidden(nameColumn),
		{code: "year", title: "年度", synonyms: []string{"认证年度", "year"}, kind: year, required: true, example: "2026"},
		{code: "result", title: "认证结果", synonyms: []string{"结果", "result"}, required: true, choices: map[string]string{"通过": payroll.VerifiedPassed, "未见到本人": "not_met", "已去世": "died", "失踪": "missing"}, help: "未见到本人、已去世、失踪的缓发", example: "通过"},
		{code: "date", title: "认证日期", synonyms: []string{"日期", "date"}, kind: day, required: true, example: "2026-05-12"},
		{code: "signed", title: "签字人", synonyms: []string{"认证人", "经手人", "signed"}, required: true, example: "王支书"},
		withdrawColumn,
	}},
	{kind: "recipients", title: "继承人代领", fact: facts.KindRecipient, key: []string{"recipient", "relation"}, from: "from", to: "to", columns: []column{
		hidden(idColumn), hidden(nameColumn),
		{code: "recipient", title: "收款人", synonyms: []string{"继承人", "代领人", "recipient"}, required: true, help: "身份证号和姓名填去世的人", example: "李春花"},
		{code: "relation", title: "关系", synonyms: []string{"与本人关系", "relation"}, required: true, help: "替健在的人代领的写“监护人”", example: "配偶"},
		{code: "share", title: "份额（%）", synonyms: []string{"份额", "比例", "share"}, kind: percent, least: positive, required: true, help: "同一人的各份额合计 100", example: "100"},
		{code: "card", title: "银行卡号", synonyms: []string{"收款账号", "账号", "卡号", "card"}, kind: card, required: true, help: "收款人自己的卡，文本格式", example: "6200590000009999992"},
		{code: "bank", title: "开户银行", synonyms: []string{"银行", "bank"}, kind: bank, required: true, example: "中国农业银行"},
		{code: "branch", title: "开户网点", synonyms: []string{"开户行", "支行", "branch"}, example: "中国农业银行桃源县支行"},
		{code: "cnaps", title: "联行号", synonyms: []string{"行号", "cnaps"}},
		{code: "document", title: "文号", synonyms: []string{"依据", "公证书编号", "document"}, required: true, help: "公证书、协议或证明的编号", example: "（2026）湘桃证字第12号"},
		{code: "from", title: "开始日期", synonyms: []string{"起始日期", "from"}, kind: day, required: true, example: "2026-11-01"},
		{code: "to", title: "终止日期", synonyms: []string{"to"}, kind: day},
		withdrawColumn,
	}},
	{kind: "receivables", title: "旧欠待扣款", fact: facts.KindDebt, key: []string{"item", "month"}, from: "month", columns: []column{
		hidden(idColumn), hidden(nameColumn),
		{code: "item", title: "项目", synonyms: []string{"项目代码", "item"}, required: true, help: "从这一项的应发里扣", example: "离任村干部补偿"},
		{code: "month", title: "所属月份", synonyms: []string{"领取月份", "月份", "month"}, kind: month, required: true, help: "当时发放的月份，决定扣回后还给原指标还是缴国库", example: "2019-12"},
		{code: "fen", title: "金额", synonyms: []string{"待扣金额", "未冲抵金额", "金额（元）", "amount"}, kind: amount, least: positive, required: true, help: "启用本账本时还没有扣完的", example: "21600.00"},
		{code: "share", title: "每月最多（%）", synonyms: []string{"每月最多", "扣回比例", "share"}, kind: percent, least: positive, required: true, help: "当月应发的百分之几；一次性领取后逐月冲抵的写 100", example: "100"},
		{code: "floor", title: "每月至少留", synonyms: []string{"至少留", "floor"}, kind: amount, least: notNegative, required: true, example: "0.00"},
		{code: "date", title: "送达日期", synonyms: []string{"告知日期", "协议日期", "date"}, kind: day, required: true, help: "本人何时知道：通知送达或协议签字", example: "2019-12-20"},
		{code: "document", title: "文号", synonyms: []string{"依据", "协议编号", "document"}, required: true, example: "桃民发〔2019〕17号"},
		withdrawColumn,
	}},
	{kind: payroll.KindPublicity, title: "公示登记", fact: facts.KindPublicity, key: []string{"item", "from"}, from: "from", columns: []column{
		hidden(idColumn), hidden(nameColumn),
		{code: "item", title: "项目", synonyms: []string{"项目代码", "item"}, required: true, example: "离任村干部补偿"},
		{code: "from", title: "公示开始日期", synonyms: []string{"开始日期", "起", "from"}, kind: day, required: true, example: "2026-11-02"},
		{code: "through", title: "公示截止日期", synonyms: []string{"截止日期", "止", "through"}, kind: day, required: true, help: "最后一天；公示期满才登记", example: "2026-11-08"},
		{code: "photo", title: "照片摘要", synonyms: []string{"照片SM3", "photo"}, required: true, help: "公示照片文件的 SM3，64 位十六进制；用 zhida notice record 登记的自动算", example: "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"},
		{code: "objection", title: "异议", synonyms: []string{"异议内容", "objection"}, help: "没有异议的空着"},
		{code: "answer", title: "异议答复", synonyms: []string{"答复", "处理结果", "answer"}, help: "有异议没有答复的，缓发"},
		withdrawColumn,
	}},
	{kind: "transfers", title: "转移支付和拨款", fact: facts.KindTransfer, key: []string{"fund", "document", "place", "voucher"}, from: "date", world: true, columns: []column{
		{code: "fund", title: "资金", synonyms: []string{"资金代码", "fund"}, required: true, help: "设置里 funds 的代码", example: "F03"},
		{code: "document", title: "文号", synonyms: []string{"依据", "拨款文号", "document"}, required: true, example: "湘财预〔2026〕31号"},
		{code: "place", title: "单位代码", synonyms: []string{"村代码", "乡镇代码", "区划代码", "place"}, kind: place, help: "指定给一个乡镇或村的才填；空着是全县的", example: "430725101200"},
		{code: "purpose", title: "用途", synonyms: []string{"资金用途", "purpose"}, example: "村干部报酬"},
		{code: "giver", title: "拨款单位", synonyms: []string{"来源", "giver"}, example: "湖南省财政厅"},
		{code: "voucher", title: "凭证号", synonyms: []string{"支付令号", "voucher"}, required: true, help: "同一文号分几次拨的，各有各的凭证号", example: "2026010031"},
		{code: "date", title: "到账日期", synonyms: []string{"日期", "date"}, kind: day, required: true, example: "2026-01-20"},
		{code: "due", title: "应付日期", synonyms: []string{"应拨付日期", "付清期限", "due"}, kind: day, help: "到哪一天应当付清；空着是当年年底", example: "2026-12-31"},
		{code: "fen", title: "金额", synonyms: []string{"拨款金额", "金额（元）", "amount"}, kind: amount, least: positive, required: true, example: "1200000.00"},
		withdrawColumn,
	}},
	{kind: "authority", title: "预算指标", fact: facts.KindAuthority, key: []string{"fund", "document"}, from: "date", world: true, columns: []column{
		{code: "fund", title: "资金", synonyms: []string{"资金代码", "fund"}, required: true, help: "设置里 funds 的代码", example: "F01"},
		{code: "document", title: "指标文号", synonyms: []string{"文号", "依据", "document"}, required: true, help: "年初预算批复以前预拨的，写预拨文件的文号", example: "桃财预〔2026〕1号"},
		{code: "year", title: "年度", synonyms: []string{"预算年度", "year"}, kind: year, required: true, example: "2026"},
		{code: "date", title: "下达日期", synonyms: []string{"日期", "date"}, kind: day, required: true, example: "2026-01-05"},
		{code: "fen", title: "金额", synonyms: []string{"指标金额", "金额（元）", "amount"}, kind: amount, least: positive, required: true, example: "36000000.00"},
		withdrawColumn,
	}},
	{kind: "vouchers", title: "支付凭证号", fact: facts.KindVoucher, key: []string{"batch", "fund"}, from: "date", world: true, columns: []column{
		{code: "batch", title: "批次", synonyms: []string{"batch"}, required: true, example: "2026-11/1"},
		{code: "fund", title: "资金", synonyms: []string{"资金代码", "fund"}, required: true, help: "设置里 funds 的代码", example: "F01"},
		{code: "voucher", title: "凭证号", synonyms: []string{"支付令号", "支付凭证号", "voucher"}, required: true, example: "2026110002871"},
		{code: "date", title: "支付日期", synonyms: []string{"日期", "date"}, kind: day, required: true, example: "2026-11-20"},
		{code: "fen", title: "金额", synonyms: []string{"支付金额", "金额（元）", "amount"}, kind: amount, least: positive, required: true, help: "要与这个批次这笔资金的实发合计一致", example: "6990897.91"},
		withdrawColumn,
	}},
	{kind: "statement", title: "专户对账单", fact: facts.KindStatement, key: []string{"account", "serial"}, from: "date", world: true, columns: []column{
		{code: "account", title: "本方账号", synonyms: []string{"账号", "专户账号", "account"}, help: "设置里这笔资金的 account，文本格式；银行的对账单没有这一列的，导入时用 --account", example: "1860000000000000002"},
		{code: "serial", title: "流水号", synonyms: []string{"交易流水号", "凭证号", "serial"}, required: true, example: "20260131000017"},
		{code: "date", title: "交易日期", synonyms: []string{"日期", "记账日期", "date"}, kind: day, required: true, example: "2026-01-31"},
		{code: "summary", title: "摘要", synonyms: []string{"用途", "附言", "summary"}, example: "代发工资"},
		{code: "party", title: "对方户名", synonyms: []string{"对方名称", "party"}, example: "代发过渡户"},
		{code: "debit", title: "借方金额", synonyms: []string{"支出", "借方", "debit"}, kind: amount, least: notNegative, help: "付出去的"},
		{code: "credit", title: "贷方金额", synonyms: []string{"收入", "贷方", "credit"}, kind: amount, least: notNegative, help: "收进来的", example: "1200000.00"},
		{code: "balance", title: "余额", synonyms: []string{"账户余额", "balance"}, kind: amount, example: "1200000.00"},
	}},
	{kind: "registers", title: "其他部门登记", fact: facts.KindRegister, key: []string{"class", "id", "place", "date", "item", "party"}, from: "as_of", world: true, columns: []column{
		{code: "class", title: "类别", synonyms: []string{"登记类别", "class"}, required: true, choices: registerClasses(), help: "各类要填哪些列见 docs/checks.md", example: "死亡"},
		{code: "as_of", title: "数据日期", synonyms: []string{"截至日期", "as of"}, kind: day, required: true, help: "部门的数据到哪一天", example: "2026-10-31"},
		optional(idColumn),
		{code: "name", title: "姓名", synonyms: []string{"名字", "name"}, help: "这一类没有一个人的，写“无”", example: "张小满"},
		{code: "place", title: "单位代码", synonyms: []string{"村代码", "乡镇代码", "区划代码", "place"}, kind: place, help: "定员填村代码"},
		{code: "date", title: "日期", synonyms: []string{"发生日期", "起始日期", "date"}, kind: day, help: "去世、离任、退休、停发、参加其他工资、申报、领卡的日期", example: "2026-09-12"},
		{code: "until", title: "截止日期", synonyms: []string{"止", "until"}, kind: day, help: "停发、其他工资到哪一天；空着是还没有结束"},
		{code: "party", title: "单位或经手人", synonyms: []string{"单位", "经手人", "发放单位", "party"}, help: "其他工资和申报写单位；代办领卡写代办人；亲属写经手人员的姓名"},
		{code: "item", title: "事项", synonyms: []string{"项目", "关系", "item"}, help: "停发、申报的项目或考勤类型；其他工资的种类；亲属的关系"},
		{code: "number", title: "数量", synonyms: []string{"职数", "定员", "number"}, kind: whole},
		{code: "fen", title: "金额", synonyms: []string{"金额（元）", "amount"}, kind: amount, least: notNegative},
		{code: "document", title: "文号", synonyms: []string{"依据", "document"}},
		withdrawColumn,
	}},
	{kind: "paid", title: "已发金额", fact: facts.KindPaid, key: []string{"item", "month"}, from: "month", wide: true, columns: []column{
		hidden(idColumn), hidden(nameColumn),
		{code: "item", title: "项目", synonyms: []string{"项目代码", "item"}, example: "离任村干部补偿"},
		{code: "month", title: "所属月份", synonyms: []string{"发放月份", "月份", "month"}, kind: month, required: true, example: "2026-09"},
		{code: "fen", title: "金额", synonyms: []string{"已发金额", "金额（元）", "amount"}, kind: amount, least: notNegative, help: "这个月份发了又收回的，写收回以后的数", example: "120.00"},
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

// Snapshot says whether a file of a kind states its scope completely, so that what it does not state is withdrawn.
func Snapshot(kind string) bool {
	return slices.ContainsFunc(forms, func(f form) bool { return f.kind == kind && f.scope })
}

// Title is the Chinese name of a kind of sheet, "" for a kind there is not.
func Title(kind string) string {
	for i := range forms {
		if forms[i].kind == kind {
			return forms[i].title
		}
	}
	return ""
}

// titleOf is the heading of a column.
func (f *form) titleOf(code string) string {
	for i := range f.columns {
		if f.columns[i].code == code {
			return f.columns[i].title
		}
	}
	return code
}

// choicesOf are the words that a column takes.
func (f *form) choicesOf(code string) map[string]string {
	for i := range f.columns {
		if f.columns[i].code == code {
			return f.columns[i].choices
		}
	}
	return nil
}

// fields are the codes of the columns that make the body of a fact, in its order.
func (f *form) fields() (list []string) {
	for i := range f.columns {
		if !f.columns[i].meta {
			list = append(list, f.columns[i].code)
		}
	}
	return list
}

func formOf(kind string) (*form, error) {
	for i := range forms {
		if forms[i].kind == kind {
			return &forms[i], nil
		}
	}
	return nil, message.Err("import.kind", kind, strings.Join(Kinds(), " "))
}
