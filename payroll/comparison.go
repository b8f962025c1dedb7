package payroll

import (
	"cmp"
	"slices"
	"strings"

	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/message"
	"zhida/rules/money"
)

// changeKey names one row of a comparison.
type changeKey struct {
	person int64
	part   string
	item   string
}

// Parts are the parts of a comparison in the order in which papers list them.
var Parts = []string{PartMonth, PartCorrected, PartEarlier, PartHeld, PartOwed}

func (k changeKey) compare(o changeKey) int {
	return cmp.Or(cmp.Compare(k.person, o.person), cmp.Compare(slices.Index(Parts, k.part), slices.Index(Parts, o.part)), cmp.Compare(k.item, o.item))
}

// changed is one row while it is added up.
type changed struct {
	before, now money.Fen
	place, text string
	causes      []string          // of lines, each once
	months      [2]calendar.Month // first and last that the lines are about
}

func (x *changed) cause(l Line) {
	if !slices.Contains(x.causes, l.Cause) {
		x.causes = append(x.causes, l.Cause)
	}
	if x.months[0] == 0 || l.Month < x.months[0] {
		x.months[0] = l.Month
	}
	x.months[1] = max(x.months[1], l.Month)
}

// comparison adds up the rows of Changes, some people at a time.
type comparison struct {
	report *batchReport
	rows   map[changeKey]*changed
	had    map[int64]money.Fen    // what the month before paid a person for itself
	has    map[int64]money.Fen    // what is due for the month
	kept   map[changeKey]*changed // of accounts, of everybody: most have none
	names  map[int64]string       // of everybody, once somebody is not on the batch's roster
}

// ofMonth says whether a batch pays the month that the report is about: the batch itself,
// and of a regular one those that ran the month before it.
func (p *batchReport) ofMonth(x Batch) bool {
	b := p.head.Batch
	return x.ID == b.ID || b.Kind == Regular && x.Kind == Regular && x.ID.Month() == b.ID.Month()
}

// ofPrevious says whether a batch paid the month before as that was run.
func (p *batchReport) ofPrevious(x Batch) bool {
	return p.head.Batch.Kind == Regular && x.Kind == p.previous.Kind && x.ID.Month() == p.previous.ID.Month()
}

func (p *batchReport) Changes(fn func(ReportChange) error) error {
	regular := p.head.Batch.Kind == Regular
	if p.head.Batch.Kind == Reissue || regular && p.previous.ID == 0 {
		return nil
	}
	c := &comparison{report: p, kept: map[changeKey]*changed{}}
	batches := []Batch{p.head.Batch}
	if regular {
		batches = append(slices.Clone(p.earlier), p.head.Batch)
		batches = slices.DeleteFunc(batches, func(x Batch) bool { return x.ID.Month() < p.previous.ID.Month() }) // they hold no line of either month
	}
	for _, x := range batches {
		if err := c.accounts(x); err != nil {
			return err
		}
	}
	v, err := p.newVariance()
	if err != nil {
		return err
	}
	last, err := p.r.LastPerson(p.ctx)
	if err != nil {
		return err
	}
	for first := int64(1); first <= last; first += chunkSize {
		upto := first + chunkSize - 1
		c.rows, c.had, c.has = map[changeKey]*changed{}, map[int64]money.Fen{}, map[int64]money.Fen{}
		for k, x := range c.kept {
			if first <= k.person && k.person <= upto {
				c.rows[k] = x
			}
		}
		for _, x := range batches {
			if err := c.lines(x, first, upto); err != nil {
				return err
			}
		}
		if err := c.explain(v, fn); err != nil {
			return err
		}
	}
	return nil
}

func (c *comparison) at(person int64, part, item, place string) *changed {
	k := changeKey{person, part, item}
	x := c.rows[k]
	if x == nil {
		x = &changed{}
		c.rows[k] = x
	}
	x.place = place
	return x
}

// lines files the lines that a batch has for some people. What a batch outside the two runs did to one of the
// months, and what a run did to other months than its own, are rows of their own.
func (c *comparison) lines(b Batch, first, last int64) error {
	p := c.report
	month, before := p.head.Batch.ID.Month(), p.previous.ID.Month()
	own := b.ID == p.head.Batch.ID
	return p.r.Lines(p.ctx, LineQuery{Batch: b.ID, First: first, Last: last}, func(l Line) error {
		if p.head.Batch.Kind != Regular {
			x := c.at(l.Person, PartCorrected, l.Item, l.Place)
			x.before += effect(l, l.Committed)
			x.now += effect(l, l.Committed+l.Fen)
			x.cause(l)
			if x.text == "" && l.Text < len(p.texts) {
				x.text = p.texts[l.Text]
			}
			return nil
		}
		fen := effect(l, l.Fen)
		switch l.Month {
		case before:
			c.at(l.Person, PartMonth, l.Item, l.Place).before += fen
			if p.ofPrevious(b) {
				c.had[l.Person] += fen
				break
			}
			x := c.at(l.Person, PartCorrected, l.Item, l.Place) // the difference; explain adds what was paid
			x.now += fen
			x.cause(l)
		case month:
			x := c.at(l.Person, PartMonth, l.Item, l.Place)
			x.now += fen
			c.has[l.Person] += fen
			if own && l.Text < len(p.texts) {
				x.text = p.texts[l.Text]
			}
			if !p.ofMonth(b) { // paid by a correction, and no part of what the runs paid
				x := c.at(l.Person, PartCorrected, l.Item, l.Place)
				x.before += fen
				x.cause(l)
			}
		}
		switch {
		case p.ofPrevious(b) && l.Month != before:
			c.at(l.Person, PartEarlier, l.Item, l.Place).before += fen
		case p.ofMonth(b) && l.Month != month:
			x := c.at(l.Person, PartEarlier, l.Item, l.Place)
			x.now += fen
			x.cause(l)
		}
		return nil
	})
}

// effect is what an amount of a line does to the payment.
func effect(l Line, fen money.Fen) money.Fen {
	if l.Side == Deduction {
		return -fen
	}
	return fen
}

// accounts files what a run did to the accounts: kept back, released, owed, recovered.
func (c *comparison) accounts(b Batch) error {
	p := c.report
	if !p.ofMonth(b) && !p.ofPrevious(b) {
		return nil
	}
	err := p.r.Settlements(p.ctx, b.ID, func(s Settlement) error {
		for _, part := range []struct {
			name string
			fen  money.Fen
		}{{PartHeld, -s.Held}, {PartOwed, s.Owed}} {
			if part.fen == 0 {
				continue
			}
			k := changeKey{s.Person, part.name, ""}
			x := c.kept[k]
			if x == nil {
				x = &changed{}
				c.kept[k] = x
			}
			if x.place = s.Place; p.ofPrevious(b) {
				x.before += part.fen
				continue
			}
			x.now += part.fen
			x.text = s.Reason.Text(message.Chinese)
		}
		return nil
	})
	if err != nil || !p.ofMonth(b) {
		return err
	}
	moved := map[int64]map[Way]money.Fen{}
	err = p.r.Entries(p.ctx, EntryQuery{Batch: b.ID}, func(e Entry) error {
		if moved[e.Person] == nil {
			moved[e.Person] = map[Way]money.Fen{}
		}
		moved[e.Person][e.Way] += e.Fen
		return nil
	})
	for person, ways := range moved {
		if x := c.kept[changeKey{person, PartOwed, ""}]; x != nil {
			x.text = movedChinese(ways)
		}
	}
	return err
}

// movedChinese words what a batch did to somebody's debts.
func movedChinese(ways map[Way]money.Fen) string {
	var parts []string
	for _, w := range []struct {
		way  Way
		text string
	}{{Charged, "新增待扣"}, {Collected, "从应发扣回"}, {Restored, "恢复应发冲销"}, {Carried, "旧欠转入"}} {
		if fen := ways[w.way]; fen != 0 {
			parts = append(parts, w.text+" "+max(fen, -fen).String()+" 元")
		}
	}
	return strings.Join(parts, "、")
}

// explain hands on what differs for the people at hand, in order, with its causes.
func (c *comparison) explain(v *variance, fn func(ReportChange) error) error {
	p := c.report
	keys := make([]changeKey, 0, len(c.rows))
	for k, x := range c.rows {
		if x.before != x.now {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, changeKey.compare)
	if len(keys) == 0 {
		return nil
	}
	moved, err := v.movedFacts(keys[0].person, keys[len(keys)-1].person)
	if err != nil {
		return err
	}
	regular := p.head.Batch.Kind == Regular
	for _, k := range keys {
		x := c.rows[k]
		if paid := c.rows[changeKey{k.person, PartMonth, k.item}]; regular && k.part == PartCorrected && paid != nil {
			x.before, x.now = x.before+paid.before-x.now, paid.before
		}
		r := ReportChange{Person: k.person, Township: facts.Township(x.place), Part: k.part, Item: k.item, ItemName: cmp.Or(p.names[k.item], k.item), Before: x.before, Now: x.now, Reason: x.text}
		if len(x.place) == 12 {
			r.Village = x.place
		}
		who := p.people[k.person]
		if who != nil {
			r.Name = who.settlement.Name
		} else if r.Name, err = c.name(k.person); err != nil {
			return err
		}
		if regular && (k.part == PartMonth || k.part == PartCorrected) {
			r.Entered, r.Left = c.had[k.person] == 0 && c.has[k.person] != 0, c.had[k.person] != 0 && c.has[k.person] == 0
		}
		switch k.part {
		case PartMonth:
			if x.now == 0 {
				r.Reason = "本月不再发"
				if who != nil && reasonText(&who.settlement) != "" {
					r.Reason += "：" + reasonText(&who.settlement)
				}
			}
			v.explain(&r, moved[k.person], x.place)
		case PartCorrected, PartEarlier:
			err = v.corrected(&r, moved[k.person], x)
		case PartHeld:
			v.kept(&r, moved[k.person])
		case PartOwed:
			v.owed(&r)
		}
		if err != nil {
			return err
		}
		if err := fn(r); err != nil {
			return err
		}
	}
	return nil
}

// name is that of somebody who is not on the batch's roster.
func (c *comparison) name(person int64) (string, error) {
	if c.names == nil {
		c.names = map[int64]string{}
		last, err := c.report.r.LastPerson(c.report.ctx)
		if err != nil {
			return "", err
		}
		err = c.report.r.Facts(c.report.ctx, FactQuery{First: 1, Last: last, Kinds: []facts.Kind{facts.KindPerson}, Horizon: c.report.head.Batch.Horizon}, func(f Fact) error {
			var x facts.Profile
			err := decode(f, &x)
			c.names[f.Person] = x.Name
			return err
		})
		if err != nil {
			return "", err
		}
	}
	return c.names[person], nil
}

// about words which months the lines of a row are about.
func (x *changed) about() string {
	switch {
	case x.months[0] == 0:
		return "上月补发、补扣了以前月份的，本月没有"
	case x.months[0] == x.months[1]:
		return x.months[0].String()
	}
	return x.months[0].String() + " 至 " + x.months[1].String()
}

// Bridge leads from what the month before was paid to what this month pays: the sum of
// the changes by part and kinds of causes.
type Bridge struct {
	Before, Now money.Fen
	Steps       []BridgeStep // by part, then causes
}

// BridgeStep is the sum of the changes of one part with the same kinds of causes.
type BridgeStep struct {
	Part   string
	Causes []string
	Count  int
	Fen    money.Fen
}

// Add counts a change in.
func (b *Bridge) Add(c ReportChange) {
	i := slices.IndexFunc(b.Steps, func(s BridgeStep) bool { return s.Part == c.Part && slices.Equal(s.Causes, c.Causes) })
	if i < 0 {
		i = len(b.Steps)
		b.Steps = append(b.Steps, BridgeStep{Part: c.Part, Causes: c.Causes})
	}
	b.Steps[i].Count++
	b.Steps[i].Fen += c.Now - c.Before
}

// Open is what the steps leave unexplained of the difference; it is a finding unless 0.
func (b *Bridge) Open() money.Fen {
	open := b.Now - b.Before
	for _, s := range b.Steps {
		open -= s.Fen
	}
	return open
}

// Sort puts the steps in order.
func (b *Bridge) Sort() {
	slices.SortFunc(b.Steps, func(x, y BridgeStep) int {
		return cmp.Or(cmp.Compare(slices.Index(Parts, x.Part), slices.Index(Parts, y.Part)), slices.Compare(x.Causes, y.Causes))
	})
}
