package importers

import (
	"testing"
)

// Every template is understood by its own form: headings, choices and the example
// are found, and the example of a person is not taken for one.
func TestTemplatesAreUnderstood(t *testing.T) {
	for _, kind := range Kinds() {
		data, err := Template(kind)
		if err != nil {
			t.Fatal(err)
		}
		in, err := Read(kind, kind+".xlsx", data, Options{})
		if err != nil {
			t.Errorf("%s: %v", kind, err)
			continue
		}
		f, err := formOf(kind)
		if err != nil {
			t.Fatal(err)
		}
		if f.titleOf("id") == "id" { // the example is about nobody
			if len(in.Rows) != 1 || len(in.Problems) != 0 {
				t.Errorf("%s: %d rows, %v", kind, len(in.Rows), in.Problems)
			}
			continue
		}
		if len(in.Rows) != 0 || len(in.Problems) != 1 || in.Problems[0].Code != "import.example_row" {
			t.Errorf("%s: %d rows, %v", kind, len(in.Rows), in.Problems)
		}
	}
}
