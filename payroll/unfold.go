package payroll

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strconv"

	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/identity"
	"zhida/rules/message"
)

// Kinds of import whose rows say what happened, and not what holds from then on: the book
// works out from what it knows which facts of which kinds follow (ADR 51).
const (
	KindChanges  = "changes"
	KindElection = "election"
)

// What a row of those is before it has become facts; nothing at rest is of these kinds.
const (
	ChangeRow facts.Kind = "change"
	ResultRow facts.Kind = "result"
)

// unfolded is a file of events as the facts that follow from it.
type unfolded struct {
	ImportBatch
	problems message.Problems
	asks     []message.Problem
	notes    []message.Message
	words    Words
	today    calendar.Date
	see      view
	astray   map[factKey]bool  // of whom a row is wrong and it is not known what it does
	bad      map[rowPlace]bool // rows with problems of the file itself
}

// unfold works out the facts that a file of events makes; other files state theirs. What is
// wrong in the book's eyes is added to the problems, and the rows concerned are left out.
func (b *Book) unfold(ctx context.Context, r Reader, in *ImportBatch, see view) (*unfolded, error) {
	u := &unfolded{ImportBatch: *in, see: see, bad: badRows(in.Problems), astray: map[factKey]bool{}}
	if !unfolds(in.Kind) {
		return u, nil
	}
	u.Rows, u.Wrong, u.today = nil, nil, b.today()
	var err error
	if u.words, err = wordsOf(ctx, r); err != nil {
		return nil, err
	}
	work := u.changes
	if in.Kind == KindElection {
		work = u.elections
	}
	rows := in.Rows
	if see == asMended {
		rows = slices.Concat(rows, in.Wrong)
	}
	err = work(ctx, r, rows)
	slices.SortStableFunc(u.problems, func(a, b message.Problem) int { return cmp.Compare(rowOf(a.Cell), rowOf(b.Cell)) })
	return u, err
}

func (u *unfolded) problem(row *ImportRow, column, code string, args ...any) {
	if row.lacks(column) {
		return // something is wrong there already
	}
	u.problems = append(u.problems, message.Problem{File: u.File, Sheet: row.Sheet, Cell: row.Cell(column), Message: message.M(code, args...)})
}

// unfolds says whether rows of a kind of import are events.
func unfolds(kind string) bool { return kind == KindChanges || kind == KindElection }

// stirred are the kinds of facts that events about a person change.
var stirred = []facts.Kind{facts.KindPerson, facts.KindSpell, facts.KindAccount, facts.KindAbsence}

// file is what the book knows about one person, to be changed by events of a sheet: the
// facts that differ in the end are what the sheet states.
type file struct {
	facts.Person
	id     string // full
	name   string
	before map[factKey]Fact
	row    *ImportRow             // that changes it
	by     map[factKey]*ImportRow // where several do, which fact by which
	group  string                 // rows that come in together or not at all
	astray bool                   // a row is wrong, and what it does to their posts is not known
	dying  bool                   // a row that says they died is wrong

	// Of somebody whom an earlier report of the same election concerned.
	left     bool          // it moved them to the former cadres
	reopened []facts.Spell // as they were before it
}

// files reads the files of persons by number, and makes empty ones for IDs that are new.
func files(ctx context.Context, r Reader, numbers map[int64]bool, ids []string) (map[string]*file, error) {
	known, err := r.PersonsByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	k := &knownFacts{persons: map[string]int64{}}
	for no := range numbers {
		k.persons[strconv.FormatInt(no, 10)] = no // runs asks for numbers only
	}
	for id, no := range known {
		k.persons[id] = no
		numbers[no] = true
	}
	byNo, list := map[int64]*file{}, map[string]*file{}
	for _, run := range k.runs() {
		err := r.Facts(ctx, FactQuery{First: run[0], Last: run[1], Kinds: stirred}, func(f Fact) error {
			if !numbers[f.Person] {
				return nil
			}
			if byNo[f.Person] == nil {
				byNo[f.Person] = &file{Person: facts.Person{No: f.Person}}
			}
			return addFact(&byNo[f.Person].Person, f)
		})
		if err != nil {
			return nil, err
		}
	}
	for _, x := range byNo {
		if n := len(x.Profiles); n > 0 {
			x.id, x.name = x.Profiles[n-1].ID.Full(), x.Profiles[n-1].Name
		}
	}
	for id, no := range known { // under the number that a sheet names, which may be an earlier one
		if x := byNo[no]; x != nil {
			x.id = id
		}
	}
	for _, x := range byNo {
		list[x.id] = x
	}
	for _, id := range ids {
		if list[id] == nil {
			list[id] = &file{id: id}
		}
	}
	for _, x := range list {
		x.before, x.by = x.facts(), map[factKey]*ImportRow{}
	}
	return list, nil
}

// facts are the facts as they stand in the file.
func (x *file) facts() map[factKey]Fact {
	all := map[factKey]Fact{}
	put := func(kind facts.Kind, key string, from, to calendar.Date, body string) {
		if to == 0 {
			to = calendar.Forever
		}
		f := Fact{Person: x.No, Kind: kind, Key: key, From: from, To: to, Body: body}
		all[keyOf(f)] = f
	}
	for i := range x.Profiles {
		p := &x.Profiles[i]
		put(facts.KindPerson, "", p.From, 0, ProfileBody(p))
	}
	for i := range x.Spells {
		s := &x.Spells[i]
		put(facts.KindSpell, s.Place+"|"+s.Post+"|"+s.From.String(), s.From, s.To, SpellBody(s))
	}
	for i := range x.Accounts {
		a := &x.Accounts[i]
		put(facts.KindAccount, "", a.From, 0, AccountBody(a))
	}
	for i := range x.Absences {
		a := &x.Absences[i]
		put(facts.KindAbsence, a.Kind+"|"+a.From.String(), a.From, a.To, AbsenceBody(a))
	}
	return all
}

// touch lets a row change the file, and notes which facts it changed.
func (x *file) touch(row *ImportRow, change func()) {
	was := x.facts()
	change()
	is := x.facts()
	for k, f := range is {
		if was[k] != f {
			x.by[k] = row
		}
	}
	for k := range was {
		if _, still := is[k]; !still {
			x.by[k] = row
		}
	}
}

// rows are the facts that differ from what the book knows, in a fixed order.
func (x *file) rows() []ImportRow {
	is := x.facts()
	var put, gone []Fact
	for k, f := range is {
		if x.before[k] != f {
			put = append(put, f)
		}
	}
	for k, f := range x.before {
		if _, still := is[k]; !still {
			gone = append(gone, f)
		}
	}
	sortFacts(put)
	sortFacts(gone)
	list := make([]ImportRow, 0, len(put)+len(gone))
	for i, f := range slices.Concat(gone, put) {
		row := cmp.Or(x.by[keyOf(f)], x.row)
		f.Where = row.Fact.Where
		list = append(list, ImportRow{PersonID: x.id, PersonName: x.name, Fact: f, Withdraw: i < len(gone), Sheet: row.Sheet, Row: row.Row, Columns: row.Columns, Group: x.group, Unread: row.Unread})
	}
	return list
}

// profileOn is the profile in force on a day, nil when there is none yet.
func (x *file) profileOn(d calendar.Date) (p *facts.Profile) {
	for i := range x.Profiles {
		if x.Profiles[i].From <= d {
			p = &x.Profiles[i]
		}
	}
	return p
}

// setProfile makes a profile hold from a day on. One that says what the one before it says is left out.
func (x *file) setProfile(p facts.Profile, from calendar.Date) {
	x.Profiles = slices.DeleteFunc(x.Profiles, func(old facts.Profile) bool { return old.From == from })
	p.From, p.Source = from, facts.Source{}
	if before := x.profileOn(from); before != nil && ProfileBody(before) == ProfileBody(&p) {
		return
	}
	at, _ := slices.BinarySearchFunc(x.Profiles, from, func(old facts.Profile, d calendar.Date) int { return int(old.From) - int(d) })
	x.Profiles = slices.Insert(x.Profiles, at, p)
}

// runsOn says whether a spell is held on a day.
func runsOn(s *facts.Spell, d calendar.Date) bool { return s.From <= d && (s.To == 0 || s.To >= d) }

func sameSpell(a, b *facts.Spell) bool {
	return a.Place == b.Place && a.Post == b.Post && a.From == b.From
}

// leave moves somebody who holds no post any more to the register of former village
// cadres from a day on. What they served counts for compensation once the organisation
// department has recognised it as a whole; who was a former cadre before keeps what was
// recognised then, because months that were paid on it would be taken back otherwise.
func (x *file) leave(from calendar.Date) {
	p := *x.profileOn(from)
	before := slices.ContainsFunc(x.Profiles, func(old facts.Profile) bool { return old.From < from && old.Category == facts.FormerVillageCadre })
	p.Category = facts.FormerVillageCadre
	x.setProfile(p, from)
	for i := range x.Spells {
		s := &x.Spells[i]
		if s.To == 0 || s.To >= from || len(s.Place) != 12 || before {
			continue
		}
		if !x.left || slices.ContainsFunc(x.reopened, func(r facts.Spell) bool { return sameSpell(&r, s) }) { // what was recognised since stays
			s.Recognised = false
		}
	}
}

// The bodies of facts as the forms of package importers write them: the same statement
// has the same bytes, whichever sheet it came in.

// ProfileBody is the body of a profile.
func ProfileBody(p *facts.Profile) string {
	return Body(Field{"id", p.ID.Full()}, Field{"name", p.Name}, Field{"category", string(p.Category)}, Field{"place", p.Place}, Field{"joined", p.Joined.String()}, Field{"group", p.Group},
		Field{"hukou", p.Hukou}, Field{"flags", p.Flags}, Field{"died", p.Died.String()}, Field{"retired", p.Retired.String()})
}

// SpellBody is the body of a spell.
func SpellBody(s *facts.Spell) string {
	return Body(Field{"place", s.Place}, Field{"post", s.Post}, Field{"rank", s.Rank}, Field{"from", s.From.String()}, Field{"to", s.To.String()}, Field{"document", s.Document},
		Field{"recognised", s.Recognised}, Field{"reason", s.Reason})
}

// AccountBody is the body of an account.
func AccountBody(a *facts.Account) string {
	return Body(Field{"card", a.Card.Full()}, Field{"bank", a.Bank}, Field{"branch", a.Branch}, Field{"cnaps", a.CNAPS}, Field{"holder", a.Holder}, Field{"proof", a.Proof})
}

// AbsenceBody is the body of an absence.
func AbsenceBody(a *facts.Absence) string {
	list := []Field{{"kind", a.Kind}, {"from", a.From.String()}, {"to", a.To.String()}}
	if a.WorkingDays != 0 {
		list = append(list, Field{"working_days", a.WorkingDays})
	}
	return Body(append(list, Field{"document", a.Document})...)
}

// stated reads the body of a row of events.
func stated(row *ImportRow, into any) error { return json.Unmarshal([]byte(row.Fact.Body), into) }

// sameName says whether a row names the person of a file.
func (x *file) sameName(row *ImportRow) bool {
	return x.name == "" || identity.SameName(x.name, row.PersonName)
}
