package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"zhida/cmd/zhida/internal/app"
	"zhida/rules"
	"zhida/rules/calendar"
	"zhida/rules/message"
)

func (c *cli) explainCommand() *cobra.Command {
	return &cobra.Command{Use: "explain PERSON MONTH [ITEM]", Short: "一个人一个月每一项的来历：事实、表行、公式、折算、舍入、文号", Args: cobra.RangeArgs(2, 3),
		Long: "PERSON 是人员编号或姓名；有重名时用编号。",
		RunE: func(cmd *cobra.Command, args []string) error {
			m, err := calendar.ParseMonth(args[1])
			if err != nil {
				return message.Err("cli.month", args[1])
			}
			item := ""
			if len(args) == 3 {
				item = args[2]
			}
			return c.with(cmd, func(ctx context.Context, a *app.App) error {
				p, err := a.Person(ctx, args[0])
				if err != nil {
					return err
				}
				list, err := a.Explain(ctx, p.Person, m, item)
				if err != nil {
					return err
				}
				if c.json {
					return c.printJSON(list)
				}
				fmt.Fprintln(c.out, c.word("{0} 号 {1}（{2}） {3}", p.Person, p.Name, p.ID, c.month(m)))
				for _, x := range list {
					c.explained(x)
				}
				return nil
			})
		}}
}

func (c *cli) explained(x rules.Explanation) {
	code := map[rules.Outcome]string{rules.Due: "explain.due", rules.Zero: "explain.zero", rules.NotDue: "explain.not_due", rules.Refused: "explain.refused"}[x.Outcome]
	said := c.text(x.Reason)
	if x.Outcome == rules.Due {
		said = x.Fen.Grouped()
	}
	amount := message.M(code, said).Text(c.language())
	fmt.Fprintln(c.out, "\n"+c.word("{0}（{1}） {2}", x.Item.Name, x.Item.Document, amount))
	english := c.language() == message.English
	switch {
	case english && x.English != "":
		fmt.Fprintf(c.out, "  %s\n", x.English)
	case x.Sentence != "":
		fmt.Fprintf(c.out, "  %s\n", x.Sentence)
	}
	for _, s := range x.Steps {
		from := ""
		if s.Source.Position != 0 {
			from = "  ← " + message.M("explain.source", s.Source.Position, s.Source.Where).Text(c.language())
		}
		text := s.Text
		if english {
			text = s.English
		}
		fmt.Fprintf(c.out, "    · %s%s\n", text, from)
	}
}
