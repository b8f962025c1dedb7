package sheet

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
)

// dates turns numeric cells with a date format into ISO text.
type dates struct {
	file     *excelize.File
	is       map[int]bool // style to whether it shows a date
	base1904 bool
}

// iso gives the date of a numeric cell. Serials before 61 are left as numbers: they
// lie around 29 February 1900, a day that Excel made up.
func (d *dates) iso(style int, value string) (string, bool, error) {
	shows, known := d.is[style]
	if !known {
		s, err := d.file.GetStyle(style)
		if err != nil {
			return "", false, err
		}
		shows = isDateFormat(s)
		d.is[style] = shows
	}
	serial, err := strconv.Atoi(value)
	if !shows || err != nil || serial < 61 || serial > 2958465 {
		return "", false, nil
	}
	epoch := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	if d.base1904 {
		epoch = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return epoch.AddDate(0, 0, serial).Format("2006-01-02"), true, nil
}

var (
	quoted  = regexp.MustCompile(`"[^"]*"|\[[^\]]*\]|\\.`)
	dayPart = regexp.MustCompile(`[yYdD]`)
)

// isDateFormat knows Excel's built-in date formats and custom ones that show years or days.
func isDateFormat(s *excelize.Style) bool {
	if s == nil {
		return false
	}
	if s.CustomNumFmt != nil {
		f := quoted.ReplaceAllString(*s.CustomNumFmt, "")
		return dayPart.MatchString(strings.ReplaceAll(f, "General", ""))
	}
	n := s.NumFmt
	return n >= 14 && n <= 17 || n == 22 || n >= 27 && n <= 31 || n == 36 || n >= 50 && n <= 54 || n == 57 || n == 58
}

// serial is the number under which a workbook keeps an ISO date; it gives back what iso reads.
func serial(date string) (n int, ok bool) {
	t, err := time.Parse("2006-01-02", date)
	n = int(t.Sub(time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)) / (24 * time.Hour))
	return n, err == nil && n >= 61
}
