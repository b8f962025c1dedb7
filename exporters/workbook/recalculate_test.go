package workbook

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"zhida/payroll"
)

// alwaysRecalculate makes LibreOffice work every formula out anew when it loads a
// file; by default it believes the stored values of files it did not write.
const alwaysRecalculate = `<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>`

// recalculated loads a workbook into LibreOffice, has everything worked out anew
// and saves it. Without LibreOffice the test is skipped, or fails when CI=true.
func recalculated(t *testing.T, data []byte) []byte {
	t.Helper()
	soffice, err := exec.LookPath("soffice")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("LibreOffice is missing")
		}
		t.Skip("LibreOffice is missing")
	}
	dir := t.TempDir()
	profile, in, out := filepath.Join(dir, "profile"), filepath.Join(dir, "in", "a.xlsx"), filepath.Join(dir, "out")
	for name, text := range map[string][]byte{filepath.Join(profile, "user", "registrymodifications.xcu"): []byte(alwaysRecalculate), in: data} {
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o700), os.WriteFile(name, text, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	c := exec.Command(soffice, "-env:UserInstallation=file://"+profile, "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", out, in)
	if text, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	b, err := os.ReadFile(filepath.Join(out, "a.xlsx"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// formulas gives the stored value of every formula cell of a workbook, by sheet
// and cell. It reads the parts themselves: the sheets are in the order of the tabs
// in what either program writes.
func formulas(t *testing.T, data []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for i, name := range opened(t, data).GetSheetList() {
		r, err := z.Open(sheetPart(i))
		if err != nil {
			t.Fatal(err)
		}
		err = eachFormula(r, func(cell, value string) { found[name+"!"+cell] = value })
		if err = errors.Join(err, r.Close()); err != nil {
			t.Fatal(err)
		}
	}
	return found
}

func eachFormula(r io.Reader, fn func(cell, value string)) error {
	type c struct {
		R string  `xml:"r,attr"`
		F *string `xml:"f"`
		V string  `xml:"v"`
	}
	d := xml.NewDecoder(r)
	for {
		token, err := d.Token()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		start, ok := token.(xml.StartElement)
		if !ok || start.Name.Local != "c" {
			continue
		}
		var x c
		if err := d.DecodeElement(&x, &start); err != nil {
			return err
		}
		if x.F != nil {
			fn(x.R, x.V)
		}
	}
}

// differing lists the formula cells whose value in b is another than in a, to the fen.
func differing(a, b map[string]string) (list []string) {
	for at, want := range a {
		if got, there := b[at]; !there || !sameFigure(want, got) {
			list = append(list, fmt.Sprintf("%s: %s became %q", at, want, got))
		}
	}
	for at := range b {
		if _, there := a[at]; !there {
			list = append(list, at+" has become a formula")
		}
	}
	return list
}

// sameFigure compares whole fen; a program may write the last digits of a binary
// fraction, but nothing near half a fen.
func sameFigure(want, got string) bool {
	if want == got {
		return true
	}
	x, err := strconv.ParseFloat(want, 64)
	y, err2 := strconv.ParseFloat(got, 64)
	return err == nil && err2 == nil && math.Round(x*100) == math.Round(y*100) && math.Abs(x-y) < 1e-6
}

// TestLibreOfficeComesToTheSameFigures recalculates a county's workbook, of a batch and of a
// month, with the detail and the roster over several sheets.
func TestLibreOfficeComesToTheSameFigures(t *testing.T) {
	if testing.Short() {
		t.Skip("LibreOffice takes some seconds")
	}
	for name, c := range map[string]struct {
		survey *payroll.Survey
		limit  int
	}{"batch": {fakeSurvey(newFake(6000)), 9000}, "month": {fakeMonth(1500), 2500}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := writtenOf(t, c.survey, c.limit)
			stored := formulas(t, data)
			if len(stored) < 3500 {
				t.Fatalf("only %d formulas", len(stored))
			}
			worked := formulas(t, recalculated(t, data))
			if list := differing(stored, worked); len(list) > 0 {
				t.Errorf("%d of %d formulas come to something else: %q", len(list), len(stored), list[:min(5, len(list))])
			}
			mustBeZero(t, worked)
		})
	}
}

// mustBeZero looks at every cell that says so in its heading.
func mustBeZero(t *testing.T, worked map[string]string) {
	t.Helper()
	zeros := map[string]int{}
	for _, sheet := range []struct{ name, column string }{{"核对", "G"}, {"资金对账", "O"}, {"资金分户", "O"}, {"三方核对", "L"}, {"增减构成", "F"}} {
		for at, value := range worked {
			if strings.HasPrefix(at, sheet.name+"!"+sheet.column) {
				zeros[sheet.name]++
				if value != "0" {
					t.Errorf("%s: a difference of %s", at, value)
				}
			}
		}
		if zeros[sheet.name] == 0 {
			t.Errorf("%s: no difference that must be zero", sheet.name)
		}
	}
	if zeros["核对"] < 30 {
		t.Errorf("only %d checks", zeros["核对"])
	}
}

// TestLibreOfficeNotices changes figures behind the workbook's back: a stored value
// must be worked out anew, and a changed line must reach the totals and the checks.
// Names that look like formulas are in it too, and stay what they are.
func TestLibreOfficeNotices(t *testing.T) {
	if testing.Short() {
		t.Skip("LibreOffice takes some seconds")
	}
	t.Parallel()
	r := newFake(300)
	hostile := []string{`=HYPERLINK("http://example.invalid","x")`, "+1+1", "-1", "@SUM(A1)", `<f>1+1</f>`, "*", "1E5"}
	r.edit = func(l *payroll.ReportLine) { l.Name = hostile[l.Person%int64(len(hostile))] }
	data := written(t, r, partRows)
	stored := formulas(t, data)

	const total = "乡镇汇总!D34"
	forged := patch(t, data, 3, regexp.MustCompile(`(<c r="D34"[^>]*><f>[^<]*</f><v>)[^<]*`), "${1}12345.67")
	if list := differing(stored, formulas(t, forged)); len(list) != 1 || !strings.HasPrefix(list[0], total) {
		t.Fatalf("the value was not forged: %q", list)
	}
	if list := differing(stored, formulas(t, recalculated(t, forged))); len(list) > 0 {
		t.Errorf("a forged value was believed, or a text became a formula: %q", list[:min(5, len(list))])
	}

	line := patch(t, data, 17, regexp.MustCompile(`(<c r="M9" s="\d+"><v>)`), "${1}1") // a digit in front
	line = patch(t, line, 23, regexp.MustCompile(`(<c r="E5" s="\d+"><v>)`), "${1}1")  // and more money that came in
	list := strings.Join(differing(stored, formulas(t, recalculated(t, line))), "\n")
	for _, want := range []string{"明细!M3:", total + ":", "核对!G", "封面!D15: 各项核对相符 became \"有差额，见核对表\"",
		"资金分户!O5: 0 became", "资金对账!O4: 0 became", "封面!D16: 资金对账相符；没有说明的差异 1 项，见资金对账 became \"有差额，见资金对账、三方核对；没有说明的差异 1 项，见资金对账\""} {
		if !strings.Contains(list, want) {
			t.Errorf("a changed line does not show in %s:\n%s", want, list)
		}
	}
}

// patch changes the first match in a sheet of a workbook, by the position of its tab.
func patch(t *testing.T, data []byte, tab int, find *regexp.Regexp, with string) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range z.File {
		text, err := readPart(f)
		if err != nil {
			t.Fatal(err)
		}
		if f.Name == sheetPart(tab) {
			at := find.FindSubmatchIndex(text)
			if at == nil {
				t.Fatalf("%s has no %s", f.Name, find)
			}
			text = append(append(bytes.Clone(text[:at[0]]), find.Expand(nil, []byte(with), text, at)...), text[at[1]:]...)
		}
		part, err := w.Create(f.Name)
		if err == nil {
			_, err = part.Write(text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
