package main

import (
	"context"
	"strconv"

	"github.com/spf13/cobra"

	"zhida/cmd/zhida/internal/app"
	"zhida/payroll"
	"zhida/rules/message"
)

func (c *cli) sendbackCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "sendback", Short: "退回单：财政不改原始数据，按原路退回主管部门核对",
		Long: "财政不改动原始数据。有疑问的退回主管部门：改了就另报更正表，导入后退回单自动了结；没有错就凭文件用 keep 了结。\n没有了结的退回单在批次上列为待核事项。"}
	var to, reason, dir, document string
	add := &cobra.Command{Use: "add PERSON KIND", Short: "退回一个人的一类数据，并印退回单", Args: cobra.ExactArgs(2),
		Example: "  zhida sendback add 张小满 tenure --reason 任职日期与任免文件不符 --out 退回单 --as 张敏",
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.acting(cmd, func(ctx context.Context, a *app.App, s *payroll.Session) error {
				p, err := a.Person(ctx, args[0])
				if err != nil {
					return err
				}
				slip, err := a.SendBack(ctx, s, p.Person, args[1], to, reason)
				if err != nil {
					return err
				}
				var files []string
				if dir != "" {
					file, err := a.SendBackSlip(ctx, slip, dir)
					if err != nil {
						return err
					}
					files = []string{file}
				}
				if c.json {
					return c.printJSON(sentBack{slip.Position, slip.To, append([]string{}, files...)})
				}
				c.say("sendback.done", slip.Position, slip.To)
				return c.wrote(files)
			})
		}}
	add.Flags().StringVar(&to, "to", "", "退给谁；空着是会签里财政的前一步")
	add.Flags().StringVar(&reason, "reason", "", "退回原因")
	add.Flags().StringVar(&dir, "out", "", "退回单写到哪个目录")
	_ = add.MarkFlagRequired("reason")
	keep := &cobra.Command{Use: "keep POSITION", Short: "主管部门答复数据无误，凭文件了结", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			position, err := strconv.ParseInt(args[0], 10, 64)
			if err != nil {
				return message.Err("cli.number", args[0])
			}
			return c.acting(cmd, func(ctx context.Context, a *app.App, s *payroll.Session) error {
				if err := a.KeepFact(ctx, s, position, document); err != nil {
					return err
				}
				c.say("sendback.kept", position)
				return nil
			})
		}}
	keep.Flags().StringVar(&document, "document", "", "答复的文号")
	_ = keep.MarkFlagRequired("document")
	cmd.AddCommand(add, keep, &cobra.Command{Use: "list", Short: "列出退回单", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error { return c.sentBacks(cmd) }})
	return cmd
}

// slipRow is a fact that was sent back to its owner, as JSON prints it.
type slipRow struct {
	Position int64  `json:"position"`
	Person   int64  `json:"person"`
	Name     string `json:"name"`
	Place    string `json:"place"`
	Kind     string `json:"kind"`
	To       string `json:"sent_to"`
	Reason   string `json:"reason"`
	Answered int64  `json:"answered_at,omitempty"`
	Answer   string `json:"answer,omitempty"`
}

// sentBack is the JSON of sendback add.
type sentBack struct {
	Position int64    `json:"position"`
	To       string   `json:"sent_to"`
	Files    []string `json:"files"`
}

func (c *cli) sentBacks(cmd *cobra.Command) error {
	return c.with(cmd, func(ctx context.Context, a *app.App) error {
		list, err := a.SentBacks(ctx)
		if err != nil {
			return err
		}
		out, rows := []slipRow{}, [][]string{}
		for _, x := range list {
			out = append(out, slipRow{x.Position, x.Person, x.Name, x.Place, x.Kind, x.To, x.Reason, x.Answered, x.Answer})
			state := "没有答复"
			switch {
			case x.Answer != "":
				state = c.word("无误（{0}）", x.Answer)
			case x.Answered != 0:
				state = c.word("已更正（日志 {0}）", x.Answered)
			}
			rows = append(rows, []string{strconv.FormatInt(x.Position, 10), x.To, strconv.FormatInt(x.Person, 10), x.Name, payroll.KindChinese(x.Kind), x.Reason, state})
		}
		if c.json {
			return c.printJSON(out)
		}
		c.table([]string{"编号", "退给", "人员", "姓名", "数据", "原因", "答复"}, rows)
		return nil
	})
}
