package payroll

import "testing"

// changesOnly is a report of which only the changes are asked.
type changesOnly struct {
	Report
	list []ReportChange
}

func (c changesOnly) Head() ReportHead { return ReportHead{} }

func (c changesOnly) Changes(fn func(ReportChange) error) error {
	for _, x := range c.list {
		if err := fn(x); err != nil {
			return err
		}
	}
	return nil
}

// What nothing explains is a finding; what a fact, a document, a place or the month
// explains is none.
func TestFindings(t *testing.T) {
	for _, c := range []struct {
		change ReportChange
		want   string
	}{
		{ReportChange{Causes: []string{VarianceFact}, Left: true}, ""},
		{ReportChange{Causes: []string{VarianceCalendar}, Entered: true}, ""},
		{ReportChange{Causes: []string{VarianceGroup}}, ""},
		{ReportChange{Causes: []string{VarianceGroup, VarianceStandard}, Entered: true}, ""},
		{ReportChange{Causes: []string{VarianceGroup}, Entered: true}, "finding.entered"},
		{ReportChange{Causes: []string{VarianceGroup}, Left: true}, "finding.left"},
		{ReportChange{Causes: []string{VarianceUnexplained}}, "finding.unexplained"},
	} {
		list, err := Findings(changesOnly{list: []ReportChange{c.change}})
		got := ""
		if len(list) == 1 {
			got = list[0].Message.Code
		}
		if err != nil || got != c.want || len(list) > 1 {
			t.Errorf("%+v: %q, want %q (%v)", c.change, got, c.want, err)
		}
	}
}
