package importers

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"zhida/payroll"
	"zhida/rules/facts"
	"zhida/rules/identity"
	"zhida/rules/money"
)

// Compared is one field of a fact as it stands and as it would be, in the words of its sheet; "" where it says nothing.
type Compared struct{ Title, Before, After string }

// Compare writes a fact beside the one that would take its place, field by field in the order of the columns; fields that stay are left
// out, except those that say which one it is: the item of an amount, the number of an order. One of the two may be nil: then it is all of the other. names has the printed names of items and places by code; money is in yuan,
// IDs and cards are masked, also where two that differ look alike then. A body that is no JSON is an error.
func Compare(before, after *payroll.Fact, names map[string]string) (list []Compared, err error) {
	was, is, form := map[string]any{}, map[string]any{}, &form{}
	for _, x := range []struct {
		fact *payroll.Fact
		body map[string]any
	}{{before, was}, {after, is}} {
		if x.fact == nil {
			continue
		}
		form = formFor(x.fact.Kind)
		d := json.NewDecoder(strings.NewReader(x.fact.Body))
		d.UseNumber()
		if err := d.Decode(&x.body); err != nil {
			return nil, err
		}
	}
	for i := range form.columns {
		c := &form.columns[i]
		old, fresh := was[c.code], is[c.code]
		if which := slices.Contains(form.key, c.code) && c.code != form.from; c.meta || old == fresh && (!which || old == nil) {
			continue
		}
		list = append(list, Compared{c.title, c.shows(old, names), c.shows(fresh, names)})
	}
	return list, nil
}

// KindTitle is the Chinese name of the sheet that states facts of a kind.
func KindTitle(kind facts.Kind) string { return cmp.Or(formFor(kind).title, string(kind)) }

func formFor(kind facts.Kind) *form {
	for i := range forms {
		if forms[i].fact == kind {
			return &forms[i]
		}
	}
	return &form{}
}

// shows writes a stored value in words.
func (c *column) shows(stored any, names map[string]string) string {
	if stored == nil {
		return ""
	}
	value := fmt.Sprint(stored)
	for _, word := range slices.Sorted(maps.Keys(c.choices)) {
		if c.choices[word] == value {
			return word
		}
	}
	switch c.kind {
	case amount:
		if fen, err := json.Number(value).Int64(); err == nil {
			return money.Fen(fen).Grouped()
		}
	case yes:
		return map[bool]string{true: "是", false: "否"}[value == "true"]
	case personID:
		return identity.ResidentID(value).String()
	case card:
		return identity.Card(value).String()
	case bank:
		return cmp.Or(identity.BankName(value), value)
	case place:
		if name := names[value]; name != "" {
			return name + "（" + value + "）"
		}
	}
	if c.code == "item" {
		return cmp.Or(names[value], value)
	}
	return identity.Hide(value)
}
