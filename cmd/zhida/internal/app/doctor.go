package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"zhida/payroll"
	"zhida/payroll/store"
	"zhida/rules/calendar"
	"zhida/rules/message"
)

// Mark is what an examination came to.
type Mark string

// The marks of an examination.
const (
	Good    Mark = "ok"
	Warning Mark = "warning" // something will be missed, or soon
	Failure Mark = "failure" // something does not work, or must not go on so
)

// Examined is one thing that was looked at.
type Examined struct {
	What    string // code: book, schema, integrity …
	Mark    Mark
	Message message.Message // with what to do as its hint
}

// doctor collects what it looks at. It changes nothing, and one thing that is wrong keeps
// it from nothing else.
type doctor struct {
	ctx  context.Context
	book string
	now  time.Time
	list []Examined
}

func (d *doctor) say(what string, mark Mark, code string, args ...any) {
	d.list = append(d.list, Examined{what, mark, message.M(code, args...)})
}

// Doctor looks at what a book needs to be worked with: the machine, the book, its backups.
func Doctor(ctx context.Context, book string, now func() time.Time) []Examined {
	d := &doctor{ctx: ctx, book: book}
	d.say("program", Good, "doctor.program", Program(), runtime.GOOS, runtime.GOARCH, store.Newest())
	d.fonts()
	d.tool("soffice", "doctor.soffice", "soffice", "libreoffice")
	d.tool("browser", "doctor.browser", "chromium", "chromium-browser", "google-chrome", "msedge")
	d.files()
	s, err := store.OpenAsIs(ctx, book)
	if err != nil {
		d.list = append(d.list, Examined{"book", Failure, MessageOf(err)})
		d.disk(0)
		return d.list
	}
	defer s.Close()
	clock, err := clockOf(ctx, s, now)
	if err != nil {
		d.list = append(d.list, Examined{"clock", Failure, MessageOf(err)})
		return d.list
	}
	d.now = clock()
	d.opened(s)
	return d.list
}

// MessageOf is the message of an error, whole where it is one of ours.
func MessageOf(err error) message.Message {
	var known *message.Error
	if errors.As(err, &known) {
		return known.Message
	}
	return message.M("cli.internal", err)
}

func (d *doctor) opened(s *store.Store) {
	var size int64
	if info, err := os.Stat(d.book); err == nil && !store.InPostgres(d.book) {
		size = info.Size()
	}
	d.disk(size)
	if s.Version < store.Newest() {
		d.say("schema", Failure, "book.older", store.Shown(d.book), s.Version, store.Newest())
		return
	}
	d.say("schema", Good, "doctor.schema", s.Version)
	b := payroll.NewBook(s, func() time.Time { return d.now })
	for _, part := range []struct {
		what string
		look func(*payroll.Book) error
	}{{"integrity", func(b *payroll.Book) error { return d.integrity(s, b) }}, {"clock", d.clock}, {"calendar", d.calendar}, {"backup", d.backups}} {
		if err := part.look(b); err != nil {
			d.list = append(d.list, Examined{part.what, Failure, MessageOf(err)})
		}
	}
}

// integrity asks the database about itself and holds the rows against the journal; batches
// are not computed again, that is for fsck.
func (d *doctor) integrity(s *store.Store, b *payroll.Book) error {
	if err := s.Sound(d.ctx); err != nil {
		return err
	}
	h, err := b.FsckRows(d.ctx, nil)
	if err != nil {
		return err
	}
	if len(h.Faults) > 0 {
		d.say("integrity", Failure, "doctor.faults", len(h.Faults), h.Faults[0].Message.Text(message.Chinese))
		return nil
	}
	d.say("integrity", Good, "doctor.integrity", h.EventCount, h.BatchCount)
	list, err := b.ActorList(d.ctx)
	if err != nil {
		return err
	}
	d.people(h.Alone, list)
	return nil
}

// people says who acts although no program of today would let them in so.
func (d *doctor) people(alone []payroll.Alone, list []payroll.Actor) {
	for _, x := range alone {
		d.say("people", Warning, "fsck.alone_before", x.Name, x.By, x.At)
	}
	for _, a := range list {
		if a.Removed == 0 && message.Code(payroll.RolesApart(a.Roles)) == "actor.auditor_alone" {
			d.say("people", Warning, "doctor.auditor_inside", a.Name)
		}
	}
}

// farAhead is from when on a clock that nothing vouches for is doubted; the daemon stops then.
const farAhead = 45 * 24 * time.Hour

func (d *doctor) clock(b *payroll.Book) error {
	head, err := b.Head(d.ctx)
	if err != nil {
		return err
	}
	meta, err := b.Meta(d.ctx)
	if err != nil {
		return err
	}
	now, last := d.now.In(calendar.China).Format(time.DateTime), head.Time.In(calendar.China).Format(time.DateTime)
	switch {
	case d.now.Before(head.Time):
		d.say("clock", Failure, "journal.clock", now, last)
	case meta.Rehearsal || ClockSynchronised():
		d.say("clock", Good, "doctor.clock", now, last)
	case d.now.After(head.Time.Add(farAhead)):
		d.say("clock", Warning, "journal.clock_ahead", now, last)
	default:
		d.say("clock", Warning, "doctor.unsynchronised", now)
	}
	return nil
}

// calendar looks how far the holidays are known that the pay calendar needs.
func (d *doctor) calendar(b *payroll.Book) error {
	county, err := b.County(d.ctx)
	if message.Code(err) == "settings.none" || err == nil && len(county.Calendar) == 0 {
		d.say("calendar", Good, "doctor.no_calendar")
		return nil
	}
	if err != nil {
		return err
	}
	today := calendar.DateIn(d.now, calendar.China)
	for year := today.Year(); year <= today.AddDays(31).Year(); year++ { // next year's notice comes out in November
		known, err := b.HolidaysKnown(d.ctx, year)
		if err != nil {
			return err
		}
		if !known {
			mark := Failure
			if year > today.Year() {
				mark = Warning
			}
			d.say("calendar", mark, "doctor.holidays", year)
			return nil
		}
	}
	d.say("calendar", Good, "doctor.calendar", today.AddDays(31).Year())
	return nil
}

// backups looks whether the latest backup that the county's setting asks for is there, young
// enough, and whole to the last byte.
func (d *doctor) backups(b *payroll.Book) error {
	set, _, _, err := b.BackupDue(d.ctx)
	if err != nil {
		return err
	}
	if set == nil {
		d.say("backup", Warning, "doctor.no_backup")
		return nil
	}
	founded, err := b.Founding(d.ctx)
	if err != nil {
		return err
	}
	list, err := backupsIn(set.Folder, founded)
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(x Backup) bool { return x.Faults > 0 })
	if len(list) == 0 {
		d.say("backup", Failure, "doctor.backup_missing", set.Folder)
		return nil
	}
	latest := list[len(list)-1]
	days := int(d.now.Sub(latest.Made) / (24 * time.Hour))
	switch {
	case !latest.whole(filepath.Join(set.Folder, latest.File), true):
		d.say("backup", Failure, "backup.differs", filepath.Join(set.Folder, latest.File))
	case days > set.Every+1:
		d.say("backup", Failure, "doctor.backup_old", latest.File, days, set.Every)
	default:
		d.say("backup", Good, "doctor.backup", latest.File, days, len(list))
	}
	return nil
}

// files looks who else can read the book, its folder and the passphrase file.
func (d *doctor) files() {
	if store.InPostgres(d.book) || runtime.GOOS == "windows" {
		return
	}
	names := []string{d.book, d.book + "-wal", d.book + "-shm"}
	if pass := os.Getenv("ZHIDA_PASSPHRASE_FILE"); pass != "" {
		names = append(names, pass)
	}
	good := 0
	for _, name := range names {
		info, err := os.Stat(name)
		if err != nil {
			continue
		}
		if mode := info.Mode().Perm(); mode&forbidden(name) != 0 {
			d.say("files", Failure, "doctor.open_file", name, fmt.Sprintf("%04o", mode))
			continue
		}
		good++
	}
	if info, err := os.Stat(filepath.Dir(d.book)); err == nil && info.Mode().Perm()&0o002 != 0 && info.Mode()&fs.ModeSticky == 0 {
		d.say("files", Warning, "doctor.open_folder", filepath.Dir(d.book))
	}
	if good > 0 {
		d.say("files", Good, "doctor.files", good)
	}
}

// Room that a book needs beside it: for the month's batches, and for a copy of itself.
const (
	leastRoom = 256 << 20
	fairRoom  = 1 << 30
)

func (d *doctor) disk(size int64) {
	dir := "."
	if !store.InPostgres(d.book) {
		dir = filepath.Dir(d.book)
	}
	free, err := freeBytes(dir)
	switch {
	case err != nil:
		return // not known here, or the folder is missing, which is said of the book
	case free < leastRoom+size:
		d.say("disk", Failure, "doctor.disk_full", dir, free>>20)
	case free < fairRoom+2*size:
		d.say("disk", Warning, "doctor.disk_full", dir, free>>20)
	default:
		d.say("disk", Good, "doctor.disk", dir, free>>20)
	}
}

// tool looks for a program that this one does not need, and people do.
func (d *doctor) tool(what, missing string, names ...string) {
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			d.say(what, Good, "doctor.tool", name, path)
			return
		}
	}
	d.say(what, Warning, missing)
}

// chineseFonts are parts of the names of files that hold Chinese fonts.
var chineseFonts = []string{"cjk", "wqy", "simsun", "simhei", "msyh", "sourcehan", "source-han", "fangsong", "simfang", "songti", "heiti", "pingfang", "fandol", "droidsansfallback", "uming", "ukai", "stsong", "hanazono", "lxgw"}

// fonts looks for Chinese fonts, without which LibreOffice and Chromium print boxes.
func (d *doctor) fonts() {
	home, _ := os.UserHomeDir()
	for _, dir := range []string{"/usr/share/fonts", "/usr/local/share/fonts", filepath.Join(home, ".fonts"), filepath.Join(home, ".local/share/fonts"), "/System/Library/Fonts", "/Library/Fonts", filepath.Join(os.Getenv("WINDIR"), "Fonts")} {
		found := ""
		_ = filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return nil
			}
			lower := strings.ToLower(e.Name())
			if slices.ContainsFunc(chineseFonts, func(part string) bool { return strings.Contains(lower, part) }) {
				found = name
				return fs.SkipAll
			}
			return nil
		})
		if found != "" {
			d.say("fonts", Good, "doctor.fonts", found)
			return
		}
	}
	d.say("fonts", Warning, "doctor.no_fonts")
}
