package main

import (
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"zhida/cmd/zhida/internal/app"
	"zhida/payroll"
	"zhida/rules/message"
)

// demoPart is a file or folder that the demo has made, as JSON prints it.
type demoPart struct {
	File string `json:"file"`
	What string `json:"text"`
}

// demoMade is the JSON of demo.
type demoMade struct {
	Batches    []batchHead `json:"batches"`
	Made       []demoPart  `json:"made"`
	Passphrase string      `json:"passphrase"` // of everybody in the demo
}

func (c *cli) demoCommand() *cobra.Command {
	var out string
	cmd := &cobra.Command{Use: "demo", Short: "样例县两个月：从表格到银行文件、审核工作簿、证据和审计报告，中间有一次更正", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		if c.dryRun {
			return message.Err("cli.no_dry_run")
		}
		var total float64
		var batches []payroll.Batch
		_, err := app.RunDemo(cmd.Context(), out, "", func(s app.DemoStep) {
			total += s.Seconds
			if !c.json {
				fmt.Fprintln(c.errs, c.word("{0} 秒  {1}", fmt.Sprintf("%6.2f", s.Seconds), c.word(s.What)))
			}
			batches = append(batches, s.Batches...)
		})
		if err != nil {
			return err
		}
		made := [][]string{
			{out + "/county/", "县里的表格、政策文件和设置"},
			{out + "/book.db", c.word("账本（口令：{0}）", app.DemoPassphrase)},
			{out + "/bank/", "银行文件、代扣清单、清册，一个批次一个文件夹"},
			{out + "/workbook/", "审核工作簿，一个批次一个"},
			{out + "/evidence/", c.word("十一月的证据，一个批次一个文件夹和一个压缩包：zhida-verify {0}", out+"/evidence/证据_*/")},
			{out + "/report/", "十一月的审计报告，双击就能看"},
		}
		if c.json {
			x := demoMade{headsOf(batches), []demoPart{}, app.DemoPassphrase}
			for _, m := range made {
				x.Made = append(x.Made, demoPart{m[0], m[1]})
			}
			return c.printJSON(x)
		}
		c.batchTable(batches)
		c.table([]string{"文件", "是什么"}, made)
		c.say("demo.done", strconv.FormatFloat(total, 'f', 1, 64))
		return nil
	}}
	cmd.Flags().StringVar(&out, "out", "demo", "写到哪个文件夹（要是空的）")
	return cmd
}
