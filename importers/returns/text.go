package returns

import (
	"bytes"
	"iter"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"

	"zhida/importers/sheet"
	"zhida/payroll/banklayout"
	"zhida/rules/message"
)

// textLines cuts a text file at its line ends and delimiters. A line is decoded by
// itself, so that one that is damaged leaves the others as they are.
func textLines(data []byte, coding string, r *banklayout.Return) (iter.Seq[*line], error) {
	if n := bytes.Count(data, []byte("\n")); n > mostRows && n > len(data)/leastLine {
		return nil, message.Err("returns.too_large", MostText>>20)
	}
	return func(yield func(*line) bool) {
		for raw := range rawLines(data) {
			x := lineOf(raw.number, raw.text, coding)
			x.start, x.delimiter = raw.start, r.Delimiter
			if !yield(&x) {
				return
			}
		}
	}, nil
}

// rawLine is a line of a text file before it is decoded, without its end.
type rawLine struct {
	number int
	start  int // the byte it begins at
	text   []byte
}

// rawLines cuts a text at its line ends, whichever they are, and leaves out the mark before it.
func rawLines(data []byte) iter.Seq[rawLine] {
	return func(yield func(rawLine) bool) {
		start := 0
		if bytes.HasPrefix(data, mark) {
			start = len(mark)
		}
		for number := 1; ; number++ {
			b, _, more := bytes.Cut(data[start:], []byte("\n"))
			if !yield(rawLine{number, start, bytes.TrimSuffix(b, []byte("\r"))}) || !more {
				return
			}
			start += len(b) + 1
		}
	}
}

// mark begins a text that says itself that it is UTF-8.
var mark = []byte("\ufeff")

// codingOf finds a file's encoding: banks have sent UTF-8 where GBK was agreed, and the other
// way. Lines that are UTF-8 of Chinese text decide for it, since GBK hardly ever looks so, while
// UTF-8 often passes for GBK. A file with lines of both is refused: returns.mixed. Lines that
// are neither decide nothing.
func codingOf(file string, data []byte, r *banklayout.Return) (string, error) {
	local := r.Encoding
	if local == "UTF-8" {
		local = "GB18030"
	}
	utf, other := 0, 0 // the first line of each
	if bytes.HasPrefix(data, mark) {
		utf = 1
	}
	for x := range rawLines(data) {
		switch {
		case !slices.ContainsFunc(x.text, func(b byte) bool { return b >= utf8.RuneSelf }):
		case chineseUTF8(x.text):
			if utf == 0 {
				utf = x.number
			}
		case other == 0:
			if _, ok := decode(x.text, local); ok {
				other = x.number
			}
		}
		if utf > 0 && other > 0 {
			return "", message.Err("returns.mixed", file, utf, local, other)
		}
	}
	switch {
	case utf > 0:
		return "UTF-8", nil
	case other > 0:
		return local, nil
	}
	return r.Encoding, nil
}

// chineseUTF8 says whether bytes are UTF-8, and what in them is not ASCII is such as Chinese
// texts have: a pair of bytes that could be a Hanzi of GBK decides nothing.
func chineseUTF8(b []byte) bool {
	if !utf8.Valid(b) {
		return false
	}
	wide := false
	for _, c := range string(b) {
		switch {
		case c < utf8.RuneSelf, c == '·', c == '¥':
		case unicode.Is(unicode.Han, c), '\u2000' <= c && c <= '\u206f', '\u3000' <= c && c <= '\u30ff', '\uff00' <= c && c <= '\uffef':
			wide = true
		default:
			return false
		}
	}
	return wide
}

// lineOf decodes one line; what is wrong with it is that row's problem.
func lineOf(number int, b []byte, coding string) line {
	x := line{number: number, raw: b}
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
