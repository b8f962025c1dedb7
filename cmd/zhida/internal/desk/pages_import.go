package desk

import (
	"bytes"
	"context"
	"io"
	"mime"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"zhida/cmd/zhida/internal/app"
	"zhida/importers"
	"zhida/payroll"
	"zhida/rules/calendar"
	"zhida/rules/message"
)

// mostUpload bounds the files of one form together; each has the bound of the command line.
const mostUpload = 128 << 20

// kindRow is a kind of sheet that can be brought in.
type kindRow struct{ Kind, Title string }

// returnsKind is the bank's answer, which has no form of ours.
const returnsKind = "returns"

func importShow(r *request) error {
	var list []kindRow
	for _, k := range importers.Kinds() {
		list = append(list, kindRow{k, importers.Title(k)})
	}
	return r.page("import", "导入表格", list)
}

// templateShow sends the empty sheet of a kind, with the values of the book in its lists.
func templateShow(r *request) error {
	kind := r.PathValue("kind")
	lists, err := r.desk.book.FormLists(r.Context())
	if err != nil {
		return err
	}
	data, err := importers.Template(kind, lists)
	if err != nil {
		return err
	}
	h := r.w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": importers.Title(kind) + ".xlsx"}))
	r.sent = true
	_, _ = io.Copy(r.w, bytes.NewReader(data))
	return nil
}

// importPage is what came of the files of one form, in their order.
type importPage struct {
	Kind  string // in words
	Dry   bool
	Files []importRow
}

// importRow is what came of one file.
type importRow struct {
	File     string
	Said     message.Message // what it did
	Refused  bool            // nothing of it was taken
	Error    *message.Message
	Asks     []message.Problem
	Notes    []message.Message
	Problems message.Problems
	Answer   string // address of the clerk's own workbook, marked; "" for none
}

// importDo brings files in one by one. Unlike on the command line, what is wrong with one keeps none of the others out: twenty
// townships have sent them.
func importDo(r *request) (string, error) {
	kind := r.PostFormValue("kind")
	title := importers.Title(kind)
	if title == "" && kind != returnsKind {
		return "", message.Err("desk.form_broken")
	}
	var o app.ImportOptions
	if text := r.PostFormValue("from"); text != "" {
		d, err := calendar.ParseDate(text)
		if err != nil {
			return "", message.Err("cli.date", text)
		}
		o.From = d
	}
	if text := strings.TrimSpace(r.PostFormValue("confirm")); text != "" {
		c, err := app.ParseConfirm(text)
		if err != nil {
			return "", err
		}
		o.Confirm.Given, o.Control = true, c
	}
	if text := strings.TrimSpace(r.PostFormValue("sheet")); text != "" {
		o.Sheets = []string{text}
	}
	o.Map = map[string]string{}
	for line := range strings.Lines(r.PostFormValue("map")) {
		line = strings.TrimSpace(line)
		if at := strings.LastIndexByte(line, '='); at > 0 && at < len(line)-1 {
			o.Map[line[:at]] = line[at+1:]
		} else if line != "" {
			return "", message.Err("import.map_form", line)
		}
	}
	o.AcceptGood = r.PostFormValue("accept_good") != ""
	files, err := r.uploaded("files")
	if err != nil {
		return "", err
	}
	a := *r.desk.book
	dry := r.PostFormValue("dry") != ""
	if dry {
		a.Book = a.Dry()
	}
	signer, visit := r.signer, r.visit
	done := visit.work()
	return r.desk.jobs.begin(visit.actor.Name, message.M("desk.importing", len(files)), func(ctx context.Context) (outcome, error) {
		defer done()
		p := importPage{Kind: title, Dry: dry}
		if kind == returnsKind {
			p.Kind = "银行回盘"
		}
		for _, file := range files {
			row := importRow{File: filepath.Base(file)}
			var err error
			if kind == returnsKind {
				err = row.returned(ctx, &a, signer, file, app.ReturnOptions{Confirm: o.Confirm})
			} else {
				err = row.imported(ctx, &a, signer, visit, kind, file, o)
			}
			if err != nil {
				m := messageOf(err)
				row.Refused, row.Error = true, &m
			}
			p.Files = append(p.Files, row)
			os.Remove(file) // the marked workbook beside it stays
			if ctx.Err() != nil {
				return outcome{}, ctx.Err()
			}
		}
		return outcome{page: "imported", title: "导入结果", body: p}, nil
	}), nil
}

// Plain says that there is nothing to do or to read about the file but that it was taken.
func (row importRow) Plain() bool {
	return !row.Refused && row.Error == nil && len(row.Asks)+len(row.Notes)+len(row.Problems) == 0
}

// Plain says whether any file is plain.
func (p importPage) Plain() bool { return slices.ContainsFunc(p.Files, importRow.Plain) }

func (row *importRow) imported(ctx context.Context, a *app.App, s *payroll.Session, v *visit, kind, file string, o app.ImportOptions) error {
	if a.IsDry() { // a trial gives the marked workbook as well: that is what it is for
		o.Answer = filepath.Join(filepath.Dir(file), "问题_"+strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))+".xlsx")
	}
	return a.Import(ctx, s, kind, []string{file}, o, func(x app.Imported) error {
		switch {
		case x.Unchanged:
			row.Said = message.M("import.unchanged", x.File, x.Rows)
		case a.IsDry():
			row.Said = message.M("import.dry_run", x.File, x.Rows, x.Added, x.Ended)
		case x.Proposal != 0:
			row.Said = message.M("import.proposed", x.File, x.Rows, x.Proposal)
		default:
			row.Said = message.M("import.done", x.File, x.Rows, x.Added, x.Ended, x.Position)
		}
		row.Asks, row.Notes, row.Problems = x.Asks, x.Notes, x.Problems
		if x.Answer != "" {
			row.Answer = v.keep(x.Answer)
		}
		return nil
	}, func(x *app.Answered) error {
		row.Refused, row.Problems, row.Notes = true, x.Problems, x.Notes
		row.Said = message.M("import.refused", len(x.Problems))
		if x.File != "" {
			row.Answer = v.keep(x.File)
		}
		return nil
	})
}

// returned takes a bank's answer in.
func (row *importRow) returned(ctx context.Context, a *app.App, s *payroll.Session, file string, o app.ReturnOptions) error {
	x, err := a.Returns(ctx, s, file, o)
	if err != nil {
		return err
	}
	switch {
	case x.Copied:
		row.Said = message.M("returns.copied", row.File)
	case x.Unchanged:
		row.Said = message.M("returns.unchanged", row.File)
	default:
		row.Said = message.M("returns.done", row.File, x.Rows, x.Changed[payroll.PaymentCredited], x.Sums[payroll.PaymentCredited].Grouped(), x.Changed[payroll.PaymentReturned], x.Sums[payroll.PaymentReturned].Grouped(),
			x.Changed[payroll.PaymentParked], x.Pending, x.Same)
	}
	if len(x.Kept) > 0 {
		row.Notes = append(row.Notes, message.M("returns.kept", len(x.Kept)))
	}
	return nil
}
