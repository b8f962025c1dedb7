package schedule

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"zhida/rules/calendar"
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
	done := Progress{Ran: true, Approved: true, Exported: true}
	open := Progress{Ran: true, Open: true}
	for _, c := range []struct {
		name     string
		today    calendar.Date
		first    calendar.Month
		progress map[calendar.Month]Progress
		want     string
	}{
		{"before the cut-off", 20260309, 202603, nil, ""},
		{"on the cut-off", 20260310, 202603, nil, "2026-03 remind cutoff"},
		{"the day after", 20260311, 202603, nil, "2026-03 draft"},
		{"review while nothing was computed", 20260313, 202603, nil, "2026-03 draft, 2026-03 remind review"},
		{"the 15th is a Sunday: Friday before", 20260313, 202603, map[calendar.Month]Progress{202603: open}, "2026-03 remind review"},
		{"late", 20260314, 202603, map[calendar.Month]Progress{202603: open}, "2026-03 remind review:late"},
		{"approved in time", 20260316, 202603, map[calendar.Month]Progress{202603: {Ran: true, Approved: true}}, ""},
		{"the 31st of a short month is its last working day", 20260227, 202602, map[calendar.Month]Progress{202602: done}, "2026-02 remind credit"},
		{"off for eight months: the oldest draft, the others wait", 20261012, 202602, nil,
			"2026-02 draft, 2026-02 remind review:late, 2026-02 remind credit:late, 2026-03 remind review:late, 2026-03 remind credit:late, " +
				"2026-04 remind review:late, 2026-04 remind credit:late, 2026-05 remind review:late, 2026-05 remind credit:late, " +
				"2026-06 remind review:late, 2026-06 remind credit:late, 2026-07 remind review:late, 2026-07 remind credit:late, " +
				"2026-08 remind review:late, 2026-08 remind credit:late, 2026-09 remind review:late, 2026-09 remind credit:late"},
		{"the month before is open: this one waits", 20260411, 202603, map[calendar.Month]Progress{202603: open}, "2026-03 remind review:late, 2026-03 remind credit:late"},
		{"the month before is approved", 20260411, 202603, map[calendar.Month]Progress{202603: done}, "2026-04 draft"},
		{"a day before the book", 20260101, 202603, nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			list, err := Duties(c.today, c.first, steps, calendar.PlainWeeks(), func(m calendar.Month) Progress { return c.progress[m] }, func(Duty) bool { return false })
			if err != nil || asked(list) != c.want {
				t.Errorf("got %q, want %q (%v)", asked(list), c.want, err)
			}
			again, err := Duties(c.today, c.first, steps, calendar.PlainWeeks(), func(m calendar.Month) Progress { return c.progress[m] }, func(Duty) bool { return true })
			if err != nil || len(again) > 0 {
				t.Errorf("what is done is asked again: %q (%v)", asked(again), err)
			}
		})
	}
	if _, err := Duties(20260311, 202603, steps, calendar.NewWorkdays(), func(calendar.Month) Progress { return done }, func(Duty) bool { return false }); err == nil {
		t.Error("a year without its notice of holidays gives duties")
	}
}

// The bell rings at once and then every interval, lets no two rings overlap, survives
// a panic, and ends with its context.
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
			}, func(context.Context) {
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
				}
			})
		}()
		time.Sleep(5*time.Minute + time.Second)
		if rings.Load() != 9 || panics.Load() != 1 {
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
