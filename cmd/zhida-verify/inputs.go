package main

import (
	"cmp"
	"encoding/json"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// inputs is what check 5 learns and later checks need.
type inputs struct {
	policies  map[int64]policy
	documents map[document]grant
	batches   []otherBatch       // in the order of inputs/batches.tsv
	averages  map[int64][]string // position of an approval: rows "average" as batch.tsv has them
	elsewhere int64              // where it first became known that somebody is paid to another than themselves, 0 for never
}

// policy is a row of inputs/policies.tsv.
type policy struct {
	withdrawn       int64 // 0 for none up to the horizon
	document, title string
}

// document is one item of one adopted policy.
type document struct {
	policy int64
	item   string
}

// grant is what inputs/documents.tsv says of it. Months are empty where there is none.
type grant struct{ document, printed, channel, side, first, last string }

// otherBatch is a row of inputs/batches.tsv.
type otherBatch struct {
	id        string
	committed bool // at the horizon
	approved  *event
	folder    string
}

// checkInputs is check 5, and reads what check 6 needs.
func (f *folder) checkInputs() {
	f.inputs = inputs{policies: map[int64]policy{}, documents: map[document]grant{}, averages: map[int64][]string{}}
	before := len(f.checks[5].findings)
	facts := f.checkFacts()
	f.checkPolicies()
	f.checkSettings()
	f.checkReceivables()
	f.readDocuments()
	f.checkOtherBatches()
	if len(f.checks[5].findings) == before && f.sealed.horizon > 0 && len(f.journal.events) > 0 {
		f.established(5, facts, len(f.inputs.policies), len(f.inputs.batches))
	}
}

// bound collects, per event, the digest over rows that the event must bind.
type bound map[int64]*sm3

func (b bound) at(position int64) *sm3 {
	h := b[position]
	if h == nil {
		h = newSM3()
		b[position] = h
	}
	return h
}

// compare holds what was collected against what events up to a position say under a name.
// whole says that the table was read to its end; otherwise only the reading has been reported.
func (f *folder) compare(number int, file, name string, b bound, last int64, whole bool) {
	if !whole {
		return
	}
	for i := range f.journal.events {
		e := &f.journal.events[i]
		if e.position > last {
			break
		}
		said, ok := e.payload.lookup(name)
		h := b[e.position]
		delete(b, e.position)
		switch {
		case ok && h == nil:
			f.fail(number, place{File: file}, "bound.missing", e.position, name)
		case ok && h.digest().String() != said:
			f.fail(number, place{File: file}, "bound.differs", e.position, name)
		case !ok && h != nil:
			f.fail(number, place{File: file}, "bound.unbound", e.position, name)
		}
	}
	for _, p := range slices.Sorted(keysOf(b)) {
		f.fail(number, place{File: file}, "bound.unbound", p, name)
	}
}

// checkFacts holds inputs/facts.tsv against rows.fact, rows.fact_end and facts of every event up to the horizon.
func (f *folder) checkFacts() (count int) {
	made, ended, commitments := bound{}, bound{}, bound{}
	before := factKey{person: -1}
	var last int64
	r := f.table(5, "inputs/facts.tsv", 11, 13)
	for r.next() {
		n, ok := r.integers(0, 5, 6)
		if !ok {
			break
		}
		person, from, to := n[0], n[1], n[2]
		last = max(last, person)
		erased := len(r.fields) == 13
		if erased && !f.checkErasedFact(r, person, from, to) {
			break
		}
		if !erased && (person < 0 || len(r.fields) != 11 || !digestForm.MatchString(r.fields[8]) || !dayForm.MatchString(r.fields[3]) || !dayForm.MatchString(r.fields[4])) {
			r.malformed(0)
			break
		}
		key := factKey{person, strings.Clone(r.fields[1]), strings.Clone(r.fields[2]), strings.Clone(r.fields[3]), from}
		if order := key.compare(before); order <= 0 && !(erased && key.person == before.person && key.kind == before.kind) {
			f.fail(5, r.place(), "rows.order")
		}
		before = key
		if f.erasures.persons[person] != nil && !erased {
			f.fail(5, r.place(), "erasure.not_gone", person)
		}
		if from < 1 || from > f.sealed.horizon || to != 0 && (to <= from || to > f.sealed.horizon) {
			f.fail(5, r.place(), "facts.known")
		}
		if (key.kind == "order" || key.kind == "recipient") && (f.inputs.elsewhere == 0 || from < f.inputs.elsewhere) {
			f.inputs.elsewhere = from
		}
		commitment, binding := committed(r.fields)
		commitments.at(from).WriteString(commitment)
		made.at(from).WriteString(strings.Join([]string{r.raw[0], r.raw[1], binding}, "\t") + "\n")
		if to != 0 {
			ended.at(to).WriteString(binding + "\n")
		}
		if e := f.journal.at(from); (r.fields[1] == "paid" || r.fields[1] == "amount") && e != nil && e.kind != "proposal.accepted" {
			f.fail(5, r.place(), "facts.one_person", r.fields[1], from)
		}
		if r.fields[1] == "average" {
			f.keepAverage(r, from)
		}
		count++
	}
	// An event that takes facts in names the digest of all of them, and that of nothing where there are none.
	for i := range f.journal.events {
		e := &f.journal.events[i]
		if said, ok := e.payload.lookup("facts"); ok && e.position <= f.sealed.horizon && said == newSM3().digest().String() {
			commitments.at(e.position)
		}
	}
	f.compare(5, r.name, "rows.fact", made, f.sealed.horizon, !r.broken)
	f.compare(5, r.name, "rows.fact_end", ended, f.sealed.horizon, !r.broken)
	f.compare(5, r.name, "facts", commitments, f.sealed.horizon, !r.broken)
	if !r.broken {
		f.expect(5, place{File: "about.txt"}, "persons", f.about.get("persons"), position(last))
	}
	return count
}

// committed gives what binds a row of inputs/facts.tsv: the fact alone, and with where it stood and its scope. Of an erased one
// that is all the row says.
func committed(fields []string) (commitment, binding string) {
	if len(fields) == 13 {
		return fields[11], fields[12]
	}
	line := strings.Join([]string{fields[0], fields[1], fields[2], fields[3], fields[4], fields[7]}, "|")
	salted := func(text string) string { return sum3([]byte(fields[8]), []byte{'\n'}, []byte(text)).String() }
	return salted(line), salted(line + "\n" + fields[9] + "\n" + fields[10])
}

// factKey orders the versions of facts.
type factKey struct {
	person          int64
	kind, key, from string
	known           int64
}

func (a factKey) compare(b factKey) int {
	return cmp.Or(cmp.Compare(a.person, b.person), strings.Compare(a.kind, b.kind), strings.Compare(a.key, b.key), strings.Compare(a.from, b.from), cmp.Compare(a.known, b.known))
}

// keepAverage keeps a frozen average as the batch that froze it has it.
func (f *folder) keepAverage(r *rows, position int64) {
	var body struct {
		Item, Group, Month string
		Fen, Count         int64
	}
	if json.Unmarshal([]byte(r.fields[7]), &body) != nil {
		r.malformed(7)
		return
	}
	row := strings.Join([]string{"average", body.Item, body.Group, body.Month, strconv.FormatInt(body.Fen, 10), strconv.FormatInt(body.Count, 10)}, "\t")
	f.inputs.averages[position] = append(f.inputs.averages[position], row)
}

// checkPolicies holds inputs/policies.tsv and the texts against the events that adopted and withdrew them.
func (f *folder) checkPolicies() {
	adopted, withdrawn := bound{}, bound{}
	texts := map[string]bool{}
	r := f.table(5, "inputs/policies.tsv", 7, 7)
	var before int64
	for r.next() {
		n, ok := r.integers(0, 1)
		if !ok {
			break
		}
		if n[0] <= before {
			f.fail(5, r.place(), "rows.order")
		}
		before = n[0]
		adopted.at(n[0]).WriteString(strings.Join(r.raw[2:], "\t") + "\n")
		if n[1] != 0 {
			withdrawn.at(n[1]).WriteString(r.raw[0] + "\n")
		}
		f.inputs.policies[n[0]] = policy{n[1], strings.Clone(r.fields[3]), strings.Clone(r.fields[4])}
		if e := f.journal.at(n[0]); e == nil || e.kind != "proposal.accepted" {
			f.fail(5, r.place(), "policies.not_accepted", n[0])
		} else {
			f.expect(5, r.place(), "document", r.fields[3], e.payload.get("document"))
			f.expect(5, r.place(), "policy", r.fields[5], e.payload.get("policy"))
		}
		name := "inputs/policies/" + r.fields[0] + ".yaml"
		texts[name] = true
		if text, ok := f.readSmall(5, name); ok {
			f.expect(5, place{File: name}, "digest", sum3([]byte(text)).String(), r.fields[6])
		}
	}
	f.compare(5, r.name, "rows.policy", adopted, f.sealed.horizon, !r.broken)
	f.compare(5, r.name, "rows.policy_end", withdrawn, f.sealed.horizon, !r.broken)
	f.refuseOthers("inputs/policies", texts)
}

// refuseOthers reports files of a folder that no row or event accounts for.
func (f *folder) refuseOthers(dir string, known map[string]bool) {
	for _, name := range slices.Sorted(keysOf(f.files)) {
		if path.Dir(name) == dir && !known[name] {
			f.fail(5, place{File: name}, "files.nothing_names_it")
		}
	}
}

// checkSettings holds every version of the settings against its event.
func (f *folder) checkSettings() {
	known := map[string]bool{}
	for i := range f.journal.events {
		e := &f.journal.events[i]
		said, ok := e.payload.lookup("rows.settings")
		if !ok || e.position > f.sealed.horizon {
			continue
		}
		if e.kind != "proposal.accepted" {
			f.fail(5, e.place, "facts.one_person", "settings", e.position)
		}
		name := "inputs/settings/" + position(e.position) + ".yaml"
		known[name] = true
		if text, ok := f.readSmall(5, name); ok {
			sum := sum3([]byte(text)).String()
			f.expect(5, place{File: name}, "settings", sum, e.payload.get("settings"))
			f.expect(5, place{File: name}, "rows.settings", sum3([]byte(rowOf(sum))).String(), said)
		}
	}
	f.refuseOthers("inputs/settings", known)
}

// checkReceivables holds inputs/receivables.tsv against rows.receivable.
func (f *folder) checkReceivables() {
	b := bound{}
	var before int64
	r := f.table(5, "inputs/receivables.tsv", 11, 11)
	for r.next() {
		n, ok := r.integers(0, 1, 3, 4, 8)
		if !ok {
			break
		}
		if _, ok := r.amounts(7); !ok {
			break
		}
		if n[0] < before {
			f.fail(5, r.place(), "rows.order")
		}
		before = n[0]
		b.at(n[0]).WriteString(strings.Join(r.raw[1:], "\t") + "\n")
	}
	f.compare(5, r.name, "rows.receivable", b, f.sealed.horizon, !r.broken)
}

// readDocuments reads inputs/documents.tsv, holds it against rows.document of the adoptions and, as far as words go, against the
// texts of the policies: document and title are those of the policy, the item and its printed name stand in the text.
func (f *folder) readDocuments() {
	texts := map[int64]string{}
	granted := bound{}
	r := f.table(5, "inputs/documents.tsv", 9, 9)
	before := document{}
	for r.next() {
		n, ok := r.integers(0)
		if !ok {
			break
		}
		key := document{n[0], strings.Clone(r.fields[5])}
		granted.at(n[0]).WriteString(strings.Join(r.raw[1:], "\t") + "\n")
		p, adopted := f.inputs.policies[n[0]]
		if !adopted {
			f.fail(5, r.place(), "documents.no_policy", n[0])
			continue
		}
		if _, twice := f.inputs.documents[key]; twice || key.policy < before.policy {
			f.fail(5, r.place(), "rows.order")
		}
		before = key
		f.expect(5, r.place(), "document", r.fields[1], p.document)
		f.expect(5, r.place(), "title", r.fields[2], p.title)
		for _, i := range []int{3, 4} {
			if r.fields[i] != "" && !monthForm.MatchString(r.fields[i]) {
				r.malformed(i)
			}
		}
		if _, ok := texts[n[0]]; !ok {
			texts[n[0]], _ = f.readSmall(5, "inputs/policies/"+r.fields[0]+".yaml")
		}
		for _, i := range []int{5, 6} {
			if !strings.Contains(texts[n[0]], r.fields[i]) {
				f.fail(5, r.place(), "documents.not_in_text", r.fields[i])
			}
		}
		f.inputs.documents[key] = grant{strings.Clone(r.fields[1]), strings.Clone(r.fields[6]), strings.Clone(r.fields[7]), strings.Clone(r.fields[8]), strings.Clone(r.fields[3]), strings.Clone(r.fields[4])}
	}
	f.compare(5, r.name, "rows.document", granted, f.sealed.horizon, !r.broken)
}

// checkOtherBatches holds inputs/batches.tsv and the earlier batches against the journal.
func (f *folder) checkOtherBatches() {
	history := f.batchHistory()
	known, before := map[string]bool{}, int64(0)
	r := f.table(5, "inputs/batches.tsv", 9, 9)
	for r.next() {
		id := strings.Clone(r.fields[0])
		h := history[id]
		switch {
		case !batchForm.MatchString(id):
			r.malformed(0)
			continue
		case known[id] || id == f.sealed.batch || batchOrder(id) <= before:
			f.fail(5, r.place(), "rows.order")
			continue
		}
		known[id], before = true, batchOrder(id)
		if h.computed == nil {
			f.fail(5, r.place(), "batches.unknown", id)
			continue
		}
		f.checkOther(r, id, h)
	}
	if r.broken {
		return
	}
	folders := map[string]bool{}
	for _, b := range f.inputs.batches {
		folders[b.folder] = b.committed
	}
	for _, name := range slices.Sorted(keysOf(f.files)) {
		if dir, _ := path.Split(name); strings.HasPrefix(name, "inputs/batches/") && !folders[dir] {
			f.fail(5, place{File: name}, "files.nothing_names_it")
		}
	}
	for _, id := range slices.Sorted(keysOf(history)) {
		if !known[id] && id != f.sealed.batch {
			f.fail(5, place{File: r.name}, "batches.left_out", id)
		}
	}
}

// batchOrder orders batches by month and number.
func batchOrder(id string) int64 {
	month, number, _ := strings.Cut(id, "/")
	m, _ := strconv.ParseInt(strings.Replace(month, "-", "", 1), 10, 64)
	n, _ := strconv.ParseInt(number, 10, 64)
	return m*1_000_000 + n
}

// pastBatch is what the journal says of a batch.
type pastBatch struct {
	computed  *event // the last time with the digest it had when it was approved, or at all
	approved  *event
	cancelled *event
	digest    string
}

// batchHistory reads out of the journal what became of every batch.
func (f *folder) batchHistory() map[string]pastBatch {
	all := map[string]pastBatch{}
	for i := range f.journal.events {
		e := &f.journal.events[i]
		switch e.kind {
		case "batch.computed":
			for _, p := range e.payload {
				if p.name == "batch" {
					h := all[p.value]
					if h.approved == nil {
						h.computed, h.digest = e, computedDigest(e.payload, p.value)
						all[p.value] = h
					}
				}
			}
		case "batch.approved", "batch.cancelled":
			id := e.payload.get("batch")
			h := all[id]
			if e.kind == "batch.cancelled" {
				h.cancelled = e
			} else if h.approved == nil {
				h.approved, h.digest = e, e.payload.get("digest")
			}
			all[id] = h
		}
	}
	return all
}

// checkOther holds a row of inputs/batches.tsv, and the batch's files where it was committed, against the journal.
func (f *folder) checkOther(r *rows, id string, h pastBatch) {
	at := r.place()
	horizon := f.sealed.horizon
	committed := h.approved != nil && h.approved.position <= horizon && (h.cancelled == nil || h.cancelled.position > horizon)
	f.expect(5, at, "committed", r.fields[8], map[bool]string{true: "yes", false: "no"}[committed])
	f.expect(5, at, "digest", r.fields[7], h.digest)
	f.expect(5, at, "horizon", r.fields[5], h.computed.payload.get("horizon"))
	f.expect(5, at, "kind", r.fields[1], h.computed.payload.get("kind"))
	f.expect(5, at, "narrowed", r.fields[3], h.computed.payload.get("narrowed"))
	f.expect(5, at, "apart", r.fields[4], cmp.Or(h.computed.payload.get("apart"), "no"))
	f.expect(5, at, "channel", r.fields[2], computedChannel(h.computed.payload, id))
	f.expect(5, at, "rules", r.fields[6], h.computed.payload.get("rules"))
	other := otherBatch{id: id, committed: committed, approved: h.approved, folder: "inputs/batches/" + strings.Replace(id, "/", "-", 1) + "/"}
	f.inputs.batches = append(f.inputs.batches, other)
	name := other.folder + "batch.tsv"
	if !committed {
		return
	}
	head, ok := f.readHead(5, name, other.folder)
	if !ok {
		return
	}
	f.expect(5, place{File: name}, "digest", head.digest, h.digest)
	f.expect(5, place{name, 1, 0}, "batch", head.batch, id)
	f.checkPaymentsThere(other.folder+"payments.tsv", r.fields[5])
	f.expect(5, at, "kind", r.fields[1], head.kind)
	f.expect(5, at, "channel", r.fields[2], head.channel)
	f.expect(5, place{name, 1, 0}, "narrowed", head.narrowed, r.fields[3])
	f.expect(5, place{name, 1, 0}, "apart", head.apart, r.fields[4])
	f.expect(5, at, "rules", r.fields[6], head.rules)
	f.checkEarlierSigners(at, id, h, head.rules)
	slices.Sort(head.averages)
	frozen := f.inputs.averages[h.approved.position]
	slices.Sort(frozen)
	f.expect(5, place{File: name}, "average", strings.Join(head.averages, "; "), strings.Join(frozen, "; "))
}

// checkPaymentsThere expects the payments of an earlier batch exactly where it was known at its horizon that somebody is paid to
// another than themselves.
func (f *folder) checkPaymentsThere(name, horizon string) {
	h, _ := integer(horizon)
	switch must := f.inputs.elsewhere != 0 && f.inputs.elsewhere <= h; {
	case must && !f.has(name):
		f.fail(5, place{File: name}, "files.needed")
	case !must && f.has(name):
		f.fail(5, place{File: name}, "files.nothing_names_it")
	}
}

// known lists the files that a folder may hold.
var known = regexp.MustCompile(`^(README\.txt|about\.txt|seal\.txt|seal\.(maker|checker|approver)\.sig|keys/[0-9a-f]{32}\.pem|journal\.tsv|leaves\.tsv|findings\.tsv|answers\.tsv|erased\.tsv|remainders\.tsv|` +
	`sealed/(batch|lines|settlements|payments|sentences|entries|portions)\.tsv|files\.tsv|payment_files\.tsv|payment_states\.tsv|postings\.tsv|` +
	`inputs/(facts|policies|documents|receivables|batches)\.tsv|inputs/(policies|settings)/[1-9][0-9]*\.yaml|` +
	`inputs/batches/[0-9]{4}-[0-9]{2}-[0-9]+/(batch|lines|settlements|payments|entries|portions)\.tsv)$`)
