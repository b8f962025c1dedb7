package returns

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"zhida/importers/sheet"
	"zhida/payroll"
	"zhida/payroll/banklayout"
	"zhida/rules/message"
	"zhida/rules/money"
)

// totals are what an answer says of its own rows as a whole: rows of totals among them, and
// counts and sums in the lines above them. None of it is about a payment.
type totals struct {
	r       *banklayout.Return
	columns map[string]int
	partial bool          // it lists failures: what is said above may count all that was sent
	titles  []string      // of the line before, above the first row
	list    []statedTotal // in the order of the file
}

// statedTotal is one line that states totals.
type statedTotal struct {
	line    int
	text    string // as a sentence quotes it
	before  int    // how many rows stand before it
	figures []figure
}

// figure is one count or sum, of all rows or of those in a state.
type figure struct {
	of    payroll.PaymentState // "" for all
	what  string               // count, sum, or either
	value string               // digits, with a point and commas at most
}

var (
	totalWord  = regexp.MustCompile(`(?i)^(?:本页|本批|本次|全部|成功|失败|入账|退票)?(?:小计|合计|总计|总数|总额|共计|总笔数|总金额|笔数|(?:sub|grand)?total)`)
	labelled   = regexp.MustCompile(`(成功|失败|入账|退票|未入账|总|合计|小计|共计|总计)(?:总)?(笔数|条数|金额|额)[:：=|]*([\d,]+(?:\.\d+)?)`)
	countOf    = regexp.MustCompile(`(成功|失败|入账|退票|未入账)?[:：|]*(\d+)(?:笔|条)`)
	sumOf      = regexp.MustCompile(`(成功|失败|入账|退票|未入账)?[:：|]*(?:\d+(?:笔|条)[,，:：|]*)?([\d,]+(?:\.\d+)?)元`)
	totalTitle = regexp.MustCompile(`^(成功|失败|入账|退票|未入账|总|合计)(?:总)?(笔数|条数|金额|额)(?:\((?:元|分)\)|（(?:元|分)）)?$`)
	bare       = regexp.MustCompile(`^[¥￥]?([\d,]+(?:\.\d+)?)$`)
)

var ofStates = map[string]payroll.PaymentState{"成功": payroll.PaymentCredited, "入账": payroll.PaymentCredited,
	"失败": payroll.PaymentReturned, "退票": payroll.PaymentReturned, "未入账": payroll.PaymentReturned}

func kindOf(word string) string {
	if word == "笔数" || word == "条数" {
		return "count"
	}
	return "sum"
}

// folded are the cells of a line without spaces.
func folded(x *line) []string {
	var list []string
	for _, c := range x.cells() {
		list = append(list, spaces.Replace(strings.ReplaceAll(c.Text, "\u3000", "")))
	}
	return list
}

// above takes what a line before the first row states, beside its label or below its title.
func (t *totals) above(x *line) {
	cells := folded(x)
	var found []figure
	var quoted []string
	for i, title := range t.titles {
		m := totalTitle.FindStringSubmatch(title)
		if m == nil || i >= len(cells) {
			continue
		}
		if v := bare.FindStringSubmatch(cells[i]); v != nil {
			found, quoted = append(found, figure{ofStates[m[1]], kindOf(m[2]), v[1]}), append(quoted, title+v[1])
		}
	}
	for _, m := range labelled.FindAllStringSubmatch(strings.Join(cells, "|"), -1) {
		found, quoted = append(found, figure{ofStates[m[1]], kindOf(m[2]), m[3]}), append(quoted, m[0])
	}
	t.titles = cells
	if t.partial { // what was sent is more than what it lists
		found = slices.DeleteFunc(found, func(f figure) bool { return f.of == "" })
	}
	t.add(x, quoted, 0, found)
}

// below takes a line below the first row when it is a row of totals: one of its cells says so,
// and no account stands in it.
func (t *totals) below(x *line, before int) bool {
	cells := folded(x)
	label := slices.IndexFunc(cells, totalWord.MatchString)
	if label < 0 || t.isRow(x) {
		return false
	}
	var found []figure
	text := strings.Join(cells, "|")
	for _, m := range labelled.FindAllStringSubmatch(text, -1) {
		found = append(found, figure{ofStates[m[1]], kindOf(m[2]), m[3]})
	}
	all := ofStates[string([]rune(cells[label])[:min(2, len([]rune(cells[label])))])]
	of := func(word string) payroll.PaymentState {
		if word == "" {
			return all
		}
		return ofStates[word]
	}
	for _, m := range countOf.FindAllStringSubmatch(text, -1) {
		found = append(found, figure{of(m[1]), "count", m[2]})
	}
	for _, m := range sumOf.FindAllStringSubmatch(text, -1) {
		found = append(found, figure{of(m[1]), "sum", m[2]})
	}
	if c := at(x.cells(), t.columns["amount"]); bare.MatchString(strings.TrimSuffix(c.Text, "元")) {
		found = append(found, figure{all, "sum", bare.FindStringSubmatch(strings.TrimSuffix(c.Text, "元"))[1]})
	} else if len(found) == 0 { // narrower than the rows: every number in it is a count or a sum
		for _, s := range cells {
			if m := bare.FindStringSubmatch(s); m != nil {
				found = append(found, figure{all, "either", m[1]})
			}
		}
	}
	t.add(x, cells, before, found)
	return true
}

// signature begins what people sign below a table.
var signature = regexp.MustCompile(`^(?:制表|制单|填报|填表|经办|复核|审核|审批|记账|主管|负责人|签字|签名|签章|盖章|银行盖章|打印|操作员|柜员)[^:：]{0,6}[:：]`)

// isSigned knows a line of signatures (制表： 复核：): it begins with a label, has no more names than labels, and neither
// an account nor an amount.
func (t *totals) isSigned(x *line) bool {
	filled, labels, first := 0, 0, ""
	for _, c := range folded(x) {
		if c == "" {
			continue
		}
		if filled++; first == "" {
			first = c
		}
		if strings.ContainsAny(c, ":：") {
			labels++
		}
	}
	amount := strings.TrimSuffix(at(x.cells(), t.columns["amount"]).Text, "元")
	return signature.MatchString(first) && filled <= 2*labels && !t.isRow(x) && !bare.MatchString(amount)
}

// isRow says whether a line names a payment.
func (t *totals) isRow(x *line) bool {
	if n := t.columns["account"]; n > 0 {
		digits := 0
		for _, c := range at(x.cells(), n).Text {
			if '0' <= c && c <= '9' {
				digits++
			}
		}
		return digits >= leastAccount
	}
	_, m := sequence(at(x.cells(), t.columns["seq"]).Text)
	return m.IsZero()
}

// mostTotals is more rows of totals than any answer has pages.
const mostTotals = 10_000

// leastAccount is fewer digits than any account has, and more than a count of payments.
const leastAccount = 8

func (t *totals) add(x *line, cells []string, before int, found []figure) {
	if len(found) == 0 || len(t.list) > mostTotals {
		return
	}
	text := strings.Join(slices.DeleteFunc(cells, func(s string) bool { return s == "" }), " ")
	t.list = append(t.list, statedTotal{x.number, shown(text), before, found})
}

// sums are what the first rows of an answer come to: all of them and those in each state.
type sums [3]struct {
	rows int
	fen  money.Fen
}

// groups are the states that sums are kept of, "" for all.
var groups = [...]payroll.PaymentState{"", payroll.PaymentCredited, payroll.PaymentReturned}

// add adds a row to the sums that it belongs to.
func (s *sums) add(row payroll.ReturnRow) (err error) {
	for i, state := range groups {
		if state == "" || state == row.State {
			s[i].rows++
			if s[i].fen, err = money.Sum(s[i].fen, row.Fen); err != nil {
				return err
			}
		}
	}
	return nil
}

// hold holds everything stated against the rows: all of them, those since the total before or
// from the first, or those up to the next. Where an amount could not be read nothing adds
// up, and the bank is asked. Errors: returns.totals, returns.too_large.
func (t *totals) hold(f *payroll.ReturnFile) error {
	switch {
	case len(t.list) == 0:
		return nil
	case len(t.list) > mostTotals:
		return message.Err("returns.too_large", MostText>>20)
	}
	marks := []int{0} // numbers of rows before which totals stand, in order
	for _, s := range t.list {
		marks = append(marks, s.before)
	}
	marks = slices.Compact(append(marks, f.Rows.Len()))
	upTo := make([]sums, len(marks))
	var so sums
	for i, mark := range marks {
		for row := marks[max(i-1, 0)]; row < mark; row++ {
			if err := so.add(f.Rows.Row(row)); err != nil {
				return err
			}
		}
		upTo[i] = so
	}
	last := len(marks) - 1
	for _, s := range t.list {
		at, _ := slices.BinarySearch(marks, s.before)
		spans := [][2]int{{0, last}, {0, at}, {max(at-1, 0), at}, {at, min(at+1, last)}}
		if !slices.ContainsFunc(spans, func(span [2]int) bool { return s.fits(&upTo[span[0]], &upTo[span[1]]) }) {
			return message.Err("returns.totals", f.File, s.line, s.text, so[0].rows, so[0].fen)
		}
	}
	return nil
}

// fits says whether every figure is that of the rows between two places.
func (s *statedTotal) fits(from, to *sums) bool {
	for _, x := range s.figures {
		i := slices.Index(groups[:], x.of)
		count := x.what != "sum" && strings.TrimLeft(x.value, "0") == strings.TrimLeft(strconv.Itoa(to[i].rows-from[i].rows), "0")
		if !count && (x.what == "count" || !amountIs(x.value, to[i].fen-from[i].fen)) {
			return false
		}
	}
	return true
}

// amountIs says whether a figure is an amount, in yuan or, without a point, in fen: the lines
// above the rows of some banks have another unit than these.
func amountIs(value string, fen money.Fen) bool {
	for _, unit := range []string{"yuan", "fen"} {
		if got, m := amount(sheet.Cell{Kind: sheet.Text, Text: value}, unit); m.IsZero() && got == fen {
			return true
		}
	}
	return false
}
