package payroll

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"zhida/payroll/journal"
)

// told plays events, one a line: who signs, what it is, and of whom or about what. It gives what is wrong with them, by code.
func told(x *register, at int64, script string) (wrong []string) {
	for line := range strings.Lines(script) {
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		at++
		e := &journal.Event{Position: at, Actor: f[0], Kind: f[1]}
		person := func(name, roles string) []string {
			return []string{"name", name, "roles", roles, "natural", name, "public_key", "ab"}
		}
		var pairs []string
		switch e.Kind {
		case EventFounded:
			e.Actor = ""
			pairs = []string{registration, f[2]}
		case EventProposed: // proposer, kind, name, roles
			if pairs = []string{"proposal", f[2], "name", f[3], "key", "k"}; f[2] != ProposeActorRemove {
				pairs = append([]string{"proposal", f[2]}, person(f[3], f[4])...)
			}
		case EventActorAdded, EventActorRekeyed:
			if pairs = person(f[2], f[3]); len(f) > 4 {
				pairs = append(pairs, "proposal", f[4])
			}
		case EventActorRemoved:
			if pairs = []string{"name", f[2], "key", "k"}; len(f) > 3 {
				pairs = append(pairs, "proposal", f[3])
			}
		}
		if m := x.note(e, pairs); !m.IsZero() {
			wrong = append(wrong, m.Code)
		}
	}
	return wrong
}

// founding is a book in which one administrator has registered all the others before the first batch, up to position 7.
const founding = `
周正 actor.added 周正 admin
周正 actor.added 张敏 maker
周正 actor.added 李复 checker
周正 actor.added 王审 approver
周正 actor.added 吴管 admin
张敏 batch.submitted
`

// Who may act is what two people say, whatever somebody signs with a program of their own.
func TestRegister(t *testing.T) {
	for _, c := range []struct {
		name, script string
		want         []string
	}{
		{"the founding alone", "", nil},
		{"two register", "周正 proposal.made actor.add 郑审 approver\n李复 actor.added 郑审 approver 8", nil},
		{"one alone", "周正 actor.added 影审 approver", []string{"fsck.alone"}},
		{"one ends a key alone", "周正 actor.removed 王审", []string{"fsck.alone"}},
		{"a second administrator confirms", "周正 proposal.made actor.add 影审 approver\n吴管 actor.added 影审 approver 8", []string{"fsck.role"}},
		{"a maker proposes", "张敏 proposal.made actor.add 影审 approver\n李复 actor.added 影审 approver 8", []string{"fsck.role"}},
		{"a checker proposes an approver", "李复 proposal.made actor.add 影审 approver\n王审 actor.added 影审 approver 8", []string{"fsck.role"}},
		{"a checker proposes an administrator", "李复 proposal.made actor.add 孙管 admin\n王审 actor.added 孙管 admin 8", nil},
		{"and confirms it too", "李复 proposal.made actor.add 孙管 admin\n李复 actor.added 孙管 admin 8", []string{"fsck.one_person"}},
		{"another role than was proposed", "周正 proposal.made actor.add 郑审 maker\n李复 actor.added 郑审 approver 8", []string{"fsck.other_person"}},
		{"another proposal", "周正 proposal.made actor.add 郑审 approver\n李复 actor.rekeyed 郑审 approver 8", []string{"fsck.other_person"}},
		{"whom it is about confirms", "周正 proposal.made actor.remove 李复\n李复 actor.removed 李复 8", []string{"fsck.one_person"}},
		{"a key is ended and another given", "周正 proposal.made actor.remove 王审\n李复 actor.removed 王审 8\n周正 proposal.made actor.rekey 王审 approver\n李复 actor.rekeyed 王审 approver 10", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := newRegister()
			if wrong := told(x, 0, "- book.founded two\n"+founding); len(wrong) > 0 {
				t.Fatal(wrong)
			}
			if d := cmp.Diff(c.want, told(x, 7, c.script)); d != "" {
				t.Error(d)
			}
			if len(x.alones()) > 0 && c.want == nil {
				t.Errorf("by one word: %v", x.alones())
			}
		})
	}
}

// In a book of an earlier program one administrator could register alone. Those whom they registered are their word: they go on acting, are
// named, and are no second pair of eyes beside them or each other while somebody else is there.
func TestRegisterOfBefore(t *testing.T) {
	x := newRegister()
	if wrong := told(x, 0, "- book.founded -\n"+founding+"周正 actor.added 影核 checker\n吴管 actor.added 影管 admin\n影管 actor.added 影审 approver"); len(wrong) > 0 {
		t.Fatal(wrong)
	}
	if d := cmp.Diff([]Alone{{"影核", "周正", 8}, {"影管", "吴管", 9}, {"影审", "影管", 10}}, x.alones()); d != "" {
		t.Error(d)
	}
	told(x, 10, "周正 proposal.made actor.remove 王审\n吴管 proposal.made actor.remove 李复\n影审 proposal.made actor.add 孙管 admin")
	for _, c := range []struct {
		position int64
		by       string
		want     string
	}{{11, "影核", "actor.same_root"}, {11, "李复", ""}, {11, "王审", "actor.concerned"}, {12, "影审", "actor.same_root"}, {12, "影核", ""}, {12, "王审", ""}, {13, "王审", ""}} {
		got := ""
		if err := x.mayJudge(c.position, c.by, true); err != nil {
			got = faultOf(err).Code
		}
		if got != c.want {
			t.Errorf("%d by %s: %q, want %q", c.position, c.by, got, c.want)
		}
	}
	if wrong := told(x, 13, "周正 actor.added 影办 maker"); !cmp.Equal(wrong, []string{"fsck.alone"}) { // since the first proposal no earlier program can have done it
		t.Errorf("alone after the first proposal: %v", wrong)
	}

	// Where one administrator has registered all who could confirm, they can; what comes of it is that person's word still.
	x = newRegister()
	told(x, 0, "- book.founded -\n周正 actor.added 周正 admin\n周正 actor.added 张敏 maker\n张敏 batch.submitted\n周正 actor.added 李复 checker\n周正 actor.added 王审 approver\n周正 proposal.made actor.add 郑审 approver")
	if err := x.mayJudge(7, "李复", true); err != nil {
		t.Error(err)
	}
	if wrong := told(x, 7, "李复 actor.added 郑审 approver 7"); len(wrong) > 0 || len(x.alones()) != 3 {
		t.Errorf("%v %v", wrong, x.alones())
	}
}

// Whoever ended a key does not give the new one under another name of their own either, and who has lost what one word gave them is named no more.
func TestRegisterKnowsPeople(t *testing.T) {
	x := newRegister()
	told(x, 0, "- book.founded -\n"+founding+"周正 actor.added 影核 checker")
	x.people["周正二"] = &registered{roles: "admin", natural: "周正"}
	x.people["王审"].ended, x.people["王审"].endedBy = true, "周正"
	for by, want := range map[string]string{"周正": "actor.same_remover", "周正二": "actor.same_remover", "吴管": ""} {
		got := ""
		if err := otherRemover(x, "王审", by); err != nil {
			got = faultOf(err).Code
		}
		if got != want {
			t.Errorf("%s: %q", by, got)
		}
	}
	if len(x.alones()) != 1 {
		t.Errorf("%v", x.alones())
	}
	x.people["影核"].ended = true
	if len(x.alones()) != 0 {
		t.Errorf("%v", x.alones())
	}
	for by, want := range map[string]bool{"李复": false, "周正": true} { // 李复 is the only one left who confirms
		if x.anyoneConfirms(by, "孙管") != want {
			t.Errorf("somebody confirms what %s proposes: %v", by, !want)
		}
	}
}
