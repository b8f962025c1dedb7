package identity

import "strings"

// foldName makes the forms of a name comparable: spaces are dropped, full-width
// letters become narrow, and the look-alikes of the separator become U+00B7.
var foldName = strings.NewReplacer(" ", "", "\u3000", "", "\u00a0", "",
	"\u2022", "·", "\u30fb", "·", "\u2027", "·", "\u2219", "·", "\uff0e", "·", "\uff65", "·", ".", "·")

// FoldName is the form of a name for matching only; it is never printed or paid on.
func FoldName(s string) string {
	s = foldName.Replace(s)
	return strings.Map(func(r rune) rune {
		if r >= 0xff01 && r <= 0xff5e {
			return r - 0xfee0
		}
		return r
	}, s)
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
