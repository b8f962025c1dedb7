package banklayout

import (
	"errors"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"zhida/rules/message"
	"zhida/rules/yamltext"
)

func TestPresets(t *testing.T) {
	var codes []string
	for _, l := range Presets() {
		codes = append(codes, l.Code)
		if l.Note == "" || !strings.Contains(l.Note, "试传") {
			t.Errorf("%s does not say that it must be tried first", l.Code)
		}
	}
	if d := cmp.Diff([]string{"abc-fixed", "abc-txt", "boc-txt", "ccb-txt", "icbc-bpt", "psbc-txt", "rural-txt"}, codes); d != "" {
		t.Error(d)
	}
	for _, code := range []string{"none", "", "../presets/abc-txt", "abc-txt.yaml"} {
		if _, err := Preset(code); message.Code(err) != "layout.missing" {
			t.Errorf("%q: %v", code, err)
		}
		if _, err := PresetText(code); message.Code(err) != "layout.missing" {
			t.Errorf("text of %q: %v", code, err)
		}
	}
}

const plain = `code: own
name: 本县版式
container: text
encoding: GBK
newline: lf
last_line: ended
delimiter: "|"
file: own_{date}_{seq}.txt
header:
  - fields:
      - {source: total}
detail:
  fields:
    - {source: account}
    - {source: holder}
    - {source: amount}
`

func TestReadRefuses(t *testing.T) {
	if _, err := Read("own.yaml", []byte(plain)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, old, new, code, at string }{
		{"a key the language lacks", "newline: lf", "newlines: lf", "yaml.syntax", "5:1"},
		{"a code with a space", "code: own", "code: my own", "layout.value", "1:7"},
		{"no name", "name: 本县版式\n", "", "layout.required", "1:1"},
		{"another container", "container: text", "container: xlsx", "layout.unsupported", "3:12"},
		{"an unknown container", "container: text", "container: pdf", "layout.value", "3:12"},
		{"strict GB2312", "encoding: GBK", "encoding: GB2312", "layout.unsupported", "4:11"},
		{"an unknown encoding", "encoding: GBK", "encoding: BIG5", "layout.value", "4:11"},
		{"a mark in GBK", "newline: lf", "newline: lf\nbom: true", "layout.conflict", "6:6"},
		{"no newline", "newline: lf\n", "", "layout.value", "1:1"},
		{"a last line that is neither", "last_line: ended", "last_line: yes", "layout.value", "6:12"},
		{"no delimiter", "delimiter: \"|\"\n", "", "layout.required", "1:1"},
		{"a digit as delimiter", `delimiter: "|"`, `delimiter: "0"`, "layout.value", "7:12"},
		{"a point as delimiter", `delimiter: "|"`, `delimiter: "."`, "layout.value", "7:12"},
		{"a delimiter in a fixed layout", "container: text", "container: fixed", "layout.conflict", "7:12"},
		{"a name that is a path", "own_{date}_{seq}.txt", "../{seq}.txt", "layout.value", "8:7"},
		{"an unknown placeholder", "own_{date}_{seq}.txt", "own_{time}_{seq}.txt", "layout.value", "8:7"},
		{"no number in the name", "own_{date}_{seq}.txt", "own_{date}.txt", "layout.sequence", "8:7"},
		{"a limit that is no amount", "header:", "max_total: 5e4\nheader:", "layout.value", "9:12"},
		{"a negative limit", "header:", "max_amount: -1\nheader:", "layout.value", "9:13"},
		{"fewer than no rows", "header:", "max_rows: -1\nheader:", "layout.value", "9:11"},
		{"a payment's value in the header", "source: total", "source: holder", "layout.place", "11:18"},
		{"a sum in a payment", "{source: amount}", "{source: amount}\n    - {source: total}", "layout.place", "17:16"},
		{"an unknown source", "source: total", "source: sum", "layout.value", "11:18"},
		{"a source of later", "source: total", "source: time", "layout.unsupported", "11:18"},
		{"a literal without text", "source: total", "source: literal", "layout.required", "11:9"},
		{"a setting without key", "source: total", "source: setting", "layout.required", "11:9"},
		{"text of another source", "source: total", "source: total, text: x", "layout.conflict", "11:31"},
		{"a unit of a name", "source: holder", "source: holder, unit: fen", "layout.conflict", "15:30"},
		{"an unknown unit", "source: amount", "source: amount, unit: jiao", "layout.value", "16:30"},
		{"one decimal", "source: amount", "source: amount, decimals: 1", "layout.value", "16:34"},
		{"decimals of fen", "source: amount", "source: amount, unit: fen, decimals: 2", "layout.conflict", "16:45"},
		{"an unknown date", "source: total", "source: date, format: ddmmyy", "layout.value", "11:32"},
		{"a width and a limit", "source: holder", "source: holder, width: 9, max: 9", "layout.conflict", "15:39"},
		{"padding without a width", "source: holder", "source: holder, side: left", "layout.conflict", "15:7"},
		{"zeros behind an account", "source: account", `source: account, width: 30, pad: "0"`, "layout.value", "14:41"},
		{"zeros before an account", "source: account", `source: account, width: 30, pad: "0", side: left`, "layout.value", "14:41"},
		{"zeros behind an amount", "source: amount", `source: amount, width: 30, pad: "0"`, "layout.value", "16:40"},
		{"a holder that may be empty", "source: holder", `source: holder, empty: "-"`, "layout.conflict", "15:31"},
		{"the delimiter in a suffix", "source: holder", `source: holder, suffix: "|"`, "layout.text", "15:32"},
		{"a line end in a text", "  - fields:\n      - {source: total}", `  - text: "a\nb"`, "layout.text", "10:11"},
		{"a line of both", "  - fields:\n      - {source: total}", "  - text: a\n    fields:\n      - {source: total}", "layout.line", "10:5"},
		{"a line of nothing", "  - fields:\n      - {source: total}", "  - {}", "layout.line", "10:5"},
		{"no amount", "    - {source: amount}\n", "", "layout.required", "13:3"},
		{"a substitution of ASCII", "header:", "substitute: {a: b}\nheader:", "layout.value", "9:13"},
	} {
		text := strings.Replace(plain, c.old, c.new, 1)
		if text == plain {
			t.Fatalf("%s: nothing to replace", c.name)
		}
		_, err := Read("own.yaml", []byte(text))
		var problems message.Problems
		if !errors.As(err, &problems) {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if p := problems[0]; p.Code != c.code || p.Cell != c.at || p.File != "own.yaml" {
			t.Errorf("%s: %s at %s (%s), want %s at %s", c.name, p.Code, p.Cell, p.Text(message.English), c.code, c.at)
		}
	}
}

// A key of the language that this version does not do is refused, even left empty.
func TestReservedKeysAreRefused(t *testing.T) {
	for _, key := range []string{"quote", "min_rows", "split", "order", "own_bank", "sheet", "template", "xml", "return", "checksums"} {
		for _, value := range []string{" always", " {a: 1}", " [1, 2]", ""} {
			refused(t, strings.Replace(plain, "header:", key+":"+value+"\nheader:", 1), key)
		}
	}
	for _, key := range []string{"codes", "parts"} {
		refused(t, strings.Replace(plain, "source: holder", "source: holder, "+key+": {a: b}", 1), key)
	}
	for _, s := range reservedSources {
		refused(t, strings.Replace(plain, "source: total", "source: "+string(s), 1), string(s))
	}
}

func refused(t *testing.T, text, key string) {
	t.Helper()
	_, err := Read("own.yaml", []byte(text))
	var problems message.Problems
	if !errors.As(err, &problems) || problems[0].Code != "layout.unsupported" || !strings.Contains(problems[0].Text(message.English), key) {
		t.Errorf("%s: %v", key, err)
	}
}

func TestFileName(t *testing.T) {
	l := Layout{File: "{unit}_{date}_{seq}_{seq:4}_{batch}_{month}.txt"}
	got := l.FileName(map[string]string{"unit": "430725", "date": "20261125", "seq": "12", "batch": "2026-11-1", "month": "2026-11"})
	if got != "430725_20261125_12_0012_2026-11-1_2026-11.txt" {
		t.Error(got)
	}
}

func TestSettings(t *testing.T) {
	l, err := Preset("icbc-bpt")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"收款省份", "收款地市", "收款地区码"}, l.Settings()); d != "" {
		t.Error(d)
	}
}

func TestSources(t *testing.T) {
	for s, p := range sources {
		if count := s == Total || s == Count; s.OfPayment() != (p.where == inDetail) || count != (p.where == outsideDetail) {
			t.Errorf("%s stands in the wrong lines", s)
		}
		if slices.Contains(reservedSources, s) {
			t.Errorf("%s is both done and reserved", s)
		}
	}
}

// The guide names every key and source, and its example is a layout.
func TestGuide(t *testing.T) {
	guide, err := os.ReadFile("../../docs/layouts.md")
	if err != nil {
		t.Fatal(err)
	}
	for s := range sources {
		if !strings.Contains(string(guide), "`"+string(s)+"`") {
			t.Errorf("the guide does not explain the source %s", s)
		}
	}
	for _, s := range reservedSources {
		if !strings.Contains(string(guide), string(s)) {
			t.Errorf("the guide does not say that %s is not done yet", s)
		}
	}
	for _, x := range []any{Layout{}, Reserved{}, Field{}} {
		for i := range reflect.TypeOf(x).NumField() {
			if key, _, _ := strings.Cut(reflect.TypeOf(x).Field(i).Tag.Get("yaml"), ","); key != "" && !strings.Contains(string(guide), "`"+key) {
				t.Errorf("the guide does not name the key %s", key)
			}
		}
	}
	_, example, _ := strings.Cut(string(guide), "```yaml\n")
	example, _, _ = strings.Cut(example, "```")
	var settings struct {
		Banks   map[string]map[string]string `yaml:"banks"`
		Layouts []Layout                     `yaml:"layouts"`
	}
	if err := yamltext.Decode("guide", []byte(example), &settings); err != nil {
		t.Fatal(err)
	}
	if len(settings.Layouts) != 1 || settings.Banks["HNRCC"]["layout"] != settings.Layouts[0].Code {
		t.Fatalf("%+v", settings)
	}
	if problems := Check(&settings.Layouts[0]); problems != nil {
		t.Error(problems)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(plain))
	for _, l := range Presets() {
		text, err := PresetText(l.Code)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		l, err := Read("fuzz", text)
		if (l == nil) == (err == nil) {
			t.Fatal("neither a layout nor an error, or both")
		}
		if err == nil && len(Check(l)) > 0 {
			t.Fatal("read, and refused afterwards")
		}
	})
}
