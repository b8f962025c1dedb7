package workbook

import (
	"io"
	"slices"
	"time"

	"github.com/xuri/excelize/v2"

	"zhida/payroll"
	"zhida/rules/facts"
	"zhida/rules/message"
)

// Write makes the audit workbook of a batch: cover, checks, summaries with live
// formulas over the detail, every line, every person, what changed and why. It
// reads each cursor of the report once and holds no more of it than the sums; the
// same report gives the same bytes. Nothing is written to w unless every figure
// of the report agrees with every other.
//
// Errors: workbook.character and workbook.long for a text a sheet cannot hold,
// workbook.unknown for a place, item or fund the head does not list,
// workbook.place for a code that is not a division code, workbook.person and
// workbook.sum where figures contradict each other, and those of the report and of w.
func Write(w io.Writer, r payroll.Report) error {
	return writeAudit(w, r, partRows)
}

func writeAudit(w io.Writer, r payroll.Report, limit int) error {
	head := r.Head()
	b, err := newBook(auditPaper(head))
	if err != nil {
		return err
	}
	defer b.close()
	a, err := newAudit(b, head, limit)
	if err != nil {
		return err
	}
	if err := a.read(r); err != nil {
		return err
	}
	if err := a.summarise(); err != nil {
		return err
	}
	return b.write(w)
}

// audit is the audit workbook of one batch in the making.
type audit struct {
	book *book
	head payroll.ReportHead
	tally

	detail, people, changes, others, unpaid, found, runs *table
	towns, matrix, villages                              sumAt
	byItems, byFunds, shares                             sumAt
	differences                                          cell // on the sheet of checks
	series                                               []excelize.ChartSeries
}

func newAudit(b *book, head payroll.ReportHead, limit int) (*audit, error) {
	t, err := newTally(head)
	if err != nil {
		return nil, err
	}
	a := &audit{book: b, head: head, tally: t}
	a.detail, a.people, a.changes, a.others, a.unpaid = a.newDetail(), a.newPeople(), a.newChanges(), a.newOthers(), a.newUnpaid()
	a.found, a.runs = a.newFindings(), a.newRuns()
	for _, t := range a.tables() {
		t.limit = limit
	}
	return a, nil
}

// tables are the lists of the workbook in the order of their tabs.
func (a *audit) tables() []*table {
	return []*table{a.detail, a.people, a.changes, a.others, a.unpaid, a.found, a.runs}
}

// read fills the lists.
func (a *audit) read(r payroll.Report) error {
	if err := r.Lines(a.line); err != nil {
		return err
	}
	if err := r.People(a.person); err != nil {
		return err
	}
	if err := r.Changes(a.change); err != nil {
		return err
	}
	if err := a.findings(); err != nil {
		return err
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
	for _, make := range []func() (*sheet, error){a.byTownship, a.byTownshipAndItem, a.chart, a.byVillage, a.byItem, a.byFund, a.byShare, a.checks, a.cover, a.standards, a.seal} {
		s, err := make()
		if err != nil {
			return err
		}
		made = append(made, s)
	}
	front, checks, cover, last := made[:7], made[7], made[8], made[9:]
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
