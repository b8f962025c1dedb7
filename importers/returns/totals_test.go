package returns

import (
	"bytes"
	"strings"
	"testing"

	"zhida/payroll"
	"zhida/payroll/banklayout"
	"zhida/rules/message"
)

// What an answer states of its rows as a whole is no row, and has to be what they come to.
func TestTotals(t *testing.T) {
	paid := func(seq, account, amount, said string) string {
		return seq + "|" + account + "|张甲|" + amount + "|代发|" + said + "|||\r\n"
	}
	a, b, c := paid("1", one, "1,000.00", "成功"), paid("2", two, "700.50", "失败"), paid("3", three, "0.01", "成功")
	icbc := func(above, account, amount, said string) string {
		return above + "1|RMB|1908000000000000001|桃源县财政局|" + account + "|张甲|" + amount + "|代发|" + said + "|\r\n"
	}
	psbc := func(rows ...[]any) []byte {
		head := [][]any{{"代发结果"}, {"账号", "户名", "金额", "手续费", "汇划费", "用途", "附言", "交易时间", "处理结果", "失败原因"}}
		return workbookOf(t, append(head, rows...)...)
	}
	first, second := []any{one, "张甲", "1000.00", "0", "0", "代发", "", "", "交易成功", ""}, []any{two, "李乙", "700.50", "0", "0", "代发", "", "", "交易失败", "账户冻结"}
	for _, x := range []struct {
		name, layout string
		data         []byte
		rows         int // 0: refused
	}{
		{"the sum in its column", "ccb-txt", gbk(t, a+b+c+"合计|||1,700.51||||\r\n"), 3},
		{"the sum in its column, wrong by a fen", "ccb-txt", gbk(t, a+b+c+"合计|||1,700.52||||\r\n"), 0},
		{"a row lost", "ccb-txt", gbk(t, a+c+"合计|||1,700.51||||\r\n"), 0},
		{"a row twice", "ccb-txt", gbk(t, a+b+b+c+"合计|||1,700.51||||\r\n"), 0},
		{"an amount that cannot be read", "ccb-txt", gbk(t, a+b+paid("3", three, "一分", "成功")+"合计|||1,700.51||||\r\n"), 0},
		{"fewer columns", "ccb-txt", gbk(t, a+b+"合 计|2|1700.50\r\n"), 2},
		{"fewer columns, another count", "ccb-txt", gbk(t, a+b+"合 计|3|1700.50\r\n"), 0},
		{"in words", "ccb-txt", gbk(t, a+b+c+"合计：3笔，1,700.51元\r\n"), 3},
		{"in words, another count", "ccb-txt", gbk(t, a+b+c+"合计：4笔，1,700.51元\r\n"), 0},
		{"by result", "ccb-txt", gbk(t, a+b+c+"总笔数：3|总金额：1700.51|成功笔数：2|成功金额：1000.01|失败笔数：1|失败金额：700.50\r\n"), 3},
		{"by result, one of them wrong", "ccb-txt", gbk(t, a+b+c+"总笔数：3|总金额：1700.51|成功笔数：3|成功金额：1000.01|失败笔数：0|失败金额：700.50\r\n"), 0},
		{"what succeeded", "ccb-txt", gbk(t, a+b+c+"成功合计|||1,000.01||||\r\n"), 3},
		{"what succeeded, with what failed", "ccb-txt", gbk(t, a+b+c+"成功合计|||1,700.51||||\r\n"), 0},
		{"a sum of each page", "ccb-txt", gbk(t, a+b+"小计|||1,700.50||||\r\n"+c+"小计|||0.01||||\r\n合计|||1700.51||||\r\n"), 3},
		{"a sum of each page above it", "ccb-txt", gbk(t, "小计|||1,700.50||||\r\n"+a+b+"小计|||0.01||||\r\n"+c), 3},
		{"pages that do not agree", "ccb-txt", gbk(t, a+b+"小计|||1,700.50||||\r\n"+c+"小计|||0.02||||\r\n"), 0},
		{"a total without a figure", "ccb-txt", gbk(t, a+b+"合计\r\n"), 2},
		{"signatures below", "ccb-txt", gbk(t, a+b+"合计|||1,700.50||||\r\n制表：李某|复核：王某|||\r\n经办人：|赵某|银行盖章：\r\n"), 2},
		{"somebody whose remark says it", "ccb-txt", gbk(t, a+"2|"+two+"|李乙|700.50|合计|成功|||\r\n"), 2},
		{"a count, of a bank that repeats numbers", "abc-fixed", gbk(t, "1|S|\n2|E|\n合计|2|\n"), 2},
		{"another count, of a bank that repeats numbers", "abc-fixed", gbk(t, "1|S|\n2|E|\n合计|3|\n"), 0},
		{"above, beside their labels", "icbc-bpt", gbk(t, icbc("工商银行\r\n总笔数：1|总金额：12.34\r\n\r\n序号|币种|…\r\n", one, "12.34元", "处理成功")), 1},
		{"above, another sum", "icbc-bpt", gbk(t, icbc("工商银行\r\n总笔数：1|总金额：12.35\r\n\r\n序号|币种|…\r\n", one, "12.34元", "处理成功")), 0},
		{"above, below their titles, in fen", "icbc-bpt", gbk(t, icbc("#总计信息\r\n#币种|日期|总计标志|总金额|总笔数|\r\nRMB|20261125|1|1234|1|\r\n序号|币种|…\r\n", one, "12.34元", "处理成功")), 1},
		{"above, below their titles, another count", "icbc-bpt", gbk(t, icbc("#总计信息\r\n#币种|日期|总计标志|总金额|总笔数|\r\nRMB|20261125|1|1234|2|\r\n序号|币种|…\r\n", one, "12.34元", "处理成功")), 0},
		{"of a workbook, with fees", "psbc-txt", psbc(first, second, []any{"合计", "", "1700.50", "12.50", "0"}), 2},
		{"of a workbook, wrong", "psbc-txt", psbc(first, second, []any{"合计", "", "1000.00", "12.50", "0"}), 0},
		{"of a workbook, counted in words", "psbc-txt", psbc(first, second, []any{"合计（2笔）", "", "1700.50"}), 2},
	} {
		f, err := Read("回盘", x.data, preset(t, x.layout))
		switch {
		case x.rows == 0:
			if message.Code(err) != "returns.totals" {
				t.Errorf("%s: %v", x.name, err)
			}
		case err != nil || len(rowsOf(f)) != x.rows:
			t.Errorf("%s: %+v %v", x.name, f, err)
		default:
			for _, r := range rowsOf(f) {
				if r.Problem != "" {
					t.Errorf("%s: %+v", x.name, r)
				}
			}
		}
	}
}

// What begins as a signature does and has an account, an amount or more cells than names is a row, and stays open; so is what only looks like one.
func TestWhatIsNoSignature(t *testing.T) {
	for _, last := range []string{"制表：|" + two + "|李乙|700.50|代发|成功|||\r\n", "制表：|" + two + "|||||||\r\n", "制表：|||700.50|||||\r\n", "制表：||李乙||代发|成功|||\r\n", "李乙：|||||\r\n"} {
		f, err := Read("回盘", gbk(t, "1|"+one+"|张甲|1,000.00|代发|成功|||\r\n"+last), preset(t, "ccb-txt"))
		if err != nil || len(rowsOf(f)) != 2 {
			t.Errorf("%s: %+v %v", last, f, err)
		}
	}
}

// A list of failures does not add up to what was sent, and need not.
func TestTotalsOfFailures(t *testing.T) {
	l := *preset(t, "ccb-txt")
	l.Return = &banklayout.Return{Encoding: "GBK", Delimiter: ",", Lists: "failures", Columns: map[string]string{"account": "账号", "amount": "金额", "reason": "原因"}}
	list := func(above, below string) []byte {
		return gbk(t, above+"账号,金额,原因\n"+one+",1.00,户名不符\n"+two+",2.00,销户\n"+below)
	}
	if f, err := Read("失败", list("总笔数：300，总金额：9000.00\n失败笔数：2\n", "合计,3.00\n"), &l); err != nil || len(rowsOf(f)) != 2 {
		t.Errorf("%+v %v", f, err)
	}
	for _, data := range [][]byte{list("失败笔数：3\n", ""), list("", "合计,4.00\n")} {
		if f, err := Read("失败", data, &l); message.Code(err) != "returns.totals" {
			t.Errorf("%+v %v", f, err)
		}
	}
}

// The encoding is found in the file; what it is in decides nothing about the payments.
func TestEncodingsOfBanks(t *testing.T) {
	text := "序号|账号|姓名|金额|摘要|交易结果|失败原因|备注一|备注二\r\n1|" + one + "|买买提·艾力|1000.00|代发补贴|成功|||\r\n2|" + two + "|钱乙|700.00|代发补贴|失败|已销户||\r\n"
	want, err := Read("回盘", gbk(t, text), preset(t, "ccb-txt"))
	if err != nil {
		t.Fatal(err)
	}
	again := func(name string, data []byte, layout *banklayout.Layout, same bool) {
		t.Helper()
		got, err := Read("回盘", data, layout)
		if err != nil || len(rowsOf(got)) != 2 || rowsOf(got)[0] != rowsOf(want)[0] || rowsOf(got)[1] != rowsOf(want)[1] || (got.Content == want.Content) != same || got.Digest == want.Digest {
			t.Errorf("%s: %+v %v", name, got, err)
		}
	}
	bare := []byte(text)
	again("UTF-8 where GBK was agreed", bare, preset(t, "ccb-txt"), true)
	again("UTF-8 with a mark", append([]byte("\ufeff"), bare...), preset(t, "ccb-txt"), true)
	again("other line ends", gbk(t, strings.ReplaceAll(text, "\r\n", "\n")), preset(t, "ccb-txt"), true)
	again("empty lines at the end", gbk(t, text+"\r\n \r\n"), preset(t, "ccb-txt"), true)
	again("another remark", gbk(t, strings.Replace(text, "成功|", "成功|-", 1)+"\r\n"), func() *banklayout.Layout {
		l := *preset(t, "ccb-txt")
		r := *l.Return
		r.Columns = map[string]string{"seq": "1", "account": "2", "holder": "3", "amount": "4", "status": "6"}
		l.Return = &r
		want.Rows = payroll.RowList{rowsOf(want)[0], func() payroll.ReturnRow { x := rowsOf(want)[1]; x.Reason, x.Cause = "", ""; return x }()}
		return &l
	}(), false)

	utf := *preset(t, "ccb-txt")
	r := *utf.Return
	r.Encoding = "UTF-8"
	utf.Return = &r
	if f, err := Read("回盘", gbk(t, text), &utf); err != nil || rowsOf(f)[0].Holder != "买买提·艾力" {
		t.Errorf("GBK where UTF-8 was agreed: %+v %v", f, err)
	}
	half := strings.LastIndex(strings.TrimSpace(text), "\n") + 1
	if f, err := Read("回盘", append(bare[:half:half], gbk(t, text[half:])...), preset(t, "ccb-txt")); message.Code(err) != "returns.mixed" {
		t.Errorf("half of each: %+v %v", f, err)
	}
	// A Hanzi whose two bytes could be UTF-8 as well is what the bank's encoding says.
	if f, err := Read("回盘", append([]byte("1|"+one+"|"), append([]byte{0xc2, 0xb7}, "|1.00||S||\n"...)...), func() *banklayout.Layout {
		l := *preset(t, "ccb-txt")
		r := *l.Return
		r.Status = map[string]string{"S": "credited"}
		l.Return = &r
		return &l
	}()); err != nil || rowsOf(f)[0].Holder != "路" {
		t.Errorf("路: %+v %v", f, err)
	}
}

// A file in which nothing can be read, or no row has a word that the layout knows, is refused
// as one: it leaves no rows for somebody to look into.
func TestNothingOfIt(t *testing.T) {
	for _, c := range []struct {
		name, layout string
		data         []byte
		code         string
	}{
		{"another bank's columns", "ccb-txt", gbk(t, "1|张甲|7|"+one+"|1234.50|入账成功||A1\r\n2|李乙|8|"+two+"|0.01|未入账||A2\r\n"), "returns.no_row_read"},
		{"UTF-16", "ccb-txt", []byte("\xff\xfe1\x00|\x002\x00|\x00\n\x00"), "returns.no_row_read"},
		{"the file that was sent", "ccb-txt", gbk(t, "0000001|"+one+"|张甲|1.00|代发补贴||\r\n0000002|"+two+"|李乙|2.00|代发补贴||\r\n"), "returns.no_result"},
		{"words of another bank", "ccb-txt", gbk(t, "1|"+one+"|张甲|1.00|代发|已成功入账|||\r\n"), "returns.no_result"},
		{"nothing but letters", "abc-fixed", []byte("x|y\n"), "returns.no_row_read"},
	} {
		if f, err := Read("回盘", c.data, preset(t, c.layout)); message.Code(err) != c.code {
			t.Errorf("%s: %+v %v", c.name, f, err)
		}
	}
	if f, err := Read("回盘", gbk(t, "1|"+one+"|张甲|1.00|代发|已成功入账|||\r\n2|"+two+"|李乙|2.00|代发|失败|||\r\n"), preset(t, "ccb-txt")); err != nil || rowsOf(f)[0].State != payroll.PaymentSent {
		t.Errorf("a word nobody knows beside one that is known: %+v %v", f, err)
	}
}

// What a file of nothing but totals costs is bounded.
func TestManyTotals(t *testing.T) {
	data := gbk(t, "1|"+one+"|张甲|1.00|代发|成功|||\r\n"+strings.Repeat("合计|||1.00||||\r\n", 3))
	if _, err := Read("回盘", data, preset(t, "ccb-txt")); err != nil {
		t.Fatal(err)
	}
	data = append(data, bytes.Repeat(gbk(t, "合计|||1.00||||\r\n"), mostTotals)...)
	if _, err := Read("回盘", data, preset(t, "ccb-txt")); message.Code(err) != "returns.too_large" {
		t.Error(err)
	}
}

// A text that was cut off anywhere, at either end, credits nobody whom the whole does not credit
// with that amount: banks write the result behind account and amount.
func TestCutAnywhere(t *testing.T) {
	for layout, text := range map[string]string{
		"ccb-txt":     "0000001|" + one + "|张甲|1000.00|代发|成功|||\r\n0000002|" + two + "|李乙|1,234.00|代发|失败|已销户||\r\n合计|||2,234.00||||\r\n",
		"icbc-bpt":    preamble + "1|RMB|1908000000000000001|桃源县财政局|" + one + "|张甲|1234.50元|代发|处理成功|\r\n2|RMB|1908000000000000001|桃源县财政局|" + two + "|李乙|10.01元|代发|失败|户名不符\r\n",
		"icbc-return": preamble + "1|RMB|" + one + "|张甲|1908000000000000001|桃源县财政局|10.01元|代发|处理成功|\r\n2|RMB|" + two + "|李乙|1908000000000000001|桃源县财政局|20.02元|代发|处理成功|\r\n",
		"bocom-txt":   "1|张甲|7|" + one + "|1234.50|入账成功||A1\r\n2|李乙|8|" + two + "|10.01|未入账|非结算账户|A2\r\n",
	} {
		for _, data := range [][]byte{gbk(t, text), []byte(text)} {
			whole, err := Read("回盘", data, preset(t, layout))
			if err != nil {
				t.Fatal(layout, err)
			}
			said := map[payroll.ReturnRow]bool{}
			for _, r := range rowsOf(whole) {
				r.Line, r.Seq = 0, 0
				said[r] = true
			}
			check := func(part []byte) {
				f, err := Read("回盘", part, preset(t, layout))
				if err != nil {
					return
				}
				for _, r := range rowsOf(f) {
					if r.Line, r.Seq = 0, 0; r.State == payroll.PaymentCredited && !said[r] {
						t.Errorf("%s: %q credits %+v", layout, part, r)
					}
				}
			}
			for i := range data {
				check(data[:i])
				check(data[i:])
			}
		}
	}
}
