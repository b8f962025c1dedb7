package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"zhida/cmd/zhida/internal/app"
	"zhida/cmd/zhida/internal/term"
	"zhida/rules/message"
)

// marks are what the doctor's marks are called.
var marks = map[app.Mark]string{app.Good: "正常", app.Warning: "注意", app.Failure: "不行"}

// whats are what the things that it looks at are called.
var whats = map[string]string{"program": "程序", "fonts": "字体", "soffice": "LibreOffice", "browser": "浏览器", "files": "文件权限", "book": "账本", "disk": "磁盘", "schema": "表结构", "integrity": "完整", "clock": "时钟", "calendar": "放假安排", "backup": "备份"}

func (c *cli) doctorCommand() *cobra.Command {
	return &cobra.Command{Use: "doctor", Short: "体检：程序、账本、字体、工具、磁盘、时钟、文件权限、备份", Args: cobra.NoArgs,
		Long:    "只看，什么也不改；每一项写明怎么办。有一项不行时以 7 结束。逐批重算不在里面，那是 fsck。",
		Example: "  zhida doctor\n  zhida doctor --json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			now, err := c.clock()
			if err != nil {
				return err
			}
			return c.examined(app.Doctor(cmd.Context(), c.book, now))
		}}
}

// examinedRow is one thing that the doctor looked at, as JSON prints it.
type examinedRow struct {
	What string   `json:"part"`
	Mark app.Mark `json:"mark"`
	Code string   `json:"code"`
	Text string   `json:"text"`
	Hint string   `json:"hint,omitempty"`
}

func (c *cli) examined(list []app.Examined) error {
	out, failed := []examinedRow{}, 0
	for _, x := range list {
		text, hint := x.Message.Text(c.language()), ""
		if x.Mark != app.Good {
			hint = x.Message.Hint(c.language())
		}
		if x.Mark == app.Failure {
			failed++
		}
		out = append(out, examinedRow{x.What, x.Mark, x.Message.Code, text, hint})
		if c.json {
			continue
		}
		fmt.Fprintln(c.out, c.word("[{0}] {1}：{2}", c.word(marks[x.Mark]), c.word(whats[x.What]), term.Clean(text)))
		if hint != "" {
			fmt.Fprintln(c.out, "       → "+term.Clean(hint))
		}
	}
	if c.json {
		if err := c.printJSON(out); err != nil {
			return err
		}
	}
	if failed > 0 {
		return message.Err("doctor.failed", failed)
	}
	return nil
}
