package drawing

import (
	"fmt"
	"strings"

	"zhida/rules/calendar"
)

// Span is something that held from a day to a day, both counted.
type Span struct {
	Label    string
	From, To calendar.Date // To is zero while it runs: then the span ends open at the right
}

// DrawSpans draws spans below one another over the years from the first day to until, each with its days beside it, and gives one
// drawing for every fifteen to put.
func DrawSpans(title string, spans []Span, until calendar.Date, put func(svg string)) {
	if len(spans) == 0 {
		return
	}
	first := spans[0].From
	for _, s := range spans {
		first, until = min(first, s.From), max(until, s.From, s.To)
	}
	axis := axis{calendar.Date(first.Year()*10000 + 101), until}
	for rest := spans; ; rest = rest[barsInChart:] {
		n := min(len(rest), barsInChart)
		put(spanChart(title, rest[:n], axis))
		if len(rest) <= barsInChart {
			return
		}
	}
}

// axis is time from left to right.
type axis struct{ from, until calendar.Date }

func (a axis) at(d calendar.Date) length {
	return barLeft + length(int64(chartWidth-barLeft-barRight)*int64(d.Sub(a.from))/int64(max(a.until.Sub(a.from), 1)))
}

// mostYears is how many years are named along the axis.
const mostYears = 10

func spanChart(title string, spans []Span, a axis) string {
	const top length = 300
	row := barHeight + barGap
	height := top + row*length(len(spans)) + barGap
	var b strings.Builder
	open(&b, title, chartWidth, height)
	every := (a.until.Year()-a.from.Year())/mostYears + 1
	for year := a.from.Year(); year <= a.until.Year(); year += every {
		x := a.at(calendar.Date(year*10000 + 101))
		fmt.Fprintf(&b, "<line x1=\"%s\" y1=\"%s\" x2=\"%s\" y2=\"%s\" stroke=\"%s\" stroke-width=\".5\"/>\n<text x=\"%s\" y=\"%s\" font-size=\"12\" text-anchor=\"middle\" fill=\"%s\">%d</text>\n", x, top-80, x, height, faint, x, top-120, faint, year)
	}
	y := top + barGap
	for _, s := range spans {
		to, days := s.To, s.From.String()+"—"+s.To.String()
		dash := ""
		if s.To == 0 {
			to, days, dash = a.until, s.From.String()+"—", ` stroke="`+fullBar+`" stroke-dasharray="4 2" fill-opacity=".75"`
		}
		fmt.Fprintf(&b, "<text x=\"%s\" y=\"%s\" font-size=\"13\" text-anchor=\"end\" fill=\"%s\">%s</text>\n", barLeft-100, y+barHeight-40, ink, text(short(s.Label)))
		fmt.Fprintf(&b, "<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" fill=\"%s\"%s/>\n", a.at(s.From), y, max(a.at(to)-a.at(s.From), 10), barHeight, fullBar, dash)
		fmt.Fprintf(&b, "<text x=\"%s\" y=\"%s\" font-size=\"13\" fill=\"%s\">%s</text>\n", chartWidth-barRight+80, y+barHeight-40, ink, text(days))
		y += row
	}
	b.WriteString("</svg>\n")
	return b.String()
}
