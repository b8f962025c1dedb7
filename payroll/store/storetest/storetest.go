// Package storetest is the one conformance suite for all stores: whatever keeps a
// book behaves the same.
package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"zhida/payroll"
	"zhida/payroll/journal"
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/message"
	"zhida/rules/money"
)

// Run runs the suite; open gives a new, empty book each time.
func Run(t *testing.T, open func(t *testing.T) payroll.Store) {
	for name, f := range map[string]func(*testing.T, payroll.Store){
		"Meta": testMeta, "Journal": testJournal, "Facts": testFacts, "Looks": testLooks, "DaysReported": testDaysReported, "Totals": testTotals, "Sent": testSent, "Parts": testParts, "Identity": testIdentity, "Batch": testBatch,
		"Guards": testGuards, "Rollback": testRollback, "Policies": testPolicies, "Sums": testSums, "Snapshot": testSnapshot,
		"Receivables": testReceivables, "PaidTo": testPaidTo, "Duties": testDuties, "Turn": testTurn, "Deliveries": testDeliveries,
		"Portions": testPortions, "Postings": testPostings, "Returns": testReturns, "Salts": testSalts, "Erase": testErase, "Checking": testChecking,
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			defer s.Close()
			f(t, s)
		})
	}
}

var ctx = context.Background()

func update(t *testing.T, s payroll.Store, f func(payroll.Tx) error) {
	t.Helper()
	if err := s.Update(ctx, f); err != nil {
		t.Fatal(err)
	}
}

func view(t *testing.T, s payroll.Store, f func(payroll.Reader) error) {
	t.Helper()
	if err := s.View(ctx, f); err != nil {
		t.Fatal(err)
	}
}

func testMeta(t *testing.T, s payroll.Store) {
	view(t, s, func(r payroll.Reader) error {
		if _, err := r.Meta(ctx); !errors.Is(err, payroll.ErrNotFound) {
			t.Errorf("an empty book has a meta: %v", err)
		}
		return nil
	})
	want := payroll.Meta{County: "430725", Name: "桃源县", Rehearsal: true, Format: 1, Salt: "ab", Cutover: 202610}
	update(t, s, func(tx payroll.Tx) error { return tx.InitBook(ctx, want) })
	view(t, s, func(r payroll.Reader) error {
		got, err := r.Meta(ctx)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		return err
	})
}

func event(t *testing.T, head journal.Head, actor string) journal.Event {
	t.Helper()
	e, err := journal.New(head, time.Date(2026, 11, 1, 0, 0, int(head.Position), 0, time.UTC), actor, "test", journal.Payload("说明", "换\n行"))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func testJournal(t *testing.T, s payroll.Store) {
	var head journal.Head
	var all []journal.Event
	for range 3 {
		e := event(t, head, "张敏")
		update(t, s, func(tx payroll.Tx) error { return tx.AppendEvent(ctx, e) })
		head = e.Head()
		e.Signature = []byte{}
		all = append(all, e)
	}
	stale := event(t, all[0].Head(), "李四")
	if err := s.Update(ctx, func(tx payroll.Tx) error { return tx.AppendEvent(ctx, stale) }); !errors.Is(err, payroll.ErrConflict) {
		t.Errorf("an event in the middle of the chain: %v", err)
	}
	view(t, s, func(r payroll.Reader) error {
		got, err := r.Head(ctx)
		if diff := cmp.Diff(head, got); diff != "" {
			t.Error(diff)
		}
		var list []journal.Event
		err = errors.Join(err, r.Events(ctx, 2, 0, func(e journal.Event) error { list = append(list, e); return nil }))
		if diff := cmp.Diff(all[1:], list); diff != "" {
			t.Error(diff)
		}
		return err
	})
}

// fact has a body as every fact has one: JSON. A word is its text.
func fact(person int64, kind facts.Kind, key string, from calendar.Date, known int64, body string) payroll.Fact {
	if !json.Valid([]byte(body)) {
		body = strconv.Quote(body)
	}
	return payroll.Fact{Person: person, Kind: kind, Key: key, From: from, To: calendar.Forever, KnownFrom: known, Body: body, Salt: "00", Where: "花名册!B7"}
}

func collect(t *testing.T, s payroll.Store, q payroll.FactQuery) (bodies []string) {
	t.Helper()
	view(t, s, func(r payroll.Reader) error {
		return r.Facts(ctx, q, func(f payroll.Fact) error {
			bodies = append(bodies, fmt.Sprintf("%d %s %s %s", f.Person, f.Kind, f.Key, strings.Trim(f.Body, `"`)))
			return nil
		})
	})
	return bodies
}

// A, then B, then A again is three versions, and each point of the journal sees its own.
func testFacts(t *testing.T, s payroll.Store) {
	put := func(list ...payroll.Fact) { update(t, s, func(tx payroll.Tx) error { return tx.PutFacts(ctx, list) }) }
	end := func(f payroll.Fact, at int64) {
		update(t, s, func(tx payroll.Tx) error { return tx.EndFacts(ctx, []payroll.Fact{f}, at) })
	}
	a := fact(1, facts.KindPerson, "", 20260101, 5, "A")
	put(a, fact(2, facts.KindPerson, "", 20260101, 5, "其他人"), fact(0, facts.KindPlace, "430725101", 20200101, 4, "地点"))
	end(a, 6)
	b := fact(1, facts.KindPerson, "", 20260101, 6, "B")
	put(b)
	end(b, 7)
	put(fact(1, facts.KindPerson, "", 20260101, 7, "A"))
	for horizon, want := range map[int64][]string{4: nil, 5: {"1 person  A"}, 6: {"1 person  B"}, 7: {"1 person  A"}, 0: {"1 person  A"}} {
		if diff := cmp.Diff(want, collect(t, s, payroll.FactQuery{Horizon: horizon, First: 1, Last: 1})); diff != "" {
			t.Errorf("horizon %d: %s", horizon, diff)
		}
	}
	if diff := cmp.Diff([]string{"0 place 430725101 地点"}, collect(t, s, payroll.FactQuery{})); diff != "" {
		t.Error(diff)
	}
	if err := s.Update(ctx, func(tx payroll.Tx) error {
		return tx.EndFacts(ctx, []payroll.Fact{fact(9, facts.KindPerson, "", 20260101, 5, "")}, 8)
	}); !errors.Is(err, payroll.ErrConflict) {
		t.Errorf("ending a fact nobody knows: %v", err)
	}
	changed := 0
	view(t, s, func(r payroll.Reader) error {
		return r.ChangedSince(ctx, 5, 7, func(f payroll.Fact) error {
			changed++
			if f.Person != 1 {
				t.Errorf("person %d did not change", f.Person)
			}
			return nil
		})
	})
	if changed != 3 {
		t.Errorf("%d versions changed, not 3", changed)
	}
	day := fact(3, facts.KindDay, "下村|2026-10-12|430725101", 20261012, 9, "天")
	day.Scope = "430725101/2026-10/下村"
	put(day)
	if diff := cmp.Diff([]string{"3 day 下村|2026-10-12|430725101 天"}, collect(t, s, payroll.FactQuery{Scope: day.Scope})); diff != "" {
		t.Error(diff)
	}
	// What begins or ends between two days, what became known since, and who people are.
	known := fact(4, facts.KindAmount, "known", 20200101, 12, "新录入")
	begins, ends, before := fact(4, facts.KindSpell, "begins", 20261101, 9, "到任"), fact(4, facts.KindSpell, "ends", 20200101, 9, "离任"), fact(4, facts.KindSpell, "before", 20200101, 9, "早已离任")
	ends.To, before.To = 20261031, 20260930
	put(known, begins, ends, before, fact(4, facts.KindPerson, "", 20200101, 9, "人"), fact(4, facts.KindSpell, "after", 20261201, 9, "以后到任"))
	moving := collect(t, s, payroll.FactQuery{First: 4, Last: 4, Moving: &payroll.Moving{After: 11, From: 20261001, To: 20261130}})
	if diff := cmp.Diff([]string{"4 amount known 新录入", "4 person  人", "4 spell begins 到任", "4 spell ends 离任"}, moving); diff != "" {
		t.Error(diff)
	}
}

func testIdentity(t *testing.T, s payroll.Store) {
	update(t, s, func(tx payroll.Tx) error {
		got, err := tx.AddPersons(ctx, []string{"439901198503010016", "439901198503010032"})
		if diff := cmp.Diff(map[string]int64{"439901198503010016": 1, "439901198503010032": 2}, got); diff != "" {
			t.Error(diff)
		}
		return err
	})
	if err := s.Update(ctx, func(tx payroll.Tx) error {
		_, err := tx.AddPersons(ctx, []string{"439901198503010016"})
		return err
	}); message.Code(err) != "store.conflict" {
		t.Errorf("one ID under two numbers: %v", err)
	}
	account := fact(1, facts.KindAccount, "", 20260101, 5, `{"card":"6200590000000000017","bank":"ABC","holder":"张甲"}`)
	update(t, s, func(tx payroll.Tx) error { return tx.PutFacts(ctx, []payroll.Fact{account}) })
	holders := func(want map[string][]int64) {
		t.Helper()
		view(t, s, func(r payroll.Reader) error {
			got, err := r.CardHolders(ctx, []string{"6200590000000000017", "1"})
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			return err
		})
	}
	holders(map[string][]int64{"6200590000000000017": {1}})
	update(t, s, func(tx payroll.Tx) error { return tx.EndFacts(ctx, []payroll.Fact{account}, 6) })
	holders(map[string][]int64{})
}

func batch(id payroll.BatchID) payroll.Batch {
	return payroll.Batch{ID: id, Kind: payroll.Regular, Channel: "统发", State: payroll.Staging, Horizon: 9, RulesVersion: 1,
		ComputedAt: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)}
}

func rows(id payroll.BatchID) ([]payroll.Line, []payroll.Settlement, []payroll.Payment) {
	var lines []payroll.Line
	var people []payroll.Settlement
	var payments []payroll.Payment
	for p := int64(1); p <= 300; p++ { // more than one multi-row insert
		lines = append(lines, payroll.Line{Batch: id, Person: p, Item: "base_salary", Month: 202610, Side: payroll.Gross, Fen: money.Fen(1<<40 + p), Due: money.Fen(1<<40 + p),
			Place: "430725101", Policy: 7, Fund: "F01", Cause: "month", Text: 0})
		if p%50 == 0 {
			lines[p-1].Month, lines[p-1].Cause = 202609, []string{"month", "5,6"}[p/50%2]
		}
		people = append(people, payroll.Settlement{Batch: id, Person: p, Status: payroll.Paid, Name: "买买提·艾力", Category: facts.TownshipCadre, Place: "430725101",
			Gross: 5, Held: 3, Owed: -1, Pay: 1, Items: []payroll.Refusal{{Item: "top_up", Month: 202610, Problem: message.M("rules.peer_refused", 2)}}})
		payments = append(payments, payroll.Payment{Batch: id, Seq: int(p), Person: p, Fen: 1, Bank: "ABC", Card: "6200590000000000017", Holder: "买买提·艾力", Place: "430725101"})
	}
	people[0].Status, people[0].Reason = payroll.OnHold, message.M("settle.no_account")
	return lines, people, payments
}

func testBatch(t *testing.T, s payroll.Store) {
	const id, other = payroll.BatchID(202610001), payroll.BatchID(202610002)
	lines, people, payments := rows(id)
	update(t, s, func(tx payroll.Tx) error {
		if n, err := tx.NextSeq(ctx, 202610); err != nil || n != 1 {
			t.Errorf("the first sequence is %d: %v", n, err)
		}
		return errors.Join(tx.CreateBatch(ctx, batch(id)), tx.PutLines(ctx, lines), tx.PutSettlements(ctx, people), tx.PutPayments(ctx, payments),
			tx.PutTexts(ctx, id, 0, []string{"第一句"}), tx.PutTexts(ctx, id, 1, []string{"第二句"}))
	})
	view(t, s, func(r payroll.Reader) error {
		list, err := r.Batches(ctx)
		if len(list) != 0 {
			t.Error("a staged batch is visible")
		}
		return err
	})
	head := batch(id)
	head.State, head.Averages = payroll.Draft, []facts.Average{{Item: "top_up", Group: "一级科员", Month: 202610, Fen: 1, Count: 2}}
	update(t, s, func(tx payroll.Tx) error { return tx.SetBatch(ctx, head, payroll.Staging) })
	update(t, s, func(tx payroll.Tx) error {
		if n, err := tx.NextSeq(ctx, 202610); err != nil || n != 2 {
			t.Errorf("the next sequence is %d: %v", n, err)
		}
		return tx.RenameBatch(ctx, id, other)
	})
	head.ID = other
	lines, people, payments = rows(other)
	view(t, s, func(r payroll.Reader) error {
		got, err := r.Batch(ctx, other)
		if diff := cmp.Diff(head, got); diff != "" {
			t.Error(diff)
		}
		var l []payroll.Line
		var p []payroll.Settlement
		var m []payroll.Payment
		err = errors.Join(err, r.Lines(ctx, payroll.LineQuery{Batch: other}, func(x payroll.Line) error { l = append(l, x); return nil }),
			r.Settlements(ctx, other, func(x payroll.Settlement) error { p = append(p, x); return nil }),
			r.Payments(ctx, other, func(x payroll.Payment) error { m = append(m, x); return nil }))
		for _, diff := range []string{cmp.Diff(lines, l), cmp.Diff(people, p)} {
			if diff != "" {
				t.Error(diff)
			}
		}
		for i := range payments {
			if len(m) != len(payments) || m[i].Card.Full() != payments[i].Card.Full() || m[i].Holder != payments[i].Holder {
				t.Fatalf("payment %d came back different", i)
			}
		}
		for _, q := range []payroll.LineQuery{{Batch: other, Cause: "5,6"}, {Batch: other, Before: 202610}, {Batch: other, Before: 202610, Cause: "month"}, {Batch: other, First: 60, Last: 220, Cause: "5,6"}, {Batch: other, Before: 202609}} {
			want, some := []payroll.Line(nil), []payroll.Line(nil)
			for _, x := range lines {
				if (q.Cause == "" || x.Cause == q.Cause) && (q.Before == 0 || x.Month < q.Before) && (q.Last == 0 || q.First <= x.Person && x.Person <= q.Last) {
					want = append(want, x)
				}
			}
			err = errors.Join(err, r.Lines(ctx, q, func(x payroll.Line) error { some = append(some, x); return nil }))
			if diff := cmp.Diff(want, some); diff != "" {
				t.Errorf("%+v: %s", q, diff)
			}
		}
		texts, err2 := r.Texts(ctx, other)
		if diff := cmp.Diff([]string{"第一句", "第二句"}, texts); diff != "" {
			t.Error(diff)
		}
		second, err3 := r.Text(ctx, other, 1)
		if second != "第二句" {
			t.Errorf("text 1 is %q", second)
		}
		if _, err := r.Text(ctx, other, 2); !errors.Is(err, payroll.ErrNotFound) {
			t.Errorf("a text that is not there: %v", err)
		}
		for place, want := range map[string][]payroll.Settlement{"430725101": people, "430725102": nil, "43072510": nil} {
			var at []payroll.Settlement
			err3 = errors.Join(err3, r.SettledAt(ctx, []payroll.BatchID{other}, place, func(x payroll.Settlement) error { at = append(at, x); return nil }))
			if diff := cmp.Diff(want, at); diff != "" {
				t.Errorf("at %s: %s", place, diff)
			}
		}
		if _, err := r.Batch(ctx, id); !errors.Is(err, payroll.ErrNotFound) {
			t.Errorf("the old id is still there: %v", err)
		}
		return errors.Join(err, err2, err3)
	})
	update(t, s, func(tx payroll.Tx) error { return tx.ClearBatch(ctx, other) })
}

// Of two who move a batch on from the same state, exactly one succeeds.
func testGuards(t *testing.T, s payroll.Store) {
	const id = payroll.BatchID(202610001)
	update(t, s, func(tx payroll.Tx) error { return tx.CreateBatch(ctx, batch(id)) })
	next := batch(id)
	next.State = payroll.Draft
	var wg sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		wg.Add(1)
		go func() {
			defer wg.Done()
			errs[i] = s.Update(ctx, func(tx payroll.Tx) error { return tx.SetBatch(ctx, next, payroll.Staging) })
		}()
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		switch {
		case err == nil:
			won++
		case message.Code(err) != "store.conflict" && message.Code(err) != "store.busy":
			t.Errorf("the loser learns %v", err)
		}
	}
	if won != 1 {
		t.Errorf("%d of 8 succeeded", won)
	}
	approved := next
	approved.State = payroll.Approved
	update(t, s, func(tx payroll.Tx) error { return tx.SetBatch(ctx, approved, payroll.Draft) })
	if err := s.Update(ctx, func(tx payroll.Tx) error { return tx.ClearBatch(ctx, id) }); !errors.Is(err, payroll.ErrConflict) {
		t.Errorf("an approved batch was cleared: %v", err)
	}
	gone, _, _ := rows(202610009)
	if err := s.Update(ctx, func(tx payroll.Tx) error { return tx.PutLines(ctx, gone) }); message.Code(err) != "store.conflict" {
		t.Errorf("lines of a batch that somebody cleared: %v", err)
	}
}

// The first error ends the transaction and leaves nothing behind, and a caller who
// gave up before it began starts none.
func testRollback(t *testing.T, s payroll.Store) {
	broken := errors.New("broken")
	err := s.Update(ctx, func(tx payroll.Tx) error {
		if err := tx.PutFacts(ctx, []payroll.Fact{fact(1, facts.KindPerson, "", 20260101, 5, "A")}); err != nil {
			return err
		}
		return broken
	})
	if !errors.Is(err, broken) {
		t.Error(err)
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	if err := s.Update(gone, func(payroll.Tx) error { t.Error("ran although cancelled"); return nil }); err == nil {
		t.Error("a cancelled update reports success")
	}
	inside, cancelInside := context.WithCancel(ctx)
	err = s.Update(inside, func(tx payroll.Tx) error {
		cancelInside()
		return errors.Join(tx.PutFacts(inside, []payroll.Fact{fact(2, facts.KindPerson, "", 20260101, 5, "B")}), broken)
	})
	if !errors.Is(err, broken) {
		t.Error(err)
	}
	if got := collect(t, s, payroll.FactQuery{First: 1, Last: 9}); len(got) != 0 {
		t.Errorf("left behind: %v", got)
	}
}

func testPolicies(t *testing.T, s payroll.Store) {
	p := payroll.AdoptedPolicy{Position: 5, Code: "a.yaml", Document: "样例〔2026〕1号", Title: "样例", Digest: "00", Text: "文件:\n"}
	update(t, s, func(tx payroll.Tx) error { return tx.PutPolicy(ctx, p) })
	update(t, s, func(tx payroll.Tx) error { return tx.WithdrawPolicy(ctx, 5, 9) })
	if err := s.Update(ctx, func(tx payroll.Tx) error { return tx.WithdrawPolicy(ctx, 5, 10) }); !errors.Is(err, payroll.ErrConflict) {
		t.Errorf("withdrawn twice: %v", err)
	}
	view(t, s, func(r payroll.Reader) error {
		for horizon, want := range map[int64]int{4: 0, 5: 1, 8: 1, 9: 0, 0: 0} {
			list, err := r.Policies(ctx, horizon)
			if err != nil || len(list) != want {
				t.Errorf("at %d there are %d policies, %v", horizon, len(list), err)
			}
		}
		_, err := r.Settings(ctx, 0)
		if !errors.Is(err, payroll.ErrNotFound) {
			t.Errorf("settings of an empty book: %v", err)
		}
		return nil
	})
	update(t, s, func(tx payroll.Tx) error {
		return errors.Join(tx.PutProposal(ctx, payroll.Proposal{Position: 3, Kind: "settings", Actor: "张敏", Title: "设置", Payload: []byte("{}")}),
			tx.DecideProposal(ctx, 3, 4, true))
	})
	if err := s.Update(ctx, func(tx payroll.Tx) error { return tx.DecideProposal(ctx, 3, 5, false) }); !errors.Is(err, payroll.ErrConflict) {
		t.Errorf("decided twice: %v", err)
	}
}

func testSums(t *testing.T, s payroll.Store) {
	for i, fen := range []money.Fen{100, -30, -70} {
		id := payroll.NewBatchID(202610, i+1)
		update(t, s, func(tx payroll.Tx) error {
			b := batch(id)
			b.Horizon = int64(10 + i)
			return errors.Join(tx.CreateBatch(ctx, b),
				tx.PutLines(ctx, []payroll.Line{{Batch: id, Person: 4, Item: "x", Month: 202610, Side: payroll.Gross, Fen: fen}}),
				tx.PutSettlements(ctx, []payroll.Settlement{{Batch: id, Person: 4, Status: payroll.OnHold, Place: "430725101200", Held: fen}}))
		})
	}
	ids := []payroll.BatchID{202610001, 202610002, 202610003}
	view(t, s, func(r payroll.Reader) error {
		for _, place := range []string{"430725101200", "430725101"} { // a township has its villages with it
			n := 0
			if err := r.SettledAt(ctx, ids[1:], place, func(payroll.Settlement) error { n++; return nil }); err != nil || n != 2 {
				t.Errorf("at %s: %d, %v", place, n, err)
			}
		}
		for n, want := range map[int]money.Fen{0: 0, 1: 100, 2: 70, 3: 0} {
			var sum, held money.Fen
			err := errors.Join(r.Committed(ctx, ids[:n], 1, 9, func(x payroll.CommittedSum) error {
				sum += x.Fen
				if x.Horizon != int64(9+n) {
					t.Errorf("%d batches: horizon %d", n, x.Horizon)
				}
				return nil
			}), r.Balances(ctx, ids[:n], 1, 9, func(x payroll.Balance) error { held += x.Held; return nil }))
			if err != nil || sum != want || held != want {
				t.Errorf("%d batches: committed %s, held %s, want %s: %v", n, sum, held, want, err)
			}
		}
		return nil
	})
	update(t, s, func(tx payroll.Tx) error {
		return tx.PutLines(ctx, []payroll.Line{{Batch: ids[1], Person: 5, Item: "x", Month: 202610, Side: payroll.Gross, Fund: "F01", Fen: 7}, {Batch: ids[1], Person: 4, Item: "a", Month: 202610, Side: payroll.Deduction, Fen: 9}})
	})
	var got []payroll.LineSum
	view(t, s, func(r payroll.Reader) error {
		return errors.Join(r.LineSums(ctx, ids[:2], "", func(x payroll.LineSum) error { got = append(got, x); return nil }),
			r.LineSums(ctx, nil, "", func(x payroll.LineSum) error { t.Errorf("of no batch: %+v", x); return nil }))
	})
	want := []payroll.LineSum{{Batch: ids[0], Item: "x", Side: payroll.Gross, Count: 1, Fen: 100}, {Batch: ids[1], Item: "a", Side: payroll.Deduction, Count: 1, Fen: 9}, {Batch: ids[1], Item: "x", Side: payroll.Gross, Count: 2, Fen: -23}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	got = nil
	view(t, s, func(r payroll.Reader) error {
		return r.LineSums(ctx, ids, "F01", func(x payroll.LineSum) error { got = append(got, x); return nil })
	})
	if diff := cmp.Diff([]payroll.LineSum{{Batch: ids[1], Item: "x", Side: payroll.Gross, Count: 1, Fen: 7}}, got); diff != "" {
		t.Error(diff)
	}

	// By place as well: a village lies within its township, and another township does not.
	update(t, s, func(tx payroll.Tx) error {
		var lines []payroll.Line
		var people []payroll.Settlement
		for i, place := range []string{"430725101", "430725101200", "430725102", "43072510"} {
			lines = append(lines, payroll.Line{Batch: ids[2], Person: int64(10 + i), Item: "y", Month: 202610, Side: payroll.Gross, Fen: money.Fen(1 + i), Place: place, Policy: 3, Fund: "F1"})
			var refused []payroll.Refusal
			if i > 0 {
				refused = []payroll.Refusal{{Item: "y", Month: 202610}}
			}
			people = append(people, payroll.Settlement{Batch: ids[2], Person: int64(10 + i), Items: refused, Answer: []string{"", "", "查过", ""}[i], Status: []payroll.Status{payroll.Paid, payroll.Refused, payroll.NotDue, payroll.OnHold}[i], Place: place})
		}
		return errors.Join(tx.PutLines(ctx, lines), tx.PutSettlements(ctx, people))
	})
	var totals []payroll.LineTotal
	var counts []payroll.StatusCount
	var turned, within, open []int64
	view(t, s, func(r payroll.Reader) (err error) {
		open, err = r.OpenRefusals(ctx, ids[2])
		return errors.Join(err, r.LineTotals(ctx, ids[2], func(x payroll.LineTotal) error { totals = append(totals, x); return nil }),
			r.StatusCounts(ctx, ids[2], func(x payroll.StatusCount) error { counts = append(counts, x); return nil }),
			r.Turned(ctx, ids[2], func(x payroll.Settlement) error { turned = append(turned, x.Person); return nil }),
			r.Lines(ctx, payroll.LineQuery{Batch: ids[2], Within: "430725101"}, func(x payroll.Line) error { within = append(within, x.Person); return nil }))
	})
	wantTotals := []payroll.LineTotal{{Item: "x", Side: payroll.Gross, Count: 1, Fen: -70}}
	for i, place := range []string{"43072510", "430725101", "430725101200", "430725102"} {
		wantTotals = append(wantTotals, payroll.LineTotal{Item: "y", Side: payroll.Gross, Place: place, Policy: 3, Fund: "F1", Count: 1, Fen: []money.Fen{4, 1, 2, 3}[i]})
	}
	wantCounts := []payroll.StatusCount{{Status: payroll.OnHold, Place: "43072510", Count: 1}, {Status: payroll.OnHold, Place: "430725101200", Count: 1}, {Status: payroll.NotDue, Place: "430725102", Count: 1}, {Status: payroll.Paid, Place: "430725101", Count: 1}, {Status: payroll.Refused, Place: "430725101200", Count: 1}}
	if diff := cmp.Diff(wantTotals, totals) + cmp.Diff(wantCounts, counts) + cmp.Diff([]int64{4, 11, 13}, turned) + cmp.Diff([]int64{10, 11}, within) + cmp.Diff([]int64{11, 13}, open); diff != "" {
		t.Error(diff)
	}
}

// A reader sees one snapshot, whatever is written meanwhile.
func testSnapshot(t *testing.T, s payroll.Store) {
	count := func(r payroll.Reader) (n int) {
		if err := r.Facts(ctx, payroll.FactQuery{First: 1, Last: 9}, func(payroll.Fact) error { n++; return nil }); err != nil {
			t.Error(err)
		}
		return n
	}
	view(t, s, func(r payroll.Reader) error {
		if n := count(r); n != 0 {
			t.Errorf("%d facts in an empty book", n)
		}
		update(t, s, func(tx payroll.Tx) error {
			return tx.PutFacts(ctx, []payroll.Fact{fact(1, facts.KindPerson, "", 20260101, 5, "A")})
		})
		if n := count(r); n != 0 {
			t.Errorf("a running reader sees %d new facts", n)
		}
		return nil
	})
	view(t, s, func(r payroll.Reader) error {
		if n := count(r); n != 1 {
			t.Errorf("a new reader sees %d facts", n)
		}
		return nil
	})
}
