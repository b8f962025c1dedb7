package main

import (
	"time"

	"github.com/spf13/cobra"

	"zhida/cmd/zhida/internal/app"
	"zhida/payroll"
	"zhida/rules/message"
)

func (c *cli) initCommand() *cobra.Command {
	var m payroll.Meta
	var cutover string
	cmd := &cobra.Command{
		Use: "init BOOK", Short: "新建账本", Args: cobra.ExactArgs(1),
		Example: "  zhida init 桃源.db --county 430725 --name 桃源县 --cutover 2026-10",
		RunE: func(cmd *cobra.Command, args []string) error {
			if cutover != "" {
				v, err := app.ParseMonth(cutover)
				if err != nil {
					return err
				}
				m.Cutover = v
			}
			now, err := c.clock()
			if err != nil {
				return err
			}
			if now != nil && !m.Rehearsal {
				return message.Err("book.no_rehearsal")
			}
			if now == nil {
				now = time.Now
			}
			if c.dryRun {
				return message.Err("cli.no_dry_run")
			}
			a, err := app.Create(cmd.Context(), args[0], m, now)
			if err != nil {
				return err
			}
			c.say("init.done", args[0], m.Name)
			return a.Close()
		},
	}
	f := cmd.Flags()
	f.StringVar(&m.County, "county", "", "县的六位区划代码")
	f.StringVar(&m.Name, "name", "", "县名")
	f.StringVar(&cutover, "cutover", "", "启用月份：从这个月起由本账本发放；不写就是第一次 run 的月份")
	f.BoolVar(&m.Rehearsal, "rehearsal", false, "演练账本：允许用 --now 另设时钟")
	_ = cmd.MarkFlagRequired("county")
	_ = cmd.MarkFlagRequired("name")
	return cmd
}
