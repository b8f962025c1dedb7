// Package banklayout owns the description of bank files as data: which fields stand
// where, in which encoding, width and unit, and how to understand what the bank sends
// back. It holds no codec; the writer and the reader of package bankfile share nothing
// but this description, and neither does the reader of answers.
//
// A layout is never half obeyed: a key or a value that the language lacks is refused
// with line and column, and so is a source that payments have no data for.
package banklayout

import (
	"iter"
	"strings"

	"zhida/rules/money"
)

// Layout describes one kind of payment file, the answer to it, or both.
type Layout struct {
	Code string `yaml:"code"`
	Name string `yaml:"name"` // Chinese, for lists
	Note string `yaml:"note"` // where the layout was read, what to test first

	// Container is text, fixed (no delimiter, every field has a width), xlsx, template (a
	// workbook of the bank's that is filled in) or xml; empty for a layout that describes
	// nothing but an answer.
	Container string `yaml:"container"`
	// Encoding is GBK, GB2312 (nothing beyond the standard of 1980), GB18030 or UTF-8. A
	// workbook and XML are UTF-8 whatever it says: there it names the characters that the
	// bank's system has and the bytes that widths count.
	Encoding   string            `yaml:"encoding"`
	BOM        bool              `yaml:"bom"`        // of UTF-8
	Substitute map[string]string `yaml:"substitute"` // characters the encoding lacks, with the spelling the bank gave
	Newline    string            `yaml:"newline"`    // crlf or lf
	LastLine   string            `yaml:"last_line"`  // ended or open: whether the last line ends as the others do
	Delimiter  string            `yaml:"delimiter"`
	Leading    bool              `yaml:"leading_delimiter"`
	Trailing   bool              `yaml:"trailing_delimiter"`
	Quote      string            `yaml:"quote"`  // needed or always: fields in double quotes, a quote inside doubled; empty: never
	Widths     string            `yaml:"widths"` // bytes (default) or characters: what width and max count

	File       string `yaml:"file"`       // name; see Placeholders
	MinRows    int    `yaml:"min_rows"`   // fewest rows the bank takes; files are levelled to have them
	MaxRows    int    `yaml:"max_rows"`   // 0: no limit; further rows go into further files
	MaxTotal   string `yaml:"max_total"`  // yuan a file, empty: no limit; what exceeds it goes into further files
	MaxAmount  string `yaml:"max_amount"` // yuan a row, empty: no limit; a larger payment is refused
	Split      string `yaml:"split"`      // fill (default): one file after the other; even: files of equal length
	Order      string `yaml:"order"`      // batch (default), account or branch
	Duplicates string `yaml:"duplicates"` // apart (default): a second row of one account and amount goes into another file; keep
	// OwnBank says which rows share a file: mixed (default); apart, where rows of other
	// banks go into files of their own; only own rows; never own rows.
	OwnBank string `yaml:"own_bank"`

	Sheet    *Sheet `yaml:"sheet"`    // of a workbook
	Template string `yaml:"template"` // the bank's workbook: base64:…, or a file beside the layout for Embed to put in
	XML      *XML   `yaml:"xml"`

	Header  []Line `yaml:"header"` // preamble, sums, title row: the lines before the payments; in XML, the elements
	Detail  Line   `yaml:"detail"`
	Trailer []Line `yaml:"trailer"` // the lines after them

	Return *Return `yaml:"return"` // the file that the bank sends back
}

// Line is one line of a file: a fixed text, or fields.
type Line struct {
	Text   string  `yaml:"text"`
	Fields []Field `yaml:"fields"`
}

// Sheet says where things stand in a workbook. Fields of the detail take the columns
// from A on; an empty value leaves its cell out.
type Sheet struct {
	Name     string `yaml:"name"`
	TitleRow int    `yaml:"title_row"` // row of the fields' names, 0 for none; in a template they must stand there already
	FirstRow int    `yaml:"first_row"` // of the payments
	Cells    []Cell `yaml:"cells"`     // what stands above them: sums, dates
}

// Cell is a value at an address of a workbook.
type Cell struct {
	Cell  string `yaml:"cell"` // B2
	Field `yaml:",inline"`
}

// XML says what encloses the elements of the fields.
type XML struct {
	Namespace string `yaml:"namespace"`
	Root      string `yaml:"root"` // path above all fields: Document/CstmrCdtTrfInitn
	Row       string `yaml:"row"`  // path of a payment below the root: PmtInf/CdtTrfTxInf
}

// Field is one field of a line, one column of a sheet, one element of XML.
type Field struct {
	Name   string `yaml:"name"` // what the bank calls it: the title of a column; names it in messages
	Source Source `yaml:"source"`
	Text   string `yaml:"text"` // of a literal
	Key    string `yaml:"key"`  // of a setting: its name among the bank's extra settings

	Unit     string `yaml:"unit"`     // of an amount: yuan (default) or fen
	Decimals *int   `yaml:"decimals"` // of an amount in yuan: 2 (default), 3, or 0, which refuses jiao and fen
	Format   string `yaml:"format"`   // of a date: yyyymmdd (default), yyyy-mm-dd, yyyy/mm/dd; of a month: yyyymm (default), yyyy-mm, yyyy年m月

	Codes map[string]string `yaml:"codes"` // the bank's codes for our values; a value without one refuses the row
	Parts []Field           `yaml:"parts"` // of a value joined from several

	Prefix   string `yaml:"prefix"`
	Suffix   string `yaml:"suffix"`
	Empty    string `yaml:"empty"`    // what an empty value is written as, without prefix and suffix
	Required bool   `yaml:"required"` // an empty value refuses the row
	Spaces   string `yaml:"spaces"`   // forbid: a value with a space inside refuses the row

	Max   int    `yaml:"max"`   // most bytes or characters; more refuses the row, nothing is ever cut
	Width int    `yaml:"width"` // exactly so many; shorter values are padded
	Pad   string `yaml:"pad"`   // one character, space by default
	Side  string `yaml:"side"`  // of the padding: right (default) or left

	As   string `yaml:"as"`   // in a workbook: text (default) or number
	Path string `yaml:"path"` // in XML, below the root or the row: GrpHdr/MsgId, Amt/InstdAmt/@Ccy
}

// Label is what messages call the field.
func (f *Field) Label() string {
	if f.Name != "" {
		return f.Name
	}
	return string(f.Source)
}

// Places is the number of decimals of an amount in yuan.
func (f *Field) Places() int {
	if f.Decimals == nil {
		return 2
	}
	return *f.Decimals
}

// InCharacters says whether widths count characters instead of encoded bytes.
func (l *Layout) InCharacters() bool { return l.Widths == "characters" }

// Apart says whether two rows of one account and amount must not share a file:
// banks take the second for a mistake. Merging them would lose a payment's identity.
func (l *Layout) Apart() bool { return l.Duplicates != "keep" }

// FileLimit is the most fen a file may carry, 0 without a limit. Check has seen the text.
func (l *Layout) FileLimit() money.Fen { return limit(l.MaxTotal) }

// RowLimit is the most fen a payment may carry, 0 without a limit. Check has seen the text.
func (l *Layout) RowLimit() money.Fen { return limit(l.MaxAmount) }

func limit(yuan string) money.Fen {
	if yuan == "" {
		return 0
	}
	f, _ := money.ParseYuan(yuan)
	return f
}

// Spell writes a text as the bank wants it: with the substitutions it gave.
func (l *Layout) Spell(s string) string {
	if len(l.Substitute) == 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if with, ok := l.Substitute[string(r)]; ok {
			b.WriteString(with)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Lines says whether the file is a text of lines.
func (l *Layout) Lines() bool { return l.Container == "text" || l.Container == "fixed" }

// Fields gives every field of the file: of its lines, of a sheet's cells, and the
// parts of joined ones.
func (l *Layout) Fields() iter.Seq[*Field] {
	return func(yield func(*Field) bool) {
		for _, lines := range [][]Line{l.Header, {l.Detail}, l.Trailer} {
			for i := range lines {
				if !each(lines[i].Fields, yield) {
					return
				}
			}
		}
		if l.Sheet != nil {
			for i := range l.Sheet.Cells {
				if f := &l.Sheet.Cells[i].Field; !yield(f) || !each(f.Parts, yield) {
					return
				}
			}
		}
	}
}

func each(fields []Field, yield func(*Field) bool) bool {
	for i := range fields {
		if !yield(&fields[i]) || !each(fields[i].Parts, yield) {
			return false
		}
	}
	return true
}

// Carries says whether the file shows the source anywhere.
func (l *Layout) Carries(s Source) bool {
	for f := range l.Fields() {
		if f.Source == s {
			return true
		}
	}
	return false
}

// OfPayment says whether the field differs from payment to payment.
func (f *Field) OfPayment() bool {
	for i := range f.Parts {
		if f.Parts[i].OfPayment() {
			return true
		}
	}
	return f.Source.ofPayment()
}

// Settings lists the keys that the county's settings of a bank must give for this layout.
func (l *Layout) Settings() []string {
	var list []string
	seen := map[string]bool{}
	for f := range l.Fields() {
		if f.Source == Setting && f.Empty == "" && !seen[f.Key] {
			seen[f.Key] = true
			list = append(list, f.Key)
		}
	}
	return list
}
