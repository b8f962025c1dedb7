package schedule

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"zhida/rules/calendar"
)

func TestBackupDuty(t *testing.T) {
	for _, c := range []struct {
		name  string
		today calendar.Date
		every int
		made  []calendar.Date
		due   bool
	}{
		{"the first", 20261126, 1, nil, true},
		{"made today", 20261126, 1, []calendar.Date{20261126}, false},
		{"made yesterday", 20261126, 1, []calendar.Date{20261125}, true},
		{"made yesterday, every second day", 20261126, 2, []calendar.Date{20261125}, false},
		{"made two days ago, over the end of a month", 20261201, 2, []calendar.Date{20261129}, true},
		{"off for months: one", 20261126, 1, []calendar.Date{20260301, 20260302}, true},
		{"dated in the future by a clock that ran ahead", 20261126, 1, []calendar.Date{20271126}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, due := BackupDuty(c.today, c.every, c.made)
			if due != c.due || due && d != (Duty{Kind: Backup, Month: c.today.Month(), Date: c.today}) {
				t.Errorf("%v %v", d, due)
			}
		})
	}
}

func TestKeep(t *testing.T) {
	year := func(from calendar.Date, n int) (days []calendar.Date) {
		for i := range n {
			days = append(days, from.AddDays(i))
		}
		return days
	}
	for _, c := range []struct {
		name string
		r    Retention
		days []calendar.Date
		want string
	}{
		{"none", Retention{7, 4, 12}, nil, ""},
		{"days only", Retention{Daily: 2}, year(20261120, 7), "2026-11-25 2026-11-26"},
		{"the latest of a day", Retention{Daily: 1}, []calendar.Date{20261126, 20261126}, "2026-11-26"},
		{"days that have one, however far apart", Retention{Daily: 2}, []calendar.Date{20260101, 20260601, 20261126}, "2026-06-01 2026-11-26"},
		{"weeks end on Sunday", Retention{Daily: 1, Weekly: 3}, year(20261109, 18), "2026-11-15 2026-11-22 2026-11-26"}, // the 26th is a Thursday
		{"months end with their last day", Retention{Daily: 1, Monthly: 3}, year(20260901, 87), "2026-09-30 2026-10-31 2026-11-26"},
		{"a year of days", Retention{3, 2, 2}, year(20260101, 330), "2026-10-31 2026-11-22 2026-11-24 2026-11-25 2026-11-26"},
		{"nothing is asked for, and the latest stays", Retention{}, year(20261120, 7), "2026-11-26"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var kept []string
			for i, keep := range c.r.Keep(c.days) {
				if keep {
					kept = append(kept, c.days[i].String())
				}
			}
			if diff := cmp.Diff(c.want, strings.Join(kept, " ")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Whatever the dates: the latest is kept, no more are kept than the rules name, and what is
// removed today would not have been kept tomorrow.
func TestKeepNeverRemovesTheLatest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := Retention{rapid.IntRange(1, 8).Draw(t, "daily"), rapid.IntRange(0, 6).Draw(t, "weekly"), rapid.IntRange(0, 13).Draw(t, "monthly")}
		day, days := calendar.Date(20260101), []calendar.Date(nil)
		for range rapid.IntRange(1, 60).Draw(t, "n") {
			day = day.AddDays(rapid.IntRange(0, 20).Draw(t, "pause"))
			days = append(days, day)
		}
		kept := r.Keep(days)
		if !kept[len(kept)-1] {
			t.Fatal("the latest is removed")
		}
		if n := len(slices.DeleteFunc(slices.Clone(kept), func(k bool) bool { return !k })); n > r.Daily+r.Weekly+r.Monthly {
			t.Fatalf("%d are kept by %v", n, r)
		}
		later := r.Keep(append(slices.Clone(days), day.AddDays(1)))
		for i := range kept {
			if later[i] && !kept[i] {
				t.Fatalf("%s is removed and would be kept a day later", days[i])
			}
		}
	})
}
