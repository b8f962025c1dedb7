package main

import (
	"context"
	"strconv"

	"github.com/spf13/cobra"

	"zhida/cmd/zhida/internal/app"
	"zhida/payroll"
	"zhida/rules/calendar"
	"zhida/rules/money"
)

func (c *cli) owedCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "owed", Short: "待扣款：谁多领了、为什么、还了多少；通知书、一次退还、核销"}
	cmd.AddCommand(
		&cobra.Command{Use: "list", Short: "列出所有待扣款，并与各批次合计核对", Args: cobra.NoArgs,
			RunE: func(cmd *cobra.Command, _ []string) error { return c.owed(cmd, "") }},
		&cobra.Command{Use: "show PERSON", Short: "一个人的待扣款明细账", Args: cobra.ExactArgs(1),
			RunE: func(cmd *cobra.Command, args []string) error { return c.owed(cmd, args[0]) }},
		c.owedNotice(),
		c.relief("repay PERSON YUAN", "登记一次退还（另一人确认后生效）", payroll.ProposeRepaid),
		c.relief("write-off PERSON YUAN", "核销收不回的（要有文件，审批人确认后生效）", payroll.ProposeWriteOff))
	return cmd
}

// moveRow is a movement of a receivable as JSON prints it.
type moveRow struct {
	Origin   payroll.BatchID `json:"origin"`
	Item     string          `json:"item"`
	Month    calendar.Month  `json:"pay_month"`
	Way      payroll.Way     `json:"way"`
	Batch    string          `json:"batch,omitempty"`
	Position int64           `json:"position,omitempty"`
	Fen      money.Fen       `json:"fen"`
	Fund     string          `json:"fund"`
	Source   string          `json:"source,omitempty"`
	Document string          `json:"document,omitempty"`
}

// debtorRow is what somebody owes in a channel, as JSON prints it.
type debtorRow struct {
	Person  int64         `json:"person"`
	Name    string        `json:"name"`
	Place   string        `json:"place_name"`
	Channel string        `json:"channel"`
	Owed    money.Fen     `json:"balance_fen"`
	Open    int           `json:"open_receivables"`
	Untold  int           `json:"not_notified"`
	Notice  calendar.Date `json:"notified,omitzero"`
	Consent bool          `json:"consent"`
	Died    calendar.Date `json:"died,omitzero"`
	Ended   bool          `json:"pay_ended"`
	Moves   []moveRow     `json:"moves"`
}

var (
	wayWords    = map[payroll.Way]string{payroll.Charged: "形成", payroll.Carried: "旧欠转入", payroll.Collected: "从应发扣回", payroll.Repaid: "退还", payroll.WrittenOff: "核销", payroll.Restored: "恢复应发冲销", payroll.Reinstated: "恢复已核销"}
	sourceWords = map[string]string{payroll.SourceFund: "恢复原指标", payroll.SourceTreasury: "缴回国库"}
)

func (c *cli) owed(cmd *cobra.Command, who string) error {
	return c.with(cmd, func(ctx context.Context, a *app.App) error {
		person, err := oneOrAll(ctx, a, who)
		if err != nil {
			return err
		}
		list, err := a.Debtors(ctx, person)
		if err != nil {
			return err
		}
		if c.json {
			return c.printJSON(debtorsOf(list))
		}
		if len(list) == 0 {
			c.say("owed.none")
			return nil
		}
		if who != "" {
			names, err := a.ItemNames(ctx)
			if err == nil {
				c.statement(list, names)
			}
			return err
		}
		rows, total, owing := [][]string{}, money.Fen(0), map[int64]bool{}
		for _, d := range list {
			notice, next := "", "从应发扣回"
			switch {
			case d.Untold > 0 && d.Untold == len(d.Open):
				notice, next = "没有送达", "送达通知后从应发扣回"
			case d.Untold > 0:
				notice, next = c.word("{0} 笔没有送达", d.Untold), "送达通知后从应发扣回"
			case d.Notice != 0:
				if notice = d.Notice.String(); d.Consent {
					notice = c.word("{0} 同意", notice)
				}
			case d.Owed != 0:
				notice = "旧欠，不另送达"
			}
			switch {
			case d.Owed == 0:
				next = "已结清"
			case d.Ended:
				next = "没有应发可扣：退还或核销"
			}
			if d.Owed != 0 {
				owing[d.Person] = true
			}
			total += d.Owed
			rows = append(rows, []string{strconv.FormatInt(d.Person, 10), d.Name, d.Place, d.Channel, notice, strconv.Itoa(len(d.Open)), d.Owed.Grouped(), next})
		}
		c.table([]string{"编号", "姓名", "单位", "渠道", "通知送达", "笔数", "余额（元）", "下一步"}, rows, 6, 7)
		c.say("owed.done", len(owing), total.Grouped())
		return nil
	})
}

// statement prints every movement of a person's receivables with the balance after it.
func (c *cli) statement(list []payroll.Debtor, names map[string]string) {
	for _, d := range list {
		rows, balance := [][]string{}, money.Fen(0)
		for _, m := range d.Moves {
			balance += m.Fen
			by := m.Document
			if m.Batch != 0 {
				by = c.word("批次 {0}", m.Batch)
			}
			rows = append(rows, []string{originWord(m.Origin), fallback(names[m.Item], m.Item), m.Month.String(), wayWords[m.Way], by, m.Fund, sourceWords[m.Source], m.Fen.Grouped(), balance.Grouped()})
		}
		c.table([]string{"形成批次", "项目", "所属月份", "事项", "依据", "资金", "去向", "金额（元）", "余额（元）"}, rows, 8, 9)
		c.say("owed.done", map[bool]int{true: 1}[d.Owed != 0], d.Owed.Grouped())
	}
}

// originWord names what made a receivable: a batch, or what was owed before the book.
func originWord(id payroll.BatchID) string {
	if id.Seq() == 0 {
		return "旧欠"
	}
	return id.String()
}

func debtorsOf(list []payroll.Debtor) []debtorRow {
	out := []debtorRow{}
	for _, d := range list {
		x := debtorRow{d.Person, d.Name, d.Place, d.Channel, d.Owed, len(d.Open), d.Untold, d.Notice, d.Consent, d.Died, d.Ended, []moveRow{}}
		for _, m := range d.Moves {
			r := moveRow{Origin: m.Origin, Item: m.Item, Month: m.Month, Way: m.Way,
				Position: m.Position, Fen: m.Fen, Fund: m.Fund, Source: m.Source, Document: m.Document}
			if m.Batch != 0 {
				r.Batch = m.Batch.String()
			}
			x.Moves = append(x.Moves, r)
		}
		out = append(out, x)
	}
	return out
}

func (c *cli) owedNotice() *cobra.Command {
	var dir, number string
	cmd := &cobra.Command{Use: "notice PERSON", Short: "印扣回通知书和回执", Args: cobra.ExactArgs(1),
		Example: "  zhida owed notice 张小满 --number 桃财扣通〔2026〕3号 --out 通知书",
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.with(cmd, func(ctx context.Context, a *app.App) error {
				p, err := a.Person(ctx, args[0])
				if err != nil {
					return err
				}
				list, err := a.Debtors(ctx, p.Person)
				if err != nil {
					return err
				}
				var files []string
				for _, d := range list {
					if d.Owed == 0 {
						continue
					}
					file, err := a.Notice(ctx, d, number, dir)
					if err != nil {
						return err
					}
					files = append(files, file)
				}
				if len(files) == 0 && !c.json {
					c.say("owed.none")
					return nil
				}
				return c.wrote(files)
			})
		}}
	cmd.Flags().StringVar(&dir, "out", ".", "写到哪个目录")
	cmd.Flags().StringVar(&number, "number", "", "通知书编号")
	_ = cmd.MarkFlagRequired("number")
	return cmd
}

func (c *cli) relief(use, short, kind string) *cobra.Command {
	var document, date, channel string
	cmd := &cobra.Command{Use: use, Short: short, Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			fen, err := money.ParseYuan(args[1])
			if err != nil {
				return err
			}
			day, err := app.ParseDate(date)
			if err != nil {
				return err
			}
			return c.acting(cmd, func(ctx context.Context, a *app.App, s *payroll.Session) error {
				p, err := a.Person(ctx, args[0])
				if err != nil {
					return err
				}
				at, err := a.ProposeRelief(ctx, s, kind, p.Person, channel, fen, day, document)
				if err == nil {
					c.say("owed.proposed", at)
				}
				return err
			})
		}}
	cmd.Flags().StringVar(&document, "document", "", "文号或收据号")
	cmd.Flags().StringVar(&date, "date", "", "日期，2026-11-30")
	cmd.Flags().StringVar(&channel, "channel", "", "只算一个渠道的，空着是最早的先算")
	_ = cmd.MarkFlagRequired("document")
	_ = cmd.MarkFlagRequired("date")
	return cmd
}
