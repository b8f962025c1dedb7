package app

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zhida/importers"
	"zhida/payroll"
	"zhida/rules/calendar"
	"zhida/rules/identity"
	"zhida/rules/message"
)

// A standard raised backwards over a year end for six thousand people is one command and
// one batch; afterwards there is nothing left, and the next month is an ordinary one.
func TestRaisedBackwardsOverTheYear(t *testing.T) {
	t.Parallel() // the long ones run beside each other
	const n = 6000
	ctx := context.Background()
	d := &Demo{by: map[string]*payroll.Session{}}
	d.at(2027, time.March, 1)
	var err error
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	d.app, err = Create(ctx, filepath.Join(t.TempDir(), "book.db"), payroll.Meta{County: "430725", Name: "样例县", Cutover: 202610, Rehearsal: true}, d.now)
	must(err)
	t.Cleanup(func() { d.app.Close() })
	must(d.actors(ctx))
	adopt := func(number int, from string, yuan int) {
		t.Helper()
		at, err := d.app.ProposePolicy(ctx, d.by["张敏"], fmt.Sprintf("%d.yaml", number), fmt.Appendf(nil, `
文件: {文号: 例〔2026〕%d号, 标题: 补助, 发文机关: 例, 印发日期: 2026-01-01, 施行: %s}
项目: [{代码: a, 名称: 补助, 顺序: 1, 人员: [离任村干部], 渠道: 一卡通, 资金: F, 依据: 按人员, 金额: '%d', 到任当月: 全月, 离任当月: 全月, 去世当月: 全月, 变动当月: 末日, 舍入: 四舍五入到分}]
`, number, from, yuan))
		must(err)
		_, err = d.app.Decide(ctx, d.by["李复"], at, true, "", "")
		must(err)
	}
	roster, accounts := strings.Builder{}, strings.Builder{}
	roster.WriteString("身份证号,姓名,人员类别,单位代码,生效日期\n")
	accounts.WriteString("身份证号,姓名,银行卡号,户名,生效日期\n")
	for i := range n {
		id := identity.MakeResidentID("439901", calendar.Date(19400101+i%28), i/28*2+1).Full()
		body := fmt.Sprintf("6228480000%08d", i)
		fmt.Fprintf(&roster, "%s,张三,离任村干部,430725101200,2020-01-01\n", id)
		fmt.Fprintf(&accounts, "%s,张三,%s%c,张三,2020-01-01\n", id, body, identity.LuhnDigit(body))
	}
	for _, f := range [][2]string{
		{"places", "区划代码,名称,地区类别,生效日期\n430725101,甲镇,一类,2010-01-01\n430725101200,甲村,,2010-01-01\n"},
		{"roster", roster.String()}, {"accounts", accounts.String()},
	} {
		in, err := importers.Read(f[0], f[0]+".csv", []byte(f[1]), importers.Options{})
		must(err)
		_, err = d.app.Book.Import(ctx, d.by["张敏"], in, payroll.ImportOptions{})
		must(err)
	}
	adopt(1, "2026-10", 120)
	settle := func(r payroll.RunResult, err error) payroll.Batch {
		t.Helper()
		must(err)
		if len(r.Batches) != 1 {
			t.Fatalf("%d batches", len(r.Batches))
		}
		id := r.Batches[0].ID
		_, err = d.app.Submit(ctx, d.by["张敏"], id)
		must(err)
		answerReviews(t, d.app, d.by["李复"], id) // six thousand of one name in one village, with numbers in a row
		_, err = d.app.Check(ctx, d.by["李复"], id, "")
		must(err)
		_, err = d.app.Approve(ctx, d.by["王审"], id, "")
		must(err)
		return r.Batches[0]
	}
	settle(d.app.Run(ctx, d.by["张敏"], 202702, payroll.Regular)) // five months at once
	adopt(2, "2026-11", 130)
	if _, err := d.app.Rerun(ctx, d.by["张敏"], 202702, payroll.Narrow{Since: 202609}); message.Code(err) != "run.since" {
		t.Fatalf("months before the cut-over: %v", err)
	}
	back := settle(d.app.Rerun(ctx, d.by["张敏"], 202702, payroll.Narrow{Since: 202611}))
	if back.Lines != 4*n || back.Gross != 4*n*1000 || back.Net != back.Gross {
		t.Fatalf("%d lines, %s", back.Lines, back.Gross)
	}
	digest, err := d.app.Recompute(ctx, back.ID)
	must(err)
	if digest != back.Digest {
		t.Fatal("computed again it has another digest")
	}
	again, err := d.app.Rerun(ctx, d.by["张敏"], 202702, payroll.Narrow{Since: 202611})
	must(err)
	if len(again.Batches) != 0 {
		t.Fatalf("again there is %+v", again.Batches[0])
	}
	if march := settle(d.app.Run(ctx, d.by["张敏"], 202703, payroll.Regular)); march.Lines != n || march.Gross != n*13000 {
		t.Fatalf("March has %d lines, %s", march.Lines, march.Gross)
	}
}
