package importers

import (
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// TestShownUnits holds that an amount whose number format shows another unit than the yuan is refused with what its cell shows.
func TestShownUnits(t *testing.T) {
	for format, want := range map[string]string{
		`0.00"万元"`: "0.48万元", `0.00万`: "0.48万", `0%`: "48%", `0.00"%"`: "0.48%", `0"分"`: "0.48分", `0.00E+00`: "0.48（0.00E+00）", `#,##0,`: "0.48（#,##0,）", `0!.0,"万"`: "0.48（0!.0,\"万\"）",
		`[$$-409]#,##0.00`: "$0.48", `[$€-2] 0.00`: "€ 0.48", `[Red]0.00"千元";-0.00"千元"`: "0.48千元",
		`0.00`: "", `#,##0.00"元"`: "", `"¥"#,##0.00`: "", `[$¥-804]#,##0.00;[Red]-[$¥-804]#,##0.00`: "", `@`: "", `General`: "", `G/通用格式`: "",
		`_ ¥* #,##0.00_ ;_ ¥* -#,##0.00_ ;_ ¥* "-"??_ ;_ @_ `: "", `#,##0.00_);[Red]\(#,##0.00\)`: "", `[DBNum2][$-804]General`: "", `0.00"元/月"`: "", `_-* #,##0_-;-* #,##0_-`: "",
	} {
		data := pagesOf(t, page{"表", "姓名\t身份证号\t所属月份\t住房补贴\n张甲\t{A}\t2026-10", nil, func(f *excelize.File) error {
			style, err := f.NewStyle(&excelize.Style{CustomNumFmt: &format})
			if err == nil {
				err = f.SetCellStyle("表", "D2", "D2", style)
			}
			if err == nil {
				err = f.SetCellValue("表", "D2", 0.48)
			}
			return err
		}})
		in, err := Read("paid", "表.xlsx", data, Options{From: 20261001, Items: map[string]string{"住房补贴": "housing"}})
		if err != nil {
			t.Errorf("%s: %v", format, err)
			continue
		}
		switch {
		case want == "" && (len(in.Problems) > 0 || len(in.Rows) != 1):
			t.Errorf("%s is refused: %v", format, in.Problems)
		case want != "" && (problems(in) != "D2 import.unit" || !strings.Contains(in.Problems[0].Message.Args[2], want) || len(in.Problems[0].Message.Args[2]) != len(want)):
			t.Errorf("%s gives %v, want %s", format, in.Problems, want)
		}
	}
}

// TestNewcomers holds that whoever comes onto the roster, or is given another name, has a name, and a village cadre a village.
func TestNewcomers(t *testing.T) {
	const changes = "身份证号\t姓名\t变动类型\t变动日期\t文号\t人员类别\t单位代码\t职务\t新姓名\n{A}\t"
	for name, c := range map[string]struct{ kind, rows, want string }{
		"a village cadre at the township":   {"roster", "身份证号\t姓名\t人员类别\t单位代码\n{A}\t张甲\t村干部\t430725101", "D2 import.village_place"},
		"a township cadre there":            {"roster", "身份证号\t姓名\t人员类别\t单位代码\n{A}\t张甲\t乡镇干部\t430725101", ""},
		"a sex behind the name":             {"roster", "身份证号\t姓名\t人员类别\t单位代码\n{A}\t罗莉（女）\t村干部\t430725101200", "B2 value.person_name"},
		"a newcomer at the township":        {"changes", changes + "张甲\t新增\t2026-11-01\t样〔2026〕1号\t村干部\t430725101\t会计", "G2 import.village_place"},
		"a newcomer with a number":          {"changes", changes + "张甲2\t新增\t2026-11-01\t样〔2026〕1号\t村干部\t430725101200\t会计", "B2 value.person_name"},
		"a new name that is none":           {"changes", changes + "张甲\t改名\t2026-11-01\t样〔2026〕1号\t\t\t\t张*甲", "I2 value.person_name"},
		"a new name":                        {"changes", changes + "张甲\t改名\t2026-11-01\t样〔2026〕1号\t\t\t\t张小甲", ""},
		"somebody leaving under a bad name": {"changes", changes + "罗莉（女）\t死亡\t2026-11-01\t样〔2026〕1号", ""}, // held against the book's name
	} {
		in, err := Read(c.kind, "表.xlsx", pagesOf(t, page{"表", c.rows, nil, nil}), Options{From: 20261001})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if problems(in) != c.want {
			t.Errorf("%s: %s, want %s", name, problems(in), c.want)
		}
	}
}
