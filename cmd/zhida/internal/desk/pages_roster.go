package desk

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"

	"zhida/cmd/zhida/internal/app"
	"zhida/payroll"
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/message"
	"zhida/rules/policy"
)

// rosterPage is who is on the roster at the end of a month, a page at a time.
type rosterPage struct {
	rosterFilter
	People []memberRow
	Counts []countRow
	turning
}

// turning is a list that is longer than one page, and the ways to the pages beside.
type turning struct {
	All    int // rows of all pages
	Page   int // from 1
	Pages  int
	Before string // address of the page before, "" for none
	After  string
}

// pageAsked is which page of a list the address names, from 1. Error: desk.no_page.
func (r *request) pageAsked() (int, error) {
	page, err := strconv.Atoi(cmp.Or(r.URL.Query().Get("page"), "1"))
	if err != nil || page < 1 || page > mostPages {
		return 0, message.Err("desk.no_page")
	}
	return page, nil
}

// turn finds which rows of a list the page that the address names has. Error: desk.no_page.
func (t *turning) turn(r *request, all int, address func(page int) string) (from, to int, err error) {
	t.All, t.Pages = all, max((all+onePage-1)/onePage, 1)
	if t.Page, err = r.pageAsked(); err != nil || t.Page > t.Pages {
		return 0, 0, message.Err("desk.no_page")
	}
	if t.Page > 1 {
		t.Before = address(t.Page - 1)
	}
	if t.Page < t.Pages {
		t.After = address(t.Page + 1)
	}
	return (t.Page - 1) * onePage, min(t.Page*onePage, all), nil
}

// rosterFilter is what the form above a list asks for.
type rosterFilter struct {
	Month          calendar.Month
	Previous, Next calendar.Month
	Whole          bool   // the visitor sees the county
	Place          string // code; "" for the county
	PlaceName      string
	Category       string // code; "" for all
	Places         []choice
	Categories     []choice
}

type choice struct {
	Code, Name string
	Chosen     bool
}

type countRow struct {
	Name  string
	Count int
}

type memberRow struct {
	payroll.Member
	CategoryName, PlaceName string
}

// onePage is how many rows one page of a list shows, mostPages more than any list has.
const (
	onePage   = 100
	mostPages = 1 << 20
)

var categories = []facts.Category{facts.TownshipCadre, facts.VillageCadre, facts.FormerVillageCadre}

// monthAsked is the month that the address names, or that of today.
func (r *request) monthAsked() (calendar.Month, error) {
	text := r.PathValue("month")
	if text == "" {
		_, _, today, err := r.desk.book.Letterhead(r.Context())
		return today.Month(), err
	}
	return app.ParseMonth(text)
}

// filter reads what a list is narrowed to.
func (r *request) filter(names map[string]string) (f rosterFilter, err error) {
	if f.Month, err = r.monthAsked(); err != nil {
		return f, err
	}
	f.Previous, f.Next = f.Month.Add(-1), f.Month.Add(1)
	f.Place, f.Category = r.URL.Query().Get("place"), r.URL.Query().Get("category")
	f.Whole = r.scope().whole
	f.Place = cmp.Or(f.Place, r.scope().first())
	if f.Place != "" && names[f.Place] == "" {
		return f, message.Err("desk.no_page")
	}
	f.PlaceName = names[f.Place]
	for _, code := range sortedCodes(names) {
		switch { // the townships, and the villages of the one at hand
		case len(code) == 9:
			f.Places = append(f.Places, choice{code, names[code], code == f.Place})
		case f.Place != "" && facts.Township(code) == facts.Township(f.Place):
			f.Places = append(f.Places, choice{code, "　" + names[code], code == f.Place})
		}
	}
	for _, c := range categories {
		f.Categories = append(f.Categories, choice{string(c), message.Word(r.lang, policy.CategoryChinese(c)), string(c) == f.Category})
	}
	return f, nil
}

func sortedCodes(names map[string]string) (list []string) {
	for code := range names {
		list = append(list, code)
	}
	slices.Sort(list)
	return list
}

// address is a list narrowed in the same way, at a page.
func (f rosterFilter) address(page int) string {
	q := url.Values{"page": {strconv.Itoa(page)}}
	if f.Place != "" {
		q.Set("place", f.Place)
	}
	if f.Category != "" {
		q.Set("category", f.Category)
	}
	return "/roster/" + f.Month.String() + "?" + q.Encode()
}

func rosterShow(r *request) error {
	names, err := r.placeNames()
	if err != nil {
		return err
	}
	p := rosterPage{}
	if p.rosterFilter, err = r.filter(names); err != nil {
		return err
	}
	page, err := r.pageAsked()
	if err != nil {
		return err
	}
	roster, err := r.desk.book.Roster(r.Context(), p.Place, facts.Category(p.Category), p.Month.Last(), (page-1)*onePage, onePage)
	if err != nil {
		return err
	}
	for _, c := range categories {
		p.Counts = append(p.Counts, countRow{message.Word(r.lang, policy.CategoryChinese(c)), roster.Counts[c]})
	}
	if _, _, err := p.turn(r, roster.All, p.address); err != nil {
		return err
	}
	for _, m := range roster.Members {
		p.People = append(p.People, memberRowOf(m, names, r.lang))
	}
	return r.page("roster", "花名册", p)
}

func memberRowOf(m payroll.Member, names map[string]string, lang message.Lang) memberRow {
	return memberRow{m, message.Word(lang, policy.CategoryChinese(m.Category)), fullName(names, m.Place)}
}

// changesPage is whom the roster has otherwise at the end of a month than a month before.
type changesPage struct {
	rosterFilter
	Counts []countRow
	Rows   []memberChangeRow
	More   int
}

type memberChangeRow struct {
	What        string // in words
	Before, Now memberRow
	Who         memberRow
	Died        calendar.Date
	Spells      []facts.Spell
}

// changeWords are the kinds of changes in words, in the order of the page.
var changeWords = []struct{ code, word string }{{payroll.MemberCame, "新增"}, {payroll.MemberLeft, "减少"}, {payroll.MemberBecame, "转类别"}, {payroll.MemberMoved, "调动"}, {payroll.MemberPost, "职务变动"}, {payroll.MemberRenamed, "改名"}}

func changesShow(r *request) error {
	names, err := r.placeNames()
	if err != nil {
		return err
	}
	p := changesPage{}
	if p.rosterFilter, err = r.filter(names); err != nil {
		return err
	}
	list, err := r.desk.book.MemberChanges(r.Context(), p.Place, p.Month)
	if err != nil {
		return err
	}
	for _, w := range changeWords {
		n := 0
		for _, c := range list {
			if c.What() != w.code {
				continue
			}
			n++
			if len(p.Rows) == mostRows {
				p.More++
				continue
			}
			row := memberChangeRow{What: message.Word(r.lang, w.word), Who: memberRowOf(c.Who(), names, r.lang), Died: c.Died, Spells: c.Spells}
			if c.Before.Person != 0 {
				row.Before = memberRowOf(c.Before, names, r.lang)
			}
			if c.Now.Person != 0 {
				row.Now = memberRowOf(c.Now, names, r.lang)
			}
			p.Rows = append(p.Rows, row)
		}
		if n > 0 {
			p.Counts = append(p.Counts, countRow{message.Word(r.lang, w.word), n})
		}
	}
	return r.page("changes", "本月变动", p)
}

// attendancePage is which township has reported what for a month.
type attendancePage struct {
	Month          calendar.Month
	Previous, Next calendar.Month
	Kinds          []string
	Rows           []attendanceRow
	Missing        int // townships that have reported nothing and have somebody
}

type attendanceRow struct {
	Code, Name string
	Cadres     int                    // of the township itself, on the roster at the end of the month
	Reported   []payroll.ReportedDays // by kind
	None       bool
}

func attendanceShow(r *request) error {
	m, err := r.monthAsked()
	if err != nil {
		return err
	}
	if s := r.scope(); !s.whole {
		return r.to("/place/"+s.first()+"/attendance/"+m.String(), nil)
	}
	p := attendancePage{Month: m, Previous: m.Add(-1), Next: m.Add(1)}
	names, err := r.placeNames()
	if err != nil {
		return err
	}
	days, err := r.desk.book.DaysReported(r.Context(), m)
	if err != nil {
		return err
	}
	cadres, err := r.desk.book.TownshipCadres(r.Context(), m.Last())
	if err != nil {
		return err
	}
	for _, d := range days {
		if !slices.Contains(p.Kinds, d.Kind) {
			p.Kinds = append(p.Kinds, d.Kind)
		}
	}
	slices.Sort(p.Kinds)
	for _, code := range sortedCodes(names) {
		if len(code) != 9 {
			continue
		}
		row := attendanceRow{Code: code, Name: names[code], Cadres: cadres[code], Reported: make([]payroll.ReportedDays, len(p.Kinds)), None: cadres[code] > 0}
		for _, d := range days {
			if d.Township == code {
				row.Reported[slices.Index(p.Kinds, d.Kind)], row.None = d, false
			}
		}
		if row.None {
			p.Missing++
		}
		p.Rows = append(p.Rows, row)
	}
	return r.page("attendance", "考勤", p)
}
