package app

import (
	"bytes"
	"context"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"zhida/exporters/workbook"
	"zhida/payroll"
	"zhida/rules/calendar"
	"zhida/rules/money"
	"zhida/testdata/counties/taoyuan"
)

// draft is the county's allowance document with two other rates, working backwards.
func draft(t *testing.T) payroll.PolicyText {
	t.Helper()
	text, err := taoyuan.Files.ReadFile("policies/01-乡镇工作补贴等.yaml")
	if err != nil {
		t.Fatal(err)
	}
	whole, _, _ := strings.Cut(string(text), "案例:")
	for from, to := range map[string]string{"桃政发〔2026〕3号": "桃政发〔2026〕30号", "印发日期: 2026-01-08": "印发日期: 2026-12-01", "施行: 2026-01\n": "施行: 2026-10\n  补发对象: 全部\n",
		"[二类, 正科级|副科级, 520]": "[二类, 正科级|副科级, 580]", "[一类, 一级科员|二级科员, 360]": "[一类, 一级科员|二级科员, 340]"} {
		if strings.Count(whole, from) != 1 {
			t.Fatalf("%q is not once in the document", from)
		}
		whole = strings.Replace(whole, from, to, 1)
	}
	return payroll.PolicyText{File: "草案.yaml", Text: []byte(whole)}
}

// trialForetells tries a draft on the county of the demo: what it foretells is what
// adopting the draft brings, the same differences by item, the same back-pay. Trying
// changes nothing, whatever the number of workers.
func trialForetells(t *testing.T, dir string) {
	t.Helper()
	ctx := context.Background()
	now, err := Clock("2026-12-02")
	if err != nil {
		t.Fatal(err)
	}
	a, err := Open(ctx, filepath.Join(dir, "book.db"), now)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	try := func(b *payroll.Book, from, to calendar.Month) *payroll.Trial {
		x, err := b.Try(ctx, []payroll.PolicyText{draft(t)}, from, to)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	x := try(a.Book, 202610, 202611)
	if d := cmp.Diff(x, try(a.WithWorkers(1), 202610, 202611)); d != "" {
		t.Errorf("one worker comes to something else: %s", d)
	}
	additive(t, x)
	before := try(a.Book, 202608, 202609)
	if before.Change() != 0 || before.Better+before.Worse != 0 || len(before.Largest) != 0 {
		t.Errorf("a draft from October changes August and September: %+v", before.TrialSum)
	}

	maker, err := a.Unlock(ctx, "张敏", []byte(DemoPassphrase))
	if err != nil {
		t.Fatal(err)
	}
	checker, err := a.Unlock(ctx, "李复", []byte(DemoPassphrase))
	if err != nil {
		t.Fatal(err)
	}
	d := draft(t)
	at, err := a.ProposePolicy(ctx, maker, d.File, d.Text)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Decide(ctx, checker, at, true, "", ""); err != nil {
		t.Fatal(err)
	}
	r, err := a.Run(ctx, maker, 202611, payroll.Regular)
	if err != nil {
		t.Fatal(err)
	}
	byItem, byMonth := map[string]money.Fen{}, map[[2]int64]money.Fen{}
	for _, b := range r.Batches {
		err := a.store.View(ctx, func(r payroll.Reader) error {
			return r.Lines(ctx, payroll.LineQuery{Batch: b.ID}, func(l payroll.Line) error {
				byItem[l.Item] += l.Fen
				if l.Side == payroll.Deduction {
					l.Fen = -l.Fen
				}
				byMonth[[2]int64{l.Person, int64(l.Month)}] += l.Fen
				return nil
			})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	var backPay, owed money.Fen
	for _, f := range byMonth {
		backPay, owed = backPay+max(f, 0), owed+max(-f, 0)
	}
	if x.BackPay != backPay || x.Owed != owed || backPay == 0 || owed == 0 {
		t.Errorf("the trial foretold back-pay %s and %s owed, adoption brings %s and %s", x.BackPay, x.Owed, backPay, owed)
	}
	for _, row := range x.ByItem {
		if row.Change() != byItem[row.Code] {
			t.Errorf("%s: the trial foretold %s, adoption brings %s", row.Name, row.Change(), byItem[row.Code])
		}
	}
	again, err := a.Try(ctx, []payroll.PolicyText{d}, 202610, 202611)
	if err != nil {
		t.Fatal(err)
	}
	if again.Change() != 0 || len(again.Replaced) != 1 {
		t.Errorf("the adopted document tried again in its own place changes %s, replaces %v", again.Change(), again.Replaced)
	}
}

// additive holds the sums of a trial against one another.
func additive(t *testing.T, x *payroll.Trial) {
	t.Helper()
	var years, towns, cells, items payroll.TrialSum
	add := func(s *payroll.TrialSum, o payroll.TrialSum) {
		s.Before, s.After, s.BackPay, s.Owed = s.Before+o.Before, s.After+o.After, s.BackPay+o.BackPay, s.Owed+o.Owed
	}
	for _, r := range x.ByYear {
		add(&years, r.TrialSum)
	}
	for _, r := range x.ByTownship {
		add(&towns, r.TrialSum)
	}
	for _, r := range x.ByItem {
		if !r.Deduction {
			add(&items, r.TrialSum)
		}
	}
	for _, c := range x.Cells {
		if !c.Deduction {
			add(&cells, c.TrialSum)
		}
	}
	want := x.TrialSum
	want.Better, want.Worse = 0, 0
	if years != want || towns != want || items != cells || items.Before != want.Before || items.After != want.After {
		t.Errorf("the whole is %+v, by year %+v, by township %+v, by item %+v, by cell %+v", want, years, towns, items, cells)
	}
	if x.Better == 0 || x.Worse == 0 || x.Better+x.Worse >= x.People || len(x.Largest) != 20 {
		t.Errorf("%d gain, %d lose, of %d; %d largest changes", x.Better, x.Worse, x.People, len(x.Largest))
	}
	text, err := json.Marshal(x)
	if err != nil || !strings.Contains(string(text), `"name":"`+x.Largest[0].Name) || !strings.Contains(x.Largest[0].Name, "*") {
		t.Errorf("names are not masked: %s %v", x.Largest[0].Name, err)
	}
	var one, two bytes.Buffer
	if workbook.WriteTrial(&one, x) != nil || workbook.WriteTrial(&two, x) != nil || !bytes.Equal(one.Bytes(), two.Bytes()) {
		t.Error("the same trial does not make the same workbook")
	}
}
