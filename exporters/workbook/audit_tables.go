package workbook

import (
	"cmp"
	"fmt"

	"zhida/payroll"
)

// Columns of the detail.
const (
	dSerial = iota
	dBatch
	dPerson
	dName
	dID
	dCategory
	dTownship
	dVillage
	dItem
	dMonth
	dDue
	dCommitted
	dGross
	dDeduction
	dDocument
	dFund
	dCause
	dSentence
	dTownshipKey
	dPlaceKey
	dItemKey
	dFundKey
	dBatchKey
	dKind // ordinaryLine or otherLine
	dCount
)

// Kinds of lines, as the formulas tell them apart.
const (
	ordinaryLine = 1
	otherLine    = 2 // back-pay and recovery
)

// The columns that several lists share.
var (
	colSerial   = column{head: "序号", chars: 5, style: plainStyle}
	colBatch    = shortColumn("批次", 11)
	colPerson   = column{head: "人员编号", chars: 6, style: plainStyle}
	colName     = shortColumn("姓名", 8)
	colID       = shortColumn("证件号码", 19)
	colCategory = shortColumn("类别", 10)
	colTownship = shortColumn("乡镇", 9)
	colVillage  = shortColumn("村", 10)
	colItem     = shortColumn("项目", 12)
	colMonth    = column{head: "所属月份", chars: 8, style: monthStyle}
	colDocument = shortColumn("依据文号", 19)
	colKeyTown  = keyColumn("乡镇代码", 10)
	colKeyPlace = keyColumn("单位代码", 13)
	colKeyBatch = keyColumn("批次号", 10)
)

func (a *audit) newDetail() *table {
	return a.book.newTable("明细", "发放明细表", "没有明细", dCount-dTownshipKey,
		colSerial, colBatch, colPerson, colName, colID, colCategory, colTownship, colVillage, colItem, colMonth,
		moneyColumn("核定金额"), moneyColumn("以前批次已计"), moneyColumn("本次应发"), moneyColumn("本次扣款"),
		colDocument, shortColumn("资金来源", 12), textColumn("原因", 10), textColumn("说明", 44),
		colKeyTown, colKeyPlace,
		keyColumn("项目号", 7), keyColumn("资金号", 7), colKeyBatch, keyColumn("当月1 补扣2", 7))
}

// line takes a line into the sums and the detail, and once more into the list of
// back-pay and recovery if it is such.
func (a *audit) line(l payroll.ReportLine) error {
	ordinary, kind := a.batch.Ordinary(l), int64(ordinaryLine)
	if !ordinary {
		kind = otherLine
	}
	k, err := a.addLine(l, ordinary)
	if err != nil {
		return err
	}
	id := a.batch.Batch.ID
	gross, deduction := bySide(l)
	a.cells = append(a.cells[:0], cell{}, text(id.String()), number(l.Person), text(l.Name), text(l.IDMasked), text(category(l.Category)),
		text(k.township), text(k.village), text(a.head.Items[k.item-1].Name), month(l.Month), fen(l.Due), fen(l.Committed), gross, deduction,
		text(l.Document), text(fundName(a.head.Funds[k.fund-1])), text(l.Cause), text(l.Sentence),
		number(k.townKey), number(k.unitKey), number(int64(k.item)), number(int64(k.fund)), number(int64(id)), number(kind))
	if err := a.detail.add(a.cells); err != nil {
		return ofPerson(err, l.Person)
	}
	if ordinary {
		return nil
	}
	c := append(a.cells[:dFund], a.cells[dCause], a.cells[dSentence]) // without the fund and the keys
	return ofPerson(a.others.add(c), l.Person)
}

// bySide puts the amount of a line under what is due or under what is withheld.
func bySide(l payroll.ReportLine) (gross, deduction cell) {
	if l.Deduction {
		return fen(0), fen(l.Fen)
	}
	return fen(l.Fen), fen(0)
}

// newOthers is the list of back-pay and recovery.
func (a *audit) newOthers() *table {
	return a.book.newTable("补发扣回", "补发扣回明细表", "没有补发或扣回", 0,
		colSerial, colBatch, colPerson, colName, colID, colCategory, colTownship, colVillage, colItem, colMonth,
		moneyColumn("核定金额"), moneyColumn("以前批次已计"), moneyColumn("本次应发"), moneyColumn("本次扣款"),
		colDocument, textColumn("原因", 26), textColumn("说明", 44))
}

// Columns of the roster.
const (
	pStatus = iota + 8
	pGross
	pDeduction
	pReissued
	pHeld
	pOwed
	pPay
	pBank
	pCard
	pReason
	pTownKey
	pPlaceKey
	pBatchKey
)

func (a *audit) newPeople() *table {
	return a.book.newTable("人员", "花名册人员发放情况表", "花名册没有人员", 3,
		colSerial, colBatch, colPerson, colName, colID, colCategory, colTownship, colVillage,
		shortColumn("结果", 7),
		moneyColumn("应发"), moneyColumn("扣款"), moneyColumn("重发"), moneyColumn("缓发增减"), moneyColumn("待扣增减"), moneyColumn("实发"),
		shortColumn("开户银行", 17), shortColumn("卡号", 20), textColumn("原因", 24),
		colKeyTown, colKeyPlace, colKeyBatch)
}

// person takes a person into the sums and the roster, and into the list of those
// who are not paid, or from whose pay something is kept back.
func (a *audit) person(p payroll.ReportPerson) error {
	k, err := a.addPerson(p)
	if err != nil {
		return err
	}
	id := a.batch.Batch.ID
	a.cells = append(a.cells[:0], cell{}, text(id.String()), number(p.Person), text(p.Name), text(p.IDMasked), text(category(p.Category)),
		text(k.township), text(k.village), text(status(p.Status)),
		fen(p.Gross), fen(p.Deduction), fen(p.Reissued), fen(p.Held), fen(p.Owed), fen(p.Pay), text(p.Bank), text(p.CardMasked), text(p.Reason),
		number(k.townKey), number(k.unitKey), number(int64(id)))
	if err := a.people.add(a.cells); err != nil {
		return ofPerson(err, p.Person)
	}
	if p.Status != payroll.OnHold && p.Status != payroll.Refused && p.Held == 0 {
		return nil
	}
	c := append(a.cells[:pGross], fen(p.Gross), fen(p.Deduction), fen(p.Held), fen(p.Balance), text(p.Reason))
	return ofPerson(a.unpaid.add(c), p.Person)
}

// uHeld is the column of the unpaid that says what is held.
const uHeld = 11

// newUnpaid is the list of the held and refused, and of those a part of whose pay is held or
// released. Whoever has nothing to get is in the roster, with the reason.
func (a *audit) newUnpaid() *table {
	return a.book.newTable("缓发与拒发", "缓发与拒发人员表（含部分缓发、补发缓发）", "没有缓发或拒发的人员", 0,
		colSerial, colBatch, colPerson, colName, colID, colCategory, colTownship, colVillage,
		shortColumn("结果", 7),
		moneyColumn("应发"), moneyColumn("扣款"), moneyColumn("缓发增减"), moneyColumn("缓发余额"), textColumn("原因", 56))
}

// Columns of the comparison.
const (
	cBefore     = 7
	cNow        = 8
	cDifference = 9
	cStep       = 12
)

func (a *audit) newChanges() *table {
	title, rest := "与上月比较表", "与上月批次相比没有变动"
	before, now := "上月金额", "本月金额"
	switch h := a.head; {
	case a.survey.Whole:
		title, before, now = "变动表（月度批次与上月比较，更正和补发批次是更正前后；扣款、缓发以负数计）", "变动前", "变动后"
	case !h.Compared():
		rest = "没有可比较的上月批次"
	case h.Batch.Kind != payroll.Regular:
		title, before, now = "更正前后比较表", "更正前", "更正后"
	default:
		title += fmt.Sprintf("（上月批次 %s，上月实发 %s 元，本月实发 %s 元；扣款、缓发以负数计）", h.Previous, h.PreviousNet.Grouped(), h.MonthNet.Grouped())
	}
	return a.book.newTable("与上月比较", title, rest, 1,
		colSerial, colBatch, colPerson, colName, colTownship, colVillage, colItem,
		moneyColumn(before), moneyColumn(now), moneyColumn("增减"), textColumn("变动原因", 40), textColumn("说明", 48), keyColumn("构成号", 7))
}

func (a *audit) change(c payroll.ReportChange) error {
	township, village := a.placeNames(c.Township, c.Village)
	row := a.changes.nextRow()
	difference := fmt.Sprintf("ROUND(%s%d-%s%d,2)", letters[cNow], row, letters[cBefore], row)
	a.cells = append(a.cells[:0], cell{}, text(a.batch.Batch.ID.String()), number(c.Person), text(c.Name), text(township), text(village), text(c.Subject()),
		fen(c.Before), fen(c.Now), fen(c.Now-c.Before).by(difference), text(c.Cause), text(c.Reason), number(a.addChange(c)))
	return ofPerson(a.changes.add(a.cells), c.Person)
}

// fundName prints the code of a fund that has no name.
func fundName(f payroll.ReportFund) string { return cmp.Or(f.Name, f.Code, "（未列资金）") }
