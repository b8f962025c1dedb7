package workbook

import (
	"errors"
	"strconv"

	"github.com/xuri/excelize/v2"

	"zhida/rules/calendar"
	"zhida/rules/message"
	"zhida/rules/money"
)

// cell is one cell: what it shows, the formula behind it if there is one, and a
// style where it differs from its column's. The zero value is an empty cell.
type cell struct {
	kind    kind
	style   style
	text    string // of textCell
	number  int64  // of numberCell as it is, of moneyCell in fen
	formula string // without =; the value beside it is what it gives
}

type kind uint8

const (
	emptyCell kind = iota
	textCell
	numberCell
	moneyCell
)

func text(s string) cell          { return cell{kind: textCell, text: s} }
func number(n int64) cell         { return cell{kind: numberCell, number: n} }
func fen(f money.Fen) cell        { return cell{kind: moneyCell, number: int64(f)} }
func month(m calendar.Month) cell { return number(int64(m)) }

// as gives the cell a style of its own.
func (c cell) as(s style) cell { c.style = s; return c }

// by puts a formula behind the value.
func (c cell) by(formula string) cell { c.formula = formula; return c }

// rows writes rows of cells as sheet XML. With a stream behind it full buffers
// are compressed at once; without one the rows stay in buf.
type rows struct {
	book   *book
	sheet  string
	cols   []column
	next   int // number of the next row, from 1
	buf    []byte
	stream *stream
	fixed  bool // heights hold whatever the program that opens the file measures
}

// points is a height on paper, 72 to the inch.
type points int

// add writes one row; height 0 leaves it to the program that opens
// the file. Errors: workbook.character, workbook.long.
func (r *rows) add(height points, cells ...cell) error {
	if r.buf == nil {
		r.buf = fresh()
	}
	b := append(r.buf, `<row r="`...)
	b = strconv.AppendInt(b, int64(r.next), 10)
	if height > 0 {
		// Without customHeight: a program that measures the text itself may know better.
		b = append(b, `" ht="`...)
		b = strconv.AppendInt(b, int64(height), 10)
		if r.fixed {
			b = append(b, `" customHeight="1`...)
		}
	}
	b = append(b, `">`...)
	var err error
	for i := range cells {
		if b, err = r.append(b, i, &cells[i]); err != nil {
			return r.refused(err, i)
		}
	}
	r.buf = append(b, "</row>"...)
	r.next++
	if r.stream != nil && len(r.buf) >= blockSize {
		r.flush()
	}
	return nil
}

// skip leaves rows empty.
func (r *rows) skip(n int) { r.next += n }

func (r *rows) flush() {
	if len(r.buf) > 0 {
		r.stream.write(r.buf)
		r.buf = nil
	}
}

func (r *rows) append(b []byte, col int, c *cell) ([]byte, error) {
	st := c.style
	if st == columnStyle {
		st = r.cols[col].style
	}
	b = append(b, `<c r="`...)
	b = append(b, letters[col]...)
	b = strconv.AppendInt(b, int64(r.next), 10)
	b = append(b, `" s="`...)
	b = strconv.AppendInt(b, int64(r.book.styles[st]), 10)
	switch c.kind {
	case emptyCell:
		return append(b, `"/>`...), nil
	case textCell:
		return appendString(b, c)
	}
	b = append(b, `">`...)
	if c.formula != "" {
		b = appendFormula(b, c.formula)
	}
	b = append(b, "<v>"...)
	if c.kind == moneyCell {
		b = appendYuan(b, money.Fen(c.number))
	} else {
		b = strconv.AppendInt(b, c.number, 10)
	}
	return append(b, "</v></c>"...), nil
}

// appendString writes text as an inline string: there it is a text whatever it
// begins with, and no table of all strings has to be held.
func appendString(b []byte, c *cell) ([]byte, error) {
	var err error
	if c.formula != "" {
		b = appendFormula(append(b, `" t="str">`...), c.formula)
		b, err = appendText(append(b, "<v>"...), c.text)
		return append(b, "</v></c>"...), err
	}
	b = append(b, `" t="inlineStr"><is><t`...)
	if s := c.text; s != "" && (s[0] <= ' ' || s[len(s)-1] <= ' ') {
		b = append(b, ` xml:space="preserve"`...)
	}
	b, err = appendText(append(b, '>'), c.text)
	return append(b, "</t></is></c>"...), err
}

func appendFormula(b []byte, f string) []byte {
	b = append(b, "<f>"...)
	b, _ = appendText(b, f) // formulas are our own and hold nothing to refuse
	return append(b, "</f>"...)
}

// refused says which cell cannot be written and why: 明细!R7 说明.
func (r *rows) refused(err error, col int) error {
	var bad *badText
	if !errors.As(err, &bad) {
		return err
	}
	where := r.sheet + "!" + letters[col] + strconv.Itoa(r.next)
	if r.cols[col].head != "" {
		where += " " + r.cols[col].head
	}
	if bad.long > 0 {
		return message.Err("workbook.long", where, bad.long, longest)
	}
	return message.Err("workbook.character", where, code(bad.char))
}

// letters are the names of the columns; newSheet refuses a wider sheet.
var letters = columnNames(256)

func columnNames(n int) []string {
	names := make([]string, n)
	for i := range names {
		name, err := excelize.ColumnNumberToName(i + 1)
		if err != nil {
			panic(err) // the bound is a constant
		}
		names[i] = name
	}
	return names
}
