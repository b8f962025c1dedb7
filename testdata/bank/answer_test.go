package bank

import (
	"bytes"
	"encoding/xml"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
)

func cellsOf(t *testing.T, data []byte) [][]string {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := f.GetRows("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func plain(t *testing.T, f File) string {
	t.Helper()
	b, err := simplifiedchinese.GB18030.NewDecoder().Bytes(f.Data)
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(b), "\r\n", "\n")
}

// half pays the first example and not the second, whose account is closed.
func half(t *testing.T, code, layout, file string, data []byte) (*Bank, *Instruction) {
	t.Helper()
	b := paying(t, code)
	b.Close(a2)
	i := load(t, b, layout, file, data)
	execute(t, b, i, Settlement{Debited: "2026-11-10", Refunded: "2026-11-11", Refund: RefundSum})
	return b, i
}

func TestEveryBankAnswers(t *testing.T) {
	for code := range forms {
		if len(variants[code]) == 0 {
			t.Errorf("%s does not answer", code)
		}
	}
}

// TestAnswerText holds the answers in text against what section 3 of the forms says, by hand.
func TestAnswerText(t *testing.T) {
	small := strings.ReplaceAll(ccbTXT, "|1.06|", "|0.01|")
	for _, tt := range []struct {
		bank, layout, file string
		data               []byte
		variant, name      string
		want               string
	}{
		{ICBC, "icbc-bpt", "icbc_20261110_1_ds.bpt", gbk(t, bpt), "", "icbc_20261110_1_ds_结果.txt", `#批量指令查询结果|
#文件|icbc_20261110_1_ds.bpt|日期|20261110|
#总笔数|2|总金额|1235.56元|
#序号|币种|付款账号|付款单位|收款账号|收款户名|金额|用途|状态|反馈|
1|RMB|43000000000000000001|桃源县财政局|6217000000000000011|张三|1234.50元|村干部补贴|处理成功||
2|RMB|43000000000000000001|桃源县财政局|6217000000000000029|李·四|1.06元|村干部补贴|失败|收款账户已销户|
`},
		{ICBC, "icbc-bpt", "icbc_20261110_1_ds.bpt", gbk(t, bpt), "payee-first", "icbc_20261110_1_ds_结果.txt", `#批量指令查询结果|
#文件|icbc_20261110_1_ds.bpt|日期|20261110|
#总笔数|2|总金额|1235.56元|
#序号|币种|收款账号|收款户名|付款账号|付款单位|金额|用途|状态|反馈|
1|RMB|6217000000000000011|张三|43000000000000000001|桃源县财政局|1234.50元|村干部补贴|处理成功||
2|RMB|6217000000000000029|李·四|43000000000000000001|桃源县财政局|1.06元|村干部补贴|失败|收款账户已销户|
`},
		{ABC, "abc-txt", "202611101030.txt", gbk(t, abcTXT), "", "202611101030_结果.txt", `1|S|6217000000000000011|张三|1234.50|
2|E|6217000000000000029|李·四|1.06|账户已销户
`},
		{CCB, "ccb-txt", "a.txt", gbk(t, small), "", "a_结果.txt", `序号|账号|姓名|金额|摘要|交易结果|失败原因|备注一|备注二
0000001|6217000000000000011|张三|1234.50|工资|成功|||
0000002|6217000000000000029|李·四|.01|工资|失败|该账户已销户||
`},
		{BOCOM, "bocom-txt", "a.txt", gbk(t, bocom), "text", "a_结果.txt", `序号|户名|工号|卡号|金额|入账状态|失败原因|流水号
1|张三|G001|6217000000000000011|1234.50|入账成功||BOCOM20261110000002-00001
2|李·四|G002|6217000000000000029|1.06|未入账|卡已销户|BOCOM20261110000002-00002
`},
		{Rural, "abc-txt", "202611101030.txt", gbk(t, abcTXT), "", "202611101030_结果.txt", `序号|姓名|账号|金额|处理结果|失败原因
1|张三|6217000000000000011|1234.50|成功|
2|李·四|6217000000000000029|1.06|失败|账户状态:销户
`},
	} {
		t.Run(tt.bank+" "+tt.variant, func(t *testing.T) {
			b, i := half(t, tt.bank, tt.layout, tt.file, tt.data)
			f, err := b.Answer(i, Options{Variant: tt.variant})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, plain(t, f)); diff != "" {
				t.Error(diff)
			}
			if f.Name != tt.name {
				t.Errorf("named %s, want %s", f.Name, tt.name)
			}
		})
	}
}

func TestAnswerBytes(t *testing.T) {
	b, i := half(t, CCB, "ccb-min", "a.txt", gbk(t, ccbMin))
	f, err := b.Answer(i, Options{Part: []int{1}})
	if err != nil {
		t.Fatal(err)
	}
	// 成功 is B3C9 B9A6 and 张三 D5C5 C8FD; lines end in CRLF.
	if want := []byte("0000001|" + a1 + "|\xd5\xc5\xc8\xfd|1234.50||\xb3\xc9\xb9\xa6|||\r\n"); !bytes.HasSuffix(f.Data, want) {
		t.Errorf("%q does not end in %q", f.Data, want)
	}
}

// TestAnswerSheets looks at the columns of section 3, counted from 1.
func TestAnswerSheets(t *testing.T) {
	for _, tt := range []struct {
		bank, layout, file string
		data               []byte
		variant            string
		first              int // row of the first line
		ok, failed         map[int]string
	}{
		{ICBC, "icbc-xls", "a.xlsx", sheetXML(t, "Sheet1", icbcRows...), "", 2,
			map[int]string{1: "张三", 2: a1, 3: "1234.50", 4: "工资", 5: "1234.50", 6: "全部成功"}, map[int]string{1: "李·四", 2: a2, 3: "1.06", 4: "", 5: "0.00", 6: "失败:收款账户已销户"}},
		{ABC, "abc-txt", "202611101030.txt", gbk(t, abcTXT), "xls", 2,
			map[int]string{11: "1234.50", 13: "", 14: "6"}, map[int]string{11: "1.06", 13: "账户已销户", 14: "7"}},
		{CCB, "ccb-txt", "a.txt", gbk(t, ccbTXT), "xlsx", 2,
			map[int]string{1: "0000001", 2: a1, 3: "张三", 4: "1234.50", 5: "工资", 6: "成功"}, map[int]string{6: "失败", 7: "该账户已销户"}},
		{BOC, "boc-txt", "a.txt", gbk(t, bocTXT), "", 11,
			map[int]string{2: "40740", 5: "1,234.50", 6: a1, 7: "张三", 10: "交易成功"}, map[int]string{5: "1.06", 6: a2, 7: "李·四", 10: "交易失败", 11: "账户已关户"}},
		{PSBC, "psbc-txt", "a.txt", gbk(t, psbc), "", 3,
			map[int]string{1: a1, 2: "张三", 3: "1234.50", 4: "0.00", 5: "0.00", 6: "工资", 8: "2026-11-10 09:00:00", 9: "交易成功"}, map[int]string{9: "交易失败", 10: "账户已清户"}},
		{BOCOM, "bocom-txt", "a.txt", gbk(t, bocom), "xlsx", 2, map[int]string{1: "1", 3: "G001", 6: "入账成功"}, map[int]string{6: "未入账", 7: "卡已销户"}},
		{CMB, "cmb-xlsx", "a.xlsx", sheetXML(t, "Sheet1", cmbRows...), "", 2, map[int]string{1: a1, 3: "1234.50", 4: "成功"}, map[int]string{4: "失败", 5: "帐户已销户"}},
		{City, "jilin-xlsx", "a.xlsx", sheetXML(t, "代发工资模板", jilinRows...), "xlsx", 2, map[int]string{3: a1, 5: "成功"}, map[int]string{5: "失败", 6: "账户销户"}},
	} {
		t.Run(tt.bank+" "+tt.variant, func(t *testing.T) {
			b, i := half(t, tt.bank, tt.layout, tt.file, tt.data)
			f, err := b.Answer(i, Options{Variant: tt.variant})
			if err != nil {
				t.Fatal(err)
			}
			rows := cellsOf(t, f.Data)
			if len(rows) != tt.first+1 {
				t.Fatalf("%d rows: %q", len(rows), rows)
			}
			for n, want := range []map[int]string{tt.ok, tt.failed} {
				for column, value := range want {
					got := ""
					if row := rows[tt.first-1+n]; column <= len(row) {
						got = row[column-1]
					}
					if got != value {
						t.Errorf("row %d, column %d: %q, want %q", tt.first+n, column, got, value)
					}
				}
			}
			again, err := b.Answer(i, Options{Variant: tt.variant})
			if err != nil || !bytes.Equal(again.Data, f.Data) {
				t.Error("other bytes the second time")
			}
		})
	}
}

func TestAnswerOptions(t *testing.T) {
	three := ccbMin + a3 + "|王五|1.00|\n"
	stranger := Row{Seq: 9, Account: "6217000000000000094", Holder: "陌生人", Fen: 1}
	for _, tt := range []struct {
		name    string
		options Options
		want    []string // sequence and status
	}{
		{"all", Options{}, []string{"1成功", "2失败", "3成功"}},
		{"failures", Options{OnlyFailures: true}, []string{"2失败"}},
		{"a part", Options{Part: []int{1, 3}}, []string{"1成功", "3成功"}},
		{"nothing", Options{Part: []int{}}, nil},
		{"a line twice", Options{Twice: []int{2}}, []string{"1成功", "2失败", "2失败", "3成功"}},
		{"unknown words", Options{Late: map[int]string{1: "部分成功", 3: "未成功"}}, []string{"1部分成功", "2失败", "3未成功"}},
		{"an unknown word among failures", Options{Late: map[int]string{1: "处理中"}, OnlyFailures: true}, []string{"1处理中", "2失败"}},
		{"a stranger", Options{Extra: []Row{stranger}}, []string{"1成功", "2失败", "3成功", "9成功"}},
		{"another amount", Options{Edit: func(l *Line) { l.Fen++ }, Part: []int{1}}, []string{"1成功"}},
		{"another order", Options{Shuffle: 2}, []string{"2失败", "1成功", "3成功"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := paying(t, CCB)
			b.Close(a2)
			b.OpenAccount(a3, "王五")
			i := load(t, b, "ccb-min", "a.txt", gbk(t, three))
			execute(t, b, i, Settlement{Debited: "2026-11-10"})
			f, err := b.Answer(i, tt.options)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, l := range strings.Split(strings.TrimSpace(plain(t, f)), "\n")[1:] {
				c := strings.Split(l, "|")
				got = append(got, strings.TrimLeft(c[0], "0")+c[5])
				if tt.options.Edit != nil && c[3] != "1234.51" {
					t.Errorf("amount %s", c[3])
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestAnswerTells follows what the bank says of one row over time.
func TestAnswerTells(t *testing.T) {
	b := paying(t, CCB)
	i := load(t, b, "ccb-min", "a.txt", gbk(t, ccbMin))
	tell := func(want string) {
		t.Helper()
		f, err := b.Answer(i, Options{Part: []int{2}})
		if err != nil {
			t.Fatal(err)
		}
		c := strings.Split(strings.TrimSpace(plain(t, f)), "|")
		if got := strings.Join(c[len(c)-4:len(c)-2], " "); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	tell("处理中 ")
	b.Park(a2)
	execute(t, b, i, Settlement{Debited: "2026-11-10"})
	tell("处理中 挂账待处理")
	if err := b.Release(a2, 106, "2026-11-11", true); err != nil {
		t.Fatal(err)
	}
	tell("成功 ")
	if err := b.Bounce(a2, 106, "2026-11-15"); err != nil {
		t.Fatal(err)
	}
	tell("失败 其他错误")
	if _, err := b.Answer(i, Options{Variant: "xls"}); err == nil {
		t.Error("CCB answered in a form of another bank")
	}
	if _, err := New(CCB).Answer(i, Options{}); err == nil {
		t.Error("a bank answered for another")
	}
	if diff := cmp.Diff([]string{"text", "xlsx"}, b.Variants(i)); diff != "" {
		t.Error(diff)
	}
}

func TestAnswerWide(t *testing.T) {
	b := paying(t, Rural)
	i := load(t, b, "rural-txt", "a.txt", gb18030(t, rural))
	f, err := b.Answer(i, Options{Part: []int{2}})
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(f.Data, []byte("\x82\x30\xb7\x31")) { // 㛃
		t.Errorf("%q", f.Data)
	}
}

func TestPain002(t *testing.T) {
	head := func(status, counts string) string {
		return `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt><GrpHdr><MsgId>RURAL20261110</MsgId><CreDtTm>2026-11-10T09:00:00+08:00</CreDtTm></GrpHdr>
<OrgnlGrpInfAndSts><OrgnlMsgId>2026-11/1</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId><OrgnlNbOfTxs>2</OrgnlNbOfTxs><OrgnlCtrlSum>1235.56</OrgnlCtrlSum><GrpSts>` + status + `</GrpSts>` + counts + `</OrgnlGrpInfAndSts>
<OrgnlPmtInfAndSts><OrgnlPmtInfId>2026-11/1-1</OrgnlPmtInfId><OrgnlNbOfTxs>2</OrgnlNbOfTxs><OrgnlCtrlSum>1235.56</OrgnlCtrlSum><PmtInfSts>` + status + `</PmtInfSts>`
	}
	const (
		foot  = "</OrgnlPmtInfAndSts>\n</CstmrPmtStsRpt></Document>\n"
		ref1  = `<OrgnlTxRef><Amt><InstdAmt Ccy="CNY">1234.50</InstdAmt></Amt><Cdtr><Pty><Nm>张三</Nm></Pty></Cdtr><CdtrAcct><Id><Othr><Id>6217000000000000011</Id></Othr></Id></CdtrAcct></OrgnlTxRef></TxInfAndSts>`
		ref2  = `<OrgnlTxRef><Amt><InstdAmt Ccy="CNY">1.06</InstdAmt></Amt><Cdtr><Pty><Nm>李·四</Nm></Pty></Cdtr><CdtrAcct><Id><Othr><Id>6217000000000000029</Id></Othr></Id></CdtrAcct></OrgnlTxRef></TxInfAndSts>`
		good1 = `<TxInfAndSts><OrgnlEndToEndId>2026-11/1-1</OrgnlEndToEndId><TxSts>ACSC</TxSts>` + ref1
		bad2  = `<TxInfAndSts><OrgnlEndToEndId>2026-11/1-2</OrgnlEndToEndId><TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>账户状态:销户</AddtlInf></StsRsnInf>` + ref2
		late2 = `<TxInfAndSts><OrgnlEndToEndId>2026-11/1-2</OrgnlEndToEndId><TxSts>PDNG</TxSts><StsRsnInf><AddtlInf>部分成功</AddtlInf></StsRsnInf>` + ref2
		ok1   = `<NbOfTxsPerSts><DtldNbOfTxs>1</DtldNbOfTxs><DtldSts>ACSC</DtldSts><DtldCtrlSum>1234.50</DtldCtrlSum></NbOfTxsPerSts>`
		fail2 = `<NbOfTxsPerSts><DtldNbOfTxs>1</DtldNbOfTxs><DtldSts>RJCT</DtldSts><DtldCtrlSum>1.06</DtldCtrlSum></NbOfTxsPerSts>`
		wait2 = `<NbOfTxsPerSts><DtldNbOfTxs>1</DtldNbOfTxs><DtldSts>PDNG</DtldSts><DtldCtrlSum>1.06</DtldCtrlSum></NbOfTxsPerSts>`
	)
	for _, tt := range []struct {
		name    string
		options Options
		want    string
	}{
		{"all", Options{}, head("PART", ok1+fail2) + good1 + "\n" + bad2 + foot},
		{"failures", Options{OnlyFailures: true}, head("PART", ok1+fail2) + bad2 + foot},
		{"a part", Options{Part: []int{1}}, head("PART", ok1+wait2) + good1 + foot},
		{"late", Options{Late: map[int]string{2: "部分成功"}, Part: []int{2, 1}}, head("PART", ok1+wait2) + good1 + "\n" + late2 + foot},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b, i := half(t, Rural, "pain001", "a.xml", []byte(pain))
			f, err := b.Answer(i, tt.options)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, string(f.Data)); diff != "" {
				t.Error(diff)
			}
			if f.Name != "a_结果.xml" {
				t.Error(f.Name)
			}
			wellFormed(t, f.Data)
		})
	}
	b := paying(t, Rural)
	i := load(t, b, "pain001", "a.xml", []byte(pain))
	execute(t, b, i, Settlement{Debited: "2026-11-10"})
	f, err := b.Answer(i, Options{})
	if err != nil || !strings.Contains(string(f.Data), "<GrpSts>ACSC</GrpSts>") {
		t.Errorf("%v: %s", err, f.Data)
	}
}

func wellFormed(t *testing.T, data []byte) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(data))
	for {
		if _, err := d.Token(); err == io.EOF {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func TestReject(t *testing.T) {
	for _, tt := range []struct{ name, old, changed, code string }{
		{"a sum", "<CtrlSum>1235.56", "<CtrlSum>1235.57", "AM10"},
		{"a count", "<NbOfTxs>2", "<NbOfTxs>3", "AM18"},
		{"an id twice", "<EndToEndId>2026-11/1-2", "<EndToEndId>2026-11/1-1", "AM05"},
		{"the number of a bank", "402651020006", "402651020007", "RC01"},
		{"a purpose", "SALA", "SUPP", "NARR"},
	} {
		data := []byte(strings.Replace(pain, tt.old, tt.changed, 1))
		b := New(Rural)
		_, refused := b.Load("pain001", "a.xml", data)
		f, err := b.Reject("a.xml", data, refused, "2026-11-10")
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		wellFormed(t, f.Data)
		for _, want := range []string{"<OrgnlMsgId>2026-11/1</OrgnlMsgId>", "<GrpSts>RJCT</GrpSts>", "<Cd>" + tt.code + "</Cd>"} {
			if !strings.Contains(string(f.Data), want) {
				t.Errorf("%s: no %s in %s", tt.name, want, f.Data)
			}
		}
	}
	b := New(Rural)
	_, refused := b.Load("pain001", "a.xml", []byte("x"))
	if _, err := b.Reject("a.xml", []byte("x"), refused, "2026-11-10"); err == nil {
		t.Error("what has no MsgId was answered")
	}
	if _, err := b.Reject("a.xml", []byte(pain), io.EOF, "2026-11-10"); err == nil {
		t.Error("an error that is no refusal was answered")
	}
}

// TestLoadBlocks reads a message of two blocks, whose own totals and those of the whole are held.
func TestLoadBlocks(t *testing.T) {
	first, rest, _ := strings.Cut(pain, "  <PmtInf>")
	body, foot, _ := strings.Cut(rest, "  </PmtInf>")
	second := strings.NewReplacer("2026-11/1-", "2026-11/2-", a1, a3, "<NbOfTxs>2", "<NbOfTxs>2", "1.06", "1.07", "1235.56", "1235.57").Replace(body)
	message := strings.NewReplacer("<NbOfTxs>2", "<NbOfTxs>4", "1235.56", "2471.13").Replace(first) + "  <PmtInf>" + body + "  </PmtInf>\n  <PmtInf>" + second + "  </PmtInf>" + foot
	b := paying(t, Rural)
	b.OpenAccount(a3, "张三")
	i := load(t, b, "pain001", "a.xml", []byte(message))
	if i.Count != 4 || i.Total != 247113 {
		t.Errorf("%d payments of %d fen", i.Count, i.Total)
	}
	execute(t, b, i, Settlement{Debited: "2026-11-10"})
	f, err := b.Answer(i, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"<OrgnlPmtInfId>2026-11/2-1</OrgnlPmtInfId><OrgnlNbOfTxs>2</OrgnlNbOfTxs><OrgnlCtrlSum>1235.57</OrgnlCtrlSum><PmtInfSts>ACSC</PmtInfSts>", "<GrpSts>ACSC</GrpSts>"} {
		if !strings.Contains(string(f.Data), want) {
			t.Errorf("no %s in %s", want, f.Data)
		}
	}
}
