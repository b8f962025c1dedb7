package app

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"zhida/payroll"
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/identity"
	"zhida/rules/money"
	"zhida/rules/policy"
)

// owed is one person of a real document: the name of the case that has their facts,
// what was paid in which months, and what one run must come to.
type owed struct {
	name      string
	paid      map[calendar.Month]money.Fen
	back, now money.Fen // lines of earlier years, lines of the year of the run
	receive   money.Fen // negative difference that becomes a receivable
}

func monthsOf(from, to calendar.Month, fen money.Fen) map[calendar.Month]money.Fen {
	m := map[calendar.Month]money.Fen{}
	for ; from <= to; from = from.Add(1) {
		m[from] = fen
	}
	return m
}

func both(a, b map[calendar.Month]money.Fen) map[calendar.Month]money.Fen {
	for m, f := range b {
		a[m] = f
	}
	return a
}

// Standards that work backwards, against what an earlier system paid: the difference
// by month, on lines of its own; what is negative is owed and not paid (PC-02, PC-24).
func TestBackPayOfRealDocuments(t *testing.T) {
	for _, c := range []struct {
		file, item   string
		cutover, run calendar.Month
		people       []owed
	}{
		{"pc-02-句容市离任村干部补贴.yaml", "former_monthly", 201901, 201912, []owed{
			{"J1", monthsOf(201807, 201812, 49000), 21000, 630000, 0},
			{"J2", monthsOf(201807, 201812, 43000), 21000, 558000, 0},
			{"J3", monthsOf(201807, 201812, 43000), 21000, 558000, 0},
			{"J4", nil, 0, 0, 0},
			{"J5", monthsOf(201807, 201812, 47000), 21000, 606000, 0},
			{"J6", monthsOf(201807, 201812, 45000), 21000, 582000, 0},
			{"J7", monthsOf(201807, 201812, 47000), 21000, 151500, 0},
		}},
		{"pc-24-白河县乡村教师生活补助.yaml", "rural_teacher_aid", 201712, 201712, []owed{
			{"Z1", monthsOf(201701, 201712, 30000), 0, 360000, 0},
			{"Z2", both(monthsOf(201701, 201708, 10000), monthsOf(201709, 201712, 30000)), 0, 360000, 0},
			{"Z3", monthsOf(201701, 201706, 20000), 0, 180000, 0},
			{"Z4", monthsOf(201701, 201712, 30000), 0, 240000, 0},
			{"Z5", monthsOf(201701, 201703, 10000), 0, -30000, 30000},
		}},
	} {
		t.Run(c.file[:5], func(t *testing.T) {
			b := newCaseBook(t, c.file, c.cutover)
			b.settle(c.item, c.people)
			r, err := b.app.Run(context.Background(), b.by["张敏"], c.run, payroll.Regular)
			if err != nil || len(r.Refused) > 0 {
				t.Fatal(err, r.Refused)
			}
			back, now, receive := b.sums(r, c.run)
			for i, x := range c.people {
				no := int64(i + 1)
				if back[no] != x.back || now[no] != x.now || receive[no] != x.receive {
					t.Errorf("%s: %s of earlier years, %s of this one, %s owed; want %s, %s, %s", x.name, back[no], now[no], receive[no], x.back, x.now, x.receive)
				}
			}
		})
	}
}

// caseBook is a book made of a policy file and the persons of its cases.
type caseBook struct {
	*Demo
	t    *testing.T
	dir  string
	file *policy.Policy
	text []byte
}

func newCaseBook(t *testing.T, file string, cutover calendar.Month) *caseBook {
	t.Helper()
	return caseBookAt(t, filepath.Join(t.TempDir(), "book.db"), file, cutover)
}

func caseBookAt(t *testing.T, book, file string, cutover calendar.Month) *caseBook {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../../../../testdata/cases", file))
	if err != nil {
		t.Fatal(err)
	}
	p, err := policy.Read(file, text)
	if err != nil {
		t.Fatal(err)
	}
	b := &caseBook{Demo: &Demo{by: map[string]*payroll.Session{}}, t: t, dir: t.TempDir(), file: p, text: text}
	b.at(2022, time.January, 5)
	ctx := context.Background()
	b.app, err = Create(ctx, book, payroll.Meta{County: "430725", Name: "样例县", Cutover: cutover, Rehearsal: true}, b.now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.app.Close() })
	if err := b.actors(ctx); err != nil {
		t.Fatal(err)
	}
	at, err := b.app.ProposePolicy(ctx, b.by["张敏"], file, text)
	if err == nil {
		_, err = b.app.Decide(ctx, b.by["李复"], at, true, "", "")
	}
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// settle imports the persons, their posts and accounts, and what they were paid.
func (b *caseBook) settle(item string, people []owed) {
	places := "区划代码,名称,地区类别,生效日期\n430725101,甲镇,一类,2010-01-01\n430725102,乙镇,二类,2010-01-01\n430725103,丙镇,三类,2010-01-01\n430725101200,甲村,,2010-01-01\n"
	roster := "身份证号,姓名,人员类别,单位代码,去世日期,退休日期,生效日期\n"
	tenure := "身份证号,姓名,单位代码,职务,任职日期,离任日期,组织认定\n"
	accounts := "身份证号,姓名,银行卡号,户名,生效日期\n"
	paid := "身份证号,姓名,项目,所属月份,金额\n"
	for i, x := range people {
		at := slices.IndexFunc(b.file.Cases, func(c policy.Case) bool { return strings.HasPrefix(c.Name+" ", x.name+" ") })
		if at < 0 {
			b.t.Fatalf("no case %s", x.name)
		}
		p := b.file.Cases[at].Person
		f := p.Profiles[0]
		born := f.ID.Birth()
		if born == 0 {
			born = 19650301
		}
		id, name := identity.MakeResidentID("439901", born, 101+2*i).Full(), "案例"+inChinese.Replace(x.name)
		category := map[facts.Category]string{facts.TownshipCadre: "乡镇干部", facts.FormerVillageCadre: "离任村干部", facts.VillageCadre: "村干部"}[f.Category]
		roster += fmt.Sprintf("%s,%s,%s,%s,%s,%s,2010-01-01\n", id, name, category, f.Place, f.Died, f.Retired)
		for _, s := range p.Spells {
			tenure += fmt.Sprintf("%s,%s,%s,%s,%s,%s,是\n", id, name, s.Place, s.Post, s.From, s.To)
		}
		body := fmt.Sprintf("620059000000%06d", i)
		accounts += fmt.Sprintf("%s,%s,%s%c,%s,2010-01-01\n", id, name, body, identity.LuhnDigit(body), name)
		for m, fen := range x.paid {
			paid += fmt.Sprintf("%s,%s,%s,%s,%s\n", id, name, item, m, fen)
		}
	}
	for _, f := range [][2]string{{"places", places}, {"roster", roster}, {"tenure", tenure}, {"accounts", accounts}, {"paid", paid}} {
		if strings.Count(f[1], "\n") == 1 {
			continue // nothing was paid before
		}
		name := filepath.Join(b.dir, f[0]+".csv")
		if err := os.WriteFile(name, []byte(f[1]), 0o600); err != nil {
			b.t.Fatal(err)
		}
		err := b.app.Import(context.Background(), b.by["张敏"], f[0], []string{name}, ImportOptions{}, func(r Imported) error {
			if r.Proposal == 0 {
				return nil
			}
			_, err := b.app.Decide(context.Background(), b.by["李复"], r.Proposal, true, "", "")
			return err
		}, nil)
		if err != nil {
			b.t.Fatal(f[0], err)
		}
	}
}

// sums adds the lines of a run by person: earlier years, the year of the run, and what became owed.
func (b *caseBook) sums(r payroll.RunResult, m calendar.Month) (back, now, receive map[int64]money.Fen) {
	back, now, receive = map[int64]money.Fen{}, map[int64]money.Fen{}, map[int64]money.Fen{}
	ctx := context.Background()
	for _, batch := range r.Batches {
		err := b.app.store.View(ctx, func(r payroll.Reader) error {
			err := r.Lines(ctx, payroll.LineQuery{Batch: batch.ID}, func(l payroll.Line) error {
				if l.Month.Year() < m.Year() {
					back[l.Person] += l.Fen
				} else {
					now[l.Person] += l.Fen
				}
				return nil
			})
			if err != nil {
				return err
			}
			return r.Settlements(ctx, batch.ID, func(s payroll.Settlement) error {
				receive[s.Person] += s.Owed
				return nil
			})
		})
		if err != nil {
			b.t.Fatal(err)
		}
	}
	return back, now, receive
}

// Amounts worked out by month and paid together: nothing before their month, each
// month on its own line then, nothing twice, and the document as the cause.
func TestPaidTogetherLater(t *testing.T) {
	ctx := context.Background()
	b := newCaseBook(t, "shape-24-按月计按季发.yaml", 202601)
	b.settle("quarter_pay", []owed{{name: "全年"}})
	approve := func(r payroll.RunResult, err error) map[string]string {
		t.Helper()
		if err != nil || len(r.Refused) > 0 {
			t.Fatal(err, r.Refused)
		}
		lines := map[string]string{}
		for _, x := range r.Batches {
			err := b.app.Report(ctx, x.ID, func(r payroll.Report) error {
				return r.Lines(func(l payroll.ReportLine) error {
					lines[l.Item+" "+l.Month.String()] = l.Fen.String() + " " + l.Cause
					return nil
				})
			})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := b.app.Submit(ctx, b.by["张敏"], x.ID); err != nil {
				t.Fatal(err)
			}
			answerReviews(t, b.app, b.by["李复"], x.ID)
			if _, err := b.app.Check(ctx, b.by["李复"], x.ID, x.Digest); err != nil {
				t.Fatal(err)
			}
			if _, err := b.app.Approve(ctx, b.by["王审"], x.ID, x.Digest); err != nil {
				t.Fatal(err)
			}
		}
		return lines
	}
	run := func(m calendar.Month, kind payroll.BatchKind) map[string]string {
		if int(m)%100 > int(b.clock.Month()) || b.clock.Year() < 2026 {
			b.at(2026, time.Month(int(m)%100), 20)
		}
		return approve(b.app.Run(ctx, b.by["张敏"], m, kind))
	}
	if got := run(202602, payroll.Regular); len(got) != 0 {
		t.Errorf("February pays %v", got)
	}
	march := run(202603, payroll.Regular)
	if len(march) != 3 || march["quarter_pay 2026-01"] != "3000.00 按文件到期一起发放" || march["quarter_pay 2026-03"] != "3000.00 当月发放" {
		t.Errorf("March pays %v", march)
	}
	for _, m := range []calendar.Month{202601, 202603} {
		if got := run(m, payroll.Correction); len(got) != 0 {
			t.Errorf("%s again pays %v", m, got)
		}
	}
	april := run(202604, payroll.Regular)
	for m := calendar.Month(202601); m <= 202603; m++ {
		if april["next_pay "+m.String()] != "500.00 按文件到期一起发放" {
			t.Errorf("April pays %v", april)
		}
	}
	if len(april) != 3 {
		t.Errorf("April pays %v", april)
	}
	if got := run(202604, payroll.Regular); len(got) != 0 {
		t.Errorf("April again pays %v", got)
	}
	if got := run(202606, payroll.Regular); len(got) != 3 || got["quarter_pay 2026-04"] == "" {
		t.Errorf("June pays %v", got)
	}
}
