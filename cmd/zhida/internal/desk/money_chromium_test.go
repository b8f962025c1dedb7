package desk

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"zhida/payroll"
	"zhida/testdata/chromium"
)

// Every other button that moves money, or says something of it, is pressed twice at once and does its deed once: what the bank
// gets, what came back of it, what is paid again, what a second person confirms, a batch given back or up, a month closed.
func TestMoneyButtonsInChromium(t *testing.T) {
	o, ctx := open(t), context.Background()
	o.run()
	b := chromium.Start(t)
	maker, checker, approver := o.sit(b, "张敏"), o.sit(b, "李复"), o.sit(b, "王审")

	// twice presses a button under a heading twice, with the passphrase that stands beside it, and the journal grows by so many events.
	twice := func(p *person, page, button, under string, events int64, says string, fields ...string) {
		t.Helper()
		if page != "" {
			p.Visit(o.URL + page)
		}
		for i := 0; i < len(fields); i += 2 {
			p.Fill(fields[i], fields[i+1], under)
		}
		if p.Has("口令", under) {
			p.Fill("口令", passphrase, under)
		}
		before := o.head()
		p.PressTwice(button, under)
		if after := o.head(); after != before+events {
			t.Errorf("%s: the journal went from %d to %d:\n%s", button, before, after, p.Text())
		}
		p.sees(says)
	}
	brings := func(kind, name, sheet string, events int64, says string) {
		t.Helper()
		file := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(file, []byte(sheet), 0o600); err != nil {
			t.Fatal(err)
		}
		maker.Visit(o.URL + "/import?kind=" + kind)
		maker.Choose("文件，可以一次选几个", "", file)
		twice(maker, "", "导入", "", events, says)
	}

	// accepts has a second person confirm the one thing that waits.
	accepts := func() {
		t.Helper()
		list, err := o.book.ProposalList(ctx, true)
		if err != nil || len(list) != 1 {
			t.Fatal(len(list), err)
		}
		twice(checker, fmt.Sprintf("/proposals/%d", list[0].Position), "确认", "确认", 1, "已确认")
	}

	const batch = "/batch/2026-10/1"
	twice(maker, batch, "提交", "提交", 1, "已提交")
	twice(checker, batch, "退回经办", "退回经办", 1, "草稿", "理由", "数对不上")
	twice(maker, batch, "作废", "作废", 1, "2026-10/1", "理由", "重算一遍")
	if s := o.state(first); s != payroll.Cancelled {
		t.Fatal(s)
	}
	twice(maker, "/month/2026-10", "计算本月", "", 1, "2026-10/2")
	const again = "/batch/2026-10/2"
	twice(maker, again, "提交", "提交", 1, "已提交")
	twice(checker, again, "复核", "复核", 1, "已复核")
	twice(approver, again, "审批", "审批", 1, "已审批")
	twice(maker, again, "导出", "导出银行文件", 2, "manifest") // begun, and done

	second := first + 1
	sent, err := o.book.PaymentList(ctx, payroll.PaymentQuery{Batch: second})
	if err != nil || len(sent) < 2 {
		t.Fatal(len(sent), err)
	}
	signer, err := o.book.Unlock(ctx, "张敏", []byte(passphrase))
	if err != nil {
		t.Fatal(err)
	}
	f := &payroll.ReturnFile{File: "回盘.txt", Digest: "回盘", Layout: "ccb-txt"}
	f.Rows = payroll.RowList{{Line: 1, Account: sent[0].Card.Full(), Holder: sent[0].Holder, Fen: 100, State: payroll.PaymentCredited, Text: "成功"}}
	for i, p := range sent {
		row := payroll.ReturnRow{Line: i + 2, Account: p.Card.Full(), Holder: p.Holder, Fen: p.Fen, State: payroll.PaymentCredited, Text: "成功"}
		if p.Holder == "赵丁" {
			row.State, row.Text = payroll.PaymentReturned, "账号户名不符"
		}
		f.Rows = append(f.Rows.(payroll.RowList), row)
	}
	result, err := o.book.ImportReturns(ctx, signer, f, 0)
	if err != nil || len(result.Kept) != 1 || result.Changed[payroll.PaymentReturned] != 1 {
		t.Fatalf("%+v %v", result, err)
	}
	twice(checker, "/payments", "落实", "回盘里没有对上的行", 1, "1 行已落实", fmt.Sprint(result.Kept[0].Position, " ", result.Kept[0].Line), "", "怎样落实的（选中的各行）", "银行回函")

	brings("accounts", "换卡.csv", "身份证号,姓名,银行卡号,户名,生效日期\n439901196010100023,赵丁,6200590000000000048,赵丁,2026-10-26\n", 1, "1")
	accepts()
	twice(maker, "/payments", "生成重发批次", "重发退票", 1, "重发的退票")
	brings("statement", "对账单.csv", "本方账号,流水号,交易日期,摘要,对方户名,借方金额,贷方金额,余额\n1860000000000000002,20261020000001,2026-10-20,存款利息,银行,,12.34,12.34\n", 1, "1 行")
	matches := func() {
		t.Helper()
		row := checker.option("/statement", "哪一行", "人工对账")
		twice(checker, "", "对账", "人工对账", 1, "每一行都对上了", "哪一行", row, "对上的文号、文件或支付；不是账上的，写明是什么", "利息", "依据或理由", "银行计息单")
	}
	matches()
	row := checker.option("/statement", "哪一行", "取消人工对账")
	twice(checker, "", "取消", "取消人工对账", 1, "没有对上", "哪一行", row, "依据或理由", "看错了")
	matches()

	brings("amounts", "核定.csv", "身份证号,姓名,起始月份,基本工资,住房公积金,社会保险费,个人所得税\n439901198804120017,李乙,2026-11,4700.00,552.00,368.00,0.00\n", 1, "确认")
	accepts()
	twice(checker, "/funds", "关账", "关账", 1, "已关账", "都看过了，仍然关账", "")

	for _, p := range []*person{maker, checker, approver} {
		p.fair()
	}
}

// option opens a page and gives the words of the first thing that a list offers.
func (p *person) option(page, label, under string) string {
	p.o.t.Helper()
	p.Visit(p.o.URL + page)
	if !p.Has(label, under) {
		p.o.t.Fatalf("%s has no list %s:\n%s", page, label, p.Text())
	}
	return chromium.Ask[string](p.Window, `document.querySelector("[data-found]").options[1].text.trim()`)
}
