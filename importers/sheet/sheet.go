// Package sheet owns the reading of foreign tables: .xlsx workbooks, .csv files and tables of
// web pages in the encodings that offices use. It is the only reader of spreadsheets. It
// gives cells with their kind and address and never guesses what they mean.
package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	textunicode "golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"zhida/rules/message"
)

// Kind is how a cell holds its value.
type Kind uint8

// The kinds of cell. Number is a numeric cell of a workbook: it keeps 15 digits at
// most, so identifiers in it are lost. CSV cells are Text.
const (
	Empty Kind = iota
	Text
	Number
	Date // a number shown as a date; Text is its ISO form
	Bool
	Formula // without a stored value, or an error
)

// Cell is one cell; Text is as stored, without spaces around.
type Cell struct {
	Text   string
	Kind   Kind
	format uint8 // among formats of the table, from 1; 0 is one that shows the number as it is
	column uint16
	row    int32
}

// Address is where the cell stands: C7.
func (c Cell) Address() string { return Address(int(c.column), int(c.row)) }

// Row is one row of a table that holds something; Cells is indexed by column from 0.
type Row struct {
	Number int
	Hidden bool // hidden, or filtered away
	Cells  []Cell
}

// At is the cell in a column from 0; beyond the row's end it is empty.
func (r *Row) At(column int) Cell {
	if column < 0 || column >= len(r.Cells) {
		return Cell{column: uint16(column + 1), row: int32(r.Number)}
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
	File, Sheet   string
	Hidden        bool // the sheet itself
	Rows          []Row
	HiddenColumns []int    // from 0
	Text          bool     // no workbook: a text file, which knows no merged cells, or a page of the web
	formats       []string // number formats that show another unit, or another figure, than what is kept
	merges        []Merge
	mergedRows    int             // of all ranges together
	merged        map[int][]Merge // by row, made when it is first asked for
}

// Merge is a range of merged cells, rows and columns from 1; its value stands in the first.
type Merge struct{ Left, Top, Right, Bottom int }

// Merged gives the range that the cell in a column (from 0) of a row (its number) is part of.
func (t *Table) Merged(column, row int) (Merge, bool) {
	if t.merged == nil {
		t.merged = map[int][]Merge{}
		for _, m := range t.merges {
			for n := m.Top; n <= min(m.Bottom, maxRows); n++ {
				t.merged[n] = append(t.merged[n], m)
			}
		}
	}
	for _, m := range t.merged[row] {
		if column+1 >= m.Left && column+1 <= m.Right {
			return m, true
		}
	}
	return Merge{}, false
}

// Tables reads every sheet of a workbook in its order, or a text file or a page of the web as one table. The
// list of problems that Mark puts in front is not among them. Errors: sheet.damaged,
// sheet.too_large, sheet.part, sheet.rows, sheet.suspicious, sheet.old_format,
// sheet.encrypted, sheet.encoding, sheet.kind, sheet.quotes.
func Tables(file string, data []byte) ([]*Table, error) {
	switch {
	case bytes.HasPrefix(data, []byte("PK")) && !IsOld(data):
		list, err := gate(file, data)
		return slices.DeleteFunc(list, isList), err
	case IsOld(data) && bytes.Contains(data, encrypted):
		return nil, message.Err("sheet.encrypted")
	case IsOld(data):
		return nil, message.Err("sheet.old_format")
	}
	if kind := otherKind(data); kind != "" {
		return nil, message.Err("sheet.kind", kind)
	}
	t := &Table{File: file, Text: true}
	if isMarkup(data) {
		return []*Table{t}, t.page(data)
	}
	return []*Table{t}, t.csv(data)
}

// Open reads the first sheet of a workbook, or the sheet named, or a text file.
// Errors: those of Tables, sheet.no_sheet; those of Unreadable, with the table.
func Open(file string, data []byte, name string) (*Table, error) {
	list, err := Tables(file, data)
	if err != nil {
		return nil, err
	}
	t, err := Named(list, name)
	if err != nil {
		return nil, err
	}
	if problems := t.Unreadable(); len(problems) > 0 {
		return t, problems
	}
	return t, nil
}

// Named finds a sheet by its name; "" is the first one. Error: sheet.no_sheet.
func Named(list []*Table, name string) (*Table, error) {
	var names []string
	for _, t := range list {
		if name == "" || t.Sheet == name || t.Text {
			return t, nil
		}
		names = append(names, t.Sheet)
	}
	return nil, message.Err("sheet.no_sheet", name, strings.Join(names, "、"))
}

// separator is the character that most divides the first lines.
func separator(text string) rune {
	best, most := ',', 0
	lines := strings.SplitN(text, "\n", 21)
	for _, c := range ",\t;" {
		n := 0
		for _, line := range lines[:min(20, len(lines))] {
			n += strings.Count(line, string(c))
		}
		if n > most {
			best, most = c, n
		}
	}
	return best
}

// csv reads text divided by commas, tabs or semicolons in whichever encoding it has.
func (t *Table) csv(data []byte) error {
	if len(data) > maxFile {
		return message.Err("sheet.too_large", maxFile>>20)
	}
	text, err := decode(data)
	if err != nil {
		return err
	}
	if !strings.Contains(text, "\n") {
		text = strings.ReplaceAll(text, "\r", "\n") // lines as old Macs end them
	}
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord = -1
	r.LazyQuotes = false
	r.Comma = separator(text)
	r.ReuseRecord = true
	cells := maxCells
	for {
		record, err := r.Read()
		if err == io.EOF {
			return nil
		}
		var bad *csv.ParseError
		if errors.As(err, &bad) {
			return message.Err("sheet.quotes", bad.StartLine)
		}
		if err != nil {
			return damaged(err)
		}
		line, _ := r.FieldPos(0)
		if len(record) > maxColumn || line > maxRows {
			return message.Err("sheet.rows", Address(len(record), line))
		}
		if cells -= len(record); cells < 0 {
			return message.Err("sheet.too_large", maxFile>>20)
		}
		row := Row{Number: line, Cells: make([]Cell, len(record))}
		for i, v := range record {
			row.Cells[i] = Cell{Text: strings.TrimSpace(v), column: uint16(i + 1), row: int32(line)}
			if row.Cells[i].Text != "" {
				row.Cells[i].Kind = Text
			}
		}
		if !row.Empty() {
			t.Rows = append(t.Rows, row)
		}
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

// convert decodes and encodes back: what does not come out the same was not in this
// encoding. A piece at a time, since a large file is in memory already.
func convert(e encoding.Encoding, data []byte) (string, error) {
	var text strings.Builder
	text.Grow(len(data) + len(data)/2) // two bytes of a character become three
	if _, err := io.Copy(&text, transform.NewReader(bytes.NewReader(data), e.NewDecoder())); err != nil || strings.ContainsRune(text.String(), utf8.RuneError) {
		return "", message.Err("sheet.encoding").Because(err)
	}
	if e == simplifiedchinese.GB18030 {
		rest := data
		again := transform.NewReader(strings.NewReader(text.String()), e.NewEncoder())
		for piece := make([]byte, 1<<15); ; {
			n, err := again.Read(piece)
			if !bytes.HasPrefix(rest, piece[:n]) || err != nil && err != io.EOF {
				return "", message.Err("sheet.encoding").Because(err)
			}
			if rest = rest[n:]; err == io.EOF {
				break
			}
		}
		if len(rest) > 0 {
			return "", message.Err("sheet.encoding")
		}
	}
	return strings.TrimPrefix(text.String(), "\ufeff"), nil
}

// mostUnreadable is how many unreadable cells are named: so many are no accident.
const mostUnreadable = 5000

// Unreadable are cells with characters that no form has a use for: controls, escapes,
// marks that turn the direction of text, replacement and private-use characters.
// Their codes are sheet.text and sheet.private_use.
func (t *Table) Unreadable() (problems message.Problems) {
	for i := range t.Rows {
		if len(problems) >= mostUnreadable {
			break
		}
		for _, c := range t.Rows[i].Cells {
			for _, r := range c.Text {
				code := ""
				switch {
				case r < 0x7f && r >= ' ' || r == '\n' || r == '\r' || r == '\t':
					continue
				case unicode.Is(unicode.Co, r):
					code = "sheet.private_use"
				case unicode.IsControl(r) || r == utf8.RuneError || unicode.Is(unicode.Cf, r):
					code = "sheet.text"
				default:
					continue
				}
				problems = append(problems, message.Problem{File: t.File, Sheet: t.Sheet, Cell: c.Address(), Message: message.M(code, "U+"+hex4(r))})
				break
			}
		}
	}
	return problems
}

func hex4(r rune) string {
	const digits = "0123456789ABCDEF"
	s := ""
	for ; r > 0 || len(s) < 4; r >>= 4 {
		s = string(digits[r&15]) + s
	}
	return s
}
