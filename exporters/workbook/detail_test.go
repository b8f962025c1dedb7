package workbook

import (
	"bytes"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"zhida/rules/money"
)

// bodyRow is the index of the first row of data of a large sheet: title, unit, total, headings stand above.
const bodyRow = 4

// yuan is an amount as a numeric cell holds it: 1234.5, without zeros at the end.
func yuan(f money.Fen) string { return f.Yuan().String() }

// What a reader of the library sees in the large sheets, which are written without
// it, is what the report says, row by row.
func TestLargeSheetsHoldTheReport(t *testing.T) {
	r := newFake(300)
	f, err := excelize.OpenReader(bytes.NewReader(written(t, r, partRows)))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, people, changes := rowsOf(r)
	body := func(sheet string, n int) [][]string {
		rows, err := f.GetRows(sheet, excelize.Options{RawCellValue: true})
		if err != nil {
			t.Fatal(err)
		}
		if len(rows) < bodyRow+n {
			t.Fatalf("%s has %d rows, the report %d", sheet, len(rows)-bodyRow, n)
		}
		return rows[bodyRow:]
	}
	for i, row := range body("明细", len(lines)) {
		if i == len(lines) {
			break
		}
		l := lines[i]
		paid, withheld := l.Fen, money.Fen(0)
		if l.Deduction {
			paid, withheld = 0, l.Fen
		}
		want := []string{strconv.Itoa(i + 1), strconv.FormatInt(l.Person, 10), l.Name, l.IDMasked, yuan(l.Due), yuan(l.Committed), yuan(paid), yuan(withheld), l.Document, l.Cause, l.Sentence}
		got := []string{row[0], row[1], row[2], row[3], row[9], row[10], row[11], row[12], row[13], row[15], row[16]}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("line %d: %s", i+1, diff)
		}
	}
	for i, row := range body("人员", len(people)) {
		if i == len(people) {
			break
		}
		p := people[i]
		want := []string{strconv.Itoa(i + 1), strconv.FormatInt(p.Person, 10), p.Name, yuan(p.Gross), yuan(p.Deduction), yuan(p.Held), yuan(p.Owed), yuan(p.Pay)}
		got := []string{row[0], row[1], row[2], row[8], row[9], row[10], row[11], row[12]}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("person %d: %s", i+1, diff)
		}
	}
	if len(changes) == 0 {
		t.Error("the sample has no change to compare")
	}
}
