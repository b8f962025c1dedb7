package policy

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"zhida/rules/message"
)

// Check finds what reading lets pass: overlapping rows and undeclared gaps of
// tables, and cycles between items with their path. Problems carry the line in Cell.
func Check(p *Policy) []message.Problem {
	var list []message.Problem
	in := func(file string, line int, code string, args ...any) {
		list = append(list, message.Problem{File: file, Cell: fmt.Sprintf("%d:1", line), Message: message.M(code, append([]any{file, line}, args...)...)})
	}
	at := func(line int, code string, args ...any) { in(p.File, line, code, args...) }
	for _, name := range sortedNames(p.Tables) {
		t := p.Tables[name]
		for i := range t.Rows {
			for j := i + 1; j < len(t.Rows); j++ {
				if t.overlaps(&t.Rows[i], &t.Rows[j]) {
					in(t.file(p), t.Rows[j].Line, "policy.overlap", name, t.Rows[i].Line)
				}
			}
		}
		if !t.GapsOK && len(t.Rows) > 0 && len(t.Keys) > 0 {
			switch g, checked := t.gap(); {
			case !checked:
				at(t.Line, "policy.large_table", name)
			case g != "":
				at(t.Line, "policy.gap", name, g)
			}
		}
	}
	if path := p.cycle(); path != nil {
		at(path[0].Line, "policy.cycle", joinCodes(path))
	}
	return list
}

// sortedNames gives the names of a map in a fixed order.
func sortedNames[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }

func joinCodes(path []*Item) string {
	codes := make([]string, len(path))
	for i, it := range path {
		codes[i] = it.Code
	}
	return strings.Join(codes, " → ")
}

// Each visits formulas and everything they use, named sub-expressions and the keys
// of tables, each once; nil formulas are left out.
func (p *Policy) Each(list []*Formula, visit func(*Formula)) {
	seen := map[*Formula]bool{}
	var add func(f *Formula)
	add = func(f *Formula) {
		if f == nil || seen[f] {
			return
		}
		seen[f] = true
		visit(f)
		for _, n := range f.Names {
			add(p.Names[n])
		}
		for _, t := range f.Tables {
			for _, k := range p.Tables[t].Keys {
				add(k.Formula)
			}
		}
	}
	for _, f := range list {
		add(f)
	}
}

// Needs lists the items that an item reads, its own or other people's, directly or
// through names.
func (p *Policy) Needs(it *Item) []string {
	var list []string
	p.Each(it.Formulas(), func(f *Formula) {
		for _, c := range append(slices.Clone(f.Items), f.Sums...) {
			addOnce(&list, c)
		}
	})
	if it.TopUp != nil {
		for _, c := range it.TopUp.Items {
			addOnce(&list, c)
		}
	}
	if it.Shared != nil {
		for _, c := range it.Shared.Before(it.Code) {
			addOnce(&list, c)
		}
	}
	return list
}

// Formulas lists the formulas of an item.
func (it *Item) Formulas() []*Formula {
	list := []*Formula{it.Amount, it.Cap}
	if it.Shared != nil {
		list = append(list, it.Shared.Limit)
	}
	for _, s := range it.Stops {
		list = append(list, s.Pay)
	}
	for _, c := range it.Conditions {
		list = append(list, c.Test)
	}
	for _, s := range it.Sentence {
		list = append(list, s.Formula)
	}
	if it.TopUp != nil {
		list = append(list, it.TopUp.Group, it.TopUp.Peers)
	}
	if it.Pool != nil {
		list = append(list, it.Pool.Total, it.Pool.Group, it.Pool.Share)
	}
	return list
}

// cycle finds items of the file that need each other; nil when there are none.
func (p *Policy) cycle() []*Item {
	byCode := map[string]*Item{}
	for _, it := range p.Items {
		byCode[it.Code] = it
	}
	state := map[*Item]int{} // 1 on the path, 2 done
	var path []*Item
	var visit func(it *Item) []*Item
	visit = func(it *Item) []*Item {
		state[it] = 1
		path = append(path, it)
		for _, code := range p.Needs(it) {
			next := byCode[code]
			if next == nil {
				continue
			}
			if state[next] == 1 {
				for i := range path {
					if path[i] == next {
						return append(append([]*Item{}, path[i:]...), next)
					}
				}
			}
			if state[next] == 0 {
				if c := visit(next); c != nil {
					return c
				}
			}
		}
		path = path[:len(path)-1]
		state[it] = 2
		return nil
	}
	for _, it := range p.Items {
		if state[it] == 0 {
			if c := visit(it); c != nil {
				return c
			}
		}
	}
	return nil
}
