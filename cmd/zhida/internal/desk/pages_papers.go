package desk

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"zhida/payroll"
	"zhida/rules/message"
)

// paper is something that is made of a batch for people: made when it is asked for, sent, and not kept.
type paper struct {
	name, title string
	make        func(ctx context.Context, r *request, id payroll.BatchID, dir string) ([]string, error)
}

var papers = []paper{
	{"workbook", "审核工作簿", func(ctx context.Context, r *request, id payroll.BatchID, dir string) ([]string, error) {
		return one(r.desk.book.Workbook(ctx, id, dir))
	}},
	{"paysheet", "发放表", func(ctx context.Context, r *request, id payroll.BatchID, dir string) ([]string, error) {
		return r.desk.book.PaySheet(ctx, id, dir)
	}},
	{"notice", "公示表", func(ctx context.Context, r *request, id payroll.BatchID, dir string) ([]string, error) {
		_, files, err := r.desk.book.PublicNotices(ctx, id, "", dir)
		return files, err
	}},
	{"payslip", "工资条", func(ctx context.Context, r *request, id payroll.BatchID, dir string) ([]string, error) {
		files, _, err := r.desk.book.Payslips(ctx, id, 0, dir)
		return files, err
	}},
	{"order", "委托代发单", func(ctx context.Context, r *request, id payroll.BatchID, dir string) ([]string, error) {
		return one(r.desk.book.Order(ctx, id, dir))
	}},
	{"report", "审计报告", func(ctx context.Context, r *request, id payroll.BatchID, dir string) ([]string, error) {
		return one(r.desk.book.AuditReport(ctx, id, dir))
	}},
}

func one(file string, err error) ([]string, error) { return []string{file}, err }

func paperShow(r *request) error {
	id, err := r.batch()
	if err != nil {
		return err
	}
	for _, p := range papers {
		if p.name != r.PathValue("paper") {
			continue
		}
		dir, err := r.desk.folder()
		if err != nil {
			return err
		}
		files, err := p.make(r.Context(), r, id, dir)
		if err != nil {
			os.RemoveAll(dir)
			return err
		}
		if len(files) == 0 { // of notices alone: what a batch pays may be nobody's business
			os.RemoveAll(dir)
			r.say("desk.nothing_announced", id)
			return r.to(batchPath(id), nil)
		}
		return r.written(dir, p.title+"_"+strings.ReplaceAll(id.String(), "/", "-"), files)
	}
	return message.Err("desk.no_page")
}

// exportDo writes what leaves for the banks into the folder of the office, and shows it. The folder is the batch's own. An approver exports
// where cards were replaced since the approval, and says why the old ones will do.
func exportDo(r *request) (string, error) {
	id, err := r.batch()
	if err != nil {
		return "", err
	}
	a, signer, visit, dir := r.desk.book, r.signer, r.visit, r.desk.filesOf(id)
	to, cards := batchPath(id)+"/files", strings.TrimSpace(r.PostFormValue("old_cards"))
	if !may(visit.actor, makers) {
		to = batchPath(id) // the files are for makers
		if cards == "" {
			return "", message.Err("payroll.reason_needed")
		}
	}
	return r.desk.jobs.begin(visit.actor.Name, message.M("desk.exporting", id), func(ctx context.Context) (outcome, error) {
		if _, err := a.Export(ctx, signer, id, dir, cards); err != nil {
			return outcome{}, err
		}
		visit.say(message.M("desk.exported", id))
		return outcome{to: to}, nil
	}), nil
}

func (d *Desk) filesOf(id payroll.BatchID) string {
	return filepath.Join(d.Files, strings.ReplaceAll(id.String(), "/", "-"))
}

// filesPage are the files of an exported batch.
type filesPage struct {
	Batch payroll.BatchID
	Files []string
}

func filesShow(r *request) error {
	id, err := r.batch()
	if err != nil {
		return err
	}
	p := filesPage{Batch: id}
	b, err := r.desk.book.Batch(r.Context(), id)
	if err != nil {
		return err
	}
	if b.State != payroll.Exported { // an export that was broken off has left some of its files, not all
		return r.page("bank_files", "银行文件", p)
	}
	entries, err := os.ReadDir(r.desk.filesOf(id))
	if err != nil && !os.IsNotExist(err) {
		return message.Err("file.unreadable", filepath.Base(r.desk.filesOf(id))).Because(err)
	}
	for _, e := range entries {
		if e.Type().IsRegular() && !strings.HasPrefix(e.Name(), ".") {
			p.Files = append(p.Files, e.Name())
		}
	}
	return r.page("bank_files", "银行文件", p)
}

// bankFileDo sends one file of an exported batch: full numbers, for makers alone, as on the command line, and the journal keeps
// that they were taken.
func bankFileDo(r *request) error {
	id, err := r.batch()
	if err != nil {
		return err
	}
	dir, name := r.desk.filesOf(id), r.PathValue("name")
	entries, err := os.ReadDir(dir)
	if err != nil {
		return message.Err("desk.no_page")
	}
	for _, e := range entries { // a name of the list, not a path
		if e.Name() == name && e.Type().IsRegular() {
			if err := r.desk.book.UnmaskFile(r.Context(), r.signer, id, name); err != nil {
				return err
			}
			return r.sendFile(filepath.Join(dir, name))
		}
	}
	return message.Err("desk.no_page")
}

// reissueDo drafts batches that pay again what came back.
func reissueDo(r *request) (string, error) {
	result, err := r.desk.book.ReissueDraft(r.Context(), r.signer, nil, strings.TrimSpace(r.PostFormValue("same_account")))
	if err != nil {
		return "", err
	}
	switch {
	case len(result.Batches) > 0:
		r.say("desk.reissue", len(result.Batches), len(result.Left))
		return batchPath(result.Batches[0].ID), nil
	case len(result.Left) > 0:
		return "", message.Err("reissue.all_left", len(result.Left))
	}
	r.say("reissue.none")
	return "/payments", nil
}

// resolveDo says what came of rows of banks' answers that fit no payment: those that were ticked,
// with one reason.
func resolveDo(r *request) (string, error) {
	var rows []payroll.RowID
	for _, text := range r.PostForm["row"] {
		position, line, _ := strings.Cut(text, ".")
		at, err := strconv.ParseInt(position, 10, 64)
		n, err2 := strconv.Atoi(line)
		if err != nil || err2 != nil {
			return "", message.Err("desk.form_broken")
		}
		rows = append(rows, payroll.RowID{Position: at, Line: n})
	}
	reason := r.PostFormValue("reason")
	if err := r.desk.book.ResolveRows(r.Context(), r.signer, rows, reason); err != nil {
		return "", err
	}
	r.say("returns.resolved", len(rows), reason)
	return "/payments", nil
}
