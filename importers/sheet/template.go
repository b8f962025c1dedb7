package sheet

import (
	"bytes"

	"github.com/xuri/excelize/v2"
)

// TemplateColumn is one column of an empty form.
type TemplateColumn struct {
	Title, Help, Example string
	Required, AsText     bool
	Choices              []string
}

// WriteTemplate makes an empty form: a title, headings (required ones in bold with
// a star), notes under them, one example row to write over, drop-downs.
func WriteTemplate(title string, columns []TemplateColumn) ([]byte, error) {
	f := excelize.NewFile()
	defer f.Close()
	if err := f.SetSheetName("Sheet1", title); err != nil {
		return nil, err
	}
	last, err := excelize.ColumnNumberToName(len(columns))
	if err != nil {
		return nil, err
	}
	style := func(s *excelize.Style) int {
		id, e := f.NewStyle(s)
		if e != nil {
			err = e
		}
		return id
	}
	border := []excelize.Border{{Type: "left", Style: 1, Color: "808080"}, {Type: "right", Style: 1, Color: "808080"}, {Type: "top", Style: 1, Color: "808080"}, {Type: "bottom", Style: 1, Color: "808080"}}
	head := style(&excelize.Style{Font: &excelize.Font{Family: "宋体", Size: 16, Bold: true}, Alignment: &excelize.Alignment{Horizontal: "center", Vertical: "center"}})
	heading := style(&excelize.Style{Font: &excelize.Font{Family: "宋体", Size: 11, Bold: true}, Border: border, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"DDEBF7"}},
		Alignment: &excelize.Alignment{Horizontal: "center", Vertical: "center", WrapText: true}})
	asText := style(&excelize.Style{Font: &excelize.Font{Family: "宋体", Size: 11}, Border: border, NumFmt: 49})
	number := style(&excelize.Style{Font: &excelize.Font{Family: "宋体", Size: 11}, Border: border})
	if err != nil {
		return nil, err
	}
	do := func(e error) {
		if err == nil {
			err = e
		}
	}
	do(f.MergeCell(title, "A1", last+"1"))
	do(f.SetCellStr(title, "A1", title))
	do(f.SetCellStyle(title, "A1", last+"1", head))
	do(f.SetRowHeight(title, 1, 30))
	for i, c := range columns {
		name, e := excelize.ColumnNumberToName(i + 1)
		do(e)
		label := c.Title
		if c.Required {
			label += "*"
		}
		do(f.SetCellStr(title, name+"2", label))
		do(f.SetCellStyle(title, name+"2", name+"2", heading))
		do(f.SetColWidth(title, name, name, float64(max(12, 2*len([]rune(label))+4))))
		body := number
		if c.AsText {
			body = asText
		}
		do(f.SetCellStyle(title, name+"3", name+"200", body))
		do(f.SetCellStr(title, name+"3", c.Example))
		if c.Help != "" {
			do(f.AddComment(title, excelize.Comment{Cell: name + "2", Author: "zhida", Paragraph: []excelize.RichTextRun{{Text: c.Help}}}))
		}
		if len(c.Choices) > 0 {
			v := excelize.NewDataValidation(true)
			v.Sqref = name + "3:" + name + "5000"
			do(v.SetDropList(c.Choices))
			do(f.AddDataValidation(title, v))
		}
	}
	do(f.SetPanes(title, &excelize.Panes{Freeze: true, YSplit: 2, TopLeftCell: "A3", ActivePane: "bottomLeft"}))
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
