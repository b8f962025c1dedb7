package main

import (
	"strings"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// Rows of a bank's answer as a text: number, account, holder, amount, purpose, result and reason.
const (
	answered = "序号|账号|姓名|金额|摘要|交易结果|失败原因|备注一|备注二\r\n"
	first    = "0000001|6228480000000000018|赵甲|1000.00|代发补贴|成功|||\r\n"
	second   = "0000002|6228480000000000026|钱乙|700.00|代发补贴|失败|已销户||\r\n"
)

// gbk is a text as banks write it.
func gbk(text string) []byte {
	b, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(text))
	if err != nil {
		panic(err) // the samples have no character that GBK lacks
	}
	return b
}

// answer is the answer of a bank with two good rows and one more, in line 4.
func answer(row string) []byte { return gbk(answered + first + second + row + "\r\n") }

// returned is a bank's workbook with a title, headings and two rows; cells stand in row 4, and those of style 1 show 万元.
func returned(cells string) []byte {
	return book{formats: `<numFmts count="1"><numFmt numFmtId="164" formatCode="0.00&quot;万元&quot;"/></numFmts><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs>`, sheet1: page(row(1, "代发业务明细"), row(2, "账号", "户名", "金额", "处理结果", "失败原因", "交易时间"),
		row(3, "6228480000000000018", "赵甲", "1000.00", "交易成功", "", "2026-01-15 10:12:00"), `<row r="4">`+cells+`</row>`)}.bytes()
}

const painHead = `<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt><OrgnlGrpInfAndSts><OrgnlMsgId>20260115-1</OrgnlMsgId>` +
	`<OrgnlNbOfTxs>2</OrgnlNbOfTxs><OrgnlCtrlSum>1700.00</OrgnlCtrlSum>`

func transaction(n, amount string) string {
	return `<TxInfAndSts><OrgnlEndToEndId>20260115-1-` + n + `</OrgnlEndToEndId><TxSts>ACSC</TxSts><OrgnlTxRef><Amt><InstdAmt Ccy="CNY">` + amount + `</InstdAmt></Amt></OrgnlTxRef></TxInfAndSts>`
}

// ofBanks are what banks send back, by the name of the file. A row that cannot be read stands
// in line 4, for the rest it is the file as a whole.
var ofBanks = map[string][]byte{
	"returns.account.txt":    answer("0000003|6228480000O00000034|孙丙|1000.00|代发补贴|成功|||"),
	"returns.amount.txt":     answer("0000003|6228480000000000034|孙丙|一千元|代发补贴|成功|||"),
	"returns.characters.txt": answer("0000003|6228480000000000034|孙\a丙|1000.00|代发补贴|成功|||"),
	"returns.encoding.txt":   append(answer("")[:len(answer(""))-2], "0000003|6228480000000000034|\xff\xff|1000.00|\r\n"...),
	"returns.quote.txt":      answer(`0000003|6228480000000000034|孙丙|1000.00|代发补贴|成功|"已入账||`),
	"returns.seq.txt":        answer("第三笔|6228480000000000034|孙丙|1000.00|代发补贴|成功|||"),

	"returns.account_number.xlsx": returned(`<c r="A4"><v>6228480000000000000</v></c>` + cells(4, "", "钱乙", "700.00", "交易失败", "已销户", "2026-01-15 10:12:00")),
	"returns.date.xlsx":           returned(cells(4, "6228480000000000026", "钱乙", "700.00", "交易失败", "已销户", "当日")),
	"returns.formula.xlsx":        returned(cells(4, "6228480000000000026", "钱乙") + `<c r="C4"><f>Sheet9!C4</f></c><c r="D4" t="inlineStr"><is><t>交易成功</t></is></c>`),
	"returns.unit.xlsx":           returned(cells(4, "6228480000000000026", "钱乙") + `<c r="C4" s="1"><v>0.07</v></c>` + cells(4, "", "", "", "交易失败", "已销户", "2026-01-15 10:12:00")),

	"returns.empty.txt":       gbk(answered),
	"returns.above.txt":       gbk(strings.Repeat("1|RMB|1908000000000000001|桃源县财政局|6228480000000000018|赵甲|1000.00元|代发|处理成功|\r\n", 5)),
	"returns.mixed.txt":       append(gbk(answered+first), second...),
	"returns.no_result.txt":   gbk("0000001|6228480000000000018|赵甲|1000.00|代发补贴||\r\n0000002|6228480000000000026|钱乙|700.00|代发补贴||\r\n"),
	"returns.no_row_read.txt": gbk("1|赵甲|6228480000000000018|1000.00|成功|\r\n2|钱乙|6228480000000000026|700.00|失败|\r\n"),
	"returns.totals.txt":      answer("合计|||1600.00|||||"),
	"returns.none.txt":        gbk(first),
	"returns.table.txt":       gbk("收款账号|收款户名|金额\r\n6228480000000000018|赵甲|1000.00\r\n"),
	"returns.title.xlsx":      book{sheet1: page(row(1, "代发业务明细"), row(2, "卡号", "姓名", "应处理金额", "处理标志"), row(3, "6228480000000000018", "赵甲", "1000.00", "全部成功"))}.bytes(),
	"returns.web.xls":         []byte("<html><body><table><tr><td>账号</td><td>金额</td></tr><tr><td>6228480000000000018</td><td>1000.00</td></tr></table></body></html>\n"),
	"returns.group.xml":       []byte(painHead + `<GrpSts>ACTC</GrpSts></OrgnlGrpInfAndSts></CstmrPmtStsRpt></Document>` + "\n"),
	"returns.sums.xml":        []byte(painHead + `</OrgnlGrpInfAndSts><OrgnlPmtInfAndSts>` + transaction("1", "1000.00") + transaction("2", "600.00") + `</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>` + "\n"),
	"returns.xml.xml":         []byte(strings.TrimSuffix(painHead, `<OrgnlCtrlSum>1700.00</OrgnlCtrlSum>`)),
}

// standard is the head of the table of a document, kept in a spreadsheet beside it.
const standard = "附件：村干部基本报酬标准,,\n职务,乡镇类别,每月\n"

// ofTables are spreadsheets with the rows of a document's table.
var ofTables = map[string][]byte{
	"table.empty.csv":   []byte(standard + "书记,一类,2400\n主任,一类,2300\n委员,,1800\n"),
	"table.heading.csv": []byte(strings.Replace(standard, "每月", "月标准", 1) + "书记,一类,2400\n主任,一类,2300\n"),
	"table.none.csv":    []byte(standard + "注：从2026年1月起执行,,\n"),
	"table.date.xlsx": book{sheet1: page(row(1, "附件：村干部基本报酬标准"), row(2, "职务", "乡镇类别", "每月"), row(3, "书记", "一类", "2400"),
		`<row r="4">`+cells(4, "委员")+`<c r="B4" t="d"><v>2026-03-05</v></c>`+cells(4, "", "", "1800")+`</row>`)}.bytes(),
}
