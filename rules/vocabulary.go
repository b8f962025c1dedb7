package rules

import (
	"fmt"
	"math/bits"
	"slices"

	"github.com/shopspring/decimal"

	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/message"
	"zhida/rules/money"
	"zhida/rules/policy"
	"zhida/rules/tenure"
)

// meaning computes a term in a situation.
type meaning func(s *situation, args []any) (any, error)

// meanings gives every term of policy.Vocabulary its meaning; a test holds the two together.
func meanings() map[*policy.Term]meaning {
	byID := map[string]meaning{
		"category":  func(s *situation, _ []any) (any, error) { return policy.CategoryChinese(s.seg.profile.Category), nil },
		"sex":       sex,
		"age":       age,
		"born":      born,
		"flag":      flag,
		"hukou":     func(s *situation, _ []any) (any, error) { return s.seg.profile.Hukou, nil },
		"seniority": seniority,
		"post": func(s *situation, _ []any) (any, error) {
			return s.ofSpell("职务", func(p *facts.Spell) string { return p.Post })
		},
		"rank": func(s *situation, _ []any) (any, error) {
			return s.ofSpell("职级", func(p *facts.Spell) string { return p.Rank })
		},
		"in_post":              inPost,
		"whole_month":          wholeMonth,
		"dual_role":            dualRole,
		"tenure_months":        tenureMonths,
		"tenure_years":         tenureYears,
		"continuous_months":    continuousMonths,
		"running_months":       runningMonths,
		"tenure_months_within": tenureMonthsWithin,
		"left_on":              leftOn,
		"last_post":            lastPost,
		"highest_post":         highestPost,
		"place":                func(s *situation, _ []any) (any, error) { return s.where(), nil },
		"group_count":          groupCount,
		"group_rank":           groupRank,
		"group_total":          groupTotal,
		"group_average":        groupAverage,
		"township_class":       townshipClass,
		"distance":             func(s *situation, _ []any) (any, error) { p, err := s.place(s.where()); return p.Distance, err },
		"population":           population,
		"days":                 func(s *situation, a []any) (any, error) { return s.days(a[0].(string), ""), nil },
		"days_without":         func(s *situation, a []any) (any, error) { return s.days(a[0].(string), a[1].(string)), nil },
		"absence_days":         absenceDays,
		"absent_all_month":     absentAllMonth,
		"absent_in_month":      absentInMonth,
		"absent_began_before":  absentBeganBefore,
		"absence_months":       absenceMonths,
		"grade":                grade,
		"score":                score,
		"has_reference":        hasReference,
		"months_between":       monthsBetween,
		"add_months":           addMonths,
		"allocate":             allocate,
		"has_grade":            hasGrade,
		"has_given":            hasGiven,
		"reference":            reference,
		"given":                given,
		"item":                 otherItem,
		"base":                 base,
		"earlier":              earlier,
		"year_start":           func(s *situation, _ []any) (any, error) { return calendar.Date(s.month.Year()*10000 + 101), nil },
		"year":                 func(s *situation, _ []any) (any, error) { return number(s.month.Year()), nil },
		"month":                func(s *situation, _ []any) (any, error) { return number(s.month.Number()), nil },
		"days_in_month":        func(s *situation, _ []any) (any, error) { return number(s.month.Days()), nil },
		"workdays":             workdays,
		"month_start":          func(s *situation, _ []any) (any, error) { return s.first, nil },
		"month_end":            func(s *situation, _ []any) (any, error) { return s.last, nil },
		"previous_month_end":   func(s *situation, _ []any) (any, error) { return s.first.AddDays(-1), nil },
		"date":                 fixedDate,
		"min":                  func(_ *situation, a []any) (any, error) { return decimal.Min(num(a[0]), num(a[1])), nil },
		"max":                  func(_ *situation, a []any) (any, error) { return decimal.Max(num(a[0]), num(a[1])), nil },
		"floor":                func(_ *situation, a []any) (any, error) { return num(a[0]).Floor(), nil },
		"ceil":                 func(_ *situation, a []any) (any, error) { return num(a[0]).Ceil(), nil },
		"round":                round,
	}
	m := make(map[*policy.Term]meaning, len(byID))
	for i := range policy.Vocabulary {
		t := &policy.Vocabulary[i]
		m[t] = byID[t.ID]
	}
	return m
}

// round rounds half away from zero to 0 to 10 decimals.
func round(_ *situation, a []any) (any, error) {
	places := num(a[1])
	if !places.IsInteger() || places.IsNegative() || places.GreaterThan(number(10)) {
		return a[0], message.Err("rules.places", plain(places))
	}
	return num(a[0]).Round(int32(places.IntPart())), nil
}

func num(v any) decimal.Decimal { return v.(decimal.Decimal) }

func texts(args []any) []string {
	list := make([]string, len(args))
	for i, a := range args {
		list[i] = a.(string)
	}
	return list
}

// missing is the error for a fact nobody has stated: it is never zero.
func missing(what string) error { return message.Err("rules.missing", what) }

func sex(s *situation, _ []any) (any, error) {
	if s.seg.profile.ID.Birth() == 0 {
		return "", missing("身份证号（性别）")
	}
	if s.seg.profile.ID.Male() {
		return "男", nil
	}
	return "女", nil
}

func age(s *situation, a []any) (any, error) {
	born := s.seg.profile.ID.Birth()
	if born == 0 {
		return number(0), missing("身份证号（出生日期）")
	}
	years := number(tenure.YearsOn(born, a[0].(calendar.Date)))
	s.fact("年龄", years, s.seg.profile.Source)
	return years, nil
}

func born(s *situation, _ []any) (any, error) {
	day := s.seg.profile.ID.Birth()
	if day == 0 {
		return day, missing("身份证号（出生日期）")
	}
	s.fact("出生日期", day, s.seg.profile.Source)
	return day, nil
}

func flag(s *situation, a []any) (any, error) {
	has := slices.Contains(facts.FlagsOf(s.seg.profile.Flags), a[0].(string))
	s.fact(a[0].(string), has, s.seg.profile.Source)
	if has {
		s.note("%s", a[0])
	}
	return has, nil
}

func seniority(s *situation, a []any) (any, error) {
	joined := s.seg.profile.Joined
	if joined == 0 {
		return number(0), missing("参加工作日期")
	}
	years := number(max(0, tenure.YearsOn(joined, a[0].(calendar.Date))))
	s.note("工龄%s年", years)
	s.fact("工龄", years, s.seg.profile.Source)
	return years, nil
}

// ofSpell reads a field of the current spell; a person without one has no answer.
func (s *situation) ofSpell(name string, field func(*facts.Spell) string) (string, error) {
	if s.spell == nil {
		return "", missing("当前任职（" + name + "）")
	}
	v := field(s.spell)
	if v == "" {
		return "", missing("任职的" + name)
	}
	if !s.quiet {
		s.fact(name, v, s.spell.Source)
		s.note("%s", v)
	}
	return v, nil
}

func inPost(s *situation, a []any) (any, error) {
	d := a[0].(calendar.Date)
	for i := range s.person.Spells {
		if sp := &s.person.Spells[i]; sp.From <= d && (sp.To == 0 || sp.To >= d) {
			s.fact("任职", sp.Post, sp.Source)
			return true, nil
		}
	}
	return false, nil
}

func wholeMonth(s *situation, _ []any) (any, error) {
	for _, g := range s.segments {
		if len(g.spells) == 0 {
			return false, nil
		}
	}
	return true, nil
}

func dualRole(s *situation, _ []any) (any, error) {
	if s.spell == nil {
		return false, nil
	}
	has := map[string]bool{}
	for _, sp := range s.seg.spells {
		if sp.Place == s.spell.Place {
			has[sp.Post] = true
		}
	}
	if dual := has["书记"] && has["主任"]; dual {
		s.note("书记主任一肩挑")
		return true, nil
	}
	return false, nil
}

// counting is how the document counts service for the item at hand.
func (s *situation) counting() *policy.Service {
	if s.grant != nil && s.grant.item.Service != nil {
		return s.grant.item.Service
	}
	return s.policy.Service
}

// serviceDay is the day up to which service counts: the one the document says, or the death.
func (s *situation) serviceDay() calendar.Date {
	day := s.last
	switch c := s.counting(); c.Until {
	case "previous_month_end":
		day = s.first.AddDays(-1)
	case "date":
		day = c.UntilDate
	}
	if s.died != 0 && s.died < day {
		return s.died
	}
	return day
}

// service is the days served in posts, as the document counts them.
func (s *situation) service(posts []any) ([]tenure.Interval, tenure.Count) {
	c := s.counting()
	return tenure.Intervals(s.person.Spells, texts(posts), s.serviceDay(), c.Recognised), tenure.Count(c.Months)
}

// served notes the days behind a number of months.
func (s *situation) served(name string, list []tenure.Interval, months int) (any, error) {
	if s.tracing {
		for _, sp := range s.person.Spells {
			for _, v := range list {
				if sp.From >= v.From && sp.From <= v.To {
					s.step("fact", say("%s %s 至 %s", sp.Post, sp.From, sp.To), sp.Source)
				}
			}
		}
	}
	s.fact(name, number(months), facts.Source{})
	return number(months), nil
}

func tenureMonths(s *situation, a []any) (any, error) {
	list, how := s.service(a)
	months := tenure.Months(list, how)
	s.note("任职%d个月", months)
	return s.served("任职月数", list, months)
}

func tenureYears(s *situation, a []any) (any, error) {
	list, how := s.service(a)
	months := tenure.Months(list, how)
	years := tenure.Years(months, s.counting().Remainder)
	s.note("任职%d年", years)
	if _, err := s.served("任职月数", list, months); err != nil {
		return nil, err
	}
	return number(years), nil
}

func continuousMonths(s *situation, a []any) (any, error) {
	list, how := s.service(a)
	months := tenure.Longest(list, how)
	s.note("连续任职%d个月", months)
	return s.served("连续任职月数", list, months)
}

func runningMonths(s *situation, a []any) (any, error) {
	list, how := s.service(a)
	months := tenure.Running(list, how, s.serviceDay())
	s.note("在任%d个月", months)
	return s.served("在任月数", list, months)
}

func tenureMonthsWithin(s *situation, a []any) (any, error) {
	from, to := a[0].(calendar.Date), a[1].(calendar.Date)
	list, how := s.service(a[2:])
	list = tenure.Within(list, from, to)
	months := tenure.Months(list, how)
	s.note("%s至%s任职%d个月", from, to, months)
	return s.served("期间任职月数", list, months)
}

// leftOn is the last day in any of the posts, up to the month; calendar.Forever while one is held.
func leftOn(s *situation, a []any) (any, error) {
	var last calendar.Date
	for i := range s.person.Spells {
		sp := &s.person.Spells[i]
		if sp.From > s.last || len(a) > 0 && !slices.Contains(texts(a), sp.Post) {
			continue
		}
		if sp.To == 0 || sp.To > s.last {
			return calendar.Date(calendar.Forever), nil
		}
		if sp.To > last {
			last = sp.To
			s.fact("离任日", last, sp.Source)
		}
	}
	if last == 0 {
		return last, missing("任职经历")
	}
	return last, nil
}

func lastPost(s *situation, a []any) (any, error) {
	sp, ok := tenure.Last(s.person.Spells, s.serviceDay(), texts(a), s.counting().Recognised)
	if !ok {
		return "", missing("所列职务的任职经历")
	}
	s.fact("末任职务", sp.Post, sp.Source)
	s.note("末任%s", sp.Post)
	return sp.Post, nil
}

func highestPost(s *situation, a []any) (any, error) {
	post, ok := tenure.Highest(s.person.Spells, s.serviceDay(), texts(a), s.counting().Recognised)
	if !ok {
		return "", missing("所列职务的任职经历")
	}
	s.fact("最高职务", post, facts.Source{})
	s.note("最高任%s", post)
	return post, nil
}

// where is the place the situation is in: that of the post, or of the roster.
func (s *situation) where() string {
	if s.spell != nil {
		return s.spell.Place
	}
	return s.seg.profile.Place
}

// place is the version of a place in force on the day.
func (s *situation) place(code string) (*facts.Place, error) {
	var at *facts.Place
	versions := s.e.places[code]
	for i := range versions {
		if versions[i].From <= s.day() {
			at = &versions[i]
		}
	}
	if at == nil {
		return &facts.Place{}, missing("行政区划 " + code)
	}
	return at, nil
}

func townshipClass(s *situation, _ []any) (any, error) {
	p, err := s.place(facts.Township(s.where()))
	if err != nil {
		return "", err
	}
	if p.Class == "" {
		return "", missing(p.Name + "的地区类别")
	}
	if s.tracing {
		s.fact("乡镇类别", p.Name+" "+p.Class, p.Source)
	}
	if !s.quiet {
		s.note("%s乡镇", p.Class)
	}
	return p.Class, nil
}

func population(s *situation, _ []any) (any, error) {
	p, err := s.place(s.where())
	if err == nil && p.Population == 0 {
		err = missing(p.Name + "的人口")
	}
	return number(p.Population), err
}

// days counts distinct days of a kind in the month, leaving out those that also have a day of another kind.
func (s *situation) days(kind, without string) decimal.Decimal {
	var seen uint32 // days of the month
	for i := range s.person.Days {
		d := &s.person.Days[i]
		if d.Kind != kind || d.Date.Month() != s.month || s.died != 0 && d.Date > s.died || seen&(1<<d.Date.Day()) != 0 || s.hasDay(without, d.Date) {
			continue
		}
		seen |= 1 << d.Date.Day()
		if s.tracing {
			s.fact(kind, d.Date, d.Source)
		}
	}
	n := bits.OnesCount32(seen)
	if !s.quiet {
		s.note("%s%d天", kind, n)
	}
	return number(n)
}

func (s *situation) hasDay(kind string, on calendar.Date) bool {
	return kind != "" && slices.ContainsFunc(s.person.Days, func(d facts.Day) bool { return d.Kind == kind && d.Date == on })
}

// touched says whether an absence has a day in the month.
func (s *situation) touched(a *facts.Absence) bool {
	return a.From <= s.last && (a.To == 0 || a.To >= s.first)
}

// yearBefore says whether an absence began in the year before the pay month's.
func (s *situation) yearBefore(a *facts.Absence) bool { return a.From.Year() == s.month.Year()-1 }

func (s *situation) beganYearBefore(kind string) bool {
	for i := range s.person.Absences {
		if a := &s.person.Absences[i]; a.Kind == kind && s.yearBefore(a) {
			s.fact(kind, say("%s 开始", a.From), a.Source)
			return true
		}
	}
	return false
}

// absences gives those of a kind that touch the month.
func (s *situation) absences(kind string) (list []*facts.Absence) {
	for i := range s.person.Absences {
		a := &s.person.Absences[i]
		if a.Kind == kind && s.touched(a) {
			list = append(list, a)
			if s.tracing {
				s.fact(kind, say("%s 至 %s", a.From, a.To), a.Source)
			}
		}
	}
	return list
}

// workingDays adds up the working days of absences that fall into the month. The
// sheet's own figure counts where the absence lies in the month; of one that crosses
// months, or has no figure, the days of the calendar count, at most the sheet's figure.
func (s *situation) workingDays(list []*facts.Absence) (total int, err error) {
	for _, a := range list {
		if a.To != 0 && a.From.Month() == s.month && a.To.Month() == s.month && a.WorkingDays > 0 {
			total += a.WorkingDays
			continue
		}
		last := s.last
		if a.To != 0 {
			last = min(last, a.To)
		}
		n, err := s.calendarDays(max(a.From, s.first), last)
		if err != nil {
			return 0, err
		}
		if a.To != 0 && a.WorkingDays > 0 {
			n = min(n, a.WorkingDays)
		}
		total += n
	}
	return total, nil
}

// calendarDays counts the working days between two days of the month, both included.
func (s *situation) calendarDays(from, to calendar.Date) (int, error) {
	n, known := s.e.workdays.Count(from, to)
	if !known {
		return 0, missing(fmt.Sprintf("%d年的工作日历（用 zhida import calendar 导入全年的放假安排）", from.Year()))
	}
	if s.tracing {
		s.step("fact", say("%s 至 %s 有 %d 个工作日", from, to, n), facts.Source{})
		for d := from; d <= to; d = d.AddDays(1) {
			if source, moved := s.e.notices[d]; moved {
				s.step("fact", say(map[bool]string{true: "%s 上班", false: "%s 放假"}[s.e.workdays.Is(d)], d), source)
			}
		}
	}
	return n, nil
}

func workdays(s *situation, _ []any) (any, error) {
	n, err := s.calendarDays(s.first, s.last)
	if err == nil {
		s.note("当月%d个工作日", n)
	}
	return number(n), err
}

func absenceDays(s *situation, args []any) (any, error) {
	kind := args[0].(string)
	n, err := s.workingDays(s.absences(kind))
	if err == nil {
		s.factOf(say("%s工作日", kind), number(n), facts.Source{})
	}
	return number(n), err
}

// wholeMonth says whether the absences together cover every day of the month.
func (s *situation) wholeMonth(list []*facts.Absence) bool {
	for d := s.first; d <= s.last; d = d.AddDays(1) {
		if !slices.ContainsFunc(list, func(a *facts.Absence) bool { return a.From <= d && (a.To == 0 || a.To >= d) }) {
			return false
		}
	}
	return true
}

func absentAllMonth(s *situation, args []any) (any, error) {
	return s.wholeMonth(s.absences(args[0].(string))), nil
}

func absentInMonth(s *situation, args []any) (any, error) {
	return len(s.absences(args[0].(string))) > 0, nil
}

func absentBeganBefore(s *situation, args []any) (any, error) {
	for _, a := range s.absences(args[0].(string)) {
		if a.From < args[1].(calendar.Date) && (a.To == 0 || a.To > s.last) {
			return true, nil
		}
	}
	return false, nil
}

// absenceMonths counts calendar months from the one in which the absence began, the
// pay month included; of several the longest counts.
func absenceMonths(s *situation, args []any) (any, error) {
	kind, months := args[0].(string), 0
	for _, a := range s.absences(kind) {
		months = max(months, s.month.Sub(a.From.Month())+1)
	}
	s.note("%s第%d个月", kind, months)
	return number(max(months, 0)), nil
}

// score is the points of a year as the sheet states them.
func score(s *situation, a []any) (any, error) {
	year := int(num(a[0]).IntPart())
	for i := range s.person.Assessments {
		g := &s.person.Assessments[i]
		if g.Year != year || g.Score == "" {
			continue
		}
		points, err := decimal.NewFromString(g.Score)
		if err != nil || len(g.Score) > 20 {
			return number(0), missing(fmt.Sprintf("%d年的考核得分（登记的不是数）", year))
		}
		s.fact("考核分", points, g.Source)
		s.note("%d年考核%s分", year, plain(points))
		return points, nil
	}
	return number(0), missing(fmt.Sprintf("%d年的考核得分", year))
}

func hasReference(s *situation, a []any) (any, error) {
	_, ok := s.referenceAt(a[0].(string), plain(num(a[1])))
	return ok, nil
}

func monthsBetween(_ *situation, a []any) (any, error) {
	from, to := a[0].(calendar.Date), a[1].(calendar.Date)
	if to < from {
		return number(0), nil
	}
	months, _ := tenure.Elapsed(from, to)
	return number(months), nil
}

func addMonths(_ *situation, a []any) (any, error) {
	d, n := a[0].(calendar.Date), num(a[1])
	if !n.IsInteger() || n.Abs().GreaterThan(number(maxMonths)) {
		return d, message.Err("rules.months", plain(n))
	}
	return d.AddMonths(int(n.IntPart())), nil
}

// maxMonths is further than any document looks: two hundred years.
const maxMonths = 2400

// allocate splits an amount of yuan into shares that add up to it to the fen, by
// largest remainder, and gives the one asked for, counted from 1.
func allocate(_ *situation, a []any) (any, error) {
	which, weights := num(a[1]), make([]decimal.Decimal, 0, len(a)-2)
	for _, w := range a[2:] {
		weights = append(weights, num(w))
	}
	if !which.IsInteger() || which.LessThan(number(1)) || which.GreaterThan(number(len(weights))) {
		return which, message.Err("rules.share", plain(which), len(weights))
	}
	total, err := money.Round(num(a[0]), money.HalfUp, 1)
	if err != nil {
		return which, err
	}
	parts, err := money.Split(total, weights)
	if err != nil {
		return which, err
	}
	return parts[which.IntPart()-1].Yuan(), nil
}

func grade(s *situation, a []any) (any, error) {
	year := int(num(a[0]).IntPart())
	for i := range s.person.Assessments {
		if g := &s.person.Assessments[i]; g.Year == year {
			s.fact("考核", g.Grade, g.Source)
			s.note("%d年考核%s", year, g.Grade)
			return g.Grade, nil
		}
	}
	return "", missing(fmt.Sprintf("%d年的考核等次", year))
}

func hasGrade(s *situation, a []any) (any, error) {
	year := int(num(a[0]).IntPart())
	return slices.ContainsFunc(s.person.Assessments, func(g facts.Assessment) bool { return g.Year == year }), nil
}

// referenceAt finds a published figure: that of the place, of its township, or of the county.
func (s *situation) referenceAt(code, period string) (facts.Reference, bool) {
	place := s.where()
	for _, at := range []string{place, facts.Township(place), ""} {
		if r, ok := s.e.references[referenceKey{code, period, at}]; ok {
			return r, true
		}
	}
	return facts.Reference{}, false
}

func reference(s *situation, a []any) (any, error) {
	code, period := a[0].(string), plain(num(a[1]))
	r, ok := s.referenceAt(code, period)
	if !ok && s.e.local[referenceKey{code, period, ""}] { // others have theirs
		return number(0), missing(fmt.Sprintf("%s 的参考数 %s（%s）", s.where(), code, period))
	}
	if !ok {
		return number(0), message.Err(MissingReference, code, period, s.policy.Document.Number)
	}
	if s.tracing {
		s.factOf(say("参考 %s %s", code, period), plain(r.Value)+r.Unit, r.Source)
	}
	s.note("%s年参考数%s", period, r.Value)
	return r.Value, nil
}

// givenAmount is the amount of an item that was given for the month, nil when none was.
func (s *situation) givenAmount(code string) *facts.Amount {
	var at *facts.Amount
	for i := range s.person.Amounts {
		if x := &s.person.Amounts[i]; x.Item == code && x.From <= s.month {
			at = x
		}
	}
	if at == nil || at.Until != 0 && at.Until < s.month {
		return nil
	}
	return at
}

func hasGiven(s *situation, a []any) (any, error) { return s.givenAmount(a[0].(string)) != nil, nil }

func given(s *situation, a []any) (any, error) {
	code := a[0].(string)
	at, name := s.givenAmount(code), code
	if at != nil && s.quiet {
		return at.Fen.Yuan(), nil
	}
	if x := s.e.at(code, s.month); x != nil {
		name = x.item.Name
	}
	if at == nil {
		return number(0), missing(fmt.Sprintf("%s的给定金额“%s”", s.month, name))
	}
	s.factOf(say("给定额 %s", name), at.Fen, at.Source)
	s.note("%s%s元", name, at.Fen)
	return at.Fen.Yuan(), nil
}

func otherItem(s *situation, a []any) (any, error) {
	i, ok := s.plan.byCode[a[0].(string)]
	if !ok || !s.concerns(s.plan.items[i]) {
		return number(0), nil
	}
	r, name := s.item(i), s.plan.items[i].item.Name
	if r.err != nil {
		return number(0), r.err
	}
	if s.tracing {
		s.step("item", say("%s = %s", name, r.fen), facts.Source{})
	}
	s.note("%s%s元", name, r.fen)
	return r.fen.Yuan(), nil
}

// base adds up what the person gets of the items that count into it in the month.
func base(s *situation, a []any) (any, error) {
	var counted []string
	for _, code := range s.e.program.bases[a[0].(string)] {
		x := s.e.at(code, s.month)
		if x == nil {
			continue
		}
		for _, b := range x.item.Bases {
			if b.Name == a[0].(string) && b.From <= s.month {
				counted = append(counted, code)
			}
		}
	}
	fen, err := s.total(counted)
	if s.tracing {
		s.step("item", say("%s = %s", a[0], fen), facts.Source{})
	}
	s.note("%s%s元", a[0], fen)
	return fen.Yuan(), err
}

// maxEarlier is how many months back 此前累计 can reach.
const maxEarlier = 240

// earlier adds up what the person was due for an item from the month of a day to the
// month before this one. Each earlier month is computed as it is known now.
func earlier(s *situation, a []any) (any, error) {
	code, from := a[0].(string), a[1].(calendar.Date).Month()
	if s.month.Sub(from) > maxEarlier {
		return number(0), message.Err("rules.far_back", from, maxEarlier)
	}
	var total money.Fen
	for m := from; m < s.month; m = m.Add(1) {
		fen, err := s.inMonth(m, code)
		if err != nil {
			return number(0), err
		}
		total += fen
	}
	s.factOf(say("%s此前累计", s.itemName(code)), total, facts.Source{})
	s.note("此前累计%s元", total)
	return total.Yuan(), nil
}

// inMonth is what the person is due for an item in an earlier month.
func (s *situation) inMonth(m calendar.Month, code string) (money.Fen, error) {
	if s.earlier == nil {
		s.earlier = map[calendar.Month]*situation{}
	}
	t := s.earlier[m]
	if t == nil {
		t = s.e.situation(s.person, m)
		t.earlier = s.earlier
		s.earlier[m] = t
	}
	i, granted := t.plan.byCode[code]
	if !granted || !t.concerns(t.plan.items[i]) {
		return 0, nil
	}
	r := t.item(i)
	return r.fen, r.err
}

func fixedDate(_ *situation, a []any) (any, error) {
	d, err := calendar.ParseDate(a[0].(string))
	if err != nil {
		return d, message.Err("rules.date", a[0])
	}
	return d, nil
}
