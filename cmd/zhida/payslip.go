package main

import (
	"context"

	"github.com/spf13/cobra"

	"zhida/cmd/zhida/internal/app"
	"zhida/cmd/zhida/internal/term"
	"zhida/payroll"
)

// writtenPayslips is the JSON of payslip.
type writtenPayslips struct {
	writtenFiles
	Message string `json:"short_message,omitempty"` // of one person
}

func (c *cli) payslipCommand() *cobra.Command {
	var out, who string
	cmd := &cobra.Command{Use: "payslip ID", Short: "印工资条：每人一页，每一行怎么来、依据哪个文件，本年累计；另有全部明细表和短信", Args: cobra.ExactArgs(1),
		Long:    "网页文件用浏览器打开打印（A5）或另存为 PDF，不联网、没有脚本。短信表每人一行文字；账本里没有电话号码，按人员编号对应。",
		Example: "  zhida payslip 2026-11/1 --out 工资条\n  zhida payslip 2026-11/1 --person 罗永福 --out 工资条",
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.onBatch(cmd, args[0], func(ctx context.Context, a *app.App, id payroll.BatchID) error {
				person, err := oneOrAll(ctx, a, who)
				if err != nil {
					return err
				}
				files, text, err := a.Payslips(ctx, id, person, out)
				if err != nil {
					return err
				}
				if c.json {
					return c.printJSON(writtenPayslips{writtenFiles{append([]string{}, files...), !c.dryRun}, text})
				}
				if text != "" {
					c.say("payslip.message", term.Clean(text))
				}
				return c.wrote(files)
			})
		}}
	cmd.Flags().StringVar(&out, "out", ".", "写到哪个文件夹")
	cmd.Flags().StringVar(&who, "person", "", "只印一个人的：编号、身份证号或姓名")
	return cmd
}
