package payroll

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"runtime"
	"slices"
	"sort"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"zhida/payroll/journal"
	"zhida/rules/calendar"
	"zhida/rules/identity"
	"zhida/rules/message"
)

// Book is a county's book with the use cases on it. It is safe for concurrent use.
type Book struct {
	store   Store
	now     func() time.Time
	random  io.Reader
	workers int
	dry     bool
	turn    int64 // of the run that has this book, see alone; 0 outside one

	observed *remembered[observedKey, *calc] // for explanations
}

// NewBook puts the use cases on a store. now is asked once per transaction.
func NewBook(s Store, now func() time.Time) *Book {
	return &Book{store: s, now: now, random: rand.Reader, workers: runtime.GOMAXPROCS(0),
		observed: newRemembered[observedKey, *calc](3)}
}

// WithWorkers returns the same book computing with n workers; the result never depends on n.
func (b *Book) WithWorkers(n int) *Book {
	c := *b
	c.workers = max(1, n)
	return &c
}

// Dry returns the same book for trying things out: every change is made and taken back
// at once, so that all checks run and nothing stays.
func (b *Book) Dry() *Book {
	c := *b
	c.store, c.dry = dryStore{b.store}, true
	return &c
}

// IsDry says whether nothing that is done stays.
func (b *Book) IsDry() bool { return b.dry }

// dryStore takes every change back.
type dryStore struct{ Store }

var errDry = errors.New("payroll: a dry run is taken back")

func (s dryStore) Update(ctx context.Context, f func(Tx) error) error {
	err := s.Store.Update(ctx, func(tx Tx) error {
		if err := f(tx); err != nil {
			return err
		}
		return errDry
	})
	if errors.Is(err, errDry) {
		return nil
	}
	return err
}

// Together gives do the book for several changes that build on each other. Of a book for trying things out each sees there what
// those before it did, which is taken back at the end; the others wait as long for their turn to write. A change that is refused
// has to be so before it writes.
func (b *Book) Together(ctx context.Context, do func(*Book) error) error {
	if !b.dry {
		return do(b)
	}
	return b.store.Update(ctx, func(tx Tx) error {
		c := *b
		c.store = begunStore{b.store, tx}
		return do(&c)
	})
}

// begunStore is the store as one transaction that has begun sees it and changes it.
type begunStore struct {
	Store
	tx Tx
}

func (s begunStore) Update(_ context.Context, f func(Tx) error) error   { return f(s.tx) }
func (s begunStore) View(_ context.Context, f func(Reader) error) error { return f(s.tx) }

// Store gives the store, for readers that stream.
func (b *Book) Store() Store { return b.store }

// Found writes the first event of a new book.
func (b *Book) Found(ctx context.Context, m Meta) error {
	return b.store.Update(ctx, func(tx Tx) error {
		if err := tx.InitBook(ctx, m); err != nil {
			return err
		}
		payload := journal.Payload("county", m.County, "name", m.Name, "cutover", m.Cutover.String(), "rehearsal", yesNo(m.Rehearsal), "salt", m.Salt, registration, registrationTwo)
		e, err := journal.New(journal.Head{}, b.now(), "", EventFounded, payload)
		if err != nil {
			return err
		}
		return tx.AppendEvent(ctx, e)
	})
}

// registration says in the first event that nobody is registered by one person alone once a batch was submitted. Books
// of earlier programs do not say it: there one administrator could.
const registration, registrationTwo = "registration", "two"

// Kinds of journal events.
const (
	EventFounded          = "book.founded"
	EventActorAdded       = "actor.added"
	EventActorRemoved     = "actor.removed"
	EventActorRekeyed     = "actor.rekeyed"
	EventImported         = "facts.imported"
	EventProposed         = "proposal.made"
	EventProposalAccepted = "proposal.accepted"
	EventProposalRejected = "proposal.rejected"
	EventProposalPassed   = "proposal.passed"
	EventSentBack         = "fact.sent_back"
	EventFactKept         = "fact.kept"
	EventBatchComputed    = "batch.computed"
	EventBatchNothing     = "batch.nothing"
	EventBatchAnswered    = "batch.answered"
	EventBatchSubmitted   = "batch.submitted"
	EventBatchChecked     = "batch.checked"
	EventBatchApproved    = "batch.approved"
	EventBatchRejected    = "batch.rejected"
	EventBatchCancelled   = "batch.cancelled"
	EventBatchExporting   = "batch.exporting"
	EventBatchExported    = "batch.exported"
	EventUnmasked         = "data.unmasked"
)

// Session is an actor whose key is unlocked: who acts, and what signs for them.
type Session struct {
	Actor Actor
	key   journal.Signer
}

// Sign signs a text that leaves the house in the actor's name: SM2, DER.
func (s *Session) Sign(text []byte) ([]byte, error) { return s.key.Sign(text) }

// Has says whether the actor has the role.
func (s *Session) Has(r Role) bool { return slices.Contains(s.Actor.Roles, r) }

// need refuses an actor without any of the roles, naming what is missing.
func (s *Session) need(any ...Role) error {
	if s == nil {
		return message.Err("actor.needed")
	}
	names := make([]string, len(any))
	for i, r := range any {
		if s.Has(r) {
			return nil
		}
		names[i] = r.Chinese()
	}
	return message.Err("actor.role", s.Actor.Name, strings.Join(names, "、"))
}

// Chinese is the role as screens print it.
func (r Role) Chinese() string {
	switch r {
	case RoleAdmin:
		return "管理员"
	case RoleMaker:
		return "经办"
	case RoleChecker:
		return "复核"
	case RoleApprover:
		return "审批"
	case RoleAuditor:
		return "审计"
	}
	if department, ok := strings.CutPrefix(string(r), ownerPrefix); ok {
		return department + "（数据主管）"
	}
	return string(r)
}

// ParseRole reads a role in English or Chinese; owner:组织部 is that of a department.
func ParseRole(s string) (Role, error) {
	if department, ok := strings.CutPrefix(s, ownerPrefix); ok && strings.TrimSpace(department) == department && department != "" && !strings.ContainsAny(department, ",，") {
		return Role(s), nil
	}
	for _, r := range []Role{RoleAdmin, RoleMaker, RoleChecker, RoleApprover, RoleAuditor} {
		if s == string(r) || s == r.Chinese() {
			return r, nil
		}
	}
	return "", message.Err("actor.no_such_role", s)
}

// record notes the one event of an update and gives its position; it is signed and appended
// when all rows beside it are known, so only position and time of it hold yet. The actor
// must still be active: a session outlives neither a removal nor a changed key.
func (b *Book) record(ctx context.Context, tx Tx, s *Session, kind string, pairs ...string) (journal.Event, error) {
	head, err := tx.Head(ctx)
	if err != nil {
		return journal.Event{}, err
	}
	known, err := tx.Actor(ctx, s.Actor.Name)
	if err != nil && !(errors.Is(err, ErrNotFound) && kind == EventActorAdded) {
		return journal.Event{}, err
	}
	if err == nil && (known.Removed != 0 || known.KeyID != s.Actor.KeyID) {
		return journal.Event{}, message.Err("actor.inactive", s.Actor.Name)
	}
	for i := 1; i < len(pairs); i += 2 {
		if err := Lasting(pairs[i]); err != nil {
			return journal.Event{}, err
		}
	}
	e, err := journal.New(head, b.now(), s.Actor.Name, kind, journal.Payload(pairs...))
	if err != nil {
		return e, err
	}
	w, ok := tx.(*bound)
	if !ok || w.event != nil {
		return e, errors.New("payroll: an event of its own belongs to one update of the book")
	}
	w.event, w.pairs, w.session = &e, pairs, s
	return e, nil
}

// Lasting refuses a text that cannot stand in the journal for good: characters that no paper
// prints and no reader of evidence accepts, and numbers of people, who must remain erasable.
// Errors: journal.text, journal.number.
func Lasting(text string) error {
	if strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsGraphic(r) || unicode.Is(unicode.Co, r) || r == utf8.RuneError }) {
		return message.Err("journal.text", strings.Map(func(r rune) rune {
			if !unicode.IsGraphic(r) || unicode.Is(unicode.Co, r) {
				return utf8.RuneError
			}
			return r
		}, text))
	}
	if number := identity.Named(text); number != "" {
		return message.Err("journal.number", number)
	}
	return nil
}

// view runs f on a snapshot.
func (b *Book) view(ctx context.Context, f func(Reader) error) error { return b.store.View(ctx, f) }

// Meta is what the book is.
func (b *Book) Meta(ctx context.Context) (m Meta, err error) {
	err = b.view(ctx, func(r Reader) error { m, err = r.Meta(ctx); return err })
	return m, err
}

// BatchList gives all batches by id.
func (b *Book) BatchList(ctx context.Context) (list []Batch, err error) {
	err = b.view(ctx, func(r Reader) error { list, err = r.Batches(ctx); return err })
	return list, err
}

// Batch gives one batch; a missing one is batch.missing.
func (b *Book) Batch(ctx context.Context, id BatchID) (batch Batch, err error) {
	err = b.view(ctx, func(r Reader) error { batch, err = batchOf(ctx, r, id); return err })
	return batch, err
}

func batchOf(ctx context.Context, r Reader, id BatchID) (Batch, error) {
	batch, err := r.Batch(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return batch, message.Err("batch.missing", id)
	}
	return batch, err
}

// cutover is the first month the book pays: as founded, or that of its first
// regular batch; 0 while there is neither.
func cutover(m Meta, batches []Batch) calendar.Month {
	if m.Cutover != 0 {
		return m.Cutover
	}
	first := calendar.Month(0)
	for _, x := range batches {
		if x.Kind == Regular && x.State != Cancelled && (first == 0 || x.ID.Month() < first) {
			first = x.ID.Month()
		}
	}
	return first
}

func yesNo(v bool) string {
	if v {
		return "yes"
	}
	return "no"
}

// sortedKeys gives the keys of a set in order, so that nothing depends on map order.
func sortedKeys[K ~string, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Slice(keys, func(i, j int) bool { return keys[i] < keys[j] })
	return keys
}
