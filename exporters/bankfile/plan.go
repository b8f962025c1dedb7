package bankfile

import (
	"cmp"
	"fmt"
	"slices"
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

// Plan divides the payments of a batch into files: by the bank that pays, own accounts
// apart from others where its layouts want that, then by the layout's limits. A second
// payment of one amount to one account goes into a further file, since banks take it
// for a mistake; merging the two would lose one payment's identity. taken holds the
// names of files that other batches have sent: a bank gets no name twice, the numbers
// go on after them. The same arguments give the same files. Errors: bank.no_setting,
// bank.own_bank, bank.limit (as message.Problems), bank.few_rows, layout.missing,
// bank.same_name, bank.file_name.
func Plan(county *payroll.County, batch payroll.BatchID, date calendar.Date, payments []payroll.Payment, taken map[string]bool) ([]*File, error) {
	byBank, order, err := route(county, payments)
	if err != nil {
		return nil, err
	}
	p := planner{batch, date, map[string]bool{}, taken}
	var files []*File
	for _, bank := range order {
		groups, err := group(county, county.Banks[bank], byBank[bank])
		if err != nil {
			return nil, err
		}
		for _, g := range groups {
			parts, err := divide(g.layout, g.rows)
			if err != nil {
				return nil, err
			}
			for _, rows := range parts {
				f := newFile(bank, county.Banks[bank], g.layout, rows)
				if err := p.number(f); err != nil {
					return nil, err
				}
				files = append(files, f)
			}
		}
	}
	return files, nil
}

// route sorts the payments by the bank that pays, banks in the order of their first payment.
func route(county *payroll.County, payments []payroll.Payment) (byBank map[string][]Row, order []string, err error) {
	byBank = map[string][]Row{}
	waiting := map[string][]Row{}
	var without []string
	for _, p := range payments {
		r := Row{Payment: p.Seq, Person: p.Person, Account: p.Card, Holder: p.Holder, Fen: p.Fen, Bank: identity.BankName(p.Bank), Branch: p.Branch, CNAPS: p.CNAPS}
		via, ok := county.Pays(p.Bank)
		if !ok {
			if waiting[p.Bank] == nil {
				without = append(without, p.Bank)
			}
			waiting[p.Bank] = append(waiting[p.Bank], r)
			continue
		}
		if byBank[via] == nil {
			order = append(order, via)
		}
		r.Other = via != p.Bank
		byBank[via] = append(byBank[via], r)
	}
	var problems message.Problems
	for _, bank := range without {
		problems = append(problems, unpaid(bank, waiting[bank]))
	}
	if problems != nil {
		return nil, nil, problems
	}
	return byBank, order, nil
}

// grouped are payments that one layout writes.
type grouped struct {
	layout *banklayout.Layout
	rows   []Row
}

// group parts own accounts from others, where the bank has a layout for each or its
// one layout keeps them apart; a layout that does not take an account refuses it.
func group(county *payroll.County, s payroll.BankSetting, rows []Row) (groups []grouped, err error) {
	layout, err := county.Layout(s.Layout)
	if err != nil {
		return nil, err
	}
	cross := layout
	if s.Cross != "" {
		if cross, err = county.Layout(s.Cross); err != nil {
			return nil, err
		}
	}
	if cross == layout && layout.OwnBank != "apart" {
		groups = []grouped{{layout, rows}}
	} else {
		own, other := grouped{layout: layout}, grouped{layout: cross}
		for i := range rows {
			if rows[i].Other {
				other.rows = append(other.rows, rows[i])
			} else {
				own.rows = append(own.rows, rows[i])
			}
		}
		groups = []grouped{own, other}
	}
	var problems message.Problems
	for _, g := range groups {
		for i := range g.rows {
			if r := &g.rows[i]; g.layout.OwnBank == "only" && r.Other || g.layout.OwnBank == "never" && !r.Other {
				problems = append(problems, message.Problem{Message: message.M("bank.own_bank", r.Person, visible(r.Holder), r.Bank, g.layout.Name)})
			}
		}
		if g.layout.Order != "" {
			sortRows(g.layout, g.rows)
		}
	}
	if problems != nil {
		return nil, problems
	}
	return groups, nil
}

// sortRows puts rows into the layout's order, by default that of the batch.
func sortRows(l *banklayout.Layout, rows []Row) {
	slices.SortStableFunc(rows, func(a, b Row) int {
		switch l.Order {
		case "account":
			return cmp.Or(strings.Compare(string(a.Account), string(b.Account)), a.Payment-b.Payment)
		case "branch":
			return cmp.Or(strings.Compare(a.Branch, b.Branch), a.Payment-b.Payment)
		}
		return a.Payment - b.Payment
	})
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

// divide fills files: the next one begins when a row exceeds a limit of the layout.
// Rows that must stand apart begin a file of their own after the others.
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
	full := l.MaxRows
	if n := len(rows); l.Split == "even" && n > full {
		number := (n + full - 1) / full
		full = (n + number - 1) / number
	}
	var files [][]Row
	for len(rows) > 0 {
		var apart []Row
		files, apart = fill(l, full, files, rows)
		rows = apart
	}
	return files, level(l, files)
}

// payee is what two payments of one file may not share: banks take them for one.
type payee struct {
	account identity.Card
	fen     money.Fen
}

// fill puts rows into new files, full to a number of rows (0: no limit) and the other
// limits; it gives back the ones that equal a row of the file they would have gone to.
func fill(l *banklayout.Layout, full int, files [][]Row, rows []Row) (filled [][]Row, apart []Row) {
	var file []Row
	var sum money.Fen
	seen := map[payee]bool{}
	for i := range rows {
		r := &rows[i]
		if full > 0 && len(file) == full || l.FileLimit() > 0 && sum+r.Fen > l.FileLimit() {
			files, file, sum = append(files, file), nil, 0
			clear(seen)
		}
		key := payee{r.Account, r.Fen}
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

// level takes rows from longer files for those that have fewer than the bank takes.
func level(l *banklayout.Layout, files [][]Row) error {
	for i := range files {
		had := len(files[i])
		for j := len(files) - 1; j >= 0 && len(files[i]) < l.MinRows; j-- {
			for k := len(files[j]) - 1; k >= 0 && i != j && len(files[j]) > l.MinRows && len(files[i]) < l.MinRows; k-- {
				if r := files[j][k]; fits(l, files[i], r) {
					files[j] = slices.Delete(files[j], k, k+1)
					files[i] = append(files[i], r)
				}
			}
		}
		if len(files[i]) < l.MinRows {
			return message.Err("bank.few_rows", files[i][0].Bank, len(files[i]), l.Name, l.MinRows)
		}
		if len(files[i]) > had {
			sortRows(l, files[i])
		}
	}
	return nil
}

// fits says whether a row may join a file.
func fits(l *banklayout.Layout, file []Row, r Row) bool {
	sum := r.Fen
	for i := range file {
		if sum += file[i].Fen; l.Apart() && file[i].Account == r.Account && file[i].Fen == r.Fen {
			return false
		}
	}
	return l.FileLimit() == 0 || sum <= l.FileLimit()
}

// planner gives files their numbers and names.
type planner struct {
	batch       payroll.BatchID
	date        calendar.Date
	used, taken map[string]bool
}

// number takes the first number whose name is free, for this batch and all others.
func (p *planner) number(f *File) error {
	f.Header.Batch, f.Header.Date, f.Header.Month = p.batch, p.date, p.batch.Month()
	for f.Header.Seq = 1; ; f.Header.Seq++ {
		f.Name = fileName(f)
		if !p.used[f.Name] && !p.taken[f.Name] {
			break
		}
		if !f.Layout.Numbered() {
			if p.used[f.Name] {
				return message.Err("bank.same_name", f.Name, f.Layout.Code)
			}
			break // the bank wants one name for every file; the folder tells them apart
		}
	}
	p.used[f.Name] = true
	if f.Header.Seq >= minutesOfDay && strings.Contains(f.Layout.File, "{minute") {
		return message.Err("bank.file_name", visible(f.Name), f.Layout.Code)
	}
	if strings.HasPrefix(f.Name, ".") || strings.ContainsAny(f.Name, `/\<>:"|?*`) || strings.ContainsFunc(f.Name, func(r rune) bool { return !unicode.IsGraphic(r) }) {
		return message.Err("bank.file_name", visible(f.Name), f.Layout.Code)
	}
	return nil
}

// minuteOf is a file's number as a time of day: 0001 to 0059, then 0100. Beyond a day's
// minutes it is no time any more, and number refuses it.
func minuteOf(seq int) string { return fmt.Sprintf("%02d%02d", seq/60, seq%60) }

const minutesOfDay = 24 * 60

func fileName(f *File) string {
	h := &f.Header
	return f.Layout.FileName(map[string]string{"date": dateText(h.Date, ""), "unit": h.Unit, "seq": strconv.Itoa(h.Seq), "minute": minuteOf(h.Seq),
		"batch": strings.ReplaceAll(h.Batch.String(), "/", "-"), "month": h.Batch.Month().String()})
}
