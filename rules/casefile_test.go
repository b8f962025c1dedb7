package rules

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"zhida/rules/message"
	"zhida/rules/policy"
)

// ReadCaseFile reads a policy file under testdata, with the rows that its tables
// take from CSV files beside it. (The importers, which read every spreadsheet,
// stand above this package.)
func ReadCaseFile(t testing.TB, file string) *policy.Policy {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text, err = policy.Embed(file, text, func(s policy.Spreadsheet) (found policy.SheetRows, err error) {
		f, err := os.Open(filepath.Join(filepath.Dir(file), s.File))
		if err != nil {
			return found, err
		}
		defer f.Close()
		r := csv.NewReader(f)
		r.FieldsPerRecord = -1
		all, err := r.ReadAll()
		if err != nil {
			return found, err
		}
		found.Digest = "test"
		head := slices.IndexFunc(all, func(row []string) bool { return slices.Contains(row, s.Columns[0]) })
		for i, row := range all[head+1:] {
			cells := make([]string, len(s.Columns))
			for j, c := range s.Columns {
				cells[j] = row[slices.Index(all[head], c)]
			}
			if cells[1] != "" {
				found.Rows = append(found.Rows, policy.SheetRow{Number: head + i + 2, Cells: cells})
			}
		}
		return found, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	p, err := policy.Read(filepath.Base(file), text)
	if ps, ok := err.(message.Problems); ok {
		for _, x := range ps {
			t.Error(x.Cell, x.Text(message.Chinese))
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return p
}
