package identity

import (
	_ "embed"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"zhida/rules/message"
)

// ParseCard reads an account number: 8 to 30 digits. Where the BIN table knows the
// prefix at this length the Luhn digit must be right; other numbers (passbooks,
// corporate accounts) do not follow Luhn. Errors: card.digits, card.length, card.check.
func ParseCard(s string) (Card, error) {
	s = strings.TrimSpace(s)
	if !allDigits(s) {
		return "", message.Err("card.digits")
	}
	if len(s) < 8 || len(s) > 30 {
		return "", message.Err("card.length", len(s))
	}
	c := Card(s)
	if c.Bank() != "" && !Luhn(s) {
		return "", message.Err("card.check", c)
	}
	return c, nil
}

// Luhn says whether the last digit is the Luhn digit of the ones before it.
func Luhn(s string) bool { return allDigits(s) && len(s) > 1 && LuhnDigit(s[:len(s)-1]) == s[len(s)-1] }

// LuhnDigit is the check digit for a body of digits.
func LuhnDigit(body string) byte {
	sum := 0
	for i := len(body) - 1; i >= 0; i-- {
		d := int(body[i] - '0')
		if (len(body)-1-i)%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return byte('0' + (10-sum%10)%10)
}

// Bank is the bank code of the longest BIN that fits the number and its length,
// or "" when the table knows none.
func (c Card) Bank() string {
	t := bins()
	for n := min(len(c)-1, 10); n >= 3; n-- {
		if code, ok := t.byBIN[string(c[:n])+"/"+strconv.Itoa(len(c))]; ok {
			return code
		}
	}
	return ""
}

// shortestCard and longestCard are how long a number on a bank card may be.
const shortestCard, longestCard = 13, 19

// OtherLength is the bank whose cards begin as the number does, and how long those are, where the number has another length: a digit
// dropped or typed twice, unless it is a passbook. "" and 0 otherwise.
func (c Card) OtherLength() (bank string, length int) {
	if c.Bank() != "" || len(c) < shortestCard-1 || len(c) > longestCard+1 {
		return "", 0
	}
	for n := 10; n >= 6; n-- {
		for length := longestCard; length >= shortestCard; length-- {
			if code, ok := bins().byBIN[string(c[:n])+"/"+strconv.Itoa(length)]; ok {
				return BankName(code), length
			}
		}
	}
	return "", 0
}

// BankName is the Chinese name of a bank code, or "".
func BankName(code string) string { return bins().names[code] }

// BankCode finds the code of a bank by its code or Chinese name; ok is false when the table has neither.
func BankCode(s string) (code string, ok bool) {
	t := bins()
	if _, ok := t.names[s]; ok {
		return s, true
	}
	code, ok = t.codes[s]
	return code, ok
}

// shortBanks are the names by which everybody calls the large banks.
var shortBanks = map[string]string{
	"工行": "ICBC", "工商银行": "ICBC", "农行": "ABC", "农业银行": "ABC", "中行": "BOC", "建行": "CCB", "建设银行": "CCB", "交行": "COMM",
	"邮储": "PSBC", "邮储银行": "PSBC", "邮政银行": "PSBC", "邮政储蓄银行": "PSBC", "招行": "CMB", "浦发银行": "SPDB", "民生银行": "CMBC", "光大银行": "CEB",
}

// BankCalled is the full name of the bank that a short name usually means, "" for none. Nobody is paid on it: it is what to ask.
func BankCalled(short string) string { return BankName(shortBanks[short]) }

// CNAPS says whether a 12-digit number carries its ISO 7064 MOD 11,10 check digit.
func CNAPS(s string) bool {
	if len(s) != 12 || !allDigits(s) {
		return false
	}
	p := 10
	for i := 0; i < 11; i++ {
		if p = (p + int(s[i]-'0')) % 10; p == 0 {
			p = 10
		}
		p = p * 2 % 11
	}
	return (p+int(s[11]-'0'))%10 == 1
}

//go:embed bank_bins.csv
var binTable string

type binIndex struct {
	byBIN        map[string]string // "622848/19" to the bank code
	names, codes map[string]string
}

var bins = sync.OnceValue(func() binIndex {
	t := binIndex{map[string]string{}, map[string]string{}, map[string]string{}}
	for _, line := range strings.Split(binTable, "\n")[1:] {
		f := strings.Split(strings.TrimSpace(line), ",")
		if len(f) < 5 {
			continue
		}
		t.byBIN[f[0]+"/"+f[1]] = f[3]
		t.names[f[3]] = f[4]
		if _, ok := t.codes[f[4]]; !ok {
			t.codes[f[4]] = f[3]
		}
	}
	return t
})

// BankNames are the Chinese names that BankCode finds, sorted.
func BankNames() []string { return slices.Sorted(maps.Keys(bins().codes)) }
