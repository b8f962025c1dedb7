package importers

import (
	"zhida/importers/sheet"
)

// Template is an empty workbook for a kind: headings, notes, drop-downs and one example row.
func Template(kind string) ([]byte, error) {
	f, err := formOf(kind)
	if err != nil {
		return nil, err
	}
	columns := make([]sheet.TemplateColumn, len(f.columns))
	for i, c := range f.columns {
		columns[i] = sheet.TemplateColumn{Title: c.title, Required: c.required, Help: c.help, Example: c.example, AsText: c.kind != amount && c.kind != whole && c.kind != decimalNumber && c.kind != percent}
		if c.choices != nil {
			columns[i].Choices = words(c.choices)
		}
		if c.kind == yes {
			columns[i].Choices = []string{"是", "否"}
		}
	}
	return sheet.WriteTemplate(f.title, columns)
}
