package paper

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"zhida/payroll"
)

// printed prints a page with Chromium and counts the sheets of paper.
func printed(t *testing.T, page string) int {
	t.Helper()
	browser, err := exec.LookPath("chromium")
	pdfinfo, err2 := exec.LookPath("pdfinfo")
	if err != nil || err2 != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("Chromium or poppler is missing")
		}
		t.Skip("Chromium or poppler is missing")
	}
	dir := t.TempDir()
	in, out := filepath.Join(dir, "a.html"), filepath.Join(dir, "a.pdf")
	if err := os.WriteFile(in, []byte(page), 0o600); err != nil {
		t.Fatal(err)
	}
	c := exec.Command(browser, "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir="+filepath.Join(dir, "profile"), "--no-pdf-header-footer", "--print-to-pdf="+out, "file://"+in)
	if text, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	text, err := exec.Command(pdfinfo, out).Output()
	if err != nil {
		t.Fatal(err)
	}
	var n int
	if _, err := fmt.Sscan(string(regexp.MustCompile(`Pages:\s+(\d+)`).FindSubmatch(text)[1]), &n); err != nil {
		t.Fatal(err)
	}
	return n
}

// A browser prints the pages that we number: short rows, and rows of several lines.
func TestPagesAsPrinted(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes some seconds")
	}
	var papers []payroll.PublicNotice
	for _, name := range []string{"赵丁", "阿卜杜热合曼·买买提江·吐尔逊（三组）", "丁"} {
		papers = append(papers, notices(name)...)
	}
	page := written(t, func(w io.Writer) error { return WriteNotices(w, head(), papers) })
	if got, want := printed(t, page), strings.Count(page, "<section"); got != want {
		t.Errorf("notices: %d sheets of paper, %d pages numbered", got, want)
	}
	page = written(t, func(w io.Writer) error { return WritePayslips(w, slips("赵丁", "孙己", "周庚")) })
	if got := printed(t, page); got != 3 {
		t.Errorf("payslips of three: %d sheets of paper", got)
	}
}
