package paper

import (
	"html/template"
	"io"
	"strconv"
	"strings"

	"zhida/exporters"
	"zhida/payroll"
	"zhida/rules/money"
)

// Lengths on a page of a notice, in hundredths of a millimetre: what rows may take of A4
// upright beside head, sums and foot; a line of a row and what a row has around it; half
// the width of a Chinese character, and the width of the table.
const (
	noticeRoom = 21500
	lineHigh   = 460
	rowAround  = 190
	halfWide   = 172
	tableWide  = 17900
)

// noticePage is one printed page of a notice.
type noticePage struct {
	Title, Warning, Name, Mark, Number string
	Columns                            []noticeColumn
	Rows                               []template.HTML
	Sums                               bool
	Page, All                          money.Fen
	Before, After                      int // columns before and after that of amounts, for the sums
	Foot                               []string
}

type noticeColumn struct {
	Name  string
	Width int // percent
	Money bool
}

// noticeWeights are how wide columns are beside each other.
var noticeWeights = map[string]int{"姓名": 13, "单位": 18, "职务": 14, "项目": 18, "标准": 20, payroll.NoticeAmount: 13, "月份": 12, "依据": 22}

// WriteNotices writes papers that go up on a wall, each place on pages of its own, A4.
// Errors: those of w.
func WriteNotices(w io.Writer, h payroll.ReportHead, papers []payroll.PublicNotice) error {
	var pages []noticePage
	title := "公示表"
	for i := range papers {
		p := &papers[i]
		title = p.Title(h)
		pages = append(pages, noticePages(h, p)...)
	}
	return write(w, "notice", struct {
		Title string
		Pages []noticePage
	}{title, pages})
}

func noticePages(h payroll.ReportHead, p *payroll.PublicNotice) (list []noticePage) {
	amount, total := -1, 0
	columns := make([]noticeColumn, len(p.Columns))
	for i, c := range p.Columns {
		total += noticeWeights[c]
		if c == payroll.NoticeAmount {
			amount = i
		}
	}
	for i, c := range p.Columns {
		columns[i] = noticeColumn{c, noticeWeights[c] * 94 / total, i == amount}
	}
	ends := noticeEnds(p, columns)
	of := len(ends)
	sums := amount >= 0
	var all money.Fen
	for n, from := 0, 0; n < of; from, n = ends[n], n+1 {
		page := noticePage{Title: p.Title(h), Warning: warning(h), Name: p.Name, Mark: h.Batch.ID.Month().Chinese() + "　批次 " + h.Batch.ID.String() + "　" + seal(h), Number: pageOf(n+1, of),
			Columns: columns, Foot: p.Foot(h), Before: amount + 1, After: len(columns) - amount - 1}
		for i := from; i < ends[n]; i++ {
			r := &p.Rows[i]
			sums = sums && r.Cells[amount] == r.Fen.Grouped() // stars have no sum
			page.Rows = append(page.Rows, noticeRow(i+1, r.Cells, amount))
			page.Page += r.Fen
		}
		all += page.Page
		page.All = all
		list = append(list, page)
	}
	for i := range list {
		list[i].Sums = sums
	}
	return list
}

// noticeRow is a row of the table. It is escaped here: the notice of a township can have many thousands, and a template takes some
// ten times as long for each.
func noticeRow(serial int, cells []string, amount int) template.HTML {
	var b strings.Builder
	b.WriteString(`<tr><td class="mid">` + strconv.Itoa(serial) + `</td>`)
	for i, words := range cells {
		class := "mid"
		if i == amount {
			class = "money"
		}
		b.WriteString(`<td class="` + class + `">` + template.HTMLEscapeString(exporters.Visible(words)) + `</td>`)
	}
	b.WriteString("</tr>")
	return template.HTML(b.String())
}

// noticeEnds says after which row each page ends. A row takes as many lines as its longest
// cell needs.
func noticeEnds(p *payroll.PublicNotice, columns []noticeColumn) (ends []int) {
	used := 0
	for i := range p.Rows {
		lines := 1
		for k, words := range p.Rows[i].Cells {
			chars := max(2, (columns[k].Width*tableWide/100-220)/halfWide)
			lines = max(lines, (width(words)+chars-1)/chars)
		}
		high := lines*lineHigh + rowAround
		if used > 0 && used+high > noticeRoom {
			ends, used = append(ends, i), 0
		}
		used += high
	}
	return append(ends, len(p.Rows))
}

// width is how wide a text is, in half-width characters: Chinese takes two.
func width(s string) (n int) {
	for _, r := range s {
		n++
		if r > 0xff {
			n++
		}
	}
	return n
}
