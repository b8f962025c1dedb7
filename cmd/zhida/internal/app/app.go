// Package app wires the program together: it opens books, unlocks actors, and
// carries files between importers, payroll and exporters. It holds no rule about
// pay and prints nothing.
package app

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"zhida/exporters"
	"zhida/exporters/bankfile"
	"zhida/exporters/drawing"
	"zhida/exporters/workbook"
	"zhida/importers/returns"
	"zhida/payroll"
	"zhida/payroll/journal"
	"zhida/payroll/store"
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/message"
	"zhida/rules/money"
	"zhida/rules/policy"
)

type writer = io.Writer

// App is an open book with the files around it.
type App struct {
	*payroll.Book
	store *store.Store
	clock func() time.Time
}

// Create makes and founds a book.
func Create(ctx context.Context, path string, m payroll.Meta, now func() time.Time) (*App, error) {
	if len(m.County) != 6 || strings.Trim(m.County, "0123456789") != "" {
		return nil, message.Err("init.county", m.County)
	}
	if err := payroll.Lasting(m.Name); err != nil {
		return nil, err
	}
	salt := make([]byte, 32)
	if _, err := rand.Read(salt); err != nil {
		return nil, err
	}
	m.Salt = hex.EncodeToString(salt)
	s, err := store.Create(ctx, path, m.County)
	if err != nil {
		return nil, err
	}
	a := &App{payroll.NewBook(s, now), s, now}
	if err := a.Found(ctx, m); err != nil {
		s.Close()
		return nil, err
	}
	return a, nil
}

// Open opens a book. A clock of its own (now not nil) is only for rehearsal books; within
// the day of the last event it goes on from there, so that a rehearsal names days only.
func Open(ctx context.Context, path string, now func() time.Time) (*App, error) {
	s, err := store.Open(ctx, path)
	if err != nil {
		return nil, err
	}
	clock, err := clockOf(ctx, s, now)
	if err != nil {
		s.Close()
		return nil, err
	}
	return &App{payroll.NewBook(s, clock), s, clock}, nil
}

// clockOf is the clock of a book: the machine's, or in a rehearsal the one given.
func clockOf(ctx context.Context, s *store.Store, now func() time.Time) (func() time.Time, error) {
	if now == nil {
		return time.Now, nil
	}
	var m payroll.Meta
	var last time.Time
	err := s.View(ctx, func(r payroll.Reader) (err error) {
		if m, err = r.Meta(ctx); err != nil {
			return err
		}
		head, err := r.Head(ctx)
		last = head.Time
		return err
	})
	if err == nil && !m.Rehearsal {
		err = message.Err("book.no_rehearsal")
	}
	return onwards(now, last), err
}

// onwards is a clock that, on the day of last, does not run behind it.
func onwards(now func() time.Time, last time.Time) func() time.Time {
	return func() time.Time {
		t := now()
		if t.Before(last) && calendar.DateIn(t, calendar.China) == calendar.DateIn(last, calendar.China) {
			last = last.Add(time.Second)
			return last
		}
		return t
	}
}

// Close closes the book.
func (a *App) Close() error { return a.store.Close() }

// ReturnOptions say how a bank's answer is to be read; empty: as the county's settings
// leave only one way.
type ReturnOptions struct {
	Bank   string          // code: its answers' layout
	Layout string          // code of a layout
	Batch  payroll.BatchID // the file answers this batch alone
	Confirm
}

// Returns reads a bank's answer and takes it in. Without bank or layout every layout of
// the county's banks is tried, and the one that understands most rows is taken; when two
// do, somebody must say which. Errors: returns.which, and those of reading and taking in.
func (a *App) Returns(ctx context.Context, s *payroll.Session, file string, o ReturnOptions) (payroll.ReturnResult, error) {
	data, err := readUpTo(file, returns.MostText)
	if err != nil {
		return payroll.ReturnResult{}, err
	}
	county, err := a.County(ctx)
	if err != nil {
		return payroll.ReturnResult{}, err
	}
	if err := a.NotSent(ctx, filepath.Base(file), journal.Digest(data)); err != nil {
		return payroll.ReturnResult{}, err
	}
	table, converted, err := asTable(ctx, data)
	if err != nil {
		return payroll.ReturnResult{}, err
	}
	answer, err := understand(county, filepath.Base(file), table, o)
	if err != nil {
		return payroll.ReturnResult{}, err
	}
	if converted || o.Confirm.Given {
		var sum Control
		if answer.Rows != nil { // nil where the bank names no payment
			for sum.Rows < answer.Rows.Len() {
				sum.Total += answer.Rows.Row(sum.Rows).Fen
				sum.Rows++
			}
		}
		if err := o.Confirm.hold(filepath.Base(file), sum); err != nil {
			return payroll.ReturnResult{}, err
		}
	}
	if converted {
		answer.Digest = journal.Digest(data) // what the bank has sent
	}
	return a.ImportReturns(ctx, s, answer, o.Batch)
}

func understand(county *payroll.County, file string, data []byte, o ReturnOptions) (*payroll.ReturnFile, error) {
	switch {
	case o.Layout != "":
		l, err := county.Layout(o.Layout)
		if err != nil {
			return nil, err
		}
		return returns.Read(file, data, l)
	case o.Bank != "":
		l, err := county.ReturnLayout(o.Bank)
		if err != nil {
			return nil, err
		}
		return returns.Read(file, data, l)
	}
	var best *payroll.ReturnFile
	var refused error
	var near []error
	most, alike := -1, []string{}
	tried := map[string]bool{}
	for _, bank := range slices.Sorted(maps.Keys(county.Banks)) {
		l, err := county.ReturnLayout(bank)
		if err != nil || l.Return == nil || tried[l.Code] {
			continue
		}
		tried[l.Code] = true
		f, err := returns.Read(file, data, l)
		if err != nil {
			code := message.Code(err)
			if refused = errors.Join(refused, err); slices.Contains(almostRead, code) {
				near = append(near, err)
			}
			continue
		}
		good := 0
		if f.Whole != nil {
			good = 1
		}
		for i := range f.Rows.Len() {
			if f.Rows.Row(i).Problem == "" {
				good++
			}
		}
		switch {
		case good > most:
			best, most, alike = f, good, []string{bank}
		case good == most:
			alike = append(alike, bank)
		}
	}
	switch {
	case best == nil && len(near) == 1:
		return nil, near[0]
	case best == nil && refused != nil:
		return nil, message.Err("returns.unread", file).Because(refused)
	case best == nil || most == 0:
		return nil, message.Err("returns.unread", file)
	case len(alike) > 1:
		return nil, message.Err("returns.which", file, strings.Join(alike, "、"))
	}
	return best, nil
}

// almostRead are the codes of what is wrong with a file that a layout has understood.
var almostRead = []string{"returns.sums", "returns.group", "returns.totals", "returns.above", "returns.mixed", "returns.no_result"}

// maxInput bounds what is read into memory of a foreign file.
const maxInput = 21 << 20

func readFile(name string) ([]byte, error) { return readUpTo(name, maxInput) }

func readUpTo(name string, most int64) ([]byte, error) {
	info, err := os.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, message.Err("file.missing", name)
	}
	if err != nil {
		return nil, message.Err("file.unreadable", name).Because(err)
	}
	if info.IsDir() {
		return nil, message.Err("file.folder", name)
	}
	if info.Size() > most {
		return nil, message.Err("sheet.too_large", most>>20)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, message.Err("file.unreadable", name).Because(err)
	}
	return data, nil
}

// itemNames maps printed names and codes of adopted items to their codes, for wide sheets.
func (a *App) itemNames(ctx context.Context) (map[string]string, error) {
	names := map[string]string{}
	return names, a.store.View(ctx, func(r payroll.Reader) error {
		list, err := r.Policies(ctx, 0)
		if err != nil {
			return err
		}
		for _, x := range list {
			p, err := policy.Read(x.Document, []byte(x.Text))
			if err != nil {
				return err
			}
			for code, name := range p.Granted() {
				names[name], names[code] = code, code
			}
		}
		return nil
	})
}

// Export writes everything that leaves for an approved batch into dir: bank files,
// remittance lists and the manifest. Each file is written whole, read back and
// compared before the batch counts as exported.
func (a *App) Export(ctx context.Context, s *payroll.Session, id payroll.BatchID, dir, oldCards string) (exporters.Manifest, error) {
	o, err := a.Outgoing(ctx, id)
	if err != nil {
		return exporters.Manifest{}, err
	}
	o.OldCards = oldCards
	files, err := bankfile.Plan(o.County, id, o.Date, o.Payments, o.Taken)
	if err != nil {
		return exporters.Manifest{}, err
	}
	records, of := make([]payroll.ExportFile, 0, len(files)), map[int]string{}
	var problems message.Problems // of all files: the batch has to be made again for them
	for _, f := range files {
		d, err := exporters.Digest(func(w writer) error { return bankfile.Write(w, f) })
		var wrong message.Problems
		if errors.As(err, &wrong) {
			problems = append(problems, wrong...)
			continue
		}
		if err != nil {
			return exporters.Manifest{}, err
		}
		records = append(records, payroll.ExportFile{Batch: id, Name: f.Name, Layout: f.Layout.Code, Bank: f.Bank, Count: f.Header.Count, Total: f.Header.Total, SM3: d.SM3, SHA256: d.SHA256})
		for _, r := range f.Rows {
			of[r.Payment] = f.Name
		}
	}
	if problems != nil {
		return exporters.Manifest{}, append(problems, message.Problem{Message: message.M("export.made_again", id)})
	}
	if err := a.BeginExport(ctx, s, o, records, of); err != nil {
		return exporters.Manifest{}, err
	}
	if a.IsDry() {
		var planned []exporters.ManifestFile
		for _, r := range records {
			planned = append(planned, exporters.ManifestFile{Name: r.Name, Kind: "payment", Layout: r.Layout, Bank: r.Bank, Count: r.Count, Total: int64(r.Total), Digests: exporters.Digests{SM3: r.SM3, SHA256: r.SHA256}})
		}
		return exporters.NewManifest(o.Meta, o.Batch, o.Date.String(), planned), nil
	}
	listed, err := a.writeFiles(dir, o, files, records)
	if err != nil {
		return exporters.Manifest{}, err
	}
	batch, err := a.FinishExport(ctx, s, id)
	if err != nil {
		return exporters.Manifest{}, err
	}
	m := exporters.NewManifest(o.Meta, batch, o.Date.String(), listed)
	if m.Count != len(o.Payments) || m.Total != int64(batch.Net) {
		return m, message.Err("export.totals", id, money.Fen(m.Total), batch.Net)
	}
	_, err = exporters.Release(dir, "manifest-"+strings.ReplaceAll(id.String(), "/", "-")+".json", m.Write)
	return m, err
}

func (a *App) writeFiles(dir string, o *payroll.Outgoing, files []*bankfile.File, records []payroll.ExportFile) ([]exporters.ManifestFile, error) {
	var listed []exporters.ManifestFile
	for i, f := range files {
		d, err := exporters.Release(dir, f.Name, func(w writer) error { return bankfile.Write(w, f) })
		if err != nil {
			return nil, err
		}
		if err := prove(filepath.Join(dir, f.Name), f); err != nil {
			return nil, err
		}
		if d.SM3 != records[i].SM3 {
			return nil, message.Err("export.differs", f.Name)
		}
		listed = append(listed, exporters.ManifestFile{Name: f.Name, Kind: "payment", Layout: f.Layout.Code, Bank: f.Bank, Count: f.Header.Count, Total: int64(f.Header.Total), Digests: d})
	}
	for start := 0; start < len(o.Remittances); {
		end, total := start, money.Fen(0)
		institution := o.Remittances[start].Institution
		var list []bankfile.Remitted
		for ; end < len(o.Remittances) && o.Remittances[end].Institution == institution; end++ {
			r := o.Remittances[end]
			list = append(list, bankfile.Remitted{Person: r.Person, Name: r.Name, ID: r.ID, Item: r.Item, Month: r.Month, Fen: r.Fen})
			total += r.Fen
		}
		name := "代扣_" + institution + "_" + strings.ReplaceAll(o.Batch.ID.String(), "/", "-") + ".csv"
		d, err := exporters.Release(dir, name, func(w writer) error { return bankfile.WriteRemittance(w, institution, list) })
		if err != nil {
			return nil, err
		}
		listed = append(listed, exporters.ManifestFile{Name: name, Kind: "remittance", Count: len(list), Total: int64(total), Digests: d})
		start = end
	}
	return listed, nil
}

func prove(name string, f *bankfile.File) error {
	r, err := os.Open(name)
	if err != nil {
		return message.Err("export.write", f.Name).Because(err)
	}
	defer r.Close()
	return bankfile.Prove(r, f)
}

// SaveDrawing puts a drawing into a file.
func (a *App) SaveDrawing(file string, drawing []byte) error {
	_, err := a.writeFile(filepath.Dir(file), filepath.Base(file), func(w writer) error { _, err := w.Write(drawing); return err })
	return err
}

// TrialWorkbook writes the workbook of a trial to a file.
func (a *App) TrialWorkbook(t *payroll.Trial, file string) error {
	_, err := a.writeFile(filepath.Dir(file), filepath.Base(file), func(w writer) error { return workbook.WriteTrial(w, t) })
	return err
}

// Census writes the verification list of a year into dir and gives its path.
func (a *App) Census(ctx context.Context, year int, dir string) (payroll.CensusList, string, error) {
	list, err := a.Book.Census(ctx, year)
	if err != nil || dir == "" {
		return list, "", err
	}
	name := "资格认证名单_" + strconv.Itoa(year) + ".xlsx"
	_, err = a.writeFile(dir, name, func(w writer) error { return workbook.WriteCensus(w, list) })
	return list, filepath.Join(dir, name), err
}

// Notice writes the recovery notice of a debtor into dir and gives its path.
func (a *App) Notice(ctx context.Context, d payroll.Debtor, number string, dir string) (string, error) {
	claims, err := a.Claims(ctx, d)
	if err != nil {
		return "", err
	}
	unit, phone, today, err := a.Letterhead(ctx)
	if err != nil {
		return "", err
	}
	n := workbook.Notice{Unit: unit, Phone: phone, Number: number, Date: today, Debtor: d}
	for _, c := range claims {
		basis := "文件没有规定，须本人同意"
		switch {
		case d.Died != 0: // nothing is kept back from what is due after a death
			basis = "不从应发中扣，请退还"
		case c.Basis != "":
			basis = c.Basis + "；每月最多 " + c.Share + "，每月至少留 " + c.Floor.String() + " 元"
		}
		n.Rows = append(n.Rows, workbook.NoticeRow{Item: c.ItemName, Month: c.Month, Batch: c.Origin, Fen: c.Fen, Why: c.Why, Basis: basis})
	}
	return a.paperFile(dir, "扣回通知书_"+strconv.FormatInt(d.Person, 10)+"_"+d.Channel+".xlsx", func(w writer) error { return workbook.WriteNotice(w, n) })
}

// Flow draws traced money as SVG: where it came from, through which fund, to which place,
// and what has become of it, in a language.
func (a *App) Flow(ctx context.Context, steps []payroll.FlowStep, lang message.Lang) ([]byte, error) {
	word := func(chinese string) string { return message.Word(lang, chinese) }
	names, err := a.PlaceNames(ctx)
	if err != nil {
		return nil, err
	}
	funds, err := a.FundNames(ctx)
	if err != nil {
		return nil, err
	}
	flows := make([]drawing.Flow, 0, len(steps))
	places := map[string]string{}
	for _, s := range steps {
		if s.State == payroll.PaymentReissued { // the payment that took its place is drawn
			continue
		}
		from := s.Lot
		if from == "" {
			from = word("没有来源")
		}
		if places[s.Place] == "" {
			places[s.Place] = word(placeNamed(names, s.Place))
		}
		flows = append(flows, drawing.Flow{Stations: []string{from, named(funds, s.Fund), places[s.Place], word(s.Chinese())}, Fen: s.Fen})
	}
	var b bytes.Buffer
	err = drawing.WriteFlow(&b, drawing.Captions{Title: word("资金流向"), Headings: []string{word("来源"), word("资金"), word("单位"), word("去向")}, Nothing: word("没有资金流动"), Others: word("其他")}, flows)
	return b.Bytes(), err
}

// placeNamed is a place's name with its township's in front, since villages of two townships
// may have the same; where even that is not one place's, with its code.
func placeNamed(names map[string]string, code string) string {
	if code == "" {
		return "全县"
	}
	full := func(code string) string {
		if len(code) == 12 {
			return named(names, facts.Township(code)) + named(names, code)
		}
		return named(names, code)
	}
	for other := range names {
		if other != code && full(other) == full(code) {
			return full(code) + "（" + code + "）"
		}
	}
	return full(code)
}

func named(names map[string]string, code string) string {
	if n := names[code]; n != "" {
		return n
	}
	return code
}

// Order writes the papers that go to bank and treasury with a batch's files into dir.
func (a *App) Order(ctx context.Context, id payroll.BatchID, dir string) (string, error) {
	o, err := a.PaymentOrder(ctx, id)
	if err != nil {
		return "", err
	}
	return a.paperFile(dir, "委托单_"+strings.ReplaceAll(id.String(), "/", "-")+".xlsx", func(w writer) error { return workbook.WriteOrder(w, o) })
}

// SendBackSlip writes the slip of a fact that was sent back into dir and gives its path.
func (a *App) SendBackSlip(ctx context.Context, x payroll.SentBack, dir string) (string, error) {
	unit, phone, _, err := a.Letterhead(ctx)
	if err != nil {
		return "", err
	}
	place, err := a.PlaceName(ctx, x.Place)
	if err != nil {
		return "", err
	}
	return a.paperFile(dir, "退回单_"+strconv.FormatInt(x.Position, 10)+".xlsx", func(w writer) error { return workbook.WriteSentBack(w, unit, phone, place, x) })
}

// DeathPaper writes the paper of a death into dir and gives its path.
func (a *App) DeathPaper(ctx context.Context, d payroll.Death, dir string) (string, error) {
	unit, _, _, err := a.Letterhead(ctx)
	if err != nil {
		return "", err
	}
	return a.paperFile(dir, "去世人员结清表_"+strconv.FormatInt(d.Person, 10)+".xlsx", func(w writer) error { return workbook.WriteDeath(w, unit, d) })
}

// writeFile writes a file into dir; a dry book makes it and writes it nowhere.
func (a *App) writeFile(dir, name string, write func(writer) error) (exporters.Digests, error) {
	if a.IsDry() {
		return exporters.Digest(write)
	}
	return exporters.WriteFile(dir, name, write)
}

// paperFile is writeFile that gives the path.
func (a *App) paperFile(dir, name string, write func(writer) error) (string, error) {
	_, err := a.writeFile(dir, name, write)
	return filepath.Join(dir, name), err
}

// Narrow understands what a correction is to be narrowed to: a division code, an
// item by code or name, or a person. Error: run.narrow.
func (a *App) Narrow(ctx context.Context, text string) (payroll.Narrow, error) {
	if (len(text) == 9 || len(text) == 12) && strings.Trim(text, "0123456789") == "" {
		return payroll.Narrow{Place: text}, nil
	}
	items, err := a.itemNames(ctx)
	if err != nil {
		return payroll.Narrow{}, err
	}
	if code := items[text]; code != "" {
		return payroll.Narrow{Item: code}, nil
	}
	p, err := a.Person(ctx, text)
	if message.Code(err) == "person.missing" {
		return payroll.Narrow{}, message.Err("run.narrow", text)
	}
	return payroll.Narrow{Person: p.Person}, err
}

// Person finds exactly one person by number, ID number or name.
func (a *App) Person(ctx context.Context, text string) (payroll.Found, error) {
	list, err := a.Find(ctx, text)
	if err != nil {
		return payroll.Found{}, err
	}
	switch len(list) {
	case 0:
		return payroll.Found{}, message.Err("person.missing", text)
	case 1:
		return list[0], nil
	}
	numbers := make([]string, 0, len(list))
	for _, x := range list {
		numbers = append(numbers, strconv.FormatInt(x.Person, 10))
	}
	sort.Strings(numbers)
	return payroll.Found{}, message.Err("person.several", text, strings.Join(numbers[:min(10, len(numbers))], "、"))
}

// FilesBeside is the folder beside a book of one file in which a desk keeps the files for banks. Error: desk.files for a book that
// has no place of its own.
func FilesBeside(book string) (string, error) {
	if store.InPostgres(book) {
		return "", message.Err("desk.files")
	}
	return strings.TrimSuffix(book, filepath.Ext(book)) + "_银行文件", nil
}

// Clock makes a clock that stands at a day and moves a second a call, for rehearsals.
func Clock(text string) (func() time.Time, error) {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		d, derr := calendar.ParseDate(text)
		if derr != nil {
			return nil, message.Err("clock.wrong", text)
		}
		t, _ = time.Parse(time.RFC3339, d.String()+"T09:00:00+08:00")
	}
	return func() time.Time { t = t.Add(time.Second); return t }, nil
}
