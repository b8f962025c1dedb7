// Package journal owns the chain of events that makes a book: their canonical
// encoding, the SM3 digests that chain them, and the SM2 keys that sign them.
// It never stores anything and knows nothing about pay.
package journal

import (
	"fmt"
	"hash"
	"strconv"
	"strings"
	"time"

	"github.com/emmansun/gmsm/sm3"

	"zhida/rules/message"
)

// Event is one change of a book, version 1.
type Event struct {
	Position  int64     // from 1, without gaps
	Time      time.Time // UTC, whole seconds, never before the previous event's
	Actor     string    // name; empty only for position 1 (genesis)
	Kind      string    // "batch.approved" …
	Payload   []byte    // made by Payload; carries no personal data in the clear
	Prev      string    // hex digest of the previous event; 64 zeros for position 1
	KeyID     string    // of the signing key; empty only for position 1
	Signature []byte    // SM2 over Encode; empty only for position 1
	Digest    string    // hex SM3 over Encode
}

// Head is the end of the chain; the zero Head is an empty book's.
type Head struct {
	Position int64
	Time     time.Time
	Digest   string
}

// none stands for the digest before the first event.
const none = "0000000000000000000000000000000000000000000000000000000000000000"

// New makes the event after head, not yet signed. The clock may stand still but
// not run back. Error: journal.clock.
func New(head Head, at time.Time, actor, kind string, payload []byte) (Event, error) {
	at = at.UTC().Truncate(time.Second)
	if at.Before(head.Time) {
		return Event{}, message.Err("journal.clock", at.Format(time.RFC3339), head.Time.UTC().Format(time.RFC3339))
	}
	prev := head.Digest
	if head.Position == 0 {
		prev = none
	}
	e := Event{Position: head.Position + 1, Time: at, Actor: actor, Kind: kind, Payload: payload, Prev: prev}
	e.Digest = Digest(e.Encode())
	return e, nil
}

// Encode is the canonical text that digest and signature cover (docs/formats.en.md):
// eight lines, each ending in a newline, values escaped as in Payload.
func (e *Event) Encode() []byte {
	return []byte("zhida-event 1\n" + string(Payload("position", strconv.FormatInt(e.Position, 10), "time", e.Time.UTC().Format(time.RFC3339),
		"actor", e.Actor, "kind", e.Kind, "payload", Digest(e.Payload), "prev", e.Prev, "key", e.KeyID)))
}

// Sign puts the signer's key and signature on the event.
func (e *Event) Sign(s Signer) (err error) {
	e.KeyID = s.KeyID()
	text := e.Encode()
	e.Digest = Digest(text)
	e.Signature, err = s.Sign(text)
	return err
}

// Verify holds an event against the one before it and against the signer's public
// key (nil for the unsigned first event). Error: journal.broken naming position and fault.
func Verify(e *Event, prev Head, public []byte) error {
	wrong := func(what string) error { return message.Err("journal.broken", e.Position, what) }
	want := prev.Digest
	if prev.Position == 0 {
		want = none
	}
	switch {
	case e.Position != prev.Position+1:
		return wrong("position")
	case e.Prev != want:
		return wrong("prev")
	case e.Time.Before(prev.Time):
		return wrong("time")
	case e.Digest != Digest(e.Encode()):
		return wrong("digest")
	case e.Position == 1 && e.KeyID == "" && len(e.Signature) == 0:
		return nil
	case public == nil || KeyID(public) != e.KeyID:
		return wrong("key")
	case !verifySignature(public, e.Encode(), e.Signature):
		return wrong("signature")
	}
	return nil
}

// Head is the head of a chain that ends with the event.
func (e *Event) Head() Head { return Head{e.Position, e.Time, e.Digest} }

// Digest is the hex SM3 digest of bytes.
func Digest(b []byte) string {
	sum := sm3.Sum(b)
	return hexOf(sum[:])
}

// NewHash is a running SM3 digest.
func NewHash() hash.Hash { return sm3.New() }

var escape = strings.NewReplacer("\\", `\\`, "\n", `\n`, "\r", `\r`)

// Payload joins names and values, alternating, into lines "name=value"; backslash,
// newline and carriage return in values are escaped. Names may repeat.
func Payload(pairs ...string) []byte {
	if len(pairs)%2 != 0 {
		panic("journal: Payload takes names and values in pairs")
	}
	var b strings.Builder
	for i := 0; i < len(pairs); i += 2 {
		b.WriteString(pairs[i])
		b.WriteByte('=')
		b.WriteString(escape.Replace(pairs[i+1]))
		b.WriteByte('\n')
	}
	return []byte(b.String())
}

// ParsePayload gives back the names and values, alternating.
func ParsePayload(b []byte) ([]string, error) {
	var pairs []string
	text := string(b)
	for text != "" {
		line, rest, ok := strings.Cut(text, "\n")
		name, value, eq := strings.Cut(line, "=")
		if !ok || !eq || name == "" {
			return nil, fmt.Errorf("journal: a payload line is not name=value")
		}
		v, err := unescape(value)
		if err != nil {
			return nil, err
		}
		pairs = append(pairs, name, v)
		text = rest
	}
	return pairs, nil
}

func unescape(s string) (string, error) {
	if !strings.Contains(s, `\`) {
		return s, nil
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			b.WriteByte(s[i])
			continue
		}
		if i++; i == len(s) {
			return "", fmt.Errorf("journal: a payload value ends in a backslash")
		}
		switch s[i] {
		case '\\':
			b.WriteByte('\\')
		case 'n':
			b.WriteByte('\n')
		case 'r':
			b.WriteByte('\r')
		default:
			return "", fmt.Errorf("journal: a payload value has the escape \\%c", s[i])
		}
	}
	return b.String(), nil
}
