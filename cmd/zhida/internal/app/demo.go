package app

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strings"
	"time"

	"zhida/payroll"
	"zhida/payroll/checks"
	"zhida/rules/calendar"
	"zhida/rules/identity"
	"zhida/rules/message"
	"zhida/testdata/counties/taoyuan"
)

// DemoPassphrase opens the keys of the demo's four actors. It guards nothing: the
// book is a rehearsal, made anew each time.
const DemoPassphrase = "zhida-demo"

// DemoStep is one thing the demo did, for its closing table.
type DemoStep struct {
	What    string
	Batches []payroll.Batch
	Seconds float64
}

// Demo is two months of the sample county in dir, with a correction between them.
type Demo struct {
	app   *App
	dir   string
	book  string
	clock time.Time
	shown bool // workbooks, evidence and report are made
	by    map[string]*payroll.Session
	steps []DemoStep
}

// RunDemo makes the whole demo in dir, which must be empty or absent, telling
// progress about each step as it ends. The book is dir/book.db, or the one named.
func RunDemo(ctx context.Context, dir, book string, progress func(DemoStep)) (steps []DemoStep, err error) {
	return runDemo(ctx, dir, book, true, progress)
}

// runDemo is RunDemo, with or without what is made of approved batches for people to look at.
func runDemo(ctx context.Context, dir, book string, shown bool, progress func(DemoStep)) (steps []DemoStep, err error) {
	if list, err := os.ReadDir(dir); err == nil && len(list) > 0 {
		return nil, message.Err("demo.not_empty", dir)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, message.Err("export.write", dir).Because(err)
	}
	if book == "" {
		book = filepath.Join(dir, "book.db")
	}
	d := &Demo{dir: dir, book: book, shown: shown, by: map[string]*payroll.Session{}}
	d.at(2026, 10, 26)
	for _, step := range []struct {
		what string
		do   func(context.Context) ([]payroll.Batch, error)
	}{
		{"建账：四名人员、设置、五个政策文件", d.found},
		{"导入十月的表格", d.october},
		{"十月：计算、提交、复核、审批、导出", func(ctx context.Context) ([]payroll.Batch, error) { return d.month(ctx, 202610, payroll.Regular) }},
		{"更正：迟报去世、类别调整、补偿标准从九月起提高", d.correct},
		{"重算十月：只有差额", func(ctx context.Context) ([]payroll.Batch, error) { return d.month(ctx, 202610, payroll.Correction) }},
		{"导入十一月的换届和考勤", d.november},
		{"十一月：计算、提交、复核、审批、导出", func(ctx context.Context) ([]payroll.Batch, error) { return d.month(ctx, 202611, payroll.Regular) }},
		{"再算一次十一月、再重算一次十月：没有应发", d.again},
		{"十一月的证据和审计报告", d.prove},
	} {
		start := time.Now()
		batches, err := step.do(ctx)
		if err != nil {
			return d.steps, errors.Join(err, d.close())
		}
		done := DemoStep{step.what, batches, time.Since(start).Seconds()}
		d.steps = append(d.steps, done)
		progress(done)
	}
	return d.steps, d.close()
}

func (d *Demo) close() error {
	if d.app == nil {
		return nil
	}
	return d.app.Close()
}

// at sets the rehearsal clock to the morning of a day.
func (d *Demo) at(year int, month time.Month, day int) {
	d.clock = time.Date(year, month, day, 1, 0, 0, 0, time.UTC)
}

func (d *Demo) now() time.Time {
	d.clock = d.clock.Add(time.Second)
	return d.clock
}

func (d *Demo) found(ctx context.Context) ([]payroll.Batch, error) {
	err := fs.WalkDir(taoyuan.Files, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := taoyuan.Files.ReadFile(name)
		if err != nil {
			return err
		}
		to := filepath.Join(d.dir, "county", filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			return err
		}
		return os.WriteFile(to, data, 0o600)
	})
	if err != nil {
		return nil, err
	}
	d.app, err = Create(ctx, d.book, payroll.Meta{County: "430725", Name: "桃源县", Cutover: 202610, Rehearsal: true}, d.now)
	if err != nil {
		return nil, err
	}
	if err := d.actors(ctx); err != nil {
		return nil, err
	}
	text, err := taoyuan.Files.ReadFile("settings.yaml")
	if err != nil {
		return nil, err
	}
	at, err := d.app.ProposeSettings(ctx, d.by["周正"], "settings.yaml", text)
	if err != nil {
		return nil, err
	}
	if _, err := d.app.Decide(ctx, d.by["李复"], at, true, "", ""); err != nil {
		return nil, err
	}
	return nil, d.adopt(ctx, "03-", "01-", "02-", "04-", "05-")
}

// actors makes the four people of the demo.
func (d *Demo) actors(ctx context.Context) error {
	for i, a := range []struct {
		name string
		role payroll.Role
	}{{"周正", payroll.RoleAdmin}, {"张敏", payroll.RoleMaker}, {"李复", payroll.RoleChecker}, {"王审", payroll.RoleApprover}} {
		var err error
		d.by[a.name], _, err = d.app.AddActor(ctx, d.by["周正"], payroll.NewActor{Name: a.name, Roles: []payroll.Role{a.role},
			ID: identity.MakeResidentID("439901", calendar.Date(19000101+i), 1), Passphrase: []byte(DemoPassphrase)})
		if err != nil {
			return err
		}
	}
	return nil
}

func (d *Demo) adopt(ctx context.Context, prefixes ...string) error {
	for _, prefix := range prefixes {
		for _, name := range d.match("policies/" + prefix + "*.yaml") {
			text, err := taoyuan.Files.ReadFile(name)
			if err != nil {
				return err
			}
			at, err := d.app.ProposePolicy(ctx, d.by["张敏"], path.Base(name), text)
			if err != nil {
				return err
			}
			if _, err := d.app.Decide(ctx, d.by["李复"], at, true, "", ""); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *Demo) match(pattern string) []string {
	list, err := fs.Glob(taoyuan.Files, pattern)
	if err != nil {
		panic(err) // patterns are written here
	}
	sort.Strings(list)
	return list
}

// bring imports every file of a pattern; proposals are accepted by the checker.
func (d *Demo) bring(ctx context.Context, kind, pattern string) error {
	list := d.match(pattern)
	if len(list) == 0 {
		return message.Err("file.missing", pattern)
	}
	files := make([]string, len(list))
	for i, name := range list {
		files[i] = filepath.Join(d.dir, "county", filepath.FromSlash(name))
	}
	return d.app.Import(ctx, d.by["张敏"], kind, files, ImportOptions{}, func(r Imported) error {
		if r.Proposal == 0 {
			return nil
		}
		_, err := d.app.Decide(ctx, d.by["李复"], r.Proposal, true, "", "")
		return err
	}, nil)
}

// pairs imports kinds and patterns in turn.
func (d *Demo) pairs(ctx context.Context, list ...string) ([]payroll.Batch, error) {
	for i := 0; i < len(list); i += 2 {
		if err := d.bring(ctx, list[i], list[i+1]); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

func (d *Demo) october(ctx context.Context) ([]payroll.Batch, error) {
	return d.pairs(ctx, "places", "01-基础/行政区划.xlsx", "references", "01-基础/参考数据.xlsx", "calendar", "01-基础/工作日历.xlsx", "roster", "02-花名册/*", "tenure", "03-任职/*",
		"accounts", "04-账户/*", "assessments", "05-考核/*", "amounts", "06-工资基数/*", "days", "07-考勤/2026-10/*下村登记.*",
		"absences", "07-考勤/2026-10/缺勤登记.xlsx", "paid", "08-历史发放/*", "transfers", "01-基础/转移支付.xlsx", "authority", "01-基础/预算指标.xlsx")
}

func (d *Demo) correct(ctx context.Context) ([]payroll.Batch, error) {
	d.at(2026, 11, 12)
	if err := d.adopt(ctx, "06-"); err != nil {
		return nil, err
	}
	return d.pairs(ctx, "roster", "09-变动/2026-11/01-*", "places", "09-变动/2026-11/02-*")
}

func (d *Demo) november(ctx context.Context) ([]payroll.Batch, error) {
	d.at(2026, 11, 25)
	return d.pairs(ctx, "roster", "09-变动/2026-11/03-*", "tenure", "09-变动/2026-11/04-*", "accounts", "09-变动/2026-11/05-*",
		"days", "07-考勤/2026-11/*下村登记.*", "absences", "07-考勤/2026-11/缺勤登记.xlsx")
}

// month takes a month's batches from the draft to files and workbook.
func (d *Demo) month(ctx context.Context, m calendar.Month, kind payroll.BatchKind) ([]payroll.Batch, error) {
	r, err := d.app.Run(ctx, d.by["张敏"], m, kind)
	if err != nil {
		return nil, err
	}
	var done []payroll.Batch
	for _, b := range r.Batches {
		folder := strings.ReplaceAll(b.ID.String(), "/", "-")
		if _, err := d.app.Submit(ctx, d.by["张敏"], b.ID); err != nil {
			return nil, err
		}
		if err := d.answer(ctx, b.ID); err != nil {
			return nil, err
		}
		if _, err := d.app.Check(ctx, d.by["李复"], b.ID, b.Digest); err != nil {
			return nil, err
		}
		if _, err := d.app.Approve(ctx, d.by["王审"], b.ID, b.Digest); err != nil {
			return nil, err
		}
		if _, err := d.app.Export(ctx, d.by["张敏"], b.ID, filepath.Join(d.dir, "bank", folder), ""); err != nil {
			return nil, err
		}
		if d.shown {
			if _, err := d.app.Workbook(ctx, b.ID, filepath.Join(d.dir, "workbook")); err != nil {
				return nil, err
			}
		}
		b, err := d.app.Batch(ctx, b.ID)
		if err != nil {
			return nil, err
		}
		done = append(done, b)
	}
	return done, nil
}

// answer answers the reviews of a batch one check at a time, as a checker does who has looked
// into them. An honest month has no stop; one would end the demo.
func (d *Demo) answer(ctx context.Context, id payroll.BatchID) error {
	found, err := d.app.Checking(ctx, id)
	if err != nil {
		return err
	}
	done := map[string]bool{}
	for i := range found.Findings {
		f := &found.Findings[i]
		if f.Severity != checks.Review || !f.Open() || done[f.Check] {
			continue
		}
		done[f.Check] = true
		if _, err := d.app.AnswerFindings(ctx, d.by["李复"], id, payroll.FindingQuery{Check: f.Check}, "已向填报单位核实", "桃财核〔2026〕样"+id.Month().String()[5:]+"号"); err != nil {
			return err
		}
	}
	return nil
}

// prove writes what goes out of the house about November: the evidence of each batch and
// the audit report.
func (d *Demo) prove(ctx context.Context) ([]payroll.Batch, error) {
	if !d.shown {
		return nil, nil
	}
	list, err := d.app.BatchList(ctx)
	if err != nil {
		return nil, err
	}
	for i := range list {
		if list[i].ID.Month() != 202611 {
			continue
		}
		if _, _, _, err := d.app.Evidence(ctx, d.by["周正"], list[i].ID, filepath.Join(d.dir, "evidence")); err != nil {
			return nil, err
		}
	}
	_, err = d.app.MonthReport(ctx, 202611, filepath.Join(d.dir, "report"))
	return nil, err
}

// again shows that nothing is paid twice.
func (d *Demo) again(ctx context.Context) ([]payroll.Batch, error) {
	for _, x := range []struct {
		m    calendar.Month
		kind payroll.BatchKind
	}{{202611, payroll.Regular}, {202610, payroll.Correction}} {
		r, err := d.app.Run(ctx, d.by["张敏"], x.m, x.kind)
		if err != nil {
			return nil, err
		}
		if len(r.Batches) > 0 {
			return r.Batches, message.Err("demo.paid_twice", r.Batches[0].ID)
		}
	}
	return nil, nil
}
