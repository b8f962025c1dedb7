package bankfile

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"zhida/payroll/banklayout"
	"zhida/rules/identity"
	"zhida/rules/message"
	"zhida/rules/money"
)

var update = flag.Bool("update", false, "write the golden files anew")

// card is a sample account: a BIN of the bank, 000000, a number, the Luhn digit.
func card(n int) identity.Card {
	body := fmt.Sprintf("620059%012d", n)
	return identity.Card(body + string(identity.LuhnDigit(body)))
}

func preset(t testing.TB, code string) *banklayout.Layout {
	t.Helper()
	l, err := banklayout.Preset(code)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// sample is a file of four payments; 億 and 東 end in the byte of the delimiter |.
func sample(t testing.TB, code string) *File {
	t.Helper()
	f := &File{Layout: preset(t, code), Bank: "ABC", Header: sampleHeader()}
	for i, x := range []struct {
		name string
		fen  money.Fen
	}{{"张甲", 123450}, {"买买提·艾力", 1}, {"欧阳建国", 100000000}, {"張億東", 99}} {
		add(f, Row{Payment: i + 11, Person: int64(i + 7), Account: card(i + 1), Holder: x.name, Fen: x.fen,
			Bank: "中国农业银行", Branch: "农业银行桃源县支行", CNAPS: "104999900003", Other: i == 1})
	}
	f.Name = fileName(f)
	return f
}

func sampleHeader() Header {
	return Header{Batch: 202611001, Date: 20261125, Month: 202611, Seq: 1, Unit: "430725", PayerName: "桃源县财政局", PayerAccount: "1908000000000000001",
		PayerBranch: "工商银行桃源支行", Purpose: "代发补贴", Extra: map[string]string{"收款省份": "湖南", "收款地市": "常德", "收款地区码": "1908",
			"付款行联行号": "104999900003", "手续费账号": "1908000000000000001", "卡折标志": "1", "代理编号": "0001"}}
}

func add(f *File, r Row) {
	f.Rows = append(f.Rows, r)
	f.Header.Count++
	f.Header.Total += r.Fen
}

func write(t testing.TB, f *File) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, f); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// sending lists the presets that write payment files.
func sending() (list []*banklayout.Layout) {
	for _, l := range banklayout.Presets() {
		if l.Container != "" {
			list = append(list, l)
		}
	}
	return list
}

// Every preset is held byte for byte, and reads back as what was written.
func TestPresets(t *testing.T) {
	files := map[string]bool{"manifest.golden": true, "remittance.golden": true}
	for _, l := range sending() {
		t.Run(l.Code, func(t *testing.T) {
			f := sample(t, l.Code)
			got := write(t, f)
			name := l.Code + ".golden"
			if l.Sheet != nil {
				name += ".xlsx" // so that people can open it
			}
			files[name] = true
			golden := filepath.Join("..", "..", "testdata", "layouts", name)
			if *update {
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("differs from %s:\n%q\n%q", golden, got, want)
			}
			if err := Prove(bytes.NewReader(got), f); err != nil {
				t.Error(err)
			}
			_, rows, err := Read(bytes.NewReader(got), l)
			if err != nil || len(rows) != len(f.Rows) {
				t.Fatal(len(rows), err)
			}
			for i, r := range rows {
				if w := f.Rows[i]; r.Account != w.Account || r.Holder != w.Holder || r.Fen != w.Fen {
					t.Errorf("row %d reads as %v, want %v", i+1, r, w)
				}
			}
		})
	}
	there, err := os.ReadDir(filepath.Join("..", "..", "testdata", "layouts"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range there {
		if !files[e.Name()] {
			t.Errorf("%s is the golden file of no preset", e.Name())
		}
	}
}

func TestFileNames(t *testing.T) {
	want := map[string]string{"abc-fixed": "CFRT03_20261125_001.txt", "abc-txt": "202611250001.txt", "boc-txt": "boc_20261125_1.txt",
		"bocom-txt": "bocom_20261125_1.txt", "ccb-min": "ccb_20261125_1.txt", "ccb-txt": "ccb_20261125_1.txt", "ccb-xlsx": "ccb_20261125_1.xlsx",
		"cmb-xlsx": "cmb_20261125_1.xlsx", "icbc-bpt": "icbc_20261125_1_ds.bpt", "icbc-xls": "icbc_20261125_1.xlsx", "jilin-xlsx": "jl_20261125_1.xlsx",
		"jinzhong-txt": "jz_430725_20261125_1.txt", "lanzhou-txt": "lz_20261125_1.txt", "pain001": "pain001_20261125_1.xml",
		"psbc-cross": "psbc_k_20261125_1.txt", "psbc-txt": "psbc_20261125_1.txt", "rural-txt": "rural_430725_20261125_1.txt"}
	got := map[string]string{}
	for _, l := range sending() {
		got[l.Code] = sample(t, l.Code).Name
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// A file edited after the export is found, whatever byte was changed, lost or added.
// What an archive or XML can say in two ways must say the same.
func TestProveFindsEveryEdit(t *testing.T) {
	for _, l := range sending() {
		f := sample(t, l.Code)
		good := write(t, f)
		step := 1
		if l.Container == "template" {
			step = 11 // most of it is the bank's
		}
		for i := 0; i < len(good); i += step {
			for _, bad := range [][]byte{flipped(good, i, 1), flipped(good, i, 0x20), append(bytes.Clone(good[:i]), good[i+1:]...),
				append(append(bytes.Clone(good[:i]), good[i]), good[i:]...)} {
				if err := Prove(bytes.NewReader(bad), f); err == nil && (l.Lines() || essence(t, l, bad) != essence(t, l, good)) {
					t.Errorf("%s: nobody noticed a change at byte %d (%q)", l.Code, i, good[i])
				}
			}
		}
		if err := Prove(bytes.NewReader(append(bytes.Clone(good), '\n')), f); err == nil && l.Container != "xml" {
			t.Errorf("%s: nobody noticed a line too many", l.Code)
		}
	}
}

// essence is everything that a workbook or XML says, in one form: every part of the
// archive, every token of the document.
func essence(t *testing.T, l *banklayout.Layout, b []byte) string {
	t.Helper()
	var s strings.Builder
	if l.Container == "xml" {
		d := xml.NewDecoder(bytes.NewReader(b))
		for {
			token, err := d.Token()
			if err == io.EOF {
				return s.String()
			}
			if err != nil {
				t.Fatal(err)
			}
			if c, ok := token.(xml.CharData); !ok || strings.Trim(string(c), "\n") != "" {
				fmt.Fprintf(&s, "%T%s\n", token, token)
			}
		}
	}
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		part, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&s, "%s %s\n", f.Name, part)
	}
	return s.String()
}

func flipped(b []byte, i int, bit byte) []byte {
	b = bytes.Clone(b)
	b[i] ^= bit
	return b
}

// Two amounts exchanged leave the sum as it was, and are found all the same.
func TestProveFindsExchangedAmounts(t *testing.T) {
	f := sample(t, "ccb-txt")
	other := sample(t, "ccb-txt")
	other.Rows[0].Fen, other.Rows[2].Fen = other.Rows[2].Fen, other.Rows[0].Fen
	err := Prove(bytes.NewReader(write(t, other)), f)
	if message.Code(err) != "bank.differs" || !strings.Contains(err.Error(), "row 1") || !strings.Contains(err.Error(), "金额") {
		t.Error(err)
	}
}

func TestWhatDoesNotFitRefusesTheFile(t *testing.T) {
	for _, c := range []struct {
		name   string
		layout string
		edit   func(*Row)
		code   string
		says   string
	}{
		{"a character GBK lacks", "ccb-txt", func(r *Row) { r.Holder = "张㛃" }, "bank.character", "㛃"},
		{"a character beyond the plane", "ccb-txt", func(r *Row) { r.Holder = "张𠮷" }, "bank.character", "U+20BB7"},
		{"the euro sign, one byte in GBK", "ccb-txt", func(r *Row) { r.Holder = "张€" }, "bank.character", "€"},
		{"a private-use character", "ccb-txt", func(r *Row) { r.Holder = "张\ue81e" }, "bank.private", "龴"},
		{"a private-use character without a standard", "ccb-txt", func(r *Row) { r.Holder = "张\ue000" }, "bank.character", "U+E000"},
		{"a lost character", "ccb-txt", func(r *Row) { r.Holder = "张\ufffd" }, "bank.character", "U+FFFD"},
		{"a delimiter in a name", "ccb-txt", func(r *Row) { r.Holder = "张|三" }, "bank.delimiter", "|"},
		{"a comma in a name", "abc-txt", func(r *Row) { r.Holder = "张,三" }, "bank.delimiter", ","},
		{"a line break in a name", "ccb-txt", func(r *Row) { r.Holder = "张\n三" }, "bank.character", "U+000A"},
		{"an escape in a name", "ccb-txt", func(r *Row) { r.Holder = "张\x1b[31m三" }, "bank.character", "‹U+001B›"},
		{"a right-to-left mark in a name", "ccb-txt", func(r *Row) { r.Holder = "张\u202e三" }, "bank.character", "‹U+202E›"},
		{"a space at the end", "ccb-txt", func(r *Row) { r.Holder = "张三 " }, "bank.spaces", "姓名"},
		{"an ideographic space at the end", "ccb-txt", func(r *Row) { r.Holder = "张三\u3000" }, "bank.spaces", "姓名"},
		{"a space inside, where none may be", "rural-txt", func(r *Row) { r.Holder = "张 三" }, "bank.spaces", "姓名"},
		{"a name too wide", "ccb-txt", func(r *Row) { r.Holder = strings.Repeat("长", 31) }, "bank.width", "62"},
		{"a name too wide for its column", "abc-fixed", func(r *Row) { r.Holder = strings.Repeat("长", 30) + "a" }, "bank.width", "61"},
		{"a character of GBK, too wide in bytes", "icbc-xls", func(r *Row) { r.Holder = strings.Repeat("長", 31) }, "bank.width", "62"},
		{"a character the bank's system lacks, in a workbook", "icbc-xls", func(r *Row) { r.Holder = "张㛃" }, "bank.character", "㛃"},
		{"what a spreadsheet takes for a character", "cmb-xlsx", func(r *Row) { r.Holder = "张_x0041_" }, "bank.delimiter", "_x0041_"},
		{"no bank number", "pain001", func(r *Row) { r.CNAPS = "" }, "bank.empty", "收款行联行号"},
		{"an escape in XML", "pain001", func(r *Row) { r.Holder = "张\x1b三" }, "bank.character", "‹U+001B›"},
		{"no branch, where another bank is paid", "psbc-cross", func(r *Row) { r.Branch = "" }, "bank.empty", "开户行"},
		{"letters in the account", "ccb-txt", func(r *Row) { r.Account = "6200590000x" }, "bank.card", "*"},
		{"an account too short", "ccb-txt", func(r *Row) { r.Account = "6200590" }, "bank.card", "*"},
		{"an account too long", "ccb-txt", func(r *Row) { r.Account = identity.Card(strings.Repeat("6", 31)) }, "bank.card", "*"},
		{"no holder", "ccb-txt", func(r *Row) { r.Holder = "" }, "bank.holder", ""},
		{"nothing to pay", "ccb-txt", func(r *Row) { r.Fen = 0 }, "bank.amount", "0.00"},
		{"less than nothing to pay", "ccb-txt", func(r *Row) { r.Fen = -5 }, "bank.amount", "-0.05"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := sample(t, c.layout)
			was := f.Rows[1].Fen
			c.edit(&f.Rows[1])
			f.Header.Total += f.Rows[1].Fen - was
			m := refusal(t, f)
			text := m.Text(message.Chinese) + m.Hint(message.Chinese)
			if m.Code != c.code || m.Cell != "2" || m.File != f.Name {
				t.Fatalf("%s in row %s of %s, want %s: %s", m.Code, m.Cell, m.File, c.code, text)
			}
			if !strings.Contains(text, "第 8 号") || !strings.Contains(text, c.says) || !strings.Contains(text, visible(f.Rows[1].Holder)) {
				t.Errorf("does not name person and cause: %s", text)
			}
			if strings.Contains(text, f.Rows[1].Account.Full()) || strings.ContainsAny(text, "\x1b\u202e\n") {
				t.Errorf("shows what it may not: %q", text)
			}
			if m.Hint(message.Chinese) == "" {
				t.Error("no remedy")
			}
		})
	}
}

// refusal writes a file that must be refused for exactly one person.
func refusal(t *testing.T, f *File) message.Problem {
	t.Helper()
	var problems message.Problems
	if err := Write(new(bytes.Buffer), f); !errors.As(err, &problems) || len(problems) != 1 {
		t.Fatalf("want one problem: %v", err)
	}
	return problems[0]
}

func TestEveryRefusedPersonIsNamed(t *testing.T) {
	f := sample(t, "ccb-txt")
	f.Rows[0].Holder, f.Rows[2].Holder = "张㛃", "李𠮷"
	var problems message.Problems
	if err := Write(new(bytes.Buffer), f); !errors.As(err, &problems) || len(problems) != 2 || problems[0].Args[0] != "7" || problems[1].Args[0] != "9" {
		t.Error(err)
	}
}

func TestOtherRefusals(t *testing.T) {
	for _, c := range []struct {
		name, layout, code string
		edit               func(*File)
	}{
		{"no payments", "ccb-txt", "bank.no_rows", func(f *File) { f.Rows = nil }},
		{"a sum that is not that of the rows", "ccb-txt", "bank.totals", func(f *File) { f.Header.Total++ }},
		{"a count that is not that of the rows", "ccb-txt", "bank.totals", func(f *File) { f.Header.Count++ }},
		{"a paying account that is not set", "icbc-bpt", "bank.setting", func(f *File) { f.Header.PayerAccount = "" }},
		{"an extra that is not set", "icbc-bpt", "bank.setting", func(f *File) { f.Header.Extra = nil }},
		{"a delimiter in the settings", "icbc-bpt", "bank.setting_text", func(f *File) { f.Header.Purpose = "代发|补贴" }},
		{"a purpose too long", "abc-fixed", "bank.setting_text", func(f *File) { f.Header.Purpose = strings.Repeat("贴", 16) }},
	} {
		f := sample(t, c.layout)
		c.edit(f)
		if err := Write(new(bytes.Buffer), f); message.Code(err) != c.code {
			t.Errorf("%s: %v, want %s", c.name, err, c.code)
		}
	}
}

// changed is a preset with some keys changed.
func changed(t testing.TB, code string, edit func(*banklayout.Layout)) *banklayout.Layout {
	t.Helper()
	text, err := banklayout.PresetText(code)
	if err != nil {
		t.Fatal(err)
	}
	l, err := banklayout.Read(code, text)
	if err != nil {
		t.Fatal(err)
	}
	edit(l)
	if problems := banklayout.Check(l); problems != nil {
		t.Fatal(problems)
	}
	return l
}

func TestKnobs(t *testing.T) {
	zero := 0
	for _, c := range []struct {
		name, preset string
		edit         func(*banklayout.Layout)
		rows         func(*File)
		want         string // part of the file, UTF-8
	}{
		{"GB18030 writes what GBK lacks", "ccb-txt", func(l *banklayout.Layout) { l.Encoding = "GB18030" }, func(f *File) { f.Rows[1].Holder = "张㛃𠮷龴" }, ""},
		{"the bank's spelling of a character", "ccb-txt", func(l *banklayout.Layout) { l.Substitute = map[string]string{"㛃": "JIE"} }, func(f *File) { f.Rows[1].Holder = "张㛃" }, "|张JIE|"},
		{"UTF-8 with a mark", "ccb-txt", func(l *banklayout.Layout) { l.Encoding, l.BOM = "UTF-8", true }, func(f *File) { f.Rows[1].Holder = "张㛃" }, "\ufeff0000001|"},
		{"a delimiter of two characters on both sides", "ccb-txt", func(l *banklayout.Layout) { l.Delimiter, l.Leading = "@|", true }, nil, "@|0000002@|"},
		{"amounts in fen, zeros in front", "ccb-txt", func(l *banklayout.Layout) {
			l.Detail.Fields[3] = banklayout.Field{Source: banklayout.Amount, Unit: "fen", Width: 12, Pad: "0", Side: "left"}
		}, nil, "|000000000001|"},
		{"yuan with zeros in front", "ccb-txt", func(l *banklayout.Layout) {
			l.Detail.Fields[3] = banklayout.Field{Source: banklayout.Amount, Width: 12, Pad: "0", Side: "left"}
		}, nil, "|000000000.01|"},
		{"whole yuan", "ccb-txt", func(l *banklayout.Layout) {
			l.Detail.Fields[3] = banklayout.Field{Source: banklayout.Amount, Decimals: &zero, Suffix: "元"}
		},
			func(f *File) { whole(f) }, "|1000000元|"},
		{"a date with dashes in every row", "ccb-txt", func(l *banklayout.Layout) {
			l.Detail.Fields[5] = banklayout.Field{Source: banklayout.Date, Format: "yyyy-mm-dd"}
		}, nil, "|2026-11-25|"},
		{"a date with slashes", "ccb-txt", func(l *banklayout.Layout) {
			l.Detail.Fields[5] = banklayout.Field{Source: banklayout.Date, Format: "yyyy/mm/dd"}
		}, nil, "|2026/11/25|"},
		{"the batch and a prefix", "ccb-txt", func(l *banklayout.Layout) {
			l.Detail.Fields[5] = banklayout.Field{Source: banklayout.Batch, Prefix: "批次"}
		}, nil, "|批次2026-11/1|"},
		{"what an empty value is written as", "ccb-txt", func(l *banklayout.Layout) {
			l.Detail.Fields[5] = banklayout.Field{Source: banklayout.CNAPS, Empty: "0"}
		},
			func(f *File) { f.Rows[1].CNAPS = "" }, "|0|"},
		{"fen in the detail, yuan in the header", "boc-txt", func(l *banklayout.Layout) { l.Detail.Fields[3].Unit = "fen" }, nil, "|CNY|123450|"},
		{"quotes where they are needed", "abc-txt", func(l *banklayout.Layout) { l.Quote = "needed" }, func(f *File) { f.Rows[1].Holder = `买买提,"艾力"` }, `,"买买提,""艾力""",0.01,代发补贴`},
		{"quotes everywhere", "abc-txt", func(l *banklayout.Layout) { l.Quote = "always" }, nil, `"1","6200590000000000014","张甲","1234.50","代发补贴"`},
		{"the bank's codes for names of banks", "ccb-txt", func(l *banklayout.Layout) {
			l.Detail.Fields[5] = banklayout.Field{Source: banklayout.BankName, Codes: map[string]string{"中国农业银行": "103", "中国银行": "104"}}
		}, nil, "|代发补贴|103|"},
		{"whose account it is", "ccb-txt", func(l *banklayout.Layout) {
			l.Detail.Fields[5] = banklayout.Field{Source: banklayout.OwnBank, Codes: map[string]string{"own": "0", "other": "1"}}
		}, nil, "|0.01|代发补贴|1|"},
		{"the number of the person", "ccb-txt", func(l *banklayout.Layout) {
			l.Detail.Fields[5] = banklayout.Field{Source: banklayout.Person, Width: 6, Pad: "0", Side: "left"}
		}, nil, "|000008|"},
		{"a month in Chinese", "ccb-txt", func(l *banklayout.Layout) {
			l.Detail.Fields[5] = banklayout.Field{Source: banklayout.Month, Format: "yyyy年m月"}
		}, nil, "|2026年11月|"},
		{"a value of several", "ccb-txt", func(l *banklayout.Layout) {
			l.Detail.Fields[5] = banklayout.Field{Source: banklayout.Joined, Max: 36, Parts: []banklayout.Field{{Source: banklayout.Unit}, {Source: banklayout.Literal, Text: "-"},
				{Source: banklayout.Date}, {Source: banklayout.Seq, Width: 4, Pad: "0", Side: "left"}, {Source: banklayout.Month, Format: "yyyy-mm", Suffix: "月"}, {Source: banklayout.Purpose}}}
		}, nil, "|430725-2026112500022026-11月代发补贴|"},
		{"strict GB2312", "ccb-txt", func(l *banklayout.Layout) { l.Encoding = "GB2312" }, func(f *File) { f.Rows[3].Holder = "张亿东" }, "|张亿东|"},
		{"numbers of a sheet", "cmb-xlsx", func(l *banklayout.Layout) {
			l.Detail.Fields = append(l.Detail.Fields, banklayout.Field{Name: "分", Source: banklayout.Amount, Unit: "fen", As: "number"})
		}, nil, ""},
		{"a sheet without titles", "cmb-xlsx", func(l *banklayout.Layout) { l.Sheet.TitleRow, l.Sheet.FirstRow = 0, 1 }, nil, ""},
		{"padding in a sheet", "cmb-xlsx", func(l *banklayout.Layout) {
			l.Detail.Fields[1] = banklayout.Field{Name: "户名", Source: banklayout.Holder, Width: 20}
		}, nil, ""},
		{"XML of another bank", "pain001", func(l *banklayout.Layout) {
			l.XML = &banklayout.XML{Root: "Pay", Row: "Row"}
			l.Header[0].Fields = l.Header[0].Fields[2:4]
			l.Detail.Fields = l.Detail.Fields[1:3]
			l.Detail.Fields = append(l.Detail.Fields, banklayout.Field{Path: "N", Source: banklayout.Holder}, banklayout.Field{Path: "A", Source: banklayout.Account},
				banklayout.Field{Path: "B", Source: banklayout.Branch})
		}, func(f *File) { f.Rows[1].Holder, f.Rows[1].Branch = "<甲&乙>", "" }, "<N>&lt;甲&amp;乙&gt;</N>\n<A>6200590000000000022</A>\n</Row>"},
		{"widths in characters", "abc-fixed", func(l *banklayout.Layout) { l.Widths = "characters" }, func(f *File) { f.Rows[1].Holder = strings.Repeat("长", 60) }, strings.Repeat("长", 60) + "6200"},
		{"a last line without an end", "ccb-txt", func(l *banklayout.Layout) { l.LastLine = "open" }, nil, "张甲"},
		{"twice the same card, where the bank takes it", "ccb-txt", func(l *banklayout.Layout) { l.Duplicates = "keep" }, func(f *File) { f.Rows[1].Account = f.Rows[0].Account }, "张甲"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := sample(t, c.preset)
			f.Layout = changed(t, c.preset, c.edit)
			if c.rows != nil {
				c.rows(f)
			}
			got := write(t, f)
			if err := Prove(bytes.NewReader(got), f); err != nil {
				t.Fatalf("%v\n%q", err, got)
			}
			if text := decoded(t, f.Layout, got); !strings.Contains(text, c.want) {
				t.Errorf("%q does not hold %q", text, c.want)
			}
		})
	}
}

func whole(f *File) {
	f.Header.Total = 0
	for i := range f.Rows {
		f.Rows[i].Fen = max(100, f.Rows[i].Fen/100*100)
		f.Header.Total += f.Rows[i].Fen
	}
}

func decoded(t *testing.T, l *banklayout.Layout, b []byte) string {
	t.Helper()
	if !l.Lines() {
		return string(b)
	}
	d := newCodec(l.Encoding).decode
	if d == nil {
		return string(b)
	}
	text, err := d.Bytes(b)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// A full-width name fills its column to the byte, and columns stay in their place.
func TestWidthsCountBytes(t *testing.T) {
	f := sample(t, "abc-fixed")
	f.Rows = f.Rows[:0]
	f.Header.Count, f.Header.Total = 0, 0
	for _, name := range []string{strings.Repeat("长", 30), "ａｂ", "a", "長·A"} {
		add(f, Row{Person: 1, Account: card(len(f.Rows)), Holder: name, Fen: 5})
	}
	lines := bytes.Split(bytes.TrimSuffix(write(t, f), []byte("\r\n")), []byte("\r\n"))
	for i, line := range lines {
		if len(line) != 138 || string(line[60:79]) != f.Rows[i].Account.Full() || string(bytes.TrimSpace(line[90:108])) != "0.050" {
			t.Errorf("line %d of %d bytes: %q", i+1, len(line), line)
		}
	}
}

func TestLimitOfARow(t *testing.T) {
	f := sample(t, "ccb-txt")
	f.Layout = changed(t, "ccb-txt", func(l *banklayout.Layout) { l.MaxAmount = "50000.00" })
	m := refusal(t, f)
	if m.Code != "bank.limit" || m.Cell != "3" || !strings.Contains(m.Text(message.Chinese), "欧阳建国") {
		t.Error(m)
	}
}

func TestWholeYuanRefusesFen(t *testing.T) {
	zero := 0
	f := sample(t, "ccb-txt")
	f.Layout = changed(t, "ccb-txt", func(l *banklayout.Layout) { l.Detail.Fields[3].Decimals = &zero })
	whole(f)
	f.Rows[3].Fen, f.Header.Total = 150, f.Header.Total+50
	if m := refusal(t, f); m.Code != "bank.whole_yuan" || m.Cell != "4" {
		t.Error(m)
	}
}

// Whatever is written reads back the same, or was refused and named.
func TestRoundTrip(t *testing.T) {
	layouts := sending()
	for _, code := range []string{"ccb-txt", "abc-fixed", "icbc-bpt"} {
		for _, encoding := range []string{"GB18030", "UTF-8"} {
			layouts = append(layouts, changed(t, code, func(l *banklayout.Layout) { l.Encoding = encoding }))
		}
		layouts = append(layouts, changed(t, code, func(l *banklayout.Layout) { l.Widths = "characters" }),
			changed(t, code, func(l *banklayout.Layout) { l.Encoding = "GB2312" }))
	}
	for _, quote := range []string{"needed", "always"} {
		layouts = append(layouts, changed(t, "abc-txt", func(l *banklayout.Layout) { l.Quote = quote }))
	}
	layouts = append(layouts, changed(t, "abc-txt", func(l *banklayout.Layout) {
		l.Detail.Fields[4] = banklayout.Field{Source: banklayout.Joined, Prefix: "(", Suffix: ")", Parts: []banklayout.Field{{Source: banklayout.Branch},
			{Source: banklayout.Literal, Text: "·"}, {Source: banklayout.Month, Format: "yyyy年m月"}, {Source: banklayout.Literal, Text: "A"}, {Source: banklayout.Purpose}}}
	}))
	name := rapid.OneOf(rapid.StringOfN(rapid.RuneFrom([]rune("张王李買㛃𠮷億東 A·|,\ue81e\u3000")), 0, 40, -1), rapid.String(), rapid.StringMatching(`\p{Han}{2,4}`))
	rapid.Check(t, func(t *rapid.T) {
		f := &File{Name: "x", Layout: rapid.SampledFrom(layouts).Draw(t, "layout"), Header: sampleHeader()}
		f.Header.Purpose = rapid.OneOf(rapid.Just("代发"), name).Draw(t, "purpose")
		for i := range rapid.IntRange(1, 20).Draw(t, "rows") {
			add(f, Row{Payment: i + 1, Person: int64(i), Account: identity.Card(rapid.StringMatching(`[0-9]{7,31}`).Draw(t, "account")), Holder: name.Draw(t, "holder"),
				Fen: money.Fen(rapid.Int64Range(0, 1e12).Draw(t, "fen")), Bank: "中国银行", Branch: name.Draw(t, "branch"), CNAPS: "104999900003"})
		}
		var b bytes.Buffer
		if err := Write(&b, f); err != nil {
			var problems message.Problems
			if !errors.As(err, &problems) && message.Code(err) == "" {
				t.Fatal("refused without a reason:", err)
			}
			return
		}
		if err := Prove(&b, f); err != nil {
			t.Fatal(err)
		}
	})
}

// The same file is the same bytes, whatever happened in between.
func TestSameBytes(t *testing.T) {
	for _, l := range sending() {
		f := sample(t, l.Code)
		if a, b := write(t, f), write(t, f); !bytes.Equal(a, b) {
			t.Errorf("%s: two writings differ", l.Code)
		}
	}
}

// A full disk shows as an error of Write, wherever in the file it happens.
func TestFullDisk(t *testing.T) {
	for _, code := range []string{"icbc-bpt", "ccb-xlsx", "jilin-xlsx", "pain001"} {
		f := sample(t, code)
		size := len(write(t, f))
		for room := 0; room < size; room += 1 + size/1000 {
			if err := Write(&disk{room: room}, f); !errors.Is(err, errFull) {
				t.Fatalf("%s, with room for %d of %d bytes: %v", code, room, size, err)
			}
		}
	}
}

var errFull = errors.New("no space left on device")

type disk struct{ room int }

func (d *disk) Write(b []byte) (int, error) {
	if len(b) > d.room {
		return d.room, errFull
	}
	d.room -= len(b)
	return len(b), nil
}
