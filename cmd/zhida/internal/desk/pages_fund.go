package desk

import (
	"zhida/payroll"
	"zhida/payroll/ledger"
	"zhida/rules/message"
	"zhida/rules/money"
)

// fundPage is one fund: what brought it money, where that is now, and which items it pays.
type fundPage struct {
	Fund, Name string
	Incomes    []incomeRow
	Brought    money.Fen
	Stocks     []ledger.Account
	Purses     []purseRow
	Whole      purseRow // all purses together
	Chart      drawings // where the money is
	Trend      *trendView
	Items      drawings
}

type incomeRow struct {
	payroll.FundIncome
	PlaceName string
}

func fundShow(r *request) error {
	p := fundPage{Fund: r.PathValue("fund"), Stocks: ledger.Stocks}
	names, err := r.desk.book.FundNames(r.Context())
	if err != nil {
		return err
	}
	if p.Name = names[p.Fund]; p.Name == "" {
		return message.Err("desk.no_page")
	}
	places, err := r.placeNames()
	if err != nil {
		return err
	}
	incomes, err := r.desk.book.FundIncome(r.Context(), p.Fund)
	if err != nil {
		return err
	}
	for _, x := range incomes {
		p.Incomes = append(p.Incomes, incomeRow{x, places[x.Place]})
		p.Brought += x.Fen
	}
	if p.Purses, err = r.purses(p.Fund, ""); err != nil {
		return err
	}
	p.whole(r.lang)
	s, err := r.desk.book.Standing(r.Context(), 0)
	if err != nil {
		return err
	}
	list, err := r.desk.book.Trend(r.Context(), s.Today.Month(), p.Fund)
	if err != nil {
		return err
	}
	if p.Trend = trendOf(list, r.lang); p.Trend != nil {
		var rows []sumRow
		for _, x := range p.Trend.Rows {
			if !x.Deduction {
				rows = append(rows, sumRow{Name: x.Name, Fen: x.Sum})
			}
		}
		p.Items = sumBars(message.Word(r.lang, "各项目占这笔资金的份额"), rows)
	}
	return r.render(200, "fund", p.Name, p)
}

// whole adds the purses up and draws where the money is.
func (p *fundPage) whole(lang message.Lang) {
	p.Whole.Now = make([]money.Fen, len(ledger.Stocks))
	for _, x := range p.Purses {
		p.Whole.Received += x.Received
		p.Whole.Recovered += x.Recovered
		p.Whole.Paid += x.Paid
		p.Whole.SentUp += x.SentUp
		for i, f := range x.Now {
			p.Whole.Now[i] += f
		}
	}
	rows := []sumRow{{Name: message.Word(lang, ledger.Paid.Chinese()), Fen: p.Whole.Paid}, {Name: message.Word(lang, ledger.SentUp.Chinese()), Fen: p.Whole.SentUp}}
	for i, a := range ledger.Stocks {
		rows = append(rows, sumRow{Name: message.Word(lang, a.Chinese()), Fen: p.Whole.Now[i]})
	}
	p.Chart = sumBars(message.Word(lang, "钱现在在哪里"), rows)
}

// fundFlowShow is the drawing of how a fund's money reached cards.
func fundFlowShow(r *request) error {
	fund := r.PathValue("fund")
	return r.flow(func(s payroll.FlowStep) bool { return s.Fund == fund })
}
