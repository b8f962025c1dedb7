package main

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// maxFindings bounds what is kept of one check; the rest is counted.
const maxFindings = 50

// place is where in a folder something is wrong; Line counts from 1, Byte from 0, and no Line means the whole file.
type place struct {
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitempty"`
	Byte int64  `json:"byte,omitempty"`
}

// finding is one thing that is wrong.
type finding struct {
	place
	code string
	args []any
}

// check is one number of "What a verifier checks" in docs/evidence.en.md.
type check struct {
	number   int
	findings []finding
	more     int   // findings beyond maxFindings
	facts    []any // arguments of the sentence that says what was established
	ran      bool  // false if something before it made it impossible
	files    map[string]int
}

const lastCheck = 11

// report collects what was established and what is wrong about one folder.
type report struct {
	name   string
	checks [lastCheck + 1]check // by number; 0 is unused
}

func newReport(name string) *report {
	r := &report{name: name}
	for n := range r.checks {
		r.checks[n] = check{number: n, files: map[string]int{}}
	}
	return r
}

// fail records a finding. Every file keeps some room, so that one bad table does not hide the next file.
func (r *report) fail(number int, at place, code string, args ...any) {
	c := &r.checks[number]
	if c.files[at.File]++; len(c.findings) >= maxFindings && c.files[at.File] > 3 || len(c.findings) >= 10*maxFindings {
		c.more++
		return
	}
	c.findings = append(c.findings, finding{at, code, args})
}

// established says that a check has run to its end, and the figures of its sentence.
func (r *report) established(number int, facts ...any) {
	r.checks[number].ran, r.checks[number].facts = true, facts
}

// passed says whether every check ran and found nothing. Check 11 is about several folders and has its own report.
func (r *report) passed() bool {
	for _, c := range r.checks[1:lastCheck] {
		if !c.ok() {
			return false
		}
	}
	return true
}

func (c check) ok() bool { return c.ran && len(c.findings) == 0 }

// sorted gives the findings in the order of files and lines.
func (c check) sorted() []finding {
	list := slices.Clone(c.findings)
	slices.SortStableFunc(list, func(a, b finding) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	return list
}

// longNumber is what may be an ID or card number.
var longNumber = regexp.MustCompile(`\b[0-9]{15,19}[Xx]?\b`)

// clean makes text from outside fit for a terminal: what does not print, and what turns the direction of writing, is written
// out, and of what may be an ID or card number only the end is shown.
func clean(s string) string {
	var b strings.Builder
	for _, r := range s {
		if unicode.IsPrint(r) && r != unicode.ReplacementChar {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, `\u{%x}`, r)
		}
	}
	masked := longNumber.ReplaceAllStringFunc(b.String(), masked)
	const longest = 300
	if runes := []rune(masked); len(runes) > longest {
		return string(runes[:longest]) + "…"
	}
	return masked
}
