package app

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"zhida/rules/message"
)

// ReadSecret reads a passphrase or password from a file that nobody else can read,
// without the end of its line. Errors: file.missing, file.unreadable, file.not_private.
func ReadSecret(name string) ([]byte, error) {
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, message.Err("file.missing", name)
	}
	if err != nil {
		return nil, message.Err("file.unreadable", name).Because(err)
	}
	defer f.Close()
	info, err := f.Stat() // of the open file: a name could come to mean another one
	if err != nil {
		return nil, message.Err("file.unreadable", name).Because(err)
	}
	if mode := info.Mode(); mode.IsRegular() && mode.Perm()&forbidden(name) != 0 {
		return nil, message.Err("file.not_private", name, mode.Perm())
	}
	text, err := io.ReadAll(io.LimitReader(f, maxSecret))
	if err != nil {
		return nil, message.Err("file.unreadable", name).Because(err)
	}
	return []byte(strings.TrimRight(string(text), "\r\n")), nil
}

// maxSecret bounds what is read of a file that was named by mistake.
const maxSecret = 4 << 10

// forbidden are the permissions that a file with a secret may not have. Credentials
// that systemd hands over may be readable by a group: where it cannot give the file to
// the service's user it lets them in by an access list, whose mask shows as the group's.
func forbidden(name string) fs.FileMode {
	if dir := os.Getenv("CREDENTIALS_DIRECTORY"); dir != "" && filepath.Dir(filepath.Clean(name)) == filepath.Clean(dir) {
		return 0o037
	}
	return 0o077
}
