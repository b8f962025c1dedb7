package payroll

import (
	"context"
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
}

// findUnchanged looks for the latest regular run that still counts as a whole.
func findUnchanged(ctx context.Context, r Reader, c *calc) (*unchanged, error) {
	u := &unchanged{all: true, open: map[int64]bool{}}
	if c.kind != Regular || c.apart {
		return u, nil
	}
	var batches []BatchID
	var refused, short int64
	err := r.Events(ctx, 1, c.horizon, func(e journal.Event) error {
		pairs, err := journal.ParsePayload(e.Payload)
		switch {
		case err != nil:
			return err
		case e.Kind == EventBatchCancelled || e.Kind == EventProposalAccepted && valueOf(pairs, "withdrawn") != "":
			u.all, batches = true, nil // what rested on it is worked out again
		case e.Kind == EventBatchComputed || e.Kind == EventBatchNothing:
			if list, month, horizon, ok := c.settledRun(pairs); ok {
				*u = unchanged{through: min(month, c.month.Add(-1)), since: horizon, open: map[int64]bool{}}
				batches, refused, short = list, parseNum(valueOf(pairs, "refused")), parseNum(valueOf(pairs, "short"))
			}
		}
		return nil
	})
	if err != nil || u.all || u.through < c.from {
		u.all = true
		return u, err
	}
	for m := c.from; m <= u.through; m = m.Add(1) {
		if !c.program.Stays(m) || !c.averaged(m) {
			u.all = true
			return u, nil
		}
	}
	if err := u.readOpen(ctx, r, c, batches, refused, short); err != nil {
		return nil, err
	}
	u.weigh(c)
	return u, nil
}

// averaged says whether every mean of a month is frozen: a committed batch of the
// channel has settled the month, so that its approval froze what was computed.
func (c *calc) averaged(m calendar.Month) bool {
	return !slices.ContainsFunc(c.program.Items(), func(it rules.Item) bool { return it.Grouped && !c.covered[it.Channel][m] })
}

// settledRun reads the event of a run: its batches, month and horizon; ok is false
// unless it settled all months up to its own and every batch of it counts.
func (c *calc) settledRun(pairs []string) (list []BatchID, month calendar.Month, horizon int64, ok bool) {
	month, err := calendar.ParseMonth(valueOf(pairs, "month"))
	if err != nil || valueOf(pairs, "kind") != string(Regular) || month > c.month || valueOf(pairs, "apart") != "" {
		return nil, 0, 0, false
	}
	horizon = parseNum(valueOf(pairs, "horizon"))
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i] != "batch" {
			continue
		}
		id, err := ParseBatchID(pairs[i+1])
		if err != nil || c.channelOf[id] == "" || c.horizons[id] != horizon || c.versions[id] != rules.Version {
			return nil, 0, 0, false
		}
		list = append(list, id)
	}
	return list, month, horizon, horizon > 0
}

// readOpen finds the persons whom the run could not settle.
func (u *unchanged) readOpen(ctx context.Context, r Reader, c *calc, batches []BatchID, refused, short int64) error {
	for _, id := range batches {
		err := r.Settlements(ctx, id, func(s Settlement) error {
			if len(s.Items) > 0 {
				u.all = u.all || c.eval.Passes() > 0 // a group has no mean while a member is refused
				u.open[s.Person] = true
				refused -= int64(len(s.Items))
			}
			if short > 0 && s.Gross <= s.Deduction {
				u.open[s.Person] = true
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	// A channel in which nobody had a line left no batch, and so nothing to read here.
	u.all = u.all || refused != 0 || short > 0 && len(batches) < len(c.channels)
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
	case facts.KindAccount, facts.KindHold, facts.KindNotice, facts.KindOrder, facts.KindVerified, facts.KindRecipient, facts.KindDebt:
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
