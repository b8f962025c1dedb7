// Package rules computes what people are due: Evaluate is a pure function of
// adopted policies, facts and months. It never reads a file, a clock or a
// database, never logs, and never sees a payment; only payroll subtracts what
// is already committed.
package rules

import (
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/message"
	"zhida/rules/money"
	"zhida/rules/policy"
)

// Version of the rules. A batch records it; it is raised when any result changes.
const Version = 4

// Granted is a policy with the journal position of its adoption.
type Granted struct {
	Position int64
	Policy   *policy.Policy
}

// Item describes one item as the document in force in a month grants it.
type Item struct {
	Code        string
	Name        string // printed name
	Order       int    // print order
	Category    []facts.Category
	Channel     string
	Fund        string
	Deduction   bool             // withheld for Institution instead of paid
	Institution string           // who receives a deduction
	Policy      int64            // journal position of the document
	Document    string           // 文号
	Reads       []facts.Kind     // kinds of facts its result can depend on
	Schedule    policy.Schedule  `json:"-"` // in which months it is paid
	Moves       bool             // the month itself can change the amount: a due month, completed years, the length of the month
	Grouped     bool             // rests on a peer group, so that other people's facts move it
	Recovery    *policy.Recovery // terms on which too much is taken back; nil when the document has none
	PublicFirst bool             `json:"-"` // a new beneficiary is put up in public before anything is paid
	PublicDays  int              `json:"-"` // for so many days at least
}

// Outcome is one of the three outcomes that are never mixed, or a refusal.
type Outcome string

// The outcomes of an entitlement.
const (
	Due     Outcome = "due"     // an amount, possibly the sum of several days or posts
	Zero    Outcome = "zero"    // eligible, but nothing is due, because of Reason
	NotDue  Outcome = "not_due" // not eligible or not in force, because of Reason
	Refused Outcome = "refused" // cannot be computed: Reason names what is missing
)

// Entitlement is what one person is due for one item and pay month.
type Entitlement struct {
	Item     string
	Month    calendar.Month
	Outcome  Outcome
	Fen      money.Fen // 0 unless Due; deductions are positive
	Reason   message.Message
	Place    string // division code the pay belongs to
	Policy   int64
	Sentence string // Chinese, made from the trace; empty unless Due
}

// Step is one step of a computation, for explain: a fact used, a table row, a
// formula with the numbers put in, a part of the month, a cap, a rounding.
type Step struct {
	Kind    string // "fact", "table", "formula", "part", "cap", "rounding", "average" …
	Text    string // Chinese
	English string
	Source  facts.Source // of a fact
}

// Explanation is an entitlement with its whole trace.
type Explanation struct {
	Entitlement
	English string // the sentence in English; empty unless Due
	Item    Item
	Steps   []Step
}
