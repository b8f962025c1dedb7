package app

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"zhida/exporters"
	"zhida/exporters/evidence"
	"zhida/exporters/paper"
	load "zhida/importers/evidence"
	"zhida/payroll"
	"zhida/payroll/store"
	"zhida/rules/message"
)

// Evidence writes the evidence folder of a committed batch into dir, and its zip beside it;
// s signs the list of its files. It gives the folder, the seal, and the digest of the list.
func (a *App) Evidence(ctx context.Context, s *payroll.Session, id payroll.BatchID, dir string) (folder string, seal payroll.Seal, digest string, err error) {
	folder = filepath.Join(dir, "证据_"+strings.ReplaceAll(id.String(), "/", "-"))
	if a.IsDry() {
		seal, err = a.Book.Evidence(ctx, id, nowhere{})
		return folder, seal, "", err
	}
	w, err := evidence.New(folder)
	if err != nil {
		return "", seal, "", err
	}
	defer w.Discard()
	if err := a.UnmaskEvidence(ctx, s, id); err != nil {
		return "", seal, "", err
	}
	if seal, err = a.Book.Evidence(ctx, id, w); err != nil {
		return "", seal, "", err
	}
	meta, err := a.Meta(ctx)
	if err != nil {
		return "", seal, "", err
	}
	f, err := w.Create(evidence.ReadmeFile)
	if err != nil {
		return "", seal, "", err
	}
	if _, err := f.Write(evidence.Readme(id.String(), meta.Name, seal.Sum())); err != nil {
		return "", seal, "", err
	}
	if err := f.Close(); err != nil {
		return "", seal, "", err
	}
	digest, err = w.Finish(s.Sign)
	return folder, seal, digest, err
}

// nowhere is a folder that keeps nothing.
type nowhere struct{}

func (nowhere) Create(string) (io.WriteCloser, error) { return drain{io.Discard}, nil }

type drain struct{ io.Writer }

func (drain) Close() error { return nil }

// Rerun is what computing a batch again from its evidence alone came to.
type Rerun struct {
	Batch  payroll.BatchID `json:"batch"`
	Digest string          `json:"digest"` // of what was computed
	Files  int             `json:"files"`  // of sealed rows, each the same byte for byte
	Erased int             `json:"erased"` // people of the batch who were erased: then the rows of the others are compared, and Digest is empty
}

// RerunEvidence computes a batch again from its evidence folder alone, in a book made for
// it and thrown away, and compares every byte of its rows. Errors: evidence.differs naming
// the file and the first byte, evidence.erased_differs, batch.rules_version, and those of
// reading the folder.
func RerunEvidence(ctx context.Context, folder string) (r Rerun, err error) {
	from, err := evidenceFolder(folder)
	if err != nil {
		return r, err
	}
	exporters.Sweep(os.TempDir())
	dir, hold, err := exporters.TemporaryDir(os.TempDir(), "rerun")
	if err != nil {
		return r, message.Err("export.write", os.TempDir()).Because(err)
	}
	defer hold.Close()
	defer os.RemoveAll(dir)
	s, err := store.Create(ctx, filepath.Join(dir, "book.db"), "")
	if err != nil {
		return r, err
	}
	defer s.Close()
	if r.Batch, err = load.Load(ctx, from, s); err != nil {
		return r, err
	}
	gone, err := erasedIn(ctx, s, r.Batch)
	if err != nil {
		return r, err
	}
	if len(gone) > 0 {
		if err := load.Averages(ctx, os.DirFS(folder), s, r.Batch); err != nil {
			return r, err
		}
	}
	w, err := evidence.New(filepath.Join(dir, "again"))
	if err != nil {
		return r, err
	}
	defer w.Discard()
	if r.Digest, err = payroll.NewBook(s, time.Now).RecomputeTo(ctx, r.Batch, w); err != nil {
		return r, err
	}
	if _, err := w.Finish(func([]byte) ([]byte, error) { return nil, nil }); err != nil {
		return r, err
	}
	sealed, again := filepath.Join(folder, payroll.SealedDir), filepath.Join(dir, "again", payroll.SealedDir)
	if r.Erased = len(gone); r.Erased == 0 {
		r.Files, err = sameFiles(sealed, again)
		return r, err
	}
	r.Digest = ""
	r.Files, err = sameOthers(sealed, again, gone)
	return r, err
}

// erasedIn gives the people of a batch whose data was erased.
func erasedIn(ctx context.Context, s payroll.Store, id payroll.BatchID) (map[string]bool, error) {
	gone := map[string]bool{}
	return gone, s.View(ctx, func(r payroll.Reader) error {
		all, err := r.Erased(ctx)
		if err != nil {
			return err
		}
		return r.Settlements(ctx, id, func(x payroll.Settlement) error {
			if all[x.Person] != 0 {
				gone[strconv.FormatInt(x.Person, 10)] = true
			}
			return nil
		})
	})
}

// sameOthers compares the rows of everybody who was not erased, file by file and in their
// order. Numbers of sentences and of payments count over everybody, so a sentence is
// compared by its words and a payment without its number.
func sameOthers(sealed, again string, gone map[string]bool) (n int, err error) {
	for _, section := range []string{"lines", "settlements", "payments", "entries", "portions"} {
		name := section + ".tsv"
		was, err := rowsOfOthers(sealed, section, gone)
		if err != nil {
			return 0, err
		}
		now, err := rowsOfOthers(again, section, gone)
		if err != nil {
			return 0, err
		}
		for i := range max(len(was), len(now)) {
			if i >= len(was) || i >= len(now) || was[i] != now[i] {
				first := slices.Concat(was[min(i, len(was)):], now[min(i, len(now)):])[0]
				return 0, message.Err("evidence.erased_differs", payroll.SealedDir+name, first.person)
			}
		}
		n++
	}
	return n, nil
}

// personRow is a row of a section without what counts over everybody.
type personRow struct{ person, text string }

// rowsOfOthers reads a section but for the rows of some people; one that is not there has no rows.
func rowsOfOthers(dir, section string, gone map[string]bool) (list []personRow, err error) {
	rows, err := sectionRows(dir, section)
	if err != nil {
		return nil, err
	}
	sentences, err := sectionRows(dir, "sentences")
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		fields := strings.Split(row, "\t")
		last := len(fields) - 1
		switch section {
		case "payments":
			fields = fields[1:]
		case "lines":
			if n, err := strconv.Atoi(fields[last]); err == nil && n >= 0 && n < len(sentences) {
				fields[last] = sentences[n]
			}
		}
		if len(fields) > 0 && !gone[fields[0]] {
			list = append(list, personRow{fields[0], strings.Join(fields, "\t")})
		}
	}
	return list, nil
}

func sectionRows(dir, section string) ([]string, error) {
	text, err := os.ReadFile(filepath.Join(dir, section+".tsv"))
	if errors.Is(err, fs.ErrNotExist) || len(text) == 0 && err == nil {
		return nil, nil
	}
	if err != nil {
		return nil, message.Err("file.unreadable", section+".tsv").Because(err)
	}
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n"), nil
}

// sameFiles compares two folders of files byte for byte.
func sameFiles(sealed, again string) (n int, err error) {
	names := map[string]bool{}
	for _, dir := range []string{sealed, again} {
		list, err := os.ReadDir(dir)
		if err != nil {
			return 0, message.Err("file.missing", dir).Because(err)
		}
		for _, x := range list {
			names[x.Name()] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		a, err := os.ReadFile(filepath.Join(sealed, name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return 0, message.Err("file.unreadable", name).Because(err)
		}
		b, err2 := os.ReadFile(filepath.Join(again, name))
		if err2 != nil && !errors.Is(err2, fs.ErrNotExist) {
			return 0, message.Err("file.unreadable", name).Because(err2)
		}
		if (err == nil) != (err2 == nil) || !bytes.Equal(a, b) {
			at := 0
			for at < len(a) && at < len(b) && a[at] == b[at] {
				at++
			}
			return 0, message.Err("evidence.differs", payroll.SealedDir+name, bytes.Count(a[:at], []byte("\n"))+1, at+1)
		}
		n++
	}
	return n, nil
}

// Fsck looks through the whole book, and holds the end of its journal against what evidence
// folders remember.
func (a *App) Fsck(ctx context.Context, folders []string) (payroll.Health, error) {
	var anchors []payroll.Anchor
	for _, dir := range folders {
		folder, err := evidenceFolder(dir)
		if err != nil {
			return payroll.Health{}, err
		}
		position, digest, err := load.Head(folder)
		if err != nil {
			return payroll.Health{}, err
		}
		anchors = append(anchors, payroll.Anchor{Where: filepath.Base(dir), Position: position, Digest: digest})
	}
	return a.Book.Fsck(ctx, anchors)
}

// evidenceFolder opens a folder that evidence was written to. Errors: file.missing,
// evidence.none of anything else.
func evidenceFolder(dir string) (fs.FS, error) {
	if _, err := os.Stat(dir); err != nil {
		return nil, message.Err("file.missing", dir).Because(err)
	}
	folder := os.DirFS(dir)
	if _, err := fs.Stat(folder, load.AboutFile); err != nil {
		return nil, message.Err("evidence.none", dir).Because(err)
	}
	return folder, nil
}

// Receipt writes the receipt of one person in a committed batch into dir: a page to print,
// and the same as a text for a verifier.
func (a *App) Receipt(ctx context.Context, id payroll.BatchID, person int64, dir string) (payroll.Receipt, []string, error) {
	r, err := a.Book.Receipt(ctx, id, person)
	if err != nil {
		return r, nil, err
	}
	meta, err := a.Meta(ctx)
	if err != nil {
		return r, nil, err
	}
	name := "回执_" + dashed(id) + "_" + strconv.FormatInt(person, 10)
	var files []string
	for _, x := range []struct {
		end   string
		write func(writer) error
	}{{".html", func(w writer) error { return paper.WriteReceipt(w, meta.Name, r) }}, {".txt", func(w writer) error { _, err := w.Write(r.Text()); return err }}} {
		file, err := a.paperFile(dir, name+x.end, x.write)
		if err != nil {
			return r, files, err
		}
		files = append(files, file)
	}
	return r, files, nil
}
