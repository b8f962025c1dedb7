package checks

import (
	"cmp"
	"slices"
	"strings"

	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/message"
	"zhida/rules/money"
)

// aboveStandard finds items, or items together, that come to more in a month than a
// document lets them, and given amounts that rest on a document no longer in force.
func aboveStandard(m *Month, found func(Finding)) watch {
	return watch{each: func(p *Person) {
		for i := range m.Settings.Standards {
			x := &m.Settings.Standards[i]
			sums := map[calendar.Month]*group{}
			for l := range p.paid {
				if !slices.Contains(x.Items, l.Item) || l.Month < x.From || x.Until != 0 && l.Month > x.Until {
					continue
				}
				g := sums[l.Month]
				if g == nil {
					g = &group{first: l.Month, place: l.Place, document: x.Document}
					sums[l.Month] = g
				}
				g.fen += l.Due
				g.rows = append(g.rows, m.item(l.Item)+" "+l.Month.String()+" "+l.Due.String())
			}
			for _, g := range sums {
				if g.fen > x.most {
					names := make([]string, len(x.Items))
					for i, code := range x.Items {
						names[i] = m.item(code)
					}
					item := ""
					if len(x.Items) == 1 {
						item = x.Items[0]
					}
					found(g.finding(p, item, message.M("check.above_standard", p.Name, strings.Join(names, "、"), g.first, g.fen, x.most, x.Document)))
				}
			}
		}
		for l := range p.paid {
			a := given(p, l)
			if a == nil || a.Document == "" {
				continue
			}
			if ended, known := m.ended(a.Document, l.Month); known && ended {
				found(Finding{Place: l.Place, Person: p.No, Name: p.Name, Item: l.Item, Month: l.Month, Fen: l.Fen, Document: a.Document,
					Message: message.M("check.old_document", p.Name, m.item(l.Item), l.Month, l.Fen, a.Document), Rows: []string{a.Where}})
			}
		}
	}}
}

// given is the given amount that a line rests on, nil for none.
func given(p *Person, l *Line) (at *facts.Amount) {
	for i := range p.Amounts {
		if a := &p.Amounts[i]; a.Item == l.Item && a.From <= l.Month && (a.Until == 0 || l.Month <= a.Until) {
			at = a
		}
	}
	return at
}

// ended says whether every adopted document of a number is out of force in a month; known
// is false when none has the number.
func (m *Month) ended(number string, mo calendar.Month) (ended, known bool) {
	ended = true
	for _, d := range m.Documents {
		if d.Number == number {
			known = true
			ended = ended && (d.Withdrawn || mo < d.From || d.Until != 0 && mo > d.Until)
		}
	}
	return ended, known
}

// noDocument finds lines that no document in force grants.
func noDocument(m *Month, found func(Finding)) watch {
	return watch{each: func(p *Person) {
		for i := range p.Lines {
			l := &p.Lines[i]
			d, known := m.Documents[l.Policy]
			inForce := known && !d.Withdrawn && d.From <= l.Month && (d.Until == 0 || l.Month <= d.Until) && slices.Contains(d.Grants, l.Item)
			if l.Fen <= 0 || inForce {
				continue // what is taken back may rest on what is gone
			}
			number := cmp.Or(d.Number, "（无）")
			found(Finding{Place: l.Place, Person: p.No, Name: p.Name, Item: l.Item, Month: l.Month, Fen: l.Fen, Document: d.Number,
				Message: message.M("check.no_document", p.Name, m.item(l.Item), l.Month, l.Fen, number), Rows: []string{m.item(l.Item) + " " + l.Month.String() + " " + l.Fen.String()}})
		}
	}}
}

// fundPurpose finds items paid from a fund that is not for them.
func fundPurpose(m *Month, found func(Finding)) watch {
	type key struct{ fund, item string }
	sums := map[key]*Finding{}
	people := map[key]map[int64]bool{}
	return watch{each: func(p *Person) {
		for l := range p.paid {
			covers := m.Covers[l.Fund]
			if len(covers) == 0 || slices.Contains(covers, l.Item) {
				continue
			}
			k := key{l.Fund, l.Item}
			if sums[k] == nil {
				sums[k], people[k] = &Finding{Item: l.Item, Month: l.Month, Document: m.document(l)}, map[int64]bool{}
			}
			sums[k].Fen += l.Fen
			if people[k][p.No] = true; len(sums[k].Rows) < mostRows {
				sums[k].Rows = append(sums[k].Rows, itoa(p.No)+" "+p.Name+" "+l.Month.String()+" "+l.Fen.String())
			}
		}
	}, end: func() {
		for k, f := range sums {
			f.Message = message.M("check.fund_purpose", k.fund, m.item(k.item), len(people[k]), f.Fen)
			found(*f)
		}
	}}
}

// mostRows is how many rows a finding about many people quotes; its count says how many
// there are.
const mostRows = 200

// manual finds given amounts that name no document: those that came in since the batch
// before, or of a first batch when they are most of it.
func manual(m *Month, found func(Finding)) watch {
	sums := map[string]*Finding{}
	at := map[string]map[int64]bool{}
	people := map[string]int{}
	return watch{each: func(p *Person) {
		seen := map[string]bool{}
		for l := range p.paid {
			a := given(p, l)
			if a == nil || a.Document != "" || !m.First && a.Position <= m.Before {
				continue
			}
			f := sums[l.Item]
			if f == nil {
				f = &Finding{Item: l.Item, Month: l.Month}
				sums[l.Item], at[l.Item] = f, map[int64]bool{}
			}
			f.Fen += l.Fen
			at[l.Item][a.Position] = true
			if !seen[l.Item] {
				seen[l.Item] = true
				people[l.Item]++
			}
			if len(f.Rows) < mostRows {
				f.Rows = append(f.Rows, itoa(p.No)+" "+p.Name+" "+l.Month.String()+" "+l.Fen.String()+" "+a.Where)
			}
		}
	}, end: func() {
		for _, item := range sorted(sums) {
			f := sums[item]
			share := percent(f.Fen, m.Gross)
			if m.First && share < m.Settings.ManualPercent {
				continue
			}
			f.Message = message.M("check.manual", m.item(item), people[item], f.Fen, share, m.who(at[item]))
			found(*f)
		}
	}}
}

// who words who entered and who confirmed what came in at some positions.
func (m *Month) who(at map[int64]bool) string {
	var parts []string
	for _, in := range m.Inputs {
		if at[in.Position] {
			parts = append(parts, in.Entered+" 录入、"+cmp.Or(in.Accepted, "无人")+" 确认")
		}
	}
	slices.Sort(parts)
	return cmp.Or(strings.Join(slices.Compact(parts), "；"), "录入人见日志")
}

// percent is a share in whole parts of a hundred, 0 of nothing.
func percent(part, whole money.Fen) int {
	if whole <= 0 {
		return 0
	}
	return int(part * 100 / whole)
}

// once finds given amounts that are paid for one month only; shortly before a holiday it
// says so.
func once(code string, before bool) func(*Month, func(Finding)) watch {
	return func(m *Month, found func(Finding)) watch {
		festival := m.festival()
		if m.From != m.To { // a period is near no one holiday
			festival = 0
		}
		if before != (festival != 0) {
			return watch{}
		}
		type key struct{ item, document string }
		sums := map[key]*Finding{}
		people := map[key]int{}
		return watch{each: func(p *Person) {
			for l := range p.paid {
				a := given(p, l)
				if a == nil || a.Until != a.From || a.From != l.Month {
					continue
				}
				k := key{l.Item, a.Document}
				if sums[k] == nil {
					sums[k] = &Finding{Item: l.Item, Month: l.Month, Document: a.Document}
				}
				people[k]++
				sums[k].Fen += l.Fen
				if len(sums[k].Rows) < mostRows {
					sums[k].Rows = append(sums[k].Rows, itoa(p.No)+" "+p.Name+" "+l.Fen.String()+" "+a.Where)
				}
			}
		}, end: func() {
			for k, f := range sums {
				args := []any{m.item(k.item), people[k], f.Fen, cmp.Or(k.document, "没有文号")}
				if before {
					args = append(args, festival)
				}
				f.Message = message.M(code, args...)
				found(*f)
			}
		}}
	}
}

// festival is the first day of a holiday that begins within the days that count as before
// it; 0 when there is none, or nothing is known. A weekend is shorter than a holiday.
func (m *Month) festival() calendar.Date {
	if m.Calendar == nil || !m.Calendar.Known(m.Day.Year()) {
		return 0
	}
	off := func(d calendar.Date) bool { return !m.Calendar.Is(d) }
	for n := 1; n <= m.Settings.FestivalDays; n++ {
		d, long := m.Day.AddDays(n), 0
		for long < m.Settings.HolidayDays && off(d.AddDays(long)) {
			long++
		}
		if long == m.Settings.HolidayDays && !off(d.AddDays(-1)) {
			return d
		}
	}
	return 0
}

// fabricated finds lists of a village that look made up: ID or card numbers in a row,
// manual amounts all equal or all round. Cards that a bank issued as a batch are in a row
// by nature, and what a document grants is equal by nature.
func fabricated(m *Month, found func(Finding)) watch {
	type card struct {
		issue
		body, row string
	}
	type village struct {
		ids     []string
		names   map[string]string
		cards   []card
		amounts map[money.Fen][]string
		all     []money.Fen
	}
	villages := map[string]*village{}
	return watch{each: func(p *Person) {
		if len(p.Place) != 12 || len(p.Profiles) == 0 || len(p.Payments) == 0 {
			return
		}
		v := villages[p.Place]
		if v == nil {
			v = &village{names: map[string]string{}, amounts: map[money.Fen][]string{}}
			villages[p.Place] = v
		}
		id := p.Profiles[len(p.Profiles)-1].ID
		if full := id.Full(); len(full) == 18 {
			v.ids = append(v.ids, full)
			v.names[full] = itoa(p.No) + " " + p.Name + " " + id.String()
		}
		for i := range p.Payments {
			x := &p.Payments[i]
			at := slices.IndexFunc(p.Accounts, func(a facts.Account) bool { return a.Card == x.Card })
			if full := x.Card.Full(); !x.Another && at >= 0 && len(full) > 12 {
				v.cards = append(v.cards, card{issue{x.Bank, p.Accounts[at].From}, full[:len(full)-1], itoa(p.No) + " " + p.Name + " " + x.Card.String()})
			}
		}
		for l := range p.paid {
			if a := given(p, l); a != nil && a.Document == "" && (m.First || a.Position > m.Before) {
				v.amounts[l.Fen] = append(v.amounts[l.Fen], itoa(p.No)+" "+p.Name+" "+m.item(l.Item)+" "+l.Fen.String())
				v.all = append(v.all, l.Fen)
			}
		}
	}, end: func() {
		for _, place := range sorted(villages) {
			v := villages[place]
			slices.Sort(v.ids)
			var rows []string
			runs(len(v.ids), m.Settings.SequenceIDs, func(i int) bool { return follows(v.ids[i-1], v.ids[i]) }, func(from, to int) {
				for _, id := range v.ids[from:to] {
					rows = append(rows, v.names[id])
				}
			})
			if len(rows) > 0 {
				found(Finding{Place: place, Message: message.M("check.sequence_ids", m.place(place), len(rows)), Rows: rows})
			}
			slices.SortFunc(v.cards, func(a, b card) int { return cmp.Compare(a.body, b.body) })
			v.cards = slices.DeleteFunc(v.cards, func(c card) bool { return m.together(c.issue) })
			rows = nil
			runs(len(v.cards), m.Settings.SequenceCards, func(i int) bool {
				return v.cards[i-1].issue == v.cards[i].issue && next(v.cards[i-1].body) == v.cards[i].body
			}, func(from, to int) {
				for _, c := range v.cards[from:to] {
					rows = append(rows, c.row)
				}
			})
			if len(rows) > 0 {
				found(Finding{Place: place, Message: message.M("check.sequence_cards", m.place(place), len(rows)), Rows: rows})
			}
			equal := false
			for fen, rows := range v.amounts {
				if len(rows) >= m.Settings.ListPeople {
					equal = true
					found(Finding{Place: place, Fen: fen * money.Fen(len(rows)), Message: message.M("check.equal_amounts", m.place(place), len(rows), fen), Rows: rows})
				}
			}
			round := !slices.ContainsFunc(v.all, func(f money.Fen) bool { return f%money.Fen(m.Settings.RoundYuan*100) != 0 })
			if len(v.all) >= m.Settings.ListPeople && round && !equal {
				var sum money.Fen
				var rows []string
				for _, fen := range slices.Sorted(mapKeys(v.amounts)) {
					rows = append(rows, v.amounts[fen]...)
					sum += fen * money.Fen(len(v.amounts[fen]))
				}
				found(Finding{Place: place, Fen: sum, Message: message.M("check.round_amounts", m.place(place), len(v.all), sum), Rows: rows})
			}
		}
	}}
}

func mapKeys[K comparable, V any](m map[K]V) func(func(K) bool) {
	return func(yield func(K) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// runs calls fn for every longest run of at least so many elements in which each follows
// the one before.
func runs(n, least int, follows func(i int) bool, fn func(from, to int)) {
	from := 0
	for i := 1; i <= n; i++ {
		if i < n && follows(i) {
			continue
		}
		if i-from >= least {
			fn(from, i)
		}
		from = i
	}
}

// follows says whether an ID number is the next of a birthday and place, or the next but
// one, as men's and women's alternate.
func follows(a, b string) bool {
	if a[:14] != b[:14] {
		return false
	}
	x, y := a[14:17], b[14:17]
	return next(x) == y || next(next(x)) == y
}

// next is a number plus one, as wide as it is.
func next(s string) string {
	b := []byte(s)
	for i := len(b) - 1; i >= 0; i-- {
		if b[i] < '0' || b[i] > '9' {
			return ""
		}
		if b[i]++; b[i] <= '9' {
			return string(b)
		}
		b[i] = '0'
	}
	return ""
}
