package workbook

import (
	"cmp"
	"fmt"

	"zhida/payroll"
)

// Columns of the detail.
const (
	dSerial = iota
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
	dCount
)

// The columns that several lists share.
var (
	colSerial   = column{head: "序号", chars: 6, style: plainStyle}
	colPerson   = column{head: "人员编号", chars: 8, style: plainStyle}
	colName     = column{head: "姓名", chars: 9, style: centreStyle}
	colID       = column{head: "证件号码", chars: 19, style: centreStyle}
	colCategory = column{head: "类别", chars: 10, style: centreStyle}
	colTownship = column{head: "乡镇（街道）", chars: 10, style: centreStyle}
	colVillage  = column{head: "村（社区）", chars: 12, style: centreStyle}
	colItem     = column{head: "项目", chars: 14, style: centreStyle}
	colMonth    = column{head: "所属月份", chars: 9, style: monthStyle}
	colDocument = column{head: "依据文号", chars: 14, style: centreStyle}
	colKeyTown  = column{head: "乡镇代码", chars: 11, style: keyStyle}
	colKeyPlace = column{head: "单位代码", chars: 14, style: keyStyle}
)

func colMoney(head string) column {
	return column{head: head, chars: 13, style: moneyStyle, total: true}
}

func colText(head string, chars int) column {
	return column{head: head, chars: chars, style: textStyle}
}

func (a *audit) newDetail() *table {
	return a.book.newTable("明细", "发放明细表", "本批次没有明细", dCount-dTownshipKey,
		colSerial, colPerson, colName, colID, colCategory, colTownship, colVillage, colItem, colMonth,
		colMoney("核定金额"), colMoney("以前批次已计"), colMoney("本次应发"), colMoney("本次扣款"),
		colDocument, column{head: "资金来源", chars: 12, style: centreStyle}, colText("原因", 12), colText("说明", 44),
		colKeyTown, colKeyPlace,
		column{head: "项目号", chars: 7, style: keyStyle}, column{head: "资金号", chars: 7, style: keyStyle})
}

// line takes a line into the sums and the detail, and once more into the list of
// other months if it is not for the month of the batch.
func (a *audit) line(l payroll.ReportLine) error {
	thisMonth := l.Month == a.head.Batch.ID.Month()
	k, err := a.addLine(l, thisMonth)
	if err != nil {
		return err
	}
	gross, deduction := sides(l)
	a.cells = append(a.cells[:0], cell{}, number(l.Person), text(l.Name), text(l.IDMasked), text(category(l.Category)),
		text(k.township), text(k.village), text(a.head.Items[k.item-1].Name), month(l.Month), fen(l.Due), fen(l.Committed), gross, deduction,
		text(l.Document), text(fundName(a.head.Funds[k.fund-1])), text(l.Cause), text(l.Sentence),
		number(k.townKey), number(k.unitKey), number(int64(k.item)), number(int64(k.fund)))
	if err := a.detail.add(a.cells); err != nil {
		return ofPerson(err, l.Person)
	}
	if thisMonth {
		return nil
	}
	c := append(a.cells[:dFund], a.cells[dCause], a.cells[dSentence]) // without the fund and the keys
	return ofPerson(a.others.add(c), l.Person)
}

// sides puts the amount of a line under what is due or under what is withheld.
func sides(l payroll.ReportLine) (gross, deduction cell) {
	if l.Deduction {
		return fen(0), fen(l.Fen)
	}
	return fen(l.Fen), fen(0)
}

// newOthers is the list of lines for other months than that of the batch.
func (a *audit) newOthers() *table {
	return a.book.newTable("补发扣回", "补发扣回明细表", "本批次没有其他月份的补发或扣回", 0,
		colSerial, colPerson, colName, colID, colCategory, colTownship, colVillage, colItem, colMonth,
		colMoney("核定金额"), colMoney("以前批次已计"), colMoney("本次应发"), colMoney("本次扣款"),
		colDocument, colText("原因", 16), colText("说明", 50))
}

// Columns of the roster.
const (
	pStatus    = 7
	pGross     = 8
	pDeduction = 9
	pHeld      = 10
	pOwed      = 11
	pPay       = 12
	pBank      = 13
	pCard      = 14
	pReason    = 15
	pTownKey   = 16
	pPlaceKey  = 17
)

func (a *audit) newPeople() *table {
	return a.book.newTable("人员", "花名册人员发放情况表", "花名册没有人员", 2,
		colSerial, colPerson, colName, colID, colCategory, colTownship, colVillage,
		column{head: "结果", chars: 7, style: centreStyle},
		colMoney("应发"), colMoney("扣款"), colMoney("缓发增减"), colMoney("待扣增减"), colMoney("实发"),
		column{head: "开户银行", chars: 16, style: centreStyle}, column{head: "卡号", chars: 20, style: centreStyle}, colText("原因", 32),
		colKeyTown, colKeyPlace)
}

// person takes a person into the sums and the roster, and into the list of those
// who are not paid.
func (a *audit) person(p payroll.ReportPerson) error {
	k, err := a.addPerson(p)
	if err != nil {
		return err
	}
	a.cells = append(a.cells[:0], cell{}, number(p.Person), text(p.Name), text(p.IDMasked), text(category(p.Category)),
		text(k.township), text(k.village), text(status(p.Status)),
		fen(p.Gross), fen(p.Deduction), fen(p.Held), fen(p.Owed), fen(p.Pay), text(p.Bank), text(p.CardMasked), text(p.Reason),
		number(k.townKey), number(k.unitKey))
	if err := a.people.add(a.cells); err != nil {
		return ofPerson(err, p.Person)
	}
	if p.Status != payroll.OnHold && p.Status != payroll.Refused {
		return nil
	}
	c := append(a.cells[:pOwed], a.cells[pReason])
	return ofPerson(a.unpaid.add(c), p.Person)
}

func (a *audit) newUnpaid() *table {
	return a.book.newTable("缓发与拒发", "缓发与拒发人员表", "本批次没有缓发或拒发的人员", 0,
		colSerial, colPerson, colName, colID, colCategory, colTownship, colVillage,
		column{head: "结果", chars: 7, style: centreStyle},
		colMoney("应发"), colMoney("扣款"), colMoney("缓发增减"), colText("原因", 60))
}

// Columns of the comparison.
const (
	cBefore = 6
	cNow    = 7
)

func (a *audit) newChanges() *table {
	title, rest := "与上月比较表", "与上月批次相比没有变动"
	if a.head.Previous == "" {
		rest = "没有可比较的上月批次"
	} else {
		title += "（上月批次 " + a.head.Previous + "）"
	}
	return a.book.newTable("与上月比较", title, rest, 0,
		colSerial, colPerson, colName, colTownship, colVillage, colItem,
		colMoney("上月金额"), colMoney("本月金额"), colMoney("增减"), colText("原因", 64))
}

func (a *audit) change(c payroll.ReportChange) error {
	township, village := a.placeNames(c.Township, c.Village)
	row := a.changes.nextRow()
	difference := fmt.Sprintf("ROUND(%s%d-%s%d,2)", letters[cNow], row, letters[cBefore], row)
	a.cells = append(a.cells[:0], cell{}, number(c.Person), text(c.Name), text(township), text(village), text(a.itemName(c.Item)),
		fen(c.Before), fen(c.Now), fen(c.Now-c.Before).by(difference), text(c.Reason))
	return ofPerson(a.changes.add(a.cells), c.Person)
}

// itemName prints a code that the batch no longer has as it is: what was paid
// last month and is not any more is a change too.
func (a *audit) itemName(code string) string {
	if i, ok := a.itemNo[code]; ok {
		return a.head.Items[i-1].Name
	}
	return code
}

// fundName prints the code of a fund that has no name.
func fundName(f payroll.ReportFund) string { return cmp.Or(f.Name, f.Code, "（未列资金）") }
