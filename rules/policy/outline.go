package policy

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

// Outline is what a policy says, in the words of the file, part by part: for whoever reads the document and no YAML.
type Outline struct {
	Document []Statement
	Items    []OutlineItem // in file order
	Names    []Statement   // named sub-expressions
	Tables   []OutlineTable
	Rest     []Statement // service, public notice, checks
}

// Statement is one thing that a policy says.
type Statement struct{ What, Value string }

// OutlineItem is what is said of one item.
type OutlineItem struct {
	Name string
	Says []Statement
}

// OutlineTable is a table of standards, a row of keys and values each.
type OutlineTable struct {
	Name, Source string
	Keys, Values []string // headings
	Rows         []OutlineRow
}

// OutlineRow is a row of a table: its cells as the file writes them, a list of texts with 、 between them.
type OutlineRow struct{ Keys, Values []string }

// itemCode is what may be the code of an item: a quoted word of a formula, or one of a list.
var itemCode = regexp.MustCompile(`"[a-z][a-z0-9_]*"|\b[a-z][a-z0-9]*_[a-z0-9_]*\b`)

// Outline takes the policy apart. items are printed names of items by code, of other documents too: formulas name items by them.
// funds are the names of funds by code.
func (p *Policy) Outline(items, funds map[string]string) Outline {
	granted := p.Granted()
	named := func(s string) string {
		return itemCode.ReplaceAllStringFunc(s, func(word string) string {
			code := strings.Trim(word, `"`)
			name := cmp.Or(granted[code], items[code])
			switch {
			case name == "":
				return word
			case word != code:
				return "“" + name + "”"
			}
			return name
		})
	}
	plain := func(list []statement, prefix string) (out []Statement) {
		for _, s := range list {
			x := Statement{strings.TrimSpace(strings.TrimPrefix(s.what, prefix)), named(s.value)}
			if x.What == "资金" {
				x.Value = cmp.Or(funds[s.value], s.value)
			}
			out = append(out, x)
		}
		return out
	}
	var o Outline
	l := &statementList{seen: map[string]int{}}
	l.ofDocument(p.Document)
	o.Document = plain(l.list, "")
	for _, it := range p.Items {
		l := &statementList{seen: map[string]int{}}
		l.ofItem(it)
		o.Items = append(o.Items, OutlineItem{it.Name, plain(l.list[2:], titled(it))}) // it is granted, and what it is called, stand above
	}
	l = &statementList{seen: map[string]int{}}
	for _, name := range sortedNames(p.Names) {
		l.formula(name, p.Names[name])
	}
	o.Names = plain(l.list, "")
	for _, name := range sortedNames(p.Tables) {
		o.Tables = append(o.Tables, p.Tables[name].outline())
	}
	l = &statementList{seen: map[string]int{}}
	l.service("任职口径 ", p.Service)
	l.ofPlaces(p)
	o.Rest = plain(l.list, "")
	return o
}

func (t *Table) outline() OutlineTable {
	o := OutlineTable{Name: t.Name, Source: t.Source, Values: slices.Clone(t.Values)}
	for _, k := range t.Keys {
		o.Keys = append(o.Keys, k.Title)
	}
	for i := range t.Rows {
		r := OutlineRow{}
		for _, k := range rowKeys(&t.Rows[i]) {
			r.Keys = append(r.Keys, strings.ReplaceAll(k, "|", "、"))
		}
		for _, v := range t.Rows[i].Value {
			r.Values = append(r.Values, v.String())
		}
		o.Rows = append(o.Rows, r)
	}
	return o
}
