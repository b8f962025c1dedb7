package policy

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/shopspring/decimal"
)

// Border is a number of the document at which a result may jump: an end of an
// interval, or a number that a formula compares a value with. Two cases belong to
// it, one on each side.
type Border struct {
	Value  any    // what is compared: the Identity of a formula, or the *Interval of a stop
	Name   string // as the clerk wrote it
	Number decimal.Decimal
	Below  bool // the number itself lies on the lower side
	Whole  bool // values are whole numbers, so that the neighbours are known
	File   string
	Line   int
}

// comparison is a value that a formula compares with a plain number.
type comparison struct {
	Value  *Formula
	number decimal.Decimal
	below  bool
}

// Identity tells values apart: the same words in a condition and in a table are one value.
func (f *Formula) Identity() string { return strings.TrimSpace(f.Source) }

// Compared lists the values that the formula compares with plain numbers.
func (f *Formula) Compared() []*Formula {
	list := make([]*Formula, len(f.compared))
	for i, c := range f.compared {
		list[i] = c.Value
	}
	return list
}

var comparedWith = regexp.MustCompile(`^\s*(>=|<=|>|<|≥|≤|＞|＜)\s*([0-9]{1,15}(?:\.[0-9]{1,6})?)\s*(?:$|[^0-9.%％*/×÷+\-\s]|\s+[^*/×÷+\-\s])`)

// compares notes that the value is compared with the number that follows it.
func (f *Formula) compares(value *Formula, rest string) {
	m := comparedWith.FindStringSubmatch(rest)
	if m == nil || value.Result != Num || slices.Contains([]string{"年", "year", "月", "month"}, value.Identity()) {
		return // the pay month is nobody's fact
	}
	n, err := decimal.NewFromString(m[2])
	if err == nil {
		f.compared = append(f.compared, comparison{value, n, slices.Contains([]string{"<=", "≤", ">", "＞"}, m[1])})
	}
}

// Borders lists the borders of the file, each once, in the order of tables, items and names.
func (p *Policy) Borders() []Border {
	b := &borders{file: p.File, seen: map[borderKey]bool{}}
	for _, name := range sortedNames(p.Tables) {
		t := p.Tables[name]
		for i := range t.Rows {
			for j := range t.Rows[i].Cells {
				k := t.Keys[j]
				b.interval(t.Rows[i].Cells[j].Interval, Border{Value: k.Formula.Identity(), Name: "表“" + name + "”的" + k.Title, Whole: k.Formula.Whole, File: t.file(p), Line: t.Rows[i].Line})
			}
		}
	}
	for _, it := range p.Items {
		for _, s := range it.Stops {
			b.interval(s.Days, Border{Value: s.Days, Name: "停发“" + s.Reason + "”的工作日", Whole: true, Line: it.Line})
		}
		for _, f := range it.Formulas() {
			b.formula(f, it.Line)
		}
	}
	for _, c := range p.Checks {
		b.formula(c.Test, c.Line)
	}
	for _, name := range sortedNames(p.Names) {
		b.formula(p.Names[name], 1)
	}
	return b.list
}

// borderKey tells borders apart: of whole numbers, up to 14 and from 15 on are the same one.
type borderKey struct {
	value  any
	number string
	below  bool
}

type borders struct {
	file string
	list []Border
	seen map[borderKey]bool
}

func (b *borders) formula(f *Formula, line int) {
	if f == nil {
		return
	}
	for _, c := range f.compared {
		b.add(Border{Value: c.Value.Identity(), Name: c.Value.Identity(), Number: c.number, Below: c.below, Whole: c.Value.Whole, Line: line})
	}
}

func (b *borders) interval(v *Interval, at Border) {
	if v == nil {
		return
	}
	if v.Low != nil {
		at.Number, at.Below = *v.Low, v.LowOpen
		b.add(at)
	}
	if v.High != nil {
		at.Number, at.Below = *v.High, !v.HighOpen
		b.add(at)
	}
}

// add keeps a border; nothing lies below zero.
func (b *borders) add(x Border) {
	k := borderKey{x.Value, x.Number.String(), x.Below}
	if x.Whole && x.Below {
		k = borderKey{x.Value, x.Number.Add(decimal.New(1, 0)).String(), false}
	}
	if x.Number.IsNegative() || x.Number.IsZero() && !x.Below || b.seen[k] {
		return
	}
	b.seen[k] = true
	x.File = cmp.Or(x.File, b.file)
	b.list = append(b.list, x)
}

// Missing says which sides of the border no value touches. Whole numbers must lie
// right beside it; others anywhere up to the next border on that side.
func (x Border) Missing(values []decimal.Decimal, all []Border) (lower, upper bool) {
	one := decimal.New(1, 0)
	floor, ceiling := decimal.Decimal{}, decimal.New(1, 18)
	if x.Whole {
		floor, ceiling = x.Number.Sub(one), x.Number
		if x.Below {
			floor, ceiling = x.Number, x.Number.Add(one)
		}
	} else {
		for _, y := range all {
			if y.Value == x.Value && y.Number.LessThan(x.Number) {
				floor = decimal.Max(floor, y.Number)
			}
			if y.Value == x.Value && y.Number.GreaterThan(x.Number) {
				ceiling = decimal.Min(ceiling, y.Number)
			}
		}
	}
	lower, upper = true, true
	for _, v := range values {
		under := v.LessThan(x.Number) || x.Below && v.Equal(x.Number)
		if under && v.GreaterThanOrEqual(floor) {
			lower = false
		}
		if !under && v.LessThanOrEqual(ceiling) {
			upper = false
		}
	}
	return lower, upper
}
