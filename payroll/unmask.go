package payroll

import (
	"context"
	"strconv"
	"strings"

	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/message"
)

// What was shown in full, as the journal names it. It says so before anything is shown.
const (
	unmaskedAudit = "audit-data"
	unmaskedLines = "batch-lines"
	unmaskedFile  = "bank-file"
	unmaskedDays  = "days-sheet"
	unmaskedProof = "evidence"
	unmaskedYear  = "archive"
)

// unmaskedWords are what was shown in full, as dossiers print it.
var unmaskedWords = map[string]string{unmaskedAudit: "审计数据", unmaskedLines: "批次明细", unmaskedFile: "银行文件", unmaskedDays: "考勤表", unmaskedProof: "证据", unmaskedYear: "归档"}

// Unmask records that an auditor takes numbers of identity and bank cards in full, by the
// number of the audit notice. Errors: actor.role, audit.no_notice.
func (b *Book) Unmask(ctx context.Context, s *Session, notice string, from, to calendar.Month) error {
	if err := noticed(s, notice); err != nil {
		return err
	}
	return b.unmasked(ctx, s, unmaskedAudit, "reason", notice, "from", from.String(), "to", to.String())
}

// noticed refuses whoever is no auditor, and an auditor without a notice.
func noticed(s *Session, notice string) error {
	if err := s.need(RoleAuditor); err != nil {
		return err
	}
	if strings.TrimSpace(notice) == "" {
		return message.Err("audit.no_notice")
	}
	return nil
}

func (b *Book) unmasked(ctx context.Context, s *Session, what string, pairs ...string) error {
	return b.update(ctx, func(tx Tx) error { return b.recordUnmasked(ctx, tx, s, what, pairs...) })
}

func (b *Book) recordUnmasked(ctx context.Context, tx Tx, s *Session, what string, pairs ...string) error {
	_, err := b.record(ctx, tx, s, EventUnmasked, append([]string{"what", what}, pairs...)...)
	return err
}

// UnmaskLines records that an auditor sees whose the lines of a batch are, by the number of the audit
// notice, and gives the ID numbers of everybody in it in full, by person. Errors: those of Unmask.
func (b *Book) UnmaskLines(ctx context.Context, s *Session, id BatchID, notice string) (ids map[int64]string, err error) {
	if err := noticed(s, notice); err != nil {
		return nil, err
	}
	err = b.update(ctx, func(tx Tx) error {
		if _, err := batchOf(ctx, tx, id); err != nil {
			return err
		}
		ids = map[int64]string{}
		if err := tx.Settlements(ctx, id, func(x Settlement) error { ids[x.Person] = ""; return nil }); err != nil {
			return err
		}
		last, err := tx.LastPerson(ctx)
		if err != nil {
			return err
		}
		err = tx.Facts(ctx, FactQuery{First: 1, Last: last, Kinds: []facts.Kind{facts.KindPerson}}, func(f Fact) error {
			if _, in := ids[f.Person]; !in {
				return nil
			}
			var p facts.Profile
			err := decode(f, &p)
			ids[f.Person] = p.ID.Full()
			return err
		})
		if err != nil {
			return err
		}
		return b.recordUnmasked(ctx, tx, s, unmaskedLines, "reason", notice, "batch", id.String())
	})
	return ids, err
}

// UnmaskFile records that a maker takes one file of an exported batch, in which the numbers of bank cards stand whole.
// Errors: actor.role, batch.missing, batch.state.
func (b *Book) UnmaskFile(ctx context.Context, s *Session, id BatchID, name string) error {
	if err := s.need(RoleMaker); err != nil {
		return err
	}
	return b.update(ctx, func(tx Tx) error {
		batch, err := batchOf(ctx, tx, id)
		if err != nil {
			return err
		}
		if batch.State != Exported {
			return message.Err("batch.state", id, batch.State.Chinese(), "取走银行文件")
		}
		return b.recordUnmasked(ctx, tx, s, unmaskedFile, "batch", id.String(), "file", name)
	})
}

// UnmaskEvidence records that somebody of the bureau takes the evidence of a batch, in which all numbers stand whole.
// Errors: actor.role, batch.missing, evidence.not_approved.
func (b *Book) UnmaskEvidence(ctx context.Context, s *Session, id BatchID) error {
	if err := s.need(RoleMaker, RoleChecker, RoleApprover, RoleAdmin); err != nil {
		return err
	}
	return b.update(ctx, func(tx Tx) error {
		batch, err := batchOf(ctx, tx, id)
		if err != nil {
			return err
		}
		if !batch.State.Committed() {
			return message.Err("evidence.not_approved", id, batch.State.Chinese())
		}
		return b.recordUnmasked(ctx, tx, s, unmaskedProof, "batch", id.String())
	})
}

// UnmaskYear records that somebody of the bureau takes the evidence of all batches of a year. Error: actor.role.
func (b *Book) UnmaskYear(ctx context.Context, s *Session, year int) error {
	if err := s.need(RoleMaker, RoleChecker, RoleApprover, RoleAdmin); err != nil {
		return err
	}
	return b.unmasked(ctx, s, unmaskedYear, "year", strconv.Itoa(year))
}

// UnmaskDays records that the office of a township takes the sheet of a month's days, in which the ID numbers of its people
// stand whole. Error: actor.role.
func (b *Book) UnmaskDays(ctx context.Context, s *Session, place string, month calendar.Month) error {
	if err := s.need(Owner(facts.Township(place))); err != nil {
		return err
	}
	return b.unmasked(ctx, s, unmaskedDays, "place", place, "month", month.String())
}
