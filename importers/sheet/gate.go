package sheet

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"hash"
	"hash/crc32"
	"io"
	"path"
	"regexp"
	"strconv"
	"strings"

	"zhida/rules/message"
)

// Caps of the gate. A roster of 100,000 rows stays well inside them.
const (
	maxFile   = 20 << 20
	maxPart   = 96 << 20
	maxTotal  = 128 << 20
	maxParts  = 200
	maxColumn = 256
	maxRows   = 200000
	maxCells  = 3_000_000 // of all sheets, empty ones between filled ones included
	maxToken  = 1 << 20   // bytes of one tag or text of a part
)

// partNames are the parts a plain workbook has. Macros, external links and
// embedded objects are not among them.
var partNames = regexp.MustCompile(`^(\[Content_Types\]\.xml|_rels/\.rels|docProps/[A-Za-z]+\.xml|docMetadata/LabelInfo\.xml|customXml/.+|` +
	`xl/(workbook|styles|sharedStrings|metadata|calcChain)\.xml|xl/_rels/workbook\.xml\.rels|xl/theme/theme\d+\.xml|` +
	`xl/worksheets/sheet\d+\.xml|xl/worksheets/_rels/sheet\d+\.xml\.rels|xl/printerSettings/.+\.bin|` +
	`xl/(comments\d*\.xml|threadedComments/.+|persons/.+|drawings/.+|tables/.+|media/.+|charts/.+))$|/$`)

// gate refuses a workbook that says two things, or more than a table needs: it reads
// every part to its end, so that the checksum is compared, parses all XML to its end, and
// holds the cells of every sheet to their order. The tables are what was read on the way,
// so that nothing is read that was not checked.
func gate(file string, data []byte) ([]*Table, error) {
	if len(data) > maxFile {
		return nil, message.Err("sheet.too_large", maxFile>>20)
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, damaged(err)
	}
	if len(z.File) > maxParts {
		return nil, message.Err("sheet.suspicious", "parts")
	}
	w := &workbook{file: file, left: maxTotal, cells: maxCells, parts: map[string]*zip.File{}, rels: map[string]string{}, formats: map[int]string{}, tables: map[string]*Table{}}
	part := ""
	for _, f := range z.File {
		if part == "" && (w.parts[f.Name] != nil || strings.Contains(f.Name, "..") || !partNames.MatchString(f.Name)) {
			part = f.Name
		}
		w.parts[f.Name] = f
	}
	if kind := w.otherParts(); kind != "" {
		return nil, message.Err("sheet.kind", kind)
	}
	if part != "" {
		return nil, message.Err("sheet.part", part)
	}
	// Sheets come last: their cells name strings and styles of other parts.
	for _, sheets := range []bool{false, true} {
		for _, f := range z.File {
			if strings.HasPrefix(f.Name, "xl/worksheets/sheet") != sheets {
				continue
			}
			if err := w.read(f); err != nil {
				return nil, err
			}
		}
	}
	if w.parts["xl/workbook.xml"] == nil || w.parts["[Content_Types].xml"] == nil {
		return nil, damaged(errors.New("no workbook part"))
	}
	if err := local(data, z); err != nil {
		return nil, err
	}
	return w.inOrder()
}

func damaged(err error) error { return message.Err("sheet.damaged").Because(err) }

// part is a part of the archive as it is unpacked: bounded, and summed up for its checksum.
type part struct {
	from io.Reader
	sum  hash.Hash32
	left *int64 // of the whole workbook
	own  int64  // of this part
	tag  int    // bytes read since the last tag or text
	err  error  // why it ended early
}

func (p *part) Read(b []byte) (int, error) {
	n, err := p.from.Read(b)
	p.sum.Write(b[:n])
	*p.left -= int64(n)
	if p.tag += n; p.tag > maxToken {
		p.err = message.Err("sheet.too_large", maxTotal>>20)
		return 0, p.err
	}
	if p.own -= int64(n); p.own < 0 || *p.left < 0 {
		p.err = message.Err("sheet.too_large", maxTotal>>20)
		return 0, p.err
	}
	if err != nil && err != io.EOF {
		p.err = damaged(err)
	}
	return n, err
}

// read reads a part to its end and takes from it what a table needs.
func (w *workbook) read(f *zip.File) error {
	r, err := f.Open()
	if err != nil {
		return damaged(err)
	}
	defer r.Close()
	p := &part{from: r, sum: crc32.NewIEEE(), left: &w.left, own: maxPart}
	if ext := path.Ext(f.Name); ext == ".xml" || ext == ".rels" || ext == ".vml" {
		err = w.parse(f.Name, p)
	}
	if err == nil {
		for b := make([]byte, 1<<15); err == nil; p.tag = 0 {
			_, err = p.Read(b)
		}
		if err == io.EOF {
			err = nil
		}
	}
	switch {
	case p.err != nil:
		return p.err
	case err != nil:
		return err
	case p.sum.Sum32() != f.CRC32:
		return damaged(errors.New("checksum"))
	}
	return nil
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

// element is what takes in one kind of part.
type element interface {
	start(t xml.StartElement) error
	text(b []byte) error
	end(name string) error
}

// parse goes through an XML part to its end. Names are held to their pairs here: the
// decoder's own way of doing that takes twice the time on a large sheet.
func (w *workbook) parse(name string, p *part) error {
	into := w.taker(name)
	d := xml.NewDecoder(bufio.NewReaderSize(p, 1<<16))
	var open []string
	roots := 0
	for {
		t, err := d.RawToken()
		p.tag = 0
		if err == io.EOF {
			if len(open) > 0 || roots != 1 {
				return damaged(errors.New(name + " is cut"))
			}
			return nil
		}
		if err != nil {
			return damaged(err)
		}
		switch t := t.(type) {
		case xml.Directive:
			return message.Err("sheet.suspicious", "DTD")
		case xml.StartElement:
			if len(open) == 0 {
				roots++
			}
			if len(open) > 64 {
				return message.Err("sheet.suspicious", "depth")
			}
			open = append(open, t.Name.Local)
			err = into.start(t)
		case xml.EndElement:
			if len(open) == 0 || open[len(open)-1] != t.Name.Local {
				return damaged(errors.New(name + ": " + t.Name.Local))
			}
			open = open[:len(open)-1]
			err = into.end(t.Name.Local)
		case xml.CharData:
			if len(open) == 0 && len(bytes.TrimSpace(t)) > 0 {
				return damaged(errors.New(name + ": text outside"))
			}
			err = into.text(t)
		}
		if err != nil {
			return err
		}
	}
}

// taker says who takes in a part.
func (w *workbook) taker(name string) element {
	switch {
	case name == "xl/workbook.xml":
		return (*bookPart)(w)
	case name == "xl/_rels/workbook.xml.rels":
		return (*relsPart)(w)
	case name == "xl/styles.xml":
		return &stylesPart{workbook: w}
	case name == "xl/sharedStrings.xml":
		return &stringsPart{workbook: w}
	case strings.HasPrefix(name, "xl/worksheets/sheet"):
		w.tables[name] = &Table{File: w.file}
		return &sheetPart{workbook: w, table: w.tables[name]}
	}
	return nothing{}
}

type nothing struct{}

func (nothing) start(xml.StartElement) error { return nil }
func (nothing) text([]byte) error            { return nil }
func (nothing) end(string) error             { return nil }

func attribute(t xml.StartElement, name string) (string, bool) {
	for _, a := range t.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value, true
		}
	}
	return "", false
}

// number is an attribute that counts; without it, otherwise.
func number(t xml.StartElement, name string, otherwise int) (int, error) {
	s, ok := attribute(t, name)
	if !ok {
		return otherwise, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0, damaged(err)
	}
	return n, nil
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
func Address(column, row int) string { return Letters(column) + strconv.Itoa(row) }

// Letters is the name of a column (from 1): C.
func Letters(column int) string {
	name := ""
	for ; column > 0; column = (column - 1) / 26 {
		name = string(rune('A'+(column-1)%26)) + name
	}
	return name
}
