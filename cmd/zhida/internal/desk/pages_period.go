package desk

import (
	"context"

	"zhida/payroll"
	"zhida/payroll/checks"
	"zhida/rules/calendar"
	"zhida/rules/message"
)

// periodPage is what the checks find in the batches of some months as the book stands now, and over all of them together.
type periodPage struct {
	From, To calendar.Month
	Months   []calendar.Month // that have a batch
	Rows     []periodRow
	Batches  []periodBatch
	Groups   []findingGroup // of no one batch
	NotRun   []notRun       // over the period
}

// periodRow is what a check found month by month.
type periodRow struct {
	checks.Check
	Severity checks.Severity
	Counts   []counted // by the months of the page
	All      counted   // with what is of no one batch
}

// counted is how many were found, and how many of them nobody has answered.
type counted struct{ Found, Open int }

type periodBatch struct {
	Batch  payroll.BatchID
	Day    calendar.Date // as of which it was looked at
	Groups []findingGroup
}

// periodDo looks through all batches of some months, as the command line's checks do.
func periodDo(r *request) (string, error) {
	from, to, err := r.period()
	if err != nil {
		return "", err
	}
	if from > to {
		return "", message.Err("audit.months", from, to)
	}
	book := r.desk.book
	return r.desk.jobs.begin(r.visit.actor.Name, message.M("desk.looking", from.String()+"—"+to.String()), func(ctx context.Context) (outcome, error) {
		var list []payroll.Checking
		whole, err := book.CheckPeriod(ctx, from, to, func(x payroll.Checking) error {
			list = append(list, x)
			return nil
		})
		return outcome{page: "period", title: "各月的审核事项", body: periodOf(from, to, list, whole)}, err
	}), nil
}

// periodOf puts what was found in batches, by their order, and over the period side by side.
func periodOf(from, to calendar.Month, list []payroll.Checking, whole payroll.Checking) periodPage {
	p := periodPage{From: from, To: to}
	for _, x := range list {
		if m := x.Batch.Month(); len(p.Months) == 0 || p.Months[len(p.Months)-1] != m {
			p.Months = append(p.Months, m)
		}
		groups, _ := groupsOf(x)
		p.Batches = append(p.Batches, periodBatch{x.Batch, x.Day, groups})
	}
	p.Groups, p.NotRun = groupsOf(whole)
	at := map[string]int{}
	count := func(month int, findings []payroll.CheckFinding) {
		for _, f := range findings {
			key := string(f.Severity) + f.Check
			i, ok := at[key]
			if !ok {
				check, _ := checks.Find(f.Check)
				i = len(p.Rows)
				at[key] = i
				p.Rows = append(p.Rows, periodRow{Check: check, Severity: f.Severity, Counts: make([]counted, len(p.Months))})
			}
			row := &p.Rows[i]
			row.All.add(f)
			if month >= 0 {
				row.Counts[month].add(f)
			}
		}
	}
	month := -1
	for _, x := range list {
		if month < 0 || p.Months[month] != x.Batch.Month() {
			month++
		}
		count(month, x.Findings)
	}
	count(-1, whole.Findings)
	return p
}

func (c *counted) add(f payroll.CheckFinding) {
	c.Found++
	if f.Open() {
		c.Open++
	}
}
