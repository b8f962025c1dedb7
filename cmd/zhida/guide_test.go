package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"
)

const guides = "../../docs/guide"

// block is what stands between two fences of a guide.
type block struct {
	language string // sh: commands that are run; text: what they print; desk: what is done in a browser
	line     int    // of the fence
	lines    []string
}

// readGuide gives the blocks of a guide and the text outside them.
func readGuide(t *testing.T, name string) (blocks []block, prose string) {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	var open *block
	for i, line := range strings.Split(string(content), "\n") {
		switch fence, is := strings.CutPrefix(line, "```"); {
		case is && open == nil:
			open = &block{language: fence, line: i + 1}
		case is:
			blocks = append(blocks, *open)
			open = nil
		case open != nil:
			open.lines = append(open.lines, line)
		default:
			out.WriteString(line + "\n")
		}
	}
	if open != nil {
		t.Fatalf("%s:%d is not closed", name, open.line)
	}
	return blocks, out.String()
}

// typed is one command of a guide as it is typed, and the exit code that its comment tells.
type typed struct {
	line int
	text string
	exit int
}

var (
	trailingComment = regexp.MustCompile(`\s+#\s.*$`)
	toldExit        = regexp.MustCompile(`#.*(?:退出码|exit) (\d)`)
	hereDocument    = regexp.MustCompile(`<<'?([A-Z]+)'?`)
)

// commands are those of a block without their comments; a command goes on after a backslash,
// and to the end of its here-document.
func (b block) commands() (list []typed) {
	end := "" // of the here-document that is being read
	goesOn := false
	for i, line := range b.lines {
		last := len(list) - 1
		if end != "" {
			list[last].text += "\n" + line
			if line == end {
				end = ""
			}
			continue
		}
		text := trailingComment.ReplaceAllString(line, "")
		if strings.TrimSpace(text) == "" || strings.HasPrefix(text, "#") {
			continue
		}
		if goesOn {
			list[last].text += "\n" + text
		} else {
			list = append(list, typed{line: b.line + 1 + i, text: text})
			last++
		}
		if m := toldExit.FindStringSubmatch(line); m != nil {
			list[last].exit, _ = strconv.Atoi(m[1])
		}
		goesOn = strings.HasSuffix(text, `\`)
		if m := hereDocument.FindStringSubmatch(text); m != nil {
			end = m[1]
		}
	}
	return list
}

// play runs the commands of a guide in one shell, as a reader does who starts in the folder of
// the sources with home as their home, and holds exit codes and quoted output against what happens.
func play(t *testing.T, guide, home, tools string) {
	t.Helper()
	blocks, _ := readGuide(t, guide)
	var script strings.Builder
	var list []typed
	for _, b := range blocks {
		if b.language != "sh" {
			continue
		}
		for _, c := range b.commands() {
			fmt.Fprintf(&script, "%s\nprintf '\\036%%d\\036' $?\n", c.text)
			list = append(list, c)
		}
	}
	file := filepath.Join(t.TempDir(), "guide.sh")
	if err := os.WriteFile(file, []byte(script.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("bash", file)
	cmd.Dir = "../.."
	cmd.Env = append(os.Environ(), "HOME="+home, "WORK="+home, "LANG=C.UTF-8", "LC_ALL=", "ZHIDA_LANG=", "PATH="+tools+string(os.PathListSeparator)+os.Getenv("PATH"))
	var printed bytes.Buffer
	cmd.Stdout, cmd.Stderr = &printed, &printed
	_ = cmd.Run() // the exit code of each command is read below
	parts := strings.Split(printed.String(), "\036")
	if len(parts) != 2*len(list)+1 {
		t.Fatalf("%s: the shell ended after %d of %d commands:\n%s", guide, len(parts)/2, len(list), parts[len(parts)-1])
	}
	at, said := 0, ""
	for _, b := range blocks {
		switch b.language {
		case "sh":
			said = ""
			for _, c := range b.commands() {
				output, code := parts[2*at], parts[2*at+1]
				if code != strconv.Itoa(c.exit) {
					t.Fatalf("%s:%d: exit code %s instead of %d: %s\n%s", guide, c.line, code, c.exit, c.text, output)
				}
				said += output
				at++
			}
		case "text":
			if missing, ok := quoted(b.lines, strings.Split(said, "\n")); !ok {
				t.Errorf("%s:%d quotes what was not printed so: %s\n%s", guide, b.line, missing, said)
			}
		}
	}
}

// quoted says whether lines of a guide are what was printed: each follows the one before, but
// for a line with nothing but …, where some are left out; … in a line stands for any text.
func quoted(lines, printed []string) (missing string, ok bool) {
	at, near := 0, false
	for _, line := range lines {
		if strings.TrimSpace(line) == "…" {
			near = false
			continue
		}
		pieces := strings.Split(strings.TrimRight(line, " "), "…")
		for i := range pieces {
			pieces[i] = regexp.QuoteMeta(pieces[i])
		}
		form := regexp.MustCompile("^" + strings.Join(pieces, ".*") + " *$")
		found := at
		for found < len(printed) && !form.MatchString(printed[found]) {
			found++
		}
		if found == len(printed) || near && found != at {
			return line, false
		}
		at, near = found+1, true
	}
	return "", true
}

// TestQuoted keeps the comparison from taking anything for a quotation.
func TestQuoted(t *testing.T) {
	printed := []string{"一", "二 2026-10/1 三 ", "四", "五"}
	for _, c := range []struct {
		lines string
		ok    bool
	}{
		{"一", true}, {"五", true}, {"二 2026-10/1 三|四", true}, {"二…三", true}, {"…|四", true}, {"一|…|五", true}, {"一|…", true},
		{"一|四", false}, {"四|一", false}, {"二", false}, {"六", false}, {"一|一", false}, {"二 2026.10/1 三", false},
	} {
		if _, ok := quoted(strings.Split(c.lines, "|"), printed); ok != c.ok {
			t.Errorf("%q is taken for a quotation: %v", c.lines, ok)
		}
	}
}

// Every command of every guide is run in the order of its page: README.md prepares the folder
// that each of the others starts from.
func TestGuides(t *testing.T) {
	tools, prepared := t.TempDir(), t.TempDir()
	if out, err := exec.Command("go", "build", "-o", tools+"/", "../zhida-verify").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	play(t, filepath.Join(guides, "README.md"), prepared, tools)
	if t.Failed() {
		return
	}
	list, err := filepath.Glob(filepath.Join(guides, "*.md"))
	if err != nil || len(list) < 5 {
		t.Fatalf("%d guides, %v", len(list), err)
	}
	for _, guide := range list {
		name := filepath.Base(guide)
		if name == "README.md" || strings.HasSuffix(name, ".en.md") {
			continue
		}
		t.Run(strings.TrimSuffix(name, ".md"), func(t *testing.T) {
			t.Parallel()
			home := t.TempDir()
			if out, err := exec.Command("cp", "-a", prepared+"/.", home).CombinedOutput(); err != nil { // with modes: secrets are 0600
				t.Fatalf("%v: %s", err, out)
			}
			play(t, guide, home, tools)
			walk(t, guide, home, tools)
		})
	}
}

// The English guides are the Chinese ones in other words: the same commands, output and
// pictures. So running one suffices.
func TestGuidesInEnglish(t *testing.T) {
	list, err := filepath.Glob(filepath.Join(guides, "*.en.md"))
	if err != nil || len(list) == 0 {
		t.Fatalf("%d guides in English, %v", len(list), err)
	}
	for _, english := range list {
		var shown [2][]string
		for i, name := range []string{strings.TrimSuffix(english, ".en.md") + ".md", english} {
			blocks, prose := readGuide(t, name)
			for _, b := range blocks {
				if b.language != "sh" {
					shown[i] = append(shown[i], strings.Join(b.lines, "\n"))
					continue
				}
				for _, c := range b.commands() {
					shown[i] = append(shown[i], fmt.Sprint(c.text, " exits ", c.exit))
				}
			}
			for _, m := range picture.FindAllStringSubmatch(prose, -1) {
				shown[i] = append(shown[i], m[1])
			}
		}
		if d := cmp.Diff(shown[0], shown[1]); d != "" {
			t.Errorf("%s is not the Chinese guide in English: %s", english, d)
		}
	}
}

// picture is one that a guide shows.
var picture = regexp.MustCompile(`!\[[^]]*\]\(pictures/([^)]+)\.png\)`)

// Every picture can be made again: the guide that shows it says of what, and none is left over.
func TestGuidesShowPictures(t *testing.T) {
	taken := regexp.MustCompile(`(?m)^<!-- picture (\S+) (?:screen|sheet|page) `)
	list, err := filepath.Glob(filepath.Join(guides, "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	var shown []string
	for _, name := range list {
		if strings.HasSuffix(name, ".en.md") {
			continue
		}
		blocks, prose := readGuide(t, name)
		var here, said []string
		for _, m := range picture.FindAllStringSubmatch(prose, -1) {
			here = append(here, m[1])
		}
		for _, m := range taken.FindAllStringSubmatch(prose, -1) {
			said = append(said, m[1])
		}
		for _, b := range blocks {
			for _, line := range b.lines {
				if name, is := strings.CutPrefix(line, "图 "); is && b.language == "desk" {
					said = append(said, name)
				}
			}
		}
		if d := cmp.Diff(said, here); d != "" {
			t.Errorf("%s shows other pictures than it says how to make: %s", name, d)
		}
		shown = append(shown, here...)
	}
	files, err := filepath.Glob(filepath.Join(guides, "pictures", "*.png"))
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range files {
		files[i] = strings.TrimSuffix(filepath.Base(f), ".png")
	}
	slices.Sort(shown)
	if d := cmp.Diff(files, shown); d != "" {
		t.Errorf("the folder of pictures holds others than the guides show: %s", d)
	}
}

// A command that a guide names in a sentence is one that exists, with its options.
func TestGuidesNameCommands(t *testing.T) {
	list, err := filepath.Glob(filepath.Join(guides, "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	inline := regexp.MustCompile("`zhida ([^`]+)`")
	for _, name := range list {
		_, prose := readGuide(t, name)
		for _, m := range inline.FindAllStringSubmatch(prose, -1) {
			words := strings.Fields(m[1])
			root := (&cli{}).root()
			cmd, _, err := root.Find(words)
			if err != nil || cmd == root || cmd.HasSubCommands() && !cmd.Runnable() {
				t.Errorf("%s names zhida %s, which is no command", name, m[1])
				continue
			}
			for _, w := range words {
				flag, is := strings.CutPrefix(w, "--")
				lookup := func(set *pflag.FlagSet) bool { return set.Lookup(flag) != nil }
				if is && !lookup(cmd.Flags()) && !lookup(cmd.InheritedFlags()) {
					t.Errorf("%s names --%s, which zhida %s does not have", name, flag, m[1])
				}
			}
		}
	}
}
