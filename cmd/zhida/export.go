package main

import (
	"context"
	"fmt"
	"os"
	"strconv"

	"github.com/spf13/cobra"

	"zhida/cmd/zhida/internal/app"
	"zhida/cmd/zhida/internal/term"
	"zhida/exporters"
	"zhida/payroll"
	"zhida/payroll/banklayout"
	"zhida/rules/identity"
	"zhida/rules/message"
	"zhida/rules/money"
)

func (c *cli) exportCommand() *cobra.Command {
	var out string
	cmd := &cobra.Command{Use: "export ID", Short: "写出银行文件、代扣清单和清册；每个文件写完都读回比对", Args: cobra.ExactArgs(1), RunE: func(cmd *cobra.Command, args []string) error {
		id, err := payroll.ParseBatchID(args[0])
		if err != nil {
			return err
		}
		return c.acting(cmd, func(ctx context.Context, a *app.App, s *payroll.Session) error {
			m, err := a.Export(ctx, s, id, out)
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
	term.Table(c.out, []string{"文件", "银行", "笔数", "金额（元）", "SM3"}, rows, 3, 4)
	c.say("export.done", m.Batch, m.Count, money.Fen(m.Total).Grouped(), dir)
}

func (c *cli) workbookCommand() *cobra.Command {
	var out string
	cmd := &cobra.Command{Use: "workbook ID", Short: "写出审核工作簿", Args: cobra.ExactArgs(1), RunE: func(cmd *cobra.Command, args []string) error {
		return c.onBatch(cmd, args[0], func(ctx context.Context, a *app.App, id payroll.BatchID) error {
			name, err := a.Workbook(ctx, id, out)
			if err == nil {
				c.say("workbook.done", name)
			}
			return err
		})
	}}
	cmd.Flags().StringVar(&out, "out", ".", "写到哪个文件夹")
	return cmd
}

func (c *cli) layoutCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "layout", Short: "银行文件版式"}
	list := &cobra.Command{Use: "list", Short: "列出自带的版式", Args: cobra.NoArgs, RunE: func(_ *cobra.Command, _ []string) error {
		rows := [][]string{}
		for _, l := range banklayout.Presets() {
			rows = append(rows, []string{l.Code, l.Name, l.Encoding, l.File})
		}
		term.Table(c.out, []string{"代码", "名称", "编码", "文件名"}, rows)
		return nil
	}}
	show := &cobra.Command{Use: "show CODE", Short: "显示一个版式的 YAML", Args: cobra.ExactArgs(1), RunE: func(_ *cobra.Command, args []string) error {
		text, err := banklayout.PresetText(args[0])
		if err == nil {
			fmt.Fprint(c.out, string(text))
		}
		return err
	}}
	check := &cobra.Command{Use: "check FILE…", Short: "检查县里自己的版式", Args: cobra.MinimumNArgs(1), RunE: func(_ *cobra.Command, args []string) error {
		for _, file := range args {
			text, err := os.ReadFile(file)
			if err != nil {
				return message.Err("file.missing", file)
			}
			if _, err := banklayout.Read(file, text); err != nil {
				return err
			}
		}
		c.say("policy.clean", len(args))
		return nil
	}}
	cmd.AddCommand(list, show, check)
	return cmd
}

func (c *cli) orderCommand() *cobra.Command {
	var out string
	cmd := &cobra.Command{Use: "order ID", Short: "印委托代发单和财政统发汇总单：总额与文件、名单一致才印", Args: cobra.ExactArgs(1), RunE: func(cmd *cobra.Command, args []string) error {
		return c.onBatch(cmd, args[0], func(ctx context.Context, a *app.App, id payroll.BatchID) error {
			file, err := a.Order(ctx, id, out)
			if err == nil {
				c.say("file.written", file)
			}
			return err
		})
	}}
	cmd.Flags().StringVar(&out, "out", ".", "写到哪个文件夹")
	return cmd
}
