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
