package storetest

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"zhida/payroll"
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/money"
)

// What pages ask is answered from facts as known now: who is on a roster, and whom a name, the end of a number or a place is about.
func testLooks(t *testing.T, s payroll.Store) {
	said := func(name, word string) string {
		if word == "" {
			return ""
		}
		return `,"` + name + `":"` + word + `"`
	}
	profile := func(no int64, from calendar.Date, name, id, category, place, died string) payroll.Fact {
		return fact(no, facts.KindPerson, "", from, 5, `{"id":"`+id+`","name":"`+name+`","category":"`+category+`","place":"`+place+`"`+said("died", died)+`}`)
	}
	spell := func(no int64, from, to calendar.Date, post, rank, place string) payroll.Fact {
		f := fact(no, facts.KindSpell, place+"|"+post+"|"+from.String(), from, 5, `{"post":"`+post+`"`+said("rank", rank)+`,"place":"`+place+`"}`)
		f.To = to
		return f
	}
	const cadre, village, former = "township_cadre", "village_cadre", "former_village_cadre"
	old := profile(9, 20260101, "庚", "439901196501010099", cadre, "430725101", "")
	update(t, s, func(tx payroll.Tx) error {
		return tx.PutFacts(ctx, []payroll.Fact{
			profile(1, 20260101, "甲", "43990119650101001X", cadre, "430725101", ""), spell(1, 20200101, calendar.Forever, "镇长", "正科级", "430725101"),
			profile(2, 20260101, "乙", "439901196501010022", village, "430725101200", ""), spell(2, 20200101, 20261031, "支书", "", "430725101200"), // until the end of October, that day counted
			profile(3, 20260101, "丙", "439901196501010033", cadre, "430725101", ""), // without a post
			profile(4, 20260101, "丁", "439901196501010044", former, "430725102200", ""),
			profile(5, 20260101, "戊", "439901196501010055", former, "430725102200", "2026-10-31"), // dead on that day
			profile(6, 20261101, "己", "439901196501010066", former, "430725102200", ""),           // not yet
			profile(7, 20260101, "甲", "439901196501010077", former, "430725102200", ""), profile(7, 20261015, "甲", "439901196501010077", former, "430725103200", ""),
			profile(8, 20260101, "辛", "439901196501010088", former, "430725102200", "2026-01-05"), profile(8, 20260201, "辛", "439901196501010088", former, "430725102200", "2026-12-01"), // the last word counts
			fact(4, facts.KindAccount, "", 20260101, 5, `{"card":"6228480000000000017"}`),
			old, spell(9, 20200101, calendar.Forever, "镇长", "正科级", "430725101"),
			spell(5, 20100101, 20111231, "会计", "副科级", "430725102200"), spell(5, 20120101, 20131231, "会计", "副科级", "430725102"), spell(5, 20140101, 20151231, "会计", "科员", "430725102200"), spell(5, 20160101, 20171231, "会计", "", "430725102"),
		})
	})
	update(t, s, func(tx payroll.Tx) error { return tx.EndFacts(ctx, []payroll.Fact{old}, 8) }) // nobody says so any more
	roster := func(place string, on calendar.Date) (list []payroll.RosterRow) {
		view(t, s, func(r payroll.Reader) error {
			return r.Roster(ctx, place, on, func(x payroll.RosterRow) error { list = append(list, x); return nil })
		})
		return list
	}
	row := func(person int64, category facts.Category, place string) payroll.RosterRow {
		return payroll.RosterRow{Person: person, RosterAt: payroll.RosterAt{Place: place, Category: category}}
	}
	a, b, d := row(1, cadre, "430725101"), row(2, village, "430725101200"), row(4, former, "430725102200")
	moved, lives, late := row(7, former, "430725103200"), row(8, former, "430725102200"), row(6, former, "430725102200")
	for _, c := range []struct {
		place string
		on    calendar.Date
		want  []payroll.RosterRow
	}{
		{"", 20251231, nil}, {"", 20261031, []payroll.RosterRow{a, b, d, moved, lives}}, {"", 20261101, []payroll.RosterRow{a, d, late, moved, lives}}, {"", 20261201, []payroll.RosterRow{a, d, late, moved}},
		{"430725101", 20261031, []payroll.RosterRow{a, b}}, {"430725101200", 20261031, []payroll.RosterRow{b}}, {"43072510", 20261031, nil},
	} {
		if diff := cmp.Diff(c.want, roster(c.place, c.on)); diff != "" {
			t.Errorf("the roster of %q on %s: %s", c.place, c.on, diff)
		}
		at := map[payroll.RosterAt]int{}
		for _, x := range c.want {
			at[x.RosterAt]++
		}
		view(t, s, func(r payroll.Reader) error {
			return r.RosterCounts(ctx, c.place, c.on, func(x payroll.RosterCount) error { at[x.RosterAt] -= x.Count; return nil })
		})
		for x, n := range at {
			if n != 0 {
				t.Errorf("the roster of %q on %s counts %d too few at %+v", c.place, c.on, n, x)
			}
		}
	}
	for _, c := range []struct {
		about payroll.About
		want  []int64
	}{
		{payroll.About{Name: "甲"}, []int64{1, 7}}, {payroll.About{Name: "庚"}, nil}, {payroll.About{IDEnd: "001X"}, []int64{1}}, {payroll.About{CardEnd: "0017"}, []int64{4}},
		{payroll.About{Place: "430725101"}, []int64{1, 2, 3, 9}}, {payroll.About{Place: "430725102200"}, []int64{4, 5, 6, 7, 8}},
		{payroll.About{Turns: &payroll.Turns{From: 20261015, To: 20261031}}, []int64{2, 5, 7}}, {payroll.About{Turns: &payroll.Turns{From: 20261201, To: 20261231}}, []int64{8}},
	} {
		var got []int64
		view(t, s, func(r payroll.Reader) error {
			return r.Facts(ctx, payroll.FactQuery{About: &c.about}, func(f payroll.Fact) error {
				if n := len(got); n == 0 || got[n-1] != f.Person {
					got = append(got, f.Person)
				}
				return nil
			})
		})
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("about %+v: %s", c.about, diff)
		}
	}
	var posts []payroll.PostRow
	view(t, s, func(r payroll.Reader) error {
		return r.Posts(ctx, func(x payroll.PostRow) error { posts = append(posts, x); return nil })
	})
	if diff := cmp.Diff([]payroll.PostRow{{Post: "会计", Township: true}, {Post: "会计", Rank: "副科级", Township: true}, {Post: "会计", Rank: "科员"}, {Post: "支书"}, {Post: "镇长", Rank: "正科级", Township: true}}, posts); diff != "" {
		t.Error(diff)
	}
}

// Days are counted by what stated them: a township, a month and a kind.
func testDaysReported(t *testing.T, s payroll.Store) {
	day := func(no int64, on calendar.Date, kind, township string) payroll.Fact {
		f := fact(no, facts.KindDay, kind+"|"+on.String()+"|"+township, on, 5, `{"kind":"`+kind+`"}`)
		f.To, f.Scope = on, payroll.Scope{Township: township, Month: on.Month(), Kind: kind}.String()
		return f
	}
	gone := day(3, 20261001, "下村", "430725101")
	erased := payroll.Fact{Person: 5, Kind: facts.KindDay, Key: "4", KnownFrom: 5, Commitment: "00"} // what an erasure leaves
	update(t, s, func(tx payroll.Tx) error {
		return tx.PutFacts(ctx, []payroll.Fact{gone, erased, fact(1, facts.KindPerson, "", 20260101, 5, `{"place":"430725101"}`), // not of a scope
			day(1, 20261001, "下村", "430725101"), day(1, 20261002, "下村", "430725101"), day(2, 20261031, "下村", "430725101"),
			day(1, 20261001, "驻村", "430725101"), day(1, 20260930, "下村", "430725101"), day(1, 20261101, "下村", "430725101"), day(4, 20261015, "下村", "430725102")})
	})
	update(t, s, func(tx payroll.Tx) error { return tx.EndFacts(ctx, []payroll.Fact{gone}, 8) })
	for month, want := range map[calendar.Month][]payroll.ReportedDays{
		202610: {{Township: "430725101", Kind: "下村", People: 2, Days: 3}, {Township: "430725101", Kind: "驻村", People: 1, Days: 1}, {Township: "430725102", Kind: "下村", People: 1, Days: 1}},
		202609: {{Township: "430725101", Kind: "下村", People: 1, Days: 1}}, 202612: nil,
	} {
		var got []payroll.ReportedDays
		view(t, s, func(r payroll.Reader) error {
			return r.DaysReported(ctx, month, func(x payroll.ReportedDays) error { got = append(got, x); return nil })
		})
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", month, diff)
		}
	}
}

// Sums are kept while rows are written, in portions, and go with their batch.
func testTotals(t *testing.T, s payroll.Store) {
	const id, other = payroll.BatchID(202610001), payroll.BatchID(202610002)
	update(t, s, func(tx payroll.Tx) error { return tx.CreateBatch(ctx, batch(id)) })
	for fen, moved := range map[money.Fen]money.Fen{5: 3, -7: -4} {
		update(t, s, func(tx payroll.Tx) error {
			return tx.PutPortions(ctx, []payroll.Portion{{Batch: id, Person: int64(10 + fen), Purse: payroll.Purse{Fund: "F01", Place: "430725101"}, Gross: fen, Moved: moved, Pay: 2}, {Batch: id, Person: int64(10 + fen), Purse: payroll.Purse{Fund: "F02"}, Held: fen}})
		})
	}
	totals := func(id payroll.BatchID) (list []payroll.PurseTotal) {
		view(t, s, func(r payroll.Reader) error {
			return r.KeptPurses(ctx, id, func(x payroll.PurseTotal) error { list = append(list, x); return nil })
		})
		return list
	}
	want := []payroll.PurseTotal{{Purse: payroll.Purse{Fund: "F01", Place: "430725101"}, Gross: -2, Moved: 3, Given: 4, Pay: 4, Payees: 2}, {Purse: payroll.Purse{Fund: "F02"}, Held: 5, Released: 7}}
	var added []payroll.PurseTotal // from the rows, the same
	view(t, s, func(r payroll.Reader) error {
		return r.PurseTotals(ctx, id, func(x payroll.PurseTotal) error { added = append(added, x); return nil })
	})
	if diff := cmp.Diff(want, added); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(want, totals(id)); diff != "" {
		t.Error(diff)
	}
	update(t, s, func(tx payroll.Tx) error { return tx.RenameBatch(ctx, id, other) })
	if diff := cmp.Diff(want, totals(other)); diff != "" || len(totals(id)) != 0 {
		t.Error("renamed: ", diff)
	}
	update(t, s, func(tx payroll.Tx) error { return tx.ClearBatch(ctx, other) })
	if list := totals(other); len(list) != 0 {
		t.Errorf("cleared: %+v", list)
	}
}

// A payment is in its latest state, or sent while nobody has heard of it.
func testSent(t *testing.T, s payroll.Store) {
	const id = payroll.BatchID(202610001)
	payments := []payroll.Payment{{Batch: id, Seq: 1, Person: 4, Fen: 10}, {Batch: id, Seq: 2, Person: 5, Fen: 20}, {Batch: id, Seq: 3, Person: 6, Fen: 30}}
	update(t, s, func(tx payroll.Tx) error {
		event := func(seq int, position int64, state payroll.PaymentState) payroll.PaymentEvent {
			return payroll.PaymentEvent{PaymentID: payroll.PaymentID{Batch: id, Seq: seq}, Position: position, State: state}
		}
		return errors.Join(tx.CreateBatch(ctx, batch(id)), tx.PutPayments(ctx, payments),
			tx.PutFacts(ctx, []payroll.Fact{fact(5, facts.KindPerson, "", 20260101, 5, `{"place":"430725101200"}`), fact(6, facts.KindPerson, "", 20260101, 5, `{"place":"430725102"}`)}),
			tx.PutPaymentStates(ctx, []payroll.PaymentEvent{event(2, 8, payroll.PaymentCredited), event(2, 9, payroll.PaymentReturned), event(3, 9, payroll.PaymentReturned)}))
	})
	for _, c := range []struct {
		q    payroll.SentQuery
		want []int
	}{
		{payroll.SentQuery{}, []int{1, 2, 3}}, {payroll.SentQuery{State: payroll.PaymentSent}, []int{1}}, {payroll.SentQuery{State: payroll.PaymentCredited}, nil},
		{payroll.SentQuery{State: payroll.PaymentReturned}, []int{2, 3}}, {payroll.SentQuery{State: payroll.PaymentReturned, Most: 1}, []int{2}},
		{payroll.SentQuery{State: payroll.PaymentReturned, Place: "430725101"}, []int{2}}, {payroll.SentQuery{Person: 6}, []int{3}},
	} {
		c.q.Batches = []payroll.BatchID{id}
		var got []int
		view(t, s, func(r payroll.Reader) error {
			return r.Sent(ctx, c.q, func(p payroll.PaidOut) error { got = append(got, p.Seq); return nil })
		})
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%+v: %s", c.q, diff)
		}
	}
	view(t, s, func(r payroll.Reader) error {
		return r.Sent(ctx, payroll.SentQuery{}, func(p payroll.PaidOut) error { t.Errorf("of no batch: %+v", p); return nil })
	})
}

// Of a batch a page reads how many payments were answered, those that were once in another state than credited, and the people of some
// payments and purses.
func testParts(t *testing.T, s payroll.Store) {
	const id, other = payroll.BatchID(202610001), payroll.BatchID(202610002)
	one, two := payroll.Purse{Fund: "F01", Place: "430725101"}, payroll.Purse{Fund: "F02"}
	pay := func(batch payroll.BatchID, seq int, person int64, fen money.Fen) payroll.Payment {
		return payroll.Payment{Batch: batch, Seq: seq, Person: person, Fen: fen}
	}
	portion := func(batch payroll.BatchID, person int64, k payroll.Purse, fen money.Fen) payroll.Portion {
		return payroll.Portion{Batch: batch, Person: person, Purse: k, Pay: fen}
	}
	event := func(seq int, position int64, state payroll.PaymentState) payroll.PaymentEvent {
		return payroll.PaymentEvent{PaymentID: payroll.PaymentID{Batch: id, Seq: seq}, Position: position, State: state}
	}
	payments := []payroll.Payment{pay(id, 1, 6, 30), pay(id, 2, 4, 10), pay(id, 3, 4, 15), pay(id, 4, 5, 20), pay(other, 1, 4, 7)}
	payments[4].Replaces = payroll.PaymentID{Batch: id, Seq: 2}
	portions := []payroll.Portion{portion(id, 4, one, 5), portion(id, 4, two, 20), portion(id, 5, one, 0), portion(id, 5, two, 20), portion(id, 6, one, 30), portion(other, 4, one, 7)}
	update(t, s, func(tx payroll.Tx) error {
		return errors.Join(tx.CreateBatch(ctx, batch(id)), tx.CreateBatch(ctx, batch(other)), tx.PutPayments(ctx, payments), tx.PutPortions(ctx, portions),
			tx.PutPaymentStates(ctx, []payroll.PaymentEvent{event(1, 8, payroll.PaymentCredited), event(2, 8, payroll.PaymentCredited), event(2, 9, payroll.PaymentReturned), event(3, 9, payroll.PaymentReturned), event(3, 10, payroll.PaymentCredited)}))
	})
	for _, c := range []struct {
		q        payroll.PartQuery
		payments []payroll.Payment
		portions []payroll.Portion
	}{
		{payroll.PartQuery{Batch: id}, payments[:4], []payroll.Portion{portions[0], portions[1], portions[3], portions[4]}},
		{payroll.PartQuery{Batch: id, Seqs: []int{3}}, payments[1:3], portions[:2]}, // whom it pays, with all payments and purses
		{payroll.PartQuery{Batch: id, Purses: []payroll.Purse{one}}, payments[:3], []payroll.Portion{portions[0], portions[1], portions[4]}},
		{payroll.PartQuery{Batch: id, Seqs: []int{1, 9}, Purses: []payroll.Purse{two, {Fund: "F09"}}}, payments[:4], []payroll.Portion{portions[0], portions[1], portions[3], portions[4]}},
		{payroll.PartQuery{Batch: other}, payments[4:], portions[5:]},
		{payroll.PartQuery{Batch: other, Seqs: []int{2}}, nil, nil},
	} {
		var gotPayments []payroll.Payment
		var gotPortions []payroll.Portion
		view(t, s, func(r payroll.Reader) error {
			return errors.Join(r.PaidPersons(ctx, c.q, func(p payroll.Payment) error { gotPayments = append(gotPayments, p); return nil }),
				r.PaidPurses(ctx, c.q, func(p payroll.Portion) error { gotPortions = append(gotPortions, p); return nil }))
		})
		if diff := cmp.Diff(c.payments, gotPayments) + cmp.Diff(c.portions, gotPortions, cmp.AllowUnexported(payroll.Portion{})); diff != "" {
			t.Errorf("%+v: %s", c.q, diff)
		}
	}
	var odd []payroll.PaymentEvent
	view(t, s, func(r payroll.Reader) error {
		for batch, want := range map[payroll.BatchID][2]int{id: {4, 3}, other: {1, 0}, 202612001: {0, 0}} {
			if last, heard, err := r.Heard(ctx, batch); err != nil || [2]int{last, heard} != want {
				t.Error(batch, last, heard, err)
			}
		}
		return r.OddEvents(ctx, id, func(e payroll.PaymentEvent) error { odd = append(odd, e); return nil })
	})
	if diff := cmp.Diff([]payroll.PaymentEvent{event(2, 8, payroll.PaymentCredited), event(2, 9, payroll.PaymentReturned), event(3, 9, payroll.PaymentReturned), event(3, 10, payroll.PaymentCredited)}, odd); diff != "" {
		t.Error(diff)
	}
}
