package main

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"zhida/cmd/zhida/internal/app"
	"zhida/payroll"
	"zhida/rules/calendar"
	"zhida/rules/message"
)

func (c *cli) statusCommand() *cobra.Command {
	return &cobra.Command{Use: "status [MONTH]", Short: "这个月办到哪里、下一步由谁办什么", Args: cobra.MaximumNArgs(1),
		Long: "不写月份的，是最早还没有办完的月份。写了 --as 的，只列这个人能办的。",
		RunE: func(cmd *cobra.Command, args []string) error {
			var m calendar.Month
			if len(args) > 0 {
				var err error
				if m, err = app.ParseMonth(args[0]); err != nil {
					return err
				}
			}
			return c.with(cmd, func(ctx context.Context, a *app.App) error {
				s, err := a.Standing(ctx, m)
				if err != nil {
					return err
				}
				if c.as != "" {
					if s.Tasks, err = tasksOf(ctx, a, s.Tasks, c.as); err != nil {
						return err
					}
				}
				return c.standing(s)
			})
		}}
}

// tasksOf are the tasks that an actor can do.
func tasksOf(ctx context.Context, a *app.App, list []payroll.Task, name string) (own []payroll.Task, err error) {
	actors, err := a.ActorList(ctx)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(actors, func(x payroll.Actor) bool { return x.Name == name })
	if at < 0 {
		return nil, message.Err("actor.missing", name)
	}
	for _, t := range list {
		if !slices.Contains(t.Except, name) && slices.ContainsFunc(t.Roles, func(r payroll.Role) bool { return slices.Contains(actors[at].Roles, r) }) {
			own = append(own, t)
		}
	}
	return own, nil
}

func (c *cli) standing(s payroll.Standing) error {
	if c.json {
		return c.printJSON(standingOf(s, c.language()))
	}
	c.say("status.head", c.month(s.Month), s.Today)
	if x := s.Closed; x != nil {
		c.say("status.closed", x.On, x.By, x.Position)
	}
	if len(s.Steps) > 0 {
		var headings, row []string
		for _, x := range s.Steps {
			headings = append(headings, x.Step.Chinese())
			state := x.Date.String()
			switch {
			case x.Done:
				state += " ✓"
			case x.Date < s.Today:
				state = c.word("{0} 过期", state)
			case x.Date == s.Today:
				state = c.word("{0} 今天", state)
			}
			row = append(row, state)
		}
		c.table(headings, [][]string{row})
	}
	if len(s.Batches) > 0 {
		c.batchTable(s.Batches)
	}
	if len(s.Tasks) == 0 {
		c.say("status.nothing")
		return nil
	}
	var rows [][]string
	for _, t := range s.Tasks {
		who := c.rolesText(t.Roles)
		if len(t.Except) > 0 {
			who = c.word("{0}（{1}除外）", who, strings.Join(slices.Compact(t.Except), c.word("、")))
		}
		by := ""
		if t.By != 0 {
			by = t.By.String()
			if t.By < s.Today {
				by = c.word("{0} 过期", by)
			}
		}
		rows = append(rows, []string{by, who, t.What.Text(c.language()), "zhida " + t.Do})
	}
	c.table([]string{"期限", "谁办", "办什么", "命令"}, rows)
	return nil
}

// stepRow is a step of a month, as JSON prints it.
type stepRow struct {
	Step string        `json:"step"`
	Date calendar.Date `json:"date"`
	Done bool          `json:"is_done"`
}

// taskRow is something that somebody has to do, as JSON prints it.
type taskRow struct {
	Code   string         `json:"code"`
	Text   string         `json:"text"`
	Roles  []payroll.Role `json:"roles"`
	Except []string       `json:"except"`
	By     calendar.Date  `json:"by,omitzero"`
	Do     string         `json:"do"`
}

// monthStanding is the JSON of status.
type monthStanding struct {
	Month   calendar.Month `json:"month"`
	Today   calendar.Date  `json:"today"`
	Steps   []stepRow      `json:"steps"`
	Batches []batchHead    `json:"batches"`
	Tasks   []taskRow      `json:"tasks"`
	Closed  *monthClosed   `json:"closed,omitzero"` // absent while the month's funds are open
}

// monthClosed is the closing of a month, as JSON prints it.
type monthClosed struct {
	Date     calendar.Date `json:"date"`
	Actor    string        `json:"actor"`
	Position int64         `json:"position"`
}

func standingOf(s payroll.Standing, lang message.Lang) monthStanding {
	out := monthStanding{s.Month, s.Today, []stepRow{}, headsOf(s.Batches), []taskRow{}, nil}
	if x := s.Closed; x != nil {
		out.Closed = &monthClosed{x.On, x.By, x.Position}
	}
	for _, x := range s.Steps {
		out.Steps = append(out.Steps, stepRow{x.Step.Code, x.Date, x.Done})
	}
	for _, t := range s.Tasks {
		out.Tasks = append(out.Tasks, taskRow{t.What.Code, t.What.Text(lang), append([]payroll.Role{}, t.Roles...), append([]string{}, slices.Compact(t.Except)...), t.By, "zhida " + t.Do})
	}
	return out
}
