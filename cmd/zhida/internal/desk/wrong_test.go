package desk

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"zhida/cmd/zhida/internal/app"
	"zhida/importers"
	"zhida/payroll"
	"zhida/rules/message"
)

// upload sends files with fields as a page does, and gives where the browser goes.
func (b *browser) upload(path string, files map[string]string, pairs ...string) (status int, to, text string) {
	b.o.t.Helper()
	return b.uploadAs("files", path, files, pairs...)
}

// uploadAs is upload for a field of another name.
func (b *browser) uploadAs(field, path string, files map[string]string, pairs ...string) (status int, to, text string) {
	b.o.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for i := 0; i < len(pairs); i += 2 {
		if err := w.WriteField(pairs[i], pairs[i+1]); err != nil {
			b.o.t.Fatal(err)
		}
	}
	for name, content := range files {
		f, err := w.CreateFormFile(field, name)
		if err != nil {
			b.o.t.Fatal(err)
		}
		if _, err := io.WriteString(f, content); err != nil {
			b.o.t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		b.o.t.Fatal(err)
	}
	r, err := b.Post(b.o.URL+path, w.FormDataContentType(), &body)
	if err != nil {
		b.o.t.Fatal(err)
	}
	defer r.Body.Close()
	all, err := io.ReadAll(r.Body)
	if err != nil {
		b.o.t.Fatal(err)
	}
	if to = r.Header.Get("Location"); strings.HasPrefix(to, "/refused/") {
		status, text = b.get(to)
		return status, "", text
	}
	return r.StatusCode, to, string(all)
}

// What is wrong is answered by its sentence and its code, and nothing is done.
func TestWrong(t *testing.T) {
	o := open(t)
	maker, admin, checker := o.as("张敏"), o.as("周正"), o.as("李复")
	code := func(status int, _, text string) string {
		found := regexp.MustCompile(`<code>([a-z_]+\.[a-z_]+)</code>`).FindStringSubmatch(text)
		if status < 400 || found == nil {
			return text
		}
		return found[1]
	}
	before := o.head()
	for want, got := range map[string]string{
		"desk.no_page":           code(func() (int, string, string) { s, text := maker.get("/nothing"); return s, "", text }()),
		"desk.form_broken":       code(maker.upload("/import", nil, "once", maker.once(), "kind", "nonsense")),
		"desk.no_file":           code(maker.upload("/import", nil, "once", maker.once(), "kind", "roster")),
		"desk.too_large":         code(maker.post("/search", "text", strings.Repeat("x", 2*mostForm))),
		"desk.two_passphrases":   code(admin.post("/actors/add", "once", admin.once(), "name", "新人", "role", "maker", "id", "439901197001080010", "new_passphrase", "zhida-one", "new_passphrase_again", "zhida-two", "passphrase", passphrase)),
		"import.map_form":        code(maker.upload("/import", map[string]string{"a.csv": "x"}, "once", maker.once(), "kind", "roster", "map", "没有等号")),
		"desk.month_open":        code(checker.post("/funds/close", append(checker.form("/funds", "/funds/close"), "month", "2026-10", "passphrase", passphrase)...)),
		"batch.missing":          code(func() (int, string, string) { s, text := maker.get("/batch/2026-10/9"); return s, "", text }()),
		"batch.id":               code(func() (int, string, string) { s, text := maker.get("/batch/2026-13/1"); return s, "", text }()),
		"actor.passphrase_short": code(admin.post("/actors/add", "once", admin.once(), "name", "新人", "role", "maker", "id", "439901197001080010", "new_passphrase", "x", "new_passphrase_again", "x", "passphrase", passphrase)),
	} {
		if got != want {
			t.Errorf("%s: %s", want, got)
		}
	}
	if o.head() != before {
		t.Error("something was done")
	}
	if _, text := o.browser().get("/month"); !strings.Contains(text, "登录") || !strings.Contains(o.log.String(), "code="+"desk.sign_in") {
		t.Errorf("without a visit: %s", text)
	}
	r, err := http.NewRequest(http.MethodGet, o.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "elsewhere.example"
	answer, err := o.browser().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if text, err := io.ReadAll(answer.Body); err != nil || !strings.HasPrefix(string(text), message.M("desk.host").Text(message.Chinese)) {
		t.Errorf("under another name: %s %v", text, err)
	}
	if _, err := app.FilesBeside("postgres://here/zhida"); message.Code(err) != "desk.files" {
		t.Errorf("a book without a folder: %v", err)
	}
}

// Work that breaks says so and ends nothing else.
func TestBrokenWork(t *testing.T) {
	o := open(t)
	name := strings.TrimPrefix(o.jobs.begin("张敏", message.M("desk.running", "x"), func(context.Context) (outcome, error) { panic("broken") }), "/job/")
	o.jobs.all.Wait()
	if s := o.jobs.find(name, "张敏").state(); !s.over || message.Code(s.err) != "desk.failed" {
		t.Errorf("%+v", s)
	}
	if o.jobs.find(name, "李复") != nil {
		t.Error("somebody else sees it")
	}
	if status, _ := o.as("张敏").get("/month"); status != http.StatusOK {
		t.Errorf("afterwards: %d", status)
	}
}

var toFile = regexp.MustCompile(`href="(/file/[^"]+)"`)

// Of several sheets the wrong one comes back marked, and keeps none of the others out; mended it comes in.
func TestImport(t *testing.T) {
	o := open(t)
	b := o.as("张敏")
	head := "身份证号,姓名,银行卡号,户名,生效日期\n"
	good := head + "439901198503010017,张甲,6200590000000000048,张甲,2026-11-01\n"
	bad := head + "439901198804120017,李乙,6200590000000000015,李乙,2026-11-01\n"
	before := o.head()
	_, to, text := b.upload("/import", map[string]string{"好.csv": good, `C:\表\坏.csv`: bad}, "once", b.once(), "kind", "accounts", "dry", "1")
	if to == "" {
		t.Fatal(text)
	}
	if _, text := b.wait(to); !strings.Contains(text, "只是试了一遍") || o.head() != before {
		t.Errorf("a trial: %s", text)
	}
	_, to, _ = b.upload("/import", map[string]string{"好.csv": good, `C:\表\坏.csv`: bad}, "once", b.once(), "kind", "accounts")
	_, text = b.wait(to)
	if o.head() != before+1 || !strings.Contains(text, "坏.csv") || !strings.Contains(text, "card.check") || strings.Contains(text, "6200590000000000015") {
		t.Errorf("%d events more: %s", o.head()-before, text)
	}
	marked := toFile.FindStringSubmatch(text)
	if marked == nil {
		t.Fatalf("no workbook: %s", text)
	}
	if status, data := b.get(marked[1]); status != http.StatusOK || !strings.HasPrefix(data, "PK") {
		t.Errorf("the workbook: %d, %d bytes", status, len(data))
	}
	if status, _ := o.as("李复").get(marked[1]); status != http.StatusNotFound {
		t.Errorf("somebody else fetches it: %d", status)
	}
	if strings.Contains(text, "C:") {
		t.Error("the page names folders of the clerk's machine")
	}
}

// A sheet of another kind is kept, and comes in as what it looks like by one button, once; the kind stays for the next sheet.
func TestImportAsWhatItIs(t *testing.T) {
	o := open(t)
	b := o.as("张敏")
	sheet := "身份证号,姓名,类型,开始日期,结束日期,工作日数\n439901198503010017,张甲,事假,2026-10-12,2026-10-14,3\n"
	_, to, text := b.upload("/import", map[string]string{"假.csv": sheet}, "once", b.once(), "kind", "roster")
	if to == "" {
		t.Fatal(plain(text))
	}
	before := o.head()
	_, text = b.wait(to)
	o.says("a sheet of another kind", http.StatusOK, text, "像是“缺勤”表", "改按这种表导入：缺勤")
	if !strings.Contains(text, `href="/import?kind=roster"`) {
		t.Error("the kind is lost on the way back")
	}
	kept := regexp.MustCompile(`name="kept" value="([^"]+)"`).FindStringSubmatch(text)
	if kept == nil {
		t.Fatal(plain(text))
	}
	for i, want := range []string{"1 行，新记 1 条", "desk.no_file"} {
		_, to, text := b.post("/import", "once", b.once(), "kind", "absences", "kept", kept[1])
		if to != "" {
			_, text = b.wait(to)
		}
		if !strings.Contains(text, want) || o.head() != before+1 {
			t.Errorf("%d: %d events: %s", i, o.head()-before, plain(text))
		}
	}
	if status, _ := b.get(kept[1]); status != http.StatusNotFound {
		t.Errorf("it can still be fetched: %d", status)
	}
}

// Every kind of sheet has its place in the order, once.
func TestImportSteps(t *testing.T) {
	var list []string
	for _, s := range importSteps {
		if !message.HasWord(s.title) {
			t.Errorf("%s has no English", s.title)
		}
		list = append(list, s.kinds...)
	}
	want := importers.Kinds()
	slices.Sort(list)
	slices.Sort(want)
	if diff := cmp.Diff(want, list); diff != "" {
		t.Error(diff)
	}
}

// What leaves for the bank leaves once, is fetched by makers alone, and every page of a paid batch can be looked at.
func TestExport(t *testing.T) {
	o := open(t)
	o.run("submit", "check", "approve")
	maker, auditor := o.as("张敏"), o.as("孙计")
	if status, text := maker.step("/batch/2026-10/1", "export"); status != http.StatusOK || !strings.Contains(text, "manifest") {
		t.Fatalf("%d %s", status, text)
	}
	if o.state(first) != payroll.Exported {
		t.Errorf("it is %s", o.state(first))
	}
	_, text := maker.get("/batch/2026-10/1/files")
	files := regexp.MustCompile(`action="(/batch/2026-10/1/files/[^"]+)"`).FindAllStringSubmatch(text, -1)
	if len(files) < 2 {
		t.Fatalf("files: %s", text)
	}
	if got := o.unmasked(); len(got) != 0 {
		t.Errorf("before anything was fetched: %q", got)
	}
	for i, f := range files {
		for again := range 2 { // with one token: each time is one of its own
			if status, _, data := maker.post(f[1], maker.form("/batch/2026-10/1/files", f[1])...); status != http.StatusOK || data == "" || strings.Contains(data, "<main") {
				t.Errorf("%s: %d %s", f[1], status, data)
			}
			if got := o.unmasked(); len(got) != 2*i+again+1 || !strings.Contains(got[len(got)-1], ",张敏,") || !strings.Contains(got[len(got)-1], ",2026-10/1,") {
				t.Errorf("%s: %q", f[1], got)
			}
		}
		before := o.head()
		if status, _, _ := auditor.post(f[1], "once", auditor.own(), "passphrase", passphrase); status != http.StatusForbidden {
			t.Errorf("%s for an auditor: %d", f[1], status)
		}
		for _, wrong := range [][]string{nil, {"once", ""}, {"once", auditor.own()}} { // a page of elsewhere has no token
			if status, _, data := maker.post(f[1], wrong...); status == http.StatusOK && !strings.Contains(data, "<main") {
				t.Errorf("%s without its token: %s", f[1], data)
			}
		}
		if status, _ := maker.get(f[1]); status != http.StatusNotFound && status != http.StatusMethodNotAllowed {
			t.Errorf("%s by its address alone: %d", f[1], status)
		}
		if o.head() != before {
			t.Errorf("%s: what was refused is in the journal", f[1])
		}
	}
	before := o.head()
	if status, _, _ := maker.post("/batch/2026-10/1/files/..%2f..%2fbook.db", "once", maker.own()); status != http.StatusNotFound || o.head() != before {
		t.Errorf("out of the folder: %d", status)
	}
	for _, page := range []string{"/month/2026-10", "/batch/2026-10/1", "/batch/2026-10/1/compare", "/batch/2026-10/1/findings", "/payments?state=sent", "/proposals", "/search", "/person/1", "/person/1/2026-10"} {
		for _, b := range []*browser{maker, auditor} {
			status, text := b.get(page)
			if status != http.StatusOK || regexp.MustCompile(`\d{15}`).MatchString(regexp.MustCompile(`value="[^"]*"|[0-9a-f]{64}`).ReplaceAllString(text, "")) {
				t.Errorf("%s: %d %s", page, status, text)
			}
		}
	}
	for _, p := range papers {
		if status, data := maker.get("/batch/2026-10/1/paper/" + p.name); status != http.StatusOK || data == "" {
			t.Errorf("%s: %d %s", p.name, status, data)
		}
	}
	if status, text := o.browserSearch("张敏", "439901198503010017"); status != http.StatusOK || !strings.Contains(text, "张甲") || strings.Contains(text, "439901198503010017") {
		t.Errorf("a search: %d %s", status, text)
	}
	left, err := filepath.Glob(filepath.Join(o.scratch, "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range left { // only what a page of several files leads to
		if info, err := os.Stat(f); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: %v %v", f, info, err)
		}
	}
	if strings.Contains(o.log.String(), "439901") {
		t.Error("the log has an ID number")
	}
}

func (o *office) browserSearch(name, text string) (int, string) {
	b := o.as(name)
	_, to, _ := b.post("/search", "text", text)
	return b.get(to)
}

// The second month is compared with the first on a page that adds up, and findings are answered where they stand.
func TestSecondMonth(t *testing.T) {
	o := open(t)
	o.run("submit", "check", "approve")
	maker := o.as("张敏")
	if status, text := maker.step("/batch/2026-10/1", "export"); status != http.StatusOK {
		t.Fatalf("%d %s", status, text)
	}
	if status, text := maker.step("/batch/2026-10/2", "cancel", "reason", "先办统发"); status != http.StatusOK || o.state(202610002) != payroll.Cancelled {
		t.Fatalf("%d %s", status, text)
	}
	_, to, text := maker.post("/run", append(maker.form("/month/2026-11", "/run"), "kind", "run")...)
	if to == "" {
		t.Fatal(text)
	}
	if _, text := maker.wait(to); !strings.Contains(text, "2026-11/1") {
		t.Fatal(text)
	}
	_, text = maker.wait("/batch/2026-11/1/compare")
	if !strings.Contains(text, "上月实发") || !strings.Contains(text, "<dt>没有说明的差额</dt><dd>0.00</dd>") {
		t.Errorf("the comparison: %s", text)
	}
	if status, text := maker.step("/batch/2026-11/1", "submit"); status != http.StatusOK {
		t.Fatalf("%d %s", status, text)
	}
	_, text = o.as("李复").get("/batch/2026-11/1/findings")
	if !strings.Contains(text, "没有查的") || !strings.Contains(text, "死亡登记") {
		t.Errorf("the findings: %s", text)
	}
}

// An auditor sees whose the lines are by the number of a notice, once, and the journal has it; nobody else does, and nobody without a number.
func TestUnmask(t *testing.T) {
	o := open(t)
	o.run("submit", "check", "approve")
	b := o.as("孙计")
	page, id := "/batch/2026-10/1", regexp.MustCompile(`439901\d{11}[\dX]`)
	_, text := b.get(page + "/lines?township=430725101")
	if id.MatchString(text) || !strings.Contains(text, "张甲") || strings.Contains(text, "李乙") {
		t.Errorf("masked, of one township: %s", text)
	}
	if _, text := o.as("张敏").get(page + "/lines?township=430725101"); strings.Contains(text, "unmask") {
		t.Error("a maker is offered whole numbers")
	}
	fields := append(b.form(page+"/lines?township=430725101", page+"/unmask"), "passphrase", passphrase)
	before := o.head()
	_, to, _ := b.post(page+"/unmask", append(fields, "notice", " ")...)
	if _, text := b.wait(to); !strings.Contains(text, "audit.no_notice") || o.head() != before {
		t.Errorf("without a number: %s", text)
	}
	fields = append(b.form(page+"/lines?township=430725101", page+"/unmask"), "passphrase", passphrase, "notice", "桃审通〔2026〕3号")
	_, to, _ = b.post(page+"/unmask", fields...)
	_, text = b.wait(to)
	if !strings.Contains(text, "439901198503010017") || o.head() != before+1 {
		t.Errorf("by a notice, %d events more: %s", o.head()-before, text)
	}
	if status, text := b.get(to); status != http.StatusNotFound || id.MatchString(text) {
		t.Errorf("a second look: %d", status)
	}
}

// What auditors and payees are given comes whole: papers of a month, data, dossiers, receipts, funds and traces.
func TestAuditPages(t *testing.T) {
	o := open(t)
	o.run("submit", "check", "approve")
	b := o.as("孙计")
	for _, page := range []string{"/audit", "/audit/month/report?month=2026-10", "/audit/month/workbook?month=2026-10", "/batch/2026-10/1/receipt/1", "/funds", "/trace", "/policies"} {
		if status, text := b.get(page); status != http.StatusOK || text == "" {
			t.Errorf("%s: %d %s", page, status, text)
		}
	}
	for path, fields := range map[string][]string{"/audit/data": {"from", "2026-10", "to", "2026-10"}, "/audit/dossier": {"text", "张敏", "from", "2026-10", "to", "2026-10"}} {
		if status, _, text := b.post(path, fields...); status != http.StatusOK || !strings.HasPrefix(text, "PK") {
			t.Errorf("%s: %d %.200s", path, status, text)
		}
	}
	status, to, _ := b.post("/trace", "text", "张甲")
	if _, text := b.get(to); status != http.StatusSeeOther || strings.Contains(to, "张") || !strings.Contains(text, "<svg") {
		t.Errorf("a trace: %d %s %s", status, to, text)
	}
	if _, text := o.as("李复").get(to); strings.Contains(text, "<svg") {
		t.Error("somebody else sees what was asked")
	}
	_, text := b.get("/policies")
	one := regexp.MustCompile(`href="(/policies/\d+)"`).FindStringSubmatch(text)
	if one == nil {
		t.Fatalf("no documents: %s", text)
	}
	if _, text := b.get(one[1]); !strings.Contains(text, "文号") {
		t.Errorf("a document: %s", text)
	}
	admin := o.as("周正")
	if status, text := admin.get("/settings"); status != http.StatusOK || !strings.Contains(text, "banks") {
		t.Errorf("settings: %d %s", status, text)
	}
	left, err := filepath.Glob(filepath.Join(o.scratch, "*"))
	if err != nil || len(left) != 0 {
		t.Errorf("left on disk: %v %v", left, err)
	}
}

// What waits for somebody is decided on the page that shows it, by the digest of what that showed; when the book has moved on, it is looked at again.
func TestProposalsAreSeen(t *testing.T) {
	o := open(t)
	ctx := context.Background()
	maker, checker, admin, department := o.as("张敏"), o.as("李复"), o.as("周正"), o.as("钱组")
	bring := func(kind, text string) {
		t.Helper()
		status, to, page := maker.upload("/import", map[string]string{kind + ".csv": text}, "once", maker.once(), "kind", kind)
		if status != http.StatusSeeOther {
			t.Fatalf("%d %s", status, page)
		}
		if _, page := maker.wait(to); strings.Contains(page, "没有导入") {
			t.Fatal(page)
		}
	}
	bring("accounts", "身份证号,姓名,银行卡号,户名,生效日期\n439901198804120017,李乙,6228480000000000034,李乙,2026-11-01\n")
	list, err := o.book.ProposalList(ctx, true)
	if err != nil || len(list) != 1 {
		t.Fatalf("%v %v", list, err)
	}
	page := fmt.Sprintf("/proposals/%d", list[0].Position)
	if _, text := checker.get("/proposals"); !strings.Contains(text, page) || strings.Contains(text, "<form method=\"post\" action=\"/proposals") {
		t.Errorf("the list does not lead to the page, or decides by itself:\n%s", text)
	}
	status, text := checker.get(page)
	if status != http.StatusOK || !strings.Contains(text, "银行卡号") || !strings.Contains(text, "0034") || strings.Contains(text, "6228480000000000034") {
		t.Fatalf("%d %s", status, text)
	}
	for _, b := range []*browser{admin, department} {
		if status, text := b.get(page); status != http.StatusNotFound || strings.Contains(text, "0034") {
			t.Errorf("%d for somebody whom it does not concern", status)
		}
	}
	if _, text := maker.get(page); strings.Contains(text, page+"/accept") {
		t.Error("the page offers the maker to accept")
	}

	// Without what was seen, and with what was seen before the book moved on, nothing is decided.
	seen := checker.form(page, page+"/accept")
	before := o.head()
	if status, _, text := checker.post(page+"/accept", "once", seen[1], "passphrase", passphrase); status != http.StatusConflict || !strings.Contains(text, "proposal.unseen") {
		t.Errorf("without a digest: %d %s", status, text)
	}
	seen = checker.form(page, page+"/accept")
	if o.head() != before {
		t.Error("something was recorded")
	}
	bring("accounts", "身份证号,姓名,银行卡号,户名,开户网点,生效日期\n439901198804120017,李乙,6200590000000000014,李乙,陬市支行,2026-01-01\n")
	before = o.head()
	if status, _, text := checker.post(page+"/accept", append(seen, "passphrase", passphrase)...); status != http.StatusConflict || !strings.Contains(text, "proposal.unseen") {
		t.Errorf("with what was seen before: %d %s", status, text)
	}
	if o.head() != before {
		t.Error("something was recorded")
	}
	if status, to, text := checker.post(page+"/accept", append(checker.form(page, page+"/accept"), "passphrase", passphrase)...); status != http.StatusSeeOther || to != "/proposals" {
		t.Fatalf("%d %s", status, text)
	}
	if left, err := o.book.ProposalList(ctx, true); err != nil || len(left) != 0 {
		t.Errorf("%v %v", left, err)
	}
}

// Where a card was replaced since the approval the maker's export is refused, and an approver exports who says why the old one will do.
func TestOldCards(t *testing.T) {
	o := open(t)
	o.run("submit", "check", "approve")
	maker, approver := o.as("张敏"), o.as("王审")
	status, to, text := maker.upload("/import", map[string]string{"accounts.csv": "身份证号,姓名,银行卡号,户名,换卡依据,生效日期\n439901198804120017,李乙,6228480000000000034,李乙,本人申请,2026-10-26\n"}, "once", maker.once(), "kind", "accounts")
	if status != http.StatusSeeOther {
		t.Fatalf("%d %s", status, text)
	}
	maker.wait(to)
	if _, text := maker.step("/batch/2026-10/1", "export"); !strings.Contains(text, "export.replaced") {
		t.Fatalf("the maker's export: %s", text)
	}
	if _, text := maker.get("/batch/2026-10/1"); strings.Contains(text, `name="old_cards"`) {
		t.Error("the page offers old cards to the maker")
	}
	if status, text := approver.step("/batch/2026-10/1", "export", "old_cards", " "); !strings.Contains(text, "payroll.reason_needed") {
		t.Errorf("without a reason: %d %s", status, text)
	}
	if o.state(first) != payroll.Approved {
		t.Fatalf("it is %s", o.state(first))
	}
	if status, text := approver.step("/batch/2026-10/1", "export", "old_cards", "银行说旧卡月底前还能收款"); status != http.StatusOK || o.state(first) != payroll.Exported {
		t.Errorf("%d %s", status, text)
	}
	if status, _ := approver.get("/batch/2026-10/1/files"); status != http.StatusForbidden {
		t.Errorf("the files for an approver: %d", status)
	}
}

// Files of one township's month that are uploaded together are one snapshot; one of them alone would withdraw
// the other, is asked about by name, and whoever confirms it sees what is asked.
func TestImportTogether(t *testing.T) {
	o := open(t)
	b := o.as("张敏")
	const title, head = "十月下村登记,,,,\n", "序号,乡镇代码,身份证号码,姓名,下村日期,类型\n"
	files := map[string]string{
		"甲.csv": title + head + "1,430725101,439901198503010017,张甲,2026年10月13日,下村\n",
		"乙.csv": title + head + "1,430725101,439901198804120017,李乙,2026.10.13,下村\n2,430725101,439901198804120017,李乙,2026-10-14,下村\n",
	}
	bring := func(files map[string]string) string {
		t.Helper()
		_, to, text := b.upload("/import", files, "once", b.once(), "kind", "days")
		if to == "" {
			t.Fatal(text)
		}
		_, text = b.wait(to)
		return text
	}
	if text := bring(files); !strings.Contains(text, "新记 1 条，替换 0 条") || !strings.Contains(text, "新记 2 条，替换 0 条") {
		t.Errorf("together: %s", text)
	}
	before := o.head()
	if text := bring(files); o.head() != before || strings.Contains(text, "撤销") {
		t.Errorf("again: %s", text)
	}
	const asked = "这张表要撤销 1 人 2 天（李乙），超过一半"
	if text := bring(map[string]string{"甲.csv": files["甲.csv"]}); !strings.Contains(text, asked) {
		t.Errorf("one alone: %s", text)
	}
	if _, text := o.as("李复").get("/proposals"); !strings.Contains(text, asked) {
		t.Errorf("whoever confirms it does not see it: %s", text)
	}
}
