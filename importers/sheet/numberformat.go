package sheet

import (
	"regexp"
	"slices"
	"strings"

	"github.com/shopspring/decimal"
)

// builtInFormats are the formats that a workbook names by number alone and that show another figure than the one kept.
var builtInFormats = map[int]string{9: "0%", 10: "0.00%", 11: "0.00E+00", 48: "##0.0E+0"}

var (
	unseen    = regexp.MustCompile(`[_*].|\[[^$\]][^\]]*\]|\[\$-[^\]]*\]`) // room, colours, conditions, languages; a currency is [$€-2]
	unitShown = regexp.MustCompile(`[%‰亿万仟千佰百拾十角分厘美港欧$€£￡]|日元|USD|HKD|EUR|JPY|GBP`)
	scaled    = regexp.MustCompile(`[0#?],+([^0#?,.]|$)`)
	exponent  = regexp.MustCompile(`[0#?][Ee][+-]`)
)

// showsOther knows formats with which a cell shows a unit that is not the yuan, or its figure with the point moved:
// 0.00"万元", 0%, #,##0, and 0.00E+00.
func showsOther(format string) bool {
	bare := quoted.ReplaceAllString(format, "")
	return unitShown.MatchString(strings.ReplaceAll(format, "[$", "[")) || scaled.MatchString(bare) || exponent.MatchString(bare)
}

// mostFormats is how many formats a table tells apart; the others count as the last.
const mostFormats = 250

// formatOf is the place of a format among those that show something else, from 1; 0 for all others.
func (w *workbook) formatOf(id int) uint8 {
	code, own := w.formats[id]
	if !own {
		code = builtInFormats[id]
	}
	code = unseen.ReplaceAllString(code, "")
	if !showsOther(code) {
		return 0
	}
	at := slices.Index(w.others, code)
	if at < 0 && len(w.others) < mostFormats {
		w.others = append(w.others, code)
	}
	if at < 0 {
		at = len(w.others) - 1
	}
	return uint8(at + 1)
}

var (
	figures    = regexp.MustCompile(`[0#?][0#?,.]*`)
	inQuotes   = regexp.MustCompile(`"([^"]*)"|\[\$([^\]-]*)[^\]]*\]`)
	oneLiteral = regexp.MustCompile(`[\\!](.)`)
	bounded    = regexp.MustCompile(`^-?[0-9]{1,12}(\.[0-9]{1,15})?$`)
)

// ShownOtherwise is about what a cell shows that shows a unit other than the yuan by its number format alone, or its figure with
// the point moved: 0.48万元 of 0.48. Where the point is moved the format stands beside the number. "" for every other cell.
func (t *Table) ShownOtherwise(c Cell) string {
	if c.Kind != Number || c.format == 0 {
		return ""
	}
	number, format := c.Text, t.formats[c.format-1]
	exact, isNumber := decimal.Decimal{}, bounded.MatchString(number)
	if isNumber {
		exact = decimal.RequireFromString(number).Round(9) // without the noise of a binary number
		number = exact.String()
	}
	first, _, _ := strings.Cut(format, ";")
	bare := oneLiteral.ReplaceAllString(inQuotes.ReplaceAllString(first, ""), "")
	first = oneLiteral.ReplaceAllString(inQuotes.ReplaceAllString(first, "$1$2"), "$1")
	at := figures.FindStringIndex(first)
	if at == nil || scaled.MatchString(bare) || exponent.MatchString(bare) {
		return number + "（" + format + "）"
	}
	if strings.Contains(bare, "%") && isNumber {
		number = exact.Shift(2).String()
	}
	return strings.TrimSpace(first[:at[0]] + number + first[at[1]:])
}
