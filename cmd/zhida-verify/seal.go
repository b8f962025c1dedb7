package main

import (
	"encoding/hex"
	"io"
	"slices"
	"strconv"
	"strings"
)

// sealed is what check 3 learns about the batch and later checks need.
type sealed struct {
	batch     string
	digest    string
	horizon   int64
	head      batchHead
	submitted *event
	checked   *event
	approved  *event
	ok        bool // horizon and head could be read
	totals    *totals
	payments  []payment
	states    map[string]string // of payments of the batch: the last
	moves     map[int64]moved   // by position, after the export
	ownPay    []string          // which of the three are people of the batch
	silent    int               // events after the export that changed payments, of which the folder has no row
}

// signer is one of the three who sign a seal.
type signer struct{ kind, role string }

var signers = []signer{{"batch.submitted", "maker"}, {"batch.checked", "checker"}, {"batch.approved", "approver"}}

// sealNames are the lines of seal.txt after the first; the last stands only where findings were sealed.
var sealNames = []string{"county", "batch", "digest", "horizon", "rules", "leaves", "root", "findings"}

// checkSeal is check 3.
func (f *folder) checkSeal() {
	text, ok := f.readSmall(3, "seal.txt")
	if !ok || !f.readSeal(text) {
		return
	}
	s := &f.sealed
	at := place{File: "about.txt"}
	for _, name := range []string{"county", "batch", "digest", "horizon", "rules"} {
		f.expect(3, at, name, f.about.get(name), f.seal.get(name))
	}
	f.expect(3, at, "format", f.about.get("format"), "zhida-evidence 1")
	f.expect(3, at, "seal", f.about.get("seal"), sum3([]byte(text)).String())
	head, ok := f.readHead(3, "sealed/batch.tsv", "sealed/")
	if ok {
		f.expect(3, place{File: "sealed/batch.tsv"}, "digest", head.digest, s.digest)
		f.expect(3, place{"sealed/batch.tsv", 1, 0}, "batch", head.batch, s.batch)
		f.expect(3, place{"sealed/batch.tsv", 1, 0}, "rules", head.rules, f.seal.get("rules"))
		f.expect(3, at, "kind", f.about.get("kind"), head.kind)
		f.expect(3, at, "channel", f.about.get("channel"), head.channel)
		f.expect(3, at, "narrowed", f.about.get("narrowed"), head.narrowed)
		f.expect(3, at, "apart", f.about.get("apart"), head.apart)
	}
	s.head, s.ok = head, ok
	f.checkSigners(text)
	f.checkAnswers()
	f.checkComputed()
	f.checkVoided()
	if s.submitted != nil && s.checked != nil && s.approved != nil {
		f.established(3, s.batch, s.submitted.actor, s.checked.actor, s.approved.actor)
	}
}

// readSeal reads seal.txt, which has exactly its lines in their order.
func (f *folder) readSeal(text string) bool {
	first, rest, _ := strings.Cut(text, "\n")
	list, bad := parsePairs(rest)
	names := list.names()
	if first != "zhida-seal 1" || bad > 0 || !slices.Equal(names, sealNames[:7]) && !slices.Equal(names, sealNames) {
		f.fail(3, place{File: "seal.txt", Line: bad + 1}, "seal.form")
		return false
	}
	horizon, ok := integer(list.get("horizon"))
	if !ok || !batchForm.MatchString(list.get("batch")) {
		f.fail(3, place{File: "seal.txt"}, "seal.form")
		return false
	}
	f.seal = list
	f.sealed.batch, f.sealed.digest, f.sealed.horizon = list.get("batch"), list.get("digest"), horizon
	const name = "findings.tsv"
	if findings := list.get("findings"); findings == "" && f.has(name) {
		f.fail(3, place{File: name}, "seal.not_sealed")
	} else if findings != "" {
		if text, ok := f.readSmall(3, name); ok {
			f.expect(3, place{File: name}, "findings", sum3([]byte(text)).String(), f.standing(3, f.sealed.batch, "findings", findings))
		}
	}
	return true
}

// checkSigners looks at the three who signed the batch of the folder, and at their signatures beside the seal.
func (f *folder) checkSigners(text string) {
	s := &f.sealed
	found := f.threeEvents(s.batch)
	s.submitted, s.checked, s.approved = found[0], found[1], found[2]
	f.threePeople(3, place{File: "journal.tsv"}, s.batch, text, found)
	for i, e := range found {
		if e == nil {
			continue
		}
		who := signers[i]
		name := "seal." + who.role + ".sig"
		f.expect(3, place{File: "about.txt"}, who.role, f.about.get(who.role), e.actor)
		f.expect(3, e.place, "digest", e.payload.get("digest"), s.digest)
		f.expect(3, e.place, "root", e.payload.get("root"), f.seal.get("root"))
		f.expect(3, e.place, "leaves", e.payload.get("leaves"), f.seal.get("leaves"))
		if e.position <= s.horizon {
			f.fail(3, e.place, "seal.before_horizon", e.kind, s.horizon)
		}
		sig, ok := f.readSmall(3, name)
		if !ok {
			continue
		}
		f.expect(3, place{File: name}, "signature", hex.EncodeToString([]byte(sig)), e.payload.get("signature"))
		if e.signer != nil && !f.signatures.good(e.signer.key, text, sig) {
			f.fail(3, place{File: name}, "seal.signature", e.actor)
		}
	}
}

// threeEvents gives the last events by which a batch was submitted, checked and approved; nil for one that is not there.
func (f *folder) threeEvents(batch string) (found [3]*event) {
	for i := range f.journal.events {
		e := &f.journal.events[i]
		for n, who := range signers {
			if e.kind == who.kind && e.payload.get("batch") == batch {
				found[n] = e
			}
		}
	}
	return found
}

// threePeople checks that three people with their roles have signed a seal, one after the other: they name its digest, and the
// signatures in the events are good for its text.
func (f *folder) threePeople(number int, at place, batch, text string, found [3]*event) {
	for i, e := range found {
		who := signers[i]
		if e == nil {
			f.fail(number, at, "seal.no_event", who.kind, batch)
			continue
		}
		f.expect(number, e.place, "seal", e.payload.get("seal"), sum3([]byte(text)).String())
		if !e.signer.may(who.role) {
			f.fail(number, e.place, "seal.no_role", e.actor, who.role)
		}
		signature, _ := hex.DecodeString(e.payload.get("signature"))
		if e.signer != nil && !f.signatures.good(e.signer.key, text, string(signature)) {
			f.fail(number, e.place, "seal.event_signature", e.actor, batch)
		}
		for _, other := range found[:i] {
			if other == nil {
				continue
			}
			if other.actor == e.actor || samePerson(other.signer, e.signer) {
				f.fail(number, e.place, "seal.one_person", other.actor, e.actor)
			}
			if other.position > e.position {
				f.fail(number, e.place, "seal.event_order", e.kind, other.kind)
			}
		}
	}
}

// sealOf is the seal of an earlier batch as its approval and its computation tell it; the folder does not hold its text.
func (f *folder) sealOf(approved, computed *event, rules string) string {
	b := []byte("zhida-seal 1\n")
	for _, p := range []pair{{"county", f.about.get("county")}, {"batch", approved.payload.get("batch")}, {"digest", approved.payload.get("digest")}, {"horizon", computed.payload.get("horizon")},
		{"rules", rules}, {"leaves", approved.payload.get("leaves")}, {"root", approved.payload.get("root")}} {
		b = appendPair(b, p.name, p.value)
	}
	if findings, ok := approved.payload.lookup("findings"); ok {
		b = appendPair(b, "findings", findings)
	}
	return string(b)
}

// checkEarlierSigners is threePeople for an earlier batch, whose seal is made again from its events.
func (f *folder) checkEarlierSigners(at place, id string, h pastBatch, rules string) {
	text := f.sealOf(h.approved, h.computed, rules)
	f.threePeople(5, at, id, text, f.threeEvents(id))
}

// checkAnswers holds answers.tsv, the findings with their answers, against what the approver agreed to.
func (f *folder) checkAnswers() {
	const name = "answers.tsv"
	if f.sealed.approved == nil {
		return
	}
	agreed, checked := f.sealed.approved.payload.lookup("answers")
	switch {
	case !checked && f.has(name):
		f.fail(3, place{File: name}, "seal.not_sealed")
	case checked:
		if text, ok := f.readSmall(3, name); ok {
			f.expect(3, place{File: name}, "answers", sum3([]byte(text)).String(), f.standing(3, f.sealed.batch, "answers", agreed))
		}
		for _, open := range []string{"open_stop", "open_review"} {
			f.expect(3, f.sealed.approved.place, open, f.sealed.approved.payload.get(open), "0")
		}
	}
}

// checkComputed looks for the event that made the batch what was sealed, at its horizon, before it was submitted.
func (f *folder) checkComputed() {
	s := &f.sealed
	var last *event
	for i := range f.journal.events {
		e := &f.journal.events[i]
		if e.kind != "batch.computed" || s.submitted != nil && e.position > s.submitted.position {
			continue
		}
		if computedDigest(e.payload, s.batch) != "" {
			last = e
		}
	}
	if last == nil {
		f.fail(3, place{File: "journal.tsv"}, "seal.no_event", "batch.computed", s.batch)
		return
	}
	f.expect(3, last.place, "digest", computedDigest(last.payload, s.batch), s.digest)
	f.expect(3, last.place, "horizon", last.payload.get("horizon"), f.seal.get("horizon"))
	f.expect(3, last.place, "kind", last.payload.get("kind"), f.about.get("kind"))
	f.expect(3, last.place, "channel", computedChannel(last.payload, s.batch), f.about.get("channel"))
	f.expect(3, last.place, "rules", last.payload.get("rules"), f.seal.get("rules"))
}

// computedDigest is the digest that an event batch.computed gives a batch: the pair after its name.
func computedDigest(p pairs, batch string) string {
	for i, e := range p {
		if e.name == "batch" && e.value == batch && i+1 < len(p) && p[i+1].name == "digest" {
			return p[i+1].value
		}
	}
	return ""
}

// computedChannel is the channel that it gives the batch: the pair after the digest.
func computedChannel(p pairs, batch string) string {
	for i, e := range p {
		if e.name == "batch" && e.value == batch && i+2 < len(p) && p[i+2].name == "channel" {
			return p[i+2].value
		}
	}
	return ""
}

// checkVoided finds a batch that was voided after its approval, or approved more than once.
func (f *folder) checkVoided() {
	approvals := 0
	for i := range f.journal.events {
		e := &f.journal.events[i]
		if e.payload.get("batch") != f.sealed.batch {
			continue
		}
		switch e.kind {
		case "batch.cancelled":
			f.fail(3, e.place, "seal.cancelled", e.position)
		case "batch.approved":
			if approvals++; approvals > 1 {
				f.fail(3, e.place, "seal.approved_twice", f.sealed.batch)
			}
		}
	}
}

// batchHead is a batch.tsv.
type batchHead struct {
	batch, kind, channel, rules string
	narrowed, apart             string            // as about.txt writes them
	averages                    []string          // rows, as they stand
	sections                    map[string]string // digest of lines, settlements, payments, sentences, entries, portions
	digest                      string            // of the file
}

var sectionOrder = []string{"lines", "settlements", "payments", "sentences"}

// readHead reads a batch.tsv and compares the digests in it with the files beside it. Every section must be there, but for
// those of an earlier batch that the folder leaves out: always the sentences, and payments unless somebody else may be paid.
func (f *folder) readHead(number int, name, beside string) (head batchHead, ok bool) {
	text, ok := f.readSmall(number, name)
	if !ok {
		return head, false
	}
	head = batchHead{digest: sum3([]byte(text)).String(), apart: "no", sections: map[string]string{}}
	r := f.rowsOf(number, name, io.NopCloser(strings.NewReader(text)), 1, 6)
	for r.next() {
		if !head.take(r.fields) {
			f.fail(number, r.place(), "rows.malformed", 1)
			return head, false
		}
	}
	if r.broken || len(head.sections) < len(sectionOrder) {
		f.fail(number, place{File: name}, "seal.sections")
		return head, false
	}
	for _, section := range []string{"lines", "settlements", "payments", "sentences", "entries", "portions"} {
		f.compareSection(number, beside+section+".tsv", f.standing(number, head.batch, section, head.sections[section]), beside != "sealed/" && (section == "payments" || section == "sentences"))
	}
	return head, true
}

// take reads one row and says whether it is one that may stand there.
func (h *batchHead) take(fields []string) bool {
	n := len(h.sections)
	switch {
	case h.batch == "":
		if len(fields) != 6 || fields[0] != "zhida-batch" || fields[1] != "1" || !batchForm.MatchString(fields[2]) {
			return false
		}
		h.batch, h.kind, h.channel, h.rules = strings.Clone(fields[2]), strings.Clone(fields[3]), strings.Clone(fields[4]), strings.Clone(fields[5])
		return true
	case n == 0 && len(fields) == 6 && fields[0] == "average":
		h.averages = append(h.averages, strings.Join(fields, "\t"))
		return true
	case n+len(h.averages) == 0 && len(fields) == 2 && fields[0] == "narrowed" && fields[1] != "" && h.narrowed == "":
		h.narrowed = strings.Clone(fields[1])
		return true
	case n+len(h.averages) == 0 && len(fields) == 1 && fields[0] == "apart" && h.apart == "no":
		h.apart = "yes"
		return true
	case n < len(sectionOrder) && len(fields) == 1 && digestForm.MatchString(fields[0]):
		h.sections[sectionOrder[n]] = fields[0]
		return true
	case n >= len(sectionOrder) && len(fields) == 2 && (fields[0] == "entries" || fields[0] == "portions") && digestForm.MatchString(fields[1]):
		if h.sections[fields[0]] != "" || fields[0] == "entries" && h.sections["portions"] != "" {
			return false
		}
		h.sections[fields[0]] = fields[1]
		return true
	}
	return false
}

// compareSection compares a section's file with the digest that it must have; none must be there without one.
func (f *folder) compareSection(number int, name, digest string, optional bool) {
	switch {
	case digest == "" && f.has(name):
		f.fail(number, place{File: name}, "seal.not_sealed")
		return
	case digest == "" || optional && !f.has(name):
		return
	}
	file, err := f.open(name)
	if err != nil {
		f.unreadable(number, name, err)
		return
	}
	defer file.Close()
	h := newSM3()
	if _, err := io.Copy(h, file); err != nil {
		f.fail(number, place{File: name}, "files.unreadable", err.Error())
		return
	}
	f.expect(number, place{File: name}, "digest", h.digest().String(), digest)
}

// position writes a journal position as rows do.
func position(n int64) string { return strconv.FormatInt(n, 10) }
