package payroll

import (
	"encoding/hex"
	"encoding/json"
	"sort"
	"strings"

	"zhida/rules/facts"
	"zhida/rules/identity"
	"zhida/rules/message"
)

// check holds one row against the book: what only the book can know.
func (k *knownFacts) check(in *ImportBatch, row *ImportRow) message.Problems {
	var ps message.Problems
	bad := func(column, code string, args ...any) {
		ps = append(ps, message.Problem{File: in.File, Sheet: in.Sheet, Cell: row.Cell(column), Message: message.M(code, args...)})
	}
	no, onRoster := k.persons[row.PersonID]
	if row.PersonID != "" && row.Fact.Kind != facts.KindPerson {
		if !onRoster {
			bad("id", "import.person_unknown", row.PersonName)
			return ps
		}
		if name := k.names[no]; row.PersonName != "" && !identity.SameName(name, row.PersonName) {
			bad("name", "import.name_differs", row.PersonName, name)
		}
	}
	switch row.Fact.Kind {
	case facts.KindPlace:
		if !strings.HasPrefix(row.Fact.Key, k.county) {
			bad("code", "import.other_county", row.Fact.Key, k.county)
		}
	case facts.KindPerson, facts.KindSpell:
		var at struct {
			Place string `json:"place"`
		}
		if json.Unmarshal([]byte(row.Fact.Body), &at) == nil && !k.places[at.Place] {
			if strings.HasPrefix(at.Place, k.county) {
				bad("place", "import.place_unknown", at.Place)
			} else {
				bad("place", "import.other_county", at.Place, k.county)
			}
		}
	case facts.KindDebt:
		if item, _, _ := strings.Cut(row.Fact.Key, "|"); k.items[item] == nil {
			bad("item", "import.item_unknown", item)
		}
	case facts.KindAccount:
		var a facts.Account
		if json.Unmarshal([]byte(row.Fact.Body), &a) == nil {
			for _, other := range k.holders[a.Card.Full()] {
				if other != no {
					bad("card", "import.card_taken", a.Card, other)
				}
			}
		}
	}
	return ps
}

// sortFacts orders facts as the store keeps them.
func sortFacts(list []Fact) {
	sort.SliceStable(list, func(i, j int) bool {
		a, b := &list[i], &list[j]
		switch {
		case a.Person != b.Person:
			return a.Person < b.Person
		case a.Kind != b.Kind:
			return a.Kind < b.Kind
		case a.Key != b.Key:
			return a.Key < b.Key
		}
		return a.From < b.From
	})
}

// rowOf is the row number in a cell address, 0 when there is none.
func rowOf(cell string) int {
	n := 0
	for _, c := range cell {
		if c >= '0' && c <= '9' {
			n = n*10 + int(c-'0')
		}
	}
	return n
}

func hexOf(b []byte) string { return hex.EncodeToString(b) }
