package main

import (
	"context"

	"github.com/spf13/cobra"

	"zhida/cmd/zhida/internal/app"
	"zhida/payroll"
)

func (c *cli) paysheetCommand() *cobra.Command {
	var out string
	cmd := &cobra.Command{Use: "paysheet ID", Short: "印发放表、汇总表、增减变动表和审批表、离任补贴认定表", Args: cobra.ExactArgs(1),
		Long:    "每一页都有批次、封印前 8 位、页码、本页小计和累计、盖章和签字的地方。批次没有审批的，每一页页眉注明不得作为发放依据。\n盖章后的扫描件用 batch attach 登记。",
		Example: "  zhida paysheet 2026-11/1 --out 纸质",
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.onBatch(cmd, args[0], func(ctx context.Context, a *app.App, id payroll.BatchID) error {
				files, err := a.PaySheet(ctx, id, out)
				if err != nil {
					return err
				}
				return c.wrote(files)
			})
		}}
	cmd.Flags().StringVar(&out, "out", ".", "写到哪个文件夹")
	return cmd
}

// writtenFiles are files that a command has written, as JSON prints them.
type writtenFiles struct {
	Files   []string `json:"files"`
	Written bool     `json:"written"` // false of a dry run
}

// wrote names the files that a command has written.
func (c *cli) wrote(files []string) error {
	if c.json {
		return c.printJSON(writtenFiles{append([]string{}, files...), !c.dryRun})
	}
	for _, f := range files {
		c.sayWritten(f)
	}
	return nil
}

func (c *cli) sayWritten(file string) {
	code := "file.written"
	if c.dryRun {
		code = "file.would"
	}
	c.say(code, file)
}
