package desk

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"zhida/cmd/zhida/internal/app"
	"zhida/importers"
	"zhida/payroll"
	"zhida/rules/identity"
	"zhida/rules/message"
)

// mostUpload bounds the files of one form together; each has the bound of the command line.
const mostUpload = 128 << 20

// kindRow is a kind of sheet that can be brought in.
type kindRow struct {
	Kind, Title string
	Chosen      bool // the page before is about this sheet
}

// returnsKind is the bank's answer, which has no form of ours.
const returnsKind = "returns"

// importSteps are the kinds of sheets in the order in which a county brings them in: what a step names has to be there for the next.
var importSteps = []struct {
	title string
	kinds []string
}{
	{"一、先导入县里的：地方、参考数、工作日", []string{"places", "references", "calendar"}},
	{"二、再导入人", []string{"roster"}},
	{"三、每个人的：任职、账户、考核、金额（项目要先有政策文件）", []string{"tenure", "accounts", "assessments", "amounts"}},
	{"四、启用以前发过的、欠着的，只在启用时", []string{"paid", "receivables"}},
	{"五、资金的来源（资金要先有设置）", []string{"transfers", "authority"}},
	{"六、每个月，在计算以前", []string{"days", "absences", payroll.KindChanges, payroll.KindElection, "holds", "orders", "recipients", "verifications", "notices", "registers"}},
	{"七、公示、付款以后", []string{payroll.KindPublicity, "vouchers", "statement"}},
}

// importForm is what a visitor can bring in.
type importForm struct {
	Kinds   []kindRow
	Steps   []importStep
	Maker   bool
	Returns bool               // the page before is about a bank's answer
	Waiting []payroll.SentFile // that banks have not answered in full
	// Whose a bank's file is, where it does not say so itself: its bank and batch, or the account of a statement by a fund that has it.
	Banks, Accounts []choice
	Batches         []payroll.BatchID
}

type importStep struct {
	Title string
	Kinds []kindRow
}

func importShow(r *request) error {
	kinds, err := r.brings()
	if err != nil {
		return err
	}
	chosen := r.URL.Query().Get("kind")
	p := importForm{Maker: may(r.visit.actor, makers), Returns: chosen == returnsKind}
	for _, step := range importSteps {
		row := importStep{Title: message.Word(r.lang, step.title)}
		for _, k := range step.kinds {
			if slices.Contains(kinds, k) {
				row.Kinds = append(row.Kinds, kindRow{k, importers.Title(k), k == chosen})
			}
		}
		if p.Kinds = append(p.Kinds, row.Kinds...); len(row.Kinds) > 0 {
			p.Steps = append(p.Steps, row)
		}
	}
	if p.Maker {
		if err := p.ofBanks(r); err != nil {
			return err
		}
	}
	return r.page("import", "导入表格", p)
}

// ofBanks reads what banks have been sent, and what a file of theirs can be said to be about.
func (p *importForm) ofBanks(r *request) (err error) {
	if p.Waiting, err = r.desk.book.Unanswered(r.Context()); err != nil {
		return err
	}
	for _, f := range p.Waiting {
		if !slices.Contains(p.Batches, f.Batch) {
			p.Batches = append(p.Batches, f.Batch)
		}
	}
	county, err := r.desk.book.County(r.Context())
	if message.Code(err) == "settings.none" {
		return nil
	}
	if err != nil {
		return err
	}
	for _, code := range slices.Sorted(maps.Keys(county.Banks)) {
		p.Banks = append(p.Banks, choice{Code: code, Name: cmp.Or(identity.BankName(code), code)})
	}
	seen := map[string]bool{}
	for _, f := range county.Funds {
		if f.Kind == payroll.FundAccount && f.Account != "" && !seen[f.Account] {
			seen[f.Account] = true
			p.Accounts = append(p.Accounts, choice{Code: f.Code, Name: f.Name + " " + maskedAccount(f.Account)})
		}
	}
	return nil
}

// whose reads what the form says a bank's file is about. Error: desk.form_broken.
func (r *request) whose() (about app.ReturnOptions, account string, err error) {
	bank, batch, fund := r.PostFormValue("bank"), r.PostFormValue("batch"), r.PostFormValue("account")
	if batch != "" {
		if about.Batch, err = payroll.ParseBatchID(batch); err != nil {
			return about, "", err
		}
	}
	if bank == "" && fund == "" {
		return about, "", nil
	}
	county, err := r.desk.book.County(r.Context())
	if err != nil {
		return about, "", err
	}
	if _, known := county.Banks[bank]; bank != "" && !known {
		return about, "", message.Err("desk.form_broken")
	}
	about.Bank = bank
	for _, f := range county.Funds {
		if f.Code == fund {
			account = f.Account
		}
	}
	if fund != "" && account == "" {
		return about, "", message.Err("desk.form_broken")
	}
	return about, account, nil
}

// brings are the kinds of sheets that a visitor brings in: all of them the bureau's maker, a department those of which the county's
// chains begin with it.
func (r *request) brings() ([]string, error) {
	if may(r.visit.actor, makers) {
		return importers.Kinds(), nil
	}
	county, err := r.desk.book.County(r.Context())
	if message.Code(err) == "settings.none" {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	own := county.Brings(r.visit.actor.Roles)
	return slices.DeleteFunc(importers.Kinds(), func(k string) bool { return !slices.Contains(own, k) }), nil
}

// templateShow sends the empty sheet of a kind, with the values of the book in its lists.
func templateShow(r *request) error {
	kind := r.PathValue("kind")
	lists, err := r.formLists()
	if err != nil {
		return err
	}
	data, err := importers.Template(kind, lists)
	if err != nil {
		return err
	}
	return r.sendBytes(data, importers.Title(kind)+".xlsx")
}

// importPage is what came of the files of one form, in their order.
type importPage struct {
	Kind  string // in words
	Code  string // of the kind
	Dry   bool
	Files []importRow
}

// importRow is what came of one file.
type importRow struct {
	File     string
	path     string          // where it was put, of one that was refused
	Said     message.Message // what it did
	Refused  bool            // nothing of it was taken
	Error    *message.Message
	Asks     []message.Problem
	Notes    []message.Message
	Problems message.Problems
	Idle     message.Problems     // rows that are right and change no money
	Revised  []payroll.Revision   // payments of which the bank takes back what it had answered
	Banks    []payroll.ExportFile // the payment files that a bank's answer is about
	Answer   string               // address of the clerk's own workbook, marked; "" for none
	As       kindRow              // the kind that the sheet looks like instead, where the visitor may bring that in
	Kept     string               // address of the sheet, kept to be brought in as that
}

// importDo brings files in. Unlike on the command line, what is wrong with one keeps none of the others out: twenty
// townships have sent them.
func importDo(r *request) (string, error) {
	kind := r.PostFormValue("kind")
	title := importers.Title(kind)
	switch {
	case title == "" && kind != returnsKind:
		return "", message.Err("desk.form_broken")
	case kind == returnsKind && !may(r.visit.actor, makers):
		return "", message.Err("desk.not_yours") // before it is held against any payment
	}
	var o app.ImportOptions
	if !r.scope().whole { // a name of another township is as good as none
		names, err := r.placeNames()
		if err != nil {
			return "", err
		}
		o.Places = names
	}
	if text := r.PostFormValue("from"); text != "" {
		d, err := app.ParseDate(text)
		if err != nil {
			return "", err
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
	about, account, err := r.whose()
	if err != nil {
		return "", err
	}
	o.Account, about.Confirm = account, o.Confirm
	o.AcceptGood = r.PostFormValue("accept_good") != ""
	kinds, err := r.brings()
	if err != nil {
		return "", err
	}
	var files []string
	if file := r.visit.kept(r.PostFormValue("kept")); file != "" {
		files = []string{file}
	} else if files, err = r.uploaded("files"); err != nil {
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
		p := importPage{Kind: title, Code: kind, Dry: dry}
		kept := map[string]bool{}
		defer func() {
			for _, file := range files {
				if !kept[file] {
					os.Remove(file) // the marked workbook beside it stays
				}
			}
		}()
		if kind != returnsKind {
			var err error
			p.Files, err = imported(ctx, &a, signer, visit, kind, files, o)
			for i := range p.Files {
				if x := &p.Files[i]; x.looksLike(kinds) {
					x.Kept, kept[x.path] = visit.keep(x.path), true
				}
			}
			return outcome{page: "imported", title: "导入结果", body: p}, err
		}
		p.Kind = "银行回盘"
		for _, file := range files {
			row := importRow{File: filepath.Base(file)}
			if err := row.returned(ctx, &a, signer, file, about); err != nil {
				m := messageOf(err)
				row.Refused, row.Error = true, &m
			}
			p.Files = append(p.Files, row)
			if ctx.Err() != nil {
				return outcome{}, ctx.Err()
			}
		}
		return outcome{page: "imported", title: "导入结果", body: p}, nil
	}), nil
}

// looksLike says whether the sheet is of another kind that the visitor brings in.
func (row *importRow) looksLike(kinds []string) bool {
	if row.Error == nil || row.Error.Code != "import.other_kind" {
		return false
	}
	kind := row.Error.Args[len(row.Error.Args)-1]
	if row.path == "" || !slices.Contains(kinds, kind) {
		return false
	}
	row.As = kindRow{Kind: kind, Title: importers.Title(kind)}
	return true
}

// Shown are the problems that the page lists; all of them are in the marked workbook.
func (row importRow) Shown() message.Problems { return row.Problems[:min(len(row.Problems), mostRows)] }

// ShownIdle are the rows without effect that the page lists.
func (row importRow) ShownIdle() message.Problems { return row.Idle[:min(len(row.Idle), mostRows)] }

// MoreIdle is how many of them the page does not list.
func (row importRow) MoreIdle() int { return len(row.Idle) - len(row.ShownIdle()) }

// More is how many problems the page does not list.
func (row importRow) More() int { return len(row.Problems) - len(row.Shown()) }

// Plain says that there is nothing to do or to read about the file but that it was taken.
func (row importRow) Plain() bool {
	return !row.Refused && row.Error == nil && len(row.Banks)+len(row.Asks)+len(row.Idle)+len(row.Notes)+len(row.Problems) == 0
}

// Plain says whether any file is plain.
func (p importPage) Plain() bool { return slices.ContainsFunc(p.Files, importRow.Plain) }

// imported brings the files of one form in together: those that state the same township and month are one snapshot.
func imported(ctx context.Context, a *app.App, s *payroll.Session, v *visit, kind string, files []string, o app.ImportOptions) (rows []importRow, err error) {
	err = a.Import(ctx, s, kind, files, o, func(x app.Imported) error {
		row := importRow{File: x.File, Asks: x.Asks, Notes: x.Notes, Problems: x.Problems, Idle: x.Idle}
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
		if x.Answer != "" {
			row.Answer = v.keep(x.Answer)
		}
		rows = append(rows, row)
		return ctx.Err()
	}, func(file string, err error) error {
		row := importRow{File: filepath.Base(file), path: file, Refused: true}
		var x *app.Answered
		if errors.As(err, &x) {
			row.Problems, row.Idle, row.Notes, row.Said = x.Problems, x.Idle, x.Notes, message.M("import.refused", len(x.Problems))
			if x.File != "" {
				row.Answer = v.keep(x.File)
			}
		} else {
			m := messageOf(err)
			row.Error = &m
		}
		rows = append(rows, row)
		return ctx.Err()
	})
	return rows, err
}

// returned takes a bank's answer in.
func (row *importRow) returned(ctx context.Context, a *app.App, s *payroll.Session, file string, o app.ReturnOptions) error {
	x, err := a.Returns(ctx, s, file, o)
	if err != nil {
		return err
	}
	row.Said, row.Revised, row.Banks = x.Said(row.File), x.Revised, x.Files
	row.Notes = append(row.Notes, x.Notes()...)
	if len(x.Kept) > 0 {
		row.Notes = append(row.Notes, message.M("returns.kept", len(x.Kept)))
	}
	return nil
}
