package importers

import (
	"slices"
	"strings"

	"zhida/importers/sheet"
	"zhida/payroll"
	"zhida/rules/facts"
	"zhida/rules/identity"
	"zhida/rules/policy"
)

// listKind is what a drop-down suggests.
type listKind int

const (
	noList   listKind = iota
	anyPosts          // at a village or a township
	posts             // at a village
	ranks
	flags
	reasons
	dayKinds
	absenceKinds
	grades
	hukous
	villages
	townships
)

// lists are the words that columns take, by what is suggested.
var lists = map[listKind]policy.WordList{posts: policy.PostWords, flags: policy.FlagWords, reasons: payroll.ReasonWords, dayKinds: policy.DayWords,
	absenceKinds: policy.AbsenceWords, grades: policy.GradeWords, hukous: policy.HukouWords}

// inputs are how cells of the kinds of value take what is typed; the others are text.
var inputs = map[valueKind]sheet.Input{personID: sheet.IDInput, card: sheet.CardInput, amount: sheet.AmountInput, whole: sheet.WholeInput, year: sheet.WholeInput, decimalNumber: sheet.DecimalInput, percent: sheet.PercentInput,
	day: sheet.DateInput, month: sheet.MonthInput}

// offer gives the drop-down of a column, and whether other values are taken too.
func (f *form) offer(c *column, l *payroll.FormLists) (choices []string, open bool) {
	switch {
	case c.choices != nil:
		return words(c.choices), false
	case c.kind == yes:
		return []string{"是", "否"}, false
	case c.kind == bank:
		return bankNames(l.Banks), false
	case c.kind == place:
		if f.kind == "places" { // which brings in the places
			return nil, false
		}
		return placesOf(c.list, l.Places), false
	case c.code == "item" && f.kind != "registers":
		return l.Items, false
	case c.code == "fund":
		return l.Funds, false
	case c.code == "document":
		return l.Documents, true
	case c.list == anyPosts:
		village, _ := l.Words.Of(policy.PostWords)
		township, open := l.Words.Of(payroll.TownshipPostWords)
		return once(village, township, held(open, l.Posts)), open
	case c.list == ranks:
		words, open := l.Words.Of(policy.RankWords)
		return once(words, held(open, l.Ranks)), open
	case lists[c.list] == "":
		return nil, true
	}
	words, open := l.Words.Of(lists[c.list])
	return words, open || c.list == reasons && f.kind == payroll.KindChanges // where other changes have a remark
}

// held are words that people in the book have, suggested as long as nobody has stated the list.
func held(open bool, words []string) []string {
	if open {
		return words
	}
	return nil
}

// once puts lists behind each other, each word at its first place.
func once(lists ...[]string) (all []string) {
	for _, s := range slices.Concat(lists...) {
		if !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	return all
}

// placesOf are the places that a column takes: all of them, or one level.
func placesOf(level listKind, all []string) []string {
	digits := map[listKind]int{villages: 12, townships: 9}[level]
	return slices.DeleteFunc(slices.Clone(all), func(s string) bool {
		code, _ := codeAndName(s)
		return digits != 0 && len(code) != digits
	})
}

// bankNames are the names of all banks, those of the county first.
func bankNames(codes []string) (list []string) {
	for _, code := range codes {
		if name := identity.BankName(code); name != "" && !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	for _, name := range identity.BankNames() {
		if !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	return list
}

// Template is an empty workbook for a kind: headings, notes, drop-downs and one example row.
// What the lists of a book offer is offered; without a book, what the form itself knows.
func Template(kind string, l payroll.FormLists) ([]byte, error) {
	f, err := formOf(kind)
	if err != nil {
		return nil, err
	}
	return f.template(l, nil, nil)
}

// DaysSheet is the sheet of days of a township with a row for each of its people, of which the date and the village are to be filled
// in; whoever was nowhere is taken out of it. It holds whole ID numbers.
func DaysSheet(l payroll.FormLists, township string, people []payroll.Member) ([]byte, error) {
	f, err := formOf("days")
	if err != nil {
		return nil, err
	}
	kind := ""
	if words, _ := l.Words.Of(policy.DayWords); len(words) == 1 { // of several the township chooses
		kind = words[0]
	}
	var rows [][]string
	for _, m := range people {
		row := make([]string, len(f.columns))
		for i, c := range f.columns {
			row[i] = map[string]string{"id": m.ID.Full(), "name": m.Name, "place": township + " " + l.Names[township], "kind": kind}[c.code]
		}
		rows = append(rows, row)
	}
	return f.template(l, rows, nil)
}

// ChangeSheet is a sheet of changes filled in from differences between a roster and the
// book; which change it is, when and by what document is for the clerk to say. Behind it
// stand those who are missing and the fields that differ.
func ChangeSheet(l payroll.FormLists, x *payroll.RosterComparison) ([]byte, error) {
	f, err := formOf(payroll.KindChanges)
	if err != nil {
		return nil, err
	}
	var rows [][]string
	for _, d := range x.Drafts() {
		row := make([]string, len(f.columns))
		for i, c := range f.columns {
			row[i] = d[c.code]
			if c.choices != nil && row[i] != "" {
				row[i], _, _ = strings.Cut(wordOf(c.choices, row[i]), "、")
			}
			if name := l.Names[row[i]]; c.kind == place && name != "" {
				row[i] += " " + name
			}
		}
		rows = append(rows, row)
	}
	missing := sheet.ExtraSheet{Title: "名册上没有", Heads: []string{"姓名", "身份证号", "人员类别", "单位代码", "在任职务"}}
	for _, m := range x.Missing {
		missing.Rows = append(missing.Rows, []string{m.Name, m.ID.Full(), m.Category(), m.Place, m.Posts})
	}
	extra := []sheet.ExtraSheet{missing}
	if len(x.Twice) > 0 {
		twice := sheet.ExtraSheet{Title: "名册上重复", Heads: []string{"姓名", "身份证号", "名册单元格"}}
		for _, t := range x.Twice {
			twice.Rows = append(twice.Rows, []string{t.Name, t.ID.Full(), strings.Join(t.Cells, "、")})
		}
		extra = append(extra, twice)
	}
	differ := sheet.ExtraSheet{Title: "逐项不同", Heads: []string{"姓名", "身份证号", "项目", "名册", "账上", "名册单元格"}}
	for _, d := range x.Differ {
		differ.Rows = append(differ.Rows, []string{d.Name, d.ID.Full(), f.rosterTitle(d.Field), x.Chinese(d.Field, d.Sheet), x.Chinese(d.Field, d.Book), d.Cell})
	}
	return f.template(l, rows, append(extra, differ))
}

// rosterTitle is the heading of a column of the roster.
func (f *form) rosterTitle(code string) string {
	roster, err := formOf("roster")
	if err != nil {
		return code
	}
	return roster.titleOf(code)
}

// RosterTitle is the heading of a column of the roster, for whoever shows a comparison.
func RosterTitle(code string) string { return (&form{}).rosterTitle(code) }

func (f *form) template(l payroll.FormLists, rows [][]string, extra []sheet.ExtraSheet) ([]byte, error) {
	t := sheet.Template{Title: f.title, Rows: rows, Extra: extra, Columns: make([]sheet.TemplateColumn, len(f.columns)), Notes: f.notes()}
	for i := range f.columns {
		c := &f.columns[i]
		x := sheet.TemplateColumn{Title: c.title, Required: c.required, Help: c.help, Example: c.example, Input: inputs[c.kind], Positive: c.least == positive}
		x.Choices, x.Open = f.offer(c, &l)
		x.Several = c.list == flags
		if c.kind == place || c.code == "fund" || c.code == "item" { // an example that the book does not have would be refused
			if len(x.Choices) > 0 && !slices.Contains(x.Choices, x.Example) && x.Example != "" {
				x.Example = x.Choices[0]
				for _, s := range x.Choices { // a village for a village
					if code, _ := codeAndName(s); len(code) == len(c.example) {
						x.Example = s
						break
					}
				}
			}
		}
		t.Columns[i] = x
	}
	return t.Write()
}

// exampleOfWorld knows the example row of a form without persons, whose values say that they
// are nobody's: it has every example of the form and nothing else. A template with the lists
// of a book has its own places, funds and items in it. The example of a calendar is a fact
// of every county, and is none.
func (f *form) exampleOfWorld(v map[string]string) bool {
	if !f.world || f.fact == facts.KindCalendar {
		return false
	}
	for i := range f.columns {
		c := &f.columns[i]
		ofBook := c.kind == place || c.code == "fund" || c.code == "item"
		if ofBook && (c.example == "") == (v[c.code] == "") {
			continue
		}
		if example, err := c.value(sheet.Cell{Kind: sheet.Text, Text: c.example}); err != nil || v[c.code] != example {
			return false
		}
	}
	return true
}

// notes are what is said above the columns on the sheet of notes.
func (f *form) notes() []string {
	list := []string{
		"第一张表填数据，一行一条；标题行带 * 的列必填。列的先后可以改，列名不要改。灰色斜体的一行是示例，填写时请覆盖。",
		"身份证号、银行卡号要保持文本格式。日期写成 2026-11-11，月份写成 2026-11，金额以元为单位，最多两位小数。",
	}
	if f.kind != payroll.KindChanges && f.kind != payroll.KindElection {
		list = append(list, "不带 * 的列可以整列删掉：没有的列，账本里原来怎么记的就怎么留着。列留着、格子空着，就是没有这一项。")
	}
	if f.scope {
		list = append(list, "一个乡镇一个月的一种考勤要填全：账本里有、表里没有的会撤销。分几个文件的一起导入。")
	}
	if f.kind == payroll.KindChanges {
		for _, word := range []string{"新增", "离任", "调动", "职务变动", "死亡", "借调", "处分", "换卡"} {
			var need []string
			for _, code := range changeNeeds[changeChoices[word]] {
				need = append(need, f.titleOf(code))
			}
			list = append(list, word+"："+changeNotes[word]+requires(need))
		}
	}
	return list
}

func requires(titles []string) string {
	if len(titles) == 0 {
		return ""
	}
	return "另外必填：" + strings.Join(titles, "、") + "。"
}

// changeNotes say what each change does.
var changeNotes = map[string]string{
	"新增":   "从变动日期起上花名册并任职；填了银行卡号的同时登记账户。离任村干部不用填职务。",
	"离任":   "变动日期是在任的最后一天。村干部离任转为离任村干部，任职经历待组织部门认定，认定以前不发补偿。",
	"调动":   "从变动日期起在新单位任职，原职务到前一天为止。",
	"职务变动": "单位不变，职务或职级变；有几个职务的写明原职务，兼任的原职务写“兼任”。",
	"死亡":   "变动日期是去世日期；各项目按文件规定停发。",
	"借调":   "变动日期到截止日期为借调期；回来了把截止日期填上再导入一次。",
	"处分":   "变动日期到截止日期为处分期。",
	"换卡":   "从变动日期起发到新卡；文号写银行的户名账号证明或本人申请的编号。",
}
