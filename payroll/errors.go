package payroll

import "zhida/rules/message"

// ErrNotFound is what a Reader answers for something that does not exist.
var ErrNotFound = message.Err("store.not_found")

// ErrConflict is what a guarded update answers when somebody else was faster.
var ErrConflict = message.Err("store.conflict")
