package checks

import (
	"slices"
	"strings"
	"unicode/utf8"

	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/identity"
	"zhida/rules/message"
)

// issue is cards of one bank that hold from one day on.
type issue struct {
	bank string
	from calendar.Date
}

// note remembers in how many villages cards of an issue are.
func (m *Month) note(a *facts.Account, place string) {
	k := issue{a.Bank, a.From}
	if m.spread[k] == nil {
		m.spread[k] = map[string]bool{}
	}
	m.spread[k][place] = true
}

// together says whether a bank issued cards of a day as a batch: the county says so, or
// they are in many villages at once.
func (m *Month) together(k issue) bool {
	return len(m.spread[k]) >= m.Settings.MigrationPlaces || m.declared(k)
}

func (m *Month) declared(k issue) bool {
	return slices.ContainsFunc(m.Settings.CardBatches, func(x CardBatch) bool {
		return (x.Bank == "" || x.Bank == k.bank) && x.From <= k.from && k.from <= x.Until
	})
}

// cardShared finds one card that pays two people. Heirs and guardians who are on the roster
// themselves are paid on their own card for another: that is said in the payment.
func cardShared(m *Month, found func(Finding)) watch {
	type user struct {
		no          int64
		name, place string
		seq         int
	}
	users := map[string][]user{}
	return watch{each: func(p *Person) {
		for i := range p.Payments {
			if x := &p.Payments[i]; !x.Another && !slices.ContainsFunc(users[x.Card.Full()], func(u user) bool { return u.no == p.No }) {
				users[x.Card.Full()] = append(users[x.Card.Full()], user{p.No, p.Name, p.Place, x.Seq})
			}
		}
	}, end: func() {
		for _, card := range sorted(users) {
			list := users[card]
			if len(list) < 2 {
				continue
			}
			var names, rows []string
			for _, u := range list {
				names = append(names, u.name+"（"+itoa(u.no)+"）")
				rows = append(rows, "第 "+itoa(int64(u.seq))+" 笔 "+u.name+" "+identity.Card(card).String())
			}
			last := list[len(list)-1]
			found(Finding{Place: last.place, Person: last.no, Name: last.name, Message: message.M("check.card_shared", identity.Card(card), len(list), strings.Join(names[:min(len(names), mostNames)], "、")), Rows: rows})
		}
	}}
}

// mostNames is how many names a sentence lists; its rows have them all.
const mostNames = 10

// twoAccounts finds somebody paid on two accounts of their own in one batch.
func twoAccounts(m *Month, found func(Finding)) watch {
	return watch{each: func(p *Person) {
		var rows []string
		f := Finding{Place: p.Place, Person: p.No, Name: p.Name}
		cards := map[string]bool{}
		for i := range p.Payments {
			if x := &p.Payments[i]; !x.Another {
				cards[x.Card.Full()] = true
				f.Fen += x.Fen
				rows = append(rows, "第 "+itoa(int64(x.Seq))+" 笔 "+x.Card.String()+" "+x.Fen.String())
			}
		}
		if len(cards) > 1 {
			f.Message, f.Rows = message.M("check.two_accounts", p.Name, len(cards), f.Fen), rows
			found(f)
		}
	}}
}

// holder finds accounts that are not in the payee's name. A name written otherwise, or one
// the person bore before, is a review.
func holder(m *Month, found func(Finding)) watch {
	return watch{each: func(p *Person) {
		for i := range p.Payments {
			x := &p.Payments[i]
			if x.Another || identity.SameName(x.Holder, p.Name) {
				continue
			}
			f := Finding{Place: p.Place, Person: p.No, Name: p.Name, Fen: x.Fen, Message: message.M("check.holder", p.Name, x.Card, x.Holder),
				Rows: []string{"第 " + itoa(int64(x.Seq)) + " 笔 " + x.Card.String() + " " + x.Holder}}
			former := slices.ContainsFunc(p.Profiles, func(y facts.Profile) bool { return identity.SameName(y.Name, x.Holder) })
			if former || variant(identity.FoldName(x.Holder), identity.FoldName(p.Name)) {
				f.Severity = Review
			}
			found(f)
		}
	}}
}

// variant says whether two names differ in one character, and not in the first.
func variant(a, b string) bool {
	if utf8.RuneCountInString(a) != utf8.RuneCountInString(b) || utf8.RuneCountInString(a) < 2 {
		return false
	}
	x, y, differ := []rune(a), []rune(b), 0
	for i := range x {
		if x[i] != y[i] {
			differ++
		}
	}
	return x[0] == y[0] && differ <= 1
}

// custody finds cards of one village that one agent opened, collected or changed, or that
// changed on one day. Cards that a bank issued as a batch are left alone.
func custody(m *Month, found func(Finding)) watch {
	type hand struct{ place, agent string }
	type day struct {
		place string
		issue
	}
	agents, days := map[hand][]facts.Register{}, map[day][]string{}
	names := map[string]string{}
	since := min(m.Day.AddDays(-m.Settings.AgentDays), m.From.First())
	return watch{each: func(p *Person) {
		for _, r := range m.rows(Agents, p) {
			if own := slices.ContainsFunc(p.Profiles, func(x facts.Profile) bool { return identity.SameName(x.Name, r.Party) }); !own && r.Party != "" {
				k := hand{p.Place, r.Party}
				agents[k] = append(agents[k], r)
				names[p.Place] = p.Place
			}
		}
		for i := range p.Accounts {
			a := &p.Accounts[i]
			if !m.First && i > 0 && a.Card != p.Accounts[i-1].Card && a.From > since && a.From <= m.Day {
				k := day{p.Place, issue{a.Bank, a.From}}
				days[k] = append(days[k], itoa(p.No)+" "+p.Name+" "+a.Card.String())
			}
		}
	}, end: func() {
		for k, list := range agents {
			slices.SortFunc(list, func(a, b facts.Register) int { return int(a.Date) - int(b.Date) })
			for from := 0; from < len(list); {
				to := from
				var rows []string
				for to < len(list) && list[to].Date.Sub(list[from].Date) <= m.Settings.AgentDays {
					rows = append(rows, registerRow(&list[to]))
					to++
				}
				if to-from >= m.Settings.AgentCards {
					found(Finding{Place: k.place, Name: k.agent, Message: message.M("check.custody_agent", m.place(k.place), k.agent, list[from].Date, list[to-1].Date, to-from), Rows: rows})
				}
				from = to
			}
		}
		moved := map[issue][]string{} // a change that the county has not declared, in many villages
		for k, rows := range days {
			switch {
			case m.declared(k.issue):
			case m.together(k.issue):
				moved[k.issue] = append(moved[k.issue], rows...)
			case len(rows) >= m.Settings.AgentCards:
				found(Finding{Place: k.place, Message: message.M("check.custody_day", m.place(k.place), k.from, identity.BankName(k.bank), len(rows)), Rows: rows})
			}
		}
		for k, rows := range moved {
			slices.Sort(rows)
			found(Finding{Message: message.M("check.custody_migration", k.from, identity.BankName(k.bank), len(m.spread[k]), len(rows)), Rows: rows})
		}
	}}
}

// cardChanged finds cards that changed shortly before the batch, or after it was computed.
// Changes that one paper of the bank proves are one finding; those of a declared batch none.
func cardChanged(m *Month, found func(Finding)) watch {
	type proof struct{ text, bank string }
	proved := map[proof]*Finding{}
	people := map[proof]int{}
	type unproved struct {
		Finding
		issue
	}
	var single []unproved
	return watch{each: func(p *Person) {
		for i := 1; i < len(p.Accounts); i++ {
			a, before := &p.Accounts[i], &p.Accounts[i-1]
			if a.Card == before.Card || m.declared(issue{a.Bank, a.From}) {
				continue
			}
			row := itoa(p.No) + " " + p.Name + " " + before.Card.String() + " 换为 " + a.Card.String() + "（" + a.From.String() + " 起）"
			at := slices.IndexFunc(p.Payments, func(x Payment) bool { return !x.Another && x.Card == a.Card })
			entered := m.DayOf(a.Position)
			switch {
			case a.Position > m.Horizon && len(p.Payments) > 0 && at < 0 && a.From <= m.Day:
				found(Finding{Place: p.Place, Person: p.No, Name: p.Name, Message: message.M("check.card_after", p.Name, entered, a.Card), Rows: []string{row}})
			case at >= 0 && p.Payments[at].Again: // it changed because the other did not take the money
			case at < 0 || entered == 0 || m.Day.Sub(entered) > m.Settings.CardDays || m.First && a.From < m.From.First():
			case a.Proof == "":
				single = append(single, unproved{Finding{Place: p.Place, Person: p.No, Name: p.Name, Fen: p.Payments[at].Fen, Message: message.M("check.card_changed", p.Name, entered, before.Card, a.Card), Rows: []string{row}}, issue{a.Bank, a.From}})
			default:
				k := proof{a.Proof, a.Bank}
				if proved[k] == nil {
					proved[k] = &Finding{Document: a.Proof}
				}
				people[k]++
				proved[k].Fen += p.Payments[at].Fen
				proved[k].Rows = append(proved[k].Rows, row)
			}
		}
	}, end: func() {
		many := map[issue]*Finding{} // in many villages at once: one question
		for _, x := range single {
			if !m.together(x.issue) {
				found(x.Finding)
				continue
			}
			if many[x.issue] == nil {
				many[x.issue] = &Finding{}
			}
			many[x.issue].Fen += x.Fen
			many[x.issue].Rows = append(many[x.issue].Rows, x.Rows...)
		}
		for k, f := range many {
			f.Message = message.M("check.card_changed_many", len(f.Rows), identity.BankName(k.bank), k.from, len(m.spread[k]), f.Fen)
			found(*f)
		}
		for k, f := range proved {
			f.Message = message.M("check.card_changed_proved", people[k], identity.BankName(k.bank), k.text, m.Settings.CardDays, f.Fen)
			found(*f)
		}
	}}
}
