package importers

import (
	"slices"
	"strings"

	"zhida/importers/sheet"
	"zhida/payroll/journal"
	"zhida/rules/message"
	"zhida/rules/policy"
)

// PolicyTable reads the rows of a policy's table from a spreadsheet: what stands
// under the headings named, in their order, row by row. Every cell must hold
// something: an empty one could be meant for any value, or be part of merged cells.
// Rows without any of these cells, and notes under the table, are left out.
// Errors: those of reading a sheet, table.heading, table.none, and message.Problems
// with the cell for rows that are wrong (table.empty, value.formula, table.date).
func PolicyTable(file string, data []byte, s policy.Spreadsheet) (policy.SheetRows, error) {
	found := policy.SheetRows{Digest: journal.Digest(data)}
	t, err := sheet.Open(file, data, s.Sheet)
	if err != nil {
		return found, err
	}
	at, start, err := tableHeadings(t, s.Columns)
	if err != nil {
		return found, err
	}
	var problems message.Problems
	for i := start; i < len(t.Rows); i++ {
		row := &t.Rows[i]
		filled := 0
		for _, c := range at {
			if row.At(c).Kind != sheet.Empty {
				filled++
			}
		}
		if filled == 0 || filled == 1 && isTableNote(row) {
			continue
		}
		cells := make([]string, len(at))
		for j, c := range at {
			cell := row.At(c)
			text, err := tableCell(cell, s.Columns[j])
			if err != nil {
				problems = append(problems, message.Problem{File: file, Sheet: t.Sheet, Cell: cell.Address(), Message: problemOf(err)})
			}
			cells[j] = text
		}
		found.Rows = append(found.Rows, policy.SheetRow{Number: row.Number, Cells: cells})
	}
	if len(problems) > 0 {
		return found, problems
	}
	if len(found.Rows) == 0 {
		return found, message.Err("table.none", file)
	}
	return found, nil
}

// tableHeadings finds the row that has all the headings, and their columns.
func tableHeadings(t *sheet.Table, want []string) (at []int, start int, err error) {
	missing := want[:min(1, len(want))]
	for i := 0; i < min(headingRows, len(t.Rows)); i++ {
		row, lacks := &t.Rows[i], []string(nil)
		at = make([]int, len(want))
		for j, title := range want {
			at[j] = slices.IndexFunc(row.Cells, func(c sheet.Cell) bool { return fold(c.Text) == fold(title) })
			if at[j] < 0 {
				lacks = append(lacks, title)
			}
		}
		if len(lacks) == 0 {
			return at, i + 1, nil
		}
		if len(lacks) < len(want) {
			missing = lacks
		}
	}
	return nil, 0, message.Err("table.heading", t.File, strings.Join(missing, "、"))
}

func isTableNote(row *sheet.Row) bool {
	for _, c := range row.Cells {
		if c.Text != "" {
			return slices.ContainsFunc([]string{"注", "备注", "说明"}, func(w string) bool { return strings.HasPrefix(c.Text, w) })
		}
	}
	return false
}

// tableCell is a cell as a policy file would write it: text, an interval, or an exact number.
func tableCell(c sheet.Cell, title string) (string, error) {
	switch c.Kind {
	case sheet.Formula:
		return "", message.Err("value.formula")
	case sheet.Empty:
		return "", message.Err("table.empty", title)
	case sheet.Date: // 3-5 that the program took for the 5th of March
		return "", message.Err("table.date", c.Text)
	case sheet.Number:
		return plainDecimal(c)
	}
	return c.Text, nil
}
