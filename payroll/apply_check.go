package payroll

import (
	"cmp"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"

	"zhida/payroll/checks"
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/identity"
	"zhida/rules/message"
	"zhida/rules/policy"
)

// check holds one row against the book: what only the book can know.
func (k *knownFacts) check(in *ImportBatch, row *ImportRow) message.Problems {
	var ps message.Problems
	bad := func(column, code string, args ...any) {
		if row.lacks(column) {
			return // something is wrong there already
		}
		ps = append(ps, message.Problem{File: in.File, Sheet: row.Sheet, Cell: row.Cell(column), Message: message.M(code, args...)})
	}
	no, onRoster := k.persons[row.PersonID]
	born := identity.ResidentID(row.PersonID).Birth()
	theirs := row.PersonID != "" // the number is that of the person meant
	if row.PersonID != "" && row.Fact.Kind != facts.KindPerson {
		if _, comes := k.comes[row.PersonID]; !onRoster && !comes {
			bad("id", "import.person_unknown", row.PersonName)
			theirs = false
		}
		if name := k.names[no]; onRoster && row.PersonName != "" && !identity.SameName(name, row.PersonName) {
			bad("name", "import.name_differs", row.PersonName, name)
			theirs = false
		}
	}
	if !theirs {
		born = 0
	}
	k.checkWords(in.Kind, row, bad)
	k.checkDays(in.Kind, row, born, bad)
	switch row.Fact.Kind {
	case facts.KindPlace:
		if !strings.HasPrefix(row.Fact.Key, k.county) {
			bad("code", "import.other_county", row.Fact.Key, k.county)
		}
	case facts.KindNotice:
		if row.Fact.From > k.today {
			bad("date", "import.future", row.Fact.From, k.today)
		}
	case facts.KindPublicity:
		var v publicityFact
		if decode(row.Fact, &v) == nil {
			if v.Through < row.Fact.From {
				bad("through", "import.publicity_days", row.Fact.From, v.Through)
			}
			if v.Through > k.today {
				bad("through", "import.future", v.Through, k.today)
			}
			if len(v.Photo) != 64 || strings.Trim(v.Photo, "0123456789abcdef") != "" {
				bad("photo", "import.publicity_photo", v.Photo)
			}
		}
	case facts.KindRegister:
		var v facts.Register
		if decode(row.Fact, &v) == nil && (checks.Registers[v.Class] == checks.Posts || strings.HasPrefix(v.Place, k.county)) { // what others register may be elsewhere
			k.checkPlace(v.Place, bad)
		}
		if row.Fact.From > k.today { // nobody's data reach beyond today
			bad("as_of", "import.future", row.Fact.From, k.today)
		}
	case facts.KindVerified:
		if row.Fact.From > k.today {
			bad("date", "import.future", row.Fact.From, k.today)
		}
		var v verifiedFact
		if year := row.Fact.From.Month().Year(); json.Unmarshal([]byte(row.Fact.Body), &v) == nil && row.Fact.From != 0 && (v.Year < year-1 || v.Year > year+1) {
			bad("year", "import.verified_year", v.Year, row.Fact.From)
		}
	case facts.KindPerson, facts.KindSpell:
		var at struct {
			Place string        `json:"place"`
			Died  calendar.Date `json:"died"`
		}
		if json.Unmarshal([]byte(row.Fact.Body), &at) == nil && row.Fact.Kind == facts.KindPerson {
			id, err := identity.ParseResidentID(row.PersonID)
			if born := id.Birth(); err == nil && at.Died != 0 && at.Died < born {
				bad("died", "import.died_unborn", at.Died, born)
			}
			if at.Died > k.today {
				bad("died", "import.future", at.Died, k.today)
			}
			for _, f := range k.deaths[no] {
				if row.Fact.From == 0 {
					break
				}
				var known facts.Profile
				if onRoster && !slices.Contains(row.Silent, "died") && f.From != row.Fact.From && decode(f, &known) == nil && known.Died != at.Died {
					bad("died", "import.died_elsewhere", known.Died, f.From)
				}
			}
		}
		k.checkPlace(at.Place, bad)
	case facts.KindDay:
		at, _, _ := strings.Cut(row.Fact.Scope, "/")
		k.checkPlace(at, bad)
	case facts.KindReference:
		_, _, at := referenceOf(row.Fact)
		k.checkPlace(at, bad)
	case facts.KindTransfer:
		var v transferFact
		if decode(row.Fact, &v) == nil {
			k.checkPlace(v.Place, bad)
		}
		k.funds.check(row, bad)
	case facts.KindAuthority, facts.KindVoucher:
		k.funds.check(row, bad)
	case facts.KindStatement:
		account, _, _ := strings.Cut(row.Fact.Key, "|")
		if m := k.funds.unknownAccount(account); !m.IsZero() {
			bad("account", m.Code, anys(m.Args)...)
		}
	case facts.KindDebt, facts.KindAmount:
		k.checkItem(row, bad)
	case facts.KindRecipient:
		var v recipientFact
		if !row.Withdraw && decode(row.Fact, &v) == nil {
			for _, holder := range k.holders[v.Card.Full()] {
				if !identity.SameName(k.heirs[holder], v.Recipient) { // an heir may be a cadre too
					bad("card", "import.card_taken", v.Card, holder)
				}
			}
		}
	case facts.KindPaid:
		k.checkItem(row, bad)
		f, p := row.Fact, paidFact{}
		f.Person = no
		if old := k.facts[keyOf(f)]; old.Body != f.Body && decode(f, &p) == nil && k.paidHere[Obligation{no, p.Item, p.Month}] {
			item := p.Item
			if x := k.items[item]; x != nil {
				item = x.Name
			}
			bad("month", "import.paid_here", row.PersonName, p.Month, item)
		}
	case facts.KindAbsence:
		var a facts.Absence
		if to := row.Fact.To; !row.Withdraw && !unfolds(in.Kind) && to != calendar.Forever && decode(row.Fact, &a) == nil {
			if days, known := k.calendar.Count(row.Fact.From, to); known && a.WorkingDays > days {
				bad("working_days", "import.workdays_too_many", a.WorkingDays, row.Fact.From, to, days)
			}
		}
	case facts.KindAccount:
		var a facts.Account
		if theirs && json.Unmarshal([]byte(row.Fact.Body), &a) == nil {
			for _, other := range k.holders[a.Card.Full()] {
				if other != no {
					bad("card", "import.card_taken", a.Card, other)
				}
			}
		}
	}
	return ps
}

// checkPlace refuses a place that the book does not have; a row that names none is of the whole county, or was refused for it.
func (k *knownFacts) checkPlace(code string, bad func(column, code string, args ...any)) {
	switch {
	case code == "" || has(k.places, code):
	case strings.HasPrefix(code, k.county):
		if near := likeliest(code, sortedKeys(k.places)); near != "" {
			bad("place", "import.place_near", code, near, k.places[near])
		} else {
			bad("place", "import.place_unknown", code)
		}
	default:
		bad("place", "import.other_county", code, k.county)
	}
}

// checkItem refuses an item that no document has ever granted; amounts are given by the names too by which formulas read them.
func (k *knownFacts) checkItem(row *ImportRow, bad func(column, code string, args ...any)) {
	item, _, _ := strings.Cut(row.Fact.Key, "|")
	if k.items[item] != nil {
		return
	}
	var codes, all []string
	said := map[string]string{} // what is shown of each word that may be meant
	for _, code := range sortedKeys(k.items) {
		name := k.items[code].Name
		codes, all = with(codes, code, name), with(all, name)
		said[code], said[name] = name, name
	}
	if row.Fact.Kind == facts.KindAmount {
		read, _ := k.words.Of(policy.AmountWords)
		if slices.Contains(read, item) {
			return
		}
		for _, word := range read {
			if said[word] == "" {
				codes, all, said[word] = with(codes, word), with(all, word), word
			}
		}
	}
	shown := identity.Hide(narrow.Replace(item))
	if near := likeliest(item, codes); near != "" {
		bad("item", "import.item_near", shown, said[near], strings.Join(all, "、"))
		return
	}
	bad("item", "import.item_unknown", shown, cmp.Or(strings.Join(all, "、"), "—"))
}

// checkWords refuses words that no list has; what a person has had so far is nothing new.
func (k *knownFacts) checkWords(kind string, row *ImportRow, bad func(column, code string, args ...any)) {
	if row.Withdraw {
		return
	}
	list := wordsIn(row.Fact)
	var s facts.Spell
	if kind == "tenure" && decode(row.Fact, &s) == nil { // why a spell ended by a change or an election was asked where that was stated
		list = append(list, worded{ReasonWords, "reason", "离任原因", s.Reason})
	}
	for _, w := range list {
		if s := (facts.Spell{}); w.column == "post" && decode(row.Fact, &s) == nil && s.Place == "" {
			continue // townships and villages have posts of their own
		}
		if m := k.words.wrong(w.list, w.title, w.word); !m.IsZero() && !k.had(row.PersonID, w) {
			bad(w.column, m.Code, anys(m.Args)...)
		}
	}
}

// had says whether the book has a word of somebody already.
func (k *knownFacts) had(id string, w worded) bool {
	no, known := k.persons[id]
	if k.said == nil {
		k.said = map[int64][]worded{}
		for _, f := range k.facts {
			k.said[f.Person] = append(k.said[f.Person], wordsIn(f)...)
		}
	}
	return known && slices.Contains(k.said[no], w)
}

// adult is the age at which somebody may begin to work, in years.
const adult = 16

// checkDays refuses days that cannot be: work before the sixteenth birthday, and what has
// happened after today. Days of service may be planned to the end of the month, which a sheet that has to be in before
// pay day states, and the check days_ahead holds them against the batch; money of a fund, as its document announces it for the month. What is decided beforehand may be dated up to the end of the next month:
// who somebody is, a post by a change or an election, an absence. Accounts, given amounts, court orders, holds
// and heirs hold from the day that is stated, however far ahead.
func (k *knownFacts) checkDays(kind string, row *ImportRow, born calendar.Date, bad func(column, code string, args ...any)) {
	if _, old := k.facts[keyOf(row.Fact)]; row.Withdraw || old && unfolds(kind) {
		return
	}
	works := func(column string, d calendar.Date) {
		if born != 0 && d != 0 && d < born.AddMonths(adult*12) {
			bad(column, "import.too_young", d, born)
		}
	}
	past := func(column string, d calendar.Date) {
		if d > k.today {
			bad(column, "import.future", d, k.today)
		}
	}
	thisMonth := func(column string, d calendar.Date) {
		if d > k.today.Month().Last() {
			past(column, d)
		}
	}
	soon := func(column string, d calendar.Date) {
		if last := decidedUntil(k.today); d > last {
			bad(column, "import.far_ahead", d, k.today, last)
		}
	}
	f := row.Fact
	switch f.Kind {
	case facts.KindPerson:
		var p facts.Profile
		if unfolds(kind) || decode(f, &p) != nil {
			return
		}
		works("joined", p.Joined)
		works("retired", p.Retired)
		works("id", k.today)
		past("joined", p.Joined)
		soon("from", f.From)
	case facts.KindSpell:
		works("from", f.From)
		if kind == "tenure" {
			past("from", f.From)
		}
	case facts.KindAbsence:
		works("from", f.From)
		soon("from", f.From)
	case facts.KindAmount:
		works("from", f.From)
	case facts.KindDay:
		works("date", f.From)
		thisMonth("date", f.From)
	case facts.KindAssessment:
		if a := (facts.Assessment{}); decode(f, &a) == nil && a.Year > k.today.Year() {
			bad("year", "import.future", a.Year, k.today)
		}
	case facts.KindTransfer, facts.KindAuthority, facts.KindStatement, facts.KindVoucher:
		thisMonth("date", f.From)
	case facts.KindPaid, facts.KindDebt:
		past("month", f.From)
	}
}

// decidedUntil is the last day for which something can be decided beforehand: the end of the next month.
func decidedUntil(today calendar.Date) calendar.Date { return today.Month().Add(1).Last() }

func anys(list []string) []any {
	all := make([]any, len(list))
	for i, s := range list {
		all[i] = s
	}
	return all
}

// alone are the kinds of facts of which two under one name never hold for the same day.
var alone = map[facts.Kind]bool{facts.KindOrder: true, facts.KindRecipient: true, facts.KindHold: true, facts.KindTransfer: true, facts.KindAuthority: true, facts.KindVoucher: true, facts.KindAbsence: true, facts.KindSpell: true}

// nameOfKey is the key without the first day, which that of a hold, an absence and a spell has in it.
func nameOfKey(f Fact) string {
	name, _, _ := strings.Cut(f.Key, "|"+f.From.String())
	return name
}

// Clash says whether two facts of one person and name would stand beside each other for the same days, which facts of
// their kind do not.
func Clash(a, b Fact) bool {
	if !alone[a.Kind] {
		return false
	}
	return a.From < b.To && b.From < a.To || (a.Kind == facts.KindAbsence || a.Kind == facts.KindSpell) && concurs(a, b) // its last day is a day of it
}

// Thing is what a fact says something about: two facts of one person that contradict each other are about the same.
func Thing(f Fact) string {
	if alone[f.Kind] {
		f.Key = nameOfKey(f)
		return f.FoldedKey()
	}
	return f.FoldedKey() + "|" + f.From.String()
}

// OwnCard is the card that a row gives to its person, "" where it gives none.
func OwnCard(row *ImportRow) string {
	var x struct {
		Card identity.Card `json:"card"`
	}
	if row.Fact.Kind != facts.KindAccount && row.Fact.Kind != ChangeRow || json.Unmarshal([]byte(row.Fact.Body), &x) != nil {
		return ""
	}
	return x.Card.Full()
}

// clashes refuses rows that would stand beside another of the same key for the same days:
// a court's order, an heir, a hold, money that came in, an absence, a spell in a post. Whoever means to replace a row ends it, or withdraws it. Rows of those astray may be
// about to do that, by person, and 0 for the world; they are not told.
func (p *importPlan) clashes(known *knownFacts, in *ImportBatch, astray map[factKey]bool) {
	if !alone[in.FactKind()] {
		return
	}
	ended := map[factKey]bool{}
	for _, f := range p.end {
		ended[keyOf(f)] = true
	}
	type row struct {
		person int64
		key    string
	}
	name := func(f Fact) row { return row{f.Person, nameOfKey(f)} }
	standing := map[row][]Fact{}
	for _, f := range known.facts {
		if !ended[keyOf(f)] {
			standing[name(f)] = append(standing[name(f)], f)
		}
	}
	put, ids := p.put, p.ids
	p.put, p.ids = nil, nil
	for i, f := range put {
		list := standing[name(f)]
		at := slices.IndexFunc(list, func(x Fact) bool { return Clash(x, f) })
		if at >= 0 {
			if row := rowAt(in, f); !astray[factKey{person: f.Person}] {
				p.refuse(message.Problems{{File: in.File, Sheet: row.Sheet, Cell: row.Cell(""), Message: message.M("import.still_open", list[at].From, lastDay(list[at].To))}}, false)
			}
			continue
		}
		standing[name(f)] = append(list, f)
		p.put, p.ids = append(p.put, f), append(p.ids, ids[i])
	}
}

func lastDay(d calendar.Date) string {
	if d == calendar.Forever {
		return "没有终止"
	}
	return d.String()
}

// sortFacts orders facts as the store keeps them.
func sortFacts(list []Fact) { slices.SortStableFunc(list, compareFacts) }

func compareFacts(a, b Fact) int {
	return cmp.Or(cmp.Compare(a.Person, b.Person), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Key, b.Key), cmp.Compare(a.From, b.From))
}

// rowOf is the row number in a cell address, 0 when there is none.
func rowOf(cell string) int {
	n := 0
	for _, c := range cell {
		if c >= '0' && c <= '9' {
			n = n*10 + int(c-'0')
		}
	}
	return n
}

func hexOf(b []byte) string { return hex.EncodeToString(b) }

func unhex(s string) ([]byte, error) { return hex.DecodeString(s) }
