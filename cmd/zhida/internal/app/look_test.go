package app

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"zhida/payroll"
	"zhida/rules"
	"zhida/rules/identity"
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

// Why somebody is due what they are is told from what the run observed of everybody, and is what observing everybody again tells; what
// became known since is not left out.
func TestLookOfGroups(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	d := &Demo{dir: dir, book: filepath.Join(dir, "book.db"), by: map[string]*payroll.Session{}}
	d.at(2026, 10, 26)
	if _, err := d.found(ctx); err != nil {
		t.Fatal(err)
	}
	for _, f := range benchFiles(t, dir, 40) {
		if err := d.benchImport(ctx, f); err != nil {
			t.Fatal(err)
		}
	}
	r, err := d.app.Run(ctx, d.by["张敏"], 202610, payroll.Regular)
	if err != nil || len(r.Batches) != 1 {
		t.Fatal(r.Batches, err)
	}
	told := func() (list [][]rules.Explanation) {
		t.Helper()
		a, err := Open(ctx, d.book, d.now)
		if err != nil {
			t.Fatal(err)
		}
		defer a.Close()
		for no := int64(1); no <= 40; no++ {
			x, err := a.Explain(ctx, no, 202610, "")
			if err != nil || len(x) == 0 {
				t.Fatal(no, err)
			}
			list = append(list, x)
		}
		return list
	}
	db, err := sql.Open("sqlite3", d.book)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	anew := func() [][]rules.Explanation { // with nothing kept
		t.Helper()
		if _, err := db.Exec(`CREATE TABLE aside AS SELECT * FROM look; DELETE FROM look`); err != nil {
			t.Fatal(err)
		}
		list := told()
		if _, err := db.Exec(`INSERT INTO look SELECT * FROM aside; DROP TABLE aside`); err != nil {
			t.Fatal(err)
		}
		return list
	}
	// forged shows whether what is kept is read: an edited part is refused.
	forged := func() error {
		t.Helper()
		if _, err := db.Exec(`UPDATE look SET body = body || ' ' WHERE part = 'groups'`); err != nil {
			t.Fatal(err)
		}
		a, err := Open(ctx, d.book, d.now)
		if err != nil {
			t.Fatal(err)
		}
		defer a.Close()
		_, refused := a.Explain(ctx, 1, 202610, "")
		if _, err := db.Exec(`UPDATE look SET body = rtrim(body) WHERE part = 'groups'`); err != nil {
			t.Fatal(err)
		}
		return refused
	}
	kept := told()
	if diff := cmp.Diff(anew(), kept); diff != "" {
		t.Errorf("from what the run kept (-anew +kept):\n%s", diff)
	}
	if err := forged(); message.Code(err) != "finding.tampered" {
		t.Errorf("what the run kept is not read: %v", err)
	}
	id := func(i int) string { return identity.MakeResidentID("439901", 19650101, i*2+1).Full() }
	const amounts, roster, tenure = "身份证号,姓名,起始月份,基本工资,住房公积金,社会保险费,个人所得税\n", "身份证号,姓名,人员类别,单位代码,生效日期\n", "身份证号,姓名,单位代码,职务,职级,任职日期,离任日期,组织认定\n"
	for _, x := range []struct {
		what, kind, sheet string
		moves, read       bool // whether anybody is due something else; whether what the run kept is read
	}{
		{"a card", "accounts", "身份证号,姓名,银行卡号,户名,生效日期\n" + id(0) + ",甲〇,620059000000900000" + string(identity.LuhnDigit("620059000000900000")) + ",甲〇,2026-01-01\n", false, true},
		{"a raise", "amounts", amounts + id(0) + ",甲〇,2026-10,9000.00,0.00,0.00,0.00\n", true, true},
		{"a move by the roster alone", "roster", roster + id(1) + ",甲一,乡镇干部,430725105,2026-10-01\n", false, true},
		{"somebody new", "roster", roster + id(77) + ",乙甲,乡镇干部,430725105,2026-10-01\n", false, true},
		{"a post of theirs", "tenure", tenure + id(77) + ",乙甲,430725105,一般干部,二级科员,2020-07-01,,是\n", true, true},
		{"whoever leaves", "tenure", tenure + id(2) + ",甲二,430725102,一般干部,一级科员,2015-07-01,2026-09-30,是\n", true, true},
		{"another class of a township", "places", "区划代码,名称,地区类别,生效日期\n430725103,乡镇3,三类,2020-01-01\n", true, false},
	} {
		file := filepath.Join(dir, "moved.csv")
		if err := os.WriteFile(file, []byte(x.sheet), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := d.benchImport(ctx, benchFile{kind: x.kind, name: file}); err != nil {
			t.Fatal(x.what, err)
		}
		after := told()
		if diff := cmp.Diff(anew(), after); diff != "" {
			t.Errorf("after %s (-anew +told):\n%s", x.what, diff)
		}
		if moved := !cmp.Equal(kept, after); moved != x.moves {
			t.Errorf("after %s: what somebody is due is another: %t", x.what, moved)
		}
		if err := forged(); (message.Code(err) == "finding.tampered") != x.read {
			t.Errorf("after %s, whether what the run kept is read: %v", x.what, err)
		}
		kept = after
	}
	if err := d.close(); err != nil {
		t.Fatal(err)
	}
}
