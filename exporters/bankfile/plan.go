package bankfile

import (
	"strconv"
	"strings"
	"unicode"

	"zhida/payroll"
	"zhida/payroll/banklayout"
	"zhida/rules/calendar"
	"zhida/rules/identity"
	"zhida/rules/message"
	"zhida/rules/money"
)

// Plan divides the payments of a batch into files: by bank, then by the layout's
// limits, in the order of the payments. A second payment of one amount to one
// account goes into a further file, since banks take it for a mistake; merging the
// two would lose one payment's identity. taken holds the names of files that other
// batches have sent: a bank gets no name twice, the numbers go on after them.
// The same arguments give the same files. Errors: bank.no_setting, bank.limit (as
// message.Problems), layout.missing, bank.same_name, bank.file_name.
func Plan(county *payroll.County, batch payroll.BatchID, date calendar.Date, payments []payroll.Payment, taken map[string]bool) ([]*File, error) {
	byBank, order, err := route(county, payments)
	if err != nil {
		return nil, err
	}
	p := planner{batch, date, map[string]bool{}, taken}
	var files []*File
	for _, bank := range order {
		setting := county.Banks[bank]
		layout, err := county.Layout(setting.Layout)
		if err != nil {
			return nil, err
		}
		parts, err := divide(layout, byBank[bank])
		if err != nil {
			return nil, err
		}
		for _, rows := range parts {
			f := newFile(bank, setting, layout, rows)
			if err := p.number(f); err != nil {
				return nil, err
			}
			files = append(files, f)
		}
	}
	return files, nil
}

// route sorts the payments by bank, banks in the order of their first payment.
func route(county *payroll.County, payments []payroll.Payment) (byBank map[string][]Row, order []string, err error) {
	byBank = map[string][]Row{}
	for _, p := range payments {
		if byBank[p.Bank] == nil {
			order = append(order, p.Bank)
		}
		byBank[p.Bank] = append(byBank[p.Bank], Row{p.Seq, p.Person, p.Card, p.Holder, p.Fen, identity.BankName(p.Bank), p.Branch, p.CNAPS})
	}
	var problems message.Problems
	for _, bank := range order {
		if _, ok := county.Banks[bank]; !ok {
			problems = append(problems, unpaid(bank, byBank[bank]))
		}
	}
	if problems != nil {
		return nil, nil, problems
	}
	return byBank, order, nil
}

// unpaid names a bank without settings and the first of those who wait for it.
func unpaid(bank string, rows []Row) message.Problem {
	var sum money.Fen
	for i := range rows {
		sum += rows[i].Fen
	}
	return message.Problem{Message: message.M("bank.no_setting", bank, rows[0].Bank, rows[0].Person, visible(rows[0].Holder), len(rows), sum)}
}

func newFile(bank string, s payroll.BankSetting, l *banklayout.Layout, rows []Row) *File {
	f := &File{Bank: bank, Layout: l, Rows: rows, Header: Header{Unit: s.Unit, PayerName: s.Payer, PayerAccount: s.Account,
		PayerBranch: s.Branch, Purpose: s.Purpose, Extra: s.Extra, Count: len(rows)}}
	for i := range rows {
		f.Header.Total += rows[i].Fen
	}
	return f
}

// divide fills files in order: the next one begins when a row exceeds a limit of
// the layout. Rows that must stand apart begin a file of their own after the others.
func divide(l *banklayout.Layout, rows []Row) ([][]Row, error) {
	most := l.FileLimit()
	var problems message.Problems
	for i := range rows {
		if r := &rows[i]; most > 0 && r.Fen > most {
			problems = append(problems, message.Problem{Message: message.M("bank.limit", r.Person, visible(r.Holder), r.Fen, l.Name, most)})
		}
	}
	if problems != nil {
		return nil, problems
	}
	var files [][]Row
	for len(rows) > 0 {
		var apart []Row
		files, apart = fill(l, files, rows)
		rows = apart
	}
	return files, nil
}

// fill puts rows into new files up to the limits; it gives back the ones that equal
// a row of the file they would have gone to.
func fill(l *banklayout.Layout, files [][]Row, rows []Row) (filled [][]Row, apart []Row) {
	type payment struct {
		account identity.Card
		fen     money.Fen
	}
	var file []Row
	var sum money.Fen
	seen := map[payment]bool{}
	for i := range rows {
		r := &rows[i]
		if l.MaxRows > 0 && len(file) == l.MaxRows || l.FileLimit() > 0 && sum+r.Fen > l.FileLimit() {
			files, file, sum = append(files, file), nil, 0
			clear(seen)
		}
		key := payment{r.Account, r.Fen}
		if l.Apart() && seen[key] {
			apart = append(apart, *r)
			continue
		}
		seen[key] = true
		file = append(file, *r)
		sum += r.Fen
	}
	return append(files, file), apart
}

// planner gives files their numbers and names.
type planner struct {
	batch       payroll.BatchID
	date        calendar.Date
	used, taken map[string]bool
}

// number takes the first number whose name is free, for this batch and all others.
func (p *planner) number(f *File) error {
	f.Header.Batch, f.Header.Date = p.batch, p.date
	for f.Header.Seq = 1; ; f.Header.Seq++ {
		f.Name = fileName(f)
		if !p.used[f.Name] && !p.taken[f.Name] {
			break
		}
		if !strings.Contains(f.Layout.File, "{seq") {
			if p.used[f.Name] {
				return message.Err("bank.same_name", f.Name, f.Layout.Code)
			}
			break // the bank wants one name for every file; the folder tells them apart
		}
	}
	p.used[f.Name] = true
	if strings.HasPrefix(f.Name, ".") || strings.ContainsAny(f.Name, `/\<>:"|?*`) || strings.ContainsFunc(f.Name, func(r rune) bool { return !unicode.IsGraphic(r) }) {
		return message.Err("bank.file_name", visible(f.Name), f.Layout.Code)
	}
	return nil
}

func fileName(f *File) string {
	h := &f.Header
	return f.Layout.FileName(map[string]string{"date": dateText(h.Date, ""), "unit": h.Unit, "seq": strconv.Itoa(h.Seq),
		"batch": strings.ReplaceAll(h.Batch.String(), "/", "-"), "month": h.Batch.Month().String()})
}
