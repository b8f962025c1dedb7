package main

import (
	"context"

	"github.com/spf13/cobra"

	"zhida/cmd/zhida/internal/app"
	"zhida/payroll"
	"zhida/rules/calendar"
)

func (c *cli) reportCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "report [ID]", Short: "写出审计报告：一个不连网的网页文件，一个批次的，或者用 --month 一个月的",
		Long:    "报告里的数全部互相核对，有一处不符就不写。同一账簿位置再写一次，逐字节相同。",
		Example: "  zhida report 2026-11/1 --out 报告\n  zhida report --month 2026-11 --out 报告"}
	return c.surveyed(cmd, "auditreport.done", "auditreport.would", (*app.App).AuditReport, (*app.App).MonthReport)
}

func (c *cli) workbookCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "workbook [ID]", Short: "写出审核工作簿，一个批次的，或者用 --month 一个月的",
		Long:    "合计都是对明细的公式，旁边存着算好的数；有一处不符就不写。支付和资金写到当时的日志位置，同一位置再写一次，逐字节相同。",
		Example: "  zhida workbook 2026-11/1 --out 纸质\n  zhida workbook --month 2026-11 --out 纸质"}
	return c.surveyed(cmd, "workbook.done", "workbook.would", (*app.App).Workbook, (*app.App).MonthWorkbook)
}

// surveyed completes a command that writes one file about a batch, or about all approved
// batches of a month. done and would are its messages.
func (c *cli) surveyed(cmd *cobra.Command, done, would string, ofBatch func(*app.App, context.Context, payroll.BatchID, string) (string, error),
	ofMonth func(*app.App, context.Context, calendar.Month, string) (string, error)) *cobra.Command {
	var out, month string
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if month != "" {
			return cobra.NoArgs(cmd, args)
		}
		return cobra.ExactArgs(1)(cmd, args)
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		var id payroll.BatchID
		m, err := app.ParseMonth(month)
		if month == "" {
			id, err = payroll.ParseBatchID(args[0])
		}
		if err != nil {
			return err
		}
		return c.with(cmd, func(ctx context.Context, a *app.App) error {
			write := func() (string, error) { return ofBatch(a, ctx, id, out) }
			if month != "" {
				write = func() (string, error) { return ofMonth(a, ctx, m, out) }
			}
			file, err := write()
			switch {
			case err != nil:
				return err
			case c.json:
				return c.printJSON(writtenFiles{[]string{file}, !c.dryRun})
			case c.dryRun:
				c.say(would, file)
			default:
				c.say(done, file)
			}
			return nil
		})
	}
	cmd.Flags().StringVar(&out, "out", ".", "写到哪个文件夹")
	cmd.Flags().StringVar(&month, "month", "", "一个月全部已审批的批次，如 2026-11")
	return cmd
}
