package main

import (
	"cmp"
	"encoding/hex"
	"iter"
	"maps"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

func keysOf[K cmp.Ordered, V any](m map[K]V) iter.Seq[K] { return maps.Keys(m) }

// signatures remembers which signatures were checked: the folders of a county hold the same journal again and again.
type signatures struct {
	mu    sync.Mutex
	known map[digest]bool
}

// good says whether the signature is good for the text under the key.
func (s *signatures) good(key *publicKey, text, signature string) bool {
	id := signatureID(key, text, signature)
	s.mu.Lock()
	answer, ok := s.known[id]
	s.mu.Unlock()
	if ok {
		return answer
	}
	answer = key.verify([]byte(text), []byte(signature))
	s.mu.Lock()
	s.known[id] = answer
	s.mu.Unlock()
	return answer
}

func signatureID(key *publicKey, text, signature string) digest {
	return sum3(key.bytes[:], []byte(strconv.Itoa(len(text))), []byte{'\n'}, []byte(text), []byte(signature))
}

// actor is somebody under one key; a new key makes a new actor value.
type actor struct {
	name, natural string
	roles         []string
	key           *publicKey
	entered       *entered
}

// entered is the event that gave an actor their key, and who signed it.
type entered struct {
	position int64
	by, kind string
}

func (a *actor) may(role string) bool { return a != nil && slices.Contains(a.roles, role) }

// event is a row of the journal.
type event struct {
	position int64
	time     time.Time
	kind     string
	actor    string
	signer   *actor // nil for event 1, and where nobody of the name had a key
	payload  pairs
	digest   digest
	key      string
	place
}

// journal is what the events say.
type journal struct {
	events    []event           // the event of position n is events[n-1]
	active    map[string]*actor // by name, at the end
	ended     map[string]endedKey
	everybody []*actor // in the order in which they came

	working bool // a batch was submitted: the founding is over
	two     bool // from then on nobody is registered by one person alone
}

// at is the event of a position, nil if there is none.
func (j *journal) at(position int64) *event {
	if position < 1 || position > int64(len(j.events)) {
		return nil
	}
	return &j.events[position-1]
}

// first is the first administrator, nil if the journal does not name one.
func (j *journal) first() *actor {
	if len(j.everybody) == 0 {
		return nil
	}
	return j.everybody[0]
}

// toVerify is one signature that is still to be checked.
type toVerify struct {
	event           *event
	text, signature string
}

// checkJournal is check 2.
func (f *folder) checkJournal() {
	f.journal.active, f.journal.ended = map[string]*actor{}, map[string]endedKey{}
	j := &f.journal
	var waiting []toVerify
	prev := strings.Repeat("0", 64)
	r := f.table(2, "journal.tsv", 9, 9)
	for r.next() {
		e, text, ok := f.readEvent(r)
		if !ok {
			break
		}
		if want := int64(len(j.events)) + 1; e.position != want {
			f.fail(2, e.place, "journal.position", e.position, want)
			r.broken = true
			break
		}
		if len(j.events) > 0 && e.time.Before(j.events[len(j.events)-1].time) {
			f.fail(2, e.place, "journal.time")
		}
		if r.fields[5] != prev {
			f.fail(2, e.place, "journal.prev", e.position)
		}
		if r.fields[8] != e.digest.String() {
			f.fail(2, e.place, "journal.digest", e.position)
		}
		prev = r.fields[8]
		f.whoSigns(&e)
		j.events = append(j.events, e)
		if e.signer != nil {
			signature, _ := hex.DecodeString(r.fields[7])
			waiting = append(waiting, toVerify{&j.events[len(j.events)-1], text, string(signature)})
		} else if e.position == 1 && r.fields[7]+r.fields[6] != "" {
			f.fail(2, e.place, "journal.first_signed")
		}
	}
	r.close()
	for i := range waiting { // append has moved the events
		waiting[i].event = &j.events[waiting[i].event.position-1]
	}
	f.verifyAll(waiting)
	f.checkDecisions()
	f.checkKeys()
	f.checkHead()
	if !r.broken && len(j.events) > 1 {
		f.established(2, len(j.events), len(j.everybody), j.events[len(j.events)-1].digest.String())
	}
}

// readEvent reads a row and computes the event's text and digest.
func (f *folder) readEvent(r *rows) (e event, text string, ok bool) {
	n, ok := r.integers(0)
	if !ok {
		return e, "", false
	}
	at, err := time.Parse("2006-01-02T15:04:05Z", r.fields[1])
	if err != nil || at.Format("2006-01-02T15:04:05Z") != r.fields[1] {
		r.malformed(1)
		return e, "", false
	}
	payload, bad := parsePairs(r.fields[4])
	if bad > 0 {
		r.malformed(4)
		return e, "", false
	}
	if sig, err := hex.DecodeString(r.fields[7]); err != nil || hex.EncodeToString(sig) != r.fields[7] {
		r.malformed(7)
		return e, "", false
	}
	b := []byte("zhida-event 1\n")
	b = appendPair(b, "position", r.fields[0])
	b = appendPair(b, "time", r.fields[1])
	b = appendPair(b, "actor", r.fields[2])
	b = appendPair(b, "kind", r.fields[3])
	b = appendPair(b, "payload", sum3([]byte(r.fields[4])).String())
	b = appendPair(b, "prev", r.fields[5])
	b = appendPair(b, "key", r.fields[6])
	return event{position: n[0], time: at, actor: strings.Clone(r.fields[2]), kind: strings.Clone(r.fields[3]), payload: payload, digest: sum3(b), key: strings.Clone(r.fields[6]), place: r.place()}, string(b), true
}

// whoSigns finds the actor of an event and the key that they had then, and applies what the event does to actors.
func (f *folder) whoSigns(e *event) {
	j := &f.journal
	switch {
	case e.position == 1:
		f.founded(e)
		return
	case e.position == 2:
		// The first administrator vouches for themselves with the key that the event names.
		if e.kind != "actor.added" || e.payload.get("name") != e.actor || !slices.Contains(rolesOf(e.payload), "admin") {
			f.fail(2, e.place, "journal.no_admin")
			return
		}
		e.signer = f.newActor(e)
		f.enter(e.signer, e)
	default:
		e.signer = j.active[e.actor]
	}
	switch {
	case e.signer == nil:
		f.fail(2, e.place, "journal.unknown_actor", e.position, e.actor)
	case e.key != e.signer.key.id():
		f.fail(2, e.place, "journal.wrong_key", e.position, e.actor, e.key, e.signer.key.id())
	}
	if e.position > 2 {
		f.changeActors(e)
	}
}

// founded holds event 1 against about.txt.
func (f *folder) founded(e *event) {
	if e.kind != "book.founded" || e.actor != "" {
		f.fail(2, e.place, "journal.not_founded")
	}
	f.journal.two = e.payload.get("registration") == "two"
	for _, name := range []string{"county", "name", "cutover", "rehearsal", "salt"} {
		f.expect(2, place{File: "about.txt"}, name, f.about.get(name), e.payload.get(name))
	}
}

// changeActors applies the events that add people, end their keys and give them new ones. While a book is founded one
// ends a key and another replaces it; afterwards each of the three is proposed by one and confirmed by another.
func (f *folder) changeActors(e *event) {
	j := &f.journal
	name := e.payload.get("name")
	active, ended := j.active[name], j.ended[name]
	confirms := f.signedByTwo(e)
	switch e.kind {
	case "actor.added":
		if active != nil || ended.actor != nil {
			f.fail(2, e.place, "journal.added_twice", name)
		}
		f.enter(f.newActor(e), e)
	case "actor.removed":
		if active == nil {
			f.fail(2, e.place, "journal.nobody", name)
			return
		}
		delete(j.active, name)
		j.ended[name] = endedKey{active, e.signer}
	case "actor.rekeyed":
		f.rekey(e, ended, confirms)
	}
}

// aboutPeople are the kinds of proposals about people, by the events that carry them out.
var aboutPeople = map[string]string{"actor.added": "actor.add", "actor.removed": "actor.remove", "actor.rekeyed": "actor.rekey"}

// signedByTwo holds an event about an actor, and a proposal of one, against who may sign it, and says whether it confirms a proposal.
func (f *folder) signedByTwo(e *event) (confirms bool) {
	j := &f.journal
	judges := e.signer.may("checker") || e.signer.may("approver")
	kind, change := e.payload.get("proposal"), aboutPeople[e.kind] != ""
	if e.kind == "batch.submitted" {
		j.working = true
	}
	if e.kind == "proposal.made" && strings.HasPrefix(kind, "actor.") {
		j.two = true
		if !e.signer.may("admin") && !(judges && (kind == "actor.remove" || e.payload.get("roles") == "admin")) {
			f.fail(2, e.place, "journal.may_not_propose", e.position, e.actor)
		}
	}
	if !change {
		return false
	}
	n, _ := integer(kind)
	proposal := j.at(n)
	switch {
	case kind != "":
		if proposal == nil || n >= e.position || proposal.payload.get("proposal") != aboutPeople[e.kind] {
			f.fail(2, e.place, "journal.no_proposal", e.position, kind)
			return true
		}
		f.confirms(e, proposal)
		return true
	case j.working && j.two:
		f.fail(2, e.place, "journal.alone", e.position, e.actor)
	case e.kind == "actor.removed":
		if !e.signer.may("admin") && !judges {
			f.fail(2, e.place, "journal.may_not_end", e.position, e.actor)
		}
	case !e.signer.may("admin"):
		f.fail(2, e.place, "journal.not_admin", e.position, e.actor)
	}
	return false
}

// confirms holds who confirms a change of people against who proposed it: both name the same person, roles and key.
func (f *folder) confirms(e, proposal *event) {
	name := e.payload.get("name")
	if !e.signer.may("checker") && !e.signer.may("approver") {
		f.fail(2, e.place, "journal.may_not_confirm", e.position, e.actor)
	}
	if samePerson(f.journal.active[name], e.signer) {
		f.fail(2, e.place, "journal.own_proposal", e.position, proposal.position, e.actor)
	}
	for _, pair := range []string{"name", "roles", "natural", "public_key", "key"} {
		f.expect(2, e.place, pair, e.payload.get(pair), proposal.payload.get(pair))
	}
}

// endedKey is an actor whose key was ended, and by whom.
type endedKey struct{ actor, by *actor }

// rekey gives an actor whose key was ended a new one; roles and natural person stay what they were.
func (f *folder) rekey(e *event, ended endedKey, confirms bool) {
	name := e.payload.get("name")
	a := f.newActor(e)
	switch {
	case f.journal.active[name] != nil:
		f.fail(2, e.place, "journal.still_active", name)
	case ended.actor == nil:
		f.fail(2, e.place, "journal.nobody", name)
	case !confirms && samePerson(ended.by, e.signer):
		f.fail(2, e.place, "journal.one_replaces", e.position, e.actor)
	case a != nil && (a.natural != ended.actor.natural || !slices.Equal(a.roles, ended.actor.roles)):
		f.fail(2, e.place, "journal.rekeyed_other", name)
	}
	delete(f.journal.ended, name)
	f.enter(a, e)
}

// newActor reads an actor out of an event that gives somebody a key.
func (f *folder) newActor(e *event) *actor {
	point, err := hex.DecodeString(e.payload.get("public_key"))
	key, ok := newPublicKey(point)
	if err != nil || !ok || hex.EncodeToString(point) != e.payload.get("public_key") {
		f.fail(2, e.place, "journal.bad_key", e.payload.get("name"))
		return nil
	}
	if !digestForm.MatchString(e.payload.get("natural")) {
		f.fail(2, e.place, "journal.no_natural", e.payload.get("name"))
	}
	by := e.actor
	if n, ok := integer(e.payload.get("proposal")); ok && n < e.position && f.journal.at(n) != nil { // two entered them
		by = f.journal.at(n).actor + " + " + by
	}
	return &actor{name: e.payload.get("name"), natural: e.payload.get("natural"), roles: rolesOf(e.payload), key: key, entered: &entered{e.position, by, e.kind}}
}

// enter makes an actor active and refuses that two names are one person or have one key.
func (f *folder) enter(a *actor, e *event) {
	if a == nil {
		return
	}
	j := &f.journal
	for _, other := range slices.Sorted(keysOf(j.active)) {
		if b := j.active[other]; other != a.name && a.natural != "" && a.natural == b.natural {
			f.fail(2, e.place, "journal.one_person", a.name, other)
		}
	}
	for _, b := range j.everybody {
		if b.key.bytes == a.key.bytes {
			f.fail(2, e.place, "journal.one_key", a.name, b.name)
		}
	}
	j.active[a.name] = a
	j.everybody = append(j.everybody, a)
}

// rolesOf reads the roles of an actor; several are joined by commas.
func rolesOf(p pairs) []string { return strings.Split(p.get("roles"), ",") }

// verifyAll checks signatures on all cores.
func (f *folder) verifyAll(list []toVerify) {
	good := make([]bool, len(list))
	var wait sync.WaitGroup
	next := make(chan int)
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			for i := range next {
				v := list[i]
				good[i] = f.signatures.good(v.event.signer.key, v.text, v.signature)
			}
		})
	}
	for i := range list {
		next <- i
	}
	close(next)
	wait.Wait()
	for i, v := range list {
		if !good[i] {
			f.fail(2, v.event.place, "journal.signature", v.event.position, v.event.actor)
		}
	}
}

// checkDecisions holds every decision against the proposal that it is about: it exists, it is decided once, by somebody
// else, and the rows that both events bind are those of their payloads.
func (f *folder) checkDecisions() {
	decided, approved := map[int64]bool{}, map[string]bool{}
	for i := range f.journal.events {
		e := &f.journal.events[i]
		if d, ok := e.payload.lookup("rows.proposal"); ok {
			row := rowOf(e.payload.get("proposal"), e.actor, e.payload.get("title"), e.payload.get("digest"))
			f.expect(2, e.place, "rows.proposal", d, sum3([]byte(row)).String())
		}
		if e.kind == "batch.approved" {
			approved[e.payload.get("batch")] = true
		}
		_, bound := e.payload.lookup("rows.decision")
		change := aboutPeople[e.kind] != "" && e.payload.get("proposal") != ""
		if bound || change || e.kind == "proposal.accepted" || e.kind == "proposal.rejected" || e.kind == "batch.cancelled" && approved[e.payload.get("batch")] {
			f.checkDecision(e, decided)
		}
	}
}

func (f *folder) checkDecision(e *event, decided map[int64]bool) {
	n, _ := integer(e.payload.get("proposal"))
	accepted := "yes"
	if e.kind == "proposal.rejected" {
		accepted = "no"
	}
	if d, ok := e.payload.lookup("rows.decision"); ok {
		f.expect(2, e.place, "rows.decision", d, sum3([]byte(rowOf(e.payload.get("proposal"), accepted))).String())
	}
	proposal := f.journal.at(n)
	switch {
	case proposal == nil || n >= e.position || proposal.kind != "proposal.made":
		f.fail(2, e.place, "journal.no_proposal", e.position, e.payload.get("proposal"))
	case decided[n]:
		f.fail(2, e.place, "journal.decided_twice", n)
	case accepted == "yes" && samePerson(proposal.signer, e.signer):
		f.fail(2, e.place, "journal.own_proposal", e.position, n, e.actor)
	}
	decided[n] = true
}

func samePerson(a, b *actor) bool {
	return a != nil && b != nil && (a.name == b.name || a.natural != "" && a.natural == b.natural)
}

// checkPin compares the first administrator with the key that the county has published.
func (f *folder) checkPin(pin string) {
	if first := f.journal.first(); pin != "" && first != nil && first.key.id() != pin {
		f.fail(2, f.journal.events[1].place, "trust.pin", first.key.id(), pin)
	}
}

// checkKeys compares keys/ with the keys that the journal names.
func (f *folder) checkKeys() {
	named := map[string]*actor{}
	for _, a := range f.journal.everybody {
		named["keys/"+a.key.id()+".pem"] = a
	}
	for _, name := range slices.Sorted(keysOf(f.files)) {
		if !strings.HasPrefix(name, "keys/") {
			continue
		}
		a := named[name]
		delete(named, name)
		if a == nil {
			f.fail(2, place{File: name}, "keys.not_named")
			continue
		}
		text, ok := f.readSmall(2, name)
		if !ok {
			continue
		}
		if key, ok := parsePEM([]byte(text)); !ok || key.bytes != a.key.bytes {
			f.fail(2, place{File: name}, "keys.differs", a.name)
		}
	}
	for _, name := range slices.Sorted(keysOf(named)) {
		f.fail(2, place{File: name}, "keys.missing", named[name].name)
	}
}

// checkHead compares the last event with about.txt.
func (f *folder) checkHead() {
	if len(f.journal.events) == 0 {
		return
	}
	last := f.journal.events[len(f.journal.events)-1]
	f.expect(2, place{File: "about.txt"}, "head", f.about.get("head"), strconv.FormatInt(last.position, 10))
	f.expect(2, place{File: "about.txt"}, "head_digest", f.about.get("head_digest"), last.digest.String())
}
