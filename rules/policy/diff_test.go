package policy_test

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

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

// Whatever field of a compiled policy is altered, the comparison says so: nothing
// that decides about money or words can change in silence. Positions in the file,
// cases and what is derived from other fields are no change.
func TestDiffSeesEveryField(t *testing.T) {
	silent := map[string]bool{ // type.field
		"Policy.File": true, "Policy.Cases": true, "Table.Line": true, "Row.Line": true, "Item.Line": true, "Rule.Line": true,
		"Table.GapsOK": true,                                           // GapText says it
		"Cell.Any":     true, "Cell.List": true, "Cell.Interval": true, // Text says it
		"Key.Formula": true, // Title is the formula as written
		"Table.Name":  true, // the key in Policy.Tables
	}
	seen := 0
	for _, name := range []string{"pc-13-武山县乡镇工作补贴.yaml", "pc-22*.yaml", "shape-07*.yaml", "shape-14*.yaml", "shape-2*.yaml", "pc-1*.yaml", "pc-0*.yaml"} {
		files, err := filepath.Glob("../../testdata/cases/" + name)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			old, err := policy.Read(file, text)
			if err != nil {
				t.Fatal(err)
			}
			fresh, err := policy.Read(file, text)
			if err != nil {
				t.Fatal(err)
			}
			a := &alteration{t: t, old: old, fresh: fresh, silent: silent}
			a.walk(reflect.ValueOf(fresh).Elem(), "Policy", file)
			seen += a.tried
		}
	}
	if seen < 1000 {
		t.Errorf("only %d fields were altered", seen)
	}
}

// alteration changes one field at a time and asks for the difference.
type alteration struct {
	t          *testing.T
	old, fresh *policy.Policy
	silent     map[string]bool
	tried      int
}

func (a *alteration) check(path string) {
	a.tried++
	list := policy.Diff(a.old, a.fresh)
	if len(list) == 1 && list[0].Code == "policy.diff_none" {
		a.t.Errorf("%s was altered and nothing said so", path)
	}
}

func (a *alteration) walk(v reflect.Value, kind, path string) {
	switch v.Interface().(type) {
	case policy.Formula:
		f := v.Addr().Interface().(*policy.Formula)
		was := f.Source
		f.Source += " + 0"
		a.check(path)
		f.Source = was
		return
	case decimal.Decimal:
		was := v.Interface().(decimal.Decimal)
		v.Set(reflect.ValueOf(was.Add(decimal.New(1, -2))))
		a.check(path)
		v.Set(reflect.ValueOf(was))
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			a.walk(v.Elem(), v.Type().Elem().Name(), path)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if name := kind + "." + f.Name; f.IsExported() && !a.silent[name] && !idle(v.Interface(), f.Name) {
				a.walk(v.Field(i), f.Type.Name(), path+" "+name)
			}
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			a.walk(v.MapIndex(k), "", path+" "+k.String())
			was := v.MapIndex(k)
			v.SetMapIndex(k, reflect.Value{})
			a.check(path + " without " + k.String())
			v.SetMapIndex(k, was)
		}
	case reflect.Slice:
		a.slice(v, path)
	case reflect.String:
		was := v.String()
		v.SetString(was + "改")
		a.check(path)
		v.SetString(was)
	case reflect.Bool:
		v.SetBool(!v.Bool())
		a.check(path)
		v.SetBool(!v.Bool())
	case reflect.Int, reflect.Int32, reflect.Int64:
		was := v.Int()
		v.SetInt(was + 1)
		a.check(path)
		v.SetInt(was)
	}
}

// slice alters each element, the length and the order.
func (a *alteration) slice(v reflect.Value, path string) {
	for i := range v.Len() {
		a.walk(v.Index(i), v.Type().Elem().Name(), fmt.Sprintf("%s[%d]", path, i))
	}
	if v.Len() == 0 || strings.HasSuffix(path, "Table.Values") || strings.HasSuffix(path, "Row.Cells") || strings.HasSuffix(path, "Row.Value") {
		return // the columns of a table come and go together
	}
	was := reflect.ValueOf(v.Interface())
	v.Set(v.Slice(0, v.Len()-1))
	a.check(path + " shorter")
	v.Set(was)
	if strings.HasSuffix(path, "Conditions") || strings.HasSuffix(path, "Stops") || strings.HasSuffix(path, "PostOrder") || strings.HasSuffix(path, "SharedCap.Items") {
		for i := range v.Len() - 1 {
			swap := reflect.Swapper(v.Interface())
			swap(i, i+1)
			a.check(path + " in another order")
			swap(i, i+1)
		}
	}
}

// idle says that another field leaves this one without a meaning.
func idle(of any, field string) bool {
	switch x := of.(type) {
	case policy.Schedule:
		return field == "Once" && x.Period != 0 || field == "Own" && len(x.Later) == 0 || field == "Period" && len(x.Later) > 0
	case policy.Stop:
		return field == "How" && x.Days != nil
	case policy.Interval:
		return field == "LowOpen" && x.Low == nil || field == "HighOpen" && x.High == nil || x.Low != nil && x.High != nil && x.Low.Equal(*x.High)
	case policy.Cell:
		return x.Any
	case policy.Table:
		return field == "Digest" && x.Sheet == ""
	}
	return false
}
