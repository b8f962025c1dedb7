package desk

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"

	"zhida/payroll"
	"zhida/payroll/checks"
	"zhida/rules/calendar"
	"zhida/rules/message"
)

// findingsPage is what the checks found in a batch, what was answered, and what was not looked at.
type findingsPage struct {
	Batch            payroll.BatchID
	Digest           string // of the batch that the findings are about
	Checking         payroll.Checking
	Draft            bool  // what the checks find at submission counts, and that they look anew
	Since            int64 // of a draft: entries of the journal that what is shown has not seen
	Again            bool  // of a draft: the book or the day is another by now
	Stops, Reviews   int   // that are open
	Groups           []findingGroup
	NotRun           []notRun
	MayStop, MayElse bool // the visitor may answer stops, may answer the others
}

// findingGroup are the findings of one check: most are answered together, by one document.
type findingGroup struct {
	checks.Check
	Severity checks.Severity
	Open     int
	Findings []findingRow
	More     int
}

// findingRow is a finding; one about no single person shows what it was found in.
type findingRow struct {
	payroll.CheckFinding
	In     []foundIn
	Folded bool // there is more of it than a page has room for
}

// foundIn is a row in which something was found, with the person whom it begins with; 0 for none.
type foundIn struct {
	Person int64
	Text   string
}

// beginsWithPerson is a row that checks begin with the number and the name of a person.
var beginsWithPerson = regexp.MustCompile(`^([0-9]+) \p{Han}`)

func findingRowOf(f payroll.CheckFinding) findingRow {
	x := findingRow{CheckFinding: f}
	if f.Person != 0 {
		return x
	}
	for _, text := range f.Rows {
		in := foundIn{Text: text}
		if m := beginsWithPerson.FindStringSubmatch(text); m != nil {
			in.Person, _ = strconv.ParseInt(m[1], 10, 64) // digits alone; more than a number holds is nobody's
		}
		x.In = append(x.In, in)
	}
	x.Folded = len(x.In) > 3
	return x
}

type notRun struct {
	Name    string
	Lacking []checks.Source
}

func findingsShow(r *request) error {
	id, err := r.batch()
	if err != nil {
		return err
	}
	b, err := r.desk.book.Batch(r.Context(), id)
	if err != nil {
		return err
	}
	kept, err := findingsOf(r, id)
	if err != nil {
		return err
	}
	c := kept.Checking
	p := findingsPage{Batch: id, Digest: b.Digest, Checking: c, Draft: b.State == payroll.Draft, Since: kept.Since, Again: b.State == payroll.Draft && (kept.Since > 0 || c.Day != calendar.DateIn(r.desk.book.Now(), calendar.China)), MayStop: may(r.visit.actor, approvers), MayElse: may(r.visit.actor, append(makers, judges...))}
	_, p.Stops = c.Count(checks.Stop)
	_, p.Reviews = c.Count(checks.Review)
	p.Groups, p.NotRun = groupsOf(c)
	return r.page("findings", "审核事项", p)
}

// groupsOf are what was found by check, in the order of the findings, and the checks that did not run.
func groupsOf(c payroll.Checking) (groups []findingGroup, left []notRun) {
	at := map[string]int{}
	for _, f := range c.Findings {
		key := string(f.Severity) + f.Check
		i, ok := at[key]
		if !ok {
			check, _ := checks.Find(f.Check)
			i = len(groups)
			at[key] = i
			groups = append(groups, findingGroup{Check: check, Severity: f.Severity})
		}
		g := &groups[i]
		if f.Open() {
			g.Open++
		}
		if len(g.Findings) == mostRows {
			g.More++
			continue
		}
		g.Findings = append(g.Findings, findingRowOf(f))
	}
	for _, s := range c.States {
		if !s.Ran {
			check, _ := checks.Find(s.Check)
			left = append(left, notRun{check.Name, s.Lacking})
		}
	}
	return groups, left
}

// findingsOf are those of the submission, or of a draft what the run has kept; ?now=1 looks again as the book stands now, and so does a page
// of which nothing is kept.
func findingsOf(r *request, id payroll.BatchID) (x payroll.Looked, err error) {
	book := r.desk.book
	if r.URL.Query().Get("now") == "" {
		if x, err = book.Looked(r.Context(), id); !errors.Is(err, payroll.ErrNotFound) {
			return x, err
		}
	}
	head, err := book.Head(r.Context())
	if err != nil {
		return x, err
	}
	key := fmt.Sprint("findings ", id, " ", head.Digest, " ", calendar.DateIn(r.desk.book.Now(), calendar.China)) // before they are fixed at submission they depend on all the book knows, and on the day
	x.Checking, err = prepared(r, key, message.M("desk.looking", id), func(ctx context.Context) (payroll.Checking, error) { return book.Checking(ctx, id) })
	return x, err
}

// answerDo answers findings: one by its number, or all of a check.
func answerDo(r *request) (string, error) {
	id, _, err := r.seen()
	if err != nil {
		return "", err
	}
	q := payroll.FindingQuery{Check: r.PostFormValue("check")}
	if text := r.PostFormValue("seq"); text != "" {
		if q.Seq, err = strconv.Atoi(text); err != nil {
			return "", message.Err("cli.number", text)
		}
	}
	if q.Seq == 0 && q.Check == "" {
		return "", message.Err("desk.form_broken")
	}
	n, err := r.desk.book.AnswerFindings(r.Context(), r.signer, id, q, r.PostFormValue("reason"), r.PostFormValue("document"))
	if err != nil {
		return "", err
	}
	r.say("finding.answered", id, n)
	return batchPath(id) + "/findings", nil
}

// refusalDo answers for people whom the program refused: all that are open, or one.
func refusalDo(r *request) (string, error) {
	id, _, err := r.seen()
	if err != nil {
		return "", err
	}
	var person int64
	if text := r.PostFormValue("person"); text != "" {
		if person, err = strconv.ParseInt(text, 10, 64); err != nil {
			return "", message.Err("cli.number", text)
		}
	}
	if err := r.desk.book.Answer(r.Context(), r.signer, id, person, r.PostFormValue("reason")); err != nil {
		return "", err
	}
	r.say("batch.done", id)
	return batchPath(id), nil
}
