package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"zhida/cmd/zhida/internal/app"
	"zhida/payroll"
	"zhida/payroll/schedule"
	"zhida/rules/calendar"
	"zhida/rules/message"
)

// calendarDay is a step of a pay month, as JSON prints it.
type calendarDay struct {
	Month   calendar.Month `json:"month"`
	Step    string         `json:"step"`
	Planned calendar.Date  `json:"planned"`
	Date    calendar.Date  `json:"date"`
	Items   []string       `json:"items"` // paid in the month and not in every one
}

func (c *cli) calendarCommand() *cobra.Command {
	return &cobra.Command{
		Use: "calendar YEAR", Short: "发放日历：每个发放月各步在哪一天；遇休息日提前，不推后", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			year, err := app.ParseYear(args[0])
			if err != nil {
				return err
			}
			return c.with(cmd, func(ctx context.Context, a *app.App) error {
				list, err := a.PayCalendar(ctx, year)
				if err != nil {
					return err
				}
				out, headings, rows := []calendarDay{}, []string{"发放月"}, [][]string{}
				for _, s := range list[0].Steps {
					headings = append(headings, c.word("{0}（{1}日）", c.word(s.Step.Chinese()), s.Step.Day))
				}
				for _, m := range list {
					row := []string{m.Month.String()}
					for _, s := range m.Steps {
						out = append(out, calendarDay{m.Month, s.Step.Code, s.Planned, s.Date, append([]string{}, m.Items...)})
						text := c.word(weekdays[s.Date.Weekday()], s.Date)
						if s.Date != s.Planned {
							text = c.word("{0} 提前", text)
						}
						row = append(row, text)
					}
					rows = append(rows, append(row, strings.Join(m.Items, "、")))
				}
				c.warnSqueezed(list)
				if c.json {
					return c.printJSON(out)
				}
				headings = append(headings, "本月另发（不是每月都有的）")
				c.table(headings, rows)
				return nil
			})
		}}
}

// weekdays are days with their day of the week, from Sunday on.
var weekdays = []string{"{0} 日", "{0} 一", "{0} 二", "{0} 三", "{0} 四", "{0} 五", "{0} 六"}

// warnSqueezed says when the calendar asks for steps before there is a draft to do them with.
func (c *cli) warnSqueezed(list []payroll.PayMonth) {
	var first []any
	months := 0
	for _, m := range list {
		if step, draft, ok := schedule.Squeezed(m.Steps, m.Month); ok {
			if months++; months == 1 {
				first = []any{m.Month, c.word(step.Step.Chinese()), step.Date, draft}
			}
		}
	}
	if months > 0 {
		c.note(message.M("schedule.squeezed", append(first, months)...))
	}
}
