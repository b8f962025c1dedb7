package payroll

import (
	"context"

	"zhida/payroll/schedule"
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/message"
)

// PayMonth is the pay calendar of one month.
type PayMonth struct {
	Month calendar.Month
	Steps []schedule.Due
}

// PayCalendar gives the steps of each pay month of a year by the county's settings
// and the imported working days. Errors: settings.none, schedule.none, schedule.no_calendar.
func (b *Book) PayCalendar(ctx context.Context, year int) ([]PayMonth, error) {
	var list []PayMonth
	err := b.view(ctx, func(r Reader) error {
		county, err := settingsAt(ctx, r, 0)
		if err != nil {
			return err
		}
		if len(county.Calendar) == 0 {
			return message.Err("schedule.none")
		}
		meta, err := r.Meta(ctx)
		if err != nil {
			return err
		}
		head, err := r.Head(ctx)
		if err != nil {
			return err
		}
		world, err := loadWorld(ctx, r, meta, head.Position)
		if err != nil {
			return err
		}
		days := workdays(world)
		first, err := calendar.NewMonth(year, 1)
		if err != nil {
			return err
		}
		for m := first; m.Year() == year; m = m.Add(1) {
			steps, err := schedule.Month(county.Calendar, m, days)
			if err != nil {
				return err
			}
			list = append(list, PayMonth{m, steps})
		}
		return nil
	})
	return list, err
}

// workdays is the imported calendar.
func workdays(w *facts.World) *calendar.Workdays {
	days := calendar.NewWorkdays()
	for _, d := range w.Calendar {
		days.Move(d.Date, d.Nature == facts.DayWorked)
	}
	return days
}
