package payroll

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"zhida/payroll/checks"
	"zhida/payroll/journal"
	"zhida/rules"
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/message"
	"zhida/rules/money"
	"zhida/rules/policy"
)

// workOut lets the checks look at a batch as the book stands now, on a day. Of those who work
// on batches only the maker's own pay is a finding: others who are concerned stay away from it.
func (b *Book) workOut(ctx context.Context, batch Batch, maker string, day calendar.Date, run checkRun) (*worked, error) {
	broken, ruled, err := b.brokenIn(ctx, batch)
	if err != nil {
		return &worked{}, err
	}
	return b.workOutWith(ctx, batch, maker, day, run, broken, ruled)
}

// checkRun is one of the ways in which package checks looks at a month.
type checkRun func(*checks.Month, func(func(*checks.Person) error) error) (checks.Result, error)

// workOutWith is workOut with the rules that places do not keep to, where somebody has evaluated them; ruled says whether there are rules.
func (b *Book) workOutWith(ctx context.Context, batch Batch, maker string, day calendar.Date, run checkRun, broken []BrokenRule, ruled bool) (*worked, error) {
	w := &worked{Checking: Checking{Batch: batch.ID, Day: day}, concerned: map[string]bool{}}
	err := b.view(ctx, func(r Reader) error {
		head, err := r.Head(ctx)
		if err != nil {
			return err
		}
		w.position = head.Position
		if batch.State != Staging { // what the journal says of it at this position
			if batch, err = batchOf(ctx, r, batch.ID); err != nil {
				return err
			}
		}
		report, err := newComparing(ctx, r, batch)
		if err != nil {
			return err
		}
		g := &gathering{ctx: ctx, r: r, report: report, compared: &w.compared, changes: map[int64]money.Fen{}, payments: map[int64][]checks.Payment{}}
		month := batch.ID.Month()
		if err := g.gather(day, month, month, &batch); err != nil {
			return err
		}
		if ruled {
			g.m.Sources[checks.Ratios] = 0
		}
		rules, err := brokenAt(report, broken)
		if err != nil {
			return err
		}
		g.m.Broken = append(g.m.Broken, rules...)
		result, err := run(&g.m, g.people)
		w.States = result.States
		for _, f := range result.Findings {
			if f.Check == checks.OwnPay {
				if w.concerned[f.Actor] = true; f.Actor != maker {
					w.States[slices.IndexFunc(w.States, func(s checks.State) bool { return s.Check == f.Check })].Found--
					continue
				}
			}
			w.Findings = append(w.Findings, CheckFinding{Finding: f, Seq: len(w.Findings) + 1})
		}
		return err
	})
	return w, err
}

// brokenIn evaluates the rules that adopted documents have for places, of a regular batch's
// month as known at its horizon.
func (b *Book) brokenIn(ctx context.Context, batch Batch) (broken []BrokenRule, ruled bool, err error) {
	if batch.Kind != Regular {
		return nil, false, nil
	}
	var adopted []AdoptedPolicy
	if err := b.view(ctx, func(r Reader) error { adopted, err = r.Policies(ctx, batch.Horizon); return err }); err != nil {
		return nil, false, err
	}
	granted, err := readGranted(adopted)
	if err != nil || !ruledBy(granted, batch.ID.Month()) {
		return nil, false, err
	}
	c, err := b.prepareAt(ctx, batch.ID.Month(), batch.Kind, Narrow{}, batch.Horizon)
	if err != nil {
		return nil, true, err
	}
	if err := b.observe(ctx, c); err != nil {
		return nil, true, err
	}
	return brokenRules(c.eval, c.world, batch.ID.Month()), true, nil
}

// ruledBy says whether documents in force in a month have rules for places.
func ruledBy(granted []rules.Granted, m calendar.Month) bool {
	return slices.ContainsFunc(granted, func(g rules.Granted) bool { return len(g.Policy.Checks) > 0 && g.Policy.Document.InForce(m) })
}

// brokenAt picks the broken rules of places that a batch pays.
func brokenAt(report *batchReport, broken []BrokenRule) (list []checks.Broken, err error) {
	if len(broken) == 0 {
		return nil, nil
	}
	pays := map[string]bool{}
	err = report.r.Lines(report.ctx, LineQuery{Batch: report.head.Batch.ID}, func(l Line) error {
		pays[l.Place], pays[facts.Township(l.Place)] = true, true
		return nil
	})
	for _, x := range broken {
		if pays[x.Place] {
			list = append(list, checks.Broken{Place: x.Place, Document: x.Document, Name: x.Name, Month: x.Month, Message: x.Reason})
		}
	}
	return list, err
}

// gathering reads what the checks look at.
type gathering struct {
	ctx      context.Context
	r        Reader
	m        checks.Month
	report   *batchReport // of a batch; nil over a period
	compared *Comparison  // with the report: its changes, added up

	county   *County
	batches  []Batch
	within   []BatchID         // over a period: whose lines count
	naturals map[string]string // hash of the natural person to the actor's name
	meta     Meta
	changes  map[int64]money.Fen
	payments map[int64][]checks.Payment
}

// gather fills the month. batch is nil over a period.
func (g *gathering) gather(day calendar.Date, from, to calendar.Month, batch *Batch) (err error) {
	g.m = checks.Month{Day: day, From: from, To: to, Sources: map[checks.Source]calendar.Date{}, Places: map[string]checks.Place{}, Covers: map[string][]string{}}
	if g.meta, err = g.r.Meta(g.ctx); err != nil {
		return err
	}
	if g.county, err = countyOf(g.ctx, g.r, g.meta); err != nil {
		return err
	}
	g.m.Settings = g.county.Checks
	for _, f := range g.county.Funds {
		g.m.Covers[f.Code] = f.Items
	}
	for _, there := range []struct {
		source checks.Source
		n      int
	}{{checks.Ages, len(g.m.Settings.Ages)}, {checks.Standards, len(g.m.Settings.Standards)}, {checks.Posts, len(g.m.Settings.Posts)}, {checks.Exclusions, len(g.m.Settings.Incompatible)},
		{checks.Ratios, len(g.m.Settings.Ratios) + len(g.m.Settings.Floors)}} {
		if there.n > 0 {
			g.m.Sources[there.source] = 0
		}
	}
	if g.batches, err = g.r.Batches(g.ctx); err != nil {
		return err
	}
	if batch != nil {
		g.before(*batch)
	}
	for _, load := range []func() error{g.world, g.documents, g.registers, g.journal, g.money, g.sent} {
		if err := load(); err != nil {
			return err
		}
	}
	if batch == nil {
		return nil
	}
	if err := g.compare(); err != nil {
		return err
	}
	return g.pay(*batch)
}

// before finds the last batch of the channel before this one: what came in since is new.
func (g *gathering) before(batch Batch) {
	g.m.First, g.m.Horizon, g.m.Gross = true, batch.Horizon, batch.Gross
	for _, x := range g.batches {
		if x.Channel == batch.Channel && x.Kind != Reissue && x.State.Committed() && x.Horizon < batch.Horizon {
			g.m.First = false
			g.m.Before = max(g.m.Before, x.Horizon)
		}
	}
	if !g.m.First {
		g.m.Sources[checks.Previous] = 0
	}
}

func (g *gathering) world() error {
	world, err := loadWorld(g.ctx, g.r, g.meta, 0)
	if err != nil {
		return err
	}
	for code, list := range world.Places {
		p := list[len(list)-1]
		g.m.Places[code] = checks.Place{Name: p.Name, Population: p.Population}
	}
	g.m.Calendar = workdays(world)
	if g.m.Calendar.Known(g.m.To.Year()) {
		g.m.Sources[checks.Workdays] = 0
	}
	return nil
}

func (g *gathering) documents() error {
	all, err := g.r.AllPolicies(g.ctx)
	if err != nil {
		return err
	}
	granted, err := readGranted(all)
	if err != nil {
		return err
	}
	g.m.Documents, g.m.Items = map[int64]checks.Document{}, map[string]checks.Item{}
	for i, a := range all {
		p := granted[i].Policy
		d := checks.Document{Number: a.Document, From: p.Document.From, Until: p.Document.Until,
			Withdrawn: a.Withdrawn != 0 && (g.m.Horizon == 0 || a.Withdrawn <= g.m.Horizon)}
		for _, it := range p.Items {
			d.Grants = append(d.Grants, it.Code)
		}
		g.m.Documents[a.Position] = d
	}
	for code, it := range latestItems(granted) {
		g.m.Items[code] = checks.Item{Name: it.Name, Period: it.Schedule.Period, Due: it.Schedule.Due, Categories: it.Categories, ByPost: it.Basis == policy.ByPost, ByDeath: it.Basis == policy.ByDeath}
	}
	return nil
}

// standingRegisters are classes of which each unit's latest data counts whole; of the
// others every row counts that was not withdrawn.
var standingRegisters = map[checks.Source]bool{checks.Establishing: true, checks.Posts: true, checks.Payrolls: true}

func (g *gathering) registers() error {
	type unit struct{ class, party string }
	latest := map[unit]calendar.Date{}
	rows := map[string]facts.Register{} // by key: of a row that came again the latest counts
	err := g.r.Facts(g.ctx, FactQuery{Kinds: []facts.Kind{facts.KindRegister}}, func(f Fact) error {
		var x facts.Register
		if json.Unmarshal([]byte(f.Body), &x) != nil { // the key holds an ID number: no error may quote it
			return fmt.Errorf("payroll: the body of a register's row from position %d is damaged", f.KnownFrom)
		}
		x.Source = facts.Source{Position: f.KnownFrom, Where: f.Where}
		k := unit{x.Class, x.Party}
		latest[k] = max(latest[k], x.AsOf)
		if old, again := rows[f.Key]; !again || old.AsOf <= x.AsOf {
			rows[f.Key] = x
		}
		return nil
	})
	if err != nil {
		return err
	}
	for k, date := range latest {
		source := checks.Registers[k.class]
		old, there := g.m.Sources[source]
		switch {
		case !there || old == 0:
			g.m.Sources[source] = date
		case standingRegisters[source]: // as old as the oldest of its units
			g.m.Sources[source] = min(old, date)
		default:
			g.m.Sources[source] = max(old, date)
		}
	}
	for _, key := range sortedKeys(rows) {
		x := rows[key]
		if x.ID == "" && x.Place == "" || standingRegisters[checks.Registers[x.Class]] && x.AsOf < latest[unit{x.Class, x.Party}] {
			continue
		}
		g.m.Registers = append(g.m.Registers, x)
	}
	return nil
}

// journal reads who did what: days of positions, who entered and who confirmed, who works
// on batches.
func (g *gathering) journal() error {
	head, err := g.r.Head(g.ctx)
	if err != nil {
		return err
	}
	days, by := map[int64]calendar.Date{}, map[int64]string{}
	if err := g.r.Events(g.ctx, 1, head.Position, func(e journal.Event) error {
		switch e.Kind {
		case EventImported, EventProposed, EventProposalAccepted, EventReturnsImported, EventActorAdded, EventActorRemoved, EventActorRekeyed:
			days[e.Position], by[e.Position] = calendar.DateIn(e.Time, zone), e.Actor
		}
		return nil
	}); err != nil {
		return err
	}
	g.m.DayOf = func(position int64) calendar.Date { return days[position] }
	proposals, err := g.r.Proposals(g.ctx, false)
	if err != nil {
		return err
	}
	confirmed := map[int64]bool{}
	for _, p := range proposals {
		if p.Accepted && p.Decided > g.m.Before {
			g.m.Inputs = append(g.m.Inputs, checks.Input{Position: p.Decided, What: p.Title, Entered: p.Actor, Accepted: by[p.Decided]})
			confirmed[p.Decided] = true
		}
	}
	imports, err := g.r.Imports(g.ctx)
	if err != nil {
		return err
	}
	for _, x := range imports {
		switch {
		case x.Kind == "returns":
			g.m.Sources[checks.Returns] = max(g.m.Sources[checks.Returns], days[x.Position])
		case x.Position > g.m.Before && !confirmed[x.Position]:
			g.m.Inputs = append(g.m.Inputs, checks.Input{Position: x.Position, What: x.File, Entered: by[x.Position]})
		}
	}
	known, err := registerOf(g.ctx, g.r)
	if err != nil {
		return err
	}
	for _, x := range known.alones() {
		g.m.Alone = append(g.m.Alone, checks.Alone{Name: x.Name, By: x.By, Position: x.At})
	}
	actors, err := g.r.Actors(g.ctx)
	if err != nil {
		return err
	}
	g.naturals = map[string]string{}
	for _, a := range actors {
		works := func(r Role) bool { return r == RoleMaker || r == RoleChecker || r == RoleApprover }
		if a.Removed == 0 && slices.ContainsFunc(a.Roles, works) {
			g.m.Actors = append(g.m.Actors, a.Name)
			g.naturals[a.Natural] = a.Name
		}
	}
	return nil
}

// money reads the statement and what is left of transfers.
func (g *gathering) money() error {
	list, err := statement(g.ctx, g.r)
	if err != nil {
		return err
	}
	for _, x := range list {
		g.m.Statement = append(g.m.Statement, checks.Row{Account: x.Account, Serial: x.Serial, Party: x.Party, Summary: x.Summary, Date: x.Date, Debit: x.Debit, Credit: x.Credit, Matched: x.By != "", To: x.To})
		g.m.Sources[checks.Statement] = max(g.m.Sources[checks.Statement], x.Date)
	}
	err = g.r.Facts(g.ctx, FactQuery{Kinds: []facts.Kind{facts.KindTransfer}}, func(f Fact) error {
		var x struct {
			transferFact
			Due     calendar.Date `json:"due"`
			Purpose string        `json:"purpose"`
		}
		if err := decode(f, &x); err != nil {
			return err
		}
		g.m.Transfers = append(g.m.Transfers, checks.Transfer{Document: x.Document, Fund: x.Fund, Place: x.Place, Purpose: x.Purpose, Date: x.Date, Due: x.Due, Fen: x.Fen})
		g.m.Sources[checks.Transfers] = max(g.m.Sources[checks.Transfers], x.Date)
		return nil
	})
	if err != nil || len(g.m.Transfers) == 0 {
		return err
	}
	_, rest, err := replayLots(g.ctx, g.r)
	type lot struct{ fund, document string }
	left := map[lot]money.Fen{}
	for _, s := range rest {
		if s.Rest == RestAvailable || s.Rest == RestHeld {
			left[lot{s.Fund, s.Lot}] += s.Fen
		}
	}
	slices.SortStableFunc(g.m.Transfers, func(a, b checks.Transfer) int { return -cmp.Compare(a.Date, b.Date) })
	for i := range g.m.Transfers { // money leaves in the order in which it came
		t := &g.m.Transfers[i]
		k := lot{t.Fund, t.Document}
		t.Left = min(t.Fen, left[k])
		left[k] -= t.Left
	}
	return err
}

// sent reads what became of batches that have left: totals, open payments, who judged them.
func (g *gathering) sent() error {
	days, err := exportDays(g.ctx, g.r, 1)
	if err != nil {
		return err
	}
	kept, err := openRows(g.ctx, g.r)
	if err != nil {
		return err
	}
	problems := map[BatchID][]checks.Problem{}
	for _, x := range kept {
		problems[x.Payment.Batch] = append(problems[x.Payment.Batch], checks.Problem{Row: x.Account.String() + " " + x.Holder + " " + x.Fen.String() + " " + x.Text + " " + x.Problem,
			Since: g.m.DayOf(x.Position), Twice: x.Problem == problemTwice})
	}
	for _, x := range g.batches {
		if x.State.Committed() {
			g.m.Judges = append(g.m.Judges, checks.Judged{Batch: x.ID.String(), Maker: x.Maker, Checker: x.Checker, Approver: x.Approver})
		}
		if x.State != Exported || x.ID.Month() < g.m.From.Add(-g.m.Settings.MonthsBack) {
			continue
		}
		if err := g.sentBatch(x, days[x.ID.String()], problems[x.ID]); err != nil {
			return err
		}
	}
	return nil
}

func (g *gathering) sentBatch(x Batch, left calendar.Date, problems []checks.Problem) error {
	t := checks.Totals{Batch: x.ID.String(), Net: x.Net, Problems: problems}
	if x.Kind == Reissue { // it pays what other batches could not
		t.Net = x.Reissued
	}
	err := paidOut(g.ctx, g.r, x, func(p PaidOut) error {
		t.List += p.Fen
		if p.State == PaymentSent || p.State == PaymentParked || p.State == PaymentReturned || p.State == PaymentRecalled {
			since := p.Since
			if p.State == PaymentSent {
				since = left
			}
			g.m.Open = append(g.m.Open, checks.OpenPayment{ID: p.ID().String(), Batch: x.ID.String(), Name: p.Holder, Bank: p.Bank, Reason: p.Reason, Fen: p.Fen, Since: since,
				CameBack: p.State != PaymentSent})
		}
		return nil
	})
	if err != nil {
		return err
	}
	files, err := g.r.Exports(g.ctx, x.ID)
	if err != nil {
		return err
	}
	for _, f := range files {
		t.Files += f.Total
	}
	err = g.r.Facts(g.ctx, FactQuery{Kinds: []facts.Kind{facts.KindVoucher}}, func(f Fact) error {
		var v voucherFact
		err := decode(f, &v)
		if err == nil && v.Batch == x.ID {
			t.Order += v.Fen
			t.Ordered = true
		}
		return err
	})
	if t.Ordered { // while vouchers of some funds are still to come, they are no total
		portions, err := portionsByPurse(g.ctx, g.r, x)
		if err != nil {
			return err
		}
		funds := map[string]money.Fen{}
		for _, p := range portions {
			funds[p.Fund] += p.Pay
		}
		numbers, err := vouchersOf(g.ctx, g.r, x.ID)
		if err != nil {
			return err
		}
		for fund, fen := range funds {
			t.Ordered = t.Ordered && (fen == 0 || numbers[fund] != "")
		}
	}
	g.m.Totals = append(g.m.Totals, t)
	return err
}

// tee hears every change that a report tells.
type tee struct {
	Report
	hear func(ReportChange)
}

func (t tee) Changes(fn func(ReportChange) error) error {
	return t.Report.Changes(func(x ReportChange) error { t.hear(x); return fn(x) })
}

// compare takes what the comparison with the month before leaves without a reason.
func (g *gathering) compare() error {
	found, err := Findings(tee{g.report, func(x ReportChange) {
		g.compared.Add(x)
		if g.report.head.Compared() {
			g.changes[x.Person] += x.Now - x.Before
		}
	}})
	g.compared.finish(&g.report.head)
	for _, x := range found {
		c := checks.Change{Person: x.Person, Name: x.Name, Item: x.Item, Before: x.Before, Now: x.Now, Message: x.Message}
		if who := g.report.people[x.Person]; who != nil {
			c.Place = who.settlement.Place
		}
		if x.Message.Code == "finding.sent_back" {
			g.m.SentBack = append(g.m.SentBack, c)
		} else {
			g.m.Changes = append(g.m.Changes, c)
		}
	}
	g.m.Counts[1] = g.report.head.Batch.Payees
	for _, x := range g.report.earlier {
		if g.report.ofPrevious(x) {
			g.m.Counts[0] += x.Payees
		}
	}
	return err
}

// pay reads the payments of the batch, by person.
func (g *gathering) pay(batch Batch) error {
	if err := g.minimum(batch); err != nil {
		return err
	}
	if batch.Kind == Reissue {
		if err := g.reversed(batch); err != nil {
			return err
		}
	}
	return g.r.Payments(g.ctx, batch.ID, func(p Payment) error {
		g.payments[p.Person] = append(g.payments[p.Person], checks.Payment{Seq: p.Seq, Fen: p.Fen, Bank: p.Bank, Card: p.Card, Holder: p.Holder, Another: p.Target != "", Again: p.Replaces != (PaymentID{})})
		return nil
	})
}

// reversed finds which of the payments that a batch replaces were credited once, by what
// answer, and whether the statement shows that the money came back.
func (g *gathering) reversed(batch Batch) error {
	imports, err := g.r.Imports(g.ctx)
	if err != nil {
		return err
	}
	file := func(position int64) string {
		if i := slices.IndexFunc(imports, func(x ImportRecord) bool { return x.Position == position }); i >= 0 {
			return imports[i].File
		}
		return "对账单" // the rest of a file, see ConfirmRest
	}
	again := map[PaymentID]bool{}
	from := map[BatchID]bool{}
	if err := g.r.Payments(g.ctx, batch.ID, func(p Payment) error {
		again[p.Replaces], from[p.Replaces.Batch] = true, true
		return nil
	}); err != nil {
		return err
	}
	refunds := map[string]calendar.Date{}
	for _, row := range g.m.Statement {
		if row.Credit > 0 && row.To != "" {
			refunds[row.To] = row.Date
		}
	}
	for _, id := range sortedNumbers(from) {
		credited, back := map[PaymentID]int64{}, map[PaymentID]int64{}
		err := g.r.PaymentEvents(g.ctx, id, func(e PaymentEvent) error { // by position
			switch {
			case !again[e.PaymentID]:
			case e.State == PaymentCredited:
				credited[e.PaymentID] = e.Position
			case e.State == PaymentReturned || e.State == PaymentRecalled:
				back[e.PaymentID] = e.Position
			}
			return nil
		})
		if err != nil {
			return err
		}
		var list []PaidOut
		err = g.r.Payments(g.ctx, id, func(p Payment) error {
			if credited[p.ID()] > 0 {
				list = append(list, PaidOut{Payment: p})
			}
			return nil
		})
		if err == nil {
			err = namePaid(g.ctx, g.r, list)
		}
		if err != nil {
			return err
		}
		for _, p := range list {
			g.m.Reversed = append(g.m.Reversed, checks.Reversed{ID: p.ID().String(), Name: p.Name, Place: p.Place, Person: p.Person, Fen: p.Fen, Credited: file(credited[p.ID()]), Back: file(back[p.ID()]),
				Refund: cmp.Or(refunds[p.ID().String()], refunds[refundOf+p.File])})
		}
	}
	return nil
}

// minimum holds a December batch against what each village is to get of a fund in the year.
func (g *gathering) minimum(batch Batch) error {
	if batch.Kind != Regular || batch.ID.Month().Number() != 12 {
		return nil
	}
	below, err := belowMinimum(g.ctx, g.r, batch.ID.Month().Year())
	if err != nil || len(below) == 0 {
		return err
	}
	adds := map[Purse]money.Fen{}
	if !batch.State.Committed() {
		portions, err := portionsByPurse(g.ctx, g.r, batch)
		if err != nil {
			return err
		}
		for _, p := range portions {
			adds[p.Purse] += p.Pay + p.Deduction + p.Held
		}
	}
	for _, x := range below {
		k := Purse{Fund: x.Fund, Place: x.Place}
		if got := x.Brought + adds[k]; got < x.Minimum && adds[k] > 0 { // a batch answers for the purses it pays from
			g.m.Broken = append(g.m.Broken, checks.Broken{Place: x.Place, Name: x.Fund, Month: batch.ID.Month(), Message: message.M("check.minimum", x.Name, g.county.FundName(x.Fund), got, x.Minimum)})
			g.m.Sources[checks.Ratios] = 0
		}
	}
	return nil
}

// people streams everybody of the batch, or over a period everybody.
func (g *gathering) people(each func(*checks.Person) error) error {
	if g.report != nil { // channels divide people by ranges of numbers: who is not there is not read
		for order := g.report.order; len(order) > 0; {
			n, _ := slices.BinarySearch(order, order[0]+chunkSize)
			if err := g.chunk(order[0], order[n-1], each); err != nil {
				return err
			}
			order = order[n:]
		}
		return nil
	}
	last, err := g.r.LastPerson(g.ctx)
	if err != nil {
		return err
	}
	for first := int64(1); first <= last; first += chunkSize {
		if err := g.chunk(first, min(first+chunkSize-1, last), each); err != nil {
			return err
		}
	}
	return nil
}

func (g *gathering) chunk(first, last int64, each func(*checks.Person) error) error {
	list, standings, err := loadPersons(g.ctx, g.r, 0, first, last)
	if err != nil {
		return err
	}
	batches := g.within
	if g.report != nil {
		batches = []BatchID{g.report.head.Batch.ID}
	}
	lines := map[int64][]checks.Line{}
	for _, id := range batches {
		err := g.r.Lines(g.ctx, LineQuery{Batch: id, First: first, Last: last}, func(l Line) error {
			lines[l.Person] = append(lines[l.Person], checks.Line{Item: l.Item, Month: l.Month, Deduction: l.Side == Deduction, Fen: l.Fen, Due: l.Due, Place: l.Place, Policy: l.Policy, Fund: l.Fund})
			return nil
		})
		if err != nil {
			return err
		}
	}
	for i := range list {
		p := checks.Person{Person: list[i], Lines: lines[list[i].No], Payments: g.payments[list[i].No], Change: g.changes[list[i].No]}
		if !g.name(&p) {
			continue
		}
		if len(p.Spells) > 0 {
			g.m.Sources[checks.Tenure] = 0
		}
		p.Verified = len(standings[p.No].verified) > 0 || slices.ContainsFunc(p.Amounts, func(a facts.Amount) bool { return a.Document != "" })
		if p.Change != 0 {
			for _, x := range p.Profiles {
				p.Actor = cmp.Or(p.Actor, g.naturals[natural(g.meta, x.ID)])
			}
		}
		if err := each(&p); err != nil {
			return err
		}
	}
	return nil
}

// name says who a person is: as the batch has it, or over a period as the roster does. ok is
// false of somebody who is not of the batch.
func (g *gathering) name(p *checks.Person) (ok bool) {
	if g.report != nil {
		who := g.report.people[p.No]
		if who == nil {
			return false
		}
		p.Name, p.Category, p.Place = who.settlement.Name, who.settlement.Category, who.settlement.Place
		return true
	}
	x := profileAt(&p.Person, g.m.To.Last())
	if x == nil {
		return false
	}
	p.Name, p.Category, p.Place = x.Name, x.Category, x.Place
	return true
}

// CheckPeriod scans a period as it is known now. Batch by batch, those that were given up left
// out, every check that looks at a batch looks at it again, on the day on which it was
// submitted but with the registers of today, and each hears what it finds, with the answers
// that were given to the same. Then it gives what the checks find over the whole period that
// is of no one batch; its Batch is 0. Error: finding.tampered.
func (b *Book) CheckPeriod(ctx context.Context, from, to calendar.Month, each func(Checking) error) (whole Checking, err error) {
	batches, err := b.BatchList(ctx)
	if err != nil {
		return whole, err
	}
	var committed []BatchID
	found := map[string]bool{} // marks of what the batches have
	for _, x := range batches {
		if x.State == Cancelled || x.ID.Month() < from || x.ID.Month() > to {
			continue
		}
		if x.State.Committed() {
			committed = append(committed, x.ID)
		}
		c, err := b.checkPast(ctx, x)
		if err != nil {
			return whole, err
		}
		for i := range c.Findings {
			found[c.Findings[i].Mark()] = true
		}
		if err := each(c); err != nil {
			return whole, err
		}
	}
	whole.Day = b.today()
	return whole, b.view(ctx, func(r Reader) error {
		g := &gathering{ctx: ctx, r: r, within: committed}
		if err := g.gather(whole.Day, from, to, nil); err != nil {
			return err
		}
		result, err := checks.RunPeriod(&g.m, g.people)
		whole.States = result.States
		for _, f := range result.Findings {
			if found[f.Mark()] {
				whole.States[slices.IndexFunc(whole.States, func(s checks.State) bool { return s.Check == f.Check })].Found--
				continue
			}
			whole.Findings = append(whole.Findings, CheckFinding{Finding: f, Seq: len(whole.Findings) + 1})
		}
		return err
	})
}

// checkPast looks at a batch again as it is known now. What was fixed at its submission lends
// its day and its answers; its numbers are not those of what is found now.
func (b *Book) checkPast(ctx context.Context, batch Batch) (Checking, error) {
	fixed := Checking{}
	err := b.view(ctx, func(r Reader) (err error) {
		if batch.State != Draft {
			fixed, err = fixedChecking(ctx, r, batch)
		}
		return err
	})
	if err != nil {
		return fixed, err
	}
	day := fixed.Day
	if day == 0 {
		day = b.today()
	}
	w, err := b.workOut(ctx, batch, batch.Maker, day, checks.RunPast)
	if err != nil {
		return w.Checking, err
	}
	said := func(f checks.Finding) string { // a register that has come in again is quoted with another date
		f.Rows = nil
		return f.Mark()
	}
	answered := map[string]*CheckFinding{}
	for i := range fixed.Findings {
		answered[said(fixed.Findings[i].Finding)] = &fixed.Findings[i]
	}
	for i := range w.Findings {
		f := &w.Findings[i]
		if old := answered[said(f.Finding)]; old != nil {
			f.Answer, f.Paper, f.AnsweredBy, f.AnsweredAt = old.Answer, old.Paper, old.AnsweredBy, old.AnsweredAt
		}
	}
	return w.Checking, nil
}
