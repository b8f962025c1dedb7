package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"zhida/cmd/zhida/internal/app"
	"zhida/importers"
	"zhida/payroll"
	"zhida/rules/facts"
	"zhida/rules/message"
	"zhida/rules/policy"
)

func (c *cli) rosterCommand() *cobra.Command {
	var file, out string
	cmd := &cobra.Command{Use: "roster", Short: "把一份全员花名册与账上比：谁新增，谁名册上没有，谁哪一项不同", Args: cobra.NoArgs,
		Long:    "名册上有哪些乡镇、哪类人员，就与账上同一范围的在任人员、健在的离任人员比。名册上写了几次的人列出来。什么也不入账。\n名册上没有的不当作离任：单独列出，由人决定。-o 写出变动表，补上日期和文号后用 import changes 导入；表里有完整身份证号，请当内部资料保管。",
		Example: "  zhida roster --compare 陬市镇花名册.xlsx\n  zhida roster --compare 全县花名册.xlsx -o 变动表.xlsx",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if file == "" {
				return message.Err("roster.no_file")
			}
			return c.with(cmd, func(ctx context.Context, a *app.App) error {
				x, err := a.CompareRoster(ctx, file)
				if err != nil {
					return err
				}
				if !c.json {
					c.rosterTables(x)
				}
				var files []string
				switch {
				case out == "":
				case len(x.Drafts())+len(x.Differ) == 0:
					c.note(message.M("roster.same"))
				default:
					lists, err := a.FormLists(ctx)
					if err != nil {
						return err
					}
					b, err := importers.ChangeSheet(lists, x)
					if err != nil {
						return err
					}
					if err := c.writeNew(out, b); err != nil {
						return err
					}
					files = []string{out}
				}
				if c.json {
					return c.rosterJSON(x, files)
				}
				for _, file := range files {
					c.sayWritten(file)
				}
				return nil
			})
		}}
	f := cmd.Flags()
	f.StringVar(&file, "compare", "", "一个乡镇或全县的花名册")
	f.StringVarP(&out, "output", "o", "", "把不同写成变动表")
	return cmd
}

func (c *cli) rosterTables(x *payroll.RosterComparison) {
	if len(x.New) > 0 {
		rows := make([][]string, len(x.New))
		for i, n := range x.New {
			rows[i] = []string{n.Profile.Name, n.ID.String(), policy.CategoryChinese(n.Profile.Category), n.Profile.Place, n.Cell}
		}
		c.table([]string{"名册上新增", "身份证号", "人员类别", "单位代码", "名册单元格"}, rows)
	}
	var serving, former [][]string
	for i := range x.Missing {
		m := &x.Missing[i]
		row := []string{m.Name, m.ID.String(), m.Category(), m.Place}
		if m.Serving() {
			serving = append(serving, append(row, m.Posts))
		} else {
			former = append(former, row)
		}
	}
	if len(serving) > 0 {
		c.table([]string{"名册上没有，账上在任", "身份证号", "人员类别", "单位代码", "职务"}, serving)
	}
	if len(former) > 0 {
		c.table([]string{"名册上没有，账上离任健在", "身份证号", "人员类别", "单位代码"}, former)
	}
	if len(x.Twice) > 0 {
		rows := make([][]string, len(x.Twice))
		for i, t := range x.Twice {
			rows[i] = []string{t.Name, t.ID.String(), strings.Join(t.Cells, "、")}
		}
		c.table([]string{"名册上写了几次", "身份证号", "名册单元格"}, rows)
	}
	persons := map[int64]bool{}
	if len(x.Differ) > 0 {
		rows := make([][]string, len(x.Differ))
		for i, d := range x.Differ {
			persons[d.Person] = true
			rows[i] = []string{d.Name, d.ID.String(), importers.RosterTitle(d.Field), x.Chinese(d.Field, d.Sheet), x.Chinese(d.Field, d.Book), d.Cell}
		}
		c.table([]string{"不同", "身份证号", "项目", "名册", "账上", "名册单元格"}, rows)
	}
	c.say("roster.compared", x.Rows, x.Book, len(x.New), len(serving), len(former), len(x.Twice), len(persons), len(x.Differ))
}

// rosterPerson is somebody whom only the sheet or only the book has, as JSON prints it.
type rosterPerson struct {
	Person   int64          `json:"person,omitempty"`
	Name     string         `json:"name"`
	ID       string         `json:"id"` // masked
	Category facts.Category `json:"category"`
	Place    string         `json:"place"`
	Posts    string         `json:"posts,omitempty"`
	Stands   string         `json:"stands,omitempty"` // in_office or former; of those whom the sheet lacks
	Cell     string         `json:"cell,omitempty"`
}

// rosterTwice is somebody whom the sheet has more than once, as JSON prints it.
type rosterTwice struct {
	Name  string   `json:"name"`
	ID    string   `json:"id"` // masked
	Cells []string `json:"cells"`
}

// rosterDifference is a field in which sheet and book differ, as JSON prints it.
type rosterDifference struct {
	Person int64  `json:"person"`
	Name   string `json:"name"`
	ID     string `json:"id"` // masked
	Field  string `json:"field"`
	Sheet  string `json:"in_sheet"`
	Book   string `json:"in_book"`
	Cell   string `json:"cell"`
}

// rosterCompared is the JSON of roster.
type rosterCompared struct {
	Rows    int                `json:"rows"`
	Book    int                `json:"people_in_book"`
	New     []rosterPerson     `json:"new"`
	Missing []rosterPerson     `json:"missing"`
	Differ  []rosterDifference `json:"differ"`
	Twice   []rosterTwice      `json:"twice"`
	Files   []string           `json:"files"`
}

func (c *cli) rosterJSON(x *payroll.RosterComparison, files []string) error {
	out := rosterCompared{x.Rows, x.Book, []rosterPerson{}, []rosterPerson{}, []rosterDifference{}, []rosterTwice{}, append([]string{}, files...)}
	for _, n := range x.New {
		out.New = append(out.New, rosterPerson{0, n.Profile.Name, n.ID.String(), n.Profile.Category, n.Profile.Place, "", "", n.Cell})
	}
	for i := range x.Missing {
		m, stands := &x.Missing[i], "former"
		if m.Serving() {
			stands = "in_office"
		}
		out.Missing = append(out.Missing, rosterPerson{m.Person, m.Name, m.ID.String(), m.Profile.Category, m.Place, m.Posts, stands, ""})
	}
	for _, d := range x.Differ {
		out.Differ = append(out.Differ, rosterDifference{d.Person, d.Name, d.ID.String(), d.Field, d.Sheet, d.Book, d.Cell})
	}
	for _, t := range x.Twice {
		out.Twice = append(out.Twice, rosterTwice{t.Name, t.ID.String(), t.Cells})
	}
	return c.printJSON(out)
}
