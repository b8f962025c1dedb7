package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"zhida/importers"
	"zhida/payroll"
	"zhida/payroll/checks"
	"zhida/payroll/journal"
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/identity"
	"zhida/rules/message"
	"zhida/rules/money"
	"zhida/testdata/counties/taoyuan"
)

// clauses are the rows of the table of checks, clause by clause: the check that is to find each,
// and how it is planted in the sample county. That what is committed is not paid again has no check:
// there is no line.
var clauses = []clause{
	{"paid after the stop month", "dead", "after_death", "after_death", throughDoors},
	{"paid after the stop month", "left", "after_leaving", "after_leaving", throughDoors},
	{"paid after the stop month", "transferred", "after_leaving", "after_leaving", throughDoors},
	{"paid after the stop month", "retired", "after_retirement", "after_retirement", throughDoors},
	{"paid after the stop month", "sanctioned", "under_sanction", "under_sanction", throughDoors},
	{"paid after the stop month", "over age", "over_age", "over_age", throughDoors},
	{"ghost", "no appointment", "ghost", "ghost", throughDoors},
	{"ghost", "on no register of established posts", "ghost", "not_established", throughDoors},
	{"accounts", "one card under two persons", "card_shared", "card_shared", byHand},
	{"accounts", "one person under two accounts", "two_accounts", "two_accounts", byHand},
	{"accounts", "account holder name differs", "holder", "holder", throughDoors},
	{"accounts", "a name variant", "holder", "holder", throughDoors},
	{"card custody", "many cards collected by one agent", "custody", "custody_agent", throughDoors},
	{"card custody", "many cards changed on one day", "custody", "custody_day", throughDoors},
	{"namesakes", "same name, same village, different ID", "namesakes", "namesakes", throughDoors},
	{"two payrolls or roles", "same ID on two payrolls", "other_payroll", "other_payroll", throughDoors},
	{"two payrolls or roles", "roles that may not be combined", "two_roles", "two_roles", throughDoors},
	{"paid twice", "claimed elsewhere", "claimed", "claimed", throughDoors},
	{"above the standard", "amount above the standard", "above_standard", "above_standard", throughDoors},
	{"above the standard", "sum above the cap", "above_standard", "above_standard", throughDoors},
	{"above the standard", "rate of a document no longer in force", "above_standard", "old_document", throughDoors},
	{"no document", "item without a document in force", "no_document", "no_document", byHand},
	{"attendance", "impossible date", "days_wrong", "day_impossible", throughDoors},
	{"attendance", "duplicate day", "days_wrong", "day_twice", throughDoors},
	{"attendance", "day also on another claim", "days_wrong", "day_claimed", throughDoors},
	{"attendance", "more days than working days", "days_wrong", "days_over", throughDoors},
	{"attendance", "fixed weekday", "day_pattern", "one_weekday", throughDoors},
	{"attendance", "identical patterns", "day_pattern", "same_days", throughDoors},
	{"posts", "above what the population allows", "posts_over", "posts_over", throughDoors},
	{"posts", "above what the establishment allows", "posts_over", "posts_over", throughDoors},
	{"share or floor", "deputy below the share of the principal", "shares", "share_low", throughDoors},
	{"share or floor", "principal below the floor", "shares", "floor_low", throughDoors},
	{"share or floor", "village minimum or earmark not reached", "shares", "minimum", inDecember},
	{"card changed", "within n days before the batch", "card_changed", "card_changed_proved", throughDoors},
	{"card changed", "between compute and approval (after it the export refuses: old_cards.txtar)", "card_changed", "card_after", throughDoors},
	{"off list", "payment that no list explains", "off_list", "off_list", throughDoors},
	{"not paid onward", "after n days", "idle", "idle", throughDoors},
	{"not paid onward", "past the limit", "idle", "idle", throughDoors},
	{"out and back", "between the same two parties", "out_and_back", "out_and_back", throughDoors},
	{"out and back", "year-end reversal", "out_and_back", "year_end", throughDoors},
	{"out and back", "clawback from a village", "out_and_back", "clawback", throughDoors},
	{"fund", "purpose the fund does not cover", "fund_purpose", "fund_purpose", throughDoors},
	{"three totals", "order, list and files disagree", "totals", "totals", byHand},
	{"three totals", "the bank's answer disagrees", "totals", "answer_rows", throughDoors},
	{"unreturned", "no answer for n days", "unreturned", "unreturned", throughDoors},
	{"unreturned", "came back and not paid again", "unreturned", "bounced", throughDoors},
	{"change", "without a recorded cause", "change", "unexplained", byHand},
	{"change", "headcount jump", "headcount", "headcount", byHand},
	{"fabricated list", "round amounts", "fabricated", "round_amounts", throughDoors},
	{"fabricated list", "repeated amounts", "fabricated", "equal_amounts", throughDoors},
	{"fabricated list", "sequential IDs", "fabricated", "sequence_ids", throughDoors},
	{"fabricated list", "sequential cards", "fabricated", "sequence_cards", throughDoors},
	{"manual amounts", "who entered them, document, share", "manual", "manual", throughDoors},
	{"same actor", "entered and approved", "same_actor", "same_actor", byHand},
	{"same actor", "approves own pay", "own_pay", "own_pay", throughDoors},
	{"same actor", "or that of kin on file", "own_pay", "kin_pay", throughDoors},
	{"bursts", "before festivals", "burst", "burst", throughDoors},
	{"bursts", "items paid once only", "once", "once", throughDoors},
}

// Ways in which a clause is planted in the sample county.
const (
	throughDoors = "through the program's own doors"
	byHand       = "by hand, in a copy of the book: the doors refuse it, or have no way to make it"
	inDecember   = "in the December after"
)

type clause struct {
	row, clause string
	check, code string // code of the finding's sentence
	how         string
}

// resident is somebody of the sample county whose pay goes on unchanged.
type resident struct {
	no                int64
	id                identity.ResidentID
	name, place, post string
	since             calendar.Date // in the post
	card              string
	pay               []payroll.Line // of November
}

func (x resident) head() string { return x.id.Full() + "," + x.name }

// Findings of published kinds, planted together in November of the sample county through the
// program's own doors (import, run, submit), each about other people, are found with person, item,
// amount and document; and nothing is found beside what the same month has without them. What the
// doors refuse is shown to be refused, and put into a copy of the book by hand.
func TestPlantedInCounty(t *testing.T) {
	t.Parallel() // the long ones run beside each other
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
	december := b.copy(t)

	// Settings and documents that the plants need find nothing by themselves.
	b.propose(plantedCountySettings, "")
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
	planted := map[string]int{} // by way, check and code
	want := []string{}
	expect := func(severity checks.Severity, check, code, item string, person int64, place string, fen money.Fen, document string) {
		planted[throughDoors+" "+check+" "+code]++
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
	arrive := func(id identity.ResidentID, name, place, card, post string) resident {
		roster += id.Full() + "," + name + ",村干部," + place + ",2026-11-01\n"
		accounts += id.Full() + "," + name + "," + card + "," + name + ",2026-11-01,\n"
		if post != "" {
			tenure += id.Full() + "," + name + "," + place + "," + post + ",2026-11-01,,是\n"
		}
		return resident{id: id, name: name}
	}
	last := b.lastPerson()
	x = next("")
	ghost := arrive(identity.MakeResidentID("439901", 20010301, 1), "周无岗", x.place, countyCard(930), "")
	give(ghost, "aid_ghost", "90.00", "", "")
	expect(checks.Stop, "ghost", "ghost", "aid_ghost", last+1, x.place, 90_00, ninth)
	expect(checks.Review, "manual", "manual", "aid_ghost", 0, "", 90_00, "")
	x = next("")
	arrive(identity.MakeResidentID("439901", 20010302, 1), x.name, x.place, countyCard(940), "委员")
	expect(checks.Review, "namesakes", "namesakes", "", last+2, x.place, 0, "")
	x = next("")
	for i, name := range []string{"连甲", "连乙", "连丙"} {
		arrive(identity.MakeResidentID("439901", 20010303, 11+2*i), name, x.place, countyCard(950+10*i), "委员")
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

	// Shares and floors: a deputy with less than 70 % of what the principal gets; a principal new to the post, with no performance pay.
	for _, principal := range people {
		at := slices.IndexFunc(people, func(y resident) bool { return y.place == principal.place && y.post == "副书记" })
		if principal.post == "书记" && at >= 0 && !used[principal.place] {
			used[principal.place] = true
			give(principal, "aid_share", "100.00", "", ninth)
			give(people[at], "aid_share", "69.99", "", ninth)
			expect(checks.Stop, "shares", "share_low", "", people[at].no, principal.place, 69_99, "桃组发〔2026〕2号")
			break
		}
	}
	newPrincipal := next("主任") // whom somebody new takes over from
	tenure += newPrincipal.head() + "," + newPrincipal.place + ",主任," + newPrincipal.since.String() + ",2026-10-31,是\n"
	arrive(identity.MakeResidentID("439901", 20010304, 1), "周新任", newPrincipal.place, countyCard(980), "主任")

	// Days on duty in the villages, of November and of the two months before.
	days := "单位代码,身份证号,姓名,日期,类型\n"
	duty := func(x resident, township string, list ...calendar.Date) {
		for _, d := range list {
			days += township + "," + x.head() + "," + d.String() + ",坐班\n"
		}
	}
	every := func(first, last calendar.Date, step int) (list []calendar.Date) {
		for d := first; d <= last; d = d.AddDays(step) {
			list = append(list, d)
		}
		return list
	}
	x = next("")
	tenure += x.head() + "," + x.place + "," + x.post + "," + x.since.String() + ",2026-11-10,是\n"
	duty(x, x.place[:9], 20261112)
	expect(checks.Stop, "days_wrong", "day_impossible", "", x.no, x.place[:9], 0, "")
	x = next("")
	duty(x, x.place[:9], 20261103)
	duty(x, "430725102", 20261103)
	expect(checks.Stop, "days_wrong", "day_twice", "", x.no, "430725102", 0, "")
	x = next("")
	duty(x, x.place[:9], every(20261101, 20261124, 1)...)
	expect(checks.Stop, "days_wrong", "days_over", "", x.no, x.place[:9], 0, "")
	x = next("")
	duty(x, x.place[:9], every(20260901, 20261124, 7)...)
	expect(checks.Review, "day_pattern", "one_weekday", "", x.no, x.place[:9], 0, "")
	list = village(3)
	for _, x := range list {
		duty(x, x.place[:9], every(20261102, 20261120, 2)[:8]...)
	}
	expect(checks.Review, "day_pattern", "same_days", "", 0, list[0].place[:9], 0, "")

	b.propose(plantedCountySettings+plantedPosts, "")
	b.bring("days", days)
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
	low := query(t, b.book, fmt.Sprintf(withoutPerformance, fullBase))
	if newcomer := fmt.Sprint(last+6, " ", newPrincipal.place); !slices.Contains(low, newcomer) {
		t.Errorf("%s is not among the principals without performance pay: %v", newcomer, low)
	}
	for _, s := range low {
		var no int64
		var place string
		_, err := fmt.Sscan(s, &no, &place)
		b.must(err)
		expect(checks.Stop, "shares", "floor_low", "", no, place, fullBase, "桃组发〔2026〕2号")
	}
	copied := b.copy(t)
	changed := b.copy(t) // a card that changes between compute and approval is found in the draft, which is not submitted so
	changed.bring("accounts", "身份证号,姓名,银行卡号,户名,生效日期,换卡依据\n"+x.head()+","+countyCard(990)+","+x.name+",2026-11-20,农商证〔2026〕3号\n")
	drafted, err := changed.app.Checking(ctx, 202611002)
	b.must(err)
	after := foundKey(checks.Review, "card_changed", "card_after", "", x.no, x.place, 0, "")
	if slices.ContainsFunc(drafted.Findings, func(f payroll.CheckFinding) bool { return keyOf(&f) == after }) {
		planted[throughDoors+" card_changed card_after"]++
	}
	if _, err := changed.app.Submit(ctx, b.by["张敏"], 202611002); message.Code(err) != "batch.outdated" {
		t.Errorf("a draft with another card is submitted: %v", err)
	}

	b.by[maker.name], err = joins(ctx, b.app, b.by["周正"], b.by["李复"], payroll.NewActor{Name: maker.name, Roles: []payroll.Role{payroll.RoleMaker}, ID: maker.id, Passphrase: []byte(DemoPassphrase)})
	b.must(err)
	var got []string
	known := map[string]bool{}
	for _, id := range []payroll.BatchID{202611001, 202611002} {
		_, err := b.app.Submit(ctx, b.by[maker.name], id)
		b.must(err)
		c, err := b.app.Checking(ctx, id)
		b.must(err)
		for i := range c.Findings {
			f := &c.Findings[i]
			key := keyOf(f)
			known[key] = true
			if honest[foundMark(f)] {
				continue
			}
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
	copied.refusedPlants(people)
	copied.plantedByHand(next, known, planted)
	december.plantedInDecember(planted)
	for _, c := range clauses {
		same := 0 // that this check finds with this sentence
		for _, x := range clauses {
			if x.how == c.how && x.check == c.check && x.code == c.code {
				same++
			}
		}
		if n := planted[c.how+" "+c.check+" "+c.code]; n < same {
			t.Errorf("%s: %s is planted nowhere: %d plants for %d clauses", c.row, c.clause, n, same)
		}
	}
	for key := range planted {
		if !slices.ContainsFunc(clauses, func(c clause) bool { return key == c.how+" "+c.check+" "+c.code }) {
			t.Errorf("%s is in no row of the table", key)
		}
	}
	for _, c := range checks.List() {
		if !slices.ContainsFunc(clauses, func(x clause) bool { return x.check == c.Code }) &&
			!slices.Contains([]string{"days_ahead", "reversed", "sent_back"}, c.Code) { // ours beside the table
			t.Errorf("no row of the table has %s", c.Code)
		}
	}
}

// refusedPlants are what the doors refuse, at the cell that is wrong, and by the rule of two people.
func (b *fundBook) refusedPlants(people []resident) {
	b.t.Helper()
	ctx := context.Background()
	x, y := people[0], people[1]
	account := func(x resident, card string) string {
		return x.head() + "," + card + "," + x.name + ",2026-11-01,农商证〔2026〕4号\n"
	}
	const accounts, days = "身份证号,姓名,银行卡号,户名,生效日期,换卡依据\n", "单位代码,身份证号,姓名,日期,类型\n"
	for _, c := range []struct{ kind, csv, code, cells string }{
		{"accounts", accounts + account(x, y.card), "import.card_taken", "C2"},                                              // one card under two persons
		{"accounts", accounts + account(x, countyCard(800)) + account(y, countyCard(800)), "import.card_twice", "C3 C2"},    // the same: neither is taken
		{"accounts", accounts + account(x, countyCard(800)) + account(x, countyCard(801)), "import.contradiction", "A3 A2"}, // one person under two accounts
		{"days", days + x.place[:9] + "," + x.head() + ",2026-11-31,坐班\n", "value.no_such_day", "D2"},                       // impossible date
	} {
		in, err := importers.Read(c.kind, c.kind+".csv", []byte(c.csv), importers.Options{Items: map[string]string{}})
		b.must(err)
		_, err = b.app.Book.Dry().Import(ctx, b.by["张敏"], in, payroll.ImportOptions{})
		var found message.Problems
		errors.As(err, &found)
		var cells []string
		for _, p := range found {
			if p.Code == c.code {
				cells = append(cells, p.Cell)
			}
		}
		if len(cells) != len(found) || strings.Join(cells, " ") != c.cells {
			b.t.Errorf("%v, want %s at %s", err, c.code, c.cells)
		}
	}

	both, err := joins(ctx, b.app, b.by["周正"], b.by["李复"], payroll.NewActor{Name: "吴双", Roles: []payroll.Role{payroll.RoleMaker, payroll.RoleChecker},
		ID: identity.MakeResidentID("439901", 19000110, 1), Passphrase: []byte(DemoPassphrase)})
	b.must(err)
	at, err := b.app.ProposePolicy(ctx, both, "aid.yaml", []byte(strings.NewReplacer("2025〕4号", "2025〕5号", "aid_old", "aid_more_old").Replace(plantedOldAid)))
	b.must(err)
	if _, err := b.app.Decide(ctx, both, at, true, "", ""); message.Code(err) != "proposal.same_actor" { // entered and approved
		b.t.Errorf("one person enters and approves: %v", err)
	}
}

// plantedByHand puts into the book what its doors keep out of it, about people whom next gives. The
// checks find it beside what they know already, the batches cannot be submitted any more, and fsck
// names every batch, proposal and file that was edited.
func (b *fundBook) plantedByHand(next func(string) resident, known map[string]bool, planted map[string]int) {
	b.t.Helper()
	ctx := context.Background()
	want := []string{}
	expect := func(how string, severity checks.Severity, check, code, item string, person int64, place string, fen money.Fen, document string) {
		planted[how+" "+check+" "+code]++
		want = append(want, foundKey(severity, check, code, item, person, place, fen, document))
	}
	b.bring("calendar", "日期,性质,依据\n2026-12-01,班,国办发明电〔2025〕7号\n") // no holiday is near any more
	expect(throughDoors, checks.Review, "once", "once", "aid_once", 0, "", 500_00, "样财〔2026〕10号")

	x := next("")
	b.past(`UPDATE line SET policy = 0 WHERE batch = 202611002 AND person = ? AND item = 'village_base_pay'`, x.no)
	expect(byHand, checks.Stop, "no_document", "no_document", "village_base_pay", x.no, x.place, x.base(), "")
	x = next("")
	b.past(`INSERT INTO payment (batch, seq, person, fen, bank, card, cnaps, branch, holder, place, file, target, replaces_batch, replaces_seq)
		SELECT batch, 99999, person, 1, bank, ?, '', '', holder, place, '', '', 0, 0 FROM payment WHERE batch = 202611002 AND person = ?`, countyCard(700), x.no)
	expect(byHand, checks.Stop, "two_accounts", "two_accounts", "", x.no, x.place, x.sum()+1, "")
	x, y := next(""), next("")
	b.past(`UPDATE payment SET card = ? WHERE batch = 202611002 AND person = ?`, x.card, y.no)
	expect(byHand, checks.Stop, "card_shared", "card_shared", "", y.no, y.place, 0, "")
	b.past(`UPDATE export_file SET total = total - 1 WHERE batch = 202610002 AND name = (SELECT MIN(name) FROM export_file WHERE batch = 202610002)`)
	october, err := b.app.Batch(ctx, 202610002)
	b.must(err)
	expect(byHand, checks.Stop, "totals", "totals", "", 0, "", october.Net, "")
	b.past(`UPDATE proposal SET actor = '李复' WHERE position = (SELECT MAX(position) FROM proposal WHERE kind = 'import.amounts')`)
	expect(byHand, checks.Stop, "same_actor", "same_actor", "", 0, "", 0, "")

	// One fen more for one cadre; and others, more than a tenth, as if October had not paid them.
	cadres := b.residents(202611001)
	x = cadres[2]
	b.past(`UPDATE line SET fen = fen + 1, due = due + 1 WHERE batch = 202611001 AND person = ? AND item = 'telecom_allowance'`, x.no)
	expect(byHand, checks.Review, "change", "unexplained", "telecom_allowance", x.no, x.place, 1, "")
	first, last := cadres[len(cadres)/2].no, cadres[len(cadres)*3/4].no
	b.past(`DELETE FROM line WHERE batch = 202610001 AND person BETWEEN ? AND ?`, first, last)
	expect(byHand, checks.Review, "headcount", "headcount", "", 0, "", 0, "")
	want = append(want, foundKey(checks.Review, "change", "bridge", "", 0, "", 0, "")) // the sums do not bear it out either

	var got []string
	jumped := map[int64]bool{}
	var jump []string
	for _, id := range []payroll.BatchID{202611001, 202611002} {
		c, err := b.app.Checking(ctx, id)
		b.must(err)
		for i := range c.Findings {
			f := &c.Findings[i]
			key := keyOf(f)
			switch {
			case f.Message.Code == "finding.unexplained" && first <= f.Person && f.Person <= last:
				jumped[f.Person] = true
			case f.Check == "headcount":
				jump = f.Message.Args
				fallthrough
			case !known[key] && !slices.Contains(got, key):
				got = append(got, key)
			}
		}
		if _, err := b.app.Submit(ctx, b.by["张敏"], id); message.Code(err) != "batch.tampered" {
			b.t.Errorf("%s is submitted: %v", id, err)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		b.t.Errorf("by hand: %s", diff)
	}
	if len(jump) != 3 || jump[2] != fmt.Sprint(len(jumped)) {
		b.t.Errorf("the number of payees jumps by %d people, and the sentence says %v", len(jumped), jump)
	}

	health, err := b.app.FsckRows(ctx, nil)
	b.must(err)
	var faults []string
	for _, x := range health.Faults {
		args := x.Message.Args
		if x.Message.Code == "fsck.rows" {
			args = args[1:] // without the position
		}
		faults = append(faults, x.Message.Code+" "+strings.Join(args, " "))
	}
	slices.Sort(faults)
	if diff := cmp.Diff([]string{
		"batch.tampered 2026-10/1", "batch.tampered 2026-11/1", "batch.tampered 2026-11/2", "fsck.head 2026-10/1 行数", "fsck.head 2026-11/1 应发", "fsck.head 2026-11/2 分项合计",
		"fsck.rows 提议", "fsck.rows 银行文件", "fsck.seal 2026-10/1",
		fmt.Sprintf("fund.totals 2026-10/2 %s %s %s", october.Net-1, october.Net, october.Net),
	}, slices.Compact(faults)); diff != "" {
		b.t.Errorf("fsck: %s", diff)
	}
}

// plantedInDecember gives the villages a minimum of the village fund, which by the lines of the year
// one has not got when December is computed.
func (b *fundBook) plantedInDecember(planted map[string]int) {
	b.t.Helper()
	ctx := context.Background()
	b.at(2026, 12, 20)
	b.propose("", "35000")
	r, err := b.app.Run(ctx, b.by["张敏"], 202612, payroll.Regular)
	b.must(err)
	var got []string
	for _, x := range r.Batches {
		c, err := b.app.Checking(ctx, x.ID)
		b.must(err)
		for i := range c.Findings {
			if f := &c.Findings[i]; f.Message.Code == "check.minimum" && f.Severity == checks.Stop {
				planted[inDecember+" "+f.Check+" minimum"]++
				got = append(got, f.Place)
			}
		}
	}
	want := query(b.t, b.book, `SELECT place FROM line WHERE fund = 'F03' GROUP BY place HAVING SUM(fen) < 3500000 ORDER BY place`)
	if diff := cmp.Diff(want, got); diff != "" || len(want) != 1 {
		b.t.Errorf("below the minimum of the year: %s", diff)
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
words: {days: [坐班]}
checks:
  reissue_days: 20
  ages: [{items: [aid_age], male: 18, female: 18, document: 桃组发〔2026〕3号}]
  standards:
    - {items: [aid_cap], yuan: "100", from: 2026-01, document: 桃财〔2026〕31号}
    - {items: [aid_sum, aid_more], yuan: "100", from: 2026-01, document: 桃财〔2026〕32号}
  ratios: [{items: [aid_share], posts: [副书记], of: [书记], percent: 70, document: 桃组发〔2026〕2号}]
  incompatible: [{post: 会计, with: [妇联主席], document: 桃组发〔2026〕5号}]
`

// withoutPerformance are the full principals whom November pays no performance pay: they are below
// the floor that plantedPosts sets.
const (
	fullBase           = 2494_33
	withoutPerformance = `SELECT person || ' ' || place FROM line b WHERE batch = 202611002 AND month = 202611 AND item = 'village_base_pay' AND due = %d
		AND NOT EXISTS (SELECT * FROM line p WHERE p.batch = b.batch AND p.month = b.month AND p.person = b.person AND p.item = 'village_performance_pay')`
)

// plantedPosts lets the smallest village have one post, and sets a floor for principals.
const plantedPosts = "  floors: [{items: [village_base_pay, village_performance_pay], posts: [书记, 主任], yuan: \"2600.00\", document: 桃组发〔2026〕2号}]\n  posts: [{population: 901, posts: 1, document: 桃组发〔2026〕7号}, {population: 0, posts: 99, document: 桃组发〔2026〕7号}]\n"

// plantedAids is a document of aids that only those get to whom an amount is given.
func plantedAids() string {
	text := "文件: {文号: 样财〔2026〕9号, 标题: 特困补助, 发文机关: 桃源县财政局, 印发日期: 2026-10-27, 施行: 2026-11}\n项目:\n"
	for i, code := range []string{"aid_age", "aid_cap", "aid_sum", "aid_more", "aid_fund", "aid_once", "aid_equal", "aid_round", "aid_ghost", "aid_share"} {
		text += fmt.Sprintf(plantedAid, code, "补助"+string(rune('甲'))+fmt.Sprint(i), 300+i, code, code)
	}
	return text
}

const plantedAid = "  - {代码: %s, 名称: %s, 顺序: %d, 人员: [村干部], 渠道: 一卡通, 资金: F03, 依据: 按人员, 条件: [{要求: '有给定额(\"%s\")', 否则: 没有给定}], 金额: '给定额(\"%s\")', 到任当月: 全月, 离任当月: 全月, 去世当月: 全月, 变动当月: 末日, 舍入: 四舍五入到分}\n"

var plantedOldAid = "文件: {文号: 样财〔2025〕4号, 标题: 旧补助, 发文机关: 桃源县财政局, 印发日期: 2025-01-01, 施行: 2025-01, 失效: 2025-12}\n项目:\n" + fmt.Sprintf(plantedAid, "aid_old", "旧补助", 320, "aid_old", "aid_old")

func foundKey(severity checks.Severity, check, code, item string, person int64, place string, fen money.Fen, document string) string {
	return fmt.Sprintf("%s %s %s %s %d %s %s %s", severity, check, code, item, person, place, fen, document)
}

func keyOf(f *payroll.CheckFinding) string {
	code := strings.TrimPrefix(strings.TrimPrefix(f.Message.Code, "check."), "finding.")
	return foundKey(f.Severity, f.Check, code, f.Item, f.Person, f.Place, f.Fen, f.Document)
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

// propose adds to the county's settings, and gives the village fund an account, its items and what
// every village is to get of it in a year: "" for nothing.
func (b *fundBook) propose(more, minimum string) {
	b.t.Helper()
	text, err := taoyuan.Files.ReadFile("settings.yaml")
	b.must(err)
	const fund = "{code: F03, name: 村级转移支付}"
	if !strings.Contains(string(text), fund) {
		b.t.Fatal("the settings of the sample county have another fund")
	}
	changed := strings.Replace(string(text), fund, `{code: F03, name: 村级转移支付, account: "`+plantedAccount+`", kind: account, minimum: "`+minimum+`", items: [village_base_pay, village_performance_pay, aid_age, aid_cap, aid_sum, aid_more, aid_once, aid_equal, aid_round, aid_ghost, aid_share, aid_old]}`, 1)
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
				x.post, x.place, x.since = s.Post, s.Place, s.From
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
