package desk

import (
	"cmp"
	"context"
	"slices"
	"strings"

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
	Sum           changeSum // of the changes at hand, shown or not
	Entered, Left int       // people
	Step          string    // of which the page shows the changes; "" for all
	More          int       // changes that are not shown
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
	Causes, Subject, Township string
	Count                     int
	Before, Now               money.Fen
	Up, Down                  money.Fen // of which more, and less
}

func (x *changeSum) add(c payroll.ReportChange) {
	x.Count++
	x.Before, x.Now = x.Before+c.Before, x.Now+c.Now
	x.Up, x.Down = x.Up+max(c.Now-c.Before, 0), x.Down+min(c.Now-c.Before, 0)
}

// foremost is how many sums stand open on the page.
const foremost = 12

// mostRows is how many rows of a list one page shows; the workbook has all.
const mostRows = 500

// compared is what makes a batch differ, gathered once for all parts.
type compared struct {
	payroll.ReportHead
	bridge        payroll.Bridge
	entered, left int
	parts         map[string]*comparedPart // by step, "" for all
}

// comparedPart are the changes of a step: the first of them, and all added up.
type comparedPart struct {
	rows   []changeRow
	more   int
	sum    changeSum
	groups map[[3]string]*changeSum // by kinds of causes, what differs, and township
}

// compareShow shows what makes a batch differ from the month before; ?step= shows the changes of one step alone.
func compareShow(r *request) error {
	id, err := r.batch()
	if err != nil {
		return err
	}
	key, err := r.desk.book.ComparisonKey(r.Context(), id)
	if err != nil {
		return err
	}
	book := r.desk.book
	x, err := prepared(r, key, message.M("desk.comparing", id), func(ctx context.Context) (*compared, error) {
		x := &compared{parts: map[string]*comparedPart{}}
		return x, book.Compare(ctx, id, x.gather)
	})
	if err != nil {
		return err
	}
	p := comparePage{ReportHead: x.ReportHead, Regular: x.Batch.Kind == payroll.Regular, Bridge: x.bridge, Unexplained: x.bridge.Open(), Entered: x.entered, Left: x.left, Step: r.URL.Query().Get("step")}
	if part := x.parts[p.Step]; part != nil {
		p.Changes, p.More, p.Sum, p.Groups = part.rows, part.more, part.sum, part.sorted()
		if len(p.Groups) > foremost {
			p.Groups, p.Rest = p.Groups[:foremost], p.Groups[foremost:]
		}
	}
	for _, s := range p.Bridge.Steps {
		p.Steps = append(p.Steps, stepRow{s, stepKey(s.Part, s.Causes), message.Word(r.lang, payroll.PartChinese(s.Part)), payroll.VarianceChinese(s.Causes)})
		p.Count += s.Count
	}
	return r.page("compare", "与上月比较", p)
}

// stepKey names a step of a comparison in an address.
func stepKey(part string, causes []string) string {
	return strings.Join(append([]string{part}, causes...), " ")
}

// sorted are the sums, the most money that moved first, whichever way it went: what goes up and down again is not out of sight.
func (x *comparedPart) sorted() []changeSum {
	list := make([]changeSum, 0, len(x.groups))
	for _, s := range x.groups {
		list = append(list, *s)
	}
	slices.SortFunc(list, func(a, b changeSum) int {
		size := func(s changeSum) money.Fen { return s.Up - s.Down }
		return cmp.Or(cmp.Compare(size(b), size(a)), cmp.Compare(a.Causes, b.Causes), cmp.Compare(a.Subject, b.Subject), cmp.Compare(a.Township, b.Township))
	})
	return list
}

func (x *compared) gather(rep payroll.Report) error {
	x.ReportHead = rep.Head()
	x.bridge = payroll.Bridge{Before: x.PreviousNet, Now: x.MonthNet}
	names := map[string]string{}
	for _, p := range append(x.Townships, x.Villages...) {
		names[p.Code] = p.Name
	}
	var entered, left int64
	err := rep.Changes(func(c payroll.ReportChange) error {
		x.bridge.Add(c)
		if c.Entered && c.Person != entered {
			entered = c.Person
			x.entered++
		}
		if c.Left && c.Person != left {
			left = c.Person
			x.left++
		}
		code := cmp.Or(c.Village, c.Township)
		for _, key := range []string{"", stepKey(c.Part, c.Causes)} {
			if x.parts[key] == nil {
				x.parts[key] = &comparedPart{groups: map[[3]string]*changeSum{}}
			}
			x.parts[key].add(c, cmp.Or(names[code], code), cmp.Or(names[c.Township], c.Township))
		}
		return nil
	})
	x.bridge.Sort()
	return err
}

func (x *comparedPart) add(c payroll.ReportChange, place, township string) {
	x.sum.add(c)
	causes := payroll.VarianceChinese(c.Causes)
	k := [3]string{causes, c.Subject(), township}
	if x.groups[k] == nil {
		x.groups[k] = &changeSum{Causes: causes, Subject: c.Subject(), Township: township}
	}
	x.groups[k].add(c)
	if len(x.rows) == mostRows {
		x.more++
		return
	}
	x.rows = append(x.rows, changeRow{c, place})
}
