package payroll

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/message"
	"zhida/rules/money"
)

// ImportBatch is one file as an importer read it: rows that are well formed, and
// problems for those that are not. It says nothing yet about the book.
type ImportBatch struct {
	Kind     string            `json:"kind"` // places, roster, tenure …
	Facts    facts.Kind        `json:"facts"`
	File     string            `json:"file"`
	Sheet    string            `json:"sheet"`  // the first that was read
	Digest   string            `json:"digest"` // hex SM3 of the file
	Scope    []Scope           `json:"scope,omitempty"`
	Rows     []ImportRow       `json:"rows"`
	Notes    []message.Message `json:"notes,omitempty"` // what a clerk should know, though nothing is wrong
	Problems message.Problems  `json:"problems,omitempty"`
	Fields   []string          `json:"fields,omitempty"`  // the fields of a fact's body in their order
	Beside   []ImportRow       `json:"beside,omitempty"`  // what other files of the same command state in these scopes: one snapshot with this file
	Partial  bool              `json:"partial,omitempty"` // one of those files could not be read whole: nothing may be withdrawn
	Asks     []message.Problem `json:"asks,omitempty"`    // of a proposal: what whoever confirms it has to look at
	Repeated []ImportRow       `json:"-"`                 // rows that say once more what an earlier row of the file says; they are not among Rows

	Counted    int         `json:"-"` // rows of data, good and bad
	Total      money.Fen   `json:"-"` // sum of all amounts in good rows
	Wrong      []ImportRow `json:"-"` // rows that stay out for a problem of the file itself, as far as they could be read: the book is asked about what was
	Headings   []Headings  `json:"-"` // what the clerk said about headings, to be kept
	Unfinished bool        `json:"-"` // none of the rows may be taken alone: too many are wrong and the rest was not looked at, or they do not come to their total
}

// FactKind is the kind of facts the file states.
func (in *ImportBatch) FactKind() facts.Kind { return in.Facts }

// Scope is what a snapshot states completely: what is missing from the file inside
// the scope is withdrawn.
type Scope struct {
	Township string         `json:"township"`
	Month    calendar.Month `json:"month"`
	Kind     string         `json:"kind"`
}

// String is the scope as facts carry it: 430725101/2026-10/下村.
func (s Scope) String() string { return s.Township + "/" + s.Month.String() + "/" + s.Kind }

// foldNumber makes brackets alike and narrow.
var foldNumber = strings.NewReplacer("〔", "(", "〕", ")", "［", "(", "］", ")", "[", "(", "]", ")", "（", "(", "）", ")", "【", "(", "】", ")", "﹝", "(", "﹞", ")", "〈", "(", "〉", ")", "<", "(", ">", ")",
	" ", "", "\u3000", "", "\u00a0", "", "\t", "")

// FoldNumber makes numbers of documents, vouchers and cases comparable: 湘财预[2026]31号 and 湘财预〔2026〕31号
// are one document. It is for comparing; what is kept is as it was written first.
func FoldNumber(s string) string { return foldNumber.Replace(s) }

// foldVoucher makes numbers of vouchers comparable: a cell of figures loses the zeros in front, one of text keeps them.
func foldVoucher(s string) string { return strings.TrimLeft(FoldNumber(s), "0") }

// FoldedKey is the key of a fact for comparing, in which two spellings of one number are one. That of a transfer ends in its voucher.
func (f Fact) FoldedKey() string {
	if f.Kind != facts.KindTransfer {
		return FoldNumber(f.Key)
	}
	at := strings.LastIndex(f.Key, "|") + 1
	return FoldNumber(f.Key[:at]) + foldVoucher(f.Key[at:])
}

// ImportRow is one fact of a file.
type ImportRow struct {
	PersonID   string            `json:"person_id,omitempty"` // full normal ID; empty for facts of the world
	PersonName string            `json:"person_name,omitempty"`
	Fact       Fact              `json:"fact"`
	Withdraw   bool              `json:"withdraw,omitempty"`
	Sheet      string            `json:"sheet,omitempty"`
	Row        int               `json:"row,omitempty"`
	Columns    map[string]string `json:"columns,omitempty"` // column code to its letters; rows of one sheet share it
	Silent     []string          `json:"silent,omitempty"`  // fields for which the sheet has no column: it says nothing of them; rows of one sheet share it
	Unread     []string          `json:"-"`                 // of a wrong row, the columns in which something is wrong: nothing is concluded from them
	Astray     bool              `json:"-"`                 // of a wrong row: about whom, what or which days it is cannot be read
	Group      string            `json:"-"`                 // rows of one come in together or not at all; "" alone
}

// lacks says that something is wrong in one of some columns of a wrong row.
func (r *ImportRow) lacks(columns ...string) bool {
	return slices.ContainsFunc(columns, func(c string) bool { return slices.Contains(r.Unread, c) })
}

// Cell is where a column of the row stands; the row's first cell when it is absent.
func (r *ImportRow) Cell(column string) string {
	if c := r.Columns[column]; c != "" {
		return c + strconv.Itoa(r.Row)
	}
	return r.Fact.Where[strings.LastIndexByte(r.Fact.Where, '!')+1:]
}

// Field is one field of a fact's body.
type Field struct {
	Name  string
	Value any // string, int64, int, bool, or what another body has for it
}

// Body writes the canonical body of a fact: one flat JSON object with the fields in
// the order given, empty ones left out. Equal facts give equal bytes.
func Body(fields ...Field) string {
	var b strings.Builder
	b.WriteByte('{')
	for _, f := range fields {
		var text string
		switch v := f.Value.(type) {
		case string:
			if v == "" {
				continue
			}
			text = quote(v)
		case int:
			text = strconv.Itoa(v)
		case int64:
			text = strconv.FormatInt(v, 10)
		case bool:
			if !v {
				continue
			}
			text = "true"
		case json.RawMessage: // of a body that was written before
			text = string(v)
		default:
			panic("payroll: a body holds text, whole numbers and yes")
		}
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		b.WriteString(quote(f.Name))
		b.WriteByte(':')
		b.WriteString(text)
	}
	b.WriteByte('}')
	return b.String()
}

func quote(s string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		panic(err) // a string always encodes
	}
	return strings.TrimSuffix(b.String(), "\n")
}
