package payroll

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"

	"zhida/rules/facts"
	"zhida/rules/identity"
	"zhida/rules/message"
)

// Kinds of proposals about people. Once a batch was submitted, nobody comes in, gets a new key or loses one by one
// person alone (ADR 67).
const (
	ProposeActorAdd    = "actor.add"
	ProposeActorRemove = "actor.remove"
	ProposeActorRekey  = "actor.rekey"
)

// actorEvents are the events by which proposals about people are carried out.
var actorEvents = map[string]string{ProposeActorAdd: EventActorAdded, ProposeActorRemove: EventActorRemoved, ProposeActorRekey: EventActorRekeyed}

// aboutPeople says whether a kind of proposal is about people.
func aboutPeople(kind string) bool { return actorEvents[kind] != "" }

// AboutPeople says whether a proposal is about people: administrators see those.
func (p Proposal) AboutPeople() bool { return aboutPeople(p.Kind) }

// personnel is the payload of a proposal about people: what becomes of whom. The private key is under the person's passphrase.
type personnel struct {
	Name      string              `json:"name"`
	Roles     []Role              `json:"roles"`
	ID        identity.ResidentID `json:"id,omitempty"` // of somebody new; it masks itself when it is written
	Natural   string              `json:"natural,omitempty"`
	Key       string              `json:"key"` // that is given or ended
	PublicKey []byte              `json:"public_key,omitempty"`
	SealedKey []byte              `json:"sealed_key,omitempty"`
	Reason    string              `json:"reason,omitempty"`
}

func (p *personnel) actor() Actor {
	return Actor{Name: p.Name, Roles: p.Roles, Natural: p.Natural, PublicKey: p.PublicKey, KeyID: p.Key, SealedKey: p.SealedKey}
}

// pairs are what both signatures, of who proposes and of who confirms, say of somebody.
func (p *personnel) pairs(kind string) []string {
	if kind == ProposeActorRemove {
		return []string{"name", p.Name, "key", p.Key, "reason", p.Reason}
	}
	return []string{"name", p.Name, "roles", joinRoles(p.Roles), "natural", p.Natural, "public_key", hex.EncodeToString(p.PublicKey)}
}

// title is the line of the list of proposals.
func (p *personnel) title(ctx context.Context, r Reader, kind string) (string, error) {
	roles, err := rolesChinese(ctx, r, p.Roles)
	return registerWords[actorEvents[kind]] + "：" + p.Name + "（" + roles + "）", err
}

// rolesChinese are roles in words; the office of a township is called by the township's name, as far as the book knows it.
func rolesChinese(ctx context.Context, r Reader, roles []Role) (string, error) {
	names, err := placeNames(ctx, r)
	list := make([]string, len(roles))
	for i, x := range roles {
		if name := names[x.Township()]; name != "" {
			x = Owner(name)
		}
		list[i] = x.Chinese()
	}
	return strings.Join(list, "、"), err
}

// offer does something about people at once while the book is founded, that is until its first batch is submitted. From
// then on it proposes it: a checker or approver confirms who is not concerned by it, see register.mayJudge, and the position of the
// proposal comes back. Errors: actor.role, actor.nobody_confirms, those of fits.
func (b *Book) offer(ctx context.Context, tx Tx, s *Session, kind string, p personnel) (proposal int64, err error) {
	known, err := registerOf(ctx, tx)
	if err != nil {
		return 0, err
	}
	if s == nil || !known.working || !known.mayOffer(s.Actor.Name, kind, joinRoles(p.Roles)) {
		if err := s.need(mayRegister[actorEvents[kind]]...); err != nil {
			return 0, err
		}
	}
	if !known.working {
		if kind == ProposeActorRekey {
			if err := otherRemover(known, p.Name, s.Actor.Name); err != nil {
				return 0, err
			}
		}
		_, err := b.carryOut(ctx, tx, s, kind, p)
		return 0, err
	}
	if err := p.fits(ctx, tx, kind); err != nil {
		return 0, err
	}
	if !known.anyoneConfirms(s.Actor.Name, p.Name) {
		return 0, message.Err("actor.nobody_confirms", p.Name)
	}
	title, err := p.title(ctx, tx, kind)
	if err != nil {
		return 0, err
	}
	return b.propose(ctx, tx, s, kind, title, p, p.pairs(kind)...)
}

// otherRemover refuses that one person ends a key and gives the new one.
func otherRemover(known *register, name, by string) error {
	if v := known.people[name]; v != nil && v.ended && known.same(v.endedBy, by) {
		return message.Err("actor.same_remover", name)
	}
	return nil
}

// carryOut writes what becomes of somebody, with the event that says so. Pairs of the note come last.
func (b *Book) carryOut(ctx context.Context, tx Tx, s *Session, kind string, p personnel, note ...string) (int64, error) {
	if err := p.fits(ctx, tx, kind); err != nil {
		return 0, err
	}
	e, err := b.record(ctx, tx, s, actorEvents[kind], append(p.pairs(kind), note...)...)
	if err != nil {
		return 0, err
	}
	a := p.actor()
	a.Added = e.Position
	if kind == ProposeActorRemove {
		if a, err = tx.Actor(ctx, p.Name); err != nil {
			return 0, err
		}
		a.Removed = e.Position
	}
	return e.Position, tx.PutActor(ctx, a)
}

// fits holds what is to become of somebody against the book as it is now.
func (p *personnel) fits(ctx context.Context, r Reader, kind string) error {
	if kind == ProposeActorRemove {
		a, err := activeActor(ctx, r, p.Name)
		if err == nil && a.KeyID != p.Key {
			err = message.Err("actor.inactive", p.Name)
		}
		if err != nil {
			return err
		}
		return staysAdministered(ctx, r, a)
	}
	all, err := r.Actors(ctx)
	if err != nil {
		return err
	}
	there := slices.IndexFunc(all, func(x Actor) bool { return x.Name == p.Name })
	alike := slices.IndexFunc(all, func(x Actor) bool { return identity.SameName(x.Name, p.Name) }) // on paper they are one name
	switch {
	case kind == ProposeActorAdd && alike >= 0:
		return message.Err("actor.exists", all[alike].Name)
	case kind == ProposeActorRekey && (there < 0 || all[there].Natural != p.Natural):
		return message.Err("actor.missing", p.Name)
	case kind == ProposeActorRekey && all[there].Removed == 0:
		return message.Err("actor.active", p.Name)
	}
	for _, x := range all {
		if x.Name != p.Name && x.Natural == p.Natural && x.Removed == 0 {
			return message.Err("actor.same_person", x.Name)
		}
	}
	if err := RolesApart(p.Roles); err != nil { // an earlier program may have proposed it, or have registered whose key has ended
		return err
	}
	if kind == ProposeActorRekey {
		return nil
	}
	for _, role := range p.Roles {
		if err := checkOwner(ctx, r, role); err != nil {
			return err
		}
	}
	return nil
}

// applyPersonnel carries out a proposal about people. Error: those of fits.
func (b *Book) applyPersonnel(ctx context.Context, tx Tx, s *Session, p Proposal, note []string) (int64, error) {
	var in personnel
	if err := json.Unmarshal(p.Payload, &in); err != nil {
		return 0, err
	}
	return b.carryOut(ctx, tx, s, p.Kind, in, note...)
}

// registers says who would come in, get another key or lose one.
func (x *Proposed) registers(ctx context.Context, r Reader) error {
	var p personnel
	if err := json.Unmarshal(x.Payload, &p); err != nil {
		return err
	}
	roles, err := rolesChinese(ctx, r, p.Roles)
	if err != nil {
		return err
	}
	switch x.Kind {
	case ProposeActorAdd:
		x.say("proposal.adds_actor", p.Name, p.ID.String(), roles, p.Key)
	case ProposeActorRekey:
		x.say("proposal.rekeys_actor", p.Name, roles, p.Key)
	default:
		x.say("proposal.removes_actor", p.Name, roles, p.Key, p.Reason)
	}
	return x.refusedBy(p.fits(ctx, r, x.Kind))
}

// mayJudge refuses to decide about people whoever is concerned, and to confirm whoever is the proposer's own word.
// Errors: actor.concerned, actor.same_root.
func (x *register) mayJudge(position int64, by string, accept bool) error {
	o := x.offered[position]
	switch {
	case x.same(o.name, by):
		return message.Err("actor.concerned", position, by)
	case accept && !x.independent(o.by, by) && !x.onlyRooted(o.by, o.name):
		return message.Err("actor.same_root", position, by, x.root(by))
	}
	return nil
}

// anyoneConfirms says whether somebody is there who could confirm what one person proposes about another.
func (x *register) anyoneConfirms(by, concerned string) bool {
	for name := range x.people {
		if x.has(name, mayConfirm...) && !x.same(name, by) && !x.same(name, concerned) {
			return true
		}
	}
	return false
}

// Alone is somebody who can act because one person alone, after the founding of the book, said so.
type Alone struct {
	Name string
	By   string
	At   int64 // journal position
}

// alones gives those who can act by one person's word, by position.
func (x *register) alones() (list []Alone) {
	for name, v := range x.people {
		if v.alone != "" && !v.ended {
			list = append(list, Alone{name, v.alone, v.at})
		}
	}
	slices.SortFunc(list, func(a, b Alone) int { return int(a.At - b.At) })
	return list
}

// checkOwner refuses the role of an office that the county does not have: a code that is none of its townships, as soon as the book
// has places; a department that is on no chain and was sent nothing, as soon as it has chains.
// Errors: actor.no_township, actor.no_department, actor.no_departments.
func checkOwner(ctx context.Context, r Reader, role Role) error {
	office := role.Department()
	if office == "" {
		return nil
	}
	townships := map[string]string{} // names, by code
	err := r.Facts(ctx, FactQuery{Kinds: []facts.Kind{facts.KindPlace}}, func(f Fact) error {
		var p facts.Place
		err := decode(f, &p)
		if len(p.Code) == 9 {
			townships[p.Code] = p.Name
		}
		return err
	})
	if err != nil {
		return err
	}
	codes := sortedKeys(townships)
	if i := slices.IndexFunc(codes, func(code string) bool { return townships[code] == office }); i >= 0 {
		return message.Err("actor.no_township", office, codes[i], office)
	}
	if strings.Trim(office, "0123456789") == "" {
		meta, err := r.Meta(ctx)
		if err != nil {
			return err
		}
		return checkTownship(office, meta.County, codes, townships)
	}
	return checkDepartment(ctx, r, office)
}

func checkTownship(code, county string, codes []string, names map[string]string) error {
	_, there := names[code]
	if there || len(codes) == 0 && len(code) == 9 && strings.HasPrefix(code, county) {
		return nil
	}
	near := facts.Township(code) // of a village its own
	if _, there := names[near]; !there {
		near = nearest(code, codes)
	}
	if near == "" || near == code {
		return message.Err("actor.township_form", code, county)
	}
	return message.Err("actor.no_township", code, near, names[near])
}

func checkDepartment(ctx context.Context, r Reader, name string) error {
	county, err := settingsAt(ctx, r, 0)
	if message.Code(err) == "settings.none" {
		return nil
	}
	if err != nil {
		return err
	}
	known := county.departments()
	if len(known) == 0 {
		return nil
	}
	slips, err := sentBacks(ctx, r, 0)
	if err != nil {
		return err
	}
	for _, x := range slips {
		known = append(known, x.To)
	}
	known = slices.DeleteFunc(known, func(x string) bool { return x == StepTownship || x == StepFinance })
	if slices.Contains(known, name) {
		return nil
	}
	if len(known) == 0 {
		return message.Err("actor.no_departments", name)
	}
	slices.Sort(known)
	known = slices.Compact(known)
	if near := nearest(name, known); near != "" {
		known = []string{near}
	}
	return message.Err("actor.no_department", name, strings.Join(known, "、"))
}
