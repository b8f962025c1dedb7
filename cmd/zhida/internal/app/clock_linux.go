package app

import "syscall"

// ClockSynchronised says whether the kernel takes this machine's clock to agree with a
// time server. It does so until the clock is set by hand or nobody has corrected it for
// some hours. In a container it is the host's kernel that answers.
func ClockSynchronised() bool {
	const failed, unsynchronised = 5, 0x40 // TIME_ERROR and STA_UNSYNC of adjtimex(2)
	var t syscall.Timex                    // without modes: it only looks
	state, err := syscall.Adjtimex(&t)
	return err == nil && state != failed && t.Status&unsynchronised == 0
}
