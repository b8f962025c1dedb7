package desk

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"zhida/cmd/zhida/internal/app"
	"zhida/payroll"
	"zhida/rules/calendar"
	"zhida/rules/message"
)

// monthPage is where a month stands: what is done, what is to be done by whom and by when.
type monthPage struct {
	payroll.Standing
	Previous, Next calendar.Month
	Tasks          []taskRow
	CanRun         bool
	Trend          *trendView
	Sum            payroll.Batch // of the month's batches that count or may, but for those that pay again; without an id where there is none
}

// taskRow is a task, with the page on which it is done when it is the visitor's to do.
type taskRow struct {
	payroll.Task
	Late bool
	Mine bool
	Page string
}

func monthShow(r *request) error {
	var m calendar.Month
	if text := r.PathValue("month"); text != "" {
		var err error
		if m, err = app.ParseMonth(text); err != nil {
			return err
		}
	}
	s, err := r.desk.book.Standing(r.Context(), m)
	if err != nil {
		return err
	}
	p := monthPage{Standing: s, Previous: s.Month.Add(-1), Next: s.Month.Add(1), CanRun: may(r.visit.actor, makers)}
	for _, t := range s.Tasks {
		mine := may(r.visit.actor, t.Roles) && !slices.Contains(t.Except, r.visit.actor.Name)
		page := pageOf(t)
		if !mine && slices.Contains([]string{"#run", "/import", "/settings"}, page) { // others have no such page
			page = ""
		}
		p.Tasks = append(p.Tasks, taskRow{t, t.By != 0 && t.By < s.Today, mine, page})
	}
	for _, x := range s.Batches {
		if x.ID.Month() == s.Month && x.State != payroll.Cancelled && x.Kind != payroll.Reissue {
			p.Sum.ID = x.ID
			p.Sum.Gross, p.Sum.Deduction, p.Sum.Held, p.Sum.Owed, p.Sum.Net = p.Sum.Gross+x.Gross, p.Sum.Deduction+x.Deduction, p.Sum.Held+x.Held, p.Sum.Owed+x.Owed, p.Sum.Net+x.Net
		}
	}
	trend, err := r.desk.book.Trend(r.Context(), s.Month, "")
	if err != nil {
		return err
	}
	p.Trend = trendOf(trend, r.lang)
	return r.page("month", "本月", p)
}

// pageOf is the page on which a task is done.
func pageOf(t payroll.Task) string {
	switch t.What.Code {
	case "status.run", "status.run_channel":
		return "#run"
	case "status.close":
		return "/funds"
	case "status.settings":
		return "/settings"
	case "status.no_calendar", "status.answer", "status.no_days", "status.some_days":
		return "/import"
	case "status.back":
		return "/payments?state=" + string(payroll.PaymentReturned)
	case "status.again":
		return "/month/" + t.Batch.Month().String() + "#run"
	case "status.stops", "status.reviews":
		return batchPath(t.Batch) + "/findings"
	}
	switch {
	case t.Batch != 0:
		return batchPath(t.Batch)
	case t.Proposal != 0:
		return "/proposals/" + strconv.FormatInt(t.Proposal, 10)
	case t.What.Code == "status.rows":
		return "/payments"
	}
	return ""
}

func batchPath(id payroll.BatchID) string { return "/batch/" + id.String() }

// runDo starts to compute a month; the browser waits on a page that says how far it is.
func runDo(r *request) (string, error) {
	text := r.PostFormValue("month")
	m, err := app.ParseMonth(text)
	if err != nil {
		return "", err
	}
	kind := r.PostFormValue("kind")
	signer, visit, lang := r.signer, r.visit, r.lang
	return r.desk.jobs.begin(visit.actor.Name, message.M("desk.running", m), func(ctx context.Context) (outcome, error) {
		var result payroll.RunResult
		var err error
		if kind == "rerun" {
			result, err = r.desk.book.Rerun(ctx, signer, m, payroll.Narrow{})
		} else {
			result, err = r.desk.book.Run(ctx, signer, m, payroll.Regular)
		}
		if err != nil {
			return outcome{}, err
		}
		for _, x := range told(m, result, lang) {
			visit.say(x)
		}
		return outcome{to: "/month/" + m.String()}, nil
	}), nil
}

// mostBroken is how many places that do not keep to a rule of a document are named; the findings have them all.
const mostBroken = 20

// told is what a run says beside its batches, so that a month that was pressed by mistake, or stands for two, is seen before it is signed.
// Persons who are refused stand on the batch.
func told(m calendar.Month, x payroll.RunResult, lang message.Lang) (list []message.Message) {
	if len(x.Batches) == 0 {
		list = append(list, message.M("desk.nothing_due", m))
	} else if len(x.Skipped) > 0 {
		var months []string
		for _, s := range x.Skipped {
			months = append(months, s.String())
		}
		list = append(list, message.M("finding.skipped", strings.Join(months, "、")))
	}
	for _, e := range x.Ended {
		list = append(list, message.M("run.ended", e.Name, e.Document))
	}
	for _, id := range x.Waiting {
		list = append(list, message.M("run.waiting", id))
	}
	for i, b := range x.Broken {
		if i == mostBroken {
			return append(list, message.M("run.more_broken", len(x.Broken)-i))
		}
		list = append(list, message.M("run.broken", b.PlaceName, b.Name, b.Document, b.Reason.Text(lang)))
	}
	return list
}
