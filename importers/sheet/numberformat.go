package sheet

import (
	"regexp"
	"slices"
	"strings"
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

// OtherFormat is the number format, without colours and conditions, of a cell that shows a unit other than the yuan, or its figure with the point moved; "" for every other cell.
func (t *Table) OtherFormat(c Cell) string {
	if c.Kind != Number || c.format == 0 {
		return ""
	}
	return t.formats[c.format-1]
}
