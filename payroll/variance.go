package payroll

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"zhida/rules"
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/message"
)

// Kinds of what makes somebody's pay differ from the month before.
const (
	VarianceCorrection  = "correction"  // of another month: what was paid for it is corrected, or its difference is paid along
	VarianceHold        = "hold"        // pay is kept back
	VarianceRelease     = "release"     // what was kept back is paid
	VarianceRecovery    = "recovery"    // something is owed to the county, or is recovered
	VarianceRefused     = "refused"     // in one of the two months it could not be computed
	VarianceStandard    = "standard"    // another document, or a document that is new
	VarianceFact        = "fact"        // something about the person
	VariancePlace       = "place"       // the place, a published figure, the working-day calendar
	VarianceGroup       = "group"       // other people: the mean of a group, a pool, a head count
	VarianceCalendar    = "calendar"    // the month itself: years completed, an age, a due month, its days
	VarianceUnexplained = "unexplained" // none of these: a finding
)

// varianceWords are the kinds in Chinese.
var varianceWords = map[string]string{VarianceCorrection: "更正", VarianceHold: "缓发", VarianceRelease: "解除缓发", VarianceRecovery: "待扣回", VarianceRefused: "拒发", VarianceStandard: "标准", VarianceFact: "情况", VariancePlace: "地方或参考数", VarianceGroup: "同组的人",
	VarianceCalendar: "月份（年限、年龄、发放月、天数）", VarianceUnexplained: "没有找到原因"}

// factWords are the kinds of facts in Chinese.
var factWords = map[facts.Kind]string{facts.KindPlace: "行政区划", facts.KindPerson: "花名册", facts.KindSpell: "任职", facts.KindDay: "考勤", facts.KindAbsence: "缺勤",
	facts.KindAssessment: "考核", facts.KindAmount: "给定金额", facts.KindReference: "参考数据", facts.KindCalendar: "工作日历"}

// variance explains the changes of one batch against the one before it.
type variance struct {
	report  *batchReport
	program *rules.Program
	before  Batch
	world   []Fact
	months  [2]calendar.Month
}

func (p *batchReport) newVariance() (*variance, error) {
	v := &variance{report: p, before: p.previous, months: [2]calendar.Month{p.previous.ID.Month(), p.head.Batch.ID.Month()}}
	if p.previous.ID == 0 { // then no month is held against another
		return v, nil
	}
	granted, err := grantedAt(p.ctx, p.r, p.head.Batch.Horizon)
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
func (v *variance) moved(f Fact) bool { return f.KnownFrom > v.before.Horizon || v.turns(f) }

// turns says whether a fact begins or ends between the two months.
func (v *variance) turns(f Fact) bool {
	if f.Kind == facts.KindCalendar { // every month has its own days
		return false
	}
	begins := f.From > v.months[0].First() && f.From <= v.months[1].Last() // in the month before it may have counted in part, or not yet
	ends := f.To >= v.months[0].First() && f.To < v.months[1].Last()
	return begins || ends
}

// movedFacts finds what moved about the persons first..last, each once by kind and place.
func (v *variance) movedFacts(first, last int64) (map[int64][]Fact, error) {
	found := map[int64][]Fact{}
	q := FactQuery{Horizon: v.report.head.Batch.Horizon, First: first, Last: last, Moving: &Moving{v.before.Horizon, v.months[0].First(), v.months[1].Last()}}
	err := v.report.r.Facts(v.report.ctx, q, func(f Fact) error {
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
		if moved && f.Kind != facts.KindPaid {
			found[f.Person] = append(found[f.Person], f)
		}
		return nil
	})
	return found, err
}

// explain names what makes an item of the month differ from the month before as it is
// known now; the kinds come in a fixed order. What has become known since the batch
// before has corrected that month as well, and is no reason then: it is one where the
// month before was left as it was.
func (v *variance) explain(c *ReportChange, own []Fact, place string) {
	now, is := v.program.ItemAt(c.Item, v.months[1])
	old, was := v.program.ItemAt(c.Item, v.months[0])
	if !is {
		now = old
	}
	c.Ended = was && !is
	last := v.report.refusedIn(v.before.ID, c.Person)
	left := v.report.head.Batch.Apart || last != nil || now.Grouped // frozen means do not follow what is learnt
	e := v.causes(c, own, place, left)
	if len(e.kinds) == 0 && !left {
		e = v.causes(c, own, place, true)
	}
	refused := &explained{}
	if c.Before == 0 {
		refused.refusal(&v.before, last, c.Item, v.months[0])
	}
	if who := v.report.people[c.Person]; who != nil && c.Now == 0 {
		refused.refusal(&v.report.head.Batch, &who.settlement, c.Item, v.months[1])
	}
	e = refused.and(e)
	switch {
	case len(e.kinds) > 0:
	case now.Grouped:
		e.add(VarianceGroup, "", "")
	case (is && now.Moves || was && old.Moves) && v.months[0] != v.months[1]: // the same rule over the same facts: only the month differs
		e.add(VarianceCalendar, "", "")
	default:
		e.add(VarianceUnexplained, "", "")
	}
	e.write(c)
}

// causes are documents and facts that differ between the two months, or with learnt also
// those that have become known since the batch before.
func (v *variance) causes(c *ReportChange, own []Fact, place string, learnt bool) *explained {
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
	case learnt && now.Policy > v.before.Horizon:
		e.add(VarianceStandard, now.Document+"在上月批次以后采用", "")
	}
	reads := func(f Fact) bool {
		return (learnt || v.turns(f) || f.Kind == facts.KindPerson) && (slices.Contains(now.Reads, f.Kind) || slices.Contains(old.Reads, f.Kind))
	}
	for _, f := range own {
		if reads(f) {
			e.add(VarianceFact, factWords[f.Kind], v.report.origin(f, v.before.Horizon))
		}
	}
	for _, f := range v.world {
		if reads(f) && (f.Kind != facts.KindPlace || f.Key == place || f.Key == facts.Township(place)) {
			e.add(VariancePlace, factWords[f.Kind], v.report.origin(f, v.before.Horizon))
		}
	}
	return e
}

// corrected names what corrected other months: the causes of their lines.
func (v *variance) corrected(c *ReportChange, own []Fact, x *changed) error {
	e := &explained{}
	e.add(VarianceCorrection, x.about(), "")
	if x.months[0] <= v.months[0] && v.months[0] <= x.months[1] {
		e.refusal(&v.before, v.report.refusedIn(v.before.ID, c.Person), c.Item, v.months[0])
	}
	month := x.months[0] // of causes that say when, while there is one
	if month != x.months[1] {
		month = 0
	}
	for _, cause := range x.causes {
		switch cause {
		case causeProgram:
			e.add(VarianceUnexplained, "", "")
			continue
		case causeMonth, causeLater, causeShort:
			text, err := v.report.cause(cause, month)
			if err != nil {
				return err
			}
			e.add(VarianceCorrection, text, "")
			continue
		}
		for _, s := range strings.Split(cause, ",") {
			at, err := strconv.ParseInt(s, 10, 64)
			if err != nil {
				return err
			}
			kind := cmp.Or(v.report.kinds[at], VarianceFact)
			c.Ended = c.Ended || v.report.withdrawn[at] && !v.grants(c.Item)
			e.add(kind, "", v.report.brought[at])
			for _, f := range own {
				if f.KnownFrom == at {
					e.add(kind, factWords[f.Kind], "")
				}
			}
		}
	}
	e.write(c)
	return nil
}

// grants says whether a document grants the item for the month at hand.
func (v *variance) grants(item string) bool {
	if v.program == nil {
		return true
	}
	_, is := v.program.ItemAt(item, v.months[1])
	return is
}

// letGo words the facts that let money go that was kept back; "" of a fact that does not.
func letGo(f Fact) string {
	switch f.Kind {
	case facts.KindHold:
		var h holdFact
		if decode(f, &h) == nil && f.To != calendar.Forever {
			return h.Reason + "（" + h.Document + "）到 " + f.To.AddDays(-1).String() + " 为止"
		}
	case facts.KindAccount:
		return "有了收款账户"
	case facts.KindVerified:
		return "资格认证"
	case facts.KindPublicity:
		return "公示"
	case facts.KindRecipient:
		return "登记了继承人、代领人"
	}
	return ""
}

// kept names why money is kept back, or what let it go.
func (v *variance) kept(c *ReportChange, own []Fact) {
	e := &explained{}
	switch kept, before := -c.Now, -c.Before; {
	case kept > 0:
		e.add(VarianceHold, strings.TrimPrefix(c.Reason, varianceWords[VarianceHold]+"："), "")
		for _, f := range own {
			switch f.Kind {
			case facts.KindHold, facts.KindVerified, facts.KindPerson:
				e.add(VarianceHold, "", v.report.origin(f, v.before.Horizon))
			}
		}
	case kept < 0:
		e.add(VarianceRelease, "", "")
		for _, f := range own {
			if text := letGo(f); text != "" {
				e.add(VarianceRelease, text, v.report.origin(f, v.before.Horizon))
			}
		}
	case before > 0:
		e.add(VarianceHold, "上月新缓发的，本月没有新的", "")
	default:
		e.add(VarianceRelease, "上月补发了缓发的，本月没有", "")
	}
	e.write(c)
}

// owed says that debts to the county were made, recovered or cancelled.
func (v *variance) owed(c *ReportChange) {
	e := &explained{}
	e.add(VarianceRecovery, cmp.Or(c.Reason, "上月新增或扣回的，本月没有"), "")
	e.write(c)
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

func (e *explained) write(c *ReportChange) {
	c.Causes, c.Brief, c.Cause = e.kinds, e.words(false), e.words(true)
}

// and is what was found, followed by what another look has found.
func (e *explained) and(more *explained) *explained {
	for _, k := range more.kinds {
		for _, what := range append(more.whats[k], "") {
			e.add(k, what, "")
		}
		for _, source := range more.sources[k] {
			e.add(k, "", source)
		}
	}
	return e
}

// refusal adds that a batch refused an item of a month to somebody, with all or by itself, and why; s is nil where it refused nothing.
func (e *explained) refusal(b *Batch, s *Settlement, item string, month calendar.Month) {
	switch {
	case s == nil:
	case s.Status == Refused:
		e.add(VarianceRefused, b.ID.String()+" "+s.Reason.Text(message.Chinese), "")
	default:
		for _, r := range s.Items {
			if r.Item == item && r.Month == month {
				e.add(VarianceRefused, b.ID.String()+" "+r.Problem.Text(message.Chinese), "")
			}
		}
	}
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

// VarianceChinese words kinds of causes.
func VarianceChinese(kinds []string) string {
	words := make([]string, len(kinds))
	for i, k := range kinds {
		words[i] = varianceWords[k]
	}
	return strings.Join(words, "和")
}
