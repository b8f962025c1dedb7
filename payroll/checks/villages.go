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

// postsOver finds villages that pay more posts at one time than their population, or a
// register, allows. Who hands over and who takes over in a month are not counted together.
func postsOver(m *Month, found func(Finding)) watch {
	type held struct {
		no       int64
		name     string
		from, to calendar.Date
	}
	posts := map[string][]held{}
	mo := m.To
	return watch{each: func(p *Person) {
		seen := map[string]bool{}
		for l := range p.paid {
			if l.Month != mo || !m.Items[l.Item].ByPost || len(l.Place) != 12 || seen[l.Place] {
				continue
			}
			seen[l.Place] = true
			for i := range p.Spells {
				if s := &p.Spells[i]; s.Place == l.Place && touches(s, mo) {
					to := s.To
					if to == 0 || to > mo.Last() {
						to = mo.Last()
					}
					posts[l.Place] = append(posts[l.Place], held{p.No, p.Name, max(s.From, mo.First()), to})
				}
			}
		}
	}, end: func() {
		for _, place := range sorted(posts) {
			allowed, document := m.allowed(place)
			if allowed == 0 {
				continue
			}
			most, when := 0, calendar.Date(0)
			for d := mo.First(); d <= mo.Last(); d = d.AddDays(1) {
				on := map[int64]bool{}
				for _, h := range posts[place] {
					if h.from <= d && d <= h.to {
						on[h.no] = true
					}
				}
				if len(on) > most {
					most, when = len(on), d
				}
			}
			if most > allowed {
				var rows []string
				for _, h := range posts[place] {
					rows = append(rows, itoa(h.no)+" "+h.name+" "+h.from.String()+" 至 "+h.to.String())
				}
				slices.Sort(rows)
				found(Finding{Place: place, Month: mo, Document: document, Message: message.M("check.posts_over", m.place(place), when, most, allowed, document), Rows: slices.Compact(rows)})
			}
		}
	}}
}

// allowed is how many posts a village may pay, and by which document; 0 when nothing says.
func (m *Month) allowed(place string) (int, string) {
	return AllowedPosts(m.Registers, m.Settings.Posts, place, m.Places[place].Population)
}

// AllowedPosts is how many posts a village of so many people may pay, and by which document:
// the register's number, or that of the county's table; 0 when nothing says.
func AllowedPosts(registers []facts.Register, table []PostTable, place string, people int) (int, string) {
	for i := range registers {
		if r := &registers[i]; Registers[r.Class] == Posts && r.Place == place && r.Number > 0 {
			return r.Number, cmp.Or(r.Document, registerRow(r))
		}
	}
	var at *PostTable
	for i := range table {
		x := &table[i]
		fits := people > 0 && (x.Population == 0 || people <= x.Population)
		if fits && (at == nil || x.Population != 0 && (at.Population == 0 || x.Population < at.Population)) {
			at = x
		}
	}
	if at == nil {
		return 0, ""
	}
	return at.Posts, at.Document
}

// shares finds rules of adopted documents that a place does not keep, and the shares and
// floors of the settings. Who held the post for a part of the month, or was away, is not
// compared.
func shares(m *Month, found func(Finding)) watch {
	type paid struct {
		no         int64
		name, post string
		due        map[string]money.Fen // by item
	}
	villages := map[string][]paid{}
	mo := m.To
	return watch{each: func(p *Person) {
		if len(m.Settings.Ratios)+len(m.Settings.Floors) == 0 || slices.ContainsFunc(p.Absences, func(a facts.Absence) bool { return a.From <= mo.Last() && (a.To == 0 || a.To >= mo.First()) }) {
			return
		}
		due := map[string]money.Fen{}
		for l := range p.paid {
			if l.Month == mo {
				due[l.Item] += l.Due
			}
		}
		if len(due) == 0 {
			return
		}
		for i := range p.Spells {
			if s := &p.Spells[i]; s.From <= mo.First() && (s.To == 0 || s.To >= mo.Last()) {
				villages[s.Place] = append(villages[s.Place], paid{p.No, p.Name, s.Post, due})
			}
		}
	}, end: func() {
		for _, b := range m.Broken {
			text := b.Message // of a fund's minimum
			if b.Document != "" {
				text = message.M("check.rule_broken", m.place(b.Place), b.Document, b.Name, b.Message.Text(message.Chinese))
			}
			found(Finding{Place: b.Place, Month: b.Month, Document: b.Document, Message: text})
		}
		sum := func(x *paid, items []string) (fen money.Fen) {
			for _, item := range items {
				fen += x.due[item]
			}
			return fen
		}
		row := func(x *paid, fen money.Fen) string {
			return itoa(x.no) + " " + x.name + " " + x.post + " " + fen.String()
		}
		for _, place := range sorted(villages) {
			list := villages[place]
			holds := func(no int64, posts []string) bool {
				return slices.ContainsFunc(list, func(x paid) bool { return x.no == no && slices.Contains(posts, x.post) })
			}
			for _, r := range m.Settings.Ratios {
				var top *paid
				for i := range list {
					if x := &list[i]; slices.Contains(r.Of, x.post) && (top == nil || sum(x, r.Items) < sum(top, r.Items)) {
						top = x
					}
				}
				if top == nil {
					continue
				}
				seen := map[int64]bool{}
				for i := range list {
					x := &list[i]
					got, least := sum(x, r.Items), sum(top, r.Items)
					if !slices.Contains(r.Posts, x.post) || holds(x.no, r.Of) || seen[x.no] || got*100 >= least*money.Fen(r.Percent) {
						continue
					}
					seen[x.no] = true
					found(Finding{Place: place, Person: x.no, Name: x.name, Month: mo, Fen: got, Document: r.Document,
						Message: message.M("check.share_low", x.name, x.post, mo, got, top.post, least, r.Percent, r.Document), Rows: []string{row(x, got), row(top, least)}})
				}
			}
			for i := range m.Settings.Floors {
				f := &m.Settings.Floors[i]
				seen := map[int64]bool{}
				for j := range list {
					x := &list[j]
					if got := sum(x, f.Items); slices.Contains(f.Posts, x.post) && got < f.least && !seen[x.no] {
						seen[x.no] = true
						found(Finding{Place: place, Person: x.no, Name: x.name, Month: mo, Fen: got, Document: f.Document,
							Message: message.M("check.floor_low", x.name, x.post, mo, got, f.least, f.Document), Rows: []string{row(x, got)}})
					}
				}
			}
		}
	}}
}

// change passes on what the comparison with the month before leaves without a reason, and a
// number of payees that jumps with it.
func change(m *Month, found func(Finding)) watch {
	return watch{end: func() {
		for i := range m.Changes {
			c := &m.Changes[i]
			by := max(c.Now-c.Before, c.Before-c.Now)
			small := m.Settings.ChangePercent > 0 && percent(by, c.Before) < m.Settings.ChangePercent && by < money.Fen(m.Settings.ChangeYuan)*100
			if c.Person != 0 && c.Before > 0 && small {
				continue
			}
			found(Finding{Place: c.Place, Person: c.Person, Name: c.Name, Item: c.Item, Fen: c.Now - c.Before, Message: c.Message, Rows: []string{strings.TrimSpace(c.Name + " " + m.item(c.Item) + " " + c.Before.String() + " → " + c.Now.String())}})
		}
	}}
}

// sentBack passes on facts that were sent back to their owners, who have not answered.
func sentBack(m *Month, found func(Finding)) watch {
	return watch{end: func() {
		for i := range m.SentBack {
			c := &m.SentBack[i]
			found(Finding{Place: c.Place, Person: c.Person, Name: c.Name, Message: c.Message})
		}
	}}
}

// headcount finds a number of payees that jumps by more people than came or went for a
// recorded reason.
func headcount(m *Month, found func(Finding)) watch {
	return watch{end: func() {
		before, now := m.Counts[0], m.Counts[1]
		unexplained := map[int64]bool{}
		for _, c := range m.Changes {
			if c.Person != 0 && (c.Before == 0 || c.Now == 0) {
				unexplained[c.Person] = true
			}
		}
		n := len(unexplained)
		if before > 0 && n >= m.Settings.CountPeople && n*100 >= before*m.Settings.CountPercent {
			found(Finding{Message: message.M("check.headcount", before, now, n)})
		}
	}}
}
