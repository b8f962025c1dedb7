// Package evidence owns how an evidence folder and its zip come to lie on a disk: private
// files, a manifest over all of them, a signature over the manifest, and the folder under
// its name only when it is whole. What stands in the files is the business of payroll.
package evidence

import (
	"archive/zip"
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"zhida/exporters"
	"zhida/payroll/journal"
	"zhida/rules/message"
)

// The files that a folder has beside those of payroll.
const (
	ManifestFile  = "MANIFEST.tsv" // path, bytes, SM3, SHA-256 of every file but itself and its signature
	SignatureFile = "MANIFEST.sig" // SM2 over the manifest, DER, by who made the folder
	ReadmeFile    = "README.txt"
)

// Writer is a folder while it is being written, beside its place.
type Writer struct {
	dir, temporary string
	hold           *os.File
	undo           func() // takes away the folders that were made for it, while they are empty
	files          map[string]listed
}

type listed struct {
	size        int64
	sm3, sha256 string
}

// New begins the folder dir, which must not exist yet. Errors: evidence.exists, export.write.
func New(dir string) (*Writer, error) {
	if _, err := os.Lstat(dir); !errors.Is(err, fs.ErrNotExist) {
		return nil, message.Err("evidence.exists", dir)
	}
	parent := filepath.Dir(dir)
	undo, err := exporters.MakeDir(parent)
	if err != nil {
		return nil, message.Err("export.write", dir).Because(err)
	}
	exporters.Sweep(parent)
	temporary, hold, err := exporters.TemporaryDir(parent, "evidence")
	if err != nil {
		undo()
		return nil, message.Err("export.write", dir).Because(err)
	}
	return &Writer{dir, temporary, hold, undo, map[string]listed{}}, nil
}

// Create makes a file of the folder, readable by the owner only, once. Error: export.write.
func (w *Writer) Create(name string) (io.WriteCloser, error) {
	if _, twice := w.files[name]; twice || !fs.ValidPath(name) {
		return nil, fmt.Errorf("evidence: the file %q is made twice or has no good name", name)
	}
	w.files[name] = listed{}
	path := filepath.Join(w.temporary, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, message.Err("export.write", name).Because(err)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, message.Err("export.write", name).Because(err)
	}
	return &file{to: w, name: name, f: f, b: bufio.NewWriterSize(f, 1<<16), sm3: journal.NewHash(), sha: sha256.New()}, nil
}

// file digests what goes into a file.
type file struct {
	to       *Writer
	name     string
	f        *os.File
	b        *bufio.Writer
	sm3, sha hash.Hash
	size     int64
}

func (f *file) Write(b []byte) (int, error) {
	f.sm3.Write(b)
	f.sha.Write(b)
	f.size += int64(len(b))
	n, err := f.b.Write(b)
	if err != nil {
		err = message.Err("export.write", f.name).Because(err)
	}
	return n, err
}

// Close brings the file to disk.
func (f *file) Close() error {
	err := errors.Join(f.b.Flush(), f.f.Sync(), f.f.Close())
	if err != nil {
		return message.Err("export.write", f.name).Because(err)
	}
	f.to.files[f.name] = listed{f.size, hex.EncodeToString(f.sm3.Sum(nil)), hex.EncodeToString(f.sha.Sum(nil))}
	return nil
}

// Finish lists what was written, has the list signed, gives the folder its name, and makes
// the zip of it beside. It gives the digest of the manifest, which names the whole folder.
func (w *Writer) Finish(sign func(manifest []byte) ([]byte, error)) (digest string, err error) {
	names := w.names()
	var manifest bytes.Buffer
	for _, name := range names {
		x := w.files[name]
		fmt.Fprintf(&manifest, "%s\t%d\t%s\t%s\n", name, x.size, x.sm3, x.sha256)
	}
	signature, err := sign(manifest.Bytes())
	if err != nil {
		return "", err
	}
	for name, text := range map[string][]byte{ManifestFile: manifest.Bytes(), SignatureFile: signature} {
		f, err := w.Create(name)
		if err != nil {
			return "", err
		}
		if _, err := f.Write(text); err != nil {
			return "", err
		}
		if err := f.Close(); err != nil {
			return "", err
		}
	}
	// The zip first: whoever is interrupted between the two writes both again.
	if _, err := exporters.WriteFile(filepath.Dir(w.dir), filepath.Base(w.dir)+".zip", w.pack); err != nil {
		return "", err
	}
	if err := os.Rename(w.temporary, w.dir); errors.Is(err, fs.ErrExist) { // somebody was faster
		return "", message.Err("evidence.exists", w.dir)
	} else if err != nil {
		return "", message.Err("export.write", w.dir).Because(err)
	}
	if err := exporters.SyncDir(filepath.Dir(w.dir)); err != nil {
		return "", message.Err("export.write", w.dir).Because(err)
	}
	return journal.Digest(manifest.Bytes()), nil
}

// Discard removes what a folder that did not get its name has left.
func (w *Writer) Discard() {
	_ = os.RemoveAll(w.temporary)
	w.hold.Close()
	w.undo()
}

func (w *Writer) names() []string {
	var names []string
	for name := range w.files {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// pack writes a zip that is the same for the same files: in the order of their names and
// with no time of its own. It reads back what was written. Error: export.differs.
func (w *Writer) pack(to io.Writer) error {
	z := zip.NewWriter(to)
	top := filepath.Base(w.dir) + "/"
	for _, name := range w.names() {
		h := &zip.FileHeader{Name: top + name, Method: zip.Deflate, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)}
		h.SetMode(0o600)
		part, err := z.CreateHeader(h)
		if err != nil {
			return err
		}
		f, err := os.Open(filepath.Join(w.temporary, filepath.FromSlash(name)))
		if err != nil {
			return err
		}
		back := journal.NewHash()
		_, err = io.Copy(io.MultiWriter(part, back), f)
		if err := errors.Join(err, f.Close()); err != nil {
			return err
		}
		if hex.EncodeToString(back.Sum(nil)) != w.files[name].sm3 {
			return message.Err("export.differs", name)
		}
	}
	return z.Close()
}

// Readme is the file that tells a stranger what to do, in the words of two languages.
func Readme(batch, county, seal string) []byte {
	r := strings.NewReplacer("{batch}", batch, "{county}", county, "{seal}", seal)
	return []byte(r.Replace(readme))
}

const readme = `{county}批次 {batch} 的证据。封签文书 seal.txt 的 SM3：{seal}

怎样核对（格式见程序说明 docs/evidence.md，一行程序也不用信我们的）：
 1. 全部文件没有动过：MANIFEST.tsv 逐行是 路径、字节数、SM3、SHA-256，例如
      openssl dgst -sm3 sealed/lines.tsv
 2. 批次的行就是被签的行：sealed/batch.tsv 里的摘要是同一目录各文件的 SM3；
    sealed/batch.tsv 自己的 SM3 就是 seal.txt 里的 digest。
 3. 三个人签了封签（经办、复核、审批），公钥在 keys/：
      openssl pkeyutl -verify -pubin -inkey keys/密钥号.pem -in seal.txt -sigfile seal.approver.sig \
        -rawin -digest sm3 -pkeyopt distid:1234567812345678
 4. 公钥是谁的、由谁担保：journal.tsv 里 actor.added 的各条。第一名管理员的密钥号请另向县局当面核实。
 5. 一次全查：zhida-verify 本目录。再算一次：zhida rerun --evidence 本目录。

Evidence of batch {batch}. The SM3 of seal.txt is {seal}. MANIFEST.tsv lists path, bytes, SM3 and
SHA-256 of every file. sealed/batch.tsv holds the digests of the files beside it; its own SM3 is the
digest in seal.txt, which maker, checker and approver have signed (SM2, keys/). Ask the county for the
key id of its first administrator; everybody else is vouched for in journal.tsv. zhida-verify checks
all of it; zhida rerun --evidence computes the batch again.
`
