package desk

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"zhida/payroll"
	"zhida/rules/message"
	"zhida/rules/money"
)

// paymentsPage is the ledger of payments in one state, a page at a time; those that came back first of all.
type paymentsPage struct {
	State    payroll.PaymentState
	States   []payroll.PaymentState
	Columns  []orderLink
	Payments []paymentRow
	Sum      money.Fen // of all pages
	turning
	Rows    []payroll.KeptRow // of banks' answers that fit no payment
	Maker   bool
	Bounced []payroll.OverviewSum // why payments came back, when those are shown
	Chart   drawings
	Judge   bool // may say what came of these rows
}

type paymentRow struct {
	payroll.PaidOut
	Again payroll.PaymentID // of a payment that was made again: the first that does
}

// orderLink is the heading of a column by which a list can be ordered.
type orderLink struct {
	Title, Href string
	Sort, Mark  string // of aria-sort, and an arrow; "" where the list is in another order
	Number      bool
}

// paymentOrders are the columns of the ledger and their orders. Addresses name the column and no person.
var paymentOrders = []struct {
	name, title string
	number      bool
	compare     func(a, b payroll.PaidOut) int
}{
	{"payment", "支付", false, func(a, b payroll.PaidOut) int {
		return cmp.Or(cmp.Compare(a.Batch, b.Batch), cmp.Compare(a.Seq, b.Seq))
	}},
	{"name", "姓名", false, func(a, b payroll.PaidOut) int { return cmp.Compare(a.Name, b.Name) }},
	{"place", "单位", false, func(a, b payroll.PaidOut) int { return cmp.Compare(a.Place, b.Place) }},
	{"holder", "户名", false, func(a, b payroll.PaidOut) int { return cmp.Compare(a.Holder, b.Holder) }},
	{"bank", "银行", false, func(a, b payroll.PaidOut) int { return cmp.Compare(a.Bank, b.Bank) }},
	{"fen", "金额（元）", true, func(a, b payroll.PaidOut) int { return cmp.Compare(a.Fen, b.Fen) }},
	{"since", "日期", false, func(a, b payroll.PaidOut) int { return cmp.Compare(a.Since, b.Since) }},
	{"reason", "银行的说法", false, func(a, b payroll.PaidOut) int { return cmp.Compare(a.Reason, b.Reason) }},
}

func paymentsShow(r *request) error {
	p := paymentsPage{State: payroll.PaymentState(r.URL.Query().Get("state")), Maker: may(r.visit.actor, makers), Judge: may(r.visit.actor, judges),
		States: []payroll.PaymentState{payroll.PaymentReturned, payroll.PaymentRecalled, payroll.PaymentSent, payroll.PaymentParked, payroll.PaymentCredited, payroll.PaymentReissued, payroll.PaymentGivenUp}}
	if p.State == "" {
		p.State = payroll.PaymentReturned
	}
	if p.State.Chinese() == "" {
		return message.Err("desk.no_page")
	}
	list, err := r.desk.book.PaymentList(r.Context(), payroll.PaymentQuery{State: p.State})
	if err != nil {
		return err
	}
	list = r.scope().paid(list)
	for _, x := range list {
		p.Sum += x.Fen
	}
	if p.State == payroll.PaymentReturned {
		p.Bounced = bounceRows(list, r.lang)
		p.Chart = sumBars(message.Word(r.lang, "金额（元）"), p.Bounced)
	}
	if err := p.page(r, list); err != nil {
		return err
	}
	if r.scope().whole { // nobody knows yet whose they are
		if p.Rows, err = r.desk.book.OpenRows(r.Context()); err != nil {
			return err
		}
	}
	return r.page("payments", "支付台账", p)
}

// page puts all payments into the order that the address asks for, and takes its page.
func (p *paymentsPage) page(r *request, list []payroll.PaidOut) error {
	order := cmp.Or(r.URL.Query().Get("order"), paymentOrders[0].name)
	by, down := strings.CutPrefix(order, "-")
	known := false
	for _, o := range paymentOrders {
		x := orderLink{Title: message.Word(r.lang, o.title), Number: o.number, Href: p.address(o.name, 1)}
		if known = known || o.name == by; o.name == by {
			x.Sort, x.Mark = "descending", " ↓"
			if !down {
				x.Sort, x.Mark, x.Href = "ascending", " ↑", p.address("-"+o.name, 1)
			}
			slices.SortStableFunc(list, func(a, b payroll.PaidOut) int { // by payment among equals: that is how they come
				if down {
					return o.compare(b, a)
				}
				return o.compare(a, b)
			})
		}
		p.Columns = append(p.Columns, x)
	}
	if !known {
		return message.Err("desk.no_page")
	}
	from, to, err := p.turn(r, len(list), func(page int) string { return p.address(order, page) })
	if err != nil {
		return err
	}
	names, err := r.placeNames()
	if err != nil {
		return err
	}
	for _, x := range list[from:to] {
		row := paymentRow{PaidOut: x}
		row.Place = fullName(names, x.Place)
		if x.State == payroll.PaymentReissued {
			if row.Again, err = payroll.ParsePaymentID(x.Reason); err != nil {
				return err
			}
		}
		p.Payments = append(p.Payments, row)
	}
	return nil
}

func (p *paymentsPage) address(order string, page int) string {
	return "/payments?" + url.Values{"state": {string(p.State)}, "order": {order}, "page": {strconv.Itoa(page)}}.Encode()
}
