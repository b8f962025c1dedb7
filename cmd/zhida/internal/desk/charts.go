package desk

import (
	"cmp"
	"html/template"
	"maps"
	"slices"
	"strconv"

	"zhida/exporters/drawing"
	"zhida/payroll"
	"zhida/rules/calendar"
	"zhida/rules/message"
	"zhida/rules/money"
)

// drawings are charts as SVG, drawn by this program from words that it escapes. Beside each stands a table with the same amounts.
type drawings []picture

type picture struct {
	Title string // above it; "" where the chart before goes on, or the chart has its own
	SVG   template.HTML
}

// titled takes the drawings of one chart.
func (d *drawings) titled(title string) func(svg string) {
	return func(svg string) {
		*d = append(*d, picture{title, template.HTML(svg)})
		title = ""
	}
}

// bars draws one bar a row.
func bars(title string, list []drawing.Bar, outlines bool) (d drawings) {
	if len(list) > 0 {
		drawing.DrawBars(title, drawing.Bars{List: list, Outlines: outlines}, d.titled(title))
	}
	return d
}

// trendView is items by month: the sum as columns, each item as a small panel, and all amounts in a table.
type trendView struct {
	Months []calendar.Month
	Rows   []trendRow
	Sum    trendRow // without deductions
	Whole  drawings
	Items  drawings
}

type trendRow struct {
	Name      string
	Deduction bool
	Fen       []money.Fen // by month
	Sum       money.Fen
}

// trendOf lays sums out by month.
func trendOf(list []payroll.TrendSum, lang message.Lang) *trendView {
	if len(list) == 0 {
		return nil
	}
	v := &trendView{}
	for _, x := range list { // by month
		if n := len(v.Months); n == 0 || v.Months[n-1] != x.Month {
			v.Months = append(v.Months, x.Month)
		}
	}
	at := map[string]*trendRow{}
	v.Sum = trendRow{Name: message.Word(lang, "应发"), Fen: make([]money.Fen, len(v.Months))}
	for _, x := range list {
		row := at[x.Item]
		if row == nil {
			row = &trendRow{Name: x.ItemName, Deduction: x.Deduction, Fen: make([]money.Fen, len(v.Months))}
			at[x.Item] = row
		}
		for _, r := range []*trendRow{row, &v.Sum} {
			if r == &v.Sum && x.Deduction {
				continue
			}
			r.Fen[slices.Index(v.Months, x.Month)] += x.Fen
			r.Sum += x.Fen
		}
	}
	for _, code := range slices.Sorted(maps.Keys(at)) {
		v.Rows = append(v.Rows, *at[code])
	}
	slices.SortStableFunc(v.Rows, func(a, b trendRow) int {
		return cmp.Or(compareBool(a.Deduction, b.Deduction), -cmp.Compare(a.Sum, b.Sum))
	})
	labels := make([]string, len(v.Months))
	for i, m := range v.Months {
		labels[i] = m.String()
	}
	var panels []drawing.Series
	for _, r := range v.Rows {
		panels = append(panels, drawing.Series{Name: r.Name, Fen: r.Fen})
	}
	unit := message.Word(lang, "（万元）")
	drawing.DrawColumns(v.Sum.Name+unit, labels, []drawing.Series{{Name: v.Sum.Name + unit, Fen: v.Sum.Fen}}, 1, v.Whole.titled(""))
	drawing.DrawColumns(message.Word(lang, "按项目")+unit, labels, panels, 3, v.Items.titled(""))
	return v
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// monthBars draws exact amounts by month, for sums too small for units of ten thousand yuan.
func monthBars(title string, months []calendar.Month, fen []money.Fen) drawings {
	var list []drawing.Bar
	for i, m := range months {
		list = append(list, drawing.Bar{Label: m.String(), Fen: fen[i]})
	}
	return bars(title, list, false)
}

// part is how much of a whole an amount is, in words; "" where there is no whole.
func part(f, whole money.Fen) string {
	if whole <= 0 || f < 0 {
		return ""
	}
	tenths := (int64(f)*2000 + int64(whole)) / (2 * int64(whole)) // rounded half up
	return strconv.FormatInt(tenths/10, 10) + "." + strconv.FormatInt(tenths%10, 10) + "%"
}

// sumBars is a bar for each row, with its part of the whole.
func sumBars(title string, rows []payroll.OverviewSum) drawings {
	var whole money.Fen
	for _, x := range rows {
		whole += x.Fen
	}
	var list []drawing.Bar
	for _, x := range rows {
		list = append(list, drawing.Bar{Label: x.Name, Fen: x.Fen, Note: part(x.Fen, whole)})
	}
	return bars(title, list, false)
}

// shareRows are the funds of a batch with what each pays.
func shareRows(shares []payroll.ReportShare) (rows []payroll.OverviewSum) {
	for _, x := range shares {
		rows = append(rows, payroll.OverviewSum{Name: cmp.Or(x.Name, x.Code), Fen: x.Pay})
	}
	return rows
}

// bounceRows are payments that came back by what the bank said, the most first.
func bounceRows(list []payroll.PaidOut, lang message.Lang) (rows []payroll.OverviewSum) {
	at := map[string]*payroll.OverviewSum{}
	for _, p := range list {
		name := message.Word(lang, p.Cause.Chinese())
		if at[name] == nil {
			at[name] = &payroll.OverviewSum{Name: name}
		}
		at[name].Lines++
		at[name].Fen += p.Fen
	}
	for _, name := range slices.Sorted(maps.Keys(at)) {
		rows = append(rows, *at[name])
	}
	slices.SortStableFunc(rows, func(a, b payroll.OverviewSum) int { return -cmp.Compare(a.Fen, b.Fen) })
	return rows
}
