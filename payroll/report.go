package payroll

import (
	"time"

	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/money"
)

// Report is what documents about one batch are made from: heads in memory, rows
// as ordered cursors, so that an exporter never holds the whole batch. Texts are
// Chinese, identifiers masked.
type Report interface {
	Head() ReportHead
	// Lines streams by person, item, month.
	Lines(fn func(ReportLine) error) error
	// People streams the whole roster by person: paid, held, refused, not due.
	People(fn func(ReportPerson) error) error
	// Changes streams what makes the payments differ from the month before, or of a correction
	// what makes up its payments, by person, part, item.
	Changes(fn func(ReportChange) error) error
}

// ReportHead is everything about a batch that is not a row.
type ReportHead struct {
	Batch       Batch
	County      string // 桃源县
	Unit        string // who makes the paper: 桃源县财政局
	Phone       string // for questions and complaints; "" while the settings have none
	Items       []ReportItem
	Townships   []ReportPlace // in code order, only those that occur
	Villages    []ReportPlace
	Funds       []ReportFund
	Shares      []ReportShare    // what each fund gives, co-funding and setting off counted; empty for batches of a program that knew no shares
	Documents   []ReportDocument // the standards the lines rest on
	Skipped     []calendar.Month // earlier months that were never run and that the batch pays
	Previous    string           // id of the batch of the month before that Changes compares with, or ""
	MonthNet    money.Fen        // paid by the batch and by those of the month before it that Changes counts in
	PreviousNet money.Fen        // paid for the month before; 0 of a correction
	Events      []ReportEvent    // who did what to this batch, when
	Departments []string         // who states an opinion on changes, in the order of the county's chains; empty while it has none
	SentBack    []SentBack       // facts about persons of the batch whose owners have not answered
	Checking    Checking         // what was found when the batch was submitted, with the answers; Batch is 0 before
	Seal        string           // hex digest that the approval signed; "" before approval
	SealSum     string           // hex digest of the seal that three people signed; "" before approval
}

// Compared says whether Changes has something to hold the batch against.
func (h ReportHead) Compared() bool {
	return h.Previous != "" || h.Batch.Kind == Correction || h.Batch.Kind == BackPay
}

// Ordinary says whether a line is pay of the batch's month that nothing was paid of before.
// Every other line is back-pay or recovery: of another month, or of one that was settled.
func (h ReportHead) Ordinary(l ReportLine) bool {
	return h.Batch.Kind == Regular && l.Month == h.Batch.ID.Month() && l.Committed == 0
}

// ReportItem is an item that occurs in the batch, in print order.
type ReportItem struct {
	Code, Name  string
	Deduction   bool
	Institution string
}

// ReportPlace is a township or village.
type ReportPlace struct{ Code, Name, Township string }

// ReportFund is a fund that lines are paid from.
type ReportFund struct{ Code, Name string }

// ReportShare is what a batch does to one fund: Gross - Deduction + Moved + Reissued =
// Pay + Held - Owed, and over all funds Moved comes to nothing.
type ReportShare struct {
	ReportFund
	Gross, Deduction, Moved, Held, Owed, Reissued, Pay money.Fen
}

// ReportDocument is a policy document.
type ReportDocument struct {
	Number, Title, Issuer string
	From, Until           calendar.Date
	Digest                string
}

// ReportEvent is a step in the life of the batch.
type ReportEvent struct {
	Position int64
	Time     time.Time
	Actor    string
	Kind     string
	Text     string // 经办 张敏 提交
}

// ReportLine is one line of the batch with what a reader needs beside it.
type ReportLine struct {
	Person    int64
	Name      string
	IDMasked  string
	Category  facts.Category
	Township  string // code
	Village   string // code, "" for township cadres
	Item      string // code
	Month     calendar.Month
	Deduction bool
	Fen       money.Fen
	Due       money.Fen // with this batch: of a deduction that pay is too small for, what fits
	Committed money.Fen
	Document  string
	Fund      string
	Cause     string // Chinese
	Sentence  string
}

// ReportPerson is how one person of the roster ends.
type ReportPerson struct {
	Person     int64
	Name       string
	IDMasked   string
	Category   facts.Category
	Township   string
	Village    string
	Status     Status
	Reason     string // Chinese
	Code       string // of the reason, in the catalogue of messages
	Gross      money.Fen
	Deduction  money.Fen
	Held       money.Fen // change
	Balance    money.Fen // held after the batch
	Owed       money.Fen
	Reissued   money.Fen // paid again from what had come back
	Pay        money.Fen
	Bank       string
	CardMasked string
	Others     []string // payments to somebody else than the person, in words
}

// Parts of what makes the payments of a month differ from those of the month before.
// Over all parts, Now - Before adds up to ReportHead.MonthNet - ReportHead.PreviousNet.
const (
	PartMonth     = "month"     // due for the month, against what is now known to be due for the month before
	PartCorrected = "corrected" // what was paid for a month, against what is now known to be due for it
	PartEarlier   = "earlier"   // differences of earlier months that are paid along
	PartHeld      = "held"      // kept back, or released
	PartOwed      = "owed"      // owed to the county, or recovered
)

// ReportChange compares one part of a person's pay with the month before: an item, or
// with an empty item what the batch does to the account. Amounts are what they do to the
// payment: deductions and what is kept back are negative.
type ReportChange struct {
	Person   int64
	Name     string
	Township string
	Village  string
	Part     string // PartMonth …
	Item     string // code
	ItemName string
	Before   money.Fen
	Now      money.Fen
	Ended    bool     // no document grants the item any more
	Entered  bool     // the person was paid nothing for the month before
	Left     bool     // the person has nothing this month
	Causes   []string // kinds of what makes the difference, VarianceStandard …
	Brief    string   // the same in Chinese: 情况：任职、考勤
	Cause    string   // the same with what came in, by whom and when
	Reason   string   // Chinese: how the amount of this month comes about, or why there is none
}

// Subject is what differs, in Chinese.
func (c ReportChange) Subject() string {
	switch {
	case c.Part == PartMonth:
		return c.ItemName
	case c.Item == "":
		return PartChinese(c.Part)
	}
	return c.ItemName + "（" + PartChinese(c.Part) + "）"
}

// PartChinese words a part.
func PartChinese(part string) string {
	return map[string]string{PartMonth: "当月应发", PartCorrected: "更正已发月份", PartEarlier: "以前月份补扣", PartHeld: "缓发增减", PartOwed: "待扣回增减"}[part]
}
