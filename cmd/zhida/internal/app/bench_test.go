package app

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"zhida/payroll"
	"zhida/rules/calendar"
	"zhida/rules/identity"
)

// payees of the benchmark; ZHIDA_PAYEES changes it, to see how time grows.
func payees(b *testing.B) int {
	n := 100000
	if s := os.Getenv("ZHIDA_PAYEES"); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil {
			b.Fatal(err)
		}
	}
	return n
}

// BenchmarkCounty is the whole line for 100,000 township cadres with seven items
// each (base salary, regional allowance, housing, telecom, top-up to the average,
// two deductions), from CSV files to bank files, workbook and audit report, on SQLite. It reports
// seconds and peak resident memory of each step.
func BenchmarkCounty(b *testing.B) {
	n := payees(b)
	for b.Loop() {
		dir := b.TempDir()
		files := benchFiles(b, dir, n)
		d := &Demo{dir: dir, book: filepath.Join(dir, "book.db"), by: map[string]*payroll.Session{}}
		d.at(2026, 10, 26)
		ctx := context.Background()
		if _, err := d.found(ctx); err != nil {
			b.Fatal(err)
		}
		for _, f := range files {
			measure(b, "import_"+f.kind, f.rows, func() error { return d.benchImport(ctx, f) })
		}
		var r payroll.RunResult
		var err error
		measure(b, "run", n*7, func() error { r, err = d.app.Run(ctx, d.by["张敏"], 202610, payroll.Regular); return err })
		if len(r.Batches) != 1 || r.Batches[0].Lines < 6*n || len(r.Refused) > 0 {
			b.Fatalf("%d batches, %d refused", len(r.Batches), len(r.Refused))
		}
		id := r.Batches[0].ID
		measure(b, "approve", n*7, func() error {
			if _, err := d.app.Submit(ctx, d.by["张敏"], id); err != nil {
				return err
			}
			answerReviews(b, d.app, d.by["李复"], id)
			if _, err := d.app.Check(ctx, d.by["李复"], id, ""); err != nil {
				return err
			}
			_, err := d.app.Approve(ctx, d.by["王审"], id, "")
			return err
		})
		measure(b, "bank", n, func() error {
			_, err := d.app.Export(ctx, d.by["张敏"], id, filepath.Join(dir, "bank"), "")
			return err
		})
		measure(b, "workbook", n*7, func() error { _, err := d.app.Workbook(ctx, id, filepath.Join(dir, "workbook")); return err })
		var report string
		measure(b, "report", n*7, func() error { report, err = d.app.AuditReport(ctx, id, filepath.Join(dir, "report")); return err })
		info, err := os.Stat(report)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(info.Size())/1e6, "report_MB")
		if err := d.close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchBook is the book of BenchmarkCounty with its first month paid and the draft of the second, for what looks at a large batch from
// outside; 陈镇 brings facts in for the first township.
func BenchBook(b *testing.B) string {
	b.Helper()
	n, dir, ctx := payees(b), b.TempDir(), context.Background()
	d := &Demo{dir: dir, book: filepath.Join(dir, "book.db"), by: map[string]*payroll.Session{}}
	d.at(2026, 10, 26)
	if _, err := d.found(ctx); err != nil {
		b.Fatal(err)
	}
	if _, _, err := d.app.AddActor(ctx, d.by["周正"], payroll.NewActor{Name: "陈镇", Roles: []payroll.Role{payroll.Owner("430725100")},
		ID: identity.MakeResidentID("439901", 19000301, 1), Passphrase: []byte(DemoPassphrase)}); err != nil {
		b.Fatal(err)
	}
	for _, f := range benchFiles(b, dir, n) {
		if err := d.benchImport(ctx, f); err != nil {
			b.Fatal(err)
		}
	}
	run := func(m calendar.Month) payroll.BatchID {
		r, err := d.app.Run(ctx, d.by["张敏"], m, payroll.Regular)
		if err != nil || len(r.Batches) != 1 || r.Batches[0].Lines < 6*n {
			b.Fatalf("%v: %+v", err, r.Batches)
		}
		return r.Batches[0].ID
	}
	id := run(202610)
	if _, err := d.app.Submit(ctx, d.by["张敏"], id); err != nil {
		b.Fatal(err)
	}
	answerReviews(b, d.app, d.by["李复"], id)
	if _, err := d.app.Check(ctx, d.by["李复"], id, ""); err != nil {
		b.Fatal(err)
	}
	if _, err := d.app.Approve(ctx, d.by["王审"], id, ""); err != nil {
		b.Fatal(err)
	}
	if _, err := d.app.Export(ctx, d.by["张敏"], id, filepath.Join(dir, "bank"), ""); err != nil {
		b.Fatal(err)
	}
	d.at(2026, 11, 26)
	run(202611)
	if err := d.close(); err != nil {
		b.Fatal(err)
	}
	return d.book
}

// BenchNow is the time in that book.
func BenchNow() time.Time { return time.Date(2026, 11, 26, 8, 0, 0, 0, time.UTC) }

// Processor is how many seconds of processors the program has had.
func Processor() float64 { return processor() }

// BenchmarkJudging is the second month of a county in which nothing changed: what it costs to
// submit, check and approve a batch, each of which lets the checks look at it, proves its rows
// and its seal. Without ZHIDA_PAYEES it takes a tenth of the payees of BenchmarkCounty.
func BenchmarkJudging(b *testing.B) {
	n := payees(b)
	if os.Getenv("ZHIDA_PAYEES") == "" {
		n /= 10
	}
	for b.Loop() {
		dir := b.TempDir()
		d := &Demo{dir: dir, book: filepath.Join(dir, "book.db"), by: map[string]*payroll.Session{}}
		d.at(2026, 10, 26)
		ctx := context.Background()
		if _, err := d.found(ctx); err != nil {
			b.Fatal(err)
		}
		for _, f := range benchFiles(b, dir, n) {
			if err := d.benchImport(ctx, f); err != nil {
				b.Fatal(err)
			}
		}
		for _, m := range []calendar.Month{202610, 202611} {
			if m == 202611 {
				d.at(2026, 11, 26)
			}
			var r payroll.RunResult
			var err error
			step := func(what string, f func() error) {
				if m == 202610 {
					if err := f(); err != nil {
						b.Fatal(err)
					}
					return
				}
				measure(b, what, n*7, f)
			}
			step("run", func() error { r, err = d.app.Run(ctx, d.by["张敏"], m, payroll.Regular); return err })
			if len(r.Batches) != 1 || r.Batches[0].Lines < 6*n || len(r.Refused) > 0 {
				b.Fatalf("%d batches, %d refused", len(r.Batches), len(r.Refused))
			}
			id := r.Batches[0].ID
			step("submit", func() error { _, err := d.app.Submit(ctx, d.by["张敏"], id); return err })
			answerReviews(b, d.app, d.by["李复"], id)
			step("check", func() error { _, err := d.app.Check(ctx, d.by["李复"], id, ""); return err })
			step("approve", func() error { _, err := d.app.Approve(ctx, d.by["王审"], id, ""); return err })
		}
		if err := d.close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSettling is a county in its thirteenth month: twelve months are settled, then
// nothing became known, then something about one person in a hundred that reaches back
// over all twelve. It reports the run of the month for each, and for comparison the same
// batch worked out again without leaving anything out (which writes nothing).
// Without ZHIDA_PAYEES it takes a tenth of the payees of BenchmarkCounty.
func BenchmarkSettling(b *testing.B) {
	n := payees(b)
	if os.Getenv("ZHIDA_PAYEES") == "" {
		n /= 10
	}
	for b.Loop() {
		dir := b.TempDir()
		files := benchFiles(b, dir, n)
		d := &Demo{dir: dir, book: filepath.Join(dir, "book.db"), by: map[string]*payroll.Session{}}
		d.at(2026, 10, 26)
		ctx := context.Background()
		if _, err := d.found(ctx); err != nil {
			b.Fatal(err)
		}
		for _, f := range files {
			if err := d.benchImport(ctx, f); err != nil {
				b.Fatal(err)
			}
		}
		run := func(m calendar.Month, lines int) payroll.BatchID {
			r, err := d.app.Run(ctx, d.by["张敏"], m, payroll.Regular)
			if err != nil || len(r.Batches) != 1 || r.Batches[0].Lines < lines {
				b.Fatalf("%v: %+v", err, r.Batches)
			}
			return r.Batches[0].ID
		}
		d.at(2027, 9, 26)
		id := run(202709, 12*6*n) // the first batch settles all twelve months since the cut-over
		if _, err := d.app.Submit(ctx, d.by["张敏"], id); err != nil {
			b.Fatal(err)
		}
		answerReviews(b, d.app, d.by["李复"], id)
		if _, err := d.app.Check(ctx, d.by["李复"], id, ""); err != nil {
			b.Fatal(err)
		}
		if _, err := d.app.Approve(ctx, d.by["王审"], id, ""); err != nil {
			b.Fatal(err)
		}
		measure(b, "nothing_changed", n, func() error { id = run(202710, 6*n); return nil })
		if _, err := d.app.Cancel(ctx, d.by["张敏"], id, "再算一次"); err != nil { // replacing a draft costs more than making one
			b.Fatal(err)
		}
		if err := d.benchImport(ctx, benchLeft(b, dir, files, n)); err != nil {
			b.Fatal(err)
		}
		measure(b, "one_percent", n, func() error { id = run(202710, 6*n); return nil })
		measure(b, "nothing_left_out", n, func() error {
			digest, err := d.app.Recompute(ctx, id)
			if batch, _ := d.app.Batch(ctx, id); err == nil && digest != batch.Digest {
				b.Fatal("another digest")
			}
			return err
		})
		if err := d.close(); err != nil {
			b.Fatal(err)
		}
	}
}

// benchLeft gives one person in a hundred another post since the cut-over.
func benchLeft(b *testing.B, dir string, files []benchFile, n int) benchFile {
	b.Helper()
	for _, f := range files {
		if f.kind != "tenure" {
			continue
		}
		text, err := os.ReadFile(f.name)
		if err != nil {
			b.Fatal(err)
		}
		rows := strings.Split(strings.TrimSpace(string(text)), "\n")
		changed := rows[:1:1]
		for i := 1; i < len(rows); i += 100 {
			f := strings.Split(rows[i], ",")
			f[3], f[5] = "一般干部", "2026-10-01"
			changed = append(changed, strings.Join(f, ","))
		}
		name := filepath.Join(dir, "changed.csv")
		if err := os.WriteFile(name, []byte(strings.Join(changed, "\n")+"\n"), 0o600); err != nil {
			b.Fatal(err)
		}
		return benchFile{f.kind, name, len(changed) - 1}
	}
	b.Fatal("no tenure")
	return benchFile{}
}

type benchFile struct {
	kind, name string
	rows       int
}

func (d *Demo) benchImport(ctx context.Context, f benchFile) error {
	return d.app.Import(ctx, d.by["张敏"], f.kind, []string{f.name}, ImportOptions{}, func(r Imported) error {
		if r.Proposal == 0 {
			return nil
		}
		_, err := d.app.Decide(ctx, d.by["李复"], r.Proposal, true, "", "")
		return err
	}, nil)
}

// benchFiles writes the county's sheets as CSV.
func benchFiles(b testing.TB, dir string, n int) []benchFile {
	b.Helper()
	headings := map[string]string{
		"places":   "区划代码,名称,地区类别,生效日期",
		"roster":   "身份证号,姓名,人员类别,单位代码,生效日期",
		"tenure":   "身份证号,姓名,单位代码,职务,职级,任职日期,组织认定",
		"accounts": "身份证号,姓名,银行卡号,户名,生效日期",
		"amounts":  "身份证号,姓名,起始月份,基本工资,住房公积金,社会保险费,个人所得税",
	}
	kinds := []string{"places", "roster", "tenure", "accounts", "amounts"}
	text := map[string]*strings.Builder{}
	for _, k := range kinds {
		text[k] = &strings.Builder{}
		text[k].WriteString(headings[k] + "\n")
	}
	for t := range 29 {
		fmt.Fprintf(text["places"], "4307251%02d,乡镇%d,%s,2020-01-01\n", t, t, []string{"一类", "二类", "三类"}[t%3])
	}
	ranks := []string{"正科级", "副科级", "一级科员", "二级科员", "管理岗", "专技岗", "工勤岗"}
	posts := []string{"副乡镇长", "站所长", "一般干部"}
	first := calendar.Date(19650101)
	for i := range n {
		id := identity.MakeResidentID("439901", first.AddDays(i/499), i%499*2+1).Full()
		body := fmt.Sprintf("620059000000%06d", i)
		name, place := "甲"+inChinese.Replace(strconv.Itoa(i)), fmt.Sprintf("4307251%02d", i%29)
		fmt.Fprintf(text["roster"], "%s,%s,乡镇干部,%s,2026-01-01\n", id, name, place)
		fmt.Fprintf(text["tenure"], "%s,%s,%s,%s,%s,2015-07-01,是\n", id, name, place, posts[i%3], ranks[i%7])
		fmt.Fprintf(text["accounts"], "%s,%s,%s,%s,2026-01-01\n", id, name, body+string(identity.LuhnDigit(body)), name)
		base := 400000 + i%5000*37
		fmt.Fprintf(text["amounts"], "%s,%s,2026-10,%d.%02d,%d.00,%d.00,0\n", id, name, base/100, base%100, base/1000, base/2000)
	}
	var list []benchFile
	for _, k := range kinds {
		name := filepath.Join(dir, k+".csv")
		if err := os.WriteFile(name, []byte(text[k].String()), 0o600); err != nil {
			b.Fatal(err)
		}
		list = append(list, benchFile{k, name, n})
	}
	return list
}

// measure times one step, and reads its peak memory where the system tells it.
func measure(b *testing.B, step string, rows int, f func() error) {
	b.Helper()
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) // resets the high-water mark; without it the mark is the process's
	start, used := time.Now(), processor()
	if err := f(); err != nil {
		b.Fatal(step, ": ", err)
	}
	took := time.Since(start).Seconds()
	b.ReportMetric(took, step+"_s")
	b.Logf("%-18s %8.2f s %8.2f s of processors %10.0f rows/s %6d MB peak", step, took, processor()-used, float64(rows)/took, highWater())
}

// processor is how many seconds of processors the program has had, 0 where it is not told:
// beside other work the clock says little.
func processor() float64 {
	text, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		return 0
	}
	_, after, _ := strings.Cut(string(text), ") ")
	f := strings.Fields(after) // from the third field on; the 14th and 15th are hundredths of seconds
	var ticks float64
	for _, at := range []int{11, 12} {
		if len(f) > at {
			n, _ := strconv.ParseFloat(f[at], 64)
			ticks += n
		}
	}
	return ticks / 100
}

// highWater is the peak resident memory in MB since the last reset, 0 where it is not told.
func highWater() int {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for _, line := range strings.Split(string(text), "\n") {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "VmHWM:" {
			kb, _ := strconv.Atoi(f[1])
			return kb / 1024
		}
	}
	return 0
}

// inChinese writes the letter and number of a case, or a number, as a name can have them: with Chinese characters alone.
var inChinese = strings.NewReplacer("0", "〇", "1", "一", "2", "二", "3", "三", "4", "四", "5", "五", "6", "六", "7", "七", "8", "八", "9", "九",
	"J", "子", "Z", "寅")
