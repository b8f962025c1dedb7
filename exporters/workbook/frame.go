package workbook

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/xuri/excelize/v2"
)

// frame makes a sheet in excelize with everything but its cells: widths, frozen
// rows, filter, page, protection.
func (b *book) frame(i int, s *sheet) error {
	f := b.file
	if i == 0 {
		if err := f.SetSheetName(f.GetSheetName(0), s.name); err != nil {
			return err
		}
	} else if _, err := f.NewSheet(s.name); err != nil {
		return err
	}
	steps := []func(*excelize.File, *sheet) error{setColumns, setPanes, setFilter, b.setPage, setMerges, setAlarm, setProtection}
	for _, step := range steps {
		if err := step(f, s); err != nil {
			return err
		}
	}
	if s.finish != nil {
		return s.finish(f)
	}
	return nil
}

// lastRow is the number of the last row that was written.
func (s *sheet) lastRow() int { return max(s.top.next, s.body.next) - 1 }

// printed is how many columns go on paper.
func (s *sheet) printed() int { return len(s.cols) - s.keys }

func setColumns(f *excelize.File, s *sheet) error {
	for i, c := range s.cols {
		if err := f.SetColWidth(s.name, letters[i], letters[i], c.units()); err != nil {
			return err
		}
	}
	// Some readers believe the dimension: without it they see one row.
	return f.SetSheetDimension(s.name, fmt.Sprintf("A1:%s%d", letters[len(s.cols)-1], max(1, s.lastRow())))
}

// units is the width of a column in digits of the default font, 8 pixels each at
// 11 points; what is added is the cell's own margin. A half-width character of
// body text takes 6 pixels in 宋体. Numbers get more, since some stand-ins have
// wider digits and a number that does not fit shows as ####; text only wraps.
func (c column) units() float64 {
	if c.style == textStyle || c.style == centreStyle {
		return float64(c.chars)*0.75 + 0.8
	}
	return float64(c.chars)*0.82 + 1
}

// pixels is how wide the printed columns are, as excelize counts.
func (s *sheet) pixels() (n int) {
	for _, c := range s.cols[:s.printed()] {
		n += int(c.units()*8 + 0.5)
	}
	return n
}

func setPanes(f *excelize.File, s *sheet) error {
	none, zoom := false, 100.0
	if err := f.SetSheetView(s.name, 0, &excelize.ViewOptions{ShowGridLines: &none, ZoomScale: &zoom}); err != nil || s.frozen == 0 {
		return err
	}
	return f.SetPanes(s.name, &excelize.Panes{
		Freeze: true, YSplit: s.frozen, TopLeftCell: fmt.Sprintf("A%d", s.frozen+1), ActivePane: "bottomLeft",
	})
}

func setFilter(f *excelize.File, s *sheet) error {
	if s.filter == 0 {
		return nil
	}
	last := max(s.filter+1, cmp.Or(s.filtered, s.lastRow()))
	return f.AutoFilter(s.name, fmt.Sprintf("A%d:%s%d", s.filter, letters[len(s.cols)-1], last), nil)
}

const (
	a4        = 9          // the number of the paper size
	rowHigh   = points(15) // a row that nobody set; a chart lies over such
	rowPixels = 18         // the same, as excelize counts
)

// setPage lays the sheet out on A4, as wide as the paper, with repeated headings.
func (b *book) setPage(f *excelize.File, s *sheet) error {
	paper, turn, wide, high, yes := cmp.Or(s.size, a4), "landscape", 1, 0, true
	if s.onePage {
		high = 1
	}
	if s.upright {
		turn = "portrait"
	}
	layout, fit := &excelize.PageLayoutOptions{Size: &paper, Orientation: &turn, FitToWidth: &wide, FitToHeight: &high}, true
	if s.scale > 0 { // a program that fits the paper does not heed our page breaks
		scale := uint(s.scale)
		layout, fit = &excelize.PageLayoutOptions{Size: &paper, Orientation: &turn, AdjustTo: &scale}, false
	}
	row := float64(rowHigh)
	if err := f.SetSheetProps(s.name, &excelize.SheetPropsOptions{FitToPage: &fit, DefaultRowHeight: &row, CustomHeight: &yes}); err != nil {
		return err
	}
	if err := f.SetPageLayout(s.name, layout); err != nil {
		return err
	}
	side, top, bottom, edge := 0.3, 0.5, 0.7, 0.3
	if err := f.SetPageMargins(s.name, &excelize.PageLayoutMarginsOptions{
		Left: &side, Right: &side, Top: &top, Bottom: &bottom, Header: &edge, Footer: &edge, Horizontally: &yes,
	}); err != nil {
		return err
	}
	if err := f.SetHeaderFooter(s.name, b.headerFooter(s.ownFoot)); err != nil {
		return err
	}
	return setPrint(f, s)
}

func (b *book) headerFooter(own bool) *excelize.HeaderFooterOptions {
	o := &excelize.HeaderFooterOptions{}
	if !own {
		o.OddFooter = "&L&9 " + plain(b.paper.footer) + "&C&9 制表：　　　　　　　　复核：　　　　　　　　审批：　　　　　　　　&R&9 第 &P 页　共 &N 页"
	}
	if b.paper.warning != "" {
		o.OddHeader = "&R&9 " + plain(b.paper.warning)
	}
	return o
}

// plain keeps an ampersand in a page foot from being read as a command.
func plain(s string) string { return strings.ReplaceAll(s, "&", "&&") }

// setPrint names the columns that go on paper and the rows that every page repeats.
func setPrint(f *excelize.File, s *sheet) error {
	quoted := quote(s.name)
	area := fmt.Sprintf("%s!$A$1:$%s$%d", quoted, letters[s.printed()-1], max(1, s.lastRow()))
	if err := f.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Area", RefersTo: area, Scope: s.name}); err != nil {
		return err
	}
	for _, cell := range s.breaks {
		if err := f.InsertPageBreak(s.name, cell); err != nil {
			return err
		}
	}
	if s.frozen == 0 {
		return nil
	}
	titles := fmt.Sprintf("%s!$1:$%d", quoted, s.frozen)
	return f.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", RefersTo: titles, Scope: s.name})
}

func setMerges(f *excelize.File, s *sheet) error {
	for _, m := range s.merges {
		from, to, _ := strings.Cut(m, ":")
		if err := f.MergeCell(s.name, from, to); err != nil {
			return err
		}
	}
	return nil
}

// setAlarm makes what should be zero and is not stand out.
func setAlarm(f *excelize.File, s *sheet) error {
	if s.alarm == 0 {
		return nil
	}
	red, err := f.NewConditionalStyle(&excelize.Style{Font: &excelize.Font{Color: "FFFFFF", Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"C00000"}}})
	if err != nil {
		return err
	}
	where := fmt.Sprintf("%s%d:%s%d", letters[s.alarm], s.frozen+1, letters[s.alarm], max(s.frozen+1, s.lastRow()))
	return f.SetConditionalFormat(s.name, where, []excelize.ConditionalFormatOptions{{Type: "cell", Criteria: "<>", Value: "0", Format: &red}})
}

// setProtection keeps cells from being changed by accident; it has no password,
// since what proves the figures is the seal and not a lock. Filters stay usable.
func setProtection(f *excelize.File, s *sheet) error {
	if s.open {
		return nil
	}
	return f.ProtectSheet(s.name, &excelize.SheetProtectionOptions{
		AutoFilter: true, Sort: true, FormatColumns: true, FormatRows: true, SelectLockedCells: true, SelectUnlockedCells: true,
	})
}

// quote makes a sheet's name fit for a formula.
func quote(name string) string { return "'" + strings.ReplaceAll(name, "'", "''") + "'" }
