package webreport

import (
	"fmt"
	"math/rand"
	"time"

	"zhida/payroll"
	"zhida/payroll/ledger"
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/money"
)

// fakeReport is a batch drawn from a fixed seed that adds up as a real one does.
type fakeReport struct {
	head    payroll.ReportHead
	lines   []payroll.ReportLine
	people  []payroll.ReportPerson
	changes []payroll.ReportChange
}

func (r *fakeReport) Head() payroll.ReportHead { return r.head }

func (r *fakeReport) Lines(fn func(payroll.ReportLine) error) error { return each(r.lines, fn) }

func (r *fakeReport) People(fn func(payroll.ReportPerson) error) error { return each(r.people, fn) }

func (r *fakeReport) Changes(fn func(payroll.ReportChange) error) error { return each(r.changes, fn) }

func each[T any](list []T, fn func(T) error) error {
	for _, x := range list {
		if err := fn(x); err != nil {
			return err
		}
	}
	return nil
}

const fakeMonth = calendar.Month(202611)

var fakeItems = []payroll.ReportItem{
	{Code: "base", Name: "基本工资"}, {Code: "fund", Name: "住房公积金", Deduction: true, Institution: "样例县公积金中心"}, {Code: "housing", Name: "住房补贴"},
}

// newFake is a batch of so many people in 29 townships, each with ten villages.
func newFake(people, seq int, channel string) *fakeReport {
	r := &fakeReport{head: payroll.ReportHead{
		County: "样例县", Unit: "样例县财政局", Items: fakeItems, Funds: []payroll.ReportFund{{Code: "F1", Name: "人员经费"}, {Code: "F2", Name: "补贴专项"}},
		Seal:     "3f9a1c57e2b8640d9c1e5a7f0b2d4c6e8f1a3b5c7d9e0f2a4b6c8d0e1f3a5b7c",
		SealSum:  "97be32a7ebe31ef691524a1c283f648f9bfbe2cdb4c48e97b3074579b43e9e8b",
		Previous: "2026-10/1",
		Documents: []payroll.ReportDocument{{Number: "样政发〔2026〕3号", Title: "样例标准", Issuer: "样例县人民政府", From: 20260101,
			Digest: "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"}},
		Batch: payroll.Batch{ID: payroll.NewBatchID(fakeMonth, seq), Kind: payroll.Regular, Channel: channel, State: payroll.Exported, Horizon: 90, Maker: "张敏", Checker: "李复", Approver: "王审"},
	}}
	for i, who := range []string{"张敏", "李复", "王审"} {
		r.head.Events = append(r.head.Events, payroll.ReportEvent{Position: int64(91 + i), Time: time.Date(2026, 11, 24, 18, i, 7, 0, time.UTC), Actor: who, Kind: "batch.step", Text: "办理：" + who})
	}
	for i := range 29 {
		code := fmt.Sprintf("4399011%02d", i)
		r.head.Townships = append(r.head.Townships, payroll.ReportPlace{Code: code, Name: fmt.Sprintf("样%d镇", i), Township: code})
		for k := range 10 {
			r.head.Villages = append(r.head.Villages, payroll.ReportPlace{Code: fmt.Sprintf("%s%03d", code, 200+k), Name: fmt.Sprintf("第%d村", k), Township: code})
		}
	}
	rnd := rand.New(rand.NewSource(int64(seq)))
	for no := 1; no <= people; no++ {
		r.add(rnd, int64(no))
	}
	r.addUp()
	return r
}

func (r *fakeReport) add(rnd *rand.Rand, no int64) {
	p := payroll.ReportPerson{Person: no, Name: fmt.Sprintf("甲%d", no), IDMasked: fmt.Sprintf("439***********%04d", no%10000), Category: facts.VillageCadre, Status: payroll.Paid,
		Township: r.head.Townships[rnd.Intn(29)].Code, Bank: "样例银行", CardMasked: fmt.Sprintf("***************%04d", no%10000)}
	if no%3 > 0 {
		p.Village = fmt.Sprintf("%s%03d", p.Township, 200+rnd.Intn(10))
	}
	switch {
	case no%97 == 0:
		p.Status, p.Reason = payroll.Refused, "缺少参考数据"
	case no%41 == 0:
		p.Status, p.Reason = payroll.NotDue, fmt.Sprintf("已于 2026-10-%02d 退休，多发 %d.00 元", 1+no%28, no)
	default:
		for i, it := range fakeItems {
			r.line(rnd, &p, it, i)
		}
		p.Pay = p.Gross - p.Deduction
		if no%71 == 0 {
			p.Status, p.Held, p.Balance, p.Pay, p.Reason = payroll.OnHold, p.Pay, p.Pay, 0, "没有有效的银行账户"
		}
	}
	r.people = append(r.people, p)
}

func (r *fakeReport) line(rnd *rand.Rand, p *payroll.ReportPerson, it payroll.ReportItem, i int) {
	due := money.Fen(20000 + rnd.Intn(300000))
	l := payroll.ReportLine{Person: p.Person, Name: p.Name, Township: p.Township, Village: p.Village, Item: it.Code, Month: fakeMonth, Deduction: it.Deduction, Fen: due, Due: due,
		Document: "样政发〔2026〕3号", Fund: []string{"F1", "F1", "F2"}[i], Cause: "当月发放"}
	if it.Deduction {
		l.Fen /= 20
		p.Deduction += l.Fen
	} else {
		p.Gross += l.Fen
	}
	if p.Person%13 == 0 && i == 2 { // paid for the month before, of which half was
		l.Month, l.Committed, l.Fen = fakeMonth.Add(-1), due/2, due-due/2
		p.Gross += l.Fen - due
		r.changes = append(r.changes, payroll.ReportChange{Person: p.Person, Name: p.Name, Township: p.Township, Village: p.Village, Part: payroll.PartCorrected, Item: it.Code, ItemName: it.Name,
			Before: l.Committed, Now: due, Causes: []string{payroll.VarianceStandard}, Cause: "标准：样政发〔2026〕3号"})
	}
	l.Sentence = fmt.Sprintf("%s：样政发〔2026〕3号，每月%s元", it.Name, l.Fen)
	r.lines = append(r.lines, l)
}

// addUp writes into the head what the rows come to.
func (r *fakeReport) addUp() {
	b := &r.head.Batch
	b.Lines = len(r.lines)
	for _, p := range r.people {
		b.Roster++
		if p.Pay > 0 {
			b.Payees++
		}
		b.Gross, b.Deduction, b.Net, b.Held, b.Owed = b.Gross+p.Gross, b.Deduction+p.Deduction, b.Net+p.Pay, b.Held+p.Held, b.Owed+p.Owed
	}
	share := payroll.ReportShare{ReportFund: r.head.Funds[0], Gross: b.Gross, Deduction: b.Deduction, Held: b.Held, Pay: b.Net}
	other := payroll.ReportShare{ReportFund: r.head.Funds[1], Gross: 100, Pay: 100}
	share.Gross, share.Pay = share.Gross-100, share.Pay-100
	r.head.Shares = []payroll.ReportShare{share, other}
	r.head.MonthNet, r.head.PreviousNet = b.Net, b.Net
	for _, c := range r.changes {
		r.head.PreviousNet -= c.Now - c.Before
	}
}

// fakeSurvey puts around the batches what a book would have.
func fakeSurvey(reports ...*fakeReport) *payroll.Survey {
	s := &payroll.Survey{Month: fakeMonth, Whole: len(reports) > 1, Position: 99, Funds: &payroll.FundReport{Month: fakeMonth, To: 99}}
	for _, r := range reports {
		s.Reports = append(s.Reports, r)
		b := r.head.Batch
		at := map[string]*payroll.ComparedSum{}
		for _, p := range r.people {
			if at[p.Township] == nil {
				at[p.Township] = &payroll.ComparedSum{Township: p.Township}
			}
			if p.Pay > 0 {
				at[p.Township].Now += p.Pay
				at[p.Township].Heads++
			}
		}
		first := r.head.Townships[0].Code
		for _, town := range r.head.Townships {
			if x := at[town.Code]; x != nil {
				x.Before = x.Now
				if town.Code == first {
					x.Before += r.head.PreviousNet - r.head.MonthNet
				}
				s.Compared = append(s.Compared, *x)
			}
		}
		s.Flow = append(s.Flow, payroll.FlowSum{Lot: "样财预〔2026〕1号", Fund: "F1", FundName: "人员经费", Place: first, PlaceName: "样0镇", Where: "已入账", Paid: true, Count: b.Payees - 1, Fen: b.Net - 1},
			payroll.FlowSum{Fund: "F1", FundName: "人员经费", Where: "退票", Paid: true, Count: 1, Fen: 1},
			payroll.FlowSum{Lot: "样财预〔2026〕1号", Fund: "F1", FundName: "人员经费", Where: "代扣上缴", Count: 1, Fen: b.Deduction})
		for i := range 12 {
			m := fakeMonth.Add(i - 11)
			for _, it := range fakeItems {
				s.Trend = append(s.Trend, payroll.TrendSum{Month: m, Item: it.Code, ItemName: it.Name, Deduction: it.Deduction, Fen: b.Gross / money.Fen(i+2)})
			}
		}
		id := payroll.PaymentID{Batch: b.ID, Seq: 1}
		s.States = append(s.States, payroll.StateSum{State: payroll.PaymentCredited, Count: b.Payees - 1, Fen: b.Net - 1}, payroll.StateSum{State: payroll.PaymentReissued, Count: 1, Fen: 1})
		s.Back = append(s.Back, payroll.Bounce{PaidOut: payroll.PaidOut{Payment: payroll.Payment{Batch: b.ID, Seq: 1, Person: 1, Fen: 1, Holder: "甲1", Card: "6228480000000000018"}, Name: "甲1", State: payroll.PaymentReissued},
			First: payroll.PaymentEvent{PaymentID: id, State: payroll.PaymentReturned, Cause: payroll.CauseClosed, Reason: "已销户", Date: 20261126}, By: "2026-11/9#1"})
		s.Files = append(s.Files, payroll.ExportFile{Batch: b.ID, Name: "abc.txt", Count: b.Payees, Total: b.Net, SM3: "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"})
	}
	sheet := func(f money.Fen) ledger.Sheet { return ledger.Sheet{ledger.Available: f} }
	s.Funds.Purses = []payroll.PurseClosing{{Closing: ledger.Closing{Purse: ledger.Purse{Fund: "F1"}, Opening: sheet(5), Stock: sheet(95), Received: 100, Paid: 10}, FundName: "人员经费"}}
	s.Funds.Totals = []payroll.ControlTotals{{Batch: s.Reports[0].Head().Batch.ID, Order: 10, List: 10, Credited: 10}}
	return s
}
