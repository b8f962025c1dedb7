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
type register map[string]*registered

// registered is an actor as the last event about them has it.
type registered struct {
	roles, natural string
	key            []byte // public
	ended          bool
	endedBy        string
}

func (x register) has(name string, any ...Role) bool {
	v := x[name]
	return v != nil && !v.ended && slices.ContainsFunc(strings.Split(v.roles, ","), func(r string) bool { return slices.Contains(any, Role(r)) })
}

// same says whether two names are one person: whose account was ended and who was registered
// again under another name is the same person still.
func (x register) same(a, b string) bool {
	return a == b || x[a] != nil && x[b] != nil && x[a].natural == x[b].natural
}

// mayRegister are the roles whose signature an event about an actor takes.
var mayRegister = map[string][]Role{EventActorAdded: {RoleAdmin}, EventActorRekeyed: {RoleAdmin}, EventActorRemoved: {RoleAdmin, RoleChecker, RoleApprover}}

// note takes in an event about an actor, and says what is wrong with who signed it.
func (x register) note(e *journal.Event, pairs []string) (wrong message.Message) {
	name := valueOf(pairs, "name")
	key, _ := unhex(valueOf(pairs, "public_key"))
	v := &registered{roles: valueOf(pairs, "roles"), natural: valueOf(pairs, "natural"), key: key}
	if e.Position == 2 && e.Kind == EventActorAdded && e.Actor == name { // the first administrator vouches for themselves
		x[name] = v
	}
	if !x.has(e.Actor, mayRegister[e.Kind]...) {
		wrong = message.M("fsck.role", e.Position, e.Actor, registerWords[e.Kind])
	}
	old := x[name]
	switch {
	case e.Kind != EventActorRemoved:
		if e.Kind == EventActorRekeyed && old != nil && x.same(old.endedBy, e.Actor) {
			wrong = message.M("fsck.one_person", e.Position, old.endedBy, e.Actor, registerWords[e.Kind])
		}
		x[name] = v
	case old != nil:
		old.ended, old.endedBy = true, e.Actor
	}
	return wrong
}

var registerWords = map[string]string{EventActorAdded: "登记操作人员", EventActorRekeyed: "换新密钥", EventActorRemoved: "停用密钥"}

// registerOf reads the register, and holds every event about an actor against the key that
// signed it. Errors: journal.broken, fsck.role, fsck.one_person.
func registerOf(ctx context.Context, r Reader) (register, error) {
	x := register{}
	var before journal.Head
	return x, r.Events(ctx, 1, 0, func(e journal.Event) error {
		prev := before
		before = e.Head()
		if mayRegister[e.Kind] == nil {
			return nil
		}
		pairs, err := journal.ParsePayload(e.Payload)
		if err != nil {
			return err
		}
		wrong := x.note(&e, pairs)
		var key []byte
		if v := x[e.Actor]; v != nil {
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
func (x register) bears(a Actor) bool {
	v := x[a.Name]
	return v != nil && v.roles == joinRoles(a.Roles) && v.natural == a.Natural && hex.EncodeToString(v.key) == hex.EncodeToString(a.PublicKey) && v.ended == (a.Removed != 0)
}
