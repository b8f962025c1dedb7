package app

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"zhida/exporters"
	"zhida/exporters/bankfile"
	"zhida/payroll"
	"zhida/payroll/banklayout"
	"zhida/payroll/store/pgtest"
	"zhida/rules/facts"
	"zhida/rules/money"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func demo(t *testing.T) (string, []DemoStep) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "demo")
	steps, err := RunDemo(context.Background(), dir, "", func(s DemoStep) { t.Logf("%6.2f s %s", s.Seconds, s.What) })
	if err != nil {
		t.Fatal(err)
	}
	return dir, steps
}

// firstMonthOnPostgreSQL is the demo until its first month has left, without papers.
func firstMonthOnPostgreSQL(t *testing.T) (last DemoStep) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	_, err := runDemo(ctx, filepath.Join(t.TempDir(), "demo"), pgtest.Database(t), false, func(s DemoStep) {
		if last = s; len(s.Batches) > 0 {
			stop()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	return last
}

// The sums of the lines, the settlements, the payments, the bank files and the
// manifest agree to the fen in every batch, and every person ends with a status.
func TestDemo(t *testing.T) {
	t.Parallel() // the long ones run beside each other
	dir, steps := demo(t)
	ctx := context.Background()
	a, err := Open(ctx, filepath.Join(dir, "book.db"), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	batches := 0
	var ids []payroll.BatchID
	for _, s := range steps {
		for _, b := range s.Batches {
			batches++
			ids = append(ids, b.ID)
			checkBatch(t, a, dir, b)
			if digest, err := a.Recompute(ctx, b.ID); err != nil || digest != b.Digest {
				t.Errorf("%s computes to %s as known then, the book has %s: %v", b.ID, digest, b.Digest, err)
			}
		}
	}
	if batches != 6 {
		t.Errorf("%d batches instead of 6", batches)
	}
	for _, s := range steps[len(steps)-2:] { // running again, and what goes out of the house
		if len(s.Batches) != 0 {
			t.Errorf("%s made %d batches", s.What, len(s.Batches))
		}
	}
	if r, err := RerunEvidence(ctx, filepath.Join(dir, "evidence", "证据_2026-11-2")); err != nil || r.Files == 0 {
		t.Errorf("computing again from the evidence: %d files the same: %v", r.Files, err)
	}
	compareWithOldSystem(t, a)
	everyChangeExplained(t, a)
	budgetAddsUp(t, a)
	onlyTouches(t, a, "2026-10/3", "regional_allowance", "top_up") // another class of one township
	onlyTouches(t, a, "2026-10/4", "former_compensation")          // two cells of a table, and a late death
	trialForetells(t, dir)
	papersAgree(t, a, ids)
	onPostgreSQL := firstMonthOnPostgreSQL(t)
	here := steps[slices.IndexFunc(steps, func(s DemoStep) bool { return s.What == onPostgreSQL.What })]
	if len(onPostgreSQL.Batches) != len(here.Batches) {
		t.Fatalf("%d batches on PostgreSQL, %d on SQLite", len(onPostgreSQL.Batches), len(here.Batches))
	}
	for i, b := range here.Batches {
		if other := onPostgreSQL.Batches[i]; other.Digest != b.Digest {
			t.Errorf("%s has the digest %s on SQLite and %s on PostgreSQL", b.ID, b.Digest, other.Digest)
		}
	}
}

func checkBatch(t *testing.T, a *App, dir string, b payroll.Batch) {
	t.Helper()
	ctx := context.Background()
	var gross, deduction, pay, held, owed money.Fen
	roster := 0
	err := a.store.View(ctx, func(r payroll.Reader) error {
		err := r.Lines(ctx, payroll.LineQuery{Batch: b.ID}, func(l payroll.Line) error {
			if l.Side == payroll.Deduction {
				deduction += l.Fen
			} else {
				gross += l.Fen
			}
			if l.Fen != l.Due-l.Committed {
				t.Errorf("%s: person %d %s %s: %s is not %s - %s", b.ID, l.Person, l.Item, l.Month, l.Fen, l.Due, l.Committed)
			}
			return nil
		})
		if err != nil {
			return err
		}
		return r.Settlements(ctx, b.ID, func(s payroll.Settlement) error {
			roster++
			pay, held, owed = pay+s.Pay, held+s.Held, owed+s.Owed
			if s.Gross-s.Deduction != s.Pay+s.Held-s.Owed || s.Pay < 0 {
				t.Errorf("%s: person %d: %s - %s is not %s + %s - %s", b.ID, s.Person, s.Gross, s.Deduction, s.Pay, s.Held, s.Owed)
			}
			if s.Status != payroll.Paid && s.Reason.IsZero() {
				t.Errorf("%s: person %d ends as %s without a reason", b.ID, s.Person, s.Status)
			}
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	if gross != b.Gross || deduction != b.Deduction || pay != b.Net || held != b.Held || owed != b.Owed || roster != b.Roster || gross-deduction != pay+held-owed {
		t.Errorf("%s: the head does not match its rows: %+v", b.ID, b)
	}
	folder := filepath.Join(dir, "bank", strings.ReplaceAll(b.ID.String(), "/", "-"))
	var m exporters.Manifest
	text, err := os.ReadFile(filepath.Join(folder, "manifest-"+strings.ReplaceAll(b.ID.String(), "/", "-")+".json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &m); err != nil {
		t.Fatal(err)
	}
	files, count := money.Fen(0), 0
	for _, f := range m.Files {
		d, err := exporters.DigestFile(filepath.Join(folder, f.Name))
		if err != nil || d != f.Digests {
			t.Errorf("%s: %s does not have the digests of the manifest: %v", b.ID, f.Name, err)
		}
		if f.Kind != "payment" {
			continue
		}
		l, err := banklayout.Preset(f.Layout)
		if err != nil {
			t.Fatal(err)
		}
		in, err := os.Open(filepath.Join(folder, f.Name))
		if err != nil {
			t.Fatal(err)
		}
		_, rows, err := bankfile.Read(in, l)
		in.Close()
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			files += r.Fen
			count++
		}
	}
	if files != b.Net || count != b.Payees || money.Fen(m.Total) != b.Net || m.Count != count {
		t.Errorf("%s: bank files have %d rows of %s, the manifest %d of %s, the batch %d of %s", b.ID, count, files, m.Count, money.Fen(m.Total), b.Payees, b.Net)
	}
}

// compareWithOldSystem holds the engine against the amounts that the sample's
// generator worked out on its own for September at the old standard: each
// difference is the raise of the rate and nothing else.
func compareWithOldSystem(t *testing.T, a *App) {
	t.Helper()
	ctx := context.Background()
	compared := 0
	err := a.store.View(ctx, func(r payroll.Reader) error {
		last, err := r.LastPerson(ctx)
		if err != nil {
			return err
		}
		paid := map[int64]money.Fen{}
		err = r.Facts(ctx, payroll.FactQuery{First: 1, Last: last, Kinds: []facts.Kind{facts.KindPaid}}, func(f payroll.Fact) error {
			var v struct {
				Fen money.Fen `json:"fen"`
			}
			paid[f.Person] = 0
			err := json.Unmarshal([]byte(f.Body), &v)
			paid[f.Person] += v.Fen
			return err
		})
		if err != nil {
			return err
		}
		october, _ := payroll.ParseBatchID("2026-10/2")
		return r.Lines(ctx, payroll.LineQuery{Batch: october}, func(l payroll.Line) error {
			if l.Item != "former_compensation" {
				return nil
			}
			switch {
			case l.Month == 202609:
				t.Errorf("person %d: the engine finds %s for September, the old system %s", l.Person, l.Due, l.Committed)
			case paid[l.Person] != 0 && l.Fen == paid[l.Person]:
				compared++
			}
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	if compared < 2000 {
		t.Errorf("only %d former cadres get in October what the generator worked out", compared)
	}
}

// onlyTouches holds a correction to the items that rest on what was corrected.
func onlyTouches(t *testing.T, a *App, id string, items ...string) {
	t.Helper()
	batch, err := payroll.ParseBatchID(id)
	if err != nil {
		t.Fatal(err)
	}
	ctx, lines := context.Background(), 0
	err = a.store.View(ctx, func(r payroll.Reader) error {
		return r.Lines(ctx, payroll.LineQuery{Batch: batch}, func(l payroll.Line) error {
			lines++
			if !slices.Contains(items, l.Item) || l.Month != 202610 || l.Cause == "month" || l.Cause == "program" {
				t.Errorf("%s: person %d has a line of %s for %s because of %s", id, l.Person, l.Item, l.Month, l.Cause)
			}
			return nil
		})
	})
	if err != nil || lines == 0 {
		t.Errorf("%s: %d lines, %v", id, lines, err)
	}
}

// everyChangeExplained compares November with October: every change has a cause, and
// the standard raised in between is the cause where it should be.
func everyChangeExplained(t *testing.T, a *App) {
	t.Helper()
	causes := map[string]int{}
	for _, id := range []string{"2026-11/1", "2026-11/2"} {
		batch, err := payroll.ParseBatchID(id)
		if err != nil {
			t.Fatal(err)
		}
		err = a.Report(context.Background(), batch, func(r payroll.Report) error {
			bridge := payroll.Bridge{Before: r.Head().PreviousNet, Now: r.Head().MonthNet}
			defer func() {
				if open := bridge.Open(); open != 0 || bridge.Before == 0 {
					t.Errorf("%s: %s of %s to %s are not explained", id, open, bridge.Before, bridge.Now)
				}
			}()
			return r.Changes(func(c payroll.ReportChange) error {
				bridge.Add(c)
				if len(c.Causes) == 0 || slices.Contains(c.Causes, payroll.VarianceUnexplained) || c.Cause == "" {
					t.Errorf("%s: person %d %s from %s to %s: %v", id, c.Person, c.Item, c.Before, c.Now, c.Causes)
				}
				for _, k := range c.Causes {
					causes[c.Item+" "+k]++
				}
				return nil
			})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for want, least := range map[string]int{"former_compensation standard": 2000, "field_visit_subsidy fact": 1000, "village_base_pay fact": 1000, "regional_allowance place": 50, "top_up group": 100} {
		if causes[want] < least {
			t.Errorf("%s: %d changes, expected at least %d of %v", want, causes[want], least, causes)
		}
	}
	if causes["former_compensation fact"] > 10 || causes["field_visit_subsidy standard"] > 0 {
		t.Errorf("causes where there are none: %v", causes)
	}
}

// budgetAddsUp projects the next year: months, items and townships come to the same,
// what is assumed, not known ahead or not computable is named, and a month that was
// run is projected as it was paid, but for what attendance brought.
func budgetAddsUp(t *testing.T, a *App) {
	t.Helper()
	ctx := context.Background()
	b, err := a.Project(ctx, 2027)
	if err != nil {
		t.Fatal(err)
	}
	var months, items, towns money.Fen
	for _, m := range b.Months {
		months += m.Fen
		if m.People == 0 || m.People > b.People {
			t.Errorf("%s: %d of %d people", m.Month, m.People, b.People)
		}
	}
	for _, r := range b.Items {
		if !r.Deduction {
			items += r.Fen
		}
	}
	for _, r := range b.Towns {
		towns += r.Fen
	}
	if months != b.Total || items != b.Total || towns != b.Total || b.Total == 0 || len(b.Months) != 12 {
		t.Errorf("total %s, months %s, items %s, townships %s", b.Total, months, items, towns)
	}
	if !slices.Contains(b.Assumed, payroll.Assumption{Code: "rural_income", For: "2026", From: "2025"}) || !slices.Contains(b.ByDays, "下村补助") || len(b.Refused) == 0 {
		t.Errorf("assumed %v, by days %v, refused %v", b.Assumed, b.ByDays, b.Refused)
	}
	now, err := a.Project(ctx, 2026)
	if err != nil {
		t.Fatal(err)
	}
	var paid money.Fen
	err = a.store.View(ctx, func(r payroll.Reader) error {
		batches, err := r.Batches(ctx)
		if err != nil {
			return err
		}
		for _, x := range batches {
			err = errors.Join(err, r.Lines(ctx, payroll.LineQuery{Batch: x.ID}, func(l payroll.Line) error {
				if l.Month == 202611 && l.Side == payroll.Gross {
					paid += l.Fen
				}
				return nil
			}))
		}
		return err
	})
	if got := now.Months[10].Fen; err != nil || got != paid {
		t.Errorf("November 2026 is projected as %s and was paid as %s: %v", got, paid, err)
	}
}
