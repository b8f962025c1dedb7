package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"zhida/cmd/zhida/internal/app"
	"zhida/importers"
	"zhida/payroll"
	"zhida/rules/message"
)

func (c *cli) templateCommand() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use: "template KIND", Short: "生成一种表格的空白模板：" + strings.Join(importers.Kinds(), " "), Args: cobra.ExactArgs(1),
		Long:    "标题行、下拉列表、输入检查、填表说明和一行示例。有账本的，下拉列表里是账上的乡镇和村、职务、项目、资金和文号；没有账本也能生成。",
		Example: "  zhida template changes -o 变动表.xlsx\n  zhida template election --book 桃源.db",
		RunE: func(cmd *cobra.Command, args []string) error {
			var lists payroll.FormLists
			if c.bookIsThere() {
				err := c.with(cmd, func(ctx context.Context, a *app.App) (err error) { lists, err = a.FormLists(ctx); return err })
				if err != nil {
					return err
				}
			}
			b, err := importers.Template(args[0], lists)
			if err != nil {
				return err
			}
			if out == "" {
				out = args[0] + ".xlsx"
			}
			if err := c.writeNew(out, b); err != nil {
				return err
			}
			if c.json || c.dryRun {
				return c.wrote([]string{out})
			}
			c.say("template.done", out)
			return nil
		},
	}
	cmd.Flags().StringVarP(&out, "output", "o", "", "写到哪个文件")
	return cmd
}

// bookIsThere says whether there is a book to take values from.
func (c *cli) bookIsThere() bool {
	if strings.HasPrefix(c.book, "postgres://") || strings.HasPrefix(c.book, "postgresql://") {
		return true
	}
	_, err := os.Stat(c.book)
	return err == nil
}

// writeNew writes a file that only its owner can read; one that is there already stays.
// A dry run writes nothing.
func (c *cli) writeNew(name string, content []byte) error {
	if _, err := os.Lstat(name); err == nil {
		return message.Err("file.exists", name)
	}
	if c.dryRun {
		return nil
	}
	f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return message.Err("file.exists", name)
	}
	if err != nil {
		return message.Err("file.unwritable", name).Because(err)
	}
	_, err = f.Write(content)
	if err = errors.Join(err, f.Close()); err != nil {
		os.Remove(name) // half a file
		return message.Err("file.unwritable", name).Because(err)
	}
	return nil
}
