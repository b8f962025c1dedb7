package payroll

import (
	"slices"
	"strings"

	"zhida/rules"
	"zhida/rules/calendar"
	"zhida/rules/facts"
)

// Kinds of what makes somebody's pay differ from the month before.
const (
	VarianceStandard    = "standard"    // another document, or a document that is new
	VarianceFact        = "fact"        // something about the person
	VariancePlace       = "place"       // the place, a published figure, the working-day calendar
	VarianceGroup       = "group"       // other people: the mean of a group, a pool, a head count
	VarianceCalendar    = "calendar"    // the month itself: years completed, an age, a due month, its days
	VarianceUnexplained = "unexplained" // none of these: a finding
)

// varianceWords are the kinds in Chinese.
var varianceWords = map[string]string{VarianceStandard: "标准", VarianceFact: "情况", VariancePlace: "地方或参考数", VarianceGroup: "同组的人",
	VarianceCalendar: "月份（年限、年龄、发放月、天数）", VarianceUnexplained: "没有找到原因"}

// factWords are the kinds of facts in Chinese.
var factWords = map[facts.Kind]string{facts.KindPlace: "行政区划", facts.KindPerson: "花名册", facts.KindSpell: "任职", facts.KindDay: "考勤", facts.KindAbsence: "缺勤",
	facts.KindAssessment: "考核", facts.KindAmount: "给定金额", facts.KindReference: "参考数据", facts.KindCalendar: "工作日历"}

// variance explains the changes of one batch against the one before it.
type variance struct {
	report  *batchReport
	program *rules.Program
	before  Batch
	month   calendar.Month
	world   []Fact
	months  [2]calendar.Month
}

func (p *batchReport) newVariance() (*variance, error) {
	v := &variance{report: p, month: p.head.Batch.ID.Month()}
	var err error
	if v.before, err = p.r.Batch(p.ctx, p.previous); err != nil {
		return nil, err
	}
	v.months = [2]calendar.Month{v.before.ID.Month(), v.month}
	adopted, err := p.r.Policies(p.ctx, p.head.Batch.Horizon)
	if err != nil {
		return nil, err
	}
	granted, err := readGranted(adopted)
	if err != nil {
		return nil, err
	}
	if v.program, err = rules.Compile(granted); err != nil {
		return nil, err
	}
	return v, p.r.Facts(p.ctx, FactQuery{Horizon: p.head.Batch.Horizon}, func(f Fact) error {
		if f.Kind != facts.KindAverage && v.moved(f) {
			v.world = append(v.world, f)
		}
		return nil
	})
}

// moved says whether a fact became known after the batch before, or begins or ends
// between the two months.
func (v *variance) moved(f Fact) bool {
	if f.Kind == facts.KindCalendar { // every month has its own days: only what was learnt since counts
		return f.KnownFrom > v.before.Horizon
	}
	begins := f.From > v.months[0].First() && f.From <= v.months[1].Last() // in the month before it may have counted in part, or not yet
	ends := f.To >= v.months[0].First() && f.To < v.months[1].Last()
	return f.KnownFrom > v.before.Horizon || begins || ends
}

// movedFacts finds what moved about the persons first..last, each once by kind and place.
func (v *variance) movedFacts(first, last int64) (map[int64][]Fact, error) {
	found := map[int64][]Fact{}
	err := v.report.r.Facts(v.report.ctx, FactQuery{Horizon: v.report.head.Batch.Horizon, First: first, Last: last}, func(f Fact) error {
		moved := v.moved(f)
		if f.Kind == facts.KindPerson && !moved {
			var p facts.Profile
			if err := decode(f, &p); err != nil {
				return err
			}
			for _, d := range []calendar.Date{p.Died, p.Retired} {
				moved = moved || d >= v.months[0].First() && d <= v.months[1].Last()
			}
		}
		if moved && f.Kind != facts.KindPaid && f.Kind != facts.KindAccount {
			found[f.Person] = append(found[f.Person], f)
		}
		return nil
	})
	return found, err
}

// explain names what makes an item differ; the kinds come in a fixed order.
func (v *variance) explain(c *ReportChange, own []Fact, place string) {
	now, is := v.program.ItemAt(c.Item, v.months[1])
	old, was := v.program.ItemAt(c.Item, v.months[0])
	if !is {
		now = old
	}
	e := &explained{}
	switch {
	case is && !was:
		e.add(VarianceStandard, now.Document+"新施行", "")
	case was && !is:
		e.add(VarianceStandard, old.Document+"已失效", "")
	case now.Policy != old.Policy:
		e.add(VarianceStandard, old.Document+"改为"+now.Document, "")
	case now.Policy > v.before.Horizon:
		e.add(VarianceStandard, now.Document+"在上月批次以后采用", "")
	}
	reads := func(k facts.Kind) bool { return slices.Contains(now.Reads, k) || slices.Contains(old.Reads, k) }
	for _, f := range own {
		if reads(f.Kind) {
			e.add(VarianceFact, factWords[f.Kind], v.report.origin(f, v.before.Horizon))
		}
	}
	for _, f := range v.world {
		if reads(f.Kind) && (f.Kind != facts.KindPlace || f.Key == place || f.Key == facts.Township(place)) {
			e.add(VariancePlace, factWords[f.Kind], v.report.origin(f, v.before.Horizon))
		}
	}
	switch {
	case len(e.kinds) > 0:
	case v.report.refusedIn(v.before.ID, c.Person):
		e.add(VarianceFact, "上月没有算出来", "")
	case now.Grouped:
		e.add(VarianceGroup, "", "")
	case (now.Moves || old.Moves) && v.months[0] != v.months[1]: // the same rule over the same facts: only the month differs
		e.add(VarianceCalendar, "", "")
	default:
		e.add(VarianceUnexplained, "", "")
	}
	c.Causes, c.Brief, c.Cause = e.kinds, e.words(false), e.words(true)
}

// explained is what was found, by kind.
type explained struct {
	kinds   []string
	whats   map[string][]string
	sources map[string][]string
}

func (e *explained) add(kind, what, source string) {
	if e.whats == nil {
		e.whats, e.sources = map[string][]string{}, map[string][]string{}
	}
	once := func(list []string, s string) []string {
		if s == "" || slices.Contains(list, s) {
			return list
		}
		return append(list, s)
	}
	e.kinds = once(e.kinds, kind)
	e.whats[kind] = once(e.whats[kind], what)
	e.sources[kind] = once(e.sources[kind], source)
}

// words is the whole in Chinese: 情况：任职、考勤（导入“…”）.
func (e *explained) words(sources bool) string {
	var parts []string
	for _, k := range e.kinds {
		text := varianceWords[k]
		if len(e.whats[k]) > 0 {
			text += "：" + strings.Join(e.whats[k], "、")
		}
		if sources && len(e.sources[k]) > 0 {
			text += "——" + strings.Join(e.sources[k], "、")
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, "；")
}

// origin says what brought in a fact that became known since; what was known before
// and begins or ends now needs no mention.
func (p *batchReport) origin(f Fact, since int64) string {
	if f.KnownFrom <= since {
		return ""
	}
	return p.brought[f.KnownFrom]
}

// VarianceChinese words kinds of causes joined by +.
func VarianceChinese(kinds string) string {
	list := strings.Split(kinds, "+")
	for i, k := range list {
		list[i] = varianceWords[k]
	}
	return strings.Join(list, "和")
}
