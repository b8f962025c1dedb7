package main

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"zhida/cmd/zhida/internal/app"
	"zhida/payroll"
	"zhida/rules/message"
)

func (c *cli) settingsCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "settings", Short: "县的设置：付款账户、银行版式、资金"}
	set := &cobra.Command{
		Use: "set FILE", Short: "提出新的设置，由另一人确认后生效", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.acting(cmd, func(ctx context.Context, a *app.App, s *payroll.Session) error {
				text, err := os.ReadFile(args[0])
				if err != nil {
					return message.Err("file.missing", args[0])
				}
				at, err := a.ProposeSettings(ctx, s, args[0], text)
				if err != nil {
					return err
				}
				c.say("proposal.made", at)
				county, err := payroll.ReadSettings(args[0], text)
				if err != nil {
					return err
				}
				months, err := a.ComingMonths(ctx, county.Calendar)
				c.warnSqueezed(months)
				return err
			})
		},
	}
	show := &cobra.Command{
		Use: "show", Short: "显示现行设置", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.with(cmd, func(ctx context.Context, a *app.App) error {
				text, err := a.SettingsText(ctx)
				if err == nil {
					fmt.Fprint(c.out, text)
				}
				return err
			})
		},
	}
	cmd.AddCommand(set, show)
	return cmd
}
