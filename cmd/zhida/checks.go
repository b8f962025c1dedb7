package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"zhida/cmd/zhida/internal/app"
	"zhida/cmd/zhida/internal/term"
	"zhida/payroll"
	"zhida/payroll/checks"
	"zhida/rules/calendar"
	"zhida/rules/message"
	"zhida/rules/money"
)

func (c *cli) checksCommand() *cobra.Command {
	var from, to string
	cmd := &cobra.Command{Use: "checks", Short: "一段时间里全部批次的审核事项，和跨月才看得出来的事项", Args: cobra.NoArgs,
		Long:    "每个批次按现在知道的重查一遍（提交那一天的口径、现在的登记），提交时相同的事项带上答复；再查跨月的事项。缺登记的写“没有查”。有停止事项没有答复的，退出码 7。",
		Example: "  zhida checks --from 2026-01 --to 2026-11",
		RunE: func(cmd *cobra.Command, _ []string) error {
			first, last, err := app.ParseMonths(from, to)
			if err != nil {
				return err
			}
			if last < first {
				return message.Err("audit.months", first, last)
			}
			return c.with(cmd, func(ctx context.Context, a *app.App) error {
				return c.period(ctx, a, first, last)
			})
		}}
	cmd.Flags().StringVar(&from, "from", "", "第一个月")
	cmd.Flags().StringVar(&to, "to", "", "最后一个月")
	for _, name := range []string{"from", "to"} {
		_ = cmd.MarkFlagRequired(name)
	}
	cmd.AddCommand(&cobra.Command{Use: "list", Short: "列出全部检查：代码、轻重、要有的登记、参数", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error { return c.checkList() }})
	return cmd
}

// checkRow is a check as JSON prints it.
type checkRow struct {
	Code     string          `json:"code"`
	Name     string          `json:"name"`
	Severity checks.Severity `json:"severity"`
	Softer   bool            `json:"some_review,omitempty"`
	Looks    string          `json:"looks"`
	Spares   string          `json:"spares"`
	Needs    []string        `json:"needs"`
	Uses     []string        `json:"uses"`
	Params   []checks.Param  `json:"parameters"`
}

func (c *cli) checkList() error {
	list := []checkRow{}
	params := map[string]checks.Param{}
	for _, p := range checks.Params() {
		params[p.Name] = p
	}
	for _, x := range checks.List() {
		row := checkRow{Code: x.Code, Name: x.Name, Severity: x.Severity, Softer: x.Softer, Looks: x.Looks, Spares: x.Spares, Needs: sourcesChinese(x.Needs), Uses: sourcesChinese(x.Uses), Params: []checks.Param{}}
		for _, name := range x.Params {
			row.Params = append(row.Params, params[name])
		}
		list = append(list, row)
	}
	if c.json {
		return c.printJSON(list)
	}
	rows := [][]string{}
	for _, x := range list {
		var set []string
		for _, p := range x.Params {
			set = append(set, p.Name+"="+c.said(p.Default))
		}
		severity := x.Severity.Chinese()
		if x.Softer {
			severity += "/" + checks.Review.Chinese()
		}
		rows = append(rows, []string{x.Code, x.Name, severity, strings.Join(x.Needs, "、"), strings.Join(x.Uses, "、"), strings.Join(set, " ")})
	}
	c.table([]string{"代码", "检查", "轻重", "要有", "有了查得更多", "参数（默认）"}, rows)
	return nil
}

func sourcesChinese(list []checks.Source) []string {
	out := []string{}
	for _, s := range list {
		out = append(out, s.Chinese())
	}
	return out
}

// findingRow is a finding as JSON prints it.
type findingRow struct {
	Seq        int             `json:"seq"`
	Check      string          `json:"check"`
	Severity   checks.Severity `json:"severity"`
	Code       string          `json:"code"`
	Place      string          `json:"place"`
	Person     int64           `json:"person"`
	Name       string          `json:"name"`
	Item       string          `json:"item"`
	Month      calendar.Month  `json:"month,omitzero"`
	Fen        money.Fen       `json:"fen"`
	Document   string          `json:"document"`
	Text       string          `json:"text"`
	Rows       []string        `json:"rows"`
	Answer     string          `json:"answer,omitempty"`
	Paper      string          `json:"answer_document,omitempty"`
	AnsweredBy string          `json:"answered_by,omitempty"`
	AnsweredAt int64           `json:"answered_at,omitempty"`
}

func findingsOf(list []payroll.CheckFinding, lang message.Lang) []findingRow {
	rows := make([]findingRow, 0, len(list))
	for i := range list {
		x := &list[i]
		rows = append(rows, findingRow{Seq: x.Seq, Check: x.Check, Severity: x.Severity, Code: x.Message.Code, Place: x.Place, Person: x.Person, Name: x.Name, Item: x.Item, Month: x.Month, Fen: x.Fen, Document: x.Document,
			Text: x.Message.Text(lang), Rows: append([]string{}, x.Rows...), Answer: x.Answer, Paper: x.Paper, AnsweredBy: x.AnsweredBy, AnsweredAt: x.AnsweredAt})
	}
	return rows
}

// checking is what the checks found, as JSON prints it.
type checking struct {
	Batch      payroll.BatchID `json:"batch,omitzero"` // none of a period
	Day        calendar.Date   `json:"day"`
	Stop       int             `json:"stop"`
	OpenStop   int             `json:"open_stop"`
	Review     int             `json:"review"`
	OpenReview int             `json:"open_review"`
	Findings   []findingRow    `json:"findings"`
	Checks     []checks.State  `json:"checks"`
}

// checkedPeriod is the JSON of checks over a period.
type checkedPeriod struct {
	From    calendar.Month `json:"from"`
	To      calendar.Month `json:"to"`
	Batches []checking     `json:"batches"`
	Period  checking       `json:"period"`
}

func checkingOf(x *payroll.Checking, lang message.Lang) checking {
	stop, openStop := x.Count(checks.Stop)
	review, openReview := x.Count(checks.Review)
	return checking{x.Batch, x.Day, stop, openStop, review, openReview, findingsOf(x.Findings, lang), append([]checks.State{}, x.States...)}
}

// batchFindings shows what the checks found in a batch. Error: finding.stop_open.
func (c *cli) batchFindings(ctx context.Context, a *app.App, id payroll.BatchID) error {
	x, err := a.Checking(ctx, id)
	if err != nil {
		return err
	}
	if c.json {
		return errors.Join(c.printJSON(checkingOf(&x, c.language())), stopOpen(id, &x))
	}
	c.checking(c.out, &x)
	return stopOpen(id, &x)
}

// allFindings shows what the checks found in several batches; JSON is one list. Error:
// finding.stop_open for the first that has one, which ends the list.
func (c *cli) allFindings(ctx context.Context, a *app.App, ids []payroll.BatchID) error {
	out := []checking{}
	var open error
	for _, id := range ids {
		x, err := a.Checking(ctx, id)
		if err != nil {
			return err
		}
		out = append(out, checkingOf(&x, c.language()))
		if !c.json {
			c.checking(c.out, &x)
		}
		if open = stopOpen(id, &x); open != nil {
			break
		}
	}
	if c.json {
		return errors.Join(c.printJSON(out), open)
	}
	return open
}

func stopOpen(id payroll.BatchID, x *payroll.Checking) error {
	if _, open := x.Count(checks.Stop); open > 0 {
		return message.Err("finding.stop_open", id, open)
	}
	return nil
}

// checking prints findings as a table, what was not run, and the counts.
func (c *cli) checking(out io.Writer, x *payroll.Checking) {
	say := func(code string, args ...any) {
		fmt.Fprintln(out, term.Clean(message.M(code, args...).Text(c.language())))
	}
	rows := [][]string{}
	for i := range x.Findings {
		f := &x.Findings[i]
		answer := "—"
		if !f.Open() {
			answer = strings.TrimSpace(f.Answer+" "+f.Paper) + "（" + f.AnsweredBy + "）"
		}
		rows = append(rows, []string{strconv.Itoa(f.Seq), f.Severity.Chinese(), f.Check, f.Message.Text(c.language()), answer})
	}
	if len(rows) > 0 {
		c.tableOn(out, []string{"序号", "轻重", "检查", "事项", "答复"}, rows, 1)
	}
	for _, s := range x.States {
		check, _ := checks.Find(s.Check)
		switch {
		case !s.Ran:
			say("finding.not_run", check.Name+"（"+s.Check+"）", strings.Join(sourcesChinese(s.Lacking), "、"))
		case s.AsOf != 0:
			say("finding.with_register", check.Name+"（"+s.Check+"）", s.AsOf)
		}
	}
	stop, openStop := x.Count(checks.Stop)
	review, openReview := x.Count(checks.Review)
	say("finding.summary", stop, openStop, review, openReview)
}

// period prints each batch as it is done, since a period may be long; JSON is one document.
// Error: finding.period_stop.
func (c *cli) period(ctx context.Context, a *app.App, from, to calendar.Month) error {
	open, n := 0, 0
	batches := []checking{}
	whole, err := a.CheckPeriod(ctx, from, to, func(x payroll.Checking) error {
		_, stops := x.Count(checks.Stop)
		open += stops
		n++
		if c.json {
			batches = append(batches, checkingOf(&x, c.language()))
			return nil
		}
		fmt.Fprintln(c.out, x.Batch)
		c.checking(c.out, &x)
		return nil
	})
	if err != nil {
		return err
	}
	if c.json {
		if err := c.printJSON(checkedPeriod{from, to, batches, checkingOf(&whole, c.language())}); err != nil {
			return err
		}
	} else {
		c.say("finding.period", from, to, n)
		c.checking(c.out, &whole)
	}
	if stops, _ := whole.Count(checks.Stop); open+stops > 0 {
		return message.Err("finding.period_stop", open, stops)
	}
	return nil
}
