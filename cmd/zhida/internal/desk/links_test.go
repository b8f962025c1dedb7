package desk

import (
	"html"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var linked = regexp.MustCompile(`href="(/[^"]*)"`)

// No page leads anybody to what they may not see or what is not there: everybody follows every link from their first page on.
func TestLinksLeadSomewhere(t *testing.T) {
	o := open(t)
	o.run("submit", "check", "approve")
	for _, x := range everybody {
		b := o.as(x.name)
		from := map[string]string{"/": "the start"}
		// A place says for itself that nobody of it is in a batch.
		for next := []string{"/"}; len(next) > 0; next = next[1:] {
			at := next[0]
			status, text := b.get(at)
			if status != http.StatusOK {
				t.Errorf("%s: %s leads to %s, which answers %d", x.name, from[at], at, status)
				continue
			}
			if !strings.HasPrefix(text, "<!doctype html>") || strings.HasPrefix(at, "/template/") { // a file
				continue
			}
			for _, m := range linked.FindAllStringSubmatch(text, -1) {
				to, _, _ := strings.Cut(html.UnescapeString(m[1]), "#")
				if _, known := from[to]; !known && !far(to) && !strings.Contains(to, "/notice/") {
					from[to] = at
					next = append(next, to)
				}
			}
		}
		if len(from) < 5 {
			t.Errorf("%s has seen %d pages", x.name, len(from))
		}
	}
}

// far are months that nobody has computed: there is one before and after each.
func far(path string) bool {
	month := regexp.MustCompile(`/(20\d\d-\d\d)(/|\?|$)`).FindStringSubmatch(path)
	return month != nil && !slices.Contains([]string{"2026-09", "2026-10", "2026-11"}, month[1])
}
