package calendar

import "time"

// Workdays tells working days from days off: Monday to Friday are worked, except
// where the yearly notice moves a day. A year without a notice is not known: its
// holidays would be guessed.
type Workdays struct {
	moved map[Date]bool
	years map[int]bool
	plain bool
}

// NewWorkdays has no year yet.
func NewWorkdays() *Workdays { return &Workdays{moved: map[Date]bool{}, years: map[int]bool{}} }

// PlainWeeks takes every week as five working days, without holidays: for examples
// that do not turn on them.
func PlainWeeks() *Workdays { return &Workdays{plain: true} }

// Move says that a day is worked, or is off, whatever weekday it is, and that its
// year's notice is known.
func (w *Workdays) Move(d Date, worked bool) {
	w.moved[d] = worked
	w.years[d.Year()] = true
}

// Known says whether the notice of a year is known.
func (w *Workdays) Known(year int) bool { return w.plain || w.years[year] }

// Is says whether a day of a known year is worked.
func (w *Workdays) Is(d Date) bool {
	if worked, moved := w.moved[d]; moved {
		return worked
	}
	day := d.Weekday()
	return day != time.Saturday && day != time.Sunday
}

// Count counts the working days from one day to another, both included; known is
// false when the notice of one of their years is missing.
func (w *Workdays) Count(from, to Date) (n int, known bool) {
	known = true
	for d := from; d <= to; d = d.AddDays(1) {
		if !w.Known(d.Year()) {
			return 0, false
		}
		if w.Is(d) {
			n++
		}
	}
	return n, known
}
