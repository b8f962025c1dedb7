package desk

import (
	"html"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"zhida/rules/message"
)

// technical are the commands that no page has: the desk says that they are for the technician. A command that gets into a sentence must
// have a page or stand here.
var technical = strings.Fields(`backup batch_attach checks_list election fsck fund_send-up headings_forget headings_list init layout_list layout_show
notice_record owed_show policy_test sendback_keep sendback_list serve upgrade`)

// everywhere is a visitor who may open every page.
func everywhere(string) bool { return true }

var tags = regexp.MustCompile(`<a href="([^"]*)">|</a>`)

// No sentence of the catalogue tells somebody at the desk to type a command: each leads to a page that is there, or to the technician.
func TestCommandsAreLed(t *testing.T) {
	var patterns []*regexp.Regexp
	for _, rt := range table() {
		if path, ok := strings.CutPrefix(rt.pattern, "GET "); ok {
			patterns = append(patterns, regexp.MustCompile("^"+regexp.MustCompile(`\\\{[^}]*\\\}`).ReplaceAllString(regexp.QuoteMeta(path), "[^/]+")+"$"))
		}
	}
	met, stands := map[string]bool{}, map[string]bool{}
	for _, e := range message.Entries() {
		m := message.M(e.Code, "2026-10/1", "2026-10/1", "2026-10/1", "2026-10/1", "2026-10/1", "2026-10/1")
		if strings.Contains(e.Zh+e.ZhHint, "zhida proposal") {
			m = message.M(e.Code, 16, 16, 16, 16, 16)
		}
		for _, lang := range []message.Lang{message.Chinese, message.English} {
			for _, said := range []string{m.Text(lang), m.Hint(lang)} {
				shown := string(led(said, e.Code, lang, everywhere))
				for _, link := range tags.FindAllStringSubmatch(shown, -1) {
					if to := link[1]; to != "" && !slices.ContainsFunc(patterns, func(p *regexp.Regexp) bool { return p.MatchString(to) }) {
						t.Errorf("%s leads to %s, which is no page: %s", e.Code, to, shown)
					}
				}
				for _, o := range option.FindAllString(said, -1) {
					stands[o] = true
				}
				if o := option.FindString(shown); o != "" {
					t.Errorf("%s tells somebody at the desk of the option %s: %s", e.Code, o, shown)
				}
				plain := html.UnescapeString(tags.ReplaceAllString(shown, ""))
				commands(plain, func(_, to int, words, _ []string) {
					name := strings.Join(words, "_")
					if !slices.Contains(technical, name) || !strings.HasPrefix(plain[to:], message.Word(lang, "（请技术人员办）")) {
						t.Errorf("%s tells somebody at the desk to type %v: %s", e.Code, words, plain)
					}
					met[name] = true
				})
			}
		}
	}
	for _, name := range technical {
		if !met[name] {
			t.Errorf("no sentence names %s any more", name)
		}
	}
	on := ""
	names, err := fs.Glob(pages, "pages/*.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(pages, name)
		if err != nil {
			t.Fatal(err)
		}
		on += string(text)
	}
	for code, own := range fieldsOf {
		if !slices.ContainsFunc(message.Entries(), func(e message.Entry) bool { return e.Code == code }) {
			t.Errorf("there is no message %s", code)
		}
		for o, label := range own {
			isField(t, on, o, label)
		}
	}
	for o, label := range fields {
		isField(t, on, o, label)
		if !stands[o] {
			t.Errorf("no sentence names %s any more", o)
		}
	}
	for command, p := range places {
		for _, word := range []string{p.page, p.part} {
			if word != "" && !message.HasWord(word) {
				t.Errorf("%s: %s has no English", command, word)
			}
		}
	}
}

// isField says that an option is a field that a page has, by its label.
func isField(t *testing.T, pages, option, label string) {
	t.Helper()
	if !message.HasWord(label) || !strings.Contains(pages, `{{t "`+label+`"}}`) {
		t.Errorf("%s: no page has a field %q", option, label)
	}
}

// A command in a sentence begins with the program's name: without it the desk does not see that it is one, and nobody can type it.
func TestCommandsAreWhole(t *testing.T) {
	names := slices.Collect(maps.Keys(places))
	for _, name := range technical {
		names = append(names, strings.ReplaceAll(name, "_", " "))
	}
	bare := regexp.MustCompile(`(?:zhida )?\b(?:` + strings.Join(names, "|") + `) --[a-z]`)
	for _, e := range message.Entries() {
		for _, said := range []string{e.Zh, e.ZhHint, e.En, e.EnHint} {
			for _, command := range bare.FindAllString(said, -1) {
				if !strings.HasPrefix(command, "zhida ") {
					t.Errorf("%s says %q without zhida: %s", e.Code, command, said)
				}
			}
		}
	}
}

// A command names a page by what it is about, and what a sentence quotes is no markup.
func TestLed(t *testing.T) {
	for said, want := range map[string]string{
		"只想先收没有问题的行，加 --accept-good":                                             "只想先收没有问题的行，加 “只收没有问题的行，并记入日志”",
		"请用 zhida batch findings 2026-10/1 查看":                                   `请用 <a href="/batch/2026-10/1/findings">“审核事项 2026-10/1”</a> 查看`,
		"用 zhida batch answer 2026-10/1 --check 代码 --reason 理由 --document 文号 答复": `用 <a href="/batch/2026-10/1/findings">“审核事项 2026-10/1”</a> 答复`,
		"先 zhida batch submit 2026-10/1":                                         `先 <a href="/batch/2026-10/1">“批次 2026-10/1：提交”</a>`,
		"作废：zhida batch cancel 2026-10/1 --reason 理由。":                           `作废：<a href="/batch/2026-10/1">“批次 2026-10/1：作废”</a>。`,
		"待另一人用 zhida proposal accept 16 确认":                                      `待另一人用 <a href="/proposals/16">“待确认的事项 16：确认”</a> 确认`,
		"用 zhida batch cancel 作废本批再算一次":                                          `用 “批次：作废” 作废本批再算一次`,
		"没有“<b>zhida run</b>”":                                                   `没有“&lt;b&gt;<a href="/month">“本月”</a>&lt;/b&gt;”`,
		"请改 --since，用 zhida backup --out 文件夹 备份":                                 `请改 命令行选项 since（请技术人员办），用 zhida backup（请技术人员办） 备份`,
		"请用 zhida fsck 查明":                                                       `请用 zhida fsck（请技术人员办） 查明`,
		"见 zhida batch show 2026-10/1\"><script>":                                `见 <a href="/batch/2026-10/1">“批次 2026-10/1”</a>&#34;&gt;&lt;script&gt;`,
	} {
		if got := string(led(said, "", message.Chinese, everywhere)); got != want {
			t.Errorf("%s\n got %s\nwant %s", said, got, want)
		}
	}
}
