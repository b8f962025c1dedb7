package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"zhida/rules/message"
)

var writeSchema = flag.Bool("schema", false, "write docs/json.md, docs/json.en.md and docs/schema/zhida-json.schema.json")

const schemaFile = "../../docs/schema/zhida-json.schema.json"

var jsonPages = map[message.Lang]string{message.Chinese: "../../docs/json.md", message.English: "../../docs/json.en.md"}

// leaves are the commands that do something, in the order of help.
func leaves(cmd *cobra.Command) (list []*cobra.Command) {
	for _, sub := range cmd.Commands() {
		if sub.Hidden {
			continue
		}
		if _, prints := outputs[sub.CommandPath()]; prints || !sub.HasSubCommands() {
			list = append(list, sub)
		}
		list = append(list, leaves(sub)...)
	}
	return list
}

// inScript finds a command line with --json that does its work in a script.
var inScript = regexp.MustCompile(`(?m)^exec (zhida .*--json\b.*)$`)

// shownLines are the command lines with --json of the scripts, by command: the first of each.
func shownLines(t *testing.T) map[string][2]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(scripts, "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string][2]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		script, _, _ := strings.Cut(string(text), "\n-- ")
		for _, m := range inScript.FindAllStringSubmatch(script, -1) {
			line := strings.ReplaceAll(m[1], "$COUNTY/", "桃源县/")
			path := pathOf(strings.Fields(line)[1:])
			if _, ok := shown[path]; !ok {
				shown[path] = [2]string{line, strings.TrimSuffix(filepath.Base(file), ".txtar")}
			}
		}
	}
	return shown
}

// meaningOf is what a field means: what is said of it in its type goes before its name.
func meaningOf(f field, used map[string]bool) (both, bool) {
	for _, key := range []string{f.of + "." + f.name, f.name} {
		if m, ok := meanings[key]; ok {
			used[key] = true
			return m, true
		}
	}
	return both{}, false
}

// Every command shows its JSON in a script or has a reason not to, every field has its meaning
// and every meaning its field, amounts say that they are fen, and the committed pages and the
// schema say all this. With the flag they are written anew.
func TestJSONPages(t *testing.T) {
	root, shown, used, paths := (&cli{}).root(), shownLines(t), map[string]bool{}, map[string]bool{}
	for _, cmd := range leaves(root) {
		path := cmd.CommandPath()
		paths[path] = true
		_, prints := outputs[path]
		_, excused := unshown[path]
		_, example := shown[path]
		if example == excused || !prints && !excused {
			t.Errorf("%s: in outputs %v, in a script with --json %v, excused from that %v", path, prints, example, excused)
		}
	}
	for path := range unshown {
		if !paths[path] {
			t.Errorf("%s is excused and no command", path)
		}
	}
	check := func(path string, x any) {
		_, fields, _ := describe(reflect.TypeOf(x), "")
		for _, f := range fields {
			if _, ok := meaningOf(f, used); !ok {
				t.Errorf("%s: %s (%s.%s) has no meaning in cmd/zhida/jsonwords_test.go", path, f.path, f.of, f.name)
			}
			if strings.HasSuffix(f.kind.en, inFen.en) != (f.name == "fen" || strings.HasSuffix(f.name, "_fen")) {
				t.Errorf("%s: %s is %s", path, f.path, f.kind.en)
			}
		}
	}
	for path, o := range outputs {
		if !paths[path] {
			t.Errorf("%s is no command", path)
		}
		for _, x := range o.kinds {
			check(path, x)
		}
		for _, code := range o.codes {
			if message.M(code).Text(message.Chinese) == code {
				t.Errorf("%s: the catalogue has no %s", path, code)
			}
		}
	}
	for name, x := range onErrors {
		check(name, x)
	}
	for key := range meanings {
		if !used[key] {
			t.Errorf("no field is %s", key)
		}
	}
	if t.Failed() {
		return
	}
	files := map[string][]byte{schemaFile: schemaText(t)}
	for lang, file := range jsonPages {
		files[file] = jsonPage(lang, shown)
	}
	for file, want := range files {
		if *writeSchema {
			if err := os.WriteFile(file, want, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		got, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(string(want), string(got)); d != "" {
			t.Errorf("%s is not what the types and their meanings say; if these are right: go test ./cmd/zhida -run TestJSONPages -schema\n%s", file, d)
		}
	}
}

// schemaText is the JSON Schema of all outputs: one definition for each command.
func schemaText(t *testing.T) []byte {
	t.Helper()
	defs := map[string]any{}
	for path, o := range outputs {
		s := schemaOf(o)
		if o.lines {
			s["$comment"] = "one such value on each line"
		}
		defs[anchor(strings.TrimPrefix(path, "zhida "))] = s
	}
	for name, x := range onErrors {
		defs[name], _, _ = describe(reflect.TypeOf(x), "")
	}
	var b bytes.Buffer
	if err := printJSON(&b, map[string]any{"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "What zhida prints with --json, by command", "$defs": defs}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func anchor(title string) string { return strings.ReplaceAll(title, " ", "-") }

var (
	jsonHead = both{`# 给程序读的输出

每条命令加 ` + "`--json`" + `，就把屏幕上的内容写成 JSON：

- 结果在标准输出，别的什么也没有。一条命令一个值；写明“一行一个”的，每行一个值，办好一件印一行，没有就一行也没有。
- 错误和提示在标准错误，一行一个，见[下面](#标准错误)。命令有没有办成看退出码：有些结果和非零的退出码一起出现，例如有人被拒绝（3）。
- 金额是整数，单位是分，名称是 ` + "`fen`" + ` 或者以 ` + "`_fen`" + ` 结尾。月份是 ` + "`2026-11`" + `，日期是 ` + "`2026-11-30`" + `，时刻带时区，批次是 ` + "`2026-11/1`" + `，支付是 ` + "`2026-11/1#12`" + `，摘要是小写十六进制。
- ` + "`position`" + ` 和以 ` + "`_at`" + ` 结尾的数是日志第几条。人员编号是账本里的号。
- 身份证号和卡号总是遮盖的；只有 ` + "`batch lines --unmask`" + ` 给完整的身份证号，日志记下。
- 列表没有内容时是 ` + "`[]`" + `，从不是 null。标 ○ 的项目不一定有。
- ` + "`text`、`hint`" + ` 用 ` + "`--lang`" + ` 的语言，会越写越清楚；程序请认 ` + "`code`" + `。` + "`--dry-run`" + ` 印同样的内容，另有一条提示。
- 以后只会加项目；改名、去掉或换意思，会写进 CHANGELOG.md。

[schema/zhida-json.schema.json](schema/zhida-json.schema.json) 是同样的内容，写成 JSON Schema（2020-12），每条命令一个定义，如 ` + "`#/$defs/batch-show`" + `；运行脚本时逐个核对。
这一页和它由程序的类型、项目的含义和 testdata/script 里的命令生成，不用手改。
`, `# Output for programs

With ` + "`--json`" + ` every command prints as JSON what it shows on the screen:

- Results stand on standard output, and nothing else does. A command prints one value; where “one a line” is said, each line is one, printed as each thing is done, and none is printed for nothing.
- Errors and notes stand on standard error, one a line, see [below](#standard-error). Whether a command has done its work is said by its exit code: some results come with one that is not zero, such as 3 for persons who are refused.
- Amounts are whole numbers of fen, named ` + "`fen`" + ` or ending in ` + "`_fen`" + `. A month is ` + "`2026-11`" + `, a day ` + "`2026-11-30`" + `, a moment has its zone, a batch is ` + "`2026-11/1`" + `, a payment ` + "`2026-11/1#12`" + `, a digest lower-case hex.
- ` + "`position`" + ` and numbers that end in ` + "`_at`" + ` are positions of the journal. A person is a number of the book.
- IDs and cards are masked, always; only ` + "`batch lines --unmask`" + ` gives IDs in full, and the journal keeps that.
- A list of nothing is ` + "`[]`" + `, never null. A field marked ○ may be absent.
- ` + "`text` and `hint`" + ` are in the language of ` + "`--lang`" + ` and get clearer; match on ` + "`code`" + `. ` + "`--dry-run`" + ` prints the same, and a note.
- Fields are only added; one that is renamed, removed or changed stands in CHANGELOG.md.

[schema/zhida-json.schema.json](schema/zhida-json.schema.json) says the same as JSON Schema (2020-12), a definition for each command such as ` + "`#/$defs/batch-show`" + `; every output of the scripts is held against it.
Both are made from the program's types, what their fields mean, and the commands in testdata/script, not by hand. 桃源县/ in an example is the folder of the sample county.
`}
	jsonFieldHead  = both{"| 项目 | 类型 | 含义 |\n|---|---|---|\n", "| field | type | meaning |\n|---|---|---|\n"}
	jsonCodeHead   = both{"| `code` | 句子 |\n|---|---|\n", "| `code` | sentence |\n|---|---|\n"}
	jsonLines      = both{"一行一个：", "One a line:"}
	jsonOne        = both{"一个值：", "One value:"}
	jsonList       = both{"一个列表，各项：", "One list, of:"}
	jsonOr         = both{"或者：", "Or:"}
	jsonTold       = both{"[一句话](#一句话)：", "[A sentence](#a-sentence):"}
	jsonErrorTitle = both{"标准错误", "Standard error"}
	jsonErrorText  = both{"出错时最后一行是错误，有 `exit`；别的行是[一句话](#一句话)那样的提示，没有 `exit`。`serve` 在这里写它的日志，一行一个，有 `level`。", "When a command fails, the last line is the error, which has `exit`; other lines are notes in the form of [a sentence](#a-sentence), without `exit`. `serve` writes its log here, one a line, with `level`."}
	jsonSayTitle   = both{"一句话", "A sentence"}
	jsonSayText    = both{"没有别的要说的命令印一句话；各命令写明是哪几句。", "A command that has nothing else to tell prints a sentence; each command says which."}
	jsonNone       = both{"没有例子：", "No example: "}
	jsonOptional   = "○"
)

func jsonPage(lang message.Lang, shown map[string][2]string) []byte {
	root := (&cli{}).root()
	if lang == message.English {
		translate(root)
	}
	var p, body bytes.Buffer
	p.WriteString(jsonHead.in(lang))
	family := ""
	section := func(title string) {
		mark := " · "
		if words := strings.Fields(title); words[0] != "zhida" || words[1] != family {
			family, mark = words[len(words)-1], "\n- "
			if words[0] == "zhida" {
				family = words[1]
			}
		}
		fmt.Fprint(&p, mark+link(title))
		fmt.Fprintf(&body, "\n## %s\n\n", title)
	}
	section(jsonErrorTitle.in(lang))
	fmt.Fprintf(&body, "%s\n\n%s", jsonErrorText.in(lang), jsonFieldHead.in(lang))
	fieldRows(&body, lang, failure{})
	section(jsonSayTitle.in(lang))
	fmt.Fprintf(&body, "%s\n\n%s", jsonSayText.in(lang), jsonFieldHead.in(lang))
	fieldRows(&body, lang, told{})
	for _, cmd := range leaves(root) {
		path := cmd.CommandPath()
		section(path)
		fmt.Fprintf(&body, "%s\n\n", cmd.Short)
		if x, ok := shown[path]; ok {
			fmt.Fprintf(&body, "```\n$ %s\n```\n\n%s[%s](../testdata/script/%s.txtar)\n", x[0], pageScript.in(lang), x[1], x[1])
		} else {
			fmt.Fprintf(&body, "%s%s\n", jsonNone.in(lang), unshown[path].in(lang))
		}
		o := outputs[path]
		for i, x := range o.kinds {
			head := jsonOne
			switch {
			case reflect.TypeOf(x).Kind() == reflect.Slice:
				head = jsonList
			case o.lines:
				head = jsonLines
			}
			fmt.Fprintln(&body)
			if i > 0 {
				head = jsonOr
			}
			if _, ok := x.(told); ok {
				if o.lines {
					fmt.Fprintf(&body, "%s", jsonLines.in(lang))
				}
				fmt.Fprintf(&body, "%s\n\n%s", jsonTold.in(lang), jsonCodeHead.in(lang))
				for _, code := range o.codes {
					fmt.Fprintf(&body, "| %s | %s |\n", code, message.Message{Code: code}.Text(lang))
				}
				continue
			}
			if title := explainedAt(within(reflect.TypeOf(x)), lang); title != "" && title != path {
				fmt.Fprintf(&body, "%s%s\n", head.in(lang), link(title))
				continue
			}
			fmt.Fprintf(&body, "%s\n\n%s", head.in(lang), jsonFieldHead.in(lang))
			fieldRows(&body, lang, x)
		}
	}
	p.WriteString("\n")
	p.Write(body.Bytes())
	return p.Bytes()
}

// explainedAt names the section that explains a type for all commands, "" for none.
func explainedAt(t reflect.Type, lang message.Lang) string {
	switch t {
	case reflect.TypeFor[told]():
		return jsonSayTitle.in(lang)
	case reflect.TypeFor[batchHead]():
		return "zhida batch list"
	}
	return ""
}

func link(title string) string {
	return fmt.Sprintf("[%s](#%s)", title, anchor(strings.ToLower(title)))
}

func fieldRows(w *bytes.Buffer, lang message.Lang, x any) {
	_, fields, _ := describe(reflect.TypeOf(x), "")
	elsewhere := "" // fields below this one are explained in another section
	for _, f := range fields {
		if elsewhere != "" && strings.HasPrefix(f.path, elsewhere) {
			continue
		}
		elsewhere = ""
		if title := explainedAt(f.holds, lang); title != "" {
			for _, kind := range []*string{&f.kind.zh, &f.kind.en} {
				*kind = strings.NewReplacer("对象", link(title), "object", link(title)).Replace(*kind)
			}
			elsewhere = f.path
		}
		m, _ := meaningOf(f, map[string]bool{})
		mark := ""
		if f.optional {
			mark = " " + jsonOptional
		}
		fmt.Fprintf(w, "| `%s`%s | %s | %s |\n", strings.TrimPrefix(f.path, "[]."), mark, f.kind.in(lang), m.in(lang))
	}
}

// These fields were promised to programs before there was a page: they keep their names.
func TestPromisedFields(t *testing.T) {
	for path, promised := range map[string]string{
		"zhida batch show":  "id month kind state horizon payees lines gross_fen deduction_fen net_fen by_item by_township by_cause held refused findings",
		"zhida batch lines": "batch person name place item pay_month fen cause document fund",
		"zhida policy test": "cases passed failed failed[].expected failed[].computed failed[].reason",
	} {
		_, fields, _ := describe(reflect.TypeOf(outputs[path].kinds[0]), "")
		for _, want := range strings.Fields(promised) {
			if !slices.ContainsFunc(fields, func(f field) bool { return f.path == want && !f.optional }) {
				t.Errorf("%s has no %s", path, want)
			}
		}
	}
}

// The checker finds what does not fit: it is what the outputs of the scripts are held against.
func TestMisfit(t *testing.T) {
	schema := schemaOf(outputs["zhida batch answer"])
	for text, want := range map[string]string{
		`{"code": "batch.done", "args": ["2026-11/1"], "text": "好"}`: "",
		`{"batch": "2026-11/1", "answered": 3}`:                      "",
		`{"batch": "2026-11/1", "answered": 3.5}`:                    "3.5 is no integer",
		`{"batch": "2026-11/1", "answered": "3"}`:                    "3 is no integer",
		`{"batch": "2026-11", "answered": 3}`:                        `"2026-11" is not`,
		`{"batch": "2026-11/1"}`:                                     "lacks answered",
		`{"batch": "2026-11/1", "answered": 3, "fen": 1}`:            "has fen",
		`{"code": "batch.other", "args": [], "text": "好"}`:           `"batch.other" is none of`,
		`{"code": "batch.done", "args": null, "text": "好"}`:          "<nil> is no array",
		`[]`: "is no object",
	} {
		list, err := values(text)
		if err != nil {
			t.Fatal(err)
		}
		got := misfit(schema, list[0], "x")
		if want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%s: %q instead of %q", text, got, want)
		}
	}
}
