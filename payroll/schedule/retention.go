package schedule

import "zhida/rules/calendar"

// Backup is the kind of the duty to back the book up.
const Backup = "backup"

// BackupFailed is the step of the reminder that a backup was not made.
const BackupFailed = "backup"

// BackupDuty is the backup that is due on a day: the days of those that were made are given,
// and one holds for so many days. After any time off it is one backup, not one for each
// day. One that a clock which ran ahead dated in the future holds for nothing.
func BackupDuty(today calendar.Date, every int, made []calendar.Date) (Duty, bool) {
	for _, day := range made {
		if day <= today && today.Sub(day) < every {
			return Duty{}, false
		}
	}
	return Duty{Kind: Backup, Month: today.Month(), Date: today}, true
}

// Retention says how many backups are kept: the latest of each of the last so many days,
// weeks and months that have one.
type Retention struct {
	Daily   int `yaml:"daily"`
	Weekly  int `yaml:"weekly"`
	Monthly int `yaml:"monthly"`
}

// Keep says which of the backups of some days, oldest first, are kept. The latest always is.
func (r Retention) Keep(days []calendar.Date) []bool {
	kept := make([]bool, len(days))
	for _, rule := range []struct {
		most   int
		period func(calendar.Date) calendar.Date
	}{
		{max(1, r.Daily), func(d calendar.Date) calendar.Date { return d }},
		{r.Weekly, func(d calendar.Date) calendar.Date { return d.AddDays(-(int(d.Weekday()) + 6) % 7) }}, // its Monday
		{r.Monthly, func(d calendar.Date) calendar.Date { return d.Month().First() }},
	} {
		seen := map[calendar.Date]bool{}
		for i := len(days) - 1; i >= 0 && len(seen) <= rule.most; i-- {
			if p := rule.period(days[i]); !seen[p] {
				seen[p] = true
				kept[i] = kept[i] || len(seen) <= rule.most
			}
		}
	}
	return kept
}
