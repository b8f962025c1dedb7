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
	Payment PaymentID // of RestDeduction the batch alone
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
	err = b.view(ctx, func(r Reader) error { list, err = trace(ctx, r, keep); return err })
	return list, err
}

func trace(ctx context.Context, r Reader, keep func(FlowStep) bool) (list []FlowStep, err error) {
	lots, rest, err := replayLots(ctx, r)
	if err != nil {
		return nil, err
	}
	batches, err := r.Batches(ctx)
	if err != nil {
		return nil, err
	}
	anew := map[PaymentID]bool{}
	carried := map[PaymentID]map[Purse][]Lot{} // of payments that were paid again: what replaces them carries the same
	for _, x := range batches {
		if x.Kind != Reissue || !x.State.Committed() {
			continue
		}
		again, err := paidAnew(ctx, r, x)
		if err != nil {
			return nil, err
		}
		maps.Copy(anew, again)
		if err := r.Payments(ctx, x.ID, func(p Payment) error { carried[p.Replaces] = nil; return nil }); err != nil {
			return nil, err
		}
	}
	for _, x := range batches {
		if !x.State.Committed() {
			continue
		}
		if err := traceBatch(ctx, r, x, lots[x.ID.String()], carried, anew, func(s FlowStep) {
			if keep(s) {
				list = append(list, s)
			}
		}); err != nil {
			return nil, err
		}
	}
	for _, s := range rest {
		if keep(s) {
			list = append(list, s)
		}
	}
	return list, nil
}

// traceBatch hands the lots that a batch reserved on to its payments, in their order, and
// what is left to the institutions that it withheld for. anew are payments whose money went
// up before they were paid again: what replaces them carries new money.
func traceBatch(ctx context.Context, r Reader, x Batch, lots map[Purse][]Lot, carried map[PaymentID]map[Purse][]Lot, anew map[PaymentID]bool, fn func(FlowStep)) error {
	parts, err := batchParts(ctx, r, x.ID)
	if err != nil {
		return err
	}
	err = paidOut(ctx, r, x, func(p PaidOut) error {
		switch {
		case x.State == Approved:
			p.State = ""
		case anew[p.ID()]:
			p.State = PaymentGivenUp
		}
		from := lots
		if p.Replaces != (PaymentID{}) && !anew[p.Replaces] {
			from = carried[p.Replaces]
		}
		own := map[Purse][]Lot{}
		for _, part := range parts.of(p.Seq) {
			taken, rest := takeLots(from[part.Purse], part.Fen)
			if from != nil {
				from[part.Purse] = rest
			}
			own[part.Purse] = append(own[part.Purse], taken...)
			for _, l := range taken {
				fn(FlowStep{Payment: p.ID(), Person: p.Person, Place: part.Place, Fund: part.Fund, Lot: l.Ref, Fen: l.Fen, State: p.State})
			}
		}
		if _, again := carried[p.ID()]; again {
			carried[p.ID()] = own
		}
		return nil
	})
	if err != nil {
		return err
	}
	portions, err := portionsByPurse(ctx, r, x.ID)
	for _, p := range portions {
		taken, _ := takeLots(lots[p.Purse], max(p.Deduction, 0))
		for _, l := range taken {
			fn(FlowStep{Payment: PaymentID{Batch: x.ID}, Place: p.Place, Fund: p.Fund, Lot: l.Ref, Fen: l.Fen, Rest: RestDeduction})
		}
	}
	return err
}

// paidAnew are the payments that a reissue pays again from new money: theirs had gone back
// up before.
func paidAnew(ctx context.Context, r Reader, x Batch) (map[PaymentID]bool, error) {
	if x.Kind != Reissue {
		return nil, nil
	}
	from := map[BatchID]bool{}
	if err := r.Payments(ctx, x.ID, func(p Payment) error { from[p.Replaces.Batch] = true; return nil }); err != nil {
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
