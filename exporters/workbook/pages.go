package workbook

import (
	"fmt"
	"strconv"

	"github.com/xuri/excelize/v2"

	"zhida/rules/money"
)

// pages is a sheet whose printed pages are made here and not by the program that prints
// it: each has its own head with number and seal, what it comes to, what all pages come to
// so far, and the lines to sign. It holds the rows of its sheet until it is finished,
// because every page says how many there are.
type pages struct {
	*sheet
	title    string
	mark     string   // stands in the head of every page: month, batch, seal
	foot     []string // stand below the sums of every page
	formulas map[int]func(row int) string
	units    []pageUnit
	sums     []int64 // by column, over all rows
	apart    bool    // each unit is a paper of its own: it has its own pages and sums
}

// pageUnit is a run of rows that begins a page of its own: a village's.
type pageUnit struct {
	name string // as the head says it; "" for none
	rows [][]cell
}

// Heights of what every page has besides its rows, in points.
const (
	pageTitle points = 30
	pageMark  points = 18
	pageHeads points = 30
	pageSum   points = 19
	pageFoot  points = 26
	pageRow   points = 19 // of a row of one line: room to sign
)

func (b *book) newPages(name, title, mark string, foot []string, cols ...column) (*pages, error) {
	s, err := b.newSheet(name, cols, 1)
	if err != nil {
		return nil, err
	}
	s.ownFoot, s.body.fixed = true, true
	return &pages{sheet: s, title: title, mark: mark, foot: foot, formulas: map[int]func(int) string{}, sums: make([]int64, len(cols))}, nil
}

// work puts a formula behind the cells of a column.
func (p *pages) work(col int, formula func(row int) string) { p.formulas[col] = formula }

// begin says whose rows follow; they begin a page.
func (p *pages) begin(unit string) { p.units = append(p.units, pageUnit{name: unit}) }

// add puts a row under the unit that was begun last.
func (p *pages) add(cells ...cell) {
	u := &p.units[len(p.units)-1]
	u.rows = append(u.rows, cells)
	for i, c := range cells {
		if c.kind == numberCell || c.kind == moneyCell {
			p.sums[i] += c.number
			p.cols[i].fit(span{min(c.number, 0), c.number})
		}
	}
}

// printedPage is some rows of one unit.
type printedPage struct {
	unit     int
	from, to int // rows of the unit
}

// finish lays the rows out on pages and writes them.
func (p *pages) finish() error {
	for i := range p.cols {
		if p.cols[i].total {
			p.cols[i].fit(span{min(p.sums[i], 0), p.sums[i]})
		}
	}
	p.setScale()
	list := p.layOut()
	var all, unit *runningSum
	for i, x := range list {
		if i == 0 || x.unit != list[i-1].unit {
			unit = nil
			if p.apart {
				all = nil
			}
		}
		if i > 0 {
			p.breaks = append(p.breaks, "A"+strconv.Itoa(p.body.next))
		}
		number, of := p.count(list, i)
		var err error
		if all, unit, err = p.page(x, number, of, all, unit); err != nil {
			return err
		}
	}
	return nil
}

// count numbers a page: in the sheet, or where units are apart in its unit.
func (p *pages) count(list []printedPage, i int) (number, of int) {
	if !p.apart {
		return i + 1, len(list)
	}
	for k, x := range list {
		if x.unit == list[i].unit {
			of++
			if k <= i {
				number++
			}
		}
	}
	return number, of
}

// Room on paper inside the margins that setPage sets: pixels at 96 to the inch for the
// width, points for the height. A stand-in for the font can have digits wider by a sixth
// (DejaVu Sans), and columns are as wide as digits; heights are what they say.
const (
	a4Wide, a4High = 1065 * 84 / 100, 508 * 19 / 20
	a3Wide, a3High = 1529 * 84 / 100, 755 * 19 / 20
	uprightWide    = 736 * 84 / 100
	uprightHigh    = 755 * 19 / 20
	a3             = 8  // the number of the paper size
	smallest       = 55 // percent: 9 points of text print as 5
)

// setScale finds the scale at which the columns fit the width; where that would be too
// small to read, the paper becomes A3.
func (p *pages) setScale() {
	wide := a4Wide
	if p.upright {
		wide = uprightWide
	}
	p.scale = min(100, wide*100/p.pixels())
	if p.scale < smallest && !p.upright {
		p.size = a3
		p.scale = max(10, min(100, a3Wide*100/p.pixels()))
	}
}

// room is how many points of rows fit on a page beside what every page has.
func (p *pages) room() points {
	high := a4High
	switch {
	case p.upright:
		high = uprightHigh
	case p.size == a3:
		high = a3High
	}
	return points(high*100/p.scale) - pageTitle - pageMark - pageHeads - 3*pageSum - points(len(p.foot))*pageFoot
}

func (p *pages) layOut() (list []printedPage) {
	room := p.room()
	for u := range p.units {
		rows := p.units[u].rows
		for from := 0; from < len(rows) || from == 0; {
			to, used := from, points(0)
			for to < len(rows) && (to == from || used+p.height(rows[to]) <= room) {
				used += p.height(rows[to])
				to++
			}
			list = append(list, printedPage{u, from, to})
			if from = to; from == 0 {
				break // a unit without rows has a page all the same
			}
		}
	}
	return list
}

func (p *pages) height(cells []cell) points {
	n := 1
	for i, c := range cells {
		if c.kind == textCell {
			n = max(n, lines(c.text, p.cols[i].chars))
		}
	}
	return max(pageRow, rowHeight(n))
}

// runningSum is a row that says what pages up to here come to.
type runningSum struct {
	row  int
	sums []int64
}

// page writes one page and gives the running sums that the next one continues.
func (p *pages) page(x printedPage, number, of int, all, unit *runningSum) (*runningSum, *runningSum, error) {
	last := p.printed() - 1
	head := p.units[x.unit].name
	if head != "" {
		head = "单位：" + head + "　　"
	}
	if err := p.across(pageTitle, text(p.title).as(titleStyle)); err != nil {
		return nil, nil, err
	}
	where := fmt.Sprintf("金额单位：元　　第 %d 页　共 %d 页", number, of)
	split := p.splitFor(width(where) + 2)
	p.merges = append(p.merges, across(p.body.next, 0, split-1), across(p.body.next, split, last))
	marks := blanks(last+1, noteStyle)
	marks[0], marks[split] = text(head+p.mark).as(noteStyle), text(where).as(noteRight)
	if err := p.body.add(pageMark, marks...); err != nil {
		return nil, nil, err
	}
	if err := p.body.add(pageHeads, p.heads()...); err != nil {
		return nil, nil, err
	}
	first, sums := p.body.next, make([]int64, len(p.cols))
	for _, cells := range p.units[x.unit].rows[x.from:x.to] {
		height := p.height(cells)
		for i := range cells {
			sums[i] += cells[i].number
			if f := p.formulas[i]; f != nil {
				cells[i] = cells[i].by(f(p.body.next))
			}
		}
		if err := p.body.add(height, cells...); err != nil {
			return nil, nil, err
		}
	}
	return p.sumRows(x, first, sums, all, unit)
}

// splitFor is the column from which the rest of the row holds so many characters.
func (p *pages) splitFor(chars int) int {
	i := p.printed() - 1
	for room := p.cols[i].chars; i > 1 && room < chars; room += p.cols[i].chars {
		i--
	}
	return i
}

// sumRows writes what the page comes to, what its unit and what all pages come to so far,
// and the foot. A sheet of one unit has no sum of the unit, and one without amounts none.
func (p *pages) sumRows(x printedPage, first int, sums []int64, all, unit *runningSum) (*runningSum, *runningSum, error) {
	if p.adds() {
		page := p.body.next
		if err := p.sumRow("本页小计", sums, func(col string) string { return fmt.Sprintf("SUM(%s%d:%s%d)", col, first, col, max(first, page-1)) }); err != nil {
			return nil, nil, err
		}
		var err error
		if len(p.units) > 1 && !p.apart {
			if unit, err = p.running("本单位累计", page, sums, unit); err != nil {
				return nil, nil, err
			}
		}
		if all, err = p.running("累　　计", page, sums, all); err != nil {
			return nil, nil, err
		}
	}
	for _, words := range p.foot {
		if err := p.across(pageFoot, text(words).as(noteStyle)); err != nil {
			return nil, nil, err
		}
	}
	return all, unit, nil
}

// running writes the sum of this page and those before it.
func (p *pages) running(label string, page int, sums []int64, before *runningSum) (*runningSum, error) {
	now := &runningSum{row: p.body.next, sums: append([]int64(nil), sums...)}
	plus := ""
	if before != nil {
		for i := range now.sums {
			now.sums[i] += before.sums[i]
		}
		plus = strconv.Itoa(before.row)
	}
	return now, p.sumRow(label, now.sums, func(col string) string {
		if plus == "" {
			return col + strconv.Itoa(page)
		}
		return col + plus + "+" + col + strconv.Itoa(page)
	})
}

func (p *pages) adds() bool {
	for _, c := range p.cols {
		if c.total {
			return true
		}
	}
	return false
}

func (p *pages) sumRow(label string, sums []int64, formula func(col string) string) error {
	cells := blanks(p.printed(), totalText)
	cells[1] = text(label).as(totalText)
	for i, c := range p.cols {
		switch {
		case !c.total:
		case c.style == countStyle:
			cells[i] = number(sums[i]).by(formula(letters[i])).as(totalCount)
		default:
			cells[i] = fen(money.Fen(sums[i])).by("ROUND(" + formula(letters[i]) + ",2)").as(totalMoney)
		}
	}
	return p.body.add(pageSum, cells...)
}

// across writes one cell over the whole width.
func (p *pages) across(height points, c cell) error {
	p.merges = append(p.merges, across(p.body.next, 0, p.printed()-1))
	return p.body.add(height, append([]cell{c}, blanks(p.printed()-1, c.style)...)...)
}

// tabName makes a sheet's name of a place's name, which may hold what such a name cannot,
// or be another's already.
func tabName(name string, taken map[string]bool) string {
	clean := []rune{}
	for _, r := range name {
		switch r {
		case '[', ']', ':', '*', '?', '/', '\\', '\'':
			r = '＿'
		}
		clean = append(clean, r)
	}
	if len(clean) > excelize.MaxSheetNameLength-4 {
		clean = clean[:excelize.MaxSheetNameLength-4]
	}
	base := string(clean)
	if base == "" {
		base = "表"
	}
	for i := 2; taken[base]; i++ {
		base = string(clean) + "（" + strconv.Itoa(i) + "）"
	}
	taken[base] = true
	return base
}
