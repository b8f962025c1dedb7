package payroll

import (
	"cmp"
	"context"
	"slices"
	"sort"
	"strings"

	"zhida/rules"
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/message"
	"zhida/rules/money"
)

// personResult is what a computation makes of one person: a part for each channel
// that concerns them.
type personResult struct {
	parts []channelPart
}

// channelPart is one person's share of one channel's batch.
type channelPart struct {
	channel    string
	lines      []draftLine
	settlement Settlement
	entries    []Entry // Batch, and Origin of what it charges, are set with the batch
	shares     []share // of the payment
	portions   []Portion
	short      bool // deductions found too little pay
}

// draftLine is a line before its sentence has a number.
type draftLine struct {
	Line
	sentence string
	order    int       // print order of the item
	restored money.Fen // of a positive line: what cancels a receivable instead of being paid
	whole    bool      // its fund pays it whole, whatever the co-funding of the item
}

// settlePerson computes one person: entitlement minus committed for each
// obligation, and what that does to the account in each channel.
func (b *Book) settlePerson(ctx context.Context, c *calc, p *personData) (personResult, error) {
	s := &settler{calc: c, person: p, committed: map[obligationKey]CommittedSum{}, parts: map[string]*channelPart{}, paidBefore: map[string]bool{}}
	for _, list := range [][]CommittedSum{p.paid, p.committed} {
		for _, sum := range list {
			k := obligationKey{sum.Item, sum.Month}
			old := s.committed[k]
			sum.Fen += old.Fen
			sum.Horizon = max(sum.Horizon, old.Horizon)
			s.committed[k] = sum
			if it := c.items[sum.Item]; sum.Month == c.month && it != nil && sum.Fen != 0 {
				s.paidBefore[it.Channel] = true
			}
		}
	}
	for _, e := range c.eval.Person(&p.Person) {
		s.entitled(e)
	}
	if s.fatal != nil {
		return personResult{}, s.fatal
	}
	if err := s.withdrawn(ctx, b); err != nil {
		return personResult{}, err
	}
	return s.close(), nil
}

type obligationKey struct {
	item  string
	month calendar.Month
}

// settler works on one person.
type settler struct {
	calc      *calc
	person    *personData
	committed map[obligationKey]CommittedSum // left after entitled: what nothing entitles to any more
	parts     map[string]*channelPart
	// paidBefore are the channels in which something of the month at hand is committed already.
	paidBefore map[string]bool
	refusals   []Refusal // about the person as a whole
	fatal      error     // wrong for everybody
}

// part gives the person's share of a channel.
func (s *settler) part(channel string) *channelPart {
	if s.parts[channel] == nil {
		s.parts[channel] = &channelPart{channel: channel}
	}
	return s.parts[channel]
}

// entitled turns one entitlement into a line, a refusal, or a reason why nothing is due.
func (s *settler) entitled(e rules.Entitlement) {
	item, _ := s.calc.program.ItemAt(e.Item, e.Month)
	k := obligationKey{e.Item, e.Month}
	sum, paid := s.committed[k]
	delete(s.committed, k)
	if !paid && s.closed(e.Month) {
		return
	}
	place := e.Place
	if place == "" {
		if f := profileAt(&s.person.Person, e.Month.Last()); f != nil {
			place = f.Place
		}
	}
	if !s.calc.only.concerns(s.person.No, e.Item, place) {
		return
	}
	switch {
	case e.Outcome == rules.Refused && item.Grouped && e.Reason.Code == rules.PeerRefused:
		part := s.part(item.Channel)
		part.settlement.Items = append(part.settlement.Items, Refusal{e.Item, e.Month, e.Reason})
		return
	case e.Outcome == rules.Refused && e.Reason.Code == rules.MissingReference:
		s.fatal = &message.Error{Message: e.Reason}
		return
	case e.Outcome == rules.Refused:
		s.refusals = append(s.refusals, Refusal{e.Item, e.Month, e.Reason})
		return
	case e.Month == s.calc.month: // a person stands in the channels of the run's own month
		if part := s.part(item.Channel); e.Outcome != rules.Due && part.settlement.Reason.IsZero() && !item.Deduction && s.calc.kind != BackPay {
			part.settlement.Reason = e.Reason
		}
	}
	if e.Fen == sum.Fen || !s.calc.settles(e.Month, func() string { return s.cause(item, k, sum, e.Fen) }) {
		return
	}
	l := draftLine{order: item.Order, Line: Line{Person: s.person.No, Item: e.Item, Month: e.Month, Side: sideOf(item.Deduction),
		Fen: e.Fen - sum.Fen, Due: e.Fen, Committed: sum.Fen, Place: place, Policy: e.Policy, Fund: s.calc.fund(item.Fund, e.Fen-sum.Fen)}}
	if l.Policy == 0 {
		l.Policy = item.Policy
	}
	if s.calc.only.leaves(s.calc.county, &l.Line) {
		return
	}
	l.Cause = s.cause(item, k, sum, l.Due)
	l.sentence = sentence(&l.Line, e)
	part := s.part(item.Channel)
	part.lines = append(part.lines, l)
}

// closed says that a month lies before the cut-over: only what was imported as
// paid is settled there.
func (s *settler) closed(m calendar.Month) bool { return m < s.calc.start }

// withdrawn takes back what was committed for obligations that no rule mentions
// any more (a withdrawn document, a changed category). The line names the
// document of the line it takes back.
func (s *settler) withdrawn(ctx context.Context, b *Book) error {
	var keys []obligationKey
	for k, sum := range s.committed {
		if sum.Fen != 0 && k.month >= s.calc.from && k.month <= s.calc.month {
			keys = append(keys, k)
		}
	}
	if len(keys) == 0 {
		return nil
	}
	sort.Slice(keys, func(i, j int) bool {
		return keys[i].item < keys[j].item || keys[i].item == keys[j].item && keys[i].month < keys[j].month
	})
	earlier := map[obligationKey]Line{}
	channels := map[BatchID]string{}
	for channel, ids := range s.calc.byChannel {
		for _, id := range ids {
			channels[id] = channel
		}
	}
	err := b.view(ctx, func(r Reader) error {
		return r.Lines(ctx, LineQuery{Person: s.person.No}, func(l Line) error {
			if channels[l.Batch] != "" {
				earlier[obligationKey{l.Item, l.Month}] = l
			}
			return nil
		})
	})
	for _, k := range keys {
		s.takeBack(k, s.committed[k], earlier[k], channels)
	}
	return err
}

func (s *settler) takeBack(k obligationKey, sum CommittedSum, last Line, channels map[BatchID]string) {
	item, inForce := s.calc.program.ItemAt(k.item, k.month)
	if !inForce {
		item = rules.Item{Code: k.item, Channel: channels[last.Batch], Policy: last.Policy, Fund: last.Fund, Deduction: last.Side == Deduction}
	}
	if item.Channel == "" {
		s.refusals = append(s.refusals, Refusal{k.item, k.month, message.M("settle.no_document", k.item, k.month)})
		return
	}
	place := last.Place
	if f := profileAt(&s.person.Person, k.month.Last()); place == "" && f != nil {
		place = f.Place
	}
	if !s.calc.only.concerns(s.person.No, k.item, place) || !s.calc.settles(k.month, func() string { return s.cause(item, k, sum, 0) }) {
		return
	}
	l := draftLine{order: item.Order, Line: Line{Person: s.person.No, Item: k.item, Month: k.month, Side: sideOf(item.Deduction),
		Fen: -sum.Fen, Committed: sum.Fen, Place: place, Policy: item.Policy, Fund: s.calc.fund(item.Fund, -sum.Fen)}}
	if s.calc.only.leaves(s.calc.county, &l.Line) {
		return
	}
	l.Cause = s.cause(item, k, sum, l.Due)
	l.sentence = sentence(&l.Line, rules.Entitlement{Outcome: rules.NotDue, Reason: message.M("settle.no_rule")})
	s.part(item.Channel).lines = append(s.part(item.Channel).lines, l)
}

func sideOf(deduction bool) Side {
	if deduction {
		return Deduction
	}
	return Gross
}

// causeMonth marks the first pay of the run's own month.
const causeMonth = "month"

// causeLater marks amounts of earlier months that the document pays together now.
const causeLater = "later"

// causeShort marks deductions for which earlier pay was too small.
const causeShort = "short"

// causeProgram marks a difference that no fact and no document explains: the
// program itself changed. It is a stop finding.
const causeProgram = "program"

// cause names the journal positions that explain a difference: changes of what
// the item reads since the obligation was last committed.
func (s *settler) cause(item rules.Item, k obligationKey, sum CommittedSum, due money.Fen) string {
	since := sum.Horizon
	if since == 0 {
		since = s.calc.latest[item.Channel][k.month]
		if since == 0 {
			return causeMonth // a month that no batch has settled yet
		}
		if item.Schedule.Payable(k.month) > max(k.month, s.calc.previous) {
			return causeLater
		}
	}
	found := map[int64]bool{}
	reads := map[facts.Kind]bool{}
	for _, kind := range item.Reads {
		reads[kind] = true
	}
	for _, ch := range s.calc.changes.person[s.person.No] {
		if ch.at > since && (reads[ch.kind] || ch.kind == facts.KindPaid && strings.HasPrefix(ch.key, k.item+"|")) {
			found[ch.at] = true
		}
	}
	for _, ch := range s.calc.changes.world {
		if ch.at > since && reads[ch.kind] && (ch.kind != facts.KindPlace || livesIn(&s.person.Person, ch.key)) {
			found[ch.at] = true
		}
	}
	_, granted := s.calc.program.ItemAt(k.item, k.month)
	for _, g := range s.calc.changes.grants { // what a document still grants, and a fact about the person ends, is not for the document
		if g.at > since && s.calc.grantsItem(g.key, item.Code, k.month) && (due != 0 || !granted || len(found) == 0) {
			found[g.at] = true
		}
	}
	switch {
	case len(found) > 0:
	case item.Grouped:
		return s.peerCause(since, reads)
	case item.Deduction && due > sum.Fen:
		return causeShort
	case s.calc.refusedBefore[s.person.No]: // whatever lifted the refusal lets this through as well
		for _, ch := range s.calc.changes.person[s.person.No] {
			found[ch.at] = true
		}
	}
	return joinPositions(found)
}

// peerCause names changes of anybody's facts: a peer group moves its members.
func (s *settler) peerCause(since int64, reads map[facts.Kind]bool) string {
	found := map[int64]bool{}
	for at := range s.calc.changes.positions(reads) {
		if at > since {
			found[at] = true
		}
	}
	return joinPositions(found)
}

func joinPositions(found map[int64]bool) string {
	if len(found) == 0 {
		return causeProgram
	}
	list := make([]int64, 0, len(found))
	for at := range found {
		list = append(list, at)
	}
	sort.Slice(list, func(i, j int) bool { return list[i] < list[j] })
	texts := make([]string, len(list))
	for i, at := range list {
		texts[i] = num(at)
	}
	return strings.Join(texts, ",")
}

// livesIn says whether the person has anything to do with a place or its township.
func livesIn(p *facts.Person, code string) bool {
	for _, f := range p.Profiles {
		if f.Place == code || facts.Township(f.Place) == code {
			return true
		}
	}
	for _, f := range p.Spells {
		if f.Place == code || facts.Township(f.Place) == code {
			return true
		}
	}
	return false
}

// sentence says in Chinese where the fen of a line come from; its amounts add up to the line.
func sentence(l *Line, e rules.Entitlement) string {
	if l.Committed == 0 {
		return e.Sentence
	}
	why := e.Sentence
	if e.Outcome != rules.Due {
		why = e.Reason.Text(message.Chinese)
	}
	verb, diff := "补发", l.Fen
	if diff < 0 {
		verb, diff = "扣回", -diff
	}
	if l.Side == Deduction {
		verb = map[bool]string{true: "补扣", false: "退还"}[l.Fen > 0]
	}
	return l.Month.Chinese() + "应为" + l.Due.String() + "元（" + why + "），已发" + l.Committed.String() + "元，" + verb + diff.String() + "元"
}

// close settles the account in each channel and gives the parts in channel order.
func (s *settler) close() personResult {
	var r personResult
	for channel := range s.person.balances {
		s.part(channel)
	}
	if len(s.parts) == 0 {
		s.part(s.calc.channels[0]).settlement.Reason = message.M("settle.no_item")
	}
	for _, channel := range s.calc.channels {
		if p := s.parts[channel]; p != nil {
			s.closePart(p)
			r.parts = append(r.parts, *p)
		}
	}
	return r
}

func (s *settler) closePart(p *channelPart) {
	st := &p.settlement
	st.Person = s.person.No
	if f := profileAt(&s.person.Person, s.calc.month.Last()); f != nil {
		st.Name, st.Category, st.Place = f.Name, f.Category, f.Place
	}
	if len(s.refusals) > 0 {
		p.lines = nil
		st.Status, st.Items = Refused, s.refusals
		st.Reason = s.refusals[0].Problem
		return
	}
	if !s.calc.only.all() && s.calc.only.Without == "" && len(p.lines) == 0 {
		st.Status, st.Reason = NotDue, message.M("settle.narrowed")
		return
	}
	for i := range p.lines {
		p.lines[i].whole = s.calc.county.setAside(s.calc.kind, p.lines[i].Fen)
	}
	a := &account{standing: s.person.standing, open: s.person.balances[p.channel], receivables: s.person.receivables[p.channel], forgiven: s.person.forgiven[p.channel],
		courts: &s.person.courts, collected: &s.person.collected, died: s.person.Died(), on: s.calc.ran.Last(), paidBefore: s.paidBefore[p.channel], calc: s.calc, had: s.person.had}
	a.profile = profileAt(&s.person.Person, a.on)
	if a.profile != nil {
		a.began = beganOn(&s.person.Person, a.profile.Category)
	}
	a.leaving = leaving(&s.person.Person, a.profile, a.on)
	a.own, a.hasOwn = accountAt(&s.person.Person, a.on)
	restored := a.restore(p)
	p.limitDeductions()
	for _, l := range p.lines {
		if l.Side == Deduction {
			st.Deduction += l.Fen
		} else {
			st.Gross += l.Fen
		}
	}
	a.settle(p, restored, s.calc.kind)
	p.portions = p.portion(s.calc.county, s.heldIn(p.channel, a.open.Held))
	slices.SortFunc(p.entries, func(x, y Entry) int { // as the store gives them back
		return cmp.Or(cmp.Compare(x.Way, y.Way), cmp.Compare(x.Origin, y.Origin), cmp.Compare(x.Month, y.Month), cmp.Compare(x.Item, y.Item))
	})
}

// heldIn is what is held for the person in a channel, by purse. What a book of an earlier
// program held belongs to no fund yet.
func (s *settler) heldIn(channel string, total money.Fen) map[Purse]money.Fen {
	held := map[Purse]money.Fen{}
	for k, fen := range s.person.held[channel] {
		held[k] = fen
		total -= fen
	}
	if total != 0 {
		held[Purse{}] += total
	}
	return held
}

// leaving says whether nobody expects later pay from which something could be kept:
// every post has ended, or the person has retired.
func leaving(p *facts.Person, f *facts.Profile, on calendar.Date) bool {
	if f == nil || f.Category == facts.FormerVillageCadre {
		return false
	}
	if f.Retired != 0 && f.Retired <= on {
		return true
	}
	serving := func(x facts.Spell) bool { return x.To == 0 || x.To > on }
	return len(p.Spells) > 0 && !slices.ContainsFunc(p.Spells, serving)
}

// limitDeductions keeps deductions within the pay they are taken from, in print
// order: what does not fit is not committed and stays due from later pay. What is
// restored pays nothing: nothing can be taken from it.
func (p *channelPart) limitDeductions() {
	sort.SliceStable(p.lines, func(i, j int) bool {
		a, b := &p.lines[i], &p.lines[j]
		return a.Month < b.Month || a.Month == b.Month && a.order < b.order
	})
	room := money.Fen(0)
	for _, l := range p.lines {
		switch {
		case l.Side == Gross:
			room += max(l.Fen-l.restored, 0)
		case l.Fen < 0:
			room -= l.Fen
		}
	}
	kept := p.lines[:0]
	for _, l := range p.lines {
		if l.Side == Deduction && l.Fen > 0 {
			fits := min(l.Fen, max(room, 0))
			p.short = p.short || fits < l.Fen
			if fits == 0 {
				continue
			}
			if fits < l.Fen {
				l.sentence += "；本次应发不足，先扣" + fits.String() + "元"
			}
			l.Fen = fits
			room -= fits
		}
		kept = append(kept, l)
	}
	p.lines = kept
	sort.SliceStable(p.lines, func(i, j int) bool {
		a, b := &p.lines[i], &p.lines[j]
		return a.Item < b.Item || a.Item == b.Item && a.Month < b.Month
	})
}

// positions gives all positions at which facts of the kinds changed.
func (x *changeIndex) positions(kinds map[facts.Kind]bool) map[int64]bool {
	x.once.Do(func() {
		x.byKind = map[facts.Kind]map[int64]bool{}
		note := func(ch change) {
			if x.byKind[ch.kind] == nil {
				x.byKind[ch.kind] = map[int64]bool{}
			}
			x.byKind[ch.kind][ch.at] = true
		}
		for _, list := range x.person {
			for _, ch := range list {
				note(ch)
			}
		}
		for _, ch := range x.world {
			note(ch)
		}
	})
	all := map[int64]bool{}
	for kind := range kinds {
		for at := range x.byKind[kind] {
			all[at] = true
		}
	}
	return all
}
