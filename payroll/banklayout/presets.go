package banklayout

import (
	"embed"
	"path"
	"strings"
	"sync"

	"zhida/rules/message"
)

//go:embed presets
var presets embed.FS

// Presets lists the layouts that come with the program, by code.
var Presets = sync.OnceValue(func() []*Layout {
	files, err := presets.ReadDir("presets")
	if err != nil {
		panic(err) // embedded
	}
	var list []*Layout
	for _, f := range files {
		if path.Ext(f.Name()) != ".yaml" {
			continue // a workbook that a layout fills in
		}
		text, err := PresetText(strings.TrimSuffix(f.Name(), ".yaml"))
		if err != nil {
			panic(err) // embedded
		}
		l, err := Read(f.Name(), text)
		if err != nil {
			panic(err) // a test reads every preset
		}
		list = append(list, l)
	}
	return list
})

// PresetText is the YAML of a preset, for a county to start its own from, whole: a
// workbook to fill in stands in the text. Error: layout.missing.
func PresetText(code string) ([]byte, error) {
	if strings.ContainsAny(code, `/\.`) {
		return nil, message.Err("layout.missing", code)
	}
	text, err := presets.ReadFile(path.Join("presets", code+".yaml"))
	if err != nil {
		return nil, message.Err("layout.missing", code)
	}
	return Embed(code, text, func(name string) ([]byte, error) { return presets.ReadFile(path.Join("presets", name)) })
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
