package importers

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"zhida/importers/sheet"
	"zhida/rules/message"
	"zhida/rules/money"
)

// total is a row of totals: what it says, and what stood above it.
type total struct {
	row    *sheet.Row
	word   string // 小计, 合计 …
	people int    // 12 of 合计（12人）; 0 for none
	rows   int    // how many rows are above
	sums   map[int]money.Fen
}

var totalText = regexp.MustCompile(`^(.{0,12}?)(本页小计|小计|合计|总计|总数|共计|累计|承前页|过次页)[:：]?\(?(?:共?(\d+)人)?\)?$`)

// aPerson is as many digits as no count has: somebody's number, right or wrong.
var aPerson = regexp.MustCompile(`[0-9]{10}`)

// isTotal knows a row of totals by its word in one of the first cells. It is about nobody: a
// row with somebody's number is theirs, whatever its first cell says; and where it names a
// place in front of the word, not even a short number may stand there.
func (r *reading) isTotal(row *sheet.Row) (t total, is bool) {
	if id, has := r.found.at["id"]; has && aPerson.MatchString(row.At(id).Text) {
		return total{}, false
	}
	for _, c := range row.Cells[:min(4, len(row.Cells))] {
		if !strings.ContainsAny(c.Text, "计总页") {
			continue // nearly every cell
		}
		m := totalText.FindStringSubmatch(fold(c.Text))
		if m == nil {
			continue
		}
		id, has := r.found.at["id"]
		if m[1] != "" && (!has || numbered.MatchString(row.At(id).Text)) {
			continue
		}
		people, _ := strconv.Atoi(m[3])
		return total{row: row, word: m[2], people: people}, true
	}
	return total{}, false
}

// daysText is how many days a total says: 5天, or 5 in the column of dates or kinds.
var daysText = regexp.MustCompile(`^共?([0-9]{1,6})(天|日|次|人次)?$`)

// addedUp are the columns of amounts that a row of totals adds up, beside those of items.
var addedUp = []string{"fen", "debit", "credit"}

// addAmounts adds the amounts of a row to the sums of their columns, also those of a row with
// something else wrong in it, and gives them together, in fen.
func (r *reading) addAmounts(row *sheet.Row) (together money.Fen) {
	add := func(column int) {
		c := row.At(column)
		if c.Kind == sheet.Empty {
			return
		}
		_, merged := r.table.Merged(column, row.Number)
		text, err := fen(c)
		if err != nil || merged { // a formula without a value is no amount either
			r.unknown[column] = true
			return
		}
		n, _ := strconv.ParseInt(text, 10, 64) // fen gives a number or an error
		r.sums[column] += money.Fen(n)
		together += money.Fen(n)
	}
	if len(r.found.items) > 0 {
		for c := range r.found.items {
			add(c)
		}
		return together
	}
	for _, code := range addedUp {
		if c, ok := r.found.at[code]; ok && r.form.column(fold(r.form.titleOf(code))).kind == amount {
			add(c)
		}
	}
	if c, ok := r.found.at[workingDays]; ok {
		amounts := together
		add(c)
		together = amounts
	}
	return together
}

// workingDays is the column of days that an absences sheet adds up: in hundredths like the amounts beside it.
const workingDays = "working_days"

// checkTotals holds every row of totals against the rows that it covers. A sheet has them
// below their rows or above, the same way for all its 小计 and for all its other totals: what
// adds up in neither way is a problem, with both figures.
func (r *reading) checkTotals() {
	below := r.covers(r.totals)
	above := slices.Clone(r.totals)
	slices.Reverse(above)
	for i := range above { // seen from the end, a total comes after its rows as well
		t := &above[i]
		t.rows = r.people - t.rows
		rest := map[int]money.Fen{}
		for c, all := range r.sums {
			rest[c] = all - t.sums[c]
		}
		t.sums = rest
	}
	reversed := r.covers(above)
	slices.Reverse(reversed)
	for _, part := range []bool{true, false} {
		var wrong [2]int
		for i, t := range r.totals {
			if t.ofPart() == part {
				wrong[0] += r.wrong(t, below[i], reversed[i], "", nil)
				wrong[1] += r.wrong(t, reversed[i], below[i], "", nil)
			}
		}
		if wrong[0] == 0 || wrong[1] == 0 {
			continue
		}
		first := slices.IndexFunc(r.totals, func(t total) bool { return t.ofPart() == part })
		upwards := r.totals[first].rows > 0
		for i, t := range r.totals {
			if t.ofPart() != part {
				continue
			}
			if upwards {
				r.wrong(t, below[i], reversed[i], "下面", r.problem)
			} else {
				r.wrong(t, reversed[i], below[i], "上面", r.problem)
			}
			r.batch.Unfinished = true // nobody knows which of its rows is wrong, or is not there
		}
	}
}

// ofPart says that a total is of some rows and never of all because they are all.
func (t *total) ofPart() bool { return strings.HasSuffix(t.word, "小计") }

// span is the rows between two places of a table: their number, and the sums of their columns.
type span struct {
	rows int
	sums map[int]money.Fen
}

func between(from, to span) span {
	sums := map[int]money.Fen{}
	for c, f := range to.sums {
		sums[c] = f - from.sums[c]
	}
	return span{to.rows - from.rows, sums}
}

// covers gives for each total what it may be the sum of, the likeliest first, when it stands
// behind its rows. A 小计 is of the rows since the last total, or since the last of its
// own word; one that follows another without a row between them is a level higher and goes
// back to the last of that level. 合计 and the like are of all rows, or of those since the
// last of the same word; what a page carries over is of all.
func (r *reading) covers(list []total) [][]span {
	var may [][]span
	type mark struct {
		span
		level int
	}
	var marks []mark
	words := map[string]span{}
	for _, t := range list {
		here := mark{span{t.rows, t.sums}, 1}
		if n := len(marks); n > 0 && marks[n-1].rows == t.rows {
			here.level = marks[n-1].level + 1
		}
		since := span{}
		for i := len(marks) - 1; i >= 0; i-- {
			if marks[i].level >= here.level {
				since = marks[i].span
				break
			}
		}
		sameWord := between(words[t.word], here.span)
		switch {
		case t.ofPart():
			may = append(may, []span{between(since, here.span), sameWord})
		case slices.Contains([]string{"累计", "承前页", "过次页"}, t.word):
			may = append(may, []span{here.span})
		default:
			may = append(may, []span{here.span, sameWord})
		}
		marks = append(marks, here)
		words[t.word] = here.span
	}
	return may
}

// wrong counts the cells of a total that none of the spans on its side explains, and tells
// of each where it is asked to, with what stands on the other side, which is above or below it.
func (r *reading) wrong(t total, side, other []span, otherSide string, tell func(string, message.Message)) (n int) {
	say := func(cell string, m message.Message) {
		if n++; tell != nil {
			tell(cell, m)
		}
	}
	fits := func(f func(span) bool) bool { return slices.ContainsFunc(side, f) }
	for _, c := range slices.Sorted(maps.Keys(r.sums)) {
		cell := t.row.At(c)
		if cell.Kind == sheet.Empty {
			continue
		}
		at, ofDays := r.found.at[workingDays]
		if ofDays = ofDays && at == c; ofDays {
			cell.Text = strings.TrimSuffix(cell.Text, "天")
		}
		text, err := fen(cell)
		stated, _ := strconv.ParseInt(text, 10, 64) // fen gives a number or an error
		switch {
		case ofDays && err == nil && !r.unknown[c]:
			if !fits(func(s span) bool { return s.sums[c] == money.Fen(stated) }) {
				say(cell.Address(), message.M("import.days_differ", t.word, stated/100, int64(side[0].sums[c])/100, int64(other[0].sums[c])/100, otherSide))
			}
		case cell.Kind == sheet.Formula:
			say(cell.Address(), message.M("value.formula"))
		case err != nil || !r.unknown[c] && !fits(func(s span) bool { return s.sums[c] == money.Fen(stated) }):
			say(cell.Address(), message.M("import.total_differs", t.word, cell.Text, side[0].sums[c], other[0].sums[c], otherSide))
		}
	}
	for _, c := range t.row.Cells {
		stated := 0
		if m := daysText.FindStringSubmatch(c.Text); r.form.scope && m != nil && (m[2] != "" || columnOf(c) == r.found.at["date"] || columnOf(c) == r.found.at["kind"]) {
			if stated, _ = strconv.Atoi(m[1]); !fits(func(s span) bool { return s.rows == stated }) {
				say(c.Address(), message.M("import.days_differ", t.word, stated, side[0].rows, other[0].rows, otherSide))
			}
			continue
		}
		if text, is := strings.CutSuffix(c.Text, "人"); is {
			stated, _ = strconv.Atoi(strings.TrimPrefix(text, "共"))
		} else if totalText.MatchString(fold(c.Text)) {
			stated = t.people
		}
		if stated > 0 && !fits(func(s span) bool { return s.rows == stated }) {
			say(c.Address(), message.M("import.count_differs", t.word, stated, side[0].rows, other[0].rows, otherSide))
		}
	}
	return n
}
