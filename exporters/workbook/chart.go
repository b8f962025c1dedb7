package workbook

import "github.com/xuri/excelize/v2"

// chartRows is how many empty rows the chart lies over.
const chartRows = 30

// stacked is the chart of amounts by township, one colour an item.
func (a *audit) stacked(s *summary, series []excelize.ChartSeries) *excelize.Chart {
	var wide uint
	for _, c := range s.cols[:s.printed()] {
		wide += uint(c.chars) * 6
	}
	gap := uint(40)
	return &excelize.Chart{
		Type:      excelize.ColStacked,
		Series:    series,
		Dimension: excelize.ChartDimension{Width: wide, Height: chartRows * 18},
		Title:     excelize.ChartTitle{Paragraph: []excelize.RichTextRun{{Text: a.book.paper.title + "：各乡镇（街道）应发金额（万元）", Font: chartFont(14)}}},
		Legend:    excelize.ChartLegend{Position: "bottom", Font: chartFont(10)},
		XAxis:     excelize.ChartAxis{Font: *chartFont(9), Alignment: excelize.Alignment{Vertical: "eaVert"}},
		YAxis:     excelize.ChartAxis{Font: *chartFont(9), MajorGridLines: true, NumFmt: excelize.ChartNumFmt{CustomNumFmt: tenThousands}},
		GapWidth:  &gap,
	}
}

// tenThousands shows yuan as 万元 with one decimal: a comma divides by a thousand,
// and the quoted point stands before the last digit of what is left.
const tenThousands = `0"."0,`
