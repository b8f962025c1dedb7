package payroll_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"zhida/payroll"
	"zhida/payroll/store"
	"zhida/rules/calendar"
	"zhida/rules/identity"
	"zhida/rules/message"
)

// An auditor does nothing that they look at: no role is given beside theirs. A book of an earlier program that has such a person
// opens, its journal is in order, and the person can act until they are removed; then no new key brings both roles back.
func TestAuditorsHaveNoOtherRole(t *testing.T) {
	ctx := context.Background()
	now := time.Date(2026, 2, 1, 9, 0, 0, 0, calendar.China)
	s, err := store.Create(ctx, filepath.Join(t.TempDir(), "book.db"), "430725")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	b := payroll.NewBook(s, func() time.Time { return now })
	if err := b.Found(ctx, payroll.Meta{County: "430725", Name: "桃源县", Cutover: 202602}); err != nil {
		t.Fatal(err)
	}
	person := func(name, id string, roles ...payroll.Role) payroll.NewActor {
		n, err := identity.ParseResidentID(id)
		if err != nil {
			t.Fatal(err)
		}
		return payroll.NewActor{Name: name, Roles: roles, ID: n, Passphrase: []byte("zhida-test")}
	}
	admin, _, err := b.AddActor(ctx, nil, person("周正", "439901197001010012", payroll.RoleAdmin))
	if err != nil {
		t.Fatal(err)
	}
	for _, other := range []payroll.Role{payroll.RoleMaker, payroll.RoleChecker, payroll.RoleApprover, payroll.Owner("组织部")} {
		if _, _, err := b.AddActor(ctx, admin, person("钱审", "439901198001020119", other, payroll.RoleAuditor)); message.Code(err) != "actor.auditor_alone" {
			t.Errorf("auditor and %s: %v", other, err)
		}
	}
	if err := b.AddedBefore(ctx, admin, person("钱审", "439901198001020119", payroll.RoleMaker, payroll.RoleAuditor)); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Unlock(ctx, "钱审", []byte("zhida-test")); err != nil {
		t.Errorf("a book that has such a person does not open for them: %v", err)
	}
	if h, err := b.FsckRows(ctx, nil); err != nil || len(h.Faults) != 0 {
		t.Errorf("%v %v", h.Faults, err)
	}
	if _, err := b.RemoveActor(ctx, admin, "钱审", "审计不经手"); err != nil {
		t.Error(err)
	}
	other, _, err := b.AddActor(ctx, admin, person("吴管", "439901197001080010", payroll.RoleAdmin))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := b.RekeyActor(ctx, other, "钱审", []byte("zhida-test")); message.Code(err) != "actor.auditor_alone" {
		t.Errorf("removed, they come in again with a new key: %v", err)
	}
}
