package main

import (
	"bufio"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxLine bounds one line of a table, in bytes; a person's leaf with all lines of a long back-pay is some hundred thousand.
const maxLine = 16 << 20

var (
	errNoNewline  = errors.New("the last line has no newline")
	errLongLine   = errors.New("a line is longer than 16 MiB")
	errNotUTF8    = errors.New("not UTF-8")
	errBadEscape  = errors.New("a backslash is followed by something that no escape has")
	errFieldCount = errors.New("wrong number of fields")
)

// table reads rows of the form "a table" of docs/evidence.en.md, one at a time.
type table struct {
	in     *bufio.Reader
	line   int   // of the row, from 1
	at     int64 // first byte of the row in the file, from 0
	after  int64
	raw    []string // fields as they stand, escapes and all
	fields []string // fields as they mean
}

func newTable(r io.Reader) *table { return &table{in: bufio.NewReaderSize(r, 1<<16)} }

// next reads a row, or answers io.EOF after the last.
func (t *table) next() error {
	b, err := t.in.ReadSlice('\n')
	text := string(b)
	for errors.Is(err, bufio.ErrBufferFull) {
		if len(text) > maxLine {
			return errLongLine
		}
		b, err = t.in.ReadSlice('\n')
		text += string(b)
	}
	switch {
	case errors.Is(err, io.EOF) && text == "":
		return io.EOF
	case errors.Is(err, io.EOF):
		err = errNoNewline
	}
	t.line++
	t.at, t.after = t.after, t.after+int64(len(text))
	if err != nil {
		return err
	}
	if !utf8.ValidString(text) {
		return errNotUTF8
	}
	t.raw, t.fields = t.raw[:0], t.fields[:0]
	for field := range strings.SplitSeq(text[:len(text)-1], "\t") {
		plain, ok := unescape(field, 't')
		if !ok {
			return errBadEscape
		}
		t.raw, t.fields = append(t.raw, field), append(t.fields, plain)
	}
	return nil
}

// unescape undoes \\, \n and one more escape: \t in tables, \r in pairs.
// That one may not stand in the text itself, so each text has one spelling only.
func unescape(s string, third byte) (string, bool) {
	literal := byte('\t')
	if third == 'r' {
		literal = '\r'
	}
	if strings.IndexByte(s, literal) >= 0 {
		return "", false
	}
	if strings.IndexByte(s, '\\') < 0 {
		return s, true
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			b.WriteByte(s[i])
			continue
		}
		i++
		switch {
		case i == len(s):
			return "", false
		case s[i] == '\\':
			b.WriteByte('\\')
		case s[i] == 'n':
			b.WriteByte('\n')
		case s[i] == third:
			b.WriteByte(literal)
		default:
			return "", false
		}
	}
	return b.String(), true
}

var (
	tableEscapes = strings.NewReplacer(`\`, `\\`, "\t", `\t`, "\n", `\n`)
	pairEscapes  = strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\r", `\r`)
)

// rowOf is a row of a table, with its newline.
func rowOf(fields ...string) string {
	var b strings.Builder
	for i, f := range fields {
		if i > 0 {
			b.WriteByte('\t')
		}
		b.WriteString(tableEscapes.Replace(f))
	}
	b.WriteByte('\n')
	return b.String()
}

// pair is one line name=value.
type pair struct{ name, value string }

type pairs []pair

// parsePairs reads the form "pairs" of docs/evidence.en.md; line is that of the first bad line, 0 if there is none.
func parsePairs(text string) (list pairs, line int) {
	for n := 1; text != ""; n++ {
		l, rest, ended := strings.Cut(text, "\n")
		name, value, ok := strings.Cut(l, "=")
		plain, good := unescape(value, 'r')
		if !ended || !ok || !good || name == "" || !utf8.ValidString(l) {
			return list, n
		}
		list, text = append(list, pair{name, plain}), rest
	}
	return list, 0
}

// get is the value of the first pair of the name, or "".
func (p pairs) get(name string) string {
	v, _ := p.lookup(name)
	return v
}

func (p pairs) lookup(name string) (string, bool) {
	for _, e := range p {
		if e.name == name {
			return e.value, true
		}
	}
	return "", false
}

// names lists the names in their order.
func (p pairs) names() []string {
	list := make([]string, len(p))
	for i, e := range p {
		list[i] = e.name
	}
	return list
}

// append adds a pair in the form of the text.
func appendPair(b []byte, name, value string) []byte {
	b = append(append(b, name...), '=')
	b = append(b, pairEscapes.Replace(value)...)
	return append(b, '\n')
}

// maxFen bounds one amount: 10 billion yuan, more than any county has.
const maxFen = 1_000_000_000_000

// integer reads a whole number in its one spelling.
func integer(s string) (int64, bool) {
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil && strconv.FormatInt(n, 10) == s
}

// amount reads fen.
func amount(s string) (int64, bool) {
	n, ok := integer(s)
	return n, ok && n >= -maxFen && n <= maxFen
}

var (
	digestForm = regexp.MustCompile(`^[0-9a-f]{64}$`)
	keyForm    = regexp.MustCompile(`^[0-9a-f]{32}$`)
	batchForm  = regexp.MustCompile(`^[0-9]{4}-(0[1-9]|1[0-2])/[1-9][0-9]{0,5}$`)
	monthForm  = regexp.MustCompile(`^[0-9]{4}-(0[1-9]|1[0-2])$`)
	dayForm    = regexp.MustCompile(`^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$`)
)
