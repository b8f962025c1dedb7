package rules_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zhida/rules"
	"zhida/rules/policy"
)

// Where a real document is silent, each reading is one setting of its file. The
// files state one reading; here the setting is changed, and the other comes out.
func TestOtherReadings(t *testing.T) {
	for _, c := range []struct{ name, file, stated, other, test, want string }{
		{"PC-01 a half year counts as one", "pc-01-*", "零头: 舍去", "零头: 四舍五入", "五年八个月，零头舍去", "65.00"},
		{"PC-02 stopped in the month of death", "pc-02-*", "去世当月: 全月", "去世当月: 不发", "J7 二十年主任，2019年3月10日去世", "1010.00"},
		{"PC-04 each post on its own", "pc-04-*", `'"合并计算，按最高职务"'`, `'"按职务分别计算"'`, "D2 主任五年十一个月再书记三年两个月", "35.00"},
		{"PC-13 the band changes in the month after", "pc-13-*", "工龄(月末)]", "工龄(上月末)]", "U1 2006年3月1日到乡镇", "3780.00"},
		{"PC-13 the month of the sanction is paid", "pc-13-*", "缺勤类别: 处分, 情形: 涉及", "缺勤类别: 处分, 情形: 次月起", "U8 处分期2016年3月10日至9月9日", "2400.00"},
		{"PC-22 the person takes what is left over", "pc-22-沽源县村干部养老保险.yaml", `'"最大余数"'`, `'"个人负担"'`, "P1 在职，每月共八十五元五角", "25.64"},
		{"PC-22 the retired person takes what is left over", "pc-22-沽源县村干部养老保险.yaml", `'"最大余数"'`, `'"个人负担"'`, "P2 离任，每月共八十五元五角", "64.12"},
		{"PC-23 meals keep less than telephone", "pc-23-*", "field_meals, telecom, weather]", "telecom, weather, field_meals]", "L1 申报六百元，合计封顶五百元", "50.00"},
		{"PC-23 one condition for officials and cars", "pc-23-*", `'"分别"'`, `'"任一"'`, "L2 公职人员", "不符合 已配备工作用车"},
		{"PC-13 more than three days", "pc-13-*", "'>=3'", "'>3'", "U5 十月旷工三个工作日", "4080.00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			files, _ := filepath.Glob("../testdata/cases/" + c.file)
			if len(files) != 1 {
				t.Fatalf("%d files %s", len(files), c.file)
			}
			text, err := os.ReadFile(files[0])
			if err != nil {
				t.Fatal(err)
			}
			if strings.Count(string(text), c.stated) != 1 {
				t.Fatalf("%q is not one setting of the file", c.stated)
			}
			p, err := policy.Read(files[0], []byte(strings.Replace(string(text), c.stated, c.other, 1)))
			if err != nil {
				show(t, err)
			}
			for _, r := range rules.TestCases(p) {
				if r.Name != c.test {
					continue
				}
				if got := r.Checks[0].Computed; got != c.want {
					t.Errorf("got %s, want %s", got, c.want)
				}
				return
			}
			t.Fatalf("no case %q", c.test)
		})
	}
}
