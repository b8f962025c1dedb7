package payroll

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/message"
	"zhida/rules/money"
)

// Budget is what a year comes to as the register and the standards stand now:
// retirements and steps of service that are known come in by themselves. Amounts are
// fen due, deductions apart.
type Budget struct {
	Unit    string         `json:"unit"`
	Year    int            `json:"year"`
	Horizon int64          `json:"horizon"`
	Total   money.Fen      `json:"total_fen"`
	People  int            `json:"people"`
	Months  []BudgetMonth  `json:"by_month"`
	Items   []BudgetRow    `json:"by_item"`
	Towns   []BudgetRow    `json:"by_township"`
	Assumed []Assumption   `json:"assumed"` // figures not published yet, taken from the latest year there is
	ByDays  []string       `json:"by_days"` // items paid by attendance, of which nothing is known ahead
	Refused []TrialRefusal `json:"refused"` // what cannot be computed, left out
}

// BudgetMonth is one month of a budget.
type BudgetMonth struct {
	Month  calendar.Month `json:"month"`
	Fen    money.Fen      `json:"fen"`
	People int            `json:"people"` // with anything due
}

// BudgetRow is the year's sum of an item or a township.
type BudgetRow struct {
	Code      string    `json:"code"`
	Name      string    `json:"name"`
	Deduction bool      `json:"deduction,omitempty"`
	Fen       money.Fen `json:"fen"`
}

// Assumption is a published figure that a budget takes from an earlier period.
type Assumption struct {
	Code string `json:"code"`
	For  string `json:"for"`  // the period that is missing
	From string `json:"from"` // the period whose value is taken
}

// Project computes every month of a year with what is known now. Figures that are not
// published yet keep the value of the latest year, and are listed; nothing is saved.
// Errors: run.no_roster, run.no_policy, and what the store says.
func (b *Book) Project(ctx context.Context, year int) (*Budget, error) {
	first, err := calendar.NewMonth(year, 1)
	if err != nil {
		return nil, err
	}
	out := &Budget{Year: year, Assumed: []Assumption{}, ByDays: []string{}}
	t := &trial{Trial: Trial{From: first, To: first.Add(11), Documents: []string{}, Replaced: []string{}}, sums: newTrialSums(), monthly: true}
	t.prepare = func(w *facts.World) { out.Assumed = assume(w, year) }
	if err := b.view(ctx, func(r Reader) error { return t.read(ctx, r, nil) }); err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(t.months, func(m trialMonth) bool { return m.before != nil }) {
		return nil, message.Err("budget.nothing", year)
	}
	if err := b.tryAll(ctx, t); err != nil {
		return nil, err
	}
	out.Unit, out.Horizon, out.Total, out.People, out.Refused = t.Unit, t.Horizon, t.Before, t.People, t.Refused
	for m := first; m.Year() == year; m = m.Add(1) {
		s := t.sums.months[m]
		if s == nil {
			s = &monthSum{}
		}
		out.Months = append(out.Months, BudgetMonth{m, s.fen, s.people})
	}
	for _, r := range t.ByItem {
		out.Items = append(out.Items, BudgetRow{r.Code, r.Name, r.Deduction, r.Before})
		if slices.Contains(t.items[r.Code].Reads, facts.KindDay) && !t.items[r.Code].Grouped {
			out.ByDays = append(out.ByDays, r.Name)
		}
	}
	for code, it := range t.items { // nothing is due for it, since nobody has attended yet
		if slices.Contains(it.Reads, facts.KindDay) && !it.Grouped && !slices.ContainsFunc(t.ByItem, func(r TrialRow) bool { return r.Code == code }) {
			out.ByDays = append(out.ByDays, it.Name)
		}
	}
	slices.Sort(out.ByDays)
	for _, r := range t.ByTownship {
		out.Towns = append(out.Towns, BudgetRow{r.Code, r.Name, false, r.Before})
	}
	return out, nil
}

// assume gives the figures of years that are not published yet the value of the
// latest year there is, for the county and for each place.
func assume(w *facts.World, year int) []Assumption {
	type key struct{ code, place string }
	latest := map[key]facts.Reference{}
	for _, r := range w.References {
		k := key{r.Code, r.Place}
		if n, err := strconv.Atoi(r.Period); err == nil && n <= year && r.Period > latest[k].Period {
			latest[k] = r
		}
	}
	list := []Assumption{}
	for k, r := range latest {
		n, _ := strconv.Atoi(r.Period)
		for n++; n <= year; n++ {
			next := r
			next.Period, next.Source = strconv.Itoa(n), facts.Source{}
			w.References = append(w.References, next)
			if k.place == "" {
				list = append(list, Assumption{k.code, next.Period, r.Period})
			}
		}
	}
	slices.SortFunc(list, func(a, b Assumption) int { return cmp.Or(cmp.Compare(a.Code, b.Code), cmp.Compare(a.For, b.For)) })
	return list
}
