package schedule

import (
	"strings"

	"zhida/rules/calendar"
)

// Kinds of duty.
const (
	Draft  = "draft"  // compute the month's batch; never approve it
	Remind = "remind" // tell people that a step is due or late
)

// Duty is one thing that the calendar asks for, once.
type Duty struct {
	Kind  string
	Month calendar.Month
	Step  string        // code of the step, with LateSuffix when its day has passed; "" of a draft
	Date  calendar.Date // on which it fell due
}

// LateSuffix marks the reminder of a step whose day has passed.
const LateSuffix = ":late"

// Late says whether the duty reminds of a step whose day has passed.
func (d Duty) Late() bool { return strings.HasSuffix(d.Step, LateSuffix) }

// Chinese is what the duty asks for.
func (d Duty) Chinese() string {
	if d.Kind == Draft {
		return "计算草稿"
	}
	text := Step{Code: strings.TrimSuffix(d.Step, LateSuffix)}.Chinese()
	if d.Late() {
		return text + "（已过期）"
	}
	return text
}

// Progress is how far a month's regular batches are.
type Progress struct {
	Ran      bool // computed at least once, or found to have nothing due
	Open     bool // one is neither approved nor given up
	Approved bool // all are approved
	Exported bool // all have left
}

// Duties says what is due on a day, oldest first: a pure function of the day, the
// calendar, how far each month is and what was done already. The draft of a month is
// due on the day after its cut-off, and waits while an earlier month's batches are
// open, since the later month settles the earlier. Steps of months long past come as
// late, once. Error: schedule.no_calendar; what was found before stays.
func Duties(today calendar.Date, first calendar.Month, steps []Step, w *calendar.Workdays, progress func(calendar.Month) Progress, done func(Duty) bool) ([]Duty, error) {
	var list []Duty
	add := func(d Duty) {
		if !done(d) {
			list = append(list, d)
		}
	}
	waits := false
	for m := first; m <= today.Month(); m = m.Add(1) {
		p := progress(m)
		due, err := Month(steps, m, w)
		if err != nil {
			return list, err
		}
		if day := draftDay(due, m); !waits && !p.Ran && today >= day {
			add(Duty{Draft, m, "", day})
		}
		waits = waits || p.Open || !p.Ran
		for _, d := range due {
			switch {
			case today == d.Date:
				add(Duty{Remind, m, d.Step.Code, d.Date})
			case today > d.Date && !p.fulfils(d.Step):
				add(Duty{Remind, m, d.Step.Code + LateSuffix, d.Date})
			}
		}
	}
	return list, nil
}

// draftDay is the day after the cut-off, or the first of the month without one.
func draftDay(due []Due, m calendar.Month) calendar.Date {
	for _, d := range due {
		if d.Step.Code == "cutoff" {
			return d.Date.AddDays(1)
		}
	}
	return m.First()
}

// fulfils says whether a step's work is done as far as the book can know.
func (p Progress) fulfils(s Step) bool {
	switch s.Code {
	case "cutoff":
		return true
	case "review":
		return p.Approved
	}
	return p.Exported
}
