package workbook

import (
	"bytes"
	"strings"
	"testing"

	"zhida/payroll"
	"zhida/rules/money"
)

func sampleTrial() *payroll.Trial {
	sum := func(before, after int64, better, worse int) payroll.TrialSum {
		s := payroll.TrialSum{Before: 0, Better: better, Worse: worse}
		s.Before += money.Fen(before)
		s.After += money.Fen(after)
		s.BackPay = max(s.After-s.Before, 0)
		s.Owed = max(s.Before-s.After, 0)
		return s
	}
	t := &payroll.Trial{Unit: "样例县财政局", From: 202611, To: 202701, Horizon: 77, Documents: []string{"样发〔2026〕9号"}, Replaced: []string{"样发〔2026〕9号"},
		Settled: 202611, People: 12, TrialSum: sum(1000033, 1012040, 3, 1)}
	t.ByYear = []payroll.TrialRow{{Code: "2026", Name: "2026年", TrialSum: sum(600011, 606010, 3, 1)}, {Code: "2027", Name: "2027年", TrialSum: sum(400022, 406030, 3, 1)}}
	t.BackPay, t.Owed = 12007, 0
	t.ByItem = []payroll.TrialRow{{Code: "a", Name: "乡镇工作补贴", TrialSum: sum(1000033, 1012040, 3, 1)}, {Code: "d", Name: "公积金", Deduction: true, TrialSum: sum(5000, 5010, 0, 1)}}
	t.ByTownship = []payroll.TrialRow{{Code: "439901101", Name: "甲镇", TrialSum: sum(700000, 699999, 0, 1)}, {Code: "439901102", Name: "=乙乡", TrialSum: sum(300033, 312041, 3, 0)}}
	t.Cells = []payroll.TrialCell{{Township: "439901101", TownshipName: "甲镇", Item: "a", ItemName: "乡镇工作补贴", Year: 2026, TrialSum: sum(1, 2, 1, 0)}}
	t.Largest = []payroll.TrialPerson{{Person: 4, Name: "张*满", Township: "=乙乡", Before: 100, After: 99, Item: "乡镇工作补贴"}}
	return t
}

// LibreOffice works every formula of a trial out to the value that stands beside it,
// text never becomes a formula, and what is empty says so.
func TestTrialWorkbook(t *testing.T) {
	for name, x := range map[string]*payroll.Trial{"full": sampleTrial(), "empty": {Unit: "样例县财政局", From: 202701, To: 202701, Documents: []string{"样"}}} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := WriteTrial(&b, x); err != nil {
				t.Fatal(err)
			}
			f := opened(t, b.Bytes())
			all := ""
			for _, sheet := range f.GetSheetList() {
				rows, err := f.GetRows(sheet)
				if err != nil {
					t.Fatal(err)
				}
				for _, r := range rows {
					all += strings.Join(r, "|") + "\n"
				}
			}
			want := []string{"增减", "没有人的收入会变动", "没有算不出来的"}
			if name == "full" {
				want = []string{"120.07", "=乙乡", "张*满", "以草案代替", "-0.01", "没有算不出来的", "截至2026年11月"}
			}
			for _, w := range want {
				if !strings.Contains(all, w) {
					t.Errorf("%q stands nowhere in\n%s", w, all)
				}
			}
			made := formulas(t, b.Bytes())
			if name == "full" && len(made) < 10 {
				t.Errorf("only %d formulas", len(made))
			}
			for _, d := range differing(made, formulas(t, recalculated(t, b.Bytes()))) {
				t.Error(d)
			}
		})
	}
}
