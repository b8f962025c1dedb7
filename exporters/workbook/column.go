package workbook

import (
	"strconv"

	"zhida/rules/money"
)

// column is a column of a sheet.
type column struct {
	head  string
	chars int // width in half-width characters of body text; columns of numbers grow with them
	style style
	total bool // the row of totals adds it up
}

// named gives a column another heading.
func (c column) named(head string) column { c.head = head; return c }

// moneyColumn is a column of amounts in yuan with a total.
func moneyColumn(head string) column {
	return column{head: head, chars: 9, style: moneyStyle, total: true}
}

// zeroColumn is a column of differences that must be zero, wide enough for a heading that
// says so.
func zeroColumn(head string) column {
	return column{head: head, chars: 13, style: moneyStyle, total: true}
}

// countColumn is a column of counts with a total.
func countColumn(head string) column {
	return column{head: head, chars: 6, style: countStyle, total: true}
}

// textColumn is a column of text that may need several lines.
func textColumn(head string, chars int) column {
	return column{head: head, chars: chars, style: textStyle}
}

// shortColumn is a column of short text in the middle.
func shortColumn(head string, chars int) column {
	return column{head: head, chars: chars, style: centreStyle}
}

// keyColumn is a column of numbers that formulas look for.
func keyColumn(head string, chars int) column {
	return column{head: head, chars: chars, style: keyStyle}
}

// span is the least and the greatest number of a column.
type span struct{ least, greatest int64 }

func (s *span) take(n int64) {
	s.least, s.greatest = min(s.least, n), max(s.greatest, n)
}

// fit widens a column of numbers to what stands in it.
func (c *column) fit(s span) {
	for _, n := range []int64{s.least, s.greatest} {
		switch c.style {
		case moneyStyle:
			c.chars = max(c.chars, len(money.Fen(n).Grouped())+1)
		case countStyle:
			digits := len(strconv.FormatInt(n, 10))
			c.chars = max(c.chars, digits+digits/3+1)
		case plainStyle, keyStyle:
			c.chars = max(c.chars, len(strconv.FormatInt(n, 10))+1)
		}
	}
}
