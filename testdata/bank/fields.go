package bank

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// field is one column: how the bank reads it into a row.
type field struct {
	name string
	read func(row *Row, s string) *Refusal
}

// at reads a field, and says line and column when it is refused.
func (f field) at(line int, row *Row, s string) *Refusal {
	refusal := f.read(row, s)
	if refusal != nil {
		refusal.Line, refusal.Why = line, f.name+": "+refusal.Why
	}
	return refusal
}

func fits(s string, pattern *regexp.Regexp, kind Kind, why string) *Refusal {
	if !pattern.MatchString(s) {
		return refuse(0, kind, "%s", why)
	}
	return nil
}

var (
	digits       = regexp.MustCompile(`^[0-9]+$`)
	accountForm  = regexp.MustCompile(`^[0-9]{5,32}$`)
	upToTwo      = regexp.MustCompile(`^(0|[1-9][0-9]{0,12})(\.[0-9]{1,2})?$`)
	exactlyTwo   = regexp.MustCompile(`^(0|[1-9][0-9]{0,12})\.[0-9]{2}$`)
	exactlyThree = regexp.MustCompile(`^(0|[1-9][0-9]{0,12})\.[0-9]{3}$`)
	wholeFen     = regexp.MustCompile(`^[1-9][0-9]{0,14}$`)
	residentForm = regexp.MustCompile(`^([0-9]{17}[0-9X]|[0-9]{15}|[A-Z0-9]{6,14})$`)
)

func numbered(width int) field {
	return field{"序号", func(row *Row, s string) *Refusal {
		if refusal := fits(s, digits, BadForm, "not a number"); refusal != nil {
			return refusal
		}
		if width > 0 && len(s) != width {
			return refuse(0, BadForm, "not of %d digits", width)
		}
		n, err := strconv.Atoi(s)
		if err != nil || n == 0 {
			return refuse(0, BadForm, "not a sequence number")
		}
		row.Seq = n
		return nil
	}}
}

var (
	sequence = numbered(0)
	account5 = field{"账号", func(row *Row, s string) *Refusal {
		row.Account = s
		return fits(s, accountForm, BadForm, "not 5 to 32 digits")
	}}
	holder = field{"户名", func(row *Row, s string) *Refusal {
		row.Holder = s
		if s == "" || strings.TrimSpace(s) != s {
			return refuse(0, BadForm, "empty, or with spaces at its ends")
		}
		return nil
	}}
	holderNoSpace = field{"姓名", func(row *Row, s string) *Refusal {
		if strings.ContainsAny(s, " 　") {
			return refuse(0, BadForm, "with a space")
		}
		return holder.read(row, s)
	}}
	yuanField  = amountIn(upToTwo, 2, "not yuan with at most two decimals")
	cents      = amountIn(exactlyTwo, 2, "not yuan with two decimals")
	thousandth = amountIn(exactlyThree, 3, "not yuan with three decimals")
	fenField   = amountIn(wholeFen, 0, "not whole fen")
	cnapsField = field{"联行号", func(row *Row, s string) *Refusal {
		row.Bank = s
		if !cnaps(s) {
			return refuse(0, BadBank, "not a CNAPS number")
		}
		return nil
	}}
	remark = field{"摘要", func(row *Row, s string) *Refusal {
		row.Remark = s
		return nil
	}}
	own = field{"编号", func(row *Row, s string) *Refusal {
		row.ID = s
		return nil
	}}
	anything = field{"备注", func(*Row, string) *Refusal { return nil }}
	resident = field{"身份证", func(row *Row, s string) *Refusal {
		if refusal := fits(s, residentForm, BadForm, "not the number of a paper"); refusal != nil {
			return refusal
		}
		if len(s) == 18 && residentCheck(s) != s[17] {
			return refuse(0, BadForm, "its check digit is wrong")
		}
		return nil
	}}
)

// literal is a field that has one value, or one of several.
func literal(name string, values ...string) field {
	return field{name, func(_ *Row, s string) *Refusal {
		for _, v := range values {
			if s == v {
				return nil
			}
		}
		return refuse(0, BadForm, "not %q", values)
	}}
}

func matching(name, pattern, why string) field {
	re := regexp.MustCompile(pattern)
	return field{name, func(_ *Row, s string) *Refusal { return fits(s, re, BadForm, why) }}
}

// amountIn reads an amount with a number of decimals into fen. No form knows a sign, a
// thousands separator, an exponent or a payment of nothing.
func amountIn(pattern *regexp.Regexp, decimals int, why string) field {
	return field{"金额", func(row *Row, s string) *Refusal {
		if refusal := fits(s, pattern, BadAmount, why); refusal != nil {
			return refusal
		}
		fen, refusal := fenOf(s, decimals)
		if refusal == nil && fen == 0 {
			refusal = refuse(0, BadAmount, "nothing to pay")
		}
		row.Fen = fen
		return refusal
	}}
}

// fenOf turns an amount that fits its pattern into fen; decimals 0 means it is fen already.
func fenOf(s string, decimals int) (int64, *Refusal) {
	if decimals > 0 {
		whole, part, _ := strings.Cut(s, ".")
		if len(part) == 3 && part[2] != '0' {
			return 0, refuse(0, BadAmount, "less than a fen")
		}
		s = whole + (part + "00")[:2]
	}
	fen, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0, refuse(0, BadAmount, "not an amount")
	}
	return fen, nil
}

// yuan writes fen as yuan with two decimals.
func yuan(fen int64) string {
	sign := ""
	if fen < 0 {
		sign, fen = "-", -fen
	}
	return fmt.Sprintf("%s%d.%02d", sign, fen/100, fen%100)
}

// commas writes fen as yuan with thousands separators.
func commas(fen int64) string {
	s := yuan(fen)
	for at := len(s) - 6; at > 0 && s[at-1] != '-'; at -= 3 {
		s = s[:at] + "," + s[at:]
	}
	return s
}

// cnaps checks the twelve digits of a bank's number (ISO 7064 MOD 11,10).
func cnaps(s string) bool {
	if len(s) != 12 || !digits.MatchString(s) {
		return false
	}
	p := 10
	for _, c := range []byte(s[:11]) {
		p = (p + int(c-'0')) % 10
		if p == 0 {
			p = 10
		}
		p = p * 2 % 11
	}
	return (11-p)%10 == int(s[11]-'0')
}

// residentCheck gives the check digit of GB 11643 for the first 17 digits.
func residentCheck(s string) byte {
	sum := 0
	for n, w := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += w * int(s[n]-'0')
	}
	return "10X98765432"[sum%11]
}

// dateOf reads yyyymmdd as 2006-01-02.
func dateOf(s string) (string, bool) {
	d, err := time.Parse("20060102", s)
	return d.Format(dateForm), err == nil
}

// gbkBytes counts the bytes that a text takes in GBK, or -1 when GBK cannot write it.
func gbkBytes(s string) int {
	b, err := simplifiedchinese.GBK.NewEncoder().String(s)
	if err != nil {
		return -1
	}
	return len(b)
}
