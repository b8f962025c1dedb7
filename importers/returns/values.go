package returns

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"zhida/importers/sheet"
	"zhida/rules/calendar"
	"zhida/rules/message"
	"zhida/rules/money"
)

// sequence is the number at the end of a value: 0000012, 20261125-1-12.
func sequence(s string) (int, message.Message) {
	digits := s[len(strings.TrimRight(s, "0123456789")):]
	n, err := strconv.Atoi(digits)
	if err != nil || n < 1 || n > mostSeq {
		return 0, message.M("returns.seq", shown(s))
	}
	return n, message.Message{}
}

var spaces = strings.NewReplacer(" ", "", "\t", "", "\u00a0", "")

// account keeps the digits. A numeric cell has lost those past the fifteenth; the
// sentence does not repeat the account.
func account(c sheet.Cell) (string, message.Message) {
	if c.Kind == sheet.Number || c.Kind == sheet.Date {
		return "", message.M("returns.account_number")
	}
	s := strings.Trim(spaces.Replace(c.Text), "'`")
	if s == "" || len(s) > 40 || strings.Trim(s, "0123456789") != "" {
		return "", message.M("returns.account")
	}
	return s, message.Message{}
}

var (
	grouped = regexp.MustCompile(`^\d{1,3}(,\d{3})+(\.\d*)?$`)
	plain   = regexp.MustCompile(`^(\d{0,13})(?:\.(\d{0,17}))?$`)
)

// amount reads what banks write for an amount: 0.01元, .01, 1,234.00, ￥1234. What has a
// part of a fen is not an amount; a numeric cell has binary noise past fifteen digits.
func amount(c sheet.Cell, unit string) (money.Fen, message.Message) {
	bad := message.M("returns.amount", shown(c.Text))
	s := strings.TrimSpace(strings.TrimSuffix(strings.TrimLeft(c.Text, "¥￥"), "元"))
	if grouped.MatchString(s) {
		s = strings.ReplaceAll(s, ",", "")
	}
	m := plain.FindStringSubmatch(s)
	if m == nil || m[1]+m[2] == "" {
		return 0, bad
	}
	whole, places := "0"+m[1], m[2]
	if c.Kind == sheet.Number {
		d, err := decimal.NewFromString(whole + "." + places + "0")
		if err != nil || !d.Round(2).Equal(d.Round(9)) {
			return 0, bad
		}
		whole, places, _ = strings.Cut(d.Round(2).StringFixed(2), ".")
	}
	if places = strings.TrimRight(places, "0"); unit == "fen" && places == "" {
		n, err := strconv.ParseInt(whole, 10, 64)
		if err != nil {
			return 0, bad
		}
		return money.Fen(n), message.Message{}
	}
	if whole = strings.TrimLeft(whole, "0"); whole == "" {
		whole = "0"
	}
	f, err := money.ParseYuan(whole + "." + places + "00"[:max(0, 2-len(places))])
	if err != nil || unit == "fen" {
		return 0, bad
	}
	return f, message.Message{}
}

var dated = regexp.MustCompile(`^(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?(?:[ T]?\d{1,2}:?\d{2}(?::?\d{2})?.*)?$`)

// day is the date of 2026-11-25 10:11:12, 20261125101112 and their like; 0 for none.
func day(s string) (calendar.Date, message.Message) {
	if s == "" {
		return 0, message.Message{}
	}
	bad := message.M("returns.date", shown(s))
	m := dated.FindStringSubmatch(s)
	if m == nil {
		return 0, bad
	}
	year, _ := strconv.Atoi(m[1])
	month, _ := strconv.Atoi(m[2])
	of, _ := strconv.Atoi(m[3])
	d, err := calendar.NewDate(year, month, of)
	if err != nil {
		return 0, bad
	}
	return d, message.Message{}
}

// shown shortens a foreign text for a sentence, and makes it safe to show. Long runs
// of digits, which may be an account, are not repeated.
func shown(s string) string {
	s = digits.ReplaceAllString(s, "…")
	r := []rune(s)
	if len(r) > 20 {
		r = append(r[:20], '…')
	}
	for i := range r {
		if hidden(string(r[i])) {
			r[i] = '?'
		}
	}
	return string(r)
}

var digits = regexp.MustCompile(`\d{12,}`)
