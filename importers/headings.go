package importers

import (
	"maps"
	"slices"
	"strings"

	"zhida/importers/sheet"
	"zhida/payroll/journal"
	"zhida/rules/message"
)

// headingRows is how far down the headings may stand.
const headingRows = 10

// headings is one way to read one row, or two, as headings.
type headings struct {
	at     map[string]int  // column code to column
	items  map[int]string  // column to item code
	titles map[int]string  // what stands over each column, for people
	lower  map[int]string  // the same as the lowest row has it, folded
	used   map[string]bool // headings that the clerk has spoken about and that are here
	said   []string        // what was said of them, as heading=column
	shape  string          // digest of all headings
	twice  string          // a column, or an item, that two headings claim
	unsure string          // a heading that says nothing without the one above it
}

func (h *headings) known() int { return len(h.at) + len(h.items) }

// headings finds the row, or the two rows, of headings: the one that knows most columns
// and every required one. Two headings that claim the same meaning are refused, and so is
// one whose meaning is not certain.
func (r *reading) headings() error {
	said, err := r.saidColumns()
	if err != nil {
		return err
	}
	var best *headings
	missing := ""
	for i := 0; i < min(headingRows, len(r.table.Rows)); i++ {
		for _, storeys := range []int{2, 1} {
			if storeys == 2 && !r.isUpper(i) || storeys == 1 && i > 0 && r.groups(i-1) {
				continue
			}
			h := r.match(i, storeys, said)
			if lacks := r.lacking(h); lacks != "" {
				if h.known() > 1 {
					missing = lacks
				}
			} else if best == nil || h.known() > best.known() {
				best, r.found, r.start = h, *h, i+storeys
			}
		}
	}
	switch {
	case best == nil:
		if missing == "" {
			missing = r.form.columns[0].title
		}
		return message.Err("import.no_heading", r.name(), r.form.title, missing)
	case best.twice != "":
		return message.Err("import.heading_twice", r.name(), best.twice)
	case best.unsure != "":
		return message.Err("import.heading_unsure", r.name(), best.unsure)
	}
	return nil
}

// saidColumns turns what the clerk says about headings into codes of columns and items.
func (r *reading) saidColumns() (map[string]string, error) {
	said := map[string]string{}
	for heading, field := range r.options.Map {
		code, ok := r.columnNamed(field)
		if !ok {
			var titles []string
			for _, c := range r.form.columns {
				titles = append(titles, c.title)
			}
			return nil, message.Err("import.map_field", field, r.form.title, strings.Join(titles, "、"))
		}
		said[fold(heading)] = code
	}
	return said, nil
}

// itemPrefix begins what is said to be an item rather than a column of the form.
const itemPrefix = "item:"

// columnNamed finds what a clerk calls a field: a title, a code, an item of a wide form, or NotRead.
func (r *reading) columnNamed(field string) (string, bool) {
	if field == NotRead {
		return NotRead, true
	}
	if c := r.form.column(fold(field)); c != nil {
		return c.code, true
	}
	for i := range r.form.columns {
		if r.form.columns[i].code == field {
			return field, true
		}
	}
	code, ok := r.options.Items[field]
	return itemPrefix + code, ok && r.form.wide
}

// column is the column that a folded heading names.
func (f *form) column(title string) *column {
	for k := range f.columns {
		if c := &f.columns[k]; title == fold(c.title) || slices.ContainsFunc(c.synonyms, func(s string) bool { return fold(s) == title }) {
			return c
		}
	}
	return nil
}

// isUpper says that a row can be the upper one of two rows of headings: it has several
// texts, and none that says of the whole sheet who fills it in.
func (r *reading) isUpper(i int) bool {
	if i+1 >= len(r.table.Rows) || r.table.Rows[i+1].Number != r.table.Rows[i].Number+1 {
		return false
	}
	texts := 0
	for _, c := range r.table.Rows[i].Cells {
		if c.Kind == sheet.Empty {
			continue
		}
		if strings.ContainsAny(c.Text, ":：") {
			return false
		}
		texts++
	}
	return texts > 1
}

// groups says that a row has headings that group those below them.
func (r *reading) groups(i int) bool {
	if !r.isUpper(i) {
		return false
	}
	for c, cell := range r.table.Rows[i].Cells {
		if m, ok := r.table.Merged(c, r.table.Rows[i].Number); ok && cell.Kind != sheet.Empty && m.Right > m.Left {
			return true
		}
	}
	return false
}

// above is the heading of the upper row over a column: its own, or that of the merged
// range it is part of. In a text file a range has left only its first cell; spread says
// that the heading may be one that reaches over this column.
func (r *reading) above(i, c int) (title string, spread bool) {
	row := &r.table.Rows[i]
	if m, ok := r.table.Merged(c, row.Number); ok {
		return fold(row.At(m.Left - 1).Text), m.Right > m.Left
	}
	if title = fold(row.At(c).Text); title != "" || !r.table.Text {
		return title, r.table.Text && row.At(c+1).Kind == sheet.Empty && r.table.Rows[i+1].At(c+1).Kind != sheet.Empty
	}
	for c--; c >= 0 && title == ""; c-- {
		title = fold(row.At(c).Text)
	}
	return title, true
}

// match reads row i, joined with the row below it where storeys is 2, as headings.
func (r *reading) match(i, storeys int, said map[string]string) *headings {
	h := &headings{at: map[string]int{}, items: map[int]string{}, titles: map[int]string{}, lower: map[int]string{}, used: map[string]bool{}}
	type heading struct {
		upper, lower string
		spread       bool
	}
	width := 0
	for k := i; k < min(i+storeys, len(r.table.Rows)); k++ {
		width = max(width, len(r.table.Rows[k].Cells))
	}
	list := make([]heading, width)
	var shape strings.Builder
	for c := range list {
		x := &list[c]
		x.lower = fold(r.table.Rows[i+storeys-1].At(c).Text)
		if storeys == 2 {
			x.upper, x.spread = r.above(i, c)
			switch {
			case x.lower != "" || !x.spread:
			case r.table.Text:
				x.upper = fold(r.table.Rows[i].At(c).Text)
			default:
				x.upper = "" // a group without a heading of its own
			}
		}
		if x.lower == "" || x.lower == x.upper {
			x.upper, x.lower, x.spread = "", x.upper, false
		}
		h.titles[c], h.lower[c] = x.upper+x.lower, fold(r.table.Rows[i+storeys-1].At(c).Text)
		shape.WriteString(h.titles[c] + "\n")
	}
	h.shape = journal.Digest([]byte(shape.String()))
	if kept := r.options.Known[h.shape]; len(kept) > 0 {
		both := maps.Clone(kept)
		maps.Copy(both, said) // what is said now counts
		said = both
	}
	for c, x := range list {
		if x.lower != "" {
			r.place(h, c, x.upper, x.lower, x.spread, said)
		}
	}
	slices.Sort(h.said)
	return h
}

// place gives a column its meaning.
func (r *reading) place(h *headings, c int, upper, lower string, spread bool, said map[string]string) {
	for _, name := range []string{upper + lower, lower} {
		code, ok := said[name]
		if !ok {
			continue
		}
		h.used[name] = true
		h.said = append(h.said, name+"="+code)
		if item, is := strings.CutPrefix(code, itemPrefix); is {
			h.item(c, item, name)
		} else if code != NotRead {
			h.column(c, code, r.form.titleOf(code))
		}
		return
	}
	if r.form.wide {
		for _, name := range []string{upper + lower, lower} {
			if code := r.items()[name]; code != "" {
				if otherTime(upper) {
					h.unsure = upper + lower
				}
				h.item(c, code, name)
				return
			}
		}
		if code := r.items()[upper]; code != "" && spread {
			if fen := r.form.column(lower); fen != nil && fen.code == "fen" {
				h.item(c, code, upper)
			}
			return // another figure of this item: its standard, its months
		}
	}
	found := r.form.column(upper + lower)
	if found == nil {
		if found = r.form.column(lower); found == nil {
			return
		}
		if spread && upper != "" && slices.Contains(vague, lower) && !neutral(upper) || otherTime(upper) && found.kind == amount {
			h.unsure = upper + lower
		}
	}
	h.column(c, found.code, found.title)
}

func (h *headings) column(c int, code, title string) {
	if _, has := h.at[code]; has {
		h.twice = title
	}
	h.at[code] = c
}

func (h *headings) item(c int, code, name string) {
	for _, other := range h.items {
		if other == code {
			h.twice = name
		}
	}
	h.items[c] = code
}

// items are the names of items as headings have them.
func (r *reading) items() map[string]string {
	if r.folded == nil {
		r.folded = map[string]string{}
		for name, code := range r.options.Items {
			r.folded[fold(name)] = code
		}
	}
	return r.folded
}

// vague are headings that say nothing without the one above them.
var vague = []string{"金额", "数额", "标准", "日期", "时间", "月份", "账号", "卡号", "户名", "代码", "名称", "起", "止"}

// neutral says that an upper heading only groups what stands below it.
func neutral(upper string) bool {
	for _, w := range []string{"信息", "情况", "资料", "人员", "基本", "账户", "银行", "任职", "发放"} {
		if strings.HasSuffix(upper, w) {
			return true
		}
	}
	return false
}

// otherTime says that a heading is about amounts of another time than the sheet's.
func otherTime(upper string) bool {
	for _, w := range []string{"上月", "上年", "去年", "上期", "原", "调整前", "调前", "累计", "结转", "预算", "计划"} {
		if strings.Contains(upper, w) {
			return true
		}
	}
	return false
}

// lacking names a required column that is not there.
func (r *reading) lacking(h *headings) string {
	for _, c := range r.form.columns {
		if _, ok := h.at[c.code]; c.required && !ok {
			return c.title
		}
	}
	if r.form.wide && len(h.items) == 0 {
		for _, code := range []string{"item", "fen"} {
			if _, ok := h.at[code]; !ok {
				return "项目、金额（或以项目名称为列名）"
			}
		}
	}
	return ""
}

var foldHeading = strings.NewReplacer(" ", "", "\n", "", "\r", "", "\t", "", "\u3000", "", "（", "(", "）", ")", "*", "", "＊", "")

// units may stand in brackets behind a heading and change nothing. 万元 is not among them.
var units = []string{"(元)", "(元/月)", "(公里)", "(人)", "(必填)", "(选填)", "(年月日)", "(年/月/日)", "(年月)", "(文本)", "(文本格式)", "(18位)"}

// fold makes headings comparable: no spaces or line breaks, narrow brackets, no unit in brackets, lower case.
func fold(s string) string {
	s = foldHeading.Replace(strings.ToLower(s))
	for _, unit := range units {
		s = strings.TrimSuffix(s, unit)
	}
	return s
}

// Said is what was said about a heading, heading=column, in the words of the form.
func Said(kind, field string) string {
	at := strings.LastIndexByte(field, '=')
	heading, code := field[:at], field[at+1:]
	if item, is := strings.CutPrefix(code, itemPrefix); is {
		return heading + "=" + item
	}
	if f, err := formOf(kind); err == nil {
		code = f.titleOf(code)
	}
	return heading + "=" + code
}
