package main

import (
	"context"

	"github.com/spf13/cobra"

	"zhida/cmd/zhida/internal/app"
	"zhida/payroll"
)

func (c *cli) settingsCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "settings", Short: "县的设置：付款账户、银行版式、资金"}
	set := &cobra.Command{
		Use: "set FILE", Short: "提出新的设置，由另一人确认后生效", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.acting(cmd, func(ctx context.Context, a *app.App, s *payroll.Session) error {
				text, err := app.LayoutText(args[0]) // workbooks of the bank's beside the file become part of it
				if err != nil {
					return err
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
				if err != nil {
					return err
				}
				return c.printText(text)
			})
		},
	}
	cmd.AddCommand(set, show)
	return cmd
}
