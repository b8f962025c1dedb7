package main

import (
	"archive/zip"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// Bounds of what a folder may hold, so that a hostile one cannot fill the machine.
const (
	maxFiles = 200_000
	maxBytes = 64 << 30 // of all listed files together
)

var (
	errMissing   = errors.New("it is missing")
	errTooMany   = errors.New("more than 200,000 files")
	errNotFolder = errors.New("neither a folder nor a zip")
)

// oddity is something in a folder or zip that cannot be a file of evidence.
type oddity struct {
	name, code string
}

// source gives the files of one evidence folder, wherever they lie.
type source interface {
	// files lists regular files by their path in the folder, with slashes, and what else was found there.
	files() (names []string, odd []oddity, err error)
	// open reads a file that files has listed.
	open(name string) (io.ReadCloser, error)
	io.Closer
}

// openSource opens a folder or a zip.
func openSource(name string) (source, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		root, err := os.OpenRoot(name)
		if err != nil {
			return nil, err
		}
		return folderSource{root}, nil
	}
	if !info.Mode().IsRegular() {
		return nil, errNotFolder
	}
	z, err := zip.OpenReader(name)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, errNotFolder
	}
	return &zipSource{archive: z}, nil
}

// folderSource is a folder on disk; os.Root keeps every name inside it, whatever symbolic links say.
type folderSource struct{ *os.Root }

func (s folderSource) files() (names []string, odd []oddity, err error) {
	err = fs.WalkDir(s.FS(), ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if len(names)+len(odd) > maxFiles {
			return errTooMany
		}
		switch {
		case !cleanPath(name) && name != ".":
			odd = append(odd, oddity{name, "files.bad_path"})
			if e.IsDir() {
				return fs.SkipDir
			}
		case e.IsDir():
		case e.Type().IsRegular():
			names = append(names, name)
		default: // a symbolic link, a device, a pipe: never opened
			odd = append(odd, oddity{name, "files.not_a_file"})
		}
		return nil
	})
	return names, odd, err
}

func (s folderSource) open(name string) (io.ReadCloser, error) {
	f, err := s.Open(filepath.FromSlash(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errMissing
	}
	return f, err
}

// zipSource is a zip with one folder at its top.
type zipSource struct {
	archive *zip.ReadCloser
	entries map[string]*zip.File
}

func (s *zipSource) files() (names []string, odd []oddity, err error) {
	if len(s.archive.File) > maxFiles {
		return nil, nil, errTooMany
	}
	s.entries = map[string]*zip.File{}
	top := ""
	for _, f := range s.archive.File {
		if f.FileInfo().IsDir() {
			continue
		}
		first, name, nested := strings.Cut(f.Name, "/")
		if top == "" {
			top = first
		}
		switch {
		case !nested || first != top || !cleanPath(f.Name) || f.NonUTF8:
			odd = append(odd, oddity{f.Name, "files.bad_path"})
		case !f.Mode().IsRegular():
			odd = append(odd, oddity{name, "files.not_a_file"})
		case s.entries[name] != nil:
			odd = append(odd, oddity{name, "files.twice_in_zip"})
		default:
			s.entries[name] = f
			names = append(names, name)
		}
	}
	return names, odd, nil
}

func (s *zipSource) open(name string) (io.ReadCloser, error) {
	if f := s.entries[name]; f != nil {
		return f.Open()
	}
	return nil, errMissing
}

func (s *zipSource) Close() error { return s.archive.Close() }

// cleanPath says whether a path stays where it is and has one spelling on every system.
func cleanPath(name string) bool {
	return fs.ValidPath(name) && name != "." && path.Clean(name) == name && !strings.ContainsAny(name, "\\:\x00") && len(name) <= 1024
}
