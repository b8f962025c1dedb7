package schedule_test

import (
	"testing"

	"pgregory.net/rapid"

	"zhida/payroll/schedule"
	"zhida/rules/calendar"
	"zhida/rules/message"
)

// year2026 is the national arrangement of October and what lies around it.
func year2026() *calendar.Workdays {
	w := calendar.NewWorkdays()
	for d := calendar.Date(20261001); d <= 20261007; d++ {
		w.Move(d, false)
	}
	for d := calendar.Date(20260501); d <= 20260505; d++ {
		w.Move(d, false)
	}
	for d := calendar.Date(20251001); d <= 20251007; d++ {
		w.Move(d, false)
	}
	w.Move(20260101, false)
	w.Move(20261010, true)
	w.Move(20260509, true)
	return w
}

func TestMonth(t *testing.T) {
	for _, c := range []struct {
		name string
		day  int
		m    calendar.Month
		want calendar.Date
	}{
		{"a working day stays", 15, 202610, 20261015},
		{"a Sunday moves to Friday", 25, 202610, 20261023},
		{"a holiday moves before the holidays", 5, 202610, 20260930},
		{"a Saturday that makes up is worked", 10, 202610, 20261010},
		{"a Sunday after it moves onto it", 11, 202610, 20261010},
		{"the 31st of a short month is its last day", 31, 202611, 20261130},
		{"the 31st of February", 31, 202602, 20260227},
		{"the first of May moves into April", 1, 202605, 20260430},
		{"the first of a month that is a Sunday moves into the month before", 1, 202603, 20260227},
		{"the first of January moves into the year before", 1, 202601, 20251231},
	} {
		got, err := schedule.Month([]schedule.Step{{Code: "credit", Day: c.day}}, c.m, year2026())
		if err != nil || got[0].Date != c.want {
			t.Errorf("%s: %s, want %s: %v", c.name, got[0].Date, c.want, err)
		}
	}
	if _, err := schedule.Month([]schedule.Step{{Code: "credit", Day: 1}}, 202801, year2026()); message.Code(err) != "schedule.no_calendar" {
		t.Errorf("a year without a notice: %v", err)
	}
}

// Whatever days a county sets and whatever is moved: no step is late, none is on a
// day off, and steps keep their order.
func TestEarlierNotLater(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := calendar.NewWorkdays()
		for d := calendar.Date(20260101); d <= 20260105; d++ { // the notices of two years
			w.Move(d, false)
			w.Move(d.AddDays(-10), false)
		}
		for range rapid.IntRange(0, 60).Draw(t, "moved") {
			d := calendar.Date(20260101).AddDays(rapid.IntRange(5, 364).Draw(t, "day"))
			w.Move(d, rapid.Bool().Draw(t, "worked"))
		}
		var steps []schedule.Step
		day := 1
		for _, code := range []string{"cutoff", "review", "bank_list", "funds", "credit", "answer"} {
			day = rapid.IntRange(day, 31).Draw(t, code)
			steps = append(steps, schedule.Step{Code: code, Day: day})
		}
		if err := schedule.Check(steps); err != nil {
			t.Fatal(err)
		}
		m := calendar.Month(202600 + rapid.IntRange(1, 12).Draw(t, "month"))
		list, err := schedule.Month(steps, m, w)
		if err != nil {
			t.Fatal(err)
		}
		for i, d := range list {
			if d.Date > d.Planned || !w.Is(d.Date) || i > 0 && d.Date < list[i-1].Date {
				t.Fatalf("%+v after %+v", d, list[max(0, i-1)])
			}
			for between := d.Date.AddDays(1); between <= d.Planned; between = between.AddDays(1) {
				if w.Is(between) {
					t.Fatalf("%s could be as late as %s", d.Date, between)
				}
			}
		}
	})
}

func TestCheck(t *testing.T) {
	for name, steps := range map[string][]schedule.Step{
		"an unknown step":      {{Code: "party", Day: 3}, {Code: "credit", Day: 25}},
		"out of order":         {{Code: "credit", Day: 20}, {Code: "review", Day: 21}},
		"twice":                {{Code: "credit", Day: 20}, {Code: "credit", Day: 21}},
		"an earlier day":       {{Code: "review", Day: 20}, {Code: "credit", Day: 19}},
		"day 0":                {{Code: "credit", Day: 0}},
		"day 32":               {{Code: "credit", Day: 32}},
		"without the pay day":  {{Code: "cutoff", Day: 10}},
		"a step without a day": {{Code: "cutoff"}, {Code: "credit", Day: 25}},
	} {
		if err := schedule.Check(steps); message.Code(err) != "schedule.wrong" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := schedule.Check(nil); err != nil {
		t.Errorf("a county without a calendar: %v", err)
	}
}
