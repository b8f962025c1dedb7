package desk

import (
	"archive/zip"
	"io"
	"io/fs"
	"mime/multipart"
	"os"
	"path"
	"path/filepath"
	"strings"

	"zhida/rules/identity"
	"zhida/rules/message"
)

// folder is a new folder for what one request needs on disk; it is gone at the latest when the desk ends.
func (d *Desk) folder() (string, error) {
	dir, err := os.MkdirTemp(d.scratch, "")
	if err != nil {
		return "", message.Err("export.write", d.scratch).Because(err)
	}
	return dir, nil
}

// uploaded puts the files of a form into folders of their own, under the names that the clerk gave them: the book keeps
// a file's name, and a marked workbook goes back under it. A number of somebody in a name is masked before anything is called by it.
// The folders are the visit's, and go with it.
func (r *request) uploaded(field string) (files []string, err error) {
	if r.MultipartForm == nil || len(r.MultipartForm.File[field]) == 0 {
		return nil, message.Err("desk.no_file")
	}
	for _, h := range r.MultipartForm.File[field] {
		dir, err := r.visit.folder(r.desk.scratch)
		if err != nil {
			return nil, err
		}
		file := filepath.Join(dir, plainName(h.Filename))
		if err := save(h, file); err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	return files, nil
}

// plainName is a name without folders, of either kind of system, and without whole numbers of people or cards.
func plainName(name string) string {
	name = path.Base(strings.ReplaceAll(name, "\\", "/"))
	if hidden := identity.HideName(name); hidden != name {
		name = strings.ReplaceAll(hidden, "*", "x") // which not every file system takes
	}
	if name == "." || name == "/" || name == ".." {
		return "file"
	}
	if end := path.Ext(name); len(name) > 200 { // longer than a file system takes
		name = strings.ToValidUTF8(name[:180-min(len(end), 20)], "") + end[:min(len(end), 20)]
	}
	return name
}

func save(h *multipart.FileHeader, file string) error {
	from, err := h.Open()
	if err != nil {
		return message.Err("desk.form_broken").Because(err)
	}
	defer from.Close()
	to, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return message.Err("file.unwritable", filepath.Base(file)).Because(err)
	}
	_, err = io.Copy(to, from)
	if closed := to.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return message.Err("file.unwritable", filepath.Base(file)).Because(err)
	}
	return nil
}

// keep lets a visitor fetch a file for as long as the visit lasts, and gives the address.
func (v *visit) keep(file string) string {
	v.lock.Lock()
	defer v.lock.Unlock()
	name := secret()
	v.files[name] = file
	return "/file/" + name
}

// kept takes back a file that was kept, by its address: it can be fetched no more. "" where there is none.
func (v *visit) kept(address string) (file string) {
	v.lock.Lock()
	defer v.lock.Unlock()
	name := strings.TrimPrefix(address, "/file/")
	file = v.files[name]
	delete(v.files, name)
	return file
}

// fileShow sends a file that was made for this visit.
func fileShow(r *request) error {
	r.visit.lock.Lock()
	file := r.visit.files[r.PathValue("file")]
	r.visit.lock.Unlock()
	if file == "" {
		return message.Err("desk.no_page")
	}
	return r.sendFile(file)
}

// written sends what a use case wrote into a folder and removes it: the one file, or several as one archive of that name.
func (r *request) written(dir, name string, files []string) error {
	defer os.RemoveAll(dir)
	if len(files) == 1 {
		return r.sendFile(files[0])
	}
	archive := filepath.Join(dir, name+".zip")
	if err := pack(archive, files); err != nil {
		return message.Err("file.unwritable", name+".zip").Because(err)
	}
	return r.sendFile(archive)
}

// pack puts files into an archive, side by side.
func pack(archive string, files []string) error {
	f, err := os.OpenFile(archive, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	z := zip.NewWriter(f)
	for _, name := range files {
		w, err := z.Create(filepath.Base(name))
		if err != nil {
			return err
		}
		in, err := os.Open(name)
		if err != nil {
			return err
		}
		_, err = io.Copy(w, in)
		if closed := in.Close(); err == nil {
			err = closed
		}
		if err != nil {
			return err
		}
	}
	if err := z.Close(); err != nil {
		return err
	}
	return f.Close()
}

// inside lists the files of a folder.
func inside(dir string) (files []string, err error) {
	err = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() {
			files = append(files, path)
		}
		return err
	})
	return files, err
}

// take reads a small uploaded file and removes it.
func (d *Desk) take(file string) (text []byte, name string, err error) {
	defer os.RemoveAll(filepath.Dir(file))
	text, err = os.ReadFile(file)
	if err != nil {
		return nil, "", message.Err("file.unreadable", filepath.Base(file)).Because(err)
	}
	return text, filepath.Base(file), nil
}
