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
	"zhida/rules/money"
	"zhida/rules/yamltext"
)

// Read reads and checks a layout. The error is message.Problems with line and
// column in Cell.
func Read(file string, text []byte) (*Layout, error) {
	var l Layout
	if err := yamltext.Decode(file, text, &l); err != nil {
		return nil, err
	}
	if problems := Check(&l); len(problems) > 0 {
		return nil, Locate(file, text, "", problems)
	}
	return &l, nil
}

// Locate gives problems of Check the file, line and column of the text that the
// layout was decoded from; under is the path of the layout in it, as layouts.0.
func Locate(file string, text []byte, under string, problems message.Problems) message.Problems {
	top, err := yamltext.Parse(file, text)
	if err != nil {
		return problems
	}
	for i := range problems {
		path := strings.Split(strings.TrimPrefix(under+"."+problems[i].Cell, "."), ".")
		problems[i].File, problems[i].Cell = file, yamltext.At(find(top, path))
	}
	return problems
}

// find goes down a path of keys and indexes as far as the text goes.
func find(n *yamltext.Node, path []string) *yamltext.Node {
	for _, step := range path {
		next := child(n, step)
		if next == nil {
			return n
		}
		n = next
	}
	return n
}

func child(n *yamltext.Node, step string) *yamltext.Node {
	switch n.Kind {
	case yamltext.Mapping:
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == step {
				return n.Content[i+1]
			}
		}
	case yamltext.Sequence:
		if i, err := strconv.Atoi(step); err == nil && i < len(n.Content) {
			return n.Content[i]
		}
	}
	return nil
}

// Check finds everything that keeps a layout from being written and read back:
// values the language does not have, keys that contradict each other, sources without
// data. File is the layout's code and Cell the path of the key: detail.fields.3.pad.
func Check(l *Layout) message.Problems {
	c := &checker{layout: l}
	c.head()
	c.answer()
	if l.Container == "" && l.Return != nil {
		c.givenWith("container", map[string]bool{"detail": len(l.Detail.Fields) > 0, "header": len(l.Header) > 0, "file": l.File != ""})
		return c.problems // nothing is sent by it
	}
	c.container()
	c.frame()
	c.file()
	for i := range l.Header {
		c.line(fmt.Sprintf("header.%d", i), &l.Header[i], outsideDetail)
	}
	c.line("detail", &l.Detail, inDetail)
	for i := range l.Trailer {
		c.line(fmt.Sprintf("trailer.%d", i), &l.Trailer[i], outsideDetail)
	}
	c.detail()
	return c.problems
}

type checker struct {
	layout   *Layout
	problems message.Problems
}

func (c *checker) add(path string, m message.Message) {
	c.problems = append(c.problems, message.Problem{File: c.layout.Code, Cell: path, Message: m})
}

// oneOf reports a value that is none of those the language has.
func (c *checker) oneOf(path, value string, allowed []string) {
	if !slices.Contains(allowed, value) {
		c.add(path, message.M("layout.value", c.layout.Code, path, value, strings.TrimSpace(strings.Join(allowed, " "))))
	}
}

func (c *checker) head() {
	l := c.layout
	if !regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`).MatchString(l.Code) {
		c.add("code", message.M("layout.value", l.Code, "code", l.Code, "a-z 0-9 -"))
	}
	if l.Name == "" {
		c.add("name", message.M("layout.required", l.Code, "name"))
	}
}

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

func (c *checker) conflict(path, other string) {
	c.add(path, message.M("layout.conflict", c.layout.Code, path, other))
}

func (c *checker) file() {
	l := c.layout
	if l.File == "" {
		c.add("file", message.M("layout.required", l.Code, "file"))
	}
	rest := placeholder.ReplaceAllStringFunc(l.File, func(s string) string {
		if slices.Contains(Placeholders, placeholder.FindStringSubmatch(s)[1]) {
			return ""
		}
		return s
	})
	if strings.ContainsAny(rest, `/\{}<>:"|?* `) || strings.HasPrefix(l.File, ".") {
		c.add("file", message.M("layout.value", l.Code, "file", l.File, "{"+strings.Join(Placeholders, "} {")+"}"))
	}
	if !strings.Contains(l.File, "{seq") && (l.Apart() || l.MaxRows > 0 || l.MaxTotal != "" || l.OwnBank == "apart") {
		c.add("file", message.M("layout.sequence", l.Code))
	}
	if l.MaxRows < 0 {
		c.add("max_rows", message.M("layout.value", l.Code, "max_rows", strconv.Itoa(l.MaxRows), "0 1000"))
	}
	if l.MinRows < 0 || l.MaxRows > 0 && l.MinRows > (l.MaxRows+1)/2 {
		c.add("min_rows", message.M("layout.value", l.Code, "min_rows", strconv.Itoa(l.MinRows), fmt.Sprintf("0 … %d", (l.MaxRows+1)/2)))
	}
	if l.Split == "even" && l.MaxRows == 0 {
		c.conflict("split", "max_rows")
	}
	c.oneOf("split", l.Split, []string{"", "fill", "even"})
	c.oneOf("order", l.Order, []string{"", "batch", "account", "branch"})
	c.oneOf("own_bank", l.OwnBank, []string{"", "mixed", "apart", "only", "never"})
	c.yuan("max_total", l.MaxTotal)
	c.yuan("max_amount", l.MaxAmount)
	c.oneOf("duplicates", l.Duplicates, []string{"", "apart", "keep"})
}

func (c *checker) yuan(path, value string) {
	if f, err := money.ParseYuan(value); value != "" && (err != nil || f <= 0) {
		c.add(path, message.M("layout.value", c.layout.Code, path, value, "50000.00"))
	}
}

func (c *checker) line(path string, line *Line, section where) {
	if (line.Text == "") == (len(line.Fields) == 0) {
		c.add(path, message.M("layout.line", c.layout.Code, path))
	}
	c.plain(path+".text", line.Text, false)
	for i := range line.Fields {
		c.field(fmt.Sprintf("%s.fields.%d", path, i), &line.Fields[i], section)
	}
}

func (c *checker) field(path string, f *Field, section where) {
	p, known := sources[f.Source]
	switch {
	case slices.Contains(withoutData, f.Source):
		c.add(path+".source", message.M("layout.no_data", c.layout.Code, f.Label(), f.Source))
		return
	case !known:
		c.add(path+".source", message.M("layout.value", c.layout.Code, path+".source", f.Source, sourceList()))
		return
	case p.where != anywhere && p.where != section:
		c.add(path+".source", message.M("layout.place", c.layout.Code, path, f.Source))
	}
	c.belongs(path, f, p.kind)
	c.oneOf(path+".unit", f.Unit, []string{"", "yuan", "fen"})
	if p.kind == month {
		c.oneOf(path+".format", f.Format, []string{"", "yyyymm", "yyyy-mm", "yyyy年m月"})
	} else {
		c.oneOf(path+".format", f.Format, []string{"", "yyyymmdd", "yyyy-mm-dd", "yyyy/mm/dd"})
	}
	c.oneOf(path+".as", f.As, []string{"", "text", "number"})
	c.oneOf(path+".spaces", f.Spaces, []string{"", "forbid"})
	c.oneOf(path+".side", f.Side, []string{"", "right", "left"})
	if d := f.Places(); d != 0 && d != 2 && d != 3 {
		c.add(path+".decimals", message.M("layout.value", c.layout.Code, path+".decimals", strconv.Itoa(d), "0 2 3"))
	}
	c.plain(path+".text", f.Text, true)
	c.plain(path+".prefix", f.Prefix, true)
	c.plain(path+".suffix", f.Suffix, true)
	c.plain(path+".empty", f.Empty, true)
	c.width(path, f, p.kind)
	c.codes(path, f)
	if f.Source == Joined {
		c.parts(path, f, section)
	}
}

// codes must lead back from the bank's code to our value.
func (c *checker) codes(path string, f *Field) {
	back := map[string]bool{}
	for _, from := range slices.Sorted(maps.Keys(f.Codes)) {
		to := f.Codes[from]
		if to == "" || back[to] || to != strings.TrimSpace(to) || f.Source == OwnBank && from != Own && from != Other {
			c.add(path+".codes", message.M("layout.value", c.layout.Code, path+".codes."+from, to, Own+": \"0\" "+Other+": \"1\""))
		}
		back[to] = true
		c.plain(path+".codes", to, true)
	}
	if f.Source == OwnBank && len(f.Codes) != 2 {
		c.add(path, message.M("layout.required", c.layout.Code, path+".codes "+Own+" "+Other))
	}
}

// parts must be told apart again: what has no length of its own ends where the next
// fixed text begins.
func (c *checker) parts(path string, f *Field, section where) {
	for i := range f.Parts {
		p, at := &f.Parts[i], fmt.Sprintf("%s.parts.%d", path, i)
		if p.Source == Joined || p.Source == Empty || p.Path != "" || p.As != "" || p.Empty != "" || p.Max > 0 {
			c.conflict(at, path+".source "+string(Joined))
			continue
		}
		c.field(at, p, section)
		end := p.Suffix
		if i+1 < len(f.Parts) && end == "" {
			end = f.Parts[i+1].Ahead()
		}
		if i+1 < len(f.Parts) && !p.Bounded() && (end == "" || strings.ContainsAny(end[:1], "0123456789.")) {
			c.conflict(at, fmt.Sprintf("%s.parts.%d", path, i+1))
		}
	}
	if len(f.Parts) < 2 {
		c.add(path, message.M("layout.required", c.layout.Code, path+".parts"))
	}
}

// Bounded says whether a part's length is known before it is read; the others end
// where their suffix or the next part's fixed text begins.
func (f *Field) Bounded() bool {
	return f.Width > 0 || f.Source == Literal || f.Source == Date || f.Source == Month && f.Format != "yyyy年m月"
}

// Ahead is the fixed text that a part begins with, "" for none.
func (f *Field) Ahead() string {
	if f.Source == Literal {
		return f.Text
	}
	return f.Prefix
}

func sourceList() string {
	list := make([]string, 0, len(sources))
	for s := range sources {
		list = append(list, string(s))
	}
	slices.Sort(list)
	return strings.Join(list, " ")
}

// belongs reports keys that say nothing about this kind of value, and the ones it needs.
func (c *checker) belongs(path string, f *Field, k kind) {
	for _, x := range []struct {
		key   string
		given bool
		ok    bool
	}{
		{"text", f.Text != "", f.Source == Literal},
		{"key", f.Key != "", f.Source == Setting},
		{"unit", f.Unit != "", k == amount},
		{"decimals", f.Decimals != nil, k == amount && f.Unit != "fen"},
		{"format", f.Format != "", k == date || k == month},
		{"codes", f.Codes != nil, k == text || k == flag},
		{"parts", f.Parts != nil, k == joined},
		{"prefix", f.Prefix != "", k != fixed},
		{"suffix", f.Suffix != "", k != fixed},
		{"as", f.As != "", c.layout.Sheet != nil && (f.As == "text" || (k == number || k == amount) && f.Prefix+f.Suffix == "" && f.Width == 0)},
		{"path", f.Path != "", c.layout.Container == "xml"},
		{"empty", f.Empty != "", (k == text || k == digits) && !f.Required && f.Source != Account && f.Source != Holder},
		{"required", f.Required, k == text || k == digits},
		{"spaces", f.Spaces != "", k == text},
	} {
		if x.given && !x.ok {
			c.conflict(path+"."+x.key, path+".source "+string(f.Source))
		}
	}
	if f.Source == Literal && f.Text == "" {
		c.add(path, message.M("layout.required", c.layout.Code, path+".text"))
	}
	if f.Source == Setting && f.Key == "" {
		c.add(path, message.M("layout.required", c.layout.Code, path+".key"))
	}
}

// width holds the padding against what can be told apart again when it is read back.
func (c *checker) width(path string, f *Field, k kind) {
	if f.Max < 0 || f.Width < 0 || f.Max > 0 && f.Width > 0 {
		c.conflict(path+".max", path+".width")
	}
	if c.layout.Container == "fixed" && f.Width <= 0 && !strings.Contains(path, ".parts.") {
		c.add(path, message.M("layout.required", c.layout.Code, path+".width"))
	}
	if f.Width == 0 && (f.Pad != "" || f.Side != "") {
		c.conflict(path+".pad", path+".width")
	}
	zeros := f.Side == "left" && (k == number || k == amount) && f.Prefix == ""
	if f.Pad != "" && f.Pad != " " && !(f.Pad == "0" && zeros) {
		c.add(path+".pad", message.M("layout.value", c.layout.Code, path+".pad", strconv.Quote(f.Pad), `" " "0"`))
	}
	if f.Width > 0 && (f.Empty != strings.TrimSpace(f.Empty) || f.Text != strings.TrimSpace(f.Text)) {
		c.add(path, message.M("layout.text", c.layout.Code, path))
	}
}

// plain reports a fixed text that would break its line.
func (c *checker) plain(path, s string, inField bool) {
	if strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || r == utf8.RuneError }) ||
		inField && c.layout.Delimiter != "" && strings.Contains(s, c.layout.Delimiter) {
		c.add(path, message.M("layout.text", c.layout.Code, path))
	}
}

func (c *checker) detail() {
	for _, s := range []Source{Account, Holder, Amount} {
		if !slices.ContainsFunc(c.layout.Detail.Fields, func(f Field) bool { return f.Source == s }) {
			c.add("detail", message.M("layout.required", c.layout.Code, "detail.fields source: "+string(s)))
		}
	}
	if c.layout.Detail.Text != "" {
		c.conflict("detail.text", "detail.fields")
	}
}

// Placeholders may stand in braces in a file name; {seq:3} pads a number with zeros.
var Placeholders = []string{"date", "unit", "seq", "batch", "month"}

var placeholder = regexp.MustCompile(`\{([a-z]+)(?::([1-9]))?\}`)

// FileName fills in the pattern. What a value may not bring into a name is left to
// the caller; seq is the number of the file, dates come as yyyymmdd.
func (l *Layout) FileName(values map[string]string) string {
	return placeholder.ReplaceAllStringFunc(l.File, func(s string) string {
		m := placeholder.FindStringSubmatch(s)
		v := values[m[1]]
		if n, _ := strconv.Atoi(m[2]); len(v) < n {
			v = strings.Repeat("0", n-len(v)) + v
		}
		return v
	})
}
