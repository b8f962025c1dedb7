package payroll

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"zhida/payroll/journal"
	"zhida/rules/facts"
	"zhida/rules/message"
)

// SentBack is a fact that the bureau has sent back to whoever owns it (退回单). The
// bureau alters no fact: the owner mends it in a new sheet, or says that it stands.
type SentBack struct {
	Position int64 // of the event; the slip's number
	Time     time.Time
	Actor    string
	Person   int64
	Name     string
	Place    string // division code
	Kind     string // of import, as in KindsSentBack
	To       string // the department
	Reason   string
	Answered int64  // position of what answered it, 0 while open
	Answer   string // the document by which the owner lets the fact stand; "" when it was mended
}

// KindChinese words what a kind of import states about a person; "" when it states none.
func KindChinese(kind string) string { return chained[kind] }

// factKinds are the facts that a kind of import states.
var factKinds = map[string]facts.Kind{"roster": facts.KindPerson, "tenure": facts.KindSpell, "accounts": facts.KindAccount, "days": facts.KindDay, "absences": facts.KindAbsence,
	"assessments": facts.KindAssessment, "amounts": facts.KindAmount, "paid": facts.KindPaid, "holds": facts.KindHold, "notices": facts.KindNotice, "orders": facts.KindOrder,
	"verifications": facts.KindVerified, "recipients": facts.KindRecipient, "receivables": facts.KindDebt, KindPublicity: facts.KindPublicity}

// importOf is the kind of import that states facts of a kind about persons, "" for others.
func importOf(kind facts.Kind) string {
	for name, k := range factKinds {
		if k == kind {
			return name
		}
	}
	return ""
}

// SendBack records that a fact about a person is sent back to its owner: the
// department named, or the last one before the bureau on the chain of the person's
// category. Errors: payroll.reason_needed, sendback.kind, sendback.no_owner.
func (b *Book) SendBack(ctx context.Context, s *Session, person int64, kind, to, reason string) (slip SentBack, err error) {
	if err := s.need(RoleMaker, RoleChecker, RoleApprover); err != nil {
		return slip, err
	}
	if chained[kind] == "" {
		return slip, message.Err("sendback.kind", kind)
	}
	if strings.TrimSpace(reason) == "" {
		return slip, message.Err("payroll.reason_needed")
	}
	err = b.update(ctx, func(tx Tx) error {
		p, err := latestProfile(ctx, tx, person)
		if err != nil {
			return err
		}
		to := to
		if to == "" {
			county, err := settingsAt(ctx, tx, 0)
			if err != nil && message.Code(err) != "settings.none" {
				return err
			}
			if county != nil {
				to = county.owner(p.Category, kind)
			}
			if to == "" {
				return message.Err("sendback.no_owner", chained[kind])
			}
		}
		e, err := b.record(ctx, tx, s, EventSentBack, "person", num(person), "kind", kind, "to", to, "reason", reason)
		slip = SentBack{Position: e.Position, Time: e.Time.In(zone), Actor: s.Actor.Name, Person: person, Name: p.Name, Place: p.Place, Kind: kind, To: to, Reason: reason}
		return err
	})
	return slip, err
}

// Owner is the role of those who answer: the department that the slip went to, or where that is 乡镇, the office of the person's township.
func (x SentBack) Owner() Role {
	if x.To == StepTownship {
		return Owner(facts.Township(x.Place))
	}
	return Owner(x.To)
}

// KeepFact records that the owner lets a fact stand that was sent back, by a document: the owner's own people do, or a maker who
// has their answer. A slip that went to somebody else is as one that does not exist. Errors: sendback.document, sendback.missing.
func (b *Book) KeepFact(ctx context.Context, s *Session, position int64, document string) error {
	maker := s.need(RoleMaker)
	if maker != nil && (s == nil || !slices.ContainsFunc(s.Actor.Roles, func(r Role) bool { return r.Department() != "" })) {
		return maker
	}
	if strings.TrimSpace(document) == "" {
		return message.Err("sendback.document")
	}
	return b.update(ctx, func(tx Tx) error {
		list, err := sentBacks(ctx, tx, 0)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(list, func(x SentBack) bool { return x.Position == position })
		if i < 0 || list[i].Answered != 0 || maker != nil && !s.Has(list[i].Owner()) {
			return message.Err("sendback.missing", position)
		}
		_, err = b.record(ctx, tx, s, EventFactKept, "sent_back", num(position), "document", document)
		return err
	})
}

// SentBacks gives every fact that was sent back, by position.
func (b *Book) SentBacks(ctx context.Context) (list []SentBack, err error) {
	err = b.view(ctx, func(r Reader) error { list, err = sentBacks(ctx, r, 0); return err })
	return list, err
}

// sentBacks reads the slips up to a horizon (0: now), each with what answered it: a
// later word of the owner, or a fact of that kind about the person that became known since.
func sentBacks(ctx context.Context, r Reader, horizon int64) ([]SentBack, error) {
	head, err := r.Head(ctx)
	if err != nil {
		return nil, err
	}
	if horizon == 0 {
		horizon = head.Position
	}
	var list []SentBack
	err = r.Events(ctx, 1, horizon, func(e journal.Event) error {
		if e.Kind != EventSentBack && e.Kind != EventFactKept {
			return nil
		}
		pairs, err := journal.ParsePayload(e.Payload)
		if err != nil {
			return err
		}
		if e.Kind == EventSentBack {
			list = append(list, SentBack{Position: e.Position, Time: e.Time.In(zone), Actor: e.Actor, Person: parseNum(valueOf(pairs, "person")), Kind: valueOf(pairs, "kind"),
				To: valueOf(pairs, "to"), Reason: valueOf(pairs, "reason")})
			return nil
		}
		for i := range list {
			if list[i].Position == parseNum(valueOf(pairs, "sent_back")) {
				list[i].Answered, list[i].Answer = e.Position, valueOf(pairs, "document")
			}
		}
		return nil
	})
	if err != nil || len(list) == 0 {
		return nil, err
	}
	err = r.ChangedSince(ctx, list[0].Position, horizon, func(f Fact) error {
		for i := range list {
			x := &list[i]
			if x.Person != f.Person || factKinds[x.Kind] != f.Kind {
				continue
			}
			for _, at := range []int64{f.KnownFrom, f.KnownTo} {
				if at > x.Position && at <= horizon && (x.Answered == 0 || at < x.Answered) {
					x.Answered, x.Answer = at, ""
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for i := range list {
		p, err := latestProfile(ctx, r, list[i].Person)
		if err != nil {
			return nil, err
		}
		list[i].Name, list[i].Place = p.Name, p.Place
	}
	return list, nil
}

// latestProfile is what the book says last about who a person is. Error: person.missing.
func latestProfile(ctx context.Context, r Reader, person int64) (p facts.Profile, err error) {
	found := false
	err = r.Facts(ctx, FactQuery{First: person, Last: person, Kinds: []facts.Kind{facts.KindPerson}}, func(f Fact) error {
		p, found = facts.Profile{}, true
		return decode(f, &p)
	})
	if err == nil && (!found || person == 0) {
		err = message.Err("person.missing", person)
	}
	if errors.Is(err, ErrNotFound) {
		err = message.Err("person.missing", person)
	}
	return p, err
}
