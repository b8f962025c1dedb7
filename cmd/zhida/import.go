package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	terminal "golang.org/x/term"

	"zhida/cmd/zhida/internal/app"
	"zhida/cmd/zhida/internal/term"
	"zhida/importers"
	"zhida/payroll"
	"zhida/rules/message"
)

func (c *cli) importCommand() *cobra.Command {
	var o app.ImportOptions
	var from, batch, confirm string
	var said []string
	var back app.ReturnOptions
	cmd := &cobra.Command{
		Use: "import KIND FILE…", Short: "导入表格：" + strings.Join(importers.Kinds(), " ") + "，或银行回盘：returns", Args: cobra.MinimumNArgs(2),
		Long: "表格可以是 .xlsx、.csv；装了 LibreOffice 的，.xls 和 .et 也行，转换后要核对行数和合计。\n" +
			"有问题的行逐格列出，整个文件不入账，并在原文件旁边写一份标好问题的工作簿：改好后直接导入那一份。\n" +
			"--accept-good 只收没有问题的行，并记入日志。同一个文件再导一次什么也不变。\n给定金额（amounts）和已发金额（paid）由另一人确认后才入账。",
		Example: "  zhida import roster 村干部花名册.xlsx --as 张敏\n  zhida import days 07-考勤/2026-11/*.xlsx --as 张敏\n  zhida import amounts 工资表.xlsx --map 岗位津贴=基本工资 --map 上月=不读 --as 张敏",
		RunE: func(cmd *cobra.Command, args []string) error {
			if from != "" {
				d, err := app.ParseDate(from)
				if err != nil {
					return err
				}
				o.From = d
			}
			o.Confirm.Ask = c.asker()
			if confirm != "" {
				control, err := app.ParseConfirm(confirm)
				if err != nil {
					return err
				}
				o.Confirm.Given, o.Confirm.Control = true, control
			}
			if args[0] == "returns" {
				back.Confirm = o.Confirm
				return c.importReturns(cmd, args[1:], back, batch)
			}
			var err error
			if o.Map, err = saidAs(said); err != nil {
				return err
			}
			return c.acting(cmd, func(ctx context.Context, a *app.App, s *payroll.Session) error {
				return c.importAll(ctx, a, s, args[0], args[1:], o)
			})
		},
	}
	f := cmd.Flags()
	f.StringArrayVar(&o.Sheets, "sheet", nil, "工作表名，可以写几次；“全部”是所有这种表；不写就是唯一的那一张")
	f.StringArrayVar(&said, "map", nil, "列名=栏目名，写明认不出来的列是什么，不用的写 列名=不读；记在账本里，标题相同的表以后照此读")
	f.StringVar(&confirm, "confirm", "", "行数,合计：与读到的不一样就不导入；.xls 和 .et 必须写，或者在终端上核对")
	f.StringVar(&o.Answer, "answer", "", "标好问题的工作簿写到哪里；不写就在原文件旁边")
	f.StringVar(&o.Account, "account", "", "对账单：是哪个账号的；设置里只有一个专户的不用写")
	f.StringVar(&from, "from", "", "表里没有“生效日期”时，从哪一天起算")
	f.StringVar(&back.Bank, "bank", "", "回盘：哪家银行的（代码）；不写就按设置里各银行的回盘版式认")
	f.StringVar(&back.Layout, "layout", "", "回盘：按哪个版式读")
	f.StringVar(&batch, "batch", "", "回盘：只答复这个批次；里面有别的批次就拒绝")
	f.BoolVar(&o.AcceptGood, "accept-good", false, "只收没有问题的行")
	return cmd
}

// importAll imports files of a kind. One with problems keeps none of the others out: what is
// wrong with it is said in its turn, and how many there are at the end.
func (c *cli) importAll(ctx context.Context, a *app.App, s *payroll.Session, kind string, files []string, o app.ImportOptions) error {
	wrong := 0
	goOn := func(err error) error {
		var rows *message.Error
		if len(files) == 1 || !errors.As(err, &rows) || rows.Exit() != message.ExitRows {
			return err
		}
		wrong++
		c.note(rows.Message)
		return nil
	}
	err := a.Import(ctx, s, kind, files, o,
		func(r app.Imported) error { return goOn(c.imported(r)) },
		func(_ string, err error) error {
			var e *app.Answered
			if errors.As(err, &e) {
				return goOn(c.answered(e))
			}
			return err
		})
	if err == nil && wrong == len(files) && wrong > 0 {
		return message.Err("import.files_all_wrong", wrong)
	}
	if err == nil && wrong > 0 {
		return message.Err("import.files_wrong", wrong, len(files))
	}
	return err
}

// saidAs reads the values of --map.
func saidAs(list []string) (map[string]string, error) {
	said := map[string]string{}
	for _, x := range list {
		at := strings.LastIndexByte(x, '=')
		if at < 1 || at == len(x)-1 {
			return nil, message.Err("import.map_form", x)
		}
		said[x[:at]] = x[at+1:]
	}
	return said, nil
}

// asker asks on the terminal whether a converted file was understood; nil where there is none.
func (c *cli) asker() func(string, app.Control) bool {
	if c.in == nil || !terminal.IsTerminal(int(c.in.Fd())) {
		return nil
	}
	return func(file string, found app.Control) bool {
		return c.saysYes(message.M("import.ask_confirm", file, found.Rows, found.Total))
	}
}

// refusedFile is a file that was not imported, as JSON prints it.
type refusedFile struct {
	Kind     string    `json:"kind"`
	Problems []problem `json:"problems"`
	Idle     []problem `json:"idle"`
	Answer   string    `json:"answer"` // "" when there is no marked workbook
	Notes    []told    `json:"notes"`
}

// answered shows the problems of a file that was refused, and where its marked workbook is.
func (c *cli) answered(e *app.Answered) error {
	if c.json {
		fmt.Fprintln(c.out, jsonText(refusedFile{e.Kind, c.problemList(e.Problems), c.problemList(e.Idle), e.File, c.toldAll(e.Notes)}))
	} else {
		c.problemTable(e.Problems)
		c.listed(e.Idle, "import.more_idle")
		for _, m := range e.Notes {
			c.note(m)
		}
	}
	if e.File == "" {
		return message.Err("import.refused", len(e.Problems))
	}
	return message.Err("import.answered", len(e.Problems), e.File)
}

func (c *cli) problemList(list message.Problems) []problem {
	out := make([]problem, len(list))
	for i, p := range list {
		out[i] = problemOf(p, c.language())
	}
	return out
}

// onScreen is how many problems a screen shows; the workbook and --json have all.
const onScreen = 50

func (c *cli) problemTable(list message.Problems) {
	words := map[message.Lang][]string{message.Chinese: {"位置", "问题", "怎么改"}, message.English: {"where", "what is wrong", "what to do"}}
	var rows [][]string
	for _, p := range list[:min(onScreen, len(list))] {
		where := strings.TrimSpace(p.Sheet + " " + p.Cell)
		if p.Sheet == "" {
			where = strings.TrimSpace(p.File + " " + p.Cell)
		}
		rows = append(rows, []string{where, p.Text(c.language()), p.Hint(c.language()) + coded(p.Code, c.language())})
	}
	term.Table(c.errs, words[c.language()], rows)
	if len(list) > onScreen {
		c.note(message.M("import.more_problems", len(list)-onScreen))
	}
}

// importedFile is a file that was imported, as JSON prints it.
type importedFile struct {
	Kind      string    `json:"kind"`
	File      string    `json:"file"`
	Digest    string    `json:"digest"`
	Rows      int       `json:"rows"`
	Added     int       `json:"added"`
	Ended     int       `json:"ended"`
	Refused   int       `json:"refused"`
	Absent    int       `json:"absent"`
	Unchanged bool      `json:"unchanged"`
	Position  int64     `json:"position"`
	Proposal  int64     `json:"proposal"`
	Problems  []problem `json:"problems"` // of the rows left out
	Asks      []problem `json:"asks"`     // rows that were taken in and that somebody should look at
	Idle      []problem `json:"idle"`     // rows that are right and change no money
	Answer    string    `json:"answer"`
	Notes     []told    `json:"notes"`
}

// imported shows what a file brought. Rows that were left out make the exit code 3.
func (c *cli) imported(r app.Imported) error {
	var left error
	if len(r.Problems) > 0 {
		left = message.Err("import.left_out", r.Refused)
	}
	if c.json {
		fmt.Fprintln(c.out, jsonText(importedFile{r.Kind, r.File, r.Digest, r.Rows, r.Added, r.Ended, r.Refused, r.Absent, r.Unchanged, r.Position, r.Proposal,
			c.problemList(r.Problems), c.problemList(r.Asks), c.problemList(r.Idle), r.Answer, c.toldAll(r.Notes)}))
		return left
	}
	switch {
	case r.Unchanged:
		c.say("import.unchanged", r.File, r.Rows)
	case c.dryRun:
		c.say("import.dry_run", r.File, r.Rows, r.Added, r.Ended)
	case r.Proposal != 0:
		c.say("import.proposed", r.File, r.Rows, r.Proposal)
	default:
		c.say("import.done", r.File, r.Rows, r.Added, r.Ended, r.Position)
	}
	c.listed(r.Asks, "import.more_asks")
	c.listed(r.Idle, "import.more_idle")
	for _, m := range r.Notes {
		c.note(m)
	}
	if r.Absent > 0 {
		c.say("import.absent", r.Absent)
	}
	if left == nil {
		return nil
	}
	c.problemTable(r.Problems)
	if r.Answer != "" {
		c.note(message.M("import.answer", r.Answer))
	}
	return left
}

// listed shows rows that are right and that somebody has to look at, and by the code of more how many others there are.
func (c *cli) listed(list []message.Problem, more string) {
	for _, x := range list[:min(onScreen, len(list))] {
		fmt.Fprintln(c.errs, problemOf(x, c.language()).said(c.language()))
	}
	if len(list) > onScreen {
		c.note(message.M(more, len(list)-onScreen))
	}
}

func (c *cli) importReturns(cmd *cobra.Command, files []string, o app.ReturnOptions, batch string) error {
	if batch != "" {
		id, err := payroll.ParseBatchID(batch)
		if err != nil {
			return err
		}
		o.Batch = id
	}
	return c.acting(cmd, func(ctx context.Context, a *app.App, s *payroll.Session) error {
		var kept error
		for _, file := range files {
			r, err := a.Returns(ctx, s, file, o)
			if err != nil {
				return err
			}
			if err := c.returned(filepath.Base(file), r); err != nil {
				kept = err
			}
		}
		return kept
	})
}
