package webreport

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"zhida/payroll"
	"zhida/rules/calendar"
)

// clean makes visible what would not show or would make the page lie: control characters,
// marks that turn the direction of writing or take no room, broken encoding. A reader sees
// 〔U+202E〕 where it stood.
func clean(s string) string {
	if strings.IndexFunc(s, hidden) < 0 && utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			b.WriteByte(' ')
		case hidden(r):
			b.WriteString("〔U+" + hex4(r) + "〕")
		default:
			b.WriteRune(r) // broken bytes have become U+FFFD
		}
	}
	return b.String()
}

// hidden says whether a character does not show by itself.
func hidden(r rune) bool {
	return unicode.Is(unicode.C, r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r) || r == 0x034f || r == 0x115f || r == 0x1160 || r == 0x3164 || r == 0xffa0
}

func hex4(r rune) string {
	s := strings.ToUpper(strconv.FormatInt(int64(r), 16))
	return strings.Repeat("0", max(0, 4-len(s))) + s
}

// beijing is the zone of every time on the page; China has one and no summer time.
var beijing = time.FixedZone("CST", 8*60*60)

func clock(t time.Time) string { return t.In(beijing).Format("2006-01-02 15:04:05") }

func day(d calendar.Date) string {
	if d == 0 {
		return "—"
	}
	return d.String()
}

func orDash(s string) string {
	if s = clean(s); s == "" {
		return "—"
	}
	return s
}

func sealMark(seal string) string {
	if len(seal) < 8 {
		return "尚无封印"
	}
	return seal[:8]
}

// statusOrder is the order in which the ends of persons are listed.
var statusOrder = []payroll.Status{payroll.Paid, payroll.OnHold, payroll.Refused, payroll.NotDue}

var statusWords = map[payroll.Status]string{payroll.Paid: "发放", payroll.OnHold: "缓发", payroll.Refused: "拒发", payroll.NotDue: "不应发"}

var severityWords = map[Severity]string{Stop: "须停", Review: "须核", NotRun: "未检查"}

// causeWords are why a bank did not credit a payment.
var causeWords = map[payroll.ReturnCause]string{
	payroll.CauseName: "户名不符", payroll.CauseNoAccount: "账号不存在", payroll.CauseClosed: "已销户", payroll.CauseFrozen: "冻结、止付", payroll.CauseDormant: "久悬、未激活",
	payroll.CauseNotSettling: "非结算账户", payroll.CauseLost: "挂失", payroll.CauseID: "证件不符", payroll.CauseLimit: "超过限额", payroll.CauseDuplicate: "银行判为重复",
	payroll.CauseUnsupported: "银行不受理", payroll.CauseRecalled: "撤回", payroll.CauseParked: "收到未入账", payroll.CauseOther: "其他",
}

func causeWord(c payroll.ReturnCause) string {
	if w := causeWords[c]; w != "" {
		return w
	}
	return "没有写明"
}
