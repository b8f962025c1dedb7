package bankfile

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"zhida/payroll"
	"zhida/payroll/banklayout"
	"zhida/rules/message"
	"zhida/rules/money"
)

// county pays through ABC, through the rural bank, and through CCB by a layout of its own.
func county(t testing.TB, edit func(*banklayout.Layout)) *payroll.County {
	t.Helper()
	own := changed(t, "ccb-txt", func(l *banklayout.Layout) { l.Code = "ccb-own"; edit(l) })
	setting := func(layout string) payroll.BankSetting {
		return payroll.BankSetting{Layout: layout, Payer: "桃源县财政局", Account: "1908000000000000001", Purpose: "代发", Unit: "430725"}
	}
	return &payroll.County{Layouts: []banklayout.Layout{*own},
		Banks: map[string]payroll.BankSetting{"ABC": setting("abc-txt"), "HNRCC": setting("rural-txt"), "CCB": setting("ccb-own")}}
}

func payments(bank string, fen ...money.Fen) (list []payroll.Payment) {
	for i, x := range fen {
		list = append(list, payroll.Payment{Seq: i + 1, Person: int64(i + 1), Fen: x, Bank: bank, Card: card(i), Holder: "张甲"})
	}
	return list
}

// shape is what a test compares of a plan: names and amounts.
func shape(files []*File) (list []string) {
	for _, f := range files {
		s := f.Name + ":"
		for _, r := range f.Rows {
			s += " " + r.Fen.String()
		}
		list = append(list, s)
	}
	return list
}

func TestPlan(t *testing.T) {
	twice := payments("CCB", 100, 200, 300)
	twice[1].Card, twice[1].Fen = twice[0].Card, 100
	thrice := append(payments("CCB", 100, 300, 100), payments("CCB", 100)...)
	thrice[2].Card = thrice[0].Card
	inTurn := payments("CCB", 100, 300, 100)
	inTurn[2].Card = inTurn[0].Card
	for _, c := range []struct {
		name     string
		edit     func(*banklayout.Layout)
		payments []payroll.Payment
		taken    []string
		want     []string
	}{
		{"one bank", nil, payments("CCB", 100, 200), nil, []string{"ccb_20261125_1.txt: 1.00 2.00"}},
		{"two banks, in the order of their first payment", nil, append(payments("CCB", 100), append(payments("ABC", 200), payments("CCB", 300)...)...), nil,
			[]string{"ccb_20261125_1.txt: 1.00 3.00", "202611250001.txt: 2.00"}},
		{"filled in order, by rows", func(l *banklayout.Layout) { l.MaxRows = 2 }, payments("CCB", 100, 200, 300), nil,
			[]string{"ccb_20261125_1.txt: 1.00 2.00", "ccb_20261125_2.txt: 3.00"}},
		{"filled in order, by amount", func(l *banklayout.Layout) { l.MaxTotal = "5.00" }, payments("CCB", 300, 200, 400, 100, 1), nil,
			[]string{"ccb_20261125_1.txt: 3.00 2.00", "ccb_20261125_2.txt: 4.00 1.00", "ccb_20261125_3.txt: 0.01"}},
		{"equal rows stand apart", nil, twice, nil, []string{"ccb_20261125_1.txt: 1.00 3.00", "ccb_20261125_2.txt: 1.00"}},
		{"three equal rows stand in three files", nil, thrice, nil,
			[]string{"ccb_20261125_1.txt: 1.00 3.00", "ccb_20261125_2.txt: 1.00", "ccb_20261125_3.txt: 1.00"}},
		{"equal rows of two files stand where they fall", func(l *banklayout.Layout) { l.MaxRows = 2 }, inTurn, nil,
			[]string{"ccb_20261125_1.txt: 1.00 3.00", "ccb_20261125_2.txt: 1.00"}},
		{"equal rows stay, where the bank takes them", func(l *banklayout.Layout) { l.Duplicates = "keep" }, twice, nil, []string{"ccb_20261125_1.txt: 1.00 1.00 3.00"}},
		{"numbers go on after other batches", nil, twice, []string{"ccb_20261125_1.txt", "ccb_20261125_3.txt"},
			[]string{"ccb_20261125_2.txt: 1.00 3.00", "ccb_20261125_4.txt: 1.00"}},
		{"nothing to pay", nil, nil, nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			edit := c.edit
			if edit == nil {
				edit = func(*banklayout.Layout) {}
			}
			taken := map[string]bool{}
			for _, name := range c.taken {
				taken[name] = true
			}
			files, err := Plan(county(t, edit), 202611001, 20261125, c.payments, taken)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, shape(files)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestPlanRefuses(t *testing.T) {
	for _, c := range []struct {
		name     string
		edit     func(*banklayout.Layout)
		payments []payroll.Payment
		code     string
		says     []string
	}{
		{"a bank without a setting", nil, payments("ICBC", 100, 200), "bank.no_setting", []string{"ICBC", "中国工商银行", "张甲", "2 笔", "3.00"}},
		{"a payment above the limit of a file", func(l *banklayout.Layout) { l.MaxTotal = "5.00" }, payments("CCB", 100, 501), "bank.limit", []string{"第 2 号", "5.01", "5.00"}},
	} {
		edit := c.edit
		if edit == nil {
			edit = func(*banklayout.Layout) {}
		}
		_, err := Plan(county(t, edit), 202611001, 20261125, c.payments, nil)
		var problems message.Problems
		if !errors.As(err, &problems) || problems[0].Code != c.code {
			t.Errorf("%s: %v, want %s", c.name, err, c.code)
			continue
		}
		for _, s := range c.says {
			if !strings.Contains(problems[0].Text(message.Chinese), s) {
				t.Errorf("%s does not say %s: %s", c.name, s, problems[0].Text(message.Chinese))
			}
		}
	}
	x := county(t, func(*banklayout.Layout) {})
	s := x.Banks["HNRCC"]
	s.Unit = "../430725"
	x.Banks["HNRCC"] = s
	if _, err := Plan(x, 202611001, 20261125, payments("HNRCC", 1), nil); message.Code(err) != "bank.file_name" {
		t.Errorf("a path in a name: %v", err)
	}
}

// A bank that reads names as times gets times, and no file more than a day has minutes.
func TestNamesAsTimes(t *testing.T) {
	c := county(t, func(*banklayout.Layout) {})
	taken := map[string]bool{}
	name := func() string {
		files, err := Plan(c, 202611001, 20261125, payments("ABC", 1), taken)
		if err != nil {
			return message.Code(err)
		}
		taken[files[0].Name] = true
		return files[0].Name
	}
	var got []string
	for range 1440 {
		got = append(got, name())
	}
	for at, want := range map[int]string{0: "202611250001.txt", 58: "202611250059.txt", 59: "202611250100.txt", 1438: "202611252359.txt", 1439: "bank.file_name"} {
		if got[at] != want {
			t.Errorf("file %d is %s, want %s", at+1, got[at], want)
		}
	}
}

// Every payment is in exactly one file, no file exceeds a limit or holds two equal
// rows, and no two files share a name.
func TestPlanKeepsEveryPayment(t *testing.T) {
	c := county(t, func(l *banklayout.Layout) { l.MaxRows, l.MaxTotal = 3, "10.00" })
	rapid.Check(t, func(t *rapid.T) {
		var list []payroll.Payment
		for i := range rapid.IntRange(0, 40).Draw(t, "n") {
			list = append(list, payroll.Payment{Seq: i + 1, Person: 1, Holder: "张甲", Bank: rapid.SampledFrom([]string{"ABC", "CCB", "HNRCC"}).Draw(t, "bank"),
				Card: card(rapid.IntRange(1, 3).Draw(t, "card")), Fen: money.Fen(rapid.IntRange(1, 5).Draw(t, "yuan") * 100)})
		}
		files, err := Plan(c, 202611001, 20261125, list, nil)
		if err != nil {
			t.Fatal(err)
		}
		bank, names := map[int]string{}, map[string]bool{}
		for _, f := range files {
			sum, last, seen := money.Fen(0), 0, map[Row]bool{}
			for _, r := range f.Rows {
				key := Row{Account: r.Account, Fen: r.Fen}
				if bank[r.Payment] != "" || seen[key] || r.Payment < last {
					t.Fatalf("%s: payment %d is twice, equals another or is out of order", f.Name, r.Payment)
				}
				bank[r.Payment], seen[key], last = f.Bank, true, r.Payment
				sum += r.Fen
			}
			if names[f.Name] || sum != f.Header.Total || len(f.Rows) != f.Header.Count || f.Bank == "CCB" && (sum > 1000 || len(f.Rows) > 3) {
				t.Fatalf("%s: %d rows of %s", f.Name, len(f.Rows), sum)
			}
			names[f.Name] = true
		}
		for _, p := range list {
			if bank[p.Seq] != p.Bank {
				t.Fatalf("payment %d went to %q, not %s", p.Seq, bank[p.Seq], p.Bank)
			}
		}
	})
}

// paying is a county with one agent bank for all cards, and the edit of its layouts.
func paying(t *testing.T, s payroll.BankSetting, edit func(*banklayout.Layout)) *payroll.County {
	c := county(t, edit)
	s.Payer, s.Account, s.Purpose = "桃源县财政局", "1908000000000000001", "代发"
	c.Banks = map[string]payroll.BankSetting{"CCB": s, "ABC": {Via: "CCB"}, payroll.AnyBank: {Via: "CCB"}, "PSBC": {Layout: "psbc-txt", Payer: "x", Account: "1908000000000000001", Purpose: "代发"}}
	return c
}

func mixed() []payroll.Payment {
	list := append(payments("CCB", 100, 200), payments("ABC", 300)...)
	list = append(list, payments("HNRCC", 400)...)
	for i := range list {
		list[i].Seq, list[i].Card, list[i].Branch = i+1, card(9-i), []string{"乙", "甲", "乙", "甲"}[i]
	}
	return list
}

func TestPlanThroughAnotherBank(t *testing.T) {
	for _, c := range []struct {
		name    string
		setting payroll.BankSetting
		edit    func(*banklayout.Layout)
		want    []string
	}{
		{"all in one file", payroll.BankSetting{Layout: "ccb-own"}, func(*banklayout.Layout) {}, []string{"ccb_20261125_1.txt: 1.00 2.00 3.00 4.00"}},
		{"other banks apart", payroll.BankSetting{Layout: "ccb-own"}, func(l *banklayout.Layout) { l.OwnBank = "apart" },
			[]string{"ccb_20261125_1.txt: 1.00 2.00", "ccb_20261125_2.txt: 3.00 4.00"}},
		{"other banks by another layout", payroll.BankSetting{Layout: "ccb-own", Cross: "psbc-cross"}, func(l *banklayout.Layout) { l.OwnBank = "only" },
			[]string{"ccb_20261125_1.txt: 1.00 2.00", "psbc_k_20261125_1.txt: 3.00 4.00"}},
		{"by account", payroll.BankSetting{Layout: "ccb-own"}, func(l *banklayout.Layout) { l.Order = "account" }, []string{"ccb_20261125_1.txt: 4.00 3.00 2.00 1.00"}},
		{"by branch", payroll.BankSetting{Layout: "ccb-own"}, func(l *banklayout.Layout) { l.Order = "branch" }, []string{"ccb_20261125_1.txt: 1.00 3.00 2.00 4.00"}},
		{"evenly", payroll.BankSetting{Layout: "ccb-own"}, func(l *banklayout.Layout) { l.MaxRows, l.Split = 3, "even" },
			[]string{"ccb_20261125_1.txt: 1.00 2.00", "ccb_20261125_2.txt: 3.00 4.00"}},
		{"no fewer than two", payroll.BankSetting{Layout: "ccb-own"}, func(l *banklayout.Layout) { l.MaxRows, l.MinRows = 3, 2 },
			[]string{"ccb_20261125_1.txt: 1.00 2.00", "ccb_20261125_2.txt: 3.00 4.00"}},
	} {
		files, err := Plan(paying(t, c.setting, c.edit), 202611001, 20261125, mixed(), nil)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if d := cmp.Diff(c.want, shape(files)); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
		for _, f := range files {
			for _, r := range f.Rows {
				if f.Bank != "CCB" || r.Other != (r.Fen > 200) || f.Header.Month != 202611 {
					t.Errorf("%s: %v of %s", c.name, r, f.Bank)
				}
			}
		}
	}
}

func TestPlanRefusesWhatALayoutDoesNotTake(t *testing.T) {
	c := paying(t, payroll.BankSetting{Layout: "ccb-own"}, func(l *banklayout.Layout) { l.OwnBank = "only" })
	_, err := Plan(c, 202611001, 20261125, mixed(), nil)
	var problems message.Problems
	if !errors.As(err, &problems) || len(problems) != 2 || problems[0].Code != "bank.own_bank" || !strings.Contains(problems[0].Text(message.Chinese), "中国农业银行") {
		t.Error(err)
	}
	c = paying(t, payroll.BankSetting{Layout: "ccb-own"}, func(l *banklayout.Layout) { l.MinRows = 5 })
	if _, err := Plan(c, 202611001, 20261125, mixed(), nil); message.Code(err) != "bank.few_rows" {
		t.Error(err)
	}
}

// A file with too few rows takes company of others: never a row that equals one of its own, and never above its limit.
func TestFewRowsTakeOthers(t *testing.T) {
	equal := func(list []payroll.Payment, one, other int) []payroll.Payment {
		list[other].Card = list[one].Card
		return list
	}
	for name, c := range map[string]struct {
		most     string
		payments []payroll.Payment
		want     []string
	}{
		"the last of the longer file":   {"", equal(payments("CCB", 100, 100, 300, 400, 500), 0, 1), []string{"ccb_20261125_1.txt: 1.00 3.00 4.00", "ccb_20261125_2.txt: 1.00 5.00"}},
		"not the last, which equals it": {"", equal(payments("CCB", 200, 300, 100, 100), 2, 3), []string{"ccb_20261125_1.txt: 2.00 1.00", "ccb_20261125_2.txt: 3.00 1.00"}},
		"the one that its limit admits": {"5.00", payments("CCB", 100, 200, 200, 400), []string{"ccb_20261125_1.txt: 2.00 2.00", "ccb_20261125_2.txt: 1.00 4.00"}},
	} {
		files, err := Plan(county(t, func(l *banklayout.Layout) { l.MinRows, l.MaxTotal = 2, c.most }), 202611001, 20261125, c.payments, nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if d := cmp.Diff(c.want, shape(files)); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}
