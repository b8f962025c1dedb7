package term

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// Nothing in the first second; then a line with rate and time left, replaced and at last cleared.
func TestProgress(t *testing.T) {
	var b strings.Builder
	now := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	p := NewProgress(&b, func() time.Time { return now }, func(what string, done, total, rate int64, left time.Duration) string {
		return fmt.Sprint(what, " ", done, "/", total, " ", rate, "/s ", left)
	})
	at := func(after time.Duration, done int64, want string) {
		t.Helper()
		b.Reset()
		now = now.Add(after)
		p.At("people", done, 10000)
		if b.String() != want {
			t.Errorf("at %d: %q, want %q", done, b.String(), want)
		}
	}
	at(0, 0, "")
	at(500*time.Millisecond, 1000, "")
	p.Clear()
	if b.String() != "" {
		t.Errorf("%q was cleared, and nothing was there", b.String())
	}
	at(500*time.Millisecond, 2000, "\r\x1b[Kpeople 2000/10000 2000/s 4s")
	at(100*time.Millisecond, 2200, "")
	at(900*time.Millisecond, 4000, "\r\x1b[Kpeople 4000/10000 2000/s 3s")
	at(500*time.Millisecond, 10, "") // the same step once more
	at(time.Second, 300, "\r\x1b[Kpeople 300/10000 200/s 49s")
	b.Reset()
	p.Clear()
	if b.String() != "\r\x1b[K" {
		t.Errorf("%q instead of clearing the line", b.String())
	}
}
