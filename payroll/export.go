package payroll

import (
	"context"
	"math"
	"sort"
	"strconv"
	"strings"

	"zhida/payroll/journal"
	"zhida/rules"
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/identity"
	"zhida/rules/message"
	"zhida/rules/money"
)

// zone is where business dates are read off a clock.
var zone = calendar.China

// Outgoing is what leaves the house for an approved batch.
type Outgoing struct {
	Meta        Meta
	Batch       Batch
	County      *County
	Date        calendar.Date // of the first export; exporting again keeps it
	Payments    []Payment
	Remittances []Remittance    // by institution, person, item, month
	Taken       map[string]bool // names of files that other batches have sent
	OldCards    string          // why payments go to accounts that were replaced since the approval, see BeginExport
	settings    int64
}

// Remittance is one deduction to be handed to its institution.
type Remittance struct {
	Institution string
	Person      int64
	Name        string
	ID          identity.ResidentID
	Item        string // printed name
	Month       calendar.Month
	Fen         money.Fen
}

// Outgoing gathers what an export needs. The batch must be approved, or exported
// already: then date and settings are those of the first time. Error, beside those of
// reading: export.not_stamped.
func (b *Book) Outgoing(ctx context.Context, id BatchID) (*Outgoing, error) {
	o := &Outgoing{Date: calendar.DateIn(b.now(), zone)}
	err := b.view(ctx, func(r Reader) (err error) {
		if o.Meta, err = r.Meta(ctx); err != nil {
			return err
		}
		if o.Batch, err = batchOf(ctx, r, id); err != nil {
			return err
		}
		if !o.Batch.State.Committed() {
			return message.Err("batch.state", id, o.Batch.State.Chinese(), EventChinese(EventBatchExported))
		}
		if err := intact(ctx, r, o.Batch); err != nil {
			return err
		}
		if err := o.firstTime(ctx, r); err != nil {
			return err
		}
		if o.County, err = settingsAt(ctx, r, o.settings); err != nil {
			return err
		}
		if err := stamped(ctx, r, o.County, o.Batch); err != nil {
			return err
		}
		if o.Taken, err = takenNames(ctx, r, id); err != nil {
			return err
		}
		if err := r.Payments(ctx, id, func(p Payment) error { o.Payments = append(o.Payments, p); return nil }); err != nil {
			return err
		}
		return o.deductions(ctx, r)
	})
	return o, err
}

// takenNames lists the names of files that left for other batches: a bank that
// gets a name twice refuses the second file, or loads it over the first.
func takenNames(ctx context.Context, r Reader, but BatchID) (map[string]bool, error) {
	batches, err := r.Batches(ctx)
	if err != nil {
		return nil, err
	}
	names := map[string]bool{}
	for _, b := range batches {
		if b.ID == but || !b.State.Committed() {
			continue
		}
		files, err := r.Exports(ctx, b.ID)
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			names[f.Name] = true
		}
	}
	return names, nil
}

// firstTime takes date and settings from the event of an export that was begun.
func (o *Outgoing) firstTime(ctx context.Context, r Reader) error {
	head, err := r.Head(ctx)
	if err != nil {
		return err
	}
	o.settings = head.Position
	return r.Events(ctx, o.Batch.Horizon, head.Position, func(e journal.Event) error {
		if e.Kind != EventBatchExporting {
			return nil
		}
		pairs, err := journal.ParsePayload(e.Payload)
		if err != nil || valueOf(pairs, "batch") != o.Batch.ID.String() {
			return err
		}
		if o.Date, err = calendar.ParseDate(valueOf(pairs, "date")); err != nil {
			return err
		}
		o.settings, err = strconv.ParseInt(valueOf(pairs, "settings"), 10, 64)
		return err
	})
}

func (o *Outgoing) deductions(ctx context.Context, r Reader) error {
	granted, err := grantedAt(ctx, r, o.Batch.Horizon)
	if err != nil {
		return err
	}
	program, err := rules.Compile(granted)
	if err != nil {
		return err
	}
	who, items := map[int64]*facts.Profile{}, latestItems(granted)
	err = r.Lines(ctx, LineQuery{Batch: o.Batch.ID}, func(l Line) error {
		if l.Side != Deduction {
			return nil
		}
		item, ok := program.ItemAt(l.Item, l.Month)
		if !ok {
			name := l.Item
			if it := items[l.Item]; it != nil {
				name = it.Name
			}
			return message.Err("export.no_institution", name, l.Month)
		}
		who[l.Person] = nil
		o.Remittances = append(o.Remittances, Remittance{item.Institution, l.Person, "", "", item.Name, l.Month, l.Fen})
		return nil
	})
	if err != nil || len(who) == 0 {
		return err
	}
	if err := profiles(ctx, r, o.Batch, who); err != nil {
		return err
	}
	for i := range o.Remittances {
		x := &o.Remittances[i]
		if p := who[x.Person]; p != nil {
			x.Name, x.ID = p.Name, p.ID
		}
	}
	sort.SliceStable(o.Remittances, func(i, j int) bool { return o.Remittances[i].Institution < o.Remittances[j].Institution })
	return nil
}

// profiles fills in the profile of each person asked for, as known at the batch's
// horizon and in force at the end of its month.
func profiles(ctx context.Context, r Reader, batch Batch, who map[int64]*facts.Profile) error {
	last, err := r.LastPerson(ctx)
	if err != nil {
		return err
	}
	return profilesIn(ctx, r, batch, 1, last, who)
}

// profilesIn fills in those of the persons first..last.
func profilesIn(ctx context.Context, r Reader, batch Batch, first, last int64, who map[int64]*facts.Profile) error {
	return r.Facts(ctx, FactQuery{Horizon: batch.Horizon, First: first, Last: last, Kinds: []facts.Kind{facts.KindPerson}}, func(f Fact) error {
		old, asked := who[f.Person]
		if !asked || old != nil && f.From > batch.ID.Month().Last() {
			return nil
		}
		p := &facts.Profile{}
		if err := decode(f, p); err != nil {
			return err
		}
		who[f.Person] = p
		return nil
	})
}

// BeginExport records what is about to leave, before anything does. Begun already,
// it holds the files against what was recorded: exporting again gives the same
// bytes or is refused (export.changed). Payments to accounts that were replaced since the
// approval are refused (export.replaced), unless an approver who did not submit the batch
// says why the old ones will do; where none was, a maker exports and nobody else. So is a reissue in doubt (reissue.doubtful).
func (b *Book) BeginExport(ctx context.Context, s *Session, o *Outgoing, files []ExportFile, of map[int]string) error {
	if err := s.need(RoleMaker, RoleApprover); err != nil {
		return err
	}
	return b.update(ctx, func(tx Tx) error {
		batch, err := batchOf(ctx, tx, o.Batch.ID)
		if err != nil {
			return err
		}
		if !batch.State.Committed() {
			return message.Err("batch.state", batch.ID, batch.State.Chinese(), EventChinese(EventBatchExported))
		}
		begun, err := tx.Exports(ctx, batch.ID)
		if err != nil {
			return err
		}
		if len(begun) > 0 {
			return sameFiles(batch.ID, begun, files)
		}
		taken, err := takenNames(ctx, tx, batch.ID)
		if err != nil {
			return err
		}
		for _, f := range files {
			if taken[f.Name] && !o.Taken[f.Name] { // by an export that began after the files were planned
				return message.Err("export.taken", f.Name)
			}
		}
		if batch.Kind == Reissue {
			if err := notInDoubt(ctx, tx, batch.ID); err != nil {
				return err
			}
		}
		old, err := b.replacedSince(ctx, tx, batch, o.Payments)
		if err != nil {
			return err
		}
		pairs := []string{"batch", batch.ID.String(), "digest", batch.Digest, "date", o.Date.String(), "settings", num(o.settings)}
		if len(old) > 0 {
			if strings.TrimSpace(o.OldCards) == "" {
				return message.Err("export.replaced", batch.ID, len(old), strings.Join(old[:min(len(old), mostReplaced)], "、"))
			}
			if err := mayAnswerStops(ctx, tx, s, batch); err != nil {
				return err
			}
			pairs = append(pairs, "old_cards", strconv.Itoa(len(old)), "reason", o.OldCards)
		} else if err := s.need(RoleMaker); err != nil { // whoever approved it sends it out only where a maker may not
			return err
		}
		for _, f := range files {
			pairs = append(pairs, "file", f.Name, "count", strconv.Itoa(f.Count), "total_fen", num(int64(f.Total)), "sm3", f.SM3)
		}
		adds, err := addendum(ctx, tx, batch.ID)
		if err != nil {
			return err
		}
		if _, err := b.record(ctx, tx, s, EventBatchExporting, append(pairs, adds...)...); err != nil {
			return err
		}
		if err := tx.PutExports(ctx, files); err != nil {
			return err
		}
		byFile := map[string][]int{}
		for seq, name := range of {
			byFile[name] = append(byFile[name], seq)
		}
		for _, name := range sortedKeys(byFile) {
			sort.Ints(byFile[name])
			if err := tx.SetPaymentFile(ctx, batch.ID, byFile[name], name); err != nil {
				return err
			}
		}
		return nil
	})
}

// mostReplaced is how many payments to replaced accounts a sentence lists.
const mostReplaced = 10

// replacedSince words the payments of an approved batch to accounts that were replaced since:
// what became known before, checker and approver were shown by the checks.
func (b *Book) replacedSince(ctx context.Context, r Reader, batch Batch, payments []Payment) (list []string, err error) {
	head, err := r.Head(ctx)
	if err != nil {
		return nil, err
	}
	approved := int64(0)
	err = r.Events(ctx, batch.Horizon, head.Position, func(e journal.Event) error {
		if e.Kind != EventBatchApproved {
			return nil
		}
		pairs, err := journal.ParsePayload(e.Payload)
		if valueOf(pairs, "batch") == batch.ID.String() {
			approved = e.Position
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	touched, elsewhere := map[int64]bool{}, map[int64]bool{} // own account; who receives the pay
	first, last := int64(math.MaxInt64), int64(0)
	err = r.ChangedSince(ctx, approved, head.Position, func(f Fact) error {
		switch f.Kind {
		case facts.KindAccount:
			touched[f.Person] = true
			first, last = min(first, f.Person), max(last, f.Person)
		case facts.KindRecipient, facts.KindOrder:
			elsewhere[f.Person] = true
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	now := map[int64]identity.Card{}
	if last > 0 {
		day := max(batch.ID.Month().Last(), calendar.DateIn(b.now(), zone))
		err = r.Facts(ctx, FactQuery{First: first, Last: last, Kinds: []facts.Kind{facts.KindAccount}}, func(f Fact) error {
			if !touched[f.Person] || f.From > day {
				return nil
			}
			var a facts.Account
			err := decode(f, &a)
			now[f.Person] = a.Card
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	for _, p := range payments {
		replaced := false
		switch {
		case elsewhere[p.Person]:
			_, why, err := b.whereNow(ctx, r, PaidOut{Payment: p}, "", batch.ID.Month())
			if err != nil {
				return nil, err
			}
			replaced = why.Code != "reissue.same_account"
		case touched[p.Person] && p.Target == "":
			replaced = now[p.Person] != p.Card
		}
		if replaced {
			list = append(list, p.Holder+" "+p.Card.String())
		}
	}
	return list, nil
}

func sameFiles(id BatchID, begun, now []ExportFile) error {
	if len(begun) != len(now) {
		return message.Err("export.changed", id, strconv.Itoa(len(now)))
	}
	digests := map[string]string{}
	for _, f := range begun {
		digests[f.Name] = f.SM3
	}
	for _, f := range now {
		if digests[f.Name] != f.SM3 {
			return message.Err("export.changed", id, f.Name)
		}
	}
	return nil
}

// FinishExport records that every file is on disk and was read back. It does
// nothing when that was recorded before.
func (b *Book) FinishExport(ctx context.Context, s *Session, id BatchID) (Batch, error) {
	batch, err := b.Batch(ctx, id)
	if err != nil || batch.State == Exported {
		return batch, err
	}
	return b.step(ctx, s, id, []State{Approved}, EventBatchExported, func(tx Tx, batch *Batch) ([]string, error) {
		files, err := tx.Exports(ctx, id)
		if err != nil {
			return nil, err
		}
		for i := range files {
			files[i].Done = true
		}
		head, err := tx.Head(ctx)
		if err != nil {
			return nil, err
		}
		if err := fundExport(ctx, tx, batch, head.Position+1); err != nil {
			return nil, err
		}
		batch.State = Exported
		adds, err := addendum(ctx, tx, batch.ID)
		if err != nil {
			return nil, err
		}
		return append([]string{"files", strconv.Itoa(len(files))}, adds...), tx.PutExports(ctx, files)
	})
}
