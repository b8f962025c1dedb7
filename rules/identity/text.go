package identity

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// stretch is digits of either width one after the other, the last of 18 may be X: byte positions, and how many characters they are.
type stretch struct{ from, to, n int }

func stretches(text string) (list []stretch) {
	for i := 0; i < len(text); {
		s := stretch{from: i, to: i}
		for {
			r, size := utf8.DecodeRuneInString(text[s.to:])
			if r = narrow(r); r < '0' || r > '9' {
				if s.n == 17 && (r == 'X' || r == 'x') {
					s.to, s.n = s.to+size, 18
				}
				i = max(s.to, i+size)
				break
			}
			s.to, s.n = s.to+size, s.n+1
			i = s.to
		}
		if s.n > 0 {
			list = append(list, s)
		}
		if i == s.from { // the end of the text
			break
		}
	}
	return list
}

// narrow is a full-width character in its usual width, and any other as it is.
func narrow(r rune) rune {
	if r >= 0xff01 && r <= 0xff5e {
		return r - 0xfee0
	}
	return r
}

// runs calls fn for every stretch of 15 to 19 digits that stands alone in a text: what can be an ID or card number. Digests stay out,
// for their digits stand beside letters. from and to are byte positions.
func runs(text string, fn func(from, to int)) {
	letter := func(b byte) bool { return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' }
	for _, s := range stretches(text) {
		if s.from > 0 && letter(text[s.from-1]) || s.to < len(text) && letter(text[s.to]) {
			continue
		}
		if s.n >= 15 && s.n <= 19 {
			fn(s.from, s.to)
		}
	}
}

// groups calls fn for every resident ID and card of a known bank that a text has in groups of digits with one character between each
// two: "6228 4800 …". apart says of a character whether it parts groups.
func groups(text string, apart func(rune) bool, fn func(from, to int)) {
	list := stretches(text)
	for i := 0; i < len(list); i++ {
		number := digitsOf(text[list[i].from:list[i].to])
		for k := i + 1; k < len(list) && len(number) < 19; k++ {
			between := text[list[k-1].to:list[k].from]
			if r, size := utf8.DecodeRuneInString(between); size != len(between) || !apart(r) {
				break
			}
			number += digitsOf(text[list[k].from:list[k].to])
			if _, is := named(number); is {
				fn(list[i].from, list[k].to)
				i = k
				break
			}
		}
	}
}

// named is a number that is a resident ID or the card of a known bank, masked.
func named(number string) (masked string, is bool) {
	if id, err := ParseResidentID(number); err == nil && len(number) == 18 {
		return id.String(), true
	}
	if c, err := ParseCard(number); err == nil && c.Bank() != "" {
		return c.String(), true
	}
	return "", false
}

// Hide masks all but the last four characters of whatever in a text can be an ID or card
// number, also a mistyped one or one in full width: for texts that quote what somebody has typed.
func Hide(text string) string { return hide(text, runs) }

// HideName is Hide for the name of a file, which nothing is lost with: longer stretches of digits, such that stand beside letters, and
// numbers in groups, whatever parts them, are masked as well.
func HideName(name string) string {
	name = hide(name, func(name string, fn func(from, to int)) {
		for _, s := range stretches(name) {
			if s.n >= 15 {
				fn(s.from, s.to)
			}
		}
	})
	return hide(name, func(name string, fn func(from, to int)) {
		groups(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }, fn)
	})
}

// hide masks what find finds in a text.
func hide(text string, find func(string, func(from, to int))) string {
	var b strings.Builder
	at := 0
	find(text, func(from, to int) {
		b.WriteString(text[at:from])
		b.WriteString(mask(digitsOf(text[from:to]), 0, 4))
		at = to
	})
	if at == 0 {
		return text
	}
	b.WriteString(text[at:])
	return b.String()
}

// Named gives the first number in a text that is a resident ID or the card of a known bank, also in full width or in groups with a
// space between them, masked; "" for none. Numbers of vouchers and the like are neither.
func Named(text string) (masked string) {
	runs(text, func(from, to int) {
		if masked == "" {
			masked, _ = named(digitsOf(text[from:to]))
		}
	})
	if masked == "" {
		groups(text, unicode.IsSpace, func(from, to int) {
			if masked == "" {
				masked, _ = named(digitsOf(text[from:to]))
			}
		})
	}
	return masked
}

// digitsOf is a number in its usual width, without what parts its groups.
func digitsOf(text string) string {
	return strings.Map(func(r rune) rune {
		if r = narrow(r); r >= '0' && r <= '9' || r == 'X' || r == 'x' {
			return r
		}
		return -1
	}, text)
}
