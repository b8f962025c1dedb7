package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"hash/crc32"
	"io"
	"path"
	"regexp"
	"strconv"
	"strings"

	"zhida/rules/message"
)

// Caps of the gate. A workbook of 20 MB with 100,000 rows stays well inside them.
const (
	maxFile   = 20 << 20
	maxPart   = 96 << 20
	maxTotal  = 128 << 20
	maxParts  = 200
	maxColumn = 256
	maxRows   = 200000
)

// partNames are the parts a plain workbook has. Macros, external links and
// embedded objects are not among them.
var partNames = regexp.MustCompile(`^(\[Content_Types\]\.xml|_rels/\.rels|docProps/[A-Za-z]+\.xml|docMetadata/LabelInfo\.xml|customXml/.+|` +
	`xl/(workbook|styles|sharedStrings|metadata|calcChain)\.xml|xl/_rels/workbook\.xml\.rels|xl/theme/theme\d+\.xml|` +
	`xl/worksheets/sheet\d+\.xml|xl/worksheets/_rels/sheet\d+\.xml\.rels|xl/printerSettings/.+\.bin|` +
	`xl/(comments\d*\.xml|threadedComments/.+|persons/.+|drawings/.+|tables/.+|media/.+|charts/.+))$|/$`)

// gate refuses a workbook that the library below would read as different data
// without an error: it reads every part to its end, so that the checksum is
// compared, parses all XML to its end, and holds the cells of every sheet to their order.
// parts is what the gate notes about a workbook on its way: the name of each
// sheet's part, and how each cell of a sheet is stored.
type parts struct {
	sheets []sheetRef
	rels   map[string]string             // relation id to part
	cells  map[string]map[int][]cellMark // part to row to cells
}

type sheetRef struct{ name, relation string }

// cellMark is how a cell is stored.
type cellMark struct {
	column  int
	kind    string // attribute t
	style   int    // attribute s
	formula bool
}

// sheet gives the marks of a sheet by its name.
func (p *parts) sheet(name string) map[int][]cellMark {
	for _, s := range p.sheets {
		if s.name == name {
			return p.cells[p.rels[s.relation]]
		}
	}
	return nil
}

func gate(data []byte) (*parts, error) {
	if len(data) > maxFile {
		return nil, message.Err("sheet.too_large", maxFile>>20)
	}
	if bytes.HasPrefix(data, []byte{0xd0, 0xcf, 0x11, 0xe0}) {
		return nil, message.Err("sheet.old_format")
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, damaged(err)
	}
	if len(z.File) > maxParts {
		return nil, message.Err("sheet.suspicious", "parts")
	}
	seen := map[string]bool{}
	p := &parts{cells: map[string]map[int][]cellMark{}}
	left := int64(maxTotal)
	for _, f := range z.File {
		name := f.Name
		if seen[name] || strings.Contains(name, "..") || !partNames.MatchString(name) {
			return nil, message.Err("sheet.part", name)
		}
		seen[name] = true
		part, err := readPart(f, min(maxPart, left))
		if err != nil {
			return nil, err
		}
		left -= int64(len(part))
		if err := p.check(name, part); err != nil {
			return nil, err
		}
	}
	if !seen["xl/workbook.xml"] || !seen["[Content_Types].xml"] {
		return nil, damaged(errors.New("no workbook part"))
	}
	return p, local(data, z)
}

func damaged(err error) error { return message.Err("sheet.damaged").Because(err) }

func readPart(f *zip.File, limit int64) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, damaged(err)
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, damaged(err) // a wrong checksum comes up here, at the end of the part
	}
	if int64(len(b)) > limit {
		return nil, message.Err("sheet.too_large", maxTotal>>20)
	}
	if crc32.ChecksumIEEE(b) != f.CRC32 {
		return nil, damaged(errors.New("checksum"))
	}
	return b, nil
}

// local compares what the archive's index says of each part with the part's own
// header: readers differ in which of the two they believe.
func local(data []byte, z *zip.Reader) error {
	for _, f := range z.File {
		at, err := f.DataOffset()
		if err != nil {
			return damaged(err)
		}
		if n := int64(len(f.Name)); at < 30+n || !bytes.Contains(data[max(0, at-n-1024):at], []byte(f.Name)) {
			return damaged(errors.New("two names of a part"))
		}
	}
	return nil
}

// check parses an XML part to its end; worksheets are held to their shape as well.
func (p *parts) check(name string, part []byte) error {
	if ext := path.Ext(name); ext != ".xml" && ext != ".rels" && ext != ".vml" {
		return nil
	}
	d := xml.NewDecoder(bytes.NewReader(part))
	var cells *cellOrder
	if strings.HasPrefix(name, "xl/worksheets/sheet") {
		cells = &cellOrder{marks: map[int][]cellMark{}}
		p.cells[name] = cells.marks
	}
	for {
		t, err := d.Token()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return damaged(err)
		}
		switch t := t.(type) {
		case xml.Directive:
			return message.Err("sheet.suspicious", "DTD")
		case xml.StartElement:
			if cells != nil {
				err = cells.start(t)
			} else {
				p.note(name, t)
			}
			if err != nil {
				return err
			}
		}
	}
}

// note keeps where the sheets of the workbook stand.
func (p *parts) note(part string, t xml.StartElement) {
	switch {
	case part == "xl/workbook.xml" && t.Name.Local == "sheet":
		ref := sheetRef{}
		for _, a := range t.Attr {
			switch {
			case a.Name.Local == "name":
				ref.name = a.Value
			case a.Name.Local == "id" && a.Name.Space != "":
				ref.relation = a.Value
			}
		}
		p.sheets = append(p.sheets, ref)
	case part == "xl/_rels/workbook.xml.rels" && t.Name.Local == "Relationship":
		id, _ := attribute(t, "Id")
		target, _ := attribute(t, "Target")
		if p.rels == nil {
			p.rels = map[string]string{}
		}
		if strings.HasPrefix(target, "/") {
			p.rels[id] = strings.TrimPrefix(target, "/")
		} else {
			p.rels[id] = path.Join("xl", target)
		}
	}
}

// cellOrder holds the rows and cells of one sheet to ascending order without repetition.
type cellOrder struct {
	row, column int
	marks       map[int][]cellMark
}

func (o *cellOrder) start(t xml.StartElement) (err error) {
	switch t.Name.Local {
	case "row":
		r, ok := attribute(t, "r")
		n, err := strconv.Atoi(r)
		if !ok || err != nil || n <= o.row || n > maxRows {
			return message.Err("sheet.rows", r)
		}
		o.row, o.column = n, 0
	case "c":
		r, ok := attribute(t, "r")
		column, row := split(r)
		if !ok || row != o.row || column <= o.column || column > maxColumn {
			return message.Err("sheet.rows", r)
		}
		o.column = column
		m := cellMark{column: column}
		m.kind, _ = attribute(t, "t")
		if style, ok := attribute(t, "s"); ok {
			if m.style, err = strconv.Atoi(style); err != nil {
				return damaged(err)
			}
		}
		o.marks[row] = append(o.marks[row], m)
	case "f":
		if list := o.marks[o.row]; len(list) > 0 {
			list[len(list)-1].formula = true
		}
	}
	return nil
}

func attribute(t xml.StartElement, name string) (string, bool) {
	for _, a := range t.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value, true
		}
	}
	return "", false
}

// split turns "C7" into 3 and 7; 0 and 0 when it is no address.
func split(address string) (column, row int) {
	i := 0
	for i < len(address) && address[i] >= 'A' && address[i] <= 'Z' && i < 3 {
		column = column*26 + int(address[i]-'A') + 1
		i++
	}
	row, err := strconv.Atoi(address[i:])
	if err != nil || i == 0 || row < 1 || address[i] == '+' {
		return 0, 0
	}
	return column, row
}

// Address is the cell in a column (from 1) and row: C7.
func Address(column, row int) string {
	name := ""
	for ; column > 0; column = (column - 1) / 26 {
		name = string(rune('A'+(column-1)%26)) + name
	}
	return name + strconv.Itoa(row)
}
