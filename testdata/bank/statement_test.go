package bank

import (
	"encoding/csv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/simplifiedchinese"
)

func TestStatement(t *testing.T) {
	for _, tt := range []struct {
		name   string
		refund Refund
		from   string
		want   [][]string
	}{
		{"a refund per row", RefundEach, "2026-11-01", [][]string{
			{"2026-11-01", "财政拨款", "财政国库", "", "", "10000.00", "10000.00", "CCB20261101000001"},
			{"2026-11-10", "批量代发 2笔", "代发过渡户", "", "1235.56", "", "8764.44", "CCB20261110000002"},
			{"2026-11-11", "代发退款 账户被冻结", "张三", a1, "", "1234.50", "9998.94", "CCB20261111000003"},
			{"2026-11-11", "代发退款 账号与户名不符", "李·四", a2, "", "1.06", "10000.00", "CCB20261111000004"},
		}},
		{"one refund", RefundSum, "2026-11-11", [][]string{
			{"2026-11-11", "代发失败退款 2笔", "代发过渡户", "", "", "1235.56", "10000.00", "CCB20261111000003"},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := paying(t, CCB)
			b.Freeze(a1)
			b.Rename(a2, "李思")
			execute(t, b, load(t, b, "ccb-min", "a.txt", gbk(t, ccbMin)), Settlement{Debited: "2026-11-10", Refunded: "2026-11-11", Refund: tt.refund})
			xlsx, text, err := b.Statement(tt.from, "2026-11-11")
			if err != nil {
				t.Fatal(err)
			}
			want := append([][]string{{"交易日期", "摘要", "对方户名", "对方账号", "借方金额", "贷方金额", "余额", "流水号"}}, tt.want...)
			if diff := cmp.Diff(want, cellsOf(t, xlsx.Data)); diff != "" {
				t.Error(diff)
			}
			plain, err := simplifiedchinese.GB18030.NewDecoder().Bytes(text.Data)
			if err != nil {
				t.Fatal(err)
			}
			got, err := csv.NewReader(strings.NewReader(string(plain))).ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			if xlsx.Name != "对账单_"+compact(tt.from)+"_20261111.xlsx" || text.Name != "对账单_"+compact(tt.from)+"_20261111.csv" {
				t.Error(xlsx.Name, text.Name)
			}
		})
	}
}
