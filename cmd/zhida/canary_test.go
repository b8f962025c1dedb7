package main

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"zhida/cmd/zhida/internal/term"
	"zhida/rules/identity"
	"zhida/rules/message"
)

// number is what can be an ID or card number.
var number = regexp.MustCompile(`[0-9]{15,19}[0-9Xx]?`)

// personal gives the first resident ID or bank card of a person in a text, "" for none.
func personal(text string) string {
	for _, at := range number.FindAllStringIndex(text, -1) {
		s := text[at[0]:at[1]]
		if inDigest(text, at[0], at[1]) {
			continue
		}
		if _, err := identity.ParseResidentID(s); err == nil && len(s) == 18 {
			return s
		}
		if strings.HasPrefix(s, "6200590000") { // of the people in samples of layouts, who are nobody
			continue
		}
		if strings.HasPrefix(s, "62") || strings.HasPrefix(s, "000000") && strings.Trim(s, "0") != "" {
			if _, err := identity.ParseCard(s); err == nil {
				return s
			}
		}
	}
	return ""
}

// inDigest says whether digits are part of a digest, a key or a signature in hex.
func inDigest(text string, from, to int) bool {
	for from > 0 && hexLetter(text[from-1]) {
		from--
	}
	for to < len(text) && hexLetter(text[to]) {
		to++
	}
	return to-from >= 64
}

func hexLetter(b byte) bool {
	return b >= '0' && b <= '9' || b >= 'a' && b <= 'f' || b >= 'A' && b <= 'F'
}

// packed is what a page carries compressed for its script.
var packed = regexp.MustCompile(`H4sI[A-Za-z0-9+/]{40,}={0,2}`)

// inside gives the first number in a file, also in what it has compressed: the parts of a
// workbook or a zip, the blocks of a page.
func inside(name string, content []byte) string {
	if found := personal(string(content)); found != "" && !bytes.HasPrefix(content, []byte("PK")) {
		return found
	}
	if z, err := zip.NewReader(bytes.NewReader(content), int64(len(content))); err == nil {
		for _, f := range z.File {
			part, err := f.Open()
			if err != nil {
				continue
			}
			b, err := io.ReadAll(part)
			part.Close()
			if found := inside(f.Name, b); err == nil && found != "" {
				return found
			}
		}
	}
	if strings.HasSuffix(name, ".html") {
		for _, block := range packed.FindAll(content, -1) {
			b, err := base64.StdEncoding.DecodeString(string(block))
			if err != nil {
				continue
			}
			if z, err := gzip.NewReader(bytes.NewReader(b)); err == nil {
				if b, err = io.ReadAll(z); err == nil && personal(string(b)) != "" {
					return personal(string(b))
				}
			}
		}
	}
	return ""
}

// carriers are the files that must hold whole numbers, by the command that writes them: what
// a bank pays by, what a stranger computes again, what an auditor has unmasked by a notice
// of audit, the list on which townships verify people, and what a clerk gets back to mend or to complete. Nothing else may.
var carriers = map[string][]string{
	"import":     {`[^/]+\.xlsx`}, // the clerk's own workbook, given back with its mistakes marked
	"template":   {`[^/]*\.xlsx`}, // its example row is nobody
	"export":     {`[^/]+\.(txt|bpt|xlsx|xls|xml|csv)`, `代扣_[^/]+\.csv`},
	"evidence":   {`证据_[^/]+/` + rowsWithNumbers, `证据_[^/]+\.zip`},
	"archive":    {`档案_[^/]+/[^/]+/证据/` + rowsWithNumbers, `档案_[^/]+\.zip`},
	"audit-data": {`(persons|accounts|payments)\.csv`},
	"census":     {`资格认证名单_[^/]+\.xlsx`},
	"roster":     {`[^/]+\.xlsx`}, // a sheet of changes to complete
	"demo":       {`county/.+`, `bank/.+`, `证据_[^/]+/` + rowsWithNumbers, `证据_[^/]+\.zip`},
}

const rowsWithNumbers = `(sealed/payments|inputs/facts|inputs/batches/[^/]+/payments)\.tsv`

// mayCarry says whether a file that a command has written may hold whole numbers.
func mayCarry(args []string, name string) bool {
	at := slices.IndexFunc(args, func(s string) bool { return carriers[s] != nil })
	if at < 0 || args[at] == "audit-data" && !slices.Contains(args, "--unmask") {
		return false
	}
	for _, pattern := range carriers[args[at]] {
		if regexp.MustCompile(`(^|/)` + pattern + `$`).MatchString(filepath.ToSlash(name)) {
			return !strings.HasPrefix(filepath.Base(name), "manifest-")
		}
	}
	return false
}

// isBook says whether a file is a book or a part of it.
func isBook(content []byte, name string) bool {
	return bytes.HasPrefix(content, []byte("SQLite format 3\x00")) || strings.HasSuffix(name, "-wal") || strings.HasSuffix(name, "-shm") || strings.HasSuffix(name, "-journal")
}

// treeOf is every file and folder below a folder, with what tells a changed one.
func treeOf(dir string) map[string]string {
	seen := map[string]string{}
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil
		}
		if info, err := d.Info(); err == nil {
			seen[path] = fmt.Sprint(info.ModTime().UnixNano(), info.Size())
		}
		return nil
	})
	return seen
}

// wrote says what is wrong with the files and folders that a command has written below a folder,
// temporary ones among them: readable by others, or with numbers that they need not have.
// It runs with no umask, so that a mode is the program's own.
func wrote(dir string, before map[string]string, args []string) (wrong []string) {
	after := treeOf(dir)
	for _, path := range slices.Sorted(maps.Keys(after)) {
		info, err := os.Lstat(path)
		if err != nil || path == dir || after[path] == before[path] {
			continue
		}
		if before[path] == "" && info.Mode().Perm()&0o077 != 0 {
			wrong = append(wrong, fmt.Sprintf("%s has mode %v", path, info.Mode().Perm()))
		}
		if !info.Mode().IsRegular() {
			continue
		}
		content, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		if isBook(content, path) {
			wrong = append(wrong, journalled(path, content)...)
			continue
		}
		found := inside(path, content)
		if found == "" {
			continue
		}
		if !mayCarry(args, path) {
			wrong = append(wrong, path+" holds "+found)
		}
		if info.Mode().Perm() != 0o600 {
			wrong = append(wrong, fmt.Sprintf("%s holds numbers and has mode %v", path, info.Mode().Perm()))
		}
	}
	return wrong
}

// journalled says which events of a book show a number: what an event says, nobody can erase.
func journalled(path string, content []byte) (wrong []string) {
	if !bytes.HasPrefix(content, []byte("SQLite format 3\x00")) {
		return nil
	}
	mode := "?mode=ro"
	if _, err := os.Stat(path + "-wal"); err != nil {
		mode += "&immutable=1" // looking leaves no files beside it
	}
	db, err := sql.Open("sqlite3", "file:"+path+mode)
	if err != nil {
		return nil
	}
	defer db.Close()
	rows, err := db.Query(`SELECT position, payload FROM event`)
	if err != nil {
		return nil // another kind of database, or one that a script has damaged
	}
	defer rows.Close()
	for rows.Next() {
		var position int64
		var payload []byte
		if rows.Scan(&position, &payload) == nil && personal(string(payload)) != "" {
			wrong = append(wrong, fmt.Sprintf("event %d of %s shows %s", position, path, personal(string(payload))))
		}
	}
	return wrong
}

// canary stands before the outputs of a command in every script: what would show a full
// number ends the command with an exit code that no script expects.
type canary struct {
	sync.Mutex
	seen strings.Builder
}

func (c *canary) before(w io.Writer) io.Writer { return watched{c, w} }

type watched struct {
	*canary
	w io.Writer
}

func (w watched) Write(b []byte) (int, error) {
	w.Lock()
	w.seen.Write(b)
	w.Unlock()
	return w.w.Write(b)
}

const canaryExit = 99

// booksIn are the rows of every book of a tree, each book as one digest.
func booksIn(tree map[string]string) map[string]string {
	books := map[string]string{}
	for path := range tree {
		if filepath.Ext(path) == ".db" {
			books[path] = rowsOf(path)
		}
	}
	return books
}

// rowsOf is a digest over every row of every table of a book, "" where it cannot be read.
func rowsOf(path string) string {
	mode := "?mode=ro"
	if _, err := os.Stat(path + "-wal"); err != nil {
		mode += "&immutable=1" // looking leaves no files beside it
	}
	db, err := sql.Open("sqlite3", "file:"+path+mode)
	if err != nil {
		return ""
	}
	defer db.Close()
	var tables []string
	names, err := db.Query(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`)
	if err != nil {
		return ""
	}
	for names.Next() {
		var name string
		if names.Scan(&name) == nil {
			tables = append(tables, name)
		}
	}
	names.Close()
	sum := sha256.New()
	for _, table := range tables {
		rows, err := db.Query(`SELECT * FROM "` + table + `" ORDER BY 1`)
		if err != nil {
			return ""
		}
		columns, _ := rows.Columns()
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		for rows.Next() {
			if rows.Scan(into...) == nil {
				fmt.Fprintf(sum, "%s %v\n", table, values)
			}
		}
		rows.Close()
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// moved says what a dry run has left, taken away or altered: a file, or a row of a book.
func moved(before, after, rows map[string]string) (wrong []string) {
	ofBook := func(path string) bool {
		for _, end := range []string{"", "-wal", "-shm", "-journal"} {
			if _, is := rows[strings.TrimSuffix(path, end)]; is && strings.HasSuffix(path, end) {
				return true
			}
		}
		return false
	}
	for _, path := range slices.Sorted(maps.Keys(after)) {
		info, err := os.Lstat(path)
		switch {
		case err != nil || ofBook(path):
		case before[path] == "":
			wrong = append(wrong, "a dry run has left "+path)
		case info.Mode().IsRegular() && before[path] != after[path]:
			wrong = append(wrong, "a dry run has altered "+path)
		}
	}
	for _, path := range slices.Sorted(maps.Keys(before)) {
		if after[path] == "" && !ofBook(path) {
			wrong = append(wrong, "a dry run has taken away "+path)
		}
	}
	for path, was := range rows {
		if is := rowsOf(path); is != was {
			wrong = append(wrong, "a dry run has altered the rows of "+path)
		}
	}
	return wrong
}

// runWatched is run with the canary, over what is printed and over every file that a script's
// command writes.
func runWatched(args []string) int {
	var c canary
	work := os.Getenv("WORK")
	before := map[string]string{}
	if work != "" {
		before = treeOf(work)
		syscall.Umask(0)
	}
	var printed, errs strings.Builder
	z := &cli{in: os.Stdin, out: io.MultiWriter(c.before(os.Stdout), &printed), errs: term.Cleaned{Writer: io.MultiWriter(c.before(os.Stderr), &errs)}}
	dry := slices.Contains(args, "--dry-run")
	rows := map[string]string{}
	if dry {
		rows = booksIn(before)
	}
	err := z.execute(args)
	code := z.report(err)
	noteErrors(args, err, c.seen.String())
	wrong := wrongJSON(args, code, printed.String(), errs.String())
	asked := slices.Contains(args, "--unmask") && !slices.Contains(args, "--dry-run") && code == message.ExitDone // who unmasks sees numbers
	if found := personal(c.seen.String()); found != "" && !asked {
		wrong = append(wrong, "shows "+found)
	}
	if work != "" {
		wrong = append(wrong, wrote(work, before, args)...)
		if dry {
			wrong = append(wrong, moved(before, treeOf(work), rows)...)
		}
	}
	if len(wrong) > 0 {
		fmt.Fprintf(os.Stderr, "CANARY: %v: %s\n", args, strings.Join(wrong, "; "))
		return canaryExit
	}
	return code
}

// The canary sings: for a number in a file, in a workbook, in a page's compressed block, in the
// journal, for a file or folder that others can read, and for nothing else.
func TestCanary(t *testing.T) {
	const id = "439901198503010017"
	compressed := func(text string) string {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, _ = io.WriteString(z, text)
		z.Close()
		return base64.StdEncoding.EncodeToString(b.Bytes())
	}
	zipped := func(name, text string) string {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		part, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(part, text)
		z.Close()
		return b.String()
	}
	masked := `{"id":"439***********0017"}` + strings.Repeat(" ", 100)
	for _, c := range []struct {
		name, command, text string
		mode                fs.FileMode
		want                []string
	}{
		{"o/工资条.html", "payslip", "罗永福 " + masked, 0o600, nil},
		{"o/工资条.html", "payslip", "罗永福 " + masked, 0o640, []string{"o/工资条.html has mode -rw-r-----"}},
		{"o/工资条.html", "payslip", id, 0o600, []string{"o/工资条.html holds " + id}},
		{"o/报告.html", "report", "<script>" + compressed(masked) + "</script>", 0o600, nil},
		{"o/报告.html", "report", "<script>" + compressed(`{"id":"`+id+`"}`+strings.Repeat("甲乙丙", 30)) + "</script>", 0o600, []string{"o/报告.html holds " + id}},
		{"o/审核表.xlsx", "workbook", zipped("xl/sheet1.xml", "<v>"+id+"</v>"), 0o600, []string{"o/审核表.xlsx holds " + id}},
		{"o/证据_2026-10-1.zip", "workbook", zipped("a.xlsx", zipped("xl/sheet1.xml", id)), 0o600, []string{"o/证据_2026-10-1.zip holds " + id}},
		{"o/证据_2026-10-1.zip", "evidence", zipped("inputs/facts.tsv", id), 0o600, nil},
		{"o/证据_2026-10-1/inputs/facts.tsv", "evidence", id, 0o600, nil},
		{"o/证据_2026-10-1/leaves.tsv", "evidence", id, 0o600, []string{"o/证据_2026-10-1/leaves.tsv holds " + id}},
		{"o/ccb_1.txt", "export", id, 0o600, nil},
		{"o/ccb_1.txt", "export", id, 0o644, []string{"o/ccb_1.txt has mode -rw-r--r--", "o/ccb_1.txt holds numbers and has mode -rw-r--r--"}},
		{"o/manifest-2026-10-1.json", "export", id, 0o600, []string{"o/manifest-2026-10-1.json holds " + id}},
		{"o/persons.csv", "audit-data", id, 0o600, []string{"o/persons.csv holds " + id}},
		{".tmp/.zhida-123", "payslip", id, 0o600, []string{".tmp/.zhida-123 holds " + id}},
	} {
		dir := t.TempDir()
		before := treeOf(dir)
		file := filepath.Join(dir, c.name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(c.text), c.mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(file, c.mode); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, s := range wrote(dir, before, []string{c.command}) {
			got = append(got, strings.TrimPrefix(strings.ReplaceAll(s, dir+"/", ""), dir+"/"))
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s by %s: %s", c.name, c.command, d)
		}
	}

	dir := t.TempDir()
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	before := treeOf(dir)
	db, err := sql.Open("sqlite3", filepath.Join(dir, "book.db"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(`CREATE TABLE event (position INTEGER, payload BLOB); INSERT INTO event VALUES (7, 'reason=` + id + `')`); err != nil {
		t.Fatal(err)
	}
	db.Close()
	if err := os.Chmod(filepath.Join(dir, "book.db"), 0o600); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"event 7 of " + filepath.Join(dir, "book.db") + " shows " + id}, wrote(dir, before, []string{"batch"})); d != "" {
		t.Error(d)
	}
}
