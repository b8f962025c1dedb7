package payroll

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"zhida/payroll/journal"
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/message"
	"zhida/rules/money"
	"zhida/rules/policy"
)

// ImportOptions are the clerk's decisions about an import.
type ImportOptions struct {
	AcceptGood bool // load the good rows although others are refused; the journal keeps the number
}

// ImportResult says what an import did.
type ImportResult struct {
	ImportRecord
	Unchanged bool              // the book already says all of this; nothing was recorded
	Proposal  int64             // position of the proposal when a second actor must accept it first
	Problems  message.Problems  // rows left out
	Asks      []message.Problem // what somebody else has to confirm
	Idle      message.Problems  // rows that are right and change no money
	Absent    int               // rows that withdraw what the book does not have, or no longer
	Notes     []message.Message // what a clerk should know, though nothing is wrong
}

// kinds that state money by hand, or that somebody else than the payee receives it, take a
// second actor before they are known.
var proposedImports = map[string]bool{"amounts": true, "paid": true, "receivables": true, "orders": true, "recipients": true}

// Import brings a file's rows into the book: it checks them against the book,
// compares them with what is known and records only what is new. Problems are
// returned as message.Problems and nothing is loaded, unless the clerk accepts
// the good rows. A file that says nothing new records nothing.
func (b *Book) Import(ctx context.Context, s *Session, in *ImportBatch, o ImportOptions) (ImportResult, error) {
	var result ImportResult
	err := b.update(ctx, func(tx Tx) error {
		if s == nil {
			return s.need(RoleMaker)
		}
		if err := Lasting(in.Sheet); err != nil { // every fact says where it stood
			return err
		}
		stated := len(in.Problems)
		in, err := ownShare(ctx, tx, s, in)
		if err != nil {
			return err
		}
		if len(in.Problems) > stated && !o.AcceptGood {
			return in.Problems // before anything of the book is told
		}
		plan, err := b.planImport(ctx, tx, in, asMended)
		if err == nil && len(plan.problems) > 0 && o.AcceptGood && !in.Unfinished {
			good := *in // what comes in is worked out anew on the good rows alone
			good.Problems = plan.problems
			in = &good
			plan, err = b.planImport(ctx, tx, in, asItIs)
		}
		if err != nil {
			return err
		}
		if s.need(RoleMaker) != nil {
			untold(plan.problems)
		}
		result = ImportResult{ImportRecord: plan.record(in), Problems: plan.problems, Asks: plan.asks, Idle: plan.idle, Absent: plan.absent, Notes: slices.Concat(in.Notes, plan.notes)}
		if len(plan.problems) > 0 && (!o.AcceptGood || in.Unfinished) {
			return plan.problems
		}
		if len(plan.put)+len(plan.end) == 0 {
			result.Unchanged, result.Asks, result.Idle = true, nil, nil
			return nil
		}
		way, err := routeFor(ctx, tx, in, plan)
		if err != nil {
			return err
		}
		// Owners bring what they own; everything else comes in through the bureau.
		if may := s.need(RoleMaker); may != nil && (way == nil || s.need(way.roles(way.steps[0])...) != nil) {
			if way != nil {
				return message.Err("import.not_yours", in.File, way.roles(way.steps[0])[0].Chinese())
			}
			return may
		}
		waiting := *in
		waiting.Asks = plan.asks
		switch {
		case way != nil:
			result.Proposal, err = b.proposeOn(ctx, tx, s, &waiting, way)
		case proposedImports[in.Kind] || len(plan.asks) > 0:
			result.Proposal, err = b.propose(ctx, tx, s, importProposal+in.Kind, in.File, &waiting)
		default:
			result.Position, err = b.applyImport(ctx, tx, s, EventImported, plan, in)
		}
		return err
	})
	if b.dry {
		result.Position, result.Proposal = 0, 0
	}
	return result, err
}

// untold leaves out of problems whose account it is: a department asks the bureau, which sees everybody.
func untold(list message.Problems) {
	for i := range list {
		if list[i].Code == "import.card_taken" {
			list[i].Message = message.M("import.card_elsewhere", list[i].Args[0])
		}
	}
}

// view is how a file is held against the book.
type view bool

const (
	asItIs   view = false // without the rows that stay out: what would be taken in
	asMended view = true  // with them, as far as they can be read, so that all that is wrong is said at once and nothing that follows from a wrong row
)

// importPlan is what an import would do to the book.
type importPlan struct {
	newIDs   []string // persons to number, in file order
	put      []Fact   // Person 0 with an id in ids: to be numbered
	ids      []string // full ID of put[i], "" for facts of the world
	end      []Fact
	problems message.Problems
	bad      map[rowPlace]bool    // the rows with problems
	asks     []message.Problem    // what is not wrong, and takes somebody else to confirm
	idle     message.Problems     // what is right and changes no money
	absent   int                  // rows that withdraw what the book does not have
	concerns map[concern][]string // whose facts change: by concern, the places
	notes    []message.Message
	known    *knownFacts // that the file was held against
}

func (p *importPlan) record(in *ImportBatch) ImportRecord {
	return ImportRecord{Kind: in.Kind, File: in.File, Digest: in.Digest, Rows: len(in.Rows),
		Added: len(p.put), Ended: len(p.end), Refused: len(p.bad)}
}

// rowPlace is where a row stands in a file.
type rowPlace struct {
	sheet string
	row   int
}

func placeOf(row *ImportRow) rowPlace { return rowPlace{row.Sheet, row.Row} }

// badRows are the rows that problems are about.
func badRows(list message.Problems) map[rowPlace]bool {
	bad := map[rowPlace]bool{}
	for _, p := range list {
		bad[rowPlace{p.Sheet, rowOf(p.Cell)}] = true
	}
	return bad
}

// planImport compares the file with the book; of a file of events, the facts that follow from it. Seen as mended, a
// file with problems has no other use than its problems.
func (b *Book) planImport(ctx context.Context, r Reader, stated *ImportBatch, see view) (*importPlan, error) {
	in, err := b.unfold(ctx, r, stated, see)
	if err != nil {
		return nil, err
	}
	if see == asMended {
		in.Rows = slices.Concat(in.Rows, in.Wrong)
	}
	known, err := b.known(ctx, r, &in.ImportBatch)
	if err != nil {
		return nil, err
	}
	if err := known.respell(&in.ImportBatch); err != nil {
		return nil, err
	}
	if err := known.keep(&in.ImportBatch); err != nil {
		return nil, err
	}
	plan := &importPlan{problems: slices.Clone(stated.Problems), bad: badRows(stated.Problems), asks: in.asks, notes: in.notes, known: known}
	plan.refuse(in.problems, false)
	seen, left := map[factKey]bool{}, map[string]bool{}
	astray := in.astray // whose rows may end anything: by person, and without one for the world
	wrong := make([]message.Problems, len(in.Rows))
	for i := range in.Rows {
		row := &in.Rows[i]
		if wrong[i] = known.check(&in.ImportBatch, row); len(wrong[i]) > 0 {
			plan.refuse(wrong[i], row.Group != "")
			row.Astray = true
			left[row.Group] = row.Group != ""
		}
		if row.Astray && (row.PersonID != "" || row.Withdraw || row.lacks("withdraw")) {
			astray[known.who(row)] = true
		}
	}
	out := func(i int) bool { // a row with one wrong cell stays out whole, whatever else it says
		row := &in.Rows[i]
		return row.Astray || left[row.Group] || plan.bad[placeOf(row)]
	}
	if see == asMended {
		out = func(i int) bool { return in.Rows[i].Astray }
	}
	offices := &sharing{knownFacts: known, ctx: ctx, r: r, in: &in.ImportBatch, wrong: make([]message.Problems, len(in.Rows))}
	if err := offices.judge(out, left, astray, see); err != nil {
		return nil, err
	}
	plan.notes = append(plan.notes, offices.notes...)
	var came []*ImportRow
	for i := range in.Rows {
		row := &in.Rows[i]
		plan.refuse(offices.wrong[i], row.Group != "")
		if len(offices.wrong[i]) == 0 && !out(i) && plan.add(known, row, seen) && len(row.Unread) == 0 {
			came = append(came, row)
			known.asks(in.Kind, row, func(column string, m message.Message) {
				if !m.IsZero() {
					plan.ask(in.File, row, column, m)
				}
			})
		}
	}
	if err := b.snapshot(ctx, r, plan, known, &in.ImportBatch, seen); err != nil {
		return nil, err
	}
	if err := registersReplaced(ctx, r, plan, known, &in.ImportBatch); err != nil {
		return nil, err
	}
	sortFacts(plan.end)
	if see == asItIs {
		astray = nil
	}
	plan.clashes(known, &in.ImportBatch, astray)
	plan.overlaps(known, &in.ImportBatch)
	if err := plan.registeredTwice(known, &in.ImportBatch); err != nil {
		return nil, err
	}
	if err := plan.takesBack(ctx, r, known, &in.ImportBatch); err != nil {
		return nil, err
	}
	if err := plan.findIdle(ctx, r, known, &in.ImportBatch, came); err != nil {
		return nil, err
	}
	return plan, plan.putsBack(ctx, r, &in.ImportBatch)
}

// ask keeps what somebody else has to confirm about a row.
func (p *importPlan) ask(file string, row *ImportRow, column string, m message.Message) {
	p.asks = append(p.asks, message.Problem{File: file, Sheet: row.Sheet, Cell: row.Cell(column), Message: m})
}

// refuse keeps what is wrong with a row, once: the items of a wide sheet stand in one row, and several facts of one event
// can be wrong in the same way.
func (p *importPlan) refuse(wrong message.Problems, ofEvent bool) {
	for _, x := range wrong {
		again := p.bad[rowPlace{x.Sheet, rowOf(x.Cell)}] && slices.ContainsFunc(p.problems, func(old message.Problem) bool {
			return old.Sheet == x.Sheet && old.Cell == x.Cell && old.Code == x.Code && (ofEvent || slices.Equal(old.Args, x.Args))
		})
		if !again {
			p.problems = append(p.problems, x)
			p.bad[rowPlace{x.Sheet, rowOf(x.Cell)}] = true
		}
	}
}

// add files one good row: nothing when the book says the same already. It says whether the
// book gets a fact by it.
func (p *importPlan) add(known *knownFacts, row *ImportRow, seen map[factKey]bool) bool {
	f := row.Fact
	no, numbered := known.persons[row.PersonID]
	if row.PersonID != "" {
		f.Person = no
	}
	key := keyOf(f)
	if row.PersonID != "" && !numbered {
		key.id = row.PersonID
	}
	if seen[key] {
		return false // the importer refuses contradictions; an exact repetition says nothing
	}
	seen[key] = true
	old, exists := known.facts[key]
	switch {
	case row.Withdraw && exists:
		p.end = append(p.end, old)
		p.note(known, old, row.PersonID)
	case row.Withdraw:
		p.absent++
	case exists && old.Body == f.Body && old.To == f.To:
	default:
		if exists {
			p.end = append(p.end, old)
		}
		if row.PersonID != "" && !numbered && !known.isNew[row.PersonID] {
			known.isNew[row.PersonID] = true
			p.newIDs = append(p.newIDs, row.PersonID)
		}
		p.put = append(p.put, f)
		p.note(known, f, row.PersonID)
		p.ids = append(p.ids, row.PersonID)
		return true
	}
	return false
}

// applyImport numbers new persons, salts the facts, and writes event, facts and record.
// The event carries a digest over salted commitments, so that it proves the facts
// without revealing them once their salts are erased.
func (b *Book) applyImport(ctx context.Context, tx Tx, s *Session, kind string, plan *importPlan, in *ImportBatch, pairs ...string) (int64, error) {
	if len(plan.newIDs) > 0 {
		numbers, err := tx.AddPersons(ctx, plan.newIDs)
		if err != nil {
			return 0, err
		}
		for i := range plan.put {
			if no, ok := numbers[plan.ids[i]]; ok {
				plan.put[i].Person = no
			}
		}
	}
	sortFacts(plan.put)
	digest, err := b.saltFacts(plan.put)
	if err != nil {
		return 0, err
	}
	r := plan.record(in)
	e, err := b.record(ctx, tx, s, kind, append(pairs, "kind", r.Kind, "file_digest", r.Digest,
		"rows", strconv.Itoa(r.Rows), "added", strconv.Itoa(r.Added), "ended", strconv.Itoa(r.Ended),
		"refused", strconv.Itoa(r.Refused), "facts", digest)...)
	if err != nil {
		return 0, err
	}
	for i := range plan.put {
		plan.put[i].KnownFrom = e.Position
	}
	if err := tx.EndFacts(ctx, plan.end, e.Position); err != nil {
		return 0, err
	}
	done := 0
	for part := range slices.Chunk(plan.put, chunkSize) {
		if err := tx.PutFacts(ctx, part); err != nil {
			return 0, err
		}
		done += len(part)
		tell(ctx, "progress.import", int64(done), int64(len(plan.put)))
	}
	if err := carry(ctx, tx, plan, e.Position); err != nil {
		return 0, err
	}
	if err := bringIn(ctx, tx, plan, e.Position); err != nil {
		return 0, err
	}
	r.Position = e.Position
	return e.Position, tx.PutImport(ctx, r)
}

// saltFacts gives each fact a salt of its own and returns the digest over their commitments.
func (b *Book) saltFacts(list []Fact) (string, error) {
	salts := make([]byte, 32*len(list))
	if _, err := b.random.Read(salts); err != nil {
		return "", err
	}
	h := journal.NewHash()
	for i := range list {
		list[i].Salt = hexOf(salts[32*i : 32*i+32])
		h.Write([]byte(journal.Commitment(list[i].Salt, CanonicalFact(list[i]))))
	}
	return hexOf(h.Sum(nil)), nil
}

// CanonicalFact is the line that a fact's commitment covers.
func CanonicalFact(f Fact) string {
	return strconv.FormatInt(f.Person, 10) + "|" + string(f.Kind) + "|" + f.Key + "|" + f.From.String() + "|" + f.To.String() + "|" + f.Body
}

// factKey is what a fact is compared by. id stands in for persons not yet numbered.
type factKey struct {
	person int64
	id     string
	kind   facts.Kind
	key    string
	from   calendar.Date
}

func keyOf(f Fact) factKey { return factKey{f.Person, "", f.Kind, f.Key, f.From} }

// knownFacts is what the book knows that matters for one import.
type knownFacts struct {
	county  string
	today   calendar.Date
	persons map[string]int64 // full ID to number
	isNew   map[string]bool
	names   map[int64]string
	deaths  map[int64][]Fact // profiles that know of a death
	// of the latest profile
	categories map[int64]facts.Category
	homes      map[int64]string
	stays      map[int64][]stay        // where people have been, by first day
	items      map[string]*policy.Item // where the file names items by what they are taken from
	places     map[string]string       // names by code
	facts      map[factKey]Fact        // latest, of the kind imported
	holders    map[string][]int64
	heirs      map[int64]string // of a file of recipients, the names of holders
	accounts   map[int64][]Fact // ordered by first day
	ids        map[int64]string
	comes      map[string]facts.Profile // whom the file itself brings onto the roster, by full ID
	series     map[series][]Fact        // the facts of one key, by first day
	medians    map[string]money.Fen     // of the amounts that the file gives, by item
	paidHere   map[Obligation]bool      // of a file of payments: what this book has itself committed from its cut-over on
	start      calendar.Month           // of a file of payments: the first month this book pays
	calendar   *calendar.Workdays       // weekends, and what the notices of the book move
	funds      fundBook                 // of a file about the money of funds
	words      Words
	said       map[int64][]worded // what people have had so far, made when it is first asked for
}

// stay is where the roster has somebody from a day on, and as what.
type stay struct {
	from     calendar.Date
	category facts.Category
	place    string
}

// series is what the versions of one state, or the amounts of one item of a person, have in common.
type series struct {
	person int64
	kind   facts.Kind
	key    string
}

// seriesOf is where a fact stands in time: amounts of single months are one series for each item.
func seriesOf(f Fact) series {
	key := f.Key
	if f.Kind == facts.KindPaid || f.Kind == facts.KindDebt {
		key, _, _ = strings.Cut(key, "|")
	}
	return series{f.Person, f.Kind, key}
}

// known loads what the import needs: the persons named, the places, and the
// latest facts of the imported kind.
func (b *Book) known(ctx context.Context, r Reader, in *ImportBatch) (*knownFacts, error) {
	k := &knownFacts{today: calendar.DateIn(b.now(), zone), isNew: map[string]bool{}, names: map[int64]string{}, deaths: map[int64][]Fact{}, accounts: map[int64][]Fact{}, categories: map[int64]facts.Category{}, homes: map[int64]string{}, stays: map[int64][]stay{}, places: map[string]string{},
		facts: map[factKey]Fact{}, ids: map[int64]string{}, comes: map[string]facts.Profile{}, series: map[series][]Fact{}, calendar: calendar.NewWorkdays()}
	meta, err := r.Meta(ctx)
	if err != nil {
		return nil, err
	}
	k.county = meta.County
	var ids, cards []string
	for i := range in.Rows {
		if id := in.Rows[i].PersonID; id != "" {
			ids = append(ids, id)
		}
		if in.Rows[i].Fact.Kind == facts.KindAccount {
			var a facts.Account
			if err := json.Unmarshal([]byte(in.Rows[i].Fact.Body), &a); err != nil {
				return nil, err
			}
			cards = withText(cards, a.Card.Full())
		}
		if in.Rows[i].Fact.Kind == facts.KindRecipient && !in.Rows[i].Withdraw {
			var v recipientFact
			if err := decode(in.Rows[i].Fact, &v); err != nil {
				return nil, err
			}
			cards = withText(cards, v.Card.Full())
		}
		if f := in.Rows[i].Fact; f.Kind == facts.KindPerson && !in.Rows[i].Withdraw && in.Rows[i].PersonID != "" {
			var p facts.Profile
			if err := json.Unmarshal([]byte(f.Body), &p); err != nil {
				return nil, err
			}
			k.comes[in.Rows[i].PersonID] = p
		}
	}
	for i := range in.Beside {
		ids = append(ids, in.Beside[i].PersonID)
	}
	if k.persons, err = r.PersonsByID(ctx, ids); err != nil {
		return nil, err
	}
	for id, no := range k.persons {
		k.ids[no] = id
	}
	if k.holders, err = r.CardHolders(ctx, cards); err != nil {
		return nil, err
	}
	if in.FactKind() == facts.KindRecipient {
		k.heirs = map[int64]string{}
		for _, list := range k.holders {
			for _, no := range list {
				if k.heirs[no], err = nameOf(ctx, r, no); err != nil {
					return nil, err
				}
			}
		}
	}
	switch in.FactKind() {
	case facts.KindDebt, facts.KindAmount, facts.KindPaid:
		k.medians = mediansOf(in.Rows)
		if k.items, err = itemsEver(ctx, r); err != nil {
			return nil, err
		}
	}
	if in.FactKind() == facts.KindPaid {
		if err := k.committed(ctx, r, meta); err != nil {
			return nil, err
		}
	}
	if err := k.loadFunds(ctx, r, in); err != nil {
		return nil, err
	}
	if k.words, err = wordsOf(ctx, r); err != nil {
		return nil, err
	}
	return k, k.load(ctx, r, in)
}

// withText adds a text that is not empty.
func withText(list []string, s string) []string {
	if s == "" {
		return list
	}
	return append(list, s)
}

// committed notes what the book itself has paid the persons named, from its cut-over on: stated once more
// as paid elsewhere, all of it would be taken back.
func (k *knownFacts) committed(ctx context.Context, r Reader, meta Meta) error {
	batches, err := r.Batches(ctx)
	if err != nil {
		return err
	}
	var ids []BatchID
	for _, x := range batches {
		if x.State.Committed() {
			ids = append(ids, x.ID)
		}
	}
	k.paidHere = map[Obligation]bool{}
	k.start = cutover(meta, batches)
	for _, run := range k.runs() {
		err := r.Committed(ctx, ids, run[0], run[1], func(s CommittedSum) error {
			if s.Month >= k.start {
				k.paidHere[s.Obligation] = true
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// load reads places, the names of the persons in the file, and the latest facts of
// its kind: those of the persons named, or all of a snapshot's scopes.
func (k *knownFacts) load(ctx context.Context, r Reader, in *ImportBatch) error {
	kinds := map[facts.Kind]bool{in.FactKind(): true}
	for i := range in.Rows {
		kinds[in.Rows[i].Fact.Kind] = true
	}
	note := func(f Fact) error {
		if kinds[f.Kind] {
			k.facts[keyOf(f)] = f
			k.series[seriesOf(f)] = append(k.series[seriesOf(f)], f)
		}
		if f.Kind == facts.KindAccount {
			k.accounts[f.Person] = append(k.accounts[f.Person], f)
		}
		return nil
	}
	err := r.Facts(ctx, FactQuery{Kinds: []facts.Kind{facts.KindPlace, facts.KindReference, facts.KindCalendar, facts.KindTransfer, facts.KindAuthority, facts.KindStatement, facts.KindVoucher, facts.KindRegister, facts.KindElection}}, func(f Fact) error {
		if f.Kind == facts.KindPlace {
			var p facts.Place
			if err := decode(f, &p); err != nil {
				return err
			}
			k.places[f.Key] = p.Name // ordered by first day: the last one stays
		}
		var d facts.CalendarDay
		if f.Kind == facts.KindCalendar {
			if err := decode(f, &d); err != nil {
				return err
			}
			k.calendar.Move(f.From, d.Nature == facts.DayWorked)
		}
		return note(f)
	})
	if err != nil {
		return err
	}
	asked := []facts.Kind{facts.KindPerson}
	if len(in.Scope) == 0 {
		delete(kinds, facts.KindPerson)
		asked = append(asked, sortedKeys(kinds)...)
		kinds[facts.KindPerson] = in.FactKind() == facts.KindPerson || unfolds(in.Kind)
	}
	for _, run := range k.runs() {
		err := r.Facts(ctx, FactQuery{First: run[0], Last: run[1], Kinds: asked}, func(f Fact) error {
			if err := k.profile(f); err != nil {
				return err
			}
			return note(f)
		})
		if err != nil {
			return err
		}
	}
	for _, scope := range in.Scope {
		if err := r.Facts(ctx, FactQuery{Scope: scope.String()}, note); err != nil {
			return err
		}
	}
	return nil
}

// profile keeps who somebody is by a fact about them; of several, which come by first day, the last stays.
func (k *knownFacts) profile(f Fact) error {
	if f.Kind != facts.KindPerson {
		return nil
	}
	var p facts.Profile
	if err := decode(f, &p); err != nil {
		return err
	}
	k.names[f.Person], k.categories[f.Person], k.homes[f.Person] = p.Name, p.Category, p.Place
	k.stays[f.Person] = append(k.stays[f.Person], stay{f.From, p.Category, p.Place})
	if p.Died != 0 {
		k.deaths[f.Person] = append(k.deaths[f.Person], f)
	}
	return nil
}

// answering are the category and the place by which is seen who answers for a fact about somebody: of a day served those they had on
// that day, so that a township can still correct what it reported of people who have moved since; of anything else those of now.
func (k *knownFacts) answering(person int64, f Fact) (facts.Category, string) {
	stays := k.stays[person]
	if f.Kind != facts.KindDay || len(stays) == 0 {
		return k.categories[person], k.homes[person]
	}
	at := stays[0] // also of days before the book's first
	for _, x := range stays {
		if x.from <= f.From && x.from >= at.from {
			at = x
		}
	}
	return at.category, at.place
}

// runs are ranges of person numbers that hold everybody named in the file without
// reading much of anybody else.
func (k *knownFacts) runs() [][2]int64 { return runsOf(slices.Collect(maps.Values(k.persons))) }

func runsOf(numbers []int64) [][2]int64 {
	slices.Sort(numbers)
	var runs [][2]int64
	for _, no := range numbers {
		if n := len(runs); n > 0 && no-runs[n-1][1] < 100 {
			runs[n-1][1] = no
		} else {
			runs = append(runs, [2]int64{no, no})
		}
	}
	return runs
}
