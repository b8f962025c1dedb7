package workbook

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"zhida/payroll"
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/money"
)

// WriteChangeSheet makes the change sheet of a batch (增减变动表), a township at a time with
// the reason of every change, and the form on which departments state their opinion of it
// (增减变动审批表). It holds the changes in memory, as WritePaySheet does its rows. Errors:
// those of WritePaySheet.
func WriteChangeSheet(w io.Writer, r payroll.Report) error {
	h := r.Head()
	var list []payroll.ReportChange
	if err := r.Changes(func(c payroll.ReportChange) error { list = append(list, c); return nil }); err != nil {
		return err
	}
	slices.SortStableFunc(list, func(a, b payroll.ReportChange) int {
		return cmp.Or(cmp.Compare(a.Township, b.Township), cmp.Compare(a.Village, b.Village))
	})
	b, err := newBook(batchPaper(h, "增减变动表"))
	if err != nil {
		return err
	}
	defer b.close()
	s := &changeSheet{book: b, head: h, names: map[string]string{"": "没有归属单位的"}}
	for _, p := range slices.Concat(h.Townships, h.Villages) {
		s.names[p.Code] = p.Name
	}
	if err := s.form(list); err != nil {
		return err
	}
	if err := s.detail(list); err != nil {
		return err
	}
	return b.write(w)
}

type changeSheet struct {
	book  *book
	head  payroll.ReportHead
	names map[string]string
}

// against says what the changes are held against.
func (s *changeSheet) against() string {
	if s.head.Previous == "" {
		return "没有可以比较的批次"
	}
	return "与批次 " + s.head.Previous + " 比较"
}

func (s *changeSheet) detail(list []payroll.ReportChange) error {
	p, err := s.book.newPages("增减变动表", s.head.County+s.head.Batch.ID.Month().Chinese()+"增减变动表", batchMark(s.head)+"　　"+s.against(), signatures(s.head),
		colSerial, textColumn("单位", 16), shortColumn("姓名", 9), textColumn("项目", 22), shortColumn("变动", 7), moneyColumn("原金额"), moneyColumn("现金额"), moneyColumn("增减"), textColumn("原因", 64))
	if err != nil {
		return err
	}
	p.work(7, func(row int) string { return fmt.Sprintf("ROUND(G%d-F%d,2)", row, row) })
	if len(list) == 0 {
		p.begin("本批次没有增减变动")
	}
	for i, c := range list {
		if i == 0 || c.Township != list[i-1].Township {
			p.begin(s.names[c.Township])
		}
		place := "本级"
		if c.Village != "" {
			place = s.names[c.Village]
		}
		p.add(number(int64(i+1)), text(place), text(c.Name), text(c.Subject()), text(changeWord(c)), fen(c.Before), fen(c.Now), fen(c.Now-c.Before), text(changeReason(c)))
	}
	s.book.sheets = append(s.book.sheets, p.sheet)
	return p.finish()
}

func changeWord(c payroll.ReportChange) string {
	switch {
	case c.Entered:
		return "新增"
	case c.Left:
		return "减员"
	case c.Now > c.Before:
		return "增加"
	}
	return "减少"
}

func changeReason(c payroll.ReportChange) string {
	parts := slices.DeleteFunc([]string{c.Brief, c.Reason}, func(s string) bool { return s == "" })
	return strings.Join(parts, "；")
}

// townChange is what a township's changes come to.
type townChange struct {
	name          string
	entered, left map[int64]bool
	up, down      money.Fen
}

// form is the approval form: sums by township and a block for each department.
func (s *changeSheet) form(list []payroll.ReportChange) error {
	var towns []*townChange
	for i, c := range list {
		if i == 0 || c.Township != list[i-1].Township {
			towns = append(towns, &townChange{name: s.names[c.Township], entered: map[int64]bool{}, left: map[int64]bool{}})
		}
		t := towns[len(towns)-1]
		switch {
		case c.Entered:
			t.entered[c.Person] = true
		case c.Left:
			t.left[c.Person] = true
		}
		if d := c.Now - c.Before; d > 0 {
			t.up += d
		} else {
			t.down += d
		}
	}
	foot := append(opinions(cmp.Or(strings.Join(s.head.Departments, "、"), "报送单位、组织部门、人力资源和社会保障部门、财政部门")), signatures(s.head)...)
	p, err := s.book.newPages("增减变动审批表", s.head.County+s.head.Batch.ID.Month().Chinese()+"增减变动审批表", batchMark(s.head)+"　　"+s.against(), foot,
		colSerial, textColumn("单位", 30), countColumn("新增人数"), countColumn("减少人数"), moneyColumn("增加金额"), moneyColumn("减少金额"), moneyColumn("净增减"), textColumn("备注", 40))
	if err != nil {
		return err
	}
	p.work(6, func(row int) string { return fmt.Sprintf("ROUND(E%d+F%d,2)", row, row) })
	p.begin("")
	for i, t := range towns {
		p.add(number(int64(i+1)), text(t.name), number(int64(len(t.entered))), number(int64(len(t.left))), fen(t.up), fen(t.down), fen(t.up+t.down), text(""))
	}
	s.book.sheets = append(s.book.sheets, p.sheet)
	return p.finish()
}

// opinions are the blocks in which departments state theirs.
func opinions(departments string) (list []string) {
	words := map[string]string{payroll.StepTownship: "乡镇（街道）", payroll.StepFinance: "财政部门"}
	for d := range strings.SplitSeq(departments, "、") {
		name := cmp.Or(words[d], d) + "意见："
		room := strings.Repeat("　", max(2, 32-width(name)/2)) // so that the signatures stand below each other
		list = append(list, name+room+"负责人签字（盖章）：　　　　　　　　　　　　　　　　年　　　月　　　日")
	}
	return list
}

// WriteRecognition makes one form a person for those to whom a batch pays a former
// cadre's compensation for the first time (离任补贴认定表): what the book knows of their
// service, what they are to have, and a block for each department. Errors:
// workbook.character, workbook.long, and those of w.
func WriteRecognition(w io.Writer, h payroll.ReportHead, list []payroll.Newcomer) error {
	b, err := newBook(batchPaper(h, "离任补贴认定表"))
	if err != nil {
		return err
	}
	defer b.close()
	s, err := b.newSheet("离任补贴认定表", recognitionCols, 1)
	if err != nil {
		return err
	}
	s.upright, s.ownFoot, s.body.fixed, s.scale = true, true, true, min(100, uprightWide*100/s.pixels())
	b.sheets = append(b.sheets, s)
	f := &recognition{sheet: s, head: h}
	for i := range list {
		if i > 0 {
			s.breaks = append(s.breaks, fmt.Sprintf("A%d", s.body.next))
		}
		if err := f.person(&list[i], i+1, len(list)); err != nil {
			return err
		}
	}
	return b.write(w)
}

// recognitionCols are six columns that the blocks of the form merge.
var recognitionCols = []column{{head: "", chars: 14, style: labelStyle}, {chars: 20, style: valueStyle}, {chars: 12, style: labelStyle}, {chars: 18, style: valueStyle}, {chars: 12, style: labelStyle}, {chars: 16, style: valueStyle}}

type recognition struct {
	*sheet
	head payroll.ReportHead
}

// wide writes a label and a value over the rest of the row.
func (f *recognition) wide(height points, label, value string) error {
	f.merges = append(f.merges, across(f.body.next, 1, 5))
	return f.body.add(height, append([]cell{text(label).as(labelStyle), text(value).as(valueStyle)}, blanks(4, valueStyle)...)...)
}

func (f *recognition) person(p *payroll.Newcomer, number, of int) error {
	h := f.head
	f.merges = append(f.merges, across(f.body.next, 0, 5))
	if err := f.body.add(36, text("离任村干部补贴认定表").as(titleStyle)); err != nil {
		return err
	}
	f.merges = append(f.merges, across(f.body.next, 0, 5))
	mark := fmt.Sprintf("%s　　第 %d 页　共 %d 页", batchMark(h), number, of)
	if err := f.body.add(18, append([]cell{text(mark).as(noteStyle)}, blanks(5, noteStyle)...)...); err != nil {
		return err
	}
	sex, born := "", ""
	if p.ID.Birth() != 0 {
		born = p.ID.Birth().Month().Chinese()
		sex = map[bool]string{true: "男", false: "女"}[p.ID.Male()]
	}
	if err := f.body.add(26, text("姓名").as(labelStyle), text(p.Name).as(valueStyle), text("性别").as(labelStyle), text(sex).as(valueStyle), text("出生年月").as(labelStyle), text(born).as(valueStyle)); err != nil {
		return err
	}
	if err := f.wide(26, "证件号码", p.ID.String()+"（核对原件：　　　　　　　　）"); err != nil {
		return err
	}
	if err := f.wide(26, "所在村", p.Place); err != nil {
		return err
	}
	served := spellWords(p.Spells)
	if err := f.wide(points(max(4, lines(served, 70)+1))*15, "任职经历", served); err != nil {
		return err
	}
	granted := grantWords(p.Items)
	if err := f.wide(points(max(3, lines(granted, 70)+1))*15, "认定待遇", granted); err != nil {
		return err
	}
	if err := f.wide(30, "公示情况", "公示时间：　　　年　　月　　日至　　　年　　月　　日　　　有无异议："); err != nil {
		return err
	}
	departments := cmp.Or(strings.Join(h.Departments, "、"), "本人、村（社区）、乡镇、组织部门、财政")
	words := map[string]string{payroll.StepTownship: "乡镇（街道）", payroll.StepFinance: "财政部门"}
	for d := range strings.SplitSeq(departments, "、") {
		if err := f.wide(54, cmp.Or(words[d], d)+"意见", "\n　　　　　　　　　　　签字（盖章）：　　　　　　　　　年　　月　　日"); err != nil {
			return err
		}
	}
	f.merges = append(f.merges, across(f.body.next, 0, 5))
	foot := "填表单位：" + h.Unit + phoneMark(h.Phone) + "　　制表日期：" + h.Batch.ComputedAt.In(beijing).Format("2006-01-02")
	return f.body.add(20, append([]cell{text(foot).as(noteStyle)}, blanks(5, noteStyle)...)...)
}

func spellWords(list []payroll.NewcomerSpell) string {
	if len(list) == 0 {
		return "账本里没有任职经历"
	}
	parts := make([]string, len(list))
	for i, s := range list {
		to := "至今"
		if s.To != 0 && s.To != calendar.Forever {
			to = s.To.String()
		}
		parts[i] = s.From.String() + " 至 " + to + "　" + s.Place + "　" + s.Post
		if s.Document != "" {
			parts[i] += "　" + s.Document
		}
		if !s.Recognised {
			parts[i] += "（组织部门没有认定）"
		}
	}
	return strings.Join(parts, "\n")
}

func grantWords(list []payroll.NewcomerItem) string {
	parts := make([]string, len(list))
	for i, x := range list {
		parts[i] = x.Name + "　" + x.Month.Chinese() + "　" + x.Fen.Grouped() + " 元"
		if x.Standard != "" {
			parts[i] += "（" + x.Standard + "）"
		}
		parts[i] += "　依据：" + x.Document
	}
	return strings.Join(parts, "\n")
}

// Recognised are those for whom WriteRecognition makes a form.
const Recognised = facts.FormerVillageCadre
