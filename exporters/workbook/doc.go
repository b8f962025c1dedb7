// Package workbook owns the spreadsheets that people recheck, print and stamp;
// first of them the audit workbook of a batch. It is the only exporter of
// spreadsheets that excelize makes, and the only place that knows how a sheet
// becomes bytes. It computes nothing of its own: every amount comes from the
// report, and the totals it writes are formulas over the rows beside it.
//
// A workbook is made in three layers. excelize makes everything but the cells:
// styles, columns, page layout, protection, charts (book.go). Cells are written as
// sheet XML by rows.go, because a formula here always carries its cached value
// and a text can never become a formula. stream.go compresses the rows block by
// block and joins head, rows and tail into parts of one zip with a fixed order
// and fixed times, so that the same report gives the same bytes and memory does
// not grow with the number of rows.
package workbook
