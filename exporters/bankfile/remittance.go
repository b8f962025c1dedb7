package bankfile

import (
	"bufio"
	"io"
	"strconv"
	"strings"

	"zhida/rules/calendar"
	"zhida/rules/identity"
	"zhida/rules/message"
	"zhida/rules/money"
)

// Remitted is one person's deduction on the list for an institution.
type Remitted struct {
	Person int64
	Name   string
	ID     identity.ResidentID
	Item   string // printed name
	Month  calendar.Month
	Fen    money.Fen // negative: given back
}

// WriteRemittance writes the list for one institution as CSV in UTF-8 with a byte
// order mark, which office programs open by double click. It carries full ID
// numbers, since the institution books by them: such a file is private (0600). A
// tab stands before them, because a spreadsheet keeps only 15 digits of a number.
// Error: bank.no_id naming the person, and those of w.
func WriteRemittance(w io.Writer, institution string, list []Remitted) error {
	b := bufio.NewWriter(w)
	b.WriteString("\ufeff收款单位,序号,姓名,身份证号,项目,所属月份,金额（元）\r\n")
	var total money.Fen
	for i, r := range list {
		if r.ID == "" {
			return message.Err("bank.no_id", r.Person, visible(r.Name))
		}
		total += r.Fen
		record(b, harmless(institution), strconv.Itoa(i+1), harmless(r.Name), "\t"+r.ID.Full(), harmless(r.Item), r.Month.String(), r.Fen.String())
	}
	record(b, harmless(institution), "合计", strconv.Itoa(len(list))+"笔", "", "", "", total.String())
	return b.Flush() // bufio keeps the first error
}

// record writes one line; every field is quoted.
func record(b *bufio.Writer, fields ...string) {
	for i, f := range fields {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`"` + strings.ReplaceAll(f, `"`, `""`) + `"`)
	}
	b.WriteString("\r\n")
}

// harmless makes a typed text safe to open: control characters and invisible marks
// come as their number, and what a spreadsheet would take for a formula gets a
// leading apostrophe.
func harmless(s string) string {
	s = visible(s)
	if first := strings.TrimSpace(s); first != "" && strings.ContainsRune("=+-@＝＋－＠", []rune(first)[0]) {
		return "'" + s
	}
	return s
}
