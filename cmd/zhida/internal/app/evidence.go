package app

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
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
}

// RerunEvidence computes a batch again from its evidence folder alone, in a book made for
// it and thrown away, and compares every byte of its rows. Errors: evidence.differs naming
// the file and the first byte, batch.rules_version, and those of reading the folder.
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
	r.Files, err = sameFiles(filepath.Join(folder, payroll.SealedDir), filepath.Join(dir, "again", payroll.SealedDir))
	return r, err
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
	for name := range names {
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
