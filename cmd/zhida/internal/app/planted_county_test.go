package app

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"zhida/payroll"
	"zhida/payroll/checks"
	"zhida/payroll/journal"
	"zhida/rules/facts"
	"zhida/rules/identity"
	"zhida/rules/message"
	"zhida/rules/money"
	"zhida/testdata/counties/taoyuan"
)

// clauses are the rows of the table of checks, clause by clause: the check that is to find each,
// and where it is planted. What the program's own doors keep out of a book is put past them into
// the book of four cadres. That what is committed is not paid again has no check: there is no line.
var clauses = []struct {
	row, clause string
	check, code string // code of the finding's sentence
	where       string // county: in the sample county, below; december: below too; four: in TestPlanted; unit: in TestChecks of package checks
}{
	{"paid after the stop month", "dead", "after_death", "after_death", "county"},
	{"paid after the stop month", "left", "after_leaving", "after_leaving", "county"},
	{"paid after the stop month", "transferred", "after_leaving", "after_leaving", "county"},
	{"paid after the stop month", "retired", "after_retirement", "after_retirement", "county"},
	{"paid after the stop month", "sanctioned", "under_sanction", "under_sanction", "county"},
	{"paid after the stop month", "over age", "over_age", "over_age", "county"},
	{"ghost", "no appointment", "ghost", "ghost", "county"},
	{"ghost", "on no register of established posts", "ghost", "not_established", "county"},
	{"accounts", "one card under two persons", "card_shared", "card_shared", "four"},
	{"accounts", "one person under two accounts", "two_accounts", "two_accounts", "four"},
	{"accounts", "account holder name differs", "holder", "holder", "county"},
	{"accounts", "a name variant", "holder", "holder", "county"},
	{"card custody", "many cards collected by one agent", "custody", "custody_agent", "county"},
	{"card custody", "many cards changed on one day", "custody", "custody_day", "county"},
	{"namesakes", "same name, same village, different ID", "namesakes", "namesakes", "county"},
	{"two payrolls or roles", "same ID on two payrolls", "other_payroll", "other_payroll", "county"},
	{"two payrolls or roles", "roles that may not be combined", "two_roles", "two_roles", "county"},
	{"paid twice", "claimed elsewhere", "claimed", "claimed", "county"},
	{"above the standard", "amount above the standard", "above_standard", "above_standard", "county"},
	{"above the standard", "sum above the cap", "above_standard", "above_standard", "county"},
	{"above the standard", "rate of a document no longer in force", "above_standard", "old_document", "county"},
	{"no document", "item without a document in force", "no_document", "no_document", "four"},
	{"attendance", "impossible date", "days_wrong", "day_impossible", "unit"},
	{"attendance", "duplicate day", "days_wrong", "day_twice", "four"},
	{"attendance", "day also on another claim", "days_wrong", "day_claimed", "county"},
	{"attendance", "more days than working days", "days_wrong", "days_over", "unit"},
	{"attendance", "fixed weekday", "day_pattern", "one_weekday", "unit"},
	{"attendance", "identical patterns", "day_pattern", "same_days", "four"},
	{"posts", "above what the population allows", "posts_over", "posts_over", "county"},
	{"posts", "above what the establishment allows", "posts_over", "posts_over", "county"},
	{"share or floor", "deputy below the share of the principal", "shares", "share_low", "four"},
	{"share or floor", "principal below the floor", "shares", "floor_low", "unit"},
	{"share or floor", "village minimum or earmark not reached", "shares", "minimum", "december"},
	{"card changed", "within n days before the batch", "card_changed", "card_changed_proved", "county"},
	{"card changed", "between compute and approval (after it the export refuses: old_cards.txtar)", "card_changed", "card_after", "county"},
	{"off list", "payment that no list explains", "off_list", "off_list", "county"},
	{"not paid onward", "after n days", "idle", "idle", "county"},
	{"not paid onward", "past the limit", "idle", "idle", "county"},
	{"out and back", "between the same two parties", "out_and_back", "out_and_back", "county"},
	{"out and back", "year-end reversal", "out_and_back", "year_end", "county"},
	{"out and back", "clawback from a village", "out_and_back", "clawback", "county"},
	{"fund", "purpose the fund does not cover", "fund_purpose", "fund_purpose", "county"},
	{"three totals", "order, list and files disagree", "totals", "totals", "four"},
	{"three totals", "the bank's answer disagrees", "totals", "answer_rows", "county"},
	{"unreturned", "no answer for n days", "unreturned", "unreturned", "county"},
	{"unreturned", "came back and not paid again", "unreturned", "bounced", "county"},
	{"change", "without a recorded cause", "change", "unexplained", "four"},
	{"change", "headcount jump", "headcount", "headcount", "four"},
	{"fabricated list", "round amounts", "fabricated", "round_amounts", "county"},
	{"fabricated list", "repeated amounts", "fabricated", "equal_amounts", "county"},
	{"fabricated list", "sequential IDs", "fabricated", "sequence_ids", "county"},
	{"fabricated list", "sequential cards", "fabricated", "sequence_cards", "county"},
	{"manual amounts", "who entered them, document, share", "manual", "manual", "county"},
	{"same actor", "entered and approved", "same_actor", "same_actor", "four"},
	{"same actor", "approves own pay", "own_pay", "own_pay", "county"},
	{"same actor", "or that of kin on file", "own_pay", "kin_pay", "county"},
	{"bursts", "before festivals", "burst", "burst", "county"},
	{"bursts", "items paid once only", "once", "once", "four"},
}

// resident is somebody of the sample county whose pay goes on unchanged.
type resident struct {
	no                int64
	id                identity.ResidentID
	name, place, post string
	card              string
	pay               []payroll.Line // of November
}

func (x resident) head() string { return x.id.Full() + "," + x.name }

// Findings of published kinds, planted together in November of the sample county through the
// program's own doors (import, run, submit), each about other people, are found with person, item,
// amount and document; and nothing is found beside what the same month has without them.
func TestPlantedInCounty(t *testing.T) {
	ctx := context.Background()
	b := &fundBook{Demo: &Demo{dir: t.TempDir(), by: map[string]*payroll.Session{}}, t: t, edited: true}
	b.Demo.book = filepath.Join(b.dir, "book.db")
	b.at(2026, 10, 26)
	do := func(_ []payroll.Batch, err error) { t.Helper(); b.must(err) }
	do(b.found(ctx))
	t.Cleanup(func() { b.close() })
	do(b.october(ctx))
	do(b.month(ctx, 202610, payroll.Regular))
	if r, err := b.app.Run(ctx, b.by["张敏"], 202610, payroll.Correction); err != nil || len(r.Batches) > 0 {
		t.Fatalf("what is committed is paid again: %+v %v", r.Batches, err)
	}
	do(b.correct(ctx))
	do(b.november(ctx))

	// Settings and documents that the plants need find nothing by themselves.
	b.propose(plantedCountySettings)
	for _, text := range []string{plantedAids(), plantedOldAid} {
		at, err := b.app.ProposePolicy(ctx, b.by["张敏"], "aid.yaml", []byte(text))
		b.must(err)
		b.accept(at)
	}
	honest := b.findings(t)

	people := b.residents(202611002)
	used := map[string]bool{}
	next := func(post string) resident {
		for _, x := range people {
			if !used[x.place] && (post == "" || x.post == post) {
				used[x.place] = true
				return x
			}
		}
		t.Fatalf("nobody is left as %s", post)
		return resident{}
	}
	village := func(n int) (list []resident) { // of one village
		count := map[string]int{}
		for _, x := range people {
			if count[x.place]++; !used[x.place] && count[x.place] == n {
				used[x.place] = true
				for _, y := range people {
					if y.place == x.place {
						list = append(list, y)
					}
				}
				return list[:n]
			}
		}
		t.Fatalf("no village has %d", n)
		return nil
	}
	want := []string{}
	expect := func(severity checks.Severity, check, code, item string, person int64, place string, fen money.Fen, document string) {
		if !slices.ContainsFunc(clauses, func(c struct{ row, clause, check, code, where string }) bool {
			return c.check == check && c.code == code && c.where == "county"
		}) {
			t.Errorf("%s %s is in no row of the table", check, code)
		}
		want = append(want, foundKey(severity, check, code, item, person, place, fen, document))
	}
	eachItem := func(check, code string, x resident) { // a finding for every item paid
		for _, l := range x.pay {
			expect(checks.Stop, check, code, l.Item, x.no, x.place, l.Fen, "桃组发〔2026〕8号")
		}
	}
	const asOf = ",2026-11-24,"
	registers, amounts, accounts := registerHeads, "身份证号,姓名,项目,金额,起始月份,终止月份,文号\n", "身份证号,姓名,银行卡号,户名,生效日期,换卡依据\n"
	give := func(x resident, item, yuan, until, document string) {
		amounts += x.head() + "," + item + "," + yuan + ",2026-11," + until + "," + document + "\n"
	}
	const ninth = "样财〔2026〕9号"

	x := next("")
	registers += "死亡" + asOf + x.head() + ",,2026-10-11,,,,,,\n"
	eachItem("after_death", "after_death", x)
	x = next("")
	registers += "离任调离" + asOf + x.head() + ",,2026-10-11,,,,,,\n"
	eachItem("after_leaving", "after_leaving", x)
	x = next("")
	registers += "离任调离" + asOf + x.head() + ",,2026-09-30,,调县林业局,,,,桃组调〔2026〕7号\n"
	eachItem("after_leaving", "after_leaving", x)
	x = next("")
	registers += "退休" + asOf + x.head() + ",,2026-09-30,,,,,,\n"
	eachItem("after_retirement", "after_retirement", x)
	x = next("")
	registers += "处分停发" + asOf + x.head() + ",,2026-10-11,,县纪委,村干部基本报酬,,,桃纪〔2026〕12号\n"
	expect(checks.Stop, "under_sanction", "under_sanction", "village_base_pay", x.no, x.place, x.base(), "桃组发〔2026〕8号")
	x = next("")
	registers += "其他财政供养" + asOf + x.head() + ",,2025-01-01,,县一中,在编工资,,,\n"
	eachItem("other_payroll", "other_payroll", x)
	x = next("")
	registers += "其他申报" + asOf + x.head() + ",,2026-11-01,,陬市镇财政所,村干部基本报酬,,2000.00,\n"
	expect(checks.Stop, "claimed", "claimed", "village_base_pay", x.no, x.place, x.base(), "桃组发〔2026〕8号")
	list := village(3)
	registers += "定员" + asOf + ",," + list[0].place + ",,,,,1,,桃组发〔2026〕6号\n"
	expect(checks.Stop, "posts_over", "posts_over", "", 0, list[0].place, 0, "桃组发〔2026〕6号")
	expect(checks.Stop, "posts_over", "posts_over", "", 0, "430725102202", 0, "桃组发〔2026〕7号") // the smallest village, see the settings
	list = village(5)
	for i, x := range list {
		registers += fmt.Sprintf("代办领卡%s%s,,2026-11-%02d,,王会计,领卡,,,\n", asOf, x.head(), 2+i)
	}
	expect(checks.Review, "custody", "custody_agent", "", 0, list[0].place, 0, "")
	cadres := b.residents(202611001)
	registers += "编制实名" + asOf + "," + "无,,,,桃源县编办,,,,\n"
	for _, head := range b.paid(202611001, cadres[0].no) {
		registers += "编制实名" + asOf + head + ",,,,桃源县编办,,,,\n"
	}
	for _, l := range cadres[0].pay {
		if slices.Contains(cadreItems, l.Item) {
			expect(checks.Stop, "ghost", "not_established", l.Item, cadres[0].no, l.Place, l.Fen, cadreDocuments[l.Item])
		}
	}
	day := b.dayOf(cadres[1].no)
	registers += "其他申报" + asOf + cadres[1].head() + ",," + day.Date.String() + ",,县乡村振兴局,下村,,50.00,\n"
	expect(checks.Stop, "days_wrong", "day_claimed", "", cadres[1].no, day.Place, 0, "")

	x = next("")
	give(x, "aid_age", "310.00", "", ninth)
	expect(checks.Stop, "over_age", "over_age", "aid_age", x.no, x.place, 310_00, "桃组发〔2026〕3号")
	x = next("")
	give(x, "aid_cap", "320.00", "", ninth)
	expect(checks.Stop, "above_standard", "above_standard", "aid_cap", x.no, x.place, 320_00, "桃财〔2026〕31号")
	x = next("")
	give(x, "aid_sum", "80.00", "", ninth)
	give(x, "aid_more", "90.00", "", ninth)
	expect(checks.Stop, "above_standard", "above_standard", "", x.no, x.place, 170_00, "桃财〔2026〕32号")
	x = next("")
	give(x, "aid_sum", "70.00", "", "样财〔2025〕4号")
	expect(checks.Stop, "above_standard", "old_document", "aid_sum", x.no, x.place, 70_00, "样财〔2025〕4号")
	x = next("")
	give(x, "aid_fund", "60.00", "", ninth)
	expect(checks.Stop, "fund_purpose", "fund_purpose", "aid_fund", 0, "", 60_00, ninth)
	x = next("")
	give(x, "aid_once", "500.00", "2026-11", "样财〔2026〕10号")
	expect(checks.Review, "burst", "burst", "aid_once", 0, "", 500_00, "样财〔2026〕10号")
	for i, x := range village(5) {
		give(x, "aid_equal", "73.50", "", "")
		if i == 0 {
			expect(checks.Review, "fabricated", "equal_amounts", "", 0, x.place, 5*73_50, "")
		}
	}
	expect(checks.Review, "manual", "manual", "aid_equal", 0, "", 5*73_50, "")
	for i, x := range village(5) {
		give(x, "aid_round", fmt.Sprintf("%d00.00", i+1), "", "")
		if i == 0 {
			expect(checks.Review, "fabricated", "round_amounts", "", 0, x.place, 1500_00, "")
		}
	}
	expect(checks.Review, "manual", "manual", "aid_round", 0, "", 1500_00, "")

	maker, kin := next(""), next("")
	give(maker, "aid_more", "40.00", "", ninth)
	give(kin, "aid_more", "41.00", "", ninth)
	registers += "亲属" + asOf + kin.head() + ",,,," + maker.name + ",配偶,,,\n"
	expect(checks.Stop, "own_pay", "own_pay", "", maker.no, maker.place, maker.sum()+40_00, "")
	expect(checks.Stop, "own_pay", "kin_pay", "", kin.no, kin.place, kin.sum()+41_00, "")

	x = next("")
	accounts += x.head() + "," + x.card + ",王发财,2026-11-01,\n"
	expect(checks.Stop, "holder", "holder", "", x.no, x.place, x.sum(), "")
	x = next("")
	variant := []rune(x.name)
	variant[1] = '囡'
	accounts += x.head() + "," + x.card + "," + string(variant) + ",2026-11-01,\n"
	expect(checks.Review, "holder", "holder", "", x.no, x.place, x.sum(), "")
	x = next("")
	accounts += x.head() + "," + countyCard(900) + "," + x.name + ",2026-11-12,农商证〔2026〕1号\n"
	expect(checks.Review, "card_changed", "card_changed_proved", "", 0, "", x.sum(), "农商证〔2026〕1号")
	list = village(5)
	moved := money.Fen(0)
	for i, x := range list { // in a row, on one day, on one paper
		accounts += x.head() + "," + countyCard(910+i) + "," + x.name + ",2026-11-13,农商证〔2026〕2号\n"
		moved += x.sum()
	}
	expect(checks.Review, "card_changed", "card_changed_proved", "", 0, "", moved, "农商证〔2026〕2号")
	expect(checks.Review, "custody", "custody_day", "", 0, list[0].place, 0, "")
	expect(checks.Review, "fabricated", "sequence_cards", "", 0, list[0].place, 0, "")

	// Newcomers: one without an appointment, one named as a neighbour, three of one birthday.
	roster, tenure := "身份证号,姓名,人员类别,单位代码,生效日期\n", "身份证号,姓名,单位代码,职务,任职日期,离任日期,组织认定\n"
	arrive := func(id identity.ResidentID, name, place, card string, appointed bool) resident {
		roster += id.Full() + "," + name + ",村干部," + place + ",2026-11-01\n"
		accounts += id.Full() + "," + name + "," + card + "," + name + ",2026-11-01,\n"
		if appointed {
			tenure += id.Full() + "," + name + "," + place + ",委员,2026-11-01,,是\n"
		}
		return resident{id: id, name: name}
	}
	last := b.lastPerson()
	x = next("")
	ghost := arrive(identity.MakeResidentID("439901", 20010301, 1), "周无岗", x.place, countyCard(930), false)
	give(ghost, "aid_ghost", "90.00", "", "")
	expect(checks.Stop, "ghost", "ghost", "aid_ghost", last+1, x.place, 90_00, ninth)
	expect(checks.Review, "manual", "manual", "aid_ghost", 0, "", 90_00, "")
	x = next("")
	arrive(identity.MakeResidentID("439901", 20010302, 1), x.name, x.place, countyCard(940), true)
	expect(checks.Review, "namesakes", "namesakes", "", last+2, x.place, 0, "")
	x = next("")
	for i, name := range []string{"连甲", "连乙", "连丙"} {
		arrive(identity.MakeResidentID("439901", 20010303, 11+2*i), name, x.place, countyCard(950+10*i), true)
	}
	expect(checks.Review, "fabricated", "sequence_ids", "", 0, x.place, 0, "")
	x = next("会计")
	tenure += x.head() + "," + x.place + ",妇联主席,2021-06-01,,是\n"
	eachItemOf := func(document string) {
		for _, l := range x.pay {
			expect(checks.Stop, "two_roles", "two_roles", l.Item, x.no, x.place, l.Fen, document)
		}
	}
	eachItemOf("桃组发〔2026〕5号")

	b.propose(plantedCountySettings + plantedPosts)
	b.bring("registers", registers)
	b.bring("roster", roster)
	b.bring("tenure", tenure)
	b.bring("accounts", accounts)
	b.bring("amounts", amounts)
	b.bring("calendar", "日期,性质,依据\n2026-12-01,休,国办发明电〔2025〕7号\n2026-12-02,休,国办发明电〔2025〕7号\n2026-12-03,休,国办发明电〔2025〕7号\n")
	b.bring("transfers", "资金,文号,单位代码,用途,凭证号,到账日期,应付日期,金额\nF03,湘财〔2026〕样71号,,村级组织运转,71,2026-09-10,2026-10-20,1000.00\nF03,湘财〔2026〕样72号,,村级组织运转,72,2026-06-10,2026-07-20,2000.00\n")
	expect(checks.Review, "idle", "idle", "", 0, "", 1000_00, "湘财〔2026〕样71号")
	expect(checks.Stop, "idle", "idle", "", 0, "", 2000_00, "湘财〔2026〕样72号")
	b.bring("statement", "流水号,本方账号,交易日期,摘要,对方户名,借方金额,贷方金额\n1,"+plantedAccount+",2026-11-10,材料款,某某建材经营部,800.00,\n"+
		"2,"+plantedAccount+",2026-11-03,拨款,某某合作社,900.00,\n3,"+plantedAccount+",2026-11-06,退回,某某合作社,,900.00\n"+
		"4,"+plantedAccount+",2025-12-28,拨款,某某中心,700.00,\n5,"+plantedAccount+",2026-01-15,退回,某某中心,,700.00\n"+
		"6,"+plantedAccount+",2026-11-05,上交,"+b.placeName(list[0].place)+"村民委员会,,600.00\n")
	for _, fen := range []money.Fen{800_00, 900_00, 700_00} {
		expect(checks.Stop, "off_list", "off_list", "", 0, "", fen, "")
	}
	expect(checks.Stop, "out_and_back", "out_and_back", "", 0, "", 900_00, "")
	expect(checks.Stop, "out_and_back", "year_end", "", 0, "", 700_00, "")
	expect(checks.Stop, "out_and_back", "clawback", "", 0, list[0].place, 600_00, "")

	// The bank's answer to October: one amount that differs, one payment that came back.
	unanswered, back := b.answerOctober(people)
	expect(checks.Stop, "totals", "answer_rows", "", 0, "", 0, "")
	expect(checks.Review, "unreturned", "unreturned", "", 0, "", unanswered, "")
	expect(checks.Review, "unreturned", "bounced", "", 0, "", back, "")

	x = next("")
	r, err := b.app.Run(ctx, b.by["张敏"], 202611, payroll.Regular)
	b.must(err)
	if len(r.Batches) != 2 || len(r.Refused) > 0 {
		t.Fatalf("%+v %+v", r.Batches, r.Refused)
	}
	b.bring("accounts", "身份证号,姓名,银行卡号,户名,生效日期,换卡依据\n"+x.head()+","+countyCard(990)+","+x.name+",2026-11-20,农商证〔2026〕3号\n") // between compute and approval
	expect(checks.Review, "card_changed", "card_after", "", x.no, x.place, 0, "")

	b.by[maker.name], err = b.app.AddActor(ctx, b.by["周正"], payroll.NewActor{Name: maker.name, Roles: []payroll.Role{payroll.RoleMaker}, ID: maker.id, Passphrase: []byte(DemoPassphrase)})
	b.must(err)
	var got []string
	for _, id := range []payroll.BatchID{202611001, 202611002} {
		_, err := b.app.Submit(ctx, b.by[maker.name], id)
		b.must(err)
		c, err := b.app.Checking(ctx, id)
		b.must(err)
		for i := range c.Findings {
			f := &c.Findings[i]
			if honest[foundMark(f)] {
				continue
			}
			key := foundKey(f.Severity, f.Check, strings.TrimPrefix(strings.TrimPrefix(f.Message.Code, "check."), "finding."), f.Item, f.Person, f.Place, f.Fen, f.Document)
			if !slices.Contains(got, key) { // the county's money is looked at with either batch
				got = append(got, key)
			}
			if text := f.Message.Text(message.Chinese); strings.Contains(text, "{") || strings.Contains(text, "check.") {
				t.Errorf("the sentence is not whole: %s", text)
			}
			if len(f.Rows) == 0 {
				t.Errorf("%s names no rows: %s", f.Check, f.Message.Text(message.Chinese))
			}
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, c := range clauses {
		if c.where == "county" && !slices.ContainsFunc(want, func(s string) bool { return strings.Contains(s, " "+c.check+" "+c.code+" ") }) {
			t.Errorf("%s: %s is planted nowhere", c.row, c.clause)
		}
	}
	for _, c := range checks.List() {
		if !slices.ContainsFunc(clauses, func(x struct{ row, clause, check, code, where string }) bool { return x.check == c.Code }) &&
			!slices.Contains([]string{"days_ahead", "sent_back"}, c.Code) { // ours beside the table
			t.Errorf("no row of the table has %s", c.Code)
		}
	}
}

// A December that leaves a village below what it is to get of a fund in the year is stopped, and one
// that brings it there is not.
func TestVillageMinimum(t *testing.T) {
	ctx := context.Background()
	for minimum, want := range map[string][]string{"900": nil, "70000": {"430725101200", "430725101201"}} {
		b := newFundBook(t)
		at, err := b.app.ProposeSettings(ctx, b.by["周正"], "settings.yaml", []byte(strings.Replace(fundSettings, "name: 县级配套, kind: authority", "name: 县级配套, kind: authority, minimum: \""+minimum+"\"", 1)))
		b.must(err)
		b.accept(at)
		b.at(2026, 12, 20)
		c, err := b.app.Checking(ctx, b.run(202612).ID)
		b.must(err)
		var got []string
		for i := range c.Findings {
			if f := &c.Findings[i]; f.Message.Code == "check.minimum" && f.Severity == checks.Stop {
				got = append(got, f.Place)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("a minimum of %s: %s", minimum, diff)
		}
	}
}

const plantedAccount = "1860000000000000009"

// cadreItems are what township cadres get for their post.
var (
	cadreItems     = []string{"base_salary", "regional_allowance", "housing_subsidy", "telecom_allowance", "field_visit_subsidy", "top_up"}
	cadreDocuments = map[string]string{"base_salary": "桃人社发〔2026〕6号", "regional_allowance": "桃政发〔2026〕3号", "housing_subsidy": "桃政发〔2026〕3号", "telecom_allowance": "桃政发〔2026〕3号", "field_visit_subsidy": "桃政发〔2026〕3号", "top_up": "桃政办发〔2026〕11号"}
)

const plantedCountySettings = `
checks:
  reissue_days: 20
  ages: [{items: [aid_age], male: 18, female: 18, document: 桃组发〔2026〕3号}]
  standards:
    - {items: [aid_cap], yuan: "100", from: 2026-01, document: 桃财〔2026〕31号}
    - {items: [aid_sum, aid_more], yuan: "100", from: 2026-01, document: 桃财〔2026〕32号}
  incompatible: [{post: 会计, with: [妇联主席], document: 桃组发〔2026〕5号}]
`

// plantedPosts lets the smallest village have one post.
const plantedPosts = "  posts: [{population: 901, posts: 1, document: 桃组发〔2026〕7号}, {population: 0, posts: 99, document: 桃组发〔2026〕7号}]\n"

// plantedAids is a document of aids that only those get to whom an amount is given.
func plantedAids() string {
	text := "文件: {文号: 样财〔2026〕9号, 标题: 特困补助, 发文机关: 桃源县财政局, 印发日期: 2026-10-27, 施行: 2026-11}\n项目:\n"
	for i, code := range []string{"aid_age", "aid_cap", "aid_sum", "aid_more", "aid_fund", "aid_once", "aid_equal", "aid_round", "aid_ghost"} {
		text += fmt.Sprintf(plantedAid, code, "补助"+string(rune('甲'))+fmt.Sprint(i), 300+i, code, code)
	}
	return text
}

const plantedAid = "  - {代码: %s, 名称: %s, 顺序: %d, 人员: [村干部], 渠道: 一卡通, 资金: F03, 依据: 按人员, 条件: [{要求: '有给定额(\"%s\")', 否则: 没有给定}], 金额: '给定额(\"%s\")', 到任当月: 全月, 离任当月: 全月, 去世当月: 全月, 变动当月: 末日, 舍入: 四舍五入到分}\n"

var plantedOldAid = "文件: {文号: 样财〔2025〕4号, 标题: 旧补助, 发文机关: 桃源县财政局, 印发日期: 2025-01-01, 施行: 2025-01, 失效: 2025-12}\n项目:\n" + fmt.Sprintf(plantedAid, "aid_old", "旧补助", 320, "aid_old", "aid_old")

func foundKey(severity checks.Severity, check, code, item string, person int64, place string, fen money.Fen, document string) string {
	return fmt.Sprintf("%s %s %s %s %d %s %s %s", severity, check, code, item, person, place, fen, document)
}

func foundMark(f *payroll.CheckFinding) string {
	return f.Check + " " + f.Message.Text(message.Chinese)
}

func (x resident) sum() (fen money.Fen) {
	for _, l := range x.pay {
		fen += l.Fen
	}
	return fen
}

func (x resident) base() money.Fen {
	for _, l := range x.pay {
		if l.Item == "village_base_pay" {
			return l.Fen
		}
	}
	return 0
}

// countyCard is a card of the rural bank whose number is nobody's.
func countyCard(n int) string {
	body := fmt.Sprintf("622169000000%06d", 800000+n)
	return body + string(identity.LuhnDigit(body))
}

// propose adds to the county's settings, and gives the village fund an account and its items.
func (b *fundBook) propose(more string) {
	b.t.Helper()
	text, err := taoyuan.Files.ReadFile("settings.yaml")
	b.must(err)
	const fund = "{code: F03, name: 村级转移支付}"
	if !strings.Contains(string(text), fund) {
		b.t.Fatal("the settings of the sample county have another fund")
	}
	changed := strings.Replace(string(text), fund, `{code: F03, name: 村级转移支付, account: "`+plantedAccount+`", kind: account, items: [village_base_pay, village_performance_pay, aid_age, aid_cap, aid_sum, aid_more, aid_once, aid_equal, aid_round, aid_ghost, aid_old]}`, 1)
	at, err := b.app.ProposeSettings(context.Background(), b.by["周正"], "settings.yaml", []byte(changed+more))
	b.must(err)
	b.accept(at)
}

// findings are what the drafts of November have, by their sentences.
func (b *fundBook) findings(t *testing.T) map[string]bool {
	t.Helper()
	ctx := context.Background()
	r, err := b.app.Run(ctx, b.by["张敏"], 202611, payroll.Regular)
	b.must(err)
	marks := map[string]bool{}
	for _, x := range r.Batches {
		c, err := b.app.Checking(ctx, x.ID)
		b.must(err)
		for i := range c.Findings {
			f := &c.Findings[i]
			if f.Severity == checks.Stop {
				t.Errorf("without plants %s stops: %s", f.Check, f.Message.Text(message.Chinese))
			}
			marks[foundMark(f)] = true
		}
	}
	return marks
}

// residents are those whom October and November pay the same for one post, by number.
func (b *fundBook) residents(id payroll.BatchID) (list []resident) {
	b.t.Helper()
	ctx := context.Background()
	lines := map[int64][]payroll.Line{}
	all := map[int64]*facts.Person{}
	b.must(b.app.Store().View(ctx, func(r payroll.Reader) error {
		before := map[int64]money.Fen{}
		err := r.Lines(ctx, payroll.LineQuery{Batch: 202610000 + id%1000}, func(l payroll.Line) error {
			if l.Month == 202610 {
				before[l.Person] += l.Fen
			}
			return nil
		})
		if err != nil {
			return err
		}
		err = r.Lines(ctx, payroll.LineQuery{Batch: id}, func(l payroll.Line) error {
			lines[l.Person] = append(lines[l.Person], l)
			return nil
		})
		for no, list := range lines {
			var fen money.Fen
			for _, l := range list {
				if fen += l.Fen; l.Month != 202611 {
					fen = -1 << 40
				}
			}
			if fen != before[no] && id == 202611002 {
				delete(lines, no)
			}
		}
		if err != nil {
			return err
		}
		last, err := r.LastPerson(ctx)
		if err != nil {
			return err
		}
		return r.Facts(ctx, payroll.FactQuery{First: 1, Last: last, Kinds: []facts.Kind{facts.KindPerson, facts.KindSpell, facts.KindAccount}}, func(f payroll.Fact) error {
			if lines[f.Person] == nil {
				return nil
			}
			p := all[f.Person]
			if p == nil {
				p = &facts.Person{No: f.Person}
				all[f.Person] = p
			}
			return b.factInto(p, f)
		})
	}))
	for no, p := range all {
		x := resident{no: no, pay: lines[no]}
		posts := 0
		for _, s := range p.Spells {
			if s.From <= 20260101 && (s.To == 0 || s.To > 20261130) {
				posts++
				x.post, x.place = s.Post, s.Place
			}
		}
		if posts != 1 || len(p.Profiles) == 0 || len(p.Accounts) != 1 || len([]rune(p.Profiles[0].Name)) != 3 || strings.Contains(p.Profiles[0].Name, "·") {
			continue
		}
		y := p.Profiles[len(p.Profiles)-1]
		if y.Place != x.place {
			continue
		}
		x.id, x.name, x.card = y.ID, y.Name, p.Accounts[0].Card.Full()
		if x.place != "430725102202" {
			list = append(list, x)
		}
	}
	slices.SortFunc(list, func(a, b resident) int { return int(a.no - b.no) })
	return list
}

func (b *fundBook) factInto(p *facts.Person, f payroll.Fact) error {
	switch f.Kind {
	case facts.KindPerson:
		return intoList(&p.Profiles, f)
	case facts.KindSpell:
		return intoList(&p.Spells, f)
	}
	return intoList(&p.Accounts, f)
}

func intoList[T any](list *[]T, f payroll.Fact) error {
	var v T
	err := json.Unmarshal([]byte(f.Body), &v)
	*list = append(*list, v)
	return err
}

// paid are ID and name of everybody in a batch but one, by every ID they had.
func (b *fundBook) paid(id payroll.BatchID, but int64) (heads []string) {
	b.t.Helper()
	ctx := context.Background()
	in := map[int64]bool{}
	b.must(b.app.Store().View(ctx, func(r payroll.Reader) error {
		if err := r.Settlements(ctx, id, func(s payroll.Settlement) error { in[s.Person] = s.Person != but; return nil }); err != nil {
			return err
		}
		last, err := r.LastPerson(ctx)
		if err != nil {
			return err
		}
		return r.Facts(ctx, payroll.FactQuery{First: 1, Last: last, Kinds: []facts.Kind{facts.KindPerson}}, func(f payroll.Fact) error {
			var x facts.Profile
			err := json.Unmarshal([]byte(f.Body), &x)
			if head := x.ID.Full() + "," + x.Name; in[f.Person] && !slices.Contains(heads[max(0, len(heads)-3):], head) {
				heads = append(heads, head)
			}
			return err
		})
	}))
	return heads
}

// dayOf is the last day of a township cadre's attendance in November.
func (b *fundBook) dayOf(person int64) (day facts.Day) {
	b.t.Helper()
	ctx := context.Background()
	b.must(b.app.Store().View(ctx, func(r payroll.Reader) error {
		return r.Facts(ctx, payroll.FactQuery{First: person, Last: person, Kinds: []facts.Kind{facts.KindDay}}, func(f payroll.Fact) error {
			var d facts.Day
			err := json.Unmarshal([]byte(f.Body), &d)
			if d.Date.Month() == 202611 {
				day = d
			}
			return err
		})
	}))
	if day.Date == 0 {
		b.t.Fatalf("person %d has no day in November", person)
	}
	return day
}

func (b *fundBook) lastPerson() (last int64) {
	b.t.Helper()
	ctx := context.Background()
	b.must(b.app.Store().View(ctx, func(r payroll.Reader) (err error) { last, err = r.LastPerson(ctx); return err }))
	return last
}

func (b *fundBook) placeName(code string) (name string) {
	b.t.Helper()
	ctx := context.Background()
	b.must(b.app.Store().View(ctx, func(r payroll.Reader) error {
		return r.Facts(ctx, payroll.FactQuery{Kinds: []facts.Kind{facts.KindPlace}}, func(f payroll.Fact) error {
			var p facts.Place
			err := json.Unmarshal([]byte(f.Body), &p)
			if f.Key == code {
				name = p.Name
			}
			return err
		})
	}))
	return name
}

// answerOctober takes in a bank's answer to a file of October: the first payment came back, the
// second has another amount. It gives what is left without an answer in both batches, and what
// came back.
func (b *fundBook) answerOctober(people []resident) (unanswered, back money.Fen) {
	b.t.Helper()
	ctx := context.Background()
	var rows payroll.RowList
	b.must(b.app.Store().View(ctx, func(r payroll.Reader) error {
		for _, id := range []payroll.BatchID{202610001, 202610002} {
			err := r.Payments(ctx, id, func(p payroll.Payment) error {
				unanswered += p.Fen
				if id != 202610002 || p.Person < people[len(people)-1].no || len(rows) == 2 {
					return nil
				}
				row := payroll.ReturnRow{Line: len(rows) + 1, Account: p.Card.Full(), Holder: p.Holder, Fen: p.Fen, State: payroll.PaymentReturned, Text: "已销户", Date: 20261029}
				if back == 0 {
					back = p.Fen
				} else {
					row.Fen, row.State, row.Text = p.Fen+1, payroll.PaymentCredited, "成功"
				}
				rows = append(rows, row)
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	}))
	clock := b.clock
	f := &payroll.ReturnFile{File: "回盘.txt", Digest: journal.Digest([]byte("回盘")), Layout: "rural-txt", Rows: rows}
	_, err := b.app.ImportReturns(ctx, b.by["张敏"], f, 202610002)
	b.must(err)
	b.clock = clock.AddDate(0, 0, 5) // the row that differs may lie for some days
	return unanswered - back, back
}
