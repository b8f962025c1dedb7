package app

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"testing"

	"zhida/payroll"
	"zhida/payroll/journal"
	"zhida/rules/message"
)

// A bank takes back what it has answered: it is said who is concerned and what was said before,
// the journal keeps it, and whoever pays again has to answer for it.
func TestAnswersTakenBack(t *testing.T) {
	b := newFundBook(t)
	ctx := context.Background()
	b.bring("accounts", "身份证号,姓名,银行卡号,户名,生效日期\n439901198001040136,李丁,6228480000000000042,李丁,2020-01-01\n")
	b.bring("transfers", "资金,文号,单位代码,用途,凭证号,到账日期,金额\nF1,湘财〔2026〕1号,,报酬,1,2026-01-05,9000.00\n")
	b.bring("authority", "资金,文号,单位代码,用途,年度,下达日期,金额\nF2,桃财预〔2026〕1号,,报酬,2026,2026-01-05,9000.00\n")
	jan := b.run(202601)
	b.must(b.approve(jan.ID))
	b.export(jan.ID)

	first := b.answer(0, "6228480000000000018 赵甲 990.01 credited", "6228480000000000026 钱乙 690.00 credited", "6228480000000000034 孙丙 990.01 returned")
	if len(first.Revised) != 0 || len(first.Waiting) != 1 || first.Waiting[0] != (payroll.Waiting{Batch: jan.ID, File: "202601050001.txt", Count: 1}) {
		t.Fatalf("three of four, each for the first time: %+v", first)
	}
	b.at(2026, 1, 20)
	back := b.answer(0, "6228480000000000026 钱乙 690.00 returned", "6228480000000000034 孙丙 990.01 credited", "6228480000000000042 李丁 690.00 credited")
	if len(back.Revised) != 2 || back.Changed[payroll.PaymentReturned] != 1 {
		t.Fatalf("%+v", back)
	}
	x := back.Revised[0]
	if x.Name != "钱乙" || x.Fen != 69000 || x.State != payroll.PaymentCredited || x.Answer != first.Position || x.Before != "回盘.txt" || x.Since.String() != "2026-01-05" || x.Now != payroll.PaymentReturned {
		t.Errorf("who, how much and what was said before: %+v", x)
	}
	if y := back.Revised[1]; y.Name != "孙丙" || y.Now != payroll.PaymentCredited || y.State != payroll.PaymentReturned {
		t.Errorf("the other way: %+v", y)
	}
	var kept string
	b.must(b.app.Store().View(ctx, func(r payroll.Reader) error {
		return r.Events(ctx, back.Position, back.Position, func(e journal.Event) error { kept = string(e.Payload); return nil })
	}))
	if want := "revised=" + x.ID().String() + "\nfen=69000\nfrom=credited\nto=returned\nanswered_at=" + strconv.FormatInt(first.Position, 10) + "\n"; !strings.Contains(kept, want) {
		t.Errorf("the journal keeps %s", kept)
	}

	// Paying it again is a question; the statement answers it when it shows the refund.
	draft, err := b.app.ReissueDraft(ctx, b.by["张敏"], nil, "银行已解冻")
	b.must(err)
	again := draft.Batches[0].ID
	asked := func() (codes []string) {
		c, err := b.app.Checking(ctx, again)
		b.must(err)
		for _, f := range c.Findings {
			codes = append(codes, f.Message.Code)
		}
		return codes
	}
	if got := asked(); len(got) != 1 || got[0] != "check.reversed" {
		t.Errorf("found %v", got)
	}
	b.bring("statement", "流水号,本方账号,交易日期,摘要,对方户名,借方金额,贷方金额\n9,1860000000000000002,2026-01-21,退回,代发过渡户,,690.00\n")
	if got := asked(); len(got) != 1 || got[0] != "check.reversed_refunded" {
		t.Errorf("found %v with the refund on the statement", got)
	}
	_, err = b.app.Submit(ctx, b.by["张敏"], again)
	b.must(err)
	if _, err := b.app.Check(ctx, b.by["李复"], again, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := b.app.Approve(ctx, b.by["王审"], again, ""); message.Code(err) != "finding.review_open" {
		t.Fatalf("approved without an answer: %v", err)
	}
	_, err = b.app.AnswerFindings(ctx, b.by["李复"], again, payroll.FindingQuery{}, "银行回单", "文1")
	b.must(err)

	// While somebody has to look into a row about it, it is neither approved nor sent.
	doubt := func(state string) payroll.RowID {
		r := b.answer(0, "6228480000000000026 钱乙一 690.00 "+state)
		if len(r.Kept) != 1 {
			t.Fatalf("another holder: %+v", r)
		}
		return r.Kept[0].ID()
	}
	row := doubt("returned")
	if _, err := b.app.Approve(ctx, b.by["王审"], again, ""); message.Code(err) != "reissue.doubtful" {
		t.Fatalf("approved in doubt: %v", err)
	}
	b.must(b.app.ResolveRows(ctx, b.by["李复"], []payroll.RowID{row}, "银行写错了户名"))
	_, err = b.app.Approve(ctx, b.by["王审"], again, "")
	b.must(err)
	late := b.answer(0, "6228480000000000026 钱乙 690.00 credited")
	if len(late.Kept) != 1 {
		t.Fatalf("credited after the reissue was approved: %+v", late)
	}
	if _, err := b.app.Export(ctx, b.by["张敏"], again, t.TempDir(), ""); message.Code(err) != "reissue.doubtful" {
		t.Fatalf("it would be paid twice: %v", err)
	}
	b.must(b.app.ResolveRows(ctx, b.by["李复"], []payroll.RowID{late.Kept[0].ID()}, "银行确认没有入账"))
	b.export(again)

	// Once it has left, it is a stop of every batch on the day on which the bank says so.
	b.at(2026, 2, 20)
	b.answer(jan.ID, "6228480000000000026 钱乙 690.00 credited", "6228480000000000018 赵甲 990.01 credited")
	again = b.run(202602).ID
	if got := asked(); !slices.Contains(got, "check.answer_rows") {
		t.Errorf("found %v after somebody was paid twice", got)
	}
}
