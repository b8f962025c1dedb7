package policy

import (
	"fmt"
	"strings"

	"github.com/shopspring/decimal"
)

// Table is a table of the document: key columns select a row, value columns hold numbers.
type Table struct {
	Name    string
	Source  string // where it stands in the document: 附表1
	Keys    []Key
	Values  []string
	Rows    []Row
	GapsOK  bool // the document leaves gaps on purpose
	GapText string
	Line    int
	Sheet   string // spreadsheet that the rows were taken from: 附表1.xlsx!标准; "" when they stand in the text
	Digest  string // of that file
}

// file is where the rows stand, for messages; their lines are those of that file.
func (t *Table) file(p *Policy) string {
	if t.Sheet != "" {
		return t.Sheet
	}
	return p.File
}

// Origin is where a reader finds the table: 附表1, the spreadsheet, or the table's own name.
func (t *Table) Origin() string {
	switch {
	case t.Source != "":
		return t.Source
	case t.Sheet != "":
		return t.Sheet
	}
	return "表“" + t.Name + "”"
}

// Key is a key column: a formula that gives the value to look up.
type Key struct {
	Title   string
	Formula *Formula
}

// Row is one row of a table.
type Row struct {
	Cells []Cell
	Value []decimal.Decimal
	Line  int // of the file, or of the sheet it was taken from
}

// Cell is a key cell: any value, a list of texts, or an interval of numbers.
type Cell struct {
	Text     string // as written
	Any      bool
	List     []string
	Interval *Interval
}

// Interval is a set of numbers; a nil end is open to infinity.
type Interval struct {
	Low, High         *decimal.Decimal
	LowOpen, HighOpen bool
}

// parseCell reads a key cell: blank or 任意 for any, [3,5] (36,72] >=30 <3 or a
// plain number for numbers, 书记|主任 for texts.
func parseCell(text string, numeric bool) (Cell, error) {
	c := Cell{Text: strings.TrimSpace(text)}
	if c.Text == "" || c.Text == "任意" || c.Text == "any" {
		c.Any = true
		return c, nil
	}
	if !numeric {
		for _, s := range strings.Split(c.Text, "|") {
			if s = strings.TrimSpace(s); s == "" {
				return c, fmt.Errorf("“%s”里有空的取值", text)
			}
			c.List = append(c.List, s)
		}
		return c, nil
	}
	var err error
	c.Interval, err = parseInterval(c.Text)
	return c, err
}

func parseInterval(s string) (*Interval, error) {
	bad := fmt.Errorf("“%s”不是区间：请写 [3,5]、(36,72]、>=30、<3 或一个数", s)
	number := func(t string) (*decimal.Decimal, error) {
		t = strings.TrimSpace(t)
		if len(t) == 0 || len(t) > 20 || strings.Trim(t, "0123456789.-") != "" {
			return nil, bad
		}
		d, err := decimal.NewFromString(t)
		if err != nil {
			return nil, bad
		}
		return &d, nil
	}
	s = strings.NewReplacer("，", ",", "（", "(", "）", ")", "≥", ">=", "≤", "<=", "【", "[", "】", "]").Replace(s)
	var v Interval
	var err error
	switch {
	case strings.HasPrefix(s, ">="):
		v.Low, err = number(s[2:])
	case strings.HasPrefix(s, "<="):
		v.High, err = number(s[2:])
	case strings.HasPrefix(s, ">"):
		v.LowOpen = true
		v.Low, err = number(s[1:])
	case strings.HasPrefix(s, "<"):
		v.HighOpen = true
		v.High, err = number(s[1:])
	case len(s) > 2 && strings.ContainsRune("[(", rune(s[0])) && strings.ContainsRune("])", rune(s[len(s)-1])):
		low, high, two := strings.Cut(s[1:len(s)-1], ",")
		if !two {
			return nil, bad
		}
		v.LowOpen, v.HighOpen = s[0] == '(', s[len(s)-1] == ')'
		if v.Low, err = number(low); err == nil {
			v.High, err = number(high)
		}
	default:
		v.Low, err = number(s)
		v.High = v.Low
	}
	if err == nil && v.Low != nil && v.High != nil && (v.Low.GreaterThan(*v.High) || v.Low.Equal(*v.High) && (v.LowOpen || v.HighOpen)) {
		return nil, fmt.Errorf("区间“%s”是空的", s)
	}
	return &v, err
}

// Has says whether the interval holds the number.
func (v *Interval) Has(d decimal.Decimal) bool {
	if v.Low != nil && (d.LessThan(*v.Low) || v.LowOpen && d.Equal(*v.Low)) {
		return false
	}
	return v.High == nil || d.LessThan(*v.High) || !v.HighOpen && d.Equal(*v.High)
}

// Has says whether the cell holds the value (decimal.Decimal or string).
func (c *Cell) Has(v any) bool {
	switch v := v.(type) {
	case decimal.Decimal:
		return c.Any || c.Interval != nil && c.Interval.Has(v)
	case string:
		if c.Any {
			return true
		}
		for _, s := range c.List {
			if s == v {
				return true
			}
		}
	}
	return false
}

// Find gives the row that holds the values, one for each key column; nil when none does.
func (t *Table) Find(values []any) *Row {
	for i := range t.Rows {
		found := true
		for j := range values {
			if !t.Rows[i].Cells[j].Has(values[j]) {
				found = false
				break
			}
		}
		if found {
			return &t.Rows[i]
		}
	}
	return nil
}

// Column is the index of a value column; the first for an empty name.
func (t *Table) Column(name string) int {
	for i, v := range t.Values {
		if v == name {
			return i
		}
	}
	return 0
}

// overlaps says whether two rows can hold the same values.
func (t *Table) overlaps(a, b *Row) bool {
	for i := range t.Keys {
		x, y := &a.Cells[i], &b.Cells[i]
		switch {
		case x.Any || y.Any:
		case x.Interval != nil && y.Interval != nil:
			if !x.Interval.meets(y.Interval) {
				return false
			}
		case !sharesText(x.List, y.List):
			return false
		}
	}
	return true
}

func sharesText(a, b []string) bool {
	for _, x := range a {
		for _, y := range b {
			if x == y {
				return true
			}
		}
	}
	return false
}

func (v *Interval) meets(w *Interval) bool {
	below := func(a, b *Interval) bool { // a lies wholly below b
		if a.High == nil || b.Low == nil {
			return false
		}
		return a.High.LessThan(*b.Low) || a.High.Equal(*b.Low) && (a.HighOpen || b.LowOpen)
	}
	return !below(v, w) && !below(w, v)
}

// gap finds a combination of values that no row holds, as text; "" when there is
// none. Texts are those the table mentions; numbers are the borders and the points
// between them, so that every cell of the grid the rows draw is tried once. checked
// is false when the grid is too large to try.
func (t *Table) gap() (found string, checked bool) {
	axes := make([][]any, len(t.Keys))
	for i, k := range t.Keys {
		axes[i] = t.points(i, k.Formula)
	}
	cells := len(t.Rows)
	for _, a := range axes {
		if cells *= len(a); cells > maxGridWork {
			return "", false
		}
	}
	values := make([]any, len(t.Keys))
	var walk func(i int) string
	walk = func(i int) string {
		if i == len(axes) {
			if t.Find(values) != nil {
				return ""
			}
			parts := make([]string, len(values))
			for j, v := range values {
				parts[j] = fmt.Sprintf("%s=%v", t.Keys[j].Title, v)
			}
			return strings.Join(parts, "、")
		}
		for _, v := range axes[i] {
			values[i] = v
			if g := walk(i + 1); g != "" {
				return g
			}
		}
		return ""
	}
	return walk(0), true
}

// maxGridWork bounds rows times cells tried.
const maxGridWork = 20_000_000

// points are the values of a column worth trying: from 0 up for numbers.
func (t *Table) points(column int, f *Formula) []any {
	var list []any
	seen := map[string]bool{}
	add := func(v any) {
		key := fmt.Sprint(v)
		if !seen[key] {
			seen[key] = true
			list = append(list, v)
		}
	}
	step := decimal.New(5, -1)
	if f.Whole {
		step = decimal.New(1, 0)
	}
	for i := range t.Rows {
		c := &t.Rows[i].Cells[column]
		for _, s := range c.List {
			add(s)
		}
		if c.Interval == nil {
			continue
		}
		for _, end := range []*decimal.Decimal{c.Interval.Low, c.Interval.High} {
			if end != nil {
				for _, d := range []decimal.Decimal{end.Sub(step), *end, end.Add(step)} {
					if !d.IsNegative() {
						add(d)
					}
				}
			}
		}
	}
	if len(list) == 0 {
		if f.Result == Num {
			add(decimal.Decimal{})
		} else {
			add("任意")
		}
	}
	return list
}

// Describe names the row for a sentence: 二类、副科级.
func (r *Row) Describe() string {
	var parts []string
	for i := range r.Cells {
		if !r.Cells[i].Any {
			parts = append(parts, r.Cells[i].Text)
		}
	}
	return strings.Join(parts, "、")
}
