package app

import (
	"context"
	"strings"

	"zhida/exporters/workbook"
	"zhida/payroll"
)

// dashed is a batch's id as names of files have it.
func dashed(id payroll.BatchID) string { return strings.ReplaceAll(id.String(), "/", "-") }

// PaySheet writes what a bureau prints and stamps for a batch into dir and gives the
// paths: pay sheet, summaries, change sheet with its approval form, and the forms of
// those who have a former cadre's compensation for the first time, where there are any.
func (a *App) PaySheet(ctx context.Context, id payroll.BatchID, dir string) (files []string, err error) {
	write := func(name string, f func(writer) error) error {
		file, err := paper(dir, name+"_"+dashed(id)+".xlsx", f)
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
