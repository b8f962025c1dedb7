package rules

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/message"
	"zhida/rules/money"
	"zhida/rules/policy"
)

// item computes an item once; a second asking gives the same result.
func (s *situation) item(x *grant) *result {
	if r, ok := s.results[x.item.Code]; ok {
		return r
	}
	outer := *s
	s.policy, s.seg, s.spell, s.notes, s.trace = x.policy, nil, nil, nil, nil
	r := s.compute(x)
	r.steps = s.trace
	s.policy, s.seg, s.spell, s.notes, s.trace = outer.policy, outer.seg, outer.spell, outer.notes, outer.trace
	s.results[x.item.Code] = r
	return r
}

func (s *situation) compute(x *grant) *result {
	r := &result{}
	if s.died != 0 && s.died < s.month.First() {
		return r.notDue(message.M("rules.died", s.died))
	}
	if sc := x.item.Schedule; sc.Kind == "yearly" && s.month.Number() != sc.Month {
		return r.notDue(message.M("rules.other_month", sc.Month))
	}
	parts, covered, err := s.parts(x)
	if err != nil {
		return s.failed(r, err)
	}
	if len(parts) == 0 {
		return r.notDue(message.M("rules.no_post"))
	}
	r.place = parts[len(parts)-1].place
	if reason, all := refusedEverywhere(parts); all {
		return r.notDue(reason)
	}
	yuan, reason := s.join(x, parts, covered)
	if !reason.IsZero() {
		return r.notDue(reason)
	}
	if x.item.TopUp != nil {
		own, err := s.ownTotal(x)
		if err != nil {
			return s.failed(r, err)
		}
		s.note(fmt.Sprintf("平均%s元，本人%s元", plain(yuan), own))
		s.step("average", fmt.Sprintf("补差 = 平均 %s − 本人 %s", plain(yuan), own), facts.Source{})
		yuan = decimal.Max(yuan.Sub(own.Yuan()), decimal.Decimal{})
	}
	return s.finish(x, r, yuan)
}

// finish caps, rounds and words the amount.
func (s *situation) finish(x *grant, r *result, yuan decimal.Decimal) *result {
	if x.item.Cap != nil {
		v, err := x.item.Cap.Eval(s)
		if err != nil {
			return s.failed(r, err)
		}
		if limit := v.(decimal.Decimal); yuan.GreaterThan(limit) {
			s.note("封顶" + plain(limit) + "元")
			s.step("cap", fmt.Sprintf("%s 超过封顶 %s", plain(yuan), plain(limit)), facts.Source{})
			yuan = limit
		}
	}
	if yuan.IsNegative() {
		return s.failed(r, message.Err("rules.negative", x.item.Name, plain(yuan)))
	}
	fen, err := money.Round(yuan, x.item.Rounding, x.item.Unit)
	if err != nil {
		return s.failed(r, err)
	}
	if !fen.Yuan().Equal(yuan) {
		s.step("rounding", fmt.Sprintf("%s 按%s取到 %s", yuan.Round(6), roundingName(x.item.Rounding, x.item.Unit), fen), facts.Source{})
	}
	if fen == 0 {
		r.outcome, r.reason = Zero, message.M("rules.zero", strings.Join(s.notes, "、"))
		return r
	}
	r.outcome, r.fen = Due, fen
	r.sentence = "依据" + x.info.Document
	if len(s.notes) > 0 {
		r.sentence += "，" + strings.Join(s.notes, "，")
	}
	if a := x.item.Amount; a != nil && a.Only == "" {
		r.sentence += "，按“" + a.Source + "”"
	}
	r.sentence += "，计" + fen.String() + "元"
	return r
}

func roundingName(how money.Rounding, unit money.Fen) string {
	verb := map[money.Rounding]string{money.HalfUp: "四舍五入", money.Down: "舍去", money.Up: "进位"}[how]
	return verb + "到" + map[money.Fen]string{1: "分", 10: "角", 100: "元"}[unit]
}

func (r *result) notDue(reason message.Message) *result {
	r.outcome, r.reason = NotDue, reason
	return r
}

// failed tells a gap that the document leaves on purpose from a missing fact.
func (s *situation) failed(r *result, err error) *result {
	var m *message.Error
	if errors.As(err, &m) && m.Code == "rules.table_gap" {
		r.outcome, r.reason = Zero, m.Message
		return r
	}
	r.err = err
	return r
}

// amountPart is what one segment of the month comes to for a full month.
type amountPart struct {
	segment
	yuan   decimal.Decimal
	reason message.Message // why nothing is due here
	place  string
}

func refusedEverywhere(parts []amountPart) (message.Message, bool) {
	for _, p := range parts {
		if p.reason.IsZero() {
			return message.Message{}, false
		}
	}
	return parts[0].reason, true
}

// parts evaluates the item in each segment that counts. covered is the number of days in them.
func (s *situation) parts(x *grant) (parts []amountPart, covered int, err error) {
	if x.item.Basis == policy.ByPerson {
		seg := s.segments[len(s.segments)-1]
		if s.died != 0 {
			for _, g := range s.segments {
				if g.from <= s.died {
					seg = g
				}
			}
		}
		if !slices.Contains(x.item.Categories, seg.profile.Category) {
			return nil, 0, nil
		}
		p, err := s.evaluate(x, seg, nil)
		p.place = seg.profile.Place
		p.from, p.to = s.month.First(), s.month.Last()
		if s.died != 0 && s.died < p.to {
			p.to = s.died
		}
		return []amountPart{p}, p.days(), err
	}
	for _, seg := range s.segments {
		if seg.profile == nil || len(seg.spells) == 0 || !slices.Contains(x.item.Categories, seg.profile.Category) {
			continue
		}
		p, err := s.posts(x, seg)
		if err != nil {
			return nil, 0, err
		}
		parts = append(parts, p)
		covered += seg.days()
	}
	return parts, covered, nil
}

// posts evaluates the item for every post of the segment and combines them.
func (s *situation) posts(x *grant, seg segment) (amountPart, error) {
	var best amountPart
	for i, sp := range seg.spells {
		before := len(s.notes)
		p, err := s.evaluate(x, seg, sp)
		if err != nil {
			return p, err
		}
		p.place = sp.Place
		switch {
		case i == 0:
			best = p
		case x.item.Several == policy.Total && p.reason.IsZero():
			best.yuan = best.yuan.Add(p.yuan)
			best.reason = message.Message{}
		case p.reason.IsZero() && (!best.reason.IsZero() || p.yuan.GreaterThan(best.yuan)):
			best = p
		default:
			s.notes = s.notes[:before] // what did not count is not in the sentence
		}
	}
	return best, nil
}

// evaluate gives the full-month amount in one situation, or the reason for none.
func (s *situation) evaluate(x *grant, seg segment, sp *facts.Spell) (amountPart, error) {
	p := amountPart{segment: seg}
	s.seg, s.spell = &seg, sp
	for _, c := range x.item.Conditions {
		v, err := c.Test.Eval(s)
		if err != nil {
			return p, err
		}
		s.step("condition", fmt.Sprintf("%s：%s", c.Test.Source, show(v)), facts.Source{})
		if !v.(bool) {
			p.reason = message.M("rules.condition", c.Reason)
			return p, nil
		}
	}
	if x.item.TopUp != nil {
		key, err := s.groupOf(x)
		if err != nil {
			return p, err
		}
		a, err := s.e.average(x, key)
		if err != nil {
			return p, err
		}
		s.step("average", fmt.Sprintf("%s %s 平均 %s 元，%d 人", x.item.Name, key.group, a.Fen, a.Count), a.Source)
		p.yuan = a.Fen.Yuan()
		return p, nil
	}
	v, err := x.item.Amount.Eval(s)
	if err != nil {
		return p, err
	}
	p.yuan = v.(decimal.Decimal)
	s.step("formula", fmt.Sprintf("%s = %s", x.item.Amount.Source, plain(p.yuan)), facts.Source{})
	if x.item.Schedule.Kind == "instalments" {
		p.yuan, err = s.instalment(x, p.yuan)
	}
	return p, err
}

// instalment is one twelfth of a yearly amount, rounded; December takes the remainder.
func (s *situation) instalment(x *grant, year decimal.Decimal) (decimal.Decimal, error) {
	whole, err := money.Round(year, x.item.Rounding, x.item.Unit)
	if err != nil {
		return year, err
	}
	each, err := money.Round(whole.Yuan().DivRound(number(12), 24), x.item.Rounding, x.item.Unit)
	if err != nil {
		return year, err
	}
	s.note("年" + whole.String() + "元分十二期")
	if s.month.Number() == 12 {
		each = whole - 11*each
	}
	s.step("instalment", fmt.Sprintf("年 %s 元，%d月为 %s 元", whole, s.month.Number(), each), facts.Source{})
	return each.Yuan(), nil
}

// join makes one amount for the month of its parts: which part counts when the
// situation changed, and what a late arrival, an early departure or a death costs.
func (s *situation) join(x *grant, parts []amountPart, covered int) (decimal.Decimal, message.Message) {
	rule := x.item.Part
	top, bottom := parts[0].yuan, decimal.New(1, 0) // amount = top / bottom
	if len(parts) > 1 && !sameAmount(parts) {
		switch rule.Change {
		case "last":
			top = parts[len(parts)-1].yuan
		case "highest":
			for _, p := range parts {
				top = decimal.Max(top, p.yuan)
			}
		case "days":
			top, bottom = decimal.Decimal{}, number(covered)
			for _, p := range parts {
				top = top.Add(p.yuan.Mul(number(p.days())))
				s.note(fmt.Sprintf("%d日至%d日每月%s元", p.from.Day(), p.to.Day(), plain(p.yuan)))
			}
		}
		s.step("part", "当月情形有变化，取"+map[string]string{"first": "首日", "last": "末日", "highest": "就高", "days": "按日合计"}[rule.Change], facts.Source{})
	}
	lost, reason := s.lost(x, parts, covered)
	if !reason.IsZero() {
		return decimal.Decimal{}, reason
	}
	if lost > 0 {
		n := s.month.Days()
		s.note(fmt.Sprintf("按%d天中的%d天", n, n-lost))
		s.step("part", fmt.Sprintf("当月 %d 天，计 %d 天", n, n-lost), facts.Source{})
		top, bottom = top.Mul(number(n-lost)), bottom.Mul(number(n))
	}
	if bottom.Equal(decimal.New(1, 0)) {
		return top, message.Message{}
	}
	return top.DivRound(bottom, 24), message.Message{}
}

func sameAmount(parts []amountPart) bool {
	for _, p := range parts[1:] {
		if !p.yuan.Equal(parts[0].yuan) {
			return false
		}
	}
	return true
}

// lost counts the days of the month that are not paid, or gives the reason why none is.
func (s *situation) lost(x *grant, parts []amountPart, covered int) (int, message.Message) {
	rule := x.item.Part
	first, last := parts[0].from, parts[len(parts)-1].to
	begin, end := first.Sub(s.month.First()), s.month.Last().Sub(last)
	inner := s.month.Days() - begin - end - covered
	departure, why := rule.Departure, "rules.left"
	if s.died != 0 && s.died <= s.month.Last() && last >= s.died {
		departure, why = rule.Death, "rules.died"
	}
	lost := 0
	switch {
	case begin == 0 || rule.Arrival == "full":
	case rule.Arrival == "none":
		return 0, message.M("rules.arrived", first)
	default:
		lost += begin
	}
	switch {
	case end == 0 || departure == "full":
	case departure == "none":
		return 0, message.M(why, last)
	default:
		lost += end
	}
	if inner > 0 && (rule.Arrival == "days" || rule.Departure == "days") {
		lost += inner
	}
	return lost, message.Message{}
}

// ownTotal is what the person gets from the items a top-up counts.
func (s *situation) ownTotal(x *grant) (money.Fen, error) {
	var total money.Fen
	for _, code := range x.item.TopUp.Items {
		y := s.e.program.at(code, s.month)
		if y == nil || !s.concerns(y) {
			continue
		}
		r := s.item(y)
		if r.err != nil {
			return 0, r.err
		}
		total += r.fen
	}
	return total, nil
}

// groupOf names the peer group of the situation.
func (s *situation) groupOf(x *grant) (groupKey, error) {
	key := groupKey{item: x.item.Code, month: s.month}
	if x.item.TopUp.Group == nil {
		return key, nil
	}
	v, err := x.item.TopUp.Group.Eval(s)
	if err == nil {
		key.group = v.(string)
	}
	return key, err
}

// peer says in which group the person is counted, and with what total. An error
// means that they belong to it but cannot be computed.
func (s *situation) peer(x *grant) (key groupKey, own money.Fen, counted bool, err error) {
	if !s.concerns(x) || s.died != 0 && s.died < s.month.First() {
		return key, 0, false, nil
	}
	outer := *s
	defer func() {
		s.policy, s.seg, s.spell, s.notes, s.trace = outer.policy, outer.seg, outer.spell, outer.notes, outer.trace
	}()
	s.policy = x.policy
	for i := len(s.segments) - 1; i >= 0; i-- {
		seg := &s.segments[i]
		if len(seg.spells) == 0 || !slices.Contains(x.item.Categories, seg.profile.Category) {
			continue
		}
		s.seg, s.spell = seg, seg.spells[0]
		if key, err = s.groupOf(x); err != nil {
			return key, 0, false, err
		}
		v, err := x.item.TopUp.Peers.Eval(s)
		if err != nil || !v.(bool) {
			return key, 0, false, err
		}
		if !x.item.TopUp.Recipients {
			if admitted, err := s.admitted(x); err != nil || admitted {
				return key, 0, false, err
			}
		}
		own, err = s.ownTotal(x)
		return key, own, err == nil, err
	}
	return key, 0, false, nil
}

func (s *situation) admitted(x *grant) (bool, error) {
	for _, c := range x.item.Conditions {
		v, err := c.Test.Eval(s)
		if err != nil || !v.(bool) {
			return false, err
		}
	}
	return true, nil
}

// day is the day a formula looks at: the last of the segment, or of the month.
func (s *situation) day() calendar.Date {
	if s.seg != nil && s.spell != nil {
		return s.seg.to
	}
	return s.month.Last()
}
