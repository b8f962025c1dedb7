package payroll

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"zhida/payroll/journal"
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/message"
	"zhida/rules/money"
	"zhida/rules/policy"
)

// DossierOf says whose dossier is meant: an actor, a person, a place, or an actor with the
// person that they are. What is empty is not meant.
type DossierOf struct {
	Actor  string `json:"actor,omitempty"`
	Person int64  `json:"person,omitempty"`
	Place  string `json:"place,omitempty"` // division code; a township stands for its villages too
}

// Dossier is everything somebody handled, or somebody or some place received, in a period:
// what an audit on leaving office (离任审计) looks through. Numbers of cards are masked.
type Dossier struct {
	Of       DossierOf        `json:"of"`
	Name     string           `json:"name"`
	County   string           `json:"county"`
	Unit     string           `json:"unit"`
	From     calendar.Month   `json:"from"`
	To       calendar.Month   `json:"to"`
	Known    int64            `json:"known"` // journal position up to which the book was read
	Batches  []DossierBatch   `json:"batches"`
	Steps    []DossierStep    `json:"steps"`
	Flows    []DossierFlow    `json:"flows"`
	Findings []DossierFinding `json:"findings"`
	Amounts  []DossierAmount  `json:"manual_amounts"`
	Cards    []DossierCard    `json:"card_changes"`
	Returned []DossierPayment `json:"returned"`
}

// DossierBatch is a batch with what of it concerns the subject, in fen: all of it for who
// handled it, their own part for a person or a place.
type DossierBatch struct {
	Batch     BatchID   `json:"batch"`
	Kind      BatchKind `json:"kind"`
	Channel   string    `json:"channel"`
	State     State     `json:"state"`
	Role      string    `json:"role"` // 经办, 复核、审批, 领取
	People    int       `json:"people"`
	Gross     money.Fen `json:"gross_fen"`
	Deduction money.Fen `json:"deduction_fen"`
	Held      money.Fen `json:"held_fen"`
	Owed      money.Fen `json:"owed_fen"`
	Net       money.Fen `json:"net_fen"`
	Seal      string    `json:"seal"`
}

// DossierStep is one thing that somebody did.
type DossierStep struct {
	Position int64         `json:"position"`
	Date     calendar.Date `json:"date"`
	Actor    string        `json:"actor"`
	What     string        `json:"what"`
	Batch    string        `json:"batch,omitempty"`
	Detail   string        `json:"detail,omitempty"`
}

// DossierFlow is money that one document brought through one fund to one place, and what
// has become of it.
type DossierFlow struct {
	Document string    `json:"document"` // "" for money nobody has brought in
	Fund     string    `json:"fund_name"`
	Place    string    `json:"place_name"`
	State    string    `json:"standing"` // in words
	Payments int       `json:"payments"`
	Fen      money.Fen `json:"fen"`
}

// DossierFinding is something about a batch that somebody should look into.
type DossierFinding struct {
	Batch  BatchID `json:"batch"`
	Person int64   `json:"person,omitempty"`
	Name   string  `json:"name,omitempty"`
	Code   string  `json:"code"`
	Text   string  `json:"text"`
}

// DossierAmount is an amount that came in by hand.
type DossierAmount struct {
	Person   int64          `json:"person"`
	Name     string         `json:"name"`
	Item     string         `json:"item_name"`
	From     calendar.Month `json:"from"`
	Until    calendar.Month `json:"until,omitzero"`
	Fen      money.Fen      `json:"fen"`
	Document string         `json:"document"`
	Position int64          `json:"position"`
	Entered  string         `json:"entered_by"`
	Accepted string         `json:"accepted_by"`
}

// DossierCard is a change of the account that somebody is paid to.
type DossierCard struct {
	Person   int64         `json:"person"`
	Name     string        `json:"name"`
	From     calendar.Date `json:"from"`
	Card     string        `json:"card"` // masked
	Bank     string        `json:"bank"`
	Holder   string        `json:"holder"`
	Proof    string        `json:"proof"`
	Position int64         `json:"position"`
	Entered  string        `json:"entered_by"`
	Accepted string        `json:"accepted_by"`
}

// DossierPayment is a payment that came back, or that pays again one that did.
type DossierPayment struct {
	Payment  string       `json:"payment"`
	Person   int64        `json:"person"`
	Name     string       `json:"name"`
	Holder   string       `json:"holder"`
	Card     string       `json:"card"` // masked
	Fen      money.Fen    `json:"fen"`
	State    PaymentState `json:"state"`
	Reason   string       `json:"bank_said"`
	Replaces string       `json:"replaces,omitempty"`
}

// Dossier gathers the dossier of a subject for the months from..to. Errors: audit.months,
// actor.missing, dossier.nothing when the subject is empty.
func (b *Book) Dossier(ctx context.Context, of DossierOf, from, to calendar.Month) (d Dossier, err error) {
	if from > to {
		return d, message.Err("audit.months", from, to)
	}
	if of == (DossierOf{}) {
		return d, message.Err("dossier.nothing")
	}
	d = Dossier{Of: of, From: from, To: to, Batches: []DossierBatch{}, Steps: []DossierStep{}, Flows: []DossierFlow{}, Findings: []DossierFinding{}, Amounts: []DossierAmount{}, Cards: []DossierCard{}, Returned: []DossierPayment{}} // JSON has empty lists
	err = b.view(ctx, func(r Reader) error {
		g := &dossierMaker{ctx: ctx, r: r, d: &d, names: map[int64]string{}, homes: map[int64]string{}, entered: map[int64]string{}, decided: map[int64]string{}, date: map[int64]calendar.Date{}}
		for _, step := range []func() error{g.prepare, g.batches, g.steps, g.handEntered, g.payments} {
			if err := step(); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return d, err
	}
	return d, b.dossierFlows(ctx, &d)
}

// dossierMaker reads a dossier out of a snapshot.
type dossierMaker struct {
	ctx      context.Context
	r        Reader
	d        *Dossier
	names    map[int64]string // of persons
	homes    map[int64]string
	entered  map[int64]string // by journal position: who brought in what became known there
	decided  map[int64]string // and who accepted it, where somebody had to
	date     map[int64]calendar.Date
	titles   map[int64]string // of proposals, by position
	files    map[int64]string // of imports, by position
	taken    []Batch          // those of the period that concern the subject
	received map[string]bool  // ids of those that paid the person or the place
	handled  map[string]bool  // ids of those that the actor had a hand in
	people   *register
	events   []journal.Event // of the period
}

// mine says whether a name is one of the actor whom the dossier is about: somebody who was
// registered again under another name has one dossier.
func (g *dossierMaker) mine(name string) bool {
	return g.d.Of.Actor != "" && g.people.same(name, g.d.Of.Actor)
}

// lies says whether a place belongs to the place of the dossier.
func (g *dossierMaker) lies(place string) bool {
	of := g.d.Of.Place
	return of != "" && (place == of || len(of) == 9 && strings.HasPrefix(place, of))
}

// concerns says whether the dossier is about a person, as the person or by their place.
func (g *dossierMaker) concerns(person int64) bool {
	return person != 0 && (person == g.d.Of.Person || g.lies(g.homes[person]))
}

func (g *dossierMaker) prepare() error {
	meta, err := g.r.Meta(g.ctx)
	if err != nil {
		return err
	}
	county, err := countyOf(g.ctx, g.r, meta)
	if err != nil {
		return err
	}
	head, err := g.r.Head(g.ctx)
	if err != nil {
		return err
	}
	g.d.County, g.d.Unit, g.d.Known = meta.Name, county.Unit, head.Position
	last, err := g.r.LastPerson(g.ctx)
	if err != nil {
		return err
	}
	if last > 0 {
		err = g.r.Facts(g.ctx, FactQuery{First: 1, Last: last, Kinds: []facts.Kind{facts.KindPerson}}, func(f Fact) error {
			var p facts.Profile
			err := decode(f, &p)
			g.names[f.Person], g.homes[f.Person] = p.Name, p.Place
			return err
		})
	}
	if err != nil {
		return err
	}
	world, err := loadWorld(g.ctx, g.r, meta, 0)
	if err != nil {
		return err
	}
	if err := g.name(world); err != nil {
		return err
	}
	return g.readJournal(head.Position)
}

// name is how the dossier calls its subject.
func (g *dossierMaker) name(world *facts.World) error {
	of := g.d.Of
	switch {
	case of.Actor != "":
		if _, err := g.r.Actor(g.ctx, of.Actor); err != nil {
			return message.Err("dossier.unknown", of.Actor)
		}
		g.d.Name = of.Actor
	case of.Person != 0:
		if g.names[of.Person] == "" {
			return message.Err("person.missing", of.Person)
		}
		g.d.Name = g.names[of.Person]
	default:
		if len(world.Places[of.Place]) == 0 {
			return message.Err("dossier.unknown", of.Place)
		}
		g.d.Name = villageName(world, of.Place)
	}
	return nil
}

// readJournal reads who did what in the period, and who brought in and accepted what.
func (g *dossierMaker) readJournal(head int64) error {
	g.handled = map[string]bool{}
	var err error
	if g.people, err = registerOf(g.ctx, g.r); err != nil {
		return err
	}
	err = g.r.Events(g.ctx, 1, head, func(e journal.Event) error {
		day := calendar.DateIn(e.Time, zone)
		g.date[e.Position], g.entered[e.Position] = day, e.Actor
		pairs, err := journal.ParsePayload(e.Payload)
		if err != nil {
			return err
		}
		about := batchesNamed(pairs)
		ofPeriod := slices.ContainsFunc(about, func(id BatchID) bool { return id.Month() >= g.d.From && id.Month() <= g.d.To })
		if ofPeriod || day >= g.d.From.First() && day <= g.d.To.Last() {
			g.events = append(g.events, e)
			for _, id := range about {
				g.handled[id.String()] = g.handled[id.String()] || g.mine(e.Actor)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	proposals, err := g.r.Proposals(g.ctx, false)
	if err != nil {
		return err
	}
	g.titles, g.files = map[int64]string{}, map[int64]string{}
	for _, p := range proposals {
		g.titles[p.Position] = p.Title
		if p.Accepted {
			g.decided[p.Decided], g.entered[p.Decided] = g.entered[p.Decided], p.Actor
			g.titles[p.Decided] = p.Title
		}
	}
	imports, err := g.r.Imports(g.ctx)
	for _, x := range imports {
		g.files[x.Position] = x.File
	}
	return err
}

// batchesNamed are the batches that an event is about: a computation makes several.
func batchesNamed(pairs []string) (list []BatchID) {
	for i := 0; i+1 < len(pairs); i += 2 {
		if id, err := ParseBatchID(pairs[i+1]); pairs[i] == "batch" && err == nil {
			list = append(list, id)
		}
	}
	return list
}

// batches lists those of the period that the subject handled or had a part in.
func (g *dossierMaker) batches() error {
	all, err := g.r.Batches(g.ctx)
	if err != nil {
		return err
	}
	g.received = map[string]bool{}
	for _, x := range all {
		if x.ID.Month() < g.d.From || x.ID.Month() > g.d.To {
			continue
		}
		row := DossierBatch{Batch: x.ID, Kind: x.Kind, Channel: x.Channel, State: x.State, Seal: x.Digest}
		var roles []string
		if g.handled[x.ID.String()] {
			for _, is := range []struct{ who, role string }{{x.Maker, RoleMaker.Chinese()}, {x.Checker, RoleChecker.Chinese()}, {x.Approver, RoleApprover.Chinese()}} {
				if g.mine(is.who) {
					roles = append(roles, is.role)
				}
			}
			if roles == nil {
				roles = []string{"其他操作"}
			}
		}
		own := row
		if err := g.part(x, &own); err != nil {
			return err
		}
		if own.People > 0 {
			g.received[x.ID.String()] = true
			roles = append(roles, "领取")
		}
		if row = own; len(roles) > 0 && roles[0] != "领取" { // all of it, for who handled it
			row.People, row.Gross, row.Deduction, row.Held, row.Owed, row.Net = x.Payees, x.Gross, x.Deduction, x.Held, x.Owed, x.Net
		}
		if roles == nil {
			continue
		}
		row.Role = strings.Join(roles, "、")
		g.taken = append(g.taken, x)
		g.d.Batches = append(g.d.Batches, row)
	}
	return g.findings()
}

// part adds up what of a batch is the person's or the place's.
func (g *dossierMaker) part(x Batch, row *DossierBatch) error {
	if g.d.Of.Person == 0 && g.d.Of.Place == "" {
		return nil
	}
	return g.r.Settlements(g.ctx, x.ID, func(s Settlement) error {
		if s.Person != g.d.Of.Person && !g.lies(s.Place) || s.Gross == 0 && s.Deduction == 0 && s.Pay == 0 && s.Held == 0 && s.Owed == 0 && s.Reissued == 0 {
			return nil
		}
		row.People++
		row.Gross, row.Deduction, row.Held, row.Owed, row.Net = row.Gross+s.Gross, row.Deduction+s.Deduction, row.Held+s.Held, row.Owed+s.Owed, row.Net+s.Pay
		return nil
	})
}

// findings are those of the committed batches: all of them for who handled the batch.
func (g *dossierMaker) findings() error {
	for _, x := range g.taken {
		if !x.State.Committed() {
			continue
		}
		report, err := newReport(g.ctx, g.r, x.ID)
		if err != nil {
			return err
		}
		list, err := Findings(report)
		if err != nil {
			return err
		}
		handled := g.handled[x.ID.String()]
		for _, f := range list {
			if handled || g.concerns(f.Person) {
				g.d.Findings = append(g.d.Findings, DossierFinding{Batch: x.ID, Person: f.Person, Name: f.Name, Code: f.Message.Code, Text: f.Message.Text(message.Chinese)})
			}
		}
	}
	return nil
}

// stepWords are what events are called, beside those of batches.
var stepWords = map[string]string{EventFounded: "建账", EventActorAdded: "增加人员", EventImported: "导入", EventProposed: "提出", EventProposalAccepted: "同意", EventProposalRejected: "不同意", EventProposalPassed: "通过一步",
	EventSentBack: "退回数据", EventFactKept: "确认数据无误", EventUnmasked: "显示完整号码", EventBatchNothing: "计算，没有应发", EventReturnsImported: "导入银行答复", EventRowResolved: "处理银行答复",
	EventMonthClosed: "资金月结", EventMonthReopened: "撤销月结", EventYearClosed: "资金年结", EventStatementMatched: "对账单核对", EventStatementUnmatched: "撤销对账单核对", EventReminded: "提醒", EventClockAccepted: "确认时钟"}

// eventWord is what an event of any kind is called.
func eventWord(kind string) string {
	if word := stepWords[kind]; word != "" {
		return word
	}
	return EventChinese(kind)
}

// steps are what the actor did, or what was done to the batches of the person or place.
func (g *dossierMaker) steps() error {
	for _, e := range g.events {
		pairs, err := journal.ParsePayload(e.Payload)
		if err != nil {
			return err
		}
		about := batchesNamed(pairs)
		mine := g.mine(e.Actor)
		// What others did to a batch that the actor only handled is theirs.
		theirs := slices.ContainsFunc(about, func(id BatchID) bool { return g.received[id.String()] }) || g.concerns(parseNum(valueOf(pairs, "person")))
		if !mine && !theirs {
			continue
		}
		g.d.Steps = append(g.d.Steps, DossierStep{e.Position, g.date[e.Position], e.Actor, eventWord(e.Kind), batchWords(about), g.detail(e.Position, pairs)})
	}
	return nil
}

func batchWords(list []BatchID) string {
	words := make([]string, len(list))
	for i, id := range list {
		words[i] = id.String()
	}
	return strings.Join(words, "、")
}

// detail words what an event was about.
func (g *dossierMaker) detail(position int64, pairs []string) string {
	var parts []string
	for _, s := range []string{g.files[position], g.titles[position], g.titles[parseNum(valueOf(pairs, "proposal"))]} {
		if s != "" && !slices.Contains(parts, s) {
			parts = append(parts, s)
		}
	}
	if word := unmaskedWords[valueOf(pairs, "what")]; word != "" {
		parts = append(parts, strings.TrimSpace(word+" "+valueOf(pairs, "file")))
	}
	for _, name := range []string{"name", "reason", "document", "month", "to"} {
		if v := valueOf(pairs, name); v != "" && !slices.Contains(parts, v) {
			parts = append(parts, v)
		}
	}
	return strings.Join(parts, "；")
}

// handEntered lists amounts and changes of accounts that became known in the period, also
// those that something later took the place of. A person's first account is no change.
func (g *dossierMaker) handEntered() error {
	names, err := itemsEver(g.ctx, g.r)
	if err != nil {
		return err
	}
	var accounts []Fact
	first := map[int64]int64{} // when a person's first account became known
	err = g.r.ChangedSince(g.ctx, 0, g.d.Known, func(f Fact) error {
		switch f.Kind {
		case facts.KindAmount:
			return g.amount(f, names)
		case facts.KindAccount:
			accounts = append(accounts, f)
			if at := first[f.Person]; at == 0 || f.KnownFrom < at {
				first[f.Person] = f.KnownFrom
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, f := range accounts {
		if f.KnownFrom == first[f.Person] || !g.wants(f) {
			continue
		}
		var x facts.Account
		if err := decode(f, &x); err != nil {
			return err
		}
		g.d.Cards = append(g.d.Cards, DossierCard{f.Person, g.names[f.Person], f.From, x.Card.String(), x.Bank, x.Holder, x.Proof, f.KnownFrom, g.entered[f.KnownFrom], g.decided[f.KnownFrom]})
	}
	return nil
}

// wants says whether a fact became known in the period by the actor's hand, or about the
// person or somebody of the place.
func (g *dossierMaker) wants(f Fact) bool {
	day := g.date[f.KnownFrom]
	if day < g.d.From.First() || day > g.d.To.Last() {
		return false
	}
	return g.mine(g.entered[f.KnownFrom]) || g.mine(g.decided[f.KnownFrom]) || g.concerns(f.Person)
}

func (g *dossierMaker) amount(f Fact, items map[string]*policy.Item) error {
	if !g.wants(f) {
		return nil
	}
	var x facts.Amount
	err := decode(f, &x)
	name := x.Item
	if it := items[x.Item]; it != nil {
		name = it.Name
	}
	g.d.Amounts = append(g.d.Amounts, DossierAmount{f.Person, g.names[f.Person], name, x.From, x.Until, x.Fen, x.Document, f.KnownFrom, g.entered[f.KnownFrom], g.decided[f.KnownFrom]})
	return err
}

// payments lists those that came back or pay again, of the batches that concern the subject.
func (g *dossierMaker) payments() error {
	for _, x := range g.taken {
		if x.State != Exported {
			continue
		}
		handled := g.handled[x.ID.String()]
		err := paidOut(g.ctx, g.r, x, func(p PaidOut) error {
			back := p.State != PaymentSent && p.State != PaymentCredited
			if !back && p.Replaces == (PaymentID{}) || !handled && p.Person != g.d.Of.Person && !g.lies(p.Place) {
				return nil
			}
			row := DossierPayment{Payment: p.ID().String(), Person: p.Person, Name: g.names[p.Person], Holder: p.Holder, Card: p.Card.String(), Fen: p.Fen, State: p.State, Reason: p.Reason}
			if p.Replaces != (PaymentID{}) {
				row.Replaces = p.Replaces.String()
			}
			g.d.Returned = append(g.d.Returned, row)
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// dossierFlows adds up where the money of a person or place came from and what has become
// of it: payments of the batches of the period, and what lies in the place's purses now.
func (b *Book) dossierFlows(ctx context.Context, d *Dossier) error {
	if d.Of.Person == 0 && d.Of.Place == "" {
		return nil
	}
	in := &dossierMaker{d: d}
	steps, err := b.Trace(ctx, func(s FlowStep) bool {
		month := s.Payment.Batch.Month()
		ofPeriod := s.Payment.Batch == 0 || month >= d.From && month <= d.To
		return ofPeriod && (d.Of.Person != 0 && s.Person == d.Of.Person || in.lies(s.Place))
	})
	if err != nil {
		return err
	}
	places, err := b.PlaceNames(ctx)
	if err != nil {
		return err
	}
	funds, err := b.FundNames(ctx)
	if err != nil {
		return err
	}
	type key struct{ document, fund, place, state string }
	at := map[key]*DossierFlow{}
	for _, s := range steps {
		if s.State == PaymentReissued { // the payment that took its place is counted
			continue
		}
		k := key{s.Lot, s.Fund, s.Place, s.Chinese()}
		if at[k] == nil {
			at[k] = &DossierFlow{Document: s.Lot, Fund: cmp.Or(funds[s.Fund], s.Fund), Place: cmp.Or(places[s.Place], s.Place, "全县"), State: s.Chinese()}
		}
		at[k].Fen += s.Fen
		if s.Rest == "" {
			at[k].Payments++
		}
	}
	keys := make([]key, 0, len(at))
	for k := range at {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(x, y key) int {
		return cmp.Or(cmp.Compare(x.place, y.place), cmp.Compare(x.fund, y.fund), cmp.Compare(x.document, y.document), cmp.Compare(x.state, y.state))
	})
	for _, k := range keys {
		d.Flows = append(d.Flows, *at[k])
	}
	return nil
}

// Itself finds the person that an actor is, and the actor that a person is, by the digest
// of the ID number that both have; what it does not find stays empty.
func (b *Book) Itself(ctx context.Context, of DossierOf) (DossierOf, error) {
	err := b.view(ctx, func(r Reader) (err error) { of, err = itself(ctx, r, of); return err })
	return of, err
}

func itself(ctx context.Context, r Reader, of DossierOf) (DossierOf, error) {
	meta, err := r.Meta(ctx)
	if err != nil {
		return of, err
	}
	actors, err := r.Actors(ctx)
	if err != nil {
		return of, err
	}
	last, err := r.LastPerson(ctx)
	if err != nil || last == 0 {
		return of, err
	}
	by, asked := map[string]string{}, "" // digest to actor; the digest of the one asked about
	for _, a := range actors {
		if a.Name == of.Actor {
			asked = a.Natural
		}
		if by[a.Natural] == "" || a.Removed == 0 { // of several accounts the one in force
			by[a.Natural] = a.Name
		}
	}
	q := FactQuery{First: 1, Last: last, Kinds: []facts.Kind{facts.KindPerson}}
	if of.Person != 0 {
		q.First, q.Last = of.Person, of.Person
	}
	err = r.Facts(ctx, q, func(f Fact) error {
		var p facts.Profile
		if err := decode(f, &p); err != nil {
			return err
		}
		digest := natural(meta, p.ID)
		switch {
		case of.Actor == "" && f.Person == of.Person:
			of.Actor = by[digest]
		case of.Person == 0 && asked != "" && digest == asked:
			of.Person = f.Person
		}
		return nil
	})
	return of, err
}
