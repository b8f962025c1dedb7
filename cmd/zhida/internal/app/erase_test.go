package app

import (
	"bytes"
	"context"
	"encoding/hex"
	"os"
	"testing"
	"time"

	"zhida/payroll"
	"zhida/payroll/journal"
	"zhida/rules/message"
)

// Until a voucher's term is over nothing is erased; then a list that an approver accepts
// takes a person out of the book for good, and what others can prove still holds.
func TestErasure(t *testing.T) {
	ctx := context.Background()
	b := newFundBook(t)
	b.fund()
	january := b.run(202601)
	b.must(b.approve(january.ID))
	b.at(2026, time.January, 20)
	b.export(january.ID)
	b.answer(january.ID, "6228480000000000018 赵甲 990.01 credited", "6228480000000000026 钱乙 690.00 returned", "6228480000000000034 孙丙 990.01 credited", "6228480000000000018 赵甲 5.00 credited")
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
	if _, err := b.app.Decide(ctx, b.by["李复"], at, true, ""); message.Code(err) != "actor.role" {
		t.Fatalf("a checker destroys: %v", err)
	}
	if _, err := b.app.Decide(ctx, b.by["王审"], at, true, ""); err != nil {
		t.Fatal(err)
	}
	if _, _, err := b.app.ProposeErase(ctx, maker, 1, "文1"); message.Code(err) != "erase.none" {
		t.Fatalf("erased twice: %v", err)
	}
	// 李丁 has no account: pay is held, and kept until that is settled.
	if _, _, err := b.app.ProposeErase(ctx, maker, 4, "文1"); message.Code(err) != "erase.kept" {
		t.Fatalf("somebody with money held: %v", err)
	}

	health, err := b.app.Fsck(ctx, nil)
	b.must(err)
	if len(health.Faults) > 0 || len(health.Erased) != 1 || health.Recomputed != 0 {
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
	if _, err := b.app.Book.Evidence(ctx, january.ID, nowhere{}); message.Code(err) != "evidence.erased" {
		t.Fatalf("evidence: %v", err)
	}

	// Nothing of the person is in the file any more, also not in pages that are free.
	b.must(b.app.Close())
	data, err := os.ReadFile(b.book)
	b.must(err)
	for _, s := range []string{"439901198001010105", "赵甲", "6228480000000000018"} {
		if bytes.Contains(data, []byte(s)) {
			t.Errorf("%s is still in the file", s)
		}
	}
	if !bytes.Contains(data, []byte("439901198001020119")) {
		t.Error("somebody else is gone as well")
	}
	original = dump(t, b.book)
	for what, statement := range map[string]string{"an erasure undone": `DELETE FROM erased`, "an erasure by nobody": `INSERT INTO erased VALUES (2, 30)`, "at another position": `UPDATE erased SET position = position - 1`,
		"a fact hidden": `UPDATE fact SET commitment = salt, binding = salt WHERE person = 2 AND kind = 'account'`, "a leaf hidden": `UPDATE leaf SET salt = '' WHERE person = 2`,
		"another digest": `UPDATE leaf SET private_digest = public_digest WHERE person = 1`, "another commitment": `UPDATE fact SET binding = commitment WHERE person = 1`} {
		changed(t, b.book, what, statement)
	}
	b.app, err = Open(ctx, b.book, b.now)
	b.must(err)
	b.app.Book = b.app.Book.WithWorkers(1)
	// Life goes on for the others.
	if r, err := b.app.Run(ctx, b.by["张敏"], 202602, payroll.Regular); err != nil || len(r.Batches) != 1 {
		t.Fatalf("%+v %v", r, err)
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
