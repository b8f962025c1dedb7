// Command pictures makes the pictures of docs/guide again, from the guides themselves: it runs
// their commands in their order over the practice county and photographs what a line such as
//
//	<!-- picture NAME screen zhida status -->
//	<!-- picture NAME sheet FILE.xlsx PAGE -->
//	<!-- picture NAME page FILE.html PAGE -->
//
// asks for where it stands: what a command prints, or a page of a paper as it is printed. It
// draws nothing by hand. zhida must be on the PATH; it needs bash, Chromium, LibreOffice, pdftoppm.
//
//	go run ./testdata/counties/pictures
//
// The pictures of guides to the desk are taken by the test that goes through them:
//
//	go test ./cmd/zhida -run TestGuides/desk -pictures
package main

import (
	"fmt"
	"html"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"zhida/testdata/smallpng"
)

const guides = "docs/guide"

func main() {
	if err := makeAll(); err != nil {
		log.Fatal(err)
	}
}

func makeAll() error {
	work, err := os.MkdirTemp("", "pictures")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	home, shots := filepath.Join(work, "home"), filepath.Join(work, "shots")
	for _, dir := range []string{home, shots} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			return err
		}
	}
	if _, err := play(filepath.Join(guides, "README.md"), home, shots); err != nil {
		return err
	}
	list, err := filepath.Glob(filepath.Join(guides, "*.md"))
	if err != nil {
		return err
	}
	for _, guide := range list {
		if strings.HasSuffix(guide, ".en.md") || filepath.Base(guide) == "README.md" {
			continue
		}
		own := filepath.Join(work, filepath.Base(guide))
		if err := run("cp", "-a", home, own); err != nil {
			return err
		}
		pictures, err := play(guide, own, shots)
		if err != nil {
			return err
		}
		for _, p := range pictures {
			if err := p.make(shots); err != nil {
				return fmt.Errorf("%s: %w", p.name, err)
			}
		}
	}
	return nil
}

// picture is one that a guide asks for.
type picture struct {
	name, kind string
	page       string // of a sheet or a page, from 1
}

// play runs the commands of a guide in one shell and keeps beside shots what its pictures show.
func play(guide, home, shots string) ([]picture, error) {
	content, err := os.ReadFile(guide)
	if err != nil {
		return nil, err
	}
	var script strings.Builder
	var list []picture
	fence := ""
	for _, line := range strings.Split(string(content), "\n") {
		if language, is := strings.CutPrefix(line, "```"); is {
			fence = language
			continue
		}
		if fence == "sh" {
			script.WriteString(line + "\n")
			continue
		}
		asked, is := strings.CutPrefix(line, "<!-- picture ")
		if !is {
			continue
		}
		words := strings.Fields(strings.TrimSuffix(asked, "-->"))
		p := picture{name: words[0], kind: words[1]}
		to := filepath.Join(shots, p.name)
		if p.kind == "screen" {
			typed := strings.Join(words[2:], " ")
			fmt.Fprintf(&script, "{ echo '$ %s'; %s; } >%s.txt 2>&1\n", typed, typed, to)
		} else {
			p.page = words[3]
			fmt.Fprintf(&script, "cp %s %s%s\n", words[2], to, filepath.Ext(words[2]))
		}
		list = append(list, p)
	}
	cmd := exec.Command("bash", "-c", script.String())
	cmd.Env = append(os.Environ(), "HOME="+home, "LANG=C.UTF-8", "ZHIDA_LANG=zh")
	cmd.Stderr = os.Stderr
	_ = cmd.Run() // a guide shows mistakes too; a picture that is missing is noticed below
	return list, nil
}

func (p picture) make(shots string) error {
	file := filepath.Join(shots, p.name)
	switch p.kind {
	case "screen":
		text, err := os.ReadFile(file + ".txt")
		if err != nil {
			return err
		}
		page, width, height := screen(string(text))
		if err := os.WriteFile(file+".html", []byte(page), 0o600); err != nil {
			return err
		}
		err = run("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--force-device-scale-factor=1.5",
			fmt.Sprintf("--window-size=%d,%d", width, height), "--screenshot="+file+".png", "file://"+file+".html")
		if err != nil {
			return err
		}
	case "sheet", "page":
		convert := exec.Command("soffice", "--headless", "--convert-to", "pdf", "--outdir", shots, file+".xlsx")
		if p.kind == "page" {
			convert = exec.Command("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", "--print-to-pdf="+file+".pdf", "file://"+file+".html")
		}
		if out, err := convert.CombinedOutput(); err != nil {
			return fmt.Errorf("%w: %s", err, out)
		}
		if err := run("pdftoppm", "-png", "-r", "110", "-f", p.page, "-l", p.page, "-singlefile", file+".pdf", file); err != nil {
			return err
		}
	default:
		return fmt.Errorf("no kind of picture: %s", p.kind)
	}
	picture, err := os.ReadFile(file + ".png")
	if err != nil {
		return err
	}
	if picture, err = smallpng.Small(picture); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(guides, "pictures", p.name+".png"), picture, 0o644)
}

func run(name string, args ...string) error {
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, out)
	}
	return nil
}

// The cell of the drawn terminal, in pixels of the page.
const cellWidth, cellHeight, border = 8, 19, 14

// most is how many lines a picture shows; what is left out is said.
const most = 42

// screen draws printed text as a terminal does, two cells for a Chinese character.
func screen(text string) (page string, width, height int) {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	if len(lines) > most {
		lines = append(append([]string{}, lines[:most]...), "    ⋮")
	}
	var b strings.Builder
	columns := 0
	for row, line := range lines {
		column := 0
		for _, r := range line {
			n := cells(r)
			if r != ' ' {
				class := [3]string{"", "n", "w"}[n]
				if r >= 0x2500 && r <= 0x257f {
					class += " line"
				}
				if row == 0 {
					class += " typed"
				}
				fmt.Fprintf(&b, `<i class="%s" style="left:%dpx;top:%dpx">%s</i>`, class, border+column*cellWidth, border+row*cellHeight, html.EscapeString(string(r)))
			}
			column += n
		}
		columns = max(columns, column)
	}
	width, height = 2*border+columns*cellWidth, 2*border+len(lines)*cellHeight
	return `<!doctype html><meta charset="utf-8"><style>
body { margin: 0; background: #fbfbf8; color: #1c1c1c }
i { position: absolute; font-style: normal; white-space: pre; line-height: 19px }
.n { font: 13.3px/19px "DejaVu Sans Mono" }
.w { font: 15.4px/19px "Noto Sans Mono CJK SC"; width: 16px; text-align: center }
.line { transform: scaleY(1.25) }
.typed { color: #0b5394; font-weight: bold }
</style>` + b.String(), width, height
}

// cells is how many cells of a terminal a character takes.
func cells(r rune) int {
	if r >= 0x1100 && (r <= 0x115f || r >= 0x2e80 && r <= 0xd7a3 || r >= 0xf900 && r <= 0xfaff || r >= 0xfe30 && r <= 0xfe4f || r >= 0xff00 && r <= 0xff60 || r >= 0xffe0 && r <= 0xffe6) {
		return 2
	}
	return 1
}
