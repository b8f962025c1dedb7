package bankfile

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"zhida/rules/message"
)

// This file fills in a workbook of the bank's: data cells are put into the sheet, and
// every other byte of every part stays as the bank gave it. Texts stand inside their
// cells, since the shared table is one of those other parts.

func (o *writer) template() error {
	wrong := func(why string) error { return message.Err("bank.template", o.file.Name, why) }
	z, err := zip.NewReader(bytes.NewReader(o.layout.Workbook()), int64(len(o.layout.Workbook())))
	if err != nil {
		return wrong(err.Error())
	}
	part, err := sheetPart(z, o.layout.Sheet.Name)
	if err != nil {
		return wrong(err.Error())
	}
	content, err := content(z, part)
	if err != nil {
		return wrong(err.Error())
	}
	form, err := dissect(content)
	if err != nil {
		return wrong(err.Error())
	}
	if at := form.inTheWay(o.layout.Sheet.FirstRow); at != "" {
		return wrong(at)
	}
	shared, err := sharedTexts(z)
	if err != nil {
		return wrong(err.Error())
	}
	cells, m := o.above()
	if !m.IsZero() {
		return &message.Error{Message: m}
	}
	for _, c := range cells {
		switch {
		case c.field != nil:
			form.set(c)
		case form.at(c.row, c.column).words(shared) != c.text:
			return wrong(fmt.Sprintf("%s 应是“%s”，却是“%s”", cellName(c.column, c.row), c.text, visible(form.at(c.row, c.column).words(shared))))
		}
	}
	var row []placed
	err = o.details(func(r *Row, n int) (m message.Message) {
		row, m = o.across(r, n)
		return m
	}, func() {
		for _, c := range row {
			form.set(c)
		}
	})
	if err != nil {
		return err
	}
	out := zip.NewWriter(o.out)
	for _, f := range z.File {
		if f.Name == part {
			err = deflated(out, f.Name, form.bytes(o.layout.Sheet.FirstRow))
		} else {
			err = out.Copy(f)
		}
		if err != nil {
			return err
		}
	}
	if err := out.Close(); err != nil {
		return err
	}
	return o.out.Flush()
}

// sheetPart finds the part of the sheet with that name.
func sheetPart(z *zip.Reader, name string) (string, error) {
	var book struct {
		Sheets []struct {
			Name string `xml:"name,attr"`
			ID   string `xml:"http://schemas.openxmlformats.org/officeDocument/2006/relationships id,attr"`
		} `xml:"sheets>sheet"`
	}
	var rels struct {
		List []struct {
			ID     string `xml:"Id,attr"`
			Target string `xml:"Target,attr"`
		} `xml:"Relationship"`
	}
	for part, into := range map[string]any{"xl/workbook.xml": &book, "xl/_rels/workbook.xml.rels": &rels} {
		b, err := content(z, part)
		if err != nil {
			return "", err
		}
		if err := xml.Unmarshal(b, into); err != nil {
			return "", err
		}
	}
	for _, s := range book.Sheets {
		for _, r := range rels.List {
			if s.Name == name && r.ID == s.ID {
				if strings.HasPrefix(r.Target, "/") {
					return r.Target[1:], nil
				}
				return path.Join("xl", r.Target), nil
			}
		}
	}
	return "", fmt.Errorf("没有工作表“%s”", name)
}

// sharedTexts reads the table of texts; a workbook may have none.
func sharedTexts(z *zip.Reader) ([]string, error) {
	var table struct {
		Items []struct {
			Text string   `xml:"t"`
			Runs []string `xml:"r>t"`
		} `xml:"si"`
	}
	if !slices.ContainsFunc(z.File, func(f *zip.File) bool { return f.Name == "xl/sharedStrings.xml" }) {
		return nil, nil
	}
	b, err := content(z, "xl/sharedStrings.xml")
	if err != nil {
		return nil, err
	}
	if err := xml.Unmarshal(b, &table); err != nil {
		return nil, err
	}
	list := make([]string, len(table.Items))
	for i, x := range table.Items {
		list[i] = x.Text + strings.Join(x.Runs, "")
	}
	return list, nil
}

// mostTemplatePart bounds a part of the bank's workbook, in bytes.
const mostTemplatePart = 4 << 20

func content(z *zip.Reader, name string) ([]byte, error) {
	f, err := z.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, mostTemplatePart+1))
	if err == nil && len(b) > mostTemplatePart {
		err = fmt.Errorf("%s 太大", name)
	}
	return b, err
}

// form is the sheet of a template, cut at its rows and cells.
type form struct {
	before, after []byte
	rows          map[int]*formRow
}

type formRow struct {
	attributes string
	cells      map[int]formCell
}

type formCell struct {
	raw    []byte // as the bank gave it; nil for one of ours
	style  string
	kind   string // attribute t
	text   string // stored
	filled bool
	ours   string
}

// words is what the cell shows.
func (c formCell) words(shared []string) string {
	if c.kind != "s" {
		return strings.TrimSpace(c.text)
	}
	if n, err := strconv.Atoi(c.text); err == nil && n >= 0 && n < len(shared) {
		return strings.TrimSpace(shared[n])
	}
	return ""
}

func (f *form) at(row, column int) formCell {
	if r := f.rows[row]; r != nil {
		return r.cells[column]
	}
	return formCell{}
}

// dissect cuts a sheet. Formulas are refused: their stored results would be those of
// the empty form, and a bank's program reads what is stored.
func dissect(sheet []byte) (*form, error) {
	d := xml.NewDecoder(bytes.NewReader(sheet))
	f := &form{rows: map[int]*formRow{}}
	var row *formRow
	var cell formCell
	var column, from int
	for {
		start := int(d.InputOffset())
		t, err := d.RawToken()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		end := int(d.InputOffset())
		switch t := t.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "sheetData":
				f.before = bytes.TrimSuffix(sheet[:end], []byte("/>"))
				if len(f.before) < end {
					f.before = append(slices.Clone(f.before), '>')
				}
			case "row":
				row = &formRow{attributes: rawAttributes(t, "r", "spans"), cells: map[int]formCell{}}
				n, err := strconv.Atoi(rawAttribute(t, "r"))
				if err != nil || n < 1 || f.rows[n] != nil {
					return nil, fmt.Errorf("行号 %q", rawAttribute(t, "r"))
				}
				f.rows[n] = row
			case "c":
				column, from, cell = columnOf(rawAttribute(t, "r")), start, formCell{style: rawAttribute(t, "s"), kind: rawAttribute(t, "t")}
				if row == nil || column == 0 {
					return nil, fmt.Errorf("单元格 %q", rawAttribute(t, "r"))
				}
			case "f":
				return nil, fmt.Errorf("%s 是公式", cellName(column, f.number(row)))
			case "v", "is":
				cell.filled = true
			}
		case xml.CharData:
			if cell.filled {
				cell.text += string(t)
			}
		case xml.EndElement:
			switch t.Name.Local {
			case "c":
				cell.raw = sheet[from:end]
				row.cells[column], cell = cell, formCell{}
			case "sheetData":
				if f.after = sheet[end:]; f.before == nil {
					return nil, fmt.Errorf("sheetData")
				}
			}
		}
	}
	if f.before == nil || f.after == nil {
		return nil, fmt.Errorf("没有 sheetData")
	}
	return f, nil
}

func (f *form) number(row *formRow) int {
	for n, r := range f.rows {
		if r == row {
			return n
		}
	}
	return 0
}

func rawAttribute(t xml.StartElement, name string) string {
	for _, a := range t.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}

// rawAttributes writes the attributes again, without the ones named.
func rawAttributes(t xml.StartElement, without ...string) string {
	var b strings.Builder
	for _, a := range t.Attr {
		if a.Name.Space == "" && slices.Contains(without, a.Name.Local) {
			continue
		}
		name := a.Name.Local
		if a.Name.Space != "" {
			name = a.Name.Space + ":" + name
		}
		b.WriteString(" " + name + `="` + escaped(a.Value) + `"`)
	}
	return b.String()
}

func columnOf(address string) (column int) {
	for _, c := range strings.TrimRight(address, "0123456789") {
		if c < 'A' || c > 'Z' || column > 20000 {
			return 0
		}
		column = column*26 + int(c-'A') + 1
	}
	return column
}

// inTheWay names the first cell from the first payment's row on that the bank has
// filled: a sample row left in would be taken for a payment.
func (f *form) inTheWay(first int) string {
	at := ""
	for n, r := range f.rows {
		for column, c := range r.cells {
			if name := cellName(column, n); n >= first && c.filled && (at == "" || name < at) {
				at = name
			}
		}
	}
	if at != "" {
		return at + " 已有内容"
	}
	return ""
}

// set puts a value into a cell; it looks as the bank formatted the cell, or the one in
// the column's first row.
func (f *form) set(p placed) {
	row := f.rows[p.row]
	if row == nil {
		row = &formRow{cells: map[int]formCell{}}
		f.rows[p.row] = row
	}
	c := formCell{style: row.cells[p.column].style}
	if p.field.As == "number" {
		c.ours = "<v>" + p.text + "</v></c>"
	} else {
		c.ours = "<is>" + textElement(p.text) + "</is></c>"
	}
	row.cells[p.column] = c
}

var dimension = regexp.MustCompile(`<dimension [^>]*/>`)

// bytes puts the sheet together again. The stated dimension is dropped: it would be
// that of the empty form.
func (f *form) bytes(first int) []byte {
	var b bytes.Buffer
	b.Write(dimension.ReplaceAll(f.before, nil))
	model := f.rows[first]
	for _, n := range sortedNumbers(f.rows) {
		r := f.rows[n]
		attributes := r.attributes
		if n > first && attributes == "" {
			attributes = model.attributes
		}
		b.WriteString(`<row r="` + strconv.Itoa(n) + `"` + attributes + ">")
		for _, column := range sortedNumbers(r.cells) {
			c := r.cells[column]
			if c.raw != nil {
				b.Write(c.raw)
				continue
			}
			if c.style == "" && n > first {
				c.style = model.cells[column].style
			}
			b.WriteString(`<c r="` + cellName(column, n) + `"`)
			if c.style != "" {
				b.WriteString(` s="` + c.style + `"`)
			}
			if strings.HasPrefix(c.ours, "<is>") {
				b.WriteString(` t="inlineStr"`)
			}
			b.WriteString(">" + c.ours)
		}
		b.WriteString("</row>")
	}
	b.WriteString("</sheetData>")
	b.Write(f.after)
	return b.Bytes()
}

func sortedNumbers[V any](m map[int]V) []int {
	list := make([]int, 0, len(m))
	for n := range m {
		list = append(list, n)
	}
	slices.Sort(list)
	return list
}
