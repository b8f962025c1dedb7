package payroll

import (
	"testing"

	"zhida/rules/calendar"
	"zhida/rules/identity"
)

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

// A clerk who names the wrong batch is told so by whatever the answer says of its batch; what says
// nothing leaves the word to the clerk.
func TestNamedBatchIsHeldAgainstTheAnswer(t *testing.T) {
	january, february := NewBatchID(202601, 1), NewBatchID(202602, 1)
	const card, poor, stranger = "0000001", "0000002", "0000003"
	for name, c := range map[string]struct {
		file    string // name of the answer
		row     ReturnRow
		refused BatchID
		about   BatchID // that the row is kept for or moves, 0 for none
	}{
		"nothing tells":                       {"answer.txt", ReturnRow{Account: card, Fen: 100}, 0, february},
		"the file's name":                     {"back-ccb-01.txt", ReturnRow{Account: card, Fen: 100}, january, 0},
		"the name of the batch that is named": {"back-ccb-02.txt", ReturnRow{Account: card, Fen: 100}, 0, february},
		"the number of the row":               {"answer.txt", ReturnRow{Account: card, Fen: 100, Seq: 1}, january, 0},
		"the number as it is in February":     {"answer.txt", ReturnRow{Account: card, Fen: 100, Seq: 2}, 0, february},
		"a number of neither":                 {"answer.txt", ReturnRow{Account: card, Fen: 100, Seq: 9}, 0, february},
		"a day before February left":          {"answer.txt", ReturnRow{Account: card, Fen: 100, Date: 20260121}, january, 0},
		"a day before both left":              {"answer.txt", ReturnRow{Account: card, Fen: 100, Date: 20260101}, 0, february},
		"another amount":                      {"answer.txt", ReturnRow{Account: card, Fen: 77}, 0, february},
		"an account of January alone":         {"answer.txt", ReturnRow{Account: poor, Fen: 77}, 0, 0},
		"nobody's account":                    {"answer.txt", ReturnRow{Account: stranger, Fen: 77}, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			paid := func(batch BatchID, file string, seq int, account string) *candidate {
				return &candidate{PaidOut: PaidOut{Payment: Payment{Batch: batch, Seq: seq, Fen: 100, Card: identity.Card(account), File: file}, State: PaymentSent}, place: seq}
			}
			m := &matcher{name: c.file, only: february, changes: map[outcome]*outcome{}, weights: map[string]int{},
				left: map[string]calendar.Date{january.String(): 20260120, february.String(): 20260220},
				byAccount: map[string][]*candidate{
					card: {paid(january, "ccb-01.txt", 1, card), paid(february, "ccb-02.txt", 2, card)},
					poor: {paid(january, "ccb-01.txt", 2, poor)},
				}}
			c.row.State = PaymentCredited
			m.matchRows([]*ReturnRow{&c.row})
			if got := m.elsewhere(); got != c.refused {
				t.Errorf("refused for %s, want %s", got, c.refused)
			}
			var about BatchID
			for _, x := range m.kept {
				about = x.Payment.Batch
			}
			for _, x := range m.moves {
				about = x.Batch
			}
			if c.refused == 0 && about != c.about {
				t.Errorf("about %s, want %s", about, c.about)
			}
		})
	}
}
