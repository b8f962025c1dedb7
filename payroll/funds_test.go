package payroll

import (
	"testing"

	"zhida/payroll/ledger"
	"zhida/rules/money"
)

// A village's purse that is empty or overdrawn is filled from the fund's general money,
// and only what that lacks is short.
func TestSpendFillsThePurse(t *testing.T) {
	for _, c := range []struct {
		village, general, fen  money.Fen
		wantGeneral, wantShort money.Fen
	}{
		{500, 0, 300, 0, 0},
		{100, 1000, 300, 800, 0},
		{0, 1000, 300, 700, 0},
		{-300, 1000, 200, 500, 0},
		{-300, 400, 200, 0, 100},
		{-300, 400, 0, 400, 0},
	} {
		village, general := Purse{Fund: "F", Place: "430725101200"}, Purse{Fund: "F"}
		p := &poster{book: ledger.Book{}, short: map[string]money.Fen{}}
		p.move(village, ledger.Received, ledger.Available, c.village)
		p.move(general, ledger.Received, ledger.Available, c.general)
		p.spend(village, ledger.SentUp, c.fen, true)
		if got := p.book[general][ledger.Available]; got != c.wantGeneral || p.short["F"] != c.wantShort {
			t.Errorf("village %s, general %s, spend %s: general %s, short %s; want %s, %s", c.village, c.general, c.fen, got, p.short["F"], c.wantGeneral, c.wantShort)
		}
		if left := p.book[village][ledger.Available]; c.wantShort == 0 && c.fen > 0 && left < 0 {
			t.Errorf("village %s: %s left", c.village, left)
		}
	}
}
