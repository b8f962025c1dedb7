package payroll

import (
	"context"
	"errors"
	"slices"

	"zhida/payroll/journal"
	"zhida/rules"
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/message"
	"zhida/rules/money"
	"zhida/rules/policy"
)

// RunResult is what a run made.
type RunResult struct {
	Batches []Batch          // by id; empty when nothing is due
	Roster  int              // persons considered
	Refused []RefusedPerson  // persons, or items of persons, that could not be computed
	Broken  []BrokenRule     // places that do not keep to a rule of a document in the month
	Waiting []BatchID        // back-pay batches still open, which this run has left alone
	Ended   []EndedItem      // items of the month before that no document grants any more
	Skipped []calendar.Month // earlier months that were never run: this one pays them as well
}

// BrokenRule is a place whose amounts do not keep to a rule of a document.
type BrokenRule struct {
	PlaceName string
	rules.RuleResult
}

// RefusedPerson is somebody with a refusal, named for the clerk.
type RefusedPerson struct {
	Person   int64
	Name     string
	ItemName string // printed
	Refusal
}

// farMonths is how far ahead of the clock a month may be run: before a long holiday pay
// comes early, and what lies further off is a slip of the keyboard that would keep every
// month in between from being run.
const farMonths = 3

// Run computes the drafts of a month: one batch per channel in which anybody's
// entitlement, as known now, differs from what is committed. Regular settles all
// months from the cut-over to month; Correction settles month alone and needs it
// to have been run. Without a difference there is no batch. A draft that is open
// for a channel is computed again under its id; a submitted one refuses the run.
// Errors: run.ahead of a month far ahead of the clock; Busy while somebody else computes.
func (b *Book) Run(ctx context.Context, s *Session, month calendar.Month, kind BatchKind) (r RunResult, err error) {
	err = b.alone(ctx, func(ctx context.Context, b *Book) error {
		r, err = b.run(ctx, s, month, kind, Narrow{})
		if err != nil || kind != Regular {
			return err
		}
		return b.backPay(ctx, s, month, &r)
	})
	return r, err
}

// RunWithout is a regular run that leaves the lines of a fund to a later one: ordinary pay
// does not wait for money that is late. Error: fund.unknown.
func (b *Book) RunWithout(ctx context.Context, s *Session, month calendar.Month, fund string) (r RunResult, err error) {
	err = b.view(ctx, func(r Reader) error {
		county, err := settingsAt(ctx, r, 0)
		if err == nil && county.fund(fund) == nil {
			err = message.Err("fund.unknown", fund)
		}
		return err
	})
	if err != nil {
		return r, err
	}
	err = b.alone(ctx, func(ctx context.Context, b *Book) error {
		r, err = b.run(ctx, s, month, Regular, Narrow{Without: fund})
		return err
	})
	return r, err
}

// backPay computes the earlier months' differences as batches of their own, where the
// county has them apart. Those of an earlier run that somebody has submitted are left
// alone: what they do not settle stays due. Drafts of earlier months are replaced.
func (b *Book) backPay(ctx context.Context, s *Session, month calendar.Month, into *RunResult) error {
	apart := false
	var old []BatchID
	err := b.view(ctx, func(r Reader) error {
		county, err := settingsAt(ctx, r, 0)
		if message.Code(err) == "settings.none" {
			return nil
		}
		apart = err == nil && county.BackPay != nil
		if !apart {
			return err
		}
		batches, err := r.Batches(ctx)
		for _, x := range batches {
			switch {
			case x.Kind != BackPay || !x.State.open():
			case x.State != Draft:
				into.Waiting = append(into.Waiting, x.ID)
			case x.ID.Month() != month:
				old = append(old, x.ID)
			}
		}
		return err
	})
	if err != nil || !apart || len(into.Waiting) > 0 {
		return err
	}
	for _, id := range old {
		_, err := b.step(ctx, s, id, []State{Draft}, EventBatchCancelled, func(_ Tx, batch *Batch) ([]string, error) {
			batch.State = Cancelled
			return []string{"reason", "由 " + month.String() + " 的补发批次替代"}, nil
		})
		if err != nil {
			return err
		}
	}
	r, err := b.run(ctx, s, month, BackPay, Narrow{})
	into.Batches = append(into.Batches, r.Batches...)
	return err
}

// Rerun is a correction of a month, or of all months since an earlier one, that may be
// narrowed to a person, a place or an item: what else changed stays for a later batch, and
// nobody else's account is touched.
func (b *Book) Rerun(ctx context.Context, s *Session, month calendar.Month, only Narrow) (r RunResult, err error) {
	err = b.alone(ctx, func(ctx context.Context, b *Book) error {
		r, err = b.run(ctx, s, month, Correction, only)
		return err
	})
	return r, err
}

func (b *Book) run(ctx context.Context, s *Session, month calendar.Month, kind BatchKind, only Narrow) (RunResult, error) {
	if err := s.need(RoleMaker); err != nil {
		return RunResult{}, err
	}
	if today := calendar.DateIn(b.now(), zone).Month(); kind == Regular && month > today.Add(farMonths) {
		return RunResult{}, message.Err("run.ahead", month, today, farMonths)
	}
	c, err := b.prepareAt(ctx, month, kind, only, 0)
	if err != nil {
		return RunResult{}, err
	}
	if b.dry {
		return b.tryRun(ctx, c)
	}
	w := &stage{book: b, session: s, calc: c}
	if err := w.begin(ctx); err != nil {
		return RunResult{}, err
	}
	if err := b.compute(ctx, c, w.put); err != nil {
		return RunResult{}, errors.Join(err, w.drop(context.WithoutCancel(ctx)))
	}
	r, err := w.finish(ctx)
	r.Broken, r.Skipped = brokenRules(c.eval, c.world, month), c.skipped()
	r.Ended = c.ended()
	return r, err
}

// tryRun computes a run without keeping a row: its batches have the number 0.
func (b *Book) tryRun(ctx context.Context, c *calc) (RunResult, error) {
	w := &stage{book: b, calc: c, drafts: map[string]*draft{}}
	for _, channel := range c.channels {
		id := NewBatchID(c.month, 0)
		w.drafts[channel] = &draft{Batch: Batch{ID: id, Kind: c.kind, Narrowed: c.only.String(), Channel: channel, Apart: c.apart, State: Draft, Horizon: c.horizon}, scratch: id,
			texts: map[string]int{}, seal: newSealer()}
	}
	err := b.compute(ctx, c, func(_ context.Context, chunk []personResult) error {
		w.count(chunk)
		return nil
	})
	r := RunResult{Roster: w.roster, Refused: w.refused}
	for _, channel := range c.channels {
		if d := w.drafts[channel]; d.Lines > 0 || d.Payees > 0 {
			r.Batches = append(r.Batches, d.Batch)
		}
	}
	r.Broken, r.Skipped = brokenRules(c.eval, c.world, c.month), c.skipped()
	r.Ended = c.ended()
	return r, err
}

// EndedItem is an item that a document granted for the last month that was run.
type EndedItem struct{ Name, Document string }

// ended are the items that documents granted for the last month that was run and that none
// grants for this one. What was withdrawn before that run has been said then.
func (c *calc) ended() (list []EndedItem) {
	if c.kind != Regular || c.previous == 0 {
		return nil
	}
	ran := int64(0)
	for _, horizon := range c.horizons {
		ran = max(ran, horizon)
	}
	for _, p := range c.policies {
		pol := c.grants[num(p.Position)]
		if pol == nil || !pol.Document.InForce(c.previous) || p.Withdrawn != 0 && p.Withdrawn <= ran {
			continue
		}
		for _, it := range pol.Items {
			x := EndedItem{it.Name, p.Document}
			if _, granted := c.program.ItemAt(it.Code, c.month); !granted && len(c.byChannel[it.Channel]) > 0 && !slices.Contains(list, x) {
				list = append(list, x)
			}
		}
	}
	return list
}

// skipped are the months since the cut-over that no regular batch of any channel is of.
func (c *calc) skipped() (list []calendar.Month) {
	if c.kind != Regular {
		return nil
	}
	ran := map[calendar.Month]bool{}
	for id := range c.regular {
		ran[id.Month()] = true
	}
	for m := c.start; m < c.month; m = m.Add(1) {
		if !ran[m] {
			list = append(list, m)
		}
	}
	return list
}

// brokenRules are the rules that places do not keep to in a month.
func brokenRules(e *rules.Evaluation, w *facts.World, m calendar.Month) []BrokenRule {
	var list []BrokenRule
	for _, r := range e.Rules(m) {
		if !r.Holds {
			list = append(list, BrokenRule{placeName(w, r.Place), r})
		}
	}
	return list
}

// placeName is the latest name of a place; its code when nobody has named it.
func placeName(w *facts.World, code string) string {
	if versions := w.Places[code]; len(versions) > 0 {
		return versions[len(versions)-1].Name
	}
	return code
}

// calc is everything a computation rests on. It is read once, as known at the
// horizon; the computation itself is a pure function of it and of the persons' facts.
type calc struct {
	meta      Meta
	month     calendar.Month
	kind      BatchKind
	only      Narrow
	start     calendar.Month // the cut-over
	from      calendar.Month // first pay month settled
	ran       calendar.Month // latest month of a regular run, this one included
	previous  calendar.Month // the same without this one
	horizon   int64
	program   *rules.Program
	public    []rules.Item // items of it for which who is new is put up in public first
	world     *facts.World
	eval      *rules.Evaluation
	last      int64 // highest person number
	open      map[string]Batch
	counted   []BatchID                           // committed batches
	byChannel map[string][]BatchID                // the same, by channel
	latest    map[string]map[calendar.Month]int64 // by channel, the horizon up to which a pay month has been settled
	paidAt    int64                               // position at which payments of an earlier system became known first, 0 for none
	changes   *changeIndex
	policies  []AdoptedPolicy                    // withdrawn ones too, by position
	grants    map[string]*policy.Policy          // by position of adoption
	channels  []string                           // of the items, in order
	items     map[string]*policy.Item            // by code, as the latest document has them
	channelOf map[BatchID]string                 // of committed batches
	horizons  map[BatchID]int64                  // of committed batches
	versions  map[BatchID]int                    // of the rules, of committed batches
	recent    []BatchID                          // committed batches of months after unchanged.through
	sameMonth []BatchID                          // committed batches of the month itself
	covered   map[string]map[calendar.Month]bool // by channel, the pay months that a committed batch settled
	regular   map[BatchID]bool                   // committed batches of regular runs
	// refusedBefore are persons whom the latest batch of a channel refused, wholly or in part.
	refusedBefore map[int64]bool
	unchanged     *unchanged
	ruled         bool    // of a regular run: documents have rules for places
	county        *County // settings known at the horizon; nil while there are none
	apart         bool    // of a regular run: earlier months wait in a back-pay batch
}

// slot is what may have one open batch at a time: ordinary pay never waits for back-pay.
func slot(kind BatchKind, channel string) string {
	if kind == BackPay || kind == Reissue {
		return string(kind) + " " + channel
	}
	return channel
}

// settles says whether this run settles a difference of a pay month. Where back-pay
// is apart, earlier months are its matter, except what the document itself pays later.
func (c *calc) settles(m calendar.Month, cause func() string) bool {
	if c.kind != BackPay && !c.apart {
		return true
	}
	return (m < c.month && cause() != causeLater) == (c.kind == BackPay)
}

// fund is where a line's money comes from: the item's fund, or the one that the
// county has set aside for back-pay. What is taken back returns to the item's fund.
func (c *calc) fund(item string, fen money.Fen) string {
	if c.kind == BackPay && fen > 0 && c.county.BackPay.Fund != "" {
		return c.county.BackPay.Fund
	}
	return item
}

func (c *calc) census() *Census {
	if c.county == nil {
		return nil
	}
	return c.county.Census
}

// recovery gives the terms on which a receivable may be collected: of the document
// that grants the item now, or granted it for the pay month; nil when there are none.
func recovery(p *rules.Program, now calendar.Month, e Entry) *policy.Recovery {
	for _, m := range []calendar.Month{now, e.Month} {
		if item, ok := p.ItemAt(e.Item, m); ok {
			return item.Recovery
		}
	}
	return nil
}

// prepareAt reads what the computation rests on, as known at the horizon (0: now).
// Errors here are wrong for all: the run fails and changes nothing.
func (b *Book) prepareAt(ctx context.Context, month calendar.Month, kind BatchKind, only Narrow, horizon int64) (*calc, error) {
	c := &calc{month: month, kind: kind, only: only, open: map[string]Batch{}, byChannel: map[string][]BatchID{}, latest: map[string]map[calendar.Month]int64{},
		channelOf: map[BatchID]string{}, horizons: map[BatchID]int64{}, versions: map[BatchID]int{}, covered: map[string]map[calendar.Month]bool{}, regular: map[BatchID]bool{},
		refusedBefore: map[int64]bool{}}
	err := b.view(ctx, func(r Reader) error {
		head, err := r.Head(ctx)
		if err != nil {
			return err
		}
		c.horizon = head.Position
		if horizon != 0 {
			c.horizon = horizon
		}
		if c.meta, err = r.Meta(ctx); err != nil {
			return err
		}
		batches, err := r.Batches(ctx)
		if err != nil {
			return err
		}
		if horizon != 0 {
			if batches, err = committedBy(ctx, r, batches, horizon); err != nil {
				return err
			}
		}
		if err := c.placeInTime(batches); err != nil {
			return err
		}
		return c.read(ctx, r)
	})
	return c, err
}

// placeInTime decides which pay months are settled, and refuses months that cannot be.
func (c *calc) placeInTime(batches []Batch) error {
	start, ran := cutover(c.meta, batches), calendar.Month(0)
	for _, x := range batches {
		if !x.State.Committed() {
			if x.State != Cancelled {
				c.open[slot(x.Kind, x.Channel)] = x
			}
			continue
		}
		c.counted = append(c.counted, x.ID)
		c.byChannel[x.Channel] = append(c.byChannel[x.Channel], x.ID)
		c.channelOf[x.ID], c.horizons[x.ID], c.versions[x.ID] = x.Channel, x.Horizon, x.RulesVersion
		if x.Kind == Regular {
			ran = max(ran, x.ID.Month())
			c.regular[x.ID] = true
		}
	}
	if start == 0 {
		start = c.month
	}
	if c.month < start {
		return message.Err("run.before_cutover", c.month, start)
	}
	switch {
	case c.kind == Regular && c.month < ran:
		return message.Err("run.past", c.month, ran)
	case c.kind == Correction && c.month > ran:
		return message.Err("run.not_yet_run", c.month)
	}
	c.start, c.from, c.ran, c.previous = start, start, max(ran, c.month), ran
	if c.kind == Correction {
		if c.from = c.month; c.only.Since != 0 {
			c.from = c.only.Since
		}
		if c.from > c.month || c.from < start {
			return message.Err("run.since", c.from, start, c.month)
		}
	}
	for _, x := range batches {
		if only, err := ParseNarrow(x.Narrowed); err != nil || !x.State.Committed() || !only.all() {
			continue
		}
		for m := start; m <= x.ID.Month(); m = m.Add(1) {
			if x.settled(m) {
				if c.covered[x.Channel] == nil {
					c.covered[x.Channel] = map[calendar.Month]bool{}
				}
				c.covered[x.Channel][m] = true
			}
		}
		c.settledBy(x.Channel, &x)
	}
	return nil
}

// settled says whether a batch settled a pay month up to its own.
func (b *Batch) settled(m calendar.Month) bool {
	switch own := m == b.ID.Month(); {
	case b.Kind == Reissue:
		return false
	case b.Kind == BackPay:
		return !own
	case b.Kind == Correction:
		only, err := ParseNarrow(b.Narrowed)
		return own || err == nil && only.Since != 0 && m >= only.Since
	case b.Apart:
		return own
	}
	return true
}

// readRules loads settings, policies and the world: what entitlements of any month rest on beside the facts about people.
func (c *calc) readRules(ctx context.Context, r Reader) error {
	county, err := settingsAt(ctx, r, c.horizon)
	if err != nil && message.Code(err) != "settings.none" {
		return err
	}
	c.county = county
	c.apart = c.kind == Regular && county != nil && county.BackPay != nil
	adopted, err := r.Policies(ctx, c.horizon)
	if err != nil {
		return err
	}
	if len(adopted) == 0 {
		return message.Err("run.no_policy")
	}
	granted, err := readGranted(adopted)
	if err != nil {
		return err
	}
	if c.program, err = rules.Compile(granted); err != nil {
		return err
	}
	c.ruled = c.kind == Regular && ruledBy(granted, c.month)
	c.public = publicFirst(c.program)
	if c.policies, err = r.AllPolicies(ctx); err != nil {
		return err
	}
	c.policies = slices.DeleteFunc(c.policies, func(p AdoptedPolicy) bool { return p.Position > c.horizon })
	if c.grants, err = byPosition(c.policies); err != nil {
		return err
	}
	c.items = latestItems(granted)
	if c.world, err = loadWorld(ctx, r, c.meta, c.horizon); err != nil {
		return err
	}
	if c.last, err = r.LastPerson(ctx); err != nil {
		return err
	}
	if c.last == 0 {
		return message.Err("run.no_roster")
	}
	return nil
}

// evaluate prepares the evaluation of the months from the first that is computed.
func (c *calc) evaluate() (err error) {
	if c.eval, err = rules.NewEvaluation(c.program, c.world, c.from, c.month); err == nil {
		c.eval.PayableAt(max(c.ran, c.month))
	}
	return err
}

// read loads the rules, and what changed since the first commitment.
func (c *calc) read(ctx context.Context, r Reader) error {
	if err := c.readRules(ctx, r); err != nil {
		return err
	}
	paidFrom, err := firstPaidMonth(ctx, r, c)
	if err != nil {
		return err
	}
	if c.kind != Correction && paidFrom != 0 && paidFrom < c.from {
		c.from = paidFrom
	}
	for _, it := range c.program.Items() {
		if !slices.Contains(c.channels, it.Channel) {
			c.channels = append(c.channels, it.Channel)
		}
	}
	for _, channel := range sortedKeys(c.byChannel) { // of documents withdrawn since: what they paid is taken back, what they hold is released
		if !slices.Contains(c.channels, channel) {
			c.channels = append(c.channels, channel)
		}
	}
	if err := c.evaluate(); err != nil {
		return err
	}
	ever, err := channelsEver(ctx, r)
	if err != nil {
		return err
	}
	if c.unchanged, err = c.readRuns(ctx, r, ever); err != nil {
		return err
	}
	if c.changes, err = loadChanges(ctx, r, c); err != nil {
		return err
	}
	if err := c.unchanged.readOpen(ctx, r, c); err != nil {
		return err
	}
	c.unchanged.weigh(c)
	for _, id := range c.counted {
		if id.Month() > c.unchanged.through {
			c.recent = append(c.recent, id)
		}
		if id.Month() == c.month {
			c.sameMonth = append(c.sameMonth, id)
		}
	}
	c.eval.Since(func(p *facts.Person) calendar.Month { return c.unchanged.from(p, c.from) })
	return nil
}

// grantsItem says whether the policy adopted at a position grants the item for a month.
func (c *calc) grantsItem(position, item string, m calendar.Month) bool {
	p := c.grants[position]
	return p != nil && p.Document.InForce(m) && slices.ContainsFunc(p.Items, func(it *policy.Item) bool { return it.Code == item })
}

// byPosition reads policies and files them by the position of their adoption.
func byPosition(list []AdoptedPolicy) (map[string]*policy.Policy, error) {
	granted, err := readGranted(list)
	policies := map[string]*policy.Policy{}
	for _, g := range granted {
		policies[num(g.Position)] = g.Policy
	}
	return policies, err
}

// channelsEver gives the channel of every batch, by its printed id.
func channelsEver(ctx context.Context, r Reader) (map[string]string, error) {
	batches, err := r.Batches(ctx)
	channels := map[string]string{}
	for _, x := range batches {
		channels[x.ID.String()] = x.Channel
	}
	return channels, err
}

// committedBy leaves only the batches that were committed at a horizon, voided since or not.
func committedBy(ctx context.Context, r Reader, batches []Batch, horizon int64) ([]Batch, error) {
	approved := map[string]bool{}
	err := r.Events(ctx, 1, horizon, func(e journal.Event) error {
		if e.Kind == EventBatchApproved || e.Kind == EventBatchCancelled {
			pairs, err := journal.ParsePayload(e.Payload)
			if err != nil {
				return err
			}
			approved[valueOf(pairs, "batch")] = e.Kind == EventBatchApproved
		}
		return nil
	})
	list := slices.DeleteFunc(batches, func(x Batch) bool { return !approved[x.ID.String()] })
	for i := range list {
		list[i].State = Approved
	}
	return list, err
}
