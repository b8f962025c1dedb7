// Package bankfile owns the files that banks load: it divides a batch into files,
// writes them by a layout, and reads them back with a reader that shares nothing
// with the writer but that layout. It never decides who is paid or how much, and
// never changes a name or cuts a digit to make it fit.
package bankfile

import (
	"zhida/payroll"
	"zhida/payroll/banklayout"
	"zhida/rules/calendar"
	"zhida/rules/identity"
	"zhida/rules/money"
)

// Header is what a file says once. Amounts are fen.
type Header struct {
	Batch        payroll.BatchID
	Date         calendar.Date
	Month        calendar.Month // pay month of the batch
	Seq          int            // number of the file, from 1
	Unit         string
	PayerName    string
	PayerAccount string
	PayerBranch  string
	Purpose      string
	Extra        map[string]string // what else was agreed with the bank
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
	Other   bool // kept at another bank than the one that pays
}

// File is one file to be written.
type File struct {
	Name   string
	Bank   string // code
	Layout *banklayout.Layout
	Header Header
	Rows   []Row
}
