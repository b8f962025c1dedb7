package payroll

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"zhida/payroll/journal"
	"zhida/rules"
	"zhida/rules/facts"
	"zhida/rules/identity"
	"zhida/rules/message"
	"zhida/rules/money"
)

// stage writes computed persons into staged batches, a chunk a transaction, and
// turns them into drafts by one event. Until then they are invisible, so that a
// killed run leaves nothing but rows the next run clears away.
type stage struct {
	book    *Book
	session *Session
	calc    *calc
	drafts  map[string]*draft // by channel
	roster  int
	short   int // persons whose deductions found too little pay

	computedAt time.Time // whole seconds
	refused    []RefusedPerson
}

// draft is one channel's batch while it is being written.
type draft struct {
	Batch
	scratch   BatchID        // the id its rows are staged under; another than ID while an older draft keeps that
	texts     map[string]int // sentence to number
	fresh     []string       // numbered, not yet written
	payables  []payable
	paid      money.Fen // sum of payables
	moved     money.Fen // sum of entries
	portioned money.Fen // sum of what portions pay
	seal      *sealer
}

// payable is a payment before it has its number.
type payable struct {
	person  int64
	fen     money.Fen
	place   string
	account facts.Account
	target  string
}

// begin clears what killed runs left, which is all that is staged while this one has the
// turn, and creates the staged head of each channel.
// It refuses a channel whose open batch is past the draft or belongs to another run.
// An older draft stays until the new one is finished: a run that fails changes nothing.
func (w *stage) begin(ctx context.Context) error {
	c := w.calc
	w.computedAt = w.book.now().UTC().Truncate(time.Second)
	return w.update(ctx, func(tx Tx) error {
		w.drafts = map[string]*draft{}
		left, err := tx.StagingBatches(ctx)
		if err != nil {
			return err
		}
		for _, id := range left {
			if err := tx.ClearBatch(ctx, id); err != nil {
				return err
			}
		}
		for _, channel := range c.channels {
			seq, err := tx.NextSeq(ctx, w.calc.month)
			if err != nil {
				return err
			}
			d := &draft{scratch: NewBatchID(c.month, seq), texts: map[string]int{}, seal: newSealer()}
			d.Batch = Batch{ID: d.scratch, Kind: c.kind, Narrowed: c.only.String(), Channel: channel, Apart: c.apart, State: Staging, Horizon: c.horizon,
				RulesVersion: rules.Version, ComputedAt: w.computedAt}
			if err := tx.CreateBatch(ctx, d.Batch); err != nil {
				return err
			}
			if open, ok := c.open[slot(c.kind, channel)]; ok {
				if err := mayReplace(ctx, tx, open.ID, c); err != nil {
					return err
				}
				d.ID = open.ID
			}
			w.drafts[channel] = d
		}
		return nil
	})
}

// update writes while the run has its turn: one that was stopped for longer than its
// lease finds that out here, before it touches the rows of the run that came after it.
func (w *stage) update(ctx context.Context, f func(Tx) error) error {
	return w.book.update(ctx, func(tx Tx) error {
		if err := w.book.holds(ctx, tx); err != nil {
			return err
		}
		return f(tx)
	})
}

// mayReplace refuses to compute an open batch again that is past the draft or of another run.
func mayReplace(ctx context.Context, tx Tx, id BatchID, c *calc) error {
	now, err := tx.Batch(ctx, id)
	switch {
	case errors.Is(err, ErrNotFound):
		return message.Err("run.raced", id)
	case err != nil:
		return err
	case now.State != Draft:
		return message.Err("run.open", now.ID, now.State.Chinese())
	case now.ID.Month() != c.month || now.Kind != c.kind || c.kind == Correction && now.Narrowed != c.only.String():
		return message.Err("run.other_open", now.ID)
	}
	return nil
}

// put writes one chunk of computed persons, in person order.
func (w *stage) put(ctx context.Context, chunk []personResult) error {
	lines, people, entries, portions := map[string][]Line{}, map[string][]Settlement{}, map[string][]Entry{}, map[string][]Portion{}
	w.count(chunk)
	for i := range chunk {
		for j := range chunk[i].parts {
			part := &chunk[i].parts[j]
			for _, l := range part.lines {
				lines[part.channel] = append(lines[part.channel], l.Line)
			}
			people[part.channel] = append(people[part.channel], part.settlement)
			entries[part.channel] = append(entries[part.channel], part.entries...)
			portions[part.channel] = append(portions[part.channel], part.portions...)
		}
	}
	err := w.update(ctx, func(tx Tx) error {
		for _, channel := range w.calc.channels {
			d := w.drafts[channel]
			if err := tx.PutTexts(ctx, d.scratch, len(d.texts)-len(d.fresh), d.fresh); err != nil {
				return err
			}
			if err := tx.PutLines(ctx, lines[channel]); err != nil {
				return err
			}
			if err := tx.PutSettlements(ctx, people[channel]); err != nil {
				return err
			}
			if err := tx.PutEntries(ctx, entries[channel]); err != nil {
				return err
			}
			if err := tx.PutPortions(ctx, portions[channel]); err != nil {
				return err
			}
		}
		return nil
	})
	for _, d := range w.drafts {
		d.fresh = nil
	}
	return err
}

// count adds computed persons to the heads of their batches.
func (w *stage) count(chunk []personResult) {
	for i := range chunk {
		w.roster++
		for j := range chunk[i].parts {
			part := &chunk[i].parts[j]
			w.drafts[part.channel].add(part)
			w.note(&part.settlement)
			if part.short {
				w.short++
			}
		}
	}
}

// note keeps the refusals for the one who asked for the run.
func (w *stage) note(s *Settlement) {
	for _, r := range s.Items {
		x := RefusedPerson{s.Person, s.Name, r.Item, r}
		if it := w.calc.items[r.Item]; it != nil {
			x.ItemName = it.Name
		}
		w.refused = append(w.refused, x)
	}
}

// add counts one person's part into the head and numbers its sentences.
func (d *draft) add(p *channelPart) {
	d.Roster++
	for i := range p.lines {
		l := &p.lines[i]
		l.Batch, l.Text = d.scratch, d.textNo(l.sentence)
		d.Lines++
		if l.Side == Deduction {
			d.Deduction += l.Fen
		} else {
			d.Gross += l.Fen
		}
		d.seal.line(&l.Line)
	}
	s := &p.settlement
	s.Batch = d.scratch
	d.Net += s.Pay
	d.Held += s.Held
	d.Owed += s.Owed
	d.seal.settlement(s)
	for i := range p.entries {
		e := &p.entries[i]
		if e.Batch = d.scratch; e.Way == Charged {
			e.Origin = d.scratch
		}
		if e.Way != Reinstated { // undoes what moved outside batches
			d.moved += e.Fen
		}
		d.seal.entry(e)
	}
	for i := range p.portions {
		x := &p.portions[i]
		x.Batch = d.scratch
		d.portioned += x.Pay
		d.seal.portion(x)
	}
	if s.Pay > 0 {
		d.Payees++
	}
	for _, x := range p.shares {
		d.paid += x.fen
		d.payables = append(d.payables, payable{s.Person, x.fen, s.Place, x.account, x.target})
	}
}

// agrees holds what was worked out person by person against what leaves: payments and
// movements of receivables. A difference is a fault of the program.
func (d *draft) agrees() error {
	if d.paid != d.Net || d.moved != d.Owed || d.portioned != d.Net {
		return fmt.Errorf("payroll: batch %s pays %s of %s from funds with %s, and moves receivables by %s of %s", d.ID, d.paid, d.Net, d.portioned, d.moved, d.Owed)
	}
	return nil
}

// textNo numbers a sentence; equal sentences of a batch share a number.
func (d *draft) textNo(sentence string) int {
	n, ok := d.texts[sentence]
	if !ok {
		n = len(d.texts)
		d.texts[sentence] = n
		d.fresh = append(d.fresh, sentence)
		d.seal.text(sentence)
	}
	return n
}

// payments numbers the payments in their fixed order: bank, township, place, person.
func (d *draft) payments() []Payment {
	sort.SliceStable(d.payables, func(i, j int) bool {
		a, b := &d.payables[i], &d.payables[j]
		switch {
		case a.account.Bank != b.account.Bank:
			return a.account.Bank < b.account.Bank
		case a.place != b.place: // a village's code begins with its township's
			return a.place < b.place
		}
		return a.person < b.person
	})
	list := make([]Payment, len(d.payables))
	for i, p := range d.payables {
		list[i] = Payment{Batch: d.scratch, Seq: i + 1, Person: p.person, Fen: p.fen, Bank: p.account.Bank, Card: identity.Card(p.account.Card.Full()),
			CNAPS: p.account.CNAPS, Branch: p.account.Branch, Holder: p.account.Holder, Place: p.place, Target: p.target}
		d.seal.payment(&list[i])
	}
	return list
}

const paymentChunk = 10000

// finish numbers the payments, reads everything back against what was computed,
// and makes the staged batches drafts. A channel with neither line nor payment
// leaves no batch.
func (w *stage) finish(ctx context.Context) (RunResult, error) {
	result := RunResult{Roster: w.roster, Refused: w.refused}
	averages := w.calc.fresh()
	for _, channel := range w.calc.channels {
		d := w.drafts[channel]
		d.Averages = averagesOf(w.calc, averages, channel)
		if err := d.agrees(); err != nil {
			return result, errors.Join(err, w.drop(ctx))
		}
		payments := d.payments()
		for len(payments) > 0 {
			n := min(paymentChunk, len(payments))
			if err := w.update(ctx, func(tx Tx) error { return tx.PutPayments(ctx, payments[:n]) }); err != nil {
				return result, err
			}
			payments = payments[n:]
		}
		d.Digest = d.seal.sum(d.Batch)
		read, err := w.book.contentDigest(ctx, d.scratch, d.Batch)
		if err != nil {
			return result, err
		}
		if read != d.Digest {
			return result, errors.Join(message.Err("run.raced", d.ID), w.drop(ctx))
		}
	}
	looks, err := w.looks(ctx)
	if err != nil {
		return result, errors.Join(err, w.drop(context.WithoutCancel(ctx)))
	}
	err = w.update(ctx, func(tx Tx) error {
		result.Batches = nil
		pairs := []string{"month", w.calc.month.String(), "kind", string(w.calc.kind), "horizon", strconv.FormatInt(w.calc.horizon, 10),
			"computed", w.computedAt.Format(time.RFC3339), "rules", strconv.Itoa(rules.Version), "roster", strconv.Itoa(w.roster), "refused", strconv.Itoa(len(w.refused)), "short", strconv.Itoa(w.short)}
		if w.calc.apart {
			pairs = append(pairs, "apart", "yes")
		}
		if !w.calc.only.all() {
			pairs = append(pairs, "narrowed", w.calc.only.String())
		}
		for _, channel := range w.calc.channels {
			d := w.drafts[channel]
			if d.empty() {
				if err := clearBoth(ctx, tx, d); err != nil {
					return err
				}
				continue
			}
			head := d.Batch
			head.ID, head.State = d.scratch, Draft
			if err := tx.SetBatch(ctx, head, Staging); err != nil {
				return err
			}
			if head.ID = d.ID; d.ID != d.scratch {
				if err := tx.ClearBatch(ctx, d.ID); err != nil {
					return err
				}
				if err := tx.RenameBatch(ctx, d.scratch, d.ID); err != nil {
					return err
				}
			}
			pairs = append(pairs, "batch", head.ID.String(), "digest", head.Digest, "channel", head.Channel)
			if look := looks[channel]; look != nil {
				pairs = append(pairs, "look", lookDigest([]byte(look[lookHead])))
				if err := tx.PutLook(ctx, head.ID, look); err != nil {
					return err
				}
			}
			result.Batches = append(result.Batches, head)
		}
		kind := EventBatchComputed
		if len(result.Batches) == 0 {
			kind = EventBatchNothing
		}
		_, err := w.book.record(ctx, tx, w.session, kind, pairs...)
		return err
	})
	sort.Slice(result.Batches, func(i, j int) bool { return result.Batches[i].ID < result.Batches[j].ID })
	return result, err
}

// empty says that there is nothing to be approved.
func (d *draft) empty() bool { return d.Lines == 0 && d.Payees == 0 }

// clearBoth removes a staged batch and the older draft it would have replaced.
func clearBoth(ctx context.Context, tx Tx, d *draft) error {
	if err := tx.ClearBatch(ctx, d.scratch); err != nil || d.ID == d.scratch {
		return err
	}
	return tx.ClearBatch(ctx, d.ID)
}

// drop removes what a failed run has staged.
func (w *stage) drop(ctx context.Context) error {
	return w.update(ctx, func(tx Tx) error {
		for _, d := range w.drafts {
			if err := tx.ClearBatch(ctx, d.scratch); err != nil && !errors.Is(err, ErrNotFound) {
				return err
			}
		}
		return nil
	})
}

// averagesOf keeps the averages of a channel's items in the months that the run settles.
func averagesOf(c *calc, all []facts.Average, channel string) []facts.Average {
	var list []facts.Average
	for _, a := range all {
		if it, ok := c.program.ItemAt(a.Item, a.Month); ok && it.Channel == channel && c.settles(a.Month, func() string { return "" }) {
			list = append(list, a)
		}
	}
	return list
}

// sealer digests the content of a batch section by section, so that it can run
// beside the writing and again over what was read back.
type sealer struct {
	lines, people, payments, texts section
	entries                        *section // nil while no receivable moves
	portions                       *section // nil while nobody's money moves
	left                           remainders

	// open gives a file for the bytes of a section, besides being digested; nil for none.
	open func(section string) (io.WriteCloser, error)
}

// section digests rows, and writes them where they are wanted.
type section struct {
	h interface {
		Write([]byte) (int, error)
		Sum([]byte) []byte
	}
	buf []byte
	w   io.WriteCloser
	err error // the first of w
}

func newSealer() *sealer {
	return &sealer{lines: section{h: journal.NewHash()}, people: section{h: journal.NewHash()}, payments: section{h: journal.NewHash()}, texts: section{h: journal.NewHash()}}
}

// newSealerTo also writes the bytes of the sections named, and the head, into files of a folder.
func newSealerTo(folder Folder, dir string, which []string) *sealer {
	s := newSealer()
	s.open = func(section string) (io.WriteCloser, error) {
		if section != "batch" && !slices.Contains(which, section) {
			return nil, nil
		}
		return folder.Create(dir + section + ".tsv")
	}
	s.file(&s.lines, "lines")
	s.file(&s.people, sectionSettlements)
	s.file(&s.payments, sectionPayments)
	s.file(&s.texts, "sentences")
	return s
}

// file opens the file of a section, once.
func (s *sealer) file(x *section, name string) {
	if s.open != nil && x.w == nil && x.err == nil {
		x.w, x.err = s.open(name)
	}
}

// close closes the files of the sections.
func (s *sealer) close() (err error) {
	for _, x := range []*section{&s.lines, &s.people, &s.payments, &s.texts, s.entries, s.portions} {
		if x == nil {
			continue
		}
		err = errors.Join(err, x.err)
		if x.w != nil {
			err = errors.Join(err, x.w.Close())
		}
	}
	return err
}

func (s *sealer) line(l *Line) {
	x := &s.lines
	x.int(l.Person)
	x.field(l.Item)
	x.field(l.Month.String())
	x.field(string(l.Side))
	x.int(int64(l.Fen))
	x.int(int64(l.Due))
	x.int(int64(l.Committed))
	x.field(l.Place)
	x.int(l.Policy)
	x.field(l.Fund)
	x.field(l.Cause)
	x.int(int64(l.Text))
	x.end()
}

func (s *sealer) settlement(p *Settlement) {
	f := []string{num(p.Person), string(p.Status), p.Name, string(p.Category), p.Place, num(int64(p.Gross)), num(int64(p.Deduction)),
		num(int64(p.Held)), num(int64(p.Owed)), num(int64(p.Pay)), p.Answer, p.Reason.Code, strings.Join(p.Reason.Args, "|")}
	for _, r := range p.Items {
		f = append(f, r.Item, r.Month.String(), r.Problem.Code, strings.Join(r.Problem.Args, "|"))
	}
	if p.Reissued != 0 {
		f = append(f, "reissued", num(int64(p.Reissued)))
	}
	s.people.row(f...)
}

func (s *sealer) payment(p *Payment) {
	f := []string{strconv.Itoa(p.Seq), num(p.Person), num(int64(p.Fen)), p.Bank, p.Card.Full(), p.CNAPS, p.Branch, p.Holder, p.Place}
	if p.Target != "" {
		f = append(f, p.Target)
	}
	if p.Replaces != (PaymentID{}) {
		f = append(f, "replaces", p.Replaces.String())
	}
	s.payments.row(f...)
}

// entry digests a movement of a receivable; one that the batch itself charges has no
// origin yet, since the batch may still get another number.
func (s *sealer) entry(e *Entry) {
	if s.entries == nil {
		s.entries = newSection()
		s.file(s.entries, "entries")
	}
	origin := ""
	if e.Way != Charged {
		origin = e.Origin.String()
	}
	f := []string{num(e.Person), origin, e.Item, e.Month.String(), string(e.Way), e.Fund, num(int64(e.Fen)), e.Document}
	if e.Place != "" {
		f = append(f, e.Place)
	}
	s.entries.row(f...)
}

func (s *sealer) portion(p *Portion) {
	if s.portions == nil {
		s.portions = newSection()
		s.file(s.portions, "portions")
	}
	s.portions.row(num(p.Person), p.Fund, p.Place, num(int64(p.Gross)), num(int64(p.Deduction)), num(int64(p.Moved)), num(int64(p.Held)), num(int64(p.Owed)),
		num(int64(p.Reissued)), num(int64(p.Pay)))
}

func (s *sealer) text(t string) { s.texts.row(t) }

// sum is the digest of the batch: its fixed head fields and the sections, each under the
// digest that was sealed where its rows are what an erasure left.
func (s *sealer) sum(b Batch) string {
	top := section{h: journal.NewHash()}
	s.file(&top, "batch")
	top.row("zhida-batch", "1", b.ID.String(), string(b.Kind), b.Channel, strconv.Itoa(b.RulesVersion))
	if b.Narrowed != "" {
		top.row("narrowed", b.Narrowed)
	}
	if b.Apart {
		top.row("apart")
	}
	for _, x := range b.Averages {
		top.row("average", x.Item, x.Group, x.Month.String(), num(int64(x.Fen)), strconv.Itoa(x.Count))
	}
	sum := func(x *section) string { return hexOf(x.h.Sum(nil)) }
	top.row(sum(&s.lines))
	top.row(s.left.sealed(sectionSettlements, sum(&s.people)))
	top.row(s.left.sealed(sectionPayments, sum(&s.payments)))
	top.row(sum(&s.texts))
	if s.entries != nil {
		top.row("entries", sum(s.entries))
	}
	if s.portions != nil {
		top.row("portions", sum(s.portions))
	}
	if top.w != nil {
		s.lines.err = errors.Join(s.lines.err, top.err, top.w.Close())
	}
	return hexOf(top.h.Sum(nil))
}

var escapeField = strings.NewReplacer("\\", `\\`, "\t", `\t`, "\n", `\n`)

// row writes tab-separated fields and a newline; the three characters that would
// be ambiguous are escaped.
func (s *section) row(fields ...string) {
	for _, f := range fields {
		s.field(f)
	}
	s.end()
}

// field adds one field to the row at hand, int one that is a number, and end ends the row.
func (s *section) field(f string) {
	if strings.ContainsAny(f, "\\\t\n") {
		f = escapeField.Replace(f)
	}
	s.buf = append(append(s.buf, f...), '\t')
}

func (s *section) int(n int64) { s.buf = append(strconv.AppendInt(s.buf, n, 10), '\t') }

func (s *section) end() {
	if len(s.buf) == 0 { // a row of no fields is an empty line
		s.buf = append(s.buf, '\t')
	}
	s.buf[len(s.buf)-1] = '\n'
	s.h.Write(s.buf)
	if s.w != nil && s.err == nil {
		_, s.err = s.w.Write(s.buf)
	}
	s.buf = s.buf[:0]
}

func num(n int64) string { return strconv.FormatInt(n, 10) }

// contentDigest reads the rows of a batch back from where they are staged and digests them.
func (b *Book) contentDigest(ctx context.Context, staged BatchID, batch Batch) (digest string, err error) {
	err = b.view(ctx, func(r Reader) error { digest, err = digestStaged(ctx, r, staged, batch); return err })
	return digest, err
}

func digestOf(ctx context.Context, r Reader, batch Batch) (string, error) {
	return digestStaged(ctx, r, batch.ID, batch)
}

func digestStaged(ctx context.Context, r Reader, id BatchID, batch Batch) (string, error) {
	return newSealer().digest(ctx, r, id, batch)
}

// digest goes over the rows of a batch that stand under an id.
func (s *sealer) digest(ctx context.Context, r Reader, id BatchID, batch Batch) (_ string, err error) {
	if s.left, err = remaindersOf(ctx, r, id); err != nil {
		return "", err
	}
	if err := r.Lines(ctx, LineQuery{Batch: id}, func(l Line) error { s.line(&l); return nil }); err != nil {
		return "", err
	}
	if err := r.Settlements(ctx, id, func(p Settlement) error { s.settlement(&p); return nil }); err != nil {
		return "", err
	}
	if err := r.Payments(ctx, id, func(p Payment) error { s.payment(&p); return nil }); err != nil {
		return "", err
	}
	texts, err := r.Texts(ctx, id)
	if err != nil {
		return "", err
	}
	for _, t := range texts {
		s.text(t)
	}
	return s.sumWith(ctx, r, id, batch)
}

// sumWith is the digest when lines, settlements, payments and texts have been read.
func (s *sealer) sumWith(ctx context.Context, r Reader, id BatchID, batch Batch) (string, error) {
	if err := r.Entries(ctx, EntryQuery{Batch: id}, func(e Entry) error { s.entry(&e); return nil }); err != nil {
		return "", err
	}
	if err := r.Portions(ctx, id, func(p Portion) error { s.portion(&p); return nil }); err != nil {
		return "", err
	}
	return s.sum(batch), nil
}
