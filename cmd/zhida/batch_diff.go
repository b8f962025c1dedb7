package main

import (
	"cmp"
	"context"
	"strconv"

	"zhida/cmd/zhida/internal/app"
	"zhida/payroll"
	"zhida/rules/money"
)

// diffRow is one change as JSON prints it; amounts are what they do to the payment.
type diffRow struct {
	Person int64     `json:"person"`
	Name   string    `json:"name"`
	Place  string    `json:"place_name"`
	Part   string    `json:"part"`
	Item   string    `json:"item_name,omitempty"`
	Before money.Fen `json:"before_fen"`
	Now    money.Fen `json:"now_fen"`
	Causes []string  `json:"causes"`
	Cause  string    `json:"cause"`
	Reason string    `json:"reason"`

	subject, brief string
}

// diffMoved is somebody who came or went.
type diffMoved struct {
	Person int64  `json:"person"`
	Name   string `json:"name"`
	Place  string `json:"place_name"`
	Cause  string `json:"cause"`
}

// diffStep is a step of the bridge from last month's payments to this month's.
type diffStep struct {
	Part   string    `json:"part"`
	Causes []string  `json:"causes"`
	Count  int       `json:"count"`
	Fen    money.Fen `json:"fen"`
}

// diffBridge leads from last month's payments to this month's.
type diffBridge struct {
	Before money.Fen  `json:"before_fen"`
	Now    money.Fen  `json:"now_fen"`
	Left   money.Fen  `json:"unexplained_fen"`
	Steps  []diffStep `json:"steps"`
}

// diffWhole is the JSON of batch diff.
type diffWhole struct {
	Batch    payroll.BatchID `json:"batch"`
	Previous string          `json:"previous"` // "" when there is nothing to compare with
	Changes  []diffRow       `json:"changes"`
	Entered  []diffMoved     `json:"entered"`
	Left     []diffMoved     `json:"left"`
	Bridge   diffBridge      `json:"bridge"`
}

// comparison is what batchDiff gathers.
type comparison struct {
	head          payroll.ReportHead
	rows          []diffRow
	entered, left []diffMoved
	bridge        payroll.Bridge
}

// batchDiff compares a batch with the month before, change by change with its causes, and
// leads from the sum paid then to the sum paid now.
func (c *cli) batchDiff(ctx context.Context, a *app.App, id payroll.BatchID) error {
	d, err := compare(ctx, a, id)
	if err != nil {
		return err
	}
	if c.json {
		steps := make([]diffStep, 0, len(d.bridge.Steps))
		for _, s := range d.bridge.Steps {
			steps = append(steps, diffStep{s.Part, s.Causes, s.Count, s.Fen})
		}
		return c.printJSON(diffWhole{id, d.head.Previous, d.rows, d.entered, d.left, diffBridge{d.bridge.Before, d.bridge.Now, d.bridge.Open(), steps}})
	}
	if !d.head.Compared() {
		c.say("batch.no_previous", id)
		return nil
	}
	regular := d.head.Batch.Kind == payroll.Regular
	if len(d.rows) == 0 {
		c.say("batch.unchanged", id, d.head.Previous)
		return nil
	}
	before, now := "上月", "本月"
	if !regular {
		before, now = "更正前", "更正后"
	}
	rows := make([][]string, len(d.rows))
	for i, x := range d.rows {
		rows[i] = []string{strconv.FormatInt(x.Person, 10), x.Name, x.Place, x.subject, x.Before.Grouped(), x.Now.Grouped(), signed((x.Now - x.Before).Grouped()), x.brief}
	}
	c.table([]string{"编号", "姓名", "单位", "项目", before, now, "增减", "变动原因"}, rows, 1, 5, 6, 7)
	rows = rows[:0]
	for _, s := range d.bridge.Steps {
		rows = append(rows, []string{payroll.PartChinese(s.Part), payroll.VarianceChinese(s.Causes), strconv.Itoa(s.Count), signed(s.Fen.Grouped())})
	}
	c.table([]string{"增减的部分", "原因", "处数", "合计（元）"}, rows, 3, 4)
	b := d.bridge
	if !regular {
		c.say("batch.corrects", id, len(d.rows), b.Now, b.Open())
		return nil
	}
	c.say("batch.compared", id, d.head.Previous, len(d.rows))
	c.say("batch.bridge", b.Before, b.Now-b.Before, b.Now, b.Open())
	c.say("batch.moved", len(d.entered), len(d.left))
	return nil
}

func compare(ctx context.Context, a *app.App, id payroll.BatchID) (comparison, error) {
	d := comparison{rows: []diffRow{}, entered: []diffMoved{}, left: []diffMoved{}}
	err := a.Report(ctx, id, func(r payroll.Report) error {
		d.head = r.Head()
		d.bridge = payroll.Bridge{Before: d.head.PreviousNet, Now: d.head.MonthNet}
		names := map[string]string{}
		for _, p := range append(d.head.Townships, d.head.Villages...) {
			names[p.Code] = p.Name
		}
		name := func(code string) string { return cmp.Or(names[code], code) }
		return r.Changes(func(x payroll.ReportChange) error {
			place := name(cmp.Or(x.Village, x.Township))
			d.bridge.Add(x)
			row := diffRow{Person: x.Person, Name: x.Name, Place: place, Part: x.Part, Before: x.Before, Now: x.Now, Causes: x.Causes, Cause: x.Cause, Reason: x.Reason,
				subject: x.Subject(), brief: x.Brief}
			if x.Item != "" {
				row.Item = x.ItemName
			}
			d.rows = append(d.rows, row)
			once := func(list []diffMoved) []diffMoved {
				if n := len(list); n > 0 && list[n-1].Person == x.Person {
					return list
				}
				return append(list, diffMoved{x.Person, x.Name, place, x.Cause})
			}
			if x.Entered {
				d.entered = once(d.entered)
			}
			if x.Left {
				d.left = once(d.left)
			}
			return nil
		})
	})
	d.bridge.Sort()
	return d, err
}
