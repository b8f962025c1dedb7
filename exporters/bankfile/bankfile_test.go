package bankfile

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"zhida/payroll"
	"zhida/payroll/banklayout"
	"zhida/rules/identity"
	"zhida/rules/message"
	"zhida/rules/money"
)

var update = flag.Bool("update", false, "write the golden files anew")

func sample(t testing.TB, code string) *File {
	t.Helper()
	l, err := banklayout.Preset(code)
	if err != nil {
		t.Fatal(err)
	}
	f := &File{Layout: l, Bank: "ABC", Header: Header{Batch: 202611001, Date: 20261125, Seq: 1, Unit: "430725", PayerName: "桃源县财政局",
		PayerAccount: "1908000000000000001", PayerBranch: "工商银行桃源支行", Purpose: "代发补贴"}}
	for i, x := range []struct {
		name string
		fen  money.Fen
	}{{"张甲", 123450}, {"买买提·艾力", 1}, {"欧阳建国", 100000000}} {
		body := "620059000000" + strings.Repeat("0", 5) + string(rune('1'+i))
		f.Rows = append(f.Rows, Row{Payment: i + 1, Person: int64(i + 7), Account: identity.Card(body + string(identity.LuhnDigit(body))), Holder: x.name, Fen: x.fen, Bank: "中国农业银行", Branch: "农业银行桃源县支行"})
		f.Header.Count++
		f.Header.Total += x.fen
	}
	f.Name = fileName(l.File, f.Header)
	return f
}

func write(t testing.TB, f *File) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, f); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Every preset is held byte for byte, and reads back as what was written.
func TestPresets(t *testing.T) {
	if len(banklayout.Presets()) < 6 {
		t.Fatalf("only %d presets", len(banklayout.Presets()))
	}
	for _, l := range banklayout.Presets() {
		t.Run(l.Code, func(t *testing.T) {
			f := sample(t, l.Code)
			got := write(t, f)
			golden := filepath.Join("..", "..", "testdata", "layouts", l.Code+".golden")
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
				t.Errorf("differs from %s", golden)
			}
			if err := Prove(bytes.NewReader(got), f); err != nil {
				t.Error(err)
			}
		})
	}
}

// Any byte of a file changed is found when it is read back.
func TestProveFindsEveryChangedByte(t *testing.T) {
	for _, l := range banklayout.Presets() {
		f := sample(t, l.Code)
		good := write(t, f)
		for i := range good {
			b := bytes.Clone(good)
			b[i] ^= 1
			if err := Prove(bytes.NewReader(b), f); err == nil && covered(good, b, l) {
				t.Errorf("%s: byte %d changed from %q to %q and nobody noticed", l.Code, i, good[i], b[i])
			}
		}
	}
}

// covered says whether a change lies in what the bank pays by: account, name,
// amount, count, total, or the shape of the file. What it does not pay by (date,
// purpose, branch) is covered by the digests of the manifest alone.
func covered(good, changed []byte, l *banklayout.Layout) bool {
	a, ca, ta, err := Read(bytes.NewReader(good), l)
	b, cb, tb, err2 := Read(bytes.NewReader(changed), l)
	if err != nil || err2 != nil || len(a) != len(b) || ca != cb || ta != tb {
		return true
	}
	for i := range a {
		if a[i].Payment != b[i].Payment || a[i].Account != b[i].Account || a[i].Holder != b[i].Holder || a[i].Fen != b[i].Fen {
			return true
		}
	}
	return false
}

func TestWhatDoesNotFitRefusesTheFile(t *testing.T) {
	for _, c := range []struct {
		name string
		edit func(*File)
		code string
		says string
	}{
		{"a character GBK lacks", func(f *File) { f.Rows[1].Holder = "张㛃" }, "bank.character", "㛃"},
		{"a character beyond the plane", func(f *File) { f.Rows[1].Holder = "张𠮷" }, "bank.character", "𠮷"},
		{"a private-use character", func(f *File) { f.Rows[1].Holder = "张\ue81e" }, "bank.character", ""},
		{"a delimiter in a name", func(f *File) { f.Rows[1].Holder = "张|三" }, "bank.delimiter", ""},
		{"a line break in a name", func(f *File) { f.Rows[1].Holder = "张\n三" }, "bank.character", ""},
		{"a name too wide", func(f *File) { f.Rows[1].Holder = strings.Repeat("长", 31) }, "bank.width", "62"},
		{"no digits", func(f *File) { f.Rows[1].Account = "6200590000x" }, "bank.card", ""},
		{"nothing to pay", func(f *File) { f.Rows[1].Fen = 0 }, "bank.amount", ""},
	} {
		f := sample(t, "ccb-txt")
		c.edit(f)
		err := Write(new(bytes.Buffer), f)
		if message.Code(err) != c.code {
			t.Errorf("%s: %v, want %s", c.name, err, c.code)
			continue
		}
		var m *message.Error
		errors.As(err, &m)
		text := m.Text(message.Chinese)
		if !strings.Contains(text, "8") || !strings.Contains(text, c.says) {
			t.Errorf("%s does not name person and cause: %s", c.name, text)
		}
		if strings.Contains(text, f.Rows[1].Account.Full()) {
			t.Errorf("%s shows the whole account: %s", c.name, text)
		}
	}
	if err := Write(new(bytes.Buffer), &File{Layout: sample(t, "ccb-txt").Layout}); message.Code(err) != "bank.empty" {
		t.Errorf("a file without payments: %v", err)
	}
	f := sample(t, "ccb-txt")
	l := *f.Layout
	l.Encoding = "GB18030"
	f.Layout, f.Rows[1].Holder = &l, "张㛃𠮷"
	if err := Prove(bytes.NewReader(write(t, f)), f); err != nil {
		t.Errorf("GB18030 can write both: %v", err)
	}
}

func TestPlan(t *testing.T) {
	county := &payroll.County{Banks: map[string]payroll.BankSetting{"ABC": {Layout: "abc-txt", Payer: "桃源县财政局", Account: "1", Purpose: "代发"},
		"HNRCC": {Layout: "rural-txt", Payer: "桃源县财政局", Account: "2", Purpose: "代发", Unit: "430725"}}}
	var list []payroll.Payment
	for i := 0; i < 1001; i++ {
		list = append(list, payroll.Payment{Seq: i + 1, Person: int64(i + 1), Fen: money.Fen(i + 1), Bank: "HNRCC", Card: "6215190000000000019", Holder: "张甲"})
	}
	list = append(list, payroll.Payment{Seq: 1002, Person: 9, Fen: 5, Bank: "ABC", Card: "62005900001", Holder: "李乙"},
		payroll.Payment{Seq: 1003, Person: 9, Fen: 5, Bank: "ABC", Card: "62005900001", Holder: "李乙"})
	files, err := Plan(county, 202611001, 20261125, list)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	rows, total := 0, money.Fen(0)
	for _, f := range files {
		names = append(names, f.Name)
		rows += len(f.Rows)
		total += f.Header.Total
	}
	want := "rural_430725_20261125_1.txt rural_430725_20261125_2.txt abc_20261125_1.txt abc_20261125_2.txt"
	if got := strings.Join(names, " "); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if rows != 1003 || total != 1001*1002/2+10 {
		t.Errorf("%d rows of %s", rows, total)
	}
	if _, err := Plan(county, 202611001, 20261125, []payroll.Payment{{Person: 3, Bank: "ICBC", Fen: 1}}); message.Code(err) != "bank.no_setting" {
		t.Errorf("a bank without a setting: %v", err)
	}
}

// Whatever is written reads back the same, or was refused.
func TestRoundTrip(t *testing.T) {
	presets := banklayout.Presets()
	rapid.Check(t, func(t *rapid.T) {
		f := &File{Layout: rapid.SampledFrom(presets).Draw(t, "layout"), Header: Header{Batch: 202611001, Date: 20261125, Seq: 1, Unit: "1", PayerName: "局", PayerAccount: "12345678", Purpose: "代发"}}
		for i := range rapid.IntRange(1, 20).Draw(t, "rows") {
			r := Row{Payment: i + 1, Person: int64(i), Account: identity.Card(rapid.StringMatching(`[0-9]{8,30}`).Draw(t, "account")),
				Holder: rapid.StringOf(rapid.RuneFrom([]rune("张王李·買㛃𠮷 A|,\ue81e"))).Draw(t, "holder"), Fen: money.Fen(rapid.Int64Range(1, 1e12).Draw(t, "fen"))}
			f.Rows = append(f.Rows, r)
			f.Header.Count++
			f.Header.Total += r.Fen
		}
		var b bytes.Buffer
		if err := Write(&b, f); err != nil {
			return
		}
		if err := Prove(&b, f); err != nil {
			t.Fatal(err)
		}
	})
}

func TestRemittanceNeverStartsAFormula(t *testing.T) {
	var b bytes.Buffer
	err := WriteRemittance(&b, "中心", []Remitted{{Person: 1, Name: `=HYPERLINK("x")`, ID: "439901198503010016", Item: "住房公积金", Month: 202611, Fen: 100}})
	if err != nil || strings.Contains(b.String(), `,"=`) || !strings.Contains(b.String(), `"'=HYPERLINK(""x"")"`) {
		t.Errorf("%v %s", err, b.String())
	}
	if err := WriteRemittance(&b, "中心", []Remitted{{Person: 1, Name: "张甲"}}); message.Code(err) != "bank.no_id" {
		t.Error(err)
	}
}

func FuzzRead(f *testing.F) {
	for _, l := range banklayout.Presets() {
		f.Add(write(f, sample(f, l.Code)))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, l := range banklayout.Presets() {
			rows, _, _, err := Read(bytes.NewReader(data), l)
			if err == nil && len(rows) > len(data) {
				t.Errorf("%d rows out of %d bytes", len(rows), len(data))
			}
		}
	})
}

func BenchmarkWrite(b *testing.B) {
	f := sample(b, "icbc-bpt")
	one := f.Rows[0]
	f.Rows = nil
	for i := range 100000 {
		one.Payment = i + 1
		f.Rows = append(f.Rows, one)
	}
	b.ResetTimer()
	for b.Loop() {
		var out bytes.Buffer
		if err := Write(&out, f); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*100000/b.Elapsed().Seconds(), "rows/s")
}
