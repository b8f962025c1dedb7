package desk

import (
	"html"
	"net/http"
	"strings"
	"testing"

	"zhida/rules/message"
)

// turns presses the button of the other language on a page, as the page has it, and gives where that leads.
func (b *browser) turns(page string, to message.Lang) string {
	b.o.t.Helper()
	_, rest, ok := strings.Cut(page, `action="/language"`)
	field := hidden.FindStringSubmatch(rest)
	if !ok || !strings.Contains(rest, `name="lang" value="`+string(to)+`"`) || field == nil {
		b.o.t.Fatalf("no button for %s: %s", to, plain(page))
	}
	status, at, text := b.post("/language", field[1], html.UnescapeString(field[2]), "lang", string(to))
	if status != http.StatusSeeOther {
		b.o.t.Fatalf("%d %s", status, plain(text))
	}
	return at
}

// The other language shows the same page: one of the book, one that is not there, the door, and what was said of a form that was refused.
func TestLanguageStays(t *testing.T) {
	o := open(t)
	o.run("submit")
	b := o.browser()
	_, door := b.get("/")
	if at := b.turns(door, message.English); at != "/" {
		t.Errorf("the door leads to %s", at)
	}
	if _, text := b.get("/"); !strings.Contains(text, "Sign in") || !strings.Contains(text, `lang="en"`) {
		t.Errorf("the door is not in English: %s", plain(text))
	}
	b = o.as("李复")
	for _, page := range []string{"/month/2026-10", "/roster/2026-10?place=430725101&category=township_cadre", "/no-such-page"} {
		_, text := b.get(page)
		if at := b.turns(text, message.English); at != page {
			t.Errorf("%s leads to %s", page, at)
		}
		if _, text = b.get(page); b.turns(text, message.Chinese) != page {
			t.Errorf("%s does not come back", page)
		}
	}

	const batch = "/batch/2026-10/1"
	status, _, text := b.post(batch+"/check", append(b.form(batch, batch+"/check"), "passphrase", "wrong-one")...)
	if status != http.StatusForbidden {
		t.Fatalf("%d %s", status, plain(text))
	}
	at := b.turns(text, message.English)
	again, said := b.get(at)
	if again != status || !strings.Contains(said, "desk.wrong_passphrase") || !strings.Contains(said, message.M("desk.wrong_passphrase").Text(message.English)) || !strings.Contains(said, "nothing changed") {
		t.Errorf("%s: %d %s", at, again, plain(said))
	}
	if !strings.Contains(said, `<a href="`+batch+`">`) {
		t.Errorf("it does not lead back to the form: %s", said)
	}
	if b.turns(said, message.Chinese) != at {
		t.Error("it does not come back to Chinese")
	}
	if status, text := o.as("王审").get(at); status != http.StatusNotFound || strings.Contains(text, "desk.wrong") {
		t.Errorf("somebody else reads it: %d", status)
	}
}

// The button leads to no page elsewhere.
func TestLanguageStaysHere(t *testing.T) {
	o := open(t)
	b := o.as("李复")
	for _, at := range []string{"", "https://example.org/", "//example.org/", `/\example.org/`, `\\example.org`, "month", "javascript:x", "/%zz", "/\nmonth"} {
		if _, to, _ := b.post("/language", "at", at, "lang", "en"); to != "/" {
			t.Errorf("%q leads to %q", at, to)
		}
	}
}
