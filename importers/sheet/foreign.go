package sheet

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"

	"zhida/rules/message"
)

// What a file is, is told by what it holds: offices rename files, and programs of other
// departments write pages of the web under the name .xls.

// old are the beginnings of workbooks that somebody has to convert first: the container of
// .xls and .et, the records of .xls without it, and .ods.
var old = [][]byte{
	{0xd0, 0xcf, 0x11, 0xe0},
	{0x09, 0x08}, {0x09, 0x04}, {0x09, 0x02}, {0x09, 0x00, 0x04, 0x00},
}

const (
	openDocument = "mimetypeapplication/vnd.oasis.opendocument.spreadsheet"
	workbookXML  = "urn:schemas-microsoft-com:office:spreadsheet"
)

// IsOld knows workbooks that are converted before they are read: .xls and .et of any age,
// .ods, and the workbook of 2003 that is one XML file.
func IsOld(data []byte) bool {
	for _, begins := range old {
		if bytes.HasPrefix(data, begins) {
			return !isWord(data)
		}
	}
	return bytes.HasPrefix(data[min(30, len(data)):], []byte(openDocument)) || isMarkup(data) && bytes.Contains(beginning(data), []byte(workbookXML)) && !hasTag(data, "html")
}

// beginning is where a file of markup says what it is.
func beginning(data []byte) []byte { return data[:min(len(data), 4096)] }

// tag is how markup begins; a cell may begin with <10.
var tag = regexp.MustCompile(`^(\xef\xbb\xbf)?\s*<[A-Za-z!?]`)

func isMarkup(data []byte) bool { return tag.Match(beginning(data)) }

func hasTag(data []byte, tag string) bool {
	return bytes.Contains(bytes.ToLower(data), []byte("<"+tag))
}

// isWord knows a document of old Word, which has the container of .xls.
func isWord(data []byte) bool { return bytes.Contains(data, wideText("WordDocument")) }

// encrypted is a name inside workbooks with a password, which are wrapped in the old container.
var encrypted = wideText("EncryptedPackage")

// wideText is a name as the old container has it.
func wideText(s string) []byte {
	b := make([]byte, 0, 2*len(s))
	for i := range len(s) {
		b = append(b, s[i], 0)
	}
	return b
}

// otherKinds are the beginnings of files that are no tables.
var otherKinds = []struct{ begins, kind string }{
	{"%PDF", "PDF"}, {"\xff\xd8\xff", "JPEG"}, {"\x89PNG", "PNG"}, {"GIF8", "GIF"}, {"BM", "BMP"}, {"II*\x00", "TIFF"}, {"MM\x00*", "TIFF"}, {"{\\rtf", "RTF"},
	{"Rar!", "RAR"}, {"7z\xbc\xaf", "7z"}, {"\x1f\x8b", "gzip"}, {"MIME-Version:", "MHT"}, {"SQLite format 3", "SQLite"},
}

// otherKind names what a file is that is no table; "" for one that may be.
func otherKind(data []byte) string {
	for _, o := range otherKinds {
		if bytes.HasPrefix(data, []byte(o.begins)) && (o.kind != "BMP" || bytes.IndexByte(beginning(data), 0) >= 0) {
			return o.kind
		}
	}
	switch {
	case bytes.HasPrefix(data, old[0]) && isWord(data):
		return "Word"
	case isMarkup(data) && !IsOld(data) && !hasTag(data, "table"):
		return "HTML/XML"
	}
	return ""
}

// otherParts names what an archive is that is no workbook, by a part that it has.
func (w *workbook) otherParts() string {
	has := func(prefix string) bool {
		for name := range w.parts {
			if strings.HasPrefix(name, prefix) {
				return true
			}
		}
		return false
	}
	switch {
	case has("word/"):
		return "Word"
	case has("ppt/"):
		return "PowerPoint"
	case has("xl/workbook.bin"):
		return ".xlsb"
	case !has("xl/") && !has("[Content_Types].xml"):
		return "ZIP"
	}
	return ""
}

// page reads the tables of a page of the web, one below the other as a spreadsheet shows
// them. All cells are text: a page has no numbers that could have lost their digits.
func (t *Table) page(data []byte) error {
	if len(data) > maxFile {
		return message.Err("sheet.too_large", maxFile>>20)
	}
	text, err := decode(data)
	if err != nil {
		return err
	}
	d := xml.NewDecoder(strings.NewReader(text))
	d.Strict, d.Entity = false, xml.HTMLEntity
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil } // decode has found the encoding
	p := &page{Table: t, left: maxCells, taken: map[[2]int]bool{}}
	for {
		token, err := d.RawToken()
		if err == io.EOF {
			p.endRow()
			return nil
		}
		if err != nil {
			return damaged(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			for i := range token.Attr {
				token.Attr[i].Name.Local = strings.ToLower(token.Attr[i].Name.Local)
			}
			err = p.start(strings.ToLower(token.Name.Local), token)
		case xml.EndElement:
			p.end(strings.ToLower(token.Name.Local))
		case xml.CharData:
			if p.inCell && p.quiet == "" {
				p.text.Write(token)
			}
		}
		if err != nil {
			return err
		}
	}
}

// page is a page of the web that is being read.
type page struct {
	*Table
	depth  int // of tables
	row    int // number of the row; 0 before the first
	inRow  bool
	inCell bool
	quiet  string // an element whose text is none: script, style
	hidden bool
	cells  []Cell
	column int // of the open cell, from 1
	wide   int // how many columns it takes
	left   int // cells that may still be kept
	text   strings.Builder
	taken  map[[2]int]bool // row and column that a cell above reaches down to
}

func (p *page) start(name string, t xml.StartElement) error {
	switch name {
	case "table":
		if p.depth++; p.depth > 1 {
			return message.Err("sheet.suspicious", "table in table")
		}
	case "script", "style":
		p.quiet = name
	case "tr":
		p.endRow()
		p.row++
		if p.row > maxRows {
			return message.Err("sheet.rows", Address(1, p.row))
		}
		p.inRow, p.hidden = p.depth > 0, notShown(t)
	case "td", "th":
		p.endCell()
		if !p.inRow {
			return nil
		}
		return p.cell(t)
	case "br", "p", "div":
		if p.inCell {
			p.text.WriteByte(' ')
		}
	}
	return nil
}

// notShown says that an element has the style display:none.
func notShown(t xml.StartElement) bool {
	style, _ := attribute(t, "style")
	return strings.Contains(strings.ReplaceAll(strings.ToLower(style), " ", ""), "display:none")
}

// cell begins a cell in the first free column of its row.
func (p *page) cell(t xml.StartElement) error {
	size := func(name string) (int, error) {
		s, ok := attribute(t, name)
		if !ok || s == "" {
			return 1, nil
		}
		n, err := strconv.Atoi(strings.TrimSpace(s))
		if err != nil || n < 1 || n > maxRows {
			return 0, damaged(errors.New(name))
		}
		return n, nil
	}
	wide, err := size("colspan")
	high, err2 := size("rowspan")
	if err = errors.Join(err, err2); err != nil {
		return damaged(err)
	}
	p.column = len(p.cells) + 1
	for p.taken[[2]int{p.row, p.column}] {
		p.column++
	}
	if p.column+wide-1 > maxColumn {
		return message.Err("sheet.rows", Address(p.column, p.row))
	}
	if wide > 1 || high > 1 {
		if err := (&sheetPart{table: p.Table}).merge(Address(p.column, p.row) + ":" + Address(p.column+wide-1, p.row+high-1)); err != nil {
			return err
		}
	}
	if p.left -= wide * high; p.left < 0 {
		return message.Err("sheet.too_large", maxTotal>>20)
	}
	for r := p.row + 1; r < p.row+high; r++ {
		for c := p.column; c < p.column+wide; c++ {
			p.taken[[2]int{r, c}] = true
		}
	}
	p.inCell, p.wide = true, wide
	p.text.Reset()
	return nil
}

func (p *page) end(name string) {
	switch name {
	case p.quiet:
		p.quiet = ""
	case "td", "th":
		p.endCell()
	case "tr":
		p.endRow()
	case "table":
		p.endRow()
		p.depth = max(0, p.depth-1)
	}
}

func (p *page) endCell() {
	if !p.inCell {
		return
	}
	p.inCell = false
	text := strings.Join(strings.Fields(p.text.String()), " ")
	p.upTo(p.column + p.wide - 1)
	if text != "" {
		p.cells[p.column-1].Text, p.cells[p.column-1].Kind = text, Text
	}
}

// upTo makes the row's cells up to a column.
func (p *page) upTo(column int) {
	for n := len(p.cells); n < column; n++ {
		p.cells = append(p.cells, Cell{column: uint16(n + 1), row: int32(p.row)})
	}
}

func (p *page) endRow() {
	p.endCell()
	row := Row{Number: p.row, Hidden: p.hidden, Cells: p.cells}
	if p.inRow && !row.Empty() {
		p.Rows = append(p.Rows, row)
	}
	p.inRow, p.cells = false, nil
}
