package policy

import (
	"fmt"
	"sort"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/message"
)

// Diff says in words what a new policy file changes against an old one: dates,
// items, their decisions, formulas, conditions and sentences, the order in which
// conditions and stops decide, and the rows of tables. Cases and the order of keys
// in the file are no change. One message, policy.diff_none, says that nothing changed.
func Diff(old, fresh *Policy) []message.Message {
	before, after := statements(old), statements(fresh)
	was := map[string]string{}
	for _, s := range before {
		was[s.key] = s.value
	}
	var list []message.Message
	is := map[string]bool{}
	for _, s := range after {
		is[s.key] = true
		switch value, known := was[s.key]; {
		case !known:
			list = append(list, message.M("policy.diff_new", s.what, s.value))
		case value != s.value:
			list = append(list, message.M("policy.diff_changed", s.what, value, s.value, growth(value, s.value)))
		}
	}
	for _, s := range before {
		if !is[s.key] {
			list = append(list, message.M("policy.diff_gone", s.what, s.value))
		}
	}
	if len(list) == 0 {
		list = append(list, message.M("policy.diff_none"))
	}
	return list
}

// growth words the step between two numbers, (+20.00); empty when they are none.
func growth(old, fresh string) string {
	a, errA := decimal.NewFromString(old)
	b, errB := decimal.NewFromString(fresh)
	if errA != nil || errB != nil {
		return ""
	}
	step := b.Sub(a)
	if step.IsPositive() {
		return "（+" + step.String() + "）"
	}
	return "（" + step.String() + "）"
}

// statement is one thing that a policy says, in the words of the file. key is the
// same in two files that speak of the same thing: an item is known by its code,
// whatever it is called.
type statement struct{ key, what, value string }

// statements takes a policy apart into what it says, in the order of the file.
func statements(p *Policy) []statement {
	l := &statementList{seen: map[string]int{}}
	l.ofDocument(p.Document)
	l.service("任职口径 ", p.Service)
	for _, name := range sortedNames(p.Names) {
		l.formula("名称式 "+name, p.Names[name])
	}
	for _, name := range sortedNames(p.Tables) {
		l.table(p.Tables[name])
	}
	for _, it := range p.Items {
		l.item = it
		l.ofItem(it)
	}
	l.item = nil
	l.ofPlaces(p)
	return l.list
}

func (l *statementList) ofDocument(d Document) {
	l.add("文号", d.Number)
	l.add("标题", d.Title)
	l.add("发文机关", d.Issuer)
	l.add("印发日期", d.Issued.String())
	l.add("施行", d.From.String())
	l.choice("", "arrears", d.Arrears)
	if d.Until != calendar.Month(0) {
		l.add("失效", d.Until.String())
	}
	if t := d.Recovery; t != nil {
		l.add("扣回的依据", t.Basis)
		l.add("扣回每月最多", t.Share.Shift(2).String()+"%")
		l.add("扣回至少留", t.Floor.String())
	}
}

// ofPlaces is what is said of public notices and of the amounts of places.
func (l *statementList) ofPlaces(p *Policy) {
	if n := p.Notice; n != nil {
		l.add("公示的内容", strings.Join(n.Columns, "、"))
		l.add("公示遮盖", strings.Join(n.Masked, "、"))
		l.add("公示天数", strconv.Itoa(n.Days))
		l.add("先公示后发放", map[bool]string{true: "是", false: "否"}[n.First])
	}
	for _, c := range p.Checks {
		of := "核对“" + c.Name + "”"
		l.chosen(of, "each", "each", map[bool]string{true: "township", false: "village"}[c.Township])
		l.formula(of+"要求", c.Test)
		l.add(of+"否则", c.Otherwise)
	}
}

type statementList struct {
	list []statement
	seen map[string]int
	item *Item // that the statements are about, nil for none
}

// add keeps a statement; the second of two with one subject, such as two stops for
// one reason, is told apart by its number.
func (l *statementList) add(what, value string) {
	if value == "" {
		return
	}
	if l.seen[what]++; l.seen[what] > 1 {
		what = fmt.Sprintf("%s（第%d条）", what, l.seen[what])
	}
	key := what
	if l.item != nil {
		key = strings.Replace(key, titled(l.item), l.item.Code, 1)
	}
	l.list = append(l.list, statement{key, what, value})
}

func (l *statementList) formula(what string, f *Formula) {
	if f != nil {
		l.add(what, f.Identity())
	}
}

func (l *statementList) service(of string, s *Service) {
	if s == nil {
		return
	}
	l.choice(of, "months", s.Months)
	l.choice(of, "remainder", s.Remainder)
	l.choice(of, "until_day", s.Until)
	if s.UntilDate != 0 {
		l.add(of+"截至日期", s.UntilDate.String())
	}
	l.choice(of, "evidence", map[bool]string{true: "recognised", false: "any"}[s.Recognised])
}

// choice adds one of the fixed words, in Chinese.
func (l *statementList) choice(of, key, code string) {
	l.chosen(of, key, key, code)
}

func (l *statementList) chosen(of, key, set, code string) {
	l.add(of+chineseKey(key), chineseChoice(set, code))
}

// chineseChoice is the Chinese word for the code of a choice.
func chineseChoice(set, code string) string {
	for _, word := range words(set) {
		if choices[set][word] == code {
			return word
		}
	}
	return code
}

func (l *statementList) table(t *Table) {
	of := "表“" + t.Name + "”"
	l.add(of+"出处", t.Source)
	l.add(of+"留空", t.GapText)
	if t.Sheet != "" {
		l.add(of+"来自", t.Sheet+"（摘要 "+t.Digest+"）")
	}
	var keys []string
	for _, k := range t.Keys {
		keys = append(keys, k.Title)
	}
	l.add(of+"的键", strings.Join(keys, "、"))
	l.add(of+"的值", strings.Join(t.Values, "、"))
	for i := range t.Rows {
		for j, v := range t.Rows[i].Value {
			l.add(fmt.Sprintf("%s %s %s", of, strings.Join(rowKeys(&t.Rows[i]), "、"), t.Values[j]), v.String())
		}
	}
}

// rowKeys are the cells that a row is known by.
func rowKeys(r *Row) []string {
	var list []string
	for i := range r.Cells {
		if r.Cells[i].Any {
			list = append(list, "任意")
		} else {
			list = append(list, r.Cells[i].Text)
		}
	}
	return list
}

// titled is an item with its name and code.
func titled(it *Item) string { return "项目“" + it.Name + "”（" + it.Code + "）" }

func (l *statementList) ofItem(it *Item) {
	of := titled(it)
	l.add(of, "由本文件规定")
	of += " "
	l.add(of+"名称", it.Name)
	l.add(of+"顺序", strconv.Itoa(it.Order))
	l.choice(of, "side", map[bool]string{true: "deduction", false: "gross"}[it.Deduction])
	l.add(of+"人员", strings.Join(chineseCategories(it), "、"))
	l.add(of+"渠道", it.Channel)
	l.add(of+"资金", it.Fund)
	l.add(of+"上缴", it.Institution)
	l.choice(of, "basis", string(it.Basis))
	l.add(of+"发放", it.Schedule.chinese())
	var order []string // of two that hold, the first gives the reason
	for _, c := range it.Conditions {
		l.formula(of+"条件“"+c.Reason+"”", c.Test)
		order = append(order, c.Reason)
	}
	l.sequence(of+"条件的先后", order)
	order = nil
	for _, s := range it.Stops {
		l.add(of+"停发“"+s.Reason+"”", s.chinese())
		order = append(order, s.Reason)
	}
	l.sequence(of+"停发的先后", order)
	for _, b := range it.Bases {
		l.add(of+"计入“"+b.Name+"”", map[bool]string{true: "是", false: "从 " + b.From.String() + " 起"}[b.From == 0])
	}
	l.formula(of+"金额", it.Amount)
	l.formula(of+"封顶", it.Cap)
	if it.Shared != nil {
		l.add(of+"合计封顶", it.Shared.Limit.Identity()+"，先后 "+strings.Join(it.Shared.Items, "、"))
	}
	if it.TopUp != nil {
		l.topUp(of, it.TopUp)
	}
	if it.Pool != nil {
		l.formula(of+"分配的总额", it.Pool.Total)
		l.formula(of+"分配的分组", it.Pool.Group)
		l.formula(of+"分配的份额", it.Pool.Share)
		l.chosen(of, "over", "over", it.Pool.Over)
		l.chosen(of, "rest", "rest", it.Pool.Rest)
	}
	if it.Several == InOrder {
		l.add(of+"多职", strings.Join(it.PostOrder, "、"))
	} else {
		l.choice(of, "several", string(it.Several))
	}
	l.service(of+"任职口径 ", it.Service)
	l.choice(of, "arrival", it.Part.Arrival)
	l.choice(of, "departure", it.Part.Departure)
	l.choice(of, "death", it.Part.Death)
	l.choice(of, "change", it.Part.Change)
	l.choice(of, "rounding", fmt.Sprintf("%s/%d", it.Rounding, it.Unit))
	l.add(of+"说明", written(it.Sentence))
}

// sequence states an order where there is one.
func (l *statementList) sequence(what string, reasons []string) {
	if len(reasons) > 1 {
		l.add(what, strings.Join(reasons, "、"))
	}
}

// written is a sentence as the file writes it.
func written(pieces []Piece) string {
	var b strings.Builder
	for _, p := range pieces {
		if p.Formula == nil {
			b.WriteString(p.Text)
		} else {
			b.WriteString("{" + p.Formula.Identity() + "}")
		}
	}
	return b.String()
}

func chineseCategories(it *Item) []string {
	var list []string
	for _, c := range it.Categories {
		list = append(list, CategoryChinese(facts.Category(c)))
	}
	sort.Strings(list)
	return list
}

func (l *statementList) topUp(of string, t *TopUp) {
	l.formula(of+"分组", t.Group)
	l.formula(of+"同组", t.Peers)
	l.add(of+"计入项目", strings.Join(t.Items, "、"))
	l.chosen(of, "recipients", "bool", map[bool]string{true: "yes", false: "no"}[t.Recipients])
	l.choice(of, "average", map[bool]string{true: "frozen", false: "resettled"}[t.Frozen])
	l.chosen(of, "average_rounding", "rounding", fmt.Sprintf("%s/%d", t.Rounding, t.Unit))
}

// chinese words a schedule as a clerk reads it.
func (s Schedule) chinese() string {
	switch {
	case s.Period == 0:
		return "一次，" + s.Once.String()
	case len(s.Later) > 0:
		return fmt.Sprintf("每月计，在 %s 月发，含当月：%s", numbers(s.Later), map[bool]string{true: "是", false: "否"}[s.Own])
	case s.Monthly():
		return "每月"
	}
	return fmt.Sprintf("每%d个月的，在 %s 月发", s.Period, numbers(s.Due))
}

func numbers(list []int) string {
	return strings.Trim(strings.Join(strings.Fields(fmt.Sprint(list)), "、"), "[]")
}

// chinese words a stop as a clerk reads it.
func (s Stop) chinese() string {
	text := strings.Join(s.Kinds, "、")
	if s.Days != nil {
		text += " 工作日" + s.Days.String()
	} else {
		text += " " + chineseChoice("when", s.How)
	}
	if s.Pay != nil {
		text += "，发给 " + s.Pay.Identity()
	}
	return text
}

// String writes the interval as a cell does: [3,5], (36,72], >=30, <3 or 9.
func (v *Interval) String() string {
	switch {
	case v.Low == nil && v.High == nil:
		return "任意"
	case v.High == nil:
		return map[bool]string{true: ">", false: ">="}[v.LowOpen] + v.Low.String()
	case v.Low == nil:
		return map[bool]string{true: "<", false: "<="}[v.HighOpen] + v.High.String()
	case v.Low.Equal(*v.High):
		return v.Low.String()
	}
	return map[bool]string{true: "(", false: "["}[v.LowOpen] + v.Low.String() + "," + v.High.String() + map[bool]string{true: ")", false: "]"}[v.HighOpen]
}
