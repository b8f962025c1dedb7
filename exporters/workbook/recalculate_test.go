package workbook

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/xuri/excelize/v2"
)

// alwaysRecalculate makes LibreOffice work every formula out anew when it loads a
// file; by default it believes the stored values of files it did not write.
const alwaysRecalculate = `<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>`

// recalculated loads a workbook into LibreOffice, has everything worked out anew
// and saves it. Without LibreOffice the test is skipped, or fails when CI=true.
func recalculated(t *testing.T, data []byte) *excelize.File {
	t.Helper()
	soffice, err := exec.LookPath("soffice")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("LibreOffice is missing")
		}
		t.Skip("LibreOffice is missing")
	}
	dir := t.TempDir()
	profile := filepath.Join(dir, "profile")
	for name, text := range map[string][]byte{filepath.Join(profile, "user", "registrymodifications.xcu"): []byte(alwaysRecalculate), filepath.Join(dir, "in", "a.xlsx"): data} {
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o700), os.WriteFile(name, text, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	out := filepath.Join(dir, "out")
	c := exec.Command(soffice, "-env:UserInstallation=file://"+profile, "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", out, filepath.Join(dir, "in", "a.xlsx"))
	if text, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	f, err := excelize.OpenFile(filepath.Join(out, "a.xlsx"), excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// formulas gives the stored value of every formula cell of every sheet.
func formulas(t *testing.T, f *excelize.File) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, sheet := range f.GetSheetList() {
		rows, err := f.GetRows(sheet, excelize.Options{RawCellValue: true})
		if err != nil {
			t.Fatal(err)
		}
		for r, row := range rows {
			for c := range row {
				at, err := excelize.CoordinatesToCellName(c+1, r+1)
				if err != nil {
					t.Fatal(err)
				}
				formula, err := f.GetCellFormula(sheet, at)
				if err != nil {
					t.Fatal(err)
				}
				if formula != "" {
					found[sheet+"!"+at] = row[c]
				}
			}
		}
	}
	return found
}

// differing counts formula cells whose value in b is another than in a; amounts are
// compared to the fen, since a spreadsheet adds in binary fractions.
func differing(t *testing.T, a, b map[string]string) (list []string) {
	t.Helper()
	for at, want := range a {
		got := b[at]
		x, err := decimal.NewFromString(want)
		y, err2 := decimal.NewFromString(got)
		if err == nil && err2 == nil {
			if !x.Round(2).Equal(y.Round(2)) {
				list = append(list, at+": "+want+" became "+got)
			}
		} else if want != got {
			list = append(list, at+": "+want+" became "+got)
		}
	}
	return list
}

// LibreOffice works every formula out to the figure that is stored beside it; and it
// really does work them out, since a changed line changes totals.
func TestLibreOfficeComesToTheSameFigures(t *testing.T) {
	data := written(t, newFake(500), partRows)
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	stored := formulas(t, f)
	if len(stored) < 300 {
		t.Fatalf("only %d formulas", len(stored))
	}
	if list := differing(t, stored, formulas(t, recalculated(t, data))); len(list) > 0 {
		t.Errorf("%d of %d formulas come to something else: %s", len(list), len(stored), list[:min(5, len(list))])
	}

	changed := false
	rows, err := f.GetRows("明细", excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	for r := 8; r < len(rows) && !changed; r++ {
		for c, v := range rows[r] {
			at, err := excelize.CoordinatesToCellName(c+1, r+1)
			if err != nil {
				t.Fatal(err)
			}
			kind, err := f.GetCellType("明细", at)
			if err != nil {
				t.Fatal(err)
			}
			d, err := decimal.NewFromString(v)
			if formula, _ := f.GetCellFormula("明细", at); err == nil && formula == "" && kind != excelize.CellTypeInlineString && kind != excelize.CellTypeSharedString && !d.IsInteger() {
				if err := f.SetCellDefault("明细", at, d.Add(decimal.New(100000, 0)).String()); err != nil {
					t.Fatal(err)
				}
				changed = true
				break
			}
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	if !changed || len(differing(t, stored, formulas(t, recalculated(t, b.Bytes())))) == 0 {
		t.Error("a line was changed by 100,000 yuan and no formula noticed: nothing was recalculated")
	}
}
