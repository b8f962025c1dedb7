package sheet

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"zhida/rules/message"
)

// listName is the sheet that Mark puts in front; listTitle begins its first cell.
const (
	listName  = "问题清单"
	listTitle = "直达问题清单"
)

// What Mark leaves in a cell. The comment keeps the colour that the cell had, and what
// somebody else had written there: it moves with the cell when rows are put in. It is
// known by how it begins, since not every program keeps who wrote a comment.
const (
	markAuthor = "直达"
	markBegins = "【直达】"
	markColor  = "FFB3B3"
	wasColor   = "\n原底色："
	wasComment = "\n―― 原批注 ――\n"
)

var aColor = regexp.MustCompile(`^[0-9A-F]{6}$`)

// MaxMarked is how many cells a workbook may have to be marked: the library takes nearly a
// kilobyte for each.
const MaxMarked = 200_000

// isList knows a sheet that Mark has made.
func isList(t *Table) bool {
	return strings.HasPrefix(t.Sheet, listName) && len(t.Rows) > 0 && strings.HasPrefix(t.Rows[0].At(0).Text, listTitle)
}

// Mark gives a workbook back with its bad cells coloured, a comment in each that says what
// is wrong and what to do, and a list of them in front whose cells are links. Everything
// else stays as it was; a text file becomes a workbook of text cells. Marks from before
// are taken away first. Errors: those of Tables; sheet.unmarked for a workbook too large.
func Mark(file string, data []byte, problems message.Problems) ([]byte, error) {
	tables, err := Tables(file, data)
	if err != nil {
		return nil, err
	}
	cells := 0
	for _, t := range tables {
		for i := range t.Rows {
			cells += len(t.Rows[i].Cells)
		}
	}
	if cells > MaxMarked {
		return nil, message.Err("sheet.unmarked", cells)
	}
	m := &marking{}
	if tables[0].Text {
		if err := m.fromText(tables[0]); err != nil {
			return nil, err
		}
		problems = slices.Clone(problems)
		for i := range problems {
			problems[i].Sheet = m.GetSheetName(0)
		}
	} else if m.File, err = excelize.OpenReader(bytes.NewReader(data), excelize.Options{UnzipSizeLimit: maxTotal, UnzipXMLSizeLimit: maxPart}); err != nil {
		return nil, err
	}
	defer m.Close()
	m.numberShapes()
	if err := m.completeStyles(); err != nil {
		return nil, err
	}
	if err := m.unmark(); err != nil {
		return nil, err
	}
	if err := m.mark(problems); err != nil {
		return nil, err
	}
	if err := m.list(problems); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := m.Write(&b); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// marking is a workbook that is being marked.
type marking struct{ *excelize.File }

var shapeName = regexp.MustCompile(`(<v:shape [^>]*?\bid=")([^"]*)(")`)

// numberShapes gives the boxes of comments the names that the library counts by: LibreOffice
// names them in its own way.
func (m *marking) numberShapes() {
	n := 9000
	m.Pkg.Range(func(name, content any) bool {
		if text, ok := content.([]byte); ok && strings.HasSuffix(name.(string), ".vml") && shapeName.Match(text) {
			m.Pkg.Store(name, shapeName.ReplaceAllFunc(text, func(found []byte) []byte {
				n++
				return shapeName.ReplaceAll(found, fmt.Appendf(nil, "${1}_x0000_s%d${3}", n))
			}))
		}
		return true
	})
}

// completeStyles gives a workbook the looks that the library takes for granted and that some
// programs do not write: a first font with a name and a size, and a first fill, border and look of cells.
func (m *marking) completeStyles() error {
	if _, held := m.Pkg.Load("xl/styles.xml"); !held {
		if rels, is := m.Relationships.Load("xl/_rels/workbook.xml.rels"); is {
			if err := xml.Unmarshal([]byte(stylesRelation), rels); err != nil {
				return err
			}
		}
		if types, is := m.Pkg.Load("[Content_Types].xml"); is { // not read yet
			if text, ok := types.([]byte); ok {
				m.Pkg.Store("[Content_Types].xml", bytes.Replace(text, []byte("</Types>"), []byte(stylesType+"</Types>"), 1))
			}
		}
	}
	var err error
	add := func(lacks bool, text string, part any) {
		if lacks && err == nil {
			err = xml.Unmarshal([]byte(text), part)
		}
	}
	s := m.Styles
	add(s.Fonts == nil || len(s.Fonts.Font) == 0, `<fonts count="1"><font/></fonts>`, &s.Fonts)
	add(s.Fills == nil || len(s.Fills.Fill) == 0, `<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>`, &s.Fills)
	add(s.Borders == nil || len(s.Borders.Border) == 0, `<borders count="1"><border/></borders>`, &s.Borders)
	add(s.CellXfs == nil || len(s.CellXfs.Xf) == 0, `<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellXfs>`, &s.CellXfs)
	if err != nil {
		return err
	}
	for _, font := range s.Fonts.Font {
		add(font.Name == nil, `<font><name val="宋体"/></font>`, font)
		add(font.Sz == nil, `<font><sz val="11"/></font>`, font)
	}
	// The library numbers what it adds by these counts, which need not be stated.
	s.Fonts.Count, s.Fills.Count, s.Borders.Count, s.CellXfs.Count = len(s.Fonts.Font), len(s.Fills.Fill), len(s.Borders.Border), len(s.CellXfs.Xf)
	return err
}

// What a workbook that has no styles says once it has them.
const (
	stylesRelation = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rIdStyles" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>`
	stylesType     = `<Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>`
)

// fromText makes a workbook of a text file.
func (m *marking) fromText(t *Table) error {
	m.File = excelize.NewFile()
	name := strings.TrimSuffix(path.Base(t.File), path.Ext(t.File))
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`[]:*?/\'`, r) {
			return '_'
		}
		return r
	}, name)
	if r := []rune(name); len(r) > 28 {
		name = string(r[:28])
	}
	if err := m.SetSheetName("Sheet1", fallback(name, "Sheet1")); err != nil {
		return err
	}
	name = m.GetSheetName(0)
	text, err := m.NewStyle(&excelize.Style{NumFmt: 49})
	if err != nil {
		return err
	}
	widths := map[int]int{}
	for i := range t.Rows {
		for c, cell := range t.Rows[i].Cells {
			if err := m.SetCellStr(name, cell.Address(), cell.Text); err != nil {
				return err
			}
			if err := m.SetCellStyle(name, cell.Address(), cell.Address(), text); err != nil {
				return err
			}
			widths[c] = max(widths[c], min(40, 2*len([]rune(cell.Text))))
		}
	}
	for _, c := range slices.Sorted(maps.Keys(widths)) {
		if err := m.SetColWidth(name, Letters(c+1), Letters(c+1), float64(max(10, widths[c]+2))); err != nil {
			return err
		}
	}
	return nil
}

func fallback(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// textOf is a whole comment, whichever way it is stored.
func textOf(c excelize.Comment) string {
	text := c.Text
	for _, run := range c.Paragraph {
		text += run.Text
	}
	return text
}

// unmark takes away what an earlier answer left: list, colours, comments.
func (m *marking) unmark() error {
	for _, name := range m.GetSheetList() {
		if first, err := m.GetCellValue(name, "A1"); err == nil && strings.HasPrefix(name, listName) && strings.HasPrefix(first, listTitle) {
			if err := m.DeleteSheet(name); err != nil {
				return err
			}
			continue
		}
		comments, err := m.GetComments(name)
		if err != nil {
			continue // a sheet of charts
		}
		for _, c := range comments {
			text, theirs, had := strings.Cut(textOf(c), wasComment)
			if !strings.HasPrefix(text, markBegins) {
				continue
			}
			_, color, _ := strings.Cut(text, wasColor)
			if color = strings.TrimSpace(color); !aColor.MatchString(color) {
				color = "" // somebody has written into the comment
			}
			if err := m.DeleteComment(name, c.Cell); err != nil {
				return err
			}
			if had {
				if err := m.comment(name, c.Cell, "", theirs); err != nil {
					return err
				}
			}
			if _, err := m.fill(name, c.Cell, func(now string) (string, bool) { return color, now == markColor }); err != nil {
				return err
			}
		}
	}
	return nil
}

// fill changes the colour of a cell and leaves the rest of its look; change is given the
// colour it has, "" for none, and says whether there is one to be set.
func (m *marking) fill(sheet, cell string, change func(now string) (string, bool)) (now string, err error) {
	id, err := m.GetCellStyle(sheet, cell)
	if err != nil {
		return "", err
	}
	style, err := m.GetStyle(id)
	if err != nil {
		return "", err
	}
	if style.Fill.Type == "pattern" && style.Fill.Pattern == 1 && len(style.Fill.Color) > 0 {
		now = style.Fill.Color[0]
		now = now[max(0, len(now)-6):]
	}
	color, ok := change(now)
	if !ok {
		return now, nil
	}
	style.Fill = excelize.Fill{}
	if color != "" {
		style.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{color}}
	}
	if id, err = m.NewStyle(style); err != nil {
		return now, err
	}
	return now, m.SetCellStyle(sheet, cell, cell, id)
}

// comment puts a comment into a cell, wide enough to be read.
func (m *marking) comment(sheet, cell, author, text string) error {
	lines := 2
	for _, l := range strings.Split(text, "\n") {
		lines += 1 + len([]rune(l))/18
	}
	return m.AddComment(sheet, excelize.Comment{Cell: cell, Author: author, Width: 260, Height: uint(18 * lines), Paragraph: []excelize.RichTextRun{{Text: text, Font: &excelize.Font{Family: "宋体", Size: 10}}}})
}

// mark colours the bad cells and says in each what is wrong.
func (m *marking) mark(problems message.Problems) error {
	said := map[[2]string]string{}
	var order [][2]string
	for _, p := range problems {
		at := [2]string{p.Sheet, p.Cell}
		if _, row := split(p.Cell); row == 0 {
			continue
		}
		if said[at] == "" {
			order = append(order, at)
			said[at] = markBegins
		} else {
			said[at] += "\n"
		}
		said[at] += p.Text(message.Chinese) + "\n→ " + p.Hint(message.Chinese)
	}
	theirs := map[[2]string]string{}
	for _, name := range m.GetSheetList() {
		comments, err := m.GetComments(name)
		if err != nil {
			continue // a sheet of charts
		}
		for _, c := range comments {
			theirs[[2]string{name, c.Cell}] = textOf(c)
		}
	}
	for _, at := range order {
		text := said[at]
		was, err := m.fill(at[0], at[1], func(string) (string, bool) { return markColor, true })
		if err != nil {
			return err
		}
		if was != "" {
			text += wasColor + was
		}
		if t := theirs[at]; t != "" {
			text += wasComment + t
			if err := m.DeleteComment(at[0], at[1]); err != nil {
				return err
			}
		}
		if err := m.comment(at[0], at[1], markAuthor, text); err != nil {
			return err
		}
	}
	return nil
}

// list puts the list of problems in front.
func (m *marking) list(problems message.Problems) error {
	name, first := listName, m.GetSheetName(0)
	for n := 2; slices.Contains(m.GetSheetList(), name); n++ {
		name = fmt.Sprintf("%s%d", listName, n) // the clerk's own sheet has that name
	}
	if _, err := m.NewSheet(name); err != nil {
		return err
	}
	if err := m.front(name, first); err != nil {
		return err
	}
	var err error
	do := func(e error) {
		if err == nil {
			err = e
		}
	}
	style := func(s *excelize.Style) int {
		id, e := m.NewStyle(s)
		do(e)
		return id
	}
	font := func(size int, bold bool, color string) *excelize.Font {
		return &excelize.Font{Family: "宋体", Size: float64(size), Bold: bold, Color: color}
	}
	border := []excelize.Border{{Type: "left", Style: 1, Color: "A0A0A0"}, {Type: "right", Style: 1, Color: "A0A0A0"}, {Type: "top", Style: 1, Color: "A0A0A0"}, {Type: "bottom", Style: 1, Color: "A0A0A0"}}
	wrap := &excelize.Alignment{Vertical: "center", WrapText: true}
	title := style(&excelize.Style{Font: font(16, true, ""), Alignment: &excelize.Alignment{Vertical: "center"}})
	plain := style(&excelize.Style{Font: font(11, false, ""), Alignment: wrap})
	heading := style(&excelize.Style{Font: font(11, true, ""), Border: border, Alignment: &excelize.Alignment{Horizontal: "center", Vertical: "center"}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"DDEBF7"}}})
	body := style(&excelize.Style{Font: font(11, false, ""), Border: border, Alignment: wrap})
	link := style(&excelize.Style{Font: font(11, false, "0563C1"), Border: border, Alignment: wrap})
	for i, w := range []int{6, 22, 52, 60} {
		do(m.SetColWidth(name, Letters(i+1), Letters(i+1), float64(w)))
	}
	set := func(cell, text string, s int) {
		do(m.SetCellStr(name, cell, text))
		do(m.SetCellStyle(name, cell, cell, s))
	}
	set("A1", fmt.Sprintf("%s：%d 处", listTitle, len(problems)), title)
	do(m.SetRowHeight(name, 1, 28))
	do(m.MergeCell(name, "A2", "D2"))
	set("A2", "有问题的格子已涂红，批注里写着原因和改法。请在原表上改好、保存，再导入这个文件；这张清单和批注不用删。", plain)
	do(m.SetRowHeight(name, 2, 32))
	for i, text := range []string{"序号", "位置", "问题", "怎么改"} {
		set(Address(i+1, 3), text, heading)
	}
	for i, p := range problems {
		row := i + 4
		do(m.SetCellInt(name, Address(1, row), int64(i+1)))
		do(m.SetCellStyle(name, Address(1, row), Address(1, row), body))
		set(Address(2, row), strings.TrimSpace(p.Sheet+" "+p.Cell), link)
		if _, n := split(p.Cell); n > 0 {
			do(m.SetCellHyperLink(name, Address(2, row), "'"+strings.ReplaceAll(p.Sheet, "'", "''")+"'!"+p.Cell, "Location"))
		}
		set(Address(3, row), p.Text(message.Chinese), body)
		set(Address(4, row), p.Hint(message.Chinese), body)
		do(m.SetRowHeight(name, row, float64(16*max(1, (len([]rune(p.Text(message.Chinese)))+23)/24, (len([]rune(p.Hint(message.Chinese)))+27)/28)+4)))
	}
	landscape, fit, zero, paper := "landscape", true, 0, 9
	do(m.SetPageLayout(name, &excelize.PageLayoutOptions{Size: &paper, Orientation: &landscape, FitToHeight: &zero}))
	do(m.SetSheetProps(name, &excelize.SheetPropsOptions{FitToPage: &fit}))
	do(m.SetPanes(name, &excelize.Panes{Freeze: true, YSplit: 3, TopLeftCell: "A4", ActivePane: "bottomLeft"}))
	return err
}

// front moves a new sheet, the last one, before all others. Names that belong to one sheet
// (print areas, filters) count sheets, and have to count one more.
func (m *marking) front(name, first string) error {
	for _, sheet := range m.GetSheetList() { // moving one breaks on a sheet that says nothing of how it is looked at
		if err := m.SetSheetView(sheet, 0, &excelize.ViewOptions{}); err != nil {
			return err
		}
	}
	if err := m.MoveSheet(name, first); err != nil {
		return err
	}
	if names := m.WorkBook.DefinedNames; names != nil {
		for i := range names.DefinedName {
			if id := names.DefinedName[i].LocalSheetID; id != nil {
				*id++
			}
		}
	}
	at, err := m.GetSheetIndex(name)
	if err != nil {
		return err
	}
	m.SetActiveSheet(at)
	return nil
}
