package main

import (
	"context"
	"strconv"

	"github.com/spf13/cobra"

	"zhida/cmd/zhida/internal/app"
	"zhida/payroll"
)

// expiryRow says how long a person's records are kept, as JSON prints it.
type expiryRow struct {
	Person int64 `json:"person"`
	Until  int   `json:"keep_until"` // the last year
	Open   bool  `json:"open"`       // something is held for the person, or owed
}

// eraseProposed is the JSON of erase propose.
type eraseProposed struct {
	Proposal int64 `json:"proposal"`
	People   int   `json:"people"`
}

func (c *cli) eraseCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "erase", Short: "保存期满以后销毁一个人的数据；期满以前只限制查看"}
	list := &cobra.Command{Use: "list", Short: "列出各人的数据保存到哪年", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.with(cmd, func(ctx context.Context, a *app.App) error {
				all, err := a.Expiries(ctx)
				if err != nil {
					return err
				}
				if c.json {
					out := []expiryRow{}
					for _, e := range all {
						out = append(out, expiryRow(e))
					}
					return c.printJSON(out)
				}
				rows := [][]string{}
				for _, e := range all {
					open := ""
					if e.Open {
						open = "有缓发或待扣没有了结"
					}
					rows = append(rows, []string{strconv.FormatInt(e.Person, 10), strconv.Itoa(e.Until), open})
				}
				c.table([]string{"编号", "保存到（年底）", "说明"}, rows)
				return nil
			})
		}}
	var document, who string
	propose := &cobra.Command{Use: "propose", Short: "提出销毁清单：保存期满的人；由审批人确认才销毁", Args: cobra.NoArgs,
		Long:    "销毁的是身份证号、姓名、账户、各种事实和它们的盐，不能恢复。金额和摘要还在：日志、封签、别人的回执都仍然有效，以前和以后的批次都还能出证据；那几批里他们的数不能再重算。",
		Example: "  zhida erase propose --document 桃财档〔2057〕1号 --as 张敏\n  zhida erase propose --person 12 --document 桃财档〔2057〕1号 --as 张敏",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.acting(cmd, func(ctx context.Context, a *app.App, s *payroll.Session) error {
				person, err := oneOrAll(ctx, a, who)
				if err != nil {
					return err
				}
				at, people, err := a.ProposeErase(ctx, s, person, document)
				if err != nil {
					return err
				}
				if c.json {
					return c.printJSON(eraseProposed{at, people})
				}
				c.say("erase.proposed", people, at)
				return nil
			})
		}}
	propose.Flags().StringVar(&document, "document", "", "批准销毁的文件")
	propose.Flags().StringVar(&who, "person", "", "只销毁一个人的：编号、身份证号或姓名")
	cmd.AddCommand(list, propose)
	return cmd
}
