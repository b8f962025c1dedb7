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
	capitalGroups = [5]string{"", "万", "亿", "万亿", "亿亿"}
)

// capitalInteger writes a whole number in groups of four digits; one 零 stands
// for any number of zeros between two digits, none for zeros at the end.
func capitalInteger(n uint64) string {
	if n == 0 {
		return capitalDigits[0]
	}
	var groups []uint64
	for ; n > 0; n /= 10_000 {
		groups = append(groups, n%10_000)
	}
	var b strings.Builder
	gap := false
	for i := len(groups) - 1; i >= 0; i-- {
		if groups[i] == 0 {
			gap = b.Len() > 0
			continue
		}
		if b.Len() > 0 && (gap || groups[i] < 1000) {
			b.WriteString(capitalDigits[0])
		}
		gap = false
		b.WriteString(capitalGroup(groups[i]) + capitalGroups[i])
	}
	return b.String()
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
