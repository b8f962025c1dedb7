package main

import (
	"context"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"zhida/cmd/zhida/internal/app"
	"zhida/payroll"
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

func (c *cli) proposalCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "proposal", Short: "要别人确认才能生效的事项：列出、确认、否决或退回"}
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
				out = append(out, proposalRow{p.Position, p.Kind, p.Title, p.Actor, p.Decided, p.Accepted, p.Route, append([]payroll.Role{}, p.Waits...), c.problemList(p.Asks)})
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
	var reason string
	decide := func(use, short string, accept bool) *cobra.Command {
		return &cobra.Command{Use: use, Short: short, Args: cobra.MinimumNArgs(1), RunE: func(cmd *cobra.Command, args []string) error {
			return c.acting(cmd, func(ctx context.Context, a *app.App, s *payroll.Session) error {
				for _, x := range args {
					position, err := strconv.ParseInt(x, 10, 64)
					if err != nil {
						return message.Err("cli.number", x)
					}
					done, err := a.Decide(ctx, s, position, accept, reason)
					switch {
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
	cmd.AddCommand(list, accept, reject)
	return cmd
}
