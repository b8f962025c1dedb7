package checks

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"zhida/rules/calendar"
	"zhida/rules/message"
	"zhida/rules/money"
)

func statementRow(r *Row) string {
	amount := "付 " + r.Debit.String()
	if r.Credit != 0 {
		amount = "收 " + r.Credit.String()
	}
	return strings.Join([]string{r.Serial, r.Date.String(), amount, r.Party, r.Summary}, " ")
}

// offList finds money that left a fund's account and that no batch, file or decision
// explains. It waits some days, since a bank may show a file before the book knows it.
func offList(m *Month, found func(Finding)) watch {
	return watch{end: func() {
		for i := range m.Statement {
			r := &m.Statement[i]
			if r.Debit > 0 && !r.Matched && m.Day.Sub(r.Date) > m.Settings.OffListDays {
				found(Finding{Name: r.Party, Month: r.Date.Month(), Fen: r.Debit, Message: message.M("check.off_list", r.Date, r.Debit, cmp.Or(r.Party, "没有户名"), r.Serial), Rows: []string{statementRow(r)}})
			}
		}
	}}
}

// idle finds transfers not paid onward after their due date. Without one the end of the year
// counts, since pay for a year leaves month by month, and then it never stops a batch.
func idle(m *Month, found func(Finding)) watch {
	return watch{end: func() {
		for _, t := range m.Transfers {
			due := t.Due
			if due == 0 {
				due = calendar.Date(t.Date.Year()*10000 + 1231)
			}
			days := m.Day.Sub(due)
			if t.Left <= 0 || m.Day <= due || days <= m.Settings.IdleDays {
				continue
			}
			f := Finding{Place: t.Place, Month: t.Date.Month(), Fen: t.Left, Document: t.Document, Severity: Review,
				Message: message.M("check.idle", t.Document, cmp.Or(t.Purpose, t.Fund), t.Fen, m.where(t.Place), t.Left, due), Rows: []string{t.Document + " " + t.Date.String() + " " + t.Fen.String() + "，尚余 " + t.Left.String()}}
			if t.Due != 0 && days > m.Settings.IdleStop {
				f.Severity = Stop
			}
			found(f)
		}
	}}
}

// where is a place, or the whole county.
func (m *Month) where(place string) string {
	if place == "" {
		return "全县"
	}
	return m.place(place)
}

// outAndBack finds money that returns from where it went, or goes back to where it came
// from, within some days or over the end of a year, and money that comes in from villages.
// What the book knows of (bounced payments, repayments with a document) is left alone.
func outAndBack(m *Month, found func(Finding)) watch {
	return watch{end: func() {
		type key struct{ account, party string }
		parties := map[key][]*Row{}
		for i := range m.Statement {
			if r := &m.Statement[i]; strings.TrimSpace(r.Party) != "" {
				k := key{r.Account, strings.TrimSpace(r.Party)}
				parties[k] = append(parties[k], r)
			}
		}
		back := map[*Row]bool{}
		for _, list := range parties {
			slices.SortStableFunc(list, func(a, b *Row) int { return cmp.Compare(a.Date, b.Date) })
			for i, first := range list {
				for _, second := range list[i+1:] {
					if second.Matched || back[second] || !m.returns(first, second) {
						continue
					}
					back[second] = true
					code := "check.out_and_back"
					if first.Date.Year() != second.Date.Year() {
						code = "check.year_end"
					}
					fen := second.Credit + second.Debit
					found(Finding{Name: second.Party, Month: second.Date.Month(), Fen: fen, Message: message.M(code, first.Date, second.Party, first.Debit+first.Credit, second.Date, fen), Rows: []string{statementRow(first), statementRow(second)}})
					break
				}
			}
		}
		for i := range m.Statement {
			r := &m.Statement[i]
			if place := m.villageOf(r.Party); r.Credit > 0 && !r.Matched && !back[r] && place != "" && m.Day.Sub(r.Date) > m.Settings.OffListDays {
				found(Finding{Place: place, Name: r.Party, Month: r.Date.Month(), Fen: r.Credit, Message: message.M("check.clawback", r.Date, r.Party, r.Credit, r.Serial), Rows: []string{statementRow(r)}})
			}
		}
	}}
}

// returns says whether the second row takes back the first: the same sum the other way, soon
// or over the end of a year.
func (m *Month) returns(first, second *Row) bool {
	opposite := first.Debit > 0 && first.Debit == second.Credit || first.Credit > 0 && first.Credit == second.Debit
	yearEnd := first.Date.Year()+1 == second.Date.Year() && first.Date.Month().Number() == 12 && second.Date.Month().Number() <= m.Settings.YearEndMonths
	return opposite && (second.Date.Sub(first.Date) <= m.Settings.BackDays || yearEnd)
}

// villageOf is the village that a party's name begins or ends with, "" for none.
func (m *Month) villageOf(party string) string {
	best := ""
	for _, code := range sorted(m.Places) {
		name := m.Places[code].Name
		if len(code) == 12 && len([]rune(name)) > 2 && strings.Contains(party, name) && (best == "" || len(name) > len(m.Places[best].Name)) {
			best = code
		}
	}
	return best
}

// totals finds batches whose papers do not agree: the treasury's order, the list of people,
// the files, and what the bank answered. A row of an answer may lie for some days, unless it
// says that somebody has been paid twice.
func totals(m *Month, found func(Finding)) watch {
	return watch{end: func() {
		for _, t := range m.Totals {
			differ := t.List != t.Net || t.Files != t.Net || t.Ordered && t.Order != t.Net
			if differ {
				order := "未到"
				if t.Ordered {
					order = t.Order.String()
				}
				found(Finding{Fen: t.Net, Message: message.M("check.totals", t.Batch, t.Net, t.List, t.Files, order), Rows: []string{t.Batch}})
			}
			var rows []string
			for _, x := range t.Problems {
				if x.Twice || m.Day.Sub(x.Since) > m.Settings.OffListDays {
					rows = append(rows, x.Row)
				}
			}
			if len(rows) > 0 {
				found(Finding{Message: message.M("check.answer_rows", t.Batch, len(rows)), Rows: rows})
			}
		}
	}}
}

// unreturned finds payments of which the bank says nothing, and payments that came back and
// were not paid again, older than the days the county gives: one question about each kind,
// whatever number of batches they are of.
func unreturned(m *Month, found func(Finding)) watch {
	return watch{end: func() {
		if !m.has(Returns) { // a county that imports no answers has none to miss
			return
		}
		for _, kind := range []struct {
			code string
			back bool
			days int
		}{{"check.unreturned", false, m.Settings.AnswerDays}, {"check.bounced", true, m.Settings.ReissueDays}} {
			f := Finding{}
			batches := map[string]bool{}
			for _, x := range m.Open {
				if x.CameBack == kind.back && x.Since != 0 && m.Day.Sub(x.Since) > kind.days {
					f.Fen += x.Fen
					batches[x.Batch] = true
					f.Rows = append(f.Rows, strings.TrimSpace(x.ID+" "+x.Name+" "+x.Bank+" "+x.Fen.String()+" "+x.Since.String()+" "+x.Reason))
				}
			}
			if len(f.Rows) > 0 {
				f.Message = message.M(kind.code, span(sorted(batches)), len(f.Rows), f.Fen, kind.days)
				found(f)
			}
		}
	}}
}

// reversed finds payments that the batch pays again although the bank had reported them as
// credited once: before they are, somebody has to know that the money came back.
func reversed(m *Month, found func(Finding)) watch {
	return watch{end: func() {
		for _, x := range m.Reversed {
			f := Finding{Place: x.Place, Person: x.Person, Name: x.Name, Fen: x.Fen, Message: message.M("check.reversed", x.ID, x.Name, x.Fen, x.Credited, x.Back), Rows: []string{x.ID + " " + x.Fen.String()}}
			if x.Refund != 0 {
				f.Message = message.M("check.reversed_refunded", x.ID, x.Name, x.Fen, x.Credited, x.Back, x.Refund)
			}
			found(f)
		}
	}}
}

// sameActor finds what one person entered and confirmed, or made and judged, and whom one person registered.
func sameActor(m *Month, found func(Finding)) watch {
	return watch{end: func() {
		for _, x := range m.Inputs {
			if x.Accepted != "" && x.Entered == x.Accepted {
				found(Finding{Name: x.Entered, Actor: x.Entered, Message: message.M("check.same_actor", x.Entered, x.What, x.Position), Rows: []string{"日志第 " + itoa(x.Position) + " 条"}})
			}
		}
		alone, rows := map[string][]string{}, map[string][]string{} // by who registered them
		for _, x := range m.Alone {
			alone[x.By], rows[x.By] = append(alone[x.By], x.Name), append(rows[x.By], "日志第 "+itoa(x.Position)+" 条")
		}
		for _, by := range slices.Sorted(maps.Keys(alone)) {
			found(Finding{Name: by, Actor: by, Severity: Review, Message: message.M("check.registered_alone", by, strings.Join(alone[by], "、")), Rows: rows[by]})
		}
		for _, x := range m.Judges {
			for _, pair := range [][2]string{{x.Maker, x.Checker}, {x.Maker, x.Approver}, {x.Checker, x.Approver}} {
				if pair[0] != "" && pair[0] == pair[1] {
					found(Finding{Name: pair[0], Actor: pair[0], Message: message.M("check.same_judge", pair[0], x.Batch), Rows: []string{x.Batch}})
					break
				}
			}
		}
	}}
}

// ownPay finds people who work on batches, or their kin on file, whose own amount changed
// against the month before.
func ownPay(m *Month, found func(Finding)) watch {
	finding := func(p *Person, actor string, text message.Message, rows ...string) {
		var fen money.Fen
		for l := range p.paid {
			fen += l.Fen
			rows = append(rows, m.item(l.Item)+" "+l.Month.String()+" "+l.Fen.String())
		}
		found(Finding{Place: p.Place, Person: p.No, Name: p.Name, Fen: fen, Actor: actor, Message: text, Rows: rows})
	}
	return watch{each: func(p *Person) {
		if m.First || p.Change == 0 || len(p.Lines) == 0 {
			return
		}
		if p.Actor != "" {
			finding(p, p.Actor, message.M("check.own_pay", p.Actor, p.No, p.Change))
		}
		for _, r := range m.rows(Kin, p) {
			if slices.Contains(m.Actors, r.Party) {
				finding(p, r.Party, message.M("check.kin_pay", r.Party, r.Item, p.Name, p.Change), registerRow(&r))
			}
		}
	}}
}
