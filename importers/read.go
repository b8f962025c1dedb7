package importers

import (
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

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
	Sheet string            // name of the sheet, "" for the first
	From  calendar.Date     // first day for rows without a 生效日期; 0: such rows are problems
	Items map[string]string // printed names of items to codes, for wide sheets
	// Places are the names of the places in the book by code: a name beside a code must be its name.
	Places map[string]string
	// Account is whose statement a file without a column for it is: banks print it above the
	// table, or nowhere. "" when nobody says.
	Account string
}

// Read reads a file of a kind. Rows that are wrong become problems with the cell,
// all of them at once; an error means that the file as a whole cannot be read.
func Read(kind, file string, data []byte, o Options) (*payroll.ImportBatch, error) {
	f, err := formOf(kind)
	if err != nil {
		return nil, err
	}
	t, err := sheet.Open(file, data, o.Sheet)
	if err != nil {
		return nil, err
	}
	r := &reading{form: f, table: t, options: o, batch: &payroll.ImportBatch{Kind: kind, Facts: f.fact, File: file, Sheet: t.Sheet, Digest: journal.Digest(data)},
		scope: map[payroll.Scope]bool{}, first: map[string]int{}, cards: map[string]string{}}
	if err := r.headings(); err != nil {
		return nil, err
	}
	r.rows()
	r.keepWhole()
	for s := range r.scope {
		r.batch.Scope = append(r.batch.Scope, s)
	}
	sort.Slice(r.batch.Scope, func(i, j int) bool {
		a, b := r.batch.Scope[i], r.batch.Scope[j]
		return a.Township < b.Township || a.Township == b.Township && (a.Month < b.Month || a.Month == b.Month && a.Kind < b.Kind)
	})
	if len(r.batch.Rows) == 0 && len(r.batch.Problems) == 0 {
		return nil, message.Err("import.empty", file)
	}
	return r.batch, nil
}

// reading is one file being read.
type reading struct {
	form    *form
	table   *sheet.Table
	options Options
	batch   *payroll.ImportBatch

	at      map[string]int // column code to column
	wide    map[int]string // column to item code
	start   int            // index of the first row below the headings
	sums    map[int]money.Fen
	counted int

	scope map[payroll.Scope]bool
	first map[string]int    // fact key to row, to find contradictions
	body  map[string]string // fact key to body
	cards map[string]string // card to person
}

func (r *reading) problem(cell string, m message.Message) {
	r.batch.Problems = append(r.batch.Problems, message.Problem{File: r.batch.File, Sheet: r.batch.Sheet, Cell: cell, Message: m})
}

// headingRows is how far down the headings may stand.
const headingRows = 10

// headings finds the row, or the two rows, of headings: the one that knows most
// columns and every required one. Two columns that claim the same meaning are refused.
func (r *reading) headings() error {
	best, missing := 0, ""
	for i := 0; i < min(headingRows, len(r.table.Rows)); i++ {
		for _, storeys := range []int{1, 2} {
			at, wide, twice := r.match(i, storeys)
			if len(at)+len(wide) <= best {
				continue
			}
			if twice != "" {
				return message.Err("import.heading_twice", r.batch.File, twice)
			}
			if lacks := r.lacking(at, wide); lacks != "" {
				if len(at) > 1 {
					missing = lacks
				}
				continue
			}
			best, r.at, r.wide, r.start = len(at)+len(wide), at, wide, i+storeys
		}
	}
	if best == 0 {
		if missing == "" {
			missing = r.form.columns[0].title
		}
		return message.Err("import.no_heading", r.batch.File, r.form.title, missing)
	}
	return nil
}

// match reads row i, joined with the row below it where storeys is 2, as headings.
func (r *reading) match(i, storeys int) (at map[string]int, wide map[int]string, twice string) {
	at, wide = map[string]int{}, map[int]string{}
	upper := ""
	for c := range widest(r.table.Rows[i:min(i+storeys, len(r.table.Rows))]) {
		title := fold(r.table.Rows[i].At(c).Text)
		if storeys == 2 {
			if i+1 >= len(r.table.Rows) {
				return at, wide, ""
			}
			lower := fold(r.table.Rows[i+1].At(c).Text)
			if title != "" {
				upper = title
			}
			if lower != "" {
				title = lower // a merged heading above only groups the ones below
			}
			_ = upper
		}
		if title == "" {
			continue
		}
		if r.form.wide {
			if code, ok := r.options.Items[title]; ok {
				wide[c] = code
				continue
			}
		}
		for k := range r.form.columns {
			col := &r.form.columns[k]
			if title != fold(col.title) && !slices.ContainsFunc(col.synonyms, func(s string) bool { return fold(s) == title }) {
				continue
			}
			if _, has := at[col.code]; has {
				twice = col.title
			}
			at[col.code] = c
			break
		}
	}
	return at, wide, twice
}

func widest(rows []sheet.Row) (n int) {
	for i := range rows {
		n = max(n, len(rows[i].Cells))
	}
	return n
}

// lacking names a required column that is not there.
func (r *reading) lacking(at map[string]int, wide map[int]string) string {
	for _, c := range r.form.columns {
		if _, ok := at[c.code]; c.required && !ok {
			return c.title
		}
	}
	if r.form.wide && len(wide) == 0 {
		for _, code := range []string{"item", "fen"} {
			if _, ok := at[code]; !ok {
				return "项目、金额（或以项目名称为列名）"
			}
		}
	}
	return ""
}

var foldHeading = strings.NewReplacer(" ", "", "\n", "", "\r", "", "\t", "", "\u3000", "", "（", "(", "）", ")", "*", "")

// fold makes headings comparable: no spaces or line breaks, narrow brackets, no unit in brackets, lower case.
func fold(s string) string {
	s = foldHeading.Replace(strings.ToLower(s))
	for _, unit := range []string{"(元)", "(元/月)", "(公里)", "(人)"} {
		s = strings.TrimSuffix(s, unit)
	}
	return s
}

// rows reads what stands below the headings, up to the notes under the table.
func (r *reading) rows() {
	r.sums, r.body = map[int]money.Fen{}, map[string]string{}
	hiddenRows, waiting := 0, 0
	for i := r.start; i < len(r.table.Rows); i++ {
		row := &r.table.Rows[i]
		if row.Empty() || r.isIndex(row) {
			continue
		}
		if isTotal(row) {
			r.checkTotal(row)
			continue
		}
		if r.isNote(row) {
			continue
		}
		if row.Hidden {
			hiddenRows++
		}
		r.counted++
		if r.unanswered(row) {
			waiting++
			continue
		}
		r.row(row)
	}
	if waiting > 0 {
		r.batch.Notes = append(r.batch.Notes, message.M("import.unfilled", r.batch.File, waiting))
	}
	if hiddenRows > 0 {
		r.batch.Notes = append(r.batch.Notes, message.M("import.hidden_rows", r.batch.File, hiddenRows))
	}
}

// unanswered says that a row of a printed form has not been filled in yet.
func (r *reading) unanswered(row *sheet.Row) bool {
	return len(r.form.answers) > 0 && !slices.ContainsFunc(r.form.answers, func(code string) bool { return row.At(r.at[code]).Kind != sheet.Empty })
}

// isIndex knows the row of column numbers (1 2 3 …) that some forms carry.
func (r *reading) isIndex(row *sheet.Row) bool {
	for i, c := range row.Cells {
		if c.Text != strconv.Itoa(i+1) {
			return false
		}
	}
	return len(row.Cells) > 2
}

var totals = []string{"合计", "总计", "小计", "总数", "本页小计"}

func isTotal(row *sheet.Row) bool {
	for _, c := range row.Cells[:min(4, len(row.Cells))] {
		if slices.Contains(totals, fold(c.Text)) {
			return true
		}
	}
	return false
}

// isNote knows text under a table: something in the first cells, and nothing in any required column.
func (r *reading) isNote(row *sheet.Row) bool {
	filled := 0
	for _, c := range row.Cells {
		if c.Kind != sheet.Empty {
			filled++
		}
	}
	for _, c := range r.form.columns {
		if at, ok := r.at[c.code]; ok && c.required && c.kind != text && row.At(at).Kind != sheet.Empty && strings.Trim(row.At(at).Text, "0123456789-/.年月日Xx") == "" {
			return false
		}
	}
	return filled <= 3 && slices.ContainsFunc([]string{"注", "备注", "说明", "制表", "填报", "审核", "负责人", "单位"}, func(w string) bool {
		for _, c := range row.Cells {
			if c.Text != "" {
				return strings.HasPrefix(c.Text, w)
			}
		}
		return false
	})
}

// checkTotal holds a 合计 row against the rows above it: sums of amounts, and a count written as 12人.
func (r *reading) checkTotal(row *sheet.Row) {
	for c, sum := range r.sums {
		cell := row.At(c)
		if cell.Kind == sheet.Empty {
			continue
		}
		stated, err := fen(cell)
		if err != nil || stated != decimal.New(int64(sum), 0).String() {
			r.problem(cell.Address, message.M("import.total_differs", cell.Text, sum))
		}
	}
	for _, c := range row.Cells {
		if n, ok := strings.CutSuffix(c.Text, "人"); ok {
			if k, err := strconv.Atoi(strings.TrimPrefix(n, "共")); err == nil && k != r.counted {
				r.problem(c.Address, message.M("import.count_differs", k, r.counted))
			}
		}
	}
}

// row reads one row into one fact, or one fact for each item column of a wide sheet.
func (r *reading) row(row *sheet.Row) {
	values, cells := map[string]string{}, map[string]string{}
	before := len(r.batch.Problems)
	for k := range r.form.columns {
		c := &r.form.columns[k]
		at, ok := r.at[c.code]
		if !ok {
			continue
		}
		cell := row.At(at)
		cells[c.code] = cell.Address
		v, err := c.value(cell)
		if err == nil && c.kind == place {
			err = r.named(cell.Text)
		}
		switch {
		case err != nil:
			r.problem(cell.Address, problemOf(err))
		case v == "" && c.required:
			r.problem(cell.Address, message.M("import.required", c.title))
		}
		values[c.code] = v
	}
	if r.form.fact == facts.KindStatement && values["account"] == "" {
		if values["account"] = r.options.Account; values["account"] == "" {
			r.problem(row.Cells[0].Address, message.M("import.which_account"))
		}
	}
	if values["id"] == exampleID {
		r.problem(cells["id"], message.M("import.example_row"))
	}
	if len(r.batch.Problems) > before {
		return
	}
	if len(r.wide) == 0 {
		if item := values["item"]; r.options.Items[item] != "" {
			values["item"] = r.options.Items[item]
		}
		if at, ok := r.at["fen"]; ok {
			r.add(at, values["fen"])
		}
		r.fact(row, values, cells)
		return
	}
	columns := make([]int, 0, len(r.wide))
	for c := range r.wide {
		columns = append(columns, c)
	}
	sort.Ints(columns)
	for _, c := range columns {
		cell := row.At(c)
		v, err := (&column{title: r.wide[c], kind: amount}).value(cell)
		if err != nil {
			r.problem(cell.Address, problemOf(err))
			continue
		}
		if v == "" {
			continue // nothing is stated about this item
		}
		r.add(c, v)
		values["item"], values["fen"], cells["fen"], cells["item"] = r.wide[c], v, cell.Address, cell.Address
		r.fact(row, values, cells)
	}
}

// named holds a name that stands beside the code of a place against the book's.
func (r *reading) named(text string) error {
	code, name := codeAndName(text)
	if known := r.options.Places[code]; name != "" && known != "" && known != name {
		return message.Err("import.place_named", code, known, name)
	}
	return nil
}

func (r *reading) add(column int, fen string) {
	if n, err := strconv.ParseInt(fen, 10, 64); err == nil {
		r.sums[column] += money.Fen(n)
	}
}

func problemOf(err error) message.Message {
	if m, ok := err.(*message.Error); ok {
		return m.Message
	}
	return message.M("value.wrong", err)
}

// fact makes a fact of a row's values and files it, unless it contradicts another row.
func (r *reading) fact(row *sheet.Row, v, cells map[string]string) {
	cell := func(code string) string {
		if c := cells[code]; c != "" {
			return c
		}
		return sheet.Address(1, row.Number)
	}
	f := payroll.Fact{Kind: r.form.fact, To: calendar.Forever, Where: r.where(cell(r.form.columns[0].code))}
	var err error
	if f.From, f.To, err = r.interval(v); err != nil {
		code := r.form.from
		if code == "" {
			code = "from"
		}
		if m := problemOf(err); m.Code == "import.ends_before" {
			code = r.form.to
			r.problem(cell(code), m)
		} else {
			r.problem(cell(code), m)
		}
		return
	}
	var key []string
	for _, code := range r.form.key {
		key = append(key, v[code])
	}
	f.Key = strings.TrimRight(strings.Join(key, "|"), "|")
	if !r.special(v, cell) {
		return
	}
	f.Body = r.fields(v)
	if r.form.scope {
		f.Scope = payroll.Scope{Township: facts.Township(v["place"]), Month: f.From.Month(), Kind: v["kind"]}.String()
	}
	id := v["id"]
	if r.form.world {
		id = ""
	}
	full := id + "\n" + f.Key + "\n" + f.From.String()
	if at, twice := r.first[full]; twice {
		if r.body[full] != f.Body {
			r.problem(cell(r.form.columns[0].code), message.M("import.contradiction", at))
		}
		return
	}
	r.first[full], r.body[full] = row.Number, f.Body
	x := payroll.ImportRow{PersonID: id, Fact: f, Withdraw: v["withdraw"] != "", Cells: copyOf(cells)}
	if !r.form.world {
		x.PersonName = v["name"]
	}
	r.batch.Rows = append(r.batch.Rows, x)
}

func (r *reading) where(cell string) string {
	if r.batch.Sheet == "" {
		return r.batch.File + "!" + cell
	}
	return r.batch.Sheet + "!" + cell
}

func copyOf(m map[string]string) map[string]string {
	c := make(map[string]string, len(m))
	for k, v := range m {
		c[k] = v
	}
	return c
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
func (r *reading) special(v map[string]string, cell func(string) string) bool {
	switch r.form.kind {
	case "days":
		d, _ := calendar.ParseDate(v["date"])
		r.scope[payroll.Scope{Township: facts.Township(v["place"]), Month: d.Month(), Kind: v["kind"]}] = true
	case "registers":
		if v["name"] == "无" && v["id"] == "" {
			return true
		}
		var lacking []string
		at := ""
		for _, code := range registerNeeds[checks.Registers[v["class"]]] {
			if v[code] == "" {
				at = code
				lacking = append(lacking, r.form.titleOf(code))
			}
		}
		if at != "" {
			r.problem(cell(at), message.M("import.register_class", v["class"], strings.Join(lacking, "、")))
			return false
		}
	case payroll.KindChanges:
		return r.change(v, cell)
	case payroll.KindElection:
		return r.result(v, cell)
	case "accounts":
		c := identity.Card(v["card"])
		if v["bank"] == "" {
			v["bank"] = c.Bank()
		}
		switch {
		case v["bank"] == "":
			r.problem(cell("bank"), message.M("import.bank_unknown", c))
			return false
		case c.Bank() != "" && c.Bank() != v["bank"]:
			r.problem(cell("bank"), message.M("import.bank_differs", c, identity.BankName(c.Bank()), identity.BankName(v["bank"])))
			return false
		}
		if other, taken := r.cards[v["card"]]; taken && other != v["id"] {
			r.problem(cell("card"), message.M("import.card_twice", c))
			return false
		}
		r.cards[v["card"]] = v["id"]
		if v["cnaps"] != "" && !identity.CNAPS(v["cnaps"]) {
			r.problem(cell("cnaps"), message.M("value.cnaps", v["cnaps"]))
			return false
		}
	}
	return true
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
		case c.kind == amount || c.kind == whole:
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
