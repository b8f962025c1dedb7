package main

import (
	"context"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"zhida/cmd/zhida/internal/app"
	"zhida/cmd/zhida/internal/term"
	"zhida/payroll"
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/message"
)

// proposalRow is something that waits for somebody, as JSON prints it.
type proposalRow struct {
	Position int64          `json:"position"`
	Kind     string         `json:"kind"`
	Title    string         `json:"title"`
	Actor    string         `json:"actor"`
	Decided  int64          `json:"decided_at,omitempty"`
	Accepted bool           `json:"accepted"`
	Route    string         `json:"route,omitempty"`
	Waits    []payroll.Role `json:"waits_for"`
	Asks     []problem      `json:"asks"` // what whoever decides it has to look at
}

func (c *cli) proposalRow(p payroll.Proposal) proposalRow {
	return proposalRow{p.Position, p.Kind, p.Title, p.Actor, p.Decided, p.Accepted, p.Route, append([]payroll.Role{}, p.Waits...), c.problemList(p.Asks)}
}

func (c *cli) proposalCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "proposal", Short: "要别人确认才能生效的事项：列出、看内容、确认、否决或退回"}
	var all bool
	list := &cobra.Command{Use: "list", Short: "列出待确认的事项", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return c.with(cmd, func(ctx context.Context, a *app.App) error {
			list, err := a.ProposalList(ctx, !all)
			if err != nil {
				return err
			}
			rows, out := [][]string{}, []proposalRow{}
			for _, p := range list {
				state := c.word("待{0}确认", c.rolesText(p.Waits))
				if p.Decided != 0 {
					state = map[bool]string{true: "已确认", false: "已否决"}[p.Accepted]
				}
				rows = append(rows, []string{strconv.FormatInt(p.Position, 10), p.Title, p.Actor, state, p.Route})
				out = append(out, c.proposalRow(p))
			}
			if c.json {
				return c.printJSON(out)
			}
			c.table([]string{"日志", "事项", "提出人", "状态", "会签"}, rows)
			for _, p := range list {
				for _, x := range p.Asks {
					fmt.Fprintln(c.out, p.Position, problemOf(x, c.language()).said(c.language()))
				}
			}
			return nil
		})
	}}
	list.Flags().BoolVar(&all, "all", false, "也列出已经决定的")
	show := &cobra.Command{Use: "show POSITION", Short: "一条待确认的事项：会做什么、与现在有什么不同、为什么要确认；末行是确认时写的摘要", Args: cobra.ExactArgs(1), RunE: func(cmd *cobra.Command, args []string) error {
		position, err := strconv.ParseInt(args[0], 10, 64)
		if err != nil {
			return message.Err("cli.number", args[0])
		}
		return c.with(cmd, func(ctx context.Context, a *app.App) error { return c.proposed(ctx, a, position) })
	}}
	var reason, seen string
	decide := func(use, short string, accept bool) *cobra.Command {
		return &cobra.Command{Use: use, Short: short, Args: cobra.MinimumNArgs(1), RunE: func(cmd *cobra.Command, args []string) error {
			return c.acting(cmd, func(ctx context.Context, a *app.App, s *payroll.Session) error {
				for i, x := range args {
					position, err := strconv.ParseInt(x, 10, 64)
					if err != nil {
						return message.Err("cli.number", x)
					}
					done, err := a.Decide(ctx, s, position, accept, reason, seen)
					switch {
					case err != nil && i > 0: // those before it stand, and were named
						return partly{err}
					case err != nil:
						return err
					case !done:
						c.say("proposal.passed", position)
					default:
						c.say(map[bool]string{true: "proposal.accepted", false: "proposal.rejected"}[accept], position)
					}
				}
				return nil
			})
		}}
	}
	accept, reject := decide("accept POSITION…", "确认，使其生效", true), decide("reject POSITION…", "否决；会签中的退回原单位", false)
	reject.Flags().StringVar(&reason, "reason", "", "理由")
	for _, x := range []*cobra.Command{accept, reject} {
		x.Flags().StringVar(&seen, "digest", "", "所见内容的摘要的前 8 位以上（proposal show）；内容已经不同就拒绝")
	}
	cmd.AddCommand(list, show, accept, reject)
	return cmd
}

// proposedChange is one fact of a proposed import, as JSON prints it.
type proposedChange struct {
	Person int64           `json:"person,omitempty"`
	Name   string          `json:"name,omitempty"`
	Kind   facts.Kind      `json:"kind"`
	Change string          `json:"change"`
	From   calendar.Date   `json:"from"`
	Fields []proposedField `json:"fields"`
}

// proposedField is a field of it.
type proposedField struct {
	Heading string `json:"heading"`
	Before  string `json:"before"`
	After   string `json:"after"`
}

// proposedContent is the JSON of proposal show.
type proposedContent struct {
	proposalRow
	Digest   string           `json:"digest"`
	Said     []told           `json:"says"`
	Changes  []proposedChange `json:"changes"`
	Problems []problem        `json:"problems"`
	Text     string           `json:"text,omitempty"`
}

// rowsOnScreen is how many changes of an import a screen shows; --json and the desk have all.
const rowsOnScreen = 200

// proposed shows what accepting a proposal would do.
func (c *cli) proposed(ctx context.Context, a *app.App, position int64) error {
	x, err := a.Proposed(ctx, nil, position)
	if err != nil {
		return err
	}
	shown := x.Facts
	if !c.json {
		shown = shown[:min(len(shown), rowsOnScreen)]
	}
	changes, err := a.ProposalRows(ctx, x, shown)
	if err != nil {
		return err
	}
	if c.json {
		out := proposedContent{c.proposalRow(x.Proposal), x.Digest, c.toldAll(x.Said), []proposedChange{}, c.problemList(x.Problems), x.Text}
		for _, r := range changes {
			change := proposedChange{r.Person, r.Name, r.Kind, proposalActs[r.Act], r.From, []proposedField{}}
			for _, f := range r.Fields {
				change.Fields = append(change.Fields, proposedField{f.Title, f.Before, f.After})
			}
			out.Changes = append(out.Changes, change)
		}
		return c.printJSON(out)
	}
	for _, m := range x.Said {
		fmt.Fprintln(c.out, term.Clean(m.Text(c.language())))
	}
	rows := [][]string{}
	for _, r := range changes {
		name := r.Name
		if r.Person != 0 {
			name += " " + strconv.FormatInt(r.Person, 10)
		}
		for _, f := range r.Fields {
			rows = append(rows, []string{name, r.Sheet, r.Act, r.From.String(), f.Title, f.Before, f.After})
			name = ""
		}
	}
	if len(rows) > 0 {
		c.table([]string{"姓名", "表格", "变动", "起始日期", "列", "现在", "确认后"}, rows)
	}
	if more := len(x.Facts) - len(shown); more > 0 {
		c.note(message.M("proposal.more", more))
	}
	for _, p := range x.Asks[:min(onScreen, len(x.Asks))] {
		why := problemOf(p, c.language())
		why.Hint = "" // it is for whoever wrote the sheet
		fmt.Fprintln(c.out, why.said(c.language()))
	}
	for _, p := range x.Problems[:min(onScreen, len(x.Problems))] {
		fmt.Fprintln(c.out, problemOf(p, c.language()).said(c.language()))
	}
	c.say("proposal.digest", position, x.Digest)
	return nil
}

// proposalActs are the words of JSON for what becomes of a fact.
var proposalActs = map[string]string{app.ActAdded: "added", app.ActChanged: "changed", app.ActWithdrawn: "withdrawn"}
