package payroll

import (
	"context"
	"encoding/hex"
	"errors"
	"slices"
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

// RemoveActor ends an actor's key at once: somebody who left, or whose key is lost or known
// to others. What it signed before stays valid. The last administrator cannot be removed.
// Errors: actor.missing, actor.inactive, actor.last_admin, payroll.reason_needed.
func (b *Book) RemoveActor(ctx context.Context, s *Session, name, reason string) error {
	if err := s.need(RoleAdmin, RoleChecker, RoleApprover); err != nil {
		return err
	}
	if strings.TrimSpace(reason) == "" {
		return message.Err("payroll.reason_needed")
	}
	return b.update(ctx, func(tx Tx) error {
		a, err := activeActor(ctx, tx, name)
		if err != nil {
			return err
		}
		if err := staysAdministered(ctx, tx, a); err != nil {
			return err
		}
		e, err := b.record(ctx, tx, s, EventActorRemoved, "name", name, "key", a.KeyID, "reason", reason)
		if err != nil {
			return err
		}
		a.Removed = e.Position
		return tx.PutActor(ctx, a)
	})
}

func activeActor(ctx context.Context, r Reader, name string) (Actor, error) {
	a, err := r.Actor(ctx, name)
	switch {
	case errors.Is(err, ErrNotFound):
		return a, message.Err("actor.missing", name)
	case err == nil && a.Removed != 0:
		return a, message.Err("actor.inactive", name)
	}
	return a, err
}

// staysAdministered refuses to leave a book without an administrator.
func staysAdministered(ctx context.Context, r Reader, leaving Actor) error {
	all, err := r.Actors(ctx)
	if err != nil || !slices.Contains(leaving.Roles, RoleAdmin) {
		return err
	}
	for _, x := range all {
		if x.Name != leaving.Name && x.Removed == 0 && slices.Contains(x.Roles, RoleAdmin) {
			return nil
		}
	}
	return message.Err("actor.last_admin", leaving.Name)
}

// RekeyActor gives an actor whose key was ended a new one under a new passphrase. An
// administrator vouches for it, and it takes two: not the one who ended the old key.
// Errors: actor.missing, actor.active, actor.same_remover, actor.same_person.
func (b *Book) RekeyActor(ctx context.Context, by *Session, name string, passphrase []byte) (*Session, error) {
	if err := by.need(RoleAdmin); err != nil {
		return nil, err
	}
	if len(passphrase) < 8 {
		return nil, message.Err("actor.passphrase_short")
	}
	key, err := journal.NewKey(b.random)
	if err != nil {
		return nil, err
	}
	sealed, err := journal.Seal(key, passphrase)
	if err != nil {
		return nil, err
	}
	var actor Actor
	err = b.update(ctx, func(tx Tx) error {
		var err error
		if actor, err = tx.Actor(ctx, name); errors.Is(err, ErrNotFound) {
			return message.Err("actor.missing", name)
		} else if err != nil {
			return err
		}
		if actor.Removed == 0 {
			return message.Err("actor.active", name)
		}
		if err := mayVouchAgain(ctx, tx, actor, by.Actor.Name); err != nil {
			return err
		}
		actor.PublicKey, actor.KeyID, actor.SealedKey, actor.Removed = key.Public(), journal.KeyID(key.Public()), sealed, 0
		e, err := b.record(ctx, tx, by, EventActorRekeyed, "name", name, "roles", joinRoles(actor.Roles), "natural", actor.Natural, "public_key", hex.EncodeToString(actor.PublicKey))
		if err != nil {
			return err
		}
		actor.Added = e.Position
		return tx.PutActor(ctx, actor)
	})
	return &Session{Actor: actor, key: key}, err
}

// mayVouchAgain refuses the one who ended the key, and a person who acts under another name by now.
func mayVouchAgain(ctx context.Context, r Reader, a Actor, by string) error {
	all, err := r.Actors(ctx)
	if err != nil {
		return err
	}
	for _, x := range all {
		if x.Name != a.Name && x.Natural == a.Natural && x.Removed == 0 {
			return message.Err("actor.same_person", x.Name)
		}
	}
	persons, err := registerOf(ctx, r)
	if err != nil {
		return err
	}
	return r.Events(ctx, a.Removed, a.Removed, func(e journal.Event) error {
		if persons.same(e.Actor, by) {
			return message.Err("actor.same_remover", a.Name)
		}
		return nil
	})
}

// natural is the digest by which two accounts of one person are recognised
// without the journal carrying the number.
func natural(m Meta, id identity.ResidentID) string {
	return journal.Digest([]byte(m.Salt + "\n" + id.Full()))
}

// Unlock opens the key of an actor whom the signed journal has as the table of actors does.
// Errors: actor.missing, actor.inactive, actor.tampered, key.passphrase, and those of a broken journal.
func (b *Book) Unlock(ctx context.Context, name string, passphrase []byte) (*Session, error) {
	var a Actor
	err := b.view(ctx, func(r Reader) (err error) {
		if a, err = r.Actor(ctx, name); err != nil {
			return err
		}
		known, err := registerOf(ctx, r)
		if err == nil && !known.bears(a) {
			err = message.Err("actor.tampered", name)
		}
		return err
	})
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
