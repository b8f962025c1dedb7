package app

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"zhida/importers"
	"zhida/payroll"
)

// Rows on both sides of each day that decides whether a row can change money. The book pays from January 2026 on.
func TestRowsThatChangeNoMoney(t *testing.T) {
	const (
		zhao = "439901198001010105,赵甲,"
		qian = "439901198001020119,钱乙,"
		sun  = "439901198001030122,孙丙,"
		li   = "439901198001040136,李丁,"
	)
	b := newFundBook(t)
	b.bring("accounts", "身份证号,姓名,银行卡号,户名,生效日期\n"+li+"6228480000000000042,李丁,2026-02-01\n")
	b.bring("roster", "身份证号,姓名,人员类别,单位代码,村民小组,生效日期\n"+sun+"村干部,430725101201,一组,2026-01-01\n"+li+"村干部,430725101201,一组,2026-01-02\n")
	idle := func(kind, csv string) map[string]string {
		t.Helper()
		in, err := importers.Read(kind, kind+".csv", []byte(csv), importers.Options{Items: map[string]string{}})
		b.must(err)
		r, err := b.app.Book.Dry().Import(context.Background(), b.by["张敏"], in, payroll.ImportOptions{})
		b.must(err)
		found := map[string]string{}
		for _, p := range r.Idle {
			found[p.Cell] = p.Code
		}
		return found
	}
	const ended, followed, account = "import.idle_ended", "import.idle_followed", "import.idle_account"
	for name, c := range map[string]struct {
		kind, csv string
		want      map[string]string
	}{
		"days":     {"days", "身份证号,姓名,单位代码,日期,类型\n" + zhao + "430725101,2025-12-31,下村\n" + zhao + "430725101,2026-01-01,下村\n", map[string]string{"D2": ended}},
		"absences": {"absences", "身份证号,姓名,类型,开始日期,结束日期\n" + zhao + "事假,2025-12-30,2025-12-31\n" + qian + "事假,2025-12-30,2026-01-01\n" + sun + "事假,2025-12-30,\n", map[string]string{"D2": ended}},
		"holds":    {"holds", "身份证号,姓名,措施,原因,开始日期,解除日期,文号\n" + zhao + "缓发,材料不全,2025-11-01,2025-12-31,样〔2025〕1号\n" + qian + "缓发,材料不全,2025-11-01,2026-01-01,样〔2025〕1号\n", map[string]string{"E2": ended}},
		"amounts":  {"amounts", "身份证号,姓名,项目,金额,起始月份,终止月份\n" + zhao + "base,1.00,2025-01,2025-12\n" + qian + "base,1.00,2025-01,2026-01\n" + sun + "base,1.00,2025-01,\n", map[string]string{"E2": ended}},
		"roster": {"roster", "身份证号,姓名,人员类别,单位代码,村民小组,生效日期\n" + zhao + "村干部,430725101200,一组,2019-12-31\n" + qian + "村干部,430725101200,一组,2026-01-01\n" + sun + "村干部,430725101201,二组,2025-12-31\n" + li + "村干部,430725101201,二组,2025-12-31\n",
			map[string]string{"F2": followed, "F4": followed}},
		"a death": {"roster", "身份证号,姓名,人员类别,单位代码,去世日期,生效日期\n" + zhao + "村干部,430725101200,2019-12-01,2019-12-31\n", map[string]string{}},
		"places":  {"places", "区划代码,名称,地区类别,生效日期\n430725101,甲镇,二类,2009-12-31\n430725101200,甲村,,2011-01-01\n", map[string]string{"D2": followed}},
		"accounts": {"accounts", "身份证号,姓名,银行卡号,户名,生效日期\n" + zhao + "6228480000000000059,赵甲,2019-12-31\n" + qian + "6228480000000000067,钱乙,2020-01-01\n" + li + "6228480000000000075,李丁,2026-01-01\n",
			map[string]string{"E2": account}},
		"assessments": {"assessments", "身份证号,姓名,年度,考核等次\n" + zhao + "2024,称职\n" + qian + "2025,称职\n", map[string]string{"C2": "import.idle_year"}},
		"tenure":      {"tenure", "身份证号,姓名,单位代码,职务,任职日期,离任日期,组织认定\n" + zhao + "430725101201,会计,2001-01-01,2003-12-31,是\n", map[string]string{}},
	} {
		if d := cmp.Diff(c.want, idle(c.kind, c.csv)); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
	// An account that is followed by one from the last day on which January is paid gets nothing; from the next day on, January's pay.
	b.bring("accounts", "身份证号,姓名,银行卡号,户名,换卡依据,生效日期\n"+sun+"6228480000000000083,孙丙,证明,2026-01-31\n")
	if d := cmp.Diff(map[string]string{"F2": account}, idle("accounts", "身份证号,姓名,银行卡号,户名,换卡依据,生效日期\n"+sun+"6228480000000000091,孙丙,证明,2026-01-15\n")); d != "" {
		t.Error(d)
	}
	// Payments of an earlier system open the months since.
	b.bring("paid", "身份证号,姓名,项目,所属月份,金额\n"+zhao+"base,2025-12,700.00\n")
	if d := cmp.Diff(map[string]string{"D2": ended}, idle("days", "身份证号,姓名,单位代码,日期,类型\n"+zhao+"430725101,2025-11-30,下村\n"+zhao+"430725101,2025-12-01,下村\n")); d != "" {
		t.Error(d)
	}
}
