package main

import (
	"context"
	"strconv"

	"github.com/spf13/cobra"

	"zhida/cmd/zhida/internal/app"
	"zhida/payroll"
)

func (c *cli) budgetCommand() *cobra.Command {
	return &cobra.Command{
		Use: "budget YEAR", Short: "按现在的花名册和标准测算一年要多少钱：各月、各项目、各乡镇", Args: cobra.ExactArgs(1),
		Long: "登记了的退休、任职和工龄的进档会自己算进去。没有公布的参考数暂按最近一年的数，逐项列出。什么也不入账。",
		RunE: func(cmd *cobra.Command, args []string) error {
			year, err := app.ParseYear(args[0])
			if err != nil {
				return err
			}
			return c.with(cmd, func(ctx context.Context, a *app.App) error {
				b, err := a.Project(ctx, year)
				if err != nil {
					return err
				}
				if c.json {
					return c.printJSON(b)
				}
				c.projected(b)
				return nil
			})
		}}
}

func (c *cli) projected(b *payroll.Budget) {
	c.say("budget.done", b.Year, b.People, b.Total.Grouped())
	var rows [][]string
	for _, m := range b.Months {
		rows = append(rows, []string{m.Month.String(), strconv.Itoa(m.People), m.Fen.Grouped()})
	}
	c.table([]string{"月份", "人数", "应发（元）"}, rows, 2, 3)
	for _, part := range []struct {
		name string
		list []payroll.BudgetRow
	}{{"项目", b.Items}, {"乡镇", b.Towns}} {
		rows = nil
		for _, r := range part.list {
			name := r.Name
			if r.Deduction {
				name = c.word("{0}（扣款）", name)
			}
			rows = append(rows, []string{name, r.Fen.Grouped()})
		}
		c.table([]string{part.name, "全年（元）"}, rows, 2)
	}
	for _, x := range b.Assumed {
		c.say("budget.assumed", x.Code, x.For, x.From)
	}
	for _, name := range b.ByDays {
		c.say("budget.by_days", name)
	}
	for _, r := range b.Refused {
		c.say("trial.refused", r.Item, r.People, r.New, r.Reason)
	}
}
