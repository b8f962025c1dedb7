package webreport

import (
	"cmp"
	"html/template"
	"maps"
	"slices"
	"strconv"
	"strings"

	"zhida/exporters/drawing"
	"zhida/payroll"
	"zhida/payroll/ledger"
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/message"
	"zhida/rules/money"
)

// page is what the template shows: texts and charts, ready made.
type page struct {
	Policy     string
	Style      template.CSS
	Script     template.JS
	PrintStyle template.CSS // page footers; made of digits only

	Title, Unit, Subject, Warning string
	Counted                       string // what is counted: 人, or 人次 where a person occurs several times
	Position                      int64
	Totals                        []totalRow
	Counts                        []labelled
	Again                         string // of the totals, what was paid before and came back; "" for nothing
	Batches                       []batchRow
	LeftOut                       []string
	Checks                        []checkRow

	Findings     []Finding
	FindingWords []labelled

	Trend      []chart
	TrendHeads []string
	TrendRows  []tableRow
	Small      []chart

	Tiles     []tile
	Towns     []chart
	TownHeads bool // with the month before
	TownRows  []townRow
	UnitRows  []townRow

	ItemRows []itemRow

	Shares      []chart
	ShareRows   []shareRow
	FundsNote   string
	FundRows    []fundRow
	Controls    []controlRow
	Differences []string

	Flow         flowView
	FlowTotal    string
	VillageFlows []flowView

	Bridges     []bridgeView
	Changes     []changeRow
	ChangeCount int

	Reasons []reasonRow
	Waiting []waitingRow
	Others  int
	Balance string

	States   []stateRow
	Bounces  []chart
	Back     []backRow
	MoreBack int

	Documents []payroll.ReportDocument
	Events    []eventRow
	Files     []payroll.ExportFile
	Seals     []sealRow
	Example   string // a batch for the commands

	Blocks []block
	People int
	Packed bool
}

// chart is an SVG drawing that package drawing has escaped.
type chart = template.HTML

type (
	labelled struct{ Label, Text string }
	sealRow  struct{ Batch, Digest, Signed string }
	totalRow struct{ Label, Fen, Capital string }
	tableRow struct {
		Label string
		Cells []string
		Sum   bool
	}
	batchRow struct {
		ID, Kind, Channel, State, Seal, People      string
		Roster, Payees, Lines                       int
		Gross, Deduction, Held, Owed, Reissued, Net string
	}
	checkRow struct{ What, LeftFrom, Left, RightFrom, Right, Difference string }
	tile     struct {
		Code, Name, Fen, Change string
		Heads, Shade            int
	}
	townRow struct {
		Code, Town, Name                                  string
		Lines, Heads, HeadsWas                            int
		Gross, Deduction, Held, Owed, Net, Before, Change string
	}
	itemRow struct {
		Name, Side, Institution     string
		Lines                       int
		Month, Back, Recover, Total string
		Sum                         bool
	}
	shareRow struct {
		Name, Code, Gross, Deduction, Moved, Reissued, Held, Owed, Pay string
	}
	fundRow struct {
		Name                                                 string
		Opening, Received, Recovered, Assigned, Paid, SentUp string
		Closing                                              []string
		Left                                                 string
		Wrong                                                bool
	}
	controlRow struct {
		Batch                                string
		Order, List, Credited, Back, Pending string
	}
	flowView struct {
		Town, Total string
		Chart       chart
		Rows        []flowRow
	}
	flowRow struct {
		Lot, Fund, Place, Where string
		Count                   int
		Fen                     string
	}
	bridgeView struct {
		Title, Before, Now, Difference, Open string
		Month                                bool // it is held against a month before
		Wrong                                bool
		Chart                                []chart
		Rows                                 []bridgeRow
	}
	bridgeRow struct {
		Part, Causes string
		Count        int
		Fen          string
	}
	changeRow struct {
		Name, Town, Subject, Before, Now, Fen, Cause string
	}
	reasonRow struct {
		Status, Reason string
		Count          int
		Held           string
	}
	waitingRow struct {
		Name, ID, Place, Status, Held, Reason string
	}
	stateRow struct {
		State string
		Count int
		Fen   string
	}
	backRow struct {
		ID, Name, Holder, Card, Fen, First, Cause, Reason, State, By, Replaces string
	}
	eventRow struct {
		Batch    string
		Position int64
		Time     string
		Actor    string
		Text     string
	}
)

// newPage makes everything of the page that is not a block.
func newPage(t *tally, checks []check, findings []Finding) (*page, error) {
	p := &page{Style: template.CSS(styleText), Script: template.JS(scriptText), Position: t.survey.Position, Blocks: t.pack.blocks, Packed: t.pack.on, People: t.all.roster}
	p.heading(t)
	p.Policy = policy(p.Style, p.PrintStyle)
	p.totals(t)
	p.findings(findings)
	for _, c := range checks {
		p.Checks = append(p.Checks, checkRow{c.what, c.leftFrom, c.shown(c.left), c.rightFrom, c.shown(c.right), c.shown(c.left - c.right)})
	}
	for _, fill := range []func(*tally){p.trend, p.towns, p.items, p.shares, p.funds, p.bridges, p.unpaid, p.back, p.papers} {
		fill(t)
	}
	return p, p.flow(t)
}

// heading says what the report is about, and on every printed page what it belongs to.
func (p *page) heading(t *tally) {
	s := t.survey
	h := s.Reports[0].Head()
	p.Unit, p.Counted = clean(h.Unit), "人"
	if len(s.Reports) > 1 {
		p.Counted = "人次"
	}
	mark := s.Month.String() + " 全部批次"
	p.Title = clean(h.County) + s.Month.Chinese() + "待遇发放审计报告"
	p.Subject = "全月 " + strconv.Itoa(len(s.Reports)) + " 个已审批批次"
	if !s.Whole {
		mark = "批次 " + h.Batch.ID.String() + "　封印 " + sealMark(h.Seal)
		p.Subject = h.Batch.Kind.Chinese() + " " + h.Batch.ID.String() + "　" + clean(h.Batch.Channel) + "　封印 " + sealMark(h.Seal)
		switch {
		case h.Batch.State == payroll.Cancelled:
			p.Warning = "本批次已作废，不得作为发放依据"
		case !h.Batch.State.Committed():
			p.Warning = "本批次未经审批，不得作为发放依据"
		}
	}
	p.PrintStyle = template.CSS(`@media print{@page{@bottom-left{content:"` + mark + `"}@bottom-right{content:"第 " counter(page) " 页　共 " counter(pages) " 页"}}}`)
	p.Example = h.Batch.ID.String()
	for _, b := range s.LeftOut {
		p.LeftOut = append(p.LeftOut, b.ID.String()+"（"+b.State.Chinese()+"）")
	}
}

// totals are the sums in figures and in capitals, as on a voucher.
func (p *page) totals(t *tally) {
	s := t.all
	for _, x := range []struct {
		label string
		fen   money.Fen
	}{{"应发合计", s.gross}, {"扣款合计", s.deduction}, {"重发退票", s.reissued}, {"缓发增减", s.held}, {"待扣增减", s.owed}, {"实发合计", s.pay}} {
		if x.label == "重发退票" && x.fen == 0 {
			continue
		}
		if x.label == "重发退票" {
			p.Again = x.fen.Grouped()
		}
		p.Totals = append(p.Totals, totalRow{x.label, x.fen.Grouped(), x.fen.Capital()})
	}
	for _, status := range statusOrder {
		p.Counts = append(p.Counts, labelled{statusWords[status], strconv.Itoa(t.status[status])})
	}
	for _, r := range t.survey.Reports {
		h := r.Head()
		b := h.Batch
		p.Batches = append(p.Batches, batchRow{b.ID.String(), b.Kind.Chinese(), clean(b.Channel), b.State.Chinese(), sealMark(h.Seal),
			orDash(b.Maker) + "、" + orDash(b.Checker) + "、" + orDash(b.Approver), b.Roster, b.Payees, b.Lines,
			b.Gross.Grouped(), b.Deduction.Grouped(), b.Held.Grouped(), b.Owed.Grouped(), b.Reissued.Grouped(), b.Net.Grouped()})
	}
}

// mostRows is how many rows a finding quotes.
const mostRows = 20

// findings come in their order: what stops, what somebody must look at, what was not run.
func (p *page) findings(list []Finding) {
	order := []Severity{Stop, Review, NotRun}
	count := map[Severity]int{}
	for _, f := range list {
		count[f.Severity]++
		f.Batch, f.Code, f.Subject, f.Text = clean(f.Batch), clean(f.Code), clean(f.Subject), clean(f.Text)
		f.Answer, f.By, f.Document = clean(f.Answer), clean(f.By), clean(f.Document)
		rows := make([]string, 0, mostRows+1)
		for _, r := range f.Rows[:min(len(f.Rows), mostRows)] {
			rows = append(rows, clean(r))
		}
		if len(f.Rows) > mostRows {
			rows = append(rows, "……共 "+strconv.Itoa(len(f.Rows))+" 行")
		}
		f.Rows = rows
		p.Findings = append(p.Findings, f)
	}
	slices.SortStableFunc(p.Findings, func(a, b Finding) int {
		return cmp.Compare(slices.Index(order, a.Severity), slices.Index(order, b.Severity))
	})
	for _, s := range order {
		p.FindingWords = append(p.FindingWords, labelled{severityWords[s], strconv.Itoa(count[s])})
	}
}

// Word is the severity in Chinese.
func (s Severity) Word() string { return cmp.Or(severityWords[s], string(s)) }

// put collects drawings.
func put(list *[]chart) func(svg string) {
	return func(svg string) { *list = append(*list, chart(svg)) }
}

// trend shows the months up to this one, in total and by item.
func (p *page) trend(t *tally) {
	var months []calendar.Month
	at := map[string]map[calendar.Month]money.Fen{}
	names := map[string]payroll.TrendSum{}
	gross := map[calendar.Month]money.Fen{}
	for _, x := range t.survey.Trend {
		if n := len(months); n == 0 || months[n-1] != x.Month {
			months = append(months, x.Month)
		}
		if at[x.Item] == nil {
			at[x.Item] = map[calendar.Month]money.Fen{}
		}
		at[x.Item][x.Month] += x.Fen
		names[x.Item] = x
		if !x.Deduction {
			gross[x.Month] += x.Fen
		}
	}
	labels := make([]string, len(months))
	for i, m := range months {
		labels[i] = m.String()
	}
	codes := slices.SortedFunc(maps.Keys(at), func(a, b string) int {
		return cmp.Or(cmp.Compare(boolRank(names[a].Deduction), boolRank(names[b].Deduction)), cmp.Compare(t.rank(a), t.rank(b)), cmp.Compare(a, b))
	})
	series := func(name string, of map[calendar.Month]money.Fen) drawing.Series {
		s := drawing.Series{Name: clean(name)}
		for _, m := range months {
			s.Fen = append(s.Fen, of[m])
		}
		return s
	}
	row := func(s drawing.Series, sum bool) tableRow {
		r := tableRow{Label: s.Name, Sum: sum}
		for _, f := range s.Fen {
			r.Cells = append(r.Cells, f.Grouped())
		}
		return r
	}
	var small []drawing.Series
	for _, code := range codes {
		name := names[code].ItemName
		if names[code].Deduction {
			name += "（扣款）"
		}
		s := series(name, at[code])
		small = append(small, s)
		p.TrendRows = append(p.TrendRows, row(s, false))
	}
	sum := series("应发合计", gross)
	p.TrendHeads, p.TrendRows = labels, append(p.TrendRows, row(sum, true))
	drawing.DrawColumns("近十二个月应发合计（万元）", labels, []drawing.Series{sum}, 1, put(&p.Trend))
	drawing.DrawColumns("近十二个月各项目（万元）", labels, small, 3, put(&p.Small))
}

// rank is the place of an item in print order; one of earlier months alone stands last.
func (t *tally) rank(code string) int {
	if i := slices.IndexFunc(t.items, func(it *itemSums) bool { return it.Code == code }); i >= 0 {
		return i
	}
	return len(t.items)
}

// shades is how many shades the tiles have, from the least to the most.
const shades = 5

// towns shows the townships as tiles, bars and a table, and the villages as a table.
func (p *page) towns(t *tally) {
	compared := map[string]payroll.ComparedSum{}
	for _, x := range t.survey.Compared {
		compared[x.Township] = x
	}
	p.TownHeads = len(compared) > 0
	for code, x := range compared {
		if t.towns[code] == nil { // everybody there is gone
			t.towns[code] = &sums{}
			t.names[code] = cmp.Or(clean(x.Name), code)
		}
	}
	codes := ordered(t.towns)
	var least, most money.Fen
	for i, code := range codes {
		if pay := t.towns[code].pay; i == 0 {
			least, most = pay, pay
		} else {
			least, most = min(least, pay), max(most, pay)
		}
	}
	var bars []drawing.Bar
	for _, code := range codes {
		s, x := t.towns[code], compared[code]
		row := t.townRow(code, s)
		shade := 1 + int(int64(s.pay-least)*shades/int64(most-least+1))
		cell := tile{code, row.Name, row.Net, "", s.heads, shade}
		if p.TownHeads {
			row.Before, row.HeadsWas, row.Change = x.Before.Grouped(), x.HeadsWas, signed(x.Now-x.Before)
			cell.Change = row.Change
		}
		p.Tiles = append(p.Tiles, cell)
		p.TownRows = append(p.TownRows, row)
		bars = append(bars, drawing.Bar{Label: row.Name, Fen: s.pay, Before: x.Before, Note: strconv.Itoa(s.heads) + " " + p.Counted})
	}
	for _, code := range ordered(t.units) {
		p.UnitRows = append(p.UnitRows, t.townRow(code, t.units[code]))
	}
	drawing.DrawBars("各乡镇实发（元）", drawing.Bars{List: bars, Outlines: p.TownHeads}, put(&p.Towns))
}

func (t *tally) townRow(code string, s *sums) townRow {
	r := townRow{Code: code, Town: t.names[facts.Township(code)], Name: t.names[code], Lines: s.lines, Heads: s.heads, Gross: s.gross.Grouped(), Deduction: s.deduction.Grouped(),
		Held: s.held.Grouped(), Owed: s.owed.Grouped(), Net: s.pay.Grouped()}
	if len(code) != 12 {
		r.Town = r.Name
	}
	return r
}

// signed is an amount whose direction also stands in words: ▲ more, ▼ less.
func signed(f money.Fen) string {
	switch {
	case f > 0:
		return "▲ " + f.Grouped()
	case f < 0:
		return "▼ " + (-f).Grouped()
	}
	return "持平"
}

// items lists what is due, then what is withheld, each with its sum.
func (p *page) items(t *tally) {
	side := func(deduction bool, word, label string) {
		sum := itemSums{}
		for _, it := range t.items {
			if it.Deduction != deduction {
				continue
			}
			sum.lines, sum.month, sum.back, sum.recover = sum.lines+it.lines, sum.month+it.month, sum.back+it.back, sum.recover+it.recover
			p.ItemRows = append(p.ItemRows, itemRow{clean(it.Name), word, orDash(it.Institution), it.lines, it.month.Grouped(), it.back.Grouped(), it.recover.Grouped(), it.total().Grouped(), false})
		}
		p.ItemRows = append(p.ItemRows, itemRow{label, "", "", sum.lines, sum.month.Grouped(), sum.back.Grouped(), sum.recover.Grouped(), sum.total().Grouped(), true})
	}
	side(false, "应发", "应发合计")
	side(true, "扣款", "扣款合计")
}

// shares shows what each fund gives.
func (p *page) shares(t *tally) {
	var bars []drawing.Bar
	var sum payroll.ReportShare
	for _, code := range slices.Sorted(maps.Keys(t.shares)) {
		x := t.shares[code]
		name := clean(cmp.Or(x.Name, code, "（未写明资金）"))
		p.ShareRows = append(p.ShareRows, shareRow{name, clean(code), x.Gross.Grouped(), x.Deduction.Grouped(), x.Moved.Grouped(), x.Reissued.Grouped(), x.Held.Grouped(), x.Owed.Grouped(), x.Pay.Grouped()})
		bars = append(bars, drawing.Bar{Label: name, Fen: x.Pay, Note: percent(x.Pay, t.all.pay)})
		sum.Gross, sum.Deduction, sum.Moved, sum.Reissued = sum.Gross+x.Gross, sum.Deduction+x.Deduction, sum.Moved+x.Moved, sum.Reissued+x.Reissued
		sum.Held, sum.Owed, sum.Pay = sum.Held+x.Held, sum.Owed+x.Owed, sum.Pay+x.Pay
	}
	if len(bars) == 0 {
		return
	}
	p.ShareRows = append(p.ShareRows, shareRow{"合计", "", sum.Gross.Grouped(), sum.Deduction.Grouped(), sum.Moved.Grouped(), sum.Reissued.Grouped(), sum.Held.Grouped(), sum.Owed.Grouped(), sum.Pay.Grouped()})
	drawing.DrawBars("各笔资金实发（元）", drawing.Bars{List: bars}, put(&p.Shares))
}

// percent is a share in hundredths, rounded half up.
func percent(part, whole money.Fen) string {
	if whole <= 0 || part < 0 {
		return ""
	}
	n := (int64(part)*10000 + int64(whole)/2) / int64(whole)
	return strconv.FormatInt(n/100, 10) + "." + strconv.FormatInt(n/10%10, 10) + strconv.FormatInt(n%10, 10) + "%"
}

// funds shows the closing of the month, or how things stand, fund by fund.
func (p *page) funds(t *tally) {
	f := t.survey.Funds
	if f == nil {
		p.FundsNote = t.survey.FundsWhy.Text(message.Chinese) + "。"
		return
	}
	p.FundsNote = "本月没有关账；以下是上次关账以后到日志第 " + strconv.FormatInt(f.To, 10) + " 条的情况。"
	if f.Closed != 0 {
		p.FundsNote = "本月已关账，关账记在日志第 " + strconv.FormatInt(f.Closed, 10) + " 条。"
	}
	var all ledger.Closing
	all.Opening, all.Stock = ledger.Sheet{}, ledger.Sheet{}
	for i := 0; i < len(f.Purses); {
		name := clean(f.Purses[i].FundName)
		c := ledger.Closing{Opening: ledger.Sheet{}, Stock: ledger.Sheet{}}
		for fund := f.Purses[i].Fund; i < len(f.Purses) && f.Purses[i].Fund == fund; i++ {
			addClosing(&c, f.Purses[i].Closing)
		}
		addClosing(&all, c)
		p.FundRows = append(p.FundRows, fundRowOf(name, c))
	}
	if len(p.FundRows) > 0 {
		p.FundRows = append(p.FundRows, fundRowOf("合计", all))
	}
	for _, x := range f.Totals {
		p.Controls = append(p.Controls, controlRow{x.Batch.String(), x.Order.Grouped(), x.List.Grouped(), x.Credited.Grouped(), x.Back.Grouped(), x.Pending.Grouped()})
	}
	for _, d := range f.Differences {
		p.Differences = append(p.Differences, clean(d.Message.Text(message.Chinese)))
	}
}

func addClosing(sum *ledger.Closing, c ledger.Closing) {
	for _, a := range ledger.Stocks {
		sum.Opening[a] += c.Opening[a]
		sum.Stock[a] += c.Stock[a]
	}
	sum.Received, sum.Recovered, sum.Assigned = sum.Received+c.Received, sum.Recovered+c.Recovered, sum.Assigned+c.Assigned
	sum.Paid, sum.SentUp = sum.Paid+c.Paid, sum.SentUp+c.SentUp
}

func fundRowOf(name string, c ledger.Closing) fundRow {
	var opening money.Fen
	r := fundRow{Name: name, Received: c.Received.Grouped(), Recovered: c.Recovered.Grouped(), Assigned: c.Assigned.Grouped(), Paid: c.Paid.Grouped(), SentUp: c.SentUp.Grouped(),
		Left: c.Unexplained().Grouped(), Wrong: c.Unexplained() != 0}
	for _, a := range ledger.Stocks {
		opening += c.Opening[a]
		r.Closing = append(r.Closing, c.Stock[a].Grouped())
	}
	r.Opening = opening.Grouped()
	return r
}

// flow draws where the money came from and went: by township, and for each township by
// village.
func (p *page) flow(t *tally) error {
	whole := ways{}
	towns := map[string]ways{}
	var sum money.Fen
	for _, x := range t.survey.Flow {
		k := way{lot: clean(cmp.Or(x.Lot, "没有来源")), fund: clean(cmp.Or(x.FundName, x.Fund, "（未写明资金）")), place: "全县", where: x.Where}
		sum += x.Fen
		code := facts.Township(x.Place)
		if x.Place != "" {
			k.place = cmp.Or(t.names[code], clean(x.PlaceName))
		}
		whole.add(k, x)
		if len(x.Place) != 12 {
			continue
		}
		if towns[code] == nil {
			towns[code] = ways{}
		}
		k.place = cmp.Or(t.names[x.Place], clean(x.PlaceName))
		towns[code].add(k, x)
	}
	p.FlowTotal = sum.Grouped()
	if len(whole) == 0 {
		return nil
	}
	var err error
	if p.Flow, err = whole.view("资金流向（元）", "单位"); err != nil {
		return err
	}
	for _, code := range slices.Sorted(maps.Keys(towns)) {
		v, err := towns[code].view(cmp.Or(t.names[code], code)+"到村的资金流向（元）", "村（社区）")
		if err != nil {
			return err
		}
		v.Town = cmp.Or(t.names[code], code)
		p.VillageFlows = append(p.VillageFlows, v)
	}
	return nil
}

// way is what money of the same origin, fund, place and end has in common.
type way struct{ lot, fund, place, where string }

// ways add money up by its way.
type ways map[way]*payroll.FlowSum

func (w ways) add(k way, x payroll.FlowSum) {
	if w[k] == nil {
		w[k] = &payroll.FlowSum{}
	}
	w[k].Count += x.Count
	w[k].Fen += x.Fen
}

// view draws the ways and lists them.
func (w ways) view(title, place string) (v flowView, err error) {
	var sum money.Fen
	var flows []drawing.Flow
	for _, k := range slices.SortedFunc(maps.Keys(w), func(a, b way) int {
		return cmp.Or(cmp.Compare(a.lot, b.lot), cmp.Compare(a.fund, b.fund), cmp.Compare(a.place, b.place), cmp.Compare(a.where, b.where))
	}) {
		sum += w[k].Fen
		flows = append(flows, drawing.Flow{Stations: []string{k.lot, k.fund, k.place, k.where}, Fen: w[k].Fen})
		v.Rows = append(v.Rows, flowRow{k.lot, k.fund, k.place, k.where, w[k].Count, w[k].Fen.Grouped()})
	}
	v.Total = sum.Grouped()
	var b strings.Builder
	err = drawing.WriteFlow(&b, drawing.Captions{Title: title, Headings: []string{"来源", "资金", place, "去向"}, Nothing: "没有资金流动", Others: "其他"}, flows)
	v.Chart = chart(b.String())
	return v, err
}

// bridges lead from what the month before was paid to what this month pays.
func (p *page) bridges(t *tally) {
	for i, b := range t.bridges {
		if b == nil {
			continue
		}
		h := t.survey.Reports[i].Head()
		v := bridgeView{Title: h.Batch.ID.String() + "（" + clean(h.Batch.Channel) + "）", Before: b.Before.Grouped(), Now: b.Now.Grouped(), Difference: signed(b.Now - b.Before), Open: b.Open().Grouped(), Wrong: b.Open() != 0,
			Month: h.Batch.Kind == payroll.Regular}
		var bars []drawing.Bar
		for _, s := range b.Steps {
			part, causes := payroll.PartChinese(s.Part), payroll.VarianceChinese(s.Causes)
			v.Rows = append(v.Rows, bridgeRow{part, causes, s.Count, signed(s.Fen)})
			bars = append(bars, drawing.Bar{Label: causes, Fen: s.Fen, Note: part})
		}
		drawing.DrawBars("增减的构成（元）", drawing.Bars{List: bars}, put(&v.Chart))
		p.Bridges = append(p.Bridges, v)
	}
	p.ChangeCount = t.changes
	for _, c := range t.largest {
		p.Changes = append(p.Changes, changeRow{clean(c.Name), t.placeName(c.Township, c.Village), clean(c.Subject()), c.Before.Grouped(), c.Now.Grouped(), signed(c.Now - c.Before), clean(cmp.Or(c.Cause, c.Reason))})
	}
}

// placeName is a village with its township, since villages of two townships may have the
// same name; of a place that only an earlier batch knows the code.
func (t *tally) placeName(township, village string) string {
	name := cmp.Or(t.names[township], clean(township))
	if village != "" {
		name += cmp.Or(t.names[village], clean(village))
	}
	return name
}

// mostReasons is how many reasons a list has; the others are one row.
const mostReasons = 40

// unpaid lists why people are not paid, or not wholly.
func (p *page) unpaid(t *tally) {
	list := slices.SortedFunc(maps.Values(t.reasons), func(a, b *unpaid) int {
		return cmp.Or(cmp.Compare(slices.Index(statusOrder, a.status), slices.Index(statusOrder, b.status)), -cmp.Compare(a.count, b.count), cmp.Compare(a.reason, b.reason))
	})
	rest := unpaid{}
	for i, x := range list {
		if i >= mostReasons {
			rest.count, rest.held = rest.count+x.count, rest.held+x.held
			continue
		}
		word := statusWords[x.status]
		if x.status == payroll.Paid {
			word = "部分缓发、补发缓发"
		}
		p.Reasons = append(p.Reasons, reasonRow{word, orDash(x.reason), x.count, x.held.Grouped()})
	}
	if rest.count > 0 {
		p.Reasons = append(p.Reasons, reasonRow{"其他", "其余 " + strconv.Itoa(len(list)-mostReasons) + " 种原因，见逐人明细", rest.count, rest.held.Grouped()})
	}
	for _, x := range t.waiting {
		p.Waiting = append(p.Waiting, waitingRow{clean(x.Name), clean(x.IDMasked), t.placeName(x.Township, x.Village), statusWords[x.Status], x.Held.Grouped(), orDash(x.Reason)})
	}
	p.Others, p.Balance = t.others, t.balance.Grouped()
}

// mostBack is how many returned and reissued payments are listed.
const mostBack = 500

// back shows what became of the payments, and those that did not arrive at first.
func (p *page) back(t *tally) {
	for _, s := range t.survey.States {
		p.States = append(p.States, stateRow{s.State.Chinese(), s.Count, s.Fen.Grouped()})
	}
	count, fen := map[payroll.ReturnCause]int{}, map[payroll.ReturnCause]money.Fen{}
	for _, b := range t.survey.Back {
		if b.First.State != "" {
			count[b.First.Cause]++
			fen[b.First.Cause] += b.Fen
		}
		if len(p.Back) >= mostBack {
			p.MoreBack++
			continue
		}
		row := backRow{ID: b.ID().String(), Name: clean(b.Name), Holder: clean(b.Holder), Card: b.Card.String(), Fen: b.Fen.Grouped(), State: b.State.Chinese(), By: orDash(b.By), First: "—", Cause: "—", Reason: "—", Replaces: "—"}
		if b.First.State != "" {
			row.First, row.Cause, row.Reason = day(b.First.Date)+" "+b.First.State.Chinese(), b.First.Cause.Chinese(), orDash(b.First.Reason)
		}
		if b.Replaces != (payroll.PaymentID{}) {
			row.Replaces = b.Replaces.String()
		}
		p.Back = append(p.Back, row)
	}
	if len(count) == 0 {
		return
	}
	var bars []drawing.Bar
	for _, c := range slices.SortedFunc(maps.Keys(count), func(a, b payroll.ReturnCause) int { return cmp.Or(-cmp.Compare(fen[a], fen[b]), cmp.Compare(a, b)) }) {
		bars = append(bars, drawing.Bar{Label: c.Chinese(), Fen: fen[c], Note: strconv.Itoa(count[c]) + " 笔"})
	}
	drawing.DrawBars("没有入账的原因（元）", drawing.Bars{List: bars}, put(&p.Bounces))
}

// papers are the documents in force, who did what, and the files with their digests.
func (p *page) papers(t *tally) {
	seen := map[string]bool{}
	for _, r := range t.survey.Reports {
		h := r.Head()
		for _, d := range h.Documents {
			if !seen[d.Digest] {
				seen[d.Digest] = true
				d.Number, d.Title, d.Issuer = clean(d.Number), clean(d.Title), clean(d.Issuer)
				p.Documents = append(p.Documents, d)
			}
		}
		for _, e := range h.Events {
			p.Events = append(p.Events, eventRow{h.Batch.ID.String(), e.Position, clock(e.Time), clean(e.Actor), clean(cmp.Or(e.Text, e.Kind))})
		}
		p.Seals = append(p.Seals, sealRow{h.Batch.ID.String(), cmp.Or(h.Seal, "尚未审批，没有封印"), cmp.Or(h.SealSum, "—")})
	}
	for _, f := range t.survey.Files {
		f.Name = clean(f.Name)
		p.Files = append(p.Files, f)
	}
}
