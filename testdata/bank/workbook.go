package bank

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"
)

// bookForm is a form of a worksheet.
type bookForm struct {
	sheet    string // empty: the first
	titleRow int
	titles   []string // empty ones may hold anything
	least    int      // columns that must be there; the rest is optional
	columns  []column
	head     func(r *reading, s *worksheet) *Refusal
	row      func(line int, row Row, values []string) *Refusal // what several columns say together
	absent   bool                                              // no cell is there and empty
}

// column is a field of a worksheet.
type column struct {
	field
	text bool // a number loses digits here
}

var bookForms = map[string]bookForm{
	"icbc-xls": {
		titleRow: 1, titles: []string{"姓名", "卡号", "应处理金额", "备注", "实处理金额", "处理标志"}, least: 6,
		columns: []column{
			{bytesAtMost(60, holder), true}, {account5, true}, {below100Million, true}, {bytesAtMost(12, remark), true},
			{literal("实处理金额", ""), false}, {literal("处理标志", ""), false},
		},
	},
	"ccb-xlsx": {
		titleRow: 1, titles: []string{"序号", "账号", "户名", "金额", "跨行标识", "行名", "联行行号", "摘要", "备注"}, least: 9, absent: true,
		columns: []column{
			{sequence, false}, {account5, true}, {holder, true}, {yuanField, false}, {literal("跨行标识", "0", "1"), false}, {anything, false}, {cnapsOrNot, true},
			{remark, false}, {anything, false},
		},
		row: func(line int, row Row, values []string) *Refusal {
			if values[4] == "1" && values[5] == "" && row.Bank == "" {
				return refuse(line, BadBank, "another bank, without its name and number")
			}
			return nil
		},
	},
	"cmb-xlsx": {
		titleRow: 1, titles: []string{"帐号", "户名", "金额", "开户行", "开户地"}, least: 3,
		columns: []column{{account5, true}, {holder, true}, {cents, false}, {anything, false}, {anything, false}},
	},
	"jilin-xlsx": {
		sheet: "代发工资模板", titleRow: 4, titles: []string{"序号", "账号", "户名", "", "金额"}, least: 5, head: jilinHead,
		columns: []column{{sequence, false}, {account5, true}, {holder, true}, {literal("D", ""), false}, {yuanField, false}},
	},
}

var (
	below100Million = field{"应处理金额", func(row *Row, s string) *Refusal {
		refusal := yuanField.read(row, s)
		if refusal == nil && row.Fen >= 100_000_000_00 {
			refusal = refuse(0, BadAmount, "100 million yuan or more")
		}
		return refusal
	}}
	cnapsOrNot = field{"联行行号", func(row *Row, s string) *Refusal {
		if s == "" {
			return nil
		}
		return cnapsField.read(row, s)
	}}
)

func bytesAtMost(n int, f field) field {
	return field{f.name, func(row *Row, s string) *Refusal {
		switch got := gbkBytes(s); {
		case got < 0:
			return refuse(0, BadEncoding, "a character that GBK cannot write")
		case got > n:
			return refuse(0, BadForm, "%d bytes, the form has %d", got, n)
		}
		return f.read(row, s)
	}}
}

// worksheet is the sheet of a foreign workbook.
type worksheet struct {
	book *excelize.File
	name string
	rows [][]string // as shown
}

// cell gives what a cell shows and whether it is text. Formulas are refused: what they
// show is what another program thought.
func (s *worksheet) cell(column, row int) (shown string, text bool, refusal *Refusal) {
	name, err := excelize.CoordinatesToCellName(column, row)
	if err != nil {
		return "", false, refuse(row, BadForm, "%v", err)
	}
	shown, errShown := s.book.GetCellValue(s.name, name)
	kind, errKind := s.book.GetCellType(s.name, name)
	formula, errFormula := s.book.GetCellFormula(s.name, name)
	if err := errors.Join(errShown, errKind, errFormula); err != nil {
		return "", false, refuse(row, BadForm, "%s: %v", name, err)
	}
	if formula != "" {
		return "", false, refuse(row, BadForm, "%s: a formula", name)
	}
	return shown, slices.Contains([]excelize.CellType{excelize.CellTypeSharedString, excelize.CellTypeInlineString}, kind), nil
}

func (r *reading) workbook(form bookForm, data []byte) *Refusal {
	if !strings.HasSuffix(r.File, ".xlsx") {
		return refuse(0, BadName, "not .xlsx")
	}
	sheets, err := unpack(data)
	if err != nil {
		return refuse(0, BadForm, "not a sound workbook: %v", err)
	}
	book, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		return refuse(0, BadForm, "not a workbook: %v", err)
	}
	defer book.Close()
	s := &worksheet{book: book, name: form.sheet}
	if s.name == "" {
		s.name = book.GetSheetName(0)
	}
	if s.rows, err = book.GetRows(s.name); err != nil {
		return refuse(0, BadForm, "%v", err)
	}
	if form.absent {
		if refusal := noEmptyCells(s, sheets); refusal != nil {
			return refusal
		}
	}
	width, refusal := form.readTitles(s)
	if refusal != nil {
		return refusal
	}
	if form.head != nil {
		if refusal := form.head(r, s); refusal != nil {
			return refusal
		}
	}
	for line := form.titleRow + 1; line <= len(s.rows); line++ {
		row, refusal := form.readRow(s, line, width)
		if refusal != nil {
			return refusal
		}
		r.add(row)
	}
	return nil
}

// readTitles holds the title row against the form and gives the number of columns.
func (form bookForm) readTitles(s *worksheet) (width int, refusal *Refusal) {
	if len(s.rows) < form.titleRow {
		return 0, refuse(form.titleRow, BadForm, "no title row")
	}
	titles := s.rows[form.titleRow-1]
	if len(titles) < form.least || len(titles) > len(form.titles) {
		return 0, refuse(form.titleRow, BadForm, "%d titles, the form has %d", len(titles), len(form.titles))
	}
	for n, got := range titles {
		if want := form.titles[n]; want != "" && got != want {
			return 0, refuse(form.titleRow, BadForm, "title %d is %q, want %q", n+1, got, want)
		}
	}
	return len(titles), nil
}

func (form bookForm) readRow(s *worksheet, line, width int) (Row, *Refusal) {
	row := Row{Line: line}
	if got := len(s.rows[line-1]); got == 0 || got > width {
		return row, refuse(line, BadForm, "%d cells under %d titles", got, width)
	}
	values := make([]string, width)
	for n, c := range form.columns[:width] {
		value, text, refusal := s.cell(n+1, line)
		switch {
		case refusal != nil:
			return row, refusal
		case c.text && value != "" && !text:
			return row, refuse(line, BadForm, "%s: not a text cell", c.name)
		}
		values[n] = value
		if refusal := readable(value); refusal != nil {
			refusal.Line, refusal.Why = line, c.name+": "+refusal.Why
			return row, refusal
		}
		if refusal := c.at(line, &row, value); refusal != nil {
			return row, refusal
		}
	}
	if form.row != nil {
		return row, form.row(line, row, values)
	}
	return row, nil
}

// jilinHead reads the sum in B2 and the count in B3.
func jilinHead(r *reading, s *worksheet) *Refusal {
	sum, _, refusal := s.cell(2, 2)
	if refusal != nil {
		return refusal
	}
	count, _, refusal := s.cell(2, 3)
	if refusal != nil {
		return refusal
	}
	return r.say(2, count, sum, 2)
}

// unpack reads every part of the zip to its end, since the spreadsheet library passes over
// wrong checksums, and gives the worksheets.
func unpack(data []byte) (sheets map[string][]byte, err error) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, err
	}
	sheets = map[string][]byte{}
	for _, f := range z.File {
		part, err := f.Open()
		if err != nil {
			return nil, err
		}
		b, err := io.ReadAll(io.LimitReader(part, 64<<20))
		if err := errors.Join(err, part.Close()); err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
		if strings.HasPrefix(f.Name, "xl/worksheets/") && strings.HasSuffix(f.Name, ".xml") {
			sheets[f.Name] = b
		}
	}
	return sheets, nil
}

// noEmptyCells refuses a cell that is there without a value: the bank's program takes it
// for an empty answer where it wants none.
func noEmptyCells(s *worksheet, sheets map[string][]byte) *Refusal {
	if len(sheets) != 1 {
		return refuse(0, BadForm, "%d sheets, the form has one", len(sheets))
	}
	for _, part := range sheets {
		d := xml.NewDecoder(bytes.NewReader(part))
		for {
			token, err := d.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				return refuse(0, BadForm, "%v", err)
			}
			start, ok := token.(xml.StartElement)
			if !ok || start.Name.Local != "c" {
				continue
			}
			for _, a := range start.Attr {
				if a.Name.Local != "r" {
					continue
				}
				value, err := s.book.GetCellValue(s.name, a.Value)
				if _, row, errName := excelize.CellNameToCoordinates(a.Value); err != nil || errName != nil || value == "" {
					return refuse(row, BadForm, "%s is there and empty; an empty cell is absent", a.Value)
				}
			}
		}
	}
	return nil
}
