package payroll

import "testing"

// An answer that says two things of one payment says nothing of it.
func TestContradictionIsKept(t *testing.T) {
	batch := NewBatchID(202601, 1)
	for _, first := range []PaymentState{PaymentReturned, PaymentCredited} {
		second := PaymentCredited
		if first == PaymentCredited {
			second = PaymentReturned
		}
		m := &matcher{changes: map[outcome]*outcome{}}
		p := &candidate{PaidOut: PaidOut{Payment: Payment{Batch: batch, Seq: 2, Fen: 69000}, State: PaymentSent}}
		other := &candidate{PaidOut: PaidOut{Payment: Payment{Batch: batch, Seq: 3, Fen: 100}, State: PaymentSent}}
		m.apply(&ReturnRow{Line: 1, Fen: 69000, State: first}, p)
		m.apply(&ReturnRow{Line: 2, Fen: 100, State: PaymentCredited}, other)
		m.apply(&ReturnRow{Line: 3, Fen: 69000, State: second}, p)
		if len(m.moves) != 1 || m.moves[0].PaymentID != other.ID() {
			t.Errorf("%s first: moves %v", first, m.moves)
		}
		if len(m.kept) != 2 || m.kept[0].Line != 1 || m.kept[1].Line != 3 || m.kept[0].Payment != p.ID() {
			t.Errorf("%s first: kept %v", first, m.kept)
		}
	}
}
