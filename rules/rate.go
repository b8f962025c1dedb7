package rules

import (
	"regexp"
	"strings"
)

// rate finds what a sentence says of the standard: 每月680.00元, 每年23945.60元分12期.
var rate = regexp.MustCompile(`，((?:每月|本期|每季|每半年|每年|一次性)[0-9]+(?:\.[0-9]+)?元(?:分[0-9]+期)?)(?:，|）|$)`)

// peers finds the mean that a top-up reaches for.
var peers = regexp.MustCompile(`，(同组平均[0-9]+(?:\.[0-9]+)?元)(?:，|）|$)`)

// Rate reads the standard out of a line's sentence: what the document gives for a whole
// month or period, before days, stops and caps make the line's amount of it. It says
// nothing about why a person has less. "" where the sentence names no single rate. What
// the policy words itself stands before the document's number and is not looked at.
func Rate(sentence, document string) string {
	at := strings.LastIndex(sentence, document)
	if document == "" || at < 0 {
		return ""
	}
	for _, find := range []*regexp.Regexp{rate, peers} {
		if m := find.FindStringSubmatch(sentence[at+len(document):]); m != nil {
			return m[1]
		}
	}
	return ""
}
