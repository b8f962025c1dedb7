package payroll

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"zhida/rules/facts"
)

// filled sets every field that a body can have and gives their names.
func filled(fact any) (names []string) {
	for field, value := range reflect.ValueOf(fact).Elem().Fields() {
		name := field.Tag.Get("json")
		switch {
		case name == "":
			continue
		case value.Kind() == reflect.String:
			value.SetString(name)
		case value.Kind() == reflect.Bool:
			value.SetBool(true)
		default: // a day or a number of days
			value.SetInt(20261101)
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// A column of a sheet is carried on when a sheet of changes makes a new fact of an old one, and
// is looked at when rosters are compared: else a person would lose it in silence.
func TestBodiesKeepEveryColumn(t *testing.T) {
	var profile facts.Profile
	var spell facts.Spell
	var account facts.Account
	var absence facts.Absence
	for _, c := range []struct {
		what   string
		fact   any
		body   func() string
		ownDay bool // from is the fact's own first day and not in its body
	}{
		{"profile", &profile, func() string { return ProfileBody(&profile) }, true},
		{"spell", &spell, func() string { return SpellBody(&spell) }, false},
		{"account", &account, func() string { return AccountBody(&account) }, true},
		{"absence", &absence, func() string { return AbsenceBody(&absence) }, false},
	} {
		names := filled(c.fact)
		if c.ownDay {
			names = slices.DeleteFunc(names, func(name string) bool { return name == "from" })
		}
		var body map[string]any
		if err := json.Unmarshal([]byte(c.body()), &body); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(names, slices.Sorted(maps.Keys(body))); d != "" {
			t.Errorf("the body of a %s lacks columns: %s", c.what, d)
		}
		if c.what == "profile" {
			if d := cmp.Diff(names, slices.Sorted(slices.Values(append([]string{"id"}, rosterFields...)))); d != "" {
				t.Errorf("rosterFields lack columns: %s", d)
			}
		}
	}
}
