//go:build unix

package store

import (
	"os"
	"syscall"
)

// Hold marks a folder as somebody's as long as this program lives; ok is false when it is
// somebody else's. A program that is killed holds nothing.
func Hold(dir string) (release func(), ok bool) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, false
	}
	if syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) != nil {
		f.Close()
		return nil, false
	}
	return func() { f.Close() }, true
}
