package auditdata

import (
	"bytes"
	"encoding/csv"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"zhida/payroll"
	"zhida/rules/money"
)

func table(rows ...[]string) payroll.AuditTable {
	return payroll.AuditTable{Name: "payments", Chinese: "付款", Key: []string{"batch", "seq"},
		Columns: []payroll.AuditColumn{{Name: "batch", Kind: payroll.AuditText, Chinese: "批次"}, {Name: "seq", Kind: payroll.AuditWhole, Chinese: "序号"}, {Name: "holder", Kind: payroll.AuditText, Chinese: "户名"}, {Name: "fen", Kind: payroll.AuditFen, Chinese: "金额，分"}},
		Each: func(row func([]string) error) error {
			for _, r := range rows {
				if err := row(append([]string(nil), r...)); err != nil {
					return err
				}
			}
			return nil
		}}
}

// A table keeps what stands in it, whatever that is; what could run in a spreadsheet
// program, or hide, is made harmless; rows and sums are counted.
func TestWrite(t *testing.T) {
	var b bytes.Buffer
	got, err := Write(&b, table([]string{"2026-11/1", "1", "赵,“丁”\"二\"", "12345"}, []string{"2026-11/1", "2", "=HYPERLINK(1)", "-300"}, []string{"2026-11/1", "3", "两\n行\u202e", "0"}))
	if err != nil {
		t.Fatal(err)
	}
	text, marked := strings.CutPrefix(b.String(), "\ufeff")
	if !marked || strings.Count(text, "\r\n") != 4 || strings.Count(text, "\n") != 4 {
		t.Errorf("not as RFC 4180 says, with a mark: %q", b.String())
	}
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{{"batch", "seq", "holder", "fen"}, {"2026-11/1", "1", "赵,“丁”\"二\"", "12345"}, {"2026-11/1", "2", "'=HYPERLINK(1)", "-300"}, {"2026-11/1", "3", "两 行〔U+202E〕", "0"}}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]Sum{{"fen", money.Fen(12045)}}, got.Sums); diff != "" || got.Rows != 3 {
		t.Errorf("%d rows; %s", got.Rows, diff)
	}
	if _, err := Write(io.Discard, table([]string{"2026-11/1", "1", "赵", "十二"})); err == nil {
		t.Error("an amount that is none is written")
	}
}

func TestLists(t *testing.T) {
	done, err := Write(io.Discard, table([]string{"2026-11/1", "1", "赵", "12345"}))
	if err != nil {
		t.Fatal(err)
	}
	done.SM3 = "abc"
	for name, c := range map[string]struct {
		write func(io.Writer) error
		want  string
	}{
		"tables":     {func(w io.Writer) error { return WriteTables(w, []Table{done}) }, "payments,付款,payments.csv,1,fen,123.45,abc\r\n"},
		"dictionary": {func(w io.Writer) error { return WriteDictionary(w, []Table{done}) }, "payments,fen,金额（分，整数）,,金额，分\r\n"},
		"key":        {func(w io.Writer) error { return WriteDictionary(w, []Table{done}) }, "payments,seq,整数,是,序号\r\n"},
		"schema":     {func(w io.Writer) error { return WriteSchema(w, []Table{done}) }, "  fen BIGINT NOT NULL, -- 金额，分\n  PRIMARY KEY (batch, seq)\n);\n"},
		"sqlite":     {func(w io.Writer) error { return WriteLoadSQLite(w, []Table{done}) }, ".import --csv --skip 1 payments.csv payments\n"},
		"postgresql": {func(w io.Writer) error { return WriteLoadPostgreSQL(w, []Table{done}) }, "\\copy payments FROM 'payments.csv' WITH (FORMAT csv, HEADER true, NULL '\\N', ENCODING 'UTF8')\n"},
		"masked":     {func(w io.Writer) error { return WriteReadme(w, "") }, "已遮盖"},
		"full":       {func(w io.Writer) error { return WriteReadme(w, "桃审通〔2027〕3号\x1b[2J") }, "依据审计通知书：桃审通〔2027〕3号〔U+001B〕[2J"},
	} {
		var b bytes.Buffer
		if err := c.write(&b); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.String(), c.want) {
			t.Errorf("%s: no %q in\n%s", name, c.want, b.String())
		}
	}
}

// Every query of the file is found, with a name of its own and one statement.
func TestChecks(t *testing.T) {
	list, err := Checks()
	if err != nil {
		t.Fatal(err)
	}
	names, looks := map[string]bool{}, 0
	for _, c := range list {
		if names[c.Name] || strings.Count(c.Query, ";") != 1 || !strings.HasPrefix(c.Query, "SELECT") || !strings.Contains(c.Query, "ORDER BY") {
			t.Errorf("%s is not one ordered query with a name of its own:\n%s", c.Name, c.Query)
		}
		names[c.Name] = true
		if c.Look {
			looks++
		}
	}
	var b bytes.Buffer
	if err := WriteChecks(&b); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(b.String(), ";\n"); n != len(list) || looks < 5 || len(list)-looks < 18 {
		t.Errorf("%d statements in the file, %d queries, %d of them to look through", n, len(list), looks)
	}
}
