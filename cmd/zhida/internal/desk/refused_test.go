package desk

import (
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"zhida/rules/message"
)

// Whatever a form is refused for, the browser is sent to a page that says so: nobody who comes back to it is asked to send the form anew.
func TestRefusalsHaveAnAddress(t *testing.T) {
	o := open(t)
	b := o.as("李复")
	for path, fields := range map[string]url.Values{
		"/funds/close":     {"once": {b.form("/funds", "/funds/close")[1]}, "month": {"2026-10"}, "passphrase": {"wrong-one"}},
		"/funds/reopen":    {"once": {"x"}},                             // an approver's
		"/statement/match": {"once": {"x"}},                             // a token of nobody
		"/search":          {"text": {strings.Repeat("x", 2*mostForm)}}, // one that a page answers
		"/audit/dossier":   {"from": {"nonsense"}},
		"/no-such-page":    {},
	} {
		r, err := b.PostForm(o.URL+path, fields)
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		to := r.Header.Get("Location")
		if r.StatusCode != http.StatusSeeOther || !regexp.MustCompile(`^/refused/\d+$`).MatchString(to) {
			t.Errorf("%s: %d %q", path, r.StatusCode, to)
			continue
		}
		status, said := b.get(to)
		if status < 400 || !strings.Contains(said, "什么也没有改变") && !strings.Contains(said, "desk.form_outdated") || !strings.Contains(said, "data-back") {
			t.Errorf("%s: %d %s", path, status, plain(said))
		}
		if _, again := b.get(to + "?" + turnedOver); strings.Contains(again, "data-back") {
			t.Errorf("%s: in the other language the page before is no form", path)
		}
	}
}

// Who signs is known: it is their passphrase that is wrong, and no name. Who signs in learns neither.
func TestWrongPassphraseOfASigner(t *testing.T) {
	o := open(t)
	b := o.as("李复")
	_, _, text := b.post("/funds/close", append(b.form("/funds", "/funds/close"), "month", "2026-10", "passphrase", "wrong-one")...)
	if said := plain(text); !strings.Contains(said, "口令不对") || strings.Contains(said, "姓名") {
		t.Error(said)
	}
	if _, _, text := o.browser().post("/sign-in", "name", "李复", "passphrase", "wrong-one"); !strings.Contains(text, message.M("desk.wrong").Text(message.Chinese)) {
		t.Error(plain(text))
	}
}

// What another site sends, and what asks under another name, is refused in both languages: nobody knows who reads it.
func TestRefusedInBothLanguages(t *testing.T) {
	o := open(t)
	ask := func(code string, change func(*http.Request)) {
		t.Helper()
		r, err := http.NewRequest(http.MethodPost, o.URL+"/language", strings.NewReader("lang=en"))
		if err != nil {
			t.Fatal(err)
		}
		change(r)
		answer, err := o.browser().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		for _, lang := range []message.Lang{message.Chinese, message.English} {
			if answer.StatusCode < 400 || !strings.Contains(string(text), message.M(code).Text(lang)) {
				t.Errorf("%s in %s: %d %s", code, lang, answer.StatusCode, text)
			}
		}
	}
	ask("desk.elsewhere", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") })
	ask("desk.host", func(r *http.Request) { r.Host = "elsewhere.example" })
}

// A hint leads to a page only where the visitor may open it; whoever may not reads its name.
func TestHintsLeadNobodyAstray(t *testing.T) {
	o := open(t)
	const said = "先用 zhida settings set 设置，再用 zhida import 导入，见 zhida status"
	for name, want := range map[string]string{
		"周正": `<a href="/settings">`, "张敏": `<a href="/import"> <a href="/month">`, "李复": `<a href="/month">`, "孙计": `<a href="/month">`, "钱组": `<a href="/import">`,
	} {
		b := o.as(name)
		var v *visit
		for _, h := range o.visits.of {
			if h.visit.actor.Name == name {
				v = h.visit
			}
		}
		p := &page{visit: v, routes: o.routes}
		shown := string(led(said, "", message.Chinese, p.May))
		if got := strings.Join(regexp.MustCompile(`<a href="[^"]*">`).FindAllString(shown, -1), " "); got != want {
			t.Errorf("%s is led to %s, not %s", name, got, want)
		}
		for _, word := range []string{"设置", "导入表格", "本月"} {
			if !strings.Contains(shown, "“"+word+"”") {
				t.Errorf("%s does not read of %s: %s", name, word, shown)
			}
		}
		for _, m := range regexp.MustCompile(`<a href="([^"]*)">`).FindAllStringSubmatch(shown, -1) {
			if status, _ := b.get(m[1]); status != http.StatusOK {
				t.Errorf("%s is led to %s: %d", name, m[1], status)
			}
		}
	}
}
