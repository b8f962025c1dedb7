package app

import (
	"context"

	"zhida/payroll"
	"zhida/payroll/checks"
	"zhida/rules/message"
)

// answerReviews answers the review findings of a submitted batch, a check at a time, and says
// how many of each there were. These books are of honest people: a stop fails the test.
func answerReviews(t interface {
	Fatalf(string, ...any)
}, a *App, by *payroll.Session, id payroll.BatchID) map[string]int {
	ctx := context.Background()
	c, err := a.Checking(ctx, id)
	if err != nil {
		t.Fatalf("%s: %v", id, err)
	}
	found := map[string]int{}
	for i := range c.Findings {
		f := &c.Findings[i]
		if f.Severity == checks.Stop && f.Open() {
			t.Fatalf("%s, which is honest, has a stop: %s: %s %v", id, f.Check, f.Message.Text(message.Chinese), f.Rows)
		}
		if found[f.Check]++; found[f.Check] > 1 || !f.Open() {
			continue
		}
		if _, err := a.AnswerFindings(ctx, by, id, payroll.FindingQuery{Check: f.Check}, "已核实", "桃财核〔2026〕1号"); err != nil {
			t.Fatalf("%s: %v", id, err)
		}
	}
	return found
}
