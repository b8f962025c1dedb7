package desk

import (
	"cmp"
	"net/http"
	"net/url"
	"strings"
	"time"

	"zhida/payroll"
	"zhida/rules/message"
)

// home is the first page of whoever has signed in: the month, for who works on it; for others what waits for them.
func home(r *request) error {
	if r.visit == nil {
		r.signIn(false)
		return nil
	}
	to := "/month"
	switch a := r.visit.actor; {
	case may(a, readers):
	case may(a, []payroll.Role{payroll.RoleAdmin}):
		to = "/actors"
	default:
		to = "/office"
	}
	return r.to(to, nil)
}

// signInDo opens a visit. The key is kept only of those who make entries all day, and no entry moves money.
func signInDo(r *request) (string, error) {
	name := strings.TrimSpace(r.PostFormValue("name"))
	s, err := r.desk.tryPassphrase(r.Request, name, r.PostFormValue("passphrase"), atTheDoor(name, addressOf(r.Request)))
	if err != nil {
		return "", err
	}
	if c, err := r.Cookie(r.desk.cookieName()); err == nil { // whoever signs in anew leaves the visit before
		r.desk.visits.end(c.Value)
	}
	var kept *payroll.Session
	if may(s.Actor, append([]payroll.Role{owner}, makers...)) {
		kept = s
	}
	http.SetCookie(r.w, r.desk.cookie(r.desk.visits.begin(s.Actor, kept)))
	if u, ok := local(r.PostFormValue("to")); ok { // back to where the visit before ended, if it is theirs
		if rt := r.desk.pageAt(u.Path); rt != nil && may(s.Actor, rt.who) {
			return u.RequestURI(), nil
		}
	}
	return "/", nil
}

func signOutDo(r *request) (string, error) {
	if c, err := r.Cookie(r.desk.cookieName()); err == nil {
		r.desk.visits.end(c.Value)
	}
	http.SetCookie(r.w, r.desk.cookie(""))
	return "/", nil
}

// languageDo lets a browser remember the language of pages, also before anybody has signed in, and shows the page at which it was asked again.
func languageDo(r *request) (string, error) {
	lang := message.Chinese
	if r.PostFormValue("lang") == string(message.English) {
		lang = message.English
	}
	http.SetCookie(r.w, &http.Cookie{Name: "lang", Value: string(lang), Path: "/", HttpOnly: true, Secure: r.desk.Secure, SameSite: http.SameSiteStrictMode, MaxAge: 365 * 24 * 3600})
	at := r.PostFormValue("at")
	if _, ok := local(at); !ok {
		return "/", nil
	}
	return at, nil
}

// local reads an address of the desk's own; ok is false for a page elsewhere. Browsers take a backslash for a slash.
func local(at string) (u *url.URL, ok bool) {
	u, err := url.Parse(at)
	return u, err == nil && u.Scheme == "" && u.Host == "" && strings.HasPrefix(at, "/") && !strings.ContainsRune(at, '\\')
}

// refusedShow shows what was said of a form that was refused.
func refusedShow(r *request) error {
	x := r.visit.refusal(r.PathValue("number"))
	if x.said.IsZero() {
		return message.Err("desk.no_page")
	}
	r.wrong(failure{said: x.said, Form: true, Back: cmp.Or(x.page, "/"), Again: r.URL.RawQuery == turnedOver})
	return nil
}

// jobPage is how far a piece of work is.
type jobPage struct {
	What        message.Message
	Step        string // in words
	Done, Total int64
	Over        bool
	Seconds     int
}

func (p jobPage) waits() bool { return !p.Over }

// jobShow says how far work is; when it is over the browser goes where its outcome stands.
func jobShow(r *request) error {
	x := r.desk.jobs.find(r.PathValue("job"), r.visit.actor.Name)
	if x == nil {
		return message.Err("desk.no_page")
	}
	s := x.state()
	switch {
	case s.over && s.err != nil:
		return s.err
	case s.over && s.outcome.to != "":
		return r.to(s.outcome.to, nil)
	case s.over:
		if s.outcome.once {
			r.desk.jobs.drop(r.PathValue("job"))
		}
		return r.page(s.outcome.page, s.outcome.title, s.outcome.body)
	}
	step := ""
	if s.step != "" {
		step = message.M(s.step).Text(r.lang)
	}
	return r.page("job", "正在办理", jobPage{x.What, step, s.done, s.total, false, int(r.desk.Now().Sub(x.Began) / time.Second)})
}
