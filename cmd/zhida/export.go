package main

import (
	"context"
	"strconv"

	"github.com/spf13/cobra"

	"zhida/cmd/zhida/internal/app"
	"zhida/exporters"
	"zhida/payroll"
	"zhida/rules/identity"
	"zhida/rules/money"
)

func (c *cli) exportCommand() *cobra.Command {
	var out, oldCards string
	cmd := &cobra.Command{Use: "export ID", Short: "写出银行文件、代扣清单和清册；每个文件写完都读回比对",
		Long: "审批以后换了卡的，不导出：作废本批再算一次；旧卡还能收款的，由没有提交这一批的审批人员用 --old-cards 写明理由。", Args: cobra.ExactArgs(1), RunE: func(cmd *cobra.Command, args []string) error {
			id, err := payroll.ParseBatchID(args[0])
			if err != nil {
				return err
			}
			return c.acting(cmd, func(ctx context.Context, a *app.App, s *payroll.Session) error {
				b, err := a.Batch(ctx, id)
				if err != nil {
					return err
				}
				if err := c.confirm("confirm.export", id, b.Payees, b.Net.Grouped(), out); err != nil {
					return err
				}
				m, err := a.Export(ctx, s, id, out, oldCards)
				if err != nil {
					return err
				}
				if c.json {
					return c.printJSON(m)
				}
				c.exported(m, out)
				return nil
			})
		}}
	cmd.Flags().StringVar(&out, "out", "", "写到哪个文件夹")
	cmd.Flags().StringVar(&oldCards, "old-cards", "", "审批以后换了卡的仍付旧卡：理由")
	_ = cmd.MarkFlagRequired("out")
	return cmd
}

func (c *cli) exported(m exporters.Manifest, dir string) {
	rows := [][]string{}
	for _, f := range m.Files {
		kind := identity.BankName(f.Bank)
		if f.Kind == "remittance" {
			kind = "代扣清单"
		}
		rows = append(rows, []string{f.Name, kind, strconv.Itoa(f.Count), money.Fen(f.Total).Grouped(), short(f.SM3)})
	}
	c.table([]string{"文件", "银行", "笔数", "金额（元）", "SM3"}, rows, 3, 4)
	c.say("export.done", m.Batch, m.Count, money.Fen(m.Total).Grouped(), dir)
}

func (c *cli) orderCommand() *cobra.Command {
	var out string
	cmd := &cobra.Command{Use: "order ID", Short: "印委托代发单和财政统发汇总单：总额与文件、名单一致才印", Args: cobra.ExactArgs(1), RunE: func(cmd *cobra.Command, args []string) error {
		return c.onBatch(cmd, args[0], func(ctx context.Context, a *app.App, id payroll.BatchID) error {
			file, err := a.Order(ctx, id, out)
			if err != nil {
				return err
			}
			return c.wrote([]string{file})
		})
	}}
	cmd.Flags().StringVar(&out, "out", ".", "写到哪个文件夹")
	return cmd
}
