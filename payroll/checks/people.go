package checks

import (
	"slices"
	"strings"

	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/identity"
	"zhida/rules/message"
)

// afterDeath finds pay for months after the month of death, by the roster or by the
// register of deaths, whichever is earlier.
func afterDeath(m *Month, found func(Finding)) watch {
	return watch{each: func(p *Person) {
		died, row := p.Died(), ""
		for _, r := range m.rows(Deaths, p) {
			if died == 0 || r.Date < died {
				died, row = r.Date, registerRow(&r)
			}
		}
		if died == 0 {
			return
		}
		byItem(m, p, func(l *Line) bool { return !m.Items[l.Item].ByDeath && m.begins(l) > died.Month() }, func(item string, g *group) {
			found(g.finding(p, item, message.M("check.after_death", p.Name, died, m.item(item), g.when(), g.fen), rowsOf(row)...))
		})
	}}
}

func rowsOf(row string) []string {
	if row == "" {
		return nil
	}
	return []string{row}
}

// afterEnd finds pay for a post in months after a register says that the person had left
// it, unless a spell began later or the item is for those who left.
func afterEnd(source Source, code string) func(*Month, func(Finding)) watch {
	return func(m *Month, found func(Finding)) watch {
		return watch{each: func(p *Person) {
			for _, r := range m.rows(source, p) {
				if r.Date == 0 {
					continue
				}
				again := func(mo calendar.Month) bool {
					return slices.ContainsFunc(p.Spells, func(s facts.Spell) bool { return s.From > r.Date && touches(&s, mo) })
				}
				byItem(m, p, func(l *Line) bool {
					return m.Items[l.Item].ByPost && m.begins(l) > r.Date.Month() && !again(l.Month)
				}, func(item string, g *group) {
					found(g.finding(p, item, message.M(code, p.Name, r.Date, m.item(item), g.when(), g.fen), registerRow(&r)))
				})
			}
		}}
	}
}

// underSanction finds pay for months that lie wholly within the days for which a sanction
// stops the items it names, or all of them.
func underSanction(m *Month, found func(Finding)) watch {
	return watch{each: func(p *Person) {
		for _, r := range m.rows(Sanctions, p) {
			byItem(m, p, func(l *Line) bool {
				named := r.Item == "" || r.Item == l.Item || r.Item == m.item(l.Item)
				return named && m.begins(l) > r.Date.Month() && (r.Until == 0 || l.Month < r.Until.Month())
			}, func(item string, g *group) {
				found(g.finding(p, item, message.M("check.under_sanction", p.Name, r.Date, m.item(item), g.when(), g.fen), registerRow(&r)))
			})
		}
	}}
}

// overAge finds pay for months that begin after the month in which somebody reached the
// age at which a document ends the item.
func overAge(m *Month, found func(Finding)) watch {
	return watch{each: func(p *Person) {
		if len(m.Settings.Ages) == 0 || len(p.Profiles) == 0 {
			return
		}
		id := p.Profiles[len(p.Profiles)-1].ID
		born := id.Birth()
		for _, a := range m.Settings.Ages {
			limit := a.Female
			if id.Male() {
				limit = a.Male
			}
			reached := born.Month().Add(12 * limit)
			byItem(m, p, func(l *Line) bool { return born != 0 && slices.Contains(a.Items, l.Item) && m.begins(l) > reached }, func(item string, g *group) {
				f := g.finding(p, item, message.M("check.over_age", p.Name, reached, limit, m.item(item), g.when(), g.fen, a.Document))
				f.Document = a.Document
				found(f)
			})
		}
	}}
}

// ghost finds payees without any appointment, and those on a township's payroll whom the
// register of established posts does not know.
func ghost(m *Month, found func(Finding)) watch {
	kept := map[facts.Category]bool{}
	var unappointed []Finding
	var of []facts.Category
	established := map[string]bool{}
	for _, r := range m.Registers {
		if Registers[r.Class] == Establishing {
			established[r.ID.Full()] = true
		}
	}
	return watch{each: func(p *Person) {
		kept[p.Category] = kept[p.Category] || len(p.Spells) > 0
		if len(p.Spells) == 0 && !p.Verified {
			byItem(m, p, func(*Line) bool { return true }, func(item string, g *group) {
				unappointed = append(unappointed, g.finding(p, item, message.M("check.ghost", p.Name, m.item(item), g.when(), g.fen)))
				of = append(of, p.Category)
			})
		}
		if !m.has(Establishing) || p.Category != facts.TownshipCadre || len(p.Profiles) == 0 || slices.ContainsFunc(p.Profiles, func(x facts.Profile) bool { return established[x.ID.Full()] }) {
			return
		}
		asOf := m.Sources[Establishing]
		if slices.ContainsFunc(p.Spells, func(s facts.Spell) bool { return s.From > asOf }) { // came after the register was made
			return
		}
		byItem(m, p, func(l *Line) bool { return m.Items[l.Item].ByPost && l.Month <= asOf.Month() }, func(item string, g *group) {
			found(g.finding(p, item, message.M("check.not_established", p.Name, asOf, m.item(item), g.when(), g.fen)))
		})
	}, end: func() {
		for i, f := range unappointed {
			if kept[of[i]] { // a county that keeps no spells of a category pays it by its roster
				found(f)
			}
		}
	}}
}

// namesakes finds two people of one name in one village whose numbers are nearly the same,
// or of whom one has just come: perhaps one person twice.
func namesakes(m *Month, found func(Finding)) watch {
	type one struct {
		no    int64
		name  string
		id    identity.ResidentID
		fresh bool
	}
	groups := map[string][]one{}
	return watch{each: func(p *Person) {
		if len(p.Payments) == 0 || len(p.Profiles) == 0 || len(p.Place) != 12 {
			return
		}
		first := p.Profiles[0]
		x := one{p.No, p.Name, p.Profiles[len(p.Profiles)-1].ID, !m.First && first.Position > m.Before && first.Position <= m.Horizon}
		key := p.Place + " " + identity.FoldName(p.Name)
		groups[key] = append(groups[key], x)
	}, end: func() {
		for _, key := range sorted(groups) {
			list := groups[key]
			suspect := map[int]bool{}
			for i, x := range list {
				suspect[i] = x.fresh && len(list) > 1
			}
			// Slips leave the birthday or the last digits as they are: only those are compared.
			for _, part := range [][2]int{{6, 14}, {14, 17}} {
				same := map[string][]int{}
				for i, x := range list {
					if full := x.id.Full(); len(full) == 18 {
						same[full[part[0]:part[1]]] = append(same[full[part[0]:part[1]]], i)
					}
				}
				for _, at := range same {
					for i := range at {
						for j := max(0, i-mostNames); j < i; j++ {
							if near(list[at[i]].id.Full(), list[at[j]].id.Full(), m.Settings.IDDigits) {
								suspect[at[i]], suspect[at[j]] = true, true
							}
						}
					}
				}
			}
			place, _, _ := strings.Cut(key, " ")
			f := Finding{Place: place}
			for i, x := range list {
				if suspect[i] {
					f.Person, f.Name = x.no, x.name
				}
				f.Rows = append(f.Rows, itoa(x.no)+" "+x.name+" "+x.id.String())
			}
			if f.Person != 0 {
				f.Message = message.M("check.namesakes", m.place(place), len(list), f.Name, strings.Join(f.Rows[:min(len(f.Rows), mostNames)], "、"))
				found(f)
			}
		}
	}}
}

// near says whether two ID numbers differ as slips do: in few places besides the check
// digit, with the same birthday or the same last digits.
func near(a, b string, most int) bool {
	if len(a) != 18 || len(b) != 18 {
		return false
	}
	differ := 0
	for i := range 17 {
		if a[i] != b[i] {
			differ++
		}
	}
	return differ <= most && (a[6:14] == b[6:14] || a[14:17] == b[14:17])
}

// otherPayroll finds people who are on another payroll in the months they are paid for,
// unless the county lets the two stand together.
func otherPayroll(m *Month, found func(Finding)) watch {
	return watch{each: func(p *Person) {
		for _, r := range m.rows(Payrolls, p) {
			if slices.ContainsFunc(m.Settings.Compatible, func(x Together) bool {
				return x.Payroll == r.Item && (x.Category == "" || categories[x.Category] == p.Category)
			}) {
				continue
			}
			byItem(m, p, func(l *Line) bool {
				return m.begins(l) > r.Date.Month() && (r.Until == 0 || l.Month < r.Until.Month()) // the month of moving is both's
			}, func(item string, g *group) {
				found(g.finding(p, item, message.M("check.other_payroll", p.Name, r.Party, r.Item, m.item(item), g.when(), g.fen), registerRow(&r)))
			})
		}
	}}
}

// twoRoles finds people paid for a month in which they held two posts that exclude each
// other, on the same day.
func twoRoles(m *Month, found func(Finding)) watch {
	return watch{each: func(p *Person) {
		if len(p.Spells) < 2 {
			return
		}
		for _, x := range m.Settings.Incompatible {
			for i := range p.Spells {
				for j := range p.Spells {
					a, b := &p.Spells[i], &p.Spells[j]
					if a.Post != x.Post || !slices.Contains(x.With, b.Post) || a.Place != b.Place {
						continue
					}
					both := func(mo calendar.Month) bool { // share a day of the month
						from := max(a.From, b.From, mo.First())
						return running(a, from) && running(b, from) && from <= mo.Last()
					}
					byItem(m, p, func(l *Line) bool { return m.Items[l.Item].ByPost && both(l.Month) }, func(item string, g *group) {
						f := g.finding(p, item, message.M("check.two_roles", p.Name, a.Post, b.Post, m.place(a.Place), g.when(), x.Document), spellRow(m, a), spellRow(m, b))
						f.Document = x.Document
						found(f)
					})
				}
			}
		}
	}}
}

func spellRow(m *Month, s *facts.Spell) string {
	until := "今"
	if s.To != 0 {
		until = s.To.String()
	}
	return m.place(s.Place) + " " + s.Post + " " + s.From.String() + " 至 " + until
}

// claimed finds a person's item and month that somebody else has paid or asked for.
func claimed(m *Month, found func(Finding)) watch {
	return watch{each: func(p *Person) {
		for _, r := range m.rows(Claims, p) {
			byItem(m, p, func(l *Line) bool {
				return (r.Item == l.Item || r.Item == m.item(l.Item)) && l.Month == r.Date.Month()
			}, func(item string, g *group) {
				found(g.finding(p, item, message.M("check.claimed", p.Name, m.item(item), g.when(), r.Party, r.Fen, g.fen), registerRow(&r)))
			})
		}
	}}
}
