package bankfile

import (
	"strings"

	"zhida/payroll/banklayout"
	"zhida/rules/message"
)

// tree writes XML: each field is an element at its path, opened below what the fields
// before it have left open. An empty value leaves its element out.
func (o *writer) tree() error {
	x := &elements{o: o, root: strings.Split(o.layout.XML.Root, "/")}
	o.out.WriteString(`<?xml version="1.0" encoding="UTF-8"?>`)
	for i := range o.layout.Header {
		if m := x.fields(o.layout.Header[i].Fields, nil, 0); !m.IsZero() {
			return &message.Error{Message: m}
		}
		x.put()
	}
	x.above = strings.Split(o.layout.XML.Row, "/")
	err := o.details(func(r *Row, n int) message.Message { return x.fields(o.layout.Detail.Fields, r, n) }, x.put)
	if err != nil {
		return err
	}
	x.close(0)
	o.out.WriteString(x.made.String() + "\n")
	return o.out.Flush()
}

// elements is the part of the tree that is open.
type elements struct {
	o           *writer
	root, above []string // path of the document, and of a payment below it
	open        []string
	made        strings.Builder // since the last put
	attributes  string          // for the next element
}

// fields makes the elements of a header or of one payment.
func (x *elements) fields(fields []banklayout.Field, r *Row, n int) message.Message {
	x.made.Reset()
	if r != nil {
		x.close(len(x.root) + len(x.above) - 1) // each payment has an element of its own
	}
	for i := range fields {
		f := &fields[i]
		x.o.line = x.o.line[:0]
		if m := x.o.field(f, r, n); !m.IsZero() {
			return m
		}
		of, attribute, is := strings.Cut(f.Path, "/@")
		switch {
		case is && x.o.shown != "":
			x.attributes += " " + attribute + `="` + escaped(x.o.shown) + `"`
		case is:
		case x.o.shown != "":
			x.element(of, x.o.shown)
			x.attributes = ""
		default:
			x.attributes = ""
		}
	}
	return message.Message{}
}

// put hands on what was made.
func (x *elements) put() {
	x.o.out.WriteString(x.made.String())
	x.made.Reset()
}

// element writes a text at a path, below the elements that stay open.
func (x *elements) element(at, text string) {
	path := append(append(append([]string{}, x.root...), x.above...), strings.Split(at, "/")...)
	parent := path[:len(path)-1]
	same := 0
	for same < len(x.open) && same < len(parent) && x.open[same] == parent[same] {
		same++
	}
	x.close(same)
	for _, name := range parent[same:] {
		space := ""
		if len(x.open) == 0 && x.o.layout.XML.Namespace != "" {
			space = ` xmlns="` + x.o.layout.XML.Namespace + `"`
		}
		x.made.WriteString("\n<" + name + space + ">")
		x.open = append(x.open, name)
	}
	name := path[len(path)-1]
	x.made.WriteString("\n<" + name + x.attributes + ">" + escaped(text) + "</" + name + ">")
}

// close ends open elements down to a depth.
func (x *elements) close(depth int) {
	for len(x.open) > depth {
		last := len(x.open) - 1
		x.made.WriteString("\n</" + x.open[last] + ">")
		x.open = x.open[:last]
	}
}
