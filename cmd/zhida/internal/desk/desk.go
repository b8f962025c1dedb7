// Package desk is the bureau's desk in a browser: pages of what a book holds, and forms for the use cases of
// package app, for people who type no commands. It owns who is signed in, which page is for whom, and how pages look.
// It has no use case of its own, computes nothing, never reads the store, and keeps nothing: what it holds beside the
// book, visits and running work, is gone when it ends.
package desk

import (
	"context"
	"embed"
	"html/template"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"zhida/cmd/zhida/internal/app"
	"zhida/payroll"
	"zhida/rules/calendar"
	"zhida/rules/message"
)

// Options say how a desk stands in its office.
type Options struct {
	Hosts  []string     // names by which browsers may ask for it, beside those of this machine
	Secure bool         // it is reached over TLS: cookies never leave it
	Files  string       // folder where files for banks are written, for as long as the office keeps them
	Lang   message.Lang // of pages, until a visitor chooses another
	Log    *slog.Logger
	Now    func() time.Time // for visits and waits; the book has its own clock
}

// Desk serves one open book.
type Desk struct {
	Options
	book     *app.App
	county   string
	cutover  calendar.Month // no month before it is computed here
	scratch  string         // folder for what a request needs on disk, removed at the end
	clear    func() error
	slots    *slots
	visits   *visits
	guesses  *guesses
	numbers  sync.Mutex // held while somebody looks for a number, see request.search
	jobs     *jobs
	routes   []route
	views    map[message.Lang]*template.Template
	sweeping sync.WaitGroup
}

// New makes a desk; Close ends it. It takes the book as it is and does not close it.
func New(ctx context.Context, a *app.App, o Options) (*Desk, error) {
	meta, err := a.Meta(ctx)
	if err != nil {
		return nil, err
	}
	scratch, clear, err := app.Scratch("zhida-desk")
	if err != nil {
		return nil, err
	}
	d := &Desk{Options: o, book: a, county: meta.Name, cutover: meta.Cutover, scratch: scratch, clear: clear, slots: newSlots(), visits: newVisits(o.Now), guesses: newGuesses(o.Now), routes: table()}
	d.jobs = newJobs(o.Now, o.Log, d.slots)
	d.views = map[message.Lang]*template.Template{message.Chinese: d.parse(message.Chinese), message.English: d.parse(message.English)}
	d.sweeping.Go(func() { d.visits.sweepUntil(d.jobs.ctx) })
	return d, nil
}

// Close ends running work, waits for it, and removes what lay on disk for it.
func (d *Desk) Close() error {
	d.jobs.close()
	d.sweeping.Wait()
	return d.clear()
}

//go:embed pages/*.html
var pages embed.FS

//go:embed static
var static embed.FS

// Handler answers browsers: first what concerns the connection, then the table of routes.
func (d *Desk) Handler() http.Handler {
	mux := http.NewServeMux()
	for i := range d.routes {
		mux.Handle(d.routes[i].pattern, d.handle(&d.routes[i]))
	}
	files, err := fs.Sub(static, "static")
	if err != nil {
		panic(err) // the folder is part of the program
	}
	for _, name := range []string{"desk.css", "desk.js"} {
		mux.HandleFunc("GET /static/"+name, func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, files, name) })
	}
	mux.Handle("/", d.handle(&nowhere))
	own := http.NewCrossOriginProtection()
	own.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { plainly(w, http.StatusForbidden, "desk.elsewhere") }))
	return d.guard(own.Handler(mux))
}

// plainly refuses in both languages what is not answered with a page of the desk: nobody knows who reads it.
func plainly(w http.ResponseWriter, status int, code string) {
	m := message.M(code)
	http.Error(w, m.Text(message.Chinese)+"\n"+m.Hint(message.Chinese)+"\n"+m.Text(message.English)+"\n"+m.Hint(message.English), status)
}

// guard refuses what asks under a foreign name, so that no page elsewhere can have a browser talk to
// the desk by a name of its own, and says to browsers what pages may do: nothing but what the desk sends.
func (d *Desk) guard(next http.Handler) http.Handler {
	known := map[string]bool{"localhost": true, "127.0.0.1": true, "::1": true}
	for _, h := range d.Hosts {
		known[strings.ToLower(h)] = true
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if h, _, err := net.SplitHostPort(host); err == nil {
			host = h
		}
		if !known[strings.ToLower(strings.Trim(host, "[]"))] {
			plainly(w, http.StatusMisdirectedRequest, "desk.host")
			return
		}
		h := w.Header()
		h.Set("Content-Security-Policy", contentPolicy(""))
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		if d.Secure {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}

// may says whether an actor has one of the roles; nil is for everybody who has signed in.
func may(a payroll.Actor, who []payroll.Role) bool {
	for _, r := range a.Roles {
		for _, w := range who {
			if w == r || w == owner && r.Department() != "" || w == township && r.Township() != "" {
				return true
			}
		}
	}
	return who == nil
}
