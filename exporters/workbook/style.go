package workbook

import "github.com/xuri/excelize/v2"

// style is a look by name; what it looks like is said once, in looks.
type style uint8

const (
	columnStyle style = iota // the style of the cell's column

	titleStyle   // name of the sheet, large, centred
	noteStyle    // small line under the title or the table
	noteRight    // the same at the right edge
	noteCentre   // the same in the middle
	sectionStyle // heading inside a sheet

	headStyle // column headings
	keyHead   // headings of the columns that only formulas use
	keyStyle  // numbers that only formulas use

	textStyle   // text at the left, wrapped
	centreStyle // short text, centred
	moneyStyle  // yuan with two decimals
	countStyle  // whole number with separators
	plainStyle  // whole number as it is: person, serial
	monthStyle  // 202611 as 2026-11

	totalText // the row of totals
	totalNote // a remark in it
	totalMoney
	totalCount

	labelStyle // cover: what
	valueStyle // cover: its value
	valueCount
	valueMoney
	signStyle // space to sign and stamp

	numStyles // how many there are
)

const (
	font     = "宋体" // what bureaus print in; every Chinese system has it or a stand-in
	bodySize = 9

	moneyFormat = "#,##0.00"
	countFormat = "#,##0"
	monthFormat = `0000\-00`
)

// look is a style before excelize numbers it.
type look struct {
	size   float64 // 0: body size
	bold   bool
	align  string // horizontal
	format string
	fill   string
	grey   bool
	bare   bool // no border, one line
	indent int
}

var looks = [numStyles]look{
	titleStyle:   {size: 16, bold: true, align: "center", bare: true},
	noteStyle:    {align: "left", bare: true},
	noteRight:    {align: "right", bare: true},
	noteCentre:   {size: 10, align: "center", bare: true},
	sectionStyle: {size: 11, bold: true, align: "left", bare: true},

	headStyle: {bold: true, align: "center", fill: "E7EBF0"},
	keyHead:   {align: "center", grey: true},
	keyStyle:  {align: "center", format: "0", grey: true},

	textStyle:   {align: "left"},
	centreStyle: {align: "center"},
	moneyStyle:  {align: "right", format: moneyFormat},
	countStyle:  {align: "right", format: countFormat},
	plainStyle:  {align: "center", format: "0"},
	monthStyle:  {align: "center", format: monthFormat},

	totalText:  {bold: true, align: "center", fill: "F4F1E6"},
	totalNote:  {align: "left", fill: "F4F1E6"},
	totalMoney: {bold: true, align: "right", format: moneyFormat, fill: "F4F1E6"},
	totalCount: {bold: true, align: "right", format: countFormat, fill: "F4F1E6"},

	labelStyle: {size: 10, align: "center", fill: "E7EBF0"},
	valueStyle: {size: 10, align: "left", indent: 1},
	valueCount: {size: 10, align: "right", format: countFormat, indent: 1},
	valueMoney: {size: 11, bold: true, align: "right", format: moneyFormat, indent: 1},
	signStyle:  {size: 11, align: "left", indent: 1},
}

// registerStyles numbers the looks in a workbook.
func registerStyles(f *excelize.File) (ids [numStyles]int, err error) {
	if err = f.SetDefaultFont(font); err != nil {
		return ids, err
	}
	for i := range looks {
		if style(i) == columnStyle {
			continue
		}
		if ids[i], err = f.NewStyle(looks[i].excelize()); err != nil {
			return ids, err
		}
	}
	return ids, nil
}

func (l look) excelize() *excelize.Style {
	s := &excelize.Style{
		Font:      &excelize.Font{Family: font, Size: bodySize, Bold: l.bold},
		Alignment: &excelize.Alignment{Horizontal: l.align, Vertical: "center", WrapText: !l.bare, Indent: l.indent},
	}
	if l.size > 0 {
		s.Font.Size = l.size
	}
	if l.grey {
		s.Font.Color = "8C8C8C"
	}
	if l.fill != "" {
		s.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{l.fill}}
	}
	if l.format != "" {
		s.CustomNumFmt = &l.format
		s.Alignment.WrapText = false // a number that wraps shows as ####
	}
	if !l.bare {
		for _, side := range []string{"left", "right", "top", "bottom"} {
			s.Border = append(s.Border, excelize.Border{Type: side, Color: "7F7F7F", Style: 1})
		}
	}
	return s
}

func chartFont(size int) *excelize.Font {
	return &excelize.Font{Family: font, Size: float64(size), Color: "000000"}
}
