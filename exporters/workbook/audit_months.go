package workbook

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"zhida/payroll"
	"zhida/rules/calendar"
	"zhida/rules/money"
)

// batches is the table of the batches with what each comes to.
func (a *audit) batches() (*sheet, error) {
	const lines, key = 9, 16
	s, err := a.book.newSummary("批次汇总", "批次汇总表", 1, colSerial, colBatch, shortColumn("种类", 14), shortColumn("渠道", 10), shortColumn("状态", 14), shortColumn("封印前8位", 10),
		textColumn("制表、复核、审批", 24), countColumn(a.counted("花名册人数")), countColumn(a.counted("发放人数")), countColumn("明细笔数"),
		moneyColumn("应发"), moneyColumn("扣款"), moneyColumn("重发"), moneyColumn("缓发增减"), moneyColumn("待扣增减"), moneyColumn("实发"), keyColumn("批次号", 10))
	if err != nil {
		return nil, err
	}
	if err := s.headings(); err != nil {
		return nil, err
	}
	first := s.body.next
	for i, r := range a.survey.Reports {
		h, sum := r.Head(), a.each[i]
		b := h.Batch
		is := fmt.Sprintf("$%s%d", letters[key], s.body.next)
		inDetail, inRoll := condition{dBatchKey, is}, condition{pBatchKey, is}
		if err := s.add(number(int64(i+1)), text(b.ID.String()), text(batchKind(b.Kind)), text(b.Channel), text(state(b.State)), text(orDash(h.Seal[:min(8, len(h.Seal))])),
			text(strings.Join([]string{orDash(b.Maker), orDash(b.Checker), orDash(b.Approver)}, "、")),
			number(int64(b.Roster)).by(a.people.countIf(inRoll)), number(sum.payees).by(a.people.countIf(inRoll, condition{pPay, `">0"`})), number(sum.lines).by(a.detail.countIf(inDetail)),
			fen(sum.gross).by(a.detail.sum(dGross, inDetail)), fen(sum.deduction).by(a.detail.sum(dDeduction, inDetail)),
			fen(sum.reissued).by(a.people.sum(pReissued, inRoll)), fen(sum.held).by(a.people.sum(pHeld, inRoll)), fen(sum.owed).by(a.people.sum(pOwed, inRoll)), fen(sum.pay).by(a.people.sum(pPay, inRoll)),
			number(int64(b.ID))); err != nil {
			return nil, err
		}
	}
	_, err = s.totals("合计", first)
	return s.sheet, err
}

// counted is a heading of counts: where several batches are together, one person stands in
// several of them.
func (a *audit) counted(head string) string {
	if len(a.survey.Reports) > 1 {
		return strings.ReplaceAll(head, "人数", "人次")
	}
	return head
}

// byMonth is the table of items by month, up to twelve, from which the chart is drawn.
func (a *audit) byMonth() (*sheet, error) {
	var months []calendar.Month
	for _, x := range a.survey.Trend { // by month
		if n := len(months); n == 0 || months[n-1] != x.Month {
			months = append(months, x.Month)
		}
	}
	cols := []column{colSerial, textColumn("项目", 26)}
	for _, m := range months {
		cols = append(cols, moneyColumn(m.String()))
	}
	s, err := a.book.newSummary("十二个月", "近十二个月分项目发放表（同一渠道各批次，更正、补发计入批次的月份）", 0, append(cols, moneyColumn("合计"))...)
	if err != nil {
		return nil, err
	}
	if err := s.headings(); err != nil {
		return nil, err
	}
	a.months = sumAt{name: s.name, gross: fen(0), deduction: fen(0)}
	for _, side := range []struct {
		deduction bool
		label     string
		total     *cell
	}{{false, "应发合计", &a.months.gross}, {true, "扣款合计", &a.months.deduction}} {
		row, err := a.monthBlock(s, months, side.deduction, side.label)
		if err != nil {
			return nil, err
		}
		if i := slices.Index(months, a.survey.Month); i >= 0 {
			*side.total = s.at(2+i, row)
		}
	}
	return s.sheet, s.say("只有本账本办过的月份。数字是各月批次的明细合计；本簿各批次的逐笔见“明细”。")
}

// monthBlock writes the items of one side by month, and their sum; it returns its row.
func (a *audit) monthBlock(s *summary, months []calendar.Month, deduction bool, label string) (int, error) {
	clear(s.sums)
	sums, names := map[string][]money.Fen{}, map[string]string{}
	var codes []string
	for _, x := range a.survey.Trend {
		if x.Deduction != deduction {
			continue
		}
		if sums[x.Item] == nil {
			sums[x.Item] = make([]money.Fen, len(months))
			codes = append(codes, x.Item)
		}
		sums[x.Item][slices.Index(months, x.Month)] += x.Fen
		names[x.Item] = x.ItemName
	}
	slices.SortFunc(codes, func(x, y string) int { // print order; those of earlier months alone stand last
		return cmp.Or(cmp.Compare(rank(int64(a.itemNo[x])), rank(int64(a.itemNo[y]))), cmp.Compare(x, y))
	})
	first, last := s.body.next, len(months)+1
	for i, code := range codes {
		row := s.body.next
		cells, sum := []cell{number(int64(i + 1)), text(names[code])}, money.Fen(0)
		for _, f := range sums[code] {
			cells = append(cells, fen(f))
			sum += f
		}
		if err := s.add(append(cells, fen(sum).by(fmt.Sprintf("ROUND(SUM(C%d:%s%d),2)", row, letters[last], row)))...); err != nil {
			return 0, err
		}
		if !deduction {
			a.monthSeries = append(a.monthSeries, excelize.ChartSeries{
				Name:       fmt.Sprintf("%s!$B$%d", quote(s.name), row),
				Categories: fmt.Sprintf("%s!$C$%d:$%s$%d", quote(s.name), s.frozen, letters[last], s.frozen),
				Values:     fmt.Sprintf("%s!$C$%d:$%s$%d", quote(s.name), row, letters[last], row),
				Fill:       ink(i),
			})
		}
	}
	return s.totals(label, first)
}

// townsBefore holds what the townships' people were paid against the month before.
func (a *audit) townsBefore() (*sheet, error) {
	const was, is, before, now = 2, 3, 4, 5
	s, err := a.book.newSummary("乡镇比较", "乡镇（街道）与上月比较表（月度批次，不含更正、补发、重发）", 0, colSerial, textColumn("乡镇（街道）", 24),
		countColumn("上月发放人次"), countColumn("本月发放人次"), moneyColumn("上月实发"), moneyColumn("本月实发"), moneyColumn("增减"))
	if err != nil {
		return nil, err
	}
	if err := s.headings(); err != nil {
		return nil, err
	}
	first := s.body.next
	for i, x := range a.survey.Compared {
		name, _ := a.placeNames(x.Township, "")
		if name == x.Township { // everybody there is gone
			name = cmp.Or(x.Name, name)
		}
		if err := s.add(number(int64(i+1)), text(name), number(int64(x.HeadsWas)), number(int64(x.Heads)), fen(x.Before), fen(x.Now), difference(x.Now-x.Before, s.body.next, before)); err != nil {
			return nil, err
		}
	}
	if err := s.none(len(a.survey.Compared), "没有可比较的上月批次"); err != nil {
		return nil, err
	}
	row, err := s.totals("合计", first)
	a.before = sumAt{name: s.name, earlier: s.at(before, row), pay: s.at(now, row)}
	return s.sheet, err
}

// steps leads from what was paid for the month before to what this month pays, by what
// brought it about; what the changes do not explain is a difference.
func (a *audit) steps() (*sheet, error) {
	const count, amount, open, key = 3, 4, 5, 6
	s, err := a.book.newSummary("增减构成", "增减的构成（按部分和原因）", 1, colBatch, shortColumn("部分", 22), textColumn("原因", 50), countColumn("笔数"), moneyColumn("金额"),
		zeroColumn("未说明差额，应为零"), keyColumn("构成号", 7))
	if err != nil {
		return nil, err
	}
	s.alarm = open
	if err := s.headings(); err != nil {
		return nil, err
	}
	for _, b := range a.bridges {
		id, regular := b.head.Batch.ID.String(), b.head.Batch.Kind == payroll.Regular
		labels := []string{"更正、补发以前", "本批次实发"}
		if regular {
			labels = []string{"上月月度实发（批次 " + b.head.Previous + "）", "本月月度实发"}
		}
		from := s.body.next
		if err := s.add(text(id), text("从"), text(labels[0]), cell{}, fen(b.head.PreviousNet), cell{}); err != nil {
			return nil, err
		}
		left := b.head.MonthNet - b.head.PreviousNet
		for _, x := range b.inOrder() {
			is := condition{cStep, fmt.Sprintf("$%s%d", letters[key], s.body.next)}
			if err := s.add(text(id), text(payroll.PartChinese(x.part)), text(payroll.VarianceChinese(x.causes)), number(x.count).by(a.changes.countIf(is)), fen(x.fen).by(a.changes.sum(cDifference, is)),
				cell{}, number(x.no)); err != nil {
				return nil, err
			}
			left -= x.fen
		}
		to := s.body.next
		formula := fmt.Sprintf("ROUND(%s%d-SUM(%s%d:%s%d),2)", letters[amount], to, letters[amount], from, letters[amount], to-1)
		if err := s.add(text(id), text("到"), text(labels[1]), cell{}, fen(b.head.MonthNet), fen(left).by(formula)); err != nil {
			return nil, err
		}
	}
	return s.sheet, s.none(len(a.bridges), "没有可比较的上月批次")
}

// inOrder are the steps by part, the largest kinds of causes first.
func (b bridge) inOrder() []step {
	size := func(s step) money.Fen { return max(s.fen, -s.fen) }
	return slices.SortedStableFunc(slices.Values(b.steps), func(x, y step) int {
		return cmp.Or(cmp.Compare(slices.Index(payroll.Parts, x.part), slices.Index(payroll.Parts, y.part)), -cmp.Compare(size(x), size(y)), slices.Compare(x.causes, y.causes))
	})
}
