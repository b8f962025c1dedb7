package rules_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"zhida/rules"
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/identity"
	"zhida/rules/message"
	"zhida/rules/money"
	"zhida/rules/policy"
)

// samplePolicies are the six documents of the sample county.
func samplePolicies(t testing.TB) []rules.Granted {
	t.Helper()
	files, err := filepath.Glob("../testdata/counties/taoyuan/policies/*.yaml")
	if err != nil || len(files) != 6 {
		t.Fatalf("%d policies: %v", len(files), err)
	}
	var list []rules.Granted
	for i, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, rules.Granted{Position: int64(i + 1), Policy: read(t, string(text))})
	}
	return list
}

func read(t testing.TB, text string) *policy.Policy {
	t.Helper()
	p, err := policy.Read("测试.yaml", []byte(text))
	var ps message.Problems
	if errors.As(err, &ps) {
		t.Fatal(ps[0].Text(message.Chinese))
	}
	return p
}

func evaluation(t testing.TB, list []rules.Granted, w *facts.World, from, to calendar.Month) *rules.Evaluation {
	t.Helper()
	p, err := rules.Compile(list)
	if err != nil {
		t.Fatal(err)
	}
	e, err := rules.NewEvaluation(p, w, from, to)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func sampleWorld() *facts.World {
	w := &facts.World{Places: map[string][]facts.Place{}, References: []facts.Reference{{Code: "rural_income", Period: "2025", Value: decimal.New(21380, 0)}},
		Calendar: []facts.CalendarDay{{Date: 20261001, Nature: facts.DayOff}, {Date: 20261010, Nature: facts.DayWorked}}}
	for code, class := range map[string]string{"430725101": "一类", "430725102": "二类", "430725103": "三类"} {
		w.Places[code] = []facts.Place{{Code: code, Name: code, Class: class, From: 20000101}}
	}
	w.Places["430725103"] = append(w.Places["430725103"], facts.Place{Code: "430725103", Class: "二类", From: 20261116})
	return w
}

var townships = []string{"430725101", "430725102", "430725103"}

func date(t *rapid.T, from, to calendar.Date, name string) calendar.Date {
	return from.AddDays(rapid.IntRange(0, to.Sub(from)).Draw(t, name))
}

// drawPerson makes somebody of any category, with changes in the months computed.
func drawPerson(t *rapid.T, no int64) facts.Person {
	category := rapid.SampledFrom([]facts.Category{facts.TownshipCadre, facts.TownshipCadre, facts.VillageCadre, facts.FormerVillageCadre}).Draw(t, "category")
	place := rapid.SampledFrom(townships).Draw(t, "place")
	born := date(t, 19450101, 19950101, "born")
	p := facts.Person{No: no, Profiles: []facts.Profile{{ID: identity.MakeResidentID("439901", born, rapid.IntRange(1, 999).Draw(t, "seq")), Name: "某某",
		Category: category, Place: place, Joined: 20100701, From: 20000101}}}
	chance := func(n int, name string) bool { return rapid.IntRange(0, n).Draw(t, name) == 0 }
	if chance(9, "died") {
		p.Profiles[0].Died = date(t, 20260901, 20261231, "died on")
	}
	if chance(9, "retired") {
		p.Profiles[0].Retired = date(t, 20260901, 20261231, "retired on")
	}
	if chance(9, "becomes another") {
		next := p.Profiles[0]
		next.From = date(t, 20260901, 20261231, "from")
		next.Category = rapid.SampledFrom([]facts.Category{facts.TownshipCadre, facts.VillageCadre, facts.FormerVillageCadre}).Draw(t, "next category")
		next.Place = rapid.SampledFrom(townships).Draw(t, "next place")
		p.Profiles = append(p.Profiles, next)
	}
	if chance(9, "flagged") {
		p.Profiles[0].Flags = rapid.SampledFrom([]string{"鳏寡孤独", "公职人员", "党纪处分"}).Draw(t, "flag")
	}
	posts := []string{"一般干部", "站所长", "乡镇长"}
	if category != facts.TownshipCadre {
		posts = []string{"书记", "主任", "委员"}
	}
	for range rapid.IntRange(0, 3).Draw(t, "spells") {
		s := facts.Spell{Place: rapid.SampledFrom(townships).Draw(t, "at"), Post: rapid.SampledFrom(posts).Draw(t, "post"), From: date(t, 19900101, 20261231, "since"), Recognised: true}
		if category == facts.TownshipCadre && !chance(15, "no rank") {
			s.Rank = rapid.SampledFrom([]string{"正科级", "一级科员", "工勤岗"}).Draw(t, "rank")
		}
		if category == facts.FormerVillageCadre || chance(2, "ended") {
			s.To = max(s.From, date(t, 20001231, 20261231, "until"))
		}
		p.Spells = append(p.Spells, s)
	}
	if !chance(15, "no salary") {
		for _, code := range []string{"base_salary", "housing_fund", "social_insurance", "income_tax"} {
			p.Amounts = append(p.Amounts, facts.Amount{Item: code, Fen: money.Fen(rapid.IntRange(0, 90).Draw(t, code)) * 1e4, From: 202601})
		}
	}
	for range rapid.IntRange(0, 5).Draw(t, "days") {
		p.Days = append(p.Days, facts.Day{Kind: "下村", Date: date(t, 20261001, 20261130, "day")})
	}
	if chance(4, "absent") {
		a := facts.Absence{Kind: rapid.SampledFrom([]string{"事假", "旷工", "处分", "产假", "借调"}).Draw(t, "kind"), From: date(t, 20260901, 20261130, "absent from")}
		a.To = a.From.AddDays(rapid.IntRange(0, 80).Draw(t, "absent days"))
		p.Absences = append(p.Absences, a)
	}
	p.Assessments = []facts.Assessment{{Year: 2025, Grade: rapid.SampledFrom([]string{"优秀", "合格", "不合格"}).Draw(t, "grade")}}
	return p
}

func drawPeople(t *rapid.T) []facts.Person {
	list := make([]facts.Person, rapid.IntRange(1, 12).Draw(t, "people"))
	for i := range list {
		list[i] = drawPerson(t, int64(i+1))
	}
	return list
}

func all(e *rules.Evaluation, people []facts.Person) map[int64][]rules.Entitlement {
	m := map[int64][]rules.Entitlement{}
	for i := range people {
		m[people[i].No] = e.Person(&people[i])
	}
	return m
}

// Neither the order of persons and facts, nor how they are handed over in chunks, nor what was
// computed before changes a result; and a result that was remembered is the one that Explain works out.
func TestOrderAndMemoryDoNotMatter(t *testing.T) {
	granted := samplePolicies(t)
	rapid.Check(t, func(t *rapid.T) {
		people := drawPeople(t)
		program, err := rules.Compile(granted)
		if err != nil {
			t.Fatal(err)
		}
		prepare := func() *rules.Evaluation {
			e, err := rules.NewEvaluation(program, sampleWorld(), 202610, 202612)
			if err != nil {
				t.Fatal(err)
			}
			return e
		}
		whole := prepare()
		observe(whole, people)
		want := all(whole, people)

		shuffled := rapid.Permutation(people).Draw(t, "order")
		for i := range shuffled {
			p := &shuffled[i]
			p.Spells = rapid.Permutation(p.Spells).Draw(t, "spells")
			p.Days = rapid.Permutation(p.Days).Draw(t, "days")
			p.Amounts = rapid.Permutation(p.Amounts).Draw(t, "amounts")
		}
		chunked := prepare()
		cut := rapid.IntRange(0, len(shuffled)).Draw(t, "cut")
		observe(chunked, shuffled[cut:], shuffled[:cut])
		if d := cmp.Diff(whole.Averages(), chunked.Averages()); d != "" {
			t.Fatalf("averages differ: %s", d)
		}
		if d := cmp.Diff(want, all(chunked, shuffled)); d != "" {
			t.Fatalf("order matters: %s", d)
		}
		for i := range people {
			for m := calendar.Month(202610); m <= 202612; m++ {
				for _, x := range whole.Explain(&people[i], m, "") {
					for _, got := range want[people[i].No] {
						if got.Item == x.Item.Code && got.Month == m {
							if d := cmp.Diff(got, x.Entitlement); d != "" {
								t.Fatalf("explained otherwise: %s", d)
							}
						}
					}
				}
			}
		}
	})
}

// Groups in which some have become others come to what they come to when everybody is observed anew, or it is said that nobody can tell.
func TestMove(t *testing.T) {
	share := strings.NewReplacer("代码: pay", "代码: share", "名称: 补贴", "名称: 分成").Replace(rule("NUMBER", "测〔2026〕2号", "AMOUNT", `'组合计("本乡镇", "pay") * 10%'`))
	told := 0
	for name, granted := range map[string][]rules.Granted{"means": samplePolicies(t), "sums": {{Position: 1, Policy: read(t, rule("AMOUNT", byPost))}, {Position: 2, Policy: read(t, share)}}} {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				program, err := rules.Compile(granted)
				if err != nil {
					t.Fatal(err)
				}
				prepare := func() *rules.Evaluation {
					e, err := rules.NewEvaluation(program, sampleWorld(), 202610, 202610)
					if err != nil {
						t.Fatal(err)
					}
					return e
				}
				people, others := drawPeople(t), drawPeople(t)
				cut := rapid.IntRange(0, len(people)).Draw(t, "cut")
				run := prepare()
				observe(run, people)
				kept, ok := run.Observed(202610)
				if !ok {
					t.Fatal("the groups rest on more than sums")
				}
				e := prepare()
				e.Take(202610, kept)
				if !e.Move(people[cut:], others) {
					return
				}
				told++
				now := append(slices.Clone(people[:cut]), others...)
				anew := prepare()
				observe(anew, now)
				if d := cmp.Diff(anew.Averages(), e.Averages()); d != "" {
					t.Fatalf("averages differ: %s", d)
				}
				if d := cmp.Diff(all(anew, now), all(e, now)); d != "" {
					t.Fatalf("it matters how it was observed: %s", d)
				}
			})
			if told == 0 {
				t.Error("nothing is ever told")
			}
			told = 0
		})
	}
}

// Somebody who dies on the last day of the month does not get the result remembered from the living.
func TestDeathOnTheLastDay(t *testing.T) {
	e := evaluation(t, []rules.Granted{{Position: 1, Policy: read(t, rule("DEATH", "不发"))}}, &facts.World{}, 202610, 202610)
	living, dead := villager(facts.Spell{Post: "书记", From: 20200101}), villager(facts.Spell{Post: "书记", From: 20200101})
	dead.Profiles[0].Died = 20261031
	for range 2 {
		if x := e.Person(&living)[0]; x.Fen != 31000 {
			t.Errorf("living: %+v", x)
		}
		if x := e.Person(&dead)[0]; x.Outcome != rules.Zero || x.Reason.Code != "rules.died" {
			t.Errorf("dead: %+v", x)
		}
	}
}

// Workers that share an evaluation get what one worker gets.
func TestConcurrentUse(t *testing.T) {
	granted := samplePolicies(t)
	var people []facts.Person
	for i := range 400 {
		people = append(people, cadre(int64(i+1), []string{"一级科员", "工勤岗", "正科级"}[i%3], money.Fen(300000+i%17*10000)))
		people[i].Spells[0].Place = townships[i%3]
	}
	alone := evaluation(t, granted, sampleWorld(), 202610, 202612)
	observe(alone, people)
	want := all(alone, people)

	shared := evaluation(t, granted, sampleWorld(), 202610, 202612)
	work := func(f func(chunk []facts.Person)) {
		var wait sync.WaitGroup
		for i := 0; i < len(people); i += 50 {
			wait.Go(func() { f(people[i : i+50]) })
		}
		wait.Wait()
	}
	for pass := 1; pass <= shared.Passes(); pass++ {
		work(func(chunk []facts.Person) { shared.Observe(pass, chunk) })
	}
	if d := cmp.Diff(alone.Averages(), shared.Averages()); d != "" {
		t.Fatal(d)
	}
	got := make([]map[int64][]rules.Entitlement, len(people))
	work(func(chunk []facts.Person) { got[chunk[0].No] = all(shared, chunk) })
	for _, part := range got {
		for no, list := range part {
			if d := cmp.Diff(want[no], list); d != "" {
				t.Fatalf("%d: %s", no, d)
			}
		}
	}
}

// Every amount has a sentence that names the document and ends in the amount, and
// nobody's name is in it; everything else has a reason in words.
func TestSentencesAndReasons(t *testing.T) {
	granted := samplePolicies(t)
	rapid.Check(t, func(t *rapid.T) {
		people := drawPeople(t)
		program, err := rules.Compile(granted)
		if err != nil {
			t.Fatal(err)
		}
		e, err := rules.NewEvaluation(program, sampleWorld(), 202610, 202611)
		if err != nil {
			t.Fatal(err)
		}
		observe(e, people)
		for no, list := range all(e, people) {
			for _, x := range list {
				it, _ := program.ItemAt(x.Item, x.Month)
				switch {
				case x.Outcome == rules.Due:
					if x.Fen <= 0 || !strings.HasSuffix(x.Sentence, x.Fen.String()+"元") || !strings.Contains(x.Sentence, it.Document) || strings.Contains(x.Sentence, "某某") || x.Place == "" {
						t.Fatalf("%d: %+v", no, x)
					}
				case x.Fen != 0 || x.Sentence != "" || x.Reason.Text(message.Chinese) == "" || strings.HasPrefix(x.Reason.Text(message.Chinese), "rules."):
					t.Fatalf("%d: %+v", no, x)
				}
			}
		}
	})
}

const plainItem = `文件: {文号: %NUMBER, 标题: 测试, 发文机关: 测试, 印发日期: 2026-01-01, 施行: %FROM}
项目:
  - 代码: pay
    名称: 补贴
    顺序: 10
    人员: [村干部]
    渠道: 一卡通
    资金: F03
    依据: 按任职
    金额: %AMOUNT
    多职: %SEVERAL
    到任当月: %ARRIVAL
    离任当月: %DEPARTURE
    去世当月: %DEATH
    变动当月: %CHANGE
    舍入: 四舍五入到分
`

// rule fills plainItem; what is not named has a plain value.
func rule(pairs ...string) string {
	values := map[string]string{"NUMBER": "测〔2026〕1号", "FROM": "2026-01", "AMOUNT": "310", "SEVERAL": "就高", "ARRIVAL": "按日", "DEPARTURE": "按日", "DEATH": "按日", "CHANGE": "按日"}
	for i := 0; i < len(pairs); i += 2 {
		values[pairs[i]] = pairs[i+1]
	}
	text := plainItem
	for k, v := range values {
		text = strings.ReplaceAll(text, "%"+k, v)
	}
	return text
}

func villager(spells ...facts.Spell) facts.Person {
	for i := range spells {
		spells[i].Place, spells[i].Recognised = "430725101", true
	}
	return facts.Person{No: 1, Profiles: []facts.Profile{{Category: facts.VillageCadre, Place: "430725101", From: 20000101}}, Spells: spells}
}

const byPost = `'职务 == "书记" ? 310 : 职务 == "主任" ? 620 : 93'`

// Each reading of a part of a month, in October with its 31 days.
func TestPartMonths(t *testing.T) {
	arriving := villager(facts.Spell{Post: "书记", From: 20261011})
	leaving := villager(facts.Spell{Post: "书记", From: 20200101, To: 20261010})
	changing := villager(facts.Spell{Post: "书记", From: 20200101, To: 20261010}, facts.Spell{Post: "主任", From: 20261011})
	gap := villager(facts.Spell{Post: "书记", From: 20200101, To: 20261010}, facts.Spell{Post: "书记", From: 20261021})
	two := villager(facts.Spell{Post: "书记", From: 20200101}, facts.Spell{Post: "主任", From: 20200101})
	three := villager(facts.Spell{Post: "委员", From: 20200101}, facts.Spell{Post: "主任", From: 20200101}, facts.Spell{Post: "书记", From: 20261011})
	dying := villager(facts.Spell{Post: "书记", From: 20200101})
	dying.Profiles[0].Died = 20261010
	for _, c := range []struct {
		name   string
		person facts.Person
		rule   []string
		want   string
	}{
		{"arrival by days", arriving, nil, "210.00"},
		{"arrival full", arriving, []string{"ARRIVAL", "全月"}, "310.00"},
		{"arrival none", arriving, []string{"ARRIVAL", "不发"}, "zero rules.arrived"},
		{"departure by days", leaving, nil, "100.00"},
		{"departure full", leaving, []string{"DEPARTURE", "全月"}, "310.00"},
		{"departure none", leaving, []string{"DEPARTURE", "不发"}, "zero rules.left"},
		{"change by days", changing, []string{"AMOUNT", byPost}, "520.00"},
		{"change first", changing, []string{"AMOUNT", byPost, "CHANGE", "首日"}, "310.00"},
		{"change last", changing, []string{"AMOUNT", byPost, "CHANGE", "末日"}, "620.00"},
		{"change higher", changing, []string{"AMOUNT", byPost, "CHANGE", "就高"}, "620.00"},
		{"left and came back, by days", gap, nil, "210.00"},
		{"left and came back, full", gap, []string{"ARRIVAL", "全月", "DEPARTURE", "全月"}, "310.00"},
		{"two posts, higher", two, []string{"AMOUNT", byPost}, "620.00"},
		{"two posts, sum", two, []string{"AMOUNT", byPost, "SEVERAL", "合计"}, "930.00"},
		{"two posts, named order", two, []string{"AMOUNT", byPost, "SEVERAL", "[书记, 主任]"}, "310.00"},
		{"a third post begins, sum by days", three, []string{"AMOUNT", byPost, "SEVERAL", "合计"}, "923.00"},
		{"a third post begins, order by days", three, []string{"AMOUNT", byPost, "SEVERAL", "[书记, 主任]"}, "410.00"},
		{"death by days", dying, []string{"DEPARTURE", "全月"}, "100.00"},
		{"death full", dying, []string{"DEATH", "全月"}, "310.00"},
		{"death none", dying, []string{"DEATH", "不发"}, "zero rules.died"},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := evaluation(t, []rules.Granted{{Position: 1, Policy: read(t, rule(c.rule...))}}, &facts.World{}, 202610, 202610)
			x := e.Person(&c.person)[0]
			got := x.Fen.String()
			if x.Outcome != rules.Due {
				got = string(x.Outcome) + " " + x.Reason.Code
			}
			if got != c.want {
				t.Errorf("got %s, want %s (%s)", got, c.want, x.Sentence)
			}
		})
	}
}

// Cutting a month at any day and paying both halves by days gives the whole month, to the fen of one rounding.
func TestDaysAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		month := calendar.Month(rapid.SampledFrom([]int{202601, 202602, 202604, 202802}).Draw(t, "month"))
		yuan := rapid.IntRange(1, 1_000_000).Draw(t, "fen")
		p, err := policy.Read("a.yaml", []byte(rule("AMOUNT", money.Fen(yuan).String())))
		if err != nil {
			t.Fatal(err)
		}
		program, err := rules.Compile([]rules.Granted{{Position: 1, Policy: p}})
		if err != nil {
			t.Fatal(err)
		}
		e, err := rules.NewEvaluation(program, &facts.World{}, month, month)
		if err != nil {
			t.Fatal(err)
		}
		cut := month.First().AddDays(rapid.IntRange(0, month.Days()-2).Draw(t, "cut"))
		before, after := villager(facts.Spell{Post: "书记", From: 20200101, To: cut}), villager(facts.Spell{Post: "书记", From: cut.AddDays(1)})
		both := villager(facts.Spell{Post: "书记", From: 20200101, To: cut}, facts.Spell{Post: "主任", From: cut.AddDays(1)})
		sum := e.Person(&before)[0].Fen + e.Person(&after)[0].Fen
		if d := sum - money.Fen(yuan); d < -1 || d > 1 {
			t.Fatalf("%d fen cut at %s gives %d", yuan, cut, sum)
		}
		if got := e.Person(&both)[0].Fen; got != money.Fen(yuan) {
			t.Fatalf("a change of nothing that counts: %d instead of %d", got, yuan)
		}
	})
}

// The twelve instalments of a year add up to the year, whatever the amount.
func TestInstalmentsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fen := rapid.IntRange(1, 10_000_000).Draw(t, "fen")
		form := rapid.SampledFrom([]struct {
			text  string
			times int
		}{{"分十二期", 1}, {"{每年: 6}", 1}, {"{周期: 半年, 发放月份: [1, 2, 6, 12]}", 2}, {"{周期: 季, 发放月份: [3, 6, 8, 9, 12]}", 4}}).Draw(t, "schedule")
		text := strings.Replace(rule("AMOUNT", money.Fen(fen).String()), "    金额", "    发放: "+form.text+"\n    金额", 1)
		p, err := policy.Read("a.yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		program, err := rules.Compile([]rules.Granted{{Position: 1, Policy: p}})
		if err != nil {
			t.Fatal(err)
		}
		e, err := rules.NewEvaluation(program, &facts.World{}, 202601, 202612)
		if err != nil {
			t.Fatal(err)
		}
		person := villager(facts.Spell{Post: "书记", From: 20200101})
		var sum money.Fen
		for _, x := range e.Person(&person) {
			sum += x.Fen
		}
		if want := money.Fen(fen * form.times); sum != want {
			t.Fatalf("%s of %d fen: %d", form.text, fen, sum)
		}
	})
}

func TestCompile(t *testing.T) {
	first, later := read(t, rule()), read(t, rule("NUMBER", "测〔2026〕2号", "FROM", "2026-09", "AMOUNT", "400"))
	same := read(t, rule("NUMBER", "测〔2026〕3号"))
	reader := read(t, strings.Replace(rule("AMOUNT", `项目额("pay") * 2`, "NUMBER", "测〔2026〕4号"), "代码: pay", "代码: other", 1))
	back := read(t, rule("AMOUNT", `项目额("other") * 2`, "NUMBER", "测〔2026〕5号"))
	grant := func(list ...*policy.Policy) (*rules.Program, error) {
		var g []rules.Granted
		for i, p := range list {
			g = append(g, rules.Granted{Position: int64(i + 1), Policy: p})
		}
		return rules.Compile(g)
	}
	p, err := grant(later, first)
	if err != nil {
		t.Fatal(err)
	}
	for m, document := range map[calendar.Month]string{202601: "测〔2026〕1号", 202608: "测〔2026〕1号", 202609: "测〔2026〕2号", 202712: "测〔2026〕2号"} {
		if it, ok := p.ItemAt("pay", m); !ok || it.Document != document {
			t.Errorf("%s: %q", m, it.Document)
		}
	}
	if _, ok := p.ItemAt("pay", 202512); ok {
		t.Error("granted before the first document")
	}
	if n := len(p.Items()); n != 1 {
		t.Errorf("%d items", n)
	}
	_, err = grant(first, same)
	if message.Code(err) != "policy.granted_twice" || !strings.Contains(err.Error(), "测〔2026〕1号") || !strings.Contains(err.Error(), "测〔2026〕3号") {
		t.Errorf("granted twice: %v", err)
	}
	if _, err = grant(reader); message.Code(err) != "policy.unknown_item" {
		t.Errorf("unknown item: %v", err)
	}
	if _, err = grant(reader, back); message.Code(err) != "policy.cycle_across" || !strings.Contains(err.Error(), "→") {
		t.Errorf("cycle: %v", err)
	}
	program, err := grant(first, reader)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rules.NewEvaluation(program, &facts.World{}, 202512, 202601); message.Code(err) != "rules.no_policy" {
		t.Errorf("a month before the first policy: %v", err)
	}
}

// What an item can depend on names every kind of fact that its formulas, tables, stops and items read.
func TestReads(t *testing.T) {
	p, err := rules.Compile(samplePolicies(t))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]facts.Kind{
		"regional_allowance":      {facts.KindAbsence, facts.KindCalendar, facts.KindPerson, facts.KindPlace, facts.KindSpell},
		"field_visit_subsidy":     {facts.KindDay, facts.KindPerson, facts.KindSpell},
		"top_up":                  {facts.KindAbsence, facts.KindAmount, facts.KindCalendar, facts.KindPerson, facts.KindPlace, facts.KindSpell},
		"former_compensation":     {facts.KindPerson, facts.KindSpell},
		"village_base_pay":        {facts.KindPerson, facts.KindReference, facts.KindSpell},
		"income_tax":              {facts.KindAmount, facts.KindPerson, facts.KindSpell},
		"village_performance_pay": {facts.KindAssessment, facts.KindPerson, facts.KindReference, facts.KindSpell},
	}
	for code, kinds := range want {
		it, _ := p.ItemAt(code, 202611)
		if d := cmp.Diff(kinds, it.Reads); d != "" {
			t.Errorf("%s: %s", code, d)
		}
		if it.Grouped != (code == "top_up") {
			t.Errorf("%s: grouped %v", code, it.Grouped)
		}
	}
}

func cadre(no int64, rank string, salary money.Fen) facts.Person {
	return facts.Person{No: no, Profiles: []facts.Profile{{Category: facts.TownshipCadre, Place: "430725101", From: 20000101}},
		Spells:  []facts.Spell{{Place: "430725101", Post: "一般干部", Rank: rank, From: 20100101, Recognised: true}},
		Amounts: []facts.Amount{{Item: "base_salary", Fen: salary, From: 202601}}}
}

func topUp(t *testing.T, e *rules.Evaluation, p facts.Person) rules.Entitlement {
	t.Helper()
	for _, x := range e.Person(&p) {
		if x.Item == "top_up" {
			return x
		}
	}
	t.Fatal("no top-up")
	return rules.Entitlement{}
}

// A mean that was frozen stays, a group without one is computed, and a peer who
// cannot be computed refuses the group and no other.
func TestAverages(t *testing.T) {
	people := []facts.Person{cadre(1, "一级科员", 400000), cadre(2, "一级科员", 500000), cadre(3, "工勤岗", 300000), cadre(4, "工勤岗", 320000), cadre(5, "正科级", 700000)}
	people[4].Amounts = nil
	w := sampleWorld()
	e := evaluation(t, samplePolicies(t), w, 202610, 202610)
	observe(e, people)
	averages := e.Averages()
	if len(averages) != 2 || averages[0].Group != "一级科员" || averages[1].Group != "工勤岗" || averages[0].Count != 2 {
		t.Fatalf("%+v", averages)
	}
	if x := topUp(t, e, people[0]); x.Fen != 55000 { // (4000+400+360+80 and 5000+500+360+80) / 2
		t.Errorf("top-up %s", x.Fen)
	}
	if x := topUp(t, e, people[4]); x.Outcome != rules.Refused || x.Reason.Code != rules.PeerRefused || x.Reason.Args[1] != "5" {
		t.Errorf("%+v", x)
	}

	w.Averages = []facts.Average{{Item: "top_up", Group: "一级科员", Month: 202610, Fen: 600000, Count: 2, Source: facts.Source{Position: 7}}}
	e = evaluation(t, samplePolicies(t), w, 202610, 202610)
	if e.Passes() != 1 {
		t.Fatal("a group that is not frozen needs its peers")
	}
	observe(e, people)
	if x := topUp(t, e, people[0]); x.Fen != 600000-484000 {
		t.Errorf("frozen: %s", x.Fen)
	}
	if got := e.Averages(); len(got) != 2 || got[0].Position != 7 || got[1].Position != 0 {
		t.Errorf("%+v", got)
	}
}

// A missing fact is an error that names what is missing, and never zero.
func TestMissing(t *testing.T) {
	e := evaluation(t, samplePolicies(t), sampleWorld(), 202611, 202611)
	noRank := cadre(1, "", 400000)
	noClass := cadre(2, "工勤岗", 400000)
	noClass.Spells[0].Place = "430725999"
	for _, c := range []struct {
		person facts.Person
		item   string
		want   string
	}{{noRank, "regional_allowance", "职级"}, {noClass, "regional_allowance", "430725999"}, {cadre(3, "顾问", 400000), "regional_allowance", "职级=顾问"}, {cadre(4, "工勤岗", 1), "housing_fund", "住房公积金"}} {
		for _, x := range e.Person(&c.person) {
			if x.Item == c.item && (x.Outcome != rules.Refused || !strings.Contains(x.Reason.Text(message.Chinese), c.want)) {
				t.Errorf("%s: %+v", c.item, x)
			}
		}
	}
}

// Explain shows the fact with its source, the table row, the numbers and the rounding.
func TestExplain(t *testing.T) {
	e := evaluation(t, samplePolicies(t), sampleWorld(), 202611, 202611)
	p := villager(facts.Spell{Post: "委员", From: 20210115, To: 20261109, Source: facts.Source{Position: 9, Where: "任职!B7"}})
	p.Assessments = []facts.Assessment{{Year: 2025, Grade: "合格"}}
	list := e.Explain(&p, 202611, "village_base_pay")
	if len(list) != 1 || list[0].Fen != 52381 {
		t.Fatalf("%+v", list)
	}
	text := ""
	for _, s := range list[0].Steps {
		text += s.Kind + ":" + s.Text + " " + s.Source.Where + "\n"
	}
	for _, want := range []string{"fact:职务 = 委员 任职!B7", "table:职务系数（附表）", "村主职年标准 * 个人系数 * 70% = 42760 * 0.70 * 70% = 20952.40", "instalment:每年 20952.40 元分 12 期", "part:当月 30 天，计 9 天", "rounding:523.809 按四舍五入到分取到 523.81"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

// observe makes all passes over the people.
func observe(e *rules.Evaluation, chunks ...[]facts.Person) {
	for pass := 1; pass <= e.Passes(); pass++ {
		for _, people := range chunks {
			e.Observe(pass, people)
		}
	}
}
