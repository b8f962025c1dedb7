// Package calendar owns business months and business dates: values without a
// time zone, as they stand in a document ("2026-11", "2026-11-30").
// It never reads a clock and never knows where it runs.
package calendar

import (
	"fmt"
	"time"
)

// Month is a pay month in the form yyyymm (202611). The zero Month means "none".
// Months compare with < and ==; step with Add, never with +.
type Month int32

// Date is a business date in the form yyyymmdd (20261130). The zero Date means "none".
// Dates compare with < and ==; step with AddDays, never with +.
type Date int32

// Forever is the end of everything that has no stated end.
const Forever Date = 99991231

// NewMonth makes a month; it fails outside the years 1800 to 9999 and the months 1 to 12.
func NewMonth(year, month int) (Month, error) {
	if year < 1800 || year > 9999 || month < 1 || month > 12 {
		return 0, fmt.Errorf("calendar: no month %d-%02d", year, month)
	}
	return Month(year*100 + month), nil
}

// ParseMonth reads the form "2026-11".
func ParseMonth(s string) (Month, error) {
	if len(s) != 7 || s[4] != '-' || !digits(s[:4]) || !digits(s[5:]) {
		return 0, fmt.Errorf("calendar: %q is not a month like 2026-11", s)
	}
	return NewMonth(number(s[:4]), number(s[5:]))
}

// Year is the calendar year.
func (m Month) Year() int { return int(m) / 100 }

// Number is the month of the year, 1 to 12.
func (m Month) Number() int { return int(m) % 100 }

// Add steps n months forward, or back when n is negative.
func (m Month) Add(n int) Month {
	k := m.Year()*12 + m.Number() - 1 + n
	return Month(k/12*100 + k%12 + 1)
}

// Sub counts the months from o to m: 2027-01 minus 2026-11 is 2.
func (m Month) Sub(o Month) int {
	return (m.Year()-o.Year())*12 + m.Number() - o.Number()
}

// put writes a number in all the digits there are. Every digest of a batch writes a month a
// line, and formatting by verbs took a twentieth of its time.
func put(text []byte, n int) {
	for i := len(text) - 1; i >= 0; i-- {
		text[i] = byte('0' + n%10)
		n /= 10
	}
}

// First is the first day of the month.
func (m Month) First() Date { return Date(int(m)*100 + 1) }

// Last is the last day of the month.
func (m Month) Last() Date { return Date(int(m)*100 + m.Days()) }

// Days is the number of calendar days in the month.
func (m Month) Days() int {
	return time.Date(m.Year(), time.Month(m.Number())+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// String is the form "2026-11"; the zero month prints as "".
func (m Month) String() string {
	if m == 0 {
		return ""
	}
	text := [7]byte{4: '-'}
	put(text[:4], m.Year())
	put(text[5:], m.Number())
	return string(text[:])
}

// Chinese is the form printed on documents: 2026年11月.
func (m Month) Chinese() string {
	if m == 0 {
		return ""
	}
	return fmt.Sprintf("%d年%d月", m.Year(), m.Number())
}

// MarshalText writes the form of String.
func (m Month) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads the form of ParseMonth; empty text is the zero month.
func (m *Month) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*m = 0
		return nil
	}
	v, err := ParseMonth(string(b))
	*m = v
	return err
}

// NewDate makes a date; it fails when the calendar has no such day (2026-02-30).
func NewDate(year, month, day int) (Date, error) {
	m, err := NewMonth(year, month)
	if err != nil || day < 1 || day > m.Days() {
		return 0, fmt.Errorf("calendar: no day %d-%02d-%02d", year, month, day)
	}
	return Date(int(m)*100 + day), nil
}

// ParseDate reads the form "2026-11-30".
func ParseDate(s string) (Date, error) {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' || !digits(s[:4]) || !digits(s[5:7]) || !digits(s[8:]) {
		return 0, fmt.Errorf("calendar: %q is not a date like 2026-11-30", s)
	}
	return NewDate(number(s[:4]), number(s[5:7]), number(s[8:]))
}

// Year is the calendar year.
func (d Date) Year() int { return int(d) / 10000 }

// Month is the month the day lies in.
func (d Date) Month() Month { return Month(int(d) / 100) }

// Day is the day of the month, 1 to 31.
func (d Date) Day() int { return int(d) % 100 }

// AddDays steps n days forward, or back when n is negative.
func (d Date) AddDays(n int) Date { return ofTime(d.time().AddDate(0, 0, n)) }

// Sub counts the days from o to d: 2026-12-01 minus 2026-11-30 is 1.
func (d Date) Sub(o Date) int { return int(d.time().Sub(o.time()) / (24 * time.Hour)) }

// Weekday is the day of the week.
func (d Date) Weekday() time.Weekday { return d.time().Weekday() }

// String is the form "2026-11-30"; the zero date prints as "".
func (d Date) String() string {
	if d == 0 {
		return ""
	}
	text := [10]byte{4: '-', 7: '-'}
	put(text[:4], d.Year())
	put(text[5:7], d.Month().Number())
	put(text[8:], d.Day())
	return string(text[:])
}

// MarshalText writes the form of String.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the form of ParseDate; empty text is the zero date.
func (d *Date) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = 0
		return nil
	}
	v, err := ParseDate(string(b))
	*d = v
	return err
}

// China is the zone in which business dates are read off a clock: every county keeps it.
var China = time.FixedZone("Asia/Shanghai", 8*60*60)

// DateIn is the date that a clock in the zone loc shows at the instant t.
func DateIn(t time.Time, loc *time.Location) Date { return ofTime(t.In(loc)) }

func ofTime(t time.Time) Date {
	return Date(t.Year()*10000 + int(t.Month())*100 + t.Day())
}

func (d Date) time() time.Time {
	return time.Date(d.Year(), time.Month(d.Month().Number()), d.Day(), 0, 0, 0, 0, time.UTC)
}

func digits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

func number(s string) int {
	n := 0
	for i := 0; i < len(s); i++ {
		n = n*10 + int(s[i]-'0')
	}
	return n
}

// AddMonths steps months on, or back, to the same day, or to the last day of a shorter month.
func (d Date) AddMonths(n int) Date {
	m := d.Month().Add(n)
	return min(m.First().AddDays(d.Day()-1), m.Last())
}
