package payroll

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"zhida/payroll/schedule"
)

// How far a month is, as its batches, those of later months and the daemon's own notes
// have it. The draft day is the 11th.
func TestProgress(t *testing.T) {
	const m, day = 202603, 20260311
	made := func(id BatchID, channel string, s State, on int) Batch {
		return Batch{ID: id, Kind: Regular, Channel: channel, State: s, ComputedAt: time.Date(2026, 3, on, 1, 0, 0, 0, time.UTC)}
	}
	draft := func(position int64) DutyRecord {
		return DutyRecord{schedule.Duty{Kind: schedule.Draft, Month: m, Date: day}, position}
	}
	fulfilled := schedule.Progress{Ran: true, Approved: true, Exported: true}
	for _, c := range []struct {
		name    string
		batches []Batch
		records []DutyRecord
		want    schedule.Progress
	}{
		{"nothing yet", nil, nil, schedule.Progress{}},
		{"computed, and nothing was due", nil, []DutyRecord{draft(9)}, fulfilled},
		{"a draft", []Batch{made(202603001, "a", Draft, 11)}, []DutyRecord{draft(9)}, schedule.Progress{Ran: true, Open: true}},
		{"a draft of before", []Batch{made(202603001, "a", Draft, 10)}, nil, schedule.Progress{}},
		{"given up before", []Batch{made(202603001, "a", Cancelled, 10)}, nil, schedule.Progress{}},
		{"given up", []Batch{made(202603001, "a", Cancelled, 11)}, []DutyRecord{draft(9)}, schedule.Progress{Ran: true}},
		{"given up, made by hand", []Batch{made(202603001, "a", Cancelled, 12)}, nil, schedule.Progress{Ran: true}},
		{"given up and made again", []Batch{made(202603001, "a", Cancelled, 11), made(202603002, "a", Exported, 12)}, nil, fulfilled},
		{"one channel given up", []Batch{made(202603001, "a", Cancelled, 11), made(202603002, "b", Exported, 12)}, nil, schedule.Progress{Ran: true}},
		{"submitted before", []Batch{made(202603001, "a", Submitted, 9)}, nil, schedule.Progress{Ran: true, Open: true, Early: "2026-03/1"}},
		{"approved before", []Batch{made(202603001, "a", Approved, 9)}, nil, schedule.Progress{Ran: true, Approved: true, Early: "2026-03/1"}},
		{"one of two has left", []Batch{made(202603001, "a", Exported, 11), made(202603002, "b", Approved, 11)}, nil, schedule.Progress{Ran: true, Approved: true}},
		{"begun and not ended", nil, []DutyRecord{draft(0)}, schedule.Progress{Cut: true}},
		{"cut before the back-pay", []Batch{made(202603001, "a", Submitted, 11)}, []DutyRecord{draft(0)}, schedule.Progress{Ran: true, Cut: true, Open: true}},
		{"cut, and settled by a later month", []Batch{made(202603001, "a", Approved, 11), made(202604001, "a", Approved, 12)}, []DutyRecord{draft(0)}, schedule.Progress{Ran: true, Approved: true}},
		{"settled by a later month", []Batch{made(202604001, "a", Approved, 12)}, nil, schedule.Progress{Ran: true, Approved: true}},
		{"a later month given up", []Batch{made(202604001, "a", Cancelled, 12)}, nil, schedule.Progress{}},
		{"given up, and settled by a later month", []Batch{made(202603001, "a", Cancelled, 11), made(202604001, "a", Exported, 12)}, nil, fulfilled},
	} {
		if diff := cmp.Diff(c.want, progress(c.batches, c.records, m, day)); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
	if later := progress(nil, []DutyRecord{draft(9)}, m, day+2); later.Ran {
		t.Error("what was found before the day moved stands for it")
	}
}
