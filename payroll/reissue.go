package payroll

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"zhida/rules"
	"zhida/rules/calendar"
	"zhida/rules/message"
	"zhida/rules/money"
)

// ReissueResult is what a draft of reissues came to.
type ReissueResult struct {
	Batches []Batch   // one a channel
	Left    []LeftOut // payments that came back and are not in them
}

// LeftOut is a payment that came back and is not paid again now.
type LeftOut struct {
	PaidOut
	Why message.Message
}

// nameLeft fills in who the persons are.
func nameLeft(ctx context.Context, r Reader, list []LeftOut) ([]LeftOut, error) {
	paid := make([]PaidOut, len(list))
	for i := range list {
		paid[i] = list[i].PaidOut
	}
	err := namePaid(ctx, r, paid)
	for i := range list {
		list[i].Name = paid[i].Name
	}
	return list, err
}

// Replacements gives what pays payments again, drafts too: by the payment that came back, in their order. One that several people
// share is replaced by several.
func (b *Book) Replacements(ctx context.Context) (again map[PaymentID][]PaymentID, err error) {
	err = b.view(ctx, func(r Reader) error {
		again = map[PaymentID][]PaymentID{}
		batches, err := r.Batches(ctx)
		if err != nil {
			return err
		}
		for _, x := range batches {
			if x.Kind != Reissue || !x.State.open() && !x.State.Committed() {
				continue
			}
			if err := r.Payments(ctx, x.ID, func(p Payment) error { again[p.Replaces] = append(again[p.Replaces], p.ID()); return nil }); err != nil {
				return err
			}
		}
		return nil
	})
	return again, err
}

// SamePay gives a payment with what it pays again and what pays it again, however often: the same money.
func SamePay(id PaymentID, again map[PaymentID][]PaymentID) []PaymentID {
	before := map[PaymentID]PaymentID{}
	for from, list := range again {
		for _, to := range list {
			before[to] = from
		}
	}
	for from, ok := before[id]; ok; from, ok = before[id] {
		id = from
	}
	same := []PaymentID{id}
	for i := 0; i < len(same); i++ {
		same = append(same, again[same[i]]...)
	}
	return same
}

// again is a payment that came back, with where it goes now.
type again struct {
	PaidOut
	to    []share
	parts []PursePart
}

// ReissueDraft drafts batches that pay again what came back: the same amounts, to the
// accounts as they are known now, each naming the payment it replaces. only, when given,
// are the payments to take. A payment whose account has not changed since is left out
// unless sameReason says why the same account will do now. The draft goes the way of
// every batch: submit, check, approve, export. Error: reissue.open while one is open.
func (b *Book) ReissueDraft(ctx context.Context, s *Session, only []PaymentID, sameReason string) (result ReissueResult, err error) {
	if err := s.need(RoleMaker); err != nil {
		return result, err
	}
	err = b.update(ctx, func(tx Tx) error {
		result = ReissueResult{}
		head, err := tx.Head(ctx)
		if err != nil {
			return err
		}
		batches, err := tx.Batches(ctx)
		if err != nil {
			return err
		}
		var month calendar.Month
		for _, x := range batches {
			if x.Kind == Reissue && x.State.open() {
				return message.Err("reissue.open", x.ID)
			}
			if x.State.Committed() {
				month = max(month, x.ID.Month())
			}
		}
		list, left, err := b.returned(ctx, tx, batches, only, sameReason, month)
		if err != nil {
			return err
		}
		if result.Left, err = nameLeft(ctx, tx, left); err != nil {
			return err
		}
		at := b.now().UTC().Truncate(time.Second)
		pairs := []string{"month", month.String(), "kind", string(Reissue), "horizon", num(head.Position), "computed", at.Format(time.RFC3339), "rules", num(int64(rules.Version)), "same_account", sameReason}
		for start := 0; start < len(list); {
			end := start
			for end < len(list) && list[end].Channel == list[start].Channel {
				end++
			}
			batch, err := b.putReissue(ctx, tx, month, at, head.Position, list[start:end])
			if err != nil {
				return err
			}
			result.Batches = append(result.Batches, batch)
			pairs = append(pairs, "batch", batch.ID.String(), "digest", batch.Digest, "channel", batch.Channel)
			start = end
		}
		if len(result.Batches) == 0 {
			return nil
		}
		_, err = b.record(ctx, tx, s, EventBatchComputed, pairs...)
		return err
	})
	return result, err
}

// returned finds the payments that came back and can be paid again, by channel, batch
// and number, and says of the others why not.
func (b *Book) returned(ctx context.Context, tx Tx, batches []Batch, only []PaymentID, sameReason string, month calendar.Month) (list []again, left []LeftOut, err error) {
	open, err := openRows(ctx, tx)
	if err != nil {
		return nil, nil, err
	}
	for _, x := range batches {
		if x.State != Exported {
			continue
		}
		var back []PaidOut
		err := paidOut(ctx, tx, x, func(p PaidOut) error {
			wanted := len(only) == 0 || slices.Contains(only, p.ID())
			if wanted && (p.State == PaymentReturned || p.State == PaymentRecalled || p.State == PaymentGivenUp && len(only) > 0) {
				back = append(back, p)
			}
			return nil
		})
		if err != nil || len(back) == 0 {
			if err != nil {
				return nil, nil, err
			}
			continue
		}
		parts, err := batchParts(ctx, tx, x.ID)
		if err != nil {
			return nil, nil, err
		}
		for _, p := range back {
			if i := slices.IndexFunc(open, func(row KeptRow) bool { return row.Payment == p.ID() }); i >= 0 {
				left = append(left, LeftOut{p, message.M("reissue.open_row", open[i].Position, open[i].Line)})
				continue
			}
			to, why, err := b.whereNow(ctx, tx, p, sameReason, month)
			if err != nil {
				return nil, nil, err
			}
			if !why.IsZero() {
				left = append(left, LeftOut{p, why})
				continue
			}
			list = append(list, again{p, to, parts.of(p.Seq)})
		}
	}
	if len(only) > 0 && len(list)+len(left) != len(only) {
		return nil, nil, message.Err("reissue.not_returned")
	}
	slices.SortStableFunc(list, func(x, y again) int { return strings.Compare(x.Channel, y.Channel) })
	return list, left, nil
}

// whereNow says to which accounts a payment that came back goes now, or why to none.
func (b *Book) whereNow(ctx context.Context, r Reader, p PaidOut, sameReason string, month calendar.Month) ([]share, message.Message, error) {
	people, standings, err := loadPersons(ctx, r, 0, p.Person, p.Person)
	if err != nil || len(people) != 1 {
		return nil, message.Message{}, fmt.Errorf("payroll: person %d of a payment: %w", p.Person, err)
	}
	who := &people[0]
	a := &account{standing: *standings[p.Person], on: max(month.Last(), calendar.DateIn(b.now(), zone)), died: who.Died(), calc: &calc{}}
	a.own, a.hasOwn = accountAt(who, a.on)
	var list []share
	switch number, court := strings.CutPrefix(p.Target, targetOrder); {
	case court:
		for _, o := range a.orders {
			if o.Number == number {
				list = []share{{p.Fen, o.account(), p.Target}}
			}
		}
		if list == nil {
			return nil, message.M("reissue.no_order", number), nil
		}
	default:
		a.calc.program, err = programNow(ctx, r)
		if err != nil {
			return nil, message.Message{}, err
		}
		if why := a.held(); !why.IsZero() {
			return nil, why, nil
		}
		if list = a.toPerson(p.Fen); a.dead() {
			heirs, _ := a.heirs()
			list = byShares(p.Fen, heirs, targetHeir)
		}
	}
	if list = oneOf(list, p.Payment, a.dead()); list == nil {
		return nil, message.M("reissue.no_recipient", p.Payment.TargetChinese()), nil
	}
	if len(list) == 1 && list[0].account.Card.Full() == p.Card.Full() && list[0].account.Holder == p.Holder && sameReason == "" {
		return nil, message.M("reissue.same_account"), nil
	}
	return list, message.Message{}, nil
}

// oneOf keeps what came back from one of several recipients with that one: the others
// have their shares. It is nil when the book does not name that recipient any more. A
// guardian's payment goes to whoever receives the person's pay once no guardian does.
func oneOf(list []share, p Payment, dead bool) []share {
	heir, guardian := strings.HasPrefix(p.Target, targetHeir), strings.HasPrefix(p.Target, targetGuardian)
	named := func(s share) bool { return strings.HasPrefix(s.target, targetGuardian) }
	if !heir && !guardian || guardian && (dead || !slices.ContainsFunc(list, named)) {
		return list
	}
	var same []share
	for _, s := range list {
		if s.target == p.Target {
			same = append(same, s)
		}
	}
	if len(same) > 1 { // of the same relation by the same document
		same = slices.DeleteFunc(same, func(s share) bool { return s.account.Holder != p.Holder })
	}
	if len(same) != 1 {
		return nil
	}
	same[0].fen = p.Fen
	return same
}

// putReissue writes the draft of one channel.
func (b *Book) putReissue(ctx context.Context, tx Tx, month calendar.Month, at time.Time, horizon int64, list []again) (Batch, error) {
	seq, err := tx.NextSeq(ctx, month)
	if err != nil {
		return Batch{}, err
	}
	batch := Batch{ID: NewBatchID(month, seq), Kind: Reissue, Channel: list[0].Channel, State: Staging, Horizon: horizon, RulesVersion: rules.Version, ComputedAt: at}
	if err := tx.CreateBatch(ctx, batch); err != nil {
		return batch, err
	}
	people, portions := map[int64]*Settlement{}, map[int64]map[Purse]*Portion{}
	var payments []Payment
	for _, x := range list {
		st := people[x.Person]
		if st == nil {
			p, err := latestProfile(ctx, tx, x.Person)
			if err != nil {
				return batch, err
			}
			st = &Settlement{Batch: batch.ID, Person: x.Person, Status: Paid, Name: p.Name, Category: p.Category, Place: p.Place}
			people[x.Person], portions[x.Person] = st, map[Purse]*Portion{}
		}
		st.Reissued += x.Fen
		st.Pay += x.Fen
		for _, part := range x.parts {
			if portions[x.Person][part.Purse] == nil {
				portions[x.Person][part.Purse] = &Portion{Batch: batch.ID, Person: x.Person, Purse: part.Purse}
			}
			portions[x.Person][part.Purse].Reissued += part.Fen
			portions[x.Person][part.Purse].Pay += part.Fen
		}
		for _, to := range x.to {
			payments = append(payments, Payment{Batch: batch.ID, Seq: len(payments) + 1, Person: x.Person, Fen: to.fen, Bank: to.account.Bank, Card: to.account.Card, CNAPS: to.account.CNAPS,
				Branch: to.account.Branch, Holder: to.account.Holder, Place: x.Place, Target: to.target, Replaces: x.ID()})
		}
	}
	var settlements []Settlement
	var shared []Portion
	for _, no := range sortedNumbers(people) {
		settlements = append(settlements, *people[no])
		batch.Net += people[no].Pay
		batch.Reissued += people[no].Reissued
		var own []Portion
		for _, x := range portions[no] {
			own = append(own, *x)
		}
		slices.SortFunc(own, func(a, b Portion) int { return comparePurses(a.Purse, b.Purse) })
		shared = append(shared, own...)
	}
	batch.Roster, batch.Payees = len(settlements), len(settlements)
	for _, put := range []error{tx.PutSettlements(ctx, settlements), tx.PutPortions(ctx, shared), tx.PutPayments(ctx, payments)} {
		if put != nil {
			return batch, put
		}
	}
	if batch.Digest, err = digestOf(ctx, tx, batch); err != nil {
		return batch, err
	}
	batch.State = Draft
	return batch, tx.SetBatch(ctx, batch, Staging)
}

func sortedNumbers[K ~int64, V any](m map[K]V) []K {
	list := make([]K, 0, len(m))
	for no := range m {
		list = append(list, no)
	}
	slices.Sort(list)
	return list
}

// notInDoubt refuses a reissue while a row of a bank's answer about a payment that it replaces
// is open: the money may have arrived after all. Error: reissue.doubtful.
func notInDoubt(ctx context.Context, r Reader, batch BatchID) error {
	open, err := openRows(ctx, r)
	if err != nil || len(open) == 0 {
		return err
	}
	rows := map[PaymentID]KeptRow{}
	for _, x := range open {
		rows[x.Payment] = x
	}
	return r.Payments(ctx, batch, func(p Payment) error {
		if x, ok := rows[p.Replaces]; ok && p.Replaces != (PaymentID{}) {
			return message.Err("reissue.doubtful", batch, p.Replaces, x.Position, x.Line)
		}
		return nil
	})
}

// reissueHolds says whether every payment that a reissue replaces still waits to be paid
// again, and goes where it would go now. Errors: reissue.stale, reissue.doubtful.
func (b *Book) reissueHolds(ctx context.Context, r Reader, batch Batch) error {
	if err := notInDoubt(ctx, r, batch.ID); err != nil {
		return err
	}
	now := map[PaymentID][]Payment{}
	from := map[BatchID]bool{}
	err := r.Payments(ctx, batch.ID, func(p Payment) error {
		now[p.Replaces] = append(now[p.Replaces], p)
		from[p.Replaces.Batch] = true
		return nil
	})
	if err != nil {
		return err
	}
	var waiting []PaidOut
	for _, id := range sortedNumbers(from) {
		old, err := r.Batch(ctx, id)
		if err != nil {
			return err
		}
		err = paidOut(ctx, r, old, func(p PaidOut) error {
			if now[p.ID()] != nil && (p.State == PaymentReturned || p.State == PaymentRecalled || p.State == PaymentGivenUp) {
				waiting = append(waiting, p)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	if len(waiting) != len(now) {
		return message.Err("reissue.stale", batch.ID)
	}
	for _, p := range waiting {
		to, why, err := b.whereNow(ctx, r, p, "asked before", batch.ID.Month())
		if err != nil {
			return err
		}
		goes := func(x share, y Payment) bool {
			return x.fen == y.Fen && x.account.Card.Full() == y.Card.Full() && x.account.Holder == y.Holder && x.target == y.Target
		}
		if !why.IsZero() || !slices.EqualFunc(to, now[p.ID()], goes) {
			return message.Err("reissue.stale", batch.ID)
		}
	}
	return nil
}

// givenUp adds up, by purse, what a reissue pays again although its money went back up:
// that takes new money.
func givenUp(ctx context.Context, r Reader, batch *Batch) (map[Purse]money.Fen, error) {
	seen := map[PaymentID]bool{}
	from := map[BatchID]bool{}
	err := r.Payments(ctx, batch.ID, func(p Payment) error {
		seen[p.Replaces], from[p.Replaces.Batch] = true, true
		return nil
	})
	if err != nil {
		return nil, err
	}
	sums := map[Purse]money.Fen{}
	for _, id := range sortedNumbers(from) {
		old, err := r.Batch(ctx, id)
		if err != nil {
			return nil, err
		}
		parts, err := batchParts(ctx, r, id)
		if err != nil {
			return nil, err
		}
		err = paidOut(ctx, r, old, func(p PaidOut) error {
			if seen[p.ID()] && p.State == PaymentGivenUp {
				for _, part := range parts.of(p.Seq) {
					sums[part.Purse] += part.Fen
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return sums, nil
}

// replaced marks the payments that a reissue pays again, at its approval.
func replaced(ctx context.Context, tx Tx, batch *Batch, position int64) error {
	seen := map[PaymentID]bool{}
	var list []PaymentEvent
	err := tx.Payments(ctx, batch.ID, func(p Payment) error {
		if p.Replaces != (PaymentID{}) && !seen[p.Replaces] {
			seen[p.Replaces] = true
			list = append(list, PaymentEvent{PaymentID: p.Replaces, Position: position, State: PaymentReissued, Reason: p.ID().String()})
		}
		return nil
	})
	if err != nil {
		return err
	}
	return tx.PutPaymentStates(ctx, list)
}

// restored gives the payments that a voided batch replaced the state they had before: what
// came back is returned again, what was given up stays given up.
func restored(ctx context.Context, tx Tx, batch *Batch, position int64) error {
	again := map[PaymentID]PaymentID{}
	if err := tx.Payments(ctx, batch.ID, func(p Payment) error {
		if p.Replaces != (PaymentID{}) {
			again[p.Replaces] = p.ID()
		}
		return nil
	}); err != nil {
		return err
	}
	before := map[PaymentID]PaymentEvent{}
	seen := map[BatchID]bool{}
	for id := range again {
		if seen[id.Batch] {
			continue
		}
		seen[id.Batch] = true
		if err := tx.PaymentEvents(ctx, id.Batch, func(e PaymentEvent) error { // by position
			if _, mine := again[e.PaymentID]; mine && e.State != PaymentReissued {
				before[e.PaymentID] = e
			}
			return nil
		}); err != nil {
			return err
		}
	}
	var list []PaymentEvent
	for id := range again {
		e := before[id]
		e.Position = position
		list = append(list, e)
	}
	return tx.PutPaymentStates(ctx, list)
}
