package desk

import (
	"cmp"
	"maps"
	"os"
	"slices"
	"strings"

	"zhida/exporters/drawing"
	"zhida/payroll"
	"zhida/payroll/ledger"
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/message"
	"zhida/rules/money"
	"zhida/rules/policy"
)

// placePage is a village with its people, or a township with its villages: what they were paid month by month, and where the money
// for them is.
type placePage struct {
	Code, Name string
	Township   *payroll.ReportPlace // of a village
	Today      calendar.Date
	Months     []calendar.Month
	Villages   []placeRow // of a township
	People     []personRow
	More       int
	Sums       []money.Fen // by month
	Sum        money.Fen
	Chart      drawings
	Stocks     []ledger.Account
	Purses     []purseRow
	Batches    []payroll.Batch // whose notices can be printed, the latest first
}

// placeRow is a village, or the township's own people, with what its people were paid.
type placeRow struct {
	Code, Name string
	People     int // on the roster now
	Paid       []money.Fen
	Sum        money.Fen
}

type personRow struct {
	payroll.PlacePerson
	CategoryName string
}

// purseRow is a fund's money for a place, with its stocks in their order.
type purseRow struct {
	payroll.PurseClosing
	Now []money.Fen
}

// fullName is a place's name with its township's in front.
func fullName(names map[string]string, code string) string {
	name := cmp.Or(names[code], code)
	if t := facts.Township(code); t != code {
		return names[t] + name
	}
	return name
}

func placeShow(r *request) error {
	code, names, err := r.place()
	if err != nil {
		return err
	}
	p := placePage{Code: code, Name: names[code], Stocks: ledger.Stocks}
	if t := facts.Township(code); t != code {
		p.Township = &payroll.ReportPlace{Code: t, Name: cmp.Or(names[t], t)}
	}
	if _, _, p.Today, err = r.desk.book.Letterhead(r.Context()); err != nil {
		return err
	}
	account, err := r.desk.book.PlaceAccount(r.Context(), code, p.Today)
	if err != nil {
		return err
	}
	p.account(account, names, r.lang)
	if r.scope().whole { // following money is for the bureau and auditors
		if p.Purses, err = r.purses("", code); err != nil {
			return err
		}
	}
	if p.Batches, err = r.noticedBatches(); err != nil {
		return err
	}
	p.Batches = slices.DeleteFunc(p.Batches, func(b payroll.Batch) bool { return !slices.Contains(account.Batches, b.ID) })
	return r.render(200, "place", p.Name, p)
}

// purses are the purses of a fund, of a place with all that lies in it, or of both; "" is any.
func (r *request) purses(fund, place string) (rows []purseRow, err error) {
	list, err := r.desk.book.Purses(r.Context(), fund, place)
	for _, x := range list {
		row := purseRow{PurseClosing: x}
		for _, a := range ledger.Stocks {
			row.Now = append(row.Now, x.Stock[a])
		}
		rows = append(rows, row)
	}
	return rows, err
}

// account adds people up: by village for a township, whose villages have pages of their own.
func (p *placePage) account(a payroll.PlaceAccount, names map[string]string, lang message.Lang) {
	p.Months, p.Sums = a.Months, make([]money.Fen, len(a.Months))
	at := map[string]*placeRow{}
	for _, x := range a.People {
		for i, f := range x.Paid {
			p.Sums[i] += f
		}
		p.Sum += x.Sum
		if x.Place == p.Code {
			if len(p.People) == mostRows {
				p.More++
			} else {
				p.People = append(p.People, personRow{x, message.Word(lang, policy.CategoryChinese(x.Category))})
			}
		}
		if p.Township != nil {
			continue
		}
		v := at[x.Place]
		if v == nil {
			v = &placeRow{Code: x.Place, Name: cmp.Or(names[x.Place], x.Place), Paid: make([]money.Fen, len(a.Months))}
			at[x.Place] = v
		}
		if x.Here {
			v.People++
		}
		for i, f := range x.Paid {
			v.Paid[i] += f
		}
		v.Sum += x.Sum
	}
	var list []drawing.Bar
	for _, code := range slices.Sorted(maps.Keys(at)) {
		p.Villages = append(p.Villages, *at[code])
		list = append(list, drawing.Bar{Label: at[code].Name, Fen: at[code].Sum, Note: part(at[code].Sum, p.Sum)})
	}
	p.Chart = monthBars(message.Word(lang, "实发"), a.Months, p.Sums)
	p.Chart = append(p.Chart, bars(message.Word(lang, "各村实发"), list, false)...)
}

// placeFlowShow is the drawing of how money reached a place and its people's cards; a page asks for it by itself, because following
// money takes longer than the page.
func placeFlowShow(r *request) error {
	code, _, err := r.place()
	if err != nil {
		return err
	}
	return r.flow(atPlace(code))
}

func (r *request) flow(keep func(payroll.FlowStep) bool) error {
	list, err := r.desk.book.TraceSums(r.Context(), 0, keep)
	if err != nil {
		return err
	}
	svg, err := r.desk.book.Flow(r.Context(), list, r.lang)
	if err != nil {
		return err
	}
	r.w.Header().Set("Content-Type", "image/svg+xml")
	r.sent = true
	_, _ = r.w.Write(svg) // a browser that leaves is no error of ours
	return nil
}

// noticedBatches are the approved batches whose notices are printed, the latest first.
func (r *request) noticedBatches() (list []payroll.Batch, err error) {
	all, err := r.desk.book.BatchList(r.Context())
	for _, b := range slices.Backward(all) {
		if b.State.Committed() && b.Kind != payroll.Reissue && len(list) < 6 {
			list = append(list, b)
		}
	}
	return list, err
}

// placeNoticeShow sends the notices of one place, to print and put up.
func placeNoticeShow(r *request) error {
	code, _, err := r.place()
	if err != nil {
		return err
	}
	id, err := r.noticed()
	if err != nil {
		return err
	}
	dir, err := r.desk.folder()
	if err != nil {
		return err
	}
	_, files, err := r.desk.book.PublicNotices(r.Context(), id, code, dir)
	if err != nil {
		os.RemoveAll(dir)
		return err
	}
	if len(files) == 0 {
		os.RemoveAll(dir)
		r.say("desk.no_notice", id)
		return r.to("/place/"+code, nil)
	}
	return r.written(dir, "公示表_"+strings.ReplaceAll(id.String(), "/", "-")+"_"+code, files)
}
