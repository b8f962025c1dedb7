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

// What a fund has for a township is there for its villages, before the general money.
func TestSpendFromTheTownship(t *testing.T) {
	village, township, general := Purse{Fund: "F", Place: "430725101200"}, Purse{Fund: "F", Place: "430725101"}, Purse{Fund: "F"}
	p := &poster{book: ledger.Book{}, short: map[string]money.Fen{}}
	p.move(township, ledger.Received, ledger.Available, 500)
	p.move(general, ledger.Received, ledger.Available, 1000)
	p.spend(village, ledger.Reserved, 700, true)
	if a, b := p.book[township][ledger.Available], p.book[general][ledger.Available]; a != 0 || b != 800 || p.short["F"] != 0 {
		t.Fatalf("township %s, general %s, short %s", a, b, p.short["F"])
	}
	p.spend(Purse{Fund: "F", Place: "430725102200"}, ledger.Reserved, 900, true)
	if p.short["F"] != 100 {
		t.Fatalf("short %s", p.short["F"])
	}
}

// Back-pay that the county pays from a fund of its own is not shared as the item is.
func TestBackPayIsPaidWhole(t *testing.T) {
	county := &County{BackPay: &BackPaySetting{Fund: "F1"}, Cofunding: []Cofunding{{Item: "a", Shares: []FundingShare{{"F3", 60}, {"F1", 40}}}}}
	l := &Line{Item: "a", Month: 202601, Fen: 10000, Fund: "F1"}
	for kind, want := range map[BatchKind]int{BackPay: 1, Regular: 2} {
		if got := county.shares(l, county.setAside(kind, l.Fen)); len(got) != want || want == 1 && got[0] != (fundShare{"F1", 10000}) {
			t.Errorf("%s: %+v", kind, got)
		}
	}
	if county.setAside(BackPay, -1) {
		t.Error("what is taken back goes to the funds that gave it")
	}
}
