package desk

import (
	"cmp"
	"slices"

	"zhida/exporters/drawing"
	"zhida/payroll"
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/identity"
	"zhida/rules/message"
	"zhida/rules/policy"
)

// recordView is what the book knows of a person, in the words of a page.
type recordView struct {
	Now       profileRow
	Profiles  []profileRow // the latest first
	Tenure    drawings
	Spells    []spellRow
	Accounts  []accountRow // the latest first
	Absences  []facts.Absence
	Grades    []facts.Assessment
	Amounts   []amountRow
	Measures  []payroll.MeasureOf
	Others    []payroll.PayeeOf
	Trend     *trendView
	Sentences []monthOfLines // the latest month first
}

type profileRow struct {
	facts.Profile
	Kind, PlaceName string // in words
}

type spellRow struct {
	facts.Spell
	PlaceName string
}

type accountRow struct {
	facts.Account
	BankName string
}

type amountRow struct {
	facts.Amount
	ItemName string
}

// monthOfLines are a month's lines with their sentences.
type monthOfLines struct {
	Month calendar.Month
	Lines []payroll.PersonLine
}

func recordOf(x payroll.PersonRecord, places map[string]string, today calendar.Date, lang message.Lang) recordView {
	v := recordView{Absences: x.Absences, Grades: x.Assessments, Measures: x.Measures, Others: x.Others}
	for _, f := range slices.Backward(x.Profiles) {
		v.Profiles = append(v.Profiles, profileRow{f, message.Word(lang, policy.CategoryChinese(f.Category)), fullName(places, f.Place)})
	}
	if len(v.Profiles) > 0 {
		v.Now = v.Profiles[0]
	}
	var spans []drawing.Span
	for _, s := range x.Spells {
		v.Spells = append(v.Spells, spellRow{s, fullName(places, s.Place)})
		spans = append(spans, drawing.Span{Label: places[s.Place] + " " + s.Post, From: s.From, To: s.To})
	}
	drawing.DrawSpans(message.Word(lang, "任职经历"), spans, today, v.Tenure.titled(""))
	for _, a := range slices.Backward(x.Accounts) {
		v.Accounts = append(v.Accounts, accountRow{a, identity.BankName(a.Bank)})
	}
	var sums []payroll.TrendSum
	for _, l := range x.Lines { // by batch
		sums = append(sums, payroll.TrendSum{Month: l.Batch.Month(), Item: l.Item, ItemName: l.ItemName, Deduction: l.Side == payroll.Deduction, Fen: l.Fen})
		if n := len(v.Sentences); n == 0 || v.Sentences[n-1].Month != l.Batch.Month() {
			v.Sentences = append(v.Sentences, monthOfLines{Month: l.Batch.Month()})
		}
		last := &v.Sentences[len(v.Sentences)-1]
		last.Lines = append(last.Lines, l)
	}
	slices.Reverse(v.Sentences)
	if v.Trend = trendOf(sums, lang); v.Trend != nil {
		v.Trend.Whole = monthBars(message.Word(lang, "应发"), v.Trend.Months, v.Trend.Sum.Fen)
		v.Trend.Items = nil
	}
	for _, a := range x.Amounts {
		v.Amounts = append(v.Amounts, amountRow{a, cmp.Or(x.Names[a.Item], a.Item)})
	}
	return v
}
