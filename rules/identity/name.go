package identity

import (
	"strings"
	"unicode"
)

// foldName makes the forms of a name comparable: spaces are dropped, full-width
// letters become narrow, and the look-alikes of the separator become U+00B7.
var foldName = strings.NewReplacer(" ", "", "\u3000", "", "\u00a0", "",
	"\u2022", "·", "\u30fb", "·", "\u2027", "·", "\u2219", "·", "\uff0e", "·", "\uff65", "·", ".", "·")

// FoldName is the form of a name for matching only; it is never printed or paid on.
func FoldName(s string) string {
	return strings.Map(narrow, foldName.Replace(s))
}

// SameName says whether two names are the same but for spaces, width and separator.
// Anything else, variants of characters included, asks a person.
func SameName(a, b string) bool { return a == b || FoldName(a) == FoldName(b) }

// MaskName shows a name where it does not matter who it is: 张*, 张*满, 欧**平.
func MaskName(s string) string {
	r := []rune(s)
	for i := 1; i < len(r) && (i < len(r)-1 || len(r) == 2); i++ {
		r[i] = '*'
	}
	return string(r)
}

// NotInName is the first thing in a text that no name has: a digit, a bracket, an asterisk, a Latin letter among Chinese
// characters. "" where there is none. · and its look-alikes part the names of minorities, a full stop, hyphen or apostrophe those of
// foreigners, in Latin letters only.
func NotInName(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return !isHan(r) }) {
		return "" // nearly every name
	}
	chinese := strings.ContainsFunc(s, isHan)
	for _, r := range FoldName(s) {
		latin := unicode.Is(unicode.Latin, r) || r == '-' || r == '\'' || r == '’'
		if r == '·' || isHan(r) || latin && !chinese || !latin && (unicode.IsLetter(r) || unicode.IsMark(r)) {
			continue
		}
		at := strings.IndexFunc(s, func(x rune) bool { return FoldName(string(x)) == string(r) })
		return string([]rune(s[at:])[0]) // as it stands there, wide or narrow
	}
	return ""
}

// isHan knows Chinese characters, 〇 among them.
func isHan(r rune) bool { return unicode.Is(unicode.Han, r) }
