package importers

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"zhida/importers/sheet"
	"zhida/payroll"
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/identity"
)

// A book's lists, with what makes them long: more places than Excel takes inline.
func bookLists() payroll.FormLists {
	l := payroll.FormLists{Names: map[string]string{}, Posts: []string{"书记", "主任", "站所长"}, Ranks: []string{"一级科员"}, Items: []string{"基本工资", "离任村干部补偿"}, Funds: []string{"F01", "F03"},
		Documents: []string{"桃政发〔2026〕3号"}, Banks: []string{"HNRCC", "ABC"}}
	for _, x := range [][2]string{{"430725101", "陬市镇"}, {"430725102", "漳江（城关）镇"}} {
		for _, v := range []string{"", "200", "201", "202", "203", "204"} {
			code := x[0] + v
			name := x[1] + v
			l.Names[code] = name
			l.Places = append(l.Places, code+" "+name)
		}
	}
	return l
}

// Every template is understood by its own form: headings, choices and the example
// are found, and the example is not taken for a person, a sum or a place.
func TestTemplatesAreUnderstood(t *testing.T) {
	for _, kind := range Kinds() {
		for book, lists := range map[string]payroll.FormLists{"no book": {}, "a book": bookLists()} {
			data, err := Template(kind, lists)
			if err != nil {
				t.Fatal(err)
			}
			in, err := Read(kind, kind+".xlsx", data, Options{Places: lists.Names})
			if err != nil {
				t.Errorf("%s, %s: %v", kind, book, err)
				continue
			}
			if kind == "calendar" { // the example is true for everybody
				if len(in.Rows) != 1 || len(in.Problems) != 0 {
					t.Errorf("%s, %s: %d rows, %v", kind, book, len(in.Rows), in.Problems)
				}
				continue
			}
			var codes []string
			for _, p := range in.Problems {
				codes = append(codes, p.Code)
			}
			if diff := cmp.Diff([]string{"import.example_row"}, codes[:min(1, len(codes))]); diff != "" || len(in.Rows) != 0 || len(codes) > 2 || len(codes) == 2 && codes[1] != "election.village_waits" {
				t.Errorf("%s, %s: %d rows, %v", kind, book, len(in.Rows), in.Problems)
			}
		}
	}
}

// A template whose example is written over by somebody reads back without a problem.
func TestTemplatesFilledInReadBack(t *testing.T) {
	id := idOf(t, a)
	for _, kind := range Kinds() {
		f, err := formOf(kind)
		if err != nil {
			t.Fatal(err)
		}
		row := make([]string, len(f.columns))
		for i, c := range f.columns {
			switch row[i] = c.example; {
			case c.code == "id" && c.kind == personID:
				row[i] = id
			case c.code == "born": // of the example
				row[i] = ""
			case c.code == "category" && kind == payroll.KindChanges:
				row[i] = ""
			case f.world && slices.Contains([]string{"document", "summary", "voucher", "class"}, c.code) && c.choices == nil || f.kind == "places" && c.code == "distance":
				row[i] += "9"
			}
		}
		data, err := f.template(bookLists(), [][]string{row}, nil)
		if err != nil {
			t.Fatal(err)
		}
		in, err := Read(kind, kind+".xlsx", data, Options{Items: map[string]string{"基本工资": "base_salary", "离任村干部补偿": "former"}, From: 20261001, Places: bookLists().Names})
		if err != nil || len(in.Problems) != 0 || len(in.Rows) != 1 {
			t.Errorf("%s: %v %+v", kind, err, in)
		}
	}
}

// A sheet of days with people in it waits for dates alone: each row is refused for want of one, and for nothing else.
func TestDaysSheet(t *testing.T) {
	id, err := identity.ParseResidentID(idOf(t, a))
	if err != nil {
		t.Fatal(err)
	}
	lists := bookLists()
	data, err := DaysSheet(lists, "430725101", []payroll.Member{{Name: "张小满", ID: id}})
	if err != nil {
		t.Fatal(err)
	}
	in, err := Read("days", "days.xlsx", data, Options{Places: lists.Names})
	if err != nil || len(in.Rows) != 0 || len(in.Problems) != 1 || in.Problems[0].Code != "import.required" || !strings.HasPrefix(in.Problems[0].Cell, "D") {
		t.Errorf("%v %+v", err, in)
	}
}

// Whatever a drop-down offers is taken by the reader.
func TestDropDownsAreTaken(t *testing.T) {
	lists := bookLists()
	for i := range forms {
		f := &forms[i]
		for k := range f.columns {
			c := &f.columns[k]
			choices, _ := f.offer(c, &lists)
			for _, s := range choices {
				v, err := c.value(sheet.Cell{Kind: sheet.Text, Text: s})
				if err != nil || v == "" && s != "新增" && s != "修改" {
					t.Errorf("%s, %s: %q gives %q, %v", f.kind, c.title, s, v, err)
				}
			}
			if c.kind == place && f.kind != "places" && len(choices) == 0 {
				t.Errorf("%s, %s has no drop-down", f.kind, c.title)
			}
		}
	}
}

// The same lists give the same bytes.
func TestTemplatesAreTheSameBytes(t *testing.T) {
	for _, kind := range []string{"roster", payroll.KindChanges, payroll.KindElection} {
		one, err := Template(kind, bookLists())
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			if other, err := Template(kind, bookLists()); err != nil || !bytes.Equal(one, other) {
				t.Errorf("%s: %v, %d and %d bytes", kind, err, len(one), len(other))
			}
		}
	}
}

// The bodies that events make are those that the forms make: what comes in either way is the same fact.
func TestBodiesOfEventsAndFormsAgree(t *testing.T) {
	id := idOf(t, a)
	for _, c := range []struct{ kind, text, want string }{
		{"roster", "身份证号,姓名,人员类别,单位代码,参加工作日期,村民小组,户籍,标记,去世日期,退休日期\n{A},张甲,村干部,430725101200,2001-07-01,三组,本县,鳏寡孤独,2026-01-02,2025-12-31\n",
			payroll.ProfileBody(&facts.Profile{ID: identity.ResidentID(id), Name: "张甲", Category: facts.VillageCadre, Place: "430725101200", Joined: 20010701, Group: "三组", Hukou: "本县", Flags: "鳏寡孤独", Died: 20260102, Retired: 20251231})},
		{"tenure", "身份证号,姓名,单位代码,职务,职级,任职日期,离任日期,任免文号,组织认定,离任原因\n{A},张甲,430725101200,书记,甲级,2021-01-15,2026-11-10,桃组〔2026〕1号,是,届满\n",
			payroll.SpellBody(&facts.Spell{Place: "430725101200", Post: "书记", Rank: "甲级", From: 20210115, To: 20261110, Document: "桃组〔2026〕1号", Recognised: true, Reason: "届满"})},
		{"accounts", "身份证号,姓名,银行卡号,开户网点,户名,换卡依据\n{A},张甲,6200590000009999992,某支行,张甲,证明1号\n",
			payroll.AccountBody(&facts.Account{Card: "6200590000009999992", Bank: "ABC", Branch: "某支行", Holder: "张甲", Proof: "证明1号"})},
		{"absences", "身份证号,姓名,类型,开始日期,结束日期,工作日数,文号\n{A},张甲,借调,2026-10-12,2026-10-14,3,桃组〔2026〕2号\n",
			payroll.AbsenceBody(&facts.Absence{Kind: "借调", From: calendar.Date(20261012), To: 20261014, WorkingDays: 3, Document: "桃组〔2026〕2号"})},
	} {
		in := read(t, c.kind, strings.ReplaceAll(c.text, "\\n", "\n"))
		if len(in.Rows) != 1 {
			t.Fatalf("%s: %s", c.kind, problems(in))
		}
		if diff := cmp.Diff(c.want, in.Rows[0].Fact.Body); diff != "" {
			t.Errorf("%s: %s", c.kind, diff)
		}
	}
}
