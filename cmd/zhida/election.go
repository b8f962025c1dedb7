package main

import (
	"context"
	"strconv"

	"github.com/spf13/cobra"

	"zhida/cmd/zhida/internal/app"
	"zhida/payroll"
	"zhida/rules/calendar"
)

func (c *cli) electionCommand() *cobra.Command {
	var all bool
	cmd := &cobra.Command{Use: "election YEAR", Short: "村级换届：哪些村报了结果，哪些没有，离任的有多少人待认定", Args: cobra.ExactArgs(1),
		Long:    "按乡镇列出村数、已报、未报、在任和待认定人数，再列出没有报的村；--all 每个村一行。结果用 import election 导入。",
		Example: "  zhida election 2026\n  zhida import election 陬市镇换届结果.xlsx --as 张敏",
		RunE: func(cmd *cobra.Command, args []string) error {
			year, err := app.ParseYear(args[0])
			if err != nil {
				return err
			}
			return c.with(cmd, func(ctx context.Context, a *app.App) error {
				list, err := a.ElectionStatus(ctx, year)
				if err != nil {
					return err
				}
				if c.json {
					return c.electionJSON(list)
				}
				c.electionTownships(list)
				c.electionVillages(list, all)
				reported, awaiting := 0, 0
				for _, v := range list {
					awaiting += v.Awaiting
					if v.Reported {
						reported++
					}
				}
				c.say("election.status", year, len(list), reported, len(list)-reported, awaiting)
				return nil
			})
		}}
	cmd.Flags().BoolVar(&all, "all", false, "每个村都列，已报的写日期和文号")
	return cmd
}

// electionTownships prints a line for each township.
func (c *cli) electionTownships(list []payroll.VillageElection) {
	var rows [][]string
	for i := 0; i < len(list); {
		township := list[i].Place[:9]
		villages, reported, serving, awaiting := 0, 0, 0, 0
		name := list[i].Township
		for ; i < len(list) && list[i].Place[:9] == township; i++ {
			villages++
			serving += list[i].Serving
			awaiting += list[i].Awaiting
			if list[i].Reported {
				reported++
			}
		}
		rows = append(rows, []string{township, name, strconv.Itoa(villages), strconv.Itoa(reported), strconv.Itoa(villages - reported), strconv.Itoa(serving), strconv.Itoa(awaiting)})
	}
	c.table([]string{"区划代码", "乡镇", "村", "已报", "未报", "在任", "待认定"}, rows, 3, 4, 5, 6, 7)
}

// electionVillages prints the villages that have not reported, or all.
func (c *cli) electionVillages(list []payroll.VillageElection, all bool) {
	var rows [][]string
	for _, v := range list {
		switch {
		case !v.Reported:
			rows = append(rows, []string{v.Place, v.Township, v.Name, "未报", "", "", "", strconv.Itoa(v.Serving), ""})
		case all:
			rows = append(rows, []string{v.Place, v.Township, v.Name, "已报", v.Date.String(), v.Handover.String(), v.Document, strconv.Itoa(v.Serving), strconv.Itoa(v.Awaiting)})
		}
	}
	if len(rows) > 0 {
		c.table([]string{"村代码", "乡镇", "村", "结果", "选举", "交接", "文号", "在任", "待认定"}, rows, 8, 9)
	}
}

// villageRow is the election of a village, as JSON prints it.
type villageRow struct {
	Place    string        `json:"place"`
	Name     string        `json:"place_name"`
	Township string        `json:"township_name"`
	Reported bool          `json:"reported"`
	Date     calendar.Date `json:"date,omitzero"`
	Handover calendar.Date `json:"handover,omitzero"`
	Document string        `json:"document,omitempty"`
	Serving  int           `json:"serving"`
	Awaiting int           `json:"awaiting_recognition"`
}

func (c *cli) electionJSON(list []payroll.VillageElection) error {
	out := make([]villageRow, len(list))
	for i, v := range list {
		out[i] = villageRow{v.Place, v.Name, v.Township, v.Reported, v.Date, v.Handover, v.Document, v.Serving, v.Awaiting}
	}
	return c.printJSON(out)
}
