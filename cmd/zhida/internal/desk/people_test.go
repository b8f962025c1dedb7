package desk

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"zhida/payroll"
)

// second is an account of an administrator that the first one registered for themselves while the book was founded.
const second = "吴管"

func (o *office) secondAdministrator() {
	o.t.Helper()
	ctx := context.Background()
	admin, err := o.book.Unlock(ctx, "周正", []byte(passphrase))
	if err != nil {
		o.t.Fatal(err)
	}
	if _, _, err := o.book.AddActor(ctx, admin, payroll.NewActor{Name: second, Roles: []payroll.Role{payroll.RoleAdmin}, ID: "439901197001080010", Passphrase: []byte(passphrase)}); err != nil {
		o.t.Fatal(err)
	}
}

// about asks something about people on the page for it, and gives the proposal that it leads to.
func (b *browser) about(what string, pairs ...string) (page string) {
	b.o.t.Helper()
	status, to, text := b.post("/actors/"+what, append(append(b.form("/actors", "/actors/"+what), "passphrase", passphrase), pairs...)...)
	if status != http.StatusSeeOther || !strings.HasPrefix(to, "/proposals/") {
		b.o.t.Fatalf("%s: %d %s %s", what, status, to, text)
	}
	return to
}

func newActor(name, id, role string) []string {
	return []string{"name", name, "id", id, "role", role, "new_passphrase", passphrase, "new_passphrase_again", passphrase}
}

// decides posts a decision about a proposal, as somebody does who has its digest from elsewhere.
func (b *browser) decides(page, what string) (status int, text string) {
	b.o.t.Helper()
	var position int64
	if _, err := fmt.Sscanf(page, "/proposals/%d", &position); err != nil {
		b.o.t.Fatal(err)
	}
	x, err := b.o.book.Proposed(context.Background(), nil, position)
	if err != nil {
		b.o.t.Fatal(err)
	}
	status, _, text = b.post(page+"/"+what, "once", b.anyToken(), "digest", x.Digest, "reason", "没有这个人", "passphrase", passphrase)
	return status, text
}

// anyToken is a token for one deed, from whichever page has a form for this visitor.
func (b *browser) anyToken() string {
	b.o.t.Helper()
	own := b.own()
	open, err := b.o.book.ProposalList(context.Background(), true)
	if err != nil {
		b.o.t.Fatal(err)
	}
	pages := []string{"/actors", "/import", "/batch/2026-10/1", "/policies"}
	for _, p := range open {
		pages = append(pages, fmt.Sprintf("/proposals/%d", p.Position))
	}
	for _, page := range pages {
		_, text := b.get(page)
		for _, m := range hidden.FindAllStringSubmatch(text, -1) {
			if m[1] == "once" && m[2] != own {
				return m[2]
			}
		}
	}
	b.o.t.Fatal("no page has a form for this visitor")
	return ""
}

// Of all who act, in every state of a batch, only a checker or approver whom it does not concern confirms what an administrator wants done
// about people; one person with two accounts of an administrator gets nobody in, out or another key.
func TestPeopleTakeTwo(t *testing.T) {
	for _, steps := range [][]string{{"submit"}, {"submit", "check"}, {"submit", "check", "approve"}} {
		o := open(t)
		o.secondAdministrator()
		o.run(steps...)
		admin, other := o.as("周正"), o.as(second)
		gone := admin.about("remove", "name", "王审", "reason", "调离")
		shadow := other.about("add", newActor("影审", "439901197001090016", "approver")...)
		before := o.head()
		for _, x := range everybody {
			may := map[string]bool{"李复": true, "吴全": true}[x.name]
			b := o.as(x.name)
			_, text := b.get(gone)
			if offers := strings.Contains(text, gone+"/accept"); offers != may {
				t.Errorf("%v: the page offers %s to accept: %v", steps, x.name, offers)
			}
			if may || !slices.Contains([]string{"周正", "张敏", "王审"}, x.name) { // no page of this book has a form for the others, and without one TestAccess refuses them
				continue
			}
			for _, page := range []string{gone, shadow} {
				if page == shadow && x.name == "王审" { // whom only the other proposal concerns
					continue
				}
				if status, text := b.decides(page, "accept"); status != http.StatusForbidden && status != http.StatusNotFound || strings.Contains(text, "desk.form_outdated") {
					t.Errorf("%v: %s accepts %s: %d %s", steps, x.name, page, status, text)
				}
			}
		}
		for _, b := range []*browser{admin, other} {
			for _, page := range []string{gone, shadow} {
				if status, text := b.decides(page, "accept"); status != http.StatusForbidden || !strings.Contains(text, "actor.role") {
					t.Errorf("%v: an administrator accepts %s: %d", steps, page, status)
				}
			}
		}
		approver := o.as("王审")
		for _, what := range []string{"accept", "reject"} {
			if status, text := approver.decides(gone, what); status != http.StatusForbidden || !strings.Contains(text, "actor.concerned") {
				t.Errorf("%v: %s by whom it concerns: %d %s", steps, what, status, text)
			}
		}
		if status, _, text := other.post("/actors/rekey", append(other.form("/actors", "/actors/rekey"), "name", "王审", "new_passphrase", "another-one", "new_passphrase_again", "another-one", "passphrase", passphrase)...); status != http.StatusConflict || !strings.Contains(text, "actor.active") {
			t.Errorf("%v: a new key for somebody who has one: %d", steps, status)
		}
		if o.head() != before {
			t.Errorf("%v: something was recorded", steps)
		}

		// The honest way: one is sent back, the other confirmed; whose key ended is signed out, and gets a new one from two as well.
		checker := o.as("李复")
		for _, d := range [][2]string{{shadow, "reject"}, {gone, "accept"}} {
			if status, to, text := checker.post(d[0]+"/"+d[1], append(checker.form(d[0], d[0]+"/"+d[1]), "reason", "没有这个人", "passphrase", passphrase)...); status != http.StatusSeeOther {
				t.Fatalf("%v: %s %s: %d %s", steps, d[1], d[0], status, to+text)
			}
		}
		if status, _ := approver.get("/month"); status != http.StatusUnauthorized {
			t.Errorf("%v: after the end of the key: %d", steps, status)
		}
		again := other.about("rekey", "name", "王审", "new_passphrase", passphrase, "new_passphrase_again", passphrase)
		if status, _, text := checker.post(again+"/accept", append(checker.form(again, again+"/accept"), "passphrase", passphrase)...); status != http.StatusSeeOther {
			t.Fatalf("%v: %d %s", steps, status, text)
		}
		o.as("王审")
	}
}
