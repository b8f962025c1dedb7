package returns

import (
	"bytes"
	"iter"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"

	"zhida/importers/sheet"
	"zhida/payroll/banklayout"
	"zhida/rules/message"
)

// textLines cuts a text file at its line ends and delimiters. A line is decoded by
// itself, so that one that is damaged leaves the others as they are.
func textLines(data []byte, r *banklayout.Return) (iter.Seq[*line], error) {
	coding := codingOf(data, r)
	first := 0
	if bytes.HasPrefix(data, mark) {
		first = len(mark)
	}
	if n := bytes.Count(data, []byte("\n")); n > mostRows && n > len(data)/leastLine {
		return nil, message.Err("returns.too_large", MostText>>20)
	}
	return func(yield func(*line) bool) {
		start := first
		for number := 1; ; number++ {
			b, _, more := bytes.Cut(data[start:], []byte("\n"))
			x := lineOf(number, bytes.TrimSuffix(b, []byte("\r")), coding)
			x.start, x.delimiter = start, r.Delimiter
			if !yield(&x) || !more {
				return
			}
			start += len(b) + 1
		}
	}, nil
}

// mark begins a text that says itself that it is UTF-8.
var mark = []byte("\ufeff")

// codingOf is a file's encoding: what its mark says, whatever the bank says.
func codingOf(data []byte, r *banklayout.Return) string {
	if bytes.HasPrefix(data, mark) {
		return "UTF-8"
	}
	return r.Encoding
}

// lineOf decodes one line; what is wrong with it is that row's problem.
func lineOf(number int, b []byte, coding string) line {
	x := line{number: number}
	text, ok := decode(b, coding)
	switch {
	case !ok || len(b) > mostLine:
		x.problem = message.M("returns.encoding", coding)
	case hidden(text):
		x.problem = message.M("returns.characters")
	}
	if len(text) <= mostLine {
		x.text = text
	}
	return x
}

// decode gives the text of bytes that are its encoding and nothing else: decoders
// put U+FFFD for what they do not know, without an error.
func decode(b []byte, name string) (string, bool) {
	var e encoding.Encoding = simplifiedchinese.GB18030
	switch name {
	case "UTF-8":
		return strings.ToValidUTF8(string(b), "\ufffd"), utf8.Valid(b)
	case "GBK":
		e = simplifiedchinese.GBK
	}
	text, err := e.NewDecoder().Bytes(b)
	if err != nil {
		return "", false
	}
	again, err := e.NewEncoder().Bytes(text)
	return string(text), err == nil && bytes.Equal(again, b)
}

// split cuts at the delimiters; a cell that begins with a double quote ends at the next
// single one. ok is false for a quote that does not end. What stands beyond the columns
// that a layout can name is left alone.
func split(text, delimiter string) (cells []sheet.Cell, ok bool) {
	for {
		if len(cells) == mostColumns {
			return cells, true
		}
		cell, rest, more := "", "", false
		if body, is := strings.CutPrefix(text, `"`); is {
			end := strings.Index(strings.ReplaceAll(body, `""`, "\x00\x00"), `"`)
			if end < 0 {
				return append(cells, sheet.Cell{Kind: sheet.Text, Text: strings.TrimSpace(text)}), false
			}
			cell = strings.ReplaceAll(body[:end], `""`, `"`)
			_, rest, more = strings.Cut(body[end+1:], delimiter)
		} else {
			cell, rest, more = strings.Cut(text, delimiter)
		}
		cells = append(cells, sheet.Cell{Kind: sheet.Text, Text: strings.TrimSpace(cell)})
		if !more {
			return cells, true
		}
		text = rest
	}
}
