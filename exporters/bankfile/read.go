package bankfile

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/transform"

	"zhida/payroll"
	"zhida/payroll/banklayout"
	"zhida/rules/calendar"
	"zhida/rules/identity"
	"zhida/rules/message"
	"zhida/rules/money"
)

// This file and the others of its name are the reader. It shares the layout and the types with the writer, and
// no code (a test sees to it): a mistake in one shows in the other. It is strict,
// since what it reads was written here: anything it would have to guess is an error.

// longestLine bounds what is held of a file that has no line ends.
const longestLine = 1 << 16

// Read reads a whole payment file by its layout; see Scan.
func Read(r io.Reader, l *banklayout.Layout) (Header, []Row, error) {
	var rows []Row
	h, err := Scan(r, l, func(row *Row) error {
		rows = append(rows, *row)
		return nil
	})
	return h, rows, err
}

// Scan reads a payment file row by row, in bounded memory except for a workbook. Rows and header hold
// what the layout carries and are zero elsewhere; Row.Payment is the number in the
// batch only if the layout shows it. Errors: bank.read_encoding, bank.read_ending,
// bank.read_line, bank.read_field, bank.read_twice, bank.read_short, each with the line; bank.read_container for the structure of a workbook or XML; bank.read_sums when the
// file contradicts itself; those of row and of r as they come.
func Scan(r io.Reader, l *banklayout.Layout, row func(*Row) error) (Header, error) {
	s := &scanner{layout: l, in: bufio.NewReaderSize(r, longestLine), stated: map[stated]string{}, row: row}
	switch l.Encoding {
	case "GBK", "GB2312":
		s.coding = simplifiedchinese.GBK
	case "GB18030":
		s.coding = simplifiedchinese.GB18030
	}
	if s.coding != nil {
		s.encode, s.decode = s.coding.NewEncoder(), s.coding.NewDecoder()
	}
	read := s.all
	switch l.Container {
	case "xlsx":
		read = s.workbook
	case "template":
		read = s.filled
	case "xml":
		read = s.tree
	}
	if err := read(); err != nil {
		return Header{}, err
	}
	h, err := s.header()
	if err == nil && !s.addsUp(h) {
		err = message.Err("bank.read_sums", h.Count, h.Total, s.rows, s.sum)
	}
	return h, err
}

// addsUp holds count and sum, where the file states them, against its rows.
func (s *scanner) addsUp(h Header) bool {
	return (h.Count == s.rows || !s.layout.Carries(banklayout.Count)) && (h.Total == s.sum || !s.layout.Carries(banklayout.Total))
}

// stated is a value that holds for the whole file: a source, and the key of a setting.
type stated struct {
	source banklayout.Source
	key    string
}

type scanner struct {
	layout *banklayout.Layout
	in     *bufio.Reader
	coding encoding.Encoding
	encode *encoding.Encoder
	decode *encoding.Decoder
	row    func(*Row) error

	decoded, encoded []byte   // buffers
	before           []string // cells of the payment before: what repeats need not be read again

	at     int // line, from 1
	rows   int
	sum    money.Fen
	open   bool // the last line read had no end
	stated map[stated]string
}

// all reads the header lines, then payments; as many lines as the trailer has are
// held back, because only the end of the file tells them from payments.
func (s *scanner) all() error {
	if err := s.mark(); err != nil {
		return err
	}
	for i := range s.layout.Header {
		raw, err := s.next()
		if errors.Is(err, io.EOF) {
			return message.Err("bank.read_short", s.at)
		}
		if err != nil {
			return err
		}
		if err := s.line(raw, &s.layout.Header[i], nil, s.at); err != nil {
			return err
		}
	}
	var held [][]byte
	for {
		raw, err := s.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if len(s.layout.Trailer) > 0 {
			held = append(held, bytes.Clone(raw))
			if len(held) <= len(s.layout.Trailer) {
				continue
			}
			raw, held = held[0], held[1:]
		}
		if err := s.payment(raw); err != nil {
			return err
		}
	}
	return s.trailer(held)
}

func (s *scanner) payment(raw []byte) error {
	var r Row
	s.rows++
	if err := s.line(raw, &s.layout.Detail, &r, s.at-len(s.layout.Trailer)); err != nil {
		return err
	}
	return s.hand(&r)
}

// hand adds a payment up and gives it to the caller.
func (s *scanner) hand(r *Row) error {
	sum, err := money.Sum(s.sum, r.Fen)
	if err != nil {
		return err
	}
	s.sum = sum
	return s.row(r)
}

func (s *scanner) trailer(held [][]byte) error {
	if len(held) < len(s.layout.Trailer) {
		return message.Err("bank.read_short", s.at)
	}
	for i, raw := range held {
		if err := s.line(raw, &s.layout.Trailer[i], nil, s.at-len(held)+i+1); err != nil {
			return err
		}
	}
	if s.at > 0 && s.open != (s.layout.LastLine == "open") {
		return message.Err("bank.read_ending", s.at)
	}
	return nil
}

// mark reads the byte order mark where the layout has one.
func (s *scanner) mark() error {
	if !s.layout.BOM {
		return nil
	}
	var three [3]byte
	if _, err := io.ReadFull(s.in, three[:]); err != nil || three != [3]byte{0xef, 0xbb, 0xbf} {
		return message.Err("bank.read_encoding", 1, s.layout.Encoding)
	}
	return nil
}

// next gives the bytes of the next line without its end, or io.EOF. No byte of a
// GBK or GB18030 character is a line end, so bytes may be cut before they are decoded.
func (s *scanner) next() ([]byte, error) {
	raw, err := s.in.ReadSlice('\n')
	switch {
	case errors.Is(err, io.EOF) && len(raw) == 0:
		return nil, io.EOF
	case errors.Is(err, bufio.ErrBufferFull):
		return nil, message.Err("bank.read_ending", s.at+1)
	case err != nil && !errors.Is(err, io.EOF):
		return nil, err
	}
	s.at++
	body, ended := bytes.CutSuffix(raw, []byte("\n"))
	s.open = !ended
	if s.layout.Newline == "crlf" && ended {
		if body, ended = bytes.CutSuffix(body, []byte("\r")); !ended {
			return nil, message.Err("bank.read_ending", s.at)
		}
	}
	if bytes.IndexByte(body, '\r') >= 0 {
		return nil, message.Err("bank.read_ending", s.at)
	}
	return body, nil
}

// text decodes bytes; they must be the bytes that the text encodes to.
func (s *scanner) text(raw []byte, at int) (string, error) {
	if s.coding == nil {
		if !utf8.Valid(raw) || bytes.ContainsRune(raw, utf8.RuneError) {
			return "", message.Err("bank.read_encoding", at, s.layout.Encoding)
		}
		return string(raw), nil
	}
	if ascii(raw) {
		return string(raw), nil
	}
	text, ok := convert(s.decode, &s.decoded, raw)
	if ok && !bytes.ContainsRune(text, utf8.RuneError) {
		if again, ok := convert(s.encode, &s.encoded, text); ok && bytes.Equal(again, raw) && s.within(raw) {
			return string(text), nil
		}
	}
	return "", message.Err("bank.read_encoding", at, s.layout.Encoding)
}

// within holds GBK bytes against strict GB2312 where the layout has it.
func (s *scanner) within(raw []byte) bool {
	for i := 0; s.layout.Encoding == "GB2312" && i < len(raw); i++ {
		if raw[i] < utf8.RuneSelf {
			continue
		}
		if i+1 == len(raw) || !banklayout.GB2312(raw[i], raw[i+1]) {
			return false
		}
		i++
	}
	return true
}

// size is how much of a width a text takes, or -1 when the encoding lacks a character.
func (s *scanner) size(text string) int {
	n := len(text)
	if s.coding != nil && !ascii([]byte(text)) {
		b, err := s.encode.Bytes([]byte(text))
		if n = len(b); err != nil || !s.within(b) {
			return -1
		}
	}
	if s.layout.InCharacters() {
		return utf8.RuneCountInString(text)
	}
	return n
}

// convert turns bytes into another encoding; the result stands in the buffer until the next call.
func convert(t transform.Transformer, buffer *[]byte, from []byte) ([]byte, bool) {
	if need := 4*len(from) + 16; len(*buffer) < need {
		*buffer = make([]byte, need)
	}
	t.Reset()
	n, _, err := t.Transform(*buffer, from, true)
	return (*buffer)[:n], err == nil
}

func ascii(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// line reads one line by its description; r is nil outside the payments.
func (s *scanner) line(raw []byte, l *banklayout.Line, r *Row, at int) error {
	if l.Text != "" {
		text, err := s.text(raw, at)
		if err == nil && text != l.Text {
			err = message.Err("bank.read_line", at)
		}
		return err
	}
	cells, err := s.cells(raw, l.Fields, at)
	if err != nil {
		return err
	}
	return s.values(l.Fields, cells, r, at)
}

// values takes the cells of a line, one for each field.
func (s *scanner) values(fields []banklayout.Field, cells []string, r *Row, at int) error {
	for i := range fields {
		f := &fields[i]
		if r != nil && s.before != nil && s.before[i] == cells[i] && !f.OfPayment() {
			continue
		}
		if err := s.field(f, cells[i], r, at); err != nil {
			return err
		}
	}
	if r != nil {
		s.before = cells
	}
	return nil
}

func (s *scanner) field(f *banklayout.Field, cell string, r *Row, at int) error {
	if f.Source == banklayout.Joined {
		return s.joined(f, cell, r, at)
	}
	v, ok := plain(cell, f, s.layout)
	if !ok {
		return message.Err("bank.read_field", at, f.Label())
	}
	return s.take(f, v, r, at)
}

// joined cuts a value into its parts, from the left: a part has a length of its own,
// or ends where its suffix or the next part's fixed text begins.
func (s *scanner) joined(f *banklayout.Field, cell string, r *Row, at int) error {
	rest, ok := strings.CutPrefix(unpadded(cell, f), f.Prefix)
	if ok {
		rest, ok = strings.CutSuffix(rest, f.Suffix)
	}
	for i := range f.Parts {
		p := &f.Parts[i]
		n := len(rest)
		if ok && i+1 < len(f.Parts) {
			n = s.partLength(p, &f.Parts[i+1], rest)
		}
		if !ok || n <= 0 || n > len(rest) {
			return message.Err("bank.read_field", at, f.Label())
		}
		if err := s.field(p, rest[:n], r, at); err != nil {
			return err
		}
		rest = rest[n:]
	}
	return nil
}

// partLength is the number of bytes of UTF-8 that a part takes, -1 when it cannot be told.
func (s *scanner) partLength(p, next *banklayout.Field, rest string) int {
	affixes := len(p.Prefix) + len(p.Suffix)
	switch {
	case p.Width > 0:
		for i := range rest {
			if s.size(rest[:i]) == p.Width {
				return i
			}
		}
		return len(rest)
	case p.Source == banklayout.Literal:
		return len(p.Text)
	case p.Source == banklayout.Date && p.Format != "" && p.Format != "yyyymmdd":
		return affixes + len("2026-11-25")
	case p.Source == banklayout.Date:
		return affixes + len("20261125")
	case p.Source == banklayout.Month && p.Format == "yyyy-mm":
		return affixes + len("2026-11")
	case p.Source == banklayout.Month && p.Format != "yyyy年m月":
		return affixes + len("202611")
	case !strings.HasPrefix(rest, p.Prefix):
		return -1
	case p.Suffix != "":
		if i := strings.Index(rest[len(p.Prefix):], p.Suffix); i >= 0 {
			return affixes + i
		}
		return -1
	}
	if i := strings.Index(rest[len(p.Prefix):], next.Ahead()); i >= 0 {
		return len(p.Prefix) + i
	}
	return -1
}

// cells cuts a line into exactly the fields of its description.
func (s *scanner) cells(raw []byte, fields []banklayout.Field, at int) ([]string, error) {
	if s.layout.Container == "fixed" && !s.layout.InCharacters() {
		return s.byteCells(raw, fields, at)
	}
	text, err := s.text(raw, at)
	if err != nil {
		return nil, err
	}
	if s.layout.Container == "fixed" {
		return characterCells(text, fields, at)
	}
	leading, trailing := true, true
	if s.layout.Leading {
		text, leading = strings.CutPrefix(text, s.layout.Delimiter)
	}
	if s.layout.Trailing {
		text, trailing = strings.CutSuffix(text, s.layout.Delimiter)
	}
	cells, ok := s.split(text)
	if !ok || !leading || !trailing || len(cells) != len(fields) {
		return nil, message.Err("bank.read_line", at)
	}
	for i := range fields {
		if !s.measured(cells[i], &fields[i]) {
			return nil, message.Err("bank.read_field", at, fields[i].Label())
		}
	}
	return cells, nil
}

// split cuts at the delimiters; quotes must stand exactly where the layout has them.
func (s *scanner) split(text string) (cells []string, ok bool) {
	d := s.layout.Delimiter
	if s.layout.Quote == "" {
		return strings.Split(text, d), true
	}
	for {
		cell, rest, more := "", "", false
		if body, is := strings.CutPrefix(text, `"`); is {
			end := 0
			for end < len(body) && (body[end] != '"' || strings.HasPrefix(body[end:], `""`)) {
				if body[end] == '"' {
					end++
				}
				end++
			}
			if end >= len(body) {
				return nil, false
			}
			cell, rest = strings.ReplaceAll(body[:end], `""`, `"`), body[end+1:]
			if s.layout.Quote == "needed" && !strings.Contains(cell, d) && !strings.Contains(cell, `"`) {
				return nil, false
			}
			if more = rest != ""; more {
				if rest, is = strings.CutPrefix(rest, d); !is {
					return nil, false
				}
			}
		} else {
			cell, rest, more = strings.Cut(text, d)
			if s.layout.Quote == "always" || strings.Contains(cell, `"`) {
				return nil, false
			}
		}
		cells = append(cells, cell)
		if !more {
			return cells, true
		}
		text = rest
	}
}

// measured holds a cell that is not cut by its width against it.
func (s *scanner) measured(cell string, f *banklayout.Field) bool {
	if f.Width == 0 && f.Max == 0 {
		return true
	}
	size := s.size(cell)
	return size >= 0 && (f.Width == 0 || size == f.Width) && (f.Max == 0 || size <= f.Max)
}

func (s *scanner) byteCells(raw []byte, fields []banklayout.Field, at int) ([]string, error) {
	cells := make([]string, len(fields))
	for i := range fields {
		if len(raw) < fields[i].Width {
			return nil, message.Err("bank.read_line", at)
		}
		var err error
		if cells[i], err = s.text(raw[:fields[i].Width], at); err != nil {
			return nil, err
		}
		raw = raw[fields[i].Width:]
	}
	if len(raw) > 0 {
		return nil, message.Err("bank.read_line", at)
	}
	return cells, nil
}

func characterCells(text string, fields []banklayout.Field, at int) ([]string, error) {
	runes, cells := []rune(text), make([]string, len(fields))
	for i := range fields {
		if len(runes) < fields[i].Width {
			return nil, message.Err("bank.read_line", at)
		}
		cells[i], runes = string(runes[:fields[i].Width]), runes[fields[i].Width:]
	}
	if len(runes) > 0 {
		return nil, message.Err("bank.read_line", at)
	}
	return cells, nil
}

// plain takes the padding, prefix and suffix off a cell, and the bank's code off the value.
func plain(cell string, f *banklayout.Field, l *banklayout.Layout) (string, bool) {
	cell = unpadded(cell, f)
	if cell == f.Empty && canBeEmpty(f) {
		return "", true
	}
	v, ok := strings.CutPrefix(cell, f.Prefix)
	if !ok {
		return "", false
	}
	if v, ok = strings.CutSuffix(v, f.Suffix); !ok || v == "" || l.Delimiter != "" && l.Quote == "" && strings.Contains(v, l.Delimiter) {
		return "", false
	}
	if f.Codes == nil {
		return v, true
	}
	for ours, code := range f.Codes {
		if code == v {
			return ours, true
		}
	}
	return "", false
}

func unpadded(cell string, f *banklayout.Field) string {
	switch {
	case f.Width == 0 || f.Pad == "0":
		return cell
	case f.Side == "left":
		return strings.TrimLeft(cell, " ")
	}
	return strings.TrimRight(cell, " ")
}

func canBeEmpty(f *banklayout.Field) bool {
	switch f.Source {
	case banklayout.Literal, banklayout.Account, banklayout.Holder, banklayout.Amount, banklayout.Seq, banklayout.Payment,
		banklayout.Count, banklayout.Total, banklayout.Date, banklayout.Month, banklayout.FileSeq, banklayout.Person, banklayout.OwnBank:
		return false
	}
	return !f.Required
}

// take puts a value where it belongs. What holds for the whole file must be the
// same wherever it is stated.
func (s *scanner) take(f *banklayout.Field, v string, r *Row, at int) error {
	ok := true
	switch f.Source {
	case banklayout.Empty:
		ok = v == ""
	case banklayout.Literal:
		ok = v == f.Text
	case banklayout.Seq:
		n, err := wholeNumber(v, f)
		ok = err == nil && n == int64(s.rows)
	case banklayout.Payment:
		n, err := wholeNumber(v, f)
		ok = err == nil && once(&r.Payment, int(n))
	case banklayout.Person:
		n, err := wholeNumber(v, f)
		ok = err == nil && once(&r.Person, n)
	case banklayout.OwnBank:
		ok = v == banklayout.Own && !r.Other || v == banklayout.Other
		r.Other = v == banklayout.Other
	case banklayout.Account:
		ok = onlyDigits(v) && len(v) >= 8 && len(v) <= 30 && once(&r.Account, identity.Card(v))
	case banklayout.Holder:
		ok = once(&r.Holder, v)
	case banklayout.Amount:
		n, err := readAmount(v, f)
		ok = err == nil && n > 0 && once(&r.Fen, n)
	case banklayout.BankName:
		ok = once(&r.Bank, v)
	case banklayout.Branch:
		ok = once(&r.Branch, v)
	case banklayout.CNAPS:
		ok = once(&r.CNAPS, v)
	default:
		return s.state(f, v, at)
	}
	if !ok {
		return message.Err("bank.read_field", at, f.Label())
	}
	return nil
}

// once sets a value, or holds it against the one stated before.
func once[T comparable](to *T, v T) bool {
	var zero T
	if *to != zero && *to != v {
		return false
	}
	*to = v
	return true
}

// state keeps a value of the whole file, in one form whatever the field's.
func (s *scanner) state(f *banklayout.Field, v string, at int) error {
	ok := true
	switch f.Source {
	case banklayout.Total:
		n, err := readAmount(v, f)
		v, ok = strconv.FormatInt(int64(n), 10), err == nil
	case banklayout.Count, banklayout.FileSeq:
		n, err := wholeNumber(v, f)
		v, ok = strconv.FormatInt(n, 10), err == nil
	case banklayout.Date:
		d, err := readDate(v, f.Format)
		v, ok = d.String(), err == nil
	case banklayout.Month:
		m, err := readMonth(v, f.Format)
		v, ok = m.String(), err == nil
	}
	if !ok {
		return message.Err("bank.read_field", at, f.Label())
	}
	k := stated{f.Source, f.Key}
	if before, twice := s.stated[k]; twice && before != v {
		return message.Err("bank.read_twice", at, f.Label())
	}
	s.stated[k] = v
	return nil
}

// header gathers what the file states.
func (s *scanner) header() (h Header, err error) {
	h.PayerName = s.stated[stated{source: banklayout.PayerName}]
	h.PayerAccount = s.stated[stated{source: banklayout.PayerAccount}]
	h.PayerBranch = s.stated[stated{source: banklayout.PayerBranch}]
	h.Unit = s.stated[stated{source: banklayout.Unit}]
	h.Purpose = s.stated[stated{source: banklayout.Purpose}]
	for k, v := range s.stated {
		bad := error(nil)
		switch k.source {
		case banklayout.Total:
			var n int64
			n, bad = strconv.ParseInt(v, 10, 64)
			h.Total = money.Fen(n)
		case banklayout.Count:
			h.Count, bad = strconv.Atoi(v)
		case banklayout.FileSeq:
			h.Seq, bad = strconv.Atoi(v)
		case banklayout.Date:
			h.Date, bad = calendar.ParseDate(v)
		case banklayout.Month:
			h.Month, bad = calendar.ParseMonth(v)
		case banklayout.Batch:
			h.Batch, bad = payroll.ParseBatchID(v)
		case banklayout.Setting:
			if h.Extra == nil {
				h.Extra = map[string]string{}
			}
			h.Extra[k.key] = v
		}
		if bad != nil {
			return Header{}, message.Err("bank.read_field", s.at, k.source).Because(bad)
		}
	}
	return h, nil
}

// wholeNumber reads a number; zeros in front only where the field is padded with them.
func wholeNumber(v string, f *banklayout.Field) (int64, error) {
	if !onlyDigits(v) || f.Pad != "0" && len(v) > 1 && v[0] == '0' {
		return 0, errors.New("bankfile: not a number as the layout writes it")
	}
	return strconv.ParseInt(v, 10, 64)
}

func onlyDigits(v string) bool {
	return v != "" && strings.Trim(v, "0123456789") == ""
}

// readAmount reads an amount in the field's unit and decimals, to fen.
func readAmount(v string, f *banklayout.Field) (money.Fen, error) {
	if f.Unit == "fen" {
		n, err := wholeNumber(v, f)
		return money.Fen(n), err
	}
	whole, decimals, _ := strings.Cut(v, ".")
	if len(decimals) != f.Places() || strings.Contains(v, ".") != (f.Places() > 0) {
		return 0, errors.New("bankfile: not an amount with the layout's decimals")
	}
	if f.Places() == 3 {
		if decimals[2] != '0' {
			return 0, errors.New("bankfile: an amount has a part of a fen")
		}
		decimals = decimals[:2]
	}
	if _, err := wholeNumber(whole, f); err != nil {
		return 0, err
	}
	if f.Pad == "0" {
		whole = "0" + strings.TrimLeft(whole, "0")
		if len(whole) > 1 {
			whole = whole[1:]
		}
	}
	if decimals == "" {
		decimals = "00"
	}
	return money.ParseYuan(whole + "." + decimals)
}

func readDate(v, format string) (calendar.Date, error) {
	switch {
	case format == "yyyy-mm-dd":
	case format == "yyyy/mm/dd" && strings.Count(v, "/") == 2 && !strings.Contains(v, "-"):
		v = strings.ReplaceAll(v, "/", "-")
	case len(v) == 8 && onlyDigits(v):
		v = v[:4] + "-" + v[4:6] + "-" + v[6:]
	default:
		return 0, errors.New("bankfile: not a date as the layout writes it")
	}
	return calendar.ParseDate(v)
}

func readMonth(v, format string) (calendar.Month, error) {
	if format == "yyyy年m月" {
		year, rest, _ := strings.Cut(v, "年")
		month, end, ok := strings.Cut(rest, "月")
		n, err := strconv.Atoi(month)
		if !ok || end != "" || err != nil || strconv.Itoa(n) != month || n < 1 {
			return 0, errors.New("bankfile: not a month as the layout writes it")
		}
		v = year + "-" + strings.Repeat("0", 2-min(2, len(month))) + month
	} else if format != "yyyy-mm" && len(v) == 6 {
		v = v[:4] + "-" + v[4:]
	}
	return calendar.ParseMonth(v)
}
