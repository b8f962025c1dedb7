package importers

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"zhida/importers/sheet"
	"zhida/payroll"
	"zhida/rules/message"
)

// page is a sheet of a test's workbook: rows of text, a cell for each tab, and merged ranges.
type page struct {
	name, rows string
	merged     []string
	edit       func(f *excelize.File) error
}

func pagesOf(t *testing.T, pages ...page) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	check := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	for i, p := range pages {
		if i == 0 {
			check(f.SetSheetName("Sheet1", p.name))
		} else {
			_, err := f.NewSheet(p.name)
			check(err)
		}
		for r, line := range strings.Split(strings.NewReplacer("{A}", idOf(t, a), "{B}", idOf(t, b)).Replace(p.rows), "\n") {
			for c, text := range strings.Split(line, "\t") {
				if text != "" {
					check(f.SetCellStr(p.name, sheet.Address(c+1, r+1), text))
				}
			}
		}
		for _, m := range p.merged {
			from, to, _ := strings.Cut(m, ":")
			check(f.MergeCell(p.name, from, to))
		}
		if p.edit != nil {
			check(p.edit(f))
		}
	}
	var out bytes.Buffer
	check(f.Write(&out))
	return out.Bytes()
}

func codes(list []message.Message) string {
	var text []string
	for _, m := range list {
		text = append(text, m.Code)
	}
	return strings.Join(text, " ")
}

// facts are rows as a table of what they say.
func factsOf(in *payroll.ImportBatch) (list []string) {
	for _, r := range in.Rows {
		list = append(list, strings.TrimSpace(r.PersonName+" "+r.Fact.Key+" "+strings.Replace(r.Fact.Body, `"id":"`+r.PersonID+`",`, "", 1)))
	}
	return list
}

// Sheets as townships send them: each is understood, or refused with a question. What is
// not read is named.
func TestMessyWorkbooks(t *testing.T) {
	items := map[string]string{"住房补贴": "housing", "通信补贴": "telecom", "基本工资": "base"}
	const roster = "身份证号\t姓名\t人员类别\t单位代码\n{A}\t张甲\t村干部\t430725101200"
	one := []string{`张甲 housing|2026-10 {"item":"housing","month":"2026-10","fen":10000}`, `张甲 telecom|2026-10 {"item":"telecom","month":"2026-10","fen":5000}`}
	for name, c := range map[string]struct {
		kind   string
		pages  []page
		o      Options
		facts  []string
		bad    string // problems, or the code of the error
		notes  string
		detail string // in the text of the error or of the last note
	}{
		"the amount stands under the merged name of its item": {kind: "paid",
			pages: []page{{"表", "桃源县发放表\n姓名\t身份证号\t所属月份\t住房补贴\t\t通信补贴\t\n\t\t\t标准\t金额\t标准\t金额\n张甲\t{A}\t2026-10\t90\t100.00\t40\t50.00\n合计\t1人\t\t\t100.00\t\t50.00", []string{"A1:G1", "A2:A3", "B2:B3", "C2:C3", "D2:E2", "F2:G2"}, nil}},
			facts: one, notes: "import.extra_columns", detail: "住房补贴标准、通信补贴标准"},
		"items under a heading that only groups them": {kind: "paid",
			pages: []page{{"表", "人员\t\t\t应发项目\t\n姓名\t身份证号\t所属月份\t住房补贴\t通信补贴\n张甲\t{A}\t2026-10\t100\t50", []string{"A1:C1", "D1:E1"}, nil}}, facts: one},
		"items of last month beside those of this": {kind: "paid",
			pages: []page{{"表", "姓名\t身份证号\t所属月份\t上月\t\n\t\t\t住房补贴\t通信补贴\n张甲\t{A}\t2026-10\t100\t50", []string{"A1:A2", "B1:B2", "C1:C2", "D1:E1"}, nil}}, bad: "import.heading_unsure", detail: "上月通信补贴"},
		"one item twice": {kind: "paid",
			pages: []page{{"表", "姓名\t身份证号\t所属月份\t应发\t\t实发\t\n\t\t\t住房补贴\t通信补贴\t住房补贴\t通信补贴\n张甲\t{A}\t2026-10\t100\t50\t100\t50", []string{"D1:E1", "F1:G1"}, nil}}, bad: "import.heading_twice"},
		"an amount under a heading nobody knows": {kind: "transfers",
			pages: []page{{"表", "资金\t文号\t凭证号\t到账日期\t上级补助\t\n\t\t\t\t金额\t比例\nF03\t样例〔2026〕1号\t1\t2026-10-01\t100\t1", []string{"A1:A2", "B1:B2", "C1:C2", "D1:D2", "E1:F1"}, nil}}, bad: "import.heading_unsure", detail: "上级补助金额"},
		"the same, when the clerk has said": {kind: "transfers", o: Options{Map: map[string]string{"上级补助金额": "金额"}},
			pages: []page{{"表", "资金\t文号\t凭证号\t到账日期\t上级补助\t\n\t\t\t\t金额\t比例\nF03\t样例〔2026〕1号\t1\t2026-10-01\t100\t1", []string{"A1:A2", "B1:B2", "C1:C2", "D1:D2", "E1:F1"}, nil}},
			facts: []string{`F03|样例〔2026〕1号||1 {"fund":"F03","document":"样例〔2026〕1号","voucher":"1","date":"2026-10-01","fen":10000}`}, notes: "import.extra_columns"},
		"a heading nobody knows is an item": {kind: "paid", o: Options{Map: map[string]string{"房补": "住房补贴", "话费": NotRead}},
			pages: []page{{"表", "姓名\t身份证号\t所属月份\t房补\t话费\n张甲\t{A}\t2026-10\t100\t50", nil, nil}}, facts: one[:1], notes: "import.extra_columns"},
		"a field that is none": {kind: "paid", o: Options{Map: map[string]string{"房补": "交通补贴"}},
			pages: []page{{"表", "姓名\t身份证号\t所属月份\t房补\n张甲\t{A}\t2026-10\t100", nil, nil}}, bad: "import.map_field"},
		"a heading that is not there": {kind: "paid", o: Options{Map: map[string]string{"话费": NotRead}},
			pages: []page{{"表", "姓名\t身份证号\t所属月份\t住房补贴\n张甲\t{A}\t2026-10\t100", nil, nil}}, bad: "import.map_heading"},
		"ten thousands are not yuan": {kind: "transfers",
			pages: []page{{"表", "资金\t文号\t凭证号\t到账日期\t金额（万元）\nF03\t样例〔2026〕1号\t1\t2026-10-01\t100", nil, nil}}, bad: "import.unit", detail: "E1"},
		"dates below a heading that is merged over three columns": {kind: "days",
			pages: []page{{"表", "单位代码\t身份证号\t姓名\t类型\t日期\t\t\n430725101\t{A}\t张甲\t下村\t2026-10-12\t2026-10-13\t2026-10-14", []string{"E1:G1"}, nil}}, bad: "F2 import.untitled, G2 import.untitled"},
		"a second figure below no heading": {kind: "paid",
			pages: []page{{"表", "姓名\t身份证号\t所属月份\t住房补贴\n张甲\t{A}\t2026-10\t100\t50", nil, nil}}, bad: "E2 import.untitled"},
		"numbers of rows and remarks below no heading": {kind: "paid",
			pages: []page{{"表", "\t姓名\t身份证号\t所属月份\t住房补贴\n1\t张甲\t{A}\t2026-10\t100\t已核", nil, nil}}, facts: one[:1], notes: "import.extra_columns", detail: "没有读：F"},
		"ten thousands stay ten thousands whatever is said": {kind: "transfers", o: Options{Map: map[string]string{"金额（万元）": "金额"}},
			pages: []page{{"表", "资金\t文号\t凭证号\t到账日期\t金额（万元）\nF03\t样例〔2026〕1号\t1\t2026-10-01\t20", nil, nil}}, bad: "import.unit", detail: "E1"},
		"and fen stay fen": {kind: "paid", o: Options{Map: map[string]string{"房补(分)": "住房补贴"}},
			pages: []page{{"表", "姓名\t身份证号\t所属月份\t房补(分)\n张甲\t{A}\t2026-10\t100", nil, nil}}, bad: "import.unit", detail: "D1"},
		"a roster is no list of places": {kind: "places",
			pages: []page{{"表", "身份证号\t姓名\t人员类别\t单位代码\t单位名称\n{A}\t张甲\t村干部\t430725101200\t桃花源村", nil, nil}}, bad: "import.other_kind", detail: "as a “花名册” sheet"},
		"leave is no service": {kind: "days",
			pages: []page{{"表", "身份证号\t姓名\t类型\t开始日期\t结束日期\n{A}\t张甲\t事假\t2026-10-12\t2026-10-14", nil, nil}}, bad: "import.other_kind", detail: "as a “缺勤” sheet"},
		"who is responsible for a place does not matter, when the clerk says so": {kind: "places", o: Options{Map: map[string]string{"姓名": NotRead}},
			pages: []page{{"表", "区划代码\t名称\t姓名\n430725101200\t桃花源村\t张甲", nil, nil}}, facts: []string{`430725101200 {"code":"430725101200","name":"桃花源村"}`}, notes: "import.extra_columns"},
		"extra columns, hidden columns and rows": {kind: "roster",
			pages: []page{{"表", "序号\t身份证号\t姓名\t人员类别\t单位代码\t手机\n1\t{A}\t张甲\t村干部\t430725101200\t1", nil, func(f *excelize.File) error {
				if err := f.SetRowVisible("表", 2, false); err != nil {
					return err
				}
				return f.SetColVisible("表", "E", false)
			}}}, facts: []string{`张甲  {"name":"张甲","category":"village_cadre","place":"430725101200"}`}, notes: "import.hidden_rows import.extra_columns import.hidden_columns", detail: "单位代码"},
		"a place merged over its people is theirs": {kind: "roster",
			pages: []page{{"表", roster + "\n{B}\t李乙\t村干部\t", []string{"D2:D3", "C2:C3"}, nil}},
			facts: []string{`张甲  {"name":"张甲","category":"village_cadre","place":"430725101200"}`, `李乙  {"name":"李乙","category":"village_cadre","place":"430725101200"}`}},
		"an amount merged over two people is nobody's": {kind: "paid",
			pages: []page{{"表", "姓名\t身份证号\t所属月份\t住房补贴\n张甲\t{A}\t2026-10\t100\n李乙\t{B}\t2026-10\t", []string{"D2:D3"}, nil}}, bad: "D2 import.merged, D3 import.merged"},
		"a name and number merged over two rows": {kind: "paid",
			pages: []page{{"表", "姓名\t身份证号\t所属月份\t住房补贴\n张甲\t{A}\t2026-09\t100\n\t\t2026-10\t100", []string{"A2:A3", "B2:B3"}, nil}}, bad: "B2 import.merged, A2 import.merged, B3 import.merged, A3 import.merged"},
		"cells merged across columns": {kind: "roster",
			pages: []page{{"表", roster, []string{"B2:C2"}, nil}}, bad: "B2 import.merged, C2 import.merged"},
		"subtotals by place and a total": {kind: "paid",
			pages: []page{{"表", "姓名\t身份证号\t所属月份\t住房补贴\n张甲\t{A}\t2026-10\t100\n盘塘村小计\t\t\t100\n李乙\t{B}\t2026-10\t50\n小 计：\t1人\t\t50\n总计（2人）\t\t\t150\n以上人员情况属实，特此说明。", nil, nil}},
			facts: []string{one[0], `李乙 housing|2026-10 {"item":"housing","month":"2026-10","fen":5000}`}},
		"a subtotal that is the sum of everything": {kind: "paid",
			pages: []page{{"表", "姓名\t身份证号\t所属月份\t住房补贴\n张甲\t{A}\t2026-10\t100\n小计\t\t\t100\n李乙\t{B}\t2026-10\t50\n小计\t\t\t150", nil, nil}}, bad: "D5 import.total_differs"},
		"a total above the rows": {kind: "paid",
			pages: []page{{"表", "姓名\t身份证号\t所属月份\t住房补贴\n合计\t\t\t101\n张甲\t{A}\t2026-10\t100", nil, nil}}, bad: "D2 import.total_differs"},
		"headings again on the second page": {kind: "roster",
			pages: []page{{"表", roster + "\n\n身份证号\t姓名\t人员类别\t单位代码\n{B}\t李乙\t村干部\t430725101200", nil, nil}},
			facts: []string{`张甲  {"name":"张甲","category":"village_cadre","place":"430725101200"}`, `李乙  {"name":"李乙","category":"village_cadre","place":"430725101200"}`}},
		"several sheets that fit": {kind: "roster",
			pages: []page{{"陬市镇", roster, nil, nil}, {"盘塘镇", strings.ReplaceAll(strings.ReplaceAll(roster, "{A}", "{B}"), "张甲", "李乙"), nil, nil}}, bad: "import.which_sheet", detail: "陬市镇、盘塘镇"},
		"all of them": {kind: "roster", o: Options{Sheets: []string{AllSheets}},
			pages: []page{{"陬市镇", roster, nil, nil}, {"盘塘镇", strings.ReplaceAll(strings.ReplaceAll(roster, "{A}", "{B}"), "张甲", "李乙"), nil, nil}},
			facts: []string{`张甲  {"name":"张甲","category":"village_cadre","place":"430725101200"}`, `李乙  {"name":"李乙","category":"village_cadre","place":"430725101200"}`}},
		"two of them that contradict": {kind: "roster", o: Options{Sheets: []string{"陬市镇", "盘塘镇"}},
			pages: []page{{"陬市镇", roster, nil, nil}, {"盘塘镇", strings.ReplaceAll(roster, "101200", "102200"), nil, nil}}, bad: "A2 import.contradiction, A2 import.contradiction"},
		"the sheet that fits is the second": {kind: "roster",
			pages: []page{{"说明", "请按要求填写", nil, nil}, {"花名册", roster, nil, nil}, {"空表", "", nil, nil}},
			facts: []string{`张甲  {"name":"张甲","category":"village_cadre","place":"430725101200"}`}, notes: "import.other_sheets", detail: "没有读：说明"},
		"a hidden sheet that fits is named": {kind: "roster",
			pages: []page{{"花名册", roster, nil, nil}, {"旧表", roster, nil, func(f *excelize.File) error { return f.SetSheetVisible("旧表", false) }}},
			facts: []string{`张甲  {"name":"张甲","category":"village_cadre","place":"430725101200"}`}, notes: "import.other_sheets", detail: "旧表"},
		"a sheet that is not there": {kind: "roster", o: Options{Sheets: []string{"花名册"}}, pages: []page{{"表", roster, nil, nil}}, bad: "sheet.no_sheet"},
		"a title and who fills it in": {kind: "roster",
			pages: []page{{"表", "陬市镇花名册\n填报单位：陬市镇\t\t日期：2026年11月\t\n" + roster + "\n制表：某\t\t审核：某", []string{"A1:D1", "A2:B2", "C2:D2"}, nil}},
			facts: []string{`张甲  {"name":"张甲","category":"village_cadre","place":"430725101200"}`}},
	} {
		c.o.From, c.o.Items = 20261001, items
		in, err := Read(c.kind, "表.xlsx", pagesOf(t, c.pages...), c.o)
		if err != nil {
			if message.Code(err) != c.bad || !strings.Contains(err.Error(), c.detail) {
				t.Errorf("%s: %v, want %s", name, err, c.bad)
			}
			continue
		}
		if diff := cmp.Diff(c.facts, factsOf(in)); diff != "" && c.bad == "" || problems(in) != c.bad {
			t.Errorf("%s: problems %s, want %s; %s", name, problems(in), c.bad, diff)
		}
		if codes(in.Notes) != c.notes || c.detail != "" && !strings.Contains(in.Notes[len(in.Notes)-1].Text(message.Chinese), c.detail) {
			t.Errorf("%s: notes %v, want %s", name, in.Notes, c.notes)
		}
	}
}

// What was said about headings holds for later files whose headings are the same, and for no other.
func TestSaidHeadingsAreKnownByTheirShape(t *testing.T) {
	o := Options{Items: map[string]string{"住房补贴": "housing"}, Map: map[string]string{"房补": "住房补贴"}}
	text := "姓名,身份证号,所属月份,房补\n张甲," + idOf(t, a) + ",2026-10,100\n"
	in, err := Read("paid", "a.csv", []byte(text), o)
	if err != nil || len(in.Headings) != 1 {
		t.Fatal(in, err)
	}
	said := in.Headings[0]
	if diff := cmp.Diff([]string{"房补=item:housing"}, said.Fields); diff != "" || said.Kind != "paid" {
		t.Error(said, diff)
	}
	o.Map, o.Known = nil, map[string]map[string]string{said.Shape: {"房补": "item:housing"}}
	in, err = Read("paid", "b.csv", []byte(strings.ReplaceAll(text, ",100", ",200")), o)
	if err != nil || len(in.Rows) != 1 || len(in.Headings) != 0 || codes(in.Notes) != "headings.used" || !strings.Contains(in.Notes[0].Text(message.Chinese), "房补=住房补贴") {
		t.Errorf("the same headings: %+v %v", in, err)
	}
	if _, err := Read("paid", "c.csv", []byte(strings.ReplaceAll(text, "姓名", "名字")), o); message.Code(err) != "import.no_heading" {
		t.Errorf("other headings: %v", err)
	}
}
