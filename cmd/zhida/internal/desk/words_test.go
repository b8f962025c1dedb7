package desk

import (
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"zhida/importers"
	"zhida/rules/message"
)

var (
	inPages = regexp.MustCompile(`t "([^"]+)"`)
	inCode  = regexp.MustCompile(`\.page\("[a-z_]+", "([^"]+)"|nav: "([^"]+)"|message\.Word\([a-z.]+, "([^"]+)"\)`)
	chinese = regexp.MustCompile(`\p{Han}+`)
	spoken  = regexp.MustCompile(`\{\{[^}]*\}\}|<[^>]*>`)
)

// Every word of a page has its English, and no page has a Chinese word that is not looked up.
func TestWordsOfPages(t *testing.T) {
	found := map[string]bool{}
	look := func(fsys fs.FS, pattern string, words *regexp.Regexp) {
		names, err := fs.Glob(fsys, pattern)
		names = slices.DeleteFunc(names, func(n string) bool { return strings.HasSuffix(n, "_test.go") })
		if err != nil || len(names) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(names), err)
		}
		for _, name := range names {
			text, err := fs.ReadFile(fsys, name)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range words.FindAllStringSubmatch(string(text), -1) {
				word := strings.Join(m[1:], "")
				found[word] = true
				if !message.HasWord(word) {
					t.Errorf("%s: %q has no English", name, word)
				}
			}
			if strings.HasSuffix(name, ".html") && name != "pages/frame.html" { // the frame names the other language in its own
				for _, word := range chinese.FindAllString(spoken.ReplaceAllString(string(text), ""), -1) {
					t.Errorf("%s: %q stands there in Chinese whatever the language", name, word)
				}
			}
		}
	}
	look(pages, "pages/*.html", inPages)
	look(os.DirFS("."), "*.go", inCode)
	for _, k := range importers.Kinds() {
		if title := importers.Title(k); !message.HasWord(title) {
			t.Errorf("the sheet %q has no English", title)
		}
	}
	for _, p := range papers {
		if !message.HasWord(p.title) {
			t.Errorf("the paper %q has no English", p.title)
		}
	}
	if len(found) < 50 {
		t.Errorf("only %d words were found", len(found))
	}
}
