package app

import (
	"context"
	"path/filepath"
	"strings"

	"zhida/exporters"
	"zhida/exporters/webreport"
	"zhida/payroll"
	"zhida/rules/calendar"
	"zhida/rules/message"
)

// AuditReport writes the audit report of a batch into dir and gives its path. A dry book
// makes the report, and with it every comparison, and writes no file.
func (a *App) AuditReport(ctx context.Context, id payroll.BatchID, dir string) (file string, err error) {
	name := "审计报告_" + strings.ReplaceAll(id.String(), "/", "-") + ".html"
	err = a.Survey(ctx, id, func(s *payroll.Survey) error { return a.writeReport(s, dir, name) })
	return filepath.Join(dir, name), err
}

// MonthReport is AuditReport of all approved batches of a month.
func (a *App) MonthReport(ctx context.Context, m calendar.Month, dir string) (file string, err error) {
	name := "审计报告_" + m.String() + ".html"
	err = a.SurveyMonth(ctx, m, func(s *payroll.Survey) error { return a.writeReport(s, dir, name) })
	return filepath.Join(dir, name), err
}

func (a *App) writeReport(s *payroll.Survey, dir, name string) error {
	findings, err := reportFindings(s)
	if err != nil {
		return err
	}
	write := func(w writer) error { return webreport.Write(w, s, findings) }
	if a.IsDry() {
		_, err = exporters.Digest(write)
		return err
	}
	_, err = exporters.WriteFile(dir, name, write)
	return err
}

// reportFindings are the findings of every batch of a survey, as the report shows them.
func reportFindings(s *payroll.Survey) (list []webreport.Finding, err error) {
	for _, r := range s.Reports {
		found, err := payroll.Findings(r)
		if err != nil {
			return nil, err
		}
		batch := ""
		if len(s.Reports) > 1 {
			batch = r.Head().Batch.ID.String()
		}
		for _, f := range found {
			list = append(list, webreport.Finding{Batch: batch, Code: f.Message.Code, Severity: webreport.Review, Subject: f.Name, Text: f.Message.Text(message.Chinese)})
		}
	}
	return list, nil
}
