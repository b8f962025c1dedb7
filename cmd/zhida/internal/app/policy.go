package app

import (
	"path/filepath"

	"zhida/importers"
	"zhida/rules/policy"
)

// PolicyText reads a policy file and puts in what its tables take from spreadsheets
// in the same folder, so that the text says all that the document does.
func PolicyText(file string) ([]byte, error) {
	text, err := readFile(file)
	if err != nil {
		return nil, err
	}
	return policy.Embed(file, text, func(s policy.Spreadsheet) (policy.SheetRows, error) {
		data, err := readFile(filepath.Join(filepath.Dir(file), s.File))
		if err != nil {
			return policy.SheetRows{}, err
		}
		return importers.PolicyTable(s.File, data, s)
	})
}
