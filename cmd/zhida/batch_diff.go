package main

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"zhida/cmd/zhida/internal/app"
	"zhida/cmd/zhida/internal/term"
	"zhida/payroll"
	"zhida/rules/money"
)

// batchDiff compares a batch with the month before, change by change with its causes.
// Changes without a cause make the exit code that of a finding.
func (c *cli) batchDiff(ctx context.Context, a *app.App, id payroll.BatchID) error {
	type change struct {
		Person int64     `json:"person"`
		Name   string    `json:"name"`
		Place  string    `json:"place"`
		Item   string    `json:"item"`
		Before money.Fen `json:"before"`
		Now    money.Fen `json:"now"`
		Causes []string  `json:"causes"`
		Cause  string    `json:"cause"`
		Brief  string    `json:"-"`
		Reason string    `json:"reason"`
	}
	type moved struct {
		Person int64  `json:"person"`
		Name   string `json:"name"`
		Place  string `json:"place"`
		Cause  string `json:"cause"`
	}
	list, counts, previous := []change{}, map[string]int{}, ""
	entered, left := []moved{}, []moved{}
	err := a.Report(ctx, id, func(r payroll.Report) error {
		names := map[string]string{}
		previous = r.Head().Previous
		for _, it := range r.Head().Items {
			names[it.Code] = it.Name
		}
		for _, p := range append(r.Head().Townships, r.Head().Villages...) {
			names[p.Code] = p.Name
		}
		name := func(code string) string {
			if names[code] != "" {
				return names[code]
			}
			return code
		}
		return r.Changes(func(x payroll.ReportChange) error {
			place := x.Village
			if place == "" {
				place = x.Township
			}
			list = append(list, change{x.Person, x.Name, name(place), name(x.Item), x.Before, x.Now, x.Causes, x.Cause, x.Brief, x.Reason})
			counts[strings.Join(x.Causes, "+")]++
			once := func(list []moved) []moved {
				if n := len(list); n > 0 && list[n-1].Person == x.Person {
					return list
				}
				return append(list, moved{x.Person, x.Name, name(place), x.Cause})
			}
			if x.Entered {
				entered = once(entered)
			}
			if x.Left {
				left = once(left)
			}
			return nil
		})
	})
	if err != nil {
		return err
	}
	if c.json {
		return c.printJSON(map[string]any{"batch": id, "previous": previous, "changes": list, "entered": entered, "left": left, "by_cause": counts})
	}
	if previous == "" {
		c.say("batch.no_previous", id)
		return nil
	}
	rows := make([][]string, len(list))
	for i, x := range list {
		rows[i] = []string{strconv.FormatInt(x.Person, 10), x.Name, x.Place, x.Item, x.Before.Grouped(), x.Now.Grouped(), signed((x.Now - x.Before).Grouped()), x.Brief}
	}
	term.Table(c.out, []string{"编号", "姓名", "单位", "项目", "上月", "本月", "增减", "变动原因"}, rows, 1, 5, 6, 7)
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, payroll.VarianceChinese(k)+" "+strconv.Itoa(counts[k]))
	}
	c.say("batch.compared", id, previous, len(list), strings.Join(parts, "、"))
	c.say("batch.moved", len(entered), len(left))
	return nil
}
