package app

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"zhida/payroll"
	"zhida/payroll/checks"
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/identity"
	"zhida/rules/message"
)

const plantedPolicy = `
文件: {文号: 样〔2026〕1号, 标题: 村干部报酬, 发文机关: 样, 印发日期: 2026-01-01, 施行: 2026-01}
表:
  标准: {出处: 附件, 键: [职务], 值: [月], 行: [[书记|副书记, 1000], [委员, 700], [监委会主任, 500]]}
项目:
  - {代码: base, 名称: 基本报酬, 顺序: 1, 人员: [村干部], 渠道: 一卡通, 资金: F1, 依据: 按任职, 金额: 查表("标准"), 多职: 就高, 到任当月: 全月, 离任当月: 全月, 去世当月: 全月, 变动当月: 末日, 舍入: 四舍五入到分}
  - {代码: visit, 名称: 下村补助, 顺序: 2, 人员: [村干部], 渠道: 一卡通, 资金: F1, 依据: 按人员, 金额: 天数("下村") * 10, 到任当月: 全月, 离任当月: 全月, 去世当月: 全月, 变动当月: 末日, 舍入: 四舍五入到分}
  - {代码: help, 名称: 特困补助, 顺序: 3, 人员: [村干部], 渠道: 一卡通, 资金: F1, 依据: 按人员, 条件: [{要求: '有给定额("help")', 否则: 没有给定}], 金额: '给定额("help")', 到任当月: 全月, 离任当月: 全月, 去世当月: 全月, 变动当月: 末日, 舍入: 四舍五入到分}
`

const plantedSettings = `
unit: 样例县财政局
funds:
  - {code: F1, name: 村级转移支付, kind: account, account: "1860000000000000002"%s}
banks: {ABC: {layout: abc-txt, payer: 样例县财政局, account: "1860000000000000002", purpose: 补贴}}
`

const (
	zhao, qian, sun, li = "439901198001010105,赵甲", "439901198001020119,钱乙", "439901198001030122,孙丙", "439901198001040136,李丁"
	registerHeads       = "类别,数据日期,身份证号,姓名,单位代码,日期,截止日期,单位或经手人,事项,数量,金额,文号\n"
)

// past edits the book behind the program's back.
func (b *fundBook) past(statement string, args ...any) {
	b.t.Helper()
	b.edited = true
	db, err := sql.Open("sqlite3", b.book)
	b.must(err)
	defer db.Close()
	r, err := db.Exec(statement, args...)
	b.must(err)
	if n, err := r.RowsAffected(); err != nil || n == 0 {
		b.t.Fatalf("no row was edited: %v", err)
	}
}

func (b *fundBook) tx(f func(context.Context, payroll.Tx) error) {
	b.t.Helper()
	b.edited = true
	ctx := context.Background()
	b.must(b.app.Store().Update(ctx, func(tx payroll.Tx) error { return f(ctx, tx) }))
}

// people adds cadres of a village with cards of the given numbers in a row, and a post each.
func (b *fundBook) people(names string, from string) {
	b.t.Helper()
	roster, tenure, accounts := "身份证号,姓名,人员类别,单位代码,生效日期\n", "身份证号,姓名,单位代码,职务,任职日期,离任日期,组织认定\n", "身份证号,姓名,银行卡号,户名,生效日期\n"
	for i, name := range strings.Split(names, "、") {
		id := plantedID(i)
		roster += fmt.Sprintf("%s,%s,村干部,430725101200,2020-01-01\n", id, name)
		tenure += fmt.Sprintf("%s,%s,430725101200,委员,2020-01-01,,是\n", id, name)
		accounts += fmt.Sprintf("%s,%s,%s,%s,%s\n", id, name, plantedCard(i), name, from)
	}
	b.bring("roster", roster)
	b.bring("tenure", tenure)
	b.bring("accounts", accounts)
}

// Every kind of finding is planted in a book that has paid an honest month, and found in the
// next by what `batch findings` shows. What the program's own doors keep out is put past them.
func TestPlanted(t *testing.T) {
	base := fundBookOf(t, fmt.Sprintf(plantedSettings, ""), plantedPolicy)
	base.bring("places", "区划代码,名称,地区类别,户籍人口,生效日期\n430725102,乙镇,一类,20000,2010-01-01\n")
	base.bring("transfers", "资金,文号,单位代码,用途,凭证号,到账日期,金额\nF1,湘财〔2026〕1号,,村干部报酬,1,2026-01-05,90000.00\n")
	january := base.run(202601)
	if c, err := base.app.Checking(context.Background(), january.ID); err != nil || len(c.Findings) > 0 {
		t.Fatalf("an honest January has %+v (%v)", c.Findings, err)
	}
	base.must(base.approve(january.ID))
	base.export(january.ID)
	base.edited = true // its copies are, and it is closed
	base.must(base.close())

	var planted []string
	register := func(row string) func(*fundBook) {
		return func(b *fundBook) { b.bring("registers", registerHeads+row+"\n") }
	}
	statement := func(rows string) func(*fundBook) {
		return func(b *fundBook) {
			b.bring("statement", "流水号,本方账号,交易日期,摘要,对方户名,借方金额,贷方金额\n"+rows)
		}
	}
	days := func(rows ...string) func(*fundBook) {
		return func(b *fundBook) {
			csv := "单位代码,身份证号,姓名,日期,类型\n"
			for _, r := range rows {
				csv += r + "\n"
			}
			b.bring("days", csv)
		}
	}
	for _, c := range []struct {
		check  string
		checks string // of the settings
		fund   string // of the fund's settings
		plant  func(*fundBook)
	}{
		{check: "after_death", plant: register("死亡,2026-02-20," + zhao + ",,2026-01-11,,,,,,")},
		{check: "after_leaving", plant: register("离任调离,2026-02-20," + zhao + ",,2026-01-11,,,,,,")},
		{check: "after_retirement", plant: register("退休,2026-02-20," + zhao + ",,2026-01-11,,,,,,")},
		{check: "under_sanction", plant: register("处分停发,2026-02-20," + zhao + ",,2026-01-11,,县纪委,基本报酬,,,")},
		{check: "over_age", checks: "ages: [{items: [base], male: 45, female: 45, document: 样〔2026〕9号}]", plant: func(*fundBook) {}},
		{check: "ghost", plant: func(b *fundBook) {
			b.bring("roster", "身份证号,姓名,人员类别,单位代码,生效日期\n"+plantedID(0)+",周戊,村干部,430725101200,2020-01-01\n")
			b.bring("accounts", "身份证号,姓名,银行卡号,户名,生效日期\n"+plantedID(0)+",周戊,"+plantedCard(0)+",周戊,2020-01-01\n")
			b.bring("days", "单位代码,身份证号,姓名,日期,类型\n430725101,"+plantedID(0)+",周戊,2026-02-03,下村\n")
		}},
		{check: "card_shared", plant: func(b *fundBook) {
			b.tx(func(ctx context.Context, tx payroll.Tx) error {
				return tx.PutFacts(ctx, []payroll.Fact{{Person: 4, Kind: facts.KindAccount, From: 20200101, To: calendar.Forever, KnownFrom: 20,
					Body: payroll.Body(payroll.Field{Name: "card", Value: "6228480000000000018"}, payroll.Field{Name: "bank", Value: "ABC"}, payroll.Field{Name: "holder", Value: "李丁"})}})
			})
		}},
		{check: "two_accounts", plant: func(*fundBook) {}},
		{check: "holder", plant: func(b *fundBook) {
			b.bring("accounts", "身份证号,姓名,银行卡号,户名,生效日期\n"+li+",6228480000000000042,王发财,2020-01-01\n")
		}},
		{check: "custody", checks: "agent_cards: 2", plant: func(b *fundBook) {
			b.bring("registers", registerHeads+"代办领卡,2026-02-20,"+zhao+",,2026-02-02,,王会计,领卡,,,\n代办领卡,2026-02-20,"+qian+",,2026-02-03,,王会计,领卡,,,\n")
		}},
		{check: "namesakes", plant: func(b *fundBook) { b.people("赵甲", "2020-01-01") }},
		{check: "other_payroll", plant: register("其他财政供养,2026-02-20," + zhao + ",,2025-01-01,,县一中,在编工资,,,")},
		{check: "two_roles", plant: func(b *fundBook) {
			b.bring("tenure", "身份证号,姓名,单位代码,职务,任职日期,离任日期,组织认定\n"+zhao+",430725101200,监委会主任,2020-01-01,,是\n")
		}},
		{check: "claimed", plant: register("其他申报,2026-02-20," + zhao + ",,2026-02-01,,甲镇财政所,基本报酬,,1000.00,")},
		{check: "above_standard", checks: "standards: [{items: [base], yuan: \"900\", from: 2026-01, document: 样〔2026〕9号}]", plant: func(*fundBook) {}},
		{check: "no_document", plant: func(*fundBook) {}},
		{check: "days_wrong", plant: days("430725101,"+zhao+",2026-02-03,下村", "430725102,"+zhao+",2026-02-03,下村")},
		{check: "days_ahead", plant: days("430725101," + zhao + ",2026-02-27,下村")},
		{check: "day_pattern", checks: "{identical_days: 3, identical_people: 2}", plant: days("430725101,"+zhao+",2026-02-03,下村", "430725101,"+zhao+",2026-02-04,下村", "430725101,"+zhao+",2026-02-10,下村",
			"430725101,"+qian+",2026-02-03,下村", "430725101,"+qian+",2026-02-04,下村", "430725101,"+qian+",2026-02-10,下村")},
		{check: "posts_over", plant: register("定员,2026-02-20,,,430725101200,,,,,1,,样〔2026〕9号")},
		{check: "shares", checks: "ratios: [{items: [base], posts: [委员], of: [书记], percent: 90, document: 样〔2026〕9号}]", plant: func(*fundBook) {}},
		{check: "card_changed", plant: func(b *fundBook) {
			b.bring("accounts", "身份证号,姓名,银行卡号,户名,生效日期\n"+zhao+",6228480000000000059,赵甲,2026-02-01\n")
		}},
		{check: "off_list", plant: statement("1,1860000000000000002,2026-02-10,材料款,某某建材经营部,800.00,\n")},
		{check: "idle", plant: func(b *fundBook) {
			b.bring("transfers", "资金,文号,单位代码,用途,凭证号,到账日期,应付日期,金额\nF1,湘财〔2025〕8号,,村干部报酬,1,2025-10-10,2025-11-10,90000.00\n")
		}},
		{check: "out_and_back", plant: statement("1,1860000000000000002,2026-02-03,拨款,乙村村民委员会,800.00,\n2,1860000000000000002,2026-02-06,退回,乙村村民委员会,,800.00\n")},
		{check: "fund_purpose", fund: ", items: [base]", plant: days("430725101," + zhao + ",2026-02-03,下村")},
		{check: "totals", plant: func(b *fundBook) { b.past(`UPDATE export_file SET total = total - 1`) }},
		{check: "unreturned", plant: func(b *fundBook) { b.answer(202601001, "6228480000000000018 赵甲 1000.00 credited") }},
		{check: "reversed", plant: func(b *fundBook) {
			b.answer(202601001, "6228480000000000018 赵甲 1000.00 credited")
			b.answer(202601001, "6228480000000000018 赵甲 1000.00 returned")
		}},
		{check: "change", plant: func(b *fundBook) { b.past(`UPDATE line SET fen = fen - 50000 WHERE person = 1 AND item = 'base'`) }},
		{check: "headcount", checks: "{count_people: 1, count_percent: 1}", plant: func(*fundBook) {}},
		{check: "fabricated", checks: "sequence_cards: 3", plant: func(b *fundBook) { b.people("周戊、吴己、郑庚", "2020-01-02") }},
		{check: "manual", plant: func(b *fundBook) {
			b.bring("amounts", "身份证号,姓名,项目,金额,起始月份,终止月份,文号\n"+zhao+",help,300.00,2026-02,,\n")
		}},
		{check: "same_actor", plant: func(b *fundBook) {
			b.bring("days", "单位代码,身份证号,姓名,日期,类型\n430725101,"+zhao+",2026-02-03,下村\n")
			b.tx(func(ctx context.Context, tx payroll.Tx) error {
				imports, err := tx.Imports(ctx)
				if err != nil {
					return err
				}
				last := imports[len(imports)-1].Position // brought by 张敏
				if err := tx.PutProposal(ctx, payroll.Proposal{Position: 990, Kind: "import.amounts", Actor: "张敏", Title: "amounts.csv", Payload: []byte("{}")}); err != nil {
					return err
				}
				return tx.DecideProposal(ctx, 990, last, true)
			})
		}},
		{check: "own_pay", plant: func(*fundBook) {}},
		{check: "burst", plant: func(b *fundBook) {
			calendar := "日期,性质,依据\n"
			for d := 15; d <= 23; d++ {
				calendar += fmt.Sprintf("2026-03-%02d,休,国办发明电〔2025〕7号\n", d-13)
			}
			b.bring("calendar", calendar)
			b.bring("amounts", "身份证号,姓名,项目,金额,起始月份,终止月份,文号\n"+zhao+",help,300.00,2026-02,2026-02,样〔2026〕8号\n")
		}},
		{check: "once", plant: func(b *fundBook) {
			b.bring("amounts", "身份证号,姓名,项目,金额,起始月份,终止月份,文号\n"+zhao+",help,300.00,2026-02,2026-02,样〔2026〕8号\n")
		}},
		{check: "sent_back", plant: func(b *fundBook) {
			_, err := b.app.SendBack(context.Background(), b.by["张敏"], 1, "tenure", "组织部", "任职日期不清")
			b.must(err)
		}},
	} {
		planted = append(planted, c.check)
		t.Run(c.check, func(t *testing.T) {
			b := base.copy(t)
			if c.checks != "" || c.fund != "" {
				text := fmt.Sprintf(plantedSettings, c.fund)
				switch {
				case strings.Contains(c.checks, "[{"):
					text += "checks:\n  " + c.checks + "\n"
				case c.checks != "":
					text += "checks: {" + strings.Trim(c.checks, "{}") + "}\n"
				}
				at, err := b.app.ProposeSettings(context.Background(), b.by["周正"], "settings.yaml", []byte(text))
				b.must(err)
				b.accept(at)
			}
			b.at(2026, time.February, 20)
			found, err := b.app.Checking(context.Background(), b.plant(c.check, c.plant))
			b.must(err)
			var others []string
			at := -1
			for i, f := range found.Findings {
				if f.Check == c.check {
					at = i
				} else if f.Severity == checks.Stop {
					others = append(others, f.Check+": "+f.Message.Text(message.Chinese))
				}
			}
			if at < 0 {
				t.Fatalf("nothing is found of %s: %+v", c.check, found.Findings)
			}
			f := found.Findings[at]
			if text := f.Message.Text(message.Chinese); strings.Contains(text, "{") || strings.Contains(text, "check.") {
				t.Errorf("the sentence is not whole: %s", text)
			}
			if f.Check != "change" && f.Check != "headcount" && f.Check != "sent_back" && len(f.Rows) == 0 {
				t.Errorf("%s names no rows", f.Check)
			}
			if len(others) > 0 && !slices.Contains([]string{"out_and_back", "fund_purpose"}, c.check) {
				t.Errorf("beside %s stand %v", c.check, others)
			}
		})
	}
	for _, c := range checks.List() {
		if !slices.Contains(planted, c.Code) {
			t.Errorf("%s is planted nowhere", c.Code)
		}
	}
}

// copy is the same book again in a file of its own.
func (b *fundBook) copy(t *testing.T) *fundBook {
	t.Helper()
	c := &fundBook{Demo: &Demo{by: maps.Clone(b.by), book: filepath.Join(t.TempDir(), "book.db"), clock: b.clock}, t: t}
	db, err := sql.Open("sqlite3", b.book)
	c.must(err)
	defer db.Close()
	_, err = db.Exec(`VACUUM INTO ?`, c.book) // it may be open
	c.must(err)
	c.app, err = Open(context.Background(), c.book, c.now)
	c.must(err)
	t.Cleanup(func() { c.app.Close() })
	return c
}

// plant does what is planted and runs February, in the order that the plant needs. It gives the
// batch in which the finding is.
func (b *fundBook) plant(check string, do func(*fundBook)) payroll.BatchID {
	b.t.Helper()
	ctx := context.Background()
	switch check {
	case "own_pay": // the maker is on the roster, and got a rise
		b.must(b.actorOnRoster(ctx))
		b.bring("tenure", "身份证号,姓名,单位代码,职务,任职日期,离任日期,组织认定\n"+qian+",430725101200,委员,2020-01-01,2026-01-31,是\n"+qian+",430725101200,副书记,2026-02-01,,是\n")
	case "headcount": // as if nobody had been paid in January
		b.past(`DELETE FROM line WHERE person = 1`)
		b.past(`UPDATE fact SET known_from = 1 WHERE person = 1`)
	}
	do(b)
	r, err := b.app.Run(ctx, b.by["张敏"], 202602, payroll.Regular)
	b.must(err)
	if len(r.Batches) != 1 {
		b.t.Fatalf("%+v", r)
	}
	switch check {
	case "two_accounts":
		b.past(`INSERT INTO payment (batch, seq, person, fen, bank, card, cnaps, branch, holder, place, file, target, replaces_batch, replaces_seq)
			SELECT batch, 99, person, 1, bank, '6228480000000000059', '', '', holder, place, '', '', 0, 0 FROM payment WHERE batch = 202602001 AND person = 1`)
	case "no_document":
		b.past(`UPDATE line SET policy = 0 WHERE batch = 202602001 AND person = 1`)
	case "own_pay":
		_, err := b.app.Submit(ctx, b.by["钱乙"], r.Batches[0].ID)
		b.must(err)
	case "reversed":
		draft, err := b.app.ReissueDraft(ctx, b.by["张敏"], nil, "银行已解冻")
		b.must(err)
		return draft.Batches[0].ID
	}
	return r.Batches[0].ID
}

// actorOnRoster makes 钱乙, a cadre of the county, a maker as well.
func (b *fundBook) actorOnRoster(ctx context.Context) (err error) {
	b.by["钱乙"], err = joins(ctx, b.app, b.by["周正"], b.by["李复"], payroll.NewActor{Name: "钱乙", Roles: []payroll.Role{payroll.RoleMaker}, ID: "439901198001020119", Passphrase: []byte(DemoPassphrase)})
	return err
}

// joins registers somebody as two people do once a batch was submitted, and unlocks their key.
func joins(ctx context.Context, a *App, admin, confirms *payroll.Session, n payroll.NewActor) (*payroll.Session, error) {
	_, at, err := a.AddActor(ctx, admin, n)
	if err == nil {
		_, err = a.Decide(ctx, confirms, at, true, "", "")
	}
	if err != nil {
		return nil, err
	}
	return a.Unlock(ctx, n.Name, n.Passphrase)
}

// plantedID and plantedCard are numbers of people who come in with a plant: IDs of one
// birthday beside that of 赵甲, cards in a row.
func plantedID(i int) string {
	return identity.MakeResidentID("439901", []calendar.Date{19800101, 19850505, 19860606}[i], 13+i).Full()
}

func plantedCard(i int) string {
	body := fmt.Sprintf("622848000000001%03d", 1+i)
	return body + string(identity.LuhnDigit(body))
}
