package payroll

import (
	"context"
	"encoding/hex"
	"slices"
	"strings"

	"zhida/payroll/journal"
	"zhida/rules/message"
)

// register is who may act, read from the signed journal and never from the table of actors,
// which a hand with an editor can change for as long as it takes to act.
type register struct {
	people  map[string]*registered
	offered map[int64]offer // open and decided proposals about people, by position
	working bool            // a batch was submitted: the founding is over, and people take two
	two     bool            // nobody was ever put in by one alone since then: the program that founded the book did not let them
}

func newRegister() *register {
	return &register{people: map[string]*registered{}, offered: map[int64]offer{}}
}

// registered is an actor as the last event about them has it.
type registered struct {
	roles, natural string
	key            []byte // public
	ended          bool
	endedBy        string
	at             int64  // position of the event that gave them their key
	alone          string // who gave it to them alone after the founding; "" where it took two
}

// offer is a proposal about somebody: what was to be done with whom, and who wanted it.
type offer struct{ kind, by, name, roles, natural, key string }

func offerOf(kind, by string, pairs []string) offer {
	return offer{kind, by, valueOf(pairs, "name"), valueOf(pairs, "roles"), valueOf(pairs, "natural"), valueOf(pairs, "public_key") + valueOf(pairs, "key")}
}

func (x *register) has(name string, any ...Role) bool {
	v := x.people[name]
	return v != nil && !v.ended && slices.ContainsFunc(strings.Split(v.roles, ","), func(r string) bool { return slices.Contains(any, Role(r)) })
}

// same says whether two names are one person: whose account was ended and who was registered
// again under another name is the same person still.
func (x *register) same(a, b string) bool {
	return a == b || x.people[a] != nil && x.people[b] != nil && x.people[a].natural == x.people[b].natural
}

// root is who answers for somebody being in the book: whoever was put in by one person alone is
// that person's word, and counts as a second pair of eyes beside nobody of the same root.
func (x *register) root(name string) string {
	for seen := map[string]bool{}; !seen[name] && x.people[name] != nil && x.people[name].alone != ""; name = x.people[name].alone {
		seen[name] = true
	}
	return name
}

// mayRegister are the roles whose signature an event about an actor takes while a book is founded.
var mayRegister = map[string][]Role{EventActorAdded: {RoleAdmin}, EventActorRekeyed: {RoleAdmin}, EventActorRemoved: {RoleAdmin, RoleChecker, RoleApprover}}

// mayConfirm are the roles that confirm what concerns people: those who answer for money and never
// those who register, so that no second administrator is a second pair of eyes.
var mayConfirm = []Role{RoleChecker, RoleApprover}

// mayOffer says whether somebody may propose something about people: an administrator all; a checker or approver that a
// key ends, and who is to administer, since the only administrator may be the one who is missing.
func (x *register) mayOffer(by, kind, roles string) bool {
	return x.has(by, RoleAdmin) || x.has(by, mayConfirm...) && (kind == ProposeActorRemove || roles == string(RoleAdmin))
}

// note takes in an event, and says what is wrong with who signed it where it is about an actor.
func (x *register) note(e *journal.Event, pairs []string) (wrong message.Message) {
	switch {
	case e.Kind == EventFounded:
		x.two = valueOf(pairs, registration) == registrationTwo
	case e.Kind == EventBatchSubmitted:
		x.working = true
	case e.Kind == EventProposed && aboutPeople(valueOf(pairs, "proposal")):
		o := offerOf(valueOf(pairs, "proposal"), e.Actor, pairs)
		x.offered[e.Position], x.two = o, true // from here on nobody can say that an older program did it
		if !x.mayOffer(e.Actor, o.kind, o.roles) {
			return message.M("fsck.role", e.Position, e.Actor, stepWords[e.Kind])
		}
	case mayRegister[e.Kind] != nil:
		return x.enter(e, pairs)
	}
	return wrong
}

// enter takes in an event that gives somebody a key or ends one.
func (x *register) enter(e *journal.Event, pairs []string) (wrong message.Message) {
	name := valueOf(pairs, "name")
	key, _ := unhex(valueOf(pairs, "public_key"))
	v := &registered{roles: valueOf(pairs, "roles"), natural: valueOf(pairs, "natural"), key: key, at: e.Position}
	if e.Position == 2 && e.Kind == EventActorAdded && e.Actor == name { // the first administrator vouches for themselves
		x.people[name] = v
	}
	old := x.people[name]
	if o, ok := x.offered[parseNum(valueOf(pairs, "proposal"))]; ok {
		if wrong = x.confirmed(e, o, pairs); !x.independent(o.by, e.Actor) {
			v.alone = o.by
		}
	} else if wrong = x.alone(e, old); x.working {
		v.alone = e.Actor
		if e.Kind == EventActorRekeyed && old != nil && x.root(old.endedBy) != x.root(e.Actor) { // one ended the key, another gave the new one
			v.alone = ""
		}
	}
	switch {
	case e.Kind != EventActorRemoved:
		x.people[name] = v
	case old != nil:
		old.ended, old.endedBy = true, e.Actor
	}
	return wrong
}

// alone says what is wrong with an event about an actor that one person signed without a proposal.
func (x *register) alone(e *journal.Event, old *registered) (wrong message.Message) {
	does := registerWords[e.Kind]
	switch {
	case !x.has(e.Actor, mayRegister[e.Kind]...):
		return message.M("fsck.role", e.Position, e.Actor, does)
	case x.working && x.two:
		return message.M("fsck.alone", e.Position, e.Actor, does)
	case e.Kind == EventActorRekeyed && old != nil && x.same(old.endedBy, e.Actor):
		return message.M("fsck.one_person", e.Position, old.endedBy, e.Actor, does)
	}
	return wrong
}

// confirmed says what is wrong with an event about an actor that accepts a proposal: both sign the same person, roles and key.
func (x *register) confirmed(e *journal.Event, o offer, pairs []string) (wrong message.Message) {
	does := registerWords[e.Kind]
	switch {
	case !x.has(e.Actor, mayConfirm...):
		return message.M("fsck.role", e.Position, e.Actor, does)
	case actorEvents[o.kind] != e.Kind || o != offerOf(o.kind, o.by, pairs):
		return message.M("fsck.other_person", e.Position, o.name)
	case x.same(o.by, e.Actor):
		return message.M("fsck.one_person", e.Position, o.by, e.Actor, does)
	case x.same(o.name, e.Actor):
		return message.M("fsck.one_person", e.Position, o.name, e.Actor, does)
	case !x.independent(o.by, e.Actor) && !x.onlyRooted(o.by, o.name):
		return message.M("fsck.one_person", e.Position, o.by, e.Actor, does)
	}
	return wrong
}

var registerWords = map[string]string{EventActorAdded: "登记操作人员", EventActorRekeyed: "换新密钥", EventActorRemoved: "停用密钥"}

// independent says whether one person's confirmation is a second pair of eyes beside another's proposal: their roots are two people.
func (x *register) independent(a, b string) bool { return !x.same(x.root(a), x.root(b)) }

// onlyRooted says whether everybody who could confirm what somebody proposes is of the proposer's own root, as in a book
// of an earlier program in which one administrator has registered all who are there now. They may then, and what comes of it stays one person's word.
func (x *register) onlyRooted(by, concerned string) bool {
	for name := range x.people {
		if x.has(name, mayConfirm...) && !x.same(name, concerned) && x.independent(by, name) {
			return false
		}
	}
	return true
}

// registerOf reads the register, and holds every event about an actor against the key that
// signed it; while the book is founded every event, so that nobody makes it look as if it still were.
// Errors: journal.broken, fsck.role, fsck.one_person, fsck.alone, fsck.other_person.
func registerOf(ctx context.Context, r Reader) (*register, error) {
	x := newRegister()
	var before journal.Head
	return x, r.Events(ctx, 1, 0, func(e journal.Event) error {
		prev := before
		before = e.Head()
		if x.working && mayRegister[e.Kind] == nil && e.Kind != EventProposed {
			return nil
		}
		pairs, err := journal.ParsePayload(e.Payload)
		if err != nil {
			return err
		}
		founding := !x.working
		wrong := x.note(&e, pairs)
		if !founding && mayRegister[e.Kind] == nil && !aboutPeople(valueOf(pairs, "proposal")) {
			return nil
		}
		var key []byte
		if v := x.people[e.Actor]; v != nil {
			key = v.key
		}
		if err := journal.Verify(&e, prev, key); err != nil {
			return err
		}
		if !wrong.IsZero() {
			return &message.Error{Message: wrong}
		}
		return nil
	})
}

// bears says whether the register has an actor as the table has them.
func (x *register) bears(a Actor) bool {
	v := x.people[a.Name]
	return v != nil && v.roles == joinRoles(a.Roles) && v.natural == a.Natural && hex.EncodeToString(v.key) == hex.EncodeToString(a.PublicKey) && v.ended == (a.Removed != 0)
}
