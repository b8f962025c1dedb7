package app

import (
	"os"
	"path/filepath"
	"time"

	"zhida/payroll/store"
	"zhida/rules/message"
)

// Scratch makes a private folder for what must be gone when the program ends, and removes those of the same name that programs which were
// killed have left. release removes it. Error: export.write.
func Scratch(name string) (dir string, release func() error, err error) {
	left, _ := filepath.Glob(filepath.Join(os.TempDir(), name+"-*"))
	for _, old := range left {
		if info, err := os.Lstat(old); err != nil || !info.IsDir() || time.Since(info.ModTime()) < time.Minute { // one that is being made is not held yet
			continue
		}
		if let, free := store.Hold(old); free {
			_ = os.RemoveAll(old) // of another user's there is nothing that we could remove
			let()
		}
	}
	dir, err = os.MkdirTemp("", name+"-")
	if err != nil {
		return "", nil, message.Err("export.write", os.TempDir()).Because(err)
	}
	let, _ := store.Hold(dir)
	return dir, func() error {
		if let != nil {
			let()
		}
		return os.RemoveAll(dir)
	}, nil
}
