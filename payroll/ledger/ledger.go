// Package ledger owns double entry in fen: a fund's money for one place moves between
// five stocks and the outside, one posting at a time, and a period closes when what was
// there and came in is what went out and is there. It is pure: it knows no batch, no
// bank, no database and no clock, and never decides whether money may move.
package ledger

import (
	"cmp"
	"slices"

	"zhida/rules/money"
)

// Account is where money of a fund and place is, or where it comes from and goes to.
type Account string

// The five stocks of a fund.
const (
	Available Account = "available" // 可用: received and not committed
	Reserved  Account = "reserved"  // 已核定: approved, not yet sent
	Transit   Account = "transit"   // 在途: sent, the bank has not answered
	Held      Account = "held"      // 缓发: due to persons, not payable now
	Returned  Account = "returned"  // 退票: came back, not yet paid again
)

// The outside of a fund.
const (
	Received  Account = "received"  // 收到: from above, or granted as authority
	Paid      Account = "paid"      // 已付: on cards, at institutions, set off against what a person owed
	Recovered Account = "recovered" // 收回: paid too much before, and back
	SentUp    Account = "sent_up"   // 上缴: to the treasury or back to the giver
	Assigned  Account = "assigned"  // 分配: between a fund's general money and that of a place; nothing for the fund as a whole
)

// Stocks are the five, in the order in which papers list them.
var Stocks = []Account{Available, Reserved, Transit, Held, Returned}

// Chinese is the account as screens and papers print it.
func (a Account) Chinese() string {
	return map[Account]string{Available: "可用", Reserved: "已核定未付", Transit: "在途", Held: "缓发", Returned: "退票", Received: "收到", Paid: "已付", Recovered: "收回", SentUp: "上缴", Assigned: "分配"}[a]
}

// Posting moves fen, more than zero, of a fund and place from one account to another.
type Posting struct {
	Fund   string
	Place  string // division code; "" for a fund's general money
	Source Account
	Target Account
	Fen    money.Fen
	Ref    string // what it is about: a batch, a transfer, a file
}

// Purse is a fund's money for one place.
type Purse struct{ Fund, Place string }

// Sheet is what a purse has in each account: stocks as they stand, the outside as it
// has been moved in the period. The zero value is an empty purse.
type Sheet map[Account]money.Fen

// Book adds postings up by purse.
type Book map[Purse]Sheet

// Post moves the money of a posting.
func (b Book) Post(p Posting) {
	k := Purse{p.Fund, p.Place}
	if b[k] == nil {
		b[k] = Sheet{}
	}
	b[k][p.Source] -= p.Fen
	b[k][p.Target] += p.Fen
}

// Purses are the purses in order of fund and place.
func (b Book) Purses() []Purse {
	list := make([]Purse, 0, len(b))
	for k := range b {
		list = append(list, k)
	}
	slices.SortFunc(list, func(x, y Purse) int { return cmp.Or(cmp.Compare(x.Fund, y.Fund), cmp.Compare(x.Place, y.Place)) })
	return list
}

// Fund adds the purses of a fund up; "" adds up all funds.
func (b Book) Fund(code string) Sheet {
	sum := Sheet{}
	for k, s := range b {
		if k.Fund == code || code == "" {
			for a, fen := range s {
				sum[a] += fen
			}
		}
	}
	return sum
}

// Closing is the account of one purse over a period: opening stocks, what came in and
// went out, closing stocks.
type Closing struct {
	Purse
	Opening, Stock                              Sheet // of the five stocks
	Received, Recovered, Assigned, Paid, SentUp money.Fen
}

// Close makes the closing of a purse from its sheet before a period and that after it.
func Close(k Purse, before, after Sheet) Closing {
	c := Closing{Purse: k, Opening: Sheet{}, Stock: Sheet{}}
	for _, a := range Stocks {
		c.Opening[a], c.Stock[a] = before[a], after[a]
	}
	moved := func(a Account) money.Fen { return after[a] - before[a] }
	c.Received, c.Recovered, c.Assigned = -moved(Received), -moved(Recovered), -moved(Assigned)
	c.Paid, c.SentUp = moved(Paid), moved(SentUp)
	return c
}

// Unexplained is what the identity of a closing leaves over: opening + received +
// recovered + assigned - paid - sent up - closing. Double entry makes it nothing; a book
// that somebody edited may not.
func (c Closing) Unexplained() money.Fen {
	left := c.Received + c.Recovered + c.Assigned - c.Paid - c.SentUp
	for _, a := range Stocks {
		left += c.Opening[a] - c.Stock[a]
	}
	return left
}
