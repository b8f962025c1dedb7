package payroll

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/identity"
	"zhida/rules/message"
)

// The changes that a sheet of changes can report (变动类型).
const (
	ChangeJoin     = "join"     // 新增
	ChangeLeave    = "leave"    // 离任
	ChangeMove     = "move"     // 调动
	ChangePost     = "post"     // 职务变动
	ChangeDeath    = "death"    // 死亡
	ChangeSecond   = "second"   // 借调
	ChangeSanction = "sanction" // 处分
	ChangeCard     = "card"     // 换卡
	ChangeName     = "name"     // 改名
)

// PostKept in the column of the old post says that the new one is held beside it.
const PostKept = "兼任"

// LeftRetired is the reason of somebody who left by retiring.
const LeftRetired = "退休"

// absenceOf are the kinds of absence that changes begin, as documents word them.
var absenceOf = map[string]string{ChangeSecond: "借调", ChangeSanction: "处分"}

// changeRow is one row of a sheet of changes.
type changeRow struct {
	Type      string         `json:"type"`
	Date      calendar.Date  `json:"date"`
	Document  string         `json:"document"`
	Category  facts.Category `json:"category"`
	FromPlace string         `json:"from_place"`
	FromPost  string         `json:"from_post"`
	Place     string         `json:"place"`
	Post      string         `json:"post"`
	Rank      string         `json:"rank"`
	Until     calendar.Date  `json:"until"`
	Reason    string         `json:"reason"`
	Card      identity.Card  `json:"card"`
	Bank      string         `json:"bank"`
	Branch    string         `json:"branch"`
	Holder    string         `json:"holder"`
	NewName   string         `json:"new_name"`
	row       *ImportRow
}

// changing is the state of working out a sheet of changes.
type changing struct {
	*unfolded
	files map[string]*file
	turns map[turning][]*changeRow // the moves and changes of post that the sheet states
}

// turning is a day on which somebody moves, or gets another post.
type turning struct {
	id  string
	day calendar.Date
}

// turns says whether a change ends a post for another one, or begins one beside it.
func (x *changeRow) turns() bool { return x.Type == ChangeMove || x.Type == ChangePost }

// to is the place, the post, or both, that a change takes somebody to.
func (x *changeRow) to() string { return strings.TrimSpace(x.Place + " " + x.Post) }

// column is the one that says so.
func (x *changeRow) column() string {
	if x.Type == ChangeMove {
		return "place"
	}
	return "post"
}

// alsoTurns is what another row of the sheet makes of the same post on the same day: it would not be clear where somebody is
// from then on, and in which post. "" is nothing. Posts that the rows name apart, and one that is held beside another, are clear.
func (c *changing) alsoTurns(x *changeRow) string {
	for _, y := range c.turns[turning{x.row.PersonID, x.Date}] {
		beside := (x.FromPost == PostKept || y.FromPost == PostKept) && (x.Place == y.Place)
		apart := x.FromPost != "" && y.FromPost != "" && x.FromPost != y.FromPost && x.FromPost != PostKept && y.FromPost != PostKept
		if x.to() != y.to() && !beside && !apart && !y.row.lacks(needed...) {
			return y.to()
		}
	}
	return ""
}

// hasTurned is what the book has made of the post that a change ends: another that began on the day of the change, when the one
// left ended. "" is nothing.
func (x *file) hasTurned(c *changeRow) string {
	held := x.held(c)
	if len(held) == 0 || c.FromPost == PostKept || slices.ContainsFunc(held, func(s *facts.Spell) bool { return s.To != c.endsOn() }) {
		return ""
	}
	for _, s := range x.Spells {
		if s.From == c.Date && (s.Place != cmp.Or(c.Place, held[0].Place) || s.Post != cmp.Or(c.Post, held[0].Post)) {
			return s.Place + " " + s.Post
		}
	}
	return ""
}

// changes makes facts of what a sheet of changes reports. Changes of one person are taken
// in the order of their days, each on top of the one before. Seen as mended, what is wrong with a row keeps none
// of the others from being looked at: it is taken where it is clear what it does, and where it is not, nothing is said of what
// comes after it for the same person.
func (u *unfolded) changes(ctx context.Context, r Reader, rows []ImportRow) (err error) {
	var list []*changeRow
	var ids []string
	for i := range rows {
		if u.see == asItIs && u.bad[placeOf(&rows[i])] {
			continue
		}
		x := &changeRow{row: &rows[i]}
		if err := stated(&rows[i], x); err != nil {
			return err
		}
		list = append(list, x)
		ids = append(ids, rows[i].PersonID)
		if rows[i].Columns != nil {
			rows[i].Columns["died"] = rows[i].Columns["date"]
		}
	}
	c := &changing{unfolded: u, turns: map[turning][]*changeRow{}}
	for _, x := range list {
		if x.turns() {
			on := turning{x.row.PersonID, x.Date}
			c.turns[on] = append(c.turns[on], x)
		}
	}
	if c.files, err = files(ctx, r, map[int64]bool{}, ids); err != nil {
		return err
	}
	slices.SortStableFunc(list, func(a, b *changeRow) int {
		return cmp.Or(cmp.Compare(a.Date, b.Date), cmp.Compare(a.row.PersonID, b.row.PersonID), cmp.Compare(a.turn(), b.turn()), cmp.Compare(a.Type, b.Type), cmp.Compare(a.FromPost, b.FromPost), cmp.Compare(a.Post, b.Post))
	})
	for _, x := range list {
		who := c.files[x.row.PersonID]
		who.group = x.row.PersonID
		n := len(c.problems)
		switch clear := c.fits(who, x); {
		case clear && (len(c.problems) == n && len(x.row.Unread) == 0 || c.see == asMended && x.Type != ChangeCard):
			who.name = cmp.Or(who.name, x.row.PersonName)
			who.touch(x.row, func() { who.take(x) })
			if a := who.accountOn(x.Date); x.Type == ChangeName && a != nil && !identity.SameName(a.Holder, x.NewName) {
				m := message.M("change.holder_kept", x.row.PersonName, x.NewName, a.Card, a.Holder)
				c.asks = append(c.asks, message.Problem{File: c.File, Sheet: x.row.Sheet, Cell: x.row.Cell("holder"), Message: m})
			}
		case c.see == asMended:
			switch {
			case clear || slices.Contains([]string{ChangeCard, ChangeSecond, ChangeSanction}, x.Type): // those touch no post
			case x.Type == ChangeDeath:
				who.dying = true
			default:
				who.astray, c.astray[who.who()] = true, true
			}
			c.Wrong = append(c.Wrong, x.says()...)
		}
	}
	for _, id := range sortedKeys(c.files) {
		u.Rows = append(u.Rows, c.files[id].rows()...)
	}
	return nil
}

// needed are the columns without which it is not clear what a change does to somebody's posts.
var needed = []string{"id", "type", "date", "category", "from_place", "from_post", "place", "post"}

// says are the facts that a change states by itself, whoever it is about: their words, place and card can be looked at.
func (x *changeRow) says() (list []ImportRow) {
	add := func(kind facts.Kind, body string) {
		row := *x.row
		row.Fact.Kind, row.Fact.Key, row.Fact.Body, row.Astray = kind, "", body, true
		row.Unread = append(slices.Clone(row.Unread), "id", "name") // that has been asked
		list = append(list, row)
	}
	if x.Place != "" {
		add(facts.KindSpell, SpellBody(&facts.Spell{Place: x.Place, Post: x.Post, Rank: x.Rank, From: x.Date}))
	}
	if x.Card != "" {
		add(facts.KindAccount, Body(Field{"card", x.Card.Full()}))
	}
	return list
}

func (x *file) who() factKey {
	if x.No == 0 {
		return factKey{id: x.id}
	}
	return factKey{person: x.No}
}

// fits says what of a change is not possible as the book knows the person; clear is whether it is known what the change does all the same.
func (c *changing) fits(who *file, x *changeRow) (clear bool) {
	bad := func(column, code string, args ...any) { c.problem(x.row, column, code, args...) }
	if (x.Type == ChangeSecond || x.Type == ChangeSanction) && x.Until != 0 && x.Until < x.Date {
		bad("until", "import.ends_before", x.Until, x.Date)
	}
	if m := c.words.wrong(ReasonWords, "离任原因", x.Reason); x.Type == ChangeLeave && !m.IsZero() {
		bad("reason", m.Code, anys(m.Args)...)
	}
	n := len(c.problems)
	name := x.row.PersonName
	if !who.sameName(x.row) && !who.named(name) && (x.Type != ChangeName || !identity.SameName(who.name, x.NewName)) {
		bad("name", "import.name_differs", name, who.name)
	}
	if last := decidedUntil(c.today); x.Date > last {
		bad("date", "import.far_ahead", x.Date, c.today, last)
	}
	if to := c.alsoTurns(x); x.turns() && to != "" && !x.row.lacks(needed...) {
		bad(x.column(), "change.moved_twice", name, x.Date, to)
	}
	if x.Type != ChangeJoin && x.Type != "" && len(who.Profiles) == 0 && !who.astray {
		bad("id", "import.person_unknown", name)
	}
	if len(c.problems) > n || who.astray || x.row.lacks(needed...) {
		return false // what follows rests on it
	}
	now := who.profileOn(x.Date)
	switch {
	case x.Type == ChangeJoin && who.servesBeside(x) != nil:
		bad("type", "change.serving", name, who.servesBeside(x).Place, who.servesBeside(x).Post)
	case x.Type != ChangeJoin && now == nil:
		bad("date", "change.before", name, who.Profiles[0].From)
	case x.Type == ChangeName && x.Holder != "" && x.Card == "" && who.accountOn(x.Date) == nil:
		bad("card", "change.needs", "改名", "银行卡号")
	case who.Died() != 0 && x.Date > who.Died() && x.Type != ChangeDeath:
		bad("date", "change.dead", name, who.Died())
	case x.Type == ChangeDeath && who.Died() != 0 && who.Died() != x.Date:
		bad("date", "change.died", name, who.Died())
	}
	if len(c.problems) > n {
		return false
	}
	switch x.Type {
	case ChangeJoin, ChangeLeave, ChangeMove:
		if last := len(who.Profiles) - 1; last >= 0 && who.Profiles[last].From > x.Date.AddDays(1) && !who.done(x) {
			bad("date", "change.later", name, who.Profiles[last].From, x.Date)
			return false
		}
	case ChangeSecond, ChangeSanction:
		if old := who.absentBeside(x); old != nil {
			bad("date", "import.still_open", old.From, lastDay(forever(old.To)))
		}
	}
	posts := len(c.problems)
	if x.Type == ChangeLeave || x.Type == ChangeMove || x.Type == ChangePost {
		c.fitsPost(who, x, bad)
	}
	clear = len(c.problems) == posts
	if x.Type == ChangeLeave && !who.dying && who.aliveBut(x.Reason) {
		bad("reason", "change.no_death", name, x.Reason)
	}
	return clear
}

// turn puts a new name before whatever else happens on its day: other rows may have either.
func (x *changeRow) turn() int {
	if x.Type == ChangeName {
		return 0
	}
	return 1
}

// named says whether somebody has, had, or by another row of the sheet gets a name.
func (x *file) named(name string) bool {
	return slices.ContainsFunc(x.Profiles, func(p facts.Profile) bool { return identity.SameName(p.Name, name) })
}

// accountOn is the account in force on a day, nil when there is none.
func (x *file) accountOn(d calendar.Date) (a *facts.Account) {
	for i := range x.Accounts {
		if y := &x.Accounts[i]; y.From <= d && (a == nil || a.From <= y.From) {
			a = y
		}
	}
	return a
}

// fitsPost finds the posts that a change ends, and refuses when it is not clear which.
func (c *changing) fitsPost(who *file, x *changeRow, bad func(column, code string, args ...any)) {
	name := x.row.PersonName
	if who.done(x) {
		return
	}
	if to := who.hasTurned(x); x.turns() && to != "" {
		bad(x.column(), "change.moved_twice", name, x.Date, to)
		return
	}
	held := who.held(x)
	var words []string
	for _, s := range held {
		words = append(words, s.Place+" "+s.Post)
	}
	switch {
	case len(held) == 0 && (x.FromPlace != "" || x.FromPost != "" && x.FromPost != PostKept):
		column := "from_post"
		if x.FromPost == "" {
			column = "from_place"
		}
		bad(column, "change.not_held", name, strings.TrimSpace(x.FromPlace+" "+x.FromPost), x.endsOn())
	case len(held) == 0:
		bad("id", "change.no_post", name, x.endsOn())
	case x.Type == ChangePost && len(held) > 1 && x.FromPost != PostKept:
		bad("from_post", "change.which_post", name, strings.Join(words, "、"))
	case x.Type == ChangeMove && slices.ContainsFunc(held, func(s *facts.Spell) bool { return s.Place == x.Place }):
		bad("place", "change.same_place", name, x.Place)
	}
}

// aliveBut says whether somebody is said to have left by death of whom the book knows no death:
// they would be paid as one of the living.
func (x *file) aliveBut(reason string) bool {
	return x.Died() == 0 && slices.ContainsFunc([]string{"去世", "死亡", "病故", "逝世"}, func(word string) bool { return strings.Contains(reason, word) })
}

// endsOn is the last day of the posts that a change ends.
func (x *changeRow) endsOn() calendar.Date {
	if x.Type == ChangeLeave {
		return x.Date
	}
	return x.Date.AddDays(-1)
}

// held are the posts that a change ends: those running on its last day, of the place and
// post that it names.
func (x *file) held(c *changeRow) (list []*facts.Spell) {
	for i := range x.Spells {
		s := &x.Spells[i]
		if runsOn(s, c.endsOn()) && (c.FromPlace == "" || s.Place == c.FromPlace) && (c.FromPost == "" || c.FromPost == PostKept || s.Post == c.FromPost) {
			list = append(list, s)
		}
	}
	return list
}

// servesBeside gives a post that somebody holds on the day on which they are to join, other
// than the one that the change begins; nil when there is none.
func (x *file) servesBeside(c *changeRow) *facts.Spell {
	for i := range x.Spells {
		if s := &x.Spells[i]; runsOn(s, c.Date) && (s.Place != c.Place || s.From != c.Date) {
			return s
		}
	}
	return nil
}

// absentBeside gives an absence of the kind that a change begins that has a day of it and began on another; nil when there is none.
func (x *file) absentBeside(c *changeRow) *facts.Absence {
	for i := range x.Absences {
		a := &x.Absences[i]
		if a.Kind == absenceOf[c.Type] && a.From != c.Date && a.From <= forever(c.Until) && c.Date <= forever(a.To) {
			return a
		}
	}
	return nil
}

// forever is the last day of what has none.
func forever(d calendar.Date) calendar.Date { return cmp.Or(d, calendar.Forever) }

// same says whether the post that a change begins is the one that the book has from that day.
func (x *file) same(c *changeRow) bool {
	return slices.ContainsFunc(x.Spells, func(s facts.Spell) bool {
		return s.Place == cmp.Or(c.Place, s.Place) && s.Post == cmp.Or(c.Post, s.Post) && s.From == c.Date
	})
}

// done says whether the book knows of the change already: the same sheet comes in twice.
func (x *file) done(c *changeRow) bool {
	ended, runs := false, false
	for i := range x.Spells {
		if s := &x.Spells[i]; (c.FromPlace == "" || s.Place == c.FromPlace) && (c.FromPost == "" || c.FromPost == PostKept || s.Post == c.FromPost) {
			ended = ended || s.To == c.endsOn()
			runs = runs || runsOn(s, c.endsOn().AddDays(1))
		}
	}
	switch c.Type {
	case ChangeJoin:
		return x.same(c)
	case ChangeLeave:
		return ended && !runs
	case ChangeMove, ChangePost:
		return x.same(c) && (ended || c.FromPost == PostKept)
	}
	return false
}

// take makes a change.
func (x *file) take(c *changeRow) {
	switch c.Type {
	case ChangeJoin:
		p := facts.Profile{ID: identity.ResidentID(x.id), Name: x.name}
		if now := x.profileOn(c.Date); now != nil {
			p = *now
		}
		p.Category, p.Place = c.Category, c.Place
		x.setProfile(p, c.Date)
		if c.Post != "" && !x.same(c) {
			x.begin(facts.Spell{Place: c.Place, Post: c.Post, Rank: c.Rank, From: c.Date, Document: c.Document})
		}
		if c.Card != "" {
			x.account(c)
		}
	case ChangeLeave:
		x.resign(c)
	case ChangeMove, ChangePost:
		if !x.done(c) {
			x.change(c)
		}
	case ChangeDeath:
		p := *x.profileOn(c.Date)
		if x.Died() == 0 {
			p.Died = c.Date
			x.setProfile(p, c.Date)
		}
	case ChangeSecond, ChangeSanction:
		a := facts.Absence{Kind: absenceOf[c.Type], From: c.Date, To: c.Until, Document: c.Document}
		for i := range x.Absences {
			if old := &x.Absences[i]; old.Kind == a.Kind && old.From == a.From {
				if old.To == a.To { // they were counted of the days up to there
					a.WorkingDays = old.WorkingDays
				}
				*old = a
				return
			}
		}
		x.Absences = append(x.Absences, a)
	case ChangeCard:
		x.account(c)
	case ChangeName:
		x.rename(c)
	}
}

// rename gives somebody another name from a day on, and what was known of later days with it. Who they are stays
// the same by their number. The account follows where the row says that the bank has changed it.
func (x *file) rename(c *changeRow) {
	old := x.profileOn(c.Date).Name
	p := *x.profileOn(c.Date)
	p.Name = c.NewName
	x.setProfile(p, c.Date)
	for i := range x.Profiles {
		if later := &x.Profiles[i]; later.From > c.Date && later.Name == old {
			later.Name = c.NewName
		}
	}
	switch a := x.accountOn(c.Date); {
	case c.Card != "":
		x.account(c)
	case c.Holder != "" && a != nil && a.Holder != c.Holder:
		same := *a
		same.Holder, same.Proof, same.From, same.Source = c.Holder, c.Document, c.Date, facts.Source{}
		x.Accounts = slices.DeleteFunc(x.Accounts, func(old facts.Account) bool { return old.From == c.Date })
		x.Accounts = append(x.Accounts, same)
	}
}

// resign ends the posts that somebody leaves. Of a village cadre who holds no other the
// service is to be recognised from then on.
func (x *file) resign(c *changeRow) {
	if x.done(c) {
		return
	}
	for _, s := range x.held(c) {
		s.To, s.Reason = c.Date, cmp.Or(c.Reason, s.Reason)
	}
	if slices.ContainsFunc(x.Spells, func(s facts.Spell) bool { return runsOn(&s, c.Date.AddDays(1)) }) {
		return
	}
	switch p := *x.profileOn(c.Date); {
	case p.Category == facts.VillageCadre:
		x.leave(c.Date.AddDays(1))
	case c.Reason == LeftRetired:
		p.Retired = c.Date
		x.setProfile(p, max(p.From, c.Date))
	}
}

// change ends a post and begins another, at the same place or at a new one.
func (x *file) change(c *changeRow) {
	var begun []facts.Spell
	for _, s := range x.held(c) {
		begun = append(begun, facts.Spell{Place: cmp.Or(c.Place, s.Place), Post: cmp.Or(c.Post, s.Post), Rank: cmp.Or(c.Rank, s.Rank), From: c.Date, Document: c.Document})
		if c.FromPost != PostKept {
			s.To, s.Reason = c.endsOn(), cmp.Or(c.Reason, s.Reason)
		}
	}
	for _, s := range begun {
		x.begin(s)
	}
	p := *x.profileOn(c.Date)
	p.Place = cmp.Or(c.Place, p.Place)
	x.setProfile(p, c.Date)
}

// begin adds a post by an appointment paper: the organisation department appoints, so its service is recognised.
func (x *file) begin(s facts.Spell) {
	s.Recognised = true
	if !slices.ContainsFunc(x.Spells, func(old facts.Spell) bool { return sameSpell(&old, &s) }) {
		x.Spells = append(x.Spells, s)
	}
}

// account opens a new account from the day of the change, with its document for a proof.
func (x *file) account(c *changeRow) {
	a := facts.Account{Card: c.Card, Bank: c.Bank, Branch: c.Branch, Holder: c.Holder, Proof: c.Document, From: c.Date}
	x.Accounts = slices.DeleteFunc(x.Accounts, func(old facts.Account) bool { return old.From == c.Date })
	x.Accounts = append(x.Accounts, a)
}
