package main

import (
	"context"

	"github.com/spf13/cobra"

	"zhida/cmd/zhida/internal/app"
	"zhida/payroll"
	"zhida/rules/message"
)

func (c *cli) noticeCommand() *cobra.Command {
	var out string
	cmd := &cobra.Command{Use: "notice ID", Short: "印公示表：每村一张上墙，每乡镇一张内部公示；没有身份证号和卡号，不写原因", Args: cobra.ExactArgs(1),
		Long:    "文件里写了“公示”的，按它的内容、遮盖和天数；没有写的，公示姓名、职务、项目、标准、金额、月份、依据。\n去世人员、扣款、扣回，和名称涉及去世、疾病、家庭情况的项目不上公示表，屏幕上报告有多少。",
		Example: "  zhida notice 2026-11/2 --out 公示",
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.onBatch(cmd, args[0], func(ctx context.Context, a *app.App, id payroll.BatchID) error {
				n, files, err := a.PublicNotices(ctx, id, "", out)
				if err != nil {
					return err
				}
				return c.noticed(n, files)
			})
		}}
	cmd.Flags().StringVar(&out, "out", ".", "写到哪个文件夹")
	cmd.AddCommand(c.noticeRecord())
	return cmd
}

// recordedNotice is the JSON of notice record.
type recordedNotice struct {
	People   int   `json:"people"`
	Position int64 `json:"position,omitempty"`
	Proposal int64 `json:"proposal,omitempty"`
}

func (c *cli) noticeRecord() *cobra.Command {
	var from, to, photo string
	cmd := &cobra.Command{Use: "record ID PLACE", Short: "登记一个村或乡镇的公示：起止日期和照片；先公示后发放的新增人员据此发放", Args: cobra.ExactArgs(2),
		Long:    "登记的是批次里因为没有公示而缓发的人。公示期满、没有未答复的异议，下一批补发。异议和答复逐人用 import publicity 登记。",
		Example: "  zhida notice record 2026-11/2 430725101001 --from 2026-11-02 --to 2026-11-08 --photo 公示栏.jpg --as 张敏",
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := payroll.ParseBatchID(args[0])
			if err != nil {
				return err
			}
			first, err := app.ParseDate(from)
			if err != nil {
				return err
			}
			last, err := app.ParseDate(to)
			if err != nil {
				return err
			}
			return c.acting(cmd, func(ctx context.Context, a *app.App, s *payroll.Session) error {
				people, result, err := a.RecordNotice(ctx, s, id, args[1], first, last, photo)
				if err != nil {
					return err
				}
				if c.json {
					return c.printJSON(recordedNotice{people, result.Position, result.Proposal})
				}
				c.say("notice.recorded", args[1], people, first, last, photo)
				if result.Proposal != 0 {
					c.say("proposal.made", result.Proposal)
				}
				return nil
			})
		}}
	cmd.Flags().StringVar(&from, "from", "", "公示第一天，2026-11-02")
	cmd.Flags().StringVar(&to, "to", "", "公示最后一天")
	cmd.Flags().StringVar(&photo, "photo", "", "公示照片；账本记它的 SM3，照片自己保管")
	for _, name := range []string{"from", "to", "photo"} {
		_ = cmd.MarkFlagRequired(name)
	}
	return cmd
}

// noticeLeft is what public notices do not show, as JSON prints it.
type noticeLeft struct {
	Why    told `json:"why"`
	Lines  int  `json:"lines"`
	People int  `json:"people"`
}

// writtenNotices is the JSON of notice.
type writtenNotices struct {
	writtenFiles
	Notices int          `json:"notices"`
	Rows    int          `json:"rows"`
	Left    []noticeLeft `json:"left_out"`
	Alike   int          `json:"namesakes_without_group"`
}

func (c *cli) noticed(n payroll.PublicNotices, files []string) error {
	rows := 0
	for _, p := range n.Papers {
		rows += len(p.Rows)
	}
	if c.json {
		list := []noticeLeft{}
		for _, x := range n.Left {
			list = append(list, noticeLeft{c.told(message.M(x.Why)), x.Lines, x.People})
		}
		return c.printJSON(writtenNotices{writtenFiles{append([]string{}, files...), !c.dryRun}, len(n.Papers), rows, list, n.Alike})
	}
	if err := c.wrote(files); err != nil {
		return err
	}
	c.say("notice.done", len(n.Papers), rows)
	for _, x := range n.Left {
		c.say("notice.left", message.M(x.Why).Text(c.language()), x.Lines, x.People)
	}
	if n.Alike > 0 {
		c.note(message.M("notice.alike", n.Alike))
	}
	return nil
}
