package payroll

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"zhida/rules"
	"zhida/rules/calendar"
	"zhida/rules/money"
	"zhida/rules/policy"
)

// Whatever comes in, the account balances, nobody is paid a negative sum, what is
// held or owed never falls below nothing, and the month's own pay is touched only on
// a basis, within the cap and above the floor.
func TestSettleBalances(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fen := func(name string, low, high int64) money.Fen {
			return money.Fen(rapid.Int64Range(low, high).Draw(t, name))
		}
		const month = calendar.Month(202611)
		terms := &policy.Recovery{Share: decimal.New(int64(rapid.IntRange(1, 100).Draw(t, "share")), -2), Floor: fen("floor", 0, 800)}
		a := &account{open: Balance{Held: fen("held", 0, 1000)}, on: month.Last(), hasOwn: rapid.Bool().Draw(t, "payable"),
			leaving: rapid.Bool().Draw(t, "leaving"), calc: &calc{month: month, program: granting(t, terms), horizons: map[BatchID]int64{202610001: 5, 202610002: 6}},
			courts: &courtPayments{total: map[string]money.Fen{targetOrder + "甲": fen("before", 0, 300)}, month: map[string]money.Fen{targetOrder + "甲": fen("this month", 0, 100)}}}
		a.collected = new(money.Fen)
		before, earlier := a.courts.total[targetOrder+"甲"], a.courts.month[targetOrder+"甲"]
		var owed money.Fen
		for i := range rapid.IntRange(0, 2).Draw(t, "receivables") {
			e := Entry{Origin: 202610001 + BatchID(i), Item: "a", Month: 202610, Fen: fen("owed", 1, 700)}
			a.receivables, owed = append(a.receivables, e), owed+e.Fen
		}
		served := rapid.Bool().Draw(t, "served")
		if served {
			a.notices = []noticeFact{{date: 20261115, known: 9}}
		}
		if rapid.Bool().Draw(t, "ordered") {
			a.orders = []orderFact{{Number: "甲", Total: fen("total", 1, 900), Monthly: fen("monthly", 0, 500), Protected: fen("protected", 0, 900), to: calendar.Forever,
				Share: decimal.New(int64(rapid.IntRange(0, 100).Draw(t, "part")), 0)}}
		}
		kind := rapid.SampledFrom([]BatchKind{Regular, Correction, BackPay}).Draw(t, "kind")
		a.paidBefore = rapid.Bool().Draw(t, "paid before in the month")
		p := &channelPart{}
		var own, back, taken, restored money.Fen
		for i := range rapid.IntRange(0, 4).Draw(t, "lines") {
			l := Line{Item: "a", Month: month.Add(-i), Side: Gross, Fen: fen("fen", -900, 1500), Place: "430725101", Fund: rapid.SampledFrom([]string{"F1", "F2", "F3"}).Draw(t, "fund")}
			if l.Fen < 0 || rapid.Bool().Draw(t, "paid before") {
				l.Committed = max(-l.Fen, 1)
			}
			p.lines = append(p.lines, draftLine{Line: l})
			p.settlement.Gross += l.Fen
			if l.Month == month && l.Committed == 0 && kind == Regular && !a.paidBefore {
				own += l.Fen
			} else {
				back += l.Fen
			}
			if l.Month == 202610 && l.Fen > 0 { // granted again: the receivables of that month go first
				restored = min(l.Fen, owed)
				back -= restored
			}
		}
		a.settle(p, a.restore(p), kind)
		s := p.settlement
		if s.Gross-s.Deduction != s.Pay+s.Held-s.Owed {
			t.Fatalf("%s - %s is not %s + %s - %s", s.Gross, s.Deduction, s.Pay, s.Held, s.Owed)
		}
		var moved, charged, shared money.Fen
		for _, e := range p.entries {
			moved += e.Fen
			switch e.Way {
			case Charged:
				charged += e.Fen
			case Collected:
				taken -= e.Fen
			case Restored:
				restored += e.Fen
			}
		}
		for _, x := range p.shares {
			shared += x.fen
			if x.fen <= 0 {
				t.Fatalf("a share of %s", x.fen)
			}
		}
		if moved != s.Owed || shared != s.Pay {
			t.Fatalf("entries come to %s of %s, shares to %s of %s", moved, s.Owed, shared, s.Pay)
		}
		if s.Pay < 0 || a.open.Held+s.Held < 0 || owed+s.Owed < 0 {
			t.Fatalf("below nothing: pay %s, held %s, owed %s", s.Pay, a.open.Held+s.Held, owed+s.Owed)
		}
		if !a.hasOwn && (s.Pay != 0 || taken != 0) {
			t.Fatalf("%s paid and %s kept back without an account", s.Pay, taken)
		}
		if restored != 0 {
			t.Fatalf("what was granted again and what cancelled receivables differ by %s", restored)
		}
		if want := max(-back-a.open.Held, 0); charged != want {
			t.Fatalf("%s became owed, want %s", charged, want)
		}
		if (!served || kind != Regular) && taken != 0 {
			t.Fatalf("%s kept back without notice or from a %s batch", taken, kind)
		}
		if limit := terms.Share.Mul(decimal.New(int64(own), 0)).IntPart(); !a.leaving && int64(taken) > limit {
			t.Fatalf("%s kept back, at most %d", taken, limit)
		}
		left := s.Pay
		for _, x := range p.shares {
			if x.target != "" {
				left -= x.fen
			}
		}
		if taken > 0 && left < terms.Floor {
			t.Fatalf("%s left, at least %s", left, terms.Floor)
		}
		for _, x := range p.shares {
			if x.target == "" {
				continue
			}
			o := a.orders[0]
			if kind != Regular || s.Pay-x.fen < o.Protected || before+x.fen > o.Total || o.Monthly > 0 && earlier+x.fen > o.Monthly ||
				o.Share.IsPositive() && x.fen > percentOf(s.Pay, o.Share) {
				t.Fatalf("%s of %s to the court from a %s batch: %+v", x.fen, s.Pay, kind, o)
			}
		}
		p.settlement.Person = 7
		heldBefore := a.open.Held
		purses := map[Purse]money.Fen{}
		if heldBefore > 0 {
			part := money.Fen(rapid.Int64Range(0, int64(heldBefore)).Draw(t, "held in one purse"))
			purses[Purse{Fund: "F1", Place: "430725101"}], purses[Purse{Fund: "F2", Place: "430725101"}] = part, heldBefore-part
		}
		county := &County{Funds: []Fund{{Code: "F1"}, {Code: "F2"}}}
		if rapid.Bool().Draw(t, "co-funded") {
			county.Cofunding = []Cofunding{{Item: "a", since: 202610, Shares: []FundingShare{{"F1", 60}, {"F2", 40}}}}
		}
		var sum Portion
		for _, x := range p.portion(county, purses) {
			if x.Gross-x.Deduction+x.Moved+x.Reissued != x.Pay+x.Held-x.Owed {
				t.Fatalf("a purse does not balance: %+v", x)
			}
			if x.Pay < 0 || purses[x.Purse]+x.Held < 0 {
				t.Fatalf("a purse pays or holds less than nothing: %+v, held %s", x, purses[x.Purse])
			}
			sum.Gross, sum.Deduction, sum.Moved = sum.Gross+x.Gross, sum.Deduction+x.Deduction, sum.Moved+x.Moved
			sum.Held, sum.Owed, sum.Pay = sum.Held+x.Held, sum.Owed+x.Owed, sum.Pay+x.Pay
		}
		if sum.Gross != s.Gross || sum.Deduction != s.Deduction || sum.Moved != 0 || sum.Held != s.Held || sum.Owed != s.Owed || sum.Pay != s.Pay {
			t.Fatalf("purses come to %+v, the settlement is %+v", sum, s)
		}
		if s.Status == "" || s.Status != Paid && s.Reason.IsZero() {
			t.Fatalf("status %q without a reason", s.Status)
		}
	})
}

// granting is a program with one item "a" whose document has the terms.
func granting(t rapid.TB, terms *policy.Recovery) *rules.Program {
	p, err := policy.Read("甲.yaml", []byte(`
文件: {文号: 甲〔2026〕1号, 标题: 补贴, 发文机关: 甲, 印发日期: 2026-01-01, 施行: 2026-01}
项目:
  - {代码: a, 名称: 补贴, 顺序: 1, 人员: 村干部, 渠道: 一卡通, 资金: F, 方向: 应发, 依据: 按人员, 发放: 每月, 金额: '10', 到任当月: 全月, 离任当月: 全月, 去世当月: 全月, 变动当月: 末日, 舍入: 四舍五入到分}
`))
	if err != nil {
		t.Fatal(err)
	}
	p.Document.Recovery = terms
	program, err := rules.Compile([]rules.Granted{{Position: 1, Policy: p}})
	if err != nil {
		t.Fatal(err)
	}
	return program
}

// Deductions never take more than there is, in print order, and what is left out stays due.
func TestDeductionsStayWithinThePay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := &channelPart{}
		var gross, wanted money.Fen
		for i := range rapid.IntRange(0, 4).Draw(t, "gross lines") {
			f := money.Fen(rapid.Int64Range(-500, 1500).Draw(t, "fen"))
			gross += max(f, 0)
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

// What is granted again and only cancels a receivable pays nothing, so a deduction finds
// no pay in it and waits: nobody comes to owe the county for a deduction.
func TestNoDeductionFromWhatIsRestored(t *testing.T) {
	const month = calendar.Month(202611)
	a := &account{on: month.Last(), hasOwn: true, calc: &calc{month: month, horizons: map[BatchID]int64{202610001: 5}}, collected: new(money.Fen),
		receivables: []Entry{{Origin: 202610001, Item: "a", Month: 202610, Fund: "F", Fen: 10000}}}
	p := &channelPart{lines: []draftLine{
		{Line: Line{Item: "a", Month: 202610, Side: Gross, Fen: 10000, Committed: 1, Fund: "F"}},
		{Line: Line{Item: "d", Month: 202610, Side: Deduction, Fen: 1200, Committed: 1, Fund: "F"}},
	}}
	restored := a.restore(p)
	p.limitDeductions()
	for _, l := range p.lines {
		p.settlement.Gross += l.Fen
	}
	a.settle(p, restored, BackPay)
	if s := p.settlement; len(p.lines) != 1 || !p.short || s.Owed != -10000 || s.Pay != 0 {
		t.Fatalf("%d lines, short %v, owed %s, paid %s", len(p.lines), p.short, s.Owed, s.Pay)
	}
	if list := p.portion(&County{}, nil); len(list) != 1 || list[0].Owed != -10000 || list[0].Pay != 0 {
		t.Fatalf("%+v", list)
	}
}

// Whose money an account gives first, and what it never touches.
func TestSettleTouchesOnlyWhatItMay(t *testing.T) {
	const month = calendar.Month(202611)
	const earlier = BatchID(202610001)
	line := func(m calendar.Month, fen, committed money.Fen) draftLine {
		return draftLine{Line: Line{Item: "a", Month: m, Side: Gross, Fen: fen, Committed: committed, Fund: "F"}}
	}
	owed := func(origin BatchID, fen money.Fen) []Entry {
		return []Entry{{Origin: origin, Item: "a", Month: 202610, Fund: "F", Fen: fen}}
	}
	heir := recipientFact{Recipient: "乙", Relation: "配偶", Share: decimal.New(100, 0), to: calendar.Forever}
	for name, c := range map[string]struct {
		account account
		lines   []draftLine
		pay     money.Fen
		entries []Entry // item, fund and person left out
	}{
		"own pay gives what is owed": {account{receivables: owed(earlier, 300)}, []draftLine{line(month, 500, 0)}, 200,
			[]Entry{{Origin: earlier, Month: 202610, Way: Collected, Fen: -300}}},
		"a correction of the month's own pay gives nothing": {account{receivables: owed(earlier, 300)}, []draftLine{line(month, 500, 100)}, 500, nil},
		"what heirs receive gives nothing": {account{receivables: owed(earlier, 300), died: 20261120, standing: standing{recipients: []recipientFact{heir}}},
			[]draftLine{line(month, 500, 0)}, 500, nil},
		"half an estate is held": {account{died: 20261120, standing: standing{recipients: []recipientFact{{Recipient: "乙", Relation: "配偶", Share: decimal.New(50, 0), to: calendar.Forever}}}},
			[]draftLine{line(month, 500, 0)}, 0, nil},
		"an heir named until the last day receives": {account{died: 20261120, standing: standing{recipients: []recipientFact{{Recipient: "乙", Relation: "配偶", Share: decimal.New(100, 0), to: month.Last()}}}},
			[]draftLine{line(month, 500, 0)}, 500, nil},
		"a hold that ends on the day of payment holds nothing": {account{standing: standing{holds: []holdFact{{Measure: "hold", Reason: "核实", from: 20261101, to: month.Last()}}}},
			[]draftLine{line(month, 500, 0)}, 500, nil},
		"a hold that ends a day later holds": {account{standing: standing{holds: []holdFact{{Measure: "hold", Reason: "核实", from: 20261101, to: month.Last().AddDays(1)}}}},
			[]draftLine{line(month, 500, 0)}, 0, nil},
		"what is granted again cancels what is owed for it": {account{receivables: owed(earlier, 300)}, []draftLine{line(202610, 500, 1)}, 200,
			[]Entry{{Origin: earlier, Month: 202610, Way: Restored, Fen: -300}}},
		"but nothing that was owed before the book": {account{receivables: owed(NewBatchID(202610, 0), 300)}, []draftLine{line(202610, 500, 1)}, 500, nil},
		"what is held covers the oldest of what is taken back": {account{open: Balance{Held: 250}}, []draftLine{line(202608, -300, 300), line(202610, -200, 200)}, 0,
			[]Entry{{Month: 202610, Way: Charged, Fen: 200}, {Month: 202608, Way: Charged, Fen: 50}}},
	} {
		a := c.account
		a.on, a.hasOwn, a.collected = month.Last(), true, new(money.Fen)
		a.calc = &calc{month: month, program: granting(t, &policy.Recovery{Share: decimal.New(1, 0)}), horizons: map[BatchID]int64{earlier: 5}}
		a.notices = []noticeFact{{date: 20261115, known: 9}}
		p := &channelPart{lines: c.lines}
		restored := a.restore(p)
		for _, l := range p.lines {
			p.settlement.Gross += l.Fen
		}
		a.settle(p, restored, Regular)
		for i := range p.entries {
			p.entries[i].Item, p.entries[i].Fund = "", ""
		}
		if diff := cmp.Diff(c.entries, p.entries, cmpopts.EquateEmpty()); diff != "" || p.settlement.Pay != c.pay {
			t.Errorf("%s: paid %s, want %s; %s", name, p.settlement.Pay, c.pay, diff)
		}
	}
}

// A purse below nothing is filled from purses of its own fund before others, and what is held stays in the purse that held it.
func TestPursesOfOneFundFirst(t *testing.T) {
	purses := func() []*Portion {
		return []*Portion{{Purse: Purse{Fund: "F1", Place: "1"}}, {Purse: Purse{Fund: "F1", Place: "2"}}, {Purse: Purse{Fund: "F2", Place: "1"}}}
	}
	// The same with the funds the other way round: it is not the order of the list that decides.
	for _, c := range []struct{ left, moved []money.Fen }{
		{[]money.Fen{-100, 50, 500}, []money.Fen{100, -50, -50}},
		{[]money.Fen{500, -100, 500}, []money.Fen{-100, 100, 0}},
		{[]money.Fen{30, 30, -50}, []money.Fen{-30, -20, 50}},
	} {
		list := purses()
		setOff(list, slices.Clone(c.left))
		for i, want := range c.moved {
			if list[i].Moved != want {
				t.Errorf("%v: %s moved into purse %d, want %s", c.left, list[i].Moved, i, want)
			}
		}
	}
	list := purses()
	held := map[Purse]money.Fen{list[1].Purse: 100}
	(&channelPart{}).payOut(list, []money.Fen{200, 150, 0}, held)
	if list[0].Pay != 200 || list[0].Held != 0 || list[1].Pay != 50 || list[1].Held != 0 {
		t.Errorf("%+v %+v", list[0], list[1])
	}
}

// A notice counts once it has hung for its days, is over, and nobody's objection waits.
func TestWhatANoticeLacks(t *testing.T) {
	const on = calendar.Date(20261130)
	notice := func(from, through calendar.Date) publicityFact {
		return publicityFact{Item: "a", from: from, Through: through}
	}
	objected := notice(20261101, 20261107)
	objected.Objection = "不是本村人"
	answered := objected
	answered.Answer = "已核实"
	other := notice(20261101, 20261107)
	other.Item = "b"
	for name, c := range map[string]struct {
		notices []publicityFact
		want    string
	}{
		"none":                    {nil, "settle.not_publicised"},
		"of another item":         {[]publicityFact{other}, "settle.not_publicised"},
		"a day short":             {[]publicityFact{notice(20261101, 20261106)}, "settle.publicised_short"},
		"its days":                {[]publicityFact{notice(20261101, 20261107)}, ""},
		"to the day of payment":   {[]publicityFact{notice(20261101, on)}, "settle.publicised_until"},
		"to the day before":       {[]publicityFact{notice(20261101, on-1)}, ""},
		"an objection":            {[]publicityFact{objected}, "settle.objection_open"},
		"an objection answered":   {[]publicityFact{answered}, ""},
		"a short one and another": {[]publicityFact{notice(20261101, 20261106), notice(20261108, 20261114)}, ""},
	} {
		a := &account{on: on, standing: standing{publicity: c.notices}}
		if why := a.lacks(&rules.Item{Code: "a", Name: "补贴", PublicDays: 7}); why.Code != c.want {
			t.Errorf("%s: %q, want %q", name, why.Code, c.want)
		}
	}
}
