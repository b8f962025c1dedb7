package importers

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"zhida/importers/sheet"
	"zhida/payroll/journal"
	"zhida/rules/facts"
	"zhida/rules/message"
)

// headingRows is how far down the headings may stand.
const headingRows = 10

// mostStoreys is over how many rows headings may stand: a group, an item below it, and its
// standard and amount below that.
const mostStoreys = 3

// headings is one way to read one row, or several, as headings.
type headings struct {
	at     map[string]int  // column code to column
	items  map[int]string  // column to item code
	titles map[int]string  // what stands over each column, for people
	used   map[string]bool // headings that the clerk has spoken about and that are here
	said   []string        // what was said of them, as heading=column
	kept   []string        // those of said that were said before and not now
	shape  string          // digest of all headings
	twice  string          // a column, or an item, that two headings claim
	unsure string          // a heading that says nothing without the one above it
}

func (h *headings) known() int { return len(h.at) + len(h.items) }

// first is the column furthest to the left that is read.
func (h *headings) first() int {
	return slices.Min(slices.AppendSeq(slices.Collect(maps.Values(h.at)), maps.Keys(h.items)))
}

// ofOtherUnit is a heading whose amounts are not in yuan: 金额(万元), 基本工资(分).
var ofOtherUnit = regexp.MustCompile(`(亿|万|千|百|美|港|欧|日)元|[(/](亿|万|千|百|角|分|厘)[)/]`)

// headingsInYuan refuses a heading of amounts that names another unit: what is said about a
// heading does not change it.
func (r *reading) headingsInYuan() error {
	amounts := slices.Collect(maps.Keys(r.found.items))
	for _, c := range r.form.columns {
		if at, has := r.found.at[c.code]; has && (c.kind == amount || c.kind == decimalNumber) {
			amounts = append(amounts, at)
		}
	}
	slices.Sort(amounts)
	for _, c := range amounts {
		if title := r.found.titles[c]; ofOtherUnit.MatchString(title) {
			return message.Err("import.unit", r.name(), sheet.Address(c+1, r.table.Rows[r.start-1].Number), title)
		}
	}
	return nil
}

// headings finds the row, or the rows, of headings: those that know most columns
// and every required one. Two headings that claim the same meaning are refused, and so is
// one whose meaning is not certain.
func (r *reading) headings() error {
	said, err := r.saidColumns()
	if err != nil {
		return err
	}
	best, start, lacks := r.best(said)
	if best != nil {
		r.found, r.start = *best, start
	}
	switch {
	case best == nil:
		return r.noHeading(lacks)
	case r.ofPeople() != "":
		f, _ := r.likely(0)
		if f == nil {
			f = &forms[slices.IndexFunc(forms, func(f form) bool { return f.kind == "roster" })]
		}
		return message.Err("import.other_kind", r.name(), r.form.title, r.ofPeople(), f.title, f.kind)
	case best.twice != "":
		return message.Err("import.heading_twice", r.name(), best.twice)
	case best.unsure != "":
		return message.Err("import.heading_unsure", r.name(), best.unsure)
	}
	if err := r.headingsInYuan(); err != nil {
		return err
	}
	return r.unit()
}

// partly is how much a form knows of a row that lacks something it needs.
type partly struct {
	known   int
	missing string // the title of a column
}

// best finds the headings that know most, and the first row below them; where something is
// lacking everywhere, nil and what the nearest lack.
func (r *reading) best(said map[string]string) (best *headings, start int, lacks partly) {
	for i := 0; i < min(headingRows, len(r.table.Rows)); i++ {
		for storeys := mostStoreys; storeys > 0; storeys-- {
			if !r.stands(i, storeys) {
				continue
			}
			h := r.match(i, storeys, said)
			if storeys > 1 && !r.adds(h, i, i+storeys-1) {
				continue
			}
			if missing := r.lacking(h); missing != "" {
				if h.known() > 1 {
					lacks = partly{max(lacks.known, h.known()), missing}
				}
			} else if best == nil || h.known() > best.known() {
				best, start = h, i+storeys
			}
		}
	}
	return best, start, lacks
}

// noHeading says why no row is one of headings: the days of a month stand beside each other,
// the sheet is of another kind, or a column is missing.
func (r *reading) noHeading(lacks partly) error {
	for i := 0; r.form.scope && i < min(headingRows, len(r.table.Rows)); i++ {
		days := 0
		for _, c := range r.table.Rows[i].Cells {
			if dayOfMonth.MatchString(fold(c.Text)) {
				days++
			}
		}
		if days >= fewestDays {
			return message.Err("import.days_wide", r.name(), r.form.title)
		}
	}
	if err := r.lacksForUnit(lacks.missing); err != nil {
		return err
	}
	if f, title := r.likely(lacks.known); f != nil {
		return message.Err("import.other_kind", r.name(), r.form.title, title, f.title, f.kind)
	}
	if lacks.missing == "" {
		lacks.missing = r.form.columns[0].title
	}
	return message.Err("import.no_heading", r.name(), r.form.title, lacks.missing)
}

// unitBehind is a unit in brackets behind a heading.
var unitBehind = regexp.MustCompile(`\([^()]*\)$`)

// lacksForUnit refuses a heading that would be the missing column but for its unit: 金额(万元).
func (r *reading) lacksForUnit(missing string) error {
	for i := range min(headingRows, len(r.table.Rows)) {
		for _, cell := range r.table.Rows[i].Cells {
			title := fold(cell.Text)
			if !ofOtherUnit.MatchString(title) {
				continue
			}
			plain := unitBehind.ReplaceAllString(title, "")
			c := r.form.column(plain)
			if c != nil && c.kind == amount && (c.title == missing || missing == itemsOrAmounts) || r.form.wide && missing == itemsOrAmounts && r.items()[plain] != "" {
				return message.Err("import.unit", r.name(), cell.Address(), cell.Text)
			}
		}
	}
	return nil
}

// otherSheet says that a sheet is none of the kind that is read.
func otherSheet(err error) bool {
	return slices.Contains([]string{"import.no_heading", "import.other_kind", "import.days_wide"}, message.Code(err))
}

// dayOfMonth is the heading of one day where a month stands beside each other; fewestDays is
// how many of them are a month, with some left out.
var dayOfMonth = regexp.MustCompile(`^[0-9]{1,2}[日号]?$`)

const fewestDays = 20

// likely is the form that the sheet has everything for and knows most of, more than so many
// columns, and a heading of it that the form which is read does not have; nil for none.
func (r *reading) likely(known int) (f *form, title string) {
	for i := range forms {
		other := &reading{filing: r.filing, form: &forms[i], table: r.table, options: Options{Items: r.options.Items}}
		h, _, _ := other.best(nil)
		if other.form == r.form || h == nil || h.known() <= known {
			continue
		}
		for _, c := range other.form.columns {
			if at, has := h.at[c.code]; has && r.form.column(h.titles[at]) == nil {
				f, title, known = other.form, h.titles[at], h.known()
				break
			}
		}
	}
	return f, title
}

// ofPeople is a heading of somebody's number or name on a sheet of a kind that is not about
// people, unless the clerk has spoken about it; "" for none.
func (r *reading) ofPeople() string {
	if r.form.column(fold(idColumn.title)) != nil {
		return ""
	}
	person := &form{columns: []column{idColumn, {title: nameColumn.title}}}
	for _, c := range slices.Sorted(maps.Keys(r.found.titles)) {
		if title := r.found.titles[c]; person.column(title) != nil && !r.found.used[title] {
			return title
		}
	}
	return ""
}

// otherUnit is a unit of amounts that is not the yuan: 单位：万元, 金额单位为分.
var otherUnit = regexp.MustCompile(`(^|[^报制])(单位|金额)[:为]*\(?(人民币)?([^元:]{1,4}[、,/])?((亿|千万|百万|十万|万|千|百|美|港)元|[分角厘])([),、/;.。]|$)`)

// bareUnit is the same without a word before it: （万元） in a corner or behind a title.
var bareUnit = regexp.MustCompile(`(^|\()(人民币)?(亿|千万|百万|十万|万|千|百|美|港)元(\)|$)`)

// otherUnitOf is the same where a column says the unit of its row: 万元, 千元/人, 万. People counted in 万人 are no money.
var otherUnitOf = regexp.MustCompile(`^(人民币)?((亿|千万|百万|十万|万|千|百|美|港)元|[亿万角]$)`)

// unit refuses a sheet that says above its headings, or in the notes under its table, that its amounts are not in yuan.
func (r *reading) unit() error {
	reads := len(r.found.items) > 0 || slices.ContainsFunc(r.form.columns, func(c column) bool {
		_, has := r.found.at[c.code]
		return has && (c.kind == amount || r.form.fact == facts.KindReference)
	})
	if !reads {
		return nil
	}
	around := slices.Clone(r.table.Rows[:r.start])
	for i := len(r.table.Rows) - 1; i >= r.start && (r.isNote(&r.table.Rows[i]) || r.isBlank(&r.table.Rows[i])); i-- {
		around = append(around, r.table.Rows[i])
	}
	for i, row := range around {
		for _, c := range row.Cells {
			text := fold(c.Text)
			if otherUnit.MatchString(text) || i != r.start-1 && bareUnit.MatchString(text) { // a column that is not read may have any
				return message.Err("import.unit", r.name(), c.Address(), c.Text)
			}
		}
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

// fieldNamed is what a clerk calls what columnNamed has found.
func (r *reading) fieldNamed(code string) string {
	item, is := strings.CutPrefix(code, itemPrefix)
	for _, name := range words(r.options.Items) {
		if is && r.options.Items[name] == item {
			return name
		}
	}
	return r.form.titleOf(item)
}

// column is the column that a folded heading names.
func (f *form) column(title string) *column {
	for k := range f.columns {
		if c := &f.columns[k]; c.named(title) {
			return c
		}
	}
	return nil
}

// named says whether a folded heading names the column.
func (c *column) named(title string) bool {
	return title == fold(c.title) || slices.ContainsFunc(c.synonyms, func(s string) bool { return fold(s) == title })
}

// stands says that rows from i on can be headings of so many storeys: all but the lowest
// can be upper ones, and what groups them is not left out above.
func (r *reading) stands(i, storeys int) bool {
	if i > 0 && storeys < mostStoreys && r.groups(i-1) {
		return false
	}
	for k := i; k < i+storeys-1; k++ {
		if n := r.upper(k); n == 0 || k == i && n == 1 {
			return false // nothing, or the title of the sheet
		}
	}
	return true
}

// adds says that the lowest row of headings has words of its own for a column that is known,
// or below one that reaches over several: the first row of the table has neither.
func (r *reading) adds(h *headings, top, low int) bool {
	row := &r.table.Rows[low]
	for _, c := range h.at {
		if row.At(c).Kind != sheet.Empty {
			return true
		}
	}
	for c := range h.items {
		if row.At(c).Kind != sheet.Empty {
			return true
		}
	}
	for c, cell := range row.Cells {
		if _, spread := r.above(top, low-1, c); spread && cell.Kind != sheet.Empty {
			return true
		}
	}
	return false
}

// ofTheSheet are texts about the whole sheet: who fills it in, for which month, in which unit.
var ofTheSheet = regexp.MustCompile(`[:：]|[0-9]\s*年|^(附件|附表|单位|金额单位)`)

// upper is how many headings a row can have above others; none where one of its texts is
// about the whole sheet.
func (r *reading) upper(i int) (texts int) {
	if i+1 >= len(r.table.Rows) || r.table.Rows[i+1].Number != r.table.Rows[i].Number+1 {
		return 0
	}
	for _, c := range r.table.Rows[i].Cells {
		if c.Kind == sheet.Empty {
			continue
		}
		if ofTheSheet.MatchString(c.Text) {
			return 0
		}
		texts++
	}
	return texts
}

// groups says that a row has headings that group those below them.
func (r *reading) groups(i int) bool {
	if r.upper(i) < 2 {
		return false
	}
	for c, cell := range r.table.Rows[i].Cells {
		if m, ok := r.table.Merged(c, r.table.Rows[i].Number); ok && cell.Kind != sheet.Empty && m.Right > m.Left {
			return true
		}
	}
	return false
}

// above is the heading that row i has over a column: its own, that of the merged range it
// is part of, or the nearest to the left, as far as the rows from top on leave it room:
// text files keep no ranges, and not everybody merges. spread says that the heading may be
// one that reaches over this column from another, or to another.
func (r *reading) above(top, i, c int) (title string, spread bool) {
	row := &r.table.Rows[i]
	if m, ok := r.table.Merged(c, row.Number); ok {
		return fold(row.At(m.Left - 1).Text), m.Right > m.Left
	}
	free := func(c int) bool { // nothing begins here
		for k := top; k <= i; k++ {
			if _, merged := r.table.Merged(c, r.table.Rows[k].Number); merged || r.table.Rows[k].At(c).Kind != sheet.Empty {
				return false
			}
		}
		return true
	}
	if title = fold(row.At(c).Text); title != "" {
		return title, free(c+1) && r.table.Rows[i+1].At(c+1).Kind != sheet.Empty
	}
	for free(c) && c > 0 {
		c--
	}
	if _, merged := r.table.Merged(c, row.Number); merged {
		return "", false // its range has ended before
	}
	return fold(row.At(c).Text), true
}

// heading is what stands over one column: its own words, and those that stand over them,
// the nearest first.
type heading struct {
	lower string
	above []storey
}

type storey struct {
	title  string
	spread bool // it may reach over other columns too
}

// names are what the heading can be called, with all that stands over it first.
func (x heading) names() []string {
	list := []string{x.lower}
	for _, s := range x.above {
		list = append(list, s.title+list[len(list)-1])
	}
	slices.Reverse(list)
	return list
}

// match reads so many rows from row i on as headings.
func (r *reading) match(i, storeys int, said map[string]string) *headings {
	h := &headings{at: map[string]int{}, items: map[int]string{}, titles: map[int]string{}, used: map[string]bool{}}
	width := 0
	for k := i; k < min(i+storeys, len(r.table.Rows)); k++ {
		width = max(width, len(r.table.Rows[k].Cells))
	}
	list := make([]heading, width)
	var shape strings.Builder
	for c := range list {
		list[c] = r.over(i, storeys, c)
		h.titles[c] = list[c].names()[0]
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
			r.place(h, c, x, said)
		}
	}
	slices.Sort(h.said)
	slices.Sort(h.kept)
	return h
}

// over is the heading of a column under so many storeys from row i on: the lowest words
// that are its own, and what reaches over them.
func (r *reading) over(i, storeys, c int) (x heading) {
	for k := i + storeys - 1; k >= i; k-- {
		row := &r.table.Rows[k]
		if x.lower == "" {
			if m, merged := r.table.Merged(c, row.Number); !merged || m.Right == m.Left || k == i+storeys-1 {
				x.lower = fold(row.At(c).Text)
			} // else a group without a heading of its own
			continue
		}
		title, spread := r.above(i, k, c)
		if title != "" && title != x.lower && (len(x.above) == 0 || x.above[len(x.above)-1].title != title) {
			x.above = append(x.above, storey{title, spread})
		}
	}
	return x
}

// place gives a column its meaning.
func (r *reading) place(h *headings, c int, x heading, said map[string]string) {
	names := x.names()
	for _, name := range names {
		code, ok := said[name]
		if !ok {
			continue
		}
		h.used[name] = true
		h.said = append(h.said, name+"="+code)
		if !slices.ContainsFunc(slices.Collect(maps.Keys(r.options.Map)), func(s string) bool { return fold(s) == name }) {
			h.kept = append(h.kept, name+"="+r.fieldNamed(code))
		}
		if item, is := strings.CutPrefix(code, itemPrefix); is {
			h.item(c, item, name)
		} else if code != NotRead {
			h.column(c, code, r.form.titleOf(code))
		}
		return
	}
	unsure := slices.ContainsFunc(x.above, func(s storey) bool { return otherTime(s.title) })
	if r.form.wide {
		for _, name := range names {
			if code := r.items()[name]; code != "" {
				if unsure {
					h.unsure = names[0]
				}
				h.item(c, code, name)
				return
			}
		}
		for k, s := range x.above {
			code := r.items()[s.title]
			if code == "" || !s.spread {
				continue
			}
			if fen := r.form.column(x.lower); fen != nil && fen.code == "fen" {
				if unsure || slices.ContainsFunc(x.above[:k], func(s storey) bool { return !neutral(s.title) }) {
					h.unsure = names[0]
				}
				h.item(c, code, s.title)
			}
			return // another figure of this item: its standard, its months
		}
	}
	for _, name := range names {
		found := r.form.column(name)
		if found == nil {
			continue
		}
		grouped := slices.ContainsFunc(x.above, func(s storey) bool { return s.spread && !neutral(s.title) })
		if name == x.lower && slices.Contains(vague, name) && grouped || unsure && found.kind == amount {
			h.unsure = names[0]
		}
		h.column(c, found.code, found.title)
		return
	}
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

// itemsOrAmounts is what a wide sheet lacks that has neither.
const itemsOrAmounts = "项目、金额（或以项目名称为列名）"

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
				return itemsOrAmounts
			}
		}
	}
	return ""
}

var foldHeading = strings.NewReplacer(" ", "", "\n", "", "\r", "", "\t", "", "\u3000", "", "\u00a0", "", "：", ":", "（", "(", "）", ")", "*", "", "＊", "")

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
