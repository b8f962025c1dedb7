package banklayout

import (
	"bytes"
	"encoding/base64"
	"slices"
	"strings"

	"zhida/rules/message"
	"zhida/rules/yamltext"
)

const embedded = "base64:"

// Workbook gives the bytes of the bank's workbook. Check has seen the text.
func (l *Layout) Workbook() []byte {
	b, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(l.Template, embedded))
	return b
}

// Embed puts the workbooks that layouts name into the text, of one layout or of a
// county's settings: what is adopted never rests on a file that somebody can change
// afterwards. open reads a file beside the text. Lines keep their numbers; a text
// without such names comes back as it is. Errors: those of reading YAML and of open,
// layout.template.
func Embed(file string, text []byte, open func(name string) ([]byte, error)) ([]byte, error) {
	top, err := yamltext.Parse(file, text)
	if err != nil {
		return nil, err
	}
	layouts := []*yamltext.Node{top}
	if own := child(top, "layouts"); own != nil {
		layouts = append(layouts, own.Content...)
	}
	lines := bytes.Split(text, []byte("\n"))
	for _, l := range layouts {
		n := child(l, "template")
		if n == nil || n.Kind != yamltext.Scalar || n.Value == "" || strings.HasPrefix(n.Value, embedded) {
			continue
		}
		if n.Line > len(lines) { // YAML also breaks lines at a carriage return alone
			return nil, message.Problems{{File: file, Cell: yamltext.At(n), Message: message.M("layout.template", n.Value)}}
		}
		line := lines[n.Line-1]
		key, comment, alone := bytes.Cut(line, []byte(n.Value))
		if !alone || strings.TrimSpace(strings.Trim(string(comment), `"'`)) != "" {
			return nil, message.Problems{{File: file, Cell: yamltext.At(n), Message: message.M("layout.template", n.Value)}}
		}
		workbook, err := open(n.Value)
		if err != nil {
			return nil, err
		}
		lines[n.Line-1] = slices.Concat(bytes.TrimRight(key, `"'`), []byte(embedded), []byte(base64.StdEncoding.EncodeToString(workbook)))
	}
	return bytes.Join(lines, []byte("\n")), nil
}
