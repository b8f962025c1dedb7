package desk

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"zhida/cmd/zhida/internal/app"
	"zhida/payroll"
	"zhida/rules/identity"
	"zhida/rules/message"
	"zhida/rules/money"
)

const passphrase = "zhida-test"

// everybody acts in the test county: one for each role, and one who has the three of them that no two people's rule keeps apart.
var everybody = []struct {
	name  string
	id    string
	roles []payroll.Role
}{
	{"周正", "439901197001010012", []payroll.Role{payroll.RoleAdmin}},
	{"张敏", "439901197001020018", []payroll.Role{payroll.RoleMaker}},
	{"李复", "439901197001030013", []payroll.Role{payroll.RoleChecker}},
	{"王审", "439901197001040019", []payroll.Role{payroll.RoleApprover}},
	{"孙计", "439901197001050014", []payroll.Role{payroll.RoleAuditor}},
	{"钱组", "43990119700106001X", []payroll.Role{payroll.Owner("组织部")}},
	{"陈镇", "439901197001100018", []payroll.Role{payroll.Owner("430725101")}},
	{"何镇", "439901197001110013", []payroll.Role{payroll.Owner("430725102")}},
	{"吴全", "439901197001070015", []payroll.Role{payroll.RoleMaker, payroll.RoleChecker, payroll.RoleApprover}},
}

// office is a desk over a small county of four people, with a clock of its own.
type office struct {
	*Desk
	*httptest.Server
	t    *testing.T
	log  *bytes.Buffer
	lock sync.Mutex
	time time.Time
}

// county is the book of the script approval.txtar, up to where the first month can be run. It is made once and copied.
var county = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "zhida-desk-test-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	script, err := txtar.ParseFile("../../../../testdata/script/approval.txtar")
	if err != nil {
		return nil, err
	}
	for _, f := range script.Files {
		if err := os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o600); err != nil {
			return nil, err
		}
	}
	ctx, book := context.Background(), filepath.Join(dir, "book.db")
	at := time.Date(2026, 10, 20, 1, 0, 0, 0, time.UTC)
	now := func() time.Time { at = at.Add(time.Second); return at }
	a, err := app.Create(ctx, book, payroll.Meta{County: "430725", Name: "桃源县", Cutover: 202610, Rehearsal: true}, now)
	if err != nil {
		return nil, err
	}
	by := map[string]*payroll.Session{}
	for _, x := range everybody {
		id, err := identity.ParseResidentID(x.id)
		if err != nil {
			return nil, err
		}
		if by[x.name], _, err = a.AddActor(ctx, by["周正"], payroll.NewActor{Name: x.name, Roles: x.roles, ID: id, Passphrase: []byte(passphrase)}); err != nil {
			return nil, err
		}
	}
	accept := func(at int64, err error) error {
		if err != nil {
			return err
		}
		_, err = a.Decide(ctx, by["李复"], at, true, "", "")
		return err
	}
	sample := "../../../../testdata/counties/taoyuan/"
	settings, err := os.ReadFile(sample + "settings.yaml")
	if err != nil {
		return nil, err
	}
	if err := accept(a.ProposeSettings(ctx, by["周正"], "settings.yaml", settings)); err != nil {
		return nil, err
	}
	for _, number := range []string{"03", "01", "02", "04", "05"} {
		names, err := filepath.Glob(sample + "policies/" + number + "-*.yaml")
		if err != nil || len(names) != 1 {
			return nil, fmt.Errorf("policy %s: %v %v", number, names, err)
		}
		text, err := os.ReadFile(names[0])
		if err != nil {
			return nil, err
		}
		if err := accept(a.ProposePolicy(ctx, by["张敏"], filepath.Base(names[0]), text)); err != nil {
			return nil, err
		}
	}
	for _, kind := range []string{"places", "references", "roster", "tenure", "accounts", "assessments", "amounts"} {
		err := a.Import(ctx, by["张敏"], kind, []string{filepath.Join(dir, kind+".csv")}, app.ImportOptions{}, func(r app.Imported) error {
			if r.Proposal != 0 {
				return accept(r.Proposal, nil)
			}
			return nil
		}, nil)
		if err != nil {
			return nil, err
		}
	}
	if err := a.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(book)
})

func open(t *testing.T) *office {
	t.Helper()
	data, err := county()
	if err != nil {
		t.Fatal(err)
	}
	book := filepath.Join(t.TempDir(), "book.db")
	if err := os.WriteFile(book, data, 0o600); err != nil {
		t.Fatal(err)
	}
	clock, err := app.Clock("2026-10-26")
	if err != nil {
		t.Fatal(err)
	}
	var one sync.Mutex
	a, err := app.Open(context.Background(), book, func() time.Time { one.Lock(); defer one.Unlock(); return clock() })
	if err != nil {
		t.Fatal(err)
	}
	o := &office{t: t, log: &bytes.Buffer{}, time: time.Date(2026, 10, 26, 1, 0, 0, 0, time.UTC)}
	o.Desk, err = New(context.Background(), a, Options{Files: filepath.Join(filepath.Dir(book), "files"), Lang: message.Chinese, Log: slog.New(slog.NewTextHandler(guarded{o}, nil)), Now: o.now})
	if err != nil {
		t.Fatal(err)
	}
	o.Server = httptest.NewServer(o.Desk.Handler())
	t.Cleanup(func() {
		o.Server.Close()
		if err := o.Desk.Close(); err != nil {
			t.Error(err)
		}
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return o
}

// guarded is the office's log, which several requests write.
type guarded struct{ o *office }

func (g guarded) Write(b []byte) (int, error) {
	g.o.lock.Lock()
	defer g.o.lock.Unlock()
	return g.o.log.Write(b)
}

func (o *office) now() time.Time {
	o.lock.Lock()
	defer o.lock.Unlock()
	return o.time
}

func (o *office) later(d time.Duration) {
	o.lock.Lock()
	defer o.lock.Unlock()
	o.time = o.time.Add(d)
}

// head is the end of the journal: what changed nothing leaves it as it was.
func (o *office) head() int64 {
	o.t.Helper()
	h, err := o.book.Head(context.Background())
	if err != nil {
		o.t.Fatal(err)
	}
	return h.Position
}

// unmasked are the events by which numbers were shown whole, as the auditor's tables have them.
func (o *office) unmasked() (list []string) {
	o.t.Helper()
	dir := o.t.TempDir()
	if _, err := o.book.AuditData(context.Background(), nil, 202610, 202610, "", dir); err != nil {
		o.t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(dir, "events.csv"))
	if err != nil {
		o.t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		if strings.Contains(line, ","+payroll.EventUnmasked+",") {
			list = append(list, line)
		}
	}
	return list
}

func (o *office) address() *url.URL {
	o.t.Helper()
	u, err := url.Parse(o.URL)
	if err != nil {
		o.t.Fatal(err)
	}
	return u
}

// browser is one browser of the office.
type browser struct {
	o *office
	*http.Client
}

func (o *office) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		o.t.Fatal(err)
	}
	return &browser{o, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// as is a browser in which somebody has signed in.
func (o *office) as(name string) *browser {
	o.t.Helper()
	b := o.browser()
	if status, to, text := b.post("/sign-in", "name", name, "passphrase", passphrase); status != http.StatusSeeOther || to != "/" {
		o.t.Fatalf("%s does not get in: %d %s %s", name, status, to, text)
	}
	return b
}

func (b *browser) get(path string) (status int, text string) {
	b.o.t.Helper()
	r, err := b.Get(b.o.URL + path)
	if err != nil {
		b.o.t.Fatal(err)
	}
	defer r.Body.Close()
	all, err := io.ReadAll(r.Body)
	if err != nil {
		b.o.t.Fatal(err)
	}
	if r.StatusCode == http.StatusSeeOther {
		return b.get(r.Header.Get("Location"))
	}
	return r.StatusCode, string(all)
}

func (b *browser) post(path string, pairs ...string) (status int, to, text string) {
	b.o.t.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	r, err := b.PostForm(b.o.URL+path, form)
	if err != nil {
		b.o.t.Fatal(err)
	}
	defer r.Body.Close()
	all, err := io.ReadAll(r.Body)
	if err != nil {
		b.o.t.Fatal(err)
	}
	if to = r.Header.Get("Location"); strings.HasPrefix(to, "/refused/") && !strings.HasSuffix(to, turnedOver) { // what a browser shows of a form that is refused
		status, text = b.get(to)
		return status, "", text
	}
	return r.StatusCode, to, string(all)
}

var hidden = regexp.MustCompile(`<input type="hidden" name="([a-z_]+)" value="([^"]*)">`)

// form finds a form of a page by where it goes, and gives its hidden fields as pairs.
func (b *browser) form(page, action string) (pairs []string) {
	b.o.t.Helper()
	_, text := b.get(page)
	_, rest, ok := strings.Cut(text, `action="`+action+`"`)
	if !ok {
		b.o.t.Fatalf("%s has no form for %s:\n%s\n%s", page, action, text, b.o.log)
	}
	rest, _, _ = strings.Cut(rest, "</form>")
	for _, m := range hidden.FindAllStringSubmatch(rest, -1) {
		pairs = append(pairs, m[1], html.UnescapeString(m[2]))
	}
	return pairs
}

// own is the token of the frame's forms.
func (b *browser) own() string {
	b.o.t.Helper()
	return b.form("/no-such-page", "/sign-out")[1]
}

// once is a token for one deed, from the form of a page that makers and administrators have.
func (b *browser) once() string {
	b.o.t.Helper()
	if _, text := b.get("/actors"); strings.Contains(text, `action="/actors/add"`) {
		return b.form("/actors", "/actors/add")[1]
	}
	return b.form("/import", "/import")[1]
}

// wait follows work to its end and gives the page that it leads to.
func (b *browser) wait(to string) (status int, text string) {
	b.o.t.Helper()
	for range 600 {
		if status, text = b.get(to); !strings.Contains(text, `http-equiv="refresh"`) {
			return status, text
		}
		time.Sleep(50 * time.Millisecond)
	}
	b.o.t.Fatalf("%s does not end: %s", to, text)
	return 0, ""
}

// run computes the first month, and with the steps named takes its batches through them.
func (o *office) run(steps ...string) {
	o.t.Helper()
	maker := o.as("张敏")
	status, to, text := maker.post("/run", append(maker.form("/month", "/run"), "kind", "run")...)
	if status != http.StatusSeeOther {
		o.t.Fatalf("run: %d %s", status, text)
	}
	if _, text := maker.wait(to); !strings.Contains(text, "2026-10/1") {
		o.t.Fatal(text)
	}
	by := map[string]*browser{"submit": maker, "check": o.as("李复"), "approve": o.as("王审")}
	for _, step := range steps {
		if status, text := by[step].step("/batch/2026-10/1", step); status != http.StatusOK {
			o.t.Fatalf("%s: %d %s", step, status, text)
		}
	}
}

// step presses a button of a batch's page and waits for the outcome.
func (b *browser) step(page, step string, more ...string) (status int, text string) {
	b.o.t.Helper()
	status, to, text := b.post(page+"/"+step, append(append(b.form(page, page+"/"+step), "passphrase", passphrase), more...)...)
	if status != http.StatusSeeOther {
		return status, text
	}
	return b.wait(to)
}

func (o *office) state(id payroll.BatchID) payroll.State {
	o.t.Helper()
	b, err := o.book.Batch(context.Background(), id)
	if err != nil {
		o.t.Fatal(err)
	}
	return b.State
}

const first = payroll.BatchID(202610001)

// What the table of a month has in a row adds up to what is paid, and so does its foot.
func TestMonthAddsUp(t *testing.T) {
	o := open(t)
	if text := o.as("张敏").imports("holds", "身份证号,姓名,措施,原因,开始日期,文号\n439901198503010017,张甲,缓发,材料不全,2026-10-01,桃财社〔2026〕31号\n"); strings.Contains(text, "没有导入") {
		t.Fatal(text)
	}
	o.run()
	text := o.as("张敏").shows("/month/2026-10", "本月合计")
	_, text, _ = strings.Cut(text, "<h2>批次</h2>")
	text, _, _ = strings.Cut(text, "</section>")
	held := false
	for row := range strings.SplitSeq(text, "</tr>") {
		var fen []money.Fen
		for _, m := range regexp.MustCompile(`>(-?[\d,]+\.\d\d)<`).FindAllStringSubmatch(row, -1) {
			x, err := money.ParseYuan(strings.ReplaceAll(m[1], ",", ""))
			if err != nil {
				t.Fatal(err)
			}
			fen = append(fen, x)
		}
		if strings.Contains(row, "<td") && (len(fen) != 5 || fen[0]-fen[1]-fen[2]-fen[3] != fen[4]) {
			t.Errorf("%v in %s", fen, row)
		}
		held = held || len(fen) == 5 && fen[2] != 0
	}
	if !held {
		t.Errorf("nothing is held in this county: %s", text)
	}
}

// Three people take a batch through its life, each on the page that leads there.
func TestMonth(t *testing.T) {
	o := open(t)
	o.run("submit", "check", "approve")
	if s := o.state(first); s != payroll.Approved {
		t.Errorf("it ends as %s", s)
	}
	b, err := o.book.Batch(context.Background(), first)
	if err != nil || b.Maker != "张敏" || b.Checker != "李复" || b.Approver != "王审" {
		t.Errorf("%+v %v", b, err)
	}
	if _, text := o.as("孙计").get("/batch/2026-10/1"); !strings.Contains(text, b.Digest) || strings.Contains(text, "<form method=\"post\" action=\"/batch") {
		t.Errorf("an auditor sees the batch and has no button for it:\n%s", text)
	}
	if strings.Contains(o.log.String(), passphrase) || regexp.MustCompile(`\d{15}`).MatchString(o.log.String()) {
		t.Errorf("the log holds what it must not:\n%s", o.log)
	}
}

// access is who may ask for what, written beside the table of routes and not from it: a role for each word, "open" for
// everybody, "all" for whoever has signed in.
var access = map[string]string{
	"GET /{$}":              "open",
	"POST /sign-in":         "open",
	"POST /sign-out":        "all",
	"POST /language":        "open",
	"GET /refused/{number}": "all",
	"GET /job/{job}":        "all",
	"GET /file/{file}":      "all",

	"GET /month":         "maker checker approver auditor",
	"GET /month/{month}": "maker checker approver auditor",
	"POST /run":          "maker",

	"GET /office":                     "owner",
	"POST /sent-back/{position}/keep": "maker owner",

	"GET /import":          "maker owner",
	"GET /template/{kind}": "maker owner",
	"POST /import":         "maker owner",

	"GET /proposals":                    "all",
	"GET /proposals/{position}":         "all", // the page knows whose each is
	"POST /proposals/{position}/accept": "all", // the book knows whom each waits for
	"POST /proposals/{position}/reject": "all",

	"GET /batch/{month}/{seq}":                  "maker checker approver auditor",
	"GET /batch/{month}/{seq}/compare":          "maker checker approver auditor",
	"GET /batch/{month}/{seq}/findings":         "maker checker approver auditor",
	"GET /batch/{month}/{seq}/lines":            "maker checker approver auditor",
	"POST /batch/{month}/{seq}/unmask":          "auditor",
	"GET /batch/{month}/{seq}/receipt/{person}": "maker checker approver auditor",
	"GET /audit":                             "maker checker approver auditor",
	"GET /audit/month/{paper}":               "maker checker approver auditor",
	"POST /audit/findings":                   "maker checker approver auditor",
	"POST /audit/data":                       "maker checker approver auditor",
	"POST /audit/dossier":                    "maker checker approver auditor",
	"GET /batch/{month}/{seq}/paper/{paper}": "maker checker approver auditor",
	"GET /batch/{month}/{seq}/files":         "maker",
	"POST /batch/{month}/{seq}/files/{name}": "maker",
	"POST /batch/{month}/{seq}/answer":       "maker checker approver",
	"POST /batch/{month}/{seq}/refusals":     "maker",
	"POST /batch/{month}/{seq}/submit":       "maker",
	"POST /batch/{month}/{seq}/check":        "checker",
	"POST /batch/{month}/{seq}/approve":      "approver",
	"POST /batch/{month}/{seq}/reject":       "checker approver",
	"POST /batch/{month}/{seq}/cancel":       "maker",
	"POST /batch/{month}/{seq}/export":       "maker approver",
	"GET /batch/{month}/{seq}/proof":         "maker checker approver auditor",
	"POST /batch/{month}/{seq}/prove":        "maker checker approver auditor",
	"POST /batch/{month}/{seq}/evidence":     "maker checker approver",

	"GET /payments":         "maker checker approver auditor township",
	"POST /reissue":         "maker",
	"POST /returns/resolve": "checker approver",

	"GET /funds":              "maker checker approver auditor",
	"POST /funds/close":       "checker approver",
	"POST /funds/reopen":      "approver",
	"GET /fund/{fund}":        "maker checker approver auditor",
	"GET /fund/{fund}/flow":   "maker checker approver auditor",
	"GET /statement":          "maker checker approver auditor",
	"POST /statement/match":   "checker approver",
	"POST /statement/unmatch": "checker approver",
	"GET /trace":              "maker checker approver auditor",
	"POST /trace":             "maker checker approver auditor",

	"GET /policies":            "maker checker approver auditor",
	"GET /policies/{position}": "maker checker approver auditor",
	"POST /policies/compare":   "maker checker approver auditor",
	"POST /policies/try":       "maker checker approver auditor",
	"POST /policies":           "maker",
	"GET /settings":            "admin",
	"POST /settings":           "admin",

	"GET /roster":                                 "maker checker approver auditor township",
	"GET /roster/{month}":                         "maker checker approver auditor township",
	"GET /roster/{month}/changes":                 "maker checker approver auditor",
	"GET /attendance":                             "maker checker approver auditor township",
	"GET /attendance/{month}":                     "maker checker approver auditor township",
	"GET /place/{code}":                           "maker checker approver auditor township",
	"GET /place/{code}/flow":                      "maker checker approver auditor",
	"GET /place/{code}/notice/{month}/{seq}":      "maker checker approver auditor township",
	"POST /place/{code}/notice/{month}/{seq}":     "maker township",
	"GET /place/{code}/attendance/{month}":        "maker checker approver auditor township",
	"POST /place/{code}/attendance/{month}/sheet": "township",
	"GET /notices":                                "township",
	"GET /search":                                 "maker checker approver auditor",
	"POST /search":                                "maker checker approver auditor",
	"GET /person/{person}":                        "maker checker approver auditor",
	"GET /person/{person}/{month}":                "maker checker approver auditor",

	"GET /actors":         "admin",
	"POST /actors/add":    "admin",
	"POST /actors/remove": "admin",
	"POST /actors/rekey":  "admin",
}

// Every route refuses everybody whom the list does not have, in every state of a batch, and changes nothing then; nothing is done
// for a form that was not given out, either.
func TestAccess(t *testing.T) {
	routes := table()
	if len(routes) != len(access) {
		t.Errorf("%d routes, %d in the list of this test", len(routes), len(access))
	}
	for _, steps := range [][]string{nil, {"submit"}, {"submit", "check"}, {"submit", "check", "approve"}} {
		o := open(t)
		o.run(steps...)
		stranger := o.browser()
		in := map[string]*browser{}
		for _, x := range everybody {
			in[x.name] = o.as(x.name)
		}
		before := o.head()
		for _, rt := range routes {
			who, ok := access[rt.pattern]
			if !ok {
				t.Errorf("%s is not in the list of this test", rt.pattern)
			}
			method, path, _ := strings.Cut(rt.pattern, " ")
			path = strings.NewReplacer("{$}", "", "{month}", "2026-10", "{seq}", "1", "{job}", "x", "{file}", "x", "{kind}", "roster", "{paper}", "x", "{name}", "x", "{person}", "1", "{position}", "1", "{code}", "430725101", "{fund}", "F01", "{number}", "0").Replace(path)
			ask := func(b *browser, token string) (int, string) {
				if method == http.MethodGet {
					return b.get(path)
				}
				status, _, text := b.post(path, "once", token, "passphrase", passphrase)
				return status, text
			}
			if status, _ := ask(stranger, "x"); who != "open" && status != http.StatusUnauthorized {
				t.Errorf("%v %s: %d for somebody who has not signed in", steps, rt.pattern, status)
			}
			for _, x := range everybody {
				mayIt := who == "open" || who == "all" || slices.ContainsFunc(x.roles, func(r payroll.Role) bool {
					return slices.Contains(strings.Fields(who), strings.Split(string(r), ":")[0]) || r.Township() != "" && slices.Contains(strings.Fields(who), "township")
				})
				switch {
				case mayIt && method == http.MethodPost && who != "open" && rt.answers == nil:
					if status, text := ask(in[x.name], secret()); status != http.StatusConflict || !strings.Contains(text, "desk.form_outdated") {
						t.Errorf("%v %s: %s with a form that nobody gave out: %d", steps, rt.pattern, x.name, status)
					}
				case !mayIt:
					token := "x"
					if method == http.MethodPost {
						token = in[x.name].own()
					}
					if status, text := ask(in[x.name], token); status != http.StatusForbidden || !strings.Contains(text, "desk.not_yours") {
						t.Errorf("%v %s: %d for %s", steps, rt.pattern, status, x.name)
					}
				}
			}
		}
		if after := o.head(); after != before {
			t.Errorf("%v: the journal went from %d to %d", steps, before, after)
		}
	}
}

// Whoever made a batch does not check or approve it, though they have the roles: by no page, and in no state.
func TestMakerNeverApproves(t *testing.T) {
	o := open(t)
	o.run()
	all := o.as("吴全")
	if status, text := all.step("/batch/2026-10/1", "submit"); status != http.StatusOK {
		t.Fatalf("%d %s", status, text)
	}
	for _, step := range []string{"check", "approve"} {
		b, err := o.book.Batch(context.Background(), first)
		if err != nil {
			t.Fatal(err)
		}
		status, to, _ := all.post("/batch/2026-10/1/"+step, "once", all.once(), "digest", b.Digest, "passphrase", passphrase)
		if status == http.StatusSeeOther {
			status, _ = all.wait(to)
		}
		if status < 400 {
			t.Errorf("%s by the maker: %d", step, status)
		}
		if o.state(first) != b.State {
			t.Errorf("%s by the maker: it is %s", step, o.state(first))
		}
		if step == "check" {
			if status, text := o.as("李复").step("/batch/2026-10/1", "check"); status != http.StatusOK {
				t.Fatalf("%d %s", status, text)
			}
		}
	}
}

// A button pressed twice, at once or later, does what it does once, and both presses end on the same page.
func TestPressedTwice(t *testing.T) {
	o := open(t)
	o.run("submit", "check")
	b := o.as("王审")
	fields := append(b.form("/batch/2026-10/1", "/batch/2026-10/1/approve"), "passphrase", passphrase)
	before := o.head()
	var all sync.WaitGroup
	where := make([]string, 4)
	for i := range where {
		all.Go(func() { _, where[i], _ = b.post("/batch/2026-10/1/approve", fields...) })
	}
	all.Wait()
	for _, w := range where {
		if w == "" || w != where[0] {
			t.Errorf("they end at %q", where)
		}
	}
	if status, text := b.wait(where[0]); status != http.StatusOK || !strings.Contains(text, "已审批") {
		t.Errorf("%d %s", status, text)
	}
	if after := o.head(); after != before+1 {
		t.Errorf("the journal went from %d to %d", before, after)
	}
	o.later(idle / 2)
	if _, again, _ := b.post("/batch/2026-10/1/approve", fields...); again != where[0] {
		t.Errorf("later it ends at %q, not at %q", again, where[0])
	}
}

// leaving is the end of a form, after which the browser goes away.
type leaving func()

func (l leaving) Read([]byte) (int, error) { l(); return 0, io.EOF }

// Who presses twice breaks off the first request: what it began goes to its end, and the second gets that outcome.
func TestPressedAndBrokenOff(t *testing.T) {
	o := open(t)
	o.run("submit")
	b := o.as("李复")
	fields := append(b.form("/batch/2026-10/1", "/batch/2026-10/1/check"), "passphrase", passphrase)
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	ctx, gone := context.WithCancel(context.Background())
	body := io.MultiReader(strings.NewReader(form.Encode()), leaving(gone)) // the browser goes once it has sent the form
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, o.URL+"/batch/2026-10/1/check", body)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for _, c := range b.Jar.Cookies(o.address()) {
		r.AddCookie(c)
	}
	o.Desk.Handler().ServeHTTP(httptest.NewRecorder(), r)
	_, to, _ := b.post("/batch/2026-10/1/check", fields...)
	if status, text := b.wait(to); status != http.StatusOK || o.state(first) != payroll.Checked {
		t.Errorf("%d %s: %s", status, o.state(first), text)
	}
}

// What changed after a page was shown voids the signature that the page asks for.
func TestChangedBatchIsNotSigned(t *testing.T) {
	o := open(t)
	o.run("submit", "check")
	b := o.as("王审")
	fields := append(b.form("/batch/2026-10/1", "/batch/2026-10/1/approve"), "passphrase", passphrase)
	if status, text := o.as("李复").step("/batch/2026-10/1", "reject", "reason", "试一试"); status != http.StatusOK {
		t.Fatalf("%d %s", status, text)
	}
	maker := o.as("张敏")
	class := filepath.Join(t.TempDir(), "class.csv")
	if err := os.WriteFile(class, []byte("区划代码,名称,地区类别,距县城公里,户籍人口,生效日期\n430725102,盘塘镇,三类,33,21000,2026-10-01\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := o.book.Unlock(context.Background(), "张敏", []byte(passphrase))
	if err != nil {
		t.Fatal(err)
	}
	if err := o.book.Import(context.Background(), s, "places", []string{class}, app.ImportOptions{}, func(app.Imported) error { return nil }, nil); err != nil {
		t.Fatal(err)
	}
	_, to, _ := maker.post("/run", append(maker.form("/month", "/run"), "kind", "run")...)
	maker.wait(to)
	if status, text := maker.step("/batch/2026-10/1", "submit"); status != http.StatusOK {
		t.Fatalf("%d %s", status, text)
	}
	if status, text := o.as("李复").step("/batch/2026-10/1", "check"); status != http.StatusOK {
		t.Fatalf("%d %s", status, text)
	}
	status, _, text := b.post("/batch/2026-10/1/approve", fields...)
	if status != http.StatusConflict || !strings.Contains(text, "desk.changed") || o.state(first) != payroll.Checked {
		t.Errorf("%d %s: %s", status, o.state(first), text)
	}
}

// A visit ends when nobody is at the screen for a while, and after a working day in any case; a signature asked for then is not
// made, and the page says so.
func TestVisitsEnd(t *testing.T) {
	o := open(t)
	o.run("submit", "check")
	b := o.as("王审")
	fields := append(b.form("/batch/2026-10/1", "/batch/2026-10/1/approve"), "passphrase", passphrase)
	o.later(idle + time.Second)
	before := o.head()
	status, _, text := b.post("/batch/2026-10/1/approve", fields...)
	if status != http.StatusUnauthorized || !strings.Contains(text, "这一次没有办") || o.head() != before {
		t.Errorf("%d: %s", status, text)
	}
	b = o.as("王审")
	for range absolute / idle {
		o.later(idle - time.Second)
		if status, _ := b.get("/month"); status != http.StatusOK {
			t.Fatalf("it ended early: %d", status)
		}
	}
	o.later(idle - time.Second)
	if status, _ := b.get("/month"); status != http.StatusUnauthorized {
		t.Errorf("after a day: %d", status)
	}
}

// Signing out, and the end of somebody's key, end the visit at once.
func TestSignedOut(t *testing.T) {
	o := open(t)
	b, maker := o.as("王审"), o.as("张敏")
	if status, to, _ := b.post("/sign-out", "once", b.own()); status != http.StatusSeeOther || to != "/" {
		t.Errorf("%d %s", status, to)
	}
	if status, _ := b.get("/month"); status != http.StatusUnauthorized {
		t.Errorf("after signing out: %d", status)
	}
	admin, err := o.book.Unlock(context.Background(), "周正", []byte(passphrase))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.book.RemoveActor(context.Background(), admin, "张敏", "调离"); err != nil {
		t.Fatal(err)
	}
	if status, _ := maker.get("/month"); status != http.StatusUnauthorized {
		t.Errorf("after the end of the key: %d", status)
	}
}

// Masked numbers are not learnt by trying: whoever looks for many that are nobody's waits, on every page that searches and after
// signing in again, while names are found and a colleague's numbers too.
func TestNumbersAreNotGuessed(t *testing.T) {
	o := open(t)
	look := func(b *browser, page, text string) string {
		_, to, _ := b.post(page, "text", text)
		_, text = b.get(to)
		return plain(text)
	}
	b := o.as("孙计")
	for i := range mostMissed {
		if text := look(b, []string{"/search", "/trace"}[i%2], fmt.Sprintf("%06d", 900000+i)); strings.Contains(text, "desk.wait_numbers") {
			t.Fatalf("after %d: %s", i, text)
		}
	}
	const id = "439901198804120017"
	for _, b := range []*browser{b, o.as("孙计")} {
		for _, page := range []string{"/search", "/trace"} {
			if text := look(b, page, id); !strings.Contains(text, "desk.wait_numbers") || strings.Contains(text, "李乙") {
				t.Errorf("%s: %s", page, text)
			}
		}
		if _, _, text := b.post("/audit/dossier", "text", id, "from", "2026-10", "to", "2026-10"); !strings.Contains(text, "desk.wait_numbers") {
			t.Errorf("a dossier: %s", text)
		}
		if text := look(b, "/search", "李乙"); !strings.Contains(text, "盘塘镇") {
			t.Errorf("a name: %s", text)
		}
	}
	if text := look(o.as("李复"), "/search", id); !strings.Contains(text, "李乙") {
		t.Errorf("a colleague: %s", text)
	}
	o.later(3 * time.Second)
	if text := look(b, "/search", id); !strings.Contains(text, "李乙") {
		t.Errorf("after the wait: %s", text)
	}
}

// Whoever guesses waits longer each time, and while they wait the right passphrase does not help; a name that does not exist is
// answered as one that does. Many names do not help, and a colleague is not kept out.
func TestGuesses(t *testing.T) {
	o := open(t)
	b := o.browser()
	try := func(name, pass string) string {
		_, _, text := b.post("/sign-in", "name", name, "passphrase", pass)
		return strings.TrimPrefix(regexp.MustCompile(`<code>desk\.[a-z_]+`).FindString(text), "<code>")
	}
	for range free {
		if code := try("王审", "wrong-one"); code != "desk.wrong" {
			t.Fatal(code)
		}
	}
	if code := try("王审", passphrase); code != "desk.wait" {
		t.Errorf("at once: %s", code)
	}
	if code := try("没有这个人", "wrong-one"); code != "desk.wrong" {
		t.Errorf("a name that does not exist: %s", code)
	}
	if code := try("李复", passphrase); code != "" {
		t.Errorf("a colleague at the same address: %s", code)
	}
	o.later(3 * time.Second)
	if code := try("王审", "wrong-one"); code != "desk.wrong" {
		t.Errorf("after the first wait: %s", code)
	}
	o.later(3 * time.Second)
	if code := try("王审", passphrase); code != "desk.wait" {
		t.Errorf("the second wait is longer: %s", code)
	}
	for i := range 10 * free {
		try(fmt.Sprint("name ", i), "wrong-one")
	}
	if code := try("another name", "wrong-one"); code != "desk.wait" {
		t.Errorf("many names from one address: %s", code)
	}
	o.later(longest)
	if code := try("王审", passphrase); code != "" {
		t.Errorf("after the wait: %s", code)
	}
	if status, _ := b.get("/month"); status != http.StatusOK {
		t.Errorf("in: %d", status)
	}
}

// Whoever lost the answer to a signature, and with it the new cookie, gets it when they press again, with the outcome of the first.
func TestLostAnswer(t *testing.T) {
	o := open(t)
	o.run("submit")
	b := o.as("李复")
	u := o.address()
	old := b.Jar.Cookies(u)
	fields := append(b.form("/batch/2026-10/1", "/batch/2026-10/1/check"), "passphrase", passphrase)
	_, to, _ := b.post("/batch/2026-10/1/check", fields...)
	again := o.browser()
	again.Jar.SetCookies(u, old)
	if _, where, text := again.post("/batch/2026-10/1/check", fields...); where == "" || where != to {
		t.Errorf("it ends at %q, not at %q: %s", where, to, text)
	}
	o.later(grace + time.Second)
	if status, text := again.wait(to); status != http.StatusOK || !strings.Contains(text, "已复核") {
		t.Errorf("%d %s", status, text)
	}
}

// What was done is remembered however many forms were given out since.
func TestDeedsAreRemembered(t *testing.T) {
	never := func(string) bool { return false }
	v := &visit{deeds: map[string]*deed{}}
	done := v.once()
	if to, err, ok := v.do(done, func() (string, error) { return "/done", nil }, never); to != "/done" || err != nil || !ok {
		t.Fatal(to, err, ok)
	}
	for range 2 * mostDeeds { // pages that were opened meanwhile
		v.once()
	}
	if to, _, ok := v.do(done, func() (string, error) { return "/twice", nil }, never); to != "/done" || !ok || len(v.deeds) > mostDeeds+1 {
		t.Errorf("%d deeds kept; the one that was done leads to %q", len(v.deeds), to)
	}
}

// The cookie of a visit is kept from scripts and other sites, and changes with every passphrase.
func TestCookie(t *testing.T) {
	o := open(t)
	o.run("submit")
	b := o.as("李复")
	u := o.address()
	before := b.Jar.Cookies(u)
	if status, text := b.step("/batch/2026-10/1", "check"); status != http.StatusOK {
		t.Fatalf("%d %s", status, text)
	}
	after := b.Jar.Cookies(u)
	if len(before) != 1 || len(after) != 1 || before[0].Value == after[0].Value {
		t.Errorf("%v, then %v", before, after)
	}
	o.later(grace / 2)
	old := o.browser()
	old.Jar.SetCookies(u, before)
	if status, _ := old.get("/month"); status != http.StatusOK {
		t.Errorf("what was under way when it changed: %d", status)
	}
	o.later(grace/2 + time.Second) // using it does not keep it alive
	old = o.browser()
	old.Jar.SetCookies(u, before)
	if status, _ := old.get("/month"); status != http.StatusUnauthorized {
		t.Errorf("the old cookie: %d", status)
	}
	plain := &http.Client{CheckRedirect: b.CheckRedirect} // shows what the jar of a browser keeps to itself
	r, err := plain.PostForm(o.URL+"/sign-in", url.Values{"name": {"李复"}, "passphrase": {passphrase}})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if c := r.Cookies(); len(c) != 1 || c[0].Name != "zhida" || !c[0].HttpOnly || c[0].SameSite != http.SameSiteStrictMode || c[0].Path != "/" {
		t.Errorf("%v", c)
	}
	if c := (&Desk{Options: Options{Secure: true}}).cookie("x"); c.Name != "__Host-zhida" || !c.Secure {
		t.Errorf("over TLS: %+v", c)
	}
}

// A page of somebody else cannot ask in a visitor's name, nor under a name of its own.
func TestOtherSites(t *testing.T) {
	o := open(t)
	b := o.as("张敏")
	ask := func(change func(*http.Request)) int {
		form := url.Values{"once": {b.own()}}
		r, err := http.NewRequest(http.MethodPost, o.URL+"/sign-out", strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		change(r)
		answer, err := b.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		return answer.StatusCode
	}
	if s := ask(func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }); s != http.StatusForbidden {
		t.Errorf("another site: %d", s)
	}
	if s := ask(func(r *http.Request) { r.Header.Set("Origin", "https://elsewhere.example") }); s != http.StatusForbidden {
		t.Errorf("another origin: %d", s)
	}
	if s := ask(func(r *http.Request) { r.Host = "elsewhere.example" }); s != http.StatusMisdirectedRequest {
		t.Errorf("another name: %d", s)
	}
	if status, _ := b.get("/month"); status != http.StatusOK {
		t.Errorf("still in: %d", status)
	}
	if s := ask(func(*http.Request) {}); s != http.StatusSeeOther {
		t.Errorf("the desk's own form: %d", s)
	}
}

// Pages say what browsers may do with them, in both languages, and nothing of them is kept.
func TestHeaders(t *testing.T) {
	o := open(t)
	b := o.as("张敏")
	r, err := b.Get(o.URL + "/month")
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	for name, want := range map[string]string{"Content-Security-Policy": "default-src 'none'", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"} {
		if got := r.Header.Get(name); !strings.Contains(got, want) {
			t.Errorf("%s is %q", name, got)
		}
	}
	if strings.Contains(r.Header.Get("Content-Security-Policy"), "unsafe") {
		t.Error("the policy lets scripts in")
	}
	if _, to, _ := b.post("/language", append(b.form("/month", "/language"), "lang", "en")...); to != "/month" {
		t.Errorf("language: %s", to)
	}
	_, text := b.get("/month")
	words := regexp.MustCompile(`\p{Han}+`).FindAllString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(text, ""), -1)
	for _, w := range words {
		if !slices.Contains([]string{"桃源县", "桃源县财政局", "张敏", "中文"}, w) {
			t.Errorf("in English it says %q", w)
		}
	}
}
