package main

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"zhida/rules/message"
)

var (
	// pressed are the places and buttons that steps of the guide to the desk name, with the fields.
	pressed = regexp.MustCompile(`(?m)^(?:在 (.+?) 里)?(?:按|填|下载|展开|勾) ([^ ：\n]+)`)
	wordRow = regexp.MustCompile(`(?m)^\| ([^|]+) \| ([^|]+) \|$`)
)

// Whoever reads the desk in English finds every button, link, field and part of a page that the steps of the guide name in Chinese, in the
// words of the screen: no more and no less.
func TestGuideWords(t *testing.T) {
	for _, file := range []string{"../../docs/guide/desk.md", "../../docs/guide/desk.en.md"} {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		named := map[string]bool{}
		for _, block := range strings.Split(string(data), "```desk\n")[1:] {
			block, _, _ = strings.Cut(block, "```")
			for _, m := range pressed.FindAllStringSubmatch(block, -1) {
				for _, word := range m[1:] {
					if message.HasWord(word) {
						named[word] = true
					}
				}
			}
		}
		_, table, _ := strings.Cut(string(data), "| 中文 | English |")
		for _, m := range wordRow.FindAllStringSubmatch(table, -1) {
			if m[1] == "---" {
				continue
			}
			if !named[m[1]] {
				t.Errorf("%s: no step names %s", file, m[1])
			}
			if want := message.Deed(message.English, m[1]); m[2] != want {
				t.Errorf("%s: %s is “%s”, on the screen “%s”", file, m[1], m[2], want)
			}
			delete(named, m[1])
		}
		for word := range named {
			t.Errorf("%s: the list lacks | %s | %s |", file, word, message.Deed(message.English, word))
		}
	}
}
