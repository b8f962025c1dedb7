// Package returns owns the reading of what banks send back: text files, workbooks and
// pain.002, each by the description that a layout has of them. A row that it cannot
// read is kept with the reason, and counts as nothing the bank has said; only a text
// that the layout knows word for word is success. It never looks for the payments that
// the rows answer, and never decides what becomes of them.
package returns

import (
	"bytes"
	"encoding/hex"
	"io"
	"iter"
	"slices"
	"strings"
	"unicode"

	"zhida/importers/sheet"
	"zhida/payroll"
	"zhida/payroll/banklayout"
	"zhida/payroll/journal"
	"zhida/rules/message"
)

// Caps of what is read: bytes of a workbook or of XML, bytes of a text file, rows, and
// bytes and columns of a line. A text file may have a row for every 40 of its bytes: no
// bank writes an account and an amount in less, and a file of nothing but line ends must
// not become many times larger in memory.
const (
	mostBytes   = 20 << 20
	MostText    = 128 << 20 // bytes of a text file
	mostRows    = 200_000
	leastLine   = 40
	mostSeq     = 9_999_999 // seven digits, the widest that a layout has
	mostLine    = 1 << 16
	mostColumns = 256
)

// Read reads a bank's answer by the return section of a layout. Rows stand in the
// order of the file, none left out but empty ones and totals, which are held against the
// rows. Errors: returns.none, returns.too_large, returns.web, returns.table, returns.title,
// returns.empty, returns.above, returns.mixed, returns.no_row_read, returns.no_result, returns.totals,
// returns.xml, returns.sums, returns.group, and those of package sheet; sheet.old_format for .xls.
func Read(file string, data []byte, l *banklayout.Layout) (*payroll.ReturnFile, error) {
	r := l.Return
	switch {
	case r == nil:
		return nil, message.Err("returns.none", l.Code)
	case len(data) > MostText:
		return nil, message.Err("returns.too_large", MostText>>20)
	case len(data) > mostBytes && (r.Form == "pain002" || !isText(data)):
		return nil, message.Err("returns.too_large", mostBytes>>20)
	}
	f := &payroll.ReturnFile{File: file, Digest: journal.Digest(data), Layout: l.Code, Partial: r.Lists == "failures"}
	if r.Form == "pain002" {
		if err := readPain(data, r, f); err != nil {
			return nil, err
		}
		f.Content = contentOf(func(yield func(string) bool) {
			for x := range rawLines(data) {
				if !yield(string(x.text)) {
					return
				}
			}
		})
		return f, nil
	}
	lines, coding, err := linesOf(file, data, l)
	if err != nil {
		return nil, err
	}
	columns, first, err := locate(r, lines)
	if err != nil {
		return nil, err
	}
	rows := textRows{data: data, coding: coding, columns: columns, r: r}
	var stored payroll.RowList
	sums := &totals{r: r, columns: columns, partial: f.Partial}
	n := 0
	for x := range lines {
		switch {
		case x.empty():
		case x.number < first:
			if row := read(x, columns, r); row.Problem == "" && row.Fen > 0 && r.Knows(row.Text) {
				return nil, message.Err("returns.above", file, x.number, l.Code)
			}
			sums.above(x)
		case n == 0 && heading(x, columns):
		case sums.below(x, n), n > 0 && sums.isSigned(x):
		case x.stored == nil:
			n++
			rows.at = append(rows.at, place{int32(x.start), int32(x.number)})
		default:
			n++
			stored = append(stored, read(x, columns, r))
		}
	}
	switch {
	case n == 0:
		return nil, message.Err("returns.empty", file)
	case stored == nil:
		f.Rows = &rows
	default:
		f.Rows = stored
	}
	if err := sums.hold(f); err != nil {
		return nil, err
	}
	f.Content = contentOf(func(yield func(string) bool) {
		for x := range lines {
			if !yield(x.content()) {
				return
			}
		}
	})
	if err := understood(f, r); err != nil {
		return nil, err
	}
	return f, nil
}

// understood refuses a file of which no row can be read, and one in which no row has a result:
// the file that was sent, or words of the bank that the layout does not know.
func understood(f *payroll.ReturnFile, r *banklayout.Return) error {
	read, said := false, r.Columns["status"] == ""
	for i := 0; i < f.Rows.Len() && !(read && said); i++ {
		row := f.Rows.Row(i)
		read, said = read || row.Problem == "", said || r.Knows(row.Text)
	}
	switch {
	case !read:
		return message.Err("returns.no_row_read", f.File, f.Layout)
	case !said:
		return message.Err("returns.no_result", f.File, f.Layout)
	}
	return nil
}

// contentOf is the digest of what a file says, whatever its encoding and line ends, and
// however many empty lines stand at its end: the same file saved once more is the same answer.
func contentOf(lines iter.Seq[string]) string {
	h := journal.NewHash()
	empty := 0
	for text := range lines {
		if strings.TrimSpace(text) == "" {
			empty++
			continue
		}
		io.WriteString(h, strings.Repeat("\n", empty)+text+"\n")
		empty = 0
	}
	return hex.EncodeToString(h.Sum(nil))
}

// textRows are the rows of a text file. Of a row only its place is kept: a million rows read
// would be many times the file.
type textRows struct {
	data    []byte
	coding  string
	columns map[string]int
	r       *banklayout.Return
	at      []place
}

// place is where a line begins, and its number. MostText keeps both within 32 bits.
type place struct{ start, number int32 }

// Len is how many rows there are.
func (t *textRows) Len() int { return len(t.at) }

// Row reads one of them, from 0.
func (t *textRows) Row(i int) payroll.ReturnRow {
	b, _, _ := bytes.Cut(t.data[t.at[i].start:], []byte("\n"))
	x := lineOf(int(t.at[i].number), bytes.TrimSuffix(b, []byte("\r")), t.coding)
	x.delimiter = t.r.Delimiter
	return read(&x, t.columns, t.r)
}

// line is one row of the file as it stands there. The text of a text file is cut when
// it is looked at: a hostile one would be many times larger cut up.
type line struct {
	number          int
	start           int // of a text file: the byte it begins at
	text, delimiter string
	raw             []byte          // of a text file, before it was decoded
	stored          []sheet.Cell    // of a workbook
	table           *sheet.Table    // of a workbook
	problem         message.Message // why it could not be taken apart
}

// cells gives the row's cells; a cut that fails becomes its problem.
func (x *line) cells() []sheet.Cell {
	if x.delimiter == "" {
		return x.stored
	}
	cells, ok := split(x.text, x.delimiter)
	if !ok && x.problem.IsZero() {
		x.problem = message.M("returns.quote")
	}
	return cells
}

// content is all that the row says, in any encoding; of one that is damaged, its bytes.
func (x *line) content() string {
	switch {
	case x.stored != nil:
		texts := make([]string, len(x.stored))
		for i, c := range x.stored {
			texts[i] = c.Text
		}
		return strings.Join(texts, "\t")
	case x.problem.IsZero():
		return x.text
	}
	return string(x.raw)
}

// shownInUnit refuses an amount that its cell shows in another unit than the layout's, by its number format alone: the bank may
// mean what is shown.
func (x *line) shownInUnit(c sheet.Cell, unit string) (m message.Message) {
	if x.table == nil {
		return m
	}
	if other := x.table.ShownOtherwise(c); other != "" && !(unit == "fen" && strings.HasSuffix(other, "分")) {
		return message.M("returns.unit", shown(other))
	}
	return m
}

func at(cells []sheet.Cell, column int) sheet.Cell {
	if column < 1 || column > len(cells) {
		return sheet.Cell{}
	}
	return cells[column-1]
}

func (x *line) empty() bool {
	return x.problem.IsZero() && !slices.ContainsFunc(x.cells(), func(c sheet.Cell) bool { return c.Text != "" || c.Kind == sheet.Formula })
}

// isText says that a file is no workbook.
func isText(data []byte) bool {
	return !bytes.HasPrefix(data, []byte("PK")) && !bytes.HasPrefix(data, []byte{0xd0, 0xcf, 0x11, 0xe0})
}

// linesOf gives the lines of a file, which can be gone through again, and the encoding of a text.
func linesOf(file string, data []byte, l *banklayout.Layout) (lines iter.Seq[*line], coding string, err error) {
	switch {
	case !isText(data):
		lines, err = workbook(file, data, l.Return.Sheet)
		return lines, "", err
	case bytes.HasPrefix(bytes.TrimLeft(data, "\ufeff \t\r\n"), []byte("<")):
		return nil, "", message.Err("returns.web", file)
	case l.Return.Encoding == "":
		return nil, "", message.Err("returns.table", l.Code)
	}
	if coding, err = codingOf(file, data, l.Return); err != nil {
		return nil, "", err
	}
	lines, err = textLines(data, coding, l.Return)
	return lines, coding, err
}

// workbook goes through the gate of package sheet. An invisible character in one cell
// is that row's problem here, and no reason to read none.
func workbook(file string, data []byte, name string) (iter.Seq[*line], error) {
	t, err := sheet.Open(file, data, name)
	if t == nil {
		return nil, err
	}
	list := make([]line, 0, len(t.Rows))
	for i := range t.Rows {
		x := line{number: t.Rows[i].Number, stored: t.Rows[i].Cells, table: t}
		for _, c := range x.stored {
			if hidden(c.Text) {
				x.problem = message.M("returns.characters")
			}
		}
		list = append(list, x)
	}
	return func(yield func(*line) bool) {
		for i := range list {
			if !yield(&list[i]) {
				return
			}
		}
	}, nil
}

// hidden says whether a text has characters that nobody sees or that every system
// draws differently.
func hidden(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool {
		return !unicode.IsGraphic(r) && r != '\t' || r == '\ufffd' || unicode.Is(unicode.Co, r)
	})
}

// locate gives the number of each column, and that of the first row with a payment.
func locate(r *banklayout.Return, lines iter.Seq[*line]) (columns map[string]int, first int, err error) {
	titles := r.Titles()
	columns = map[string]int{}
	found := map[string]int{}
	first = r.Skip + 1
	if len(titles) > 0 {
		first = 0
		for x := range lines {
			clear(found)
			for i, c := range x.cells() {
				if _, twice := found[c.Text]; !twice {
					found[c.Text] = i + 1
				}
			}
			if !slices.ContainsFunc(titles, func(t string) bool { return found[t] == 0 }) {
				first = x.number + 1
				break
			}
		}
		if first == 0 {
			return nil, 0, message.Err("returns.title", strings.Join(titles, "、"))
		}
	}
	for key := range r.Columns {
		n, title := r.Column(key)
		if title != "" {
			n = found[title]
		}
		columns[key] = n
	}
	return columns, first, nil
}

// heading says that a line before the first payment has titles: no branch of a bank that
// names its columns by number is asked whether it writes them out above.
func heading(x *line, columns map[string]int) bool {
	digits := func(s string) bool { return strings.ContainsAny(s, "0123456789０１２３４５６７８９") }
	cells := x.cells()
	account, amount := at(cells, columns["account"]).Text, at(cells, columns["amount"]).Text
	return account != "" && amount != "" && !digits(account) && !digits(amount)
}

// read reads one row. Everything wrong with it is said; what is right is kept.
func read(x *line, columns map[string]int, r *banklayout.Return) payroll.ReturnRow {
	out := payroll.ReturnRow{Line: x.number}
	var problems []string
	wrong := func(m message.Message) { problems = append(problems, worded(m)) }
	cells := x.cells()
	if !x.problem.IsZero() {
		wrong(x.problem)
	}
	for _, key := range []string{"seq", "account", "holder", "amount", "status", "reason", "date"} {
		if columns[key] == 0 {
			continue
		}
		c := at(cells, columns[key])
		if c.Kind == sheet.Formula {
			wrong(message.M("returns.formula"))
			continue
		}
		m := message.Message{}
		switch key {
		case "seq":
			out.Seq, m = sequence(c.Text)
		case "account":
			out.Account, m = account(c)
		case "holder":
			out.Holder = c.Text
		case "amount":
			if out.Fen, m = amount(c, r.Unit); m.IsZero() {
				m = x.shownInUnit(c, r.Unit)
			}
		case "status":
			out.Text = c.Text
		case "reason":
			out.Reason = c.Text
		case "date":
			out.Date, m = day(c.Text)
		}
		if !m.IsZero() {
			wrong(m)
		}
	}
	state := r.State(out.Text)
	if columns["status"] == 0 {
		state = "returned" // the file lists nothing but failures
	}
	conclude(&out, r, state, problems)
	return out
}

// worded is what is wrong with a row as it is kept with it, with the code behind: the row is looked
// at again on other days, and the code leads to what to do about it.
func worded(m message.Message) string { return m.Text(message.Chinese) + "（" + m.Code + "）" }

// conclude settles what the row says. What could not be read says nothing.
func conclude(out *payroll.ReturnRow, r *banklayout.Return, state string, problems []string) {
	out.State = states[state]
	if out.State != payroll.PaymentCredited {
		out.Cause = payroll.ReturnCause(r.Cause(out.Reason))
	}
	if len(problems) > 0 {
		out.Problem, out.State = strings.Join(problems, "；"), payroll.PaymentSent
	}
}

var states = map[string]payroll.PaymentState{
	"credited": payroll.PaymentCredited, "returned": payroll.PaymentReturned, banklayout.Pending: payroll.PaymentSent,
	"not_credited": payroll.PaymentParked, "recalled": payroll.PaymentRecalled,
}
