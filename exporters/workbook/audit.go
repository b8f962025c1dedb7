package workbook

import (
	"io"
	"slices"
	"strconv"
	"time"

	"github.com/xuri/excelize/v2"

	"zhida/payroll"
	"zhida/rules/facts"
	"zhida/rules/message"
)

// Write makes the audit workbook of a batch, or of all batches of a month: cover,
// checks, summaries with live formulas over the detail, every line, every person, what
// changed and why, what came back, and where the money is. It reads each cursor of the
// reports once and holds no more of it than the sums; the same survey gives the same
// bytes. Nothing is written to w unless every figure of the reports agrees with every other.
//
// Errors: workbook.character and workbook.long for a text a sheet cannot hold,
// workbook.unknown for a place, item or fund that no head lists,
// workbook.place for a code that is not a division code, workbook.person and
// workbook.sum where figures contradict each other, and those of the reports and of w.
func Write(w io.Writer, s *payroll.Survey) error {
	return writeAudit(w, s, partRows)
}

func writeAudit(w io.Writer, s *payroll.Survey, limit int) error {
	b, err := newBook(surveyPaper(s))
	if err != nil {
		return err
	}
	defer b.close()
	a, err := newAudit(b, s, limit)
	if err != nil {
		return err
	}
	if err := a.read(); err != nil {
		return err
	}
	if err := a.summarise(); err != nil {
		return err
	}
	return b.write(w)
}

// audit is the audit workbook of a survey in the making.
type audit struct {
	book   *book
	survey *payroll.Survey
	head   payroll.ReportHead // of all batches together, see together
	batch  payroll.ReportHead // whose rows are being read
	tally

	detail, people, changes, others, unpaid, back, found, runs *table
	purses, flows                                              *table
	towns, matrix, villages                                    sumAt
	byItems, byFunds, shares, ways, months, before             sumAt
	differences                                                cell // on the sheet of checks
	fundDifferences                                            cell // on those of the money
	townSeries, itemSeries, monthSeries                        []excelize.ChartSeries
}

func newAudit(b *book, s *payroll.Survey, limit int) (*audit, error) {
	head := together(s)
	t, err := newTally(head)
	if err != nil {
		return nil, err
	}
	a := &audit{book: b, survey: s, head: head, tally: t}
	a.detail, a.people, a.changes, a.others, a.unpaid = a.newDetail(), a.newPeople(), a.newChanges(), a.newOthers(), a.newUnpaid()
	a.back, a.found, a.runs, a.purses, a.flows = a.newBack(), a.newFindings(), a.newRuns(), a.newPurses(), a.newFlows()
	for _, t := range a.tables() {
		t.limit = limit
	}
	return a, nil
}

// tables are the lists of the workbook in the order of their tabs.
func (a *audit) tables() []*table {
	return []*table{a.detail, a.people, a.changes, a.others, a.unpaid, a.back, a.purses, a.flows, a.found, a.runs}
}

// read fills the lists.
func (a *audit) read() error {
	for _, r := range a.survey.Reports {
		a.batch = r.Head()
		a.each = append(a.each, placeSums{})
		if err := r.Lines(a.line); err != nil {
			return err
		}
		if err := r.People(a.person); err != nil {
			return err
		}
		if !a.survey.Compares(r) {
			continue
		}
		a.bridges = append(a.bridges, bridge{head: a.batch})
		if err := r.Changes(a.change); err != nil {
			return err
		}
	}
	for _, fill := range []func() error{a.findings, a.comeBack, a.closings, a.flow} {
		if err := fill(); err != nil {
			return err
		}
	}
	for _, t := range a.tables() {
		if err := t.finish(); err != nil {
			return err
		}
	}
	return nil
}

// summarise makes the small sheets, which need the totals, and puts all in order:
// the checks compare the summaries, and the cover quotes the checks.
func (a *audit) summarise() error {
	var made []*sheet
	for _, make := range []func() (*sheet, error){a.batches, a.byTownship, a.byTownshipAndItem, a.townChart, a.byVillage, a.byItem, a.itemChart, a.byMonth, a.monthChart,
		a.byFund, a.byShare, a.reconciliation, a.banks, a.townsBefore, a.steps, a.checks, a.cover, a.standards, a.seal} {
		s, err := make()
		if err != nil {
			return err
		}
		made = append(made, s)
	}
	front, checks, cover, last := made[:15], made[15], made[16], made[17:]
	a.book.sheets = slices.Concat([]*sheet{cover, checks}, front, a.sheets(), last)
	return a.disagreement()
}

// sheets are those of the lists, in the order of their tabs.
func (a *audit) sheets() (list []*sheet) {
	for _, t := range a.tables() {
		for _, p := range t.parts {
			list = append(list, p.sheet)
		}
	}
	return list
}

// surveyPaper is what every page of the audit workbook carries. Payments and funds go on
// after the approval, so it names the position of the journal that they are shown at.
func surveyPaper(s *payroll.Survey) paper {
	h := s.Reports[0].Head()
	known := "　　支付和资金截至日志第 " + strconv.FormatInt(s.Position, 10) + " 条"
	if !s.Whole {
		p := auditPaper(h)
		p.note += known
		return p
	}
	p := paper{
		title:  h.County + s.Month.Chinese() + "发放审计簿（全月）",
		unit:   h.Unit,
		note:   h.Unit + "　　" + s.Month.Chinese() + "　　全月 " + strconv.Itoa(len(s.Reports)) + " 个已审批批次" + known,
		footer: s.Month.String() + " 全部批次　日志第 " + strconv.FormatInt(s.Position, 10) + " 条",
	}
	for _, r := range s.Reports {
		if at := r.Head().Batch.ComputedAt; at.After(p.made) {
			p.made = at
		}
	}
	return p
}

func auditPaper(h payroll.ReportHead) paper {
	id := h.Batch.ID
	return paper{
		title:   h.County + id.Month().Chinese() + "发放审计簿（" + h.Batch.Channel + "）",
		unit:    h.Unit,
		made:    h.Batch.ComputedAt,
		note:    h.Unit + "　　" + id.Month().Chinese() + "　　批次 " + id.String() + "　　" + h.Batch.Channel,
		warning: warning(h),
		footer:  "批次 " + id.String() + "　" + sealMark(h.Seal),
	}
}

// warning stands on every page of a paper that nobody has approved, or that no longer holds.
func warning(h payroll.ReportHead) string {
	switch {
	case h.Batch.State == payroll.Cancelled:
		return "本批次已作废，不得作为发放依据"
	case !h.Batch.State.Committed() || h.Seal == "":
		return "未经审批，不得作为发放依据"
	}
	return ""
}

// sealMark is what every page quotes of the seal.
func sealMark(seal string) string {
	if len(seal) < 8 {
		return "尚无封印"
	}
	return "封印 " + seal[:8]
}

// beijing is the zone of every time on paper; China has one and no summer time.
var beijing = time.FixedZone("CST", 8*60*60)

func category(c facts.Category) string {
	switch c {
	case facts.TownshipCadre:
		return "乡镇干部"
	case facts.VillageCadre:
		return "村干部"
	case facts.FormerVillageCadre:
		return "离任村干部"
	}
	return string(c)
}

func status(s payroll.Status) string {
	switch s {
	case payroll.Paid:
		return "发放"
	case payroll.OnHold:
		return "缓发"
	case payroll.Refused:
		return "拒发"
	case payroll.NotDue:
		return "不应发"
	}
	return string(s)
}

func state(s payroll.State) string {
	switch s {
	case payroll.Draft, payroll.Staging:
		return "草稿"
	case payroll.Submitted:
		return "已提交，待复核"
	case payroll.Checked:
		return "已复核，待审批"
	case payroll.Approved:
		return "已审批"
	case payroll.Exported:
		return "已审批，已导出"
	case payroll.Cancelled:
		return "已作废"
	}
	return string(s)
}

func batchKind(k payroll.BatchKind) string {
	switch k {
	case payroll.Correction:
		return k.Chinese() + "（补发扣回）"
	case payroll.Reissue:
		return k.Chinese() + "（退票重发）"
	}
	return k.Chinese()
}

// disagreement refuses a report whose figures contradict each other: a paper with
// a difference on it would be stamped by somebody who does not look.
func (a *audit) disagreement() error {
	for _, c := range a.comparisons() {
		if c.left.number != c.right.number {
			return message.Err("workbook.sum", c.what, c.leftFrom, c.left.shown(), c.rightFrom, c.right.shown())
		}
	}
	return nil
}
