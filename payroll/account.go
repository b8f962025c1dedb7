package payroll

import (
	"cmp"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/identity"
	"zhida/rules/message"
	"zhida/rules/money"
)

// Entry is one movement of a receivable: what a person owes the county because a
// line took back what an earlier one had paid. A receivable is named by the batch,
// item and pay month of that line. Positive is owed, negative is settled.
type Entry struct {
	Person   int64
	Origin   BatchID // whose line charged it; see fromBefore
	Item     string
	Month    calendar.Month
	Batch    BatchID // that moved it; 0 when it moved outside a batch
	Position int64   // of the journal event that moved it outside a batch
	Way      Way
	Fund     string // the source it goes back to
	Place    string // and the place whose money that is
	Fen      money.Fen
	Date     calendar.Date // of a repayment or write-off
	Document string        // that a repayment or write-off rests on
}

// fromBefore says whether a receivable was carried into the book rather than made by
// a batch: its origin is the batch number 0 of the month it was paid in.
func (e *Entry) fromBefore() bool { return e.Origin != 0 && e.Origin.Seq() == 0 }

// Way is how a receivable moved.
type Way string

// The ways a receivable moves.
const (
	Charged    Way = "charged"     // a line took back what was paid
	Carried    Way = "carried"     // owed from before this book: a sum paid earlier that is to be used up, or an old debt
	Collected  Way = "collected"   // kept back from later pay
	Repaid     Way = "repaid"      // the person paid it
	WrittenOff Way = "written_off" // given up, by a document
	Restored   Way = "restored"    // a line grants again what was taken back
	Reinstated Way = "reinstated"  // what was given up is taken up again, since a line grants it again
)

// The measures against a person's account.
const (
	MeasureHold = "hold" // 缓发
	MeasureStop = "stop" // 停付: on the stop list
)

// Results of a yearly verification: VerifiedPassed lets pay go on, the others end it at once.
const (
	VerifiedPassed  = "passed"
	verifiedDied    = "died"
	verifiedMissing = "missing"
)

// Bodies of the facts that decide how an account is paid out.
type (
	holdFact struct {
		Measure  string `json:"measure"`
		Reason   string `json:"reason"`
		Document string `json:"document"`
		from, to calendar.Date
	}
	noticeFact struct {
		Consent  bool      `json:"consent"`
		Monthly  money.Fen `json:"monthly"` // 0: as the document says
		Document string    `json:"document"`
		date     calendar.Date
		known    int64
	}
	orderFact struct {
		Number    string    `json:"number"`
		Rank      int       `json:"rank"`
		Total     money.Fen `json:"total"`   // 0: without end
		Monthly   money.Fen `json:"monthly"` // 0: all but the protected amount
		Protected money.Fen `json:"protected"`
		// Share is the percentage of a payment that it takes at most; zero: no such limit.
		Share decimal.Decimal `json:"share"`
		payeeFact
		from, to calendar.Date
	}
	verifiedFact struct {
		Year   int    `json:"year"`
		Result string `json:"result"`
		Signed string `json:"signed"`
		date   calendar.Date
	}
	recipientFact struct {
		Recipient string          `json:"recipient"`
		Relation  string          `json:"relation"`
		Share     decimal.Decimal `json:"share"` // percent
		Document  string          `json:"document"`
		payeeFact
		from, to calendar.Date
	}
	debtFact struct {
		Item     string          `json:"item"`
		Month    calendar.Month  `json:"month"`
		Fen      money.Fen       `json:"fen"`
		Share    decimal.Decimal `json:"share"` // percent of a month's pay that it takes at most
		Floor    money.Fen       `json:"floor"` // left of a month's pay at least
		Date     calendar.Date   `json:"date"`  // on which the person was told
		Document string          `json:"document"`
	}
	// payeeFact is the account of somebody else than the person.
	payeeFact struct {
		Holder string        `json:"holder"`
		Card   identity.Card `json:"card"`
		Bank   string        `json:"bank"`
		Branch string        `json:"branch"`
		CNAPS  string        `json:"cnaps"`
	}
)

// standing is what decides how a person's account is paid out.
type standing struct {
	paid       []CommittedSum // by an earlier system; Horizon is the position of its import
	holds      []holdFact
	notices    []noticeFact
	orders     []orderFact
	verified   []verifiedFact
	recipients []recipientFact
	debts      []debtFact
	publicity  []publicityFact
}

// add files a fact that is not about what is due; ok is false for every other kind.
func (s *standing) add(f Fact) (ok bool, err error) {
	switch f.Kind {
	case facts.KindPaid:
		var p paidFact
		if err = decode(f, &p); err == nil {
			s.paid = append(s.paid, CommittedSum{Obligation{f.Person, p.Item, p.Month}, p.Fen, f.KnownFrom})
		}
	case facts.KindHold:
		err = appendFact(&s.holds, f, func(v *holdFact) { v.from, v.to = f.From, f.To })
	case facts.KindNotice:
		err = appendFact(&s.notices, f, func(v *noticeFact) { v.date, v.known = f.From, f.KnownFrom })
	case facts.KindOrder:
		err = appendFact(&s.orders, f, func(v *orderFact) { v.from, v.to = f.From, f.To })
	case facts.KindVerified:
		err = appendFact(&s.verified, f, func(v *verifiedFact) { v.date = f.From })
	case facts.KindRecipient:
		err = appendFact(&s.recipients, f, func(v *recipientFact) { v.from, v.to, v.Holder = f.From, f.To, v.Recipient })
	case facts.KindPublicity:
		err = appendFact(&s.publicity, f, func(v *publicityFact) { v.from = f.From })
	case facts.KindDebt:
		err = appendFact(&s.debts, f, func(*debtFact) {})
	default:
		return false, nil
	}
	return true, err
}

// account is one person's account in one channel while a batch settles it.
type account struct {
	standing
	open        Balance
	receivables []Entry // open ones, oldest first; Fen is what is left
	forgiven    []Entry // written off, oldest first; Fen is what was given up and not taken up again
	courts      *courtPayments
	collected   *money.Fen // in the month at hand so far, over all channels
	own         facts.Account
	hasOwn      bool
	profile     *facts.Profile
	leaving     bool
	died        calendar.Date // 0 while living
	began       calendar.Date // in the category that the person has now
	on          calendar.Date // the day money is paid out by: the last one of the latest month that was run, also in a correction of an earlier one
	paidBefore  bool          // something of the month at hand is committed already in the channel
	calc        *calc
	had         map[string]int64 // since when the person has items that want a notice first, see readHad
}

// courtPayments is what has gone to courts for a person, by Payment.Target, over all
// channels: in all, and in the month at hand. A run adds what it pays channel by channel.
type courtPayments struct{ total, month map[string]money.Fen }

// share is a part of a payment: to whom, and why to them.
type share struct {
	fen     money.Fen
	account facts.Account
	target  string // "" for the person; see Payment.Target
}

// settle decides what the lines of a batch do to the account. It keeps
// Gross - Deduction = Pay + Held - Owed, and Pay is never negative.
//
// What is taken back cancels back-pay of the same batch first, then what is held,
// and only then becomes a receivable; the month's own pay is touched by nothing but
// collect, on the terms of a document or with the person's consent. What is due to heirs
// or held for them is set off against nothing: whatever was paid too much stays owed,
// however the months are batched. What is restored
// after it was taken back is in the person's hands already as far as it was not given
// back: that has cancelled the receivable, see restore, and is not paid again.
func (a *account) settle(p *channelPart, restored money.Fen, kind BatchKind) {
	st := &p.settlement
	nothing := st.Reason
	own, rest := p.ownAndRest(a.calc.month, kind == Regular && !a.paidBefore)
	if own < 0 {
		own, rest = 0, rest+own
	}
	debt := max(-rest, 0)
	fromHeld := min(debt, a.open.Held)
	if a.dead() {
		debt, fromHeld = p.takenBack(), 0
	}
	st.Held -= fromHeld
	p.charge(debt - fromHeld)
	st.Owed = debt - fromHeld - restored

	available := own + rest + debt
	if st.Reason = a.held(); st.Reason.IsZero() {
		st.Reason = a.unpublicised(p)
	}
	if !st.Reason.IsZero() {
		st.Held += available
		a.heldStatus(st, debt-fromHeld, fromHeld, nothing)
		return
	}
	if kind == Regular { // only the month's own batch releases what was held
		st.Held -= a.open.Held - fromHeld
		available += a.open.Held - fromHeld
	}
	taken := money.Fen(0)
	if kind == Regular {
		taken = a.collect(p, own, available)
		st.Owed -= taken
	}
	st.Pay = available - taken
	p.shares = a.divide(st.Pay, kind)
	switch {
	case st.Pay > 0:
		st.Status, st.Reason = Paid, message.Message{}
		if taken > 0 {
			st.Reason = message.M("settle.collected_part", taken)
		} else if debt > fromHeld {
			st.Reason = message.M("settle.owes", debt-fromHeld)
		}
	case debt > fromHeld:
		st.Status, st.Reason = NotDue, message.M("settle.owes", debt-fromHeld)
	case taken > 0:
		st.Status, st.Reason = NotDue, message.M("settle.collected", taken)
	case restored > 0:
		st.Status, st.Reason = NotDue, message.M("settle.restored", restored)
	default:
		st.Status, st.Reason = NotDue, nothing
		if st.Reason.IsZero() {
			st.Reason = message.M("settle.nothing_new")
		}
	}
}

// restore cancels what is left of receivables, or was written off of them, against lines
// that grant the same item and month again.
func (a *account) restore(p *channelPart) (restored money.Fen) {
	for i := range p.lines {
		l := &p.lines[i]
		if l.Side != Gross || l.Fen <= 0 {
			continue
		}
		move := func(r *Entry, way Way, fen money.Fen) {
			for k := range p.entries { // part of it may have been open, part written off
				if e := &p.entries[k]; e.Way == way && e.Origin == r.Origin && e.Item == r.Item && e.Month == r.Month {
					e.Fen += fen
					return
				}
			}
			p.entries = append(p.entries, Entry{Person: l.Person, Origin: r.Origin, Item: r.Item, Month: r.Month, Way: way, Fund: r.Fund, Place: r.Place, Fen: fen})
		}
		for j, list := range [][]Entry{a.receivables, a.forgiven} {
			for k := range list {
				r := &list[k]
				part := min(l.Fen-l.restored, r.Fen)
				if r.Item != l.Item || r.Month != l.Month || r.fromBefore() || part <= 0 {
					continue
				}
				if j == 1 { // what was given up is taken up again, to be cancelled
					move(r, Reinstated, part)
				}
				move(r, Restored, -part)
				r.Fen -= part
				l.restored += part
				restored += part
			}
		}
	}
	return restored
}

// heldStatus words how a person ends whose pay may not leave now.
func (a *account) heldStatus(st *Settlement, owes, fromHeld money.Fen, nothing message.Message) {
	if st.Held > 0 || a.open.Held+st.Held > 0 {
		st.Status = OnHold
		return
	}
	st.Status = NotDue
	switch {
	case owes > 0:
		st.Reason = message.M("settle.owes", owes)
	case fromHeld > 0:
		st.Reason = message.M("settle.cancelled", fromHeld)
	case nothing.IsZero():
		st.Reason = message.M("settle.nothing_new")
	default:
		st.Reason = nothing
	}
}

// held says why nothing may leave the account now; empty when it may.
func (a *account) held() message.Message {
	for _, h := range a.holds {
		if h.from <= a.on && a.on < h.to {
			if h.Measure == MeasureStop {
				return message.M("settle.stopped", h.Reason, h.Document)
			}
			return message.M("settle.on_hold", h.Reason, h.Document)
		}
	}
	if a.dead() {
		if _, whole := a.heirs(); !whole {
			return message.M("settle.no_heir")
		}
		return message.Message{}
	}
	if v := a.calc.census().reported(a); v.Year != 0 {
		if v.Result == verifiedDied {
			return message.M("settle.reported_died", v.Year, v.date, v.Signed)
		}
		return message.M("settle.reported_missing", v.Year, v.date, v.Signed)
	}
	if year := a.calc.census().missed(a); year != 0 {
		return message.M("settle.not_verified", strconv.Itoa(year))
	}
	if _, guarded := a.guardians(); !a.hasOwn && !guarded {
		return message.M("settle.no_account")
	}
	return message.Message{}
}

func (a *account) dead() bool { return a.died != 0 && a.died <= a.on }

// relationGuardian is the relation of recipients who receive for a living person.
const relationGuardian = "监护人"

// heirs are the recipients named for somebody who has died; whole says that their shares
// make 100: nothing leaves the estate before all of it has somewhere to go.
func (a *account) heirs() (list []recipientFact, whole bool) {
	return a.named(func(r recipientFact) bool { return r.Relation != relationGuardian })
}

// guardians receive for a living person who may not do so.
func (a *account) guardians() (list []recipientFact, whole bool) {
	return a.named(func(r recipientFact) bool { return r.Relation == relationGuardian })
}

func (a *account) named(is func(recipientFact) bool) (list []recipientFact, whole bool) {
	sum := decimal.Decimal{}
	for _, r := range a.recipients {
		if is(r) && r.from <= a.on && a.on <= r.to {
			list, sum = append(list, r), sum.Add(r.Share)
		}
	}
	return list, sum.Equal(decimal.New(100, 0))
}

// collect keeps back what is owed from the month's own pay, oldest first. What is
// due to heirs is never touched.
func (a *account) collect(p *channelPart, own, available money.Fen) (taken money.Fen) {
	if a.dead() {
		return 0
	}
	for _, r := range a.receivables {
		limit, floor, ok := a.limits(r, own)
		if !ok {
			continue
		}
		part := a.above(floor, available-taken, min(r.Fen, limit-taken))
		if part <= 0 {
			continue
		}
		taken += part
		*a.collected += part
		p.entries = append(p.entries, Entry{Person: r.Person, Origin: r.Origin, Item: r.Item, Month: r.Month, Way: Collected, Fund: r.Fund, Place: r.Place, Fen: -part})
	}
	return taken
}

// above is the largest part, up to most, that can be kept back of a payment so that the
// person has the floor of the rest, after what the courts take of it.
func (a *account) above(floor, pay, most money.Fen) money.Fen {
	most = min(most, pay-floor)
	if most <= 0 {
		return 0
	}
	below := sort.Search(int(most)+1, func(part int) bool { // what the person has falls as the part grows
		left := pay - money.Fen(part)
		for _, x := range a.courtParts(left) {
			left -= x.fen
		}
		return left < floor
	})
	return money.Fen(below - 1)
}

// limits says how much of a month's pay a receivable may take and what must be left;
// ok is false while there is no notice, or neither a legal basis with its limits nor
// consent to an amount a month.
func (a *account) limits(r Entry, own money.Fen) (limit, floor money.Fen, ok bool) {
	if r.fromBefore() {
		return a.oldLimits(r, own)
	}
	var notice *noticeFact
	for i := range a.notices {
		if n := &a.notices[i]; n.known > a.calc.horizons[r.Origin] && n.date >= r.Origin.Month().First() && n.date <= a.on {
			notice = n
		}
	}
	terms := recovery(a.calc.program, a.calc.month, r)
	if notice == nil || terms == nil && (!notice.Consent || notice.Monthly == 0) {
		return 0, 0, false
	}
	limit = own
	if terms != nil {
		floor = terms.Floor
		if !a.leaving {
			limit = percentOf(own, terms.Share.Shift(2))
		}
	}
	if notice.Consent && notice.Monthly > 0 && !a.leaving {
		limit = max(notice.Monthly-*a.collected, 0)
	}
	return limit, floor, true
}

// settledParts gives, oldest first, what is open of receivables and what of them was
// written off and not taken up again.
func settledParts(list []Entry) (open, forgiven []Entry) {
	var off []Entry
	for _, e := range list {
		if e.Way == WrittenOff || e.Way == Reinstated {
			e.Fen = -e.Fen
			off = append(off, e)
		}
	}
	return openReceivables(list), openReceivables(off)
}

// oldLimits are the limits of what is owed from before this book: they came in with it.
func (a *account) oldLimits(r Entry, own money.Fen) (limit, floor money.Fen, ok bool) {
	for _, d := range a.debts {
		if d.Item != r.Item || d.Month != r.Month || d.Date > a.on {
			continue
		}
		if a.leaving {
			return own, d.Floor, true
		}
		return percentOf(own, d.Share), d.Floor, true
	}
	return 0, 0, false
}

// percentOf is a share of an amount, cut to the fen.
func percentOf(fen money.Fen, percent decimal.Decimal) money.Fen {
	return money.Fen(percent.Mul(decimal.New(int64(fen), 0)).Shift(-2).IntPart())
}

// divide says where a payment goes: from a regular batch to courts by rank, the rest to
// the person or to the guardian; or to the heirs by their shares.
func (a *account) divide(pay money.Fen, kind BatchKind) []share {
	if a.dead() {
		heirs, _ := a.heirs()
		return byShares(pay, heirs, targetHeir)
	}
	var list []share
	if kind == Regular {
		list = a.toCourts(pay)
	}
	for _, x := range list {
		pay -= x.fen
	}
	return append(list, a.toPerson(pay)...)
}

// toPerson pays the person, or whoever receives for them.
func (a *account) toPerson(pay money.Fen) []share {
	if guardians, whole := a.guardians(); whole {
		return byShares(pay, guardians, targetGuardian)
	}
	if pay > 0 {
		return []share{{pay, a.own, ""}}
	}
	return nil
}

// toCourts pays orders by rank, down to the amount that each protects, up to what it
// takes a month and in all.
func (a *account) toCourts(pay money.Fen) []share {
	list := a.courtParts(pay)
	for _, x := range list {
		a.courts.total[x.target] += x.fen
		a.courts.month[x.target] += x.fen
	}
	return list
}

// courtParts is what orders would take of a payment.
func (a *account) courtParts(pay money.Fen) (list []share) {
	left := pay
	orders := slices.Clone(a.orders)
	slices.SortStableFunc(orders, func(x, y orderFact) int {
		return cmp.Or(cmp.Compare(x.Rank, y.Rank), cmp.Compare(x.Number, y.Number))
	})
	taken := map[string]money.Fen{}
	for _, o := range orders {
		if o.from > a.on || a.on > o.to {
			continue
		}
		target := targetOrder + o.Number
		part := left - o.Protected
		if o.Share.IsPositive() {
			part = min(part, percentOf(pay, o.Share))
		}
		if o.Monthly > 0 {
			part = min(part, o.Monthly-a.courts.month[target]-taken[target])
		}
		if o.Total > 0 {
			part = min(part, o.Total-a.courts.total[target]-taken[target])
		}
		if part > 0 {
			left -= part
			taken[target] += part
			list = append(list, share{part, o.account(), target})
		}
	}
	return list
}

// byShares splits a payment among recipients; the import has refused shares that are not positive.
func byShares(pay money.Fen, recipients []recipientFact, target string) (list []share) {
	weights := make([]decimal.Decimal, len(recipients))
	for i, r := range recipients {
		weights[i] = r.Share
	}
	parts, err := money.Split(pay, weights)
	if err != nil {
		return nil // the batch is refused, since its payments do not add up: see draft.agrees
	}
	for i, r := range recipients {
		if parts[i] > 0 {
			list = append(list, share{parts[i], r.account(), target + r.Relation + " " + r.Document})
		}
	}
	return list
}

// What a payment's Target begins with when it goes to somebody else than the person.
const (
	targetOrder = "order:" // and the number of the court's case
	targetHeir  = "heir:"  // and the relation and the document

	targetGuardian = "guardian:" // and the relation and the document
)

// TargetChinese words to whom a payment goes when not to the person; "" for the person.
func (p Payment) TargetChinese() string {
	if number, ok := strings.CutPrefix(p.Target, targetOrder); ok {
		return "法院协助执行 " + number
	}
	if who, ok := strings.CutPrefix(p.Target, targetHeir); ok {
		return "继承人 " + who
	}
	if who, ok := strings.CutPrefix(p.Target, targetGuardian); ok {
		return "代领 " + who
	}
	return p.Target
}

func (p payeeFact) account() facts.Account {
	return facts.Account{Card: p.Card, Bank: p.Bank, Branch: p.Branch, CNAPS: p.CNAPS, Holder: p.Holder}
}

// ownAndRest parts a batch's net, without what is restored, into the month's own pay,
// which only collect may touch, and corrections. Only the first regular batch of a month
// brings a person own pay. Deductions are taken from the own pay first.
func (p *channelPart) ownAndRest(month calendar.Month, first bool) (own, rest money.Fen) {
	for i := range p.lines {
		switch l := &p.lines[i]; {
		case l.Side == Deduction && l.Fen > 0 && first:
			own -= l.Fen
		case l.Side == Deduction:
			rest -= l.Fen
		case l.Month == month && l.Committed == 0 && first:
			own += l.Fen - l.restored
		default:
			rest += l.Fen - l.restored
		}
	}
	return own, rest
}

// takenBack is what the lines take back of earlier pay.
func (p *channelPart) takenBack() (sum money.Fen) {
	for i := range p.lines {
		if l := &p.lines[i]; l.Side == Gross && l.Fen < 0 {
			sum -= l.Fen
		}
	}
	return sum
}

// charge writes what remains owed on the lines that took it back, the latest months
// first: what back-pay and held money covered were the oldest.
func (p *channelPart) charge(debt money.Fen) {
	order := make([]*draftLine, 0, len(p.lines))
	for i := range p.lines {
		if l := &p.lines[i]; l.Side == Gross && l.Fen < 0 {
			order = append(order, l)
		}
	}
	slices.SortStableFunc(order, func(x, y *draftLine) int {
		return cmp.Or(-cmp.Compare(x.Month, y.Month), cmp.Compare(x.Item, y.Item))
	})
	for _, l := range order {
		if part := min(debt, -l.Fen); part > 0 {
			debt -= part
			p.entries = append(p.entries, Entry{Person: l.Person, Item: l.Item, Month: l.Month, Way: Charged, Fund: l.Fund, Place: l.Place, Fen: part})
		}
	}
}

// openReceivables adds up entries by receivable and gives those with something left,
// oldest first: by batch, then pay month, then item.
func openReceivables(list []Entry) []Entry {
	type key struct {
		person int64
		origin BatchID
		item   string
		month  calendar.Month
	}
	at := map[key]int{}
	var open []Entry
	for _, e := range list {
		k := key{e.Person, e.Origin, e.Item, e.Month}
		if i, ok := at[k]; ok {
			open[i].Fen += e.Fen
			continue
		}
		at[k] = len(open)
		open = append(open, Entry{Person: e.Person, Origin: e.Origin, Item: e.Item, Month: e.Month, Fund: e.Fund, Place: e.Place, Fen: e.Fen})
	}
	open = slices.DeleteFunc(open, func(e Entry) bool { return e.Fen == 0 })
	slices.SortStableFunc(open, func(x, y Entry) int {
		return cmp.Or(cmp.Compare(x.Person, y.Person), cmp.Compare(x.Origin, y.Origin), cmp.Compare(x.Month, y.Month), cmp.Compare(x.Item, y.Item))
	})
	return open
}

// Census is the county's yearly verification that payees are alive and entitled.
type Census struct {
	Since      int              `yaml:"since"`      // first year
	Deadline   string           `yaml:"deadline"`   // month and day, 06-30
	Categories []facts.Category `yaml:"categories"` // who is verified
}

// reported is what a verification found of somebody that stops pay at once, before any
// deadline: that they have died or are missing; zero when the last word is another.
func (c *Census) reported(a *account) (v verifiedFact) {
	if c == nil || a.profile == nil || !slices.Contains(c.Categories, a.profile.Category) {
		return v
	}
	if last := lastResult(a.verified, 0, a.on); last.Result == verifiedDied || last.Result == verifiedMissing {
		return last
	}
	return v
}

// missed is the year whose deadline has passed without the person being verified, 0 for none.
func (c *Census) missed(a *account) int {
	if c == nil || a.profile == nil || !slices.Contains(c.Categories, a.profile.Category) {
		return 0
	}
	year := a.on.Month().Year()
	if a.on <= c.deadline(year) {
		year--
	}
	if year < c.Since {
		return 0
	}
	if a.began > c.deadline(year) { // nobody could be asked before
		return 0
	}
	for y := a.on.Month().Year() + 1; y >= year; y-- {
		if r := lastResult(a.verified, y, a.on).Result; r != "" { // the last word counts, and that of a later year goes before
			if r == VerifiedPassed {
				return 0
			}
			return y
		}
	}
	return year
}

// lastResult is the latest result of a year that is known by a day; of year 0, of any.
func lastResult(list []verifiedFact, year int, on calendar.Date) (last verifiedFact) {
	for _, v := range list {
		if (year == 0 || v.Year == year) && v.date <= on && v.date >= last.date {
			last = v
		}
	}
	return last
}

// beganOn is the day on which somebody first belonged to a category, as far as roster
// and posts tell: the later of the two, since a roster often begins with the book.
func beganOn(p *facts.Person, k facts.Category) (d calendar.Date) {
	for i := range p.Profiles {
		if p.Profiles[i].Category == k {
			d = p.Profiles[i].From
			break
		}
	}
	if k == facts.FormerVillageCadre || len(p.Spells) == 0 {
		return d
	}
	first := p.Spells[0].From
	for i := range p.Spells {
		first = min(first, p.Spells[i].From)
	}
	return max(d, first)
}

// deadline is the last day on which a year's verification is in time.
func (c *Census) deadline(year int) calendar.Date {
	d, err := calendar.ParseDate(strconv.Itoa(year) + "-" + c.Deadline)
	if err != nil {
		return 0 // refused when the settings were read
	}
	return d
}
