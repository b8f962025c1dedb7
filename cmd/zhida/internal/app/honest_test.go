package app

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"testing"

	"zhida/importers"
	"zhida/payroll"
	"zhida/payroll/checks"
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/identity"
	"zhida/rules/message"
)

// mostReviews is how many questions an honest month of the sample county may raise.
const mostReviews = 20

// An honest month of the sample county, the month of the village election in it, and a month
// in which the bank exchanges the cards of five thousand people have no stop and few reviews:
// a check that cries at these is soon answered without being read.
func TestHonestMonths(t *testing.T) {
	t.Parallel() // the long ones run beside each other
	ctx := context.Background()
	d := &Demo{dir: t.TempDir(), by: map[string]*payroll.Session{}}
	d.book = filepath.Join(d.dir, "book.db")
	d.at(2026, 10, 26)
	must := func(_ []payroll.Batch, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(d.found(ctx))
	t.Cleanup(func() { d.close() })
	must(d.october(ctx))
	d.honest(t, 202610)
	must(d.correct(ctx))
	must(d.november(ctx))
	d.honest(t, 202611)

	d.at(2026, 12, 21)
	in, err := importers.Read("accounts", "换卡.csv", []byte(d.newCards(t)), importers.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r, err := d.app.Book.Import(ctx, d.by["张敏"], in, payroll.ImportOptions{})
	if err != nil || r.Added < 4000 {
		t.Fatalf("%+v %v", r, err)
	}
	d.honest(t, 202612)
}

// honest runs a month, holds what the checks find against what an honest month may raise,
// and takes its batches through.
func (d *Demo) honest(t *testing.T, m calendar.Month) {
	t.Helper()
	ctx := context.Background()
	r, err := d.app.Run(ctx, d.by["张敏"], m, payroll.Regular)
	if err != nil || len(r.Batches) == 0 {
		t.Fatalf("%s: %+v %v", m, r.Batches, err)
	}
	reviews := 0
	for _, b := range r.Batches {
		if _, err := d.app.Submit(ctx, d.by["张敏"], b.ID); err != nil {
			t.Fatal(err)
		}
		c, err := d.app.Checking(ctx, b.ID)
		if err != nil {
			t.Fatal(err)
		}
		for i := range c.Findings {
			f := &c.Findings[i]
			t.Logf("%s %s %s: %s", b.ID, f.Severity, f.Check, f.Message.Text(message.Chinese))
			if f.Severity == checks.Stop {
				t.Errorf("%s, an honest month, has a stop", b.ID)
			}
			reviews++
		}
		answerReviews(t, d.app, d.by["李复"], b.ID)
		if _, err := d.app.Check(ctx, d.by["李复"], b.ID, b.Digest); err != nil {
			t.Fatal(err)
		}
		if _, err := d.app.Approve(ctx, d.by["王审"], b.ID, b.Digest); err != nil {
			t.Fatal(err)
		}
	}
	if reviews > mostReviews {
		t.Errorf("%s, an honest month, raises %d questions", m, reviews)
	}
}

// newCards is the bank's list of everybody's new card from December on, as a migration to
// another kind of card makes it: numbers in a row, one paper for all.
func (d *Demo) newCards(t *testing.T) string {
	t.Helper()
	ctx := context.Background()
	names, ids := map[int64]string{}, map[int64]string{}
	csv := "身份证号,姓名,银行卡号,开户银行,户名,换卡依据,生效日期\n"
	var had []int64
	err := d.app.Store().View(ctx, func(r payroll.Reader) error {
		last, err := r.LastPerson(ctx)
		if err != nil {
			return err
		}
		return r.Facts(ctx, payroll.FactQuery{First: 1, Last: last, Kinds: []facts.Kind{facts.KindPerson, facts.KindAccount}}, func(f payroll.Fact) error {
			switch f.Kind {
			case facts.KindPerson:
				var p facts.Profile
				if err := json.Unmarshal([]byte(f.Body), &p); err != nil {
					return err
				}
				if len(p.Place) == 12 {
					names[f.Person], ids[f.Person] = p.Name, p.ID.Full()
				}
			case facts.KindAccount:
				had = append(had, f.Person)
			}
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, no := range had {
		if names[no] == "" {
			continue
		}
		body := fmt.Sprintf("622169000000%06d", 900000+no)
		csv += fmt.Sprintf("%s,%s,%s%c,,%s,桃农商证〔2026〕1号,2026-12-01\n", ids[no], names[no], body, identity.LuhnDigit(body), names[no])
	}
	return csv
}
