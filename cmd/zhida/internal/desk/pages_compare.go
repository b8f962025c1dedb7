package desk

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"zhida/payroll"
	"zhida/rules/message"
	"zhida/rules/money"
)

// comparePage leads from last month's payments to this month's, change by change with its causes.
type comparePage struct {
	payroll.ReportHead
	Regular       bool
	Bridge        payroll.Bridge
	Unexplained   money.Fen
	Steps         []stepRow
	Count         int         // of all steps
	Groups, Rest  []changeSum // where the changes at hand are, the most money first; Rest is folded
	Changes       []changeRow
	Sum           payroll.ChangeSum // of the changes at hand, shown or not
	Entered, Left int               // people
	Step          string            // of which the page shows the changes; "" for all
	More          int               // changes that are not shown
}

type stepRow struct {
	payroll.BridgeStep
	Key, Part, Causes string
}

type changeRow struct {
	payroll.ReportChange
	Place string
}

// changeSum is what the changes of an item in a township, from the same causes, come to.
type changeSum struct {
	payroll.ChangeSum
	Place string // name of the township
}

// foremost is how many sums stand open on the page.
const foremost = 12

// mostRows is how many rows of a list one page shows; the workbook has all.
const mostRows = 500

// compared is what makes a batch differ, with the names that it uses.
type compared struct {
	head payroll.ReportHead
	*payroll.Comparison
}

// compareShow shows what makes a batch differ from the month before; ?step= shows the changes of one step alone.
func compareShow(r *request) error {
	id, err := r.batch()
	if err != nil {
		return err
	}
	x, err := comparedOf(r, id)
	if err != nil {
		return err
	}
	p := comparePage{ReportHead: x.head, Regular: x.head.Batch.Kind == payroll.Regular, Bridge: x.Bridge, Unexplained: x.Bridge.Open(), Entered: x.Entered, Left: x.Left, Step: r.URL.Query().Get("step")}
	names := map[string]string{}
	for _, place := range append(x.head.Townships, x.head.Villages...) {
		names[place.Code] = place.Name
	}
	if part := x.Parts[p.Step]; part != nil {
		p.More, p.Sum = part.More, part.Sum
		for _, c := range foremostPeople(part.Rows) {
			code := cmp.Or(c.Village, c.Township)
			p.Changes = append(p.Changes, changeRow{c, cmp.Or(names[code], code)})
		}
		for _, s := range part.Sums {
			p.Groups = append(p.Groups, changeSum{s, cmp.Or(names[s.Township], s.Township)})
		}
		if len(p.Groups) > foremost {
			p.Groups, p.Rest = p.Groups[:foremost], p.Groups[foremost:]
		}
	}
	for _, s := range p.Bridge.Steps {
		p.Steps = append(p.Steps, stepRow{s, payroll.StepKey(s.Part, s.Causes), message.Word(r.lang, payroll.PartChinese(s.Part)), payroll.VarianceChinese(s.Causes)})
		p.Count += s.Count
	}
	return r.page("compare", "与上月比较", p)
}

// foremostPeople are the changes of whoever has the greatest one first, so that who signs need not read to the end for it; what a person has
// stays together.
func foremostPeople(rows []payroll.ReportChange) []payroll.ReportChange {
	greatest := map[int64]money.Fen{}
	for _, c := range rows {
		greatest[c.Person] = max(greatest[c.Person], c.Size())
	}
	rows = slices.Clone(rows)
	slices.SortStableFunc(rows, func(a, b payroll.ReportChange) int {
		if a.Person == b.Person {
			return 0
		}
		return cmp.Or(cmp.Compare(greatest[b.Person], greatest[a.Person]), cmp.Compare(a.Person, b.Person))
	})
	return rows
}

// comparedOf is what the run has kept, or where that no longer holds what is worked out once for everybody.
func comparedOf(r *request, id payroll.BatchID) (compared, error) {
	book := r.desk.book
	head, kept, err := book.KeptComparison(r.Context(), id, r.URL.Query().Get("step"))
	if !errors.Is(err, payroll.ErrNotFound) {
		return compared{head, kept}, err
	}
	key, err := book.ComparisonKey(r.Context(), id)
	if err != nil {
		return compared{}, err
	}
	return prepared(r, "comparison "+key, message.M("desk.comparing", id), func(ctx context.Context) (compared, error) {
		head, x, err := book.Compare(ctx, id)
		return compared{head, x}, err
	})
}
