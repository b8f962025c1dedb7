package main

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// retentionYears is for how many whole years after the one it is of a voucher is kept; nobody is erased before.
const retentionYears = 30

// china is the time of the years that the term counts.
var china = time.FixedZone("UTC+8", 8*60*60)

// erasures is what was taken out of the book for good, and what that left.
type erasures struct {
	events  []*event
	persons map[int64]*event              // by whom they were erased
	remains map[sectionOf]remainder       // the latest of a section
	people  map[int64][]int64             // by position, in rising order
	facts   int                           // rows of inputs/facts.tsv of which digests are left
	here    struct{ people, unknown int } // people of the batch who were erased; lines whose committed amount is not known any more
}

// changeable are the sections that an erasure changes, in the order of their rows.
var changeable = []string{"answers", "findings", "payments", "settlements"}

// sectionOf is a part of a batch whose rows an erasure changes.
type sectionOf struct{ batch, name string }

// remainder is the digest that was sealed, and that of the rows as they remain.
type remainder struct {
	position        int64
	sealed, remains string
}

// checkErasures reads erased.tsv and remainders.tsv, and holds both and every erasure against the journal: what is left of people
// is believed only where two people have signed that they were erased. It is the beginning of check 5, and others need it.
func (f *folder) checkErasures() {
	f.erasures = erasures{persons: map[int64]*event{}, remains: map[sectionOf]remainder{}, people: map[int64][]int64{}}
	head := int64(len(f.journal.events))
	rows, whole := f.readErased()
	f.compare(5, "erased.tsv", "rows.erased", rows, head, whole)
	rows, whole = f.readRemainders()
	f.compare(5, "remainders.tsv", "rows.remainder", rows, head, whole)
	for i := range f.journal.events {
		if e := &f.journal.events[i]; f.erasures.people[e.position] != nil {
			f.erasures.events = append(f.erasures.events, e)
			f.checkErasure(e, f.erasures.people[e.position])
		}
	}
}

// optional is table for a file that is left out where it has no rows.
func (f *folder) optional(number int, name string, fields int) *rows {
	if !f.has(name) {
		return &rows{ended: true}
	}
	return f.table(number, name, fields, fields)
}

// readErased reads who was erased by which event.
func (f *folder) readErased() (b bound, whole bool) {
	b = bound{}
	r := f.optional(5, "erased.tsv", 2)
	var before [2]int64
	for r.next() {
		n, ok := r.integers(0, 1)
		if !ok {
			break
		}
		at, person := n[0], n[1]
		if slices.Compare(n, before[:]) <= 0 || person < 1 || f.erasures.persons[person] != nil {
			f.fail(5, r.place(), "rows.order")
		}
		before = [2]int64{at, person}
		b.at(at).WriteString(r.raw[1] + "\n")
		f.erasures.persons[person] = f.journal.at(at)
		f.erasures.people[at] = append(f.erasures.people[at], person)
	}
	return b, !r.broken
}

// readRemainders reads what erasures left of which section.
func (f *folder) readRemainders() (b bound, whole bool) {
	b = bound{}
	r := f.optional(5, "remainders.tsv", 5)
	var at, batch int64
	name := ""
	for r.next() {
		n, ok := r.integers(0)
		if !ok {
			break
		}
		x := remainder{n[0], strings.Clone(r.fields[3]), strings.Clone(r.fields[4])}
		of := sectionOf{strings.Clone(r.fields[1]), strings.Clone(r.fields[2])}
		if !batchForm.MatchString(of.batch) || !slices.Contains(changeable, of.name) || !digestForm.MatchString(x.sealed) || !digestForm.MatchString(x.remains) {
			r.malformed(1)
			break
		}
		order := batchOrder(of.batch)
		if x.position < at || x.position == at && (order < batch || order == batch && of.name <= name) {
			f.fail(5, r.place(), "rows.order")
		}
		at, batch, name = x.position, order, of.name
		if before, ok := f.erasures.remains[of]; ok {
			f.expect(5, r.place(), "sealed", x.sealed, before.sealed)
		}
		b.at(x.position).WriteString(strings.Join(r.raw[1:], "\t") + "\n")
		f.erasures.remains[of] = x
	}
	return b, !r.broken
}

// checkErasure holds one event that erased people against what was proposed: the same people, by another person, accepted by an
// approver. That the proposal exists and is another's is check 2.
func (f *folder) checkErasure(e *event, people []int64) {
	n, _ := integer(e.payload.get("proposal"))
	proposal := f.journal.at(n)
	if e.kind != "proposal.accepted" || proposal == nil || proposal.payload.get("proposal") != "data.erase" || !e.signer.may("approver") {
		f.fail(5, e.place, "erasure.not_decided", e.position)
		return
	}
	f.expect(5, e.place, "erased", e.payload.get("erased"), position(int64(len(people))))
	list, err := json.Marshal(struct {
		Persons  []int64 `json:"persons"`
		Document string  `json:"document"`
	}{people, e.payload.get("document")})
	if err == nil {
		f.expect(5, proposal.place, "digest", proposal.payload.get("digest"), sum3(list).String())
	}
}

// standing gives the digest that the rows of a section must have: the one that was sealed, or where people were erased since,
// that of what remains.
func (f *folder) standing(number int, batch, name, sealed string) string {
	x, ok := f.erasures.remains[sectionOf{batch, name}]
	if !ok {
		return sealed
	}
	f.expect(number, place{File: "remainders.tsv"}, batch+" "+name, x.sealed, sealed)
	return x.remains
}

// mayBeGone says whether a person was erased, as rows claim, when everything known about them was old enough; year is that of
// what the row is about.
func (f *folder) mayBeGone(number int, at place, person int64, year int) bool {
	e := f.erasures.persons[person]
	switch {
	case e == nil:
		f.fail(number, at, "erasure.nobody", person)
		return false
	case year+retentionYears >= e.time.In(china).Year():
		f.fail(number, at, "erasure.too_early", person, e.position, year)
	}
	return true
}

// yearOf is the year in which something became known.
func (f *folder) yearOf(position int64) int {
	if e := f.journal.at(position); e != nil {
		return e.time.In(china).Year()
	}
	return 0
}

// checkErasedFact looks at a fact of which only digests are left.
func (f *folder) checkErasedFact(r *rows, person, from, to int64) bool {
	if strings.Join(r.fields[2:5], "")+strings.Join(r.fields[7:11], "") != "" || !digestForm.MatchString(r.fields[11]) || !digestForm.MatchString(r.fields[12]) {
		r.malformed(11)
		return false
	}
	f.mayBeGone(5, r.place(), person, max(f.yearOf(from), f.yearOf(to)))
	f.erasures.facts++
	return true
}

// remainingSettlement and remainingPayment give what an erasure leaves of a row: no name, answer, reason or refusals; no account,
// bank numbers, holder or other recipient.
func remainingSettlement(fields []string) []string {
	if len(fields) < 13 {
		return fields
	}
	row := slices.Clone(fields[:13])
	row[2], row[10], row[11], row[12] = "", "", "", ""
	if n := len(fields); (n-13)%4 == 2 && fields[n-2] == "reissued" {
		row = append(row, fields[n-2:]...)
	}
	return row
}

func remainingPayment(fields []string) []string {
	if len(fields) < 9 {
		return fields
	}
	row := slices.Clone(fields[:9])
	row[4], row[5], row[6], row[7] = "", "", "", ""
	if n := len(fields); n >= 11 && fields[n-2] == "replaces" {
		row = append(row, fields[n-2:]...)
	}
	return row
}

// expectGone expects a row of an erased person to say no more than an erasure leaves.
func (f *folder) expectGone(number int, at place, person int64, is, must []string) {
	if !slices.Equal(is, must) {
		f.fail(number, at, "erasure.not_gone", person)
	}
}

// checkErasedLeaf takes the digests of a leaf whose parts are gone into the tree.
func (w *walk) checkErasedLeaf(person int64) bool {
	fields := w.leaves.fields
	public, ok := digestOf(fields[3])
	private, ok2 := digestOf(fields[4])
	if !ok || !ok2 || fields[1]+fields[2] != "" {
		w.leaves.malformed(3)
		return false
	}
	if w.erasures.persons[person] == nil {
		w.fail(4, w.leaves.place(), "erasure.nobody", person)
	}
	w.tree.add(public, private)
	return true
}

// remainsOf gives, by section, what the rows of a folder come to once some people are taken out as an erasure does.
func (f *folder) remainsOf(file, name string, erased map[int64]*event, upTo int64) (digest, bool) {
	remaining, person := remainingSettlement, 0
	if name == "payments" {
		remaining, person = remainingPayment, 1
	}
	quiet := &folder{report: newReport(f.name), src: f.src, files: f.files}
	h := newSM3()
	r := quiet.table(11, file, 9, 1_000_000)
	for r.next() {
		n, ok := r.integers(person)
		if !ok {
			break
		}
		row := r.fields
		if e := erased[n[0]]; e != nil && e.position <= upTo {
			row = remaining(row)
		}
		h.WriteString(rowOf(row...))
	}
	return h.digest(), !r.broken
}

// erasedSince holds what a folder says is left of a batch against a folder from before, which has the rows whole: nothing but the
// erased people must have gone from them.
func (t *together) erasedSince(f *folder) {
	for of, x := range f.erasures.remains {
		for _, before := range t.folders {
			if of.name == "findings" || of.name == "answers" {
				t.findingsSince(f, before, of, x)
				continue
			}
			dir := "sealed/"
			if before.sealed.batch != of.batch {
				dir = "inputs/batches/" + strings.Replace(of.batch, "/", "-", 1) + "/"
			}
			file := dir + of.name + ".tsv"
			if before.erasures.remains[of].position >= x.position || !before.has(file) {
				continue
			}
			is, ok := before.remainsOf(file, of.name, f.erasures.persons, x.position)
			if !ok || is.String() != x.remains {
				t.fail(11, place{File: f.name + ": remainders.tsv"}, "together.erased", of.name, of.batch, before.name)
			}
			t.compared[of] = true
		}
	}
}

// findingsSince holds findings of a batch that two folders have against each other: what is left says the same, or nothing.
func (t *together) findingsSince(f, before *folder, of sectionOf, x remainder) {
	if f.sealed.batch != of.batch || before.sealed.batch != of.batch || before.erasures.remains[of].position >= x.position {
		return
	}
	file := of.name + ".tsv"
	old := (&folder{report: newReport(before.name), src: before.src, files: before.files}).table(11, file, 1, 1_000_000)
	now := (&folder{report: newReport(f.name), src: f.src, files: f.files}).table(11, file, 1, 1_000_000)
	same := true
	for same && old.next() {
		same = now.next() && saysLess(now.fields, old.fields)
	}
	if !same || now.next() {
		t.fail(11, place{File: f.name + ": remainders.tsv"}, "together.erased", of.name, of.batch, before.name)
	}
	t.compared[of] = true
	old.close()
	now.close()
}

// markParts are the parts of a finding's mark before its arguments and rows, which an erasure takes.
const markParts = 10

// saysLess says whether a row of findings has the fields of another, or empty ones; of the mark the parts.
func saysLess(is, was []string) bool {
	if len(is) != len(was) {
		return false
	}
	for i := range is {
		a, b := []string{is[i]}, []string{was[i]}
		if i == 2 && was[0] == "finding" {
			if a, b = strings.Split(is[i], "\x1f"), strings.Split(was[i], "\x1f"); len(a) == markParts {
				b = b[:min(len(b), markParts)]
			}
		}
		if len(a) != len(b) {
			return false
		}
		for n := range a {
			if a[n] != b[n] && a[n] != "" {
				return false
			}
		}
	}
	return true
}
