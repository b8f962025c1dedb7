package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"zhida/cmd/zhida/internal/term"
	"zhida/rules/message"
)

// Every command of a script notes which errors it printed. From these notes each code of the
// catalogue has its example in testdata/errors.json and on the pages docs/errors.md and
// docs/errors.en.md. The flag writes them anew; without it they are held against the scripts.
var writeErrors = flag.Bool("errors", false, "write testdata/errors.json and the pages of the errors")

const (
	notesVariable = "ZHIDA_TEST_NOTES"
	examplesFile  = "../../testdata/errors.json"
)

// example shows one error: what was typed and what was printed. English is empty where the
// error stood among results, which are printed in one language.
type example struct {
	Code    string `json:"code"`
	Script  string `json:"script"`
	Command string `json:"command"`
	Chinese string `json:"zh"`
	English string `json:"en,omitempty"`
}

// behind finds the code behind a line that was printed.
var behind = regexp.MustCompile(`（([a-z]+\.[a-z0-9_]+)）$`)

// cells are the lines between the columns of a table, with the room around them.
var cells = regexp.MustCompile(` *│ *`)

// noteErrors writes down what errors a command of a script printed.
func noteErrors(args []string, err error, printed string) {
	file := os.Getenv(notesVariable)
	if file == "" {
		return
	}
	var found []example
	note := func(code, chinese, english string) {
		if !slices.ContainsFunc(found, func(x example) bool { return x.Code == code }) {
			found = append(found, example{Code: code, Command: command(args), Chinese: plain(chinese), English: plain(english)})
		}
	}
	if err != nil {
		zh, en := failureOf(err, message.Chinese), failureOf(err, message.English)
		for i, p := range zh.Problems {
			note(p.Code, p.said(message.Chinese), en.Problems[i].said(message.English))
		}
		note(zh.Code, said(zh.Text, zh.Hint, zh.Code, message.Chinese), said(en.Text, en.Hint, en.Code, message.English))
	}
	lines := strings.Split(strings.TrimSuffix(printed, "\n"), "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, "│") { // a row of a table
			line = strings.TrimSpace(cells.ReplaceAllString(line, "  "))
		}
		if m := behind.FindStringSubmatch(line); m != nil {
			if strings.HasPrefix(line, "    → ") && i > 0 {
				line = lines[i-1] + "\n" + line
			}
			note(m[1], line, "")
		}
	}
	if len(found) == 0 {
		return
	}
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		panic(err)
	}
	defer f.Close()
	for _, x := range found {
		if err := json.NewEncoder(f).Encode(x); err != nil {
			panic(err)
		}
	}
}

// command is what was typed, with quotes where the shell wants them.
func command(args []string) string {
	words := []string{"zhida"}
	for _, a := range args {
		if a == "" || strings.ContainsAny(a, " *?\"#&();<>|$") {
			a = "'" + a + "'"
		}
		words = append(words, a)
	}
	return plain(strings.Join(words, " "))
}

// clockTime is a time of day behind a date.
var clockTime = regexp.MustCompile(`[ T]\d{2}:\d{2}:\d{2}(Z|\+08:00)?`)

// plain leaves out where on the machine a script ran, and on which day.
func plain(s string) string {
	today := time.Now().In(time.FixedZone("", 8*60*60))
	s = strings.ReplaceAll(strings.ReplaceAll(s, today.Format(time.DateOnly), "某日"), today.Format("20060102"), "某日")
	month := today.Format("2006-01")
	s = strings.NewReplacer("现在是 "+month, "现在是 某月", "it is "+month, "it is 某月").Replace(term.Clean(s))
	s = clockTime.ReplaceAllString(s, " 某时")
	if work := os.Getenv("WORK"); work != "" {
		s = strings.ReplaceAll(s, work+"/", "")
	}
	if county := os.Getenv("COUNTY"); county != "" {
		s = strings.ReplaceAll(s, county+"/", "桃源县/")
	}
	return s
}

// noted reads what a script has noted, the first example of each code; false when it did not run.
func noted(t *testing.T, notes, script string) ([]example, bool) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(notes, script))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false
	}
	if err != nil {
		t.Fatal(err)
	}
	var list []example
	for d := json.NewDecoder(strings.NewReader(string(text))); d.More(); {
		x := example{Script: script}
		if err := d.Decode(&x); err != nil {
			t.Fatal(err)
		}
		x.Script = script
		if _, ok := find(list, x.Code); !ok {
			list = append(list, x)
		}
	}
	return list, true
}

func find(list []example, code string) (example, bool) {
	i := slices.IndexFunc(list, func(x example) bool { return x.Code == code })
	if i < 0 {
		return example{}, false
	}
	return list[i], true
}

// holdExamples holds the committed examples against what the scripts that ran have noted:
// an example is what its script prints, and a code that is printed has an example. With the
// flag the examples of these scripts are written anew.
func holdExamples(t *testing.T, notes string) {
	if t.Failed() {
		return
	}
	committed := readExamples(t)
	files, err := filepath.Glob(filepath.Join(scripts, "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	var fresh []example
	for _, file := range preferred(files) {
		script := strings.TrimSuffix(filepath.Base(file), ".txtar")
		list, ran := noted(t, notes, script)
		if !ran && *writeErrors {
			list = slices.DeleteFunc(slices.Clone(committed), func(x example) bool { return x.Script != script })
		}
		for _, x := range list {
			if _, ok := find(fresh, x.Code); !ok {
				fresh = append(fresh, x)
			}
		}
		if !ran || *writeErrors {
			continue
		}
		for _, x := range list {
			if old, ok := find(committed, x.Code); !ok {
				t.Errorf("%s prints %s, which has no example yet; %s", script, x.Code, howToWrite)
			} else if d := cmp.Diff(old, x); d != "" && old.Script == script {
				t.Errorf("%s has another example of %s than testdata/errors.json; %s\n%s", script, x.Code, howToWrite, d)
			}
		}
		for _, old := range committed {
			if _, ok := find(list, old.Code); !ok && old.Script == script {
				t.Errorf("%s does not print %s any more, whose example it is", script, old.Code)
			}
		}
	}
	if *writeErrors {
		slices.SortFunc(fresh, func(a, b example) int { return strings.Compare(a.Code, b.Code) })
		writePages(t, fresh)
	}
}

const howToWrite = "if that is right: go test ./cmd/zhida -run TestScripts -errors"

// preferred puts the scripts that are about errors first.
func preferred(files []string) []string {
	about := func(file string) bool { return strings.HasPrefix(filepath.Base(file), "errors_") }
	return slices.Concat(slices.DeleteFunc(slices.Clone(files), func(f string) bool { return !about(f) }), slices.DeleteFunc(slices.Clone(files), about))
}

func writePages(t *testing.T, list []example) {
	t.Helper()
	var text bytes.Buffer
	if err := printJSON(&text, list); err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{examplesFile: text.Bytes()}
	for lang, page := range errorPages {
		files[page] = errorPage(lang, list)
	}
	for name, text := range files {
		if err := os.WriteFile(name, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func readExamples(t *testing.T) (list []example) {
	t.Helper()
	text, err := os.ReadFile(examplesFile)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &list); err != nil {
		t.Fatal(err)
	}
	return list
}

// named says whether a test of a package names a code.
func named(t *testing.T, dir, code string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("../..", dir, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	return slices.ContainsFunc(files, func(file string) bool {
		text, err := os.ReadFile(file)
		return err == nil && bytes.Contains(text, []byte(`"`+code+`"`))
	})
}

// Every error of the catalogue has an example or a reason why nobody can provoke it, not
// both, and the committed pages say so. With the flag the pages are written anew from the examples.
func TestErrorPages(t *testing.T) {
	list := readExamples(t)
	if *writeErrors {
		writePages(t, list)
	}
	known := map[string]bool{}
	for _, e := range message.Entries() {
		if e.Exit == message.ExitDone {
			continue
		}
		known[e.Code] = true
		_, shown := find(list, e.Code)
		if _, excused := unprovoked[e.Code]; shown == excused {
			t.Errorf("%s: example %v, reason for having none %v", e.Code, shown, excused)
		}
	}
	for code, x := range unprovoked {
		if !known[code] {
			t.Errorf("%s is no error of the catalogue", code)
		}
		if x.tests != "" && !named(t, x.tests, code) {
			t.Errorf("no test of %s names %s", x.tests, code)
		}
	}
	for _, x := range list {
		if _, err := os.Stat(filepath.Join(scripts, x.Script+".txtar")); err != nil || !known[x.Code] {
			t.Errorf("example of %s: script %s: %v", x.Code, x.Script, err)
		}
	}
	for lang, page := range errorPages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(string(errorPage(lang, list)), string(text)); d != "" {
			t.Errorf("%s is not what catalogue and examples say: go test ./cmd/zhida -run TestErrorPages -errors\n%s", page, d)
		}
	}
}
