package app

import (
	"bytes"
	"context"
	"encoding/csv"
	"html/template"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"zhida/exporters"
	"zhida/exporters/evidence"
	"zhida/exporters/workbook"
	"zhida/payroll"
	"zhida/rules/calendar"
	"zhida/rules/message"
)

// retention is how long payroll vouchers are kept (会计档案管理办法, 附表一).
const retention = "30年"

// Archived is one entry of a year's catalogue.
type Archived struct {
	Number string // 档号
	Title  string
	Unit   string
	Date   string // of approval
	Folder string
	Digest string // of the batch
}

// Archive writes everything about the batches of a year into one package: their evidence, their
// workbooks, and a catalogue that is read with a browser or a spreadsheet. s signs the list of
// all files. It gives the folder and the digest of the list. Errors: archive.open while a
// batch of the year is not settled, archive.nothing, and those of Evidence.
func (a *App) Archive(ctx context.Context, s *payroll.Session, year int, dir string) (folder, digest string, list []Archived, err error) {
	batches, err := a.BatchList(ctx)
	if err != nil {
		return "", "", nil, err
	}
	var of []payroll.Batch
	for _, x := range batches {
		if x.ID.Month().Year() != year || x.State == payroll.Cancelled {
			continue
		}
		if x.State != payroll.Exported {
			return "", "", nil, message.Err("archive.open", year, x.ID, x.State.Chinese())
		}
		of = append(of, x)
	}
	if len(of) == 0 {
		return "", "", nil, message.Err("archive.nothing", year)
	}
	folder = filepath.Join(dir, "档案_"+strconv.Itoa(year))
	if a.IsDry() {
		list, err = a.archiveInto(ctx, nowhere{}, year, of)
		return folder, "", list, err
	}
	w, err := evidence.New(folder)
	if err != nil {
		return "", "", nil, err
	}
	defer w.Discard()
	if err := a.UnmaskYear(ctx, s, year); err != nil {
		return "", "", nil, err
	}
	if list, err = a.archiveInto(ctx, w, year, of); err != nil {
		return "", "", nil, err
	}
	digest, err = w.Finish(s.Sign)
	return folder, digest, list, err
}

func (a *App) archiveInto(ctx context.Context, w payroll.Folder, year int, batches []payroll.Batch) (list []Archived, err error) {
	for _, x := range batches {
		entry, err := a.archiveBatch(ctx, w, x, len(list)+1)
		if err != nil {
			return nil, err
		}
		list = append(list, entry)
	}
	return list, catalogue(w, year, list)
}

func (a *App) archiveBatch(ctx context.Context, w payroll.Folder, x payroll.Batch, n int) (entry Archived, err error) {
	name := strings.ReplaceAll(x.ID.String(), "/", "-")
	if _, err := a.Book.Evidence(ctx, x.ID, below{w, name + "/证据/"}); err != nil {
		return entry, err
	}
	err = a.Survey(ctx, x.ID, func(s *payroll.Survey) error {
		h := s.Reports[0].Head()
		entry = Archived{Number: strconv.Itoa(x.ID.Month().Year()) + "-GZ-" + leading(n, 3), Title: h.County + x.ID.Month().Chinese() + x.Channel + x.Kind.Chinese() + " " + x.ID.String(), Unit: h.Unit,
			Folder: name + "/", Digest: x.Digest}
		for _, e := range h.Events {
			if e.Kind == payroll.EventBatchApproved {
				entry.Date = calendar.DateIn(e.Time, calendar.China).String()
			}
		}
		f, err := w.Create(name + "/审核表_" + name + ".xlsx")
		if err != nil {
			return err
		}
		if err := workbook.Write(f, s); err != nil {
			return err
		}
		return f.Close()
	})
	return entry, err
}

// below is a folder in a folder.
type below struct {
	payroll.Folder
	dir string
}

// Create makes a file in it.
func (b below) Create(name string) (io.WriteCloser, error) { return b.Folder.Create(b.dir + name) }

func leading(n, width int) string {
	s := strconv.Itoa(n)
	return strings.Repeat("0", max(0, width-len(s))) + s
}

// catalogue writes the list of a year as a table for spreadsheets and as a page.
func catalogue(w payroll.Folder, year int, list []Archived) error {
	var table bytes.Buffer
	table.WriteString("\ufeff") // Excel takes it for what it is
	c := csv.NewWriter(&table)
	c.UseCRLF = true
	rows := [][]string{{"档号", "责任者", "题名", "审批日期", "保管期限", "位置", "批次摘要（SM3）"}}
	for _, x := range list {
		rows = append(rows, []string{x.Number, exporters.Inert(x.Unit), exporters.Inert(x.Title), x.Date, retention, x.Folder, x.Digest})
	}
	if err := c.WriteAll(rows); err != nil {
		return err
	}
	var page bytes.Buffer
	if err := cataloguePage.Execute(&page, map[string]any{"Year": year, "List": list, "Retention": retention}); err != nil {
		return err
	}
	for name, text := range map[string][]byte{"目录.csv": table.Bytes(), "目录.html": page.Bytes()} {
		f, err := w.Create(name)
		if err != nil {
			return err
		}
		if _, err := f.Write(text); err != nil {
			return err
		}
		if err := f.Close(); err != nil {
			return err
		}
	}
	return nil
}

var cataloguePage = template.Must(template.New("catalogue").Parse(`<!doctype html>
<html lang="zh-CN"><meta charset="utf-8"><title>{{.Year}} 年度工资发放档案目录</title>
<style>
body{font:14px/1.6 "Noto Sans CJK SC","Microsoft YaHei","PingFang SC",SimSun,sans-serif;margin:2em auto;max-width:60em;color:#111}
h1{font-size:20px;text-align:center}table{border-collapse:collapse;width:100%}td,th{border:1px solid #555;padding:.3em .5em;text-align:left;vertical-align:top}
code{font-size:11px;word-break:break-all}td:nth-child(1),td:nth-child(4),td:nth-child(5),td:nth-child(6){white-space:nowrap}@media print{@page{size:A4 landscape;margin:15mm}thead{display:table-header-group}}
</style>
<h1>{{.Year}} 年度工资发放档案目录</h1>
<p>保管期限 {{.Retention}}。每个批次一个文件夹：“证据”里是被签封的各行、三人的签名、日志和计算依据（怎样核对见其中各文件，格式见程序说明 evidence.md），审核表是工作簿。全部文件的字节数和摘要在 MANIFEST.tsv，签名在 MANIFEST.sig。</p>
<table><thead><tr><th>档号<th>责任者<th>题名<th>审批日期<th>保管期限<th>位置<th>批次摘要（SM3）</thead><tbody>
{{range .List}}<tr><td>{{.Number}}<td>{{.Unit}}<td>{{.Title}}<td>{{.Date}}<td>{{$.Retention}}<td><a href="{{.Folder}}">{{.Folder}}</a><td><code>{{.Digest}}</code>
{{end}}</tbody></table>
</html>
`))
