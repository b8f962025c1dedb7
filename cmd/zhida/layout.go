package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"zhida/cmd/zhida/internal/app"
	"zhida/exporters/bankfile"
	"zhida/payroll/banklayout"
	"zhida/rules/calendar"
	"zhida/rules/message"
	"zhida/rules/money"
)

func (c *cli) layoutCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "layout", Short: "银行文件版式：看、查、试"}
	show := &cobra.Command{Use: "show CODE", Short: "显示一个版式的 YAML，可以存下来改", Args: cobra.ExactArgs(1), RunE: func(_ *cobra.Command, args []string) error {
		text, err := banklayout.PresetText(args[0])
		if err != nil {
			return err
		}
		return c.printText(string(text))
	}}
	check := &cobra.Command{Use: "check FILE…", Short: "检查县里自己的版式", Args: cobra.MinimumNArgs(1), RunE: func(_ *cobra.Command, args []string) error {
		for _, file := range args {
			if _, err := layoutOf(file); err != nil {
				return err
			}
		}
		if c.json {
			return c.printJSON(cleanFiles{len(args), []problem{}})
		}
		c.say("policy.clean", len(args))
		return nil
	}}
	cmd.AddCommand(c.layoutList(), show, check, c.layoutTry())
	return cmd
}

// listed is one layout of the list.
type listed struct {
	Code      string `json:"code"`
	Name      string `json:"name"`
	Container string `json:"container"`
	Encoding  string `json:"encoding"`
	File      string `json:"file"`
	Return    bool   `json:"return"` // describes the bank's answer
}

func (c *cli) layoutList() *cobra.Command {
	return &cobra.Command{Use: "list", Short: "列出自带的版式", Args: cobra.NoArgs, RunE: func(_ *cobra.Command, _ []string) error {
		list, rows := []listed{}, [][]string{}
		for _, l := range banklayout.Presets() {
			x := listed{l.Code, l.Name, l.Container, l.Encoding, l.File, l.Return != nil}
			list = append(list, x)
			rows = append(rows, []string{x.Code, x.Name, x.Container, x.Encoding, x.File, map[bool]string{true: "有"}[x.Return]})
		}
		if c.json {
			return c.printJSON(list)
		}
		c.table([]string{"代码", "名称", "形式", "编码", "文件名", "回盘"}, rows)
		return nil
	}}
}

// layoutOf finds a preset by its code, or reads a file.
func layoutOf(name string) (*banklayout.Layout, error) {
	if l, err := banklayout.Preset(name); err == nil {
		return l, nil
	}
	text, err := app.LayoutText(name)
	if err != nil {
		return nil, err
	}
	return banklayout.Read(name, text)
}

func (c *cli) layoutTry() *cobra.Command {
	var rows int
	var out string
	cmd := &cobra.Command{
		Use: "try CODE|FILE", Short: "用编造的人写一份样子，看银行会看到什么", Args: cobra.ExactArgs(1),
		Long:    "写好后读回来比对，再按栏排开。括号里是这一栏在银行编码里占的宽度。样子里的人和账号都是编造的。",
		Example: "  zhida layout try icbc-bpt\n  zhida layout try 我的版式.yaml --rows 10 --out 试写",
		RunE: func(cmd *cobra.Command, args []string) error {
			if rows < 1 || rows > 1000 {
				return message.Err("cli.flag_value", "--rows", rows, cmd.CommandPath(), "1 至 1000")
			}
			l, err := layoutOf(args[0])
			if err != nil {
				return err
			}
			today, err := c.today()
			if err != nil {
				return err
			}
			t, err := app.TryLayout(l, today, rows)
			if err != nil {
				return err
			}
			if out != "" && !c.dryRun {
				if err := t.Save(out); err != nil {
					return err
				}
			}
			if c.json {
				return c.printJSON(t)
			}
			c.showTried(t)
			if out != "" {
				c.sayWritten(t.File)
			}
			return nil
		},
	}
	cmd.Flags().IntVar(&rows, "rows", 5, "写几笔")
	cmd.Flags().StringVar(&out, "out", "", "把这份样子存到哪个文件夹")
	return cmd
}

// today is the day of the clock, which a rehearsal may bring itself.
func (c *cli) today() (calendar.Date, error) {
	now, err := c.clock()
	if err != nil {
		return 0, err
	}
	if now == nil {
		now = time.Now
	}
	return calendar.DateIn(now(), calendar.China), nil
}

var sections = map[string]string{"header": "首行", "cells": "格子", "titles": "标题", "trailer": "尾行"}

// showTried prints a sample: each line around the payments by itself, the payments as a table.
func (c *cli) showTried(t *app.Tried) {
	c.say("layout.tried", t.Name, t.Layout, t.File, t.Encoding, t.Count, money.Fen(t.Total).Grouped(), t.Bytes)
	var details []bankfile.Shown
	var headings []string
	flush := func() {
		var rows [][]string
		for _, x := range details {
			headings = headings[:0]
			row := []string{}
			for i, cell := range x.Cells {
				headings = append(headings, strconv.Itoa(i+1)+" "+cell.Name)
				row = append(row, shownCell(cell))
			}
			rows = append(rows, row)
		}
		if details != nil {
			c.table(headings, rows)
		}
		details = nil
	}
	for _, x := range t.Lines {
		if x.Section == "detail" {
			details = append(details, x)
			continue
		}
		flush()
		fmt.Fprint(c.out, c.word("{0} {1}：", c.word(sections[x.Section]), x.Line))
		var cells []string
		for _, cell := range x.Cells {
			name := cell.Name
			if cell.At != "" {
				name = strings.TrimSpace(cell.At + " " + cell.Name)
			}
			if name != "" {
				name += "="
			}
			cells = append(cells, name+shownCell(cell))
		}
		separator := "  "
		if t.Container == "xml" {
			separator = "\n    "
			fmt.Fprint(c.out, separator)
		}
		fmt.Fprintln(c.out, strings.Join(cells, separator))
	}
	flush()
}

// shownCell is a text with its width, or a mark for nothing.
func shownCell(x bankfile.ShownCell) string {
	if x.Text == "" && x.Width == 0 {
		return "—"
	}
	return strings.TrimSpace(x.Text) + " (" + strconv.Itoa(x.Width) + ")"
}
