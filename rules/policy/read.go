package policy

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/message"
	"zhida/rules/money"
	"zhida/rules/yamltext"
)

// keys are the words of a policy file, Chinese to English; both are understood.
var keys = map[string]string{
	"文件": "document", "文号": "number", "标题": "title", "发文机关": "issuer", "印发日期": "issued", "施行": "from", "失效": "until",
	"表": "tables", "出处": "source", "来自": "sheet", "表格": "spreadsheet", "工作表": "worksheet", "列": "columns", "摘要": "digest", "键": "keys", "值": "values", "行": "rows", "留空": "gap",
	"名称式": "names", "合计封顶": "shared_caps", "分配": "pool", "总额": "total", "份额": "share", "超出": "over", "余数": "rest", "核对": "rules", "每个": "each", "每月上限": "limit", "发给": "pay", "任职口径": "service", "计月": "months", "零头": "remainder", "截至": "until_day", "凭据": "evidence", "项目": "items", "案例": "cases",
	"代码": "code", "名称": "name", "顺序": "order", "人员": "payees", "渠道": "channel", "资金": "fund", "方向": "side", "上缴": "institution",
	"依据": "basis", "发放": "schedule", "条件": "conditions", "停发": "stops", "缺勤类别": "absence", "情形": "when", "说明": "sentence",
	"每年": "yearly", "每月计": "monthly_due", "含当月": "own_month", "周期": "period", "发放月份": "due", "一次": "once", "要求": "require", "否则": "otherwise", "金额": "amount", "补差": "top_up", "封顶": "cap",
	"多职": "several", "到任当月": "arrival", "离任当月": "departure", "去世当月": "death", "变动当月": "change", "舍入": "rounding",
	"分组": "group", "同组": "peers", "计入项目": "count", "含领取人": "recipients", "平均": "average", "平均舍入": "average_rounding",
	"月份": "month", "至": "through", "各月": "by_month", "其他人": "others", "地点": "places", "参考": "references", "应得": "expect", "给定": "given", "其他项目": "other_items",
	"类别": "category", "出生": "born", "性别": "sex", "单位": "place", "参加工作": "joined", "去世": "died", "退休": "retired", "标记": "flags", "户籍": "hukou",
	"任职": "spells", "天数": "days", "缺勤": "absences", "考核": "grades", "等次": "grade", "得分": "score", "职务": "post", "职级": "rank", "起": "start", "止": "end", "认定": "recognised",
	"工作日": "working_days", "日": "dates", "日历": "calendar", "公示": "notice", "内容": "show", "遮盖": "masked", "公示天数": "notice_days", "先公示": "first", "补发对象": "arrears", "扣回": "recovery", "每月最多": "at_most", "至少留": "at_least", "计入": "bases", "理由": "reason", "结果": "outcome", "乡镇类别": "class", "距离": "distance", "人口": "population",
}

// choices are the fixed words that can stand as a value, Chinese to code.
var choices = map[string]map[string]string{
	"side":      {"应发": "gross", "扣款": "deduction"},
	"basis":     {"按任职": "post", "按人员": "person", "按去世": "death"},
	"several":   {"就高": "highest", "合计": "sum"},
	"arrival":   {"全月": "full", "不发": "none", "按日": "days"},
	"departure": {"全月": "full", "不发": "none", "按日": "days"},
	"death":     {"全月": "full", "不发": "none", "按日": "days"},
	"change":    {"首日": "first", "末日": "last", "就高": "highest", "按日": "days"},
	"months":    {"起止月都算": "touched", "只算整月": "whole", "按日累计": "days"},
	"remainder": {"舍去": "down", "进一": "up", "四舍五入": "half_up"},
	"until_day": {"月末": "month_end", "上月末": "previous_month_end"},
	"evidence":  {"须认定": "recognised", "不限": "any"},
	"when":      {"涉及": "touching", "满月": "whole_month", "次月起": "next_month", "次年": "next_year"},
	"period":    {"月": "1", "季": "3", "半年": "6", "年": "12"},
	"average":   {"冻结": "frozen", "重算": "resettled"},
	"bool":      {"是": "yes", "否": "no"},
	"arrears":   {"全部": "all", "仅在册": "serving"},
	"nature":    {"休": facts.DayOff, "班": facts.DayWorked},
	"over":      {"留存": "kept", "再分": "shared"},
	"rest":      {"留存": "kept", "分尽": "spread"},
	"each":      {"村": "village", "乡镇": "township"},
	"holds":     {"符合": "yes", "不符合": "no"},
	"category":  {"乡镇干部": string(facts.TownshipCadre), "村干部": string(facts.VillageCadre), "离任村干部": string(facts.FormerVillageCadre)},
	"outcome":   {"不符合": "not_due", "为零": "zero", "拒绝": "refused"},
	"rounding": {"四舍五入到分": "half_up/1", "四舍五入到角": "half_up/10", "四舍五入到元": "half_up/100",
		"舍去到分": "down/1", "舍去到角": "down/10", "舍去到元": "down/100", "进位到分": "up/1", "进位到角": "up/10", "进位到元": "up/100"},
}

// CategoryChinese is the Chinese word for a payee category.
func CategoryChinese(c facts.Category) string {
	for zh, code := range choices["category"] {
		if code == string(c) {
			return zh
		}
	}
	return string(c)
}

// reader collects what is wrong, so that one reading shows it all.
type reader struct {
	file     string
	text     []byte
	problems message.Problems
	formulas int
}

// Bounds of one file. No document comes near them; a file that does is refused
// before it can keep the program busy.
const (
	maxFormulas = 1000
	maxRows     = 2000
	maxCases    = 1000
	maxProblems = 200
)

// Read reads and compiles a policy file. All that is wrong comes back at once as
// message.Problems, each with line:column in Cell and the text with a caret.
// Decisions left open are not errors of reading; see Open.
func Read(file string, text []byte) (*Policy, error) {
	top, err := yamltext.Parse(file, text)
	if err != nil {
		return nil, err
	}
	r := &reader{file: file, text: text}
	p := &Policy{File: file, text: text, Tables: map[string]*Table{}, Names: map[string]*Formula{}}
	o := r.object(top, "document", "service", "tables", "names", "items", "shared_caps", "rules", "notice", "cases")
	r.document(p, o)
	r.names(p, o.at("names"), r.tableNames(p, o.at("tables")))
	r.items(p, o.need("items"))
	r.sharedCaps(p, o.at("shared_caps"))
	r.rules(p, o.at("rules"))
	r.notice(p, o.at("notice"))
	r.service(p, o.at("service"), top, r.list(o.at("items")))
	r.cases(p, o.at("cases"))
	if len(r.problems) > 0 {
		sort.SliceStable(r.problems, func(i, j int) bool { return lineOf(r.problems[i].Cell) < lineOf(r.problems[j].Cell) })
		return nil, r.problems
	}
	return p, nil
}

func lineOf(cell string) (n int) {
	fmt.Sscanf(cell, "%d", &n)
	return n
}

// fail notes a problem at a node.
func (r *reader) fail(n *yamltext.Node, what string, args ...any) {
	r.failAt(n.Line, n.Column, fmt.Sprintf(what, args...))
}

func (r *reader) failAt(line, column int, what string) {
	if len(r.problems) >= maxProblems {
		return
	}
	r.problems = append(r.problems, message.Problem{File: r.file, Cell: fmt.Sprintf("%d:%d", line, column),
		Message: message.M("policy.wrong", r.file, line, column, what, yamltext.Caret(r.text, line, column))})
}

// openAt notes a decision that the document leaves open.
func (r *reader) openAt(p *Policy, n *yamltext.Node, item, key string) {
	p.open = append(p.open, message.Problem{File: r.file, Cell: yamltext.At(n),
		Message: message.M("policy.open", r.file, n.Line, item, chineseKey(key), strings.Join(words(key), "、"))})
}

func chineseKey(key string) string {
	for zh, en := range keys {
		if en == key {
			return zh
		}
	}
	return key
}

func words(choice string) []string {
	var list []string
	for zh := range choices[choice] {
		list = append(list, zh)
	}
	sort.Strings(list)
	return list
}

// object is a mapping whose keys were checked.
type object struct {
	r      *reader
	node   *yamltext.Node
	fields map[string]*yamltext.Node
}

// object reads a mapping with the allowed keys; none allowed means any key.
func (r *reader) object(n *yamltext.Node, allowed ...string) object {
	o := object{r, n, map[string]*yamltext.Node{}}
	if n == nil {
		return o
	}
	if n.Kind != yamltext.Mapping {
		r.fail(n, "这里应当是“键: 值”的列表")
		return o
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := n.Content[i]
		name := k.Value
		if len(allowed) > 0 {
			if en, ok := keys[name]; ok {
				name = en
			}
			if !slices.Contains(allowed, name) {
				r.fail(k, "不认识的键“%s”", k.Value)
				continue
			}
		}
		if _, twice := o.fields[name]; twice {
			r.fail(k, "键“%s”写了两次", k.Value)
		}
		o.fields[name] = n.Content[i+1]
	}
	return o
}

func (o object) at(key string) *yamltext.Node { return o.fields[key] }

// need gives a required field; a missing one is a problem.
func (o object) need(key string) *yamltext.Node {
	n := o.fields[key]
	if n == nil && o.node != nil {
		o.r.fail(o.node, "缺少“%s”", chineseKey(key))
	}
	return n
}

func (o object) text(key string) string {
	n := o.fields[key]
	if n == nil {
		return ""
	}
	return o.r.scalar(n)
}

func (o object) needText(key string) string {
	n := o.need(key)
	if n == nil {
		return ""
	}
	s := o.r.scalar(n)
	if s == "" {
		o.r.fail(n, "“%s”是空的", chineseKey(key))
	}
	return s
}

// choice reads one of the fixed words; "" when the field is missing.
func (o object) choice(key, set string) string {
	n := o.fields[key]
	if n == nil {
		return ""
	}
	return o.r.choose(n, set)
}

func (r *reader) choose(n *yamltext.Node, set string) string {
	s := r.scalar(n)
	if code, ok := choices[set][s]; ok {
		return code
	}
	for _, code := range choices[set] {
		if code == s {
			return s
		}
	}
	r.fail(n, "“%s”不能写在这里，可以写：%s", s, strings.Join(words(set), "、"))
	return ""
}

func (r *reader) scalar(n *yamltext.Node) string {
	if n.Kind != yamltext.Scalar {
		r.fail(n, "这里应当是一个值")
		return ""
	}
	return strings.TrimSpace(n.Value)
}

// list gives the elements of a sequence; a single value is a list of one.
func (r *reader) list(n *yamltext.Node) []*yamltext.Node {
	switch {
	case n == nil:
		return nil
	case n.Kind == yamltext.Sequence:
		return n.Content
	case n.Kind == yamltext.Scalar && n.Value != "":
		return []*yamltext.Node{n}
	}
	r.fail(n, "这里应当是一个列表")
	return nil
}

func (r *reader) date(n *yamltext.Node) calendar.Date {
	if n == nil {
		return 0
	}
	d, err := calendar.ParseDate(r.scalar(n))
	if err != nil {
		r.fail(n, "“%s”不是日期，请写成 2026-01-31", n.Value)
	}
	return d
}

func (r *reader) month(n *yamltext.Node) calendar.Month {
	if n == nil {
		return 0
	}
	s := r.scalar(n)
	if d, err := calendar.ParseDate(s); err == nil {
		if d != d.Month().First() && d != d.Month().Last() {
			r.fail(n, "“%s”不在月初，项目按月计发，请写成月份", s)
		}
		return d.Month()
	}
	m, err := calendar.ParseMonth(s)
	if err != nil {
		r.fail(n, "“%s”不是月份，请写成 2026-01", s)
	}
	return m
}

func (r *reader) number(n *yamltext.Node) decimal.Decimal {
	s := strings.ReplaceAll(r.scalar(n), "_", "x")
	if len(s) == 0 || len(s) > 20 || strings.Trim(s, "0123456789.-") != "" {
		r.fail(n, "“%s”不是数", n.Value)
		return decimal.Decimal{}
	}
	d, err := decimal.NewFromString(s)
	if err != nil {
		r.fail(n, "“%s”不是数", n.Value)
	}
	return d
}

func (r *reader) yuan(n *yamltext.Node) money.Fen {
	f, err := money.ParseYuan(r.scalar(n))
	if err != nil {
		r.fail(n, "“%s”不是金额，请以元为单位、最多两位小数", n.Value)
	}
	return f
}

func (r *reader) whole(n *yamltext.Node) int {
	d := r.number(n)
	if !d.IsInteger() || d.Abs().GreaterThan(decimal.New(1, 9)) {
		r.fail(n, "“%s”应当是整数", n.Value)
		return 0
	}
	return int(d.IntPart())
}

func (r *reader) document(p *Policy, top object) {
	o := r.object(top.need("document"), "number", "title", "issuer", "issued", "from", "until", "arrears", "recovery")
	p.Document = Document{Number: o.needText("number"), Title: o.needText("title"), Issuer: o.needText("issuer"),
		Issued: r.date(o.need("issued")), From: r.month(o.need("from")), Until: r.month(o.at("until"))}
	if p.Document.Until != 0 && p.Document.Until < p.Document.From {
		r.fail(o.at("until"), "失效早于施行")
	}
	p.Document.Arrears = o.choice("arrears", "arrears")
	if o.at("arrears") == nil && o.at("issued") != nil && o.at("from") != nil && p.Document.Backwards(p.Document.From) {
		r.openAt(p, o.node, "文件", "arrears")
	}
	p.Document.Recovery = r.recovery(o.at("recovery"))
}

// recovery reads the terms on which money is taken back; nil when there are none.
func (r *reader) recovery(n *yamltext.Node) *Recovery {
	if n == nil {
		return nil
	}
	o := r.object(n, "basis", "at_most", "at_least")
	t := &Recovery{Basis: o.needText("basis")}
	if share := o.need("at_most"); share != nil {
		percent, ok := strings.CutSuffix(r.scalar(share), "%")
		if t.Share = r.number(&yamltext.Node{Kind: yamltext.Scalar, Value: percent, Line: share.Line, Column: share.Column}).Shift(-2); !ok || !t.Share.IsPositive() || t.Share.GreaterThan(decimal.New(1, 0)) {
			r.fail(share, "“%s”应当是 0%% 以上、100%% 以下的百分数，例如 20%%", share.Value)
		}
	}
	if floor := o.need("at_least"); floor != nil {
		if t.Floor = r.yuan(floor); t.Floor < 0 {
			r.fail(floor, "“至少留”不能是负数")
		}
	}
	return t
}

// formula compiles an expression and reports where in the file it fails.
func (r *reader) formula(p *Policy, n *yamltext.Node, want Type) *Formula {
	if n == nil {
		return nil
	}
	source := r.scalar(n)
	if r.formulas++; r.formulas > maxFormulas {
		if r.formulas == maxFormulas+1 {
			r.fail(n, "一个文件最多 %d 个公式", maxFormulas)
		}
		return nil
	}
	f, err := compile(source, want, p.Names, p.Tables)
	if err != nil {
		line, column := n.Line, n.Column
		var e *flaw
		if errors.As(err, &e) && !strings.Contains(n.Value, "\n") {
			column += e.column
			if quoted := r.lineText(line); column > 0 && n.Column <= len(quoted) && (quoted[n.Column-1] == '\'' || quoted[n.Column-1] == '"') {
				column++
			}
		}
		r.failAt(line, column, err.Error())
		return nil
	}
	return f
}

// lineText is a line of the file, from 1.
func (r *reader) lineText(line int) []rune {
	lines := bytes.Split(r.text, []byte("\n"))
	if line < 1 || line > len(lines) {
		return nil
	}
	return []rune(string(lines[line-1]))
}

// goWords are the library's names of types in the clerk's language.
var goWords = strings.NewReplacer("decimal.Decimal", "数", "string", "文字", "bool", "是否", "calendar.Date", "日期", "mismatched types ", "", " and ", " 与 ", "invalid operation: ", "")

// explainError puts the library's commonest complaints into the clerk's language.
func explainError(s string) string {
	switch {
	case strings.Contains(s, "func("):
		return "这里有个词要写括号和参数，请查词汇表"
	case strings.HasPrefix(s, "unknown name "):
		return "没有“" + strings.TrimPrefix(s, "unknown name ") + "”这个词，请查词汇表或“名称式”"
	case strings.HasPrefix(s, "invalid operation"):
		return "两边的类型不能这样运算：" + goWords.Replace(s)
	case strings.HasPrefix(s, "not enough arguments"):
		return "括号里的参数太少"
	case strings.HasPrefix(s, "too many arguments"):
		return "括号里的参数太多"
	case strings.HasPrefix(s, "cannot use"):
		return "括号里的参数类型不对"
	case strings.HasPrefix(s, "unexpected token EOF"), strings.HasPrefix(s, "unexpected end"):
		return "公式没有写完；公式里有逗号或冒号的，请用单引号把整个公式括起来"
	case strings.HasPrefix(s, "unexpected token"):
		return "这里不应当有" + strings.TrimPrefix(s, "unexpected token")
	case strings.HasPrefix(s, "invalid integer literal"), strings.HasPrefix(s, "invalid float literal"):
		return "数字太大"
	}
	return s
}

// tableNames registers the tables before names and tables are compiled, since each may use the other.
func (r *reader) tableNames(p *Policy, n *yamltext.Node) []tableNode {
	var list []tableNode
	o := r.object(n)
	if n == nil {
		return nil
	}
	for i := 0; i+1 < len(n.Content) && n.Kind == yamltext.Mapping; i += 2 {
		name, body := n.Content[i].Value, n.Content[i+1]
		t := &Table{Name: name, Line: n.Content[i].Line}
		b := r.object(body, "source", "keys", "values", "rows", "sheet", "gap")
		t.Source, t.GapText = b.text("source"), b.text("gap")
		t.GapsOK = t.GapText != ""
		for _, v := range r.list(b.need("values")) {
			t.Values = append(t.Values, r.scalar(v))
		}
		p.Tables[name] = t
		list = append(list, tableNode{t, b})
	}
	_ = o
	return list
}

type tableNode struct {
	table *Table
	body  object
}

// names compiles the named sub-expressions in file order (each may use the ones
// above it), then the keys and rows of the tables.
func (r *reader) names(p *Policy, n *yamltext.Node, tables []tableNode) {
	if n != nil && n.Kind == yamltext.Mapping {
		for i := 0; i+1 < len(n.Content); i += 2 {
			k := n.Content[i]
			if terms[k.Value] != nil || strings.Contains(k.Value, "__") {
				r.fail(k, "“%s”是词汇表里的词，请换一个名称", k.Value)
				continue
			}
			if f := r.formula(p, n.Content[i+1], ""); f != nil {
				p.Names[k.Value] = f
			}
		}
	} else if n != nil {
		r.fail(n, "这里应当是“名称: 公式”的列表")
	}
	for _, t := range tables {
		r.table(p, t.table, t.body)
	}
}

func (r *reader) table(p *Policy, t *Table, o object) {
	for _, k := range r.list(o.need("keys")) {
		if f := r.formula(p, k, ""); f != nil {
			if f.Result != Num && f.Result != Text {
				r.fail(k, "键列要是数或文字")
				continue
			}
			t.Keys = append(t.Keys, Key{Title: k.Value, Formula: f})
		}
	}
	if len(t.Keys) != len(r.list(o.at("keys"))) || len(t.Values) == 0 {
		return
	}
	if n := o.at("sheet"); n != nil {
		if o.at("rows") != nil {
			r.fail(n, "“来自”和“行”只能写一个")
		}
		r.sheetRows(t, n)
		return
	}
	rows := r.list(o.need("rows"))
	if len(rows) > maxRows {
		r.fail(o.at("rows"), "一张表最多 %d 行", maxRows)
		return
	}
	for _, n := range rows {
		r.row(t, n, n.Line)
	}
}

// row reads a row of a table.
func (r *reader) row(t *Table, n *yamltext.Node, line int) {
	cells := r.list(n)
	if len(cells) != len(t.Keys)+len(t.Values) {
		r.fail(n, "表“%s”每行要有 %d 格，这里有 %d 格", t.Name, len(t.Keys)+len(t.Values), len(cells))
		return
	}
	row := Row{Line: line}
	for i, k := range t.Keys {
		c, err := parseCell(r.scalar(cells[i]), k.Formula.Result == Num)
		if err != nil {
			r.fail(cells[i], "%s", err)
		}
		row.Cells = append(row.Cells, c)
	}
	for _, v := range cells[len(t.Keys):] {
		row.Value = append(row.Value, r.number(v))
	}
	t.Rows = append(t.Rows, row)
}

var itemKeys = []string{"code", "name", "order", "payees", "channel", "fund", "side", "institution", "basis", "schedule", "conditions", "stops", "amount", "top_up", "pool",
	"cap", "several", "sentence", "arrival", "departure", "death", "change", "rounding", "service", "bases"}

func (r *reader) items(p *Policy, n *yamltext.Node) {
	seen := map[string]bool{}
	for _, in := range r.list(n) {
		o := r.object(in, itemKeys...)
		it := &Item{Code: o.needText("code"), Name: o.needText("name"), Channel: o.needText("channel"), Fund: o.needText("fund"),
			Institution: o.text("institution"), Line: in.Line}
		if seen[it.Code] {
			r.fail(in, "项目“%s”写了两次", it.Code)
		}
		seen[it.Code] = true
		if !plainCode(it.Code) {
			r.fail(in, "项目代码“%s”只能用小写字母、数字和下划线", it.Code)
		}
		if x := o.need("order"); x != nil {
			it.Order = r.whole(x)
		}
		it.Deduction = o.choice("side", "side") == "deduction"
		if it.Deduction && it.Institution == "" {
			r.fail(in, "扣款项目要写“上缴”给哪个单位")
		}
		for _, c := range r.list(o.need("payees")) {
			it.Categories = append(it.Categories, facts.Category(r.choose(c, "category")))
		}
		it.Schedule = r.schedule(o.at("schedule"))
		r.conditions(p, it, o.at("conditions"))
		r.stops(p, it, o.at("stops"))
		it.Sentence = r.sentence(p, o.at("sentence"))
		it.Bases = r.bases(o.at("bases"))
		r.amount(p, it, o)
		r.decisions(p, it, o, in)
		p.Items = append(p.Items, it)
	}
	if len(p.Items) == 0 && n != nil {
		r.fail(n, "没有任何项目")
	}
}

// bases reads 计入: [个人所得税], or with the month from which it counts {公积金基数: 2026-07}.
func (r *reader) bases(n *yamltext.Node) (list []Base) {
	if n != nil && n.Kind == yamltext.Mapping {
		r.pairs(n, func(k, v *yamltext.Node) { list = append(list, Base{k.Value, r.month(v)}) })
		return list
	}
	for _, x := range r.list(n) {
		list = append(list, Base{Name: r.scalar(x)})
	}
	return list
}

func plainCode(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_") == "" && len(s) <= 40
}

// schedule reads 每月, 分十二期, {每年: 6}, {一次: 2026-06}, {周期: 半年, 发放月份: [6, 12]}
// or {每月计: [6, 12], 含当月: 是}.
func (r *reader) schedule(n *yamltext.Node) Schedule {
	monthly := Schedule{Period: 1}
	if n == nil {
		return monthly
	}
	if n.Kind == yamltext.Scalar {
		switch n.Value {
		case "每月", "monthly":
			return monthly
		case "分十二期", "instalments":
			return Schedule{Period: 12, Due: []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}}
		}
		r.fail(n, "“发放”可以写：每月、分十二期、{每年: 月份}、{一次: 月份}、{周期: 半年, 发放月份: [6, 12]}、{每月计: [6, 12], 含当月: 是}")
		return monthly
	}
	o := r.object(n, "yearly", "once", "period", "due", "monthly_due", "own_month")
	switch {
	case o.at("monthly_due") != nil:
		s := Schedule{Period: 1, Later: r.dueMonths(o.at("monthly_due")), Own: o.choice("own_month", "bool") == "yes"}
		if o.need("own_month") == nil || len(s.Later) == 0 {
			return monthly
		}
		return s
	case o.at("yearly") != nil:
		return Schedule{Period: 12, Due: r.dueMonths(o.at("yearly"))}
	case o.at("once") != nil:
		return Schedule{Once: r.month(o.at("once"))}
	}
	period, _ := strconv.Atoi(o.choice("period", "period"))
	s := Schedule{Period: period, Due: r.dueMonths(o.need("due"))}
	if o.need("period") == nil || period == 0 {
		return monthly
	}
	for first := 1; first <= 12; first += period {
		if !slices.ContainsFunc(s.Due, func(m int) bool { return m >= first && m < first+period }) {
			r.fail(n, "%d月至%d月这一期没有发放月份", first, first+period-1)
		}
	}
	return s
}

// dueMonths reads months of the year, 1 to 12, ascending.
func (r *reader) dueMonths(n *yamltext.Node) []int {
	var list []int
	for _, x := range r.list(n) {
		m := r.whole(x)
		if m < 1 || m > 12 || len(list) > 0 && m <= list[len(list)-1] {
			r.fail(x, "发放月份请写 1 至 12，从小到大")
			continue
		}
		list = append(list, m)
	}
	return list
}

// service reads how service is counted, for the file and for items that count
// otherwise; what a formula needs and the document leaves unsaid is open.
func (r *reader) service(p *Policy, n, top *yamltext.Node, items []*yamltext.Node) {
	for i, it := range p.Items {
		if own := child(items[i], "service"); own != nil {
			it.Service = r.counting(p, own, own, it.Code)
		}
	}
	if n == nil && !p.countsService() {
		return
	}
	if n == nil {
		n = top
		p.Service = r.counting(p, nil, n, "任职口径")
		return
	}
	p.Service = r.counting(p, n, n, "任职口径")
}

// counting reads one way of counting service; at is where what is left open is shown.
func (r *reader) counting(p *Policy, n, at *yamltext.Node, of string) *Service {
	o := r.object(n, "months", "remainder", "until_day", "evidence")
	s := &Service{}
	read := func(key string) string {
		if o.at(key) == nil {
			r.openAt(p, at, of, key)
			return ""
		}
		return o.choice(key, key)
	}
	s.Months, s.Remainder, s.Recognised = read("months"), read("remainder"), read("evidence") == "recognised"
	if u := o.at("until_day"); u != nil {
		if d, err := calendar.ParseDate(r.scalar(u)); err == nil {
			s.Until, s.UntilDate = "date", d
			return s
		}
	}
	s.Until = read("until_day")
	return s
}

// countsService says whether anything of the file counts service and does not say how itself.
func (p *Policy) countsService() (counts bool) {
	look := func(f *Formula) { counts = counts || f.Service }
	for _, it := range p.Items {
		if it.Service == nil {
			p.Each(it.Formulas(), look)
		}
	}
	for i := range p.Checks {
		p.Each([]*Formula{p.Checks[i].Test}, look)
	}
	return counts
}

// sharedCaps reads what several items come to together at most. An item shares one
// cap at most, and all items of a cap stand in this file: another document cannot
// be cut by this one.
func (r *reader) sharedCaps(p *Policy, n *yamltext.Node) {
	for _, x := range r.list(n) {
		o := r.object(x, "items", "limit")
		c := &SharedCap{Limit: r.formula(p, o.need("limit"), Num)}
		for _, in := range r.list(o.need("items")) {
			code := r.scalar(in)
			at := slices.IndexFunc(p.Items, func(it *Item) bool { return it.Code == code })
			switch {
			case at < 0:
				r.fail(in, "本文件没有项目“%s”", code)
			case p.Items[at].Shared != nil:
				r.fail(in, "项目“%s”已经在一个合计封顶里", code)
			case p.Items[at].TopUp != nil:
				r.fail(in, "补差项目“%s”不能合计封顶", code)
			default:
				p.Items[at].Shared = c
				c.Items = append(c.Items, code)
			}
		}
		if len(c.Items) < 2 {
			r.fail(x, "合计封顶至少要有两个项目；一个项目的写“封顶”")
		}
	}
}

// stops reads when an absence takes the item, or a share of it, away for the month.
func (r *reader) stops(p *Policy, it *Item, n *yamltext.Node) {
	for _, x := range r.list(n) {
		o := r.object(x, "absence", "working_days", "when", "pay", "reason")
		s := Stop{Reason: o.needText("reason"), How: o.choice("when", "when"), Pay: r.formula(p, o.at("pay"), Num)}
		for _, k := range r.list(o.need("absence")) {
			s.Kinds = append(s.Kinds, r.scalar(k))
		}
		if d := o.at("working_days"); d != nil {
			interval, err := parseInterval(r.scalar(d))
			if err != nil {
				r.fail(d, "%s", err)
			}
			s.Days = interval
		}
		if (s.Days == nil) == (s.How == "") {
			r.fail(x, "“工作日”和“情形”要写一个，只写一个")
		}
		it.Stops = append(it.Stops, s)
	}
}

// sentence reads a text with formulas in braces: {乡镇类别}乡镇、{职级}.
func (r *reader) sentence(p *Policy, n *yamltext.Node) []Piece {
	if n == nil {
		return nil
	}
	var list []Piece
	for rest := r.scalar(n); rest != ""; {
		text, tail, open := strings.Cut(rest, "{")
		if text != "" {
			list = append(list, Piece{Text: text})
		}
		if !open {
			break
		}
		source, after, closed := strings.Cut(tail, "}")
		if !closed {
			r.fail(n, "“{”没有对应的“}”")
			return nil
		}
		f, err := compile(source, "", p.Names, p.Tables)
		if err != nil {
			r.fail(n, "“{%s}”：%s", source, err)
			return nil
		}
		list = append(list, Piece{Formula: f})
		rest = after
	}
	return list
}

func (r *reader) conditions(p *Policy, it *Item, n *yamltext.Node) {
	for _, c := range r.list(n) {
		o := r.object(c, "require", "otherwise")
		test := r.formula(p, o.need("require"), Bool)
		it.Conditions = append(it.Conditions, Condition{test, o.needText("otherwise")})
	}
}

func (r *reader) amount(p *Policy, it *Item, o object) {
	it.Cap = r.formula(p, o.at("cap"), Num)
	if n := o.at("pool"); n != nil {
		if o.at("amount") != nil || o.at("top_up") != nil {
			r.fail(n, "“金额”“补差”“分配”只能写一个")
		}
		r.pool(p, it, n)
		return
	}
	t := o.at("top_up")
	if t == nil {
		it.Amount = r.formula(p, o.need("amount"), Num)
		return
	}
	if o.at("amount") != nil {
		r.fail(t, "“金额”和“补差”只能写一个")
	}
	to := r.object(t, "group", "peers", "count", "recipients", "average", "average_rounding")
	it.TopUp = &TopUp{Group: r.formula(p, to.at("group"), Text), Peers: r.formula(p, to.need("peers"), Bool)}
	for _, c := range r.list(to.need("count")) {
		it.TopUp.Items = append(it.TopUp.Items, r.scalar(c))
	}
	for _, d := range []struct {
		key, set string
		put      func(string)
	}{
		{"recipients", "bool", func(s string) { it.TopUp.Recipients = s == "yes" }},
		{"average", "average", func(s string) { it.TopUp.Frozen = s == "frozen" }},
		{"average_rounding", "rounding", func(s string) { it.TopUp.Rounding, it.TopUp.Unit = rounding(s) }},
	} {
		if to.at(d.key) == nil {
			r.openAt(p, t, it.Code, d.key)
		} else {
			d.put(to.choice(d.key, d.set))
		}
	}
}

// pool reads how an amount is shared; what the document leaves unsaid is open.
func (r *reader) pool(p *Policy, it *Item, n *yamltext.Node) {
	o := r.object(n, "total", "group", "share", "over", "rest")
	it.Pool = &Pool{Total: r.formula(p, o.need("total"), Num), Group: r.formula(p, o.at("group"), Text), Share: r.formula(p, o.need("share"), Num)}
	if o.at("rest") == nil {
		r.openAt(p, n, it.Code, "rest")
	}
	it.Pool.Rest = o.choice("rest", "rest")
	switch {
	case it.Cap == nil && o.at("over") != nil:
		r.fail(o.at("over"), "没有“封顶”，不会有超出的")
	case it.Cap != nil && o.at("over") == nil:
		r.openAt(p, n, it.Code, "over")
	}
	it.Pool.Over = o.choice("over", "over")
}

// notice reads what is put up in public, and for how long.
func (r *reader) notice(p *Policy, n *yamltext.Node) {
	if n == nil {
		return
	}
	o := r.object(n, "show", "masked", "notice_days", "first")
	p.Notice = &Notice{}
	for _, x := range r.list(o.need("show")) {
		if s := r.scalar(x); slices.Contains(noticeColumns, s) {
			p.Notice.Columns = append(p.Notice.Columns, s)
		} else {
			r.fail(x, "公示里没有“%s”，可以写：%s；身份证号和银行卡号不公示", s, strings.Join(noticeColumns, "、"))
		}
	}
	for _, x := range r.list(o.at("masked")) {
		if s := r.scalar(x); slices.Contains(p.Notice.Columns, s) {
			p.Notice.Masked = append(p.Notice.Masked, s)
		} else {
			r.fail(x, "“%s”不在公示的内容里", s)
		}
	}
	p.Notice.First = o.choice("first", "bool") == "yes"
	if x := o.need("notice_days"); x != nil {
		if p.Notice.Days = r.whole(x); p.Notice.Days < 1 || p.Notice.Days > 366 {
			r.fail(x, "公示天数写 1 至 366")
		}
	}
}

// rules reads what the amounts of every village or township must keep to.
func (r *reader) rules(p *Policy, n *yamltext.Node) {
	for _, x := range r.list(n) {
		o := r.object(x, "name", "each", "require", "otherwise")
		o.need("each")
		c := Rule{Name: o.needText("name"), Township: o.choice("each", "each") == "township", Test: r.formula(p, o.need("require"), Bool), Otherwise: o.needText("otherwise"), Line: x.Line}
		if slices.ContainsFunc(p.Checks, func(y Rule) bool { return y.Name == c.Name }) {
			r.fail(x, "核对“%s”写了两次", c.Name)
		}
		p.Checks = append(p.Checks, c)
	}
}

// decisions reads what a document must decide and often leaves open. Nothing has a
// hidden default: what is missing is listed, and adoption refuses it.
func (r *reader) decisions(p *Policy, it *Item, o object, in *yamltext.Node) {
	read := func(key, set string) string {
		if o.at(key) == nil {
			r.openAt(p, in, it.Code, key)
			return ""
		}
		return o.choice(key, set)
	}
	it.Basis = Basis(read("basis", "basis"))
	it.Rounding, it.Unit = rounding(read("rounding", "rounding"))
	if it.Pool != nil && it.Pool.Rest == "spread" && it.Unit > 1 {
		r.fail(o.at("rounding"), "“余数”分尽的，“舍入”写到分")
	}
	if it.Basis == ByDeath {
		r.onDeath(it, o)
		return
	}
	it.Part = Part{Arrival: read("arrival", "arrival"), Departure: read("departure", "departure"), Death: read("death", "death"), Change: read("change", "change")}
	if it.Basis != ByPost {
		return
	}
	if n := o.at("several"); n != nil && n.Kind == yamltext.Sequence {
		it.Several = InOrder
		for _, x := range n.Content {
			it.PostOrder = append(it.PostOrder, r.scalar(x))
		}
		return
	}
	it.Several = Combine(read("several", "several"))
	if it.TopUp != nil && it.Several == Total {
		r.fail(o.at("several"), "补差不能按几个职务合计")
	}
	if it.Pool != nil && it.Several != "" {
		r.fail(o.at("several"), "分配的“多职”要列出职务的先后，如 [书记, 主任]：每人只有一份")
	}
}

// onDeath refuses what makes no sense for an amount that is due once, whole, in the
// month of death.
func (r *reader) onDeath(it *Item, o object) {
	for _, key := range []string{"arrival", "departure", "death", "change", "several", "schedule", "stops"} {
		if n := o.at(key); n != nil {
			r.fail(n, "“依据：按去世”的项目在去世当月发一次，全额；“%s”用不上，请删掉", chineseKey(key))
		}
	}
	if it.TopUp != nil || it.Pool != nil || it.Deduction {
		r.fail(o.at("basis"), "“按去世”只用于金额、表格、公式写明的应发项目")
	}
	it.Part = Part{Arrival: "full", Departure: "full", Death: "full", Change: "last"}
}

// RoundingChinese names a rounding as a policy file does: 四舍五入到分.
func RoundingChinese(how money.Rounding, unit money.Fen) string {
	return chineseChoice("rounding", fmt.Sprintf("%s/%d", how, unit))
}

func rounding(s string) (money.Rounding, money.Fen) {
	how, unit, _ := strings.Cut(s, "/")
	return money.Rounding(how), map[string]money.Fen{"1": 1, "10": 10, "100": 100}[unit]
}
