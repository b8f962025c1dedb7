package rules

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/message"
	"zhida/rules/policy"
	"zhida/rules/tenure"
)

// meaning computes a term in a situation.
type meaning func(s *situation, args []any) (any, error)

// vocabulary gives every term of policy.Vocabulary its meaning; a test holds the two together.
var vocabulary map[string]meaning

func init() {
	vocabulary = map[string]meaning{
		"category":  func(s *situation, _ []any) (any, error) { return policy.CategoryChinese(s.seg.profile.Category), nil },
		"sex":       sex,
		"age":       age,
		"flag":      flag,
		"hukou":     func(s *situation, _ []any) (any, error) { return s.seg.profile.Hukou, nil },
		"seniority": seniority,
		"post": func(s *situation, _ []any) (any, error) {
			return s.ofSpell("职务", func(p *facts.Spell) string { return p.Post })
		},
		"rank": func(s *situation, _ []any) (any, error) {
			return s.ofSpell("职级", func(p *facts.Spell) string { return p.Rank })
		},
		"in_post":           inPost,
		"whole_month":       wholeMonth,
		"dual_role":         dualRole,
		"tenure_months":     func(s *situation, a []any) (any, error) { return s.tenure("任职", a, tenure.Cumulative, 1), nil },
		"tenure_years":      func(s *situation, a []any) (any, error) { return s.tenure("任职", a, tenure.Cumulative, 12), nil },
		"continuous_months": func(s *situation, a []any) (any, error) { return s.tenure("连续任职", a, tenure.Longest, 1), nil },
		"tenure_months_within": func(s *situation, a []any) (any, error) {
			from, to := a[0].(calendar.Date).Month(), a[1].(calendar.Date).Month()
			return number(tenure.Cumulative(tenure.Within(tenure.Spans(s.person.Spells, texts(a[2:]), s.tenureDay()), from, to))), nil
		},
		"last_post":           lastPost,
		"highest_post":        highestPost,
		"township_class":      townshipClass,
		"distance":            func(s *situation, _ []any) (any, error) { p, err := s.place(s.where()); return p.Distance, err },
		"population":          population,
		"days":                func(s *situation, a []any) (any, error) { return s.days(a[0].(string), ""), nil },
		"days_without":        func(s *situation, a []any) (any, error) { return s.days(a[0].(string), a[1].(string)), nil },
		"absence_days":        absenceDays,
		"absent_all_month":    absentAllMonth,
		"absent_in_month":     absentInMonth,
		"absent_began_before": absentBeganBefore,
		"grade":               grade,
		"reference":           reference,
		"given":               given,
		"item":                otherItem,
		"year":                func(s *situation, _ []any) (any, error) { return number(s.month.Year()), nil },
		"month":               func(s *situation, _ []any) (any, error) { return number(s.month.Number()), nil },
		"days_in_month":       func(s *situation, _ []any) (any, error) { return number(s.month.Days()), nil },
		"month_start":         func(s *situation, _ []any) (any, error) { return s.month.First(), nil },
		"month_end":           func(s *situation, _ []any) (any, error) { return s.month.Last(), nil },
		"previous_month_end":  func(s *situation, _ []any) (any, error) { return s.month.First().AddDays(-1), nil },
		"date":                fixedDate,
		"min":                 func(_ *situation, a []any) (any, error) { return decimal.Min(num(a[0]), num(a[1])), nil },
		"max":                 func(_ *situation, a []any) (any, error) { return decimal.Max(num(a[0]), num(a[1])), nil },
		"floor":               func(_ *situation, a []any) (any, error) { return num(a[0]).Floor(), nil },
		"ceil":                func(_ *situation, a []any) (any, error) { return num(a[0]).Ceil(), nil },
		"round":               func(_ *situation, a []any) (any, error) { return num(a[0]).Round(int32(num(a[1]).IntPart())), nil },
	}
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
	s.fact(fmt.Sprintf("年龄(%s)", a[0]), plain(years), s.seg.profile.Source)
	return years, nil
}

func flag(s *situation, a []any) (any, error) {
	has := slices.Contains(strings.FieldsFunc(s.seg.profile.Flags, func(r rune) bool { return strings.ContainsRune("、,，;； ", r) }), a[0].(string))
	s.fact("标记 "+a[0].(string), show(has), s.seg.profile.Source)
	if has {
		s.note(a[0].(string))
	}
	return has, nil
}

func seniority(s *situation, a []any) (any, error) {
	joined := s.seg.profile.Joined
	if joined == 0 {
		return number(0), missing("参加工作日期")
	}
	years := number(max(0, tenure.YearsOn(joined, a[0].(calendar.Date))))
	s.fact("工龄", plain(years), s.seg.profile.Source)
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
	s.fact(name, v, s.spell.Source)
	return v, nil
}

func inPost(s *situation, a []any) (any, error) {
	d := a[0].(calendar.Date)
	for i := range s.person.Spells {
		if sp := &s.person.Spells[i]; sp.From <= d && (sp.To == 0 || sp.To >= d) {
			s.fact("任职中("+d.String()+")", sp.Post, sp.Source)
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

// tenureDay is the day up to which service counts: the end of the month, or the death.
func (s *situation) tenureDay() calendar.Date {
	if s.died != 0 && s.died < s.month.Last() {
		return s.died
	}
	return s.month.Last()
}

func (s *situation) tenure(what string, args []any, add func([]tenure.Span) int, unit int) decimal.Decimal {
	spans := tenure.Spans(s.person.Spells, texts(args), s.tenureDay())
	months := add(spans)
	for _, sp := range spans {
		s.step("fact", fmt.Sprintf("%s %s 至 %s：%d 个月", what, sp.From, sp.To, sp.Months()), facts.Source{})
	}
	if unit == 12 {
		s.note(fmt.Sprintf("%s满%d年", what, months/12))
		return number(months / 12)
	}
	s.note(fmt.Sprintf("%s%d个月", what, months))
	return number(months)
}

func lastPost(s *situation, a []any) (any, error) {
	sp, ok := tenure.Last(s.person.Spells, s.tenureDay(), texts(a))
	if !ok {
		return "", missing("经认定的任职经历")
	}
	s.fact("末任职务", sp.Post, sp.Source)
	return sp.Post, nil
}

func highestPost(s *situation, a []any) (any, error) {
	post, ok := tenure.Highest(s.person.Spells, s.tenureDay(), texts(a))
	if !ok {
		return "", missing("所列职务的任职经历")
	}
	s.step("fact", "最高职务 = "+post, facts.Source{})
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
	s.fact("乡镇类别", p.Name+" "+p.Class, p.Source)
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
	other := map[calendar.Date]bool{}
	for i := range s.person.Days {
		if d := &s.person.Days[i]; without != "" && d.Kind == without {
			other[d.Date] = true
		}
	}
	seen := map[calendar.Date]bool{}
	for i := range s.person.Days {
		d := &s.person.Days[i]
		if d.Kind == kind && d.Date.Month() == s.month && !other[d.Date] && (s.died == 0 || d.Date <= s.died) && !seen[d.Date] {
			seen[d.Date] = true
			s.fact(kind, d.Date.String(), d.Source)
		}
	}
	s.note(fmt.Sprintf("%s%d天", kind, len(seen)))
	return number(len(seen))
}

// absences gives those of a kind that touch the month.
func (s *situation) absences(kind string) (list []*facts.Absence) {
	for i := range s.person.Absences {
		a := &s.person.Absences[i]
		if a.Kind == kind && a.From <= s.month.Last() && (a.To == 0 || a.To >= s.month.First()) {
			list = append(list, a)
			s.fact(kind, a.From.String()+" 至 "+a.To.String(), a.Source)
		}
	}
	return list
}

func absenceDays(s *situation, args []any) (any, error) {
	total := 0
	for _, a := range s.absences(args[0].(string)) {
		if a.From.Month() != s.month || a.To == 0 || a.To.Month() != s.month {
			return number(0), message.Err("rules.absence_across", a.Kind, a.From, a.To)
		}
		total += a.WorkingDays
	}
	return number(total), nil
}

func absentAllMonth(s *situation, args []any) (any, error) {
	covered := map[calendar.Date]bool{}
	for _, a := range s.absences(args[0].(string)) {
		for d := max(a.From, s.month.First()); d <= s.month.Last() && (a.To == 0 || d <= a.To); d = d.AddDays(1) {
			covered[d] = true
		}
	}
	return len(covered) == s.month.Days(), nil
}

func absentInMonth(s *situation, args []any) (any, error) {
	return len(s.absences(args[0].(string))) > 0, nil
}

func absentBeganBefore(s *situation, args []any) (any, error) {
	for _, a := range s.absences(args[0].(string)) {
		if a.From < args[1].(calendar.Date) && (a.To == 0 || a.To > s.month.Last()) {
			return true, nil
		}
	}
	return false, nil
}

func grade(s *situation, a []any) (any, error) {
	year := int(num(a[0]).IntPart())
	for i := range s.person.Assessments {
		if g := &s.person.Assessments[i]; g.Year == year {
			s.fact(strconv.Itoa(year)+"年考核", g.Grade, g.Source)
			s.note(fmt.Sprintf("%d年考核%s", year, g.Grade))
			return g.Grade, nil
		}
	}
	return "", missing(fmt.Sprintf("%d年的考核等次", year))
}

func reference(s *situation, a []any) (any, error) {
	code, period := a[0].(string), plain(num(a[1]))
	r, ok := s.e.references[code+"|"+period]
	if !ok {
		return number(0), message.Err(MissingReference, code, period)
	}
	s.fact("参考 "+code+" "+period, plain(r.Value)+r.Unit, r.Source)
	s.note(fmt.Sprintf("%s年参考数%s", period, plain(r.Value)))
	return r.Value, nil
}

func given(s *situation, a []any) (any, error) {
	code := a[0].(string)
	var at *facts.Amount
	for i := range s.person.Amounts {
		if x := &s.person.Amounts[i]; x.Item == code && x.From <= s.month {
			at = x
		}
	}
	if at == nil || at.Until != 0 && at.Until < s.month {
		name := code
		if x := s.e.program.at(code, s.month); x != nil {
			name = x.item.Name
		}
		return number(0), missing(fmt.Sprintf("%s的给定金额“%s”", s.month, name))
	}
	s.fact("给定额 "+code, at.Fen.String(), at.Source)
	s.note(fmt.Sprintf("给定额%s元", at.Fen))
	return at.Fen.Yuan(), nil
}

func otherItem(s *situation, a []any) (any, error) {
	x := s.e.program.at(a[0].(string), s.month)
	if x == nil || !s.concerns(x) {
		return number(0), nil
	}
	r := s.item(x)
	if r.err != nil {
		return number(0), r.err
	}
	s.step("item", fmt.Sprintf("%s = %s", x.item.Name, r.fen), facts.Source{})
	s.note(fmt.Sprintf("%s%s元", x.item.Name, r.fen))
	return r.fen.Yuan(), nil
}

func fixedDate(_ *situation, a []any) (any, error) {
	d, err := calendar.ParseDate(a[0].(string))
	if err != nil {
		return d, message.Err("rules.date", a[0])
	}
	return d, nil
}
