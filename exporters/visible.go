package exporters

import (
	"fmt"
	"strings"
	"unicode"
)

// Visible shows what a text from outside could hide on paper or in a file that people
// read: control characters, marks that turn the direction of writing, and what takes no room become
// their codes, 〔U+202E〕. Line breaks become spaces. Everything else stays as it is.
func Visible(s string) string {
	if strings.IndexFunc(s, hidden) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			b.WriteByte(' ')
		case hidden(r):
			fmt.Fprintf(&b, "〔U+%04X〕", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// hidden says whether a character does something instead of showing something, or takes no
// room: controls, marks of direction, joiners and spaces without width, fillers.
func hidden(r rune) bool {
	switch r {
	case '\u2028', '\u2029', unicode.ReplacementChar, '\u034f', '\u115f', '\u1160', '\u3164', '\uffa0':
		return true
	}
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
}

// Inert is Visible for a text cell of a CSV file that may be opened in a spreadsheet
// program: one that begins like a formula gets an apostrophe before it, which such
// programs take for "text".
func Inert(s string) string {
	if s = Visible(s); s != "" && strings.ContainsRune("=+-@＝＋－＠", []rune(s)[0]) {
		return "'" + s
	}
	return s
}
