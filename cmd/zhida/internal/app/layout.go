package app

import (
	"bytes"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"zhida/exporters"
	"zhida/exporters/bankfile"
	"zhida/payroll"
	"zhida/payroll/banklayout"
	"zhida/rules/calendar"
	"zhida/rules/identity"
	"zhida/rules/message"
	"zhida/rules/money"
)

// LayoutText reads a layout or a county's settings from a file, and puts the workbooks
// that it names, which lie beside it, into the text. Errors: file.missing, sheet.too_large,
// layout.template, those of reading YAML.
func LayoutText(file string) ([]byte, error) {
	text, err := readFile(file)
	if err != nil {
		return nil, err
	}
	return banklayout.Embed(file, text, func(name string) ([]byte, error) {
		if filepath.Base(name) != name {
			return nil, message.Err("layout.template", name)
		}
		return readFile(filepath.Join(filepath.Dir(file), name))
	})
}

// Tried is a sample file of a layout. Amounts are fen.
type Tried struct {
	Layout   string           `json:"layout"`
	Name     string           `json:"name"`
	File     string           `json:"file"`
	Encoding string           `json:"encoding"`
	Bytes    int              `json:"bytes"`
	Count    int              `json:"count"`
	Total    int64            `json:"total_fen"`
	Lines    []bankfile.Shown `json:"lines"`

	Container string `json:"container"`
	content   []byte
}

// TryLayout writes rows of invented people by a layout, proves that the file reads back,
// and gives what it looks like. Errors: layout.answer for a layout that sends nothing,
// and those of writing and proving.
func TryLayout(l *banklayout.Layout, date calendar.Date, rows int) (*Tried, error) {
	if l.Container == "" {
		return nil, message.Err("layout.answer", l.Code)
	}
	rows = max(rows, l.MinRows, 1)
	if l.MaxRows > 0 {
		rows = min(rows, l.MaxRows)
	}
	f := sampleFile(l, date, rows)
	var b bytes.Buffer
	if err := bankfile.Write(&b, f); err != nil {
		return nil, err
	}
	if err := bankfile.Prove(bytes.NewReader(b.Bytes()), f); err != nil {
		return nil, err
	}
	lines, err := bankfile.Preview(f, rows)
	if err != nil {
		return nil, err
	}
	return &Tried{Layout: l.Code, Name: l.Name, Container: l.Container, File: f.Name, Encoding: l.Encoding, Bytes: b.Len(),
		Count: f.Header.Count, Total: int64(f.Header.Total), Lines: lines, content: b.Bytes()}, nil
}

// Save puts the sample into a folder, under the name the bank would see.
func (t *Tried) Save(dir string) error {
	_, err := exporters.WriteFile(dir, t.File, func(w writer) error {
		_, err := w.Write(t.content)
		return err
	})
	return err
}

// people of a sample, who are nobody; the names are long, short, with a separator, and
// one ends in the byte of a delimiter.
var people = []struct {
	name string
	fen  money.Fen
}{{"张甲", 123450}, {"买买提·艾力", 1}, {"欧阳建国", 6800000}, {"張億東", 99}, {"李乙", 250000}}

// sampleFile is a file of invented people. What the county agreed with the bank is
// filled in by width.
func sampleFile(l *banklayout.Layout, date calendar.Date, n int) *bankfile.File {
	month := date.Month()
	f := &bankfile.File{Layout: l, Header: bankfile.Header{Batch: payroll.BatchID(int(month)*1000 + 1), Date: date, Month: month, Seq: 1, Unit: "439901", PayerName: "样例县财政局",
		PayerAccount: "4399010000000000001", PayerBranch: "样例县支行", Purpose: "代发补贴", Extra: map[string]string{}, Count: n}}
	for x := range l.Fields() {
		if x.Source == banklayout.Setting {
			f.Header.Extra[x.Key] = known(x, strings.Repeat("0", max(x.Width, 2)))
		}
	}
	for i := range n {
		p := people[i%len(people)]
		body := fmt.Sprintf("620059000000%06d", i+1)
		r := bankfile.Row{Payment: i + 1, Person: int64(i + 1), Account: identity.Card(body + string(identity.LuhnDigit(body))), Holder: p.name, Fen: p.fen,
			Bank: "样例银行", Branch: "样例银行城关支行", CNAPS: "104999900003", Other: l.OwnBank == "never" || l.Carries(banklayout.OwnBank) && l.OwnBank != "only" && i%2 == 1}
		for x := range l.Fields() {
			switch x.Source {
			case banklayout.BankName:
				r.Bank = known(x, r.Bank)
			case banklayout.Branch:
				r.Branch = known(x, r.Branch)
			case banklayout.Amount:
				if x.Unit != "fen" && x.Places() == 0 {
					r.Fen = max(100, r.Fen/100*100)
				}
			}
		}
		if most := l.FileLimit(); most > 0 && len(f.Rows) > 0 && f.Header.Total+r.Fen > most { // further rows would go into another file
			break
		}
		f.Rows = append(f.Rows, r)
		f.Header.Total += r.Fen
	}
	f.Header.Count = len(f.Rows)
	f.Name = l.FileName(map[string]string{"date": strings.ReplaceAll(date.String(), "-", ""), "unit": f.Header.Unit, "seq": "1",
		"batch": strings.ReplaceAll(f.Header.Batch.String(), "/", "-"), "month": month.String()})
	return f
}

// known is a value that the field has a code for, where it has codes.
func known(f *banklayout.Field, otherwise string) string {
	if len(f.Codes) == 0 {
		return otherwise
	}
	return slices.Sorted(maps.Keys(f.Codes))[0]
}
