package identity

import "strings"

// runs calls fn for every stretch of 15 to 19 digits that stands alone in a text, the last
// of 18 may be X: what can be an ID or card number. Digests stay out, for their digits stand
// beside letters. from and to are byte positions.
func runs(text string, fn func(from, to int)) {
	letter := func(b byte) bool { return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' }
	for i := 0; i < len(text); i++ {
		if !digit(text[i]) {
			continue
		}
		from := i
		for i < len(text) && digit(text[i]) {
			i++
		}
		to := i
		if to-from == 17 && to < len(text) && (text[to] == 'X' || text[to] == 'x') {
			to++
		}
		if from > 0 && letter(text[from-1]) || to < len(text) && letter(text[to]) {
			continue
		}
		if n := to - from; n >= 15 && n <= 19 {
			fn(from, to)
		}
	}
}

func digit(b byte) bool { return b >= '0' && b <= '9' }

// Hide masks all but the last four characters of whatever in a text can be an ID or card
// number, also a mistyped one: for texts that quote what somebody has typed.
func Hide(text string) string {
	var b strings.Builder
	at := 0
	runs(text, func(from, to int) {
		b.WriteString(text[at:from])
		b.WriteString(mask(text[from:to], 0, 4))
		at = to
	})
	if at == 0 {
		return text
	}
	b.WriteString(text[at:])
	return b.String()
}

// Named gives the first number in a text that is a resident ID or the card of a known bank,
// masked; "" for none. Numbers of vouchers and the like are neither.
func Named(text string) (masked string) {
	runs(text, func(from, to int) {
		s := text[from:to]
		if masked != "" {
			return
		}
		if id, err := ParseResidentID(s); err == nil && len(s) == 18 {
			masked = id.String()
		} else if c, err := ParseCard(s); err == nil && c.Bank() != "" {
			masked = c.String()
		}
	})
	return masked
}
