package payroll

import (
	"context"
	"maps"
	"slices"

	"zhida/rules/money"
)

// What has become of the money of a batch is said by its purses, which were added up while it was written, and by the few payments that
// are in another state than most: so a page reads nobody of whom there is nothing to be told.

// paidStates are the states of a batch's payments.
type paidStates struct {
	most PaymentState         // of those that are not in odd; "" while the batch has not left
	odd  map[int]PaymentState // by payment number
}

func (s *paidStates) of(seq int) PaymentState {
	if state, ok := s.odd[seq]; ok {
		return state
	}
	return s.most
}

// numbers are those of the payments in odd, in order.
func (s *paidStates) numbers() []int { return slices.Sorted(maps.Keys(s.odd)) }

// statesOf gives the states of a batch's payments. As long as a bank has answered for a part of them, all answers are read.
func statesOf(ctx context.Context, r Reader, x Batch) (s paidStates, err error) {
	s.odd = map[int]PaymentState{}
	if x.State == Approved {
		return s, nil
	}
	last, heard, err := r.Heard(ctx, x.ID)
	if err != nil {
		return s, err
	}
	latest := func(e PaymentEvent) error { s.odd[e.Seq] = e.State; return nil } // by position
	switch heard {
	case 0:
		s.most = PaymentSent
		return s, nil
	case last:
		s.most, err = PaymentCredited, r.OddEvents(ctx, x.ID, latest)
	default:
		s.most, err = PaymentSent, r.PaymentEvents(ctx, x.ID, latest)
		if 2*heard > last {
			s.most = PaymentCredited
			for seq := 1; seq <= last; seq++ {
				if s.odd[seq] == "" {
					s.odd[seq] = PaymentSent
				}
			}
		}
	}
	for seq, state := range s.odd {
		if state == s.most {
			delete(s.odd, seq)
		}
	}
	return s, err
}

// paidSums is what the payments of a batch that has left come to, by state and purse.
type paidSums map[PaymentState]map[Purse]money.Fen

func (s paidSums) add(state PaymentState, k Purse, fen money.Fen) {
	if s[state] == nil {
		s[state] = map[Purse]money.Fen{}
	}
	s[state][k] += fen
}

// addedUp goes over the payments.
func addedUp(ctx context.Context, r Reader, x Batch) (list money.Fen, sums paidSums, err error) {
	sums = paidSums{}
	parts, err := batchParts(ctx, r, x.ID)
	if err != nil {
		return 0, nil, err
	}
	return list, sums, paidOut(ctx, r, x, func(p PaidOut) error {
		list += p.Fen
		for _, part := range parts.of(p.Seq) {
			sums.add(p.State, part.Purse, part.Fen)
		}
		return nil
	})
}

// keptSums is addedUp from what was added up while the batch was written, for pages. Error: batch.tampered.
func keptSums(ctx context.Context, r Reader, x Batch) (list money.Fen, sums paidSums, err error) {
	if x.Kind == Reissue { // of few, and by other purses
		return addedUp(ctx, r, x)
	}
	sums = paidSums{}
	purses, err := keptPurses(ctx, r, x)
	if err != nil {
		return 0, nil, err
	}
	states, err := statesOf(ctx, r, x)
	if err != nil {
		return 0, nil, err
	}
	for _, k := range purses {
		sums.add(states.most, k.Purse, k.Pay)
	}
	if len(states.odd) == 0 {
		return x.Net, sums, nil
	}
	parts, err := partsOf(ctx, r, PartQuery{Batch: x.ID, Seqs: states.numbers()})
	if err != nil {
		return 0, nil, err
	}
	for seq, state := range states.odd {
		for _, part := range parts.of(seq) {
			sums.add(states.most, part.Purse, -part.Fen)
			sums.add(state, part.Purse, part.Fen)
		}
	}
	return x.Net, sums, nil
}
