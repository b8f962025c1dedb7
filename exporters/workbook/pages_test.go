package workbook

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"zhida/payroll"
	"zhida/rules/facts"
	"zhida/rules/money"
)

func paySheetOf(t *testing.T, r payroll.Report) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := WritePaySheet(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// payable is a fake batch whose people are all where their lines are, as a pay sheet wants it.
func payable(people int) *fakeReport { return newFake(people) }

// Every page of a pay sheet says what it comes to; the pages of a tab come to its rows, and
// all tabs to the batch. Each carries batch, seal, number of pages and places to sign.
func TestPaySheetPagesAddUp(t *testing.T) {
	r := payable(700)
	f := opened(t, paySheetOf(t, r))
	var pay money.Fen
	pages, people := 0, 0
	for _, tab := range f.GetSheetList() {
		rows, err := f.GetRows(tab)
		if err != nil {
			t.Fatal(err)
		}
		col, running, page, count := 0, money.Fen(0), money.Fen(0), 0
		for _, row := range rows {
			switch {
			case len(row) > 1 && row[0] == "序号":
				for i, head := range row {
					if head == "实发金额" {
						col = i
					}
				}
				page = 0
			case len(row) > col && col > 0 && regexp.MustCompile(`^\d+$`).MatchString(row[0]):
				page += shownYuan(t, row[col])
				people++
			case len(row) > col && len(row) > 1 && row[1] == "本页小计":
				count++
				if got := shownYuan(t, row[col]); got != page {
					t.Errorf("%s: page %d says %s, its rows come to %s", tab, count, got, page)
				}
				running += page
			case len(row) > col && len(row) > 1 && row[1] == "累　　计":
				if got := shownYuan(t, row[col]); got != running {
					t.Errorf("%s: up to page %d %s, the pages come to %s", tab, count, got, running)
				}
			}
		}
		text := fmt.Sprint(rows)
		if n := strings.Count(text, fmt.Sprintf("共 %d 页", count)); n != count {
			t.Errorf("%s: %d of %d pages say how many there are", tab, n, count)
		}
		for _, want := range []string{"批次 2026-11/1", "封印 3f9a1c57", "单位（盖章）：", "制表：", "复核：", "审批：", "制表日期：2026-11-24"} {
			if n := strings.Count(text, want); n != count {
				t.Errorf("%s: %q on %d of %d pages", tab, want, n, count)
			}
		}
		pages += count
		pay += running
	}
	if pay != r.head.Batch.Net || pages < 30 || people < 600 {
		t.Errorf("%d pages with %d people come to %s, the batch to %s", pages, people, pay, r.head.Batch.Net)
	}
}

// shownYuan reads an amount as a cell shows it.
func shownYuan(t *testing.T, s string) money.Fen {
	t.Helper()
	f, err := money.ParseYuan(strings.ReplaceAll(strings.TrimPrefix(s, "-"), ",", ""))
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasPrefix(s, "-") {
		return -f
	}
	return f
}

// Whatever the heights of the rows, each is on one page, in order, and no page is higher
// than the paper unless one row alone is.
func TestPagesLayOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b, err := newBook(paper{})
		if err != nil {
			t.Fatal(err)
		}
		defer b.close()
		p, err := b.newPages("表", "表", "", []string{"签字"}, colSerial, textColumn("内容", rapid.IntRange(6, 60).Draw(t, "width")), moneyColumn("金额"))
		if err != nil {
			t.Fatal(err)
		}
		b.sheets = append(b.sheets, p.sheet)
		p.upright = rapid.Bool().Draw(t, "upright")
		units := rapid.IntRange(1, 4).Draw(t, "units")
		for range units {
			p.begin("村")
			for range rapid.IntRange(0, 60).Draw(t, "rows") {
				p.add(number(1), text(strings.Repeat("字", rapid.IntRange(0, 900).Draw(t, "length"))), fen(1))
			}
		}
		p.setScale()
		next := make([]int, units)
		for _, page := range p.layOut() {
			if page.from != next[page.unit] {
				t.Fatalf("a page of unit %d begins with row %d instead of %d", page.unit, page.from, next[page.unit])
			}
			next[page.unit] = page.to
			used := points(0)
			for _, cells := range p.units[page.unit].rows[page.from:page.to] {
				used += p.height(cells)
			}
			if used > p.room() && page.to-page.from > 1 {
				t.Fatalf("%d points on a page that has %d", used, p.room())
			}
		}
		for u, n := range next {
			if n != len(p.units[u].rows) {
				t.Fatalf("unit %d: %d of %d rows are on a page", u, n, len(p.units[u].rows))
			}
		}
		if err := p.finish(); err != nil {
			t.Fatal(err)
		}
	})
}

// Every paper of a batch, recalculated by another program, comes to the same figures; and
// that program breaks the pages where we do, so that page 3 of 9 is on the third sheet.
func TestLibreOfficePrintsOurPages(t *testing.T) {
	if testing.Short() {
		t.Skip("LibreOffice takes some seconds")
	}
	t.Parallel()
	r := payable(400)
	var change, sums bytes.Buffer
	if err := WriteChangeSheet(&change, r); err != nil {
		t.Fatal(err)
	}
	if err := WritePaySums(&sums, r.Head(), sumsOf(r)); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"pay sheet": paySheetOf(t, r), "change sheet": change.Bytes(), "summaries": sums.Bytes()} {
		stored := formulas(t, data)
		if len(stored) == 0 {
			t.Errorf("%s: no formulas", name)
		}
		if list := differing(stored, formulas(t, recalculated(t, data))); len(list) > 0 {
			t.Errorf("%s: %d of %d formulas come to something else: %q", name, len(list), len(stored), list[:min(5, len(list))])
		}
		ours := 0
		f := opened(t, data)
		for _, tab := range f.GetSheetList() {
			rows, err := f.GetRows(tab)
			if err != nil {
				t.Fatal(err)
			}
			ours += strings.Count(fmt.Sprint(rows), "金额单位：元　　第 ")
		}
		if printed := printedPages(t, data); printed != ours {
			t.Errorf("%s: %d pages printed, %d numbered", name, printed, ours)
		}
	}
}

// printedPages prints a workbook and counts the pages.
func printedPages(t *testing.T, data []byte) int {
	t.Helper()
	soffice, err := exec.LookPath("soffice")
	pdfinfo, err2 := exec.LookPath("pdfinfo")
	if err != nil || err2 != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("LibreOffice or poppler is missing")
		}
		t.Skip("LibreOffice or poppler is missing")
	}
	dir := t.TempDir()
	in := filepath.Join(dir, "a.xlsx")
	if err := os.WriteFile(in, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if text, err := exec.Command(soffice, "-env:UserInstallation=file://"+filepath.Join(dir, "profile"), "--headless", "--convert-to", "pdf", "--outdir", dir, in).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	text, err := exec.Command(pdfinfo, filepath.Join(dir, "a.pdf")).Output()
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`Pages:\s+(\d+)`).FindSubmatch(text)
	n, err := strconv.Atoi(string(m[1]))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// sumsOf are summaries that come to the batch: by category as the people are, the rest in one row.
func sumsOf(r *fakeReport) (s payroll.PaySums) {
	b := r.head.Batch
	whole := payroll.PaySum{People: b.Roster, Gross: b.Gross, Deduction: b.Deduction, Held: b.Held, Owed: b.Owed, Reissued: b.Reissued, Pay: b.Net}
	s.ByUnit, s.BySubject = []payroll.PaySum{whole}, []payroll.PaySum{whole}
	by := map[facts.Category]*payroll.PaySum{}
	_ = r.People(func(p payroll.ReportPerson) error {
		x := by[p.Category]
		if x == nil {
			x = &payroll.PaySum{Category: p.Category}
			by[p.Category] = x
		}
		x.People++
		x.Gross, x.Deduction, x.Held, x.Owed, x.Pay = x.Gross+p.Gross, x.Deduction+p.Deduction, x.Held+p.Held, x.Owed+p.Owed, x.Pay+p.Pay
		return nil
	})
	for _, k := range []facts.Category{facts.TownshipCadre, facts.FormerVillageCadre} {
		if by[k] != nil {
			s.ByCategory = append(s.ByCategory, *by[k])
		}
	}
	return s
}

// A report or a summary that contradicts the batch is refused: a paper with a difference on
// it would be stamped by somebody who does not look.
func TestPapersRefuseContradictions(t *testing.T) {
	r := payable(50)
	r.head.Batch.Net++
	if err := WritePaySheet(io.Discard, r); !strings.Contains(fmt.Sprint(err), "differs") {
		t.Errorf("pay sheet: %v", err)
	}
	r = payable(50)
	r.edit = func(l *payroll.ReportLine) {
		if l.Person == 7 {
			l.Fen++
		}
	}
	if err := WritePaySheet(io.Discard, r); !strings.Contains(fmt.Sprint(err), "balance") {
		t.Errorf("a line: %v", err)
	}
	r = payable(50)
	for i, edit := range []func(*payroll.PaySums){
		func(s *payroll.PaySums) { s.ByUnit[0].Gross++ },
		func(s *payroll.PaySums) { s.ByCategory[0].Pay++ },
		func(s *payroll.PaySums) { s.BySubject = nil },
	} {
		s := sumsOf(r)
		edit(&s)
		if err := WritePaySums(io.Discard, r.Head(), s); !strings.Contains(fmt.Sprint(err), "differs") {
			t.Errorf("summary %d: %v", i, err)
		}
	}
}

// A batch without anybody, and one that nobody has approved, have their papers too.
func TestPapersOfNothing(t *testing.T) {
	r := newFake(0)
	r.head.Batch.State, r.head.Seal = payroll.Draft, ""
	data := paySheetOf(t, r)
	if text := textsOf(t, data); !strings.Contains(text, "尚无封印") || !strings.Contains(text, "第 1 页　共 1 页") {
		t.Error(text)
	}
	head, err := opened(t, data).GetHeaderFooter("发放表")
	if err != nil || !strings.Contains(head.OddHeader, "未经审批，不得作为发放依据") {
		t.Errorf("the head of the page is %+v, %v", head, err)
	}
	var b bytes.Buffer
	if err := WriteChangeSheet(&b, r); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(textsOf(t, b.Bytes()), "本批次没有增减变动") {
		t.Error("a batch without changes does not say so")
	}
}

// Names of tabs hold what a place's name may not.
func TestTabNames(t *testing.T) {
	taken := map[string]bool{}
	var got []string
	for _, name := range []string{"盘塘镇", "盘塘镇", "a/b:c*d?e[f]g\\h'", "", strings.Repeat("长", 40), strings.Repeat("长", 41)} {
		got = append(got, tabName(name, taken))
	}
	want := []string{"盘塘镇", "盘塘镇（2）", "a＿b＿c＿d＿e＿f＿g＿h＿", "表", strings.Repeat("长", 27), strings.Repeat("长", 27) + "（2）"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// The form of somebody new says what is known of their service, and leaves room for every
// department of the county's chains.
func TestRecognition(t *testing.T) {
	r := payable(10)
	r.head.Departments = []string{payroll.StepTownship, "组织部", payroll.StepFinance}
	var b bytes.Buffer
	err := WriteRecognition(&b, r.Head(), []payroll.Newcomer{{Person: 3, Name: "王丙", ID: "439901195005010010", Place: "盘塘镇盘塘村",
		Spells: []payroll.NewcomerSpell{{Place: "盘塘镇盘塘村", Post: "书记", From: 19800101, To: 19891231, Recognised: true}, {Place: "盘塘镇盘塘村", Post: "会计", From: 19900101}},
		Items:  []payroll.NewcomerItem{{Name: "离任村干部补偿", Document: "桃政发〔2025〕17号", Standard: "每月80.00元", Month: 202611, Fen: 8000}}}, {Person: 4, Name: "孙己"}})
	if err != nil {
		t.Fatal(err)
	}
	text := textsOf(t, b.Bytes())
	for _, want := range []string{"王丙", "男", "1950年5月", "439***********0010", "1980-01-01 至 1989-12-31", "至今", "组织部门没有认定", "每月80.00元", "乡镇（街道）意见", "组织部意见", "财政部门意见", "第 2 页　共 2 页", "账本里没有任职经历"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if strings.Contains(text, "439901195005010010") {
		t.Error("the form shows an ID number in full")
	}
}
