package workbook

import (
	"fmt"

	"github.com/xuri/excelize/v2"
)

// chart puts what the townships get, by item, on a page of its own under the table.
func (a *audit) chart(s *summary, first, last, items int) {
	if last < first {
		return
	}
	var series []excelize.ChartSeries
	for i, item := range a.head.Items {
		if item.Deduction {
			continue
		}
		col := letters[items+i]
		series = append(series, excelize.ChartSeries{
			Name:       fmt.Sprintf("%s!$%s$%d", quote(s.name), col, s.frozen),
			Categories: fmt.Sprintf("%s!$B$%d:$B$%d", quote(s.name), first, last),
			Values:     fmt.Sprintf("%s!$%s$%d:$%s$%d", quote(s.name), col, first, col, last),
			Fill:       excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{inks[i%len(inks)]}},
		})
	}
	if len(series) == 0 {
		return
	}
	at := fmt.Sprintf("A%d", s.body.next+1)
	s.breaks = append(s.breaks, at)
	rows := s.pixels() / 42 // so that headings and chart fill a page of A4
	s.body.skip(rows + 1)
	s.finish = func(f *excelize.File) error {
		return f.AddChart(s.name, at, a.stacked(series, s.pixels()-1, rows*rowPixels-1))
	}
}

// inks tell items apart on a colour printer and, by their lightness, on a black one.
var inks = []string{"1F4E79", "9DC3E6", "C55A11", "F4B183", "385723", "A9D18E", "7F6000", "FFD966", "7030A0", "BFBFBF"}

// stacked is the chart of amounts by township, one colour an item.
func (a *audit) stacked(series []excelize.ChartSeries, wide, high int) *excelize.Chart {
	gap := uint(40)
	return &excelize.Chart{
		Type:      excelize.ColStacked,
		Series:    series,
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
