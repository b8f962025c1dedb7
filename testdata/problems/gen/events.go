package main

import "strings"

// People of the book of the tests, beside zhao and li2: qian and sun hold posts, sun two of them;
// li2 died on 1 December 2025; zhou takes up a post on 1 January 2026, wu is a township cadre
// whose tenure nobody has brought in. zheng and feng are on no roster yet.
const (
	qian  = "439901198001020119,钱乙"
	sun   = "439901198001030122,孙丙"
	zhou  = "439901199006150013,周戊"
	wu    = "439901199102100024,吴己"
	zheng = "439901199203110037,郑庚"
	feng  = "43990119930412004X,冯辛"
)

const (
	changes  = "陬市镇2025年12月人员变动表,,,,,,,,,,,,,,\n身份证号,姓名,变动类型,变动日期,文号,人员类别,原单位代码,原职务,单位代码,职务,职级,截止日期,银行卡号,户名,原因\n"
	moved    = zhou + ",借调,2025-12-08,桃组借〔2025〕3号,,,,,,,2026-06-30,,,\n"
	newcomer = zheng + ",新增,2025-12-10,桃组任〔2025〕18号,村干部,,,430725101201,文书,,,,,\n"
)

// change is a sheet of changes with two good rows and one more, which stands in row 5.
func change(row string) string { return changes + moved + newcomer + row + "\n" }

const vouchers = "2026年1月支付凭证,,,,\n批次,资金,凭证号,支付日期,金额\n"

const results = "陬市镇2025年村级换届结果,,,,,,,,,\n村代码,选举日期,交接日期,文号,结果,职务,身份证号,姓名,是否连任,离任原因\n"

// Villages and days of a result, to stand before an outcome.
const (
	jia = "430725101200,2025-12-20,2025-12-23,桃组〔2025〕60号,"
	yi  = "430725101201,2025-12-20,2025-12-23,桃组〔2025〕60号,"
)

// result is the result of elections: the rows after the two of the heading.
func result(rows ...string) string { return results + strings.Join(rows, "\n") + "\n" }

// ofEvents are sheets of what happened that are wrong by themselves.
var ofEvents = map[string]string{
	"change.needs":             change(qian + ",离任,2025-12-15,桃组免〔2025〕9号,,,,,,,,,,"),
	"election.handover_before": result(jia+"当选,书记,"+zhao+",是,", strings.Replace(yi, "2025-12-23", "2025-12-19", 1)+"当选,书记,"+sun+",是,"),
	"election.vacant_person":   result(jia+"当选,书记,"+zhao+",是,", yi+"空缺,委员,"+qian+",,"),
	"election.village_code":    result(jia+"当选,书记,"+zhao+",是,", strings.Replace(yi, "430725101201", "430725101", 1)+"当选,书记,"+sun+",是,"),
	"election.village_waits":   result(jia+"当选,书记,"+zhao+",是,", jia+"离任,,"+qian+",,", yi+"当选,书记,"+sun+",是,"),
}

// eventsOfBook are sheets of what happened that are well formed, and wrong for what the book knows.
var eventsOfBook = map[string]string{
	"change.before":      change(zhao + ",离任,2019-12-15,桃组免〔2019〕9号,,,,,,,,,,辞职"),
	"change.dead":        change(li2 + ",借调,2025-12-20,桃组借〔2025〕4号,,,,,,,,,,"),
	"change.died":        change(li2 + ",死亡,2025-12-03,死亡证明〔2025〕12号,,,,,,,,,,"),
	"change.later":       change(li2 + ",离任,2025-10-31,桃组免〔2025〕8号,,,,,,,,,,辞职"),
	"change.moved_twice": change(qian + ",调动,2025-12-15,桃组任〔2025〕19号,,,,430725101201,委员,,,,,\n" + qian + ",调动,2025-12-15,桃组任〔2025〕19号,,,,430725101,干部,,,,,"),
	"change.no_death":    change(qian + ",离任,2025-12-15,桃组免〔2025〕9号,,,,,,,,,,去世"),
	"change.no_post":     change(wu + ",职务变动,2025-12-15,桃组任〔2025〕19号,,,,,副镇长,,,,,"),
	"change.not_held":    change(qian + ",离任,2025-12-15,桃组免〔2025〕9号,,,会计,,,,,,,辞职"),
	"change.same_place":  change(qian + ",调动,2025-12-15,桃组任〔2025〕19号,,,,430725101200,委员,,,,,"),
	"change.serving":     change(qian + ",新增,2025-12-15,桃组任〔2025〕19号,村干部,,,430725101201,委员,,,,,"),
	"change.which_post":  change(sun + ",职务变动,2025-12-15,桃组任〔2025〕19号,,,,,委员,,,,,"),

	"election.dates_differ":     result(jia+"当选,书记,"+zhao+",是,", strings.Replace(jia, "2025-12-20", "2025-12-21", 1)+"当选,委员,"+qian+",是,"),
	"election.dead":             result(yi+"当选,书记,"+sun+",是,", yi+"当选,委员,"+li2+",,"),
	"election.elsewhere":        result(yi+"当选,书记,"+sun+",是,", yi+"当选,委员,"+qian+",否,"),
	"election.is_again":         result(jia+"当选,书记,"+zhao+",是,", jia+"当选,委员,"+qian+",否,"),
	"election.later_spell":      result(jia+"当选,书记,"+zhao+",是,", jia+"当选,文书,"+zhou+",否,"),
	"election.left_and_elected": result(jia+"当选,书记,"+zhao+",是,", jia+"当选,委员,"+qian+",是,", jia+"离任,,"+qian+",,落选"),
	"election.no_post":          result(yi+"当选,书记,"+sun+",是,", yi+"离任,,"+zhou+",,届满"),
	"election.not_again":        result(jia+"当选,书记,"+zhao+",是,", jia+"当选,主任,"+qian+",是,"),
	"election.not_in_result": strings.NewReplacer("2025-12-20", "2025-12-28", "2025-12-23", "2026-01-01").
		Replace(result(jia+"当选,书记,"+zhao+",是,", jia+"当选,委员,"+qian+",是,")),
	"election.post_twice":     result(jia+"当选,书记,"+zhao+",是,", jia+"当选,书记,"+qian+",否,"),
	"election.post_open":      result(jia + "当选,书记," + zhao + ",是,"),
	"election.vacant_filled":  result(jia+"当选,书记,"+zhao+",是,", jia+"当选,委员,"+qian+",是,", jia+"空缺,书记,,,,"),
	"election.posts":          result(yi+"当选,书记,"+sun+",是,", yi+"当选,委员,"+zheng+",否,", yi+"当选,妇联主席,"+feng+",否,"),
	"election.township_cadre": result(jia+"当选,书记,"+zhao+",是,", jia+"当选,副主任,"+wu+",否,"),
	"election.two_villages":   result(jia+"当选,书记,"+zhao+",是,", jia+"当选,会计,"+feng+",否,", yi+"当选,书记,"+sun+",是,", yi+"当选,委员,"+feng+",否,"),
	"election.village":        result(jia+"当选,书记,"+zhao+",是,", jia+"当选,委员,"+qian+",是,", strings.Replace(yi, "430725101201", "430725101299", 1)+"当选,书记,"+zheng+",否,"),

	"import.fund":      "省级转移支付到账,,,,,\n资金,文号,用途,凭证号,到账日期,金额\nF1,湘财〔2025〕31号,村干部报酬,1,2025-12-10,6000.00\nF09,湘财〔2025〕32号,村干部报酬,2,2025-12-10,4000.00\n",
	"import.fund_near": "省级转移支付到账,,,,,\n资金,文号,用途,凭证号,到账日期,金额\nF1,湘财〔2025〕31号,村干部报酬,1,2025-12-10,6000.00\n县级配套,湘财〔2025〕32号,村干部报酬,2,2025-12-10,4000.00\n",
	"batch.id":         vouchers + "2026年1月,F2,0017,2026-01-20,1068.00\n",
	"batch.missing":    vouchers + "2026-01/7,F2,0017,2026-01-20,1068.00\n",
}
