package banklayout

import (
	"bytes"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"zhida/rules/message"
)

func (c *checker) container() {
	l := c.layout
	c.oneOf("container", l.Container, []string{"text", "fixed", "xlsx", "template", "xml"})
	c.oneOf("encoding", l.Encoding, []string{"GBK", "GB2312", "GB18030", "UTF-8"})
	c.oneOf("widths", l.Widths, []string{"", "bytes", "characters"})
	c.oneOf("quote", l.Quote, []string{"", "needed", "always"})
	if l.BOM && l.Encoding != "UTF-8" {
		c.conflict("bom", "encoding")
	}
	for _, from := range slices.Sorted(maps.Keys(l.Substitute)) {
		if utf8.RuneCountInString(from) != 1 || from[0] < utf8.RuneSelf {
			c.add("substitute", message.M("layout.value", l.Code, "substitute", from, "㛃 𠮷 ·"))
		}
	}
	if !l.Lines() {
		c.givenWith("container", map[string]bool{"newline": l.Newline != "", "last_line": l.LastLine != "", "delimiter": l.Delimiter != "",
			"leading_delimiter": l.Leading, "trailing_delimiter": l.Trailing, "quote": l.Quote != "", "bom": l.BOM, "trailer": len(l.Trailer) > 0})
		return
	}
	c.oneOf("newline", l.Newline, []string{"crlf", "lf"})
	c.oneOf("last_line", l.LastLine, []string{"ended", "open"})
	switch {
	case l.Container == "fixed":
		c.givenWith("container", map[string]bool{"delimiter": l.Delimiter != "" || l.Leading || l.Trailing, "quote": l.Quote != ""})
	case l.Delimiter == "":
		c.add("delimiter", message.M("layout.required", l.Code, "delimiter"))
	case !safeDelimiter(l.Delimiter) || l.Quote != "" && strings.Contains(l.Delimiter, `"`):
		c.add("delimiter", message.M("layout.value", l.Code, "delimiter", strconv.Quote(l.Delimiter), `"|" "," ";" "^" "\t" "@@"`))
	}
}

// frame holds what stands around the payments against the container: lines, a sheet, elements.
func (c *checker) frame() {
	l := c.layout
	sheet, tree := l.Container == "xlsx" || l.Container == "template", l.Container == "xml"
	c.givenWith("container", map[string]bool{"sheet": l.Sheet != nil && !sheet, "template": l.Template != "" && l.Container != "template",
		"xml": l.XML != nil && !tree, "header": len(l.Header) > 0 && sheet})
	if sheet {
		c.sheet()
	}
	if tree {
		c.xml()
	}
	if l.Container != "template" {
		return
	}
	if !strings.HasPrefix(l.Template, embedded) || !bytes.HasPrefix(l.Workbook(), []byte("PK")) || len(l.Workbook()) > mostTemplate {
		c.add("template", message.M("layout.template", l.Template[:min(len(l.Template), 40)]))
	}
}

// mostTemplate is the largest workbook to fill in, in bytes.
const mostTemplate = 1 << 20

var address = regexp.MustCompile(`^[A-Z]{1,2}[1-9][0-9]{0,4}$`)

func (c *checker) sheet() {
	l := c.layout
	if l.Sheet == nil {
		c.add("", message.M("layout.required", l.Code, "sheet"))
		return
	}
	s := l.Sheet
	if s.Name == "" || utf8.RuneCountInString(s.Name) > 31 || strings.ContainsAny(s.Name, `:\/?*[]'`) {
		c.add("sheet.name", message.M("layout.value", l.Code, "sheet.name", s.Name, "Sheet1"))
	}
	if s.TitleRow < 0 || s.FirstRow <= s.TitleRow || s.FirstRow > 1000 {
		c.conflict("sheet.title_row", "sheet.first_row")
	}
	if len(l.Detail.Fields) > 100 {
		c.conflict("detail.fields", "container")
	}
	seen := map[string]bool{}
	for i := range s.Cells {
		x, path := &s.Cells[i], fmt.Sprintf("sheet.cells.%d", i)
		row, _ := strconv.Atoi(strings.TrimLeft(x.Cell, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
		if !address.MatchString(x.Cell) || seen[x.Cell] || row >= s.FirstRow || row == s.TitleRow {
			c.add(path+".cell", message.M("layout.value", l.Code, path+".cell", x.Cell, "B2"))
		}
		seen[x.Cell] = true
		c.field(path, &x.Field, outsideDetail)
	}
}

var (
	element  = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]*(/[A-Za-z_][A-Za-z0-9_.-]*)*$`)
	leafPath = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]*(/[A-Za-z_][A-Za-z0-9_.-]*)*(/@[A-Za-z_][A-Za-z0-9_.-]*)?$`)
)

func (c *checker) xml() {
	l := c.layout
	if l.XML == nil {
		c.add("", message.M("layout.required", l.Code, "xml"))
		return
	}
	for path, v := range map[string]string{"xml.root": l.XML.Root, "xml.row": l.XML.Row} {
		if !element.MatchString(v) {
			c.add(path, message.M("layout.value", l.Code, path, v, "Document/CstmrCdtTrfInitn"))
		}
	}
	if strings.ContainsAny(l.XML.Namespace, "<>&\"' \t\n") {
		c.add("xml.namespace", message.M("layout.value", l.Code, "xml.namespace", l.XML.Namespace, "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"))
	}
	for i := range l.Header {
		if l.Header[i].Text != "" {
			c.conflict(fmt.Sprintf("header.%d.text", i), "container")
		}
		c.paths(fmt.Sprintf("header.%d", i), l.Header[i].Fields)
	}
	c.paths("detail", l.Detail.Fields)
}

// paths asks that every field has one, and for the element of an attribute right
// behind it or behind its other attributes.
func (c *checker) paths(section string, fields []Field) {
	for i := range fields {
		at := fmt.Sprintf("%s.fields.%d", section, i)
		if !leafPath.MatchString(fields[i].Path) {
			c.add(at+".path", message.M("layout.value", c.layout.Code, at+".path", fields[i].Path, "GrpHdr/MsgId Amt/InstdAmt/@Ccy"))
			continue
		}
		of, _, is := strings.Cut(fields[i].Path, "/@")
		next := ""
		if i+1 < len(fields) {
			next, _, _ = strings.Cut(fields[i+1].Path, "/@")
		}
		if is && next != of {
			c.add(at+".path", message.M("layout.required", c.layout.Code, "path: "+of))
		}
	}
}

// safeDelimiter refuses what amounts, dates and accounts are made of.
func safeDelimiter(s string) bool {
	for _, r := range s {
		if r >= utf8.RuneSelf || r != '\t' && !unicode.IsPunct(r) && !unicode.IsSymbol(r) || strings.ContainsRune("./-", r) {
			return false
		}
	}
	return true
}
