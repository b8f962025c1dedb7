package workbook

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"zhida/payroll"
	"zhida/rules/facts"
	"zhida/rules/message"
	"zhida/rules/money"
)

// written is the workbook of a batch, with so many rows of a list on a sheet.
func written(t testing.TB, r *fakeReport, limit int) []byte {
	t.Helper()
	return writtenOf(t, fakeSurvey(r), limit)
}

func writtenOf(t testing.TB, s *payroll.Survey, limit int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := writeAudit(&b, s, limit); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// fakeMonth is a month with a regular batch, a correction and a reissue.
func fakeMonth(people int) *payroll.Survey {
	return fakeSurvey(newFake(people), fakeOf(&fakeReport{people: people / 3, kind: payroll.Correction, seq: 2}), fakeOf(&fakeReport{people: 7, kind: payroll.Reissue, seq: 3}))
}

func opened(t testing.TB, b []byte) *excelize.File {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(b), excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func TestSameReportSameBytes(t *testing.T) {
	for name, s := range map[string]*payroll.Survey{"batch": fakeSurvey(newFake(300)), "month": fakeMonth(300)} {
		first := writtenOf(t, s, partRows)
		for range 10 {
			if !bytes.Equal(first, writtenOf(t, s, partRows)) {
				t.Fatalf("the same %s gave other bytes", name)
			}
		}
	}
}

// TestEveryCell reads the workbook with excelize and holds every cell of the
// lists against the report.
func TestEveryCell(t *testing.T) {
	r := newFake(1200)
	const limit = 1500 // so that the detail takes several sheets
	f := opened(t, written(t, r, limit))
	if r.passes != 1 {
		t.Errorf("the lines were read %d times, want once", r.passes)
	}
	lines, people, changes := rowsOf(r)
	var detail, others, roll, unpaid, compared [][]string
	for i, l := range lines {
		row := lineRow(r, l)
		detail = append(detail, append([]string{strconv.Itoa(i + 1)}, row...))
		if l.Month != thisMonth || l.Committed != 0 {
			others = append(others, append([]string{strconv.Itoa(len(others) + 1)}, append(row[:14:14], row[15], row[16])...))
		}
	}
	for i, p := range people {
		row := personRow(r, p)
		roll = append(roll, append([]string{strconv.Itoa(i + 1)}, row...))
		if p.Status == payroll.OnHold || p.Status == payroll.Refused {
			unpaid = append(unpaid, append([]string{strconv.Itoa(len(unpaid) + 1)}, append(row[:10:10], yuan(p.Held), yuan(p.Balance), row[16])...))
		}
	}
	for i, c := range changes {
		compared = append(compared, append([]string{strconv.Itoa(i + 1)}, changeRow(r, c)...))
	}
	if len(others) == 0 || len(unpaid) == 0 || len(compared) == 0 {
		t.Fatal("the report has nothing for one of the lists")
	}
	for _, x := range []struct {
		sheet string
		want  [][]string
	}{
		{"明细", detail[:limit]}, {"明细2", detail[limit : 2*limit]}, {"明细3", detail[2*limit : 3*limit]}, {"人员", roll},
		{"与上月比较", compared}, {"补发扣回", others}, {"缓发与拒发", unpaid},
	} {
		if diff := cmp.Diff(x.want, dataRows(t, f, x.sheet)); diff != "" {
			t.Errorf("%s (-report +workbook):\n%.2000s", x.sheet, diff)
		}
	}
}

func dataRows(t *testing.T, f *excelize.File, sheet string) [][]string {
	t.Helper()
	rows, err := f.GetRows(sheet)
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range rows { // GetRows cuts empty cells at the end
		for len(row) < len(rows[headRow-1]) {
			row = append(row, "")
		}
		rows[i] = row
	}
	return rows[firstRow-1:]
}

// The rows below are said again from the report, not taken from the writer.

func lineRow(r *fakeReport, l payroll.ReportLine) []string {
	gross, deduction := yuan(l.Fen), "0"
	if l.Deduction {
		gross, deduction = deduction, gross
	}
	item, itemNo := "", 0
	for i, x := range r.head.Items {
		if x.Code == l.Item {
			item, itemNo = x.Name, i+1
		}
	}
	fund, fundNo := "", 0
	for i, x := range r.head.Funds {
		if x.Code == l.Fund {
			fund, fundNo = x.Name, i+1
		}
	}
	town, village, townKey, unitKey := placeOf(r, l.Township, l.Village)
	kind := "1"
	if l.Month != thisMonth || l.Committed != 0 {
		kind = "2"
	}
	return []string{"2026-11/1", fmt.Sprint(l.Person), l.Name, l.IDMasked, categoryOf(l.Category), town, village, item, strings.ReplaceAll(l.Month.String(), "-", ""),
		yuan(l.Due), yuan(l.Committed), gross, deduction, l.Document, fund, l.Cause, l.Sentence, townKey, unitKey, strconv.Itoa(itemNo), strconv.Itoa(fundNo), "202611001", kind}
}

func personRow(r *fakeReport, p payroll.ReportPerson) []string {
	town, village, townKey, unitKey := placeOf(r, p.Township, p.Village)
	how := map[payroll.Status]string{payroll.Paid: "发放", payroll.OnHold: "缓发", payroll.Refused: "拒发", payroll.NotDue: "不应发"}[p.Status]
	return []string{"2026-11/1", fmt.Sprint(p.Person), p.Name, p.IDMasked, categoryOf(p.Category), town, village, how,
		yuan(p.Gross), yuan(p.Deduction), yuan(p.Reissued), yuan(p.Held), yuan(p.Owed), yuan(p.Pay), p.Bank, p.CardMasked, p.Reason, townKey, unitKey, "202611001"}
}

func changeRow(r *fakeReport, c payroll.ReportChange) []string {
	town, village, _, _ := placeOf(r, c.Township, c.Village)
	item := ""
	for _, x := range r.head.Items {
		if x.Code == c.Item {
			item = x.Name
		}
	}
	step := map[bool]string{true: "1", false: "2"}[slices.Equal(c.Causes, []string{payroll.VariancePlace, payroll.VarianceStandard})] // the first to have a change is person 11
	return []string{"2026-11/1", fmt.Sprint(c.Person), c.Name, town, village, item, yuan(c.Before), yuan(c.Now), yuan(c.Now - c.Before), c.Cause, c.Reason, step}
}

func placeOf(r *fakeReport, township, village string) (town, vill, townKey, unitKey string) {
	if township == "" {
		return "（无归属地）", "", "0", "0"
	}
	for _, p := range r.head.Townships {
		if p.Code == township {
			town = p.Name
		}
	}
	unitKey = township
	for _, p := range r.head.Villages {
		if p.Code == village {
			vill, unitKey = p.Name, village
		}
	}
	return town, vill, township, unitKey
}

func categoryOf(c facts.Category) string {
	return map[facts.Category]string{facts.TownshipCadre: "乡镇干部", facts.FormerVillageCadre: "离任村干部"}[c]
}

func yuan(f money.Fen) string { return f.Yuan().String() }

// TestCover reads what people look at first.
func TestCover(t *testing.T) {
	r := newFake(400)
	f := opened(t, written(t, r, partRows))
	b := r.head.Batch
	for cell, want := range map[string]string{
		"A1": "桃源县2026年11月发放审计簿（统发）", "B3": "2026-11/1", "D3": "2026年11月", "F3": "统发", "D4": "已审批", "F4": "2026-11-24 09:55:07", "B6": r.head.Seal,
		"B8": yuan(b.Gross), "C8": b.Gross.Capital(), "B9": yuan(b.Deduction), "B10": yuan(b.Held), "B11": yuan(b.Owed), "B12": yuan(b.Net), "C12": b.Net.Capital(),
		"B13": strconv.Itoa(b.Roster), "D13": strconv.Itoa(b.Payees), "F13": strconv.Itoa(b.Lines), "B15": "0", "D15": "各项核对相符",
		"B5": "日志第 1840 条", "D5": "日志第 2026 条", "B16": "0", "D16": "资金对账相符；没有说明的差异 1 项，见资金对账",
		"B18": "李文静", "D18": "王建国", "F18": "刘志远",
	} {
		got, err := f.GetCellValue("封面", cell)
		if err != nil || got != want {
			t.Errorf("%s: %q, want %q (%v)", cell, got, want, err)
		}
	}
}

// TestMoney reads what became of the payments and where the money is, of a month, and how the
// cover and the sheets speak when something does not add up or is not known.
func TestMoney(t *testing.T) {
	month := fakeMonth(90)
	month.LeftOut = []payroll.Batch{{ID: payroll.NewBatchID(thisMonth, 4), State: payroll.Submitted}}
	net := func(i int) money.Fen { return month.Reports[i].Head().Batch.Net }

	wrong := fakeSurvey(newFake(60))
	wrong.Funds.Purses[1].Paid++
	wrong.Sent[0].Ordered -= 3
	wrong.Funds.Closed, wrong.Funds.Differences = 77, nil

	unknown := fakeSurvey(newFake(60))
	unknown.Funds, unknown.FundsWhy, unknown.Sent, unknown.Back, unknown.Flow, unknown.Compared = nil, message.M("auditreport.funds_elsewhere", thisMonth), nil, nil, nil, nil

	for name, c := range map[string]struct {
		survey *payroll.Survey
		want   map[string]string
	}{
		"month": {month, map[string]string{
			"封面!A1": "桃源县2026年11月发放审计簿（全月）", "封面!D3": "全月 3 个已审批批次", "封面!F3": "日志第 2026 条", "封面!B4": "2026-11/4（已提交，待复核）", "封面!A11": "重发退票", "封面!B11": "864.15", "封面!A13": "花名册人次",
			"核对!A2":    "桃源县财政局　　2026年11月　　全月 3 个已审批批次　　支付和资金截至日志第 2026 条",
			"退票与重发!B5": "2026-11/1", "退票与重发!E5": "2026-11/1#1", "退票与重发!F5": "=甲", "退票与重发!G5": "中国农业银行", "退票与重发!H5": "***************0018", "退票与重发!I5": "0.01", "退票与重发!J5": "2026-11-26", "退票与重发!K5": "退票",
			"退票与重发!L5": "已销户", "退票与重发!M5": "+已销户", "退票与重发!N5": "已重发", "退票与重发!O5": "2026-11/9#1", "退票与重发!P5": "—", "退票与重发!K6": "—", "退票与重发!N6": "在途", "退票与重发!P6": "2026-10/1#7",
			"批次汇总!B6": "2026-11/3", "批次汇总!M6": "864.15", "批次汇总!P5": yuan(net(1)), "三方核对!C5": yuan(net(1)), "三方核对!D5": yuan(net(1)), "三方核对!L5": "0",
			"资金对账!B4": "人员经费", "资金对账!C4": "3", "资金对账!E4": "300000.66", "资金对账!O4": "0", "资金对账!B5": "F2", "资金分户!C5": "（全县统筹）",
			"资金对账!A9": "没有说明的差异 1：账号 1860000000000000002 2026-11-03 流水 1 的 1.00 元（=来款）没有对上账", "资金去向!B6": "没有来源", "资金去向!C6": "F1", "资金去向!F7": "代扣",
			"十二个月!B3": "项目", "十二个月!C3": "2025-12", "十二个月!N3": "2026-11", "十二个月!B12": "应发合计", "增减构成!C4": "上月月度实发（批次 2026-10/1）"}},
		"differences": {wrong, map[string]string{"封面!B16": "0.04", "封面!D16": "有差额，见资金对账、三方核对", "资金分户!O6": "-0.01", "资金对账!O4": "-0.01", "三方核对!L4": "0.03",
			"资金对账!A7": "本月已关账，关账记在日志第 77 条，以上是关账时的数。"}},
		"not known": {unknown, map[string]string{"封面!B16": "0", "封面!D16": "资金对账相符", "资金分户!A5": "2026-11 没有单独关账，它的资金在以后月份的关账里", "资金对账!A4": "2026-11 没有单独关账，它的资金在以后月份的关账里",
			"三方核对!A4": "批次还没有导出", "退票与重发!A5": "没有退票、撤回或重发的付款", "资金去向!A5": "没有资金登记过这些批次的钱", "乡镇比较!A4": "没有可比较的上月批次"}},
	} {
		f := opened(t, writtenOf(t, c.survey, partRows))
		for at, want := range c.want {
			sheet, cell, _ := strings.Cut(at, "!")
			if got, err := f.GetCellValue(sheet, cell); err != nil || got != want {
				t.Errorf("%s: %s: %q, want %q (%v)", name, at, got, want, err)
			}
		}
	}
}

// TestDifferences wants no workbook of a month whose figures contradict each other.
func TestDifferences(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*payroll.Survey)
		shows string
	}{
		"a batch says more": {func(s *payroll.Survey) { s.Reports[1].(*fakeReport).head.Batch.Net++ }, "实发 人员"},
		"two batches set off": {func(s *payroll.Survey) {
			s.Reports[0].(*fakeReport).head.Batch.Gross++
			s.Reports[1].(*fakeReport).head.Batch.Gross--
		}, "登记 2026-11/1"},
		"the flow loses a fen":   {func(s *payroll.Survey) { s.Flow[0].Fen-- }, "资金去向"},
		"the months have more":   {func(s *payroll.Survey) { s.Trend[len(s.Trend)-1].Fen++ }, "十二个月"},
		"a township was paid it": {func(s *payroll.Survey) { s.Compared[0].Before++ }, "乡镇比较"},
	} {
		s := fakeMonth(60)
		c.spoil(s)
		var b bytes.Buffer
		err := writeAudit(&b, s, partRows)
		var m *message.Error
		if !errors.As(err, &m) || m.Code != "workbook.sum" || !strings.Contains(strings.Join(m.Args, " "), c.shows) || b.Len() > 0 {
			t.Errorf("%s: %v and %d bytes, want workbook.sum with %q", name, err, b.Len(), c.shows)
		}
	}
}

// TestPaper holds the sheets against what a printed and stamped page needs.
func TestPaper(t *testing.T) {
	f := opened(t, written(t, newFake(200), partRows))
	want := []string{"封面", "核对", "批次汇总", "乡镇汇总", "乡镇分项目", "乡镇图", "村级汇总", "项目汇总", "项目图", "十二个月", "十二个月图", "资金汇总", "资金分担", "资金对账", "三方核对", "乡镇比较", "增减构成",
		"明细", "人员", "与上月比较", "补发扣回", "缓发与拒发", "退票与重发", "资金分户", "资金去向", "审核事项", "检查情况", "依据", "封签"}
	if diff := cmp.Diff(want, f.GetSheetList()); diff != "" {
		t.Error(diff)
	}
	names := map[string]bool{}
	for _, n := range f.GetDefinedName() {
		names[n.Scope+" "+n.Name] = true
	}
	for _, sheet := range want {
		layout, err := f.GetPageLayout(sheet)
		if err != nil || *layout.Size != a4 || *layout.Orientation != "landscape" || *layout.FitToWidth != 1 {
			t.Errorf("%s: not A4 landscape at full width (%v)", sheet, err)
		}
		foot, err := f.GetHeaderFooter(sheet)
		if err != nil || !strings.Contains(foot.OddFooter, "批次 2026-11/1　封印 3f9a1c57") || !strings.Contains(foot.OddFooter, "第 &P 页　共 &N 页") || foot.OddHeader != "" {
			t.Errorf("%s: page foot %+v (%v)", sheet, foot, err)
		}
		protected, err := f.GetSheetProtection(sheet)
		if err != nil || !protected.AutoFilter || protected.FormatCells || protected.Password != "" {
			t.Errorf("%s: protection %+v (%v)", sheet, protected, err)
		}
		if sheet == "封面" {
			continue
		}
		if panes, err := f.GetPanes(sheet); !strings.HasSuffix(sheet, "图") && (err != nil || !panes.Freeze) {
			t.Errorf("%s: headings do not stay (%v)", sheet, err)
		}
		if !strings.HasSuffix(sheet, "图") && !names[sheet+" _xlnm.Print_Titles"] || !names[sheet+" _xlnm.Print_Area"] {
			t.Errorf("%s: no repeated titles or no print area", sheet)
		}
	}
	for _, sheet := range []string{"明细", "人员", "乡镇汇总", "村级汇总", "退票与重发", "资金分户", "资金去向"} {
		if !names[sheet+" _xlnm._FilterDatabase"] {
			t.Errorf("%s: no filter", sheet)
		}
	}
	if dim, err := f.GetSheetDimension("明细"); err != nil || !strings.HasPrefix(dim, "A1:X") || dim == "A1:X1" {
		t.Errorf("dimension %s (%v)", dim, err)
	}
}

// TestUnapproved wants every page of a draft to say that it has no force.
func TestUnapproved(t *testing.T) {
	for state, want := range map[payroll.State]string{payroll.Draft: "未经审批", payroll.Checked: "未经审批", payroll.Cancelled: "已作废"} {
		r := newFake(50)
		r.head.Batch.State, r.head.Seal = state, ""
		f := opened(t, written(t, r, partRows))
		for _, sheet := range f.GetSheetList() {
			foot, err := f.GetHeaderFooter(sheet)
			if err != nil || !strings.Contains(foot.OddHeader, want) || !strings.Contains(foot.OddFooter, "尚无封印") {
				t.Errorf("%s, %s: %+v (%v)", state, sheet, foot, err)
			}
		}
	}
}

func TestHostileText(t *testing.T) {
	for _, name := range []string{`<script>alert("1")</script>`, `=HYPERLINK("http://example.invalid","x")`, "+1+1", "-1", "@SUM(A1)", "'quoted", "_x0041_", " 前后空格 ",
		"两\n行", `&amp;"<>`, "]]>", "𠮷田", "1E5", "2026-11-01", "TRUE", "#REF!", "*", "~?"} {
		r := newFake(20)
		r.edit = func(l *payroll.ReportLine) { l.Name = name }
		f := opened(t, written(t, r, partRows))
		at := fmt.Sprintf("D%d", firstRow)
		got, err := f.GetCellValue("明细", at)
		formula, err2 := f.GetCellFormula("明细", at)
		kind, err3 := f.GetCellType("明细", at)
		if got != name || formula != "" || kind != excelize.CellTypeInlineString || errors.Join(err, err2, err3) != nil {
			t.Errorf("%q reads as %q, formula %q, type %v", name, got, formula, kind)
		}
	}
}

// TestRefused wants a code and not one byte for what must not become a paper.
func TestRefused(t *testing.T) {
	first := func(change func(*payroll.ReportLine)) func(*fakeReport) {
		return func(r *fakeReport) {
			n := 0
			r.edit = func(l *payroll.ReportLine) {
				if n++; n == 10 {
					change(l)
				}
			}
		}
	}
	for name, c := range map[string]struct {
		spoil func(*fakeReport)
		code  string
		shows string
	}{
		"escape sequence":  {first(func(l *payroll.ReportLine) { l.Name = "张\x1b[31m敏" }), "workbook.character", "明细!D14 姓名 #2 U+001B"},
		"turned writing":   {first(func(l *payroll.ReportLine) { l.Sentence = "应发\u202e00.1" }), "workbook.character", "明细!R14 说明 #2 U+202E"},
		"too long":         {first(func(l *payroll.ReportLine) { l.Sentence = strings.Repeat("长", 32768) }), "workbook.long", "明细!R14 说明 #2 32768 32767"},
		"unknown item":     {first(func(l *payroll.ReportLine) { l.Item = "ghost" }), "workbook.unknown", "ghost 2"},
		"unknown fund":     {first(func(l *payroll.ReportLine) { l.Fund = "F99" }), "workbook.unknown", "F99 2"},
		"unknown place":    {first(func(l *payroll.ReportLine) { l.Village = "430725999001" }), "workbook.unknown", "430725999001 2"},
		"one fen more":     {first(func(l *payroll.ReportLine) { l.Fen++ }), "workbook.sum", "应发"},
		"due is not paid":  {first(func(l *payroll.ReportLine) { l.Due++ }), "workbook.sum", "核定金额"},
		"head says more":   {func(r *fakeReport) { r.head.Batch.Net++ }, "workbook.sum", "实发"},
		"head counts less": {func(r *fakeReport) { r.head.Batch.Lines-- }, "workbook.sum", "明细笔数"},
		"place is no code": {func(r *fakeReport) { r.head.Townships[3].Code = "<b>" }, "workbook.place", "<b>"},
		"too many columns": {func(r *fakeReport) { r.head.Items = append(make([]payroll.ReportItem, 300), r.head.Items...) }, "workbook.columns", "乡镇分项目 315 256"},
		"name of a village": {func(r *fakeReport) {
			r.head.Villages = append(r.head.Villages, payroll.ReportPlace{Code: "430725001099", Name: "\x07", Township: "430725001"})
		}, "workbook.character", "村级汇总!C"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("TMPDIR", t.TempDir())
			r := newFake(30)
			c.spoil(r)
			var b bytes.Buffer
			err := writeAudit(&b, fakeSurvey(r), partRows)
			var m *message.Error
			if !errors.As(err, &m) || m.Code != c.code || !strings.Contains(strings.Join(m.Args, " "), c.shows) {
				t.Errorf("%v, want %s with %q", err, c.code, c.shows)
			}
			if b.Len() > 0 {
				t.Errorf("%d bytes were written", b.Len())
			}
			nothingLeft(t)
		})
	}
}

// TestErrorsOfOthers hands on what the report and the writer say.
func TestErrorsOfOthers(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	if err := Write(full{}, fakeSurvey(newFake(6000))); !errors.Is(err, errFull) {
		t.Errorf("%v, want the error of the writer", err)
	}
	if err := Write(io.Discard, &payroll.Survey{Reports: []payroll.Report{broken{newFake(50)}}}); !errors.Is(err, errFull) {
		t.Errorf("%v, want the error of the report", err)
	}
	nothingLeft(t)
}

var errFull = errors.New("disk full")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

type broken struct{ *fakeReport }

func (broken) People(func(payroll.ReportPerson) error) error { return errFull }

func nothingLeft(t *testing.T) {
	t.Helper()
	left, err := os.ReadDir(os.TempDir())
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v (%v)", left, err)
	}
}

// BenchmarkWrite is the workbook of township cadres with seven lines each, from a tenth of a
// million lines to two millions, which take three sheets. It reports processor time and the
// peak of resident memory, which is to stay where it is; BenchmarkReport is what making up the report takes of it.
func BenchmarkWrite(b *testing.B) {
	for _, people := range []int{15_000, 150_000, 300_000} {
		r := fakeOf(&fakeReport{people: people, cadres: true})
		s := fakeSurvey(r)
		b.Run(fmt.Sprintf("lines=%d", r.head.Batch.Lines), func(b *testing.B) {
			debug.FreeOSMemory()
			_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) // resets the high-water mark
			var size counter
			before := processor(b)
			for b.Loop() {
				size = 0
				if err := Write(&size, s); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(processor(b)-before)/100/float64(b.N), "cpu_s")
			b.ReportMetric(float64(size)/1e6, "file_MB")
			b.ReportMetric(float64(highWater(b)), "peak_MB")
		})
	}
}

// counter counts what is written.
type counter int64

func (c *counter) Write(p []byte) (int, error) { *c += counter(len(p)); return len(p), nil }

// highWater is the peak of resident memory in MB, 0 where the system does not tell.
func highWater(b *testing.B) (mb int) {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	if _, after, ok := strings.Cut(string(text), "VmHWM:"); ok {
		if _, err := fmt.Sscan(after, &mb); err != nil {
			b.Fatal(err)
		}
	}
	return mb / 1024
}

// processor is the processor time of the process in hundredths of a second, 0 where the
// system does not tell.
func processor(b *testing.B) (ticks int) {
	text, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(text))
	for _, s := range fields[13:15] { // of the program, and of the system for it
		n, err := strconv.Atoi(s)
		if err != nil {
			b.Fatal(err)
		}
		ticks += n
	}
	return ticks
}

func BenchmarkReport(b *testing.B) {
	r := fakeOf(&fakeReport{people: 150_000, cadres: true})
	for b.Loop() {
		_ = r.Lines(func(payroll.ReportLine) error { return nil })
		_ = r.People(func(payroll.ReportPerson) error { return nil })
		_ = r.Changes(func(payroll.ReportChange) error { return nil })
	}
}
