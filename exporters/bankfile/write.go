package bankfile

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"

	"zhida/payroll/banklayout"
	"zhida/rules/calendar"
	"zhida/rules/message"
	"zhida/rules/money"
)

// encoder is the encoding of a layout; nil for UTF-8.
func encoder(name string) encoding.Encoding {
	switch name {
	case "GBK":
		return simplifiedchinese.GBK
	case "GB18030":
		return simplifiedchinese.GB18030
	}
	return nil
}

// Write writes a file. What the encoding, a width or the delimiter cannot carry
// refuses the whole file and names the person. Errors: bank.character, bank.width,
// bank.delimiter, bank.card, bank.amount.
func Write(w io.Writer, f *File) error {
	out := &lines{w: bufio.NewWriterSize(w, 1<<16), file: f}
	if e := encoder(f.Layout.Encoding); e != nil {
		out.encode, out.decode = e.NewEncoder(), e.NewDecoder()
	}
	for _, l := range f.Layout.Header {
		if err := out.line(l, nil); err != nil {
			return err
		}
	}
	if len(f.Rows) == 0 {
		return message.Err("bank.empty", f.Name)
	}
	for i := range f.Rows {
		r := &f.Rows[i]
		out.row = i + 1
		if r.Fen <= 0 {
			return message.Err("bank.amount", f.Name, r.Person, r.Holder)
		}
		if a := r.Account.Full(); len(a) < 8 || strings.Trim(a, "0123456789") != "" {
			return message.Err("bank.card", f.Name, r.Person, r.Holder)
		}
		if err := out.line(f.Layout.Detail, r); err != nil {
			return err
		}
	}
	for _, l := range f.Layout.Trailer {
		if err := out.line(l, nil); err != nil {
			return err
		}
	}
	return out.end()
}

// lines writes lines with their encoding proved.
type lines struct {
	w          *bufio.Writer
	file       *File
	encode     *encoding.Encoder
	decode     *encoding.Decoder
	started    bool
	text       bytes.Buffer
	row        int // in the file, from 1
	currentRow *Row
}

func (o *lines) newline() string {
	if o.file.Layout.Newline == "crlf" {
		return "\r\n"
	}
	return "\n"
}

func (o *lines) line(l banklayout.Line, r *Row) error {
	if o.started {
		if _, err := o.w.WriteString(o.newline()); err != nil {
			return err
		}
	}
	o.started = true
	o.text.Reset()
	o.currentRow = r
	if l.Text != "" {
		o.text.WriteString(l.Text)
	}
	for i, f := range l.Fields {
		if i > 0 {
			o.text.WriteString(o.file.Layout.Delimiter)
		}
		v, err := o.value(f)
		if err != nil {
			return err
		}
		o.text.WriteString(v)
	}
	if len(l.Fields) > 0 && o.file.Layout.Trailing {
		o.text.WriteString(o.file.Layout.Delimiter)
	}
	b, err := o.bytes(o.text.String())
	if err != nil {
		return err
	}
	_, err = o.w.Write(b)
	return err
}

func (o *lines) end() error {
	if o.file.Layout.LastLine == "ended" {
		if _, err := o.w.WriteString(o.newline()); err != nil {
			return err
		}
	}
	return o.w.Flush()
}

// bytes encodes a text and decodes it again: some characters encode to other
// characters without an error.
func (o *lines) bytes(s string) ([]byte, error) {
	if strings.ContainsAny(s, "\r\n") || strings.ContainsRune(s, '\ufffd') {
		return nil, o.refuse("bank.character", s)
	}
	if o.encode == nil {
		return []byte(s), nil
	}
	b, err := o.encode.Bytes([]byte(s))
	if err == nil {
		var back []byte
		if back, err = o.decode.Bytes(b); err == nil && string(back) != s {
			err = fmt.Errorf("bankfile: %d bytes come back different", len(b))
		}
	}
	if err != nil {
		return nil, o.refuse("bank.character", s)
	}
	return b, nil
}

// refuse names the person, the first character that does not fit, and never the card.
func (o *lines) refuse(code, s string) error {
	bad := ""
	for _, r := range s {
		if o.encode == nil {
			continue
		}
		b, err := o.encode.Bytes([]byte(string(r)))
		if err == nil {
			if back, err2 := o.decode.Bytes(b); err2 == nil && string(back) == string(r) {
				continue
			}
		}
		bad = string(r)
		break
	}
	person, name := int64(0), ""
	if o.currentRow != nil {
		person, name = o.currentRow.Person, o.currentRow.Holder
	}
	return message.Err(code, o.file.Name, person, name, bad, o.file.Layout.Encoding)
}

// value is the text of a field.
func (o *lines) value(f banklayout.Field) (string, error) {
	h, r := &o.file.Header, o.currentRow
	v := ""
	switch f.Source {
	case "literal":
		v = f.Text
	case "empty":
	case "date":
		v = dateText(h.Date, f.Format)
	case "total":
		v = amountText(h.Total, f.Unit)
	case "count":
		v = padded(h.Count, f.Digits)
	case "file_seq":
		v = padded(h.Seq, f.Digits)
	case "unit":
		v = h.Unit
	case "payer_name":
		v = h.PayerName
	case "payer_account":
		v = h.PayerAccount
	case "payer_branch":
		v = h.PayerBranch
	case "purpose":
		v = h.Purpose
	case "seq":
		v = padded(o.row, f.Digits)
	case "payment":
		v = padded(r.Payment, f.Digits)
	case "account":
		v = r.Account.Full()
	case "holder":
		v = r.Holder
	case "amount":
		v = amountText(r.Fen, f.Unit)
	case "bank_name":
		v = r.Bank
	case "branch":
		v = r.Branch
	case "cnaps":
		v = r.CNAPS
	default:
		return "", message.Err("layout.wrong", o.file.Layout.Code, f.Source)
	}
	if strings.Contains(v, o.file.Layout.Delimiter) && f.Source != "literal" {
		return "", o.refuse("bank.delimiter", v)
	}
	if f.Width > 0 {
		b, err := o.bytes(v)
		if err != nil {
			return "", err
		}
		if len(b) > f.Width {
			return "", message.Err("bank.width", o.file.Name, r.Person, r.Holder, f.Source, f.Width, len(b))
		}
	}
	return v, nil
}

func padded(n, digits int) string {
	s := strconv.Itoa(n)
	if len(s) < digits {
		s = strings.Repeat("0", digits-len(s)) + s
	}
	return s
}

func amountText(f money.Fen, unit string) string {
	if unit == "fen" {
		return strconv.FormatInt(int64(f), 10)
	}
	return f.String()
}

func dateText(d calendar.Date, format string) string {
	if format == "yyyy-mm-dd" {
		return d.String()
	}
	return strings.ReplaceAll(d.String(), "-", "")
}

// fileName fills in a name pattern.
func fileName(pattern string, h Header) string {
	return strings.NewReplacer("{date}", dateText(h.Date, ""), "{unit}", h.Unit, "{seq}", strconv.Itoa(h.Seq),
		"{batch}", strings.ReplaceAll(h.Batch.String(), "/", "-")).Replace(pattern)
}
