package bankfile

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"hash/crc32"
	"io"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"zhida/payroll/banklayout"
	"zhida/rules/message"
)

// largestWorkbook bounds a workbook and each of its parts, in bytes.
const largestWorkbook = 128 << 20

// seen is a cell as it is stored.
type seen struct {
	kind  string // attribute t
	looks string // attribute s
	text  string
	value bool // has a value, which may be empty
}

// seenSheet is a sheet as it is stored: cells by row and column from 1, and what
// stands around them, token by token.
type seenSheet struct {
	cells   map[int]map[int]seen
	outside []string
}

func structure(what string) error { return message.Err("bank.read_container", what) }

// workbook reads a workbook that was written here: these parts, one sheet, no cell
// beside those of the layout, none of them empty.
func (s *scanner) workbook() error {
	parts, err := s.unpack(true)
	if err != nil {
		return err
	}
	want := []string{"[Content_Types].xml", "_rels/.rels", "xl/_rels/workbook.xml.rels", "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml"}
	if got := slices.Sorted(maps.Keys(parts)); !slices.Equal(got, want) {
		return structure(strings.Join(got, " "))
	}
	name, err := sheetAt(parts, s.layout.Sheet.Name)
	if err != nil || name != "xl/worksheets/sheet1.xml" {
		return structure(s.layout.Sheet.Name)
	}
	sheet, err := s.look(parts, name)
	if err != nil {
		return err
	}
	for n, row := range sheet.cells {
		for column, c := range row {
			if c.text == "" {
				return message.Err("bank.read_field", n, column)
			}
		}
	}
	titles := 0
	for i := range s.layout.Detail.Fields {
		if f := &s.layout.Detail.Fields[i]; s.layout.Sheet.TitleRow > 0 && f.Name != "" {
			titles++
			if c := sheet.cells[s.layout.Sheet.TitleRow][i+1]; c.text != f.Name || c.kind != "s" {
				return message.Err("bank.read_field", s.layout.Sheet.TitleRow, f.Name)
			}
		}
	}
	above := 0
	for n, row := range sheet.cells {
		if n < s.layout.Sheet.FirstRow {
			above += len(row)
		} else if last := slices.Max(slices.Collect(maps.Keys(row))); last > len(s.layout.Detail.Fields) {
			return message.Err("bank.read_line", n)
		}
	}
	taken, err := s.over(sheet, "s")
	if err != nil {
		return err
	}
	if above != titles+taken {
		return structure("cells above the payments")
	}
	return s.below(sheet, "s")
}

// filled reads a workbook of the bank's that was filled in: everything but the
// data cells must be as the bank gave it.
func (s *scanner) filled() error {
	parts, err := s.unpack(true)
	if err != nil {
		return err
	}
	bank := &scanner{layout: s.layout, in: bufio.NewReader(bytes.NewReader(s.layout.Workbook()))}
	original, err := bank.unpack(false)
	if err != nil {
		return err
	}
	name, err := sheetAt(original, s.layout.Sheet.Name)
	if err != nil {
		return err
	}
	for part, want := range original {
		if got, ok := parts[part]; !ok || part != name && !bytes.Equal(got, want) {
			return structure(part)
		}
	}
	if len(parts) != len(original) {
		return structure("parts")
	}
	sheet, err := s.look(parts, name)
	if err != nil {
		return err
	}
	blank, err := bank.look(original, name)
	if err != nil {
		return err
	}
	if !slices.Equal(sheet.outside, blank.outside) {
		return structure(name)
	}
	ours := func(row, column int) bool {
		if row >= s.layout.Sheet.FirstRow && column <= len(s.layout.Detail.Fields) && sheet.cells[row][column].text != "" {
			return true
		}
		return slices.ContainsFunc(s.layout.Sheet.Cells, func(c banklayout.Cell) bool { x, y := where(c.Cell); return x == column && y == row })
	}
	for _, pair := range [][2]*seenSheet{{sheet, blank}, {blank, sheet}} {
		for n, row := range pair[0].cells {
			for column, c := range row {
				if !ours(n, column) && c != pair[1].cells[n][column] {
					return message.Err("bank.read_field", n, column)
				}
			}
		}
	}
	if _, err := s.over(sheet, "inlineStr"); err != nil {
		return err
	}
	return s.below(sheet, "inlineStr")
}

// over takes the values above the payments and gives their number.
func (s *scanner) over(sheet *seenSheet, textKind string) (taken int, err error) {
	for i := range s.layout.Sheet.Cells {
		x := &s.layout.Sheet.Cells[i]
		column, row := where(x.Cell)
		cell, err := s.stored(sheet.cells[row][column], &x.Field, row, textKind)
		if err != nil {
			return 0, err
		}
		if cell != "" {
			taken++
		}
		s.at = row
		if err := s.field(&x.Field, cell, nil, row); err != nil {
			return 0, err
		}
	}
	return taken, nil
}

// below takes the payments, one row after the other, and nothing behind them.
func (s *scanner) below(sheet *seenSheet, textKind string) error {
	fields := s.layout.Detail.Fields
	for s.at = s.layout.Sheet.FirstRow; ; s.at++ {
		cells, empty := make([]string, len(fields)), true
		for i := range fields {
			var err error
			if cells[i], err = s.stored(sheet.cells[s.at][i+1], &fields[i], s.at, textKind); err != nil {
				return err
			}
			empty = empty && sheet.cells[s.at][i+1].text == ""
		}
		if empty {
			break
		}
		var r Row
		s.rows++
		if err := s.values(fields, cells, &r, s.at); err != nil {
			return err
		}
		if err := s.hand(&r); err != nil {
			return err
		}
	}
	for n, row := range sheet.cells {
		for column, c := range row {
			if n > s.at && c.text != "" && (textKind == "s" || column <= len(fields)) {
				return message.Err("bank.read_line", n)
			}
		}
	}
	return nil
}

// stored holds a cell against how its field is written, and gives its text.
func (s *scanner) stored(c seen, f *banklayout.Field, row int, textKind string) (string, error) {
	if c.text == "" {
		return "", nil
	}
	kind := textKind
	if f.As == "number" {
		kind = ""
	}
	if c.kind != kind || s.size(c.text) < 0 || !s.measured(c.text, f) {
		return "", message.Err("bank.read_field", row, f.Label())
	}
	return c.text, nil
}

// unpack reads every part to its end, so that checksums are compared, and holds what
// the archive says in its index against what it says in front of each part: programs
// differ in which of the two they believe. A bare archive has nothing behind its end.
func (s *scanner) unpack(bare bool) (map[string][]byte, error) {
	data, err := io.ReadAll(io.LimitReader(s.in, largestWorkbook+1))
	if err != nil {
		return nil, err
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil || len(data) > largestWorkbook || bare && !bytes.HasPrefix(data[len(data)-22:], []byte("PK\x05\x06")) {
		return nil, message.Err("bank.read_container", "zip").Because(err)
	}
	parts, left := map[string][]byte{}, int64(largestWorkbook)
	for _, f := range z.File {
		at, err := f.DataOffset()
		if err != nil || parts[f.Name] != nil || at > int64(len(data)) || !sameHead(data[:at], f) {
			return nil, structure(f.Name)
		}
		r, err := f.Open()
		if err != nil {
			return nil, structure(f.Name)
		}
		b, err := io.ReadAll(io.LimitReader(r, left+1))
		r.Close()
		if left -= int64(len(b)); err != nil || left < 0 || crc32.ChecksumIEEE(b) != f.CRC32 {
			return nil, structure(f.Name)
		}
		parts[f.Name] = b
	}
	return parts, nil
}

// sameHead compares the local header that ends there with the index.
func sameHead(before []byte, f *zip.File) bool {
	for extra := 0; extra < 1<<10; extra++ {
		at := len(before) - extra - len(f.Name) - 30
		if at < 0 {
			return false
		}
		h := before[at:]
		if binary.LittleEndian.Uint32(h) != 0x04034b50 || int(binary.LittleEndian.Uint16(h[28:])) != extra {
			continue
		}
		described := f.Flags&8 != 0 // sizes stand behind the part
		return string(h[30:30+len(f.Name)]) == f.Name && int(binary.LittleEndian.Uint16(h[26:])) == len(f.Name) &&
			binary.LittleEndian.Uint16(h[6:]) == f.Flags && binary.LittleEndian.Uint16(h[8:]) == f.Method &&
			(described || binary.LittleEndian.Uint32(h[14:]) == f.CRC32 && uint64(binary.LittleEndian.Uint32(h[18:])) == f.CompressedSize64 &&
				uint64(binary.LittleEndian.Uint32(h[22:])) == f.UncompressedSize64)
	}
	return false
}

// tokens goes through an XML part to its end; a DTD, a comment or an instruction
// other than the first has no place in one.
func tokens(part []byte, visit func(xml.Token) error) error {
	d := xml.NewDecoder(bytes.NewReader(part))
	for first := true; ; first = false {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch t.(type) {
		case xml.Directive:
			return errors.New("DTD")
		case xml.ProcInst:
			if !first {
				return errors.New("instruction")
			}
		}
		if err := visit(t); err != nil {
			return err
		}
	}
}

// sheetAt gives the part of the only sheet with that name.
func sheetAt(parts map[string][]byte, name string) (string, error) {
	id, part := "", ""
	if err := tokens(parts["xl/workbook.xml"], func(t xml.Token) error {
		if e, ok := t.(xml.StartElement); ok && e.Name.Local == "sheet" && given(e, "", "name") == name {
			id = given(e, "http://schemas.openxmlformats.org/officeDocument/2006/relationships", "id")
		}
		return nil
	}); err != nil {
		return "", message.Err("bank.read_container", "xl/workbook.xml").Because(err)
	}
	if err := tokens(parts["xl/_rels/workbook.xml.rels"], func(t xml.Token) error {
		if e, ok := t.(xml.StartElement); ok && e.Name.Local == "Relationship" && given(e, "", "Id") == id {
			part = given(e, "", "Target")
		}
		return nil
	}); err != nil {
		return "", message.Err("bank.read_container", "xl/_rels/workbook.xml.rels").Because(err)
	}
	if absolute, ok := strings.CutPrefix(part, "/"); ok {
		part = absolute
	} else {
		part = path.Join("xl", part)
	}
	if id == "" || parts[part] == nil {
		return "", structure(name)
	}
	return part, nil
}

func given(e xml.StartElement, space, name string) string {
	for _, a := range e.Attr {
		if a.Name.Space == space && a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// look reads the cells of a sheet, in ascending order and without formulas.
func (s *scanner) look(parts map[string][]byte, name string) (*seenSheet, error) {
	texts, err := sharedOf(parts["xl/sharedStrings.xml"])
	if err != nil {
		return nil, message.Err("bank.read_container", "xl/sharedStrings.xml").Because(err)
	}
	sheet := &seenSheet{cells: map[int]map[int]seen{}}
	var within []string
	row, column := 0, 0
	var c seen
	err = tokens(parts[name], func(t xml.Token) error {
		depth := len(within)
		inside := depth > 1 && within[1] == "sheetData"
		switch t := t.(type) {
		case xml.StartElement:
			within = append(within, t.Name.Local)
			switch at := strings.Join(within, "/"); {
			case !inside && t.Name.Local != "dimension":
				sheet.outside = append(sheet.outside, at+attributesOf(t))
			case !inside:
			case at == "worksheet/sheetData/row":
				n, err := strconv.Atoi(given(t, "", "r"))
				if err != nil || n <= row {
					return errors.New("row " + given(t, "", "r"))
				}
				row, column = n, 0
				sheet.cells[row] = map[int]seen{}
			case at == "worksheet/sheetData/row/c":
				x, y := where(given(t, "", "r"))
				if y != row || x <= column {
					return errors.New("cell " + given(t, "", "r"))
				}
				column, c = x, seen{kind: given(t, "", "t"), looks: given(t, "", "s")}
			case at == "worksheet/sheetData/row/c/v", at == "worksheet/sheetData/row/c/is/t":
				if c.value {
					return errors.New("two values")
				}
				c.value = true
			case at == "worksheet/sheetData/row/c/is":
			default:
				return errors.New(at)
			}
		case xml.CharData:
			switch strings.Join(within, "/") {
			case "worksheet/sheetData/row/c/v", "worksheet/sheetData/row/c/is/t":
				c.text += string(t)
			default:
				if strings.TrimSpace(string(t)) != "" {
					return errors.New("text between elements")
				}
			}
		case xml.EndElement:
			if strings.Join(within, "/") == "worksheet/sheetData/row/c" {
				if c.kind == "s" && c.value {
					n, err := strconv.Atoi(c.text)
					if err != nil || n < 0 || n >= len(texts) || strconv.Itoa(n) != c.text {
						return errors.New("shared text " + c.text)
					}
					c.text = texts[n]
				}
				sheet.cells[row][column] = c
			}
			within = within[:depth-1]
		}
		return nil
	})
	if err != nil {
		return nil, message.Err("bank.read_container", name).Because(err)
	}
	for n, cells := range sheet.cells {
		if len(cells) == 0 {
			delete(sheet.cells, n)
		}
	}
	return sheet, nil
}

func attributesOf(e xml.StartElement) (s string) {
	for _, a := range e.Attr {
		s += " " + a.Name.Space + ":" + a.Name.Local + "=" + strconv.Quote(a.Value)
	}
	return s
}

// sharedOf reads the table of texts; a template may have texts of several runs, and no table.
func sharedOf(part []byte) (list []string, err error) {
	var within []string
	err = tokens(part, func(t xml.Token) error {
		switch t := t.(type) {
		case xml.StartElement:
			if within = append(within, t.Name.Local); t.Name.Local == "si" {
				list = append(list, "")
			}
		case xml.EndElement:
			within = within[:len(within)-1]
		case xml.CharData:
			if at := strings.Join(within, "/"); at == "sst/si/t" || at == "sst/si/r/t" {
				list[len(list)-1] += string(t)
			}
		}
		return nil
	})
	return list, err
}

// where gives column and row of an address, 0 and 0 when it is none.
func where(address string) (column, row int) {
	letters := strings.TrimRight(address, "0123456789")
	row, err := strconv.Atoi(address[len(letters):])
	if err != nil || len(letters) == 0 || len(letters) > 3 {
		return 0, 0
	}
	for _, c := range letters {
		if c < 'A' || c > 'Z' {
			return 0, 0
		}
		column = column*26 + int(c-'A') + 1
	}
	return column, row
}
