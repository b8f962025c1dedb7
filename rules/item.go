package rules

import (
	"errors"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/message"
	"zhida/rules/money"
	"zhida/rules/policy"
)

// item computes an item of the plan once; a second asking gives the same result.
func (s *situation) item(i int) *result {
	if r := s.results[i]; r != nil {
		return r
	}
	x := s.grantAt(i)
	outer, steps, quiet, record := s.here, s.trace, s.quiet, s.record
	s.here, s.trace, s.quiet, s.record = here{grant: x}, nil, false, nil
	if x != nil {
		s.here.policy = x.policy
	}
	var r *result
	switch {
	case x == nil:
		r = (&result{seg: -1, spell: -1}).not(NotDue, message.M("rules.arrears", s.plan.items[i].policy.Document.Issued))
	case x == s.plan.items[i] && s.rememberable(x):
		r = s.remembered(x, s.plan.memories[i])
	default:
		r = s.compute(x)
	}
	if s.tracing {
		r.steps = s.trace
	}
	s.here, s.trace, s.quiet, s.record = outer, steps, quiet, record
	s.results[i] = r
	return r
}

// grantAt is the grant that counts for the person: a document that works backwards
// may leave out those who were gone when it was issued, for whom the one before it
// stays; nil when there was none.
func (s *situation) grantAt(i int) *grant {
	x := s.plan.items[i]
	if d := &x.policy.Document; d.Arrears != "serving" || !d.Backwards(s.month) || s.there(x, d.Issued) {
		return x
	}
	return s.plan.older[i]
}

// there says whether the item was meant for the person on a day.
func (s *situation) there(x *grant, day calendar.Date) bool {
	if s.died != 0 && s.died < day {
		return false
	}
	if x.item.Basis == policy.ByDeath {
		return true
	}
	g := s.segment(day, day)
	return s.covers(x, &g)
}

// compute goes through the rules of an item in their order: when it is paid, who
// holds a post, what stops it, each part of the month, the whole month, cap and rounding.
func (s *situation) compute(x *grant) *result {
	r := &result{seg: -1, spell: -1}
	if s.died != 0 && s.died < s.first {
		return r.not(NotDue, message.M("rules.died", s.died))
	}
	if _, of := x.item.Schedule.Instalment(s.month); of == 0 {
		return r.not(NotDue, message.M("rules.other_month"))
	}
	parts, err := s.parts(x)
	if err != nil {
		return r.failed(err)
	}
	if len(parts) == 0 {
		return r.not(NotDue, s.absence(x))
	}
	last := parts[len(parts)-1]
	r.seg, r.spell = last.at, last.index
	stop, err := s.stopped(x)
	if err != nil {
		return r.failed(err)
	}
	if stop != nil && stop.Pay == nil {
		return r.not(Zero, message.M("rules.stopped", stop.Reason))
	}
	if outcome, reason, none := nothing(parts); none {
		return r.not(outcome, reason)
	}
	m := s.join(x, parts)
	if !m.reason.IsZero() {
		return r.not(Zero, m.reason)
	}
	if x.item.TopUp != nil {
		if err := s.topUp(x, m); err != nil {
			return r.failed(err)
		}
	}
	if stop != nil {
		if err := s.replaced(stop, m); err != nil {
			return r.failed(err)
		}
	}
	return s.finish(x, r, m)
}

// absence is why no day of the month counts.
func (s *situation) absence(x *grant) message.Message {
	if x.item.Basis == policy.ByDeath {
		return message.M("rules.alive")
	}
	if s.retired != 0 && s.retired < s.first {
		return message.M("rules.retired", s.retired)
	}
	if x.item.Basis == policy.ByPost {
		return message.M("rules.no_post")
	}
	return message.M("rules.no_category")
}

func (r *result) not(outcome Outcome, reason message.Message) *result {
	r.outcome, r.reason = outcome, reason
	return r
}

func (r *result) failed(err error) *result {
	r.err = err
	return r
}

// stopped gives the first rule by which an absence takes the item, or a share of it,
// away for the month; nil when none does.
func (s *situation) stopped(x *grant) (*policy.Stop, error) {
	if !s.absent {
		return nil, nil
	}
	for i := range x.item.Stops {
		stop := &x.item.Stops[i]
		holds := false
		for _, kind := range stop.Kinds {
			list := s.absences(kind)
			switch stop.How {
			case "touching":
				holds = holds || len(list) > 0
			case "next_month":
				holds = holds || slices.ContainsFunc(list, func(a *facts.Absence) bool { return a.From < s.first })
			case "next_year":
				holds = holds || s.beganYearBefore(kind)
			case "whole_month":
				holds = holds || s.wholeMonth(list)
			default:
				n, err := s.workingDays(list)
				if err != nil {
					return nil, err
				}
				days := number(n)
				if s.e.watch != nil {
					s.e.watch(stop.Days, days)
				}
				holds = holds || stop.Days.Has(days)
			}
		}
		if holds {
			s.step("stop", quoted(stop.Reason), facts.Source{})
			return stop, nil
		}
	}
	return nil, nil
}

// replaced leaves the share of the month that is paid in spite of an absence.
func (s *situation) replaced(stop *policy.Stop, m *joinedMonth) error {
	v, err := stop.Pay.Eval(s)
	if err != nil {
		return err
	}
	share := v.(decimal.Decimal)
	if share.IsNegative() || share.GreaterThan(number(1)) {
		return message.Err("rules.pay_share", stop.Reason, plain(share))
	}
	m.how = append(m.how, say("%s发%s%%", stop.Reason, share.Shift(2)))
	s.step("stop", say("%s：%s × %s%%", stop.Reason, inYuan(m.yuan), share.Shift(2)), facts.Source{})
	m.yuan = m.yuan.Mul(share)
	return nil
}

// part is what one segment of the month comes to for a full month.
type part struct {
	*segment
	yuan    decimal.Decimal
	outcome Outcome         // Due, or why nothing is due here
	reason  message.Message // of another outcome
	at      int             // position of the segment
	index   int             // of the post that counted, -1 for none
	notes   notes
}

// nothing says that no part of the month has anything due; zero for a stated reason
// goes before not being eligible.
func nothing(parts []part) (Outcome, message.Message, bool) {
	why := parts[0]
	for _, p := range parts {
		if p.outcome == Due {
			return Due, message.Message{}, false
		}
		if p.outcome == Zero {
			why = p
		}
	}
	return why.outcome, why.reason, true
}

// parts evaluates the item in each segment that counts.
func (s *situation) parts(x *grant) ([]part, error) {
	var list []part
	for i := range s.segments {
		seg := &s.segments[i]
		if !s.covers(x, seg) {
			continue
		}
		p, err := s.segmentPart(x, seg)
		if err != nil {
			return nil, err
		}
		p.at = i
		list = append(list, p)
	}
	return list, nil
}

func (s *situation) segmentPart(x *grant, seg *segment) (part, error) {
	if x.item.Basis != policy.ByPost {
		return s.evaluate(x, seg, -1)
	}
	if x.item.Several == policy.InOrder {
		return s.evaluate(x, seg, firstInOrder(seg, x.item.PostOrder))
	}
	var best part
	for i := range seg.spells {
		p, err := s.evaluate(x, seg, i)
		if err != nil {
			return p, err
		}
		switch {
		case i == 0:
			best = p
		case x.item.Several == policy.Total && p.outcome == Due && best.outcome == Due:
			best.yuan = best.yuan.Add(p.yuan)
			best.notes = joined(best.notes, p.notes)
		case p.outcome == Due && (best.outcome != Due || p.yuan.GreaterThan(best.yuan)):
			best = p
		}
	}
	return best, nil
}

// firstInOrder is the post held that stands first in the order; posts not named come last.
func firstInOrder(seg *segment, order []string) int {
	rank := func(i int) int {
		if k := slices.Index(order, seg.spells[i].Post); k >= 0 {
			return k
		}
		return len(order)
	}
	best := 0
	for i := range seg.spells {
		if rank(i) < rank(best) {
			best = i
		}
	}
	return best
}

func joined(a, b notes) notes {
	for _, t := range b.texts {
		addPhrase(&a.texts, t)
	}
	for _, t := range b.sources {
		addOnce(&a.sources, t)
	}
	if a.split.zh == "" {
		a.split = b.split
	}
	return a
}

// evaluate gives the full-month amount seen from one post of a segment (-1: from
// none), or the reason for none.
func (s *situation) evaluate(x *grant, seg *segment, index int) (part, error) {
	p := part{segment: seg, index: index, outcome: Due}
	s.seg, s.spell, s.notes = seg, nil, &p.notes
	if index >= 0 {
		s.spell = seg.spells[index]
	}
	reason, err := s.admitted(x)
	if err != nil || !reason.IsZero() {
		p.outcome, p.reason = NotDue, reason
		return p, err
	}
	if p.yuan, err = s.amount(x); err != nil {
		return p.gap(err)
	}
	return p, s.describe(x, &p.notes)
}

// gap tells a gap that the document leaves on purpose from a missing row.
func (p part) gap(err error) (part, error) {
	var m *message.Error
	if errors.As(err, &m) && (m.Code == "rules.table_gap" || m.Code == "rules.not_in_group") {
		p.outcome, p.reason = Zero, m.Message
		return p, nil
	}
	return p, err
}

// admitted goes through the conditions; the first that fails gives the reason.
func (s *situation) admitted(x *grant) (message.Message, error) {
	for _, c := range x.item.Conditions {
		s.watch(c.Test)
		v, err := c.Test.Eval(s)
		if err != nil {
			return message.Message{}, err
		}
		if s.tracing {
			s.step("condition", quoted(s.worked(c.Test, v)), facts.Source{})
		}
		if !v.(bool) {
			return message.M("rules.condition", c.Reason), nil
		}
	}
	return message.Message{}, nil
}

// amount is what the item comes to for a full month, exactly.
func (s *situation) amount(x *grant) (decimal.Decimal, error) {
	if x.item.TopUp != nil {
		return s.mean(x)
	}
	if x.item.Pool != nil {
		yuan, err := s.share(x)
		if err != nil || x.item.Schedule.Monthly() {
			return yuan, err
		}
		return s.instalment(x, yuan)
	}
	s.watch(x.item.Amount)
	v, err := x.item.Amount.Eval(s)
	if err != nil {
		return decimal.Decimal{}, err
	}
	yuan := v.(decimal.Decimal)
	if s.tracing {
		s.step("formula", quoted(s.worked(x.item.Amount, v)), facts.Source{})
	}
	if x.item.Schedule.Monthly() {
		return yuan, nil
	}
	return s.instalment(x, yuan)
}

// mean is the average of the peer group.
func (s *situation) mean(x *grant) (decimal.Decimal, error) {
	key, err := s.keyOf(x, x.item.TopUp.Group)
	if err != nil {
		return decimal.Decimal{}, err
	}
	a, err := s.e.average(x, key)
	if err != nil {
		return decimal.Decimal{}, err
	}
	if s.tracing {
		s.step("average", say("%s“%s”平均 %s 元，%d 人", x.item.Name, key.group, a.Fen, a.Count), a.Source)
	}
	return a.Fen.Yuan(), nil
}

// instalment is the even share of a longer period's amount; the last takes the remainder.
func (s *situation) instalment(x *grant, yuan decimal.Decimal) (decimal.Decimal, error) {
	k, of := x.item.Schedule.Instalment(s.month)
	whole, err := money.Round(yuan, x.item.Rounding, x.item.Unit)
	if err != nil || of == 1 {
		return yuan, err
	}
	share := whole.Yuan().DivRound(number(of), exactPlaces)
	each, err := money.Round(share, x.item.Rounding, x.item.Unit)
	if err == nil && money.Fen(of-1)*each > whole { // rounded up so far that the last would be negative
		each, err = money.Round(share, money.Down, x.item.Unit)
	}
	if err != nil {
		return yuan, err
	}
	if k == of {
		each = whole - money.Fen(of-1)*each
	}
	s.notes.split = say("%s%s元分%d期", periodWord(x.item.Schedule), whole, of)
	s.step("instalment", say("%s %s 元分 %d 期，第 %d 期 %s 元", periodWord(x.item.Schedule), whole, of, k, each), facts.Source{})
	return each.Yuan(), nil
}

// exactPlaces is the number of decimals kept between steps; rounding to fen is the last step.
const exactPlaces = 24

func periodWord(sc policy.Schedule) word {
	return map[int]word{0: "一次性", 1: "每月", 3: "每季", 6: "每半年", 12: "每年"}[sc.Period]
}

// describe puts the sentence that the policy gives in place of the notes.
func (s *situation) describe(x *grant, n *notes) error {
	if x.item.Sentence == nil {
		return nil
	}
	tracing := s.tracing // wording is no step of the computation
	s.tracing = false
	defer func() { s.tracing = tracing }()
	text := ""
	for _, p := range x.item.Sentence {
		if p.Formula == nil {
			text += p.Text
			continue
		}
		v, err := p.Formula.Eval(s)
		if err != nil {
			return err
		}
		text += show(v)
	}
	n.texts = []phrase{quoted(text)}
	return nil
}

// joinedMonth is the amount of the month before cap and rounding, and how it came about.
type joinedMonth struct {
	yuan   decimal.Decimal
	full   decimal.Decimal // the full-month amount that counts, for the sentence
	how    []phrase        // what happened to it: changes, days
	notes  notes
	reason message.Message // why nothing is due after all
}

// join makes one amount for the month of its parts: which part counts when the
// situation changed, and what a late arrival, an early departure or a death costs.
func (s *situation) join(x *grant, parts []part) *joinedMonth {
	m := &joinedMonth{}
	lost, reason := s.lost(x, parts)
	if !reason.IsZero() {
		m.reason = reason
		return m
	}
	days := s.month.Days()
	if len(parts) == 1 || x.item.Part.Change != "days" || sameAmount(parts) {
		p := &parts[chosen(x.item.Part.Change, parts)]
		m.yuan, m.full, m.notes = p.yuan, p.yuan, p.notes
		if len(parts) > 1 && !sameAmount(parts) {
			s.step("part", say("当月情形有变化，按%s", word(map[string]string{"first": "首日", "last": "末日", "highest": "就高"}[x.item.Part.Change])), facts.Source{})
		}
		if paid := days - lost; lost > 0 {
			m.yuan = p.yuan.Mul(number(paid)).DivRound(number(days), exactPlaces)
			m.how = append(m.how, say("按%d天中的%d天", days, paid))
			s.step("part", say("当月 %d 天，计 %d 天：%s × %d / %d", days, paid, inYuan(p.yuan), paid, days), facts.Source{})
		}
		return m
	}
	return s.byDays(x, parts, lost, m)
}

// byDays weighs each part with its days; days of arrival or departure that are paid
// although nobody was there go to the first or the last part.
func (s *situation) byDays(x *grant, parts []part, lost int, m *joinedMonth) *joinedMonth {
	days, sum, weighed := s.month.Days(), decimal.Decimal{}, 0
	for i := range parts {
		p := &parts[i]
		n := p.days()
		if i == 0 && s.arrivalPaid(x) {
			n += p.from.Sub(s.first)
		}
		if i == len(parts)-1 {
			n = days - lost - weighed
		}
		weighed += n
		sum = sum.Add(p.yuan.Mul(number(n)))
		m.notes = joined(m.notes, p.notes)
		m.how = append(m.how, say("%d天每月%s元", n, inYuan(p.yuan)))
	}
	m.yuan = sum.DivRound(number(days), exactPlaces)
	s.step("part", say("当月 %d 天，按日合计：%s", days, joinedPhrase(m.how)), facts.Source{})
	return m
}

func (s *situation) arrivalPaid(x *grant) bool { return x.item.Part.Arrival == "full" }

// chosen is the part that counts for the month.
func chosen(change string, parts []part) int {
	best := 0
	for i := range parts {
		switch {
		case change == "last":
			best = i
		case change == "highest" && parts[i].outcome == Due && (parts[best].outcome != Due || parts[i].yuan.GreaterThan(parts[best].yuan)):
			best = i
		}
	}
	return best
}

func sameAmount(parts []part) bool {
	for i := range parts[1:] {
		if !parts[i+1].yuan.Equal(parts[0].yuan) {
			return false
		}
	}
	return true
}

// lost counts the days of the month that are not paid, or gives the reason why none is.
func (s *situation) lost(x *grant, parts []part) (int, message.Message) {
	if x.item.Basis == policy.ByDeath {
		return 0, message.Message{}
	}
	rule := x.item.Part
	first, last := parts[0].from, parts[len(parts)-1].to
	begin, end := first.Sub(s.first), s.last.Sub(last)
	inner := s.month.Days() - begin - end
	for i := range parts {
		inner -= parts[i].days()
	}
	departure, why := rule.Departure, "rules.left"
	if s.died != 0 && s.died == last {
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
	case why == "rules.died" && departure == "none":
		return 0, message.M(why, last)
	case end == 0 || departure == "full":
	case departure == "none":
		return 0, message.M(why, last)
	default:
		lost += end
	}
	if inner > 0 && (rule.Arrival != "full" || rule.Departure != "full") {
		lost += inner
	}
	return lost, message.Message{}
}

// topUp takes the person's own total from the average.
func (s *situation) topUp(x *grant, m *joinedMonth) error {
	own, err := s.ask(ownTotalTerm, func(s *situation) (money.Fen, error) { return s.total(x.item.TopUp.Items) })
	if err != nil {
		return err
	}
	if !m.full.IsZero() {
		m.how = append([]phrase{say("同组平均%s元", inYuan(m.full))}, m.how...)
	}
	m.how = append(m.how, say("本人%s元", own.StringFixed(2)))
	if s.tracing {
		s.step("formula", say("补差 = 取大(%s − %s, 0)", inYuan(m.yuan), own.StringFixed(2)), facts.Source{})
	}
	m.yuan = decimal.Max(m.yuan.Sub(own), decimal.Decimal{})
	return nil
}

// ownTotalTerm is the question for what a top-up counts of the person's own items.
var ownTotalTerm = &policy.Term{ID: "own_total"}

// ask gives an amount of other items in yuan, as a reading that can be remembered.
func (s *situation) ask(t *policy.Term, total func(*situation) (money.Fen, error)) (decimal.Decimal, error) {
	read := func(s *situation, _ []any) (any, error) {
		fen, err := total(s)
		return fen.Yuan(), err
	}
	if s.record == nil {
		v, err := read(s, nil)
		return v.(decimal.Decimal), err
	}
	v, err := s.record.read(s, t, read, nil)
	return v.(decimal.Decimal), err
}

// finish caps, rounds and words the amount.
func (s *situation) finish(x *grant, r *result, m *joinedMonth) *result {
	if x.item.Cap != nil {
		v, err := x.item.Cap.Eval(s)
		if err != nil {
			return r.failed(err)
		}
		if limit := v.(decimal.Decimal); m.yuan.GreaterThan(limit) {
			m.how = append(m.how, say("封顶%s元", inYuan(limit)))
			s.step("cap", say("%s 超过封顶 %s", inYuan(m.yuan), inYuan(limit)), facts.Source{})
			m.yuan = limit
		}
	}
	if x.item.Shared != nil {
		if err := s.shareCap(x, m); err != nil {
			return r.failed(err)
		}
	}
	if m.yuan.IsNegative() {
		return r.failed(message.Err("rules.negative", x.item.Name, plain(m.yuan)))
	}
	fen, err := money.Round(m.yuan, x.item.Rounding, x.item.Unit)
	if err != nil {
		return r.failed(err)
	}
	if !fen.Yuan().Equal(m.yuan) {
		s.step("rounding", say("%s 按%s取到 %s", m.yuan.Round(6), word(policy.RoundingChinese(x.item.Rounding, x.item.Unit)), fen), facts.Source{})
	}
	if fen == 0 {
		return r.not(Zero, message.M("rules.zero", list(append(m.notes.texts, m.how...))))
	}
	r.outcome, r.fen = Due, fen
	r.sentence = sentence(x, m, fen)
	if s.tracing {
		r.english = sentenceEnglish(x, m, fen)
	}
	return r
}

// sharedTerm is the question for what the items before this one used of a shared cap.
var sharedTerm = &policy.Term{ID: "shared_cap"}

// shareCap keeps the item within what the items before it left of their common cap.
func (s *situation) shareCap(x *grant, m *joinedMonth) error {
	v, err := x.item.Shared.Limit.Eval(s)
	if err != nil {
		return err
	}
	before := x.item.Shared.Before(x.item.Code)
	used, err := s.ask(sharedTerm, func(s *situation) (money.Fen, error) { return s.total(before) })
	if err != nil {
		return err
	}
	limit := v.(decimal.Decimal)
	room := decimal.Max(limit.Sub(used), decimal.Decimal{})
	if m.yuan.GreaterThan(room) {
		m.how = append(m.how, say("合计封顶%s元、前面的项目已占%s元", inYuan(limit), inYuan(used)))
		s.step("cap", say("合计封顶 %s，前面的项目已占 %s：%s 减到 %s", inYuan(limit), inYuan(used), inYuan(m.yuan), inYuan(room)), facts.Source{})
		m.yuan = room
	}
	return nil
}

// sentence words a result: 二类乡镇、副科级：桃政发〔2026〕3号附表1，每月340.00元. It ends
// in the amount of the line; where that is not the monthly rate, what made it so stands before it.
func sentence(x *grant, m *joinedMonth, fen money.Fen) string {
	text := list(m.notes.texts)
	if text != "" {
		text += "："
	}
	text += x.info.Document + strings.Join(m.notes.sources, "、")
	for _, c := range clauses(x, m, fen) {
		text += "，" + c.zh
	}
	return text
}

// sentenceEnglish says the same in English.
func sentenceEnglish(x *grant, m *joinedMonth, fen money.Fen) string {
	text := listEnglish(m.notes.texts)
	if text != "" {
		text += ": "
	}
	text += strings.Join(append([]string{x.info.Document}, m.notes.sources...), ", ")
	for _, c := range clauses(x, m, fen) {
		text += "; " + c.english()
	}
	return text
}

// clauses are what a sentence says after the document: the rate, what happened to
// it, and the amount.
func clauses(x *grant, m *joinedMonth, fen money.Fen) (list []phrase) {
	rate := word("每月")
	switch {
	case m.notes.split.zh != "":
		list = append(list, m.notes.split)
		rate = "本期"
	case x.item.Basis == policy.ByDeath:
		rate = "一次性"
	case !x.item.Schedule.Monthly():
		rate = periodWord(x.item.Schedule)
	}
	if len(m.how) == 0 && m.full.Equal(fen.Yuan()) {
		return append(list, say("%s%s元", rate, fen))
	}
	if x.item.TopUp == nil && !m.full.IsZero() {
		list = append(list, say("%s%s元", rate, inYuan(m.full)))
	}
	return append(append(list, m.how...), say("计%s元", fen))
}

// total is what the person gets from the items.
func (s *situation) total(items []string) (money.Fen, error) {
	var total money.Fen
	for _, code := range items {
		i, ok := s.plan.byCode[code]
		if !ok || !s.concerns(s.plan.items[i]) {
			continue
		}
		r := s.item(i)
		if r.err != nil {
			return 0, r.err
		}
		total += r.fen
	}
	return total, nil
}

// keyOf names the group of the situation; without a formula there is one.
func (s *situation) keyOf(x *grant, group *policy.Formula) (groupKey, error) {
	key := groupKey{item: x.item.Code, month: s.month}
	if group == nil {
		return key, nil
	}
	v, err := group.Eval(s)
	if err == nil {
		key.group = v.(string)
	}
	return key, err
}

// standAtEnd puts the situation at the last days of the month that the item covers,
// in the post that comes first; false when it covers none. The caller puts back
// where the situation stood.
func (s *situation) standAtEnd(x *grant) bool {
	for i := len(s.segments) - 1; i >= 0; i-- {
		seg := &s.segments[i]
		if !s.covers(x, seg) {
			continue
		}
		s.here = here{policy: x.policy, grant: x, seg: seg}
		if x.item.Basis == policy.ByPost {
			s.spell = seg.spells[firstInOrder(seg, x.item.PostOrder)]
		}
		return true
	}
	return false
}

// peer says in which group the person is counted, and with what total. An error
// means that they belong to it but cannot be computed.
func (s *situation) peer(x *grant) (key groupKey, own money.Fen, counted bool, err error) {
	if !s.concerns(x) {
		return key, 0, false, nil
	}
	outer := s.here
	defer func() { s.here = outer }()
	if !s.standAtEnd(x) {
		return key, 0, false, nil
	}
	if key, err = s.keyOf(x, x.item.TopUp.Group); err != nil {
		return key, 0, false, err
	}
	if s.e.isFrozen(x, key) {
		return key, 0, false, nil
	}
	v, err := x.item.TopUp.Peers.Eval(s)
	if err != nil || !v.(bool) {
		return key, 0, false, err
	}
	if !x.item.TopUp.Recipients {
		if reason, err := s.admitted(x); err != nil || reason.IsZero() {
			return key, 0, false, err
		}
	}
	own, err = s.total(x.item.TopUp.Items)
	return key, own, err == nil, err
}

// day is the day a formula looks at a place: the last of the segment.
func (s *situation) day() calendar.Date {
	if s.seg != nil {
		return s.seg.to
	}
	return s.last
}
