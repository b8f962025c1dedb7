package workbook

import (
	"fmt"
	"slices"
	"strconv"

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
	for _, block := range []func() error{c.title, c.facts, c.amounts, c.people, c.signatures, c.documents, c.steps} {
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
	if err := c.row(44, text(c.book.paper.title).as(titleStyle)); err != nil {
		return err
	}
	return c.row(18, text("编制单位："+c.head.Unit+"　　　　金额单位：元").as(noteCentre))
}

func (c *coverSheet) facts() error {
	b := c.head.Batch
	rows := [][]cell{
		pairs("批次", b.ID.String(), "所属月份", b.ID.Month().Chinese(), "发放渠道", b.Channel),
		pairs("批次种类", batchKind(b.Kind), "状态", state(b.State), "计算时间", b.ComputedAt.In(beijing).Format("2006-01-02 15:04:05")),
		pairs("账簿位置", "第 "+strconv.FormatInt(b.Horizon, 10)+" 条", "规则版本", strconv.Itoa(b.RulesVersion), "上月对照批次", orDash(c.head.Previous)),
		{text("封印（SM3）"), text(orDash(c.head.Seal))},
	}
	for _, r := range rows {
		if err := c.row(22, r...); err != nil {
			return err
		}
	}
	return nil
}

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
	if err := c.row(26, text("合计").as(headStyle), text("金额（元）").as(headStyle), text("大写").as(headStyle)); err != nil {
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
	if b := c.head.Batch; b.Kind == payroll.Reissue { // it has no lines: what it pays had come back
		list = slices.Insert(list, len(list)-1, total{"重发退票", fen(b.Reissued)})
	}
	for _, x := range list {
		if err := c.row(24, text(x.label), x.total.as(valueMoney), text(money.Fen(x.total.number).Capital()).as(valueStyle)); err != nil {
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
		{text("花名册人数"), count(roll), text("发放人数"), count(c.payeesCell()), text("明细笔数"), count(lines)},
		{text("缓发人数"), count(c.statusCell(payroll.OnHold)), text("拒发人数"), count(c.statusCell(payroll.Refused)),
			text("不应发人数"), count(c.statusCell(payroll.NotDue))},
		{text("核对差额"), c.differences.as(valueMoney), text("核对结论"),
			text("各项核对相符").by("IF(" + c.differences.formula + `=0,"各项核对相符","有差额，见核对表")`)},
	}
	for _, r := range rows {
		if err := c.row(22, r...); err != nil {
			return err
		}
	}
	return nil
}

// signatures leave room for three signatures, three dates and the stamp.
func (c *coverSheet) signatures() error {
	b := c.head.Batch
	c.body.skip(1)
	for _, r := range [][]cell{
		{text("制表"), text(b.Maker), text("复核"), text(b.Checker), text("审批"), text(b.Approver)},
		{text("签名"), text(""), text("签名"), text(""), text("签名"), text("")},
		{text("日期"), text("　　　年　　月　　日"), text("日期"), text("　　　年　　月　　日"), text("日期"), text("　　　年　　月　　日")},
	} {
		if err := c.row(26, r...); err != nil {
			return err
		}
	}
	return c.row(34, text("单位（盖章）："+c.head.Unit).as(signStyle))
}

// documents and steps stand on the second page.
func (c *coverSheet) documents() error {
	c.breaks = append(c.breaks, fmt.Sprintf("A%d", c.body.next))
	if err := c.row(24, text("一、发放依据").as(sectionStyle)); err != nil {
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
	if err := c.row(24, text("二、办理经过").as(sectionStyle)); err != nil {
		return err
	}
	if err := c.row(22, text("日志位置").as(headStyle), text("时间").as(headStyle), text("办理人").as(headStyle), text("事项").as(headStyle)); err != nil {
		return err
	}
	for _, e := range c.head.Events {
		what := e.Text
		if what == "" {
			what = e.Kind
		}
		if err := c.row(20, number(e.Position).as(plainStyle), text(e.Time.In(beijing).Format("2006-01-02 15:04:05")), text(e.Actor).as(valueStyle), text(what)); err != nil {
			return err
		}
	}
	return nil
}
