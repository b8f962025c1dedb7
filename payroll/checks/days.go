package checks

import (
	"slices"
	"strings"

	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/message"
)

// counted are the days of the months at hand, in order.
func (m *Month) counted(p *Person) (list []*facts.Day) {
	for i := range p.Days {
		if d := &p.Days[i]; d.Date >= m.From.First() && d.Date <= m.To.Last() {
			list = append(list, d)
		}
	}
	return list
}

func dayRow(m *Month, d *facts.Day) string {
	row := d.Date.String() + " " + d.Kind + " " + m.place(d.Place)
	if d.Where != "" {
		row += "（" + d.Where + "）"
	}
	return row
}

// daysWrong finds days nobody can have worked: of a month that has not begun, outside a
// person's service or life, twice on one date, also claimed elsewhere, or more than the
// month has working days.
func daysWrong(m *Month, found func(Finding)) watch {
	return watch{each: func(p *Person) {
		if len(p.Days) == 0 || len(p.Lines) == 0 {
			return
		}
		days := m.counted(p)
		finding := func(d *facts.Day, text message.Message, rows ...string) {
			found(Finding{Place: d.Place, Person: p.No, Name: p.Name, Month: d.Date.Month(), Message: text, Rows: rows})
		}
		first := map[string]*facts.Day{} // by kind and date
		for _, d := range days {
			if m.impossible(p, d.Date) {
				finding(d, message.M("check.day_impossible", p.Name, d.Date, d.Kind), dayRow(m, d))
			}
			k := d.Kind + d.Date.String()
			if first[k] != nil {
				finding(d, message.M("check.day_twice", p.Name, d.Date, d.Kind, m.place(first[k].Place), m.place(d.Place)), dayRow(m, first[k]), dayRow(m, d))
				continue
			}
			first[k] = d
		}
		for _, r := range m.rows(Claims, p) {
			for _, d := range days {
				if r.Date == d.Date && r.Item == d.Kind {
					finding(d, message.M("check.day_claimed", p.Name, d.Date, d.Kind, r.Party), dayRow(m, d), registerRow(&r))
				}
			}
		}
		counts := map[string][]*facts.Day{} // by kind and month
		for _, d := range days {
			if first[d.Kind+d.Date.String()] == d {
				k := d.Kind + " " + d.Date.Month().String()
				counts[k] = append(counts[k], d)
			}
		}
		for k, list := range counts {
			mo := list[0].Date.Month()
			if m.Calendar == nil {
				continue
			}
			if most, known := m.Calendar.Count(mo.First(), mo.Last()); known && len(list) > most {
				finding(list[0], message.M("check.days_over", p.Name, mo, list[0].Kind, len(list), most), p.Name+" "+k+" "+itoa(int64(len(list)))+" 天")
			}
		}
	}}
}

// impossible says whether a person cannot have worked on a day.
func (m *Month) impossible(p *Person, d calendar.Date) bool {
	if d.Month() > m.Day.Month() {
		return true
	}
	if died := p.Died(); died != 0 && d > died {
		return true
	}
	served := len(p.Spells) == 0
	for i := range p.Spells {
		served = served || running(&p.Spells[i], d)
	}
	return !served
}

// daysAhead finds days reported before they came, and days on which the person was on
// leave: they happen, and somebody should have looked.
func daysAhead(m *Month, found func(Finding)) watch {
	var ahead []string
	people := 0
	return watch{each: func(p *Person) {
		if len(p.Days) == 0 || len(p.Lines) == 0 {
			return
		}
		var away []string
		var at *facts.Day
		early := false
		for _, d := range m.counted(p) {
			if entered := m.DayOf(d.Position); entered != 0 && d.Date > entered {
				early = true
				if len(ahead) < mostRows {
					ahead = append(ahead, itoa(p.No)+" "+p.Name+" "+dayRow(m, d))
				}
			}
			for i := range p.Absences {
				a := &p.Absences[i]
				if a.From <= d.Date && (a.To == 0 || d.Date <= a.To) && !stays(a.Kind) {
					away, at = append(away, dayRow(m, d)+" "+a.Kind), d
				}
			}
		}
		if early {
			people++
		}
		if at != nil && !m.Settings.exempt("days_ahead", at.Place) {
			found(Finding{Place: at.Place, Person: p.No, Name: p.Name, Month: at.Date.Month(), Message: message.M("check.day_away", p.Name, len(away)), Rows: away})
		}
	}, end: func() {
		if people > 0 {
			found(Finding{Message: message.M("check.day_ahead", people), Rows: ahead})
		}
	}}
}

// stays says whether somebody goes on working through an absence of the kind: a sanction
// touches the pay, not the presence.
func stays(kind string) bool { return strings.Contains(kind, "处分") }

// dayPattern finds several people of one place with the very same days, and people whose
// days over some months are all on one weekday. A place where all go on the days that are
// worked anyway is left alone.
func dayPattern(m *Month, found func(Finding)) watch {
	type group struct{ place, days string }
	same := map[group][]string{}
	return watch{each: func(p *Person) {
		if len(p.Days) == 0 || len(p.Lines) == 0 {
			return
		}
		byPlace := map[string][]calendar.Date{}
		for _, d := range m.counted(p) {
			if !slices.Contains(byPlace[d.Place], d.Date) {
				byPlace[d.Place] = append(byPlace[d.Place], d.Date)
			}
		}
		for place, dates := range byPlace {
			if len(dates) < m.Settings.IdenticalDays || m.whole(dates) || m.Settings.exempt("day_pattern", place) {
				continue
			}
			var text []string
			for _, d := range dates {
				text = append(text, d.String())
			}
			k := group{place, strings.Join(text, " ")}
			same[k] = append(same[k], itoa(p.No)+" "+p.Name)
		}
		m.weekdays(p, found)
	}, end: func() {
		for k, people := range same {
			if len(people) >= m.Settings.IdenticalPeople {
				found(Finding{Place: k.place, Month: m.To, Message: message.M("check.same_days", m.place(k.place), len(people), strings.Count(k.days, " ")+1), Rows: append(people, k.days)})
			}
		}
	}}
}

// whole says whether the dates are all the working days of a month.
func (m *Month) whole(dates []calendar.Date) bool {
	if m.Calendar == nil || len(dates) == 0 {
		return false
	}
	mo := dates[0].Month()
	n, known := m.Calendar.Count(mo.First(), mo.Last())
	return known && len(dates) >= n
}

// weekdays finds days of the last months that are all on one weekday.
func (m *Month) weekdays(p *Person, found func(Finding)) {
	var rows []string
	months := map[calendar.Month]bool{}
	var last *facts.Day
	for i := range p.Days {
		d := &p.Days[i]
		if d.Date < m.To.Add(1-m.Settings.WeekdayMonths).First() || d.Date > m.To.Last() {
			continue
		}
		if last != nil && last.Date.Weekday() != d.Date.Weekday() {
			return
		}
		last = d
		months[d.Date.Month()] = true
		rows = append(rows, dayRow(m, d))
	}
	if last != nil && len(rows) >= m.Settings.WeekdayDays && len(months) == m.Settings.WeekdayMonths && !m.Settings.exempt("day_pattern", last.Place) {
		weekday := string([]rune("日一二三四五六")[int(last.Date.Weekday())])
		found(Finding{Place: last.Place, Person: p.No, Name: p.Name, Month: m.To, Message: message.M("check.one_weekday", p.Name, len(rows), weekday), Rows: rows})
	}
}
