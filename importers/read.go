package importers

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"

	"zhida/importers/sheet"
	"zhida/payroll"
	"zhida/payroll/checks"
	"zhida/payroll/journal"
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/identity"
	"zhida/rules/message"
	"zhida/rules/money"
)

// Options are what a file cannot say about itself.
type Options struct {
	Sheets []string          // names of sheets, or AllSheets; none: the only one that fits
	From   calendar.Date     // first day for rows without a 生效日期; 0: such rows are problems
	Items  map[string]string // printed names of items to codes, for wide sheets
	// Places are the names of the places in the book by code: a name beside a code must be its name.
	Places map[string]string
	// Account is whose statement a file without a column for it is: banks print it above the
	// table, or nowhere. "" when nobody says.
	Account string
	// Map is what the clerk says about headings that nobody can guess: heading to the column
	// it means, or NotRead. Known is what was said before, by the shape of the headings.
	Map   map[string]string
	Known map[string]map[string]string
}

// Memory is what the program's garbage may take while a file is read, in bytes: with it a
// file of 20 MB stays below 256 MiB. Whoever reads foreign files sets this limit.
const Memory = 200 << 20

// AllSheets asks for every sheet that fits; NotRead says that a column means nothing here.
const (
	AllSheets = "全部"
	NotRead   = "不读"
)

// Read reads a file of a kind. Rows that are wrong become problems with the cell,
// all of them at once; an error means that the file as a whole cannot be read.
func Read(kind, file string, data []byte, o Options) (*payroll.ImportBatch, error) {
	f, err := formOf(kind)
	if err != nil {
		return nil, err
	}
	tables, err := sheet.Tables(file, data)
	if err != nil {
		return nil, err
	}
	all := &filing{batch: &payroll.ImportBatch{Kind: kind, Facts: f.fact, File: file, Digest: journal.Digest(data), Fields: f.fields()},
		scope: map[payroll.Scope]bool{}, first: map[factKey]int{}, doubted: map[int]bool{}, cards: map[string]carded{}, twice: map[string]bool{}}
	if !slices.ContainsFunc(tables, func(t *sheet.Table) bool { return len(t.Rows) > 0 }) {
		return nil, message.Err("import.empty_file", file)
	}
	chosen, err := all.choose(f, tables, o)
	if err != nil {
		return nil, err
	}
	all.batch.Sheet = chosen[0].table.Sheet
	for _, r := range chosen {
		r.rows()
	}
	at := -1
	all.batch.Rows = slices.DeleteFunc(all.batch.Rows, func(row payroll.ImportRow) bool {
		if at++; all.doubted[at] {
			row.Astray = true // one of the two that contradict each other is wrong
			all.batch.Wrong = append(all.batch.Wrong, row)
		}
		return all.doubted[at]
	})
	for _, r := range chosen {
		r.keepWhole()
		r.noteRepeated()
	}
	if err := all.said(o, chosen); err != nil {
		return nil, err
	}
	for s := range all.scope {
		all.batch.Scope = append(all.batch.Scope, s)
	}
	sort.Slice(all.batch.Scope, func(i, j int) bool {
		a, b := all.batch.Scope[i], all.batch.Scope[j]
		return a.Township < b.Township || a.Township == b.Township && (a.Month < b.Month || a.Month == b.Month && a.Kind < b.Kind)
	})
	if len(all.batch.Rows) == 0 && len(all.batch.Problems) == 0 {
		return nil, message.Err("import.empty", file)
	}
	return all.batch, nil
}

// filing is what the sheets of one file are read into.
type filing struct {
	batch   *payroll.ImportBatch
	scope   map[payroll.Scope]bool
	first   map[factKey]int   // to the row of the batch, to find contradictions
	doubted map[int]bool      // rows of the batch that a later one contradicts
	cards   map[string]carded // whose each card is
	twice   map[string]bool   // cards that stand for two persons
}

// carded is whom the first row with a card gives it to.
type carded struct {
	person string
	at     int // that row in the batch, -1 where it is not filed
	sheet  string
	cell   string // of the card in that row
}

// factKey is what one row of a file may say once.
type factKey struct {
	id, key string
	from    calendar.Date
}

// reading is one sheet being read.
type reading struct {
	*filing
	form    *form
	table   *sheet.Table
	options Options
	found   headings
	start   int               // index of the first row below the headings
	folded  map[string]string // names of items as headings have them

	columns map[string]string         // column code to letters; rows share it
	silent  []string                  // codes of the fields for which the sheet has no column; rows share it
	wide    map[int]map[string]string // the same for the columns of items
	sums    map[int]money.Fen         // of the rows read so far, by column
	unknown map[int]bool              // columns with an amount that could not be read: no sum of them is known
	people  int
	totals  []total
	bare    map[int]bool // columns without a heading in which words stand
	unread  []string     // codes of the columns in which something is wrong in the row being read
}

func (r *reading) problem(cell string, m message.Message) {
	hideNumbers(&m)
	r.batch.Problems = append(r.batch.Problems, message.Problem{File: r.batch.File, Sheet: r.table.Sheet, Cell: cell, Message: m})
}

// mostProblems bounds what is said about one file: more says that it is another kind of
// sheet, and would cost more than the file.
const mostProblems = 5000

func (r *reading) note(code string, args ...any) {
	m := message.M(code, args...)
	hideNumbers(&m)
	r.batch.Notes = append(r.batch.Notes, m)
}

// personal is as many digits as only an ID or a card has, in either width.
var personal = regexp.MustCompile(`[0-9０-９]{15,}[XxＸ]?`)

// hideNumbers masks IDs and cards that stand where something else should: a problem shows
// what the cell holds, and columns are shifted easily.
func hideNumbers(m *message.Message) {
	for i, text := range m.Args {
		m.Args[i] = personal.ReplaceAllStringFunc(text, func(s string) string {
			r := []rune(s)
			return string(r[:3]) + strings.Repeat("*", len(r)-7) + string(r[len(r)-4:])
		})
	}
}

// name is what notes call the sheet.
func (r *reading) name() string {
	if r.table.Sheet == "" {
		return r.batch.File
	}
	return r.batch.File + " " + r.table.Sheet
}

// choose finds the sheets to read. Without names it is the one that fits: where several do
// and hold rows, somebody has to say, since half a file would pass for the whole. What is
// not read is named.
func (all *filing) choose(f *form, tables []*sheet.Table, o Options) ([]*reading, error) {
	var chosen []*reading
	var left, fit []string
	var why, doubt error
	try := func(t *sheet.Table) (*reading, error) {
		r := &reading{filing: all, form: f, table: t, options: o}
		return r, r.headings()
	}
	if len(o.Sheets) > 0 && !slices.Contains(o.Sheets, AllSheets) {
		for _, name := range o.Sheets {
			t, err := sheet.Named(tables, name)
			if err != nil {
				return nil, err
			}
			r, err := try(t)
			if err != nil {
				return nil, err
			}
			chosen = append(chosen, r)
		}
		return chosen, nil
	}
	for _, t := range tables {
		r, err := try(t)
		switch {
		case otherSheet(err) || t.Hidden && len(tables) > 1:
			if why == nil {
				why = err
			}
			if len(t.Rows) > 0 && !sheet.OfTemplate(t.Sheet) {
				left = append(left, t.Sheet)
			}
			continue
		case err != nil && len(o.Sheets) > 0:
			return nil, err
		case err == nil && r.start >= len(t.Rows) && len(tables) > 1:
			continue // an empty form
		}
		if err != nil {
			doubt = err
		}
		chosen, fit = append(chosen, r), append(fit, t.Sheet)
	}
	switch {
	case len(chosen) == 0 && why != nil:
		return nil, why
	case len(chosen) == 0:
		return nil, message.Err("import.empty", all.batch.File)
	case len(chosen) > 1 && len(o.Sheets) == 0:
		return nil, message.Err("import.which_sheet", all.batch.File, len(fit), strings.Join(fit, "、"))
	case doubt != nil:
		return nil, doubt
	}
	if len(left) > 0 {
		chosen[0].note("import.other_sheets", all.batch.File, strings.Join(left, "、"))
	}
	return chosen, nil
}

// said holds what the clerk said about headings against the file, and keeps it.
func (all *filing) said(o Options, chosen []*reading) error {
	for _, heading := range slices.Sorted(maps.Keys(o.Map)) {
		if !slices.ContainsFunc(chosen, func(r *reading) bool { return r.found.used[fold(heading)] }) {
			return message.Err("import.map_heading", all.batch.File, heading)
		}
	}
	if len(o.Map) == 0 {
		return nil
	}
	for _, r := range chosen {
		h := payroll.Headings{Kind: r.form.kind, Shape: r.found.shape, Fields: r.found.said}
		if !slices.ContainsFunc(all.batch.Headings, func(x payroll.Headings) bool { return x.Shape == h.Shape }) {
			all.batch.Headings = append(all.batch.Headings, h)
		}
	}
	return nil
}

// rows reads what stands below the headings, up to the notes under the table.
func (r *reading) rows() {
	r.sums, r.unknown, r.columns, r.wide = map[int]money.Fen{}, map[int]bool{}, map[string]string{}, map[int]map[string]string{}
	r.bare = map[int]bool{}
	for code, c := range r.found.at {
		r.columns[code] = sheet.Letters(c + 1)
	}
	for _, code := range r.batch.Fields {
		if _, has := r.found.at[code]; !has {
			r.silent = append(r.silent, code)
		}
	}
	unreadable := map[int]bool{}
	for _, p := range r.table.Unreadable() {
		r.batch.Problems = append(r.batch.Problems, p)
		unreadable[rowOf(p.Cell)] = true
	}
	r.batch.Rows = slices.Grow(r.batch.Rows, len(r.table.Rows)*max(1, len(r.found.items)))
	hiddenRows, waiting, numbered := 0, 0, 0
	for i := r.start; i < len(r.table.Rows); i++ {
		row := &r.table.Rows[i]
		if r.isAgain(row) || r.isIndex(row) || r.isHeading(row) {
			continue
		}
		if t, is := r.isTotal(row); is {
			t.sums, t.rows = maps.Clone(r.sums), r.people
			r.totals = append(r.totals, t)
			continue
		}
		if r.isNote(row) {
			continue
		}
		if r.isBlank(row) {
			numbered++
			continue
		}
		if row.Hidden {
			hiddenRows++
		}
		if len(r.batch.Problems) >= mostProblems {
			r.batch.Unfinished = true
			r.problem(sheet.Address(1, row.Number), message.M("import.too_many"))
			break
		}
		r.people++
		r.batch.Counted++
		switch {
		case unreadable[row.Number]:
			r.addAmounts(row)
		case r.unanswered(row):
			waiting++
		default:
			r.row(row)
		}
	}
	r.checkTotals()
	if waiting > 0 {
		r.note("import.unfilled", r.name(), waiting)
	}
	if numbered > 0 {
		r.note("import.blank_rows", r.name(), numbered)
	}
	if hiddenRows > 0 {
		r.note("import.hidden_rows", r.name(), hiddenRows)
	}
	r.noteColumns()
}

// noteRepeated names the rows that say nothing which an earlier one has not said.
func (r *reading) noteRepeated() {
	var rows []string
	last := 0
	for _, x := range r.batch.Repeated {
		if x.Sheet == r.table.Sheet && x.Row != last { // a row of a wide sheet says several things
			rows, last = append(rows, strconv.Itoa(x.Row)), x.Row
		}
	}
	if more := len(rows) - namedAtMost; more > 0 {
		rows = append(rows[:namedAtMost], "…")
	}
	if len(rows) > 0 {
		r.note("import.repeated", r.name(), strings.Join(rows, "、"))
	}
}

// namedAtMost bounds how many rows a note names.
const namedAtMost = 8

func rowOf(cell string) int {
	n, _ := strconv.Atoi(strings.TrimLeft(cell, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")) // made by package sheet
	return n
}

// noteColumns names the columns that were not read, and those that nobody sees and were.
func (r *reading) noteColumns() {
	var extra, hidden []string
	read := map[int]bool{}
	for _, c := range r.found.at {
		read[c] = true
	}
	for c := range r.found.items {
		read[c] = true
	}
	for _, c := range slices.Sorted(maps.Keys(r.found.titles)) {
		title := r.found.titles[c]
		switch {
		case read[c] && slices.Contains(r.table.HiddenColumns, c):
			hidden = append(hidden, title)
		case !read[c] && title != "" && !slices.Contains([]string{"序号", "编号", "no", "no."}, title):
			extra = append(extra, title)
		}
	}
	for _, c := range slices.Sorted(maps.Keys(r.bare)) {
		extra = append(extra, sheet.Letters(c+1))
	}
	if len(r.found.kept) > 0 {
		r.note("headings.used", r.name(), strings.Join(r.found.kept, "、"))
	}
	if len(extra) > 0 {
		r.note("import.extra_columns", r.name(), strings.Join(extra, "、"))
	}
	if len(hidden) > 0 {
		r.note("import.hidden_columns", r.name(), strings.Join(hidden, "、"))
	}
}

// unanswered says that a row of a printed form has not been filled in yet.
func (r *reading) unanswered(row *sheet.Row) bool {
	return len(r.form.answers) > 0 && !slices.ContainsFunc(r.form.answers, func(code string) bool { return row.At(r.found.at[code]).Kind != sheet.Empty })
}

// indexCell is one cell of a row of column numbers: 3, （3）, or 6=4+5.
var indexCell = regexp.MustCompile(`^\(?([0-9]{1,2})\)?(=.*)?$`)

// isIndex knows the row of column numbers (1 2 3 …, behind 栏次 or 甲 乙) that some forms carry.
func (r *reading) isIndex(row *sheet.Row) bool {
	n := 0
	for i, c := range row.Cells {
		if len(c.Text) > 12 {
			return false // nearly every row
		}
		text := fold(c.Text)
		m := indexCell.FindStringSubmatch(text)
		switch {
		case text == "" && r.found.titles[i] == "" || n == 0 && slices.Contains([]string{"栏次", "列次", "甲", "乙", "丙", "丁"}, text):
		case m == nil || m[1] != strconv.Itoa(n+1):
			return false
		default:
			n++
		}
	}
	return n > 2
}

// isAgain knows a row that stands above the table too, headings and all: printed sheets
// have them at the top of each page.
func (r *reading) isAgain(row *sheet.Row) bool {
	for i := range r.start {
		if slices.EqualFunc(row.Cells, r.table.Rows[i].Cells, func(a, b sheet.Cell) bool { return a.Text == b.Text || fold(a.Text) == fold(b.Text) }) {
			return true
		}
	}
	return false
}

// isHeading knows a row that only says again what its columns are, in other words than above.
func (r *reading) isHeading(row *sheet.Row) bool {
	n := 0
	for i := range r.form.columns {
		c := &r.form.columns[i]
		at, has := r.found.at[c.code]
		if !has || row.At(at).Kind == sheet.Empty {
			continue
		}
		// Nearly every row is none, and its own column alone says so.
		if title := fold(row.At(at).Text); !c.named(title) || r.form.column(title) != c {
			return false
		}
		n++
	}
	return n > 1
}

// isBlank says that nothing stands in any column that is read: a number given beforehand,
// or the name of a village above its people.
func (r *reading) isBlank(row *sheet.Row) bool {
	for _, c := range r.found.at {
		if row.At(c).Kind != sheet.Empty {
			return false
		}
	}
	for c := range r.found.items {
		if row.At(c).Kind != sheet.Empty {
			return false
		}
	}
	return true
}

// noteWords begin what stands under a table.
var noteWords = []string{"注", "备注", "说明", "附", "制表", "填报", "填表", "审核", "复核", "审批", "经办", "负责人", "分管", "单位", "盖章", "签字", "签名", "联系电话"}

// numbered knows a cell that holds somebody's number, right or wrong.
var numbered = regexp.MustCompile(`^['‘’]?[0-9 ]+[Xx]?$`)

var pageNumber = regexp.MustCompile(`^第?\d+页`)

// isNote knows text around a table: a sentence or a page number in one cell, what is to be
// signed (制表人： 审核人：), and a few words that begin as notes do and leave every required
// column empty.
func (r *reading) isNote(row *sheet.Row) bool {
	filled, labels, first := 0, 0, sheet.Cell{}
	for _, c := range row.Cells {
		if c.Kind != sheet.Empty {
			if filled++; filled == 1 {
				first = c
			}
			if strings.ContainsAny(c.Text, ":：") {
				labels++
			}
		}
	}
	begins := fold(first.Text)
	id, has := r.found.at["id"]
	if has && strings.Contains(begins, ":") && filled <= 2*labels && !numbered.MatchString(row.At(id).Text) {
		return true
	}
	for _, c := range r.form.columns {
		if at, ok := r.found.at[c.code]; ok && c.required && c.kind != text && row.At(at).Kind != sheet.Empty && strings.Trim(row.At(at).Text, "0123456789-/.年月日Xx") == "" {
			return false
		}
	}
	if filled == 1 && first.Kind == sheet.Text {
		m, merged := r.table.Merged(columnOf(first), row.Number)
		if merged && m.Right-m.Left > 1 || len([]rune(first.Text)) > 12 || pageNumber.MatchString(begins) {
			return true // a sentence
		}
	}
	return filled <= 4 && slices.ContainsFunc(noteWords, func(w string) bool { return strings.HasPrefix(begins, w) })
}

// columnOf is the column of a cell, from 0.
func columnOf(c sheet.Cell) int {
	n := 0
	for _, l := range strings.TrimRight(c.Address(), "0123456789") {
		n = n*26 + int(l-'A') + 1
	}
	return n - 1
}

// inEvery are the kinds of value that a merged cell may give to each of its rows; money,
// identity and dates are never spread.
func (c *column) inEvery() bool {
	return c.code != "name" && (c.kind == text || c.kind == place || c.kind == bank)
}

// cell is the cell of a row in a column, with what a merged range gives it.
func (r *reading) cell(row *sheet.Row, at int, c *column) (sheet.Cell, error) {
	own := row.At(at)
	m, merged := r.table.Merged(at, row.Number)
	if !merged || m.Left == m.Right && m.Top == m.Bottom {
		return own, nil
	}
	if m.Left != m.Right || !c.inEvery() || m.Top <= r.table.Rows[r.start-1].Number {
		return own, message.Err("import.merged", sheet.Address(m.Left, m.Top)+":"+sheet.Address(m.Right, m.Bottom), c.title)
	}
	first := own
	for i := r.start; i < len(r.table.Rows) && r.table.Rows[i].Number <= m.Top; i++ {
		if r.table.Rows[i].Number == m.Top {
			first = r.table.Rows[i].At(at)
		}
	}
	own.Kind, own.Text = first.Kind, first.Text
	return own, nil
}

// row reads one row into one fact, or one fact for each item column of a wide sheet.
func (r *reading) row(row *sheet.Row) {
	values := map[string]string{}
	before := len(r.batch.Problems)
	r.unread = nil
	for k := range r.form.columns {
		c := &r.form.columns[k]
		at, ok := r.found.at[c.code]
		if !ok {
			continue
		}
		n := len(r.batch.Problems)
		values[c.code] = r.value(row, at, c)
		if values[c.code] == "" && c.required && row.At(at).Kind == sheet.Empty && !r.hasProblem(before, row.At(at)) {
			r.problem(row.At(at).Address(), message.M("import.required", c.title))
		}
		if len(r.batch.Problems) > n {
			r.unread = append(r.unread, c.code)
		}
	}
	cells := r.columns
	if r.form.fact == facts.KindStatement && values["account"] == "" && !r.lacks("account") {
		if values["account"] = r.options.Account; values["account"] == "" {
			r.problem(row.Cells[0].Address(), message.M("import.which_account"))
			r.unread = append(r.unread, "account")
		}
	}
	trusted := len(r.batch.Problems)
	r.divided(row)
	r.untitled(row)
	if values["id"] == exampleID || r.form.exampleOfWorld(values) {
		r.problem(cellIn(cells, "id", row), message.M("import.example_row"))
	}
	together := r.addAmounts(row)
	if len(r.batch.Problems) > trusted {
		return // it is shifted, or about nobody: what else it says means nothing
	}
	if len(r.unread) == 0 {
		r.batch.Total += together
	}
	if len(r.found.items) == 0 {
		if item := values["item"]; r.options.Items[item] != "" {
			values["item"] = r.options.Items[item]
		}
		r.fact(row, values, cells)
		return
	}
	unread := r.unread
	for _, c := range slices.Sorted(maps.Keys(r.found.items)) {
		item := r.found.items[c]
		n := len(r.batch.Problems)
		v := r.value(row, c, &column{code: "fen", title: r.found.titles[c], kind: amount, least: notNegative})
		r.unread = slices.Clone(unread)
		if len(r.batch.Problems) > n {
			r.unread = append(r.unread, "fen")
		} else if v == "" {
			continue // nothing is stated about this item
		}
		if r.wide[c] == nil {
			r.wide[c] = maps.Clone(r.columns)
			r.wide[c]["fen"], r.wide[c]["item"] = sheet.Letters(c+1), sheet.Letters(c+1)
		}
		values["item"], values["fen"] = item, v
		r.fact(row, values, r.wide[c])
	}
}

// untitled refuses figures in a column without a heading, behind the first that is read: a
// second date below a heading merged over several columns, or the rest of an amount that its
// comma divided in a text file. Words there are a remark, and their column is named.
func (r *reading) untitled(row *sheet.Row) {
	for c := r.found.first() + 1; c < len(row.Cells); c++ {
		cell := row.Cells[c]
		if cell.Kind == sheet.Empty || r.found.titles[c] != "" {
			continue
		}
		if cell.Kind == sheet.Text && !strings.ContainsAny(cell.Text, "0123456789０１２３４５６７８９") {
			r.bare[c] = true
			continue
		}
		r.problem(cell.Address(), message.M("import.untitled", cell.Text, sheet.Letters(c+1)))
	}
}

// begins and goes on are the two halves of an amount whose comma was taken for the end of a cell.
var (
	begins = regexp.MustCompile(`^-?[0-9]{1,3}$`)
	goesOn = regexp.MustCompile(`^[0-9]{3}(\.[0-9]{1,2})?$`)
	rest   = regexp.MustCompile(`^0[0-9]{2}`) // of an amount, and no amount by itself
)

// divided refuses an amount of a text file behind which a column of words begins with three figures: 200,000.00 that
// became 200 and 000.00, so that everything behind it stands one column too far; and one behind which a column of amounts
// has 078, or three figures of any kind where the row has more cells than its headings.
func (r *reading) divided(row *sheet.Row) {
	if !r.table.Text {
		return
	}
	kinds := map[int]valueKind{}
	for k := range r.form.columns {
		if at, ok := r.found.at[r.form.columns[k].code]; ok {
			kinds[at] = r.form.columns[k].kind
		}
	}
	for at := range r.found.items {
		kinds[at] = amount
	}
	longer := len(row.Cells) > r.headingWidth()
	for _, at := range slices.Sorted(maps.Keys(kinds)) {
		cell, next := row.At(at), row.At(at+1)
		if kinds[at] != amount || kinds[at+1] != text && (kinds[at+1] != amount || !longer && !rest.MatchString(next.Text)) {
			continue
		}
		if begins.MatchString(cell.Text) && goesOn.MatchString(next.Text) {
			r.problem(cell.Address(), message.M("import.divided", cell.Text, next.Text))
		}
	}
}

// headingWidth is how many cells the widest row of the headings, or above them, has in the file; empty ones count.
func (r *reading) headingWidth() (n int) {
	for i := range r.start {
		n = max(n, len(r.table.Rows[i].Cells))
	}
	return n
}

// newcomer checks what a row says of somebody who comes onto the roster: that the name, in the column of a code, is one, and
// that a village cadre belongs to a village.
func (r *reading) newcomer(name string, v map[string]string, cell func(string) string) {
	if odd := identity.NotInName(v[name]); odd != "" && !r.lacks(name) {
		r.problem(cell(name), message.M("value.person_name", v[name], odd))
	}
	if v["category"] == string(facts.VillageCadre) && len(v["place"]) == townshipDigits && !r.lacks("category") && !r.lacks("place") {
		r.problem(cell("place"), message.M("import.village_place", v["place"]))
	}
}

// townshipDigits is how many digits the code of a township has; that of a village has twelve.
const townshipDigits = 9

// value reads a cell of a row; what is wrong with it becomes a problem.
func (r *reading) value(row *sheet.Row, at int, c *column) string {
	cell, err := r.cell(row, at, c)
	v := ""
	if err == nil {
		err = r.shownInYuan(cell, c)
	}
	if err == nil {
		v, err = c.value(cell)
	}
	if err == nil && c.kind == place {
		err = r.named(cell.Text)
	}
	if err != nil {
		r.problem(cell.Address(), problemOf(err))
	}
	return v
}

func (r *reading) hasProblem(since int, c sheet.Cell) bool {
	return slices.ContainsFunc(r.batch.Problems[since:], func(p message.Problem) bool { return p.Cell == c.Address() })
}

// named holds a name that stands beside the code of a place against the book's.
func (r *reading) named(text string) error {
	code, name := codeAndName(text)
	if known := r.options.Places[code]; name != "" && known != "" && known != name {
		return message.Err("import.place_named", code, known, name)
	}
	return nil
}

// cellIn is where a column of a row stands; the row's first cell when it has none.
func cellIn(columns map[string]string, code string, row *sheet.Row) string {
	if c := columns[code]; c != "" {
		return c + strconv.Itoa(row.Number)
	}
	return sheet.Address(1, row.Number)
}

func problemOf(err error) message.Message {
	if m, ok := err.(*message.Error); ok {
		return m.Message
	}
	return message.M("value.wrong", err)
}

// lacks says that something is wrong in a column of the row being read, so that nothing may be concluded from it.
func (r *reading) lacks(code string) bool { return slices.Contains(r.unread, code) }

// setAside keeps a row that stays out for problems since one, as far as it could be read.
func (r *reading) setAside(row *payroll.ImportRow, since int) {
	for _, p := range r.batch.Problems[since:] {
		for code := range row.Columns {
			if p.Sheet == row.Sheet && row.Cell(code) == p.Cell {
				r.unread = append(r.unread, code)
			}
		}
	}
	row.Unread = r.unread
	for _, code := range append([]string{"id", "withdraw", "from", r.form.from, r.form.to}, r.form.key...) {
		row.Astray = row.Astray || r.lacks(code)
	}
	r.batch.Wrong = append(r.batch.Wrong, *row)
}

// fact makes a fact of a row's values and files it, unless something is wrong with it or it contradicts another row.
func (r *reading) fact(row *sheet.Row, v, columns map[string]string) {
	cell := func(code string) string { return cellIn(columns, code, row) }
	before := len(r.batch.Problems)
	f := payroll.Fact{Kind: r.form.fact, To: calendar.Forever, Where: r.where(cell(r.form.columns[0].code))}
	var err error
	if f.From, f.To, err = r.interval(v); err != nil {
		code, m := cmp.Or(r.form.from, "from"), problemOf(err)
		if m.Code == "import.ends_before" {
			code = r.form.to
		}
		if !r.lacks(code) {
			r.problem(cell(code), m)
			r.unread = append(r.unread, code)
		}
	}
	var key []string
	for _, code := range r.form.key {
		key = append(key, v[code])
	}
	f.Key = strings.TrimRight(strings.Join(key, "|"), "|")
	r.special(v, cell)
	f.Body = r.fields(v)
	id := v["id"]
	if r.form.world {
		id = ""
	}
	x := payroll.ImportRow{PersonID: id, Fact: f, Withdraw: v["withdraw"] != "", Sheet: r.table.Sheet, Row: row.Number, Columns: columns, Silent: r.silent}
	if !r.form.world {
		x.PersonName = v["name"]
	}
	if r.form.scope && v["place"] != "" {
		x.Fact.Scope = payroll.Scope{Township: facts.Township(v["place"]), Month: f.From.Month(), Kind: v["kind"]}.String()
	}
	if len(r.unread) > 0 || len(r.batch.Problems) > before {
		r.setAside(&x, before)
		return
	}
	full := factKey{id, f.FoldedKey(), f.From}
	if at, twice := r.first[full]; twice {
		if other := &r.batch.Rows[at]; other.Fact.Body != f.Body || other.Withdraw != x.Withdraw {
			where := strconv.Itoa(other.Row)
			if other.Sheet != r.table.Sheet {
				where = other.Sheet + " " + where
			}
			first := r.form.columns[0].code
			r.problem(cell(first), message.M("import.contradiction", where))
			here := strconv.Itoa(row.Number)
			if other.Sheet != r.table.Sheet {
				here = r.table.Sheet + " " + here
			}
			r.doubt(at, first, message.M("import.contradiction", here))
			x.Astray = true
			r.batch.Wrong = append(r.batch.Wrong, x)
			return
		}
		r.batch.Repeated = append(r.batch.Repeated, x)
		return
	}
	r.first[full] = len(r.batch.Rows)
	if c, known := r.cards[v["card"]]; known && c.at < 0 {
		c.at = len(r.batch.Rows)
		r.cards[v["card"]] = c
	}
	r.batch.Rows = append(r.batch.Rows, x)
}

// doubt takes an earlier row out that a later one speaks against: nobody knows which of them is right.
func (r *reading) doubt(at int, column string, m message.Message) {
	if r.doubted[at] {
		return
	}
	r.doubted[at] = true
	row := &r.batch.Rows[at]
	r.batch.Problems = append(r.batch.Problems, message.Problem{File: r.batch.File, Sheet: row.Sheet, Cell: row.Cell(column), Message: m})
}

func (r *reading) where(cell string) string {
	if r.table.Sheet == "" {
		return r.batch.File + "!" + cell
	}
	return r.table.Sheet + "!" + cell
}

// interval gives the days a fact holds for.
func (r *reading) interval(v map[string]string) (from, to calendar.Date, err error) {
	to = calendar.Forever
	read := func(s string, last bool) (calendar.Date, error) {
		if m, err := calendar.ParseMonth(s); err == nil {
			if last {
				return m.Last(), nil
			}
			return m.First(), nil
		}
		return calendar.ParseDate(s)
	}
	switch {
	case r.form.from != "":
		if from, err = read(v[r.form.from], false); err != nil {
			return
		}
		if r.form.to != "" && v[r.form.to] != "" {
			if to, err = read(v[r.form.to], true); err != nil {
				return
			}
		}
	case v["from"] != "":
		from, err = read(v["from"], false)
	case r.form.fact == facts.KindAssessment || r.form.fact == facts.KindReference:
		from = 19000101 // the year or period in the key says when
	case r.options.From != 0:
		from = r.options.From
	default:
		err = message.Err("import.no_valid_from")
	}
	if err == nil && to < from {
		err = message.Err("import.ends_before", to, from)
	}
	return
}

// special does what single kinds need beyond their columns.
func (r *reading) special(v map[string]string, cell func(string) string) {
	switch r.form.kind {
	case "roster":
		r.newcomer("name", v, cell)
		if born := identity.ResidentID(v["id"]).Birth().String(); !strings.HasPrefix(born, v["born"]) && !r.lacks("id") {
			r.problem(cell("born"), message.M("import.born_differs", v["born"], born))
		}
	case "days":
		if len(r.unread) > 0 {
			return
		}
		d, _ := calendar.ParseDate(v["date"])
		r.scope[payroll.Scope{Township: facts.Township(v["place"]), Month: d.Month(), Kind: v["kind"]}] = true
	case "absences":
		r.workingDays(v, cell)
	case "references":
		if otherUnitOf.MatchString(fold(v["unit"])) {
			r.problem(cell("unit"), message.M("import.unit", r.name(), cell("unit"), v["unit"]))
		}
	case "registers":
		if v["name"] == "无" && v["id"] == "" || r.lacks("class") {
			return
		}
		var lacking []string
		at := ""
		for _, code := range registerNeeds[checks.Registers[v["class"]]] {
			if v[code] == "" && !r.lacks(code) {
				at = code
				lacking = append(lacking, r.form.titleOf(code))
			}
		}
		switch of := checks.Registers[v["class"]]; {
		case at != "":
			r.problem(cell(at), message.M("import.register_class", v["class"], strings.Join(lacking, "、")))
		case of == checks.Posts && len(v["place"]) == townshipDigits: // no village has it, and nothing would be held against it
			r.problem(cell("place"), message.M("election.village_code", v["place"]))
		case of == checks.Deaths && v["date"] > v["as_of"] && !r.lacks("date") && !r.lacks("as_of"): // both are ISO dates
			r.problem(cell("date"), message.M("import.after_as_of", v["date"], v["as_of"]))
		}
	case "statement":
		sides := [2]bool{v["debit"] != "" && v["debit"] != "0", v["credit"] != "" && v["credit"] != "0"} // in fen
		switch {
		case r.lacks("debit") || r.lacks("credit"):
		case v["debit"] == "" && v["credit"] == "":
			r.problem(cell("debit"), message.M("import.required", r.form.titleOf("debit")+"、"+r.form.titleOf("credit")))
		case sides[0] && sides[1]:
			r.problem(cell("credit"), message.M("import.both_sides"))
		}
	case payroll.KindChanges:
		r.change(v, cell)
	case payroll.KindElection:
		r.result(v, cell)
	case "accounts":
		r.account(v, cell)
		if v["cnaps"] != "" && !identity.CNAPS(v["cnaps"]) {
			r.problem(cell("cnaps"), message.M("value.cnaps", v["cnaps"]))
		}
	}
}

// workingDays refuses more working days than an absence has days.
func (r *reading) workingDays(v map[string]string, cell func(string) string) {
	from, to, err := r.interval(v)
	n, _ := strconv.Atoi(v["working_days"])
	if err != nil || v["to"] == "" || n <= to.Sub(from)+1 {
		return // wrong dates are said where the fact is made
	}
	r.problem(cell("working_days"), message.M("import.days_too_many", n, from, to, to.Sub(from)+1))
}

// account checks a card against its bank, which its number can name, and against the other rows.
func (r *reading) account(v map[string]string, cell func(string) string) {
	c := identity.Card(v["card"])
	if c == "" {
		return // what is wrong with it has been said
	}
	if v["bank"] == "" && !r.lacks("bank") {
		v["bank"] = c.Bank()
	}
	switch {
	case r.lacks("bank"):
	case v["bank"] == "":
		r.problem(cell("bank"), message.M("import.bank_unknown", c))
	case c.Bank() != "" && c.Bank() != v["bank"]:
		r.problem(cell("bank"), message.M("import.bank_differs", c, identity.BankName(c.Bank()), identity.BankName(v["bank"])))
	}
	if r.lacks("id") {
		return
	}
	first, taken := r.cards[v["card"]]
	switch {
	case taken && (r.twice[v["card"]] || first.person != v["id"]):
		m := message.M("import.card_twice", c)
		r.problem(cell("card"), m)
		if first.at >= 0 {
			r.doubt(first.at, "card", m)
		} else if !r.twice[v["card"]] {
			r.batch.Problems = append(r.batch.Problems, message.Problem{File: r.batch.File, Sheet: first.sheet, Cell: first.cell, Message: m})
		}
		r.twice[v["card"]] = true
	case !taken:
		r.cards[v["card"]] = carded{v["id"], -1, r.table.Sheet, cell("card")}
	}
}

// fields writes the body: the form's own columns in their order.
func (r *reading) fields(v map[string]string) string {
	var list []payroll.Field
	for _, c := range r.form.columns {
		if c.meta {
			continue
		}
		s := v[c.code]
		switch {
		case s == "":
		case c.kind == amount || c.kind == whole || c.kind == year:
			n, _ := strconv.ParseInt(s, 10, 64)
			list = append(list, payroll.Field{Name: c.code, Value: n})
		case c.kind == yes:
			list = append(list, payroll.Field{Name: c.code, Value: s == "true"})
		default:
			list = append(list, payroll.Field{Name: c.code, Value: s})
		}
	}
	return payroll.Body(list...)
}

func words(m map[string]string) []string {
	list := make([]string, 0, len(m))
	for k := range m {
		list = append(list, k)
	}
	sort.Strings(list)
	return list
}
