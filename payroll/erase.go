package payroll

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"zhida/payroll/journal"
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/message"
)

// RetentionYears is for how many whole years after the one it is of a payroll voucher is kept
// (会计档案管理办法, 附表一: 会计凭证 30 年).
const RetentionYears = 30

// ProposeErase is a destruction list: an approver accepts it.
const ProposeErase = "data.erase"

// destruction is the payload of ProposeErase.
type destruction struct {
	Persons  []int64 `json:"persons"`
	Document string  `json:"document"` // that approves the list
}

// Expiry says through which year a person's records are kept.
type Expiry struct {
	Person int64
	Until  int  // the last year
	Open   bool // something is held for the person, or owed: kept until that is settled
}

// Expiries gives for every person who is not erased yet through which year the records are
// kept, by person.
func (b *Book) Expiries(ctx context.Context) (list []Expiry, err error) {
	err = b.view(ctx, func(r Reader) error { list, err = expiries(ctx, r); return err })
	return list, err
}

func expiries(ctx context.Context, r Reader) ([]Expiry, error) {
	head, err := r.Head(ctx)
	if err != nil {
		return nil, err
	}
	years := map[int64]int{} // by position, of the event
	if err := r.Events(ctx, 1, head.Position, func(e journal.Event) error {
		years[e.Position] = calendar.DateIn(e.Time, zone).Month().Year()
		return nil
	}); err != nil {
		return nil, err
	}
	last := map[int64]int{}
	note := func(person int64, year int) { last[person] = max(last[person], year) }
	if err := r.ChangedSince(ctx, 0, head.Position, func(f Fact) error {
		if f.Person != 0 && f.Commitment == "" {
			note(f.Person, max(years[f.KnownFrom], years[f.KnownTo]))
		}
		return nil
	}); err != nil {
		return nil, err
	}
	batches, err := r.Batches(ctx)
	if err != nil {
		return nil, err
	}
	var committed []BatchID
	for _, x := range batches {
		if !x.State.Committed() {
			continue
		}
		committed = append(committed, x.ID)
		err := r.Settlements(ctx, x.ID, func(s Settlement) error {
			if s.Gross != 0 || s.Deduction != 0 || s.Pay != 0 || s.Held != 0 || s.Owed != 0 {
				note(s.Person, x.ID.Month().Year())
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	persons, err := r.LastPerson(ctx)
	if err != nil {
		return nil, err
	}
	open := map[int64]bool{}
	if err := r.Balances(ctx, committed, 1, persons, func(x Balance) error { open[x.Person] = open[x.Person] || x.Held != 0; return nil }); err != nil {
		return nil, err
	}
	owing, err := debtors(ctx, r, 0, head.Position)
	if err != nil {
		return nil, err
	}
	for _, d := range owing {
		open[d.Person] = open[d.Person] || d.Owed != 0
	}
	gone, err := r.Erased(ctx)
	if err != nil {
		return nil, err
	}
	var list []Expiry
	for _, person := range sortedNumbers(last) {
		if gone[person] == 0 {
			list = append(list, Expiry{person, last[person] + RetentionYears, open[person]})
		}
	}
	return list, nil
}

// ProposeErase proposes a destruction list: one person, or with 0 everybody whose records
// need not be kept any longer. Errors: erase.document, erase.kept of a person whose records
// are kept, erase.none, receipt.nobody of an unknown person.
func (b *Book) ProposeErase(ctx context.Context, s *Session, person int64, document string) (at int64, people int, err error) {
	if err := s.need(RoleMaker); err != nil {
		return 0, 0, err
	}
	if strings.TrimSpace(document) == "" {
		return 0, 0, message.Err("erase.document")
	}
	err = b.update(ctx, func(tx Tx) error {
		list, err := expiries(ctx, tx)
		if err != nil {
			return err
		}
		year, first := calendar.DateIn(b.now(), zone).Month().Year(), 0
		x := destruction{Document: document}
		for _, e := range list {
			switch {
			case person != 0 && e.Person != person:
			case !e.Open && e.Until < year:
				x.Persons = append(x.Persons, e.Person)
			case person != 0:
				return message.Err("erase.kept", person, e.Until)
			case first == 0 || e.Until < first:
				first = e.Until
			}
		}
		if len(x.Persons) == 0 {
			return message.Err("erase.none", first)
		}
		people = len(x.Persons)
		at, err = b.propose(ctx, tx, s, ProposeErase, fmt.Sprintf("销毁 %d 人的数据（%s）", people, document), x)
		return err
	})
	return at, people, err
}

// applyErase erases what a destruction list names: the facts and their salts, the number and
// the cards, names and accounts in settlements and payments, and the salts of leaves. What
// the journal and the seals bind stays: digests, which say nothing without their salts. The
// event binds what remains of every batch, so that later evidence can show it. Errors:
// erase.kept, erase.open while a batch is on its way, batch.tampered, finding.tampered.
func (b *Book) applyErase(ctx context.Context, tx Tx, s *Session, p Proposal, note []string) (int64, error) {
	if err := s.need(RoleApprover); err != nil {
		return 0, err
	}
	var x destruction
	if err := json.Unmarshal(p.Payload, &x); err != nil {
		return 0, err
	}
	list, err := expiries(ctx, tx)
	if err != nil {
		return 0, err
	}
	year := calendar.DateIn(b.now(), zone).Month().Year()
	for _, person := range x.Persons {
		i := slices.IndexFunc(list, func(e Expiry) bool { return e.Person == person })
		if i < 0 || list[i].Open || list[i].Until >= year {
			return 0, message.Err("erase.kept", person, year)
		}
	}
	sealed, err := intactSections(ctx, tx)
	if err != nil {
		return 0, err
	}
	what := Erasure{Persons: x.Persons}
	if what.Facts, err = erasedFacts(ctx, tx, x.Persons); err != nil {
		return 0, err
	}
	if err := forgetNames(ctx, tx, what.Facts); err != nil {
		return 0, err
	}
	if what.Leaves, err = erasedLeaves(ctx, tx, x.Persons); err != nil {
		return 0, err
	}
	if what.Proposals, err = oldProposals(ctx, tx, year); err != nil {
		return 0, err
	}
	e, err := b.record(ctx, tx, s, EventProposalAccepted, append(note, "erased", num(int64(len(x.Persons))), "document", x.Document)...)
	if err != nil {
		return 0, err
	}
	what.Position = e.Position
	if err := tx.Erase(ctx, what); err != nil {
		return 0, err
	}
	rest, err := remaining(ctx, tx, e.Position, sealed)
	if err != nil {
		return 0, err
	}
	return e.Position, tx.PutRemainders(ctx, rest)
}

// Erasure is what is taken out of a book for good.
type Erasure struct {
	Position  int64
	Persons   []int64
	Facts     []ErasedFact
	Leaves    []ErasedLeaf
	Proposals []Proposal // whose payload is replaced by the one given
}

// ErasedFact is a fact as it was found, and what stays of it.
type ErasedFact struct {
	Fact
	NewKey string // keeps the order among the person's facts of the kind
}

// ErasedLeaf is what stays of a leaf.
type ErasedLeaf struct {
	Batch           BatchID
	Person          int64
	Public, Private string // digests
}

// Remainder is a section of a batch from which somebody was erased: the digest that the seal
// or the approval binds, and that of the rows as they remain. Sections are settlements,
// payments, findings and answers; what is erased stands in no other.
type Remainder struct {
	Position        int64 // of the erasure
	Batch           BatchID
	Section         string
	Sealed, Remains string // digests, hex
}

// remainders are the latest of a batch, by section.
type remainders map[string]Remainder

func remaindersOf(ctx context.Context, r Reader, id BatchID) (remainders, error) {
	list, err := r.Remainders(ctx, id)
	latest := remainders{}
	for _, x := range list {
		latest[x.Section] = x
	}
	return latest, err
}

// sealed gives the digest under which rows were sealed: their own, or where they are what an
// erasure left, the one that they had before.
func (x remainders) sealed(section, digest string) string {
	if was, ok := x[section]; ok && was.Remains == digest {
		return was.Sealed
	}
	return digest
}

// sectionKey is a section of a batch.
type sectionKey struct {
	batch   BatchID
	section string
}

// intactSections gives the digests of the sections that erasing can change, of all batches,
// as they were sealed. Errors: erase.open, and batch.tampered or finding.tampered where rows
// were edited: an erasure would bind them for good.
func intactSections(ctx context.Context, r Reader) (map[sectionKey]string, error) {
	batches, err := r.Batches(ctx)
	if err != nil {
		return nil, err
	}
	all := map[sectionKey]string{}
	for _, x := range batches {
		if !x.State.Committed() && x.State != Cancelled {
			return nil, message.Err("erase.open", x.ID, x.State.Chinese())
		}
		rows := false
		if err := r.Settlements(ctx, x.ID, func(Settlement) error { rows = true; return nil }); err != nil {
			return nil, err
		}
		if !rows { // cancelled, and cleared
			continue
		}
		digest, err := digestOf(ctx, r, x)
		if err != nil {
			return nil, err
		}
		if digest != x.Digest {
			return nil, message.Err("batch.tampered", x.ID)
		}
		if _, err := fixedChecking(ctx, r, x); err != nil {
			return nil, err
		}
		was, err := remaindersOf(ctx, r, x.ID)
		if err != nil {
			return nil, err
		}
		now, err := sectionDigests(ctx, r, x.ID)
		if err != nil {
			return nil, err
		}
		for section, digest := range now {
			all[sectionKey{x.ID, section}] = was.sealed(section, digest)
		}
	}
	return all, nil
}

// sectionDigests gives the digests of the sections that erasing can change, as their rows stand.
func sectionDigests(ctx context.Context, r Reader, id BatchID) (map[string]string, error) {
	s := newSealer()
	if err := r.Settlements(ctx, id, func(p Settlement) error { s.settlement(&p); return nil }); err != nil {
		return nil, err
	}
	if err := r.Payments(ctx, id, func(p Payment) error { s.payment(&p); return nil }); err != nil {
		return nil, err
	}
	all := map[string]string{sectionSettlements: hexOf(s.people.h.Sum(nil)), sectionPayments: hexOf(s.payments.h.Sum(nil))}
	c, err := r.Checking(ctx, id)
	if errors.Is(err, ErrNotFound) { // submitted by a program that looked for nothing
		return all, nil
	}
	all[sectionFindings], all[sectionAnswers] = c.found(), c.digest()
	return all, err
}

// remaining gives the sections that are no longer what was sealed.
func remaining(ctx context.Context, r Reader, at int64, sealed map[sectionKey]string) (list []Remainder, err error) {
	now := map[string]string{}
	of := BatchID(0)
	keys := slices.SortedFunc(maps.Keys(sealed), func(a, b sectionKey) int {
		return cmp.Or(cmp.Compare(a.batch, b.batch), cmp.Compare(a.section, b.section))
	})
	for _, k := range keys {
		if k.batch != of {
			if now, err = sectionDigests(ctx, r, k.batch); err != nil {
				return nil, err
			}
			of = k.batch
		}
		if now[k.section] != sealed[k] {
			list = append(list, Remainder{at, k.batch, k.section, sealed[k], now[k.section]})
		}
	}
	return list, nil
}

func erasedFacts(ctx context.Context, r Reader, persons []int64) (list []ErasedFact, err error) {
	head, err := r.Head(ctx)
	if err != nil {
		return nil, err
	}
	n := 0
	var before Fact
	return list, r.ChangedSince(ctx, 0, head.Position, func(f Fact) error {
		if !slices.Contains(persons, f.Person) || f.Commitment != "" {
			return nil
		}
		if n++; f.Person != before.Person || f.Kind != before.Kind {
			n = 1
		}
		before = f
		f.Commitment, f.Binding = f.commitment(), f.binding()
		list = append(list, ErasedFact{f, fmt.Sprintf("erased-%08d", n)})
		return nil
	})
}

// forgetNames takes the names of people who are erased out of findings that are not about
// them: a list of cards changed in a village, say. A text that has a name goes whole, a
// namesake's with it. Findings about them Erase takes care of.
func forgetNames(ctx context.Context, tx Tx, gone []ErasedFact) error {
	var names []string
	for i := range gone {
		if gone[i].Kind != facts.KindPerson {
			continue
		}
		var p facts.Profile
		if err := decode(gone[i].Fact, &p); err != nil {
			return err
		}
		if p.Name != "" {
			names = append(names, p.Name)
		}
	}
	named := func(text string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return strings.Contains(text, name) })
	}
	batches, err := tx.Batches(ctx)
	if err != nil {
		return err
	}
	for _, x := range batches {
		c, err := tx.Checking(ctx, x.ID)
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		changed := false
		forget := func(text *string) {
			if named(*text) {
				*text, changed = "", true
			}
		}
		for i := range c.Findings {
			f := &c.Findings[i]
			forget(&f.Name)
			forget(&f.Answer)
			for j := range f.Message.Args {
				forget(&f.Message.Args[j])
			}
			for j := range f.Rows {
				forget(&f.Rows[j])
			}
		}
		if !changed {
			continue
		}
		if err := tx.PutChecking(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

func erasedLeaves(ctx context.Context, r Reader, persons []int64) (list []ErasedLeaf, err error) {
	batches, err := r.Batches(ctx)
	if err != nil {
		return nil, err
	}
	for _, x := range batches {
		salts, err := saltsOf(ctx, r, x.ID)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(persons, func(p int64) bool { _, has := salts[p]; return has }) {
			continue
		}
		err = leavesOf(ctx, r, x, salts, nil, func(l Leaf) error {
			if slices.Contains(persons, l.Person) {
				public, private := l.digests()
				list = append(list, ErasedLeaf{x.ID, l.Person, public, private})
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return list, nil
}

// erasedPayload begins what stands for the payload of a proposal that was erased: its digest.
const erasedPayload = "erased:"

// oldProposals are proposals of imports, which hold the rows of a sheet, from so long ago
// that they need not be kept.
func oldProposals(ctx context.Context, r Reader, year int) ([]Proposal, error) {
	list, err := r.Proposals(ctx, false)
	if err != nil {
		return nil, err
	}
	var old []Proposal
	for _, p := range list {
		if p.Decided == 0 || !strings.HasPrefix(p.Kind, importProposal) || strings.HasPrefix(string(p.Payload), erasedPayload) {
			continue
		}
		err := r.Events(ctx, p.Decided, p.Decided, func(e journal.Event) error {
			if calendar.DateIn(e.Time, zone).Month().Year()+RetentionYears < year {
				p.Payload = []byte(erasedPayload + journal.Digest(p.Payload))
				old = append(old, p)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return old, nil
}

// touchedBy says whether the data of somebody in a batch was erased, and by which event.
func touchedBy(ctx context.Context, r Reader, id BatchID) (at int64, err error) {
	gone, err := r.Erased(ctx)
	if err != nil || len(gone) == 0 {
		return 0, err
	}
	return at, r.Settlements(ctx, id, func(s Settlement) error { at = max(at, gone[s.Person]); return nil })
}
