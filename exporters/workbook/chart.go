package workbook

import (
	"fmt"
	"slices"

	"github.com/xuri/excelize/v2"
)

// chartRows is how many rows the chart lies over: together with the title they
// fill a page of A4 when the columns fill its width.
const chartRows = 30

// chartSheet is a sheet with one chart on one page; without series there is only its title.
func (b *book) chartSheet(name, title string, series []excelize.ChartSeries, draw func(wide, high int) *excelize.Chart) (*sheet, error) {
	s, err := b.newSummary(name, title, 0, slices.Repeat([]column{textColumn("", 14)}, 9)...)
	if err != nil {
		return nil, err
	}
	at := fmt.Sprintf("A%d", s.body.next)
	s.body.skip(chartRows)
	s.onePage = true
	if len(series) > 0 {
		s.finish = func(f *excelize.File) error {
			return f.AddChart(s.name, at, draw(s.pixels()-1, chartRows*rowPixels-1))
		}
	}
	return s.sheet, nil
}

// townChart shows what the townships get, by item.
func (a *audit) townChart() (*sheet, error) {
	return a.book.chartSheet("乡镇图", "乡镇（街道）应发金额图", a.townSeries, stacked("各乡镇（街道）应发金额（万元）", a.townSeries, upright))
}

// itemChart shows what each item comes to: for the month, as back-pay, as recovery.
func (a *audit) itemChart() (*sheet, error) {
	return a.book.chartSheet("项目图", "发放项目应发金额图", a.itemSeries, stacked("各项目应发金额（万元）", a.itemSeries, upright))
}

// monthChart shows what twelve months came to, by item.
func (a *audit) monthChart() (*sheet, error) {
	return a.book.chartSheet("十二个月图", "近十二个月应发金额图", a.monthSeries, stacked("近十二个月应发金额（万元）", a.monthSeries, ""))
}

// plot makes a series of the chart of every item that is paid, from a table with
// a row for each township.
func (a *audit) plot(s *summary, first, last, items int) {
	for i, item := range a.head.Items {
		if item.Deduction || last < first {
			continue
		}
		col := letters[items+i]
		a.townSeries = append(a.townSeries, excelize.ChartSeries{
			Name:       fmt.Sprintf("%s!$%s$%d", quote(s.name), col, s.frozen),
			Categories: fmt.Sprintf("%s!$B$%d:$B$%d", quote(s.name), first, last),
			Values:     fmt.Sprintf("%s!$%s$%d:$%s$%d", quote(s.name), col, first, col, last),
			Fill:       ink(len(a.townSeries)),
		})
	}
}

// plotItems makes the series of the chart by item from the rows of what is due.
func (a *audit) plotItems(s *summary, first, last int) {
	for col := iMonth; col <= iRecover && last >= first; col++ {
		a.itemSeries = append(a.itemSeries, excelize.ChartSeries{
			Name:       fmt.Sprintf("%s!$%s$%d", quote(s.name), letters[col], s.frozen),
			Categories: fmt.Sprintf("%s!$%s$%d:$%s$%d", quote(s.name), letters[iName], first, letters[iName], last),
			Values:     fmt.Sprintf("%s!$%s$%d:$%s$%d", quote(s.name), letters[col], first, letters[col], last),
			Fill:       ink(col - iMonth),
		})
	}
}

// inks tell items apart on a colour printer and, by their lightness, on a black one.
var inks = []string{"1F4E79", "9DC3E6", "C55A11", "F4B183", "385723", "A9D18E", "7F6000", "FFD966", "7030A0", "BFBFBF"}

func ink(i int) excelize.Fill {
	return excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{inks[i%len(inks)]}}
}

// upright turns the names under a chart, one character below the other.
const upright = "eaVert"

// stacked draws columns of amounts, one colour a series, on top of each other.
func stacked(title string, series []excelize.ChartSeries, labels string) func(wide, high int) *excelize.Chart {
	return func(wide, high int) *excelize.Chart {
		gap := uint(40)
		return &excelize.Chart{
			Type:      excelize.ColStacked,
			Series:    series,
			Dimension: excelize.ChartDimension{Width: uint(wide), Height: uint(high)},
			Title:     excelize.ChartTitle{Paragraph: []excelize.RichTextRun{{Text: title, Font: chartFont(16)}}},
			Legend:    excelize.ChartLegend{Position: "bottom", Font: chartFont(12)},
			XAxis:     excelize.ChartAxis{Font: *chartFont(11), Alignment: excelize.Alignment{Vertical: labels}, TickLabelPosition: excelize.ChartTickLabelLow},
			YAxis:     excelize.ChartAxis{Font: *chartFont(11), MajorGridLines: true, NumFmt: excelize.ChartNumFmt{CustomNumFmt: tenThousands}},
			Border:    excelize.LineOptions{Type: excelize.LineNone},
			GapWidth:  &gap,
		}
	}
}

// tenThousands shows yuan as 万元 with one decimal: a comma divides by a thousand,
// and the quoted point stands before the last digit of what is left.
const tenThousands = `0"."0,`
