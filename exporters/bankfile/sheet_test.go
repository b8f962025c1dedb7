package bankfile

import (
	"archive/zip"
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"zhida/payroll/banklayout"
	"zhida/rules/message"
)

// What a program that is not ours sees in the workbooks: texts as texts, amounts as
// they are shown, no cell where nothing was to be written.
func TestWorkbooksAsOthersReadThem(t *testing.T) {
	for _, c := range []struct {
		code, sheet string
		want        [][]string
		types       map[string]excelize.CellType
	}{
		{"ccb-xlsx", "Sheet1", [][]string{{"序号", "账号", "户名", "金额", "跨行标识", "行名", "联行行号", "摘要", "备注"},
			{"1", "6200590000000000014", "张甲", "1234.50", "0", "中国农业银行", "104999900003", "代发补贴"},
			{"2", "6200590000000000022", "买买提·艾力", "0.01", "1", "中国农业银行", "", "代发补贴"}},
			map[string]excelize.CellType{"B2": excelize.CellTypeSharedString, "D2": excelize.CellTypeSharedString}},
		{"cmb-xlsx", "Sheet1", [][]string{{"帐号", "户名", "金额"}, {"6200590000000000014", "张甲", "1234.50"}, {"6200590000000000022", "买买提·艾力", "0.01"}},
			map[string]excelize.CellType{"A2": excelize.CellTypeSharedString, "C2": excelize.CellTypeUnset}},
		{"icbc-xls", "Sheet1", [][]string{{"姓名", "卡号", "应处理金额", "备注", "实处理金额", "处理标志"},
			{"张甲", "6200590000000000014", "1234.50", "代发补贴"}, {"买买提·艾力", "6200590000000000022", "0.01", "代发补贴"}},
			map[string]excelize.CellType{"C2": excelize.CellTypeSharedString}},
		{"jilin-xlsx", "代发工资模板", [][]string{{"代发工资模板"}, {"总金额", "1234.51"}, {"总笔数", "2"}, {"序号", "账号", "户名", "", "金额"},
			{"1", "6200590000000000014", "张甲", "", "1234.50"}, {"2", "6200590000000000022", "买买提·艾力", "", "0.01"}},
			map[string]excelize.CellType{"B5": excelize.CellTypeInlineString, "B2": excelize.CellTypeUnset, "E6": excelize.CellTypeUnset}},
	} {
		t.Run(c.code, func(t *testing.T) {
			f := sample(t, c.code)
			two := f.Rows[:2]
			two[1].CNAPS = ""
			f.Rows, f.Header.Count, f.Header.Total = nil, 0, 0
			add(f, two[0])
			add(f, two[1])
			x, err := excelize.OpenReader(bytes.NewReader(write(t, f)))
			if err != nil {
				t.Fatal(err)
			}
			defer x.Close()
			got, err := x.GetRows(c.sheet)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
			for cell, want := range c.types {
				if kind, err := x.GetCellType(c.sheet, cell); err != nil || kind != want {
					t.Errorf("%s is of type %v, want %v (%v)", cell, kind, want, err)
				}
			}
		})
	}
}

// An empty cell is absent, not an empty text.
func TestEmptyCellsAreAbsent(t *testing.T) {
	part := partOf(t, write(t, sample(t, "ccb-xlsx")), "xl/worksheets/sheet1.xml")
	if strings.Contains(part, `r="I2"`) || !strings.Contains(part, `r="H2"`) {
		t.Error(part)
	}
}

func partOf(t *testing.T, b []byte, name string) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	part, err := content(z, name)
	if err != nil {
		t.Fatal(err)
	}
	return string(part)
}

// jilin is the preset with another template of the bank's.
func jilin(t *testing.T, edit func(*excelize.File)) *banklayout.Layout {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(preset(t, "jilin-xlsx").Workbook()))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	edit(f)
	path := filepath.Join(t.TempDir(), "模板.xlsx")
	if err := f.SaveAs(path); err != nil {
		t.Fatal(err)
	}
	text, err := banklayout.PresetText("jilin-xlsx")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(text), "\n")
	for i := range lines {
		if strings.HasPrefix(lines[i], "template:") {
			lines[i] = "template: 模板.xlsx"
		}
	}
	whole, err := banklayout.Embed("jilin", []byte(strings.Join(lines, "\n")), func(string) ([]byte, error) { return os.ReadFile(path) })
	if err != nil {
		t.Fatal(err)
	}
	l, err := banklayout.Read("jilin", whole)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Rows, sheets and styles that the bank put beside the data stay as they are.
func TestTemplateKeepsWhatIsNotData(t *testing.T) {
	const s = "代发工资模板"
	f := sample(t, "jilin-xlsx")
	f.Layout = jilin(t, func(x *excelize.File) {
		_, err := x.NewSheet("说明")
		must(t, err)
		must(t, x.SetCellStr("说明", "A1", "请勿改动"))
		must(t, x.SetCellStr(s, "G3", "银行专用"))
		must(t, x.SetRowHeight(s, 6, 30))
	})
	got := write(t, f)
	must(t, Prove(bytes.NewReader(got), f))
	x, err := excelize.OpenReader(bytes.NewReader(got))
	must(t, err)
	defer x.Close()
	for cell, want := range map[string]string{"G3": "银行专用", "B5": "6200590000000000014", "B8": "6200590000000000048", "B3": "4"} {
		if v, err := x.GetCellValue(s, cell); err != nil || v != want {
			t.Errorf("%s is %q, want %q (%v)", cell, v, want, err)
		}
	}
	if v, err := x.GetCellValue("说明", "A1"); err != nil || v != "请勿改动" {
		t.Error(v, err)
	}
	a, err := x.GetCellStyle(s, "E5")
	must(t, err)
	if b, err := x.GetCellStyle(s, "E8"); err != nil || a != b {
		t.Errorf("row 8 does not look as row 5: %d, %d", a, b)
	}
}

func TestTemplateRefuses(t *testing.T) {
	const s = "代发工资模板"
	for _, c := range []struct {
		name, says string
		edit       func(*excelize.File)
	}{
		{"another sheet", "没有工作表", func(x *excelize.File) { must(t, x.SetSheetName(s, "代发")) }},
		{"another title", "B4 应是“账号”，却是“卡号”", func(x *excelize.File) { must(t, x.SetCellStr(s, "B4", "卡号")) }},
		{"a formula for the sum", "B2 是公式", func(x *excelize.File) { must(t, x.SetCellFormula(s, "B2", "SUM(E5:E999)")) }},
		{"a sample row", "B6 已有内容", func(x *excelize.File) { must(t, x.SetCellStr(s, "B6", "6200590000000000014")) }},
	} {
		f := sample(t, "jilin-xlsx")
		f.Layout = jilin(t, c.edit)
		err := Write(new(bytes.Buffer), f)
		var m *message.Error
		if !errors.As(err, &m) || m.Code != "bank.template" || !strings.Contains(m.Text(message.Chinese), c.says) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// What somebody puts beside the data of a filled template is found.
func TestProveHoldsTheTemplate(t *testing.T) {
	f := sample(t, "jilin-xlsx")
	good := write(t, f)
	for name, edit := range map[string]func(*excelize.File){
		"a note": func(x *excelize.File) { must(t, x.SetCellStr("代发工资模板", "G3", "加急")) },
		"a row":  func(x *excelize.File) { must(t, x.SetCellStr("代发工资模板", "B9", "6200590000000000055")) },
		"a sum":  func(x *excelize.File) { must(t, x.SetCellStr("代发工资模板", "B2", "1")) },
	} {
		x, err := excelize.OpenReader(bytes.NewReader(good))
		must(t, err)
		edit(x)
		b, err := x.WriteToBuffer()
		must(t, err)
		if err := Prove(b, f); err == nil {
			t.Errorf("nobody noticed %s", name)
		}
	}
}
