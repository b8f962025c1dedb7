package app

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"zhida/importers"
	"zhida/payroll"
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/message"
	"zhida/testdata/counties/taoyuan"
)

// The sample county's election comes in as the roster and tenure sheets that somebody made by
// hand, and as one sheet of results. All lines of three months agree but one kind: those sheets
// say at once that the service of everybody who left is recognised, and a result says that it
// is still to be. With the recognition, every line agrees.
func TestElectionSheetAgainstSheetsMadeByHand(t *testing.T) {
	t.Parallel() // the long ones run beside each other
	ctx := context.Background()
	dir := t.TempDir()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	d := &Demo{dir: dir, book: filepath.Join(dir, "result.db"), by: map[string]*payroll.Session{}}
	d.at(2026, time.October, 26)
	for _, step := range []func(context.Context) ([]payroll.Batch, error){d.found, d.october, d.correct} {
		_, err := step(ctx)
		must(err)
	}
	must(d.app.Close())
	data, err := os.ReadFile(d.book)
	must(err)
	byHand := *d
	byHand.book = filepath.Join(dir, "hand.db")
	must(os.WriteFile(byHand.book, data, 0o600))
	for _, x := range []*Demo{d, &byHand} {
		x.app, err = Open(ctx, x.book, x.now)
		must(err)
		t.Cleanup(func() { x.app.Close() })
		x.at(2026, time.December, 20)
	}

	_, err = byHand.pairs(ctx, "roster", "09-变动/2026-11/03-*", "tenure", "09-变动/2026-11/04-*")
	must(err)
	want := linesOf(t, &byHand)

	sheet, leavers := resultSheet(t)
	in, err := importers.Read(payroll.KindElection, "换届结果.csv", []byte(sheet), importers.Options{})
	must(err)
	if len(in.Problems) > 0 {
		t.Fatal(in.Problems)
	}
	begun := time.Now()
	result, err := d.app.Book.Import(ctx, d.by["张敏"], in, payroll.ImportOptions{})
	must(err)
	t.Logf("%d rows, %d facts became known in %.1f s; %d left", len(in.Rows), result.Added, time.Since(begun).Seconds(), len(leavers))
	// Some villages leave out who is not elected again: one note says so of all of them.
	if result.Position == 0 || len(result.Notes) != 1 || result.Notes[0].Code != "election.unnamed" {
		t.Errorf("%+v", result)
	}
	again, err := d.app.Book.Import(ctx, d.by["张敏"], in, payroll.ImportOptions{})
	must(err)
	if !again.Unchanged {
		t.Errorf("the same result again: %+v", again)
	}
	status, err := d.app.ElectionStatus(ctx, 2026)
	must(err)
	awaiting := 0
	for _, v := range status {
		awaiting += v.Awaiting
		if !v.Reported {
			t.Errorf("%s has not reported", v.Place)
		}
	}
	if awaiting != len(leavers) {
		t.Errorf("%d await recognition, %d left", awaiting, len(leavers))
	}

	got := linesOf(t, d)
	unrecognised := 0
	for _, key := range slices.Sorted(maps.Keys(want)) {
		id, what, _ := strings.Cut(key, " ")
		switch {
		case got[key] == want[key]:
		case leavers[id] && what == "former_compensation 2026-12" && got[key] == "":
			unrecognised++
			delete(want, key)
		default:
			t.Errorf("%s: %q by the result, %q by hand", what, got[key], want[key])
		}
	}
	if diff := cmp.Diff(len(want), len(got)); diff != "" || unrecognised == 0 {
		t.Errorf("lines: %s; %d wait for recognition", diff, unrecognised)
	}
	t.Logf("%d lines agree, %d wait for recognition", len(want), unrecognised)

	// The organisation department recognises: what it states are the tenure sheets, without the
	// terms that the election has ended, in whose offices there is somebody else now.
	earlier, err := taoyuan.Files.ReadFile("03-任职/村干部任职经历.xlsx")
	must(err)
	in, err = importers.Read("tenure", "村干部任职经历.xlsx", earlier, importers.Options{})
	must(err)
	_, err = d.app.Book.Import(ctx, d.by["张敏"], in, payroll.ImportOptions{})
	var taken message.Problems
	if !errors.As(err, &taken) || slices.ContainsFunc(taken, func(p message.Problem) bool { return p.Code != "import.office_held" }) {
		t.Errorf("the offices of those who were replaced, open again: %v", err)
	}
	in.Rows = slices.DeleteFunc(in.Rows, func(r payroll.ImportRow) bool { return r.Fact.To == calendar.Forever })
	r, err := d.app.Book.Import(ctx, d.by["张敏"], in, payroll.ImportOptions{})
	must(err)
	if r.Proposal == 0 || !slices.ContainsFunc(r.Asks, func(p message.Problem) bool { return p.Code == "import.puts_back" }) {
		t.Errorf("a sheet that came in before the election puts back what it says, and nobody else is asked: %+v", r.ImportRecord)
	}
	_, err = d.app.Decide(ctx, d.by["李复"], r.Proposal, true, "", "")
	must(err)
	_, err = d.pairs(ctx, "tenure", "09-变动/2026-11/04-*")
	must(err)
	if diff := cmp.Diff(linesOf(t, &byHand), linesOf(t, d)); diff != "" {
		t.Errorf("with the recognition, by hand and by result:\n%s", diff)
	}
}

// linesOf computes December with the months before it and gives what every line says, by
// ID number, item and month.
func linesOf(t *testing.T, d *Demo) map[string]string {
	t.Helper()
	ctx := context.Background()
	r, err := d.app.Run(ctx, d.by["张敏"], 202612, payroll.Regular)
	if err != nil {
		t.Fatal(err)
	}
	ids, lines := map[int64]string{}, map[string]string{}
	err = d.app.store.View(ctx, func(r2 payroll.Reader) error {
		last, err := r2.LastPerson(ctx)
		if err != nil {
			return err
		}
		if err := r2.Facts(ctx, payroll.FactQuery{First: 1, Last: last, Kinds: []facts.Kind{facts.KindPerson}}, func(f payroll.Fact) error {
			_, rest, _ := strings.Cut(f.Body, `"id":"`)
			ids[f.Person] = rest[:18]
			return nil
		}); err != nil {
			return err
		}
		for _, b := range r.Batches {
			if err := r2.Lines(ctx, payroll.LineQuery{Batch: b.ID}, func(l payroll.Line) error {
				lines[ids[l.Person]+" "+l.Item+" "+l.Month.String()] = fmt.Sprint(l.Side, l.Fen, l.Place, l.Policy, l.Fund)
				return nil
			}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

// resultSheet is the county's election as one sheet of results, put together from the tenure
// sheets before it and of it, and the IDs of those who left. Every second one has a row with the reason.
func resultSheet(t *testing.T) (sheet string, leavers map[string]bool) {
	t.Helper()
	type spell struct{ id, name, place, post, from string } // an earlier term may have been in the same post
	serving := map[spell]bool{}
	leavers = map[string]bool{}
	var left []spell
	for _, name := range []string{"03-任职/村干部任职经历.xlsx", "09-变动/2026-11/04-换届任免.xlsx"} {
		data, err := taoyuan.Files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		in, err := importers.Read("tenure", name, data, importers.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range in.Rows {
			parts := strings.Split(row.Fact.Key, "|")
			s := spell{row.PersonID, row.PersonName, parts[0], parts[1], parts[2]}
			switch {
			case row.Fact.To == calendar.Forever:
				serving[s] = true
			case serving[s]:
				delete(serving, s)
				if !leavers[s.id] {
					left = append(left, s)
				}
				leavers[s.id] = true
			}
		}
	}
	var rows []string
	const dates = "2026-11-10,2026-11-11,2026年换届选举"
	for s := range serving {
		rows = append(rows, fmt.Sprintf("%s,%s,当选,%s,%s,%s,", s.place, dates, s.post, s.id, s.name))
	}
	for i, s := range left {
		if i%2 == 0 {
			rows = append(rows, fmt.Sprintf("%s,%s,离任,,%s,%s,届满", s.place, dates, s.id, s.name))
		}
	}
	slices.Sort(rows)
	return "村代码,选举日期,交接日期,文号,结果,职务,身份证号,姓名,离任原因\n" + strings.Join(rows, "\n") + "\n", leavers
}
