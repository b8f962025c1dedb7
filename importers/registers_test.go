package importers

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Each class of other offices' registers says what a row of it needs; a class without a
// single row is one that says so.
func TestRegisters(t *testing.T) {
	const heads = "类别,数据日期,身份证号,姓名,单位代码,日期,单位或经手人,事项,数量\n"
	for _, c := range []struct {
		row  string
		want []string
	}{
		{"死亡,2026-03-31,439901198001030122,孙丙,,2026-03-12,,,", nil},
		{"死亡,2026-03-31,,无,,,,,", nil},
		{"死亡,2026-03-31,,,,2026-03-12,,,", []string{"import.register_class C2"}},
		{"死亡,2026-03-31,439901198001030122,孙丙,,,,,", []string{"import.register_class F2"}},
		{"死亡,,439901198001030122,孙丙,,2026-03-12,,,", []string{"import.required B2"}},
		{"死亡,2026-03-31,439901198001030123,孙丙,,2026-03-12,,,", []string{"id.check C2"}},
		{"失踪,2026-03-31,439901198001030122,孙丙,,2026-03-12,,,", []string{"value.choice A2"}},
		{"定员,2026-03-31,,,430725101200,,,,5", nil},
		{"定员,2026-03-31,,,430725101200,,,,", []string{"import.register_class I2"}},
		{"编制实名,2026-03-31,439901198001030122,孙丙,,,甲镇,,", nil},
		{"其他财政供养,2026-03-31,439901198001030122,孙丙,,2025-01-01,县一中,在编工资,", nil},
		{"其他财政供养,2026-03-31,439901198001030122,孙丙,,2025-01-01,,在编工资,", []string{"import.register_class G2"}},
		{"亲属,2026-03-31,439901198001030122,孙丙,,,王审,兄弟,", nil},
		{"亲属,2026-03-31,439901198001030122,孙丙,,,王审,,", []string{"import.register_class H2"}},
		{"代办领卡,2026-03-31,439901198001030122,孙丙,,2026-03-02,王会计,领卡,", nil},
	} {
		in, err := Read("registers", "登记.csv", []byte(heads+c.row+"\n"), Options{})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, p := range in.Problems {
			got = append(got, p.Code+" "+p.Cell)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", c.row, diff)
		}
		if len(in.Rows) != 1 && c.want == nil {
			t.Errorf("%s makes %d rows", c.row, len(in.Rows))
		}
		for _, r := range in.Rows {
			if r.PersonID != "" { // the people of a register may be on no roster
				t.Errorf("%s is about a person of the roster", c.row)
			}
		}
	}
}

// TestRowsThatSayNothing holds that what could not be held against anything is refused: a movement of an account without an amount, the number
// of posts of a township; and that what is right beside it is not.
func TestRowsThatSayNothing(t *testing.T) {
	const account = "本方账号\t流水号\t交易日期\t摘要\t对方户名\t借方金额\t贷方金额\n1860000000000000002\t1\t2026-01-31\t利息\t银行\t"
	const register = "类别\t数据日期\t身份证号\t姓名\t单位代码\t日期\t数量\n"
	for name, c := range map[string]struct{ kind, rows, want string }{
		"no amount":                      {"statement", account, "F2 import.required"},
		"amounts in a column of another": {"statement", "本方账号\t流水号\t交易日期\t借贷标志\t发生额\n1860000000000000002\t1\t2026-01-31\t贷\t10.00", "A2 import.required"},
		"amounts on both sides":          {"statement", account + "3.00\t3.00", "G2 import.both_sides"},
		"a zero on the other side":       {"statement", account + "0.00\t3.00", ""},
		"an amount of nothing":           {"statement", account + "0.00\t0.00", ""},
		"an amount that is none":         {"statement", account + "三元\t", "F2 money.format"},
		"the posts of a township":        {"registers", register + "定员\t2026-01-31\t\t\t430725101\t\t3", "E2 election.village_code"},
		"the posts of a village":         {"registers", register + "定员\t2026-01-31\t\t\t430725101200\t\t3", ""},
		"a death after the data":         {"registers", register + "死亡\t2026-01-31\t{A}\t张甲\t\t2026-02-01", "F2 import.after_as_of"},
		"a death on their day":           {"registers", register + "死亡\t2026-01-31\t{A}\t张甲\t\t2026-01-31", ""},
		"a retirement to come":           {"registers", register + "退休\t2026-01-31\t{A}\t张甲\t\t2026-02-01", ""},
	} {
		in, err := Read(c.kind, "表.xlsx", pagesOf(t, page{"表", c.rows, nil, nil}), Options{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if problems(in) != c.want {
			t.Errorf("%s: %s, want %s", name, problems(in), c.want)
		}
	}
}
