// Package tenure owns the arithmetic of service spells: which calendar months
// count, how they add up, and how months become completed years and terms. It
// never decides who is eligible; policies do.
//
// A spell counts every calendar month it touches, from the month of its first
// day to the month of its last; a calendar month counts once, however many
// posts were held in it. Only spells that are recognised count.
package tenure

import (
	"slices"
	"sort"

	"zhida/rules/calendar"
	"zhida/rules/facts"
)

// Span is a run of calendar months, both ends included.
type Span struct{ From, To calendar.Month }

// Months is the length of the span.
func (s Span) Months() int { return s.To.Sub(s.From) + 1 }

// Spans merges the recognised spells in the posts (in any post when none is
// given) up to and including the day until, ordered and without overlap.
// Adjacent months are one span: handing over within a month breaks nothing.
func Spans(spells []facts.Spell, posts []string, until calendar.Date) []Span {
	var list []Span
	for _, s := range spells {
		if !s.Recognised || s.From > until || len(posts) > 0 && !slices.Contains(posts, s.Post) {
			continue
		}
		end := until
		if s.To != 0 && s.To < until {
			end = s.To
		}
		list = append(list, Span{s.From.Month(), end.Month()})
	}
	sort.Slice(list, func(i, j int) bool {
		return list[i].From < list[j].From || list[i].From == list[j].From && list[i].To < list[j].To
	})
	merged := list[:0]
	for _, s := range list {
		if n := len(merged); n > 0 && s.From <= merged[n-1].To.Add(1) {
			merged[n-1].To = max(merged[n-1].To, s.To)
			continue
		}
		merged = append(merged, s)
	}
	return merged
}

// Cumulative adds the months of all spans.
func Cumulative(spans []Span) (months int) {
	for _, s := range spans {
		months += s.Months()
	}
	return months
}

// Longest is the number of months of the longest span.
func Longest(spans []Span) (months int) {
	for _, s := range spans {
		months = max(months, s.Months())
	}
	return months
}

// Within cuts spans to a window of months, both ends included.
func Within(spans []Span, from, to calendar.Month) []Span {
	var list []Span
	for _, s := range spans {
		if s.From <= to && s.To >= from {
			list = append(list, Span{max(s.From, from), min(s.To, to)})
		}
	}
	return list
}

// Last is the spell that ended last (a running one is later than all), among those
// begun by the day until; of several that end together the one begun last, then the
// one whose post stands first in rank. ok is false when there is none.
func Last(spells []facts.Spell, until calendar.Date, rank []string) (last facts.Spell, ok bool) {
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
		return a.From > b.From
	}
	for _, s := range spells {
		if s.Recognised && s.From <= until && (!ok || better(s, last)) {
			last, ok = s, true
		}
	}
	return last, ok
}

// Highest is the first post of rank that any recognised spell begun by the day until held.
func Highest(spells []facts.Spell, until calendar.Date, rank []string) (post string, ok bool) {
	for _, post := range rank {
		for _, s := range spells {
			if s.Recognised && s.Post == post && s.From <= until {
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
