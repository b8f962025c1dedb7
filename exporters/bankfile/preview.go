package bankfile

import (
	"io"
	"unicode/utf8"

	"zhida/payroll/banklayout"
	"zhida/rules/message"
)

// Shown is one line of a file, one row of a sheet or one part of XML, field by field.
type Shown struct {
	Section string      `json:"section"` // header, cells, titles, detail, trailer
	Line    int         `json:"line"`    // in its section, from 1; of a sheet: its row
	Cells   []ShownCell `json:"cells"`
}

// ShownCell is one field as it is written, before quotes and encoding.
type ShownCell struct {
	Name  string `json:"name,omitempty"`
	At    string `json:"at,omitempty"` // address in a sheet, path in XML
	Text  string `json:"text"`
	Width int    `json:"width"` // bytes in the layout's encoding, or characters where it counts these
}

// Preview shows what Write would write: everything around the payments, and the first
// n of them. Errors: those of Write for what it shows.
func Preview(f *File, n int) ([]Shown, error) {
	p := &preview{o: newWriter(io.Discard, f)}
	l := f.Layout
	for i := range l.Header {
		p.line("header", i+1, &l.Header[i], nil, 0)
	}
	if s := l.Sheet; s != nil {
		p.sheet(s)
	}
	for i := range f.Rows[:min(n, len(f.Rows))] {
		p.line("detail", i+1, &l.Detail, &f.Rows[i], i+1)
	}
	for i := range l.Trailer {
		p.line("trailer", i+1, &l.Trailer[i], nil, 0)
	}
	if !p.refused.IsZero() {
		return nil, &message.Error{Message: p.refused}
	}
	return p.list, nil
}

type preview struct {
	o       *writer
	list    []Shown
	refused message.Message // the first
}

func (p *preview) line(section string, n int, l *banklayout.Line, r *Row, seq int) {
	x := Shown{Section: section, Line: n}
	if l.Text != "" {
		x.Cells = append(x.Cells, p.cell(nil, l.Text, nil, 0))
	}
	for i := range l.Fields {
		x.Cells = append(x.Cells, p.cell(&l.Fields[i], "", r, seq))
	}
	p.list = append(p.list, x)
}

// cell shows a field, or a fixed text.
func (p *preview) cell(f *banklayout.Field, text string, r *Row, n int) ShownCell {
	o := p.o
	o.line = o.line[:0]
	m, c := message.Message{}, ShownCell{Text: text}
	if f == nil {
		m = o.encode(nil, text, nil)
	} else {
		m = o.field(f, r, n)
		c = ShownCell{Name: f.Name, At: f.Path, Text: o.shown}
	}
	if p.refused.IsZero() {
		p.refused = m
	}
	c.Width = len(o.line)
	if o.layout.InCharacters() {
		c.Width = utf8.RuneCountInString(c.Text)
	}
	return c
}

func (p *preview) sheet(s *banklayout.Sheet) {
	for i := range s.Cells {
		c := p.cell(&s.Cells[i].Field, "", nil, 0)
		c.At = s.Cells[i].Cell
		p.list = append(p.list, Shown{Section: "cells", Line: i + 1, Cells: []ShownCell{c}})
	}
	if s.TitleRow == 0 {
		return
	}
	titles := Shown{Section: "titles", Line: s.TitleRow}
	fields := p.o.layout.Detail.Fields
	for i := range fields {
		c := p.cell(nil, fields[i].Name, nil, 0)
		c.At = cellName(i+1, s.TitleRow)
		titles.Cells = append(titles.Cells, c)
	}
	p.list = append(p.list, titles)
}
