package banklayout

import (
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
// reserved keys, values the language does not have, keys that contradict each
// other. File is the layout's code and Cell the path of the key: detail.fields.3.pad.
func Check(l *Layout) message.Problems {
	c := &checker{layout: l}
	c.head()
	c.container()
	c.file()
	c.reserved()
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

// oneOf reports a value that is none of those the language has; what it has but
// this version does not do is told apart.
func (c *checker) oneOf(path, value string, allowed []string, reserved ...string) {
	switch {
	case slices.Contains(allowed, value):
	case slices.Contains(reserved, value):
		c.add(path, message.M("layout.unsupported", c.layout.Code, path+" "+value))
	default:
		c.add(path, message.M("layout.value", c.layout.Code, path, value, strings.Join(allowed, " ")))
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
	c.oneOf("container", l.Container, []string{"text", "fixed"}, "xlsx", "template", "xml")
	c.oneOf("encoding", l.Encoding, []string{"GBK", "GB18030", "UTF-8"}, "GB2312")
	c.oneOf("newline", l.Newline, []string{"crlf", "lf"})
	c.oneOf("last_line", l.LastLine, []string{"ended", "open"})
	c.oneOf("widths", l.Widths, []string{"", "bytes", "characters"})
	if l.BOM && l.Encoding != "UTF-8" {
		c.conflict("bom", "encoding")
	}
	switch {
	case l.Container == "fixed" && (l.Delimiter != "" || l.Leading || l.Trailing):
		c.conflict("delimiter", "container")
	case l.Container == "text" && l.Delimiter == "":
		c.add("delimiter", message.M("layout.required", l.Code, "delimiter"))
	case l.Container == "text" && !safeDelimiter(l.Delimiter):
		c.add("delimiter", message.M("layout.value", l.Code, "delimiter", strconv.Quote(l.Delimiter), `"|" "," ";" "^" "\t" "@@"`))
	}
	for _, from := range slices.Sorted(maps.Keys(l.Substitute)) {
		if utf8.RuneCountInString(from) != 1 || from[0] < utf8.RuneSelf {
			c.add("substitute", message.M("layout.value", l.Code, "substitute", from, "㛃 𠮷 ·"))
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
	if !strings.Contains(l.File, "{seq") && (l.Apart() || l.MaxRows > 0 || l.MaxTotal != "") {
		c.add("file", message.M("layout.sequence", l.Code))
	}
	if l.MaxRows < 0 {
		c.add("max_rows", message.M("layout.value", l.Code, "max_rows", strconv.Itoa(l.MaxRows), "0 1000"))
	}
	c.yuan("max_total", l.MaxTotal)
	c.yuan("max_amount", l.MaxAmount)
	c.oneOf("duplicates", l.Duplicates, []string{"", "apart", "keep"})
}

func (c *checker) yuan(path, value string) {
	if f, err := money.ParseYuan(value); value != "" && (err != nil || f <= 0) {
		c.add(path, message.M("layout.value", c.layout.Code, path, value, "50000.00"))
	}
}

func (c *checker) reserved() {
	r := &c.layout.Reserved
	for _, k := range []struct {
		key  string
		node *yamltext.Node
	}{{"quote", &r.Quote}, {"min_rows", &r.MinRows}, {"split", &r.Split}, {"order", &r.Order}, {"own_bank", &r.OtherOwn}, {"sheet", &r.Sheet},
		{"template", &r.Template}, {"xml", &r.XML}, {"return", &r.Return}, {"checksums", &r.Digests}} {
		c.unused(k.key, k.node)
	}
}

func (c *checker) unused(path string, n *yamltext.Node) {
	if n.Kind != 0 {
		c.add(path, message.M("layout.unsupported", c.layout.Code, path))
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
	c.unused(path+".codes", &f.Codes)
	c.unused(path+".parts", &f.Parts)
	p, known := sources[f.Source]
	switch {
	case slices.Contains(reservedSources, f.Source):
		c.add(path+".source", message.M("layout.unsupported", c.layout.Code, path+".source "+string(f.Source)))
		return
	case !known:
		c.add(path+".source", message.M("layout.value", c.layout.Code, path+".source", f.Source, sourceList()))
		return
	case p.where != anywhere && p.where != section:
		c.add(path+".source", message.M("layout.place", c.layout.Code, path, f.Source))
	}
	c.belongs(path, f, p.kind)
	c.oneOf(path+".unit", f.Unit, []string{"", "yuan", "fen"})
	c.oneOf(path+".format", f.Format, []string{"", "yyyymmdd", "yyyy-mm-dd", "yyyy/mm/dd"})
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
		{"format", f.Format != "", k == date},
		{"prefix", f.Prefix != "", k != fixed},
		{"suffix", f.Suffix != "", k != fixed},
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
	if c.layout.Container == "fixed" && f.Width <= 0 {
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
