package payroll

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"zhida/payroll/ledger"
	"zhida/rules"
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/identity"
	"zhida/rules/message"
	"zhida/rules/money"
	"zhida/rules/policy"
)

// PolicyText is a policy file that is tried before it is adopted.
type PolicyText struct {
	File string
	Text []byte
}

// Trial is what drafts would change for the people in the book in a range of pay
// months, beside what is adopted. All amounts are fen; before and after are what is
// due for the months, whatever was paid. What cannot be computed with and without
// the drafts is left out of the amounts and listed as refused.
type Trial struct {
	Unit      string         `json:"unit"` // who makes the paper: 桃源县财政局
	From      calendar.Month `json:"from"`
	To        calendar.Month `json:"to"`
	Horizon   int64          `json:"horizon"`          // journal position whose facts were used
	Documents []string       `json:"documents"`        // 文号 of the drafts
	Replaced  []string       `json:"replaced"`         // adopted documents of the same 文号, left out of after
	Settled   calendar.Month `json:"settled,omitzero"` // last month that was run, or paid by an earlier system; 0 when none was

	People int `json:"people"` // who have anything due, before or after
	TrialSum

	ByYear     []TrialRow     `json:"by_year"`     // without deductions
	ByItem     []TrialRow     `json:"by_item"`     // in print order, deductions too
	ByTownship []TrialRow     `json:"by_township"` // without deductions, by code
	Cells      []TrialCell    `json:"cells"`       // by township, item in print order, year
	Largest    []TrialPerson  `json:"largest"`     // at most trialLargest, the largest change first
	Refused    []TrialRefusal `json:"refused"`     // most people first
	Broken     []TrialRule    `json:"broken"`      // rules that places do not keep to with the drafts
	Funds      []TrialFund    `json:"funds"`       // what the change takes from the funds that pay it, by code
}

// TrialSum is an amount with and without the drafts. BackPay and Owed are the part
// of the difference that falls on settled months: what would be paid afterwards, and
// what people would have to give back. Of items and cells they are by person and
// month of the item; elsewhere what a person gains and loses in a month is netted,
// deductions too, and counts for the year and the township whose roster they are on.
// Better and Worse count people by what they would receive, deductions taken off.
type TrialSum struct {
	Before  money.Fen `json:"before_fen"`
	After   money.Fen `json:"after_fen"`
	BackPay money.Fen `json:"back_pay_fen"`
	Owed    money.Fen `json:"to_recover_fen"` // not negative
	Better  int       `json:"better"`
	Worse   int       `json:"worse"`
}

// Change is what the drafts add.
func (s TrialSum) Change() money.Fen { return s.After - s.Before }

// TrialRow is the sum for a year, an item or a township.
type TrialRow struct {
	Code      string `json:"code"`
	Name      string `json:"name"`
	Deduction bool   `json:"deduction,omitempty"`
	TrialSum
}

// TrialCell is the sum for an item in a township and a year.
type TrialCell struct {
	Township     string `json:"township"`
	TownshipName string `json:"township_name"`
	Item         string `json:"item"`
	ItemName     string `json:"item_name"`
	Deduction    bool   `json:"deduction,omitempty"`
	Year         int    `json:"year"`
	TrialSum
}

// TrialPerson is somebody whose pay would change much; the name is masked.
type TrialPerson struct {
	Person   int64     `json:"person"`
	Name     string    `json:"name"`
	Township string    `json:"township_name"` // name
	Before   money.Fen `json:"before_fen"`    // deductions taken off
	After    money.Fen `json:"after_fen"`
	Item     string    `json:"item_name"` // printed name of the item that changes most
}

// Change is what the drafts add for the person.
func (p TrialPerson) Change() money.Fen { return p.After - p.Before }

// TrialRefusal is a reason why an item cannot be computed with the drafts.
type TrialRefusal struct {
	Item   string `json:"item_name"` // printed name
	Reason string `json:"reason"`
	People int    `json:"people"`
	New    int    `json:"newly_refused"` // of them, those who can be computed without the drafts
}

// TrialRule is a rule that a place does not keep to with the drafts.
type TrialRule struct {
	Document string `json:"document"`
	Rule     string `json:"rule"`
	Place    string `json:"place_name"`
	Reason   string `json:"reason"` // of the first month
	Months   int    `json:"months"`
}

const (
	trialLargest = 20
	// maxTrialReasons bounds the reasons kept while a trial runs: some name the person's own facts.
	maxTrialReasons = 1000
)

// Try computes the drafts for everybody in the book without adopting them. A draft
// with the number of an adopted document, in force as early, stands in its place. Errors are those of
// adoption (policy.*), run.no_roster, trial.months, and what the store says.
func (b *Book) Try(ctx context.Context, drafts []PolicyText, from, to calendar.Month) (*Trial, error) {
	if to < from || to.Sub(from) >= maxTrialMonths {
		return nil, message.Err("trial.months", from, to, maxTrialMonths)
	}
	t := &trial{Trial: Trial{From: from, To: to, Documents: []string{}, Replaced: []string{}}, sums: newTrialSums()}
	var fresh []*policy.Policy
	for _, d := range drafts {
		p, err := checkedPolicy(d.File, d.Text)
		if err != nil {
			return nil, err
		}
		fresh = append(fresh, p)
		t.Documents = append(t.Documents, p.Document.Number)
	}
	if err := b.view(ctx, func(r Reader) error { return t.read(ctx, r, fresh) }); err != nil {
		return nil, err
	}
	if err := b.tryAll(ctx, t); err != nil {
		return nil, err
	}
	return &t.Trial, b.view(ctx, func(r Reader) error { return t.askFunds(ctx, r) })
}

// TrialFund says whether a fund could pay what the drafts change over the months tried.
type TrialFund struct {
	Fund      string    `json:"fund"`
	Name      string    `json:"fund_name"`
	Kept      bool      `json:"enforced"` // the settings say that approval is refused when it lacks money
	Change    money.Fen `json:"change_fen"`
	Available money.Fen `json:"available_fen"` // now
}

// Lacks is what the fund is short of; nothing for a fund that is only named.
func (f TrialFund) Lacks() money.Fen {
	if !f.Kept {
		return 0
	}
	return max(f.Change-max(f.Available, 0), 0)
}

// askFunds holds the change of every item against what its funds have available.
func (t *trial) askFunds(ctx context.Context, r Reader) error {
	county, err := settingsAt(ctx, r, t.Horizon)
	if message.Code(err) == "settings.none" {
		county, err = &County{}, nil
	}
	if err != nil {
		return err
	}
	book, err := ledgerAt(ctx, r, t.Horizon)
	if err != nil {
		return err
	}
	change := map[string]money.Fen{}
	for _, row := range t.ByItem {
		if row.Deduction || row.Change() == 0 {
			continue
		}
		for _, s := range county.shares(&Line{Item: row.Code, Month: t.To, Fund: t.items[row.Code].Fund, Fen: row.Change()}, false) {
			change[s.fund] += s.fen
		}
	}
	for _, code := range sortedKeys(change) {
		f := county.fund(code)
		t.Funds = append(t.Funds, TrialFund{code, county.FundName(code), f != nil && f.Kind != "", change[code], book.Fund(code)[ledger.Available]})
	}
	return nil
}

// tryAll goes over the roster as often as the groups need, and once more for the sums.
func (b *Book) tryAll(ctx context.Context, t *trial) error {
	for pass := 1; pass <= t.passes(); pass++ {
		observe := func(list []facts.Person) *trialSums { t.observe(pass, list); return nil }
		if err := b.tryPeople(ctx, t, observe, func(*trialSums) {}); err != nil {
			return err
		}
	}
	if err := b.tryPeople(ctx, t, t.add, t.sums.merge); err != nil {
		return err
	}
	t.finish()
	return nil
}

// maxTrialMonths bounds how long a trial can take: ten years.
const maxTrialMonths = 120

// trial is a trial in the making.
type trial struct {
	Trial
	world  *facts.World
	last   int64          // highest person number
	start  calendar.Month // first settled month
	months []trialMonth   // ascending
	items  map[string]rules.Item
	order  map[string]int // item code to print order
	sums   *trialSums

	prepare func(*facts.World) // changes the world before anything is computed; nil for no change
	monthly bool               // sums by month are wanted
}

// monthSum is what is due for a month, and for how many people.
type monthSum struct {
	fen    money.Fen
	people int
}

// trialMonth is one month before and after; nil where no document is in force.
type trialMonth struct {
	month         calendar.Month
	before, after *rules.Evaluation // one and the same where the drafts change nothing
}

// read loads what a trial rests on.
func (t *trial) read(ctx context.Context, r Reader, fresh []*policy.Policy) error {
	head, err := r.Head(ctx)
	if err != nil {
		return err
	}
	t.Horizon = head.Position
	meta, err := r.Meta(ctx)
	if err != nil {
		return err
	}
	county, err := countyOf(ctx, r, meta)
	if err != nil {
		return err
	}
	t.Unit = county.Unit
	if t.world, err = loadWorld(ctx, r, meta, t.Horizon); err != nil {
		return err
	}
	if t.prepare != nil {
		t.prepare(t.world)
	}
	if t.last, err = r.LastPerson(ctx); err != nil {
		return err
	}
	if t.last == 0 {
		return message.Err("run.no_roster")
	}
	if err := t.settled(ctx, r, meta); err != nil {
		return err
	}
	granted, err := grantedAt(ctx, r, t.Horizon)
	if err != nil {
		return err
	}
	return t.compile(granted, fresh)
}

// settled finds the months that a change would be settled for afterwards.
func (t *trial) settled(ctx context.Context, r Reader, meta Meta) error {
	batches, err := r.Batches(ctx)
	if err != nil {
		return err
	}
	t.start = cutover(meta, batches)
	for _, x := range batches {
		if x.State.Committed() && x.Kind == Regular {
			t.Settled = max(t.Settled, x.ID.Month())
		}
	}
	paid, err := firstPaidMonth(ctx, r, &calc{horizon: t.Horizon, last: t.last})
	if err != nil || paid == 0 || t.start == 0 {
		return err
	}
	t.Settled = max(t.Settled, t.start.Add(-1))
	t.start = min(t.start, paid)
	return nil
}

// compile makes the evaluations of each month.
func (t *trial) compile(granted []rules.Granted, fresh []*policy.Policy) error {
	before, err := rules.Compile(granted)
	if err != nil {
		return err
	}
	var kept []rules.Granted
	for _, g := range granted {
		d := g.Policy.Document
		if slices.ContainsFunc(fresh, func(p *policy.Policy) bool { return p.Document.Number == d.Number && p.Document.From <= d.From }) {
			t.Replaced = append(t.Replaced, g.Policy.Document.Number)
		} else {
			kept = append(kept, g)
		}
	}
	for i, p := range fresh {
		kept = append(kept, rules.Granted{Position: t.Horizon + int64(i) + 1, Policy: p})
	}
	after, err := rules.Compile(kept)
	if err != nil {
		return err
	}
	t.items, t.order = map[string]rules.Item{}, map[string]int{}
	for _, p := range []*rules.Program{before, after} {
		for _, it := range p.Items() {
			t.items[it.Code] = it
		}
	}
	t.number()
	for m := t.From; m <= t.To; m = m.Add(1) {
		x := trialMonth{month: m}
		if x.before, err = inForce(before, t.world, m); err != nil {
			return err
		}
		if x.after = x.before; !t.same(before, after, m) {
			if x.after, err = inForce(after, t.world, m); err != nil {
				return err
			}
		}
		t.months = append(t.months, x)
	}
	return nil
}

// number puts the items in print order.
func (t *trial) number() {
	codes := make([]string, 0, len(t.items))
	for code := range t.items {
		codes = append(codes, code)
	}
	slices.SortFunc(codes, func(a, b string) int {
		return cmp.Or(cmp.Compare(t.items[a].Order, t.items[b].Order), cmp.Compare(a, b))
	})
	for i, code := range codes {
		t.order[code] = i
	}
}

// same says whether the same documents grant everything in the month.
func (t *trial) same(before, after *rules.Program, m calendar.Month) bool {
	for code := range t.items {
		x, had := before.ItemAt(code, m)
		y, has := after.ItemAt(code, m)
		if had != has || x.Policy != y.Policy {
			return false
		}
	}
	return true
}

// inForce prepares a month; nil when no document is in force in it.
func inForce(p *rules.Program, w *facts.World, m calendar.Month) (*rules.Evaluation, error) {
	e, err := rules.NewEvaluation(p, w, m, m)
	if message.Code(err) == "rules.no_policy" {
		return nil, nil
	}
	if err == nil {
		e.PayableAt(m.Add(24)) // a trial counts what is due for a month, whenever it is paid
	}
	return e, err
}

// tryPeople goes over the roster on all workers and merges what each chunk gives.
func (b *Book) tryPeople(ctx context.Context, t *trial, work func([]facts.Person) *trialSums, merge func(*trialSums)) error {
	return inOrder(ctx, b.workers, t.last, func(first, last int64) (*trialSums, error) {
		var list []facts.Person
		err := b.view(ctx, func(r Reader) (err error) {
			list, _, err = loadPersons(ctx, r, t.Horizon, first, last)
			return err
		})
		if err != nil {
			return nil, err
		}
		return work(list), nil
	}, func(s *trialSums) error { merge(s); return nil })
}

// evaluations are those of the month, each once.
func (m trialMonth) evaluations() (list []*rules.Evaluation) {
	if m.before != nil {
		list = append(list, m.before)
	}
	if m.after != nil && m.after != m.before {
		list = append(list, m.after)
	}
	return list
}

// passes is how many times everybody must be observed.
func (t *trial) passes() (n int) {
	for _, m := range t.months {
		for _, e := range m.evaluations() {
			n = max(n, e.Passes())
		}
	}
	return n
}

// observe takes the people of a chunk into the groups, before and after.
func (t *trial) observe(pass int, people []facts.Person) {
	for _, m := range t.months {
		for _, e := range m.evaluations() {
			if pass <= e.Passes() {
				e.Observe(pass, people)
			}
		}
	}
}

// add is the last pass: what the people of a chunk are due, before and after.
func (t *trial) add(people []facts.Person) *trialSums {
	s := newTrialSums()
	for i := range people {
		p := &trialist{trial: t, person: &people[i], sums: s, cells: map[cellKey]*trialShare{}, gained: map[rosterYear]TrialSum{}}
		for _, m := range t.months {
			p.month(m)
		}
		p.finish()
	}
	return s
}

// trialist is one person in a trial.
type trialist struct {
	trial  *trial
	person *facts.Person
	sums   *trialSums
	cells  map[cellKey]*trialShare
	gained map[rosterYear]TrialSum // back-pay and what is owed for settled months
	gain   money.Fen               // of the month at hand
	counts bool                    // something is due, before or after
}

// rosterYear is the township whose roster a person is on, and the year.
type rosterYear struct {
	township string
	year     int
}

// cellKey is the township, item and year that an amount belongs to.
type cellKey struct {
	township, item string
	year           int
}

// trialShare is what one person adds to a sum; net is by how much they gain.
type trialShare struct {
	TrialSum
	net money.Fen
}

func (p *trialist) month(m trialMonth) {
	var before []rules.Entitlement
	if m.before != nil {
		before = m.before.Person(p.person)
	}
	after := before
	if m.after != m.before {
		after = nil
		if m.after != nil {
			after = m.after.Person(p.person)
		}
	}
	if p.trial.monthly {
		p.count(before, m.month)
	}
	was := map[string]*rules.Entitlement{}
	for i := range before {
		was[before[i].Item] = &before[i]
	}
	for i := range after {
		p.compare(was[after[i].Item], &after[i], m.month)
		delete(was, after[i].Item)
	}
	for i := range before {
		if was[before[i].Item] != nil {
			p.compare(&before[i], nil, m.month)
		}
	}
	if p.gain != 0 {
		k := rosterYear{p.home(m.month), m.month.Year()}
		s := p.gained[k]
		s.merge(TrialSum{BackPay: max(p.gain, 0), Owed: max(-p.gain, 0)})
		p.gained[k], p.gain = s, 0
	}
}

// count adds a month to the sums by month.
func (p *trialist) count(due []rules.Entitlement, m calendar.Month) {
	any := false
	for i := range due {
		if due[i].Outcome == rules.Due && !p.trial.items[due[i].Item].Deduction {
			p.sums.month(m).fen += due[i].Fen
			any = true
		}
	}
	if any {
		p.sums.month(m).people++
	}
}

// compare takes one item of a month into the sums; nil is an item that nobody grants.
func (p *trialist) compare(before, after *rules.Entitlement, m calendar.Month) {
	refusedBefore := before != nil && before.Outcome == rules.Refused
	if after != nil && after.Outcome == rules.Refused {
		p.sums.refuse(p.trial.items[after.Item].Name, after.Reason.Text(message.Chinese), p.person.No, !refusedBefore)
		return
	}
	if refusedBefore {
		return
	}
	var step money.Fen
	var last *trialShare
	item := ""
	for i, x := range []*rules.Entitlement{before, after} {
		if x == nil || x.Fen == 0 {
			continue
		}
		p.counts, item = true, x.Item
		last = p.cell(cellKey{p.township(x, m), x.Item, m.Year()})
		if i == 0 {
			last.Before += x.Fen
			step -= x.Fen
		} else {
			last.After += x.Fen
			step += x.Fen
		}
	}
	if last == nil {
		return
	}
	if p.trial.start <= m && m <= p.trial.Settled {
		if p.trial.items[item].Deduction {
			step = -step
		}
		last.BackPay += max(step, 0)
		last.Owed += max(-step, 0)
		p.gain += step
	}
}

func (p *trialist) cell(k cellKey) *trialShare {
	if p.cells[k] == nil {
		p.cells[k] = &trialShare{}
	}
	return p.cells[k]
}

// township is where the pay belongs, or the person when it belongs nowhere.
func (p *trialist) township(x *rules.Entitlement, m calendar.Month) string {
	if x.Place != "" {
		return facts.Township(x.Place)
	}
	return p.home(m)
}

// home is the township whose roster the person is on.
func (p *trialist) home(m calendar.Month) string {
	if profile := profileAt(p.person, m.Last()); profile != nil {
		return facts.Township(profile.Place)
	}
	return ""
}

// finish adds the person's cells to the sums of the chunk.
func (p *trialist) finish() {
	years, items, towns := map[int]*trialShare{}, map[string]*trialShare{}, map[string]*trialShare{}
	var whole trialShare
	var paid TrialPerson
	for k, c := range p.cells {
		deduction := p.trial.items[k.item].Deduction
		c.net = c.Change()
		if deduction {
			c.net = -c.net
		}
		addShare(p.sums.cells, k, *c)
		gather(items, k.item, c, false)
		items[k.item].BackPay += c.BackPay
		items[k.item].Owed += c.Owed
		gather(years, k.year, c, deduction)
		gather(towns, k.township, c, deduction)
		whole.take(c, deduction)
		if deduction {
			paid.Before, paid.After = paid.Before-c.Before, paid.After-c.After
		} else {
			paid.Before, paid.After = paid.Before+c.Before, paid.After+c.After
		}
	}
	for k, s := range p.gained {
		years[k.year].merge(s)
		if towns[k.township] == nil { // their pay belongs elsewhere
			towns[k.township] = &trialShare{}
		}
		towns[k.township].merge(s)
		whole.merge(s)
	}
	if p.counts {
		p.sums.people++
	}
	p.sums.total.add(whole)
	for k, c := range years {
		addShare(p.sums.years, k, *c)
	}
	for k, c := range towns {
		addShare(p.sums.towns, k, *c)
	}
	for k, c := range items {
		addShare(p.sums.items, k, *c)
	}
	if paid.Change() != 0 {
		p.name(&paid, items)
		p.sums.rank(paid)
	}
}

// name says who a large change is about, and which item makes most of it.
func (p *trialist) name(paid *TrialPerson, items map[string]*trialShare) {
	paid.Person = p.person.No
	if profile := profileAt(p.person, p.trial.To.Last()); profile != nil {
		paid.Name, paid.Township = identity.MaskName(profile.Name), p.trial.placeName(facts.Township(profile.Place))
	}
	var most money.Fen
	for code, c := range items {
		size := max(c.net, -c.net)
		if size > most || size == most && size > 0 && p.trial.order[code] < p.trial.order[paid.Item] {
			most, paid.Item = size, code
		}
	}
	paid.Item = p.trial.items[paid.Item].Name
}

// gather adds a cell to a person's sum of a group; amounts withheld are no cost.
func gather[K comparable](into map[K]*trialShare, k K, c *trialShare, deduction bool) {
	if into[k] == nil {
		into[k] = &trialShare{}
	}
	into[k].take(c, deduction)
}

func (s *trialShare) take(c *trialShare, deduction bool) {
	s.net += c.net
	if !deduction {
		s.Before, s.After = s.Before+c.Before, s.After+c.After
	}
}

// add adds one person's share.
func (s *TrialSum) add(c trialShare) {
	s.merge(c.TrialSum)
	if c.net > 0 {
		s.Better++
	}
	if c.net < 0 {
		s.Worse++
	}
}

func (s *TrialSum) merge(o TrialSum) {
	s.Before, s.After, s.BackPay, s.Owed = s.Before+o.Before, s.After+o.After, s.BackPay+o.BackPay, s.Owed+o.Owed
	s.Better, s.Worse = s.Better+o.Better, s.Worse+o.Worse
}

func addShare[K comparable](into map[K]*TrialSum, k K, c trialShare) {
	if into[k] == nil {
		into[k] = &TrialSum{}
	}
	into[k].add(c)
}

// trialSums is what a number of people come to.
type trialSums struct {
	people  int
	total   TrialSum
	years   map[int]*TrialSum
	items   map[string]*TrialSum
	towns   map[string]*TrialSum
	cells   map[cellKey]*TrialSum
	months  map[calendar.Month]*monthSum // before, where they are wanted
	largest []TrialPerson
	reasons map[TrialRefusal]*refusals // by item and reason
}

// refusals counts people once for a reason, however many months it holds.
type refusals struct {
	people, fresh int
	last          int64 // person counted last
	lastFresh     int64
}

func newTrialSums() *trialSums {
	return &trialSums{years: map[int]*TrialSum{}, items: map[string]*TrialSum{}, towns: map[string]*TrialSum{}, cells: map[cellKey]*TrialSum{}, months: map[calendar.Month]*monthSum{},
		reasons: map[TrialRefusal]*refusals{}}
}

// refuse counts a person who cannot be computed; beyond the bound, under one reason.
func (s *trialSums) refuse(item, reason string, person int64, fresh bool) {
	k := TrialRefusal{Item: item, Reason: reason}
	if s.reasons[k] == nil && len(s.reasons) >= maxTrialReasons {
		k = TrialRefusal{Item: item, Reason: "其他原因"}
	}
	if s.reasons[k] == nil {
		s.reasons[k] = &refusals{}
	}
	r := s.reasons[k]
	if r.last != person {
		r.people, r.last = r.people+1, person
	}
	if fresh && r.lastFresh != person {
		r.fresh, r.lastFresh = r.fresh+1, person
	}
}

// rank keeps the largest changes.
func (s *trialSums) rank(list ...TrialPerson) {
	s.largest = append(s.largest, list...)
	size := func(p TrialPerson) money.Fen { return max(p.Change(), -p.Change()) }
	slices.SortFunc(s.largest, func(a, b TrialPerson) int {
		return cmp.Or(cmp.Compare(size(b), size(a)), cmp.Compare(a.Person, b.Person))
	})
	s.largest = s.largest[:min(len(s.largest), trialLargest)]
}

// merge adds the sums of a chunk of other people.
func (s *trialSums) merge(o *trialSums) {
	s.people += o.people
	s.total.merge(o.total)
	mergeMaps(s.years, o.years)
	mergeMaps(s.items, o.items)
	mergeMaps(s.towns, o.towns)
	mergeMaps(s.cells, o.cells)
	for m, x := range o.months {
		s.month(m).fen += x.fen
		s.month(m).people += x.people
	}
	s.rank(o.largest...)
	for k, r := range o.reasons {
		if s.reasons[k] == nil {
			s.reasons[k] = &refusals{}
		}
		s.reasons[k].people += r.people
		s.reasons[k].fresh += r.fresh
	}
}

func (s *trialSums) month(m calendar.Month) *monthSum {
	if s.months[m] == nil {
		s.months[m] = &monthSum{}
	}
	return s.months[m]
}

func mergeMaps[K comparable](into, from map[K]*TrialSum) {
	for k, x := range from {
		if into[k] == nil {
			into[k] = &TrialSum{}
		}
		into[k].merge(*x)
	}
}

// finish puts the sums in order.
func (t *trial) finish() {
	t.People, t.TrialSum, t.Largest = t.sums.people, t.sums.total, t.sums.largest
	t.ByYear = trialRows(t.sums.years, func(y int) TrialRow { return TrialRow{Code: strconv.Itoa(y), Name: strconv.Itoa(y) + "年"} },
		func(a, b TrialRow) int { return cmp.Compare(a.Code, b.Code) })
	t.ByItem = trialRows(t.sums.items, func(code string) TrialRow {
		return TrialRow{Code: code, Name: t.items[code].Name, Deduction: t.items[code].Deduction}
	}, func(a, b TrialRow) int { return cmp.Compare(t.order[a.Code], t.order[b.Code]) })
	t.ByTownship = trialRows(t.sums.towns, func(code string) TrialRow { return TrialRow{Code: code, Name: t.placeName(code)} },
		func(a, b TrialRow) int { return cmp.Compare(a.Code, b.Code) })
	t.Cells = make([]TrialCell, 0, len(t.sums.cells))
	for k, s := range t.sums.cells {
		t.Cells = append(t.Cells, TrialCell{k.township, t.placeName(k.township), k.item, t.items[k.item].Name, t.items[k.item].Deduction, k.year, *s})
	}
	slices.SortFunc(t.Cells, func(a, b TrialCell) int {
		return cmp.Or(cmp.Compare(a.Township, b.Township), cmp.Compare(t.order[a.Item], t.order[b.Item]), cmp.Compare(a.Year, b.Year))
	})
	t.Refused = make([]TrialRefusal, 0, len(t.sums.reasons))
	for k, r := range t.sums.reasons {
		t.Refused = append(t.Refused, TrialRefusal{k.Item, k.Reason, r.people, r.fresh})
	}
	slices.SortFunc(t.Refused, func(a, b TrialRefusal) int {
		return cmp.Or(cmp.Compare(b.People, a.People), cmp.Compare(a.Item, b.Item), cmp.Compare(a.Reason, b.Reason))
	})
	t.Broken = t.broken()
	if t.Largest == nil {
		t.Largest = []TrialPerson{}
	}
}

func trialRows[K comparable](sums map[K]*TrialSum, row func(K) TrialRow, order func(a, b TrialRow) int) []TrialRow {
	list := make([]TrialRow, 0, len(sums))
	for k, s := range sums {
		r := row(k)
		r.TrialSum = *s
		list = append(list, r)
	}
	slices.SortFunc(list, order)
	return list
}

func (t *trial) placeName(code string) string {
	return cmp.Or(placeName(t.world, code), "（未列单位）")
}

// broken gathers the rules that places do not keep to with the drafts, each once.
func (t *trial) broken() []TrialRule {
	list, at := []TrialRule{}, map[string]int{}
	for _, m := range t.months {
		if m.after == nil {
			continue
		}
		for _, r := range brokenRules(m.after, t.world, m.month) {
			key := r.Document + "\n" + r.Name + "\n" + r.Place
			i, known := at[key]
			if !known {
				i, at[key] = len(list), len(list)
				list = append(list, TrialRule{Document: r.Document, Rule: r.Name, Place: r.PlaceName, Reason: r.Reason.Text(message.Chinese)})
			}
			list[i].Months++
		}
	}
	return list
}
