package desk

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"os"
	"strconv"
	"sync"
	"time"

	"zhida/payroll"
	"zhida/rules/message"
)

// How long a visit lasts: a working day, and not a lunch break without anybody at the screen.
const (
	idle     = 20 * time.Minute
	absolute = 10 * time.Hour
)

// secret is 32 random bytes as text.
func secret() string {
	b := make([]byte, 32)
	rand.Read(b) // never fails
	return base64.RawURLEncoding.EncodeToString(b)
}

// visit is one browser in which somebody has signed in.
type visit struct {
	actor   payroll.Actor
	lock    sync.Mutex
	key     *payroll.Session // kept of those who make entries all day, until the visit ends; nil of everybody else
	over    bool
	dir     string // folder of its files, "" before the first; gone with it
	working int    // pieces of work that use its folder
	began   time.Time
	seen    time.Time
	own     string // token of forms that may be sent again: they sign nothing
	deeds   map[string]*deed
	order   []string // of deeds, the oldest first
	flashes []message.Message
	files   map[string]string // that the visit may fetch, by the name in the address
	asked   lately[question]  // what was looked for
	refused lately[refusal]   // what was said of forms that were refused
	page    string            // address of the page that was shown last
}

// lately remembers things by number, the last of them alone.
type lately[T any] struct {
	list []T
	gone int // that are forgotten
}

// mostLately is how many of a kind a visit remembers.
const mostLately = 200

func (l *lately[T]) add(x T) (number int) {
	if l.list = append(l.list, x); len(l.list) > mostLately {
		l.list, l.gone = l.list[1:], l.gone+1
	}
	return l.gone + len(l.list) - 1
}

// at is what has a number; the zero value for one that is not remembered.
func (l *lately[T]) at(number string) (x T) {
	n, err := strconv.Atoi(number)
	if n -= l.gone; err != nil || n < 0 || n >= len(l.list) {
		return x
	}
	return l.list[n]
}

// question is what somebody looks for: a text that they typed, or with a field what a button stands for.
type question struct{ Field, Text string }

// ask remembers what somebody looks for and gives its number.
func (v *visit) ask(q question) int {
	v.lock.Lock()
	defer v.lock.Unlock()
	return v.asked.add(q)
}

// question is what was looked for under a number; empty for one that this visit does not remember.
func (v *visit) question(number string) question {
	v.lock.Lock()
	defer v.lock.Unlock()
	return v.asked.at(number)
}

// refusal is what was said of a form that was refused, and the page that the form stood on.
type refusal struct {
	said message.Message
	page string
}

// refuse remembers a refusal of a form and gives its number.
func (v *visit) refuse(m message.Message) int {
	v.lock.Lock()
	defer v.lock.Unlock()
	return v.refused.add(refusal{m, v.page})
}

// refusal is what was said under a number; empty for one that this visit does not remember.
func (v *visit) refusal(number string) refusal {
	v.lock.Lock()
	defer v.lock.Unlock()
	return v.refused.at(number)
}

// turned notes the address of a page that is shown, and gives that of the one shown last where what is shown has none of its own.
func (v *visit) turned(address string) string {
	v.lock.Lock()
	defer v.lock.Unlock()
	if address == "" {
		return v.page
	}
	v.page = address
	return address
}

// signer is the key that is kept, nil when there is none or the visit has ended.
func (v *visit) signer() *payroll.Session {
	v.lock.Lock()
	defer v.lock.Unlock()
	return v.key
}

// work keeps the visit's folder until the work is done, also when the visit ends before.
func (v *visit) work() (done func()) {
	v.lock.Lock()
	defer v.lock.Unlock()
	v.working++
	return func() {
		v.lock.Lock()
		defer v.lock.Unlock()
		v.working--
		v.clear()
	}
}

// folder makes a folder for one file of the visit.
func (v *visit) folder(scratch string) (dir string, err error) {
	v.lock.Lock()
	defer v.lock.Unlock()
	if v.dir == "" {
		v.dir, err = os.MkdirTemp(scratch, "visit-")
	}
	if err == nil {
		dir, err = os.MkdirTemp(v.dir, "")
	}
	if err != nil {
		return "", message.Err("export.write", scratch).Because(err)
	}
	return dir, nil
}

// leave drops the key and, once nothing works with them any more, the files.
func (v *visit) leave() {
	v.lock.Lock()
	defer v.lock.Unlock()
	v.key, v.over = nil, true
	v.clear()
}

func (v *visit) clear() {
	if v.over && v.working == 0 && v.dir != "" {
		_ = os.RemoveAll(v.dir) // what is left goes when the desk ends
	}
}

// deed is what one form does, at most once, however often its button is pressed.
type deed struct {
	begun bool
	done  chan struct{} // closed when it is over
	to    string        // where the browser goes then
	err   error
	broke bool // it did not come back: what it changed is not known
}

// mostDeeds is how many open forms a visit may have; the oldest are forgotten first.
const mostDeeds = 400

// once makes a form's token: it stands for one deed of this visit.
func (v *visit) once() string {
	v.lock.Lock()
	defer v.lock.Unlock()
	token := secret()
	v.deeds[token] = &deed{done: make(chan struct{})}
	if v.order = append(v.order, token); len(v.order) > mostDeeds {
		for i, old := range v.order {
			if !v.deeds[old].begun { // what was done is remembered for as long as the visit lasts
				delete(v.deeds, old)
				v.order = append(v.order[:i], v.order[i+1:]...)
				break
			}
		}
	}
	return token
}

// do runs f for a token for the first time, and gives its outcome to whoever comes with the same token meanwhile or later. A deed that
// failed changed nothing, and neither did work that failed, of which the address it leads to tells: a form that comes back from the browser's memory as
// it was left, with its old token, is sent anew, or whoever mended what was wrong would be told the same again. ok is false for a
// token this visit never gave out.
func (v *visit) do(token string, f func() (string, error), failed func(to string) bool) (to string, err error, ok bool) {
	v.lock.Lock()
	d := v.deeds[token]
	if d != nil && d.over() && (d.err != nil && !d.broke || d.err == nil && failed(d.to)) {
		d = &deed{done: make(chan struct{})}
		v.deeds[token] = d
	}
	first := d != nil && !d.begun
	if first {
		d.begun = true
	}
	v.lock.Unlock()
	if d == nil {
		return "", nil, false
	}
	if first {
		defer close(d.done)
		d.err, d.broke = message.Err("desk.failed"), true // unless f comes back
		d.to, d.err = f()
		d.broke = false
		return d.to, d.err, true
	}
	<-d.done
	return d.to, d.err, true
}

// over says whether a deed has an outcome.
func (d *deed) over() bool {
	select {
	case <-d.done:
		return true
	default:
		return false
	}
}

// say keeps a message for the next page.
func (v *visit) say(m message.Message) {
	v.lock.Lock()
	defer v.lock.Unlock()
	v.flashes = append(v.flashes, m)
}

// said gives the messages for this page.
func (v *visit) said() []message.Message {
	v.lock.Lock()
	defer v.lock.Unlock()
	list := v.flashes
	v.flashes = nil
	return list
}

// visits are all browsers in which somebody has signed in, by the digest of their cookie: what lies in memory opens nothing.
type visits struct {
	now  func() time.Time
	lock sync.Mutex
	of   map[[32]byte]held
}

// held is what a cookie opens; one that was renewed opens it for a moment more, for what the browser had sent before it knew.
type held struct {
	*visit
	until time.Time // zero while it is the visit's own
}

// grace is that moment.
const grace = 30 * time.Second

func newVisits(now func() time.Time) *visits {
	return &visits{now: now, of: map[[32]byte]held{}}
}

// sweepUntil ends visits at which nobody is any more, until ctx ends.
func (s *visits) sweepUntil(ctx context.Context) {
	every := time.NewTicker(time.Minute)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
			s.sweep()
		}
	}
}

// sweep ends visits that are over: their keys and files are gone, and not only refused.
func (s *visits) sweep() {
	t := s.now()
	s.lock.Lock()
	defer s.lock.Unlock()
	for k, h := range s.of {
		if h.over(t) {
			delete(s.of, k)
			if h.visit.ended(t) {
				h.visit.leave()
			}
		}
	}
}

// begin opens a visit and gives its cookie.
func (s *visits) begin(actor payroll.Actor, key *payroll.Session) string {
	s.sweep()
	t := s.now()
	v := &visit{actor: actor, key: key, began: t, seen: t, own: secret(), deeds: map[string]*deed{}, files: map[string]string{}}
	cookie := secret()
	s.lock.Lock()
	defer s.lock.Unlock()
	s.of[sha256.Sum256([]byte(cookie))] = held{visit: v}
	return cookie
}

// find gives the visit of a cookie, nil when there is none or it is over, and whether the cookie was renewed since. With touch
// somebody is at the screen.
func (s *visits) find(cookie string, touch bool) (v *visit, retired bool) {
	key, t := sha256.Sum256([]byte(cookie)), s.now()
	s.lock.Lock()
	defer s.lock.Unlock()
	h, ok := s.of[key]
	if !ok {
		return nil, false
	}
	if h.over(t) { // the next sweep takes it away
		return nil, false
	}
	if touch {
		h.lock.Lock()
		h.seen = t
		h.lock.Unlock()
	}
	return h.visit, !h.until.IsZero()
}

// renew gives a visit another cookie: whoever saw the old one has nothing once the moment of grace is over, which using the old one
// does not make longer.
func (s *visits) renew(cookie string) string {
	old, fresh := sha256.Sum256([]byte(cookie)), secret()
	s.lock.Lock()
	defer s.lock.Unlock()
	if h, ok := s.of[old]; ok {
		if h.until.IsZero() {
			s.of[old] = held{h.visit, s.now().Add(grace)}
		}
		s.of[sha256.Sum256([]byte(fresh))] = held{visit: h.visit}
	}
	return fresh
}

func (s *visits) end(cookie string) {
	s.lock.Lock()
	defer s.lock.Unlock()
	h := s.of[sha256.Sum256([]byte(cookie))]
	for k, x := range s.of { // by each of its cookies
		if x.visit == h.visit {
			delete(s.of, k)
		}
	}
	if h.visit != nil {
		h.visit.leave()
	}
}

// over says whether a cookie opens nothing any more.
func (h held) over(t time.Time) bool {
	return !h.until.IsZero() && t.After(h.until) || h.visit.ended(t)
}

func (v *visit) ended(t time.Time) bool {
	v.lock.Lock()
	defer v.lock.Unlock()
	return t.Sub(v.seen) > idle || t.Sub(v.began) > absolute
}

// guesses slows down whoever tries passphrases: after some free tries every wrong one doubles the wait; while one waits no
// passphrase is looked at, not even the right one. It counts by what cannot keep a colleague out: a visit for itself, at the door a
// name from one address, an address alone only after many, and a name from everywhere after very many.
type guesses struct {
	now   func() time.Time
	lock  sync.Mutex
	of    map[string]*tries
	one   chan struct{} // one passphrase is tried at a time: each try takes memory, and no two race past the wait
	wants chan struct{} // those who try or wait for it
}

type tries struct {
	wrong int
	last  time.Time
}

// tried is what is counted, and how many wrong tries cost nothing.
type tried struct {
	key  string
	free int
}

const (
	free    = 3
	longest = 15 * time.Minute
)

func atTheDoor(name, address string) []tried {
	return []tried{{"name " + name + " from " + address, free}, {"address " + address, 10 * free}, {"name " + name, 100 * free}}
}

func newGuesses(now func() time.Time) *guesses {
	return &guesses{now: now, of: map[string]*tries{}, one: make(chan struct{}, 1), wants: make(chan struct{}, mostWaiting)}
}

// mostWaiting is how many passphrases wait to be tried; whoever comes then comes again.
const mostWaiting = 16

// turn waits until nobody else's passphrase is stretched. Errors: desk.crowded when too many wait, that of ctx.
func (g *guesses) turn(ctx context.Context) (done func(), err error) {
	select {
	case g.wants <- struct{}{}:
	default:
		return nil, message.Err("desk.crowded")
	}
	select {
	case g.one <- struct{}{}:
		return func() { <-g.one; <-g.wants }, nil
	case <-ctx.Done():
		<-g.wants
		return nil, ctx.Err()
	}
}

// wait is how long none of the keys may try.
func (g *guesses) wait(keys []tried) (left time.Duration) {
	g.lock.Lock()
	defer g.lock.Unlock()
	for _, k := range keys {
		if t := g.of[k.key]; t != nil {
			left = max(left, t.pause(k.free)-g.now().Sub(t.last))
		}
	}
	return max(0, left)
}

func (t *tries) pause(free int) time.Duration {
	if t.wrong < free {
		return 0
	}
	return min(longest, time.Second<<min(t.wrong-free+1, 20))
}

// note counts a wrong try of the keys, or forgets theirs after a right one.
func (g *guesses) note(right bool, keys []tried) {
	g.lock.Lock()
	defer g.lock.Unlock()
	t := g.now()
	for k, x := range g.of {
		if t.Sub(x.last) > 2*longest {
			delete(g.of, k)
		}
	}
	for _, k := range keys {
		if right {
			delete(g.of, k.key)
			continue
		}
		if g.of[k.key] == nil {
			g.of[k.key] = &tries{}
		}
		g.of[k.key].wrong++
		g.of[k.key].last = t
	}
}
