package payroll

import (
	"cmp"
	"context"
	"errors"
	"io"
	"maps"
	"slices"
	"strconv"
	"time"

	"zhida/payroll/journal"
	"zhida/payroll/ledger"
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/message"
)

// Folder takes the files of an evidence folder. Names have slashes; each is created once.
type Folder interface {
	Create(name string) (io.WriteCloser, error)
}

// EvidenceFormat is the version of the folder that docs/evidence.en.md describes.
const EvidenceFormat = "zhida-evidence 1"

// Evidence writes what a stranger needs to check a committed batch, and to compute it again:
// its rows as they were sealed, the seal and its signatures, the leaves, the whole journal,
// what became of the batch since, and everything the computation rests on as known at its
// horizon (docs/evidence.en.md). Errors: batch.state before approval, batch.no_seal,
// batch.tampered, and those of the folder.
func (b *Book) Evidence(ctx context.Context, id BatchID, folder Folder) (Seal, error) {
	var seal Seal
	err := b.view(ctx, func(r Reader) (err error) {
		e := &evidence{Reader: r, ctx: ctx, folder: folder}
		if e.batch, err = batchOf(ctx, r, id); err != nil {
			return err
		}
		if !e.batch.State.Committed() {
			return message.Err("evidence.not_approved", id, e.batch.State.Chinese())
		}
		if e.head, err = r.Head(ctx); err != nil {
			return err
		}
		if e.meta, err = r.Meta(ctx); err != nil {
			return err
		}
		if seal, err = sealOf(ctx, r, e.batch, nil); err != nil {
			return err
		}
		if err := sameSeal(ctx, r, e.batch, seal); err != nil {
			return err
		}
		for _, part := range []func() error{e.sealed, func() error { return e.signatures(seal) }, e.findings, e.leaves, e.journal, e.erasures, e.since, e.inputs, e.earlier, func() error { return e.about(seal) }} {
			if err := part(); err != nil {
				return err
			}
		}
		return nil
	})
	return seal, err
}

// evidence writes the folder of one batch.
type evidence struct {
	Reader
	ctx    context.Context
	folder Folder
	batch  Batch
	head   journal.Head
	meta   Meta

	last      int64 // the highest number of a person in inputs/facts.tsv
	elsewhere int64 // where it first became known that somebody is paid to another than themselves, 0 for never
}

// table writes a file of rows.
func (e *evidence) table(name string, fill func(row func(fields ...string)) error) error {
	return writeTable(e.folder, name, fill)
}

func writeTable(folder Folder, name string, fill func(row func(fields ...string)) error) error {
	w, err := folder.Create(name)
	if err != nil {
		return err
	}
	s := &section{h: nothing{}, w: w}
	if err = fill(s.row); err == nil {
		err = s.err
	}
	if err2 := w.Close(); err == nil {
		err = err2
	}
	return err
}

// nothing is a hash that nobody asks.
type nothing struct{}

func (nothing) Write(b []byte) (int, error) { return len(b), nil }
func (nothing) Sum(b []byte) []byte         { return b }

func (e *evidence) file(name string, text []byte) error {
	w, err := e.folder.Create(name)
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	if err2 := w.Close(); err == nil {
		err = err2
	}
	return err
}

// sealed writes the rows of the batch, byte for byte as its digest covers them.
func (e *evidence) sealed() error {
	return writeSections(e.ctx, e.Reader, e.batch, e.folder, SealedDir, allSections)
}

// SealedDir is where a folder has the rows of its batch.
const SealedDir = "sealed/"

// allSections are the sections of a batch; others than the first four stand only where they have rows.
var allSections = []string{"lines", sectionSettlements, sectionPayments, "sentences", "entries", "portions"}

// The sections that an erasure changes: what they say of who somebody is goes. The findings
// and their answers stand beside the rows of the batch.
const (
	sectionSettlements = "settlements"
	sectionPayments    = "payments"
	sectionFindings    = "findings"
	sectionAnswers     = "answers"
)

// writeSections writes sections of a batch, and its head, which holds the digests of all of
// them: its own digest is that of the batch. Error: batch.tampered.
func writeSections(ctx context.Context, r Reader, batch Batch, folder Folder, dir string, which []string) error {
	s := newSealerTo(folder, dir, which)
	digest, err := s.digest(ctx, r, batch.ID, batch)
	if err2 := s.close(); err == nil {
		err = err2
	}
	if err == nil && digest != batch.Digest {
		err = message.Err("batch.tampered", batch.ID)
	}
	return err
}

// signatures writes the seal, who signed it, and the keys of everybody who ever signed.
func (e *evidence) signatures(seal Seal) error {
	if err := e.file("seal.txt", seal.Text()); err != nil {
		return err
	}
	signers, err := signersOf(e.ctx, e.Reader, e.batch)
	if err != nil {
		return err
	}
	for _, x := range signers {
		signature, err := unhex(x.Signature)
		if err != nil {
			return err
		}
		if err := e.file("seal."+x.Step+".sig", signature); err != nil {
			return err
		}
	}
	keys := map[string]bool{}
	err = e.Events(e.ctx, 1, e.head.Position, func(x journal.Event) error {
		pairs, err := journal.ParsePayload(x.Payload)
		if public := valueOf(pairs, "public_key"); public != "" {
			keys[public] = true
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, public := range sortedKeys(keys) {
		point, err := unhex(public)
		if err != nil {
			return err
		}
		pem, err := journal.PublicPEM(point)
		if err != nil {
			return err
		}
		if err := e.file("keys/"+journal.KeyID(point)+".pem", pem); err != nil {
			return err
		}
	}
	return nil
}

// sealSteps are the events whose actor signs the seal, with the name of the step.
var sealSteps = map[string]string{EventBatchSubmitted: "maker", EventBatchChecked: "checker", EventBatchApproved: "approver"}

// findings writes what the checks found, as the seal covers it, and the same with the answers,
// as the events of the batch cover it.
func (e *evidence) findings() error {
	c, err := fixedChecking(e.ctx, e.Reader, e.batch)
	if err != nil || c.Batch == 0 {
		return err
	}
	for name, answers := range map[string]bool{"findings.tsv": false, "answers.tsv": true} {
		w, err := e.folder.Create(name)
		if err != nil {
			return err
		}
		s := &section{h: nothing{}, w: w}
		c.rows(s, answers)
		if err := errors.Join(s.err, w.Close()); err != nil {
			return err
		}
	}
	return nil
}

// leaves writes the two parts of every leaf, salts included; of an erased one the digests of
// the parts, behind two empty fields.
func (e *evidence) leaves() error {
	salts, err := saltsOf(e.ctx, e.Reader, e.batch.ID)
	if err != nil {
		return err
	}
	return e.table("leaves.tsv", func(row func(...string)) error {
		return leavesOf(e.ctx, e.Reader, e.batch, salts, nil, func(l Leaf) error {
			f := []string{num(l.Person), string(l.Public), string(l.Private)}
			if l.Erased() {
				public, private := l.digests()
				f = append(f, public, private)
			}
			row(f...)
			return nil
		})
	})
}

func (e *evidence) journal() error {
	return e.table("journal.tsv", func(row func(...string)) error {
		return e.Events(e.ctx, 1, e.head.Position, func(x journal.Event) error {
			row(num(x.Position), x.Time.UTC().Format(time.RFC3339), x.Actor, x.Kind, string(x.Payload), x.Prev, x.KeyID, hexOf(x.Signature), x.Digest)
			return nil
		})
	})
}

// erasures writes whose data was erased, and what that left of which section, where anybody's was.
func (e *evidence) erasures() error {
	gone, err := e.Erased(e.ctx)
	if err != nil || len(gone) == 0 {
		return err
	}
	persons := slices.SortedFunc(maps.Keys(gone), func(a, b int64) int { return cmp.Or(cmp.Compare(gone[a], gone[b]), cmp.Compare(a, b)) })
	if err := e.table("erased.tsv", func(row func(...string)) error {
		for _, person := range persons {
			row(num(gone[person]), num(person))
		}
		return nil
	}); err != nil {
		return err
	}
	rest, err := e.Remainders(e.ctx, 0)
	if err != nil {
		return err
	}
	return e.table("remainders.tsv", func(row func(...string)) error {
		for i := range rest {
			row(append([]string{num(rest[i].Position)}, remainderRow(&rest[i])...)...)
		}
		return nil
	})
}

// since writes what became of the batch after approval: files, payments in files, states,
// and all postings of the ledger.
func (e *evidence) since() error {
	files, err := e.Exports(e.ctx, e.batch.ID)
	if err != nil {
		return err
	}
	if err := e.table("files.tsv", func(row func(...string)) error {
		for i := range files {
			row(exportRow(&files[i])...)
		}
		return nil
	}); err != nil {
		return err
	}
	inFile := map[string][]int{}
	if err := e.Payments(e.ctx, e.batch.ID, func(p Payment) error {
		if p.File != "" {
			inFile[p.File] = append(inFile[p.File], p.Seq)
		}
		return nil
	}); err != nil {
		return err
	}
	if err := e.table("payment_files.tsv", func(row func(...string)) error {
		for _, name := range sortedKeys(inFile) {
			for _, seq := range inFile[name] {
				row(fileRow(e.batch.ID, seq, name)...)
			}
		}
		return nil
	}); err != nil {
		return err
	}
	if err := e.table("postings.tsv", func(row func(...string)) error {
		return e.Postings(e.ctx, 0, e.head.Position, func(position int64, p ledger.Posting) error {
			row(append([]string{num(position)}, postingRow(&p)...)...)
			return nil
		})
	}); err != nil {
		return err
	}
	return e.states()
}

// states writes what events did to payments, whole events that did something to one of the batch.
func (e *evidence) states() error {
	batches, err := e.Batches(e.ctx)
	if err != nil {
		return err
	}
	at := map[int64]bool{}
	if err := e.PaymentEvents(e.ctx, e.batch.ID, func(x PaymentEvent) error { at[x.Position] = true; return nil }); err != nil {
		return err
	}
	var list []PaymentEvent
	for _, x := range batches {
		if err := e.PaymentEvents(e.ctx, x.ID, func(x PaymentEvent) error {
			if at[x.Position] {
				list = append(list, x)
			}
			return nil
		}); err != nil {
			return err
		}
	}
	slices.SortStableFunc(list, func(a, b PaymentEvent) int { return int(a.Position - b.Position) })
	return e.table("payment_states.tsv", func(row func(...string)) error {
		for i := range list {
			row(append([]string{num(list[i].Position)}, stateRow(&list[i])...)...)
		}
		return nil
	})
}

// inputs writes facts, documents, settings and what moved receivables outside batches, as
// known at the horizon. What was superseded stands there too: the digests of events cover it.
func (e *evidence) inputs() error {
	h := e.batch.Horizon
	if err := e.table("inputs/facts.tsv", func(row func(...string)) error {
		return e.ChangedSince(e.ctx, 0, h, func(f Fact) error {
			known := f.KnownTo
			if known > h {
				known = 0
			}
			e.last = max(e.last, f.Person)
			if (f.Kind == facts.KindOrder || f.Kind == facts.KindRecipient) && (e.elsewhere == 0 || f.KnownFrom < e.elsewhere) {
				e.elsewhere = f.KnownFrom
			}
			if f.Commitment != "" {
				row(num(f.Person), string(f.Kind), "", "", "", num(f.KnownFrom), num(known), "", "", "", "", f.Commitment, f.Binding)
				return nil
			}
			row(num(f.Person), string(f.Kind), f.Key, f.From.String(), f.To.String(), num(f.KnownFrom), num(known), f.Body, f.Salt, f.Where, f.Scope)
			return nil
		})
	}); err != nil {
		return err
	}
	policies, err := e.AllPolicies(e.ctx)
	if err != nil {
		return err
	}
	policies = slices.DeleteFunc(policies, func(p AdoptedPolicy) bool { return p.Position > h })
	if err := e.table("inputs/policies.tsv", func(row func(...string)) error {
		for _, p := range policies {
			if p.Withdrawn > h {
				p.Withdrawn = 0
			}
			row(append([]string{num(p.Position), num(p.Withdrawn)}, policyRow(p)...)...)
		}
		return nil
	}); err != nil {
		return err
	}
	for _, p := range policies {
		if err := e.file("inputs/policies/"+num(p.Position)+".yaml", []byte(p.Text)); err != nil {
			return err
		}
	}
	if err := e.documents(policies); err != nil {
		return err
	}
	for at := h; at > 0; {
		s, err := e.Settings(e.ctx, at)
		if err != nil || s.Position == 0 {
			if message.Code(err) == message.Code(ErrNotFound) || err == nil {
				break
			}
			return err
		}
		if err := e.file("inputs/settings/"+num(s.Position)+".yaml", []byte(s.Text)); err != nil {
			return err
		}
		at = s.Position - 1
	}
	last, err := e.LastPerson(e.ctx)
	if err != nil {
		return err
	}
	return e.table("inputs/receivables.tsv", func(row func(...string)) error {
		return e.Entries(e.ctx, EntryQuery{Horizon: h, First: 1, Last: last}, func(x Entry) error {
			row(append([]string{num(x.Position)}, entryRow(&x)...)...)
			return nil
		})
	})
}

// documents writes what each document grants and for which pay months.
func (e *evidence) documents(policies []AdoptedPolicy) error {
	return e.table("inputs/documents.tsv", func(row func(...string)) error {
		for _, p := range policies {
			rows, err := documentRows(p)
			if err != nil {
				return err
			}
			for _, x := range rows {
				row(append([]string{num(p.Position)}, x...)...)
			}
		}
		return nil
	})
}

// earlier writes the batches that were committed at the horizon, each as it was sealed:
// their lines, settlements, entries and portions, and their payments where it was known that
// somebody is paid to another than themselves. Of other batches only the heads matter.
func (e *evidence) earlier() error {
	all, err := e.Batches(e.ctx)
	if err != nil {
		return err
	}
	committed, err := committedBy(e.ctx, e.Reader, slices.Clone(all), e.batch.Horizon)
	if err != nil {
		return err
	}
	then := map[BatchID]bool{}
	for _, x := range committed {
		then[x.ID] = true
	}
	if err := e.table("inputs/batches.tsv", func(row func(...string)) error {
		for _, x := range all {
			if x.ID != e.batch.ID {
				row(x.ID.String(), string(x.Kind), x.Channel, x.Narrowed, yesNo(x.Apart), num(x.Horizon), strconv.Itoa(x.RulesVersion), x.Digest, yesNo(then[x.ID]))
			}
		}
		return nil
	}); err != nil {
		return err
	}
	for _, x := range all {
		if !then[x.ID] {
			continue
		}
		which := []string{"lines", sectionSettlements, "entries", "portions"}
		if e.elsewhere != 0 && e.elsewhere <= x.Horizon {
			which = append(which, sectionPayments)
		}
		if err := writeSections(e.ctx, e.Reader, x, e.folder, "inputs/batches/"+fileID(x.ID)+"/", which); err != nil {
			return err
		}
	}
	return nil
}

// fileID is a batch's number in the name of a file.
func fileID(id BatchID) string { return id.Month().String() + "-" + strconv.Itoa(id.Seq()) }

// about writes what the folder is about.
func (e *evidence) about(seal Seal) error {
	left, err := exportedOn(e.ctx, e.Reader, e.batch)
	if err != nil {
		return err
	}
	b := e.batch
	pairs := []string{"format", EvidenceFormat, "county", e.meta.County, "name", e.meta.Name, "rehearsal", yesNo(e.meta.Rehearsal),
		"cutover", e.meta.Cutover.String(), "salt", e.meta.Salt, "persons", num(e.last), "batch", b.ID.String(), "kind", string(b.Kind), "channel", b.Channel, "narrowed", b.Narrowed,
		"apart", yesNo(b.Apart), "horizon", num(b.Horizon), "rules", strconv.Itoa(b.RulesVersion), "digest", b.Digest, "seal", seal.Sum(),
		"maker", b.Maker, "checker", b.Checker, "approver", b.Approver, "exported", dayOrNone(left), "head", num(e.head.Position), "head_digest", e.head.Digest}
	return e.file("about.txt", journal.Payload(pairs...))
}

func dayOrNone(d calendar.Date) string {
	if d == 0 {
		return ""
	}
	return d.String()
}
