package workbook

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"zhida/payroll"
	"zhida/rules/calendar"
	"zhida/rules/money"
)

// sumAt is where the totals of a summary stand, for the checks, and what they are.
// A total that the summary does not have is an empty cell.
type sumAt struct {
	name                                  string
	lines, gross, deduction, others, both cell // of the detail; both: gross or deduction, whichever the rows are
	payees, held, owed, reissued, pay     cell // of the roster
	earlier                               cell // what was paid for the month before
}

// refer makes a cell that shows a total of another sheet.
func (s *sheet) refer(col, row int, c cell) cell {
	return c.by(fmt.Sprintf("%s!$%s$%d", quote(s.name), letters[col], row)).as(columnStyle)
}

// summary is a small sheet with headings in row headRow and a row of totals below.
type summary struct {
	*sheet
	sums []int64 // by column, for those that are added up
}

func (b *book) newSummary(name, title string, keys int, cols ...column) (*summary, error) {
	s, err := b.newSheet(name, cols, 1)
	if err != nil {
		return nil, err
	}
	s.keys = keys
	return &summary{sheet: s, sums: make([]int64, len(cols))}, s.heading(&s.body, title)
}

// heads writes the headings, below a row of numbers where there is one.
func (s *summary) headings(numbers ...cell) error {
	if len(numbers) > 0 {
		if err := s.body.add(14, numbers...); err != nil {
			return err
		}
	}
	s.frozen = s.body.next
	return s.body.add(28, s.heads()...)
}

// add writes a row and adds it to the totals.
func (s *summary) add(cells ...cell) error {
	n := 1
	for i, c := range cells {
		if c.kind == textCell {
			n = max(n, lines(c.text, s.cols[i].chars))
			continue
		}
		s.sums[i] += c.number
		s.cols[i].fit(span{min(c.number, 0), c.number})
	}
	return s.body.add(rowHeight(n), cells...)
}

// none says in an empty sheet that it is meant to be empty.
func (s *summary) none(rows int, what string) error {
	if rows > 0 {
		return nil
	}
	s.merges = append(s.merges, across(s.body.next, 0, s.printed()-1))
	return s.body.add(24, append([]cell{text(what).as(centreStyle)}, blanks(s.printed()-1, centreStyle)...)...)
}

// totals writes the row of totals under the rows from first on; it returns its number.
func (s *summary) totals(label string, first int) (int, error) {
	row := s.body.next
	cells := blanks(s.printed(), totalText)
	cells[1] = text(label).as(totalText)
	for i := range s.cols[:s.printed()] {
		if s.cols[i].total {
			cells[i] = s.sum(i, first, row-1)
			s.cols[i].fit(span{min(s.sums[i], 0), s.sums[i]})
		}
	}
	return row, s.body.add(20, cells...)
}

// sum is the total of a column between two rows.
func (s *summary) sum(col, first, last int) cell {
	if last < first {
		return fen(0).as(totalMoney)
	}
	r := fmt.Sprintf("SUM(%s%d:%s%d)", letters[col], first, letters[col], last)
	if s.cols[col].style == countStyle {
		return number(s.sums[col]).by(r).as(totalCount)
	}
	return fen(money.Fen(s.sums[col])).by("ROUND(" + r + ",2)").as(totalMoney)
}

// at refers to a total of the summary.
func (s *summary) at(col, row int) cell {
	c := fen(money.Fen(s.sums[col]))
	if s.cols[col].style == countStyle {
		c = number(s.sums[col])
	}
	return s.refer(col, row, c)
}

// byKind says which places a summary is of.
type byKind struct {
	name, title        string
	detailKey, rollKey int // columns of the place in the detail and in the roster
	list               []*placeSums
	names              []column // of the place
	label              func(*placeSums) []cell
	key                func(*placeSums) int64
}

func (a *audit) byTownship() (*sheet, error) {
	return a.byPlace(&a.towns, a.townships("乡镇汇总", "乡镇（街道）发放汇总表"))
}

func (a *audit) townships(name, title string) byKind {
	return byKind{name: name, title: title, detailKey: dTownshipKey, rollKey: pTownKey, list: ordered(a.byTown),
		names: []column{textColumn("乡镇（街道）", 20)},
		label: func(p *placeSums) []cell { return []cell{text(p.township)} },
		key:   func(p *placeSums) int64 { return p.townKey }}
}

func (a *audit) byVillage() (*sheet, error) {
	return a.byPlace(&a.villages, byKind{name: "村级汇总", title: "村（社区）发放汇总表", detailKey: dPlaceKey, rollKey: pPlaceKey, list: ordered(a.byUnit),
		names: []column{textColumn("乡镇（街道）", 20), textColumn("村（社区）", 20)},
		label: func(p *placeSums) []cell {
			return []cell{text(p.township), text(cmp.Or(p.village, "乡镇（街道）本级"))}
		},
		key: func(p *placeSums) int64 { return p.unitKey }})
}

// pageRows is how many rows still read well when they are made to fit one page.
const pageRows = 40

// byPlace makes a summary by township or village: amounts from the detail, where
// a line stands under the place it belongs to; persons and payments from the
// roster, where a person stands under the place of the end of the month.
func (a *audit) byPlace(at *sumAt, k byKind) (*sheet, error) {
	cols := slices.Concat([]column{colSerial}, k.names)
	lines := len(cols)
	gross, deduction, payees, reissued, held, owed, pay, key := lines+1, lines+2, lines+4, lines+5, lines+6, lines+7, lines+8, lines+9
	cols = append(cols, countColumn("明细笔数"), moneyColumn("应发合计"), moneyColumn("扣款合计"), moneyColumn("应发减扣款"),
		countColumn(a.counted("发放人数")), moneyColumn("重发"), moneyColumn("缓发增减"), moneyColumn("待扣增减"), moneyColumn("实发"), keyColumn("代码", 10))
	s, err := a.book.newSummary(k.name, k.title, 1, cols...)
	if err != nil {
		return nil, err
	}
	if err := s.headings(); err != nil {
		return nil, err
	}
	s.filter, s.onePage = s.frozen, len(k.list) <= pageRows
	first := s.body.next
	for i, p := range k.list {
		is := fmt.Sprintf("$%s%d", letters[key], s.body.next)
		inDetail, inRoll := condition{k.detailKey, is}, condition{k.rollKey, is}
		net := fmt.Sprintf("ROUND(%s%d-%s%d,2)", letters[gross], s.body.next, letters[deduction], s.body.next)
		err := s.add(slices.Concat([]cell{number(int64(i + 1))}, k.label(p), []cell{
			number(p.lines).by(a.detail.countIf(inDetail)),
			fen(p.gross).by(a.detail.sum(dGross, inDetail)),
			fen(p.deduction).by(a.detail.sum(dDeduction, inDetail)),
			fen(p.gross - p.deduction).by(net),
			number(p.payees).by(a.people.countIf(inRoll, condition{pPay, `">0"`})),
			fen(p.reissued).by(a.people.sum(pReissued, inRoll)),
			fen(p.held).by(a.people.sum(pHeld, inRoll)),
			fen(p.owed).by(a.people.sum(pOwed, inRoll)),
			fen(p.pay).by(a.people.sum(pPay, inRoll)),
			number(k.key(p)),
		})...)
		if err != nil {
			return nil, err
		}
	}
	s.filtered = s.body.next - 1
	row, err := s.totals("合计", first)
	if err != nil {
		return nil, err
	}
	*at = sumAt{name: k.name, lines: s.at(lines, row), gross: s.at(gross, row), deduction: s.at(deduction, row),
		payees: s.at(payees, row), reissued: s.at(reissued, row), held: s.at(held, row), owed: s.at(owed, row), pay: s.at(pay, row)}
	note := "明细笔数、应发、扣款按每笔明细的归属地；发放人数、重发、缓发、待扣、实发按人员月末所在地。月中调动、补发以前任职的，两者不在同一行。"
	return s.sheet, s.body.add(16, text(note).as(noteStyle))
}

// byTownshipAndItem is the table of items by township, from which the chart is drawn.
func (a *audit) byTownshipAndItem() (*sheet, error) {
	k := a.townships("乡镇分项目", "乡镇（街道）分项目汇总表")
	cols := slices.Concat([]column{colSerial}, k.names)
	items := len(cols)
	for _, item := range a.head.Items {
		cols = append(cols, moneyColumn(item.Name))
	}
	gross := len(cols)
	deduction, key := gross+1, gross+2
	cols = append(cols, moneyColumn("应发合计"), moneyColumn("扣款合计"), keyColumn("代码", 10))
	s, err := a.book.newSummary(k.name, k.title, 1, cols...)
	if err != nil {
		return nil, err
	}
	if err := s.headings(a.itemNumbers(s, items)...); err != nil {
		return nil, err
	}
	s.filter, s.onePage = s.frozen, len(k.list) <= pageRows
	first := s.body.next
	for i, p := range k.list {
		cells := append([]cell{number(int64(i + 1))}, k.label(p)...)
		cells = append(cells, a.itemAmounts(p, condition{k.detailKey, fmt.Sprintf("$%s%d", letters[key], s.body.next)}, items)...)
		if err := s.add(append(a.sides(cells, s.body.next, items), number(k.key(p)))...); err != nil {
			return nil, err
		}
	}
	s.filtered = s.body.next - 1
	row, err := s.totals("合计", first)
	if err != nil {
		return nil, err
	}
	a.matrix = sumAt{name: k.name, gross: s.at(gross, row), deduction: s.at(deduction, row)}
	a.plot(s, first, s.filtered, items)
	return s.sheet, nil
}

// itemNumbers is the row of numbers by which the formulas find the items.
func (a *audit) itemNumbers(s *summary, items int) []cell {
	cells := blanks(s.printed(), noteStyle)
	cells[items-1] = text("项目号").as(noteRight)
	for i := range a.head.Items {
		cells[items+i] = number(int64(i + 1)).as(keyStyle)
	}
	return cells
}

// itemAmounts are what each item comes to in a township.
func (a *audit) itemAmounts(p *placeSums, in condition, items int) (cells []cell) {
	for i, item := range a.head.Items {
		is := condition{dItemKey, fmt.Sprintf("%s$%d", letters[items+i], totalRow)}
		cells = append(cells, fen(p.items[i]).by(a.detail.sum(amountOf(item), in, is)))
	}
	return cells
}

// sides adds up a row of items by what is due and what is withheld. It adds the
// cells of the row and not the detail, so that the checks see a lost item.
func (a *audit) sides(cells []cell, row, items int) []cell {
	var sums [2]cell
	for i, item := range a.head.Items {
		side := &sums[0]
		if item.Deduction {
			side = &sums[1]
		}
		side.number += cells[items+i].number
		side.formula += fmt.Sprintf("+%s%d", letters[items+i], row)
	}
	for _, s := range sums {
		cells = append(cells, fen(money.Fen(s.number)).by("ROUND("+cmp.Or(strings.TrimPrefix(s.formula, "+"), "0")+",2)"))
	}
	return cells
}

// amountOf is the column of the detail that holds the amounts of an item.
func amountOf(item payroll.ReportItem) int {
	if item.Deduction {
		return dDeduction
	}
	return dGross
}

// Columns of the summary by item.
const (
	iNumber = iota
	iName
	iSide
	iInstitution
	iLines
	iMonth
	iBack
	iRecover
	iTotal
)

func (a *audit) byItem() (*sheet, error) {
	s, err := a.book.newSummary("项目汇总", "发放项目汇总表", 0,
		column{head: "项目号", chars: 7, style: plainStyle}, textColumn("项目", 24), shortColumn("性质", 8),
		textColumn("代扣款收款单位", 30), countColumn("笔数"),
		moneyColumn("当月"), moneyColumn("补发"), moneyColumn("扣回"), moneyColumn("合计"))
	if err != nil {
		return nil, err
	}
	if err := s.headings(); err != nil {
		return nil, err
	}
	first := s.body.next
	gross, err := a.itemBlock(s, false, "应发小计")
	if err != nil {
		return nil, err
	}
	a.plotItems(s, first, s.body.next-2)
	deduction, err := a.itemBlock(s, true, "扣款小计")
	if err != nil {
		return nil, err
	}
	a.byItems = sumAt{name: s.name, gross: gross.both, deduction: deduction.both,
		lines:  number(gross.lines.number + deduction.lines.number).by(gross.lines.formula + "+" + deduction.lines.formula),
		others: fen(money.Fen(gross.others.number + deduction.others.number)).by("ROUND(" + gross.others.formula + "+" + deduction.others.formula + ",2)")}
	if err := a.netRow(s, iTotal, gross.both, deduction.both); err != nil {
		return nil, err
	}
	return s.sheet, s.body.add(16, text("补发和扣回是其他月份的，以及以前批次已经计过、后来补上或扣回的；逐笔见“补发扣回”表。").as(noteStyle))
}

// itemBlock writes the items of one side and their subtotal.
func (a *audit) itemBlock(s *summary, deduction bool, label string) (sumAt, error) {
	clear(s.sums)
	first := s.body.next
	for i, item := range a.head.Items {
		if item.Deduction != deduction {
			continue
		}
		if err := s.add(a.itemCells(s.body.next, i)...); err != nil {
			return sumAt{}, err
		}
	}
	row, err := s.totals(label, first)
	others := s.at(iBack, row)
	others.number += s.sums[iRecover]
	others.formula += "+" + s.at(iRecover, row).formula
	return sumAt{lines: s.at(iLines, row), others: others, both: s.at(iTotal, row)}, err
}

func (a *audit) itemCells(row, i int) []cell {
	item, sums := a.head.Items[i], a.items[i]
	side := "应发"
	if item.Deduction {
		side = "扣款"
	}
	is := condition{dItemKey, fmt.Sprintf("$A%d", row)}
	col := amountOf(item)
	ordinary, other := condition{dKind, strconv.Itoa(ordinaryLine)}, condition{dKind, strconv.Itoa(otherLine)}
	return []cell{
		number(int64(i + 1)), text(item.Name), text(side), text(item.Institution),
		number(sums.lines).by(a.detail.countIf(is)),
		fen(sums.month).by(a.detail.sum(col, is, ordinary)),
		fen(sums.back).by(a.detail.sum(col, is, other, condition{col, `">0"`})),
		fen(sums.recover).by(a.detail.sum(col, is, other, condition{col, `"<0"`})),
		fen(sums.total()).by(fmt.Sprintf("ROUND(SUM(%s%d:%s%d),2)", letters[iMonth], row, letters[iRecover], row)),
	}
}

// netRow writes what is left of the gross after deductions.
func (a *audit) netRow(s *summary, col int, gross, deduction cell) error {
	cells := blanks(s.printed(), totalText)
	cells[1] = text("应发减扣款").as(totalText)
	cells[col] = fen(money.Fen(gross.number - deduction.number)).by("ROUND(" + gross.formula + "-" + deduction.formula + ",2)").as(totalMoney)
	return s.body.add(20, cells...)
}

func (a *audit) byFund() (*sheet, error) {
	s, err := a.book.newSummary("资金汇总", "资金来源汇总表（按项目所属资金）", 0,
		column{head: "资金号", chars: 7, style: plainStyle}, textColumn("资金来源", 36), shortColumn("资金代码", 16),
		countColumn("笔数"), moneyColumn("应发"), moneyColumn("扣款"), moneyColumn("应发减扣款"))
	if err != nil {
		return nil, err
	}
	if err := s.headings(); err != nil {
		return nil, err
	}
	first := s.body.next
	for i, fund := range a.head.Funds {
		row, sums := s.body.next, a.funds[i]
		is := condition{dFundKey, fmt.Sprintf("$A%d", row)}
		if err := s.add(number(int64(i+1)), text(fundName(fund)), text(fund.Code), number(sums.lines).by(a.detail.countIf(is)),
			fen(sums.gross).by(a.detail.sum(dGross, is)), fen(sums.deduction).by(a.detail.sum(dDeduction, is)),
			fen(sums.gross-sums.deduction).by(fmt.Sprintf("ROUND(E%d-F%d,2)", row, row))); err != nil {
			return nil, err
		}
	}
	row, err := s.totals("合计", first)
	a.byFunds = sumAt{name: s.name, lines: s.at(3, row), gross: s.at(4, row), deduction: s.at(5, row)}
	return s.sheet, err
}

// byShare says what each fund gives: where an item is shared by several, or money of one
// is set off against another's, that is not what the item's own fund shows.
func (a *audit) byShare() (*sheet, error) {
	s, err := a.book.newSummary("资金分担", "各笔资金分担表（共同负担、互抵以后）", 0,
		colSerial, textColumn("资金来源", 36), shortColumn("资金代码", 16), moneyColumn("应发"), moneyColumn("扣款"), moneyColumn("互抵"),
		moneyColumn("重发"), moneyColumn("缓发增减"), moneyColumn("待扣增减"), moneyColumn("实发"))
	if err != nil {
		return nil, err
	}
	if err := s.headings(); err != nil {
		return nil, err
	}
	first := s.body.next
	for i, x := range a.head.Shares {
		row := s.body.next
		pay := fmt.Sprintf("ROUND(D%d-E%d+F%d+G%d-H%d+I%d,2)", row, row, row, row, row, row)
		if err := s.add(number(int64(i+1)), text(fundName(x.ReportFund)), text(x.Code), fen(x.Gross), fen(x.Deduction), fen(x.Moved), fen(x.Reissued), fen(x.Held), fen(x.Owed),
			fen(x.Pay).by(pay)); err != nil {
			return nil, err
		}
	}
	row, err := s.totals("合计", first)
	a.shares = sumAt{name: s.name, gross: s.at(3, row), deduction: s.at(4, row), held: s.at(7, row), owed: s.at(8, row), pay: s.at(9, row)}
	return s.sheet, err
}

// standards lists the documents that the lines rest on.
func (a *audit) standards() (*sheet, error) {
	s, err := a.book.newSummary("依据", "发放依据文件表", 0, colSerial, textColumn("文号", 22), textColumn("文件名称", 50),
		textColumn("发文机关", 24), shortColumn("执行自", 12), shortColumn("执行至", 12), textColumn("政策文本摘要（SM3）", 34))
	if err != nil {
		return nil, err
	}
	if err := s.headings(); err != nil {
		return nil, err
	}
	for i, d := range a.head.Documents {
		if err := s.add(number(int64(i+1)), text(d.Number), text(d.Title), text(d.Issuer), text(day(d.From)), text(until(d.Until)), text(d.Digest)); err != nil {
			return nil, err
		}
	}
	return s.sheet, nil
}

// seal tells somebody who trusts nobody how to check a batch without this program. It
// quotes the seals and lies under none: the workbook is made from what was sealed.
func (a *audit) seal() (*sheet, error) {
	s, err := a.book.newSummary("封签", "怎样核对封签", 0, colSerial, textColumn("核对什么", 30), textColumn("怎么做", 70), textColumn("应当看到", 66))
	if err != nil {
		return nil, err
	}
	if err := s.headings(); err != nil {
		return nil, err
	}
	id, digest, sum := a.head.Batch.ID.String(), orDash(a.head.Seal), orDash(a.head.SealSum)
	if a.survey.Whole {
		digest, sum = "下面这个批次的封印", "下面这个批次的封签文书摘要"
	}
	folder := "证据_" + strings.ReplaceAll(id, "/", "-")
	verify := "openssl pkeyutl -verify -pubin -inkey keys/密钥号.pem -in seal.txt -sigfile seal.approver.sig -rawin -digest sm3 -pkeyopt distid:1234567812345678"
	rows := [][3]string{
		{"取证据", "向县财政局要证据文件夹 " + folder + "（zhida evidence " + id + "）", "一个文件夹和同名压缩包"},
		{"文件没有动过", "逐个 openssl dgst -sm3 文件，对照 MANIFEST.tsv", "字节数和摘要都相同，没有多余的文件"},
		{"各行就是被封的行", "openssl dgst -sm3 sealed/lines.tsv，对照 sealed/batch.tsv", "sealed/batch.tsv 里有同样的摘要"},
		{"批次的封印", "openssl dgst -sm3 sealed/batch.tsv", digest},
		{"封签文书", "openssl dgst -sm3 seal.txt", sum},
		{"三人的签名", verify + "（经办、复核各换一个 .sig）", "Signature Verified Successfully，三次"},
		{"密钥是谁的", "看 journal.tsv 里 actor.added 的各条；第一名管理员的密钥号向县局当面核对", "三个人、三把密钥，经办不是复核也不是审批"},
		{"本工作簿的数", "把明细按批次、人、项目合计，对照 sealed/settlements.tsv 和 sealed/lines.tsv", "分文不差；封面和核对表的差额都是零"},
		{"不信任何人，再算一次", "zhida rerun --evidence " + folder, "各文件逐字节相同"},
		{"一次全查", "zhida-verify " + folder + "（与本程序没有一行共用的代码）", "没有发现问题"},
	}
	for i, x := range rows {
		if err := s.add(number(int64(i+1)), text(x[0]), text(x[1]), text(x[2])); err != nil {
			return nil, err
		}
	}
	if !a.survey.Whole {
		return s.sheet, nil
	}
	if err := s.say("十条以批次 " + id + " 为例，每个批次各做一遍。各批次的封印和封签文书摘要："); err != nil {
		return nil, err
	}
	for i, r := range a.survey.Reports {
		h := r.Head()
		if err := s.add(number(int64(i+1)), text("批次 "+h.Batch.ID.String()), text("封签文书 "+orDash(h.SealSum)), text(orDash(h.Seal))); err != nil {
			return nil, err
		}
	}
	return s.sheet, nil
}

func day(d calendar.Date) string {
	if d == 0 {
		return ""
	}
	return d.String()
}

func until(d calendar.Date) string {
	if d == 0 || d == calendar.Forever {
		return "现行"
	}
	return d.String()
}
