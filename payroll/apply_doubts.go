package payroll

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"zhida/payroll/checks"
	"zhida/payroll/journal"
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/identity"
	"zhida/rules/message"
	"zhida/rules/money"
)

// asks says what of a row that changes the book is not wrong and still takes another
// person, and in which columns.
func (k *knownFacts) asks(kind string, row *ImportRow, ask func(column string, m message.Message)) {
	switch row.Fact.Kind {
	case facts.KindAccount:
		ask(k.asksAccount(row))
	case facts.KindPerson:
		ask("name", k.asksName(row))
	case facts.KindAmount:
		ask("fen", k.asksAmount(row))
	case facts.KindPaid:
		ask("fen", k.asksAmount(row))
		ask("month", k.asksPaidAhead(row))
	case facts.KindTransfer, facts.KindAuthority:
		ask(k.asksReplaced(row))
		k.funds.asksDate(row, ask)
	case facts.KindStatement, facts.KindDebt:
		ask(k.asksReplaced(row))
	case facts.KindReference:
		ask("value", k.asksReference(row))
	case facts.KindAbsence:
		if f := row.Fact; f.To != calendar.Forever && f.To > f.From.AddMonths(longAbsence) {
			ask("to", message.M("import.absent_long", kindOf(f), f.From, f.To))
		}
		if !unfolds(kind) {
			ask("working_days", k.asksWorkingDays(row))
		}
	}
}

// asksWorkingDays asks about more working days than there are from Monday to Friday where the calendar of a year is
// missing: a weekend may have been worked, which only its notice says.
func (k *knownFacts) asksWorkingDays(row *ImportRow) (m message.Message) {
	var a facts.Absence
	f := row.Fact
	if f.To == calendar.Forever || decode(f, &a) != nil || a.WorkingDays == 0 {
		return m
	}
	if _, known := k.calendar.Count(f.From, f.To); known {
		return m // refused by check
	}
	if days, _ := calendar.PlainWeeks().Count(f.From, f.To); a.WorkingDays > days {
		return message.M("import.workdays_unknown", a.WorkingDays, f.From, f.To, days)
	}
	return m
}

// asksPaidAhead asks about what is said to have been paid elsewhere for a month that is this book's to pay: once it is confirmed
// the book does not pay it.
func (k *knownFacts) asksPaidAhead(row *ImportRow) (m message.Message) {
	var p paidFact
	if decode(row.Fact, &p) != nil || k.start == 0 || p.Month < k.start {
		return m
	}
	item := p.Item
	if x := k.items[item]; x != nil {
		item = x.Name
	}
	return message.M("import.paid_ahead", row.PersonName, p.Month, item, k.start)
}

// longAbsence is how long an absence with an end lasts at most, in months, before somebody looks whether the
// year is right.
const longAbsence = 36

// asksAccount asks about an account whose holder is written otherwise than the person, one that begins as a bank's
// cards do and is not as long as they are, and one that takes the place of another with no paper that shows whose it is.
func (k *knownFacts) asksAccount(row *ImportRow) (column string, m message.Message) {
	var a facts.Account
	no := k.persons[row.PersonID]
	if name := k.names[no]; json.Unmarshal([]byte(row.Fact.Body), &a) != nil || name == "" {
		return "", m
	} else if a.Holder != "" && !identity.SameName(name, a.Holder) && !identity.SameName(k.comes[row.PersonID].Name, a.Holder) { // a name that the file itself brings
		return "holder", message.M("import.holder_differs", a.Holder, name)
	}
	if bank, length := a.Card.OtherLength(); bank != "" {
		return "card", message.M("import.card_short", a.Card, bank, length, len(a.Card.Full()))
	}
	var old facts.Account
	for _, f := range k.accounts[no] {
		if f.From > row.Fact.From && old.Card.Full() != "" {
			break
		}
		if json.Unmarshal([]byte(f.Body), &old) != nil {
			return "", m
		}
	}
	if old.Card.Full() != "" && old.Card.Full() != a.Card.Full() && a.Proof == "" {
		return "card", message.M("import.card_unproved", old.Card, a.Card)
	}
	return "", m
}

// asksName asks about a roster that has another name for an ID than the book: a changed name,
// or somebody else's number that was typed with a right check digit.
func (k *knownFacts) asksName(row *ImportRow) (m message.Message) {
	list := k.series[series{k.persons[row.PersonID], facts.KindPerson, ""}]
	var old, is facts.Profile
	for i, f := range list { // the one in force that day, or the first
		if i > 0 && f.From > row.Fact.From {
			break
		}
		if json.Unmarshal([]byte(f.Body), &old) != nil {
			return m
		}
	}
	if json.Unmarshal([]byte(row.Fact.Body), &is) == nil && len(list) > 0 && !identity.SameName(old.Name, is.Name) {
		return message.M("import.renamed", is.Name, old.Name)
	}
	return m
}

// fenOf is the amount of a fact, 0 where it has none.
func fenOf(f Fact) money.Fen {
	var v struct {
		Fen money.Fen `json:"fen"`
	}
	if json.Unmarshal([]byte(f.Body), &v) != nil {
		return 0
	}
	return v.Fen
}

// tenfold says whether one of two amounts is at least ten times the other.
func tenfold(a, b money.Fen) bool { return a > 0 && b > 0 && (a/10 >= b || b/10 >= a) }

// asksAmount asks about a given amount that is at least ten times, or at most a tenth of, what
// the same person had of the item before; of somebody without one, of the median that the file
// gives for the item: a point that was lost, or a figure in the wrong column.
func (k *knownFacts) asksAmount(row *ImportRow) (m message.Message) {
	f := row.Fact
	f.Person = k.persons[row.PersonID]
	s, fen := seriesOf(f), fenOf(f)
	item, deduction := s.key, false
	if x := k.items[item]; x != nil {
		item, deduction = x.Name, x.Deduction
	}
	var before *Fact
	for i, x := range k.series[s] {
		if before == nil || x.From <= f.From {
			before = &k.series[s][i]
		}
	}
	if before != nil {
		if old := fenOf(*before); tenfold(fen, old) {
			return message.M("import.far_from_before", row.PersonName, item, fen, old, before.From.Month())
		}
		return m
	}
	if median := k.medians[s.key]; tenfold(fen, median) && (fen > median || !deduction) { // somebody's tax may be a few fen
		return message.M("import.far_from_others", row.PersonName, item, fen, median)
	}
	return m
}

// asksReference asks about a reference that is at least ten times, or at most a tenth of, what the book has for
// the same period, or else for the nearest: another unit, or a digit too many.
func (k *knownFacts) asksReference(row *ImportRow) (m message.Message) {
	code, period, place := referenceOf(row.Fact)
	var before *Fact
	known := ""                 // its period
	for _, x := range k.facts { // a handful
		c, p, at := referenceOf(x)
		if x.Kind != facts.KindReference || c != code || at != place {
			continue
		}
		if before == nil || nearer(period, p, known) {
			before, known = &x, p
		}
	}
	var old, is facts.Reference
	if before == nil || decode(*before, &old) != nil || decode(row.Fact, &is) != nil {
		return m
	}
	if ten := decimal.New(10, 0); old.Value.IsPositive() && is.Value.IsPositive() && (is.Value.GreaterThanOrEqual(old.Value.Mul(ten)) || old.Value.GreaterThanOrEqual(is.Value.Mul(ten))) {
		return message.M("import.reference_far", code, period, is.Value, known, old.Value)
	}
	return m
}

// referenceOf takes the key of a reference apart: code, period, and the place it is of, "" for the county.
func referenceOf(f Fact) (code, period, place string) {
	code, rest, _ := strings.Cut(f.Key, "|")
	period, place, _ = strings.Cut(rest, "|")
	return code, period, place
}

// nearer says whether a reference of period p takes the place of an old one as that to compare with: the latest
// up to the period asked about, or of later ones the first.
func nearer(period, p, old string) bool {
	switch {
	case p <= period && old <= period:
		return p > old
	case p > period && old > period:
		return p < old
	}
	return p <= period
}

// fewPeers is how many amounts of an item a file has at least for their median to say anything.
const fewPeers = 5

// mediansOf gives the median of what a file states of each item, of those it states often enough.
func mediansOf(rows []ImportRow) map[string]money.Fen {
	amounts := map[string][]money.Fen{}
	for i := range rows {
		if fen := fenOf(rows[i].Fact); fen > 0 {
			item := seriesOf(rows[i].Fact).key
			amounts[item] = append(amounts[item], fen)
		}
	}
	medians := map[string]money.Fen{}
	for item, list := range amounts {
		if slices.Sort(list); len(list) >= fewPeers {
			medians[item] = list[len(list)/2]
		}
	}
	return medians
}

// asksReplaced asks about money that the book knows under the same number with another amount.
func (k *knownFacts) asksReplaced(row *ImportRow) (column string, m message.Message) {
	f := row.Fact
	f.Person = k.persons[row.PersonID]
	old, known := k.facts[keyOf(f)]
	var was, is statementFact // its debit and credit are absent from the others
	switch {
	case !known || json.Unmarshal([]byte(old.Body), &was) != nil || json.Unmarshal([]byte(f.Body), &is) != nil:
	case fenOf(old) != fenOf(f):
		return "fen", message.M("import.amount_changed", fenOf(old), fenOf(f))
	case was.Debit != is.Debit:
		return "debit", message.M("import.amount_changed", was.Debit, is.Debit)
	case was.Credit != is.Credit:
		return "credit", message.M("import.amount_changed", was.Credit, is.Credit)
	}
	return "", m
}

// overlaps asks about absences of two kinds for the same days, which would be taken off twice.
// A secondment or a sanction lasts beside any leave, and is asked about beside the other. Two of one kind are
// refused, by clashes or where changes are worked out.
func (p *importPlan) overlaps(known *knownFacts, in *ImportBatch) {
	if in.FactKind() != facts.KindAbsence && in.Kind != KindChanges {
		return
	}
	ended := map[factKey]bool{}
	for _, f := range p.end {
		ended[keyOf(f)] = true
	}
	standing := map[int64][]Fact{}
	for _, f := range known.facts {
		if f.Kind == facts.KindAbsence && !ended[keyOf(f)] {
			standing[f.Person] = append(standing[f.Person], f)
		}
	}
	for _, f := range p.put {
		if f.Kind != facts.KindAbsence {
			continue
		}
		for _, x := range standing[f.Person] {
			if kind, other := kindOf(f), kindOf(x); kind != other && lasting(kind) == lasting(other) && concurs(f, x) {
				column := "from"
				if in.Kind == KindChanges {
					column = "date"
				}
				p.ask(in.File, rowAt(in, f), column, message.M("import.absent_twice", kind, other, x.From, lastDay(x.To)))
				break
			}
		}
		standing[f.Person] = append(standing[f.Person], f)
	}
}

// kindOf is the kind of an absence, which its key begins with.
func kindOf(f Fact) string {
	kind, _, _ := strings.Cut(f.Key, "|")
	return kind
}

func lasting(kind string) bool {
	return kind == absenceOf[ChangeSecond] || kind == absenceOf[ChangeSanction]
}

// concurs says whether two happenings share a day.
func concurs(a, b Fact) bool { return a.From <= b.To && b.From <= a.To }

// rowAt is the row that states a fact.
func rowAt(in *ImportBatch, f Fact) *ImportRow {
	return &in.Rows[slices.IndexFunc(in.Rows, func(r ImportRow) bool { return r.Fact.Where == f.Where })]
}

// respell gives a row whose document, voucher or case the book has in other brackets, or with other zeros in front, the spelling of the book:
// it is the same money, or the same order, and not a second one.
func (k *knownFacts) respell(in *ImportBatch) error {
	switch in.FactKind() {
	case facts.KindTransfer, facts.KindAuthority, facts.KindOrder:
	default:
		return nil
	}
	spelt, exact := map[series]Fact{}, map[series]bool{}
	for _, f := range k.facts {
		s := series{f.Person, f.Kind, f.Key}
		exact[s] = true
		s.key = f.FoldedKey()
		if old, twice := spelt[s]; !twice || f.Key < old.Key {
			spelt[s] = f
		}
	}
	in.Rows = slices.Clone(in.Rows) // those of a proposal stay as they were written
	for i := range in.Rows {
		f := &in.Rows[i].Fact
		no := k.persons[in.Rows[i].PersonID]
		old, known := spelt[series{no, f.Kind, f.FoldedKey()}]
		if !known || exact[series{no, f.Kind, f.Key}] {
			continue
		}
		var is, was map[string]json.RawMessage
		if err := decode(*f, &is); err != nil {
			return err
		}
		if err := decode(old, &was); err != nil {
			return err
		}
		for _, field := range []string{"document", "voucher", "number"} {
			if len(is[field]) > 0 && (field == "voucher" || FoldNumber(string(is[field])) == FoldNumber(string(was[field]))) { // the key has the voucher in it
				is[field] = was[field]
			}
		}
		f.Key, f.Body = old.Key, bodyOf(in, is)
	}
	return nil
}

// bodyOf writes fields as the body of a fact, in the order of the form.
func bodyOf(in *ImportBatch, values map[string]json.RawMessage) string {
	var body []Field
	for _, field := range in.Fields {
		if v, ok := values[field]; ok {
			body = append(body, Field{field, v})
		}
	}
	return Body(body...)
}

// keep fills in what the sheet has no column for: it says nothing of that, so what the book knows
// stays. A column that is there and empty says that there is nothing.
func (k *knownFacts) keep(in *ImportBatch) error {
	in.Rows = slices.Clone(in.Rows) // those of a proposal stay as they were written
	for i := range in.Rows {
		row := &in.Rows[i]
		if len(row.Silent) == 0 || row.Withdraw {
			continue
		}
		old, known := k.before(row)
		if !known {
			continue
		}
		var is, was map[string]json.RawMessage
		if err := decode(row.Fact, &is); err != nil {
			return err
		}
		if err := decode(old, &was); err != nil {
			return err
		}
		for _, field := range row.Silent {
			counted := field == "working_days" && row.Fact.To != old.To // of other days; the last day comes first in the order of fields
			if _, stated := is[field]; !stated && len(was[field]) > 0 && !counted {
				is[field] = was[field]
				if field == "to" || field == "until" {
					row.Fact.To = old.To
				}
			}
		}
		row.Fact.Body = bodyOf(in, is)
	}
	return nil
}

// before is what the book knows of that which a row states. Of who somebody is, and of a
// place, it is what holds on the row's first day; of an account too, while the card is the same;
// anything else is known under the same key and first day.
func (k *knownFacts) before(row *ImportRow) (old Fact, known bool) {
	f := row.Fact
	if row.PersonID != "" {
		f.Person = k.persons[row.PersonID]
	}
	for _, x := range k.series[seriesOf(f)] {
		if x.Key == f.Key && (x.From == f.From || x.From < f.From && (f.Kind == facts.KindPerson || f.Kind == facts.KindPlace || f.Kind == facts.KindAccount)) {
			old, known = x, true
		}
	}
	if known && f.Kind == facts.KindAccount {
		var was, is facts.Account
		known = json.Unmarshal([]byte(old.Body), &was) == nil && json.Unmarshal([]byte(f.Body), &is) == nil && was.Card.Full() == is.Card.Full()
	}
	return old, known
}

// namedAtMost bounds how many people a note names.
const namedAtMost = 8

// namesOf lists people for a note: some by name, and how many there are.
func namesOf(names []string) string {
	if len(names) <= namedAtMost {
		return strings.Join(names, "、")
	}
	return strings.Join(names[:namedAtMost], "、") + fmt.Sprintf(" … (%d)", len(names))
}

// snapshot ends what the book knows within the file's scopes and the file does not state, and says so. Where
// more than half of a scope goes, or its month has been paid, somebody else confirms it: a
// row with a wrong month or township looks like that.
func (b *Book) snapshot(ctx context.Context, r Reader, plan *importPlan, known *knownFacts, in *ImportBatch, seen map[factKey]bool) error {
	if len(in.Scope) == 0 {
		return nil
	}
	for i := range in.Beside {
		f := in.Beside[i].Fact
		f.Person = known.persons[in.Beside[i].PersonID]
		seen[keyOf(f)] = true
	}
	gone, count := map[string][]Fact{}, map[string]int{}
	var numbers []int64
	for key, old := range known.facts { // only facts of the file's own scopes were loaded
		if old.Scope == "" {
			continue
		}
		if count[old.Scope]++; !seen[key] {
			gone[old.Scope] = append(gone[old.Scope], old)
			numbers = append(numbers, old.Person)
		}
	}
	if len(gone) == 0 {
		return nil
	}
	for _, run := range runsOf(numbers) {
		if err := r.Facts(ctx, FactQuery{First: run[0], Last: run[1], Kinds: []facts.Kind{facts.KindPerson}}, known.profile); err != nil {
			return err
		}
	}
	whole := len(plan.problems) == 0 && !in.Partial // what a row that is left out states is not known
	paid, err := lastPaid(ctx, r)
	if err != nil {
		return err
	}
	world, err := loadWorld(ctx, r, Meta{}, 0)
	if err != nil {
		return err
	}
	for _, scope := range in.Scope {
		list := gone[scope.String()]
		if sortFacts(list); len(list) == 0 {
			continue
		}
		var names []string
		for i, f := range list {
			if i == 0 || f.Person != list[i-1].Person {
				names = append(names, known.names[f.Person])
			}
		}
		args := []any{villageName(world, scope.Township), scope.Month, scope.Kind, len(names), len(list), namesOf(names)}
		if !whole {
			plan.notes = append(plan.notes, message.M("import.not_withdrawn", args...))
			continue
		}
		plan.end = append(plan.end, list...)
		for _, f := range list {
			plan.note(known, f, "")
		}
		at := slices.IndexFunc(in.Rows, func(r ImportRow) bool { return r.Fact.Scope == scope.String() })
		switch {
		case scope.Month <= paid:
			plan.ask(in.File, &in.Rows[at], "date", message.M("import.withdraws_paid", args...))
		case 2*len(list) > count[scope.String()]:
			plan.ask(in.File, &in.Rows[at], "date", message.M("import.withdraws_most", append(args, count[scope.String()])...))
		default:
			plan.notes = append(plan.notes, message.M("import.withdraws", args...))
		}
	}
	return nil
}

// putsBack asks about a file that came in before and would undo what has come in since: an old sheet
// taken for the newest looks like that.
func (p *importPlan) putsBack(ctx context.Context, r Reader, in *ImportBatch) error {
	imports, err := r.Imports(ctx)
	if err != nil {
		return err
	}
	var before ImportRecord
	for _, x := range imports {
		if x.Kind == in.Kind && x.Digest == in.Digest && x.Position > before.Position {
			before = x
		}
	}
	// A row that stayed out then comes in for the first time; of a file that came in whole there is none.
	again := before.Refused == 0 && len(p.put) > 0 || slices.ContainsFunc(p.end, func(f Fact) bool { return f.KnownFrom > before.Position })
	if before.Position == 0 || !again {
		return nil
	}
	return r.Events(ctx, before.Position, before.Position, func(e journal.Event) error {
		p.ask(in.File, &in.Rows[0], "", message.M("import.puts_back", calendar.DateIn(e.Time, zone), e.Position, len(p.put), len(p.end)))
		return nil
	})
}

// registersReplaced says what of a register no longer counts because the file has later data of its unit
// (standingRegisters). Where that is more than half, somebody else confirms it: a few
// rows with a later date would pass for the whole register.
func registersReplaced(ctx context.Context, r Reader, plan *importPlan, known *knownFacts, in *ImportBatch) error {
	type unit struct{ class, party string }
	first, latest, stated := map[unit]*ImportRow{}, map[unit]calendar.Date{}, map[string]bool{}
	var units []unit
	for i := range in.Rows {
		var x facts.Register
		row := &in.Rows[i]
		if row.Fact.Kind != facts.KindRegister || row.Withdraw || json.Unmarshal([]byte(row.Fact.Body), &x) != nil || !standingRegisters[checks.Registers[x.Class]] {
			continue
		}
		u := unit{x.Class, x.Party}
		if first[u] == nil {
			first[u], units = row, append(units, u)
		}
		latest[u], stated[row.Fact.Key] = max(latest[u], x.AsOf), true
	}
	if len(first) == 0 {
		return nil
	}
	counted := map[unit]map[string]facts.Register{}
	for _, f := range known.facts {
		var x facts.Register
		if f.Kind != facts.KindRegister || json.Unmarshal([]byte(f.Body), &x) != nil || first[unit{x.Class, x.Party}] == nil || x.ID == "" && x.Place == "" {
			continue
		}
		u := unit{x.Class, x.Party}
		if counted[u] == nil {
			counted[u] = map[string]facts.Register{}
		}
		if old, again := counted[u][f.Key]; !again || old.AsOf < x.AsOf {
			counted[u][f.Key] = x
		}
	}
	world, err := loadWorld(ctx, r, Meta{}, 0)
	if err != nil {
		return err
	}
	for _, u := range units {
		rows := counted[u]
		var was calendar.Date
		for _, x := range rows {
			was = max(was, x.AsOf)
		}
		var names []string
		all := 0
		for _, key := range sortedKeys(rows) {
			if x := rows[key]; x.AsOf == was {
				if all++; !stated[key] {
					names = append(names, cmp.Or(x.Name, villageName(world, x.Place)))
				}
			}
		}
		if was >= latest[u] || len(names) == 0 {
			continue
		}
		m := message.M("import.register_replaced", strings.TrimSpace(u.party+" "+u.class), was, latest[u], len(names), all, namesOf(names))
		if 2*len(names) > all {
			plan.ask(in.File, first[u], "as_of", m)
		} else {
			plan.notes = append(plan.notes, m)
		}
	}
	return nil
}

// lastPaid is the latest month whose regular batch is approved, 0 when none is.
func lastPaid(ctx context.Context, r Reader) (m calendar.Month, err error) {
	batches, err := r.Batches(ctx)
	for _, x := range batches {
		if x.Kind == Regular && x.State.Committed() {
			m = max(m, x.ID.Month())
		}
	}
	return m, err
}

// ownShare leaves out the rows of a file about people whom the actor does not answer for: the
// bureau's maker answers for all, a department for those on whose chain it stands. Nothing
// of such a person is told, not even whether the book knows them.
func ownShare(ctx context.Context, r Reader, s *Session, in *ImportBatch) (*ImportBatch, error) {
	may := s.need(RoleMaker)
	if may == nil {
		return in, nil
	}
	county, err := settingsAt(ctx, r, 0)
	if message.Code(err) == "settings.none" {
		return nil, may
	}
	if err != nil {
		return nil, err
	}
	kinds := []string{in.Kind}
	if unfolds(in.Kind) {
		kinds = nil
		for _, k := range stirred {
			kinds = append(kinds, importOf(k))
		}
	}
	if !slices.ContainsFunc(kinds, func(kind string) bool { return county.hears(s, kind) }) {
		return nil, may
	}
	var ids []string
	for _, row := range slices.Concat(in.Rows, in.Wrong) {
		ids = append(ids, row.PersonID)
	}
	known := &knownFacts{names: map[int64]string{}, categories: map[int64]facts.Category{}, homes: map[int64]string{}, stays: map[int64][]stay{}, deaths: map[int64][]Fact{}}
	if known.persons, err = r.PersonsByID(ctx, ids); err != nil {
		return nil, err
	}
	for _, run := range known.runs() {
		if err := r.Facts(ctx, FactQuery{First: run[0], Last: run[1], Kinds: []facts.Kind{facts.KindPerson}}, known.profile); err != nil {
			return nil, err
		}
	}
	own := *in
	own.Rows, own.Problems = nil, slices.Clone(in.Problems)
	answers := func(category facts.Category, place string) bool {
		return slices.ContainsFunc(kinds, func(kind string) bool { return county.answers(s, category, kind, place) })
	}
	own.Wrong = slices.DeleteFunc(slices.Clone(in.Wrong), func(row ImportRow) bool { return !known.belongs(&row, answers) })
	for _, row := range in.Rows {
		if mine := known.belongs(&row, answers); !mine {
			own.Problems = append(own.Problems, message.Problem{File: in.File, Sheet: row.Sheet, Cell: row.Cell("id"), Message: message.M("import.not_on_your_roster", row.PersonName)})
			continue
		}
		own.Rows = append(own.Rows, row)
	}
	// What stands in the book in a scope of which no row is left is not told either.
	own.Scope = slices.DeleteFunc(slices.Clone(in.Scope), func(x Scope) bool {
		return !slices.ContainsFunc(own.Rows, func(row ImportRow) bool { return row.Fact.Scope == x.String() })
	})
	return &own, nil
}

// belongs says whether a row is about somebody for whom the actor answers: as the book has
// them, as the row brings them onto the roster, and where it says that the days were served.
func (k *knownFacts) belongs(row *ImportRow, answers func(facts.Category, string) bool) bool {
	var brought struct {
		Category facts.Category `json:"category"`
		Place    string         `json:"place"`
		Type     string         `json:"type"` // of a change
	}
	no, known := k.persons[row.PersonID]
	theirs, home := k.answering(no, row.Fact)
	category := theirs
	switch row.Fact.Kind {
	case facts.KindPerson, ChangeRow, ResultRow:
		if json.Unmarshal([]byte(row.Fact.Body), &brought) != nil {
			return false
		}
		if row.Fact.Kind == ChangeRow && brought.Type != ChangeJoin && !known {
			return false // as for somebody of another place
		}
		if row.Fact.Kind == ResultRow {
			brought.Category = facts.VillageCadre
		}
		if row.Fact.Kind == ResultRow || !known {
			category = brought.Category
			if !answers(category, brought.Place) {
				return false
			}
		}
	default:
		if !known {
			return false
		}
	}
	if known && !answers(theirs, home) {
		return false
	}
	township, _, scoped := strings.Cut(row.Fact.Scope, "/")
	return !scoped || answers(category, township)
}

// hears says whether an actor stands on any chain for a kind of import.
func (c *County) hears(s *Session, kind string) bool {
	for i := range c.Chains {
		if x := &c.Chains[i]; slices.Contains(x.Kinds, kind) && slices.ContainsFunc(x.Categories, func(k facts.Category) bool {
			return slices.ContainsFunc(s.Actor.Roles, func(role Role) bool { return c.answers(s, k, kind, strings.TrimPrefix(string(role), ownerPrefix)) })
		}) {
			return true
		}
	}
	return false
}

// answers says whether an actor confirms facts of a kind about somebody of a category and
// a place, at whatever step of the chain.
func (c *County) answers(s *Session, category facts.Category, kind, place string) bool {
	chain := c.chain(category, kind)
	way := route{township: facts.Township(place)}
	return chain != nil && slices.ContainsFunc(chain.Steps, func(step string) bool { return s.need(way.roles(step)...) == nil })
}
