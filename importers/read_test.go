package importers

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"zhida/importers/sheet"
	"zhida/payroll"
	"zhida/rules/calendar"
	"zhida/rules/message"
)

// Each value in the forms that offices write it, and each mistake with its code.
func TestValues(t *testing.T) {
	const txt, num, formula = sheet.Text, sheet.Number, sheet.Formula
	for _, c := range []struct {
		kind valueKind
		cell sheet.Kind
		in   string
		out  string
		code string
	}{
		{amount, txt, "1234.50", "123450", ""}, {amount, num, "1234.5", "123450", ""}, {amount, num, "0.1", "10", ""}, {amount, num, "1234.4999999999998", "123450", ""}, {amount, num, "1234.499", "", "money.format"}, // noise past 15 digits is dropped, a third decimal is not
		{amount, num, "0.30000000000000004", "", "money.format"}, {amount, txt, "-5", "-500", ""},
		{amount, txt, "1,234.50", "123450", ""}, {amount, txt, "-1,234,567", "-123456700", ""}, {amount, txt, "12,34.50", "", "value.separators"}, {amount, txt, "1,234,5", "", "value.separators"}, {amount, txt, "1,234.567", "", "money.format"}, {amount, txt, "１２３", "", "value.full_width"}, {amount, txt, "1.234", "", "money.format"},
		{amount, txt, "1e999999999", "", "money.format"}, {amount, num, "1E+18", "", "money.format"}, {amount, txt, "-0", "", "money.format"}, {amount, txt, "12元", "1200", ""}, {amount, txt, "¥1,200.50", "120050", ""}, {amount, txt, "￥12元", "1200", ""}, {amount, txt, "12万元", "", "money.format"}, {amount, txt, "1.2万", "", "money.format"}, {amount, txt, "(5.00)", "", "money.format"}, {amount, txt, "元", "", "money.format"},
		{amount, formula, "", "", "value.formula"}, {amount, txt, "", "", ""},
		{personID, txt, "11010519491231002x", "11010519491231002X", ""}, {personID, txt, "110105 19491231 002X", "11010519491231002X", ""}, {personID, txt, "'11010519491231002X", "11010519491231002X", ""}, {personID, num, "110105194912310", "", "value.number_as_id"}, {personID, txt, "110105194912310021", "", "id.check"}, {personID, txt, "1.10105E+17", "", "value.number_as_id"}, {personID, txt, "号码", "", "id.digits"},
		{card, txt, "'6200 5900 0000 0000 006", "6200590000000000006", ""}, {card, num, "6200590000000000", "", "value.number_as_id"}, {card, txt, "6.22848E+18", "", "card.digits"},
		{day, txt, "2026-11-10", "2026-11-10", ""}, {day, txt, "2026/11/1", "2026-11-01", ""}, {day, txt, "2026年11月1日", "2026-11-01", ""}, {day, txt, "20261101", "2026-11-01", ""},
		{day, txt, "2026.11.1", "2026-11-01", ""}, {day, txt, "2026/3/1 0:00", "2026-03-01", ""}, {day, txt, "26.3.1", "", "value.date"}, {day, txt, "2026.3", "", "value.date"}, {day, txt, "2026年3月", "", "value.date"}, {day, sheet.Date, "2026-11-10", "2026-11-10", ""},
		{day, txt, "2026-02-30", "", "value.no_such_day"}, {day, txt, "2026-02-29", "", "value.no_such_day"}, {day, txt, "2024-02-29", "2024-02-29", ""}, {day, txt, "２０２６-11-1", "", "value.full_width"},
		{amount, txt, "0.001", "", "money.format"}, {amount, txt, "1，234.50", "", "value.full_width"}, {amount, txt, "NaN", "", "money.format"}, {amount, txt, "+5", "", "money.format"}, {amount, num, "-0.5", "-50", ""}, {day, num, "60", "", "value.date_number"}, {day, num, "46000", "", "value.date_number"}, {day, txt, "11月1日", "", "value.date"},
		{month, txt, "2026-11", "2026-11", ""}, {month, txt, "2026年11月", "2026-11", ""}, {month, txt, "202611", "2026-11", ""}, {month, txt, "2026.3", "2026-03", ""}, {month, num, "2026.3", "2026-03", ""}, {month, txt, "2026.1", "", "value.month_unsure"}, {month, txt, "2026.01", "2026-01", ""}, {month, num, "2026.1", "", "value.month_unsure"}, {month, num, "2026.12", "2026-12", ""}, {month, txt, "26.3", "", "value.month"}, {month, txt, "2026-13", "", "value.month"},
		{percent, txt, "30", "30", ""}, {percent, num, "30", "30", ""}, {percent, txt, "30%", "30", ""}, {percent, num, "33.33", "33.33", ""}, {percent, num, "0.3", "", "value.percent"}, {percent, num, "1", "", "value.percent"}, {percent, txt, "1", "1", ""},
		{percent, txt, "0.3", "", "value.percent"}, {percent, txt, "0.5%", "0.5", ""}, {percent, txt, "101", "", "value.percent"}, {percent, txt, "三成", "", "value.number"},
		{yes, txt, "是", "true", ""}, {yes, txt, "否", "false", ""}, {yes, txt, "也许", "", "value.yes"},
		{place, txt, "430725101", "430725101", ""}, {place, txt, "43072510", "", "value.place"}, {year, txt, "2025", "2025", ""}, {year, txt, "2025年", "2025", ""}, {year, txt, "25", "", "value.year"}, {year, txt, "205", "", "value.year"}, {year, txt, "1025", "", "value.year"}, {whole, txt, "12", "12", ""}, {whole, txt, "1.5", "", "value.whole"},
		{bank, txt, "中国农业银行", "ABC", ""}, {bank, txt, "无名银行", "", "value.bank"}, {period, txt, "2025年", "2025", ""}, {period, txt, "2025-06", "2025-06", ""},
	} {
		got, err := (&column{title: "列", kind: c.kind}).value(sheet.Cell{Kind: c.cell, Text: c.in})
		if got != c.out || message.Code(err) != c.code {
			t.Errorf("%d %q: %q %v, want %q %s", c.kind, c.in, got, err, c.out, c.code)
		}
	}
}

const a, b = "439901198503010025", "439901198804120010" // two invented people

func idOf(t *testing.T, wrong string) string {
	t.Helper()
	for _, last := range "0123456789X" {
		id := wrong[:17] + string(last)
		if _, err := (&column{kind: personID}).value(sheet.Cell{Kind: sheet.Text, Text: id}); err == nil {
			return id
		}
	}
	t.Fatal("no check digit fits")
	return ""
}

func read(t *testing.T, kind, text string) *payroll.ImportBatch {
	t.Helper()
	text = strings.NewReplacer("{A}", idOf(t, a), "{B}", idOf(t, b)).Replace(text)
	in, err := Read(kind, "a.csv", []byte(text), Options{From: 20261001, Items: map[string]string{"基本工资": "base_salary", "住房公积金": "housing_fund"}})
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func problems(in *payroll.ImportBatch) string {
	var list []string
	for _, p := range in.Problems {
		list = append(list, p.Cell+" "+p.Code)
	}
	return strings.Join(list, ", ")
}

func TestShapesOfSheets(t *testing.T) {
	for name, c := range map[string]struct {
		kind, text string
		rows       int
		problems   string
	}{
		"title, two storeys, index row, total, note": {"amounts",
			"核定表,,,,\n填报单位：某局,,,,\n人员,,执行,应发,代扣\n姓名,身份证号,起始月份,基本工资,住房公积金\n1,2,3,4,5\n张甲,{A},2026-10,100.50,10\n李乙,{B},2026-10,200,\n合计,2人,,300.50,10.00\n,,,,\n制表人：某,,,,\n", 3, ""},
		"a total that does not add up":  {"amounts", "姓名,身份证号,起始月份,基本工资\n张甲,{A},2026-10,100\n合计,,,101\n", 1, "D3 import.total_differs"},
		"a count that does not add up":  {"amounts", "姓名,身份证号,起始月份,基本工资\n张甲,{A},2026-10,100\n合计,2人,,100\n", 1, "B3 import.count_differs"},
		"headings again in other words": {"roster", "身份证号,姓名,人员类别,单位代码\n{A},张甲,乡镇干部,430725101\n身份证号码,名字,类别,乡镇代码\n", 1, ""},
		"somebody's row is no total":    {"amounts", "序号,姓名,身份证号,起始月份,基本工资\n小计,张甲,{A},2026-10,100\n合计,,1,,100\n", 1, ""},
		"days that do not add up":       {"days", "序号,单位代码,姓名,身份证号,日期,类型\n1,430725101,张甲,{A},2026-10-12,下村\n2,430725101,张甲,{A},2026-10-13,下村\n合计,,2人,,3天,\n", 2, "E4 import.days_differ"},
		"days without a word":           {"days", "序号,单位代码,姓名,身份证号,日期,类型\n1,430725101,张甲,{A},2026-10-12,下村\n合计,,,,2,\n", 1, "E3 import.days_differ"},
		"days that do add up":           {"days", "序号,单位代码,姓名,身份证号,日期,类型\n1,430725101,张甲,{A},2026-10-12,下村\n合计,,,,1,\n", 1, ""},
		"working days that differ":      {"absences", "身份证号,姓名,请假类型,起,止,天数\n{A},张甲,事假,2026-01-12,2026-01-14,3\n{A},张甲,病假,2026-01-20,2026-01-21,2\n合计,,,,,6\n", 2, "F4 import.days_differ"},
		"working days, with a word":     {"absences", "身份证号,姓名,请假类型,起,止,天数\n{A},张甲,事假,2026-01-12,2026-01-14,3\n{A},张甲,病假,2026-01-20,2026-01-21,2\n合计,,,,,5天\n", 2, ""},
		"two rows that contradict":      {"roster", "身份证号,姓名,人员类别,单位代码\n{A},张甲,乡镇干部,430725101\n{A},张甲,乡镇干部,430725102\n", 0, "A3 import.contradiction, A2 import.contradiction"},
		"two rows that agree":           {"roster", "身份证号,姓名,人员类别,单位代码\n{A},张甲,乡镇干部,430725101\n{A},张甲,乡镇干部,430725101\n", 1, ""},
		"nothing where something must":  {"roster", "身份证号,姓名,人员类别,单位代码\n{A},,乡镇干部,430725101\n", 0, "B2 import.required"},
		"a word not on the list":        {"roster", "身份证号,姓名,人员类别,单位代码\n{A},张甲,乡长,430725101\n", 0, "C2 value.choice"},
		"all mistakes at once":          {"roster", "身份证号,姓名,人员类别,单位代码\n12,,乡长,1\n", 0, "A2 id.length, B2 import.required, C2 value.choice, D2 value.place"},
	} {
		in := read(t, c.kind, c.text)
		if len(in.Rows) != c.rows || problems(in) != c.problems {
			t.Errorf("%s: %d rows, problems %s; want %d, %s", name, len(in.Rows), problems(in), c.rows, c.problems)
		}
	}
	for name, c := range map[string]struct{ text, code string }{
		"no headings":  {"张甲,{A}\n", "import.no_heading"},
		"two the same": {"身份证号,身份证号码,姓名,人员类别,单位代码\n", "import.heading_twice"},
		"no rows":      {"身份证号,姓名,人员类别,单位代码\n", "import.empty"},
	} {
		if _, err := Read("roster", "a.csv", []byte(c.text), Options{}); message.Code(err) != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What is wrong with the amount of an item is said with the item's name.
func TestItemsByTheirNames(t *testing.T) {
	in := read(t, "amounts", "姓名,身份证号,起始月份,基本工资\n张甲,{A},2026-10,-5\n")
	if len(in.Problems) != 1 || !strings.Contains(in.Problems[0].Text(message.Chinese), "基本工资") || strings.Contains(in.Problems[0].Text(message.Chinese), "base_salary") {
		t.Errorf("%v", in.Problems)
	}
}

// A number of a person in a wrong column is not printed.
func TestNumbersInWrongColumns(t *testing.T) {
	for name, text := range map[string]string{
		"a word from a list": "身份证号,姓名,人员类别,单位代码\n{A},张甲,{B},430725101\n",
		"a place":            "身份证号,姓名,人员类别,单位代码\n{A},张甲,村干部,{B}\n",
		"a date":             "身份证号,姓名,人员类别,单位代码,生效日期\n{A},张甲,乡镇干部,430725101,{B}\n",
		"a heading":          "身份证号,姓名,人员类别,单位代码,{B}\n{A},张甲,乡镇干部,430725101,\n",
	} {
		in := read(t, "roster", text)
		said := in.Problems.Error() + codes(in.Notes)
		for _, n := range in.Notes {
			said += n.Text(message.Chinese)
		}
		if len(in.Problems)+len(in.Notes) != 1 || strings.Contains(said, idOf(t, b)) || !strings.Contains(said, "439***********") {
			t.Errorf("%s: %s", name, said)
		}
	}
	in := read(t, "accounts", "身份证号,姓名,银行卡号,户名\n{A},张甲,６２００５９００００００００００００６,张甲\n")
	if problems(in) != "C2 value.full_width_number" || strings.Contains(in.Problems.Error(), "６２００５９００００") {
		t.Error(in.Problems)
	}
}

// The same table with rows and columns in another order states the same facts.
func TestOrderDoesNotMatter(t *testing.T) {
	facts := func(in *payroll.ImportBatch) map[string]string {
		m := map[string]string{}
		for _, r := range in.Rows {
			m[r.PersonID+" "+r.Fact.Key+" "+r.Fact.From.String()] = r.Fact.Body
		}
		return m
	}
	one := facts(read(t, "tenure", "身份证号,姓名,单位代码,职务,职级,任职日期,离任日期,组织认定\n{A},张甲,430725101,站所长,一级科员,2021-01-15,,是\n{B},李乙,430725102200,书记,,2011-03-01,2014-02-28,否\n"))
	other := facts(read(t, "tenure", "组织认定,离任日期,任职日期,职务,职级,单位代码,姓名,身份证号,备注\n否,2014年2月28日,20110301,书记,,430725102200,李乙,{B},x\n是,,2021/1/15,站所长,一级科员,430725101,张甲,{A},\n"))
	if diff := cmp.Diff(one, other); diff != "" || len(one) != 2 {
		t.Error(diff)
	}
}

// A day's file states its township, month and kind completely.
func TestSnapshotScope(t *testing.T) {
	in := read(t, "days", "单位代码,身份证号,姓名,日期,类型\n430725101,{A},张甲,2026-10-12,下村\n430725101,{B},李乙,2026-10-13,下村\n")
	want := []payroll.Scope{{Township: "430725101", Month: 202610, Kind: "下村"}}
	if diff := cmp.Diff(want, in.Scope); diff != "" || len(in.Rows) != 2 {
		t.Error(diff, problems(in))
	}
	if f := in.Rows[0].Fact; f.Scope != "430725101/2026-10/下村" || f.From != calendar.Date(20261012) || f.To != f.From {
		t.Errorf("%+v", f)
	}
}

// A card that stands for two people is nobody's: all rows with it stay out, also one of the first person for another
// day, and one that is wrong in something else still counts. The others come in.
func TestCardsOfTwoPeople(t *testing.T) {
	const text = "桃源县一卡通账户登记\n序号\t身份证号码\t姓名\t银行账号\t户名\t联行号\t生效日期\n" +
		"1\t{A}\t张甲\t6228480000000000018\t张甲\t\t2026-01-01\n" +
		"2\t{B}\t李　乙\t6228480000000000026\t李乙\t\t2026年1月1日\n" +
		"3\t{B}\t李乙\t6228480000000000018\t李乙\t\t2026-03-01\n" +
		"4\t{A}\t张甲\t6228480000000000018\t张甲\t\t2026-02-01\n" +
		"5\t{A}\t张甲\t6228480000000000034\t张甲\t104999900004\t2026-04-01\n" +
		"6\t{B}\t李乙\t6228480000000000034\t李乙\t\t2026-05-01\n"
	in, err := Read("accounts", "账户.xlsx", pagesOf(t, page{name: "账户", rows: strings.TrimSuffix(text, "\n")}), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if want := "D5 import.card_twice, D3 import.card_twice, D6 import.card_twice, F7 value.cnaps, D8 import.card_twice, D7 import.card_twice"; problems(in) != want {
		t.Errorf("%s, want %s", problems(in), want)
	}
	if len(in.Rows) != 1 || in.Rows[0].Row != 4 {
		t.Errorf("%v come in, want the row of the other card", factsOf(in))
	}
}

// TestDividedBetweenAmounts holds that the rest of an amount, cut off by its comma, is not taken for the amount of the next column.
func TestDividedBetweenAmounts(t *testing.T) {
	const heading = "身份证号,姓名,起始月份,基本工资,住房公积金\n"
	for cells, code := range map[string]string{"6,078": "import.divided", "6,000.50": "import.divided", "6078,729.42": "", "6,0": "", "6,0.50": "", "6,500": "", "6,500,": "import.divided", "6,500,729.42": "import.divided"} {
		in, err := Read("amounts", "a.csv", []byte(heading+"43990119870205002X,蒋娟,2026-12,"+cells+"\n"), Options{Items: map[string]string{"基本工资": "base_salary", "住房公积金": "housing_fund"}})
		if err != nil {
			t.Fatal(err)
		}
		var got string
		if len(in.Problems) > 0 {
			got = in.Problems[0].Code
		}
		if got != code {
			t.Errorf("%s is refused with %q, not %q", cells, got, code)
		}
	}
}
