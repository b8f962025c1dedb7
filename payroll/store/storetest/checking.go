package storetest

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"zhida/payroll"
	"zhida/payroll/checks"
	"zhida/rules/message"
)

// What the checks found comes back whole, is replaced with its answers, goes where its batch
// goes, and is of one batch.
func testChecking(t *testing.T, s payroll.Store) {
	const one, two, renamed = payroll.BatchID(202610001), payroll.BatchID(202611001), payroll.BatchID(202610002)
	c := payroll.Checking{Batch: one, Day: 20261026, States: []checks.State{{Check: "after_death", Lacking: []checks.Source{checks.Deaths}}, {Check: "holder", Ran: true, Found: 1, AsOf: 20260930}},
		Findings: []payroll.CheckFinding{
			{Seq: 1, Finding: checks.Finding{Check: "holder", Severity: checks.Stop, Place: "430725101200", Person: 4, Name: "古丽·努尔", Item: "base", Month: 202610, Fen: -7, Document: "桃办发〔2026〕1号",
				Message: message.M("check.holder", "甲", "****", "=HYPERLINK(\"x\")"), Rows: []string{"一", "换\n行"}, Actor: "王审"}},
			{Seq: 2, Finding: checks.Finding{Check: "once", Severity: checks.Review, Message: message.M("check.once", "项目")}, Answer: "已核实", Paper: "桃财核〔2026〕3号", AnsweredBy: "李复", AnsweredAt: 41}}}
	update(t, s, func(tx payroll.Tx) error {
		return errors.Join(tx.CreateBatch(ctx, batch(one)), tx.CreateBatch(ctx, batch(two)), tx.PutChecking(ctx, c), tx.PutChecking(ctx, payroll.Checking{Batch: two, Day: 20261126}))
	})
	read := func(id payroll.BatchID) (got payroll.Checking, err error) {
		view(t, s, func(r payroll.Reader) error { got, err = r.Checking(ctx, id); return nil })
		return got, err
	}
	same := func(want payroll.Checking) {
		t.Helper()
		got, err := read(want.Batch)
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" || err != nil {
			t.Error(diff, err)
		}
	}
	same(c)
	same(payroll.Checking{Batch: two, Day: 20261126})
	c.Findings[0].Answer, c.Findings[0].AnsweredBy = "遗属代管", "王审"
	update(t, s, func(tx payroll.Tx) error { return tx.PutChecking(ctx, c) })
	same(c)
	update(t, s, func(tx payroll.Tx) error {
		return tx.PutLook(ctx, one, map[string]string{"head": "{}", "step a": "一\n二"})
	})
	look := func(id payroll.BatchID, part string) (text string, err error) {
		view(t, s, func(r payroll.Reader) error { text, err = r.LookPart(ctx, id, part); return nil })
		return text, err
	}
	update(t, s, func(tx payroll.Tx) error { return tx.RenameBatch(ctx, one, renamed) })
	if text, err := look(renamed, "step a"); text != "一\n二" || err != nil {
		t.Errorf("what was kept of a batch reads %q: %v", text, err)
	}
	if _, err := look(one, "head"); !errors.Is(err, payroll.ErrNotFound) {
		t.Errorf("of a batch that is no more something is kept: %v", err)
	}
	c.Batch = renamed
	same(c)
	if _, err := read(one); !errors.Is(err, payroll.ErrNotFound) {
		t.Errorf("a batch that is no more has findings: %v", err)
	}
	update(t, s, func(tx payroll.Tx) error { return tx.ClearBatch(ctx, renamed) })
	if _, err := read(renamed); !errors.Is(err, payroll.ErrNotFound) {
		t.Errorf("a cleared batch has findings: %v", err)
	}
	if _, err := look(renamed, "head"); !errors.Is(err, payroll.ErrNotFound) {
		t.Errorf("of a cleared batch something is kept: %v", err)
	}
}
