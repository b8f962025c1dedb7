package message

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// Said is what a part of the program says in Chinese, in a language: a word of the list, words that are held together, or what the
// program puts together with names and numbers. What none of its parts says in the words of the program, a name or a sentence of the county, stays
// as it is.
func Said(l Lang, chinese string) string {
	if l == English {
		return said(chinese)
	}
	return chinese
}

// joints are what holds words together, and the same in English.
var joints = [][2]string{{"；", "; "}, {"——", " – "}, {"：", ": "}, {"和", " and "}, {"，", ", "}, {"、", ", "}, {"/", "/"}, {" → ", " → "}, {" ", " "}}

// passed stands behind the step of a route that has been passed.
const passed = "√"

func said(s string) string {
	if HasWord(s) || !strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		return Word(English, s)
	}
	for _, joint := range joints {
		if parts := splitOutside(s, joint[0]); len(parts) > 1 {
			if x := allSaid(parts); !slices.Equal(x, parts) {
				return strings.Join(x, joint[1])
			}
		}
	}
	if head, tail, ok := strings.Cut(strings.TrimSuffix(s, "）"), "（"); ok {
		if x := allSaid([]string{head, tail}); x[0] != head || x[1] != tail {
			return x[0] + " (" + x[1] + ")"
		}
	}
	if word, ok := strings.CutSuffix(s, passed); ok && HasWord(word) {
		return Word(English, word) + passed
	}
	for _, p := range phrasePatterns {
		if m := p.chinese.FindStringSubmatch(s); m != nil {
			args := m[1:]
			for i := range args {
				if !strings.Contains(p.english, "“{"+string(rune('0'+i))+"}”") { // what is quoted stays as it is
					args[i] = said(args[i])
				}
			}
			return fill(p.english, args)
		}
	}
	return s
}

// splitOutside splits at a joint that stands in no brackets and in no quotes.
func splitOutside(s, joint string) (parts []string) {
	depth, from := 0, 0
	for at, r := range s {
		switch {
		case at < from:
		case r == '（' || r == '“':
			depth++
		case r == '）' || r == '”':
			depth--
		case depth == 0 && strings.HasPrefix(s[at:], joint):
			parts, from = append(parts, s[from:at]), at+len(joint)
		}
	}
	return append(parts, s[from:])
}

func allSaid(parts []string) []string {
	list := make([]string, len(parts))
	for i, s := range parts {
		list[i] = said(s)
	}
	return list
}

// phrasePattern finds what was put into a phrase, in the order of its places.
type phrasePattern struct {
	chinese *regexp.Regexp
	english string
}

var phrasePatterns = func() (list []phrasePattern) {
	for _, p := range phrases {
		pattern := regexp.QuoteMeta(p[0])
		for _, place := range []string{`\{0\}`, `\{1\}`, `\{2\}`} {
			pattern = strings.ReplaceAll(pattern, place, "(.+?)")
		}
		list = append(list, phrasePattern{regexp.MustCompile("^" + pattern + "$"), p[1]})
	}
	return list
}()

// subjects are subjects of a document's statements whose word means something else elsewhere.
var subjects = map[string]string{"标题": "title", "依据": "rests on", "上缴": "passed on to", "发放": "paid", "凭据": "evidence", "说明": "sentence", "来源": "source"}

// deeds are steps whose word is also that of who takes them.
var deeds = map[string]string{"复核": "check", "审批": "approve"}

// Deed is a step that somebody takes, as a button says it, in a language.
func Deed(l Lang, chinese string) string {
	if english, ok := deeds[chinese]; ok && l == English {
		return english
	}
	return Word(l, chinese)
}

// Stated is what a statement of a policy is about, 项目“区域补贴”（regional_allowance） 依据, in a language.
func Stated(l Lang, subject string) string {
	of, word := "", subject
	if at := strings.LastIndexByte(subject, ' '); at >= 0 {
		of, word = subject[:at], subject[at+1:]
	}
	if english, ok := subjects[word]; ok && l == English {
		return strings.TrimSpace(said(of) + " " + english)
	}
	return Said(l, subject)
}
