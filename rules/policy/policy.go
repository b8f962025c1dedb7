// Package policy owns the policy file: reading, checking and compiling a county's document.
package policy

// Policy is one document as written in a policy file.
type Policy struct{}
