package main

import (
	"context"

	"github.com/spf13/cobra"

	"zhida/cmd/zhida/internal/app"
	"zhida/payroll"
)

// evidenceWritten is the JSON of evidence.
type evidenceWritten struct {
	Batch    payroll.BatchID `json:"batch"`
	Folder   string          `json:"folder"`
	Zip      string          `json:"zip"`
	Seal     string          `json:"seal"`
	Sum      string          `json:"seal_digest"`
	Root     string          `json:"root"`
	Leaves   int             `json:"leaves"`
	Manifest string          `json:"manifest_sm3"`
}

// archiveWritten is the JSON of archive.
type archiveWritten struct {
	Year     int    `json:"year"`
	Folder   string `json:"folder"`
	Zip      string `json:"zip"`
	Batches  int    `json:"batches"`
	Manifest string `json:"manifest_sm3"`
}

// receiptWritten is the JSON of receipt.
type receiptWritten struct {
	Batch  payroll.BatchID `json:"batch"`
	Person int64           `json:"person"`
	Files  []string        `json:"files"`
	Number int             `json:"leaf"`
	Leaves int             `json:"leaves"`
	Root   string          `json:"root"`
	Sum    string          `json:"seal_digest"`
}

func (c *cli) evidenceCommand() *cobra.Command {
	var out string
	cmd := &cobra.Command{Use: "evidence ID", Short: "写出批次的证据文件夹和压缩包：外人不信我们也能核对，也能重算", Args: cobra.ExactArgs(1),
		Long: `证据里有封签和三人的签名、被封的每一行、全部日志、算这一批所依据的数据和文件、以后的导出和回盘。
格式见 docs/evidence.md；用 zhida-verify 或 OpenSSL 核对，用 zhida rerun --evidence 重算。
文件里有完整的身份证号和银行卡号，只有本人能读（0600），交给别人要按规定办手续。`,
		Example: "  zhida evidence 2026-10/1 --out 证据 --as 张敏\n  zhida rerun --evidence 证据/证据_2026-10-1",
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := payroll.ParseBatchID(args[0])
			if err != nil {
				return err
			}
			return c.acting(cmd, func(ctx context.Context, a *app.App, s *payroll.Session) error {
				if err := c.confirm("confirm.full", out); err != nil {
					return err
				}
				folder, seal, digest, err := a.Evidence(ctx, s, id, out)
				if err != nil {
					return err
				}
				if c.json {
					return c.printJSON(evidenceWritten{id, folder, folder + ".zip", seal.Digest, seal.Sum(), seal.Root, seal.Leaves, digest})
				}
				c.say("evidence.done", id, folder, seal.Sum(), digest)
				return nil
			})
		}}
	cmd.Flags().StringVar(&out, "out", "", "写到哪个文件夹")
	_ = cmd.MarkFlagRequired("out")
	return cmd
}

func (c *cli) archiveCommand() *cobra.Command {
	var out string
	cmd := &cobra.Command{Use: "archive YEAR", Short: "把一年的批次归档成一个包：证据、工作簿和不用程序也能看的目录", Args: cobra.ExactArgs(1),
		Example: "  zhida archive 2026 --out 档案 --as 张敏",
		RunE: func(cmd *cobra.Command, args []string) error {
			year, err := app.ParseYear(args[0])
			if err != nil {
				return err
			}
			return c.acting(cmd, func(ctx context.Context, a *app.App, s *payroll.Session) error {
				if err := c.confirm("confirm.full", out); err != nil {
					return err
				}
				folder, digest, list, err := a.Archive(ctx, s, year, out)
				if err != nil {
					return err
				}
				if c.json {
					return c.printJSON(archiveWritten{year, folder, folder + ".zip", len(list), digest})
				}
				c.say("archive.done", year, len(list), folder, digest)
				return nil
			})
		}}
	cmd.Flags().StringVar(&out, "out", "", "写到哪个文件夹")
	_ = cmd.MarkFlagRequired("out")
	return cmd
}

func (c *cli) receiptCommand() *cobra.Command {
	var out string
	cmd := &cobra.Command{Use: "receipt PERSON ID", Short: "印一个人的回执：证明本人这一行在封签之下，看不到别人的", Args: cobra.ExactArgs(2),
		Long:    "一页 A4 网页和一个同样内容的文本。页上的码装着全部证明，用 zhida-verify --receipt 核对；里面有本人的明细和说明，像工资条一样交给本人。",
		Example: "  zhida receipt 罗永福 2026-11/1 --out 回执",
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.onBatch(cmd, args[1], func(ctx context.Context, a *app.App, id payroll.BatchID) error {
				p, err := a.Person(ctx, args[0])
				if err != nil {
					return err
				}
				r, files, err := a.Receipt(ctx, id, p.Person, out)
				if err != nil {
					return err
				}
				if c.json {
					return c.printJSON(receiptWritten{id, p.Person, files, r.Number, r.Seal.Leaves, r.Seal.Root, r.Seal.Sum()})
				}
				return c.wrote(files)
			})
		}}
	cmd.Flags().StringVar(&out, "out", ".", "写到哪个文件夹")
	return cmd
}

// rerunEvidence computes a batch again from its evidence alone; it needs no book.
func (c *cli) rerunEvidence(cmd *cobra.Command, folder string) error {
	r, err := app.RerunEvidence(cmd.Context(), folder)
	if err != nil {
		return err
	}
	if c.json {
		return c.printJSON(r)
	}
	if r.Erased > 0 {
		c.say("evidence.same_but", r.Batch, r.Erased, r.Files)
		return nil
	}
	c.say("evidence.same", r.Batch, r.Files, r.Digest)
	return nil
}
