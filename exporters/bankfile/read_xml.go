package bankfile

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"zhida/payroll/banklayout"
	"zhida/rules/message"
)

// deepest bounds how far elements may nest.
const deepest = 24

// leaf is an element with a text, or one of its attributes, at its path.
type leaf struct{ path, text string }

// tree reads XML that was written here: exactly the elements of the layout, in its
// order, each parent opened once, nothing but line ends between them.
func (s *scanner) tree() error {
	w := &walk{s: s, root: s.layout.XML.Root + "/"}
	w.row = w.root + s.layout.XML.Row
	d := xml.NewDecoder(s.in)
	for first := true; ; first = false {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			var syntax *xml.SyntaxError
			if errors.As(err, &syntax) {
				return message.Err("bank.read_container", "XML").Because(err)
			}
			return err
		}
		s.at, _ = d.InputPos()
		switch t := t.(type) {
		case xml.ProcInst:
			if !first || t.Target != "xml" || string(t.Inst) != `version="1.0" encoding="UTF-8"` {
				return structure("<?xml?>")
			}
			continue
		case xml.StartElement:
			err = w.start(t)
		case xml.EndElement:
			err = w.end()
		case xml.CharData:
			err = w.characters(t)
		default:
			err = structure("DTD")
		}
		if err != nil {
			return err
		}
		if first {
			return structure("<?xml?>")
		}
	}
	if !w.begun {
		return message.Err("bank.read_short", s.at)
	}
	return nil
}

// walk is where the reader stands.
type walk struct {
	s          *scanner
	root, row  string
	within     []string
	text       []byte
	parent     bool     // the element at hand has elements below it
	lowest     int      // fewest open elements since the last leaf
	before     []string // parents of the last leaf
	leaves     []leaf
	begun      bool // the header is over
	attributes []leaf
}

func (w *walk) path() string { return strings.Join(w.within, "/") }

func (w *walk) start(t xml.StartElement) error {
	if len(bytes.Trim(w.text, "\n")) > 0 || len(w.attributes) > 0 || len(w.within) == deepest || t.Name.Space != w.s.layout.XML.Namespace {
		return structure(t.Name.Local)
	}
	w.text, w.parent = w.text[:0], false
	w.attributes = nil
	w.within = append(w.within, t.Name.Local)
	for _, a := range t.Attr {
		switch {
		case len(w.within) == 1 && a.Name.Space == "" && a.Name.Local == "xmlns":
		case a.Name.Space != "":
			return structure(a.Name.Local)
		default:
			w.attributes = append(w.attributes, leaf{w.path() + "/@" + a.Name.Local, a.Value})
		}
	}
	if w.path() != w.row {
		return nil
	}
	if !w.begun {
		if err := w.header(); err != nil {
			return err
		}
	}
	w.begun, w.lowest = true, min(w.lowest, len(w.within)-1)
	return nil
}

func (w *walk) end() error {
	if !w.parent {
		if err := w.leaf(); err != nil {
			return err
		}
	} else if len(bytes.Trim(w.text, "\n")) > 0 {
		return structure(w.path())
	}
	w.text, w.parent, w.attributes = w.text[:0], true, nil
	at := w.path()
	w.within = w.within[:len(w.within)-1]
	w.lowest = min(w.lowest, len(w.within))
	if at == w.row {
		return w.payment()
	}
	return nil
}

// leaf keeps an element and its attributes. A parent that was closed and opened again
// for it would be another tree with the same paths.
func (w *walk) leaf() error {
	parents := w.within[:len(w.within)-1]
	same := 0
	for same < len(parents) && same < len(w.before) && parents[same] == w.before[same] {
		same++
	}
	if w.begun && len(w.leaves) == 0 {
		same = min(same, strings.Count(w.row, "/")) // each payment has an element of its own
	}
	if w.lowest < same || w.begun && !strings.HasPrefix(w.path(), w.row+"/") {
		return structure(w.path())
	}
	w.before, w.lowest = append([]string{}, parents...), len(parents)
	w.leaves = append(append(w.leaves, w.attributes...), leaf{w.path(), string(w.text)})
	return nil
}

func (w *walk) characters(t xml.CharData) error {
	if len(w.within) == 0 && len(bytes.Trim(t, "\n")) > 0 {
		return structure("text")
	}
	w.text = append(w.text, t...)
	return nil
}

func (w *walk) header() error {
	var fields []banklayout.Field
	for i := range w.s.layout.Header {
		fields = append(fields, w.s.layout.Header[i].Fields...)
	}
	return w.take(fields, w.root, nil)
}

func (w *walk) payment() error {
	var r Row
	w.s.rows++
	if err := w.take(w.s.layout.Detail.Fields, w.row+"/", &r); err != nil {
		return err
	}
	return w.s.hand(&r)
}

// take gives each field the next leaf if that is at its path, else nothing; none may be left over.
func (w *walk) take(fields []banklayout.Field, below string, r *Row) error {
	cells := make([]string, len(fields))
	rest := w.leaves
	for i := range fields {
		f := &fields[i]
		if len(rest) > 0 && rest[0].path == below+f.Path {
			cells[i], rest = rest[0].text, rest[1:]
			if cells[i] == "" || w.s.size(cells[i]) < 0 || !w.s.measured(cells[i], f) {
				return message.Err("bank.read_field", w.s.at, f.Label())
			}
		}
	}
	if len(rest) > 0 {
		return structure(rest[0].path)
	}
	w.leaves = w.leaves[:0]
	return w.s.values(fields, cells, r, w.s.at)
}
