package payroll

import (
	"context"
	"encoding/hex"
	"errors"
	"strings"

	"zhida/payroll/journal"
	"zhida/rules/identity"
	"zhida/rules/message"
)

// NewActor is a person who is to act.
type NewActor struct {
	Name       string
	Roles      []Role
	ID         identity.ResidentID // of the natural person: one actor each
	Passphrase []byte
}

// AddActor makes the key of a new actor and puts both into the book. The first
// actor of a book is an administrator and vouches for themselves (by is nil);
// all others are vouched for by an administrator's signature. The new actor's key
// is unlocked in the session that comes back.
func (b *Book) AddActor(ctx context.Context, by *Session, a NewActor) (*Session, error) {
	if err := checkNewActor(a); err != nil {
		return nil, err
	}
	key, err := journal.NewKey(b.random)
	if err != nil {
		return nil, err
	}
	sealed, err := journal.Seal(key, a.Passphrase)
	if err != nil {
		return nil, err
	}
	actor := Actor{Name: a.Name, Roles: a.Roles, PublicKey: key.Public(), KeyID: journal.KeyID(key.Public()), SealedKey: sealed}
	err = b.update(ctx, func(tx Tx) error {
		all, err := tx.Actors(ctx)
		if err != nil {
			return err
		}
		meta, err := tx.Meta(ctx)
		if err != nil {
			return err
		}
		actor.Natural = natural(meta, a.ID)
		for _, x := range all {
			if x.Name == a.Name {
				return message.Err("actor.exists", a.Name)
			}
			if x.Natural == actor.Natural && x.Removed == 0 {
				return message.Err("actor.same_person", x.Name)
			}
		}
		signer := by
		if len(all) == 0 {
			signer = &Session{Actor: actor, key: key}
			if err := signer.need(RoleAdmin); err != nil {
				return message.Err("actor.first_is_admin")
			}
		} else if err := by.need(RoleAdmin); err != nil {
			return err
		}
		e, err := b.record(ctx, tx, signer, EventActorAdded, "name", a.Name, "roles", joinRoles(a.Roles),
			"natural", actor.Natural, "public_key", hex.EncodeToString(actor.PublicKey))
		if err != nil {
			return err
		}
		actor.Added = e.Position
		return tx.PutActor(ctx, actor)
	})
	return &Session{Actor: actor, key: key}, err
}

func checkNewActor(a NewActor) error {
	switch {
	case strings.TrimSpace(a.Name) != a.Name || a.Name == "" || strings.ContainsAny(a.Name, "\n\r\t"):
		return message.Err("actor.name")
	case len(a.Roles) == 0:
		return message.Err("actor.no_role", a.Name)
	case len(a.Passphrase) < 8:
		return message.Err("actor.passphrase_short")
	}
	if _, err := identity.ParseResidentID(a.ID.Full()); err != nil {
		return err
	}
	for _, r := range a.Roles {
		// An administrator handles people and keys: one who also moved money could make their own checker.
		if r == RoleAdmin && len(a.Roles) > 1 {
			return message.Err("actor.admin_alone")
		}
	}
	return nil
}

// natural is the digest by which two accounts of one person are recognised
// without the journal carrying the number.
func natural(m Meta, id identity.ResidentID) string {
	return journal.Digest([]byte(m.Salt + "\n" + id.Full()))
}

// Unlock opens an actor's key. Errors: actor.missing, actor.inactive, key.passphrase.
func (b *Book) Unlock(ctx context.Context, name string, passphrase []byte) (*Session, error) {
	var a Actor
	err := b.view(ctx, func(r Reader) (err error) { a, err = r.Actor(ctx, name); return err })
	if errors.Is(err, ErrNotFound) {
		return nil, message.Err("actor.missing", name)
	}
	if err != nil {
		return nil, err
	}
	if a.Removed != 0 {
		return nil, message.Err("actor.inactive", name)
	}
	key, err := journal.Open(a.SealedKey, passphrase, b.random)
	if err != nil {
		return nil, err
	}
	return &Session{Actor: a, key: key}, nil
}

// ActorList gives all actors by name.
func (b *Book) ActorList(ctx context.Context) (list []Actor, err error) {
	err = b.view(ctx, func(r Reader) error { list, err = r.Actors(ctx); return err })
	return list, err
}

func joinRoles(roles []Role) string {
	s := make([]string, len(roles))
	for i, r := range roles {
		s[i] = string(r)
	}
	return strings.Join(s, ",")
}
