package calendar

import "time"

// Workdays tells working days from days off: Monday to Friday are worked, except
// where the yearly notice moves a day. A year without a notice is not known: its
// holidays would be guessed.
type Workdays struct {
	moved map[Date]bool
	off   map[int]int // days that are off, by year
	plain bool
	few   bool
}

// noticeDays is how many days off a year needs before its notice counts as known.
// The notice of one year names days of the next and of the one before, where New
// Year's holiday lies across the border, three at most; a sheet that was cut off has
// a few. A whole year has more: 13 statutory holidays since 2025 (11 before).
const noticeDays = 5

// NewWorkdays has no year yet.
func NewWorkdays() *Workdays { return &Workdays{moved: map[Date]bool{}, off: map[int]int{}} }

// PlainWeeks takes every week as five working days, without holidays: for examples
// that do not turn on them.
func PlainWeeks() *Workdays { return &Workdays{plain: true} }

// FewDays takes a year as known of which any day is moved: for examples, which name
// only the days that they turn on.
func FewDays() *Workdays {
	w := NewWorkdays()
	w.few = true
	return w
}

// Move says that a day is worked, or is off, whatever weekday it is. The latest word
// on a day holds.
func (w *Workdays) Move(d Date, worked bool) {
	off := w.off[d.Year()]
	if was, moved := w.moved[d]; moved && !was {
		off--
	}
	if !worked {
		off++
	}
	w.moved[d], w.off[d.Year()] = worked, off
}

// Known says whether the notice of a year is known: a few rows are not a notice.
func (w *Workdays) Known(year int) bool {
	_, named := w.off[year]
	return w.plain || w.few && named || w.off[year] >= noticeDays
}

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
