package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"zhida/cmd/zhida/internal/app"
	"zhida/importers"
	"zhida/payroll"
	"zhida/rules/calendar"
	"zhida/rules/message"
)

func (c *cli) importCommand() *cobra.Command {
	var o importers.Options
	var p payroll.ImportOptions
	var from, batch string
	var back app.ReturnOptions
	cmd := &cobra.Command{
		Use: "import KIND FILE…", Short: "导入表格：" + strings.Join(importers.Kinds(), " ") + "，或银行回盘：returns", Args: cobra.MinimumNArgs(2),
		Long:    "有问题的行逐格列出，整个文件不入账；--accept-good 只收没有问题的行，并记入日志。同一个文件再导一次什么也不变。\n给定金额（amounts）和已发金额（paid）由另一人确认后才入账。",
		Example: "  zhida import roster 村干部花名册.xlsx --as 张敏\n  zhida import days 07-考勤/2026-11/*.xlsx --as 张敏",
		RunE: func(cmd *cobra.Command, args []string) error {
			if from != "" {
				d, err := calendar.ParseDate(from)
				if err != nil {
					return message.Err("cli.date", from)
				}
				o.From = d
			}
			if args[0] == "returns" {
				return c.importReturns(cmd, args[1:], back, batch)
			}
			return c.acting(cmd, func(ctx context.Context, a *app.App, s *payroll.Session) error {
				return a.Import(ctx, s, args[0], args[1:], o, p, func(r payroll.ImportResult) error { return c.imported(r) })
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.Sheet, "sheet", "", "工作表名；不写就是第一张")
	f.StringVar(&o.Account, "account", "", "对账单：是哪个账号的；设置里只有一个专户的不用写")
	f.StringVar(&from, "from", "", "表里没有“生效日期”时，从哪一天起算")
	f.StringVar(&back.Bank, "bank", "", "回盘：哪家银行的（代码）；不写就按设置里各银行的回盘版式认")
	f.StringVar(&back.Layout, "layout", "", "回盘：按哪个版式读")
	f.StringVar(&batch, "batch", "", "回盘：只答复这个批次；里面有别的批次就拒绝")
	f.BoolVar(&p.AcceptGood, "accept-good", false, "只收没有问题的行")
	return cmd
}

func (c *cli) imported(r payroll.ImportResult) error {
	if c.json {
		return c.printJSON(map[string]any{"kind": r.Kind, "file": r.File, "digest": r.Digest, "rows": r.Rows, "added": r.Added, "ended": r.Ended,
			"refused": r.Refused, "unchanged": r.Unchanged, "position": r.Position, "proposal": r.Proposal, "problems": r.Problems, "absent": r.Absent, "notes": textsOf(r.Notes, c.language())})
	}
	switch {
	case r.Unchanged:
		c.say("import.unchanged", r.File, r.Rows)
	case c.dryRun:
		c.say("import.dry_run", r.File, r.Rows, r.Added, r.Ended)
	case r.Proposal != 0:
		c.say("import.proposed", r.File, r.Rows, r.Proposal)
	default:
		c.say("import.done", r.File, r.Rows, r.Added, r.Ended, r.Position)
	}
	for _, x := range r.Asks {
		fmt.Fprintln(c.errs, located(x, c.language()))
	}
	for _, m := range r.Notes {
		c.note(m)
	}
	if r.Absent > 0 {
		c.say("import.absent", r.Absent)
	}
	if len(r.Problems) > 0 {
		for _, x := range r.Problems {
			fmt.Fprintln(c.errs, located(x, c.language()))
		}
		return message.Err("import.left_out", r.Refused)
	}
	return nil
}

func (c *cli) importReturns(cmd *cobra.Command, files []string, o app.ReturnOptions, batch string) error {
	if batch != "" {
		id, err := payroll.ParseBatchID(batch)
		if err != nil {
			return err
		}
		o.Batch = id
	}
	return c.acting(cmd, func(ctx context.Context, a *app.App, s *payroll.Session) error {
		var kept error
		for _, file := range files {
			r, err := a.Returns(ctx, s, file, o)
			if err != nil {
				return err
			}
			if err := c.returned(filepath.Base(file), r); err != nil {
				kept = err
			}
		}
		return kept
	})
}

// note says what is worth knowing, though nothing is wrong.
func (c *cli) note(m message.Message) {
	fmt.Fprintln(c.errs, m.Text(c.language()))
	if h := m.Hint(c.language()); h != "" {
		fmt.Fprintln(c.errs, "    → "+h)
	}
}

func textsOf(list []message.Message, lang message.Lang) []string {
	texts := make([]string, len(list))
	for i, m := range list {
		texts[i] = m.Text(lang)
	}
	return texts
}
