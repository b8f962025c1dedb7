package sheet

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"
)

// Input is what the cells of a column take.
type Input int

// The inputs. What Excel would turn into a number and so lose digits of is text.
const (
	TextInput Input = iota
	DateInput
	MonthInput
	IDInput
	CardInput
	AmountInput
	WholeInput
	DecimalInput
	PercentInput
)

// TemplateColumn is one column of an empty form.
type TemplateColumn struct {
	Title, Help, Example string
	Required             bool
	Input                Input
	Positive             bool     // of a number: more than zero
	Choices              []string // of a drop-down
	Open                 bool     // what is not among the choices is taken too
	Several              bool     // a cell may have several of the choices
}

// ExtraSheet is a plain table behind the form.
type ExtraSheet struct {
	Title string
	Heads []string
	Rows  [][]string
}

// Template is a form to fill in: headings (required ones with a star) with notes, rows or
// one example to write over, drop-downs and checks of input, a sheet that says how to fill
// it in, and a hidden one with the longer lists. Its bytes depend on nothing else.
type Template struct {
	Title   string
	Columns []TemplateColumn
	Rows    [][]string // filled in already; nil for the example
	Notes   []string   // above the table of columns on the sheet of notes
	Extra   []ExtraSheet
}

// Names of the sheets behind the form, and how far styles and checks reach.
const (
	notesSheet   = "填表说明"
	choicesSheet = "选项"
	firstRow     = 3
	framedRows   = 200   // with a frame around each cell
	checkedRows  = 10000 // with drop-downs and checks
	mostNoted    = 15    // choices that the notes list; of more they list a few
)

// OfTemplate says whether a sheet stands behind the form of every template, with nothing to read.
func OfTemplate(name string) bool { return name == notesSheet || name == choicesSheet }

// Drop-downs up to this many characters stand in the form itself; Excel takes 255.
const mostInline = 250

// templateWriter keeps the first error, so that the parts read as a list.
type templateWriter struct {
	*excelize.File
	t     *Template
	lists [][]string // columns of the sheet of choices
	err   error
}

func (w *templateWriter) do(err error) {
	if w.err == nil {
		w.err = err
	}
}

func (w *templateWriter) style(s excelize.Style) int {
	id, err := w.NewStyle(&s)
	w.do(err)
	return id
}

// Write makes the workbook.
func (t Template) Write() ([]byte, error) {
	f := excelize.NewFile()
	defer f.Close()
	w := &templateWriter{File: f, t: &t}
	w.do(f.SetSheetName("Sheet1", t.Title))
	w.form()
	for _, x := range t.Extra {
		w.table(x.Title, nil, x.Heads, x.Rows)
	}
	w.notes()
	if len(w.lists) > 0 {
		w.do(f.SetSheetVisible(choicesSheet, false))
	}
	if w.err != nil {
		return nil, w.err
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

const fontName = "宋体"

func frame() []excelize.Border {
	var list []excelize.Border
	for _, side := range []string{"left", "right", "top", "bottom"} {
		list = append(list, excelize.Border{Type: side, Style: 1, Color: "808080"})
	}
	return list
}

func (w *templateWriter) headingStyle() int {
	return w.style(excelize.Style{Font: &excelize.Font{Family: fontName, Size: 11, Bold: true}, Border: frame(), Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"DDEBF7"}},
		Alignment: &excelize.Alignment{Horizontal: "center", Vertical: "center", WrapText: true}})
}

func (w *templateWriter) title(sheet, last string) {
	w.do(w.MergeCell(sheet, "A1", last+"1"))
	w.do(w.SetCellStr(sheet, "A1", sheet))
	w.do(w.SetCellStyle(sheet, "A1", last+"1", w.style(excelize.Style{Font: &excelize.Font{Family: fontName, Size: 16, Bold: true}, Alignment: &excelize.Alignment{Horizontal: "center", Vertical: "center"}})))
	w.do(w.SetRowHeight(sheet, 1, 30))
}

// form writes the first sheet.
func (w *templateWriter) form() {
	sheet, heading := w.t.Title, w.headingStyle()
	for i, c := range w.t.Columns {
		name := Letters(i + 1)
		label := c.Title
		if c.Required {
			label += "*"
		}
		cells := excelize.Style{Font: &excelize.Font{Family: fontName, Size: 11}}
		if format := c.Input.format(); format != "" {
			cells.CustomNumFmt = &format
		}
		w.do(w.SetColStyle(sheet, name, w.style(cells))) // below the frame as well: an ID number pasted there stays text
		w.do(w.SetColWidth(sheet, name, name, float64(c.width(label))))
		cells.Border = frame()
		w.do(w.SetCellStyle(sheet, name+"3", name+strconv.Itoa(framedRows), w.style(cells)))
		w.do(w.SetCellStr(sheet, name+"2", label))
		w.do(w.SetCellStyle(sheet, name+"2", name+"2", heading))
		if c.Help != "" {
			w.do(w.AddComment(sheet, excelize.Comment{Cell: name + "2", Author: "zhida", Width: 220, Height: 90, Paragraph: []excelize.RichTextRun{{Text: c.Help}}}))
		}
		if len(w.t.Rows) == 0 && c.Example != "" {
			grey := cells
			grey.Font = &excelize.Font{Family: fontName, Size: 11, Italic: true, Color: "7F7F7F"}
			w.cell(sheet, name+"3", c.Input, c.Example)
			w.do(w.SetCellStyle(sheet, name+"3", name+"3", w.style(grey)))
		}
		for k, row := range w.t.Rows {
			w.cell(sheet, name+strconv.Itoa(firstRow+k), c.Input, row[i])
		}
		w.check(sheet, name, &c)
	}
	last := Letters(len(w.t.Columns))
	w.title(sheet, last)
	w.do(w.SetRowHeight(sheet, 2, 32))
	for row := firstRow; row <= max(framedRows, firstRow+len(w.t.Rows)); row++ {
		w.do(w.SetRowHeight(sheet, row, 18))
	}
	w.onePageWide(sheet)
	w.do(w.SetPanes(sheet, &excelize.Panes{Freeze: true, YSplit: 2, TopLeftCell: "A3", ActivePane: "bottomLeft"}))
}

// format is how Excel shows and takes a value; "" as it likes.
func (i Input) format() string {
	switch i {
	case DateInput:
		return "yyyy-mm-dd"
	case AmountInput:
		return "0.00"
	case WholeInput:
		return "0"
	case DecimalInput, PercentInput:
		return "General"
	}
	return "@"
}

// width is in characters of the column.
func (c *TemplateColumn) width(label string) int {
	least := 12
	switch c.Input {
	case IDInput, CardInput:
		least = 22
	}
	for _, s := range append([]string{label + "  ", c.Example}, c.Choices...) {
		least = max(least, min(34, wide(s)+2))
	}
	return least
}

// wide counts characters, Chinese ones twice.
func wide(s string) (n int) {
	for _, r := range s {
		if n++; r > 0xff {
			n++
		}
	}
	return n
}

// cell writes a value as its column takes it.
func (w *templateWriter) cell(sheet, at string, input Input, value string) {
	switch {
	case value == "":
	case input == DateInput:
		n, ok := serial(value)
		if !ok {
			w.do(w.SetCellStr(sheet, at, value))
			return
		}
		w.do(w.SetCellInt(sheet, at, int64(n)))
	case input == AmountInput || input == WholeInput || input == DecimalInput || input == PercentInput:
		w.do(w.SetCellDefault(sheet, at, value))
	default:
		w.do(w.SetCellStr(sheet, at, value))
	}
}

// check puts a drop-down or a check of input on a column.
func (w *templateWriter) check(sheet, name string, c *TemplateColumn) {
	v := excelize.NewDataValidation(true)
	v.Sqref = name + strconv.Itoa(firstRow) + ":" + name + strconv.Itoa(checkedRows)
	first := name + strconv.Itoa(firstRow)
	style, complaint := excelize.DataValidationErrorStyleStop, ""
	switch {
	case len(c.Choices) > 0:
		if text := strings.Join(c.Choices, ","); len(utf16.Encode([]rune(text))) <= mostInline && strings.Count(text, ",") == len(c.Choices)-1 {
			w.do(v.SetDropList(c.Choices))
		} else {
			v.SetSqrefDropList(w.list(c.Title, c.Choices))
		}
		complaint = "请从下拉列表里选。"
	case c.Input == DateInput:
		v.Type, v.Operator = "date", "between"
		v.Formula1, v.Formula2 = "7306", "73050" // 1920-01-01 to 2099-12-31
		complaint = "请填日期，如 2026-11-11，年份在 1920 至 2099 之间。"
	case c.Input == MonthInput:
		v.Type, v.Operator, v.Formula1, v.Formula2 = "textLength", "between", "6", "8"
		complaint = "请填月份，如 2026-11。"
	case c.Input == IDInput:
		v.Type, v.Operator, v.Formula1 = "textLength", "equal", "18"
		style, complaint = excelize.DataValidationErrorStyleWarning, "身份证号应为 18 位（旧 15 位的可以继续）。"
	case c.Input == CardInput:
		v.Type, v.Operator, v.Formula1, v.Formula2 = "textLength", "between", "8", "30"
		complaint = "账号为 8 至 30 位数字，文本格式。"
	case c.Input == AmountInput:
		compare := ">="
		if c.Positive {
			compare = ">"
		}
		v.Type, v.Formula1 = "custom", "AND(ISNUMBER("+first+"),ROUND("+first+",2)="+first+","+first+compare+"0)"
		complaint = "请填数字，最多两位小数，不要千分位逗号。"
	case c.Input == WholeInput:
		v.Type, v.Operator, v.Formula1 = "whole", "greaterThanOrEqual", "0"
		complaint = "请填整数。"
	case c.Input == DecimalInput:
		v.Type, v.Operator, v.Formula1 = "decimal", "greaterThanOrEqual", "0"
		complaint = "请填数字。"
	case c.Input == PercentInput:
		v.Type, v.Operator, v.Formula1, v.Formula2 = "decimal", "between", "1", "100"
		style, complaint = excelize.DataValidationErrorStyleWarning, "百分之三十填 30，不填 0.3 或 30%。"
	default:
		return
	}
	v.SetError(style, c.Title, complaint)
	if (c.Open || c.Several) && len(c.Choices) > 0 {
		v.ShowErrorMessage = false
	}
	w.do(w.AddDataValidation(sheet, v))
}

// list puts a long list on the sheet of choices, and gives its range.
func (w *templateWriter) list(title string, choices []string) string {
	at := slices.IndexFunc(w.lists, func(old []string) bool { return slices.Equal(old, choices) })
	name := Letters(at + 1)
	within := func() string {
		return "'" + choicesSheet + "'!$" + name + "$2:$" + name + "$" + strconv.Itoa(len(choices)+1)
	}
	if at >= 0 {
		return within()
	}
	if len(w.lists) == 0 {
		_, err := w.NewSheet(choicesSheet)
		w.do(err)
	}
	w.lists = append(w.lists, choices)
	name = Letters(len(w.lists))
	w.do(w.SetCellStr(choicesSheet, name+"1", title))
	width := 12
	for i, s := range choices {
		w.do(w.SetCellStr(choicesSheet, name+strconv.Itoa(i+2), s))
		width = max(width, min(60, wide(s)+2))
	}
	w.do(w.SetColWidth(choicesSheet, name, name, float64(width)))
	return within()
}

// notes writes the sheet that says how to fill in the form.
func (w *templateWriter) notes() {
	rows := make([][]string, len(w.t.Columns))
	for i, c := range w.t.Columns {
		shown := len(c.Choices)
		if shown > mostNoted {
			shown = 5
		}
		need, choices := "", strings.Join(c.Choices[:shown], "、")
		if c.Required {
			need = "必填"
		}
		if shown < len(c.Choices) {
			choices += " 等 " + strconv.Itoa(len(c.Choices)) + " 项，见下拉列表"
		}
		if c.Open && choices != "" {
			choices += "；也可以写别的"
		}
		rows[i] = []string{c.Title, need, c.Help, choices, c.Example}
	}
	w.table(notesSheet, w.t.Notes, []string{"列", "必填", "怎么填", "可以填的", "示例"}, rows)
}

// table writes a plain table with text above it.
func (w *templateWriter) table(sheet string, above, heads []string, rows [][]string) {
	_, err := w.NewSheet(sheet)
	w.do(err)
	last := Letters(len(heads))
	w.title(sheet, last)
	body := w.style(excelize.Style{Font: &excelize.Font{Family: fontName, Size: 11}, Border: frame(), NumFmt: 49, Alignment: &excelize.Alignment{Vertical: "top", WrapText: true}})
	note := w.style(excelize.Style{Font: &excelize.Font{Family: fontName, Size: 11}, Alignment: &excelize.Alignment{Vertical: "top", WrapText: true}})
	at := 2
	widths := make([]int, len(heads))
	for i, h := range heads {
		widths[i] = max(8, wide(h)+2)
		for _, row := range rows {
			widths[i] = max(widths[i], min(44, wide(row[i])+2))
		}
		w.do(w.SetColWidth(sheet, Letters(i+1), Letters(i+1), float64(widths[i])))
	}
	total := 0
	for _, n := range widths {
		total += n
	}
	for _, text := range above {
		row := strconv.Itoa(at)
		w.do(w.MergeCell(sheet, "A"+row, last+row))
		w.do(w.SetCellStr(sheet, "A"+row, text))
		w.do(w.SetCellStyle(sheet, "A"+row, last+row, note))
		w.do(w.SetRowHeight(sheet, at, float64(16*lines(text, total))))
		at++
	}
	for i, h := range heads {
		w.do(w.SetCellStr(sheet, Letters(i+1)+strconv.Itoa(at), h))
	}
	w.do(w.SetCellStyle(sheet, "A"+strconv.Itoa(at), last+strconv.Itoa(at), w.headingStyle()))
	for _, row := range rows {
		at++
		most := 1
		for i, s := range row {
			w.do(w.SetCellStr(sheet, Letters(i+1)+strconv.Itoa(at), s))
			most = max(most, lines(s, widths[i]-1))
		}
		w.do(w.SetCellStyle(sheet, "A"+strconv.Itoa(at), last+strconv.Itoa(at), body))
		w.do(w.SetRowHeight(sheet, at, float64(16*most+2)))
	}
	w.onePageWide(sheet)
}

func (w *templateWriter) onePageWide(sheet string) {
	landscape, fit, one, none, paper := "landscape", true, 1, 0, 9 // A4
	w.do(w.SetPageLayout(sheet, &excelize.PageLayoutOptions{Size: &paper, Orientation: &landscape, FitToWidth: &one, FitToHeight: &none}))
	w.do(w.SetSheetProps(sheet, &excelize.SheetPropsOptions{FitToPage: &fit}))
}

// lines is how many lines a text takes in a width of characters.
func lines(s string, width int) (n int) {
	for _, part := range strings.Split(s, "\n") {
		n += max(1, (wide(part)+width-1)/width)
	}
	return n
}
