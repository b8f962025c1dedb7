package webreport

import (
	"time"

	"zhida/exporters"
	"zhida/payroll"
	"zhida/rules/calendar"
)

// clean makes visible what would not show or would make the page lie: a reader sees
// 〔U+202E〕 where it stood.
func clean(s string) string { return exporters.Visible(s) }

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
