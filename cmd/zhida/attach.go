package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"zhida/cmd/zhida/internal/app"
	"zhida/payroll"
)

func (c *cli) attachCommand() *cobra.Command {
	return &cobra.Command{Use: "attach ID FILE", Short: "登记盖章发放表的扫描件：账本记文件名、大小和 SM3，文件自己保管", Args: cobra.ExactArgs(2),
		Long:    "批次审批以后才能登记，因为盖章的表上要有封印。设置里写了 stamped: true 的，没有登记不能导出。",
		Example: "  zhida batch attach 2026-11/1 发放表盖章.pdf --as 张敏",
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := payroll.ParseBatchID(args[0])
			if err != nil {
				return err
			}
			return c.acting(cmd, func(ctx context.Context, a *app.App, s *payroll.Session) error {
				x, err := a.Attach(ctx, s, id, args[1])
				if err != nil {
					return err
				}
				if c.json {
					return c.printJSON(attachmentsOf([]payroll.Attachment{x})[0])
				}
				c.say("attach.done", id, x.Name, x.Size, x.SM3)
				return nil
			})
		}}
}

// attachment is the JSON of a file that belongs to a batch.
type attachment struct {
	Position int64      `json:"position"`
	Time     *time.Time `json:"time,omitempty"`
	Actor    string     `json:"actor"`
	Name     string     `json:"name"`
	Size     int64      `json:"size"`
	SM3      string     `json:"sm3"`
}

func attachmentsOf(list []payroll.Attachment) []attachment {
	out := []attachment{}
	for _, x := range list {
		a := attachment{Position: x.Position, Actor: x.Actor, Name: x.Name, Size: x.Size, SM3: x.SM3}
		if !x.Time.IsZero() {
			a.Time = &x.Time
		}
		out = append(out, a)
	}
	return out
}
