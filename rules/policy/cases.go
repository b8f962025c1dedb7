package policy

import (
	"strconv"
	"strings"

	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/identity"
	"zhida/rules/money"
	"zhida/rules/yamltext"
)

// caseDivision heads the invented IDs of cases; no division has this code.
const caseDivision = "439901"

// maxCaseMonths bounds how long the test of a file can take.
const maxCaseMonths = 120

var personKeys = []string{"category", "born", "sex", "place", "joined", "died", "retired", "flags", "hukou", "spells", "days", "absences", "grades", "given"}

func (r *reader) cases(p *Policy, n *yamltext.Node) {
	list := r.list(n)
	if len(list) > maxCases {
		r.fail(n, "一个文件最多 %d 个案例", maxCases)
		return
	}
	for _, in := range list {
		o := r.object(in, "name", "month", "through", "payees", "others", "places", "references", "calendar", "expect", "by_month", "other_items", "rules")
		c := Case{Name: o.needText("name"), Month: r.month(o.need("month")), Line: in.Line, Given: map[string]money.Fen{}}
		c.Last = c.Month
		if x := o.at("through"); x != nil {
			c.Last = r.month(x)
		}
		if c.Month != 0 && (c.Last < c.Month || c.Last.Sub(c.Month) >= maxCaseMonths) {
			r.fail(in, "案例的月份要从早到晚，最多 %d 个月", maxCaseMonths)
		}
		if x := o.need("payees"); x != nil {
			c.Person = r.person(x, 1)
		}
		for i, x := range r.list(o.at("others")) {
			c.Others = append(c.Others, r.person(x, int64(i+2)))
		}
		r.casePlaces(&c, o.at("places"))
		r.caseReferences(&c, o.at("references"))
		r.pairs(o.at("calendar"), func(k, v *yamltext.Node) {
			c.Calendar = append(c.Calendar, facts.CalendarDay{Date: r.date(k), Nature: r.choose(v, "nature")})
		})
		r.pairs(o.at("other_items"), func(k, v *yamltext.Node) { c.Given[k.Value] = r.yuan(v) })
		r.pairs(o.at("rules"), func(k, v *yamltext.Node) {
			if c.Rules == nil {
				c.Rules = map[string]bool{}
			}
			c.Rules[k.Value] = r.choose(v, "holds") == "yes"
		})
		if o.at("by_month") == nil && o.at("rules") == nil {
			o.need("expect")
		}
		r.pairs(o.at("expect"), func(k, v *yamltext.Node) { c.Expect = append(c.Expect, r.expectation(k.Value, v)) })
		r.pairs(o.at("by_month"), func(m, list *yamltext.Node) {
			r.pairs(list, func(k, v *yamltext.Node) {
				x := r.expectation(k.Value, v)
				x.Month = r.month(m)
				c.Expect = append(c.Expect, x)
			})
		})
		p.Cases = append(p.Cases, c)
	}
}

// pairs walks a mapping with free keys.
func (r *reader) pairs(n *yamltext.Node, f func(k, v *yamltext.Node)) {
	if n == nil {
		return
	}
	if n.Kind != yamltext.Mapping {
		r.fail(n, "这里应当是“键: 值”的列表")
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		f(n.Content[i], n.Content[i+1])
	}
}

// expectation is an amount in yuan, or 不符合/为零/拒绝 with the reason after a colon.
func (r *reader) expectation(item string, v *yamltext.Node) Expectation {
	s := r.scalar(v)
	for zh, code := range choices["outcome"] {
		for _, word := range []string{zh, code} {
			if s == word {
				return Expectation{Item: item, Outcome: code}
			}
			for _, colon := range []string{"：", ":"} {
				if rest, ok := strings.CutPrefix(s, word+colon); ok {
					return Expectation{Item: item, Outcome: code, Reason: strings.TrimSpace(rest)}
				}
			}
		}
	}
	fen, err := money.ParseYuan(s)
	switch {
	case err != nil:
		r.fail(v, "“%s”不是金额；没有应发的写 不符合：理由、为零：理由、拒绝：缺什么", s)
	case fen == 0:
		r.fail(v, "没有应发的不写零，写 不符合：理由 或 为零：理由")
	}
	return Expectation{Item: item, Fen: fen}
}

// person reads the facts of a case. Fields that are not written are facts nobody stated.
func (r *reader) person(n *yamltext.Node, no int64) facts.Person {
	o := r.object(n, personKeys...)
	const longAgo = calendar.Date(19000101)
	f := facts.Profile{Name: "案例" + strconv.FormatInt(no, 10), Category: facts.Category(o.choice("category", "category")), Place: o.text("place"),
		Joined: r.date(o.at("joined")), Died: r.date(o.at("died")), Retired: r.date(o.at("retired")),
		Flags: r.flags(o.at("flags")), Hukou: o.text("hukou"), From: longAgo}
	o.need("category")
	born := r.date(o.at("born"))
	seq := int(no%499)*2 + 1
	if o.text("sex") == "女" {
		seq++
	}
	if born != 0 {
		f.ID = identity.MakeResidentID(caseDivision, born, seq)
	}
	p := facts.Person{No: no, Profiles: []facts.Profile{f}}
	for _, x := range r.list(o.at("spells")) {
		p.Spells = append(p.Spells, r.spell(x, f.Place))
	}
	r.pairs(o.at("days"), func(k, v *yamltext.Node) {
		for _, n := range r.list(v) {
			for _, d := range r.days(n) {
				p.Days = append(p.Days, facts.Day{Date: d, Kind: k.Value})
			}
		}
	})
	for _, x := range r.list(o.at("absences")) {
		a := r.object(x, "category", "start", "end", "working_days")
		absence := facts.Absence{Kind: a.needText("category"), From: r.date(a.need("start")), To: r.date(a.at("end"))}
		if w := a.at("working_days"); w != nil {
			absence.WorkingDays = r.whole(w)
		}
		p.Absences = append(p.Absences, absence)
	}
	r.pairs(o.at("grades"), func(k, v *yamltext.Node) {
		a := facts.Assessment{Year: r.whole(k)}
		if v.Kind == yamltext.Mapping {
			o := r.object(v, "grade", "score")
			a.Grade, a.Score = o.text("grade"), o.text("score")
		} else {
			a.Grade = r.scalar(v)
		}
		p.Assessments = append(p.Assessments, a)
	})
	r.pairs(o.at("given"), func(k, v *yamltext.Node) {
		p.Amounts = append(p.Amounts, facts.Amount{Item: k.Value, Fen: r.yuan(v), From: longAgo.Month()})
	})
	return p
}

// flags are one text, 鳏寡孤独、公职人员, or a list.
func (r *reader) flags(n *yamltext.Node) string {
	if n == nil {
		return ""
	}
	var list []string
	for _, x := range r.list(n) {
		list = append(list, r.scalar(x))
	}
	return strings.Join(list, "、")
}

// days are one day, or all from one to another: 2026-03-01至2026-03-14.
func (r *reader) days(n *yamltext.Node) (list []calendar.Date) {
	from, to, several := strings.Cut(r.scalar(n), "至")
	if !several {
		return []calendar.Date{r.date(n)}
	}
	first, err := calendar.ParseDate(strings.TrimSpace(from))
	last, err2 := calendar.ParseDate(strings.TrimSpace(to))
	if err != nil || err2 != nil || last < first || last.Sub(first) > 366 {
		r.fail(n, "“%s”不是日期，请写成 2026-03-01 或 2026-03-01至2026-03-14", n.Value)
		return nil
	}
	for d := first; d <= last; d = d.AddDays(1) {
		list = append(list, d)
	}
	return list
}

func (r *reader) spell(n *yamltext.Node, home string) facts.Spell {
	o := r.object(n, "place", "post", "rank", "start", "end", "recognised")
	s := facts.Spell{Place: o.text("place"), Post: o.needText("post"), Rank: o.text("rank"), From: r.date(o.need("start")), To: r.date(o.at("end")),
		Recognised: o.choice("recognised", "bool") != "no"}
	if s.Place == "" {
		s.Place = home
	}
	return s
}

// casePlaces reads 地点: {430725101: {乡镇类别: 二类, 距离: 30, 人口: 21000}}, or the class alone.
func (r *reader) casePlaces(c *Case, n *yamltext.Node) {
	r.pairs(n, func(k, v *yamltext.Node) {
		if n := len(k.Value); n != 9 && n != 12 || strings.Trim(k.Value, "0123456789") != "" {
			r.fail(k, "地点要先写区划代码：{'430725101': {乡镇类别: 二类, 距离: 30}}")
		}
		p := facts.Place{Code: k.Value, Name: k.Value, From: 19000101}
		if v.Kind == yamltext.Scalar {
			p.Class = r.scalar(v)
		} else {
			o := r.object(v, "class", "distance", "population")
			p.Class = o.text("class")
			if x := o.at("distance"); x != nil {
				p.Distance = r.number(x)
			}
			if x := o.at("population"); x != nil {
				p.Population = r.whole(x)
			}
		}
		c.Places = append(c.Places, p)
	})
}

// caseReferences reads 参考: {rural_income: {2025: 21380}}, or of one place {growth: {2025: {'430725101200': 50000}}}.
func (r *reader) caseReferences(c *Case, n *yamltext.Node) {
	r.pairs(n, func(k, v *yamltext.Node) {
		r.pairs(v, func(period, value *yamltext.Node) {
			if value.Kind == yamltext.Scalar {
				c.References = append(c.References, facts.Reference{Code: k.Value, Period: period.Value, Value: r.number(value)})
				return
			}
			r.pairs(value, func(place, n *yamltext.Node) {
				c.References = append(c.References, facts.Reference{Code: k.Value, Period: period.Value, Place: place.Value, Value: r.number(n)})
			})
		})
	})
}
