package bankfile

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"zhida/payroll/banklayout"
	"zhida/rules/calendar"
	"zhida/rules/message"
	"zhida/rules/money"
)

// mostProblems bounds the list of what one file refuses.
const mostProblems = 100

// Write writes a file: lines and XML in one pass and in bounded memory, a workbook
// when it is whole. What the encoding, a width or the layout cannot carry refuses the
// whole file: the error is then message.Problems, one for each person, with the name of
// the file and the number of the row; what was written until then is to be thrown away.
// Other errors: bank.no_rows, bank.totals, bank.setting, bank.setting_text,
// bank.template, and those of w.
func Write(w io.Writer, f *File) error {
	if len(f.Rows) == 0 {
		return message.Err("bank.no_rows", f.Name)
	}
	o := newWriter(w, f)
	switch f.Layout.Container {
	case "xlsx":
		return o.workbook()
	case "template":
		return o.template()
	case "xml":
		return o.tree()
	}
	return o.text()
}

func newWriter(w io.Writer, f *File) *writer {
	return &writer{file: f, layout: f.Layout, codec: newCodec(f.Layout.Encoding), out: bufio.NewWriterSize(w, 1<<16),
		same: make([][]byte, len(f.Layout.Detail.Fields))}
}

// text writes a file of lines.
func (o *writer) text() error {
	if o.layout.BOM {
		o.out.WriteString("\ufeff")
	}
	if err := o.fixed(o.layout.Header); err != nil {
		return err
	}
	if err := o.details(func(r *Row, n int) message.Message { return o.build(&o.layout.Detail, r, n) }, o.put); err != nil {
		return err
	}
	if err := o.fixed(o.layout.Trailer); err != nil {
		return err
	}
	if o.layout.LastLine == "ended" && o.lines > 0 {
		o.out.WriteString(o.newline())
	}
	return o.out.Flush()
}

// writer builds one line at a time; bufio keeps the first error of the device.
type writer struct {
	file   *File
	layout *banklayout.Layout
	codec  *codec
	out    *bufio.Writer
	lines  int
	line   []byte   // in the encoding of the file
	value  []byte   // of the field at hand, UTF-8
	shown  string   // the field at hand at its width, before quotes and encoding
	inside bool     // of a joined value
	same   [][]byte // fields of the detail that do not differ from row to row, as the first row has them
}

func (o *writer) newline() string {
	if o.layout.Newline == "crlf" {
		return "\r\n"
	}
	return "\n"
}

// fixed writes the lines before or after the payments.
func (o *writer) fixed(lines []banklayout.Line) error {
	for i := range lines {
		if m := o.build(&lines[i], nil, 0); !m.IsZero() {
			return &message.Error{Message: m}
		}
		o.put()
	}
	return nil
}

// details builds every payment and puts it out as long as nothing was refused.
func (o *writer) details(build func(*Row, int) message.Message, put func()) error {
	var problems message.Problems
	var sum money.Fen
	for i := range o.file.Rows {
		r := &o.file.Rows[i]
		m := o.payable(r)
		if m.IsZero() {
			m = build(r, i+1)
		}
		if ofSettings(m) {
			return &message.Error{Message: m} // the same in every row
		}
		if !m.IsZero() {
			problems = append(problems, message.Problem{File: o.file.Name, Cell: strconv.Itoa(i + 1), Message: m})
			if len(problems) == mostProblems {
				break
			}
		}
		if len(problems) == 0 {
			put()
		}
		sum += r.Fen
	}
	if len(problems) > 0 {
		return problems
	}
	if sum != o.file.Header.Total || len(o.file.Rows) != o.file.Header.Count {
		return message.Err("bank.totals", o.file.Name, o.file.Header.Count, o.file.Header.Total, len(o.file.Rows), sum)
	}
	return nil
}

// payable refuses rows that no bank could pay, whatever the layout.
func (o *writer) payable(r *Row) message.Message {
	account := r.Account.Full()
	most := o.layout.RowLimit()
	switch {
	case r.Fen <= 0:
		return message.M("bank.amount", r.Person, visible(r.Holder), r.Fen)
	case most > 0 && r.Fen > most:
		return message.M("bank.limit", r.Person, visible(r.Holder), r.Fen, o.layout.Name, most)
	case len(account) < 8 || len(account) > 30 || strings.Trim(account, "0123456789") != "":
		return message.M("bank.card", r.Person, visible(r.Holder), r.Account)
	case r.Holder == "":
		return message.M("bank.holder", r.Person)
	}
	return message.Message{}
}

// put ends the line before and writes the one that was built.
func (o *writer) put() {
	if o.lines > 0 {
		o.out.WriteString(o.newline())
	}
	o.lines++
	o.out.Write(o.line)
}

// build makes the next line; a message says why it cannot be written. Row is nil
// outside the detail.
func (o *writer) build(l *banklayout.Line, r *Row, n int) message.Message {
	o.line = o.line[:0]
	if l.Text != "" {
		return o.encode(nil, l.Text, r)
	}
	if o.layout.Leading {
		o.line = append(o.line, o.layout.Delimiter...)
	}
	for i := range l.Fields {
		if i > 0 {
			o.line = append(o.line, o.layout.Delimiter...)
		}
		if m := o.cell(l, i, r, n); !m.IsZero() {
			return m
		}
	}
	if o.layout.Trailing {
		o.line = append(o.line, o.layout.Delimiter...)
	}
	return message.Message{}
}

// cell adds the i-th field of a line; what every row repeats is made once.
func (o *writer) cell(l *banklayout.Line, i int, r *Row, n int) message.Message {
	f := &l.Fields[i]
	if r == nil || f.OfPayment() {
		return o.quoted(f, r, n)
	}
	if o.same[i] == nil {
		start := len(o.line)
		if m := o.quoted(f, r, n); !m.IsZero() {
			return m
		}
		o.same[i] = append([]byte{}, o.line[start:]...)
		return message.Message{}
	}
	o.line = append(o.line, o.same[i]...)
	return message.Message{}
}

// quoted adds one field to the line, in quotes where the layout has them. No byte of a
// character in any of the encodings is a quote.
func (o *writer) quoted(f *banklayout.Field, r *Row, n int) message.Message {
	start := len(o.line)
	if m := o.field(f, r, n); !m.IsZero() || o.layout.Quote == "" {
		return m
	}
	if o.layout.Quote == "always" || strings.Contains(o.shown, o.layout.Delimiter) || strings.Contains(o.shown, `"`) {
		inner := bytes.ReplaceAll(o.line[start:], []byte(`"`), []byte(`""`))
		o.line = slices.Concat(o.line[:start], []byte(`"`), inner, []byte(`"`))
	}
	return message.Message{}
}

// field adds one field to the line, at its width.
func (o *writer) field(f *banklayout.Field, r *Row, n int) message.Message {
	if f.Source == banklayout.Joined {
		return o.joined(f, r, n)
	}
	o.value = o.appendValue(o.value[:0], f, r, n)
	if free(f.Source) {
		if m := o.clean(f, r); !m.IsZero() {
			return m
		}
	}
	if m := o.amountFits(f, r); !m.IsZero() {
		return m
	}
	if m := o.code(f, r); !m.IsZero() {
		return m
	}
	start := len(o.line)
	text := f.Empty
	switch {
	case len(o.value) > 0:
		text = f.Prefix + string(o.value) + f.Suffix
	case f.Required || o.inside || f.Source == banklayout.Setting && f.Empty == "":
		return o.refuse(f, r, "bank.empty", "bank.setting", settingKey(f))
	}
	if m := o.encode(f, text, r); !m.IsZero() {
		return m
	}
	return o.pad(f, r, start, text)
}

// joined adds a value of several parts. A part without a length of its own may not
// hold the text at which it ends.
func (o *writer) joined(f *banklayout.Field, r *Row, n int) message.Message {
	start := len(o.line)
	if m := o.encode(f, f.Prefix, r); !m.IsZero() {
		return m
	}
	text := f.Prefix
	o.inside = true
	defer func() { o.inside = false }()
	for i := range f.Parts {
		p := &f.Parts[i]
		if m := o.field(p, r, n); !m.IsZero() {
			return m
		}
		end := p.Suffix
		if i+1 < len(f.Parts) && end == "" {
			end = f.Parts[i+1].Ahead()
		}
		if v := string(o.value); i+1 < len(f.Parts) && !p.Bounded() && strings.Index(v+end, end) != len(v) {
			return o.refuse(p, r, "bank.delimiter", "bank.setting_text", strconv.Quote(end))
		}
		text += o.shown
	}
	if m := o.encode(f, f.Suffix, r); !m.IsZero() {
		return m
	}
	return o.pad(f, r, start, text+f.Suffix)
}

// code puts the bank's code in the place of our value.
func (o *writer) code(f *banklayout.Field, r *Row) message.Message {
	if len(o.value) == 0 || f.Codes == nil {
		return message.Message{}
	}
	to, ok := f.Codes[string(o.value)]
	if !ok {
		return o.refuse(f, r, "bank.code", "bank.setting_text", visible(string(o.value)))
	}
	o.value = append(o.value[:0], to...)
	return message.Message{}
}

// free says whether people typed the value.
func free(s banklayout.Source) bool {
	switch s {
	case banklayout.Holder, banklayout.BankName, banklayout.Branch, banklayout.CNAPS, banklayout.PayerName, banklayout.PayerAccount,
		banklayout.PayerBranch, banklayout.Unit, banklayout.Purpose, banklayout.Setting:
		return true
	}
	return false
}

// clean spells a typed value as the bank wants it, and refuses what would make
// another field or line of it, or could not be told from padding.
func (o *writer) clean(f *banklayout.Field, r *Row) message.Message {
	v := o.layout.Spell(string(o.value))
	o.value = append(o.value[:0], v...)
	switch {
	case o.layout.Delimiter != "" && o.layout.Quote == "" && strings.Contains(v, o.layout.Delimiter):
		return o.refuse(f, r, "bank.delimiter", "bank.setting_text", strconv.Quote(o.layout.Delimiter))
	case v != strings.TrimFunc(v, unicode.IsSpace) || f.Spaces == "forbid" && strings.ContainsFunc(v, unicode.IsSpace):
		return o.refuse(f, r, "bank.spaces", "bank.setting_text", `" "`)
	}
	return message.Message{}
}

// amountFits refuses jiao and fen where the layout has whole yuan.
func (o *writer) amountFits(f *banklayout.Field, r *Row) message.Message {
	if f.Source == banklayout.Amount && f.Unit != "fen" && f.Places() == 0 && r.Fen%100 != 0 {
		return message.M("bank.whole_yuan", r.Person, visible(r.Holder), r.Fen, o.layout.Name)
	}
	if f.Source == banklayout.Total && f.Unit != "fen" && f.Places() == 0 && o.file.Header.Total%100 != 0 {
		return message.M("bank.whole_yuan", 0, o.file.Name, o.file.Header.Total, o.layout.Name)
	}
	return message.Message{}
}

// encode adds text to the line, proved.
func (o *writer) encode(f *banklayout.Field, text string, r *Row) message.Message {
	line, bad, ok := o.codec.append(o.line, text)
	o.line = line
	if ok {
		return message.Message{}
	}
	if better, known := standard[bad]; known {
		return o.refuse(f, r, "bank.private", "bank.setting_text", fmt.Sprintf("U+%04X", bad), string(better), fmt.Sprintf("U+%04X", better))
	}
	return o.refuse(f, r, "bank.character", "bank.setting_text", visible(string(bad)), fmt.Sprintf("U+%04X", bad), o.layout.Encoding)
}

// pad fills a field up to its width and refuses what exceeds it; nothing is cut.
func (o *writer) pad(f *banklayout.Field, r *Row, start int, text string) message.Message {
	size := len(o.line) - start
	if o.layout.InCharacters() {
		size = utf8.RuneCountInString(text)
	}
	if most := max(f.Max, f.Width); most > 0 && size > most {
		return o.refuse(f, r, "bank.width", "bank.setting_text", most, size)
	}
	with := byte(' ')
	if f.Pad != "" {
		with = f.Pad[0]
	}
	missing := max(0, f.Width-size)
	o.shown = text
	if missing > 0 {
		o.shown = padded(text, f, missing, with)
	}
	for range missing {
		o.line = append(o.line, with)
	}
	if f.Side == "left" && missing > 0 {
		copy(o.line[start+missing:], o.line[start:len(o.line)-missing])
		for i := range missing {
			o.line[start+i] = with
		}
	}
	return message.Message{}
}

func padded(text string, f *banklayout.Field, missing int, with byte) string {
	if f.Side == "left" {
		return strings.Repeat(string(with), missing) + text
	}
	return text + strings.Repeat(string(with), missing)
}

// refuse names the person whose value does not fit or, outside the payments and
// for what the county set, the file and the field; never the account.
func (o *writer) refuse(f *banklayout.Field, r *Row, person, setting string, args ...any) message.Message {
	label := ""
	if f != nil {
		label = f.Label()
	}
	if r != nil && f != nil && f.OfPayment() {
		return message.M(person, append([]any{r.Person, visible(r.Holder), label}, args...)...)
	}
	return message.M(setting, append([]any{o.file.Name, o.file.Bank, label}, args...)...)
}

func ofSettings(m message.Message) bool {
	return m.Code == "bank.setting" || m.Code == "bank.setting_text"
}

func settingKey(f *banklayout.Field) string {
	if f.Source == banklayout.Setting {
		return "extra." + f.Key
	}
	return string(f.Source)
}

// visible makes a typed text safe to show: control characters and invisible marks
// come as their number.
func visible(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return !unicode.IsGraphic(r) || unicode.Is(unicode.Co, r) }) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if unicode.IsGraphic(r) && !unicode.Is(unicode.Co, r) {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, "‹U+%04X›", r)
		}
	}
	return b.String()
}

// appendValue adds the plain value of a field, without what the field puts around it.
func (o *writer) appendValue(dst []byte, f *banklayout.Field, r *Row, n int) []byte {
	h := &o.file.Header
	switch f.Source {
	case banklayout.Literal:
		return append(dst, f.Text...)
	case banklayout.Seq:
		return strconv.AppendInt(dst, int64(n), 10)
	case banklayout.Payment:
		return strconv.AppendInt(dst, int64(r.Payment), 10)
	case banklayout.Person:
		return strconv.AppendInt(dst, r.Person, 10)
	case banklayout.Account:
		return append(dst, r.Account.Full()...)
	case banklayout.Holder:
		return append(dst, r.Holder...)
	case banklayout.Amount:
		return appendAmount(dst, r.Fen, f)
	case banklayout.BankName:
		return append(dst, r.Bank...)
	case banklayout.Branch:
		return append(dst, r.Branch...)
	case banklayout.CNAPS:
		return append(dst, r.CNAPS...)
	case banklayout.OwnBank:
		if r.Other {
			return append(dst, banklayout.Other...)
		}
		return append(dst, banklayout.Own...)
	case banklayout.Total:
		return appendAmount(dst, h.Total, f)
	case banklayout.Count:
		return strconv.AppendInt(dst, int64(h.Count), 10)
	case banklayout.FileSeq:
		return strconv.AppendInt(dst, int64(h.Seq), 10)
	case banklayout.Date:
		return append(dst, dateText(h.Date, f.Format)...)
	case banklayout.Month:
		return append(dst, monthText(h.Month, f.Format)...)
	}
	return append(dst, o.headerText(f)...)
}

func (o *writer) headerText(f *banklayout.Field) string {
	h := &o.file.Header
	switch f.Source {
	case banklayout.Batch:
		return h.Batch.String()
	case banklayout.PayerName:
		return h.PayerName
	case banklayout.PayerAccount:
		return h.PayerAccount
	case banklayout.PayerBranch:
		return h.PayerBranch
	case banklayout.Unit:
		return h.Unit
	case banklayout.Purpose:
		return h.Purpose
	case banklayout.Setting:
		return h.Extra[f.Key]
	}
	return "" // banklayout.Empty; Check knows every source
}

// appendAmount writes fen as they are, or yuan with the decimals of the field.
func appendAmount(dst []byte, fen money.Fen, f *banklayout.Field) []byte {
	if f.Unit == "fen" {
		return strconv.AppendInt(dst, int64(fen), 10)
	}
	dst = strconv.AppendInt(dst, int64(fen/100), 10)
	if f.Places() == 0 {
		return dst
	}
	dst = append(dst, '.', byte('0'+fen/10%10), byte('0'+fen%10))
	if f.Places() == 3 {
		dst = append(dst, '0')
	}
	return dst
}

func dateText(d calendar.Date, format string) string {
	s := d.String()
	switch format {
	case "yyyy-mm-dd":
		return s
	case "yyyy/mm/dd":
		return strings.ReplaceAll(s, "-", "/")
	}
	return strings.ReplaceAll(s, "-", "")
}

func monthText(m calendar.Month, format string) string {
	switch format {
	case "yyyy-mm":
		return m.String()
	case "yyyy年m月":
		return strconv.Itoa(m.Year()) + "年" + strconv.Itoa(m.Number()) + "月"
	}
	return strings.ReplaceAll(m.String(), "-", "")
}
