package desk

import (
	"cmp"
	"context"

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
	Changes       []changeRow
	Entered, Left int // people
	Part          string
	More          int // changes that are not shown
}

type stepRow struct {
	payroll.BridgeStep
	Part, Causes string
}

type changeRow struct {
	payroll.ReportChange
	Place string
}

// mostRows is how many rows of a list one page shows; the workbook has all.
const mostRows = 500

// compared is what makes a batch differ, gathered once for all parts.
type compared struct {
	payroll.ReportHead
	bridge        payroll.Bridge
	entered, left int
	rows          map[string][]changeRow // by part, "" for all: the first of each
	more          map[string]int
}

// compareShow shows what makes a batch differ from the month before; ?part= shows the changes of one part alone.
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
		x := &compared{rows: map[string][]changeRow{}, more: map[string]int{}}
		return x, book.Compare(ctx, id, x.gather)
	})
	if err != nil {
		return err
	}
	p := comparePage{ReportHead: x.ReportHead, Regular: x.Batch.Kind == payroll.Regular, Bridge: x.bridge, Unexplained: x.bridge.Open(), Entered: x.entered, Left: x.left, Part: r.URL.Query().Get("part")}
	p.Changes, p.More = x.rows[p.Part], x.more[p.Part]
	for _, s := range p.Bridge.Steps {
		p.Steps = append(p.Steps, stepRow{s, message.Word(r.lang, payroll.PartChinese(s.Part)), payroll.VarianceChinese(s.Causes)})
	}
	return r.page("compare", "与上月比较", p)
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
		for _, part := range []string{"", c.Part} {
			if len(x.rows[part]) == mostRows {
				x.more[part]++
				continue
			}
			x.rows[part] = append(x.rows[part], changeRow{c, cmp.Or(names[code], code)})
		}
		return nil
	})
	x.bridge.Sort()
	return err
}
