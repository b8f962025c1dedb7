package bank

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// The accounts of the examples: bodies of zeros, so that they are nobody's.
const (
	a1    = "6217000000000000011"
	a2    = "6217000000000000029"
	a3    = "6217000000000000037"
	payer = "43000000000000000001"
)

func gbk(t *testing.T, s string) []byte {
	t.Helper()
	b, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func gb18030(t *testing.T, s string) []byte {
	t.Helper()
	b, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// sheetXML writes a workbook by hand. A cell is text; =0.5 is a number, ? an empty text
// cell, ! a cell without value, and "" is absent.
func sheetXML(t *testing.T, name string, rows ...[]string) []byte {
	t.Helper()
	var cells strings.Builder
	for r, row := range rows {
		fmt.Fprintf(&cells, `<row r="%d">`, r+1)
		for c, v := range row {
			at := fmt.Sprintf("%c%d", 'A'+c, r+1)
			switch {
			case v == "":
			case v == "?":
				fmt.Fprintf(&cells, `<c r="%s" t="inlineStr"><is><t></t></is></c>`, at)
			case v == "!":
				fmt.Fprintf(&cells, `<c r="%s" s="0"/>`, at)
			case strings.HasPrefix(v, "f="):
				fmt.Fprintf(&cells, `<c r="%s"><f>1+1</f><v>%s</v></c>`, at, v[2:])
			case v[0] == '=':
				fmt.Fprintf(&cells, `<c r="%s"><v>%s</v></c>`, at, v[1:])
			default:
				fmt.Fprintf(&cells, `<c r="%s" t="inlineStr"><is><t>%s</t></is></c>`, at, v)
			}
		}
		cells.WriteString(`</row>`)
	}
	const head = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>`
	const main = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
	const rel = `http://schemas.openxmlformats.org/officeDocument/2006/relationships`
	const pkg = `http://schemas.openxmlformats.org/package/2006/`
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, part := range [][2]string{
		{"[Content_Types].xml", `<Types xmlns="` + pkg + `content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`},
		{"_rels/.rels", `<Relationships xmlns="` + pkg + `relationships"><Relationship Id="rId1" Type="` + rel + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		{"xl/workbook.xml", `<workbook ` + main + ` xmlns:r="` + rel + `"><sheets><sheet name="` + name + `" sheetId="1" r:id="rId1"/></sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", `<Relationships xmlns="` + pkg + `relationships"><Relationship Id="rId1" Type="` + rel + `/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`},
		{"xl/worksheets/sheet1.xml", `<worksheet ` + main + `><sheetData>` + cells.String() + `</sheetData></worksheet>`},
	} {
		w, err := z.Create(part[0])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(head + part[1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// The examples, written by hand from the published forms.
const (
	bpt = `#总计信息
#注意：本文件中的金额均以分为单位！
#币种|日期|总计标志|总金额|总笔数|
RMB|20261110|1|123556|2|
#明细指令信息
#币种|日期|明细标志|顺序号|付款账号开户行|付款账号|付款账号名称|收款账号开户行|收款省份|收款地市|收款地区码|收款账号|收款户名|金额|汇款用途|备注|汇款方式|短信手机|自定义序号|
RMB|20261110|2|1|工行桃源支行|43000000000000000001|桃源县财政局|工行桃源支行|湖南|常德|1908|6217000000000000011|张三|123450|村干部补贴||1||1|
RMB|20261110|2|2|工行桃源支行|43000000000000000001|桃源县财政局|桃源农商银行|湖南|常德|0000|6217000000000000029|李·四|106|村干部补贴||1|13800000000|2|
*
`
	abcTXT   = "1,6217000000000000011,张三,1234.50,村干部补贴\n2,6217000000000000029,李·四,1.06,\n"
	ccbTXT   = "0000001|6217000000000000011|张三|1234.5|工资||\r\n0000002|6217000000000000029|李·四|1.06|工资|备注|\r\n"
	ccbMin   = "6217000000000000011|张三|1234.50|\n6217000000000000029|李·四|1.06|\n"
	bocTXT   = "PAYOFFSTART\nYW001|40740|43000000000000000001|CNY|1235.56|2|1|代发工资|43000000000000000001|20261110|附言\n40740|中行桃源支行|CNY|1234.50|6217000000000000011|张三|01|439901197201010025|工资\n40740|中行桃源支行|CNY|1.06|6217000000000000029|李·四|||工资\nPAYOFFEND\n"
	psbc     = "6217000000000000011||张三||1234.50|工资|,|\n6217000000000000029||李·四||1.06|工资|十一月,|\n"
	psbcFar  = "6217000000000000011|张三|313651027012|长沙银行|1234.50|工资|,|\n6217000000000000029|李·四|402651020006|成都农商|1.06|工资|,|\n"
	bocom    = "6217000000000000011|张三|1234.50|G001|0\n6217000000000000029|李·四|1.06|G002|1\n"
	lanzhou  = "1|张三|6217000000000000011|1234.50|43990119710101001X|\n2|李·四|6217000000000000029|1.06|439901197201010025|\n3|王五|6217000000000000037|1.00|439901197301010030|\n4|赵六|6217000000000000045|1.00|439901197401010046|\n5|钱七|6217000000000000052|1.00|439901197501010051|\n"
	jinzhong = "DF|代发|20261110|U0001|CNY|0|2|1235.56\nD1|张三|1234.50|6217000000000000011|U0001|1|439901197201010025|1\nD2|李·四|1.06|6217000000000000029|U0001|1|439901197301010030|1\n"
	rural    = "U0001|20261110|2|1235.56|\r\n1|张三|6217000000000000011|1234.50|工资|\r\n2|李㛃|6217000000000000029|1.06|工资|\r\n"
	pain     = `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09">
 <CstmrCdtTrfInitn>
  <GrpHdr><MsgId>2026-11/1</MsgId><CreDtTm>2026-11-09T10:00:00+08:00</CreDtTm><NbOfTxs>2</NbOfTxs><CtrlSum>1235.56</CtrlSum><InitgPty><Nm>桃源县财政局</Nm></InitgPty></GrpHdr>
  <PmtInf>
   <PmtInfId>2026-11/1-1</PmtInfId><PmtMtd>TRF</PmtMtd>
   <NbOfTxs>2</NbOfTxs>
   <CtrlSum>1235.56</CtrlSum>
   <PmtTpInf><CtgyPurp><Cd>SALA</Cd></CtgyPurp></PmtTpInf>
   <ReqdExctnDt><Dt>2026-11-10</Dt></ReqdExctnDt>
   <Dbtr><Nm>桃源县财政局</Nm></Dbtr>
   <DbtrAcct><Id><Othr><Id>43000000000000000001</Id></Othr></Id></DbtrAcct>
   <DbtrAgt><FinInstnId><ClrSysMmbId><MmbId>313651027012</MmbId></ClrSysMmbId></FinInstnId></DbtrAgt>
   <CdtTrfTxInf>
    <PmtId><EndToEndId>2026-11/1-1</EndToEndId></PmtId>
    <Amt><InstdAmt Ccy="CNY">1234.50</InstdAmt></Amt>
    <CdtrAgt><FinInstnId><ClrSysMmbId><ClrSysId><Cd>CNAPS</Cd></ClrSysId><MmbId>402651020006</MmbId></ClrSysMmbId></FinInstnId></CdtrAgt>
    <Cdtr><Nm>张三</Nm></Cdtr>
    <CdtrAcct><Id><Othr><Id>6217000000000000011</Id></Othr></Id></CdtrAcct>
    <RmtInf><Ustrd>村干部补贴</Ustrd></RmtInf>
   </CdtTrfTxInf>
   <CdtTrfTxInf>
    <PmtId><EndToEndId>2026-11/1-2</EndToEndId></PmtId>
    <Amt><InstdAmt Ccy="CNY">1.06</InstdAmt></Amt>
    <CdtrAgt><FinInstnId><ClrSysMmbId><MmbId>402651020006</MmbId></ClrSysMmbId></FinInstnId></CdtrAgt>
    <Cdtr><Nm>李·四</Nm></Cdtr>
    <CdtrAcct><Id><Othr><Id>6217000000000000029</Id></Othr></Id></CdtrAcct>
    <RmtInf><Ustrd>村干部补贴</Ustrd></RmtInf>
   </CdtTrfTxInf>
  </PmtInf>
 </CstmrCdtTrfInitn>
</Document>
`
)

// abcFixed is one row of 138 bytes and another: 张三 is 4 bytes, 李·四 is 6.
func abcFixed() string {
	row := func(name string, bytes int, account, amount string) string {
		return name + strings.Repeat(" ", 60-bytes) + account + strings.Repeat(" ", 30-len(account)) + amount + strings.Repeat(" ", 18-len(amount)) + strings.Repeat(" ", 30) + "\r\n"
	}
	return row("张三", 4, a1, "1234.500") + row("李·四", 6, a2, "1.060")
}

var (
	icbcRows = [][]string{{"姓名", "卡号", "应处理金额", "备注", "实处理金额", "处理标志"}, {"张三", a1, "1234.50", "工资"}, {"李·四", a2, "1.06"}}
	ccbRows  = [][]string{
		{"序号", "账号", "户名", "金额", "跨行标识", "行名", "联行行号", "摘要", "备注"},
		{"1", a1, "张三", "1234.50", "0", "", "", "工资"}, {"2", a2, "李·四", "1.06", "1", "", "402651020006", "工资"},
	}
	cmbRows   = [][]string{{"帐号", "户名", "金额", "开户行", "开户地"}, {a1, "张三", "1234.50"}, {a2, "李·四", "1.06", "农商银行", "桃源"}}
	jilinRows = [][]string{{"代发工资"}, {"总金额", "1235.56"}, {"总笔数", "2"}, {"序号", "账号", "户名", "", "金额"}, {"1", a1, "张三", "", "1234.50"}, {"2", a2, "李·四", "", "1.06"}}
)

// change copies rows with one cell set, counted from 1.
func change(rows [][]string, row, column int, value string) [][]string {
	var list [][]string
	for _, r := range rows {
		list = append(list, append([]string{}, r...))
	}
	for len(list) < row {
		list = append(list, nil)
	}
	for len(list[row-1]) < column {
		list[row-1] = append(list[row-1], "")
	}
	list[row-1][column-1] = value
	return list
}

func TestLoad(t *testing.T) {
	two := []Row{{Seq: 1, Account: a1, Holder: "张三", Fen: 123450}, {Seq: 2, Account: a2, Holder: "李·四", Fen: 106}}
	for _, tt := range []struct {
		bank, layout, file string
		data               []byte
		lines              []int
		rows               []Row // nil: two
	}{
		{ICBC, "icbc-bpt", "icbc_20261110_1_ds.bpt", gbk(t, bpt), []int{7, 8}, nil},
		{ICBC, "icbc-xls", "a.xlsx", sheetXML(t, "Sheet1", icbcRows...), []int{2, 3}, nil},
		{ABC, "abc-txt", "202611101030.txt", gbk(t, abcTXT), []int{1, 2}, nil},
		{ABC, "abc-fixed", "a.txt", gbk(t, abcFixed()), []int{1, 2}, nil},
		{CCB, "ccb-txt", "a.txt", gbk(t, ccbTXT), []int{1, 2}, nil},
		{CCB, "ccb-min", "a.txt", gbk(t, ccbMin), []int{1, 2}, nil},
		{CCB, "ccb-xlsx", "a.xlsx", sheetXML(t, "Sheet1", ccbRows...), []int{2, 3}, nil},
		{BOC, "boc-txt", "a.txt", gbk(t, bocTXT), []int{3, 4}, nil},
		{BOC, "boc-txt-fen", "a.txt", gbk(t, strings.NewReplacer("|1234.50|", "|123450|", "|1.06|", "|106|").Replace(bocTXT)), []int{3, 4}, nil},
		{PSBC, "psbc-txt", "a.txt", gbk(t, psbc), []int{1, 2}, nil},
		{PSBC, "psbc-cross", "a.txt", gbk(t, psbcFar), []int{1, 2}, nil},
		{CMB, "cmb-xlsx", "a.xlsx", sheetXML(t, "Sheet1", cmbRows...), []int{2, 3}, nil},
		{BOCOM, "bocom-txt", "a.txt", gbk(t, bocom), []int{1, 2}, nil},
		{BOCOM, "bocom-txt", "comma.txt", gbk(t, strings.ReplaceAll(bocom, "|", ",")), []int{1, 2}, nil},
		{City, "lanzhou-txt", "a.txt", gbk(t, lanzhou), []int{1, 2, 3, 4, 5}, []Row{
			two[0], two[1], {Seq: 3, Account: a3, Holder: "王五", Fen: 100},
			{Seq: 4, Account: "6217000000000000045", Holder: "赵六", Fen: 100}, {Seq: 5, Account: "6217000000000000052", Holder: "钱七", Fen: 100},
		}},
		{City, "jinzhong-txt", "a.txt", gbk(t, jinzhong), []int{2, 3}, nil},
		{City, "jilin-xlsx", "a.xlsx", sheetXML(t, "代发工资模板", jilinRows...), []int{5, 6}, nil},
		{Rural, "rural-txt", "a.txt", gb18030(t, rural), []int{2, 3}, []Row{two[0], {Seq: 2, Account: a2, Holder: "李㛃", Fen: 106}}},
		{Rural, "pain001", "a.xml", []byte(pain), []int{14, 22}, nil},
		// Bytes that no encoder of ours wrote: D5C5 C8FD is 张三, C0EE A1A4 CBC4 is 李·四.
		{CCB, "ccb-min", "raw.txt", []byte(a1 + "|\xd5\xc5\xc8\xfd|1234.50|\n" + a2 + "|\xc0\xee\xa1\xa4\xcb\xc4|1.06|"), []int{1, 2}, nil},
		{Rural, "rural-txt", "raw.txt", []byte("U|20261110|1|0.01|\n1|\x82\x30\xb7\x31|" + a1 + "|0.01||\n"), []int{2}, []Row{{Seq: 1, Account: a1, Holder: "㛃", Fen: 1}}},
	} {
		t.Run(tt.layout+" "+tt.file, func(t *testing.T) {
			b := New(tt.bank)
			b.OpenPayer(payer, "桃源县财政局", 0, "2026-11-01")
			i, err := b.Load(tt.layout, tt.file, tt.data)
			if err != nil {
				t.Fatal(err)
			}
			want := tt.rows
			if want == nil {
				want = two
			}
			var got []Row
			var lines []int
			var total int64
			for _, r := range i.Rows {
				got = append(got, Row{Seq: r.Seq, Account: r.Account, Holder: r.Holder, Fen: r.Fen})
				lines = append(lines, r.Line)
				total += r.Fen
			}
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(Row{})); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(tt.lines, lines); diff != "" {
				t.Error("lines", diff)
			}
			if i.Count != len(want) || i.Total != total || i.Layout != tt.layout || i.File != tt.file {
				t.Errorf("count %d total %d layout %s file %s", i.Count, i.Total, i.Layout, i.File)
			}
		})
	}
}

func TestLoadRefuses(t *testing.T) {
	r := strings.NewReplacer
	text := func(s string, old ...string) []byte {
		t.Helper()
		changed := r(old...).Replace(s)
		if changed == s && len(old) > 0 {
			t.Fatalf("%q changes nothing", old)
		}
		return gbk(t, changed)
	}
	xml := func(old, changed string) []byte { return []byte(strings.Replace(pain, old, changed, 1)) }
	sheet := func(rows [][]string) []byte { return sheetXML(t, "Sheet1", rows...) }
	const bptFile = "icbc_20261110_1_ds.bpt"
	damaged := sheet(cmbRows)
	data := damaged[bytes.LastIndex(damaged[:bytes.Index(damaged, []byte("PK\x01\x02"))], []byte("sheet1.xml"))+len("sheet1.xml"):]
	data[60] ^= 1 // somewhere in the compressed rows

	for _, tt := range []struct {
		name, bank, layout, file string
		data                     []byte
		kind                     Kind
		line                     int
	}{
		{"a form of another bank", ABC, "ccb-min", "a.txt", text(ccbMin), BadForm, 0},
		{"nothing", CCB, "ccb-min", "a.txt", nil, BadForm, 0},
		{"an empty line", CCB, "ccb-min", "a.txt", []byte("\n"), BadForm, 1},
		{"a folder in the name", CCB, "ccb-min", "x/a.txt", text(ccbMin), BadName, 0},
		{"UTF-8", CCB, "ccb-min", "a.txt", []byte(ccbMin), BadEncoding, 1},
		{"a byte order mark", CCB, "ccb-min", "a.txt", []byte("\xef\xbb\xbf" + a1 + "|A|1|\n"), BadEncoding, 1},
		{"half a character", CCB, "ccb-min", "a.txt", []byte(a1 + "|\xd5\xc5|1.00|\n" + a2 + "|\xd51|1.00|\n"), BadEncoding, 2},
		{"GB18030 where GBK is read", CCB, "ccb-min", "a.txt", []byte(a1 + "|\x82\x30\xb7\x31|1.00|\n"), BadEncoding, 1},
		{"a private character", CCB, "ccb-min", "a.txt", []byte(a1 + "|\xaa\xa1|1.00|\n"), BadEncoding, 1},
		{"a control character", CCB, "ccb-min", "a.txt", []byte(a1 + "|\xd5\xc5\x1a|1.00|\n"), BadEncoding, 1},
		{"CRLF where LF is wanted", CCB, "ccb-min", "a.txt", text(ccbMin, "\n", "\r\n"), BadForm, 1},
		{"both line ends", CCB, "ccb-txt", "a.txt", text(ccbTXT, "|工资||\r\n", "|工资||\n"), BadForm, 2},
		{"no delimiter at the end", CCB, "ccb-min", "a.txt", text(ccbMin, "1.06|", "1.06"), BadForm, 2},
		{"a field too many", CCB, "ccb-min", "a.txt", text(ccbMin, "1.06|", "1.06||"), BadForm, 2},
		{"a field too few", ABC, "abc-txt", "202611101030.txt", text(abcTXT, "1.06,", "1.06"), BadForm, 2},
		{"a sequence number of 6 digits", CCB, "ccb-txt", "a.txt", text(ccbTXT, "0000002", "000002"), BadForm, 2},
		{"a sequence with a hole", CCB, "ccb-txt", "a.txt", text(ccbTXT, "0000002", "0000003"), BadForm, 2},
		{"no holder", CCB, "ccb-min", "a.txt", text(ccbMin, "张三", ""), BadForm, 1},
		{"a holder with a space behind", CCB, "ccb-min", "a.txt", text(ccbMin, "张三", "张三 "), BadForm, 1},
		{"an account of letters", CCB, "ccb-min", "a.txt", text(ccbMin, a2, "62170000X"), BadForm, 2},
		{"three decimals", CCB, "ccb-min", "a.txt", text(ccbMin, "1.06", "1.060"), BadAmount, 2},
		{"thousands", CCB, "ccb-min", "a.txt", text(ccbMin, "1234.50", "1,234.50"), BadAmount, 1},
		{"a sign", CCB, "ccb-min", "a.txt", text(ccbMin, "1.06", "-1.06"), BadAmount, 2},
		{"an exponent", CCB, "ccb-min", "a.txt", text(ccbMin, "1.06", "1e2"), BadAmount, 2},
		{"zero", CCB, "ccb-min", "a.txt", text(ccbMin, "1.06", "0.00"), BadAmount, 2},
		{"a row twice", CCB, "ccb-min", "a.txt", text(ccbMin, a2+"|李·四|1.06", a1+"|张三|1234.5"), Duplicate, 2},

		{"the name of a bpt", ICBC, "icbc-bpt", "icbc.bpt", text(bpt), BadName, 0},
		{"the date of the bpt's name", ICBC, "icbc-bpt", "icbc_20261111_1_ds.bpt", text(bpt), BadDate, 4},
		{"another first line", ICBC, "icbc-bpt", bptFile, text(bpt, "#总计信息", "#总计"), BadForm, 1},
		{"a column name missing", ICBC, "icbc-bpt", bptFile, text(bpt, "短信手机|", ""), BadForm, 6},
		{"no star", ICBC, "icbc-bpt", bptFile, text(bpt, "\n*", ""), BadForm, 8},
		{"a wrong sum", ICBC, "icbc-bpt", bptFile, text(bpt, "123556", "123557"), BadTotal, 4},
		{"a wrong count", ICBC, "icbc-bpt", bptFile, text(bpt, "123556|2", "123556|3"), BadCount, 4},
		{"yuan where fen are wanted", ICBC, "icbc-bpt", bptFile, text(bpt, "123450", "1234.50"), BadAmount, 7},
		{"a detail of another day", ICBC, "icbc-bpt", bptFile, text(bpt, "RMB|20261110|2|2", "RMB|20261111|2|2"), BadDate, 8},
		{"two payers", ICBC, "icbc-bpt", bptFile, text(bpt, "2|2|工行桃源支行|4300", "2|2|工行桃源支行|4400"), BadPayer, 8},
		{"another payer", ICBC, "icbc-bpt", bptFile, text(bpt, payer, "44000000000000000001"), BadPayer, 7},
		{"a region of 3 digits", ICBC, "icbc-bpt", bptFile, text(bpt, "|0000|", "|000|"), BadForm, 8},
		{"titles of icbc-xls", ICBC, "icbc-xls", "a.xlsx", sheet(change(icbcRows, 1, 3, "金额")), BadForm, 1},
		{"a remark over 12 bytes", ICBC, "icbc-xls", "a.xlsx", sheet(change(icbcRows, 2, 4, "七个字的备注呢")), BadForm, 2},
		{"a name over 60 bytes", ICBC, "icbc-xls", "a.xlsx", sheet(change(icbcRows, 2, 1, strings.Repeat("张", 31))), BadForm, 2},
		{"a name GBK cannot write", ICBC, "icbc-xls", "a.xlsx", sheet(change(icbcRows, 2, 1, "李㛃")), BadEncoding, 2},
		{"100 million", ICBC, "icbc-xls", "a.xlsx", sheet(change(icbcRows, 2, 3, "100000000.00")), BadAmount, 2},
		{"filled before the bank did", ICBC, "icbc-xls", "a.xlsx", sheet(change(icbcRows, 3, 5, "1.06")), BadForm, 3},
		{"an amount as a number", ICBC, "icbc-xls", "a.xlsx", sheet(change(icbcRows, 3, 3, "=1.06")), BadForm, 3},

		{"a name without minutes", ABC, "abc-txt", "20261110.txt", text(abcTXT), BadName, 0},
		{"a line of 137 bytes", ABC, "abc-fixed", "a.txt", text(abcFixed(), "1.060 ", "1.060"), BadForm, 2},
		{"two decimals in abc-fixed", ABC, "abc-fixed", "a.txt", text(abcFixed(), "1.060", "1.06 "), BadAmount, 2},
		{"less than a fen", ABC, "abc-fixed", "a.txt", text(abcFixed(), "1.060", "1.065"), BadAmount, 2},
		{"a character across the end", ABC, "abc-fixed", "a.txt", text(abcFixed(), "张三"+strings.Repeat(" ", 56), "A"+strings.Repeat("张", 30)[:90], a1+strings.Repeat(" ", 11), a1+strings.Repeat(" ", 10)), BadEncoding, 1},

		{"titles of ccb-xlsx", CCB, "ccb-xlsx", "a.xlsx", sheet(change(ccbRows, 1, 2, "帐号")), BadForm, 1},
		{"an empty text cell", CCB, "ccb-xlsx", "a.xlsx", sheet(change(ccbRows, 2, 6, "?")), BadForm, 2},
		{"a cell without value", CCB, "ccb-xlsx", "a.xlsx", sheet(change(ccbRows, 3, 9, "!")), BadForm, 3},
		{"another bank without number", CCB, "ccb-xlsx", "a.xlsx", sheet(change(ccbRows, 3, 7, "")), BadBank, 3},
		{"a number with a wrong check", CCB, "ccb-xlsx", "a.xlsx", sheet(change(ccbRows, 3, 7, "402651020007")), BadBank, 3},
		{"a mark that is neither", CCB, "ccb-xlsx", "a.xlsx", sheet(change(ccbRows, 3, 5, "2")), BadForm, 3},
		{"an account as a number", CCB, "ccb-xlsx", "a.xlsx", sheet(change(ccbRows, 2, 2, "=621700000000001")), BadForm, 2},
		{"a formula", CCB, "ccb-xlsx", "a.xlsx", sheet(change(ccbRows, 2, 4, "f=2")), BadForm, 2},

		{"no PAYOFFSTART", BOC, "boc-txt", "a.txt", text(bocTXT, "PAYOFFSTART\n", ""), BadForm, 1},
		{"no PAYOFFEND", BOC, "boc-txt", "a.txt", text(bocTXT, "PAYOFFEND\n", ""), BadForm, 4},
		{"a wrong sum in boc-txt", BOC, "boc-txt", "a.txt", text(bocTXT, "1235.56", "1235.57"), BadTotal, 2},
		{"a card type 2", BOC, "boc-txt", "a.txt", text(bocTXT, "|2|1|代发", "|2|2|代发"), BadForm, 2},
		{"a bank of letters", BOC, "boc-txt", "a.txt", text(bocTXT, "40740|中行桃源支行|CNY|1.06", "X|中行桃源支行|CNY|1.06"), BadBank, 4},
		{"yuan in the variant of fen", BOC, "boc-txt-fen", "a.txt", text(bocTXT), BadAmount, 3},

		{"no comma behind the remark", PSBC, "psbc-txt", "a.txt", text(psbc, "十一月,", "十一月"), BadForm, 2},
		{"something in the empty field", PSBC, "psbc-txt", "a.txt", text(psbc, "||李·四", "|x|李·四"), BadForm, 2},
		{"a CNAPS number with a wrong check", PSBC, "psbc-cross", "a.txt", text(psbcFar, "313651027012", "313651027013"), BadBank, 1},

		{"a total row", CMB, "cmb-xlsx", "a.xlsx", sheet(append(cmbRows[:3:3], []string{"合计", "", "1235.56"})), BadForm, 4},
		{"one decimal", CMB, "cmb-xlsx", "a.xlsx", sheet(change(cmbRows, 2, 3, "1234.5")), BadAmount, 2},
		{"thousands in cmb-xlsx", CMB, "cmb-xlsx", "a.xlsx", sheet(change(cmbRows, 2, 3, "1,234.50")), BadAmount, 2},
		{"an empty row between", CMB, "cmb-xlsx", "a.xlsx", sheet([][]string{cmbRows[0], cmbRows[1], {}, cmbRows[2]}), BadForm, 3},
		{"not .xlsx", CMB, "cmb-xlsx", "a.xls", sheet(cmbRows), BadName, 0},
		{"no workbook", CMB, "cmb-xlsx", "a.xlsx", []byte("x"), BadForm, 0},
		{"a damaged workbook", CMB, "cmb-xlsx", "a.xlsx", damaged, BadForm, 0},

		{"a number of one digit too many", BOCOM, "bocom-txt", "a.txt", text(bocom, "G002|1", "G002|10"), BadForm, 2},
		{"four rows", City, "lanzhou-txt", "a.txt", text(lanzhou, "5|钱七|6217000000000000052|1.00|439901197501010051|\n", ""), BadCount, 0},
		{"a space in the name", City, "lanzhou-txt", "a.txt", text(lanzhou, "李·四", "李 四"), BadForm, 2},
		{"an ID with a wrong check", City, "lanzhou-txt", "a.txt", text(lanzhou, "439901197501010051", "439901197501010052"), BadForm, 5},
		{"yesterday", City, "jinzhong-txt", "a.txt", text(jinzhong, "20261110", "20261109"), BadDate, 1},
		{"another unit", City, "jinzhong-txt", "a.txt", text(jinzhong, "0029|U0001", "0029|U0002"), BadForm, 3},
		{"a wrong sum in jinzhong-txt", City, "jinzhong-txt", "a.txt", text(jinzhong, "1235.56", "1235.55"), BadTotal, 1},
		{"another sheet", City, "jilin-xlsx", "a.xlsx", sheet(jilinRows), BadForm, 0},
		{"a wrong sum in B2", City, "jilin-xlsx", "a.xlsx", sheetXML(t, "代发工资模板", change(jilinRows, 2, 2, "1")...), BadTotal, 2},
		{"a wrong count in B3", City, "jilin-xlsx", "a.xlsx", sheetXML(t, "代发工资模板", change(jilinRows, 3, 2, "3")...), BadCount, 2},
		{"a wrong count in rural-txt", Rural, "rural-txt", "a.txt", text(strings.ReplaceAll(rural, "㛃", "四"), "|2|1235", "|1|1235"), BadCount, 1},

		{"a message in GBK", Rural, "pain001", "a.xml", text(pain), BadEncoding, 0},
		{"a message that says it is GBK", Rural, "pain001", "a.xml", xml("UTF-8", "GBK"), BadForm, 1},
		{"XML that is cut", Rural, "pain001", "a.xml", []byte(pain[:len(pain)-20]), BadForm, 31},
		{"another version", Rural, "pain001", "a.xml", xml("001.09", "001.03"), BadForm, 2},
		{"a wrong CtrlSum", Rural, "pain001", "a.xml", xml("<CtrlSum>1235.56", "<CtrlSum>1235.57"), BadTotal, 4},
		{"a wrong NbOfTxs", Rural, "pain001", "a.xml", xml("<NbOfTxs>2", "<NbOfTxs>3"), BadCount, 4},
		{"a wrong CtrlSum of the block", Rural, "pain001", "a.xml", xml("\n   <CtrlSum>1235.56", "\n   <CtrlSum>1235.57"), BadTotal, 8},
		{"an EndToEndId twice", Rural, "pain001", "a.xml", xml("<EndToEndId>2026-11/1-2", "<EndToEndId>2026-11/1-1"), Duplicate, 22},
		{"an EndToEndId of 36", Rural, "pain001", "a.xml", xml("<EndToEndId>2026-11/1-2", "<EndToEndId>"+strings.Repeat("1", 36)), BadForm, 23},
		{"dollars", Rural, "pain001", "a.xml", xml("CNY", "USD"), BadAmount, 16},
		{"a purpose of no payroll", Rural, "pain001", "a.xml", xml("SALA", "SUPP"), BadForm, 9},
		{"elements in another order", Rural, "pain001", "a.xml", xml("<PmtInfId>2026-11/1-1</PmtInfId><PmtMtd>TRF</PmtMtd>", "<PmtMtd>TRF</PmtMtd><PmtInfId>2026-11/1-1</PmtInfId>"), BadForm, 6},
		{"an element nobody knows", Rural, "pain001", "a.xml", xml("<Cdtr>", "<Foo/><Cdtr>"), BadForm, 18},
		{"a CNAPS number in a message", Rural, "pain001", "a.xml", xml("402651020006", "402651020007"), BadBank, 17},
		{"a document type", Rural, "pain001", "a.xml", xml("<Document ", "<!DOCTYPE x><Document "), BadForm, 2},
		{"a character that was lost", Rural, "pain001", "a.xml", xml("<Nm>张三", "<Nm>\ufffd三"), BadEncoding, 18},
		{"a private character in a message", Rural, "pain001", "a.xml", xml("<Nm>张三", "<Nm>\ue81e三"), BadEncoding, 18},
		{"a day that does not exist", Rural, "pain001", "a.xml", xml("<Dt>2026-11-10", "<Dt>2026-11-31"), BadDate, 10},
		{"a time that does not exist", Rural, "pain001", "a.xml", xml("T10:00:00", "T25:00:00"), BadDate, 4},
		{"direct debit", Rural, "pain001", "a.xml", xml("TRF", "DD"), BadForm, 6},
		{"another payer of a message", Rural, "pain001", "a.xml", xml(payer, "44000000000000000001"), BadPayer, 12},
		{"a name of 141", Rural, "pain001", "a.xml", xml("<Nm>张三", "<Nm>"+strings.Repeat("三", 141)), BadForm, 18},
		{"no remittance text", Rural, "pain001", "a.xml", xml("<RmtInf><Ustrd>村干部补贴</Ustrd></RmtInf>", ""), BadForm, 14},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := New(tt.bank)
			b.OpenPayer(payer, "桃源县财政局", 0, "2026-11-01")
			b.Today("2026-11-10")
			_, err := b.Load(tt.layout, tt.file, tt.data)
			var refusal *Refusal
			if !errors.As(err, &refusal) {
				t.Fatalf("taken, or another error: %v", err)
			}
			if refusal.Kind != tt.kind || refusal.Line != tt.line || refusal.File != tt.file {
				t.Errorf("%v (kind %s, line %d), want kind %s, line %d", err, refusal.Kind, refusal.Line, tt.kind, tt.line)
			}
			for _, private := range []string{a1, a2, "张三", "李·四"} {
				if strings.Contains(err.Error(), private) {
					t.Errorf("the error names a payee: %v", err)
				}
			}
		})
	}
}

func TestLoadOnce(t *testing.T) {
	b := New(CCB)
	b.Announce("a.txt", 2, 123556)
	b.Announce("wrong.txt", 2, 123557)
	other := strings.Replace(ccbMin, "1.06", "1.07", 1)
	second := strings.ReplaceAll(pain, "1.06", "1.06") + "\n"
	for _, tt := range []struct {
		name, layout, file string
		data               []byte
		kind               Kind
	}{
		{"other totals than announced", "ccb-min", "wrong.txt", gbk(t, ccbMin), BadTotal},
		{"the first time", "ccb-min", "a.txt", gbk(t, ccbMin), ""},
		{"the name again", "ccb-min", "a.txt", gbk(t, other), Repeated},
		{"the content again", "ccb-min", "b.txt", gbk(t, ccbMin), Repeated},
		{"other content under a new name", "ccb-min", "b.txt", gbk(t, other), ""},
		{"a message", "pain001", "a.xml", []byte(pain), ""},
		{"its MsgId again", "pain001", "b.xml", []byte(second), Repeated},
	} {
		_, err := b.Load(tt.layout, tt.file, tt.data)
		var refusal *Refusal
		errors.As(err, &refusal)
		switch {
		case tt.kind == "" && err != nil, tt.kind != "" && (refusal == nil || refusal.Kind != tt.kind):
			t.Errorf("%s: %v, want %q", tt.name, err, tt.kind)
		}
	}
}

func TestCNAPS(t *testing.T) {
	for s, want := range map[string]bool{"313651027012": true, "402651020006": true, "313651027013": false, "31365102701": false, "": false, "31365102701X": false} {
		if cnaps(s) != want {
			t.Errorf("%q: want %v", s, want)
		}
	}
}
