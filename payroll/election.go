package payroll

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"zhida/payroll/checks"
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/identity"
	"zhida/rules/message"
	"zhida/rules/policy"
)

// resultRow is one row of the result of a village's election: somebody elected to a post,
// or somebody who leaves.
type resultRow struct {
	Place    string        `json:"place"`
	Date     calendar.Date `json:"date"`
	Handover calendar.Date `json:"handover"`
	Document string        `json:"document"`
	Outcome  string        `json:"outcome"`
	Post     string        `json:"post"`
	Again    string        `json:"again"` // 是: held this post before; 否: did not; "" when not said
	Reason   string        `json:"reason"`
	row      *ImportRow
}

// Outcomes of an election for a person.
const (
	ResultElected = "elected"
	ResultLeft    = "left"
	ResultVacant  = "vacant" // of a post, and of no person: nobody was elected to it
)

// result is what a sheet says about one village.
type result struct {
	facts.Election
	row   *ImportRow // the first
	rows  []*resultRow
	was   *facts.Election // as reported before, nil the first time
	name  string          // of the village
	bad   bool
	vague bool // a row cannot be read far enough to say who holds or leaves which post
}

// electing is the state of working out a sheet of results.
type electing struct {
	*unfolded
	ctx     context.Context
	r       Reader
	results map[string]*result // by village
	files   map[string]*file   // by full ID
	holders map[string][]*file // by village: who held a post there about the handover
	reports map[int64]bool     // positions at which results came in
	loose   bool               // a row is of a village that cannot be read: it may be of any
}

// elections makes profiles and spells of what villages report: who is not in a village's
// result leaves the day before the handover, who is elected begins on it. A village comes
// in whole or not at all, and one that reports again is worked out on what the book would
// know without its earlier report.
func (u *unfolded) elections(ctx context.Context, r Reader, rows []ImportRow) error {
	e := &electing{unfolded: u, ctx: ctx, r: r, results: map[string]*result{}, holders: map[string][]*file{}, reports: map[int64]bool{}}
	if err := e.gather(rows); err != nil {
		return err
	}
	if err := e.judge(); err != nil {
		return err
	}
	for _, place := range sortedKeys(e.results) {
		e.enter(e.results[place])
	}
	paid, err := lastPaid(ctx, r)
	if err != nil {
		return err
	}
	var open, late []string                       // who leaves unnamed, and of them those of months that were paid
	var first *ImportRow                          // of a village with such
	for _, place := range sortedKeys(e.results) { // after all have entered: who changes village does not leave
		v := e.results[place]
		switch unnamed := e.stepDown(v); {
		case v.Handover.Month() > paid:
			open = append(open, unnamed...)
		case len(unnamed) > 0:
			first, late = cmp.Or(first, v.row), append(late, unnamed...)
		}
	}
	if len(open) > 0 {
		e.notes = append(e.notes, message.M("election.unnamed", len(open), namesOf(open)))
	}
	if len(late) > 0 {
		e.asks = append(e.asks, message.Problem{File: e.File, Sheet: first.Sheet, Cell: first.Cell("place"), Message: message.M("election.unnamed_paid", len(late), namesOf(late))})
	}
	for _, id := range sortedKeys(e.files) {
		if x := e.files[id]; x.group != "" {
			u.Rows = append(u.Rows, x.rows()...)
		}
	}
	for _, place := range sortedKeys(e.results) {
		v := e.results[place]
		if v.bad {
			e.Wrong = append(e.Wrong, v.says()...)
			continue
		}
		if v.was != nil && v.was.Handover != v.Handover {
			u.Rows = append(u.Rows, electionRow(v, *v.was, true))
		}
		u.Rows = append(u.Rows, electionRow(v, v.Election, false))
	}
	return e.note()
}

func electionKey(x facts.Election) string { return x.Place + "|" + x.Date.String()[:4] }

func electionRow(v *result, x facts.Election, withdraw bool) ImportRow {
	body := Body(Field{"place", x.Place}, Field{"date", x.Date.String()}, Field{"handover", x.Handover.String()}, Field{"document", x.Document})
	return ImportRow{Fact: Fact{Kind: facts.KindElection, Key: electionKey(x), From: x.Handover, To: calendar.Forever, Body: body, Where: v.row.Fact.Where}, Withdraw: withdraw, Sheet: v.row.Sheet, Row: v.row.Row, Columns: v.row.Columns, Group: x.Place}
}

// says are the posts that a result states which does not come in: their words can be looked at.
func (v *result) says() (list []ImportRow) {
	for _, x := range v.rows {
		if x.Outcome == ResultElected {
			row := *x.row
			row.Fact.Kind, row.Fact.Key, row.Astray = facts.KindSpell, "", true
			row.Fact.Body = SpellBody(&facts.Spell{Place: x.Place, Post: x.Post, From: x.Handover})
			row.Unread = append(slices.Clone(row.Unread), "id", "name", "place") // that has been asked
			list = append(list, row)
		}
	}
	return list
}

// gather reads the rows by village, and the files of everybody whom they concern.
func (e *electing) gather(rows []ImportRow) error {
	var ids []string
	for i := range rows {
		x := &resultRow{row: &rows[i]}
		if err := stated(x.row, x); err != nil {
			return err
		}
		e.judgeReason(x)
		if x.Place == "" || x.row.lacks("place") {
			e.loose = true
			continue
		}
		v := e.results[x.Place]
		if v == nil {
			v = &result{row: x.row, Election: facts.Election{Place: x.Place, Date: x.Date, Handover: x.Handover, Document: x.Document}}
			e.results[x.Place] = v
		}
		v.bad = v.bad || len(x.row.Unread) > 0 || e.bad[placeOf(x.row)]
		v.vague = v.vague || x.row.lacks("id", "name", "outcome", "post", "date", "handover")
		if x.row.lacks("date", "handover", "document") || v.row.lacks("date", "handover", "document") {
			v.Date, v.Handover, v.Document = cmp.Or(v.Date, x.Date), cmp.Or(v.Handover, x.Handover), cmp.Or(v.Document, x.Document)
		} else if v.Date != x.Date || v.Handover != x.Handover || v.Document != x.Document {
			e.fail(v, x.row, "date", "election.dates_differ", x.Place, v.row.Cell("date"))
		}
		v.rows = append(v.rows, x)
		if x.Outcome != ResultVacant && x.row.PersonID != "" {
			ids = append(ids, x.row.PersonID)
		}
	}
	reported, err := electionsKnown(e.ctx, e.r)
	if err != nil {
		return err
	}
	for i := range reported {
		if v := e.results[reported[i].Place]; v != nil && electionKey(reported[i]) == electionKey(v.Election) {
			v.was = &reported[i]
		}
	}
	imports, err := e.r.Imports(e.ctx)
	if err != nil {
		return err
	}
	for _, x := range imports {
		e.reports[x.Position] = x.Kind == KindElection
	}
	return e.open(ids)
}

// open reads the files of the persons named and of everybody who held a post in the villages.
func (e *electing) open(ids []string) error {
	last, err := e.r.LastPerson(e.ctx)
	if err != nil {
		return err
	}
	at := map[int64][]string{}
	numbers := map[int64]bool{}
	err = e.r.Facts(e.ctx, FactQuery{First: 1, Last: last, Kinds: []facts.Kind{facts.KindSpell}}, func(f Fact) error {
		place, _, _ := strings.Cut(f.Key, "|")
		v := e.results[place]
		if v == nil {
			return nil
		}
		for _, handover := range v.handovers() {
			if (f.To >= handover.AddDays(-1) || f.From == handover) && !slices.Contains(at[f.Person], place) {
				at[f.Person] = append(at[f.Person], place)
				numbers[f.Person] = true
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if e.files, err = files(e.ctx, e.r, numbers, ids); err != nil {
		return err
	}
	for _, id := range sortedKeys(e.files) {
		for _, place := range at[e.files[id].No] {
			e.holders[place] = append(e.holders[place], e.files[id])
		}
	}
	return nil
}

// handovers are the day that the sheet names and the one of an earlier report.
func (v *result) handovers() []calendar.Date {
	if v.was != nil && v.was.Handover != v.Handover {
		return []calendar.Date{v.Handover, v.was.Handover}
	}
	return []calendar.Date{v.Handover}
}

func (e *electing) fail(v *result, row *ImportRow, column, code string, args ...any) {
	v.bad = true
	e.problem(row, column, code, args...)
}

// judge refuses villages that are wrong in the book's eyes.
func (e *electing) judge() error {
	known := map[string]facts.Place{}
	err := e.r.Facts(e.ctx, FactQuery{Kinds: []facts.Kind{facts.KindPlace}}, func(f Fact) error {
		var p facts.Place
		err := decode(f, &p)
		known[p.Code] = p // ordered by first day: the last one stays
		return err
	})
	if err != nil {
		return err
	}
	allowed, err := postsAllowed(e.ctx, e.r)
	if err != nil {
		return err
	}
	for _, code := range sortedKeys(e.results) {
		v := e.results[code]
		if _, ok := known[code]; !ok {
			e.fail(v, v.row, "place", "election.village", code)
			continue
		}
		v.name = known[code].Name
		if v.Date > e.today {
			e.fail(v, v.row, "date", "import.future", v.Date, e.today)
		}
		if last := decidedUntil(e.today); v.Handover > last {
			e.fail(v, v.row, "handover", "import.far_ahead", v.Handover, e.today, last)
		}
		if v.was != nil {
			for _, x := range e.holders[code] {
				if err := e.undo(x, v.was); err != nil {
					return err
				}
			}
		}
		e.judgePosts(v)
		for _, x := range v.rows {
			if x.Outcome != ResultVacant && !x.row.lacks("id", "name", "outcome", "post", "handover") && v.Handover != 0 {
				e.judgePerson(v, x)
			}
		}
		elected := v.elected()
		for _, x := range e.holders[code] {
			if v.vague || e.loose {
				break // it may be they that such a row is about
			}
			if n := len(x.Profiles); elected[x.id] == nil && n > 0 && x.Profiles[n-1].From > v.Handover && x.Profiles[n-1].Category == facts.VillageCadre {
				e.fail(v, v.row, "handover", "change.later", x.name, x.Profiles[n-1].From, v.Handover)
			}
			for _, s := range x.Spells {
				if elected[x.id] == nil && s.Place == code && s.From == v.Handover {
					e.fail(v, v.row, "place", "election.not_in_result", x.name, s.Post, s.From)
				}
			}
		}
		if n, document := allowed(code, known[code].Population); n > 0 && len(elected) > n {
			e.fail(v, v.row, "place", "election.posts", code, len(elected), n, document)
		}
	}
	e.judgeVillages()
	return nil
}

// elected are the persons elected, by full ID.
func (v *result) elected() map[string]*resultRow {
	list := map[string]*resultRow{}
	for _, x := range v.rows {
		if x.Outcome == ResultElected && x.row.PersonID != "" && list[x.row.PersonID] == nil {
			list[x.row.PersonID] = x
		}
	}
	return list
}

// judgePosts refuses a post of one person that two are elected to, and a person who leaves and is elected.
func (e *electing) judgePosts(v *result) {
	holder, elected := map[string]*resultRow{}, v.elected()
	for _, x := range v.rows {
		if x.Outcome == ResultElected && !x.row.lacks("id", "post") && holder[office(x.Post)] == nil {
			holder[office(x.Post)] = x
		}
	}
	for _, x := range v.rows {
		first := holder[office(x.Post)]
		switch {
		case x.Outcome == ResultLeft && elected[x.row.PersonID] != nil:
			e.fail(v, x.row, "outcome", "election.left_and_elected", x.row.PersonName)
		case x.row.lacks("id", "post", "outcome"):
		case x.Outcome == ResultVacant && first != nil:
			e.fail(v, x.row, "outcome", "election.vacant_filled", x.Post, first.row.PersonName)
		case x.Outcome == ResultElected && offices[x.Post] != "" && first.row.PersonID != x.row.PersonID:
			e.fail(v, x.row, "post", "election.post_twice", x.Post, first.row.PersonName)
		}
	}
}

// office is the office that a post is, the post itself where several may hold it.
func office(post string) string { return cmp.Or(offices[post], post) }

// judgePerson refuses what the book knows to be impossible about somebody in a result.
func (e *electing) judgePerson(v *result, x *resultRow) {
	who := e.files[x.row.PersonID]
	if !who.sameName(x.row) {
		e.fail(v, x.row, "name", "import.name_differs", x.row.PersonName, who.name)
		return
	}
	eve := v.Handover.AddDays(-1)
	held := slices.ContainsFunc(who.Spells, func(s facts.Spell) bool { return s.Place == v.Place && runsOn(&s, eve) })
	same := slices.ContainsFunc(who.Spells, func(s facts.Spell) bool { return s.Place == v.Place && s.Post == x.Post && runsOn(&s, eve) })
	if x.Outcome == ResultLeft {
		if who.aliveBut(x.Reason) {
			e.fail(v, x.row, "reason", "change.no_death", x.row.PersonName, x.Reason)
		}
		if p := who.profileOn(eve); !held || p == nil || p.Category != facts.VillageCadre { // a post sent from above is not the villagers' to end
			e.fail(v, x.row, "id", "election.no_post", x.row.PersonName, v.Place)
		}
		return
	}
	now := who.profileOn(v.Handover)
	switch {
	case who.Died() != 0:
		e.fail(v, x.row, "id", "election.dead", x.row.PersonName, who.Died())
	case now != nil && now.Category == facts.TownshipCadre:
		e.fail(v, x.row, "id", "election.township_cadre", x.row.PersonName)
	case len(who.Profiles) > 0 && who.Profiles[len(who.Profiles)-1].From > v.Handover:
		e.fail(v, x.row, "handover", "change.later", x.row.PersonName, who.Profiles[len(who.Profiles)-1].From, v.Handover)
	case x.Again == "yes" && !same:
		e.fail(v, x.row, "again", "election.not_again", x.row.PersonName, x.Post)
	case x.Again == "no" && same:
		e.fail(v, x.row, "again", "election.is_again", x.row.PersonName, x.Post)
	}
	for _, s := range who.Spells {
		if s.Place == v.Place && s.Post == x.Post && s.From > v.Handover {
			e.fail(v, x.row, "post", "election.later_spell", x.row.PersonName, x.Post, s.From)
		}
	}
}

// judgeReason refuses a reason for leaving that no list has.
func (e *electing) judgeReason(x *resultRow) {
	if m := e.words.wrong(ReasonWords, "离任原因", x.Reason); !m.IsZero() && x.Outcome == ResultLeft {
		e.problem(x.row, "reason", m.Code, anys(m.Args)...)
		e.bad[placeOf(x.row)] = true
	}
}

// judgeVillages refuses somebody who would hold posts in two villages: elected in both, or
// still in office in one whose result is not in the sheet, or not good. Seen as mended, a result that is not good counts as well
// as it can be read.
func (e *electing) judgeVillages() {
	for again := true; again; {
		again = false
		for _, code := range sortedKeys(e.results) {
			v := e.results[code]
			elected := v.elected()
			for _, id := range sortedKeys(elected) {
				x := elected[id]
				for _, other := range sortedKeys(e.results) {
					w := e.results[other]
					if y := w.elected()[id]; other != code && y != nil && (e.see == asMended || !w.bad) {
						e.fail(v, x.row, "id", "election.two_villages", x.row.PersonName, other, y.row.Cell("id"))
						e.fail(w, y.row, "id", "election.two_villages", x.row.PersonName, code, x.row.Cell("id"))
						again = e.see == asItIs
					}
				}
				if v.bad && e.see == asItIs {
					continue
				}
				for _, s := range e.files[id].Spells {
					if w := e.results[s.Place]; s.Place != code && len(s.Place) == 12 && runsOn(&s, v.Handover) && e.staysOn(v, w) {
						e.fail(v, x.row, "id", "election.elsewhere", x.row.PersonName, s.Place, s.Post)
						again = e.see == asItIs
					}
				}
			}
		}
	}
}

// staysOn says whether a post in another village, of which the sheet has the result w or none, goes on when one of v begins.
func (e *electing) staysOn(v, w *result) bool {
	if e.see == asMended && (e.loose || v.Handover == 0 || w != nil && w.vague) {
		return false // it is not known
	}
	return w == nil || w.Handover > v.Handover || e.see == asItIs && w.bad
}

// undo takes out of a file what an earlier report of the election put into it: facts go
// back to what they were before that report. What others have said since stays.
func (e *electing) undo(x *file, was *facts.Election) error {
	eve := was.Handover.AddDays(-1)
	made := int64(0) // the report that made the profile from the handover on
	for i := range x.Profiles {
		if p := &x.Profiles[i]; p.From == was.Handover && e.reports[p.Position] {
			made, x.left = p.Position, p.Category == facts.FormerVillageCadre
		}
	}
	profile := func(p *facts.Profile) bool { return p.From == was.Handover && e.reports[p.Position] }
	spell := func(s *facts.Spell) bool {
		if s.Place == was.Place && (s.From == was.Handover || s.To == eve) {
			return e.reports[s.Position]
		}
		return made != 0 && s.Position == made && s.To != eve // no longer recognised; a post in another village is that one's
	}
	for {
		at := int64(0)
		for i := range x.Profiles {
			if p := &x.Profiles[i]; profile(p) {
				at = max(at, p.Position)
			}
		}
		for i := range x.Spells {
			if s := &x.Spells[i]; spell(s) {
				at = max(at, s.Position)
			}
		}
		if at == 0 {
			return nil
		}
		if err := x.goBack(e.ctx, e.r, at, profile, spell); err != nil {
			return err
		}
	}
}

// goBack replaces the profiles and spells chosen that became known at a position by what
// was known before.
func (x *file) goBack(ctx context.Context, r Reader, at int64, profile func(*facts.Profile) bool, spell func(*facts.Spell) bool) error {
	before, _, err := loadPersons(ctx, r, at-1, x.No, x.No)
	if err != nil {
		return err
	}
	var old facts.Person
	if len(before) > 0 {
		old = before[0]
	}
	var profiles []facts.Profile
	for i := range x.Profiles {
		if p := x.Profiles[i]; p.Position != at || !profile(&p) {
			profiles = append(profiles, p)
		} else if k := slices.IndexFunc(old.Profiles, func(q facts.Profile) bool { return q.From == p.From }); k >= 0 {
			profiles = append(profiles, old.Profiles[k])
		} else if len(x.Profiles) == 1 { // whoever was brought onto the roster stays on it, or what was paid would not be taken back
			p.Position = 0
			profiles = append(profiles, p)
		}
	}
	var spells []facts.Spell
	for i := range x.Spells {
		if s := x.Spells[i]; s.Position != at || !spell(&s) {
			spells = append(spells, s)
		} else if k := slices.IndexFunc(old.Spells, func(q facts.Spell) bool { return sameSpell(&q, &s) }); k >= 0 {
			spells = append(spells, old.Spells[k])
			x.reopened = append(x.reopened, old.Spells[k])
		}
	}
	x.Profiles, x.Spells = profiles, spells
	return nil
}

// enter begins the posts of everybody elected in a village.
func (e *electing) enter(v *result) {
	posts := map[string][]*resultRow{}
	for _, x := range v.rows {
		if x.Outcome == ResultElected && !v.bad {
			posts[x.row.PersonID] = append(posts[x.row.PersonID], x)
		}
	}
	for _, id := range sortedKeys(posts) {
		e.files[id].takeOffice(v, posts[id])
	}
}

// stepDown ends the posts of everybody who held one in a village and was not elected again.
// It gives whom the sheet does not name at all and who leaves too, with village and posts.
func (e *electing) stepDown(v *result) (unnamed []string) {
	if v.bad {
		return nil
	}
	e.asksOpen(v)
	why, elected := map[string]*resultRow{}, v.elected()
	for _, x := range v.rows {
		why[x.row.PersonID] = x
	}
	for _, x := range e.holders[v.Place] {
		if elected[x.id] == nil {
			if posts := x.stepDown(v, why[x.id]); len(posts) > 0 && why[x.id] == nil && x.Died() == 0 {
				unnamed = append(unnamed, v.name+" "+x.name+"（"+strings.Join(posts, "、")+"）")
			}
		}
	}
	return unnamed
}

// asksOpen has somebody else confirm a result that says nothing of a post that was held: a sheet
// of which a row is missing puts out of office whom the villagers kept.
func (e *electing) asksOpen(v *result) {
	said := map[string]bool{}
	for _, x := range v.rows {
		if x.Outcome != ResultLeft {
			said[office(x.Post)] = true
		}
	}
	eve := v.Handover.AddDays(-1)
	for _, x := range e.holders[v.Place] {
		if p := x.profileOn(eve); p == nil || p.Category != facts.VillageCadre {
			continue
		}
		for i := range x.Spells {
			if s := &x.Spells[i]; s.Place == v.Place && runsOn(s, eve) && !said[office(s.Post)] {
				said[office(s.Post)] = true
				e.asks = append(e.asks, message.Problem{File: e.File, Sheet: v.row.Sheet, Cell: v.row.Cell("place"), Message: message.M("election.post_open", v.name, s.Post, x.name)})
			}
		}
	}
}

// stepDown ends the posts that somebody held in a village on the eve of the handover, and
// gives those that would have gone on.
func (x *file) stepDown(v *result, why *resultRow) (posts []string) {
	eve, reason := v.Handover.AddDays(-1), ""
	if x.row == nil {
		x.row = v.row
	}
	x.group = cmp.Or(x.group, v.Place)
	if why != nil {
		x.row, reason = why.row, why.Reason
	}
	p := x.profileOn(eve)
	if p == nil || p.Category != facts.VillageCadre {
		return nil // of another register: no post that villagers elect to
	}
	ended, died := false, x.Died()
	for i := range x.Spells {
		s := &x.Spells[i]
		if s.Place != v.Place || !runsOn(s, eve) {
			continue
		}
		ended = true
		if s.To != eve {
			posts = append(posts, s.Post)
		}
		if s.To = eve; died != 0 && died < eve {
			s.To = max(died, s.From)
		}
		s.Reason = cmp.Or(reason, s.Reason)
	}
	if ended && died == 0 && !slices.ContainsFunc(x.Spells, func(s facts.Spell) bool { return runsOn(&s, v.Handover) }) {
		x.leave(v.Handover)
	}
	return posts
}

// takeOffice begins the posts that somebody was elected to; a post held before goes on.
func (x *file) takeOffice(v *result, posts []*resultRow) {
	eve := v.Handover.AddDays(-1)
	x.row, x.group, x.name = posts[0].row, v.Place, cmp.Or(x.name, posts[0].row.PersonName)
	p := facts.Profile{ID: identity.ResidentID(x.id), Name: x.name}
	if now := x.profileOn(v.Handover); now != nil {
		p = *now
	}
	p.Category, p.Place = facts.VillageCadre, v.Place
	x.setProfile(p, v.Handover)
	goesOn := map[string]bool{}
	for i := range x.Spells {
		s := &x.Spells[i]
		if s.Place != v.Place || !runsOn(s, eve) {
			continue
		}
		if !slices.ContainsFunc(posts, func(r *resultRow) bool { return r.Post == s.Post }) {
			s.To = eve
			continue
		}
		if goesOn[s.Post] = true; s.To == eve {
			s.To, s.Reason = 0, ""
		}
	}
	for _, r := range posts {
		if !goesOn[r.Post] {
			s := facts.Spell{Place: v.Place, Post: r.Post, From: v.Handover, Document: v.Document, Recognised: true}
			x.Spells = slices.DeleteFunc(x.Spells, func(old facts.Spell) bool { return sameSpell(&old, &s) })
			x.Spells = append(x.Spells, s)
		}
	}
}

// electionsKnown are the elections that villages have reported, by key.
func electionsKnown(ctx context.Context, r Reader) (list []facts.Election, err error) {
	err = r.Facts(ctx, FactQuery{Kinds: []facts.Kind{facts.KindElection}}, func(f Fact) error {
		var x facts.Election
		err := decode(f, &x)
		x.Source = facts.Source{Position: f.KnownFrom, Where: f.Where}
		list = append(list, x)
		return err
	})
	return list, err
}

// postsAllowed gives how many posts a village may have, and by which document, as the check
// of a batch reads it; 0 where nothing says.
func postsAllowed(ctx context.Context, r Reader) (func(place string, population int) (int, string), error) {
	var registers []facts.Register
	err := r.Facts(ctx, FactQuery{Kinds: []facts.Kind{facts.KindRegister}}, func(f Fact) error {
		var x facts.Register
		if json.Unmarshal([]byte(f.Body), &x) == nil && checks.Registers[x.Class] == checks.Posts {
			registers = append(registers, x)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(registers, func(a, b facts.Register) int { return cmp.Compare(b.AsOf, a.AsOf) })
	county, err := settingsAt(ctx, r, 0)
	if message.Code(err) == "settings.none" {
		county, err = &County{}, nil
	}
	if err != nil {
		return nil, err
	}
	return func(place string, population int) (int, string) {
		return checks.AllowedPosts(registers, county.Checks.Posts, place, population)
	}, nil
}

// note says how many villages of the county have not reported, and which
// documents count recognised service of those in office.
func (e *electing) note() error {
	year, count := 0, 0
	for _, v := range e.results {
		if year = max(year, v.Date.Year()); !v.bad {
			count++
		}
	}
	if count == 0 {
		return nil
	}
	status, err := electionStatus(e.ctx, e.r, year)
	if err != nil {
		return err
	}
	open := 0
	for i := range status {
		if v := e.results[status[i].Place]; !status[i].Reported && (v == nil || v.bad) {
			open++
		}
	}
	if open > 0 {
		e.notes = append(e.notes, message.M("election.open", open, year))
	}
	granted, err := grantedAt(e.ctx, e.r, 0)
	if err != nil {
		return err
	}
	for _, g := range granted {
		if countsRecognised(g.Policy) {
			e.notes = append(e.notes, message.M("election.recognised_counts", g.Policy.Document.Number))
		}
	}
	return nil
}

// countsRecognised says whether a document grants village cadres something and counts
// service that is recognised: months before a cadre left would come out otherwise until
// the service is recognised again.
func countsRecognised(p *policy.Policy) bool {
	return slices.ContainsFunc(p.Items, func(it *policy.Item) bool {
		how, counts := cmp.Or(it.Service, p.Service), false
		p.Each(it.Formulas(), func(f *policy.Formula) { counts = counts || f.Service })
		return counts && how != nil && how.Recognised && slices.Contains(it.Categories, facts.VillageCadre)
	})
}

// VillageElection is how far the election of a village is.
type VillageElection struct {
	Place, Name string
	Township    string // its name
	Reported    bool
	Date        calendar.Date
	Handover    calendar.Date
	Document    string
	Serving     int // who hold a post there now
	Awaiting    int // who left by the election and whose service is not recognised yet
}

// ElectionStatus gives every village with what is known of its election of a year, by code.
func (b *Book) ElectionStatus(ctx context.Context, year int) (list []VillageElection, err error) {
	err = b.view(ctx, func(r Reader) error {
		if list, err = electionStatus(ctx, r, year); err != nil {
			return err
		}
		return serving(ctx, r, calendar.DateIn(b.now(), zone), list)
	})
	return list, err
}

// ElectionReports says which villages have reported the election of a year, without who serves there.
func (b *Book) ElectionReports(ctx context.Context, year int) (list []VillageElection, err error) {
	err = b.view(ctx, func(r Reader) error { list, err = electionStatus(ctx, r, year); return err })
	return list, err
}

func electionStatus(ctx context.Context, r Reader, year int) ([]VillageElection, error) {
	names := map[string]string{}
	err := r.Facts(ctx, FactQuery{Kinds: []facts.Kind{facts.KindPlace}}, func(f Fact) error {
		var p facts.Place
		err := decode(f, &p)
		names[p.Code] = p.Name
		return err
	})
	if err != nil {
		return nil, err
	}
	known, err := electionsKnown(ctx, r)
	if err != nil {
		return nil, err
	}
	reported := map[string]facts.Election{}
	for _, x := range known {
		if x.Date.Year() == year {
			reported[x.Place] = x
		}
	}
	var list []VillageElection
	for _, code := range slices.Sorted(maps.Keys(names)) {
		if len(code) != 12 {
			continue
		}
		x, ok := reported[code]
		list = append(list, VillageElection{Place: code, Name: names[code], Township: cmp.Or(names[facts.Township(code)], facts.Township(code)),
			Reported: ok, Date: x.Date, Handover: x.Handover, Document: x.Document})
	}
	return list, nil
}

// serving counts who holds a post in each village today, and who left by its election and
// waits for recognition.
func serving(ctx context.Context, r Reader, today calendar.Date, list []VillageElection) error {
	at := map[string]*VillageElection{}
	for i := range list {
		at[list[i].Place] = &list[i]
	}
	last, err := r.LastPerson(ctx)
	if err != nil {
		return err
	}
	type one struct {
		person int64
		place  string
	}
	now, waits := map[one]bool{}, map[one]bool{}
	return r.Facts(ctx, FactQuery{First: 1, Last: last, Kinds: []facts.Kind{facts.KindSpell}}, func(f Fact) error {
		var s facts.Spell
		if err := decode(f, &s); err != nil {
			return err
		}
		v, k := at[s.Place], one{f.Person, s.Place}
		switch {
		case v == nil:
		case runsOn(&s, today) && !now[k]:
			now[k] = true
			v.Serving++
		case v.Reported && s.To == v.Handover.AddDays(-1) && !s.Recognised && !waits[k]:
			waits[k] = true
			v.Awaiting++
		}
		return nil
	})
}
