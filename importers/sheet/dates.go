package sheet

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// iso gives the date of a day's number. Numbers before 61 are left as they are: they
// lie around 29 February 1900, a day that Excel made up.
func iso(value string, base1904 bool) (string, bool) {
	serial, err := strconv.Atoi(value)
	if err != nil || serial < 61 || serial > 2958465 {
		return "", false
	}
	epoch := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	if base1904 {
		epoch = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return epoch.AddDate(0, 0, serial).Format("2006-01-02"), true
}

var (
	quoted  = regexp.MustCompile(`"[^"]*"|\[[^\]]*\]|\\.`)
	dayPart = regexp.MustCompile(`[yYdD]`)
)

// showsDate knows formats that show years or days.
func showsDate(format string) bool {
	return dayPart.MatchString(strings.ReplaceAll(quoted.ReplaceAllString(format, ""), "General", ""))
}

// isDateFormat knows Excel's built-in date formats, those of its Chinese edition too.
func isDateFormat(n int) bool {
	return n >= 14 && n <= 17 || n == 22 || n >= 27 && n <= 31 || n == 36 || n >= 50 && n <= 54 || n == 57 || n == 58
}

// serial is the number under which a workbook keeps an ISO date; it gives back what iso reads.
func serial(date string) (n int, ok bool) {
	t, err := time.Parse("2006-01-02", date)
	n = int(t.Sub(time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)) / (24 * time.Hour))
	return n, err == nil && n >= 61
}
