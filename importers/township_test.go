package importers

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"zhida/rules/message"
)

// Sheets as townships really send them, whole: what each one gives is said exactly. It is
// understood, or refused with a code whose sentence says what to do; nothing is guessed
// about money, people or days.
func TestTownshipSheets(t *testing.T) {
	const zhang, li = `张甲  {"name":"张甲","category":"village_cadre","place":"430725101200"}`, `李乙  {"name":"李乙","category":"village_cadre","place":"430725101200"}`
	const zhangPaid, liPaid = `张甲 housing|2026-10 {"item":"housing","month":"2026-10","fen":10000}`, `李乙 housing|2026-10 {"item":"housing","month":"2026-10","fen":5000}`
	both, paid := []string{zhang, li}, []string{zhangPaid, liPaid}
	const heading = "身份证号\t姓名\t人员类别\t单位代码\n"
	const rows = "{A}\t张甲\t村干部\t430725101200\n{B}\t李乙\t村干部\t430725101200"
	const pay = "姓名\t身份证号\t所属月份\t住房补贴\n"
	gbk := func(s string) string {
		s, err := simplifiedchinese.GB18030.NewEncoder().String(s)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	items := map[string]string{"住房补贴": "housing", "通信补贴": "telecom", "基本报酬": "base"}
	for name, c := range map[string]struct {
		kind   string
		pages  []page
		text   string // instead of pages: a file that is no workbook
		o      Options
		facts  []string
		bad    string // problems, or the code of the error
		notes  string
		detail string // in the text of the error, of the first problem or of the last note
	}{
		// Headings.
		"three storeys: a group, its items, their figures": {kind: "paid", pages: []page{{"表", "陬市镇发放表\n序号\t姓名\t身份证号\t所属月份\t应发项目\n\t\t\t\t住房补贴\t\t通信补贴\t\n\t\t\t\t标准\t金额\t标准\t金额\n1\t张甲\t{A}\t2026-10\t90\t100.00\t40\t50.00\n合计\t\t\t\t\t100.00\t\t50.00",
			[]string{"A1:H1", "A2:A4", "B2:B4", "C2:C4", "D2:D4", "E2:H2", "E3:F3", "G3:H3"}, nil}},
			facts: []string{zhangPaid, `张甲 telecom|2026-10 {"item":"telecom","month":"2026-10","fen":5000}`}, notes: "import.extra_columns", detail: "应发项目住房补贴标准、应发项目通信补贴标准"},
		"three storeys in a text file": {kind: "paid", text: "姓名,身份证号,所属月份,应发项目,,,\n,,,住房补贴,,通信补贴,\n,,,标准,金额,标准,金额\n张甲,{A},2026-10,90,100.00,40,50.00\n",
			facts: []string{zhangPaid, `张甲 telecom|2026-10 {"item":"telecom","month":"2026-10","fen":5000}`}, notes: "import.extra_columns"},
		"three storeys, one of last month": {kind: "paid", pages: []page{{"表", "姓名\t身份证号\t所属月份\t上月\n\t\t\t住房补贴\t\n\t\t\t标准\t金额\n张甲\t{A}\t2026-10\t90\t100.00", []string{"A1:A3", "B1:B3", "C1:C3", "D1:E1", "D2:E2"}, nil}},
			bad: "import.heading_unsure", detail: "上月住房补贴金额"},
		"three storeys, the item on top and something between": {kind: "paid", pages: []page{{"表", "姓名\t身份证号\t所属月份\t住房补贴\n\t\t\t县级\t\n\t\t\t人数\t金额\n张甲\t{A}\t2026-10\t1\t100.00", []string{"A1:A3", "B1:B3", "C1:C3", "D1:E1", "D2:E2"}, nil}},
			bad: "import.heading_unsure", detail: "住房补贴县级金额"},
		"one group deep, another flat": {kind: "paid", pages: []page{{"表", "人员信息\t\t所属月份\t发放情况\t\n姓名\t身份证号\t\t住房补贴\t通信补贴\n\t\t\t\t\n张甲\t{A}\t2026-10\t100\t", []string{"A1:B1", "A2:A3", "B2:B3", "C1:C3", "D1:E1", "D2:D3", "E2:E3"}, nil}},
			facts: []string{zhangPaid}},
		"line breaks, spaces of every width and stars in headings": {kind: "roster", pages: []page{{"表", "\n" + rows, nil, func(f *excelize.File) error {
			return f.SetSheetRow("表", "A1", &[]any{"身份\n证号", "姓\u3000名*", "人员\u00a0类别", " 单位\r\n代码（必填）"})
		}}}, facts: both},
		"a heading of two tables side by side": {kind: "roster", pages: []page{{"表", "序号\t姓名\t身份证号\t人员类别\t单位代码\t\t序号\t姓名\t身份证号\t人员类别\t单位代码\n1\t张甲\t{A}\t村干部\t430725101200\t\t2\t李乙\t{B}\t村干部\t430725101200", nil, nil}},
			bad: "import.heading_twice"},
		"headings again on every printed page, over two storeys, with the title": {kind: "paid", pages: []page{{"表", strings.Repeat("发放表\n填报单位：陬市镇\t\t\t单位：元\n姓名\t身份证号\t所属月份\t补贴\n\t\t\t住房补贴\n张甲\t{A}\t2026-10\t100\n本页小计\t1人\t\t100\n第1页\n", 1) + "发放表\n填报单位：陬市镇\t\t\t单位：元\n姓名\t身份证号\t所属月份\t补贴\n\t\t\t住房补贴\n李乙\t{B}\t2026-10\t50\n本页小计\t1人\t\t50\n合计\t2人\t\t150\n第2页",
			[]string{"A3:A4", "B3:B4", "C3:C4"}, nil}}, facts: paid},
		"a row of column numbers behind 栏次": {kind: "roster", pages: []page{{"表", "序号\t身份证号\t姓名\t人员类别\t单位代码\n栏次\t1\t2\t3\t4\n1\t{A}\t张甲\t村干部\t430725101200", nil, nil}}, facts: []string{zhang}},

		// What stands around the table.
		"attachment number, unit, who fills it in, who signs": {kind: "paid", pages: []page{{"表", "附件1\n陬市镇村干部待遇发放表\n填报单位（盖章）：陬市镇人民政府\t\t2026年10月25日\t单位：元\n" + pay + "张甲\t{A}\t2026-10\t100\n李乙\t{B}\t2026-10\t50\n合计\t2人\t\t150\n制表人：\t某甲\t审核人：\t某乙\t负责人：\t某丙\t日期：\t2026.10.25\n注：1. 本表一式三份。\n说明：以上人员均在岗",
			[]string{"A2:D2", "A3:B3"}, nil}}, facts: paid},
		"amounts in ten thousands, in a corner without the word unit": {kind: "paid", pages: []page{{"表", "发放表\n填报：陬市镇\t\t\t（万元）\n" + pay + "张甲\t{A}\t2026-10\t0.01", nil, nil}}, bad: "import.unit", detail: "（万元）"},
		"amounts in fen, said in the title":                           {kind: "paid", pages: []page{{"表", "发放表（单位：分）\n" + pay + "张甲\t{A}\t2026-10\t10000", nil, nil}}, bad: "import.unit", detail: "单位：分"},
		"amounts in ten thousands, said under the table":              {kind: "paid", pages: []page{{"表", pay + "张甲\t{A}\t2026-10\t0.01\n\n单位：万元\n制表人：\t审核人：", nil, nil}}, bad: "import.unit", detail: "单位：万元"},
		"amounts in ten thousands, said in a note":                    {kind: "paid", pages: []page{{"表", pay + "张甲\t{A}\t2026-10\t0.01\n注：以上金额单位为万元。", nil, nil}}, bad: "import.unit", detail: "金额单位为万元"},
		"amounts in ten thousands, said above":                        {kind: "paid", pages: []page{{"表", "发放表\n填报单位：陬市镇\t\t\t单位：万元\n" + pay + "张甲\t{A}\t2026-10\t0.01", nil, nil}}, bad: "import.unit", detail: "单位：万元"},
		"people and yuan are a usual unit":                            {kind: "paid", pages: []page{{"表", "单位：人、元\n" + pay + "张甲\t{A}\t2026-10\t100", nil, nil}}, facts: paid[:1]},
		"numbers given beforehand":                                    {kind: "roster", pages: []page{{"表", "序号\t身份证号\t姓名\t人员类别\t单位代码\t备注\n1\t{A}\t张甲\t村干部\t430725101200\n2\n4\t{B}\t李乙\t村干部\t430725101200\n5\t\t\t\t\t空\n6", nil, nil}}, facts: both, notes: "import.blank_rows import.extra_columns"},
		"blank columns and rows between":                              {kind: "roster", pages: []page{{"表", "身份证号\t\t姓名\t\t人员类别\t单位代码\n\n{A}\t\t张甲\t\t村干部\t430725101200\n\n\n{B}\t\t李乙\t\t村干部\t430725101200", nil, nil}}, facts: both},
		"the village above its people":                                {kind: "roster", pages: []page{{"表", "序号\t身份证号\t姓名\t人员类别\t单位代码\n一、盘塘村\n1\t{A}\t张甲\t村干部\t430725101200\n2\t{B}\t李乙\t村干部\t430725101200", nil, nil}}, facts: both, notes: "import.blank_rows"},

		// Totals, on either side of what they cover.
		"a subtotal above each group":                              {kind: "paid", pages: []page{{"表", pay + "陬市镇小计\t\t\t100\n张甲\t{A}\t2026-10\t100\n盘塘镇小计\t1人\t\t50\n李乙\t{B}\t2026-10\t50\n合计\t2人\t\t150", nil, nil}}, facts: paid},
		"everything on top, then groups":                           {kind: "paid", pages: []page{{"表", pay + "合计\t2人\t\t150\n小计\t\t\t100\n张甲\t{A}\t2026-10\t100\n小计\t\t\t50\n李乙\t{B}\t2026-10\t50", nil, nil}}, facts: paid},
		"a village in a township, both above":                      {kind: "paid", pages: []page{{"表", pay + "陬市镇小计\t2人\t\t150\n甲村小计\t\t\t100\n张甲\t{A}\t2026-10\t100\n乙村小计\t\t\t50\n李乙\t{B}\t2026-10\t50", nil, nil}}, facts: paid},
		"a village in a township, both below":                      {kind: "paid", pages: []page{{"表", pay + "张甲\t{A}\t2026-10\t100\n甲村小计\t\t\t100\n李乙\t{B}\t2026-10\t50\n乙村小计\t\t\t50\n陬市镇小计\t2人\t\t150\n总计\t\t\t150", nil, nil}}, facts: paid},
		"a subtotal above that is of its neighbour":                {kind: "paid", pages: []page{{"表", pay + "小计\t\t\t50\n张甲\t{A}\t2026-10\t100\n小计\t\t\t100\n李乙\t{B}\t2026-10\t50", nil, nil}}, bad: "D2 import.total_differs, D4 import.total_differs", detail: "小计写的是 50，把它管的各行加起来是 100.00（如果它管的是上面的各行，是 0.00）"},
		"one above and one below":                                  {kind: "paid", pages: []page{{"表", pay + "小计\t\t\t100\n张甲\t{A}\t2026-10\t100\n李乙\t{B}\t2026-10\t50\n小计\t\t\t50", nil, nil}}, bad: "D2 import.total_differs, D5 import.total_differs", detail: "加起来是 150.00"},
		"a count above that is wrong":                              {kind: "paid", pages: []page{{"表", pay + "小计（3人）\t\t\t150\n张甲\t{A}\t2026-10\t100\n李乙\t{B}\t2026-10\t50", nil, nil}}, bad: "A2 import.count_differs", detail: "是 2 人（如果它管的是上面的各行，是 0 人）"},
		"what one page carries to the next":                        {kind: "paid", pages: []page{{"表", pay + "张甲\t{A}\t2026-10\t100\n本页合计\t\t\t100\n累计\t\t\t100\n李乙\t{B}\t2026-10\t50\n本页合计\t\t\t50\n累计\t\t\t150", nil, nil}}, facts: paid},
		"carried to the next page, of its page alone":              {kind: "paid", pages: []page{{"表", pay + "张甲\t{A}\t2026-10\t100\n本页合计\t\t\t100\n累计\t\t\t100\n李乙\t{B}\t2026-10\t50\n本页合计\t\t\t50\n累计\t\t\t50", nil, nil}}, bad: "D7 import.total_differs", detail: "累计写的是 50，把它管的各行加起来是 150.00"},
		"somebody whose name ends like a total":                    {kind: "paid", pages: []page{{"表", pay + "张甲\t{A}\t2026-10\t100\n王合计\t12\t2026-10\t50", nil, nil}}, bad: "B3 id.length"},
		"a total over an amount merged over two people":            {kind: "paid", pages: []page{{"表", pay + "张甲\t{A}\t2026-10\t100\n李乙\t{B}\t2026-10\t\n合计\t\t\t200", []string{"D2:D3"}, nil}}, bad: "D2 import.merged, D3 import.merged"},
		"a total over a row that is wrong says nothing of its own": {kind: "paid", pages: []page{{"表", pay + "张甲\t{A}\t2026-10\t一百\n李乙\t12\t2026-10\t50\n合计\t\t\t150", nil, nil}}, bad: "D2 money.format, B3 id.length"},
		"sums as formulas": {kind: "paid", pages: []page{{"表", pay + "张甲\t{A}\t2026-10\n李乙\t{B}\t2026-10\n合计", nil, func(f *excelize.File) error {
			for cell, v := range map[string]float64{"D2": 100, "D3": 50, "D4": 150} {
				if err := f.SetCellFloat("表", cell, v, 2, 64); err != nil {
					return err
				}
			}
			return f.SetCellFormula("表", "D4", "SUM(D2:D3)") // keeps the value beside it, as spreadsheets do
		}}}, facts: paid},

		// Cells.
		"a village merged over its people":      {kind: "roster", pages: []page{{"表", "单位代码\t身份证号\t姓名\t人员类别\n430725101200\t{A}\t张甲\t村干部\n\t{B}\t李乙\t村干部", []string{"A2:A3"}, nil}}, facts: both},
		"a village written once and not merged": {kind: "roster", pages: []page{{"表", "单位代码\t身份证号\t姓名\t人员类别\n430725101200\t{A}\t张甲\t村干部\n\t{B}\t李乙\t村干部", nil, nil}}, bad: "A3 import.required"},
		"numbers of people as they are typed":   {kind: "roster", pages: []page{{"表", heading + "{A1}\t张甲\t村干部\t430725101200\n'{B}\t李乙\t村干部\t430725101200", nil, nil}}, facts: both},
		"names drawn apart, with spaces around": {kind: "roster", pages: []page{{"表", heading + "{A}\t张\u3000甲\t 村干部 \t430725101200\u00a0\n{B}\t 李 乙\t村干部\t430725101200", nil, nil}}, facts: both},
		"names with dots stay as they are written": {kind: "roster", pages: []page{{"表", heading + "{A}\t买买提·吐尔逊\t村干部\t430725101200\n{B}\t买买提•吐尔逊\t村干部\t430725101200", nil, nil}},
			facts: []string{`买买提·吐尔逊  {"name":"买买提·吐尔逊","category":"village_cadre","place":"430725101200"}`, `买买提•吐尔逊  {"name":"买买提•吐尔逊","category":"village_cadre","place":"430725101200"}`}},
		"a telephone beside":                         {kind: "roster", pages: []page{{"表", "身份证号\t姓名\t人员类别\t单位代码\t联系电话\n{A}\t张甲\t村干部\t430725101200\t13900000000", nil, nil}}, facts: []string{zhang}, notes: "import.extra_columns", detail: "联系电话"},
		"amounts with the sign, the word and commas": {kind: "paid", pages: []page{{"表", pay + "张甲\t{A}\t2026-10\t¥100.00\n李乙\t{B}\t2026年10月\t50元\n合计\t\t\t￥150.00元", nil, nil}}, facts: paid},
		"commas that are not by threes":              {kind: "paid", pages: []page{{"表", pay + "张甲\t{A}\t2026-10\t1,00", nil, nil}}, bad: "D2 value.separators"},
		"months in the forms that people write":      {kind: "paid", pages: []page{{"表", pay + "张甲\t{A}\t2026.10\t100\n张甲\t{A}\t2026年3月\t100\n张甲\t{A}\t202604\t100\n张甲\t{A}\t26.3.1\t100\n张甲\t{A}\t2026.1\t100", nil, nil}}, bad: "C5 value.month, C6 value.month_unsure"},
		"days in the forms that people write": {kind: "days", pages: []page{{"表", "单位代码\t身份证号\t姓名\t日期\t类型\n430725101\t{A}\t张甲\t2026.3.1\t下村\n430725101\t{A}\t张甲\t2026年3月2日\t下村\n430725101\t{A}\t张甲\t2026/3/3 0:00\t下村\n430725101\t{A}\t张甲\t20260304\t下村\n430725101\t{A}\t张甲\t\t下村\n430725101\t{A}\t张甲\t\t下村\n430725101\t{A}\t张甲\t3月1日\t下村", nil, func(f *excelize.File) error {
			style, err := f.NewStyle(&excelize.Style{CustomNumFmt: ptr(`yyyy"年"m"月"d"日"`)})
			if err != nil {
				return err
			}
			if err := f.SetCellInt("表", "D6", 46086); err != nil { // 5 March 2026
				return err
			}
			if err := f.SetCellStyle("表", "D6", "D6", style); err != nil {
				return err
			}
			return f.SetCellInt("表", "D7", 46087) // a number that nothing says is a day
		}}}, bad: "D7 value.date_number, D8 value.date"},
		"a number of a person as a number": {kind: "roster", pages: []page{{"表", heading + "\t张甲\t村干部\t430725101200", nil, func(f *excelize.File) error { return f.SetCellFloat("表", "A2", 439901198503010000, 0, 64) }}}, bad: "A2 value.number_as_id"},

		// What a workbook is besides its cells.
		"filtered, frozen, commented and protected": {kind: "roster", pages: []page{{"表", heading + rows, nil, func(f *excelize.File) error {
			if err := f.AutoFilter("表", "A1:D3", nil); err != nil {
				return err
			}
			if err := f.SetPanes("表", &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
				return err
			}
			if err := f.AddComment("表", excelize.Comment{Cell: "B2", Author: "某", Text: "已核"}); err != nil {
				return err
			}
			if err := f.SetRowVisible("表", 3, false); err != nil {
				return err
			}
			return f.ProtectSheet("表", &excelize.SheetProtectionOptions{Password: "1"})
		}}}, facts: both, notes: "import.hidden_rows"},

		// Files that are no workbooks.
		"semicolons":                            {kind: "roster", text: "花名册\n" + strings.ReplaceAll(heading+rows, "\t", ";"), facts: both},
		"tabs below a title":                    {kind: "roster", text: "陬市镇花名册\n" + heading + rows + "\n", facts: both},
		"carriage returns alone":                {kind: "roster", text: strings.NewReplacer("\t", ",", "\n", "\r").Replace(heading + rows), facts: both},
		"a mark of the byte order":              {kind: "roster", text: "\ufeff" + strings.NewReplacer("\t", ",", "\n", "\r\n").Replace(heading+rows), facts: both},
		"in GBK, with quotes":                   {kind: "roster", text: gbk(strings.ReplaceAll(strings.NewReplacer("\t", ",", "\n", "\r\n").Replace(heading+rows), "张甲", `"张甲"`)), facts: both},
		"a quote inside a cell":                 {kind: "roster", text: strings.ReplaceAll(heading+"{A}\t张\"甲\t村干部\t430725101200\n", "\t", ","), bad: "sheet.quotes", detail: "line 2"},
		"a page of the web called .xls":         {kind: "roster", text: `<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><meta http-equiv=Content-Type content="text/html; charset=utf-8"><style>td{mso-number-format:"\@"}</style></head><body><table><tr><td colspan=4>陬市镇花名册</td></tr></table><table border=1><tr><th>身份证号<th>姓&nbsp;名<th>人员<br>类别<th>单位代码</tr><tr><td x:str>{A}</td><td>张甲</td><td rowspan="2">村干部</td><td rowspan=2>430725101200</td></tr><tr><td>{B}</td><td>李乙</td></tr></table></body></html>`, facts: both},
		"the same, with what is merged a place": {kind: "roster", text: gbk(`<HTML><BODY><TABLE><TR><TD>身份证号</TD><TD>姓名</TD><TD>人员类别</TD><TD>单位代码</TD></TR><TR><TD>{A}<TD>张甲<TD>村干部<TD ROWSPAN=2>430725101200</TR><TR><TD>{B}</TD><TD>李乙</TD><TD>村干部</TD></TR></TABLE></BODY></HTML>`), facts: both},
		"a page without a table":                {kind: "roster", text: "<html><body>请登录</body></html>", bad: "sheet.kind", detail: "HTML"},
		"a scan":                                {kind: "roster", text: "%PDF-1.4\n", bad: "sheet.kind", detail: "PDF"},
		"a photograph":                          {kind: "roster", text: "\xff\xd8\xff\xe0", bad: "sheet.kind", detail: "JPEG"},
		"a packed folder":                       {kind: "roster", text: "Rar!\x1a\x07", bad: "sheet.kind", detail: "RAR"},
	} {
		c.o.From, c.o.Items = 20261001, items
		fill := strings.NewReplacer("{A}", idOf(t, a), "{B}", idOf(t, b), "{A1}", strings.ToLower(idOf(t, a)[:6]+" "+idOf(t, a)[6:14]+" "+idOf(t, a)[14:]))
		data := []byte(fill.Replace(c.text))
		if c.text == "" {
			for i := range c.pages {
				c.pages[i].rows = fill.Replace(c.pages[i].rows)
			}
			data = pagesOf(t, c.pages...)
		}
		in, err := Read(c.kind, "表.xls", data, c.o)
		if err != nil {
			if message.Code(err) != c.bad || !strings.Contains(err.Error(), c.detail) {
				t.Errorf("%s: %v, want %s with %s", name, err, c.bad, c.detail)
			}
			continue
		}
		if problems(in) != c.bad {
			t.Errorf("%s: problems %s, want %s", name, problems(in), c.bad)
		}
		if diff := cmp.Diff(c.facts, factsOf(in)); diff != "" && c.bad == "" {
			t.Errorf("%s: %s", name, diff)
		}
		said := ""
		switch {
		case len(in.Problems) > 0:
			said = in.Problems[0].Text(message.Chinese)
		case len(in.Notes) > 0:
			said = in.Notes[len(in.Notes)-1].Text(message.Chinese)
		}
		if codes(in.Notes) != c.notes || !strings.Contains(said, c.detail) {
			t.Errorf("%s: notes %v, want %s with %s; said %s", name, codes(in.Notes), c.notes, c.detail, said)
		}
	}
}

func ptr(s string) *string { return &s }
