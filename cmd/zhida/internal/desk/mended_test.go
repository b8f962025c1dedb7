package desk

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"zhida/payroll"
	"zhida/payroll/checks"
	"zhida/rules/message"
)

// One visitor has one place, whatever fills it: a second sheet of theirs waits for the first, and what another does goes on.
func TestOnePlaceForAVisitor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := newJobs(time.Now, slog.New(slog.NewTextHandler(io.Discard, nil)), newSlots())
		begun, end := map[string]bool{}, make(chan struct{})
		begin := func(who, what string) {
			j.begin(who, message.M("desk.importing", 1), func(context.Context) (outcome, error) {
				begun[what] = true
				<-end
				return outcome{}, nil
			})
			synctest.Wait()
		}
		begin("张敏", "first")
		begin("张敏", "second")
		begin("吴全", "other")
		if !begun["first"] || begun["second"] || !begun["other"] {
			t.Errorf("%v", begun)
		}
		close(end)
		synctest.Wait()
		if !begun["second"] {
			t.Error("the second never comes")
		}
		j.close()
	})
}

// A page that is prepared once for everybody does not wait behind what one of those who asked for it does otherwise, is worked out once,
// and leaves nobody's place taken.
func TestPagesWaitForNobodyElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := newJobs(time.Now, slog.New(slog.NewTextHandler(io.Discard, nil)), newSlots())
		end, made := make(chan struct{}), 0
		ask := func(who string) *job {
			x := j.prepare(who, "page", message.M("desk.looking", "x"), func(context.Context) (outcome, error) { made++; return outcome{}, nil })
			synctest.Wait()
			return x
		}
		j.begin("张敏", message.M("desk.importing", 1), func(context.Context) (outcome, error) { <-end; return outcome{}, nil })
		synctest.Wait()
		for range 2 {
			if x := ask("张敏"); x.state().over {
				t.Error("whoever has one place has two")
			}
		}
		if x := ask("吴全"); !x.state().over || made != 1 {
			t.Errorf("another visitor waits for what the first one does; it was made %d times", made)
		}
		close(end)
		synctest.Wait()
		if x := ask("李复"); !x.state().over || made != 1 {
			t.Errorf("it was made %d times", made)
		}
		for _, who := range []string{"张敏", "吴全"} {
			if leave, err := j.slots.take(t.Context(), who); err != nil {
				t.Error(err)
			} else {
				leave()
			}
		}
		ask("孙计")
		j.close()
	})
}

// A sheet named after somebody's number is called by the masked one, on the page and in the book.
func TestNumbersInNamesOfSheets(t *testing.T) {
	o := open(t)
	maker := o.as("张敏")
	for name, want := range map[string]string{"439901198503010017.csv": "xxxxxxxxxxxxxx0017.csv", "卡6228480000000000018.csv": "卡xxxxxxxxxxxxxxx0018.csv",
		"４３９９０１１９８５０３０１００１７.csv": "xxxxxxxxxxxxxx0017.csv", "6228 4800 0000 0000 018.csv": "xxxxxxxxxxxxxxx0018.csv", `439901198503010017\张甲439901-19850301-0017号.csv`: "张甲xxxxxxxxxxxxxx0017号.csv"} {
		for _, sheet := range []string{"身份证号,姓名,银行卡号,户名,生效日期\n439901198503010017,张甲,1,张甲,2026-10-01\n", "区划代码,名称,地区类别,距县城公里,户籍人口,生效日期\n430725102,盘塘镇,三类,33,21000,2026-10-01\n"} {
			kind := "accounts"
			if strings.HasPrefix(sheet, "区划") {
				kind = "places"
			}
			status, to, text := maker.upload("/import", map[string]string{name: sheet}, append(maker.form("/import", "/import"), "kind", kind)...)
			if status != http.StatusSeeOther {
				t.Fatalf("%d %s", status, plain(text))
			}
			_, text = maker.wait(to)
			if number := whole.FindString(text); number != "" || strings.Contains(text, strings.TrimSuffix(name, ".csv")) || !strings.Contains(text, want) {
				t.Errorf("%s as %s: %s", name, kind, plain(text))
			}
			if m := toFile.FindStringSubmatch(text); kind == "accounts" && m == nil {
				t.Errorf("%s does not come back marked: %s", name, plain(text))
			} else if m != nil {
				r, err := maker.Get(o.URL + m[1])
				if err != nil {
					t.Fatal(err)
				}
				r.Body.Close()
				_, called, err := mime.ParseMediaType(r.Header.Get("Content-Disposition"))
				if err != nil || !strings.Contains(called["filename"], strings.TrimSuffix(want, ".csv")) {
					t.Errorf("%s comes back as %s, %v", name, called, err)
				}
			}
		}
	}
	if number := whole.FindString(o.log.String()); number != "" {
		t.Errorf("the log has %s", number)
	}
	dir := t.TempDir()
	if _, err := o.book.AuditData(t.Context(), nil, 202610, 202610, "", dir); err != nil {
		t.Fatal(err)
	}
	events, err := os.ReadFile(filepath.Join(dir, "events.csv"))
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"19850301", "４３９９", "6228", "4800"} {
		if strings.Contains(string(events), part) {
			t.Errorf("the journal has %s", part)
		}
	}
}

// The checker reads on the batch what nobody has answered, before anything is signed; the batch can be checked, and not approved.
func TestReviewsAreSaidBeforeTheCheck(t *testing.T) {
	o := open(t)
	id := o.reviewed()
	checker, page := o.as("李复"), batchPath(id)
	c, err := o.book.Checking(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	_, open := c.Count(checks.Review)
	if open == 0 {
		t.Fatal("the county has no review finding to leave open")
	}
	said := message.M("status.reviews", id, open).Text(message.Chinese)
	checker.shows(page, "批准以前要办的", said)
	if status, text := checker.step(page, "check"); status != http.StatusOK {
		t.Fatalf("%d %s", status, plain(text))
	}
	approver := o.as("王审")
	approver.shows(page, said)
	if _, text := approver.step(page, "approve"); !strings.Contains(text, "finding.review_open") {
		t.Errorf("it is approved: %s", plain(text))
	}
	if s := o.state(id); s != payroll.Checked {
		t.Errorf("it is %s", s)
	}
}

// reviewed submits the second month after the card of somebody was changed, and somebody's pay is held, and gives the batch.
func (o *office) reviewed() payroll.BatchID {
	o.t.Helper()
	o.run("submit", "check", "approve")
	maker := o.as("张敏")
	if status, text := maker.step("/batch/2026-10/1", "export"); status != http.StatusOK {
		o.t.Fatalf("%d %s", status, plain(text))
	}
	if status, text := maker.step("/batch/2026-10/2", "cancel", "reason", "先办统发"); status != http.StatusOK {
		o.t.Fatalf("%d %s", status, plain(text))
	}
	if text := maker.imports("accounts", "身份证号,姓名,银行卡号,户名,生效日期,换卡依据\n439901198503010017,张甲,6200590000000000048,张甲,2026-10-26,本人到场换卡\n"); !strings.Contains(text, "收下的") {
		o.t.Fatal(plain(text))
	}
	if text := maker.imports("holds", "身份证号,姓名,措施,原因,开始日期,文号\n439901198804120017,李乙,缓发,材料不全,2026-11-01,桃财社〔2026〕31号\n"); strings.Contains(text, "没有导入") {
		o.t.Fatal(plain(text))
	}
	status, to, text := maker.post("/run", append(maker.form("/month/2026-11", "/run"), "kind", "run")...)
	if status != http.StatusSeeOther {
		o.t.Fatalf("%d %s", status, plain(text))
	}
	maker.wait(to)
	if status, text := maker.step("/batch/2026-11/1", "submit"); status != http.StatusOK {
		o.t.Fatalf("%d %s", status, plain(text))
	}
	return 202611001
}

// Somebody who waits to be registered keeps no month's funds open; money that waits does.
func TestPeopleHoldUpNoMonth(t *testing.T) {
	o := open(t)
	o.run("submit")
	s, err := o.book.Standing(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	before := len(openTasks(s))
	o.as("周正").about("add", newActor("郑新", "439901197001090016", "approver")...)
	if s, err = o.book.Standing(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	if n := len(openTasks(s)); n != before {
		t.Errorf("%d things are in the way of closing, and %d before somebody was proposed", n, before)
	}
	waits := false
	for _, task := range s.Tasks {
		waits = waits || task.Proposal != 0
	}
	if !waits {
		t.Error("nobody is told that somebody waits")
	}
}

// A proposal about the office of a township calls it by the township's name.
func TestTownshipsInProposalsByName(t *testing.T) {
	o := open(t)
	o.run("submit")
	page := o.as("周正").about("add", "name", "郑新", "id", "439901197001090016", "township", "430725102", "new_passphrase", passphrase, "new_passphrase_again", passphrase)
	for _, path := range []string{page, "/proposals", "/month"} {
		if text := plain(o.as("李复").shows(path, "盘塘镇（数据主管）")); strings.Contains(text, "430725102") {
			t.Errorf("%s: %s", path, text)
		}
	}
}

// Pages say when they were opened by the clock of the book: in a rehearsal the day is that of its figures.
func TestPagesAreDatedByTheBook(t *testing.T) {
	o := open(t)
	o.later(40 * 24 * time.Hour) // the clock on the wall; that of the book stands on 26 October
	if _, text := o.as("张敏").get("/month"); !strings.Contains(text, "本页打开于 2026-10-26 ") {
		_, text, _ = strings.Cut(text, "letterhead")
		t.Errorf("%.400s", text)
	}
}

// On the buttons check and approve are what one does, and elsewhere those who do it.
func TestStepsInEnglish(t *testing.T) {
	o := open(t)
	o.run("submit")
	b := o.as("李复").inEnglish()
	if _, text := b.get("/batch/2026-10/1"); !strings.Contains(text, "<h2>check</h2>") || !strings.Contains(text, ">check</button>") || strings.Contains(text, ">checker</button>") || !strings.Contains(text, "<b>李复</b> checker") {
		t.Error(plain(text))
	}
	if status, text := o.as("李复").step("/batch/2026-10/1", "check"); status != http.StatusOK {
		t.Fatalf("%d %s", status, plain(text))
	}
	if _, text := o.as("王审").inEnglish().get("/batch/2026-10/1"); !strings.Contains(text, ">approve</button>") || strings.Contains(text, ">approver</button>") {
		t.Error(plain(text))
	}
	if got := string(led("zhida batch approve 2026-10/1", "", message.English, everywhere)); !strings.Contains(got, ": approve") {
		t.Error(got)
	}
}

// Whose passphrase a form about people asks for stands beside each of its fields.
func TestWhosePassphrase(t *testing.T) {
	o := open(t)
	text := o.as("周正").shows("/actors", "本人的新口令", "管理员签名的口令")
	if strings.Contains(text, "<label>口令 ") {
		t.Error("a field asks for a passphrase and does not say whose")
	}
}

// A change says its causes once.
func TestCausesAreSaidOnce(t *testing.T) {
	o := open(t)
	id := o.reviewed()
	b := o.as("李复")
	_, page := b.wait(batchPath(id) + "/compare")
	_, text, _ := strings.Cut(page, "逐人逐项")
	head, rows, _ := strings.Cut(text, "<tbody>")
	rows, _, _ = strings.Cut(rows, "</tbody>")
	n := strings.Count(head, "<th ")
	seen := 0
	for row := range strings.SplitSeq(rows, "</tr>") {
		cells := strings.Split(row, "<td")
		if len(cells) != n+1 {
			continue
		}
		seen++
		cause := marks.ReplaceAllString("<td"+cells[n], " ")
		words := strings.Fields(cause)
		for i, w := range words {
			if i > 0 && strings.HasPrefix(w, words[0]) {
				t.Errorf("%q is said twice: %s", words[0], cause)
			}
		}
	}
	if seen == 0 {
		t.Fatalf("no change stands there: %s", plain(page))
	}
}

// What there is nothing to put up of says so, on the page that led there.
func TestNothingAnnounced(t *testing.T) {
	o := open(t)
	sent, maker := o.sent()
	back := sent[0]
	f := &payroll.ReturnFile{File: "回盘.txt", Digest: "回盘", Layout: "ccb-txt", Rows: payroll.RowList{
		{Line: 1, Account: back.Card.Full(), Holder: back.Holder, Fen: back.Fen, State: payroll.PaymentReturned, Cause: payroll.CauseClosed, Text: "销户"}}}
	if _, err := o.book.ImportReturns(t.Context(), maker, f, 0); err != nil {
		t.Fatal(err)
	}
	draft, err := o.book.ReissueDraft(t.Context(), maker, nil, "银行证实账户已恢复")
	if err != nil || len(draft.Batches) != 1 {
		t.Fatalf("%+v %v", draft, err)
	}
	id := draft.Batches[0].ID
	b := o.as("李复")
	b.shows(batchPath(id)+"/paper/notice", message.M("desk.nothing_announced", id).Text(message.Chinese), "批次 "+id.String())
	if status, file := b.get(batchPath(first) + "/paper/notice"); status != http.StatusOK || !strings.HasPrefix(file, "PK") {
		t.Errorf("a batch that has notices: %d %.80q", status, file)
	}
}

// A form that was refused comes back from the browser's memory as it was left: what was wrong is put right in it, and it is sent anew. What was done
// is done once all the same.
func TestRefusedFormIsSentAnew(t *testing.T) {
	o := open(t)
	o.run()
	maker := o.as("张敏")
	form := append(maker.form("/batch/2026-10/1", "/batch/2026-10/1/submit"), "passphrase")
	if _, _, text := maker.post("/batch/2026-10/1/submit", append(form, "wrong-one")...); !strings.Contains(text, "desk.wrong_passphrase") {
		t.Fatal(plain(text))
	}
	run := append(maker.form("/month/2026-11", "/run"), "kind", "run")
	_, to, _ := maker.post("/run", run...)
	if _, text := maker.wait(to); !strings.Contains(text, "run.other_open") {
		t.Fatal(plain(text))
	}

	for range 2 { // pressed once more, it leads to where the first press led
		status, to, text := maker.post("/batch/2026-10/1/submit", append(form, passphrase)...)
		if status != http.StatusSeeOther {
			t.Fatalf("the right passphrase in the same form: %d %s", status, plain(text))
		}
		maker.wait(to)
	}
	if s := o.state(first); s != payroll.Submitted {
		t.Errorf("it is %s", s)
	}
	by := map[string]*browser{"check": o.as("李复"), "approve": o.as("王审")}
	for _, step := range []string{"check", "approve"} {
		if status, text := by[step].step("/batch/2026-10/1", step); status != http.StatusOK {
			t.Fatalf("%s: %d %s", step, status, plain(text))
		}
	}
	if status, text := maker.step("/batch/2026-10/2", "cancel", "reason", "另算"); status != http.StatusOK {
		t.Fatalf("%d %s", status, plain(text))
	}
	_, to, _ = maker.post("/run", run...)
	if _, text := maker.wait(to); !strings.Contains(text, "2026-11/1") {
		t.Errorf("what was in the way is done, and the same form says: %s", plain(text))
	}
}

// Whoever computes a month by mistake for the one before is told that it pays both, before anything else is pressed.
func TestRunSaysThatItPaysAnotherMonthAsWell(t *testing.T) {
	o := open(t)
	maker := o.as("张敏")
	_, to, _ := maker.post("/run", append(maker.form("/month/2026-11", "/run"), "kind", "run")...)
	if _, text := maker.wait(to); !strings.Contains(plain(text), "2026-10 没有单独算过，由本批一并发放") || !strings.Contains(plain(text), "请确认不是写错了月份") {
		t.Error(plain(text))
	}
}

// Whoever signs finds what changed most on top, with whatever else that person has, and who was not paid before is called new.
func TestGreatestChangesComeFirst(t *testing.T) {
	rows := []payroll.ReportChange{
		{Person: 1, Item: "a", Now: 100}, {Person: 1, Item: "b", Now: 200}, {Person: 2, Item: "a", Before: 300, Now: 100},
		{Person: 3, Item: "a", Now: 10}, {Person: 3, Item: "b", Before: 9000}, {Person: 3, Item: "c", Now: 20},
	}
	var got []string
	for _, c := range foremostPeople(rows) {
		got = append(got, fmt.Sprint(c.Person, c.Item))
	}
	if diff := cmp.Diff([]string{"3a", "3b", "3c", "1a", "1b", "2a"}, got); diff != "" {
		t.Error(diff)
	}

	o := open(t)
	maker, checker := o.as("张敏"), o.as("李复")
	o.run("submit", "check", "approve")
	if status, text := maker.step("/batch/2026-10/2", "cancel", "reason", "先办统发"); status != http.StatusOK {
		t.Fatalf("%d %s", status, plain(text))
	}
	maker.imports("roster", "身份证号,姓名,人员类别,单位代码,生效日期\n439901198505050047,石青山,乡镇干部,430725102,2026-10-26\n")
	maker.imports("tenure", "身份证号,姓名,单位代码,职务,职级,任职日期,组织认定\n439901198505050047,石青山,430725102,一般干部,一级科员,2026-10-26,是\n")
	maker.imports("accounts", "身份证号,姓名,银行卡号,户名,生效日期\n439901198505050047,石青山,6200590000000000048,石青山,2026-10-26\n")
	maker.imports("amounts", "身份证号,姓名,起始月份,基本工资,住房公积金,社会保险费,个人所得税\n439901198505050047,石青山,2026-10,48200.00,0.00,0.00,0.00\n")
	list, err := o.book.ProposalList(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range list {
		page := fmt.Sprintf("/proposals/%d", x.Position)
		if status, text := checker.step(page, "accept"); status != http.StatusOK {
			t.Fatalf("%d %s", status, plain(text))
		}
	}
	_, to, _ := maker.post("/run", append(maker.form("/month/2026-11", "/run"), "kind", "run")...)
	maker.wait(to)
	_, text := maker.wait("/batch/2026-11/1/compare")
	_, table, _ := strings.Cut(text, "变动大的人在前")
	_, table, _ = strings.Cut(table, "<tbody>")
	row, _, _ := strings.Cut(table, "</tr>")
	if said := marks.ReplaceAllString(row, " "); !strings.Contains(said, "石青山") || !strings.Contains(said, "新增人员") {
		t.Errorf("the first row is %q of\n%s", said, plain(text))
	}
}

// What keeps a batch from being approved leads to where it is looked at.
func TestObstaclesLead(t *testing.T) {
	o := open(t)
	id := o.reviewed()
	if text := o.as("王审").shows(batchPath(id), "批准以前要办的"); !strings.Contains(text, `没有答复，审批以前要答复 <a href="`+batchPath(id)+`/findings">`) {
		t.Errorf("the findings are not led to: %s", text)
	}
}

// Whoever signs in again is where they were, if it is a page of theirs: the page they asked for, or the one that the form stood on.
func TestSignInLeadsBack(t *testing.T) {
	o := open(t)
	o.run()
	maker := o.as("张敏")
	form := append(maker.form("/batch/2026-10/1", "/batch/2026-10/1/cancel"), "reason", "重算", "passphrase", passphrase)
	o.later(idle + time.Second)
	_, _, text := maker.post("/batch/2026-10/1/cancel", form...)
	if !strings.Contains(text, `name="to" value="/batch/2026-10/1"`) {
		t.Error(text)
	}
	if _, text := maker.get("/payments?state=returned"); !strings.Contains(text, `name="to" value="/payments?state=returned"`) {
		t.Error(text)
	}
	for _, page := range []string{"/", "/file/x", "/job/x", "/refused/1", "/batch/2026-10/1/paper/workbook", "/no-such-page"} {
		if _, text := maker.get(page); strings.Contains(text, `name="to"`) {
			t.Errorf("%s is led back to", page)
		}
	}
	for _, c := range []struct{ name, to, goes string }{
		{"张敏", "/batch/2026-10/1", "/batch/2026-10/1"}, {"张敏", "/payments?state=returned", "/payments?state=returned"}, {"张敏", "", "/"},
		{"张敏", "/actors", "/"}, {"陈镇", "/batch/2026-10/1", "/"}, {"张敏", "//example.org/month", "/"}, {"张敏", "https://example.org/month", "/"}, {"张敏", `/\example.org`, "/"}, {"张敏", "/file/x", "/"},
	} {
		if _, to, text := o.browser().post("/sign-in", "name", c.name, "passphrase", passphrase, "to", c.to); to != c.goes {
			t.Errorf("%s with %q goes to %q: %s", c.name, c.to, to, plain(text))
		}
	}
}
