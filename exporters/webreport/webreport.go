package webreport

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"io"

	"zhida/payroll"
)

// Severity says what a finding asks for.
type Severity string

// The severities of findings.
const (
	Stop   Severity = "stop"    // blocks approval until it is mended or answered with a document
	Review Severity = "review"  // somebody must look into it
	NotRun Severity = "not_run" // the check lacks what it needs
)

// Finding is what a check has to say about a batch, with its answer where there is one.
// Texts are Chinese, identifiers masked.
type Finding struct {
	Batch    string // that it is about, where the report has several
	Code     string // of the check
	Severity Severity
	Subject  string // the person or place; "" for the batch
	Text     string
	Rows     []string // what it rests on
	Answer   string   // "" while there is none
	By       string   // who answered
	Document string   // the document that the answer rests on
}

// mostPeople is how many persons' lines a report carries; with more, it says that the
// audit workbook has them. A browser keeps some 200 bytes a person for the search.
const mostPeople = 300_000

var (
	//go:embed page.html.tmpl
	pageText string
	//go:embed page.css
	styleText string
	//go:embed page.js
	scriptText string
)

// Write makes the report. The same survey and findings give the same bytes.
//
// Errors: auditreport.sum where figures of the survey contradict each other,
// auditreport.unknown for a township, item or fund that the heads do not list, and those
// of the reports and of w. Nothing is written to w before all figures have been compared.
func Write(w io.Writer, s *payroll.Survey, findings []Finding) error {
	return write(w, s, findings, mostPeople)
}

func write(w io.Writer, s *payroll.Survey, findings []Finding, most int) error {
	t := newTally(s)
	if err := t.read(most); err != nil {
		return err
	}
	checks := t.checks()
	if err := disagreement(checks); err != nil {
		return err
	}
	p, err := newPage(t, checks, findings)
	if err != nil {
		return err
	}
	text, err := template.New("page").Parse(pageText)
	if err != nil {
		return err
	}
	return text.Execute(w, p)
}

// hashOf is how a content security policy names an inline style or script.
func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// policy allows the page these styles, its own script, and nothing else whatever.
func policy(styles ...template.CSS) string {
	allowed := ""
	for _, s := range styles {
		allowed += " " + hashOf(string(s))
	}
	return "default-src 'none'; style-src" + allowed + "; script-src " + hashOf(scriptText) + "; base-uri 'none'; form-action 'none'"
}
