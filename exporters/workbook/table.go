package workbook

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"zhida/rules/money"
)

// partRows is how many rows a sheet of a table holds before the next one begins:
// spreadsheet programs end at 1,048,576.
const partRows = 1_000_000

// Rows of every table: title, note, totals, headings, then the data. The totals
// stand on top because nobody scrolls to the end of a county.
const (
	titleRow = iota + 1
	noteRow
	totalRow
	headRow
	firstRow
)

// table is a list of any length: one sheet, or several when it is very long.
type table struct {
	book  *book
	name  string
	title string
	cols  []column
	keys  int
	rest  string // shown instead of rows when there are none
	limit int    // partRows, less in tests
	alarm int    // column that is red where it is not zero, 0 for none
	wraps []int  // columns that can need several lines
	spans []span // of the numbers, by column
	parts []*part
	count int
}

// part is one sheet of a table with what its totals are.
type part struct {
	*sheet
	rows   int
	totals []money.Fen
}

func (b *book) newTable(name, title, rest string, keys int, cols ...column) *table {
	t := &table{book: b, name: name, title: title, rest: rest, cols: cols, keys: keys, limit: partRows, spans: make([]span, len(cols))}
	for i, c := range cols {
		if c.style == textStyle || c.style == centreStyle {
			t.wraps = append(t.wraps, i)
		}
	}
	return t
}

// add puts the cells into the next row; a serial number comes in front of them.
func (t *table) add(cells []cell) error {
	p, err := t.room()
	if err != nil {
		return err
	}
	t.count++
	p.rows++
	cells[0] = number(int64(t.count))
	for i := range t.cols {
		t.spans[i].take(cells[i].number)
		if t.cols[i].total {
			p.totals[i] += money.Fen(cells[i].number)
		}
	}
	return p.body.add(t.height(cells), cells...)
}

// nextRow is the number of the row that add will write.
func (t *table) nextRow() int {
	if n := len(t.parts); n > 0 && t.parts[n-1].rows < t.limit {
		return t.parts[n-1].body.next
	}
	return firstRow
}

// room is the sheet that the next row goes to.
func (t *table) room() (*part, error) {
	if n := len(t.parts); n > 0 && t.parts[n-1].rows < t.limit {
		return t.parts[n-1], nil
	}
	name := t.name
	if len(t.parts) > 0 {
		t.parts[len(t.parts)-1].body.flush()
		name += strconv.Itoa(len(t.parts) + 1)
	}
	s, err := t.book.newSheet(name, t.cols, firstRow)
	if err != nil {
		return nil, err
	}
	s.keys, s.frozen, s.filter, s.alarm = t.keys, headRow, headRow, t.alarm
	t.book.sheets = append(t.book.sheets, s)
	p := &part{sheet: s, totals: make([]money.Fen, len(t.cols))}
	t.parts = append(t.parts, p)
	return p, nil
}

// lineHeight is the height of a line of body text, in points.
const lineHeight points = 13

func (t *table) height(cells []cell) points {
	n := 1
	for _, i := range t.wraps {
		n = max(n, lines(cells[i].text, t.cols[i].chars))
	}
	return rowHeight(n)
}

// rowHeight is the height of a row of n lines; programs end at 409 points.
func rowHeight(n int) points { return min(points(n)*lineHeight+3, 409) }

// finish writes the rows above the data, which need the number of rows below.
func (t *table) finish() error {
	if _, err := t.room(); err != nil {
		return err
	}
	t.fit()
	for i, p := range t.parts {
		title := t.title
		if len(t.parts) > 1 {
			title = fmt.Sprintf("%s（第%d部分，共%d部分）", t.title, i+1, len(t.parts))
		}
		if err := t.finishPart(p, title); err != nil {
			return err
		}
	}
	return nil
}

// fit makes the columns of numbers as wide as what stands in them: too narrow a
// column shows ####, and too wide ones make the print small.
func (t *table) fit() {
	for i := range t.cols {
		for _, p := range t.parts {
			t.spans[i].take(int64(p.totals[i]))
		}
		t.cols[i].fit(t.spans[i])
	}
}

func (t *table) finishPart(p *part, title string) error {
	if err := p.heading(&p.top, title); err != nil {
		return err
	}
	remark := 2 // stretches over the next columns that hold no totals
	for remark < 4 && !t.cols[remark+1].total {
		remark++
	}
	p.merges = append(p.merges, across(totalRow, 2, remark))
	if err := p.top.add(20, t.totals(p)...); err != nil {
		return err
	}
	if err := p.top.add(30, p.heads()...); err != nil {
		return err
	}
	if p.rows > 0 || t.rest == "" {
		return nil
	}
	p.merges = append(p.merges, across(p.body.next, 0, p.printed()-1))
	return p.body.add(24, append([]cell{text(t.rest).as(centreStyle)}, blanks(p.printed()-1, centreStyle)...)...)
}

// totals is the row of totals: it follows the filter, which is why the checks do
// not rest on it.
func (t *table) totals(p *part) []cell {
	cells := blanks(len(t.cols)-t.keys, totalText)
	cells[0] = text("合计").as(totalText)
	cells[1] = number(int64(p.rows)).by("SUBTOTAL(103," + p.column(1) + ")").as(totalCount)
	cells[2] = text("行（随筛选变动）").as(totalNote)
	for i, c := range t.cols {
		if c.total {
			cells[i] = fen(p.totals[i]).by("ROUND(SUBTOTAL(109," + p.column(i) + "),2)").as(totalMoney)
		}
	}
	return cells
}

// column is the range of a column of the sheet, without the sheet's name.
func (p *part) column(i int) string {
	return fmt.Sprintf("%s%d:%s%d", letters[i], firstRow, letters[i], firstRow+max(1, p.rows)-1)
}

// total is the sum of a column over all sheets.
func (t *table) total(i int) money.Fen {
	var sum money.Fen
	for _, p := range t.parts {
		sum += p.totals[i]
	}
	return sum
}

// condition is a column and what it must be, as a formula writes it: A5, ">0".
type condition struct {
	col int
	is  string
}

// sum is the formula that adds up a column over all sheets of the table, rounded
// to the fen: programs add binary fractions, and 0.1+0.2 must be 0.3.
func (t *table) sum(col int, when ...condition) string {
	terms := t.each(func(p *part) string {
		if len(when) == 0 {
			return "SUM(" + p.absolute(col) + ")"
		}
		return "SUMIFS(" + p.absolute(col) + p.conditions(when, true) + ")"
	})
	return "ROUND(" + terms + ",2)"
}

// countIf is the formula that counts rows over all sheets of the table.
func (t *table) countIf(when ...condition) string {
	return t.each(func(p *part) string { return "COUNTIFS(" + p.conditions(when, false) + ")" })
}

// countAll is the formula that counts the rows by a column that is never empty.
func (t *table) countAll(col int) string {
	return t.each(func(p *part) string { return "COUNT(" + p.absolute(col) + ")" })
}

func (t *table) each(term func(*part) string) string {
	terms := make([]string, len(t.parts))
	for i, p := range t.parts {
		terms[i] = term(p)
	}
	return strings.Join(terms, "+")
}

func (p *part) conditions(when []condition, follow bool) string {
	var b strings.Builder
	for i, c := range when {
		if follow || i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(p.absolute(c.col) + "," + c.is)
	}
	return b.String()
}

// absolute is the range of a column with the sheet's name: '明细'!$L$5:$L$20004.
func (p *part) absolute(i int) string {
	return fmt.Sprintf("%s!$%s$%d:$%s$%d", quote(p.name), letters[i], firstRow, letters[i], firstRow+max(1, p.rows)-1)
}

// heading writes the title and the note of a sheet over its printed columns.
func (s *sheet) heading(r *rows, title string) error {
	last := s.printed() - 1
	s.merges = append(s.merges, across(r.next, 0, last))
	if err := r.add(30, text(title).as(titleStyle)); err != nil {
		return err
	}
	note := blanks(last+1, noteStyle)
	note[0] = text(r.book.paper.note).as(noteStyle)
	if slices.ContainsFunc(s.cols, func(c column) bool { return c.style == moneyStyle }) {
		note[last] = text("金额单位：元").as(noteRight)
	}
	return r.add(16, note...)
}

// heads is the row of column headings.
func (s *sheet) heads() []cell {
	cells := make([]cell, len(s.cols))
	for i, c := range s.cols {
		cells[i] = text(c.head).as(headStyle)
		if i >= s.printed() {
			cells[i] = text(c.head).as(keyHead)
		}
	}
	return cells
}

// blanks are empty cells of a style, for borders and fills.
func blanks(n int, st style) []cell {
	cells := make([]cell, n)
	for i := range cells {
		cells[i].style = st
	}
	return cells
}

// across is a range inside a row, by columns from 0: A3:F3.
func across(row, from, to int) string {
	return fmt.Sprintf("%s%d:%s%d", letters[from], row, letters[to], row)
}
