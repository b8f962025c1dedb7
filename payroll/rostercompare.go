package payroll

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/identity"
	"zhida/rules/policy"
)

// RosterComparison holds a full roster against the book as known now. It changes nothing:
// somebody who is missing may have left, moved or been forgotten, and a person decides.
type RosterComparison struct {
	Rows    int // persons on the roster
	Book    int // in the book, of the same townships and categories
	New     []RosterNew
	Missing []RosterMissing
	Differ  []RosterDifference
	Twice   []RosterTwice
}

// RosterNew is somebody whom the book does not have.
type RosterNew struct {
	ID      identity.ResidentID
	Profile facts.Profile
	Cell    string
}

// RosterMissing is somebody in office in the book, or living and of the former cadres, who is not on the roster.
type RosterMissing struct {
	ID      identity.ResidentID
	Person  int64
	Name    string
	Profile facts.Profile
	Place   string
	Posts   string
	Spells  []facts.Spell // running
}

// Serving says whether the person is in office; otherwise they are a living former cadre.
func (m *RosterMissing) Serving() bool { return len(m.Spells) > 0 }

// RosterTwice is somebody who stands on the roster more than once. What was compared is the row that holds
// from the latest day.
type RosterTwice struct {
	ID    identity.ResidentID
	Name  string
	Cells []string
}

// Category is the person's category as papers word it.
func (m *RosterMissing) Category() string { return policy.CategoryChinese(m.Profile.Category) }

// RosterDifference is a field of which roster and book say different things.
type RosterDifference struct {
	ID          identity.ResidentID
	Person      int64
	Name        string
	Field       string // code of the roster's column
	Sheet, Book string // as bodies hold it; see Chinese
	Cell        string
	Serving     bool // in office
}

// Chinese words a value of a field as papers print it.
func (x *RosterComparison) Chinese(field, value string) string {
	if field == "category" {
		return policy.CategoryChinese(facts.Category(value))
	}
	return value
}

// rosterFields are the columns of a roster that are compared, by code.
var rosterFields = []string{"name", "category", "place", "joined", "group", "hukou", "flags", "died", "retired"}

// CompareRoster holds a roster that states whole townships against the book. What counts
// as missing are persons of the townships and categories that the roster has.
func (b *Book) CompareRoster(ctx context.Context, in *ImportBatch) (x *RosterComparison, err error) {
	today := calendar.DateIn(b.now(), zone)
	x = &RosterComparison{}
	err = b.view(ctx, func(r Reader) error { return x.compare(ctx, r, today, in) })
	return x, err
}

// groupOf is what a roster states completely: a category in a township.
type groupOf struct {
	township string
	category facts.Category
}

func (x *RosterComparison) compare(ctx context.Context, r Reader, today calendar.Date, in *ImportBatch) error {
	var ids []string
	rows := map[string]*ImportRow{}
	stated := map[groupOf]bool{}
	for i := range in.Rows {
		row := &in.Rows[i]
		ids = append(ids, row.PersonID)
		if old := rows[row.PersonID]; old == nil || old.Fact.From <= row.Fact.From {
			rows[row.PersonID] = row // the latest of several
		}
	}
	x.Rows = len(rows)
	known, err := r.PersonsByID(ctx, ids)
	if err != nil {
		return err
	}
	byNo := map[int64]*ImportRow{}
	for _, id := range sortedKeys(rows) {
		var p facts.Profile
		if err := json.Unmarshal([]byte(rows[id].Fact.Body), &p); err != nil {
			return err
		}
		stated[groupOf{facts.Township(p.Place), p.Category}] = true
		if no, ok := known[id]; ok {
			if old := byNo[no]; old == nil || old.Fact.From <= rows[id].Fact.From { // under an earlier number too
				byNo[no] = rows[id]
			}
		} else {
			x.New = append(x.New, RosterNew{p.ID, p, rows[id].Cell("id")})
		}
	}
	x.twice(in, known)
	last, err := r.LastPerson(ctx)
	if err != nil {
		return err
	}
	const chunk = 2000
	for first := int64(1); first <= last; first += chunk {
		people, _, err := loadPersons(ctx, r, 0, first, min(last, first+chunk-1))
		if err != nil {
			return err
		}
		for i := range people {
			if err := x.person(&people[i], byNo[people[i].No], today, stated); err != nil {
				return err
			}
		}
	}
	return nil
}

// twice names who stands in more than one row, whether these say the same or not.
func (x *RosterComparison) twice(in *ImportBatch, known map[string]int64) {
	type who struct {
		no int64
		id string // of somebody whom the book does not have
	}
	rows := slices.SortedFunc(slices.Values(slices.Concat(in.Rows, in.Repeated)), func(a, b ImportRow) int { return cmp.Compare(a.Row, b.Row) })
	stands, order := map[who][]*ImportRow{}, []who{}
	for i := range rows {
		w := who{no: known[rows[i].PersonID]}
		if w.no == 0 {
			w.id = rows[i].PersonID
		}
		if stands[w] = append(stands[w], &rows[i]); len(stands[w]) == 2 {
			order = append(order, w)
		}
	}
	for _, w := range order {
		first := stands[w][0]
		t := RosterTwice{ID: identity.ResidentID(first.PersonID), Name: first.PersonName}
		for _, row := range stands[w] {
			t.Cells = append(t.Cells, row.Cell("id"))
		}
		x.Twice = append(x.Twice, t)
	}
}

// person holds one person of the book against the roster; row is nil when it has no such person.
func (x *RosterComparison) person(p *facts.Person, row *ImportRow, today calendar.Date, stated map[groupOf]bool) error {
	now := (&file{Person: *p}).profileOn(today)
	if now == nil && len(p.Profiles) > 0 {
		now = &p.Profiles[0] // of somebody who begins later
	}
	var running []facts.Spell
	for _, s := range p.Spells {
		if runsOn(&s, today) {
			running = append(running, s)
		}
	}
	inScope := now != nil && p.Died() == 0 && stated[groupOf{facts.Township(now.Place), now.Category}] && (len(running) > 0 || now.Category == facts.FormerVillageCadre)
	if inScope {
		x.Book++
	}
	switch {
	case row == nil && inScope:
		slices.SortFunc(running, func(a, b facts.Spell) int {
			return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.Post, b.Post))
		})
		var posts []string
		for _, s := range running {
			posts = append(posts, s.Post)
		}
		x.Missing = append(x.Missing, RosterMissing{now.ID, p.No, now.Name, *now, now.Place, strings.Join(posts, "、"), running})
	case row != nil && now == nil:
		var q facts.Profile
		if err := json.Unmarshal([]byte(row.Fact.Body), &q); err != nil {
			return err
		}
		x.New = append(x.New, RosterNew{q.ID, q, row.Cell("id")})
	case row != nil:
		var book, sheet map[string]any
		if err := errors.Join(json.Unmarshal([]byte(ProfileBody(now)), &book), json.Unmarshal([]byte(row.Fact.Body), &sheet)); err != nil {
			return err
		}
		if p.Died() != 0 {
			book["died"] = p.Died().String()
		}
		for _, field := range rosterFields {
			said, _ := sheet[field].(string)
			knows, _ := book[field].(string)
			if _, column := row.Columns[field]; !column || said == knows || field == "name" && identity.SameName(said, knows) {
				continue // a column that the roster lacks says nothing
			}
			x.Differ = append(x.Differ, RosterDifference{now.ID, p.No, now.Name, field, said, knows, row.Cell(field), len(running) > 0})
		}
	}
	return nil
}

// Drafts are rows for a sheet of changes, by column code: what the clerk completes with date
// and document and imports. For somebody who is missing, which change it is is left open; a
// field that no change concerns is mended with a roster and has no row.
func (x *RosterComparison) Drafts() (list []map[string]string) {
	for _, n := range x.New {
		list = append(list, map[string]string{"id": n.ID.Full(), "name": n.Profile.Name, "type": ChangeJoin, "category": string(n.Profile.Category), "place": n.Profile.Place})
	}
	byPerson := map[int64]map[string]RosterDifference{}
	var order []int64
	for _, d := range x.Differ {
		if byPerson[d.Person] == nil {
			byPerson[d.Person] = map[string]RosterDifference{}
			order = append(order, d.Person)
		}
		byPerson[d.Person][d.Field] = d
	}
	for _, no := range order {
		of := byPerson[no]
		draft := func(d RosterDifference, pairs ...string) {
			row := map[string]string{"id": d.ID.Full(), "name": d.Name}
			for i := 0; i+1 < len(pairs); i += 2 {
				row[pairs[i]] = pairs[i+1]
			}
			list = append(list, row)
		}
		died, category, place := of["died"], of["category"], of["place"]
		switch {
		case died.Sheet != "" && died.Book == "":
			draft(died, "type", ChangeDeath, "date", died.Sheet)
		case category.Serving && category.Sheet == string(facts.FormerVillageCadre) && category.Book == string(facts.VillageCadre):
			draft(category, "type", ChangeLeave)
		case place.Serving && category.Field == "" && place.Sheet != "":
			draft(place, "type", ChangeMove, "from_place", place.Book, "place", place.Sheet)
		}
	}
	for _, m := range x.Missing {
		list = append(list, map[string]string{"id": m.ID.Full(), "name": m.Name, "from_place": m.Place})
	}
	return list
}
