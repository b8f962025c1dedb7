package desk

import (
	"cmp"

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

// compareShow shows what makes a batch differ from the month before; ?part= shows the changes of one part alone.
func compareShow(r *request) error {
	id, err := r.batch()
	if err != nil {
		return err
	}
	p := comparePage{Part: r.URL.Query().Get("part")}
	err = r.desk.book.Report(r.Context(), id, func(rep payroll.Report) error {
		p.ReportHead = rep.Head()
		p.Regular = p.Batch.Kind == payroll.Regular
		p.Bridge = payroll.Bridge{Before: p.PreviousNet, Now: p.MonthNet}
		names := map[string]string{}
		for _, x := range append(p.Townships, p.Villages...) {
			names[x.Code] = x.Name
		}
		var entered, left int64
		return rep.Changes(func(x payroll.ReportChange) error {
			p.Bridge.Add(x)
			if x.Entered && x.Person != entered {
				entered = x.Person
				p.Entered++
			}
			if x.Left && x.Person != left {
				left = x.Person
				p.Left++
			}
			if p.Part != "" && p.Part != x.Part {
				return nil
			}
			if len(p.Changes) == mostRows {
				p.More++
				return nil
			}
			code := cmp.Or(x.Village, x.Township)
			p.Changes = append(p.Changes, changeRow{x, cmp.Or(names[code], code)})
			return nil
		})
	})
	if err != nil {
		return err
	}
	p.Bridge.Sort()
	p.Unexplained = p.Bridge.Open()
	for _, s := range p.Bridge.Steps {
		p.Steps = append(p.Steps, stepRow{s, message.Word(r.lang, payroll.PartChinese(s.Part)), payroll.VarianceChinese(s.Causes)})
	}
	return r.page("compare", "与上月比较", p)
}
