package drawing

import (
	"fmt"
	"slices"
	"strings"

	"zhida/rules/money"
)

// Bar is one amount of a chart. Nothing in a chart is told by colour alone: every bar has
// its label and its amount beside it, and what was before is an outline.
type Bar struct {
	Label  string
	Fen    money.Fen
	Before money.Fen
	Note   string // behind the amount
}

// Series is the amounts of one thing over the columns of a chart.
type Series struct {
	Name string
	Fen  []money.Fen // one a column
}

// The geometry of charts.
const (
	chartWidth  length = 10000
	barHeight   length = 180
	barGap      length = 90
	barLeft     length = 2300 // labels
	barRight    length = 2300 // amounts
	panelTop    length = 480
	panelHeight length = 1150
	panelLabel  length = 320
)

const (
	ink      = "#1b1f24"
	faint    = "#4d5660"
	fullBar  = "#1f4e79"
	minusBar = "#8a4b08"
	fontList = `'Noto Sans CJK SC','Source Han Sans SC','Microsoft YaHei','PingFang SC',SimSun,sans-serif`
)

// Bars are bars of one scale. Long lists are drawn as several charts, so that paper has
// where to break them.
type Bars struct {
	List     []Bar
	Outlines bool // the amounts before are drawn too
}

// barsInChart is how many bars fit a printed page.
const barsInChart = 15

// DrawBars draws bars below one another from a common zero: less than nothing goes to the
// left. It gives one drawing for every fifteen bars to put.
func DrawBars(title string, bars Bars, put func(svg string)) {
	low, high := bars.reach()
	for rest := bars.List; ; rest = rest[barsInChart:] {
		n := min(len(rest), barsInChart)
		put(barChart(title, rest[:n], bars.Outlines, low, high))
		if len(rest) <= barsInChart {
			return
		}
	}
}

// reach is the least and the largest amount, from zero.
func (b Bars) reach() (low, high money.Fen) {
	for _, x := range b.List {
		low, high = min(low, x.Fen), max(high, x.Fen)
		if b.Outlines {
			low, high = min(low, x.Before), max(high, x.Before)
		}
	}
	return low, high
}

func barChart(title string, bars []Bar, outlines bool, low, high money.Fen) string {
	row := barHeight + barGap
	if outlines {
		row += barHeight / 2
	}
	scale := func(f money.Fen) length {
		return length(int64(chartWidth-barLeft-barRight) * int64(f) / max(int64(high-low), 1))
	}
	zero := barLeft + scale(-low)
	var b strings.Builder
	open(&b, title, chartWidth, row*length(max(len(bars), 1))+barGap)
	y := barGap
	for _, x := range bars {
		fmt.Fprintf(&b, "<text x=\"%s\" y=\"%s\" font-size=\"13\" text-anchor=\"end\" fill=\"%s\">%s</text>\n", barLeft-100, y+barHeight-40, ink, text(short(x.Label)))
		fill := fullBar
		if x.Fen < 0 {
			fill = minusBar
		}
		fmt.Fprintf(&b, "<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" fill=\"%s\"/>\n", zero+min(scale(x.Fen), 0), y, max(scale(x.Fen), -scale(x.Fen), 10), barHeight, fill)
		end := max(scale(x.Fen), 0)
		if outlines {
			end = max(end, scale(x.Before))
			fmt.Fprintf(&b, "<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" fill=\"#fff\" stroke=\"%s\"/>\n", zero+min(scale(x.Before), 0), y+barHeight+20, max(scale(x.Before), -scale(x.Before), 10), barHeight/2-20, fullBar)
		}
		amount := x.Fen.Grouped()
		if x.Note != "" {
			amount += "　" + x.Note
		}
		fmt.Fprintf(&b, "<text x=\"%s\" y=\"%s\" font-size=\"13\" fill=\"%s\">%s</text>\n", zero+end+80, y+barHeight-40, ink, text(amount))
		y += row
	}
	fmt.Fprintf(&b, "<line x1=\"%s\" y1=\"0\" x2=\"%s\" y2=\"%s\" stroke=\"%s\"/>\n</svg>\n", zero, zero, y, faint)
	return b.String()
}

// DrawColumns draws each series as a panel of columns, one a label, perRow panels beside
// one another, and gives one drawing a row to put. Every panel has its own scale, from
// zero; the amounts over the columns are in units of ten thousand yuan, rounded, where there
// is room for them: exact ones belong into a table beside the chart.
func DrawColumns(title string, labels []string, series []Series, perRow int, put func(svg string)) {
	width := chartWidth / length(perRow)
	for row := range slices.Chunk(series, perRow) {
		var b strings.Builder
		open(&b, title, chartWidth, panelTop+panelHeight+panelLabel)
		for i, s := range row {
			panel(&b, length(i)*width, width-200, labels, s, perRow == 1)
		}
		b.WriteString("</svg>\n")
		put(b.String())
	}
}

// panel draws one series. Where it is narrow only the first and last column are labelled.
func panel(b *strings.Builder, x0, width length, labels []string, s Series, wide bool) {
	fmt.Fprintf(b, "<text x=\"%s\" y=\"%s\" font-size=\"13\" font-weight=\"bold\" fill=\"%s\">%s</text>\n", x0, length(180), ink, text(s.Name))
	var low, high money.Fen
	for _, f := range s.Fen {
		low, high = min(low, f), max(high, f)
	}
	scale := func(f money.Fen) length { return length(int64(panelHeight) * int64(f) / max(int64(high-low), 1)) }
	zero := panelTop + scale(high)
	step := width / length(max(len(labels), 1))
	column := min(step*6/10, 700)
	for i, f := range s.Fen {
		x := x0 + length(i)*step + (step-column)/2
		top, fill := zero-scale(max(f, 0)), fullBar
		if f < 0 {
			fill = minusBar
		}
		fmt.Fprintf(b, "<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" fill=\"%s\"><title>%s ¥%s</title></rect>\n",
			x, top, column, max(scale(f), -scale(f), 5), fill, text(labels[i]), f.Grouped())
		if anchor, at := labelAt(i, len(s.Fen), wide, x+column/2, x0, width); anchor != "" {
			fmt.Fprintf(b, "<text x=\"%s\" y=\"%s\" font-size=\"12\" text-anchor=\"%s\" fill=\"%s\">%s</text>\n", at, top-60, anchor, ink, wan(f))
			fmt.Fprintf(b, "<text x=\"%s\" y=\"%s\" font-size=\"12\" text-anchor=\"%s\" fill=\"%s\">%s</text>\n", at, panelTop+panelHeight+180, anchor, faint, text(labels[i]))
		}
	}
	fmt.Fprintf(b, "<line x1=\"%s\" y1=\"%s\" x2=\"%s\" y2=\"%s\" stroke=\"%s\"/>\n", x0, zero, x0+width, zero, faint)
}

// labelAt says where the label of a column of so many stands, and how; "" where there is no
// room for one. In a narrow panel the first and the last are kept inside it.
func labelAt(i, n int, wide bool, middle, x0, width length) (anchor string, at length) {
	switch {
	case wide || n <= 4:
		return "middle", middle
	case i == 0:
		return "start", x0
	case i == n-1:
		return "end", x0 + width
	}
	return "", 0
}

// wan is an amount in units of ten thousand yuan with two decimals, a half away from zero.
func wan(f money.Fen) string {
	const unit = 10_000 // fen in a hundredth of ten thousand yuan
	half := money.Fen(unit / 2)
	if f < 0 {
		half = -half
	}
	return ((f + half) / unit).Grouped()
}

func open(b *strings.Builder, title string, width, height length) {
	fmt.Fprintf(b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %s %s" width="%s" height="%s" role="img" font-family="%s">`+"\n<title>%s</title>\n",
		width, height, width, height, fontList, text(title))
}
