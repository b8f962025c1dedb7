package returns

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"zhida/importers/sheet"
	"zhida/payroll"
	"zhida/payroll/banklayout"
	"zhida/payroll/journal"
	"zhida/rules/calendar"
	"zhida/rules/message"
	"zhida/rules/money"
)

func preset(t testing.TB, code string) *banklayout.Layout {
	t.Helper()
	l, err := banklayout.Preset(code)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func gbk(t testing.TB, s string) []byte {
	t.Helper()
	b, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// number is a numeric cell of a test's workbook.
type number string

// workbookOf makes a workbook whose first row is row 1.
func workbookOf(t testing.TB, rows ...[]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for i, row := range rows {
		for j, v := range row {
			cell := sheet.Address(j+1, i+1)
			var err error
			switch v := v.(type) {
			case number:
				err = f.SetCellDefault("Sheet1", cell, string(v))
			case string:
				if v != "" {
					err = f.SetCellStr("Sheet1", cell, v)
				}
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// The accounts of nobody.
const (
	one   = "6200590000000000014"
	two   = "6200590000000000022"
	three = "6200590000000000030"
)

func credited(line, seq int, account, holder string, fen money.Fen, text string) payroll.ReturnRow {
	return payroll.ReturnRow{Line: line, Seq: seq, Account: account, Holder: holder, Fen: fen, State: payroll.PaymentCredited, Text: text}
}

func returned(line, seq int, account, holder string, fen money.Fen, text, reason string, cause payroll.ReturnCause) payroll.ReturnRow {
	return payroll.ReturnRow{Line: line, Seq: seq, Account: account, Holder: holder, Fen: fen, State: payroll.PaymentReturned, Text: text, Reason: reason, Cause: cause}
}

func pending(line, seq int, account, holder string, fen money.Fen, text string) payroll.ReturnRow {
	return payroll.ReturnRow{Line: line, Seq: seq, Account: account, Holder: holder, Fen: fen, State: payroll.PaymentSent, Text: text}
}

const preamble = "工商银行\r\n批量代发结果\r\n日期|20261125\r\n序号|币种|…\r\n"

const painHead = `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt><GrpHdr><MsgId>B1</MsgId><CreDtTm>2026-11-25T12:00:00</CreDtTm></GrpHdr>
<OrgnlGrpInfAndSts><OrgnlMsgId>20261125-1</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId><OrgnlNbOfTxs>3</OrgnlNbOfTxs><OrgnlCtrlSum>6.00</OrgnlCtrlSum>`

func painRowText(id, status, reason, yuan, account, name string) string {
	if reason != "" {
		reason = "<StsRsnInf><Rsn><Cd>" + reason + "</Cd></Rsn></StsRsnInf>"
	}
	return "<TxInfAndSts><OrgnlEndToEndId>" + id + "</OrgnlEndToEndId><TxSts>" + status + "</TxSts>" + reason + "<OrgnlTxRef><Amt><InstdAmt Ccy=\"CNY\">" + yuan +
		"</InstdAmt></Amt><Cdtr><Pty><Nm>" + name + "</Nm></Pty></Cdtr><CdtrAcct><Id><Othr><Id>" + account + "</Id></Othr></Id></CdtrAcct></OrgnlTxRef></TxInfAndSts>\n"
}

func painFile(group string, rows ...string) []byte {
	return []byte(painHead + "<GrpSts>" + group + "</GrpSts></OrgnlGrpInfAndSts><OrgnlPmtInfAndSts><OrgnlPmtInfId>20261125-1</OrgnlPmtInfId>" +
		strings.Join(rows, "") + "</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>")
}

// Every form that a bank of the presets answers in.
func TestForms(t *testing.T) {
	boc := make([][]any, 10)
	boc = append(boc, []any{"1", "", "", "", "1234.50", one, "张甲", "", "", "成功"}, []any{"2", "", "", "", "0.01", two, "李乙", "", "", "失败", "户名不符"},
		[]any{"3", "", "", "", "2.00", three, "王丙", "", "", "未成功"})
	for _, c := range []struct {
		name, layout string
		data         []byte
		want         []payroll.ReturnRow
	}{
		{"ICBC, payer first", "icbc-bpt", gbk(t, preamble+"1|RMB|1908000000000000001|桃源县财政局|"+one+"|张甲|1234.50元|代发|处理成功|\r\n"+
			"2|RMB|1908000000000000001|桃源县财政局|"+two+"|李乙|0.01元|代发|失败|户名不符\r\n3|RMB|1908000000000000001|桃源县财政局|"+three+"|王丙|.50元|代发|等待银行处理|\r\n"+
			"4|RMB|1908000000000000001|桃源县财政局|"+three+"|王丙|1,234.00元|代发|指令被拒绝授权|权限\r\n"),
			[]payroll.ReturnRow{credited(5, 1, one, "张甲", 123450, "处理成功"), returned(6, 2, two, "李乙", 1, "失败", "户名不符", payroll.CauseName),
				pending(7, 3, three, "王丙", 50, "等待银行处理"), returned(8, 4, three, "王丙", 123400, "指令被拒绝授权", "权限", payroll.CauseOther)}},
		{"ICBC, payee first", "icbc-return", gbk(t, preamble+"1|RMB|"+one+"|张甲|1908000000000000001|桃源县财政局|0.01元|代发|处理成功|\r\n"),
			[]payroll.ReturnRow{credited(5, 1, one, "张甲", 1, "处理成功")}},
		{"ICBC workbook", "icbc-xls", workbookOf(t, []any{"姓名", "卡号", "应处理金额", "备注", "实处理金额", "处理标志"}, []any{"张甲", one, "1234.50", "代发", "1234.50", "全部成功"},
			[]any{"李乙", two, "0.01", "代发", "0", "账户状态不正常"}, []any{"王丙", three, "5", "代发", "2", "部分成功"}, []any{"王丙", three, "6", "代发"}),
			[]payroll.ReturnRow{credited(2, 0, one, "张甲", 123450, "全部成功"), returned(3, 0, two, "李乙", 1, "账户状态不正常", "", ""),
				pending(4, 0, three, "王丙", 500, "部分成功"), pending(5, 0, three, "王丙", 600, "")}},
		{"ABC direct", "abc-fixed", gbk(t, "1|S|\n2|E|\n3|P|\n4|s|\n"), []payroll.ReturnRow{credited(1, 1, "", "", 0, "S"), returned(2, 2, "", "", 0, "E", "", ""),
			pending(3, 3, "", "", 0, "P"), pending(4, 4, "", "", 0, "s")}},
		{"ABC workbook", "abc-txt", workbookOf(t, []any{"批量代发"}, []any{"序号", "收款账号", "收款户名", "4", "5", "6", "7", "8", "9", "10", "金额", "12", "失败原因", "状态"},
			[]any{"1", one, "张甲", "", "", "", "", "", "", "", "1,234.50", "", "", "6"}, []any{"2", two, "李乙", "", "", "", "", "", "", "", number("0.01"), "", "账户不存在", number("7")},
			[]any{"3", three, "王丙", "", "", "", "", "", "", "", number("1.1000000000000001"), "", "", "5"}),
			[]payroll.ReturnRow{credited(3, 0, one, "张甲", 123450, "6"), returned(4, 0, two, "李乙", 1, "7", "账户不存在", payroll.CauseNoAccount), pending(5, 0, three, "王丙", 110, "5")}},
		{"CCB", "ccb-txt", gbk(t, "0000001|"+one+"|张甲|.01|代发|成功|||\r\n0000002|"+two+"|李乙|1,234.00|代发|失败|已销户||\r\n0000003|"+three+"|王丙|2|代发|部分成功|||\r\n"),
			[]payroll.ReturnRow{credited(1, 1, one, "张甲", 1, "成功"), returned(2, 2, two, "李乙", 123400, "失败", "已销户", payroll.CauseClosed), pending(3, 3, three, "王丙", 200, "部分成功")}},
		{"BOC workbook", "boc-txt", workbookOf(t, boc...),
			[]payroll.ReturnRow{credited(11, 0, one, "张甲", 123450, "成功"), returned(12, 0, two, "李乙", 1, "失败", "户名不符", payroll.CauseName), pending(13, 0, three, "王丙", 200, "未成功")}},
		{"PSBC workbook", "psbc-txt", workbookOf(t, []any{"代发结果"}, []any{"账号", "户名", "金额", "手续费", "汇划费", "用途", "附言", "交易时间", "处理结果", "失败原因"},
			[]any{one, "张甲", "1234.50", "0", "0", "代发", "", "2026-11-25 10:11:12", "交易成功", ""}, []any{two, "李乙", "0.01", "", "", "", "", "20261126101112", "交易失败", "账户冻结"}),
			[]payroll.ReturnRow{on(20261125, credited(3, 0, one, "张甲", 123450, "交易成功")), on(20261126, returned(4, 0, two, "李乙", 1, "交易失败", "账户冻结", payroll.CauseFrozen))}},
		{"bocom", "bocom-txt", gbk(t, "1|张甲|7|"+one+"|1234.50|入账成功||A1\r\n2|李乙|8|"+two+"|0.01|未入账|非结算账户|A2\r\n"),
			[]payroll.ReturnRow{credited(1, 1, one, "张甲", 123450, "入账成功"), returned(2, 2, two, "李乙", 1, "未入账", "非结算账户", payroll.CauseNotSettling)}},
		{"pain.002", "pain001", painFile("PART", painRowText("20261125-1-1", "ACSC", "", "1.00", one, "张甲"), painRowText("20261125-1-2", "RJCT", "AC04", "2.00", two, "李乙"),
			painRowText("20261125-1-3", "PDNG", "", "3.00", three, "王丙")),
			[]payroll.ReturnRow{credited(1, 1, one, "张甲", 100, "ACSC"), returned(2, 2, two, "李乙", 200, "RJCT", "AC04", payroll.CauseClosed), pending(3, 3, three, "王丙", 300, "PDNG")}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, err := Read("回盘", c.data, preset(t, c.layout))
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, rowsOf(f)); d != "" {
				t.Error(d)
			}
			if f.Digest != journal.Digest(c.data) || f.Layout != c.layout || f.File != "回盘" || f.Partial {
				t.Errorf("%+v", f)
			}
			if c.layout == "pain001" && (f.Reference != "20261125-1" || f.Count != 3 || f.Total != 600) {
				t.Errorf("%+v", f)
			}
		})
	}
}

func on(day calendar.Date, r payroll.ReturnRow) payroll.ReturnRow {
	r.Date = day
	return r
}

// Every preset with an answer has a test above.
func TestEveryAnswerIsTested(t *testing.T) {
	tested := []string{"icbc-bpt", "icbc-return", "icbc-xls", "abc-fixed", "abc-txt", "ccb-txt", "boc-txt", "psbc-txt", "bocom-txt", "pain001"}
	same := map[string]string{"ccb-min": "ccb-txt", "ccb-xlsx": "ccb-txt", "psbc-cross": "psbc-txt"}
	for _, l := range banklayout.Presets() {
		if l.Return == nil || slices.Contains(tested, l.Code) {
			continue
		}
		if like := same[l.Code]; like == "" || cmp.Diff(preset(t, like).Return, l.Return) != "" {
			t.Errorf("the answer of %s is tested nowhere", l.Code)
		}
	}
}

// The words that layouts may use are those of the book.
func TestWordsAreTheBooks(t *testing.T) {
	for _, s := range banklayout.States {
		if states[s] == "" {
			t.Errorf("%s is no state", s)
		}
	}
	causes := []payroll.ReturnCause{payroll.CauseName, payroll.CauseNoAccount, payroll.CauseClosed, payroll.CauseFrozen, payroll.CauseDormant, payroll.CauseNotSettling, payroll.CauseLost,
		payroll.CauseID, payroll.CauseLimit, payroll.CauseDuplicate, payroll.CauseUnsupported, payroll.CauseRecalled, payroll.CauseParked, payroll.CauseOther}
	for i, c := range causes {
		if i >= len(banklayout.Causes) || banklayout.Causes[i] != string(c) {
			t.Errorf("%s is no cause of layouts", c)
		}
	}
}

func TestAmounts(t *testing.T) {
	for _, c := range []struct {
		text, unit string
		kind       sheet.Kind
		want       money.Fen // -1: no amount
	}{
		{"0.01元", "", sheet.Text, 1}, {".01", "", sheet.Text, 1}, {"1,234.00", "", sheet.Text, 123400}, {"￥1,234,567.80", "", sheet.Text, 123456780}, {"5", "", sheet.Text, 500},
		{"5.", "", sheet.Text, 500}, {"0005.10", "", sheet.Text, 510}, {"5.100", "", sheet.Text, 510}, {"0", "", sheet.Text, 0}, {"12345", "fen", sheet.Text, 12345},
		{"1,234", "fen", sheet.Text, 1234}, {"1234.5599999999999", "", sheet.Number, 123456}, {"0.1", "", sheet.Number, 10}, {"12345.0", "fen", sheet.Number, 12345},
		{"5.001", "", sheet.Text, -1}, {"0.015", "", sheet.Number, -1}, {"1,23.00", "", sheet.Text, -1}, {"-5", "", sheet.Text, -1}, {"1e3", "", sheet.Text, -1}, {"1e999999999", "", sheet.Text, -1},
		{"１２３", "", sheet.Text, -1}, {"", "", sheet.Text, -1}, {".", "", sheet.Text, -1}, {"五元", "", sheet.Text, -1}, {"5.5", "fen", sheet.Text, -1}, {"99999999999999", "", sheet.Text, -1},
		{"-0", "", sheet.Text, -1}, {"+5", "", sheet.Text, -1}, {"5 000", "", sheet.Text, -1},
	} {
		got, m := amount(sheet.Cell{Kind: c.kind, Text: c.text}, c.unit)
		if !m.IsZero() {
			got = -1
		}
		if got != c.want {
			t.Errorf("%q %s is %d, want %d", c.text, c.unit, got, c.want)
		}
	}
}

// A row that cannot be read is kept, says why, and stops nobody.
func TestBadRowsAreKept(t *testing.T) {
	good := "2|" + two + "|李乙|0.01|代发|成功|||\r\n"
	for _, c := range []struct{ name, row, says string }{
		{"letters for an account", "1|62005x|张甲|1.00|代发|成功|||", "账号不是一串数字"},
		{"stars for an account", "1|6200****0014|张甲|1.00|代发|成功|||", "账号不是一串数字"},
		{"no account", "1||张甲|1.00|代发|成功|||", "账号不是一串数字"},
		{"no amount", "1|" + one + "|张甲||代发|成功|||", "“”不是金额"},
		{"an amount below a fen", "1|" + one + "|张甲|1.005|代发|成功|||", "“1.005”不是金额"},
		{"two fields", "1|" + one, "不是金额"},
		{"an escape", "1|" + one + "|张\x1b[31m甲|1.00|代发|成功|||", "看不见"},
		{"a quote without end", `1|"` + one + "|张甲|1.00|代发|成功|||", "引号没有结束"},
	} {
		f, err := Read("回盘", append(gbk(t, c.row+"\r\n"), gbk(t, good)...), preset(t, "ccb-txt"))
		if err != nil || len(rowsOf(f)) != 2 {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if r := rowsOf(f)[0]; r.State != payroll.PaymentSent || !strings.Contains(r.Problem, c.says) || strings.Contains(r.Problem, "62005") {
			t.Errorf("%s: %+v", c.name, r)
		}
		if d := cmp.Diff(credited(2, 2, two, "李乙", 1, "成功"), rowsOf(f)[1]); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
	}
	half := append(append([]byte("1|"+one+"|"), 0xff, '|'), []byte("1.00|\r\n")...)
	f, err := Read("回盘", append(half, gbk(t, good)...), preset(t, "ccb-txt"))
	if err != nil || len(rowsOf(f)) != 2 || !strings.Contains(rowsOf(f)[0].Problem, "不是 GBK 编码") || rowsOf(f)[1].State != payroll.PaymentCredited {
		t.Errorf("half a character: %+v %v", f, err)
	}
}

func TestBadCellsAreKept(t *testing.T) {
	head := []any{"姓名", "卡号", "应处理金额", "备注", "实处理金额", "处理标志"}
	f, err := Read("回盘", workbookOf(t, head, []any{"张甲", number("6200590000000000014"), "1.00", "", "", "全部成功"}, []any{"李\u202e乙", two, "1.00", "", "", "全部成功"},
		[]any{"王丙", three, "1.00", "", "", "全部成功"}), preset(t, "icbc-xls"))
	if err != nil {
		t.Fatal(err)
	}
	for i, says := range []string{"存成了数字", "看不见", ""} {
		if r := rowsOf(f)[i]; !strings.Contains(r.Problem, says) || (r.State == payroll.PaymentCredited) != (says == "") {
			t.Errorf("row %d: %+v", i+1, r)
		}
	}
}

// What a cell shows and what it keeps are two amounts where the number format moves the point or has a unit of its own.
func TestAmountsShownOtherwise(t *testing.T) {
	for _, c := range []struct{ format, unit, says string }{
		{`#,##0.00,`, "", "1（#,##0.00,）"}, {`0.00"万元"`, "", "1万元"}, {`0!.0,"万"`, "", "1（0!.0"}, {`0%`, "", "100%"}, {`0.00E+00`, "", "1（0.00E+00）"}, {`[$$-409]#,##0.00`, "", "$1"},
		{`0"分"`, "", "1分"}, {`0"分"`, "fen", ""}, {`0"万"`, "fen", "1万"}, {`#,##0.00`, "", ""}, {`#,##0.00"元"`, "", ""}, {`[$¥-804]#,##0.00;[Red]-[$¥-804]#,##0.00`, "", ""},
	} {
		f, err := excelize.OpenReader(bytes.NewReader(workbookOf(t, []any{"姓名", "卡号", "应处理金额", "备注", "实处理金额", "处理标志"}, []any{"张甲", one, number("1"), "", "", "全部成功"}, []any{"李乙", two, number("1"), "", "", "全部成功"})))
		if err != nil {
			t.Fatal(err)
		}
		style, err := f.NewStyle(&excelize.Style{CustomNumFmt: &c.format})
		if err == nil {
			err = f.SetCellStyle("Sheet1", "C2", "C2", style)
		}
		var b bytes.Buffer
		if err == nil {
			err = f.Write(&b)
		}
		if err != nil {
			t.Fatal(err)
		}
		l := *preset(t, "icbc-xls")
		of := *l.Return
		l.Return, of.Unit = &of, c.unit
		answer, err := Read("回盘", b.Bytes(), &l)
		if err != nil {
			t.Fatal(err)
		}
		rows := rowsOf(answer)
		if r := rows[0]; (c.says == "") != (r.State == payroll.PaymentCredited) || c.says != "" && (!strings.Contains(r.Problem, "“"+c.says) || !strings.Contains(r.Problem, "returns.unit")) {
			t.Errorf("%s: %+v", c.format, r)
		}
		if rows[1].State != payroll.PaymentCredited {
			t.Errorf("%s: the other row is good: %+v", c.format, rows[1])
		}
	}
}

// What is not listed in a list of failures is not thereby paid.
func TestFailuresOnly(t *testing.T) {
	l := *preset(t, "ccb-txt")
	l.Return = &banklayout.Return{Encoding: "GBK", Delimiter: ",", Lists: "failures", Columns: map[string]string{"account": "账号", "amount": "金额", "reason": "原因"}}
	f, err := Read("回盘", gbk(t, "失败清单\n账号,金额,原因\n"+one+",\"1,234.00\",户名不符\n\n"), &l)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]payroll.ReturnRow{returned(3, 0, one, "", 123400, "", "户名不符", payroll.CauseName)}, rowsOf(f)); d != "" || !f.Partial {
		t.Error(d, f.Partial)
	}
}

func TestEncodings(t *testing.T) {
	l := *preset(t, "ccb-txt")
	r := *l.Return
	l.Return = &r
	text := "1|" + one + "|张㛃𠮷|1.00||成功|||\n"
	b, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	for name, x := range map[string]struct {
		encoding string
		data     []byte
	}{"GB18030": {"GB18030", b}, "UTF-8": {"UTF-8", []byte(text)}, "UTF-8 with a mark, whatever the layout says": {"GBK", []byte("\ufeff" + text)}} {
		r.Encoding = x.encoding
		f, err := Read("回盘", x.data, &l)
		if err != nil || len(rowsOf(f)) != 1 || rowsOf(f)[0].Holder != "张㛃𠮷" || rowsOf(f)[0].Problem != "" {
			t.Errorf("%s: %+v %v", name, f, err)
		}
	}
}

func TestRefuses(t *testing.T) {
	book := workbookOf(t, []any{"姓名", "卡号", "应处理金额", "备注", "实处理金额", "处理标志"}, []any{"张甲", one, "1.00", "", "", "全部成功"})
	for _, c := range []struct {
		name, layout string
		data         []byte
		code         string
	}{
		{"a layout without an answer", "cmb-xlsx", book, "returns.none"},
		{"an .xls", "boc-txt", []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "sheet.old_format"},
		{"a web page called .xls", "boc-txt", []byte("\n<html><table>"), "returns.web"},
		{"a text where a workbook comes", "boc-txt", []byte("1,2,3\n"), "returns.table"},
		{"another bank's workbook", "psbc-txt", book, "returns.title"},
		{"nothing", "ccb-txt", nil, "returns.empty"},
		{"only empty lines", "ccb-txt", []byte("\r\n\r\n"), "returns.empty"},
		{"too large", "ccb-txt", bytes.Repeat([]byte("1|2\n"), 6<<20), "returns.too_large"},
		{"too many lines", "ccb-txt", bytes.Repeat([]byte("\n"), 1<<18), "returns.too_large"},
		{"a cut workbook", "icbc-xls", book[:len(book)/2], "sheet.damaged"},
		{"a part of a workbook that has no place there", "icbc-xls", withPart(t, "xl/vbaProject.bin", []byte("x")), "sheet.part"},
		{"a bomb", "icbc-xls", withPart(t, "xl/styles.xml", bytes.Repeat([]byte(" "), 130<<20)), "sheet.too_large"},
		{"no XML", "pain001", []byte("1|2|3"), "returns.xml"},
		{"half of a pain.002", "pain001", painFile("PART")[:400], "returns.xml"},
		{"another message", "pain001", []byte("<Document><CstmrCdtTrfInitn></CstmrCdtTrfInitn></Document>"), "returns.xml"},
		{"a DTD", "pain001", []byte(`<!DOCTYPE x [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;">]><Document><CstmrPmtStsRpt>&b;</CstmrPmtStsRpt></Document>`), "returns.xml"},
		{"an entity nobody defined", "pain001", []byte(`<Document><CstmrPmtStsRpt>&b;</CstmrPmtStsRpt></Document>`), "returns.xml"},
		{"elements without end", "pain001", []byte("<Document><CstmrPmtStsRpt>" + strings.Repeat("<a>", 1000)), "returns.xml"},
		{"an encoding of another country", "pain001", []byte(`<?xml version="1.0" encoding="EBCDIC"?><Document/>`), "returns.xml"},
		{"sums that do not agree", "pain001", painFile("PART", painRowText("1", "ACSC", "", "1.00", one, "甲"), painRowText("2", "ACSC", "", "2.00", two, "乙"), painRowText("3", "ACSC", "", "4.00", three, "丙")), "returns.sums"},
		{"more than were sent", "pain001", painFile("PART", strings.Repeat(painRowText("1", "ACSC", "", "1.00", one, "甲"), 4)), "returns.sums"},
	} {
		if _, err := Read("回盘", c.data, preset(t, c.layout)); message.Code(err) != c.code {
			t.Errorf("%s: %v, want %s", c.name, err, c.code)
		}
	}
}

// withPart is a zip with one part more than a workbook's.
func withPart(t testing.TB, name string, content []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A bank that refuses the whole file names no payment: nothing of the file was executed.
// What else it says of a file as one is no result of any payment.
func TestWholeFileRefused(t *testing.T) {
	group := func(status string) (*payroll.ReturnFile, error) {
		return Read("回盘", []byte(painHead+"<GrpSts>"+status+"</GrpSts><StsRsnInf><Rsn><Cd>AM10</Cd></Rsn></StsRsnInf></OrgnlGrpInfAndSts></CstmrPmtStsRpt></Document>"), preset(t, "pain001"))
	}
	if f, err := group("RJCT"); err != nil || f.Reference != "20261125-1" || len(rowsOf(f)) != 0 || f.Whole == nil || f.Whole.State != payroll.PaymentReturned || f.Whole.Text != "RJCT" || f.Whole.Reason != "AM10" || f.Whole.Problem != "" {
		t.Errorf("%+v", f)
	}
	if f, err := group("ACTC"); message.Code(err) != "returns.group" {
		t.Errorf("%+v %v", f, err)
	}
}

// A pain.002 in GBK, as some banks send it, and one with a status nobody knows.
func TestPainOfOtherBanks(t *testing.T) {
	text := strings.Replace(string(painFile("PART", painRowText("x-7", "ACSP", "", "1.00", one, "张甲"))), "UTF-8", "GBK", 1)
	f, err := Read("回盘", gbk(t, text), preset(t, "pain001"))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]payroll.ReturnRow{pending(1, 7, one, "张甲", 100, "ACSP")}, rowsOf(f)); d != "" {
		t.Error(d)
	}
}

// Every bit of a small workbook: refused, or the same rows. What the gate lets through
// is only what the archive says twice or not at all.
func TestEveryBitOfAWorkbook(t *testing.T) {
	good := packed(t, workbookOf(t, []any{"姓名", "卡号", "应处理金额", "备注", "实处理金额", "处理标志"}, []any{"张甲", one, "1.00", "", "", "全部成功"}))
	l := preset(t, "icbc-xls")
	want, err := Read("回盘", good, l)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(good)*8; i += 7 {
		bad := bytes.Clone(good)
		bad[i/8] ^= 1 << (i % 8)
		if f, err := Read("回盘", bad, l); err == nil && cmp.Diff(rowsOf(want), rowsOf(f)) != "" {
			t.Fatalf("bit %d reads as something else", i)
		}
	}
}

// packed is a workbook without what excelize adds for looks, so that few bits are left.
func packed(t *testing.T, b []byte) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range z.File {
		if strings.Contains(f.Name, "theme") {
			continue
		}
		if err := w.Copy(f); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// What a hostile file of the largest size costs: read or refused in bounded memory.
func TestHostileFilesAreCheap(t *testing.T) {
	wide := append(bytes.Repeat([]byte("|"), 255), '\n')
	for _, c := range []struct {
		name, layout string
		data         []byte
	}{
		{"delimiters in one line", "ccb-txt", bytes.Repeat([]byte("|"), mostBytes)},
		{"delimiters in all columns", "ccb-txt", bytes.Repeat(wide, mostBytes/len(wide))},
		{"elements nobody asks for", "pain001", []byte("<Document><CstmrPmtStsRpt>" + strings.Repeat("<aaaa>x</aaaa>", 1<<20) + "</CstmrPmtStsRpt></Document>")},
		{"empty transactions", "pain001", []byte("<Document><CstmrPmtStsRpt><OrgnlPmtInfAndSts>" + strings.Repeat("<TxInfAndSts></TxInfAndSts>", 1<<19) + "</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>")},
	} {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		f, err := Read("回盘", c.data, preset(t, c.layout))
		runtime.GC()
		runtime.ReadMemStats(&after)
		if kept := int64(after.HeapAlloc) - int64(before.HeapAlloc); kept > 200<<20 {
			t.Errorf("%s: %d MB are kept", c.name, kept>>20)
		}
		runtime.KeepAlive(f)
		if err == nil && slices.ContainsFunc(rowsOf(f), func(r payroll.ReturnRow) bool { return r.Problem == "" }) {
			t.Errorf("%s: a row without a problem", c.name)
		}
	}
}

// Whatever comes: no panic, no success but by the exact word, no problem with a state.
func FuzzRead(f *testing.F) {
	var layouts []*banklayout.Layout
	for _, l := range banklayout.Presets() {
		if l.Return != nil {
			layouts = append(layouts, l)
		}
	}
	f.Add(gbk(f, preamble+"1|RMB|1908000000000000001|桃源县财政局|"+one+"|张甲|1234.50元|代发|处理成功|\r\n"))
	f.Add(gbk(f, "1|"+one+"|张甲|.01|代发|成功|||\r\n"))
	f.Add([]byte("1|S|\n2|E\n"))
	f.Add(painFile("PART", painRowText("20261125-1-1", "ACSC", "", "1.00", one, "张甲")))
	f.Add(workbookOf(f, []any{"姓名", "卡号", "应处理金额", "备注", "实处理金额", "处理标志"}, []any{"张甲", one, "1.00", "", "", "全部成功"}))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, l := range layouts {
			file, err := Read("回盘", data, l)
			if err != nil {
				continue
			}
			for _, r := range rowsOf(file) {
				if r.State == payroll.PaymentCredited && l.Return.Status[r.Text] != "credited" || r.Problem != "" && r.State != payroll.PaymentSent ||
					r.Fen < 0 || strings.Trim(r.Account, "0123456789") != "" || r.State == "" {
					t.Errorf("%s: %+v", l.Code, r)
				}
			}
		}
	})
}

// The file that was sent has no result in any row, and is no answer.
func TestSentBackUntouched(t *testing.T) {
	b, err := os.ReadFile(filepath.Join("..", "..", "testdata", "layouts", "icbc-xls.golden.xlsx"))
	if err != nil {
		t.Fatal(err)
	}
	if f, err := Read("回盘", b, preset(t, "icbc-xls")); message.Code(err) != "returns.no_result" {
		t.Errorf("%+v %v", f, err)
	}
}

// rowsOf are all rows of an answer.
func rowsOf(f *payroll.ReturnFile) []payroll.ReturnRow {
	var list []payroll.ReturnRow
	for i := range f.Rows.Len() {
		list = append(list, f.Rows.Row(i))
	}
	return list
}
