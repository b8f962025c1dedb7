package workbook

import (
	"cmp"
	"fmt"
	"io"
	"slices"

	"zhida/payroll"
	"zhida/rules/message"
	"zhida/rules/money"
)

// WritePaySheet makes the pay sheet (发放表) of a batch as bureaus print and stamp it: a tab
// a township, each village's people on pages of their own, every page with its sum and the
// sum so far. Whoever has nothing in the batch is not on it. It holds the batch in memory,
// since a sheet goes by places and a batch by persons. Errors: workbook.character,
// workbook.long, workbook.sum when the rows do not come to the batch, and those of the report and of w.
func WritePaySheet(w io.Writer, r payroll.Report) error {
	h := r.Head()
	rows, err := payRows(r)
	if err != nil {
		return err
	}
	b, err := newBook(batchPaper(h, "发放表"))
	if err != nil {
		return err
	}
	defer b.close()
	s := newPaySheet(b, h)
	taken := map[string]bool{}
	for i := 0; i < len(rows); {
		from := i
		for i < len(rows) && rows[i].Township == rows[from].Township {
			i++
		}
		if err := s.township(tabName(s.names[rows[from].Township], taken), rows[from:i]); err != nil {
			return err
		}
	}
	if len(rows) == 0 {
		if err := s.township("发放表", nil); err != nil {
			return err
		}
	}
	if err := s.agrees(rows); err != nil {
		return err
	}
	return b.write(w)
}

// batchPaper is what papers about a batch carry.
func batchPaper(h payroll.ReportHead, title string) paper {
	p := auditPaper(h)
	p.title = h.County + h.Batch.ID.Month().Chinese() + title + "（" + h.Batch.Channel + "）"
	return p
}

// batchMark is what the head of every page says of the batch.
func batchMark(h payroll.ReportHead) string {
	return h.Batch.ID.Month().Chinese() + "　　" + h.Batch.Channel + "　　批次 " + h.Batch.ID.String() + "　　" + sealMark(h.Seal)
}

// signatures are the lines below a page that is signed and stamped.
func signatures(h payroll.ReportHead) []string {
	return []string{"单位（盖章）：　　　　　　　　　　　　制表：　　　　　　　　　　复核：　　　　　　　　　　审批：",
		"填表单位：" + h.Unit + phoneMark(h.Phone) + "　　制表日期：" + h.Batch.ComputedAt.In(beijing).Format("2006-01-02") + "　　盖章日期：　　　　　年　　　月　　　日"}
}

func phoneMark(phone string) string {
	if phone == "" {
		return ""
	}
	return "　　电话：" + phone
}

// payRow is one person of the sheet.
type payRow struct {
	payroll.ReportPerson
	items []money.Fen // by ReportHead.Items
}

// other is what makes the payment differ from gross less deductions.
func (p *payRow) other() money.Fen { return p.Reissued - p.Held + p.Owed }

func (p *payRow) unit() string { return cmp.Or(p.Village, p.Township) }

// payRows reads who has anything in the batch, by place and number.
func payRows(r payroll.Report) ([]payRow, error) {
	h := r.Head()
	at := map[string]int{}
	for i, it := range h.Items {
		at[it.Code] = i
	}
	items := map[int64][]money.Fen{}
	err := r.Lines(func(l payroll.ReportLine) error {
		i, known := at[l.Item]
		if !known {
			return message.Err("workbook.unknown", l.Item, l.Person)
		}
		if items[l.Person] == nil {
			items[l.Person] = make([]money.Fen, len(h.Items))
		}
		items[l.Person][i] += l.Fen
		return nil
	})
	if err != nil {
		return nil, err
	}
	var rows []payRow
	err = r.People(func(p payroll.ReportPerson) error {
		x := payRow{p, items[p.Person]}
		if x.items == nil && p.Pay == 0 && x.other() == 0 {
			return nil
		}
		if x.items == nil {
			x.items = make([]money.Fen, len(h.Items))
		}
		rows = append(rows, x)
		return nil
	})
	slices.SortStableFunc(rows, func(a, b payRow) int {
		return cmp.Or(cmp.Compare(a.Township, b.Township), cmp.Compare(a.Village, b.Village))
	})
	return rows, err
}

// paySheet makes the tabs of a pay sheet.
type paySheet struct {
	book          *book
	head          payroll.ReportHead
	names         map[string]string // of places, by code
	grants, takes []int             // positions of the items that are due and of those that are withheld

	// Of the tab at hand: somebody's payment is not gross less deductions; people of
	// several categories; the column of the first item.
	other, several bool
	first          int
}

func newPaySheet(b *book, h payroll.ReportHead) *paySheet {
	s := &paySheet{book: b, head: h, names: map[string]string{"": "没有归属单位的"}}
	for _, p := range slices.Concat(h.Townships, h.Villages) {
		s.names[p.Code] = p.Name
	}
	for i, it := range h.Items {
		if it.Deduction {
			s.takes = append(s.takes, i)
		} else {
			s.grants = append(s.grants, i)
		}
	}
	return s
}

// columns are those of a tab, with the positions of its sums.
func (s *paySheet) columns() (cols []column, gross, deduction int) {
	cols = []column{colSerial, shortColumn("姓名", 9)}
	if s.several {
		cols = append(cols, shortColumn("类别", 11))
	}
	cols = append(cols, shortColumn("证件号码", 19), shortColumn("银行卡号", 20))
	s.first = len(cols)
	for _, i := range s.grants {
		cols = append(cols, moneyColumn(s.head.Items[i].Name))
	}
	gross = len(cols)
	cols = append(cols, moneyColumn("应发合计"))
	for _, i := range s.takes {
		cols = append(cols, moneyColumn(s.head.Items[i].Name))
	}
	deduction = len(cols)
	if len(s.takes) > 0 {
		cols = append(cols, moneyColumn("扣款合计"))
	}
	if s.other {
		cols = append(cols, moneyColumn("缓发待扣\n重发增减"))
	}
	return append(cols, moneyColumn("实发金额"), shortColumn("签字", 12)), gross, deduction
}

func (s *paySheet) township(name string, rows []payRow) error {
	s.other = slices.ContainsFunc(rows, func(p payRow) bool { return p.other() != 0 })
	s.several = slices.ContainsFunc(rows, func(p payRow) bool { return p.Category != rows[0].Category })
	cols, gross, deduction := s.columns()
	title := s.head.County + s.head.Batch.ID.Month().Chinese() + "待遇发放表"
	p, err := s.book.newPages(name, title, batchMark(s.head), signatures(s.head), cols...)
	if err != nil {
		return err
	}
	sum := func(from, to int) func(int) string {
		if from == to {
			return func(int) string { return "0" }
		}
		return func(row int) string {
			return fmt.Sprintf("ROUND(SUM(%s%d:%s%d),2)", letters[from], row, letters[to-1], row)
		}
	}
	p.work(gross, sum(s.first, gross))
	pay := len(cols) - 2
	if len(s.takes) > 0 {
		p.work(deduction, sum(gross+1, deduction))
	}
	p.work(pay, func(row int) string {
		net := fmt.Sprintf("%s%d", letters[gross], row)
		if len(s.takes) > 0 {
			net += fmt.Sprintf("-%s%d", letters[deduction], row)
		}
		if s.other {
			net += fmt.Sprintf("+%s%d", letters[pay-1], row)
		}
		return "ROUND(" + net + ",2)"
	})
	if len(rows) == 0 {
		p.begin("")
	}
	for i := range rows {
		if i == 0 || rows[i].unit() != rows[i-1].unit() {
			p.begin(s.unitName(&rows[i]))
		}
		p.add(s.cells(i+1, &rows[i])...)
	}
	s.book.sheets = append(s.book.sheets, p.sheet)
	return p.finish()
}

func (s *paySheet) unitName(p *payRow) string {
	if p.Village != "" {
		return s.names[p.Township] + s.names[p.Village]
	}
	return s.names[p.Township]
}

func (s *paySheet) cells(serial int, p *payRow) []cell {
	card := p.CardMasked
	if len(p.Others) > 0 { // a court, heirs: the bank list says where it goes
		card = "见代发清单"
	}
	cells := []cell{number(int64(serial)), text(p.Name)}
	if s.several {
		cells = append(cells, text(category(p.Category)))
	}
	cells = append(cells, text(p.IDMasked), text(card))
	for _, i := range s.grants {
		cells = append(cells, fen(p.items[i]))
	}
	cells = append(cells, fen(p.Gross))
	for _, i := range s.takes {
		cells = append(cells, fen(p.items[i]))
	}
	if len(s.takes) > 0 {
		cells = append(cells, fen(p.Deduction))
	}
	if s.other {
		cells = append(cells, fen(p.other()))
	}
	sign := ""
	if p.Status == payroll.OnHold {
		sign = "缓发"
	}
	return append(cells, fen(p.Pay), text(sign))
}

// agrees holds the rows against the batch, and each row against itself: a formula would
// come to something else than what stands beside it.
func (s *paySheet) agrees(rows []payRow) error {
	var gross, deduction, pay money.Fen
	for i := range rows {
		p := &rows[i]
		var g, d money.Fen
		for _, k := range s.grants {
			g += p.items[k]
		}
		for _, k := range s.takes {
			d += p.items[k]
		}
		if g != p.Gross || d != p.Deduction || g-d+p.other() != p.Pay {
			return message.Err("workbook.person", p.Person, p.Gross, p.Deduction, p.Pay, p.Held, p.Owed)
		}
		gross, deduction, pay = gross+g, deduction+d, pay+p.Pay
	}
	b := s.head.Batch
	for _, x := range []struct {
		what      string
		left, all money.Fen
	}{{"应发合计", gross, b.Gross}, {"扣款合计", deduction, b.Deduction}, {"实发合计", pay, b.Net}} {
		if x.left != x.all {
			return message.Err("workbook.sum", x.what, "发放表", x.left, "批次", x.all)
		}
	}
	return nil
}

// WritePaySums makes the summaries of a batch (汇总表): by budget unit, by payee category
// and by budget subject. Errors: workbook.sum when one does not come to the batch, and
// those of WritePaySheet.
func WritePaySums(w io.Writer, h payroll.ReportHead, sums payroll.PaySums) error {
	b, err := newBook(batchPaper(h, "汇总表"))
	if err != nil {
		return err
	}
	defer b.close()
	unset := func(s string) string { return cmp.Or(s, "（设置里没有写）") }
	for _, t := range []struct {
		name, title string
		names       []column
		label       func(payroll.PaySum) []cell
		list        []payroll.PaySum
	}{
		{"按预算单位", "按预算单位汇总表", []column{textColumn("预算单位", 34)}, func(s payroll.PaySum) []cell { return []cell{text(unset(s.Codes.Unit))} }, sums.ByUnit},
		{"按人员类别", "按人员类别汇总表", []column{textColumn("人员类别", 34)}, func(s payroll.PaySum) []cell { return []cell{text(category(s.Category))} }, sums.ByCategory},
		{"按科目", "按科目汇总表", []column{textColumn("功能科目", 18), textColumn("政府经济分类", 16), textColumn("部门经济分类", 16), textColumn("项目", 18), textColumn("资金性质", 12)},
			func(s payroll.PaySum) []cell {
				c := s.Codes
				return []cell{text(unset(c.Function)), text(unset(c.Government)), text(unset(c.Department)), text(unset(c.Project)), text(unset(c.Nature))}
			}, sums.BySubject},
	} {
		if err := b.paySum(h, t.name, t.title, t.names, t.label, t.list); err != nil {
			return err
		}
	}
	return b.write(w)
}

func (b *book) paySum(h payroll.ReportHead, name, title string, names []column, label func(payroll.PaySum) []cell, list []payroll.PaySum) error {
	cols := append([]column{colSerial}, names...)
	first := len(cols)
	// Without a total: somebody whose pay two rows share is in both.
	people := column{head: "人数", chars: 6, style: countStyle}
	cols = append(cols, people, moneyColumn("应发"), moneyColumn("扣款"), moneyColumn("资金互抵"), moneyColumn("重发"), moneyColumn("缓发增减"), moneyColumn("待扣增减"), moneyColumn("实发"))
	p, err := b.newPages(name, h.County+h.Batch.ID.Month().Chinese()+title, batchMark(h), signatures(h), cols...)
	if err != nil {
		return err
	}
	p.work(first+7, func(row int) string {
		at := func(i int) string { return fmt.Sprintf("%s%d", letters[first+i], row) }
		return "ROUND(" + at(1) + "-" + at(2) + "+" + at(3) + "+" + at(4) + "-" + at(5) + "+" + at(6) + ",2)"
	})
	p.begin("")
	var gross, deduction, pay money.Fen
	for i, s := range list {
		if s.Gross-s.Deduction+s.Moved+s.Reissued-s.Held+s.Owed != s.Pay {
			return message.Err("workbook.sum", title, "本行合计", s.Gross-s.Deduction+s.Moved+s.Reissued-s.Held+s.Owed, "实发", s.Pay)
		}
		gross, deduction, pay = gross+s.Gross, deduction+s.Deduction, pay+s.Pay
		p.add(slices.Concat([]cell{number(int64(i + 1))}, label(s), []cell{number(int64(s.People)), fen(s.Gross), fen(s.Deduction), fen(s.Moved), fen(s.Reissued), fen(s.Held), fen(s.Owed), fen(s.Pay)})...)
	}
	for _, x := range []struct {
		what      string
		left, all money.Fen
	}{{"应发", gross, h.Batch.Gross}, {"扣款", deduction, h.Batch.Deduction}, {"实发", pay, h.Batch.Net}} {
		if x.left != x.all {
			return message.Err("workbook.sum", x.what, title, x.left, "批次", x.all)
		}
	}
	b.sheets = append(b.sheets, p.sheet)
	return p.finish()
}
