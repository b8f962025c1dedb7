// Package journal owns the chain of events that makes a book: their canonical
// encoding, the SM3 digests that chain them, and the SM2 keys that sign them.
// It never stores anything and knows nothing about pay.
package journal

import "time"

// Event is one change of a book, version 1.
type Event struct {
	Position  int64     // from 1, without gaps
	Time      time.Time // UTC, whole seconds, never before the previous event's
	Actor     string    // name; empty only for position 1 (genesis)
	Kind      string    // "batch.approved" …
	Payload   []byte    // canonical payload; see docs/formats.md. Carries no personal data in the clear.
	Prev      string    // hex digest of the previous event; 64 zeros for position 1
	KeyID     string    // of the signing key; empty only for position 1
	Signature []byte    // SM2 over Encode; empty only for position 1
	Digest    string    // hex SM3 over Encode
}

// Head is the end of the chain.
type Head struct {
	Position int64
	Time     time.Time
	Digest   string
}
