package main

import (
	"context"

	"github.com/spf13/cobra"

	"zhida/cmd/zhida/internal/app"
	"zhida/payroll"
)

// writtenDossier is the JSON of dossier.
type writtenDossier struct {
	payroll.Dossier
	Files []string `json:"files"`
}

func (c *cli) dossierCommand() *cobra.Command {
	var from, to, out string
	cmd := &cobra.Command{Use: "dossier PERSON|PLACE", Short: "离任审计档案：一个人或一个乡镇、村在一段时间里经手和领取的一切", Args: cobra.ExactArgs(1),
		Long:    "人写编号、身份证号、姓名或操作人员的姓名；操作人员同时是领款人的，两方面都在一份档案里。地方写区划代码或名称，乡镇含所属各村。\n写出工作簿和同样内容的 JSON：批次和经手、操作经过、资金流向、疑点、手工金额和录入人、换卡、退票和重发。",
		Example: "  zhida dossier 张敏 --from 2026-10 --to 2026-12 --out 离任审计\n  zhida dossier 430725101 --from 2026-10 --to 2026-12 --out 离任审计",
		RunE: func(cmd *cobra.Command, args []string) error {
			first, last, err := app.ParseMonths(from, to)
			if err != nil {
				return err
			}
			return c.with(cmd, func(ctx context.Context, a *app.App) error {
				d, files, err := a.Dossier(ctx, args[0], first, last, out)
				if err != nil {
					return err
				}
				if c.json {
					return c.printJSON(writtenDossier{d, append([]string{}, files...)})
				}
				c.say("dossier.done", d.Name, d.From, d.To, len(d.Batches), len(d.Steps), len(d.Flows), len(d.Findings), len(d.Amounts), len(d.Cards), len(d.Returned))
				return c.wrote(files)
			})
		}}
	cmd.Flags().StringVar(&from, "from", "", "起始月份，2026-10")
	cmd.Flags().StringVar(&to, "to", "", "终止月份")
	cmd.Flags().StringVar(&out, "out", ".", "写到哪个文件夹")
	for _, name := range []string{"from", "to"} {
		_ = cmd.MarkFlagRequired(name)
	}
	return cmd
}
