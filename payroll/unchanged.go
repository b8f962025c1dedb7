package payroll

import (
	"context"
	"maps"
	"slices"
	"strconv"

	"zhida/payroll/journal"
	"zhida/rules"
	"zhida/rules/calendar"
	"zhida/rules/facts"
)

// unchanged says whose past months a regular run need not work out again. An earlier
// run has settled them when all its batches were approved: from then on entitlement
// and commitment of a month are equal until something that the entitlement rests on
// becomes known. Leaving such months out changes no byte of a batch; a test holds
// both ways of computing against each other.
type unchanged struct {
	through calendar.Month // last month the earlier run settled
	since   int64          // the horizon it was computed at
	all     bool           // nothing can be left out
	open    map[int64]bool // persons whom it could not settle, or about whom something became known
	places  []string       // of which something became known

	batches        []BatchID // of that run
	refused, short int64     // items it refused; persons whose deductions found too little pay
}

// readRuns goes through the journal once. It finds the latest regular run that still
// counts as a whole, and per channel up to when a month has been settled although no
// batch says so: a run that had nothing to settle in a channel leaves none.
func (c *calc) readRuns(ctx context.Context, r Reader, channelOf map[string]string) (*unchanged, error) {
	u := &unchanged{all: true, open: map[int64]bool{}}
	nothing := map[string][]Batch{} // by channel, runs that had nothing to settle there
	err := r.Events(ctx, 1, c.horizon, func(e journal.Event) error {
		pairs, err := journal.ParsePayload(e.Payload)
		if err != nil {
			return err
		}
		switch {
		case e.Kind == EventBatchCancelled && valueOf(pairs, "proposal") != "": // what rested on it is worked out again
			u.all = true
			delete(nothing, channelOf[valueOf(pairs, "batch")])
		case e.Kind == EventProposalAccepted && valueOf(pairs, "withdrawn") != "":
			u.all = true
		case e.Kind == EventBatchComputed || e.Kind == EventBatchNothing:
			run, ok := runOf(pairs)
			if !ok {
				return nil
			}
			for _, channel := range c.channels {
				if !slices.ContainsFunc(run.batches, func(id BatchID) bool { return channelOf[id.String()] == channel }) && run.refused == 0 {
					nothing[channel] = append(nothing[channel], run.Batch)
				}
			}
			if c.whole(run) {
				*u = unchanged{through: min(run.ID.Month(), c.month.Add(-1)), since: run.Horizon, open: map[int64]bool{},
					batches: run.batches, refused: run.refused, short: run.short}
			}
		}
		return nil
	})
	for channel, runs := range nothing {
		for i := range runs {
			if c.kind != Regular || runs[i].ID.Month() != c.month { // what comes up in the month itself is the month's pay
				c.settledBy(channel, &runs[i])
			}
		}
	}
	if c.kind != Regular || c.apart || u.through < c.from {
		u.all = true
	}
	for m := c.from; m <= u.through && !u.all; m = m.Add(1) {
		u.all = !c.program.Stays(m) || !c.averaged(m)
	}
	return u, err
}

// pastRun is what the journal says about a run: as a head, for which months and as
// known when; and which batches it left.
type pastRun struct {
	Batch
	batches        []BatchID
	refused, short int64
}

// runOf reads the event of a regular or back-pay run.
func runOf(pairs []string) (run pastRun, ok bool) {
	month, err := calendar.ParseMonth(valueOf(pairs, "month"))
	run.Batch = Batch{ID: NewBatchID(month, 0), Kind: BatchKind(valueOf(pairs, "kind")), Apart: valueOf(pairs, "apart") != "", Horizon: parseNum(valueOf(pairs, "horizon"))}
	run.refused, run.short = parseNum(valueOf(pairs, "refused")), parseNum(valueOf(pairs, "short"))
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i] == "batch" {
			id, err := ParseBatchID(pairs[i+1])
			if err != nil {
				return run, false
			}
			run.batches = append(run.batches, id)
		}
	}
	return run, err == nil && run.Horizon > 0 && valueOf(pairs, "narrowed") == "" && (run.Kind == Regular || run.Kind == BackPay)
}

// whole says whether a run settled all months up to its own and every batch of it counts.
func (c *calc) whole(run pastRun) bool {
	if run.Kind != Regular || run.Apart || run.ID.Month() > c.month {
		return false
	}
	return !slices.ContainsFunc(run.batches, func(id BatchID) bool {
		return c.channelOf[id] == "" || c.horizons[id] != run.Horizon || c.versions[id] != rules.Version
	})
}

// settledBy notes that a batch, or a run without one, has settled months of a channel.
func (c *calc) settledBy(channel string, x *Batch) {
	if c.latest[channel] == nil {
		c.latest[channel] = map[calendar.Month]int64{}
	}
	for m := c.start; m <= x.ID.Month(); m = m.Add(1) {
		if x.settled(m) {
			c.latest[channel][m] = max(c.latest[channel][m], x.Horizon)
		}
	}
}

// settledAt is the horizon up to which every channel has settled every month it ever
// settled: what became known before it explains nothing any more.
func (c *calc) settledAt() int64 {
	at := c.horizon
	for _, months := range c.latest {
		for _, h := range months {
			at = min(at, h)
		}
	}
	return at
}

// averaged says whether every mean of a month is frozen: a committed batch of the
// channel has settled the month, so that its approval froze what was computed.
func (c *calc) averaged(m calendar.Month) bool {
	return !slices.ContainsFunc(c.program.Items(), func(it rules.Item) bool { return it.Grouped && !c.covered[it.Channel][m] })
}

// readOpen finds the persons whom the latest run that counts could not settle, and
// those whom the latest batch of any channel refused.
func (u *unchanged) readOpen(ctx context.Context, r Reader, c *calc) error {
	last := map[string]BatchID{}
	for _, id := range c.counted {
		if !u.all && slices.Contains(u.batches, id) {
			continue
		}
		if old := last[c.channelOf[id]]; c.regular[id] && c.horizons[id] >= c.horizons[old] {
			last[c.channelOf[id]] = id
		}
	}
	refused := u.refused
	for _, id := range append(slices.Collect(maps.Values(last)), u.batches...) {
		base := slices.Contains(u.batches, id)
		err := r.Settlements(ctx, id, func(s Settlement) error {
			if len(s.Items) > 0 {
				c.refusedBefore[s.Person] = true
			}
			if base && len(s.Items) > 0 {
				u.all = u.all || c.eval.Passes() > 0 // a group has no mean while a member is refused
				u.open[s.Person] = true
				refused -= int64(len(s.Items))
			}
			if base && u.short > 0 && (s.Gross <= s.Deduction || s.Pay+s.Held <= 0) { // what is restored pays nothing, and no deduction
				u.open[s.Person] = true
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	// A channel in which nobody had a line left no batch, and so nothing to read here.
	u.all = u.all || refused != 0 || u.short > 0 && len(u.batches) < len(c.channels)
	return nil
}

// weigh takes in what became known since: it decides for everybody, or marks persons.
func (u *unchanged) weigh(c *calc) {
	for _, g := range c.changes.grants {
		u.all = u.all || g.at > u.since
	}
	for _, ch := range c.changes.world {
		if ch.at <= u.since || ch.kind == facts.KindAverage { // means are frozen as computed
			continue
		}
		if ch.kind == facts.KindPlace {
			u.places = append(u.places, ch.key)
			continue
		}
		for m := c.from; m <= u.through; m = m.Add(1) {
			u.all = u.all || c.program.Reads(m, ch.kind)
		}
	}
	for no, list := range c.changes.person {
		if slices.ContainsFunc(list, func(ch change) bool { return ch.at > u.since && !payoutOnly(ch.kind) }) {
			u.open[no] = true
		}
	}
}

// payoutOnly says whether facts of a kind decide only how an account is paid out.
func payoutOnly(k facts.Kind) bool {
	switch k {
	case facts.KindAccount, facts.KindHold, facts.KindNotice, facts.KindOrder, facts.KindVerified, facts.KindRecipient, facts.KindDebt, facts.KindPublicity:
		return true
	}
	return false
}

// from is the first month to be worked out for a person.
func (u *unchanged) from(p *facts.Person, first calendar.Month) calendar.Month {
	if u.all || u.open[p.No] || slices.ContainsFunc(u.places, func(code string) bool { return livesIn(p, code) }) {
		return first
	}
	return u.through.Add(1)
}

func parseNum(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0
	}
	return n
}
