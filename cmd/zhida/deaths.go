package main

import (
	"context"
	"strconv"

	"github.com/spf13/cobra"

	"zhida/cmd/zhida/internal/app"
	"zhida/payroll"
	"zhida/rules/calendar"
	"zhida/rules/money"
)

func (c *cli) deathsCommand() *cobra.Command {
	var dir string
	cmd := &cobra.Command{Use: "deaths [PERSON]", Short: "去世人员：停发、多发、待发继承人，逐人结清", Args: cobra.MaximumNArgs(1),
		Long:    "花名册上登记了去世日期的，都在这里。多发的转为待扣款，不从应发给继承人的款项里扣；应发给继承人的，登记继承人（import recipients）后在下一批发放。",
		Example: "  zhida deaths\n  zhida deaths 张小满 --out 结清表",
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.with(cmd, func(ctx context.Context, a *app.App) error {
				person := int64(0)
				if len(args) > 0 {
					p, err := a.Person(ctx, args[0])
					if err != nil {
						return err
					}
					person = p.Person
				}
				list, err := a.Deaths(ctx, person)
				if err != nil {
					return err
				}
				if err := c.deaths(list); err != nil || dir == "" {
					return err
				}
				for _, d := range list {
					file, err := a.DeathPaper(ctx, d, dir)
					if err != nil {
						return err
					}
					if !c.json {
						c.sayWritten(file)
					}
				}
				return nil
			})
		}}
	cmd.Flags().StringVar(&dir, "out", "", "结清表写到哪个目录")
	return cmd
}

func (c *cli) deaths(list []payroll.Death) error {
	type heir struct {
		Name     string `json:"name"`
		Relation string `json:"relation"`
		Share    string `json:"share"`
		Document string `json:"document"`
	}
	type row struct {
		Person   int64         `json:"person"`
		Name     string        `json:"name"`
		Place    string        `json:"place"`
		Died     calendar.Date `json:"died"`
		Known    int64         `json:"known"`
		Overpaid money.Fen     `json:"overpaid_fen"`
		Owed     money.Fen     `json:"owed_fen"`
		Held     money.Fen     `json:"held_fen"`
		Paid     money.Fen     `json:"paid_to_heirs_fen"`
		Heirs    []heir        `json:"heirs"`
		State    string        `json:"state"`
	}
	out, rows := []row{}, [][]string{}
	for _, d := range list {
		x := row{d.Person, d.Name, d.Place, d.Died, d.Known, d.Overpaid, d.Owed, d.Held, d.Paid, []heir{}, d.State()}
		for _, h := range d.Heirs {
			x.Heirs = append(x.Heirs, heir{h.Name, h.Relation, h.Share.String(), h.Document})
		}
		out = append(out, x)
		rows = append(rows, []string{strconv.FormatInt(d.Person, 10), d.Name, d.Village, d.Died.String(), d.Overpaid.Grouped(), d.Owed.Grouped(), d.Held.Grouped(), d.Paid.Grouped(), strconv.Itoa(len(d.Heirs)), d.State()})
	}
	if c.json {
		return c.printJSON(out)
	}
	c.table([]string{"编号", "姓名", "单位", "去世日期", "多发", "待收回", "待发继承人", "已发继承人", "继承人", "状态"}, rows, 5, 6, 7, 8, 9)
	return nil
}
