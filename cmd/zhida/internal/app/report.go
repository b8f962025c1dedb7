package app

import (
	"context"
	"path/filepath"
	"strings"

	"zhida/exporters/webreport"
	"zhida/exporters/workbook"
	"zhida/payroll"
	"zhida/payroll/checks"
	"zhida/rules/calendar"
	"zhida/rules/message"
)

// AuditReport writes the audit report of a batch into dir and gives its path. A dry book
// makes the report, and with it every comparison, and writes no file.
func (a *App) AuditReport(ctx context.Context, id payroll.BatchID, dir string) (file string, err error) {
	name := "审计报告_" + strings.ReplaceAll(id.String(), "/", "-") + ".html"
	err = a.Survey(ctx, id, func(s *payroll.Survey) error { return a.writeReport(ctx, s, dir, name) })
	return filepath.Join(dir, name), err
}

// MonthReport is AuditReport of all approved batches of a month.
func (a *App) MonthReport(ctx context.Context, m calendar.Month, dir string) (file string, err error) {
	name := "审计报告_" + m.String() + ".html"
	err = a.SurveyMonth(ctx, m, func(s *payroll.Survey) error { return a.writeReport(ctx, s, dir, name) })
	return filepath.Join(dir, name), err
}

func (a *App) writeReport(ctx context.Context, s *payroll.Survey, dir, name string) error {
	findings, err := a.reportFindings(ctx, s)
	if err != nil {
		return err
	}
	_, err = a.writeFile(dir, name, func(w writer) error { return webreport.Write(w, s, findings) })
	return err
}

// Workbook writes the audit workbook of a batch into dir and gives its path. A dry book
// makes the workbook, and with it every comparison, and writes no file.
func (a *App) Workbook(ctx context.Context, id payroll.BatchID, dir string) (file string, err error) {
	name := "审核表_" + strings.ReplaceAll(id.String(), "/", "-") + ".xlsx"
	err = a.Survey(ctx, id, func(s *payroll.Survey) error {
		_, err := a.writeFile(dir, name, func(w writer) error { return workbook.Write(w, s) })
		return err
	})
	return filepath.Join(dir, name), err
}

// MonthWorkbook is Workbook of all approved batches of a month.
func (a *App) MonthWorkbook(ctx context.Context, m calendar.Month, dir string) (file string, err error) {
	name := "审核表_" + m.String() + ".xlsx"
	err = a.SurveyMonth(ctx, m, func(s *payroll.Survey) error {
		_, err := a.writeFile(dir, name, func(w writer) error { return workbook.Write(w, s) })
		return err
	})
	return filepath.Join(dir, name), err
}

// reportFindings are the findings of every batch of a survey with their answers, and the
// checks that lacked what they need.
func (a *App) reportFindings(ctx context.Context, s *payroll.Survey) (list []webreport.Finding, err error) {
	names := map[string]string{}
	for _, c := range checks.List() {
		names[c.Code] = c.Name
	}
	severities := map[checks.Severity]webreport.Severity{checks.Stop: webreport.Stop, checks.Review: webreport.Review}
	for _, r := range s.Reports {
		found, err := a.Checking(ctx, r.Head().Batch.ID)
		if err != nil {
			return nil, err
		}
		batch := ""
		if len(s.Reports) > 1 {
			batch = r.Head().Batch.ID.String()
		}
		for i := range found.Findings {
			f := &found.Findings[i]
			list = append(list, webreport.Finding{Batch: batch, Code: f.Check, Severity: severities[f.Severity], Subject: f.Name, Text: f.Message.Text(message.Chinese), Rows: f.Rows,
				Answer: f.Answer, By: f.AnsweredBy, Document: f.Paper})
		}
		for _, x := range found.States {
			if x.Ran {
				continue
			}
			var lacking []string
			for _, l := range x.Lacking {
				lacking = append(lacking, l.Chinese())
			}
			list = append(list, webreport.Finding{Batch: batch, Code: x.Check, Severity: webreport.NotRun, Text: names[x.Check] + "：缺" + strings.Join(lacking, "、")})
		}
	}
	return list, nil
}
