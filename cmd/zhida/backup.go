package main

import (
	"errors"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"zhida/cmd/zhida/internal/app"
	"zhida/rules/calendar"
	"zhida/rules/message"
)

func (c *cli) backupCommand() *cobra.Command {
	var out string
	cmd := &cobra.Command{Use: "backup", Short: "备份账本：别人照常办理；写成一个账本文件，查过才算", Args: cobra.NoArgs,
		Long: `备份总是一个账本文件，账本在 PostgreSQL 里也一样，所以在哪里都能恢复。备份的是同一时刻的账本，逐行读回对照，再对照签了名的日志（fsck）；
旁边的 .json 记着摘要、日志到哪一条、程序和表结构的版本：没有它的不是备份。文件只有自己能读。
账本本身有问题时备份照样留下，以 7 结束。`,
		Example: "  zhida backup --out /media/u盘/备份\n  zhida backup --out 年终.db",
		RunE: func(cmd *cobra.Command, _ []string) error {
			now, err := c.clock()
			if err != nil {
				return err
			}
			file, b, err := app.BackUp(cmd.Context(), c.book, now, out, c.dryRun)
			if err != nil && message.Code(err) != "backup.faults" {
				return err
			}
			if c.json {
				return errors.Join(c.printJSON(b), err)
			}
			if c.dryRun {
				c.say("backup.would", b.Rows, b.Position)
				return err
			}
			c.say("backup.done", file, b.Position, moment(b.Last), b.Rows, b.SM3)
			if b.Checked == "rows" {
				c.say("backup.rows_only", b.Schema)
			}
			return err
		}}
	cmd.Flags().StringVar(&out, "out", "", "写成哪个 .db 文件，或者写进哪个文件夹、名字按时间起")
	_ = cmd.MarkFlagRequired("out")
	return cmd
}

// moment is a time as screens print it.
func moment(t time.Time) string { return t.In(calendar.China).Format(time.DateTime) }

func (c *cli) restoreCommand() *cobra.Command {
	var against string
	var folders []string
	cmd := &cobra.Command{Use: "restore FILE", Short: "从备份恢复成一本新账本，说出到哪一条、会丢什么", Args: cobra.ExactArgs(1),
		Long: `逐字节核对备份，逐行写进新账本（文件或 PostgreSQL），再逐行、逐批检查；有一处不对就不恢复。从不覆盖已有的账本。
--against 给出被替换的旧账本（还读得出来的话），--evidence 给出以前交出去的证据文件夹：备份以后还办过什么，列得出来。
已经付了款、备份里没有的批次，恢复以后再算还会再付：先看清楚，再办理。--dry-run 只看，不恢复。`,
		Example: "  zhida restore 备份_430725_2026-11-26_010000.db --book 新.db --against 旧.db --evidence 证据/证据_2026-11-1 --dry-run",
		RunE: func(cmd *cobra.Command, args []string) error {
			if !cmd.Flags().Changed("book") {
				return message.Err("restore.book")
			}
			r, err := app.Restore(cmd.Context(), args[0], c.book, against, folders, c.dryRun)
			if err != nil {
				return err
			}
			return c.restored(r)
		}}
	cmd.Flags().StringVar(&against, "against", "", "被替换的旧账本")
	cmd.Flags().StringArrayVar(&folders, "evidence", nil, "证据文件夹，可以写几次")
	return cmd
}

// lostStep is something that happened in the old book after the backup, as JSON prints it.
type lostStep struct {
	Position int64     `json:"position"`
	Time     time.Time `json:"time"`
	Actor    string    `json:"actor"`
	Text     string    `json:"text"`
	Batches  []string  `json:"batches"`
}

// evidenceAt is an evidence folder and the journal position up to which it goes, as JSON prints it.
type evidenceAt struct {
	Folder   string `json:"folder"`
	Position int64  `json:"position"`
}

// restoredBook is the JSON of restore.
type restoredBook struct {
	Book     string       `json:"book"`
	Restored bool         `json:"restored"` // false of a dry run
	Position int64        `json:"position"`
	Last     time.Time    `json:"last"`
	Schema   int64        `json:"schema"`
	Events   int          `json:"events"`
	Batches  int          `json:"batches"`
	Lost     []lostStep   `json:"lost"`
	Other    bool         `json:"other_book"` // the old book went another way than the backup
	Unread   *told        `json:"unread,omitempty"`
	Later    []evidenceAt `json:"evidence_later"`
}

// restored says how far a restored book goes and what it lacks.
func (c *cli) restored(r app.Restored) error {
	if c.json {
		out := restoredBook{Book: app.ShownBook(c.book), Restored: !c.dryRun, Position: r.Backup.Position, Last: r.Backup.Last, Schema: r.Schema, Events: r.Events, Batches: r.Batches,
			Lost: []lostStep{}, Other: r.Apart, Later: []evidenceAt{}}
		for _, x := range r.Against {
			out.Lost = append(out.Lost, lostStep{x.Position, x.Time, x.Actor, x.What, texts(x.Batches)})
		}
		for _, x := range r.Missing {
			out.Later = append(out.Later, evidenceAt{x.Folder, x.Position})
		}
		if r.Unread != nil {
			x := c.told(app.MessageOf(r.Unread))
			out.Unread = &x
		}
		return c.printJSON(out)
	}
	if c.dryRun {
		c.say("restore.would", c.book, r.Backup.Position, moment(r.Backup.Last), r.Batches)
	} else {
		c.say("restore.done", c.book, r.Backup.Position, moment(r.Backup.Last), r.Batches)
	}
	switch {
	case r.Unread != nil:
		c.say("restore.unread", app.MessageOf(r.Unread).Text(c.language()))
	case r.Apart:
		c.say("restore.apart", r.Backup.Position)
	}
	if len(r.Against) > 0 {
		c.say("restore.lost", len(r.Against))
		var rows [][]string
		for _, x := range r.Against {
			rows = append(rows, []string{c.positionText(x.Position), moment(x.Time), x.Actor, x.What, strings.Join(texts(x.Batches), "、")})
		}
		c.table([]string{"日志", "时间", "谁", "办了什么", "批次"}, rows)
	}
	for _, x := range r.Missing {
		c.say("restore.missing", x.Folder, x.Position)
	}
	return nil
}

// texts prints each.
func texts[T interface{ String() string }](list []T) []string {
	words := make([]string, len(list))
	for i, x := range list {
		words[i] = x.String()
	}
	return words
}

// movedBook is the JSON of move.
type movedBook struct {
	Book     string `json:"book"`
	Moved    bool   `json:"moved"` // false of a dry run
	Position int64  `json:"position"`
	Head     string `json:"head"`
	Rows     int    `json:"rows"`
	Digest   string `json:"rows_sm3"`
	Batches  int    `json:"batches"`
}

func (c *cli) moveCommand() *cobra.Command {
	var to string
	cmd := &cobra.Command{Use: "move", Short: "把账本搬到另一个数据库：文件到 PostgreSQL，或者搬回来", Args: cobra.NoArgs,
		Long: `逐行搬，逐行读回对照，再逐行、逐批检查，都对了新账本才有名字；搬的时候别人不能写。搬完旧账本不再收任何东西。
中途断了，旧账本还是旧账本，再搬一次就行。目标里已有这个县的账本就拒绝。`,
		Example: "  zhida move --book 桃源.db --to 'postgres://zhida@db/pay'\n  zhida move --book 'postgres://zhida@db/pay?county=430725' --to 桃源.db",
		RunE: func(cmd *cobra.Command, _ []string) error {
			m, err := app.Move(cmd.Context(), c.book, to, c.dryRun)
			if err != nil {
				return err
			}
			if c.json {
				return c.printJSON(movedBook{app.ShownBook(to), !c.dryRun, m.Copied.Head.Position, m.Copied.Head.Digest, m.Copied.Rows, m.Copied.Digest, m.Batches})
			}
			if c.dryRun {
				c.say("move.would", app.ShownBook(to), m.Copied.Rows, m.Copied.Head.Position)
				return nil
			}
			c.say("move.done", app.ShownBook(to), m.Copied.Rows, m.Copied.Head.Position, m.Copied.Digest)
			return nil
		}}
	cmd.Flags().StringVar(&to, "to", "", "搬到哪里：文件或 postgres://…")
	_ = cmd.MarkFlagRequired("to")
	return cmd
}

// upgradedBook is the JSON of upgrade.
type upgradedBook struct {
	From   int64  `json:"schema_before"`
	To     int64  `json:"schema"`
	Backup string `json:"backup"` // "" when there was nothing to do
}

func (c *cli) upgradeCommand() *cobra.Command {
	var out string
	cmd := &cobra.Command{Use: "upgrade", Short: "把较早程序的账本升级到本程序的表结构，升级前先备份", Args: cobra.NoArgs,
		Long:    "文件账本的备份写在它旁边，或者 --out 指定的文件夹；PostgreSQL 的要用 --out 说写到哪里。办理业务的命令遇到较早的文件账本会先这样升级，只看的命令从不升级。",
		Example: "  zhida upgrade\n  zhida upgrade --book 'postgres://zhida@db/pay' --out /var/backups/zhida",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if c.dryRun {
				return message.Err("cli.no_dry_run")
			}
			now, err := c.clock()
			if err != nil {
				return err
			}
			u, err := app.Upgrade(cmd.Context(), c.book, now, out)
			if err != nil {
				return err
			}
			if c.json {
				return c.printJSON(upgradedBook{u.From, u.To, u.Backup})
			}
			if u.Backup == "" {
				c.say("upgrade.nothing", u.To)
				return nil
			}
			c.say("upgrade.done", u.From, u.To, u.Backup)
			return nil
		}}
	cmd.Flags().StringVar(&out, "out", "", "备份写进哪个文件夹")
	return cmd
}
