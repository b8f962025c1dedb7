//go:build !linux

package app

// ClockSynchronised is not known here; a person vouches for a clock that seems far ahead.
func ClockSynchronised() bool { return false }
