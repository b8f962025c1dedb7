package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// maxSmall bounds files that are read whole, in bytes: the manifest, signatures, keys, pairs.
const maxSmall = 64 << 20

// folder is one evidence folder while it is verified.
type folder struct {
	*report
	src        source
	signatures *signatures
	files      map[string]listed // what MANIFEST.tsv lists
	about      pairs
	seal       pairs
	journal    journal
	erasures   erasures
	sealed     sealed
	inputs     inputs
}

// listed is a row of the manifest.
type listed struct {
	bytes  int64
	sm3    string
	sha256 string
	line   place
	there  bool
}

// verify runs checks 1 to 10 on one folder. A check that needs what another could not read does not run,
// and so is not passed either.
func verify(name string, src source, known *signatures, options options) (*folder, error) {
	f := &folder{report: newReport(name), src: src, signatures: known}
	if err := f.checkManifest(); err != nil {
		return nil, err
	}
	f.readAbout()
	f.checkJournal()
	f.checkPin(options.pin)
	f.checkManifestSignature()
	f.checkErasures()
	f.checkSeal()
	f.checkInputs()
	f.checkPersons()
	f.checkFiles(options.files)
	f.checkPostings()
	f.checkStates()
	return f, nil
}

// aboutNames are the names of about.txt, in their order.
var aboutNames = []string{"format", "county", "name", "rehearsal", "cutover", "salt", "persons", "batch", "kind", "channel", "narrowed", "apart", "horizon",
	"rules", "digest", "seal", "maker", "checker", "approver", "exported", "head", "head_digest"}

// readAbout reads about.txt, which has exactly its names.
func (f *folder) readAbout() {
	const name = "about.txt"
	f.about = f.readPairs(1, name)
	for i, n := range aboutNames {
		if f.about != nil && (i >= len(f.about) || f.about[i].name != n) {
			f.fail(1, place{File: name, Line: i + 1}, "about.form", i+1)
			return
		}
	}
	if len(f.about) > len(aboutNames) {
		f.fail(1, place{File: name, Line: len(aboutNames) + 1}, "about.form", len(aboutNames)+1)
	}
}

// checkManifest is check 1 but for the signature: what is listed is there, what is there is listed, byte for byte.
func (f *folder) checkManifest() error {
	names, odd, err := f.src.files()
	if err != nil {
		return err
	}
	for _, o := range odd {
		f.fail(1, place{File: o.name}, o.code)
	}
	f.readManifest()
	for _, name := range slices.Sorted(keysOf(f.files)) {
		if !known.MatchString(name) {
			f.fail(1, place{File: name}, "files.unknown")
		}
	}
	for _, name := range names {
		l, ok := f.files[name]
		if !ok && name != "MANIFEST.tsv" && name != "MANIFEST.sig" {
			f.fail(1, place{File: name}, "files.unlisted")
			continue
		}
		l.there = true
		f.files[name] = l
	}
	for _, name := range slices.Sorted(keysOf(f.files)) {
		f.digestFile(name, f.files[name])
	}
	return nil
}

// readManifest fills files. MANIFEST.tsv and MANIFEST.sig are not in it.
func (f *folder) readManifest() {
	f.files = map[string]listed{}
	text, ok := f.readSmall(1, "MANIFEST.tsv")
	if !ok {
		return
	}
	var total int64
	before := ""
	r := f.rowsOf(1, "MANIFEST.tsv", io.NopCloser(strings.NewReader(text)), 4, 4)
	for r.next() {
		name, at := r.fields[0], r.place()
		size, ok := integer(r.fields[1])
		switch {
		case !cleanPath(name) || name == "MANIFEST.tsv" || name == "MANIFEST.sig":
			f.fail(1, at, "files.bad_path")
			continue
		case name <= before && before != "":
			f.fail(1, at, "rows.order")
		case !ok || size < 0 || !digestForm.MatchString(r.fields[2]) || !digestForm.MatchString(r.fields[3]):
			f.fail(1, at, "rows.malformed", 2)
			continue
		}
		before, total = name, total+min(size, maxBytes)
		if total > maxBytes || len(f.files) >= maxFiles {
			f.fail(1, at, "files.too_much")
			return
		}
		f.files[name] = listed{bytes: size, sm3: r.fields[2], sha256: r.fields[3], line: at}
	}
}

// digestFile compares a file with its row.
func (f *folder) digestFile(name string, l listed) {
	if l.line.File == "" {
		return // the manifest and its signature
	}
	if !l.there {
		f.fail(1, place{File: name}, "files.missing")
		return
	}
	file, err := f.src.open(name)
	if err != nil {
		f.fail(1, place{File: name}, "files.unreadable", err.Error())
		return
	}
	defer file.Close()
	ours, theirs := newSM3(), sha256.New()
	n, err := io.Copy(io.MultiWriter(ours, theirs), io.LimitReader(file, l.bytes+1))
	switch sum := hex.EncodeToString(theirs.Sum(nil)); {
	case err != nil:
		f.fail(1, place{File: name}, "files.unreadable", err.Error())
	case n > l.bytes:
		f.fail(1, place{File: name}, "files.longer", l.bytes)
	case n < l.bytes:
		f.fail(1, place{File: name}, "files.shorter", l.bytes, n)
	case ours.digest().String() != l.sm3 && sum != l.sha256:
		f.fail(1, place{File: name}, "files.changed")
	case ours.digest().String() != l.sm3:
		f.fail(1, l.line, "files.one_digest", name, "SM3")
	case sum != l.sha256:
		f.fail(1, l.line, "files.one_digest", name, "SHA-256")
	}
}

// checkManifestSignature ends check 1: somebody whose key is valid at the last event has signed the manifest.
func (f *folder) checkManifestSignature() {
	text, ok := f.readSmall(1, "MANIFEST.tsv")
	sig, there := f.readSmall(1, "MANIFEST.sig")
	if !ok || !there {
		return
	}
	for _, name := range slices.Sorted(keysOf(f.journal.active)) {
		a := f.journal.active[name]
		if f.signatures.good(a.key, text, sig) {
			f.established(1, len(f.files)-2, a.name)
			return
		}
	}
	f.fail(1, place{File: "MANIFEST.sig"}, "files.manifest_signature")
}

// readSmall reads a file whole.
func (f *folder) readSmall(number int, name string) (string, bool) {
	file, err := f.open(name)
	if err != nil {
		f.unreadable(number, name, err)
		return "", false
	}
	defer file.Close()
	b, err := io.ReadAll(io.LimitReader(file, maxSmall+1))
	if err != nil || len(b) > maxSmall {
		f.fail(number, place{File: name}, "files.unreadable", fmt.Sprint(errors.Join(err, errTooLong(len(b)))))
		return "", false
	}
	return string(b), true
}

func errTooLong(n int) error {
	if n > maxSmall {
		return errors.New("longer than 64 MiB")
	}
	return nil
}

// open opens a file of the folder, up to the bytes that the manifest gives it. What is not listed is not read.
func (f *folder) open(name string) (io.ReadCloser, error) {
	size := int64(maxSmall)
	if name != "MANIFEST.tsv" && name != "MANIFEST.sig" {
		l, ok := f.files[name]
		if !ok || !l.there {
			return nil, errMissing
		}
		size = l.bytes
	}
	file, err := f.src.open(name)
	if err != nil {
		return nil, err
	}
	return struct {
		io.Reader
		io.Closer
	}{io.LimitReader(file, size+1), file}, nil
}

// has says whether the manifest lists the file.
func (f *folder) has(name string) bool {
	_, ok := f.files[name]
	return ok
}

func (f *folder) unreadable(number int, name string, err error) {
	if errors.Is(err, errMissing) {
		f.fail(number, place{File: name}, "files.needed")
		return
	}
	f.fail(number, place{File: name}, "files.unreadable", err.Error())
}

// readPairs reads a file of pairs; nil if it cannot be read.
func (f *folder) readPairs(number int, name string) pairs {
	text, ok := f.readSmall(number, name)
	if !ok {
		return nil
	}
	list, bad := parsePairs(text)
	if bad > 0 {
		f.fail(number, place{File: name, Line: bad}, "rows.malformed", 0)
		return nil
	}
	return list
}

// rows reads a table of the folder and reports what is wrong with its form.
type rows struct {
	*table
	folder   *folder
	number   int
	name     string
	file     io.Closer
	min, max int // fields of a row
	ended    bool
	broken   bool // something was wrong; the rest of the table was not read
}

// table opens a table; it is never nil, and has no rows if the file cannot be read.
func (f *folder) table(number int, name string, least, most int) *rows {
	file, err := f.open(name)
	if err != nil {
		f.unreadable(number, name, err)
		return &rows{table: newTable(strings.NewReader("")), folder: f, name: name, ended: true, broken: true}
	}
	return f.rowsOf(number, name, file, least, most)
}

func (f *folder) rowsOf(number int, name string, file io.ReadCloser, least, most int) *rows {
	return &rows{table: newTable(file), folder: f, number: number, name: name, file: file, min: least, max: most}
}

// place is that of the current row.
func (r *rows) place() place { return place{r.name, r.line, r.at} }

// next goes to the next row; at the end it closes the file.
func (r *rows) next() bool {
	if r.ended {
		return false
	}
	err := r.table.next()
	if err == nil && (len(r.fields) < r.min || len(r.fields) > r.max) {
		err = errFieldCount
	}
	if err == nil {
		return true
	}
	if !errors.Is(err, io.EOF) {
		r.stop(err)
	}
	r.close()
	return false
}

// stop reports why the table is not read any further.
func (r *rows) stop(err error) {
	r.broken = true
	code := map[error]string{errNoNewline: "rows.no_newline", errLongLine: "rows.too_long", errNotUTF8: "rows.not_utf8", errBadEscape: "rows.bad_escape", errFieldCount: "rows.fields"}[err]
	switch code {
	case "":
		r.folder.fail(r.number, place{r.name, r.line + 1, r.after}, "files.unreadable", err.Error())
	case "rows.fields":
		r.folder.fail(r.number, r.place(), code, len(r.fields))
	default:
		r.folder.fail(r.number, r.place(), code)
	}
}

func (r *rows) close() {
	r.ended = true
	if r.file != nil {
		r.file.Close()
		r.file = nil
	}
}

// malformed reports a field that has not the form it must have, and ends the table.
func (r *rows) malformed(field int) {
	r.broken = true
	r.folder.fail(r.number, r.place(), "rows.malformed", field+1)
	r.close()
}

// integers reads whole numbers out of fields; amounts likewise, within the bounds of an amount.
func (r *rows) integers(fields ...int) ([]int64, bool) { return r.numbers(integer, fields) }

func (r *rows) amounts(fields ...int) ([]int64, bool) {
	if r.line > maxRows {
		r.stop(errTooManyRows)
		r.close()
		return nil, false
	}
	return r.numbers(amount, fields)
}

func (r *rows) numbers(read func(string) (int64, bool), fields []int) ([]int64, bool) {
	list := make([]int64, len(fields))
	for i, f := range fields {
		n, ok := read(r.fields[f])
		if !ok {
			r.malformed(f)
			return nil, false
		}
		list[i] = n
	}
	return list, true
}

// expect compares one value with what it must be, and says what it is called.
func (f *folder) expect(number int, at place, what, is, must string) bool {
	if is != must {
		f.fail(number, at, "values.differ", what, is, must)
	}
	return is == must
}
