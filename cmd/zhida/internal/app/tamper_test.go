package app

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"zhida/payroll"
	"zhida/payroll/journal"
	"zhida/rules/message"
)

// unsealed are tables and columns that no signed event bears out, each with the reason.
var unsealed = map[string]string{
	"goose_db_version": "the schema's own version: the program refuses a wrong one",
	"turn":             "whose turn it is to compute, now",
	"delivery":         "reminders on their way",
	"duty":             "what the daemon began and has done: the events that did it are in the journal",
	"erased":           "TestErasure edits it: this book has erased nobody",
	"remainder":        "likewise",
	"meta.format":      "checked when the book is opened",
	"checking.new":     "of a batch that is not there",
	"look.new":         "a part that the head of a look does not name: nobody reads it",
	"meta.new":         "a name that the program does not know says nothing",
	"identity.new":     "a number that no fact names is nobody",
	"card.new":         "an index; one card too many refuses an account, and pays nobody",
}

// Every column of every row that stands for something is borne out by the signed journal:
// edited, deleted, exchanged or added behind the program's back, it is found.
func TestTampering(t *testing.T) {
	t.Parallel() // the long ones run beside each other
	book := tampered(t)
	original = dump(t, book)
	tables := query(t, book, `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`)
	if len(tables) < 20 {
		t.Fatalf("only %d tables", len(tables))
	}
	for _, table := range tables {
		if unsealed[table] != "" {
			continue
		}
		columns := query(t, book, `SELECT name FROM pragma_table_info('`+table+`') ORDER BY cid`)
		keys := query(t, book, `SELECT name FROM pragma_table_info('`+table+`') WHERE pk > 0 ORDER BY pk`)
		rows := query(t, book, `SELECT COUNT(*) FROM `+table)[0]
		if rows == "0" {
			t.Errorf("the book has no row of %s: the test says nothing about it", table)
			continue
		}
		for _, column := range columns {
			if unsealed[table+"."+column] == "" {
				edited(t, book, table, keys, column)
			}
		}
		changed(t, book, "delete a row of "+table, `DELETE FROM `+table+` WHERE (`+strings.Join(keys, ", ")+`) = (SELECT `+strings.Join(keys, ", ")+` FROM `+table+` ORDER BY `+strings.Join(keys, " DESC, ")+` DESC LIMIT 1)`)
		if unsealed[table+".new"] == "" {
			inserted(t, book, table, columns, keys)
		}
	}
}

// edited changes one column in the first row, in the last, and exchanges the two.
func edited(t *testing.T, book, table string, keys []string, column string) {
	t.Helper()
	value := `CASE typeof(` + column + `) WHEN 'integer' THEN ` + column + ` + 1 WHEN 'blob' THEN CAST(` + column + ` || x'20' AS BLOB) ELSE ` + column + ` || '1' END`
	for _, order := range []string{"ASC", "DESC"} {
		by := strings.Join(keys, " "+order+", ") + " " + order
		changed(t, book, "edit "+table+"."+column+" "+order, `UPDATE OR IGNORE `+table+` SET `+column+` = `+value+` WHERE (`+strings.Join(keys, ", ")+`) = (SELECT `+strings.Join(keys, ", ")+` FROM `+table+` ORDER BY `+by+` LIMIT 1)`)
	}
	if slices.Contains(keys, column) {
		return
	}
	k := strings.Join(keys, ", ")
	changed(t, book, "exchange "+table+"."+column, `UPDATE `+table+` SET `+column+` = CASE WHEN (`+k+`) = (SELECT `+k+` FROM `+table+` ORDER BY `+strings.Join(keys, " ASC, ")+` ASC LIMIT 1)
		THEN (SELECT `+column+` FROM `+table+` ORDER BY `+strings.Join(keys, " DESC, ")+` DESC LIMIT 1) ELSE (SELECT `+column+` FROM `+table+` ORDER BY `+strings.Join(keys, " ASC, ")+` ASC LIMIT 1) END
		WHERE (`+k+`) IN (SELECT `+k+` FROM (SELECT `+k+` FROM `+table+` ORDER BY `+strings.Join(keys, " ASC, ")+` ASC LIMIT 1) UNION SELECT `+k+` FROM (SELECT `+k+` FROM `+table+` ORDER BY `+strings.Join(keys, " DESC, ")+` DESC LIMIT 1))
		AND (SELECT COUNT(DISTINCT `+column+`) FROM `+table+`) > 1`)
}

// inserted copies the last row under another key.
func inserted(t *testing.T, book, table string, columns, keys []string) {
	t.Helper()
	last := keys[len(keys)-1]
	values := slices.Clone(columns)
	for i, c := range values {
		if c == last {
			values[i] = `CASE typeof(` + c + `) WHEN 'integer' THEN ` + c + ` + 1 ELSE ` + c + ` || '1' END`
		}
	}
	if table == "event" {
		for i, c := range values {
			if c == "digest" {
				values[i] = `digest || '1'`
			}
		}
	}
	changed(t, book, "add a row to "+table, `INSERT OR IGNORE INTO `+table+` (`+strings.Join(columns, ", ")+`) SELECT `+strings.Join(values, ", ")+` FROM `+table+` ORDER BY `+strings.Join(keys, " DESC, ")+` DESC LIMIT 1`)
}

// original is the book before anything was changed.
var original string

// changed runs a statement on a copy of the book. Where it changes something, the book is
// not sound any more, or cannot be read.
func changed(t *testing.T, book, what, statement string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "book.db")
	data, err := os.ReadFile(book)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite3", file+"?_foreign_keys=off")
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.Exec(statement)
	db.Close()
	if err != nil && strings.Contains(err.Error(), "UNIQUE") { // the schema forbids it
		return
	}
	if err != nil {
		t.Fatalf("%s: %v\n%s", what, err, statement)
	}
	if dump(t, file) == original { // such as two rows alike that were exchanged
		return
	}
	ctx := context.Background()
	a, err := Open(ctx, file, nil)
	if err != nil {
		return // refused to open: found
	}
	defer a.Close()
	health, err := a.Fsck(ctx, nil)
	if err == nil && len(health.Faults) == 0 {
		t.Errorf("%s: not found", what)
	}
}

func dump(t *testing.T, file string) string {
	t.Helper()
	db := opened(t, file)
	defer db.Close()
	var all strings.Builder
	for _, table := range ask(t, db, `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`) {
		columns := ask(t, db, `SELECT name FROM pragma_table_info('`+table+`') ORDER BY cid`)
		fmt.Fprintln(&all, table, ask(t, db, `SELECT group_concat(quote(`+strings.Join(columns, `) || ',' || quote(`)+`), ';') FROM `+table))
	}
	return all.String()
}

func opened(t *testing.T, file string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite3", file+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func query(t *testing.T, file, statement string) []string {
	t.Helper()
	db := opened(t, file)
	defer db.Close()
	return ask(t, db, statement)
}

func ask(t *testing.T, db *sql.DB, statement string) (list []string) {
	t.Helper()
	rows, err := db.Query(statement)
	if err != nil {
		t.Fatalf("%v\n%s", err, statement)
	}
	defer rows.Close()
	for rows.Next() {
		var s sql.NullString
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		list = append(list, s.String)
	}
	return list
}

// A chain that was made anew without the keys, and a tail that was cut off, are found: the
// one by its signatures, the other by what remembers it outside.
func TestForgedJournal(t *testing.T) {
	ctx := context.Background()
	book := tampered(t)
	end, err := strconv.ParseInt(query(t, book, `SELECT MAX(position) FROM event`)[0], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	anchor := payroll.Anchor{Where: "证据_2026-1-1", Position: end, Digest: query(t, book, `SELECT digest FROM event ORDER BY position DESC LIMIT 1`)[0]}
	look := func() (codes []string) {
		a, err := Open(ctx, book, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer a.Close()
		health, err := a.Book.Fsck(ctx, []payroll.Anchor{anchor})
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range health.Faults {
			codes = append(codes, fmt.Sprint(x.Position, " ", x.Message.Code, " ", strings.Join(x.Message.Args, " ")))
		}
		return codes
	}
	if got := look(); len(got) > 0 {
		t.Fatal(got)
	}
	db, err := sql.Open("sqlite3", book)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()

	// The last event is a removal of an actor: undone, with everything that it wrote.
	for _, statement := range []string{`CREATE TABLE kept AS SELECT * FROM event WHERE position = ` + fmt.Sprint(end), `DELETE FROM event WHERE position = ` + fmt.Sprint(end)} {
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	if got := look(); !slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, "fsck.tail") }) {
		t.Errorf("the tail is cut off: %v", got)
	}
	for _, statement := range []string{`INSERT INTO event SELECT * FROM kept`, `DROP TABLE kept`} {
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}

	// An import is put on somebody else, and every digest after it made to fit.
	forged := int64(0)
	var prev string
	for position := int64(1); position <= end; position++ {
		var e journal.Event
		var at int64
		row := db.QueryRow(`SELECT position, at, actor, kind, payload, prev, key_id FROM event WHERE position = ?`, position)
		if err := row.Scan(&e.Position, &at, &e.Actor, &e.Kind, &e.Payload, &e.Prev, &e.KeyID); err != nil {
			t.Fatal(err)
		}
		e.Time = time.Unix(at, 0)
		if forged == 0 && e.Kind == payroll.EventImported {
			forged, e.Actor = position, "李复"
		}
		if prev != "" {
			e.Prev = prev
		}
		prev = journal.Digest(e.Encode())
		if _, err := db.Exec(`UPDATE event SET actor = ?, prev = ?, digest = ? WHERE position = ?`, e.Actor, e.Prev, prev, position); err != nil {
			t.Fatal(err)
		}
	}
	got := look()
	if want := fmt.Sprint(forged, " journal.broken ", forged, " key"); !slices.Contains(got, want) {
		t.Errorf("%q is not among %v", want, got)
	}
	for position := forged + 1; position <= end; position++ {
		if want := fmt.Sprint(position, " journal.broken ", position, " signature"); !slices.Contains(got, want) {
			t.Errorf("%q is not among %v", want, got)
		}
	}
	if !slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, "fsck.anchor") }) {
		t.Errorf("the anchor says nothing: %v", got)
	}
}

// Somebody with a key and a program of their own signs what they have no right to: the
// signature is good, and the book says so all the same. Whom they let in does not act.
func TestSignedPastTheProgram(t *testing.T) {
	ctx := context.Background()
	b := newFundBook(t)
	b.edited = true
	with := func(name string, roles ...payroll.Role) *payroll.Session {
		s := *b.by[name]
		s.Actor.Roles = roles
		return &s
	}
	faults := func() (list []string) {
		health, err := b.app.Fsck(ctx, nil)
		b.must(err)
		for _, x := range health.Faults {
			list = append(list, fmt.Sprint(x.Message.Code, " ", strings.Join(x.Message.Args[1:], " ")))
		}
		return list
	}
	b.fund()
	january := b.run(202601)
	_, err := b.app.Submit(ctx, b.by["张敏"], january.ID)
	b.must(err)
	b.answered(january.ID)
	_, err = b.app.Check(ctx, with("王审", payroll.RoleChecker), january.ID, "")
	b.must(err)
	_, err = b.app.Approve(ctx, with("李复", payroll.RoleApprover), january.ID, "")
	b.must(err)
	want := []string{"fsck.role 王审 复核", "fsck.role 李复 审批"}
	if d := cmp.Diff(want, faults()); d != "" {
		t.Error(d)
	}
	_, err = b.app.Unlock(ctx, "李复", []byte(DemoPassphrase))
	b.must(err)
	_, _, err = b.app.AddActor(ctx, with("张敏", payroll.RoleAdmin), payroll.NewActor{Name: "影子", Roles: []payroll.Role{payroll.RoleApprover}, ID: "439901198001040136", Passphrase: []byte(DemoPassphrase)})
	b.must(err)
	if d := cmp.Diff(append(want, "fsck.role 张敏 提出"), faults()); d != "" {
		t.Error(d)
	}
	for name, code := range map[string]string{"李复": "fsck.role", "影子": "actor.missing"} { // nobody acts until it is found out, least of all who was only proposed
		if _, err := b.app.Unlock(ctx, name, []byte(DemoPassphrase)); message.Code(err) != code {
			t.Errorf("%s acts: %v", name, err)
		}
	}
}

// tampered is a book with something in every table: two months paid, one payment returned
// and paid again, a row of an answer kept, money owed and partly repaid, a draft, a
// document withdrawn, an actor who left, a month closed.
func tampered(t *testing.T) string {
	t.Helper()
	ctx := context.Background()
	b := newFundBook(t)
	b.fund()
	january := b.run(202601)
	b.must(b.approve(january.ID))
	b.at(2026, time.January, 20)
	b.export(january.ID)
	b.answer(january.ID, "6228480000000000018 赵甲 990.01 credited", "6228480000000000026 钱乙 690.00 returned", "6228480000000000034 孙丙 990.01 credited", "6228480000000000042 谁 1.00 credited")
	b.at(2026, time.February, 3)
	b.bring("accounts", "身份证号,姓名,银行卡号,户名,生效日期\n439901198001020119,钱乙,6228480000000000059,钱乙,2026-02-01\n")
	draft, err := b.app.ReissueDraft(ctx, b.by["张敏"], nil, "")
	b.must(err)
	b.must(b.approve(draft.Batches[0].ID))
	b.export(draft.Batches[0].ID)
	b.bring("tenure", "身份证号,姓名,单位代码,职务,任职日期,离任日期,组织认定\n439901198001030122,孙丙,430725101201,书记,2020-01-01,2025-12-31,是\n")
	b.bring("transfers", "资金,文号,单位代码,用途,凭证号,到账日期,金额\nF1,湘财〔2026〕7号,,村干部报酬,7,2026-02-10,6000.00\n")
	b.bring("authority", "资金,指标文号,年度,下达日期,金额\nF2,样财预〔2026〕7号,2026,2026-02-05,5000.00\n")
	february := b.run(202602)
	b.must(b.approve(february.ID))
	debtors, err := b.app.Debtors(ctx, 0)
	b.must(err)
	if len(debtors) != 1 {
		t.Fatalf("owed by %+v", debtors)
	}
	b.at(2026, time.February, 8)
	at, err := b.app.ProposeRelief(ctx, b.by["张敏"], payroll.ProposeRepaid, debtors[0].Person, debtors[0].Channel, 10000, 20260208, "收据1")
	b.must(err)
	b.accept(at)
	policies, err := b.app.PolicyList(ctx)
	b.must(err)
	at, err = b.app.ProposeWithdrawal(ctx, b.by["张敏"], policies[0].Position, "另文")
	b.must(err)
	b.accept(at)
	at, err = b.app.RemoveActor(ctx, b.by["周正"], "王审", "调离")
	b.must(err)
	b.accept(at)
	file := filepath.Join(t.TempDir(), "book.db")
	if _, err := os.Stat(b.book); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite3", b.book)
	b.must(err)
	defer db.Close()
	_, err = db.Exec(`VACUUM INTO '` + file + `'`)
	b.must(err)
	return file
}
