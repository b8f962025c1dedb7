package sheet

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	textunicode "golang.org/x/text/encoding/unicode"

	"zhida/rules/message"
)

// sample makes a small workbook: text, a number, a date, a formula with and
// without a stored value.
func sample(t testing.TB, edit func(f *excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	must(f.SetSheetRow("Sheet1", "A1", &[]any{"姓名", "身份证号", "日期", "金额"}))
	must(f.SetCellStr("Sheet1", "A2", "张甲"))
	must(f.SetCellStr("Sheet1", "B2", "439901198503010016"))
	must(f.SetCellValue("Sheet1", "C2", time.Date(2026, 11, 10, 0, 0, 0, 0, time.UTC)))
	must(f.SetCellValue("Sheet1", "D2", 1234.5))
	if edit != nil {
		edit(f)
	}
	var b bytes.Buffer
	must(f.Write(&b))
	return b.Bytes()
}

func texts(t *Table) (rows [][]string) {
	for i := range t.Rows {
		var r []string
		for _, c := range t.Rows[i].Cells {
			r = append(r, fmt.Sprintf("%d:%s", c.Kind, c.Text))
		}
		rows = append(rows, r)
	}
	return rows
}

func TestKindsOfCells(t *testing.T) {
	table, err := Open("a.xlsx", sample(t, func(f *excelize.File) {
		if err := f.SetCellFormula("Sheet1", "E2", "D2*2"); err != nil {
			t.Fatal(err)
		}
	}), "")
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{{"1:姓名", "1:身份证号", "1:日期", "1:金额"}, {"1:张甲", "1:439901198503010016", "3:2026-11-10", "2:1234.5", "5:"}}
	if diff := cmp.Diff(want, texts(table)); diff != "" {
		t.Error(diff)
	}
	if table.Rows[1].Cells[3].Address() != "D2" {
		t.Error(table.Rows[1].Cells[3].Address())
	}
}

// Every single bit flipped: refused, or the same facts. Reading other facts without
// an error is what the gate is there to prevent.
func TestEveryBitFlipped(t *testing.T) {
	good := sample(t, nil)
	table, err := Open("a.xlsx", good, "")
	if err != nil {
		t.Fatal(err)
	}
	want := texts(table)
	step := 11 // prime to 8, so that every position of a bit is tried
	if os.Getenv("ZHIDA_LONG") != "" {
		step = 1
	}
	refused, same := 0, 0
	for bit := 0; bit < len(good)*8; bit += step {
		b := bytes.Clone(good)
		b[bit/8] ^= 1 << (bit % 8)
		table, err := Open("a.xlsx", b, "")
		if err != nil {
			refused++
			continue
		}
		if !cmp.Equal(want, texts(table)) {
			t.Fatalf("bit %d of byte %d flipped reads as other facts: %v", bit%8, bit/8, texts(table))
		}
		same++
	}
	t.Logf("%d flips refused, %d read the same", refused, same)
	if refused < same {
		t.Errorf("only %d flips refused", refused)
	}
}

// rezip copies a workbook and changes the text of one part.
func rezip(t testing.TB, data []byte, name string, edit func(string) string) []byte {
	t.Helper()
	in, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	out := zip.NewWriter(&b)
	for _, f := range in.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if f.Name == name {
			text = []byte(edit(string(text)))
		}
		w, err := out.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(text); err != nil {
			t.Fatal(err)
		}
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestHostileWorkbooks(t *testing.T) {
	good := sample(t, nil)
	const sheet1 = "xl/worksheets/sheet1.xml"
	bomb := strings.Repeat(" ", maxPart+1)
	for name, c := range map[string]struct {
		part string
		edit func(string) string
		code string
	}{
		"cut XML":            {sheet1, func(s string) string { return s[:len(s)-30] }, "sheet.damaged"},
		"a cell twice":       {sheet1, func(s string) string { return strings.Replace(s, `r="B2"`, `r="A2"`, 1) }, "sheet.rows"},
		"cells out of order": {sheet1, func(s string) string { return strings.Replace(s, `r="A2"`, `r="C2"`, 1) }, "sheet.rows"},
		"a row twice":        {sheet1, func(s string) string { return strings.Replace(s, `<row r="2"`, `<row r="1"`, 1) }, "sheet.rows"},
		"column XFD":         {sheet1, func(s string) string { return strings.Replace(s, `r="D2"`, `r="XFD2"`, 1) }, "sheet.rows"},
		"row a billion":      {sheet1, func(s string) string { return strings.Replace(s, `<row r="2"`, `<row r="999999999"`, 1) }, "sheet.rows"},
		"a DTD": {sheet1, func(s string) string {
			return strings.Replace(s, "<worksheet", `<!DOCTYPE x [<!ENTITY a "b">]><worksheet`, 1)
		}, "sheet.suspicious"},
		"a zip bomb":         {"xl/theme/theme1.xml", func(s string) string { return s + bomb }, "sheet.too_large"},
		"text after the end": {"xl/workbook.xml", func(s string) string { return s + "<more>" }, "sheet.damaged"},
	} {
		if _, err := Open("a.xlsx", rezip(t, good, c.part, c.edit), ""); message.Code(err) != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	if _, err := z.Create("xl/vbaProject.bin"); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open("a.xlsx", b.Bytes(), ""); message.Code(err) != "sheet.part" {
		t.Errorf("a macro: %v", err)
	}
	for part, kind := range map[string]string{"word/document.xml": "Word", "ppt/presentation.xml": "PowerPoint", "xl/workbook.bin": ".xlsb", "花名册.xlsx": "ZIP"} {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		if _, err := z.Create(part); err != nil {
			t.Fatal(err)
		}
		if kind != "ZIP" {
			if _, err := z.Create("[Content_Types].xml"); err != nil {
				t.Fatal(err)
			}
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := Open("a.xlsx", b.Bytes(), ""); message.Code(err) != "sheet.kind" || !strings.HasSuffix(err.Error(), kind) {
			t.Errorf("%s: %v", part, err)
		}
	}
	if _, err := Open("a.xls", []byte("\xd0\xcf\x11\xe0old"), ""); message.Code(err) != "sheet.old_format" {
		t.Errorf("an old workbook: %v", err)
	}
}

// The same table in every encoding that offices use reads the same.
func TestEncodings(t *testing.T) {
	const text = "姓名,所在地\n张甲,桃花源镇\n买买提·艾力,枫树\n"
	encode := func(e interface{ Bytes([]byte) ([]byte, error) }) []byte {
		b, err := e.Bytes([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	var want [][]string
	for name, data := range map[string][]byte{
		"UTF-8":    []byte(text),
		"with BOM": append([]byte{0xef, 0xbb, 0xbf}, text...),
		"GBK":      encode(simplifiedchinese.GBK.NewEncoder()),
		"GB18030":  encode(simplifiedchinese.GB18030.NewEncoder()),
		"UTF-16LE": encode(textunicode.UTF16(textunicode.LittleEndian, textunicode.UseBOM).NewEncoder()),
		"UTF-16BE": encode(textunicode.UTF16(textunicode.BigEndian, textunicode.UseBOM).NewEncoder()),
	} {
		table, err := Open("a.csv", data, "")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if want == nil {
			want = texts(table)
		}
		if diff := cmp.Diff(want, texts(table)); diff != "" || len(table.Rows) != 3 {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if _, err := Open("a.csv", []byte("姓名\n\xff\xff\n"), ""); message.Code(err) != "sheet.encoding" {
		t.Errorf("bytes of no encoding: %v", err)
	}
}

func TestInvisibleCharacters(t *testing.T) {
	for _, s := range []string{"张\u202e甲", "张\x1b[31m甲", "张\u0000甲", "张\ue81e甲", "张\u200b甲"} {
		if _, err := Open("a.csv", []byte("姓名\n"+s+"\n"), ""); err == nil {
			t.Errorf("%q got in", s)
		}
	}
}

// A day's number is the day that Excel shows: in workbooks that count from 1904 too, and
// never around the 29 February 1900 that Excel made up.
func TestDaysAsNumbers(t *testing.T) {
	numbers := func(base1904 bool) []byte {
		return sample(t, func(f *excelize.File) {
			day, err := f.NewStyle(&excelize.Style{NumFmt: 14})
			if err != nil {
				t.Fatal(err)
			}
			if err := f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &base1904}); err != nil {
				t.Fatal(err)
			}
			for cell, n := range map[string]float64{"A3": 60, "B3": 61, "C3": 45351, "D3": 45351.5} {
				if err := f.SetCellFloat("Sheet1", cell, n, -1, 64); err != nil {
					t.Fatal(err)
				}
				if err := f.SetCellStyle("Sheet1", cell, cell, day); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
	for base1904, want := range map[bool][]string{false: {"2:60", "3:1900-03-01", "3:2024-02-29", "2:45351.5"}, true: {"2:60", "3:1904-03-02", "3:2028-03-01", "2:45351.5"}} {
		table, err := Open("a.xlsx", numbers(base1904), "")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, texts(table)[2]); diff != "" {
			t.Errorf("from 1904 %v: %s", base1904, diff)
		}
	}
}

// What looks like a formula or a page is a name like any other, and stays text in the answer.
func TestNamesThatAreCode(t *testing.T) {
	text := "姓名,身份证号\n" + `"=HYPERLINK(""http://x"",""点"")",1` + "\n" + `<script>alert(1)</script>,2` + "\n@SUM(A1),3\n"
	marked, err := Mark("a.csv", []byte(text), message.Problems{{File: "a.csv", Cell: "A2", Message: message.M("import.required", "<b>")}})
	if err != nil {
		t.Fatal(err)
	}
	f := opened(t, marked)
	for cell, want := range map[string]string{"A2": `=HYPERLINK("http://x","点")`, "A3": "<script>alert(1)</script>", "A4": "@SUM(A1)"} {
		got, err := f.GetCellValue("a", cell)
		formula, ferr := f.GetCellFormula("a", cell)
		if got != want || formula != "" || err != nil || ferr != nil {
			t.Errorf("%s is %q, formula %q: %v %v", cell, got, formula, err, ferr)
		}
	}
	table, err := Open("a.xlsx", marked, "")
	if err != nil || table.Rows[1].Cells[0] != (Cell{Text: `=HYPERLINK("http://x","点")`, Kind: Text, column: 1, row: 2}) {
		t.Errorf("%+v %v", table, err)
	}
}

// Rows and cells that do not say where they stand follow each other; formats without a value
// at the far ends are nothing; a text is what is read, not how it is spoken.
func TestLoosely(t *testing.T) {
	table, err := Open("a.xlsx", rezip(t, sample(t, nil), "xl/worksheets/sheet1.xml", func(string) string {
		return `<worksheet><sheetData><row><c t="inlineStr"><is><r><t>张</t></r><r><t>甲</t></r><rPh><t>ZHANG</t></rPh></is></c><c/><c t="b"><v>1</v></c></row>` +
			`<row r="5"><c t="d"><v>2026-11-10T00:00:00</v></c><c r="XFD5" s="1"/></row><row r="1048576"><c r="A1048576" s="1"/></row></sheetData></worksheet>`
	}), "")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]string{{"1:张甲", "0:", "4:1"}, {"3:2026-11-10"}}, texts(table)); diff != "" || table.Rows[1].Number != 5 {
		t.Error(diff)
	}
}

func FuzzOpen(f *testing.F) {
	f.Add(sample(f, nil))
	f.Add([]byte("姓名,金额\n张甲,1\n"))
	f.Add([]byte("<table><tr><td rowspan=2 colspan=3>姓名<td>金额</tr><tr style='display:none'><td>张甲&nbsp;<br>1</table>"))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := Open("a", data, "")
		if err != nil {
			return
		}
		b, err := Open("a", data, "")
		if err != nil || !cmp.Equal(texts(a), texts(b)) {
			t.Errorf("the same bytes read differently: %v", err)
		}
	})
}
