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
	if d := cmp.Diff([]string{"abc-fixed", "abc-txt", "boc-txt", "bocom-txt", "ccb-min", "ccb-txt", "ccb-xlsx", "cmb-xlsx", "icbc-bpt", "icbc-return", "icbc-xls",
		"jilin-xlsx", "jinzhong-txt", "lanzhou-txt", "pain001", "psbc-cross", "psbc-txt", "rural-txt"}, codes); d != "" {
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
		{"another container", "container: text", "container: xlsx", "layout.conflict", "7:12"},
		{"an unknown container", "container: text", "container: pdf", "layout.value", "3:12"},
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
		{"a time nobody has recorded", "source: total", "source: time", "layout.no_data", "11:18"},
		{"checksums, which no bank asks for", "header:", "checksums: md5\nheader:", "yaml.syntax", "9:1"},
		{"quotes of another kind", "header:", "quote: single\nheader:", "layout.value", "9:8"},
		{"more least rows than two files can have", "header:", "max_rows: 10\nmin_rows: 6\nheader:", "layout.value", "10:11"},
		{"even files without a limit", "header:", "split: even\nheader:", "layout.conflict", "9:8"},
		{"an unknown order", "header:", "order: amount\nheader:", "layout.value", "9:8"},
		{"an unknown rule for other banks", "header:", "own_bank: yes\nheader:", "layout.value", "9:11"},
		{"a sheet of a text", "header:", "sheet: {name: a, first_row: 1}\nheader:", "layout.conflict", "9:8"},
		{"a template of a text", "header:", "template: a.xlsx\nheader:", "layout.conflict", "9:11"},
		{"XML of a text", "header:", "xml: {root: a, row: b}\nheader:", "layout.conflict", "9:6"},
		{"codes of an amount", "source: amount", "source: amount, codes: {a: b}", "layout.conflict", "16:31"},
		{"one code for two values", "{source: amount}", "{source: amount}\n    - {source: bank_name, codes: {a: '1', b: '1'}}", "layout.value", "17:34"},
		{"a flag without codes", "{source: amount}", "{source: amount}\n    - {source: own_bank}", "layout.required", "17:7"},
		{"a code for neither own nor other", "{source: amount}", "{source: amount}\n    - {source: own_bank, codes: {own: '0', others: '1'}}", "layout.value", "17:33"},
		{"one part", "source: total", "source: parts, parts: [{source: date}]", "layout.required", "11:9"},
		{"parts nobody can tell apart", "source: total", "source: parts, parts: [{source: unit}, {source: purpose}]", "layout.conflict", "11:33"},
		{"a number that ends in a digit", "source: total", "source: parts, parts: [{source: count}, {source: literal, text: '1'}]", "layout.conflict", "11:33"},
		{"parts of parts", "source: total", "source: parts, parts: [{source: parts}, {source: date}]", "layout.conflict", "11:33"},
		{"a part of a payment in the header", "source: total", "source: parts, parts: [{source: seq, width: 3}, {source: date}]", "layout.place", "11:42"},
		{"parts of another source", "source: total", "source: total, parts: [{source: date}]", "layout.conflict", "11:32"},
		{"a number cell of a text", "source: amount", "source: amount, as: number", "layout.conflict", "16:28"},
		{"a path of a text", "source: amount", "source: amount, path: a", "layout.conflict", "16:30"},
		{"an answer without states", "header:", "return: {columns: {account: 1, status: 2}}\nheader:", "layout.required", "9:9"},
		{"an answer without account", "header:", "return: {columns: {status: 2}, status: {a: credited}}\nheader:", "layout.required", "9:9"},
		{"a word for paid that is not", "header:", "return: {columns: {account: 1, status: 2}, status: {ok: paid}}\nheader:", "layout.value", "9:57"},
		{"everything else is paid", "header:", "return: {columns: {account: 1, status: 2}, status: {ok: credited}, else: credited}\nheader:", "layout.value", "9:74"},
		{"a cause that nobody knows", "header:", "return: {columns: {account: 1, status: 2}, status: {ok: credited}, reasons: {x: BAD}}\nheader:", "layout.value", "9:81"},
		{"an unknown column", "header:", "return: {columns: {account: 1, status: 2, card: 3}, status: {ok: credited}}\nheader:", "layout.value", "9:49"},
		{"column nought", "header:", "return: {columns: {account: 0, status: 2}, status: {ok: credited}}\nheader:", "layout.value", "9:29"},
		{"lines to skip before a title", "header:", "return: {skip: 3, columns: {account: 账号, status: 2}, status: {ok: credited}}\nheader:", "layout.conflict", "9:16"},
		{"an encoding without delimiter", "header:", "return: {encoding: GBK, columns: {account: 1, status: 2}, status: {ok: credited}}\nheader:", "layout.conflict", "9:20"},
		{"two columns in one", "header:", "return: {columns: {account: 2, holder: 2, status: 3}, status: {ok: credited}}\nheader:", "layout.conflict", "9:29"},
		{"failures that are none", "header:", "return: {lists: failures, columns: {account: 1, status: 2}, status: {ok: credited}}\nheader:", "layout.required", "9:9"},
		{"columns of pain.002", "header:", "return: {form: pain002, columns: {account: 1}, status: {ok: credited}}\nheader:", "layout.conflict", "9:34"},
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

const sheets = `code: own
name: 本县版式
container: xlsx
encoding: GBK
file: own_{date}_{seq}.xlsx
sheet:
  name: 代发
  title_row: 3
  first_row: 4
  cells:
    - {cell: B1, source: total, as: number}
detail:
  fields:
    - {name: 账号, source: account}
    - {name: 户名, source: holder}
    - {name: 金额, source: amount, as: number}
`

const document = `code: own
name: 本县版式
container: xml
encoding: UTF-8
file: own_{date}_{seq}.xml
xml: {root: Pay, row: Rows/Row}
header:
  - fields:
      - {path: Head/Sum, source: total}
detail:
  fields:
    - {path: A, source: account}
    - {path: N, source: holder}
    - {path: M/@Ccy, source: literal, text: CNY}
    - {path: M, source: amount}
`

// A layout of answers says nothing of a file that is sent.
func TestOnlyAnAnswer(t *testing.T) {
	const text = "code: own\nname: 回盘\nreturn: {columns: {account: 1, status: 2}, status: {ok: credited}}\n"
	l, err := Read("own.yaml", []byte(text))
	if err != nil || l.Container != "" {
		t.Fatal(err)
	}
	for _, key := range []string{"file: a.txt", "encoding: GBK", "detail: {fields: [{source: account}]}", "sheet: {name: a, first_row: 1}"} {
		var problems message.Problems
		if _, err := Read("own.yaml", []byte(text+key+"\n")); !errors.As(err, &problems) || problems[0].Code != "layout.conflict" {
			t.Errorf("%s: %v", key, err)
		}
	}
}

func TestReadRefusesOtherContainers(t *testing.T) {
	for _, text := range []string{sheets, document} {
		if _, err := Read("own.yaml", []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ name, text, old, new, code, at string }{
		{"no sheet", sheets, "sheet:\n  name: 代发\n  title_row: 3\n  first_row: 4\n  cells:\n    - {cell: B1, source: total, as: number}\n", "", "layout.required", "1:1"},
		{"a sheet without a name", sheets, "  name: 代发\n", "", "layout.value", "7:3"},
		{"payments above the titles", sheets, "first_row: 4", "first_row: 3", "layout.conflict", "8:14"},
		{"a sum among the payments", sheets, "cell: B1", "cell: B4", "layout.value", "11:14"},
		{"a sum over a title", sheets, "cell: B1", "cell: B3", "layout.value", "11:14"},
		{"no address", sheets, "cell: B1", "cell: 1B", "layout.value", "11:14"},
		{"a payment's value above", sheets, "source: total, as: number", "source: holder", "layout.place", "11:26"},
		{"an account as a number", sheets, "source: account", "source: account, as: number", "layout.conflict", "14:39"},
		{"lines of a sheet", sheets, "detail:", "newline: lf\ndetail:", "layout.conflict", "12:10"},
		{"a header of a sheet", sheets, "detail:", "header:\n  - text: a\ndetail:", "layout.conflict", "13:3"},
		{"a template that is not there", strings.Replace(sheets, "xlsx", "template", 1), "detail:", "template: 模板.xlsx\ndetail:", "layout.template", "12:11"},
		{"a template that is none", strings.Replace(sheets, "xlsx", "template", 1), "detail:", "template: base64:AAAA\ndetail:", "layout.template", "12:11"},
		{"no root", document, "root: Pay, ", "", "layout.value", "6:6"},
		{"a path with a space", document, "path: A,", "path: A B,", "layout.value", "12:14"},
		{"an attribute of nothing", document, "    - {path: M, source: amount}\n", "    - {path: X, source: amount}\n", "layout.required", "14:14"},
		{"a text between elements", document, "  - fields:\n      - {path: Head/Sum, source: total}", "  - text: a", "layout.conflict", "8:11"},
		{"a trailer", document, "detail:", "trailer:\n  - text: a\ndetail:", "layout.conflict", "11:3"},
	} {
		text := strings.Replace(c.text, c.old, c.new, 1)
		if text == c.text {
			t.Fatalf("%s: nothing to replace", c.name)
		}
		_, err := Read("own.yaml", []byte(text))
		var problems message.Problems
		if !errors.As(err, &problems) {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if p := problems[0]; p.Code != c.code || p.Cell != c.at {
			t.Errorf("%s: %s at %s (%s), want %s at %s", c.name, p.Code, p.Cell, p.Text(message.English), c.code, c.at)
		}
	}
}

// Values that payments do not carry are refused, with a sentence that says what to write.
func TestSourcesWithoutData(t *testing.T) {
	for _, s := range withoutData {
		_, err := Read("own.yaml", []byte(strings.Replace(plain, "{source: amount}", "{source: amount}\n    - {name: 栏, source: "+string(s)+"}", 1)))
		var problems message.Problems
		if !errors.As(err, &problems) || problems[0].Code != "layout.no_data" || problems[0].Cell != "17:25" || !strings.Contains(problems[0].Hint(message.Chinese), "empty") {
			t.Errorf("%s: %v", s, err)
		}
	}
}

// The standard of 1980 has 7445 characters.
func TestGB2312(t *testing.T) {
	n := 0
	for a := range 256 {
		for b := range 256 {
			if GB2312(byte(a), byte(b)) {
				n++
			}
		}
	}
	if n != 7445 {
		t.Errorf("%d characters", n)
	}
	for _, c := range []struct {
		bytes string
		is    bool
	}{{"\xb0\xa1", true}, {"\xd7\xf9", true}, {"\xd7\xfa", false}, {"\xa1\xa4", true}, {"\xa2\xa1", false}, {"\x81\x40", false}, {"\xb0\x40", false}, {"\xf7\xfe", true}, {"\xf8\xa1", false}} {
		if GB2312(c.bytes[0], c.bytes[1]) != c.is {
			t.Errorf("%x", c.bytes)
		}
	}
}

// What is adopted is whole: a template beside the layout stands in the text, and the
// lines keep their numbers.
func TestEmbed(t *testing.T) {
	open := func(name string) ([]byte, error) {
		if name != "我的模板.xlsx" {
			t.Errorf("asks for %q", name)
		}
		return []byte("PK\x03\x04"), nil
	}
	for _, text := range []string{"code: x\ntemplate: 我的模板.xlsx\nfile: y\n", "layouts:\n  - code: x\n    template: \"我的模板.xlsx\"\n"} {
		got, err := Embed("x", []byte(text), open)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(got), "template: base64:UEsDBA==\n") || strings.Count(string(got), "\n") != strings.Count(text, "\n") {
			t.Errorf("%s", got)
		}
		if again, err := Embed("x", got, open); err != nil || string(again) != string(got) {
			t.Errorf("%s %v", again, err)
		}
	}
	if _, err := Embed("x", []byte("{code: x, template: 我的模板.xlsx, file: y}"), open); err == nil {
		t.Error("a template among other keys of a line")
	}
}

// Only an exact text is success.
func TestStates(t *testing.T) {
	l, err := Preset("icbc-xls")
	if err != nil {
		t.Fatal(err)
	}
	for word, want := range map[string]string{"全部成功": "credited", "部分成功": Pending, "": Pending, "未成功": "returned", "成功": "returned", "全部成功 ": "returned"} {
		if got := l.Return.State(word); got != want {
			t.Errorf("%q is %s, want %s", word, got, want)
		}
	}
	if l, err = Preset("ccb-txt"); err != nil {
		t.Fatal(err)
	}
	for word, want := range map[string]string{"成功": "credited", "失败": "returned", "未成功": Pending, "部分成功": Pending, "成功。": Pending, "": Pending} {
		if got := l.Return.State(word); got != want {
			t.Errorf("%q is %s, want %s", word, got, want)
		}
	}
	for reason, want := range map[string]string{"户名不符": "NAME_MISMATCH", "": "", "其他": "OTHER"} {
		if got := l.Return.Cause(reason); got != want {
			t.Errorf("%q is %s, want %s", reason, got, want)
		}
	}
	for reason, cause := range reasons {
		if !slices.Contains(Causes, cause) {
			t.Errorf("%s means %s", reason, cause)
		}
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
		if count := s == Total || s == Count; s.ofPayment() != (p.where == inDetail) || count != (p.where == outsideDetail) {
			t.Errorf("%s stands in the wrong lines", s)
		}
		if slices.Contains(withoutData, s) {
			t.Errorf("%s is both done and reserved", s)
		}
	}
}

// The guide names every key and source in both languages, and its example is a layout.
func TestGuide(t *testing.T) {
	for _, page := range []string{"layouts.md", "layouts.en.md"} {
		t.Run(page, func(t *testing.T) { guideIsWhole(t, page) })
	}
}

func guideIsWhole(t *testing.T, page string) {
	guide, err := os.ReadFile("../../docs/" + page)
	if err != nil {
		t.Fatal(err)
	}
	for s := range sources {
		if !strings.Contains(string(guide), "`"+string(s)+"`") {
			t.Errorf("the guide does not explain the source %s", s)
		}
	}
	for _, s := range withoutData {
		if !strings.Contains(string(guide), string(s)) {
			t.Errorf("the guide does not say that payments have no %s", s)
		}
	}
	for _, x := range []any{Layout{}, Field{}, Sheet{}, Cell{}, XML{}, Return{}} {
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
	for _, text := range []string{plain, sheets, document} {
		f.Add([]byte(text))
	}
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
