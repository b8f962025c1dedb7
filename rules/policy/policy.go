// Package policy owns the policy file: the YAML in which a county writes down one
// document, its tables, formulas and cases. It reads, checks and compiles; it
// never evaluates for real people (package rules does) and never knows where the
// text is kept.
package policy

import (
	"slices"

	"github.com/shopspring/decimal"

	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/message"
	"zhida/rules/money"
)

// Policy is one document as written in a policy file, compiled.
type Policy struct {
	File     string
	Document Document
	Tables   map[string]*Table
	Names    map[string]*Formula // named sub-expressions
	Service  *Service            // how service is counted, nil when every item that asks says so itself
	Items    []*Item             // in file order
	Notice   *Notice             // nil when the document says nothing about a public notice
	Checks   []Rule              // what the amounts of a place must keep to
	Cases    []Case

	text []byte
	open []message.Problem
}

// Document is the paper the policy follows.
type Document struct {
	Number string // 文号
	Title  string
	Issuer string
	Issued calendar.Date
	From   calendar.Month // first pay month it holds for; may lie before Issued
	Until  calendar.Month // last pay month, 0 while open

	// Arrears says, of a document that works backwards, who gets it for the months
	// before its issue: "all", or "serving", those who are still there on the day of issue.
	Arrears string

	// Recovery says on what terms money paid too much is taken from later pay; nil
	// when the document is silent: then only the person's consent allows it.
	Recovery *Recovery
}

// Recovery is the legal basis on which the county takes money back, and its limits.
type Recovery struct {
	Basis string          // the rule that allows it, as printed on the notice
	Share decimal.Decimal // of a month's pay at most, over 0 to 1
	Floor money.Fen       // what a month's payment never falls below
}

// Backwards says whether a pay month lies before the month in which the document was issued.
func (d Document) Backwards(m calendar.Month) bool { return m < d.Issued.Month() }

// Item is one item that the document grants.
type Item struct {
	Code        string
	Name        string // printed
	Order       int
	Categories  []facts.Category
	Channel     string
	Fund        string
	Deduction   bool
	Institution string
	Basis       Basis
	Schedule    Schedule
	Conditions  []Condition
	Stops       []Stop
	Shared      *SharedCap // nil when no cap is shared with other items
	Amount      *Formula
	TopUp       *TopUp
	Pool        *Pool
	Cap         *Formula // per month, nil for none
	Several     Combine  // which of several posts at once counts
	PostOrder   []string // of InOrder, the post that counts first
	Part        Part
	Bases       []Base
	Service     *Service // where the item counts service otherwise than the file; nil: as the file
	Sentence    []Piece  // what the sentence says before the document number
	Rounding    money.Rounding
	Unit        money.Fen
	Line        int // in the file
}

// Basis says what an item hangs on.
type Basis string

// ByPost items are due for days in a post; ByPerson items for the person, whatever
// post; ByDeath items once, in the month of death, whole, to whoever inherits.
const (
	ByPost   Basis = "post"
	ByPerson Basis = "person"
	ByDeath  Basis = "death"
)

// Combine says which of several posts held at once counts.
type Combine string

// The ways to combine.
const (
	Highest Combine = "highest" // 就高
	Total   Combine = "sum"     // 合计
	InOrder Combine = "order"   // 按列出的顺序
)

// Schedule says for how long an amount is, and in which months it is paid. The
// amount of a period is split evenly over its due months, the last takes the remainder.
type Schedule struct {
	Period int            // months the amount is for: 1, 3, 6 or 12; 0 for once
	Due    []int          // months of the year in which it is paid, ascending; every month when Period is 1
	Once   calendar.Month // of an amount paid once

	// Later are the months of the year in which amounts worked out month by month are
	// paid together, ascending; empty when each month pays its own. Own says that such
	// a month pays its own amount too, and not only those before it.
	Later []int
	Own   bool
}

// Payable is the month in which the amount of a month is paid.
func (s Schedule) Payable(m calendar.Month) calendar.Month {
	if len(s.Later) == 0 {
		return m
	}
	if !s.Own {
		m = m.Add(1)
	}
	for !slices.Contains(s.Later, m.Number()) {
		m = m.Add(1)
	}
	return m
}

// Monthly says that the amount is for the pay month itself.
func (s Schedule) Monthly() bool { return s.Period == 1 }

// Instalment says which instalment of how many falls into the month; of is 0 when none does.
func (s Schedule) Instalment(m calendar.Month) (number, of int) {
	switch s.Period {
	case 0:
		if m == s.Once {
			return 1, 1
		}
		return 0, 0
	case 1:
		return 1, 1
	}
	first := (m.Number()-1)/s.Period*s.Period + 1 // of the period the month lies in
	due := false
	for _, d := range s.Due {
		if d < first || d >= first+s.Period {
			continue
		}
		of++
		if d <= m.Number() {
			number = of
		}
		due = due || d == m.Number()
	}
	if !due {
		return 0, 0
	}
	return number, of
}

// Part is the part-month rule; every field is a decision the document must make.
type Part struct {
	Arrival, Departure, Death string // "full", "none", "days"
	Change                    string // "first", "last", "highest", "days"
}

// SharedCap bounds what several items of the file come to together in a month.
type SharedCap struct {
	Items []string // codes; the earlier keep their money, the later absorb the cut
	Limit *Formula // yuan a month
}

// Before lists the items that keep their money before the one with the code.
func (c *SharedCap) Before(code string) []string { return c.Items[:slices.Index(c.Items, code)] }

// Stop takes an item away for a month because of an absence, or leaves a share of
// it; the first stop of an item that holds decides. Without Pay the result is zero
// with the reason.
type Stop struct {
	Kinds  []string  // of absence
	Days   *Interval // working days in the month, nil when How decides
	How    string    // "touching", "whole_month", "next_month" (from the month after it began), "next_year" (in the year after it began)
	Reason string
	Pay    *Formula // share of the month that is paid all the same, 0 to 1; nil for none
}

// Service says how service is counted; every field is a decision the document must make.
type Service struct {
	Months     string        // "touched": each calendar month touched; "whole": only whole ones; "days": days left over add up, thirty to a month
	Remainder  string        // of a year that is not full: "down", "up", "half_up"
	Until      string        // "month_end", "previous_month_end" or "date"
	UntilDate  calendar.Date // of "date"
	Recognised bool          // only spells whose evidence is recognised count
}

// Piece is a part of a sentence: text as it stands, or the value of a formula.
type Piece struct {
	Text    string
	Formula *Formula
}

// Condition is a requirement with the reason printed when it fails.
type Condition struct {
	Test   *Formula
	Reason string
}

// TopUp is the equalisation of an item: the mean of a peer group minus the own total.
type TopUp struct {
	Group      *Formula // text that tells groups apart; nil: one group
	Peers      *Formula // who is counted in the mean
	Items      []string // items that make up a person's total
	Recipients bool     // those the item's conditions admit are in the mean too
	Frozen     bool     // past means stay as first approved
	Rounding   money.Rounding
	Unit       money.Fen
}

// Base is a sum that an item counts into from a month on: 个人所得税, 公积金基数.
type Base struct {
	Name string
	From calendar.Month // 0: as long as the item is granted
}

// Pool is an amount that a group of people share by weights.
type Pool struct {
	Total *Formula // yuan that the group shares; the same for every member
	Group *Formula // text that tells groups apart; nil: one group
	Share *Formula // weight of a member
	Over  string   // what the item's cap cuts off: "kept" or "shared" among the others; "" without a cap
	Rest  string   // what rounding leaves: "kept", or "spread" so that the shares add up to the total
}

// Notice is what the document wants on the public notice. Numbers of identity cards
// and bank cards are never on it.
type Notice struct {
	Columns []string // of noticeColumns, in order
	Masked  []string // of them, those printed with stars
	Days    int      // for which it hangs
	First   bool     // who is new to an item is put up in public for those days before anything is paid
}

// noticeColumns are what a public notice can show.
var noticeColumns = []string{"姓名", "单位", "职务", "项目", "标准", "金额", "月份", "依据"}

// Rule is what the amounts of every village or township must keep to. It pays nothing.
type Rule struct {
	Name      string
	Township  bool // of townships; otherwise of villages
	Test      *Formula
	Otherwise string // printed where it does not hold
	Line      int
}

// Case is an example in the file: facts in the clerk's words and what they must
// come to, in one month or in total over several.
type Case struct {
	Name       string
	Month      calendar.Month // first
	Last       calendar.Month // equal to Month for one month
	Person     facts.Person
	Others     []facts.Person // the peer group, for equalisation
	Places     []facts.Place
	References []facts.Reference
	Calendar   []facts.CalendarDay  // moved days; without any, weeks are plain
	Given      map[string]money.Fen // amounts of items that other documents grant
	Expect     []Expectation
	Rules      map[string]bool // of the person's place in the first month: whether each holds
	Line       int
}

// Expectation is what one item must come to in a month, or in total over all months of the case.
type Expectation struct {
	Item    string
	Month   calendar.Month // 0 for the total
	Fen     money.Fen
	Outcome string // "" for an amount, "not_due", "zero" or "refused"
	Reason  string // text the reason must contain, may be empty
}

// Open lists the decisions the file leaves open; adoption refuses a policy that has any.
func (p *Policy) Open() []message.Problem { return p.open }

// Granted is the names of the items, by code.
func (p *Policy) Granted() map[string]string {
	names := map[string]string{}
	for _, it := range p.Items {
		names[it.Code] = it.Name
	}
	return names
}

// InForce says whether the document holds for a pay month.
func (d Document) InForce(m calendar.Month) bool {
	return d.From <= m && (d.Until == 0 || m <= d.Until)
}
