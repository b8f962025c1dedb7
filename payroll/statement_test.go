package payroll

import (
	"testing"

	"zhida/rules/calendar"
	"zhida/rules/money"
)

func TestNames(t *testing.T) {
	for summary, want := range map[string]bool{"退 2026-01/1#1": true, "退 2026-01/1#12": false, "2026-01/1#12 与 2026-01/1#1": true, "2026-01/1#1元": true, "": false} {
		if names(summary, "2026-01/1#1") != want {
			t.Errorf("%q names the payment: %v", summary, !want)
		}
	}
	if names("代发", "") {
		t.Error("nothing is named by everything")
	}
}

// A day of a statement leads from the balance before to one that a row shows, whatever
// the order of its rows; one that does not lacks rows.
func TestGaps(t *testing.T) {
	row := func(day calendar.Date, fen, balance money.Fen) StatementRow {
		x := StatementRow{Account: "1", Date: day, Credit: fen, Balance: balance}
		if fen < 0 {
			x.Credit, x.Debit = 0, -fen
		}
		return x
	}
	for _, c := range []struct {
		name string
		rows []StatementRow
		want []gap
	}{
		{"in order", []StatementRow{row(20260110, 300, 300), row(20260112, 200, 500), row(20260112, -100, 400), row(20260115, 5, 405)}, nil},
		{"a day's rows in any order", []StatementRow{row(20260110, 300, 300), row(20260112, -100, 400), row(20260112, 200, 500), row(20260115, 5, 405)}, nil},
		{"emptied", []StatementRow{row(20260110, 300, 300), row(20260112, -300, 0), row(20260115, 5, 5)}, nil},
		{"no balances", []StatementRow{row(20260110, 300, 0), row(20260112, -100, 0)}, nil},
		{"some balances", []StatementRow{row(20260110, 300, 300), row(20260112, -100, 0), row(20260115, 5, 205)}, nil},
		{"a row lacks", []StatementRow{row(20260110, 300, 300), row(20260112, 200, 400), row(20260115, 5, 405)}, []gap{{"1", 20260112, 500}}},
	} {
		got := gaps(c.rows)
		if len(got) != len(c.want) || len(got) > 0 && got[0] != c.want[0] {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// Steady pay is the same sum to the same card every month: a dated credit belongs to the
// month that waits for it or repeats the one of that day, and what cannot be told apart is
// left to a person.
func TestOneMeant(t *testing.T) {
	pay := func(month calendar.Month, state PaymentState, since calendar.Date) *candidate {
		return &candidate{PaidOut: PaidOut{Payment: Payment{Batch: NewBatchID(month, 1), Seq: 1}, State: state, Since: since}}
	}
	jan, feb := pay(202601, PaymentCredited, 20260131), pay(202602, PaymentSent, 0)
	for _, c := range []struct {
		name  string
		alike []*candidate
		row   ReturnRow
		want  *candidate
	}{
		{"the month in transit", []*candidate{jan, feb}, ReturnRow{State: PaymentCredited, Date: 20260228}, feb},
		{"the same answer again", []*candidate{jan, feb}, ReturnRow{State: PaymentCredited, Date: 20260131}, jan},
		{"no date", []*candidate{jan, feb}, ReturnRow{State: PaymentCredited}, nil},
		{"a bounce may be of either", []*candidate{jan, feb}, ReturnRow{State: PaymentReturned, Date: 20260228}, nil},
		{"two months in transit", []*candidate{feb, pay(202603, PaymentSent, 0)}, ReturnRow{State: PaymentCredited, Date: 20260331}, nil},
		{"two of one batch", []*candidate{feb, pay(202602, PaymentSent, 0)}, ReturnRow{State: PaymentReturned}, feb},
		{"both answered", []*candidate{jan, pay(202602, PaymentReturned, 20260228)}, ReturnRow{State: PaymentCredited, Date: 20260301}, nil},
		{"one only", []*candidate{jan}, ReturnRow{State: PaymentReturned}, jan},
	} {
		if got := oneMeant(c.alike, &c.row); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

// How many rows a payment file could account for decides nothing between two months.
func TestRowCountsDecideNoMonth(t *testing.T) {
	pay := func(month calendar.Month, file string) *candidate {
		return &candidate{PaidOut: PaidOut{Payment: Payment{Batch: NewBatchID(month, 1), Seq: 1, Fen: 70000, File: file, Card: "6228480000000000018"}, State: PaymentSent}}
	}
	jan, feb := pay(202601, "jan.txt"), pay(202602, "feb.txt")
	m := &matcher{byAccount: map[string][]*candidate{"6228480000000000018": {jan, feb}}, weights: map[string]int{"jan.txt": 1, "feb.txt": 3}}
	row := &ReturnRow{Account: "6228480000000000018", Fen: 70000, State: PaymentReturned}
	for _, order := range [][]*candidate{{jan, feb}, {feb, jan}} {
		m.byAccount["6228480000000000018"] = order
		if _, problem, _ := m.find(row); problem != "这个账号有几笔同样金额的款项（2026-01/1#1、2026-02/1#1），说不清是哪一笔，请用 --batch 写明批次再导" {
			t.Fatalf("%q", problem)
		}
	}
	m.name = "回盘_jan.txt"
	if p, problem, _ := m.find(row); p != jan || problem != "" {
		t.Fatalf("the named file: %+v %q", p, problem)
	}
	m.only = feb.Batch
	if p, _, elsewhere := m.find(row); p != nil || elsewhere != jan.Batch {
		t.Fatalf("the clerk names another batch than the file: %+v %s", p, elsewhere)
	}
	m.name = "回盘.txt"
	if p, problem, _ := m.find(row); p != feb || problem != "" {
		t.Fatalf("the batch that the clerk names: %+v %q", p, problem)
	}
}
