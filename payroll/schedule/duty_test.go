package schedule

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"zhida/rules/calendar"
	"zhida/rules/message"
)

// asked words the duties of a day, so that a table reads like a diary.
func asked(list []Duty) string {
	var words []string
	for _, d := range list {
		words = append(words, strings.TrimSpace(d.Month.String()+" "+d.Kind+" "+d.Step))
	}
	return strings.Join(words, ", ")
}

func TestDuties(t *testing.T) {
	steps := []Step{{"cutoff", 10}, {"review", 15}, {"credit", 31}}
	first := []Step{{"cutoff", 1}, {"review", 2}, {"credit", 25}} // moves into the month before
	done := Progress{Ran: true, Approved: true, Exported: true}
	open := Progress{Ran: true, Open: true}
	correction := Left{"2026-02/2", 202602, 20260316, true}
	backPay := Left{"2026-03/2", 202603, 20260311, false}
	for _, c := range []struct {
		name     string
		steps    []Step
		today    calendar.Date
		first    calendar.Month
		progress map[calendar.Month]Progress
		left     []Left
		want     string
	}{
		{"before the cut-off", steps, 20260309, 202603, nil, nil, ""},
		{"on the cut-off", steps, 20260310, 202603, nil, nil, "2026-03 remind cutoff"},
		{"the day after", steps, 20260311, 202603, nil, nil, "2026-03 draft"},
		{"review while nothing was computed", steps, 20260313, 202603, nil, nil, "2026-03 draft, 2026-03 remind review"},
		{"the 15th is a Sunday: Friday before", steps, 20260313, 202603, map[calendar.Month]Progress{202603: open}, nil, "2026-03 remind review"},
		{"late", steps, 20260314, 202603, map[calendar.Month]Progress{202603: open}, nil, "2026-03 remind review:late"},
		{"approved in time", steps, 20260316, 202603, map[calendar.Month]Progress{202603: {Ran: true, Approved: true}}, nil, ""},
		{"given up", steps, 20260316, 202603, map[calendar.Month]Progress{202603: {Ran: true}}, nil, "2026-03 remind review:late"},
		{"begun and not ended", steps, 20260312, 202603, map[calendar.Month]Progress{202603: {Ran: true, Cut: true, Open: true}}, nil, "2026-03 draft"},
		{"submitted too early", steps, 20260312, 202603, map[calendar.Month]Progress{202603: {Ran: true, Open: true, Early: "2026-03/1"}}, nil, "2026-03 remind early:2026-03/1"},
		{"the 31st of a short month is its last working day", steps, 20260227, 202602, map[calendar.Month]Progress{202602: done}, nil, "2026-02 remind credit"},
		{"off for eight months: the oldest draft, the others wait", steps, 20261012, 202602, nil, nil,
			"2026-02 draft, 2026-02 remind review:late, 2026-02 remind credit:late, 2026-03 remind review:late, 2026-03 remind credit:late, " +
				"2026-04 remind review:late, 2026-04 remind credit:late, 2026-05 remind review:late, 2026-05 remind credit:late, " +
				"2026-06 remind review:late, 2026-06 remind credit:late, 2026-07 remind review:late, 2026-07 remind credit:late, " +
				"2026-08 remind review:late, 2026-08 remind credit:late, 2026-09 remind review:late, 2026-09 remind credit:late"},
		{"the month before is open: this one waits", steps, 20260411, 202603, map[calendar.Month]Progress{202603: open}, nil, "2026-03 remind review:late, 2026-03 remind credit:late"},
		{"the month before is cut: this one waits", steps, 20260411, 202603, map[calendar.Month]Progress{202603: {Ran: true, Cut: true, Approved: true, Exported: true}}, nil, "2026-03 draft"},
		{"the month before is approved", steps, 20260411, 202603, map[calendar.Month]Progress{202603: done}, nil, "2026-04 draft"},
		{"a day before the book", steps, 20260101, 202603, nil, nil, ""},
		{"a step of the next month moves into this one", first, 20260227, 202603, nil, nil, "2026-03 remind cutoff"},
		{"and is late in this one", []Step{{"review", 1}, {"credit", 25}}, 20260228, 202603, nil, nil, "2026-03 remind review:late"},
		{"the next month's draft, when its cut-off moves into this one", first, 20260228, 202603, nil, nil, "2026-03 draft"},
		{"a correction keeps the draft", steps, 20260317, 202603, nil, []Left{correction, backPay}, "2026-03 remind waits:2026-02/2, 2026-03 remind review:late, 2026-03 remind open:2026-03/2"},
		{"a correction on the next review day", steps, 20260415, 202603, map[calendar.Month]Progress{202603: done, 202604: done}, []Left{correction}, "2026-04 remind review, 2026-02 remind open:2026-02/2"},
		{"back-pay on the review day", steps, 20260313, 202603, map[calendar.Month]Progress{202603: {Ran: true, Approved: true}}, []Left{backPay}, "2026-03 remind review, 2026-03 remind open:2026-03/2"},
		{"back-pay before it", steps, 20260312, 202603, map[calendar.Month]Progress{202603: {Ran: true, Approved: true}}, []Left{backPay}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			known := Known{Progress: func(m calendar.Month, _ calendar.Date) Progress { return c.progress[m] }, Done: func(Duty) bool { return false }, Left: c.left}
			list, err := Duties(c.today, c.first, c.steps, calendar.PlainWeeks(), known)
			if err != nil || asked(list) != c.want {
				t.Errorf("got %q, want %q (%v)", asked(list), c.want, err)
			}
			known.Done = func(Duty) bool { return true }
			again, err := Duties(c.today, c.first, c.steps, calendar.PlainWeeks(), known)
			if err != nil || len(again) > 0 {
				t.Errorf("what is done is asked again: %q (%v)", asked(again), err)
			}
		})
	}
}

// A step whose day is changed is another duty.
func TestChangedDay(t *testing.T) {
	was := map[Duty]bool{}
	known := Known{Progress: func(calendar.Month, calendar.Date) Progress { return Progress{Ran: true, Open: true} }, Done: func(d Duty) bool { return was[d] }}
	for _, c := range []struct {
		review int
		want   string
	}{{16, "2026-03 remind review"}, {16, ""}, {13, "2026-03 remind review:late"}, {13, ""}} {
		list, err := Duties(20260316, 202603, []Step{{"review", c.review}, {"credit", 31}}, calendar.PlainWeeks(), known)
		if err != nil || asked(list) != c.want {
			t.Errorf("review on the %d: %q, want %q (%v)", c.review, asked(list), c.want, err)
		}
		for _, d := range list {
			was[d] = true
		}
	}
}

// A year without its notice of holidays gives no duties and keeps no other year's; the
// year to come may lack it.
func TestMissingYear(t *testing.T) {
	days := calendar.NewWorkdays()
	for d := calendar.Date(20261001); d <= 20261007; d++ {
		days.Move(d, false)
	}
	known := Known{Progress: func(m calendar.Month, _ calendar.Date) Progress {
		return Progress{Ran: m == 202612, Approved: m == 202612}
	}, Done: func(Duty) bool { return false }}
	steps := []Step{{"cutoff", 10}, {"review", 15}, {"credit", 31}}
	for _, c := range []struct {
		today calendar.Date
		first calendar.Month
		want  string
		code  string
	}{
		{20261231, 202612, "2026-12 remind credit", ""},
		{20270111, 202612, "2026-12 remind credit:late", "schedule.no_calendar"},
		{20261215, 202511, "2026-12 remind review", "schedule.no_calendar"}, // and December's draft waits for those of 2025
	} {
		k := known
		if c.first < 202600 {
			k.Progress = func(m calendar.Month, _ calendar.Date) Progress {
				return Progress{Ran: m < 202612, Approved: true, Exported: true}
			}
		}
		list, err := Duties(c.today, c.first, steps, days, k)
		if asked(list) != c.want || message.Code(err) != c.code {
			t.Errorf("on %s: %q, want %q (%v)", c.today, asked(list), c.want, err)
		}
	}
}

// The draft comes after the cut-off; a step that weekends move before it is named.
func TestSqueezed(t *testing.T) {
	for _, c := range []struct {
		steps []Step
		m     calendar.Month
		want  string
	}{
		{[]Step{{"cutoff", 10}, {"review", 15}, {"credit", 25}}, 202603, ""},
		{[]Step{{"cutoff", 14}, {"review", 15}, {"credit", 25}}, 202604, ""},
		{[]Step{{"cutoff", 14}, {"review", 15}, {"credit", 25}}, 202603, "review"}, // both on Friday the 13th
		{[]Step{{"cutoff", 25}, {"credit", 25}}, 202603, "credit"},
		{[]Step{{"credit", 1}}, 202603, "credit"},
	} {
		due, err := Month(c.steps, c.m, calendar.PlainWeeks())
		if err != nil {
			t.Fatal(err)
		}
		step, draft, ok := Squeezed(due, c.m)
		if step.Step.Code != c.want || ok != (c.want != "") || ok && step.Date >= draft {
			t.Errorf("%v in %s: %q before %s, want %q", c.steps, c.m, step.Step.Code, draft, c.want)
		}
	}
}

// The bell rings at once and then every interval, and between when it was asked to; it
// lets no two rings overlap, survives a panic, and ends with its context.
func TestBell(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(context.Background())
		var rings, running, panics atomic.Int32
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			Bell(ctx, 30*time.Second, func(err error) {
				if err == nil {
					t.Error("a failure without an error")
				}
				panics.Add(1)
			}, func(context.Context) (again time.Time) {
				ring := rings.Add(1)
				if running.Add(1) > 1 {
					t.Error("two rings at once")
				}
				defer running.Add(-1)
				switch ring {
				case 2:
					panic("a fault")
				case 3:
					time.Sleep(70 * time.Second) // two rings pass
				case 5:
					return time.Now().Add(10 * time.Second) // and one between
				case 6, 7:
					return time.Now().Add(-time.Second) // too late to ask for
				}
				return again
			})
		}()
		time.Sleep(5*time.Minute + time.Second)
		if rings.Load() != 10 || panics.Load() != 1 {
			t.Errorf("%d rings and %d panics in five minutes", rings.Load(), panics.Load())
		}
		stop()
		synctest.Wait()
		select {
		case <-ended:
		default:
			t.Error("the bell goes on after its context has ended")
		}
	})
}
