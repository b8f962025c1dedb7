package app

import (
	"bytes"
	"context"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"zhida/payroll"
	"zhida/payroll/journal"
	"zhida/rules/message"
)

// Until a voucher's term is over nothing is erased; then a list that an approver accepts
// takes a person out of the book for good, and what others can prove still holds.
func TestErasure(t *testing.T) {
	t.Parallel() // the long ones run beside each other
	ctx := context.Background()
	b := newFundBook(t)
	b.fund()
	b.bring("accounts", "身份证号,姓名,银行卡号,户名,生效日期,换卡依据\n439901198001010105,赵甲,6228480000000000067,赵甲,2026-01-02,银行证明 2026-01-02\n") // a finding names them
	january := b.run(202601)
	b.must(b.approve(january.ID))
	b.at(2026, time.January, 20)
	b.export(january.ID)
	b.answer(january.ID, "6228480000000000067 赵甲 990.01 credited", "6228480000000000026 钱乙 690.00 returned", "6228480000000000034 孙丙 990.01 credited", "6228480000000000067 赵甲 5.00 credited")
	findings, err := b.app.Checking(ctx, january.ID)
	b.must(err)
	if !mentioned(findings, "赵甲") {
		t.Fatalf("no finding names them: %+v", findings.Findings)
	}
	maker := b.by["张敏"]
	if _, _, err := b.app.ProposeErase(ctx, maker, 1, "文1"); message.Code(err) != "erase.kept" {
		t.Fatalf("in the year itself: %v", err)
	}
	if _, _, err := b.app.ProposeErase(ctx, maker, 0, "文1"); message.Code(err) != "erase.none" {
		t.Fatalf("everybody in the year itself: %v", err)
	}
	b.at(2056, time.December, 31)
	if _, _, err := b.app.ProposeErase(ctx, maker, 1, "文1"); message.Code(err) != "erase.kept" {
		t.Fatalf("on the last day: %v", err)
	}
	b.at(2057, time.January, 4)
	if _, _, err := b.app.ProposeErase(ctx, maker, 1, " "); message.Code(err) != "erase.document" {
		t.Fatalf("without a document: %v", err)
	}
	before, err := b.app.Book.Receipt(ctx, january.ID, 3)
	b.must(err)
	at, people, err := b.app.ProposeErase(ctx, maker, 1, "样财档〔2057〕1号")
	b.must(err)
	if people != 1 {
		t.Fatalf("%d people", people)
	}
	seen, err := b.app.Proposed(ctx, nil, at)
	b.must(err)
	if len(seen.Said) != 2 || seen.Said[1].Args[1] != "1" {
		t.Fatalf("the list that the approver sees: %v", seen.Said)
	}
	draft := b.run(202602)
	if _, err := b.app.Decide(ctx, b.by["王审"], at, true, "", ""); message.Code(err) != "erase.open" {
		t.Fatalf("while a batch is on its way: %v", err)
	}
	_, err = b.app.Cancel(ctx, maker, draft.ID, "先销毁")
	b.must(err)
	archived, _, _, err := b.app.Evidence(ctx, maker, january.ID, t.TempDir())
	b.must(err)
	if _, err := b.app.Decide(ctx, b.by["李复"], at, true, "", ""); message.Code(err) != "actor.role" {
		t.Fatalf("a checker destroys: %v", err)
	}
	if _, err := b.app.Decide(ctx, b.by["王审"], at, true, "", ""); err != nil {
		t.Fatal(err)
	}
	if _, _, err := b.app.ProposeErase(ctx, maker, 1, "文1"); message.Code(err) != "erase.none" {
		t.Fatalf("erased twice: %v", err)
	}
	// 李丁 has no account: pay is held, and kept until that is settled.
	if _, _, err := b.app.ProposeErase(ctx, maker, 4, "文1"); message.Code(err) != "erase.kept" {
		t.Fatalf("somebody with money held: %v", err)
	}

	health, err := b.app.Fsck(ctx, []string{archived})
	b.must(err)
	if len(health.Faults) > 0 || len(health.Erased) != 2 || health.Recomputed != 0 {
		t.Fatalf("%+v", health)
	}
	if _, err := b.app.Book.Receipt(ctx, january.ID, 1); message.Code(err) != "receipt.erased" {
		t.Fatalf("a receipt of the erased: %v", err)
	}
	after, err := b.app.Book.Receipt(ctx, january.ID, 3)
	b.must(err)
	if !bytes.Equal(before.Text(), after.Text()) || !leads(after) {
		t.Fatal("somebody else's receipt changed, or does not lead to the root")
	}
	if _, err := b.app.Recompute(ctx, january.ID); message.Code(err) != "evidence.erased" {
		t.Fatalf("computed again without them: %v", err)
	}
	findings, err = b.app.Checking(ctx, january.ID)
	b.must(err)
	if len(findings.Findings) == 0 || mentioned(findings, "赵甲") {
		t.Fatalf("findings: %+v", findings.Findings)
	}

	// Evidence goes on: of the batch that they were in as far as it is left, of a later one whole.
	february := b.run(202602)
	b.must(b.approve(february.ID))
	b.evidence(january.ID, Rerun{Batch: january.ID, Files: 5, Erased: 1})
	b.evidence(february.ID, Rerun{Batch: february.ID, Digest: february.Digest, Files: 6})

	// A second list, of another year, binds the same batch again.
	b.at(2058, time.January, 4)
	at, _, err = b.app.ProposeErase(ctx, maker, 3, "样财档〔2058〕1号")
	b.must(err)
	_, err = b.app.Decide(ctx, b.by["王审"], at, true, "", "")
	b.must(err)
	b.evidence(january.ID, Rerun{Batch: january.ID, Files: 5, Erased: 2})
	b.evidence(february.ID, Rerun{Batch: february.ID, Files: 5, Erased: 1})

	// Nothing of the person is in the file any more, also not in pages that are free.
	b.must(b.app.Close())
	data, err := os.ReadFile(b.book)
	b.must(err)
	for _, s := range []string{"439901198001010105", "赵甲", "6228480000000000018", "6228480000000000067"} {
		if bytes.Contains(data, []byte(s)) {
			t.Errorf("%s is still in the file", s)
		}
	}
	if !bytes.Contains(data, []byte("439901198001020119")) || !bytes.Contains(data, []byte("钱乙")) {
		t.Error("somebody else is gone as well")
	}
	original = dump(t, b.book)
	for what, statement := range map[string]string{"an erasure undone": `DELETE FROM erased`, "an erasure by nobody": `INSERT INTO erased VALUES (2, 30)`, "at another position": `UPDATE erased SET position = position - 1`,
		"a fact hidden": `UPDATE fact SET commitment = salt, binding = salt WHERE person = 2 AND kind = 'account'`, "a leaf hidden": `UPDATE leaf SET salt = '' WHERE person = 2`,
		"another digest": `UPDATE leaf SET private_digest = public_digest WHERE person = 1`, "another commitment": `UPDATE fact SET binding = commitment WHERE person = 1`,
		"what remains is edited": `UPDATE settlement SET name = '钱某' WHERE person = 2`, "what remains is lost": `DELETE FROM remainder WHERE section = 'payments'`, "another remains": `UPDATE remainder SET remains = sealed`,
		"another was sealed": `UPDATE remainder SET sealed = remains WHERE section = 'findings'`, "of another batch": `UPDATE remainder SET batch = (SELECT MAX(id) FROM batch)`, "a line of the erased": `UPDATE line SET fen = fen + 1 WHERE person = 1`} {
		changed(t, b.book, what, statement)
	}
	b.app, err = Open(ctx, b.book, b.now)
	b.must(err)
	b.app.Book = b.app.Book.WithWorkers(1)
	// Life goes on for the others.
	if r, err := b.app.Run(ctx, b.by["张敏"], 202603, payroll.Regular); err != nil || len(r.Batches) != 1 {
		t.Fatalf("%+v %v", r, err)
	}
}

// mentioned says whether a finding says somebody's name.
func mentioned(c payroll.Checking, name string) bool {
	return slices.ContainsFunc(c.Findings, func(f payroll.CheckFinding) bool {
		return strings.Contains(strings.Join(slices.Concat([]string{f.Name, f.Answer}, f.Message.Args, f.Rows), " "), name)
	})
}

// evidence makes the folder of a batch after somebody was erased: it says nothing of them,
// and computing it again from the folder alone comes to what is expected.
func (b *fundBook) evidence(id payroll.BatchID, want Rerun) {
	b.t.Helper()
	ctx := context.Background()
	folder, _, _, err := b.app.Evidence(ctx, b.by["张敏"], id, b.t.TempDir())
	b.must(err)
	b.must(filepath.WalkDir(folder, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := os.ReadFile(name)
		for _, s := range []string{"439901198001010105", "赵甲", "6228480000000000067"} {
			if bytes.Contains(text, []byte(s)) {
				b.t.Errorf("%s says %s", name, s)
			}
		}
		return err
	}))
	got, err := RerunEvidence(ctx, folder)
	b.must(err)
	if diff := cmp.Diff(want, got); diff != "" {
		b.t.Error(diff)
	}
	for section, amount := range map[string]string{"lines": "\t70000\t", "payments": "\t69000\t"} { // somebody else's row, edited
		file := filepath.Join(folder, payroll.SealedDir, section+".tsv")
		text, err := os.ReadFile(file)
		b.must(err)
		edited := bytes.Replace(text, []byte(amount), []byte("\t70001\t"), 1)
		if bytes.Equal(text, edited) {
			b.t.Fatalf("%s has no%s: %s", section, amount, text)
		}
		b.must(os.WriteFile(file, edited, 0o600))
		_, err = RerunEvidence(ctx, folder)
		if code := message.Code(err); code != "evidence.differs" && code != "evidence.erased_differs" {
			b.t.Errorf("%s edited: %v", section, err)
		}
		b.must(os.WriteFile(file, text, 0o600))
	}
}

// leads says whether a receipt's path leads from its leaf to the root (RFC 9162, 2.1.3.2).
func leads(r payroll.Receipt) bool {
	digest := func(parts ...[]byte) []byte {
		h := journal.NewHash()
		for _, p := range parts {
			h.Write(p)
		}
		return h.Sum(nil)
	}
	hash := digest([]byte{0}, r.Leaf.Text())
	fn, sn := r.Number, r.Seal.Leaves-1
	for _, text := range r.Path {
		p, err := hex.DecodeString(text)
		if err != nil {
			return false
		}
		if fn%2 == 1 || fn == sn {
			hash = digest([]byte{1}, p, hash)
			for fn%2 == 0 && fn != 0 {
				fn, sn = fn/2, sn/2
			}
		} else {
			hash = digest([]byte{1}, hash, p)
		}
		fn, sn = fn/2, sn/2
	}
	return sn == 0 && hex.EncodeToString(hash) == r.Seal.Root
}
