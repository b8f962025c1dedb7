package policy

import (
	"cmp"
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

// OutlineRow is a row of a table, as the file writes its cells.
type OutlineRow struct{ Keys, Values []string }

// Outline takes the policy apart. items are printed names of items by code, of other documents too: formulas name items by them.
// funds are the names of funds by code.
func (p *Policy) Outline(items, funds map[string]string) Outline {
	var pairs []string
	for _, all := range []map[string]string{p.Granted(), items} {
		for code, name := range all {
			pairs = append(pairs, `"`+code+`"`, "“"+name+"”")
		}
	}
	named := strings.NewReplacer(pairs...)
	plain := func(list []statement, prefix string) (out []Statement) {
		for _, s := range list {
			x := Statement{strings.TrimSpace(strings.TrimPrefix(s.what, prefix)), named.Replace(s.value)}
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
		r := OutlineRow{Keys: rowKeys(&t.Rows[i])}
		for _, v := range t.Rows[i].Value {
			r.Values = append(r.Values, v.String())
		}
		o.Rows = append(o.Rows, r)
	}
	return o
}
