package bankfile

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/simplifiedchinese"

	"zhida/payroll/banklayout"
	"zhida/rules/message"
	"zhida/rules/money"
)

func TestRead(t *testing.T) {
	f := sample(t, "icbc-bpt")
	h, rows, err := Read(bytes.NewReader(write(t, f)), f.Layout)
	if err != nil {
		t.Fatal(err)
	}
	// What the layout does not show is not made up.
	want := f.Header
	want.Batch, want.Month, want.Seq, want.Unit = 0, 0, 0, ""
	want.Extra = map[string]string{"收款省份": "湖南", "收款地市": "常德", "收款地区码": "1908"}
	if d := cmp.Diff(want, h); d != "" {
		t.Error(d)
	}
	for i := range rows {
		want := f.Rows[i]
		want.Person, want.Bank, want.CNAPS, want.Other = 0, "", "", false
		if rows[i] != want {
			t.Errorf("row %d: %v, want %v", i+1, rows[i], want)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	for _, c := range []struct {
		name, layout, old, new, code string
	}{
		{"a fixed line", "icbc-bpt", "#明细指令信息", "#明细指令信", "bank.read_line"},
		{"a fixed field", "icbc-bpt", "RMB|20261125|2|1|", "USD|20261125|2|1|", "bank.read_field"},
		{"a day that does not exist", "icbc-bpt", "RMB|20261125|1|", "RMB|20261131|1|", "bank.read_field"},
		{"another date in a row", "icbc-bpt", "RMB|20261125|2|1|", "RMB|20261126|2|1|", "bank.read_twice"},
		{"a number out of order", "icbc-bpt", "|2|2|", "|2|3|", "bank.read_field"},
		{"another sum", "icbc-bpt", "|100123550|4|", "|100123551|4|", "bank.read_sums"},
		{"another count", "icbc-bpt", "|100123550|4|", "|100123550|5|", "bank.read_sums"},
		{"no trailer", "icbc-bpt", "\r\n*", "", "bank.read_line"},
		{"a field too many", "ccb-txt", "张甲|", "张甲||", "bank.read_line"},
		{"no delimiter at the end", "ccb-txt", "20261125-1|\r\n", "20261125-1\r\n", "bank.read_line"},
		{"one decimal", "ccb-txt", "|1234.50|", "|1234.5|", "bank.read_field"},
		{"a thousands separator", "ccb-txt", "|1234.50|", "|1,234.50|", "bank.read_field"},
		{"a zero in front", "ccb-txt", "|1234.50|", "|01234.50|", "bank.read_field"},
		{"a part of a fen", "abc-fixed", "1234.500 ", "1234.501 ", "bank.read_field"},
		{"a column too short", "abc-fixed", "代发补贴  ", "代发补贴 ", "bank.read_line"},
		{"another line end", "ccb-txt", "20261125-1|\r\n", "20261125-1|\n", "bank.read_ending"},
		{"a line end of another system", "abc-txt", "代发补贴\n", "代发补贴\r\n", "bank.read_ending"},
		{"an empty line", "abc-txt", "代发补贴\n", "代发补贴\n\n", "bank.read_line"},
		{"no suffix", "psbc-txt", "代发补贴,|", "代发补贴|", "bank.read_field"},
		{"something in an empty field", "psbc-txt", "||张甲|", "|x|张甲|", "bank.read_field"},
		{"no name", "psbc-txt", "||张甲|", "|||", "bank.read_field"},
	} {
		l := preset(t, c.layout)
		text := decoded(t, l, write(t, sample(t, c.layout)))
		if !strings.Contains(text, c.old) {
			t.Fatalf("%s: the sample has no %q", c.name, c.old)
		}
		b, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(strings.Replace(text, c.old, c.new, 1)))
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if _, _, err := Read(bytes.NewReader(b), l); message.Code(err) != c.code {
			t.Errorf("%s: %v, want %s", c.name, err, c.code)
		}
	}
}

func TestReadRefusesBytes(t *testing.T) {
	for _, c := range []struct {
		name, layout, bytes, code string
	}{
		{"half a character", "abc-txt", "1,6200590000,\xd5,1.00,x\n", "bank.read_encoding"},
		{"UTF-8 instead of GBK", "abc-txt", "1,6200590000,张,1.00,x\n", "bank.read_encoding"},
		{"no text at all", "abc-txt", "\xff\xfe\x00\x00\n", "bank.read_encoding"},
		{"a line without an end", "abc-txt", strings.Repeat("1", 1<<17), "bank.read_ending"},
		{"nothing, where lines are fixed", "icbc-bpt", "", "bank.read_short"},
	} {
		if _, _, err := Read(strings.NewReader(c.bytes), preset(t, c.layout)); message.Code(err) != c.code {
			t.Errorf("%s: %v, want %s", c.name, err, c.code)
		}
	}
}

// Strict GB2312 is GBK without what GBK adds, in the writer and in the reader.
func TestStrictGB2312(t *testing.T) {
	l := changed(t, "ccb-txt", func(l *banklayout.Layout) { l.Encoding = "GB2312" })
	f := sample(t, "ccb-txt")
	gbk := write(t, f)
	if _, _, err := Read(bytes.NewReader(gbk), l); message.Code(err) != "bank.read_encoding" || !strings.Contains(err.Error(), "line 4") {
		t.Errorf("億 reads as GB2312: %v", err)
	}
	f.Layout = l
	if m := refusal(t, f); m.Code != "bank.character" || m.Cell != "4" || !strings.Contains(m.Text(message.Chinese), "GB2312") {
		t.Error(m)
	}
}

// Whatever reads without an error is what the writer would have written, byte for
// byte, or something it refuses to write. Workbooks and XML can say the same in two
// ways: what is written of them again reads as the same rows.
func FuzzRead(f *testing.F) {
	layouts := sending()
	quoted := *preset(f, "abc-txt")
	quoted.Quote = "needed"
	layouts = append(layouts, &quoted)
	for _, l := range layouts {
		x := sample(f, l.Code)
		x.Layout = l
		f.Add(write(f, x))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, l := range layouts {
			h, rows, err := Read(bytes.NewReader(data), l)
			if err != nil {
				continue
			}
			again := &File{Name: "again", Layout: l, Header: h, Rows: rows}
			again.Header.Count, again.Header.Total = len(rows), total(rows)
			var b bytes.Buffer
			if Write(&b, again) != nil || l.Lines() && bytes.Equal(b.Bytes(), data) {
				continue
			}
			if l.Lines() {
				t.Errorf("%s read as rows that are written as %q", l.Code, b.Bytes())
			} else if err := Prove(&b, again); err != nil {
				t.Errorf("%s does not read as what it was read as: %v", l.Code, err)
			}
		}
	})
}

func total(rows []Row) (sum money.Fen) {
	for i := range rows {
		sum += rows[i].Fen
	}
	return sum
}

// The reader proves the writer only as long as neither uses the other's code.
func TestReaderAndWriterShareNothing(t *testing.T) {
	reader := names(t, "read.go", "read_sheet.go", "read_xml.go")
	writer := names(t, "write.go", "write_sheet.go", "write_template.go", "write_xml.go", "codec.go")
	for name := range reader.declared {
		if writer.used[name] {
			t.Errorf("the writer uses %s of the reader", name)
		}
	}
	for name := range writer.declared {
		if reader.used[name] {
			t.Errorf("the reader uses %s of the writer", name)
		}
	}
	if !reader.declared["Scan"] || !writer.declared["Write"] || !writer.declared["newCodec"] {
		t.Error("reader or writer stands elsewhere now; tell this test where")
	}
}

type identifiers struct{ declared, used map[string]bool }

// names lists the functions, types and variables a file declares for the package,
// and every plain name it uses.
func names(t *testing.T, files ...string) identifiers {
	t.Helper()
	list := identifiers{map[string]bool{}, map[string]bool{}}
	for _, name := range files {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		own := map[*ast.Ident]bool{}
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				own[d.Name] = true
				if d.Recv == nil {
					list.declared[d.Name.Name] = true
				}
			case *ast.GenDecl:
				for _, s := range d.Specs {
					switch s := s.(type) {
					case *ast.TypeSpec:
						list.declared[s.Name.Name] = true
					case *ast.ValueSpec:
						for _, n := range s.Names {
							list.declared[n.Name] = true
						}
					}
				}
			}
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				ast.Inspect(n.X, func(n ast.Node) bool { note(n, list.used); return true })
				return false
			case *ast.Ident:
				if !own[n] {
					note(n, list.used)
				}
			}
			return true
		})
	}
	return list
}

func note(n ast.Node, used map[string]bool) {
	if id, ok := n.(*ast.Ident); ok {
		used[id.Name] = true
	}
}
