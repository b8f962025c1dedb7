package paper

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"

	"zhida/exporters"
	"zhida/payroll"
	"zhida/rules/calendar"
	"zhida/rules/money"
)

// slipsView is what the template shows of a batch's slips.
type slipsView struct {
	Title, Warning, Seal, Unit, Phone, Made string
	Batch                                   payroll.BatchID
	Since                                   calendar.Month
	Slips                                   []slipView
}

// slipView is one slip with what the template would otherwise have to work out.
type slipView struct {
	payroll.Payslip
	Shown  []shownLine
	Beside []amount // what makes the payment differ from gross less deductions
	Years  [][]amount
}

// shownLine is a line as the slip shows it: what is withheld is negative.
type shownLine struct {
	Item, Text string
	Month      calendar.Month
	Fen        money.Fen
}

type amount struct {
	Name string
	Fen  money.Fen
}

// yearColumns is how many items stand beside each other in the sums of the year.
const yearColumns = 2

// WritePayslips writes slips as one page each, A5. It shows only what is in them. Errors:
// those of w.
func WritePayslips(w io.Writer, p payroll.Payslips) error {
	h := p.Head
	view := slipsView{Title: h.Batch.ID.Month().Chinese() + "待遇发放明细（" + h.Batch.Channel + "）", Warning: warning(h), Seal: seal(h), Unit: h.Unit, Phone: h.Phone, Made: made(h),
		Batch: h.Batch.ID, Since: p.Since}
	for _, s := range p.Slips {
		view.Slips = append(view.Slips, slipOf(s))
	}
	return write(w, "payslip", view)
}

func slipOf(s payroll.Payslip) slipView {
	x := slipView{Payslip: s}
	for _, l := range s.Lines {
		shown := shownLine{Item: l.Item, Text: l.Sentence, Month: l.Month, Fen: l.Fen}
		if l.Deduction {
			shown.Item, shown.Fen = "扣："+l.Item, -l.Fen
		}
		if l.Corrected {
			shown.Text = "更正以前已发的：" + shown.Text
		}
		if !strings.Contains(l.Sentence, l.Document) {
			shown.Text += "（依据：" + l.Document + "）"
		}
		x.Shown = append(x.Shown, shown)
	}
	for _, a := range []amount{{"退票重发", s.Reissued}, {"缓发（-）释放（+）", -s.Held}, {"扣回（-）待扣（+）", s.Owed}} {
		if a.Fen != 0 {
			x.Beside = append(x.Beside, a)
		}
	}
	for i, y := range s.Year {
		if i%yearColumns == 0 {
			x.Years = append(x.Years, make([]amount, 0, yearColumns))
		}
		a := amount{y.Item, y.Fen}
		if y.Deduction {
			a.Name = "扣：" + y.Item
		}
		row := &x.Years[len(x.Years)-1]
		*row = append(*row, a)
	}
	if n := len(x.Years); n > 0 { // a short last row leaves empty cells, so that the columns stay
		for len(x.Years[n-1]) < yearColumns {
			x.Years[n-1] = append(x.Years[n-1], amount{})
		}
	}
	return x
}

// WriteMessages writes one text line a person for sending by SMS, as CSV with a byte order
// mark, which spreadsheet programs need to see Chinese: number, name, text. The book holds
// no telephone numbers.
func WriteMessages(w io.Writer, p payroll.Payslips) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	c := csv.NewWriter(w)
	c.UseCRLF = true
	if err := c.Write([]string{"人员编号", "姓名", "短信"}); err != nil {
		return err
	}
	for _, s := range p.Slips {
		if err := c.Write([]string{strconv.FormatInt(s.Person, 10), exporters.Inert(s.Name), Message(p.Head, s)}); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

// Message is a slip in one line of text: what was due, withheld and paid, to which card,
// and whom to ask.
func Message(h payroll.ReportHead, s payroll.Payslip) string {
	var b strings.Builder
	b.WriteString("【" + exporters.Visible(h.Unit) + "】" + exporters.Visible(s.Name) + "：" + h.Batch.ID.Month().Chinese())
	b.WriteString("应发" + s.Gross.String() + "元，")
	if s.Deduction != 0 {
		b.WriteString("扣款" + s.Deduction.String() + "元，")
	}
	if other := s.Reissued - s.Held + s.Owed; other != 0 {
		b.WriteString("缓发、待扣、重发" + other.String() + "元，")
	}
	b.WriteString("实发" + s.Pay.String() + "元")
	if tail := s.CardMasked; s.Pay > 0 && len(tail) > 4 && len(s.Others) == 0 {
		b.WriteString("，付尾号" + tail[len(tail)-4:] + "的账户")
	}
	b.WriteString("。")
	if h.Phone != "" {
		b.WriteString("疑问请拨" + exporters.Visible(h.Phone) + "。")
	}
	return b.String()
}
