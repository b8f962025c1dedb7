// Package message owns what the program says to people: codes with arguments,
// and the one catalogue that has a Chinese and an English sentence for each.
// It never prints, never logs and never decides; it is the bottom of the import
// graph, so that every package can fail with a code.
//
// The catalogue is several files, one per area, each a list of entries handed
// to register in a package variable. Codes are stable: scripts match on them.
package message

import (
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"
)

// Exit codes of the command line; every entry that is an error carries one.
const (
	ExitDone       = 0
	ExitInternal   = 1
	ExitUsage      = 2
	ExitRows       = 3 // rows or persons refused
	ExitNotFound   = 4
	ExitState      = 5 // wrong state: the action is not possible now
	ExitPermission = 6
	ExitCheck      = 7 // a check of integrity or of a policy failed
	ExitBusy       = 8
	ExitInterrupt  = 9 // told to end before it was done; nothing is half done
)

// Lang is a language of the catalogue.
type Lang string

// The two languages of the catalogue.
const (
	Chinese Lang = "zh"
	English Lang = "en"
)

// Entry is one message of the catalogue. Zh and En are sentences with {0}, {1} …
// for the arguments; the hints say what to do next and may use the same arguments.
type Entry struct {
	Code       string
	Exit       int
	Zh, ZhHint string
	En, EnHint string
}

// Message is a code with its arguments: what is stored, compared and journalled.
// Arguments are already text (amounts formatted, identifiers masked).
type Message struct {
	Code string   `json:"code"`
	Args []string `json:"args,omitempty"`
}

// M makes a message; each argument is turned into text by fmt.Sprint, so that
// types which mask themselves stay masked.
func M(code string, args ...any) Message {
	m := Message{Code: code}
	for _, a := range args {
		m.Args = append(m.Args, fmt.Sprint(a))
	}
	return m
}

// IsZero says that there is no message.
func (m Message) IsZero() bool { return m.Code == "" }

// Text is the sentence in the language; a code the catalogue lacks prints as
// itself with its arguments, so that nothing is ever lost.
func (m Message) Text(l Lang) string {
	e, ok := catalogue[m.Code]
	if !ok {
		return strings.TrimSpace(m.Code + " " + strings.Join(m.Args, " "))
	}
	if l == English {
		return fill(e.En, m.inEnglish())
	}
	return fill(e.Zh, m.Args)
}

// ownArgs are the arguments of messages that are words of the program, kept in Chinese.
var ownArgs = map[string][]int{"finding.sent_back": {1}, "fund.row": {3}, "import.no_heading": {1}, "proposal.adds_actor": {2}, "proposal.voids": {1}, "status.proposal": {1}}

// inEnglish are the arguments as an English sentence takes them.
func (m Message) inEnglish() []string {
	args := m.Args
	for _, i := range ownArgs[m.Code] {
		if i < len(args) {
			args = slices.Clone(args)
			args[i] = said(args[i])
		}
	}
	return args
}

// Hint says what to do next, or is empty.
func (m Message) Hint(l Lang) string {
	e := catalogue[m.Code]
	if l == English {
		return fill(e.EnHint, m.inEnglish())
	}
	return fill(e.ZhHint, m.Args)
}

// Exit is the exit code of the entry.
func (m Message) Exit() int {
	if e, ok := catalogue[m.Code]; ok {
		return e.Exit
	}
	return ExitInternal
}

// Error is a message as an error. Cause, where there is one, is for the log.
type Error struct {
	Message
	Cause error
}

// Err makes an error from a code and its arguments.
func Err(code string, args ...any) *Error { return &Error{Message: M(code, args...)} }

// Because attaches the cause; it returns the same error for chaining.
func (e *Error) Because(cause error) *Error { e.Cause = cause; return e }

// Error is the English sentence; screens use Text and Hint instead.
func (e *Error) Error() string {
	s := e.Text(English)
	if e.Cause != nil {
		s += ": " + e.Cause.Error()
	}
	return s
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// Is makes errors.Is compare codes.
func (e *Error) Is(target error) bool {
	var t *Error
	return errors.As(target, &t) && t.Code == e.Code
}

// Code is the code of the first message.Error in the chain, or "".
func Code(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// Problem is something wrong at a place of a foreign file: data, not an error,
// so that all of them can be collected and shown in the clerk's own workbook.
type Problem struct {
	File  string `json:"file"`
	Sheet string `json:"sheet,omitempty"`
	Cell  string `json:"cell,omitempty"` // "C7"; a row without one bad cell names its first cell
	Message
}

// Problems is the error made of all problems of an input.
type Problems []Problem

// Error counts the problems and gives the first.
func (p Problems) Error() string {
	if len(p) == 0 {
		return "no problems"
	}
	return fmt.Sprintf("%d problems, the first: %s %s %s: %s", len(p), p[0].File, p[0].Sheet, p[0].Cell, p[0].Text(English))
}

// Entries lists the catalogue in the order of the codes.
func Entries() []Entry {
	list := make([]Entry, 0, len(catalogue))
	for _, e := range catalogue {
		list = append(list, e)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Code < list[j].Code })
	return list
}

var catalogue = collect(rulesEntries, importEntries, bankEntries, workbookEntries, storeEntries, payrollEntries, evidenceEntries, commandEntries, checkEntries, auditReportEntries, papersEntries, careEntries, changesEntries, deskEntries)

func collect(areas ...[]Entry) map[string]Entry {
	all := map[string]Entry{}
	for _, area := range areas {
		for _, e := range area {
			if _, twice := all[e.Code]; twice {
				panic("message: code " + e.Code + " is in the catalogue twice")
			}
			all[e.Code] = e
		}
	}
	return all
}

// fill puts the arguments into {0}, {1} …; a missing argument stays visible.
func fill(s string, args []string) string {
	if !strings.Contains(s, "{") {
		return s
	}
	pairs := make([]string, 0, 2*len(args))
	for i, a := range args {
		pairs = append(pairs, fmt.Sprintf("{%d}", i), a)
	}
	return strings.NewReplacer(pairs...).Replace(s)
}
