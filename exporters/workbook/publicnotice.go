package workbook

import (
	"io"
	"slices"
	"strconv"

	"zhida/payroll"
)

// WritePublicNotice makes the notices of one township, each place on pages of its own; a tab
// for each set of columns that documents declare. Errors: workbook.character,
// workbook.long, and those of w.
func WritePublicNotice(w io.Writer, h payroll.ReportHead, papers []payroll.PublicNotice) error {
	b, err := newBook(batchPaper(h, "公示表"))
	if err != nil {
		return err
	}
	defer b.close()
	tabs := map[string][]payroll.PublicNotice{}
	var order []string
	for _, p := range papers {
		key := strconv.Itoa(p.Days) + " " + strconv.FormatBool(p.Internal)
		for _, c := range p.Columns {
			key += " " + c
		}
		if tabs[key] == nil {
			order = append(order, key)
		}
		tabs[key] = append(tabs[key], p)
	}
	for i, key := range order {
		name := "公示表"
		if i > 0 {
			name += strconv.Itoa(i + 1)
		}
		if err := b.notice(h, name, tabs[key]); err != nil {
			return err
		}
	}
	return b.write(w)
}

// noticeWidths are how wide the columns of a notice are, in half-width characters.
var noticeWidths = map[string]int{"姓名": 14, "单位": 20, "职务": 16, "项目": 20, "标准": 22, "月份": 12, "依据": 24}

func (b *book) notice(h payroll.ReportHead, name string, papers []payroll.PublicNotice) error {
	first := papers[0]
	cols := []column{colSerial}
	amount := -1
	for i, c := range first.Columns {
		if c == payroll.NoticeAmount && !masked(papers, i) {
			amount = i
			cols = append(cols, moneyColumn("金额"))
			continue
		}
		cols = append(cols, shortColumn(c, noticeWidths[c]))
	}
	p, err := b.newPages(name, first.Title(h), batchMark(h), first.Foot(h), cols...)
	if err != nil {
		return err
	}
	p.upright = true
	for _, paper := range papers {
		p.begin(paper.Name)
		for i, r := range paper.Rows {
			cells := []cell{number(int64(i + 1))}
			for k, words := range r.Cells {
				if k == amount {
					cells = append(cells, fen(r.Fen))
					continue
				}
				cells = append(cells, text(words))
			}
			p.add(cells...)
		}
	}
	p.apart = true
	b.sheets = append(b.sheets, p.sheet)
	return p.finish()
}

// masked says whether a column of amounts is printed with stars somewhere.
func masked(papers []payroll.PublicNotice, col int) bool {
	return slices.ContainsFunc(papers, func(p payroll.PublicNotice) bool {
		return slices.ContainsFunc(p.Rows, func(r payroll.NoticeRow) bool { return r.Cells[col] != r.Fen.Grouped() })
	})
}
