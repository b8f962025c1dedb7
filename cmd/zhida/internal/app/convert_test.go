package app

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"zhida/importers/sheet"
	"zhida/rules/message"
)

// office is a program that is called as LibreOffice would be and does what the script says.
func office(t *testing.T, script string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "soffice")
	if err := os.WriteFile(file, []byte("#!/bin/sh\n"+script), 0o700); err != nil {
		t.Fatal(err)
	}
	return file
}

// What converts a foreign file is locked up: a home of its own that is gone afterwards, no
// macros, nothing of our environment, limits, and no network where the system allows it.
func TestConverterIsLockedUp(t *testing.T) {
	t.Setenv("ZHIDA_PASSPHRASE_FILE", "secret")
	said := filepath.Join(t.TempDir(), "said")
	fake := office(t, `{ echo "home $HOME"; stat -c '%a' "$HOME"; cat "$HOME"/profile/user/registrymodifications.xcu; env; ulimit -v; ulimit -f; sed -n 's/:.*//p' /proc/net/dev; } > `+said+`
mkdir out; cat in.xls > out/in.xlsx`)
	ctx := context.Background()
	table, err := convert(ctx, fake, []byte("bytes"))
	if err != nil || string(table) != "bytes" {
		t.Fatalf("%q %v", table, err)
	}
	b, err := os.ReadFile(said)
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	home := strings.TrimPrefix(strings.SplitN(text, "\n", 2)[0], "home ")
	if _, err := os.Stat(home); !errors.Is(err, os.ErrNotExist) || !strings.HasPrefix(filepath.Base(home), "zhida-convert-") {
		t.Errorf("%q is still there: %v", home, err)
	}
	for _, want := range []string{"\n700\n", "DisableMacrosExecution", "\n" + convertMemory + "\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
	if strings.Contains(text, "ZHIDA_") {
		t.Error("the converter is told of our settings")
	}
	if noNetwork(ctx) != nil && strings.Contains(text, "eth") {
		t.Errorf("the converter sees a network:\n%s", text)
	}
}

// A converter that fails, writes nothing or never ends is one sentence, and leaves nothing.
func TestConverterFails(t *testing.T) {
	for name, script := range map[string]string{"fails": "exit 3", "writes nothing": "mkdir out", "is killed": "kill -9 $$"} {
		if _, err := convert(context.Background(), office(t, script), []byte("x")); message.Code(err) != "sheet.not_converted" {
			t.Errorf("%s: %v", name, err)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	begun := time.Now()
	if _, err := convert(ctx, office(t, "sleep 60 & wait"), []byte("x")); message.Code(err) != "sheet.not_converted" || time.Since(begun) > 20*time.Second {
		t.Errorf("ended after %v: %v", time.Since(begun), err)
	}
	t.Setenv("PATH", t.TempDir())
	if _, _, err := asTable(context.Background(), []byte("\xd0\xcf\x11\xe0old")); message.Code(err) != "sheet.old_format" {
		t.Errorf("without LibreOffice: %v", err)
	}
	for _, text := range []string{"%PDF-1.7", "\xd0\xcf\x11\xe0W\x00o\x00r\x00d\x00D\x00o\x00c\x00u\x00m\x00e\x00n\x00t\x00"} {
		if _, converted, err := asTable(context.Background(), []byte(text)); converted || err != nil { // package sheet says what it is
			t.Errorf("%q: %v %v", text, converted, err)
		}
	}
	if table, converted, err := asTable(context.Background(), []byte("姓名\n")); string(table) != "姓名\n" || converted || err != nil {
		t.Errorf("a text file: %q %v %v", table, converted, err)
	}
}

// A workbook that went to another format and back holds the same cells: identifiers whole,
// dates as dates, hidden columns hidden.
func TestOldWorkbooksAreConverted(t *testing.T) {
	soffice, err := exec.LookPath("soffice")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("CI has to install LibreOffice: ", err)
		}
		t.Skip("no LibreOffice")
	}
	dir := t.TempDir()
	data, err := os.ReadFile("../../../../testdata/problems/import.hidden_columns.xlsx")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "a.xlsx"), data, 0o600); err != nil {
		t.Fatal(err)
	}
	read := func(data []byte) (rows [][]string, hidden []int) {
		list, err := sheet.Tables("a", data)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range list[0].Rows {
			var texts []string
			for _, c := range r.Cells {
				texts = append(texts, c.Text)
			}
			rows = append(rows, texts)
		}
		return rows, list[0].HiddenColumns
	}
	before, hidden := read(data)
	for ending, filter := range map[string]string{"xls": "xls", "ods": "ods"} { // .et is the same as .xls
		cmd := exec.Command(soffice, "-env:UserInstallation=file://"+filepath.Join(dir, "office"), "--headless", "--convert-to", filter, "--outdir", dir, filepath.Join(dir, "a.xlsx"))
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		old, err := os.ReadFile(filepath.Join(dir, "a."+ending))
		if err != nil {
			t.Fatal(err)
		}
		table, converted, err := asTable(context.Background(), old)
		if err != nil || !converted {
			t.Errorf("%s: %v %v", ending, converted, err)
			continue
		}
		after, hiddenAfter := read(table)
		if diff := cmp.Diff(before, after); diff != "" {
			t.Error(ending, diff)
		}
		if diff := cmp.Diff(hidden, hiddenAfter); diff != "" {
			t.Error(ending, diff)
		}
	}
	// The workbook of 2003 that is one XML file, and the records of .xls without a container, as
	// programs of other departments write them.
	one := `<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="a"><Table><Row><Cell><Data ss:Type="String">name</Data></Cell><Cell><Data ss:Type="String">439901198503010017</Data></Cell></Row></Table></Worksheet></Workbook>`
	bare := []byte{0x09, 0x08, 8, 0, 0, 0, 0x10, 0, 0, 0, 0, 0}
	for c, text := range []string{"name", "439901198503010017"} {
		bare = append(bare, 0x04, 0x02, byte(8+len(text)), 0, 0, 0, byte(c), 0, 0, 0, byte(len(text)), 0)
		bare = append(bare, text...)
	}
	for name, data := range map[string][]byte{"XML": []byte(one), "records": append(bare, 0x0a, 0, 0, 0)} {
		table, converted, err := asTable(context.Background(), data)
		if err != nil || !converted {
			t.Errorf("%s: %v %v", name, converted, err)
			continue
		}
		after, _ := read(table)
		if diff := cmp.Diff([][]string{{"name", "439901198503010017"}}, after); diff != "" {
			t.Error(name, diff)
		}
	}
}

// Somebody vouches for a converted file, beforehand or when asked; figures that differ refuse it.
func TestConfirm(t *testing.T) {
	says := func(yes bool) func(string, Control) bool { return func(string, Control) bool { return yes } }
	found := Control{Rows: 86, Total: 1234500}
	for _, c := range []struct {
		text string
		ask  func(string, Control) bool
		code string
	}{
		{"86,12345.00", nil, ""}, {"86，12345", nil, ""}, {"86", nil, "import.confirm_differs"}, {"85,12345.00", says(true), "import.confirm_differs"}, {"86,12345.01", nil, "import.confirm_differs"},
		{"", nil, "import.confirm"}, {"", says(true), ""}, {"", says(false), "import.not_confirmed"},
		{"八十六", nil, "import.confirm_form"}, {"86,1e3", nil, "import.confirm_form"}, {"-1", nil, "import.confirm_form"},
	} {
		confirm := Confirm{Ask: c.ask}
		var err error
		if c.text != "" {
			confirm.Given = true
			confirm.Control, err = ParseConfirm(c.text)
		}
		if err == nil {
			err = confirm.hold("a.xls", found)
		}
		if message.Code(err) != c.code {
			t.Errorf("%q: %v, want %q", c.text, err, c.code)
		}
	}
}

// An answer stands beside its file and keeps one name through all rounds.
func TestAnswerName(t *testing.T) {
	for _, c := range []struct {
		path string
		n    int
		want string
	}{{"d/花名册.xlsx", 1, "d/花名册_问题.xlsx"}, {"花名册.csv", 2, "花名册_问题2.xlsx"}, {"花名册_问题.xlsx", 2, "花名册_问题2.xlsx"}, {"花名册_问题2.xlsx", 3, "花名册_问题3.xlsx"}} {
		if got := answerName(c.path, c.n); got != c.want {
			t.Errorf("%s: %s, want %s", c.path, got, c.want)
		}
	}
}

// A bank's answer in the old format goes the same way: converted, counted, vouched for.
func TestOldReturnsAreConverted(t *testing.T) {
	b := newFundBook(t)
	dir := t.TempDir()
	f := excelize.NewFile()
	defer f.Close()
	for c, text := range map[string]string{"A1": "收款账号", "B1": "收款户名", "K1": "金额", "N1": "状态", "A2": "6228480000000000018", "B2": "赵甲", "K2": "1000.01", "N2": "6", "A3": "6228480000000000026", "B3": "钱乙", "K3": "700.00", "N3": "6"} {
		b.must(f.SetCellStr("Sheet1", c, text))
	}
	b.must(f.SaveAs(filepath.Join(dir, "in.xlsx")))
	b.must(os.WriteFile(filepath.Join(dir, "soffice"), []byte("#!/bin/sh\nmkdir out; cp "+filepath.Join(dir, "in.xlsx")+" out/in.xlsx"), 0o700))
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	file := filepath.Join(dir, "回盘.xls")
	b.must(os.WriteFile(file, []byte("\xd0\xcf\x11\xe0old"), 0o600))
	ctx := context.Background()
	o := ReturnOptions{Bank: "ABC"}
	var asked Control
	o.Ask = func(_ string, found Control) bool { asked = found; return false }
	if _, err := b.app.Returns(ctx, b.by["张敏"], file, o); message.Code(err) != "import.not_confirmed" || asked != (Control{Rows: 2, Total: 170001}) {
		t.Errorf("asked %+v: %v", asked, err)
	}
	o.Ask = nil
	if _, err := b.app.Returns(ctx, b.by["张敏"], file, o); message.Code(err) != "import.confirm" {
		t.Errorf("with nobody to ask: %v", err)
	}
	o.Given, o.Control = true, asked
	if _, err := b.app.Returns(ctx, b.by["张敏"], file, o); message.Code(err) != "returns.foreign" { // read to its end, and this book has paid nobody
		t.Errorf("confirmed: %v", err)
	}
}
