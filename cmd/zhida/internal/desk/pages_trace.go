package desk

import (
	"cmp"
	"html/template"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"zhida/payroll"
	"zhida/rules/facts"
	"zhida/rules/message"
	"zhida/rules/money"
)

// tracePage follows the money of a document, a place, a person or a payment, from where it came from to what has become of it. What
// it answers stands in no address: people look for names and numbers of persons.
type tracePage struct {
	Text    string // as it was asked for
	Asked   bool
	Choices []traceChoice // where the text names several
	Drawing template.HTML
	Steps   []traceRow
	Added   bool      // some row is of several payments
	Sum     money.Fen // of all pages
	turning
}

// traceChoice is one of several that a text may mean: the field of the form that names it, and its words.
type traceChoice struct{ Field, Value, Kind, Text string }

type traceRow struct {
	payroll.FlowStep
	FundName, PlaceName, Name, Where string
	Again                            []payroll.PaymentID // what pays it again
	Back                             bool                // it came back and nothing pays it again yet
	Sums                             bool                // it is of several payments, which a trace of its place lists
}

// mostTold is of how many payments the page says each; the county of a test has few.
var mostTold = mostRows

func traceShow(r *request) error {
	q := r.asked()
	p := tracePage{Asked: q.Text != ""}
	if !p.Asked {
		return r.page("trace", "追踪资金", p)
	}
	again, err := r.desk.book.Replacements(r.Context())
	if err != nil {
		return err
	}
	list, err := r.traced(&p, q, again)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return r.page("trace", "追踪资金", p)
	}
	drawing, err := r.desk.book.Flow(r.Context(), list, r.lang)
	if err != nil {
		return err
	}
	p.Drawing = template.HTML(drawing) // drawn by this program from its own words, which it escapes
	for _, x := range list {
		if x.State != payroll.PaymentReissued {
			p.Sum += x.Fen
		}
		p.Added = p.Added || addsUp(x)
	}
	from, to, err := p.turn(r, len(list), func(page int) string {
		return "/trace?" + url.Values{"asked": {r.URL.Query().Get("asked")}, "page": {strconv.Itoa(page)}}.Encode()
	})
	if err != nil {
		return err
	}
	if p.Steps, err = r.traceRows(list[from:to], again); err != nil {
		return err
	}
	return r.page("trace", "追踪资金", p)
}

// addsUp says whether a step is of several payments.
func addsUp(x payroll.FlowStep) bool { return x.Rest == "" && x.Person == 0 }

// traceRows says of steps what their codes and numbers stand for.
func (r *request) traceRows(list []payroll.FlowStep, again map[payroll.PaymentID][]payroll.PaymentID) (rows []traceRow, err error) {
	funds, err := r.desk.book.FundNames(r.Context())
	if err != nil {
		return nil, err
	}
	places, err := r.placeNames()
	if err != nil {
		return nil, err
	}
	persons := make([]int64, len(list))
	for i, x := range list {
		persons[i] = x.Person
	}
	names, err := r.desk.book.PersonNames(r.Context(), persons)
	if err != nil {
		return nil, err
	}
	for _, x := range list {
		row := traceRow{FlowStep: x, FundName: cmp.Or(funds[x.Fund], x.Fund), PlaceName: message.Word(r.lang, "全县"), Name: names[x.Person], Where: message.Word(r.lang, x.Chinese()), Again: again[x.Payment]}
		if x.Place != "" {
			row.PlaceName = fullName(places, x.Place)
		}
		row.Lot = cmp.Or(x.Lot, message.Word(r.lang, "没有来源"))
		row.Sums = x.Place != "" && addsUp(x)
		row.Back = len(row.Again) == 0 && (x.State == payroll.PaymentReturned || x.State == payroll.PaymentRecalled)
		rows = append(rows, row)
	}
	return rows, nil
}

// traced follows what is asked for: what a button of the page names, or what a text can only mean. Of a text that names several, or
// nothing, it gives none, and the page says which.
func (r *request) traced(p *tracePage, q question, again map[payroll.PaymentID][]payroll.PaymentID) ([]payroll.FlowStep, error) {
	if q.Field != "" {
		return r.follow(traceChoice{Field: q.Field, Value: q.Text})
	}
	p.Text = q.Text
	if id, err := payroll.ParsePaymentID(p.Text); err == nil {
		return r.desk.book.TracePayments(r.Context(), payroll.SamePay(id, again))
	}
	brought, err := r.desk.book.Brought(r.Context())
	if err != nil {
		return nil, err
	}
	if slices.Contains(append(brought, "收回"), p.Text) {
		return r.follow(traceChoice{Field: "document", Value: p.Text})
	}
	hits, err := r.search(p.Text)
	if err != nil {
		return nil, err
	}
	places, err := r.placeNames()
	if err != nil {
		return nil, err
	}
	for _, x := range hits.People {
		p.Choices = append(p.Choices, traceChoice{"person", strconv.FormatInt(x.Person, 10), message.Word(r.lang, "人员"), strings.Join([]string{x.Name, x.ID.String(), fullName(places, x.Place)}, " ")})
	}
	for _, x := range hits.Incomes {
		p.Choices = append(p.Choices, traceChoice{"document", x, message.Word(r.lang, "文号"), x})
	}
	for _, x := range hits.Places {
		p.Choices = append(p.Choices, traceChoice{"place", x.Code, message.Word(r.lang, "单位"), fullName(places, x.Code)})
	}
	if len(p.Choices) != 1 {
		return nil, nil
	}
	only := p.Choices[0]
	p.Choices = nil
	return r.follow(only)
}

// follow traces the money of one person, place or document. Where that of a place or document went to many payments, it is added up by
// batch, purse and state.
func (r *request) follow(x traceChoice) ([]payroll.FlowStep, error) {
	switch x.Field {
	case "person":
		no, err := strconv.ParseInt(x.Value, 10, 64)
		if err != nil {
			return nil, message.Err("desk.no_page")
		}
		return r.desk.book.TracePerson(r.Context(), no)
	case "place":
		return r.desk.book.TraceSums(r.Context(), mostTold, atPlace(x.Value))
	}
	return r.desk.book.TraceSums(r.Context(), mostTold, func(s payroll.FlowStep) bool { return s.Lot == x.Value })
}

// atPlace wants the steps of a place's purses, of a township with those of its villages.
func atPlace(code string) func(payroll.FlowStep) bool {
	return func(s payroll.FlowStep) bool { return s.Place == code || facts.Township(s.Place) == code }
}
