package main

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
)

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

// bankFile is a row of files.tsv.
type bankFile struct {
	count, total int64
	sm3, sha256  string
	at           place
}

// events lists those about the sealed batch of a kind.
func (f *folder) eventsOf(kind string) (list []*event) {
	for i := range f.journal.events {
		if e := &f.journal.events[i]; e.kind == kind && e.payload.get("batch") == f.sealed.batch {
			list = append(list, e)
		}
	}
	return list
}

// checkFiles is check 8; dir is where the bank files themselves lie, or "".
func (f *folder) checkFiles(dir string) {
	exporting, exported := f.eventsOf("batch.exporting"), f.eventsOf("batch.exported")
	for i := 1; i < len(exporting); i++ {
		f.expect(8, exporting[i].place, "rows.export", exporting[i].payload.get("rows.export"), exporting[0].payload.get("rows.export"))
	}
	files, rowsHash := f.readFiles()
	counted, total, whole := f.readPaymentFiles(files)
	day := ""
	if len(exporting) > 0 {
		e := exporting[len(exporting)-1]
		day = e.payload.get("date")
		f.expect(8, e.place, "rows.export", e.payload.get("rows.export"), rowsHash.String())
		f.checkExporting(e, files)
	} else if len(files) > 0 {
		f.fail(8, place{File: "files.tsv"}, "bank.not_exported")
	}
	if len(exported) == 0 {
		day = ""
	}
	f.expect(8, place{File: "about.txt"}, "exported", f.about.get("exported"), day)
	for _, name := range sortedKeys(files) {
		file := files[name]
		f.expect(8, file.at, "count", position(file.count), position(counted[name].count))
		f.expect(8, file.at, "total", yuan(file.total), yuan(counted[name].total))
		if dir != "" {
			f.digestBankFile(dir, name, file)
		}
	}
	if len(exporting) > 0 && f.sealed.totals.whole {
		f.expect(8, place{File: "files.tsv"}, "total", yuan(total), yuan(f.sealed.totals.sum))
	}
	if whole && f.sealed.totals.whole {
		f.established(8, len(files), len(f.sealed.totals.payments), yuan(f.sealed.totals.sum), dir != "")
	}
}

// readFiles reads files.tsv and the digest of its rows as an event binds them.
func (f *folder) readFiles() (map[string]bankFile, digest) {
	files := map[string]bankFile{}
	h := newSM3()
	r := f.table(8, "files.tsv", 8, 8)
	before := ""
	for r.next() {
		n, ok := r.integers(4)
		if !ok {
			break
		}
		m, ok := r.amounts(5)
		if !ok {
			break
		}
		name := strings.Clone(r.fields[1])
		if name <= before {
			f.fail(8, r.place(), "rows.order")
		}
		before = name
		f.expect(8, r.place(), "batch", r.fields[0], f.sealed.batch)
		h.WriteString(strings.Join(r.raw, "\t") + "\n")
		files[name] = bankFile{n[0], m[0], strings.Clone(r.fields[6]), strings.Clone(r.fields[7]), r.place()}
	}
	return files, h.digest()
}

// readPaymentFiles reads payment_files.tsv, holds it against the payments and its event, and counts each file.
func (f *folder) readPaymentFiles(files map[string]bankFile) (counted map[string]bankFile, total int64, whole bool) {
	counted = map[string]bankFile{}
	seen := map[int64]bool{}
	h := newSM3()
	r := f.table(8, "payment_files.tsv", 2, 2)
	beforeFile, beforeNumber := "", int64(0)
	for r.next() {
		number, ok := f.ownPayment(r.fields[0])
		name := strings.Clone(r.fields[1])
		if _, listed := files[name]; !ok || !listed {
			f.fail(8, r.place(), "bank.stray", r.fields[0], name)
			continue
		}
		if seen[number] {
			f.fail(8, r.place(), "bank.twice", r.fields[0])
		}
		seen[number] = true
		if name < beforeFile || name == beforeFile && number <= beforeNumber {
			f.fail(8, r.place(), "rows.order")
		}
		beforeFile, beforeNumber = name, number
		c := counted[name]
		c.count, c.total = c.count+1, c.total+f.sealed.totals.payments[number]
		counted[name] = c
		total += f.sealed.totals.payments[number]
		h.WriteString(strings.Join(r.raw, "\t") + "\n")
	}
	if exporting := f.eventsOf("batch.exporting"); len(exporting) > 0 && !r.broken {
		e := exporting[len(exporting)-1]
		if said, ok := e.payload.lookup("rows.payment_file"); ok || len(seen) > 0 {
			f.expect(8, e.place, "rows.payment_file", said, h.digest().String())
		}
		for _, n := range sortedKeys(f.sealed.totals.payments) {
			if !seen[n] {
				f.fail(8, place{File: r.name}, "bank.left_out", f.sealed.batch+"#"+position(n))
			}
		}
	}
	return counted, total, !r.broken
}

// ownPayment reads a payment of this batch and says whether there is one.
func (f *folder) ownPayment(id string) (number int64, ok bool) {
	batch, n, ok := strings.Cut(id, "#")
	if !ok || batch != f.sealed.batch {
		return 0, false
	}
	number, ok = integer(n)
	_, there := f.sealed.totals.payments[number]
	return number, ok && there
}

// checkExporting holds the pairs of the event against the rows of files.tsv.
func (f *folder) checkExporting(e *event, files map[string]bankFile) {
	named := 0
	for i, p := range e.payload {
		if p.name != "file" || i+3 >= len(e.payload) {
			continue
		}
		named++
		file, ok := files[p.value]
		if !ok {
			f.fail(8, e.place, "bank.no_file", p.value)
			continue
		}
		f.expect(8, file.at, "count", position(file.count), e.payload[i+1].value)
		f.expect(8, file.at, "total", position(file.total), e.payload[i+2].value)
		f.expect(8, file.at, "sm3", file.sm3, e.payload[i+3].value)
	}
	if named != len(files) {
		f.fail(8, e.place, "bank.number_of_files", named, len(files))
	}
	f.expect(8, e.place, "digest", e.payload.get("digest"), f.sealed.digest)
}

// digestBankFile compares a bank file itself with its row.
func (f *folder) digestBankFile(dir, name string, file bankFile) {
	at := place{File: name}
	root, err := os.OpenRoot(dir)
	if err != nil {
		f.fail(8, at, "files.unreadable", err.Error())
		return
	}
	defer root.Close()
	info, err := root.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		f.fail(8, at, "bank.not_in_folder")
		return
	case err == nil && !info.Mode().IsRegular(): // opening a pipe would wait for ever
		f.fail(8, at, "files.not_a_file")
		return
	}
	r, err := root.Open(name)
	if err != nil {
		f.fail(8, at, "files.unreadable", err.Error())
		return
	}
	defer r.Close()
	ours, theirs := newSM3(), sha256.New()
	if _, err := io.Copy(io.MultiWriter(ours, theirs), io.LimitReader(r, maxBytes)); err != nil {
		f.fail(8, at, "files.unreadable", err.Error())
		return
	}
	if ours.digest().String() != file.sm3 || hex.EncodeToString(theirs.Sum(nil)) != file.sha256 {
		f.fail(8, at, "bank.changed")
	}
}

// checkPostings is check 9.
func (f *folder) checkPostings() {
	b := bound{}
	f.sealed.moves = map[int64]moved{}
	approved, exported := map[portion]int64{}, map[portion]int64{}
	exports := f.eventsOf("batch.exported")
	var before int64
	count := 0
	r := f.table(9, "postings.tsv", 7, 7)
	for r.next() {
		n, ok := r.integers(0)
		if !ok {
			break
		}
		m, ok := r.amounts(5)
		if !ok {
			break
		}
		if n[0] < before {
			f.fail(9, r.place(), "rows.order")
		}
		before = n[0]
		count++
		b.at(n[0]).WriteString(strings.Join(r.raw[1:], "\t") + "\n")
		at := portion{strings.Clone(r.fields[1]), strings.Clone(r.fields[2])}
		source, target := r.fields[3], r.fields[4]
		if f.sealed.approved != nil && n[0] == f.sealed.approved.position {
			f.aboutBatch(r)
			if target == "reserved" {
				approved[at] += m[0]
			}
			if source == "reserved" {
				approved[at] -= m[0]
			}
		}
		if len(exports) > 0 && n[0] > exports[0].position && r.fields[6] == f.sealed.batch {
			f.keepMove(n[0], source, target, m[0])
		}
		if len(exports) > 0 && n[0] == exports[0].position {
			f.aboutBatch(r)
		}
		// Wherever it happens: a batch is sent once.
		if source == "reserved" && target == "transit" && r.fields[6] == f.sealed.batch {
			exported[at] += m[0]
		}
	}
	f.compare(9, r.name, "rows.posting", b, int64(len(f.journal.events)), !r.broken)
	if !f.sealed.totals.whole || f.sealed.approved == nil || r.broken {
		return
	}
	f.samePortions("postings.approval", approved, f.sealed.totals.reserved)
	if len(exports) == 0 {
		f.sealed.totals.paid = nil
	}
	f.samePortions("postings.export", exported, f.sealed.totals.paid)
	f.established(9, count)
}

// moved is what postings about the batch say an answer of the bank did, in fen.
type moved struct{ paid, returned int64 }

// keepMove keeps what check 10 holds against the states of payments.
func (f *folder) keepMove(position int64, source, target string, fen int64) {
	if source != "transit" && source != "paid" && source != "returned" {
		return
	}
	m := f.sealed.moves[position]
	switch target {
	case "paid":
		m.paid += fen
	case "returned":
		m.returned += fen
	}
	f.sealed.moves[position] = m
}

// aboutBatch expects a posting of the batch's events to be about the batch.
func (f *folder) aboutBatch(r *rows) { f.expect(9, r.place(), "about", r.fields[6], f.sealed.batch) }

// samePortions compares what was posted with what the portions ask for, by fund and place.
func (f *folder) samePortions(code string, is, must map[portion]int64) {
	all := map[portion]bool{}
	for p := range is {
		all[p] = true
	}
	for p := range must {
		all[p] = true
	}
	list := slices.SortedFunc(maps.Keys(all), func(a, b portion) int {
		return cmp.Or(strings.Compare(a.fund, b.fund), strings.Compare(a.place, b.place))
	})
	for _, p := range list {
		if is[p] != must[p] {
			f.fail(9, place{File: "postings.tsv"}, code, p.fund, p.place, yuan(is[p]), yuan(must[p]))
		}
	}
}

// checkStates is check 10.
func (f *folder) checkStates() {
	b := bound{}
	exported := int64(1<<63 - 1)
	if e := f.eventsOf("batch.exported"); len(e) > 0 {
		exported = e[0].position
	}
	counts := map[string]int{}
	states := map[int64]string{}
	moves := map[int64]moved{}
	f.sealed.states = map[string]string{}
	r := f.table(10, "payment_states.tsv", 6, 6)
	var before int64
	for r.next() {
		n, ok := r.integers(0, 5)
		if !ok {
			break
		}
		if n[0] < before {
			f.fail(10, r.place(), "rows.order")
		}
		before = n[0]
		b.at(n[0]).WriteString(strings.Join(r.raw[1:], "\t") + "\n")
		number, own := f.ownPayment(r.fields[1])
		if !own {
			if strings.HasPrefix(r.fields[1], f.sealed.batch+"#") {
				f.fail(10, r.place(), "states.no_payment", r.fields[1])
			}
			continue
		}
		states[number] = strings.Clone(r.fields[2])
		if n[0] <= exported {
			f.fail(10, r.place(), "states.before_export", r.fields[1], r.fields[2])
		}
		m := moves[n[0]]
		switch r.fields[2] {
		case "credited":
			m.paid += f.sealed.totals.payments[number]
		case "returned":
			m.returned += f.sealed.totals.payments[number]
		}
		moves[n[0]] = m
		f.sealed.states[strings.Clone(r.fields[1])] = states[number]
	}
	f.compareStates(b, moves, r)
	for i := range f.journal.events {
		e := &f.journal.events[i]
		if _, ok := e.payload.lookup("rows.payment_state"); ok && e.position > exported && b[e.position] == nil {
			f.sealed.silent++
		}
	}
	for _, s := range states {
		counts[s]++
	}
	if !r.broken && f.sealed.totals.whole {
		f.established(10, counts["credited"], counts["returned"]+counts["reissued"], len(f.sealed.totals.payments)-len(states))
	}
}

// compareStates holds the rows against rows.payment_state of their events, and what they did to payments of the batch against
// the postings of the same events. The postings are complete, so they show an answer whose rows were left out.
func (f *folder) compareStates(b bound, moves map[int64]moved, r *rows) {
	if r.broken {
		return
	}
	for _, p := range sortedKeys(b) {
		said, ok := "", false
		if e := f.journal.at(p); e != nil {
			said, ok = e.payload.lookup("rows.payment_state")
		}
		switch {
		case !ok:
			f.fail(10, place{File: r.name}, "bound.unbound", p, "rows.payment_state")
		case b[p].digest().String() != said:
			f.fail(10, place{File: r.name}, "bound.differs", p, "rows.payment_state")
		}
	}
	for p := range moves {
		f.sealed.moves[p] = cmp.Or(f.sealed.moves[p], moved{})
	}
	for _, p := range sortedKeys(f.sealed.moves) {
		if is, must := moves[p], f.sealed.moves[p]; is != must {
			f.fail(10, place{File: r.name}, "states.postings", p, yuan(is.paid), yuan(is.returned), yuan(must.paid), yuan(must.returned))
		}
	}
}
