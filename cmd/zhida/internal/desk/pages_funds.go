package desk

import (
	"slices"

	"zhida/cmd/zhida/internal/app"
	"zhida/payroll"
	"zhida/payroll/ledger"
	"zhida/rules/calendar"
	"zhida/rules/message"
	"zhida/rules/money"
)

// fundsPage is where the money of each fund is, and whether everything adds up.
type fundsPage struct {
	payroll.FundReport
	Stocks  []ledger.Account
	Funds   []fundRow
	Sum     fundRow // of the funds
	Chart   drawings
	Closing calendar.Month    // the month that the form would close; 0 for nobody who may
	Open    []message.Message // what of that month is not done
	Closed  []payroll.Closed  // months, the latest first
	Reopens bool              // the visitor may open the latest of them again
}

// fundRow is a fund, with its stocks in their order.
type fundRow struct {
	payroll.PurseClosing
	Began money.Fen
	Now   []money.Fen
	Left  money.Fen // unexplained
}

func (x *fundRow) add(row fundRow) {
	x.Began, x.Left = x.Began+row.Began, x.Left+row.Left
	x.Received, x.Recovered, x.Assigned, x.Paid, x.SentUp = x.Received+row.Received, x.Recovered+row.Recovered, x.Assigned+row.Assigned, x.Paid+row.Paid, x.SentUp+row.SentUp
	if x.Now == nil {
		x.Now = make([]money.Fen, len(row.Now))
	}
	for i, fen := range row.Now {
		x.Now[i] += fen
	}
}

func fundsShow(r *request) error {
	report, err := r.desk.book.Funds(r.Context(), 0)
	if err != nil {
		return err
	}
	p := fundsPage{FundReport: report, Stocks: ledger.Stocks}
	var paid []payroll.OverviewSum
	for _, x := range report.ByFund() {
		paid = append(paid, payroll.OverviewSum{Name: x.FundName, Fen: x.Paid})
		row := fundRow{PurseClosing: x, Left: x.Unexplained()}
		for _, a := range ledger.Stocks {
			row.Began += x.Opening[a]
			row.Now = append(row.Now, x.Stock[a])
		}
		p.Funds = append(p.Funds, row)
		p.Sum.add(row)
	}
	p.Chart = sumBars(message.Word(r.lang, "各笔资金本期已付"), paid)
	if p.Closed, err = r.desk.book.Closings(r.Context()); err != nil {
		return err
	}
	slices.Reverse(p.Closed)
	p.Reopens = len(p.Closed) > 0 && may(r.visit.actor, approvers)
	if may(r.visit.actor, judges) {
		s, err := r.desk.book.Standing(r.Context(), 0)
		if err != nil {
			return err
		}
		p.Closing, p.Open = s.Month, openTasks(s)
	}
	return r.page("funds", "资金", p)
}

// openTasks is what has to be done in a month, but for closing it. Who comes in, goes or gets a key moves no money and belongs to no
// month: such a proposal may wait for weeks, until somebody can be met with their papers.
func openTasks(s payroll.Standing) (list []message.Message) {
	for _, t := range s.Tasks {
		if t.What.Code != "status.close" && !t.People {
			list = append(list, t.What)
		}
	}
	return list
}

// closeDo closes a month; while something of it is not done only for somebody who says that they have seen it: refused, with what is in the way, until every stock agrees with the payments it is made of.
func closeDo(r *request) (string, error) {
	text := r.PostFormValue("month")
	m, err := app.ParseMonth(text)
	if err != nil {
		return "", err
	}
	s, err := r.desk.book.Standing(r.Context(), m)
	if err != nil {
		return "", err
	}
	if open := openTasks(s); len(open) > 0 && r.PostFormValue("seen") == "" {
		return "", message.Err("desk.month_open", m, len(open))
	}
	report, err := r.desk.book.CloseMonth(r.Context(), r.signer, m)
	if err != nil {
		return "", err
	}
	r.say("fund.closed", m, report.Closed)
	return "/funds", nil
}

// reopenDo opens the month that was closed last again, with the reason that somebody gives.
func reopenDo(r *request) (string, error) {
	text := r.PostFormValue("month")
	m, err := app.ParseMonth(text)
	if err != nil {
		return "", err
	}
	if err := r.desk.book.ReopenMonth(r.Context(), r.signer, m, r.PostFormValue("reason")); err != nil {
		return "", err
	}
	r.say("fund.reopened", m)
	return "/funds", nil
}
