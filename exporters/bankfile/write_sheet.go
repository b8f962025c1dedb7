package bankfile

import (
	"archive/zip"
	"bytes"
	"cmp"
	"compress/flate"
	"encoding/xml"
	"hash/crc32"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"zhida/payroll/banklayout"
	"zhida/rules/message"
)

// This file writes workbooks: the smallest set of parts that Excel itself would write,
// with the texts in one shared table, since a bank's upload page may know nothing else.
// The parts stand in a fixed order without times, so that the same rows are the same bytes.

// placed is a value and the cell where it goes; an empty value has no cell.
type placed struct {
	row, column int // from 1
	text        string
	field       *banklayout.Field // nil for a title
}

// above gives the cells over the payments: what stands at an address, and the titles.
func (o *writer) above() (list []placed, m message.Message) {
	s := o.layout.Sheet
	for i := range s.Cells {
		x := &s.Cells[i]
		o.line = o.line[:0]
		if m := o.field(&x.Field, nil, 0); !m.IsZero() {
			return nil, m
		}
		column, row := 0, 0
		for _, c := range x.Cell {
			if c >= 'A' {
				column = column*26 + int(c-'A') + 1
			} else {
				row = row*10 + int(c-'0')
			}
		}
		list = append(list, placed{row, column, o.shown, &x.Field})
	}
	for i := range o.layout.Detail.Fields {
		if f := &o.layout.Detail.Fields[i]; s.TitleRow > 0 && f.Name != "" {
			if m := o.encode(f, f.Name, nil); !m.IsZero() {
				return nil, m
			}
			list = append(list, placed{s.TitleRow, i + 1, f.Name, nil})
		}
	}
	slices.SortFunc(list, func(a, b placed) int { return cmp.Or(a.row-b.row, a.column-b.column) })
	return list, message.Message{}
}

// across gives the cells of one payment.
func (o *writer) across(r *Row, n int) (list []placed, m message.Message) {
	o.line = o.line[:0]
	for i := range o.layout.Detail.Fields {
		f := &o.layout.Detail.Fields[i]
		if m := o.field(f, r, n); !m.IsZero() {
			return nil, m
		}
		switch {
		case escape.MatchString(o.shown):
			return nil, o.refuse(f, r, "bank.delimiter", "bank.setting_text", strconv.Quote(escape.FindString(o.shown)))
		case f.As == "number" && len(o.shown) > 15:
			return nil, o.refuse(f, r, "bank.width", "bank.setting_text", 15, len(o.shown)) // a spreadsheet rounds what is longer
		case o.shown != "":
			list = append(list, placed{o.layout.Sheet.FirstRow + n - 1, i + 1, o.shown, f})
		}
	}
	return list, message.Message{}
}

// escape is what spreadsheets take for the number of a character.
var escape = regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`)

func (o *writer) workbook() error {
	above, m := o.above()
	if !m.IsZero() {
		return &message.Error{Message: m}
	}
	g := &grid{shared: map[string]int{}}
	for len(above) > 0 {
		n := slices.IndexFunc(above, func(p placed) bool { return p.row != above[0].row })
		if n < 0 {
			n = len(above)
		}
		g.row(above[:n])
		above = above[n:]
	}
	var cells []placed
	err := o.details(func(r *Row, n int) (m message.Message) {
		cells, m = o.across(r, n)
		return m
	}, func() { g.row(cells) })
	if err != nil {
		return err
	}
	z := zip.NewWriter(o.out)
	for _, part := range []struct{ name, text string }{
		{"[Content_Types].xml", contentTypes},
		{"_rels/.rels", packageRels},
		{"xl/workbook.xml", strings.Replace(workbookPart, "NAME", escaped(o.layout.Sheet.Name), 1)},
		{"xl/_rels/workbook.xml.rels", workbookRels},
		{"xl/styles.xml", stylesPart},
		{"xl/worksheets/sheet1.xml", sheetHead + o.widths() + "<sheetData>" + g.rows.String() + "</sheetData></worksheet>"},
		{"xl/sharedStrings.xml", g.table()},
	} {
		if err := deflated(z, part.name, []byte(part.text)); err != nil {
			return err
		}
	}
	if err := z.Close(); err != nil {
		return err
	}
	return o.out.Flush()
}

// grid gathers the rows of a sheet and the texts that its cells share.
type grid struct {
	rows   bytes.Buffer
	shared map[string]int
	texts  []string
	uses   int
}

func (g *grid) row(cells []placed) {
	g.rows.WriteString(`<row r="` + strconv.Itoa(cells[0].row) + `">`)
	for _, c := range cells {
		g.rows.WriteString(`<c r="` + cellName(c.column, c.row) + `" s="` + strconv.Itoa(style(c.field)) + `"`)
		if c.field != nil && c.field.As == "number" {
			g.rows.WriteString("><v>" + c.text + "</v></c>")
			continue
		}
		n, known := g.shared[c.text]
		if !known {
			n = len(g.texts)
			g.shared[c.text], g.texts = n, append(g.texts, c.text)
		}
		g.uses++
		g.rows.WriteString(` t="s"><v>` + strconv.Itoa(n) + "</v></c>")
	}
	g.rows.WriteString("</row>")
}

func (g *grid) table() string {
	var b strings.Builder
	b.WriteString(declaration + `<sst xmlns="` + mainSpace + `" count="` + strconv.Itoa(g.uses) + `" uniqueCount="` + strconv.Itoa(len(g.texts)) + `">`)
	for _, t := range g.texts {
		b.WriteString("<si>" + textElement(t) + "</si>")
	}
	b.WriteString("</sst>")
	return b.String()
}

// textElement keeps spaces at an edge, which padding may have put there.
func textElement(s string) string {
	if s != strings.TrimSpace(s) {
		return `<t xml:space="preserve">` + escaped(s) + "</t>"
	}
	return "<t>" + escaped(s) + "</t>"
}

func escaped(s string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(s)) // a bytes.Buffer does not fail
	return b.String()
}

func cellName(column, row int) string {
	name := ""
	for ; column > 0; column = (column - 1) / 26 {
		name = string(rune('A'+(column-1)%26)) + name
	}
	return name + strconv.Itoa(row)
}

// style is the number of the cell format in stylesPart.
func style(f *banklayout.Field) int {
	switch {
	case f == nil || f.As != "number":
		return 1
	case f.Source != banklayout.Amount && f.Source != banklayout.Total || f.Unit == "fen" || f.Places() == 0:
		return 3
	case f.Places() == 3:
		return 4
	}
	return 2
}

// widths makes columns wide enough to be read.
func (o *writer) widths() string {
	var b strings.Builder
	b.WriteString("<cols>")
	for i := range o.layout.Detail.Fields {
		wide := "14"
		switch o.layout.Detail.Fields[i].Source {
		case banklayout.Account, banklayout.BankName, banklayout.Branch:
			wide = "26"
		}
		n := strconv.Itoa(i + 1)
		b.WriteString(`<col min="` + n + `" max="` + n + `" width="` + wide + `" customWidth="1"/>`)
	}
	b.WriteString("</cols>")
	return b.String()
}

// deflated adds a part with its sizes in front of it, without times: some programs
// read an archive from its beginning and need them there.
func deflated(z *zip.Writer, name string, content []byte) error {
	var packed bytes.Buffer
	d, err := flate.NewWriter(&packed, flate.DefaultCompression)
	if err != nil {
		return err
	}
	if _, err := d.Write(content); err != nil {
		return err
	}
	if err := d.Close(); err != nil {
		return err
	}
	h := &zip.FileHeader{Name: name, Method: zip.Deflate, CRC32: crc32.ChecksumIEEE(content), CompressedSize64: uint64(packed.Len()), UncompressedSize64: uint64(len(content))}
	//lint:ignore SA1019 a raw entry takes the DOS date, 1980-01-01, from here and from nowhere else
	h.ModifiedDate = 1<<5 | 1
	w, err := z.CreateRaw(h)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, &packed)
	return err
}

const (
	declaration = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	mainSpace   = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	office      = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	relations   = "http://schemas.openxmlformats.org/package/2006/relationships"
	ofSheets    = "application/vnd.openxmlformats-officedocument.spreadsheetml."

	contentTypes = declaration + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
		`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>` +
		`<Override PartName="/xl/workbook.xml" ContentType="` + ofSheets + `sheet.main+xml"/>` +
		`<Override PartName="/xl/worksheets/sheet1.xml" ContentType="` + ofSheets + `worksheet+xml"/>` +
		`<Override PartName="/xl/styles.xml" ContentType="` + ofSheets + `styles+xml"/>` +
		`<Override PartName="/xl/sharedStrings.xml" ContentType="` + ofSheets + `sharedStrings+xml"/></Types>`
	packageRels  = declaration + `<Relationships xmlns="` + relations + `"><Relationship Id="rId1" Type="` + office + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`
	workbookPart = declaration + `<workbook xmlns="` + mainSpace + `" xmlns:r="` + office + `"><sheets><sheet name="NAME" sheetId="1" r:id="rId1"/></sheets></workbook>`
	workbookRels = declaration + `<Relationships xmlns="` + relations + `"><Relationship Id="rId1" Type="` + office + `/worksheet" Target="worksheets/sheet1.xml"/>` +
		`<Relationship Id="rId2" Type="` + office + `/styles" Target="styles.xml"/><Relationship Id="rId3" Type="` + office + `/sharedStrings" Target="sharedStrings.xml"/></Relationships>`
	sheetHead = declaration + `<worksheet xmlns="` + mainSpace + `">`

	// stylesPart has: general, text, two decimals, whole number, three decimals.
	stylesPart = declaration + `<styleSheet xmlns="` + mainSpace + `"><numFmts count="1"><numFmt numFmtId="164" formatCode="0.000"/></numFmts>` +
		`<fonts count="1"><font><sz val="11"/><name val="宋体"/><charset val="134"/></font></fonts>` +
		`<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>` +
		`<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>` +
		`<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>` +
		`<cellXfs count="5"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>` +
		`<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>` +
		`<xf numFmtId="2" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>` +
		`<xf numFmtId="1" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>` +
		`<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>` +
		`<cellStyles count="1"><cellStyle name="常规" xfId="0" builtinId="0"/></cellStyles></styleSheet>`
)
