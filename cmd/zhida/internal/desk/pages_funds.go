package desk

import (
	"html/template"
	"strings"

	"zhida/payroll"
	"zhida/payroll/ledger"
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/message"
	"zhida/rules/money"
)

// fundsPage is where the money of each fund is, and whether everything adds up.
type fundsPage struct {
	payroll.FundReport
	Stocks  []ledger.Account
	Funds   []fundRow
	Chart   drawings
	Closing calendar.Month    // the month that the form would close; 0 for nobody who may
	Open    []message.Message // what of that month is not done
}

// fundRow is a fund, with its stocks in their order.
type fundRow struct {
	payroll.PurseClosing
	Began money.Fen
	Now   []money.Fen
	Left  money.Fen // unexplained
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
	}
	p.Chart = sumBars(message.Word(r.lang, "各笔资金本期已付"), paid)
	if may(r.visit.actor, judges) {
		s, err := r.desk.book.Standing(r.Context(), 0)
		if err != nil {
			return err
		}
		p.Closing, p.Open = s.Month, openTasks(s)
	}
	return r.page("funds", "资金", p)
}

// openTasks is what has to be done in a month, but for closing it.
func openTasks(s payroll.Standing) (list []message.Message) {
	for _, t := range s.Tasks {
		if t.What.Code != "status.close" {
			list = append(list, t.What)
		}
	}
	return list
}

// closeDo closes a month; while something of it is not done only for somebody who says that they have seen it: refused, with what is in the way, until every stock agrees with the payments it is made of.
func closeDo(r *request) (string, error) {
	text := r.PostFormValue("month")
	m, err := calendar.ParseMonth(text)
	if err != nil {
		return "", message.Err("cli.month", text)
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

// tracePage follows the money of a document, a village or a person, from where it came from to what has become of it.
type tracePage struct {
	Text    string
	Drawing template.HTML
	Steps   []traceRow
	More    int
	Sum     money.Fen
}

type traceRow struct {
	payroll.FlowStep
	FundName, PlaceName, Where string
}

// traceShow looks for a place by its code, for a person, else for a document.
func traceShow(r *request) error {
	p := tracePage{Text: r.asked()}
	if p.Text == "" {
		return r.page("trace", "追踪资金", p)
	}
	keep, err := r.traced(p.Text)
	if err != nil {
		return err
	}
	list, err := r.desk.book.Trace(r.Context(), keep)
	if err != nil {
		return err
	}
	drawing, err := r.desk.book.Flow(r.Context(), list)
	if err != nil {
		return err
	}
	p.Drawing = template.HTML(drawing) // drawn by this program from its own words, which it escapes
	funds, err := r.desk.book.FundNames(r.Context())
	if err != nil {
		return err
	}
	places, err := r.placeNames()
	if err != nil {
		return err
	}
	for _, x := range list {
		if x.State != payroll.PaymentReissued {
			p.Sum += x.Fen
		}
		if len(p.Steps) == mostRows {
			p.More++
			continue
		}
		p.Steps = append(p.Steps, traceRow{x, funds[x.Fund], places[x.Place], message.Word(r.lang, x.Chinese())})
	}
	return r.page("trace", "追踪资金", p)
}

func (r *request) traced(text string) (func(payroll.FlowStep) bool, error) {
	if (len(text) == 9 || len(text) == 12) && strings.Trim(text, "0123456789") == "" {
		return func(s payroll.FlowStep) bool { return s.Place == text || facts.Township(s.Place) == text }, nil
	}
	if id, err := payroll.ParsePaymentID(text); err == nil {
		return func(s payroll.FlowStep) bool { return s.Payment == id }, nil
	}
	found, err := r.desk.book.Person(r.Context(), text)
	switch message.Code(err) {
	case "person.missing":
		return func(s payroll.FlowStep) bool { return s.Lot == text }, nil
	case "":
		return func(s payroll.FlowStep) bool { return s.Person == found.Person }, err
	}
	return nil, err
}
