package workbook

import (
	"io"

	"zhida/payroll"
)

// WritePayslips makes one sheet with every line of every slip of a batch, and one with the
// sums of the year. Errors: workbook.character, workbook.long, and those of w.
func WritePayslips(w io.Writer, p payroll.Payslips) error {
	b, err := newBook(batchPaper(p.Head, "工资条"))
	if err != nil {
		return err
	}
	defer b.close()
	lines := b.newTable("工资条", "待遇发放明细", "本批次没有明细", 0, colSerial, colPerson, colName, colID, textColumn("单位", 22), textColumn("项目", 18), colMonth,
		moneyColumn("应发"), moneyColumn("扣款"), textColumn("依据", 20), textColumn("怎么来的", 50))
	pay := b.newTable("实发", "实发金额表", "本批次没有人员", 0, colSerial, colPerson, colName, colID, textColumn("单位", 22),
		moneyColumn("应发"), moneyColumn("扣款"), moneyColumn("缓发增减"), moneyColumn("待扣增减"), moneyColumn("重发"), moneyColumn("实发"), textColumn("大写", 40), shortColumn("卡号", 20), textColumn("说明", 30))
	year := b.newTable("本年累计", yearTitle(p), "本年没有明细", 0, colSerial, colPerson, colName, colID, textColumn("单位", 22), textColumn("项目", 24), moneyColumn("应发"), moneyColumn("扣款"))
	for i := range p.Slips {
		s := &p.Slips[i]
		who := func(cells ...cell) []cell {
			return append([]cell{{}, number(s.Person), text(s.Name), text(s.IDMasked), text(s.Place)}, cells...)
		}
		for _, l := range s.Lines {
			gross, deduction := fen(l.Fen), cell{}
			if l.Deduction {
				gross, deduction = deduction, gross
			}
			if err := lines.add(who(text(l.Item), month(l.Month), gross, deduction, text(l.Document), text(l.Sentence))); err != nil {
				return err
			}
		}
		if err := pay.add(who(fen(s.Gross), fen(s.Deduction), fen(s.Held), fen(s.Owed), fen(s.Reissued), fen(s.Pay), text(s.Pay.Capital()), text(s.CardMasked), text(s.Reason))); err != nil {
			return err
		}
		for _, y := range s.Year {
			gross, deduction := fen(y.Fen), cell{}
			if y.Deduction {
				gross, deduction = deduction, gross
			}
			if err := year.add(who(text(y.Item), gross, deduction)); err != nil {
				return err
			}
		}
	}
	for _, t := range []*table{lines, pay, year} {
		if err := t.finish(); err != nil {
			return err
		}
	}
	return b.write(w)
}

func yearTitle(p payroll.Payslips) string {
	if p.Since == 0 {
		return "本年累计"
	}
	return "本年累计（自 " + p.Since.String() + " 起，以前月份由原系统发放，不在内）"
}
