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
				files := []string{}
				if dir != "" {
					for _, d := range list {
						file, err := a.DeathPaper(ctx, d, dir)
						if err != nil {
							return err
						}
						files = append(files, file)
					}
				}
				return c.deaths(list, files)
			})
		}}
	cmd.Flags().StringVar(&dir, "out", "", "结清表写到哪个目录")
	return cmd
}

// heirRow is somebody who inherits what was due, as JSON prints it.
type heirRow struct {
	Name     string `json:"name"`
	Relation string `json:"relation"`
	Share    string `json:"share"`
	Document string `json:"document"`
}

// deathRow is how far it is settled what was due to somebody who died, as JSON prints it.
type deathRow struct {
	Person   int64         `json:"person"`
	Name     string        `json:"name"`
	Place    string        `json:"place"`
	Village  string        `json:"place_name"`
	Died     calendar.Date `json:"died"`
	Known    int64         `json:"known_at"`
	Overpaid money.Fen     `json:"overpaid_fen"`
	Owed     money.Fen     `json:"balance_fen"`
	Held     money.Fen     `json:"held_balance_fen"`
	Paid     money.Fen     `json:"paid_to_heirs_fen"`
	Heirs    []heirRow     `json:"heirs"`
	State    string        `json:"standing"`
}

// deathsWhole is the JSON of deaths.
type deathsWhole struct {
	Deaths []deathRow `json:"deaths"`
	Files  []string   `json:"files"`
}

func (c *cli) deaths(list []payroll.Death, files []string) error {
	out, rows := deathsWhole{[]deathRow{}, files}, [][]string{}
	for _, d := range list {
		x := deathRow{d.Person, d.Name, d.Place, d.Village, d.Died, d.Known, d.Overpaid, d.Owed, d.Held, d.Paid, []heirRow{}, d.State()}
		for _, h := range d.Heirs {
			x.Heirs = append(x.Heirs, heirRow{h.Name, h.Relation, h.Share.String(), h.Document})
		}
		out.Deaths = append(out.Deaths, x)
		rows = append(rows, []string{strconv.FormatInt(d.Person, 10), d.Name, d.Village, d.Died.String(), d.Overpaid.Grouped(), d.Owed.Grouped(), d.Held.Grouped(), d.Paid.Grouped(), strconv.Itoa(len(d.Heirs)), d.State()})
	}
	if c.json {
		return c.printJSON(out)
	}
	c.table([]string{"编号", "姓名", "单位", "去世日期", "多发", "待收回", "待发继承人", "已发继承人", "继承人", "状态"}, rows, 5, 6, 7, 8, 9)
	return c.wrote(files)
}
