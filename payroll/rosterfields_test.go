package payroll

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"zhida/rules/calendar"
	"zhida/rules/facts"
)

// A column of the roster is carried on when a sheet of changes makes a new profile of an old
// one, and is looked at when rosters are compared: else a person would lose it in silence.
func TestProfilesKeepEveryColumn(t *testing.T) {
	var columns []string
	full := facts.Profile{}
	for field, value := range reflect.ValueOf(&full).Elem().Fields() {
		if code := field.Tag.Get("json"); code != "" && code != "from" { // the day is the fact's own
			columns = append(columns, code)
			if value.Kind() == reflect.String {
				value.SetString(code)
			} else {
				value.Set(reflect.ValueOf(calendar.Date(20261101)))
			}
		}
	}
	slices.Sort(columns)
	var body map[string]any
	if err := json.Unmarshal([]byte(ProfileBody(&full)), &body); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(columns, slices.Sorted(maps.Keys(body))); d != "" {
		t.Errorf("ProfileBody lacks columns: %s", d)
	}
	if d := cmp.Diff(columns, slices.Sorted(slices.Values(append([]string{"id"}, rosterFields...)))); d != "" {
		t.Errorf("rosterFields lack columns: %s", d)
	}
}
