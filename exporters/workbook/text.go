package workbook

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"zhida/rules/money"
)

// longest is how many UTF-16 units a cell can hold; spreadsheet programs cut the
// rest without a word.
const longest = 32767

// badText says why a text cannot stand in a cell: a character, or its length.
type badText struct {
	char rune
	long int // in UTF-16 units, when that is what is wrong
}

func (e *badText) Error() string {
	return fmt.Sprintf("text of %d units, character %s", e.long, code(e.char))
}

// appendText escapes a text into XML. It refuses what a sheet cannot hold as it
// stands (control characters, broken encoding, too long a text) and what makes
// paper lie (marks that turn the direction of writing): an auditor's workbook
// alters nothing in silence. The only error is
// badText; whoever calls knows the cell.
func appendText(b []byte, s string) ([]byte, error) {
	if len(s) > longest && utf16Length(s) > longest {
		return b, &badText{long: utf16Length(s)}
	}
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			switch {
			case c == '&':
				b = append(b, "&amp;"...)
			case c == '<':
				b = append(b, "&lt;"...)
			case c == '>':
				b = append(b, "&gt;"...)
			case c == '_' && isEscape(s[i:]):
				b = append(b, "_x005F_"...)
			case c < ' ' && c != '\n' && c != '\t' || c == 0x7f:
				return b, &badText{char: rune(c)}
			default:
				b = append(b, c)
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 || !printable(r) {
			return b, &badText{char: r}
		}
		b = append(b, s[i:i+n]...)
		i += n
	}
	return b, nil
}

// isEscape says whether s begins like _x0041_, which programs would read as a
// character and not as what was written.
func isEscape(s string) bool {
	if len(s) < 7 || s[1] != 'x' || s[6] != '_' {
		return false
	}
	_, err := strconv.ParseUint(s[2:6], 16, 32)
	return err == nil
}

// printable refuses C1 controls, marks that turn the direction of writing, line
// separators and noncharacters.
func printable(r rune) bool {
	switch {
	case r < 0xa0,
		r == 0x061c, r >= 0x200e && r <= 0x200f, r >= 0x2028 && r <= 0x202e, r >= 0x2066 && r <= 0x2069,
		r >= 0xfdd0 && r <= 0xfdef, r&0xfffe == 0xfffe:
		return false
	}
	return true
}

func code(r rune) string {
	s := strings.ToUpper(strconv.FormatInt(int64(r), 16))
	return "U+" + strings.Repeat("0", max(0, 4-len(s))) + s
}

// utf16Length is the length in UTF-16, which is what programs count.
func utf16Length(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xffff {
			n++
		}
	}
	return n
}

// width is how wide a text prints, in half-width characters: Chinese takes two.
func width(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xff {
			n++
		}
	}
	return n
}

// lines is how many lines a text needs in a column of so many half-width
// characters. It errs on the side of one more: a cut line is worse than a gap.
func lines(s string, chars int) int {
	if len(s) <= chars && strings.IndexByte(s, '\n') < 0 {
		return 1 // bytes are never fewer than half-width characters
	}
	n := 0
	for line := range strings.SplitSeq(s, "\n") {
		n += max(1, (width(line)+chars-1)/chars)
	}
	return n
}

// appendYuan writes fen as the exact decimal of yuan, without trailing zeros,
// as the programs themselves write numbers: 1234.5, -0.05.
func appendYuan(b []byte, f money.Fen) []byte {
	u := uint64(f)
	if f < 0 {
		b = append(b, '-')
		u = -u
	}
	b = strconv.AppendUint(b, u/100, 10)
	switch cents := byte(u % 100); {
	case cents == 0:
		return b
	case cents%10 == 0:
		return append(b, '.', '0'+cents/10)
	default:
		return append(b, '.', '0'+cents/10, '0'+cents%10)
	}
}
