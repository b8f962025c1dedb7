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

func FuzzOpen(f *testing.F) {
	f.Add(sample(f, nil))
	f.Add([]byte("姓名,金额\n张甲,1\n"))
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
