// Command gen owns the samples of testdata/problems: one small file for every problem that
// reading a file can have, named after the problem's code. It writes the same bytes every
// time and reads nothing; what each file must give stands in the tests that read them: in
// importers, in importers/returns and, for what takes a book, in cmd/zhida/internal/app.
package main

import (
	"archive/zip"
	"bytes"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf16"
)

func main() {
	out := flag.String("out", "testdata/problems", "folder to write to")
	flag.Parse()
	for name, data := range Files() {
		if err := os.WriteFile(filepath.Join(*out, name), data, 0o644); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

// Two people who are nobody, and their cards.
const (
	zhang = "439901198503010017"
	li    = "439901198804120017"
	card  = "6200590000000000006"
)

const (
	roster    = "身份证号,姓名,人员类别,单位代码,生效日期\n"
	tenure    = "身份证号,姓名,单位代码,职务,任职日期,离任日期,组织认定\n"
	accounts  = "身份证号,姓名,银行卡号,开户银行,联行号,户名,生效日期\n"
	amounts   = "身份证号,姓名,起始月份,基本工资,住房公积金\n"
	publicity = "身份证号,姓名,项目,公示开始日期,公示截止日期,照片摘要\n"
	days      = "单位代码,身份证号,姓名,日期,类型\n"
)

// Files gives every sample by its name.
func Files() map[string][]byte {
	files := map[string][]byte{}
	for _, list := range []map[string]string{texts, ofEvents} {
		for name, text := range list {
			files[name+".csv"] = []byte(text)
		}
	}
	for _, list := range []map[string]string{ofBook, eventsOfBook} {
		for name, text := range list {
			files["book."+name+".csv"] = []byte(text)
		}
	}
	maps.Copy(files, ofBanks)
	maps.Copy(files, ofTables)
	for name, w := range workbooks {
		files[name+".xlsx"] = w.bytes()
	}
	good := book{sheet1: page(rosterRows...)}.bytes()
	files["sheet.damaged.xlsx"] = append(good[:len(good)/2:len(good)/2], good[len(good)/2+9:]...)
	files["sheet.kind.xls"] = []byte("%PDF-1.7\n")
	files["sheet.encoding.csv"] = []byte("身份证号,姓名\n\xff\xff\n")
	old := []byte{0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1}
	files["sheet.old_format.xls"] = append(bytes.Clone(old), make([]byte, 504)...)
	locked := append(bytes.Clone(old), make([]byte, 120)...)
	for _, u := range utf16.Encode([]rune("EncryptedPackage")) {
		locked = append(locked, byte(u), byte(u>>8))
	}
	files["sheet.encrypted.xlsx"] = locked
	return files
}

// texts are the samples that a text file shows as well as a workbook would.
var texts = map[string]string{
	"id.length":               roster + zhang[:17] + ",张甲,村干部,430725101200,2026-10-01\n",
	"id.digits":               roster + "43990119850301O017,张甲,村干部,430725101200,2026-10-01\n",
	"id.birth":                roster + "439901198502290017,张甲,村干部,430725101200,2026-10-01\n", // 1985 had no 29 February
	"id.check":                roster + "439901198503010018,张甲,村干部,430725101200,2026-10-01\n",
	"card.digits":             accounts + zhang + ",张甲,6.20059E+18,,,张甲,2026-10-01\n",
	"card.length":             accounts + zhang + ",张甲,620059,,,张甲,2026-10-01\n",
	"card.check":              accounts + zhang + ",张甲,6200590000000000007,,,张甲,2026-10-01\n",
	"money.format":            amounts + zhang + ",张甲,2026-10,4820.505,\n",
	"import.born_differs":     "身份证号,姓名,人员类别,单位代码,出生年月,生效日期\n" + zhang + ",张甲,村干部,430725101200,1985.04,2026-10-01\n",
	"import.empty_file":       "\n",
	"import.bank_differs":     accounts + zhang + ",张甲," + card + ",中国工商银行,,张甲,2026-10-01\n",
	"import.bank_unknown":     accounts + zhang + ",张甲,4300000000000000,,,张甲,2026-10-01\n",
	"import.card_twice":       accounts + zhang + ",张甲," + card + ",,,张甲,2026-10-01\n" + li + ",李乙," + card + ",,,李乙,2026-10-01\n",
	"import.contradiction":    roster + zhang + ",张甲,村干部,430725101200,2026-10-01\n" + zhang + ",张甲,村干部,430725102200,2026-10-01\n",
	"import.count_differs":    amounts + zhang + ",张甲,2026-10,4820.00,578.40\n" + li + ",李乙,2026-10,4600.00,552.00\n合计,3人,,9420.00,1130.40\n",
	"import.empty":            "桃源县花名册\n" + roster,
	"import.ends_before":      tenure + zhang + ",张甲,430725101,站所长,2021-01-15,2020-12-31,是\n",
	"import.example_row":      roster + "439901190001019998,张小满,乡镇干部,430725101,2026-10-01\n",
	"import.heading_twice":    "身份证号,公民身份号码,姓名,人员类别,单位代码,生效日期\n",
	"import.no_heading":       "陬市镇村干部\n" + zhang + ",张甲,村干部\n",
	"import.no_valid_from":    "身份证号,姓名,人员类别,单位代码\n" + zhang + ",张甲,村干部,430725101200\n",
	"import.register_class":   "类别,数据日期,身份证号,姓名,日期\n死亡,2026-10-31," + zhang + ",张甲,\n",
	"import.after_as_of":      "类别,数据日期,身份证号,姓名,日期\n死亡,2026-10-31," + zhang + ",张甲,2026-11-02\n",
	"import.both_sides":       statement + "1860000000000000002,20260131000017,2026-01-31,代发工资,代发过渡户,100.00,900.00\n",
	"import.required":         roster + zhang + ",,村干部,430725101200,2026-10-01\n",
	"import.too_many":         roster + strings.Repeat("1,,2,3,4\n", 1100),
	"import.total_differs":    "给定金额\n" + amounts + zhang + ",张甲,2026-10,4820.00,578.40\n" + li + ",李乙,2026-10,4600.00,552.00\n合计,2人,,9402.00,1130.40\n",
	"import.blank_rows":       "序号," + roster + "1," + zhang + ",张甲,村干部,430725101200,2026-10-01\n2,,,,,\n",
	"import.other_kind":       "身份证号,姓名,人员类别,单位代码,单位名称,生效日期\n" + zhang + ",张甲,村干部,430725101200,桃花源村,2026-10-01\n",
	"import.days_wide":        "单位代码,身份证号,姓名,类型,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28\n430725101," + zhang + ",张甲,下村,√\n",
	"import.days_differ":      days + "430725101," + zhang + ",张甲,2026-10-12,下村\n430725101," + zhang + ",张甲,2026-10-13,下村\n合计,,,3天,\n",
	"import.days_too_many":    "身份证号,姓名,类型,开始日期,结束日期,工作日数,文号\n" + zhang + ",张甲,事假,2026-10-05,2026-10-07,30,\n",
	"import.divided":          "资金,文号,用途,凭证号,到账日期,金额,备注\nF03,湘财预〔2026〕样57号,村级组织运转,57,2026-11-06,200,000.00\n",
	"import.untitled":         amounts + zhang + ",张甲,2026-10,4820.00,578.40,120.00\n",
	"import.unit":             "单位：万元,,,,\n" + amounts + zhang + ",张甲,2026-10,0.48,0.05\n",
	"sheet.quotes":            roster + zhang + ",张\"甲,村干部,430725101200,2026-10-01\n",
	"import.unfilled":         "身份证号,姓名,年度,认证结果,认证日期,签字人\n" + zhang + ",张甲,2026,通过,2026-05-12,王支书\n" + li + ",李乙,2026,,,\n",
	"import.which_account":    "流水号,交易日期,摘要,对方户名,借方金额,贷方金额,余额\n20260131000017,2026-01-31,代发工资,代发过渡户,100.00,,900.00\n",
	"sheet.private_use":       roster + zhang + ",张\ue863甲,村干部,430725101200,2026-10-01\n",
	"sheet.text":              roster + zhang + ",张\u202e甲,村干部,430725101200,2026-10-01\n",
	"value.bank":              accounts + zhang + ",张甲," + card + ",桃源银行,,张甲,2026-10-01\n",
	"value.bank_short":        accounts + zhang + ",张甲," + card + ",建行,,张甲,2026-10-01\n",
	"value.person_name":       roster + zhang + ",张甲（女）,村干部,430725101200,2026-10-01\n",
	"import.village_place":    roster + zhang + ",张甲,村干部,430725101,2026-10-01\n",
	"value.choice":            roster + zhang + ",张甲,乡长,430725101200,2026-10-01\n",
	"value.cnaps":             accounts + zhang + ",张甲," + card + ",,313651027013,张甲,2026-10-01\n",
	"value.amount_long":       amounts + zhang + ",张甲,2026-10," + card + ",\n",
	"value.date_time":         tenure + zhang + ",张甲,430725101,站所长,2021/1/15 8:30,,是\n",
	"value.full_width_number": accounts + zhang + ",张甲,６２０" + card[3:] + ",,,张甲,2026-10-01\n",
	"value.date":              tenure + zhang + ",张甲,430725101,站所长,去年元月,,是\n",
	"value.full_width":        amounts + zhang + ",张甲,2026-10,４８２０,578.40\n",
	"value.long":              roster + zhang + "," + strings.Repeat("张", 201) + ",村干部,430725101200,2026-10-01\n",
	"value.month":             amounts + zhang + ",张甲,十月,4820.00,578.40\n",
	"value.no_such_day":       days + "430725101," + zhang + ",张甲,2026年2月30日,下村\n",
	"value.number":            "区划代码,名称,距县城公里,生效日期\n430725101,陬市镇,约12,2020-01-01\n",
	"value.percent":           "身份证号,姓名,收款人,关系,份额,银行卡号,开户银行,文号,开始日期\n" + zhang + ",张甲,李春花,配偶,0.5," + card + ",中国农业银行,（2026）样证字第1号,2026-10-01\n",
	"import.place_named":      roster + zhang + ",张甲,乡镇干部,430725101 盘塘镇,2026-10-01\n",
	"value.place":             roster + zhang + ",张甲,村干部,43072510120,2026-10-01\n",
	"value.separators":        amounts + zhang + ",张甲,2026-10,\"48,20.00\",578.40\n",
	"value.too_small":         "资金,文号,凭证号,到账日期,金额\nF03,样例〔2026〕1号,1,2026-10-01,-100.00\n",
	"value.whole":             "区划代码,名称,户籍人口,生效日期\n430725101,陬市镇,4.2万,2020-01-01\n",
	"value.year":              "身份证号,姓名,年度,考核等次\n" + zhang + ",张甲,205,称职\n",
	"value.yes":               tenure + zhang + ",张甲,430725101,站所长,2021-01-15,,待定\n",
}

// zhao and the others are on file in the book of the tests, with their cards; today is 5 January 2026.
const (
	zhao = "439901198001010105,赵甲"
	li2  = "439901198001040136,李丁"
)

const statement = "本方账号,流水号,交易日期,摘要,对方户名,借方金额,贷方金额\n"

// ofBook are the samples that are well formed, and wrong for what the book knows.
var ofBook = map[string]string{
	"import.word":              days + "430725101," + zhao + ",2026-01-04,√\n",
	"import.word_near":         tenure + "439901199006150013,周戊,430725101200,会记,2025-01-15,,是\n",
	"import.too_young":         tenure + zhao + ",430725101200,会计,1995-12-31,2000-12-31,是\n",
	"import.far_ahead":         roster + zhao + ",村干部,430725101200,2026-03-01\n",
	"import.office_held":       tenure + "439901199006150013,周戊,430725101201,主任,2025-01-15,,是\n",
	"import.office_taken":      tenure + "439901198001030122,孙丙,430725101201,监委会主任,2025-06-30,,是\n",
	"import.card_taken":        accounts + li2 + ",6228480000000000026,,,李丁,2026-01-01\n",
	"import.card_short":        accounts + zhao + ",622848000000000009,中国农业银行,,赵甲,2026-01-01\n",
	"import.card_unproved":     accounts + zhao + ",6228480000000000091,,,赵甲,2026-01-01\n",
	"import.died_elsewhere":    "身份证号,姓名,人员类别,单位代码,去世日期,生效日期\n" + li2 + ",村干部,430725101201,2025-12-05,2025-12-05\n",
	"import.died_unborn":       "身份证号,姓名,人员类别,单位代码,去世日期,生效日期\n" + zhao + ",村干部,430725101200,1979-12-31,2026-01-01\n",
	"import.future":            "身份证号,姓名,人员类别,单位代码,去世日期,生效日期\n" + zhao + ",村干部,430725101200,2026-12-31,2026-01-01\n",
	"import.holder_differs":    accounts + li2 + ",6228480000000000091,,,李大丁,2026-01-01\n",
	"import.item_unknown":      "身份证号,姓名,项目,所属月份,金额,每月最多,每月至少留,送达日期,文号\n" + zhao + ",烤火费,2019-12,21600.00,100,0.00,2019-12-20,样发〔2019〕17号\n",
	"import.item_near":         "身份证号,姓名,项目,金额,起始月份\n" + zhao + ",基本酬报,1000.00,2026-01\n",
	"import.account_near":      statement + "1860000000000000003,20260104000001,2026-01-04,利息,,,1.25\n",
	"import.account_unknown":   statement + "8110301012345,20260104000001,2026-01-04,利息,,,1.25\n",
	"import.place_near":        "类别,数据日期,姓名,单位代码,数量,文号\n定员,2025-12-31,,430725111200,5,桃组〔2025〕5号\n",
	"import.name_differs":      tenure + "439901198001010105,赵田,430725101200,委员,2025-01-15,,是\n",
	"import.other_county":      "区划代码,名称,生效日期\n430726101,邻县镇,2020-01-01\n",
	"import.person_unknown":    tenure + zhang + ",张甲,430725101200,委员,2025-01-15,,是\n",
	"import.place_unknown":     roster + zhao + ",村干部,430725101299,2026-01-01\n",
	"import.publicity_days":    publicity + zhao + ",基本报酬,2026-01-04,2026-01-02," + strings.Repeat("0", 64) + "\n",
	"import.publicity_photo":   publicity + zhao + ",基本报酬,2025-12-20,2025-12-27,照片3\n",
	"import.still_open":        "身份证号,姓名,措施,原因,开始日期,解除日期,文号\n" + zhao + ",缓发,材料不全,2026-01-01,,样财〔2026〕1号\n" + zhao + ",缓发,材料不全,2026-01-03,,样财〔2026〕2号\n",
	"import.workdays_too_many": "身份证号,姓名,类型,开始日期,结束日期,工作日数\n" + zhao + ",事假,2025-05-08,2025-05-12,5\n",
	"import.verified_year":     "身份证号,姓名,年度,认证结果,认证日期,签字人\n" + zhao + ",2020,通过,2026-01-04,王支书\n",
}

// rosterRows are a roster of two people as the sheets of a workbook have it.
var rosterRows = []string{
	row(1, "身份证号", "姓名", "人员类别", "单位代码", "生效日期"),
	row(2, zhang, "张甲", "村干部", "430725101200", "2026-10-01"),
	row(3, li, "李乙", "村干部", "430725101200", "2026-10-01"),
}

// workbooks are the samples that only a workbook can show.
var workbooks = map[string]book{
	"import.extra_columns":  {sheet1: page(row(1, "身份证号", "姓名", "人员类别", "单位代码", "生效日期", "联系电话"), row(2, zhang, "张甲", "村干部", "430725101200", "2026-10-01", "0736"))},
	"import.heading_unsure": {sheet1: page(row(1, "身份证号", "姓名", "起始月份", "上月", ""), row(2, "", "", "", "基本工资", "住房公积金"), row(3, zhang, "张甲", "2026-10", "4820.00", "578.40")) + merged("D1:E1")},
	"import.hidden_columns": {sheet1: `<cols><col min="4" max="4" hidden="1"/></cols>` + page(rosterRows...)},
	"import.hidden_rows":    {sheet1: strings.Replace(page(rosterRows...), `<row r="3">`, `<row r="3" hidden="1">`, 1)},
	"import.merged":         {sheet1: page(row(1, "身份证号", "姓名", "起始月份", "基本工资"), row(2, zhang, "张甲", "2026-10", "4820.00"), row(3, li, "李乙", "2026-10")) + merged("D2:D3")},
	"import.other_sheets":   {sheet1: page(row(1, "填表说明")), sheet2: page(rosterRows...)},
	"import.which_sheet":    {sheet1: page(rosterRows[:2]...), sheet2: page(rosterRows[0], row(2, li, "李乙", "村干部", "430725101200", "2026-10-01"))},
	"sheet.part":            {sheet1: page(rosterRows...), more: "xl/vbaProject.bin"},
	"sheet.rows":            {sheet1: strings.Replace(page(rosterRows...), `r="B3"`, `r="A3"`, 1)},
	"sheet.suspicious":      {sheet1: page(rosterRows...), before: `<!DOCTYPE worksheet [<!ENTITY a "b">]>`},
	"sheet.too_large":       {sheet1: far()},
	"value.date_number":     {sheet1: page(rosterRows[0], `<row r="2">`+cells(2, zhang, "张甲", "村干部", "430725101200")+`<c r="E2"><v>60</v></c></row>`)},
	"value.formula":         {sheet1: page(rosterRows[0], `<row r="2"><c r="A2"><f>Sheet9!A2</f></c>`+cells(2, "", "张甲", "村干部", "430725101200", "2026-10-01")+`</row>`)},
	"value.month_unsure":    {sheet1: page(row(1, "身份证号", "姓名", "起始月份", "基本工资"), `<row r="2">`+cells(2, zhang, "张甲")+`<c r="C2"><v>2026.1</v></c><c r="D2"><v>4820</v></c></row>`)},
	"value.number_as_id":    {sheet1: page(rosterRows[0], `<row r="2"><c r="A2"><v>439901198503010000</v></c>`+cells(2, "", "张甲", "村干部", "430725101200", "2026-10-01")+`</row>`)},
}

// far is a sheet with one cell at the far end of each of many rows.
func far() string {
	var b strings.Builder
	b.WriteString("<sheetData>")
	for n := 1; n <= 12000; n++ {
		fmt.Fprintf(&b, `<row r="%d"><c r="IV%d"><v>1</v></c></row>`, n, n)
	}
	return b.String() + "</sheetData>"
}

func merged(ref string) string {
	return `<mergeCells count="1"><mergeCell ref="` + ref + `"/></mergeCells>`
}

func page(rows ...string) string { return "<sheetData>" + strings.Join(rows, "") + "</sheetData>" }

func row(n int, texts ...string) string {
	return fmt.Sprintf(`<row r="%d">%s</row>`, n, cells(n, texts...))
}

func cells(n int, texts ...string) string {
	var b strings.Builder
	for c, text := range texts {
		if text != "" {
			fmt.Fprintf(&b, `<c r="%c%d" t="inlineStr"><is><t>%s</t></is></c>`, 'A'+c, n, text)
		}
	}
	return b.String()
}

// book is a workbook of one or two sheets, with what may stand where it should not, and the formats that cells have by number.
type book struct{ sheet1, sheet2, before, more, formats string }

func (w book) bytes() []byte {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	part := func(name, text string) {
		f, err := z.Create(name)
		if err == nil {
			_, err = f.Write([]byte(text))
		}
		if err != nil {
			panic(err) // memory takes everything
		}
	}
	const head = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	const main = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
	const office = `http://schemas.openxmlformats.org/officeDocument/2006/relationships`
	sheets := []string{w.sheet1}
	names := []string{"花名册"}
	if w.sheet2 != "" {
		sheets, names = append(sheets, w.sheet2), []string{"陬市镇", "盘塘镇"}
	}
	types, list, rels := "", "", ""
	for i := range sheets {
		types += fmt.Sprintf(`<Override PartName="/xl/worksheets/sheet%d.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>`, i+1)
		list += fmt.Sprintf(`<sheet name="%s" sheetId="%d" r:id="rId%d"/>`, names[i], i+1, i+1)
		rels += fmt.Sprintf(`<Relationship Id="rId%d" Type="%s/worksheet" Target="worksheets/sheet%d.xml"/>`, i+1, office, i+1)
	}
	if w.formats != "" {
		part("xl/styles.xml", head+`<styleSheet `+main+`>`+w.formats+`</styleSheet>`)
		types += `<Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>`
		rels += fmt.Sprintf(`<Relationship Id="rIdStyles" Type="%s/styles" Target="styles.xml"/>`, office)
	}
	part("[Content_Types].xml", head+`<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>`+types+`</Types>`)
	part("_rels/.rels", head+`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="`+office+`/officeDocument" Target="xl/workbook.xml"/></Relationships>`)
	part("xl/workbook.xml", head+`<workbook `+main+` xmlns:r="`+office+`"><sheets>`+list+`</sheets></workbook>`)
	part("xl/_rels/workbook.xml.rels", head+`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`+rels+`</Relationships>`)
	for i, text := range sheets {
		part(fmt.Sprintf("xl/worksheets/sheet%d.xml", i+1), head+w.before+`<worksheet `+main+`>`+text+`</worksheet>`)
	}
	if w.more != "" {
		part(w.more, "x")
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return out.Bytes()
}
