package desk

import (
	"cmp"
	"context"
	"net/url"
	"os"
	"strconv"
	"strings"

	"zhida/cmd/zhida/internal/app"
	"zhida/payroll"
	"zhida/rules/calendar"
	"zhida/rules/message"
	"zhida/rules/money"
)

// linesPage are the lines of a batch, of one township, each with the document that grants it.
type linesPage struct {
	Batch     payroll.BatchID
	Townships []payroll.ReportPlace
	Township  string
	Lines     []lineRow
	More      int // of numbers in full, those beyond what one page has room for
	Sum       money.Fen
	turning   // of masked ones
	Auditor   bool
	Notice    string // by which numbers are shown in full; "" while they are masked
}

type lineRow struct {
	payroll.ReportLine
	Place, ItemName, ID string
}

func linesShow(r *request) error {
	id, err := r.batch()
	if err != nil {
		return err
	}
	page, err := r.pageAsked()
	if err != nil {
		return err
	}
	p, err := linesOf(r.Context(), r.desk.book, id, r.URL.Query().Get("township"), (page-1)*onePage, onePage, nil)
	if err != nil {
		return err
	}
	if _, _, err := p.turn(r, p.All, func(page int) string {
		return batchPath(id) + "/lines?" + url.Values{"township": {p.Township}, "page": {strconv.Itoa(page)}}.Encode()
	}); err != nil {
		return err
	}
	p.Auditor = may(r.visit.actor, auditors)
	return r.page("lines", "批次明细", p)
}

// linesOf gathers the lines of a township, the first if none is named, at most so many from an index on; full are whole ID numbers for
// who may see them.
func linesOf(ctx context.Context, a *app.App, id payroll.BatchID, township string, from, most int, full map[int64]string) (linesPage, error) {
	x, err := a.TownshipLines(ctx, id, township, from, most)
	if err != nil {
		return linesPage{}, err
	}
	p := linesPage{Batch: id, Township: x.Township, Townships: x.Head.Townships, Sum: x.Sum, turning: turning{All: x.Count}}
	names, items := map[string]string{}, map[string]string{}
	for _, place := range append(x.Head.Townships, x.Head.Villages...) {
		names[place.Code] = place.Name
	}
	for _, item := range x.Head.Items {
		items[item.Code] = item.Name
	}
	for _, l := range x.Lines {
		code := cmp.Or(l.Village, l.Township)
		p.Lines = append(p.Lines, lineRow{l, cmp.Or(names[code], code), cmp.Or(items[l.Item], l.Item), cmp.Or(full[l.Person], l.IDMasked)})
	}
	return p, nil
}

// unmaskDo shows an auditor whose the lines of a township are, by the number of the audit notice, which the journal keeps. The
// page is there for one look.
func unmaskDo(r *request) (string, error) {
	id, err := r.batch()
	if err != nil {
		return "", err
	}
	a, signer, notice, township := r.desk.book, r.signer, r.PostFormValue("notice"), r.PostFormValue("township")
	return r.desk.jobs.begin(r.visit.actor.Name, message.M("desk.unmasking", id), func(ctx context.Context) (outcome, error) {
		full, err := a.UnmaskLines(ctx, signer, id, notice)
		if err != nil {
			return outcome{}, err
		}
		p, err := linesOf(ctx, a, id, township, 0, 4*mostRows, full)
		if err != nil {
			return outcome{}, err
		}
		p.Notice, p.More = notice, p.All-len(p.Lines)
		return outcome{page: "lines", title: "批次明细", body: p, once: true}, nil
	}), nil
}

func auditShow(r *request) error { return r.page("audit", "审计", nil) }

// monthPaperShow sends the workbook or the report of a month.
func monthPaperShow(r *request) error {
	m, err := app.ParseMonth(r.URL.Query().Get("month"))
	if err != nil {
		return err
	}
	write := map[string]func(context.Context, calendar.Month, string) (string, error){"workbook": r.desk.book.MonthWorkbook, "report": r.desk.book.MonthReport}[r.PathValue("paper")]
	if write == nil {
		return message.Err("desk.no_page")
	}
	dir, err := r.desk.folder()
	if err != nil {
		return err
	}
	file, err := write(r.Context(), m, dir)
	if err != nil {
		os.RemoveAll(dir)
		return err
	}
	return r.written(dir, "", []string{file})
}

// period reads the months of a form.
func (r *request) period() (from, to calendar.Month, err error) {
	return app.ParseMonths(r.PostFormValue("from"), r.PostFormValue("to"))
}

// auditDataDo sends the tables of a period, masked, as one archive.
func auditDataDo(r *request) error {
	from, to, err := r.period()
	if err != nil {
		return err
	}
	dir, err := r.desk.folder()
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if _, err := r.desk.book.AuditData(r.Context(), nil, from, to, "", dir); err != nil {
		return err
	}
	files, err := inside(dir)
	if err != nil {
		return err
	}
	return r.written(dir, "审计数据_"+from.String()+"_"+to.String(), files)
}

// dossierDo sends everything that somebody handled, or that happened in a place, in a period.
func dossierDo(r *request) error {
	from, to, err := r.period()
	if err != nil {
		return err
	}
	dir, err := r.desk.folder()
	if err != nil {
		return err
	}
	text := strings.TrimSpace(r.PostFormValue("text"))
	if _, err := r.search(text); err != nil { // a dossier would tell as well whose a number is
		os.RemoveAll(dir)
		return err
	}
	_, files, err := r.desk.book.Dossier(r.Context(), text, from, to, dir)
	if err != nil {
		os.RemoveAll(dir)
		return err
	}
	return r.written(dir, "离任档案", files)
}

// receiptShow sends the receipt of a person under the seal of a batch.
func receiptShow(r *request) error {
	id, err := r.batch()
	if err != nil {
		return err
	}
	person, err := strconv.ParseInt(r.PathValue("person"), 10, 64)
	if err != nil {
		return message.Err("desk.no_page")
	}
	dir, err := r.desk.folder()
	if err != nil {
		return err
	}
	_, files, err := r.desk.book.Receipt(r.Context(), id, person, dir)
	if err != nil {
		os.RemoveAll(dir)
		return err
	}
	return r.written(dir, "回执_"+strings.ReplaceAll(id.String(), "/", "-")+"_"+strconv.FormatInt(person, 10), files)
}
