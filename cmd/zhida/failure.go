package main

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"syscall"

	"zhida/rules/message"
)

// failure is an error as --json prints it, on one line of standard error.
type failure struct {
	Code     string    `json:"code"`
	Exit     int       `json:"exit"`
	Text     string    `json:"text"`
	Hint     string    `json:"hint,omitempty"`
	Cause    string    `json:"cause,omitempty"`
	Problems []problem `json:"problems,omitempty"`
}

// problem is one place of a foreign file as --json prints it.
type problem struct {
	File  string `json:"file,omitempty"`
	Sheet string `json:"sheet,omitempty"`
	Cell  string `json:"cell,omitempty"`
	Code  string `json:"code"`
	Text  string `json:"text"`
	Hint  string `json:"hint,omitempty"`
}

func problemOf(p message.Problem, lang message.Lang) problem {
	return problem{p.File, p.Sheet, p.Cell, p.Code, p.Text(lang), p.Hint(lang)}
}

// partly is why the rest of a command was left undone, of which something is done already.
type partly struct{ error }

func (p partly) Unwrap() error { return p.error }

// failureOf is what an error says to people and to scripts.
func failureOf(err error, lang message.Lang) failure {
	var problems message.Problems
	if errors.As(err, &problems) {
		m := message.M("cli.problems", len(problems))
		if before := (partly{}); errors.As(err, &before) {
			m = message.M("cli.problems_rest", len(problems))
		}
		f := failure{Code: m.Code, Exit: m.Exit(), Text: m.Text(lang)}
		for _, p := range problems {
			f.Problems = append(f.Problems, problemOf(p, lang))
		}
		if len(problems) > 0 && slices.ContainsFunc([]string{"policy.", "yaml.", "layout."}, func(area string) bool { return strings.HasPrefix(problems[0].Code, area) }) {
			f.Exit = problems[0].Exit()
		}
		return f
	}
	var m *message.Error
	if !errors.As(err, &m) {
		m = message.Err("cli.internal", err)
	}
	f := failure{Code: m.Code, Exit: m.Exit(), Text: m.Text(lang), Hint: m.Hint(lang)}
	if f.Exit == message.ExitInternal && m.Cause != nil {
		f.Cause = causeOf(m.Cause, lang)
	}
	return f
}

// causes are what a file system refuses with; its own words are English and name no way out.
var causes = []struct {
	err  error
	code string
}{
	{fs.ErrPermission, "cause.permission"}, {fs.ErrNotExist, "cause.missing"}, {syscall.EROFS, "cause.read_only"}, {syscall.ENOSPC, "cause.full"}, {syscall.EDQUOT, "cause.full"}, {syscall.EFBIG, "cause.file_limit"},
	{syscall.ENOTDIR, "cause.no_folder"}, {syscall.EISDIR, "cause.is_folder"}, {syscall.EIO, "cause.hardware"}, {syscall.ENAMETOOLONG, "cause.name"},
}

// causeOf is why something failed that the program has no sentence of its own for.
func causeOf(cause error, lang message.Lang) string {
	for _, x := range causes {
		if errors.Is(cause, x.err) {
			return message.M(x.code).Text(lang)
		}
	}
	return message.M("cause.system", cause.Error()).Text(lang)
}

// report prints an error as a sentence with what to do next and its code, and gives the exit code.
func (c *cli) report(err error) int {
	if err == nil {
		return message.ExitDone
	}
	lang := c.language()
	f := failureOf(err, lang)
	if c.json {
		fmt.Fprintln(c.errs, jsonText(f))
		return f.Exit
	}
	for _, p := range f.Problems {
		fmt.Fprintln(c.errs, p.said(lang))
	}
	fmt.Fprintln(c.errs, said(f.Text, f.Hint, f.Code, lang))
	if f.Cause != "" {
		fmt.Fprintln(c.errs, f.Cause)
	}
	return f.Exit
}

// said is a sentence with what to do next below it, and behind them the code by which
// docs/errors.md lists it.
func said(text, hint, code string, lang message.Lang) string {
	if hint != "" {
		text += "\n    → " + hint
	}
	return text + coded(code, lang)
}

// coded is a code as it stands behind a sentence; what is no error needs none.
func coded(code string, lang message.Lang) string {
	switch {
	case code == "" || message.M(code).Exit() == message.ExitDone:
		return ""
	case lang == message.English:
		return " (" + code + ")"
	}
	return "（" + code + "）"
}

// said is a problem with the place where it is, unless its sentence begins with that.
func (p problem) said(lang message.Lang) string {
	if p.File != "" && strings.HasPrefix(p.Text, p.File) {
		return said(p.Text, p.Hint, p.Code, lang)
	}
	where := strings.Join(slices.DeleteFunc([]string{p.File, p.Sheet, p.Cell}, func(s string) bool { return s == "" }), " ")
	if where != "" {
		where += map[message.Lang]string{message.Chinese: "：", message.English: ": "}[lang]
	}
	return said(where+p.Text, p.Hint, p.Code, lang)
}

// text is a message on the screen: a reason that is an error carries its code.
func (c *cli) text(m message.Message) string {
	return m.Text(c.language()) + coded(m.Code, c.language())
}
