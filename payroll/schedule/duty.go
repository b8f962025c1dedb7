package schedule

import (
	"strings"

	"zhida/rules/calendar"
)

// Kinds of duty.
const (
	Draft  = "draft"  // compute the month's batch; never approve it
	Remind = "remind" // tell people that a step is due or late, or that something is in its way
)

// Duty is one thing that the calendar asks for, once. A step whose day is changed is
// asked for again.
type Duty struct {
	Kind  string
	Month calendar.Month
	Step  string        // code of the step, with LateSuffix when its day has passed; of a batch, one of the prefixes and its id; "" of a draft
	Date  calendar.Date // on which it fell due
}

// LateSuffix marks the reminder of a step whose day has passed.
const LateSuffix = ":late"

// Prefixes of reminders that are about a batch.
const (
	leftOpen = "open:"  // a back-pay or correction batch that nobody has finished
	waitsFor = "waits:" // the month's draft cannot be computed before it is finished
	tooEarly = "early:" // submitted before the cut-off, so that later changes are not in it
)

// Late says whether the duty reminds of a step whose day has passed.
func (d Duty) Late() bool { return strings.HasSuffix(d.Step, LateSuffix) }

// Chinese is what the duty asks for.
func (d Duty) Chinese() string {
	switch {
	case d.Kind == Draft:
		return "计算草稿"
	case d.Kind == Backup:
		return "备份"
	case d.Step == BackupFailed:
		return "备份没有做成，原因在守护进程的输出里"
	}
	for prefix, text := range map[string]string{leftOpen: "还没有办完", waitsFor: "还没有办完，当月草稿等它", tooEarly: "在变动截止前就已提交，其后的变动不在里面"} {
		if batch, ok := strings.CutPrefix(d.Step, prefix); ok {
			return "批次" + " " + batch + " " + text
		}
	}
	text := Step{Code: strings.TrimSuffix(d.Step, LateSuffix)}.Chinese()
	if d.Late() {
		return text + "（已过期）"
	}
	return text
}

// Progress is how far a month's regular batches are.
type Progress struct {
	Ran      bool   // computed on the draft day or later, or found to have nothing due
	Cut      bool   // the draft was begun and not ended: whoever began it was killed, or failed
	Open     bool   // one is neither approved nor given up
	Approved bool   // all are approved, or nothing was due; not when one was given up
	Exported bool   // all have left, or nothing was due
	Early    string // id of a batch that went past the draft before the draft day; else empty
}

// Left is a back-pay or correction batch that is open.
type Left struct {
	Batch  string // id
	Month  calendar.Month
	Since  calendar.Date // when it was computed
	Blocks bool          // a regular draft cannot be computed beside it
}

// Known is what the book knows of its months.
type Known struct {
	Progress func(m calendar.Month, draftDay calendar.Date) Progress
	Done     func(Duty) bool
	Left     []Left // by id
}

// Duties says what is due on a day, oldest first: a pure function of the day, the
// calendar and what the book knows. The draft of a month is due on the day after its
// cut-off, and waits while an earlier month's batches are open, since the later month
// settles the earlier. Steps of months long past come as late, once. Of the month to come
// only what moves into this one is due. A back-pay or correction batch is reminded of on
// every review day while it is open. Error: schedule.no_calendar of the first month that
// has no working days; its draft and those after it wait, the rest of the list stands.
func Duties(today calendar.Date, first calendar.Month, steps []Step, w *calendar.Workdays, k Known) (list []Duty, missing error) {
	add := func(d Duty) {
		if !k.Done(d) {
			list = append(list, d)
		}
	}
	waits, review := false, calendar.Date(0)
	for m := first; m <= today.Month().Add(1); m = m.Add(1) {
		due, err := Month(steps, m, w)
		if err != nil && m > today.Month() {
			break // next year's notice comes out in November
		}
		if err != nil {
			waits = true
			if missing == nil {
				missing = err
			}
			continue
		}
		day := draftDay(due, m)
		p := k.Progress(m, day)
		if !waits && (!p.Ran || p.Cut) && today >= day {
			add(draftOr(Duty{Draft, m, "", day}, k.Left))
		}
		waits = waits || p.Open || !p.Ran || p.Cut
		if p.Early != "" && today >= day {
			add(Duty{Remind, m, tooEarly + p.Early, day})
		}
		for _, d := range due {
			switch {
			case today == d.Date:
				add(Duty{Remind, m, d.Step.Code, d.Date})
			case today > d.Date && !p.fulfils(d.Step):
				add(Duty{Remind, m, d.Step.Code + LateSuffix, d.Date})
			}
		}
		if d := reviewDay(due); d <= today {
			review = d
		}
	}
	for _, x := range k.Left {
		if x.Since <= review {
			add(Duty{Remind, x.Month, leftOpen + x.Batch, review})
		}
	}
	return list, missing
}

// draftOr is a draft, or the reminder of what keeps it from being computed.
func draftOr(d Duty, left []Left) Duty {
	for _, x := range left {
		if x.Blocks {
			return Duty{Remind, d.Month, waitsFor + x.Batch, d.Date}
		}
	}
	return d
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

// reviewDay is when batches are looked at: the day of review, or of credit without one.
func reviewDay(due []Due) (day calendar.Date) {
	for _, d := range due {
		switch d.Step.Code {
		case "review":
			return d.Date
		case "credit":
			day = d.Date
		}
	}
	return day
}

// Squeezed gives the first step of a month that is due before the month's draft can be
// computed: whoever sets cut-off and review to neighbouring days sets them to one day
// wherever a weekend moves both.
func Squeezed(due []Due, m calendar.Month) (step Due, draft calendar.Date, ok bool) {
	draft = draftDay(due, m)
	for _, d := range due {
		if d.Step.Code != "cutoff" && d.Date < draft {
			return d, draft, true
		}
	}
	return Due{}, draft, false
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
