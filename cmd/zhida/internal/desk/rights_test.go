package desk

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"zhida/payroll"
	"zhida/rules/identity"
	"zhida/rules/message"
)

// visitOf is the visit of somebody who has signed in.
func (o *office) visitOf(name string) *visit {
	o.t.Helper()
	for _, h := range o.visits.of {
		if h.visit.actor.Name == name {
			return h.visit
		}
	}
	return nil
}

// Whoever has another key than the one they signed in with, or other roles, is signed out, and nothing of the visit stays.
func TestVisitsAreOfTheKeyAndRolesOfTheBook(t *testing.T) {
	o := open(t)
	o.secondAdministrator()
	rekeyed, more := o.as("张敏"), o.as("李复")
	by := map[string]*payroll.Session{}
	for _, name := range []string{"周正", second} {
		s, err := o.book.Unlock(t.Context(), name, []byte(passphrase))
		if err != nil {
			t.Fatal(err)
		}
		by[name] = s
	}
	if _, err := o.book.RemoveActor(t.Context(), by["周正"], "张敏", "口令给人看见了"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := o.book.RekeyActor(t.Context(), by[second], "张敏", []byte(passphrase)); err != nil {
		t.Fatal(err)
	}
	v := o.visitOf("李复")
	v.actor.Roles = append(slices.Clone(v.actor.Roles), payroll.RoleApprover)
	for name, b := range map[string]*browser{"张敏": rekeyed, "李复": more} {
		v := o.visitOf(name)
		if status, _ := b.get("/month"); status != http.StatusUnauthorized {
			t.Errorf("%s is still in: %d", name, status)
		}
		if o.visitOf(name) != nil || v.signer() != nil {
			t.Errorf("the visit of %s is still there", name)
		}
	}
}

// Who guesses a passphrase at the form of a visit waits as one at the door, and a guess that is broken off counts as well.
func TestGuessesOfAVisit(t *testing.T) {
	o := open(t)
	b := o.as("李复")
	sign := func(pass string) string {
		_, _, text := b.post("/funds/close", append(b.form("/funds", "/funds/close"), "month", "2026-10", "passphrase", pass)...)
		return text
	}
	for range free {
		if text := sign("wrong-one"); !strings.Contains(text, "desk.wrong_passphrase") {
			t.Fatal(plain(text))
		}
	}
	if text := sign(passphrase); !strings.Contains(text, "desk.wait") {
		t.Errorf("the right one at once: %s", plain(text))
	}
	r := httptest.NewRequestWithContext(&brokenOff{Context: t.Context()}, http.MethodPost, "/sign-in", nil)
	if _, err := o.tryPassphrase(r, "王审", "wrong-one", atTheDoor("王审", "x")); message.Code(err) != "desk.wrong" || o.guesses.of["name 王审"] == nil {
		t.Errorf("a guess that is broken off: %v", err)
	}
}

// brokenOff ends once somebody has asked whether it has.
type brokenOff struct {
	context.Context
	asked int
}

func (c *brokenOff) Done() <-chan struct{} {
	if c.asked++; c.asked == 1 {
		return nil
	}
	over := make(chan struct{})
	close(over)
	return over
}

func (c *brokenOff) Err() error {
	if c.asked == 0 {
		return nil
	}
	return context.Canceled
}

var regexpFiles = regexp.MustCompile(`action="(/batch/2026-10/1/files/[^"]+)"`)

// A bank's file is given to makers by a form of their own alone, and only of a batch that was exported: whoever else asks, however the name
// is written, gets nothing, and the journal keeps nothing.
func TestBankFilesAreRefused(t *testing.T) {
	o := open(t)
	o.run("submit", "check", "approve")
	dir := o.filesOf(first)
	if err := os.MkdirAll(filepath.Join(dir, "里面"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"ccb_半份.txt", ".ccb.tmp", "里面/别的.txt", "../secret.txt"} { // what an export that was broken off may leave
		if err := os.WriteFile(filepath.Join(dir, name), []byte("439901198503010017"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	before := o.head()
	refused := func(what string, b *browser, method, path, once string) {
		t.Helper()
		r, err := http.NewRequest(method, o.URL+path, strings.NewReader("once="+once+"&passphrase="+passphrase))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		answer, err := b.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		if answer.StatusCode == http.StatusOK || answer.Header.Get("Content-Disposition") != "" {
			t.Errorf("%s: %s %s is answered: %d", what, method, path, answer.StatusCode)
		}
		if o.head() != before {
			t.Errorf("%s: %s %s is in the journal", what, method, path)
			before = o.head()
		}
	}
	maker := o.as("张敏")
	const files = "/batch/2026-10/1/files/"
	refused("before the export", maker, http.MethodPost, files+"ccb_%E5%8D%8A%E4%BB%BD.txt", maker.own())
	if _, text := maker.get("/batch/2026-10/1/files"); strings.Contains(text, "ccb_半份") {
		t.Error("a file of an export that was broken off is offered")
	}
	if status, text := maker.step("/batch/2026-10/1", "export"); status != http.StatusOK {
		t.Fatalf("%d %s", status, plain(text))
	}
	before = o.head()
	if _, text := maker.get("/batch/2026-10/1/files"); strings.Contains(text, "里面") || strings.Contains(text, ".ccb.tmp") || strings.Contains(text, "secret") {
		t.Errorf("what is no file for the bank is offered: %s", plain(text))
	}
	_, text := maker.get("/batch/2026-10/1/files")
	names := regexpFiles.FindAllStringSubmatch(text, -1)
	if len(names) == 0 {
		t.Fatal(plain(text))
	}
	good := names[0][1]
	for _, name := range []string{"%E9%87%8C%E9%9D%A2", "%E9%87%8C%E9%9D%A2%2F%E5%88%AB%E7%9A%84.txt", "..%2Fsecret.txt", "..%5Csecret.txt", "%2e%2e%2fsecret.txt", "..", "%2e%2e", ".", "%00", "%EF%BC%8E%EF%BC%8E", "", "%2Fetc%2Fpasswd", strings.ToUpper(strings.TrimPrefix(good, files)), "%252e%252e%252fsecret.txt"} {
		refused("a name", maker, http.MethodPost, files+name, maker.own())
	}
	for _, path := range []string{"/batch/2026-10/9/files/", "/batch/2026-11/1/files/", "/batch/x/1/files/", "/batch/..%2f2026-10/1/files/"} {
		refused("another batch", maker, http.MethodPost, path+strings.TrimPrefix(good, files), maker.own())
	}
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPut, http.MethodDelete} {
		refused("another method", maker, method, good, maker.own())
	}
	for _, x := range everybody {
		if slices.Contains(x.roles, payroll.RoleMaker) {
			continue
		}
		b := o.as(x.name)
		refused(x.name, b, http.MethodPost, good, b.own())
		refused(x.name+" with a maker's token", b, http.MethodPost, good, maker.own())
	}
	refused("nobody", o.browser(), http.MethodPost, good, maker.own())
	other := o.as("吴全")
	refused("another maker's token", other, http.MethodPost, good, maker.own())
	refused("a deed's token", maker, http.MethodPost, good, maker.once())
	if status, _, data := maker.post(good, "once", maker.own()); status != http.StatusOK || data == "" || o.head() != before+1 {
		t.Errorf("as it should be: %d", status)
	}
}

// The sheet of a township's days goes to its own office by its own form, for a month that there is.
func TestDaysSheetsAreRefused(t *testing.T) {
	o := chained(t)
	before := o.head()
	b := o.as("陈镇")
	for _, path := range []string{
		"/place/430725102/attendance/2026-10/sheet", "/place/430725102200/attendance/2026-10/sheet", "/place/430725/attendance/2026-10/sheet", "/place/430725999/attendance/2026-10/sheet",
		"/place/430725101%2f..%2f430725102/attendance/2026-10/sheet", "/place/430725101/attendance/2026-13/sheet", "/place/430725101/attendance/x/sheet", "/place/%EF%BC%94430725101/attendance/2026-10/sheet", "/place/430725101%20/attendance/2026-10/sheet",
	} {
		if status, _, text := b.post(path, "once", b.own(), "passphrase", passphrase); status == http.StatusOK && !strings.Contains(text, "<main") {
			t.Errorf("%s is answered", path)
		}
	}
	const own = "/place/430725101/attendance/2026-10/sheet"
	for _, once := range []string{"", "x", o.as("何镇").own(), b.form("/import", "/import")[1]} {
		if status, _, text := b.post(own, "once", once, "passphrase", passphrase); status == http.StatusOK && !strings.Contains(text, "<main") {
			t.Errorf("with %q it is answered", once)
		}
	}
	for _, x := range everybody {
		if x.name == "陈镇" {
			continue
		}
		y := o.as(x.name)
		if status, _, text := y.post(own, "once", y.own(), "passphrase", passphrase); status == http.StatusOK && !strings.Contains(text, "<main") {
			t.Errorf("%s gets it", x.name)
		}
	}
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		r, err := http.NewRequest(method, o.URL+own, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := b.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode < 400 {
			t.Errorf("%s: %d", method, answer.StatusCode)
		}
	}
	if after := o.head(); after != before {
		t.Errorf("what was refused is in the journal: %d to %d", before, after)
	}
}

// What was said of a form is for whoever sent it.
func TestRefusalsAreOnesOwn(t *testing.T) {
	o := open(t)
	b, other := o.as("张敏"), o.as("李复")
	_, _, said := b.post("/import", "once", b.once(), "kind", "days", "map", "张甲的秘密")
	if !strings.Contains(said, "张甲的秘密") {
		t.Fatal(plain(said))
	}
	for _, n := range []string{"0", "1", "-1", "00", "%2b0", "9999999999999999999999", "x", "0x0", "０"} {
		if status, text := other.get("/refused/" + n); status != http.StatusNotFound || strings.Contains(text, "秘密") {
			t.Errorf("%s: %d %s", n, status, plain(text))
		}
	}
	if status, text := o.browser().get("/refused/0"); status != http.StatusUnauthorized || strings.Contains(text, "秘密") {
		t.Errorf("nobody: %d", status)
	}
	if status, text := o.as("张敏").get("/refused/0"); status != http.StatusNotFound || strings.Contains(text, "秘密") {
		t.Errorf("another visit of the same person: %d", status)
	}
}

// Pages of a trace beyond its end are no pages.
func TestTraceHasAnEnd(t *testing.T) {
	o := open(t)
	o.run("submit", "check", "approve")
	b := o.as("李复")
	_, at, _ := b.post("/trace", "text", "盘塘镇")
	for _, page := range []string{"2", "0", "-1", "x", "99999999999999999999", "1.5", "1e0", "0x1", "１"} {
		if status, text := b.get(at + "&page=" + page); status != http.StatusNotFound {
			t.Errorf("page %s: %d %s", page, status, plain(text))
		}
	}
	for _, asked := range []string{"-1", "7", "x", ""} {
		if status, text := b.get("/trace?asked=" + asked + "&page=2"); status >= 500 || strings.Contains(text, "盘塘镇") {
			t.Errorf("asked %q: %d", asked, status)
		}
		if _, text := o.as("张敏").get(at); strings.Contains(plain(text), "盘塘镇") {
			t.Error("another visitor sees what was asked")
		}
	}
}

// A page that asks by itself keeps no visit open: nobody is at the screen for that.
func TestWaitingIsNobodyAtTheScreen(t *testing.T) {
	o := open(t)
	b := o.as("张敏")
	for range 3 {
		o.later(idle / 2)
		b.get("/job/x")
	}
	if status, _ := b.get("/month"); status != http.StatusUnauthorized {
		t.Errorf("a visit that only a page of its own has kept asking for goes on: %d", status)
	}
}

// Who acts for a township sees it and no more, also beside a department; who works for the bureau sees the county, also beside a township.
func TestScopes(t *testing.T) {
	township, other := payroll.Owner("430725101"), payroll.Owner("430725102")
	for _, x := range []struct {
		roles  []payroll.Role
		places map[string]bool
	}{
		{[]payroll.Role{township}, map[string]bool{"430725101": true, "430725101200": true, "430725102": false, "430725102200": false, "430725": false, "": false}},
		{[]payroll.Role{township, other}, map[string]bool{"430725101": true, "430725102200": true, "430725103": false}},
		{[]payroll.Role{payroll.Owner("组织部"), township}, map[string]bool{"430725101": true, "430725102": false}},
		{[]payroll.Role{payroll.Owner("组织部")}, map[string]bool{"430725102": true}},
		{[]payroll.Role{payroll.RoleMaker, township}, map[string]bool{"430725102": true}},
		{[]payroll.Role{payroll.RoleAuditor}, map[string]bool{"430725102": true}},
	} {
		s := scopeOf(payroll.Actor{Roles: x.roles})
		for place, want := range x.places {
			if s.has(place) != want {
				t.Errorf("%v at %q: %v", x.roles, place, !want)
			}
		}
	}
}

// Names of places, for pages and for forms, are those that the visitor sees.
func TestNamesAreOfTheScope(t *testing.T) {
	o := open(t)
	for _, x := range offices {
		r := &request{Request: httptest.NewRequest(http.MethodGet, "/", nil), desk: o.Desk, visit: &visit{actor: payroll.Actor{Roles: []payroll.Role{payroll.Owner(x.code)}}}}
		lists, err := r.formLists()
		if err != nil {
			t.Fatal(err)
		}
		names, err := r.placeNames()
		if err != nil {
			t.Fatal(err)
		}
		for _, of := range []map[string]string{lists.Names, names} {
			if of[x.code] == "" {
				t.Errorf("%s has no name for its township", x.actor)
			}
			for code := range of {
				if !r.scope().has(code) {
					t.Errorf("%s is told the name of %s", x.actor, code)
				}
			}
		}
	}
}

// Signing out ends a visit by each of its cookies, also one that a signature has just replaced, and takes its key and files with it.
func TestSignedOutByEveryCookie(t *testing.T) {
	o := open(t)
	o.run()
	b := o.as("张敏")
	old := b.Jar.Cookies(o.address())
	v, _ := o.visits.find(old[0].Value, false)
	if _, err := v.folder(o.scratch); err != nil {
		t.Fatal(err)
	}
	if status, text := b.step("/batch/2026-10/1", "submit"); status != http.StatusOK {
		t.Fatalf("%d %s", status, plain(text))
	}
	if status, _, _ := b.post("/sign-out", "once", b.own()); status != http.StatusSeeOther {
		t.Fatal(status)
	}
	again := o.browser()
	again.Jar.SetCookies(o.address(), old)
	if status, _ := again.get("/month"); status != http.StatusUnauthorized {
		t.Errorf("the cookie before is still good: %d", status)
	}
	if _, err := os.Stat(v.dir); !os.IsNotExist(err) || v.signer() != nil {
		t.Errorf("the key or files are still there: %v", err)
	}
}

// The bureau looks at a notice before the batch is approved; the township's office does so afterwards, see TestTownshipsDoNotSeeEachOther.
func TestNoticesOfADraft(t *testing.T) {
	o := open(t)
	o.run()
	const notice = "/place/430725101/notice/2026-10/1"
	if status, data := o.as("李复").get(notice); status != http.StatusOK || !strings.HasPrefix(data, "PK") {
		t.Errorf("the bureau: %d %.80q", status, data)
	}
	if status, _ := o.as("陈镇").get(notice); status != http.StatusNotFound {
		t.Errorf("the township: %d", status)
	}
}

// The key of a visit is kept of those alone who make entries, and whoever signs in again leaves the visit before.
func TestKeysThatAreKept(t *testing.T) {
	o := open(t)
	for _, x := range everybody {
		b := o.as(x.name)
		cookie := b.Jar.Cookies(o.address())[0].Value
		v, _ := o.visits.find(cookie, false)
		enters := slices.ContainsFunc(x.roles, func(r payroll.Role) bool { return r == payroll.RoleMaker || r.Department() != "" })
		if kept := v.signer() != nil; kept != enters {
			t.Errorf("the key of %s is kept: %v", x.name, kept)
		}
		if status, _, text := b.post("/sign-in", "name", x.name, "passphrase", passphrase); status != http.StatusSeeOther {
			t.Fatal(plain(text))
		}
		if again, _ := o.visits.find(cookie, false); again != nil || v.signer() != nil {
			t.Errorf("the visit of %s before is still there", x.name)
		}
	}
}

// A key is not lost with a cookie that was replaced.
func TestSweepOfReplacedCookies(t *testing.T) {
	o := open(t)
	cookie := o.as("张敏").Jar.Cookies(o.address())[0].Value
	fresh := o.visits.renew(cookie)
	o.later(grace + time.Second)
	o.visits.sweep()
	if v, _ := o.visits.find(fresh, false); v == nil || v.signer() == nil || len(o.visits.of) != 1 {
		t.Errorf("%v of %d", v, len(o.visits.of))
	}
}

// A right passphrase forgets the wrong ones before it; somebody's name is guarded against guesses from everywhere too, after so many that a
// colleague's mistakes never come near.
func TestWhatGuessesCost(t *testing.T) {
	at := time.Date(2026, 10, 26, 9, 0, 0, 0, time.UTC)
	g := newGuesses(func() time.Time { return at })
	for range 5 {
		for range free - 1 {
			g.note(false, atTheDoor("王审", "a"))
		}
		g.note(true, atTheDoor("王审", "a"))
		if left := g.wait(atTheDoor("王审", "a")); left != 0 {
			t.Fatal(left)
		}
	}
	for i := range 100 * free {
		if left := g.wait(atTheDoor("王审", "somewhere")); left != 0 {
			t.Fatalf("after %d guesses from everywhere: %s", i, left)
		}
		g.note(false, atTheDoor("王审", strconv.Itoa(i)))
	}
	if g.wait(atTheDoor("王审", "somewhere")) == 0 || g.wait(atTheDoor("李复", "somewhere")) != 0 {
		t.Error("guesses from everywhere cost nothing, or keep others out")
	}
}

// What work has found, whole numbers among it, is forgotten after a while, also where nobody came to look.
func TestOutcomesAreForgotten(t *testing.T) {
	o := open(t)
	begin := func() string {
		at := o.jobs.begin("孙计", message.M("desk.looking", "x"), func(context.Context) (outcome, error) { return outcome{body: "439901198503010017"}, nil })
		o.jobs.all.Wait()
		return strings.TrimPrefix(at, "/job/")
	}
	name := begin()
	if o.jobs.find(name, "孙计") == nil || o.jobs.find(name, "李复") != nil {
		t.Error("it is not the visitor's own")
	}
	o.later(kept + time.Second)
	begin()
	if o.jobs.find(name, "孙计") != nil {
		t.Error("it is still there")
	}
}

// Whatever a browser calls a file, it lies in the folder that is made for it.
func TestPlainNames(t *testing.T) {
	for name, want := range map[string]string{
		"": "file", ".": "file", "..": "file", "/": "file", "a/..": "file", `a\..`: "file", "../../x.csv": "x.csv", `C:\表\x.csv`: "x.csv", "x.csv/": "x.csv",
		"439901198503010017/6228480000000000018/x.csv": "x.csv", `439901198503010017\..`: "file",
	} {
		if got := plainName(name); got != want {
			t.Errorf("%q is called %q", name, got)
		}
	}
}

// Who may have numbers whole, of what the book itself lets out: each of them is one event, and who may not leaves none.
func TestWhoIsShownNumbers(t *testing.T) {
	o := open(t)
	o.sent()
	ctx := t.Context()
	bureauOrAdmin := []string{"周正", "张敏", "李复", "王审", "吴全"}
	for what, x := range map[string]struct {
		who  []string
		show func(*payroll.Session) error
	}{
		"lines": {[]string{"孙计"}, func(s *payroll.Session) error {
			ids, err := o.book.UnmaskLines(ctx, s, first, "桃审通〔2026〕3号")
			if err == nil {
				lines, err := o.book.TownshipLines(ctx, first, "430725101", 0, 100)
				if err != nil || len(lines.Lines) == 0 || ids[lines.Lines[0].Person] == "" {
					t.Errorf("%v %v", lines, err)
				}
				if county, err := o.book.Roster(ctx, "", "", 20261031, 0, 100); err != nil || len(ids) >= county.All {
					t.Errorf("%d numbers of %d people: %v", len(ids), county.All, err)
				}
			}
			return err
		}},
		"audit data": {[]string{"孙计"}, func(s *payroll.Session) error {
			return o.book.Unmask(ctx, s, "桃审通〔2026〕3号", 202610, 202610)
		}},
		"a bank's file":     {[]string{"张敏", "吴全"}, func(s *payroll.Session) error { return o.book.UnmaskFile(ctx, s, first, "x") }},
		"evidence":          {bureauOrAdmin, func(s *payroll.Session) error { return o.book.UnmaskEvidence(ctx, s, first) }},
		"a year":            {bureauOrAdmin, func(s *payroll.Session) error { return o.book.UnmaskYear(ctx, s, 2026) }},
		"a township's days": {[]string{"陈镇"}, func(s *payroll.Session) error { return o.book.UnmaskDays(ctx, s, "430725101", 202610) }},
		"a village's days":  {[]string{"何镇"}, func(s *payroll.Session) error { return o.book.UnmaskDays(ctx, s, "430725102200", 202610) }},
	} {
		for _, y := range everybody {
			s, err := o.book.Unlock(ctx, y.name, []byte(passphrase))
			if err != nil {
				t.Fatal(err)
			}
			before, want, events := o.head(), "actor.role", int64(0)
			if slices.Contains(x.who, y.name) {
				want, events = "", 1
			}
			if err := x.show(s); message.Code(err) != want || o.head() != before+events {
				t.Errorf("%s for %s: %v, and %d events", what, y.name, err, o.head()-before)
			}
		}
		if err := x.show(nil); message.Code(err) != "actor.needed" {
			t.Errorf("%s for nobody: %v", what, err)
		}
	}
	s := map[string]*payroll.Session{}
	for _, name := range []string{"孙计", "张敏"} {
		var err error
		if s[name], err = o.book.Unlock(ctx, name, []byte(passphrase)); err != nil {
			t.Fatal(err)
		}
	}
	before := o.head()
	for want, err := range map[string]error{
		"evidence.not_approved": o.book.UnmaskEvidence(ctx, s["张敏"], 202610002),
		"batch.state":           o.book.UnmaskFile(ctx, s["张敏"], 202610002, "x"),
		"batch.missing":         o.book.UnmaskEvidence(ctx, s["张敏"], 202610009),
		"audit.no_notice":       o.book.Unmask(ctx, s["孙计"], "\t ", 202610, 202610),
	} {
		if message.Code(err) != want || o.head() != before {
			t.Errorf("%v, not %s", err, want)
		}
	}
	if _, err := o.book.UnmaskLines(ctx, s["孙计"], first, "　"); message.Code(err) != "audit.no_notice" || o.head() != before {
		t.Errorf("a notice of blanks: %v", err)
	}
}

// The sheet of a township's days has the numbers of the township's own cadres, those of no village; who works for the bureau beside one
// township does not get the sheet of another, and a village has none.
func TestWhoseNumbersASheetHas(t *testing.T) {
	o := chained(t)
	b := o.as("何镇")
	const page = "/place/430725102/attendance/2026-10"
	status, _, data := b.post(page+"/sheet", b.form(page, page+"/sheet")...)
	if status != http.StatusOK {
		t.Fatalf("%d %s", status, plain(data))
	}
	sheet := unzipped(t, data)
	for word, want := range map[string]bool{"李乙": true, "439901198804120017": true, "王丙": false, "赵丁": false, "439901196010100023": false, "张甲": false} {
		if strings.Contains(sheet, word) != want {
			t.Errorf("%s is in the sheet: %v", word, !want)
		}
	}
	if _, text := b.get("/place/430725102200/attendance/2026-10"); !strings.Contains(text, "<main") || strings.Contains(text, "/sheet") || strings.Contains(text, "报这个月的考勤") {
		t.Errorf("of a village: %s", plain(text))
	}

	admin, err := o.book.Unlock(t.Context(), "周正", []byte(passphrase))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := o.book.AddActor(t.Context(), admin, payroll.NewActor{Name: "郑兼", Roles: []payroll.Role{payroll.RoleMaker, payroll.Owner("430725101")}, ID: "439901197001080010", Passphrase: []byte(passphrase)}); err != nil {
		t.Fatal(err)
	}
	both := o.as("郑兼")
	before := o.head()
	if status, _, text := both.post(page+"/sheet", "once", both.own()); status != http.StatusForbidden || !strings.Contains(text, "actor.role") || o.head() != before {
		t.Errorf("the sheet of another township: %d %.200q", status, text)
	}
	const own = "/place/430725101/attendance/2026-10/sheet"
	if status, _, text := both.post(own, "once", both.own()); status != http.StatusOK || o.head() != before+1 {
		t.Errorf("their own: %d %.200q", status, text)
	}
	for path, want := range map[string]bool{page: false, "/place/430725101/attendance/2026-10": true} {
		if _, text := both.get(path); strings.Contains(text, path+"/sheet") != want {
			t.Errorf("%s leads to its sheet: %v", path, !want)
		}
	}
	if _, text := o.as("张敏").get(page); strings.Contains(text, "/sheet") {
		t.Error("a maker is offered a sheet that they may not have")
	}
}

// Nobody is offered to decide what they have proposed themselves, or what concerns them.
func TestOwnProposalsAreNotOffered(t *testing.T) {
	o := open(t)
	o.secondAdministrator()
	o.run("submit")
	gone := o.as("周正").about("remove", "name", "王审", "reason", "调离")
	s, err := o.book.Unlock(t.Context(), "吴全", []byte(passphrase))
	if err != nil {
		t.Fatal(err)
	}
	at, err := o.book.ProposePolicy(t.Context(), s, "慰问.yaml", []byte(`文件: {文号: 桃办发〔2026〕9号, 标题: 慰问, 发文机关: 桃源县, 印发日期: 2026-06-01, 施行: 2026-10, 补发对象: 全部}
公示: {内容: [姓名, 金额], 公示天数: 5, 先公示: 是}
项目:
  - {代码: visit, 名称: 离任慰问, 顺序: 90, 人员: [离任村干部], 渠道: 一卡通, 资金: F04, 依据: 按人员, 金额: '120', 到任当月: 全月, 离任当月: 全月, 去世当月: 全月, 变动当月: 末日, 舍入: 四舍五入到分}
`))
	if err != nil {
		t.Fatal(err)
	}
	policy := "/proposals/" + strconv.FormatInt(at, 10)
	for _, x := range []struct {
		who, page, what string
		want            bool
	}{
		{"王审", gone, "/accept", false}, {"王审", gone, "/reject", false}, {"李复", gone, "/accept", true}, {"李复", gone, "/reject", true},
		{"吴全", policy, "/accept", false}, {"李复", policy, "/accept", true},
	} {
		if _, text := o.as(x.who).get(x.page); strings.Contains(text, `action="`+x.page+x.what+`"`) != x.want {
			t.Errorf("%s is offered %s%s: %v", x.who, x.page, x.what, !x.want)
		}
	}
}

// A township's first page counts what is its own: villages that have not reported their election, and payments that came back of those who
// are its people now.
func TestFirstPageOfAnOffice(t *testing.T) {
	o := chained(t)
	sent, maker := o.sent()
	var rows payroll.RowList
	for i, p := range sent {
		if p.Name == "李乙" {
			rows = append(rows, payroll.ReturnRow{Line: i + 1, Account: p.Card.Full(), Holder: p.Holder, Fen: p.Fen, State: payroll.PaymentReturned, Cause: payroll.CauseClosed, Text: "销户"})
		}
	}
	if _, err := o.book.ImportReturns(t.Context(), maker, &payroll.ReturnFile{File: "hp.txt", Digest: "hp", Layout: "ccb-txt", Rows: rows}, 0); err != nil || len(rows) == 0 {
		t.Fatal(len(rows), err)
	}
	first := func(name, code string) officeRow {
		t.Helper()
		for _, x := range everybody {
			if x.name == name {
				r := &request{Request: httptest.NewRequest(http.MethodGet, "/", nil), desk: o.Desk, visit: &visit{actor: payroll.Actor{Name: name, Roles: x.roles}}}
				row, err := r.officeOf(code, 202610)
				if err != nil {
					t.Fatal(err)
				}
				return row
			}
		}
		return officeRow{}
	}
	if a, b := first("陈镇", "430725101").Bounced, first("何镇", "430725102").Bounced; a != 0 || b != len(rows) {
		t.Errorf("%d and %d payments came back", a, b)
	}
	for kind, sheet := range map[string]string{
		"changes": "身份证号,姓名,变动类型,变动日期,单位代码,职务,文号\n439901198804120017,李乙,调动,2026-10-16,430725101,一般干部,桃组任〔2026〕19号\n",
		"places":  "区划代码,名称,地区类别,距县城公里,户籍人口,生效日期\n430725102201,清水村,,35,1800,2020-01-01\n430725101200,白石村,,35,1800,2020-01-01\n",
	} {
		if text := o.as("张敏").imports(kind, sheet); strings.Contains(text, "没有导入") {
			t.Fatal(plain(text))
		}
	}
	if a, b := first("陈镇", "430725101").Bounced, first("何镇", "430725102").Bounced; a != len(rows) || b != 0 {
		t.Errorf("after the move %d and %d payments came back", a, b)
	}
	text := o.as("张敏").imports("election", "村代码,选举日期,交接日期,文号,结果,职务,身份证号,姓名,是否连任,离任原因\n430725102200,2026-10-08,2026-10-11,桃组〔2026〕6号,当选,书记,439901196010100023,赵丁,是,\n")
	for name, x := range map[string][2]string{"陈镇": {"430725101", "430725101200"}, "何镇": {"430725102", "430725102201"}} {
		if list := first(name, x[0]).Elections; len(list) != 1 || list[0].Place != x[1] {
			t.Errorf("%s has not reported: %v %s", name, list, plain(text))
		}
	}
}

// One person has one account at a time, names that are one on paper are one, and what is confirmed is about the key that it was proposed about.
func TestPeopleAreOne(t *testing.T) {
	o := open(t)
	o.secondAdministrator()
	ctx, by := t.Context(), map[string]*payroll.Session{}
	for _, name := range []string{"周正", second, "李复", "张敏"} {
		s, err := o.book.Unlock(ctx, name, []byte(passphrase))
		if err != nil {
			t.Fatal(err)
		}
		by[name] = s
	}
	add := func(name, id string, roles ...payroll.Role) error {
		_, _, err := o.book.AddActor(ctx, by["周正"], payroll.NewActor{Name: name, Roles: roles, ID: identity.ResidentID(id), Passphrase: []byte(passphrase)})
		return err
	}
	before := o.head()
	for want, err := range map[string]error{
		"actor.exists":      add("张　敏", "439901197001120019", payroll.RoleMaker),
		"actor.same_person": add("张敏二", "439901197001020018", payroll.RoleApprover),
		"actor.no_township": add("覃镇", "439901197001120019", payroll.Owner("430725999")),
		"actor.admin_alone": add("覃管", "439901197001120019", payroll.RoleAdmin, payroll.RoleMaker),
		"actor.passphrase_short": func() error {
			_, _, err := o.book.AddActor(ctx, by["周正"], payroll.NewActor{Name: "覃镇", Roles: []payroll.Role{payroll.RoleMaker}, ID: "439901197001120019", Passphrase: []byte("short")})
			return err
		}(),
	} {
		if message.Code(err) != want || o.head() != before {
			t.Errorf("%v, not %s", err, want)
		}
	}
	if _, err := o.book.RemoveActor(ctx, by["周正"], "张敏", "调离"); err != nil {
		t.Fatal(err)
	}
	if err := add("张敏二", "439901197001020018", payroll.RoleApprover); err != nil {
		t.Errorf("somebody whose account has ended: %v", err)
	}
	if _, _, err := o.book.RekeyActor(ctx, by[second], "张敏", []byte(passphrase)); message.Code(err) != "actor.same_person" {
		t.Errorf("a second account by a new key: %v", err)
	}

	o = open(t) // from here on it takes two
	o.secondAdministrator()
	o.run("submit")
	for name := range by {
		s, err := o.book.Unlock(ctx, name, []byte(passphrase))
		if err != nil {
			t.Fatal(err)
		}
		by[name] = s
	}
	var twice [2]int64
	for i := range twice {
		at, err := o.book.RemoveActor(ctx, by["周正"], "王审", "调离")
		if err != nil || at == 0 {
			t.Fatal(at, err)
		}
		twice[i] = at
	}
	if _, err := o.book.Decide(ctx, by["李复"], twice[0], true, "", ""); err != nil {
		t.Fatal(err)
	}
	_, at, err := o.book.RekeyActor(ctx, by[second], "王审", []byte(passphrase))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.book.Decide(ctx, by["李复"], at, true, "", ""); err != nil {
		t.Fatal(err)
	}
	if _, err := o.book.Decide(ctx, by["李复"], twice[1], true, "", ""); message.Code(err) != "actor.inactive" {
		t.Errorf("a proposal about the key before ends the new one: %v", err)
	}
}

// byHand are the deeds that take a passphrase each time, also of those whose key is kept: written beside the table of routes and not from it.
var byHand = []string{
	"POST /sent-back/{position}/keep", "POST /proposals/{position}/accept", "POST /proposals/{position}/reject", "POST /batch/{month}/{seq}/unmask",
	"POST /batch/{month}/{seq}/answer", "POST /batch/{month}/{seq}/submit", "POST /batch/{month}/{seq}/check", "POST /batch/{month}/{seq}/approve", "POST /batch/{month}/{seq}/reject",
	"POST /batch/{month}/{seq}/cancel", "POST /batch/{month}/{seq}/export", "POST /batch/{month}/{seq}/evidence", "POST /returns/resolve", "POST /reissue", "POST /funds/close", "POST /funds/reopen",
	"POST /statement/match", "POST /statement/unmatch", "POST /policies", "POST /settings", "POST /actors/add", "POST /actors/remove", "POST /actors/rekey",
}

// No money moves and no step is taken without a passphrase for it, and none of a batch that was not seen: a key that is kept does not do.
func TestPassphraseForEachDeed(t *testing.T) {
	o := open(t)
	o.run()
	in := map[string]*browser{}
	for _, name := range []string{"吴全", "周正", "孙计", "何镇"} {
		in[name] = o.as(name)
	}
	before, asked := o.head(), 0
	for _, pattern := range byHand {
		path := strings.NewReplacer("POST ", "", "{month}", "2026-10", "{seq}", "1", "{position}", "1").Replace(pattern)
		for name, b := range in {
			may := slices.ContainsFunc(everybody, func(x struct {
				name  string
				id    string
				roles []payroll.Role
			}) bool {
				return x.name == name && slices.ContainsFunc(x.roles, func(r payroll.Role) bool {
					return access[pattern] == "all" || slices.Contains(strings.Fields(access[pattern]), strings.Split(string(r), ":")[0])
				})
			})
			v, _ := o.visits.find(b.Jar.Cookies(o.address())[0].Value, false)
			if !may {
				continue
			}
			asked++
			clear(o.guesses.of)
			if status, _, text := b.post(path, "once", v.once(), "reason", "试", "notice", "桃审通〔2026〕3号"); status != http.StatusForbidden || !strings.Contains(text, "desk.wrong_passphrase") {
				t.Errorf("%s by %s without a passphrase: %d %s", pattern, name, status, plain(text))
			}
			if !strings.HasPrefix(pattern, "POST /batch/") || slices.ContainsFunc([]string{"unmask", "export", "evidence"}, func(s string) bool { return strings.HasSuffix(pattern, s) }) {
				continue
			}
			for _, digest := range []string{"", strings.Repeat("0", 64)} {
				clear(o.guesses.of)
				if status, _, text := b.post(path, "once", v.once(), "reason", "试", "digest", digest, "passphrase", passphrase); status != http.StatusConflict || !strings.Contains(text, "desk.changed") {
					t.Errorf("%s by %s, unseen: %d %s", pattern, name, status, plain(text))
				}
			}
		}
	}
	if asked < len(byHand) || o.head() != before {
		t.Errorf("%d deeds were asked for; the journal went from %d to %d", asked, before, o.head())
	}
	for _, rt := range o.routes {
		if slices.Contains(byHand, rt.pattern) != (rt.signs == hand) {
			t.Errorf("%s is not in the list of this test, or takes no passphrase", rt.pattern)
		}
	}
}

// What another township is called is not learnt from a sheet that calls it wrongly; what one's own is called is said.
func TestNamesOfOthersAreNotSaid(t *testing.T) {
	o := chained(t)
	b := o.as("陈镇")
	said := func(place string) string {
		return plain(b.imports("days", "身份证号,姓名,单位代码,日期,类型\n439901198503010017,张甲,"+place+",2026-10-12,下村\n", "dry", "1"))
	}
	if text := said("430725102 清水镇"); strings.Contains(text, "盘塘") || !strings.Contains(text, "没有导入") {
		t.Error(text)
	}
	if text := said("430725101 清水镇"); !strings.Contains(text, "陬市镇") {
		t.Error(text)
	}
	if text := said("430725101 陬市镇"); strings.Contains(text, "没有导入") {
		t.Error(text)
	}
}
