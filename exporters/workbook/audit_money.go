package workbook

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"zhida/payroll"
	"zhida/payroll/ledger"
	"zhida/rules/identity"
	"zhida/rules/message"
	"zhida/rules/money"
)

// newBack is the list of payments that did not arrive at first, and of those that pay such
// a payment again.
func (a *audit) newBack() *table {
	return a.book.newTable("退票与重发", "退票、撤回与重发的付款", "没有退票、撤回或重发的付款", 0,
		colSerial, colBatch, colPerson, colName, shortColumn("付款", 15), shortColumn("收款户名", 10), shortColumn("开户银行", 17), shortColumn("卡号", 20), moneyColumn("金额"),
		shortColumn("日期", 11), shortColumn("银行答复", 11), shortColumn("原因", 12), textColumn("银行的说法", 24), shortColumn("现在", 11), shortColumn("由哪笔重发", 15), shortColumn("重发的是哪笔", 15))
}

// comeBack fills the list of payments that came back.
func (a *audit) comeBack() error {
	for _, b := range a.survey.Back {
		date, answer, cause, reason, replaces := "—", "—", "—", "—", "—"
		if f := b.First; f.State != "" {
			date, answer, cause, reason = orDash(day(f.Date)), f.State.Chinese(), f.Cause.Chinese(), orDash(f.Reason)
		}
		if b.Replaces != (payroll.PaymentID{}) {
			replaces = b.Replaces.String()
		}
		err := a.back.add([]cell{{}, text(b.Batch.String()), number(b.Person), text(b.Name), text(b.ID().String()), text(b.Holder), text(identity.BankName(b.Bank)), text(b.Card.String()), fen(b.Fen),
			text(date), text(answer), text(cause), text(reason), text(b.State.Chinese()), text(orDash(b.By)), text(replaces)})
		if err != nil {
			return ofPerson(err, b.Person)
		}
	}
	return nil
}

// Columns of money by fund, and of money by fund and place, from the opening on.
const (
	mOpening = iota + 3
	mReceived
	mRecovered
	mAssigned
	mPaid
	mSentUp
	mStocks // the five, in the order of ledger.Stocks
)

const (
	mDifference = mStocks + 5
	mFund       = mDifference + 1
)

// moneyColumns are the columns from the opening to the difference.
func moneyColumns() []column {
	list := []column{moneyColumn("期初"), moneyColumn("收到"), moneyColumn("收回"), moneyColumn("分配"), moneyColumn("已付"), moneyColumn("上缴")}
	for _, a := range ledger.Stocks {
		list = append(list, moneyColumn("期末"+a.Chinese()))
	}
	return append(list, zeroColumn("差额，应为零"))
}

// newPurses is the list of money by fund and place.
func (a *audit) newPurses() *table {
	rest := "没有资金登记"
	if a.survey.Funds == nil {
		rest = a.survey.FundsWhy.Text(message.Chinese)
	}
	t := a.book.newTable("资金分户", "资金分户对账表（按资金、单位）", rest, 1,
		slices.Concat([]column{colSerial, textColumn("资金", 20), textColumn("单位", 20)}, moneyColumns(), []column{keyColumn("资金号", 7)})...)
	t.alarm = mDifference
	return t
}

// closing is the money of a fund, of one place or of all.
type closing struct {
	no       int64
	name     string
	places   int64       // that have money of it
	amounts  []money.Fen // from the opening to the last stock, in the order of the columns
	leftOver money.Fen
}

func closingOf(no int64, name string, c ledger.Closing) closing {
	x := closing{no, name, 1, []money.Fen{0, c.Received, c.Recovered, c.Assigned, c.Paid, c.SentUp}, c.Unexplained()}
	for _, a := range ledger.Stocks {
		x.amounts[0] += c.Opening[a]
		x.amounts = append(x.amounts, c.Stock[a])
	}
	return x
}

// leftOver is the formula of what the identity of a closing leaves over.
func leftOver(row int) string {
	at := func(col int) string { return fmt.Sprintf("%s%d", letters[col], row) }
	return "ROUND(SUM(" + at(mOpening) + ":" + at(mAssigned) + ")-" + at(mPaid) + "-" + at(mSentUp) + "-SUM(" + at(mStocks) + ":" + at(mDifference-1) + "),2)"
}

// closings fills the list of money by fund and place, and adds it up by fund.
func (a *audit) closings() error {
	if a.survey.Funds == nil {
		return nil
	}
	for _, p := range a.survey.Funds.Purses { // by fund and place
		name := cmp.Or(p.FundName, p.Fund, "（未列资金）")
		if n := len(a.closed); n == 0 || a.closedFund != p.Fund {
			a.closed = append(a.closed, closing{no: int64(n + 1), name: name, amounts: make([]money.Fen, mDifference-mOpening)})
			a.closedFund = p.Fund
		}
		sum := &a.closed[len(a.closed)-1]
		x := closingOf(sum.no, name, p.Closing)
		row := []cell{{}, text(name), text(cmp.Or(p.PlaceName, "（全县统筹）"))}
		for i, f := range x.amounts {
			row = append(row, fen(f))
			sum.amounts[i] += f
		}
		sum.places++
		sum.leftOver += x.leftOver
		a.leftOver += max(x.leftOver, -x.leftOver)
		if err := a.purses.add(append(row, fen(x.leftOver).by(leftOver(a.purses.nextRow())), number(sum.no))); err != nil {
			return err
		}
	}
	return nil
}

// Columns of the flow of money.
const (
	wCount = 6
	wFen   = 7
	wPaid  = 8
)

// newFlows is the list of where the money of the batches came from and went.
func (a *audit) newFlows() *table {
	return a.book.newTable("资金去向", "资金来源和去向", "没有资金登记过这些批次的钱", 1,
		colSerial, textColumn("来源文号", 26), textColumn("资金", 24), textColumn("单位", 22), shortColumn("去向", 14), shortColumn("种类", 8),
		column{head: "笔数", chars: 6, style: countStyle}, moneyColumn("金额"), keyColumn("付款1 代扣0", 7))
}

// flow fills the list of ways of the money.
func (a *audit) flow() error {
	for _, x := range a.survey.Flow {
		kind, key := "代扣", int64(0)
		if x.Paid {
			kind, key = "付款", 1
			a.paid += x.Fen
		}
		if err := a.flows.add([]cell{{}, text(cmp.Or(x.Lot, "没有来源")), text(cmp.Or(x.FundName, x.Fund, "（未列资金）")), text(cmp.Or(x.PlaceName, "（全县统筹）")), text(x.Where), text(kind),
			number(int64(x.Count)), fen(x.Fen), number(key)}); err != nil {
			return err
		}
	}
	return nil
}

// reconciliation is of the funds: what was there, came in, went out and is there.
func (a *audit) reconciliation() (*sheet, error) {
	a.ways = sumAt{name: a.flows.name, pay: fen(a.paid).by(a.flows.sum(wFen, condition{wPaid, "1"}))}
	s, err := a.book.newSummary("资金对账", "资金对账表", 0,
		slices.Concat([]column{{head: "资金号", chars: 7, style: plainStyle}, textColumn("资金", 26), {head: "户数", chars: 6, style: countStyle, total: true}}, moneyColumns())...)
	if err != nil {
		return nil, err
	}
	s.alarm = mDifference
	if err := s.headings(); err != nil {
		return nil, err
	}
	first := s.body.next
	for _, x := range a.closed {
		is := condition{mFund, fmt.Sprintf("$A%d", s.body.next)}
		row := []cell{number(x.no), text(x.name), number(x.places).by(a.purses.countIf(is))}
		for i, f := range x.amounts {
			row = append(row, fen(f).by(a.purses.sum(mOpening+i, is)))
		}
		if err := s.add(append(row, fen(x.leftOver).by(leftOver(s.body.next)))...); err != nil {
			return nil, err
		}
	}
	if err := s.none(len(a.closed), a.purses.rest); err != nil {
		return nil, err
	}
	if _, err := s.totals("合计", first); err != nil {
		return nil, err
	}
	for _, words := range a.fundWords() {
		if err := s.say(words); err != nil {
			return nil, err
		}
	}
	return s.sheet, nil
}

// fundWords say what the reconciliation is of, and name everything that does not add up.
func (a *audit) fundWords() []string {
	f := a.survey.Funds
	if f == nil {
		return nil
	}
	list := []string{fmt.Sprintf("本月没有关账；以上是上次关账以后到日志第 %d 条的情况。", f.To)}
	if f.Closed != 0 {
		list = []string{fmt.Sprintf("本月已关账，关账记在日志第 %d 条，以上是关账时的数。", f.Closed)}
	}
	list = append(list, "期初 + 收到 + 收回 + 分配 - 已付 - 上缴 - 期末各项 = 差额。全部资金都在内，不只是本簿各批次的；本簿各批次的钱见“资金去向”。")
	for i, d := range f.Differences {
		list = append(list, fmt.Sprintf("没有说明的差异 %d：%s", i+1, d.Message.Text(message.Chinese)))
	}
	return list
}

// banks holds what a batch pays against what the banks were asked to pay and what became of
// the payments.
func (a *audit) banks() (*sheet, error) {
	const list, files, states = 2, 3, 4
	left := states + len(payroll.PaymentStates)
	cols := []column{colSerial, colBatch, moneyColumn("名单合计"), moneyColumn("银行文件合计")}
	for _, state := range payroll.PaymentStates {
		cols = append(cols, moneyColumn(state.Chinese()))
	}
	s, err := a.book.newSummary("三方核对", "名单、银行文件、银行答复三方核对表", 1, append(cols, zeroColumn("差额，应为零"), keyColumn("批次号", 10))...)
	if err != nil {
		return nil, err
	}
	s.alarm = left
	if err := s.headings(); err != nil {
		return nil, err
	}
	first := s.body.next
	for i, x := range a.survey.Sent {
		row := s.body.next
		at := func(col int) string { return fmt.Sprintf("%s%d", letters[col], row) }
		pay := a.each[slices.IndexFunc(a.survey.Reports, func(r payroll.Report) bool { return r.Head().Batch.ID == x.Batch })].pay
		answered := money.Fen(0)
		cells := []cell{number(int64(i + 1)), text(x.Batch.String()), fen(pay).by(a.people.sum(pPay, condition{pBatchKey, "$" + at(left+1)})), fen(x.Ordered)}
		for _, state := range payroll.PaymentStates {
			cells = append(cells, fen(x.States[state].Fen))
			answered += x.States[state].Fen
		}
		difference := max(pay-x.Ordered, x.Ordered-pay) + max(pay-answered, answered-pay)
		a.leftOver += difference
		formula := fmt.Sprintf("ROUND(ABS(%s-%s)+ABS(%s-SUM(%s:%s)),2)", at(list), at(files), at(list), at(states), at(left-1))
		if err := s.add(append(cells, fen(difference).by(formula), number(int64(x.Batch)))...); err != nil {
			return nil, err
		}
	}
	if err := s.none(len(a.survey.Sent), "批次还没有导出"); err != nil {
		return nil, err
	}
	row, err := s.totals("合计", first)
	if err != nil {
		return nil, err
	}
	terms := a.purses.each(func(p *part) string { return "SUMPRODUCT(ABS(" + p.absolute(mDifference) + "))" })
	if len(a.survey.Sent) > 0 {
		terms = s.at(left, row).formula + "+" + terms
	}
	a.fundDifferences = fen(a.leftOver).by("ROUND(" + terms + ",2)")
	return s.sheet, s.say("差额是名单与银行文件之差、名单与各种状态合计之差的绝对值相加。退票和已撤回的钱还没有重发；已重发的由另一批次再付一次。")
}

// fundVerdict says in words what the sheets of the money show.
func (a *audit) fundVerdict() cell {
	const agree, differ = "资金对账相符", "有差额，见资金对账、三方核对"
	more := ""
	if f := a.survey.Funds; f != nil && len(f.Differences) > 0 {
		more = fmt.Sprintf("；没有说明的差异 %d 项，见资金对账", len(f.Differences))
	}
	shown := agree
	if a.leftOver != 0 {
		shown = differ
	}
	return text(shown + more).by("IF(" + a.fundDifferences.formula + `=0,"` + agree + `","` + differ + `")&"` + strings.ReplaceAll(more, `"`, `""`) + `"`)
}
