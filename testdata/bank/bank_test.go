package bank

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// paying opens a bank whose payer has 10,000.00 yuan, with the accounts of the examples.
func paying(t *testing.T, code string) *Bank {
	t.Helper()
	b := New(code)
	b.OpenPayer(payer, "桃源县财政局", 1_000_000, "2026-11-01")
	b.OpenAccount(a1, "张三")
	b.OpenAccount(a2, "李·四")
	return b
}

func load(t *testing.T, b *Bank, layout, file string, data []byte) *Instruction {
	t.Helper()
	i, err := b.Load(layout, file, data)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func execute(t *testing.T, b *Bank, i *Instruction, s Settlement) {
	t.Helper()
	if err := b.Execute(i, s); err != nil {
		t.Fatal(err)
	}
	check(t, b)
}

func check(t *testing.T, b *Bank) {
	t.Helper()
	if err := b.Check(); err != nil {
		t.Error(err)
	}
}

func TestExecute(t *testing.T) {
	for _, tt := range []struct {
		name   string
		do     func(b *Bank)
		status Status
		cause  Cause
		words  string
	}{
		{"as it should be", func(*Bank) {}, Credited, "", ""},
		{"closed", func(b *Bank) { b.Close(a2) }, Failed, Closed, "该账户已销户"},
		{"closed under another name", func(b *Bank) { b.Close(a2); b.Rename(a2, "李思") }, Failed, Closed, "该账户已销户"},
		{"frozen", func(b *Bank) { b.Freeze(a2) }, Failed, Frozen, "账户被冻结"},
		{"dormant", func(b *Bank) { b.MakeDormant(a2) }, Failed, Dormant, "账户为不动户(睡眠户)"},
		{"lost", func(b *Bank) { b.ReportLost(a2) }, Failed, Lost, "该卡已挂失"},
		{"a savings certificate", func(b *Bank) { b.MakeNotSettlement(a2) }, Failed, NotSettlement, "该账户不是结算账户"},
		{"above the limit", func(b *Bank) { b.Limit(a2, 105) }, Failed, Limit, "金额超过限额"},
		{"at the limit", func(b *Bank) { b.Limit(a2, 106) }, Credited, "", ""},
		{"renamed", func(b *Bank) { b.Rename(a2, "李•四") }, Failed, NameMismatch, "账号与户名不符"},
		{"renamed and frozen", func(b *Bank) { b.Rename(a2, "李思"); b.Freeze(a2) }, Failed, NameMismatch, "账号与户名不符"},
		{"never opened", func(b *Bank) { delete(b.accounts, a2) }, Failed, NoAccount, "账号不存在"},
		{"parked", func(b *Bank) { b.Park(a2) }, Parked, ReceivedNotCredited, "挂账待处理"},
		{"opened again", func(b *Bank) { b.Freeze(a2); b.Reopen(a2) }, Credited, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := paying(t, CCB)
			i := load(t, b, "ccb-min", "a.txt", gbk(t, ccbMin))
			tt.do(b)
			execute(t, b, i, Settlement{Debited: "2026-11-10", Refunded: "2026-11-11"})
			o := b.Outcome(i, 2)
			if o.Status != tt.status || o.Cause != tt.cause || o.Words != tt.words {
				t.Errorf("%+v, want %v %s %s", o, tt.status, tt.cause, tt.words)
			}
			credited, balance := int64(0), int64(1_000_000-123556)
			switch tt.status {
			case Credited:
				credited = 106
			case Failed:
				balance += 106
			}
			if b.Credited(a1) != 123450 || b.Credited(a2) != credited || b.Balance() != balance {
				t.Errorf("credited %d and %d, balance %d", b.Credited(a1), b.Credited(a2), b.Balance())
			}
			if b.Debited() != 123556 || b.TotalCredited()+b.Refunded()+b.Suspense() != b.Debited() {
				t.Errorf("debited %d, credited %d, refunded %d, parked %d", b.Debited(), b.TotalCredited(), b.Refunded(), b.Suspense())
			}
		})
	}
}

func TestExecuteRefuses(t *testing.T) {
	other := paying(t, CCB)
	for _, tt := range []struct {
		name   string
		opened bool
		fen    int64
		do     func(b *Bank, i *Instruction) error
		want   string
	}{
		{"one fen too little", true, 123555, func(b *Bank, i *Instruction) error { return b.Execute(i, Settlement{Debited: "2026-11-10"}) }, "余额不足"},
		{"no payer", false, 0, func(b *Bank, i *Instruction) error { return b.Execute(i, Settlement{Debited: "2026-11-10"}) }, "no payer's account"},
		{"money that comes later", true, 123556, func(b *Bank, i *Instruction) error { return b.Execute(i, Settlement{Debited: "2026-10-31"}) }, "余额不足"},
		{"another bank", true, 123556, func(_ *Bank, i *Instruction) error { return other.Execute(i, Settlement{Debited: "2026-11-10"}) }, "not loaded by this bank"},
		{"no date", true, 123556, func(b *Bank, i *Instruction) error { return b.Execute(i, Settlement{}) }, "not a date"},
		{"refunded before", true, 123556, func(b *Bank, i *Instruction) error {
			return b.Execute(i, Settlement{Debited: "2026-11-10", Refunded: "2026-11-09"})
		}, "before"},
		{"twice", true, 300000, func(b *Bank, i *Instruction) error {
			if err := b.Execute(i, Settlement{Debited: "2026-11-10"}); err != nil {
				return err
			}
			return b.Execute(i, Settlement{Debited: "2026-11-10"})
		}, "executed already"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := New(CCB)
			if tt.opened {
				b.OpenPayer(payer, "桃源县财政局", tt.fen, "2026-11-01")
			}
			i := load(t, b, "ccb-min", "a.txt", gbk(t, ccbMin))
			if err := tt.do(b, i); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, want %s", err, tt.want)
			}
			if tt.name != "twice" && (b.Debited() != 0 || b.Balance() != tt.fen || b.Outcome(i, 1).Status != Waiting) {
				t.Error("something changed")
			}
			check(t, b)
		})
	}
}

// TestLater follows one payment of 1.06 through what may come days after.
func TestLater(t *testing.T) {
	b := paying(t, CCB)
	execute(t, b, load(t, b, "ccb-min", "a.txt", gbk(t, ccbMin)), Settlement{Debited: "2026-11-10"})
	if err := b.Bounce(a2, 105, "2026-11-13"); err == nil {
		t.Error("an amount that never came bounced")
	}
	if err := b.Bounce(a2, 106, "2026-11-09"); err == nil {
		t.Error("it bounced before it came")
	}
	b.Close(a2)
	if err := b.Bounce(a2, 106, "2026-11-13"); err != nil {
		t.Fatal(err)
	}
	check(t, b)
	if b.Credited(a2) != 0 || b.Refunded() != 106 {
		t.Errorf("credited %d, refunded %d", b.Credited(a2), b.Refunded())
	}
	if err := b.Bounce(a2, 106, "2026-11-14"); err == nil {
		t.Error("it bounced twice")
	}

	// Paid again to an account that parks, twice: once released to the payee, once given back.
	b.Reopen(a2)
	for n, credit := range []bool{true, false} {
		b.Park(a2)
		i := load(t, b, "ccb-min", fmt.Sprintf("again%d.txt", n), gbk(t, a2+"|李·四|1."+fmt.Sprintf("%02d", 7+n)+"|\n"))
		execute(t, b, i, Settlement{Debited: "2026-11-20"})
		if b.Suspense() != int64(107+n) || b.Outcome(i, 1).Status != Parked {
			t.Errorf("%d parked", b.Suspense())
		}
		if err := b.Release(a2, int64(107+n), "2026-11-22", credit); err != nil {
			t.Fatal(err)
		}
		check(t, b)
	}
	if b.Credited(a2) != 107 || b.Refunded() != 106+108 || b.Suspense() != 0 {
		t.Errorf("credited %d, refunded %d, parked %d", b.Credited(a2), b.Refunded(), b.Suspense())
	}
}

// TestBooksHold does what banks do in a thousand orders, and holds the books after every step.
func TestBooksHold(t *testing.T) {
	for seed := range uint64(50) {
		r := rand.New(rand.NewPCG(seed, 0))
		b := paying(t, CCB)
		b.OpenAccount(a3, "王五")
		numbers, names := []string{a1, a2, a3}, []string{"张三", "李·四", "王五"}
		do := []func(n string){b.Close, b.Freeze, b.MakeDormant, b.ReportLost, b.MakeNotSettlement, b.Park, b.Reopen, b.Reopen, func(n string) { b.Rename(n, names[r.IntN(3)]) }}
		var sent [][2]any
		for step := range 30 {
			day := fmt.Sprintf("2026-11-%02d", step/2+1)
			do[r.IntN(len(do))](numbers[r.IntN(3)])
			text := ""
			for n := range numbers {
				fen := int64(r.IntN(500) + 100)
				text += numbers[n] + "|" + names[n] + "|" + yuan(fen) + "|\n"
				sent = append(sent, [2]any{numbers[n], fen})
			}
			i := load(t, b, "ccb-min", fmt.Sprintf("%d.txt", step), gbk(t, text))
			execute(t, b, i, Settlement{Debited: day, Refund: Refund(r.IntN(2))})
			back := sent[r.IntN(len(sent))]
			if err := b.Bounce(back[0].(string), back[1].(int64), day); err != nil {
				_ = b.Release(back[0].(string), back[1].(int64), day, r.IntN(2) == 0) // often there is nothing to release
			}
			check(t, b)
			if b.Balance() != 1_000_000-b.Debited()+b.Refunded() {
				t.Fatalf("seed %d, step %d: balance %d", seed, step, b.Balance())
			}
		}
	}
}

func TestMisusePanics(t *testing.T) {
	for name, do := range map[string]func(){
		"a bank nobody knows":       func() { New("XYZ") },
		"an account opened twice":   func() { b := New(CCB); b.OpenAccount(a1, "张三"); b.OpenAccount(a1, "张三") },
		"an account never opened":   func() { New(CCB).Close(a1) },
		"a second payer":            func() { b := paying(t, CCB); b.OpenPayer(payer, "A", 0, "2026-11-01") },
		"a deposit without payer":   func() { New(CCB).Deposit(1, "2026-11-01") },
		"a day that does not exist": func() { New(CCB).Today("2026-02-30") },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			do()
		}()
	}
}

func TestAmounts(t *testing.T) {
	for fen, want := range map[int64][2]string{
		1: {"0.01", "0.01"}, 100: {"1.00", "1.00"}, 99999: {"999.99", "999.99"}, 100000: {"1000.00", "1,000.00"}, 123456789: {"1234567.89", "1,234,567.89"},
		-123456: {"-1234.56", "-1,234.56"}, -10000: {"-100.00", "-100.00"},
	} {
		if yuan(fen) != want[0] || commas(fen) != want[1] {
			t.Errorf("%d: %s and %s, want %v", fen, yuan(fen), commas(fen), want)
		}
	}
}

// TestWords asks every bank for words of every cause, and for no two causes the same.
func TestWords(t *testing.T) {
	for code := range forms {
		seen := map[string]Cause{}
		for cause := range reasons {
			w := New(code).Words(cause)
			if w == "" || seen[w] != "" {
				t.Errorf("%s has %q for %s and %s", code, w, cause, seen[w])
			}
			seen[w] = cause
		}
		if statuses[code] == (said{}) {
			t.Errorf("%s has no words for success", code)
		}
	}
}
