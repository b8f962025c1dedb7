package app

import (
	"archive/zip"
	"bytes"
	"context"
	"database/sql"
	"encoding/csv"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"zhida/exporters/auditdata"
	"zhida/payroll"
	"zhida/payroll/store/pgtest"
	"zhida/rules/money"
)

// papersAgree makes every paper of some of the demo's batches and holds what stands on them
// against the batch.
func papersAgree(t *testing.T, a *App, batches []payroll.BatchID) {
	ctx := context.Background()
	dir := t.TempDir()
	for _, i := range []int{0, 3, 5} { // of each channel, and a correction
		id := batches[i]
		b, err := a.Batch(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := a.PaySheet(ctx, id, dir); err != nil {
			t.Fatal(err)
		}
		notices, _, err := a.PublicNotices(ctx, id, "", dir)
		if err != nil {
			t.Fatal(err)
		}
		noticesAgree(t, a, b, notices)
		if _, _, err := a.Payslips(ctx, id, 0, dir); err != nil {
			t.Fatal(err)
		}
		slipsAgree(t, a, b, batches)
	}
	if _, err := a.MonthWorkbook(ctx, 202610, dir); err != nil { // sums over its four batches, or there is no workbook
		t.Fatal(err)
	}
	if _, _, err := a.Dossier(ctx, "张敏", 202610, 202611, dir); err != nil {
		t.Fatal(err)
	}
	dossierAgrees(t, a, dir)
	list, err := a.AuditData(ctx, nil, 202610, 202611, "", filepath.Join(dir, "audit"))
	if err != nil {
		t.Fatal(err)
	}
	nothingInFull(t, dir)
	loadsInto(t, "sqlite3", ":memory:", filepath.Join(dir, "audit"), list)
	loadsByShell(t, filepath.Join(dir, "audit"), list)
}

// What a notice shows and what it leaves out is the whole batch.
func noticesAgree(t *testing.T, a *App, b payroll.Batch, n payroll.PublicNotices) {
	t.Helper()
	var shown money.Fen
	rows, left := 0, 0
	for _, p := range n.Papers {
		for _, r := range p.Rows {
			shown += r.Fen
			rows++
			if slices.Contains(r.Cells, "离任村干部") && !slices.ContainsFunc(r.Cells, func(c string) bool { return strings.Contains(c, "离任") && c != "离任村干部" }) {
				t.Errorf("%s: pay for a post is put up as pay of a leaver: %v", b.ID, r.Cells)
			}
		}
	}
	for _, x := range n.Left {
		left += x.Lines
	}
	var positive money.Fen
	silent := 0
	err := a.Report(context.Background(), b.ID, func(r payroll.Report) error {
		return r.Lines(func(l payroll.ReportLine) error {
			if !l.Deduction && l.Fen > 0 {
				positive += l.Fen
			}
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range n.Left {
		if x.Why == "notice.silent" {
			silent += x.Lines
		}
	}
	if rows+left != b.Lines || rows == 0 || silent == 0 && shown != positive || shown > positive {
		t.Errorf("%s: %d rows with %s on notices, %d left out; the batch has %d lines, %s of them positive", b.ID, rows, shown, left, b.Lines, positive)
	}
}

// Slips come to the batch, and their sums of the year to the lines of the channel so far.
func slipsAgree(t *testing.T, a *App, b payroll.Batch, batches []payroll.BatchID) {
	t.Helper()
	ctx := context.Background()
	p, err := a.Book.Payslips(ctx, b.ID, 0)
	if err != nil {
		t.Fatal(err)
	}
	var pay, year money.Fen
	on := map[int64]bool{}
	for _, s := range p.Slips {
		pay += s.Pay
		on[s.Person] = true
		for _, y := range s.Year {
			year += y.Fen
		}
	}
	var want money.Fen
	for _, id := range batches {
		x, err := a.Batch(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		if x.Channel != b.Channel || x.Horizon > b.Horizon {
			continue
		}
		err = a.Report(ctx, id, func(r payroll.Report) error {
			return r.Lines(func(l payroll.ReportLine) error {
				if on[l.Person] {
					want += l.Fen
				}
				return nil
			})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if pay != b.Net || year != want || p.Since != 202610 {
		t.Errorf("%s: slips come to %s of %s, the year to %s of %s since %s", b.ID, pay, b.Net, year, want, p.Since)
	}
}

// A township's dossier has what the township's people received; one of a place and one of
// its person are parts of it.
func dossierAgrees(t *testing.T, a *App, dir string) {
	t.Helper()
	ctx := context.Background()
	town, _, err := a.Dossier(ctx, "430725101", 202610, 202611, dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range town.Batches {
		var net money.Fen
		people := 0
		err := a.Report(ctx, x.Batch, func(r payroll.Report) error {
			return r.People(func(p payroll.ReportPerson) error {
				if p.Township == "430725101" && (p.Gross != 0 || p.Deduction != 0 || p.Pay != 0 || p.Held != 0 || p.Owed != 0) {
					net += p.Pay
					people++
				}
				return nil
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		if net != x.Net || people != x.People || x.Role != "领取" {
			t.Errorf("%s: the dossier has %d people with %s, the batch %d with %s", x.Batch, x.People, x.Net, people, net)
		}
	}
	var flows, gross money.Fen
	for _, f := range town.Flows {
		flows += f.Fen
	}
	for _, x := range town.Batches {
		gross += x.Gross
	}
	// Lines of people who came from elsewhere in the month are paid by the place they left.
	if len(town.Batches) < 4 || flows*10 < gross*9 || flows > gross*11/10 {
		t.Errorf("%d batches; flows of %s, gross of %s", len(town.Batches), flows, gross)
	}
	checker, _, err := a.Dossier(ctx, "李复", 202610, 202611, dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range checker.Steps {
		if s.Actor != "李复" && checker.Of.Person == 0 {
			t.Errorf("a step of %s in the dossier of the checker", s.Actor)
		}
	}
	if len(checker.Amounts) == 0 || checker.Amounts[0].Entered != "张敏" || checker.Amounts[0].Accepted != "李复" {
		t.Errorf("the amounts that the checker accepted: %+v", checker.Amounts[:min(1, len(checker.Amounts))])
	}
}

// nothingInFull looks for whole numbers of identity and bank cards in everything written.
func nothingInFull(t *testing.T, dir string) {
	t.Helper()
	numbers := []*regexp.Regexp{regexp.MustCompile(`439901[0-9]{11}[0-9X]`), regexp.MustCompile(`62[0-9]{4}000000[0-9]+`)} // what begins in one way is found fast
	files := 0
	look := func(name string, text []byte) {
		for _, number := range numbers {
			if m := number.Find(text); m != nil {
				t.Errorf("%s shows %s", name, m)
			}
		}
	}
	err := filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		files++
		info, err := e.Info()
		if err != nil {
			return err
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s can be read by others: %s", name, info.Mode())
		}
		data, err := os.ReadFile(name)
		if err != nil || filepath.Ext(name) != ".xlsx" {
			look(name, data)
			return err
		}
		z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return err
		}
		for _, part := range z.File {
			r, err := part.Open()
			if err != nil {
				return err
			}
			text, err := io.ReadAll(r)
			if err = errors.Join(err, r.Close()); err != nil {
				return err
			}
			look(name+" "+part.Name, text)
		}
		return nil
	})
	if err != nil || files < 200 {
		t.Errorf("%d files: %v", files, err)
	}
}

// loadsInto makes the tables with the SQL that is shipped, fills them from the CSV files
// and runs every query: a sound book gives no row, and each query finds what it is for.
func loadsInto(t *testing.T, driver, source, dir string, list []auditdata.Table) {
	t.Helper()
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	schema, err := os.ReadFile(filepath.Join(dir, "schema.sql"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(string(schema)); err != nil {
		t.Fatal(err)
	}
	for _, table := range list {
		fill(t, db, dir, table)
	}
	checks, err := auditdata.Checks()
	if err != nil {
		t.Fatal(err)
	}
	names := []string{}
	for _, c := range checks {
		names = append(names, c.Name)
		if n := rowsOf(t, db, c.Query); n > 0 && !c.Look {
			t.Errorf("%s: %d rows in a sound book", c.Name, n)
		}
		plant := planted[c.Name]
		if plant == nil {
			continue
		}
		tx, err := db.Begin()
		if err != nil {
			t.Fatal(err)
		}
		before := rowsOf(t, tx, c.Query)
		for _, statement := range plant {
			if _, err := tx.Exec(statement); err != nil {
				t.Fatalf("%s: %v", c.Name, err)
			}
		}
		if rowsOf(t, tx, c.Query) <= before {
			t.Errorf("%s does not find %q", c.Name, plant)
		}
		if err := tx.Rollback(); err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(names)
	if diff := cmp.Diff(names, slices.Sorted(maps.Keys(planted))); diff != "" {
		t.Errorf("queries without a planted fault: %s", diff)
	}
}

// planted are faults that each query must find.
var planted = map[string][]string{
	"一张卡付给几个人":                 {"UPDATE payments SET card_no = (SELECT card_no FROM payments WHERE batch = '2026-11/2' AND seq = 1) WHERE batch = '2026-11/2' AND seq = 2"},
	"一张卡登记在几个人名下":              {"UPDATE accounts SET card_no = (SELECT MIN(card_no) FROM accounts)"},
	"付款户名与本人姓名不同":              {"UPDATE payments SET holder = '别人' WHERE batch = '2026-11/2' AND seq = 1"},
	"去世以后月份的应发，扣回以后还有余额":       {"UPDATE persons SET died = '2026-09-01' WHERE person = 5"},
	"在职人员在没有任职的月份有应发，扣回以后还有余额": {"DELETE FROM spells WHERE person = 5"},
	"领款人不在花名册":                 {"DELETE FROM persons WHERE person = 5"},
	"没有文号，或文号不在采用的文件里的明细":      {"UPDATE lines SET document = '' WHERE batch = '2026-11/1' AND person = 5 AND item = 'base_salary'"},
	"所属月份不在文件执行期间，还有余额":        {"UPDATE documents SET last_month = '2026-09'"},
	"同一人同一项目同一月份：以前已计加各批次本次，不等于最后核定（重复发放）": {"UPDATE lines SET fen = fen + 1 WHERE batch = '2026-11/1' AND person = 5 AND item = 'base_salary'"},
	"明细合计与每人结果不符":                       {"DELETE FROM lines WHERE batch = '2026-11/1' AND person = 5 AND item = 'base_salary'"},
	"应发 - 扣款 + 重发 不等于 实发 + 缓发增减 - 待扣增减": {"UPDATE settlements SET pay_fen = pay_fen + 1 WHERE batch = '2026-11/1' AND person = 5"},
	"每人实发与付款合计不符":                       {"DELETE FROM payments WHERE batch = '2026-11/1' AND person = 5"},
	"付款给了批次以外的人":                        {"UPDATE payments SET person = 999999 WHERE batch = '2026-11/1' AND seq = 1"},
	"批次合计与每人结果、明细、付款不符":                 {"UPDATE batches SET roster = roster + 1 WHERE batch = '2026-11/1'"},
	"已导出批次的银行文件合计与付款合计不符":               {"UPDATE files SET rows_sent = rows_sent + 1 WHERE batch = '2026-11/1'"},
	"资金分担合计与每人结果不符":                     {"UPDATE portions SET moved_fen = 1 WHERE batch = '2026-11/1' AND person = 5"},
	"经办、复核、审批不是三个人":                     {"UPDATE batches SET approver = maker WHERE batch = '2026-11/1'"},
	"生效的批次在日志里没有审批":                     {"DELETE FROM events WHERE batch = '2026-11/1' AND kind = 'batch.approved'"},
	"差额没有事实或文件能解释":                      {"UPDATE lines SET cause = 'program' WHERE batch = '2026-11/1' AND person = 5"},
	"一笔退票重发了几次":                         {"UPDATE payments SET replaces = '2026-10/1#1' WHERE batch = '2026-11/1' AND seq IN (1, 2)"},
	"退票、撤回，还没有重发或上缴的":                   {"UPDATE payments SET state = 'returned' WHERE batch = '2026-11/1' AND seq = 1"},
	"付给本人以外的":                           {"UPDATE payments SET target = 'order:1' WHERE batch = '2026-11/1' AND seq = 1"},
	"批次当月启用的卡":                          {"UPDATE accounts SET since = '2026-11-01' WHERE person = 5"},
	"同村同名的不同人都有付款":                      {"UPDATE settlements SET name = '同名', place = '430725101' WHERE batch = '2026-11/1' AND person IN (5, 6)"},
	"手工录入的给定金额，按录入人":                    {"INSERT INTO amounts VALUES (5, 'other', '2026-11', '', 100, '', 1, '别人')"},
	"待扣余额（本期间的变动）":                      {"INSERT INTO receivables VALUES ('2026-11/1', 0, 5, '2026-11/1', 'base_salary', '2026-11', 'charged', 100, 'F01', '430725101', '')"},
	"每笔资金每个地方的分录合计":                     {"INSERT INTO postings VALUES (1, 1, 'F99', '', 'available', 'paid', 100, '')"},
}

type querier interface {
	Query(query string, args ...any) (*sql.Rows, error)
}

func rowsOf(t *testing.T, db querier, query string) (n int) {
	t.Helper()
	rows, err := db.Query(query)
	if err != nil {
		t.Fatalf("%v in\n%s", err, query)
	}
	defer rows.Close()
	for rows.Next() {
		n++
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return n
}

// fill reads a table's file into the database and holds its rows and sums against what
// was said of it.
func fill(t *testing.T, db *sql.DB, dir string, table auditdata.Table) {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, auditdata.File(table.AuditTable)))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	if _, err := r.Read(); err != nil {
		t.Fatal(err)
	}
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	insert, err := tx.Prepare("INSERT INTO " + table.Name + " VALUES (?" + strings.Repeat(", ?", len(table.Columns)-1) + ")")
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for {
		cells, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		values := make([]any, len(cells))
		for i, c := range cells {
			values[i] = c
		}
		if _, err := insert.Exec(values...); err != nil {
			t.Fatalf("%s %q: %v", table.Name, cells, err)
		}
		rows++
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	if rows != table.Rows {
		t.Errorf("%s: %d rows in the file, %d were said", table.Name, rows, table.Rows)
	}
	for _, s := range table.Sums {
		var fen int64
		if err := db.QueryRow("SELECT COALESCE(SUM(" + s.Column + "), 0) FROM " + table.Name).Scan(&fen); err != nil || fen != int64(s.Fen) {
			t.Errorf("%s.%s comes to %d, %d was said: %v", table.Name, s.Column, fen, s.Fen, err)
		}
	}
}

// loadsByShell loads the files as the papers say, with the programs themselves, where they
// are installed; with CI=true a missing one is a failure.
func loadsByShell(t *testing.T, dir string, list []auditdata.Table) {
	t.Helper()
	count := "SELECT COUNT(*) FROM lines;"
	want := ""
	for _, x := range list {
		if x.Name == "lines" {
			want = money.Fen(int64(x.Rows) * 100).String()
		}
	}
	want = strings.TrimSuffix(want, ".00")
	missing := func(err error) {
		if os.Getenv("CI") == "true" {
			t.Error(err)
		}
	}
	if shell, err := exec.LookPath("sqlite3"); err != nil {
		missing(err)
	} else {
		c := exec.Command(shell, "audit.db")
		c.Dir, c.Stdin = dir, strings.NewReader(".read load-sqlite.sql\n"+count+"\n.read checks.sql\n")
		out, err := c.CombinedOutput()
		if err != nil || !strings.HasPrefix(string(out), want+"\n") || strings.Contains(string(out), "rror") {
			t.Errorf("sqlite3: %v: %.400s", err, out)
		}
	}
	if shell, err := exec.LookPath("psql"); err != nil {
		missing(err)
	} else {
		c := exec.Command(shell, pgtest.Database(t), "-v", "ON_ERROR_STOP=1", "-q", "-At", "-f", "load-postgresql.sql", "-c", count, "-f", "checks.sql")
		c.Dir = dir
		out, err := c.CombinedOutput()
		if err != nil || !strings.HasPrefix(string(out), want+"\n") {
			t.Errorf("psql: %v: %.400s", err, out)
		}
	}
}
