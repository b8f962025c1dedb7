package payroll

import (
	"context"
	"time"

	"zhida/payroll/journal"
	"zhida/rules/message"
)

// EventBatchAttached is the event by which a scan of stamped paper joins a batch.
const EventBatchAttached = "batch.attached"

// Attachment is a file that belongs to a batch: the scan of a stamped sheet. The book
// keeps its digest and not the file.
type Attachment struct {
	Position int64
	Time     time.Time
	Actor    string
	Name     string // of the file, without its folder
	Size     int64  // bytes
	SM3      string // hex
}

// Attach records a file of a committed batch: only then its sheets carry the seal. The same
// file is recorded once. Errors: batch.missing, batch.state, attach.again.
func (b *Book) Attach(ctx context.Context, s *Session, id BatchID, name string, size int64, sm3 string) (a Attachment, err error) {
	if err := s.need(RoleMaker, RoleChecker, RoleApprover); err != nil {
		return a, err
	}
	_, err = b.step(ctx, s, id, []State{Approved, Exported}, EventBatchAttached, func(tx Tx, batch *Batch) ([]string, error) {
		list, err := attachments(ctx, tx, *batch)
		if err != nil {
			return nil, err
		}
		for _, x := range list {
			if x.SM3 == sm3 {
				return nil, message.Err("attach.again", name, x.Name, x.Position)
			}
		}
		head, err := tx.Head(ctx)
		a = Attachment{Position: head.Position + 1, Actor: s.Actor.Name, Name: name, Size: size, SM3: sm3}
		return []string{"name", name, "size", num(size), "sm3", sm3}, err
	})
	return a, err
}

// Attachments gives the files of a batch, in the order in which they were recorded.
func (b *Book) Attachments(ctx context.Context, id BatchID) (list []Attachment, err error) {
	err = b.view(ctx, func(r Reader) error {
		batch, err := batchOf(ctx, r, id)
		if err == nil {
			list, err = attachments(ctx, r, batch)
		}
		return err
	})
	return list, err
}

func attachments(ctx context.Context, r Reader, batch Batch) (list []Attachment, err error) {
	head, err := r.Head(ctx)
	if err != nil {
		return nil, err
	}
	err = r.Events(ctx, batch.Horizon, head.Position, func(e journal.Event) error {
		if e.Kind != EventBatchAttached {
			return nil
		}
		pairs, err := journal.ParsePayload(e.Payload)
		if err != nil || valueOf(pairs, "batch") != batch.ID.String() {
			return err
		}
		list = append(list, Attachment{e.Position, e.Time, e.Actor, valueOf(pairs, "name"), parseNum(valueOf(pairs, "size")), valueOf(pairs, "sm3")})
		return nil
	})
	return list, err
}

// stamped refuses an export for which the county wants the stamped sheet first.
func stamped(ctx context.Context, r Reader, county *County, batch Batch) error {
	if county == nil || !county.Stamped {
		return nil
	}
	list, err := attachments(ctx, r, batch)
	if err == nil && len(list) == 0 {
		err = message.Err("export.not_stamped", batch.ID)
	}
	return err
}
