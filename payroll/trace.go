package payroll

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"zhida/payroll/ledger"
	"zhida/rules/money"
)

// Lot is money of one origin: a transfer, a grant of authority, or what was recovered.
type Lot struct {
	Ref string // document of the transfer; "" for money nobody has brought in
	Fen money.Fen
}

// FlowStep is money of one lot that one payment carries, or with Rest money that no payment
// carries.
type FlowStep struct {
	Payment PaymentID // of RestDeduction, and of payments that are added up, the batch alone
	Person  int64
	Place   string
	Fund    string
	Lot     string
	Fen     money.Fen
	State   PaymentState // "" while the batch has not left
	Rest    string       // RestDeduction …; "" of a payment
}

// Where money is that no payment carries.
const (
	RestDeduction = "deduction" // withheld for institutions
	RestAvailable = "available"
	RestHeld      = "held"
	RestSentUp    = "sent_up"
	RestSetOff    = "set_off" // against what another purse has to have back of the same person
)

// Chinese is where the money of a step is.
func (s FlowStep) Chinese() string {
	switch {
	case s.Rest != "":
		return map[string]string{RestDeduction: "代扣上缴", RestAvailable: "没有动用", RestHeld: "缓发", RestSentUp: "上缴", RestSetOff: "互抵"}[s.Rest]
	case s.State == "":
		return "已核定未付"
	}
	return s.State.Chinese()
}

// Trace follows money from what came in to where it is: the payments that carried it, what
// was withheld, went back up, is held or not used. Over all steps but those of payments that
// were paid again, a document's money adds up to what it brought. Money of a purse leaves in
// the order in which it came. keep says which steps are wanted.
func (b *Book) Trace(ctx context.Context, keep func(FlowStep) bool) (list []FlowStep, err error) {
	err = b.view(ctx, func(r Reader) error { list, err = trace(ctx, r, oneByOne{all: true}, keep); return err })
	return list, err
}

// TraceSums is Trace for pages: where the wanted steps are those of more than so many payments, a step of several payments has
// no person, and names their batch alone; payments that are in another state than most of their batch are steps of their own. Error: batch.tampered.
func (b *Book) TraceSums(ctx context.Context, most int, keep func(FlowStep) bool) (list []FlowStep, err error) {
	err = b.view(ctx, func(r Reader) error {
		t, err := newTracer(ctx, r, oneByOne{})
		if err != nil {
			return err
		}
		if list, err = t.steps(keep); err != nil {
			return err
		}
		payees, purses := 0, map[BatchID]map[Purse]bool{}
		for _, s := range list {
			id, k := s.Payment.Batch, Purse{Fund: s.Fund, Place: s.Place}
			if s.Rest != "" || s.Person != 0 || purses[id][k] {
				continue
			}
			if purses[id] == nil {
				purses[id] = map[Purse]bool{}
			}
			purses[id][k] = true
			payees += t.payees[id][k]
		}
		if payees == 0 || payees > most {
			return nil
		}
		list, err = trace(ctx, r, oneByOne{purses: purses}, keep)
		return err
	})
	return list, err
}

// TracePayments is Trace for some payments. Error: batch.tampered.
func (b *Book) TracePayments(ctx context.Context, ids []PaymentID) (list []FlowStep, err error) {
	err = b.view(ctx, func(r Reader) error { list, err = tracePayments(ctx, r, ids); return err })
	return list, err
}

// TracePerson is Trace for the payments of a person. Error: batch.tampered.
func (b *Book) TracePerson(ctx context.Context, person int64) (list []FlowStep, err error) {
	err = b.view(ctx, func(r Reader) error {
		committed, err := committedChannels(ctx, r)
		if err != nil {
			return err
		}
		var ids []PaymentID
		err = r.Sent(ctx, SentQuery{Batches: sortedNumbers(committed), Person: person}, func(p PaidOut) error { ids = append(ids, p.ID()); return nil })
		if err != nil {
			return err
		}
		list, err = tracePayments(ctx, r, ids)
		return err
	})
	return list, err
}

func tracePayments(ctx context.Context, r Reader, ids []PaymentID) ([]FlowStep, error) {
	wanted, t := map[PaymentID]bool{}, oneByOne{payments: map[BatchID][]int{}}
	for _, id := range ids {
		wanted[id] = true
		t.payments[id.Batch] = append(t.payments[id.Batch], id.Seq)
	}
	return trace(ctx, r, t, func(s FlowStep) bool { return wanted[s.Payment] })
}

// oneByOne are the payments that are steps of their own.
type oneByOne struct {
	all      bool
	payments map[BatchID][]int
	purses   map[BatchID]map[Purse]bool // all that these purses pay
}

func trace(ctx context.Context, r Reader, of oneByOne, keep func(FlowStep) bool) ([]FlowStep, error) {
	t, err := newTracer(ctx, r, of)
	if err != nil {
		return nil, err
	}
	return t.steps(keep)
}

// tracer goes through the batches that count, in their order.
type tracer struct {
	ctx     context.Context
	r       Reader
	told    oneByOne
	batches []Batch
	lots    map[string]map[Purse][]Lot // that each batch reserved
	rest    []FlowStep                 // of money that no batch has reserved
	anew    map[PaymentID]bool         // payments whose money went up before they were paid again: what replaces them carries new money
	carried map[PaymentID]map[Purse][]Lot
	payees  map[BatchID]map[Purse]int // of batches of which sums were read
	fn      func(FlowStep)
}

func newTracer(ctx context.Context, r Reader, of oneByOne) (*tracer, error) {
	t := &tracer{ctx: ctx, r: r, told: of, anew: map[PaymentID]bool{}, carried: map[PaymentID]map[Purse][]Lot{}, payees: map[BatchID]map[Purse]int{}}
	var err error
	if t.lots, t.rest, err = replayLots(ctx, r); err != nil {
		return nil, err
	}
	if t.batches, err = r.Batches(ctx); err != nil {
		return nil, err
	}
	t.batches = slices.DeleteFunc(t.batches, func(x Batch) bool { return !x.State.Committed() })
	for _, x := range t.batches {
		if x.Kind != Reissue {
			continue
		}
		again, err := paidAnew(ctx, r, x)
		if err != nil {
			return nil, err
		}
		maps.Copy(t.anew, again)
		err = r.PaidPersons(ctx, PartQuery{Batch: x.ID}, func(p Payment) error { t.carried[p.Replaces] = nil; return nil }) // what replaces them carries the same
		if err != nil {
			return nil, err
		}
	}
	return t, nil
}

func (t *tracer) steps(keep func(FlowStep) bool) (list []FlowStep, err error) {
	t.fn = func(s FlowStep) {
		if keep(s) {
			list = append(list, s)
		}
	}
	for _, x := range t.batches {
		if x.Kind == Reissue {
			err = t.reissue(x)
		} else {
			err = t.batch(x)
		}
		if err != nil {
			return nil, err
		}
	}
	for _, s := range t.rest {
		t.fn(s)
	}
	return list, nil
}

// batch hands the lots that a batch reserved on to its payments, in their order, and what is left to the institutions that it withheld
// for. Where all money of a purse is of one lot, every payment carries that, whatever its turn; so only the people of payments that are
// told are read, and those of purses with several lots that these are paid from.
func (t *tracer) batch(x Batch) error {
	states, err := statesOf(t.ctx, t.r, x)
	if err != nil {
		return err
	}
	numbers := t.numbers(x, states)
	if len(numbers) == 0 && t.told.payments != nil {
		return nil
	}
	sums, err := t.purses(x)
	if err != nil {
		return err
	}
	queue, withheld := map[Purse][]Lot{}, map[Purse][]Lot{}
	for _, p := range sums {
		queue[p.Purse], withheld[p.Purse] = takeLots(t.lots[x.ID.String()][p.Purse], p.Pay)
	}
	parts, turns, err := t.parts(x, numbers, queue)
	if err != nil {
		return err
	}
	own, alone := t.told.purses[x.ID], map[int]bool{}
	for _, seq := range numbers {
		alone[seq] = true
	}
	added := map[Purse][]Lot{} // of payments that are not told
	for _, p := range parts.persons {
		id, state := PaymentID{Batch: x.ID, Seq: int(p.seq)}, states.of(int(p.seq))
		if t.anew[id] && x.State != Approved {
			state = PaymentGivenUp
		}
		_, again := t.carried[id]
		carries := map[Purse][]Lot{}
		for _, part := range parts.of(id.Seq) {
			tell := t.told.all || alone[id.Seq] || own[part.Purse]
			if !tell && !turns[part.Purse] {
				continue
			}
			var taken []Lot
			taken, queue[part.Purse] = takeLots(queue[part.Purse], part.Fen)
			if !tell {
				added[part.Purse] = append(added[part.Purse], taken...)
				continue
			}
			carries[part.Purse] = append(carries[part.Purse], taken...)
			for _, l := range taken {
				t.fn(FlowStep{Payment: id, Person: p.person, Place: part.Place, Fund: part.Fund, Lot: l.Ref, Fen: l.Fen, State: state})
			}
		}
		if again {
			t.carried[id] = carries
		}
	}
	for _, p := range sums {
		for _, l := range byRef(append(added[p.Purse], queue[p.Purse]...)) {
			t.fn(FlowStep{Payment: PaymentID{Batch: x.ID}, Place: p.Place, Fund: p.Fund, Lot: l.Ref, Fen: l.Fen, State: states.most})
		}
	}
	t.deductions(x, sums, withheld)
	return nil
}

// purses are those of a batch: added up anew where all payments are told.
func (t *tracer) purses(x Batch) ([]Portion, error) {
	if t.told.all {
		return portionsByPurse(t.ctx, t.r, x)
	}
	sums, err := keptPurses(t.ctx, t.r, x)
	t.payees[x.ID] = map[Purse]int{}
	for _, p := range sums {
		t.payees[x.ID][p.Purse] = p.payees
	}
	return sums, err
}

// numbers are those of the payments that are told whichever purse they are paid from: what is asked for, else what is in another state
// than most, and what another payment replaces.
func (t *tracer) numbers(x Batch, states paidStates) []int {
	list := slices.Clone(t.told.payments[x.ID])
	if t.told.payments == nil {
		list = slices.AppendSeq(list, maps.Keys(states.odd))
	}
	for id := range t.carried {
		if id.Batch == x.ID {
			list = append(list, id.Seq)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// parts divides the payments among purses that are told, and those whose turn has to be known: all that purses in turns pay.
func (t *tracer) parts(x Batch, numbers []int, queue map[Purse][]Lot) (parts *purseParts, turns map[Purse]bool, err error) {
	q, turns := PartQuery{Batch: x.ID}, map[Purse]bool{}
	if t.told.all {
		parts, err = partsOf(t.ctx, t.r, q)
		return parts, turns, err
	}
	q.Seqs = numbers
	for k := range t.told.purses[x.ID] {
		turns[k] = true
	}
	if len(q.Seqs) == 0 && len(turns) == 0 {
		return &purseParts{}, turns, nil
	}
	for {
		q.Purses = slices.SortedFunc(maps.Keys(turns), comparePurses)
		if parts, err = partsOf(t.ctx, t.r, q); err != nil {
			return nil, nil, err
		}
		for _, seq := range q.Seqs {
			for _, part := range parts.of(seq) {
				if len(queue[part.Purse]) > 1 {
					turns[part.Purse] = true
				}
			}
		}
		if len(turns) == len(q.Purses) {
			return parts, turns, nil
		}
	}
}

// byRef adds lots of one document up, in the order in which they came.
func byRef(lots []Lot) (list []Lot) {
	for _, l := range lots {
		i := slices.IndexFunc(list, func(x Lot) bool { return x.Ref == l.Ref })
		if i < 0 {
			list = append(list, l)
			continue
		}
		list[i].Fen += l.Fen
	}
	return list
}

// reissue hands on what the payments carried that are paid again.
func (t *tracer) reissue(x Batch) error {
	parts, err := batchParts(t.ctx, t.r, x.ID)
	if err != nil {
		return err
	}
	lots := t.lots[x.ID.String()]
	err = paidOut(t.ctx, t.r, x, func(p PaidOut) error {
		switch {
		case x.State == Approved:
			p.State = ""
		case t.anew[p.ID()]:
			p.State = PaymentGivenUp
		}
		from := lots
		if !t.anew[p.Replaces] {
			from = t.carried[p.Replaces]
		}
		own := map[Purse][]Lot{}
		for _, part := range parts.of(p.Seq) {
			taken, rest := takeLots(from[part.Purse], part.Fen)
			if from != nil {
				from[part.Purse] = rest
			}
			own[part.Purse] = append(own[part.Purse], taken...)
			for _, l := range taken {
				t.fn(FlowStep{Payment: p.ID(), Person: p.Person, Place: part.Place, Fund: part.Fund, Lot: l.Ref, Fen: l.Fen, State: p.State})
			}
		}
		if _, again := t.carried[p.ID()]; again {
			t.carried[p.ID()] = own
		}
		return nil
	})
	if err != nil {
		return err
	}
	sums, err := portionsByPurse(t.ctx, t.r, x)
	t.deductions(x, sums, lots)
	return err
}

// deductions are what a batch withheld, out of the lots that its payments have left.
func (t *tracer) deductions(x Batch, sums []Portion, lots map[Purse][]Lot) {
	for _, p := range sums {
		taken, _ := takeLots(lots[p.Purse], max(p.Deduction, 0))
		for _, l := range taken {
			t.fn(FlowStep{Payment: PaymentID{Batch: x.ID}, Place: p.Place, Fund: p.Fund, Lot: l.Ref, Fen: l.Fen, Rest: RestDeduction})
		}
	}
}

// paidAnew are the payments that a reissue pays again from new money: theirs had gone back
// up before.
func paidAnew(ctx context.Context, r Reader, x Batch) (map[PaymentID]bool, error) {
	if x.Kind != Reissue {
		return nil, nil
	}
	from := map[BatchID]bool{}
	if err := r.PaidPersons(ctx, PartQuery{Batch: x.ID}, func(p Payment) error { from[p.Replaces.Batch] = true; return nil }); err != nil {
		return nil, err
	}
	anew, before := map[PaymentID]bool{}, map[PaymentID]PaymentState{}
	for _, id := range sortedNumbers(from) {
		err := r.PaymentEvents(ctx, id, func(e PaymentEvent) error { // by position
			if by, err := ParsePaymentID(e.Reason); e.State == PaymentReissued && err == nil && by.Batch == x.ID {
				anew[e.PaymentID] = before[e.PaymentID] == PaymentGivenUp
			}
			before[e.PaymentID] = e.State
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return anew, nil
}

func ofDocument(l Lot, ref string) int {
	if l.Ref == ref {
		return 1
	}
	return 0
}

// takeLots takes fen from the front of a queue of lots; what is lacking comes from nowhere.
func takeLots(queue []Lot, fen money.Fen) (taken, rest []Lot) {
	queue = slices.Clone(queue)
	for fen > 0 && len(queue) > 0 {
		part := min(fen, queue[0].Fen)
		taken = append(taken, Lot{queue[0].Ref, part})
		fen -= part
		if queue[0].Fen -= part; queue[0].Fen == 0 {
			queue = queue[1:]
		}
	}
	if fen > 0 {
		taken = append(taken, Lot{"", fen})
	}
	return taken, queue
}

// replayLots replays the postings with their origins and gives, by batch and purse, the
// lots that its approval reserved, and where the money is that no batch has reserved.
func replayLots(ctx context.Context, r Reader) (reserved map[string]map[Purse][]Lot, rest []FlowStep, err error) {
	head, err := r.Head(ctx)
	if err != nil {
		return nil, nil, err
	}
	type stock struct {
		Purse
		account ledger.Account
	}
	batches, err := r.Batches(ctx)
	if err != nil {
		return nil, nil, err
	}
	void := map[string]bool{} // what they took they gave back: as if they had not been
	for _, x := range batches {
		void[x.ID.String()] = !x.State.Committed()
	}
	queues := map[stock][]Lot{}
	reserved = map[string]map[Purse][]Lot{}
	var assigned []Lot // between a fund's general money and a place: the next posting takes it up
	err = r.Postings(ctx, 0, head.Position, func(_ int64, p ledger.Posting) error {
		if void[p.Ref] {
			return nil
		}
		k := Purse{Fund: p.Fund, Place: p.Place}
		var lots []Lot
		switch p.Source {
		case ledger.Received:
			lots = []Lot{{p.Ref, p.Fen}}
		case ledger.Recovered:
			lots = []Lot{{"收回", p.Fen}}
		case ledger.Assigned:
			lots, assigned = takeLots(assigned, p.Fen)
		default:
			queue := queues[stock{k, p.Source}]
			if p.Target == ledger.Received { // a document brought less than it said: its own money goes first
				slices.SortStableFunc(queue, func(a, b Lot) int { return -cmp.Compare(ofDocument(a, p.Ref), ofDocument(b, p.Ref)) })
			}
			lots, queues[stock{k, p.Source}] = takeLots(queue, p.Fen)
		}
		if p.Target == ledger.Assigned {
			assigned = append(assigned, lots...)
			return nil
		}
		if p.Target == ledger.Reserved && p.Source != ledger.Returned { // what came back goes on with the payment that replaces it
			if reserved[p.Ref] == nil {
				reserved[p.Ref] = map[Purse][]Lot{}
			}
			reserved[p.Ref][k] = append(reserved[p.Ref][k], lots...)
		}
		switch {
		case p.Target == ledger.SentUp && p.Source == ledger.Returned: // the payment says so
			return nil
		case p.Target == ledger.Paid && p.Source == ledger.Available:
			for _, l := range lots {
				rest = append(rest, FlowStep{Place: k.Place, Fund: k.Fund, Lot: l.Ref, Fen: l.Fen, Rest: RestSetOff})
			}
			return nil
		}
		queues[stock{k, p.Target}] = append(queues[stock{k, p.Target}], lots...)
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("payroll: replaying the ledger: %w", err)
	}
	names := map[ledger.Account]string{ledger.Available: RestAvailable, ledger.Held: RestHeld, ledger.SentUp: RestSentUp}
	for k, lots := range queues {
		for _, l := range lots {
			if names[k.account] != "" {
				rest = append(rest, FlowStep{Place: k.Place, Fund: k.Fund, Lot: l.Ref, Fen: l.Fen, Rest: names[k.account]})
			}
		}
	}
	slices.SortStableFunc(rest, func(a, b FlowStep) int {
		return cmp.Or(cmp.Compare(a.Fund, b.Fund), cmp.Compare(a.Place, b.Place), cmp.Compare(a.Rest, b.Rest))
	})
	return reserved, rest, nil
}

// Brought gives the documents by which money came in, in order.
func (b *Book) Brought(ctx context.Context) (list []string, err error) {
	err = b.view(ctx, func(r Reader) error {
		head, err := r.Head(ctx)
		if err != nil {
			return err
		}
		return r.Postings(ctx, 0, head.Position, func(_ int64, p ledger.Posting) error {
			if p.Source == ledger.Received && !slices.Contains(list, p.Ref) {
				list = append(list, p.Ref)
			}
			return nil
		})
	})
	return list, err
}
