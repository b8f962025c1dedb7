package term

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// Progress is one line of a terminal that says how far a long step is. It shows nothing in
// the first second, and leaves nothing behind.
type Progress struct {
	w    io.Writer
	text func(what string, done, total, rate int64, left time.Duration) string
	now  func() time.Time

	mu      sync.Mutex
	what    string
	done    int64
	begun   time.Time // of the step: when the one before was last heard of
	touched time.Time
	shown   time.Time
	dirty   bool
}

// NewProgress writes to w what text makes of a step: a rate in a second, and the time left.
func NewProgress(w io.Writer, now func() time.Time, text func(what string, done, total, rate int64, left time.Duration) string) *Progress {
	return &Progress{w: w, text: text, now: now, touched: now()}
}

// At says how far a step is.
func (p *Progress) At(what string, done, total int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	if what != p.what || done < p.done { // another step, or the same once more
		p.what, p.begun = what, p.touched
	}
	p.done, p.touched = done, now
	spent := now.Sub(p.begun)
	if spent < time.Second || now.Sub(p.shown) < 200*time.Millisecond || done == 0 {
		return
	}
	p.shown, p.dirty = now, true
	rate := done * 1000 / spent.Milliseconds()
	left := (time.Duration((total-done)*spent.Milliseconds()/done) * time.Millisecond).Round(time.Second)
	fmt.Fprint(p.w, "\r\x1b[K", p.text(what, done, total, rate, left))
}

// Clear takes the line away, before something else is written.
func (p *Progress) Clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.dirty {
		fmt.Fprint(p.w, "\r\x1b[K")
		p.dirty = false
	}
}

// Before is a writer that takes the line of progress away before anything is written.
type Before struct {
	io.Writer
	Progress *Progress
}

// Write writes after clearing.
func (w Before) Write(b []byte) (int, error) {
	w.Progress.Clear()
	return w.Writer.Write(b)
}
