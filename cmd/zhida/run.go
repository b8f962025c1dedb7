package main

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"zhida/cmd/zhida/internal/app"
	"zhida/payroll"
	"zhida/rules/calendar"
	"zhida/rules/message"
)

func (c *cli) runCommand() *cobra.Command {
	var without string
	cmd := &cobra.Command{Use: "run MONTH", Short: "计算一个月的批次（草稿），并结清以前各月的差额", Args: cobra.ExactArgs(1),
		Example: "  zhida run 2026-11 --as 张敏\n  zhida run 2026-11 --without F03 --as 张敏   # 资金没有到位的先不算",
		RunE:    func(cmd *cobra.Command, args []string) error { return c.compute(cmd, args[0], without) }}
	cmd.Flags().StringVar(&without, "without", "", "资金代码：由它付的各行留到以后，别的照发")
	return cmd
}

func (c *cli) rerunCommand() *cobra.Command {
	var only, since, evidence string
	cmd := &cobra.Command{Use: "rerun MONTH", Short: "重算已经发过的月份：按现在所知，少了补、多了扣；没有变化就没有批次",
		Args: func(cmd *cobra.Command, args []string) error {
			if evidence != "" {
				return cobra.NoArgs(cmd, args)
			}
			return cobra.ExactArgs(1)(cmd, args)
		},
		Example: "  zhida rerun 2026-10 --as 张敏\n  zhida rerun 2026-10 --only 430725101 --as 张敏\n  zhida rerun 2027-02 --since 2026-10 --as 张敏   # 跨年提标，一个批次\n  zhida rerun --evidence 证据/证据_2026-10-1   # 只凭证据重算，逐字节比对",
		RunE: func(cmd *cobra.Command, args []string) error {
			if evidence != "" {
				return c.rerunEvidence(cmd, evidence)
			}
			m, err := app.ParseMonth(args[0])
			if err != nil {
				return err
			}
			return c.acting(cmd, func(ctx context.Context, a *app.App, s *payroll.Session) error {
				var n payroll.Narrow
				if only != "" {
					if n, err = a.Narrow(ctx, only); err != nil {
						return err
					}
				}
				if since != "" {
					if n.Since, err = app.ParseMonth(since); err != nil {
						return err
					}
				}
				r, err := a.Rerun(ctx, s, m, n)
				if err != nil {
					return err
				}
				return c.computed(ctx, a, m, r)
			})
		}}
	cmd.Flags().StringVar(&evidence, "evidence", "", "证据文件夹：只凭它把那一批再算一次，不用账本")
	cmd.Flags().StringVar(&since, "since", "", "连同从这个月起的各月一起更正，合成一个批次")
	cmd.Flags().StringVar(&only, "only", "", "只更正一个人（编号或姓名）、一个乡镇或村（区划代码）、一个项目（代码或名称）")
	return cmd
}

func (c *cli) compute(cmd *cobra.Command, month, without string) error {
	m, err := app.ParseMonth(month)
	if err != nil {
		return err
	}
	return c.acting(cmd, func(ctx context.Context, a *app.App, s *payroll.Session) error {
		var r payroll.RunResult
		if without == "" {
			r, err = a.Run(ctx, s, m, payroll.Regular)
		} else {
			r, err = a.RunWithout(ctx, s, m, without)
		}
		if err != nil {
			return err
		}
		return c.computed(ctx, a, m, r)
	})
}

// runMade is what a run made, as JSON prints it.
type runMade struct {
	Month   calendar.Month    `json:"month"`
	Roster  int               `json:"roster"`
	Batches []batchHead       `json:"batches"`
	Refused []refused         `json:"refused"`
	Broken  []brokenRow       `json:"broken"`
	Waiting []payroll.BatchID `json:"waiting"` // back-pay batches that are open, and were left alone
	Skipped []calendar.Month  `json:"skipped"` // earlier months that were never run, and are paid with this one
	Ended   []endedRow        `json:"ended_items"`
	Lacking []lackingRow      `json:"still_needed"` // money and reports of days that are missing
}

// lackingRow is something that the month lacks, as JSON prints it.
type lackingRow struct {
	Code string `json:"code"`
	Text string `json:"text"`
}

func lackingRows(list []message.Message, lang message.Lang) []lackingRow {
	rows := make([]lackingRow, len(list))
	for i, m := range list {
		rows[i] = lackingRow{m.Code, m.Text(lang)}
	}
	return rows
}

// lackingOf is what the month lacks, and money for the batches of a run. Batches of a dry run are not in the book, and their money
// cannot be told.
func lackingOf(ctx context.Context, a *app.App, m calendar.Month, r payroll.RunResult) (list []message.Message, err error) {
	x, err := a.Lacking(ctx, m)
	for _, short := range x.Money {
		if slices.ContainsFunc(r.Batches, func(b payroll.Batch) bool { return b.ID == short.Batch }) {
			list = append(list, short.Message)
		}
	}
	return append(list, x.Days...), err
}

// computed shows what a run made. Refused persons make the exit code 3.
func (c *cli) computed(ctx context.Context, a *app.App, m calendar.Month, r payroll.RunResult) error {
	lacking, err := lackingOf(ctx, a, m, r)
	if err != nil {
		return err
	}
	if c.json {
		if err := c.printJSON(runMade{m, r.Roster, headsOf(r.Batches), refusedOf(r.Refused, c.language()), brokenOf(r.Broken, c.language()),
			append([]payroll.BatchID{}, r.Waiting...), append([]calendar.Month{}, r.Skipped...), endedOf(r.Ended), lackingRows(lacking, c.language())}); err != nil {
			return err
		}
	} else {
		if len(r.Batches) == 0 {
			c.say("run.nothing", m, r.Roster)
		} else {
			c.batchTable(r.Batches)
		}
		for i, x := range r.Refused {
			if i == 20 {
				c.say("run.more_refused", len(r.Refused)-20)
				break
			}
			c.say("run.refused_person", x.Person, x.Name, x.ItemName, x.Month, c.text(x.Problem))
		}
	}
	if !c.json {
		for _, x := range r.Ended {
			c.note(message.M("run.ended", x.Name, x.Document))
		}
		if len(r.Skipped) > 0 && len(r.Batches) > 0 {
			c.say("run.skipped", months(r.Skipped))
		}
		for _, id := range r.Waiting {
			c.say("run.waiting", id)
		}
		for _, x := range lacking {
			c.note(x)
		}
		for i, x := range r.Broken {
			if i == 20 {
				c.say("run.more_broken", len(r.Broken)-20)
				break
			}
			c.say("run.broken", x.PlaceName, x.Name, x.Document, c.text(x.Reason))
		}
	}
	if len(r.Refused) > 0 {
		return message.Err("run.refused", len(r.Refused))
	}
	return nil
}

// brokenRow is a rule that a place does not keep to, as JSON prints it.
type brokenRow struct {
	Place    string `json:"place"`
	Name     string `json:"place_name"`
	Rule     string `json:"rule"`
	Document string `json:"document"`
	Reason   string `json:"reason"`
}

func brokenOf(list []payroll.BrokenRule, lang message.Lang) []brokenRow {
	rows := make([]brokenRow, 0, len(list))
	for _, x := range list {
		rows = append(rows, brokenRow{x.Place, x.PlaceName, x.Name, x.Document, x.Reason.Text(lang)})
	}
	return rows
}

func (c *cli) batchTable(list []payroll.Batch) {
	rows := [][]string{}
	for _, b := range list {
		kind := strings.TrimSuffix(b.Kind.Chinese(), "批次")
		id := b.ID.String()
		if b.ID.Seq() == 0 { // of a dry run, which keeps nothing
			id = c.word("{0} 试算", b.ID.Month())
		}
		rows = append(rows, []string{id, kind, b.Channel, b.State.Chinese(), strconv.Itoa(b.Payees), strconv.Itoa(b.Lines),
			b.Gross.Grouped(), b.Deduction.Grouped(), b.Held.Grouped(), b.Owed.Grouped(), b.Net.Grouped(), short(b.Digest)})
	}
	c.table([]string{"批次", "类型", "渠道", "状态", "人数", "行数", "应发", "扣款", "缓发增减", "待扣增减", "实发", "摘要"}, rows, 5, 6, 7, 8, 9, 10, 11)
}

func short(digest string) string { return digest[:min(8, len(digest))] }

// endedRow is an item that ended as JSON prints it.
type endedRow struct {
	Item     string `json:"item_name"`
	Document string `json:"document"`
}

func endedOf(list []payroll.EndedItem) []endedRow {
	out := make([]endedRow, len(list))
	for i, x := range list {
		out[i] = endedRow{x.Name, x.Document}
	}
	return out
}

// months lists months, as a span where there are many.
func months(list []calendar.Month) string {
	if n := len(list); n > 3 {
		return list[0].String() + "…" + list[n-1].String()
	}
	texts := make([]string, len(list))
	for i, m := range list {
		texts[i] = m.String()
	}
	return strings.Join(texts, "、")
}
