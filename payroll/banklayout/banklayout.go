// Package banklayout owns the description of bank payment files as data: which
// fields stand where, in which encoding, width and unit. It holds no codec; the
// writer and the reader of package bankfile share nothing but this description.
//
// The language has a key for everything banks were seen to ask for. What this
// version does not do yet is named in reserved keys and values, and Check refuses
// them: a layout is never half obeyed.
package banklayout

import (
	"strings"

	"zhida/rules/money"
	"zhida/rules/yamltext"
)

// Layout describes one kind of payment file.
type Layout struct {
	Code string `yaml:"code"`
	Name string `yaml:"name"` // Chinese, for lists
	Note string `yaml:"note"` // where the layout was read, what to test first

	Container  string            `yaml:"container"`  // text, or fixed: no delimiter, every field has a width
	Encoding   string            `yaml:"encoding"`   // GBK, GB18030 or UTF-8
	BOM        bool              `yaml:"bom"`        // of UTF-8
	Substitute map[string]string `yaml:"substitute"` // characters the encoding lacks, with the spelling the bank gave
	Newline    string            `yaml:"newline"`    // crlf or lf
	LastLine   string            `yaml:"last_line"`  // ended or open: whether the last line ends as the others do
	Delimiter  string            `yaml:"delimiter"`
	Leading    bool              `yaml:"leading_delimiter"`
	Trailing   bool              `yaml:"trailing_delimiter"`
	Widths     string            `yaml:"widths"` // bytes (default) or characters: what width and max count

	File       string `yaml:"file"`       // name; see Placeholders
	MaxRows    int    `yaml:"max_rows"`   // 0: no limit; further rows go into further files, in order
	MaxTotal   string `yaml:"max_total"`  // yuan a file, empty: no limit; what exceeds it goes into further files
	MaxAmount  string `yaml:"max_amount"` // yuan a row, empty: no limit; a larger payment is refused
	Duplicates string `yaml:"duplicates"` // apart (default): a second row of one account and amount goes into another file; keep

	Header  []Line `yaml:"header"` // preamble, sums, title row: the lines before the payments
	Detail  Line   `yaml:"detail"`
	Trailer []Line `yaml:"trailer"` // the lines after them

	Reserved `yaml:",inline"`
}

// Reserved are the keys that the language has and this version does not do.
type Reserved struct {
	Quote    yamltext.Node `yaml:"quote"`     // quoted fields
	MinRows  yamltext.Node `yaml:"min_rows"`  // least rows a file
	Split    yamltext.Node `yaml:"split"`     // another way of dividing than filling in order
	Order    yamltext.Node `yaml:"order"`     // another order of rows than the batch's
	OtherOwn yamltext.Node `yaml:"own_bank"`  // rows of other banks in this file or in their own
	Sheet    yamltext.Node `yaml:"sheet"`     // worksheets: sheet name, rows, cells of the sums
	Template yamltext.Node `yaml:"template"`  // a workbook of the bank to fill in
	XML      yamltext.Node `yaml:"xml"`       // pain.001
	Return   yamltext.Node `yaml:"return"`    // the file that the bank sends back
	Digests  yamltext.Node `yaml:"checksums"` // check fields inside the file
}

// Line is one line of a file: a fixed text, or fields.
type Line struct {
	Text   string  `yaml:"text"`
	Fields []Field `yaml:"fields"`
}

// Field is one field of a line.
type Field struct {
	Name   string `yaml:"name"` // what the bank calls it; names it in messages
	Source Source `yaml:"source"`
	Text   string `yaml:"text"` // of a literal
	Key    string `yaml:"key"`  // of a setting: its name among the bank's extra settings

	Unit     string `yaml:"unit"`     // of an amount: yuan (default) or fen
	Decimals *int   `yaml:"decimals"` // of an amount in yuan: 2 (default), 3, or 0, which refuses jiao and fen
	Format   string `yaml:"format"`   // of a date: yyyymmdd (default), yyyy-mm-dd, yyyy/mm/dd

	Prefix   string `yaml:"prefix"`
	Suffix   string `yaml:"suffix"`
	Empty    string `yaml:"empty"`    // what an empty value is written as, without prefix and suffix
	Required bool   `yaml:"required"` // an empty value refuses the row
	Spaces   string `yaml:"spaces"`   // forbid: a value with a space inside refuses the row

	Max   int    `yaml:"max"`   // most bytes or characters; more refuses the row, nothing is ever cut
	Width int    `yaml:"width"` // exactly so many; shorter values are padded
	Pad   string `yaml:"pad"`   // one character, space by default
	Side  string `yaml:"side"`  // of the padding: right (default) or left

	Codes yamltext.Node `yaml:"codes"` // reserved: the bank's codes for our values
	Parts yamltext.Node `yaml:"parts"` // reserved: a value joined from several
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

// Lines gives all lines in the order of the file; the detail stands once.
func (l *Layout) Lines() []Line {
	list := append([]Line{}, l.Header...)
	return append(append(list, l.Detail), l.Trailer...)
}

// Carries says whether any line of the file shows the source.
func (l *Layout) Carries(s Source) bool {
	for _, line := range l.Lines() {
		for _, f := range line.Fields {
			if f.Source == s {
				return true
			}
		}
	}
	return false
}

// Settings lists the keys that the county's settings of a bank must give for this layout.
func (l *Layout) Settings() []string {
	var list []string
	seen := map[string]bool{}
	for _, line := range l.Lines() {
		for _, f := range line.Fields {
			if f.Source == Setting && f.Empty == "" && !seen[f.Key] {
				seen[f.Key] = true
				list = append(list, f.Key)
			}
		}
	}
	return list
}
