package policy

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// An outline says what the file says, in words: nothing that a comparison would name is left out, and no item goes by its code.
func TestOutline(t *testing.T) {
	files, err := filepath.Glob("../../testdata/counties/taoyuan/policies/*.yaml")
	if err != nil || len(files) < 5 {
		t.Fatal(files, err)
	}
	read := map[string]*Policy{}
	items := map[string]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if read[file], err = Read(file, text); err != nil {
			t.Fatal(err)
		}
		for code, name := range read[file].Granted() {
			items[code] = name
		}
	}
	codes := regexp.MustCompile(`\b[a-z]+_[a-z_]+\b`)
	for file, p := range read {
		o := p.Outline(items, map[string]string{"F03": "村级转移支付"})
		n := len(o.Document) + len(o.Names) + len(o.Rest)
		var said strings.Builder
		for _, it := range o.Items {
			n += len(it.Says) + 2 // that it is granted, and its name
			for _, s := range it.Says {
				said.WriteString(s.What + " " + s.Value + "\n")
				if s.What == "资金" && s.Value == "F03" {
					t.Errorf("%s: %s names a fund by its code", file, it.Name)
				}
			}
		}
		rows := 0
		for _, table := range o.Tables {
			rows += len(table.Rows) * len(table.Values)
			for _, r := range table.Rows {
				if len(r.Keys) != len(table.Keys) || len(r.Values) != len(table.Values) {
					t.Errorf("%s %s: %v", file, table.Name, r)
				}
			}
		}
		all := 0 // of tables their cells are counted, and not what is said about them
		about := map[string]bool{"出处": true, "留空": true, "来自": true, "的键": true, "的值": true}
		for _, s := range statements(p) {
			if _, what, ok := strings.Cut(s.what, "”"); !strings.HasPrefix(s.what, "表“") || !ok || !about[what] {
				all++
			}
		}
		if n+rows != all {
			t.Errorf("%s: the outline says %d things, the file %d", file, n+rows, all)
		}
		for _, code := range codes.FindAllString(said.String(), -1) {
			if items[code] != "" {
				t.Errorf("%s names the item %s by its code", file, code)
			}
		}
	}
	p := read["../../testdata/counties/taoyuan/policies/04-村干部报酬.yaml"]
	want := []OutlineRow{{[]string{"书记、主任"}, []string{"1"}}, {[]string{"副书记、副主任、会计、妇联主席"}, []string{"0.8"}}, {[]string{"委员"}, []string{"0.7"}}}
	for _, table := range p.Outline(items, nil).Tables {
		if table.Name == "职务系数" {
			if diff := cmp.Diff(want, table.Rows); diff != "" {
				t.Error(diff)
			}
			want = nil
		}
	}
	if want != nil {
		t.Error("there is no table of coefficients")
	}
}
