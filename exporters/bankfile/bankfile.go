// Package bankfile owns the files that banks load: it writes them from a layout,
// and reads them back with a reader that shares nothing with the writer but that
// layout. It never decides who is paid or how much, and never changes a name or
// cuts a digit to make it fit.
package bankfile

import (
	"zhida/payroll"
	"zhida/payroll/banklayout"
	"zhida/rules/calendar"
	"zhida/rules/identity"
	"zhida/rules/message"
	"zhida/rules/money"
)

// Header is what a file says once.
type Header struct {
	Batch        payroll.BatchID
	Date         calendar.Date
	Seq          int // of the file within batch and bank, from 1
	Unit         string
	PayerName    string
	PayerAccount string
	PayerBranch  string
	Purpose      string
	Count        int
	Total        money.Fen
}

// Row is one payment.
type Row struct {
	Payment int // sequence in the batch
	Person  int64
	Account identity.Card
	Holder  string
	Fen     money.Fen
	Bank    string // printed name
	Branch  string
	CNAPS   string
}

// File is one file to be written.
type File struct {
	Name   string
	Bank   string // code
	Layout *banklayout.Layout
	Header Header
	Rows   []Row
}

// Plan divides the payments of a batch into files: by bank, then by the layout's
// limit of rows, in the order of the payments. A second payment to one card of one
// amount goes into a further file, since banks take such rows for duplicates.
// Errors: bank.no_setting, bank.duplicate_rows.
func Plan(county *payroll.County, batch payroll.BatchID, date calendar.Date, payments []payroll.Payment) ([]*File, error) {
	var files []*File
	open := map[string][]*File{} // by bank
	seen := map[*File]map[string]bool{}
	for _, p := range payments {
		setting, ok := county.Banks[p.Bank]
		if !ok {
			return nil, message.Err("bank.no_setting", p.Bank, identity.BankName(p.Bank), p.Person, p.Holder)
		}
		layout, err := county.Layout(setting.Layout)
		if err != nil {
			return nil, err
		}
		row := Row{p.Seq, p.Person, p.Card, p.Holder, p.Fen, identity.BankName(p.Bank), p.Branch, p.CNAPS}
		key := p.Card.Full() + "/" + p.Fen.String()
		var into *File
		for _, f := range open[p.Bank] {
			if (layout.MaxRows == 0 || len(f.Rows) < layout.MaxRows) && !seen[f][key] {
				into = f
				break
			}
		}
		if into == nil {
			into = &File{Bank: p.Bank, Layout: layout, Header: Header{Batch: batch, Date: date, Seq: len(open[p.Bank]) + 1, Unit: setting.Unit,
				PayerName: setting.Payer, PayerAccount: setting.Account, PayerBranch: setting.Branch, Purpose: setting.Purpose}}
			into.Name = fileName(layout.File, into.Header)
			open[p.Bank] = append(open[p.Bank], into)
			seen[into] = map[string]bool{}
			files = append(files, into)
		}
		seen[into][key] = true
		into.Rows = append(into.Rows, row)
		into.Header.Count++
		into.Header.Total += p.Fen
	}
	return files, distinct(files)
}

// distinct refuses two files of one name: one would replace the other.
func distinct(files []*File) error {
	names := map[string]bool{}
	for _, f := range files {
		if names[f.Name] {
			return message.Err("bank.same_name", f.Name)
		}
		names[f.Name] = true
	}
	return nil
}
