package workbook

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"zhida/payroll"
	"zhida/rules/money"
)

// coverCols are three pairs of a label and a value.
var coverCols = []column{
	{chars: 16, style: labelStyle}, {chars: 28, style: valueStyle},
	{chars: 16, style: labelStyle}, {chars: 28, style: valueStyle},
	{chars: 16, style: labelStyle}, {chars: 28, style: valueStyle},
}

// cover is the first sheet: what batch this is, what it comes to, who signed, and
// on the next page what it rests on and what was done with it.
func (a *audit) cover() (*sheet, error) {
	s, err := a.book.newSheet("封面", coverCols, 1)
	if err != nil {
		return nil, err
	}
	c := &coverSheet{audit: a, sheet: s}
	for _, block := range []func() error{c.title, c.facts, c.amounts, c.people, c.signatures, c.batches, c.documents, c.steps, c.contents} {
		if err := block(); err != nil {
			return nil, err
		}
	}
	return s, nil
}

type coverSheet struct {
	*audit
	*sheet
}

// row writes a row of at least the height; the last cell stretches to the right edge.
func (c *coverSheet) row(height points, cells ...cell) error {
	at := make([]int, len(cells))
	for i := range at {
		at[i] = i
	}
	return c.spread(height, at, cells...)
}

// spread writes a row whose cells begin at the given columns and stretch to the next.
func (c *coverSheet) spread(height points, at []int, cells ...cell) error {
	row := make([]cell, 0, len(c.cols))
	for i, x := range cells {
		end := len(c.cols)
		if i+1 < len(at) {
			end = at[i+1]
		}
		chars := 0
		for _, col := range c.cols[at[i]:end] {
			chars += col.chars
		}
		if x.style == columnStyle {
			x.style = c.cols[at[i]].style
		}
		height = max(height, rowHeight(lines(x.text, chars*8/10))) // ten points a line and not nine
		if end > at[i]+1 {
			c.merges = append(c.merges, across(c.body.next, at[i], end-1))
		}
		row = append(append(row, x), blanks(end-at[i]-1, x.style)...)
	}
	return c.body.add(height, row...)
}

func (c *coverSheet) title() error {
	if err := c.row(36, text(c.book.paper.title).as(titleStyle)); err != nil {
		return err
	}
	return c.row(18, text("编制单位："+c.head.Unit+"　　　　金额单位：元").as(noteCentre))
}

// facts say what the workbook is about. Payments, answers and funds go on after an approval,
// so they hold as of a position of the journal.
func (c *coverSheet) facts() error {
	b, known := c.head.Batch, "日志第 "+strconv.FormatInt(c.survey.Position, 10)+" 条"
	rows := [][]cell{
		pairs("批次", b.ID.String(), "所属月份", b.ID.Month().Chinese(), "发放渠道", b.Channel),
		pairs("批次种类", batchKind(b.Kind), "状态", state(b.State), "计算时间", clock(b.ComputedAt)),
		pairs("计算依据截至", "日志第 "+strconv.FormatInt(b.Horizon, 10)+" 条", "支付资金截至", known, "规则、上月批次", strconv.Itoa(b.RulesVersion)+"、"+orDash(c.head.Previous)),
		pairs("封印（SM3）", orDash(c.head.Seal)),
	}
	if c.survey.Whole {
		rows = [][]cell{
			pairs("所属月份", c.survey.Month.Chinese(), "批次", "全月 "+strconv.Itoa(len(c.survey.Reports))+" 个已审批批次", "支付资金截至", known),
			pairs("未审批未计入", orDash(c.leftOut())),
			pairs("封印（SM3）", "各批次的封印见第二页"),
		}
	}
	for _, r := range rows {
		if err := c.row(20, r...); err != nil {
			return err
		}
	}
	return nil
}

// leftOut names the batches of the month that are not approved.
func (c *coverSheet) leftOut() string {
	var list []string
	for _, b := range c.survey.LeftOut {
		list = append(list, b.ID.String()+"（"+state(b.State)+"）")
	}
	return strings.Join(list, "、")
}

func clock(t time.Time) string { return t.In(beijing).Format("2006-01-02 15:04:05") }

func pairs(list ...string) []cell {
	cells := make([]cell, len(list))
	for i, s := range list {
		cells[i] = text(s)
	}
	return cells
}

func orDash(s string) string {
	if s == "" {
		return "—"
	}
	return s
}

// amounts are the totals in figures and in capitals, as on a voucher.
func (c *coverSheet) amounts() error {
	if err := c.row(22, text("合计").as(headStyle), text("金额（元）").as(headStyle), text("大写").as(headStyle)); err != nil {
		return err
	}
	type total struct {
		label string
		total cell
	}
	list := []total{
		{"应发合计", fen(c.detail.total(dGross)).by(c.detail.sum(dGross))},
		{"扣款合计", fen(c.detail.total(dDeduction)).by(c.detail.sum(dDeduction))},
		{"缓发增减", fen(c.audit.people.total(pHeld)).by(c.audit.people.sum(pHeld))},
		{"待扣增减", fen(c.audit.people.total(pOwed)).by(c.audit.people.sum(pOwed))},
		{"实发合计", fen(c.audit.people.total(pPay)).by(c.audit.people.sum(pPay))},
	}
	if c.head.Batch.Reissued != 0 { // it has no lines: what it pays had come back
		list = slices.Insert(list, len(list)-1, total{"重发退票", fen(c.audit.people.total(pReissued)).by(c.audit.people.sum(pReissued))})
	}
	for _, x := range list {
		if err := c.row(21, text(x.label), x.total.as(valueMoney), text(money.Fen(x.total.number).Capital()).as(valueStyle)); err != nil {
			return err
		}
	}
	return nil
}

// people counts how everybody on the roster ends, and says whether all figures agree.
func (c *coverSheet) people() error {
	count := func(x cell) cell { return x.as(valueCount) }
	roll := number(int64(c.audit.people.count)).by(c.audit.people.countAll(0))
	lines := number(int64(c.detail.count)).by(c.detail.countAll(dSerial))
	rows := [][]cell{
		{text(c.counted("花名册人数")), count(roll), text(c.counted("发放人数")), count(c.payeesCell()), text("明细笔数"), count(lines)},
		{text(c.counted("缓发人数")), count(c.statusCell(payroll.OnHold)), text(c.counted("拒发人数")), count(c.statusCell(payroll.Refused)),
			text(c.counted("不应发人数")), count(c.statusCell(payroll.NotDue))},
		{text("核对差额"), c.differences.as(valueMoney), text("核对结论"),
			text("各项核对相符").by("IF(" + c.differences.formula + `=0,"各项核对相符","有差额，见核对表")`)},
		{text("资金差额"), c.fundDifferences.as(valueMoney), text("资金结论"), c.fundVerdict().as(valueStyle)},
	}
	for _, r := range rows {
		if err := c.row(20, r...); err != nil {
			return err
		}
	}
	return nil
}

// signatures leave room for three signatures, three dates and the stamp.
func (c *coverSheet) signatures() error {
	who := func(of func(payroll.Batch) string) cell {
		var names []string
		for _, r := range c.survey.Reports {
			if name := of(r.Head().Batch); !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
		return text(strings.Join(names, "、"))
	}
	c.body.skip(1)
	for _, r := range [][]cell{
		{text("制表"), who(func(b payroll.Batch) string { return b.Maker }), text("复核"), who(func(b payroll.Batch) string { return b.Checker }),
			text("审批"), who(func(b payroll.Batch) string { return b.Approver })},
		{text("签名"), text(""), text("签名"), text(""), text("签名"), text("")},
		{text("日期"), text("　　　年　　月　　日"), text("日期"), text("　　　年　　月　　日"), text("日期"), text("　　　年　　月　　日")},
	} {
		if err := c.row(24, r...); err != nil {
			return err
		}
	}
	return c.row(34, text("单位（盖章）："+c.head.Unit).as(signStyle))
}

// batches, documents, steps and contents stand on the pages after the first.
func (c *coverSheet) batches() error {
	c.breaks = append(c.breaks, fmt.Sprintf("A%d", c.body.next))
	if err := c.row(24, text("一、批次和封印").as(sectionStyle)); err != nil {
		return err
	}
	if err := c.row(22, text("批次").as(headStyle), text("种类、渠道").as(headStyle), text("状态").as(headStyle), text("封印（SM3）").as(headStyle)); err != nil {
		return err
	}
	for _, r := range c.survey.Reports {
		h := r.Head()
		if err := c.row(20, text(h.Batch.ID.String()), text(batchKind(h.Batch.Kind)+"　"+h.Batch.Channel), text(state(h.Batch.State)), text(orDash(h.Seal)).as(valueStyle)); err != nil {
			return err
		}
	}
	return nil
}

func (c *coverSheet) documents() error {
	c.body.skip(1)
	if err := c.row(24, text("二、发放依据").as(sectionStyle)); err != nil {
		return err
	}
	at := []int{0, 2, 5}
	if err := c.spread(22, at, text("文号").as(headStyle), text("文件名称").as(headStyle), text("发文机关").as(headStyle)); err != nil {
		return err
	}
	for _, d := range c.head.Documents {
		if err := c.spread(20, at, text(d.Number).as(valueStyle), text(d.Title).as(valueStyle), text(d.Issuer).as(valueStyle)); err != nil {
			return err
		}
	}
	return nil
}

func (c *coverSheet) steps() error {
	c.body.skip(1)
	if err := c.row(24, text("三、办理经过").as(sectionStyle)); err != nil {
		return err
	}
	if err := c.row(22, text("日志位置").as(headStyle), text("时间").as(headStyle), text("批次").as(headStyle), text("办理人").as(headStyle), text("事项").as(headStyle)); err != nil {
		return err
	}
	for _, r := range c.survey.Reports {
		h := r.Head()
		for _, e := range h.Events {
			if err := c.row(20, number(e.Position).as(plainStyle), text(clock(e.Time)), text(h.Batch.ID.String()).as(valueStyle), text(e.Actor), text(cmp.Or(e.Text, e.Kind)).as(valueStyle)); err != nil {
				return err
			}
		}
	}
	return nil
}

// contents lists the other sheets, so that an auditor need not walk along the tabs.
func (c *coverSheet) contents() error {
	c.body.skip(1)
	if err := c.row(24, text("四、各表").as(sectionStyle)); err != nil {
		return err
	}
	for _, x := range [][2]string{
		{"合计", "核对、批次汇总、乡镇汇总、乡镇分项目、村级汇总、项目汇总、十二个月；图：乡镇图、项目图、十二个月图"},
		{"资金", "资金汇总（项目所属资金）、资金分担（共同负担、互抵以后）、资金对账、资金分户、资金去向、三方核对"},
		{"变动", "乡镇比较、增减构成、与上月比较（逐笔）、补发扣回（逐笔）"},
		{"逐笔逐人", "明细（每一笔的文号和说明）、人员（每个人的结果和原因）、缓发与拒发、退票与重发"},
		{"依据和核验", "审核事项（疑点和答复）、检查情况、依据（执行的标准）、封签（怎样核对）"},
	} {
		if err := c.row(20, text(x[0]), text(x[1]).as(valueStyle)); err != nil {
			return err
		}
	}
	return nil
}
