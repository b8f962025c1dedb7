package desk

import (
	"zhida/payroll"
	"zhida/payroll/ledger"
	"zhida/rules/facts"
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
	places, err := r.desk.book.PlaceNames(r.Context())
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
	purses, err := r.purses(p.Fund, "")
	if err != nil {
		return err
	}
	p.purses(purses, places)
	p.whole(r.lang)
	_, _, today, err := r.desk.book.Letterhead(r.Context())
	if err != nil {
		return err
	}
	list, err := r.desk.book.Trend(r.Context(), today.Month(), p.Fund)
	if err != nil {
		return err
	}
	if p.Trend = trendOf(list, r.lang); p.Trend != nil {
		var rows []payroll.OverviewSum
		for _, x := range p.Trend.Rows {
			if !x.Deduction {
				rows = append(rows, payroll.OverviewSum{Name: x.Name, Fen: x.Sum})
			}
		}
		p.Items = sumBars(message.Word(r.lang, "各项目占这笔资金的份额"), rows)
	}
	return r.render(200, "fund", p.Name, p)
}

// purses adds the purses of villages up by township, whose pages have them one by one.
func (p *fundPage) purses(list []purseRow, places map[string]string) {
	for _, x := range list { // by place
		if n := len(p.Purses); n > 0 && x.Place != "" && p.Purses[n-1].Place == facts.Township(x.Place) {
			p.Purses[n-1].add(x)
			continue
		}
		x.Place = facts.Township(x.Place)
		x.PlaceName = places[x.Place]
		p.Purses = append(p.Purses, x)
	}
}

func (p *purseRow) add(x purseRow) {
	p.Received, p.Recovered, p.Assigned, p.Paid, p.SentUp = p.Received+x.Received, p.Recovered+x.Recovered, p.Assigned+x.Assigned, p.Paid+x.Paid, p.SentUp+x.SentUp
	for i, f := range x.Now {
		p.Now[i] += f
	}
}

// whole adds the purses up and draws where the money is.
func (p *fundPage) whole(lang message.Lang) {
	p.Whole.Now = make([]money.Fen, len(ledger.Stocks))
	for _, x := range p.Purses {
		p.Whole.add(x)
	}
	rows := []payroll.OverviewSum{{Name: message.Word(lang, ledger.Paid.Chinese()), Fen: p.Whole.Paid}, {Name: message.Word(lang, ledger.SentUp.Chinese()), Fen: p.Whole.SentUp}}
	for i, a := range ledger.Stocks {
		rows = append(rows, payroll.OverviewSum{Name: message.Word(lang, a.Chinese()), Fen: p.Whole.Now[i]})
	}
	p.Chart = sumBars(message.Word(lang, "金额（元）"), rows)
}

// fundFlowShow is the drawing of how a fund's money reached cards.
func fundFlowShow(r *request) error {
	fund := r.PathValue("fund")
	return r.flow(func(s payroll.FlowStep) bool { return s.Fund == fund })
}
