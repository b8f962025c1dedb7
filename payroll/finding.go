package payroll

import (
	"slices"

	"zhida/rules/message"
	"zhida/rules/money"
)

// Finding is something that the comparison with the month before leaves without a reason.
type Finding struct {
	Person  int64
	Name    string
	Item    string
	Before  money.Fen
	Now     money.Fen
	Message message.Message
}

// Findings names what a batch cannot explain against the month before: changes without
// a cause, and people who came or went though nothing about them, their place, the
// documents or the month itself says why; what is paid more or less than the changes add
// up to; and facts that were sent back to their owners and are not answered. The checks
// change, headcount and sent_back pass them on (payroll/checking_month.go).
func Findings(r Report) (list []Finding, err error) {
	for _, x := range r.Head().SentBack {
		list = append(list, Finding{x.Person, x.Name, "", 0, 0, message.M("finding.sent_back", x.Name, KindChinese(x.Kind), x.To, x.Reason)})
	}
	for _, m := range r.Head().Skipped {
		list = append(list, Finding{Message: message.M("finding.skipped", m)})
	}
	ended := map[string]*ReportChange{} // by item, what nobody is granted any more, added up
	count := map[string]int{}
	bridge := Bridge{Before: r.Head().PreviousNet, Now: r.Head().MonthNet}
	err = r.Changes(func(x ReportChange) error {
		bridge.Add(x)
		if x.Ended {
			if ended[x.Item] == nil {
				ended[x.Item] = &ReportChange{ItemName: x.ItemName}
			}
			ended[x.Item].Now += x.Now - x.Before
			count[x.Item]++
		}
		explained := slices.ContainsFunc(x.Causes, func(k string) bool { return k != VarianceUnexplained && k != VarianceGroup })
		switch {
		case slices.Contains(x.Causes, VarianceUnexplained):
			list = append(list, Finding{x.Person, x.Name, x.Item, x.Before, x.Now, message.M("finding.unexplained", x.Name, x.Subject(), x.Before, x.Now)})
		case x.Entered && !explained:
			list = append(list, Finding{x.Person, x.Name, x.Item, x.Before, x.Now, message.M("finding.entered", x.Name, x.ItemName)})
		case x.Left && !explained:
			list = append(list, Finding{x.Person, x.Name, x.Item, x.Before, x.Now, message.M("finding.left", x.Name, x.ItemName)})
		}
		return nil
	})
	for _, item := range sortedKeys(ended) {
		list = append(list, Finding{Item: item, Message: message.M("finding.no_document", ended[item].ItemName, count[item], ended[item].Now)})
	}
	if open := bridge.Open(); err == nil && open != 0 && r.Head().Compared() {
		list = append(list, Finding{Message: message.M("finding.bridge", bridge.Before, bridge.Now, open)})
	}
	return list, err
}
