package importers

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"zhida/rules/message"
	"zhida/rules/policy"
)

func workbookOf(t *testing.T, sheet string, rows ...[]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	if sheet != "" {
		if _, err := f.NewSheet(sheet); err != nil {
			t.Fatal(err)
		}
	} else {
		sheet = "Sheet1"
	}
	for i, r := range rows {
		if err := f.SetSheetRow(sheet, "A"+string(rune('1'+i)), &r); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestPolicyTable(t *testing.T) {
	ask := policy.Spreadsheet{Sheet: "标准", Columns: []string{"乡镇类别", "工龄(月末)", "每月"}}
	heads := []any{"序号", "每月", "工龄（月末）", " 乡镇类别 "}
	good := workbookOf(t, "标准", []any{"某县附表1"}, heads, []any{1, 0.1 + 0.2, "[0,10)", "一类|二类"}, []any{}, []any{2, 410.5, ">=10", "一类|二类"}, []any{"注：按月"})
	got, err := PolicyTable("附表1.xlsx", good, ask)
	if err != nil {
		t.Fatal(err)
	}
	want := []policy.SheetRow{{Number: 3, Cells: []string{"一类|二类", "[0,10)", "0.3"}}, {Number: 5, Cells: []string{"一类|二类", ">=10", "410.5"}}}
	if d := cmp.Diff(want, got.Rows); d != "" || len(got.Digest) != 64 {
		t.Errorf("%s digest %q", d, got.Digest)
	}
	for name, c := range map[string]struct {
		data []byte
		code string
		cell string
	}{
		"no such heading": {workbookOf(t, "标准", []any{"乡镇类别", "每月"}), "table.heading", ""},
		"nothing below":   {workbookOf(t, "标准", heads), "table.none", ""},
		"an empty key":    {workbookOf(t, "标准", heads, []any{1, 200, nil, "一类"}), "table.empty", "C2"},
		"another sheet":   {workbookOf(t, "", heads), "sheet.no_sheet", ""},
		"not a workbook":  {[]byte("PK nonsense"), "sheet.damaged", ""},
	} {
		_, err := PolicyTable("附表1.xlsx", c.data, ask)
		var ps message.Problems
		if list, ok := err.(message.Problems); ok {
			ps = list
			err = &message.Error{Message: ps[0].Message}
		}
		if message.Code(err) != c.code || c.cell != "" && ps[0].Cell != c.cell {
			t.Errorf("%s: %v", name, err)
		}
	}
	f := excelize.NewFile()
	for cell, v := range map[string]any{"A1": "乡镇类别", "B1": "工龄(月末)", "C1": "每月", "A2": "一类", "B2": 46086} {
		if err := f.SetCellValue("Sheet1", cell, v); err != nil {
			t.Fatal(err)
		}
	}
	style, _ := f.NewStyle(&excelize.Style{NumFmt: 14})
	if err := f.SetCellStyle("Sheet1", "B2", "B2", style); err != nil {
		t.Fatal(err)
	}
	if err := f.SetCellFormula("Sheet1", "C2", "1+1"); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	ask.Sheet = ""
	_, err = PolicyTable("附表1.xlsx", b.Bytes(), ask)
	ps, _ := err.(message.Problems)
	if len(ps) != 2 || ps[0].Code != "table.date" || ps[1].Code != "value.formula" || ps[1].Cell != "C2" {
		t.Errorf("a date and a formula without a value: %v", err)
	}
}
