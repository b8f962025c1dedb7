package main

import (
	"bufio"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"zhida/testdata/chromium"
	"zhida/testdata/smallpng"
)

var pictures = flag.Bool("pictures", false, "take the pictures of the guides to the desk again")

// reader goes through a guide to the desk as its reader does: each person at their own machine, by the words on the page.
type reader struct {
	t       *testing.T
	guide   string
	line    int
	home    string
	url     string
	browser *chromium.Browser
	windows map[string]*chromium.Window
	at      *chromium.Window
}

// step is a line of a block "desk": what to do, in which part of the page, and with what.
var step = regexp.MustCompile(`^(?:在 (.+) 里)?(登录|按|展开|下载|填|勾|选文件|看到|图) (.+)$`)

// walk does what the blocks "desk" of a guide say, over the desk that a script of the practice folder opens.
func walk(t *testing.T, guide, home, tools string) {
	t.Helper()
	blocks, _ := readGuide(t, guide)
	r := &reader{t: t, guide: guide, home: home, windows: map[string]*chromium.Window{}}
	for _, b := range blocks {
		if b.language != "desk" {
			continue
		}
		if r.url == "" {
			r.open(tools)
		}
		for i, line := range b.lines {
			r.line = b.line + 1 + i
			m := step.FindStringSubmatch(line)
			if m == nil {
				t.Fatalf("%s:%d is no step: %s", guide, r.line, line)
			}
			t.Logf("%d %s", r.line, line)
			r.do(m[2], m[3], m[1])
		}
	}
	for name, w := range r.windows {
		for _, c := range w.Complaints() {
			t.Errorf("%s: in the window of %s the browser complains: %s", guide, name, c)
		}
	}
}

// open starts the desk and its bank, until the test ends.
func (r *reader) open(tools string) {
	r.t.Helper()
	r.browser = chromium.Start(r.t)
	cmd := exec.Command("sh", "桌面.sh", "--listen", "127.0.0.1:0", "--no-browser")
	cmd.Dir = filepath.Join(r.home, "练习")
	cmd.Env = append(os.Environ(), "HOME="+r.home, "LANG=C.UTF-8", "LC_ALL=", "ZHIDA_LANG=", "PATH="+tools+string(os.PathListSeparator)+os.Getenv("PATH"))
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // the bank belongs to it
	out, err := cmd.StdoutPipe()
	if err != nil {
		r.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGINT)
		_ = cmd.Wait()
	})
	lines := bufio.NewReader(out)
	first, err := lines.ReadString('\n')
	if r.url = regexp.MustCompile(`http://[0-9.:]+/`).FindString(first); r.url == "" {
		r.t.Fatalf("the desk does not open: %q %v", first, err)
	}
	go func() { _, _ = io.Copy(io.Discard, lines) }()
}

func (r *reader) do(verb, what, under string) {
	r.t.Helper()
	label, value, _ := strings.Cut(what, "：")
	switch verb {
	case "登录":
		r.signIn(what)
	case "按":
		r.at.Press(what, under)
		for _, wrong := range r.at.Audit() {
			r.t.Errorf("%s:%d: %s", r.guide, r.line, wrong)
		}
	case "展开":
		r.at.Unfold(what, under)
	case "下载":
		if info, err := os.Stat(r.at.Download(what, under)); err != nil || info.Size() == 0 {
			r.t.Fatalf("%s:%d gives an empty file %v", r.guide, r.line, err)
		}
	case "填", "勾":
		r.at.Fill(label, value, under)
	case "选文件":
		r.at.Choose(label, under, r.files(value)...)
	case "看到":
		if text := r.at.Text(); !strings.Contains(strings.Join(strings.Fields(text), " "), strings.Join(strings.Fields(what), " ")) {
			r.t.Fatalf("%s:%d: the page does not say %q:\n%s", r.guide, r.line, what, text)
		}
	case "图":
		if *pictures {
			picture, err := smallpng.Small(r.at.Picture())
			if err == nil {
				err = os.WriteFile(filepath.Join(guides, "pictures", what+".png"), picture, 0o644)
			}
			if err != nil {
				r.t.Fatal(err)
			}
		}
	}
}

// files are those of the practice folder that a pattern names; the bank may still be writing its answer.
func (r *reader) files(pattern string) []string {
	r.t.Helper()
	list, err := filepath.Glob(filepath.Join(r.home, "练习", pattern))
	if err != nil || len(list) == 0 {
		r.t.Fatalf("%s:%d: no file is called %s %v", r.guide, r.line, pattern, err)
	}
	return list
}

// signIn sits down at somebody's machine; it stands open at the desk's first page.
func (r *reader) signIn(name string) {
	r.t.Helper()
	w, ok := r.windows[name]
	if !ok {
		w = r.browser.Window(1280)
		r.windows[name] = w
	}
	r.at = w
	w.Visit(r.url)
	if w.Has("姓名", "") {
		w.Fill("姓名", name, "")
		w.Fill("口令", "zhida-demo", "")
		w.Press("登录", "")
	}
}
