package app

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"zhida/payroll"
	"zhida/rules/calendar"
	"zhida/rules/message"
	"zhida/rules/money"
)

// What surrounds a batch: the months before it, the townships against last month, what
// became of each payment, and where the money came from and went.
func TestSurvey(t *testing.T) {
	ctx := context.Background()
	b := newFundBook(t)
	b.fund()
	january := b.run(202601)
	b.must(b.approve(january.ID))
	b.export(january.ID)
	b.answer(0, "6228480000000000018 赵甲 990.01 credited", "6228480000000000026 钱乙 690.00 returned")
	b.at(2026, time.February, 3)
	b.bring("accounts", "身份证号,姓名,银行卡号,户名,生效日期\n439901198001020119,钱乙,6228480000000000059,钱乙,2026-02-01\n")
	b.bring("transfers", "资金,文号,单位代码,用途,凭证号,到账日期,金额\nF1,湘财〔2026〕5号,,村干部报酬,5,2026-02-03,6000.00\n")
	draft, err := b.app.ReissueDraft(ctx, b.by["张敏"], nil, "")
	b.must(err)
	again := draft.Batches[0].ID
	b.must(b.approve(again))
	b.export(again)
	february := b.run(202602)

	b.must(b.app.Survey(ctx, january.ID, func(s *payroll.Survey) error {
		states := []payroll.StateSum{{State: payroll.PaymentCredited, Count: 1, Fen: 99001}, {State: payroll.PaymentSent, Count: 1, Fen: 99001}, {State: payroll.PaymentReissued, Count: 1, Fen: 69000}}
		if diff := cmp.Diff(states, s.States); diff != "" {
			t.Error(diff)
		}
		sent := []payroll.SentBatch{{Batch: january.ID, Ordered: january.Net, States: map[payroll.PaymentState]payroll.StateSum{
			payroll.PaymentCredited: states[0], payroll.PaymentSent: states[1], payroll.PaymentReissued: states[2]}}}
		if diff := cmp.Diff(sent, s.Sent); diff != "" {
			t.Error(diff)
		}
		if len(s.Back) != 1 || s.Back[0].Name != "钱乙" || s.Back[0].First.State != payroll.PaymentReturned || s.Back[0].By != draft.Batches[0].ID.String()+"#1" || s.Back[0].State != payroll.PaymentReissued {
			t.Errorf("%+v", s.Back)
		}
		if len(s.Compared) != 0 || len(s.Reports) != 1 || len(s.Files) != 1 || s.Funds == nil {
			t.Errorf("%+v", s)
		}
		return nil
	}))
	b.must(b.app.Survey(ctx, february.ID, func(s *payroll.Survey) error { // a draft: compared, and nothing has moved
		want := []payroll.ComparedSum{{Township: "430725101", Name: "甲镇", Now: february.Net, Before: january.Net, Heads: february.Payees, HeadsWas: january.Payees}}
		if diff := cmp.Diff(want, s.Compared); diff != "" {
			t.Error(diff)
		}
		trend := []payroll.TrendSum{{Month: 202601, Item: "base", ItemName: "基本报酬", Fen: 340002}, {Month: 202601, Item: "fee", ItemName: "会费", Deduction: true, Fen: 4000},
			{Month: 202602, Item: "base", ItemName: "基本报酬", Fen: 340002}, {Month: 202602, Item: "fee", ItemName: "会费", Deduction: true, Fen: 4000}}
		if diff := cmp.Diff(trend, s.Trend); diff != "" {
			t.Error(diff)
		}
		if s.Flow != nil || s.States != nil || s.Back != nil {
			t.Errorf("a draft has moved money: %+v %+v %+v", s.Flow, s.States, s.Back)
		}
		return nil
	}))
	b.must(b.app.SurveyMonth(ctx, 202601, func(s *payroll.Survey) error {
		if len(s.Reports) != 2 || s.Reports[1].Head().Batch.ID != again || len(s.LeftOut) != 0 {
			t.Errorf("%d reports, left out %+v", len(s.Reports), s.LeftOut)
		}
		sums := map[string]money.Fen{}
		for _, f := range s.Flow { // money that came back goes on: its origin is the same
			if sums[f.Where] += f.Fen; f.Lot != "湘财〔2026〕1号" && f.Lot != "样财预〔2026〕1号" {
				t.Errorf("%+v", f)
			}
		}
		if diff := cmp.Diff(map[string]money.Fen{"已入账": 99001, "在途": 99001 + 69000, "已重发": 69000, "代扣上缴": 4000}, sums); diff != "" {
			t.Error(diff)
		}
		if len(s.Back) != 2 || s.Back[1].Replaces != (payroll.PaymentID{Batch: january.ID, Seq: 2}) || s.Back[1].First.State != "" {
			t.Errorf("%+v", s.Back)
		}
		return nil
	}))
	for _, write := range []func(context.Context, calendar.Month, string) (string, error){b.app.MonthReport, b.app.MonthWorkbook} {
		if _, err := write(ctx, 202601, t.TempDir()); err != nil {
			t.Error(err)
		}
	}
	b.must(b.approve(february.ID))
	b.hire()
	open := b.run(202602)
	b.must(b.app.SurveyMonth(ctx, 202602, func(s *payroll.Survey) error {
		if len(s.Reports) != 1 || len(s.LeftOut) != 1 || s.LeftOut[0].ID != open.ID {
			t.Errorf("%d reports, left out %+v", len(s.Reports), s.LeftOut)
		}
		return nil
	}))
	if err := b.app.SurveyMonth(ctx, 202603, nil); message.Code(err) != "auditreport.no_batch" {
		t.Errorf("a month without batches: %v", err)
	}
	if err := b.app.Survey(ctx, payroll.NewBatchID(202603, 1), nil); message.Code(err) != "batch.missing" {
		t.Errorf("no batch: %v", err)
	}
}

// hire brings in another cadre from February on.
func (b *fundBook) hire() {
	b.t.Helper()
	b.bring("roster", "身份证号,姓名,人员类别,单位代码,生效日期\n439901198001050123,周戊,村干部,430725101200,2026-02-01\n")
	b.bring("tenure", "身份证号,姓名,单位代码,职务,任职日期,离任日期,组织认定\n439901198001050123,周戊,430725101200,委员,2026-02-01,,是\n")
	b.bring("accounts", "身份证号,姓名,银行卡号,户名,生效日期\n439901198001050123,周戊,6228480000000000067,周戊,2026-02-01\n")
}

// A second run of a month is held against last month together with the first: nothing is
// counted twice, and only the last run has changes.
func TestSurveyOfTwoRuns(t *testing.T) {
	ctx := context.Background()
	b := newFundBook(t)
	b.fund()
	january := b.run(202601)
	b.must(b.approve(january.ID))
	b.at(2026, time.February, 3)
	b.bring("transfers", "资金,文号,单位代码,用途,凭证号,到账日期,金额\nF1,湘财〔2026〕5号,,村干部报酬,5,2026-02-03,9000.00\n")
	first := b.run(202602)
	b.must(b.approve(first.ID))
	b.hire()
	second := b.run(202602)
	b.must(b.approve(second.ID))
	b.must(b.app.SurveyMonth(ctx, 202602, func(s *payroll.Survey) error {
		if len(s.Reports) != 2 || s.Compares(s.Reports[0]) || !s.Compares(s.Reports[1]) {
			t.Errorf("%d reports; the last run has the changes", len(s.Reports))
		}
		want := []payroll.ComparedSum{{Township: "430725101", Name: "甲镇", Now: first.Net + second.Net, Before: january.Net, Heads: first.Payees + second.Payees, HeadsWas: january.Payees}}
		if diff := cmp.Diff(want, s.Compared); diff != "" {
			t.Error(diff)
		}
		return nil
	}))
	for _, write := range []func(context.Context, calendar.Month, string) (string, error){b.app.MonthReport, b.app.MonthWorkbook} {
		if _, err := write(ctx, 202602, t.TempDir()); err != nil {
			t.Error(err)
		}
	}
}

// The report is one private file; made again it is the same, and a dry book makes none.
func TestAuditReportFile(t *testing.T) {
	ctx := context.Background()
	b := newFundBook(t)
	b.fund()
	id := b.run(202601).ID
	dry := &App{b.app.Dry(), b.app.store, b.app.clock}
	if file, err := dry.AuditReport(ctx, id, t.TempDir()); err != nil || exists(file) {
		t.Errorf("%v, and %s is there", err, file)
	}
	b.must(b.approve(id))
	var first []byte
	for range 2 {
		file, err := b.app.AuditReport(ctx, id, t.TempDir())
		b.must(err)
		info, err := os.Stat(file)
		b.must(err)
		text, err := os.ReadFile(file)
		b.must(err)
		if filepath.Base(file) != "审计报告_2026-01-1.html" || info.Mode().Perm() != 0o600 {
			t.Errorf("%s with mode %v", file, info.Mode())
		}
		if first != nil && string(first) != string(text) {
			t.Error("the same batch gave other bytes")
		}
		first = text
	}
	if s := string(first); strings.Contains(s, "439901198001010105") || strings.Contains(s, "6228480000000000018") || !strings.Contains(s, "湘财〔2026〕1号") {
		t.Error("a number stands in full, or the flow is missing")
	}
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

// A month that was closed together with a later one has no closing of its own, and the
// report says so; of a closed month it shows the closing.
func TestSurveyOfClosedMonths(t *testing.T) {
	ctx := context.Background()
	b := newFundBook(t)
	b.fund()
	january := b.run(202601)
	b.must(b.approve(january.ID))
	b.export(january.ID)
	b.at(2026, time.February, 3)
	february, err := b.app.CloseMonth(ctx, b.by["李复"], 202602)
	b.must(err)
	b.must(b.app.Survey(ctx, january.ID, func(s *payroll.Survey) error {
		if s.Funds != nil || s.FundsWhy.Code != "auditreport.funds_elsewhere" {
			t.Errorf("%+v %v", s.Funds, s.FundsWhy)
		}
		return nil
	}))
	_, err = b.app.Workbook(ctx, january.ID, t.TempDir())
	b.must(err)
	file, err := b.app.AuditReport(ctx, january.ID, t.TempDir())
	b.must(err)
	text, err := os.ReadFile(file)
	b.must(err)
	if !strings.Contains(string(text), "2026-01 没有单独关账") {
		t.Error("the report does not say where the money of the month is")
	}
	b.must(b.approve(b.run(202602).ID))
	b.must(b.app.SurveyMonth(ctx, 202602, func(s *payroll.Survey) error {
		if s.Funds == nil || s.Funds.Closed != february.Closed || february.Closed == 0 {
			t.Errorf("%+v", s.Funds)
		}
		return nil
	}))
}
