package banklayout

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

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
		c.givenWith("container", map[string]bool{"detail": len(l.Detail.Fields) > 0, "header": len(l.Header) > 0, "trailer": len(l.Trailer) > 0, "file": l.File != "",
			"encoding": l.Encoding != "", "delimiter": l.Delimiter != "", "sheet": l.Sheet != nil, "template": l.Template != "", "xml": l.XML != nil})
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
	if !l.Numbered() && (l.Apart() || l.MaxRows > 0 || l.MaxTotal != "" || l.OwnBank == "apart") {
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

// Placeholders may stand in braces in a file name; {seq:3} pads a number with zeros.
// minute is the number of the file as an hour and a minute, for banks that read names as times.
var Placeholders = []string{"date", "unit", "seq", "minute", "batch", "month"}

// Numbered says whether the names of files tell several of a day apart.
func (l *Layout) Numbered() bool {
	return strings.Contains(l.File, "{seq") || strings.Contains(l.File, "{minute")
}

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
