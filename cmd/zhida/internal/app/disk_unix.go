//go:build linux || darwin

package app

import "syscall"

// freeBytes is what this user can still write where a folder is.
func freeBytes(dir string) (int64, error) {
	var s syscall.Statfs_t
	err := syscall.Statfs(dir, &s)
	return int64(s.Bavail) * int64(s.Bsize), err
}
