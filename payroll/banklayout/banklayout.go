// Package banklayout owns the description of bank payment files as data: which
// fields stand where, in which encoding and unit. It holds no codec; the writer
// and the reader of package bankfile share nothing but this description.
package banklayout

import (
	"embed"
	"path"
	"slices"
	"strings"
	"sync"

	"zhida/rules/message"
	"zhida/rules/yamltext"
)

// Layout describes one kind of payment file. What a key cannot yet do is refused
// by Check, never ignored.
type Layout struct {
	Code      string `yaml:"code"`
	Name      string `yaml:"name"`      // Chinese, for lists
	Container string `yaml:"container"` // text
	Encoding  string `yaml:"encoding"`  // GBK, GB18030 or UTF-8
	Newline   string `yaml:"newline"`   // crlf or lf
	LastLine  string `yaml:"last_line"` // ended or open
	Delimiter string `yaml:"delimiter"`
	Trailing  bool   `yaml:"trailing_delimiter"`
	File      string `yaml:"file"`     // name; {date} {unit} {seq} {batch} are filled in
	MaxRows   int    `yaml:"max_rows"` // 0: no limit; more rows go into further files
	Header    []Line `yaml:"header"`
	Detail    Line   `yaml:"detail"`
	Trailer   []Line `yaml:"trailer"`
}

// Line is one line of a file: a fixed text, or fields.
type Line struct {
	Text   string  `yaml:"text"`
	Fields []Field `yaml:"fields"`
}

// Field is one field of a line.
type Field struct {
	Source string `yaml:"source"`
	Text   string `yaml:"text"`   // of a literal
	Unit   string `yaml:"unit"`   // of an amount: yuan (default) or fen
	Digits int    `yaml:"digits"` // of a sequence or count: padded with zeros to so many
	Width  int    `yaml:"width"`  // most bytes in the file's encoding, 0 for no limit
	Format string `yaml:"format"` // of a date: yyyymmdd (default) or yyyy-mm-dd
}

// Sources are the values a field can have; the flag says whether it differs from row to row.
var Sources = map[string]bool{
	"literal": false, "date": false, "total": false, "count": false, "file_seq": false, "payer_name": false, "payer_account": false,
	"payer_branch": false, "unit": false, "purpose": false, "empty": false,
	"seq": true, "payment": true, "account": true, "holder": true, "amount": true, "bank_name": true, "branch": true, "cnaps": true,
}

//go:embed presets/*.yaml
var presets embed.FS

// Presets lists the layouts that come with the program, by code.
var Presets = sync.OnceValue(func() []*Layout {
	files, err := presets.ReadDir("presets")
	if err != nil {
		panic(err) // embedded
	}
	var list []*Layout
	for _, f := range files {
		code := strings.TrimSuffix(f.Name(), ".yaml")
		text, err := PresetText(code)
		if err != nil {
			panic(err) // embedded
		}
		l, err := Read(code, text)
		if err != nil {
			panic(err) // a test reads every preset
		}
		list = append(list, l)
	}
	return list
})

// PresetText is the YAML of a preset, for a county to start its own from.
func PresetText(code string) ([]byte, error) {
	if strings.ContainsAny(code, "/\\.") {
		return nil, message.Err("layout.missing", code)
	}
	text, err := presets.ReadFile(path.Join("presets", code+".yaml"))
	if err != nil {
		return nil, message.Err("layout.missing", code)
	}
	return text, nil
}

// Preset gives a preset by its code. Error: layout.missing.
func Preset(code string) (*Layout, error) {
	for _, l := range Presets() {
		if l.Code == code {
			return l, nil
		}
	}
	return nil, message.Err("layout.missing", code)
}

// Read reads and checks a layout.
func Read(file string, text []byte) (*Layout, error) {
	var l Layout
	if err := yamltext.Decode(file, text, &l); err != nil {
		return nil, err
	}
	return &l, Check(&l)
}

// Check refuses a layout that cannot be written or read back. Error: layout.wrong.
func Check(l *Layout) error {
	wrong := func(what string) error { return message.Err("layout.wrong", l.Code, what) }
	switch {
	case l.Code == "" || l.Name == "":
		return wrong("code 和 name 不能空")
	case l.Container != "text":
		return wrong("container 目前只能是 text")
	case !slices.Contains([]string{"GBK", "GB18030", "UTF-8"}, l.Encoding):
		return wrong("encoding 可以是 GBK、GB18030、UTF-8")
	case l.Newline != "crlf" && l.Newline != "lf":
		return wrong("newline 可以是 crlf、lf")
	case l.LastLine != "ended" && l.LastLine != "open":
		return wrong("last_line 可以是 ended、open")
	case l.Delimiter == "":
		return wrong("delimiter 不能空")
	case l.File == "" || strings.ContainsAny(l.File, `/\`):
		return wrong("file 要是不带路径的文件名")
	case l.MaxRows > 0 && !strings.Contains(l.File, "{seq}"):
		return wrong("有 max_rows 时文件名要有 {seq}")
	}
	return l.checkFields(wrong)
}

func (l *Layout) checkFields(wrong func(string) error) error {
	has := map[string]bool{}
	for _, f := range l.Detail.Fields {
		if _, known := Sources[f.Source]; !known || f.Source == "total" || f.Source == "count" {
			return wrong("明细里不能有 " + f.Source)
		}
		has[f.Source] = true
	}
	if !has["account"] || !has["holder"] || !has["amount"] || l.Detail.Text != "" {
		return wrong("明细要有 account、holder、amount")
	}
	for _, line := range slices.Concat(l.Header, l.Trailer) {
		if (line.Text == "") == (len(line.Fields) == 0) {
			return wrong("每行要么是 text，要么是 fields")
		}
		for _, f := range line.Fields {
			if perRow, known := Sources[f.Source]; !known || perRow {
				return wrong("首尾行里不能有 " + f.Source)
			}
		}
	}
	for _, line := range slices.Concat(l.Header, l.Trailer, []Line{l.Detail}) {
		for _, f := range line.Fields {
			if f.Unit != "" && f.Unit != "yuan" && f.Unit != "fen" || f.Format != "" && f.Format != "yyyymmdd" && f.Format != "yyyy-mm-dd" {
				return wrong("unit 可以是 yuan、fen，format 可以是 yyyymmdd、yyyy-mm-dd")
			}
		}
	}
	return nil
}
