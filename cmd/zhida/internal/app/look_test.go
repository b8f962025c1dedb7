package app

import (
	"context"
	"database/sql"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"zhida/payroll"
	"zhida/rules/message"
)

// What a run keeps for pages is what they would work out, says when the book has moved on, goes on holding while the batch is judged, and
// is refused once somebody has edited it.
func TestLook(t *testing.T) {
	ctx := context.Background()
	b := newFundBook(t)
	b.fund()
	january := b.run(202601)
	b.must(b.approve(january.ID))
	b.at(2026, time.February, 3)
	b.bring("tenure", "身份证号,姓名,单位代码,职务,任职日期,离任日期,组织认定\n439901198001030122,孙丙,430725101201,书记,2020-01-01,2025-12-31,是\n")
	b.bring("accounts", "身份证号,姓名,银行卡号,户名,生效日期\n439901198001020119,钱乙,6228480000000000059,钱乙,2026-02-01\n")
	draft := b.run(202602)

	kept, err := b.app.Looked(ctx, draft.ID)
	b.must(err)
	anew, err := b.app.Checking(ctx, draft.ID)
	b.must(err)
	anew.Batch = kept.Batch
	if diff := cmp.Diff(anew, kept.Checking, cmpopts.EquateEmpty()); diff != "" || len(kept.Findings) == 0 || kept.Since != 0 {
		t.Errorf("%d findings are kept, %d entries behind (-worked out +kept):\n%s", len(kept.Findings), kept.Since, diff)
	}
	b.sameComparison(draft.ID)

	b.bring("transfers", "资金,文号,单位代码,用途,凭证号,到账日期,金额\nF1,湘财〔2026〕7号,,村干部报酬,7,2026-02-03,6000.00\n")
	if kept, err = b.app.Looked(ctx, draft.ID); err != nil || kept.Since == 0 {
		t.Errorf("after an import the findings of the run are %d entries behind: %v", kept.Since, err)
	}
	draft = b.run(202602)
	if kept, err = b.app.Looked(ctx, draft.ID); err != nil || kept.Since != 0 {
		t.Errorf("after another run its findings are %d entries behind: %v", kept.Since, err)
	}
	b.must(b.approve(draft.ID))
	if _, err := b.app.Looked(ctx, draft.ID); !errors.Is(err, payroll.ErrNotFound) {
		t.Errorf("of an approved batch the findings of the run are shown: %v", err)
	}
	b.sameComparison(draft.ID)

	b.edited = true
	db, err := sql.Open("sqlite3", b.book)
	b.must(err)
	defer db.Close()
	if r, err := db.Exec(`UPDATE look SET body = replace(body, '孙丙', '孙丁') WHERE batch = ?`, int64(draft.ID)); err != nil {
		t.Fatal(err)
	} else if n, err := r.RowsAffected(); err != nil || n == 0 {
		t.Fatalf("nothing to edit: %v", err)
	}
	if _, _, err := b.app.KeptComparison(ctx, draft.ID, ""); message.Code(err) != "finding.tampered" {
		t.Errorf("an edited comparison is shown: %v", err)
	}
	health, err := b.app.Fsck(ctx, nil)
	b.must(err)
	if len(health.Faults) != 1 || health.Faults[0].Table != "look" {
		t.Errorf("the check of the book finds %+v", health.Faults)
	}
}

func (b *fundBook) sameComparison(id payroll.BatchID) {
	b.t.Helper()
	ctx := context.Background()
	head, want, err := b.app.Compare(ctx, id)
	b.must(err)
	if len(want.Bridge.Steps) == 0 || want.Bridge.Open() != 0 {
		b.t.Errorf("the comparison says nothing, or leaves %s open", want.Bridge.Open())
	}
	for step, part := range want.Parts {
		h, kept, err := b.app.KeptComparison(ctx, id, step)
		b.must(err)
		if diff := cmp.Diff(head, h); diff != "" {
			b.t.Error(diff)
		}
		if diff := cmp.Diff(part, kept.Parts[step]); diff != "" {
			b.t.Errorf("step %q (-worked out +kept):\n%s", step, diff)
		}
		if diff := cmp.Diff(want.Bridge, kept.Bridge); diff != "" || want.Entered != kept.Entered || want.Left != kept.Left {
			b.t.Error(diff)
		}
	}
}
