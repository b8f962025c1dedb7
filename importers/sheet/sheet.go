// Package sheet owns the reading of foreign tables: .xlsx workbooks and .csv files
// in the encodings that offices use. It is the only reader of spreadsheets. It
// gives cells with their kind and address and never guesses what they mean.
package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	textunicode "golang.org/x/text/encoding/unicode"

	"zhida/rules/message"
)

// Kind is how a cell holds its value.
type Kind int

// The kinds of cell. Number is a numeric cell of a workbook: it keeps 15 digits at
// most, so identifiers in it are lost. CSV cells are Text.
const (
	Empty Kind = iota
	Text
	Number
	Date // a number shown as a date; Text is its ISO form
	Bool
	Formula // without a stored value
)

// Cell is one cell.
type Cell struct {
	Kind    Kind
	Text    string // as stored, without spaces around
	Address string
}

// Row is one row of a table; Cells is indexed by column from 0.
type Row struct {
	Number int
	Hidden bool
	Cells  []Cell
}

// At is the cell in a column from 0; beyond the row's end it is empty.
func (r *Row) At(column int) Cell {
	if column < 0 || column >= len(r.Cells) {
		return Cell{Address: Address(column+1, r.Number)}
	}
	return r.Cells[column]
}

// Empty says that no cell of the row holds anything.
func (r *Row) Empty() bool {
	for _, c := range r.Cells {
		if c.Kind != Empty {
			return false
		}
	}
	return true
}

// Table is one sheet.
type Table struct {
	File, Sheet string
	Rows        []Row
}

// Open reads the first sheet of a workbook, or the sheet named, or a CSV file.
// Errors: sheet.damaged, sheet.too_large, sheet.part, sheet.rows, sheet.suspicious,
// sheet.old_format, sheet.encoding, sheet.no_sheet; sheet.text, with the table.
func Open(file string, data []byte, name string) (*Table, error) {
	t := &Table{File: file}
	var err error
	switch {
	case bytes.HasPrefix(data, []byte("PK")):
		err = t.workbook(data, name)
	case bytes.HasPrefix(data, []byte{0xd0, 0xcf, 0x11, 0xe0}):
		err = message.Err("sheet.old_format")
	default:
		err = t.csv(data)
	}
	if err != nil {
		return nil, err
	}
	return t, t.checkText()
}

func (t *Table) workbook(data []byte, name string) error {
	p, err := gate(data)
	if err != nil {
		return err
	}
	f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{RawCellValue: true, UnzipSizeLimit: maxTotal, UnzipXMLSizeLimit: maxPart})
	if err != nil {
		return damaged(err)
	}
	defer f.Close()
	sheets := f.GetSheetList()
	if len(sheets) == 0 {
		return damaged(errors.New("no sheet"))
	}
	t.Sheet = sheets[0]
	if name != "" {
		if i, err := f.GetSheetIndex(name); err != nil || i < 0 {
			return message.Err("sheet.no_sheet", name, strings.Join(sheets, "、"))
		}
		t.Sheet = name
	}
	return t.rows(f, p.sheet(t.Sheet))
}

// rows reads the values with the library's row iterator and the kinds from the marks of the gate.
func (t *Table) rows(f *excelize.File, marks map[int][]cellMark) error {
	rows, err := f.Rows(t.Sheet)
	if err != nil {
		return damaged(err)
	}
	defer rows.Close()
	props, err := f.GetWorkbookProps()
	if err != nil {
		return damaged(err)
	}
	d := &dates{file: f, is: map[int]bool{}, base1904: props.Date1904 != nil && *props.Date1904}
	for n := 1; rows.Next(); n++ {
		values, err := rows.Columns()
		if err != nil {
			return damaged(err)
		}
		row := Row{Number: n, Hidden: rows.GetRowOpts().Hidden}
		for i, v := range values {
			row.Cells = append(row.Cells, Cell{Address: Address(i+1, n), Text: strings.TrimSpace(v)})
		}
		for _, m := range marks[n] {
			for len(row.Cells) < m.column { // the iterator drops empty cells at the end of a row
				row.Cells = append(row.Cells, Cell{Address: Address(len(row.Cells)+1, n)})
			}
			if err := row.Cells[m.column-1].mark(m, d); err != nil {
				return damaged(err)
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return rows.Error()
}

// mark tells the kind of a workbook cell from how it is stored.
func (c *Cell) mark(m cellMark, d *dates) error {
	switch {
	case c.Text == "" && m.formula, m.kind == "e":
		c.Kind = Formula
	case c.Text == "":
	case m.kind == "s" || m.kind == "inlineStr" || m.kind == "str":
		c.Kind = Text
	case m.kind == "b":
		c.Kind = Bool
	case m.kind == "d":
		c.Kind = Date
	default:
		c.Kind = Number
		iso, isDate, err := d.iso(m.style, c.Text)
		if err != nil {
			return err
		}
		if isDate {
			c.Kind, c.Text = Date, iso
		}
	}
	return nil
}

// csv reads comma- or tab-separated text in whichever encoding it has.
func (t *Table) csv(data []byte) error {
	if len(data) > maxFile {
		return message.Err("sheet.too_large", maxFile>>20)
	}
	text, err := decode(data)
	if err != nil {
		return err
	}
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord = -1
	r.LazyQuotes = false
	if first, _, _ := strings.Cut(text, "\n"); strings.Count(first, "\t") > strings.Count(first, ",") {
		r.Comma = '\t'
	}
	for {
		record, err := r.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return damaged(err)
		}
		line, _ := r.FieldPos(0)
		if len(record) > maxColumn || line > maxRows {
			return message.Err("sheet.rows", Address(len(record), line))
		}
		row := Row{Number: line}
		for i, v := range record {
			c := Cell{Kind: Text, Text: strings.TrimSpace(v), Address: Address(i+1, line)}
			if c.Text == "" {
				c.Kind = Empty
			}
			row.Cells = append(row.Cells, c)
		}
		t.Rows = append(t.Rows, row)
	}
}

// decode finds the encoding: a byte order mark decides, then UTF-8 if the bytes are
// valid and hold Chinese as UTF-8 would, then GB18030, of which GBK is a part.
func decode(data []byte) (string, error) {
	switch {
	case bytes.HasPrefix(data, []byte{0xef, 0xbb, 0xbf}):
		data = data[3:]
		if !utf8.Valid(data) {
			return "", message.Err("sheet.encoding")
		}
		return string(data), nil
	case bytes.HasPrefix(data, []byte{0xff, 0xfe}), bytes.HasPrefix(data, []byte{0xfe, 0xff}):
		return convert(textunicode.UTF16(textunicode.LittleEndian, textunicode.UseBOM), data)
	case utf8.Valid(data):
		return string(data), nil
	}
	return convert(simplifiedchinese.GB18030, data)
}

// convert decodes and encodes back: what does not come out the same was not in this encoding.
func convert(e encoding.Encoding, data []byte) (string, error) {
	out, err := e.NewDecoder().Bytes(data)
	if err != nil || bytes.ContainsRune(out, utf8.RuneError) {
		return "", message.Err("sheet.encoding").Because(err)
	}
	if e == simplifiedchinese.GB18030 {
		back, err := e.NewEncoder().Bytes(out)
		if err != nil || !bytes.Equal(back, data) {
			return "", message.Err("sheet.encoding").Because(err)
		}
	}
	return strings.TrimPrefix(string(out), "\ufeff"), nil
}

// checkText refuses characters that no form has a use for: controls, escapes,
// marks that turn the direction of text, replacement and private-use characters.
func (t *Table) checkText() error {
	for i := range t.Rows {
		for _, c := range t.Rows[i].Cells {
			for _, r := range c.Text {
				if unicode.Is(unicode.Co, r) {
					return message.Problems{{File: t.File, Sheet: t.Sheet, Cell: c.Address, Message: message.M("sheet.private_use", "U+"+hex4(r))}}
				}
				if (unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t') || r == utf8.RuneError || unicode.Is(unicode.Cf, r) {
					return message.Problems{{File: t.File, Sheet: t.Sheet, Cell: c.Address, Message: message.M("sheet.text", "U+"+hex4(r))}}
				}
			}
		}
	}
	return nil
}

func hex4(r rune) string {
	const digits = "0123456789ABCDEF"
	s := ""
	for ; r > 0 || len(s) < 4; r >>= 4 {
		s = string(digits[r&15]) + s
	}
	return s
}
