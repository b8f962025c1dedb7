package policy_test

import (
	"os"
	"strings"
	"testing"

	"zhida/rules/message"
	"zhida/rules/policy"
)

// Each sort of change is said in words; what did not change is not.
func TestDiff(t *testing.T) {
	const file = "../../testdata/cases/pc-13-武山县乡镇工作补贴.yaml"
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	old, err := policy.Read(file, b)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, from, to string
		want           []string
	}{
		{"nothing", "# PC-13", "# 同一文件", []string{"两个文件规定的一样"}},
		{"a rate", "- [二类, '[10,20)', 340]", "- [二类, '[10,20)', 360]", []string{"表“月标准” 二类、[10,20) 每月：由“340”改为“360”（+20）"}},
		{"a lower rate", "- [二类, '[10,20)', 340]", "- [二类, '[10,20)', 339.5]", []string{"由“340”改为“339.5”（-0.5）"}},
		{"a border", "- [三类, '>=20', 480]", "- [三类, '[20,40)', 480]", []string{"新增：表“月标准” 三类、[20,40) 每月：480", "不再有：表“月标准” 三类、>=20 每月：480"}},
		{"a condition", `考核(年-1) != "不称职"`, `考核(年-1) == "称职"`, []string{`条件“上年考核不称职”：由“考核(年-1) != "不称职"”改为“考核(年-1) == "称职"”`}},
		{"a stop", "工作日: '>10'", "工作日: '>=10'", []string{"停发“事假超过十个工作日”：由“事假 工作日>10”改为“事假 工作日>=10”"}},
		{"a decision", "离任当月: 全月", "离任当月: 按日", []string{"离任当月：由“全月”改为“按日”"}},
		{"a date", "施行: 2015-01", "施行: 2015-03", []string{"施行：由“2015-01”改为“2015-03”"}},
		{"a cap", "    多职: 就高", "    封顶: '400'\n    多职: 就高", []string{"新增：项目“乡镇工作补贴”（township_allowance） 封顶：400"}},
		{"part pay", "情形: 满月, 理由: 病假满月", "情形: 满月, 发给: 60%, 理由: 病假满月", []string{"由“病假 满月”改为“病假 满月，发给 60%”"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if strings.Count(text, c.from) != 1 {
				t.Fatalf("%q is not once in the file", c.from)
			}
			fresh, err := policy.Read(file, []byte(strings.Replace(text, c.from, c.to, 1)))
			if err != nil {
				t.Fatal(err)
			}
			got := policy.Diff(old, fresh)
			if len(got) != len(c.want) {
				t.Errorf("%d messages, want %d: %v", len(got), len(c.want), got)
			}
			for i, m := range got {
				if s := m.Text(message.Chinese); i < len(c.want) && !strings.Contains(s, c.want[i]) {
					t.Errorf("got %q, want %q", s, c.want[i])
				}
			}
		})
	}
}
