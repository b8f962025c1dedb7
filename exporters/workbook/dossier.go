package workbook

import (
	"cmp"
	"io"
	"strconv"

	"zhida/payroll"
	"zhida/rules/identity"
	"zhida/rules/money"
)

// WriteDossier makes the dossier of an audit on leaving office: an overview, and a list
// each of batches, steps, money, findings, amounts entered by hand, changed cards, and
// payments that came back. Errors: workbook.character, workbook.long, and those of w.
func WriteDossier(w io.Writer, d payroll.Dossier) error {
	period := d.From.Chinese() + "至" + d.To.Chinese()
	b, err := newBook(paper{title: "离任审计档案：" + d.Name, unit: d.Unit, footer: "离任审计档案　" + d.Name, note: d.Unit + "　　" + d.Name + "　　" + period + "　　账本日志第 " + strconv.FormatInt(d.Known, 10) + " 条为止"})
	if err != nil {
		return err
	}
	defer b.close()
	lists := b.dossierLists(d)
	overview, err := b.dossierOverview(d, period, lists)
	if err != nil {
		return err
	}
	b.sheets = append(b.sheets, overview)
	for _, l := range lists {
		if err := l.fill(l.table); err != nil {
			return err
		}
		if err := l.table.finish(); err != nil {
			return err
		}
	}
	return b.write(w)
}

// dossierList is a list of the dossier with how many rows it has and what they come to.
type dossierList struct {
	table *table
	rows  int
	fen   money.Fen
	fill  func(*table) error
}

func (b *book) dossierOverview(d payroll.Dossier, period string, lists []dossierList) (*sheet, error) {
	s, err := b.newSummary("总览", "离任审计档案", 0, colSerial, textColumn("内容", 40), countColumn("条数"), column{head: "金额", chars: 14, style: moneyStyle}, textColumn("说明", 60))
	if err != nil {
		return nil, err
	}
	if err := s.say(d.Name + "　　" + period); err != nil {
		return nil, err
	}
	if err := s.headings(); err != nil {
		return nil, err
	}
	s.frozen = 0
	for i, l := range lists {
		amount := cell{}
		if l.fen != 0 {
			amount = fen(l.fen)
		}
		if err := s.add(number(int64(i+1)), text(l.table.title), number(int64(l.rows)), amount, text("见“"+l.table.name+"”")); err != nil {
			return nil, err
		}
	}
	for _, words := range []string{"卡号已遮盖。经手批次的金额是整个批次的；领取的金额只是本人或本地方的。资金流向按批次所属期间，没有动用和缓发的按现在。",
		"审计组：　　　　　　　　　被审计人：　　　　　　　　　提供单位（盖章）：　　　　　　　　　日期：　　　　年　　月　　日"} {
		if err := s.say(words); err != nil {
			return nil, err
		}
	}
	s.onePage = true
	return s.sheet, nil
}

func (b *book) dossierLists(d payroll.Dossier) []dossierList {
	var net, flow, amounts, back money.Fen
	for _, x := range d.Batches {
		net += x.Net
	}
	for _, x := range d.Flows {
		flow += x.Fen
	}
	for _, x := range d.Amounts {
		amounts += x.Fen
	}
	for _, x := range d.Returned {
		back += x.Fen
	}
	who := []column{colSerial, colPerson, colName}
	return []dossierList{
		{b.newTable("批次", "经手和领取的批次", "期间没有批次", 0, colSerial, shortColumn("批次", 12), shortColumn("类型", 10), shortColumn("渠道", 10), shortColumn("状态", 14), shortColumn("经手", 16), column{head: "人数", chars: 6, style: countStyle},
			moneyColumn("应发"), moneyColumn("扣款"), moneyColumn("缓发增减"), moneyColumn("待扣增减"), moneyColumn("实发"), shortColumn("摘要（前 8 位）", 12)), len(d.Batches), net, func(t *table) error {
			return eachRow(t, d.Batches, func(x payroll.DossierBatch) []cell {
				return []cell{{}, text(x.Batch.String()), text(x.Kind.Chinese()), text(x.Channel), text(state(x.State)), text(x.Role), number(int64(x.People)), fen(x.Gross), fen(x.Deduction), fen(x.Held), fen(x.Owed), fen(x.Net), text(x.Seal[:min(8, len(x.Seal))])}
			})
		}},
		{b.newTable("经过", "谁在什么时候做了什么", "期间没有操作", 0, colSerial, column{head: "日志", chars: 7, style: plainStyle}, shortColumn("日期", 12), shortColumn("谁", 10), shortColumn("做了什么", 16), shortColumn("批次", 12), textColumn("内容", 70)), len(d.Steps), 0, func(t *table) error {
			return eachRow(t, d.Steps, func(x payroll.DossierStep) []cell {
				return []cell{{}, number(x.Position), text(day(x.Date)), text(x.Actor), text(x.What), text(x.Batch), text(x.Detail)}
			})
		}},
		{b.newTable("资金流向", "资金从哪里来、到哪里去", "没有资金", 0, colSerial, textColumn("来源文号", 28), textColumn("资金", 26), textColumn("单位", 22), shortColumn("去向", 14), column{head: "付款笔数", chars: 8, style: countStyle}, moneyColumn("金额")), len(d.Flows), flow, func(t *table) error {
			return eachRow(t, d.Flows, func(x payroll.DossierFlow) []cell {
				return []cell{{}, text(cmp.Or(x.Document, "没有来源")), text(x.Fund), text(x.Place), text(x.State), number(int64(x.Payments)), fen(x.Fen)}
			})
		}},
		{b.newTable("疑点", "批次审核发现的问题", "没有发现问题", 0, colSerial, shortColumn("批次", 12), shortColumn("人员编号", 10), colName, textColumn("问题", 90)), len(d.Findings), 0, func(t *table) error {
			return eachRow(t, d.Findings, func(x payroll.DossierFinding) []cell {
				person := cell{}
				if x.Person != 0 {
					person = text(strconv.FormatInt(x.Person, 10))
				}
				return []cell{{}, text(x.Batch.String()), person, text(x.Name), text(x.Text)}
			})
		}},
		{b.newTable("手工金额", "手工录入的金额", "期间没有手工录入的金额", 0, append(who[:3:3], textColumn("项目", 20), shortColumn("起始月", 10), shortColumn("终止月", 10), moneyColumn("每月金额"), textColumn("文号", 24), column{head: "日志", chars: 7, style: plainStyle}, shortColumn("录入", 10), shortColumn("确认", 10))...), len(d.Amounts), amounts, func(t *table) error {
			return eachRow(t, d.Amounts, func(x payroll.DossierAmount) []cell {
				until := ""
				if x.Until != 0 {
					until = x.Until.String()
				}
				return []cell{{}, number(x.Person), text(x.Name), text(x.Item), text(x.From.String()), text(until), fen(x.Fen), text(x.Document), number(x.Position), text(x.Entered), text(x.Accepted)}
			})
		}},
		{b.newTable("换卡", "银行账户的变动", "期间没有账户变动", 0, append(who[:3:3], shortColumn("启用日期", 12), shortColumn("卡号", 20), shortColumn("银行", 18), shortColumn("户名", 12), textColumn("依据", 30), column{head: "日志", chars: 7, style: plainStyle}, shortColumn("录入", 10), shortColumn("确认", 10))...), len(d.Cards), 0, func(t *table) error {
			return eachRow(t, d.Cards, func(x payroll.DossierCard) []cell {
				return []cell{{}, number(x.Person), text(x.Name), text(day(x.From)), text(x.Card), text(identity.BankName(x.Bank)), text(x.Holder), text(x.Proof), number(x.Position), text(x.Entered), text(x.Accepted)}
			})
		}},
		{b.newTable("退票重发", "退票、撤回和重发的付款", "期间没有退票或重发", 0, append(who[:3:3], shortColumn("付款", 16), shortColumn("户名", 12), shortColumn("卡号", 20), moneyColumn("金额"), shortColumn("状态", 12), textColumn("银行的说法", 30), shortColumn("重发的是", 16))...), len(d.Returned), back, func(t *table) error {
			return eachRow(t, d.Returned, func(x payroll.DossierPayment) []cell {
				return []cell{{}, number(x.Person), text(x.Name), text(x.Payment), text(x.Holder), text(x.Card), fen(x.Fen), text(x.State.Chinese()), text(x.Reason), text(x.Replaces)}
			})
		}},
	}
}

func eachRow[T any](t *table, list []T, cells func(T) []cell) error {
	for _, x := range list {
		if err := t.add(cells(x)); err != nil {
			return err
		}
	}
	return nil
}
