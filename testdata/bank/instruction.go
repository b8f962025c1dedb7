package bank

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
)

// Instruction is a payment file that a bank has taken.
type Instruction struct {
	Layout string
	File   string
	Rows   []Row
	Count  int
	Total  int64 // fen

	MessageID string // pain.001 only
	Payer     string // account, where the form has it
	Date      string // 2006-01-02, where the form has it

	bank     *Bank
	blocks   []block // PmtInf of pain.001
	wide     bool    // GB18030
	settled  string
	outcomes []Outcome
}

// Row is one payment of an instruction.
type Row struct {
	Line    int    // in the file, of the sheet or of the XML, from 1
	Seq     int    // from 1
	ID      string // EndToEndId, 工号, 代理编号 or 自定义序号, where the form has one
	Account string
	Holder  string
	Fen     int64
	Bank    string // CNAPS or other number of the receiving bank
	Remark  string

	block int
}

type block struct {
	id    string
	count int
	fen   int64
}

// Kind is what is wrong with a refused file.
type Kind string

const (
	BadName     Kind = "file name"
	Repeated    Kind = "repeated file"
	BadEncoding Kind = "encoding"
	BadForm     Kind = "form"
	BadAmount   Kind = "amount"
	BadCount    Kind = "count"
	BadTotal    Kind = "total"
	Duplicate   Kind = "duplicate row"
	BadPayer    Kind = "payer"
	BadDate     Kind = "date"
	BadBank     Kind = "bank number"
)

// Refusal is the error of [Bank.Load]: a file with one mistake is refused whole. It names
// no account and no holder.
type Refusal struct {
	File string
	Line int // from 1; 0 where the whole file is meant
	Kind Kind
	Why  string
}

func (r *Refusal) Error() string {
	where := r.File
	if r.Line > 0 {
		where = fmt.Sprintf("%s, line %d", r.File, r.Line)
	}
	return fmt.Sprintf("the bank refuses %s: %s: %s", where, r.Kind, r.Why)
}

func refuse(line int, kind Kind, format string, args ...any) *Refusal {
	return &Refusal{Line: line, Kind: kind, Why: fmt.Sprintf(format, args...)}
}

// local are the forms of small banks, and the two plain ones they most often copy.
var local = []string{"lanzhou-txt", "jinzhong-txt", "jilin-xlsx", "rural-txt", "abc-txt", "ccb-min", "ccb-txt", "pain001"}

// forms says which bank takes which form.
var forms = map[string][]string{
	ICBC:  {"icbc-bpt", "icbc-xls", "pain001"},
	ABC:   {"abc-txt", "abc-fixed", "pain001"},
	CCB:   {"ccb-txt", "ccb-min", "ccb-xlsx", "pain001"},
	BOC:   {"boc-txt", "boc-txt-fen", "pain001"},
	PSBC:  {"psbc-txt", "psbc-cross", "pain001"},
	BOCOM: {"bocom-txt", "pain001"},
	CMB:   {"cmb-xlsx", "pain001"},
	City:  local,
	Rural: local,
}

// Layouts lists the forms that the bank takes.
func (b *Bank) Layouts() []string { return slices.Clone(forms[b.code]) }

// Announce gives count and total (fen) that travel beside the file, such as on the bank's
// page for abc-fixed. Load refuses a file of that name whose rows say otherwise.
func (b *Bank) Announce(fileName string, count int, fen int64) {
	b.announced[fileName] = totals{count, fen}
}

// reading is a file on its way to being an instruction.
type reading struct {
	Instruction

	said      *totals // what the file says of itself
	saidLine  int
	payerLine int
	today     string
	unit      string // of jinzhong-txt
}

// Load reads a payment file strictly by the form that layout names. The bank takes a file
// name once and a content once; a refused file leaves no trace and may come again. The
// error is a [*Refusal].
func (b *Bank) Load(layout, fileName string, data []byte) (*Instruction, error) {
	r := &reading{today: b.today}
	r.Layout, r.File, r.bank = layout, fileName, b
	if refusal := b.load(r, data); refusal != nil {
		refusal.File = fileName
		return nil, refusal
	}
	b.names[fileName] = true
	b.contents[sha256.Sum256(data)] = true
	if r.MessageID != "" {
		b.messages[r.MessageID] = true
	}
	i := r.Instruction
	return &i, nil
}

func (b *Bank) load(r *reading, data []byte) *Refusal {
	switch {
	case !slices.Contains(forms[b.code], r.Layout):
		return refuse(0, BadForm, "%s does not take %s", b.code, r.Layout)
	case r.File == "" || strings.ContainsAny(r.File, "/\\"):
		return refuse(0, BadName, "a file has a name without folders")
	case b.names[r.File]:
		return refuse(0, Repeated, "a file of this name was taken already")
	case b.contents[sha256.Sum256(data)]:
		return refuse(0, Repeated, "a file of this content was taken already")
	case len(data) == 0:
		return refuse(0, BadForm, "the file is empty")
	}
	var refusal *Refusal
	if form, ok := textForms[r.Layout]; ok {
		refusal = r.text(form, data)
	} else if form, ok := bookForms[r.Layout]; ok {
		refusal = r.workbook(form, data)
	} else if r.Layout == "pain001" {
		refusal = r.pain(data, b.messages)
	} else {
		refusal = r.fixed(data)
	}
	if refusal != nil {
		return refusal
	}
	return b.finish(r)
}

// finish holds the rows against each other, against the totals, and against the payer.
func (b *Bank) finish(r *reading) *Refusal {
	type payment struct {
		account string
		fen     int64
	}
	first := map[payment]int{}
	for n, row := range r.Rows {
		p := payment{row.Account, row.Fen}
		switch {
		case row.Seq != n+1:
			return refuse(row.Line, BadForm, "sequence number %d, want %d", row.Seq, n+1)
		case first[p] > 0:
			return refuse(row.Line, Duplicate, "same account and amount as line %d", first[p])
		}
		first[p] = row.Line
		r.Total += row.Fen
	}
	r.Count = len(r.Rows)
	if r.Count == 0 {
		return refuse(0, BadForm, "no payments")
	}
	if r.Layout == "lanzhou-txt" && (r.Count < 5 || r.Count > 1000) {
		return refuse(0, BadCount, "%d rows, the bank takes 5 to 1000", r.Count)
	}
	if r.said != nil {
		if refusal := r.compare(*r.said, r.saidLine); refusal != nil {
			return refusal
		}
	}
	if t, ok := b.announced[r.File]; ok {
		if refusal := r.compare(t, 0); refusal != nil {
			return refusal
		}
	}
	if r.Payer != "" && b.payer.account != "" && r.Payer != b.payer.account {
		return refuse(r.payerLine, BadPayer, "the paying account is not the payer's")
	}
	return nil
}

func (r *reading) compare(t totals, line int) *Refusal {
	switch {
	case t.count != r.Count:
		return refuse(line, BadCount, "announced %d payments, there are %d", t.count, r.Count)
	case t.fen != r.Total:
		return refuse(line, BadTotal, "announced %s yuan, the payments add up to %s", yuan(t.fen), yuan(r.Total))
	}
	return nil
}

// add takes a row; forms without a sequence number count.
func (r *reading) add(row Row) {
	if row.Seq == 0 {
		row.Seq = len(r.Rows) + 1
	}
	r.Rows = append(r.Rows, row)
}
