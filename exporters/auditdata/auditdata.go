// Package auditdata owns the files that go into an auditor's own tools: tables as CSV, what
// their columns mean, how many rows they have and what they come to, and plain SQL that
// loads and checks them. It streams, and never decides who may see what: numbers of
// identity and bank cards come masked, or in full where the journal says why.
package auditdata

import (
	"embed"
	"encoding/csv"
	"io"
	"strconv"
	"strings"

	"zhida/exporters"
	"zhida/payroll"
	"zhida/rules/message"
	"zhida/rules/money"
)

//go:embed checks.sql README.txt
var files embed.FS

// byteOrderMark begins every CSV file: without it spreadsheet programs do not see that it
// is UTF-8. It stands before the heading of the first column, which loaders skip.
const byteOrderMark = "\ufeff"

// Table is what was written of a table.
type Table struct {
	payroll.AuditTable
	Rows int
	Sums []Sum
	SM3  string // of the file; filled in by whoever wrote it
}

// Sum is what a column of amounts comes to.
type Sum struct {
	Column string
	Fen    money.Fen
}

// File is the name of the table's file.
func File(t payroll.AuditTable) string { return t.Name + ".csv" }

// Write streams a table as CSV (RFC 4180: commas, CRLF, quotes where needed) and counts it.
// Text that begins like a formula has an apostrophe before it; line breaks within a text
// become spaces. Errors: those of the table and of w.
func Write(w io.Writer, t payroll.AuditTable) (Table, error) {
	out := Table{AuditTable: t}
	for _, c := range t.Columns {
		if c.Kind == payroll.AuditFen {
			out.Sums = append(out.Sums, Sum{Column: c.Name})
		}
	}
	c, err := begin(w)
	if err != nil {
		return out, err
	}
	heads := make([]string, len(t.Columns))
	for i, x := range t.Columns {
		heads[i] = x.Name
	}
	if err := c.Write(heads); err != nil {
		return out, err
	}
	err = t.Each(func(cells []string) error {
		sum := 0
		for i, x := range t.Columns {
			switch x.Kind {
			case payroll.AuditText:
				cells[i] = exporters.Inert(cells[i])
			case payroll.AuditFen:
				fen, err := strconv.ParseInt(cells[i], 10, 64)
				if err != nil {
					return err
				}
				out.Sums[sum].Fen += money.Fen(fen)
				sum++
			}
		}
		out.Rows++
		return c.Write(cells)
	})
	if err != nil {
		return out, err
	}
	c.Flush()
	return out, c.Error()
}

func begin(w io.Writer) (*csv.Writer, error) {
	_, err := io.WriteString(w, byteOrderMark)
	c := csv.NewWriter(w)
	c.UseCRLF = true
	return c, err
}

// WriteTables lists the tables: rows, what every column of amounts comes to in yuan, digest.
func WriteTables(w io.Writer, list []Table) error {
	rows := [][]string{{"表", "名称", "文件", "行数", "金额列", "合计（元）", "SM3"}}
	for _, t := range list {
		line := []string{t.Name, t.Chinese, File(t.AuditTable), strconv.Itoa(t.Rows), "", "", t.SM3}
		if len(t.Sums) == 0 {
			rows = append(rows, line)
		}
		for i, s := range t.Sums {
			if i > 0 {
				line = []string{t.Name, t.Chinese, "", "", "", "", ""}
			}
			line[4], line[5] = s.Column, s.Fen.String()
			rows = append(rows, line)
		}
	}
	return writeAll(w, rows)
}

// kinds are the kinds of column in words.
var kinds = map[payroll.AuditKind]string{payroll.AuditText: "文本", payroll.AuditWhole: "整数", payroll.AuditFen: "金额（分，整数）"}

// WriteDictionary says what every column is.
func WriteDictionary(w io.Writer, list []Table) error {
	rows := [][]string{{"表", "列", "类型", "主键", "含义"}}
	for _, t := range list {
		key := map[string]string{}
		for _, k := range t.Key {
			key[k] = "是"
		}
		for _, c := range t.Columns {
			rows = append(rows, []string{t.Name, c.Name, kinds[c.Kind], key[c.Name], c.Chinese})
		}
	}
	return writeAll(w, rows)
}

func writeAll(w io.Writer, rows [][]string) error {
	c, err := begin(w)
	if err != nil {
		return err
	}
	return c.WriteAll(rows)
}

// WriteSchema writes the tables as SQL that SQLite and PostgreSQL both take.
func WriteSchema(w io.Writer, list []Table) error {
	var b strings.Builder
	b.WriteString("-- 建表。SQLite 和 PostgreSQL 通用。金额以分为单位。\n")
	for _, t := range list {
		b.WriteString("CREATE TABLE " + t.Name + " (\n")
		for i, c := range t.Columns {
			kind := "TEXT NOT NULL"
			if c.Kind != payroll.AuditText {
				kind = "BIGINT NOT NULL"
			}
			comma := ","
			if i == len(t.Columns)-1 && len(t.Key) == 0 {
				comma = ""
			}
			b.WriteString("  " + c.Name + " " + kind + comma + " -- " + c.Chinese + "\n")
		}
		if len(t.Key) > 0 {
			b.WriteString("  PRIMARY KEY (" + strings.Join(t.Key, ", ") + ")\n")
		}
		b.WriteString(");\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// WriteLoadSQLite writes the commands of the sqlite3 shell that make and fill the tables.
func WriteLoadSQLite(w io.Writer, list []Table) error {
	var b strings.Builder
	b.WriteString("-- 在本文件夹里运行：sqlite3 audit.db \".read load-sqlite.sql\"\n.bail on\n.read schema.sql\n")
	for _, t := range list {
		b.WriteString(".import --csv --skip 1 " + File(t.AuditTable) + " " + t.Name + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// WriteLoadPostgreSQL writes the commands of psql that make and fill the tables.
func WriteLoadPostgreSQL(w io.Writer, list []Table) error {
	var b strings.Builder
	b.WriteString("-- 在本文件夹里运行：psql 数据库 -v ON_ERROR_STOP=1 -f load-postgresql.sql\n\\i schema.sql\n")
	for _, t := range list {
		b.WriteString("\\copy " + t.Name + " FROM '" + File(t.AuditTable) + "' WITH (FORMAT csv, HEADER true, NULL '\\N', ENCODING 'UTF8')\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// WriteChecks writes the queries; each finds what should not be, so that a sound book
// gives no row, or says in its first line that its rows are to be looked through.
func WriteChecks(w io.Writer) error { return writeFile(w, "checks.sql") }

// WriteReadme writes what the folder is. full says that numbers are in it whole, by the
// audit notice.
func WriteReadme(w io.Writer, notice string) error {
	if err := writeFile(w, "README.txt"); err != nil {
		return err
	}
	words := "身份证号和银行卡号已遮盖；card_no 是卡的编号，同一张卡同号，可以用来查一卡多人。\n"
	if notice != "" {
		words = "身份证号和银行卡号是完整的，依据审计通知书：" + exporters.Visible(notice) + "（账本日志有记录）。请按涉密个人信息保管，用后销毁。\n"
	}
	_, err := io.WriteString(w, words)
	return err
}

func writeFile(w io.Writer, name string) error {
	text, err := files.ReadFile(name)
	if err == nil {
		_, err = w.Write(text)
	}
	return err
}

// Check is one query of checks.sql.
type Check struct {
	Name  string // 一卡多人
	Look  bool   // its rows are to be looked through, and are no error in themselves
	Query string
}

// Checks reads the queries, in the order of the file: each begins with a line "-- [检查]
// name" or "-- [列示] name" and ends in a semicolon. Error: audit.checks.
func Checks() ([]Check, error) {
	text, err := files.ReadFile("checks.sql")
	if err != nil {
		return nil, err
	}
	var list []Check
	for part := range strings.SplitSeq(string(text), "\n-- [") {
		kind, rest, found := strings.Cut(part, "] ")
		if !found || kind != "检查" && kind != "列示" {
			continue
		}
		name, query, _ := strings.Cut(rest, "\n")
		if !strings.HasSuffix(strings.TrimSpace(query), ";") {
			return nil, message.Err("audit.checks", name)
		}
		list = append(list, Check{name, kind == "列示", strings.TrimSpace(query)})
	}
	return list, nil
}
