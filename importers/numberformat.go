package importers

import (
	"regexp"
	"strings"

	"github.com/shopspring/decimal"

	"zhida/importers/sheet"
	"zhida/rules/facts"
	"zhida/rules/message"
)

var (
	figures    = regexp.MustCompile(`[0#?][0#?,.]*`)
	moved      = regexp.MustCompile(`[0#?]([Ee][+-]|,+([^0#?,.]|$))`)
	inQuotes   = regexp.MustCompile(`"([^"]*)"|\[\$([^\]-]*)[^\]]*\]`)
	oneLiteral = regexp.MustCompile(`[\\!](.)`)
)

// shownInYuan refuses an amount whose cell shows another unit than the yuan, by its number format alone: 0.48 as 0.48万元.
func (r *reading) shownInYuan(cell sheet.Cell, c *column) error {
	format := r.table.OtherFormat(cell)
	reference := r.form.fact == facts.KindReference && c.code == "value" && !strings.Contains(format, "%") // shares are no money
	if format == "" || c.kind != amount && !reference {
		return nil
	}
	return message.Err("import.unit", r.name(), cell.Address(), shownAs(cell.Text, format))
}

// shownAs writes a number about as its cell shows it: 0.48万元. Where the format moves the point, the format stands beside the number.
func shownAs(number, format string) string {
	if d, err := boundedDecimal(number); err == nil {
		number = d.Round(9).String() // without the noise of a binary number
	}
	first, _, _ := strings.Cut(format, ";")
	bare := oneLiteral.ReplaceAllString(inQuotes.ReplaceAllString(first, ""), "")
	first = oneLiteral.ReplaceAllString(inQuotes.ReplaceAllString(first, "$1$2"), "$1")
	at := figures.FindStringIndex(first)
	if at == nil || moved.MatchString(bare) {
		return number + "（" + format + "）"
	}
	if d, err := decimal.NewFromString(number); strings.Contains(bare, "%") && err == nil {
		number = d.Shift(2).String()
	}
	return strings.TrimSpace(first[:at[0]] + number + first[at[1]:])
}
