package importers

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"zhida/payroll"
	"zhida/rules/message"
	"zhida/rules/policy"
)

const samples = "../testdata/problems"

// Every problem that reading a sheet can have is shown by a file of testdata/problems that
// is named after its code: it gives this code, at this cell, and nothing else.
func TestProblems(t *testing.T) {
	kinds := map[string]struct{ kind, cell string }{
		"id.length": {"roster", "A2"}, "id.digits": {"roster", "A2"}, "id.birth": {"roster", "A2"}, "id.check": {"roster", "A2"},
		"card.digits": {"accounts", "C2"}, "card.length": {"accounts", "C2"}, "card.check": {"accounts", "C2"},
		"money.format": {"amounts", "D2"}, "value.amount_long": {"amounts", "D2"}, "value.date_time": {"tenure", "E2"}, "value.full_width_number": {"accounts", "C2"},
		"import.born_differs": {"roster", "E2"}, "election.vacant_person": {payroll.KindElection, "G4"},
		"import.bank_differs": {"accounts", "D2"}, "import.bank_unknown": {"accounts", "D2"}, "import.card_twice": {"accounts", "C3"},
		"import.contradiction": {"roster", "A3"}, "import.count_differs": {"amounts", "B4"}, "import.ends_before": {"tenure", "F2"},
		"import.example_row": {"roster", "A2"}, "import.merged": {"amounts", "D2"}, "import.no_valid_from": {"roster", "A2"},
		"import.register_class": {"registers", "E2"}, "import.required": {"roster", "B2"}, "import.too_many": {"roster", "A1002"},
		"import.total_differs": {"amounts", "D5"}, "import.untitled": {"amounts", "F2"}, "import.days_differ": {"days", "D4"}, "import.divided": {"transfers", "F2"}, "import.days_too_many": {"absences", "F2"}, "import.which_account": {"statement", "A2"}, "import.after_as_of": {"registers", "E2"}, "import.both_sides": {"statement", "G2"},
		"sheet.private_use": {"roster", "B2"}, "sheet.text": {"roster", "B2"},
		"value.bank_short": {"accounts", "D2"}, "value.person_name": {"roster", "B2"}, "import.village_place": {"roster", "D2"},
		"value.bank": {"accounts", "D2"}, "value.choice": {"roster", "C2"}, "value.cnaps": {"accounts", "E2"}, "value.date": {"tenure", "E2"},
		"value.date_number": {"roster", "E2"}, "value.formula": {"roster", "A2"}, "value.full_width": {"amounts", "D2"}, "value.long": {"roster", "B2"},
		"value.month": {"amounts", "C2"}, "value.month_unsure": {"amounts", "C2"}, "value.no_such_day": {"days", "D2"}, "value.number": {"places", "C2"}, "value.number_as_id": {"roster", "A2"},
		"value.percent": {"recipients", "E2"}, "import.place_named": {"roster", "D2"}, "value.place": {"roster", "D2"}, "value.separators": {"amounts", "D2"}, "value.too_small": {"transfers", "E2"},
		"value.whole": {"places", "C2"}, "value.year": {"assessments", "C2"}, "value.yes": {"tenure", "G2"},
		"change.needs": {payroll.KindChanges, "O5"}, "election.handover_before": {payroll.KindElection, "C4"}, "election.village_code": {payroll.KindElection, "A4"},
		"election.village_waits": {payroll.KindElection, "A3"},
		// Of the file as a whole:
		"import.empty": {"roster", ""}, "import.empty_file": {"roster", ""}, "import.heading_twice": {"roster", ""}, "import.heading_unsure": {"amounts", ""}, "import.no_heading": {"roster", ""},
		"import.which_sheet": {"roster", ""}, "import.other_kind": {"places", ""}, "import.days_wide": {"days", ""}, "sheet.damaged": {"roster", ""}, "sheet.encoding": {"roster", ""}, "sheet.encrypted": {"roster", ""},
		"import.unit": {"amounts", ""}, "sheet.kind": {"roster", ""}, "sheet.quotes": {"roster", ""}, "sheet.old_format": {"roster", ""}, "sheet.part": {"roster", ""}, "sheet.rows": {"roster", ""}, "sheet.suspicious": {"roster", ""}, "sheet.too_large": {"roster", ""},
		// Nothing is wrong, and the clerk should know:
		"import.extra_columns": {"roster", ""}, "import.hidden_columns": {"roster", ""}, "import.hidden_rows": {"roster", ""}, "import.other_sheets": {"roster", ""},
		"import.unfilled": {"verifications", ""}, "import.blank_rows": {"roster", ""},
	}
	items := map[string]string{"基本工资": "base", "住房公积金": "fund"}
	entries, err := os.ReadDir(samples)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, e := range entries {
		area, _, _ := strings.Cut(e.Name(), ".")
		if e.IsDir() || slices.Contains([]string{"book", "returns", "table"}, area) {
			continue
		}
		code := strings.TrimSuffix(e.Name(), filepath.Ext(e.Name()))
		want, ok := kinds[code]
		if !ok {
			t.Errorf("%s is not in the table of this test", e.Name())
			continue
		}
		seen[code] = true
		data, err := os.ReadFile(filepath.Join(samples, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		in, err := Read(want.kind, e.Name(), data, Options{Items: items, Places: map[string]string{"430725101": "陬市镇"}})
		var got message.Message
		cell := ""
		var whole *message.Error
		switch {
		case errors.As(err, &whole):
			got = whole.Message
		case err != nil:
			t.Errorf("%s: %v", code, err)
			continue
		case want.cell == "" && len(in.Problems) == 0 && len(in.Notes) == 1:
			got = in.Notes[0]
		case code == "import.too_many" && len(in.Problems) > mostProblems:
			got, cell = in.Problems[len(in.Problems)-1].Message, in.Problems[len(in.Problems)-1].Cell
		case code == "election.village_waits" && len(in.Problems) == 2: // after what is wrong with one row of the village
			got, cell = in.Problems[1].Message, in.Problems[1].Cell
		case slices.Contains([]string{"import.merged", "import.contradiction", "import.card_twice"}, code) && len(in.Problems) == 2: // both rows that the amount would be of, or one of which is wrong
			got, cell = in.Problems[0].Message, in.Problems[0].Cell
		case len(in.Problems) == 1:
			got, cell = in.Problems[0].Message, in.Problems[0].Cell
		default:
			t.Errorf("%s: problems %s, notes %v", code, problems(in), in.Notes)
			continue
		}
		if got.Code != code || cell != want.cell {
			t.Errorf("%s gives %s at %q, want %q", e.Name(), got.Code, cell, want.cell)
		}
		understood(t, got)
	}
	for code := range kinds {
		if !seen[code] {
			t.Errorf("%s has no file in testdata/problems", code)
		}
	}
}

// understood wants a sentence and what to do next in both languages.
func understood(t *testing.T, m message.Message) {
	t.Helper()
	for _, lang := range []message.Lang{message.Chinese, message.English} {
		if m.Text(lang) == "" || strings.Contains(m.Text(lang)+m.Hint(lang), "{") || m.Exit() != message.ExitDone && m.Hint(lang) == "" {
			t.Errorf("%s says %q, %q", m.Code, m.Text(lang), m.Hint(lang))
		}
	}
}

// What can be wrong with the table of a document that is kept in a spreadsheet.
func TestProblemsOfTables(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(samples, "table.*"))
	if err != nil || len(files) != 4 {
		t.Errorf("%d files: %v", len(files), err)
	}
	cells := map[string]string{"table.empty": "B5", "table.date": "B4"} // the others are of the file as a whole
	for _, file := range files {
		code := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, err = PolicyTable(filepath.Base(file), data, policy.Spreadsheet{Columns: []string{"职务", "乡镇类别", "每月"}})
		var got message.Problem
		var problems message.Problems
		var whole *message.Error
		switch {
		case errors.As(err, &problems) && len(problems) == 1:
			got = problems[0]
		case errors.As(err, &whole):
			got.Message = whole.Message
		}
		if got.Code != code || got.Cell != cells[code] {
			t.Errorf("%s gives %q at %q: %v", code, got.Code, got.Cell, err)
		}
		understood(t, got.Message)
	}
}
