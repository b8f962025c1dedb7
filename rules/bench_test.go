package rules_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"zhida/rules"
	"zhida/rules/facts"
	"zhida/rules/money"
)

// benchPeople are 100,000 synthetic persons: 40 salaries, 3 places, 7 ranks, service of 1 to 40 years.
func benchPeople(category facts.Category) []facts.Person {
	ranks := []string{"正科级", "副科级", "一级科员", "二级科员", "管理岗", "专技岗", "工勤岗"}
	posts := []string{"书记", "主任", "会计"}
	list := make([]facts.Person, 100_000)
	for i := range list {
		p := cadre(int64(i+1), ranks[i%7], money.Fen(350000+i%40*10000))
		p.Profiles[0].Category = category
		p.Spells[0].Place, p.Profiles[0].Place = townships[i%3], townships[i%3]
		if category == facts.FormerVillageCadre {
			p.Spells[0].Post, p.Spells[0].Rank = posts[i%3], ""
			p.Spells[0].From, p.Spells[0].To = 19700101, p.Spells[0].From.AddDays(-3000)
			p.Spells[0].From = p.Spells[0].To.AddDays(-365 - i*37%14000)
		}
		list[i] = p
	}
	return list
}

// bench computes 100,000 person-items of one month a round and reports the cost of one.
func bench(b *testing.B, text string, category facts.Category) {
	people := benchPeople(category)
	granted := []rules.Granted{{Position: 1, Policy: read(b, text)}}
	b.ReportAllocs()
	for b.Loop() {
		e := evaluation(b, granted, sampleWorld(), 202610, 202610)
		observe(e, people)
		for i := range people {
			if x := e.Person(&people[i]); x[len(x)-1].Outcome == rules.Refused {
				b.Fatalf("%+v", x)
			}
		}
	}
	items := float64(len(people) * b.N)
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/items, "ns/person-item")
}

func township(text string) string { return strings.ReplaceAll(text, "村干部", "乡镇干部") }

func BenchmarkFlatRate(b *testing.B) { bench(b, township(rule()), facts.TownshipCadre) }

func BenchmarkTable(b *testing.B) {
	table := `表:
  标准: {键: [乡镇类别, 职级, 职务], 值: [元], 行: [
    [一类, 正科级|副科级, 任意, 420], [一类, 一级科员|二级科员, 任意, 360], [一类, 管理岗|专技岗|工勤岗, 任意, 330],
    [二类, 正科级|副科级, 任意, 520], [二类, 一级科员|二级科员, 任意, 450], [二类, 管理岗|专技岗|工勤岗, 任意, 410],
    [三类, 正科级|副科级, 任意, 680], [三类, 一级科员|二级科员, 任意, 600], [三类, 管理岗|专技岗|工勤岗, 任意, 550]]}
项目:`
	bench(b, strings.Replace(township(rule("AMOUNT", `查表("标准")`)), "项目:", table, 1), facts.TownshipCadre)
}

func BenchmarkTenure(b *testing.B) {
	text := strings.ReplaceAll(rule("AMOUNT", `'任职年限("书记","主任","会计") * (末任职务("书记","主任","会计") == "书记" ? 8 : 6) + 取大(任职年限() - 20, 0) * 2'`), "村干部", "离任村干部")
	text = strings.Replace(text, "按任职", "按人员", 1)
	text = strings.Replace(text, "项目:", "任职口径: {计月: 起止月都算, 零头: 舍去, 截至: 月末, 凭据: 须认定}\n项目:", 1)
	bench(b, text, facts.FormerVillageCadre)
}

// BenchmarkTopUp has two items a person: the salary, and its top-up to the mean of the rank.
func BenchmarkTopUp(b *testing.B) {
	text := township(rule("AMOUNT", `给定额("base_salary")`))
	text = strings.Replace(text, "代码: pay", "代码: base_salary", 1) + `  - 代码: top_up
    名称: 补差
    顺序: 20
    人员: [乡镇干部]
    渠道: 一卡通
    资金: F03
    依据: 按任职
    补差: {分组: 职级, 同组: 全月在职, 计入项目: [base_salary], 含领取人: 是, 平均: 冻结, 平均舍入: 四舍五入到分}
    多职: 就高
    到任当月: 按日
    离任当月: 全月
    去世当月: 全月
    变动当月: 末日
    舍入: 四舍五入到分
`
	bench(b, text, facts.TownshipCadre)
}

// BenchmarkHandWritten is the lower bound: the flat rule as anybody would write it in
// a loop over the same people, one amount for every day in post, in fen.
func BenchmarkHandWritten(b *testing.B) {
	people := benchPeople(facts.TownshipCadre)
	var total int64
	for b.Loop() {
		for i := range people {
			for j := range people[i].Spells {
				if sp := &people[i].Spells[j]; sp.From <= 20261001 && (sp.To == 0 || sp.To >= 20261031) {
					total += 10000
				}
			}
		}
	}
	if total == 0 {
		b.Fatal("nobody is paid")
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(len(people)*b.N), "ns/person-item")
}

// BenchmarkPool shares an amount among three people of a village.
func BenchmarkPool(b *testing.B) {
	text := strings.Replace(rule("AMOUNT", "'1'"), "    金额: '1'\n", "    分配: {分组: 单位, 总额: '10000', 份额: 任职年限, 余数: 分尽}\n", 1)
	text = strings.Replace(text, "多职: 就高", "多职: [书记, 主任, 会计]", 1)
	text = strings.Replace(text, "项目:", "任职口径: {计月: 起止月都算, 零头: 舍去, 截至: 月末, 凭据: 须认定}\n项目:", 1)
	people := benchPeople(facts.VillageCadre)
	for i := range people {
		sp := &people[i].Spells[0]
		sp.Post, sp.Place = []string{"书记", "主任", "会计"}[i%3], fmt.Sprintf("430725101%03d%05d", i/3%1000, i/3000)
		people[i].Profiles[0].Place = sp.Place
	}
	granted := []rules.Granted{{Position: 1, Policy: read(b, text)}}
	b.ReportAllocs()
	for b.Loop() {
		e := evaluation(b, granted, sampleWorld(), 202610, 202610)
		observe(e, people)
		for i := range people {
			if x := e.Person(&people[i]); x[0].Outcome != rules.Due {
				b.Fatalf("%+v", x)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(len(people)*b.N), "ns/person-item")
}

// BenchmarkSample computes the six documents of the sample county for a cadre with
// every item: for ten thousand people and for ten times as many, on one worker and on two.
func BenchmarkSample(b *testing.B) {
	people := benchPeople(facts.TownshipCadre)
	for i := range people {
		for _, code := range []string{"housing_fund", "social_insurance", "income_tax"} {
			people[i].Amounts = append(people[i].Amounts, facts.Amount{Item: code, Fen: money.Fen(10000 + i%40), From: 202601})
		}
	}
	granted := samplePolicies(b)
	for _, c := range []struct {
		name            string
		people, workers int
	}{{"people=10000/workers=1", 10_000, 1}, {"people=100000/workers=1", 100_000, 1}, {"people=100000/workers=2", 100_000, 2}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			items := 0
			for b.Loop() {
				items = computeSample(evaluation(b, granted, sampleWorld(), 202610, 202610), people[:c.people], c.workers)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(items*b.N), "ns/person-item")
		})
	}
}

// computeSample makes all passes and the results, each worker with its share of the people.
func computeSample(e *rules.Evaluation, people []facts.Person, workers int) int {
	counts := make([]int, workers)
	share := func(f func(w int, part []facts.Person)) {
		var wait sync.WaitGroup
		for w := range workers {
			wait.Go(func() { f(w, people[len(people)*w/workers:len(people)*(w+1)/workers]) })
		}
		wait.Wait()
	}
	for pass := 1; pass <= e.Passes(); pass++ {
		share(func(_ int, part []facts.Person) { e.Observe(pass, part) })
	}
	share(func(w int, part []facts.Person) {
		for i := range part {
			counts[w] += len(e.Person(&part[i]))
		}
	})
	total := 0
	for _, n := range counts {
		total += n
	}
	return total
}
