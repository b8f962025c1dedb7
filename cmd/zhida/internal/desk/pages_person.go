package desk

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"zhida/cmd/zhida/internal/app"
	"zhida/payroll"
	"zhida/rules"
	"zhida/rules/calendar"
	"zhida/rules/identity"
	"zhida/rules/message"
)

// searchPage is what a search found.
type searchPage struct {
	Asked  bool
	Found  []foundRow
	Hits   payroll.Hits // what is no person
	Places []placeHit
}

type placeHit struct{ Code, Name string }

type foundRow struct {
	payroll.Found
	PlaceName string
}

func searchShow(r *request) error {
	text := r.asked().Text
	if text == "" {
		return r.page("search", "查找", searchPage{})
	}
	hits, err := r.search(text)
	if err != nil {
		return err
	}
	names, err := r.placeNames()
	if err != nil {
		return err
	}
	p := searchPage{Asked: true, Hits: hits}
	for _, x := range hits.Places {
		p.Places = append(p.Places, placeHit{x.Code, fullName(names, x.Code)})
	}
	for _, x := range hits.People {
		p.Found = append(p.Found, foundRow{x, cmp.Or(names[x.Place], x.Place)})
	}
	return r.page("search", "查找", p)
}

// mostMissed is how many numbers somebody may look for in vain before they wait.
const mostMissed = 20

// search looks for what somebody typed. Pages show numbers masked, and whoever tried one after another until it is somebody's would
// learn them whole: numbers that are nobody's are counted as wrong passphrases are, one at a time. Error: desk.wait_numbers.
func (r *request) search(text string) (payroll.Hits, error) {
	end := strings.TrimSuffix(strings.ToUpper(text), "X")
	if _, err := identity.ParseResidentID(text); err != nil && (len(text) < 5 || strings.Trim(end, "0123456789") != "") { // four of them every page shows
		return r.desk.book.Search(r.Context(), text)
	}
	r.desk.numbers.Lock()
	defer r.desk.numbers.Unlock()
	missed := []tried{{"numbers by " + r.visit.actor.Name, mostMissed}}
	if left := r.desk.guesses.wait(missed); left > 0 {
		return payroll.Hits{}, message.Err("desk.wait_numbers", int(left.Seconds())+1)
	}
	hits, err := r.desk.book.Search(r.Context(), text)
	if err == nil && len(hits.People)+len(hits.Places)+len(hits.Batches) == 0 {
		r.desk.guesses.note(false, missed)
	}
	return hits, err
}

// personPage is a person's month: every item with where it comes from, and what was paid.
type personPage struct {
	payroll.Found
	PlaceName      string
	Month          calendar.Month
	Previous, Next calendar.Month
	Items          []rules.Explanation
	Working        bool // the items are still being worked out: everything else stands there meanwhile
	Payments       []payroll.PaidOut
	Debts          []debtRow
	recordView
}

func (p personPage) waits() bool { return p.Working }

// debtRow is what somebody has to pay back in a channel, with the reasons.
type debtRow struct {
	payroll.Debtor
	Claims []payroll.Claim
}

func personShow(r *request) error {
	number, err := strconv.ParseInt(r.PathValue("person"), 10, 64)
	if err != nil || number < 1 {
		return message.Err("desk.no_page")
	}
	list, err := r.desk.book.Find(r.Context(), strconv.FormatInt(number, 10))
	if err != nil {
		return err
	}
	if len(list) != 1 {
		return message.Err("desk.no_page")
	}
	p := personPage{Found: list[0]}
	if p.PlaceName, err = r.desk.book.PlaceName(r.Context(), p.Place); err != nil {
		return err
	}
	under, today, err := r.desk.book.UnderWay(r.Context())
	if err != nil {
		return err
	}
	p.Month = under
	if text := r.PathValue("month"); text != "" {
		if p.Month, err = app.ParseMonth(text); err != nil {
			return err
		}
	}
	last := max(under, today.Month()).Add(1) // each month ahead is computed from the first on
	if p.Month > last {
		return message.Err("desk.no_page")
	}
	if p.Month > r.desk.cutover {
		p.Previous = p.Month.Add(-1)
	}
	if p.Month < last {
		p.Next = p.Month.Add(1)
	}
	head, err := r.desk.book.Head(r.Context())
	if err != nil {
		return err
	}
	book, month := r.desk.book, p.Month
	key := fmt.Sprint("person ", number, " ", month, " ", head.Digest)
	items := begun(r, key, message.M("desk.explaining", p.Name, month), func(ctx context.Context) ([]rules.Explanation, error) {
		return book.Explain(ctx, number, month, "")
	})
	if p.Payments, err = r.desk.book.PaymentList(r.Context(), payroll.PaymentQuery{Person: number}); err != nil {
		return err
	}
	debtors, err := r.desk.book.Debtors(r.Context(), number)
	if err != nil {
		return err
	}
	for _, d := range debtors {
		claims, err := r.desk.book.Claims(r.Context(), d)
		if err != nil {
			return err
		}
		p.Debts = append(p.Debts, debtRow{d, claims})
	}
	record, err := r.desk.book.PersonRecord(r.Context(), number, today.Month())
	if err != nil {
		return err
	}
	names, err := r.placeNames()
	if err != nil {
		return err
	}
	p.recordView = recordOf(record, names, today, r.lang)
	p.Items, err = awaited[[]rules.Explanation](r, items, patience/2) // the rest of the page has taken its time
	var wait elsewhere
	if p.Working = errors.As(err, &wait); err != nil && !p.Working {
		return err
	}
	return r.render(200, "person", p.Name, p)
}
