package main

import (
	"context"

	"github.com/spf13/cobra"

	"zhida/cmd/zhida/internal/app"
	"zhida/payroll"
	"zhida/rules/calendar"
	"zhida/rules/message"
)

func (c *cli) reportCommand() *cobra.Command {
	var out, month string
	cmd := &cobra.Command{Use: "report [ID]", Short: "写出审计报告：一个不连网的网页文件，一个批次的，或者用 --month 一个月的",
		Long:    "报告里的数全部互相核对，有一处不符就不写。同一账簿位置再写一次，逐字节相同。",
		Example: "  zhida report 2026-11/1 --out 报告\n  zhida report --month 2026-11 --out 报告",
		Args: func(cmd *cobra.Command, args []string) error {
			if month != "" {
				return cobra.NoArgs(cmd, args)
			}
			return cobra.ExactArgs(1)(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			write, err := c.reportOf(args, month, out)
			if err != nil {
				return err
			}
			return c.with(cmd, func(ctx context.Context, a *app.App) error {
				file, err := write(ctx, a)
				if err != nil {
					return err
				}
				if c.json {
					return c.printJSON(map[string]any{"file": file, "written": !c.dryRun})
				}
				if c.dryRun {
					c.say("auditreport.would", file)
					return nil
				}
				c.say("auditreport.done", file)
				return nil
			})
		}}
	cmd.Flags().StringVar(&out, "out", ".", "写到哪个文件夹")
	cmd.Flags().StringVar(&month, "month", "", "一个月全部已审批的批次，如 2026-11")
	return cmd
}

// reportOf understands which report is wanted.
func (c *cli) reportOf(args []string, month, out string) (func(context.Context, *app.App) (string, error), error) {
	if month != "" {
		m, err := calendar.ParseMonth(month)
		if err != nil {
			return nil, message.Err("cli.month", month)
		}
		return func(ctx context.Context, a *app.App) (string, error) { return a.MonthReport(ctx, m, out) }, nil
	}
	id, err := payroll.ParseBatchID(args[0])
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, a *app.App) (string, error) { return a.AuditReport(ctx, id, out) }, nil
}
