// Package policy owns the policy file: the YAML in which a county writes down one
// document, its tables, formulas and cases. It reads, checks and compiles; it
// never evaluates for real people (package rules does) and never knows where the
// text is kept.
package policy

import (
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
	Items    []*Item             // in file order
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
}

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
	Amount      *Formula
	TopUp       *TopUp
	Cap         *Formula // per month, nil for none
	Several     Combine  // which of several posts at once counts
	Part        Part
	Rounding    money.Rounding
	Unit        money.Fen
	Line        int // in the file
}

// Basis says what an item hangs on.
type Basis string

// ByPost items are due for days in a post; ByPerson items for the person, whatever post.
const (
	ByPost   Basis = "post"
	ByPerson Basis = "person"
)

// Combine says which of several posts held at once counts.
type Combine string

// The ways to combine.
const (
	Highest Combine = "highest" // 就高
	Total   Combine = "sum"     // 合计
)

// Schedule says in which months an item is due.
type Schedule struct {
	Kind  string // "monthly", "instalments" (a yearly amount in twelve, remainder in December), "yearly"
	Month int    // of a yearly item
}

// Part is the part-month rule; every field is a decision the document must make.
type Part struct {
	Arrival, Departure, Death string // "full", "none", "days"
	Change                    string // "first", "last", "highest", "days"
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

// Case is an example in the file: facts in the clerk's words and what they must come to.
type Case struct {
	Name       string
	Month      calendar.Month
	Person     facts.Person
	Others     []facts.Person // the peer group, for equalisation
	Places     []facts.Place
	References []facts.Reference
	Given      map[string]money.Fen // amounts of items that other documents grant
	Expect     []Expectation
	Line       int
}

// Expectation is what one item must come to in the case's month.
type Expectation struct {
	Item    string
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

// Number is an exact decimal, the only kind of number in a policy.
type Number = decimal.Decimal
