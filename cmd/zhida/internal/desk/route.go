package desk

import (
	"context"
	"crypto/subtle"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"zhida/payroll"
	"zhida/rules/message"
)

// owner stands for all departments and townships that own facts; see payroll.Owner.
const owner payroll.Role = "owner:"

// township stands for the offices of townships among them; no actor has a role of this name.
const township payroll.Role = "township:"

// Who pages are for. Makers, checkers and approvers see the whole county, masked, and so do auditors, who change nothing.
var (
	readers   = []payroll.Role{payroll.RoleMaker, payroll.RoleChecker, payroll.RoleApprover, payroll.RoleAuditor}
	makers    = []payroll.Role{payroll.RoleMaker}
	checkers  = []payroll.Role{payroll.RoleChecker}
	approvers = []payroll.Role{payroll.RoleApprover}
	bureau    = []payroll.Role{payroll.RoleMaker, payroll.RoleChecker, payroll.RoleApprover}
	judges    = []payroll.Role{payroll.RoleChecker, payroll.RoleApprover}
	admins    = []payroll.Role{payroll.RoleAdmin}
	auditors  = []payroll.Role{payroll.RoleAuditor}
	// submitters bring sheets in: the bureau's makers, and departments what they own.
	submitters = []payroll.Role{payroll.RoleMaker, owner}
	owners     = []payroll.Role{owner}
	// locals see pages about places: offices of townships those of their own, see scope.
	locals     = append([]payroll.Role{township}, readers...)
	townships  = []payroll.Role{township}
	announcers = []payroll.Role{payroll.RoleMaker, township}
)

// signing says what a route needs to sign with.
type signing int

const (
	nothing signing = iota // it changes nothing
	entry                  // an entry: the key of the visit, where one is kept, else a passphrase
	hand                   // money moves or a step is taken: a passphrase for this one signature
)

// route is one thing that a browser may ask for, with all that decides whether it may. A route either shows or does: what it
// does happens once per form, and then the browser is sent to a page.
type route struct {
	pattern string
	who     []payroll.Role // any of them; nil: whoever has signed in
	open    bool           // nobody needs to have signed in
	signs   signing
	most    int64  // bytes of a request, 0 for those of a plain form
	again   bool   // it moves nothing and may be done twice: the visit's own token will do
	heavy   bool   // it takes much memory, and waits until there is a place
	quiet   bool   // a page asks by itself: nobody is at the screen for that
	nav     string // its place in the list of pages, "" for none
	show    func(*request) error
	answers func(*request) error // as show, for a form: its words belong in no address, or the journal keeps that it was shown
	do      func(*request) (to string, err error)
}

// nowhere answers every address that is not in the table.
var nowhere = route{open: true, show: func(r *request) error { return message.Err("desk.no_page") }}

// mostForm bounds a form without files, mostText one with a policy or settings.
const (
	mostForm = 64 << 10
	mostText = 8 << 20
)

// request is one request, with who asks.
type request struct {
	*http.Request
	w      http.ResponseWriter
	desk   *Desk
	route  *route
	visit  *visit           // nil where nobody has signed in
	signer *payroll.Session // of a route that signs
	lang   message.Lang
	sent   bool // the answer has begun
}

// cookieName is the cookie of a visit; the prefix makes browsers refuse it from anybody but this host over TLS.
func (d *Desk) cookieName() string {
	if d.Secure {
		return "__Host-zhida"
	}
	return "zhida"
}

func (d *Desk) cookie(value string) *http.Cookie {
	c := &http.Cookie{Name: d.cookieName(), Value: value, Path: "/", HttpOnly: true, Secure: d.Secure, SameSite: http.SameSiteStrictMode}
	if value == "" {
		c.MaxAge = -1
	}
	return c
}

func (d *Desk) handle(rt *route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, hr *http.Request) {
		began := time.Now()
		r := &request{Request: hr, w: w, desk: d, route: rt, lang: d.language(hr)}
		err := r.answer()
		var wait elsewhere
		if errors.As(err, &wait) {
			err = r.to(string(wait), nil)
		}
		if err != nil {
			r.fail(err)
		}
		d.Log.Info("page", "route", rt.pattern, "actor", r.who(), "code", message.Code(err), "ms", time.Since(began).Milliseconds())
	})
}

func (d *Desk) language(r *http.Request) message.Lang {
	if c, err := r.Cookie("lang"); err == nil && (c.Value == string(message.Chinese) || c.Value == string(message.English)) {
		return message.Lang(c.Value)
	}
	return d.Lang
}

// answer does everything that stands before a page: the visit, the role, the form, the key.
func (r *request) answer() (err error) {
	defer func() {
		if x := recover(); x != nil {
			r.desk.Log.Error("page broke", "route", r.route.pattern, "stack", string(debug.Stack()))
			err = message.Err("desk.failed")
		}
	}()
	if err := r.enter(); err != nil {
		return err
	}
	if r.route.show == nil { // a form is read whole before anything is taken for it: a browser may send it slowly
		r.Body = http.MaxBytesReader(r.w, r.Body, max(r.route.most, mostForm))
		if err := r.readForm(); err != nil {
			return err
		}
	}
	if r.route.heavy {
		leave, err := r.desk.slots.take(r.Context(), r.who())
		if err != nil {
			return err
		}
		defer leave()
	}
	if r.route.show != nil {
		return r.route.show(r)
	}
	if r.MultipartForm != nil {
		defer r.MultipartForm.RemoveAll()
	}
	if r.route.again && subtle.ConstantTimeCompare([]byte(r.PostFormValue("once")), []byte(r.visit.own)) != 1 {
		return message.Err("desk.form_outdated")
	}
	if r.route.answers != nil {
		if err := r.unlock(); err != nil {
			return err
		}
		return r.route.answers(r)
	}
	act := func() (string, error) {
		if err := r.unlock(); err != nil {
			return "", err
		}
		return r.route.do(r)
	}
	if r.route.again || r.route.open { // signing in: there is no visit yet that could have given out a form, or it is left
		to, err := act()
		return r.to(to, err)
	}
	// Whoever presses again breaks off the first request, and waits for what it did: a deed goes to its end without its browser.
	r.Request = r.Request.WithContext(context.WithoutCancel(r.Context()))
	to, err, ok := r.visit.do(r.PostFormValue("once"), act, r.desk.jobs.failed)
	if !ok {
		return message.Err("desk.form_outdated")
	}
	return r.to(to, err)
}

// who is the visitor's name, "" where nobody has signed in.
func (r *request) who() string {
	if r.visit == nil {
		return ""
	}
	return r.visit.actor.Name
}

func (r *request) readForm() error {
	err := r.ParseForm()
	if err == nil && strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		err = r.ParseMultipartForm(1 << 20)
	}
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return message.Err("desk.too_large", large.Limit>>20)
	case err != nil:
		return message.Err("desk.form_broken").Because(err)
	}
	return nil
}

// enter finds the visit and holds the actor against the book: somebody whose key or role ended is signed out at once.
func (r *request) enter() error {
	c, err := r.Cookie(r.desk.cookieName())
	if err == nil {
		var retired bool
		if r.visit, retired = r.desk.visits.find(c.Value, !r.route.quiet); retired { // the answer with the new cookie was lost
			http.SetCookie(r.w, r.desk.cookie(r.desk.visits.renew(c.Value)))
		}
	}
	if r.visit != nil {
		list, err := r.desk.book.ActorList(r.Context())
		if err != nil {
			return err
		}
		a := r.visit.actor
		if !slices.ContainsFunc(list, func(x payroll.Actor) bool {
			return x.Name == a.Name && x.KeyID == a.KeyID && x.Removed == 0 && slices.Equal(x.Roles, a.Roles)
		}) {
			r.desk.visits.end(c.Value)
			r.visit = nil
		}
	}
	switch {
	case r.route.open:
		return nil
	case r.visit == nil:
		return message.Err("desk.sign_in")
	case !may(r.visit.actor, r.route.who):
		return message.Err("desk.not_yours")
	}
	return nil
}

// unlock makes the signer that the route needs. A key unlocked for one signature is not kept, and the cookie changes.
func (r *request) unlock() error {
	switch {
	case r.route.signs == nothing:
		return nil
	case r.route.signs == entry:
		if r.signer = r.visit.signer(); r.signer != nil {
			return nil
		}
	}
	s, err := r.desk.tryPassphrase(r.Request, r.visit.actor.Name, r.PostFormValue("passphrase"), []tried{{"visit " + r.visit.own, free}})
	if message.Code(err) == "desk.wrong" { // the name is no question here
		return message.Err("desk.wrong_passphrase")
	}
	if err != nil {
		return err
	}
	r.signer = s
	if c, err := r.Cookie(r.desk.cookieName()); err == nil {
		http.SetCookie(r.w, r.desk.cookie(r.desk.visits.renew(c.Value)))
	}
	return nil
}

// tryPassphrase opens somebody's key. Whoever guesses has to wait, and learns neither whether a name exists nor
// how near they were. Errors: desk.crowded, desk.wait, desk.wrong.
func (d *Desk) tryPassphrase(r *http.Request, name, passphrase string, keys []tried) (*payroll.Session, error) {
	done, err := d.guesses.turn(r.Context())
	if err != nil {
		return nil, err
	}
	defer done()
	if left := d.guesses.wait(keys); left > 0 {
		return nil, message.Err("desk.wait", int(left.Seconds())+1)
	}
	ctx := context.WithoutCancel(r.Context()) // a guess that is broken off counts as well
	s, err := d.book.Unlock(ctx, name, []byte(passphrase))
	switch message.Code(err) {
	case "":
		if err != nil {
			return nil, err
		}
		d.guesses.note(true, keys)
		return s, nil
	case "actor.missing", "actor.inactive": // as long as it takes with a name that exists
		list, err := d.book.ActorList(ctx)
		if i := slices.IndexFunc(list, func(a payroll.Actor) bool { return a.Removed == 0 }); err == nil && i >= 0 {
			_, _ = d.book.Unlock(ctx, list[i].Name, []byte(passphrase))
		}
	case "key.passphrase":
	default:
		return nil, err
	}
	d.guesses.note(false, keys)
	d.Log.Warn("wrong passphrase", "address", addressOf(r))
	return nil, message.Err("desk.wrong")
}

func addressOf(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// to sends the browser to a page.
func (r *request) to(path string, err error) error {
	if err != nil {
		return err
	}
	r.sent = true
	http.Redirect(r.w, r.Request, path, http.StatusSeeOther)
	return nil
}

// say keeps a message for the next page.
func (r *request) say(code string, args ...any) { r.visit.say(message.M(code, args...)) }

// ask leads to a page that answers a form, its text or one of other fields, by a number that only this visit knows: what people look for, names and numbers
// of persons, stands in no address, and whoever comes back to the page finds the answer again.
func ask(path string, fields ...string) func(*request) error {
	return func(r *request) error {
		q := question{Text: strings.TrimSpace(r.PostFormValue("text"))}
		for _, field := range fields {
			if value := r.PostFormValue(field); value != "" {
				q = question{field, value}
			}
		}
		return r.to(path+"?asked="+strconv.Itoa(r.visit.ask(q)), nil)
	}
}

// asked is what the visitor looks for on this page.
func (r *request) asked() question { return r.visit.question(r.URL.Query().Get("asked")) }

// batch reads the batch that the address names.
func (r *request) batch() (payroll.BatchID, error) {
	return payroll.ParseBatchID(r.PathValue("month") + "/" + r.PathValue("seq"))
}

// sendFile sends a file from disk for the browser to save.
func (r *request) sendFile(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return message.Err("file.missing", filepath.Base(file))
	}
	defer f.Close()
	h := r.w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": filepath.Base(file)}))
	r.sent = true
	_, _ = io.Copy(r.w, f) // a browser that leaves is no error of ours
	return nil
}

// statuses are the statuses of HTTP for exit codes.
var statuses = map[int]int{
	message.ExitUsage: http.StatusBadRequest, message.ExitRows: http.StatusUnprocessableEntity, message.ExitNotFound: http.StatusNotFound,
	message.ExitState: http.StatusConflict, message.ExitPermission: http.StatusForbidden, message.ExitCheck: http.StatusUnprocessableEntity,
	message.ExitBusy: http.StatusServiceUnavailable, message.ExitInterrupt: http.StatusServiceUnavailable,
}

// fail shows what went wrong, and what to do. Who has not signed in gets the page to do so; nothing was done.
func (r *request) fail(err error) {
	if r.sent {
		r.desk.Log.Error("answer cut off", "route", r.route.pattern, "error", err)
		return
	}
	m := messageOf(err)
	if m.Code == "desk.sign_in" {
		r.signIn(r.Method != http.MethodGet)
		return
	}
	if m.Code == "desk.failed" {
		r.desk.Log.Error("page failed", "route", r.route.pattern, "error", err)
	}
	if r.Method == http.MethodPost && r.visit != nil { // whoever comes back to what was said is not asked to send the form anew
		_ = r.to("/refused/"+strconv.Itoa(r.visit.refuse(m)), nil)
		return
	}
	r.wrong(failure{said: m, Form: r.Method != http.MethodGet})
}

// wrong shows the page of something that went wrong.
func (r *request) wrong(f failure) {
	m := f.said
	status, ok := statuses[m.Exit()]
	if !ok {
		status = http.StatusInternalServerError
	}
	f.Text, f.Hint, f.Code = m.Text(r.lang), m.Hint(r.lang), m.Code
	_ = r.render(status, "error", f.Text, f)
}

// messageOf is the message of an error; what has none is an internal error, whose words stay in the log.
func messageOf(err error) message.Message {
	var m *message.Error
	if errors.As(err, &m) {
		return m.Message
	}
	var list message.Problems
	if errors.As(err, &list) && len(list) > 0 {
		return list[0].Message
	}
	if errors.Is(err, context.Canceled) {
		return message.M("cli.interrupted")
	}
	return message.M("desk.failed")
}
