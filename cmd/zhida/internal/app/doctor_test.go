package app

import (
	"testing"

	"zhida/payroll"
)

// Whom an earlier program made an auditor beside something else is named until they are removed; who is only one of the two is not.
func TestDoctorNamesAuditorsInside(t *testing.T) {
	d := &doctor{}
	d.people(nil, []payroll.Actor{
		{Name: "钱审", Roles: []payroll.Role{payroll.RoleAuditor}},
		{Name: "张敏", Roles: []payroll.Role{payroll.RoleMaker, payroll.RoleChecker}},
		{Name: "吴双", Roles: []payroll.Role{payroll.RoleMaker, payroll.RoleAuditor}},
		{Name: "郑前", Roles: []payroll.Role{payroll.RoleAuditor, payroll.RoleApprover}, Removed: 9},
	})
	if len(d.list) != 1 || d.list[0].Mark != Warning || d.list[0].Message.Code != "doctor.auditor_inside" || d.list[0].Message.Args[0] != "吴双" {
		t.Errorf("%+v", d.list)
	}
}
