package policy

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"zhida/rules/message"
	"zhida/rules/yamltext"
)

// Spreadsheet is a sheet beside the policy file in which a clerk keeps the rows of a table.
type Spreadsheet struct {
	File    string
	Sheet   string   // "" for the first
	Columns []string // headings of the key columns, then of the value columns
}

// SheetRows is what stands in a spreadsheet, and the digest of the file (hex SM3).
type SheetRows struct {
	Digest string
	Rows   []SheetRow
}

// SheetRow is one row: its number in the sheet, and the cells under the columns asked for.
type SheetRow struct {
	Number int
	Cells  []string
}

// Embed puts the rows of tables that are kept in spreadsheets into the text, each
// with the digest of its file, so that the text alone says all that the document
// does: what is adopted never rests on a file that somebody can edit afterwards.
// open reads a spreadsheet. Lines keep their numbers. A text without such tables,
// or one whose rows are in it already, comes back as it is.
// Errors: those of reading YAML, policy.wrong, and those of open.
func Embed(file string, text []byte, open func(Spreadsheet) (SheetRows, error)) ([]byte, error) {
	top, err := yamltext.Parse(file, text)
	if err != nil {
		return nil, err
	}
	lines := bytes.Split(text, []byte("\n"))
	r := &reader{file: file, text: text}
	for _, t := range sheetTables(top) {
		s, node := r.spreadsheet(t)
		if node == nil {
			continue
		}
		if len(r.problems) > 0 {
			return nil, r.problems
		}
		if node.Line > len(lines) { // YAML also breaks lines at a carriage return alone
			r.fail(node, "请把单独的回车符改成换行")
			return nil, r.problems
		}
		if strings.ContainsFunc(s.File+s.Sheet, unicode.IsControl) {
			r.fail(node, "文件名和工作表名要写在一行里")
			return nil, r.problems
		}
		found, err := open(s)
		if err != nil {
			return nil, err
		}
		before, after, alone := around(lines[node.Line-1], node)
		if !alone {
			r.fail(node, "请让“来自”独占一行：来自: 附表1.xlsx")
			return nil, r.problems
		}
		lines[node.Line-1] = slices.Concat(before, []byte(s.flow(found)), after)
	}
	if len(r.problems) > 0 {
		return nil, r.problems
	}
	return bytes.Join(lines, []byte("\n")), nil
}

// around splits a line at a node that ends on it; alone says that nothing but a
// comment follows.
func around(line []byte, n *yamltext.Node) (before, after []byte, alone bool) {
	text := []rune(string(line))
	from := n.Column - 1
	if from > len(text) {
		return nil, nil, false
	}
	to := from
	switch {
	case n.Kind != yamltext.Scalar || from < len(text) && (text[from] == '\'' || text[from] == '"'):
		if to = closed(text, from); to == 0 {
			return nil, nil, false
		}
	case strings.HasPrefix(string(text[from:]), n.Value):
		to = from + len([]rune(n.Value))
	default:
		return nil, nil, false
	}
	rest := strings.TrimSpace(string(text[to:]))
	return []byte(string(text[:from])), []byte(string(text[to:])), rest == "" || strings.HasPrefix(rest, "#")
}

// closed is the position behind the quote or brace that closes the one at from, 0 when none
// does on this line.
func closed(text []rune, from int) int {
	depth, quote := 0, rune(0)
	for i := from; i < len(text); i++ {
		switch c := text[i]; {
		case quote == '"' && c == '\\':
			i++
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case c == '{':
			depth++
		case c == '}':
			depth--
		}
		if depth <= 0 && quote == 0 {
			return i + 1
		}
	}
	return 0
}

// sheetTables are the tables of a file, as nodes.
func sheetTables(top *yamltext.Node) []*yamltext.Node {
	tables := child(top, "tables")
	if tables == nil || tables.Kind != yamltext.Mapping {
		return nil
	}
	var list []*yamltext.Node
	for i := 1; i < len(tables.Content); i += 2 {
		list = append(list, tables.Content[i])
	}
	return list
}

// lastLine is the last line that a node reaches.
func lastLine(n *yamltext.Node) int {
	last := n.Line
	for _, c := range n.Content {
		last = max(last, lastLine(c))
	}
	return last
}

// child is the value of a key, Chinese or English.
func child(n *yamltext.Node, key string) *yamltext.Node {
	if n == nil || n.Kind != yamltext.Mapping {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if k := n.Content[i].Value; k == key || keys[k] == key {
			return n.Content[i+1]
		}
	}
	return nil
}

// spreadsheet reads where a table's rows are kept; the node is nil when they stand in the text.
func (r *reader) spreadsheet(table *yamltext.Node) (s Spreadsheet, node *yamltext.Node) {
	n := child(table, "sheet")
	if n == nil || child(n, "rows") != nil {
		return s, nil
	}
	if s.File = n.Value; n.Kind != yamltext.Scalar {
		o := r.object(n, "spreadsheet", "worksheet", "columns")
		s.File, s.Sheet = o.needText("spreadsheet"), o.text("worksheet")
		for _, c := range r.list(o.at("columns")) {
			s.Columns = append(s.Columns, r.scalar(c))
		}
		if last := lastLine(n); n.Style&yamltext.Flow == 0 || last != n.Line {
			r.fail(n, "请把表格写在一行里：来自: {表格: 附表1.xlsx, 工作表: 标准}")
		}
	}
	if s.File == "" {
		r.fail(n, "“来自”要写表格的文件名：来自: 附表1.xlsx")
	}
	if strings.ContainsAny(s.File, `/\`) || strings.HasPrefix(s.File, ".") {
		r.fail(n, "表格要和政策文件放在同一个文件夹里，只写文件名")
	}
	if s.Columns == nil {
		for _, key := range []string{"keys", "values"} {
			for _, c := range r.list(child(table, key)) {
				s.Columns = append(s.Columns, r.scalar(c))
			}
		}
	}
	return s, n
}

// flow writes the spreadsheet with its rows in one line of YAML.
func (s Spreadsheet) flow(found SheetRows) string {
	var b strings.Builder
	fmt.Fprintf(&b, "{表格: %s, ", quoted(s.File))
	if s.Sheet != "" {
		fmt.Fprintf(&b, "工作表: %s, ", quoted(s.Sheet))
	}
	fmt.Fprintf(&b, "摘要: %s, 行: {", found.Digest)
	for i, row := range found.Rows {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(strconv.Itoa(row.Number) + ": [")
		for j, c := range row.Cells {
			if j > 0 {
				b.WriteString(", ")
			}
			b.WriteString(quoted(c))
		}
		b.WriteByte(']')
	}
	b.WriteString("}}")
	return b.String()
}

func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// sheetRows reads the rows that Embed put into the text.
func (r *reader) sheetRows(t *Table, n *yamltext.Node) {
	o := r.object(n, "spreadsheet", "worksheet", "columns", "digest", "rows")
	if n.Kind == yamltext.Mapping {
		t.Sheet, t.Digest = o.needText("spreadsheet"), o.needText("digest")
		if s := o.text("worksheet"); s != "" {
			t.Sheet += "!" + s
		}
	}
	rows := o.at("rows")
	if rows == nil || rows.Kind != yamltext.Mapping {
		r.fail(n, "没有取到表格里的行")
		return
	}
	if len(rows.Content)/2 > maxRows {
		r.fail(n, "一张表最多 %d 行", maxRows)
		return
	}
	for i := 0; i+1 < len(rows.Content); i += 2 {
		number := r.whole(rows.Content[i])
		before := len(r.problems)
		r.row(t, rows.Content[i+1], number)
		for j := before; j < len(r.problems); j++ { // the clerk mends the sheet, not the text
			r.problems[j].File, r.problems[j].Cell = t.Sheet, strconv.Itoa(number)
			r.problems[j].Message = message.M("policy.sheet_row", t.Sheet, number, r.problems[j].Message.Args[3])
		}
	}
}
