package payroll

import (
	"testing"

	"pgregory.net/rapid"

	"zhida/rules/money"
)

// Whatever comes in, the account balances, nobody is paid a negative sum, and what
// is held or owed never falls below nothing.
func TestSettleBalances(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fen := func(name string, low, high int64) money.Fen {
			return money.Fen(rapid.Int64Range(low, high).Draw(t, name))
		}
		open := Balance{Held: fen("held", 0, 1000), Owed: fen("owed", 0, 1000)}
		s := Settlement{Gross: fen("gross", -2000, 2000)}
		if s.Gross > 0 {
			s.Deduction = fen("deduction", 0, int64(s.Gross))
		}
		payable := rapid.Bool().Draw(t, "payable")
		s.settle(open, payable)
		if s.Gross-s.Deduction != s.Pay+s.Held-s.Owed {
			t.Fatalf("%s - %s is not %s + %s - %s", s.Gross, s.Deduction, s.Pay, s.Held, s.Owed)
		}
		if s.Pay < 0 || open.Held+s.Held < 0 || open.Owed+s.Owed < 0 {
			t.Fatalf("below nothing: pay %s, held %s, owed %s", s.Pay, open.Held+s.Held, open.Owed+s.Owed)
		}
		if !payable && s.Pay != 0 {
			t.Fatalf("%s paid without an account", s.Pay)
		}
		if s.Pay > 0 && open.Owed+s.Owed > 0 {
			t.Fatalf("%s paid while %s is owed", s.Pay, open.Owed+s.Owed)
		}
		if s.Status == "" || s.Status != Paid && s.Reason.IsZero() {
			t.Fatalf("status %q without a reason", s.Status)
		}
	})
}

// Deductions never take more than there is, in print order, and what is left out stays due.
func TestDeductionsStayWithinThePay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := &channelPart{}
		var gross, wanted money.Fen
		for i := range rapid.IntRange(0, 4).Draw(t, "gross lines") {
			f := money.Fen(rapid.Int64Range(-500, 1500).Draw(t, "fen"))
			gross += f
			p.lines = append(p.lines, draftLine{Line: Line{Item: string(rune('a' + i)), Side: Gross, Fen: f, Month: 202611}})
		}
		for i := range rapid.IntRange(0, 4).Draw(t, "deductions") {
			f := money.Fen(rapid.Int64Range(1, 900).Draw(t, "deduction"))
			wanted += f
			p.lines = append(p.lines, draftLine{order: 9 - i, Line: Line{Item: string(rune('m' + i)), Side: Deduction, Fen: f, Month: 202611}})
		}
		p.limitDeductions()
		var taken money.Fen
		for _, l := range p.lines {
			if l.Side == Deduction {
				taken += l.Fen
				if l.Fen <= 0 {
					t.Fatalf("a deduction line of %s", l.Fen)
				}
			}
		}
		if want := min(wanted, max(gross, 0)); taken != want {
			t.Fatalf("%s taken out of %s, wanted %s, should be %s", taken, gross, wanted, want)
		}
	})
}

func TestBatchID(t *testing.T) {
	for in, want := range map[string]BatchID{"2026-11/1": 202611001, "2026-11/999": 202611999} {
		got, err := ParseBatchID(in)
		if err != nil || got != want || got.String() != in {
			t.Errorf("%s: %d %s %v", in, got, got, err)
		}
	}
	for _, in := range []string{"", "2026-11", "2026-11/0", "2026-11/1000", "2026-11/01", "2026-13/1", "2026-11/1/2"} {
		if _, err := ParseBatchID(in); err == nil {
			t.Errorf("%q is taken for a batch", in)
		}
	}
}
