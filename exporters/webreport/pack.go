package webreport

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"maps"
	"slices"

	"zhida/payroll"
	"zhida/rules/facts"
)

// block is some rows as the page carries them: JSON, compressed, in base64.
type block struct {
	Kind  string // lines, changes, people
	Batch int    // number of the report
	First int64  // person
	Last  int64
	Data  template.HTML // base64, in which HTML means nothing
}

// peopleInBlock is how many persons' rows are unpacked at once when one of them is opened.
const peopleInBlock = 2000

// packs makes the blocks. Persons are in one block for the search; lines and changes are
// in blocks of their own, by report and person, and share the strings of their block.
type packs struct {
	on     bool
	blocks []block
	batch  int
	items  map[string]int
	places map[string]int
	people roll
	open   map[string]*rows
}

// rows is a block in the making: numbers only, with a table of strings.
type rows struct {
	first, last int64
	persons     int
	strings     []string
	number      map[string]int
	flat        []int64
}

// roll is everybody, a column a field: what is searched stands together.
type roll struct {
	Batches []string    `json:"batches"`
	Items   [][2]any    `json:"items"` // name, whether it is withheld
	Places  [][3]string `json:"places"`
	Strings []string    `json:"strings"`
	Batch   []int       `json:"batch"`
	Person  []int64     `json:"person"`
	Name    []string    `json:"name"`
	ID      []string    `json:"id"`
	Place   []int       `json:"place"`
	Status  []int       `json:"status"`
	Reason  []int       `json:"reason"` // of strings
	Account []int       `json:"account"`
	Amounts []int64     `json:"amounts"` // fen, six a row: gross, deduction, held, owed, reissued, pay

	number map[string]int // of strings
}

func newPacks(s *payroll.Survey, items []string, places map[string]string, on bool) packs {
	p := packs{on: on, items: map[string]int{}, places: map[string]int{}, open: map[string]*rows{}}
	p.people.number = map[string]int{}
	for i, code := range items {
		p.items[code] = i
	}
	names := map[string]payroll.ReportItem{}
	for _, r := range s.Reports {
		h := r.Head()
		p.people.Batches = append(p.people.Batches, h.Batch.ID.String())
		for _, it := range h.Items {
			names[it.Code] = it
		}
	}
	for _, code := range items {
		p.people.Items = append(p.people.Items, [2]any{clean(names[code].Name), names[code].Deduction})
	}
	for i, code := range slices.Sorted(maps.Keys(places)) {
		p.places[code] = i
		p.people.Places = append(p.people.Places, [3]string{code, places[code], facts.Township(code)})
	}
	return p
}

// begin turns to the rows of a report.
func (p *packs) begin(batch int) { p.batch = batch }

// of gives the block that rows of a kind go into, and opens another when it is full.
func (p *packs) of(kind string, person int64) (*rows, error) {
	r := p.open[kind]
	if r != nil && r.persons >= peopleInBlock && r.last != person {
		if err := p.close(kind); err != nil {
			return nil, err
		}
		r = nil
	}
	if r == nil {
		r = &rows{first: person, number: map[string]int{}}
		p.open[kind] = r
	}
	if r.last != person {
		r.last = person
		r.persons++
	}
	return r, nil
}

func (r *rows) text(s string) int64 {
	n, ok := r.number[s]
	if !ok {
		n = len(r.strings)
		r.number[s] = n
		r.strings = append(r.strings, clean(s))
	}
	return int64(n)
}

// line packs a line: person, item, month, fen, what was committed, place, and by number
// document, fund, cause, sentence.
func (p *packs) line(l payroll.ReportLine) error {
	if !p.on {
		return nil
	}
	r, err := p.of("lines", l.Person)
	if err != nil {
		return err
	}
	r.flat = append(r.flat, l.Person, int64(p.items[l.Item]), int64(l.Month), int64(l.Fen), int64(l.Committed), int64(p.places[cmp.Or(l.Village, l.Township)]),
		r.text(l.Document), r.text(l.Fund), r.text(l.Cause), r.text(l.Sentence))
	return nil
}

// change packs a change: person, before, now, and by number subject, causes, reason.
func (p *packs) change(c payroll.ReportChange) error {
	if !p.on {
		return nil
	}
	r, err := p.of("changes", c.Person)
	if err != nil {
		return err
	}
	r.flat = append(r.flat, c.Person, int64(c.Before), int64(c.Now), r.text(c.Subject()), r.text(c.Cause), r.text(c.Reason))
	return nil
}

// person adds somebody to the roll.
func (p *packs) person(x payroll.ReportPerson) {
	if !p.on {
		return
	}
	l := &p.people
	l.Batch, l.Person, l.Name, l.ID = append(l.Batch, p.batch), append(l.Person, x.Person), append(l.Name, clean(x.Name)), append(l.ID, clean(x.IDMasked))
	l.Place, l.Status = append(l.Place, p.places[cmp.Or(x.Village, x.Township)]), append(l.Status, slices.Index(statusOrder, x.Status))
	account := x.CardMasked
	if x.Bank != "" {
		account = x.Bank + " " + x.CardMasked
	}
	l.Reason, l.Account = append(l.Reason, l.text(x.Reason)), append(l.Account, l.text(account))
	l.Amounts = append(l.Amounts, int64(x.Gross), int64(x.Deduction), int64(x.Held), int64(x.Owed), int64(x.Reissued), int64(x.Pay))
}

func (l *roll) text(s string) int {
	n, ok := l.number[s]
	if !ok {
		n = len(l.Strings)
		l.number[s] = n
		l.Strings = append(l.Strings, clean(s))
	}
	return n
}

// end closes the blocks of a report.
func (p *packs) end() error {
	for _, kind := range []string{"lines", "changes"} {
		if err := p.close(kind); err != nil {
			return err
		}
	}
	return nil
}

func (p *packs) close(kind string) error {
	r := p.open[kind]
	if r == nil {
		return nil
	}
	delete(p.open, kind)
	data, err := packed(struct {
		Strings []string `json:"strings"`
		Rows    []int64  `json:"rows"`
	}{r.strings, r.flat})
	p.blocks = append(p.blocks, block{kind, p.batch, r.first, r.last, data})
	return err
}

// finish closes the roll, which goes first.
func (p *packs) finish() error {
	if !p.on {
		return nil
	}
	data, err := packed(&p.people)
	p.blocks = slices.Insert(p.blocks, 0, block{Kind: "people", Data: data})
	return err
}

func packed(v any) (template.HTML, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("webreport: packing: %w", err)
	}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(text); err != nil {
		return "", err
	}
	if err := z.Close(); err != nil {
		return "", err
	}
	return template.HTML(base64.StdEncoding.EncodeToString(b.Bytes())), nil
}
