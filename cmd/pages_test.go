package cmd_test

import (
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
)

// unlike lists the pages of docs in which the two languages differ, in what and why.
var unlike = map[string][]string{
	"checks":        {"blocks", "headings"},          // in English a digest; TestPaperInEnglish of payroll/checks holds it
	"errors":        {"blocks", "links"},             // written by TestErrorPages; each shows what is printed in its language
	"json":          {"links"},                       // written by TestJSONPages
	"policy-guide":  {"blocks", "headings", "links"}, // in English the shorter one, its example in English keys; TestGuide of rules holds both
	"policy-shapes": {"links"},
}

// TestPagesHaveTwoLanguages wants of every page of docs a Chinese and an English one that link to each other, with the
// same outline and the same commands and settings.
func TestPagesHaveTwoLanguages(t *testing.T) {
	names, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	pages := map[string]bool{}
	for _, name := range names {
		pages[strings.TrimSuffix(strings.TrimSuffix(filepath.Base(name), ".md"), ".en")] = true
	}
	for name := range pages {
		chinese, errChinese := os.ReadFile(filepath.Join(root, "docs", name+".md"))
		english, errEnglish := os.ReadFile(filepath.Join(root, "docs", name+".en.md"))
		if errChinese != nil || errEnglish != nil {
			t.Errorf("docs/%s.md and docs/%s.en.md belong together, and one is not there", name, name)
			continue
		}
		found := differences(name, string(chinese), string(english))
		for _, what := range slices.Sorted(maps.Keys(found)) {
			if !slices.Contains(unlike[name], what) {
				t.Errorf("docs/%s.md and docs/%s.en.md differ in their %s: %s", name, name, what, found[what])
			}
		}
		for _, what := range unlike[name] {
			if found[what] == "" {
				t.Errorf("docs/%s.md is excepted in cmd/pages_test.go for its %s, and they do not differ", name, what)
			}
		}
	}
	for name := range unlike {
		if !pages[name] {
			t.Errorf("docs/%s.md is excepted in cmd/pages_test.go but does not exist", name)
		}
	}
}

// TestDifferencesAreSeen plants each difference into a pair that has none.
func TestDifferencesAreSeen(t *testing.T) {
	const chinese = "# 甲\n\n[English](a.en.md)\n\n```sh\nzhida run 2026-11   # 算\nkey=<密钥号>\n```\n\n## 乙\n"
	const english = "# A\n\n[中文](a.md)\n\n```sh\nzhida run 2026-11   # compute\nkey=<key id>\n```\n\n## B\n"
	for _, c := range []struct {
		name, old, new string
		want           []string
	}{
		{"nothing", "", "", nil},
		{"no link", "[中文](a.md)", "", []string{"links"}},
		{"a link below the top", "[中文](a.md)\n\n```", "```", []string{"links"}},
		{"another level", "## B", "### B", []string{"headings"}},
		{"one section less", "\n## B\n", "", []string{"headings"}},
		{"another command", "2026-11 ", "2026-12 ", []string{"blocks"}},
		{"another fence", "```sh", "```", []string{"blocks"}},
		{"one block less", "```sh\nzhida run 2026-11   # compute\nkey=<key id>\n```\n", "", []string{"blocks"}},
	} {
		changed := strings.Replace(english, c.old, c.new, 1)
		if c.old != "" && changed == english {
			t.Fatalf("%s changes nothing", c.name)
		}
		if c.name == "a link below the top" {
			changed += "\n[中文](a.md)\n"
		}
		if d := cmp.Diff(c.want, slices.Sorted(maps.Keys(differences("a", chinese, changed)))); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
	}
}

// differences says in what the two pages called name differ: links, headings, blocks.
func differences(name, chinese, english string) map[string]string {
	found := map[string]string{}
	c, e := readPage(chinese), readPage(english)
	if !strings.Contains(c.top, "]("+name+".en.md)") || !strings.Contains(e.top, "]("+name+".md)") {
		found["links"] = "each links to the other below its title"
	}
	if d := cmp.Diff(c.levels, e.levels); d != "" {
		found["headings"] = d
	}
	if d := cmp.Diff(c.blocks, e.blocks); d != "" {
		found["blocks"] = d
	}
	return found
}

// page is what of a paper does not depend on its language.
type page struct {
	top     string   // what stands before the second heading
	levels  []int    // of its headings
	anchors []string // of its headings, as GitHub makes them
	blocks  []string // with the word of the fence; without comments and what stands in <angle brackets>
	prose   string   // what stands outside blocks
}

var (
	heading = regexp.MustCompile(`^(#{1,6}) (.+)$`)
	comment = regexp.MustCompile(`(^|\s+)#.*$`)
	blank   = regexp.MustCompile(`<[^<>]+>`)
)

func readPage(text string) (p page) {
	var block []string
	inside := false
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if fence, ok := strings.CutPrefix(strings.TrimSpace(line), "```"); ok {
			if inside {
				p.blocks = append(p.blocks, strings.Join(block, "\n"))
			}
			inside, block = !inside, []string{fence}
			continue
		}
		if inside {
			if line = comment.ReplaceAllString(line, ""); strings.TrimSpace(line) != "" {
				block = append(block, blank.ReplaceAllString(line, "<>"))
			}
			continue
		}
		if m := heading.FindStringSubmatch(line); m != nil {
			p.levels = append(p.levels, len(m[1]))
			p.anchors = append(p.anchors, p.anchor(m[2]))
		}
		if len(p.levels) < 2 {
			p.top += line + "\n"
		}
		p.prose += line + "\n"
	}
	return p
}

// anchor is what GitHub calls a heading: letters and digits small, blanks as hyphens, the rest
// gone, and a number behind what was there before.
func (p page) anchor(title string) string {
	slug := strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
			return unicode.ToLower(r)
		}
		return -1
	}, title)
	unique := slug
	for n := 1; slices.Contains(p.anchors, unique); n++ {
		unique = fmt.Sprintf("%s-%d", slug, n)
	}
	return unique
}

// TestLinksLeadSomewhere follows every link of every paper that stays in the repository, to its
// file and its heading.
func TestLinksLeadSomewhere(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^()\s]+)\)`)
	followed := 0
	texts(t, func(name string, content []byte) {
		if path.Ext(name) != ".md" {
			return
		}
		for _, m := range link.FindAllStringSubmatch(readPage(string(content)).prose, -1) {
			if strings.Contains(m[1], "://") || strings.HasPrefix(m[1], "mailto:") {
				continue
			}
			followed++
			file, fragment, _ := strings.Cut(m[1], "#")
			target := name
			if file != "" {
				target = path.Join(path.Dir(name), file)
			}
			b, err := os.ReadFile(filepath.Join(root, target))
			if err != nil {
				if info, err := os.Stat(filepath.Join(root, target)); err != nil || !info.IsDir() {
					t.Errorf("%s links to %s, which does not exist", name, m[1])
				}
				continue
			}
			if fragment != "" && !slices.Contains(readPage(string(b)).anchors, fragment) {
				t.Errorf("%s links to %s, and there is no such heading", name, m[1])
			}
		}
	})
	if followed == 0 {
		t.Error("no link was found")
	}
}
