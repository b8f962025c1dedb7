package app

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"zhida/importers"
	"zhida/payroll"
	"zhida/payroll/checks"
	"zhida/payroll/journal"
	"zhida/payroll/ledger"
	"zhida/rules/calendar"
	"zhida/rules/message"
	"zhida/rules/money"
)

// fundBook is a county of four village cadres whose pay two funds share.
type fundBook struct {
	*Demo
	t      *testing.T
	edited bool // behind the program's back
}

const fundSettings = `
unit: 样例县财政局
funds:
  - {code: F1, name: 村级转移支付, kind: account, account: "1860000000000000002", items: [base, extra]}
  - {code: F2, name: 县级配套, kind: authority}
banks: {ABC: {layout: abc-txt, payer: 样例县财政局, account: "1860000000000000002", purpose: 补贴}}
cofunding:
  - {item: base, from: 2026-01, shares: [{fund: F1, share: 60}, {fund: F2, share: 40}]}
`

const fundPolicy = `
文件: {文号: 样〔2026〕1号, 标题: 村干部报酬, 发文机关: 样, 印发日期: 2026-01-01, 施行: 2026-01, 扣回: {依据: 第九条, 每月最多: 20%, 至少留: 0}}
表:
  标准: {出处: 附件, 键: [职务], 值: [月], 行: [[书记|副书记, 1000.01], [委员, 700]]}
项目:
  - {代码: base, 名称: 基本报酬, 顺序: 1, 人员: [村干部], 渠道: 一卡通, 资金: F1, 依据: 按任职, 金额: 查表("标准"), 多职: 就高, 到任当月: 全月, 离任当月: 全月, 去世当月: 全月, 变动当月: 末日, 舍入: 四舍五入到分}
  - {代码: fee, 名称: 会费, 顺序: 3, 人员: [村干部], 渠道: 一卡通, 资金: F1, 方向: 扣款, 上缴: 工会, 依据: 按任职, 金额: '10', 多职: 就高, 到任当月: 全月, 离任当月: 全月, 去世当月: 全月, 变动当月: 末日, 舍入: 四舍五入到分}
`

func newFundBook(t *testing.T) *fundBook {
	t.Helper()
	return fundBookOf(t, fundSettings, fundPolicy)
}

// fundBookOf is a book with settings, or with "" without any, and a document.
func fundBookOf(t *testing.T, settings, document string) *fundBook {
	t.Helper()
	b := &fundBook{Demo: &Demo{by: map[string]*payroll.Session{}, book: filepath.Join(t.TempDir(), "book.db")}, t: t}
	b.at(2026, time.January, 5)
	ctx := context.Background()
	var err error
	b.app, err = Create(ctx, b.book, payroll.Meta{County: "430725", Name: "样例县", Cutover: 202601, Rehearsal: true}, b.now)
	b.must(err)
	t.Cleanup(func() {
		if !t.Failed() && !b.edited { // whatever a test did, the book bears it out
			health, err := b.app.Fsck(ctx, nil)
			b.must(err)
			if len(health.Faults) > 0 {
				t.Errorf("faults: %+v", health.Faults)
			}
		}
		b.app.Close()
	})
	b.must(b.actors(ctx))
	if settings != "" {
		at, err := b.app.ProposeSettings(ctx, b.by["周正"], "settings.yaml", []byte(settings))
		b.must(err)
		b.accept(at)
	}
	at, err := b.app.ProposePolicy(ctx, b.by["张敏"], "pay.yaml", []byte(document))
	b.must(err)
	b.accept(at)
	b.bring("places", "区划代码,名称,地区类别,生效日期\n430725101,甲镇,一类,2010-01-01\n430725101200,甲村,,2010-01-01\n430725101201,乙村,,2010-01-01\n")
	b.bring("roster", "身份证号,姓名,人员类别,单位代码,生效日期\n439901198001010105,赵甲,村干部,430725101200,2020-01-01\n439901198001020119,钱乙,村干部,430725101200,2020-01-01\n439901198001030122,孙丙,村干部,430725101201,2020-01-01\n439901198001040136,李丁,村干部,430725101201,2020-01-01\n")
	b.bring("tenure", "身份证号,姓名,单位代码,职务,任职日期,离任日期,组织认定\n439901198001010105,赵甲,430725101200,书记,2020-01-01,,是\n439901198001020119,钱乙,430725101200,委员,2020-01-01,,是\n439901198001030122,孙丙,430725101201,书记,2020-01-01,,是\n439901198001040136,李丁,430725101201,委员,2020-01-01,,是\n")
	b.bring("accounts", "身份证号,姓名,银行卡号,户名,生效日期\n439901198001010105,赵甲,6228480000000000018,赵甲,2020-01-01\n439901198001020119,钱乙,6228480000000000026,钱乙,2020-01-01\n439901198001030122,孙丙,6228480000000000034,孙丙,2020-01-01\n")
	return b
}

func (b *fundBook) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *fundBook) accept(at int64) {
	b.t.Helper()
	_, err := b.app.Decide(context.Background(), b.by["李复"], at, true, "", "")
	b.must(err)
}

func (b *fundBook) bring(kind, csv string) {
	b.t.Helper()
	in, err := importers.Read(kind, kind+".csv", []byte(csv), importers.Options{Items: map[string]string{}})
	b.must(err)
	r, err := b.app.Book.Import(context.Background(), b.by["张敏"], in, payroll.ImportOptions{})
	b.must(err)
	if r.Proposal != 0 {
		b.accept(r.Proposal)
	}
}

// fund brings in money enough for a month.
func (b *fundBook) fund() {
	b.t.Helper()
	b.bring("transfers", "资金,文号,单位代码,用途,凭证号,到账日期,金额\nF1,湘财〔2026〕1号,,村干部报酬,1,2026-01-10,6000.00\n")
	b.bring("authority", "资金,指标文号,年度,下达日期,金额\nF2,样财预〔2026〕1号,2026,2026-01-05,5000.00\n")
}

// refused gives the code with which an import is refused, at once or when somebody else would confirm it.
func (b *fundBook) refused(kind, csv string) string {
	b.t.Helper()
	in, err := importers.Read(kind, kind+".csv", []byte(csv), importers.Options{Items: map[string]string{}})
	b.must(err)
	r, err := b.app.Book.Import(context.Background(), b.by["张敏"], in, payroll.ImportOptions{})
	if err == nil && r.Proposal != 0 {
		_, err = b.app.Decide(context.Background(), b.by["李复"], r.Proposal, true, "", "")
	}
	if found := (message.Problems{}); errors.As(err, &found) { // of its rows
		return found[0].Code
	}
	return message.Code(err)
}

// answered answers what the checks ask. Rows of a bank's answer that differ from what was paid
// stop the next batch: only the approver may let them wait, and not the maker or the checker.
func (b *fundBook) answered(id payroll.BatchID) {
	b.t.Helper()
	ctx := context.Background()
	c, err := b.app.Checking(ctx, id)
	b.must(err)
	if all, _ := c.Count(checks.Stop); all > 0 {
		q := payroll.FindingQuery{Check: "totals"}
		for _, who := range []string{"张敏", "李复"} {
			if _, err := b.app.AnswerFindings(ctx, b.by[who], id, q, "银行正在核实", "桃财核〔2026〕2号"); message.Code(err) != "actor.role" {
				b.t.Fatalf("%s answers a stop: %v", who, err)
			}
		}
		_, err := b.app.AnswerFindings(ctx, b.by["王审"], id, q, "银行正在核实", "桃财核〔2026〕2号")
		b.must(err)
	}
	answerReviews(b.t, b.app, b.by["李复"], id)
}

// approve takes a batch through submit and check and gives the approval's error.
func (b *fundBook) approve(id payroll.BatchID) error {
	b.t.Helper()
	ctx := context.Background()
	_, err := b.app.Submit(ctx, b.by["张敏"], id)
	b.must(err)
	b.answered(id)
	_, err = b.app.Check(ctx, b.by["李复"], id, "")
	b.must(err)
	_, err = b.app.Approve(ctx, b.by["王审"], id, "")
	return err
}

func (b *fundBook) run(m calendar.Month) payroll.Batch {
	b.t.Helper()
	r, err := b.app.Run(context.Background(), b.by["张敏"], m, payroll.Regular)
	b.must(err)
	if len(r.Batches) != 1 || len(r.Refused) > 0 {
		b.t.Fatalf("%+v", r)
	}
	return r.Batches[0]
}

func (b *fundBook) export(id payroll.BatchID) {
	b.t.Helper()
	b.traced()
	_, err := b.app.Export(context.Background(), b.by["张敏"], id, b.t.TempDir(), "")
	b.must(err)
	b.traced()
}

// answer takes in what a bank says of payments: "account holder yuan state".
func (b *fundBook) answer(only payroll.BatchID, rows ...string) payroll.ReturnResult {
	b.t.Helper()
	f := &payroll.ReturnFile{File: "回盘.txt", Digest: journal.Digest([]byte(strings.Join(rows, "|"))), Layout: "abc-txt"}
	var list payroll.RowList
	for i, row := range rows {
		x := strings.Fields(row)
		fen, err := money.ParseYuan(x[2])
		b.must(err)
		list = append(list, payroll.ReturnRow{Line: i + 1, Account: x[0], Holder: x[1], Fen: fen, State: payroll.PaymentState(x[3]), Text: x[3], Date: calendar.DateIn(b.clock, calendar.China)})
	}
	f.Rows = list
	r, err := b.app.ImportReturns(context.Background(), b.by["张敏"], f, only)
	b.must(err)
	b.traced()
	return r
}

// brought is what each document brought.
func (b *fundBook) brought() map[string]money.Fen {
	b.t.Helper()
	ctx := context.Background()
	sums := map[string]money.Fen{}
	b.must(b.app.Store().View(ctx, func(r payroll.Reader) error {
		return r.Postings(ctx, 0, 1<<40, func(_ int64, p ledger.Posting) error {
			switch ledger.Received {
			case p.Source:
				sums[p.Ref] += p.Fen
			case p.Target:
				sums[p.Ref] -= p.Fen
			}
			return nil
		})
	}))
	return sums
}

// traced holds what pages read of the money's ways against the way of every payment.
func (b *fundBook) traced() {
	b.t.Helper()
	ctx := context.Background()
	all := func(payroll.FlowStep) bool { return true }
	steps, err := b.app.Trace(ctx, all)
	b.must(err)
	sum := func(list []payroll.FlowStep) map[payroll.FlowStep]money.Fen {
		sums := map[payroll.FlowStep]money.Fen{}
		for _, s := range list {
			if s.Rest == "" {
				s.Payment.Seq = 0
			}
			k := s
			k.Person, k.Fen = 0, 0
			sums[k] += s.Fen
		}
		return sums
	}
	added, err := b.app.TraceSums(ctx, 0, all)
	b.must(err)
	if diff := cmp.Diff(sum(steps), sum(added)); diff != "" {
		b.t.Fatalf("added up (-one by one +added up):\n%s", diff)
	}
	for _, keep := range []func(payroll.FlowStep) bool{all, func(s payroll.FlowStep) bool { return s.Fund == "F1" }, func(s payroll.FlowStep) bool { return strings.Contains(s.Lot, "2号") }} {
		want, err := b.app.Trace(ctx, keep)
		b.must(err)
		got, err := b.app.TraceSums(ctx, 1000, keep)
		b.must(err)
		if diff := cmp.Diff(want, got); diff != "" {
			b.t.Fatalf("few payments (-all +few):\n%s", diff)
		}
	}
	people, payments := map[int64]bool{}, map[payroll.PaymentID]bool{}
	for _, s := range steps {
		if s.Person != 0 && !people[s.Person] {
			people[s.Person] = true
			b.same(steps, func(x payroll.FlowStep) bool { return x.Person == s.Person }, func() ([]payroll.FlowStep, error) { return b.app.TracePerson(ctx, s.Person) })
		}
		if s.Payment.Seq != 0 && !payments[s.Payment] {
			payments[s.Payment] = true
			b.same(steps, func(x payroll.FlowStep) bool { return x.Payment == s.Payment }, func() ([]payroll.FlowStep, error) {
				return b.app.TracePayments(ctx, []payroll.PaymentID{s.Payment})
			})
		}
	}
	b.controlled()
}

// same holds the wanted of some steps against what a page reads.
func (b *fundBook) same(steps []payroll.FlowStep, wanted func(payroll.FlowStep) bool, read func() ([]payroll.FlowStep, error)) {
	b.t.Helper()
	got, err := read()
	b.must(err)
	want := slices.DeleteFunc(slices.Clone(steps), func(s payroll.FlowStep) bool { return !wanted(s) })
	if diff := cmp.Diff(want, got); diff != "" {
		b.t.Fatalf("some payments (-all +some):\n%s", diff)
	}
}

// controlled holds the three totals of each batch that a page shows against its payments.
func (b *fundBook) controlled() {
	b.t.Helper()
	ctx := context.Background()
	f, err := b.app.Funds(ctx, 0)
	b.must(err)
	for _, got := range f.Totals {
		want := payroll.ControlTotals{Batch: got.Batch, Order: got.Order}
		list, err := b.app.PaymentList(ctx, payroll.PaymentQuery{Batch: got.Batch})
		b.must(err)
		for _, p := range list {
			want.List += p.Fen
			switch p.State {
			case payroll.PaymentCredited:
				want.Credited += p.Fen
			case payroll.PaymentSent, payroll.PaymentParked:
				want.Pending += p.Fen
			default:
				want.Back += p.Fen
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			b.t.Fatalf("totals (-payments +shown):\n%s", diff)
		}
	}
}

// stocks are the stocks of a fund over all places, without those that are empty.
func (b *fundBook) stocks(fund string) map[ledger.Account]money.Fen {
	b.t.Helper()
	f, err := b.app.Funds(context.Background(), 0)
	b.must(err)
	sum := map[ledger.Account]money.Fen{}
	for _, p := range f.Purses {
		if p.Fund != fund {
			continue
		}
		if p.Unexplained() != 0 {
			b.t.Fatalf("%s of %+v are unexplained", p.Unexplained(), p.Purse)
		}
		for _, a := range ledger.Stocks {
			if p.Stock[a] != 0 {
				sum[a] += p.Stock[a]
			}
		}
	}
	return sum
}

// differences are the codes of what does not add up.
func (b *fundBook) differences() (codes []string) {
	b.t.Helper()
	f, err := b.app.Funds(context.Background(), 0)
	b.must(err)
	for _, d := range f.Differences {
		codes = append(codes, d.Message.Code)
	}
	return codes
}

// masked holds what does not add up against an account's whole number: the last four are there, and no more.
func (b *fundBook) masked(account string) {
	b.t.Helper()
	f, err := b.app.Funds(context.Background(), 0)
	b.must(err)
	for _, d := range f.Differences {
		for _, lang := range []message.Lang{message.Chinese, message.English} {
			said := d.Message.Text(lang) + d.Message.Hint(lang)
			if strings.Contains(said, account) || !strings.Contains(said, "*"+account[len(account)-4:]) {
				b.t.Errorf("%s: %s", d.Message.Code, said)
			}
		}
	}
}

func problemCodes(err error) string {
	var problems message.Problems
	if !errors.As(err, &problems) {
		return message.Code(err)
	}
	var codes []string
	for _, p := range problems {
		codes = append(codes, p.Code+" "+strings.Join(p.Args, " "))
	}
	return strings.Join(codes, "; ")
}

// From a transfer to the cards and back: one fen that lacks refuses the approval, money is
// where the payments are, what comes back is paid again once, and a month closes only when
// nothing is open.
func TestFundsFromTransferToCardAndBack(t *testing.T) {
	t.Parallel() // the long ones run beside each other
	ctx := context.Background()
	b := newFundBook(t)
	january := b.run(202601)
	// 1000.01 and 700 twice: 60 % is 600.01 and 420, 40 % is 400.00 and 280; one person has no account.
	if err := b.approve(january.ID); problemCodes(err) != "fund.short F1 村级转移支付 2,040.02; fund.short F2 县级配套 1,360.00" && problemCodes(err) != "fund.short F1 村级转移支付 2040.02; fund.short F2 县级配套 1360.00" {
		t.Fatalf("without money: %v", problemCodes(err))
	}
	b.at(2026, time.January, 11)
	b.bring("transfers", "资金,文号,单位代码,用途,凭证号,到账日期,金额\nF1,湘财〔2026〕1号,,村干部报酬,1,2026-01-10,1000.00\nF1,湘财〔2026〕2号,430725101201,村干部报酬,2,2026-01-10,1020.00\n")
	b.bring("authority", "资金,指标文号,年度,下达日期,金额\nF2,样财预〔2026〕1号,2026,2026-01-05,5000.00\n")
	// 甲村 needs 1020.01: the general money has 1000.00, and what is for 乙村 may not be taken.
	_, err := b.app.Approve(ctx, b.by["王审"], january.ID, "")
	if got := problemCodes(err); !strings.HasPrefix(got, "fund.short F1") || !strings.Contains(got, "20.0") {
		t.Fatalf("one place lacks money: %s", got)
	}
	b.bring("transfers", "资金,文号,单位代码,用途,凭证号,到账日期,金额\nF1,湘财〔2026〕3号,,村干部报酬,3,2026-01-11,20.01\n")
	if _, err := b.app.Approve(ctx, b.by["王审"], january.ID, ""); problemCodes(err) != "fund.short F1 村级转移支付 0.01" {
		t.Fatalf("one fen lacks: %s", problemCodes(err))
	}
	b.bring("transfers", "资金,文号,单位代码,用途,凭证号,到账日期,金额\nF1,湘财〔2026〕4号,,村干部报酬,4,2026-01-11,0.01\n")
	b.must(func() error { _, err := b.app.Approve(ctx, b.by["王审"], january.ID, ""); return err }())
	if diff := cmp.Diff(map[ledger.Account]money.Fen{ledger.Reserved: 162602, ledger.Held: 41400}, b.stocks("F1")); diff != "" {
		t.Fatalf("approved (-want +got):\n%s", diff)
	}
	b.export(january.ID)
	// Deductions went with the list: 6.00 of each of the four fees was F1's, and 4.00 F2's.
	if got := b.stocks("F1"); got[ledger.Transit] != 162602-600*4 || got[ledger.Held] != 41400 || got[ledger.Reserved] != 0 {
		t.Fatalf("exported: %v", got)
	}
	if codes := b.differences(); codes != nil {
		t.Fatalf("after the export: %v", codes)
	}

	// The bank: one credited, one returned, one it does not know yet; and a row of nobody.
	r := b.answer(0, "6228480000000000018 赵甲 990.01 credited", "6228480000000000026 钱乙 690.00 returned", "6228480000000000034 孙丙 990.01 sent", "6228480000000009999 吴名 1.00 credited")
	if r.Changed[payroll.PaymentCredited] != 1 || r.Changed[payroll.PaymentReturned] != 1 || r.Pending != 1 || len(r.Kept) != 1 {
		t.Fatalf("%+v", r)
	}
	if again := b.answer(0, "6228480000000000018 赵甲 990.01 credited", "6228480000000000026 钱乙 690.00 returned", "6228480000000000034 孙丙 990.01 sent", "6228480000000009999 吴名 1.00 credited"); !again.Unchanged {
		t.Fatalf("the same answer again: %+v", again)
	}
	if r := b.answer(0, "6228480000000000018 赵甲 990.01 credited"); !r.Unchanged || r.Same != 1 {
		t.Fatalf("the same in another file: %+v", r)
	}
	if r := b.answer(0, "6228480000000000034 孙丙 990.00 credited", "6228480000000000034 李鬼 990.01 credited", "6228480000000000026 钱乙 690.00 returned"); len(r.Kept) != 2 || r.Same != 1 {
		t.Fatalf("another amount, another holder: %+v", r)
	}
	if _, err := b.app.ImportReturns(ctx, b.by["张敏"], &payroll.ReturnFile{File: "x", Digest: "y", Rows: payroll.RowList{{Account: "1", Fen: 1}}}, 0); message.Code(err) != "returns.foreign" {
		t.Fatalf("nobody's answer: %v", err)
	}
	if got := b.stocks("F1"); got[ledger.Returned] != 41400 || got[ledger.Transit] != 59401 {
		t.Fatalf("answered: %v", got)
	}

	// A credited payment bounces; the answer of before is no news of it, also where the batch is named.
	if r := b.answer(january.ID, "6228480000000000018 赵甲 990.01 returned"); r.Changed[payroll.PaymentReturned] != 1 {
		t.Fatalf("a bounce: %+v", r)
	}
	if again := b.answer(january.ID, "6228480000000000018 赵甲 990.01 credited", "6228480000000000026 钱乙 690.00 returned", "6228480000000000034 孙丙 990.01 sent", "6228480000000009999 吴名 1.00 credited"); !again.Unchanged {
		t.Fatalf("the answer of before, for its batch: %+v", again)
	}
	if r := b.answer(january.ID, "6228480000000000018 赵甲 990.01 credited"); r.Changed[payroll.PaymentCredited] != 1 {
		t.Fatalf("credited after all: %+v", r)
	}

	// What came back waits for a corrected account, goes its own way through three people, and once.
	draft, err := b.app.ReissueDraft(ctx, b.by["张敏"], nil, "")
	if err != nil || len(draft.Batches) != 0 || len(draft.Left) != 1 || draft.Left[0].Why.Code != "reissue.same_account" {
		t.Fatalf("the same account: %+v %v", draft, err)
	}
	b.at(2026, time.February, 3)
	b.bring("accounts", "身份证号,姓名,银行卡号,户名,生效日期\n439901198001020119,钱乙,6228480000000000059,钱乙,2026-02-01\n")
	draft, err = b.app.ReissueDraft(ctx, b.by["张敏"], nil, "")
	if err != nil || len(draft.Batches) != 1 || draft.Batches[0].Net != 69000 {
		t.Fatalf("reissue: %+v %v", draft, err)
	}
	if _, err := b.app.ReissueDraft(ctx, b.by["张敏"], nil, ""); message.Code(err) != "reissue.open" {
		t.Fatalf("a second draft: %v", err)
	}
	b.must(b.approve(draft.Batches[0].ID))
	b.export(draft.Batches[0].ID)
	if again, err := b.app.ReissueDraft(ctx, b.by["张敏"], nil, ""); err != nil || len(again.Batches)+len(again.Left) != 0 {
		t.Fatalf("reissued twice: %+v %v", again, err)
	}
	if got := b.stocks("F1"); got[ledger.Returned] != 0 || got[ledger.Transit] != 59401+41400 {
		t.Fatalf("reissued: %v", got)
	}
	// The bank says of the old one that it was credited after all: that may be twice, and is nobody's success.
	if r := b.answer(0, "6228480000000000026 钱乙 690.00 credited"); len(r.Kept) != 1 || !strings.Contains(r.Kept[0].Problem, "付了两次") {
		t.Fatalf("credited after the reissue: %+v", r)
	}
	// Success is revocable, days later.
	b.answer(0, "6228480000000000059 钱乙 690.00 credited", "6228480000000000034 孙丙 990.01 credited")
	if r := b.answer(draft.Batches[0].ID, "6228480000000000059 钱乙 690.00 returned"); r.Changed[payroll.PaymentReturned] != 1 {
		t.Fatalf("bounced after success: %+v", r)
	}
	b.answer(0, "6228480000000000059 钱乙 690.00 credited")
	if diff := cmp.Diff(map[ledger.Account]money.Fen{ledger.Held: 41400}, b.stocks("F1")); diff != "" {
		t.Fatalf("all answered (-want +got):\n%s", diff)
	}

	// Each card back to its transfers, each transfer to its cards.
	sums, whole := map[string]money.Fen{}, map[string]money.Fen{}
	steps, err := b.app.Trace(ctx, func(s payroll.FlowStep) bool { return true })
	b.must(err)
	for _, s := range steps {
		if s.State == payroll.PaymentCredited {
			sums[s.Lot] += s.Fen
		}
		if s.State != payroll.PaymentReissued { // what replaces it carries the same money
			whole[s.Lot] += s.Fen
		}
	}
	if diff := cmp.Diff(b.brought(), whole); diff != "" { // every fen of every document is somewhere
		t.Fatalf("traced (-brought +traced):\n%s", diff)
	}
	if sums[""] != 0 || sums["湘财〔2026〕1号"] == 0 || sums["样财预〔2026〕1号"] != 39600+39600+27600 {
		t.Fatalf("traced: %v", sums)
	}
	picture, err := b.app.Flow(ctx, steps, message.Chinese)
	if err != nil || !strings.Contains(string(picture), "湘财〔2026〕2号") || !strings.Contains(string(picture), "村级转移支付") {
		t.Fatalf("drawing: %v", err)
	}

	// A month closes when every open row is settled, in order, once; reopening takes a reason.
	if _, err := b.app.CloseMonth(ctx, b.by["李复"], 202601); !strings.Contains(problemCodes(err), "fund.row") {
		t.Fatalf("closing with open rows: %v", err)
	}
	rows, err := b.app.OpenRows(ctx)
	b.must(err)
	var ids []payroll.RowID
	for i := range rows {
		ids = append(ids, rows[i].ID())
	}
	if err := b.app.ResolveRows(ctx, b.by["李复"], append(ids, ids[0]), "已向银行核实，文1"); message.Code(err) != "returns.no_row" { // all or none
		t.Fatalf("a row named twice: %v", err)
	}
	if left, err := b.app.OpenRows(ctx); err != nil || len(left) != len(ids) {
		t.Fatalf("%+v %v", left, err)
	}
	b.must(b.app.ResolveRows(ctx, b.by["李复"], ids, "已向银行核实，文1"))
	if left, err := b.app.OpenRows(ctx); err != nil || len(left) != 0 {
		t.Fatalf("%+v %v", left, err)
	}
	report, err := b.app.CloseMonth(ctx, b.by["李复"], 202601)
	b.must(err)
	if report.Closed == 0 || len(report.Totals) != 2 || report.Totals[0].Order != report.Totals[0].List {
		t.Fatalf("%+v", report)
	}
	if _, err := b.app.CloseMonth(ctx, b.by["李复"], 202601); message.Code(err) != "fund.closed_already" {
		t.Fatalf("closed twice: %v", err)
	}
	if err := b.app.ReopenMonth(ctx, b.by["王审"], 202601, " "); message.Code(err) != "payroll.reason_needed" {
		t.Fatal(err)
	}
	b.must(b.app.ReopenMonth(ctx, b.by["王审"], 202601, "补登回盘"))
	_, err = b.app.CloseMonth(ctx, b.by["李复"], 202601)
	b.must(err)
	b.at(2026, time.April, 10)
	if _, err := b.app.CloseMonth(ctx, b.by["李复"], 202603); message.Code(err) != "fund.order" {
		t.Fatalf("a month is skipped: %v", err)
	}
	if code := b.refused("transfers", "资金,文号,单位代码,用途,凭证号,到账日期,金额,操作\nF1,湘财〔2026〕1号,,村干部报酬,1,2026-01-10,1000.00,撤销\n"); code != "fund.spent" {
		t.Fatalf("money that is on cards is revoked: %q", code)
	}
}

// The statement of a fund's account is matched by what its rows say, then by amount and
// days, then by a person; what matches nothing keeps the month open.
func TestStatement(t *testing.T) {
	ctx := context.Background()
	b := newFundBook(t)
	b.bring("transfers", "资金,文号,单位代码,用途,凭证号,到账日期,金额\nF1,湘财〔2026〕1号,,村干部报酬,1,2026-01-10,3000.00\nF1,湘财〔2026〕2号,,村干部报酬,2,2026-01-12,3000.00\n")
	b.bring("authority", "资金,指标文号,年度,下达日期,金额\nF2,样财预〔2026〕1号,2026,2026-01-05,5000.00\n")
	batch := b.run(202601)
	b.must(b.approve(batch.ID))
	b.at(2026, time.January, 20)
	b.export(batch.ID)
	b.answer(0, "6228480000000000018 赵甲 990.01 credited", "6228480000000000026 钱乙 690.00 returned", "6228480000000000034 孙丙 990.01 credited")
	const heading = "本方账号,流水号,交易日期,摘要,对方户名,借方金额,贷方金额,余额\n"
	b.bring("statement", heading+
		"1860000000000000002,1,2026-01-10,拨款,财政厅,,3000.00,3000.00\n"+
		"1860000000000000002,2,2026-01-12,湘财〔2026〕2号,财政厅,,3000.00,6000.00\n"+
		"1860000000000000002,3,2026-01-20,代发,过渡户,2670.02,,3329.98\n"+
		"1860000000000000002,4,2026-01-23,退票,过渡户,,690.00,4019.98\n"+
		"1860000000000000002,5,2026-01-24,手续费,银行,0.50,,4019.48\n")
	got := map[string]string{}
	list, err := b.app.Statement(ctx)
	b.must(err)
	for _, x := range list {
		got[x.Serial] = x.By + " " + x.To
	}
	want := map[string]string{"1": "amount 湘财〔2026〕1号", "2": "reference 湘财〔2026〕2号", "3": "amount 202601200001.txt", "4": "amount 2026-01/1#2", "5": " "}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatal(diff)
	}
	if codes := b.differences(); len(codes) != 1 || codes[0] != "fund.statement" {
		t.Fatalf("%v", codes)
	}
	b.masked("1860000000000000002")
	if err := b.app.MatchRow(ctx, b.by["李复"], "1860000000000000002", "4", 0, "x", "y"); message.Code(err) != "statement.missing" {
		t.Fatalf("a row that is matched: %v", err)
	}
	b.must(b.app.MatchRow(ctx, b.by["李复"], "1860000000000000002", "5", 0, "手续费", "由业务费归还，文1"))

	// What is remitted and what goes up is known too; a day that lacks a row is named.
	at, err := b.app.ProposeSendUp(ctx, b.by["张敏"], "F1", "", 50000, nil, "样财〔2026〕9号")
	b.must(err)
	seen, err := b.app.Proposed(ctx, nil, at)
	b.must(err)
	if text := seen.Said[0].Text(message.English); len(seen.Said) != 1 || !strings.Contains(text, "500.00") || !strings.Contains(text, "样财〔2026〕9号") {
		t.Fatalf("what the approver sees: %v", seen.Said)
	}
	_, err = b.app.Decide(ctx, b.by["王审"], at, true, "", seen.Digest)
	b.must(err)
	b.bring("statement", heading+
		"1860000000000000002,6,2026-01-25,代扣会费,工会,24.00,,3995.48\n"+
		"1860000000000000002,7,2026-01-26,上缴 样财〔2026〕9号,国库,500.00,,3395.48\n")
	list, err = b.app.Statement(ctx)
	b.must(err)
	if n := len(list); list[n-2].To != "代扣 2026-01/1" || list[n-1].By != payroll.MatchedByReference || list[n-1].To != "样财〔2026〕9号" {
		t.Fatalf("%+v", list[n-2:])
	}
	if codes := b.differences(); len(codes) != 1 || codes[0] != "fund.gap" {
		t.Fatalf("%v", codes)
	}
	b.masked("1860000000000000002")
	b.bring("statement", heading+"1860000000000000002,7,2026-01-26,上缴 样财〔2026〕9号,国库,500.00,,3495.48\n")
	if codes := b.differences(); codes != nil {
		t.Fatalf("%v", codes)
	}

	// The bank numbers its rows anew: the match is of that day and sum. A movement is shown once.
	b.at(2026, time.February, 10)
	b.bring("statement", heading+"1860000000000000002,5,2026-02-10,转账,某公司,3000.00,,\n1860000000000000002,5b,2026-02-03,代发,过渡户,2670.02,,\n")
	if codes := b.differences(); len(codes) != 2 {
		t.Fatalf("%v", codes)
	}
	if err := b.app.MatchRow(ctx, b.by["李复"], "1860000000000000002", "5b", 0, "202601200001.txt", "回单"); message.Code(err) != "statement.taken" {
		t.Fatalf("a file that another row shows: %v", err)
	}
	b.must(b.app.UnmatchRow(ctx, b.by["李复"], "1860000000000000002", "5", 0, "对错了"))
	if codes := b.differences(); len(codes) != 3 {
		t.Fatalf("%v", codes)
	}
	if err := b.app.MatchRow(ctx, b.by["李复"], "1860000000000000002", "5", 0, "手续费", "文1"); message.Code(err) != "statement.several" {
		t.Fatalf("two rows of one serial: %v", err)
	}
}

// What is paid again keeps the funds and the transfers of the payment it replaces, also
// when a person has two of them with different shares; and a row that nobody could tell
// apart is not settled by the answer to another month.
func TestReissueOfTwoMonths(t *testing.T) {
	ctx := context.Background()
	b := newFundBook(t)
	b.bring("transfers", "资金,文号,单位代码,用途,凭证号,到账日期,金额\nF1,湘财〔2026〕1号,,村干部报酬,1,2026-01-10,9000.00\n")
	b.bring("authority", "资金,指标文号,年度,下达日期,金额\nF2,样财预〔2026〕1号,2026,2026-01-05,9000.00\n")
	b.at(2026, time.January, 20)
	jan := b.run(202601)
	b.must(b.approve(jan.ID))
	b.export(jan.ID)
	at, err := b.app.ProposeSettings(ctx, b.by["周正"], "settings.yaml", []byte(fundSettings+"  - {item: base, from: 2026-02, shares: [{fund: F1, share: 10}, {fund: F2, share: 90}]}\n"))
	b.must(err)
	b.accept(at)
	b.at(2026, time.February, 20)
	feb := b.run(202602)
	b.must(b.approve(feb.ID))
	b.export(feb.ID)

	foreign := &payroll.ReturnFile{File: "回盘.xml", Digest: strings.Repeat("0", 64), Layout: "pain001", Reference: "20251201-7",
		Rows: payroll.RowList{{Line: 1, Account: "6228480000000000026", Holder: "钱乙", Fen: 69000, State: payroll.PaymentCredited}}}
	if _, err := b.app.ImportReturns(ctx, b.by["张敏"], foreign, 0); message.Code(err) != "returns.unknown_message" {
		t.Fatalf("an answer to a message that was never sent: %v", err)
	}

	// Nobody can tell the month, so that the clerk names it; what has been taken in for it is no answer to another.
	const sun = "6228480000000000034 孙丙 990.01 credited"
	if r := b.answer(0, sun); len(r.Kept) != 1 {
		t.Fatalf("either month: %+v", r)
	}
	if r := b.answer(feb.ID, sun); r.Changed[payroll.PaymentCredited] != 1 {
		t.Fatalf("the row that was left open, for its batch: %+v", r)
	}
	if r := b.answer(jan.ID, sun); !r.Copied || len(r.Changed) != 0 {
		t.Fatalf("an old answer into another batch: %+v", r)
	}
	if r := b.answer(0, "6228480000000000026 钱乙 690.00 returned"); len(r.Kept) != 1 {
		t.Fatalf("either month: %+v", r)
	}
	b.answer(feb.ID, "6228480000000000026 钱乙 690.00 returned", "6228480000000000018 赵甲 990.01 credited")
	if rows, err := b.app.OpenRows(ctx); err != nil || len(rows) != 1 {
		t.Fatalf("the row about January is settled by February: %+v %v", rows, err)
	}
	rows, err := b.app.OpenRows(ctx)
	b.must(err)
	b.must(b.app.ResolveRows(ctx, b.by["李复"], []payroll.RowID{rows[0].ID()}, "是一月的，已另行登记"))
	b.answer(jan.ID, "6228480000000000026 钱乙 690.00 returned", "6228480000000000034 孙丙 990.01 credited")

	b.bring("accounts", "身份证号,姓名,银行卡号,户名,生效日期\n439901198001020119,钱乙,6228480000000000059,钱乙,2026-02-01\n")
	draft, err := b.app.ReissueDraft(ctx, b.by["张敏"], nil, "")
	if err != nil || len(draft.Batches) != 1 || draft.Batches[0].Reissued != 138000 {
		t.Fatalf("%+v %v", draft, err)
	}
	again := draft.Batches[0].ID
	b.must(b.approve(again))
	b.export(again)
	replaces := map[payroll.PaymentID]payroll.PaymentID{}
	b.must(b.app.Store().View(ctx, func(r payroll.Reader) error {
		return r.Payments(ctx, again, func(p payroll.Payment) error { replaces[p.ID()] = p.Replaces; return nil })
	}))
	flows := map[payroll.PaymentID]map[string]money.Fen{}
	_, err = b.app.Trace(ctx, func(s payroll.FlowStep) bool {
		if flows[s.Payment] == nil {
			flows[s.Payment] = map[string]money.Fen{}
		}
		flows[s.Payment][s.Fund+" "+s.Lot] += s.Fen
		return false
	})
	b.must(err)
	if len(replaces) != 2 {
		t.Fatalf("%v", replaces)
	}
	for id, old := range replaces {
		if diff := cmp.Diff(flows[old], flows[id]); diff != "" || len(flows[id]) != 2 {
			t.Errorf("%s instead of %s:\n%s", id, old, diff)
		}
	}
	if codes := b.differences(); codes != nil {
		t.Fatalf("%v", codes)
	}
	if _, err := b.app.Workbook(ctx, again, b.t.TempDir()); err != nil {
		t.Fatal(err)
	}
}

// A bank may repeat nothing of a message but the numbers of its payments, or refuse it as
// one: then everything in it has come back.
func TestAnswerByMessage(t *testing.T) {
	ctx := context.Background()
	for _, whole := range []bool{false, true} {
		b := newFundBook(t)
		at, err := b.app.ProposeSettings(ctx, b.by["周正"], "settings.yaml", []byte(strings.Replace(fundSettings, "layout: abc-txt,", `layout: pain001, extra: {付款行联行号: "104999900003"},`, 1)))
		b.must(err)
		b.accept(at)
		b.bring("accounts", "身份证号,姓名,银行卡号,户名,联行号,生效日期\n439901198001010105,赵甲,6228480000000000018,赵甲,104999900003,2020-01-01\n439901198001020119,钱乙,6228480000000000026,钱乙,104999900003,2020-01-01\n439901198001030122,孙丙,6228480000000000034,孙丙,104999900003,2020-01-01\n")
		b.fund()
		batch := b.run(202601)
		b.must(b.approve(batch.ID))
		b.at(2026, time.January, 20)
		b.export(batch.ID)
		answer := &payroll.ReturnFile{File: "回盘.xml", Digest: strings.Repeat("0", 64), Layout: "pain001", Reference: "20260120-1"}
		if whole {
			answer.Whole = &payroll.ReturnRow{Line: 1, State: payroll.PaymentReturned, Text: "RJCT", Reason: "AM10"}
		} else {
			answer.Rows = payroll.RowList{{Line: 1, Seq: 1, State: payroll.PaymentCredited, Text: "ACSC"}, {Line: 2, Seq: 2, State: payroll.PaymentReturned, Text: "RJCT", Reason: "AC04"},
				{Line: 3, Seq: 3, Fen: 1, State: payroll.PaymentCredited, Text: "ACSC"}, {Line: 4, Seq: 9, State: payroll.PaymentCredited, Text: "ACSC"}}
		}
		for _, sums := range []payroll.ReturnFile{{Count: 4}, {Count: 3, Total: 1}} { // it answers another message of that number
			other := *answer
			other.Count, other.Total = sums.Count, sums.Total
			if _, err := b.app.ImportReturns(ctx, b.by["张敏"], &other, 0); message.Code(err) != "returns.sent_differs" {
				t.Fatalf("%+v: %v", sums, err)
			}
		}
		answer.Count, answer.Total = 3, batch.Net
		r, err := b.app.ImportReturns(ctx, b.by["张敏"], answer, 0)
		b.must(err)
		want := map[payroll.PaymentState]int{payroll.PaymentCredited: 1, payroll.PaymentReturned: 1}
		if whole {
			want = map[payroll.PaymentState]int{payroll.PaymentReturned: 3}
		}
		if diff := cmp.Diff(want, r.Changed); diff != "" || len(r.Kept) != map[bool]int{false: 2}[whole] {
			t.Fatalf("whole %v: %s %+v", whole, diff, r.Kept)
		}
		if codes := b.differences(); whole && codes != nil {
			t.Fatalf("%v", codes)
		}
	}
}

// What is kept of a purse moves no money: pages refuse it when it does not come to the batch, and fsck finds any edit of it.
func TestEditedPurse(t *testing.T) {
	ctx := context.Background()
	b := newFundBook(t)
	b.fund()
	batch := b.run(202601)
	b.must(b.approve(batch.ID))
	b.export(batch.ID)
	all := func(payroll.FlowStep) bool { return true }
	rows, err := b.app.Trace(ctx, all)
	b.must(err)
	for _, edit := range []struct {
		sql, back string
		refused   bool
	}{
		{`UPDATE purse_total SET pay = pay + 1 WHERE fund = 'F1'`, `UPDATE purse_total SET pay = pay - 1 WHERE fund = 'F1'`, true},
		{`UPDATE purse_total SET held = held + 1 WHERE fund = 'F1'`, `UPDATE purse_total SET held = held - 1 WHERE fund = 'F1'`, true},
		{`UPDATE purse_total SET payees = payees + 1`, `UPDATE purse_total SET payees = payees - 1`, false},
		{`UPDATE purse_total SET place = place || '9' WHERE fund = 'F1'`, `UPDATE purse_total SET place = substr(place, 1, length(place) - 1) WHERE fund = 'F1'`, false}, // the sums agree with the head
	} {
		b.past(edit.sql)
		_, funds := b.app.Funds(ctx, 0)
		_, traced := b.app.TraceSums(ctx, 0, all)
		for _, err := range []error{funds, traced} {
			if got := message.Code(err) == "batch.tampered"; got != edit.refused || !got && err != nil {
				t.Errorf("%s: %v", edit.sql, err)
			}
		}
		again, err := b.app.Trace(ctx, all)
		b.must(err)
		if diff := cmp.Diff(rows, again); diff != "" {
			t.Errorf("%s: a trace of every payment rests on it: %s", edit.sql, diff)
		}
		health, err := b.app.FsckRows(ctx, nil)
		b.must(err)
		if !slices.ContainsFunc(health.Faults, func(f payroll.Fault) bool {
			return f.Message.Code == "fsck.head" && slices.Contains(f.Message.Args, "分项合计")
		}) {
			t.Errorf("%s: fsck finds %+v", edit.sql, health.Faults)
		}
		b.past(edit.back)
	}
	b.traced()
}

// A document that brought less than it said first is traced for what it brought, whatever
// else has come in, and what is set off between purses is on the trace too.
func TestTraceOfCorrectedTransfer(t *testing.T) {
	ctx := context.Background()
	b := newFundBook(t)
	const heading = "资金,文号,单位代码,用途,凭证号,到账日期,金额\n"
	b.bring("authority", "资金,指标文号,年度,下达日期,金额\nF2,样财预〔2026〕1号,2026,2026-01-05,9000.00\n")
	b.bring("transfers", heading+"F1,湘财〔2026〕1号,,村干部报酬,1,2026-01-10,3000.00\nF1,湘财〔2026〕2号,,村干部报酬,2,2026-01-10,500.00\n")
	jan := b.run(202601)
	b.must(b.approve(jan.ID))
	b.bring("transfers", heading+"F1,湘财〔2026〕1号,,村干部报酬,1,2026-01-10,3100.00\n")
	b.bring("transfers", heading+"F1,湘财〔2026〕2号,,村干部报酬,2,2026-01-10,200.00\n")
	traced := map[string]money.Fen{}
	_, err := b.app.Trace(ctx, func(s payroll.FlowStep) bool { traced[s.Lot] += s.Fen; return false })
	b.must(err)
	if diff := cmp.Diff(b.brought(), traced); diff != "" || traced["湘财〔2026〕1号"] != 310000 || traced["湘财〔2026〕2号"] != 20000 {
		t.Fatalf("(-brought +traced):\n%s", diff)
	}
	if code := b.refused("transfers", heading+"F1,湘财〔2026〕1号,,村干部报酬,1,2026-01-10,100.00\n"); code != "fund.spent" {
		t.Fatalf("%q", code)
	}
	// The row that takes it is named; what brings less in than the book has of another document does not help.
	in, err := importers.Read("transfers", "到账.csv", []byte(strings.TrimSuffix(heading, "\n")+",操作\nF1,湘财〔2026〕3号,,村干部报酬,3,2026-01-11,20.00,\nF1,湘财〔2026〕1号,,村干部报酬,1,2026-01-10,3100.00,撤销\nF1,湘财〔2026〕2号,,村干部报酬,2,2026-01-10,100.00,\n"), importers.Options{})
	b.must(err)
	_, err = b.app.Book.Import(ctx, b.by["张敏"], in, payroll.ImportOptions{})
	var found message.Problems
	if !errors.As(err, &found) || len(found) != 2 || found[0].Cell+found[0].Code != "H3fund.spent" || found[1].Cell+found[1].Code != "G4fund.spent" {
		t.Fatalf("%v", err)
	}
}

// Banks number their messages for themselves: a refusal of one bank's message is not about
// another's file of the same day and number.
func TestTwoBanksOneNumber(t *testing.T) {
	ctx := context.Background()
	b := newFundBook(t)
	at, err := b.app.ProposeSettings(ctx, b.by["周正"], "settings.yaml", []byte(strings.Replace(fundSettings, "banks: {ABC: {layout: abc-txt,",
		`banks: {CCB: {layout: ccb-txt, payer: 样例县财政局, account: "1860000000000000002", purpose: 补贴}, ABC: {layout: pain001, extra: {付款行联行号: "104999900003"},`, 1)))
	b.must(err)
	b.accept(at)
	b.fund()
	b.bring("accounts", "身份证号,姓名,银行卡号,户名,开户银行,联行号,生效日期\n439901198001010105,赵甲,6228480000000000018,赵甲,中国农业银行,104999900003,2020-01-01\n439901198001020119,钱乙,6217000000000000020,钱乙,中国建设银行,,2021-01-01\n439901198001030122,孙丙,6228480000000000034,孙丙,中国农业银行,104999900003,2020-01-01\n")
	batch := b.run(202601)
	b.must(b.approve(batch.ID))
	b.at(2026, time.January, 20)
	b.export(batch.ID)
	refusal := &payroll.ReturnFile{File: "回盘.xml", Digest: strings.Repeat("0", 64), Layout: "pain001", Reference: "20260120-1",
		Whole: &payroll.ReturnRow{Line: 1, State: payroll.PaymentReturned, Text: "RJCT", Reason: "AM10"}}
	r, err := b.app.ImportReturns(ctx, b.by["张敏"], refusal, 0)
	if err != nil || r.Rows != 2 || r.Changed[payroll.PaymentReturned] != 2 {
		t.Fatalf("%+v %v", r, err)
	}
	list, err := b.app.PaymentList(ctx, payroll.PaymentQuery{State: payroll.PaymentSent})
	if err != nil || len(list) != 1 || list[0].Bank != "CCB" {
		t.Fatalf("%+v %v", list, err)
	}
}

// A book can be looked at before it has settings; and a deduction that finds too little pay
// is in the papers with what fits.
func TestPapersOfPlainBooks(t *testing.T) {
	ctx := context.Background()
	for name, c := range map[string]struct{ settings, document string }{
		"no settings":             {"", fundPolicy},
		"a deduction that is cut": {strings.Replace(fundSettings, "items: [base, extra]", "items: []", 1), strings.Replace(fundPolicy, "金额: '10'", "金额: '950'", 1)},
	} {
		b := fundBookOf(t, c.settings, c.document)
		batch := b.run(202601)
		err := b.app.Report(ctx, batch.ID, func(r payroll.Report) error {
			list, err := payroll.Findings(r)
			if len(list) > 0 {
				t.Errorf("%s: %+v", name, list)
			}
			return err
		})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := b.app.Workbook(ctx, batch.ID, t.TempDir()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The rest of a file is credited when the bank lists failures only, the statement shows
// file and refunds, and nothing came in that nobody knows.
func TestRestOfFailuresOnly(t *testing.T) {
	ctx := context.Background()
	b := newFundBook(t)
	b.fund()
	batch := b.run(202601)
	b.must(b.approve(batch.ID))
	b.at(2026, time.January, 20)
	b.export(batch.ID)
	const file = "202601200001.txt"
	rest := func(none, want string) {
		t.Helper()
		if _, _, err := b.app.ConfirmRest(ctx, b.by["张敏"], file, none); message.Code(err) != want {
			t.Fatalf("%v, want %q", err, want)
		}
	}
	rest("农行1月21日回执", "returns.lists_all")
	failuresOnly := strings.Replace(fundSettings, "{layout: abc-txt,", "{layout: abc-txt, return: abc-failed,", 1) + `layouts:
  - code: abc-failed
    name: 失败清单
    container: text
    encoding: GBK
    newline: lf
    last_line: ended
    delimiter: ","
    file: "{date}{minute}.txt"
    detail: {fields: [{name: 收款账号, source: account}, {name: 收款户名, source: holder}, {name: 金额, source: amount}]}
    return: {lists: failures, columns: {account: 收款账号, amount: 金额, reason: 原因}}
`
	at, err := b.app.ProposeSettings(ctx, b.by["周正"], "settings.yaml", []byte(failuresOnly))
	b.must(err)
	b.accept(at)
	rest("", "returns.none_failed")
	rest("农行1月21日回执", "returns.not_shown")
	const heading = "本方账号,流水号,交易日期,摘要,对方户名,借方金额,贷方金额,余额\n"
	b.bring("statement", heading+"1860000000000000002,1,2026-01-20,代发,过渡户,2670.02,,3329.98\n1860000000000000002,2,2026-01-23,退票,过渡户,,690.00,4019.98\n")
	rest("农行1月21日回执", "returns.rest_credit") // a refund of something that nobody has listed
	b.answer(0, "6228480000000000026 钱乙 690.00 returned")
	tried := *b.app
	tried.Book = b.app.Dry()
	if n, _, err := tried.ConfirmRest(ctx, b.by["张敏"], file, ""); err != nil || n != 2 {
		t.Fatalf("tried: %d %v", n, err)
	}
	n, fen, err := b.app.ConfirmRest(ctx, b.by["张敏"], file, "") // as if it had not been tried
	if err != nil || n != 2 || fen != 2*99001 {
		t.Fatalf("%d payments, %s, %v", n, fen, err)
	}
	rest("", "returns.rest_done")
	if got := b.stocks("F1"); got[ledger.Transit] != 0 || got[ledger.Returned] != 41400 {
		t.Fatalf("%v", got)
	}
}

// A year ends: what came back is given up by a document and paid again from new money, what
// authority is left lapses or is carried over, villages below their minimum are named, and
// vouchers of the treasury must be for what was paid.
func TestYearEnd(t *testing.T) {
	t.Parallel() // the long ones run beside each other
	ctx := context.Background()
	b := newFundBook(t)
	at, err := b.app.ProposeSettings(ctx, b.by["周正"], "settings.yaml", []byte(strings.Replace(fundSettings, "name: 县级配套, kind: authority", `name: 县级配套, kind: authority, minimum: "700"`, 1)))
	b.must(err)
	b.accept(at)
	b.bring("transfers", "资金,文号,单位代码,用途,凭证号,到账日期,金额\nF1,湘财〔2026〕1号,,村干部报酬,1,2026-01-10,2040.02\n")
	b.bring("authority", "资金,指标文号,年度,下达日期,金额\nF2,样财预〔2026〕1号,2026,2026-01-05,5000.00\n")
	batch := b.run(202601)
	b.must(b.approve(batch.ID))
	b.export(batch.ID)
	b.answer(0, "6228480000000000018 赵甲 990.01 credited", "6228480000000000026 钱乙 690.00 returned", "6228480000000000034 孙丙 990.01 credited")
	back := payroll.PaymentID{Batch: batch.ID, Seq: 2}

	if code := b.refused("vouchers", "批次,资金,凭证号,支付日期,金额\n2026-01/1,F2,0017,2026-01-20,1000.00\n"); code != "fund.voucher" {
		t.Fatalf("a voucher for another sum: %v", code)
	}
	b.bring("vouchers", "批次,资金,凭证号,支付日期,金额\n2026-01/1,F2,0017,2026-01-20,1068.00\n")
	order, err := b.app.PaymentOrder(ctx, batch.ID)
	b.must(err)
	if order.Funds[1].Voucher != "0017" || order.Total != batch.Net || len(order.Funds[1].Places) != 2 {
		t.Fatalf("%+v", order.Funds)
	}

	// More than there is cannot go up; a payment that was credited has not come back.
	if _, err := b.app.ProposeSendUp(ctx, b.by["张敏"], "F1", "", 1, nil, "样财〔2026〕9号"); message.Code(err) != "fund.not_there" {
		t.Fatalf("sending up what is not there: %v", err)
	}
	if _, err := b.app.ProposeSendUp(ctx, b.by["张敏"], "F1", "", 0, []payroll.PaymentID{{Batch: batch.ID, Seq: 1}}, "样财〔2026〕9号"); message.Code(err) != "fund.not_back" {
		t.Fatalf("giving up what is on a card: %v", err)
	}
	at, err = b.app.ProposeSendUp(ctx, b.by["张敏"], "F1", "", 0, []payroll.PaymentID{back}, "样财〔2026〕9号")
	b.must(err)
	if _, err := b.app.Decide(ctx, b.by["李复"], at, true, "", ""); message.Code(err) != "actor.role" {
		t.Fatalf("a checker sends money up: %v", err)
	}
	_, err = b.app.Decide(ctx, b.by["王审"], at, true, "", "")
	b.must(err)
	if diff := cmp.Diff(map[ledger.Account]money.Fen{ledger.Held: 41400}, b.stocks("F1")); diff != "" {
		t.Fatal(diff)
	}

	if _, err := b.app.CloseYear(ctx, b.by["王审"], 2026, nil); message.Code(err) != "fund.year_open" {
		t.Fatalf("a year before its months: %v", err)
	}
	if _, err := b.app.CloseMonth(ctx, b.by["李复"], 202612); message.Code(err) != "fund.ahead" {
		t.Fatalf("a month that has not begun is closed: %v", err)
	}
	b.at(2026, time.December, 30)
	_, err = b.app.CloseMonth(ctx, b.by["李复"], 202611)
	b.must(err)
	if _, err := b.app.CloseYear(ctx, b.by["王审"], 2026, map[string]string{"F2": "样财〔2027〕2号"}); message.Code(err) != "fund.year_open" {
		t.Fatalf("a year before its December: %v", err)
	}
	_, err = b.app.CloseMonth(ctx, b.by["李复"], 202612)
	b.must(err)
	if _, err := b.app.CloseYear(ctx, b.by["王审"], 2026, map[string]string{"F9": "样财〔2027〕2号"}); message.Code(err) != "fund.unknown" {
		t.Fatalf("a document for a fund that is not there: %v", err)
	}
	if _, err := b.app.CloseYear(ctx, b.by["王审"], 2026, nil); problemCodes(err) != "fund.lapses F2 县级配套 3640.00" {
		t.Fatalf("authority that lapses: %v", problemCodes(err))
	}
	tried := *b.app
	tried.Book = b.app.Dry()
	if _, err := tried.CloseYear(ctx, b.by["王审"], 2026, map[string]string{"F2": "样财〔2027〕2号"}); err != nil {
		t.Fatalf("tried: %v", err)
	}
	year, err := b.app.CloseYear(ctx, b.by["王审"], 2026, map[string]string{"F2": "样财〔2027〕2号"}) // as if it had not been tried
	b.must(err)
	if year.Closed == 0 || len(year.Below) != 2 || year.Below[0].Brought != 68000 {
		t.Fatalf("%+v", year)
	}

	if _, err := b.app.CloseYear(ctx, b.by["王审"], 2026, map[string]string{"F2": "样财〔2027〕2号"}); message.Code(err) != "fund.year_done" {
		t.Fatalf("a year is closed twice: %v", err)
	}
	if again, err := b.app.Year(ctx, 2026); err != nil || again.Closed != year.Closed {
		t.Fatalf("%+v %v", again, err)
	}
	if err := b.app.ReopenMonth(ctx, b.by["王审"], 202612, "试"); message.Code(err) != "fund.year_done" {
		t.Fatalf("a month of a closed year is reopened: %v", err)
	}

	if code := b.refused("authority", "资金,指标文号,年度,下达日期,金额\nF2,样财预〔2026〕9号,2026,2026-12-30,500.00\n"); code != "fund.year_done" {
		t.Fatalf("authority of a closed year: %q", code)
	}

	// In January the account is corrected: the 414.00 of F1 were sent up, so they must come anew.
	b.at(2027, time.January, 15)
	b.bring("accounts", "身份证号,姓名,银行卡号,户名,生效日期\n439901198001020119,钱乙,6228480000000000059,钱乙,2027-01-01\n")
	if all, err := b.app.ReissueDraft(ctx, b.by["张敏"], nil, ""); err != nil || len(all.Batches) != 0 {
		t.Fatalf("what was given up is paid again unasked: %+v %v", all, err)
	}
	draft, err := b.app.ReissueDraft(ctx, b.by["张敏"], []payroll.PaymentID{back}, "")
	if err != nil || len(draft.Batches) != 1 {
		t.Fatalf("%+v %v", draft, err)
	}
	if err := b.approve(draft.Batches[0].ID); problemCodes(err) != "fund.short F1 村级转移支付 414.00" {
		t.Fatalf("without new money: %v", problemCodes(err))
	}
	b.bring("transfers", "资金,文号,单位代码,用途,凭证号,到账日期,金额\nF1,湘财〔2027〕1号,430725101200,村干部报酬,1,2027-01-14,414.00\n")
	_, err = b.app.Approve(ctx, b.by["王审"], draft.Batches[0].ID, "")
	b.must(err)
	lots := map[string]money.Fen{}
	_, err = b.app.Trace(ctx, func(s payroll.FlowStep) bool {
		if s.Payment.Batch == draft.Batches[0].ID {
			lots[s.Lot] += s.Fen
		}
		return false
	})
	b.must(err)
	if diff := cmp.Diff(map[string]money.Fen{"湘财〔2027〕1号": 41400, "样财预〔2026〕1号": 27600}, lots); diff != "" { // not the money of 2026, which went up
		t.Fatal(diff)
	}
	if codes := b.differences(); codes != nil {
		t.Fatalf("%v", codes)
	}
}

// A batch that is voided gives back the money that it had reserved, and another batch's
// cards keep the transfers they were paid from.
func TestTraceOfVoidedBatch(t *testing.T) {
	ctx := context.Background()
	b := newFundBook(t)
	b.bring("authority", "资金,指标文号,年度,下达日期,金额\nF2,样财预〔2026〕1号,2026,2026-01-05,50000.00\n")
	b.bring("transfers", "资金,文号,单位代码,用途,凭证号,到账日期,金额\nF1,湘财〔2026〕1号,,村干部报酬,1,2026-01-10,2040.02\n")
	first := b.run(202601)
	b.must(b.approve(first.ID))
	b.bring("transfers", "资金,文号,单位代码,用途,凭证号,到账日期,金额\nF1,湘财〔2026〕2号,,村干部报酬,2,2026-01-11,2040.02\n")
	second := b.run(202602)
	b.must(b.approve(second.ID))
	at, err := b.app.Cancel(ctx, b.by["张敏"], second.ID, "重算")
	b.must(err)
	b.accept(at)
	b.export(first.ID)
	third := b.run(202602)
	b.must(b.approve(third.ID))
	lots := map[string]map[string]money.Fen{}
	_, err = b.app.Trace(ctx, func(s payroll.FlowStep) bool {
		if s.Fund == "F1" && s.Rest == "" {
			id := s.Payment.Batch.String()
			if lots[id] == nil {
				lots[id] = map[string]money.Fen{}
			}
			lots[id][s.Lot] += s.Fen
		}
		return false
	})
	b.must(err)
	for id, of := range lots {
		want := "湘财〔2026〕2号"
		if id == first.ID.String() {
			want = "湘财〔2026〕1号"
		}
		if len(of) != 1 || of[want] == 0 {
			t.Errorf("%s: %v, want all of %s", id, of, want)
		}
	}
	if len(lots) != 2 {
		t.Fatalf("%v", lots)
	}
}

// A fund whose money is late keeps nobody else waiting, and a voided batch gives its money back.
func TestFundsWithoutOneOfThem(t *testing.T) {
	ctx := context.Background()
	b := newFundBook(t)
	b.at(2026, time.January, 10)
	b.bring("transfers", "资金,文号,单位代码,用途,凭证号,到账日期,金额\nF1,湘财〔2026〕1号,,村干部报酬,1,2026-01-10,9000.00\n")
	b.bring("authority", "资金,指标文号,年度,下达日期,金额\nF2,样财预〔2026〕1号,2026,2026-01-05,5000.00\n")
	batch := b.run(202601)
	b.must(b.approve(batch.ID))
	before := b.stocks("F1")
	at, err := b.app.Cancel(ctx, b.by["张敏"], batch.ID, "重新办")
	b.must(err)
	b.accept(at)
	if got := b.stocks("F1"); got[ledger.Available] != 900000 || before[ledger.Available] == 900000 {
		t.Fatalf("voided: %v, before %v", got, before)
	}
	if codes := b.differences(); codes != nil {
		t.Fatalf("after voiding: %v", codes)
	}
	// All lines are co-funded by F2, so without it nothing is left to do now, and all of it later.
	r, err := b.app.RunWithout(ctx, b.by["张敏"], 202601, "F2")
	if err != nil || len(r.Batches) != 0 {
		t.Fatalf("without the fund that all lines need: %+v %v", r.Batches, err)
	}
	if _, err := b.app.RunWithout(ctx, b.by["张敏"], 202601, "F9"); message.Code(err) != "fund.unknown" {
		t.Fatalf("an unknown fund: %v", err)
	}
	again := b.run(202601)
	if again.Gross != 340002 {
		t.Fatalf("after all: %+v", again)
	}
}

// Whose account a card is already is told to the bureau, and to no department that looks at what waits; what they see has one digest.
func TestProposedTellsDepartmentsNothingOfOthers(t *testing.T) {
	ctx := context.Background()
	b := newFundBook(t)
	wait := func(row string) int64 {
		t.Helper()
		in, err := importers.Read("accounts", "账户.csv", []byte("身份证号,姓名,银行卡号,开户银行,户名,生效日期\n"+row), importers.Options{})
		b.must(err)
		r, err := b.app.Book.Import(ctx, b.by["张敏"], in, payroll.ImportOptions{})
		b.must(err)
		if r.Proposal == 0 {
			t.Fatal("a card with a digit missing waits for a second person")
		}
		return r.Proposal
	}
	at := wait("439901198001040136,李丁,622848000000000009,中国农业银行,李丁,2026-01-01\n")
	b.accept(wait("439901198001030122,孙丙,622848000000000009,中国农业银行,孙丙,2026-01-01\n"))
	var digests []string
	for _, c := range []struct {
		as   []payroll.Role
		code string
	}{{nil, "import.card_taken"}, {[]payroll.Role{payroll.RoleChecker}, "import.card_taken"}, {[]payroll.Role{"owner:组织部"}, "import.card_elsewhere"}, {[]payroll.Role{payroll.RoleAdmin}, "import.card_elsewhere"}} {
		x, err := b.app.Proposed(ctx, c.as, at)
		b.must(err)
		if len(x.Problems) != 1 || x.Problems[0].Code != c.code || x.Problems[0].Cell != "C2" {
			t.Errorf("%v: %v", c.as, x.Problems)
		}
		digests = append(digests, x.Digest)
	}
	if len(slices.Compact(digests)) != 1 {
		t.Errorf("%v", digests)
	}
}

// Pay of the month gives what is owed from before, once in the month: a month of which something was paid elsewhere has given already, one of which
// nothing was paid has not, although that is stated.
func TestNothingPaidIsNotPaidBefore(t *testing.T) {
	for paid, owed := range map[string]money.Fen{"": -19800, "base,2026-01,0.00": -19800, "fee,2026-01,10.00": 0} { // a fifth of 1000.01 less a fee of 10
		b := newFundBook(t)
		b.bring("receivables", "身份证号,姓名,项目,所属月份,金额,每月最多,每月至少留,送达日期,文号\n439901198001010105,赵甲,base,2025-06,300.00,20,0.00,2025-12-01,样发〔2025〕7号\n")
		if paid != "" {
			b.bring("paid", "身份证号,姓名,项目,所属月份,金额\n439901198001010105,赵甲,"+paid+"\n")
		}
		if got := b.run(202601); got.Owed != owed {
			t.Errorf("%q paid elsewhere: what is owed changes by %s, want %s", paid, got.Owed, owed)
		}
	}
}
