package workbook

import (
	"cmp"
	"fmt"

	"github.com/xuri/excelize/v2"

	"zhida/payroll"
	"zhida/rules/calendar"
	"zhida/rules/money"
)

// sumAt is where the totals of a summary stand, for the checks, and what they are.
// A total that the summary does not have is an empty cell.
type sumAt struct {
	name                                  string
	lines, gross, deduction, others, both cell // of the detail; both: gross or deduction, whichever the rows are
	payees, held, owed, pay               cell // of the roster
}

// shortHead is the row of the headings on sheets that have no row above them for
// totals or numbers.
const shortHead = totalRow

// refer makes a cell that shows a total of another sheet.
func (s *sheet) refer(col, row int, c cell) cell {
	return c.by(fmt.Sprintf("%s!$%s$%d", quote(s.name), letters[col], row)).as(columnStyle)
}

// summary is a small sheet with headings in row headRow and a row of totals below.
type summary struct {
	*sheet
	sums []int64 // by column, for those that are added up
}

func (a *audit) newSummary(name, title string, keys int, cols ...column) (*summary, error) {
	s, err := a.book.newSheet(name, cols, 1)
	if err != nil {
		return nil, err
	}
	s.keys, s.frozen, s.filter = keys, headRow, headRow
	return &summary{sheet: s, sums: make([]int64, len(cols))}, s.heading(&s.body, title)
}

// add writes a row and adds it to the totals.
func (s *summary) add(cells ...cell) error {
	n := 1
	for i, c := range cells {
		if c.kind == textCell {
			n = max(n, lines(c.text, s.cols[i].chars))
		} else {
			s.sums[i] += c.number
		}
	}
	return s.body.add(rowHeight(n), cells...)
}

// totals writes the row of totals under the rows from first on; it returns its number.
func (s *summary) totals(label string, first int) (int, error) {
	row := s.body.next
	s.filtered = row - 1
	cells := blanks(s.printed(), totalText)
	cells[1] = text(label).as(totalText)
	for i, c := range s.cols[:s.printed()] {
		if c.total {
			cells[i] = s.sum(i, first, row-1)
		}
	}
	return row, s.body.add(20, cells...)
}

// sum is the total of a column between two rows.
func (s *summary) sum(col, first, last int) cell {
	if last < first {
		return fen(0).as(totalMoney)
	}
	r := fmt.Sprintf("SUM(%s%d:%s%d)", letters[col], first, letters[col], last)
	if s.cols[col].style == countStyle {
		return number(s.sums[col]).by(r).as(totalCount)
	}
	return fen(money.Fen(s.sums[col])).by("ROUND(" + r + ",2)").as(totalMoney)
}

// placeSheet says what the two summaries by place have different.
type placeSheet struct {
	name, title        string
	list               []*placeSums
	detailKey, rollKey int // columns of the place in the detail and in the roster
	key                func(*placeSums) int64
	label              func(*placeSums) []cell
	cols               []column
	finish             func(s *summary, first, last, items int)
}

func (a *audit) byTownship() (*sheet, error) {
	return a.byPlace(&a.towns, placeSheet{
		name: "乡镇汇总", title: "乡镇（街道）发放汇总表", list: ordered(a.byTown), detailKey: dTownshipKey, rollKey: pTownKey,
		key:    func(p *placeSums) int64 { return p.townKey },
		label:  func(p *placeSums) []cell { return []cell{text(p.township)} },
		cols:   []column{colTownship.wide(14)},
		finish: a.chart,
	})
}

func (a *audit) byVillage() (*sheet, error) {
	return a.byPlace(&a.villages, placeSheet{
		name: "村级汇总", title: "村（社区）发放汇总表", list: ordered(a.byUnit), detailKey: dPlaceKey, rollKey: pPlaceKey,
		key: func(p *placeSums) int64 { return p.unitKey },
		label: func(p *placeSums) []cell {
			return []cell{text(p.township), text(cmp.Or(p.village, "乡镇（街道）本级"))}
		},
		cols: []column{colTownship.wide(14), colVillage.wide(16)},
	})
}

func (c column) wide(chars int) column { c.chars = chars; return c }

// Columns after the items, counted from the first of them.
const (
	sGross = iota
	sDeduction
	sNet
	sHeld
	sOwed
	sPay
	sKey
)

// byPlace makes a summary by township or village: amounts from the detail, where
// a line stands under the place it belongs to; persons and payments from the
// roster, where a person stands under the place of the end of the month.
func (a *audit) byPlace(at *sumAt, p placeSheet) (*sheet, error) {
	cols := append([]column{colSerial}, p.cols...)
	cols = append(cols, column{head: "发放人数", chars: 7, style: countStyle, total: true}, column{head: "明细笔数", chars: 7, style: countStyle, total: true})
	items := len(cols)
	for _, item := range a.head.Items {
		cols = append(cols, colSum(item.Name))
	}
	after := len(cols)
	cols = append(cols, colSum("应发合计"), colSum("扣款合计"), colSum("应发减扣款"), colSum("缓发增减"), colSum("待扣增减"), colSum("实发"),
		column{head: "代码", chars: 14, style: keyStyle})
	s, err := a.newSummary(p.name, p.title, 1, cols...)
	if err != nil {
		return nil, err
	}
	if err := a.itemNumbers(s, items); err != nil {
		return nil, err
	}
	first := s.body.next
	for i, place := range p.list {
		cells := append([]cell{number(int64(i + 1))}, p.label(place)...)
		if err := s.add(append(cells, a.placeCells(s, p, place, items, after)...)...); err != nil {
			return nil, err
		}
	}
	last := s.body.next - 1
	row, err := s.totals("合计", first)
	if err != nil {
		return nil, err
	}
	*at = sumAt{name: p.name, gross: s.at(after+sGross, row), deduction: s.at(after+sDeduction, row),
		held: s.at(after+sHeld, row), owed: s.at(after+sOwed, row), pay: s.at(after+sPay, row), payees: s.at(items-2, row), lines: s.at(items-1, row)}
	note := "各项目、应发、扣款取自明细，按每笔的归属地；发放人数、缓发、待扣、实发取自人员，按人员月末所在地；月中调动和补发以前任职的，两者不在同一行。"
	if err := s.body.add(16, text(note).as(noteStyle)); err != nil {
		return nil, err
	}
	if p.finish != nil {
		p.finish(s, first, last, items)
	}
	return s.sheet, nil
}

// at refers to a total of the summary.
func (s *summary) at(col, row int) cell {
	c := fen(money.Fen(s.sums[col]))
	if s.cols[col].style == countStyle {
		c = number(s.sums[col])
	}
	return s.refer(col, row, c)
}

func colSum(head string) column {
	return column{head: head, chars: 14, style: moneyStyle, total: true}
}

// itemNumbers writes the row of numbers by which the formulas find the items, and
// the headings.
func (a *audit) itemNumbers(s *summary, items int) error {
	cells := blanks(s.printed(), noteStyle)
	if len(a.head.Items) > 0 {
		cells[items-1] = text("项目号").as(keyHead)
	}
	for i := range a.head.Items {
		cells[items+i] = number(int64(i + 1)).as(keyStyle)
	}
	if err := s.body.add(14, cells...); err != nil {
		return err
	}
	return s.body.add(30, s.heads()...)
}

// placeCells are the cells of a place from the number of payees on.
func (a *audit) placeCells(s *summary, p placeSheet, place *placeSums, items, after int) []cell {
	row := s.body.next
	key := fmt.Sprintf("$%s%d", letters[after+sKey], row)
	inDetail, inRoll := condition{p.detailKey, key}, condition{p.rollKey, key}
	cells := []cell{
		number(place.payees).by(a.people.countIf(inRoll, condition{pPay, `">0"`})),
		number(place.lines).by(a.detail.countIf(inDetail)),
	}
	for i, item := range a.head.Items {
		is := condition{dItemKey, fmt.Sprintf("%s$%d", letters[items+i], totalRow)}
		cells = append(cells, fen(place.items[i]).by(a.detail.sum(amountOf(item), inDetail, is)))
	}
	net := fmt.Sprintf("ROUND(%s%d-%s%d,2)", letters[after+sGross], row, letters[after+sDeduction], row)
	return append(cells,
		fen(place.gross).by(a.detail.sum(dGross, inDetail)),
		fen(place.deduction).by(a.detail.sum(dDeduction, inDetail)),
		fen(place.gross-place.deduction).by(net),
		fen(place.held).by(a.people.sum(pHeld, inRoll)),
		fen(place.owed).by(a.people.sum(pOwed, inRoll)),
		fen(place.pay).by(a.people.sum(pPay, inRoll)),
		number(p.key(place)))
}

// amountOf is the column of the detail that holds the amounts of an item.
func amountOf(item payroll.ReportItem) int {
	if item.Deduction {
		return dDeduction
	}
	return dGross
}

// Columns of the summary by item.
const (
	iNumber = iota
	iName
	iSide
	iInstitution
	iLines
	iMonth
	iBack
	iRecover
	iTotal
)

func (a *audit) byItem() (*sheet, error) {
	s, err := a.newSummary("项目汇总", "发放项目汇总表", 0,
		column{head: "项目号", chars: 7, style: plainStyle}, column{head: "项目", chars: 24, style: textStyle}, column{head: "性质", chars: 8, style: centreStyle},
		column{head: "代扣款收款单位", chars: 30, style: textStyle}, column{head: "笔数", chars: 9, style: countStyle, total: true},
		colSum("本月"), colSum("其他月份补发"), colSum("其他月份扣回"), colSum("合计"))
	if err != nil {
		return nil, err
	}
	s.filter, s.frozen = 0, shortHead
	if err := s.body.add(26, s.heads()...); err != nil {
		return nil, err
	}
	gross, err := a.itemBlock(s, false, "应发小计")
	if err != nil {
		return nil, err
	}
	deduction, err := a.itemBlock(s, true, "扣款小计")
	if err != nil {
		return nil, err
	}
	a.byItems = sumAt{name: s.name, gross: gross.both, deduction: deduction.both,
		lines:  number(gross.lines.number + deduction.lines.number).by(gross.lines.formula + "+" + deduction.lines.formula),
		others: fen(money.Fen(gross.others.number + deduction.others.number)).by("ROUND(" + gross.others.formula + "+" + deduction.others.formula + ",2)")}
	return s.sheet, a.netRow(s, iTotal, gross.both, deduction.both)
}

// itemBlock writes the items of one side and their subtotal.
func (a *audit) itemBlock(s *summary, deduction bool, label string) (sumAt, error) {
	clear(s.sums)
	first := s.body.next
	for i, item := range a.head.Items {
		if item.Deduction != deduction {
			continue
		}
		if err := s.add(a.itemCells(s.body.next, i)...); err != nil {
			return sumAt{}, err
		}
	}
	row, err := s.totals(label, first)
	others := s.at(iBack, row)
	others.number += s.sums[iRecover]
	others.formula += "+" + s.at(iRecover, row).formula
	return sumAt{lines: s.at(iLines, row), others: others, both: s.at(iTotal, row)}, err
}

func (a *audit) itemCells(row, i int) []cell {
	item, sums := a.head.Items[i], a.items[i]
	side := "应发"
	if item.Deduction {
		side = "扣款"
	}
	is := condition{dItemKey, fmt.Sprintf("$A%d", row)}
	col, batchMonth := amountOf(item), int(a.head.Batch.ID.Month())
	other := condition{dMonth, fmt.Sprintf(`"<>%d"`, batchMonth)}
	return []cell{
		number(int64(i + 1)), text(item.Name), text(side), text(item.Institution),
		number(sums.lines).by(a.detail.countIf(is)),
		fen(sums.month).by(a.detail.sum(col, is, condition{dMonth, fmt.Sprint(batchMonth)})),
		fen(sums.back).by(a.detail.sum(col, is, other, condition{col, `">0"`})),
		fen(sums.recover).by(a.detail.sum(col, is, other, condition{col, `"<0"`})),
		fen(sums.total()).by(fmt.Sprintf("ROUND(SUM(%s%d:%s%d),2)", letters[iMonth], row, letters[iRecover], row)),
	}
}

// netRow writes what is left of the gross after deductions.
func (a *audit) netRow(s *summary, col int, gross, deduction cell) error {
	cells := blanks(s.printed(), totalText)
	cells[1] = text("应发减扣款").as(totalText)
	cells[col] = fen(money.Fen(gross.number - deduction.number)).by("ROUND(" + gross.formula + "-" + deduction.formula + ",2)").as(totalMoney)
	return s.body.add(20, cells...)
}

func (a *audit) byFund() (*sheet, error) {
	s, err := a.newSummary("资金汇总", "资金来源汇总表", 0,
		column{head: "资金号", chars: 7, style: plainStyle}, column{head: "资金来源", chars: 36, style: textStyle}, column{head: "资金代码", chars: 16, style: centreStyle},
		column{head: "笔数", chars: 9, style: countStyle, total: true}, colSum("应发"), colSum("扣款"), colSum("应发减扣款"))
	if err != nil {
		return nil, err
	}
	s.filter, s.frozen = 0, shortHead
	if err := s.body.add(26, s.heads()...); err != nil {
		return nil, err
	}
	first := s.body.next
	for i, fund := range a.head.Funds {
		row, sums := s.body.next, a.funds[i]
		is := condition{dFundKey, fmt.Sprintf("$A%d", row)}
		if err := s.add(number(int64(i+1)), text(fundName(fund)), text(fund.Code), number(sums.lines).by(a.detail.countIf(is)),
			fen(sums.gross).by(a.detail.sum(dGross, is)), fen(sums.deduction).by(a.detail.sum(dDeduction, is)),
			fen(sums.gross-sums.deduction).by(fmt.Sprintf("ROUND(E%d-F%d,2)", row, row))); err != nil {
			return nil, err
		}
	}
	row, err := s.totals("合计", first)
	a.byFunds = sumAt{name: s.name, lines: s.at(3, row), gross: s.at(4, row), deduction: s.at(5, row)}
	return s.sheet, err
}

// standards lists the documents that the lines rest on.
func (a *audit) standards() (*sheet, error) {
	s, err := a.newSummary("依据", "发放依据文件表", 0, colSerial, column{head: "文号", chars: 22, style: textStyle}, colText("文件名称", 50),
		colText("发文机关", 24), column{head: "执行自", chars: 12, style: centreStyle}, column{head: "执行至", chars: 12, style: centreStyle}, colText("政策文本摘要（SM3）", 34))
	if err != nil {
		return nil, err
	}
	s.filter, s.frozen = 0, shortHead
	if err := s.body.add(26, s.heads()...); err != nil {
		return nil, err
	}
	for i, d := range a.head.Documents {
		if err := s.add(number(int64(i+1)), text(d.Number), text(d.Title), text(d.Issuer), text(day(d.From)), text(until(d.Until)), text(d.Digest)); err != nil {
			return nil, err
		}
	}
	return s.sheet, nil
}

func day(d calendar.Date) string {
	if d == 0 {
		return ""
	}
	return d.String()
}

func until(d calendar.Date) string {
	if d == 0 || d == calendar.Forever {
		return "现行"
	}
	return d.String()
}

// chart puts what the townships get, by item, on a page of its own under the table.
func (a *audit) chart(s *summary, first, last, items int) {
	if last < first {
		return
	}
	at := s.body.next + 1
	s.body.skip(chartRows + 1)
	s.breaks = append(s.breaks, fmt.Sprintf("A%d", at))
	var series []excelize.ChartSeries
	for i, item := range a.head.Items {
		if item.Deduction {
			continue
		}
		col := letters[items+i]
		series = append(series, excelize.ChartSeries{
			Name:       fmt.Sprintf("%s!$%s$%d", quote(s.name), col, headRow),
			Categories: fmt.Sprintf("%s!$B$%d:$B$%d", quote(s.name), first, last),
			Values:     fmt.Sprintf("%s!$%s$%d:$%s$%d", quote(s.name), col, first, col, last),
			Fill:       excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{inks[i%len(inks)]}},
		})
	}
	if len(series) == 0 {
		return
	}
	s.finish = func(f *excelize.File) error { return f.AddChart(s.name, fmt.Sprintf("A%d", at), a.stacked(s, series)) }
}

// inks tell items apart on a colour printer and, by their lightness, on a black one.
var inks = []string{"1F4E79", "9DC3E6", "C55A11", "F4B183", "385723", "A9D18E", "7F6000", "FFD966", "7030A0", "BFBFBF"}
