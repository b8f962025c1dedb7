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

// A year is known from its notice, not from a row of another year's.
func TestYearIsKnownFromItsNotice(t *testing.T) {
	w := calendar.NewWorkdays()
	for d := calendar.Date(20261230); d <= 20261231; d++ {
		w.Move(d, false)
	}
	for d := calendar.Date(20270101); d <= 20270104; d++ {
		w.Move(d, false)
		w.Move(d, false) // said twice is one day
	}
	w.Move(20270207, true)
	if w.Known(2026) || w.Known(2027) {
		t.Error("a few days across the border make a year known")
	}
	w.Move(20270501, false)
	if w.Known(2026) || !w.Known(2027) {
		t.Error("five days off of 2027 do not make it known, or make 2026 known")
	}
	if w.Move(20270104, true); w.Known(2027) {
		t.Error("a day that is worked after all still counts as off")
	}
	few := calendar.FewDays()
	if few.Move(20261010, true); !few.Known(2026) || few.Known(2027) {
		t.Error("an example's calendar knows exactly the years it names")
	}
}
