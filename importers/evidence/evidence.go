// Package evidence owns reading an evidence folder back into an empty book, from which its
// batch can be computed again. It believes nothing of the folder and checks none of its
// signatures: a folder that says something else computes to something else, and the program
// zhida-verify says what was changed.
package evidence

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"time"

	"zhida/payroll"
	"zhida/payroll/journal"
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/identity"
	"zhida/rules/message"
	"zhida/rules/money"
)

// Bounds of what is read: a folder is foreign.
const (
	mostLine    = 1 << 20
	mostText    = 16 << 20 // of a document
	mostPersons = 10_000_000
	chunk       = 5000
)

// Load fills an empty book with what a folder holds: everything as known at the batch's
// horizon, the journal, and of the batch itself its head and settlements, since a
// computation asks for the answers given there. It gives the batch. Error: evidence.file
// naming file and line.
func Load(ctx context.Context, folder fs.FS, s payroll.Store) (payroll.BatchID, error) {
	l := &loader{ctx: ctx, folder: folder, store: s}
	for _, part := range []func() error{l.about, l.persons, l.journal, l.facts, l.erased, l.policies, l.settings, l.receivables, l.earlier, l.own, l.remainders} {
		if err := part(); err != nil {
			return 0, err
		}
	}
	return l.batch.ID, nil
}

type loader struct {
	ctx    context.Context
	folder fs.FS
	store  payroll.Store
	batch  payroll.Batch
	last   int64 // person
}

func (l *loader) put(f func(tx payroll.Tx) error) error { return l.store.Update(l.ctx, f) }

func wrong(file string, line int, what string) error {
	return message.Err("evidence.file", file, line, what)
}

// row is one row of a file: its fields are taken from the left, and the first that is not
// what it should be is remembered.
type row struct {
	file   string
	line   int
	fields []string
	next   int
	err    error
}

func (r *row) text() string {
	if r.next >= len(r.fields) {
		r.fail("字段不够")
		return ""
	}
	r.next++
	return r.fields[r.next-1]
}

func (r *row) left() int { return len(r.fields) - r.next }

func (r *row) fail(what string) {
	if r.err == nil {
		r.err = wrong(r.file, r.line, what)
	}
}

func (r *row) number() int64 {
	s := r.text()
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || strconv.FormatInt(n, 10) != s {
		r.fail("“" + s + "”不是整数")
	}
	return n
}

func (r *row) fen() money.Fen { return money.Fen(r.number()) }

func (r *row) date() calendar.Date {
	s := r.text()
	if s == calendar.Forever.String() {
		return calendar.Forever
	}
	d, err := calendar.ParseDate(s)
	if err != nil && s != "" {
		r.fail("“" + s + "”不是日期")
	}
	return d
}

func (r *row) month() calendar.Month {
	s := r.text()
	m, err := calendar.ParseMonth(s)
	if err != nil && s != "" {
		r.fail("“" + s + "”不是月份")
	}
	return m
}

func (r *row) batch() payroll.BatchID {
	s := r.text()
	id, err := payroll.ParseBatchID(s)
	if err != nil {
		r.fail("“" + s + "”不是批次号")
	}
	return id
}

func (r *row) yes() bool {
	s := r.text()
	if s != "yes" && s != "no" {
		r.fail("“" + s + "”不是 yes 或 no")
	}
	return s == "yes"
}

var unescape = strings.NewReplacer(`\\`, "\\", `\t`, "\t", `\n`, "\n")

// rows reads a file row by row. A file that is optional may be missing.
func (l *loader) rows(name string, optional bool, fn func(r *row) error) error {
	f, err := l.folder.Open(name)
	if errors.Is(err, fs.ErrNotExist) && optional {
		return nil
	}
	if err != nil {
		return message.Err("file.missing", name).Because(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(make([]byte, 1<<16), mostLine)
	lines.Split(wholeLines)
	n := 0
	for lines.Scan() {
		n++
		fields := strings.Split(lines.Text(), "\t")
		for i := range fields {
			if strings.Contains(fields[i], `\`) {
				fields[i] = unescape.Replace(fields[i])
			}
		}
		r := &row{file: name, line: n, fields: fields}
		if err := fn(r); err != nil {
			return err
		}
		if r.err != nil {
			return r.err
		}
	}
	if err := lines.Err(); err != nil {
		return wrong(name, n+1, err.Error())
	}
	return nil
}

// wholeLines cuts at newlines and nowhere else; a file that does not end in one was cut off.
func wholeLines(data []byte, end bool) (int, []byte, error) {
	if i := bytes.IndexByte(data, '\n'); i >= 0 {
		return i + 1, data[:i], nil
	}
	if end && len(data) > 0 {
		return 0, nil, errors.New("最后一行没有写完")
	}
	return 0, nil, nil
}

// text reads a whole file.
func (l *loader) text(name string) (string, error) {
	f, err := l.folder.Open(name)
	if err != nil {
		return "", message.Err("file.missing", name).Because(err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, mostText+1))
	if err != nil || len(b) > mostText {
		return "", wrong(name, 1, "读不完整")
	}
	return string(b), nil
}

// inChunks hands rows on in groups, each in a transaction of its own.
func inChunks[T any](l *loader, name string, optional bool, read func(r *row) T, put func(tx payroll.Tx, list []T) error) error {
	var list []T
	flush := func() error {
		if len(list) == 0 {
			return nil
		}
		err := l.put(func(tx payroll.Tx) error { return put(tx, list) })
		list = list[:0]
		return err
	}
	err := l.rows(name, optional, func(r *row) error {
		x := read(r)
		if r.err != nil {
			return r.err
		}
		if list = append(list, x); len(list) == chunk {
			return flush()
		}
		return nil
	})
	if err != nil {
		return err
	}
	return flush()
}

// AboutFile says what a folder is about.
const AboutFile = "about.txt"

// Head gives the last event of the journal in a folder: position and digest.
func Head(folder fs.FS) (position int64, digest string, err error) {
	of, err := (&loader{folder: folder}).pairs()
	if err != nil {
		return 0, "", err
	}
	r := &row{file: AboutFile, line: 1, fields: []string{of["head"]}}
	position, digest = r.number(), of["head_digest"]
	if position < 1 || len(digest) != 64 {
		r.fail("head 或 head_digest 不对")
	}
	return position, digest, r.err
}

func (l *loader) pairs() (map[string]string, error) {
	text, err := l.text(AboutFile)
	if err != nil {
		return nil, err
	}
	pairs, err := journal.ParsePayload([]byte(text))
	if err != nil {
		return nil, wrong(AboutFile, 1, err.Error())
	}
	of := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		of[pairs[i]] = pairs[i+1]
	}
	if of["format"] != payroll.EvidenceFormat {
		return nil, message.Err("evidence.format", of["format"], payroll.EvidenceFormat)
	}
	return of, nil
}

func (l *loader) about() error {
	of, err := l.pairs()
	if err != nil {
		return err
	}
	r := &row{file: AboutFile, line: 1, fields: []string{of["cutover"], of["persons"], of["batch"], of["horizon"], of["rules"], of["apart"], of["rehearsal"]}}
	m := payroll.Meta{County: of["county"], Name: of["name"], Salt: of["salt"]}
	m.Cutover, l.last = r.month(), r.number()
	b := &l.batch
	b.ID, b.Horizon, b.RulesVersion = r.batch(), r.number(), int(r.number())
	b.Apart, m.Rehearsal = r.yes(), r.yes()
	b.Kind, b.Channel, b.Narrowed, b.Digest = payroll.BatchKind(of["kind"]), of["channel"], of["narrowed"], of["digest"]
	b.Maker, b.Checker, b.Approver = of["maker"], of["checker"], of["approver"]
	if l.last < 0 || l.last > mostPersons {
		r.fail("人数不对")
	}
	if r.err != nil {
		return r.err
	}
	return l.put(func(tx payroll.Tx) error { return tx.InitBook(l.ctx, m) })
}

// persons makes as many as the book had: only how many there are matters.
func (l *loader) persons() error {
	for n := int64(0); n < l.last; {
		var ids []string
		for ; n < l.last && len(ids) < chunk; n++ {
			ids = append(ids, strconv.FormatInt(n+1, 10))
		}
		if err := l.put(func(tx payroll.Tx) error { _, err := tx.AddPersons(l.ctx, ids); return err }); err != nil {
			return err
		}
	}
	return nil
}

func (l *loader) journal() error {
	return inChunks(l, "journal.tsv", false, func(r *row) journal.Event {
		e := journal.Event{Position: r.number()}
		at, err := time.Parse(time.RFC3339, r.text())
		if err != nil {
			r.fail("不是时间")
		}
		e.Time, e.Actor, e.Kind, e.Payload = at, r.text(), r.text(), []byte(r.text())
		e.Prev, e.KeyID = r.text(), r.text()
		_ = r.text() // the signature is the verifier's matter
		e.Signature, e.Digest = []byte{}, r.text()
		return e
	}, func(tx payroll.Tx, list []journal.Event) error {
		for _, e := range list {
			if err := tx.AppendEvent(l.ctx, e); err != nil {
				return err
			}
		}
		return nil
	})
}

func (l *loader) facts() error {
	n := 0
	return inChunks(l, "inputs/facts.tsv", false, func(r *row) payroll.Fact {
		f := payroll.Fact{Person: r.number(), Kind: facts.Kind(r.text()), Key: r.text(), From: r.date(), To: r.date(), KnownFrom: r.number(), KnownTo: r.number(),
			Body: r.text(), Salt: r.text(), Where: r.text(), Scope: r.text()}
		if r.left() > 0 { // what an erasure left
			n++
			f.Key, f.Commitment, f.Binding = "erased-"+strconv.Itoa(n), r.text(), r.text()
		}
		return f
	}, func(tx payroll.Tx, list []payroll.Fact) error { return tx.PutFacts(l.ctx, list) })
}

// erased loads whose data was erased and what that left, where anybody's was.
func (l *loader) erased() error {
	return l.rows("erased.tsv", true, func(r *row) error {
		x := payroll.Erasure{Position: r.number(), Persons: []int64{r.number()}}
		if r.err != nil {
			return r.err
		}
		return l.put(func(tx payroll.Tx) error { return tx.Erase(l.ctx, x) })
	})
}

// remainders loads what erasures left of the batches, once those are there.
func (l *loader) remainders() error {
	return inChunks(l, "remainders.tsv", true, func(r *row) payroll.Remainder {
		return payroll.Remainder{Position: r.number(), Batch: r.batch(), Section: r.text(), Sealed: r.text(), Remains: r.text()}
	}, func(tx payroll.Tx, list []payroll.Remainder) error { return tx.PutRemainders(l.ctx, list) })
}

func (l *loader) policies() error {
	return l.rows("inputs/policies.tsv", false, func(r *row) error {
		p := payroll.AdoptedPolicy{Position: r.number(), Withdrawn: r.number(), Code: r.text(), Document: r.text(), Title: r.text(), Digest: r.text()}
		if r.err != nil {
			return r.err
		}
		var err error
		if p.Text, err = l.text("inputs/policies/" + strconv.FormatInt(p.Position, 10) + ".yaml"); err != nil {
			return err
		}
		return l.put(func(tx payroll.Tx) error { return tx.PutPolicy(l.ctx, p) })
	})
}

func (l *loader) settings() error {
	list, err := fs.ReadDir(l.folder, "inputs/settings")
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return message.Err("file.unreadable", "inputs/settings").Because(err)
	}
	for _, x := range list {
		name := path.Join("inputs/settings", x.Name())
		position, err := strconv.ParseInt(strings.TrimSuffix(x.Name(), ".yaml"), 10, 64)
		if err != nil {
			return wrong(name, 1, "文件名不是日志位置")
		}
		text, err := l.text(name)
		if err != nil {
			return err
		}
		if err := l.put(func(tx payroll.Tx) error {
			return tx.PutSettings(l.ctx, payroll.Settings{Position: position, Text: text})
		}); err != nil {
			return err
		}
	}
	return nil
}

func (l *loader) receivables() error {
	return inChunks(l, "inputs/receivables.tsv", false, func(r *row) payroll.Entry {
		return payroll.Entry{Position: r.number(), Person: r.number(), Way: payroll.Way(r.text()), Origin: payroll.BatchID(r.number()), Month: calendar.Month(r.number()),
			Item: r.text(), Fund: r.text(), Fen: r.fen(), Date: calendar.Date(r.number()), Document: r.text(), Place: r.text()}
	}, func(tx payroll.Tx, list []payroll.Entry) error { return tx.PutEntries(l.ctx, list) })
}

// earlier loads the other batches: heads of all, and the rows of those that were committed.
func (l *loader) earlier() error {
	return l.rows("inputs/batches.tsv", false, func(r *row) error {
		b := payroll.Batch{ID: r.batch(), Kind: payroll.BatchKind(r.text()), Channel: r.text(), Narrowed: r.text(), Apart: r.yes(), Horizon: r.number(),
			RulesVersion: int(r.number()), Digest: r.text()}
		committed := r.yes()
		if r.err != nil {
			return r.err
		}
		if err := l.put(func(tx payroll.Tx) error { return tx.CreateBatch(l.ctx, b) }); err != nil {
			return err
		}
		state := payroll.Cancelled
		if committed {
			state = payroll.Approved
			dir := "inputs/batches/" + b.ID.Month().String() + "-" + strconv.Itoa(b.ID.Seq()) + "/"
			if err := l.sections(dir, b.ID, "lines", "settlements", "entries", "portions", "payments"); err != nil {
				return err
			}
		}
		b.State = state
		return l.put(func(tx payroll.Tx) error { return tx.SetBatch(l.ctx, b, payroll.Staging) })
	})
}

// own loads the batch itself.
func (l *loader) own() error {
	if err := l.put(func(tx payroll.Tx) error { return tx.CreateBatch(l.ctx, l.batch) }); err != nil {
		return err
	}
	which := []string{"settlements"}
	if l.batch.Kind == payroll.Reissue { // it is not computed: its payments are those that came back
		which = append(which, "lines", "payments", "entries", "portions", "sentences")
	}
	if err := l.sections("sealed/", l.batch.ID, which...); err != nil {
		return err
	}
	l.batch.State = payroll.Approved
	return l.put(func(tx payroll.Tx) error { return tx.SetBatch(l.ctx, l.batch, payroll.Staging) })
}

// Averages loads the averages that a batch froze itself as if they had been known when it was
// computed. Without people who were erased since they cannot be worked out again.
func Averages(ctx context.Context, folder fs.FS, s payroll.Store, id payroll.BatchID) error {
	l := &loader{ctx: ctx, folder: folder, store: s}
	var list []payroll.Fact
	err := l.rows(payroll.SealedDir+"batch.tsv", false, func(r *row) error {
		if r.text() != "average" {
			return nil
		}
		a := facts.Average{Item: r.text(), Group: r.text(), Month: r.month(), Fen: r.fen(), Count: int(r.number())}
		body, err := json.Marshal(a)
		list = append(list, payroll.Fact{Kind: facts.KindAverage, Key: a.Item + "|" + a.Group + "|" + a.Month.String(), From: a.Month.First(), To: calendar.Forever, Body: string(body)})
		return err
	})
	if err != nil {
		return err
	}
	return l.put(func(tx payroll.Tx) error {
		batch, err := tx.Batch(ctx, id)
		for i := range list {
			list[i].KnownFrom = batch.Horizon
		}
		if err != nil {
			return err
		}
		return tx.PutFacts(ctx, list)
	})
}

// sections loads rows of a batch as they were sealed.
func (l *loader) sections(dir string, id payroll.BatchID, which ...string) error {
	n := 0
	for _, section := range which {
		var err error
		switch name := dir + section + ".tsv"; section {
		case "lines":
			err = inChunks(l, name, false, func(r *row) payroll.Line { return lineOf(r, id) }, func(tx payroll.Tx, list []payroll.Line) error { return tx.PutLines(l.ctx, list) })
		case "settlements":
			err = inChunks(l, name, false, func(r *row) payroll.Settlement { return settlementOf(r, id) }, func(tx payroll.Tx, list []payroll.Settlement) error { return tx.PutSettlements(l.ctx, list) })
		case "entries":
			err = inChunks(l, name, true, func(r *row) payroll.Entry { return entryOf(r, id) }, func(tx payroll.Tx, list []payroll.Entry) error { return tx.PutEntries(l.ctx, list) })
		case "portions":
			err = inChunks(l, name, true, func(r *row) payroll.Portion { return portionOf(r, id) }, func(tx payroll.Tx, list []payroll.Portion) error { return tx.PutPortions(l.ctx, list) })
		case "payments":
			err = inChunks(l, name, true, func(r *row) payroll.Payment { return paymentOf(r, id) }, func(tx payroll.Tx, list []payroll.Payment) error { return tx.PutPayments(l.ctx, list) })
		case "sentences":
			err = inChunks(l, name, false, func(r *row) string { return r.text() }, func(tx payroll.Tx, list []string) error {
				n += len(list)
				return tx.PutTexts(l.ctx, id, n-len(list), list)
			})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func lineOf(r *row, id payroll.BatchID) payroll.Line {
	return payroll.Line{Batch: id, Person: r.number(), Item: r.text(), Month: r.month(), Side: payroll.Side(r.text()), Fen: r.fen(), Due: r.fen(), Committed: r.fen(),
		Place: r.text(), Policy: r.number(), Fund: r.text(), Cause: r.text(), Text: int(r.number())}
}

func settlementOf(r *row, id payroll.BatchID) payroll.Settlement {
	s := payroll.Settlement{Batch: id, Person: r.number(), Status: payroll.Status(r.text()), Name: r.text(), Category: facts.Category(r.text()), Place: r.text(),
		Gross: r.fen(), Deduction: r.fen(), Held: r.fen(), Owed: r.fen(), Pay: r.fen(), Answer: r.text()}
	s.Reason = messageOf(r.text(), r.text())
	for r.left() >= 4 {
		s.Items = append(s.Items, payroll.Refusal{Item: r.text(), Month: r.month(), Problem: messageOf(r.text(), r.text())})
	}
	if r.left() == 2 && r.text() == "reissued" {
		s.Reissued = r.fen()
	}
	if r.left() != 0 {
		r.fail("字段太多")
	}
	return s
}

func messageOf(code, args string) message.Message {
	m := message.Message{Code: code}
	if args != "" {
		m.Args = strings.Split(args, "|")
	}
	return m
}

func entryOf(r *row, id payroll.BatchID) payroll.Entry {
	e := payroll.Entry{Batch: id, Person: r.number()}
	if origin := r.text(); origin == "" {
		e.Origin = id
	} else if o, err := payroll.ParseBatchID(origin); err == nil {
		e.Origin = o
	} else if m, err := calendar.ParseMonth(strings.TrimSuffix(origin, "/0")); err == nil { // from before the book
		e.Origin = payroll.NewBatchID(m, 0)
	} else {
		r.fail("“" + origin + "”不是批次号")
	}
	e.Item, e.Month, e.Way, e.Fund, e.Fen, e.Document = r.text(), r.month(), payroll.Way(r.text()), r.text(), r.fen(), r.text()
	if r.left() > 0 {
		e.Place = r.text()
	}
	return e
}

func portionOf(r *row, id payroll.BatchID) payroll.Portion {
	p := payroll.Portion{Batch: id, Person: r.number()}
	p.Fund, p.Place = r.text(), r.text()
	p.Gross, p.Deduction, p.Moved, p.Held, p.Owed, p.Reissued, p.Pay = r.fen(), r.fen(), r.fen(), r.fen(), r.fen(), r.fen(), r.fen()
	return p
}

func paymentOf(r *row, id payroll.BatchID) payroll.Payment {
	p := payroll.Payment{Batch: id, Seq: int(r.number()), Person: r.number(), Fen: r.fen(), Bank: r.text(), Card: identity.Card(r.text()), CNAPS: r.text(), Branch: r.text(),
		Holder: r.text(), Place: r.text()}
	if left := r.left(); left == 1 || left == 3 {
		p.Target = r.text()
	}
	if r.left() == 2 && r.text() == "replaces" {
		replaces, err := payroll.ParsePaymentID(r.text())
		if err != nil {
			r.fail("不是款项号")
		}
		p.Replaces = replaces
	}
	if r.left() != 0 {
		r.fail("字段太多")
	}
	return p
}
