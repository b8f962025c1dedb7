// Package schedule owns the pay calendar: on which day each step of a pay month
// falls. It is pure: it knows the county's steps and the working days, and never a
// clock, a book or a batch.
package schedule

import (
	"zhida/rules/calendar"
	"zhida/rules/message"
)

// Step is a step of every pay month and the day by which it is done.
type Step struct {
	Code string `yaml:"step"`
	Day  int    `yaml:"day"` // of the pay month, 1 to 31; the last day of a shorter month
}

// The steps, in the order in which they are done.
var codes = []struct{ code, chinese string }{
	{"cutoff", "变动截止"},
	{"review", "复核审批"},
	{"bank_list", "送银行清单"},
	{"funds", "资金到位"},
	{"credit", "入账"},
	{"answer", "银行回盘"},
}

// Chinese is the printed name of a step.
func (s Step) Chinese() string {
	for _, c := range codes {
		if c.code == s.Code {
			return c.chinese
		}
	}
	return s.Code
}

// Check refuses steps nobody knows, steps out of their order or twice, days that no
// month has, and a calendar without the day of credit. Error: schedule.wrong.
func Check(steps []Step) error {
	last, day, credit := -1, 0, false
	for _, s := range steps {
		at := -1
		for i, c := range codes {
			if c.code == s.Code {
				at = i
			}
		}
		if at <= last || s.Day < max(day, 1) || s.Day > 31 {
			return message.Err("schedule.wrong", s.Code, s.Day)
		}
		last, day, credit = at, s.Day, credit || s.Code == "credit"
	}
	if len(steps) > 0 && !credit {
		return message.Err("schedule.wrong", "credit", 0)
	}
	return nil
}

// Due is when a step of a pay month is done.
type Due struct {
	Step    Step
	Planned calendar.Date // as the county set it
	Date    calendar.Date // the working day on or before it
}

// Month gives the steps of a pay month in their order. A day that is not worked
// moves earlier, never later; make-up days are worked. Steps that fall onto one day
// keep their order. Error: schedule.no_calendar, when the notice of a year is missing.
func Month(steps []Step, m calendar.Month, w *calendar.Workdays) ([]Due, error) {
	list := make([]Due, len(steps))
	for i, s := range steps {
		planned := m.First().AddDays(min(s.Day, m.Days()) - 1)
		day := planned
		for {
			if !w.Known(day.Year()) {
				return nil, message.Err("schedule.no_calendar", day.Year())
			}
			if w.Is(day) {
				break
			}
			day = day.AddDays(-1)
		}
		list[i] = Due{Step: s, Planned: planned, Date: day}
	}
	return list, nil
}
