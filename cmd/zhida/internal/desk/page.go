package desk

import (
	"bytes"
	"cmp"
	"context"
	"html/template"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"zhida/payroll"
	"zhida/rules"
	"zhida/rules/calendar"
	"zhida/rules/identity"
	"zhida/rules/message"
	"zhida/rules/money"
)

// page is what the frame around every page shows.
type page struct {
	Title   string
	Lang    message.Lang
	County  string
	Actor   string // "" where nobody has signed in
	Roles   string
	Nav     []link
	Flashes []message.Message
	Keeps   bool   // entries need no passphrase
	Here    string // address of the page, to be shown again in the other language
	Refresh string
	Printed *letterhead // nil where nobody has signed in, or there is nothing to print
	Foot    template.CSS
	Body    any
	visit   *visit
	routes  []route
}

// May says whether the visitor may ask for what has a pattern in the table, a page being named by its address alone,
// /person/{person}: no page leads where it is refused.
func (p *page) May(pattern string) bool {
	if strings.HasPrefix(pattern, "/") {
		pattern = "GET " + pattern
	}
	i := slices.IndexFunc(p.routes, func(rt route) bool { return rt.pattern == pattern })
	return p.visit != nil && may(p.visit.actor, p.routes[i].who)
}

type link struct{ Href, Text string }

// Once is the token of one form; each form of a page takes its own.
func (p *page) Once() string {
	if p.visit == nil {
		return ""
	}
	return p.visit.once()
}

// Own is the token of forms that may be sent again.
func (p *page) Own() string { return p.visit.own }

// failure is the body of the page error.
type failure struct {
	said             message.Message
	Text, Hint, Code string
	Form             bool   // it came of a form: nothing was done
	Back             string // the page that the form stood on; "" of what came of no form
	Again            bool   // it was shown before, so that the form is not the page before
}

// render shows a page of the folder pages by its name.
func (r *request) render(status int, name, title string, body any) error {
	p := &page{Title: title, Lang: r.lang, County: r.desk.county, Body: body, visit: r.visit, routes: r.desk.routes}
	if r.visit != nil {
		a := r.visit.actor
		p.Actor, p.Roles, p.Nav, p.Flashes, p.Keeps = a.Name, r.desk.rolesText(r.Context(), a.Roles, r.lang), r.nav(), r.visit.said(), r.visit.signer() != nil
	}
	p.Here = r.here(body)
	if x, ok := body.(interface{ waits() bool }); ok && x.waits() {
		p.Refresh = "2"
	} else if _, failed := body.(failure); r.visit != nil && !failed {
		var err error
		if p.Printed, err = r.letterhead(body); err != nil {
			return err
		}
		p.Foot = p.Printed.foot(r.lang)
	}
	var b bytes.Buffer
	if err := r.desk.views[r.lang].ExecuteTemplate(&b, name+".html", p); err != nil {
		r.desk.Log.Error("page does not render", "page", name, "error", err)
		http.Error(r.w, message.M("desk.failed").Text(r.lang), http.StatusInternalServerError)
		return nil
	}
	r.sent = true
	r.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	r.w.Header().Set("Content-Security-Policy", contentPolicy(p.Foot))
	r.w.WriteHeader(status)
	_, _ = b.WriteTo(r.w)
	return nil
}

// here is the address at which a page is shown again. What answers a form has none and leads back to the page of the form.
func (r *request) here(body any) string {
	x, failed := body.(failure)
	switch {
	case x.Back != "":
		return r.URL.Path + "?" + turnedOver
	case r.Method == http.MethodGet && r.visit != nil && !failed:
		return r.visit.turned(r.URL.RequestURI())
	case r.Method == http.MethodGet:
		return r.URL.RequestURI()
	case r.visit == nil:
		return "/"
	}
	return r.visit.turned("")
}

// turnedOver says that what was said of a form is shown once more, in the other language: the page before it is itself, not the form.
const turnedOver = "again=1"

// page shows a page whose title is a word of the catalogue.
func (r *request) page(name, title string, body any) error {
	return r.render(http.StatusOK, name, message.Word(r.lang, title), body)
}

// signInPage is the form that opens a visit, and the page to which it leads.
type signInPage struct {
	Lost bool
	To   string
}

// wanted is the page that somebody asked for who has not signed in, or on which the form stood that they sent; "" for the first.
func (r *request) wanted() string {
	if r.Method == http.MethodGet {
		if r.desk.pageAt(r.URL.Path) != nil {
			return r.URL.RequestURI()
		}
		return ""
	}
	for at := r.URL.Path; at != "/" && at != "."; at = path.Dir(at) {
		if r.desk.pageAt(at) != nil {
			return at
		}
	}
	return ""
}

// pageAt is the route of an address that shows a page to those who have signed in; nil for a file, and for what only its own visit has.
func (d *Desk) pageAt(address string) *route {
	parts := strings.Split(address, "/")
	for i := range d.routes {
		rt := &d.routes[i]
		pattern, get := strings.CutPrefix(rt.pattern, "GET ")
		if !get || rt.who == nil || rt.heavy {
			continue
		}
		if names := strings.Split(pattern, "/"); slices.EqualFunc(names, parts, func(name, part string) bool {
			return name == part || strings.HasPrefix(name, "{") && name != "{$}" && part != ""
		}) {
			return rt
		}
	}
	return nil
}

// signIn shows the page to sign in; lost says that something was to be done and was not.
func (r *request) signIn(lost bool) {
	r.visit = nil
	_ = r.render(http.StatusUnauthorized, "sign_in", message.Word(r.lang, "登录"), signInPage{lost, r.wanted()})
}

// nav are the pages that the actor may see, of those with a place in the list.
func (r *request) nav() (list []link) {
	for i := range r.desk.routes {
		if rt := &r.desk.routes[i]; rt.nav != "" && may(r.visit.actor, rt.who) {
			_, path, _ := strings.Cut(rt.pattern, " ")
			list = append(list, link{strings.TrimSuffix(path, "{$}"), message.Word(r.lang, rt.nav)})
		}
	}
	return list
}

// parse reads the pages in a language. Their words stand in Chinese, as {{t "提交"}}.
func (d *Desk) parse(lang message.Lang) *template.Template {
	return template.Must(template.New("").Funcs(template.FuncMap{
		"t":       func(chinese string) string { return message.Said(lang, chinese) },
		"stated":  func(subject string) string { return message.Stated(lang, subject) },
		"own":     func(text string) template.HTML { return ownWords(text, lang) },
		"deed":    func(chinese string) string { return message.Deed(lang, chinese) },
		"text":    func(p *page, m message.Message) template.HTML { return led(m.Text(lang), m.Code, lang, p.May) },
		"hint":    func(p *page, m message.Message) template.HTML { return led(m.Hint(lang), m.Code, lang, p.May) },
		"led":     func(p *page, said, code string) template.HTML { return led(said, code, lang, p.May) },
		"yuan":    func(f money.Fen) string { return f.Grouped() },
		"month":   func(m calendar.Month) string { return monthText(m, lang) },
		"clock":   clock,
		"list":    func(words ...any) []any { return words },
		"roles":   func(list []payroll.Role) string { return d.rolesText(context.Background(), list, lang) },
		"short":   func(digest string) string { return digest[:min(8, len(digest))] },
		"minus":   func(a, b money.Fen) money.Fen { return a - b },
		"bank":    func(code string) string { return message.Said(lang, cmp.Or(identity.BankName(code), code)) },
		"rowMark": rowMark,
		"matched": func(by string) string { return message.Word(lang, matchedWords[by]) },
		"outcome": func(x rules.Explanation) string { return outcomeText(x, lang) },
		"said": func(x rules.Explanation) string {
			if lang == message.English {
				return cmp.Or(x.English, x.Reason.Text(lang))
			}
			return cmp.Or(x.Sentence, x.Reason.Text(lang))
		},
		"stepText": func(s rules.Step) string {
			if lang == message.English {
				return s.English
			}
			return s.Text
		},
		"person": func(p *page, no int64, name string) template.HTML {
			name = template.HTMLEscapeString(name)
			if no == 0 || !p.May("/person/{person}") {
				return template.HTML(name)
			}
			return template.HTML(`<a href="/person/` + strconv.FormatInt(no, 10) + `">` + name + `</a>`)
		},
		"passphrase": func(p *page, signs bool) template.HTML {
			if !signs && p.Keeps {
				return ""
			}
			return passphraseField(message.Word(lang, "口令"))
		},
		"passphraseOf": func(whose string) template.HTML { return passphraseField(message.Word(lang, whose)) },
	}).ParseFS(pages, "pages/*.html"))
}

// passphraseField asks for the passphrase of whoever signs; the label says whose where the form asks for another's too.
func passphraseField(label string) template.HTML {
	return template.HTML(`<label>` + template.HTMLEscapeString(label) + ` <input type="password" name="passphrase" required autocomplete="current-password"></label>`)
}

// ownWords are the county's own, which stay Chinese: an English page says to whoever reads it aloud which language they are in.
func ownWords(text string, lang message.Lang) template.HTML {
	if lang == message.English && strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		return template.HTML(`<span lang="zh-CN">` + template.HTMLEscapeString(text) + `</span>`)
	}
	return template.HTML(template.HTMLEscapeString(text))
}

// clock is a moment as pages show it.
func clock(t time.Time) string { return t.In(calendar.China).Format("2006-01-02 15:04") }

// outcomeText is what became of an item: the amount where something is due.
func outcomeText(x rules.Explanation, lang message.Lang) string {
	switch x.Outcome {
	case rules.Due:
		return x.Fen.Grouped()
	case rules.Zero:
		return "0.00"
	case rules.NotDue:
		return message.Word(lang, "不应发")
	}
	return message.Word(lang, "拒发")
}

func monthText(m calendar.Month, lang message.Lang) string {
	if lang == message.English {
		return m.String()
	}
	return m.Chinese()
}
