package main

import (
	"context"
	"strconv"

	"github.com/spf13/cobra"

	"zhida/cmd/zhida/internal/app"
	"zhida/payroll"
	"zhida/rules/calendar"
	"zhida/rules/message"
	"zhida/rules/money"
)

func (c *cli) auditDataCommand() *cobra.Command {
	var from, to, notice, out string
	cmd := &cobra.Command{Use: "audit-data", Short: "给审计用的数据：CSV 表、数据字典、行数和合计、装载和检查的 SQL", Args: cobra.NoArgs,
		Long:    "身份证号和卡号遮盖；卡另有编号，同一张卡同号。要完整号码的，由审计角色用 --unmask 写审计通知书文号，账本日志记下。\n装载：sqlite3 audit.db \".read load-sqlite.sql\"，再运行 checks.sql。",
		Example: "  zhida audit-data --from 2026-10 --to 2026-12 --out 审计数据\n  zhida audit-data --from 2026-10 --to 2026-12 --out 审计数据 --unmask 桃审通〔2027〕3号 --as 钱审",
		RunE: func(cmd *cobra.Command, _ []string) error {
			first, last, err := app.ParseMonths(from, to)
			if err != nil {
				return err
			}
			if !cmd.Flags().Changed("unmask") {
				return c.with(cmd, func(ctx context.Context, a *app.App) error { return c.auditData(ctx, a, nil, first, last, "", out) })
			}
			if notice == "" {
				return message.Err("audit.no_notice")
			}
			return c.acting(cmd, func(ctx context.Context, a *app.App, s *payroll.Session) error {
				if err := c.confirm("confirm.full", out); err != nil {
					return err
				}
				return c.auditData(ctx, a, s, first, last, notice, out)
			})
		}}
	cmd.Flags().StringVar(&from, "from", "", "起始月份，2026-10")
	cmd.Flags().StringVar(&to, "to", "", "终止月份")
	cmd.Flags().StringVar(&notice, "unmask", "", "审计通知书文号：显示完整的身份证号和卡号")
	cmd.Flags().StringVar(&out, "out", "", "写到哪个文件夹")
	for _, name := range []string{"from", "to", "out"} {
		_ = cmd.MarkFlagRequired(name)
	}
	return cmd
}

// tableRow is a table that was written, as JSON prints it.
type tableRow struct {
	Name    string               `json:"table"`
	Chinese string               `json:"title"`
	Rows    int                  `json:"rows"`
	Sums    map[string]money.Fen `json:"sums_fen"` // by column
	SM3     string               `json:"sm3"`
}

func (c *cli) auditData(ctx context.Context, a *app.App, s *payroll.Session, from, to calendar.Month, notice, out string) error {
	list, err := a.AuditData(ctx, s, from, to, notice, out)
	if err != nil {
		return err
	}
	rows, shown, tables := 0, [][]string{}, []tableRow{}
	for _, t := range list {
		x := tableRow{t.Name, t.Chinese, t.Rows, map[string]money.Fen{}, t.SM3}
		for _, s := range t.Sums {
			x.Sums[s.Column] = s.Fen
		}
		rows += t.Rows
		tables = append(tables, x)
		shown = append(shown, []string{t.Name, t.Chinese, strconv.Itoa(t.Rows), short(t.SM3)})
	}
	if c.json {
		return c.printJSON(tables)
	}
	if notice != "" && !c.dryRun {
		c.say("audit.unmasked", notice)
	}
	c.table([]string{"表", "名称", "行数", "SM3"}, shown, 3)
	c.say("audit.done", len(list), rows, out)
	return nil
}
