// Package drawing owns pictures for papers and pages, as SVG text: the same data gives
// the same bytes, nothing is fetched, and every amount in a picture also stands in words.
// It computes no pay; it draws what it is given.
package drawing

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"

	"zhida/rules/money"
)

// Flow is money that goes through one station of every column, in their order.
type Flow struct {
	Stations []string // one a column
	Fen      money.Fen
}

// length is a distance in a drawing, in tenths of an SVG unit.
type length int64

func (l length) String() string { return fmt.Sprintf("%d.%d", l/10, l%10) }

// The geometry of a flow drawing.
const (
	flowWidth   length = 12000
	barWidth    length = 140
	flowTop     length = 640
	flowHeight  length = 5200
	stationGap  length = 100
	leastBar    length = 20
	leastBand   length = 6
	labelMargin length = 2400
	mostInOne          = 14     // stations a column shows; the smallest beyond them are drawn as one
	others             = "\x00" // that one, which no station is called
)

// shades of the bands: dark enough to tell apart in grey print.
var shades = []string{"#1f4e79", "#7f6000", "#375623", "#833c0b", "#3b3838", "#5b2c6f", "#0b5345", "#78281f"}

type station struct {
	name    string
	fen     money.Fen
	y, h    length
	in, out length // how much of its height bands have taken up
}

// Captions are the words of a flow drawing: what stands above it and over its columns, what is said where no money went, and the name of
// the stations that are drawn as one.
type Captions struct {
	Title    string
	Headings []string
	Nothing  string
	Others   string
}

// WriteFlow draws how money goes from the first column of stations to the last, as bands
// whose thickness is the amount.
func WriteFlow(w io.Writer, c Captions, flows []Flow) error {
	title, headings := c.Title, c.Headings
	flows = merged(flows, len(headings))
	named := func(station string) string {
		if station == others {
			return c.Others
		}
		return station
	}
	var b strings.Builder
	height := flowTop + flowHeight + 400
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %s %s" width="%s" height="%s" role="img" font-family="'Noto Sans CJK SC','Source Han Sans SC','Microsoft YaHei',SimSun,sans-serif">`+"\n", flowWidth, height, flowWidth, height)
	fmt.Fprintf(&b, "<title>%s</title>\n<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n<text x=\"%s\" y=\"26\" font-size=\"18\" font-weight=\"bold\" text-anchor=\"middle\">%s</text>\n", text(title), flowWidth/2, text(title))
	if len(flows) == 0 {
		fmt.Fprintf(&b, "<text x=\"%s\" y=\"%s\" font-size=\"14\" text-anchor=\"middle\">%s</text>\n</svg>\n", flowWidth/2, flowTop+400, text(c.Nothing))
		_, err := io.WriteString(w, b.String())
		return err
	}
	columns := stations(flows, len(headings))
	x := func(i int) length {
		return labelMargin + length(i)*(flowWidth-2*labelMargin-barWidth)/length(max(len(headings)-1, 1))
	}
	for i := range headings {
		fmt.Fprintf(&b, "<text x=\"%s\" y=\"52\" font-size=\"13\" text-anchor=\"middle\" fill=\"#333\">%s</text>\n", x(i)+barWidth/2, text(headings[i]))
	}
	for i := range len(headings) - 1 {
		for _, p := range bands(flows, &columns[i], &columns[i+1], i) {
			x1, x2 := x(i)+barWidth, x(i+1)
			shade := shades[columns[0].index(p.flow.Stations[0])%len(shades)]
			fmt.Fprintf(&b, "<path d=\"M%s %sC%s %s %s %s %s %s\" fill=\"none\" stroke=\"%s\" stroke-opacity=\".35\" stroke-width=\"%s\"><title>%s → %s ¥%s</title></path>\n",
				x1, p.y1, (x1+x2)/2, p.y1, (x1+x2)/2, p.y2, x2, p.y2, shade, p.thick, text(named(p.flow.Stations[i])), text(named(p.flow.Stations[i+1])), p.flow.Fen.Grouped())
		}
	}
	for i := range columns {
		for _, s := range columns[i].list {
			fmt.Fprintf(&b, "<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" fill=\"#333\"/>\n", x(i), s.y, barWidth, s.h)
			anchor, at := "start", x(i)+barWidth+60
			if i == 0 {
				anchor, at = "end", x(i)-60
			}
			fmt.Fprintf(&b, "<text x=\"%s\" y=\"%s\" font-size=\"12\" text-anchor=\"%s\" paint-order=\"stroke\" stroke=\"#fff\" stroke-width=\"3\">%s　%s</text>\n", at, s.y+s.h/2+40, anchor, text(short(named(s.name))), s.fen.Grouped())
		}
	}
	b.WriteString("</svg>\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// band is one flow between two neighbouring columns.
type band struct {
	flow   *Flow
	thick  length
	y1, y2 length
}

// bands places the flows between a column and the next: they leave a station in the order
// of where they go, and come into one in the order of where they are from.
func bands(flows []Flow, from, to *column, i int) []band {
	list := make([]band, len(flows))
	for k := range flows {
		list[k] = band{flow: &flows[k], thick: max(from.scaled(flows[k].Fen), leastBand)}
	}
	place := func(b *band) (int, int) { return from.index(b.flow.Stations[i]), to.index(b.flow.Stations[i+1]) }
	slices.SortStableFunc(list, func(a, b band) int {
		f1, t1 := place(&a)
		f2, t2 := place(&b)
		return cmp.Or(cmp.Compare(f1, f2), cmp.Compare(t1, t2))
	})
	for k := range list {
		s := from.at(list[k].flow.Stations[i])
		list[k].y1 = s.y + s.out + list[k].thick/2
		s.out += list[k].thick
	}
	slices.SortStableFunc(list, func(a, b band) int {
		f1, t1 := place(&a)
		f2, t2 := place(&b)
		return cmp.Or(cmp.Compare(t1, t2), cmp.Compare(f1, f2))
	})
	for k := range list {
		s := to.at(list[k].flow.Stations[i+1])
		list[k].y2 = s.y + s.in + list[k].thick/2
		s.in += list[k].thick
	}
	return list
}

// column is the stations of one column with the scale all columns share.
type column struct {
	list  []*station
	room  length    // that all the money takes up
	total money.Fen // all the money
}

// scaled is how high an amount is.
func (c *column) scaled(fen money.Fen) length {
	return length(int64(c.room) * int64(fen) / int64(max(c.total, 1)))
}

func (c *column) at(name string) *station { return c.list[c.index(name)] }

func (c *column) index(name string) int {
	return slices.IndexFunc(c.list, func(s *station) bool { return s.name == name })
}

// stations places the stations of each column, the largest first.
func stations(flows []Flow, n int) []column {
	columns := make([]column, n)
	var total money.Fen
	most := 0
	for _, f := range flows {
		total += f.Fen
		for i, name := range f.Stations {
			if columns[i].index(name) < 0 {
				columns[i].list = append(columns[i].list, &station{name: name})
			}
			columns[i].at(name).fen += f.Fen
		}
	}
	for i := range columns {
		most = max(most, len(columns[i].list))
	}
	room := flowHeight - length(most)*(stationGap+leastBar)
	for i := range columns {
		c := &columns[i]
		c.room, c.total = room, total
		slices.SortStableFunc(c.list, func(a, b *station) int {
			return cmp.Or(cmp.Compare(last(a.name), last(b.name)), -cmp.Compare(a.fen, b.fen), cmp.Compare(a.name, b.name))
		})
		y := flowTop
		for _, s := range c.list {
			s.y, s.h = y, max(c.scaled(s.fen), leastBar)
			y += s.h + stationGap
		}
	}
	return columns
}

// last puts what is drawn as one behind the others.
func last(name string) int {
	if name == others {
		return 1
	}
	return 0
}

// merged adds equal flows up and draws the smallest stations of a full column as one.
func merged(flows []Flow, n int) []Flow {
	for i := range n {
		sums := map[string]money.Fen{}
		for _, f := range flows {
			sums[f.Stations[i]] += f.Fen
		}
		if len(sums) <= mostInOne {
			continue
		}
		names := make([]string, 0, len(sums))
		for name := range sums {
			names = append(names, name)
		}
		slices.SortFunc(names, func(a, b string) int { return cmp.Or(-cmp.Compare(sums[a], sums[b]), cmp.Compare(a, b)) })
		small := names[mostInOne-1:]
		next := make([]Flow, len(flows))
		for k, f := range flows {
			next[k] = Flow{slices.Clone(f.Stations), f.Fen}
			if slices.Contains(small, f.Stations[i]) {
				next[k].Stations[i] = others
			}
		}
		flows = next
	}
	at := map[string]int{}
	var out []Flow
	for _, f := range flows {
		key := strings.Join(f.Stations, "\x00")
		if k, ok := at[key]; ok {
			out[k].Fen += f.Fen
			continue
		}
		at[key] = len(out)
		out = append(out, Flow{slices.Clone(f.Stations), f.Fen})
	}
	slices.SortStableFunc(out, func(a, b Flow) int { return slices.Compare(a.Stations, b.Stations) })
	return out
}

// short cuts a long name for a label; the whole name stands in the band's title.
func short(s string) string {
	if r := []rune(s); len(r) > 14 {
		return string(r[:13]) + "…"
	}
	return s
}

func text(s string) string {
	var b strings.Builder
	if err := xml.EscapeText(&b, []byte(s)); err != nil {
		return ""
	}
	return b.String()
}
