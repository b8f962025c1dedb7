package workbook

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"zhida/payroll"
	"zhida/rules/money"
)

// WriteTrial makes the workbook of a trial: what drafts would cost by item, year
// and township, with charts, every township with every item and year, the largest
// changes with masked names, and what could not be computed. Differences and totals
// are formulas; the same trial gives the same bytes, since it carries no time but
// the journal position. Errors: workbook.character, workbook.long, and those of w.
func WriteTrial(w io.Writer, t *payroll.Trial) error {
	b, err := newBook(trialPaper(t))
	if err != nil {
		return err
	}
	defer b.close()
	x := &trialBook{book: b, trial: t}
	for _, make := range []func() (*sheet, error){x.overview, x.byItem, x.itemChart, x.byTownship, x.townshipChart, x.detail, x.largest, x.refused} {
		s, err := make()
		if err != nil {
			return err
		}
		b.sheets = append(b.sheets, s)
	}
	return b.write(w)
}

func trialPaper(t *payroll.Trial) paper {
	return paper{
		title:   t.Unit + "政策试算表",
		unit:    t.Unit,
		note:    "试算文件：" + strings.Join(t.Documents, "、") + "　　月份：" + months(t) + "　　数据截至日志第 " + strconv.FormatInt(t.Horizon, 10) + " 条",
		warning: "试算，文件尚未采用，不得作为发放依据",
		footer:  "试算 " + strings.Join(t.Documents, "、"),
	}
}

func months(t *payroll.Trial) string {
	if t.From == t.To {
		return t.From.Chinese()
	}
	return t.From.Chinese() + "至" + t.To.Chinese()
}

// trialBook is the workbook of a trial in the making.
type trialBook struct {
	book  *book
	trial *payroll.Trial
}

// sums are the columns that every sheet of amounts ends in.
func trialColumns() []column {
	return []column{moneyColumn("现行应发"), moneyColumn("试算应发"), moneyColumn("增减"), moneyColumn("其中：补发"), moneyColumn("其中：应收回"),
		countColumn("增加人数"), countColumn("减少人数")}
}

// cells are a sum in a row, the first amount in the given column.
func trialCells(s payroll.TrialSum, row, col int) []cell {
	return []cell{fen(s.Before), fen(s.After), difference(s.Change(), row, col), fen(s.BackPay), fen(s.Owed), number(int64(s.Better)), number(int64(s.Worse))}
}

// difference is the second of two amounts less the first, which stands in col.
func difference(f money.Fen, row, col int) cell {
	return fen(f).by(fmt.Sprintf("ROUND(%s%d-%s%d,2)", letters[col+1], row, letters[col], row))
}

// sheet starts a sheet of rows with the given columns in front of the amounts.
func (x *trialBook) sheet(name, title string, front ...column) (*summary, error) {
	s, err := x.book.newSummary(name, title, 0, append(front, trialColumns()...)...)
	if err != nil {
		return nil, err
	}
	return s, s.headings()
}

// noPeople leaves the counts out of a row of totals: one person can stand in several rows.
func (s *summary) noPeople() {
	for i := range s.cols {
		if s.cols[i].style == countStyle {
			s.cols[i].total = false
		}
	}
}

// overview says what the drafts come to, by year.
func (x *trialBook) overview() (*sheet, error) {
	t := x.trial
	s, err := x.sheet("总览", "政策试算总览", shortColumn("年度", 12))
	if err != nil {
		return nil, err
	}
	for _, r := range t.ByYear {
		if err := s.add(append([]cell{text(r.Name)}, trialCells(r.TrialSum, s.body.next, 1)...)...); err != nil {
			return nil, err
		}
	}
	row := s.body.next
	cells := append([]cell{text("合计")}, trialCells(t.TrialSum, row, 1)...)
	for i := range cells {
		cells[i].style = totalMoney
		switch {
		case i == 0:
			cells[i].style = totalText
		case i > 5:
			cells[i].style = totalCount
		case i != 3 && len(t.ByYear) > 0:
			cells[i] = cells[i].by(fmt.Sprintf("ROUND(SUM(%s%d:%s%d),2)", letters[i], s.frozen+1, letters[i], row-1))
		}
		s.cols[i].fit(span{min(cells[i].number, 0), cells[i].number})
	}
	if err := s.body.add(20, cells...); err != nil {
		return nil, err
	}
	s.body.skip(1)
	return s.sheet, x.remarks(s)
}

// remarks say in words what the figures are.
func (x *trialBook) remarks(s *summary) error {
	t := x.trial
	list := []string{
		fmt.Sprintf("共 %d 人在这些月份有应发项目；按扣款后的收入计，%d 人增加，%d 人减少，其余不变。", t.People, t.Better, t.Worse),
		"金额为应发合计，不含扣款项目；“增加人数”“减少人数”按扣款后的收入计。",
	}
	if t.Settled != 0 {
		list = append(list, "截至"+t.Settled.Chinese()+"的月份已经发放：这些月份的差额，增加的为补发，减少的为应收回。")
	}
	if len(t.Replaced) > 0 {
		list = append(list, "试算时以草案代替已采用的同号文件："+strings.Join(t.Replaced, "、")+"。")
	}
	if n := len(t.Refused); n > 0 {
		list = append(list, fmt.Sprintf("有 %d 种情形算不出来，没有计入，见“算不出”表。", n))
	}
	for i, remark := range list {
		s.merges = append(s.merges, across(s.body.next, 0, s.printed()-1))
		if err := s.body.add(18, text(strconv.Itoa(i+1)+"．"+remark).as(noteStyle)); err != nil {
			return err
		}
	}
	return nil
}

func (x *trialBook) byItem() (*sheet, error) {
	s, err := x.sheet("按项目", "政策试算：按项目", colSerial, textColumn("项目", 24), shortColumn("方向", 6))
	if err != nil {
		return nil, err
	}
	for i, r := range x.trial.ByItem {
		if err := s.add(append([]cell{number(int64(i + 1)), text(r.Name), text(sideOf(r.Deduction))}, trialCells(r.TrialSum, s.body.next, 3)...)...); err != nil {
			return nil, err
		}
	}
	return s.sheet, nil
}

func sideOf(deduction bool) string {
	if deduction {
		return "扣款"
	}
	return "应发"
}

func (x *trialBook) byTownship() (*sheet, error) {
	s, err := x.sheet("按乡镇", "政策试算：按乡镇（街道）", colSerial, textColumn("乡镇（街道）", 22))
	if err != nil {
		return nil, err
	}
	first := s.body.next
	for i, r := range x.trial.ByTownship {
		if err := s.add(append([]cell{number(int64(i + 1)), text(r.Name)}, trialCells(r.TrialSum, s.body.next, 2)...)...); err != nil {
			return nil, err
		}
	}
	s.noPeople()
	_, err = s.totals("合计", first)
	return s.sheet, err
}

func (x *trialBook) detail() (*sheet, error) {
	s, err := x.sheet("明细", "政策试算明细：乡镇、项目、年度", colSerial, shortColumn("乡镇（街道）", 18), shortColumn("项目", 18), shortColumn("方向", 6),
		column{head: "年度", chars: 6, style: plainStyle})
	if err != nil {
		return nil, err
	}
	for i, c := range x.trial.Cells {
		if err := s.add(append([]cell{number(int64(i + 1)), text(c.TownshipName), text(c.ItemName), text(sideOf(c.Deduction)), number(int64(c.Year))},
			trialCells(c.TrialSum, s.body.next, 5)...)...); err != nil {
			return nil, err
		}
	}
	s.filter = s.frozen
	return s.sheet, nil
}

func (x *trialBook) largest() (*sheet, error) {
	s, err := x.book.newSummary("变动最大", "政策试算：变动最大的人员（扣款后的收入）", 0, colSerial, colPerson, colName, textColumn("乡镇（街道）", 22),
		moneyColumn("现行"), moneyColumn("试算"), moneyColumn("增减"), textColumn("主要项目", 24))
	if err == nil {
		err = s.headings()
	}
	if err != nil {
		return nil, err
	}
	for i, p := range x.trial.Largest {
		if err := s.add(number(int64(i+1)), number(p.Person), text(p.Name), text(p.Township), fen(p.Before), fen(p.After),
			difference(p.Change(), s.body.next, 4), text(p.Item)); err != nil {
			return nil, err
		}
	}
	return s.sheet, s.none(len(x.trial.Largest), "没有人的收入会变动")
}

func (x *trialBook) refused() (*sheet, error) {
	s, err := x.book.newSummary("算不出", "政策试算：算不出来、没有计入的", 0, colSerial, textColumn("项目", 24), textColumn("原因", 70),
		countColumn("人数"), countColumn("其中：现行算得出"))
	if err == nil {
		err = s.headings()
	}
	if err != nil {
		return nil, err
	}
	s.cols[4].chars = 10
	for i, r := range x.trial.Refused {
		if err := s.add(number(int64(i+1)), text(r.Item), text(r.Reason), number(int64(r.People)), number(int64(r.New))); err != nil {
			return nil, err
		}
	}
	return s.sheet, s.none(len(x.trial.Refused), "没有算不出来的")
}

// townshipChart and itemChart show where the money goes, each on one page.
func (x *trialBook) townshipChart() (*sheet, error) {
	return x.chart("乡镇图", "各乡镇（街道）应发增减（元）", series("按乡镇", "B", "E", len(x.trial.ByTownship)))
}

func (x *trialBook) itemChart() (*sheet, error) {
	return x.chart("项目图", "各项目增减（元）", series("按项目", "B", "F", len(x.trial.ByItem)))
}

func (x *trialBook) chart(name, title string, list []excelize.ChartSeries) (*sheet, error) {
	return x.book.chartSheet(name, "政策试算图", list, func(wide, high int) *excelize.Chart { return bars(title, wide, high, list) })
}

// firstTrialRow is the first row under the headings of a sheet of amounts.
const firstTrialRow = 4

// series is a column of amounts over n rows of a sheet; none when there are no rows.
func series(sheet, labels, values string, n int) []excelize.ChartSeries {
	if n == 0 {
		return nil
	}
	last := firstTrialRow + n - 1
	return []excelize.ChartSeries{{
		Name:       "增减",
		Categories: fmt.Sprintf("%s!$%s$%d:$%s$%d", quote(sheet), labels, firstTrialRow, labels, last),
		Values:     fmt.Sprintf("%s!$%s$%d:$%s$%d", quote(sheet), values, firstTrialRow, values, last),
		Fill:       excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{inks[0]}},
	}}
}

func bars(title string, wide, high int, list []excelize.ChartSeries) *excelize.Chart {
	gap, vary := uint(60), false
	return &excelize.Chart{
		Type:       excelize.Col,
		Series:     list,
		Dimension:  excelize.ChartDimension{Width: uint(wide), Height: uint(high)},
		Title:      excelize.ChartTitle{Paragraph: []excelize.RichTextRun{{Text: title, Font: chartFont(16)}}},
		Legend:     excelize.ChartLegend{Position: "none"},
		XAxis:      excelize.ChartAxis{Font: *chartFont(11), Alignment: excelize.Alignment{Vertical: "eaVert"}, TickLabelPosition: excelize.ChartTickLabelLow},
		YAxis:      excelize.ChartAxis{Font: *chartFont(11), MajorGridLines: true, NumFmt: excelize.ChartNumFmt{CustomNumFmt: countFormat}},
		Border:     excelize.LineOptions{Type: excelize.LineNone},
		GapWidth:   &gap,
		VaryColors: &vary,
	}
}
