package workbook

import (
	"fmt"
	"io"
	"strconv"

	"zhida/payroll"
	"zhida/rules/calendar"
	"zhida/rules/identity"
	"zhida/rules/money"
	"zhida/rules/policy"
)

// resultWords are the results of a verification as the form spells them.
var resultWords = map[string]string{"": "", payroll.VerifiedPassed: "通过", "not_met": "未见到本人", "died": "已去世", "missing": "失踪"}

// WriteCensus makes the verification list of a year: one row a person, a page a
// village, with room for the result and the signature. Its headings are those of the
// import form, so that the filled list goes back in as it is; it therefore carries
// full ID numbers. Errors: workbook.character, workbook.long, and those of w.
func WriteCensus(w io.Writer, l payroll.CensusList) error {
	b, err := newBook(paper{
		title: l.Unit + "资格认证名单", unit: l.Unit, footer: strconv.Itoa(l.Year) + " 年度资格认证名单",
		note: "年度：" + strconv.Itoa(l.Year) + "　　截止日期：" + l.Deadline.String() + "　　认证结果填：通过、未见到本人、已去世、失踪；到期没有通过的缓发",
	})
	if err != nil {
		return err
	}
	defer b.close()
	s, err := b.newSummary("资格认证名单", strconv.Itoa(l.Year)+" 年度资格认证名单", 0, shortColumn("序号", 6), textColumn("乡镇和村", 24), shortColumn("姓名", 12),
		shortColumn("身份证号", 20), shortColumn("人员类别", 12), shortColumn("周岁", 6), shortColumn("年度", 6), shortColumn("认证结果", 14), shortColumn("认证日期", 14), shortColumn("签字人", 16))
	if err == nil {
		err = s.headings()
	}
	if err != nil {
		return err
	}
	s.open = true
	for i, p := range l.People {
		if i > 0 && p.Place != l.People[i-1].Place {
			s.breaks = append(s.breaks, fmt.Sprintf("A%d", s.body.next))
		}
		age := ""
		if p.Age > 0 {
			age = strconv.Itoa(p.Age)
		}
		if err := s.add(text(strconv.Itoa(i+1)), text(p.Village), text(p.Name), text(p.ID.Full()), text(policy.CategoryChinese(p.Category)), text(age),
			text(strconv.Itoa(l.Year)), text(resultWords[p.Result]), text(day(p.On)), text(p.Signed)); err != nil {
			return err
		}
	}
	b.sheets = append(b.sheets, s.sheet)
	return b.write(w)
}

// Notice is a recovery notice for one person.
type Notice struct {
	Unit, Phone string
	Number      string // of the notice
	Date        calendar.Date
	Debtor      payroll.Debtor
	Rows        []NoticeRow
}

// NoticeRow is one receivable on a notice.
type NoticeRow struct {
	Item  string // printed name
	Month calendar.Month
	Batch payroll.BatchID
	Fen   money.Fen
	Why   string // the sentence of the line
	Basis string // what allows taking it from later pay, and within which limits
}

// WriteNotice makes a recovery notice on one page: what was paid too much, why, on
// what basis it is taken back, what the person can do about it, and a receipt to sign.
func WriteNotice(w io.Writer, n Notice) error {
	b, err := newBook(paper{title: "扣回通知书", unit: n.Unit, footer: n.Number, note: "编号：" + n.Number + "　　日期：" + n.Date.String()})
	if err != nil {
		return err
	}
	defer b.close()
	s, err := b.newSummary("扣回通知书", "扣 回 通 知 书", 0, shortColumn("所属月份", 10), textColumn("项目", 18), moneyColumn("多发金额"), textColumn("原因", 62), textColumn("扣回依据和限度", 34), shortColumn("批次", 12))
	if err != nil {
		return err
	}
	opening, terms := n.words()
	if err := s.say(opening); err != nil {
		return err
	}
	if err := s.headings(); err != nil {
		return err
	}
	s.frozen = 0
	first := s.body.next
	for _, r := range n.Rows {
		month := r.Month.String()
		if r.Month == 0 {
			month = "以前"
		}
		if err := s.add(text(month), text(r.Item), fen(r.Fen), text(r.Why), text(r.Basis), text(r.Batch.String())); err != nil {
			return err
		}
	}
	if _, err := s.totals("合计", first); err != nil {
		return err
	}
	for _, words := range []string{
		terms[0],
		"对金额或原因有不同意见的，请在收到之日起十五日内向" + n.Unit + "书面提出" + map[bool]string{true: "，电话 " + n.Phone, false: ""}[n.Phone != ""] + "。",
		terms[1],
		"收件人签字：　　　　　　　　　　　　送达人签字：　　　　　　　　　　　　送达日期：　　　　　年　　　月　　　日",
	} {
		if err := s.say(words); err != nil {
			return err
		}
	}
	s.onePage = true
	b.sheets = append(b.sheets, s.sheet)
	return b.write(w)
}

// words are how a notice begins, what happens now, and the receipt. Nothing is kept back
// from somebody who has died, so the family is asked; nor from somebody who has no pay any
// more.
func (n *Notice) words() (opening string, terms [2]string) {
	who := n.Debtor.Name + "（人员编号 " + strconv.FormatInt(n.Debtor.Person, 10)
	sum := n.Debtor.Owed.String() + " 元（" + n.Debtor.Owed.Capital() + "）"
	switch {
	case n.Debtor.Died != 0:
		return who + "，" + n.Debtor.Died.String() + " 去世）的家属：经核算，已发放的款项中有 " + sum + "不应发放，明细如下。",
			[2]string{"请将上列款项一次退还。应发给继承人的款项照发，不从中抵扣。", "送达回执：　　家属已收到本通知。□ 一次退还　　□ 有不同意见"}
	case n.Debtor.Ended:
		return who + "）：经核算，以前发给您的款项中有 " + sum + "不应发放，明细如下。",
			[2]string{"您目前没有应发的款项可以扣回，请将上列款项一次退还；以后恢复发放的，按上列依据和限度从应发中扣回。", "送达回执：　　本人已收到本通知。□ 一次退还　　□ 有不同意见"}
	}
	return who + "）：经核算，以前发给您的款项中有 " + sum + "不应发放，明细如下。",
		[2]string{"本通知送达后，按上列依据和限度从以后各月的应发中扣回，先扣最早的，扣不完的结转下月；离任、退休的在最后一次发放时扣回。也可以一次退还。",
			"送达回执：　　本人已收到本通知。□ 同意扣回　　□ 同意每月扣回　　　　　　元　　□ 一次退还　　□ 有不同意见"}
}

// say adds a paragraph over the whole width.
func (s *summary) say(words string) error {
	s.merges = append(s.merges, across(s.body.next, 0, s.printed()-1))
	return s.body.add(rowHeight(lines(words, 140)+1), append([]cell{text(words).as(valueStyle)}, blanks(s.printed()-1, valueStyle)...)...)
}

// WriteSentBack makes the slip with which a fact goes back to whoever owns it, on one
// page, with room for the owner's answer. place names where the person belongs.
func WriteSentBack(w io.Writer, unit, phone, place string, x payroll.SentBack) error {
	number := "退回单 " + strconv.FormatInt(x.Position, 10)
	b, err := newBook(paper{title: "退回单", unit: unit, footer: number, note: "编号：" + strconv.FormatInt(x.Position, 10) + "　　日期：" + x.Time.Format("2006-01-02") + "　　经办：" + x.Actor})
	if err != nil {
		return err
	}
	defer b.close()
	s, err := b.newSummary("退回单", "数 据 退 回 单", 0, textColumn("退回单位", 20), shortColumn("人员编号", 10), shortColumn("姓名", 12), textColumn("单位", 26), shortColumn("数据", 14), textColumn("退回原因", 66))
	if err != nil {
		return err
	}
	if err := s.say(x.To + "：下列数据由你单位负责，经审核退回，请核对。财政部门不改动原始数据。"); err != nil {
		return err
	}
	if err := s.headings(); err != nil {
		return err
	}
	s.frozen = 0
	if err := s.add(text(x.To), text(strconv.FormatInt(x.Person, 10)), text(x.Name), text(place), text(payroll.KindChinese(x.Kind)), text(x.Reason)); err != nil {
		return err
	}
	for _, words := range []string{
		"答复：　　□ 数据有误，已另报更正表（附后）　　□ 数据无误，依据：　　　　　　　　　　　　　　　　　　　　　　　　",
		"负责人签字（盖章）：　　　　　　　　　　　　　　　　　　　　日期：　　　　　年　　　月　　　日",
		"联系人：" + x.Actor + map[bool]string{true: "　　电话：" + phone, false: ""}[phone != ""] + "　　更正表按原渠道报送；没有答复前，批次上列为待核事项。",
	} {
		if err := s.say(words); err != nil {
			return err
		}
	}
	s.onePage = true
	b.sheets = append(b.sheets, s.sheet)
	return b.write(w)
}

// WriteDeath makes the paper of a death: what stops, what was committed since, what is
// owed either way, and who receives what is left.
func WriteDeath(w io.Writer, unit string, d payroll.Death) error {
	b, err := newBook(paper{title: "去世人员待遇结清表", unit: unit, footer: "人员编号 " + strconv.FormatInt(d.Person, 10),
		note: "去世日期：" + d.Died.String() + "　　登记：" + d.Reported.Format("2006-01-02") + " " + d.By + "（日志 " + strconv.FormatInt(d.Known, 10) + "）"})
	if err != nil {
		return err
	}
	defer b.close()
	s, err := b.newSummary("结清表", "去世人员待遇结清表", 0, textColumn("事项", 20), textColumn("项目或收款人", 34), shortColumn("所属月份", 12), shortColumn("批次", 14), moneyColumn("金额"), textColumn("依据", 54))
	if err != nil {
		return err
	}
	if err := s.say(d.Name + "（人员编号 " + strconv.FormatInt(d.Person, 10) + "，" + d.Village + "）　　状态：" + d.State()); err != nil {
		return err
	}
	if err := s.headings(); err != nil {
		return err
	}
	s.frozen = 0
	row := func(what, who, month, batch string, amount cell, why string) error {
		return s.add(text(what), text(who), text(month), text(batch), amount, text(why))
	}
	for _, x := range d.Stops {
		if err := row("停发规定", x.Item, "", "", text(""), x.Rule+"（"+x.Document+"）"); err != nil {
			return err
		}
	}
	for _, x := range d.Lines {
		what := "应发"
		if x.Fen < 0 {
			what = "多发扣回"
		}
		if err := row(what, x.Item, x.Month.String(), x.Batch.String(), fen(x.Fen), ""); err != nil {
			return err
		}
	}
	for _, x := range d.Heirs {
		if err := row("继承人", x.Name+"（"+x.Relation+"，"+x.Share.String()+"%）", "", "", text(""), x.Document); err != nil {
			return err
		}
	}
	for _, x := range []struct {
		what string
		fen  money.Fen
		why  string
	}{
		{"待收回", d.Owed, "去世后多发、还没有收回的；应发给继承人的款项不抵扣"},
		{"待发继承人", d.Held, "继承人份额合计 100% 后，下一批发放"},
		{"已发继承人", d.Paid, ""},
	} {
		if err := row(x.what, "", "", "", fen(x.fen), x.why); err != nil {
			return err
		}
	}
	s.onePage = true
	b.sheets = append(b.sheets, s.sheet)
	return b.write(w)
}

// WriteOrder makes the papers that go to the agent bank and the treasury with a batch's
// files: the order (委托代发单) with one row a file, and the treasury summary (财政统发汇总单)
// with one row a fund and its budget codes. Both carry the total in figures and capitals.
func WriteOrder(w io.Writer, o payroll.PaymentOrder) error {
	seal := o.Batch.Digest[:8]
	b, err := newBook(paper{title: "委托代发单", unit: o.County.Unit, footer: "批次 " + o.Batch.ID.String() + "　摘要 " + seal,
		note: "批次：" + o.Batch.ID.String() + "　　摘要：" + seal + "　　日期：" + o.Date.String()})
	if err != nil {
		return err
	}
	defer b.close()
	whole := "合计人民币（大写）：" + o.Total.Capital() + "　　¥" + o.Total.Grouped()
	s, err := b.newSummary("委托代发单", "委 托 代 发 单", 0, textColumn("代理银行", 18), textColumn("付款户名", 22), shortColumn("付款账号", 22), textColumn("文件名", 34), countColumn("笔数"), moneyColumn("金额"), shortColumn("文件摘要（SM3 前 16 位）", 24))
	if err != nil {
		return err
	}
	if err := s.say("请按下列代发文件从我单位账户支付，逐笔入账并反馈结果。文件内容与本单不符的，请不要入账并与我单位联系" + phoneWords(o.County.Phone) + "。"); err != nil {
		return err
	}
	if err := s.headings(); err != nil {
		return err
	}
	s.frozen = 0
	first := s.body.next
	for _, f := range o.Files {
		if err := s.add(text(identity.BankName(f.Bank)), text(f.Setting.Payer), text(f.Setting.Account), text(f.Name), number(int64(f.Count)), fen(f.Total), text(f.SM3[:16])); err != nil {
			return err
		}
	}
	if _, err := s.totals("合计", first); err != nil {
		return err
	}
	if err := s.say(whole); err != nil {
		return err
	}
	if err := s.say("单位（盖章）：" + o.County.Unit + "　　　　　　　　经办：　　　　　　　　复核：　　　　　　　　审批：　　　　　　　　银行签收："); err != nil {
		return err
	}
	s.onePage = true
	b.sheets = append(b.sheets, s.sheet)

	t, err := b.newSummary("统发汇总单", "财政统发汇总单", 0, textColumn("资金", 20), textColumn("指标文号", 22), textColumn("预算单位", 18), textColumn("功能科目", 16), textColumn("政府经济分类", 16), textColumn("部门经济分类", 16),
		textColumn("项目", 18), textColumn("资金性质", 12), shortColumn("人数", 8), moneyColumn("实发"), moneyColumn("代扣"), textColumn("凭证号", 16))
	if err != nil {
		return err
	}
	if err := t.say("月份：" + o.Batch.ID.Month().String() + "　　批次：" + o.Batch.ID.String() + "　　收款人：代理行过渡户　　支付方式：财政统发"); err != nil {
		return err
	}
	if err := t.headings(); err != nil {
		return err
	}
	t.frozen = 0
	first = t.body.next
	for _, f := range o.Funds {
		c := f.Codes
		if err := t.add(text(f.Name), text(c.Document), text(c.Unit), text(c.Function), text(c.Government), text(c.Department), text(c.Project), text(c.Nature), text(strconv.Itoa(f.People)), fen(f.Fen), fen(f.Taken), text(f.Voucher)); err != nil {
			return err
		}
	}
	if _, err := t.totals("合计", first); err != nil {
		return err
	}
	if err := t.say(whole); err != nil {
		return err
	}
	for _, x := range o.Taken {
		if err := t.say("代扣：" + x.Institution + "　" + strconv.Itoa(x.Rows) + " 行　" + x.Fen.Grouped() + " 元（" + x.Fen.Capital() + "）"); err != nil {
			return err
		}
	}
	t.onePage = true
	b.sheets = append(b.sheets, t.sheet)
	if err := b.orderDetail(o); err != nil {
		return err
	}
	return b.write(w)
}

// orderDetail is the detail that a budget system takes in: one row a fund and place.
func (b *book) orderDetail(o payroll.PaymentOrder) error {
	d, err := b.newSummary("支付明细", "支付明细（供预算管理系统导入）", 0, shortColumn("月份", 10), shortColumn("批次", 12), shortColumn("资金代码", 10), textColumn("指标文号", 22), textColumn("预算单位", 18), textColumn("功能科目", 12),
		textColumn("政府经济分类", 14), textColumn("部门经济分类", 14), textColumn("项目", 16), textColumn("资金性质", 12), shortColumn("单位代码", 15), textColumn("单位", 22), shortColumn("人数", 8), moneyColumn("金额"), textColumn("摘要", 20))
	if err != nil {
		return err
	}
	if err := d.headings(); err != nil {
		return err
	}
	first := d.body.next
	for _, f := range o.Funds {
		c := f.Codes
		for _, p := range f.Places {
			if err := d.add(text(o.Batch.ID.Month().String()), text(o.Batch.ID.String()), text(f.Code), text(c.Document), text(c.Unit), text(c.Function), text(c.Government), text(c.Department), text(c.Project), text(c.Nature),
				text(p.Place), text(p.Name), text(strconv.Itoa(p.People)), fen(p.Fen), text(o.Batch.Kind.Chinese()+" "+o.Batch.Channel)); err != nil {
				return err
			}
		}
	}
	if _, err := d.totals("合计", first); err != nil {
		return err
	}
	b.sheets = append(b.sheets, d.sheet)
	return nil
}

func phoneWords(phone string) string {
	if phone == "" {
		return ""
	}
	return "，电话 " + phone
}
