package identity

import (
	"strings"

	"zhida/rules/calendar"
	"zhida/rules/message"
)

// weights and check characters of GB 11643.
var (
	idWeights = [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	idChecks  = "10X98765432"
)

var capitalX = strings.NewReplacer("x", "X", "ｘ", "X", "Ｘ", "X")

// ParseResidentID normalises a resident ID: x and full-width Ｘ become X, the
// 15-digit form becomes the 18-digit one. The division in the first six digits is
// that of first registration and never a reason to refuse.
// Errors: id.length, id.digits, id.birth, id.check.
func ParseResidentID(s string) (ResidentID, error) {
	s = capitalX.Replace(strings.TrimSpace(s))
	switch len(s) {
	case 15:
		if !allDigits(s) {
			return "", message.Err("id.digits")
		}
		body := s[:6] + "19" + s[6:]
		s = body + string(checkOf(body))
	case 18:
		if !allDigits(s[:17]) || s[17] != 'X' && !allDigits(s[17:]) {
			return "", message.Err("id.digits")
		}
	default:
		if n := len([]rune(s)); n < len(s) && (n == 15 || n == 18) {
			return "", message.Err("id.digits") // a letter that looks like X
		}
		return "", message.Err("id.length", len([]rune(s)))
	}
	if _, err := birthOf(s); err != nil {
		return "", message.Err("id.birth", s[6:14])
	}
	if checkOf(s[:17]) != s[17] {
		return "", message.Err("id.check", string(s[17]))
	}
	return ResidentID(s), nil
}

// MakeResidentID builds a number with its check digit, for samples and cases:
// a six-digit division, a birth date, a sequence from 1 to 999 whose parity tells the sex.
func MakeResidentID(division string, birth calendar.Date, seq int) ResidentID {
	body := division + strings.ReplaceAll(birth.String(), "-", "") + string([]byte{byte('0' + seq/100%10), byte('0' + seq/10%10), byte('0' + seq%10)})
	return ResidentID(body + string(checkOf(body)))
}

// Birth is the birth date in the number; zero when the number is not a resident ID.
func (id ResidentID) Birth() calendar.Date {
	if len(id) != 18 {
		return 0
	}
	d, _ := birthOf(string(id))
	return d
}

// Male is the sex in the number: an odd seventeenth digit is male.
func (id ResidentID) Male() bool { return len(id) == 18 && (id[16]-'0')%2 == 1 }

func birthOf(s string) (calendar.Date, error) {
	return calendar.ParseDate(s[6:10] + "-" + s[10:12] + "-" + s[12:14])
}

func checkOf(body string) byte {
	sum := 0
	for i, w := range idWeights {
		sum += int(body[i]-'0') * w
	}
	return idChecks[sum%11]
}

func allDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
