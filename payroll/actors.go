package payroll

import (
	"context"
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

// AddActor makes the key of a new actor. While a book is founded an administrator puts both into it alone, the first
// administrator themselves (by is nil); the new actor's key is unlocked in the session that comes back. Afterwards it is a
// proposal, see offer, and only the proposal's position comes back. Errors: actor.exists, actor.same_person, those of offer and of checkOwner.
func (b *Book) AddActor(ctx context.Context, by *Session, a NewActor) (added *Session, proposal int64, err error) {
	if err := checkNewActor(a); err != nil {
		return nil, 0, err
	}
	key, p, err := b.newKey(a.Passphrase)
	if err != nil {
		return nil, 0, err
	}
	err = b.update(ctx, func(tx Tx) error {
		all, err := tx.Actors(ctx)
		if err != nil {
			return err
		}
		meta, err := tx.Meta(ctx)
		if err != nil {
			return err
		}
		p.Name, p.Roles, p.ID, p.Natural = a.Name, a.Roles, a.ID, natural(meta, a.ID)
		signer := by
		if len(all) == 0 {
			signer = &Session{Actor: p.actor(), key: key}
			if err := signer.need(RoleAdmin); err != nil {
				return message.Err("actor.first_is_admin")
			}
		}
		proposal, err = b.offer(ctx, tx, signer, ProposeActorAdd, p)
		return err
	})
	if err != nil || proposal != 0 {
		return nil, proposal, err
	}
	return &Session{Actor: p.actor(), key: key}, 0, nil
}

// newKey makes a key under a passphrase.
func (b *Book) newKey(passphrase []byte) (journal.Signer, personnel, error) {
	if len(passphrase) < 8 {
		return nil, personnel{}, message.Err("actor.passphrase_short")
	}
	key, err := journal.NewKey(b.random)
	if err != nil {
		return nil, personnel{}, err
	}
	sealed, err := journal.Seal(key, passphrase)
	return key, personnel{PublicKey: key.Public(), Key: journal.KeyID(key.Public()), SealedKey: sealed}, err
}

func checkNewActor(a NewActor) error {
	switch {
	case strings.TrimSpace(a.Name) != a.Name || a.Name == "" || strings.ContainsAny(a.Name, "\n\r\t"):
		return message.Err("actor.name")
	case len(a.Roles) == 0:
		return message.Err("actor.no_role", a.Name)
	}
	if _, err := identity.ParseResidentID(a.ID.Full()); err != nil {
		return err
	}
	return RolesApart(a.Roles)
}

// RolesApart refuses roles that no one person holds together. An administrator handles people and keys: one who also moved money could
// make their own checker. An auditor looks from outside at what others did: one who enters, makes or judges anything would look at
// themselves. Errors: actor.admin_alone, actor.auditor_alone.
func RolesApart(roles []Role) error {
	if len(roles) < 2 {
		return nil
	}
	switch {
	case slices.Contains(roles, RoleAdmin):
		return message.Err("actor.admin_alone")
	case slices.Contains(roles, RoleAuditor):
		return message.Err("actor.auditor_alone")
	}
	return nil
}

// RemoveActor ends an actor's key: somebody who left, or whose key is lost or known to others. What it signed before stays
// valid. The last administrator cannot be removed. After the founding it is a proposal, see offer.
// Errors: actor.missing, actor.inactive, actor.last_admin, payroll.reason_needed, those of offer.
func (b *Book) RemoveActor(ctx context.Context, s *Session, name, reason string) (proposal int64, err error) {
	if strings.TrimSpace(reason) == "" {
		return 0, message.Err("payroll.reason_needed")
	}
	err = b.update(ctx, func(tx Tx) error {
		a, err := activeActor(ctx, tx, name)
		if err != nil {
			return err
		}
		proposal, err = b.offer(ctx, tx, s, ProposeActorRemove, personnel{Name: name, Roles: a.Roles, Key: a.KeyID, Reason: reason})
		return err
	})
	return proposal, err
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

// RekeyActor gives an actor whose key was ended a new one under a new passphrase. While a book is founded an administrator
// does, and not the one who ended the old key; afterwards it is a proposal, see offer.
// Errors: actor.missing, actor.active, actor.same_remover, actor.same_person, those of offer.
func (b *Book) RekeyActor(ctx context.Context, by *Session, name string, passphrase []byte) (again *Session, proposal int64, err error) {
	key, p, err := b.newKey(passphrase)
	if err != nil {
		return nil, 0, err
	}
	err = b.update(ctx, func(tx Tx) error {
		old, err := tx.Actor(ctx, name)
		if errors.Is(err, ErrNotFound) {
			return message.Err("actor.missing", name)
		} else if err != nil {
			return err
		}
		p.Name, p.Roles, p.Natural = name, old.Roles, old.Natural
		proposal, err = b.offer(ctx, tx, by, ProposeActorRekey, p)
		return err
	})
	if err != nil || proposal != 0 {
		return nil, proposal, err
	}
	return &Session{Actor: p.actor(), key: key}, 0, nil
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
