// Package exporters owns how files leave: written whole or not at all, private to
// the owner, read back, and listed in a manifest with their digests. What stands in
// them is the business of the packages below it.
package exporters

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"zhida/payroll/journal"
	"zhida/rules/message"
)

// WriteFile puts a file into a folder: a private temporary file, flushed to disk,
// renamed, and read back; another file of the name is replaced. It returns the
// digests of what is on disk. When anything fails, what stood there before still
// stands. Errors: export.write, export.differs, export.name, and those of write.
func WriteFile(dir, name string, write func(io.Writer) error) (Digests, error) {
	return put(dir, name, write, func(string, Digests) error { return nil })
}

// Release is WriteFile for what may already have been handed on: the same bytes may
// be written again, other bytes never replace them. Error: export.exists.
func Release(dir, name string, write func(io.Writer) error) (Digests, error) {
	return put(dir, name, write, func(target string, now Digests) error {
		before, err := DigestFile(target)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return message.Err("export.write", name).Because(err)
		case before != now:
			return message.Err("export.exists", name)
		}
		return nil
	})
}

func put(dir, name string, write func(io.Writer) error, allowed func(target string, now Digests) error) (written Digests, err error) {
	if filepath.Base(name) != name || strings.Trim(name, ".") == "" {
		return Digests{}, message.Err("export.name", name)
	}
	undo, err := MakeDir(dir)
	if err != nil {
		return Digests{}, message.Err("export.write", name).Because(err)
	}
	defer func() {
		if err != nil {
			undo()
		}
	}()
	Sweep(dir)
	f, now, err := spool(dir, write)
	if err != nil {
		return Digests{}, explained(name, err)
	}
	defer f.Close()
	defer os.Remove(f.Name()) // gone after the rename
	target := filepath.Join(dir, name)
	if err := allowed(target, now); err != nil {
		return Digests{}, err
	}
	if err := os.Rename(f.Name(), target); err != nil {
		return Digests{}, message.Err("export.write", name).Because(err)
	}
	if err := SyncDir(dir); err != nil {
		return Digests{}, message.Err("export.write", name).Because(err)
	}
	back, err := DigestFile(target)
	if err != nil {
		return Digests{}, message.Err("export.write", name).Because(err)
	}
	if back != now {
		return Digests{}, message.Err("export.differs", name)
	}
	return back, nil
}

// MakeDir makes a folder that only its owner can read, and those it lies in. undo takes away
// what was made as long as nothing stands in it: a command that fails leaves no empty folder.
func MakeDir(dir string) (undo func(), err error) {
	var made []string // the deepest first
	for at := filepath.Clean(dir); ; at = filepath.Dir(at) {
		if _, err := os.Lstat(at); !errors.Is(err, fs.ErrNotExist) {
			break
		}
		made = append(made, at)
	}
	undo = func() {
		for _, d := range made {
			_ = os.Remove(d)
		}
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		undo()
		return nil, err
	}
	return undo, nil
}

// spool writes a temporary file beside the target, readable by the owner only, and
// brings it to disk; it stays open and held. Nothing is left behind when that fails.
func spool(dir string, write func(io.Writer) error) (f *os.File, d Digests, err error) {
	if f, err = held(func() (*os.File, error) { return os.CreateTemp(dir, temporary+"*") }); err != nil { // mode 0600
		return nil, d, err
	}
	s := newSum()
	out := bufio.NewWriterSize(io.MultiWriter(f, s), 1<<16) // writers of papers write cell by cell
	if err = write(out); err == nil {
		err = errors.Join(out.Flush(), f.Sync())
	}
	if err != nil {
		os.Remove(f.Name())
		f.Close()
		return nil, d, err
	}
	return f, s.digests(), nil
}

// temporary begins the names of what is being written.
const temporary = ".zhida-"

// TemporaryDir makes a folder in dir that only its owner can read and that no other program
// sweeps away while it is held: until the file is closed, or this program ends.
func TemporaryDir(dir, what string) (string, *os.File, error) {
	f, err := held(func() (*os.File, error) {
		name, err := os.MkdirTemp(dir, temporary+what+"-*") // mode 0700
		if err != nil {
			return nil, err
		}
		return os.Open(name)
	})
	if err != nil {
		return "", nil, err
	}
	return f.Name(), f, nil
}

// held makes a temporary and locks it. A sweep may come in between, and then another is made.
func held(create func() (*os.File, error)) (*os.File, error) {
	for {
		f, err := create()
		if err != nil {
			return nil, err
		}
		lock(f) // where a file system has no locks, nobody sweeps either
		mine, err := f.Stat()
		if there, err2 := os.Lstat(f.Name()); err == nil && err2 == nil && os.SameFile(mine, there) {
			return f, nil
		}
		f.Close()
	}
}

func lock(f *os.File) bool { return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil }

// Sweep removes from a folder what programs have left that were killed while they wrote:
// it can hold everybody's numbers. What somebody is still writing is locked and stays.
func Sweep(dir string) {
	list, err := os.ReadDir(dir)
	if err != nil {
		return // writing will say what is wrong
	}
	for _, e := range list {
		if !strings.HasPrefix(e.Name(), temporary) || !e.IsDir() && !e.Type().IsRegular() {
			continue
		}
		f, err := os.Open(filepath.Join(dir, e.Name()))
		if err != nil {
			continue
		}
		if lock(f) {
			_ = os.RemoveAll(f.Name())
		}
		f.Close()
	}
}

// explained keeps an error that is a message already, and gives others one.
func explained(name string, err error) error {
	var problems message.Problems
	if message.Code(err) != "" || errors.As(err, &problems) {
		return err
	}
	return message.Err("export.write", name).Because(err)
}

// SyncDir brings a rename in a folder to disk. File systems of memory sticks cannot, and say EINVAL.
func SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) {
		return err
	}
	return nil
}

// Digests are the two digests of a file, in hex.
type Digests struct {
	SM3    string `json:"sm3"`
	SHA256 string `json:"sha256"`
}

type sum struct{ sm3, sha hash.Hash }

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

// Digest digests what write would write, without writing it anywhere.
func Digest(write func(io.Writer) error) (Digests, error) {
	s := newSum()
	err := write(s)
	return s.digests(), err
}
