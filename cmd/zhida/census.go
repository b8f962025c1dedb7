package main

import (
	"context"
	"strconv"

	"github.com/spf13/cobra"

	"zhida/cmd/zhida/internal/app"
	"zhida/payroll"
	"zhida/rules/calendar"
)

// censusVillage is who is to be verified in a village, as JSON prints it.
type censusVillage struct {
	Place  string `json:"place"`
	Name   string `json:"place_name"`
	People int    `json:"people"`
	Passed int    `json:"verified"`
}

// censusWhole is the JSON of census.
type censusWhole struct {
	Year     int             `json:"year"`
	Deadline calendar.Date   `json:"deadline"`
	People   int             `json:"people"`
	Passed   int             `json:"verified"`
	Villages []censusVillage `json:"villages"`
	Files    []string        `json:"files"`
}

func (c *cli) censusCommand() *cobra.Command {
	var dir string
	cmd := &cobra.Command{Use: "census YEAR", Short: "年度资格认证：每村一页的名单，填好后原样导入", Args: cobra.ExactArgs(1),
		Long:    "名单按设置里的 census 出：谁要认证、哪一天截止。填好的名单用 import verifications 导入。\n到期没有通过的从当月起缓发，通过后下一批全部补发。名单含完整身份证号，请当内部资料保管。",
		Example: "  zhida census 2027 --out 认证\n  zhida import verifications 认证/资格认证名单_2027.xlsx --as 张敏",
		RunE: func(cmd *cobra.Command, args []string) error {
			year, err := app.ParseYear(args[0])
			if err != nil {
				return err
			}
			return c.with(cmd, func(ctx context.Context, a *app.App) error {
				list, file, err := a.Census(ctx, year, dir)
				if err != nil {
					return err
				}
				out := censusWhole{Year: year, Deadline: list.Deadline, People: len(list.People), Villages: []censusVillage{}, Files: []string{}}
				if file != "" {
					out.Files = append(out.Files, file)
				}
				for _, p := range list.People {
					if n := len(out.Villages); n == 0 || out.Villages[n-1].Place != p.Place {
						out.Villages = append(out.Villages, censusVillage{Place: p.Place, Name: p.Village})
					}
					v := &out.Villages[len(out.Villages)-1]
					v.People++
					if p.Result == payroll.VerifiedPassed {
						v.Passed++
						out.Passed++
					}
				}
				if c.json {
					return c.printJSON(out)
				}
				rows := [][]string{}
				for _, v := range out.Villages {
					rows = append(rows, []string{v.Place, v.Name, strconv.Itoa(v.People), strconv.Itoa(v.Passed)})
				}
				c.table([]string{"区划代码", "乡镇和村", "人数", "已通过"}, rows, 3, 4)
				c.say("census.done", year, out.People, out.Passed, out.Deadline)
				return c.wrote(out.Files)
			})
		}}
	cmd.Flags().StringVar(&dir, "out", "", "名单写到哪个目录；空着只统计")
	return cmd
}
