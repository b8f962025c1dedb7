package bankfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"zhida/payroll/banklayout"
	"zhida/rules/identity"
	"zhida/rules/message"
	"zhida/rules/money"
)

// Read reads a payment file by its layout, as the bank will: rows with account,
// holder and amount, and the count and total where the layout states them (else 0).
// It shares no code with the writer.
func Read(r io.Reader, l *banklayout.Layout) (rows []Row, count int, total money.Fen, err error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, 0, 0, err
	}
	list, err := splitLines(data, l)
	if err != nil {
		return nil, 0, 0, err
	}
	if len(list) < len(l.Header)+len(l.Trailer) {
		return nil, 0, 0, errors.New("bankfile: the file is shorter than its first and last lines")
	}
	for i, want := range l.Header {
		if err := fixedLine(list[i], want, l, &count, &total); err != nil {
			return nil, 0, 0, fmt.Errorf("line %d: %w", i+1, err)
		}
	}
	end := len(list) - len(l.Trailer)
	for i, want := range l.Trailer {
		if err := fixedLine(list[end+i], want, l, &count, &total); err != nil {
			return nil, 0, 0, fmt.Errorf("line %d: %w", end+i+1, err)
		}
	}
	for i, text := range list[len(l.Header):end] {
		row, err := detailLine(text, l)
		if err != nil {
			return nil, 0, 0, fmt.Errorf("line %d: %w", len(l.Header)+i+1, err)
		}
		rows = append(rows, row)
	}
	return rows, count, total, nil
}

func splitLines(data []byte, l *banklayout.Layout) ([]string, error) {
	if e := encoder(l.Encoding); e != nil {
		text, err := e.NewDecoder().Bytes(data)
		if err != nil {
			return nil, err
		}
		data = text
	}
	if !utf8.Valid(data) || bytes.ContainsRune(data, utf8.RuneError) {
		return nil, errors.New("bankfile: the file is not in the layout's encoding")
	}
	end := "\n"
	if l.Newline == "crlf" {
		end = "\r\n"
	}
	text := string(data)
	if l.LastLine == "ended" {
		if !strings.HasSuffix(text, end) {
			return nil, errors.New("bankfile: the last line has no end")
		}
		text = strings.TrimSuffix(text, end)
	}
	list := strings.Split(text, end)
	for _, s := range list {
		if strings.ContainsAny(s, "\r\n") {
			return nil, errors.New("bankfile: a line ends in another way than the layout says")
		}
	}
	return list, nil
}

// cells cuts a line into as many fields as the layout has.
func cells(text string, n int, l *banklayout.Layout) ([]string, error) {
	if l.Trailing {
		cut, ok := strings.CutSuffix(text, l.Delimiter)
		if !ok {
			return nil, errors.New("the delimiter at the end is missing")
		}
		text = cut
	}
	list := strings.Split(text, l.Delimiter)
	if len(list) != n { // a literal may hold the delimiter of its own accord
		return nil, fmt.Errorf("%d fields instead of %d", len(list), n)
	}
	return list, nil
}

func fixedLine(text string, want banklayout.Line, l *banklayout.Layout, count *int, total *money.Fen) error {
	if len(want.Fields) == 0 {
		if text != want.Text {
			return errors.New("a fixed line differs")
		}
		return nil
	}
	list, err := cells(text, len(want.Fields), l)
	if err != nil {
		return err
	}
	for i, f := range want.Fields {
		switch f.Source {
		case "literal":
			if list[i] != f.Text {
				return errors.New("a fixed field differs")
			}
		case "count":
			if *count, err = strconv.Atoi(list[i]); err != nil {
				return err
			}
		case "total":
			if *total, err = readAmount(list[i], f.Unit); err != nil {
				return err
			}
		}
	}
	return nil
}

func detailLine(text string, l *banklayout.Layout) (r Row, err error) {
	list, err := cells(text, len(l.Detail.Fields), l)
	if err != nil {
		return r, err
	}
	for i, f := range l.Detail.Fields {
		switch f.Source {
		case "literal":
			if list[i] != f.Text {
				return r, errors.New("a fixed field differs")
			}
		case "empty":
			if list[i] != "" {
				return r, errors.New("an empty field is filled")
			}
		case "payment":
			if r.Payment, err = strconv.Atoi(list[i]); err != nil {
				return r, err
			}
		case "account":
			r.Account = identity.Card(list[i])
		case "holder":
			r.Holder = list[i]
		case "amount":
			if r.Fen, err = readAmount(list[i], f.Unit); err != nil {
				return r, err
			}
		}
	}
	return r, nil
}

func readAmount(s, unit string) (money.Fen, error) {
	if unit == "fen" {
		n, err := strconv.ParseInt(s, 10, 64)
		return money.Fen(n), err
	}
	return money.ParseYuan(s)
}

// Prove reads a written file back and compares it with what was to be written, row
// by row: account, holder, amount, count and sum. Error: bank.differs naming the row.
func Prove(r io.Reader, f *File) error {
	wrong := func(line int, err error) error { return message.Err("bank.differs", f.Name, line).Because(err) }
	rows, count, total, err := Read(r, f.Layout)
	if err != nil {
		return wrong(0, err)
	}
	if len(rows) != len(f.Rows) || len(rows) != f.Header.Count {
		return wrong(0, fmt.Errorf("%d rows instead of %d", len(rows), len(f.Rows)))
	}
	numbered := slices.ContainsFunc(f.Layout.Detail.Fields, func(x banklayout.Field) bool { return x.Source == "payment" })
	var sum money.Fen
	for i := range rows {
		a, b := &rows[i], &f.Rows[i]
		if numbered && a.Payment != b.Payment || a.Account != b.Account || a.Holder != b.Holder || a.Fen != b.Fen {
			return wrong(i+1, errors.New("account, holder or amount"))
		}
		sum += a.Fen
	}
	if sum != f.Header.Total || count != 0 && count != len(rows) || total != 0 && total != sum {
		return wrong(0, errors.New("count or sum"))
	}
	return nil
}
