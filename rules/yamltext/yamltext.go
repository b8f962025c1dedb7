// Package yamltext owns the reading of YAML that people write: policies, bank
// layouts, the county's settings. It is strict: unknown or repeated keys,
// aliases and oversized files are errors that name line and column and show the
// text with a caret. It knows nothing about what the text means.
package yamltext

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"zhida/rules/message"
)

// Node is a parsed piece of YAML; numbers keep their text, so that money never
// passes through binary floating point.
type Node = yaml.Node

// The kinds of Node that readers ask for.
const (
	Mapping  = yaml.MappingNode
	Sequence = yaml.SequenceNode
	Scalar   = yaml.ScalarNode
)

// Flow marks a node written in brackets or braces.
const Flow = yaml.FlowStyle

// Bounds of a text: bytes, marks (of which each can make a piece that takes hundreds of bytes in memory),
// and keys of one mapping that is decoded, each of which the library compares with all others.
const (
	maxBytes = 4 << 20
	maxMarks = 300_000
	maxKeys  = 10_000
)

// mostProblems is how many problems of a text are told: the rest shows when these are mended.
const mostProblems = 100

// Parse reads one document and returns its top mapping.
// Errors are message.Problems with code yaml.syntax, yaml.size or yaml.alias.
func Parse(file string, text []byte) (*Node, error) {
	if len(text) > maxBytes || marks(text) > maxMarks || !utf8.Valid(text) {
		return nil, message.Problems{{File: file, Message: message.M("yaml.size", file)}}
	}
	var doc Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil, problems(file, text, err)
	}
	if len(doc.Content) != 1 || doc.Content[0].Kind != Mapping {
		return nil, message.Problems{{File: file, Cell: "1:1", Message: message.M("yaml.syntax", file, "1", "1", "a mapping is expected", "")}}
	}
	if n := firstAlias(doc.Content[0]); n != nil {
		return nil, message.Problems{{File: file, Cell: At(n), Message: message.M("yaml.alias", file, n.Line, n.Column, Caret(text, n.Line, n.Column))}}
	}
	return doc.Content[0], nil
}

// Decode reads the text into a struct with yaml tags; keys the struct lacks are errors.
func Decode(file string, text []byte, into any) error {
	top, err := Parse(file, text)
	if err != nil {
		return err
	}
	if wide(top) {
		return message.Problems{{File: file, Message: message.M("yaml.size", file)}}
	}
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(into); err != nil {
		return problems(file, text, err)
	}
	return nil
}

// marks counts what begins or parts pieces of a text.
func marks(text []byte) (n int) {
	for _, c := range text {
		switch c {
		case '\n', ',', ':', '[', '{':
			n++
		}
	}
	return n
}

// wide says that a mapping has more keys than any that people write.
func wide(n *Node) bool {
	return n.Kind == Mapping && len(n.Content) > 2*maxKeys || slices.ContainsFunc(n.Content, wide)
}

// At is the place of a node as line:column, the Cell of a Problem.
func At(n *Node) string { return fmt.Sprintf("%d:%d", n.Line, n.Column) }

// maxShown is how many characters of a line Caret shows.
const maxShown = 160

// Caret shows a line of the text with a caret under the column (both from 1).
// Wide characters count two, so that the caret stands right on a terminal.
func Caret(text []byte, line, column int) string {
	lines := strings.Split(string(text), "\n")
	if line < 1 || line > len(lines) {
		return ""
	}
	l := strings.TrimRight(lines[line-1], "\r")
	if r := []rune(l); len(r) > maxShown { // a long line is cut before and behind the place
		from := max(0, min(column-1, len(r))-maxShown/2)
		l, column = string(r[from:min(len(r), from+maxShown)]), column-from
	}
	pad := strings.Builder{}
	for i, r := range []rune(l) {
		if i >= column-1 {
			break
		}
		switch {
		case r == '\t':
			pad.WriteRune('\t')
		case r >= 0x1100:
			pad.WriteString("  ")
		default:
			pad.WriteByte(' ')
		}
	}
	return l + "\n" + pad.String() + "^"
}

var lineOf = regexp.MustCompile(`line (\d+)(?:, column (\d+))?: (.*)`)

func problems(file string, text []byte, err error) error {
	list := []string{err.Error()}
	var te *yaml.TypeError
	if errors.As(err, &te) {
		list = list[:0]
		for _, e := range te.Errors {
			list = append(list, fmt.Sprint(e))
		}
	}
	var ps message.Problems
	for _, s := range list[:min(len(list), mostProblems)] {
		line, column, what := 1, 1, s
		if m := lineOf.FindStringSubmatch(s); m != nil {
			line, _ = strconv.Atoi(m[1])
			if m[2] != "" {
				column, _ = strconv.Atoi(m[2])
			}
			what = m[3]
		}
		code := "yaml.syntax"
		for _, c := range complaints {
			if strings.Contains(what, c.says) {
				code = c.code
			}
		}
		if code == "yaml.colon" {
			column = lastColon(text, line)
		}
		ps = append(ps, message.Problem{File: file, Cell: fmt.Sprintf("%d:%d", line, column),
			Message: message.M(code, file, line, column, what, Caret(text, line, column))})
	}
	return ps
}

// complaints are the library's commonest ones, which have sentences of their own.
var complaints = []struct{ says, code string }{
	{"mapping values are not allowed", "yaml.colon"},
	{"could not find expected ':'", "yaml.no_colon"},
	{"did not find expected ',' or", "yaml.bracket"},
	{"did not find expected key", "yaml.indent"},
	{"did not find expected '-' indicator", "yaml.indent"},
	{"cannot start any token", "yaml.start"},
	{"did not find expected node content", "yaml.bracket"},
}

// lastColon is the column of the last colon with a space behind it, from 1.
func lastColon(text []byte, line int) int {
	lines := bytes.Split(text, []byte("\n"))
	if line < 1 || line > len(lines) {
		return 1
	}
	before, _, found := bytes.Cut(lines[line-1], []byte("#"))
	at := bytes.LastIndex(before, []byte(": "))
	if !found {
		at = bytes.LastIndex(lines[line-1], []byte(": "))
	}
	return utf8.RuneCount(lines[line-1][:max(at, 0)]) + 1
}

func firstAlias(n *Node) *Node {
	if n.Kind == yaml.AliasNode || n.Anchor != "" {
		return n
	}
	for _, c := range n.Content {
		if a := firstAlias(c); a != nil {
			return a
		}
	}
	return nil
}
