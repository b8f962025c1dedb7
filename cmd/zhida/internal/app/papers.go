package app

import (
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"zhida/exporters"
	"zhida/exporters/auditdata"
	"zhida/exporters/paper"
	"zhida/exporters/workbook"
	"zhida/importers"
	"zhida/payroll"
	"zhida/rules/calendar"
	"zhida/rules/message"
)

// dashed is a batch's id as names of files have it.
func dashed(id payroll.BatchID) string { return strings.ReplaceAll(id.String(), "/", "-") }

// PaySheet writes what a bureau prints and stamps for a batch into dir and gives the
// paths: pay sheet, summaries, change sheet with its approval form, and the forms of
// those who have a former cadre's compensation for the first time, where there are any.
func (a *App) PaySheet(ctx context.Context, id payroll.BatchID, dir string) (files []string, err error) {
	write := func(name string, f func(writer) error) error {
		file, err := a.paperFile(dir, name+"_"+dashed(id)+".xlsx", f)
		if err == nil {
			files = append(files, file)
		}
		return err
	}
	sums, err := a.PaySums(ctx, id)
	if err != nil {
		return nil, err
	}
	newcomers, err := a.Newcomers(ctx, id, workbook.Recognised)
	if err != nil {
		return nil, err
	}
	err = a.Report(ctx, id, func(r payroll.Report) error {
		if err := write("发放表", func(w writer) error { return workbook.WritePaySheet(w, r) }); err != nil {
			return err
		}
		if err := write("汇总表", func(w writer) error { return workbook.WritePaySums(w, r.Head(), sums) }); err != nil {
			return err
		}
		if err := write("增减变动表", func(w writer) error { return workbook.WriteChangeSheet(w, r) }); err != nil || len(newcomers) == 0 {
			return err
		}
		return write("离任补贴认定表", func(w writer) error { return workbook.WriteRecognition(w, r.Head(), newcomers) })
	})
	return files, err
}

// Payslips writes the slips of a batch into dir and gives the paths: pages to print, a file
// a township, the workbook of all, and the text messages. With a person it writes that
// person's page alone and gives the text message.
func (a *App) Payslips(ctx context.Context, id payroll.BatchID, person int64, dir string) (files []string, text string, err error) {
	slips, err := a.Book.Payslips(ctx, id, person)
	if err != nil {
		return nil, "", err
	}
	write := func(name string, f func(writer) error) error {
		file, err := a.paperFile(dir, name, f)
		if err == nil {
			files = append(files, file)
		}
		return err
	}
	pages := func(name string, part payroll.Payslips) error {
		return write(name, func(w writer) error { return paper.WritePayslips(w, part) })
	}
	if person != 0 {
		err := pages("工资条_"+dashed(id)+"_"+strconv.FormatInt(person, 10)+".html", slips)
		return files, paper.Message(slips.Head, slips.Slips[0]), err
	}
	names := map[string]string{}
	for _, t := range slips.Head.Townships {
		names[t.Code] = t.Name
	}
	for from := 0; from < len(slips.Slips); {
		part, to := slips, from
		for to < len(slips.Slips) && slips.Slips[to].Township == slips.Slips[from].Township {
			to++
		}
		part.Slips = slips.Slips[from:to]
		if err := pages("工资条_"+dashed(id)+"_"+inName(cmp.Or(slips.Slips[from].Township, "无单位"), names)+".html", part); err != nil {
			return files, "", err
		}
		from = to
	}
	if err := write("工资条_"+dashed(id)+".xlsx", func(w writer) error { return workbook.WritePayslips(w, slips) }); err != nil {
		return files, "", err
	}
	err = write("工资条短信_"+dashed(id)+".csv", func(w writer) error { return paper.WriteMessages(w, slips) })
	return files, "", err
}

// PublicNotices writes the notices of a batch into dir and gives the paths: for each
// township a workbook and pages to print for its villages, and the same for its own cadres,
// which stay in the house. With a place, a township or a village, those of it alone.
func (a *App) PublicNotices(ctx context.Context, id payroll.BatchID, place, dir string) (payroll.PublicNotices, []string, error) {
	n, err := a.Book.PublicNotices(ctx, id, place)
	if err != nil {
		return n, nil, err
	}
	names := map[string]string{}
	for _, t := range n.Head.Townships {
		names[t.Code] = t.Name
	}
	var files []string
	for from := 0; from < len(n.Papers); {
		first, to := n.Papers[from], from
		for to < len(n.Papers) && n.Papers[to].Township == first.Township && n.Papers[to].Internal == first.Internal {
			to++
		}
		kind := map[bool]string{true: "内部公示表", false: "公示表"}[first.Internal]
		name := kind + "_" + dashed(id) + "_" + inName(cmp.Or(first.Township, "无单位"), names)
		part := n.Papers[from:to]
		for _, x := range []struct {
			end   string
			write func(writer) error
		}{{".xlsx", func(w writer) error { return workbook.WritePublicNotice(w, n.Head, part) }}, {".html", func(w writer) error { return paper.WriteNotices(w, n.Head, part) }}} {
			file, err := a.paperFile(dir, name+x.end, x.write)
			if err != nil {
				return n, files, err
			}
			files = append(files, file)
		}
		from = to
	}
	return n, files, nil
}

// inName is a place as names of files have it: its code, which is unique, and its name
// without what a file's name cannot hold.
func inName(code string, names map[string]string) string {
	name := strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`/\:*?"<>|`, r) {
			return -1
		}
		return r
	}, exporters.Visible(names[code]))
	return strings.TrimSuffix(code+"_"+name, "_")
}

// Attach records a scan of a batch's stamped sheet by its digest.
func (a *App) Attach(ctx context.Context, s *payroll.Session, id payroll.BatchID, file string) (payroll.Attachment, error) {
	sm3, size, err := digestOf(file)
	if err != nil {
		return payroll.Attachment{}, err
	}
	return a.Book.Attach(ctx, s, id, filepath.Base(file), size, sm3)
}

// AuditData writes the tables of the batches of some months into dir, with what they mean
// and the SQL that loads and checks them. notice is the number of the audit notice by which
// numbers of identity and bank cards are shown in full; s may be nil without one. A dry
// run of it records nothing and therefore shows nothing.
func (a *App) AuditData(ctx context.Context, s *payroll.Session, from, to calendar.Month, notice, dir string) (list []auditdata.Table, err error) {
	if notice != "" {
		if err := a.Unmask(ctx, s, notice, from, to); err != nil || a.IsDry() {
			return nil, err
		}
	}
	err = a.Book.AuditData(ctx, from, to, notice != "", func(t payroll.AuditTable) error {
		var done auditdata.Table
		d, err := a.writeFile(dir, auditdata.File(t), func(w writer) (err error) { done, err = auditdata.Write(w, t); return err })
		done.SM3 = d.SM3
		list = append(list, done)
		return err
	})
	if err != nil {
		return list, err
	}
	for _, x := range []struct {
		name  string
		write func(writer) error
	}{
		{"tables.csv", func(w writer) error { return auditdata.WriteTables(w, list) }},
		{"dictionary.csv", func(w writer) error { return auditdata.WriteDictionary(w, list) }},
		{"schema.sql", func(w writer) error { return auditdata.WriteSchema(w, list) }},
		{"load-sqlite.sql", func(w writer) error { return auditdata.WriteLoadSQLite(w, list) }},
		{"load-postgresql.sql", func(w writer) error { return auditdata.WriteLoadPostgreSQL(w, list) }},
		{"checks.sql", auditdata.WriteChecks},
		{"README.txt", func(w writer) error { return auditdata.WriteReadme(w, notice) }},
	} {
		if _, err := a.writeFile(dir, x.name, x.write); err != nil {
			return list, err
		}
	}
	return list, nil
}

// Dossier gathers everything somebody handled or received in some months, or some place
// did, and writes it into dir: a workbook and the same as JSON. text is an actor's name, a
// division code, a place's name that only one place has, or what Person understands.
func (a *App) Dossier(ctx context.Context, text string, from, to calendar.Month, dir string) (d payroll.Dossier, files []string, err error) {
	of, err := a.dossierOf(ctx, text)
	if err != nil {
		return d, nil, err
	}
	if d, err = a.Book.Dossier(ctx, of, from, to); err != nil {
		return d, nil, err
	}
	name := "离任审计_" + inName(cmp.Or(of.Place, of.Actor, strconv.FormatInt(of.Person, 10)), map[string]string{of.Place: d.Name}) + "_" + from.String() + "_" + to.String()
	for _, x := range []struct {
		end   string
		write func(writer) error
	}{{".xlsx", func(w writer) error { return workbook.WriteDossier(w, d) }}, {".json", func(w writer) error { return writeJSON(w, d) }}} {
		file, err := a.paperFile(dir, name+x.end, x.write)
		if err != nil {
			return d, files, err
		}
		files = append(files, file)
	}
	return d, files, nil
}

func writeJSON(w writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// dossierOf understands whose dossier is meant.
func (a *App) dossierOf(ctx context.Context, text string) (payroll.DossierOf, error) {
	if (len(text) == 9 || len(text) == 12) && strings.Trim(text, "0123456789") == "" {
		return payroll.DossierOf{Place: text}, nil
	}
	actors, err := a.ActorList(ctx)
	if err != nil {
		return payroll.DossierOf{}, err
	}
	for _, x := range actors {
		if x.Name == text {
			return a.Itself(ctx, payroll.DossierOf{Actor: text})
		}
	}
	names, err := a.PlaceNames(ctx)
	if err != nil {
		return payroll.DossierOf{}, err
	}
	var codes []string
	for code := range names {
		if names[code] == text || placeNamed(names, code) == text {
			codes = append(codes, code)
		}
	}
	switch {
	case len(codes) == 1:
		return payroll.DossierOf{Place: codes[0]}, nil
	case len(codes) > 1:
		sort.Strings(codes)
		return payroll.DossierOf{}, message.Err("dossier.several", text, strings.Join(codes, "、"))
	}
	p, err := a.Person(ctx, text)
	if message.Code(err) == "person.missing" {
		err = message.Err("dossier.unknown", text)
	}
	if err != nil {
		return payroll.DossierOf{}, err
	}
	return a.Itself(ctx, payroll.DossierOf{Person: p.Person})
}

// RecordNotice records that the notice hung for those of a place whose pay a batch holds
// for want of it: its days, and the digest of the photograph that shows it on the wall. It
// gives how many persons that concerns. Error: notice.nobody.
func (a *App) RecordNotice(ctx context.Context, s *payroll.Session, id payroll.BatchID, place string, from, through calendar.Date, photo string) (int, payroll.ImportResult, error) {
	persons, items, err := a.Unpublicised(ctx, id, place)
	if err != nil {
		return 0, payroll.ImportResult{}, err
	}
	if len(persons) == 0 {
		return 0, payroll.ImportResult{}, message.Err("notice.nobody", id, place)
	}
	digest, _, err := digestOf(photo)
	if err != nil {
		return 0, payroll.ImportResult{}, err
	}
	var sheet bytes.Buffer
	c := csv.NewWriter(&sheet)
	rows := [][]string{{"身份证号", "姓名", "项目", "公示开始日期", "公示截止日期", "照片摘要"}}
	for _, p := range persons {
		for _, item := range items[p.Person] {
			rows = append(rows, []string{p.ID.Full(), p.Name, item, from.String(), through.String(), digest})
		}
	}
	if err := c.WriteAll(rows); err != nil {
		return 0, payroll.ImportResult{}, err
	}
	batch, err := importers.Read(payroll.KindPublicity, "公示登记_"+dashed(id)+"_"+place+".csv", sheet.Bytes(), importers.Options{Items: map[string]string{}})
	if err != nil {
		return 0, payroll.ImportResult{}, err
	}
	result, err := a.Book.Import(ctx, s, batch, payroll.ImportOptions{})
	return len(persons), result, err
}

// digestOf digests a file that stays outside the book, and gives its size.
func digestOf(file string) (sm3 string, size int64, err error) {
	info, err := os.Stat(file)
	if errors.Is(err, fs.ErrNotExist) {
		return "", 0, message.Err("file.missing", file)
	}
	if err != nil || !info.Mode().IsRegular() {
		return "", 0, message.Err("file.unreadable", file).Because(err)
	}
	if info.Size() == 0 {
		return "", 0, message.Err("attach.empty", filepath.Base(file))
	}
	d, err := exporters.DigestFile(file)
	if err != nil {
		return "", 0, message.Err("file.unreadable", file).Because(err)
	}
	return d.SM3, info.Size(), nil
}
