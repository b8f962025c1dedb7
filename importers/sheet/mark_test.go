package sheet

import (
	"archive/zip"
	"bytes"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"zhida/rules/message"
)

// opened opens a marked workbook as the clerk would.
func opened(t *testing.T, data []byte) *excelize.File {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// look is what a clerk sees in a cell: its colour and its comment.
func look(t *testing.T, f *excelize.File, sheet, cell string) (color, comment string) {
	t.Helper()
	id, err := f.GetCellStyle(sheet, cell)
	if err != nil {
		t.Fatal(err)
	}
	style, err := f.GetStyle(id)
	if err != nil {
		t.Fatal(err)
	}
	if len(style.Fill.Color) > 0 {
		color = style.Fill.Color[0]
	}
	comments, err := f.GetComments(sheet)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range comments {
		if c.Cell == cell {
			comment += textOf(c)
		}
	}
	return color, comment
}

// A clerk's workbook comes back with its bad cells marked and everything else as it was;
// what has been mended loses its mark the next time, and gets back what it had.
func TestMark(t *testing.T) {
	own := sample(t, func(f *excelize.File) {
		yellow, err := f.NewStyle(&excelize.Style{NumFmt: 49, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"FFFF00"}}})
		if err != nil {
			t.Fatal(err)
		}
		for _, err := range []error{f.SetCellStyle("Sheet1", "B2", "B2", yellow), f.SetColWidth("Sheet1", "B", "B", 31),
			f.AddComment("Sheet1", excelize.Comment{Cell: "B2", Author: "老李", Paragraph: []excelize.RichTextRun{{Text: "已核对"}}}),
			f.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Area", RefersTo: "Sheet1!$A$1:$D$2", Scope: "Sheet1"})} {
			if err != nil {
				t.Fatal(err)
			}
		}
		if _, err := f.NewSheet("代码"); err != nil {
			t.Fatal(err)
		}
		if err := f.SetCellStr("代码", "A1", "430725101"); err != nil {
			t.Fatal(err)
		}
	})
	problem := func(cell, code string, args ...any) message.Problem {
		return message.Problem{File: "a.xlsx", Sheet: "Sheet1", Cell: cell, Message: message.M(code, args...)}
	}
	first, err := Mark("a.xlsx", own, message.Problems{problem("B2", "id.check", "6"), problem("D2", "value.separators", "1,2"), problem("D2", "import.required", "金额")})
	if err != nil {
		t.Fatal(err)
	}
	f := opened(t, first)
	if diff := cmp.Diff([]string{"问题清单", "Sheet1", "代码"}, f.GetSheetList()); diff != "" {
		t.Error(diff)
	}
	color, comment := look(t, f, "Sheet1", "B2")
	want := "【直达】身份证号校验位不符（末位写的是 6）\n→ 一定有一位写错了，请对照身份证原件改正\n原底色：FFFF00\n―― 原批注 ――\n已核对"
	if color != markColor || comment != want {
		t.Errorf("B2 is %s with %q", color, comment)
	}
	if color, comment = look(t, f, "Sheet1", "D2"); color != markColor || comment != "【直达】金额“1,2”里的逗号不是每三位一个，看不准是多少\n→ 请去掉逗号\n“金额”不能空\n→ 请补填" {
		t.Errorf("D2 is %s with %q", color, comment)
	}
	if width, err := f.GetColWidth("Sheet1", "B"); err != nil || width != 31 {
		t.Errorf("the width is %v: %v", width, err)
	}
	if names := f.GetDefinedName(); len(names) != 1 || names[0].Scope != "Sheet1" {
		t.Errorf("the print area is of %+v", names)
	}
	if _, target, err := f.GetCellHyperLink("问题清单", "B4"); err != nil || target != "'Sheet1'!B2" {
		t.Errorf("the link leads to %q: %v", target, err)
	}

	// Read again, the marks are no part of it.
	before, err := Tables("a.xlsx", own)
	if err != nil {
		t.Fatal(err)
	}
	after, err := Tables("a.xlsx", first)
	if err != nil {
		t.Fatal(err)
	}
	for i := range before {
		if diff := cmp.Diff(texts(before[i]), texts(after[i])); diff != "" || before[i].Sheet != after[i].Sheet {
			t.Error(diff)
		}
	}

	second, err := Mark("a.xlsx", first, message.Problems{problem("D2", "import.required", "金额")})
	if err != nil {
		t.Fatal(err)
	}
	f = opened(t, second)
	if color, comment = look(t, f, "Sheet1", "B2"); color != "FFFF00" || comment != "已核对" {
		t.Errorf("mended, B2 is %s with %q", color, comment)
	}
	if color, comment = look(t, f, "Sheet1", "D2"); color != markColor || comment != "【直达】“金额”不能空\n→ 请补填" {
		t.Errorf("D2 is %s with %q", color, comment)
	}
	if diff := cmp.Diff([]string{"问题清单", "Sheet1", "代码"}, f.GetSheetList()); diff != "" {
		t.Error(diff)
	}
	if names := f.GetDefinedName(); len(names) != 1 || names[0].Scope != "Sheet1" {
		t.Errorf("the print area is of %+v", names)
	}
	again, err := Mark("a.xlsx", first, message.Problems{problem("D2", "import.required", "金额")})
	if err != nil || !bytes.Equal(again, second) {
		t.Errorf("the same answer has other bytes: %v", err)
	}
	none, err := Mark("a.xlsx", second, nil)
	if err != nil {
		t.Fatal(err)
	}
	if color, comment = look(t, opened(t, none), "Sheet1", "D2"); color != "" || comment != "" {
		t.Errorf("mended, D2 is %s with %q", color, comment)
	}
}

// LibreOffice forgets who wrote a comment and names its boxes in its own way.
func TestMarkAfterLibreOffice(t *testing.T) {
	bad := message.Problems{{File: "a.xlsx", Sheet: "Sheet1", Cell: "B2", Message: message.M("id.check", "6")}, {File: "a.xlsx", Sheet: "Sheet1", Cell: "D2", Message: message.M("value.separators", "1,2")}}
	marked, err := Mark("a.xlsx", sample(t, nil), bad)
	if err != nil {
		t.Fatal(err)
	}
	marked = rezip(t, marked, "xl/comments1.xml", func(s string) string { return strings.ReplaceAll(s, "<author>直达</author>", "<author> </author>") })
	marked = rezip(t, marked, "xl/drawings/vmlDrawing1.vml", func(s string) string {
		return regexp.MustCompile(`_x0000_s\d+`).ReplaceAllString(s, "shape_0")
	})
	again, err := Mark("a.xlsx", marked, bad[:1])
	if err != nil {
		t.Fatal(err)
	}
	f := opened(t, again)
	if color, comment := look(t, f, "Sheet1", "B2"); color != markColor || strings.Count(comment, "校验位") != 1 {
		t.Errorf("B2 is %s with %q", color, comment)
	}
	if color, comment := look(t, f, "Sheet1", "D2"); color != "" || comment != "" {
		t.Errorf("mended, D2 is %s with %q", color, comment)
	}
}

// A text file becomes a workbook of text cells that reads the same.
func TestMarkText(t *testing.T) {
	const text = "姓名,身份证号\n张甲,439901198503010016\n"
	marked, err := Mark("某镇[1].csv", []byte(text), message.Problems{{File: "某镇[1].csv", Cell: "B2", Message: message.M("id.check", "6")}})
	if err != nil {
		t.Fatal(err)
	}
	table, err := Open("a.xlsx", marked, "")
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{{"1:姓名", "1:身份证号"}, {"1:张甲", "1:439901198503010016"}}
	if diff := cmp.Diff(want, texts(table)); diff != "" || table.Sheet != "某镇_1_" {
		t.Error(table.Sheet, diff)
	}
	if color, comment := look(t, opened(t, marked), "某镇_1_", "B2"); color != markColor || comment == "" {
		t.Errorf("B2 is %s with %q", color, comment)
	}
}

// Sheets that say nothing of how they are looked at, as some programs write them, are marked as well.
func TestMarkWithoutViews(t *testing.T) {
	own := sample(t, func(f *excelize.File) {
		if _, err := f.NewSheet("二"); err != nil {
			t.Fatal(err)
		}
	})
	views := regexp.MustCompile(`(?s)<sheetViews>.*?</sheetViews>`)
	for _, part := range []string{"xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"} {
		own = rezip(t, own, part, func(s string) string {
			if !views.MatchString(s) {
				t.Fatalf("%s has no views: %s", part, s)
			}
			return views.ReplaceAllString(s, "")
		})
	}
	data, err := Mark("表.xlsx", own, message.Problems{{File: "表.xlsx", Sheet: "Sheet1", Cell: "B2", Message: message.M("id.check")}})
	if err != nil {
		t.Fatal(err)
	}
	f := opened(t, data)
	if color, comment := look(t, f, "Sheet1", "B2"); color == "" || comment == "" || f.GetSheetName(0) == "Sheet1" {
		t.Errorf("colour %q, comment %q, first sheet %s", color, comment, f.GetSheetName(0))
	}
}

// Programs leave out of a workbook's looks what they do not need; its cells are marked all the same.
func TestMarkWithoutLooks(t *testing.T) {
	styles := regexp.MustCompile(`(?s)<fonts.*?</fonts>`)
	for name, edit := range map[string]func(string) string{
		"no styles":               func(string) string { return "" },
		"a font without anything": func(s string) string { return styles.ReplaceAllString(s, `<fonts count="1"><font/></fonts>`) },
		"a font without a name":   func(s string) string { return styles.ReplaceAllString(s, `<fonts><font><sz val="11"/></font></fonts>`) },
		"no font":                 func(s string) string { return styles.ReplaceAllString(s, `<fonts count="0"/>`) },
		"nothing about any of them": func(s string) string {
			return regexp.MustCompile(`(?s)(<styleSheet[^>]*>).*`).ReplaceAllString(s, "$1</styleSheet>")
		},
	} {
		data := sample(t, func(*excelize.File) {})
		from, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		to := zip.NewWriter(&out)
		for _, part := range from.File {
			r, err := part.Open()
			if err != nil {
				t.Fatal(err)
			}
			b, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			text := string(b)
			switch part.Name {
			case "xl/styles.xml":
				if text = edit(text); text == "" {
					continue
				}
			case "[Content_Types].xml", "xl/_rels/workbook.xml.rels":
				if name == "no styles" {
					text = regexp.MustCompile(`<(Override|Relationship)[^>]*styles\.xml[^>]*?(/>|></(Override|Relationship)>)`).ReplaceAllString(text, "")
				}
			}
			w, err := to.Create(part.Name)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := w.Write([]byte(text)); err != nil {
				t.Fatal(err)
			}
		}
		if err := to.Close(); err != nil {
			t.Fatal(err)
		}
		marked, err := Mark("a.xlsx", out.Bytes(), message.Problems{{File: "a.xlsx", Sheet: "Sheet1", Cell: "B2", Message: message.M("id.check", "1")}})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if color, comment := look(t, opened(t, marked), "Sheet1", "B2"); !strings.HasSuffix(color, markColor) || !strings.Contains(comment, "校验位不符") {
			t.Errorf("%s: %q %q", name, color, comment)
		}
		for _, part := range []string{"[Content_Types].xml", "xl/_rels/workbook.xml.rels"} {
			if n := strings.Count(partOf(t, marked, part), "styles.xml"); n != 1 {
				t.Errorf("%s: %s names the styles %d times", name, part, n)
			}
		}
	}
}

func partOf(t *testing.T, data []byte, name string) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	r, err := z.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
