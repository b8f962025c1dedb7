package calendar_test

import (
	"testing"

	"zhida/rules/calendar"
)

func TestWorkdays(t *testing.T) {
	w := calendar.NewWorkdays()
	if _, known := w.Count(20261001, 20261031); known {
		t.Error("a year without a notice is known")
	}
	for d := calendar.Date(20261001); d <= 20261007; d++ {
		w.Move(d, false)
	}
	w.Move(20261010, true)
	for _, c := range []struct {
		from, to calendar.Date
		want     int
	}{
		{20261001, 20261007, 0}, {20261001, 20261008, 1}, {20261009, 20261011, 2}, {20261001, 20261031, 18}, {20261101, 20261130, 21}, {20261031, 20261001, 0},
	} {
		if n, known := w.Count(c.from, c.to); n != c.want || !known {
			t.Errorf("%s to %s: %d working days, known %v, want %d", c.from, c.to, n, known, c.want)
		}
	}
	if _, known := w.Count(20261231, 20270101); known {
		t.Error("the days of an unknown year were counted")
	}
	if n, known := calendar.PlainWeeks().Count(20270104, 20270110); n != 5 || !known {
		t.Errorf("a plain week has %d working days, known %v", n, known)
	}
}
