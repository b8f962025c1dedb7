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
// numbers, since the institution books by them.
func WriteRemittance(w io.Writer, institution string, list []Remitted) error {
	b := bufio.NewWriter(w)
	b.WriteString("\ufeff收款单位,序号,姓名,身份证号,项目,所属月份,金额（元）\r\n")
	var total money.Fen
	for i, r := range list {
		if r.ID == "" {
			return message.Err("bank.no_id", r.Person, r.Name)
		}
		total += r.Fen
		row(b, institution, strconv.Itoa(i+1), r.Name, "\t"+r.ID.Full(), r.Item, r.Month.String(), r.Fen.String())
	}
	row(b, institution, "合计", strconv.Itoa(len(list))+"笔", "", "", "", total.String())
	return b.Flush()
}

// row writes one record; every field is quoted, and text that a spreadsheet would
// take for a formula gets a leading apostrophe.
func row(b *bufio.Writer, fields ...string) {
	for i, f := range fields {
		if i > 0 {
			b.WriteByte(',')
		}
		if f != "" && strings.ContainsRune("=+@", rune(f[0])) {
			f = "'" + f
		}
		b.WriteString(`"` + strings.ReplaceAll(f, `"`, `""`) + `"`)
	}
	b.WriteString("\r\n")
}
