package payroll

import (
	"context"
	"slices"

	"zhida/payroll/schedule"
	"zhida/rules"
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/message"
)

// PayMonth is the pay calendar of one month.
type PayMonth struct {
	Month calendar.Month
	Steps []schedule.Due
	Items []string // printed names of what is paid in this month and not in every one
}

// PayCalendar gives the steps of each pay month of a year by the county's settings
// and the imported working days. Errors: settings.none, schedule.none, schedule.no_calendar.
func (b *Book) PayCalendar(ctx context.Context, year int) ([]PayMonth, error) {
	var list []PayMonth
	err := b.view(ctx, func(r Reader) error {
		steps, days, err := payCalendar(ctx, r)
		if err != nil {
			return err
		}
		first, err := calendar.NewMonth(year, 1)
		if err != nil {
			return err
		}
		program, err := programNow(ctx, r)
		if err != nil {
			return err
		}
		for m := first; m.Year() == year; m = m.Add(1) {
			due, err := schedule.Month(steps, m, days)
			if err != nil {
				return err
			}
			list = append(list, PayMonth{m, due, itemsOf(program, m)})
		}
		return nil
	})
	return list, err
}

// ComingMonths gives the steps of the twelve months from this one on by a calendar that
// is not in force yet. A year whose notice is not known yet has plain weeks.
func (b *Book) ComingMonths(ctx context.Context, steps []schedule.Step) (list []PayMonth, err error) {
	first := calendar.DateIn(b.now(), zone).Month()
	err = b.view(ctx, func(r Reader) error {
		world, err := worldNow(ctx, r)
		if err != nil {
			return err
		}
		days := workdays(world)
		for m := first; m < first.Add(12); m = m.Add(1) {
			due, err := schedule.Month(steps, m, days)
			if err != nil {
				due, err = schedule.Month(steps, m, calendar.PlainWeeks())
			}
			if err != nil {
				return err
			}
			list = append(list, PayMonth{Month: m, Steps: due})
		}
		return nil
	})
	return list, err
}

// itemsOf are the items that are paid in a month and not in every one: quarterly,
// half-yearly, yearly, once, or worked out by month and paid together.
func itemsOf(p *rules.Program, m calendar.Month) (names []string) {
	for _, it := range p.Items() {
		it, ok := p.ItemAt(it.Code, m)
		if !ok || it.Schedule.Monthly() && len(it.Schedule.Later) == 0 {
			continue
		}
		if _, of := it.Schedule.Instalment(m); of > 0 && (len(it.Schedule.Later) == 0 || slices.Contains(it.Schedule.Later, m.Number())) {
			names = append(names, it.Name)
		}
	}
	return names
}

// payCalendar reads the county's steps and the working days as known now.
func payCalendar(ctx context.Context, r Reader) ([]schedule.Step, *calendar.Workdays, error) {
	county, err := settingsAt(ctx, r, 0)
	if err != nil {
		return nil, nil, err
	}
	if len(county.Calendar) == 0 {
		return nil, nil, message.Err("schedule.none")
	}
	world, err := worldNow(ctx, r)
	if err != nil {
		return nil, nil, err
	}
	return county.Calendar, workdays(world), nil
}

// workdays is the imported calendar.
func workdays(w *facts.World) *calendar.Workdays {
	days := calendar.NewWorkdays()
	for _, d := range w.Calendar {
		days.Move(d.Date, d.Nature == facts.DayWorked)
	}
	return days
}
