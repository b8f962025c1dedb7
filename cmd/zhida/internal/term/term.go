// Package term owns what a terminal shows: tables whose columns line up although
// Chinese characters are twice as wide. It decides nothing about content.
package term

import (
	"io"
	"strings"
	"unicode"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"zhida/rules/identity"
)

// Table prints rows under headings; columns named in right are aligned to the right.
func Table(w io.Writer, headings []string, rows [][]string, right ...int) {
	t := table.NewWriter()
	t.SetOutputMirror(w)
	t.SetStyle(table.StyleLight)
	t.Style().Options.SeparateRows = false
	t.Style().Format.Header = text.FormatDefault
	t.AppendHeader(row(headings))
	for _, r := range rows {
		t.AppendRow(row(r))
	}
	var configs []table.ColumnConfig
	for _, n := range right {
		configs = append(configs, table.ColumnConfig{Number: n, Align: text.AlignRight, AlignHeader: text.AlignRight})
	}
	t.SetColumnConfigs(configs)
	t.Render()
}

func row(cells []string) table.Row {
	r := make(table.Row, len(cells))
	for i, c := range cells {
		r[i] = Clean(c)
	}
	return r
}

// Clean makes what comes from a foreign file harmless to a terminal: control characters
// and those that turn the direction of writing are shown as a dot. Line breaks stay.
func Clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) {
			return '·'
		}
		return r
	}, s)
}

// Cleaned is a writer that cleans what is written to it, a whole text at a time, and masks
// what can be an ID or card number: errors quote what somebody has typed or what a file is called.
type Cleaned struct{ io.Writer }

// Write writes the cleaned text; the count is that of what came in.
func (w Cleaned) Write(b []byte) (int, error) {
	if _, err := io.WriteString(w.Writer, identity.Hide(Clean(string(b)))); err != nil {
		return 0, err
	}
	return len(b), nil
}
