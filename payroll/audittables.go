package payroll

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"zhida/payroll/journal"
	"zhida/payroll/ledger"
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/identity"
	"zhida/rules/message"
	"zhida/rules/money"
	"zhida/rules/policy"
)

// AuditTable is one table for the auditor's own tools: what its columns are, and its rows
// in a fixed order.
type AuditTable struct {
	Name    string // as files and SQL call it
	Chinese string
	Key     []string // columns that no two rows share together
	Columns []AuditColumn
	Each    func(row func(cells []string) error) error
}

// AuditColumn is a column. Amounts are whole fen; days are 2026-11-25, months 2026-11, and
// what is not there is an empty text.
type AuditColumn struct {
	Name    string
	Kind    AuditKind
	Chinese string
}

// AuditKind is what stands in a column.
type AuditKind string

// The kinds of column; totals are given for amounts.
const (
	AuditText  AuditKind = "text"
	AuditWhole AuditKind = "whole"
	AuditFen   AuditKind = "fen"
)

// AuditData hands each table of the batches of the months from..to to fn, on one snapshot,
// in the order in which they can be loaded. Cards are numbered in the order in which the
// book meets them, so that equal cards can be found while they are masked. full shows the
// numbers of identity and bank cards whole: see Unmask. Error: audit.months.
func (b *Book) AuditData(ctx context.Context, from, to calendar.Month, full bool, fn func(AuditTable) error) error {
	if from > to {
		return message.Err("audit.months", from, to)
	}
	return b.view(ctx, func(r Reader) error {
		a := &auditing{ctx: ctx, r: r, from: from, to: to, full: full, cards: map[string]int{}, inPeriod: map[int64]bool{}, actors: map[int64]string{}}
		if err := a.prepare(); err != nil {
			return err
		}
		for _, t := range []AuditTable{a.places(), a.documents(), a.items(), a.funds(), a.persons(), a.spells(), a.accounts(), a.amounts(), a.imports(), a.batchHeads(), a.lines(), a.settlements(),
			a.portions(), a.payments(), a.paymentStates(), a.files(), a.receivables(), a.postings(), a.events()} {
			if err := fn(t); err != nil {
				return err
			}
		}
		return nil
	})
}

// auditing makes the tables of a period.
type auditing struct {
	ctx      context.Context
	r        Reader
	from, to calendar.Month
	full     bool
	last     int64 // person
	head     int64 // of the journal
	batches  []Batch
	policies []AdoptedPolicy
	granted  map[string]*policy.Item
	cards    map[string]int
	inPeriod map[int64]bool   // journal positions of the period
	actors   map[int64]string // by journal position; of a proposal that was accepted, who proposed
}

func (a *auditing) prepare() (err error) {
	head, err := a.r.Head(a.ctx)
	if err != nil {
		return err
	}
	a.head = head.Position
	if a.last, err = a.r.LastPerson(a.ctx); err != nil {
		return err
	}
	all, err := a.r.Batches(a.ctx)
	if err != nil {
		return err
	}
	named := map[BatchID]bool{}
	for _, x := range all {
		if x.ID.Month() >= a.from && x.ID.Month() <= a.to {
			a.batches = append(a.batches, x)
			named[x.ID] = true
		}
	}
	if a.policies, err = a.r.AllPolicies(a.ctx); err != nil {
		return err
	}
	if a.granted, err = itemsEver(a.ctx, a.r); err != nil {
		return err
	}
	err = a.r.Events(a.ctx, 1, a.head, func(e journal.Event) error {
		a.actors[e.Position] = e.Actor
		pairs, err := journal.ParsePayload(e.Payload)
		day := calendar.DateIn(e.Time, zone)
		a.inPeriod[e.Position] = day >= a.from.First() && day <= a.to.Last() || slices.ContainsFunc(batchesNamed(pairs), func(id BatchID) bool { return named[id] })
		return err
	})
	if err != nil {
		return err
	}
	proposals, err := a.r.Proposals(a.ctx, false)
	for _, p := range proposals {
		if p.Accepted {
			a.actors[p.Decided] = p.Actor
		}
	}
	if err != nil {
		return err
	}
	return a.numberCards()
}

// numberCards gives every card of the roster a number, by person and day, and then those
// that only payments have.
func (a *auditing) numberCards() error {
	note := func(c identity.Card) {
		if _, known := a.cards[c.Full()]; !known && c != "" {
			a.cards[c.Full()] = len(a.cards) + 1
		}
	}
	err := a.r.Facts(a.ctx, FactQuery{First: 1, Last: a.last, Kinds: []facts.Kind{facts.KindAccount}}, func(f Fact) error {
		var x facts.Account
		err := decode(f, &x)
		note(x.Card)
		return err
	})
	for _, b := range a.batches {
		if err == nil {
			err = a.r.Payments(a.ctx, b.ID, func(p Payment) error { note(p.Card); return nil })
		}
	}
	return err
}

func (a *auditing) id(x identity.ResidentID) string {
	if a.full {
		return x.Full()
	}
	return x.String()
}

func (a *auditing) card(x identity.Card) string {
	if a.full {
		return x.Full()
	}
	return x.String()
}

// auditCell is a value as a table has it.
func auditCell(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case int:
		return strconv.Itoa(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case bool:
		return map[bool]string{true: "1", false: "0"}[v]
	case money.Fen:
		return strconv.FormatInt(int64(v), 10)
	case calendar.Date:
		if v == 0 || v == calendar.Forever {
			return ""
		}
		return v.String()
	case calendar.Month:
		if v == 0 {
			return ""
		}
		return v.String()
	case BatchID:
		if v == 0 {
			return ""
		}
		return v.String()
	case time.Time:
		return v.In(zone).Format("2006-01-02T15:04:05+08:00")
	}
	return fmt.Sprint(v) // codes: states, ways, categories
}

func auditRow(row func([]string) error, values ...any) error {
	cells := make([]string, len(values))
	for i, v := range values {
		cells[i] = auditCell(v)
	}
	return row(cells)
}

// columnsOf reads columns written as name, kind and words: "fen f 金额".
func columnsOf(list ...string) []AuditColumn {
	cols := make([]AuditColumn, len(list))
	for i, s := range list {
		part := strings.SplitN(s, " ", 3)
		cols[i] = AuditColumn{part[0], map[string]AuditKind{"t": AuditText, "n": AuditWhole, "f": AuditFen}[part[1]], part[2]}
	}
	return cols
}

func (a *auditing) facts(first, last int64, kind facts.Kind, fn func(Fact) error) error {
	return a.r.Facts(a.ctx, FactQuery{First: first, Last: last, Kinds: []facts.Kind{kind}}, fn)
}

func (a *auditing) places() AuditTable {
	return AuditTable{"places", "行政区划", []string{"place", "since"}, columnsOf("place t 区划代码", "since t 生效日期", "name t 名称", "township t 所在乡镇代码", "class t 地区类别", "population n 户籍人口"), func(row func([]string) error) error {
		return a.facts(0, 0, facts.KindPlace, func(f Fact) error {
			var p facts.Place
			if err := decode(f, &p); err != nil {
				return err
			}
			return auditRow(row, p.Code, f.From, p.Name, facts.Township(p.Code), p.Class, p.Population)
		})
	}}
}

func (a *auditing) documents() AuditTable {
	return AuditTable{"documents", "采用的文件", []string{"position"}, columnsOf("position n 采用时的日志位置", "document t 文号", "title t 标题", "digest t 政策文本 SM3", "withdrawn n 撤回时的日志位置，0 为没有撤回", "first_month t 执行起始月", "last_month t 执行终止月"), func(row func([]string) error) error {
		for _, p := range a.policies {
			pol, err := policy.Read(p.Document, []byte(p.Text))
			if err != nil {
				return err
			}
			if err := auditRow(row, p.Position, p.Document, p.Title, p.Digest, p.Withdrawn, pol.Document.From, pol.Document.Until); err != nil {
				return err
			}
		}
		return nil
	}}
}

func (a *auditing) items() AuditTable {
	return AuditTable{"items", "项目", []string{"item"}, columnsOf("item t 项目代码", "name t 名称", "deduction n 1 为扣款", "institution t 扣款收款单位", "channel t 渠道", "fund t 资金代码", "on_death n 1 为去世时一次发放"), func(row func([]string) error) error {
		for _, code := range sortedKeys(a.granted) {
			it := a.granted[code]
			if err := auditRow(row, code, it.Name, it.Deduction, it.Institution, it.Channel, it.Fund, it.Basis == policy.ByDeath); err != nil {
				return err
			}
		}
		return nil
	}}
}

func (a *auditing) funds() AuditTable {
	return AuditTable{"funds", "资金", []string{"fund"}, columnsOf("fund t 资金代码", "name t 名称", "kind t authority 为指标，account 为专户", "document t 指标文号", "unit t 预算单位", "function t 功能科目", "government t 政府经济分类", "department t 部门经济分类", "project t 项目", "nature t 资金性质"), func(row func([]string) error) error {
		county, err := settingsAt(a.ctx, a.r, 0)
		if message.Code(err) == "settings.none" {
			return nil
		}
		if err != nil {
			return err
		}
		for _, f := range county.Funds {
			c := f.Codes
			if err := auditRow(row, f.Code, f.Name, f.Kind, c.Document, c.Unit, c.Function, c.Government, c.Department, c.Project, c.Nature); err != nil {
				return err
			}
		}
		return nil
	}}
}

func (a *auditing) persons() AuditTable {
	return AuditTable{"persons", "花名册（现在所知，每次变更一行）", []string{"person", "since"}, columnsOf("person n 人员编号", "since t 生效日期", "id t 身份证号", "name t 姓名", "category t 人员类别", "place t 单位代码", "died t 去世日期", "retired t 退休日期", "known n 记入账本的日志位置", "entered_by t 录入人"), func(row func([]string) error) error {
		return a.facts(1, a.last, facts.KindPerson, func(f Fact) error {
			var p facts.Profile
			if err := decode(f, &p); err != nil {
				return err
			}
			return auditRow(row, f.Person, f.From, a.id(p.ID), p.Name, string(p.Category), p.Place, p.Died, p.Retired, f.KnownFrom, a.actors[f.KnownFrom])
		})
	}}
}

func (a *auditing) spells() AuditTable {
	return AuditTable{"spells", "任职经历（现在所知）", []string{"person", "place", "post", "since"}, columnsOf("person n 人员编号", "place t 单位代码", "post t 职务", "since t 任职日期", "until t 离任日期，空为在任", "rank t 职级", "document t 任免文号", "recognised n 1 为组织认定", "known n 记入账本的日志位置", "entered_by t 录入人"), func(row func([]string) error) error {
		return a.facts(1, a.last, facts.KindSpell, func(f Fact) error {
			var x facts.Spell
			if err := decode(f, &x); err != nil {
				return err
			}
			return auditRow(row, f.Person, x.Place, x.Post, x.From, x.To, x.Rank, x.Document, x.Recognised, f.KnownFrom, a.actors[f.KnownFrom])
		})
	}}
}

func (a *auditing) accounts() AuditTable {
	return AuditTable{"accounts", "银行账户（现在所知，每次换卡一行）", []string{"person", "since"}, columnsOf("person n 人员编号", "since t 启用日期", "card_no n 卡的编号，同一张卡同号", "card t 卡号", "bank t 银行", "holder t 户名", "proof t 换卡依据", "known n 记入账本的日志位置", "entered_by t 录入人"), func(row func([]string) error) error {
		return a.facts(1, a.last, facts.KindAccount, func(f Fact) error {
			var x facts.Account
			if err := decode(f, &x); err != nil {
				return err
			}
			return auditRow(row, f.Person, f.From, a.cards[x.Card.Full()], a.card(x.Card), x.Bank, x.Holder, x.Proof, f.KnownFrom, a.actors[f.KnownFrom])
		})
	}}
}

func (a *auditing) amounts() AuditTable {
	return AuditTable{"amounts", "手工录入的给定金额（现在所知）", []string{"person", "item", "since"}, columnsOf("person n 人员编号", "item t 项目代码", "since t 起始月份", "until t 终止月份", "fen f 每月金额，分", "document t 文号", "known n 记入账本的日志位置", "entered_by t 录入人"), func(row func([]string) error) error {
		return a.facts(1, a.last, facts.KindAmount, func(f Fact) error {
			var x facts.Amount
			if err := decode(f, &x); err != nil {
				return err
			}
			return auditRow(row, f.Person, x.Item, x.From, x.Until, x.Fen, x.Document, f.KnownFrom, a.actors[f.KnownFrom])
		})
	}}
}

func (a *auditing) imports() AuditTable {
	return AuditTable{"imports", "期间导入的文件", []string{"position"}, columnsOf("position n 日志位置", "kind t 种类", "file t 文件名", "sm3 t 文件 SM3", "rows_read n 行数", "added n 新增", "ended n 更替或撤销", "refused n 拒绝", "entered_by t 录入人"), func(row func([]string) error) error {
		list, err := a.r.Imports(a.ctx)
		for _, x := range list {
			if err == nil && a.inPeriod[x.Position] {
				err = auditRow(row, x.Position, x.Kind, x.File, x.Digest, x.Rows, x.Added, x.Ended, x.Refused, a.actors[x.Position])
			}
		}
		return err
	}}
}

func (a *auditing) batchHeads() AuditTable {
	return AuditTable{"batches", "批次", []string{"batch"}, columnsOf("batch t 批次", "month t 月份", "kind t 类型", "channel t 渠道", "state t 状态：approved 已审批，exported 已导出，其余没有生效", "committed n 1 为已审批或已导出", "horizon n 计算所依据的日志位置", "seal t 摘要", "computed t 计算时间", "maker t 经办", "checker t 复核", "approver t 审批",
		"roster n 花名册人数", "payees n 付款人数", "line_count n 明细行数", "gross_fen f 应发，分", "deduction_fen f 扣款，分", "held_fen f 缓发增减，分", "owed_fen f 待扣增减，分", "reissued_fen f 重发，分", "net_fen f 实发，分"), func(row func([]string) error) error {
		for _, b := range a.batches {
			if err := auditRow(row, b.ID, b.ID.Month(), string(b.Kind), b.Channel, string(b.State), b.State.Committed(), b.Horizon, b.Digest, b.ComputedAt, b.Maker, b.Checker, b.Approver,
				b.Roster, b.Payees, b.Lines, b.Gross, b.Deduction, b.Held, b.Owed, b.Reissued, b.Net); err != nil {
				return err
			}
		}
		return nil
	}}
}

// each streams rows of every batch of the period.
func (a *auditing) each(fn func(Batch) error) error {
	for _, b := range a.batches {
		if err := fn(b); err != nil {
			return err
		}
	}
	return nil
}

func (a *auditing) lines() AuditTable {
	documents := map[int64]string{}
	for _, p := range a.policies {
		documents[p.Position] = p.Document
	}
	return AuditTable{"lines", "发放明细", []string{"batch", "person", "item", "pay_month"}, columnsOf("batch t 批次", "person n 人员编号", "item t 项目代码", "pay_month t 所属月份", "side t gross 应发，deduction 扣款", "fen f 本次金额，分", "due_fen n 核定金额，分", "committed_fen n 以前批次已计，分", "place t 归属单位代码", "fund t 资金代码",
		"document t 文号", "position n 文件采用时的日志位置", "cause t 原因：month 为当月，数字为引起差额的日志位置", "sentence t 说明"), func(row func([]string) error) error {
		return a.each(func(b Batch) error {
			texts, err := a.r.Texts(a.ctx, b.ID)
			if err != nil {
				return err
			}
			return a.r.Lines(a.ctx, LineQuery{Batch: b.ID}, func(l Line) error {
				if l.Text < 0 || l.Text >= len(texts) {
					return message.Err("batch.tampered", b.ID)
				}
				return auditRow(row, l.Batch, l.Person, l.Item, l.Month, string(l.Side), l.Fen, l.Due, l.Committed, l.Place, l.Fund, documents[l.Policy], l.Policy, l.Cause, texts[l.Text])
			})
		})
	}}
}

func (a *auditing) settlements() AuditTable {
	return AuditTable{"settlements", "每人结果", []string{"batch", "person"}, columnsOf("batch t 批次", "person n 人员编号", "status t paid 发放，held 缓发，refused 拒发，not_due 不应发", "name t 姓名", "category t 人员类别", "place t 单位代码", "gross_fen f 应发，分", "deduction_fen f 扣款，分", "held_fen f 缓发增减，分", "owed_fen f 待扣增减，分", "reissued_fen f 重发，分", "pay_fen f 实发，分", "reason t 原因", "answer t 答复"), func(row func([]string) error) error {
		return a.each(func(b Batch) error {
			return a.r.Settlements(a.ctx, b.ID, func(s Settlement) error {
				return auditRow(row, b.ID, s.Person, string(s.Status), s.Name, string(s.Category), s.Place, s.Gross, s.Deduction, s.Held, s.Owed, s.Reissued, s.Pay, s.Reason.Text(message.Chinese), s.Answer)
			})
		})
	}}
}

func (a *auditing) portions() AuditTable {
	return AuditTable{"portions", "资金分担", []string{"batch", "person", "fund", "place"}, columnsOf("batch t 批次", "person n 人员编号", "fund t 资金代码", "place t 单位代码", "gross_fen f 应发，分", "deduction_fen f 扣款，分", "moved_fen f 互抵，分", "held_fen f 缓发增减，分", "owed_fen f 待扣增减，分", "reissued_fen f 重发，分", "pay_fen f 实发，分"), func(row func([]string) error) error {
		return a.each(func(b Batch) error {
			return a.r.Portions(a.ctx, b.ID, func(p Portion) error {
				return auditRow(row, b.ID, p.Person, p.Fund, p.Place, p.Gross, p.Deduction, p.Moved, p.Held, p.Owed, p.Reissued, p.Pay)
			})
		})
	}}
}

func (a *auditing) payments() AuditTable {
	return AuditTable{"payments", "付款", []string{"batch", "seq"}, columnsOf("batch t 批次", "seq n 序号", "person n 人员编号", "fen f 金额，分", "bank t 银行", "card_no n 卡的编号，同一张卡同号", "card t 卡号", "holder t 户名", "place t 单位代码", "target t 付给他人的原因，空为本人", "file t 银行文件", "replaces t 重发的是哪一笔", "state t 银行答复后的状态，空为没有导出", "bank_reason t 银行的说法"), func(row func([]string) error) error {
		return a.each(func(b Batch) error {
			return paidOut(a.ctx, a.r, b, func(p PaidOut) error {
				replaces, state := "", string(p.State)
				if p.Replaces != (PaymentID{}) {
					replaces = p.Replaces.String()
				}
				if b.State != Exported {
					state = ""
				}
				return auditRow(row, p.Batch, p.Seq, p.Person, p.Fen, p.Bank, a.cards[p.Card.Full()], a.card(p.Card), p.Holder, p.Place, p.Target, p.File, replaces, state, p.Reason)
			})
		})
	}}
}

func (a *auditing) paymentStates() AuditTable {
	return AuditTable{"payment_states", "付款状态的变化", []string{"batch", "seq", "position"}, columnsOf("batch t 批次", "seq n 序号", "position n 日志位置", "state t 状态", "on_day t 银行的日期", "bank_reason t 银行的说法"), func(row func([]string) error) error {
		return a.each(func(b Batch) error {
			return a.r.PaymentEvents(a.ctx, b.ID, func(e PaymentEvent) error {
				return auditRow(row, e.Batch, e.Seq, e.Position, string(e.State), e.Date, e.Reason)
			})
		})
	}}
}

func (a *auditing) files() AuditTable {
	return AuditTable{"files", "银行文件", []string{"batch", "file"}, columnsOf("batch t 批次", "file t 文件名", "bank t 银行", "rows_sent n 笔数", "total_fen f 金额，分", "sm3 t SM3", "sha256 t SHA-256"), func(row func([]string) error) error {
		return a.each(func(b Batch) error {
			list, err := a.r.Exports(a.ctx, b.ID)
			for _, f := range list {
				if err == nil {
					err = auditRow(row, b.ID, f.Name, f.Bank, f.Count, f.Total, f.SM3, f.SHA256)
				}
			}
			return err
		})
	}}
}

func (a *auditing) receivables() AuditTable {
	return AuditTable{"receivables", "待扣款的变动", nil, columnsOf("batch t 引起变动的批次，空为批次以外", "position n 批次以外的日志位置", "person n 人员编号", "origin t 形成的批次", "item t 项目代码", "pay_month t 所属月份", "way t charged 形成，carried 旧欠转入，collected 扣回，repaid 退还，written_off 核销，restored 恢复应发冲销，reinstated 恢复已核销", "fen f 金额，分", "fund t 资金代码", "place t 单位代码", "document t 依据"), func(row func([]string) error) error {
		put := func(e Entry) error {
			return auditRow(row, e.Batch, e.Position, e.Person, e.Origin, e.Item, e.Month, string(e.Way), e.Fen, e.Fund, e.Place, e.Document)
		}
		err := a.each(func(b Batch) error {
			return a.r.Entries(a.ctx, EntryQuery{Batch: b.ID}, func(e Entry) error { e.Batch = b.ID; return put(e) })
		})
		if err != nil || a.last == 0 {
			return err
		}
		return a.r.Entries(a.ctx, EntryQuery{Horizon: a.head, First: 1, Last: a.last}, func(e Entry) error {
			if !a.inPeriod[e.Position] {
				return nil
			}
			return put(e)
		})
	}}
}

func (a *auditing) postings() AuditTable {
	return AuditTable{"postings", "期间的资金分录", []string{"position", "n"}, columnsOf("position n 日志位置", "n n 同一条日志里的次序", "fund t 资金代码", "place t 单位代码，空为全县", "source t 从哪里", "target t 到哪里", "fen f 金额，分", "ref t 批次、文号或文件"), func(row func([]string) error) error {
		n, before := 0, int64(0)
		return a.r.Postings(a.ctx, 0, a.head, func(position int64, p ledger.Posting) error {
			if n++; position != before {
				n, before = 1, position
			}
			if !a.inPeriod[position] {
				return nil
			}
			return auditRow(row, position, n, p.Fund, p.Place, string(p.Source), string(p.Target), p.Fen, p.Ref)
		})
	}}
}

func (a *auditing) events() AuditTable {
	return AuditTable{"events", "期间的日志", []string{"position"}, columnsOf("position n 日志位置", "at t 时间", "actor t 谁", "kind t 做了什么", "batch t 批次，几个批次用顿号隔开", "digest t 摘要", "prev t 前一条的摘要"), func(row func([]string) error) error {
		return a.r.Events(a.ctx, 1, a.head, func(e journal.Event) error {
			if !a.inPeriod[e.Position] {
				return nil
			}
			pairs, err := journal.ParsePayload(e.Payload)
			if err != nil {
				return err
			}
			return auditRow(row, e.Position, e.Time, e.Actor, e.Kind, batchWords(batchesNamed(pairs)), e.Digest, e.Prev)
		})
	}}
}
