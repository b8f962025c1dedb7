// Package exporters owns how files leave: written whole or not at all, private to
// the owner, read back, and listed in a manifest with their digests. What stands in
// them is the business of the packages below it.
package exporters

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"path/filepath"

	"zhida/payroll"
	"zhida/payroll/journal"
	"zhida/rules/message"
)

// WriteFile puts a file into a folder: a private temporary file, flushed to disk,
// renamed, and read back. write must be able to run again. It returns the digests
// of what is on disk. Errors: export.write, export.differs.
func WriteFile(dir, name string, write func(io.Writer) error) (Digests, error) {
	fail := func(err error) (Digests, error) {
		return Digests{}, message.Err("export.write", name).Because(err)
	}
	if filepath.Base(name) != name || name == "." {
		return Digests{}, message.Err("export.name", name)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fail(err)
	}
	f, err := os.CreateTemp(dir, ".zhida-*")
	if err != nil {
		return fail(err)
	}
	defer os.Remove(f.Name()) // gone after the rename
	sum := newSum()
	if err := write(io.MultiWriter(f, sum)); err != nil {
		f.Close()
		if message.Code(err) != "" {
			return Digests{}, err
		}
		return fail(err)
	}
	if err := f.Sync(); err != nil {
		f.Close()
		return fail(err)
	}
	if err := f.Close(); err != nil {
		return fail(err)
	}
	target := filepath.Join(dir, name)
	if err := os.Rename(f.Name(), target); err != nil {
		return fail(err)
	}
	if err := syncDir(dir); err != nil {
		return fail(err)
	}
	back, err := DigestFile(target)
	if err != nil {
		return fail(err)
	}
	if back != sum.digests() {
		return Digests{}, message.Err("export.differs", name)
	}
	return back, nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// Digests are the two digests of a file, in hex.
type Digests struct {
	SM3    string `json:"sm3"`
	SHA256 string `json:"sha256"`
}

type sum struct {
	sm3, sha interface {
		io.Writer
		Sum([]byte) []byte
	}
}

func newSum() *sum { return &sum{journal.NewHash(), sha256.New()} }

func (s *sum) Write(b []byte) (int, error) {
	s.sm3.Write(b)
	return s.sha.Write(b)
}

func (s *sum) digests() Digests {
	return Digests{hex.EncodeToString(s.sm3.Sum(nil)), hex.EncodeToString(s.sha.Sum(nil))}
}

// DigestFile digests a file on disk.
func DigestFile(name string) (Digests, error) {
	f, err := os.Open(name)
	if err != nil {
		return Digests{}, err
	}
	defer f.Close()
	s := newSum()
	_, err = io.Copy(s, f)
	return s.digests(), err
}

// Manifest lists everything that left for a batch. Amounts are fen.
type Manifest struct {
	Format  string         `json:"format"` // "zhida-manifest 1"
	County  string         `json:"county"`
	Batch   string         `json:"batch"`
	Channel string         `json:"channel"`
	Seal    string         `json:"seal"` // digest of the batch that was approved
	Date    string         `json:"date"`
	Count   int            `json:"count"`
	Total   int64          `json:"total_fen"`
	Files   []ManifestFile `json:"files"`
}

// ManifestFile is one file of a manifest; Count and Total are 0 for files that carry no payments.
type ManifestFile struct {
	Name   string `json:"name"`
	Kind   string `json:"kind"` // payment or remittance
	Layout string `json:"layout,omitempty"`
	Bank   string `json:"bank,omitempty"`
	Count  int    `json:"count"`
	Total  int64  `json:"total_fen"`
	Digests
}

// NewManifest makes the manifest of a batch's files; payments are counted, remittances listed.
func NewManifest(m payroll.Meta, b payroll.Batch, date string, files []ManifestFile) Manifest {
	out := Manifest{Format: "zhida-manifest 1", County: m.County, Batch: b.ID.String(), Channel: b.Channel, Seal: b.Digest, Date: date, Files: files}
	for _, f := range files {
		if f.Kind == "payment" {
			out.Count += f.Count
			out.Total += f.Total
		}
	}
	return out
}

// Write writes the manifest as indented JSON in its fixed field order.
func (m Manifest) Write(w io.Writer) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(m); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}

// Digest digests what write would write, without writing it anywhere.
func Digest(write func(io.Writer) error) (Digests, error) {
	s := newSum()
	err := write(s)
	return s.digests(), err
}
