package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"

	"zhida/exporters"
	"zhida/importers"
	"zhida/importers/sheet"
	"zhida/payroll"
	"zhida/payroll/journal"
	"zhida/rules/message"
	"zhida/rules/money"
)

// ImportOptions are what the clerk says about an import.
type ImportOptions struct {
	importers.Options
	payroll.ImportOptions
	Answer string // where the marked workbook goes; "" for beside the original
	Confirm
}

// Control is what a clerk counts and adds up by hand.
type Control struct {
	Rows  int
	Total money.Fen
}

// Confirm is how the clerk vouches for what a converted file holds: by figures given
// beforehand, or by an answer to Ask.
type Confirm struct {
	Given bool
	Control
	Ask func(file string, found Control) bool // nil where nobody can be asked
}

// ParseConfirm reads 86,12345.00: rows and the sum of the amounts, which may be left out
// where a kind has none. Error: import.confirm_form.
func ParseConfirm(text string) (Control, error) {
	rows, total, both := strings.Cut(strings.ReplaceAll(text, "，", ","), ",")
	n, err := strconv.Atoi(strings.TrimSpace(rows))
	if err != nil || n < 0 {
		return Control{}, message.Err("import.confirm_form", text)
	}
	c := Control{Rows: n}
	if both {
		if c.Total, err = money.ParseYuan(strings.TrimSpace(total)); err != nil {
			return c, message.Err("import.confirm_form", text)
		}
	}
	return c, nil
}

// hold compares what was found with what the clerk says.
func (c Confirm) hold(file string, found Control) error {
	switch {
	case c.Given && c.Control != found:
		return message.Err("import.confirm_differs", file, found.Rows, found.Total, c.Rows, c.Total)
	case c.Given:
		return nil
	case c.Ask == nil:
		return message.Err("import.confirm", file, found.Rows, found.Total)
	case !c.Ask(file, found):
		return message.Err("import.not_confirmed", file)
	}
	return nil
}

// Import reads files of a kind and brings them into the book, one event each; each gets the result of every file that came in. All
// are read before the first comes in, because no answer may depend on their order: those of one month are one snapshot, those of
// one village are refused, so are rows of two files that contradict each other, and a file that rests on another of them comes in
// after it, whichever is named first. A file that does not come in goes to refused with the reason, *Answered where it is for its
// problems, after the others and in the order of the files; where refused is nil, or returns an error, the import ends. What came in stays.
func (a *App) Import(ctx context.Context, s *payroll.Session, kind string, files []string, o ImportOptions, each func(Imported) error, refused func(file string, err error) error) error {
	if err := a.complete(ctx, kind, &o.Options); err != nil {
		return err
	}
	if o.Answer != "" && len(files) > 1 {
		return message.Err("import.one_answer")
	}
	var list []incoming
	for _, file := range files {
		list = append(list, readIncoming(ctx, kind, file, o.Options))
	}
	together(list)
	villagesOnce(list, o.Places)
	agree(list)
	if refused == nil {
		refused = func(_ string, err error) error { return err }
	}
	return a.Book.Together(ctx, func(book *payroll.Book) error {
		here := *a
		here.Book = book
		return here.importAll(ctx, s, list, o, each, refused)
	})
}

// importAll brings files in. One that is refused for its rows is tried again once others have come in, which may have what it
// rests on: who leaves a post in one file, and who takes it in another. Good rows are taken alone when no file comes in whole any more.
func (a *App) importAll(ctx context.Context, s *payroll.Session, open []incoming, o ImportOptions, each func(Imported) error, refused func(file string, err error) error) error {
	for i := range open {
		if in := &open[i]; in.err == nil {
			in.err = a.prepare(ctx, s, in, o)
		}
	}
	bring := func(options payroll.ImportOptions) (came int, err error) {
		var left []incoming
		for _, in := range open {
			if in.mayCome() {
				in.result, in.err = a.Book.Import(ctx, s, in.batch, options)
			}
			if in.err != nil {
				left = append(left, in)
				continue
			}
			came++
			if err := each(a.left(in, o.Answer)); err != nil {
				return came, err
			}
		}
		open = left
		return came, nil
	}
	whole := o.ImportOptions
	whole.AcceptGood = o.AcceptGood && len(open) == 1
	for came := 1; came > 0 && len(open) > 0; {
		var err error
		if came, err = bring(whole); err != nil {
			return err
		}
	}
	if o.AcceptGood && !whole.AcceptGood {
		if _, err := bring(o.ImportOptions); err != nil {
			return err
		}
	}
	for _, in := range open {
		if err := refused(in.path, a.refusal(in, o.Answer)); err != nil {
			return err
		}
	}
	return nil
}

// together makes one snapshot of files that state the same township and month: none of them
// withdraws what another has. Beside one that could not be read whole nothing is withdrawn.
func together(list []incoming) {
	stated := make([]map[string]bool, len(list))
	unread := false
	for i, in := range list {
		if unread = unread || in.err != nil; in.err != nil {
			continue
		}
		stated[i] = map[string]bool{}
		for _, scope := range in.batch.Scope {
			stated[i][scope.String()] = true
		}
	}
	for i, in := range list {
		if in.err != nil {
			continue
		}
		in.batch.Partial = unread
		for j, other := range list {
			if j == i || other.err != nil {
				continue
			}
			for scope := range stated[i] {
				in.batch.Partial = in.batch.Partial || stated[j][scope] && len(other.batch.Problems) > 0
			}
			for _, row := range other.batch.Rows {
				if stated[i][row.Fact.Scope] {
					in.batch.Beside = append(in.batch.Beside, payroll.ImportRow{PersonID: row.PersonID, Fact: row.Fact})
				}
			}
		}
	}
}

// villagesOnce refuses the files among which the result of a village is divided: each would
// pass for the whole, and the second take the place of the first.
func villagesOnce(list []incoming, names map[string]string) {
	files := map[string][]string{}
	eachVillage := func(do func(in incoming, row *payroll.ImportRow, village string)) {
		for _, in := range list {
			if in.err != nil || in.batch.Kind != payroll.KindElection {
				continue
			}
			seen := map[string]bool{}
			for i := range in.batch.Rows {
				var x struct{ Place string }
				row := &in.batch.Rows[i]
				if json.Unmarshal([]byte(row.Fact.Body), &x) == nil && !seen[x.Place] {
					seen[x.Place] = true
					do(in, row, x.Place)
				}
			}
		}
	}
	eachVillage(func(in incoming, _ *payroll.ImportRow, village string) {
		files[village] = append(files[village], in.batch.File)
	})
	eachVillage(func(in incoming, row *payroll.ImportRow, village string) {
		if len(files[village]) > 1 {
			in.batch.Problems = append(in.batch.Problems, message.Problem{File: in.batch.File, Sheet: row.Sheet, Cell: row.Cell("place"),
				Message: message.M("election.divided", names[village], strings.Join(files[village], "、"))})
		}
	})
}

// complete adds what the book knows about reading: names of items and places, the only account, and
// what was said about headings before.
func (a *App) complete(ctx context.Context, kind string, o *importers.Options) error {
	if o.Items == nil {
		var err error
		if o.Items, err = a.itemNames(ctx); err != nil {
			return err
		}
	}
	if o.Places == nil {
		var err error
		if o.Places, err = a.PlaceNames(ctx); err != nil {
			return err
		}
	}
	if kind == "statement" && o.Account == "" {
		county, err := a.County(ctx)
		if err != nil {
			return err
		}
		o.Account = county.OnlyAccount()
	}
	kept, err := a.Headings(ctx)
	o.Known = map[string]map[string]string{}
	for _, h := range kept {
		if h.Kind != kind {
			continue
		}
		o.Known[h.Shape] = map[string]string{}
		for _, f := range h.Fields {
			at := strings.LastIndexByte(f, '=')
			o.Known[h.Shape][f[:at]] = f[at+1:]
		}
	}
	return err
}

// incoming is a file on its way in.
type incoming struct {
	path      string
	table     []byte // the workbook or text that was read
	converted bool
	batch     *payroll.ImportBatch
	result    payroll.ImportResult
	err       error // why it has not come in
}

// mayCome says whether nothing but its rows has kept a file out so far.
func (in *incoming) mayCome() bool {
	var rows message.Problems
	return in.err == nil || in.batch != nil && errors.As(in.err, &rows)
}

func readIncoming(ctx context.Context, kind, path string, o importers.Options) (in incoming) {
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(importers.Memory)) // for the reading alone: a large book may take more
	in.path = path
	data, err := readFile(path)
	if err == nil {
		in.table, in.converted, err = asTable(ctx, data)
	}
	if err == nil {
		in.batch, err = importers.Read(kind, filepath.Base(path), in.table, o)
	}
	if err == nil && in.converted {
		in.batch.Digest = journal.Digest(data) // what the clerk has
	}
	in.err = err
	return in
}

// prepare has somebody vouch for what was read of a file where that is asked, and keeps what was said about its headings.
func (a *App) prepare(ctx context.Context, s *payroll.Session, in *incoming, o ImportOptions) error {
	if in.converted || o.Given {
		if err := o.hold(in.batch.File, Control{in.batch.Counted, in.batch.Total}); err != nil {
			return err
		}
	}
	if s == nil || !s.Has(payroll.RoleMaker) {
		return nil
	}
	for _, h := range in.batch.Headings {
		at, err := a.KeepHeadings(ctx, s, h)
		if err != nil {
			return err
		}
		if at != 0 && !a.IsDry() {
			in.batch.Notes = append(in.batch.Notes, message.M("headings.kept", at))
		}
	}
	return nil
}

// left is what the import of a file did, with a workbook of the rows that it left out.
func (a *App) left(in incoming, answer string) Imported {
	if len(in.result.Problems) == 0 {
		return Imported{in.result, ""}
	}
	file, note := a.answer(in, answer, slices.Concat(in.result.Problems, in.result.Idle))
	in.result.Notes = append(in.result.Notes, note...)
	return Imported{in.result, file}
}

// refusal is why a file did not come in, with a workbook that shows it where it is for its rows.
func (a *App) refusal(in incoming, answer string) error {
	var problems message.Problems
	if !errors.As(in.err, &problems) {
		return in.err
	}
	file, note := a.answer(in, answer, slices.Concat(problems, in.result.Idle))
	return &Answered{in.batch.Kind, problems, in.result.Idle, file, append(in.batch.Notes, note...)}
}

// Imported is what an import did, with the workbook that shows what was left out; "" for none.
type Imported struct {
	payroll.ImportResult
	Answer string
}

// Answered is an import that was refused for its problems, with the workbook that shows them.
type Answered struct {
	Kind     string
	Problems message.Problems
	Idle     message.Problems // rows that are right and would change no money
	File     string           // "" when there is none; Notes say why
	Notes    []message.Message
}

func (e *Answered) Error() string { return e.Problems.Error() }

// Unwrap gives the problems.
func (e *Answered) Unwrap() error { return e.Problems }

// answer writes the clerk's own workbook with the bad cells marked: to the file named, or
// beside the original under a name that is free. A trial writes none.
// That it cannot be written is a note: the problems are what matters.
func (a *App) answer(in incoming, to string, problems message.Problems) (file string, note []message.Message) {
	if a.IsDry() {
		return "", nil
	}
	marked, err := sheet.Mark(filepath.Base(in.path), in.table, problems)
	if err == nil && to != "" {
		err = writeNew(to, marked)
	}
	for n := 1; err == nil && to == "" && n < 1000; n++ {
		name := answerName(in.path, n)
		if _, there := os.Lstat(name); there == nil {
			continue
		}
		to, err = name, writeNew(name, marked)
	}
	if err != nil {
		var m *message.Error
		if !errors.As(err, &m) {
			m = message.Err("import.no_answer", err)
		}
		return "", []message.Message{m.Message}
	}
	return to, nil
}

var answered = regexp.MustCompile(`_问题\d*$`)

// answerName is 花名册_问题.xlsx for 花名册.xlsx, and 花名册_问题2.xlsx for an answer to that.
func answerName(path string, n int) string {
	base := answered.ReplaceAllString(strings.TrimSuffix(path, filepath.Ext(path)), "") + "_问题"
	if n > 1 {
		base += strconv.Itoa(n)
	}
	return base + ".xlsx"
}

func writeNew(file string, data []byte) error {
	_, err := exporters.Release(filepath.Dir(file), filepath.Base(file), func(w io.Writer) error {
		_, err := io.Copy(w, bytes.NewReader(data))
		return err
	})
	if message.Code(err) == "export.exists" {
		return message.Err("file.exists", file).Because(err)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}
