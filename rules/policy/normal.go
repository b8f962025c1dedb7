package policy

import "unicode"

// normal is a formula as the library reads it, with the way back to the text as
// the clerk wrote it. A document says 且, ≥, × and 8%; the library says and, >=, * and (8/100).
type normal struct {
	text []rune
	at   []int // position in the written text of each rune
}

// column is the position in the written text of a position in the normal one.
func (n normal) column(i int) int {
	if len(n.at) == 0 {
		return 0
	}
	return n.at[min(max(i, 0), len(n.at)-1)]
}

// signs are characters that stand for an operator or a bracket.
var signs = map[rune]string{
	'（': "(", '）': ")", '，': ",", '？': "?", '：': ":", '＋': "+", '－': "-", '−': "-", '×': "*", '÷': "/",
	'≥': ">=", '≤': "<=", '≠': "!=", '＞': ">", '＜': "<", '【': "[", '】': "]", '“': "\"", '”': "\"",
}

// wordSigns are words that stand for an operator.
var wordSigns = map[string]string{"且": "and", "或": "or", "非": "not", "属于": "in"}

// normalise rewrites a formula outside its quoted texts.
func normalise(source string) normal {
	in := []rune(source)
	var n normal
	put := func(s string, at int) {
		for _, r := range s {
			n.text, n.at = append(n.text, r), append(n.at, at)
		}
	}
	for i := 0; i < len(in); {
		switch r := in[i]; {
		case r == '"' || r == '\'' || r == '`' || r == '“':
			end := closing(in, i)
			for j := i; j < end; j++ {
				s, ok := signs[in[j]]
				if !ok || in[j] != '“' && in[j] != '”' || r != '“' {
					s = string(in[j])
				}
				put(s, j)
			}
			i = end
		case wordRune(r):
			end := i
			for end < len(in) && wordRune(in[end]) {
				end++
			}
			// A decimal point belongs to its number, so that 0.5% is one percentage.
			if unicode.IsDigit(r) && end+1 < len(in) && in[end] == '.' && unicode.IsDigit(in[end+1]) {
				for end++; end < len(in) && wordRune(in[end]); end++ {
				}
			}
			word := string(in[i:end])
			if s, ok := wordSigns[word]; ok {
				word = s
			}
			if end < len(in) && (in[end] == '%' || in[end] == '％') && unicode.IsDigit(r) {
				word = "(" + word + "/100)"
				put(word, i)
				i = end + 1
				continue
			}
			if len([]rune(word)) == end-i {
				for j, c := range []rune(word) {
					put(string(c), i+j)
				}
			} else {
				put(word, i)
			}
			i = end
		default:
			s, ok := signs[r]
			if !ok {
				s = string(r)
			}
			put(s, i)
			i++
		}
	}
	return n
}

// closing is the position after the quote that ends the text begun at i.
func closing(in []rune, i int) int {
	end := in[i]
	if end == '“' {
		end = '”'
	}
	for j := i + 1; j < len(in); j++ {
		if in[j] == '\\' && end != '`' && end != '”' {
			j++
			continue
		}
		if in[j] == end {
			return j + 1
		}
	}
	return len(in)
}

func wordRune(r rune) bool {
	return r == '_' || r == '$' || unicode.IsLetter(r) || unicode.IsDigit(r)
}
