package storetest

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"zhida/payroll"
	"zhida/payroll/ledger"
	"zhida/rules/facts"
	"zhida/rules/identity"
	"zhida/rules/money"
)

// Portions come back by person and purse and go where their batch goes; what is held adds
// up over the batches asked for.
func testPortions(t *testing.T, s payroll.Store) {
	const one, two, renamed = payroll.BatchID(202610001), payroll.BatchID(202611001), payroll.BatchID(202610002)
	portion := func(id payroll.BatchID, person int64, fund, place string, held money.Fen) payroll.Portion {
		return payroll.Portion{Batch: id, Person: person, Purse: payroll.Purse{Fund: fund, Place: place}, Gross: 10, Deduction: 1, Moved: -2, Held: held, Owed: 3, Reissued: 4, Pay: 14 - held}
	}
	list := []payroll.Portion{portion(one, 4, "F1", "430725101200", 5), portion(one, 4, "F2", "", 0), portion(one, 9, "F1", "430725101200", 7)}
	update(t, s, func(tx payroll.Tx) error {
		return errors.Join(tx.CreateBatch(ctx, batch(one)), tx.CreateBatch(ctx, batch(two)), tx.PutPortions(ctx, []payroll.Portion{list[2], list[0], list[1]}),
			tx.PutPortions(ctx, []payroll.Portion{portion(two, 4, "F1", "430725101200", -5), portion(two, 9, "F1", "430725101200", -3)}))
	})
	read := func(id payroll.BatchID) (got []payroll.Portion) {
		view(t, s, func(r payroll.Reader) error {
			return r.Portions(ctx, id, func(p payroll.Portion) error { got = append(got, p); return nil })
		})
		return got
	}
	same := cmp.Options{cmp.AllowUnexported(payroll.Portion{})}
	if diff := cmp.Diff(list, read(one), same); diff != "" {
		t.Error(diff)
	}
	type sum struct {
		Person int64
		Purse  payroll.Purse
		Fen    money.Fen
	}
	purse := payroll.Purse{Fund: "F1", Place: "430725101200"}
	for _, c := range []struct {
		batches []payroll.BatchID
		last    int64
		want    []sum
	}{
		{nil, 9, nil},
		{[]payroll.BatchID{one}, 9, []sum{{4, purse, 5}, {9, purse, 7}}},
		{[]payroll.BatchID{one}, 8, []sum{{4, purse, 5}}},
		{[]payroll.BatchID{one, two}, 9, []sum{{9, purse, 4}}},
	} {
		var got []sum
		view(t, s, func(r payroll.Reader) error {
			return r.HeldIn(ctx, c.batches, 1, c.last, func(p int64, k payroll.Purse, fen money.Fen) error { got = append(got, sum{p, k, fen}); return nil })
		})
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%v up to %d: %s", c.batches, c.last, diff)
		}
	}
	update(t, s, func(tx payroll.Tx) error { // what goes each way is not netted
		return tx.PutPortions(ctx, []payroll.Portion{{Batch: two, Person: 11, Purse: purse, Moved: 8, Held: 6, Pay: 1}, {Batch: two, Person: 11, Purse: payroll.Purse{Fund: "F2"}, Deduction: -4}})
	})
	var totals []payroll.PurseTotal
	view(t, s, func(r payroll.Reader) error {
		return r.PurseTotals(ctx, two, func(x payroll.PurseTotal) error { totals = append(totals, x); return nil })
	})
	if diff := cmp.Diff([]payroll.PurseTotal{
		{Purse: purse, Gross: 20, Deduction: 2, Owed: 6, Reissued: 8, Pay: 37, Held: 6, Released: 8, Moved: 8, Given: 4, Payees: 3},
		{Purse: payroll.Purse{Fund: "F2"}, Deduction: -4},
	}, totals); diff != "" {
		t.Error(diff)
	}
	update(t, s, func(tx payroll.Tx) error { return tx.RenameBatch(ctx, one, renamed) })
	if got := read(renamed); len(got) != 3 || len(read(one)) != 0 {
		t.Errorf("a renamed batch has %v", got)
	}
	update(t, s, func(tx payroll.Tx) error { return tx.ClearBatch(ctx, renamed) })
	if got := read(renamed); got != nil {
		t.Errorf("a cleared batch leaves %v", got)
	}
}

// Postings come back in their order, between two positions.
func testPostings(t *testing.T, s payroll.Store) {
	post := func(fund, place string, from, to ledger.Account, fen money.Fen, ref string) ledger.Posting {
		return ledger.Posting{Fund: fund, Place: place, Source: from, Target: to, Fen: fen, Ref: ref}
	}
	in := post("F1", "", ledger.Received, ledger.Available, 900, "文1")
	first, second := post("F1", "430725101", ledger.Available, ledger.Reserved, 300, "2026-10/1"), post("F0", "", ledger.Available, ledger.Held, 1, "2026-10/1")
	update(t, s, func(tx payroll.Tx) error {
		return errors.Join(tx.PutPostings(ctx, 7, []ledger.Posting{first, second}), tx.PutPostings(ctx, 3, []ledger.Posting{in}), tx.PutPostings(ctx, 9, nil))
	})
	for _, c := range []struct {
		after, upto int64
		want        []ledger.Posting
	}{{0, 9, []ledger.Posting{in, first, second}}, {3, 9, []ledger.Posting{first, second}}, {0, 6, []ledger.Posting{in}}, {7, 9, nil}} {
		var got []ledger.Posting
		view(t, s, func(r payroll.Reader) error {
			return r.Postings(ctx, c.after, c.upto, func(_ int64, p ledger.Posting) error { got = append(got, p); return nil })
		})
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("(%d, %d]: %s", c.after, c.upto, diff)
		}
	}
}

// What became of payments, what of a bank's answer was kept, and payments by account.
func testReturns(t *testing.T, s payroll.Store) {
	const one, two = payroll.BatchID(202610001), payroll.BatchID(202611001)
	pay := func(id payroll.BatchID, seq int, card string, replaces payroll.PaymentID) payroll.Payment {
		return payroll.Payment{Batch: id, Seq: seq, Person: 4, Fen: 100, Bank: "ABC", Holder: "甲", Card: identity.Card(card), Replaces: replaces}
	}
	a, b, c := pay(one, 1, "6228480000000000018", payroll.PaymentID{}), pay(one, 2, "6228480000000000026", payroll.PaymentID{}), pay(two, 1, "6228480000000000018", payroll.PaymentID{Batch: one, Seq: 2})
	event := func(id payroll.BatchID, seq int, at int64, state payroll.PaymentState) payroll.PaymentEvent {
		return payroll.PaymentEvent{PaymentID: payroll.PaymentID{Batch: id, Seq: seq}, Position: at, State: state, Cause: payroll.CauseClosed, Reason: "销户", Date: 20261031}
	}
	events := []payroll.PaymentEvent{event(one, 1, 5, payroll.PaymentCredited), event(one, 1, 8, payroll.PaymentReturned), event(one, 2, 5, payroll.PaymentReturned)}
	rows := []payroll.KeptRow{{Position: 5, Line: 3, Account: "6228480000000000034", Holder: "乙", Fen: 1, State: payroll.PaymentSent, Text: "部分成功", Problem: "没有付给这个账号的款项"},
		{Position: 8, Line: 1, Payment: payroll.PaymentID{Batch: one, Seq: 2}, Account: "6228480000000000026", Holder: "甲", Fen: 2, State: payroll.PaymentCredited, Text: "成功", Reason: "x", Problem: "金额不符"}}
	update(t, s, func(tx payroll.Tx) error {
		return errors.Join(tx.CreateBatch(ctx, batch(one)), tx.CreateBatch(ctx, batch(two)), tx.PutPayments(ctx, []payroll.Payment{a, b, c}),
			tx.PutPaymentStates(ctx, []payroll.PaymentEvent{events[1], events[2], events[0]}), tx.PutReturnRows(ctx, []payroll.KeptRow{rows[1], rows[0]}))
	})
	var gotEvents []payroll.PaymentEvent
	var gotRows []payroll.KeptRow
	var gotPayments []payroll.PaidOut
	view(t, s, func(r payroll.Reader) error {
		return errors.Join(
			r.PaymentEvents(ctx, one, func(e payroll.PaymentEvent) error { gotEvents = append(gotEvents, e); return nil }),
			r.ReturnRows(ctx, func(x payroll.KeptRow) error { gotRows = append(gotRows, x); return nil }),
			r.PaymentsTo(ctx, []string{"6228480000000000018", "1"}, func(p payroll.PaidOut) error { gotPayments = append(gotPayments, p); return nil }))
	})
	if diff := cmp.Diff(events, gotEvents); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(rows, gotRows); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]payroll.PaidOut{{Payment: a, State: payroll.PaymentReturned, Cause: payroll.CauseClosed, Reason: "销户", Since: 20261031, Answer: 8}, {Payment: c, State: payroll.PaymentSent}}, gotPayments); diff != "" {
		t.Error(diff)
	}
}

// The salts of a batch's leaves are replaced as a whole, and leave with a draft.
func testSalts(t *testing.T, s payroll.Store) {
	const one, two = payroll.BatchID(202610001), payroll.BatchID(202611001)
	read := func(id payroll.BatchID) (list []payroll.LeafSalt) {
		view(t, s, func(r payroll.Reader) error {
			return r.Salts(ctx, id, func(x payroll.LeafSalt) error { list = append(list, x); return nil })
		})
		return list
	}
	update(t, s, func(tx payroll.Tx) error {
		return errors.Join(tx.CreateBatch(ctx, batch(one)), tx.CreateBatch(ctx, batch(two)),
			tx.PutSalts(ctx, one, []payroll.LeafSalt{{Person: 1, Salt: "aa"}, {Person: 3, Salt: "bb"}}), tx.PutSalts(ctx, two, []payroll.LeafSalt{{Person: 1, Salt: "cc"}}))
	})
	update(t, s, func(tx payroll.Tx) error {
		return tx.PutSalts(ctx, one, []payroll.LeafSalt{{Person: 4, Salt: "ee"}, {Person: 2, Salt: "dd"}})
	})
	if diff := cmp.Diff([]payroll.LeafSalt{{Person: 2, Salt: "dd"}, {Person: 4, Salt: "ee"}}, read(one)); diff != "" {
		t.Error(diff)
	}
	update(t, s, func(tx payroll.Tx) error { return tx.ClearBatch(ctx, one) })
	if left, other := read(one), read(two); len(left) != 0 || len(other) != 1 {
		t.Errorf("after the draft is gone: %v, of the other batch %v", left, other)
	}
}

// What is erased is in no answer but that of what changed, and there without its body.
func testErase(t *testing.T, s payroll.Store) {
	const id = payroll.BatchID(202610001)
	one, two := fact(1, facts.KindPerson, "a", 20260101, 2, `{"name":"甲"}`), fact(2, facts.KindPerson, "a", 20260101, 2, `{"name":"乙"}`)
	update(t, s, func(tx payroll.Tx) error {
		_, err := tx.AddPersons(ctx, []string{"439901198001010105", "439901198001020119"})
		return errors.Join(err, tx.PutFacts(ctx, []payroll.Fact{one, two}), tx.CreateBatch(ctx, batch(id)), tx.PutSalts(ctx, id, []payroll.LeafSalt{{Person: 1, Salt: "aa"}, {Person: 2, Salt: "bb"}}),
			tx.PutSettlements(ctx, []payroll.Settlement{{Batch: id, Person: 1, Status: payroll.Paid, Name: "甲", Pay: 5}, {Batch: id, Person: 2, Status: payroll.Paid, Name: "乙", Pay: 6}}),
			tx.PutPayments(ctx, []payroll.Payment{{Batch: id, Seq: 1, Person: 1, Fen: 5, Card: "6228480000000000018", Holder: "甲"}}))
	})
	rest := []payroll.Remainder{{Position: 9, Batch: id, Section: "payments", Sealed: "a", Remains: "c"}, {Position: 7, Batch: id, Section: "settlements", Sealed: "a", Remains: "b"}, {Position: 7, Batch: id + 1, Section: "payments", Sealed: "d", Remains: "e"}}
	update(t, s, func(tx payroll.Tx) error {
		return errors.Join(tx.CreateBatch(ctx, batch(id+1)), tx.PutRemainders(ctx, rest))
	})
	gone := one
	gone.Commitment, gone.Binding = "cc", "dd"
	update(t, s, func(tx payroll.Tx) error {
		return tx.Erase(ctx, payroll.Erasure{Position: 7, Persons: []int64{1}, Facts: []payroll.ErasedFact{{Fact: gone, NewKey: "erased-1"}}, Leaves: []payroll.ErasedLeaf{{Batch: id, Person: 1, Public: "ee", Private: "ff"}}})
	})
	view(t, s, func(r payroll.Reader) error {
		var latest, changed []payroll.Fact
		var salts []payroll.LeafSalt
		var names []string
		err := errors.Join(
			r.Facts(ctx, payroll.FactQuery{First: 1, Last: 2}, func(f payroll.Fact) error { latest = append(latest, f); return nil }),
			r.ChangedSince(ctx, 0, 9, func(f payroll.Fact) error { changed = append(changed, f); return nil }),
			r.Salts(ctx, id, func(x payroll.LeafSalt) error { salts = append(salts, x); return nil }),
			r.Settlements(ctx, id, func(x payroll.Settlement) error { names = append(names, x.Name+x.Pay.String()); return nil }),
			r.Payments(ctx, id, func(p payroll.Payment) error {
				names = append(names, p.Card.Full()+p.Holder+p.Fen.String())
				return nil
			}))
		if err != nil {
			return err
		}
		erased := payroll.Fact{Person: 1, Kind: facts.KindPerson, Key: "erased-1", KnownFrom: 2, Commitment: "cc", Binding: "dd"}
		if diff := cmp.Diff([][]payroll.Fact{{two}, {erased, two}}, [][]payroll.Fact{latest, changed}); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]payroll.LeafSalt{{Person: 1, PublicDigest: "ee", PrivateDigest: "ff"}, {Person: 2, Salt: "bb"}}, salts); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"0.05", "乙0.06", "0.05"}, names); diff != "" {
			t.Error(diff)
		}
		who, err := r.Erased(ctx)
		if diff := cmp.Diff(map[int64]int64{1: 7}, who); diff != "" {
			t.Error(diff)
		}
		all, err3 := r.Remainders(ctx, 0)
		own, err4 := r.Remainders(ctx, id)
		if diff := cmp.Diff([][]payroll.Remainder{{rest[1], rest[2], rest[0]}, {rest[1], rest[0]}}, [][]payroll.Remainder{all, own}); diff != "" {
			t.Error(diff)
		}
		known, err2 := r.PersonsByID(ctx, []string{"439901198001010105", "439901198001020119"})
		if diff := cmp.Diff(map[string]int64{"439901198001020119": 2}, known); diff != "" {
			t.Error(diff)
		}
		return errors.Join(err, err2, err3, err4)
	})
}
