package app

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"zhida/exporters"
	load "zhida/importers/evidence"
	"zhida/payroll"
	"zhida/payroll/schedule"
	"zhida/payroll/store"
	"zhida/rules/calendar"
	"zhida/rules/message"
)

// Backup is what the list beside a backup says of it. A backup is a book in a file,
// whatever database the original is in. The order of its fields is part of the format.
type Backup struct {
	Format   string    `json:"format"` // "zhida-backup 1"
	File     string    `json:"file"`
	Bytes    int64     `json:"bytes"`
	SM3      string    `json:"sm3"`
	County   string    `json:"county"`
	Name     string    `json:"name"`
	Founded  string    `json:"founded"`  // digest of the first event: which book it is
	Position int64     `json:"position"` // of the last event
	Head     string    `json:"head"`     // its digest
	Last     time.Time `json:"last"`     // its time
	Made     time.Time `json:"made"`
	Schema   int64     `json:"schema"`
	Program  string    `json:"program"`
	Rows     int       `json:"rows"`
	Digest   string    `json:"rows_sm3"` // over every row of every table
	Checked  string    `json:"checked"`  // checkedFsck, or checkedRows of a schema of an earlier program
	Faults   int       `json:"faults"`   // that fsck found in the book; the copy has them too
}

// What was done with a backup before it was called one.
const (
	checkedFsck = "fsck" // its rows agree with the original's, and with the signed journal
	checkedRows = "rows" // its rows agree with the original's
)

const backupFormat = "zhida-backup 1"

// Program names the program that runs, as its build does.
func Program() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

// errTried ends a copy that is only tried.
var errTried = errors.New("app: tried")

// BackUp copies a book into a file, or into a folder under a name of its own; the book may be
// of an earlier program. It gives the path, also with the error backup.faults, which says
// that the copy is whole and the book is not. tried leaves nothing.
func BackUp(ctx context.Context, book string, now func() time.Time, out string, tried bool) (string, Backup, error) {
	s, err := store.OpenAsIs(ctx, book)
	if err != nil {
		return "", Backup{}, err
	}
	defer s.Close()
	clock, err := clockOf(ctx, s, now)
	if err != nil {
		return "", Backup{}, err
	}
	return backUp(ctx, s, clock(), out, tried)
}

// BackUp backs the open book up into a folder.
func (a *App) BackUp(ctx context.Context, folder string) (string, Backup, error) {
	return backUp(ctx, a.store, a.clock(), folder, false)
}

func backUp(ctx context.Context, s *store.Store, now time.Time, out string, tried bool) (file string, b Backup, err error) {
	now = now.UTC().Truncate(time.Second)
	b = Backup{Format: backupFormat, Made: now, Program: Program(), Checked: checkedRows}
	check := func(copied *store.Store, c store.Copied) error {
		if c.Version == store.Newest() {
			h, err := payroll.NewBook(copied, time.Now).FsckRows(ctx, nil)
			if err != nil {
				return err
			}
			b.Checked, b.Faults = checkedFsck, len(h.Faults)
		}
		if tried {
			return errTried
		}
		return nil
	}
	var c store.Copied
	named := strings.HasSuffix(out, ".db")
	if !named {
		undo, err := exporters.MakeDir(out)
		if err != nil {
			return "", b, message.Err("export.write", out).Because(err)
		}
		defer func() {
			if tried || file == "" {
				undo()
			}
		}()
	}
	for n := 1; ; n++ {
		if file = out; !named {
			if file, err = nameIn(ctx, s, out, now, n); err != nil {
				return "", b, err
			}
		}
		// Where two are made in one second the later takes another name.
		if c, err = s.CopyTo(ctx, file, check); named || n == 100 || message.Code(err) != "book.exists" {
			break
		}
	}
	if err != nil && !errors.Is(err, errTried) {
		return "", b, err
	}
	b.File, b.County, b.Name, b.Founded = filepath.Base(file), c.Meta.County, c.Meta.Name, c.Founded
	b.Position, b.Head, b.Last, b.Schema, b.Rows, b.Digest = c.Head.Position, c.Head.Digest, c.Head.Time, c.Version, c.Rows, c.Digest
	if !tried {
		if err := b.list(file); err != nil {
			os.Remove(file)
			return "", b, err
		}
	}
	if b.Faults > 0 {
		return file, b, message.Err("backup.faults", filepath.Base(file), b.Faults)
	}
	return file, b, nil
}

// nameIn is the n-th name for a backup in a folder: county and time, so that names sort.
func nameIn(ctx context.Context, s *store.Store, dir string, now time.Time, n int) (string, error) {
	county := ""
	err := s.View(ctx, func(r payroll.Reader) error {
		m, err := r.Meta(ctx)
		county = m.County
		return err
	})
	name := "备份_" + county + "_" + now.In(calendar.China).Format("2006-01-02_150405")
	if n > 1 {
		name += "_" + strconv.Itoa(n)
	}
	return filepath.Join(dir, name+".db"), err
}

// list digests the file and writes the list beside it, which makes it a backup: one that
// was cut off before has none.
func (b *Backup) list(file string) error {
	d, err := exporters.DigestFile(file)
	if err != nil {
		return message.Err("export.write", b.File).Because(err)
	}
	info, err := os.Stat(file)
	if err != nil {
		return message.Err("export.write", b.File).Because(err)
	}
	b.SM3, b.Bytes = d.SM3, info.Size()
	_, err = exporters.WriteFile(filepath.Dir(file), filepath.Base(listOf(file)), func(w writer) error {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(b)
	})
	return err
}

// listOf is where the list of a backup stands.
func listOf(file string) string { return strings.TrimSuffix(file, ".db") + ".json" }

// readList reads the list of a backup. Error: backup.list.
func readList(file string) (b Backup, err error) {
	text, err := readFile(listOf(file))
	if err == nil {
		err = json.Unmarshal(text, &b)
	}
	if err == nil && b.Format != backupFormat {
		err = errors.New("format " + b.Format)
	}
	if err != nil {
		return b, message.Err("backup.list", file, listOf(file)).Because(err)
	}
	return b, nil
}

// whole says whether the file is there as its list says: by its length, or by every byte.
func (b Backup) whole(file string, everyByte bool) bool {
	info, err := os.Stat(file)
	if err != nil || info.Size() != b.Bytes || filepath.Base(file) != b.File {
		return false
	}
	if !everyByte {
		return true
	}
	d, err := exporters.DigestFile(file)
	return err == nil && d.SM3 == b.SM3
}

// backupsIn are the backups of a book in a folder, oldest first.
func backupsIn(dir, founded string) (list []Backup, err error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		b, err := readList(strings.TrimSuffix(name, ".json") + ".db")
		if err == nil && b.Founded == founded && filepath.Base(listOf(b.File)) == filepath.Base(name) {
			list = append(list, b)
		}
	}
	slices.SortStableFunc(list, func(x, y Backup) int { return x.Made.Compare(y.Made) })
	return list, nil
}

// Prune removes from a folder the backups of this book that a county does not keep, once
// the one given was made and found whole: it is never removed, so that one good backup is
// always left. Those of a book with faults stay until a good one is later than they.
func Prune(dir string, keep schedule.Retention, latest Backup) (removed []string, err error) {
	if latest.Faults > 0 || !latest.whole(filepath.Join(dir, latest.File), false) {
		return nil, nil
	}
	list, err := backupsIn(dir, latest.Founded)
	if err != nil {
		return nil, err
	}
	var good []Backup
	var days []calendar.Date
	for _, b := range list {
		if b.Faults == 0 && b.whole(filepath.Join(dir, b.File), false) {
			good, days = append(good, b), append(days, calendar.DateIn(b.Made, calendar.China))
		}
	}
	kept := map[string]bool{latest.File: true}
	for i, keep := range keep.Keep(days) {
		if keep {
			kept[good[i].File] = true
		}
	}
	for _, b := range list {
		if kept[b.File] || b.Made.After(latest.Made) && b.Faults > 0 {
			continue
		}
		// The list goes last: what is left of a removal that was cut off is found by it.
		for _, name := range []string{b.File, listOf(b.File)} {
			if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return removed, message.Err("backup.prune", name).Because(err)
			}
		}
		removed = append(removed, b.File)
	}
	return removed, nil
}

// Restored is what a restored book is, and what it lacks.
type Restored struct {
	Backup  Backup
	Schema  int64 // of the book, after the steps that it lacked
	Events  int
	Batches int
	// Against is what happened in the book that it takes the place of after the backup was made.
	Against []payroll.Happened
	Apart   bool   // that book is another one, or went another way before the backup was made
	Unread  error  // why that book cannot be asked
	Missing []Seen // what evidence folders show of later times
}

// Seen is the end of the journal in an evidence folder that is later than a backup.
type Seen struct {
	Folder   string
	Position int64
}

// Restore makes a book of a backup, in a file or a PostgreSQL database, after every byte,
// every row, the whole journal and every batch have been looked through. against names the
// book whose place it takes, folders are evidence that was handed on: what these have of
// later times is told. tried does everything and leaves nothing. Errors: backup.list,
// backup.differs, restore.faults, and those of store.CopyTo.
func Restore(ctx context.Context, file, book, against string, folders []string, tried bool) (r Restored, err error) {
	if r.Backup, err = readList(file); err != nil {
		return r, err
	}
	if !r.Backup.whole(file, true) {
		return r, message.Err("backup.differs", file)
	}
	var anchors []payroll.Anchor
	for _, dir := range folders {
		position, digest, err := load.Head(os.DirFS(dir))
		if err != nil {
			return r, err
		}
		if position > r.Backup.Position {
			r.Missing = append(r.Missing, Seen{filepath.Base(dir), position})
			continue
		}
		anchors = append(anchors, payroll.Anchor{Where: filepath.Base(dir), Position: position, Digest: digest})
	}
	s, err := store.OpenCopy(ctx, file)
	if err != nil {
		return r, err
	}
	defer s.Close()
	_, err = s.CopyTo(ctx, book, func(copied *store.Store, c store.Copied) error {
		if c.Digest != r.Backup.Digest || c.Head.Position != r.Backup.Position || c.Head.Digest != r.Backup.Head || c.Founded != r.Backup.Founded {
			return message.Err("backup.differs", file)
		}
		if err := copied.Upgrade(ctx); err != nil {
			return err
		}
		r.Schema = copied.Version
		h, err := payroll.NewBook(copied, time.Now).Fsck(ctx, anchors)
		if err != nil {
			return err
		}
		r.Events, r.Batches = h.EventCount, h.BatchCount
		if len(h.Faults) > 0 {
			return message.Err("restore.faults", file, len(h.Faults), h.Faults[0].Message.Text(message.Chinese))
		}
		if tried {
			return errTried
		}
		return nil
	})
	if err != nil && !errors.Is(err, errTried) {
		return r, err
	}
	if against != "" {
		r.Unread = r.ask(ctx, against)
	}
	return r, nil
}

// ask looks what the book that is replaced has of later times.
func (r *Restored) ask(ctx context.Context, against string) error {
	s, err := store.OpenAsIs(ctx, against)
	if err != nil {
		return err
	}
	defer s.Close()
	list, same, err := payroll.NewBook(s, time.Now).HappenedSince(ctx, r.Backup.Position, r.Backup.Head)
	r.Against, r.Apart = list, err == nil && !same
	if r.Apart {
		r.Against = nil
	}
	return err
}

// ShownBook is a book's name without the password it may carry.
func ShownBook(book string) string { return store.Shown(book) }

// Moved is a book that goes on somewhere else.
type Moved struct {
	Copied  store.Copied
	Batches int
}

// Move takes a book to another database, in which every row, the journal and every batch
// are looked through before the book there is one, and the old one takes nothing more.
// Errors: restore.faults, and those of store.MoveTo.
func Move(ctx context.Context, book, to string, tried bool) (m Moved, err error) {
	s, err := store.Open(ctx, book)
	if err != nil {
		return m, err
	}
	defer s.Close()
	check := func(copied *store.Store, _ store.Copied) error {
		h, err := payroll.NewBook(copied, time.Now).Fsck(ctx, nil)
		if err != nil {
			return err
		}
		if m.Batches = h.BatchCount; len(h.Faults) > 0 {
			return message.Err("restore.faults", store.Shown(book), len(h.Faults), h.Faults[0].Message.Text(message.Chinese))
		}
		if tried {
			return errTried
		}
		return nil
	}
	if tried {
		m.Copied, err = s.CopyTo(ctx, to, check)
	} else {
		m.Copied, err = s.MoveTo(ctx, to, check)
	}
	if errors.Is(err, errTried) {
		err = nil
	}
	return m, err
}

// Upgraded is a book that was brought up to date.
type Upgraded struct {
	From, To int64  // versions of the schema
	Backup   string // the file made before; empty when the book was up to date
}

// Upgrade brings a book of an earlier program up to date, after a backup of it was made: into
// the folder given, or beside a book that is a file. Error: book.older, when nobody says
// where a backup of a book in PostgreSQL is to go.
func Upgrade(ctx context.Context, book string, now func() time.Time, out string) (u Upgraded, err error) {
	s, err := store.OpenAsIs(ctx, book)
	if err != nil {
		return u, err
	}
	defer s.Close()
	if u.From, u.To = s.Version, store.Newest(); u.From == u.To {
		return u, nil
	}
	if out == "" {
		if out = filepath.Dir(book); store.InPostgres(book) {
			return u, message.Err("book.older", store.Shown(book), u.From, u.To)
		}
	}
	clock, err := clockOf(ctx, s, now)
	if err != nil {
		return u, err
	}
	if u.Backup, _, err = backUp(ctx, s, clock(), out, false); err != nil {
		return u, err
	}
	return u, s.Upgrade(ctx)
}
