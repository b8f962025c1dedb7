package money

import "strings"

// Capital is the amount in the capitals that vouchers carry beside the figures:
// 1409.50 壹仟肆佰零玖元伍角, 325.04 叁佰贰拾伍元零肆分, whole yuan end with 整.
// Source: the Ministry of Finance's rules on filling in bills and settlement
// vouchers (正确填写票据和结算凭证的基本规定). A negative amount begins with 负.
func (f Fen) Capital() string {
	sign, u := "", uint64(f)
	if f < 0 {
		sign, u = "负", -u
	}
	yuan, jiao, fen := u/100, u/10%10, u%10
	var b strings.Builder
	b.WriteString(sign)
	if yuan > 0 || u == 0 {
		b.WriteString(capitalInteger(yuan) + "元")
	}
	switch {
	case jiao > 0:
		b.WriteString(capitalDigits[jiao] + "角")
	case fen > 0 && yuan > 0:
		b.WriteString("零")
	}
	if fen > 0 {
		b.WriteString(capitalDigits[fen] + "分")
	}
	if jiao == 0 && fen == 0 {
		b.WriteString("整")
	}
	return b.String()
}

var (
	capitalDigits = [10]string{"零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"}
	capitalPlaces = [4]string{"", "拾", "佰", "仟"}
)

// capitalInteger writes a whole number by sections of 万 and 亿; one 零 stands for
// any number of zeros between two digits, none for zeros at the end of a section.
func capitalInteger(n uint64) string {
	switch {
	case n == 0:
		return capitalDigits[0]
	case n >= 100_000_000:
		return capitalSection(n, 100_000_000, "亿")
	case n >= 10_000:
		return capitalSection(n, 10_000, "万")
	}
	return capitalGroup(n)
}

func capitalSection(n, unit uint64, name string) string {
	head, rest := capitalInteger(n/unit)+name, n%unit
	switch {
	case rest == 0:
		return head
	case rest < unit/10:
		return head + capitalDigits[0] + capitalInteger(rest)
	}
	return head + capitalInteger(rest)
}

// capitalGroup writes 1 to 9999 without zeros in front or at the end.
func capitalGroup(n uint64) string {
	var b strings.Builder
	gap := false
	for i, unit := 3, uint64(1000); i >= 0; i, unit = i-1, unit/10 {
		d := n / unit % 10
		if d == 0 {
			gap = b.Len() > 0
			continue
		}
		if gap {
			b.WriteString(capitalDigits[0])
		}
		gap = false
		b.WriteString(capitalDigits[d] + capitalPlaces[i])
	}
	return b.String()
}
