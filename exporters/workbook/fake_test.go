package workbook

import (
	"fmt"
	"math/rand"
	"slices"
	"time"

	"zhida/payroll"
	"zhida/payroll/ledger"
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/message"
	"zhida/rules/money"
)

// fakeReport is a batch drawn from a fixed seed that adds up as a real one does.
// It makes its rows again on every pass, so that it can be as long as a benchmark wants.
type fakeReport struct {
	head   payroll.ReportHead
	people int
	cadres bool                      // township cadres only, who have seven lines
	kind   payroll.BatchKind         // "" for a regular batch; a reissue has no lines
	seq    int                       // of the batch in its month, 0 for the first
	edit   func(*payroll.ReportLine) // what a test spoils

	passes int // over the lines
}

const (
	thisMonth = calendar.Month(202611)
	lastMonth = calendar.Month(202610)
)

var fakeTownships = []string{
	"001漳江街道", "002浔阳街道", "101陬市镇", "102盘塘镇", "103热市镇", "104黄石镇", "105漆河镇", "106理公港镇", "107观音寺镇", "108龙潭镇",
	"109三阳港镇", "110剪市镇", "111茶庵铺镇", "112西安镇", "113沙坪镇", "114桃花源镇", "115架桥镇", "116马鬃岭镇", "117夷望溪镇", "118双溪口镇",
	"119九溪镇", "120牛车河镇", "121杨溪桥镇", "122郑家驿镇", "123木塘垸镇", "124佘家坪镇", "200青林回族维吾尔族乡", "202枫树维吾尔族回族乡", "216泥窝潭乡",
}

// Two villages of one name occur in the real list too.
var fakeVillages = []string{"桃花村", "双桥村", "龙珠山社区", "白马村", "新民村", "牯牛山村", "莲花塘村", "兴隆街社区", "枫林村", "桃花村"}

var fakeItems = []payroll.ReportItem{
	{Code: "base_salary", Name: "基本工资"},
	{Code: "regional_allowance", Name: "乡镇工作补贴"},
	{Code: "top_up", Name: "区域补贴(收入补差)"},
	{Code: "housing_subsidy", Name: "住房补贴"},
	{Code: "telecom_allowance", Name: "通信补贴"},
	{Code: "field_visit_subsidy", Name: "下村补助"},
	{Code: "housing_fund", Name: "住房公积金", Deduction: true, Institution: "桃源县住房公积金管理中心"},
	{Code: "social_insurance", Name: "社会保险费", Deduction: true, Institution: "桃源县社会保险中心"},
	{Code: "income_tax", Name: "个人所得税", Deduction: true, Institution: "国家税务总局桃源县税务局"},
	{Code: "former_compensation", Name: "离任村干部补偿"},
}

var fakeFunds = []payroll.ReportFund{{Code: "F01", Name: "县级人员经费"}, {Code: "F02", Name: "乡镇工作补贴专项"}, {Code: "F03", Name: "村级转移支付"}, {Code: "F04", Name: "离任村干部补偿专项"}}

func newFake(people int) *fakeReport { return fakeOf(&fakeReport{people: people}) }

func fakeOf(r *fakeReport) *fakeReport {
	r.head = payroll.ReportHead{
		County: "桃源县", Unit: "桃源县财政局", Previous: "2026-10/1", Items: fakeItems, Funds: fakeFunds,
		Seal: "3f9a1c57e2b8640d9c1e5a7f0b2d4c6e8f1a3b5c7d9e0f2a4b6c8d0e1f3a5b7c",
		Documents: []payroll.ReportDocument{
			{Number: "桃政发〔2026〕3号", Title: "桃源县人民政府关于规范乡镇工作补贴、住房补贴、通信补贴和下村补助的通知", Issuer: "桃源县人民政府", From: 20260101, Digest: "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"},
			{Number: "桃政办发〔2026〕11号", Title: "关于对困难乡镇干部实行收入补差的实施办法", Issuer: "桃源县人民政府办公室", From: 20260301, Digest: "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"},
			{Number: "桃人社发〔2026〕6号", Title: "关于调整基本工资标准的通知", Issuer: "桃源县人力资源和社会保障局", From: 20260101, Until: 20261231, Digest: "207cf410532f92a47dee245ce9b11ff71f578ebd763eb3bbea44ebd043d018fb"},
			{Number: "桃政发〔2026〕21号", Title: "关于提高离任村干部补偿标准的通知", Issuer: "桃源县人民政府", From: 20260901, Digest: "8f4ba8e0297da02b5cf2f7a24167c4872dc10e4e2d1f2d46b62eeedd966c7f0f"},
		},
	}
	made := time.Date(2026, 11, 24, 1, 55, 7, 0, time.UTC)
	for i, step := range []string{"计算：李文静", "提交：李文静", "复核：王建国", "审批：刘志远"} {
		r.head.Events = append(r.head.Events, payroll.ReportEvent{Position: int64(1841 + i), Time: made.Add(time.Duration(i) * 37 * time.Minute), Actor: []string{"李文静", "李文静", "王建国", "刘志远"}[i], Kind: "batch.step", Text: step})
	}
	for _, s := range fakeTownships {
		code := "430725" + s[:3]
		r.head.Townships = append(r.head.Townships, payroll.ReportPlace{Code: code, Name: s[3:], Township: code})
		for i, v := range fakeVillages {
			r.head.Villages = append(r.head.Villages, payroll.ReportPlace{Code: fmt.Sprintf("%s%03d", code, i+1), Name: v, Township: code})
		}
	}
	if r.kind == "" {
		r.kind = payroll.Regular
	} else {
		r.head.Previous = ""
	}
	r.head.Batch = payroll.Batch{ID: payroll.NewBatchID(thisMonth, max(1, r.seq)), Kind: r.kind, Channel: "统发", State: payroll.Approved,
		Horizon: 1840, RulesVersion: 1, ComputedAt: made, Maker: "李文静", Checker: "王建国", Approver: "刘志远"}
	r.addUp()
	return r
}

func (r *fakeReport) itemName(code string) string {
	for _, it := range r.head.Items {
		if it.Code == code {
			return it.Name
		}
	}
	return code
}

// addUp writes into the head what the rows come to.
func (r *fakeReport) addUp() {
	b := &r.head.Batch
	r.each(func(p payroll.ReportPerson, lines []payroll.ReportLine) error {
		b.Roster++
		if p.Pay > 0 {
			b.Payees++
		}
		b.Lines += len(lines)
		b.Gross, b.Deduction, b.Net, b.Held, b.Owed = b.Gross+p.Gross, b.Deduction+p.Deduction, b.Net+p.Pay, b.Held+p.Held, b.Owed+p.Owed
		b.Reissued += p.Reissued
		return nil
	})
	r.head.MonthNet, r.head.PreviousNet = b.Net, b.Net
	_ = r.Changes(func(c payroll.ReportChange) error { r.head.PreviousNet -= c.Now - c.Before; return nil })
	part := func(x money.Fen) money.Fen { return x * 6 / 10 } // two funds, of which one gives the other something
	r.head.Shares = []payroll.ReportShare{
		{ReportFund: payroll.ReportFund{Code: "F1", Name: "省级均衡性转移支付"}, Gross: part(b.Gross), Deduction: part(b.Deduction), Held: part(b.Held), Owed: part(b.Owed), Moved: -1234},
		{ReportFund: payroll.ReportFund{Code: "F2", Name: "县级配套"}, Gross: b.Gross - part(b.Gross), Deduction: b.Deduction - part(b.Deduction), Held: b.Held - part(b.Held), Owed: b.Owed - part(b.Owed), Moved: 1234},
	}
	for i := range r.head.Shares {
		x := &r.head.Shares[i]
		if i == 0 {
			x.Reissued = b.Reissued
		}
		x.Pay = x.Gross - x.Deduction + x.Moved + x.Reissued - x.Held + x.Owed
	}
}

func (r *fakeReport) Head() payroll.ReportHead { return r.head }

func (r *fakeReport) Lines(fn func(payroll.ReportLine) error) error {
	r.passes++
	return r.each(func(_ payroll.ReportPerson, lines []payroll.ReportLine) error {
		for _, l := range lines {
			if r.edit != nil {
				r.edit(&l)
			}
			if err := fn(l); err != nil {
				return err
			}
		}
		return nil
	})
}

func (r *fakeReport) People(fn func(payroll.ReportPerson) error) error {
	return r.each(func(p payroll.ReportPerson, _ []payroll.ReportLine) error { return fn(p) })
}

func (r *fakeReport) Changes(fn func(payroll.ReportChange) error) error {
	return r.each(func(p payroll.ReportPerson, lines []payroll.ReportLine) error {
		if p.Person%11 != 0 || len(lines) == 0 {
			return nil
		}
		l := lines[0]
		causes := [][]string{{payroll.VarianceStandard}, {payroll.VariancePlace, payroll.VarianceStandard}}[p.Person%2]
		return fn(payroll.ReportChange{Causes: causes, Person: p.Person, Name: p.Name, Township: p.Township, Village: p.Village, Part: payroll.PartMonth, Item: l.Item, ItemName: r.itemName(l.Item),
			Before: l.Due - 12345, Now: l.Due, Cause: "情况：任职——导入“任免.xlsx”（张敏 2026-11-20，日志第1701条）", Reason: "本月由二类乡镇调入三类乡镇，按在岗天数分段计算：" + l.Sentence})
	})
}

// each draws the persons one by one; the same seed gives the same batch.
func (r *fakeReport) each(fn func(payroll.ReportPerson, []payroll.ReportLine) error) error {
	rnd := rand.New(rand.NewSource(430725))
	for no := 1; no <= r.people; no++ {
		p := r.draw(rnd, int64(no))
		lines := r.drawLines(rnd, &p)
		if err := fn(p, lines); err != nil {
			return err
		}
	}
	return nil
}

const (
	surnames = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
	givens   = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂文华建国志远红玉春梅"
)

func (r *fakeReport) draw(rnd *rand.Rand, no int64) payroll.ReportPerson {
	pick := func(s string) string { list := []rune(s); return string(list[rnd.Intn(len(list))]) }
	name := pick(surnames) + pick(givens)
	if rnd.Intn(3) > 0 {
		name += pick(givens)
	}
	town := r.head.Townships[rnd.Intn(len(r.head.Townships))]
	p := payroll.ReportPerson{Person: no, Name: name, IDMasked: "439***********" + fmt.Sprintf("%04d", no%10000), Category: facts.TownshipCadre,
		Township: town.Code, Status: payroll.Paid, Bank: "湖南省农村信用社", CardMasked: "***************" + fmt.Sprintf("%04d", no%10000)}
	if no%3 == 0 && !r.cadres {
		p.Category, p.Village = facts.FormerVillageCadre, fmt.Sprintf("%s%03d", town.Code, 1+rnd.Intn(len(fakeVillages)))
	}
	return p
}

// drawLines gives a person lines and settles them, one in some dozens not in the ordinary way.
func (r *fakeReport) drawLines(rnd *rand.Rand, p *payroll.ReportPerson) (lines []payroll.ReportLine) {
	switch {
	case r.kind == payroll.Reissue:
		p.Pay, p.Reissued = 12345, 12345
		return nil
	case p.Person%97 == 0:
		p.Status, p.Reason = payroll.Refused, "缺少参考数据：农村居民人均可支配收入 2025 年，请先导入"
		return nil
	case p.Person%41 == 0:
		p.Status, p.Reason = payroll.NotDue, "已按月停发：2026-10 调离本县"
		return nil
	case p.Person == 5:
		p.Township, p.Village, p.Status, p.Reason = "", "", payroll.Refused, "没有任职经历，无法确定归属地"
		return nil
	}
	items := []int{0, 1, 2, 3, 6, 7, 8}
	if p.Category == facts.FormerVillageCadre {
		items = []int{9}
	}
	for _, i := range items {
		lines = append(lines, r.drawLine(rnd, p, i, thisMonth))
	}
	if p.Person%13 == 0 {
		l := r.drawLine(rnd, p, items[0], lastMonth)
		l.Committed = l.Due - money.Fen(rnd.Intn(40001)-20000)
		l.Fen, l.Cause = l.Due-l.Committed, "采用桃政发〔2026〕21号（王建国 2026-11-20，日志第1702条）"
		lines = append(lines[:1], append([]payroll.ReportLine{l}, lines[1:]...)...)
	}
	if p.Person%59 == 0 {
		lines = lines[:1]
		lines[0].Due, lines[0].Committed, lines[0].Fen, lines[0].Month = 0, 30050, -30050, lastMonth
	}
	settle(p, lines)
	return lines
}

func (r *fakeReport) drawLine(rnd *rand.Rand, p *payroll.ReportPerson, item int, m calendar.Month) payroll.ReportLine {
	due := money.Fen(20000 + rnd.Intn(300000))
	if r.head.Items[item].Deduction {
		due /= 20
	}
	doc := r.head.Documents[item%len(r.head.Documents)].Number
	return payroll.ReportLine{Person: p.Person, Name: p.Name, IDMasked: p.IDMasked, Category: p.Category, Township: p.Township, Village: p.Village,
		Item: r.head.Items[item].Code, Month: m, Deduction: r.head.Items[item].Deduction, Fen: due, Due: due, Document: doc, Fund: fakeFunds[item%4].Code, Cause: "当月发放",
		Sentence: fmt.Sprintf("%s%s：二类乡镇、副科级，按月标准%s元，在岗22天全额计发，依据%s。", m.Chinese(), r.head.Items[item].Name, due.Grouped(), doc)}
}

// settle decides what the lines become: a payment, held pay or a receivable.
func settle(p *payroll.ReportPerson, lines []payroll.ReportLine) {
	for _, l := range lines {
		if l.Deduction {
			p.Deduction += l.Fen
		} else {
			p.Gross += l.Fen
		}
	}
	switch net := p.Gross - p.Deduction; {
	case net < 0:
		p.Owed, p.Reason = -net, "扣回数大于应发数，转入待扣"
	case p.Person%71 == 0:
		p.Status, p.Balance = payroll.OnHold, net+5
		p.Held, p.Reason, p.Bank, p.CardMasked = net, "没有有效的银行账户，款项留存，补报账户后发放", "", ""
	case p.Person%53 == 0 && net > 10000:
		p.Owed, p.Pay, p.Reason = -10000, net-10000, "抵扣以前月份待扣 100.00 元"
	default:
		p.Pay = net
	}
}

// fakeSurvey puts around the reports what a book would have: the months before, payments that
// came back, and funds. Several reports are a month.
func fakeSurvey(reports ...*fakeReport) *payroll.Survey {
	s := &payroll.Survey{Month: thisMonth, Whole: len(reports) > 1, Position: 2026, Funds: &payroll.FundReport{Month: thisMonth, To: 2026}}
	months := map[calendar.Month]map[string]money.Fen{}
	for i := range 12 {
		months[thisMonth.Add(-i)] = map[string]money.Fen{}
		for j, it := range fakeItems {
			months[thisMonth.Add(-i)][it.Code] = money.Fen(12345678*(j+1) + 7654321*i)
		}
	}
	clear(months[thisMonth])
	var towns payroll.ComparedSum
	for _, r := range reports {
		s.Reports = append(s.Reports, r)
		b := r.head.Batch
		_ = r.each(func(_ payroll.ReportPerson, lines []payroll.ReportLine) error {
			for _, l := range lines {
				months[thisMonth][l.Item] += l.Fen
			}
			return nil
		})
		if r.head.Previous != "" {
			towns = payroll.ComparedSum{Township: r.head.Townships[1].Code, Now: towns.Now + b.Net - 5, Before: towns.Before + r.head.PreviousNet, Heads: b.Payees - 1, HeadsWas: b.Payees}
		}
		first, id := r.head.Townships[0].Code, payroll.PaymentID{Batch: b.ID, Seq: 1}
		s.Flow = append(s.Flow, payroll.FlowSum{Lot: "样财预〔2026〕1号", Fund: "F1", FundName: "人员经费", Place: first, PlaceName: "漳江街道", Where: "已入账", Paid: true, Count: b.Payees - 1, Fen: b.Net - 1},
			payroll.FlowSum{Fund: "F1", Where: "退票", Paid: true, Count: 1, Fen: 1}, payroll.FlowSum{Lot: "样财预〔2026〕1号", Fund: "F1", FundName: "人员经费", Where: "代扣上缴", Count: 9, Fen: b.Deduction})
		s.Sent = append(s.Sent, payroll.SentBatch{Batch: b.ID, Ordered: b.Net, States: map[payroll.PaymentState]payroll.StateSum{
			payroll.PaymentCredited: {State: payroll.PaymentCredited, Count: b.Payees - 1, Fen: b.Net - 1}, payroll.PaymentReissued: {State: payroll.PaymentReissued, Count: 1, Fen: 1}}})
		s.Back = append(s.Back, payroll.Bounce{PaidOut: payroll.PaidOut{Payment: payroll.Payment{Batch: b.ID, Seq: 1, Person: 1, Fen: 1, Holder: "=甲", Bank: "ABC", Card: "6228480000000000018"}, Name: "甲一", State: payroll.PaymentReissued},
			First: payroll.PaymentEvent{PaymentID: id, State: payroll.PaymentReturned, Cause: payroll.CauseClosed, Reason: "+已销户", Date: 20261126}, By: "2026-11/9#1"},
			payroll.Bounce{PaidOut: payroll.PaidOut{Payment: payroll.Payment{Batch: b.ID, Seq: 2, Person: 2, Fen: 3, Replaces: payroll.PaymentID{Batch: 202610001, Seq: 7}}, Name: "乙二", State: payroll.PaymentSent}})
	}
	if towns.Township != "" {
		s.Compared = []payroll.ComparedSum{{Township: reports[0].head.Townships[0].Code, Now: 5, Heads: 1}, towns}
	}
	for i := range 12 {
		m := thisMonth.Add(i - 11)
		for _, it := range fakeItems {
			s.Trend = append(s.Trend, payroll.TrendSum{Month: m, Item: it.Code, ItemName: it.Name, Deduction: it.Deduction, Fen: months[m][it.Code]})
		}
	}
	s.Trend = append([]payroll.TrendSum{{Month: s.Trend[0].Month, Item: "old", ItemName: "已停发的补贴", Fen: 100}}, s.Trend...)
	for i, place := range []string{"", reports[0].head.Townships[0].Code, reports[0].head.Townships[1].Code, ""} {
		fund := []string{"F1", "F1", "F1", "F2"}[i]
		n := money.Fen(i + 1)
		s.Funds.Purses = append(s.Funds.Purses, payroll.PurseClosing{FundName: map[string]string{"F1": "人员经费"}[fund], PlaceName: place, Closing: ledger.Closing{Purse: ledger.Purse{Fund: fund, Place: place},
			Opening: ledger.Sheet{ledger.Available: 100000 * n, ledger.Held: 7 * n}, Received: 5000011 * n, Recovered: 13 * n, Assigned: -17 * n, Paid: 4000003 * n, SentUp: 19 * n,
			Stock: ledger.Sheet{ledger.Available: 1000000 * n, ledger.Reserved: 60000 * n, ledger.Transit: 39900 * n, ledger.Held: 57 * n, ledger.Returned: 35 * n}}})
	}
	s.Funds.Differences = []payroll.Difference{{Message: message.M("fund.statement", "1860000000000000002", "1", "2026-11-03", "1.00", "=来款")}}
	return s
}

// rowsOf collects the whole report, for comparing.
func rowsOf(r *fakeReport) (lines []payroll.ReportLine, people []payroll.ReportPerson, changes []payroll.ReportChange) {
	_ = r.each(func(p payroll.ReportPerson, list []payroll.ReportLine) error {
		people, lines = append(people, p), append(lines, list...)
		return nil
	})
	_ = r.Changes(func(c payroll.ReportChange) error { changes = append(changes, c); return nil })
	return slices.Clip(lines), people, changes
}
