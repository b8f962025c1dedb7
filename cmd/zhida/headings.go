package main

import (
	"context"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"zhida/cmd/zhida/internal/app"
	"zhida/importers"
	"zhida/payroll"
	"zhida/rules/message"
)

func (c *cli) headingsCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "headings", Short: "导入时用 --map 说过的列名：查看、忘掉"}
	list := &cobra.Command{Use: "list", Short: "账本里记着的列名", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.with(cmd, func(ctx context.Context, a *app.App) error {
				kept, err := a.Headings(ctx)
				if err != nil {
					return err
				}
				if c.json {
					return c.printJSON(append([]payroll.Headings{}, kept...))
				}
				rows := make([][]string, len(kept))
				for i, h := range kept {
					fields := make([]string, len(h.Fields))
					for k, f := range h.Fields {
						fields[k] = importers.Said(h.Kind, f)
					}
					rows[i] = []string{strconv.FormatInt(h.Position, 10), h.Kind, strings.Join(fields, "\n"), h.Actor, h.Date.String()}
				}
				c.table([]string{"编号", "表", "列名=栏目", "经办", "日期"}, rows, 1)
				return nil
			})
		}}
	forget := &cobra.Command{Use: "forget NUMBER", Short: "忘掉一条；以后这样的表要重新说明", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			position, err := strconv.ParseInt(args[0], 10, 64)
			if err != nil {
				return message.Err("cli.number", args[0])
			}
			return c.acting(cmd, func(ctx context.Context, a *app.App, s *payroll.Session) error {
				if err := a.ForgetHeadings(ctx, s, position); err != nil {
					return err
				}
				c.say("headings.forgotten", position)
				return nil
			})
		}}
	cmd.AddCommand(list, forget)
	return cmd
}
