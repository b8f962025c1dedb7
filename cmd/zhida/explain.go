package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"zhida/cmd/zhida/internal/app"
	"zhida/rules"
	"zhida/rules/calendar"
	"zhida/rules/message"
	"zhida/rules/money"
)

func (c *cli) explainCommand() *cobra.Command {
	return &cobra.Command{Use: "explain PERSON MONTH [ITEM]", Short: "一个人一个月每一项的来历：事实、表行、公式、折算、舍入、文号", Args: cobra.RangeArgs(2, 3),
		Long: "PERSON 是人员编号或姓名；有重名时用编号。",
		RunE: func(cmd *cobra.Command, args []string) error {
			m, err := app.ParseMonth(args[1])
			if err != nil {
				return err
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
					out := explanation{p.Person, p.Name, p.ID.String(), m, []explainedItem{}}
					for i := range list {
						out.Items = append(out.Items, c.explainedItem(&list[i]))
					}
					return c.printJSON(out)
				}
				fmt.Fprintln(c.out, c.word("{0} 号 {1}（{2}） {3}", p.Person, p.Name, p.ID, c.month(m)))
				for _, x := range list {
					c.explained(x)
				}
				return nil
			})
		}}
}

// explainedStep is one step of a computation, as JSON prints it.
type explainedStep struct {
	Kind     string `json:"kind"`
	Text     string `json:"sentence"`
	English  string `json:"english"`
	Position int64  `json:"position,omitempty"`
	Where    string `json:"where,omitempty"`
}

// explainedItem is an item of a month with its whole trace, as JSON prints it.
type explainedItem struct {
	Item     string          `json:"item"`
	Name     string          `json:"item_name"`
	Document string          `json:"document"`
	Place    string          `json:"place"`
	Outcome  rules.Outcome   `json:"outcome"`
	Fen      money.Fen       `json:"fen"`
	Why      *told           `json:"why,omitempty"` // unless it is due
	Sentence string          `json:"sentence"`
	English  string          `json:"english"`
	Steps    []explainedStep `json:"steps"`
}

// explanation is the JSON of explain.
type explanation struct {
	Person int64           `json:"person"`
	Name   string          `json:"name"`
	ID     string          `json:"id"` // masked
	Month  calendar.Month  `json:"pay_month"`
	Items  []explainedItem `json:"items"`
}

func (c *cli) explainedItem(x *rules.Explanation) explainedItem {
	out := explainedItem{x.Item.Code, x.Item.Name, x.Item.Document, x.Place, x.Outcome, x.Fen, nil, x.Sentence, x.English, []explainedStep{}}
	if !x.Reason.IsZero() {
		why := c.told(x.Reason)
		out.Why = &why
	}
	for _, s := range x.Steps {
		out.Steps = append(out.Steps, explainedStep{s.Kind, s.Text, s.English, s.Source.Position, s.Source.Where})
	}
	return out
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
