package banklayout

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"zhida/rules/message"
)

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
