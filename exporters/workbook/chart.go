package workbook

import (
	"fmt"
	"slices"

	"github.com/xuri/excelize/v2"
)

// chartRows is how many rows the chart lies over: together with the title they
// fill a page of A4 when the columns fill its width.
const chartRows = 30

// chart is the sheet with what the townships get, by item, on one page.
func (a *audit) chart() (*sheet, error) {
	cols := slices.Repeat([]column{textColumn("", 14)}, 9)
	s, err := a.book.newSummary("图表", "乡镇（街道）应发金额图", 0, cols...)
	if err != nil {
		return nil, err
	}
	at := fmt.Sprintf("A%d", s.body.next)
	s.body.skip(chartRows)
	s.onePage = true
	if len(a.series) > 0 {
		s.finish = func(f *excelize.File) error {
			return f.AddChart(s.name, at, a.stacked(s.pixels()-1, chartRows*rowPixels-1))
		}
	}
	return s.sheet, nil
}

// plot makes a series of the chart of every item that is paid, from a table with
// a row for each township.
func (a *audit) plot(s *summary, first, last, items int) {
	for i, item := range a.head.Items {
		if item.Deduction || last < first {
			continue
		}
		col := letters[items+i]
		a.series = append(a.series, excelize.ChartSeries{
			Name:       fmt.Sprintf("%s!$%s$%d", quote(s.name), col, s.frozen),
			Categories: fmt.Sprintf("%s!$B$%d:$B$%d", quote(s.name), first, last),
			Values:     fmt.Sprintf("%s!$%s$%d:$%s$%d", quote(s.name), col, first, col, last),
			Fill:       excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{inks[i%len(inks)]}},
		})
	}
}

// inks tell items apart on a colour printer and, by their lightness, on a black one.
var inks = []string{"1F4E79", "9DC3E6", "C55A11", "F4B183", "385723", "A9D18E", "7F6000", "FFD966", "7030A0", "BFBFBF"}

// stacked is the chart of amounts by township, one colour an item.
func (a *audit) stacked(wide, high int) *excelize.Chart {
	gap := uint(40)
	return &excelize.Chart{
		Type:      excelize.ColStacked,
		Series:    a.series,
		Dimension: excelize.ChartDimension{Width: uint(wide), Height: uint(high)},
		Title:     excelize.ChartTitle{Paragraph: []excelize.RichTextRun{{Text: "各乡镇（街道）应发金额（万元）", Font: chartFont(16)}}},
		Legend:    excelize.ChartLegend{Position: "bottom", Font: chartFont(12)},
		XAxis:     excelize.ChartAxis{Font: *chartFont(11), Alignment: excelize.Alignment{Vertical: "eaVert"}},
		YAxis:     excelize.ChartAxis{Font: *chartFont(11), MajorGridLines: true, NumFmt: excelize.ChartNumFmt{CustomNumFmt: tenThousands}},
		Border:    excelize.LineOptions{Type: excelize.LineNone},
		GapWidth:  &gap,
	}
}

// tenThousands shows yuan as 万元 with one decimal: a comma divides by a thousand,
// and the quoted point stands before the last digit of what is left.
const tenThousands = `0"."0,`
