package storetest

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"zhida/payroll"
	"zhida/payroll/schedule"
	"zhida/rules/money"
)

// Movements of receivables come back in their order, those outside batches only up to
// the horizon; a renamed batch takes its receivables' names along; a cleared one its rows.
func testReceivables(t *testing.T, s payroll.Store) {
	const id, later, renamed = payroll.BatchID(202610001), payroll.BatchID(202611001), payroll.BatchID(202610002)
	entry := func(origin, by payroll.BatchID, way payroll.Way, position int64, fen money.Fen) payroll.Entry {
		return payroll.Entry{Person: 4, Origin: origin, Item: "x", Month: 202609, Batch: by, Position: position, Way: way, Fund: "F", Fen: fen, Document: "文"}
	}
	charged, collected, repaid := entry(id, id, payroll.Charged, 0, 500), entry(id, later, payroll.Collected, 0, -100), entry(id, 0, payroll.Repaid, 7, -50)
	repaid.Date = 20261130
	update(t, s, func(tx payroll.Tx) error {
		return errors.Join(tx.CreateBatch(ctx, batch(id)), tx.CreateBatch(ctx, batch(later)), tx.PutEntries(ctx, []payroll.Entry{collected, charged, repaid}))
	})
	read := func(q payroll.EntryQuery) (list []payroll.Entry) {
		view(t, s, func(r payroll.Reader) error {
			return r.Entries(ctx, q, func(e payroll.Entry) error { list = append(list, e); return nil })
		})
		return list
	}
	for _, c := range []struct {
		q    payroll.EntryQuery
		want []payroll.Entry
	}{
		{payroll.EntryQuery{Batch: later}, []payroll.Entry{collected}},
		{payroll.EntryQuery{Batches: []payroll.BatchID{id, later}, Horizon: 7, First: 1, Last: 9}, []payroll.Entry{charged, collected, repaid}},
		{payroll.EntryQuery{Batches: []payroll.BatchID{id, later}, Horizon: 6, First: 1, Last: 9}, []payroll.Entry{charged, collected}},
		{payroll.EntryQuery{Batches: []payroll.BatchID{id}, Horizon: 6, First: 4, Last: 4}, []payroll.Entry{charged}},
		{payroll.EntryQuery{Horizon: 9, First: 5, Last: 9}, nil},
	} {
		if diff := cmp.Diff(c.want, read(c.q)); diff != "" {
			t.Errorf("%+v: %s", c.q, diff)
		}
	}
	update(t, s, func(tx payroll.Tx) error { return tx.RenameBatch(ctx, id, renamed) })
	moved := charged
	moved.Origin, moved.Batch = renamed, renamed
	if diff := cmp.Diff([]payroll.Entry{moved}, read(payroll.EntryQuery{Batch: renamed})); diff != "" {
		t.Error(diff)
	}
	update(t, s, func(tx payroll.Tx) error { return tx.ClearBatch(ctx, renamed) })
	if left := read(payroll.EntryQuery{Batch: renamed}); len(left) > 0 {
		t.Errorf("a cleared batch leaves %v", left)
	}
}

// What went to others than the person adds up by person and target, over the batches asked for.
func testPaidTo(t *testing.T, s payroll.Store) {
	pay := func(id payroll.BatchID, seq int, person int64, target string, fen money.Fen) payroll.Payment {
		return payroll.Payment{Batch: id, Seq: seq, Person: person, Target: target, Fen: fen, Bank: "ABC", Card: "6228480000000000018", Holder: "甲"}
	}
	const one, two = payroll.BatchID(202610001), payroll.BatchID(202611001)
	payments := []payroll.Payment{pay(one, 1, 4, "", 900), pay(one, 2, 4, "order:甲", 100), pay(one, 3, 5, "heir:配偶", 70)}
	update(t, s, func(tx payroll.Tx) error {
		return errors.Join(tx.CreateBatch(ctx, batch(one)), tx.CreateBatch(ctx, batch(two)), tx.PutPayments(ctx, payments),
			tx.PutPayments(ctx, []payroll.Payment{pay(two, 1, 4, "order:甲", 30)}))
	})
	type sum struct {
		Person int64
		Target string
		Fen    money.Fen
	}
	view(t, s, func(r payroll.Reader) error {
		for n, want := range [][]sum{nil, {{4, "order:甲", 100}, {5, "heir:配偶", 70}}, {{4, "order:甲", 130}, {5, "heir:配偶", 70}}} {
			var got []sum
			err := r.PaidTo(ctx, []payroll.BatchID{one, two}[:n], 1, 9, func(p int64, target string, fen money.Fen) error {
				got = append(got, sum{p, target, fen})
				return nil
			})
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Errorf("%d batches: %s %v", n, diff, err)
			}
		}
		i := 0
		return r.Payments(ctx, one, func(p payroll.Payment) error {
			if p.Target != payments[i].Target {
				t.Errorf("payment %d has the target %q", p.Seq, p.Target)
			}
			i++
			return nil
		})
	})
}

// A duty that was begun is begun again until it is done, and then never; the same step
// on another day is another duty. What was begun on a day that has changed is done with it.
func testDuties(t *testing.T, s payroll.Store) {
	duty := schedule.Duty{Kind: schedule.Draft, Month: 202610, Date: 20261011}
	later := duty
	later.Date = 20261013
	begin := func(d schedule.Duty) (ok bool) {
		update(t, s, func(tx payroll.Tx) (err error) { ok, err = tx.BeginDuty(ctx, d); return err })
		return ok
	}
	for _, d := range []schedule.Duty{duty, duty, later} {
		if !begin(d) {
			t.Error("a duty that nobody has done is not begun")
		}
	}
	update(t, s, func(tx payroll.Tx) error { return tx.FinishDuty(ctx, later, 9) })
	if begin(duty) || begin(later) {
		t.Error("a duty is begun that was done")
	}
	moved := duty
	moved.Date = 20261014
	if !begin(moved) {
		t.Error("a duty on a new day is not begun")
	}
	view(t, s, func(r payroll.Reader) error {
		list, err := r.DutyRecords(ctx)
		want := []payroll.DutyRecord{{Duty: duty, Position: 9}, {Duty: later, Position: 9}, {Duty: moved}}
		if diff := cmp.Diff(want, list); diff != "" {
			t.Error(diff)
		}
		return err
	})
}

// Of many who take a turn after the same one, one gets it, and whoever had it before
// learns that it is gone.
func testTurn(t *testing.T, s payroll.Store) {
	until := time.Date(2026, 11, 11, 1, 0, 0, 0, time.UTC)
	var wg sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		wg.Add(1)
		go func() {
			defer wg.Done()
			errs[i] = s.Update(ctx, func(tx payroll.Tx) error { return tx.SetTurn(ctx, 0, payroll.Turn{Number: 1, Until: until}) })
		}()
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else if !errors.Is(err, payroll.ErrConflict) {
			t.Errorf("the loser learns %v", err)
		}
	}
	if won != 1 {
		t.Errorf("%d took the same turn", won)
	}
	want := payroll.Turn{Number: 1, Until: until.Add(time.Minute)}
	update(t, s, func(tx payroll.Tx) error { return tx.SetTurn(ctx, 1, want) })
	view(t, s, func(r payroll.Reader) error {
		got, err := r.Turn(ctx)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		return err
	})
}

// A reminder is on its way by each channel for itself, until it is sent.
func testDeliveries(t *testing.T, s payroll.Store) {
	at := time.Date(2026, 11, 11, 1, 0, 0, 0, time.UTC)
	duty := schedule.Duty{Kind: schedule.Remind, Month: 202610, Step: "review", Date: 20261015}
	mail, hook := payroll.Delivery{Duty: duty, Channel: payroll.ByMail}, payroll.Delivery{Duty: duty, Channel: payroll.ByWebhook}
	put := func(list ...payroll.Delivery) {
		update(t, s, func(tx payroll.Tx) (err error) {
			for _, d := range list {
				err = errors.Join(err, tx.PutDelivery(ctx, d))
			}
			return err
		})
	}
	put(mail, hook)
	hook.Sent = true
	mail.Next, mail.Tries = at, 2
	put(hook, mail)
	view(t, s, func(r payroll.Reader) error {
		list, err := r.Undelivered(ctx)
		if diff := cmp.Diff([]payroll.Delivery{mail}, list); diff != "" {
			t.Error(diff)
		}
		return err
	})
}
