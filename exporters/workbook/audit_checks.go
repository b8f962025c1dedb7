package workbook

import (
	"fmt"
	"strconv"

	"zhida/payroll"
	"zhida/rules/money"
)

// comparison is two figures that must be equal and come by different ways.
type comparison struct {
	what                string
	leftFrom, rightFrom string
	left, right         cell
}

// shown is a figure as a message shows it.
func (c cell) shown() string {
	if c.kind == moneyCell {
		return money.Fen(c.number).Grouped()
	}
	return fmt.Sprint(c.number)
}

// comparisons are all checks of the workbook: counts first, then amounts. Formulas
// stand on both sides except where the figure is that of the book itself.
func (a *audit) comparisons() []comparison {
	batch := a.head.Batch
	const book, detail, people = "批次登记", "明细", "人员"
	lines := number(int64(a.detail.count)).by(a.detail.countAll(dSerial))
	roll := number(int64(a.people.count)).by(a.people.countAll(0))
	gross := fen(a.detail.total(dGross)).by(a.detail.sum(dGross))
	deduction := fen(a.detail.total(dDeduction)).by(a.detail.sum(dDeduction))
	inPeople := func(col int) cell { return fen(a.people.total(col)).by(a.people.sum(col)) }
	pay, held, owed, reissued := inPeople(pPay), inPeople(pHeld), inPeople(pOwed), inPeople(pReissued)

	list := []comparison{
		{"明细笔数", detail, book, lines, number(int64(batch.Lines))},
		{"花名册人数", people, book, roll, number(int64(batch.Roster))},
		{"花名册人数 = 发放 + 缓发 + 拒发 + 不应发", people, "人员结果", roll, a.byStatus()},
		{"缓发、拒发人数", "缓发与拒发", "人员结果", a.statusOf(a.unpaid, payroll.OnHold, payroll.Refused), a.statusOf(a.people, payroll.OnHold, payroll.Refused)},
		{"发放人数", people, book, a.payeesCell(), number(int64(batch.Payees))},
	}
	for _, s := range []sumAt{a.towns, a.villages} {
		list = append(list, comparison{"发放人数", people, s.name, a.payeesCell(), s.payees})
	}
	for _, s := range a.summaries() {
		list = append(list, comparison{"明细笔数", detail, s.name, lines, s.lines})
	}
	list = append(list,
		comparison{"应发", detail, book, gross, fen(batch.Gross)},
		comparison{"应发", detail, people, gross, inPeople(pGross)},
		comparison{"扣款", detail, book, deduction, fen(batch.Deduction)},
		comparison{"扣款", detail, people, deduction, inPeople(pDeduction)})
	for _, s := range a.summaries() {
		list = append(list, comparison{"应发", detail, s.name, gross, s.gross}, comparison{"扣款", detail, s.name, deduction, s.deduction})
	}
	list = append(list,
		comparison{"实发", people, book, pay, fen(batch.Net)},
		comparison{"缓发增减", people, book, held, fen(batch.Held)},
		comparison{"缓发增减", people, "缓发与拒发", held, fen(a.unpaid.total(uHeld)).by(a.unpaid.sum(uHeld))},
		comparison{"待扣增减", people, book, owed, fen(batch.Owed)},
		comparison{"重发", people, book, reissued, fen(batch.Reissued)})
	for _, s := range []sumAt{a.towns, a.villages} {
		list = append(list, comparison{"实发", people, s.name, pay, s.pay}, comparison{"缓发增减", people, s.name, held, s.held},
			comparison{"待扣增减", people, s.name, owed, s.owed}, comparison{"重发", people, s.name, reissued, s.reissued})
	}
	list = append(list, a.ofBatches()...)
	if s := a.shares; len(a.head.Shares) > 0 {
		list = append(list, comparison{"应发", detail, s.name, gross, s.gross}, comparison{"扣款", detail, s.name, deduction, s.deduction},
			comparison{"实发", people, s.name, pay, s.pay}, comparison{"缓发增减", people, s.name, held, s.held}, comparison{"待扣增减", people, s.name, owed, s.owed})
	}
	if s := a.months; a.survey.Whole { // the months of a single batch have those in them that came before it
		list = append(list, comparison{"应发", detail, s.name, gross, s.gross}, comparison{"扣款", detail, s.name, deduction, s.deduction})
	}
	if s := a.ways; len(a.survey.Flow) > 0 { // of a batch that no fund has reserved money for there is no trace
		list = append(list, comparison{"实发", people, s.name, pay, s.pay})
	}
	if s := a.before; len(a.survey.Compared) > 0 {
		now, before := a.compared()
		list = append(list, comparison{"本月月度实发", s.name, book, s.pay, fen(now)}, comparison{"上月月度实发", s.name, book, s.earlier, fen(before)})
	}
	return append(list,
		comparison{"应发", detail, a.matrix.name, gross, a.matrix.gross}, comparison{"扣款", detail, a.matrix.name, deduction, a.matrix.deduction},
		comparison{"核定金额 - 以前批次已计 = 应发 + 扣款", detail, detail,
			join(fen(a.detail.total(dDue)).by(a.detail.sum(dDue)), "-", fen(a.detail.total(dCommitted)).by(a.detail.sum(dCommitted))), join(gross, "+", deduction)},
		comparison{"应发 - 扣款 + 重发 = 实发 + 缓发增减 - 待扣增减", detail, people, join(join(gross, "-", deduction), "+", reissued), join(join(pay, "+", held), "-", owed)},
		comparison{"补发、扣回", "补发扣回", a.byItems.name,
			join(fen(a.others.total(dGross)).by(a.others.sum(dGross)), "+", fen(a.others.total(dDeduction)).by(a.others.sum(dDeduction))), a.byItems.others})
}

// ofBatches holds the rows of every batch of a month against what the book says of it.
func (a *audit) ofBatches() (list []comparison) {
	if !a.survey.Whole {
		return nil // the batch is all there is
	}
	for i, r := range a.survey.Reports {
		b, s := r.Head().Batch, a.each[i]
		of := condition{dBatchKey, strconv.FormatInt(int64(b.ID), 10)}
		inRoll := condition{pBatchKey, of.is}
		name := "登记 " + b.ID.String()
		list = append(list,
			comparison{"明细笔数", "明细", name, number(s.lines).by(a.detail.countIf(of)), number(int64(b.Lines))},
			comparison{"应发", "明细", name, fen(s.gross).by(a.detail.sum(dGross, of)), fen(b.Gross)},
			comparison{"扣款", "明细", name, fen(s.deduction).by(a.detail.sum(dDeduction, of)), fen(b.Deduction)},
			comparison{"实发", "人员", name, fen(s.pay).by(a.people.sum(pPay, inRoll)), fen(b.Net)})
	}
	return list
}

// compared is what the runs of the month and of the month before paid, as the book says.
func (a *audit) compared() (now, before money.Fen) {
	for _, b := range a.bridges {
		if b.head.Batch.Kind == payroll.Regular {
			now, before = now+b.head.MonthNet, before+b.head.PreviousNet
		}
	}
	return now, before
}

func (a *audit) summaries() []sumAt { return []sumAt{a.towns, a.villages, a.byItems, a.byFunds} }

// join adds or takes away an amount, with the formula for it.
func join(x cell, sign string, y cell) cell {
	f := money.Fen(x.number + y.number)
	if sign == "-" {
		f = money.Fen(x.number - y.number)
	}
	return fen(f).by("ROUND(" + x.formula + sign + y.formula + ",2)")
}

// statusCell counts the persons that end in one of the states.
func (a *audit) statusCell(list ...payroll.Status) cell { return a.statusOf(a.people, list...) }

// statusOf counts them in the roster, or in another list of persons.
func (a *audit) statusOf(t *table, list ...payroll.Status) cell {
	c := number(0)
	for i, s := range list {
		if i > 0 {
			c.formula += "+"
		}
		c.number += a.status[s]
		c.formula += t.countIf(condition{pStatus, `"` + status(s) + `"`})
	}
	return c
}

func (a *audit) byStatus() cell {
	return a.statusCell(payroll.Paid, payroll.OnHold, payroll.Refused, payroll.NotDue)
}

func (a *audit) payeesCell() cell {
	return number(a.all.payees).by(a.people.countIf(condition{pPay, `">0"`}))
}

// Columns of the checks.
const (
	kLeft       = 3
	kRight      = 5
	kDifference = 6
)

// checks is the sheet of comparisons; every difference must be zero.
func (a *audit) checks() (*sheet, error) {
	figure := column{chars: 18, style: moneyStyle}
	s, err := a.book.newSummary("核对", "核对表", 0, colSerial, textColumn("核对内容", 44), shortColumn("甲方出处", 16), figure.named("甲方"),
		shortColumn("乙方出处", 16), figure.named("乙方"), figure.named("差额（应为零）"))
	if err != nil {
		return nil, err
	}
	s.alarm = kDifference
	if err := s.headings(); err != nil {
		return nil, err
	}
	first := s.body.next
	for i, c := range a.comparisons() {
		if err := s.add(c.cells(i+1, s.body.next)...); err != nil {
			return nil, err
		}
	}
	return s.sheet, a.verdict(s, first)
}

func (c comparison) cells(no, row int) []cell {
	style, difference := moneyStyle, fen(0)
	if c.left.kind == numberCell {
		style, difference = countStyle, number(0)
	}
	difference.number = c.left.number - c.right.number
	return []cell{number(int64(no)), text(c.what), text(c.leftFrom), c.left.as(style), text(c.rightFrom), c.right.as(style),
		difference.by(fmt.Sprintf("ROUND(%s%d-%s%d,2)", letters[kLeft], row, letters[kRight], row)).as(style)}
}

// verdict adds up all differences, whatever their sign.
func (a *audit) verdict(s *summary, first int) error {
	row := s.body.next
	cells := blanks(s.printed(), totalText)
	cells[1] = text("各项差额绝对值之和").as(totalText)
	cells[kDifference] = fen(0).by(fmt.Sprintf("ROUND(SUMPRODUCT(ABS(G%d:G%d)),2)", first, row-1)).as(totalMoney)
	a.differences = s.refer(kDifference, row, fen(0))
	if err := s.body.add(20, cells...); err != nil {
		return err
	}
	s.body.skip(1)
	return s.body.add(16, text("本表和各汇总表的数字是对明细、人员两表的公式，可重新计算；批次登记是账簿在审批时记下的数字。").as(noteStyle))
}
