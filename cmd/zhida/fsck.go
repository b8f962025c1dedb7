package main

import (
	"context"

	"github.com/spf13/cobra"

	"zhida/cmd/zhida/internal/app"
	"zhida/payroll"
	"zhida/rules/message"
)

func (c *cli) fsckCommand() *cobra.Command {
	var folders []string
	cmd := &cobra.Command{Use: "fsck", Short: "检查账本：每一行对照签了名的日志，每一批再算一次", Args: cobra.NoArgs,
		Long: `日志的链和签名、每张表的每一行、每一批的摘要和封签、资金分录与批次，都对照一遍；已审批的批次逐批再算一次。
--evidence 给出以前交出去的证据文件夹：日志的尾巴被删、整条链被重做，只有账本以外的东西说得出来。
只看，什么也不改。查出问题时以 7 结束。`,
		Example: "  zhida fsck\n  zhida fsck --evidence 证据/证据_2026-10-1 --evidence 证据/证据_2026-11-1",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.with(cmd, func(ctx context.Context, a *app.App) error {
				h, err := a.Fsck(ctx, folders)
				if err != nil {
					return err
				}
				return c.health(h)
			})
		}}
	cmd.Flags().StringArrayVar(&folders, "evidence", nil, "证据文件夹，可以写几次")
	return cmd
}

// faultRow is something about the book that its journal does not bear out, as JSON prints it.
type faultRow struct {
	Position int64  `json:"position,omitempty"`
	Table    string `json:"table"`
	Code     string `json:"code"`
	Text     string `json:"text"`
}

// aloneRow is somebody who can act by one person's word, as JSON prints it.
type aloneRow struct {
	Name     string `json:"name"`
	By       string `json:"registered_by"`
	Position int64  `json:"position"`
}

// bookHealth is the JSON of fsck.
type bookHealth struct {
	Events     int               `json:"events"`
	Batches    int               `json:"batches"`
	Recomputed int               `json:"recomputed"`
	OtherRules []payroll.BatchID `json:"other_rules"`
	Erased     []payroll.BatchID `json:"erased_batches"`
	Unbound    int64             `json:"unbound_until"`
	Anchored   []evidenceAt      `json:"anchored"`
	Alone      []aloneRow        `json:"registered_alone"`
	Faults     []faultRow        `json:"faults"`
}

func (c *cli) health(h payroll.Health) error {
	out, rows := []faultRow{}, [][]string{}
	for _, x := range h.Faults {
		text := x.Message.Text(c.language())
		out = append(out, faultRow{x.Position, x.Table, x.Message.Code, text})
		rows = append(rows, []string{c.positionText(x.Position), x.Table, c.text(x.Message)})
	}
	anchored := []evidenceAt{}
	for _, x := range h.Anchored {
		anchored = append(anchored, evidenceAt{x.Where, x.Position})
	}
	alone := []aloneRow{}
	for _, x := range h.Alone {
		alone = append(alone, aloneRow{x.Name, x.By, x.At})
	}
	var failed error
	if len(h.Faults) > 0 {
		failed = message.Err("fsck.failed", len(h.Faults))
	}
	if c.json {
		if err := c.printJSON(bookHealth{h.EventCount, h.BatchCount, h.Recomputed, append([]payroll.BatchID{}, h.Skipped...), append([]payroll.BatchID{}, h.Erased...), h.Unbound, anchored, alone, out}); err != nil {
			return err
		}
		return failed
	}
	if len(rows) > 0 {
		c.table([]string{"日志", "表", "问题"}, rows)
	}
	if h.Unbound > 0 {
		c.say("fsck.unbound", h.Unbound)
	}
	for _, id := range h.Skipped {
		c.say("fsck.skipped", id)
	}
	for _, id := range h.Erased {
		c.say("fsck.erased_batch", id)
	}
	for _, x := range h.Anchored {
		c.say("fsck.anchored", x.Where, x.Position)
	}
	for _, x := range h.Alone {
		c.say("fsck.alone_before", x.Name, x.By, x.At)
	}
	if failed == nil {
		c.say("fsck.good", h.EventCount, h.BatchCount, h.Recomputed)
	}
	return failed
}

func (c *cli) positionText(n int64) string {
	if n == 0 {
		return ""
	}
	return message.M("fsck.position", n).Text(c.language())
}
