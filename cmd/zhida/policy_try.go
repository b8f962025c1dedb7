package main

import (
	"context"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"zhida/cmd/zhida/internal/app"
	"zhida/payroll"
)

// triedDrafts is the JSON of policy try.
type triedDrafts struct {
	*payroll.Trial
	Files []string `json:"files"` // the workbook, where one was asked for
}

// policyTry computes drafts against the real roster before anybody adopts them.
func (c *cli) policyTry() *cobra.Command {
	var from, to, out string
	cmd := &cobra.Command{
		Use: "try FILE…", Short: "用真实花名册试算草案，不采用：花多少、谁多谁少、要补发多少", Args: cobra.MinimumNArgs(1),
		Long:    "草案与账本里已采用的文件一起计算；草案的文号与已采用的相同、施行不晚于它的，用草案代替它。账本什么也不变。\n没有计入算不出来的人，另行列出。",
		Example: "  zhida policy try 2027年调标草案.yaml --from 2027-01 --to 2027-12\n  zhida policy try 草案.yaml --from 2026-07 --to 2026-12 --out 试算.xlsx",
		RunE: func(cmd *cobra.Command, args []string) error {
			first, last, err := app.ParseMonths(from, to)
			if err != nil {
				return err
			}
			var drafts []payroll.PolicyText
			for _, file := range args {
				text, err := app.PolicyText(file)
				if err != nil {
					return err
				}
				drafts = append(drafts, payroll.PolicyText{File: file, Text: text})
			}
			return c.with(cmd, func(ctx context.Context, a *app.App) error {
				t, err := a.Try(ctx, drafts, first, last)
				if err != nil {
					return err
				}
				if out != "" {
					if err := a.TrialWorkbook(t, out); err != nil {
						return err
					}
				}
				if c.json {
					x := triedDrafts{Trial: t, Files: []string{}}
					if out != "" {
						x.Files = append(x.Files, out)
					}
					return c.printJSON(x)
				}
				c.tried(t)
				switch {
				case out != "" && c.dryRun:
					c.say("file.would", out)
				case out != "":
					c.say("trial.workbook", out)
				}
				return nil
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&from, "from", "", "第一个发放月，如 2027-01")
	f.StringVar(&to, "to", "", "最后一个发放月")
	f.StringVar(&out, "out", "", "另写一个 Excel 文件，带图表")
	_ = cmd.MarkFlagRequired("from")
	_ = cmd.MarkFlagRequired("to")
	return cmd
}

// tried prints a trial: what it comes to first, then where and for whom.
func (c *cli) tried(t *payroll.Trial) {
	c.say("trial.done", t.From, t.To, t.Before.Grouped(), t.After.Grouped(), signed(t.Change().Grouped()))
	c.say("trial.people", t.People, t.Better, t.Worse, t.People-t.Better-t.Worse)
	if t.Settled != 0 {
		c.say("trial.back", t.Settled, t.BackPay.Grouped(), t.Owed.Grouped())
	}
	for _, number := range t.Replaced {
		c.say("trial.replaced", number)
	}
	headings := []string{"现行应发", "试算应发", "增减", "其中补发", "其中应收回", "增加人数", "减少人数"}
	for _, part := range []struct {
		name string
		list []payroll.TrialRow
	}{{"年度", t.ByYear}, {"项目", t.ByItem}, {"乡镇", t.ByTownship}} {
		var rows [][]string
		for _, r := range part.list {
			name := r.Name
			if r.Deduction {
				name = c.word("{0}（扣款）", name)
			}
			rows = append(rows, []string{name, r.Before.Grouped(), r.After.Grouped(), signed(r.Change().Grouped()), r.BackPay.Grouped(), r.Owed.Grouped(),
				strconv.Itoa(r.Better), strconv.Itoa(r.Worse)})
		}
		c.table(append([]string{part.name}, headings...), rows, 2, 3, 4, 5, 6, 7, 8)
	}
	var rows [][]string
	for _, p := range t.Largest {
		rows = append(rows, []string{strconv.FormatInt(p.Person, 10), p.Name, p.Township, p.Before.Grouped(), p.After.Grouped(), signed(p.Change().Grouped()), p.Item})
	}
	if len(rows) > 0 {
		fmt.Fprintln(c.out, c.word("变动最大的人员（扣款后的收入）"))
		c.table([]string{"编号", "姓名", "乡镇", "现行", "试算", "增减", "主要项目"}, rows, 1, 4, 5, 6)
	}
	for _, f := range t.Funds {
		switch {
		case !f.Kept:
		case f.Lacks() > 0:
			c.say("trial.fund_short", f.Fund, f.Name, f.Change.Grouped(), f.Available.Grouped(), f.Lacks().Grouped())
		default:
			c.say("trial.fund", f.Fund, f.Name, f.Change.Grouped(), f.Available.Grouped())
		}
	}
	for _, r := range t.Broken {
		c.say("run.broken", r.Place, r.Rule, r.Document, r.Reason)
	}
	for _, r := range t.Refused {
		c.say("trial.refused", r.Item, r.People, r.New, r.Reason)
	}
}

// signed puts a plus before what is not negative, so that a rise is seen at once.
func signed(amount string) string {
	if amount[0] == '-' || amount == "0.00" {
		return amount
	}
	return "+" + amount
}
