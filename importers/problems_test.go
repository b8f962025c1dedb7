package importers

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"zhida/rules/message"
)

const samples = "../testdata/problems"

// Every problem that reading a sheet can have is shown by a file of testdata/problems that
// is named after its code: it gives this code, at this cell, and nothing else.
func TestProblems(t *testing.T) {
	kinds := map[string]struct{ kind, cell string }{
		"id.length": {"roster", "A2"}, "id.digits": {"roster", "A2"}, "id.birth": {"roster", "A2"}, "id.check": {"roster", "A2"},
		"card.digits": {"accounts", "C2"}, "card.length": {"accounts", "C2"}, "card.check": {"accounts", "C2"},
		"money.format":        {"amounts", "D2"},
		"import.bank_differs": {"accounts", "D2"}, "import.bank_unknown": {"accounts", "D2"}, "import.card_twice": {"accounts", "C3"},
		"import.contradiction": {"roster", "A3"}, "import.count_differs": {"amounts", "B4"}, "import.ends_before": {"tenure", "F2"},
		"import.example_row": {"roster", "A2"}, "import.merged": {"amounts", "D2"}, "import.no_valid_from": {"roster", "A2"},
		"import.register_class": {"registers", "E2"}, "import.required": {"roster", "B2"}, "import.too_many": {"roster", "A1002"},
		"import.total_differs": {"amounts", "D5"}, "import.which_account": {"statement", "A2"},
		"sheet.private_use": {"roster", "B2"}, "sheet.text": {"roster", "B2"},
		"value.bank": {"accounts", "D2"}, "value.choice": {"roster", "C2"}, "value.cnaps": {"accounts", "E2"}, "value.date": {"tenure", "E2"},
		"value.date_number": {"roster", "E2"}, "value.formula": {"roster", "A2"}, "value.full_width": {"amounts", "D2"}, "value.long": {"roster", "B2"},
		"value.month": {"amounts", "C2"}, "value.month_unsure": {"amounts", "C2"}, "value.no_such_day": {"days", "D2"}, "value.number": {"places", "C2"}, "value.number_as_id": {"roster", "A2"},
		"value.percent": {"recipients", "E2"}, "import.place_named": {"roster", "D2"}, "value.place": {"roster", "D2"}, "value.separators": {"amounts", "D2"}, "value.too_small": {"transfers", "E2"},
		"value.whole": {"places", "C2"}, "value.yes": {"tenure", "G2"},
		// Of the file as a whole:
		"import.empty": {"roster", ""}, "import.heading_twice": {"roster", ""}, "import.heading_unsure": {"amounts", ""}, "import.no_heading": {"roster", ""},
		"import.which_sheet": {"roster", ""}, "sheet.damaged": {"roster", ""}, "sheet.encoding": {"roster", ""}, "sheet.encrypted": {"roster", ""},
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
		if e.IsDir() || strings.HasPrefix(e.Name(), "book.") {
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
		case code == "import.merged" && len(in.Problems) == 2: // both rows that the amount would be of
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
		for _, lang := range []message.Lang{message.Chinese, message.English} {
			if got.Text(lang) == "" || strings.Contains(got.Text(lang)+got.Hint(lang), "{") || got.Exit() != message.ExitDone && got.Hint(lang) == "" {
				t.Errorf("%s says %q, %q", code, got.Text(lang), got.Hint(lang))
			}
		}
	}
	for code := range kinds {
		if !seen[code] {
			t.Errorf("%s has no file in testdata/problems", code)
		}
	}
	// What reading cannot give: it takes options, the book, or another file system.
	elsewhere := map[string]string{
		"import.kind": "an argument", "import.map_field": "an option", "import.map_heading": "an option", "import.map_form": "an option", "sheet.no_sheet": "an option",
		"import.confirm": "asked by the command", "import.ask_confirm": "asked by the command", "import.confirm_form": "an option", "import.confirm_differs": "an option", "import.not_confirmed": "asked by the command",
		"import.one_answer": "an option", "import.no_answer": "the disk", "import.answer": "an outcome", "import.answered": "an outcome", "import.refused": "an outcome", "import.more_problems": "an outcome", "import.files_wrong": "an outcome", "import.left_out": "an outcome",
		"import.done": "an outcome", "import.dry_run": "an outcome", "import.proposed": "an outcome", "import.unchanged": "an outcome", "import.absent": "an outcome",
		"import.alone": "who imports", "import.not_yours": "who imports", "import.mixed_chains": "the book's chains", "import.several_townships": "the book's chains",
		"sheet.not_converted": "LibreOffice", "sheet.unmarked": "an answer", "value.wrong": "an error without a code, of which none is known",
	}
	for _, e := range message.Entries() {
		area, _, _ := strings.Cut(e.Code, ".")
		if slices.Contains([]string{"sheet", "import", "value", "id", "card"}, area) && !seen[e.Code] && elsewhere[e.Code] == "" && !ofBook(e.Code) {
			t.Errorf("%s has neither a file in testdata/problems nor a reason why not", e.Code)
		}
		if seen[e.Code] && elsewhere[e.Code] != "" {
			t.Errorf("%s has a file and a reason why it has none", e.Code)
		}
	}
}

// ofBook says that a code takes a book to be found: its sample is tried by cmd/zhida/internal/app.
func ofBook(code string) bool {
	list, err := filepath.Glob(filepath.Join(samples, "book."+code+".*"))
	return err == nil && len(list) == 1
}
