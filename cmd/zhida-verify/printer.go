package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// printer tells the result, as text while it comes, or as one JSON value at the end.
type printer struct {
	out  io.Writer
	err  error
	lang words
	o    options
	json struct {
		Passed   bool           `json:"passed"`
		Folders  []folderResult `json:"folders"`
		Together []checkResult  `json:"together,omitempty"`
	}
}

type folderResult struct {
	Folder    string        `json:"folder"`
	County    string        `json:"county"`
	Batch     string        `json:"batch"`
	Rehearsal bool          `json:"rehearsal"`
	Passed    bool          `json:"passed"`
	Trust     trustResult   `json:"trust"`
	Silent    int           `json:"silent_events"`     // after the export, about payments, without a row in the folder
	OwnPay    []string      `json:"own_pay,omitempty"` // signers who are among the people of the batch
	Erased    *erasedResult `json:"erased,omitempty"`
	Checks    []checkResult `json:"checks"`
}

// erasedResult says whose data was erased, and what could not be checked for it.
type erasedResult struct {
	Erasures []erasureResult `json:"erasures"`
	Facts    int             `json:"facts"`         // of which only digests are left
	People   int             `json:"people"`        // of the batch
	Lines    int             `json:"lines_unknown"` // of theirs, whose committed amount rests on what was paid before the book
	says     []string
}

type erasureResult struct {
	Event      int64  `json:"event"`
	Persons    int    `json:"persons"`
	Document   string `json:"document"`
	ProposedBy string `json:"proposed_by"`
	AcceptedBy string `json:"accepted_by"`
}

// trustResult says whose key everything rests on, and whether it was compared with a key given by --pin.
type trustResult struct {
	FirstAdministrator string         `json:"first_administrator,omitempty"`
	KeyID              string         `json:"key_id,omitempty"`
	Pinned             bool           `json:"pinned"`
	Signers            []signerResult `json:"signers,omitempty"`
	Says               string         `json:"says"`
}

// signerResult is one of the three who signed, and who vouched for their key.
type signerResult struct {
	Role      string `json:"role"`
	Name      string `json:"name"`
	KeyID     string `json:"key_id"`
	EnteredBy string `json:"entered_by"`
	Event     int64  `json:"event"`
	Rekeyed   bool   `json:"rekeyed"`
	says      string
}

type checkResult struct {
	Number      int             `json:"number"`
	Name        string          `json:"name"`
	Passed      bool            `json:"passed"`
	Established string          `json:"established,omitempty"`
	Findings    []findingResult `json:"findings,omitempty"`
	More        int             `json:"more,omitempty"`
	Means       string          `json:"means,omitempty"`
}

type findingResult struct {
	place
	Code string `json:"code"`
	Text string `json:"text"`
}

func newPrinter(o options, out io.Writer) *printer {
	return &printer{out: out, lang: words(o.lang), o: o}
}

// folder prints one folder and says whether it passed.
func (p *printer) folder(f *folder) bool {
	r := folderResult{Folder: clean(f.name), County: clean(f.about.get("county")), Batch: clean(f.sealed.batch), Rehearsal: f.about.get("rehearsal") == "yes", Silent: f.sealed.silent, Passed: f.passed(), Trust: p.trust(f)}
	for _, name := range f.sealed.ownPay {
		r.OwnPay = append(r.OwnPay, clean(name))
	}
	r.Erased = p.erased(f)
	for n := 1; n < lastCheck; n++ {
		r.Checks = append(r.Checks, p.check(&f.checks[n]))
	}
	if p.o.json {
		p.json.Folders = append(p.json.Folders, r)
		return r.Passed
	}
	p.line("%s", p.lang.text("say.folder", f.name, f.sealed.batch, f.about.get("name"), f.about.get("channel")))
	if r.Rehearsal {
		p.line("  %s", p.lang.text("say.rehearsal"))
	}
	for _, c := range r.Checks {
		p.printCheck(c)
	}
	p.line("  %s", r.Trust.Says)
	for _, s := range r.Trust.Signers {
		p.line("    %s", s.says)
	}
	if r.Erased != nil {
		for _, s := range r.Erased.says {
			p.line("  %s", s)
		}
	}
	if r.Silent > 0 {
		p.line("  %s", p.lang.text("say.silent", r.Silent))
	}
	for _, name := range r.OwnPay {
		p.line("  %s", p.lang.text("say.own_pay", name))
	}
	p.line("")
	return r.Passed
}

// together prints check 11 over the folders of a book.
func (p *printer) together(t *together) bool {
	c := p.check(&t.checks[lastCheck])
	if n := len(t.compared); n > 0 && c.Passed {
		c.Established += p.lang.text("say.erased_compared", n)
	}
	if p.o.json {
		p.json.Together = append(p.json.Together, c)
		return c.Passed
	}
	p.line("%s", p.lang.text("say.together"))
	p.printCheck(c)
	p.line("")
	return c.Passed
}

// end prints what concerns everything.
func (p *printer) end(good bool) error {
	if p.o.json {
		p.json.Passed = good
		e := json.NewEncoder(p.out)
		e.SetIndent("", "  ")
		e.SetEscapeHTML(true)
		return e.Encode(p.json)
	}
	p.line("%s", p.lang.text("say.limits"))
	p.line("%s", p.lang.text(map[bool]string{true: "say.good", false: "say.bad"}[good]))
	return p.err
}

func (p *printer) trust(f *folder) trustResult {
	first := f.journal.first()
	if first == nil {
		return trustResult{Says: p.lang.text("say.trust_none")}
	}
	id := first.key.id()
	r := trustResult{FirstAdministrator: clean(first.name), KeyID: id, Pinned: id == p.o.pin && f.checks[2].ok()}
	code := "say.trust_open"
	if r.Pinned {
		code = "say.trust_pinned"
	}
	r.Says = p.lang.text(code, first.name, id)
	for i, e := range []*event{f.sealed.submitted, f.sealed.checked, f.sealed.approved} {
		if e != nil && e.signer != nil {
			r.Signers = append(r.Signers, p.signer(i, e.signer))
		}
	}
	return r
}

// erased says whose data was erased; nil where nobody's was.
func (p *printer) erased(f *folder) *erasedResult {
	if len(f.erasures.events) == 0 {
		return nil
	}
	r := &erasedResult{Facts: f.erasures.facts, People: f.erasures.here.people, Lines: f.erasures.here.unknown}
	for _, e := range f.erasures.events {
		x := erasureResult{Event: e.position, Persons: len(f.erasures.people[e.position]), Document: clean(e.payload.get("document")), AcceptedBy: clean(e.actor)}
		if n, _ := integer(e.payload.get("proposal")); f.journal.at(n) != nil {
			x.ProposedBy = clean(f.journal.at(n).actor)
		}
		r.Erasures = append(r.Erasures, x)
		r.says = append(r.says, p.lang.text("say.erased", x.Event, x.Persons, x.Document, x.ProposedBy, x.AcceptedBy))
	}
	r.says = append(r.says, p.lang.text("say.erased_facts", r.Facts))
	if r.People > 0 {
		r.says = append(r.says, p.lang.text("say.erased_here", r.People))
	}
	if r.Lines > 0 {
		r.says = append(r.says, p.lang.text("say.erased_lines", r.Lines))
	}
	return r
}

// signer says whose key a signature is, and who entered it.
func (p *printer) signer(i int, a *actor) signerResult {
	s := signerResult{Role: signers[i].role, Name: clean(a.name), KeyID: a.key.id(), EnteredBy: clean(a.entered.by), Event: a.entered.position, Rekeyed: a.entered.kind == "actor.rekeyed"}
	code := "say.person"
	if s.Rekeyed {
		code = "say.rekeyed"
	}
	s.says = p.lang.text(code, roleWords[i][p.lang.index()], a.name, s.KeyID, a.entered.by, s.Event)
	return s
}

var roleWords = [3][2]string{{"经办", "maker"}, {"复核", "checker"}, {"审批", "approver"}}

// check puts a check into words.
func (p *printer) check(c *check) checkResult {
	w := checksWords[c.number]
	i := p.lang.index()
	r := checkResult{Number: c.number, Name: w.name[i], Passed: c.ok(), More: c.more}
	if c.ok() {
		facts := make([]any, len(c.facts))
		for n, v := range c.facts {
			if compared, ok := v.(bool); ok {
				v = p.lang.text(map[bool]string{true: "say.compared", false: "say.not_compared"}[compared])
			}
			facts[n] = clean(fmt.Sprint(v))
		}
		r.Established = fmt.Sprintf(w.established[i], facts...)
		return r
	}
	for _, f := range c.sorted() {
		f.File = clean(f.File)
		r.Findings = append(r.Findings, findingResult{f.place, f.code, p.lang.text(f.code, f.args...)})
	}
	if len(r.Findings) > 0 {
		r.Means = w.meaning[i]
	}
	return r
}

func (p *printer) printCheck(c checkResult) {
	if c.Passed {
		p.line("  ✓ %2d %s  %s", c.Number, c.Name, c.Established)
		return
	}
	p.line("  ✗ %2d %s", c.Number, c.Name)
	for _, f := range c.Findings {
		at := []string{f.File}
		if f.Line > 0 {
			at = append(at, p.lang.text("say.line", f.Line, f.Byte))
		}
		p.line("       %s: %s", strings.Join(at, " "), f.Text)
	}
	if c.More > 0 {
		p.line("       %s", p.lang.text("say.more", c.More))
	}
	if c.Means == "" {
		p.line("       %s", p.lang.text("say.not_run"))
		return
	}
	p.line("       %s", p.lang.text("say.means", c.Means))
}

func (p *printer) line(format string, args ...any) {
	if _, err := fmt.Fprintf(p.out, format+"\n", args...); err != nil && p.err == nil {
		p.err = err
	}
}
