package sheet

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"zhida/rules/message"
)

// workbook is a workbook on its way through the gate.
type workbook struct {
	file  string
	parts map[string]*zip.File
	left  int64 // bytes that may still be unpacked
	cells int   // cells that may still be kept

	sheets   []sheetRef
	rels     map[string]string // relation to part
	base1904 bool
	formats  map[int]string // own number formats
	dated    []bool         // styles that show dates
	others   []string       // number formats that show another unit or figure
	styles   []uint8        // of each style, which of those it has, from 1
	strings  []string
	tables   map[string]*Table // by part
}

type sheetRef struct {
	name, relation string
	hidden         bool
}

// inOrder gives the tables as the workbook lists its sheets.
func (w *workbook) inOrder() ([]*Table, error) {
	var list []*Table
	for _, s := range w.sheets {
		t := w.tables[w.rels[s.relation]]
		if t == nil {
			continue // a sheet of charts
		}
		if t.Sheet != "" {
			return nil, damaged(errors.New("two sheets share a part"))
		}
		t.Sheet, t.Hidden, t.formats = s.name, s.hidden, w.others
		list = append(list, t)
	}
	if len(list) == 0 {
		return nil, damaged(errors.New("no sheet"))
	}
	return list, nil
}

// bookPart takes the names of the sheets.
type bookPart workbook

func (b *bookPart) text([]byte) error { return nil }
func (b *bookPart) end(string) error  { return nil }
func (b *bookPart) start(t xml.StartElement) error {
	switch t.Name.Local {
	case "workbookPr":
		v, _ := attribute(t, "date1904")
		b.base1904 = v == "1" || v == "true"
	case "sheet":
		var s sheetRef
		for _, a := range t.Attr {
			switch {
			case a.Name.Local == "name":
				s.name = a.Value
			case a.Name.Local == "id" && a.Name.Space != "":
				s.relation = a.Value
			case a.Name.Local == "state":
				s.hidden = a.Value != "visible"
			}
		}
		if s.name == "" || slices.ContainsFunc(b.sheets, func(x sheetRef) bool { return strings.EqualFold(x.name, s.name) }) {
			return damaged(errors.New("two sheets of one name"))
		}
		b.sheets = append(b.sheets, s)
	}
	return nil
}

// relsPart takes where the sheets stand.
type relsPart workbook

func (r *relsPart) text([]byte) error { return nil }
func (r *relsPart) end(string) error  { return nil }
func (r *relsPart) start(t xml.StartElement) error {
	if t.Name.Local != "Relationship" {
		return nil
	}
	id, _ := attribute(t, "Id")
	target, _ := attribute(t, "Target")
	if strings.HasPrefix(target, "/") {
		r.rels[id] = strings.TrimPrefix(target, "/")
	} else {
		r.rels[id] = path.Join("xl", target)
	}
	return nil
}

// stylesPart takes which styles show dates, and which another unit or figure than the number kept.
type stylesPart struct {
	*workbook
	inCells bool
}

func (s *stylesPart) text([]byte) error { return nil }
func (s *stylesPart) end(name string) error {
	if name == "cellXfs" {
		s.inCells = false
	}
	return nil
}
func (s *stylesPart) start(t xml.StartElement) error {
	switch {
	case t.Name.Local == "numFmt":
		id, err := number(t, "numFmtId", 0)
		if err != nil {
			return err
		}
		s.formats[id], _ = attribute(t, "formatCode")
	case t.Name.Local == "cellXfs":
		s.inCells = true
	case t.Name.Local == "xf" && s.inCells:
		id, err := number(t, "numFmtId", 0)
		if err != nil {
			return err
		}
		code, own := s.formats[id]
		s.dated = append(s.dated, own && showsDate(code) || !own && isDateFormat(id))
		s.styles = append(s.styles, s.formatOf(id))
	}
	return nil
}

// stringsPart takes the texts that cells share. What tells how to pronounce one is no part of it.
type stringsPart struct {
	*workbook
	b            strings.Builder
	inText, said bool
}

func (s *stringsPart) start(t xml.StartElement) error {
	switch t.Name.Local {
	case "si":
		s.b.Reset()
	case "t":
		s.inText = !s.said
	case "rPh":
		s.said = true
	}
	return nil
}

func (s *stringsPart) text(b []byte) error {
	if s.inText {
		s.b.Write(b)
	}
	return nil
}

func (s *stringsPart) end(name string) error {
	switch name {
	case "t":
		s.inText = false
	case "rPh":
		s.said = false
	case "si":
		if len(s.strings) >= maxCells {
			return message.Err("sheet.too_large", maxTotal>>20)
		}
		s.strings = append(s.strings, unescape(s.b.String()))
	}
	return nil
}

var escaped = regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`)

// unescape gives characters that a workbook writes as _x000D_, without the spaces around the text.
func unescape(s string) string {
	if strings.Contains(s, "_x") {
		s = escaped.ReplaceAllStringFunc(s, func(x string) string {
			n, _ := strconv.ParseUint(x[2:6], 16, 32) // the expression has let hexadecimal digits through only
			return string(rune(n))
		})
	}
	return strings.TrimSpace(s)
}

// sheetPart takes rows and cells, and holds them to ascending order without repetition.
type sheetPart struct {
	*workbook
	table *Table

	row, column     int
	kind            string // attribute t
	style           int
	formula, inCell bool
	inValue, said   bool
	b               []byte
	current         Row
}

func (s *sheetPart) start(t xml.StartElement) (err error) {
	switch t.Name.Local {
	case "row":
		n, err := number(t, "r", s.row+1)
		if err != nil || n <= s.row {
			r, _ := attribute(t, "r")
			return message.Err("sheet.rows", r)
		}
		h, _ := attribute(t, "hidden")
		s.row, s.column = n, 0
		s.current = Row{Number: n, Hidden: h == "1" || h == "true"}
	case "c":
		column := s.column + 1
		if r, ok := attribute(t, "r"); ok {
			named, row := split(r)
			if row != s.row || named < column {
				return message.Err("sheet.rows", r)
			}
			column = named
		}
		s.column, s.inCell, s.formula, s.b = column, true, false, s.b[:0]
		s.kind, _ = attribute(t, "t")
		s.style, err = number(t, "s", 0)
	case "f":
		s.formula = true
	case "v", "t":
		s.inValue = s.inCell && !s.said
	case "rPh":
		s.said = true
	case "col":
		err = s.hiddenColumns(t)
	case "mergeCell":
		ref, _ := attribute(t, "ref")
		err = s.merge(ref)
	}
	return err
}

func (s *sheetPart) text(b []byte) error {
	if s.inValue {
		s.b = append(s.b, b...)
	}
	return nil
}

func (s *sheetPart) end(name string) error {
	switch name {
	case "v", "t":
		s.inValue = false
	case "rPh":
		s.said = false
	case "c":
		s.inCell = false
		return s.keep()
	case "row":
		if len(s.current.Cells) > 0 {
			s.table.Rows = append(s.table.Rows, s.current)
		}
	}
	return nil
}

// keep files a cell that holds something. What has only a format is left out, wherever it stands.
func (s *sheetPart) keep() error {
	c, err := s.cell()
	if err != nil || c.Kind == Empty {
		return err
	}
	if s.column > maxColumn || s.row > maxRows {
		return message.Err("sheet.rows", Address(s.column, s.row))
	}
	for n := len(s.current.Cells); n < s.column; n++ {
		s.current.Cells = append(s.current.Cells, Cell{column: uint16(n + 1), row: int32(s.row)})
		s.cells--
	}
	if s.cells < 0 {
		return message.Err("sheet.too_large", maxTotal>>20)
	}
	c.column, c.row = uint16(s.column), int32(s.row)
	s.current.Cells[s.column-1] = c
	return nil
}

// cell is the cell that has just ended, by how it is stored.
func (s *sheetPart) cell() (Cell, error) {
	switch s.kind {
	case "e":
		return Cell{Kind: Formula}, nil
	case "s":
		if len(s.b) == 0 {
			break
		}
		n, err := strconv.Atoi(strings.TrimSpace(string(s.b)))
		if err != nil || n < 0 || n >= len(s.strings) {
			return Cell{}, damaged(errors.New("no such string"))
		}
		return textCell(s.strings[n], s.formula), nil
	case "str", "inlineStr":
		return textCell(unescape(string(s.b)), s.formula), nil
	case "b":
		if len(s.b) > 0 {
			return Cell{Kind: Bool, Text: string(s.b)}, nil
		}
	case "d":
		day, clock, _ := strings.Cut(string(s.b), "T")
		if day != "" && strings.Trim(clock, "0:.Z") == "" {
			return Cell{Kind: Date, Text: day}, nil
		}
		return textCell(string(s.b), s.formula), nil
	case "", "n":
		if v := strings.TrimSpace(string(s.b)); v != "" {
			if s.style >= 0 && s.style < len(s.dated) && s.dated[s.style] {
				if day, ok := iso(v, s.base1904); ok {
					return Cell{Kind: Date, Text: day}, nil
				}
			}
			c := Cell{Kind: Number, Text: v}
			if s.style >= 0 && s.style < len(s.styles) {
				c.format = s.styles[s.style]
			}
			return c, nil
		}
	default:
		return Cell{}, damaged(errors.New("type of cell"))
	}
	return textCell("", s.formula), nil
}

func textCell(text string, formula bool) Cell {
	switch {
	case text != "":
		return Cell{Kind: Text, Text: text}
	case formula:
		return Cell{Kind: Formula}
	}
	return Cell{}
}

func (s *sheetPart) hiddenColumns(t xml.StartElement) error {
	h, _ := attribute(t, "hidden")
	if h != "1" && h != "true" {
		return nil
	}
	first, err := number(t, "min", 0)
	if err != nil {
		return err
	}
	last, err := number(t, "max", first)
	if err != nil {
		return err
	}
	for c := max(1, first); c <= min(last, maxColumn); c++ {
		s.table.HiddenColumns = append(s.table.HiddenColumns, c-1)
	}
	return nil
}

// merge files a merged range. The rows of all of them are bounded: ranges over ranges could be many times the sheet.
func (s *sheetPart) merge(ref string) error {
	a, b, _ := strings.Cut(ref, ":")
	m := Merge{}
	m.Left, m.Top = split(a)
	if m.Right, m.Bottom = split(b); b == "" {
		m.Right, m.Bottom = m.Left, m.Top
	}
	if m.Left == 0 || m.Right < m.Left || m.Bottom < m.Top {
		return message.Err("sheet.rows", ref)
	}
	if s.table.mergedRows += min(m.Bottom, maxRows) - min(m.Top, maxRows) + 1; s.table.mergedRows > 2*maxRows {
		return message.Err("sheet.suspicious", "mergeCells")
	}
	s.table.merges = append(s.table.merges, m)
	return nil
}
