// Package tenure owns the arithmetic of service spells: which days were served,
// how they add up to months, and which post was last or highest. How months are
// counted is told by the document, never assumed. It never decides who is
// eligible; policies do.
//
// Posts held at the same time are served once: everything rests on the union of
// the days of the spells.
package tenure

import (
	"slices"
	"sort"

	"zhida/rules/calendar"
	"zhida/rules/facts"
)

// Count is how days become months.
type Count string

// The ways to count. A document that is silent leaves the choice open.
const (
	Touched Count = "touched" // every calendar month with a day of service counts, once
	Whole   Count = "whole"   // only calendar months served from the first day to the last
	Days    Count = "days"    // full months from the first day of each interval; days left over by several add up, thirty to a month
)

// daysPerMonth turns left-over days into months where a document counts by days.
const daysPerMonth = 30

// Interval is a run of days served, both ends included.
type Interval struct{ From, To calendar.Date }

// Intervals is the union of the spells in the posts (any post when none is given)
// up to and including the day until, ordered, without overlap; touching days are
// one interval. recognised leaves out spells whose evidence is not recognised.
func Intervals(spells []facts.Spell, posts []string, until calendar.Date, recognised bool) []Interval {
	list := make([]Interval, 0, len(spells))
	for i := range spells {
		s := &spells[i]
		if recognised && !s.Recognised || s.From > until || len(posts) > 0 && !slices.Contains(posts, s.Post) {
			continue
		}
		end := until
		if s.To != 0 && s.To < until {
			end = s.To
		}
		list = append(list, Interval{s.From, end})
	}
	sort.Slice(list, func(i, j int) bool {
		return list[i].From < list[j].From || list[i].From == list[j].From && list[i].To < list[j].To
	})
	return merge(list, func(end, next calendar.Date) bool { return next <= end.AddDays(1) })
}

// merge joins ordered intervals where joined says that the next begins soon enough after an end.
func merge(list []Interval, joined func(end, next calendar.Date) bool) []Interval {
	merged := list[:0]
	for _, s := range list {
		if n := len(merged); n > 0 && joined(merged[n-1].To, s.From) {
			merged[n-1].To = max(merged[n-1].To, s.To)
			continue
		}
		merged = append(merged, s)
	}
	return merged
}

// Continuous joins intervals that count as unbroken service: where each month
// touched counts, a hand-over within a month or into the next breaks nothing.
func Continuous(list []Interval, how Count) []Interval {
	if how != Touched {
		return list
	}
	return merge(slices.Clone(list), func(end, next calendar.Date) bool { return next.Month() <= end.Month().Add(1) })
}

// Within cuts intervals to a window of days, both ends included.
func Within(list []Interval, from, to calendar.Date) []Interval {
	var cut []Interval
	for _, s := range list {
		if s.From <= to && s.To >= from {
			cut = append(cut, Interval{max(s.From, from), min(s.To, to)})
		}
	}
	return cut
}

// Months adds up the intervals in months.
func Months(list []Interval, how Count) int {
	switch how {
	case Whole:
		return wholeMonths(list)
	case Days:
		return monthsAndDays(list)
	}
	months, last := 0, calendar.Month(0)
	for _, s := range list {
		first := s.From.Month()
		if last != 0 && first <= last {
			first = last.Add(1)
		}
		if end := s.To.Month(); end >= first {
			months += end.Sub(first) + 1
			last = end
		}
	}
	return months
}

func wholeMonths(list []Interval) (months int) {
	for _, s := range list {
		first, last := s.From.Month(), s.To.Month()
		if s.From != first.First() {
			first = first.Add(1)
		}
		if s.To != last.Last() {
			last = last.Add(-1)
		}
		months += max(0, last.Sub(first)+1)
	}
	return months
}

func monthsAndDays(list []Interval) int {
	months, days, rests := 0, 0, 0
	for _, s := range list {
		n, rest := Elapsed(s.From, s.To.AddDays(1))
		months += n
		days += rest
		if rest > 0 {
			rests++
		}
	}
	if rests < 2 { // what is left of one interval is no full month, not even of 31 days
		return months
	}
	return months + days/daysPerMonth
}

// Elapsed is the number of full months from one day to another and the days left
// over: 1980-01-15 to 1980-03-14 is 1 month and 28 days.
func Elapsed(from, to calendar.Date) (months, days int) {
	months = to.Month().Sub(from.Month())
	for months > 0 && from.AddMonths(months) > to {
		months--
	}
	return months, to.Sub(from.AddMonths(months))
}

// Longest is the number of months of the longest unbroken service.
func Longest(list []Interval, how Count) (months int) {
	for _, s := range Continuous(list, how) {
		months = max(months, Months([]Interval{s}, how))
	}
	return months
}

// Running is the number of months of the unbroken service that reaches the day until, 0 for none.
func Running(list []Interval, how Count, until calendar.Date) int {
	list = Continuous(list, how)
	if n := len(list); n > 0 && list[n-1].To >= until {
		return Months(list[n-1:], how)
	}
	return 0
}

// Years turns months into years; remainder says what a year that is not full
// comes to: "down" nothing, "up" a year, "half_up" a year from six months on.
func Years(months int, remainder string) int {
	switch remainder {
	case "up":
		months += 11
	case "half_up":
		months += 6
	}
	return months / 12
}

// Last is the spell that ended last (a running one is later than all), among those
// begun by the day until; of several that end together the one whose post stands
// first in rank, then the one begun last. ok is false when there is none.
func Last(spells []facts.Spell, until calendar.Date, rank []string, recognised bool) (last facts.Spell, ok bool) {
	end := func(s facts.Spell) calendar.Date {
		if s.To == 0 || s.To > until {
			return calendar.Forever
		}
		return s.To
	}
	better := func(a, b facts.Spell) bool {
		if end(a) != end(b) {
			return end(a) > end(b)
		}
		if ra, rb := rankOf(rank, a.Post), rankOf(rank, b.Post); ra != rb {
			return ra < rb
		}
		return a.From > b.From || a.From == b.From && a.Post < b.Post
	}
	for _, s := range spells {
		if (s.Recognised || !recognised) && s.From <= until && (len(rank) == 0 || slices.Contains(rank, s.Post)) && (!ok || better(s, last)) {
			last, ok = s, true
		}
	}
	return last, ok
}

// Highest is the first post of rank that any spell begun by the day until held.
func Highest(spells []facts.Spell, until calendar.Date, rank []string, recognised bool) (post string, ok bool) {
	for _, post := range rank {
		for _, s := range spells {
			if (s.Recognised || !recognised) && s.Post == post && s.From <= until {
				return post, true
			}
		}
	}
	return "", false
}

func rankOf(rank []string, post string) int {
	if i := slices.Index(rank, post); i >= 0 {
		return i
	}
	return len(rank)
}

// YearsOn is the number of completed years from one day to another: 2006-03-01 to
// 2016-02-29 is 9, to 2016-03-01 is 10. A 29 February completes on 1 March.
func YearsOn(from, on calendar.Date) int {
	years := on.Year() - from.Year()
	if int(on)%10000 < int(from)%10000 {
		years--
	}
	return years
}
